//! Calls that are told to slow down: they wait as asked and go again, never too early, never more
//! often than said, and never where that could do something twice.

use crate::faults;
use crate::program;

use faults::{Asked, Server, answer};
use httriage::engine::{Client, ClientOptions, Flight, Outgoing, Vault};
use httriage::model::{
    Author, Cause, Environment, Manner, Outcome, RequestSpec, Settings, limits, resolve,
};
use program::{Home, Ran};
use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Refuses this often, then works.
fn reluctant(times: usize, status: &'static str, headers: &'static str) -> Server {
    let asked = AtomicUsize::new(0);
    Server::doing(move |_: &Asked, stream| {
        let bytes = if asked.fetch_add(1, Ordering::SeqCst) < times {
            answer(status, headers, b"{\"errors\":[{\"code\":\"slow_down\"}]}")
        } else {
            answer("200 OK", "", b"at last")
        };
        stream.write_all(&bytes).is_ok()
    })
}

fn send(method: &str, server: &Server, options: &[&str]) -> Ran {
    let url = server.base();
    let mut args = vec!["send", method, &url, "--json"];
    args.extend(options);
    Home::new().run(&args)
}

#[test]
fn without_the_option_a_refusal_is_the_answer() {
    let server = reluctant(1, "429 Too Many Requests", "retry-after: 0\r\n");
    let ran = send("GET", &server, &[]);
    assert_eq!((ran.code, server.asked().len()), (4, 1));
    assert_eq!(ran.json()["attempts"], 1);
}

#[test]
fn the_wait_that_is_asked_for_is_kept_and_said() {
    let server = reluctant(2, "429 Too Many Requests", "Retry-After: 1\r\n");
    let began = Instant::now();
    let ran = send("GET", &server, &["--retry"]);
    assert_eq!((ran.code, server.asked().len()), (0, 3));
    assert_eq!(ran.json()["attempts"], 3);
    assert!(began.elapsed() >= Duration::from_secs(2));
    assert!(ran.err.contains("try 2 of 4 in 1 s"), "{}", ran.err);
    assert!(ran.err.contains("try 3 of 4"), "{}", ran.err);
}

#[test]
fn a_503_counts_too_and_other_failures_do_not() {
    let server = reluctant(1, "503 Service Unavailable", "retry-after: 0\r\n");
    assert_eq!(send("HEAD", &server, &["--retry"]).code, 0);
    for status in [
        "500 Oops",
        "502 Bad Gateway",
        "504 Timeout",
        "404 Not Found",
    ] {
        let server = reluctant(1, status, "retry-after: 0\r\n");
        assert_ne!(send("GET", &server, &["--retry"]).code, 0, "{status}");
        assert_eq!(server.asked().len(), 1);
    }
}

#[test]
fn after_four_tries_it_ends() {
    let server = reluctant(99, "429 Too Many Requests", "retry-after: 0\r\n");
    let ran = send("GET", &server, &["--retry"]);
    assert_eq!((ran.code, server.asked().len()), (4, 4));
    assert!(ran.err.contains("it was tried 4 times"), "{}", ran.err);
}

#[test]
fn a_call_that_writes_goes_out_once_whatever_is_asked() {
    for method in ["POST", "PUT", "PATCH", "DELETE"] {
        let server = reluctant(1, "429 Too Many Requests", "retry-after: 0\r\n");
        let ran = send(method, &server, &["--retry", "--data", "{}"]);
        assert_eq!((ran.code, server.asked().len()), (4, 1), "{method}");
        assert!(
            ran.err.contains("never sent again by itself"),
            "{}",
            ran.err
        );
    }
}

#[test]
fn a_wait_that_is_too_long_is_reported_and_garbage_passed_over() {
    let began = Instant::now();
    for asks in [
        "retry-after: 86400\r\n",
        "retry-after: 99999999999999999999999999\r\n",
        "retry-after: Fri, 31 Dec 2100 23:59:59 GMT\r\n",
    ] {
        let server = reluctant(1, "429 Too Many Requests", asks);
        let ran = send("GET", &server, &["--retry"]);
        assert_eq!((ran.code, server.asked().len()), (4, 1), "{asks}");
        assert!(ran.err.contains("asks for a wait of"), "{}", ran.err);
    }
    assert!(began.elapsed() < Duration::from_secs(30));
    for odd in ["retry-after: soon\r\n", "retry-after: -5\r\n", ""] {
        let server = reluctant(1, "429 Too Many Requests", odd);
        let began = Instant::now();
        assert_eq!(send("GET", &server, &["--retry"]).code, 0, "{odd}");
        assert!(began.elapsed() >= limits::FIRST_WAIT, "{odd}");
    }
}

#[test]
fn the_limit_of_the_whole_call_holds_for_waits_too() {
    let server = reluctant(99, "429 Too Many Requests", "retry-after: 5\r\n");
    let began = Instant::now();
    let ran = send("GET", &server, &["--retry", "--max-time", "2"]);
    assert_eq!((ran.code, server.asked().len()), (4, 1));
    assert!(began.elapsed() < Duration::from_secs(5));
}

fn outgoing(server: &Server, manner: Manner) -> Outgoing {
    let environment = Environment::default();
    let typed = RequestSpec::new("GET", server.base());
    let sent = resolve(&typed, &environment).unwrap();
    Outgoing {
        typed,
        sent,
        environment,
        author: Author::Person,
        case: None,
        manner,
    }
}

#[tokio::test]
async fn a_wait_can_be_ended_before_and_between_the_tries() {
    let vault = Arc::new(Vault::new(&Settings::default(), |_| None));
    let client = Client::new(vault, ClientOptions::default());
    let server = reluctant(9, "429 Too Many Requests", "retry-after: 30\r\n");
    let long = Duration::from_secs(30);
    for (wait, attempts) in [(long, 0), (Duration::ZERO, 1)] {
        let manner = Manner {
            wait,
            retries: true,
            body_bytes: None,
            ..Manner::default()
        };
        let flight = Flight::default();
        let began = Instant::now();
        let call = client.send(outgoing(&server, manner), &flight);
        let stop = async {
            let pause = flight.pause_after(attempts).await;
            assert!(pause.left > Duration::from_secs(20));
            assert_eq!(pause.next_try, attempts + 1);
            assert!(flight.progress().pause.is_some());
            flight.stop();
        };
        let (exchange, ()) = tokio::join!(call, stop);
        assert!(began.elapsed() < Duration::from_secs(20));
        assert_eq!(exchange.attempts, attempts);
        match exchange.outcome {
            Outcome::Failed(failure) => {
                assert_eq!((failure.cause, attempts), (Cause::CallCancelled, 0));
                assert!(!failure.was_sent);
            }
            Outcome::Answered(response) => assert_eq!((response.status, attempts), (429, 1)),
        }
    }
    assert_eq!(server.asked().len(), 1);
}

#[tokio::test]
async fn a_larger_body_is_kept_where_the_call_asks_for_it() {
    let vault = Arc::new(Vault::new(&Settings::default(), |_| None));
    let options = ClientOptions {
        body_bytes: 1_000,
        ..ClientOptions::default()
    };
    let client = Client::new(vault, options);
    let server = Server::saying(answer("200 OK", "", &[b'x'; 5_000]));
    let cut = client
        .send(outgoing(&server, Manner::default()), &Flight::default())
        .await;
    assert!(matches!(&cut.outcome, Outcome::Failed(f) if f.cause == Cause::BodyTooLarge));
    let manner = Manner {
        body_bytes: Some(8_000),
        ..Manner::default()
    };
    let whole = client
        .send(outgoing(&server, manner), &Flight::default())
        .await;
    assert_eq!(whole.outcome.response().unwrap().body.len(), 5_000);
}

#[tokio::test]
async fn an_open_connection_that_was_closed_meanwhile_costs_nothing_but_a_new_one() {
    let vault = Arc::new(Vault::new(&Settings::default(), |_| None));
    let client = Client::new(vault, ClientOptions::default());
    // Each connection answers once, promises to stay open, and is gone when it is used again.
    let server = Server::doing(|asked, stream| {
        let count = asked.header("x-count").map_or(1, |_| 2);
        let _ = stream.write_all(&answer("200 OK", "", b"fine"));
        let _ = stream.peek(&mut [0]);
        count > 1
    });
    for turn in 0..3 {
        let call = outgoing(&server, Manner::default());
        let exchange = client.send(call, &Flight::default()).await;
        assert_eq!(exchange.outcome.status(), Some(200), "{turn}");
        // The one in its place is not kept.
        assert_eq!(exchange.attempts, if turn == 1 { 2 } else { 1 });
    }
    // What writes is not made again: nobody knows whether it was done.
    let mut call = outgoing(&server, Manner::default());
    call.typed.method = "POST".to_owned();
    call.sent.method = "POST".to_owned();
    let asked = server.asked().len();
    let exchange = client.send(call, &Flight::default()).await;
    assert!(exchange.attempts == 1, "{:?}", exchange.outcome);
    assert!(server.asked().len() <= asked + 1);
}
