//! What an API says of a refusal elsewhere: the log, the command or the page that its pack knows,
//! with an id out of this answer. An answer is a stranger's, so that only what can be nothing but
//! an id is taken over.

use crate::insight::api::pointer::{ID, IdPlace, Pointer};
use crate::insight::error_body::{Remedy, url_in};
use crate::model::{Response, encoded};

/// No id is longer: encoded messages have one or two thousand letters.
const LONGEST: usize = 4_096;
const SHORTEST: usize = 4;
/// A longer body is no error.
const BODY_BYTES: usize = 1_000_000;

impl Pointer {
    /// What to do about an answer, where this says something of it.
    pub fn of(&self, response: &Response) -> Option<Remedy> {
        let is_refusal = response.status >= 400 || response.refused;
        let is_meant = self.statuses.is_empty() || self.statuses.contains(&response.status);
        if !is_refusal || !is_meant {
            return None;
        }
        if let IdPlace::Page(place) = &self.id {
            let value = in_body(response, place)?;
            let url = url_in(&value).filter(|url| url.starts_with("https://"))?;
            return Some(Remedy {
                text: self.says.clone(),
                url: Some(url.to_owned()),
            });
        }
        let id = self.id(response)?;
        Some(Remedy {
            text: self.says.replace(ID, &id),
            url: self.url.as_ref().map(|url| url.replace(ID, &encoded(&id))),
        })
    }

    fn id(&self, response: &Response) -> Option<String> {
        let id = match &self.id {
            IdPlace::Nowhere | IdPlace::Page(_) => return Some(String::new()),
            IdPlace::Header(name) => response.headers.all(name).next()?.trim().to_owned(),
            IdPlace::Body(place) => in_body(response, place)?,
            IdPlace::Behind(words) => {
                let body = response.body.get(..BODY_BYTES).unwrap_or(&response.body);
                let body = String::from_utf8_lossy(body);
                let (_, rest) = body.split_once(words.as_str())?;
                let end = rest.find(|c: char| !is_of_id(c)).unwrap_or(rest.len());
                rest[..end].trim_end_matches('.').to_owned()
            }
        };
        let fits = (SHORTEST..=LONGEST).contains(&id.len()) && id.chars().all(is_of_id);
        fits.then_some(id)
    }
}

/// Letters that ids are made of, none of which means anything to a shell.
fn is_of_id(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-_.+/=:".contains(c)
}

fn in_body(response: &Response, place: &str) -> Option<String> {
    let body = Some(&response.body).filter(|body| body.len() <= BODY_BYTES)?;
    let body: serde_json::Value = serde_json::from_slice(body).ok()?;
    match body.pointer(place)? {
        serde_json::Value::String(text) => Some(text.trim().to_owned()),
        serde_json::Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Headers;

    fn pointer(id: IdPlace) -> Pointer {
        Pointer {
            statuses: vec![403],
            id,
            says: "look --up {id}".into(),
            url: Some("https://logs.example/?id={id}".into()),
        }
    }

    fn answer(status: u16, header: &str, body: &str) -> Response {
        Response {
            status,
            headers: Headers::from_iter([("x-id", header)]),
            body: body.as_bytes().to_vec(),
            ..Response::default()
        }
    }

    #[test]
    fn the_id_is_taken_from_where_the_pack_says_and_filled_in() {
        let answer = answer(
            403,
            "a+b/1",
            "{\"id\":\"r-17\",\"say\":\"Encoded: Zm9v=. Try\"}",
        );
        let told = |id| pointer(id).of(&answer).unwrap();
        let by_header = told(IdPlace::Header("x-id".into()));
        assert_eq!(by_header.text, "look --up a+b/1");
        assert_eq!(by_header.url.unwrap(), "https://logs.example/?id=a%2Bb%2F1");
        assert_eq!(told(IdPlace::Body("/id".into())).text, "look --up r-17");
        assert_eq!(
            told(IdPlace::Behind("Encoded: ".into())).text,
            "look --up Zm9v="
        );
        assert_eq!(told(IdPlace::Nowhere).text, "look --up ");
    }

    #[test]
    fn what_is_no_id_or_belongs_to_another_status_points_nowhere() {
        let by_header = || pointer(IdPlace::Header("x-id".into()));
        for hostile in [
            "$(rm -rf)",
            "a b c d",
            "`id`",
            "a\u{202e}bcd",
            "abc",
            "\"; x",
            "",
        ] {
            assert_eq!(by_header().of(&answer(403, hostile, "")), None, "{hostile}");
        }
        assert_eq!(by_header().of(&answer(401, "abcd", "")), None);
        assert_eq!(by_header().of(&answer(200, "abcd", "")), None);
        let page = pointer(IdPlace::Page("/u".into()));
        for hostile in [
            "javascript:x",
            "http://a.example/",
            "file:///etc/passwd",
            "",
        ] {
            let body = format!("{{\"u\":\"{hostile}\"}}");
            assert_eq!(page.of(&answer(403, "", &body)), None, "{hostile}");
        }
        let told = page
            .of(&answer(403, "", "{\"u\":\"https://a.example/l\"}"))
            .unwrap();
        assert_eq!(told.url.unwrap(), "https://a.example/l");
    }
}
