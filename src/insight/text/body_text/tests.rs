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
    for line in 0..text.len() {
        let (place, inside) = (text.place(line), text.begins_inside(line));
        assert!(place.len() <= limits::LINE_BYTES);
        json_lines::tidy(&body[place], inside, &mut joined, |_, _| {});
    }
    tokens(&joined)
}

/// Where each line's value stands among its siblings, told by the depths alone.
fn seats(text: &BodyText) -> Vec<usize> {
    let mut counts = vec![0usize; limits::INDENTED_DEPTH + 2];
    let mut seats = Vec::new();
    for line in 0..text.len() {
        let depth = text.lines.depth(line);
        let (opens, closes) = (shape::OPENS, shape::CLOSES | shape::LATER);
        if !text.lines.is(line, closes) {
            counts[depth] += 1;
        }
        seats.push(counts[depth].saturating_sub(1));
        if text.lines.is(line, opens) {
            counts[depth + 1] = 0;
        }
    }
    seats
}

#[test]
fn every_line_knows_its_seat_however_many_there_are() {
    let long = format!("\"{}\"", "x".repeat(3 * limits::LINE_BYTES));
    let element = |number: usize| match number % 5_000 {
        17 | 4_095 => format!("{{\"a\":[{number},{long}],\"b\":[]}}"),
        18 => long.clone(),
        _ => number.to_string(),
    };
    let elements: Vec<String> = (0..20_000).map(element).collect();
    let text = BodyText::new(format!("[{}]", elements.join(",")).as_bytes(), None);
    let expected = seats(&text);
    for line in (0..text.len()).step_by(7).chain(0..200).chain(4_080..4_200) {
        assert_eq!(text.seat(line), expected[line], "line {line}");
    }
    assert_eq!(text.count(0), 20_000);
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
    let closing: Vec<_> = (0..9).map(|line| text.closing(line)).collect();
    let none = None;
    assert_eq!(
        closing,
        [
            Some(8),
            Some(6),
            none,
            Some(5),
            none,
            none,
            none,
            none,
            none
        ]
    );
    let container: Vec<_> = (0..9).filter_map(|line| text.container(line)).collect();
    assert_eq!(container, [0, 1, 1, 3, 3, 3, 1, 0, 0]);
    let counts = [0, 1, 3].map(|line| text.count(line));
    assert_eq!(counts, [2, 2, 1]);
}

#[test]
fn a_blank_that_json_does_not_know_is_a_fault_and_is_come_past() {
    for body in [
        "1\u{c}",
        "[1]\u{c}",
        "[1\u{c}]",
        "\u{c}[1]",
        "{\"a\":1\u{b}}",
    ] {
        let text = BodyText::new(body.as_bytes(), Some("application/json"));
        assert!(text.fault().is_some() && !text.is_indented(), "{body:?}");
    }
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
    let text = BodyText::new(&[0x80; 3_000], None);
    let lengths = (0..text.len()).map(|line| text.place(line).len());
    assert_eq!(lengths.sum::<usize>(), 3_000);
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

#[test]
fn what_is_folded_shows_how_much_there_is_in_it() {
    let long = "n".repeat(3_000);
    let body = format!("{{\"a\":[1,[],{{\"b\":2}}],\"{long}\":{{\"c\":[3,4]}}}}");
    let text = BodyText::new(body.as_bytes(), None);
    let named = |end: &str| {
        let ends = |n: &usize| text.line(body.as_bytes(), *n).ends_with(end);
        (0..text.len()).find(ends).unwrap()
    };
    assert_eq!(text.count(0), 2);
    assert_eq!(text.count(named("\"a\": [")), 3);
    assert_eq!(text.count(named("\"c\": [")), 2);
    let mut folds = Folds::default();
    // The name in pieces is folded away behind its first.
    let first = named("\"a\": [") + text.closing(1).unwrap();
    assert_eq!(text.count(first), 1);
    assert_eq!(folds.toggle(&text, first + 1), Some(first));
    assert_eq!(folds.next(&text, first), Some(text.len() - 1));
}

#[test]
fn everything_is_folded_at_once_but_the_outermost() {
    let body = br#"{"a":[1,{"b":2}],"c":{"d":[3]}}"#;
    let text = BodyText::new(body, None);
    let mut folds = Folds::default();
    folds.fold_all(&text);
    assert_eq!(seen(&text, &folds), [0, 1, 7, 12]);
    // One that is opened has its own still folded.
    folds.toggle(&text, 1);
    assert_eq!(seen(&text, &folds), [0, 1, 2, 3, 6, 7, 12]);
    folds.open_to(&text, 9);
    assert_eq!(seen(&text, &folds), [0, 1, 2, 3, 6, 7, 8, 9, 10, 11, 12]);
    folds.open_all();
    assert_eq!(seen(&text, &folds).len(), text.len());
}

#[test]
fn a_million_folds_are_stepped_over_without_a_walk() {
    let body = format!("[{}{{}}]", "{\"a\":[1,2]},".repeat(250_000));
    let text = BodyText::new(body.as_bytes(), None);
    assert!(text.len() > 1_500_000);
    let began = Instant::now();
    let mut folds = Folds::default();
    folds.fold_all(&text);
    for _ in 0..1_000 {
        let last = folds.seen(&text, text.len() - 1);
        assert_eq!(last, text.len() - 1);
        assert_eq!(folds.step(&text, last, -50), last - 1 - 49 * 6);
        assert_eq!(folds.step(&text, 0, 50), 1 + 49 * 6);
    }
    assert!(began.elapsed() < Duration::from_secs(2));
}

#[test]
fn work_on_a_body_can_be_ended_and_says_how_far_it_is() {
    let body = format!("[{}1]", "1,".repeat(2_000_000)).into_bytes();
    let lines = "x\n".repeat(2_000_000).into_bytes();
    let pattern = Pattern::new("1", View::Pretty).unwrap();
    for (view, body) in [(View::Pretty, &body), (View::Raw, &lines)] {
        let mut told = Vec::new();
        let ended = BodyText::watched(body, None, view, &mut |done| {
            told.push(done);
            told.len() < 3
        });
        assert!(ended.is_none() && told.len() == 3 && told.is_sorted());
    }
    assert!(Found::new(&body, pattern, &mut |done| done < 1_000_000).is_none());
}

// Searching

/// Where a pattern is, by the counts and by looking at every line.
fn matches(body: &[u8], typed: &str, view: View) -> Vec<Range<usize>> {
    let pattern = Pattern::new(typed, view).unwrap();
    let found = Found::new(body, pattern, &mut |_| true).unwrap();
    let all = found.within(body, 0..body.len());
    assert_eq!(all.len(), found.total());
    assert_eq!(found.nth(body, found.total()), None);
    // Of many, some: each is looked for from the border of its block.
    let some = all.iter().enumerate().step_by(1 + all.len() / 100);
    for (number, range) in some {
        assert_eq!(found.nth(body, number).as_ref(), Some(range));
        assert_eq!(found.count_before(body, range.start), number);
        assert_eq!(found.count_before(body, range.start + 1), number + 1);
        assert!(found.within(body, range.clone()).contains(range));
    }
    all
}

/// The texts of the marks on all lines, the lines by number.
fn marks(body: &[u8], typed: &str, view: View) -> Vec<(usize, String)> {
    let text = BodyText::in_view(body, None, view);
    let pattern = Pattern::new(typed, text.view()).unwrap();
    let found = Found::new(body, pattern, &mut |_| true).unwrap();
    let lines = 0..text.len();
    lines
        .flat_map(|number| {
            let (line, marks) = text.marked_line(body, number, &found);
            assert_eq!(line, text.line(body, number));
            let words = marks.into_iter().map(move |m| line[m.at].to_owned());
            words.map(move |word| (number, word)).collect::<Vec<_>>()
        })
        .collect()
}

fn words(list: &[(usize, &str)]) -> Vec<(usize, String)> {
    let words = list.iter();
    words.map(|(n, word)| (*n, (*word).to_owned())).collect()
}

#[test]
fn case_matters_only_where_a_capital_was_typed() {
    let body = "Änderung, änderung, ÄNDERUNG, Error error".as_bytes();
    assert_eq!(matches(body, "änderung", View::Raw).len(), 3);
    assert_eq!(matches(body, "Änderung", View::Raw).len(), 1);
    assert_eq!(matches(body, "error", View::Raw).len(), 2);
    assert_eq!(matches(body, "Error", View::Raw).len(), 1);
    assert_eq!(matches(body, "12", View::Raw).len(), 0);
    assert!(Pattern::new("", View::Raw).is_none());
}

#[test]
fn what_is_seen_of_a_member_is_found_however_it_came() {
    for body in ["{\"id\":5,\"x\":1}", "{ \"id\" :\n 5 , \"x\":1}"] {
        let body = body.as_bytes();
        assert_eq!(
            marks(body, "\"id\": 5", View::Pretty),
            words(&[(1, "\"id\": 5")])
        );
    }
    assert_eq!(matches(b"{\"id\": 5}", "\"id\": 5", View::Raw).len(), 1);
    assert_eq!(matches(b"{\"id\":5}", "\"id\": 5", View::Raw).len(), 0);
}

#[test]
fn a_match_is_marked_on_every_line_that_it_lies_on() {
    let body = format!("[\"{}needle{}\"]", "x".repeat(996), "y".repeat(50));
    assert_eq!(
        marks(body.as_bytes(), "needle", View::Pretty),
        words(&[(1, "nee"), (2, "dle")])
    );
    let hex = words(&[(0, "66"), (0, "f"), (1, "67 68"), (1, "gh")]);
    assert_eq!(marks(b"0123456789abcdefghij", "FGH", View::Hex), []);
    let mut found = marks(b"0123456789abcdefghij", "fgh", View::Hex);
    found.sort();
    assert_eq!(found, hex);
    let bytes = marks(b"0123456789abcdefghij", "66 67", View::Hex);
    assert_eq!(bytes.len(), 4);
    assert_eq!(matches(b"0xff \xff", "0xff", View::Hex), vec![5..6]);
}

#[test]
fn matches_over_the_border_of_a_block_are_counted_once() {
    for typed in ["aa", "aab", "a", "aaaaaaaaaaaaaaaaaaaaaaaa"] {
        for length in [8_190, 8_191, 8_192, 8_193, 20_000] {
            let body = "a".repeat(length) + "b";
            let expected: Vec<_> = body.match_indices(typed).map(|(at, _)| at).collect();
            let found = matches(body.as_bytes(), typed, View::Raw);
            let found: Vec<_> = found.into_iter().map(|range| range.start).collect();
            assert_eq!(found, expected, "{typed} in {length}");
        }
    }
}

#[test]
fn a_name_in_pieces_is_known_as_one() {
    let body = format!("{{\"{}\": \"{}\"}}", "n".repeat(1_500), "t".repeat(2_500));
    let body = body.as_bytes();
    let text = BodyText::new(body, None);
    let names: Vec<_> = (0..text.len())
        .map(|n| text.ends_in_name(body, n))
        .collect();
    let expected = [false, true, false, false, false, false, false];
    assert_eq!(names, expected);
    assert!(text.begins_inside(2) && !text.begins_inside(1));
}

/// The lines that can be seen, from the first on.
fn seen(text: &BodyText, folds: &Folds) -> Vec<usize> {
    let first = (!text.is_empty()).then_some(0);
    std::iter::successors(first, |line| folds.next(text, *line)).collect()
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
        let shown: usize = (0..text.len()).map(|line| text.place(line).len()).sum();
        let left_out = body.iter().filter(|b| matches!(b, b'\n' | b'\r')).count();
        prop_assert!(text.is_indented() || shown + left_out >= body.len());
    }

    #[test]
    fn the_indented_lines_hold_the_tokens_of_the_source(body in json()) {
        let whole = format!("[{body}]");
        prop_assert_eq!(shown_tokens(whole.as_bytes()), tokens(whole.as_bytes()));
    }

    #[test]
    fn what_is_seen_is_what_nothing_folded_hides(
        body in json(),
        all in any::<bool>(),
        toggled in prop::collection::vec(any::<prop::sample::Index>(), 0..12),
        sought in any::<prop::sample::Index>(),
    ) {
        let body = format!("[{body}]");
        let text = BodyText::new(body.as_bytes(), None);
        let mut folds = Folds::default();
        if all {
            folds.fold_all(&text);
        }
        for line in toggled {
            folds.toggle(&text, line.index(text.len()));
        }
        let mut hidden = vec![false; text.len()];
        for line in 0..text.len() {
            if folds.is_folded(&text, line) {
                let inside = line + 1..text.closing(line).unwrap() + 1;
                hidden[inside].fill(true);
            }
        }
        let expected: Vec<_> = (0..text.len()).filter(|line| !hidden[*line]).collect();
        let seen = seen(&text, &folds);
        prop_assert_eq!(&seen, &expected);
        for (place, line) in seen.iter().enumerate() {
            prop_assert_eq!(folds.seen(&text, *line), *line);
            prop_assert_eq!(folds.step(&text, 0, place as isize), *line);
            prop_assert_eq!(folds.step(&text, *line, -(place as isize)), 0);
        }
        for line in 0..text.len() {
            let above = seen.partition_point(|s| *s <= line) - 1;
            prop_assert_eq!(folds.seen(&text, line), seen[above]);
        }
        let sought = sought.index(text.len());
        folds.open_to(&text, sought);
        prop_assert_eq!(folds.seen(&text, sought), sought);
    }

    #[test]
    fn every_bracket_counts_what_is_in_it(body in json()) {
        let text = BodyText::new(body.as_bytes(), None);
        for line in 0..text.len() {
            let Some(closing) = text.closing(line) else { continue };
            let source = &body.as_bytes()[text.place(line).end - 1..text.place(closing).start + 1];
            let value: Vec<serde::de::IgnoredAny>;
            let count = if source[0] == b'[' {
                value = serde_json::from_slice(source).unwrap();
                value.len()
            } else {
                let depth = text.lines.depth(line) + 1;
                let inside = line + 1..closing;
                let closes = |l: &usize| text.lines.is(*l, shape::CLOSES);
                inside.filter(|l| text.lines.depth(*l) == depth && !closes(l)).count()
            };
            prop_assert_eq!(text.count(line), count);
        }
    }

    #[test]
    fn every_line_knows_its_seat(body in json()) {
        let text = BodyText::new(format!("[{body}]").as_bytes(), None);
        let told: Vec<usize> = (0..text.len()).map(|line| text.seat(line)).collect();
        prop_assert_eq!(told, seats(&text));
    }

    #[test]
    fn the_matches_are_those_of_a_plain_search(
        body in "[abAB\n]{0,300}",
        typed in "[ab]{1,4}",
        border in 0usize..2,
    ) {
        let body = "-".repeat(border * 8_100) + &body;
        let lower = body.to_lowercase();
        let expected: Vec<_> = lower.match_indices(&typed).map(|(at, _)| at).collect();
        let found = matches(body.as_bytes(), &typed, View::Raw);
        let found: Vec<_> = found.into_iter().map(|range| range.start).collect();
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn any_search_in_any_bytes_marks_whole_characters(
        body in prop::collection::vec(any::<u8>(), 0..600),
        typed in "\\PC{1,3}",
        view in prop::sample::select(vec![View::Pretty, View::Raw, View::Hex]),
    ) {
        let text = BodyText::in_view(&body, None, view);
        let Some(pattern) = Pattern::new(&typed, text.view()) else { return Ok(()) };
        let found = Found::new(&body, pattern, &mut |_| true).unwrap();
        for number in 0..text.len() {
            let (line, marks) = text.marked_line(&body, number, &found);
            prop_assert_eq!(&*line, &*text.line(&body, number));
            for mark in marks {
                prop_assert!(line.get(mark.at).is_some());
                prop_assert_eq!(text.line_at(mark.start).min(number), text.line_at(mark.start));
            }
        }
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

#[test]
fn a_sequence_of_json_is_arranged_value_by_value() {
    let body = b"\x1e{\"a\":\n 1}\n\x1e[2]\n\x1e\"three\"\n";
    for media_type in ["application/json-seq", "application/geo+json-seq"] {
        let text = BodyText::new(body, Some(media_type));
        assert!(text.fault().is_none());
        assert_eq!(text.bare_values(), 3);
        let lines = (0..text.len()).map(|n| text.line(body, n).into_owned());
        let lines: Vec<String> = lines.collect();
        assert!(
            lines.iter().any(|line| line.contains("\"three\"")),
            "{lines:?}"
        );
        assert!(!lines.concat().contains('\u{1e}'), "{lines:?}");
    }
}
