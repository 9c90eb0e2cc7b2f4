//! Which servers are believed to be who they say, and who this side says it is. The system's
//! roots are read at the first handshake and not before: reading them takes longer than a whole
//! call, and plain http must work on a machine that has none.

use super::phases::Handshakes;
use crate::model::Identity;
use rustls::client::Resumption;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, Error, SignatureScheme};
use rustls_platform_verifier::Verifier;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

/// Whom to trust besides the system's authorities.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trust {
    /// PEM files with further authorities.
    pub authorities: Vec<PathBuf>,
    /// Nothing is checked at all.
    pub unchecked: bool,
    pub identity: Option<Identity>,
}

/// The TLS settings of a client: HTTP/2 and HTTP/1.1 on offer.
pub fn config(trust: &Trust) -> Result<ClientConfig, String> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut extra = Vec::new();
    for path in &trust.authorities {
        extra.extend(authorities(path)?);
    }
    let verifier: Arc<dyn ServerCertVerifier> = if trust.unchecked {
        Arc::new(Unchecked(provider.clone()))
    } else {
        Arc::new(Roots {
            provider: provider.clone(),
            extra,
            verifier: OnceLock::new(),
        })
    };
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .dangerous()
        .with_custom_certificate_verifier(verifier);
    let mut config = match &trust.identity {
        None => config.with_no_client_auth(),
        Some(identity) => {
            let (chain, key) = own(identity)?;
            let path = identity.certificate.display();
            let fits = config.with_client_auth_cert(chain, key);
            fits.map_err(|error| format!("the client certificate {path} cannot be used: {error}"))?
        }
    };
    config.resumption = Resumption::store(Arc::new(Handshakes::new()));
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

/// Whether the system's roots can be read at all; a call finds out at its first handshake.
pub fn system_roots() -> Result<(), String> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = Verifier::new(provider);
    verifier.map(|_| ()).map_err(|error| error.to_string())
}

/// The authorities of a PEM file; at least one, or the reason why there is none.
pub fn authorities(path: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    certificates(path).map_err(|why| format!("the authorities of {} {why}", path.display()))
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let found = CertificateDer::pem_file_iter(path).and_then(Iterator::collect);
    let found: Vec<_> = found.map_err(|error| format!("cannot be read: {error}"))?;
    if found.is_empty() {
        return Err("cannot be read: no PEM certificate stands in the file".to_owned());
    }
    Ok(found)
}

fn own(
    identity: &Identity,
) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), String> {
    let path = identity.certificate.display();
    let chain = certificates(&identity.certificate);
    let chain = chain.map_err(|why| format!("the client certificate {path} {why}"))?;
    let path = identity.key.display();
    let key = PrivateKeyDer::from_pem_file(&identity.key);
    let key = key.map_err(|error| format!("the client key {path} cannot be read: {error}"))?;
    Ok((chain, key))
}

/// The system's roots and those added to them.
#[derive(Debug)]
struct Roots {
    provider: Arc<CryptoProvider>,
    extra: Vec<CertificateDer<'static>>,
    verifier: OnceLock<Result<Verifier, Error>>,
}

impl Roots {
    fn verifier(&self) -> Result<&Verifier, Error> {
        self.verifier
            .get_or_init(|| {
                Verifier::new_with_extra_roots(self.extra.clone(), self.provider.clone())
            })
            .as_ref()
            .map_err(Error::clone)
    }
}

impl ServerCertVerifier for Roots {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer,
        intermediates: &[CertificateDer],
        server_name: &ServerName,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        self.verifier()?.verify_server_cert(
            end_entity,
            intermediates,
            server_name,
            ocsp_response,
            now,
        )
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.verifier()?
            .verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.verifier()?
            .verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}

/// For origins that a person chose not to check. Whoever answers must still hold the key of the
/// certificate it shows.
#[derive(Debug)]
struct Unchecked(Arc<CryptoProvider>);

impl ServerCertVerifier for Unchecked {
    fn verify_server_cert(
        &self,
        _: &CertificateDer,
        _: &[CertificateDer],
        _: &ServerName,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
