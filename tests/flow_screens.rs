//! The screens beside the explorer, by keys and messages alone: the matrix, the sessions, the
//! tokens, and what each asks for before its first call.

use crate::scene;

use httriage::app::pane::{SessionsPart, TokensPart};
use httriage::app::{Effect, Exported, Message, Overlay, Pane, PointerMove, Screen, TokenRow};
use httriage::insight::matrix::{Access, Caller};
use httriage::insight::redact::Mask;
use httriage::insight::replay::{Change, Direction};
use httriage::insight::token::testimony::Introspected;
use httriage::model::{
    Auth, CallOrigin, ExchangeId, Outcome, RawExchange, RequestSpec, Response, SentRequest,
    TokenName, TokenRef, TokenSource,
};
use std::sync::Arc;
use std::time::Duration;

use scene::{BASE, SIZES, SMALL, Scene, USUAL, WIDE, guided, start, text_of};

fn name(text: &str) -> TokenName {
    TokenName::new(text).unwrap()
}

fn dialog(scene: &Scene) -> Vec<String> {
    match &scene.state.overlay {
        Some(Overlay::Dialog(dialog)) => dialog.choices.iter().map(|c| c.label.clone()).collect(),
        other => panic!("{other:?}"),
    }
}

/// Goes down to the choice that begins so, and takes it.
fn choose(scene: &mut Scene, label: &str) {
    let place = dialog(scene).iter().position(|l| l.starts_with(label));
    let place = place.unwrap_or_else(|| panic!("{label}: {:?}", dialog(scene)));
    for _ in 0..place {
        scene.keys("down");
    }
    scene.keys("enter");
}

fn calls(scene: &Scene) -> usize {
    scene.store.len()
}

// The switch

#[test]
fn digits_go_from_screen_to_screen_and_each_is_as_it_was_left() {
    let mut scene = Scene::open(WIDE);
    scene.keys("3 tab 4 tab 2 down");
    assert_eq!(scene.state.screen, Screen::Matrix);
    scene.keys("3");
    assert_eq!(scene.state.sessions.part, SessionsPart::Steps);
    scene.keys("4");
    assert_eq!(scene.state.tokens_pane.part, TokensPart::Inspector);
    scene.keys("2");
    assert_eq!(scene.state.matrix.list.cursor, 1);
    scene.keys("1");
    assert_eq!(scene.state.focus, Pane::Response);
    scene.keys("4 esc");
    assert_eq!(scene.state.screen, Screen::Explorer);
}

#[test]
fn a_digit_that_is_typed_goes_nowhere() {
    let mut scene = Scene::on_call(WIDE);
    scene.keys("2");
    assert_eq!(scene.state.screen, Screen::Explorer);
    assert!(scene.state.builder.url.text().ends_with('2'));
}

#[test]
fn sending_and_filtering_lead_back_to_the_explorer() {
    for key in ["ctrl-r", "/"] {
        let mut scene = Scene::open(USUAL);
        scene.keys("4").keys(key);
        assert_eq!(scene.state.screen, Screen::Explorer, "{key}");
    }
}

#[test]
fn going_to_a_screen_sends_nothing() {
    let mut scene = Scene::open(WIDE);
    let before = calls(&scene);
    scene.keys("2 3 4 1 3 tab tab 4 tab enter");
    assert_eq!(calls(&scene), before);
}

#[test]
fn the_header_marks_the_screen_in_front() {
    for (key, title) in [
        ("1", "Explorer"),
        ("2", "Matrix"),
        ("3", "Sessions"),
        ("4", "Tokens"),
    ] {
        for size in SIZES {
            let mut scene = Scene::open(size);
            scene.keys(key);
            let text = text_of(&scene.picture());
            let first = text.lines().next().unwrap();
            if size.0 >= 80 || key != "1" {
                assert!(first.contains(title), "{first}");
            }
        }
    }
}

// Matrix

#[test]
fn the_matrix_fills_with_every_token_of_the_place_and_counts() {
    let mut scene = Scene::open(WIDE);
    scene.keys("2 r");
    let matrix = &scene.state.matrix.matrix;
    assert!(matrix.callers.contains(&Caller::Token(name("support"))));
    assert!(matrix.is_filled() && !scene.state.matrix.is_running());
    assert!(!scene.state.is_busy());
    let counts = matrix.counts();
    assert!(counts.of(Access::Allowed) > 20 && counts.of(Access::UnknownToken) > 20);
    let text = text_of(&scene.picture());
    assert!(text.contains("✓ 200") && text.contains("? 401"), "{text}");
}

#[test]
fn a_session_fills_the_rows_and_what_writes_is_not_sent_until_it_is_switched_on() {
    let mut scene = Scene::open(WIDE);
    scene.keys("2 s");
    choose(&mut scene, "acme-1234");
    assert_eq!(scene.state.matrix.matrix.rows.len(), 4);
    scene.keys("r");
    let last = |scene: &Scene| scene.state.matrix.matrix.access(3, 0);
    assert_eq!(last(&scene), Some(Access::Skipped));
    assert!(text_of(&scene.picture()).contains('–'));
    // The first choice sends nothing that writes.
    scene.keys("W enter r");
    assert_eq!(last(&scene), Some(Access::Skipped));
    scene.keys("W");
    choose(&mut scene, "Send calls that write");
    assert!(text_of(&scene.picture()).contains("WRITES ARE SENT"));
    scene.keys("r");
    assert_ne!(last(&scene), Some(Access::Skipped));
    scene.keys("W");
    assert!(!scene.state.matrix.writes && scene.state.overlay.is_none());
}

#[test]
fn a_protected_environment_never_gets_writes_from_the_matrix() {
    let mut scene = Scene::open(WIDE);
    scene.keys("2 ctrl-e");
    choose(&mut scene, "acme-live");
    assert_eq!(scene.state.matrix.environment, "acme-live");
    let callers = &scene.state.matrix.matrix.callers;
    assert_eq!(callers, &[Caller::Token(name("desk"))]);
    scene.keys("W");
    assert!(scene.notice().contains("protected"), "{}", scene.notice());
    assert!(scene.state.overlay.is_none());
}

#[test]
fn columns_are_chosen_one_by_one_and_the_list_stays_open() {
    let mut scene = Scene::open(WIDE);
    scene.keys("2 t");
    let all = scene.state.matrix.matrix.callers.len();
    scene.keys("enter down enter");
    assert_eq!(scene.state.matrix.matrix.callers.len(), all - 2);
    assert!(dialog(&scene)[1].starts_with("[ ]"));
    scene.keys("enter esc");
    assert_eq!(scene.state.matrix.matrix.callers.len(), all - 1);
    assert!(scene.state.overlay.is_none());
}

#[test]
fn the_cell_under_the_cursor_is_told_and_opens_in_the_explorer() {
    let mut scene = Scene::open(WIDE);
    scene.keys("2 s");
    choose(&mut scene, "acme-1234");
    scene.keys("r right right right");
    let caller = scene.state.matrix.matrix.callers[3].clone();
    assert_eq!(caller, Caller::Token(name("support")));
    let text = text_of(&scene.picture());
    assert!(text.contains("── support, GET"), "{text}");
    assert!(text.contains("▲ 403 denied"), "{text}");
    assert!(text.contains("You need a role on this runbook"), "{text}");
    scene.keys("enter");
    assert_eq!(scene.state.screen, Screen::Explorer);
    assert_eq!(scene.status_in_front(), Some(403));
    // The variable was the session's; the call can be sent again all the same.
    let url = scene.state.builder.url.text();
    assert_eq!(url, "{{base}}/core/runbooks/7/tasks");
    let before = calls(&scene);
    scene.keys("ctrl-r");
    assert_eq!(calls(&scene), before + 1);
    assert_eq!(scene.status_in_front(), Some(403));
}

#[test]
fn only_rows_in_which_tokens_differ_are_shown_on_a_key() {
    let mut scene = Scene::open(WIDE);
    scene.keys("2 r");
    let all = scene.state.matrix.shown().len();
    scene.keys("d");
    let some = scene.state.matrix.shown().len();
    assert!(0 < some && some < all, "{some} of {all}");
    scene.keys("d");
    assert_eq!(scene.state.matrix.shown().len(), all);
}

#[test]
fn what_the_history_knows_stands_in_the_cells_before_anything_is_sent() {
    let mut scene = Scene::open(WIDE);
    scene.send(&guided("The same runbook itself opens"));
    scene.keys("2");
    let text = text_of(&scene.picture());
    assert!(text.contains("(403)") && text.contains("(200)"), "{text}");
    assert!(scene.state.matrix.matrix.counts().total() == 0);
}

#[test]
fn marked_calls_of_the_history_become_rows() {
    let mut scene = Scene::open(WIDE);
    scene.send(&guided("The same runbook itself opens"));
    scene.state.focus = Pane::History;
    scene.keys("x x 2 s");
    choose(&mut scene, "the 2 marked calls");
    assert_eq!(scene.state.matrix.matrix.rows.len(), 2);
}

#[test]
fn a_call_and_all_later_ones_are_marked_at_once() {
    let mut scene = Scene::open(WIDE);
    scene.send(&guided("The same runbook itself opens"));
    assert_eq!(scene.state.history.rows.len(), 2);
    scene.state.focus = Pane::History;
    scene.keys("X");
    assert_eq!(scene.state.history.marked(), 1);
    scene.keys("j X");
    assert_eq!(scene.state.history.marked(), 2);
    scene.keys("X");
    assert_eq!(scene.state.history.marked(), 0);
}

#[test]
fn esc_stops_a_matrix_and_what_came_stays() {
    let mut scene = Scene::open(WIDE);
    scene.keys("2");
    scene.held = true;
    scene.keys("r");
    let job = scene.state.matrix.job.unwrap();
    let fill = scene
        .asked
        .iter()
        .rev()
        .find(|e| matches!(e, Effect::Fill { .. }));
    let Some(Effect::Fill { run, .. }) = fill else {
        panic!()
    };
    assert_eq!(run.callers.len(), scene.state.matrix.matrix.callers.len());
    scene.keys("esc");
    assert!(scene.asked.contains(&Effect::Cancel(job)));
    assert_eq!(scene.state.screen, Screen::Matrix);
    scene.answer_all();
    assert!(scene.state.matrix.matrix.counts().total() > 0);
    assert!(!scene.state.is_busy());
    scene.keys("esc");
    assert_eq!(scene.state.screen, Screen::Explorer);
}

#[test]
fn cells_of_a_run_that_is_over_change_nothing_but_their_calls_are_kept() {
    let mut scene = Scene::open(WIDE);
    scene.keys("2");
    scene.held = true;
    scene.keys("r s");
    choose(&mut scene, "all endpoints");
    assert!(!scene.state.matrix.is_running());
    let before = calls(&scene);
    scene.answer_all();
    assert_eq!(scene.state.matrix.matrix.counts().total(), 0);
    assert!(calls(&scene) > before);
    assert!(!scene.state.is_busy());
}

#[test]
fn the_matrix_is_written_as_a_file() {
    let mut scene = Scene::open(WIDE);
    scene.keys("2 r y");
    let exported = |e: &Effect| matches!(e, Effect::Export(Exported::Matrix(_)));
    assert!(scene.asked.iter().any(exported));
    assert!(scene.notice().contains("Written"));
}

#[test]
fn two_hundred_requests_by_ten_tokens_take_every_key_at_once() {
    let mut scene = Scene::open(WIDE);
    scene.keys("2");
    let mut session = scene::session();
    let step = session.steps[0].clone();
    session.steps = vec![step; 200];
    scene.state.matrix.set_rows(session);
    let callers = scene.state.matrix.matrix.callers.clone();
    let callers = callers.iter().cycle().take(10).cloned().collect();
    scene.state.matrix.set_columns(callers);
    scene.keys("r");
    assert_eq!(scene.state.matrix.matrix.counts().total(), 2_000);
    scene.draws = true;
    let keys = [
        "down", "right", "d", "d", "pagedown", "G", "g", "up", "left",
    ];
    let mut slowest = std::time::Duration::ZERO;
    for key in keys.iter().cycle().take(90) {
        let began = std::time::Instant::now();
        scene.keys(key);
        slowest = slowest.max(began.elapsed());
    }
    // A debug build on a busy machine: what would keep a person waiting takes seconds.
    assert!(slowest.as_millis() < 300, "{slowest:?}");
}

// Sessions

#[test]
fn opening_a_session_shows_its_steps_and_sends_nothing() {
    let mut scene = Scene::open(WIDE);
    let before = calls(&scene);
    scene.keys("3");
    assert_eq!(scene.state.sessions.step_count(), 4);
    let text = text_of(&scene.picture());
    for words in [
        "list tasks",
        "403 forbidden",
        "4 steps, nothing sent yet",
        "customer's",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert_eq!(calls(&scene), before);
}

#[test]
fn a_session_given_at_the_start_is_in_front_and_the_opening_call_stays_away() {
    let mut opening = start(WIDE);
    opening.session = Some("acme-1234.session.toml".into());
    opening.send_first = false;
    let mut scene = Scene::closed(opening);
    scene.held = false;
    scene.answer_all();
    assert_eq!(scene.state.screen, Screen::Sessions);
    assert_eq!(scene.state.sessions.step_count(), 4);
    assert_eq!(calls(&scene), 0);
}

#[test]
fn a_run_says_of_every_step_how_it_came_out() {
    let mut scene = Scene::open(WIDE);
    scene.keys("3 enter r");
    let changes: Vec<Change> = scene
        .state
        .sessions
        .results
        .iter()
        .map(|result| result.as_ref().unwrap().report.change)
        .collect();
    assert_eq!(
        changes,
        [Change::Same, Change::Changed, Change::Same, Change::Changed]
    );
    let second = scene.state.sessions.results[1].as_ref().unwrap();
    assert_eq!(second.report.direction, Some(Direction::Fixed));
    let text = text_of(&scene.picture());
    assert!(text.contains("≠ 1 broken   1 fixed   2 same"), "{text}");
    assert!(!scene.state.is_busy() && scene.state.sessions.run.is_none());
    // Enter goes on to the differences, and from there to the call.
    scene.keys("down enter");
    assert!(text_of(&scene.picture()).contains("▲ 404 → ✓ 200"));
    scene.keys("enter");
    assert_eq!(scene.state.screen, Screen::Explorer);
    assert_eq!(scene.status_in_front(), Some(200));
}

#[test]
fn a_run_from_a_step_on_leaves_the_earlier_ones_and_one_alone_goes_to_the_next() {
    let mut scene = Scene::open(WIDE);
    scene.keys("3 enter down down f");
    let done = |scene: &Scene| -> Vec<bool> {
        let results = scene.state.sessions.results.iter();
        results.map(Option::is_some).collect()
    };
    assert_eq!(done(&scene), [false, false, true, true]);
    scene.keys("g o");
    assert_eq!(done(&scene), [true, false, true, true]);
    assert_eq!(scene.state.sessions.steps.cursor, 1);
}

#[test]
fn a_token_and_an_environment_can_be_chosen_for_the_whole_run() {
    let mut scene = Scene::open(WIDE);
    scene.keys("3 enter t");
    choose(&mut scene, "admin");
    assert!(text_of(&scene.picture()).contains("4 steps as admin ▾ in sandbox ▾"));
    scene.keys("r");
    let result = scene.state.sessions.results[0].as_ref().unwrap();
    assert_eq!(result.report.token.as_ref().unwrap().name, name("admin"));
    assert_eq!(result.report.direction, Some(Direction::Fixed));
    scene.keys("E");
    choose(&mut scene, "acme-test");
    assert!(scene.state.sessions.token.is_none());
    assert!(text_of(&scene.picture()).contains("in acme-test ▾"));
}

#[test]
fn what_is_missing_is_asked_for_before_the_first_call() {
    let mut scene = Scene::open(WIDE);
    scene.sessions[0].1.variables.clear();
    let before = calls(&scene);
    scene.keys("3 enter r");
    assert!(text_of(&scene.picture()).contains("Value of {{runbook}}"));
    assert_eq!(calls(&scene), before);
    // Leaving the question leaves the run.
    scene.keys("esc");
    assert!(scene.state.overlay.is_none() && scene.state.sessions.run.is_none());
    assert_eq!(calls(&scene), before);
    scene.keys("r").types("7").keys("enter");
    assert_eq!(calls(&scene), before + 4);
    assert_eq!(scene.state.sessions.given, [("runbook".into(), "7".into())]);
    // It is asked for once.
    scene.keys("r");
    assert_eq!(calls(&scene), before + 8);
}

#[test]
fn a_secret_is_not_asked_for_in_a_line_that_is_seen() {
    let mut scene = Scene::open(WIDE);
    scene.sessions[0].1.steps[0].spec.url = "{{base}}/core/users?key={{secret.api_key}}".into();
    let before = calls(&scene);
    scene.keys("3 enter r");
    assert!(scene.state.overlay.is_none());
    assert!(scene.notice().contains("is a secret"), "{}", scene.notice());
    assert_eq!(calls(&scene), before);
}

#[test]
fn a_token_that_is_not_known_is_named_before_the_first_call() {
    let mut scene = Scene::open(WIDE);
    scene.sessions[0].1.steps[2].spec.auth = httriage::model::Auth::Bearer(name("from-elsewhere"));
    let before = calls(&scene);
    scene.keys("3 enter r");
    assert_eq!(calls(&scene), before);
    assert!(
        scene.notice().contains("no such token"),
        "{}",
        scene.notice()
    );
    assert!(scene.notice().contains("Choose another token"));
}

#[test]
fn a_host_is_asked_about_a_token_once_somebody_said_yes() {
    let mut scene = Scene::open(WIDE);
    scene.keys("4 v");
    let text = text_of(&scene.picture());
    assert!(
        text.contains("Ask https://login.practice.example for its public keys?"),
        "{text}"
    );
    let asked = |scene: &Scene| {
        let all = scene.asked.iter();
        all.filter(|effect| matches!(effect, Effect::Verify { .. }))
            .count()
    };
    scene.keys("esc");
    assert!(scene.state.overlay.is_none() && asked(&scene) == 1);
    assert!(!text_of(&scene.picture()).contains("signature holds"));
    scene.keys("v enter");
    let text = text_of(&scene.picture());
    for part in [
        "signature holds: key practice-2 of",
        "https://login.practice.example made it (ES256)",
    ] {
        assert!(text.contains(part), "{text}");
    }
    // That host is known now.
    scene.keys("v");
    assert!(scene.state.overlay.is_none() && asked(&scene) == 4);
    // Another value of that name was not verified.
    scene.keys("down");
    assert!(!text_of(&scene.picture()).contains("signature holds"));
}

#[test]
fn a_token_is_sent_to_its_issuer_after_a_question_of_its_own_and_contradictions_are_told() {
    let mut scene = Scene::open(WIDE);
    scene.proven.issuer = Some("https://login.practice.example".to_owned());
    scene.keys("4 v enter");
    let text = text_of(&scene.picture());
    assert!(
        text.contains("The token is sent there, as your client."),
        "{text}"
    );
    scene.proven.testimony.introspected = Some(Introspected {
        is_active: false,
        ..Introspected::default()
    });
    scene.keys("enter");
    let last = scene.asked.iter().rev();
    let mut last = last.filter_map(|effect| match effect {
        Effect::Verify { asks_issuer, .. } => Some(*asks_issuer),
        _ => None,
    });
    assert_eq!(last.next(), Some(true));
    let text = text_of(&scene.picture());
    assert!(text.contains("not active"), "{text}");
    assert!(scene.state.overlay.is_none(), "it is asked once");
}

#[test]
fn a_device_shows_its_page_its_code_and_the_time_that_is_left() {
    for size in SIZES {
        let mut scene = Scene::open(size);
        scene.tell(scene::signing_in());
        let text = text_of(&scene.picture());
        assert!(text.contains("BCDF-GHJK"), "{text}");
        let is_whole = text.contains("https://login.practice.example/device");
        assert!(is_whole || size == SMALL, "{text}");
        assert!(text.contains("good for 10 min"), "{text}");
        // Drawn where there is room for it.
        assert_eq!(text.contains('▀'), size == WIDE, "{text}");
        scene.tell(Message::SignedIn(name("another")));
        assert!(scene.state.overlay.is_some());
        scene.tell(Message::SignedIn(name("me")));
        assert!(scene.state.overlay.is_none());
    }
}

#[test]
fn whoever_leaves_a_device_stops_what_waits_for_it() {
    let mut scene = Scene::open(WIDE);
    scene.held = true;
    scene.state.tokens_pane.job = Some((77, name("me")));
    scene.tell(scene::signing_in());
    scene.keys("y");
    let copied = |effect: &Effect| matches!(effect, Effect::Copy { text, .. } if text.contains("user_code=BCDF-GHJK"));
    assert!(scene.asked.iter().any(copied));
    scene.keys("esc");
    assert!(scene.state.overlay.is_none());
    assert_eq!(scene.asked.last(), Some(&Effect::Cancel(77)));
}

#[test]
fn a_browser_on_this_machine_has_its_page_and_one_elsewhere_pastes_where_it_ended() {
    for size in SIZES {
        let mut scene = Scene::open(size);
        scene.held = true;
        scene.tell(scene::signing_in_here());
        let text = text_of(&scene.picture());
        assert!(
            text.contains("login.practice.example/authorize") || size == SMALL,
            "{text}"
        );
        assert!(!text.contains("code  ") && !text.contains('▀'), "{text}");
        let came = |scene: &Scene| {
            let came = scene.asked.iter().filter_map(|effect| match effect {
                Effect::CameBack(address) => Some(address.0.clone()),
                _ => None,
            });
            came.collect::<Vec<String>>()
        };
        // What leads elsewhere is no answer.
        scene.paste("https://login.practice.example/callback?code=c1&state=s1");
        assert!(came(&scene).is_empty());
        let back = "http://127.0.0.1:45871/callback?code=c1&state=s1";
        scene.paste(&format!("{back}\n"));
        assert_eq!(came(&scene), [back]);
        assert!(!text_of(&scene.picture()).contains("code=c1"));
        scene.tell(Message::SignedIn(name("me")));
        assert!(scene.state.overlay.is_none());
        // Nobody waits for one any more.
        scene.paste(back);
        assert_eq!(came(&scene).len(), 1);
    }
}

#[test]
fn a_grant_that_failed_is_a_call_of_the_history() {
    let mut scene = Scene::open(WIDE);
    let url = "https://login.practice.example/token".to_owned();
    let exchange = Mask::default().exchange(RawExchange {
        id: ExchangeId::new(scene::now(), 999),
        environment: "acme".to_owned(),
        case: None,
        typed: RequestSpec::new("POST", &url),
        sent: SentRequest {
            method: "POST".to_owned(),
            url,
            ..SentRequest::default()
        },
        outcome: Outcome::Answered(Response {
            status: 401,
            body: b"{\"error\": \"invalid_client\"}".to_vec(),
            ..Response::default()
        }),
        redirects: Vec::new(),
        attempts: 1,
        unverified: Vec::new(),
        started_at: scene::now(),
        took: Duration::from_millis(7),
        probe_of: None,
        run: None,
        origin: CallOrigin::Grant,
    });
    scene.tell(Message::Made(Arc::new(exchange)));
    let kept = |effect: &Effect| match effect {
        Effect::Remember(kept) => kept.origin == CallOrigin::Grant,
        _ => false,
    };
    assert_eq!(scene.asked.iter().filter(|effect| kept(effect)).count(), 1);
    let text = text_of(&scene.picture());
    assert!(text.contains("/token"), "{text}");
}

/// A token of acme-test whose value is kept nowhere.
fn asked_for() -> Scene {
    let mut scene = Scene::open(WIDE);
    scene.rows.push(TokenRow {
        token: TokenRef {
            name: name("desk"),
            fingerprint: None,
        },
        source: Some(TokenSource::Prompt),
        origins: Vec::new(),
        report: None,
        trouble: None,
        got: None,
    });
    scene.keys("ctrl-e");
    choose(&mut scene, "acme-test");
    scene
}

#[test]
fn a_value_that_is_kept_nowhere_is_asked_for_hidden_and_the_run_goes_on() {
    let mut scene = asked_for();
    scene.keys("4");
    assert!(text_of(&scene.picture()).contains("asked for"));
    scene.held = true;
    scene.keys("w");
    assert_eq!(scene.asked.last(), Some(&Effect::AskToken(name("desk"))));
    scene.tell(Message::SecretTyped(5));
    let text = text_of(&scene.picture());
    assert!(text.contains("•••••") && text.contains("5 typed"), "{text}");
    // Keys never come here while it is typed; those that did would do nothing.
    scene.keys("q a enter");
    assert!(matches!(scene.state.overlay, Some(Overlay::Secret(_))));
    scene.answer_all();
    assert!(scene.state.overlay.is_none());
    assert!(
        scene
            .asked
            .iter()
            .any(|e| matches!(e, Effect::Survey { .. }))
    );
}

#[test]
fn a_value_that_is_not_given_ends_the_run_before_it_began() {
    let mut scene = asked_for();
    scene.keys("4");
    scene.held = true;
    scene.keys("w");
    scene.tell(Message::SecretGiven(None));
    assert!(scene.state.overlay.is_none() && scene.state.waits_for.is_none());
    assert!(
        !scene
            .asked
            .iter()
            .any(|e| matches!(e, Effect::Survey { .. }))
    );
}

#[test]
fn the_request_asks_for_its_token_too() {
    let mut scene = asked_for();
    scene.keys("4 t 1");
    scene.state.builder.url.set("/core/runbooks");
    scene.held = true;
    let sent = scene.jobs().len();
    scene.keys("ctrl-r");
    assert_eq!(scene.asked.last(), Some(&Effect::AskToken(name("desk"))));
    assert_eq!(scene.jobs().len(), sent);
    let given = scene.carry_out_next().unwrap();
    scene.tell(given);
    assert_eq!(scene.jobs().len(), sent + 1);
}

#[test]
fn a_session_of_an_unknown_environment_goes_nowhere_until_one_is_chosen() {
    let mut scene = Scene::open(WIDE);
    scene.sessions[0].1.environment = Some("customer-x".to_owned());
    let before = calls(&scene);
    scene.keys("3 enter r");
    assert!(
        scene.notice().contains("not known here"),
        "{}",
        scene.notice()
    );
    assert_eq!(calls(&scene), before);
    scene.keys("E");
    choose(&mut scene, "sandbox");
    scene.keys("r");
    assert_eq!(calls(&scene), before + 4);
}

#[test]
fn what_came_is_recorded_and_the_step_is_as_expected_then() {
    let mut scene = Scene::open(WIDE);
    scene.keys("3 enter r down w");
    let result = scene.state.sessions.results[1].as_ref().unwrap();
    assert_eq!(result.report.change, Change::Same);
    let record = scene.asked.iter().find_map(|effect| match effect {
        Effect::Record { step, name, .. } => Some((*step, name.clone())),
        _ => None,
    });
    assert_eq!(record, Some((1, "show it".to_owned())));
    assert_eq!(scene.state.sessions.steps.cursor, 1);
}

#[test]
fn a_report_is_written_in_two_forms_once_there_is_something_to_report() {
    let mut scene = Scene::open(WIDE);
    scene.keys("3 enter y");
    assert!(scene.notice().contains("Nothing was run yet"));
    scene.keys("esc r y Y");
    let forms = scene
        .asked
        .iter()
        .filter(|e| matches!(e, Effect::Export(_)));
    assert_eq!(forms.count(), 2);
}

#[test]
fn a_replay_before_and_after_a_change_of_access_shows_exactly_the_changed_steps() {
    let mut scene = Scene::open(WIDE);
    scene.sessions[0].1.steps.truncate(3);
    let changes = |scene: &Scene| -> Vec<Change> {
        let results = scene.state.sessions.results.iter().flatten();
        results.map(|result| result.report.change).collect()
    };
    scene.keys("3 tab r g w down w down w r");
    assert_eq!(changes(&scene), [Change::Same; 3]);
    // The person behind support leaves, which stops that token and no other.
    let as_token = |method: &str, path: &str, token: &str| RequestSpec {
        auth: Auth::Bearer(name(token)),
        ..RequestSpec::new(method, format!("{{{{base}}}}{path}"))
    };
    scene
        .keys("1")
        .send(&as_token("GET", "/core/users/me", "support"));
    let answer = scene
        .state
        .response
        .shown
        .as_ref()
        .unwrap()
        .bytes()
        .to_vec();
    let me: serde_json::Value = serde_json::from_slice(&answer).unwrap();
    let id = me["data"]["id"].as_str().unwrap();
    scene.send(&as_token(
        "PATCH",
        &format!("/core/users/{id}/archive"),
        "user-admin",
    ));
    assert_eq!(
        scene
            .state
            .response
            .shown
            .as_ref()
            .unwrap()
            .exchange
            .outcome
            .status(),
        Some(204)
    );
    scene.keys("3 r");
    assert_eq!(
        changes(&scene),
        [Change::Changed, Change::Changed, Change::Same]
    );
    let steps = &scene.state.sessions.open.as_ref().unwrap().session.steps;
    let support: Vec<bool> = steps
        .iter()
        .map(|step| step.spec.auth.token() == Some(&name("support")))
        .collect();
    assert_eq!(support, [true, true, false]);
    let report = &scene.state.sessions.results[0].as_ref().unwrap().report;
    assert!(
        report
            .verdict
            .as_ref()
            .unwrap()
            .cause
            .id()
            .starts_with("token."),
        "{report:?}"
    );
}

#[test]
fn rows_tabs_and_cells_of_these_screens_are_pointed_at() {
    let mut scene = Scene::open(WIDE);
    scene.keys("3").click("all runbooks");
    assert_eq!(scene.state.sessions.steps.cursor, 2);
    assert_eq!(scene.state.sessions.part, SessionsPart::Steps);
    scene.click("all runbooks");
    assert_eq!(scene.state.sessions.part, SessionsPart::Differences);
    scene.click("▸ acme-1234");
    assert_eq!(scene.state.sessions.part, SessionsPart::Files);
    // What is under the pointer scrolls, whatever has the focus.
    let place = scene.place_of("list tasks");
    scene.points(PointerMove::WheelUp, place);
    assert_eq!(scene.state.sessions.steps.cursor, 0);
    assert_eq!(scene.state.sessions.part, SessionsPart::Files);

    scene.keys("4").click("viewer");
    let pane = &scene.state.tokens_pane;
    let row = pane.selected("sandbox").unwrap();
    assert_eq!(row.token.name.as_str(), "viewer");
    scene.click("kept in");
    assert_eq!(scene.state.tokens_pane.part, TokensPart::Inspector);

    scene.keys("2 r");
    let (x, y) = scene.place_of("▲ 403");
    let cursor = (scene.state.matrix.list.cursor, scene.state.matrix.column);
    scene.points(PointerMove::Press, (x + 1, y));
    let at = (scene.state.matrix.list.cursor, scene.state.matrix.column);
    assert_ne!(at, cursor);
    scene.points(PointerMove::Press, (x + 1, y));
    assert_eq!(scene.state.screen, Screen::Explorer);
    assert!(text_of(&scene.picture()).contains("403 Forbidden"));

    // A head sorts the rows by its column: those that the token may see come first.
    scene.keys("2").click("viewer");
    let viewer = scene.state.matrix.order.unwrap().0;
    let accesses: Vec<Access> = scene
        .state
        .matrix
        .shown()
        .into_iter()
        .filter_map(|row| scene.state.matrix.matrix.access(row, viewer))
        .collect();
    let places: Vec<_> = accesses
        .iter()
        .map(|access| Access::ALL.iter().position(|a| a == access))
        .collect();
    assert!(
        places.is_sorted() && places.first() < places.last(),
        "{places:?}"
    );
    assert!(text_of(&scene.picture()).contains("↓"));

    let mut narrow = Scene::open(USUAL);
    narrow.keys("3").click("Differences");
    assert_eq!(narrow.state.sessions.part, SessionsPart::Differences);
}

#[test]
fn writes_to_a_protected_environment_are_sent_only_where_a_person_says_so() {
    let mut scene = Scene::open(WIDE);
    scene.keys("3 E");
    choose(&mut scene, "acme-live");
    scene.keys("t");
    choose(&mut scene, "desk");
    let runs = |scene: &Scene| {
        let runs = scene.asked.iter().filter_map(|effect| match effect {
            Effect::Replay { run, .. } => Some(run.writes),
            _ => None,
        });
        runs.collect::<Vec<_>>()
    };
    scene.keys("r");
    let text = text_of(&scene.picture());
    assert!(text.contains("1 of the steps write to protected"), "{text}");
    assert!(runs(&scene).is_empty());
    scene.keys("enter");
    assert_eq!(runs(&scene), [false]);
    scene.keys("r");
    choose(&mut scene, "Send nothing");
    scene.keys("r");
    choose(&mut scene, "Send them too");
    assert_eq!(runs(&scene), [false, true]);
    // Steps that read ask nothing.
    scene.keys("o");
    assert_eq!(runs(&scene), [false, true, false]);
}

#[test]
fn the_tempo_of_a_run_is_chosen_and_shown() {
    let mut scene = Scene::open(WIDE);
    scene.keys("3 p");
    choose(&mut scene, "four at once");
    let text = text_of(&scene.picture());
    assert!(text.contains("in sandbox ▾   four at once"), "{text}");
    scene.keys("r");
    let run = scene.asked.iter().find_map(|effect| match effect {
        Effect::Replay { run, .. } => Some(run.tempo),
        _ => None,
    });
    assert_eq!(run.unwrap().at_once, 4);
}

#[test]
fn esc_stops_a_replay_and_the_answers_of_another_session_are_dropped() {
    let mut scene = Scene::open(WIDE);
    let mut other = scene::session();
    other.name = "other".into();
    scene.sessions.push(("other.session.toml".into(), other));
    scene.keys("3");
    scene.held = true;
    scene.keys("r");
    let job = scene.state.sessions.run.as_ref().unwrap().job;
    scene.keys("esc");
    assert!(scene.asked.contains(&Effect::Cancel(job)));
    scene.keys("down enter");
    scene.answer_all();
    assert_eq!(
        scene.state.sessions.open.as_ref().unwrap().session.name,
        "other"
    );
    assert!(!scene.state.is_busy());
}

// Tokens

#[test]
fn two_marked_tokens_are_compared_claim_by_claim() {
    let mut scene = Scene::open(WIDE);
    scene.keys("4 x x");
    let text = text_of(&scene.picture());
    assert!(text.contains("no call was made with both yet"), "{text}");
    scene.keys("x");
    assert_eq!(scene.state.tokens_pane.marked.len(), 2);
}

#[test]
fn who_am_i_makes_an_access_list_of_reading_calls_that_are_all_kept() {
    let mut scene = Scene::open(WIDE);
    let before = calls(&scene);
    scene.keys("4 w");
    let made = &scene.store[before..];
    assert!(made.len() >= 6);
    assert!(made.iter().all(|exchange| exchange.sent.method == "GET"));
    let text = text_of(&scene.picture());
    for words in [
        "What the API says",
        "email",
        "/core/workspaces",
        "It may, as the API says",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert!(!scene.state.is_busy());
    assert_eq!(scene.state.history.rows.len(), calls(&scene));
}

#[test]
fn a_token_that_the_api_refuses_is_marked_so() {
    let mut scene = Scene::open(WIDE);
    scene.keys("4");
    let place = scene.state.tokens_pane.rows("sandbox");
    let at = place
        .iter()
        .position(|row| row.token.name == name("revoked"))
        .unwrap();
    for _ in 0..at {
        scene.keys("down");
    }
    let before = calls(&scene);
    scene.keys("w");
    assert_eq!(calls(&scene), before + 2);
    let text = text_of(&scene.picture());
    assert!(text.contains("refused 02:07: "), "{text}");
}

#[test]
fn a_token_is_taken_for_the_request() {
    let mut scene = Scene::open(WIDE);
    scene.keys("4 t 1");
    assert_eq!(scene.state.builder.auth.token(), Some(&name("admin")));
}

#[test]
fn another_environment_shows_its_own_tokens() {
    let mut scene = Scene::open(WIDE);
    scene.keys("4 down down ctrl-e");
    choose(&mut scene, "acme-test");
    assert_eq!(scene.state.tokens_pane.list.cursor, 0);
    let text = text_of(&scene.picture());
    assert!(
        text.contains("desk") && !text.contains("user-admin"),
        "{text}"
    );
}

#[test]
fn the_auth_tab_chooses_a_token_by_name_or_none() {
    let mut scene = Scene::drawn(WIDE);
    scene.keys("alt-1 down ] ]");
    let text = text_of(&scene.picture());
    assert!(text.contains("* support"), "{text}");
    assert!(text.contains(&format!("may go to {BASE}")), "{text}");
    // The cursor begins on the one in use; viewer stands above it.
    scene.keys("up enter ctrl-r");
    let token = |scene: &Scene| scene.last_sent().token.clone().map(|token| token.name);
    assert_eq!(token(&scene), Some(name("viewer")));
    scene.keys("alt-1 down G enter ctrl-r");
    assert_eq!(token(&scene), None);
    let text = text_of(&scene.picture());
    assert!(text.contains("goes without Authorization"), "{text}");
}

#[test]
fn the_auth_tab_says_where_a_token_stays() {
    let mut scene = Scene::drawn(WIDE);
    let other = httriage::model::Origin::parse("https://other.example");
    scene.rows.push(TokenRow {
        token: TokenRef {
            name: name("desk"),
            fingerprint: None,
        },
        source: Some(TokenSource::Keyring),
        origins: other.into_iter().collect(),
        report: None,
        trouble: None,
        got: None,
    });
    scene.keys("ctrl-e");
    choose(&mut scene, "acme-test");
    scene.keys("alt-1 down ] ]");
    let text = text_of(&scene.picture());
    assert!(text.contains("stays with https://other.example"), "{text}");
    assert!(!text.contains("may go to"), "{text}");
}

#[test]
fn a_url_is_completed_from_the_history_and_the_endpoints() {
    let mut scene = Scene::drawn(WIDE);
    scene.send(&httriage::model::RequestSpec::new(
        "GET",
        "{{base}}/core/runbooks/9?api_key=hidden-from-all",
    ));
    scene.keys("alt-1 end");
    // Nothing is offered before something is typed.
    assert!(!scene.state.builder.is_completing());
    scene.keys("ctrl-u").types("{{base}}/core/runbooks/");
    let text = text_of(&scene.picture());
    assert!(
        text.contains("▸ /core/runbooks/9                    GET     called here"),
        "{text}"
    );
    assert!(text.contains("PATCH   start a run"), "{text}");
    assert!(!text.contains("api_key=hidden"), "{text}");
    let url = |scene: &Scene| scene.state.builder.url.text();
    scene.keys("tab");
    assert_eq!(url(&scene), "{{base}}/core/runbooks/9");
    assert!(!scene.state.builder.is_completing());
    // In the middle of the text the arrows move the caret.
    scene.keys("ctrl-u").types("/core/us").keys("left");
    assert!(!scene.state.builder.is_completing());
    scene.keys("right");
    assert!(scene.state.builder.is_completing());
    scene.keys("down right");
    assert_eq!(url(&scene), "/core/users");
    // The first Esc closes the list, the next one leaves the field.
    scene.types("/").keys("esc");
    assert!(scene.state.builder.is_editing() && !scene.state.builder.is_completing());
    scene.keys("esc");
    assert!(!scene.state.builder.is_editing());
    // What was taken is undone like anything that was typed.
    scene.keys("alt-1").types("m").keys("tab");
    assert_eq!(url(&scene), "/core/users/me");
    scene.keys("ctrl-z ctrl-z");
    assert_eq!(url(&scene), "/core/users/m");
}

#[test]
fn a_candidate_is_taken_by_a_click() {
    let mut scene = Scene::drawn(WIDE);
    scene.keys("alt-1 ctrl-u").types("/core/workspaces/");
    scene.click("/core/workspaces/{{workspace}}/folders");
    assert_eq!(
        scene.state.builder.url.text(),
        "/core/workspaces/{{workspace}}/folders"
    );
}

#[test]
fn a_body_that_is_typed_is_searched_and_the_caret_stays_where_the_search_led() {
    let mut scene = Scene::drawn(WIDE);
    scene.keys("alt-1 down [ [ enter");
    scene.paste("one\ntwo one\nthree");
    scene.keys("ctrl-f").types("ONE");
    let text = text_of(&scene.picture());
    assert!(
        text.contains("search: ONE") && text.contains("1 of 2"),
        "{text}"
    );
    scene.keys("enter");
    assert!(text_of(&scene.picture()).contains("2 of 2"));
    scene.keys("up");
    assert!(text_of(&scene.picture()).contains("1 of 2"));
    scene.types("x");
    assert!(text_of(&scene.picture()).contains("nowhere"));
    scene.keys("backspace down esc");
    assert!(scene.state.builder.search.is_none());
    assert!(scene.state.builder.is_editing());
    // What is typed now goes into the body again.
    scene.types("!");
    assert_eq!(scene.state.builder.body.text(), "one\ntwo !one\nthree");
    // A single line has nothing to search in.
    scene.keys("esc g end ctrl-f");
    assert!(
        scene.notice().contains("Only the lines"),
        "{}",
        scene.notice()
    );
}

/// A token of acme-test that a server gives.
fn got_by_a_service() -> TokenRow {
    let config = "[tokens.desk.oauth]\ngrant = \"client_credentials\"\nissuer = \"https://login.acme.example\"\nclient_id = \"tool\"\nclient_secret = { env = \"A\" }\n";
    let settings = httriage::format::config_file::read(config, "config.toml").unwrap();
    let at: httriage::model::Timestamp = "2026-05-12T08:00:00Z".parse().unwrap();
    TokenRow {
        token: TokenRef {
            name: name("desk"),
            fingerprint: None,
        },
        source: Some(settings.tokens[0].source.clone()),
        origins: Vec::new(),
        report: None,
        trouble: None,
        got: Some(httriage::model::Got {
            name: name("desk"),
            grant: "client_credentials",
            by_refresh: false,
            at,
            until: None,
            asked: vec!["read".into(), "write".into()],
            given: Some(vec!["read".into()]),
            renews: true,
            not_kept: None,
        }),
    }
}

#[test]
fn a_token_that_a_server_gives_is_told_with_its_scopes_and_got_anew_by_a_key() {
    let mut scene = Scene::open(WIDE);
    scene.rows.push(got_by_a_service());
    scene.keys("ctrl-e");
    choose(&mut scene, "acme-test");
    scene.keys("4");
    let picture = text_of(&scene.picture());
    for part in [
        "got by client credentials of https://login.acme.example",
        "asked for",
        "read, write",
        "given",
    ] {
        assert!(picture.contains(part), "{part}: {picture}");
    }
    scene.keys("N");
    assert_eq!(scene.notice(), "");
}

#[test]
fn what_is_asked_for_cannot_be_got_anew() {
    let mut scene = asked_for();
    scene.keys("4 N");
    let notice = scene.notice();
    assert!(notice.contains("can be got anew"), "{notice}");
}
