//! Hurl files by the rules of their grammar: strict, so that whatever Hurl would read as anything
//! else than a request of ours fails here.

use super::recorder::Request;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use httriage::model::encoded;

/// The variables that its head asks for.
pub fn variables(text: &str) -> Vec<String> {
    let lines = text.lines().take_while(|line| line.starts_with('#'));
    let named = lines.filter_map(|line| {
        let rest = line.strip_prefix("#     --")?;
        let (_, rest) = rest.split_once(' ')?;
        Some(rest.split_once('=')?.0.to_owned())
    });
    named.collect()
}

/// The requests of a file, each variable of its head filled in.
pub fn requests(text: &str, upload: &[u8], what: &str) -> Vec<Request> {
    let mut filled = text.to_owned();
    for name in variables(text) {
        filled = filled.replace(&format!("{{{{{name}}}}}"), super::VALUE);
    }
    let text = filled.as_str();
    let mut lines = text.split('\n').peekable();
    let mut requests = Vec::new();
    while let Some(line) = lines.next() {
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        let (method, url) = line.split_once(' ').expect(what);
        assert!(method.bytes().all(|b| b.is_ascii_uppercase()), "{what}");
        assert!(url.starts_with("http://127.0.0.1:"), "{what}");
        let fits = |c: char| c.is_ascii_alphanumeric() || ":/.-?=&_%*,@~+!$'();[]".contains(c);
        assert!(url.chars().all(fits), "{what}");
        let mut request = Request {
            method: method.to_owned(),
            target: url["http://".len()..]
                .find('/')
                .map_or("/", |at| &url["http://".len() + at..])
                .to_owned(),
            ..Request::default()
        };
        while let Some(line) = lines.next_if(|line| is_pair(line)) {
            let (key, value) = line.split_once(':').unwrap();
            let value = read(value, '#', what);
            request.headers.push((
                unescaped(key, what).to_ascii_lowercase(),
                value.trim_matches(' ').as_bytes().to_vec(),
            ));
        }
        if lines.next_if(|line| *line == "[Options]").is_some() {
            // The one that keeps dots in a path.
            assert_eq!(lines.next(), Some("path-as-is: true"), "{what}");
        }
        for (section, in_url) in [("[QueryStringParams]", true), ("[FormParams]", false)] {
            if lines.next_if(|line| *line == section).is_none() {
                continue;
            }
            while let Some(line) = lines.next_if(|line| is_pair(line)) {
                let (key, value) = line.split_once(':').unwrap();
                let value = read(value, '#', what);
                let (name, value) = (unescaped(key, what), value.trim_matches(' ').to_owned());
                // It leaves names as they are.
                let pair = format!("{name}={}", encoded(&value));
                if in_url {
                    let sign = if request.target.contains('?') {
                        '&'
                    } else {
                        '?'
                    };
                    request.target.push_str(&format!("{sign}{pair}"));
                } else {
                    let sign = if request.body.is_empty() { "" } else { "&" };
                    request.body.extend(format!("{sign}{pair}").bytes());
                }
            }
        }
        let is_section = |line: &&str| line.starts_with('[');
        assert!(lines.next_if(is_section).is_none(), "{what}");
        let form = std::mem::take(&mut request.body);
        request.body = match lines.peek().copied().unwrap_or_default() {
            "```" => {
                lines.next();
                let mut body = String::new();
                loop {
                    let line = lines.next().expect(what);
                    if let Some(last) = line.strip_suffix("```") {
                        assert!(!last.contains("```") && !body.contains("{{"), "{what}");
                        body.push_str(last);
                        break;
                    }
                    assert!(!line.contains("```"), "{what}");
                    body.push_str(line);
                    body.push('\n');
                }
                body.into_bytes()
            }
            line if line.starts_with('`') => {
                lines.next();
                let inside = line[1..].strip_suffix('`').expect(what);
                let body = read(inside, '`', what);
                assert_eq!(body.chars().count(), written_length(inside), "{what}");
                body.into_bytes()
            }
            line if line.starts_with("base64,") => {
                lines.next();
                let inside = line["base64,".len()..].strip_suffix(';').expect(what);
                STANDARD.decode(inside).expect(what)
            }
            line if line.starts_with("file,") => {
                lines.next();
                let inside = line["file,".len()..].strip_suffix(';').expect(what);
                let path = unescaped(inside, what);
                assert!(!path.contains("canary"), "{what}");
                if path == "up.txt" {
                    upload.to_vec()
                } else {
                    Vec::new()
                }
            }
            _ => form,
        };
        let status = lines.next().expect(what).strip_prefix("HTTP ").expect(what);
        assert!(
            status == "*" || status.bytes().all(|b| b.is_ascii_digit()),
            "{what}"
        );
        if lines.next_if(|line| *line == "[Captures]").is_some() {
            while let Some(line) = lines.next_if(|line| is_pair(line)) {
                let (name, value) = line.split_once(": jsonpath \"").expect(what);
                let fits = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
                assert!(name.bytes().all(fits), "{what}");
                assert_quoted(value, what);
            }
        }
        if lines.next_if(|line| *line == "[Asserts]").is_some() {
            while let Some(line) = lines.next_if(|line| !line.trim().is_empty()) {
                let rest = line.strip_prefix("body contains \"");
                let rest = rest.or_else(|| line.strip_prefix("jsonpath \""));
                let rest = rest.expect(what);
                match rest.split_once("\" == ") {
                    Some((path, value)) => {
                        assert_quoted(&format!("{path}\""), what);
                        let is_word = ["true", "false", "null"].contains(&value)
                            || value.parse::<i64>().is_ok();
                        if !is_word {
                            assert_quoted(value.strip_prefix('"').expect(what), what);
                        }
                    }
                    None => assert_quoted(rest, what),
                }
            }
        }
        requests.push(request);
    }
    requests
}

/// A name, a colon, a value.
fn is_pair(line: &str) -> bool {
    let key = line.split(':').next().unwrap_or_default();
    let fits = |c: char| c.is_ascii_alphanumeric() || "_-.\\{}".contains(c);
    line.contains(':') && !key.is_empty() && key.chars().all(fits)
}

fn assert_quoted(text: &str, what: &str) {
    let inside = text.strip_suffix('"').expect(what);
    let read = read(inside, '"', what);
    assert_eq!(read.chars().count(), written_length(inside), "{what}");
}

/// How many characters a text with escapes is, if none of it ends it early.
fn written_length(text: &str) -> usize {
    let mut count = 0;
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        count += 1;
        if c == '\\' && rest.next() == Some('u') {
            for c in rest.by_ref() {
                if c == '}' {
                    break;
                }
            }
        }
    }
    count
}

/// A text up to its bare end sign, its escapes undone; no variable stands in it.
fn read(text: &str, end: char, what: &str) -> String {
    let mut out = String::new();
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            c if c == end => break,
            '\\' => out.push(match rest.next().expect(what) {
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                'u' => {
                    assert_eq!(rest.next(), Some('{'), "{what}");
                    let hex: String = rest.by_ref().take_while(|c| *c != '}').collect();
                    char::from_u32(u32::from_str_radix(&hex, 16).expect(what)).expect(what)
                }
                c if "#\\\"`:;/ ".contains(c) => c,
                c => panic!("escape {c:?} in {what}"),
            }),
            '{' => {
                assert_ne!(rest.peek(), Some(&'{'), "{what}");
                out.push('{');
            }
            c => {
                assert!(!c.is_control(), "{what}");
                out.push(c);
            }
        }
    }
    out
}

fn unescaped(text: &str, what: &str) -> String {
    read(text, '\u{0}', what)
}
