//! The time to look through a text grows as the text does, whatever repeats itself in it or in
//! the values that are looked for. The promise is a megabyte in a second. Without optimisation
//! all takes some thirty times as long, so that a tenth of that is looked through there, in a
//! time that still fails where it grows faster than the text.

use super::*;
use std::time::Instant;

const IS_SLOW: bool = cfg!(debug_assertions);
const SIZE: usize = if IS_SLOW { 100_000 } else { 1_000_000 };
const SOON: Duration = Duration::from_secs(if IS_SLOW { 15 } else { 1 });

/// Looks through so much of it, beside a call that sent this value.
#[track_caller]
fn is_soon_done(what: &str, value: &str, piece: &str) {
    let body = piece.repeat(SIZE.div_ceil(piece.len()));
    let sent = SentRequest {
        headers: Headers::from_iter([("authorization", format!("Bearer {value}"))]),
        ..SentRequest::default()
    };
    let began = Instant::now();
    let masked = kept(&knows(value), sent, body.as_bytes());
    let took = began.elapsed();
    assert!(took < SOON, "{what}: {took:?}");
    assert!(!masked.is_empty());
}

#[test]
fn values_that_repeat_themselves_are_found_in_time() {
    let long = |piece: &str| piece.repeat(8_000 / piece.len());
    for (value, piece) in [
        (long("x"), "x".to_owned()),
        (long("x"), format!("{}y", "x".repeat(15))),
        (long("x"), format!("{}y", "x".repeat(7_999))),
        (long("ab"), "ab".to_owned()),
        (long("ab"), "eHh4".to_owned()),
        (long("abcdefgh"), "abcdefg".to_owned()),
        (
            long("eyJhbGciOiJIUzI1") + ".x.y",
            "eyJhbGciOiJIUzI1".to_owned(),
        ),
        (long("x"), "\\u0078".to_owned()),
        (long("%"), "%25".to_owned()),
        ("xxxx".to_owned(), "x".to_owned()),
        ("x x x x ".to_owned(), "x ".to_owned()),
    ] {
        is_soon_done(&piece[..piece.len().min(20)], &value, &piece);
    }
}

#[test]
fn texts_that_repeat_themselves_are_looked_through_in_time() {
    for piece in [
        "token",
        "\"token\":",
        "\"token\":\"",
        "\"token\":{",
        "\"token\":[\"a\",",
        "{\"name\":\"token\",\"a\":[",
        "{\"name\":\"token\",\"value\":",
        "[\"token\",",
        "\"password\":\"is not a \",",
        "<token>",
        "<token a=\"",
        "<a name=\"token\">",
        "<key>token</key><a>",
        "name=\"token\"\n\n",
        "Content-Disposition: form-data; name=\"token\"\r\n",
        "token=",
        "&token=a",
        "token: |\n",
        "token:\n  - a\n",
        "- name: token\n",
        "token,a\n",
        "://a:b",
        "://",
        "-----BEGIN PRIVATE KEY-----",
        "\\\"token\\\":",
        "\\\\\\\\\\\"token",
        "%22token%22%3A",
        "%2525252574oken",
        "&amp;amp;amp;token&quot;:",
        "‹token:",
        "{{token:",
        "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVowMTIzNDU2Nzg5\n",
        "\"",
        "\\",
        "{",
        "<",
        " ",
        "\n",
        "token: ",
        "token:a ",
        "token'",
        "token=`",
        "token='",
        "PRIVATE KEY-----\"",
        "PRIVATE KEY-----a-----END",
        "\"{\\\"token\\\":{\\\"a\\\":{",
        "{\"token\":{\"a\":{",
        "\"token\":{\"type\":",
        "a token token: b ",
        "token=true ",
        "token=true&",
        "token=,",
        "x:token",
        "<a:token",
        "<token>a",
        "token>",
        "token token ",
        "\"token\" ",
        "\"token\":1",
        "\"token\":-",
        "token-",
        "--token a ",
        "{\"errors\":{\"password\":\"is not a \"}},",
        "{\"password\":\"is not a \"},",
        "{\"value\":\"a\",\"name\":\"token\"},",
        "[\"Authorization\",\"a\",",
        "Content-Disposition: form-data; name=\"token\"\n\na\n--x\n",
        "Content-Disposition: form-data; name=\"token\"\r\n\r\na\r\n--x\r\n",
        "<a name=\"token\" ",
        "<input name=\"token\" value=\"a\"/>",
        "- name: token\n  value: a\n",
        "token: a\n",
        "token: a b\n",
        "token\t",
        "\\u0074oken\\u003a",
        "%74oken",
        "\"\\\"\\\\\"",
        "eyJhbGciOiJIUzI1",
        "‹secret›",
        "\"token\":\"‹secret›\",",
        "\"token\":\"{{token:a}}\",",
        "Bearer ",
        "token=Bearer ",
        "cookie: a=b; ",
        "Set-Cookie: a=b\r\n",
        "‹",
        "é",
        "token\u{1}",
        "\u{1}token\u{1}:\u{1}",
    ] {
        let value = "pl4nted/value+0f1e2d3c4b5a6978==";
        is_soon_done(piece, value, piece);
        // And where all of it has to be read without its escapes.
        is_soon_done(piece, value, &in_json(piece));
    }
}

fn in_json(text: &str) -> String {
    serde_json::json!(text)
        .to_string()
        .trim_matches('"')
        .to_owned()
}

#[test]
fn names_and_values_without_end_are_looked_through_in_time() {
    let numbered = |piece: &dyn Fn(usize) -> String| {
        let mut text = String::new();
        let mut number = 0;
        while text.len() < SIZE {
            text.push_str(&piece(number));
            number += 1;
        }
        text
    };
    for (what, text) in [
        ("tags", numbered(&|n| format!("<token{n}>"))),
        ("elements", numbered(&|n| format!("<token{n}>x</token{n}>"))),
        (
            "values",
            numbered(&|n| format!("\"token\":\"secret{n:08}\",")),
        ),
        (
            "one value",
            numbered(&|_| "\"token\":\"secret12345678\",".to_owned()),
        ),
        (
            "settings",
            numbered(&|n| format!("{}token:\n", " ".repeat(n))),
        ),
        (
            "one escape",
            format!("\\u0041{}", "{\"a\":1},".repeat(SIZE / 8)),
        ),
        (
            "blanks at the end",
            format!(
                "{}{}",
                "token=true ".repeat(SIZE / 22),
                " ".repeat(SIZE / 2)
            ),
        ),
    ] {
        let began = Instant::now();
        let sent = SentRequest {
            body: text.clone().into_bytes(),
            ..SentRequest::default()
        };
        kept(&mask(), sent, text.as_bytes());
        let took = began.elapsed();
        assert!(took < SOON * 2, "{what}: {took:?}");
    }
}

#[test]
fn twice_the_text_takes_twice_the_time() {
    let once = |size: usize| {
        let body = "{\"name\":\"token\",\"a\":[".repeat(size / 21);
        let began = Instant::now();
        kept(&mask(), SentRequest::default(), body.as_bytes());
        began.elapsed().as_secs_f64()
    };
    once(10_000);
    // Of several the least, since others use this machine as well.
    let least = |size| (0..3).map(|_| once(size)).fold(f64::MAX, f64::min);
    let (small, large) = (least(SIZE / 8), least(SIZE));
    assert!(large < small * 8.0 * 4.0, "{small} s and {large} s");
}
