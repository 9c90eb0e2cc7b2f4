//! `.http` files: requests as text, which the HTTP clients of editors run.

mod write;

pub use write::{write_exchange, write_session};

#[cfg(test)]
mod tests;
