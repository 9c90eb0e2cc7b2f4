//! What one error is, and when two of them are one.

use crate::insight::json::Json;

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
    /// OData's JSON format, version 4.01, 21.1, and the older `odata.error`.
    Odata,
    /// `google.rpc.Status`.
    GoogleRpc,
    /// RFC 7644, 3.12.
    Scim,
    Xml,
    /// JSON of some maker's own shape, or a header of theirs.
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
            EntryOrigin::Odata => "odata",
            EntryOrigin::GoogleRpc => "google_rpc",
            EntryOrigin::Scim => "scim",
            EntryOrigin::Xml => "xml",
            EntryOrigin::Vendor => "vendor",
            EntryOrigin::Text => "text",
            EntryOrigin::Html => "html",
            EntryOrigin::None => "none",
        }
    }
}

/// What mends an error, as the answer says it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Remedy {
    /// Words, or the address itself where there are none.
    pub text: String,
    pub url: Option<String>,
}

impl Remedy {
    /// A remedy that is an address and nothing more, so that the address is its text as well.
    pub fn link(url: &str) -> Remedy {
        Remedy {
            text: url.to_owned(),
            url: Some(url.to_owned()),
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
    /// Where the input stands, as the answer writes it: a pointer, a parameter or a path.
    pub field: Option<String>,
    /// The place in the request's body.
    pub pointer: Option<String>,
    /// The parameter or header of the request.
    pub parameter: Option<String>,
    /// Scopes, roles or permissions that the call needs, as the answer names them.
    pub needed: Vec<String>,
    /// Those that its credential has.
    pub held: Vec<String>,
    pub remedy: Option<Remedy>,
    pub links: Option<Json>,
    pub meta: Option<Json>,
    pub origin: EntryOrigin,
    /// The piece of the answer it was taken from; JSON on one line.
    pub raw: String,
}

impl Entry {
    /// Which part of the input it is about, however the answer names it.
    pub fn place(&self) -> Option<&str> {
        let places = [&self.field, &self.pointer, &self.parameter];
        places.into_iter().flatten().next().map(String::as_str)
    }

    /// Whether it has anything that a person is shown first.
    pub fn says(&self) -> bool {
        self.title.is_some() || self.detail.is_some() || self.code.is_some()
    }

    fn said(&self) -> impl Iterator<Item = &String> {
        [&self.title, &self.detail, &self.code]
            .into_iter()
            .flatten()
    }

    /// Whether all that it says is said by the other one too.
    pub fn is_within(&self, other: &Entry) -> bool {
        self.said().all(|text| other.said().any(|own| own == text))
    }

    /// Takes over what this one lacks, all but the words and the code.
    pub fn take_rest(&mut self, other: Entry) {
        self.status = self.status.take().or(other.status);
        self.field = self.field.take().or(other.field);
        self.pointer = self.pointer.take().or(other.pointer);
        self.parameter = self.parameter.take().or(other.parameter);
        self.remedy = self.remedy.take().or(other.remedy);
        self.links = self.links.take().or(other.links);
        for (own, more) in [
            (&mut self.needed, other.needed),
            (&mut self.held, other.held),
        ] {
            for name in more {
                if !own.contains(&name) {
                    own.push(name);
                }
            }
        }
    }
}

/// A text worth showing: scalars in words, lists and objects on one line, and nothing for null
/// and for blank text.
pub fn text(value: &Json) -> Option<String> {
    match value {
        Json::Null => None,
        Json::List(_) | Json::Object(_) => Some(value.to_string()),
        _ => value.to_text().filter(|text| !text.trim().is_empty()),
    }
}

/// The member of that name as text.
pub fn member(object: &Json, name: &str) -> Option<String> {
    object.get(name).and_then(text)
}

/// The members but those named, as an object.
pub fn rest(object: &Json, used: &[&str]) -> Option<Json> {
    let members: Vec<_> = object
        .as_object()?
        .iter()
        .filter(|(name, value)| *value != Json::Null && !used.contains(&name.as_str()))
        .cloned()
        .collect();
    (!members.is_empty()).then_some(Json::Object(members))
}
