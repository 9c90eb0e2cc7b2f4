//! A value that is known, in every form in which it may be repeated.

use super::table::{percent, spellings, wrapped};
use super::*;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;

const MARK: &str = "‹token:support·a361›";

/// So many characters of a value in one piece would give it away.
const TELLING: usize = 8;

#[test]
fn a_known_value_is_masked_in_every_spelling() {
    for value in [
        "0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a6978",
        "ab/cd+ef&gh<ij>kl\"mn'op~q",
        "Tr0ub4dor&3",
        "pässwörd-für-alle",
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    ] {
        for (what, spelt) in spellings(value) {
            for text in [
                format!("you sent {spelt} to us"),
                format!("{{\"a\":\"{spelt}\"}}"),
                format!("/x/{spelt}/y"),
            ] {
                let masked = knows(value).text(&text);
                assert!(masked.contains(MARK), "{value} {what}: {masked}");
                // What is packed keeps the letters at the edges, which mix with their neighbours.
                let rest = masked.replace(MARK, "");
                let windows: Vec<char> = spelt.chars().collect();
                let telling = if what.contains("base64") {
                    TELLING + 4
                } else {
                    TELLING
                };
                if !what.contains("wrapped") {
                    for part in windows.windows(telling.min(windows.len())) {
                        let part: String = part.iter().collect();
                        assert!(
                            !rest.contains(&part) || "you sent to us".contains(&part),
                            "{value} {what}: {masked}"
                        );
                    }
                } else {
                    assert!(rest.len() < text.len() - value.len(), "{masked}");
                }
                assert_eq!(knows(value).text(&masked), masked, "{what} twice");
            }
        }
    }
}

#[test]
fn wrapped_base64_reads_without_the_value_once_it_is_joined() {
    let value = "0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a6978";
    for before in 0..80 {
        let text = format!("{}{value}{}", "x".repeat(before), "y".repeat(200));
        for at in [64, 76] {
            let text = wrapped(&STANDARD.encode(&text), at, "\r\n");
            let masked = knows(value).text(&text);
            let joined: String = masked.replace("\r\n", "");
            let parts: Vec<&str> = joined.split(MARK).collect();
            assert_eq!(parts.len(), 2, "{before} {at}: {masked}");
            // Each part alone is read as well as it can be.
            for part in parts {
                for skip in 0..4 {
                    let whole = part.get(skip..).unwrap_or_default();
                    let whole = &whole[..whole.len() / 4 * 4];
                    let read = STANDARD.decode(whole).unwrap_or_default();
                    let read = String::from_utf8_lossy(&read).into_owned();
                    assert!(
                        !read.contains(&value[8..16]) && !read.contains(&value[32..40]),
                        "{read}"
                    );
                }
            }
        }
    }
}

#[test]
fn the_first_or_the_last_characters_of_a_long_value_are_enough() {
    let value = "pl4nted-value-0f1e2d3c4b5a6978-8796a5b4c3d2e1f0";
    let mask = knows(value);
    for length in 16..value.len() {
        assert_eq!(
            mask.text(&format!("token {}…", &value[..length])),
            format!("token {MARK}…")
        );
        let end = &value[value.len() - length..];
        assert_eq!(
            mask.text(&format!("…{end} was it")),
            format!("…{MARK} was it")
        );
        assert_eq!(
            mask.text(&format!("…{} was it", percent(end))),
            format!("…{MARK} was it")
        );
    }
    let short = "pl4nted-value-0f1e2d3c4b5a69";
    assert_eq!(knows(short).text(&short[..20]), &short[..20]);
}

#[test]
fn other_tokens_that_begin_alike_are_not_taken_for_this_one() {
    let jwt = |claims: &str| {
        let part = |text: &str| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text);
        format!(
            "{}.{}.c2lnbmF0dXJlLW9mLWl0LXdoaWNoLWlzLWxvbmc{}",
            part("{\"alg\":\"RS256\",\"typ\":\"JWT\"}"),
            part(claims),
            part(claims)
        )
    };
    let own = jwt("{\"iss\":\"https://login.acme.example/\",\"sub\":\"ann\"}");
    let other = jwt("{\"iss\":\"https://login.acme.example/\",\"sub\":\"bob\"}");
    let mask = knows(&own);
    assert_eq!(
        mask.text(&format!("you sent {own}.")),
        format!("you sent {MARK}.")
    );
    assert_eq!(
        mask.text(&format!("you sent {other}.")),
        format!("you sent {other}.")
    );
    // Cut off it is still this one.
    assert_eq!(
        mask.text(&format!("you sent {}…", &own[..70])),
        format!("you sent {MARK}…")
    );
    let url = "https://hooks.acme.example/services/T0123/B0123/abcdefghijklmnop";
    let mask = knows(url);
    assert_eq!(
        mask.text("see https://hooks.acme.example/docs"),
        "see https://hooks.acme.example/docs"
    );
    assert_eq!(mask.text(&format!("POST {url}!")), format!("POST {MARK}!"));
}

#[test]
fn a_short_value_is_masked_where_it_stands_alone() {
    let mask = knows("k9Zq");
    for (text, masked) in [
        ("bad token k9Zq here", format!("bad token {MARK} here")),
        ("\"k9Zq\",k9Zq.", format!("\"{MARK}\",{MARK}.")),
        ("k9Zq", MARK.to_owned()),
        (
            "ak9Zq k9Zqb k9Zq_ 1k9Zq ék9Zq",
            "ak9Zq k9Zqb k9Zq_ 1k9Zq ék9Zq".to_owned(),
        ),
        ("%6b9Zq", MARK.to_owned()),
        ("azlacQ== azlacQ", format!("{MARK} {MARK}")),
    ] {
        assert_eq!(mask.text(text), masked);
    }
    assert_eq!(knows("abc").text("abc abc"), "abc abc");
    assert_eq!(knows("sevench").text("a sevench b"), format!("a {MARK} b"));
}

#[test]
fn a_short_value_that_is_a_tokens_name_leaves_that_tokens_mask_alone() {
    let both = Mask::new(&[
        named("admin", "a-long-value-of-admin"),
        named("other", "admin"),
    ]);
    let masked = both.text("a-long-value-of-admin and admin");
    assert_eq!(masked, "‹token:admin·a361› and ‹token:other·a361›");
    assert_eq!(both.text(&masked), masked);
}

#[test]
fn of_two_tokens_with_one_value_the_first_is_named() {
    let both = Mask::new(&[
        named("first", "the-same-value"),
        named("other", "the-same-value"),
    ]);
    assert_eq!(both.text("the-same-value"), "‹token:first·a361›");
}

#[test]
fn a_value_is_found_wherever_it_stands_in_a_large_body() {
    let value = "pl4nted/value+0f1e2d3c4b5a==";
    let echo = value.replace('/', "\\/");
    let piece = "{\"a\":\"b \\/ c\"},\n";
    let filler = piece.repeat((9 << 20) / piece.len());
    for at in [
        1 << 20,
        (4 << 20) - 20,
        (4 << 20) + 3,
        (8 << 20) - 7,
        9 << 20,
    ] {
        let mut at = at.min(filler.len());
        while filler.as_bytes()[at - 1] == b'\\' {
            at += 1;
        }
        let body = format!("{}{echo}{}", &filler[..at], &filler[at..]);
        let masked = kept(&knows(value), SentRequest::default(), body.as_bytes());
        let expected = format!("{}{MARK}{}", &filler[..at], &filler[at..]);
        assert!(masked == expected.as_bytes(), "{at}");
    }
}

#[test]
fn what_was_typed_is_masked_where_it_is_repeated_however_short() {
    let sent = SentRequest {
        url: "https://ann:hunter2@h/x?api_key=k9Zq".into(),
        body: b"user=ann&password=one+two%21".to_vec(),
        ..SentRequest::default()
    };
    let echo = "hunter2 and k9Zq and one two! and ann";
    let masked = kept(&mask(), sent.clone(), echo.as_bytes());
    let masked = String::from_utf8(masked).unwrap();
    assert_eq!(masked, "‹secret› and ‹secret› and ‹secret› and ann");
    let packed = STANDARD.encode("ann:hunter2");
    let masked = kept(&mask(), sent, packed.as_bytes());
    assert!(!String::from_utf8(masked).unwrap().contains(&packed[6..14]));
}

proptest! {
    #[test]
    fn no_bytes_make_it_fail_and_what_is_masked_stays_as_it_is(
        pieces in proptest::collection::vec(
            prop_oneof![
                any::<Vec<u8>>(),
                "[\"'`{}\\[\\]:=,&;<>/\\\\%#@ \n\r\t|>.-]{1,6}".prop_map(String::into_bytes),
                proptest::sample::select(vec![
                    "token", "password", "name", "value", "key", "Authorization", "Cookie", "sig",
                    "‹token:support·a361›", "‹secret›", "{{token:a}}", "\\u0074oken", "\\\"", "%22",
                    "&quot;", "://a:b@", "<password>", "</password>", "pl4nted-value-0f1e", "123456789",
                    "-----BEGIN PRIVATE KEY-----", "Content-Disposition: form-data; name=", "Bearer ",
                    "insert into a(token) values (", "<th>", "</th>", "<td>", "<tr>", "<name>", "</name>",
                    "<value>", "curl -u a:b1 ", "--token ", "'X-Api-Key: ", "Digest a=", "data: ", "\ndata:",
                    "\n- ", "  value: ", "\n? token\n: ", "/* ", "// ", "eyJhbGciOiJub25lIn0.", "W3sidG9rZW4iOi",
                    "[token] => ", "Some(", "string(3) ", "\"kty\":", "TOKEN  ID\n", "id,token\n", "&code=",
                ]).prop_map(|text| text.as_bytes().to_vec()),
            ],
            0..24,
        ),
    ) {
        let body = pieces.concat();
        let mask = knows("pl4nted-value-0f1e");
        let once = kept(&mask, SentRequest::default(), &body);
        if std::str::from_utf8(&body).is_ok() {
            prop_assert!(std::str::from_utf8(&once).is_ok());
        }
        let text = String::from_utf8_lossy(&once).into_owned();
        prop_assert!(!text.contains("pl4nted-value"), "{}", text);
    }

    #[test]
    fn a_value_is_never_left_whatever_stands_around_it(
        before in "[ -~]{0,30}", after in "[ -~]{0,30}", value in "[!-~]{8,40}",
    ) {
        let masked = knows(&value).text(&format!("{before}{value}{after}"));
        prop_assert!(!masked.contains(&value) || before.contains(&value) || MARK.contains(&value), "{}", masked);
    }

    #[test]
    fn json_stays_json(value in any_json()) {
        let text = value.to_string();
        let masked = in_body(text.as_bytes());
        prop_assert!(serde_json::from_str::<serde_json::Value>(&masked).is_ok(), "{} {}", text, masked);
        prop_assert_eq!(in_body(masked.as_bytes()), masked);
    }
}

fn any_json() -> impl Strategy<Value = serde_json::Value> {
    let word = prop_oneof![
        proptest::sample::select(vec![
            "token",
            "password",
            "name",
            "value",
            "Authorization",
            "a",
            "data"
        ])
        .prop_map(str::to_owned),
        any::<String>(),
        "[a-z=&:\"\\\\ ]{0,20}",
        Just("{\"token\":\"x\\\"y\",\"n\":12345678}".to_owned()),
        Just("token=abc\"def".to_owned()),
        Just("password: \"a\\b\"".to_owned()),
    ];
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(serde_json::Value::from),
        any::<i64>().prop_map(serde_json::Value::from),
        word.clone().prop_map(serde_json::Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(serde_json::Value::from),
            proptest::collection::vec((word.clone(), inner), 0..6)
                .prop_map(|pairs| serde_json::Value::Object(pairs.into_iter().collect())),
        ]
    })
}
