//! Bodies of every shape, indented, broken and cut to pieces.

use super::*;
use proptest::prelude::*;
use std::time::{Duration, Instant};

fn shown(body: &[u8]) -> Vec<String> {
    let text = BodyText::new(body, None);
    (0..text.len())
        .map(|n| text.line(body, n).into_owned())
        .collect()
}

fn fault_of(body: &str) -> Option<(usize, usize)> {
    let text = BodyText::new(body.as_bytes(), Some("application/json"));
    text.fault().map(|fault| (fault.line, fault.column))
}

/// What is left of a JSON text without the blanks between its tokens.
fn tokens(text: &[u8]) -> Vec<u8> {
    let mut left = Vec::new();
    let mut inside = false;
    let mut escaped = false;
    for byte in text {
        if inside || !byte.is_ascii_whitespace() {
            left.push(*byte);
        }
        if *byte == b'"' && !escaped {
            inside = !inside;
        }
        escaped = inside && *byte == b'\\' && !escaped;
    }
    left
}

/// The tokens of the indented lines, every line's text taken behind its indent.
fn shown_tokens(body: &[u8]) -> Vec<u8> {
    let text = BodyText::new(body, None);
    assert!(text.is_indented());
    let mut joined = Vec::new();
    for line in &text.lines {
        assert!((line.end - line.start) as usize <= limits::LINE_BYTES);
        json_lines::tidy(
            &body[line.start as usize..line.end as usize],
            line.inside,
            &mut joined,
        );
    }
    tokens(&joined)
}

#[test]
fn a_line_takes_sixteen_bytes() {
    assert_eq!(size_of::<Line>(), 16);
}

#[test]
fn json_is_indented_with_its_own_numbers_and_escapes() {
    let body = br#" {"b" : 1.10,"a":[{},[ ],"\u00e4,{"  ],"b":123456789012345678901 } "#;
    assert_eq!(
        shown(body),
        [
            "{",
            "  \"b\": 1.10,",
            "  \"a\": [",
            "    {},",
            "    [],",
            "    \"\\u00e4,{\"",
            "  ],",
            "  \"b\": 123456789012345678901",
            "}"
        ]
    );
}

#[test]
fn brackets_know_their_partners() {
    let text = BodyText::new(br#"{"a":[1,{"b":2}],"c":3}"#, None);
    let partners: Vec<_> = text.lines.iter().map(|line| line.partner).collect();
    let none = NO_PARTNER;
    assert_eq!(partners, [8, 6, none, 5, none, 3, 1, none, 0]);
}

#[test]
fn other_text_is_shown_as_it_came() {
    assert_eq!(shown(b"a\r\n\r\nb\n"), ["a", "", "b"]);
    assert_eq!(shown(b"{\"cut\": "), ["{\"cut\": "]);
    assert!(shown(b"").is_empty());
}

#[test]
fn what_should_be_json_and_is_not_says_where() {
    let cases = [
        ("{\"a\": 1,\n \"ä\" 2}", (2, 6)),
        ("{\"cut\": ", (1, 9)),
        ("[1, 2", (1, 6)),
        ("[1 2]", (1, 4)),
        ("[1,]", (1, 4)),
        ("[01]", (1, 3)),
        ("{\"a\":1]", (1, 7)),
        ("[\"\\x\"]", (1, 3)),
        ("[] []", (1, 4)),
        ("<html>", (1, 1)),
        ("[nul]", (1, 2)),
    ];
    for (body, place) in cases {
        assert_eq!(fault_of(body), Some(place), "{body}");
    }
    for body in ["", "[]", " null ", "{\"a\":-0.1e+5}"] {
        assert_eq!(fault_of(body), None, "{body}");
    }
    let log = BodyText::new(b"[12:00] started", Some("text/plain"));
    assert_eq!((log.fault(), log.len()), (None, 1));
}

#[test]
fn a_long_line_is_shown_in_pieces_that_keep_characters_whole() {
    let body = "ä".repeat(1_200);
    let lines = shown(body.as_bytes());
    assert_eq!(lines.len(), 3);
    assert_eq!(lines.concat(), body);
}

#[test]
fn a_long_string_is_shown_in_pieces_that_keep_escapes_whole() {
    let long = "\\\"\\u00e4\\\\ x".repeat(500);
    let body = format!("[{{\"{long}\": [\"{long}\", {}1]}}]", " ".repeat(5_000));
    assert_eq!(shown_tokens(body.as_bytes()), tokens(body.as_bytes()));
    for line in shown(body.as_bytes()) {
        let ends = line.chars().rev().take_while(|c| *c == '\\').count();
        assert_eq!(ends % 2, 0, "{line}");
    }
}

#[test]
fn deep_nesting_is_shown_raw_and_soon() {
    let began = Instant::now();
    let body = "[".repeat(100_000);
    assert_eq!(shown(body.as_bytes()).len(), 100);
    let closed = body + &"]".repeat(100_000);
    assert_eq!(shown(closed.as_bytes()).len(), 200);
    assert!(began.elapsed() < Duration::from_secs(1));
}

#[test]
fn bytes_that_make_no_characters_are_all_there() {
    let lines = BodyText::new(&[0x80; 3_000], None).lines;
    assert_eq!(lines.iter().map(|l| l.end - l.start).sum::<u32>(), 3_000);
}

#[test]
fn the_head_of_a_large_body_has_the_first_lines_of_the_whole() {
    let text = "x".repeat(limits::ON_THE_SPOT);
    let numbers = format!("[{}1]", "1,\n".repeat(limits::ON_THE_SPOT));
    let bodies = [
        format!("{{\"a\": [1, {{\"b\": \"{text}\"}}]}}"),
        numbers,
        format!("[1, 2,{}3]", " ".repeat(limits::ON_THE_SPOT)),
        "line\n".repeat(limits::ON_THE_SPOT),
        "[".repeat(limits::ON_THE_SPOT + 1),
    ];
    for body in &bodies {
        let body = body.as_bytes();
        let (head, whole) = (BodyText::head(body, None), BodyText::new(body, None));
        assert!(head.is_head() && !whole.is_head() && head.len() > 2);
        for number in 0..head.len() - 1 {
            assert_eq!(head.line(body, number), whole.line(body, number));
        }
    }
    let small = BodyText::head(b"[]", None);
    assert!(!small.is_head());
}

/// JSON of any shape, with blanks anywhere.
fn json() -> impl Strategy<Value = String> {
    let blank = "[ \n\t]{0,3}";
    let leaf = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        "-?(0|[1-9][0-9]{0,30})(\\.[0-9]{1,5})?([eE][+-]?[0-9]{1,3})?",
        "\"([a-z ä{}\\[\\],:]|\\\\[\"\\\\/bfnrt]|\\\\u[0-9a-f]{4}){0,40}\"",
    ];
    leaf.prop_recursive(5, 60, 6, move |inner| {
        let spaced = (blank, inner, blank).prop_map(|(a, value, b)| format!("{a}{value}{b}"));
        let member = ("[a-c]{0,2}", blank, spaced.clone())
            .prop_map(|(name, gap, value)| format!("{gap}\"{name}\"{gap}:{value}"));
        prop_oneof![
            prop::collection::vec(spaced, 0..6).prop_map(|v| format!("[{}]", v.join(","))),
            prop::collection::vec(member, 0..6).prop_map(|v| format!("{{{}}}", v.join(","))),
        ]
    })
}

proptest! {
    #[test]
    fn no_bytes_break_it_and_none_are_lost(body in prop::collection::vec(any::<u8>(), 0..3000)) {
        let text = BodyText::new(&body, None);
        let shown: usize = text.lines.iter().map(|l| (l.end - l.start) as usize).sum();
        let left_out = body.iter().filter(|b| matches!(b, b'\n' | b'\r')).count();
        prop_assert!(text.is_indented() || shown + left_out >= body.len());
    }

    #[test]
    fn the_indented_lines_hold_the_tokens_of_the_source(body in json()) {
        let whole = format!("[{body}]");
        prop_assert_eq!(shown_tokens(whole.as_bytes()), tokens(whole.as_bytes()));
    }

    #[test]
    fn it_agrees_with_the_grammar_on_what_json_is(
        body in json(),
        at in any::<prop::sample::Index>(),
        other in "[\\[\\]{},:\"\\\\0-9.eE ntf\n-]{0,2}",
    ) {
        let mut body = format!("[{body}]").into_bytes();
        let at = at.index(body.len());
        body.splice(at..=at, other.bytes());
        let is_json = serde_json::from_slice::<serde::de::IgnoredAny>(&body).is_ok();
        let text = BodyText::new(&body, Some("application/json"));
        prop_assert_eq!(text.is_indented(), is_json);
        prop_assert_eq!(text.fault().is_none(), is_json || body.is_empty());
    }
}
