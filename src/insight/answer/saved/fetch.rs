//! A call of `fetch()` above an answer, as browsers copy it: read for its request alone.

use super::head;
use crate::model::{Headers, SentRequest};
use std::iter::Peekable;

/// A piece of the script.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    Word(String),
    Sign(char),
}

/// How many brackets a text leaves open, quotations apart; one that ends before it began closes
/// nothing.
pub fn is_open(text: &str) -> bool {
    let depth = pieces(text)
        .iter()
        .fold(0_usize, |depth, piece| match piece {
            Piece::Sign('(' | '{' | '[') => depth + 1,
            Piece::Sign(')' | '}' | ']') => depth.saturating_sub(1),
            _ => depth,
        });
    depth > 0
}

/// The request of a whole call.
pub fn read(text: &str) -> Option<SentRequest> {
    let mut pieces = pieces(text.strip_prefix("fetch(")?).into_iter().peekable();
    let Some(Piece::Text(url)) = pieces.next() else {
        return None;
    };
    let mut sent = SentRequest {
        method: "GET".to_owned(),
        url,
        ..SentRequest::default()
    };
    if pieces.next_if_eq(&Piece::Sign(',')).is_some()
        && pieces.next_if_eq(&Piece::Sign('{')).is_some()
    {
        options(&mut pieces, &mut sent);
    }
    sent.url.contains("://").then_some(sent)
}

/// The members of the object behind the URL.
fn options(pieces: &mut Peekable<impl Iterator<Item = Piece>>, sent: &mut SentRequest) {
    while let Some(name) = name(pieces) {
        match (name.as_str(), pieces.peek()) {
            ("method", Some(Piece::Text(method))) => sent.method = method.to_ascii_uppercase(),
            ("body", Some(Piece::Text(body))) => sent.body = body.clone().into_bytes(),
            ("headers", Some(Piece::Sign('{'))) => {
                pieces.next();
                sent.headers = headers(pieces);
                pieces.next_if_eq(&Piece::Sign(','));
                continue;
            }
            _ => {}
        }
        skip(pieces);
    }
}

fn headers(pieces: &mut Peekable<impl Iterator<Item = Piece>>) -> Headers {
    let mut headers = Headers::default();
    while let Some(name) = name(pieces) {
        if let Some(Piece::Text(value)) = pieces.peek() {
            head::push(&mut headers, &format!("{name}: {value}"));
        }
        skip(pieces);
    }
    headers
}

/// The name of the next member; `None` at the end of the object.
fn name(pieces: &mut Peekable<impl Iterator<Item = Piece>>) -> Option<String> {
    let name = match pieces.next()? {
        Piece::Text(name) | Piece::Word(name) => name,
        Piece::Sign(_) => return None,
    };
    pieces.next_if_eq(&Piece::Sign(':'))?;
    Some(name)
}

/// Over a value, and the comma behind it; the end of the object is left out too.
fn skip(pieces: &mut Peekable<impl Iterator<Item = Piece>>) {
    let mut depth = 0_usize;
    while let Some(piece) = pieces.peek() {
        match piece {
            Piece::Sign('}' | ')' | ']') if depth == 0 => return,
            Piece::Sign('(' | '{' | '[') => depth += 1,
            Piece::Sign(')' | '}' | ']') => depth -= 1,
            Piece::Sign(',') if depth == 0 => {
                pieces.next();
                return;
            }
            _ => {}
        }
        pieces.next();
    }
}

fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' | '\'' | '`' => pieces.push(Piece::Text(quoted(letter, &mut letters))),
            letter if letter.is_whitespace() => {}
            letter if is_of_word(letter) => {
                let mut word = letter.to_string();
                while let Some(next) = letters.next_if(|next| is_of_word(*next)) {
                    word.push(next);
                }
                pieces.push(Piece::Word(word));
            }
            letter => pieces.push(Piece::Sign(letter)),
        }
    }
    pieces
}

fn is_of_word(letter: char) -> bool {
    letter.is_alphanumeric() || "_$.".contains(letter)
}

/// What stands up to the closing mark, its escapes undone.
fn quoted(mark: char, letters: &mut Peekable<impl Iterator<Item = char>>) -> String {
    let mut text = String::new();
    while let Some(letter) = letters.next() {
        match letter {
            letter if letter == mark => break,
            '\\' => match letters.next() {
                Some('n') => text.push('\n'),
                Some('t') => text.push('\t'),
                Some('r') => text.push('\r'),
                Some('u') => {
                    let digits: String = letters.by_ref().take(4).collect();
                    let number = u32::from_str_radix(&digits, 16).ok();
                    text.extend(number.and_then(char::from_u32));
                }
                Some(other) => text.push(other),
                None => {}
            },
            letter => text.push(letter),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_as_browsers_copy_it_and_as_people_write_it() {
        let copied = "fetch(\"https://api.acme.example/v2/orders\", {\n  \"headers\": {\n    \"accept\": \"application/json\",\n    \"x-kind\": \"pear\"\n  },\n  \"body\": \"{\\\"a\\\":1}\",\n  \"method\": \"POST\",\n  \"mode\": \"cors\"\n});";
        let sent = read(copied).unwrap();
        assert_eq!(
            (sent.method.as_str(), sent.url.as_str()),
            ("POST", "https://api.acme.example/v2/orders")
        );
        assert_eq!(sent.headers.get("x-kind").unwrap(), "pear");
        assert_eq!(sent.body, b"{\"a\":1}");
        let written = "fetch('https://a.example/x', { method: 'delete', body: JSON.stringify({ a: [1, 2] }), headers: { 'X-A': `b` } })";
        let sent = read(written).unwrap();
        assert_eq!(sent.method, "DELETE");
        assert_eq!(sent.headers.get("x-a").unwrap(), "b");
        assert_eq!(read("fetch(url)"), None);
        assert_eq!(read("fetch('https://a.example/x')").unwrap().method, "GET");
    }

    #[test]
    fn a_call_is_open_until_its_last_bracket() {
        assert!(is_open("fetch('https://a.example/)', {"));
        assert!(!is_open("fetch('https://a.example/(', {\n});"));
    }
}
