//! The errors that an answer holds, whatever shape its makers gave them.

use super::challenge::challenges;
use super::json::{self, Json, Note};
use crate::model::Response;

/// What kind of text an entry was taken from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum EntryOrigin {
    /// `errors`, a list of objects (jsonapi.org, error objects).
    JsonApi,
    /// Members without the braces around them, as some error pages print them.
    Fragment,
    /// RFC 9457.
    ProblemJson,
    /// RFC 6749, 5.2.
    Oauth,
    /// A header instead of the body.
    WwwAuthenticate,
    Graphql,
    /// JSON of some maker's own shape.
    Vendor,
    Text,
    /// A page for people: a gateway, a proxy or a login said this.
    Html,
    #[default]
    None,
}

impl EntryOrigin {
    /// The name that scripts read.
    pub fn id(self) -> &'static str {
        match self {
            EntryOrigin::JsonApi => "json_api",
            EntryOrigin::Fragment => "fragment",
            EntryOrigin::ProblemJson => "problem_json",
            EntryOrigin::Oauth => "oauth",
            EntryOrigin::WwwAuthenticate => "www_authenticate",
            EntryOrigin::Graphql => "graphql",
            EntryOrigin::Vendor => "vendor",
            EntryOrigin::Text => "text",
            EntryOrigin::Html => "html",
            EntryOrigin::None => "none",
        }
    }
}

/// One error. What the answer did not say stays absent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// May be reworded or translated by the API: for people, never for decisions.
    pub title: Option<String>,
    /// The same holds for the detail.
    pub detail: Option<String>,
    /// What decides, spelled as it came.
    pub code: Option<String>,
    pub status: Option<String>,
    /// The place in the request's body.
    pub pointer: Option<String>,
    /// The parameter or header of the request.
    pub parameter: Option<String>,
    pub links: Option<Json>,
    pub meta: Option<Json>,
    pub origin: EntryOrigin,
    /// The piece of the answer it was taken from; JSON on one line.
    pub raw: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ErrorBody {
    pub entries: Vec<Entry>,
    pub notes: Vec<Note>,
}

/// The errors of an answer: of its body first, then of its `WWW-Authenticate` header.
pub fn error_body(response: &Response) -> ErrorBody {
    let _ = challenges(&response.headers);
    error_text(&response.body, response.headers.media_type().as_deref())
}

/// The errors of a saved or pasted body.
pub fn error_text(text: &[u8], _media_type: Option<&str>) -> ErrorBody {
    let reading = json::read(&String::from_utf8_lossy(text));
    ErrorBody {
        entries: Vec::new(),
        notes: reading.notes,
    }
}
