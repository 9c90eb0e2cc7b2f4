//! The ways out of this machine: directly or through which proxy, and trusting whom. For each
//! there is one client of the library, made when it is first needed, with its open connections.

use super::fault::host;
use super::phases::{PhaseLayer, Resolver};
use super::trust::{self, Trust};
use crate::model::{Cause, Environment, Failure, limits};
use hyper_util::client::proxy::matcher::Matcher;
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
}

pub struct Way {
    pub http: reqwest::Client,
    proxies: Option<Matcher>,
}

impl Way {
    /// Host and port of the proxy that a call to this URL goes through.
    pub fn proxy_for(&self, url: &Url) -> Option<String> {
        let uri = url.as_str().parse().ok()?;
        let found = self.proxies.as_ref()?.intercept(&uri)?;
        let proxy = Url::parse(&found.uri().to_string()).ok()?;
        Some(host(&proxy))
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
        };
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, way)) = known.iter().find(|(known, _)| *known == kind) {
            return Ok(way.clone());
        }
        let way = Arc::new(build(&kind)?);
        known.push((kind, way.clone()));
        Ok(way)
    }
}

fn build(kind: &Kind) -> Result<Way, Failure> {
    let tls = trust::config(&kind.trust).map_err(|why| {
        let hint =
            "Correct the path in config.toml or --cacert; the file holds certificates in PEM form.";
        Failure::unsent(Cause::TlsUntrusted, format!("{why}."), hint)
    })?;
    let mut builder = reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .connector_layer(PhaseLayer)
        .dns_resolver(Arc::new(Resolver))
        .retry(reqwest::retry::never())
        .redirect(reqwest::redirect::Policy::none())
        .http1_max_headers(limits::HEADER_FIELDS)
        .referer(false);
    let proxies = match (kind.direct, &kind.proxy) {
        (true, _) => {
            builder = builder.no_proxy();
            None
        }
        (false, None) => Some(Matcher::from_system()),
        (false, Some(address)) => {
            // Why an address is none is not said in the library's words: they repeat it.
            let proxy = reqwest::Proxy::all(address.as_str()).map_err(|_| {
                Failure::unsent(
                    Cause::ProxyRefused,
                    "the proxy of this environment is no URL.",
                    "Write it as http://host:port or socks5h://host:port in config.toml.",
                )
            })?;
            builder = builder.proxy(proxy.no_proxy(reqwest::NoProxy::from_env()));
            let except = std::env::var("NO_PROXY").or_else(|_| std::env::var("no_proxy"));
            let matcher = Matcher::builder().all(address.clone());
            Some(matcher.no(except.unwrap_or_default()).build())
        }
    };
    let http = builder.build().map_err(|error| {
        Failure::unsent(
            Cause::TlsHandshake,
            format!("the HTTP client could not be set up: {error}."),
            "Check the proxy variables of this shell.",
        )
    })?;
    Ok(Way { http, proxies })
}
