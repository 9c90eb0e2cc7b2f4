//! Calls with planted secrets, in every place and encoding.

use super::*;
use crate::model::{
    ExchangeId, Outcome, RawExchange, RequestSpec, Response, SentRequest, Timestamp, TokenName,
};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use std::time::Duration;

const VALUE: &str = "0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a6978";

fn token() -> TokenRef {
    TokenRef {
        name: TokenName::new("support").unwrap(),
        fingerprint: Some("a361".into()),
    }
}

fn mask() -> Mask {
    Mask::new(&[(token(), Secret::new(VALUE))])
}

fn exchange(sent: SentRequest, response: Response) -> RawExchange {
    RawExchange {
        id: ExchangeId::new(Timestamp::UNIX_EPOCH, 0),
        environment: "test".into(),
        case: None,
        typed: RequestSpec::new("GET", sent.url.clone()),
        sent,
        outcome: Outcome::Answered(response),
        redirects: Vec::new(),
        attempts: 1,
        unverified: Vec::new(),
        started_at: Timestamp::UNIX_EPOCH,
        took: Duration::ZERO,
        probe_of: None,
        run: None,
        origin: Default::default(),
    }
}

/// The body of an answer as it is kept.
fn in_body(body: &[u8]) -> String {
    let response = Response {
        body: body.to_vec(),
        ..Response::default()
    };
    let masked = mask().exchange(exchange(SentRequest::default(), response));
    String::from_utf8(masked.outcome.response().unwrap().body.clone()).unwrap()
}

#[test]
fn a_known_value_is_replaced_by_its_name_in_every_encoding() {
    let basic = STANDARD.encode(format!("user:{VALUE}"));
    let alone = URL_SAFE.encode(VALUE);
    let text = format!("you sent {VALUE}, {basic} and {alone}");
    let masked = mask().text(&text);
    assert!(masked.starts_with("you sent ‹token:support·a361›, "));
    for secret in [VALUE, &basic[8..60], &alone[4..60]] {
        assert!(!masked.contains(secret), "{masked}");
    }
}

#[test]
fn what_was_typed_under_a_secret_name_is_masked_where_it_is_repeated() {
    let bodies = [
        r#"{"user":"ann","password":"body pass\"word"}"#,
        "user=ann&password=body+pass%22word",
    ];
    for body in bodies {
        let sent = SentRequest {
            url: "http://ann:url%20password@host/a?api_key=query+word&b=1".into(),
            body: body.into(),
            ..Default::default()
        };
        let echo = r#"url password, query word, body pass\"word, ann:url password"#;
        let packed = STANDARD.encode("ann:url password");
        let response = Response {
            body: format!("{echo} {packed}").into_bytes(),
            ..Response::default()
        };
        let shown = mask().exchange(exchange(sent, response));
        let said = String::from_utf8_lossy(&shown.outcome.response().unwrap().body);
        let kept = String::from_utf8_lossy(&shown.sent.body);
        for words in [&*said, &*kept, &shown.sent.url] {
            assert!(
                !words.contains("pass\\") && !words.contains("body"),
                "{words}"
            );
            assert!(!words.contains("url"), "{words}");
            assert!(!words.contains("query"), "{words}");
        }
        assert!(!said.contains(&packed[..12]), "{said}");
        assert!(kept.contains("ann"), "{kept}");
    }
}

#[test]
fn a_value_is_found_however_an_encoder_escapes_it() {
    let value = r#"ab/cd+ef&gh<ij>kl"mn'op~q"#;
    let mask = Mask::new(&[(token(), Secret::new(value))]);
    let letter_by_letter = |write: fn(char) -> String| value.chars().map(write).collect();
    let all_unicode: String = letter_by_letter(|c| format!("\\u{:04x}", c as u32));
    let all_percent: String = letter_by_letter(|c| format!("%{:02X}", c as u32));
    let all_html: String = letter_by_letter(|c| format!("&#{};", c as u32));
    for echo in [
        r#"ab/cd+ef&gh<ij>kl\"mn'op~q"#,
        r#"ab\/cd+ef&gh<ij>kl\"mn'op~q"#,
        r#"ab/cd+ef\u0026gh\u003cij\u003ekl\"mn'op~q"#,
        r#"ab/cd\u002Bef\u0026gh\u003Cij\u003Ekl\u0022mn\u0027op~q"#,
        "ab/cd+ef&amp;gh&lt;ij&gt;kl&quot;mn&#39;op~q",
        "ab&#x2F;cd+ef&amp;gh&lt;ij&gt;kl&quot;mn&apos;op~q",
        "ab%2Fcd%2Bef%26gh%3Cij%3Ekl%22mn'op~q",
        "ab%2fcd%2bef%26gh%3cij%3ekl%22mn%27op%7Eq",
        &all_unicode,
        &all_percent,
        &all_html,
    ] {
        let masked = mask.text(&format!("\\n{echo}%20&nbsp;"));
        assert_eq!(masked, "\\n‹token:support·a361›%20&nbsp;", "{echo}");
    }
    // What is packed may be escaped in its turn.
    let value = "abc???def???ghi";
    let mask = Mask::new(&[(token(), Secret::new(value))]);
    let packed = STANDARD.encode(value).replace('/', "\\/");
    assert!(packed.contains('\\'), "{packed}");
    assert_eq!(mask.text(&packed), "‹token:support·a361›");
}

#[test]
fn an_escaped_value_is_found_wherever_it_stands_in_a_large_body() {
    let mask = mask();
    let echo = VALUE.replace('0', "\\u0030");
    for before in (1000..3000).step_by(111) {
        let body = format!("{}{echo}{}", "x".repeat(before), "y".repeat(before));
        let masked = mask.text(&body);
        assert!(masked.contains("x‹token:support·a361›y"), "{before}");
        assert_eq!(masked.matches('‹').count(), 1);
    }
    for cut in [
        "\\", "\\u", "\\u00", "%", "%2", "&", "&#", "&#x;", "&#;", "\\u+041", "%+1",
    ] {
        assert_eq!(mask.text(cut), cut);
    }
}

#[test]
fn secret_headers_keep_their_scheme_and_the_tokens_name() {
    let sent = SentRequest {
        url: "http://h/x?api_key=abc&page=2".into(),
        headers: Headers::from_iter([
            ("authorization", format!("Bearer {VALUE}")),
            ("x-api-key", "abcdefgh1234".to_owned()),
            ("accept", "application/json".to_owned()),
        ]),
        ..SentRequest::default()
    };
    let response = Response {
        headers: Headers::from_iter([
            ("set-cookie", "session=verysecretvalue"),
            ("location", "http://h/y?token=q&a=b"),
        ]),
        body: b"the key abcdefgh1234 is wrong".to_vec(),
        ..Response::default()
    };
    let masked = mask().exchange(exchange(sent, response));
    let headers = &masked.sent.headers;
    assert_eq!(
        headers.get("authorization").unwrap(),
        "Bearer ‹token:support·a361›"
    );
    assert_eq!(headers.get("x-api-key").unwrap(), "‹secret›");
    assert_eq!(headers.get("accept").unwrap(), "application/json");
    assert_eq!(masked.sent.url, "http://h/x?api_key=‹secret›&page=2");
    let response = masked.outcome.response().unwrap();
    assert_eq!(response.headers.get("set-cookie").unwrap(), "‹secret›");
    assert_eq!(
        response.headers.get("location").unwrap(),
        "http://h/y?token=‹secret›&a=b"
    );
    assert_eq!(response.body, "the key ‹secret› is wrong".as_bytes());
}

#[test]
fn a_typed_value_becomes_its_name_so_that_it_can_be_sent_again() {
    let mut masked = exchange(SentRequest::default(), Response::default());
    masked.typed.url = format!("http://h/x?key={VALUE}");
    masked.typed.headers = vec![
        crate::model::Param::new("X-Api-Key", VALUE),
        crate::model::Param::new("X-Secret", "unnamed-value"),
    ];
    let masked = mask().exchange(masked);
    assert_eq!(masked.typed.url, "http://h/x?key={{token:support}}");
    assert_eq!(masked.typed.headers[0].value, "{{token:support}}");
    assert_eq!(masked.typed.headers[1].value, MASK);
    let refused = crate::model::resolve(&masked.typed, &Default::default()).unwrap_err();
    assert!(refused.message.contains("masked"));
}

#[test]
fn secret_members_are_masked_at_any_depth_and_only_strings() {
    let body = br#"{"access_token": "abc", "n": {"password": {"a": ["x", 1, true]}}, "b": "y", "token_count": 3, "c": "z""#;
    let masked = in_body(body);
    assert_eq!(
        masked,
        r#"{"access_token": "‹secret›", "n": {"password": {"a": ["‹secret›", 1, true]}}, "b": "y", "token_count": 3, "c": "z""#
    );
}

#[test]
fn a_secret_in_letters_of_two_bytes_is_masked_in_every_body() {
    let text = format!("{{\"password\":\"hunter2-hunter2\",\"k\":\"{VALUE}\",\"a\":1}}");
    let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    for wide in [&little, &big] {
        for body in [
            wide.clone(),
            [&b"\x01\x02MZ"[..], &wide[..], b"\0\0"].concat(),
        ] {
            let sent = SentRequest {
                body: body.clone(),
                ..SentRequest::default()
            };
            let response = Response {
                body,
                ..Response::default()
            };
            let masked = mask().exchange(exchange(sent, response));
            for kept in [&masked.sent.body, &masked.outcome.response().unwrap().body] {
                let narrow: Vec<u8> = kept.iter().copied().filter(|b| *b != 0).collect();
                let narrow = String::from_utf8_lossy(&narrow);
                assert!(!narrow.contains("hunter2-hunter2"), "{narrow}");
                assert!(!narrow.contains(VALUE), "{narrow}");
                assert!(narrow.contains("\"a\":1"), "{narrow}");
            }
        }
    }
}

#[test]
fn credentials_in_a_url_are_masked() {
    assert_eq!(
        mask().url("https://me:pw@h.example/x"),
        "https://‹secret›@h.example/x"
    );
    assert_eq!(
        mask().url("https://h.example/x#a?token=1"),
        "https://h.example/x#a?token=‹secret›"
    );
    assert_eq!(mask().url("ftp://me:p@ss@[bad"), "ftp://‹secret›@[bad");
    assert_eq!(mask().url("http://h/a@b?c@d"), "http://h/a@b?c@d");
    assert_eq!(mask().url("htp:/me:pw@[bad"), "htp:/‹secret›@[bad");
    assert_eq!(mask().url("/a:b@c"), "/a:b@c");
    assert_eq!(
        mask().sentence(&format!(
            "\"http://me:pw@[x/?token=t\" is no URL, says {VALUE}."
        )),
        "\"http://‹secret›@[x/?token=‹secret›\" is no URL, says ‹token:support·a361›."
    );
}

#[test]
fn text_without_secrets_is_left_alone() {
    let body = br#"{"a": "b", "c": [1.10, "d"]}"#;
    assert_eq!(in_body(body).as_bytes(), body);
    assert_eq!(Mask::new(&[]).text("plain"), "plain");
}

#[test]
fn a_value_that_slipped_into_the_notes_is_masked_there() {
    let mut call = exchange(SentRequest::default(), Response::default());
    call.typed.notes = format!("they use {VALUE} since May");
    let notes = mask().exchange(call).typed.notes.clone();
    assert_eq!(notes, "they use ‹token:support·a361› since May");
}
