//! The runner against answers of our own.

use super::*;
use crate::model::{Body, ExchangeId, Expectation, Param, Response, Timestamp};
use std::sync::Mutex;
use std::time::Duration;

/// Answers every call with its turn's body and remembers what went out.
#[derive(Default)]
struct Script {
    bodies: Vec<&'static str>,
    sent: Mutex<Vec<SentRequest>>,
    stop_after: Option<usize>,
}

impl Script {
    fn of(bodies: &[&'static str]) -> Script {
        Script {
            bodies: bodies.to_vec(),
            ..Script::default()
        }
    }

    fn urls(&self) -> Vec<String> {
        let sent = self.sent.lock().unwrap();
        sent.iter().map(|sent| sent.url.clone()).collect()
    }
}

impl Wire for Script {
    async fn send(&self, call: Outgoing, flight: &Flight) -> RawExchange {
        let turn = {
            let mut sent = self.sent.lock().unwrap();
            sent.push(call.sent.clone());
            sent.len()
        };
        if self.stop_after == Some(turn) {
            flight.stop();
        }
        let body = self.bodies.get(turn - 1).copied().unwrap_or("{}");
        RawExchange {
            id: ExchangeId::new(Timestamp::UNIX_EPOCH, turn as u16),
            environment: call.environment.name,
            case: call.case,
            typed: call.typed,
            sent: call.sent,
            outcome: Outcome::Answered(Response {
                status: 200,
                body: body.into(),
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

    fn shown(&self, exchange: RawExchange) -> Exchange {
        Mask::default().exchange(exchange)
    }
}

fn acme() -> Environment {
    Environment {
        name: "acme".into(),
        base_url: "https://api.acme.example".into(),
        headers: vec![("X-Tenant".into(), "{{token:own}}".into())],
        variables: vec![("runbook".into(), "7".into())],
        ..Environment::default()
    }
}

fn step(method: &str, url: &str) -> Step {
    let mut spec = RequestSpec::new(method, url);
    spec.auth = Auth::Bearer(TokenName::new("support").unwrap());
    Step {
        name: format!("{method} {url}"),
        spec,
        capture: Vec::new(),
        access: Vec::new(),
        expect: Some(Expectation {
            status: Some(200),
            ..Expectation::default()
        }),
    }
}

fn capturing(url: &str, name: &str, pointer: &str) -> Step {
    Step {
        capture: vec![(name.into(), pointer.into())],
        ..step("GET", url)
    }
}

fn replay(steps: Vec<Step>) -> Replay {
    Replay {
        session: Session {
            name: "a session".into(),
            steps,
            ..Session::default()
        },
        environment: acme(),
        ..Replay::default()
    }
}

/// The report, with the calls as `on_step` saw them.
fn ran(replay: &Replay, wire: &Script) -> (ReplayReport, Vec<Option<Exchange>>) {
    let tasks = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let mut seen = Vec::new();
    let flight = Flight::default();
    let work = run(replay, wire, &flight, |_, exchange| seen.push(exchange));
    fn may_be_spawned<T: Send>(work: T) -> T {
        work
    }
    let report = tasks.block_on(may_be_spawned(work));
    (report, seen)
}

fn changes(report: &ReplayReport) -> Vec<&'static str> {
    report.steps.iter().map(|step| step.change.id()).collect()
}

#[test]
fn a_captured_value_is_used_by_later_steps() {
    let steps = vec![
        capturing("{{base}}/tasks/{{runbook}}", "task", "/data/0/id"),
        step("GET", "/tasks/{{task}}"),
    ];
    let wire = Script::of(&[r#"{"data":[{"id":44}]}"#]);
    let (report, seen) = ran(&replay(steps), &wire);
    assert_eq!(changes(&report), ["same", "same"]);
    assert_eq!(wire.urls()[1], "https://api.acme.example/tasks/44");
    assert_eq!(seen[1].as_ref().unwrap().typed.url, "/tasks/{{task}}");
}

#[test]
fn a_step_whose_variable_was_not_captured_is_skipped_with_the_reason() {
    let steps = vec![
        capturing("/a", "task", "/data/0/id"),
        capturing("/b/{{task}}", "other", "/x"),
        step("GET", "/c/{{other}}"),
        step("GET", "/d/{{unknown}}"),
        step("GET", "/e"),
    ];
    let mut replay = replay(steps);
    let wire = Script::default();
    let (report, seen) = ran(&replay, &wire);
    assert_eq!(
        changes(&report),
        ["same", "skipped", "skipped", "failed", "same"]
    );
    assert!(report.steps[0].differences[0].contains("task was not captured"));
    assert!(report.steps[1].differences[0].contains("\"GET /a\" had nothing at /data/0/id"));
    assert!(report.steps[2].differences[0].contains("which was to give it, was not sent"));
    let failure = report.steps[3].failure.as_ref().unwrap();
    assert!(!failure.was_sent && failure.message.contains("{{unknown}}"));
    assert_eq!(wire.urls().len(), 2);
    assert_eq!(seen.iter().filter(|e| e.is_some()).count(), 2);

    replay.given = vec![("task".into(), "5".into())];
    let wire = Script::default();
    let (report, _) = ran(&replay, &wire);
    assert_eq!(report.steps[1].change.id(), "same");
    assert_eq!(wire.urls()[1], "https://api.acme.example/b/5");
}

#[test]
fn a_step_elsewhere_gets_no_token_and_nothing_of_the_environment() {
    let away = "https://away.example/x";
    let mut in_header = step("GET", away);
    in_header.spec.headers = vec![Param::new("X-Key", "{{token:own}}")];
    let steps = vec![
        step("GET", away),
        step("GET", "https://away.example/{{runbook}}"),
        in_header,
        step("GET", "http://api.acme.example/x"),
        step("GET", "{{base}}@away.example/x"),
        step("GET", "/x"),
    ];
    let wire = Script::default();
    let (report, seen) = ran(&replay(steps), &wire);
    let ids = changes(&report);
    assert_eq!(ids, ["same", "failed", "failed", "same", "same", "same"]);
    let sent = wire.sent.lock().unwrap();
    for call in &sent[..3] {
        assert!(!call.headers.has("authorization"), "{call:?}");
        assert!(!call.headers.has("x-tenant"), "{call:?}");
        assert_eq!(call.slots, []);
    }
    assert!(sent[3].headers.has("authorization"));
    assert!(
        report.steps[0].differences[0]
            .contains("no token went along: it goes to https://away.example")
    );
    assert!(
        report.steps[1]
            .differences
            .concat()
            .contains("stay with its host")
    );
    assert_eq!(seen[0].as_ref().unwrap().token(), None);
}

#[test]
fn without_a_base_url_no_token_goes_anywhere() {
    let mut replay = replay(vec![step("GET", "https://api.acme.example/x")]);
    replay.environment = Environment::default();
    let wire = Script::default();
    ran(&replay, &wire);
    assert!(!wire.sent.lock().unwrap()[0].headers.has("authorization"));
}

#[test]
fn an_answer_cannot_ask_for_a_token() {
    let bodies = [
        (r#"{"v":"{{token:admin}}","w":"x"}"#, "{{token:admin}}x"),
        (r#"{"v":"{{token:adm","w":"in}}"}"#, "{{token:admin}}"),
        (
            r#"{"v":"%7B%7Btoken:admin%7D%7D","w":""}"#,
            "%7B%7Btoken:admin%7D%7D",
        ),
    ];
    for (body, text) in bodies {
        let mut first = capturing("/a", "v", "/v");
        first.capture.push(("w".into(), "/w".into()));
        let mut second = step("POST", "/b");
        second.spec.body = Body::Text("{{v}}{{w}}".into());
        let mut third = step("GET", "/c");
        third.spec.params = vec![Param::new("q", "{{v}}{{w}}")];
        third.spec.headers = vec![Param::new("X-A", "{{v}}{{w}}")];
        let fourth = step("GET", "/d/{{v}}{{w}}?a={{v}}");
        let wire = Script::of(&[body]);
        let (report, _) = ran(&replay(vec![first, second, third, fourth]), &wire);
        assert_eq!(changes(&report), ["same"; 4], "{body}");
        let sent = wire.sent.lock().unwrap();
        // Each has the tokens of its step and its environment, and the text of the answer.
        assert_eq!(sent[1].body, text.as_bytes());
        assert_eq!(sent[2].headers.get("x-a").unwrap(), text);
        for call in sent.iter() {
            let names = ["own", "support"].map(TokenName::named);
            assert_eq!(call.tokens(), names);
            assert_eq!(call.slots.len(), 2);
        }
    }
    // JSON has braces too, and is no trouble.
    let first = capturing("/a", "v", "/v");
    let mut second = step("POST", "/b");
    second.spec.body = Body::Text("{\"again\": {{v}}}".into());
    let wire = Script::of(&[r#"{"v":{"a":{"b":1}}}"#]);
    let (report, _) = ran(&replay(vec![first, second]), &wire);
    assert_eq!(changes(&report), ["same", "same"]);
    assert_eq!(
        wire.sent.lock().unwrap()[1].body,
        br#"{"again": {"a":{"b":1}}}"#
    );
}

#[test]
fn a_captured_secret_is_masked_where_it_surfaces() {
    let first = capturing("/login", "access_token", "/access_token");
    let mut second = step("GET", "/b/{{access_token}}");
    second.spec.headers = vec![Param::new("Authorization", "Bearer {{access_token}}")];
    let wire = Script::of(&[
        r#"{"access_token":"0f1e2d3c4b5a"}"#,
        r#"{"echo":"0f1e2d3c4b5a"}"#,
    ]);
    let (_, seen) = ran(&replay(vec![first, second]), &wire);
    assert!(wire.urls()[1].ends_with("0f1e2d3c4b5a"));
    assert!(!format!("{seen:?}").contains("0f1e2d3c4b5a"));
}

#[test]
fn writes_in_a_protected_environment_are_skipped_unless_allowed() {
    let mut replay = replay(vec![step("POST", "/x"), step("GET", "/x")]);
    replay.environment.protected = true;
    let wire = Script::default();
    let (report, _) = ran(&replay, &wire);
    assert_eq!(changes(&report), ["skipped", "same"]);
    assert!(report.steps[0].differences[0].contains("--allow-writes"));
    replay.allow_writes = true;
    let (report, _) = ran(&replay, &Script::default());
    assert_eq!(changes(&report), ["same", "same"]);
}

#[test]
fn an_overriding_token_takes_the_place_of_each_steps_own() {
    let mut bare = step("GET", "/b");
    bare.spec.auth = Auth::None;
    let mut replay = replay(vec![step("GET", "/a"), bare]);
    replay.token = TokenName::new("viewer");
    let wire = Script::default();
    ran(&replay, &wire);
    for call in wire.sent.lock().unwrap().iter() {
        let value = call.headers.get("authorization").unwrap().into_owned();
        assert_eq!(value, "Bearer {{token:viewer}}");
    }
}

#[test]
fn a_stopped_replay_skips_the_rest() {
    let steps = vec![step("GET", "/a"), step("GET", "/b"), step("GET", "/c")];
    let wire = Script {
        stop_after: Some(1),
        ..Script::default()
    };
    let (report, _) = ran(&replay(steps), &wire);
    assert_eq!(changes(&report), ["same", "skipped", "skipped"]);
    assert_eq!(wire.urls().len(), 1);
}

/// Lets calls wait for each other: how many were under way at once is what it is asked.
#[derive(Default)]
struct Crowd {
    now: Mutex<(usize, usize)>,
}

impl Wire for Crowd {
    async fn send(&self, call: Outgoing, flight: &Flight) -> RawExchange {
        {
            let mut now = self.now.lock().unwrap();
            now.0 += 1;
            now.1 = now.1.max(now.0);
        }
        for _ in 0..20 {
            tokio::task::yield_now().await;
        }
        self.now.lock().unwrap().0 -= 1;
        Script::of(&[r#"{"id": 5}"#]).send(call, flight).await
    }

    fn shown(&self, exchange: RawExchange) -> Exchange {
        Mask::default().exchange(exchange)
    }
}

fn crowd(steps: Vec<Step>, tempo: Tempo) -> (Vec<String>, usize) {
    let replay = Replay {
        tempo,
        ..replay(steps)
    };
    let tasks = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    let wire = Crowd::default();
    let mut seen = Vec::new();
    let report = tasks.block_on(run(&replay, &wire, &Flight::default(), |step, _| {
        seen.push(step.name.clone());
    }));
    let names: Vec<String> = report.steps.into_iter().map(|step| step.name).collect();
    assert_eq!(names, seen, "steps are told in their order");
    (names, wire.now.into_inner().unwrap().1)
}

#[test]
fn steps_that_do_not_need_each_other_go_at_once_and_are_told_in_order() {
    let at_once = |at_once| Tempo {
        at_once,
        ..Tempo::default()
    };
    let reads = || (0..12).map(|n| step("GET", &format!("/{n}"))).collect();
    assert_eq!(crowd(reads(), at_once(4)).1, 4);
    assert_eq!(crowd(reads(), Tempo::default()).1, 1);
    let (names, _) = crowd(reads(), at_once(5));
    assert_eq!(names[11], "GET /11");
    // What one captures, the next one uses.
    let chain = vec![
        capturing("/a", "x", "/id"),
        step("GET", "/b/{{x}}"),
        step("GET", "/c/{{x}}"),
    ];
    assert_eq!(crowd(chain, at_once(9)).1, 2);
    let writes = vec![step("GET", "/a"), step("POST", "/b"), step("GET", "/c")];
    assert_eq!(crowd(writes, at_once(9)).1, 1);
    let paced = Tempo {
        at_once: 9,
        pace: Duration::from_millis(1),
        retries: false,
    };
    let began = Instant::now();
    assert_eq!(crowd(reads(), paced).1, 1);
    assert!(began.elapsed() >= Duration::from_millis(11));
}

#[test]
fn a_replay_begins_at_the_step_it_is_told_to() {
    let mut replay = replay(vec![
        step("GET", "/a"),
        step("GET", "/b"),
        step("GET", "/c"),
    ]);
    replay.from = 1;
    let wire = Script::default();
    let (report, _) = ran(&replay, &wire);
    assert_eq!(report.steps.len(), 2);
    assert!(wire.urls()[0].ends_with("/b"));
}

#[test]
fn what_was_recorded_wins_over_the_environment_and_is_outdone_by_answers_and_persons() {
    let steps = vec![
        capturing("/a", "third", "/id"),
        step(
            "GET",
            "/{{runbook}}/{{first}}/{{second}}/{{third}}/{{fourth}}",
        ),
    ];
    let mut replay = replay(steps);
    let pair = |name: &str| (name.to_owned(), "session".to_owned());
    replay.session.variables = ["runbook", "first", "third", "fourth"].map(pair).to_vec();
    replay.given = vec![
        ("first".into(), "given".into()),
        ("second".into(), "2".into()),
    ];
    let wire = Script::of(&[r#"{"id": 5}"#]);
    ran(&replay, &wire);
    assert!(
        wire.urls()[1].ends_with("/session/given/2/5/session"),
        "{:?}",
        wire.urls()
    );
}
