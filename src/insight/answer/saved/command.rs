//! The command above an answer: whoever pastes what `curl -i` printed often pastes how they
//! called it as well. It is read for the request alone; importing commands is another matter.

use super::{fetch, head};
use crate::model::{Headers, SentRequest};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::iter::Peekable;
use std::str::Chars;

/// Commands are not longer.
const LONGEST: usize = 20_000;

/// The request of the first command in these lines; `None` where there is none.
pub fn request<'a>(mut lines: impl Iterator<Item = &'a str>) -> Option<SentRequest> {
    let mut text = lines.find_map(command)?.to_owned();
    while let Some(sign) = ["\\", "^", "`"]
        .iter()
        .find(|sign| text.trim_end().ends_with(**sign))
    {
        let end = text.trim_end().len() - sign.len();
        text.truncate(end);
        let Some(next) = lines.next().filter(|_| text.len() < LONGEST) else {
            break;
        };
        text.push(' ');
        text.push_str(next);
    }
    read(&text)
}

/// The command of a line, without the prompt before it.
pub fn command(line: &str) -> Option<&str> {
    const PROGRAMS: [&str; 8] = [
        "curl ",
        "curl.exe ",
        "http ",
        "https ",
        "xh ",
        "wget ",
        "Invoke-",
        "fetch(",
    ];
    let at = PROGRAMS.iter().filter_map(|name| {
        let at = line.find(name)?;
        let before = line[..at].trim_end();
        let is_start = before.is_empty()
            || before.ends_with(['$', '>', '#', '%', '❯', '➜', ';', '|', '('])
            || *name == "fetch(" && (before.ends_with("await") || before.ends_with('='));
        is_start.then_some(at)
    });
    let start = at.min()?;
    line.contains(['.', ':', '/']).then(|| &line[start..])
}

#[derive(Default)]
struct CommandAsked {
    method: Option<String>,
    url: Option<String>,
    headers: Headers,
    body: Option<String>,
    /// Something of the request stands elsewhere.
    is_partial: bool,
}

/// The request of a whole command, without the prompt before it.
pub fn read(text: &str) -> Option<SentRequest> {
    if text.starts_with("fetch(") {
        return fetch::read(text);
    }
    let mut words = words(text).into_iter();
    let program = words.next()?;
    let mut asked = CommandAsked::default();
    while let Some(word) = words.next() {
        let (name, joined) = match word.split_once('=').filter(|_| word.starts_with("--")) {
            Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
            None => joined(&word),
        };
        if name.starts_with('-') && name.len() > 1 {
            asked.option(&name, joined, &mut words);
        } else {
            asked.word(&word);
        }
    }
    asked.finish(program.starts_with("curl"))
}

/// `-XPOST` and `-sd`: letters may be joined with what they take, and with those before them.
fn joined(word: &str) -> (String, Option<String>) {
    let whole = (word.to_owned(), None);
    let Some(letters) = word.strip_prefix('-').filter(|rest| !rest.starts_with('-')) else {
        return whole;
    };
    let takes = |c: char| "XHudbAomexFTw".contains(c);
    let Some((at, letter)) = letters.char_indices().find(|(_, c)| takes(*c)) else {
        return whole;
    };
    if !letters[..at].chars().all(|c| "sSikLvfgINO#".contains(c)) {
        return whole;
    }
    let rest = &letters[at + 1..];
    (
        format!("-{letter}"),
        (!rest.is_empty()).then(|| rest.to_owned()),
    )
}

impl CommandAsked {
    fn option(
        &mut self,
        name: &str,
        joined: Option<String>,
        words: &mut impl Iterator<Item = String>,
    ) {
        let mut value = || joined.clone().or_else(|| words.next()).unwrap_or_default();
        match name {
            "-X" | "--request" | "-Method" => self.method = Some(value().to_ascii_uppercase()),
            "--url" | "-Uri" => self.url = Some(value()),
            "-I" | "--head" => self.method = Some("HEAD".to_owned()),
            "-H" | "--header" => {
                let line = value();
                // `@file` holds more of them.
                self.is_partial |= !head::push(&mut self.headers, &line);
            }
            "-u" | "--user" => {
                let user = STANDARD.encode(value());
                self.headers.push("Authorization", format!("Basic {user}"));
            }
            "--oauth2-bearer" => {
                let token = value();
                self.headers
                    .push("Authorization", format!("Bearer {token}"));
            }
            "-d" | "--data" | "--data-raw" | "--data-binary" | "--data-ascii" | "--json" => {
                let text = value();
                self.body = Some(text);
            }
            "-b" | "--cookie" => {
                let cookie = value();
                self.headers.push("Cookie", cookie);
            }
            "-n" | "--netrc" | "-K" | "--config" | "-E" | "--cert" | "--key" | "--negotiate"
            | "--ntlm" | "--digest" | "--anyauth" | "--aws-sigv4" | "-Headers" => {
                self.is_partial = true
            }
            "-A" | "--user-agent" | "-e" | "--referer" | "-o" | "--output" | "-m"
            | "--max-time" | "-x" | "--proxy" | "--connect-timeout" | "-F" | "--form"
            | "--cacert" | "--resolve" | "-w" | "--write-out" | "--data-urlencode" | "-T"
            | "--upload-file" | "--retry" | "-c" | "--cookie-jar" | "-D" | "--dump-header" => {
                value();
            }
            _ => {}
        }
    }

    fn word(&mut self, word: &str) {
        if head::is_method(word) && self.method.is_none() {
            self.method = Some(word.to_owned());
        } else if self.url.is_none() && word.contains(['.', ':', '/']) {
            self.url = Some(word.to_owned());
        }
    }

    fn finish(self, is_curl: bool) -> Option<SentRequest> {
        let mut url = self.url?;
        if !url.contains("://") {
            url = format!("http://{url}");
        }
        let mut headers = self.headers;
        let usual = if self.body.is_some() { "POST" } else { "GET" };
        if is_curl && !self.is_partial && !headers.has("host") {
            // The head is whole: curl adds nothing that matters but this.
            let host = url.split("://").nth(1)?.split(['/', '?']).next()?;
            headers.push("Host", host.rsplit('@').next().unwrap_or(host));
        }
        Some(SentRequest {
            method: self.method.unwrap_or_else(|| usual.to_owned()),
            url,
            headers,
            body: self
                .body
                .filter(|text| !text.starts_with('@'))
                .unwrap_or_default()
                .into_bytes(),
            ..SentRequest::default()
        })
    }
}

/// The words of a command as a shell would part them; what it would put in for a variable stays
/// as it is written.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\'' | '"' => {
                let word = word.get_or_insert_default();
                inside(c, &mut chars, word);
            }
            '\\' => word.get_or_insert_default().extend(chars.next()),
            c if c.is_whitespace() => words.extend(word.take()),
            '|' | ';' | '>' if word.is_none() => break,
            c => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

fn inside(quote: char, chars: &mut Peekable<Chars>, word: &mut String) {
    while let Some(c) = chars.next() {
        match c {
            _ if c == quote => return,
            '\\' if quote == '"' && matches!(chars.peek(), Some('"' | '\\' | '$' | '`')) => {
                word.extend(chars.next());
            }
            c => word.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Option<SentRequest> {
        request(text.lines())
    }

    #[test]
    fn the_command_above_an_answer_tells_its_request() {
        let sent = of("kim@box:~$ curl -i -X DELETE \\\n  -H 'Authorization: Bearer abc' \"https://api.acme.example/x?a=1\"\n").unwrap();
        assert_eq!(
            (sent.method.as_str(), sent.url.as_str()),
            ("DELETE", "https://api.acme.example/x?a=1")
        );
        assert_eq!(sent.headers.get("authorization").unwrap(), "Bearer abc");
        assert_eq!(sent.headers.get("host").unwrap(), "api.acme.example");
        let sent = of("$ curl -sd a=1 -u kim:x api.acme.example/y | jq .").unwrap();
        assert_eq!(
            (sent.method.as_str(), sent.url.as_str()),
            ("POST", "http://api.acme.example/y")
        );
    }

    #[test]
    fn what_stands_in_a_file_is_not_known() {
        let sent = of("curl --netrc https://api.acme.example/x").unwrap();
        assert!(!sent.headers.has("host"));
        assert!(of("PS C:\\> Invoke-RestMethod -Uri https://a.example/x -Headers $h").is_some());
        assert!(of("We tried curl and it said no").is_none());
        assert!(of("The http answer is below").is_none());
    }
}
