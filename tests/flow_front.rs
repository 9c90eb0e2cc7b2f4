//! What is in front says truly what it is: the call of an answer, where the focus is, and what is
//! known of a token.

use crate::scene;

use httriage::app::{Effect, Overlay, Pane};
use httriage::model::{Auth, RequestSpec, TokenName};
use scene::{SIZES, SMALL, Scene, USUAL, WIDE, guided, start, text_of};

fn name(text: &str) -> TokenName {
    TokenName::new(text).unwrap()
}

fn get(path: &str, token: &str) -> RequestSpec {
    RequestSpec {
        auth: Auth::Bearer(name(token)),
        ..RequestSpec::new("GET", format!("{{{{base}}}}{path}"))
    }
}

#[test]
fn the_first_focus_is_the_response_where_there_is_one_and_else_the_call_line() {
    for size in SIZES {
        assert_eq!(Scene::open(size).state.focus, Pane::Response);
        let mut quiet = start(size);
        quiet.send_first = false;
        let mut scene = Scene::closed(quiet);
        scene.held = false;
        scene.answer_all();
        assert!(scene.state.is_on_call());
    }
}

#[test]
fn the_ring_goes_from_the_call_line_over_the_request_and_the_response_to_the_history() {
    for size in SIZES {
        let mut scene = Scene::open(size);
        let mut seen = Vec::new();
        for _ in 0..4 {
            seen.push((scene.state.focus, scene.state.is_on_call()));
            scene.keys("tab");
        }
        let expected = [
            (Pane::Response, false),
            (Pane::History, false),
            (Pane::Request, true),
            (Pane::Request, false),
        ];
        assert_eq!(seen, expected);
        scene.keys("backtab backtab");
        assert!(scene.state.is_on_call());
    }
}

#[test]
fn an_answer_names_its_call_at_every_size() {
    for size in SIZES {
        let mut scene = Scene::open(size);
        let picture = text_of(&scene.picture());
        assert!(picture.contains("GET"), "{picture}");
        assert!(picture.contains("/core/runbooks/7/tasks"), "{picture}");
        if size != SMALL {
            let title = "as support · 02:07:00 ━━";
            let title = if size == WIDE {
                title
            } else {
                "as support · 02:07:00 ──"
            };
            assert!(picture.contains(title), "{picture}");
        }
    }
}

#[test]
fn an_answer_steps_back_when_it_is_none_to_what_stands_in_the_request() {
    for size in SIZES {
        let mut scene = Scene::open(size);
        assert!(!scene.state.is_stale());
        scene.state.builder.auth = Auth::Bearer(name("admin"));
        assert!(scene.state.is_stale());
        let picture = text_of(&scene.picture());
        if size != SMALL {
            assert!(picture.contains(" not this request "), "{picture}");
        }
        assert!(picture.contains("^R sends"), "{picture}");
        assert!(
            picture.contains("to GET /core/runbooks/7/tasks")
                || picture.contains("not this request · GET /core/runbooks/7/tasks"),
            "{picture}"
        );
        // The line that says so is the only one that is not dim.
        let (x, y) = scene.place_of("403 Forbidden");
        let dim = scene.theme.faint().add_modifier;
        assert_eq!(scene.picture()[(x, y)].modifier, dim);
        let (x, y) = scene.place_of("^R sends");
        assert_ne!(scene.picture()[(x, y)].modifier, dim);
        let sent = scene.jobs().len();
        scene.keys("esc");
        assert_eq!(scene.state.builder.auth, Auth::Bearer(name("support")));
        assert!(!scene.state.is_stale());
        assert_eq!(scene.jobs().len(), sent);
    }
}

#[test]
fn another_environment_makes_an_answer_none_of_this_request_and_esc_goes_back_there() {
    let mut scene = Scene::open(WIDE);
    scene.keys("ctrl-e down enter");
    assert_eq!(scene.state.environment().name, "acme-live");
    assert!(scene.state.is_stale());
    scene.keys("esc esc");
    assert_eq!(scene.state.environment().name, "sandbox");
    assert!(!scene.state.is_stale());
    assert_eq!(scene.state.builder.auth, Auth::Bearer(name("support")));
}

#[test]
fn typing_a_url_does_not_hide_the_answer_on_a_small_screen() {
    let mut scene = Scene::open(USUAL);
    scene.keys("tab tab x");
    assert!(scene.state.builder.is_editing());
    let picture = text_of(&scene.picture());
    assert!(picture.contains("403 Forbidden"), "{picture}");
}

#[test]
fn how_a_token_stands_is_what_calls_have_shown_of_it() {
    let mut scene = Scene::open(WIDE);
    scene.send(&get("/core/runbooks", "expired"));
    scene.send(&get("/core/runbooks", "admin"));
    scene.keys("4");
    let picture = text_of(&scene.picture());
    let row = |of: &str| {
        let lines = picture.lines();
        let mut rows = lines.filter(|line| line.trim_start_matches(['▸', ' ']).starts_with(of));
        rows.next().unwrap_or_default().to_owned()
    };
    assert!(row("expired ").contains("▲ refused 02:07"), "{picture}");
    assert!(row("admin ").contains("worked 02:07"), "{picture}");
    assert!(row("support ").contains("▲ refused 02:07"), "{picture}");
    assert!(row("revoked ").contains("never sent"), "{picture}");
    assert!(!picture.contains("looks fine"), "{picture}");
}

#[test]
fn two_tokens_are_compared_by_what_each_got() {
    let mut scene = Scene::open(WIDE);
    scene.send(&get("/core/runbooks/7/tasks", "admin"));
    scene.keys("4").keys("x");
    let place = scene.state.tokens_pane.rows("sandbox");
    let at = place
        .iter()
        .position(|row| row.token.name.as_str() == "support");
    for _ in 1..at.unwrap() {
        scene.keys("down");
    }
    scene.keys("x");
    let picture = text_of(&scene.picture());
    assert!(picture.contains("What each got"), "{picture}");
    assert!(picture.contains("GET /core/runbooks/7/tasks"), "{picture}");
    assert!(picture.contains("403 forbidden"), "{picture}");
    assert!(!picture.contains("alike in all"), "{picture}");
}

#[test]
fn a_paste_of_a_known_value_puts_the_name_in_its_place() {
    use httriage::app::{Message, Pasted};
    let pasted = |scene: &mut Scene| {
        scene.tell(Message::PasteKnown {
            text: Pasted("the-value-of-support".to_owned()),
            named: "{{token:support}}".to_owned(),
        });
    };
    let mut scene = Scene::open(WIDE);
    let url = scene.state.builder.url.text();
    pasted(&mut scene);
    assert_eq!(scene.state.builder.url.text(), url);
    assert!(
        scene.notice().contains("the value of support"),
        "{}",
        scene.notice()
    );
    scene.keys("tab tab end");
    pasted(&mut scene);
    assert_eq!(
        scene.state.builder.url.text(),
        format!("{url}{{{{token:support}}}}")
    );
    assert!(scene.notice().contains("its name stands in its place"));
    // A filter is not filled in, so the name alone stands there.
    scene.keys("esc").keys("/");
    pasted(&mut scene);
    assert_eq!(scene.state.history.filter.text(), "support");
}

#[test]
fn the_name_of_a_session_takes_a_pasted_value_by_its_name() {
    // The name of a session takes a pasted value as its name too.
    use httriage::app::{Message, Pasted};
    let mut scene = Scene::open(WIDE);
    scene.keys("ctrl-s ctrl-u");
    scene.tell(Message::PasteKnown {
        text: Pasted("the-value-of-support".to_owned()),
        named: "{{token:support}}".to_owned(),
    });
    assert!(matches!(scene.state.overlay, Some(Overlay::Prompt(_))));
    scene.keys("enter");
    let session = scene.asked.iter().rev().find_map(|effect| match effect {
        Effect::WriteSession { session, .. } => Some(session.name.clone()),
        _ => None,
    });
    assert_eq!(session.as_deref(), Some("support"));
}

#[test]
fn a_401_without_a_token_never_says_that_the_token_was_not_accepted() {
    let mut scene = Scene::open(WIDE);
    let mut spec = get("/core/runbooks", "support");
    spec.auth = Auth::None;
    scene.send(&spec);
    scene.keys("enter");
    let picture = text_of(&scene.picture());
    assert!(
        picture.contains("No token arrived where the API looks for it."),
        "{picture}"
    );
    assert!(!picture.contains("was not accepted"), "{picture}");
}

#[test]
fn the_last_lesson_of_the_tour_and_its_answer_say_the_same() {
    let mut scene = Scene::open(WIDE);
    scene.send(&scene::guided("HTML"));
    let picture = text_of(&scene.picture());
    assert!(
        picture.contains("A gateway in front of the API failed."),
        "{picture}"
    );
    assert!(!picture.contains("could not connect to Core"), "{picture}");
}

#[test]
fn a_tab_counts_all_errors_that_came() {
    use httriage::model::{Outcome, Response};
    let mut scene = Scene::open(WIDE);
    let one = r#"{"code":"a","title":"A","source":{"pointer":"/data/attributes/name"}}"#;
    let body = format!("{{\"errors\":[{}]}}", vec![one; 300].join(","));
    scene.outcomes = vec![Outcome::Answered(Response {
        status: 422,
        body: body.into_bytes(),
        ..Response::default()
    })];
    scene.send(&get("/core/runbooks", "support"));
    let picture = text_of(&scene.picture());
    assert!(picture.contains("Errors 300"), "{picture}");
    assert!(
        picture.contains("title   detail   field   code"),
        "{picture}"
    );
    assert!(picture.contains("A       –        name    a"), "{picture}");
}

// The call line

#[test]
fn the_call_line_is_typed_into_at_once_and_enter_sends() {
    for size in SIZES {
        let mut scene = Scene::on_call(size);
        let before = scene.jobs().len();
        scene.types("/core/users/me");
        assert_eq!(scene.state.builder.url.text(), "{{base}}/core/users/me");
        scene.keys("enter");
        assert_eq!(scene.jobs().len(), before + 1);
        assert!(scene.last_sent().url.ends_with("/core/users/me"));
        assert_eq!(scene.state.focus, Pane::Response);
        // Whoever has not typed anything sends what stands there.
        scene.keys("backtab backtab enter");
        assert_eq!(scene.jobs().len(), before + 2);
    }
}

#[test]
fn letters_on_the_call_line_are_text_and_other_keys_still_act() {
    let mut scene = Scene::on_call(WIDE);
    scene.types("q?m1[k");
    assert!(scene.state.builder.url.text().ends_with("q?m1[k"));
    assert!(!scene.asked.contains(&Effect::Quit));
    scene.keys("tab");
    assert!(!scene.state.is_editing() && !scene.state.is_on_call());
    assert_eq!(scene.state.focus, Pane::Request);
    scene.keys("backtab down");
    assert!(!scene.state.is_on_call());
    // Back up the line is typed into again.
    scene.keys("up z backspace home").types("x");
    assert!(scene.state.builder.url.text().starts_with("x{{base}}"));
    scene.keys("f1");
    assert!(matches!(scene.state.overlay, Some(Overlay::Help(_))));
    scene.keys("esc").types("y");
    assert!(scene.state.builder.url.text().starts_with("xy{{base}}"));
    scene.keys("ctrl-t");
    assert!(matches!(scene.state.overlay, Some(Overlay::Dialog(_))));
    scene.keys("esc alt-m down enter");
    assert_eq!(scene.state.builder.method, "POST");
    scene.keys("esc");
    assert_eq!(scene.state.focus, Pane::Response);
}

#[test]
fn esc_leaves_the_call_line_for_the_response_or_the_rest_of_the_request() {
    let mut scene = Scene::on_call(WIDE);
    scene.keys("esc");
    assert_eq!(scene.state.focus, Pane::Response);
    let mut quiet = start(WIDE);
    quiet.send_first = false;
    let mut scene = Scene::closed(quiet);
    scene.held = false;
    scene.answer_all();
    scene.types("x").keys("esc");
    assert_eq!(scene.state.focus, Pane::Request);
    assert!(!scene.state.is_on_call());
    // There letters act.
    scene.keys("2");
    assert_eq!(
        scene.state.builder.url.text(),
        "{{base}}/core/runbooks/7/tasksx"
    );
    assert_ne!(scene.state.screen, httriage::app::Screen::Explorer);
}

#[test]
fn a_path_a_whole_url_or_a_method_that_is_typed_takes_its_place() {
    let mut scene = Scene::on_call(WIDE);
    let url = |scene: &Scene| scene.state.builder.url.text();
    scene.types("POST /core/runbooks");
    assert_eq!(scene.state.builder.method, "POST");
    assert_eq!(url(&scene), "{{base}}/core/runbooks");
    // What was replaced comes back.
    scene.keys("alt-2 alt-1").types("/x");
    assert_eq!(url(&scene), "{{base}}/x");
    scene.keys("ctrl-z ctrl-z ctrl-z ctrl-z");
    assert_eq!(url(&scene), "{{base}}/core/runbooks");
    scene.keys("alt-2 alt-1").types("?a=1");
    assert_eq!(url(&scene), "{{base}}/core/runbooks?a=1");
    scene.keys("alt-2 alt-1").types("https://a.example/x");
    assert_eq!(url(&scene), "https://a.example/x");
    scene.keys("alt-2 alt-1").types("/y");
    assert_eq!(url(&scene), "https://a.example/y");
    scene.keys("ctrl-u").types("delete b");
    assert_eq!(scene.state.builder.method, "DELETE");
    assert_eq!(url(&scene), "b");
}

#[test]
fn a_pasted_url_is_what_the_next_send_sends() {
    for keys in ["", "x", "tab tab tab", "tab"] {
        let mut scene = Scene::on_call(WIDE);
        scene.keys(keys);
        scene.paste(&format!("{}/core/users/me\n", scene::BASE));
        scene.keys("ctrl-r");
        let url = &scene.last_sent().url;
        assert_eq!(*url, format!("{}/core/users/me", scene::BASE), "{keys}");
    }
    // In a query it is a value.
    let mut scene = Scene::on_call(WIDE);
    scene.types("?next=").paste("https://a.example/x");
    let url = scene.state.builder.url.text();
    assert_eq!(
        url,
        "{{base}}/core/runbooks/7/tasks?next=https://a.example/x"
    );
    // A path replaces the one that stands there, and words are no URL.
    let mut scene = Scene::on_call(WIDE);
    scene.paste("/core/users").paste("two words");
    assert_eq!(
        scene.state.builder.url.text(),
        "{{base}}/core/userstwo words"
    );
    let mut scene = Scene::on_call(WIDE);
    scene.paste("two words");
    assert!(scene.notice().contains("is words"), "{}", scene.notice());
}

#[test]
fn the_keys_shown_on_the_call_line_work_there() {
    for size in SIZES {
        let mut scene = Scene::on_call(size);
        let picture = text_of(&scene.picture());
        let footer = picture.lines().last().unwrap();
        assert!(footer.contains("Enter send"), "{picture}");
        if size == WIDE {
            for hint in ["Tab pane", "Alt-m method", "Esc leave", "F1"] {
                assert!(footer.contains(hint), "{hint}: {picture}");
            }
        }
        assert!(!footer.contains("q quit"), "{picture}");
    }
}

#[test]
fn help_can_be_had_while_one_types_and_gives_the_field_back() {
    for (keys, typed) in [("/", "404"), ("ctrl-p", "tok"), ("alt-e", "https")] {
        let mut scene = Scene::open(USUAL);
        scene.keys(keys).types(typed).keys("f1");
        assert!(
            matches!(scene.state.overlay, Some(Overlay::Help(_))),
            "{keys}"
        );
        scene.keys("esc");
        assert_eq!(scene.state.field().unwrap().text(), typed, "{keys}");
    }
}

#[test]
fn enter_on_a_call_that_nobody_wrote_goes_into_the_line_and_says_what_a_second_one_sends() {
    for size in SIZES {
        let mut quiet = start(size);
        quiet.send_first = false;
        quiet.environment = 2;
        quiet.spec = RequestSpec::new("DELETE", "{{base}}/orders/7");
        let mut scene = Scene::closed(quiet);
        scene.held = false;
        scene.answer_all();
        let picture = text_of(&scene.picture());
        assert!(
            picture.contains("Enter type here") || size == SMALL,
            "{picture}"
        );
        scene.keys("enter");
        assert!(scene.jobs().is_empty());
        assert!(scene.state.is_editing());
        assert!(
            scene
                .notice()
                .contains("Enter again sends DELETE {{base}}/orders/7"),
            "{}",
            scene.notice()
        );
        scene.keys("enter");
        assert_eq!(scene.jobs().len(), 1);
    }
}

#[test]
fn a_pasted_command_and_a_call_of_the_history_ask_and_a_typed_or_pasted_url_does_not() {
    let mut scene = Scene::open(WIDE);
    scene.paste("curl -X DELETE https://acme-test.example/orders/7");
    scene.keys("alt-1");
    let sent = scene.jobs().len();
    // The caret alone does not make it one's own.
    scene.keys("left enter");
    assert_eq!(scene.jobs().len(), sent);
    assert!(
        scene.notice().contains("Enter again sends DELETE"),
        "{}",
        scene.notice()
    );

    let mut scene = Scene::open(WIDE);
    scene.keys("tab enter tab tab alt-1");
    let sent = scene.jobs().len();
    scene.keys("enter");
    assert_eq!(scene.jobs().len(), sent);

    for typed in [true, false] {
        let mut scene = Scene::open(WIDE);
        scene.keys("alt-1");
        let sent = scene.jobs().len();
        if typed {
            scene.types("/core/runbooks/8")
        } else {
            scene.paste("https://acme-test.example/orders")
        };
        scene.keys("enter");
        assert_eq!(scene.jobs().len(), sent + 1);
    }
}

#[test]
fn what_writes_goes_nowhere_with_the_first_key_and_a_call_that_was_sent_goes_again() {
    let mut scene = Scene::open(WIDE);
    scene.paste("curl -X POST https://acme-test.example/orders -d a=1");
    let sent = scene.jobs().len();
    scene.keys("ctrl-r");
    assert_eq!(scene.jobs().len(), sent + 1);
    scene.keys("alt-1 enter");
    assert_eq!(scene.jobs().len(), sent + 2);
}

#[test]
fn the_body_in_front_is_saved_with_the_history_in_focus_too() {
    for size in [WIDE, USUAL] {
        let mut scene = Scene::open(size);
        scene.send(&guided("The same runbook itself opens"));
        scene.keys("alt-2");
        assert!(scene.state.reads_body());
        for pane in ["alt-3", "alt-1 tab backtab backtab"] {
            scene.keys(pane).keys("s");
            assert!(scene.state.overlay.is_some(), "{pane}");
            scene.keys("esc");
        }
        scene.keys("alt-3 o");
        assert!(!scene.notice().is_empty());
    }
}
