//! `.http` files, as the REST Client of VS Code and the HTTP client of JetBrains have them: requests
//! in the words of HTTP, separated by `###`, with variables of their own. Read and written. No
//! credential that is read stays in a request.

mod body;
mod line;
mod read;
mod write;

pub use line::is_requests;
pub use read::read;
pub use write::{write_exchange, write_session};

#[cfg(test)]
mod tests;
