//! One admitted call as the endpoints see it: who asks, what stood in the path, the query and
//! the body, each read with the API's own refusals.

use super::refusal::Refusal;
use crate::engine::sandbox::world::User;
use jiff::Timestamp;
use serde_json::{Map, Value};
use url::form_urlencoded;

pub(super) struct Ask {
    pub user: User,
    /// What stood in the places of the path, decoded.
    pub values: Vec<String>,
    pub query: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// `http://HOST`, for absolute links.
    pub base: String,
    /// The path without the query.
    pub path: String,
    pub target: String,
    pub now: Timestamp,
    /// The Core behind this call is an old one.
    pub core_old: bool,
}

impl Ask {
    /// The number in the path; whatever is no number names nothing.
    pub fn id(&self, place: usize) -> Result<u64, Refusal> {
        self.text(place).parse().map_err(|_| Refusal::not_found())
    }

    /// What stood in that place of the path, counted from zero; empty where the path has no such
    /// place.
    pub fn text(&self, place: usize) -> &str {
        self.values.get(place).map_or("", String::as_str)
    }

    /// The time of the call, to the second.
    pub fn stamp(&self) -> String {
        stamp(self.now)
    }

    /// The value of a query parameter, as it was decoded; the first where it was given twice.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// `stage=a,b` and `stage[]=a&stage[]=b` mean the same.
    pub fn several(&self, name: &str) -> Vec<&str> {
        let repeated = format!("{name}[]");
        self.query
            .iter()
            .filter(|(key, _)| key == name || *key == repeated)
            .flat_map(|(_, value)| value.split(','))
            .collect()
    }

    /// A filter that is an id.
    pub fn number(&self, name: &'static str) -> Result<Option<u64>, Refusal> {
        let parse = |text: &str| {
            text.parse().map_err(|_| {
                Refusal::unprocessable(format!("{name} must be a number.")).about(name)
            })
        };
        self.parameter(name).map(parse).transpose()
    }

    /// A query parameter as a moment (RFC 3339); a 422 where it is none.
    pub fn time(&self, name: &'static str) -> Result<Option<Timestamp>, Refusal> {
        let parse = |text: &str| {
            text.parse().map_err(|_| {
                let detail = format!("{name} must be a time such as 2026-05-04T09:12:00Z.");
                Refusal::unprocessable(detail).about(name)
            })
        };
        self.parameter(name).map(parse).transpose()
    }

    /// A query parameter that is `true` or `false`; a 422 for any other word.
    pub fn flag(&self, name: &'static str) -> Result<Option<bool>, Refusal> {
        match self.parameter(name) {
            None => Ok(None),
            Some("true") => Ok(Some(true)),
            Some("false") => Ok(Some(false)),
            Some(_) => {
                let detail = format!("{name} must be true or false.");
                Err(Refusal::unprocessable(detail).about(name))
            }
        }
    }

    /// A filter whose values come from a list.
    pub fn one_of(&self, name: &'static str, known: &[&'static str]) -> Result<Vec<&str>, Refusal> {
        let given = self.several(name);
        match given.iter().find(|value| !known.contains(value)) {
            None => Ok(given),
            Some(_) => {
                let detail = format!("{name} must be one of {}.", known.join(", "));
                Err(Refusal::unprocessable(detail).about(name))
            }
        }
    }

    /// A page number or size: one or more. That anything else is a 400 is our choice.
    pub fn count(&self, name: &'static str) -> Result<Option<usize>, Refusal> {
        match self.offset(name)? {
            Some(0) => Err(wrong_page(name)),
            other => Ok(other),
        }
    }

    /// How many entries of a list are to be passed over.
    pub fn offset(&self, name: &'static str) -> Result<Option<usize>, Refusal> {
        let parse = |text: &str| text.parse().map_err(|_| wrong_page(name));
        self.parameter(name).map(parse).transpose()
    }

    /// The address of another page of the same list.
    pub fn page_link(&self, number: usize, size: usize) -> String {
        let others = self
            .query
            .iter()
            .filter(|(key, _)| !key.starts_with("page["));
        let query = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(others)
            .append_pair("page[number]", &number.to_string())
            .append_pair("page[size]", &size.to_string())
            .finish();
        format!("{}{}?{query}", self.base, self.path)
    }

    /// A body that describes a resource of this type.
    pub fn resource(&self, kind: &str) -> Result<Document, Refusal> {
        let document = self.document()?;
        let Some(data) = document.whole.get("data") else {
            return Err(required("data", "/"));
        };
        let Some(data) = data.as_object() else {
            return Err(wrong_type("/data", "an object"));
        };
        match data.get("type") {
            None => return Err(required("type", "/data")),
            Some(Value::String(given)) if given == kind => {}
            Some(Value::String(_)) => {
                let detail = format!("The type of this resource is {kind}.");
                return Err(Refusal::bad_request(detail).at("/data/type"));
            }
            Some(_) => return Err(wrong_type("/data/type", "a string")),
        }
        for member in ["attributes", "relationships"] {
            if data.get(member).is_some_and(|value| !value.is_object()) {
                return Err(wrong_type(&format!("/data/{member}"), "an object"));
            }
        }
        Ok(document)
    }

    /// A body of options, such as a command takes; it may be absent.
    pub fn options(&self) -> Result<Document, Refusal> {
        if self.body.is_empty() {
            return Ok(Document::default());
        }
        self.document()
    }

    fn document(&self) -> Result<Document, Refusal> {
        let whole: Value = serde_json::from_slice(&self.body).map_err(|error| {
            Refusal::bad_request(format!("The body is not valid JSON: {error}."))
        })?;
        let Value::Object(whole) = whole else {
            return Err(wrong_type("", "an object"));
        };
        if whole.get("meta").is_some_and(|meta| !meta.is_object()) {
            return Err(wrong_type("/meta", "an object"));
        }
        Ok(Document { whole })
    }
}

/// The time as the API writes it.
pub(super) fn stamp(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn wrong_page(name: &'static str) -> Refusal {
    Refusal::bad_request(format!("{name} must be a positive whole number.")).about(name)
}

/// In the words of a JSON-Schema validator, as the vendor's client has seen them.
fn required(member: &str, place: &str) -> Refusal {
    Refusal::bad_request(format!(
        "The property '#{place}' did not contain a required property of '{member}'"
    ))
    .at(place.trim_end_matches('/'))
}

pub(super) fn wrong_type(pointer: &str, wanted: &str) -> Refusal {
    Refusal::bad_request(format!("The property '#{pointer}' must be {wanted}")).at(pointer)
}

/// Longest text kept, so that the world stays small: our choice.
const TEXT_BYTES: usize = 2_000;

/// A body that parsed, with a `data` and a `meta` of the right type.
#[derive(Default)]
pub(super) struct Document {
    whole: Map<String, Value>,
}

impl Document {
    /// The value at the pointer; `null` counts as absent.
    fn at(&self, pointer: &str) -> Option<&Value> {
        let mut places = pointer.split('/').skip(1);
        let first = self.whole.get(places.next()?)?;
        let found = places.try_fold(first, |value, place| match value {
            Value::Object(map) => map.get(place),
            Value::Array(items) => items.get(place.parse::<usize>().ok()?),
            _ => None,
        })?;
        (!found.is_null()).then_some(found)
    }

    /// A string of the body of at most `TEXT_BYTES`; a 422 where it is longer or no string. Absent
    /// and `null` are one.
    pub fn text(&self, pointer: &str) -> Result<Option<&str>, Refusal> {
        match self.at(pointer) {
            None => Ok(None),
            Some(Value::String(text)) if text.len() <= TEXT_BYTES => Ok(Some(text)),
            Some(Value::String(_)) => {
                let detail = format!("The text is longer than {TEXT_BYTES} bytes.");
                Err(Refusal::unprocessable(detail).at(pointer))
            }
            Some(_) => Err(wrong_type(pointer, "a string")),
        }
    }

    /// An id; the vendor's bodies write them as strings, bare numbers are let through. Anything else
    /// is 0, the id of nothing here.
    pub fn id(&self, pointer: &str) -> Result<Option<u64>, Refusal> {
        match self.at(pointer) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.parse().unwrap_or(0))),
            Some(Value::Number(number)) => Ok(Some(number.as_u64().unwrap_or(0))),
            Some(_) => Err(wrong_type(pointer, "an id")),
        }
    }

    /// An array of the body; a 422 where something else stands there. Absent and `null` are one.
    pub fn array(&self, pointer: &str) -> Result<Option<&Vec<Value>>, Refusal> {
        match self.at(pointer) {
            None => Ok(None),
            Some(Value::Array(items)) => Ok(Some(items)),
            Some(_) => Err(wrong_type(pointer, "an array")),
        }
    }
}
