//! Which servers are believed to be who they say, and who this side says it is. The system's
//! roots are read at the first handshake and not before: reading them takes longer than a whole
//! call, and plain http must work on a machine that has none.

use super::certificate::Certificate;
use super::handshake::authority_names;
use super::handshake::{Chain, Distrust, why_key_fails, why_not_for_servers};
use super::pem;
use super::phases::{Asked, Handshakes, PHASES};
use crate::model::{Cause, Failure, Identity};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{ResolvesClientCert, Resumption, verify_server_name};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::sign::CertifiedKey;
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, SignatureScheme};
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
pub fn config(trust: &Trust) -> Result<ClientConfig, Failure> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut extra = Vec::new();
    for path in &trust.authorities {
        let found = authorities(path).map_err(|why| {
            let hint = "Correct the path in config.toml or --cacert; the file holds certificates in PEM form.";
            Failure::unsent(Cause::TlsUntrusted, format!("{why}."), hint)
        });
        extra.extend(found?);
    }
    let shows = match &trust.identity {
        None => None,
        Some(identity) => Some(own(identity, &provider).map_err(|why| {
            let hint = "Correct client_certificate and client_key of the environment in config.toml; both are PEM files.";
            Failure::unsent(Cause::TlsClientCertificate, format!("{why}."), hint)
        })?),
    };
    let verifier: Arc<dyn ServerCertVerifier> = if trust.unchecked {
        Arc::new(Unchecked)
    } else {
        Arc::new(Roots {
            provider: provider.clone(),
            extra,
            verifier: OnceLock::new(),
        })
    };
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| {
            let why = format!("the TLS library could not be set up: {error}.");
            Failure::unsent(Cause::TlsHandshake, why, "Install the program anew.")
        })?
        .dangerous()
        .with_custom_certificate_verifier(verifier);
    let mut config = config.with_client_cert_resolver(Arc::new(Shows(shows)));
    config.resumption = Resumption::store(Arc::new(Handshakes::new()));
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

/// The TLS settings for a server that speaks no HTTP, trusted as for calls.
pub fn tls(authorities: Vec<PathBuf>) -> Result<ClientConfig, Failure> {
    let mut config = config(&Trust {
        authorities,
        ..Trust::default()
    })?;
    config.alpn_protocols.clear();
    config.resumption = Resumption::disabled();
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
    pem::certificates(path).map_err(|why| format!("the authorities of {} {why}", path.display()))
}

fn own(identity: &Identity, provider: &CryptoProvider) -> Result<Arc<CertifiedKey>, String> {
    let path = identity.certificate.display();
    let chain = pem::certificates(&identity.certificate);
    let chain = chain.map_err(|why| format!("the client certificate {path} {why}"))?;
    let key = pem::key(&identity.key);
    let key = key.map_err(|why| format!("the client key {} {why}", identity.key.display()))?;
    let fits = CertifiedKey::from_der(chain, key, provider);
    let fits = fits.map_err(|error| match error {
        Error::InconsistentKeys(_) => format!("the client certificate {path} is of another key"),
        error => format!("the client certificate {path} cannot be used: {error}"),
    });
    fits.map(Arc::new)
}

/// Shows who this side is where it is asked, and remembers that it was.
#[derive(Debug)]
struct Shows(Option<Arc<CertifiedKey>>);

impl ResolvesClientCert for Shows {
    fn resolve(&self, authorities: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        // Outside a call nobody wants to know.
        let _ = PHASES.try_with(|phases| {
            phases.were_asked(Asked {
                authorities: authority_names(authorities),
                was_shown: self.0.is_some(),
            });
        });
        self.0.clone()
    }

    fn has_certs(&self) -> bool {
        self.0.is_some()
    }
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

impl Roots {
    /// A certificate that the person named itself vouches for itself, as with curl. Its names, its
    /// dates and what it is for hold all the same, and are why it is refused then.
    fn named(
        &self,
        own: &CertificateDer,
        name: &ServerName,
        now: UnixTime,
    ) -> Option<Result<(), CertificateError>> {
        self.extra.iter().find(|extra| *extra == own)?;
        let parsed = ParsedCertificate::try_from(own).ok()?;
        let read = Certificate::read(own)?;
        let now = i64::try_from(now.as_secs()).ok()?;
        let problem = if read.not_before? > now {
            CertificateError::NotValidYet
        } else if read.not_after? < now {
            CertificateError::Expired
        } else if verify_server_name(&parsed, name).is_err() {
            CertificateError::NotValidForName
        } else if why_not_for_servers(&read).is_some() {
            CertificateError::InvalidPurpose
        } else {
            return Some(Ok(()));
        };
        Some(Err(problem))
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
        let checked = self.verifier()?.verify_server_cert(
            end_entity,
            intermediates,
            server_name,
            ocsp_response,
            now,
        );
        let named = checked.as_ref().err();
        let named = named.and_then(|_| self.named(end_entity, server_name, now));
        match checked {
            Err(_) if named == Some(Ok(())) => {}
            Err(Error::InvalidCertificate(why)) => {
                let why = named.and_then(Result::err).unwrap_or(why);
                let chain = Chain::read(end_entity, intermediates, &self.extra);
                return Err(chain.why_refused(&why).into_error());
            }
            Err(error) => return Err(error),
            Ok(_) => {}
        }
        match why_key_fails(end_entity) {
            Some(distrust) => Err(Distrust::into_error(distrust)),
            None => Ok(ServerCertVerified::assertion()),
        }
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
        let algorithms = &self.provider.signature_verification_algorithms;
        let mut schemes = algorithms.supported_schemes();
        // Such keys cannot be checked here. A server that has no other shows its certificate only
        // where they are on offer, and then its kind can be named.
        schemes.extend(UNCHECKABLE);
        schemes
    }
}

/// RFC 8446, 4.2.3: kinds of keys whose signatures cannot be checked here, among them those of RSA
/// for PSS alone, which the TLS library has no names for.
const UNCHECKABLE: [SignatureScheme; 5] = [
    SignatureScheme::ECDSA_NISTP521_SHA512,
    SignatureScheme::ED448,
    SignatureScheme::Unknown(0x0809),
    SignatureScheme::Unknown(0x080a),
    SignatureScheme::Unknown(0x080b),
];

/// For origins that a person chose not to check. Where nobody knows whose certificate it is,
/// that its key is held proves nothing: everything is taken, as with curl's `-k`.
#[derive(Debug)]
struct Unchecked;

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
        _: &[u8],
        _: &CertificateDer,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        use SignatureScheme as S;
        let mut schemes = vec![
            S::ECDSA_NISTP256_SHA256,
            S::ECDSA_NISTP384_SHA384,
            S::ED25519,
            S::RSA_PSS_SHA256,
            S::RSA_PSS_SHA384,
            S::RSA_PSS_SHA512,
            S::RSA_PKCS1_SHA256,
            S::RSA_PKCS1_SHA384,
            S::RSA_PKCS1_SHA512,
            S::ECDSA_SHA1_Legacy,
            S::RSA_PKCS1_SHA1,
        ];
        schemes.extend(UNCHECKABLE);
        schemes
    }
}
