//! Why a call was not done, as a body of errors.

use hyper::StatusCode;
use serde_json::{Value, json};

/// Why a call was not done, as the API says it.
#[derive(Debug)]
pub(super) struct Refusal {
    pub status: StatusCode,
    pub problems: Vec<Problem>,
    /// The methods for an `Allow` header.
    pub allow: Option<String>,
    /// What else stands in its head.
    pub headers: Vec<(&'static str, String)>,
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
/// | 401 | `unauthorized`, `token_expired`, `invalid_audience`, `invalid_dpop_proof`, `use_dpop_nonce`, `insufficient_user_authentication` |
/// | 403 | `forbidden`, `insufficient_scope` |
/// | 404 | `not_found` |
/// | 405 | `method_not_allowed`, `endpoint_not_implemented`, `core_outdated` |
/// | 422 | `unprocessable_entity` |
/// | 429 | `token_rate_limited`, `ip_rate_limited` |
/// | 500 | `internal_server_error`, `endpoint_not_implemented` |
/// | 501 | `not_implemented` |
/// | 503 | `service_unavailable` |
/// | 504 | `gateway_timeout` |
impl Refusal {
    /// A refusal for one reason, without a `source`.
    pub fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Refusal {
        Refusal {
            status,
            problems: vec![Problem {
                detail: detail.into(),
                code,
                source: None,
            }],
            allow: None,
            headers: Vec::new(),
        }
    }

    /// 400: the request cannot be read.
    pub fn bad_request(detail: impl Into<String>) -> Refusal {
        Refusal::new(StatusCode::BAD_REQUEST, "bad_request", detail)
    }

    /// 401: nobody is known by this token, or there is none.
    pub fn unauthorized(detail: impl Into<String>) -> Refusal {
        Refusal::new(StatusCode::UNAUTHORIZED, "unauthorized", detail)
    }

    /// 403: the person is known, and may not.
    pub fn forbidden(detail: impl Into<String>) -> Refusal {
        Refusal::new(StatusCode::FORBIDDEN, "forbidden", detail)
    }

    /// The same words for what is absent, archived, deleted and hidden: as the vendor says, all
    /// four are one answer.
    pub fn not_found() -> Refusal {
        let detail = "The link is not valid, or you do not have access to what it names.";
        Refusal::new(StatusCode::NOT_FOUND, "not_found", detail)
    }

    /// 422: the request can be read, and a value in it is not one that can be taken.
    pub fn unprocessable(detail: impl Into<String>) -> Refusal {
        Refusal::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "unprocessable_entity",
            detail,
        )
    }

    /// 500: the fault is ours.
    pub fn unexpected() -> Refusal {
        Refusal::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal_server_error",
            "Something went wrong on our side.",
        )
    }

    /// Adds a header to the answer.
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Refusal {
        self.headers.push((name, value.into()));
        self
    }

    /// Says for every error which place of the body is meant, as a JSON Pointer (RFC 6901).
    pub fn at(mut self, pointer: impl Into<String>) -> Refusal {
        let pointer = pointer.into();
        for problem in &mut self.problems {
            problem.source = Some(Source::Pointer(pointer.clone()));
        }
        self
    }

    /// Says for every error which query parameter is meant.
    pub fn about(mut self, parameter: &'static str) -> Refusal {
        for problem in &mut self.problems {
            problem.source = Some(Source::Parameter(parameter));
        }
        self
    }

    /// The answer's body in JSON:API's form: `errors`, each with title, detail and code. The title
    /// is HTTP's own phrase for the status.
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
    /// Notes one bad value, by the JSON Pointer to where it stands.
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

    /// A 422 with all that was noted; `Ok` where nothing was.
    pub fn done(self) -> Result<(), Refusal> {
        if self.problems.is_empty() {
            return Ok(());
        }
        Err(Refusal {
            status: StatusCode::UNPROCESSABLE_ENTITY,
            problems: self.problems,
            allow: None,
            headers: Vec::new(),
        })
    }
}

pub(super) fn wrong_method(code: &'static str, detail: String, allow: String) -> Refusal {
    Refusal {
        allow: Some(allow),
        ..Refusal::new(StatusCode::METHOD_NOT_ALLOWED, code, detail)
    }
}
