//! A `Host` of one's own where a server speaks HTTP/2 alone. Over HTTP/2 the library would name
//! the host of the URL beside it, which RFC 9113, 8.3.1, forbids; such a call goes over HTTP/1.1
//! wherever it can, and else over a connection of its own, with one name.

use super::dial;
use super::phases::Phases;
use crate::model::Reach;
use bytes::Bytes;
use http_body_util::Full;
use hyper::client::conn::http2;
use hyper::header::HOST;
use hyper::rt::Executor;
use hyper::{Request, Uri};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::client::Resumption;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    AlertDescription, CertificateError, ClientConfig, ClientConnection, DigitallySignedStruct,
    SignatureScheme,
};
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_rustls::TlsConnector;
use url::Url;

const HTTP1: &[u8] = b"http/1.1";
const HTTP2: &[u8] = b"h2";

/// Longest wait for what a server takes.
const PATIENCE: Duration = Duration::from_secs(3);

type Trouble = Box<dyn Error + Send + Sync>;

/// Whether a server agrees on HTTP/2 and on nothing else. It is asked by the beginning of a
/// handshake, which ends before there is a connection.
pub async fn speaks_only_http2(url: &Url, tls: &ClientConfig, reach: &Reach) -> bool {
    let asking = async {
        agrees(url, tls, reach, HTTP1).await == Some(false)
            && agrees(url, tls, reach, HTTP2).await == Some(true)
    };
    // If a server does not say, the call itself names what is wrong.
    tokio::time::timeout(PATIENCE, asking)
        .await
        .unwrap_or(false)
}

/// Whether a server takes this protocol; `None` where it did not say.
async fn agrees(url: &Url, tls: &ClientConfig, reach: &Reach, protocol: &[u8]) -> Option<bool> {
    let (host, mut stream) = dial::open(reach, url).await.ok()?;
    let mut tls = tls.clone();
    tls.alpn_protocols = vec![protocol.to_vec()];
    tls.resumption = Resumption::disabled();
    let schemes = tls.crypto_provider().signature_verification_algorithms;
    tls.dangerous()
        .set_certificate_verifier(Arc::new(Nobody(schemes.supported_schemes())));
    let name = ServerName::try_from(host).ok()?;
    let mut asking = ClientConnection::new(Arc::new(tls), name).ok()?;
    let mut bytes = [0; 4096];
    loop {
        let mut out = Vec::new();
        while asking.wants_write() {
            asking.write_tls(&mut out).ok()?;
        }
        stream.write_all(&out).await.ok()?;
        let length = stream.read(&mut bytes).await.ok()?;
        if length == 0 {
            return None;
        }
        asking.read_tls(&mut &bytes[..length]).ok()?;
        let none = AlertDescription::NoApplicationProtocol;
        match asking.process_new_packets() {
            Ok(_) => {}
            Err(rustls::Error::AlertReceived(alert)) if alert == none => return Some(false),
            // It said what it takes before it showed its certificate.
            Err(rustls::Error::InvalidCertificate(_)) => {
                return Some(asking.alpn_protocol() == Some(protocol));
            }
            Err(_) => return None,
        }
    }
}

/// Believes no certificate at all.
#[derive(Debug)]
struct Nobody(Vec<SignatureScheme>);

impl ServerCertVerifier for Nobody {
    fn verify_server_cert(
        &self,
        _: &CertificateDer,
        _: &[CertificateDer],
        _: &ServerName,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Err(CertificateError::ApplicationVerificationFailure.into())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Err(CertificateError::ApplicationVerificationFailure.into())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Err(CertificateError::ApplicationVerificationFailure.into())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.clone()
    }
}

/// Makes the call; its `Host` is the one name in it.
pub async fn send(
    request: reqwest::Request,
    tls: &ClientConfig,
    reach: &Reach,
    phases: &Phases,
) -> Result<hyper::Response<reqwest::Body>, Trouble> {
    phases.begin();
    let (host, stream) = dial::open(reach, request.url()).await?;
    let mut tls = tls.clone();
    tls.alpn_protocols = vec![HTTP2.to_vec()];
    let secured = TlsConnector::from(Arc::new(tls)).connect(ServerName::try_from(host)?, stream);
    let stream = secured.await?;
    phases.end();
    let handshake = http2::handshake(TokioExecutor::new(), TokioIo::new(stream));
    let (mut sender, connection) = handshake.await?;
    // It ends with the last of its calls.
    TokioExecutor::new().execute(async move {
        let _ = connection.await;
    });
    let answer = sender.send_request(under_its_name(request)?).await?;
    Ok(answer.map(reqwest::Body::wrap))
}

fn under_its_name(request: reqwest::Request) -> Result<Request<Full<Bytes>>, Trouble> {
    let path = &request.url()[url::Position::BeforePath..url::Position::AfterQuery];
    let host = request.headers().get(HOST).map(|host| host.as_bytes());
    let uri = Uri::builder().scheme("https").path_and_query(path);
    let uri = uri.authority(host.unwrap_or_default()).build()?;
    let body = request.body().and_then(|body| body.as_bytes());
    let body = Bytes::copy_from_slice(body.unwrap_or_default());
    let mut named = Request::new(Full::new(body));
    *named.method_mut() = request.method().clone();
    *named.uri_mut() = uri;
    *named.headers_mut() = request.headers().clone();
    named.headers_mut().remove(HOST);
    Ok(named)
}
