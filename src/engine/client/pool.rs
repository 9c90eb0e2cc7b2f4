//! The ways out of this machine: directly or through a proxy, and which certificates to trust. Each
//! has its own HTTP clients with their open connections, made on first use.

use super::dial;
use super::fault::{Bound, Trouble};
use super::own_host;
use super::phases::{PHASES, PhaseLayer, Resolver};
use super::proxy::{Proxies, Proxy};
use super::trust::{self, Trust};
use crate::model::{Cause, Environment, Failure, HttpVersion, Origin, Reach, limits};
use hyper::header::HOST;
use rustls::ClientConfig;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use url::Url;

/// What makes one way differ from another.
#[derive(Clone, PartialEq, Eq)]
struct Kind {
    /// For the sandbox, which is on this machine and never behind a proxy.
    direct: bool,
    /// The environment's own proxy. It may hold a password.
    proxy: Option<String>,
    trust: Trust,
    reach: Reach,
}

/// The kind of connection that a call needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    pub connection: Connection,
    pub protocol: Protocol,
}

/// Whether a call may reuse an open connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Connection {
    /// An open one if there is one; it stays open.
    Kept,
    /// A new one for this call only.
    Fresh,
}

/// The HTTP version to speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// Whatever both sides agree on.
    Any,
    Http1,
    Http2,
}

impl Protocol {
    /// The protocol for a requested version; any version without a request.
    pub fn of(version: Option<HttpVersion>) -> Protocol {
        match version {
            None => Protocol::Any,
            Some(HttpVersion::Http1) => Protocol::Http1,
            Some(HttpVersion::Http2) => Protocol::Http2,
        }
    }
}

/// One way out, with the HTTP clients that use it.
pub struct Egress {
    /// Shared by all clients, so that each profits from the handshakes of the others.
    tls: ClientConfig,
    proxies: Arc<Proxies>,
    reach: Arc<Reach>,
    clients: Mutex<Vec<(Line, reqwest::Client)>>,
    /// Origins that were asked whether they speak only HTTP/2.
    asked: Mutex<Vec<(Origin, bool)>>,
}

impl Egress {
    /// Sends a request and reads the head of its answer, by the library or, where that cannot send
    /// a typed `Host` over HTTP/2, by our own code.
    pub async fn answer(
        &self,
        client: &reqwest::Client,
        request: reqwest::Request,
        bound: &Bound<'_>,
    ) -> Result<hyper::Response<reqwest::Body>, Trouble> {
        // A typed `Host` forces HTTP/1.1, which this server may not speak.
        let has_host = request.headers().contains_key(HOST);
        let is_direct = bound.proxy.is_none() && self.reach.socket.is_none();
        if has_host && is_direct && self.speaks_only_http2(request.url()).await {
            let answer = own_host::send(request, &self.tls, &self.reach, bound.phases).await;
            return answer.map_err(|error| Trouble::own(error, bound.phases));
        }
        let answer = client.execute(request).await?;
        Ok(answer.into())
    }

    async fn speaks_only_http2(&self, url: &Url) -> bool {
        let Some(origin) = Origin::of(url).filter(Origin::is_secure) else {
            return false;
        };
        if let Some(version) = self.reach.version {
            return version == HttpVersion::Http2;
        }
        let asked = || self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        let known = asked().iter().find(|(known, _)| *known == origin).cloned();
        if let Some((_, alone)) = known {
            return alone;
        }
        // This must not count in the timing of the call.
        let asking = own_host::speaks_only_http2(url, &self.tls, &self.reach);
        let alone = PHASES.scope(Arc::default(), asking).await;
        asked().push((origin, alone));
        alone
    }

    /// The proxy for a call to this URL. Fails where the URL cannot be reached the requested way.
    pub fn proxy_for(&self, url: &Url) -> Result<Option<Proxy>, Failure> {
        let proxy = self.proxies.through(url)?;
        match dial::why_not(&self.reach, url, proxy.is_some()) {
            Some(failure) => Err(failure),
            None => Ok(proxy),
        }
    }

    /// The TLS settings, to ask the proxy again with.
    pub fn tls(&self) -> &ClientConfig {
        &self.tls
    }

    /// The client for this kind of connection; built on first use. Fails where it cannot be set up.
    pub fn client(&self, line: Line) -> Result<reqwest::Client, Failure> {
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, client)) = clients.iter().find(|(known, _)| *known == line) {
            return Ok(client.clone());
        }
        let client = self.build(line)?;
        clients.push((line, client.clone()));
        Ok(client)
    }

    fn build(&self, line: Line) -> Result<reqwest::Client, Failure> {
        let mut tls = self.tls.clone();
        match line.protocol {
            Protocol::Any => {}
            Protocol::Http1 => tls.alpn_protocols = vec![b"http/1.1".to_vec()],
            Protocol::Http2 => tls.alpn_protocols = vec![b"h2".to_vec()],
        }
        let proxies = self.proxies.clone();
        // A proxy that cannot be read failed the call before.
        let through = move |url: &Url| {
            let proxy = proxies.through(url).ok().flatten()?;
            Some(proxy.url().clone())
        };
        // A bad header never loses an answer: what can be read is shown.
        let mut builder = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .connector_layer(PhaseLayer)
            .dns_resolver(Arc::new(Resolver {
                reach: self.reach.clone(),
            }))
            .proxy(reqwest::Proxy::custom(through))
            .retry(reqwest::retry::never())
            .redirect(reqwest::redirect::Policy::none())
            .http1_max_headers(limits::HEADER_FIELDS)
            .http1_allow_obsolete_multiline_headers_in_responses(true)
            .http1_allow_spaces_after_header_name_in_responses(true)
            .http1_ignore_invalid_headers_in_responses(true)
            .http09_responses()
            .referer(false);
        if line.connection == Connection::Fresh {
            builder = builder.pool_max_idle_per_host(0);
        }
        match line.protocol {
            Protocol::Any => {}
            Protocol::Http1 => builder = builder.http1_only(),
            Protocol::Http2 => builder = builder.http2_prior_knowledge(),
        }
        #[cfg(unix)]
        if let Some(socket) = &self.reach.socket {
            builder = builder.unix_socket(socket.as_path());
        }
        builder.build().map_err(|error| {
            Failure::unsent(
                Cause::TlsHandshake,
                format!("the HTTP client could not be set up: {error}."),
                "Check the settings of this environment.",
            )
        })
    }
}

/// All ways out that this run has used.
#[derive(Default)]
pub struct ClientPool {
    known: Mutex<Vec<(Kind, Arc<Egress>)>>,
}

impl ClientPool {
    /// The way out for an environment, made on first use. Origins with unchecked certificates get
    /// their own, so that no other origin shares it. Fails where certificate files cannot be read.
    pub fn of(
        &self,
        environment: &Environment,
        authorities: &[PathBuf],
        unchecked: bool,
        reach: Reach,
    ) -> Result<Arc<Egress>, Failure> {
        let own = environment.ca_file.iter();
        let kind = Kind {
            direct: environment.sandbox,
            proxy: environment.proxy.clone(),
            trust: Trust {
                authorities: own.chain(authorities).cloned().collect(),
                unchecked,
                identity: environment.identity.clone(),
            },
            reach,
        };
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, way)) = known.iter().find(|(known, _)| *known == kind) {
            return Ok(way.clone());
        }
        let proxies = match (kind.direct, &kind.proxy) {
            (true, _) => Proxies::none(),
            (false, Some(address)) => Proxies::of_environment(address),
            (false, None) => Proxies::of_shell(),
        };
        let way = Arc::new(Egress {
            tls: trust::config(&kind.trust)?,
            proxies: Arc::new(proxies),
            reach: Arc::new(kind.reach.clone()),
            clients: Mutex::default(),
            asked: Mutex::default(),
        });
        known.push((kind, way.clone()));
        Ok(way)
    }
}
