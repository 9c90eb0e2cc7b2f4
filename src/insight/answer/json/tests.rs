//! What the reader makes of good and of broken JSON.

use super::*;
use proptest::prelude::*;

fn place(note: &Note) -> (usize, usize) {
    (note.line.unwrap(), note.column.unwrap())
}

#[test]
fn numbers_order_and_repeats_stay_as_they_came() {
    let text = r#"{"b":1.50,"a":12345678901234567890123,"b":[1e5,-0.0],"c":{}}"#;
    let reading = read(text);
    assert!(reading.complete && !reading.fragment);
    assert_eq!(reading.value.unwrap().to_string(), text);
    assert!(reading.notes[0].message.contains("\"b\" stands twice"));
}

#[test]
fn of_two_members_the_first_that_is_not_null_is_shown() {
    let value = read(r#"{"a":null,"a":1,"a":2,"b":null}"#).value.unwrap();
    assert_eq!(value.get("a"), Some(&Json::Number("1".into())));
    assert_eq!(value.get("b"), Some(&Json::Null));
    assert_eq!(value.get("c"), None);
}

#[test]
fn escapes_become_characters() {
    let cases = [
        (r#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{c}\n\r\t", 0),
        (r#""\u00e9\ud83d\ude00""#, "é😀", 0),
        (r#""\ud83d""#, "\u{fffd}", 1),
        (r#""\ud83d\u0041""#, "\u{fffd}A", 1),
        (r#""\x41 \u12""#, "\\x41 \\u12", 1),
        ("\"a\nb\"", "a\nb", 1),
    ];
    for (text, expected, notes) in cases {
        let reading = read(text);
        assert_eq!(reading.value, Some(Json::Text(expected.into())), "{text}");
        assert_eq!(reading.notes.len(), notes, "{text}");
    }
}

#[test]
fn where_it_broke_is_named_by_line_and_column() {
    let cases = [
        ("{\"a\": 1,\n  \"b\" 2}", (2, 7), "colon", r#"{"a":1}"#),
        (
            "{\"é\": 1,\n\"b\": tru",
            (2, 9),
            "not finished",
            r#"{"é":1}"#,
        ),
        ("[1, 2", (1, 6), "number", "[1]"),
        ("[1, \"x", (1, 7), "text is not closed", "[1]"),
        ("[{\"a\":1}, {\"b\"", (1, 15), "no value", r#"[{"a":1},{}]"#),
        ("{a: 1}", (1, 2), "name of a member", "{}"),
        ("[1}", (1, 3), "comma", "[1]"),
        ("[1,]", (1, 3), "nothing behind", "[1]"),
        ("[\"a\" \"b\"]", (1, 6), "missing", r#"["a","b"]"#),
        ("[0123]", (1, 2), "number", r#"["0123"]"#),
        ("[1] x", (1, 5), "More text", "[1]"),
        ("[None]", (1, 2), "without quotes", "[]"),
        ("[\u{1}]", (1, 2), "U+0001", "[]"),
        (
            "[\"a\": 1, \"b\": 2]",
            (1, 2),
            "braces",
            r#"[{"a":1,"b":2}]"#,
        ),
        ("[\"a\": 1}", (1, 8), "comma", r#"[{"a":1}]"#),
    ];
    for (text, expected, says, kept) in cases {
        let reading = read(text);
        let note = reading.notes.last().unwrap();
        assert_eq!(place(note), expected, "{text}: {note:?}");
        assert!(note.message.contains(says), "{text}: {note:?}");
        assert_eq!(reading.value.unwrap().to_string(), kept, "{text}");
    }
}

#[test]
fn members_without_braces_are_read() {
    let cases = [
        (r#""errors": [1]"#, 0),
        ("\n  \"errors\" : [1],\n", 0),
        (r#""errors": [1] }"#, 1),
        ("\u{feff}\"errors\": [1]", 1),
    ];
    for (text, notes) in cases {
        let reading = read(text);
        assert!(reading.fragment && reading.complete, "{text}");
        assert_eq!(reading.value.unwrap().to_string(), r#"{"errors":[1]}"#);
        assert_eq!(reading.notes.len(), notes, "{text}");
    }
}

#[test]
fn depth_and_length_are_bounded_and_said() {
    let started = std::time::Instant::now();
    let deep = read(&"[".repeat(100_000));
    assert!(deep.notes[0].message.contains("levels deep"));
    let long = read(&format!("[{}1]", "1,".repeat(600_000)));
    assert!(
        long.notes
            .last()
            .unwrap()
            .message
            .contains("first 1000000 bytes")
    );
    assert_eq!(long.value.unwrap().as_list().unwrap().len(), 499_999);
    let wide: String = (0..90_000).map(|n| format!("\"{n}\":1,")).collect();
    assert!(read(&format!("{{{wide}\"x\":1}}")).complete);
    assert!(started.elapsed().as_secs() < 20);
}

#[test]
fn nothing_is_no_value() {
    for text in ["", "  \n", "\u{feff}"] {
        assert_eq!(read(text).value, None);
    }
}

proptest! {
    #[test]
    fn any_text_is_read_without_harm(text in "[\\[\\]{}:,\"a-z0-9\\\\ \n.éu-]{0,60}") {
        let reading = read(&text);
        if let Some(value) = reading.value {
            prop_assert!(serde_json::from_str::<serde_json::Value>(&value.to_string()).is_ok());
        }
    }

    #[test]
    fn what_a_strict_reader_accepts_is_read_whole(text in "[\\[\\]{}:,\"a1]{0,12}") {
        if serde_json::from_str::<serde_json::Value>(&text).is_ok() {
            prop_assert!(read(&text).complete);
        }
    }
}
