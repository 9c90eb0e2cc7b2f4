//! Requests as Hurl reads them.

use super::*;
use crate::format::export::sample::{ground, step};
use crate::model::{Auth, Body, Param, TokenName};
use proptest::prelude::*;

fn session() -> Session {
    let mut list = step("list runbooks", "GET", "{{base}}/core/runbooks");
    list.spec.auth = Auth::Bearer(TokenName::new("acme-support").unwrap());
    list.spec.params = vec![Param::new("q", "a b#{{word}}")];
    list.capture = vec![("book".to_owned(), "/data/0/id".into())];
    let mut make = step("rename it", "PATCH", "{{base}}/core/runbooks/{{book}}");
    make.spec.body = Body::Text("{\n  \"name\": \"# {{word}}\"\n}\n".to_owned());
    make.spec.headers = vec![Param::new("X-Note", " #1 \\ {{ ")];
    make.expect = Some(Expectation {
        status: Some(403),
        codes: vec![
            "forbidden".to_owned(),
            String::new(),
            "forbidden".to_owned(),
        ],
        values: vec![
            ("/errors/0/status".to_owned(), "403".to_owned()),
            ("/errors/0/a~1b".to_owned(), "no \"way\"".to_owned()),
        ],
        ..Expectation::default()
    });
    Session {
        name: "acme".to_owned(),
        steps: vec![list, make],
        ..Session::default()
    }
}

#[test]
fn a_session_becomes_entries_that_pass_values_on_and_check_what_was_recorded() {
    let written = write_session(&session(), &ground());
    let agent = concat!("httriage/", env!("CARGO_PKG_VERSION"));
    let usual = format!("accept: application/json, */*;q=0.8\nuser-agent: {agent}\n");
    let expected = format!(
        r##"# It follows no redirect: Hurl would take a header with a secret along to another host.
# Run it with
#   hurl --test \
#     --variable word="$HTTRIAGE_VAR_WORD" \
#     --secret token_acme_support="$HTTRIAGE_TOKEN_ACME_SUPPORT" FILE

# 1. list runbooks
GET https://api.acme.example/core/runbooks
{usual}authorization: Bearer {{{{token_acme_support}}}}
[QueryStringParams]
q: a b\#{{{{word}}}}
HTTP *
[Captures]
book: jsonpath "$['data'][0]['id']"

# 2. rename it
PATCH https://api.acme.example/core/runbooks/{{{{book}}}}
{usual}X-Note: \u{{20}}\#1 \\ \u{{7b}}{{\u{{20}}
content-type: application/json
```
{{
  "name": "# {{{{word}}}}"
}}
```
HTTP 403
[Asserts]
body contains "forbidden"
jsonpath "$['errors'][0]['status']" == 403
jsonpath "$['errors'][0]['a/b']" == "no \"way\""
"##
    );
    assert_eq!(written.text, expected);
    let needed = ["HTTRIAGE_VAR_WORD", "HTTRIAGE_TOKEN_ACME_SUPPORT"];
    assert_eq!(written.variables, needed);
    assert_eq!(written.notes, [""; 0]);
}

#[test]
fn a_credential_that_was_typed_is_a_secret_and_its_value_is_nowhere() {
    let mut session = session();
    session.steps.truncate(1);
    session.steps[0].spec.auth = Auth::None;
    session.steps[0].spec.headers = vec![
        Param::new("Authorization", "Bearer qpwoeiruty1029384756"),
        Param::new("Cookie", "sid=zmxncbvlaksjdhf"),
    ];
    let written = write_session(&session, &ground());
    for value in ["qpwoeiruty1029384756", "zmxncbvlaksjdhf"] {
        assert!(!written.text.contains(value), "{}", written.text);
    }
    assert!(written.text.contains("--secret token_"), "{}", written.text);
}

#[test]
fn a_body_that_is_no_text_is_written_as_base64_and_one_with_marks_on_a_line() {
    let mut session = Session::default();
    for body in [
        Body::Bytes(vec![0, 159, 146, 150]),
        Body::Text("one ``` two\n".to_owned()),
        Body::Text("\u{1b}[31m \u{202e}é".to_owned()),
        Body::Text("{{ `x` \\ {{ }\n".to_owned()),
    ] {
        let mut step = step("x", "PUT", "{{base}}/x");
        step.spec.body = body;
        session.steps.push(step);
    }
    let written = write_session(&session, &ground()).text;
    for line in [
        "base64,AJ+Slg==;",
        r"`one \`\`\` two\n`",
        r"`\u{1b}[31m \u{202e}\u{e9}`",
        r"`\u{7b}{ \`x\` \\ \u{7b}{ }\n`",
    ] {
        assert!(written.contains(&format!("\n{line}\n")), "{written}");
    }
    assert!(!written.contains('\u{1b}') && !written.contains('\u{202e}'));
}

#[test]
fn a_step_that_cannot_be_resolved_is_said_and_the_others_are_written() {
    let mut session = session();
    session.steps.insert(0, step("odd", "GET", "http://[::1"));
    let written = write_session(&session, &ground());
    assert!(written.text.contains("This request is left out."));
    assert!(written.text.contains("# 2. list runbooks\nGET https://"));
    assert_eq!(written.notes.len(), 1);
}

/// What Hurl reads from the end of a line: escapes undone, blanks at the ends left out, and a
/// comment begun by a bare `#`. `None` where it would see a variable.
fn read_value(line: &str) -> Option<String> {
    let mut read: Vec<(char, bool)> = Vec::new();
    let mut rest = line.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '#' => break,
            '\\' => match rest.next()? {
                'n' => read.push(('\n', true)),
                'r' => read.push(('\r', true)),
                't' => read.push(('\t', true)),
                'u' => {
                    assert_eq!(rest.next(), Some('{'));
                    let hex: String = rest.by_ref().take_while(|c| *c != '}').collect();
                    let c = char::from_u32(u32::from_str_radix(&hex, 16).ok()?)?;
                    read.push((c, true));
                }
                c => read.push((c, true)),
            },
            '{' if rest.peek() == Some(&'{') => return None,
            c => read.push((c, false)),
        }
    }
    while read.last() == Some(&(' ', false)) {
        read.pop();
    }
    let start = read.iter().take_while(|c| **c == (' ', false)).count();
    Some(read[start..].iter().map(|(c, _)| c).collect())
}

proptest! {
    #[test]
    fn any_value_is_read_back_as_it_was(text in "[ #{}\\\\`a\n\t\u{1b}\u{202e}é😀]{0,12}") {
        let ground = ground();
        let mut writer = Writer::new(&ground, &[], &[]);
        let value = writer.value(&Text::plain(text.as_bytes())).unwrap();
        prop_assert!(!value.contains(|c: char| c.is_control()), "{value:?}");
        prop_assert_eq!(read_value(&value), Some(text));
    }

    #[test]
    fn any_body_is_one_line_or_a_block(body in proptest::collection::vec(any::<u8>(), 1..40)) {
        let ground = ground();
        let mut writer = Writer::new(&ground, &[], &[]);
        let mut text = String::new();
        writer.body(&Text::plain(&body), &mut text).unwrap();
        let closed = text.ends_with("`\n") || text.ends_with(";\n");
        prop_assert!(closed, "{text:?}");
    }
}
