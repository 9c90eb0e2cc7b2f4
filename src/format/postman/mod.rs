//! Collections of Postman, v2.0 and v2.1: read as requests in the order of their folders, with the
//! variables of the collection. No credential that is read stays in a request.

mod auth;
mod read;
mod request;

pub use read::{is_collection, read};
pub(super) use request::graphql_text;

#[cfg(test)]
mod tests;
