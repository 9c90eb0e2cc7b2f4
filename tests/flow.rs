//! What follows from keys and messages, told as scripts: what is asked for, and what then holds.

use crate::scene;

use httriage::app::pane::{BuilderTab, Editing, Goal, Question, ResponseTab, Shown};
use httriage::app::{
    Action, Effect, Key, KeyCode, Level, Message, Overlay, Pane, Place, PointerMove, SandboxNews,
    Screen, blocked,
};
use httriage::insight::summary;
use httriage::model::{
    Auth, Body, Cause, Failure, Outcome, Param, Progress, RequestSpec, Response, TokenName, limits,
};
use proptest::prelude::*;
use scene::{BASE, SIZES, SMALL, Scene, USUAL, WIDE, after_ms, guided, now, start, text_of};

fn up() -> Message {
    Message::Sandbox(SandboxNews::Up {
        base_url: BASE.to_owned(),
    })
}

fn cancelled(scene: &Scene) -> Vec<u64> {
    let cancels = scene.asked.iter().filter_map(|effect| match effect {
        Effect::Cancel(job) => Some(*job),
        _ => None,
    });
    cancels.collect()
}

fn asked_to_quit(scene: &Scene) -> bool {
    scene.asked.contains(&Effect::Quit)
}

fn dialog_title(scene: &Scene) -> &str {
    match &scene.state.overlay {
        Some(Overlay::Dialog(dialog)) => &dialog.title,
        _ => "",
    }
}

/// What is asked in the line of messages.
fn asked(scene: &mut Scene) -> String {
    match &scene.state.overlay {
        Some(Overlay::Question(question)) => question.says().0,
        other => panic!("{other:?}"),
    }
}

// Opening

fn recalled_nothing() -> Message {
    Message::Recalled {
        question: 1,
        found: Vec::new(),
        has_older: false,
        after: None,
    }
}

#[test]
fn the_opening_call_goes_by_itself_once_the_sandbox_is_up_and_only_then() {
    let mut scene = Scene::closed(start(WIDE));
    assert!(scene.asked.contains(&Effect::StartSandbox));
    assert!(scene.state.opens_with_a_call);
    assert!(scene.jobs().is_empty());
    scene.tell(recalled_nothing());
    assert!(scene.jobs().is_empty());
    scene.tell(up());
    assert_eq!(scene.jobs().len(), 1);
    assert_eq!(
        scene.last_sent().url,
        format!("{BASE}/core/runbooks/7/tasks")
    );
    scene.tell(up());
    assert_eq!(scene.jobs().len(), 1);
}

#[test]
fn nothing_goes_by_itself_for_a_person_who_has_made_calls_before() {
    let before = Scene::open(WIDE).store;
    let mut scene = Scene::closed(start(WIDE));
    scene.tell(up());
    assert!(scene.jobs().is_empty());
    scene.tell(Message::Recalled {
        question: 1,
        found: before.iter().map(|exchange| summary(exchange)).collect(),
        has_older: false,
        after: None,
    });
    assert!(scene.jobs().is_empty());
    assert_eq!(scene.state.history.rows.len(), 1);
}

#[test]
fn without_an_opening_call_nothing_goes_by_itself() {
    let mut opening = start(WIDE);
    opening.send_first = false;
    let mut scene = Scene::closed(opening);
    scene.held = false;
    scene.answer_all();
    assert!(scene.jobs().is_empty());
    assert_eq!(scene.state.environment().base_url, BASE);
}

#[test]
fn keys_pressed_before_the_sandbox_is_up_are_kept_and_the_call_waits() {
    let mut opening = start(WIDE);
    opening.send_first = false;
    let mut scene = Scene::closed(opening);
    scene.keys("ctrl-r");
    assert!(scene.jobs().is_empty());
    assert!(scene.state.waits_for_sandbox);
    scene.tell(up());
    assert_eq!(scene.jobs().len(), 1);
}

#[test]
fn a_sandbox_that_cannot_start_says_why_and_is_tried_again_on_the_next_send() {
    let mut scene = Scene::closed(start(WIDE));
    let starts = |scene: &Scene| {
        let effects = scene.asked.iter();
        effects.filter(|e| **e == Effect::StartSandbox).count()
    };
    scene.tell(Message::Sandbox(SandboxNews::Down {
        why: "No port is free.".to_owned(),
    }));
    assert!(scene.notice().contains("No port is free."));
    assert!(!scene.state.waits_for_sandbox);
    scene.keys("ctrl-r ctrl-r");
    assert_eq!(starts(&scene), 2);
    scene.tell(up());
    assert_eq!(scene.jobs().len(), 1);
}

// Sending

#[test]
fn ctrl_r_sends_and_the_answer_comes_to_the_front() {
    let mut scene = Scene::open(WIDE);
    assert_eq!(scene.status_in_front(), Some(403));
    scene.keys("ctrl-r");
    assert_eq!(scene.jobs(), [1, 2]);
    assert_eq!(scene.state.history.rows.len(), 2);
    scene.keys("f5");
    assert_eq!(scene.jobs(), [1, 2, 3]);
    assert!(!scene.state.is_busy());
}

#[test]
fn the_token_travels_by_name_and_never_by_value() {
    let scene = Scene::open(WIDE);
    let authorization = scene.last_sent().headers.get("authorization").unwrap();
    assert_eq!(authorization, "Bearer {{token:support}}");
    let value = httriage::engine::sandbox::token_value("support").unwrap();
    assert!(!format!("{:?}", scene.state).contains(value.reveal()));
    assert!(!format!("{:?}", scene.asked).contains(value.reveal()));
}

#[test]
fn a_late_answer_goes_into_the_history_but_not_to_the_front() {
    let mut scene = Scene::open(WIDE);
    scene.held = true;
    scene.send(&guided("The same runbook itself opens"));
    scene.send(&guided("This runbook never existed"));
    assert_eq!(scene.state.running.len(), 2);
    // Both come back, the one that was asked for first last.
    let effects: Vec<_> = scene.asked.split_off(scene.asked.len() - 2);
    let mut other = Scene::open(WIDE);
    let mut exchanges = Vec::new();
    let mut jobs = Vec::new();
    for effect in &effects {
        let Effect::Send { job, typed, .. } = effect else {
            panic!("{effect:?}")
        };
        other.send(typed);
        exchanges.push(other.store.last().unwrap().clone());
        jobs.push(*job);
    }
    let (first, second) = (jobs[0], jobs[1]);
    scene.tell(Message::Sent {
        job: second,
        answer: Box::new(Shown::new(exchanges.pop().unwrap(), Default::default())),
    });
    assert_eq!(scene.status_in_front(), Some(404));
    scene.tell(Message::Sent {
        job: first,
        answer: Box::new(Shown::new(exchanges.pop().unwrap(), Default::default())),
    });
    assert_eq!(scene.status_in_front(), Some(404));
    let newest = &scene.state.history.rows[0].summary;
    assert_eq!(newest.status, Some(200));
    assert!(!scene.state.is_busy());
}

#[test]
fn a_variable_without_a_value_stops_the_call_and_is_named() {
    let mut scene = Scene::open(WIDE);
    scene.send(&RequestSpec::new("GET", "{{base}}/core/{{missing}}"));
    assert_eq!(scene.jobs().len(), 1);
    assert!(scene.notice().contains("{{missing}}"), "{}", scene.notice());
    assert_eq!(scene.state.notice.as_ref().unwrap().level, Level::Trouble);
}

#[test]
fn the_notice_goes_with_the_next_call_that_leaves() {
    let mut scene = Scene::open(WIDE);
    scene.send(&RequestSpec::new("GET", "{{missing}}"));
    scene.send(&guided("The same runbook itself opens"));
    assert_eq!(scene.notice(), "");
}

#[test]
fn no_more_calls_are_made_at_once_than_the_limit() {
    let mut scene = Scene::open(WIDE);
    scene.held = true;
    for _ in 0..limits::JOBS + 3 {
        scene.keys("ctrl-r");
    }
    assert_eq!(scene.state.running.len(), limits::JOBS);
    assert!(scene.notice().contains("Many calls"));
}

#[test]
fn a_tick_moves_the_clock_and_the_progress_of_its_job() {
    let mut scene = Scene::open(WIDE);
    scene.held = true;
    scene.keys("ctrl-r");
    let so_far = Progress {
        received: 4_096,
        announced: Some(8_192),
        pause: None,
    };
    scene.tell(Message::Tick {
        now: after_ms(1_500),
        progress: vec![(2, so_far), (9, Progress::default())],
    });
    assert_eq!(scene.state.now, after_ms(1_500));
    let running = &scene.state.running[0];
    assert_eq!(running.progress, so_far);
    assert_eq!(running.began, now());
}

#[test]
fn a_call_without_an_answer_shows_its_reason_and_keeps_the_screen_usable() {
    let mut scene = Scene::open(WIDE);
    scene.outcomes.push(Outcome::Failed(Failure::new(
        Cause::ConnectRefused,
        "Connecting to 127.0.0.1:9 was refused.",
        "Start the server, or correct the port.",
    )));
    scene.keys("ctrl-r");
    assert_eq!(scene.status_in_front(), None);
    assert_eq!(scene.state.response.tab, ResponseTab::Errors);
    scene.keys("ctrl-r");
    assert_eq!(scene.status_in_front(), Some(403));
}

// Tokens and environments

#[test]
fn a_token_is_chosen_from_the_list_and_used_by_the_next_call() {
    let mut scene = Scene::open(WIDE);
    scene.keys("ctrl-t");
    assert_eq!(dialog_title(&scene), "Tokens of sandbox");
    // The list opens on support, the fourth; editor stands two above.
    scene.keys("up up enter");
    assert!(scene.state.overlay.is_none());
    assert_eq!(scene.state.token().unwrap().name.as_str(), "editor");
    scene.keys("ctrl-r");
    assert_eq!(scene.status_in_front(), Some(200));
    let authorization = scene.last_sent().headers.get("authorization").unwrap();
    assert_eq!(authorization, "Bearer {{token:editor}}");
}

#[test]
fn the_last_row_of_the_list_is_no_token_at_all() {
    let mut scene = Scene::open(WIDE);
    // The list goes round: above its first row is the last.
    scene.keys("ctrl-t up up up up enter ctrl-r");
    assert_eq!(scene.state.builder.auth, Auth::None);
    assert!(!scene.last_sent().headers.has("authorization"));
    assert_eq!(scene.status_in_front(), Some(401));
}

#[test]
fn leaving_the_list_changes_nothing() {
    let mut scene = Scene::open(WIDE);
    let before = scene.state.builder.spec();
    scene.keys("ctrl-t down down esc m down q ctrl-e down esc");
    assert_eq!(scene.state.builder.spec(), before);
    assert_eq!(scene.state.environment, 0);
}

#[test]
fn a_token_does_not_come_along_and_the_first_one_there_is_chosen() {
    let mut scene = Scene::open(WIDE);
    scene.keys("ctrl-e down down enter");
    assert_eq!(scene.state.environment().name, "acme-test");
    let desk = TokenName::new("desk").unwrap();
    assert_eq!(scene.state.builder.auth, Auth::Bearer(desk));
    assert!(scene.notice().contains("acme-test"));
    let names: Vec<_> = scene.state.tokens.iter().map(|t| t.name.as_str()).collect();
    assert_eq!(names, ["desk"]);
}

#[test]
fn tokens_that_arrive_for_an_environment_left_meanwhile_are_dropped() {
    let mut scene = Scene::open(WIDE);
    scene.keys("ctrl-e down enter");
    scene.tell(Message::Tokens {
        environment: "sandbox".to_owned(),
        tokens: Vec::new(),
    });
    assert_eq!(scene.state.tokens.len(), 1);
}

#[test]
fn a_write_to_a_protected_environment_asks_in_the_line_of_messages_and_goes_only_on_y() {
    let mut scene = Scene::open(WIDE);
    scene.keys("ctrl-e down enter");
    let calls = scene.jobs().len();
    let mut write = RequestSpec::new("POST", "/core/runbooks");
    write.body = Body::Text("{}".to_owned());
    scene.send(&write);
    assert_eq!(
        asked(&mut scene),
        "acme-live is protected; nothing was sent.  Send POST /core/runbooks once?"
    );
    let picture = text_of(&scene.picture());
    let mut lines = picture.lines().rev();
    assert_eq!(
        lines.next().unwrap().trim(),
        "Y send once   Esc leave it",
        "{picture}"
    );
    // What it is about stays to be read.
    assert!(picture.contains("403 Forbidden"), "{picture}");
    // No key that is pressed in passing sends it.
    scene.keys("enter y space ctrl-r down");
    assert_eq!(scene.jobs().len(), calls);
    scene.keys("esc");
    assert!(scene.state.overlay.is_none());
    scene.keys("ctrl-r Y");
    assert_eq!(scene.jobs().len(), calls + 1);
    assert_eq!(
        scene.last_sent().url,
        "https://acme-live.example/core/runbooks"
    );
}

#[test]
fn reading_from_a_protected_environment_asks_nothing() {
    let mut scene = Scene::open(WIDE);
    scene.keys("ctrl-e down enter");
    scene.send(&RequestSpec::new("GET", "/core/runbooks"));
    assert!(scene.state.overlay.is_none());
    assert_eq!(scene.jobs().len(), 2);
}

#[test]
fn sending_a_write_again_from_the_history_asks_too() {
    let mut scene = Scene::open(WIDE);
    scene.keys("ctrl-e down enter");
    scene.send(&RequestSpec::new("DELETE", "/core/runbooks/2"));
    scene.keys("down enter");
    let calls = scene.jobs().len();
    scene.state.focus = Pane::History;
    scene.keys("r");
    assert_eq!(scene.jobs().len(), calls);
    assert!(asked(&mut scene).contains("protected"));
}

// Leaving

#[test]
fn esc_closes_the_overlay_then_the_notice_then_stops_the_call() {
    let mut scene = Scene::open(WIDE);
    scene.held = true;
    scene.keys("ctrl-r ctrl-t esc");
    assert!(scene.state.overlay.is_none());
    scene.state.notice = Some(httriage::app::Notice::info("words"));
    scene.keys("esc");
    assert!(scene.state.notice.is_none());
    assert!(cancelled(&scene).is_empty());
    scene.keys("esc");
    assert_eq!(cancelled(&scene), [2]);
}

#[test]
fn esc_stops_the_call_that_is_awaited() {
    let mut scene = Scene::open(WIDE);
    scene.held = true;
    scene.keys("ctrl-r ctrl-r esc");
    assert_eq!(cancelled(&scene), [3]);
}

#[test]
fn quitting_works_by_q_and_by_ctrl_c_from_everywhere() {
    for keys in ["q", "ctrl-c", "ctrl-t ctrl-c", "? ctrl-c", "enter ctrl-c"] {
        let mut scene = Scene::open(WIDE);
        assert!(!asked_to_quit(&scene));
        scene.keys(keys);
        assert!(asked_to_quit(&scene), "{keys}");
    }
    let mut scene = Scene::open(WIDE);
    scene.tell(Message::Ended);
    assert!(asked_to_quit(&scene));
}

#[test]
fn q_closes_a_list_before_it_quits() {
    let mut scene = Scene::open(WIDE);
    scene.beneath_the_line().keys("b q ? q");
    assert!(!asked_to_quit(&scene));
    assert!(scene.state.overlay.is_none());
}

// Typing

#[test]
fn letters_reach_the_field_and_do_not_act_while_editing() {
    let mut scene = Scene::on_call(WIDE);
    scene.keys("ctrl-u").types("q?mdu[]12");
    assert_eq!(scene.state.builder.url.text(), "q?mdu[]12");
    assert!(!asked_to_quit(&scene));
    assert!(scene.state.overlay.is_none());
    scene.keys("backspace esc");
    assert_eq!(scene.state.builder.url.text(), "q?mdu[]1");
    assert!(!scene.state.builder.is_editing());
}

#[test]
fn ctrl_keys_act_while_editing_and_the_field_keeps_the_caret() {
    let mut scene = Scene::on_call(WIDE);
    scene
        .keys("ctrl-u")
        .types("/core/runbooks/7")
        .keys("ctrl-r");
    assert_eq!(scene.status_in_front(), Some(200));
    // Whoever has sent it is done with the line.
    assert!(!scene.state.is_editing());
    scene.keys("backtab backtab ctrl-t");
    assert_eq!(dialog_title(&scene), "Tokens of sandbox");
    scene.keys("esc").types("x");
    assert_eq!(scene.state.builder.url.text(), "/core/runbooks/7x");
}

#[test]
fn tab_indents_in_the_body_and_enter_breaks_the_line() {
    let mut scene = Scene::on_call(WIDE);
    scene.keys("down [ [ enter");
    assert_eq!(scene.state.builder.tab, BuilderTab::Body);
    scene.types("{").keys("enter tab").types("1}");
    let text = scene.state.builder.body.text();
    let (first, second) = text.split_once('\n').unwrap();
    assert_eq!(first, "{");
    assert!(second.starts_with(char::is_whitespace) && second.ends_with("1}"));
    assert_eq!(scene.state.focus, Pane::Request);
}

#[test]
fn tab_goes_to_the_next_pane_and_back() {
    let mut scene = Scene::open(WIDE);
    let mut seen = vec![scene.state.focus];
    for _ in 0..4 {
        scene.keys("tab");
        seen.push(scene.state.focus);
    }
    assert_eq!(
        seen,
        [
            Pane::Response,
            Pane::History,
            Pane::Request,
            Pane::Request,
            Pane::Response
        ]
    );
    scene.keys("backtab");
    assert_eq!(scene.state.focus, Pane::Request);
}

#[test]
fn a_paste_reaches_the_field_that_is_edited_and_nothing_else() {
    let mut scene = Scene::on_call(WIDE);
    scene.keys("down");
    let before = scene.state.builder.spec();
    scene.paste("q").paste("ctrl-r\n");
    assert_eq!(scene.state.builder.spec(), before);
    scene.keys("up ctrl-u").paste("/core/\r\nusers/me\n");
    assert_eq!(scene.state.builder.url.text(), "/core/users/me");
    scene.keys("down [ [ enter").paste("{\r\n}\r\n");
    assert_eq!(scene.state.builder.body.text(), "{\n}\n");
    scene.keys("ctrl-t").paste("x");
    assert_eq!(scene.state.builder.body.text(), "{\n}\n");
}

#[test]
fn rows_are_added_switched_off_removed_and_brought_back() {
    let mut scene = Scene::on_call(WIDE);
    scene.keys("down a").types("page[size] = 5").keys("enter");
    scene.keys("a").types("stage=active").keys("enter");
    let rows = |scene: &Scene| scene.state.builder.spec().params;
    assert_eq!(rows(&scene).len(), 2);
    scene.keys("space");
    assert!(!rows(&scene)[1].enabled);
    scene.keys("up d");
    assert_eq!(rows(&scene)[0].name, "stage");
    scene.keys("u");
    assert_eq!(rows(&scene)[0], Param::new("page[size]", "5"));
    scene.keys("u");
    assert!(scene.notice().contains("Nothing was removed"));
    scene.keys("ctrl-r");
    assert!(scene.last_sent().url.ends_with("?page%5Bsize%5D=5"));
}

#[test]
fn a_row_under_edit_goes_along_and_esc_keeps_it() {
    let mut scene = Scene::on_call(WIDE);
    scene
        .keys("down ] a")
        .types("Core-Url: core-down")
        .keys("ctrl-r");
    assert_eq!(
        scene.last_sent().headers.get("core-url").unwrap(),
        "core-down"
    );
    scene.keys("esc");
    assert_eq!(scene.state.builder.headers.rows.len(), 1);
}

#[test]
fn end_goes_to_the_last_row_even_from_the_url() {
    let mut scene = Scene::on_call(WIDE);
    scene.keys("down");
    for row in ["a=1", "b=2", "c=3"] {
        scene.keys("a").types(row).keys("enter");
    }
    scene.keys("g");
    assert!(scene.state.builder.on_url);
    scene.keys("down G");
    assert!(!scene.state.builder.on_url);
    assert_eq!(scene.state.builder.params.list.cursor, 2);
}

#[test]
fn the_method_is_chosen_from_a_list() {
    let mut scene = Scene::on_call(WIDE);
    scene.keys("alt-m down enter");
    assert_eq!(scene.state.builder.method, "POST");
}

// History

#[test]
fn the_history_expands_folds_loads_and_sends_again() {
    let mut scene = Scene::open(WIDE);
    scene.send(&guided("The same runbook itself opens"));
    scene.state.focus = Pane::History;
    scene.keys("down right");
    assert!(scene.state.history.rows[1].open);
    scene.keys("left");
    assert!(!scene.state.history.rows[1].open);
    scene.keys("space enter");
    assert_eq!(scene.status_in_front(), Some(403));
    assert!(scene.state.builder.url.text().ends_with("/7/tasks"));
    assert_eq!(scene.jobs().len(), 2);
    scene.keys("r");
    assert_eq!(scene.jobs().len(), 3);
    assert_eq!(scene.state.history.rows.len(), 3);
    // The cursor stays on the row it was on, and the open row stays open.
    assert_eq!(scene.state.history.list.cursor, 2);
    assert!(scene.state.history.rows[2].open);
}

#[test]
fn loading_a_call_goes_back_to_its_environment_and_token() {
    let mut scene = Scene::open(WIDE);
    scene.keys("ctrl-e down enter");
    scene.state.focus = Pane::History;
    scene.keys("enter");
    assert_eq!(scene.state.environment().name, "sandbox");
    let support = TokenName::new("support").unwrap();
    assert_eq!(scene.state.builder.auth, Auth::Bearer(support));
    assert!(
        !scene.notice().contains("Choose a token"),
        "{}",
        scene.notice()
    );
}

#[test]
fn an_answer_with_nothing_to_expand_stays_shut() {
    let mut scene = Scene::open(WIDE);
    scene.send(&guided("The same runbook itself opens"));
    scene.state.focus = Pane::History;
    scene.keys("right");
    assert!(!scene.state.history.rows[0].open);
}

#[test]
fn the_empty_history_says_why_nothing_happens() {
    let mut opening = start(WIDE);
    opening.send_first = false;
    let mut scene = Scene::closed(opening);
    scene.state.focus = Pane::History;
    for key in ["r", "enter"] {
        scene.state.notice = None;
        scene.keys(key);
        assert!(scene.notice().contains("No call was made yet"), "{key}");
    }
}

// The answer

#[test]
fn entries_open_and_close_only_where_they_can_be_seen() {
    let mut scene = Scene::open(WIDE);
    scene.state.focus = Pane::Response;
    scene.keys("enter");
    assert!(scene.state.response.open.contains(&0));
    scene.keys("] enter");
    assert!(scene.state.response.open.contains(&0));
    scene.keys("[ enter");
    assert!(scene.state.response.open.is_empty());
}

#[test]
fn the_tab_that_says_most_is_in_front() {
    let mut scene = Scene::open(WIDE);
    assert_eq!(scene.state.response.tab, ResponseTab::Errors);
    scene.send(&guided("The same runbook itself opens"));
    assert_eq!(scene.state.response.tab, ResponseTab::Body);
}

#[test]
fn scrolling_back_from_a_place_that_is_gone_takes_one_key() {
    let mut scene = Scene::open(USUAL);
    scene.draws = true;
    scene.send(&guided("The same runbook itself opens"));
    scene.resize(SMALL).keys("] G");
    let deep = scene.state.response.top;
    scene.resize((80, 40));
    let last = {
        let measured = &scene.state.painted.response;
        measured.lines.saturating_sub(measured.height)
    };
    assert!(last < deep);
    scene.keys("up");
    assert_eq!(scene.state.response.top, last.saturating_sub(1));
}

#[test]
fn the_bodys_cursor_stays_on_the_screen_whatever_its_size() {
    let mut scene = Scene::open(USUAL);
    scene.draws = true;
    scene.outcomes.push(rows(100));
    scene.keys("ctrl-r G");
    let last = scene.state.response.body.cursor;
    assert_eq!(last, 401);
    for size in [SMALL, (80, 40), USUAL, WIDE] {
        scene.resize(size);
        assert!(scene::text_of(&scene.picture()).contains("402  ]"));
    }
    scene.keys("up pageup g");
    assert_eq!(scene.state.response.body.cursor, 0);
    assert!(scene::text_of(&scene.picture()).contains("  1  ["));
}

// Narrow screens

#[test]
fn on_a_narrow_screen_the_answer_comes_to_the_front() {
    for size in [USUAL, SMALL] {
        let mut scene = Scene::open(size);
        assert_eq!(scene.state.focus, Pane::Response);
        scene
            .keys("backtab backtab ctrl-u")
            .types("/core/users/me")
            .keys("ctrl-r");
        assert_eq!(scene.state.focus, Pane::Response);
        assert!(!scene.state.builder.is_editing());
        assert_eq!(scene.status_in_front(), Some(200));
    }
}

#[test]
fn an_answer_does_not_take_the_field_away_from_a_person_who_types() {
    let mut scene = Scene::open(USUAL);
    scene.held = true;
    scene.keys("ctrl-r backtab enter").types("x");
    scene.answer_all();
    assert_eq!(scene.state.focus, Pane::Request);
    assert!(scene.state.builder.is_editing());
}

#[test]
fn resizing_keeps_the_field_the_caret_and_the_focus() {
    let mut scene = Scene::on_call(WIDE);
    scene.keys("left left");
    let caret = scene.state.builder.url.caret();
    for size in [USUAL, SMALL, (1, 1), WIDE] {
        scene.resize(size);
    }
    assert_eq!(scene.state.builder.url.caret(), caret);
    assert!(scene.state.builder.is_editing());
    assert_eq!(scene.state.focus, Pane::Request);
}

// Every action

/// Everything a key may change, as text.
fn facts(scene: &Scene) -> String {
    let builder = &scene.state.builder;
    let fields = (builder.body.caret(), builder.url.caret(), builder.spec());
    format!("{fields:?} {:?} {:?}", scene.state, scene.asked)
}

/// A scene in which an action of this place has something to do.
fn scene_for(action: Action) -> Scene {
    let mut scene = Scene::open(WIDE);
    scene.draws = true;
    scene.send(&guided("Two values are refused"));
    scene.send(&guided("The same runbook itself opens"));
    scene.beneath_the_line();
    for row in ["a=1", "b=2"] {
        scene.keys("a").types(row).keys("enter");
    }
    scene.keys("g down");
    scene.resize((160, 20));
    match action.place() {
        Place::Pane(pane) => scene.state.focus = pane,
        Place::Body => scene.state.focus = Pane::Response,
        Place::Field => {
            scene.state.builder.load(&guided("Two values are refused"));
            scene
                .keys("down [ [ enter")
                .types("ab cd")
                .keys("enter")
                .types("ef gh");
        }
        Place::TextSearch => {
            scene
                .keys("down [ [ enter")
                .types("ab ab")
                .keys("ctrl-f")
                .types("ab");
        }
        Place::Completion => drop(scene.keys("alt-1 ctrl-u").types("/core/us")),
        Place::Dialog => drop(scene.keys("ctrl-t")),
        Place::Setup => {
            scene.keys("alt-e").paste("https://api.acme.example/v2/x");
            if matches!(action, Action::SetupRight | Action::SetupLeft) {
                scene.keys("enter enter enter enter enter");
            }
        }
        Place::Help => drop(scene.keys("?")),
        Place::Manual => {
            scene.keys("f3 /").types("token").keys("enter");
            if matches!(action, Action::ManualOpen) {
                scene.keys("esc");
            }
        }
        Place::Screen(Screen::Explorer) => {}
        Place::Screen(Screen::Matrix) => {
            scene.keys("2");
        }
        Place::Screen(Screen::Sessions) => {
            scene.keys("3");
        }
        Place::Screen(Screen::Tokens) => {
            scene.keys("4");
        }
        Place::Palette => drop(scene.keys("ctrl-p down pagedown")),
        Place::Investigation => {
            scene.send(&start(WIDE).spec);
            scene.resize((160, 8));
            scene.state.focus = Pane::Response;
            scene.keys("i");
        }
        Place::Isolation | Place::When => {
            let mut spec = start(WIDE).spec;
            spec.auth = Auth::Bearer(TokenName::new("admin").unwrap());
            scene.send(&spec);
            spec.headers.push(Param::new("Api-Version", "1999-01-01"));
            scene.send(&spec);
            scene.resize((160, 8));
            scene.state.focus = Pane::Response;
            let is_isolation = action.place() == Place::Isolation;
            scene.keys(if is_isolation { "I" } else { "W" });
        }
        Place::Write => {
            scene.keys("ctrl-e down enter");
            scene.send(&RequestSpec::new("DELETE", "/core/runbooks/2"));
        }
        Place::Page => {
            scene.state.overlay = Some(Overlay::Question(Question::Page {
                url: "https://a.example/on".to_owned(),
            }));
        }
        Place::Host => {
            scene.keys("4 v");
        }
        Place::SignIn => {
            scene.tell(scene::signing_in());
        }
        Place::Pasted => {
            scene.tell(scene::pasted_token("0f7a".repeat(12).as_str(), true));
        }
        Place::Anywhere | Place::Panes => {}
    }
    match action {
        Action::ProbePageUp | Action::IsolatePageUp => drop(scene.keys("pagedown")),
        Action::IsolateDown | Action::WhenDown => drop(scene.keys("up")),
        Action::Back => scene.state.notice = Some(httriage::app::Notice::info("words")),
        Action::Up | Action::PageUp | Action::First => drop(scene.keys("down")),
        Action::FocusRequest => drop(scene.keys("alt-2")),
        Action::SwitchRow | Action::RemoveRow => drop(scene.keys("down")),
        Action::Left => drop(scene.keys("right")),
        Action::Expand => drop(scene.keys("down")),
        Action::Fold => drop(scene.keys("down right")),
        Action::OpenEntry | Action::OpenRemedy => {
            scene.send(&guided("Two values are refused"));
        }
        Action::NextMatch | Action::PreviousMatch => drop(scene.keys("/ \" enter")),
        Action::FieldRedo => drop(scene.keys("ctrl-z")),
        Action::FieldDown | Action::FieldRight | Action::FieldWordRight | Action::FieldEnd => {
            scene.keys("up home");
        }
        Action::CompletionUp => drop(scene.keys("down")),
        Action::UndoHistory => drop(scene.keys("d down enter")),
        Action::ManualUp | Action::ManualPageUp | Action::ManualFirst => {
            scene.keys("G");
        }
        Action::HelpUp | Action::HelpPageUp => drop(scene.keys("down")),
        Action::ShowExplorer => drop(scene.keys("2")),
        Action::MatrixOpen | Action::MatrixRight => drop(scene.keys("r")),
        Action::MatrixLeft => drop(scene.keys("r right")),
        Action::SessionsRecord | Action::SessionsMarkdown | Action::SessionsJunit => {
            scene.keys("enter down r");
        }
        _ => {}
    }
    scene
}

#[test]
fn every_key_of_the_table_does_something_or_is_blocked_with_words() {
    for action in Action::ALL {
        for key in action.default_keys() {
            let mut scene = scene_for(*action);
            let words = blocked(*action, &scene.state);
            let before = facts(&scene);
            scene.keys(key);
            assert!(before != facts(&scene), "{} by {key}", action.id());
            if let Some(words) = words {
                assert!(scene.notice().contains(words), "{}", action.id());
            }
        }
    }
}

#[test]
fn a_blocked_action_says_so_in_a_whole_sentence() {
    let mut alone = start(WIDE);
    alone.environments.truncate(1);
    alone.send_first = false;
    let scene = Scene::closed(alone);
    let mut words = Action::ALL.iter().filter_map(|a| blocked(*a, &scene.state));
    assert!(words.all(|w| w.ends_with('.')));
    assert!(blocked(Action::AddToken, &scene.state).is_some());
}

// The palette

fn found(scene: &Scene) -> Vec<String> {
    match &scene.state.overlay {
        Some(Overlay::Palette(palette)) => {
            let rows = palette.found.iter().map(|found| &palette.rows[found.row]);
            rows.map(|row| format!("{} {}", row.kind, row.label))
                .collect()
        }
        _ => Vec::new(),
    }
}

#[test]
fn the_palette_finds_actions_requests_tokens_environments_and_sessions() {
    for (words, row) in [
        ("save session", "action save to a session"),
        ("runbooks tasks", "request GET /core/runbooks/7/tasks"),
        ("token user-adm", "token user-admin"),
        ("env acme-live", "environment acme-live"),
        ("acme-1234", "session acme-1234"),
    ] {
        let mut scene = Scene::open(WIDE);
        scene.keys("ctrl-p").types(words);
        assert_eq!(found(&scene)[0], row, "{words}");
    }
}

#[test]
fn the_palette_offers_every_action_of_the_table_that_can_be_gone_to() {
    let mut scene = Scene::open(WIDE);
    scene.keys("ctrl-p");
    let Some(Overlay::Palette(palette)) = &scene.state.overlay else {
        panic!("no palette is open");
    };
    let offered = |action: &Action| {
        let rows = palette.rows.iter();
        let mut rows = rows.filter(|row| matches!(row.goal, Goal::Act(_)));
        // Two keys for one thing are one row.
        rows.any(|row| row.label == action.title())
    };
    for action in Action::ALL {
        let wanted = action.place().can_be_gone_to() && *action != Action::OpenPalette;
        assert!(offered(action) || !wanted, "{}", action.id());
    }
    let gone = Action::ALL.iter().filter(|a| !a.place().can_be_gone_to());
    for action in gone {
        let goal = Goal::Act(*action);
        assert!(palette.rows.iter().all(|row| row.goal != goal));
    }
}

#[test]
fn an_action_of_the_body_is_chosen_in_the_palette_from_anywhere() {
    let mut scene = Scene::open(WIDE);
    let search = |scene: &mut Scene| {
        scene.keys("alt-3 ctrl-p").types("search in the body");
        scene.keys("enter");
    };
    // Where there is no body, it says so.
    search(&mut scene);
    assert!(scene.notice().contains("no body in front"));
    assert!(!scene.state.response.is_searching());
    scene.keys("alt-2 ]");
    search(&mut scene);
    assert_eq!(scene.state.focus, Pane::Response);
    assert!(scene.state.response.is_searching());
}

#[test]
fn help_opens_on_the_keys_of_what_is_in_front() {
    for (keys, title) in [
        ("alt-1 down", "Request"),
        ("alt-2", "Response"),
        ("alt-2 ]", "Body of an answer"),
        ("alt-3", "History"),
        ("2", "Matrix"),
        ("3", "Sessions"),
        ("4", "Tokens"),
    ] {
        let mut scene = Scene::open(WIDE);
        scene.keys(keys).keys("?");
        let Some(Overlay::Help(help)) = &scene.state.overlay else {
            panic!("no help is open");
        };
        assert_eq!(help.sections(&scene.state.keymap)[0].0, title, "{keys}");
    }
}

#[test]
fn the_sheet_of_keys_is_searched_by_typing() {
    let mut scene = Scene::open(WIDE);
    scene.keys("alt-3 ? down /").types("JK history");
    let shown = |scene: &Scene| {
        let Some(Overlay::Help(help)) = &scene.state.overlay else {
            panic!("no help is open");
        };
        let sections = help.sections(&scene.state.keymap).into_iter();
        sections.flat_map(|(_, rows)| rows).count()
    };
    assert_eq!(shown(&scene), 0, "no key has both");
    scene.keys("ctrl-u").types("HISTORY filter");
    assert_eq!(shown(&scene), 1);
    scene.keys("enter");
    assert_eq!(
        shown(&scene),
        1,
        "enter neither closes the sheet nor the search"
    );
    scene.keys("esc");
    assert_eq!(shown(&scene), Action::ALL.len());
    scene.keys("esc");
    assert!(scene.state.overlay.is_none());
}

#[test]
fn choosing_in_the_palette_does_what_the_row_says() {
    let mut scene = Scene::open(WIDE);
    scene
        .keys("ctrl-p")
        .types("token admin")
        .keys("enter ctrl-r");
    assert_eq!(scene.status_in_front(), Some(200));
    scene
        .keys("ctrl-p")
        .types("environment acme-test")
        .keys("enter");
    assert_eq!(scene.state.environment().name, "acme-test");
    // An action of a pane acts there, whatever was in focus.
    scene.keys("alt-3 ctrl-p").types("add row").keys("enter");
    assert_eq!(scene.state.focus, Pane::Request);
    assert!(scene.state.builder.is_editing());
    scene
        .keys("esc ctrl-p")
        .types("support sandbox tasks")
        .keys("enter");
    assert_eq!(scene.status_in_front(), Some(403));
    scene.keys("ctrl-p").types("acme-1234").keys("enter");
    assert_eq!(scene.state.screen, Screen::Sessions);
    assert_eq!(scene.state.sessions.step_count(), 4);
}

#[test]
fn an_action_that_is_not_available_stays_in_the_palette_with_its_reason() {
    let mut scene = Scene::open(WIDE);
    scene.keys("ctrl-p").types("undo-history");
    let Some(Overlay::Palette(palette)) = &scene.state.overlay else {
        panic!("the palette is open");
    };
    let reason = blocked(Action::UndoHistory, &scene.state);
    assert_eq!(palette.picked().unwrap().why_not, reason);
    scene.keys("enter");
    assert!(scene.notice().contains("Nothing was forgotten."));
}

#[test]
fn sessions_that_come_after_the_palette_was_left_open_nothing() {
    let mut scene = Scene::open(WIDE);
    scene.held = true;
    scene.keys("ctrl-p esc").answer_all();
    assert!(scene.state.overlay.is_none());
}

#[test]
fn every_action_of_the_panes_can_be_found_in_the_palette() {
    for action in Action::ALL {
        let place = action.place();
        let inside = matches!(place, Place::Anywhere | Place::Panes | Place::Pane(_));
        if inside && *action != Action::OpenPalette {
            let mut scene = Scene::open(WIDE);
            scene.keys("ctrl-p").types(action.title());
            let Some(Overlay::Palette(palette)) = &scene.state.overlay else {
                panic!("the palette is open");
            };
            let mut goals = palette.found.iter().map(|f| &palette.rows[f.row].goal);
            // What has the same words is the same row.
            let found = goals
                .any(|goal| matches!(goal, Goal::Act(found) if found.title() == action.title()));
            assert!(found, "{}", action.id());
        }
    }
}

#[test]
fn a_jump_key_leads_out_of_a_text_and_keeps_what_was_typed() {
    let mut scene = Scene::on_call(WIDE);
    scene.keys("ctrl-u").types("/core/users").keys("alt-3");
    assert_eq!(scene.state.focus, Pane::History);
    assert!(!scene.state.is_editing());
    assert_eq!(scene.state.builder.url.text(), "/core/users");
    scene.keys("alt-2");
    assert_eq!(scene.state.focus, Pane::Response);
}

// The mouse

#[test]
fn a_click_focuses_a_pane_and_selects_a_row_and_the_next_one_opens_it() {
    let mut scene = Scene::drawn(WIDE);
    scene.send(&guided("The same runbook itself opens"));
    scene.send(&guided("Two values are refused"));
    scene.click("+ ▲ 403");
    assert_eq!(scene.state.focus, Pane::History);
    assert_eq!(scene.state.history.list.cursor, 2);
    assert_eq!(scene.status_in_front(), Some(422));
    scene.click("+ ▲ 403");
    assert_eq!(scene.status_in_front(), Some(403));
    assert!(text_of(&scene.picture()).contains("▸ ▲ 403"));
    scene.click("▸ Forbidden");
    assert_eq!(scene.state.focus, Pane::Response);
    scene.click("▸ Forbidden");
    assert!(scene.state.response.open.contains(&0));
}

#[test]
fn a_click_puts_the_cursor_on_a_line_of_the_body_and_the_next_one_folds_it() {
    let mut scene = Scene::drawn(WIDE);
    scene.send(&guided("The same runbook itself opens"));
    scene.click("\"attributes\"");
    assert_eq!(scene.state.focus, Pane::Response);
    let line = scene.state.response.body.cursor;
    assert!(line > 0);
    assert!(text_of(&scene.picture()).contains("\"template_type\""));
    scene.click("\"attributes\"");
    assert_eq!(scene.state.response.body.cursor, line);
    assert!(!text_of(&scene.picture()).contains("\"template_type\""));
}

#[test]
fn a_click_on_a_tab_a_hint_or_the_header_does_what_it_names() {
    let mut scene = Scene::drawn(WIDE);
    scene.click("Headers   Auth");
    assert_eq!(scene.state.builder.tab, BuilderTab::Headers);
    scene.click("Headers   ");
    let body = scene.place_of("Errors 1   Body");
    scene.points(PointerMove::Press, (body.0 + 11, body.1));
    assert_eq!(scene.state.response.tab, ResponseTab::Body);
    scene.click("support ▾");
    assert_eq!(dialog_title(&scene), "Tokens of sandbox");
    scene.click("revoked");
    assert_eq!(scene.state.token().unwrap().name.as_str(), "revoked");
    scene.click("^P find");
    assert!(matches!(scene.state.overlay, Some(Overlay::Palette(_))));
    // Beside it is nothing but the way out.
    scene.points(PointerMove::Press, (1, 5));
    assert!(scene.state.overlay.is_none());
    scene.click("GET ▾");
    assert_eq!(dialog_title(&scene), "Method");
}

#[test]
fn a_click_on_the_url_edits_it_and_a_click_elsewhere_ends_that() {
    let mut scene = Scene::drawn(WIDE);
    scene.click("{{base}}").click("{{base}}");
    assert!(scene.state.builder.is_editing());
    scene.click("{{base}}").types("x");
    assert!(scene.state.builder.url.text().ends_with('x'));
    scene.click("History");
    assert!(!scene.state.is_editing());
    assert_eq!(scene.state.focus, Pane::History);
}

#[test]
fn the_wheel_scrolls_what_is_under_it_and_moves_no_focus() {
    let mut scene = Scene::drawn((160, 20));
    // The advice is opened, and more than fits.
    scene.keys("down enter g");
    let place = scene.place_of("403 Forbidden");
    scene.points(PointerMove::WheelDown, place);
    assert_eq!(scene.state.response.top, 3);
    assert_eq!(scene.state.focus, Pane::Response);
    scene.points(PointerMove::WheelUp, place);
    assert_eq!(scene.state.response.top, 0);
    scene.keys("?").points(PointerMove::WheelDown, (80, 10));
    assert!(matches!(&scene.state.overlay, Some(Overlay::Help(help)) if help.top == 1));
}

#[test]
fn borders_follow_the_pointer_and_the_keys_and_keep_their_place() {
    let mut scene = Scene::drawn(WIDE);
    let corner = scene.place_of(" Response ");
    scene.points(PointerMove::Press, (corner.0 - 4, 20));
    scene.points(PointerMove::Drag, (99, 20));
    scene.points(PointerMove::Release, (99, 20));
    assert_eq!(scene.place_of(" Response "), (105, 5));
    // A drag that began nowhere moves nothing.
    scene.points(PointerMove::Drag, (40, 20));
    assert_eq!(scene.place_of(" Response "), (105, 5));
    let (x, y) = scene.place_of(" History ");
    scene.points(PointerMove::Press, (x + 3, y));
    scene.points(PointerMove::Drag, (x + 3, y + 9));
    scene.points(PointerMove::Release, (x + 3, y + 9));
    let moved = scene.place_of(" History ").1;
    assert!(moved.abs_diff(y + 9) <= 1, "{y} {moved}");
    scene.keys("<");
    assert!(scene.place_of(" Response ").0 < 105);
    // No pane can be closed by it.
    for x in [0, 159] {
        let corner = scene.place_of(" Response ");
        scene.points(PointerMove::Press, (corner.0 - 4, 20));
        scene.points(PointerMove::Drag, (x, 20));
        scene.points(PointerMove::Release, (x, 20));
        let left = scene.place_of(" Response ").0;
        assert!((45..=126).contains(&left), "{left}");
    }
}

#[test]
fn the_mouse_can_be_left_to_the_terminal() {
    let mut scene = Scene::drawn(WIDE);
    assert!(scene.asked.contains(&Effect::UseMouse(true)));
    scene.keys("f8");
    assert_eq!(scene.asked.last(), Some(&Effect::UseMouse(false)));
    let mut without = start(WIDE);
    without.settings.mouse = Some(false);
    let scene = Scene::closed(without);
    assert!(!scene.asked.iter().any(|e| matches!(e, Effect::UseMouse(_))));
}

proptest! {
    // Each case draws forty times.
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn pointing_anywhere_at_any_time_is_survived(
        moves in prop::collection::vec((0..5usize, 0..160u16, 0..48u16), 1..40),
    ) {
        let mut scene = Scene::drawn(WIDE);
        for (what, x, y) in moves {
            let what = [
                PointerMove::Press,
                PointerMove::Drag,
                PointerMove::Release,
                PointerMove::WheelUp,
                PointerMove::WheelDown,
            ][what];
            scene.points(what, (x, y));
        }
    }
}

// The guided tour

#[test]
fn the_tour_goes_through_the_sandbox_from_anywhere_and_waits_where_it_was_left() {
    let mut scene = Scene::drawn(WIDE);
    scene.keys("ctrl-e down down enter");
    assert_eq!(scene.state.environment().name, "acme-test");
    scene.keys("f2 enter");
    assert!(scene.state.environment().sandbox);
    assert_eq!(scene.status_in_front(), Some(401));
    assert!(scene.notice().contains("401 is about who asks. F2 goes on"));
    // Other things may be done in between, and a step may be left out.
    scene.keys("f2 esc ctrl-p esc f2 down enter");
    assert_eq!(scene.status_in_front(), Some(403));
    scene.keys("f2");
    assert_eq!(dialog_title(&scene), "Guided tour  2 of 13");
    scene.keys("enter");
    assert!(scene.notice().contains("unknown everywhere"));
}

#[test]
fn the_tour_covers_the_refusals_that_are_taken_for_each_other() {
    let scene = Scene::open(WIDE);
    let statuses = scene.state.guide.iter();
    let statuses = statuses.filter_map(|step| step.expect.as_ref()?.status);
    let statuses: Vec<u16> = statuses.collect();
    for status in [200, 401, 403, 404, 405, 422, 429, 500, 501, 503] {
        assert!(statuses.contains(&status), "{status}");
    }
}

#[test]
fn a_run_without_the_sandbox_says_why_there_is_no_tour() {
    let mut alone = start(WIDE);
    alone.environments.remove(0);
    let mut scene = Scene::closed(alone);
    scene.keys("f2");
    assert!(scene.notice().contains("The tour goes through the sandbox"));
}

// Is it me or them

#[test]
fn a_host_that_fails_under_every_token_is_blamed_until_it_works() {
    let mut scene = Scene::open(WIDE);
    let down = guided("cannot reach Core behind it");
    scene.send(&down);
    assert!(scene.state.blame.is_none());
    scene.state.builder.auth = Auth::Bearer(TokenName::new("support").unwrap());
    scene.keys("ctrl-r");
    assert!(
        scene
            .notice()
            .contains("Not you: 127.0.0.1:4100 answers 503")
    );
    assert!(scene.notice().contains("(support, viewer)"));
    // It is told once; the history goes on saying it.
    scene.keys("esc ctrl-r");
    assert!(scene.notice().trim().is_empty());
    assert!(scene.state.blame.is_some());
    scene.send(&guided("The same runbook itself opens"));
    assert!(scene.state.blame.is_none());
}

// Any keys at all

fn any_key() -> impl Strategy<Value = Key> {
    let bound: Vec<Key> = Action::ALL
        .iter()
        .flat_map(|action| action.default_keys())
        .filter_map(|key| Key::parse(key))
        .filter(|key| *key != Key::parse("ctrl-c").unwrap())
        .collect();
    let letters = (any::<char>(), any::<bool>(), any::<bool>()).prop_map(|(c, ctrl, alt)| Key {
        code: KeyCode::Char(c),
        ctrl: ctrl && c != 'c',
        alt,
    });
    prop_oneof![4 => prop::sample::select(bound), 1 => letters]
}

fn is_whole(scene: &Scene) -> Result<(), TestCaseError> {
    let state = &scene.state;
    let within = |cursor: usize, len: usize| cursor < len.max(1);
    let builder = &state.builder;
    prop_assert!(within(
        builder.params.list.cursor,
        builder.params.rows.len()
    ));
    prop_assert!(within(
        builder.headers.list.cursor,
        builder.headers.rows.len()
    ));
    prop_assert!(within(state.history.list.cursor, state.history.rows.len()));
    if let Some(shown) = &state.response.shown {
        let cursor = state.response.entries.cursor;
        prop_assert!(within(cursor, shown.errors.entries.len() + 1));
    }
    if let Some(shown) = &state.response.shown {
        let place = &state.response.body;
        let length = shown.body.len();
        let what = (
            place.cursor,
            length,
            shown.filtered.is_some(),
            state.response.tab,
        );
        prop_assert!(within(place.cursor, length), "{what:?}");
        let seen = place.folds.seen(&shown.body, place.cursor);
        prop_assert_eq!(seen, place.cursor);
    }
    if let Some(Overlay::Dialog(dialog)) = &state.overlay {
        prop_assert!(within(dialog.list.cursor, dialog.choices.len()));
    }
    prop_assert!(state.environment < state.environments.len());
    prop_assert!(state.running.len() <= limits::JOBS);
    if let Some(job) = state.response.awaiting {
        prop_assert!(state.running.iter().any(|r| r.job == job));
    }
    if let Some(Editing::Row(_)) = &builder.editing {
        let rows = builder.table().map_or(0, |t| t.rows.len());
        prop_assert!(rows > 0);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, ..ProptestConfig::default() })]

    #[test]
    fn a_thousand_keys_of_any_kind_leave_the_state_whole(
        keys in prop::collection::vec(any_key(), 1000),
        size in prop::sample::select(SIZES.to_vec()),
        held in any::<bool>(),
    ) {
        let mut scene = Scene::open(size);
        scene.held = held;
        for (number, key) in keys.into_iter().enumerate() {
            // Quitting is only asked for, so the keys after it must do no harm either.
            scene.tell(Message::Key(key));
            is_whole(&scene).map_err(|why| TestCaseError::fail(format!("{number} {key:?}: {why}")))?;
            if number % 50 == 0 {
                scene.answer_all();
                scene.picture();
            }
        }
        scene.answer_all();
        prop_assert!(!scene.state.is_busy());
    }

    #[test]
    fn any_text_can_be_pasted_anywhere(text in any::<String>(), keys in r"[\[\]adeuj]{0,6}") {
        let mut scene = Scene::open(WIDE);
        scene.types(&keys).keys("enter").paste(&text);
        scene.picture();
        is_whole(&scene)?;
    }
}

#[test]
fn an_answer_of_any_status_can_be_shown() {
    let mut scene = Scene::open(WIDE);
    for status in [100, 204, 299, 302, 418, 599, 600, 999] {
        scene.outcomes.push(Outcome::Answered(Response {
            status,
            ..Response::default()
        }));
        scene.keys("ctrl-r");
        assert_eq!(scene.status_in_front(), Some(status));
        scene.picture();
    }
}

#[test]
fn keys_between_two_frames_stay_within_the_answer_in_front() {
    let refused = |count: usize| {
        let entry = r#"{"title":"No","detail":"No.","code":"no"}"#;
        let entries = vec![entry; count].join(",");
        Outcome::Answered(Response {
            status: 400,
            headers: [("content-type", "application/json")].into_iter().collect(),
            body: format!("{{\"errors\":[{entries}]}}").into_bytes(),
            ..Response::default()
        })
    };
    for key in ["end", "down", "pagedown"] {
        let mut scene = Scene::open(WIDE);
        scene.outcomes.extend([refused(5), refused(1)]);
        scene.keys("ctrl-r").state.focus = Pane::Response;
        scene.state.response.set_tab(ResponseTab::Errors);
        scene.picture();
        scene.keys("end");
        assert_eq!(scene.state.response.entries.cursor, 5);
        // The second answer is not drawn yet.
        scene.keys("ctrl-r").state.focus = Pane::Response;
        scene.keys(key);
        is_whole(&scene).unwrap_or_else(|why| panic!("{key}: {why}"));
    }
}

/// A body of that many rows, on one line.
fn rows(count: usize) -> Outcome {
    let rows: Vec<_> = (0..count)
        .map(|n| format!("{{\"id\":{n},\"name\":\"row {n}\"}}"))
        .collect();
    Outcome::Answered(Response {
        status: 200,
        headers: [("content-type", "application/json")].into_iter().collect(),
        body: format!("[{}]", rows.join(",")).into_bytes(),
        ..Response::default()
    })
}

#[test]
fn a_large_body_is_shown_by_its_head_until_its_lines_are_found() {
    let mut scene = Scene::open(USUAL);
    scene.held = true;
    scene.outcomes.push(rows(20_000));
    scene.keys("ctrl-r");
    let sent = scene.carry_out_next();
    assert!(matches!(sent, Some(Message::Sent { .. })));
    scene.tell(sent.unwrap());
    let head = scene.state.response.shown.as_ref().unwrap().body.clone();
    assert!(head.is_head() && head.is_indented() && head.len() > 1_000);
    assert!(scene::text_of(&scene.picture()).contains("the rest is being read"));

    scene.answer_all();
    let whole = scene.state.response.shown.as_ref().unwrap().body.clone();
    assert!(!whole.is_head());
    assert_eq!(whole.len(), 20_000 * 4 + 2);
    assert!(!scene::text_of(&scene.picture()).contains("the rest is being read"));
}

#[test]
fn lines_found_for_an_answer_that_is_gone_are_dropped() {
    let mut scene = Scene::open(USUAL);
    scene.held = true;
    scene.outcomes.push(rows(20_000));
    scene.keys("ctrl-r");
    let sent = scene.carry_out_next().unwrap();
    scene.tell(sent);
    let late = scene
        .asked
        .iter()
        .find_map(|effect| match effect {
            Effect::Index { question, .. } => Some(*question),
            _ => None,
        })
        .unwrap();
    scene.answer_all();
    scene.held = false;
    scene.keys("ctrl-r");
    let before = scene.state.response.shown.as_ref().unwrap().body.clone();
    scene.tell(Message::Indexed {
        question: late,
        body: Default::default(),
    });
    let after = &scene.state.response.shown.as_ref().unwrap().body;
    assert_eq!(&before, after);
}

#[test]
fn work_on_a_body_says_how_far_it_is_and_esc_ends_it() {
    let mut scene = Scene::open(USUAL);
    scene.held = true;
    scene.outcomes.push(rows(20_000));
    scene.keys("ctrl-r");
    let sent = scene.carry_out_next().unwrap();
    scene.tell(sent);
    let (question, _) = scene.state.response.reading.unwrap();
    let hundredths = 43;
    scene.tell(Message::Progressed {
        question,
        hundredths,
    });
    let text = |scene: &mut Scene| scene::text_of(&scene.picture());
    assert!(text(&mut scene).contains("the rest is being read: 43 %"));
    scene.keys("esc");
    assert!(scene.asked.contains(&Effect::StopReading(question)));
    assert!(text(&mut scene).contains("this is the beginning; G reads the rest"));
    // What comes all the same comes too late.
    scene.answer_all();
    assert!(scene.state.response.shown.as_ref().unwrap().body.is_head());
    scene.held = false;
    scene.keys("G");
    assert!(!scene.state.response.shown.as_ref().unwrap().body.is_head());
    assert_eq!(scene.state.response.body.cursor, 20_000 * 4 + 1);
}

#[test]
fn another_answer_ends_the_work_on_the_one_before() {
    let mut scene = Scene::open(USUAL);
    scene.held = true;
    scene.outcomes.extend([rows(20_000), rows(2)]);
    scene.keys("ctrl-r");
    let sent = scene.carry_out_next().unwrap();
    scene.tell(sent);
    let (question, _) = scene.state.response.reading.unwrap();
    scene.keys("ctrl-r");
    let send = scene.asked.last().cloned().unwrap();
    let sent = scene.carries_out(send).unwrap();
    scene.tell(sent);
    assert!(scene.asked.contains(&Effect::StopReading(question)));
    assert_eq!(scene.state.response.reading, None);
}

#[test]
fn a_large_answer_that_gives_place_is_let_go_in_the_background() {
    let mut scene = Scene::open(USUAL);
    scene.outcomes.extend([rows(20_000), rows(2)]);
    scene.keys("ctrl-r ctrl-r");
    let let_go = scene.asked.iter().filter_map(|effect| match effect {
        Effect::LetGo(spent) => spent.body.as_ref().map(|body| body.len()),
        _ => None,
    });
    assert_eq!(let_go.collect::<Vec<_>>(), [20_000 * 4 + 2]);
}

#[test]
fn objects_are_folded_and_opened_under_the_cursor() {
    let mut scene = Scene::drawn(WIDE);
    scene.outcomes.push(rows(3));
    scene.keys("ctrl-r").state.focus = Pane::Response;
    let text = |scene: &mut Scene| scene::text_of(&scene.picture());
    scene.keys("down enter");
    assert!(text(&mut scene).contains("2    { … 2 },"));
    assert!(!text(&mut scene).contains("\"id\": 0"));
    scene.keys("down");
    assert_eq!(scene.state.response.body.cursor, 5);
    // From inside, what is around is folded, and the cursor stands on it.
    scene.keys("down space");
    assert_eq!(scene.state.response.body.cursor, 5);
    assert!(!text(&mut scene).contains("\"id\": 1"));
    scene.keys("enter");
    assert!(text(&mut scene).contains("\"id\": 1"));
    scene.keys("z");
    assert!(text(&mut scene).contains("\"id\": 0"));
    scene.keys("z");
    assert_eq!(text(&mut scene).matches("{ … 2 }").count(), 3);
    assert_eq!(scene.state.response.body.cursor, 5);
    scene.keys("g enter");
    assert!(text(&mut scene).contains("1  [ … 3 ]"));
    // Another tab and back, and all is as it was.
    scene.keys("] [");
    assert!(text(&mut scene).contains("1  [ … 3 ]"));
    // In the other views there is nothing to fold.
    scene.keys("v enter");
    assert!(scene.notice().contains("only JSON"));
}

#[test]
fn a_search_counts_steps_and_opens_what_hides_a_match() {
    let mut scene = Scene::drawn(WIDE);
    scene.outcomes.push(rows(30));
    scene.keys("ctrl-r").state.focus = Pane::Response;
    let text = |scene: &mut Scene| scene::text_of(&scene.picture());
    scene.keys("z /").types("row 2");
    assert!(text(&mut scene).contains("1 of 11"), "{}", text(&mut scene));
    assert!(text(&mut scene).contains("\"name\": \"row 2\""));
    scene.keys("enter n n");
    assert!(text(&mut scene).contains("3 of 11"));
    assert!(text(&mut scene).contains("\"name\": \"row 21\""));
    scene.keys("N N N");
    assert!(text(&mut scene).contains("11 of 11"));
    let line = scene.state.response.body.cursor;
    scene.keys("esc");
    assert!(!text(&mut scene).contains("11 of 11"));
    assert_eq!(scene.state.response.body.cursor, line);
    // One that is left while it is typed goes back to where it began.
    scene.keys("/").types("row 1");
    assert_ne!(scene.state.response.body.cursor, line);
    scene.keys("esc");
    assert_eq!(scene.state.response.body.cursor, line);
    assert!(scene.state.response.body.search.is_none());
    scene.keys("/").types("nowhere").keys("enter");
    assert!(text(&mut scene).contains("not found"));
    scene.keys("n");
    assert!(scene.notice().contains("Search for something first"));
}

#[test]
fn a_search_goes_on_in_the_other_views() {
    let mut scene = Scene::drawn(WIDE);
    scene.outcomes.push(rows(3));
    scene.keys("ctrl-r").state.focus = Pane::Response;
    let text = |scene: &mut Scene| scene::text_of(&scene.picture());
    scene.keys("/").types("\"id\": ").keys("enter");
    assert!(text(&mut scene).contains("1 of 3"));
    scene.keys("v");
    assert!(text(&mut scene).contains("not found"));
    scene.keys("esc /").types("row").keys("enter v");
    assert!(text(&mut scene).contains("Body hex"));
    assert!(text(&mut scene).contains("1 of 3"));
}

#[test]
fn outside_the_body_the_same_key_filters_the_history() {
    let mut scene = Scene::drawn(WIDE);
    scene.outcomes.push(rows(3));
    scene.keys("ctrl-r").state.focus = Pane::Response;
    scene.keys("] /");
    assert!(scene.state.history.filtering);
    scene.keys("esc").state.focus = Pane::Response;
    scene.keys("[ /");
    assert!(scene.state.response.is_searching());
}

#[test]
fn a_large_body_is_searched_in_the_background_and_old_answers_are_dropped() {
    let mut scene = Scene::drawn(WIDE);
    scene.outcomes.push(rows(20_000));
    scene.keys("ctrl-r").state.focus = Pane::Response;
    scene.held = true;
    scene.keys("/").types("ro");
    let asked = |scene: &Scene| -> Vec<u64> {
        let asked = scene.asked.iter().filter_map(|effect| match effect {
            Effect::Search { question, .. } => Some(*question),
            _ => None,
        });
        asked.collect()
    };
    let questions = asked(&scene);
    assert_eq!(questions.len(), 2);
    assert!(scene.asked.contains(&Effect::StopReading(questions[0])));
    let early = scene.carry_out_next().unwrap();
    scene.tell(early);
    assert!(!scene.state.response.has_matches());
    let hundredths = 12;
    scene.tell(Message::Progressed {
        question: questions[1],
        hundredths,
    });
    let text = |scene: &mut Scene| scene::text_of(&scene.picture());
    assert!(text(&mut scene).contains("12 %"));
    scene.answer_all();
    assert!(text(&mut scene).contains("1 of 20000"));
    scene.keys("enter N");
    assert!(text(&mut scene).contains("20000 of 20000"));
    assert!(text(&mut scene).contains("row 19999"));
    scene.keys("esc");
    assert!(scene.state.response.body.search.is_none());
}

#[test]
fn a_match_behind_the_head_is_gone_to_once_its_line_is_known() {
    let mut scene = Scene::drawn(WIDE);
    scene.held = true;
    scene.outcomes.push(rows(20_000));
    scene.keys("ctrl-r").state.focus = Pane::Response;
    let sent = scene.carry_out_next().unwrap();
    scene.tell(sent);
    scene.keys("/").types("19999").keys("enter");
    // The searches are answered before the lines are there.
    let index = scene
        .asked
        .iter()
        .position(|e| matches!(e, Effect::Index { .. }));
    assert!(index.is_some());
    let searches: Vec<Effect> = scene
        .asked
        .iter()
        .filter(|e| matches!(e, Effect::Search { .. }))
        .cloned()
        .collect();
    let found = scene.carries_out(searches.last().unwrap().clone()).unwrap();
    scene.tell(found);
    assert!(scene.state.response.shown.as_ref().unwrap().body.is_head());
    scene.answer_all();
    assert!(scene::text_of(&scene.picture()).contains("\"id\": 19999,"));
}

#[test]
fn a_match_far_to_the_right_is_scrolled_to() {
    let mut scene = Scene::drawn(USUAL);
    scene.outcomes.push(Outcome::Answered(Response {
        status: 200,
        body: format!("{}needle{}", "x".repeat(700), "y".repeat(200)).into_bytes(),
        ..Response::default()
    }));
    scene.keys("ctrl-r").state.focus = Pane::Response;
    scene.keys("/").types("needle").keys("enter");
    assert!(scene::text_of(&scene.picture()).contains("xneedley"));
    scene.keys("esc g");
    assert_eq!(scene.state.response.body.left, 0);
}

#[test]
fn the_same_place_is_shown_in_another_view() {
    let mut scene = Scene::drawn(USUAL);
    scene.outcomes.push(rows(20_000));
    scene.keys("ctrl-r").state.focus = Pane::Response;
    scene.keys("G up up up v");
    let text = |scene: &mut Scene| scene::text_of(&scene.picture());
    assert!(text(&mut scene).contains("Body raw"));
    assert!(text(&mut scene).contains("row 19975"));
    scene.keys("v");
    assert!(text(&mut scene).contains("Body hex"));
    scene.keys("v");
    assert!(text(&mut scene).contains("\"id\": 1997"));
}

#[test]
fn a_body_is_read_pretty_raw_and_as_numbers() {
    let mut scene = Scene::open(USUAL);
    scene.outcomes.push(rows(2));
    scene.keys("ctrl-r");
    let text = |scene: &mut Scene| scene::text_of(&scene.picture());
    assert!(text(&mut scene).contains("Body pretty"));
    assert!(text(&mut scene).contains("    \"id\": 0,"));
    scene.keys("v");
    assert!(text(&mut scene).contains("Body raw"));
    assert!(text(&mut scene).contains("[{\"id\":0,\"name\""));
    scene.keys("v");
    assert!(text(&mut scene).contains("Body hex"));
    assert!(text(&mut scene).contains("00000000  5b 7b 22 69"));
    scene.keys("v");
    assert!(text(&mut scene).contains("Body pretty"));

    scene.outcomes.push(Outcome::Answered(Response {
        status: 200,
        body: vec![0x89, b'P', b'N', b'G', 0, 0x1b],
        ..Response::default()
    }));
    scene.keys("ctrl-r");
    assert!(text(&mut scene).contains("Body hex"));
    assert!(text(&mut scene).contains(".PNG.."));
}
