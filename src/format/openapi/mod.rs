//! Descriptions of an API, OpenAPI 3.0 to 3.2 and Swagger 2.0, as JSON or YAML: one request for
//! each operation. Read by hand from a tree of values, since a typed model refuses a whole file
//! for one odd member. Nothing outside the file is looked at.

mod body;
mod document;
mod notes;
mod parameters;
mod read;
mod reader;
mod security;
mod sketch;

pub use document::is_document;
pub use read::read;

#[cfg(test)]
mod tests;
