//! When a connection began, its host was resolved, and it was connected and secured, by the
//! library's own hooks. A call that reuses a connection never begins one.

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

/// When each step of one connection happened, and whether the server asked for a certificate.
#[derive(Default)]
pub struct Phases {
    /// The port of the URL; the resolver does not get it.
    port: u16,
    began: OnceLock<Instant>,
    dns: OnceLock<Duration>,
    tls_began: OnceLock<Instant>,
    connected: OnceLock<Instant>,
    asked: OnceLock<Asked>,
}

/// The server asked for a client certificate.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// The authorities whose certificates it accepts, by name.
    pub authorities: Vec<String>,
    /// Whether it got one.
    pub was_shown: bool,
}

tokio::task_local! {
    /// The call that the current task is making.
    pub static PHASES: Arc<Phases>;
}

impl Phases {
    /// Starts the record of a call to this URL.
    pub fn towards(url: &str) -> Phases {
        let url = Url::parse(url).ok();
        Phases {
            port: url.and_then(|url| url.port_or_known_default()).unwrap_or(0),
            ..Phases::default()
        }
    }

    /// Whether a connection is being made and is not there yet.
    pub fn is_connecting(&self) -> bool {
        self.began.get().is_some() && self.connected.get().is_none()
    }

    /// Whether the TLS handshake is under way.
    pub fn is_securing(&self) -> bool {
        self.is_connecting() && self.tls_began.get().is_some()
    }

    /// Whether the TLS handshake began, finished or not.
    pub fn has_begun_securing(&self) -> bool {
        self.tls_began.get().is_some()
    }

    /// Notes the begin of a connection; only the first time counts.
    pub fn begin(&self) {
        self.began.get_or_init(Instant::now);
    }

    /// Notes that the connection is there, TLS included.
    pub fn end(&self) {
        self.connected.get_or_init(Instant::now);
    }

    /// Notes that the server asked for a client certificate; only the first time counts.
    pub fn were_asked(&self, asked: Asked) {
        self.asked.get_or_init(|| asked);
    }

    /// What the server asked about a client certificate; `None` where it did not ask.
    pub fn asked(&self) -> Option<Asked> {
        self.asked.get().cloned()
    }

    /// The durations of each step; `reused` where no connection had to be made.
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

    /// When the connection was there; `None` before, and for a reused one.
    pub fn connected_at(&self) -> Option<Instant> {
        self.connected.get().copied()
    }
}

/// The connector layer that times each connection of the HTTP library.
#[derive(Clone)]
pub struct PhaseLayer;

impl<S> Layer<S> for PhaseLayer {
    type Service = Connecting<S>;

    fn layer(&self, inner: S) -> Connecting<S> {
        Connecting { inner }
    }
}

/// The service that `PhaseLayer` makes: connects, and notes begin and end.
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
        // The library may move a connection to another task, where `PHASES` is not set.
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

/// Resolves host names and notes how long it took.
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
            // The library puts in the port of the URL.
            found.iter_mut().for_each(|address| address.set_port(0));
            if let Some(phases) = phases {
                phases.dns.get_or_init(|| began.elapsed());
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// The memory of earlier TLS sessions. The library asks it when a handshake begins, which is the
/// only hook for that moment.
#[derive(Debug)]
pub struct Handshakes(ClientSessionMemoryCache);

impl Handshakes {
    /// A memory for 256 servers.
    pub fn new() -> Handshakes {
        // The TLS library's own default.
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
