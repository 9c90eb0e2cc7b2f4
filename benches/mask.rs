//! How long it takes to look through a body for what is secret in it: ordinary JSON, of the kind
//! that is never masked, and texts in which a value repeats itself.

use httriage::insight::redact::Mask;
use httriage::model::{
    ExchangeId, Headers, Outcome, RawExchange, RequestSpec, Response, Secret, SentRequest,
    Timestamp, TokenName, TokenRef,
};
use std::time::{Duration, Instant};

const MEGABYTE: usize = 1_000_000;

fn main() {
    // `cargo test` builds benches and may start them; measuring is for `cargo bench` alone.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    println!("{:<44}{:>10}{:>12}", "", "least, ms", "MB a second");
    let plain = ordinary(10 * MEGABYTE, "");
    for tokens in [0, 1, 10] {
        row(
            &format!("10 MB of JSON, {tokens} tokens"),
            &mask(tokens),
            &plain,
            "",
        );
    }
    let named = ordinary(10 * MEGABYTE, "\"token_count\":3,\"access\":\"author\",");
    row(
        "10 MB of JSON with such names, 1 token",
        &mask(1),
        &named,
        "",
    );
    let escaped = ordinary(10 * MEGABYTE, "\"text\":\"a \\\"word\\\" and \\u00e9\\n\",");
    row(
        "10 MB of JSON with escapes, 1 token",
        &mask(1),
        &escaped,
        "",
    );
    for (name, repeated) in [("x", "x"), ("ab", "ab"), ("\\u0078", "\\u0078")] {
        let text = repeated.repeat(MEGABYTE / repeated.len());
        let header = "x".repeat(8000);
        row(
            &format!("1 MB of {name}, sent 8 KB of x"),
            &mask(1),
            text.as_bytes(),
            &header,
        );
    }
}

fn mask(tokens: usize) -> Mask {
    let value = |number: usize| {
        let name = TokenName::new(&format!("token-{number}")).unwrap();
        let token = TokenRef {
            name,
            fingerprint: None,
        };
        let digits = (0..40).map(|at| char::from(b'a' + ((number * 7 + at * 11) % 26) as u8));
        (token, Secret::new(digits.collect::<String>()))
    };
    Mask::new(&(0..tokens).map(value).collect::<Vec<_>>())
}

/// Rows as an API lists them.
fn ordinary(size: usize, more: &str) -> Vec<u8> {
    let mut text = String::from("{\"data\":[");
    let mut number: u64 = 1;
    while text.len() < size {
        number = number
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        let (id, rest) = (number >> 40, number & 0xffff);
        text.push_str(&format!(
            "{{\"id\":{id},\"type\":\"runbooks\",\"attributes\":{{\"name\":\"Restart of node {rest}\",\"description\":\"The author said that the section passes, and each path is public\",{more}\"assignee\":\"user{id}@acme.example\",\"created_at\":\"2026-03-14T02:07:{:02}Z\",\"position\":{rest},\"archived\":false}},\"links\":{{\"self\":\"https://api.acme.example/core/runbooks/{id}?page=2\"}}}},\n",
            id % 60
        ));
    }
    text.push_str("{}]}");
    text.into_bytes()
}

fn row(name: &str, mask: &Mask, body: &[u8], header: &str) {
    let mut least = Duration::MAX;
    for _ in 0..5 {
        let call = exchange(body.to_vec(), header);
        let began = Instant::now();
        let masked = mask.exchange(call);
        let took = began.elapsed();
        drop(masked);
        least = least.min(took);
        if took > Duration::from_secs(5) {
            break;
        }
    }
    let ms = least.as_secs_f64() * 1e3;
    println!("{name:<44}{ms:>10.2}{:>12.0}", body.len() as f64 / ms / 1e3);
}

fn exchange(body: Vec<u8>, header: &str) -> RawExchange {
    let mut headers = Headers::new();
    if !header.is_empty() {
        headers.push("authorization", format!("Bearer {header}"));
    }
    RawExchange {
        id: ExchangeId::new(Timestamp::UNIX_EPOCH, 0),
        environment: String::new(),
        case: None,
        typed: RequestSpec::new("GET", "https://api.acme.example/core/runbooks"),
        sent: SentRequest {
            method: "GET".into(),
            url: "https://api.acme.example/core/runbooks".into(),
            headers,
            ..SentRequest::default()
        },
        outcome: Outcome::Answered(Response {
            status: 200,
            headers: Headers::from_iter([("content-type", "application/json")]),
            body,
            ..Response::default()
        }),
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
