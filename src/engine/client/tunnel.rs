//! Why a proxy opened no way to a host. The library tells no more than that it was so; the proxy
//! is asked once more with nothing but the name of the host, and its answer read.

use super::proxy::Proxy;
use crate::insight::charset;
use crate::model::{Headers, Response};
use bytes::Bytes;
use futures_util::future::{Either, select};
use http_body_util::{BodyExt, Empty};
use hyper::Request;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use url::Url;

/// Nobody waits longer for the words of a proxy that has said no already.
const PATIENCE: Duration = Duration::from_secs(5);

/// Of its page, more is no explanation.
const PAGE: usize = 64 * 1024;

/// What the proxy answers when it is asked for a way to the host of this URL; `None` where that
/// cannot be read.
pub async fn asked(proxy: &Proxy, tls: &ClientConfig, to: &Url) -> Option<Response> {
    let asked = asked_at_leisure(proxy, tls, to);
    tokio::time::timeout(PATIENCE, asked).await.ok()?
}

async fn asked_at_leisure(proxy: &Proxy, tls: &ClientConfig, to: &Url) -> Option<Response> {
    let host = proxy.url().host_str()?;
    let bare = host
        .trim_start_matches('[')
        .trim_end_matches(']')
        .to_owned();
    let port = proxy.url().port_or_known_default()?;
    let stream = TcpStream::connect((bare.as_str(), port)).await.ok()?;
    if proxy.url().scheme() != "https" {
        return connect(stream, proxy, to).await;
    }
    let mut tls = tls.clone();
    tls.alpn_protocols.clear();
    let name = ServerName::try_from(bare).ok()?;
    let stream = TlsConnector::from(Arc::new(tls))
        .connect(name, stream)
        .await;
    connect(stream.ok()?, proxy, to).await
}

async fn connect<S>(stream: S, proxy: &Proxy, to: &Url) -> Option<Response>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let authority = format!("{}:{}", to.host_str()?, to.port_or_known_default()?);
    let mut request = Request::connect(&authority).header("host", &authority);
    if let Some(authorization) = proxy.authorization() {
        request = request.header("proxy-authorization", authorization);
    }
    let request = request.body(Empty::<Bytes>::new()).ok()?;
    let shaken = http1::handshake(TokioIo::new(stream)).await;
    let (mut sender, connection) = shaken.ok()?;
    let answer = pin!(async {
        let answer = sender.send_request(request).await.ok()?;
        Some(read(answer).await)
    });
    // The connection has to be driven meanwhile, and may end before its last words are read.
    match select(answer, pin!(connection)).await {
        Either::Left((answer, _)) => answer,
        Either::Right((_, answer)) => answer.await,
    }
}

async fn read(answer: hyper::Response<hyper::body::Incoming>) -> Response {
    let (head, mut body) = answer.into_parts();
    let pairs = head.headers.iter();
    let headers: Headers = pairs.map(|(n, v)| (n.as_str(), v.as_bytes())).collect();
    let mut response = Response {
        status: head.status.as_u16(),
        reason: head.status.canonical_reason().unwrap_or("").to_owned(),
        version: format!("{:?}", head.version),
        headers,
        ..Response::default()
    };
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else {
            response.body_cut = true;
            break;
        };
        let data = frame.into_data().unwrap_or_default();
        let room = PAGE - response.body.len();
        response
            .body
            .extend_from_slice(&data[..data.len().min(room)]);
        if data.len() > room {
            response.body_cut = true;
            break;
        }
    }
    charset::decode(&mut response);
    response
}
