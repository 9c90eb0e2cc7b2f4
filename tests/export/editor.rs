//! `.http` files as the REST Client of VS Code reads them, by the rules of its source: written
//! from those rules, and not from our own reader.

use super::recorder::Request;
use std::collections::HashMap;

const METHODS: [&str; 9] = [
    "GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "CONNECT", "TRACE",
];

/// The requests that it would send, each file beside it read as far as the line names it. It
/// fails where a line does anything else.
pub fn requests(text: &str, what: &str) -> Vec<Request> {
    // Some clients end lines at other signs too.
    for sign in ['\r', '\u{2028}', '\u{2029}', '\u{85}', '\u{b}', '\u{c}'] {
        assert!(!text.contains(sign), "{what}");
    }
    let lines: Vec<&str> = text.split('\n').collect();
    let mut variables: HashMap<&str, &str> = HashMap::new();
    for line in lines.iter().filter(|line| !is_comment(line)) {
        if let Some((name, value)) = variable(line) {
            assert!(is_ours(value), "{what}");
            variables.insert(name, value);
        }
    }
    let mut requests = Vec::new();
    for block in lines.split(|line| line.starts_with("###")) {
        let kept: Vec<&str> = block
            .iter()
            .filter(|line| !is_comment(line))
            .copied()
            .collect();
        let begins = |line: &&str| !line.trim().is_empty() && variable(line).is_none();
        let Some(from) = kept.iter().position(begins) else {
            continue;
        };
        let to = kept
            .iter()
            .rposition(|line| !line.trim().is_empty())
            .unwrap();
        assert!(!kept[from].trim_start().starts_with("HTTP/"), "{what}");
        let filled: Vec<String> = kept[from..=to]
            .iter()
            .map(|line| filled(line, &variables, what))
            .collect();
        let lines: Vec<&str> = filled.iter().map(String::as_str).collect();
        requests.push(request(&lines, what));
    }
    requests
}

fn filled(line: &str, variables: &HashMap<&str, &str>, what: &str) -> String {
    let mut filled = String::new();
    let mut rest = line;
    while let Some(at) = rest.find("{{") {
        let (name, behind) = rest[at + 2..].split_once("}}").expect(what);
        assert!(variables.contains_key(name), "{name} in {what}");
        filled.push_str(&rest[..at]);
        filled.push_str(super::VALUE);
        rest = behind;
    }
    filled + rest
}

fn request(lines: &[&str], what: &str) -> Request {
    let (method, rest) = lines[0].split_once(' ').expect(what);
    assert!(METHODS.contains(&method), "{what}");
    let url = rest.strip_suffix(" HTTP/1.1").expect(what);
    assert!(!url.contains(char::is_whitespace), "{what}");
    let empty = lines.iter().position(|line| line.trim().is_empty());
    let head = &lines[1..empty.unwrap_or(lines.len())];
    let mut headers = Vec::new();
    for line in head {
        assert!(!line.trim_start().starts_with(['?', '&']), "{what}");
        let (name, value) = line.split_once(':').expect(what);
        assert_eq!(name.trim(), name, "{what}");
        headers.push((name.to_ascii_lowercase(), value.trim().as_bytes().to_vec()));
    }
    let mut body = Vec::new();
    let kind = headers.iter().find(|(name, _)| name == "content-type");
    let kind = kind.map(|(_, value)| String::from_utf8_lossy(value).into_owned());
    let ends = if kind.is_some_and(|kind| kind.starts_with("multipart/form-data")) {
        "\r\n"
    } else {
        "\n"
    };
    let lines = empty.map_or(&[][..], |at| &lines[at + 1..]);
    for (number, line) in lines.iter().enumerate() {
        let start = line.trim_start();
        // Scripts, files and variables in a body.
        assert!(!start.starts_with(['>', '@']), "{what}");
        assert!(!start.starts_with("```"), "{what}");
        if let Some(path) = line.strip_prefix("< ") {
            assert!(lines.len() == 1 && !path.contains("canary"), "{what}");
            if path == "up.txt" {
                body.extend_from_slice(super::UPLOAD);
            }
            continue;
        }
        let begins = start.strip_prefix('<').unwrap_or("x");
        assert!(
            !begins.is_empty() && !begins.starts_with([' ', '\t', '@', '>', '<']),
            "{what}"
        );
        if number > 0 {
            body.extend_from_slice(ends.as_bytes());
        }
        body.extend_from_slice(line.as_bytes());
    }
    // A body of parts ends as its lines do.
    if ends == "\r\n" && !body.is_empty() {
        body.extend_from_slice(b"\r\n");
    }
    let (_, rest) = url.split_once("://").expect(what);
    let target = rest.find('/').map_or("/", |at| &rest[at..]).to_owned();
    let request = Request {
        method: method.to_owned(),
        target,
        headers,
        body,
    };
    request.plain()
}

fn is_comment(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with('#') || line.starts_with("//")
}

fn variable(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.trim_start().strip_prefix('@')?.split_once('=')?;
    let name = name.trim_end();
    (!name.is_empty() && !name.contains(char::is_whitespace)).then(|| (name, value.trim()))
}

/// A variable of the process that is ours, or a place in an answer that holds no code.
fn is_ours(value: &str) -> bool {
    let inside = value
        .strip_prefix("{{")
        .and_then(|value| value.strip_suffix("}}"));
    let Some(inside) = inside else { return false };
    if let Some(variable) = inside.strip_prefix("$processEnv ") {
        let is_name = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_';
        return (variable.starts_with("HTTRIAGE_VAR_") || variable.starts_with("HTTRIAGE_TOKEN_"))
            && variable.bytes().all(is_name);
    }
    let Some((step, path)) = inside.split_once(".response.body.$") else {
        return false;
    };
    let number = step.strip_prefix("step_").unwrap_or_default();
    let fits = |b: u8| b.is_ascii_alphanumeric() || b"_-.[]'".contains(&b);
    number.bytes().all(|b| b.is_ascii_digit()) && path.bytes().all(fits)
}
