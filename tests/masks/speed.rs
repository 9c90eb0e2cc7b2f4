//! The time to look through a text grows as the text does, whatever repeats itself in it or in
//! the values that are looked for. The promise is a megabyte in a second. Without optimisation
//! all takes some thirty times as long, so that a tenth of that is looked through there, in a
//! time that still fails where it grows faster than the text. Where the system tells it, the time
//! is what the thread itself was at work, so that what else runs does not count.

use super::*;
use std::time::Instant;

const IS_SLOW: bool = cfg!(debug_assertions);
const SIZE: usize = if IS_SLOW { 100_000 } else { 1_000_000 };
const SOON: Duration = Duration::from_secs(if IS_SLOW { 5 } else { 1 });

/// How long something takes.
fn time_of(work: impl FnOnce()) -> Duration {
    let (began, worked) = (Instant::now(), at_work());
    work();
    match worked.zip(at_work()) {
        Some((before, after)) => after - before,
        None => began.elapsed(),
    }
}

/// How long this thread was at work so far, as Linux tells it.
fn at_work() -> Option<Duration> {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds = told.split(' ').next()?.parse().ok()?;
    Some(Duration::from_nanos(nanoseconds)).filter(|time| !time.is_zero())
}

/// Looks through so much of it, beside a call that sent this value.
fn time_for(value: &str, piece: &str) -> Duration {
    let body = piece.repeat(SIZE.div_ceil(piece.len()));
    let sent = SentRequest {
        headers: Headers::from_iter([("authorization", format!("Bearer {value}"))]),
        ..SentRequest::default()
    };
    time_of(|| {
        let masked = kept(&knows(value), sent, body.as_bytes());
        assert!(!masked.is_empty());
    })
}

/// Tells of all that took too long, the longest first.
#[track_caller]
fn all_were_soon_done(mut times: Vec<(Duration, String)>) {
    times.sort();
    times.reverse();
    let longest = &times[..times.len().min(8)];
    println!("{longest:#?}");
    let slow = times.iter().filter(|(took, _)| *took >= SOON);
    assert_eq!(slow.count(), 0, "{longest:#?}");
}

#[test]
fn values_that_repeat_themselves_are_found_in_time() {
    let long = |piece: &str| piece.repeat(8_000 / piece.len());
    let mut times = Vec::new();
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
        let what = piece[..piece.len().min(20)].to_owned();
        times.push((time_for(&value, &piece), what));
    }
    all_were_soon_done(times);
}

#[test]
fn texts_that_repeat_themselves_are_looked_through_in_time() {
    let mut times = Vec::new();
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
        "x-auth-",
        "\"x-auth-\":",
        "eyJ",
        "eyJ.",
        "eyJhbGciOiJub25lIn0.",
        "eyJhbGciOiJub25lIn0.a. ",
        "eyJwYXNzd29yZCI6IngifQ==",
        "eyJwYXNzd29yZCI6IngifXh4eHh4\n",
        "Basic ",
        "Bearer a1b2c3d4e5f6 ",
        "Authorization: Digest a=\"",
        "'x-api-key: ",
        "\"x-api-key: a\\\"",
        "<a b=",
        "<a b=token ",
        "name=token ",
        "- name: ",
        "- name: token\n",
        "- value: a\n  name: token\n",
        "  name: token\n",
        "? token\n",
        "? token\n: a\n",
        "token /* ",
        "\"token\" // ",
        "\"token\": /* */",
        "curl -u ",
        "curl -u a:b1 \\\n",
        "--token a1 ",
        "token a1b2c3d4e5f6g7h8i9 ",
        "token:a1b2c3d4e5f6g7h8i9",
        "key provided: ",
        "insert into a(token) values ('",
        "insert into a(token) values ('a'),",
        "insert into ",
        "identified by '",
        "<th>token</th>",
        "<tr><th>token</th><td>",
        "<td>token</td>",
        "<h><name>token</name><a>",
        "<h><name>token</name><a></a>",
        "<value>a</value><name>token</name>",
        "{\"value\":[1],\"name\":\"token\",",
        "{\"name\":\"token\",\"a\":[1],",
        "\"name\":\"token\",\"a\":{},",
        "[token] => a\n",
        "[\"token\"]=>\n string(1) \"",
        "\"token\";s:1:\"",
        "token: Some(",
        "{token: ",
        "{token: a, ",
        "token\ta\n",
        "token,",
        "TOKEN  ",
        "|token",
        "sep=;\n",
        "# a\n",
        "data: {\"token\":\n",
        "\ndata: ",
        "?code=",
        "&code=a1",
        "{\"kty\":\"RSA\",\"a\":[",
        "\"kty\":1,",
        "://a:b/",
        "signing_key",
        "token=a\\\n",
        "token = [",
        "token={a: ",
        "token\u{1}",
        "\u{1}token\u{1}:\u{1}",
        "{\"token\":\"a b\",",
        "\"token\":{\"id\":1,\"name\":\"a\",",
        "{\"tokens\":[{\"id\":1,\"name\":\"a\"},",
        "\"tokens\":[\"a\",\"b\",",
        "{\"path\":\"/password\",\"value\":",
        "{\"loc\":[\"body\",\"password\"],\"input\":\"a\"},",
        "{\"loc\":[\"a\",\"token\"],",
        "[\"a\",\"token\",0,",
        "\"loc\":[\"token\"],",
        "{\"kind\":\"Secret\",\"data\":{",
        "{\"kind\":\"Secret\",",
        "\"kind\":\"SecretList\",\"items\":[{",
        "kind: Secret\n",
        "kind: Secret\ndata:\n  a: b\n",
        "data:\n  a: b\nkind: Secret\n",
        "\"cookies\":{",
        "\"cookies\":[{\"name\":\"sid\",",
        "\"cookies\":[",
        "{\"sensitive\":true,",
        "{\"values\":{\"sensitive_values\":{",
        "\"sensitive_values\":{\"values\":{",
        "\"a_sensitive\":{\"a\":",
        "{\"method\":\"login\",\"params\":[",
        "\"params\":[",
        "{\"keyName\":\"a\",",
        "\"root_token\":\"a\",",
        "{\"type\":\"secret\",",
        "token got invalid value ",
        "token has value a1 ",
        "value \"a\" at token ",
        "at at at token ",
        "field token ",
        "value [a] for token ",
        "[token] => Array\n",
        "[token] => Array\n(\n",
        "[token] => Array\n(\n[a] => b\n",
        "[\"token\"]=>\n array(1) {\n",
        "authorization=[",
        "authorization=[Bearer a1",
        "authorization=a b ",
        "authorization=a b1c2d3e4 ",
        "Authorization: a ",
        "arn:aws:secret:",
        ":secret:",
        "{\"password\":\"A\",\"b\":\"C\",",
        "\"password\":\"Passwort\",",
        "{\"a\":{\"password\":\"Passwort\"},",
        "{\"source\":{\"pointer\":\"/token\"},\"detail\":\"\",",
        "{\"source\":{\"pointer\":\"/token\"},\"detail\":\"a\"},",
        "{\"pointer\":\"/token\",\"detail\":\"'a' 'b'\"},",
        "\"errors\":{\"password\":[{\"code\":\"a\"},",
        "{\"password\":[{\"a\":\"b\"},",
        "\"password\":{\"a\":{",
        "\"password\":{\"a_at\":\"b\",\"c\":{",
        "{\"secrets\":{\"id\":\"a\",\"b\":{",
        "\"token\":\"a\",",
        "{\"token\":\"a\",\"b\":",
        "data: \\n\ndata: ",
        "\\ndata: {\\\"token\\\":",
        "\"name\":\"projects/a/secrets/b\",",
        "\"a:token\",",
        "[{\"token\":[",
        "\"token\":[[",
        "\"tokens\":[{",
        "{\"field\":\"token\",",
        "{\"field\":\"token\",\"value\":{",
        "\"field\":\"token\",\"meta\":{",
        "\"field\":\"token\",\"from\":[",
        "a,token\n1,2\n",
        "‹secret",
        "Basic QUJD",
        "Basic QUJDREVGR0hJSktM ",
        "$token ",
        "ghp_",
        "ghp_a1b2c3d4",
        "ghp_a1b2c3d4e5f6g7h8 ",
        "sk-",
        "AKIAQ3EGRIKHTZ7XJ2M5 ",
        "code ",
        "your code is 1234 ",
        "1234 is your code ",
        "session a1b2c3d4e5f6g7h8 ",
        "/reset/",
        "/reset/a1b2c3d4e5f6g7h8i9j0k1 ",
        "https://h/reset/",
        "Key (token)=(",
        "(token,",
        "'a' for key 'token' ",
        "' for key 'token",
        "login('a', 'b') ",
        "login('",
        "login(",
        "mysql -p a1 ",
        "mysql ",
        "98, 101, ",
        "62 65 ",
        "=41",
        "=\n",
        "00000000: 6265\n",
        "{Token:a ",
        "{token:a",
        "|token|\n--|--\n",
        "|token|\n|--|\n|a|\n",
        "token || '",
        "token('a1b2c3d4',",
        "token is is is ",
        "token is a1b2c3d4 ",
        "a:b@tcp(",
        "パスワード：",
        "密码=",
        "pw=",
        "magic_link",
        "{token,\"a\"}",
        "{bearer :a ",
        "bearer :\npass-code={",
        "{token: {token: \n",
        "<x-api-key a=\"",
        "<pw: a=\"",
        "pwd ",
        "x-api-key ",
        "keyName\n",
        " x-api-key)|Secret\"",
        "\"name\":\"x-api-key\",",
        "x-api-key=\"",
        "\"sig\" {x-api-key:a ",
        "pw:: |\n a\n\"x-api-key\":",
        "\"password\"\n\"token\"\\\"sig",
        " jwt",
        "<token a=\\\"",
        "{\"magic_link\":1,x-api-key=",
        "\\\"field\\\"$x-api-key=",
        "salt=\"",
        "\"/unsubscribe\",{\"kind\":\"Secret\",\"data\":{<a b=token ",
        "x-api-key\\\\\"token\"apikey\":[",
        "PRIVATE KEY-----]\u{1}",
        "\u{1}authorization={",
        "insert into t values ('a');",
        "insert into t values ('a'),",
        "create table t (token text);\ninsert into t values ('a');\n",
        "create table t(a,",
        "-- a, token\ninsert into t values ('a');\n",
        "the password is ",
        "the password is hunterlion. ",
        "your password: hunterlion ",
        "パスワードは",
        "密码：a",
        "from stdin\n",
        "copy t (token) from stdin;\n",
        "copy t (token) from stdin;\na\n\\.\n",
        "\"created_time\":",
        "{\"data\":{\"a\":\"b\"},\"metadata\":{\"created_time\":\"a\",\"destroyed\":false}},",
        "\"metadata\":{\"created_time\":\"a\",\"destroyed\":false,",
        "-[ RECORD 1 ]\npassword | a\n",
        "password | a\n",
        "user: a\npassword: hunterlion\n",
        "where token in ('a',",
        "where token in ('a') ",
        "alter user a with password 'a' ",
        "PASSWORD('",
        "\"sensitive_attributes\":[[",
        "{\"attributes\":{\"a\":\"b\"},\"sensitive_attributes\":[[{\"value\":\"a\"}]]},",
        "\"attributes\":{\"a\":{\"sensitive_attributes\":[\"a\",\"b\",\"c\"],",
        "\\\\101",
        "\\u{41}",
        "\\n00000000: ",
        "\\n00000000: 6265 6265 6265 6265\\n",
        "\"00000000: 6265",
        "https://h/magic?t=k3j5h2g4f6d7s8a9q1w2e3r4t5 ",
        "/magic?a&b&c&",
        "\"password\": 0a",
    ] {
        let value = "pl4nted/value+0f1e2d3c4b5a6978==";
        times.push((time_for(value, piece), piece.to_owned()));
        // And where all of it has to be read without its escapes.
        let inner = in_json(piece);
        times.push((time_for(value, &inner), inner));
    }
    all_were_soon_done(times);
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
        let sent = SentRequest {
            body: text.clone().into_bytes(),
            ..SentRequest::default()
        };
        let took = time_of(|| {
            kept(&mask(), sent, text.as_bytes());
        });
        assert!(took < SOON * 2, "{what}: {took:?}");
    }
}

#[test]
fn twice_the_text_takes_twice_the_time() {
    let once = |size: usize| {
        let body = "{\"name\":\"token\",\"a\":[".repeat(size / 21);
        let took = time_of(|| {
            kept(&mask(), SentRequest::default(), body.as_bytes());
        });
        took.as_secs_f64()
    };
    once(10_000);
    // Of several the least, since others use this machine as well.
    let least = |size| (0..3).map(|_| once(size)).fold(f64::MAX, f64::min);
    let (small, large) = (least(SIZE / 8), least(SIZE));
    assert!(large < small * 8.0 * 4.0, "{small} s and {large} s");
}
