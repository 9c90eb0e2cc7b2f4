//! What a person sees: keys lead to a scene, its picture is compared with the one that was looked
//! at and approved, as text and with a short hash of its colours.

use crate::scene;

use httriage::app::pane::ResponseTab;
use httriage::app::{Message, Overlay, Pane, State};
use httriage::insight::api::knowledge::Knowledge;
use httriage::model::{
    Auth, Cause, Failure, Headers, Outcome, Param, Pause, Progress, RequestSpec, Response,
    StatusClass, Timing, TokenName, is_unsafe,
};
use httriage::ui::Theme;
use ratatui::buffer::Buffer;
use ratatui::style::Color;
use scene::{SIZES, Scene, WIDE, after_ms, draw, guided, start, styles_of, text_of};
use std::time::Duration;

/// Compares the scene at every size; `lead` brings it about at each size anew.
fn looks_like(name: &str, lead: impl Fn(&mut Scene)) {
    for (width, height) in SIZES {
        let mut scene = Scene::drawn((width, height));
        lead(&mut scene);
        let buffer = scene.picture();
        let text = format!("{}styles {}", text_of(&buffer), styles_of(&buffer));
        insta::assert_snapshot!(format!("{name}-{width}x{height}"), text);
    }
}

fn failure() -> Outcome {
    Outcome::Failed(Failure::new(
        Cause::ConnectRefused,
        "Connecting to 127.0.0.1:9 was refused: nothing listens on that port.",
        "Start the server, or correct the port in the URL.",
    ))
}

#[test]
fn the_first_screen_with_its_403() {
    looks_like("first", |_| {});
}

#[test]
fn why_it_was_refused_before_anything_is_sent() {
    looks_like("why", |scene| {
        scene.state.focus = Pane::Response;
        scene.keys("[");
        assert_eq!(scene.state.response.tab, ResponseTab::Why);
    });
}

#[test]
fn an_investigation_that_grows() {
    looks_like("investigation-grows", |scene| {
        scene.halfway = true;
        scene.state.focus = Pane::Response;
        scene.keys("i");
    });
}

#[test]
fn an_investigation_with_its_verdict() {
    looks_like("investigation", |scene| {
        scene.state.focus = Pane::Response;
        scene.keys("i down");
    });
}

/// A refused call, after one that worked, with noise that does not matter.
fn refused_after_one_that_worked(scene: &mut Scene) {
    let call = |token: &str, version: &str, note: &str| {
        let mut spec = RequestSpec::new("GET", "{{base}}/core/runbooks/7/tasks");
        spec.auth = Auth::Bearer(TokenName::new(token).unwrap());
        spec.headers = vec![
            Param::new("Api-Version", version),
            Param::new("X-Note", note),
        ];
        spec
    };
    scene.send(&call("admin", "2022-02-22", "before"));
    scene.send(&call("admin", "1999-01-01", "after"));
    scene.state.focus = Pane::Response;
}

#[test]
fn what_a_refusal_hangs_on_as_it_is_looked_for() {
    looks_like("isolate-grows", |scene| {
        refused_after_one_that_worked(scene);
        scene.halfway = true;
        scene.keys("I");
    });
}

#[test]
fn what_a_refusal_hangs_on() {
    looks_like("isolate", |scene| {
        refused_after_one_that_worked(scene);
        scene.keys("I");
    });
}

#[test]
fn when_a_call_stopped_working() {
    looks_like("when", |scene| {
        refused_after_one_that_worked(scene);
        scene.keys("W");
    });
}

#[test]
fn a_verdict_that_stood_its_test() {
    looks_like("investigation-tested", |scene| {
        scene.state.focus = Pane::Response;
        scene.keys("i x");
    });
}

#[test]
fn the_next_question_by_hand() {
    looks_like("investigation-by-hand", |scene| {
        scene.paste("> GET /core/runbooks/7 HTTP/1.1\n> Host: api.acme.example\n> Authorization: Bearer hidden\n>\n< HTTP/1.1 404 Not Found\n< content-type: application/json\n<\n{\"errors\":[{\"code\":\"not_found\"}]}\n");
        scene.keys("i");
    });
}

#[test]
fn before_the_sandbox_is_up() {
    for size in SIZES {
        let mut scene = Scene::closed(start(size));
        assert!(text_of(&scene.picture()).contains("sandbox"));
    }
}

#[test]
fn an_entry_opened() {
    looks_like("entry-open", |scene| {
        scene.state.focus = Pane::Response;
        scene.keys("enter");
    });
}

#[test]
fn a_404() {
    looks_like("404", |scene| {
        scene.send(&guided("This runbook exists, but support"));
    });
}

#[test]
fn a_422_with_two_errors() {
    looks_like("422", |scene| {
        scene.send(&guided("Two values are refused"));
    });
}

#[test]
fn a_429() {
    looks_like("429", |scene| {
        scene.send(&guided("its whole office"));
    });
}

#[test]
fn a_503_that_came_from_the_gateway() {
    looks_like("503-gateway", |scene| {
        scene.send(&guided("A gateway answers"));
    });
}

#[test]
fn a_call_without_an_answer() {
    looks_like("no-answer", |scene| {
        scene.outcomes.push(failure());
        scene.send(&RequestSpec::new("GET", "http://127.0.0.1:9/x"));
    });
}

#[test]
fn the_body_of_a_200() {
    looks_like("body", |scene| {
        scene.send(&guided("The same runbook itself opens"));
    });
}

#[test]
fn a_body_that_is_folded_and_searched() {
    looks_like("body-search", |scene| {
        scene.send(&guided("The same runbook itself opens"));
        scene.state.focus = Pane::Response;
        scene.keys("z / http enter n");
    });
}

#[test]
fn a_search_that_is_being_typed() {
    looks_like("body-typing", |scene| {
        scene.send(&guided("The same runbook itself opens"));
        scene.state.focus = Pane::Response;
        scene.keys("/ nowhere");
    });
}

#[test]
fn the_results_of_a_filter() {
    looks_like("body-filtered", |scene| {
        scene.send(&guided("The same runbook itself opens"));
        scene.state.focus = Pane::Response;
        scene.keys("|").types(".data | to_entries[] | {key, value}");
        scene.keys("enter z j");
    });
}

#[test]
fn a_filter_with_a_mistake_in_it() {
    looks_like("body-filter-mistake", |scene| {
        scene.send(&guided("The same runbook itself opens"));
        scene.state.focus = Pane::Response;
        scene.keys("|").types(".data | nope").keys("enter");
    });
}

/// Shows a body under this name.
fn body_of(scene: &mut Scene, media_type: &str, body: &[u8]) {
    scene.outcomes.push(Outcome::Answered(Response {
        status: 200,
        reason: "OK".to_owned(),
        headers: Headers::from_iter([("content-type", media_type)]),
        body: body.to_vec(),
        ..Response::default()
    }));
    scene.keys("ctrl-r").state.focus = Pane::Response;
}

#[test]
fn a_body_of_elements() {
    let body = b"<feed xmlns=\"http://acme.example\"><!-- new --><entry id=\"1\"><name>One &amp; two</name><empty/></entry></feed>";
    looks_like("body-xml", |scene| {
        body_of(scene, "application/xml", body);
        scene.keys("j j");
    });
}

#[test]
fn a_table_that_is_scrolled() {
    let rows = (1..=99).map(|number| format!("{number},step {number},\"done, or not\"\n"));
    let body = format!("id,name,note\n{}", rows.collect::<String>());
    looks_like("body-table", |scene| {
        body_of(scene, "text/csv", body.as_bytes());
        scene.keys("G");
    });
}

#[test]
fn a_stream_of_events() {
    let body = b"id: 1\nevent: step\ndata: {\"id\": 7, \"list\": [true]}\n\n: nothing new\n\ndata: [DONE]\n\n";
    looks_like("body-events", |scene| {
        body_of(scene, "text/event-stream", body);
        scene.keys("j j j j");
    });
}

#[test]
fn a_picture_that_can_be_saved() {
    let body = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x01\x40\0\0\0\xc8\x08\x02\0\0\0";
    looks_like("body-picture", |scene| {
        body_of(scene, "image/png", body);
    });
    looks_like("body-picture-save", |scene| {
        body_of(scene, "image/png", body);
        scene.keys("s");
    });
}

#[test]
fn the_headers() {
    looks_like("headers", |scene| {
        scene.state.focus = Pane::Response;
        scene.keys("] ]");
    });
}

#[test]
fn the_guided_tour() {
    looks_like("guide", |scene| {
        scene.keys("f2 enter f2");
    });
}

#[test]
fn a_screen_that_may_be_shown_to_others() {
    looks_like("private", |scene| {
        scene.send(&guided("Two values are refused"));
        scene.keys("f9 esc alt-3");
        let text = text_of(&scene.picture());
        assert!(
            !text.contains("runbooks/7") && !text.contains("·a3"),
            "{text}"
        );
        assert!(text.contains("PRIVATE"), "{text}");
    });
}

#[test]
fn what_is_hidden_on_the_screen_is_sent_whole() {
    let mut scene = Scene::drawn(WIDE);
    scene.keys("f9 ctrl-r");
    assert!(scene.last_sent().url.ends_with("/core/runbooks/7/tasks"));
    scene.keys("f9");
    assert!(text_of(&scene.picture()).contains("/core/runbooks/7/tasks"));
}

#[test]
fn a_strip_of_the_latest_calls_and_whose_fault_it_is() {
    looks_like("blame", |scene| {
        scene.send(&guided("The same runbook itself opens"));
        scene.outcomes.push(failure());
        scene.keys("ctrl-r");
        scene.send(&guided("cannot reach Core behind it"));
        scene.keys("alt-3 esc");
        scene.state.builder.auth = httriage::model::Auth::None;
        scene.outcomes.push(Outcome::Answered(Response {
            status: 502,
            ..Response::default()
        }));
        scene.keys("ctrl-r alt-3 esc");
    });
}

#[test]
fn the_palette_with_what_cannot_be_done_now() {
    looks_like("palette", |scene| {
        scene.keys("ctrl-p").types("bring");
    });
}

#[test]
fn the_palette_before_anything_is_typed() {
    looks_like("palette-open", |scene| {
        scene.keys("ctrl-p");
    });
}

#[test]
fn the_history_with_an_error_expanded() {
    looks_like("history", |scene| {
        scene.send(&guided("The same runbook itself opens"));
        scene.send(&guided("A gateway answers"));
        scene.outcomes.push(failure());
        scene.keys("ctrl-r");
        scene.send(&guided("Two values are refused"));
        scene.state.focus = Pane::History;
        scene.keys("right down right");
    });
}

#[test]
fn the_auth_tab_with_its_tokens() {
    looks_like("auth", |scene| {
        scene.keys("alt-1 down ] ] down");
    });
}

#[test]
fn the_kinds_of_a_body() {
    looks_like("body-kinds", |scene| {
        scene.keys("alt-1 down b");
    });
}

#[test]
fn a_body_of_several_parts() {
    looks_like("body-parts", |scene| {
        scene.paste("curl http://127.0.0.1:4100/core/x -F note=hello -F 'log=@logs/today.txt;type=text/plain' -F off=1");
        scene.keys("esc [ [ down down space up");
    });
}

#[test]
fn a_body_that_is_a_form() {
    looks_like("body-form", |scene| {
        scene.paste("curl http://127.0.0.1:4100/core/x -d 'q=a%20b&page=2'");
        scene.keys("esc [ [ enter");
    });
}

#[test]
fn a_body_that_is_a_file() {
    looks_like("body-file", |scene| {
        scene.paste("curl http://127.0.0.1:4100/core/x --data-binary @export.json");
        scene.keys("esc [ [");
    });
}

#[test]
fn a_url_that_is_being_completed() {
    looks_like("completion", |scene| {
        scene
            .keys("alt-1 ctrl-u")
            .types("{{base}}/core/runb")
            .keys("down");
    });
}

#[test]
fn a_recording_that_was_pasted() {
    looks_like("pasted-recording", |scene| {
        scene.paste("{\"log\":{\"version\":\"1.2\",\"entries\":[{\"startedDateTime\":\"2024-05-12T09:30:00Z\",\"time\":1,\"request\":{\"method\":\"GET\",\"url\":\"https://api.acme.example/core/users\",\"httpVersion\":\"h2\",\"headers\":[{\"name\":\"authorization\",\"value\":\"Bearer harsecret11223344\"}]},\"response\":{\"status\":403,\"statusText\":\"\",\"httpVersion\":\"h2\",\"headers\":[],\"content\":{\"size\":0,\"mimeType\":\"\",\"text\":\"\"}},\"timings\":{\"send\":0,\"wait\":1,\"receive\":1}}]}}");
    });
}

#[test]
fn a_search_in_a_body_that_is_being_typed() {
    looks_like("body-typed-search", |scene| {
        scene.keys("alt-1 down [ [ enter");
        scene.paste("{\n  \"name\": \"one\",\n  \"Names\": [\"two\"]\n}");
        scene.keys("ctrl-f").types("name").keys("enter");
    });
}

#[test]
fn the_notes_of_a_request() {
    looks_like("notes", |scene| {
        scene
            .keys("alt-1 down [ enter")
            .types("ACME-1234: since the release.");
        scene
            .keys("enter")
            .types("Ask who holds the role.")
            .keys("esc");
    });
}

#[test]
fn the_list_of_tokens() {
    looks_like("tokens", |scene| {
        scene.keys("ctrl-t");
    });
}

/// The cells of the saved session under every token.
fn filled(scene: &mut Scene) {
    scene.keys("2 s down enter r right right right");
}

#[test]
fn the_matrix_filled() {
    looks_like("matrix", filled);
}

#[test]
fn the_matrix_with_what_was_last_known() {
    looks_like("matrix-known", |scene| {
        scene.keys("2");
    });
}

#[test]
fn a_session_before_its_run() {
    looks_like("session", |scene| {
        scene.keys("3 tab");
    });
}

#[test]
fn a_session_replayed() {
    looks_like("session-replayed", |scene| {
        scene.keys("3 enter r down");
    });
}

#[test]
fn the_differences_of_a_step() {
    looks_like("session-differences", |scene| {
        scene.sessions[0].1.steps[1].expect = Some(httriage::model::Expectation {
            status: Some(200),
            body: Some("{\"data\":{\"id\":\"7\",\"type\":\"runbook\",\"attributes\":{\"name\":\"Old name\",\"gone\":1}}}".into()),
            ..Default::default()
        });
        scene.keys("3 enter r down enter");
    });
}

#[test]
fn a_step_that_is_refused_now_says_why() {
    looks_like("session-why", |scene| {
        scene.sessions[0].1.steps[0].expect = Some(httriage::model::Expectation {
            status: Some(200),
            ..Default::default()
        });
        scene.keys("3 enter r enter");
    });
}

#[test]
fn the_tokens_and_who_one_is() {
    looks_like("tokens-survey", |scene| {
        scene.keys("4 down w tab");
    });
}

#[test]
fn two_tokens_compared() {
    looks_like("tokens-compared", |scene| {
        scene.keys("4 x x tab");
    });
}

#[test]
fn an_environment_and_its_token_being_defined() {
    looks_like("setup", |scene| {
        scene
            .keys("alt-e")
            .paste("https://api.acme.example/v2/orders?limit=5");
        scene.keys("enter enter enter enter enter enter");
        scene.tell(httriage::app::Message::TypedToken(
            httriage::app::pane::TypedToken {
                count: 24,
                says: vec![
                    (
                        false,
                        "JWT · 812 characters · expires in 52 minutes".to_owned(),
                    ),
                    (true, "the scheme in front of it: taken off".to_owned()),
                ],
            },
        ));
    });
}

#[test]
fn an_answer_that_is_none_to_what_stands_in_the_request() {
    looks_like("not-this-request", |scene| {
        scene.state.builder.auth = httriage::model::Auth::None;
    });
}

#[test]
fn the_call_in_front_about_to_be_saved() {
    looks_like("saving", |scene| {
        scene.keys("ctrl-s");
    });
}

#[test]
fn a_hidden_value_being_typed() {
    looks_like("secret", |scene| {
        scene.keys("4");
        scene.state.overlay = Some(Overlay::Secret(httriage::app::pane::SecretPrompt {
            token: httriage::model::TokenName::new("desk").unwrap(),
            typed: 12,
        }));
    });
}

#[test]
fn a_pasted_command_and_what_was_found_in_it() {
    looks_like("pasted", |scene| {
        scene.paste("curl -k 'https://api.acme.example/core/runbooks?page=2' -H 'Authorization: Bearer abcdef0123456789' --json '{\"name\": \"x\"}'");
    });
}

#[test]
fn a_pasted_answer_and_the_list_of_what_can_be_copied() {
    looks_like("copying", |scene| {
        scene.paste("HTTP/2 404 \r\ncontent-type: application/json\r\nx-request-id: 8f2c-11\r\n\r\n{\"errors\":[{\"code\":\"not_found\",\"title\":\"Not found\"}]}");
        scene.keys("y");
    });
}

#[test]
fn the_sheet_of_keys() {
    looks_like("help", |scene| {
        scene.keys("?");
    });
}

#[test]
fn a_search_among_the_keys() {
    looks_like("help-search", |scene| {
        scene.keys("? /").types("body");
    });
}

#[test]
fn the_url_being_edited() {
    looks_like("editing", |scene| {
        scene.state.focus = Pane::Request;
        scene.keys("left left").types("x");
    });
}

#[test]
fn rows_of_parameters() {
    looks_like("params", |scene| {
        scene.beneath_the_line();
        scene.keys("a").types("page[size] = 5").keys("enter");
        scene.keys("a").types("stage = active").keys("enter space");
    });
}

#[test]
fn an_answer_without_a_body() {
    looks_like("empty", |scene| {
        scene.send(&guided("Archiving a person succeeds"));
    });
}

#[test]
fn a_protected_environment() {
    looks_like("protected", |scene| {
        scene.keys("ctrl-e down enter");
        scene.send(&RequestSpec::new("DELETE", "/core/runbooks/{{runbook}}"));
    });
}

#[test]
fn a_notice_of_trouble() {
    looks_like("notice", |scene| {
        scene.send(&RequestSpec::new("GET", "{{base}}/core/{{missing}}"));
    });
}

#[test]
fn a_running_call() {
    looks_like("running", |scene| {
        scene.held = true;
        scene.keys("ctrl-r");
        scene.tell(Message::Tick {
            now: after_ms(1_234),
            progress: vec![(
                2,
                Progress {
                    received: 40_960,
                    announced: Some(81_920),
                    pause: None,
                },
            )],
        });
    });
}

#[test]
fn the_time_of_a_call() {
    looks_like("timing", |scene| {
        let ms = |number| Some(Duration::from_millis(number));
        scene.outcomes.push(Outcome::Answered(Response {
            status: 200,
            reason: "OK".into(),
            timing: Timing {
                dns: ms(4),
                connect: ms(11),
                tls: ms(23),
                reused: false,
                first_byte: ms(61),
                total: Duration::from_millis(82),
            },
            ..Response::default()
        }));
        scene.keys("ctrl-r");
        scene.state.focus = Pane::Response;
        scene.state.response.tab = ResponseTab::Timing;
    });
}

#[test]
fn two_answers_beside_each_other() {
    looks_like("diff", |scene| {
        scene.send(&guided("The same runbook itself opens"));
        scene.outcomes.push(failure());
        scene.keys("ctrl-r");
        scene.state.focus = Pane::Response;
        scene.keys("c");
    });
}

#[test]
fn a_call_that_waits_to_go_again() {
    looks_like("waiting", |scene| {
        scene.send(&guided("its whole office"));
        scene.state.focus = Pane::Response;
        scene.held = true;
        scene.keys("w");
        let job = scene.state.running[0].job;
        scene.tell(Message::Tick {
            now: after_ms(300),
            progress: vec![(
                job,
                Progress {
                    pause: Some(Pause {
                        left: Duration::from_millis(700),
                        next_try: 1,
                    }),
                    ..Progress::default()
                },
            )],
        });
    });
}

#[test]
fn an_empty_history() {
    for size in SIZES {
        let mut opening = start(size);
        opening.send_first = false;
        let mut scene = Scene::closed(opening);
        scene.state.focus = Pane::History;
        assert!(text_of(&scene.picture()).contains("Every call you make"));
    }
}

// Colours and signs

/// Scenes that between them hold every kind of thing that is drawn.
fn scenes(size: (u16, u16)) -> Vec<Scene> {
    let leads: [fn(&mut Scene); 13] = [
        |_| {},
        |scene| {
            scene.keys("ctrl-t");
        },
        |scene| {
            scene.keys("?");
        },
        |scene| {
            scene.state.focus = Pane::Response;
            scene.keys("enter");
        },
        |scene| {
            scene.state.focus = Pane::Response;
            scene.keys("] ]");
        },
        |scene| {
            scene.state.focus = Pane::Request;
            scene.types("{{missing}}");
        },
        |scene| {
            scene.beneath_the_line();
            scene.keys("a").types("a=1").keys("enter space");
        },
        |scene| {
            scene.send(&guided("Two values are refused"));
            scene.beneath_the_line();
            scene.keys("]");
        },
        |scene| {
            scene.keys("ctrl-e down enter");
            scene.send(&RequestSpec::new("DELETE", "/core/runbooks/2"));
        },
        |scene| {
            scene.outcomes.push(failure());
            scene.keys("ctrl-r").state.focus = Pane::History;
            scene.keys("right");
        },
        |scene| {
            scene.held = true;
            scene.keys("ctrl-r ctrl-r");
            scene.send(&RequestSpec::new("GET", "{{missing}}"));
        },
        |scene| {
            scene.send(&guided("The same runbook itself opens"));
            scene.beneath_the_line();
            scene.keys("] ]");
        },
        |scene| {
            scene.send(&guided("The same runbook itself opens"));
            scene.state.focus = Pane::Response;
            scene.keys("z / name enter n");
        },
    ];
    let led = leads.into_iter().map(|lead| {
        let mut scene = Scene::drawn(size);
        lead(&mut scene);
        scene
    });
    let mut scenes: Vec<Scene> = led.collect();
    for class in [101, 200, 302, 404, 500, 999] {
        let mut scene = Scene::drawn(size);
        scene.outcomes.push(Outcome::Answered(Response {
            status: class,
            ..Response::default()
        }));
        scene.keys("ctrl-r").state.focus = Pane::Response;
        scenes.push(scene);
    }
    scenes
}

#[test]
fn without_colour_no_cell_has_one() {
    for ascii in [false, true] {
        for size in SIZES {
            for mut scene in scenes(size) {
                scene.theme = Theme::new(false, ascii);
                for cell in &scene.picture().content {
                    assert_eq!((cell.fg, cell.bg), (Color::Reset, Color::Reset));
                }
            }
        }
    }
}

#[test]
fn with_ascii_every_sign_of_ours_is_ascii() {
    for size in SIZES {
        for mut scene in scenes(size) {
            scene.theme = Theme::new(true, true);
            let text = text_of(&scene.picture());
            let strange: String = text.chars().filter(|c| !c.is_ascii()).collect();
            assert_eq!(strange, "", "{text}");
        }
    }
}

#[test]
fn the_class_of_an_answer_is_told_by_its_sign_and_its_number() {
    for ascii in [false, true] {
        for size in SIZES {
            for status in [101, 200, 302, 404, 500, 999] {
                let mut scene = Scene::drawn(size);
                scene.theme = Theme::new(false, ascii);
                scene.outcomes.push(Outcome::Answered(Response {
                    status,
                    ..Response::default()
                }));
                scene.keys("ctrl-r");
                let glyph = StatusClass::of(status).glyph(ascii);
                let badge = format!("{glyph} {status}");
                assert!(text_of(&scene.picture()).contains(&badge), "{badge}");
            }
        }
    }
}

// Text from outside

/// Texts that steer a terminal, turn a line round, cannot be seen, or do not fit.
fn hostile() -> Vec<String> {
    let mut texts: Vec<String> = [
        "\u{1b}[2J\u{1b}]0;mine\u{7}",
        "\u{1b}]52;c;cm0gLXJm\u{7}",
        "\u{9b}31m\u{90}q\u{9c}",
        "a\u{202e}txt.exe\u{2066}b\u{2069}\u{200f}",
        "x\u{e0041}\u{e0042}\u{e007f}",
        "one\u{2028}two\u{2029}three\u{85}four",
        "nul\0tab\tback\u{8}del\u{7f}cr\rlf\nend",
        "\u{feff}\u{200b}\u{2060}\u{fff9}\u{fdd0}\u{ffff}\u{180e}",
        "日本語のエラー　全角スペース",
        "👨\u{200d}👩\u{200d}👧 🇩🇪 ❤\u{fe0f} 👍🏽",
    ]
    .map(str::to_owned)
    .to_vec();
    texts.push(format!("a{}b", "\u{301}".repeat(300)));
    texts.push("w".repeat(5_000));
    texts.push("語".repeat(5_000));
    texts.push("long words ".repeat(500));
    texts
}

fn is_clean(buffer: &Buffer, what: &str) {
    for cell in &buffer.content {
        let symbol = cell.symbol();
        assert!(
            !symbol.chars().any(|c| is_unsafe(c) || c == '\n'),
            "{symbol:?} of {what:?}"
        );
        assert!(symbol.chars().count() <= 12, "{symbol:?}");
    }
}

fn is_clean_everywhere(scene: &mut Scene, what: &str) {
    for focus in Pane::ALL {
        scene.state.focus = focus;
        for tab in ResponseTab::ALL {
            scene.state.response.tab = tab;
            is_clean(&scene.picture(), what);
        }
    }
}

#[test]
fn no_answer_steers_the_terminal() {
    for size in SIZES {
        for text in hostile() {
            let json = serde_json::json!({ "errors": [{
                "title": text, "detail": text, "code": text, "status": text,
                "source": { "pointer": text }, "meta": { "a": text }, "links": { "about": text },
            }]});
            let bodies = [
                json.to_string().into_bytes(),
                text.clone().into_bytes(),
                [text.as_bytes(), b"\xff\xfe\xc3"].concat(),
                format!("<html><title>{text}</title><h1>{text}</h1></html>").into_bytes(),
            ];
            for body in bodies {
                let mut scene = Scene::open(size);
                scene.outcomes.push(Outcome::Answered(Response {
                    status: 403,
                    reason: text.clone(),
                    version: "HTTP/1.1".to_owned(),
                    headers: Headers::from_iter([
                        ("content-type", "application/json"),
                        ("x-text", text.as_str()),
                        (text.as_str(), "1"),
                    ]),
                    body,
                    ..Response::default()
                }));
                scene.keys("ctrl-r");
                scene.state.focus = Pane::Response;
                scene.keys("enter").state.focus = Pane::History;
                scene.keys("right");
                is_clean_everywhere(&mut scene, &text);
            }
        }
    }
}

#[test]
fn no_body_of_any_kind_steers_the_terminal() {
    let kinds = [
        "text/html",
        "application/xml",
        "text/csv",
        "text/tab-separated-values",
        "text/event-stream",
        "application/x-ndjson",
        "image/png",
    ];
    for size in SIZES {
        for text in hostile() {
            for media_type in kinds {
                let body = format!(
                    "<a {text}=\"{text}\">{text}</a>\n<!--{text}-->\ndata: {text}\n\n{text},{text}\n"
                );
                let bodies = [body.into_bytes(), [text.as_bytes(), b"\xff\0"].concat()];
                for body in bodies {
                    let mut scene = Scene::drawn(size);
                    body_of(&mut scene, media_type, &body);
                    for keys in ["", "G", "l l", "z", "s"] {
                        is_clean(&scene.keys(keys).picture(), &text);
                    }
                }
            }
        }
    }
}

#[test]
fn no_filter_steers_the_terminal() {
    for size in SIZES {
        for text in hostile() {
            let mut scene = Scene::open(size);
            scene.outcomes.push(Outcome::Answered(Response {
                status: 200,
                body: serde_json::json!({ &text: [text] })
                    .to_string()
                    .into_bytes(),
                ..Response::default()
            }));
            scene.keys("ctrl-r").state.focus = Pane::Response;
            for filter in [".[] | error", ".[]", "keys, nope"] {
                scene.keys("| ctrl-u").types(filter).keys("enter G");
                is_clean(&scene.picture(), &text);
            }
            scene.paste(&text).keys("enter");
            is_clean(&scene.picture(), &text);
        }
    }
}

#[test]
fn no_failure_steers_the_terminal() {
    for size in SIZES {
        for text in hostile() {
            let mut scene = Scene::open(size);
            scene.outcomes.push(Outcome::Failed(Failure {
                partial: Some(Box::new(Response {
                    status: 200,
                    body: text.clone().into_bytes(),
                    body_cut: true,
                    ..Response::default()
                })),
                ..Failure::new(Cause::ConnectRefused, text.clone(), text.clone())
            }));
            scene.keys("ctrl-r").state.focus = Pane::History;
            scene.keys("right");
            is_clean_everywhere(&mut scene, &text);
        }
    }
}

#[test]
fn no_request_steers_the_terminal() {
    for size in SIZES {
        for text in hostile() {
            let mut scene = Scene::open(size);
            let mut spec = RequestSpec::new("GET", format!("{{{{base}}}}/{text}"));
            spec.params = vec![Param::new(text.clone(), text.clone())];
            spec.headers = vec![Param::new(text.clone(), text.clone())];
            spec.body = httriage::model::Body::Text(text.clone());
            scene.send(&spec);
            for keys in ["", "end", "down ]", "enter", "esc ]", "]", "enter"] {
                scene.state.focus = Pane::Request;
                scene.keys(keys);
                is_clean(&scene.picture(), &text);
            }
        }
    }
}

#[test]
fn no_name_from_the_settings_steers_the_terminal() {
    for size in SIZES {
        for text in hostile() {
            let mut opening = start(size);
            for environment in &mut opening.environments {
                environment.name = text.clone();
            }
            opening.environments[1].base_url = text.clone();
            let mut scene = Scene::closed(opening);
            for keys in ["", "ctrl-e", "down enter", "m down enter ctrl-r"] {
                scene.keys(keys);
                is_clean(&scene.picture(), &text);
            }
        }
    }
}

// Every size

#[test]
fn every_size_can_be_drawn_and_twice_gives_the_same() {
    let mut sizes: Vec<(u16, u16)> = Vec::new();
    for width in 1..=50 {
        for height in 1..=20 {
            sizes.push((width, height));
        }
    }
    for side in [59, 60, 61, 79, 119, 120, 121, 200, 300] {
        sizes.extend([(side, 5), (side, 15), (side, 16), (side, 60), (5, side)]);
    }
    for mut scene in scenes(WIDE).into_iter().take(15) {
        for &size in &sizes {
            scene.state.size = size;
            let once = scene.picture();
            assert_eq!((once.area.width, once.area.height), size);
            if (size.0 + size.1) % 5 == 0 {
                assert_eq!(once, scene.picture(), "{size:?}");
            }
        }
    }
}

#[test]
fn drawing_changes_nothing() {
    for scene in scenes(WIDE) {
        let before = facts(&scene.state);
        for size in SIZES {
            draw(&scene.state, &scene.theme, size);
        }
        assert!(before == facts(&scene.state));
    }
}

fn facts(state: &State) -> String {
    format!("{:?} {:?}", state.builder.spec(), state)
}

#[test]
fn a_screen_that_is_too_small_says_so() {
    let mut scene = Scene::open((19, 4));
    assert!(text_of(&scene.picture()).starts_with("Too small"));
}

#[test]
fn even_the_smallest_screen_shows_the_status_and_the_first_error() {
    let mut scene = Scene::drawn(scene::SMALL);
    let text = text_of(&scene.picture());
    for words in ["▲ 403 Forbidden", "forbidden"] {
        assert!(text.contains(words), "{text}");
    }
}

#[test]
fn a_catalogue_that_knows_nothing_leaves_no_gap() {
    let mut scene = Scene::closed(start(WIDE));
    scene.held = false;
    scene.answer_all();
    scene.state.response.shown.as_mut().unwrap().knowledge = Knowledge::default();
    scene.state.response.why = None;
    let text = text_of(&scene.picture());
    assert!(text.contains("does not know status 403"), "{text}");
}

#[test]
fn an_open_overlay_is_drawn_inside_the_screen() {
    for size in [(20, 5), (21, 6), (300, 100)] {
        let mut scene = Scene::open(size);
        scene.keys("ctrl-t");
        assert!(matches!(scene.state.overlay, Some(Overlay::Dialog(_))));
        scene.picture();
        scene.keys("esc ?");
        scene.picture();
    }
}
