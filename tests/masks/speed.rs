//! The time to look through a text grows as the text does, whatever repeats itself in it or in
//! the values that are looked for. The bounds are for a build without optimisation on a busy
//! machine; one that is optimised is some thirty times as fast.

use super::*;
use std::time::Instant;

const MEGABYTE: usize = 1_000_000;
const SOON: Duration = Duration::from_secs(20);

/// Looks through a megabyte of it, once as it is and once beside a call that sent this value.
#[track_caller]
fn is_soon_done(what: &str, value: &str, piece: &str) {
    let body = piece.repeat(MEGABYTE.div_ceil(piece.len()));
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
    ] {
        is_soon_done(piece, "pl4nted/value+0f1e2d3c4b5a6978==", piece);
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
    let (small, large) = (least(200_000), least(1_600_000));
    assert!(large < small * 8.0 * 4.0, "{small} s and {large} s");
}
