//! The last look at what was read of another program's file: a value that became a token at one
//! place is that token at every other, in names, bodies, variables and notes alike; and what
//! would be compared with an answer holds no secret.

use crate::insight::redact::{Mask, is_secret};
use crate::model::{Collection, FoundToken, Note, RequestSpec, Secret, TokenRef};

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
    let mask = Mask::new(&valued);
    let has_values = !valued.is_empty();
    let mut dropped = 0;
    for step in &mut collection.requests {
        if has_values {
            if mask.finds(&step.name) {
                step.name = mask.text(&step.name);
            }
            sweep_request(&mut step.spec, &mask);
        }
        let Some(expect) = &mut step.expect else {
            continue;
        };
        let before = expect.values.len();
        expect.values.retain(|(pointer, value)| {
            let name = pointer.rsplit('/').next().unwrap_or_default();
            let is_known = has_values && mask.finds(value);
            !is_known && !is_secret(name, value)
        });
        dropped += before - expect.values.len();
        if has_values {
            let texts = expect.titles.iter_mut().chain(&mut expect.details);
            for text in texts.chain(&mut expect.body) {
                if mask.finds(text) {
                    *text = mask.text(text);
                }
            }
        }
    }
    if has_values {
        for (_, value) in &mut collection.variables {
            if mask.finds(value) {
                *value = mask.template(value);
            }
        }
        for note in &mut collection.notes {
            if mask.finds(&note.message) {
                note.message = mask.text(&note.message);
            }
        }
        if mask.finds(&collection.title) {
            collection.title = mask.text(&collection.title);
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

fn sweep_request(spec: &mut RequestSpec, mask: &Mask) {
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
    use crate::format::sample::read_whole;

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
}
