//! Whether an answer that says that it worked was a refusal. Many APIs answer 200 to everything
//! and say in the body that they did not do it. Wrong both ways is bad: a record that failed, a
//! log of errors and an empty list are answers like any other, so only the outermost members
//! speak, and only where they are not those of a record.

use super::headers;
use super::names::squeezed;
use super::page;
use super::seen::{
    BATCHES, Seen, is_bad_status, is_empty, is_false, is_fine_code, is_fine_word, is_part,
    is_positive, is_true, is_zero, of_part, says_something,
};
use super::sentence;
use super::skim::outline;
use super::words::{is_code_word, is_denial, is_number, is_plain_code};
use super::xml;
use crate::insight::api::knowledge::Knowledge;
use crate::insight::json::{self, Json};
use crate::insight::stream::{events, is_stream};
use crate::insight::words::senses_of_code;
use crate::model::{Response, StatusClass, limits};

/// Whether the call was refused although its status says that it worked. What is known of its API
/// is asked for only where it may matter, with the outermost members of the body: it may have
/// signs besides those that many share. Takes some milliseconds at most, however large the body.
#[must_use]
pub fn refused(response: &Response, knowledge: impl FnOnce(Option<&Json>) -> Knowledge) -> bool {
    if StatusClass::of(response.status) != StatusClass::Success {
        return false;
    }
    let media_type = response.headers.media_type().unwrap_or_default();
    if is_stream(&media_type) {
        return headers::say_no(&response.headers) || !failed_events(response).is_empty();
    }
    let body = outline(&response.body);
    if says_no(response, body.as_ref()) {
        return true;
    }
    body.or_else(|| marked_up(response)).is_some_and(|body| {
        // Of a record the signs say how it fares, and not the call.
        !Seen::of(&body).is_record() && knowledge(Some(&body)).is_refused(&body)
    })
}

/// XML as its members, and a page as its text, for who knows signs in them.
fn marked_up(response: &Response) -> Option<Json> {
    let start = &response.body[..response.body.len().min(limits::ERROR_BYTES)];
    let text = String::from_utf8_lossy(start);
    let text = text.trim_start_matches('\u{feff}').trim();
    if !text.starts_with('<') {
        return None;
    }
    let media_type = response.headers.media_type().unwrap_or_default();
    let lower = text.get(..200).unwrap_or(text).to_ascii_lowercase();
    let is_page = media_type.contains("html")
        || lower.starts_with("<html")
        || lower.starts_with("<!doctype html");
    if is_page {
        Some(Json::Text(text.to_owned()))
    } else {
        xml::read(text)
    }
}

/// The same by the signs alone that many APIs share.
pub fn refused_by_itself(response: &Response) -> bool {
    let is_success = StatusClass::of(response.status) == StatusClass::Success;
    let media_type = response.headers.media_type().unwrap_or_default();
    if is_success && is_stream(&media_type) {
        return headers::say_no(&response.headers) || !failed_events(response).is_empty();
    }
    is_success && says_no(response, outline(&response.body).as_ref())
}

/// The data of those events of a stream that say that something went wrong: what the stream calls
/// an error, and the last one where it refuses as an answer would. Other lines may be records of
/// failures, which are answers like any other.
pub fn failed_events(response: &Response) -> Vec<String> {
    let media_type = response.headers.media_type().unwrap_or_default();
    let start = response.body.len().saturating_sub(limits::ERROR_BYTES);
    let mut events = events(&response.body[start..], &media_type).peekable();
    let mut failed = Vec::new();
    while let Some(event) = events.next() {
        let is_last = events.peek().is_none();
        if event.is_error() || is_last && refuses(&event.data) {
            failed.push(event.data);
        }
    }
    failed
}

fn refuses(data: &str) -> bool {
    let Some(value) = json::read(data).value else {
        return false;
    };
    let calls_itself = |name: &str| {
        let kind = value.get(name).and_then(Json::as_text);
        kind.is_some_and(|kind| kind.eq_ignore_ascii_case("error"))
    };
    json_refuses(&value) || calls_itself("type") || calls_itself("event")
}

fn says_no(response: &Response, body: Option<&Json>) -> bool {
    if headers::say_no(&response.headers) {
        return true;
    }
    if let Some(body) = body {
        return json_refuses(body);
    }
    let start = &response.body[..response.body.len().min(limits::ERROR_BYTES)];
    let text = String::from_utf8_lossy(start);
    let text = text.trim_start_matches('\u{feff}').trim();
    let media_type = response.headers.media_type().unwrap_or_default();
    if media_type.starts_with("multipart/") {
        return parts_of_multipart(text).next().is_some();
    }
    if text.starts_with('<') && !media_type.contains("html") && !text[1..].starts_with("html") {
        return xml::read(text).is_some_and(|root| xml_refuses(&root));
    }
    let is_page = media_type.contains("html");
    page::form(text).is_some() || !is_page && sentence::refuses(text)
}

/// The parts of a multipart answer that are answers with an error.
pub fn parts_of_multipart(text: &str) -> impl Iterator<Item = &str> {
    let parts = text.split("\nHTTP/1.").skip(1);
    parts.filter(|part| {
        let status = part.split(' ').nth(1);
        status.is_some_and(|status| status.starts_with(['4', '5']))
    })
}

fn json_refuses(value: &Json) -> bool {
    match value {
        Json::Object(_) => object_refuses(value, 0),
        Json::List(values) => list_refuses(values),
        _ => false,
    }
}

const FLAGS: &str = "ok success issuccess issuccessful successful succeeded";

const STATUSES: &str = "status statuscode httpstatus httpstatuscode httpcode cod";

/// Levels of wrappers that are looked into.
const WRAPPERS: usize = 3;

fn object_refuses(object: &Json, depth: usize) -> bool {
    let seen = Seen::of(object);
    if seen.members.is_empty() {
        return false;
    }
    if seen.get("jsonrpc").is_some() && seen.any("error", says_something) {
        return true;
    }
    if batch_fails(object, &seen) {
        return true;
    }
    let few = seen.members.len() <= 3;
    if !seen.is_record() {
        let flagged = seen.any(FLAGS, is_false) || seen.any("status", |v| *v == Json::Bool(false));
        let unset = seen.any("ok success", is_zero);
        if flagged && (few || seen.explains()) || unset && seen.explains() {
            return true;
        }
        if has_errors(&seen) || code_refuses(&seen) || status_refuses(&seen) {
            return true;
        }
        if around_refuses(&seen) {
            return true;
        }
    }
    // What has but one member stands around the answer.
    match seen.members.as_slice() {
        [(name, inner @ Json::Object(_))] if depth < WRAPPERS && name != "data" => {
            object_refuses(inner, depth + 1)
        }
        _ => false,
    }
}

/// Something called an error that is not empty.
fn has_errors(seen: &Seen) -> bool {
    const WORDS: &str =
        "error err fault exception errormessage errormessages errorlist errordescription";
    if seen.any(WORDS, |value| {
        !matches!(value, Json::Number(_)) && says_something(value)
    }) {
        return true;
    }
    let listed = seen.any("errors", |value| match value {
        // A page of a log of errors is a list of records.
        Json::List(values) if values.iter().any(|value| Seen::of(value).is_record()) => false,
        Json::List(_) | Json::Object(_) => says_something(value),
        Json::Text(text) => text.contains(' ') && !is_fine_word(text),
        _ => false,
    });
    let told = || {
        seen.any(
            "message msg errormessage errmsg description info",
            says_something,
        )
    };
    let numbered = seen.any("error err", |v| {
        matches!(v, Json::Number(_)) && says_something(v)
    });
    let set = seen.any("error err iserror haserror", is_true);
    listed || (numbered || set) && told()
}

/// A code that is not the one for success, with words beside it and without data.
fn code_refuses(seen: &Seen) -> bool {
    const CODES: &str = "errcode errno errorcode errornumber retcode ret resultcode returncode respcode \
        responsecode ecode";
    const TOLD: &str = "message msg errmsg errormessage errordescription description retmsg resultmessage \
        resultmsg responsemessage responsemsg info error exception";
    let told = seen.any(TOLD, says_something);
    let has_data = seen.any("data result results payload items", |value| {
        !is_empty(value) && !is_zero(value)
    });
    if !told || has_data {
        return false;
    }
    let refuses = |value: &Json| match value {
        Json::Number(code) => !is_fine_code(code),
        Json::Text(code) => !code.trim().is_empty() && !is_fine_code(code) && !code.contains(' '),
        _ => false,
    };
    if seen.any(CODES, refuses) {
        return true;
    }
    seen.any("code", |value| match value.to_text() {
        Some(code) if is_number(&code) => {
            let negative = code.starts_with('-') && code != "-0";
            let long = code.len() >= 4 && !is_fine_code(&code) && seen.get("id").is_none();
            negative || is_bad_status(value) || long
        }
        Some(code) => is_plain_code(&code) && !senses_of_code(&code).is_empty(),
        None => false,
    })
}

/// `status: "REQUEST_DENIED"`, `status: "error"`, `status: 401`.
fn status_refuses(seen: &Seen) -> bool {
    const FAILED: &str = "|error|err|fail|failed|failure|nok|notok|not ok|ko|ng|exception|unsuccessful|denied|unauthorized|\
forbidden|invalid|rejected|";
    let explains = seen.any(
        "message msg error err errors errormessage errormessages errmsg errordescription errortext reason \
         reasons description detail details code errorcode errcode title",
        says_something,
    );
    let names = "status stat result ack outcome";
    let says = |value: &Json, fits: &dyn Fn(&str) -> bool| value.as_text().is_some_and(fits);
    let failed = |value: &Json| {
        says(value, &|text| {
            FAILED.contains(&format!("|{}|", text.to_ascii_lowercase()))
        })
    };
    let shouted = |value: &Json| {
        says(value, &|text| {
            let loud = text.contains('_') && !text.bytes().any(|b| b.is_ascii_lowercase());
            loud && is_code_word(text) && is_denial(text)
        })
    };
    // `<status>ERR</status><body><msg>…</msg></body>`
    let below = || {
        let holds = |value: &Json| value.as_object().is_some() && Seen::of(value).explains();
        seen.any("body detail details result response", holds)
    };
    let unset = seen.any("status stat success ok", |v| is_zero(v) || is_false(v));
    if unset && seen.any("message msg", failed) {
        return true;
    }
    let only_data = seen.members.len() == 2 && seen.get("data").is_some();
    let typed = seen.any("type object", |value| value.as_text() == Some("error"));
    seen.any(names, shouted)
        || typed && explains
        || seen.any(names, failed) && (explains || only_data || below())
        || seen.any(STATUSES, is_bad_status) && explains
}

/// What stands around the data says that there is none: `meta`, `header`, an object as status.
fn around_refuses(seen: &Seen) -> bool {
    let mut around = seen.members.iter().filter(|(name, value)| {
        let known = "meta status header responseheader responsestatus ocs resultstatus";
        known.split(' ').any(|own| own == name) && value.as_object().is_some()
    });
    around.any(|(name, value)| {
        let inner = Seen::of(value);
        if name == "ocs" {
            return around_refuses(&inner);
        }
        let numbers = "code status statuscode httpstatus";
        inner.any(FLAGS, is_false)
            || inner.any(numbers, is_bad_status)
            || inner.any("errortype errormessage errorcode error", says_something)
            || status_refuses(&inner)
    })
}

/// The status of that part.
pub fn status_of_part(value: &Json) -> Option<u16> {
    let seen = Seen::of(of_part(value));
    let names = [
        "status",
        "statuscode",
        "httpstatuscode",
        "httpstatus",
        "code",
    ];
    let values = names.iter().filter_map(|name| seen.get(name)?.to_text());
    let statuses = values.filter_map(|text| super::words::as_status(&text));
    statuses.into_iter().next()
}

/// The body of that part as text.
pub fn body_of_part(value: &Json) -> String {
    let seen = Seen::of(of_part(value));
    let body = ["body", "response"].iter().find_map(|name| seen.get(name));
    match body {
        Some(Json::Text(text)) if !text.trim().is_empty() => text.clone(),
        Some(body @ (Json::List(_) | Json::Object(_))) if !is_empty(body) => body.to_string(),
        _ => value.to_string(),
    }
}

/// Whether that part failed.
fn part_fails(value: &Json) -> bool {
    let seen = Seen::of(of_part(value));
    let bad = seen.any(
        "status code statuscode httpstatus httpstatuscode",
        is_bad_status,
    );
    let has_body = seen.any("body response headers result error errors", |_| true);
    bad && has_body || seen.any("error errors", says_something)
}

/// A batch of which some part failed.
fn batch_fails(object: &Json, seen: &Seen) -> bool {
    let flagged = seen.any("haserrors haserror", is_true)
        || seen.any("errors", is_true) && seen.get("items").is_some()
        || seen.any("failedrecordcount failedentrycount", is_positive)
        || seen.any("failure", is_positive) && matches!(seen.get("success"), Some(Json::Number(_)));
    let failed = seen.any("failed failures", |value| {
        let values = value.as_list().unwrap_or_default();
        let coded = |value: &Json| {
            let seen = Seen::of(value);
            seen.any("code errorcode", |v| v.as_text().is_some_and(is_code_word))
                && seen.get("message").is_some()
        };
        !values.is_empty() && values.iter().all(coded)
    });
    flagged || failed || failing_parts(object).next().is_some()
}

/// A row of a write that was not taken over, among others.
fn row_fails(value: &Json) -> bool {
    let seen = Seen::of(value);
    let failed = seen.any("status", |v| v.as_text() == Some("error"));
    failed && seen.get("code").is_some() && seen.get("message").is_some()
}

/// A list of which every row holds nothing but errors.
fn is_all_errors(rows: &[Json]) -> bool {
    let only_errors = |row: &Json| {
        let seen = Seen::of(row);
        let is_error = |(name, value): &(String, &Json)| {
            matches!(name.as_str(), "error" | "errors") && says_something(value)
        };
        !seen.members.is_empty() && seen.members.iter().all(is_error)
    };
    !rows.is_empty() && rows.iter().all(only_errors)
}

/// The parts of a batch that failed.
pub fn failing_parts(value: &Json) -> impl Iterator<Item = &Json> {
    let mut batches: Vec<&[Json]> = Vec::new();
    let mut rows: Vec<&[Json]> = Vec::new();
    match value {
        Json::List(values) => batches.push(values),
        Json::Object(members) => {
            for (name, value) in members {
                let name = squeezed(name);
                let values = value.as_list().unwrap_or_default();
                if BATCHES.split(' ').any(|own| own == name) {
                    batches.push(values);
                } else if name == "data" {
                    rows.push(values);
                }
            }
        }
        _ => {}
    }
    // One part that is none makes the list one of records.
    batches.retain(|values| values.iter().all(is_part));
    let parts = batches
        .into_iter()
        .flatten()
        .filter(|value| part_fails(value));
    let is_lost = rows.iter().any(|rows| is_all_errors(rows));
    let rows = rows.into_iter().flatten();
    parts.chain(rows.filter(move |value| is_lost || row_fails(value)))
}

fn list_refuses(values: &[Json]) -> bool {
    if let [first, second, ..] = values
        && let (Some(first), Some(_)) = (first.as_text(), second.to_text())
    {
        let marked = first.eq_ignore_ascii_case("error");
        return values.len() <= 4 && (marked || first.starts_with("ERROR_"));
    }
    let only_errors = |value: &Json| {
        let seen = Seen::of(value);
        let names = "errorcode message fields field";
        seen.get("errorcode").is_some()
            && seen.get("message").is_some()
            && seen
                .members
                .iter()
                .all(|(name, _)| names.split(' ').any(|own| own == name))
    };
    let all_errors = !values.is_empty() && values.iter().all(only_errors);
    let whole = Json::List(values.to_vec());
    all_errors || failing_parts(&whole).next().is_some()
}

/// A fault of SOAP, a root that is called an error, or what would refuse as JSON.
fn xml_refuses(root: &Json) -> bool {
    let Some([(name, value)]) = root.as_object() else {
        return false;
    };
    const ROOTS: &str =
        "error errors errorresponse fault exception exceptionreport serviceexceptionreport";
    let named = ROOTS.split(' ').any(|own| own == squeezed(name));
    if named && says_something(value) {
        return true;
    }
    let seen = Seen::of(value);
    if seen.get("fault").is_some() {
        return true;
    }
    if let Some(body) = seen.get("body") {
        let inner = Seen::of(body);
        if inner.get("fault").is_some() {
            return true;
        }
        return inner.members.iter().any(|(_, answer)| {
            let severity = |v: &Json| matches!(v.as_text(), Some("ERROR" | "FAILURE"));
            Seen::of(answer).any("highestseverity", severity) || object_refuses(answer, 1)
        });
    }
    if name == "multistatus" {
        let answers = seen.get("response");
        let answers = answers
            .and_then(Json::as_list)
            .or(answers.map(std::slice::from_ref));
        return answers.unwrap_or_default().iter().any(|answer| {
            let status = answer
                .get("status")
                .and_then(Json::as_text)
                .unwrap_or_default();
            status
                .split(' ')
                .nth(1)
                .is_some_and(|s| s.starts_with(['4', '5']))
        });
    }
    object_refuses(root, 0)
}
