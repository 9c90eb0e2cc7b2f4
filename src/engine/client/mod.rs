//! The HTTP client: one call, made with time limits, a limit on its body, and a way to stop it.
//! Whatever happens, the result is an exchange; nothing here fails.

mod decode;
mod fault;
mod flight;
mod phases;
mod redirect;
mod send;
mod trust;
mod way;

pub use flight::Flight;
pub use send::{Client, ClientOptions, Outgoing};
pub use trust::{authorities, system_roots};
