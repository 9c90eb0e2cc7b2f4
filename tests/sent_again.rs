//! What is sent again, and that nothing is done twice: kept connections that a server closes in
//! silence, calls that HTTP/2 sends back, and writes to a server that closes as it likes.

use crate::faults;
use crate::program;

use faults::http2::{Call, Http2, Reply};
use faults::proxy::in_front_of;
use faults::secure::Authority;
use faults::{Asked, Server, answer};
use httriage::engine::{Client, ClientOptions, Flight, Outgoing, Vault};
use httriage::model::RawExchange;
use httriage::model::{Author, Body, Environment, Manner, Outcome, RequestSpec, Settings, resolve};
use program::Home;
use serde_json::Value;
use std::collections::{HashMap, HashSet};
use std::io::Write;
use std::net::{Shutdown, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// Longest wait for anything in process.
const PATIENCE: Duration = Duration::from_secs(60);

const REFUSED_STREAM: u32 = 7;
const CANCEL: u32 = 8;
const INTERNAL_ERROR: u32 = 2;
const HTTP_1_1_REQUIRED: u32 = 13;
const NO_ERROR: u32 = 0;

fn client() -> Client {
    let options = ClientOptions {
        first_byte: Duration::from_secs(10),
        ..ClientOptions::default()
    };
    Client::new(
        Arc::new(Vault::new(&Settings::default(), |_| None)),
        options,
    )
}

async fn send(client: &Client, method: &str, url: &str, body: &str) -> RawExchange {
    let mut typed = RequestSpec::new(method, url);
    if !body.is_empty() {
        typed.body = Body::Text(body.to_owned());
    }
    let environment = Environment::default();
    let outgoing = Outgoing {
        sent: resolve(&typed, &environment).unwrap(),
        typed,
        environment,
        author: Author::Person,
        case: None,
        manner: Manner::default(),
    };
    let flight = Flight::default();
    let sending = tokio::time::timeout(PATIENCE, client.send(outgoing, &flight));
    sending.await.expect("the call ends")
}

/// A call to a server of HTTP/2 with this program's own certificate.
fn call(
    deed: impl Fn(&Call, &mut Reply) -> bool + Send + Sync + 'static,
    args: &[&str],
) -> (Value, Vec<Call>) {
    let authority = Authority::new();
    let server = Http2::doing(authority.signs_loopback(), deed);
    let home = Home::new();
    let file = home.write("ca.pem", &authority.pem);
    let (method, more) = args.split_first().unwrap();
    let url = format!("{}/x", server.base());
    let mut all = vec![
        "send",
        method,
        &url,
        "--cacert",
        &file,
        "--timeout",
        "10",
        "--json",
    ];
    all.extend(more);
    (home.run(&all).json(), server.calls())
}

const WRITE: [&str; 3] = ["POST", "--data", "hello"];

#[test]
fn a_call_that_was_sent_back_unread_goes_again_whatever_its_method() {
    for args in [&["GET"][..], &WRITE] {
        let (exchange, calls) = call(
            |call, reply| {
                match call.number {
                    1 => reply.resets(REFUSED_STREAM),
                    _ => reply.ok(),
                }
                true
            },
            args,
        );
        assert_eq!(exchange["outcome"]["status"], 200, "{exchange}");
        assert_eq!((exchange["attempts"].as_u64(), calls.len()), (Some(2), 2));
        assert_eq!(calls[0].is_post(), args.len() > 1);
        assert_eq!(calls[0].body, calls[1].body);

        // Above the last stream that was taken: none of the connection's.
        for reason in [NO_ERROR, INTERNAL_ERROR] {
            let (exchange, calls) = call(
                move |call, reply| match call.number {
                    1 => {
                        reply.goes_away(false, reason);
                        false
                    }
                    _ => {
                        reply.ok();
                        true
                    }
                },
                args,
            );
            assert_eq!(exchange["outcome"]["status"], 200, "{exchange}");
            let connections: Vec<_> = calls.iter().map(|call| call.connection).collect();
            assert_eq!(connections, [0, 1]);
        }
    }
}

#[test]
fn a_call_that_is_sent_back_each_time_ends_and_says_so() {
    let (exchange, calls) = call(
        |_, reply| {
            reply.resets(REFUSED_STREAM);
            true
        },
        &WRITE,
    );
    assert_eq!(exchange["outcome"]["kind"], "connect.closed");
    let message = exchange["outcome"]["message"].as_str().unwrap();
    assert!(message.contains("sent the call back unread"), "{message}");
    assert!(!message.contains("may have seen"), "{message}");
    assert_eq!(calls.len(), 4);
}

#[test]
fn a_call_that_was_taken_is_not_sent_again() {
    let taken: [fn(&Call, &mut Reply) -> bool; 4] = [
        |_, reply| {
            reply.goes_away(true, NO_ERROR);
            false
        },
        |_, reply| {
            reply.resets(INTERNAL_ERROR);
            true
        },
        |_, reply| {
            reply.resets(CANCEL);
            true
        },
        |_, _| false,
    ];
    for deed in taken {
        let (exchange, calls) = call(deed, &WRITE);
        let outcome = &exchange["outcome"];
        assert_eq!(outcome["kind"], "connect.closed", "{outcome}");
        let message = outcome["message"].as_str().unwrap();
        assert!(message.contains("It may have seen the POST"), "{message}");
        assert!(
            outcome["hint"]
                .as_str()
                .unwrap()
                .starts_with("Look whether")
        );
        assert_eq!(calls.len(), 1, "{outcome}");
        // Nobody worries about a read.
        let (exchange, _) = call(deed, &["GET"]);
        let message = exchange["outcome"]["message"].as_str().unwrap();
        assert!(!message.contains("may have seen"), "{message}");
    }
}

#[test]
fn a_server_that_wants_the_older_version_gets_it() {
    for args in [&["GET"][..], &WRITE] {
        let (exchange, calls) = call(
            |_, reply| {
                reply.resets(HTTP_1_1_REQUIRED);
                true
            },
            args,
        );
        assert_eq!(
            exchange["outcome"]["body"]["text"], "over 1.1",
            "{exchange}"
        );
        let older: Vec<_> = calls.iter().map(|call| call.is_http1).collect();
        assert_eq!(older, [false, true]);
    }
}

#[test]
fn a_host_of_ones_own_goes_over_the_older_version_and_is_the_only_one() {
    let (exchange, calls) = call(|_, _| false, &["GET", "--header", "Host: other.example"]);
    assert_eq!(exchange["outcome"]["status"], 200, "{exchange}");
    assert_eq!(calls.len(), 1);
    let head = String::from_utf8(calls[0].head.clone()).unwrap();
    let hosts = head
        .lines()
        .filter(|line| line.to_lowercase().starts_with("host:"));
    let hosts: Vec<_> = hosts.collect();
    assert_eq!(hosts, ["host: other.example"]);
}

#[test]
fn a_server_that_speaks_nothing_else_gets_the_host_of_ones_own_as_its_only_one() {
    let authority = Authority::new();
    let server = Http2::speaking(&["h2"], authority.signs_loopback(), |_, reply| {
        reply.ok();
        true
    });
    let home = Home::new();
    let file = home.write("ca.pem", &authority.pem);
    let host = ["--header", "Host: xXxX", "--data", "hello"];
    let url = format!("{}/a?b=c", server.base());
    let mut args = vec!["send", "POST", &url, "--cacert", &file, "--json"];
    args.extend(host);
    let ran = home.run(&args);
    assert_eq!(ran.json()["outcome"]["status"], 200, "{}", ran.out);
    let calls = server.calls();
    assert_eq!((calls.len(), calls[0].body.as_slice()), (1, &b"hello"[..]));
    // RFC 7541, 5.2: in its code `x` is 1111001 and `X` 11111100, which makes four bytes.
    let named = [
        0x84,
        0b1111_0011,
        0b1111_1001,
        0b1110_0111,
        0b1111_0011,
        0b1111_1111,
    ];
    let holds = |part: &[u8]| calls[0].head.windows(part.len()).any(|w| w == part);
    assert!(
        holds(b"\x04xXxX") || holds(&named[..5]),
        "{:x?}",
        calls[0].head
    );
    assert!(!holds(b"127.0.0.1"), "{:x?}", calls[0].head);
}

#[test]
fn a_body_that_is_reset_keeps_its_status() {
    let (exchange, _) = call(
        |_, reply| {
            reply.begins(b"so far");
            reply.resets(INTERNAL_ERROR);
            true
        },
        &["GET"],
    );
    let outcome = &exchange["outcome"];
    assert_eq!(outcome["kind"], "body.cut_off", "{outcome}");
    assert!(
        outcome["message"]
            .as_str()
            .unwrap()
            .contains("INTERNAL_ERROR")
    );
    assert_eq!(outcome["response"]["status"], 404);
    assert_eq!(outcome["response"]["body"]["text"], "so far");
}

#[test]
fn trailers_of_the_newer_version_are_shown() {
    let (exchange, _) = call(
        |_, reply| {
            reply.with_trailer(b"ok", "grpc-status", "7");
            true
        },
        &["GET"],
    );
    let outcome = &exchange["outcome"];
    assert_eq!(
        outcome["trailers"],
        serde_json::json!([["grpc-status", "7"]]),
        "{outcome}"
    );
}

/// Answers, and closes without a word of it.
fn closes_after(asked: &Asked, stream: &mut TcpStream) -> bool {
    let said = match asked.target.as_str() {
        "/start" => answer("307 Temporary Redirect", "location: /next\r\n", b""),
        _ => answer("200 OK", "", b"ok"),
    };
    let _ = stream.write_all(&said);
    false
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_right_after_an_answer_is_not_lost_to_a_closed_connection() {
    let server = Server::doing(closes_after);
    let client = client();
    for number in 0..24 {
        let body = format!("{number}");
        let exchange = send(&client, "POST", &format!("{}/start", server.base()), &body).await;
        assert_eq!(
            exchange.outcome.status(),
            Some(200),
            "{:?}",
            exchange.outcome
        );
        assert_eq!(exchange.attempts, 1);
    }
    let asked = server.asked();
    let seen: Vec<_> = asked
        .iter()
        .map(|a| (a.target.as_str(), a.body.clone()))
        .collect();
    let each = (0..24).map(|number| number.to_string().into_bytes());
    let expected: Vec<_> = each
        .flat_map(|b| [("/start", b.clone()), ("/next", b)])
        .collect();
    assert_eq!(seen, expected);
}

/// Says of each call whether it is the first on its connection.
fn firsts() -> impl Fn(&Asked) -> bool + Send + Sync {
    let seen = Mutex::new(HashSet::new());
    move |asked| seen.lock().unwrap().insert(asked.connection)
}

#[tokio::test(flavor = "multi_thread")]
async fn reads_use_a_kept_connection_and_writes_one_of_their_own() {
    let server = Server::doing(|_, stream| stream.write_all(&answer("200 OK", "", b"ok")).is_ok());
    let client = client();
    let url = format!("{}/first", server.base());
    let first = send(&client, "GET", &url, "").await;
    assert_eq!(first.outcome.status(), Some(200));
    let wrote = send(&client, "POST", &url, "x").await;
    assert_eq!(wrote.outcome.status(), Some(200));
    assert!(!wrote.outcome.response().unwrap().timing.reused);
    // A connection is kept a moment after its answer was read: until then a read opens another.
    let begun = Instant::now();
    loop {
        let read = send(&client, "GET", &url, "").await;
        if read.outcome.response().unwrap().timing.reused {
            break;
        }
        assert!(begun.elapsed() < PATIENCE, "no connection is kept");
    }
    let asked = server.asked();
    let over = asked.last().unwrap().connection;
    let wrote = asked.iter().filter(|a| a.method == "POST");
    for write in wrote {
        let others = asked.iter().filter(|a| a.connection == write.connection);
        assert_eq!(others.count(), 1, "the write shares its connection");
    }
    assert!(asked.iter().filter(|a| a.connection == over).count() > 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_on_a_connection_that_was_closed_meanwhile_goes_over_another() {
    let is_first = firsts();
    // Only the first call on a connection is answered.
    let server = Server::doing(move |asked, stream| {
        is_first(asked) && stream.write_all(&answer("200 OK", "", b"ok")).is_ok()
    });
    let client = client();
    let url = format!("{}/x", server.base());
    let begun = Instant::now();
    // A connection is kept a moment after its answer was read: until then a read opens another.
    loop {
        let exchange = send(&client, "GET", &url, "").await;
        assert_eq!(
            exchange.outcome.status(),
            Some(200),
            "{:?}",
            exchange.outcome
        );
        if exchange.attempts == 2 {
            break;
        }
        assert_eq!(exchange.attempts, 1);
        assert!(begun.elapsed() < PATIENCE, "no connection is kept");
    }
    let asked = server.asked();
    let [.., closed, fresh] = &asked[..] else {
        panic!("{asked:?}");
    };
    assert!(
        asked
            .iter()
            .filter(|a| a.connection == closed.connection)
            .count()
            == 2
    );
    assert!(
        asked
            .iter()
            .filter(|a| a.connection == fresh.connection)
            .count()
            == 1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_408_that_a_read_crossed_on_a_kept_connection_is_not_its_answer() {
    let is_first = firsts();
    let gives_up = answer("408 Request Timeout", "Connection: close\r\n", b"");
    let server = Server::doing(move |asked, stream| {
        let is_answered = is_first(asked) && asked.target != "/slow";
        if is_answered {
            stream.write_all(&answer("200 OK", "", b"ok")).is_ok()
        } else {
            let _ = stream.write_all(&gives_up);
            false
        }
    });
    let client = client();
    let url = format!("{}/x", server.base());
    let begun = Instant::now();
    // A connection is kept a moment after its answer was read: until then a read opens another.
    loop {
        let exchange = send(&client, "GET", &url, "").await;
        assert_eq!(exchange.outcome.status(), Some(200));
        if exchange.attempts == 2 {
            break;
        }
        assert_eq!(exchange.attempts, 1);
        assert!(begun.elapsed() < PATIENCE, "no connection is kept");
    }
    // On a connection of its own it is the answer, and of a write always.
    for method in ["GET", "POST"] {
        let slow = format!("{}/slow", server.base());
        let exchange = send(&self::client(), method, &slow, "").await;
        assert_eq!(exchange.outcome.status(), Some(408));
        assert_eq!(exchange.attempts, 1);
    }
}

/// Five ways to end, by chance: with an answer or without, before the call is read or after.
fn at_random(asked: &Asked, stream: &mut TcpStream) -> bool {
    let whole = answer("200 OK", "", b"done");
    let dice = asked
        .body
        .iter()
        .fold(7_u32, |sum, b| sum.wrapping_mul(31) + u32::from(*b))
        % 6;
    match dice {
        0 => {
            let _ = stream.write_all(&whole);
            true
        }
        1 | 2 => {
            let _ = stream.write_all(&whole);
            false
        }
        3 => false,
        4 => {
            let _ = stream.write_all(&whole[..20]);
            false
        }
        _ => {
            // A reset, as soon as there is something unread.
            let _ = stream.write_all(&whole[..whole.len() - 2]);
            let _ = stream.shutdown(Shutdown::Both);
            false
        }
    }
}

/// Every write is seen once, or the failure says that it may have been.
async fn writes(number: usize) {
    let server = Server::doing(at_random);
    // Some connections are closed before anything is read.
    let base = in_front_of(&server);
    let client = client();
    let mut told = HashMap::new();
    for place in 0..number {
        let body = format!("write {place}");
        let method = ["POST", "PUT", "PATCH", "DELETE"][place % 4];
        let exchange = send(&client, method, &base, &body).await;
        told.insert(body, (method, exchange.outcome));
    }
    let mut seen: HashMap<String, usize> = HashMap::new();
    for asked in server.asked() {
        *seen
            .entry(String::from_utf8(asked.body).unwrap())
            .or_default() += 1;
    }
    let (mut answered, mut open) = (0, 0);
    for (body, (method, outcome)) in &told {
        let times = seen.get(body).copied().unwrap_or(0);
        match outcome {
            Outcome::Answered(_) => {
                answered += 1;
                assert_eq!(times, 1, "{body}");
            }
            Outcome::Failed(failure) => {
                open += 1;
                assert!(times <= 1, "{body} came {times} times");
                let says = failure
                    .message
                    .contains(&format!("may have seen the {method}"));
                // A status that came says it as well.
                let came = outcome.said().is_some();
                assert!(says || came || times == 0, "{body}: {}", failure.message);
            }
        }
    }
    assert_eq!(told.len(), number);
    assert!(
        answered > number / 5 && open > number / 5,
        "{answered} answered, {open} open"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn writes_to_a_server_that_closes_at_random_are_seen_once_or_said_to_be_open() {
    writes(150).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn writes_over_http_2_are_done_once_or_said_to_be_open() {
    let authority = Authority::new();
    let done: Arc<Mutex<HashMap<Vec<u8>, usize>>> = Arc::default();
    let counted = Arc::clone(&done);
    let server = Http2::doing(authority.signs_loopback(), move |call, reply| {
        let does = || {
            *counted
                .lock()
                .unwrap()
                .entry(call.body.clone())
                .or_default() += 1
        };
        match call.number % 6 {
            0 => {
                reply.resets(REFUSED_STREAM);
                true
            }
            1 => {
                reply.goes_away(false, NO_ERROR);
                false
            }
            2 => {
                does();
                reply.goes_away(true, NO_ERROR);
                false
            }
            3 => {
                does();
                false
            }
            _ => {
                does();
                reply.ok();
                call.number % 2 == 0
            }
        }
    });
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ca.pem");
    std::fs::write(&file, &authority.pem).unwrap();
    let options = ClientOptions {
        authorities: vec![file],
        ..ClientOptions::default()
    };
    let client = Client::new(
        Arc::new(Vault::new(&Settings::default(), |_| None)),
        options,
    );
    let (mut answered, mut open) = (0, 0);
    for place in 0..60 {
        let body = format!("write {place}");
        let exchange = send(&client, "POST", &server.base(), &body).await;
        let times = done
            .lock()
            .unwrap()
            .get(body.as_bytes())
            .copied()
            .unwrap_or(0);
        match exchange.outcome {
            Outcome::Answered(_) => {
                answered += 1;
                assert_eq!(times, 1, "{body}");
            }
            Outcome::Failed(failure) => {
                open += 1;
                let says = failure.message.contains("may have seen the POST");
                assert_eq!((times, says), (1, true), "{body}: {}", failure.message);
            }
        }
    }
    assert!(
        answered > 20 && open > 10,
        "{answered} answered, {open} open"
    );
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "the long form"]
async fn a_thousand_writes_are_seen_once_or_said_to_be_open() {
    writes(1_000).await;
}
