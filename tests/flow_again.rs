//! The same call in another manner, by keys alone: after a wait, with room for a larger body, or
//! with a certificate that is not checked.

use crate::scene;

use httriage::app::pane::Shown;
use httriage::app::{Effect, Message, Pane};
use httriage::insight::redact::Mask;
use httriage::model::{
    Cause, Failure, Headers, Manner, Outcome, Pause, Progress, RequestSpec, Response, limits,
};
use scene::{Scene, WIDE, after_ms, text_of};
use std::time::Duration;

fn refused(status: u16, retry_after: &str) -> Outcome {
    Outcome::Answered(Response {
        status,
        headers: Headers::from_iter([("retry-after", retry_after)]),
        ..Response::default()
    })
}

fn failed(cause: Cause, headers: Headers, body: usize) -> Outcome {
    let mut failure = Failure::new(cause, "It failed.", "Try again.");
    failure.partial = Some(Box::new(Response {
        status: 200,
        headers,
        received: Some(body as u64),
        ..Response::default()
    }));
    Outcome::Failed(failure)
}

/// A scene with this outcome in front, and its pane in focus.
fn with(method: &str, outcome: Outcome) -> Scene {
    let mut scene = Scene::open(WIDE);
    scene.outcomes.push(outcome);
    scene.send(&RequestSpec::new(method, "{{base}}/core/runbooks"));
    scene.state.focus = Pane::Response;
    scene.held = true;
    scene
}

/// The manner of the newest call that was asked for, and of how many there were.
fn manner(scene: &Scene) -> (Manner, usize) {
    let manners = scene.asked.iter().filter_map(|effect| match effect {
        Effect::Send { manner, .. } => Some(*manner),
        _ => None,
    });
    let manners: Vec<Manner> = manners.collect();
    (*manners.last().unwrap(), manners.len())
}

#[test]
fn a_limited_call_waits_as_long_as_it_is_asked_less_what_has_passed() {
    let mut scene = with("GET", refused(429, "20"));
    scene.state.now = after_ms(5_082);
    scene.keys("w");
    let (manner, _) = manner(&scene);
    assert!(manner.retries);
    assert_eq!(manner.wait, Duration::from_secs(15));
}

#[test]
fn a_countdown_is_seen_and_esc_ends_it_with_nothing_sent() {
    let mut scene = with("GET", refused(503, "20"));
    scene.keys("w");
    let job = scene.state.running[0].job;
    scene.tell(Message::Tick {
        now: after_ms(2_000),
        progress: vec![(
            job,
            Progress {
                pause: Some(Pause {
                    left: Duration::from_millis(18_500),
                    next_try: 2,
                }),
                ..Progress::default()
            },
        )],
    });
    let text = text_of(&scene.picture());
    assert!(text.contains("goes again in 19 s, try 2 of 4"), "{text}");
    scene.keys("esc");
    assert!(scene.asked.contains(&Effect::Cancel(job)));
    let calls = scene.state.history.rows.len();
    let mut given_up = (*scene.store.last().unwrap().clone()).clone().into_raw();
    given_up.attempts = 0;
    given_up.outcome = Outcome::Failed(Failure::unsent(Cause::CallCancelled, "ended.", ""));
    scene.tell(Message::Sent {
        job,
        answer: Box::new(Shown::new(
            Mask::default().exchange(given_up).into(),
            Default::default(),
        )),
    });
    assert!(!scene.state.is_busy());
    assert_eq!(scene.status_in_front(), Some(503));
    assert_eq!(scene.state.history.rows.len(), calls);
    assert!(scene.notice().contains("nothing was sent"));
}

#[test]
fn what_writes_waits_for_nobody_and_a_long_wait_is_the_persons() {
    for (method, outcome, says) in [
        ("POST", refused(429, "1"), "never sent again by itself"),
        ("GET", refused(429, "3600"), "more than a minute"),
        ("GET", refused(404, "1"), "asks for no wait"),
    ] {
        let mut scene = with(method, outcome);
        let (_, before) = manner(&scene);
        scene.keys("w");
        assert!(scene.notice().contains(says), "{}", scene.notice());
        assert_eq!(manner(&scene).1, before);
    }
}

#[test]
fn a_body_that_was_too_large_is_fetched_again_with_more_room() {
    let small = failed(Cause::BodyTooLarge, Headers::new(), 1_000);
    let mut scene = with("GET", small);
    scene.keys("L");
    let room = limits::BODY_BYTES * limits::LARGER;
    assert_eq!(manner(&scene).0.body_bytes, Some(room));
    // A size that was announced is met, within reason.
    for (announced, room) in [
        ("2000000000", 2_000_000_000),
        ("99999999999", limits::LARGEST_BODY),
    ] {
        let headers = Headers::from_iter([("content-length", announced)]);
        let mut scene = with("GET", failed(Cause::BodyTooLarge, headers, 1_000));
        scene.keys("L");
        assert_eq!(manner(&scene).0.body_bytes, Some(room));
    }
    let mut scene = with("GET", refused(200, ""));
    scene.keys("L");
    assert!(scene.notice().contains("not cut"));
}

#[test]
fn a_certificate_is_believed_unchecked_only_when_asked_for_and_that_is_seen() {
    let mut scene = with("GET", failed(Cause::TlsExpired, Headers::new(), 0));
    let (_, before) = manner(&scene);
    scene.keys("T");
    let text = text_of(&scene.picture());
    assert!(text.contains("Keep checking"), "{text}");
    // The first choice changes nothing.
    scene.keys("enter");
    assert!(scene.state.environment().insecure_origins.is_empty());
    assert_eq!(manner(&scene).1, before);
    scene.keys("T down enter");
    assert_eq!(scene.state.environment().insecure_origins.len(), 1);
    assert_eq!(manner(&scene).1, before + 1);
    let text = text_of(&scene.picture());
    assert!(text.contains("CERTIFICATES NOT CHECKED"), "{text}");
    let mut scene = with("GET", refused(404, ""));
    scene.keys("T");
    assert!(scene.notice().contains("No certificate was refused"));
}

#[test]
fn the_footer_offers_what_the_answer_calls_for() {
    for (outcome, says) in [
        (refused(429, "1"), "wait and send again"),
        (
            failed(Cause::BodyTooLarge, Headers::new(), 9),
            "fetch all of it",
        ),
        (
            failed(Cause::TlsUntrusted, Headers::new(), 0),
            "stop checking its certificate",
        ),
    ] {
        let text = text_of(&with("GET", outcome).picture());
        assert!(text.contains(says), "{says}: {text}");
    }
}
