//! Recordings as browsers save them, and as nobody should.

use super::{Recording, document, is_recording, read};
use crate::format::export::sample::ground;
use crate::insight::Exchange;
use crate::model::{Auth, Body, Cause, Collection, MASK, Outcome, Secret, TokenName};
use proptest::prelude::*;
use serde_json::{Value, json};

fn recording(text: &str) -> Recording {
    read(text, "a.har", &[], &nobody, &mut |_| ()).unwrap()
}

fn collection(text: &str) -> Collection {
    recording(text).collection
}

fn exchanges(text: &str) -> Vec<Exchange> {
    recording(text).exchanges
}

fn nobody(_: &Secret) -> Option<TokenName> {
    None
}

fn har(entries: &[Value]) -> String {
    json!({ "log": { "version": "1.2", "pages": [], "entries": entries } }).to_string()
}

fn rows(pairs: &[(&str, &str)]) -> Value {
    let row = |(name, value): &(&str, &str)| json!({ "name": name, "value": value });
    pairs.iter().map(row).collect()
}

fn entry(method: &str, url: &str, headers: &[(&str, &str)], status: u16, body: &str) -> Value {
    json!({
        "startedDateTime": "2024-05-12T09:30:00.250+02:00",
        "time": 120.5,
        "request": { "method": method, "url": url, "httpVersion": "HTTP/2", "headers": rows(headers), "cookies": [] },
        "response": {
            "status": status, "statusText": "", "httpVersion": "HTTP/2",
            "headers": rows(&[("content-type", "application/json"), ("set-cookie", "sid=cookievalue99; Path=/")]),
            "content": { "size": body.len(), "mimeType": "application/json", "text": body },
        },
        "timings": { "blocked": 1, "dns": 2, "connect": 30, "ssl": 20, "send": 0.5, "wait": 60, "receive": 7 },
        "_unknown": { "deep": [1, { "x": null }] },
    })
}

const BODY: &str = "{\"errors\":[{\"code\":\"forbidden\",\"title\":\"No\"}]}";

#[test]
fn how_far_it_is_only_grows_and_reaches_both_halves() {
    let one = |number: usize| {
        entry(
            "GET",
            &format!("https://a.example/{number}"),
            &[],
            403,
            BODY,
        )
    };
    let text = har(&(0..50).map(one).collect::<Vec<_>>());
    let mut told = Vec::new();
    read(&text, "a.har", &[], &nobody, &mut |done| told.push(done)).unwrap();
    assert!(told.is_sorted() && told.contains(&0), "{told:?}");
    assert!(told.iter().all(|done| *done < 100), "{told:?}");
    assert!(told.iter().any(|done| *done >= 50), "{told:?}");
}

#[test]
fn thousands_of_secret_values_are_masked_wherever_they_are_repeated() {
    let value = |number: u64| format!("s{:015x}", number.wrapping_mul(0x9e37_79b9_7f4a));
    let one = |number| {
        let cookie = format!("a={}", value(number));
        let body = format!("{} and {}", value(number), value(899 - number));
        entry(
            "GET",
            "https://a.example/x",
            &[("Cookie", &cookie)],
            403,
            &body,
        )
    };
    let text = har(&(0..900).map(one).collect::<Vec<_>>());
    for exchange in exchanges(&text) {
        let body = &exchange.outcome.response().unwrap().body;
        assert_eq!(String::from_utf8_lossy(body), format!("{MASK} and {MASK}"));
    }
}

#[test]
fn a_call_comes_with_its_answer_its_times_and_what_is_expected_of_it() {
    let one = entry(
        "GET",
        "https://api.acme.example/core/runbooks?page=2",
        &[
            (":path", "/x"),
            ("Host", "h"),
            ("Accept", "application/json"),
        ],
        403,
        BODY,
    );
    let Recording {
        collection: read,
        exchanges,
    } = recording(&har(&[one]));
    let step = &read.requests[0];
    assert_eq!(step.name, "GET /core/runbooks");
    assert_eq!(step.spec.params[0].name, "page");
    assert_eq!(step.spec.headers.len(), 1);
    let expect = step.expect.as_ref().unwrap();
    assert_eq!(
        (expect.status, &expect.codes[0][..]),
        (Some(403), "forbidden")
    );
    let exchange = &exchanges[0];
    assert_eq!(exchange.started_at.to_string(), "2024-05-12T07:30:00.25Z");
    assert_eq!(
        exchange.sent.url,
        "https://api.acme.example/core/runbooks?page=2"
    );
    let response = exchange.outcome.response().unwrap();
    assert_eq!(response.body, BODY.as_bytes());
    assert_eq!(response.timing.connect.unwrap().as_millis(), 10);
    assert_eq!(response.timing.first_byte.unwrap().as_micros(), 93_500);
    assert!(
        read.notes
            .iter()
            .any(|n| n.message.contains("no call") || n.message.contains("No call"))
    );
}

#[test]
fn no_secret_of_a_recording_stands_in_what_is_made_of_it() {
    let jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJqYW5lIn0.c2lnbmF0dXJlc2ln";
    let mut login = entry(
        "POST",
        "https://jane:passw0rd1@api.acme.example/login?api_key=querysecret1&sig=sigsecret22",
        &[
            ("Authorization", "Bearer headersecret3"),
            ("Cookie", "theme=dark; sid=cookiesecret4"),
            ("X-Api-Key", "keysecret55"),
            ("Referer", "https://a.example/?token=x"),
            ("X-Other", jwt),
        ],
        200,
        &format!(
            "{{\"session\":\"cookiesecret4\",\"echo\":\"headersecret3\",\"access_token\":\"bodysecret66\",\"other\":\"{jwt}\",\"q\":\"querysecret1 sigsecret22 jsonsecret7 \"}}"
        ),
    );
    login["request"]["postData"] =
        json!({ "mimeType": "application/json", "text": "{\"password\":\"jsonsecret7\"}" });
    let mut form = entry(
        "POST",
        "https://b.example/f",
        &[("Content-Type", "application/x-www-form-urlencoded")],
        200,
        "{}",
    );
    form["request"]["postData"] = json!({ "mimeType": "application/x-www-form-urlencoded", "params": [{ "name": "password", "value": "formsecret8" }] });
    let mut parts = entry(
        "POST",
        "https://b.example/p",
        &[("content-type", "multipart/form-data; boundary=zz")],
        200,
        "{}",
    );
    parts["request"]["postData"] = json!({ "mimeType": "multipart/form-data", "text": "--zz\r\nContent-Disposition: form-data; name=\"secret\"\r\n\r\npartsecret9\r\n--zz--\r\n" });
    let mut torn = parts.clone();
    torn["request"]["postData"]["text"] =
        json!("--zz\r\nContent-Disposition: form-data; name=\"secret\"\r\n\r\npartsecret9");
    let later = entry(
        "GET",
        "https://b.example/later",
        &[("Cookie", "late=latesecret10")],
        200,
        "{\"echo\":\"headersecret3 partsecret9 formsecret8 cookiesecret4 cookievalue99\"}",
    );
    let Recording {
        collection: read,
        exchanges,
    } = recording(&har(&[login, form, parts, torn, later]));
    let written: Vec<String> = exchanges
        .iter()
        .map(|e| document(e, &ground()).to_string())
        .collect();
    let shown = format!(
        "{:?} {:?} {:?} {written:?}",
        read.requests, exchanges, read.notes
    );
    let bodies: Vec<_> = exchanges
        .iter()
        .flat_map(|e| {
            [
                e.sent.body.clone(),
                e.outcome.response().unwrap().body.clone(),
            ]
        })
        .map(|body| String::from_utf8(body).unwrap())
        .collect();
    let shown = format!("{shown} {bodies:?}");
    for secret in [
        "passw0rd1",
        "querysecret1",
        "sigsecret22",
        "headersecret3",
        "cookiesecret4",
        "keysecret55",
        "bodysecret66",
        "jsonsecret7",
        "formsecret8",
        "partsecret9",
        "latesecret10",
        "cookievalue99",
        jwt,
        "c2lnbmF0dXJlc2ln",
    ] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
    assert_eq!(
        read.requests[0].spec.auth,
        Auth::Bearer(TokenName::named("bearer"))
    );
    assert!(
        matches!(&read.requests[2].spec.body, Body::Multipart(parts) if parts[0].value.contains("{{token:"))
    );
    assert!(
        read.tokens
            .iter()
            .any(|token| token.name.as_str() == "bearer")
    );
}

#[test]
fn an_odd_call_costs_no_other_and_is_named_with_its_place() {
    let good = entry("GET", "https://a.example/1", &[], 200, "{}");
    let text = format!(
        "{{\"log\":{{\"entries\":[\n {good},\n {{\"request\":7}},\n {}, {good}]}}}}",
        json!({ "request": { "method": "GET", "url": "wss://a.example/s" } })
    );
    let read = collection(&text);
    assert_eq!(read.requests.len(), 2);
    let places: Vec<_> = read.notes.iter().map(|n| (n.line, n.column)).collect();
    assert_eq!(places[..2], [(Some(3), Some(13)), (Some(4), Some(2))]);
    assert!(
        read.notes[0]
            .message
            .starts_with("This call cannot be read and was left out")
    );
    assert!(read.notes[1].message.contains("wss: is not HTTP"));
}

#[test]
fn a_broken_file_is_refused_with_line_and_column() {
    let none = |_: &Secret| -> Option<TokenName> { None };
    for (text, place) in [
        (
            "{\"log\": {\"entries\": [\n  {\"ä\": 1},, ]}}",
            "a.har:2:12",
        ),
        ("{\"log\": {\"entries\": [", "a.har:1:22"),
        ("{}", "a.har:1:2"),
        ("", "a.har:1:1"),
    ] {
        let error = super::read(text, "a.har", &[], &none, &mut |_| ()).unwrap_err();
        assert_eq!(error.place, place, "{text}: {error}");
        assert!(!error.problem.contains("at line"), "{error}");
    }
}

#[test]
fn what_a_page_is_made_of_is_counted_and_left_out_unless_it_was_refused() {
    let mut image = entry("GET", "https://a.example/logo.png", &[], 200, "");
    image["response"]["content"]["mimeType"] = json!("image/png");
    let mut missing = image.clone();
    missing["response"]["status"] = json!(404);
    let asks = entry(
        "OPTIONS",
        "https://a.example/x",
        &[("Access-Control-Request-Method", "PUT")],
        204,
        "",
    );
    let Recording {
        collection: read,
        exchanges,
    } = recording(&har(&[image, missing, asks]));
    assert_eq!(exchanges.len(), 1);
    assert!(read.notes.iter().any(|n| n.message.starts_with("2 images")));
}

#[test]
fn a_call_without_an_answer_says_what_the_browser_said() {
    let mut one = entry("GET", "https://a.example/", &[], 0, "");
    one["_error"] = json!("net::ERR_NAME_NOT_RESOLVED");
    let mut other = one.clone();
    other["response"] = Value::Null;
    other["_error"] = Value::Null;
    let read = exchanges(&har(&[one, other]));
    let failure = |number: usize| match &read[number].outcome {
        Outcome::Failed(failure) => (failure.cause, failure.message.clone()),
        Outcome::Answered(_) => panic!("answered"),
    };
    assert_eq!(failure(0).0, Cause::DnsUnresolved);
    assert!(failure(0).1.contains("ERR_NAME_NOT_RESOLVED"));
    assert_eq!(failure(1).0, Cause::ConnectClosed);
}

#[test]
fn a_file_is_named_without_the_folder_that_a_recording_gives() {
    let mut call = entry("POST", "https://a.example/up", &[], 200, "{}");
    call["request"]["postData"] = json!({
        "mimeType": "multipart/form-data; boundary=x",
        "params": [
            { "name": "one", "fileName": "/var/keys/id_rsa" },
            { "name": "two", "fileName": "..\\..\\secret.txt" },
            { "name": "three", "fileName": "/" },
        ],
    });
    let read = collection(&har(&[call]));
    let Body::Multipart(parts) = &read.requests[0].spec.body else {
        panic!("{:?}", read.requests[0].spec.body)
    };
    let files: Vec<(&str, bool)> = parts.iter().map(|p| (&*p.value, p.is_file)).collect();
    assert_eq!(files, [("id_rsa", true), ("secret.txt", true), ("", false)]);
}

#[test]
fn bytes_come_in_base64_and_go_out_so() {
    let mut one = entry("GET", "https://a.example/b", &[], 200, "/wABAg==");
    one["response"]["content"]["encoding"] = json!("base64");
    one["response"]["content"]["size"] = json!("4");
    let read = exchanges(&har(&[one]));
    let response = read[0].outcome.response().unwrap();
    assert_eq!(response.body, [255, 0, 1, 2]);
    let written = document(&read[0], &ground());
    assert_eq!(
        written["log"]["entries"][0]["response"]["content"]["text"],
        "/wABAg=="
    );
}

#[test]
fn what_is_written_reads_back_as_the_same_call() {
    let mut one = entry(
        "POST",
        "https://a.example/x?a=b%20c&api_key=supersecret",
        &[
            ("Authorization", "Bearer headersecret3"),
            ("X-A", "1"),
            ("X-A", "2"),
        ],
        422,
        BODY,
    );
    one["request"]["postData"] = json!({ "mimeType": "application/json", "text": "{\"n\": 1.0, \"password\":\"jsonsecret7\"}" });
    let first = recording(&har(&[one]));
    let text = document(&first.exchanges[0], &ground()).to_string();
    let second = recording(&text);
    let (a, b) = (&first.exchanges[0], &second.exchanges[0]);
    let (first, second) = (&first.collection, &second.collection);
    assert_eq!(a.outcome, b.outcome);
    assert_eq!(
        (a.started_at, a.took, &a.sent.url),
        (b.started_at, b.took, &b.sent.url)
    );
    assert_eq!(a.sent.body, b.sent.body);
    assert_eq!(first.requests[0].spec.auth, second.requests[0].spec.auth);
    assert_eq!(first.requests[0].expect, second.requests[0].expect);
    assert_eq!(
        document(b, &ground())["log"]["entries"][0]["response"],
        document(a, &ground())["log"]["entries"][0]["response"]
    );
}

#[test]
fn a_recording_is_told_from_other_json() {
    assert!(is_recording("\u{feff} { \"log\": {\"entries\":[]}}"));
    for other in ["{\"errors\":[]}", "curl x", "", "[\"log\",\"entries\"]"] {
        assert!(!is_recording(other));
    }
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(head in "(\\{\"log\":\\{\"entries\":\\[)?", rest in "[\\[\\]{}\":,a-zé0-9\\\\]{0,80}") {
        let none = |_: &Secret| -> Option<TokenName> { None };
        let _ = read(&format!("{head}{rest}"), "x", &[], &none, &mut |_| ());
    }

    #[test]
    fn any_values_in_the_known_members_are_read(method in ".{0,8}", url in "(https?://)?[ -~é{}]{0,30}", name in ".{0,12}", value in ".{0,20}", body in ".{0,30}", kind in "(multipart/form-data; boundary=a|application/json|.{0,8})") {
        let mut one = entry("GET", "https://a.example/", &[], 200, &body);
        one["request"]["method"] = json!(method);
        one["request"]["url"] = json!(url);
        one["request"]["headers"] = json!([{ "name": name, "value": value }]);
        one["request"]["postData"] = json!({ "mimeType": kind, "text": format!("--a{body}--a--") });
        one["time"] = json!(value);
        let _ = collection(&har(&[one]));
    }
}

#[test]
fn a_multipart_in_base64_keeps_its_texts_beside_its_file() {
    use base64::Engine;
    let entry = |bytes: &[u8]| {
        let text = base64::engine::general_purpose::STANDARD.encode(bytes);
        json!({ "log": { "entries": [{
            "request": {
                "method": "POST", "url": "https://a.example/up",
                "headers": [{ "name": "Content-Type", "value": "multipart/form-data; boundary=B" }],
                "postData": { "mimeType": "multipart/form-data; boundary=B", "encoding": "base64", "text": text },
            },
            "response": { "status": 200 },
        }] } })
        .to_string()
    };
    let body = |bytes: &[u8]| {
        let read = read(&entry(bytes), "x", &[], &|_| None, &mut |_| ()).unwrap();
        let step = read.collection.requests.into_iter().next().unwrap();
        (step.spec.body, step.spec.headers)
    };
    let head = b"--B\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nhi\r\n--B\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a.bin\"\r\n\r\n";
    let tail = b"\r\n--B--\r\n";
    let told = |body: &Body| match body {
        Body::Multipart(parts) => parts
            .iter()
            .map(|part| format!("{} {} {}", part.name, part.value, part.is_file))
            .collect(),
        other => vec![format!("{other:?}")],
    };
    // As text, with contents and without.
    let (text, _) = body(&[&head[..], b"abc", tail].concat());
    assert_eq!(told(&text), ["note hi false", "f abc false"]);
    let (text, _) = body(&[&head[..], tail].concat());
    assert_eq!(told(&text), ["note hi false", "f a.bin true"]);
    // As bytes, they are what they were.
    let bytes = [&head[..], b"\xff\x00\xfe", tail].concat();
    let (text, headers) = body(&bytes);
    assert_eq!(text, Body::Bytes(bytes.clone()));
    assert!(headers[0].value.contains("boundary=B"));
    // Unless a credential stands among them.
    let secret = String::from_utf8_lossy(head).replace("\"note\"", "\"password\"");
    let (text, _) = body(&[secret.as_bytes(), b"\xff", tail].concat());
    assert_eq!(
        told(&text),
        ["password {{token:password}} false", "f a.bin true"]
    );
}
