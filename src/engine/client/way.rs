//! The ways out of this machine: directly or through which proxy, and trusting whom. For each
//! there are clients of the library, made when they are first needed, with their open connections.

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
    /// For our own sandbox: what a proxy is set for does not live on this machine.
    direct: bool,
    /// The environment's own proxy. It may hold a password.
    proxy: Option<String>,
    trust: Trust,
    reach: Reach,
}

/// What a call asks of its connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    pub connection: Connection,
    pub protocol: Protocol,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Connection {
    /// An open one, where there is one, and left open.
    Kept,
    /// One of its own.
    Fresh,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// What both sides agree on.
    Any,
    Http1,
    Http2,
}

impl Protocol {
    /// Of the one version that was asked for, if any.
    pub fn of(version: Option<HttpVersion>) -> Protocol {
        match version {
            None => Protocol::Any,
            Some(HttpVersion::Http1) => Protocol::Http1,
            Some(HttpVersion::Http2) => Protocol::Http2,
        }
    }
}

pub struct Way {
    /// The same for all clients, so that each profits from the handshakes of the others.
    tls: ClientConfig,
    proxies: Arc<Proxies>,
    reach: Arc<Reach>,
    clients: Mutex<Vec<(Line, reqwest::Client)>>,
    /// Origins that were asked whether they speak HTTP/2 alone.
    asked: Mutex<Vec<(Origin, bool)>>,
}

impl Way {
    /// The head of an answer, by the library or where that cannot do it.
    pub async fn answer(
        &self,
        client: &reqwest::Client,
        request: reqwest::Request,
        bound: &Bound<'_>,
    ) -> Result<hyper::Response<reqwest::Body>, Trouble> {
        // The older version was chosen for the sake of a `Host`, and may not be spoken there.
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
        // It is no part of the call that is timed.
        let asking = own_host::speaks_only_http2(url, &self.tls, &self.reach);
        let alone = PHASES.scope(Arc::default(), asking).await;
        asked().push((origin, alone));
        alone
    }

    /// The proxy that a call to this URL goes through.
    pub fn proxy_for(&self, url: &Url) -> Result<Option<Proxy>, Failure> {
        let proxy = self.proxies.through(url)?;
        match dial::why_not(&self.reach, url, proxy.is_some()) {
            Some(failure) => Err(failure),
            None => Ok(proxy),
        }
    }

    pub fn tls(&self) -> &ClientConfig {
        &self.tls
    }

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
        // What cannot be read was refused before.
        let through = move |url: &Url| {
            let proxy = proxies.through(url).ok().flatten()?;
            Some(proxy.url().clone())
        };
        // An answer is never lost to a header: what can be read of it is shown.
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

#[derive(Default)]
pub struct Ways {
    known: Mutex<Vec<(Kind, Arc<Way>)>>,
}

impl Ways {
    /// The way out of an environment. Origins whose certificates are not checked have one of
    /// their own, so that no other origin profits from it.
    pub fn of(
        &self,
        environment: &Environment,
        authorities: &[PathBuf],
        unchecked: bool,
        reach: Reach,
    ) -> Result<Arc<Way>, Failure> {
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
        let way = Arc::new(Way {
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
