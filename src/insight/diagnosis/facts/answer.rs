//! Reads one exchange: its errors and what they mean, the kind of text, the records it lists.

use super::records;
use crate::insight::Exchange;
use crate::insight::api::knowledge::Knowledge;
use crate::insight::challenge::{Challenge, challenges};
use crate::insight::error_body::{EntryOrigin, ErrorBody, error_body, error_body_knowing};
use crate::insight::json::{self, Json};
use crate::insight::quota::quotas;
use crate::insight::route::{Route, decoded};
use crate::insight::words::{Sense, senses_of_code, senses_of_text};
use crate::model::{Headers, Outcome, Response, StatusClass, Timestamp, limits};
use std::sync::Arc;
use url::Url;

/// What kind of text an answer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Page {
    Json,
    Html,
    Text,
    Empty,
    Bytes,
}

/// One exchange and everything that was read from it.
#[derive(Clone, Debug)]
pub struct Facts {
    pub exchange: Arc<Exchange>,
    pub errors: ErrorBody,
    pub challenges: Vec<Challenge>,
    /// The senses of the error codes, including those of the challenges.
    pub codes: Vec<Sense>,
    /// The senses of the details; only a hint, because they may be translated.
    pub words: Vec<Sense>,
    /// The senses of the titles; a weaker hint.
    pub titles: Vec<Sense>,
    pub page: Page,
    pub json: Option<Json>,
    pub route: Option<Route>,
}

impl Facts {
    /// Reads an exchange; `base` is the path of the environment's base URL.
    pub fn read(exchange: Arc<Exchange>, base: &str) -> Facts {
        let response = exchange.outcome.response();
        let errors = response.map(error_body).unwrap_or_default();
        let challenges = response.map(|r| challenges(&r.headers)).unwrap_or_default();
        let mut facts = Facts {
            codes: Vec::new(),
            words: Vec::new(),
            titles: Vec::new(),
            page: response.map_or(Page::Empty, page),
            json: response.and_then(json_of),
            route: Url::parse(&exchange.sent.url)
                .ok()
                .map(|url| Route::of(&url, base)),
            errors,
            challenges,
            exchange,
        };
        facts.hear();
        facts
    }

    /// Reads the errors again with the knowledge of the API.
    pub fn know(&mut self, knowledge: &Knowledge) {
        let Some(response) = self.response() else {
            return;
        };
        if knowledge.api.is_some() {
            self.errors = error_body_knowing(response, knowledge);
            self.hear();
        }
    }

    /// Collects the senses of codes, details and titles.
    fn hear(&mut self) {
        let (mut codes, mut words, mut titles) = (Vec::new(), Vec::new(), Vec::new());
        let is_page = self.page == Page::Html;
        for entry in self.errors.first() {
            let header = entry.origin == EntryOrigin::WwwAuthenticate;
            if let Some(code) = &entry.code {
                add(&mut codes, senses_of_code(code));
            }
            if let Some(detail) = &entry.detail {
                add(&mut words, senses_of_text(detail));
            }
            // A title or detail that is one word with underscores is really a code.
            for text in [&entry.title, &entry.detail].into_iter().flatten() {
                if text.contains('_') && !text.trim().contains(char::is_whitespace) {
                    add(&mut codes, senses_of_code(text));
                }
            }
            if let Some(title) = entry.title.as_ref().filter(|_| !header) {
                let place = if is_page { &mut words } else { &mut titles };
                add(place, senses_of_text(title));
            }
        }
        if let Some(kind) = self.problem_type() {
            let name = kind.rsplit(['/', '#', ':']).find(|part| !part.is_empty());
            add(&mut codes, senses_of_code(name.unwrap_or_default()));
        }
        for challenge in &self.challenges {
            for name in ["error", "oauth_problem"] {
                let error = challenge.parameter(name).unwrap_or_default();
                add(&mut codes, senses_of_code(error));
            }
            if let Some(text) = challenge.parameter("error_description") {
                add(&mut words, senses_of_text(text));
            }
        }
        (self.codes, self.words, self.titles) = (codes, words, titles);
    }

    /// The problem type (RFC 9457, 3.1.1) where it serves as the code; `None` for `about:blank`.
    pub fn problem_type(&self) -> Option<String> {
        let first = self.errors.entries.first()?;
        if first.origin != EntryOrigin::ProblemJson {
            return None;
        }
        let kind = self.json.as_ref()?.get("type").and_then(Json::to_text)?;
        let own = first.code.as_ref().is_none_or(|code| *code == kind);
        (kind != "about:blank" && own).then_some(kind)
    }

    /// The status that the answer means; zero where no whole answer came. A success with errors in
    /// it means the status of its errors.
    pub fn status(&self) -> u16 {
        let sent = self.sent_status();
        let success = StatusClass::of(sent) == StatusClass::Success;
        if !success || self.errors.entries.is_empty() {
            return sent;
        }
        meant_status(&self.errors, &self.codes).unwrap_or(sent)
    }

    /// The status as sent; zero where no whole answer came.
    pub fn sent_status(&self) -> u16 {
        let judged = self.exchange.outcome.judged();
        judged.map_or(0, |response| response.status)
    }

    /// The response, also one that broke off; `None` where none came.
    pub fn response(&self) -> Option<&Response> {
        self.exchange.outcome.response()
    }

    /// A response header by name, the first of several; `None` where it or the response is missing.
    pub fn header(&self, name: &str) -> Option<String> {
        let value = self.response()?.headers.get(name)?;
        Some(value.into_owned())
    }

    /// The API answered with success, and the body holds no errors.
    pub fn is_fine(&self) -> bool {
        StatusClass::of(self.sent_status()) == StatusClass::Success
            && self.page != Page::Html
            && self.errors.entries.is_empty()
            && !self.is_refused()
    }

    /// The body says that the call was refused, though the status is a success.
    pub fn is_refused(&self) -> bool {
        self.response().is_some_and(|response| response.refused)
    }

    /// The API did not accept the token (401 or a code that says so).
    pub fn is_refusal(&self) -> bool {
        if self.is_fine() || self.page == Page::Html && self.challenges.is_empty() {
            return false;
        }
        let permission = [Sense::Scope, Sense::Role, Sense::Denied];
        let about_token = self.codes.iter().any(|sense| is_about_token(*sense));
        let about_permission = self.codes.iter().any(|sense| permission.contains(sense));
        about_token || (self.status() == 401 && !about_permission)
    }

    /// The token was accepted, but it may not do this (403 or a code that says so).
    pub fn is_denial(&self) -> bool {
        let permission = [Sense::Scope, Sense::Role, Sense::Denied];
        let said = self.codes.iter().any(|sense| permission.contains(sense));
        !self.is_refusal() && (self.status() == 403 || said)
    }

    /// Whether the answer means that the thing is not there: 404 or 410, and neither refusal nor
    /// denial.
    pub fn is_missing(&self) -> bool {
        matches!(self.status(), 404 | 410) && !self.is_refusal() && !self.is_denial()
    }

    /// Too many calls: by status 429, by a code, or because no calls are left.
    pub fn is_limited(&self) -> bool {
        let used_up = matches!(self.status(), 403 | 503) && self.calls_left() == Some(0);
        self.status() == 429 || self.codes.contains(&Sense::Rate) || used_up
    }

    /// Whether an error code of the answer has this sense; codes are surer than words.
    pub fn says(&self, sense: Sense) -> bool {
        self.codes.contains(&sense)
    }

    /// Whether the words of the errors have this sense; weaker than a code.
    pub fn hints(&self, sense: Sense) -> bool {
        self.words.contains(&sense)
    }

    /// The records of a list, if the answer is one.
    pub fn list(&self) -> Option<&[Json]> {
        if !self.is_fine() {
            return None;
        }
        records(self.json.as_ref()?)
    }

    /// The single record of a success; `None` for lists.
    pub fn record(&self) -> Option<&Json> {
        let body = self.json.as_ref().filter(|_| self.is_fine())?;
        if self.list().is_some() {
            return None;
        }
        let inner = ["data", "result", "item", "resource"]
            .iter()
            .find_map(|name| body.get(name));
        Some(
            inner
                .filter(|value| value.as_object().is_some())
                .unwrap_or(body),
        )
    }

    /// Whether two answers say the same: status, kind of text, codes, and words without numbers.
    pub fn is_like(&self, other: &Facts) -> bool {
        self.status() == other.status() && self.page == other.page && self.print() == other.print()
    }

    fn print(&self) -> Vec<String> {
        let plain = |text: &Option<String>| {
            let text = text.clone().unwrap_or_default();
            let words = text.split(|c: char| c.is_whitespace() || "\"'`<>()".contains(c));
            let words =
                words.filter(|word| !word.contains(|c: char| c.is_ascii_digit() || c == '/'));
            words.collect::<Vec<_>>().join(" ")
        };
        let entries = self.errors.first().iter();
        entries
            .map(|e| format!("{:?} {} {}", e.code, plain(&e.title), plain(&e.detail)))
            .chain(self.problem_type())
            .collect()
    }

    /// The calls left, by the tightest limit; `None` where no header tells.
    pub fn calls_left(&self) -> Option<u64> {
        let found = quotas(&self.response()?.headers, None, self.exchange.started_at);
        found.iter().filter_map(|quota| quota.remaining).min()
    }

    /// `GET /core/runbooks/9: 404 not_found`
    pub fn line(&self) -> String {
        let sent = &self.exchange.sent;
        let place = match Url::parse(&sent.url) {
            Ok(url) => match url.query() {
                Some(query) => format!("{}?{}", url.path(), decoded(query)),
                None => url.path().to_owned(),
            },
            Err(_) => sent.url.clone(),
        };
        let answer = match &self.exchange.outcome {
            Outcome::Answered(response) => {
                let code = self.errors.entries.iter().find_map(|e| e.code.clone());
                match code {
                    Some(code) => format!("{:03} {code}", response.status),
                    None => format!("{:03}", response.status),
                }
            }
            Outcome::Failed(failure) => match self.exchange.outcome.refusal() {
                Some(refusal) => format!("{:03}, {}", refusal.status, failure.cause.id()),
                None => failure.cause.id().to_owned(),
            },
        };
        // The method of a pasted answer may be unknown.
        format!("{} {place}: {answer}", sent.method)
            .trim_start()
            .to_owned()
    }

    /// The server's own clock, where the answer tells it.
    pub fn server_time(&self) -> Option<Timestamp> {
        server_time(&self.response()?.headers)
    }
}

/// The `Date` header (RFC 9110, 6.6.1); `None` where it is missing or unreadable.
pub fn server_time(headers: &Headers) -> Option<Timestamp> {
    let text = headers.get("date")?;
    let parsed = jiff::fmt::rfc2822::parse(text.trim()).ok()?;
    Some(parsed.timestamp())
}

fn add(senses: &mut Vec<Sense>, more: Vec<Sense>) {
    for sense in more {
        if !senses.contains(&sense) {
            senses.push(sense);
        }
    }
}

/// The status that errors inside a success mean; `codes` are the senses of their codes.
pub fn meant_status(errors: &ErrorBody, codes: &[Sense]) -> Option<u16> {
    let own = errors.entries.iter().find_map(|e| e.status.as_deref());
    let own = own
        .and_then(|text| text.parse().ok())
        .filter(|n| (400..=599).contains(n));
    own.or_else(|| codes.iter().find_map(|sense| usual_status(*sense)))
}

/// The status that APIs usually send for a sense.
fn usual_status(sense: Sense) -> Option<u16> {
    use Sense::*;
    let status = match sense {
        Scope | Role | Denied | AddressList => 403,
        Archived | Deleted | ParentAbsent | NotFound | Route => 404,
        Method => 405,
        Conflict => 409,
        TooLarge => 413,
        MediaType => 415,
        Validation | MissingField => 422,
        Tenant | MissingParameter | InvalidParameter | Syntax | Version | BadUrl => 400,
        Rate => 429,
        NotImplemented | Internal => 500,
        OldServer => 501,
        Upstream => 503,
        Timeout => 504,
        sense if is_about_token(sense) || sense == Unauthenticated => 401,
        _ => return None,
    };
    Some(status)
}

/// Whether a sense finds fault with the token itself, not with what it may do.
pub fn is_about_token(sense: Sense) -> bool {
    use Sense::*;
    matches!(
        sense,
        Expired | NotYet | Invalid | Revoked | NoCredential | Scheme | MalformedToken | Elsewhere
    )
}

fn page(response: &Response) -> Page {
    let body = &response.body;
    let start: Vec<u8> = body
        .iter()
        .copied()
        .filter(|b| !b.is_ascii_whitespace())
        .take(16)
        .collect();
    let start = String::from_utf8_lossy(&start).to_ascii_lowercase();
    let media_type = response.headers.media_type().unwrap_or_default();
    if start.is_empty() {
        return Page::Empty;
    }
    if start.starts_with("<!doctype")
        || start.starts_with("<html")
        || (media_type.contains("html") && start.starts_with('<'))
    {
        return Page::Html;
    }
    // A JSON body is not a page, whatever its media type says.
    let is_json = ["{\"", "{}", "[{", "[\"", "[]"]
        .iter()
        .any(|s| start.starts_with(s));
    if media_type.contains("html") && !is_json {
        return Page::Html;
    }
    if start.starts_with(['{', '[']) || media_type.contains("json") {
        return Page::Json;
    }
    match std::str::from_utf8(body) {
        Ok(_) => Page::Text,
        Err(_) => Page::Bytes,
    }
}

fn json_of(response: &Response) -> Option<Json> {
    if response.body.len() > limits::ERROR_BYTES || page(response) != Page::Json {
        return None;
    }
    let text = std::str::from_utf8(&response.body).ok()?;
    json::read(text).value
}
