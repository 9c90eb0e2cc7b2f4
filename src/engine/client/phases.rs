//! When a connection was begun and made, told by the library's own connector. A call that finds
//! an open connection never begins one.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::Instant;
use tower_layer::Layer;
use tower_service::Service;

#[derive(Default)]
pub struct Phases {
    began: OnceLock<Instant>,
    connected: OnceLock<Instant>,
}

tokio::task_local! {
    /// The call that the current task is making.
    pub static PHASES: Arc<Phases>;
}

impl Phases {
    /// A connection is being made and is not there yet.
    pub fn is_connecting(&self) -> bool {
        self.began.get().is_some() && self.connected.get().is_none()
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
            phases.began.get_or_init(Instant::now);
        }
        let connection = self.inner.call(request);
        Box::pin(async move {
            let connection = connection.await;
            if let (Some(phases), Ok(_)) = (&phases, &connection) {
                phases.connected.get_or_init(Instant::now);
            }
            connection
        })
    }
}
