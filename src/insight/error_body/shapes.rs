//! The shapes in which errors come, most telling first; the first that fits wins. To add one,
//! write a small function in the room it belongs to, and a row here.

use super::found::{Document, Found};
use super::list::{errors, problem};
use super::page;
use super::vendor::{
    error_object, fault, field_checks, field_lists, json_text, oauth, single, top_list,
};

pub struct Shape {
    pub read: fn(&Document) -> Option<Found>,
    /// What a person should know when this shape was met.
    pub note: Option<&'static str>,
}

const fn shape(read: fn(&Document) -> Option<Found>) -> Shape {
    Shape { read, note: None }
}

/// Problems before lists, since a problem may hold a list of its own; lists before single
/// messages, since a list says more; JSON before pages, pages before plain text.
pub const SHAPES: &[Shape] = &[
    shape(problem),
    shape(errors),
    shape(oauth),
    shape(fault),
    shape(field_checks),
    shape(error_object),
    shape(single),
    shape(top_list),
    shape(field_lists),
    shape(json_text),
    Shape {
        read: page::html,
        note: Some(
            "This is a web page, not the API's JSON: a gateway, proxy or login page said this, not the API.",
        ),
    },
    shape(page::xml),
    shape(page::form),
];
