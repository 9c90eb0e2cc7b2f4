//! The last look at what was read of another program's file: a value that became a token at one
//! place is that token at every other, in names, bodies, variables and notes alike; and what
//! would be compared with an answer holds no secret.

use crate::insight::redact::{Mask, is_secret};
use crate::model::{
    Body, Collection, FoundToken, Note, RequestSpec, Secret, Session, Step, TokenRef,
};

/// Shorter values stand in too many texts by chance.
const SHORTEST: usize = 8;
/// Letters alone may be a word as well, up to this length.
const LONGEST_WORD: usize = 11;

/// Takes the values of the tokens out of all that the collection holds beside them.
pub fn sweep(collection: &mut Collection) {
    let tokens = collection.tokens.iter();
    let valued: Vec<(TokenRef, Secret)> = tokens
        .filter_map(FoundToken::valued)
        .filter(|(_, value)| stands_for_itself(value.reveal()))
        .collect();
    let mask = (!valued.is_empty()).then(|| Mask::new(&valued));
    without(collection, mask.as_ref());
}

/// Takes values that were known before the file was read out of all that it holds: each becomes
/// its token's name where a name may stand, else its mask.
pub fn known(collection: &mut Collection, mask: &Mask) {
    without(collection, Some(mask));
}

/// The same for a session, which anybody may have written.
pub fn session(session: &mut Session, mask: &Mask) {
    shown(&mut session.name, mask);
    shown(&mut session.note, mask);
    variables(&mut session.variables, mask);
    for step in &mut session.steps {
        without_known(step, mask);
    }
}

fn without(collection: &mut Collection, mask: Option<&Mask>) {
    let mut dropped = 0;
    for step in &mut collection.requests {
        if let Some(mask) = mask {
            without_known(step, mask);
        }
        if let Some(expect) = &mut step.expect {
            let before = expect.values.len();
            expect.values.retain(|(pointer, value)| {
                let name = pointer.rsplit('/').next().unwrap_or_default();
                let is_known = mask.is_some_and(|mask| mask.finds(value));
                !is_known && !is_secret(name, value)
            });
            dropped += before - expect.values.len();
        }
    }
    if let Some(mask) = mask {
        variables(&mut collection.variables, mask);
        for note in &mut collection.notes {
            shown(&mut note.message, mask);
        }
        for token in &mut collection.tokens {
            shown(&mut token.place, mask);
        }
        shown(&mut collection.title, mask);
        if let Some(base) = &mut collection.base {
            shown(base, mask);
        }
    }
    if dropped > 0 {
        let what = match dropped {
            1 => "1 value that an answer must hold is a secret, and was".to_owned(),
            _ => format!("{dropped} values that answers must hold are secrets, and were"),
        };
        collection
            .notes
            .push(Note::new(format!("{what} left out.")));
    }
}

/// Masks what is only shown; no name is filled in there.
fn shown(text: &mut String, mask: &Mask) {
    if mask.finds(text) {
        *text = mask.text(text);
    }
}

/// Gives values their names where names are filled in.
fn variables(variables: &mut [(String, String)], mask: &Mask) {
    for (_, value) in variables {
        if mask.finds(value) {
            *value = mask.template(value);
        }
    }
}

fn without_known(step: &mut Step, mask: &Mask) {
    shown(&mut step.name, mask);
    sweep_request(&mut step.spec, mask);
    if let Some(expect) = &mut step.expect {
        let texts = expect.titles.iter_mut().chain(&mut expect.details);
        let texts = texts.chain(&mut expect.codes).chain(&mut expect.places);
        for text in texts.chain(&mut expect.body) {
            shown(text, mask);
        }
    }
}

fn sweep_request(spec: &mut RequestSpec, mask: &Mask) {
    for text in [&mut spec.method, &mut spec.notes] {
        shown(text, mask);
    }
    // No name is filled in where a header or a part has its own.
    for row in &mut spec.headers {
        shown(&mut row.name, mask);
    }
    if let Body::Multipart(parts) = &mut spec.body {
        for part in parts {
            shown(&mut part.name, mask);
            let texts = part.file_name.iter_mut().chain(&mut part.media_type);
            texts.for_each(|text| shown(text, mask));
        }
    }
    let mut holds = false;
    let mut swept = spec.clone();
    // Data has to be a text that is filled in, for a name to stand in it.
    swept.unsettle();
    swept.change_templates(|text| {
        if mask.finds(text) {
            *text = mask.template(text);
            holds = true;
        }
    });
    if holds {
        swept.settle();
        *spec = swept;
    }
}

/// Whether a value is the token wherever it stands, and no word of a text.
fn stands_for_itself(value: &str) -> bool {
    let is_word = value.len() <= LONGEST_WORD && value.bytes().all(|b| b.is_ascii_lowercase());
    value.len() >= SHORTEST && !is_word
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::sample::read_whole;
    use crate::model::{Expectation, Param, Part, TokenName};

    const VALUE: &str = "planted-0123456789-value";

    #[test]
    fn a_value_that_is_a_token_at_one_place_is_it_at_all() {
        for (kind, text) in [
            (
                "curl",
                format!("TOKEN={VALUE}\ncurl https://a.example/x -d \"mine is $TOKEN today\""),
            ),
            (
                "curl",
                format!("export API_KEY='{VALUE}'; curl \"https://a.example/$API_KEY/x\""),
            ),
            (
                "curl",
                format!(
                    "curl https://a.example/x -H 'Authorization: Bearer {VALUE}' -d '{{\"why\":\"{VALUE}\"}}'"
                ),
            ),
            (
                "hurl",
                format!(
                    "POST https://a.example/x\nAuthorization: Bearer {VALUE}\nHTTP 200\n[Asserts]\njsonpath \"$.echo\" == \"{VALUE}\"\n"
                ),
            ),
            (
                "hurl",
                format!(
                    "POST https://a.example/x\nHTTP 200\n[Asserts]\njsonpath \"$.access_token\" == \"{VALUE}\"\n"
                ),
            ),
        ] {
            // That no value stands in it is looked at there.
            let read = read_whole(&text, kind);
            assert_eq!(read.requests.len(), 1, "{text}");
        }
    }

    #[test]
    fn a_word_that_is_also_a_password_stays_a_word() {
        let read = read_whole(
            "curl https://a.example/token -u kim:password -d grant_type=password",
            "curl",
        );
        let requests = format!("{:?}", read.requests);
        assert!(requests.contains("value: \"password\""), "{requests}");
        assert!(!requests.contains("kim:password"), "{requests}");
    }

    #[test]
    fn a_value_that_was_known_before_stands_in_no_part_of_a_session() {
        let token = TokenRef {
            name: TokenName::named("desk"),
            fingerprint: Some("1a2b".to_owned()),
        };
        let mask = Mask::new(&[(token, Secret::new(VALUE))]);
        let mut spec = RequestSpec::new("POST", format!("https://a.example/{VALUE}/x"));
        spec.notes = format!("as {VALUE}");
        spec.params.push(Param::data("q", VALUE));
        spec.headers.push(Param::new(VALUE, VALUE));
        spec.body = Body::Multipart(vec![Part {
            name: VALUE.to_owned(),
            value: VALUE.to_owned(),
            file_name: Some(VALUE.to_owned()),
            ..Part::default()
        }]);
        let mut read = Session {
            name: VALUE.to_owned(),
            note: VALUE.to_owned(),
            variables: vec![("who".to_owned(), VALUE.to_owned())],
            steps: vec![Step {
                name: format!("GET /{VALUE}"),
                spec,
                expect: Some(Expectation {
                    codes: vec![VALUE.to_owned()],
                    ..Expectation::default()
                }),
                ..Step::default()
            }],
            ..Session::default()
        };
        session(&mut read, &mask);
        let text = format!("{read:?}");
        assert!(!text.contains(VALUE), "{text}");
        let swept = &read.steps[0].spec;
        assert_eq!(swept.url, "https://a.example/{{token:desk}}/x");
        assert_eq!(swept.params[0].value, "{{token:desk}}");
        assert_eq!(swept.headers[0].name, "‹token:desk·1a2b›");
        assert_eq!(swept.headers[0].value, "{{token:desk}}");
        assert_eq!(read.steps[0].name, "GET /‹token:desk·1a2b›");
    }
}
