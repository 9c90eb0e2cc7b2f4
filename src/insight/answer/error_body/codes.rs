//! Which member of an object is the code. Where a number hides a word, the word is the code: a
//! number that only repeats the status decides nothing.

use super::members::{Member, Members, Place, Setting, words};
use super::names::Role;
use super::words::{
    as_status, is_code_word, is_machine_word, is_marker, is_number, is_phrase, is_plain_code,
    leading_code,
};
use crate::insight::json::Json;

/// What an object says to programs.
#[derive(Default)]
pub struct Codes<'a> {
    pub code: Option<String>,
    /// Further codes of the same error, the next first.
    pub further: Vec<String>,
    pub status: Option<String>,
    /// A word for the kind of error beside its code.
    pub kind: Option<String>,
    /// The names of the members that were taken.
    pub used: Vec<&'a str>,
}

/// What a candidate for a code is made of.
enum Candidate {
    Word,
    Number,
    /// Zero, one or minus one: it says that something failed, at most.
    Weak,
    /// The answer's own status.
    Status,
}

/// What an object says to programs. A word goes before a number; zero, one, minus one and the
/// answer's own status are a code only where nothing else is. Beside a description the code is in
/// `error` (RFC 6749, 5.2).
pub fn codes_of<'a>(members: &'a Members, setting: Setting) -> Codes<'a> {
    let mut codes = Codes::default();
    let status = members.best(Role::Status, |m| status_in(m, setting));
    if let Some((name, status)) = status {
        codes.status = Some(status);
        codes.used.push(name);
    }
    let mut named = named(members, setting);
    let mut words = code_words(members);
    let described = members.get("errordescription").is_some() || members.get("erroruri").is_some();
    if described && let Some(at) = words.iter().position(|(name, _)| is_error(name)) {
        // RFC 6749, 5.2: beside a description the code is in `error`.
        let (name, word) = words.remove(at);
        named.insert(0, (name, word, Candidate::Word));
    }
    let first = |wanted: fn(&Candidate) -> bool| named.iter().position(|(.., c)| wanted(c));
    let word = first(|c| matches!(c, Candidate::Word));
    let number = first(|c| matches!(c, Candidate::Number));
    let weak = first(|c| matches!(c, Candidate::Weak));
    let repeated = first(|c| matches!(c, Candidate::Status));
    if let Some(at) = word.or(number) {
        let (name, code, _) = &named[at];
        codes.code = Some(code.clone());
        codes.used.push(name);
        if let Some(other) = number.filter(|_| word.is_some()) {
            codes.further.push(named[other].1.clone());
        }
    } else if let Some((name, code)) = words.first() {
        codes.code = Some(code.clone());
        codes.used.push(name);
    } else if let Some(code) = code_in_sentence(members) {
        codes.code = Some(code);
    } else if let Some(at) = weak.or(repeated) {
        let (name, code, _) = &named[at];
        if code != "0" {
            codes.code = Some(code.clone());
            codes.used.push(name);
        }
    }
    let success = setting.status.is_some_and(|status| status < 400);
    if codes.code.is_none() && success {
        // A number that is not the answer's own status decides.
        codes.code = codes.status.clone();
    }
    // What names the kind of error stands above its sentence.
    const KINDS: [&str; 5] = ["type", "errortype", "category", "name", "classification"];
    let kind = words.iter().find(|(name, word)| {
        let name = super::names::squeezed(name);
        KINDS.contains(&name.as_str()) && codes.code.as_ref() != Some(word)
    });
    if let Some((name, word)) = kind {
        codes.kind = Some(word.clone());
        codes.used.push(name);
    }
    subcodes(members, &mut codes);
    codes
}

fn is_error(name: &str) -> bool {
    matches!(super::names::squeezed(name).as_str(), "error" | "err")
}

/// A status that a member says, by a name made for it or as the answer's own number.
fn status_in(member: &Member, setting: Setting) -> Option<String> {
    let text = scalar(member.value)?;
    let number = as_status(&text)?;
    let by_name = member.squeezed.contains("status") || member.squeezed.starts_with("http");
    let own = repeats_status(number, setting);
    (by_name || own).then(|| {
        if text.contains(' ') {
            number.to_string()
        } else {
            text
        }
    })
}

/// Whether a number is nothing but the status of the answer.
fn repeats_status(number: u16, setting: Setting) -> bool {
    let refuses = (400..=599).contains(&number);
    match setting.status {
        Some(status) if status >= 300 => status == number,
        _ => refuses,
    }
}

fn scalar(value: &Json) -> Option<String> {
    match value {
        Json::Bool(_) => None,
        _ => value.to_text().map(|text| text.trim().to_owned()),
    }
}

/// Values of members that are made for codes, the most telling name first.
fn named<'a>(members: &'a Members, setting: Setting) -> Vec<(&'a str, String, Candidate)> {
    let mut found: Vec<(usize, &str, String, Candidate)> = Vec::new();
    for member in &members.all {
        let numbered = is_error(member.name) && matches!(member.value, Json::Number(_));
        let rank = member.rank(Role::Code).or(numbered.then_some(50));
        let Some(rank) = rank else { continue };
        let inner = member
            .value
            .get("value")
            .filter(|_| member.squeezed == "code");
        let Some(mut code) = scalar(inner.unwrap_or(member.value)) else {
            continue;
        };
        if member.squeezed == "__type" {
            // A type of a named model: what counts stands behind the name of the model.
            code = code.rsplit('#').next().unwrap_or_default().to_owned();
        }
        let is_made_for = matches!(member.squeezed.as_str(), "code" | "errorcode" | "faultcode");
        let is_long = code.len() > 120 || code.split_whitespace().count() > 6;
        if code.is_empty() || is_long {
            continue;
        }
        let candidate = if is_number(&code) {
            let status = as_status(&code).is_some_and(|n| repeats_status(n, setting));
            if member.squeezed.contains("status") && as_status(&code).is_some() {
                continue;
            }
            match code.as_str() {
                "0" | "1" | "-1" => Candidate::Weak,
                _ if status => Candidate::Status,
                _ => Candidate::Number,
            }
        } else if is_marker(&code) && code.contains(|c: char| c.is_ascii_alphabetic()) {
            continue;
        } else if is_made_for || is_code_word(&code) || starts_with_digit(&code) {
            Candidate::Word
        } else {
            continue;
        };
        found.push((rank, member.name, code, candidate));
    }
    found.sort_by_key(|(rank, ..)| *rank);
    found
        .into_iter()
        .map(|(_, name, code, candidate)| (name, code, candidate))
        .collect()
}

/// `80040B1A`, `0x80040220`: a number in other digits.
fn starts_with_digit(code: &str) -> bool {
    code.len() <= 12
        && code.starts_with(|c: char| c.is_ascii_digit())
        && code.bytes().all(|b| b.is_ascii_alphanumeric())
}

/// Words that members with other uses hold, the most telling name first.
fn code_words<'a>(members: &'a Members) -> Vec<(&'a str, String)> {
    let mut found: Vec<(usize, &str, String)> = Vec::new();
    for member in &members.all {
        let (Some(rank), Some(text)) = (member.rank(Role::CodeWord), member.value.as_text()) else {
            continue;
        };
        let text = text.trim();
        // `@type` and `$type` name the shape of the object.
        if member.name.starts_with(['@', '$']) || !is_code_word(text) {
            continue;
        }
        let shouted = !text.bytes().any(|b| b.is_ascii_lowercase());
        let named_error = text.ends_with("Error") || text.ends_with("Exception");
        let plain = is_plain_code(text);
        let in_list = members.place == Place::Element;
        let fits = match member.squeezed.as_str() {
            "error" | "err" | "result" | "exception" | "label" | "tag" | "issue" => plain,
            "status" | "state" | "stat" => !is_phrase(text) && (plain || shouted),
            "type" => text != "about:blank",
            "name" | "key" | "slug" if in_list => {
                named_error || shouted && text.contains('_') || text.contains('.')
            }
            "id" => plain && !text.bytes().any(|b| b.is_ascii_digit()),
            "name" => plain,
            "key" | "slug" => text.contains(['_', '.']),
            "title" => plain && text.contains(['_', '.']),
            "kind" => text != "Status",
            _ => true,
        };
        if fits {
            found.push((rank, member.name, text.to_owned()));
        }
    }
    found.sort_by_key(|(rank, ..)| *rank);
    found
        .into_iter()
        .map(|(_, name, word)| (name, word))
        .collect()
}

/// A sentence that is no sentence but a code, or has one in front.
fn code_in_sentence(members: &Members) -> Option<String> {
    let (_, said) = [Role::Message, Role::Specific]
        .iter()
        .find_map(|role| members.best(*role, |m| words(m.value)))?;
    let whole = said.trim().trim_end_matches(['.', '/']);
    let is_path = whole.contains('/') && whole.split('/').all(is_machine_word);
    let joined = whole.contains('_') || whole.contains('.') && !whole.contains(' ');
    if is_path || is_plain_code(whole) && joined {
        return Some(whole.to_owned());
    }
    leading_code(&said).map(str::to_owned)
}

/// Codes below the first: members made for them, and one in front of the sentence.
fn subcodes(members: &Members, codes: &mut Codes) {
    let mut add = |code: String| {
        let known = codes.code.as_deref() == Some(&code) || codes.further.contains(&code);
        if !known && !code.is_empty() && code != "0" {
            codes.further.push(code);
        }
    };
    for member in members.all.iter().filter(|member| member.is(Role::Subcode)) {
        if let Some(code) = scalar(member.value) {
            let is_code = is_number(&code) || is_code_word(&code);
            if is_code && !code.contains(' ') {
                add(code);
            }
        }
    }
    for name in ["reason", "issue"] {
        let reason = members
            .get(name)
            .and_then(Json::as_text)
            .unwrap_or_default();
        if is_code_word(reason) && !is_phrase(reason) {
            add(reason.to_owned());
        }
    }
    if let Some((_, said)) = members.best(Role::Message, |m| words(m.value))
        && let Some(code) = leading_code(&said)
    {
        add(code.to_owned());
    }
}
