//! The shape of answers: documents with `data`, `meta` and `links`, and bodies of errors.

use super::ask::Ask;
use hyper::StatusCode;
use serde_json::{Map, Value, json};
use std::cmp::Ordering;

/// What a call that was allowed brings back.
#[derive(Debug)]
pub(super) enum Reply {
    /// 200
    Shown(Value),
    /// 201
    Created(Value),
    /// 204
    Empty,
}

/// Why a call was not done, as the API says it.
#[derive(Debug)]
pub(super) struct Refusal {
    pub status: StatusCode,
    pub problems: Vec<Problem>,
    /// The methods for an `Allow` header.
    pub allow: Option<String>,
}

/// One member of `errors`.
#[derive(Debug)]
pub(super) struct Problem {
    pub detail: String,
    pub code: &'static str,
    /// The place in the body, or the name of the query parameter. That errors carry a `source`
    /// is not documented: we send it where it helps, as the JSON:API format allows.
    pub source: Option<Source>,
}

#[derive(Debug)]
pub(super) enum Source {
    Pointer(String),
    Parameter(&'static str),
}

/// The codes. Only `not_found` is documented; every other one is our choice.
///
/// | status | code |
/// | --- | --- |
/// | 400 | `bad_request`, `unsupported_api_version`, `invalid_core_url` |
/// | 401 | `unauthorized`, `token_expired` |
/// | 403 | `forbidden` |
/// | 404 | `not_found` |
/// | 405 | `method_not_allowed`, `endpoint_not_implemented`, `core_outdated` |
/// | 422 | `unprocessable_entity` |
/// | 429 | `token_rate_limited`, `ip_rate_limited` |
/// | 500 | `internal_server_error`, `endpoint_not_implemented` |
/// | 501 | `not_implemented` |
/// | 503 | `service_unavailable` |
/// | 504 | `gateway_timeout` |
impl Refusal {
    pub fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Refusal {
        Refusal {
            status,
            problems: vec![Problem {
                detail: detail.into(),
                code,
                source: None,
            }],
            allow: None,
        }
    }

    pub fn bad_request(detail: impl Into<String>) -> Refusal {
        Refusal::new(StatusCode::BAD_REQUEST, "bad_request", detail)
    }

    pub fn unauthorized(detail: impl Into<String>) -> Refusal {
        Refusal::new(StatusCode::UNAUTHORIZED, "unauthorized", detail)
    }

    pub fn forbidden(detail: impl Into<String>) -> Refusal {
        Refusal::new(StatusCode::FORBIDDEN, "forbidden", detail)
    }

    /// The same words for what is absent, archived, deleted and hidden: as the vendor says, all
    /// four are one answer.
    pub fn not_found() -> Refusal {
        let detail = "The link is not valid, or you do not have access to what it names.";
        Refusal::new(StatusCode::NOT_FOUND, "not_found", detail)
    }

    pub fn unprocessable(detail: impl Into<String>) -> Refusal {
        Refusal::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "unprocessable_entity",
            detail,
        )
    }

    pub fn unexpected() -> Refusal {
        Refusal::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal_server_error",
            "Something went wrong on our side.",
        )
    }

    pub fn at(mut self, pointer: impl Into<String>) -> Refusal {
        let pointer = pointer.into();
        for problem in &mut self.problems {
            problem.source = Some(Source::Pointer(pointer.clone()));
        }
        self
    }

    pub fn about(mut self, parameter: &'static str) -> Refusal {
        for problem in &mut self.problems {
            problem.source = Some(Source::Parameter(parameter));
        }
        self
    }

    pub fn body(&self) -> Value {
        let title = self.status.canonical_reason().unwrap_or("Error");
        let errors: Vec<Value> = self
            .problems
            .iter()
            .map(|problem| {
                let mut error = json!({
                    "title": title, "detail": problem.detail, "code": problem.code,
                });
                match &problem.source {
                    Some(Source::Pointer(at)) => error["source"] = json!({ "pointer": at }),
                    Some(Source::Parameter(name)) => {
                        error["source"] = json!({ "parameter": name });
                    }
                    None => {}
                }
                error
            })
            .collect();
        json!({ "errors": errors })
    }
}

/// Validation that names every bad value at once.
#[derive(Default)]
pub(super) struct Checks {
    problems: Vec<Problem>,
}

impl Checks {
    pub fn refuse(&mut self, pointer: impl Into<String>, detail: impl Into<String>) {
        self.problems.push(Problem {
            detail: detail.into(),
            code: "unprocessable_entity",
            source: Some(Source::Pointer(pointer.into())),
        });
    }

    /// Refuses an attribute that is empty.
    pub fn filled(&mut self, attribute: &str, text: &str) {
        if text.is_empty() {
            let pointer = format!("/data/attributes/{attribute}");
            self.refuse(pointer, format!("{attribute} can't be blank."));
        }
    }

    pub fn done(self) -> Result<(), Refusal> {
        if self.problems.is_empty() {
            return Ok(());
        }
        Err(Refusal {
            status: StatusCode::UNPROCESSABLE_ENTITY,
            problems: self.problems,
            allow: None,
        })
    }
}

pub(super) fn single(resource: Value) -> Value {
    json!({ "data": resource })
}

/// A to-one relationship with the address of what it leads to.
pub(super) fn to_one(ask: &Ask, kind: &str, id: u64, path: &str) -> Value {
    json!({
        "data": { "id": id.to_string(), "type": kind },
        "links": { "related": format!("{}{path}", ask.base) },
    })
}

/// A to-one relationship that leads nowhere: JSON:API has an object here too.
pub(super) fn to_none() -> Value {
    json!({ "data": null })
}

/// Ids and types alone.
pub(super) fn to_many(kind: &str, ids: impl IntoIterator<Item = u64>) -> Vec<Value> {
    ids.into_iter()
        .map(|id| json!({ "id": id.to_string(), "type": kind }))
        .collect()
}

/// Size of a page unless asked for, and the largest; a larger one is cut to it. The default and
/// the cutting are our choice, the maximum was observed.
const PAGE: usize = 20;
const LARGEST_PAGE: usize = 100;

/// One page of a list, sorted as asked, with the links to the other pages.
pub(super) fn list(ask: &Ask, mut items: Vec<Value>) -> Result<Value, Refusal> {
    sort(ask, &mut items);
    let asked = match ask.count("page[size]")? {
        None => ask.count("page[limit]")?,
        some => some,
    };
    let size = asked.unwrap_or(PAGE).clamp(1, LARGEST_PAGE);
    let number = match (ask.count("page[number]")?, ask.offset("page[offset]")?) {
        (Some(number), _) => number,
        (None, Some(offset)) => offset / size + 1,
        (None, None) => 1,
    };
    let total = items.len();
    let last = total.div_ceil(size).max(1);
    let page: Vec<Value> = items
        .into_iter()
        .skip(size.saturating_mul(number - 1))
        .take(size)
        .collect();
    let link = |to: usize| ask.page_link(to, size);
    Ok(json!({
        "data": page,
        "meta": { "page": { "number": number, "total": total } },
        "links": {
            "self": link(number),
            "first": link(1),
            "last": link(last),
            "prev": (number > 1).then(|| link(number - 1)),
            "next": (number < last).then(|| link(number + 1)),
        },
    }))
}

/// The whole list in one answer: one page, and no link to another.
pub(super) fn whole_list(ask: &Ask, items: Vec<Value>) -> Value {
    json!({
        "meta": { "page": { "number": 1, "total": items.len() } },
        "data": items,
        "links": { "self": format!("{}{}", ask.base, ask.target) },
    })
}

/// By the attribute that `sort` names, `-` for descending. An unknown attribute changes nothing.
fn sort(ask: &Ask, items: &mut [Value]) {
    let Some(asked) = ask.parameter("sort") else {
        return;
    };
    let (name, descending) = match asked.strip_prefix('-') {
        Some(name) => (name, true),
        None => (asked, false),
    };
    let order = |a: &Value, b: &Value| match (&a["attributes"][name], &b["attributes"][name]) {
        (Value::String(a), Value::String(b)) => a.cmp(b),
        (Value::Number(a), Value::Number(b)) => a.as_i64().cmp(&b.as_i64()),
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        _ => Ordering::Equal,
    };
    items.sort_by(|a, b| {
        let order = order(a, b);
        if descending { order.reverse() } else { order }
    });
}

/// Only the attributes that `fields[KIND]` names, where it does.
pub(super) fn keep_fields(ask: &Ask, name: &str, items: &mut [Value]) {
    let Some(wanted) = ask.parameter(name) else {
        return;
    };
    let wanted: Vec<&str> = wanted.split(',').map(str::trim).collect();
    for item in items {
        if let Some(Value::Object(attributes)) = item.get_mut("attributes") {
            let kept: Map<String, Value> = std::mem::take(attributes)
                .into_iter()
                .filter(|(key, _)| wanted.contains(&key.as_str()))
                .collect();
            *attributes = kept;
        }
    }
}
