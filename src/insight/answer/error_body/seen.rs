//! An object as it is looked at to tell a refusal: its members without regard to spelling, and what
//! their values say.

use super::names::squeezed;
use super::words::{is_number, is_plain_code};
use crate::insight::json::Json;

/// An object by its members, looked up without regard to spelling.
pub struct Seen<'a> {
    pub members: Vec<(String, &'a Json)>,
}

impl<'a> Seen<'a> {
    /// The first 200 members of an object; none of a value that is no object.
    pub fn of(object: &'a Json) -> Seen<'a> {
        let members = object.as_object().unwrap_or_default().iter().take(200);
        Seen {
            members: members
                .map(|(name, value)| (squeezed(name), value))
                .collect(),
        }
    }

    /// A member's value by its squeezed name, as `errorcode` for `Error_Code`.
    pub fn get(&self, name: &str) -> Option<&'a Json> {
        let found = self.members.iter().find(|(own, _)| own == name);
        found.map(|(_, value)| *value)
    }

    /// Whether the value of one of these members fits; `names` are squeezed, with one blank
    /// between.
    pub fn any(&self, names: &str, fits: impl Fn(&Json) -> bool) -> bool {
        let mut members = self.members.iter();
        members.any(|(own, value)| names.split(' ').any(|name| name == own) && fits(value))
    }

    /// Whether it says in words what went wrong, or calls something an error.
    pub fn explains(&self) -> bool {
        const NAMES: &str = "message msg error err errors errormessage errormessages errmsg \
            errordescription errortext errorinfo reason reasons description detail details retmsg \
            resultmessage responsemessage responsemsg statusmessage info messages code errorcode errcode";
        self.any(NAMES, says_something)
    }

    /// Whether it is a thing that the API keeps, and not the envelope of an answer: such a thing
    /// may have failed, and have errors, without the call being refused.
    pub fn is_record(&self) -> bool {
        const IDS: &str = "id sid uuid guid uid key self href done jobid taskid operationid runid \
            executionid buildid number slug";
        const TIMES: &str = "created createdat createddate createdon creationtime datecreated dateupdated updated updatedat \
            modified modifiedat startedat finishedat completedat starttime endtime";
        const ENVELOPE: &str = "error err errors errormessage errormessages errmsg errorcode errcode \
            errno errortype errordescription errortext errordetails errorinfo errorid errorlist errorsummary \
            message messages msg detail details description reason reasons code status statuscode \
            httpstatus httpcode success ok issuccess successful succeeded result results data payload \
            response body requestid reqid traceid correlationid transactionid timestamp time date \
            path url uri meta metadata links help docs documentationurl moreinfo info type title \
            instance version jsonrpc warning warnings debug debugid extensions validationerrors \
            exception stack trace stacktrace file line hint id object htmlattributions retcode \
            retmsg ret cod severity took duration needed provided lang language locale host cost \
            responsemetadata nonce apiversion errorsubcode scope next prev page total count";
        if self.get("jsonrpc").is_some() {
            return false;
        }
        let has = |names: &str| self.any(names, |value| !is_empty(value));
        // `{"id": "unauthorized"}` names an error.
        let id = self.get("id").and_then(Json::as_text).unwrap_or_default();
        let word = is_plain_code(id) && !id.bytes().any(|b| b.is_ascii_digit());
        let has_id = has(IDS) && !word;
        let foreign = self.members.iter().filter(|(name, value)| {
            let in_envelope = ENVELOPE.split_whitespace().any(|own| own == name);
            let is_id = IDS.split_whitespace().any(|own| own == name);
            !in_envelope && !is_id && !is_empty(value)
        });
        let foreign = foreign.count();
        let state = self
            .get("status")
            .or_else(|| self.get("state"))
            .and_then(Json::as_text);
        let ended = state.is_some_and(|state| {
            let state = state.to_ascii_lowercase();
            matches!(
                state.as_str(),
                "failed" | "failure" | "completed" | "cancelled" | "done"
            )
        });
        has_id && (foreign > 0 || ended) || has(TIMES) && foreign > 1
    }
}

/// Whether a value holds nothing: null, a blank text, a list or an object without members.
pub fn is_empty(value: &Json) -> bool {
    match value {
        Json::Null => true,
        Json::Text(text) => text.trim().is_empty(),
        Json::List(values) => values.is_empty(),
        Json::Object(members) => members.is_empty(),
        _ => false,
    }
}

/// Words for success where other answers have an error.
pub fn is_fine_word(text: &str) -> bool {
    const WORDS: &str = "|ok|okay|success|successful|succeeded|none|null|no|false|0|n/a|no error|no errors|\
accepted|done|created|completed|complete|成功|操作成功|请求成功|";
    let text = text.trim().trim_end_matches(['.', '!']).to_lowercase();
    WORDS.contains(&format!("|{text}|"))
        || text.ends_with("success")
        || text.ends_with("successfully")
}

/// A value that speaks of an error where it stands under such a name.
pub fn says_something(value: &Json) -> bool {
    match value {
        Json::Text(text) => !text.trim().is_empty() && !is_fine_word(text),
        Json::Number(digits) => !is_fine_code(digits),
        Json::List(values) => values.iter().any(|value| match value {
            Json::Number(_) => false,
            value => says_something(value),
        }),
        Json::Object(members) => members.iter().any(|(_, value)| says_something(value)),
        Json::Bool(_) | Json::Null => false,
    }
}

/// Whether a code says that all went well: zeros, 2xx, 1xx or 3xx, `1`, `20000`, or a word such as
/// `ok`.
pub fn is_fine_code(code: &str) -> bool {
    let code = code.trim();
    let zero = !code.is_empty() && code.bytes().all(|b| b == b'0');
    let success = code.len() == 3 && code.starts_with('2') || matches!(code, "20000" | "1");
    zero || success
        || is_number(code) && code.len() == 3 && code.starts_with(['1', '3'])
        || is_fine_word(code)
}

/// False itself, or the text `false` in any letters.
pub fn is_false(value: &Json) -> bool {
    match value {
        Json::Bool(value) => !value,
        Json::Text(text) => text.trim().eq_ignore_ascii_case("false"),
        _ => false,
    }
}

/// True itself; the text `true` is not taken for it.
pub fn is_true(value: &Json) -> bool {
    matches!(value, Json::Bool(true))
}

/// The digit zero, as a number or a text; `0.0` and `00` are not taken for it.
pub fn is_zero(value: &Json) -> bool {
    matches!(value, Json::Number(digits) | Json::Text(digits) if digits == "0")
}

/// A whole number above zero, and no text.
pub fn is_positive(value: &Json) -> bool {
    let Json::Number(digits) = value else {
        return false;
    };
    digits.parse::<u64>().is_ok_and(|number| number > 0)
}

/// A number that is the status of a refusal.
pub fn is_bad_status(value: &Json) -> bool {
    let text = value.to_text().unwrap_or_default();
    let status = text.split(' ').next().unwrap_or_default();
    status.len() == 3
        && status
            .parse::<u16>()
            .is_ok_and(|n| (400..=599).contains(&n))
}

/// What an element of a batch holds: itself, or below the name of what was asked for.
pub fn of_part(value: &Json) -> &Json {
    match value.as_object() {
        Some([(_, inner @ Json::Object(_))]) => inner,
        _ => value,
    }
}

/// An element of a list that is the answer to one part of a batch.
pub fn is_part(value: &Json) -> bool {
    let value = of_part(value);
    let seen = Seen::of(value);
    let answered = seen.any(
        "status code statuscode httpstatus httpstatuscode",
        |value| {
            value
                .to_text()
                .is_some_and(|t| t.len() == 3 && t.parse::<u16>().is_ok())
        },
    );
    seen.get("jsonrpc").is_some()
        || answered && seen.any("body response headers result error errors", |_| true)
        || seen.get("errorcode").is_some()
}

/// Names of members that hold the answers to several requests, squeezed, with one blank between.
pub const BATCHES: &str =
    "responses batchresponse batchresponses compositeresponse replies operations items";

/// Names of members whose value is read whole, however long.
pub fn may_refuse(name: &str) -> bool {
    let name = squeezed(name);
    let known = "error errors err fault exception errormessages meta status header failed failures";
    known.split(' ').any(|own| own == name) || BATCHES.split(' ').any(|own| own == name)
}
