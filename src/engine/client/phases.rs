//! When a connection was begun, its host found, made and made secure, told by the library's own
//! hooks. A call that finds an open connection never begins one.

use super::dial::{self, Unresolved};
use crate::model::{Reach, Timing};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use rustls::NamedGroup;
use rustls::client::{
    ClientSessionMemoryCache, ClientSessionStore, Tls12ClientSessionValue, Tls13ClientSessionValue,
};
use rustls::pki_types::ServerName;

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};
use tower_layer::Layer;
use tower_service::Service;
use url::Url;

#[derive(Default)]
pub struct Phases {
    /// Of the URL; a name is looked up without it.
    port: u16,
    began: OnceLock<Instant>,
    dns: OnceLock<Duration>,
    tls_began: OnceLock<Instant>,
    connected: OnceLock<Instant>,
    asked: OnceLock<Asked>,
}

/// The other side wanted to know who calls.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// Whose certificates it takes, by name.
    pub authorities: Vec<String>,
    /// Whether it was shown one.
    pub was_shown: bool,
}

tokio::task_local! {
    /// The call that the current task is making.
    pub static PHASES: Arc<Phases>;
}

impl Phases {
    pub fn towards(url: &str) -> Phases {
        let url = Url::parse(url).ok();
        Phases {
            port: url.and_then(|url| url.port_or_known_default()).unwrap_or(0),
            ..Phases::default()
        }
    }

    /// A connection is being made and is not there yet.
    pub fn is_connecting(&self) -> bool {
        self.began.get().is_some() && self.connected.get().is_none()
    }

    /// The connection is there, and is not secure yet.
    pub fn is_securing(&self) -> bool {
        self.is_connecting() && self.tls_began.get().is_some()
    }

    /// The other side was met, and made secure or not.
    pub fn has_begun_securing(&self) -> bool {
        self.tls_began.get().is_some()
    }

    /// For a connection that the library does not make.
    pub fn begin(&self) {
        self.began.get_or_init(Instant::now);
    }

    pub fn end(&self) {
        self.connected.get_or_init(Instant::now);
    }

    pub fn were_asked(&self, asked: Asked) {
        self.asked.get_or_init(|| asked);
    }

    pub fn asked(&self) -> Option<Asked> {
        self.asked.get().cloned()
    }

    pub fn timing(&self) -> Timing {
        let Some(began) = self.began.get() else {
            return Timing {
                reused: true,
                ..Timing::default()
            };
        };
        let (dns, tls_began) = (self.dns.get().copied(), self.tls_began.get());
        let there = tls_began.or(self.connected.get());
        let connect = there.map(|there| there.saturating_duration_since(*began));
        let secured = tls_began.zip(self.connected.get());
        Timing {
            dns,
            connect: connect.map(|c| c.saturating_sub(dns.unwrap_or_default())),
            tls: secured.map(|(from, to)| to.saturating_duration_since(*from)),
            ..Timing::default()
        }
    }

    pub fn connected_at(&self) -> Option<Instant> {
        self.connected.get().copied()
    }
}

#[derive(Clone)]
pub struct PhaseLayer;

impl<S> Layer<S> for PhaseLayer {
    type Service = Connecting<S>;

    fn layer(&self, inner: S) -> Connecting<S> {
        Connecting { inner }
    }
}

#[derive(Clone)]
pub struct Connecting<S> {
    inner: S,
}

impl<S, R> Service<R> for Connecting<S>
where
    S: Service<R>,
    S::Future: Send + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: R) -> Self::Future {
        // A connection that loses the race against a freed one may end up in another task.
        let phases = PHASES.try_with(Arc::clone).ok();
        if let Some(phases) = &phases {
            phases.begin();
        }
        let connection = self.inner.call(request);
        Box::pin(async move {
            let connection = match &phases {
                Some(phases) => PHASES.scope(phases.clone(), connection).await,
                None => connection.await,
            };
            if let (Some(phases), Ok(_)) = (&phases, &connection) {
                phases.end();
            }
            connection
        })
    }
}

/// The way from a name to addresses, with a clock.
pub struct Resolver {
    pub reach: Arc<Reach>,
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let phases = PHASES.try_with(Arc::clone).ok();
        let reach = self.reach.clone();
        Box::pin(async move {
            let began = Instant::now();
            let port = phases.as_ref().map_or(0, |phases| phases.port);
            let found = dial::addresses(&reach, name.as_str(), port).await;
            let mut found = found.map_err(|error| Unresolved::new(name.as_str(), error))?;
            // The port of the URL is put in by the library.
            found.iter_mut().for_each(|address| address.set_port(0));
            if let Some(phases) = phases {
                phases.dns.get_or_init(|| began.elapsed());
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// The usual memory of earlier handshakes. It is asked when a handshake begins, and nothing else
/// tells when that is.
#[derive(Debug)]
pub struct Handshakes(ClientSessionMemoryCache);

impl Handshakes {
    pub fn new() -> Handshakes {
        // As many as the TLS library keeps by itself.
        Handshakes(ClientSessionMemoryCache::new(256))
    }
}

impl ClientSessionStore for Handshakes {
    fn set_kx_hint(&self, server: ServerName<'static>, group: NamedGroup) {
        self.0.set_kx_hint(server, group);
    }

    fn kx_hint(&self, server: &ServerName<'_>) -> Option<NamedGroup> {
        // Outside a call there is nothing to time.
        let _ = PHASES.try_with(|phases| phases.tls_began.get_or_init(Instant::now).to_owned());
        self.0.kx_hint(server)
    }

    fn set_tls12_session(&self, server: ServerName<'static>, value: Tls12ClientSessionValue) {
        self.0.set_tls12_session(server, value);
    }

    fn tls12_session(&self, server: &ServerName<'_>) -> Option<Tls12ClientSessionValue> {
        self.0.tls12_session(server)
    }

    fn remove_tls12_session(&self, server: &ServerName<'static>) {
        self.0.remove_tls12_session(server);
    }

    fn insert_tls13_ticket(&self, server: ServerName<'static>, value: Tls13ClientSessionValue) {
        self.0.insert_tls13_ticket(server, value);
    }

    fn take_tls13_ticket(&self, server: &ServerName<'static>) -> Option<Tls13ClientSessionValue> {
        self.0.take_tls13_ticket(server)
    }
}
