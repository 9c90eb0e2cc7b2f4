//! The HTTP client: one call, made with time limits, a limit on its body, and a way to stop it.
//! Whatever happens, the result is an exchange; nothing here fails.

mod certificate;
mod decode;
mod dial;
mod fault;
mod flight;
mod handshake;
mod jar;
mod own_host;
mod pem;
mod phases;
mod pool;
mod proxy;
mod receive;
mod redirect;
mod renew;
mod retry;
mod send;
mod stranger;
mod target;
mod trust;
mod tunnel;

pub use flight::Flight;
pub use jar::Jars;
pub use proxy::proxy_address;
pub use renew::{Ready, Renew};
pub use send::{Client, ClientOptions, Outgoing};
pub use trust::{authorities, system_roots, tls};
