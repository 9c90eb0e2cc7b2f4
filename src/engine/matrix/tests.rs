//! The runner against answers of our own.

use super::*;
use crate::insight::matrix::{Access, Standing};
use crate::insight::redact::Mask;
use crate::model::{
    ExchangeId, Failure, Headers, Pin, RawExchange, Response, Timestamp, TokenName,
};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

type Deed = Box<dyn Fn(&str, &str, usize) -> Outcome + Send + Sync>;

/// Answers by token and path, and remembers what went out and how much of it at once.
struct Script {
    deed: Deed,
    sent: Mutex<Vec<(String, String, Instant)>>,
    now: AtomicUsize,
    most: AtomicUsize,
    stop_after: Option<usize>,
}

impl Script {
    fn new(deed: impl Fn(&str, &str, usize) -> Outcome + Send + Sync + 'static) -> Script {
        Script {
            deed: Box::new(deed),
            sent: Mutex::default(),
            now: AtomicUsize::new(0),
            most: AtomicUsize::new(0),
            stop_after: None,
        }
    }

    fn calls(&self) -> Vec<(String, String)> {
        let sent = self.sent.lock().unwrap();
        sent.iter()
            .map(|(token, path, _)| (token.clone(), path.clone()))
            .collect()
    }

    fn times(&self) -> Vec<Instant> {
        self.sent.lock().unwrap().iter().map(|s| s.2).collect()
    }
}

impl Wire for Script {
    async fn send(&self, call: Outgoing, flight: &Flight) -> RawExchange {
        let now = self.now.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(now, Ordering::SeqCst);
        let token = call.sent.headers.get("authorization");
        let token = token.map_or("none".to_owned(), |t| {
            t.trim_start_matches("Bearer {{token:")
                .trim_end_matches("}}")
                .to_owned()
        });
        let path = call
            .sent
            .url
            .trim_start_matches("https://api.acme.example")
            .to_owned();
        let turn = {
            let mut sent = self.sent.lock().unwrap();
            sent.push((token.clone(), path.clone(), Instant::now()));
            sent.len()
        };
        if self.stop_after == Some(turn) {
            flight.stop();
        }
        // Lets the others begin.
        tokio::task::yield_now().await;
        self.now.fetch_sub(1, Ordering::SeqCst);
        RawExchange {
            id: ExchangeId::new(Timestamp::UNIX_EPOCH, turn as u16),
            environment: call.environment.name,
            case: call.case,
            typed: call.typed,
            sent: call.sent,
            outcome: (self.deed)(&token, &path, turn),
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

fn status(status: u16) -> Outcome {
    Outcome::Answered(Response {
        status,
        body: r#"{"data":[{"id":44}]}"#.into(),
        ..Response::default()
    })
}

fn too_many(after: &str) -> Outcome {
    Outcome::Answered(Response {
        status: 429,
        headers: Headers::from_iter([("retry-after", after)]),
        ..Response::default()
    })
}

fn token(name: &str) -> Caller {
    Caller::Token(TokenName::new(name).unwrap())
}

fn step(method: &str, url: &str) -> Step {
    Step {
        name: url.into(),
        spec: RequestSpec::new(method, url),
        ..Step::default()
    }
}

fn asking(steps: Vec<Step>, callers: Vec<Caller>) -> MatrixRun {
    MatrixRun {
        session: Session {
            name: "a session".into(),
            steps,
            ..Session::default()
        },
        environment: Environment {
            name: "acme".into(),
            base_url: "https://api.acme.example".into(),
            ..Environment::default()
        },
        callers,
        ..MatrixRun::default()
    }
}

fn ran(asking: &MatrixRun, wire: &Script) -> (Matrix, usize) {
    let tasks = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    let flight = Flight::default();
    let catalogue = Catalogue::default();
    let mut calls = 0;
    let work = run(asking, wire, &catalogue, &flight, |news| {
        calls += usize::from(matches!(
            news,
            News::Cell {
                exchange: Some(_),
                ..
            }
        ));
    });
    fn may_be_spawned<T: Send>(work: T) -> T {
        work
    }
    let matrix = tasks.block_on(may_be_spawned(work));
    (matrix, calls)
}

fn words(matrix: &Matrix) -> Vec<Vec<&'static str>> {
    let word = |row, column| matrix.access(row, column).map_or("waiting", Access::words);
    (0..matrix.rows.len())
        .map(|row| (0..matrix.callers.len()).map(|c| word(row, c)).collect())
        .collect()
}

fn why(matrix: &Matrix, row: usize, column: usize) -> &str {
    match matrix.cell(row, column) {
        Cell::Skipped(why) => why,
        Cell::Unsent(failure) => &failure.message,
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_request_goes_out_once_under_every_token() {
    let steps = vec![step("GET", "/a"), step("GET", "/b")];
    let run = asking(steps, vec![token("x"), token("y")]);
    let wire = Script::new(|token, path, _| match (token, path) {
        ("x", "/b") => status(404),
        ("y", "/a") => status(403),
        _ => status(200),
    });
    let (matrix, calls) = ran(&run, &wire);
    assert_eq!(
        words(&matrix),
        [["allowed", "denied"], ["hidden", "allowed"]]
    );
    assert_eq!(calls, 4);
    let mut sent = wire.calls();
    sent.sort();
    let pair = |t: &str, p: &str| (t.to_owned(), p.to_owned());
    assert_eq!(
        sent,
        [
            pair("x", "/a"),
            pair("x", "/b"),
            pair("y", "/a"),
            pair("y", "/b")
        ]
    );
}

#[test]
fn calls_of_one_token_follow_each_other_and_no_more_than_a_few_are_under_way() {
    let steps: Vec<Step> = (0..20).map(|n| step("GET", &format!("/{n}"))).collect();
    let one = asking(steps.clone(), vec![token("x")]);
    let wire = Script::new(|_, _, _| status(200));
    ran(&one, &wire);
    assert_eq!(wire.most.load(Ordering::SeqCst), 1);
    let paths: Vec<String> = wire.calls().into_iter().map(|(_, path)| path).collect();
    let expected: Vec<String> = (0..20).map(|n| format!("/{n}")).collect();
    assert_eq!(paths, expected);

    let names = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"];
    let many = asking(steps, names.map(token).to_vec());
    let wire = Script::new(|_, _, _| status(200));
    let (matrix, calls) = ran(&many, &wire);
    assert_eq!(wire.most.load(Ordering::SeqCst), AT_ONCE);
    assert_eq!(calls, 200);
    assert!(matrix.is_filled());
}

#[test]
fn a_refusal_for_too_many_calls_holds_the_whole_run_and_the_call_is_made_again() {
    let steps: Vec<Step> = (0..8).map(|n| step("GET", &format!("/{n}"))).collect();
    let run = asking(steps, vec![token("x"), token("y")]);
    let wire = Script::new(|_, _, turn| match turn {
        1 => too_many("1"),
        _ => status(200),
    });
    let (matrix, calls) = ran(&run, &wire);
    assert_eq!(words(&matrix), [["allowed"; 2]; 8]);
    assert_eq!(calls, 17);
    // Hardly more than what was under way when it was said went out before the pause was over.
    let times = wire.times();
    let over = times[0] + Duration::from_millis(950);
    let early = times.iter().filter(|time| **time < over).count();
    assert!(early <= 3, "{early}");
}

#[test]
fn whoever_is_refused_again_and_again_gives_up_for_the_rest() {
    let steps = vec![step("GET", "/a"), step("GET", "/b")];
    let run = asking(steps, vec![token("x"), token("y")]);
    let wire = Script::new(|token, _, _| match token {
        "x" => too_many("0"),
        _ => status(200),
    });
    let (matrix, _) = ran(&run, &wire);
    assert_eq!(
        words(&matrix),
        [["unclear", "allowed"], ["skipped", "allowed"]]
    );
    assert!(why(&matrix, 1, 0).contains("tried 4 times"));
    let tries = wire.calls().iter().filter(|(t, _)| t == "x").count();
    assert_eq!(tries, 4);
}

#[test]
fn a_wait_that_is_too_long_is_reported_and_not_waited_for() {
    let steps = vec![step("GET", "/a"), step("GET", "/b")];
    let run = asking(steps, vec![token("x"), token("y")]);
    let wire = Script::new(|token, _, _| match token {
        "x" => too_many("3600"),
        _ => status(200),
    });
    let (matrix, calls) = ran(&run, &wire);
    assert_eq!(
        words(&matrix),
        [["unclear", "allowed"], ["skipped", "allowed"]]
    );
    assert!(why(&matrix, 1, 0).contains("60 min"));
    assert_eq!(calls, 3);
}

#[test]
fn writes_stay_at_home_unless_they_are_switched_on_and_always_where_it_is_protected() {
    let steps = vec![step("DELETE", "/a"), step("GET", "/b")];
    let mut run = asking(steps, vec![token("x")]);
    let fine = || Script::new(|_, _, _| status(200));
    let (matrix, _) = ran(&run, &fine());
    assert_eq!(words(&matrix), [["skipped"], ["allowed"]]);
    assert!(why(&matrix, 0, 0).contains("switched off"));
    run.allow_writes = true;
    assert_eq!(words(&ran(&run, &fine()).0), [["allowed"], ["allowed"]]);
    run.environment.protected = true;
    let wire = fine();
    let (matrix, _) = ran(&run, &wire);
    assert_eq!(words(&matrix), [["skipped"], ["allowed"]]);
    assert!(why(&matrix, 0, 0).contains("acme is protected"));
    assert_eq!(wire.calls().len(), 1);
}

#[test]
fn a_write_is_never_made_again() {
    let mut run = asking(vec![step("POST", "/a")], vec![token("x")]);
    run.allow_writes = true;
    let wire = Script::new(|_, _, _| too_many("0"));
    let (matrix, calls) = ran(&run, &wire);
    assert_eq!(calls, 1);
    assert_eq!(words(&matrix), [["unclear"]]);
}

#[test]
fn what_came_before_a_stop_is_kept() {
    let steps: Vec<Step> = (0..4).map(|n| step("GET", &format!("/{n}"))).collect();
    let mut run = asking(steps, vec![token("x")]);
    run.session.steps[3].access = vec![(TokenName::new("x").unwrap(), Pin::Allow)];
    let mut wire = Script::new(|_, _, _| status(200));
    wire.stop_after = Some(2);
    let (matrix, calls) = ran(&run, &wire);
    assert_eq!(
        words(&matrix),
        [["allowed"], ["allowed"], ["skipped"], ["skipped"]]
    );
    assert_eq!(calls, 2);
    assert_eq!(matrix.standing(3, 0), Some(Standing::Open));
}

#[test]
fn a_stop_ends_a_wait_at_once() {
    let run = asking(vec![step("GET", "/a"), step("GET", "/b")], vec![token("x")]);
    let tasks = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    let flight = Flight::default();
    let wire = Script::new(|_, _, _| too_many("59"));
    let began = Instant::now();
    let catalogue = Catalogue::default();
    let work = super::run(&run, &wire, &catalogue, &flight, |news| {
        if let News::Waiting(_) = news {
            flight.stop();
        }
    });
    let matrix = tasks.block_on(work);
    assert!(began.elapsed() < Duration::from_secs(30));
    assert_eq!(words(&matrix), [["unclear"], ["skipped"]]);
}

#[test]
fn a_variable_from_an_answer_is_the_same_for_every_caller() {
    let mut first = step("GET", "/list");
    first.capture = vec![("task".into(), "/data/0/id".into())];
    let steps = vec![first, step("GET", "/tasks/{{task}}")];
    let run = asking(steps, vec![token("x"), token("y")]);
    let wire = Script::new(|token, _, _| match token {
        "x" => status(403),
        _ => status(200),
    });
    let (matrix, _) = ran(&run, &wire);
    assert_eq!(words(&matrix), [["denied", "allowed"]; 2]);
    let later: Vec<_> = wire.calls().split_off(2);
    assert!(
        later.iter().all(|(_, path)| path == "/tasks/44"),
        "{later:?}"
    );
    // Nobody gets it: the rows that need it are skipped with the reason.
    let wire =
        Script::new(|_, _, _| Outcome::Failed(Failure::new(Cause::ConnectRefused, "no", "try")));
    let (matrix, _) = ran(&run, &wire);
    assert_eq!(words(&matrix), [["failed"; 2], ["skipped"; 2]]);
    assert!(why(&matrix, 1, 0).contains("{{task}}"));
}

#[test]
fn no_token_goes_to_another_origin_and_the_cell_says_so() {
    let steps = vec![step("GET", "https://elsewhere.example/a")];
    let run = asking(steps, vec![token("x"), Caller::Nobody]);
    let wire = Script::new(|_, _, _| status(200));
    let (matrix, _) = ran(&run, &wire);
    assert_eq!(words(&matrix), [["skipped", "allowed"]]);
    assert!(why(&matrix, 0, 0).contains("elsewhere.example"));
    assert_eq!(wire.calls().len(), 1);
}

#[test]
fn a_value_that_is_missing_is_asked_for_once() {
    let steps = vec![step("GET", "/a"), step("GET", "/b")];
    let run = asking(steps, vec![token("x")]);
    let wire = Script::new(|_, _, _| {
        Outcome::Failed(Failure::unsent(
            Cause::TokenMissing,
            "no value.",
            "Give one.",
        ))
    });
    let (matrix, _) = ran(&run, &wire);
    assert_eq!(words(&matrix), [["failed"], ["failed"]]);
    assert_eq!(wire.calls().len(), 1);
}

#[test]
fn a_wrong_token_comes_last_and_not_after_a_refusal_for_too_many() {
    let callers = vec![Caller::Wrong, token("x"), Caller::Nobody];
    let mut run = asking(vec![step("GET", "/a")], callers);
    let wire = Script::new(|token, _, _| match token {
        "x" => status(200),
        _ => status(401),
    });
    let (matrix, _) = ran(&run, &wire);
    assert_eq!(
        words(&matrix),
        [["token not accepted", "allowed", "denied"]]
    );
    assert_eq!(wire.calls()[2].0, "wrong-on-purpose");
    let limited = || {
        Script::new(|token, _, turn| match token {
            "x" if turn == 1 => too_many("0"),
            "x" => status(200),
            _ => status(401),
        })
    };
    let (matrix, _) = ran(&run, &limited());
    assert_eq!(words(&matrix), [["skipped", "allowed", "denied"]]);
    run.environment.protected = true;
    let wire = Script::new(|_, _, _| status(401));
    let (matrix, _) = ran(&run, &wire);
    assert_eq!(words(&matrix)[0][0], "skipped");
}

#[test]
fn a_token_in_another_place_is_the_callers_and_a_typed_one_stays_at_home() {
    let mut keyed = RequestSpec::new("GET", "/a");
    keyed.headers = vec![
        Param::new("X-Api-Key", "{{token:support}}"),
        Param::new("authorization", "Bearer typed"),
        Param::new("X-Other", "1"),
    ];
    let name = TokenName::new("admin").unwrap();
    let spec = called_by(&keyed, &Caller::Token(name.clone())).unwrap();
    assert_eq!(
        spec.headers,
        [
            Param::new("X-Api-Key", "{{token:admin}}"),
            Param::new("X-Other", "1")
        ]
    );
    assert_eq!(spec.auth, Auth::None);
    let spec = called_by(&keyed, &Caller::Nobody).unwrap();
    assert_eq!(spec.headers, [Param::new("X-Other", "1")]);
    let plain = called_by(&RequestSpec::new("GET", "/a"), &Caller::Token(name.clone())).unwrap();
    assert_eq!(plain.auth, Auth::Bearer(name.clone()));
    let mut told = RequestSpec::new("GET", "/a?key={{token:a}}");
    told.auth = Auth::Bearer(TokenName::new("a").unwrap());
    let spec = called_by(&told, &Caller::Token(name.clone())).unwrap();
    assert_eq!(spec.url, "/a?key={{token:admin}}");
    assert_eq!(spec.auth, Auth::Bearer(name));
    assert!(called_by(&told, &Caller::Nobody).is_err());
}

#[test]
fn nothing_asked_is_nothing_sent() {
    let wire = Script::new(|_, _, _| status(200));
    let (matrix, calls) = ran(&asking(vec![], vec![token("x")]), &wire);
    assert_eq!((matrix.rows.len(), calls), (0, 0));
    let (matrix, calls) = ran(&asking(vec![step("GET", "/a")], vec![]), &wire);
    assert_eq!((matrix.rows.len(), calls), (1, 0));
}
