//! What follows from keys in the body of an answer: where the cursor is, what is copied of it,
//! and the views that fit what came.

mod scene;

use httriage::app::{Effect, Overlay, Pane};
use httriage::model::{Headers, Outcome, Response};
use scene::{Scene, WIDE, text_of};

/// Shows an answer with this body.
fn answered(size: (u16, u16), media_type: &str, body: &[u8]) -> Scene {
    let mut scene = Scene::drawn(size);
    scene.outcomes.push(Outcome::Answered(Response {
        status: 200,
        reason: "OK".to_owned(),
        version: "HTTP/1.1".to_owned(),
        headers: Headers::from_iter([("content-type", media_type)]),
        body: body.to_vec(),
        ..Response::default()
    }));
    scene.keys("ctrl-r").state.focus = Pane::Response;
    scene
}

fn json(body: &str) -> Scene {
    answered(WIDE, "application/json", body.as_bytes())
}

/// What lies in the clipboard, and what it was said to be.
fn copied(scene: &Scene) -> (&str, &str) {
    match scene.asked.last() {
        Some(Effect::Copy { what, text }) => (what, text),
        other => panic!("{other:?}"),
    }
}

/// The rows of the list in front.
fn rows(scene: &Scene) -> Vec<(&str, &str)> {
    let Some(Overlay::Dialog(dialog)) = &scene.state.overlay else {
        panic!("{:?}", scene.state.overlay)
    };
    let rows = dialog.choices.iter();
    rows.map(|row| (row.label.as_str(), row.note.as_str()))
        .collect()
}

const TREE: &str = r#"{"data":[{"id":"a\u00e4\n"},{"odd name":{"n/m":1.10}}],"end":null}"#;

#[test]
fn the_path_under_the_cursor_is_on_the_screen() {
    let mut scene = json(TREE);
    for (keys, path) in [
        ("", "the whole body"),
        ("j", "data"),
        ("j j", "data › 0 › id"),
        ("j j j j", "data › 1 › \"odd name\" › n/m"),
        ("G", "the whole body"),
    ] {
        let text = text_of(&scene.keys(keys).picture());
        assert!(text.contains(&format!("┃ {path}  ")), "{path}\n{text}");
    }
}

#[test]
fn a_path_that_does_not_fit_loses_its_beginning_and_names_steer_nothing() {
    let deep = format!(
        "{{\"{}\":{{\"a\\u001b[2J\":{{\"end\":1}}}}}}",
        "n".repeat(200)
    );
    let mut scene = answered((80, 24), "application/json", deep.as_bytes());
    let text = text_of(&scene.keys("j j j").picture());
    assert!(text.contains("nn › \"a\\u001b[2J\" › end"), "{text}");
    assert!(text.contains("…n"), "{text}");
}

#[test]
fn the_value_under_the_cursor_is_copied_as_it_was_sent() {
    let mut scene = json(TREE);
    scene.keys("j j j y");
    assert_eq!(
        rows(&scene)[..3],
        [
            ("the value under the cursor", "as sent, without its quotes"),
            ("its path for jq", ".data[0].id"),
            ("its path as JSON Pointer", "/data/0/id"),
        ]
    );
    scene.keys("enter");
    assert_eq!(copied(&scene), ("the value", "a\\u00e4\\n"));
    scene.keys("j j y enter");
    assert_eq!(
        copied(&scene),
        ("the value", "{\"odd name\":{\"n/m\":1.10}}")
    );
    scene.keys("j j y enter");
    assert_eq!(copied(&scene), ("the value", "1.10"));
}

#[test]
fn the_path_is_copied_for_jq_and_as_a_pointer() {
    let mut scene = json(TREE);
    scene.keys("j j j j j j j y down enter");
    assert_eq!(
        copied(&scene),
        ("the path", ".data[1][\"odd name\"][\"n/m\"]")
    );
    scene.keys("y down down enter");
    assert_eq!(copied(&scene), ("the path", "/data/1/odd name/n~1m"));
}

#[test]
fn a_folded_line_stands_for_all_that_is_folded() {
    let mut scene = json(TREE);
    scene.keys("j enter y enter");
    assert_eq!(
        copied(&scene).1,
        "[{\"id\":\"a\\u00e4\\n\"},{\"odd name\":{\"n/m\":1.10}}]"
    );
}

#[test]
fn in_other_tabs_and_views_there_is_no_value_under_the_cursor() {
    let mut scene = json(TREE);
    scene.keys("v y");
    assert_eq!(rows(&scene)[0].0, "the call as curl");
    scene.keys("esc ] y");
    assert_eq!(rows(&scene)[0].0, "the call as curl");
}

#[test]
fn a_value_that_is_no_text_is_not_copied() {
    let mut scene = answered(WIDE, "application/json", b"{\"a\":\"\xff\xfe\"}");
    scene.keys("j y enter");
    assert!(scene.notice().contains("not text"), "{}", scene.notice());
}

#[test]
fn of_a_large_body_only_the_value_is_read() {
    let body = format!("{{\"pad\":\"{}\",\"last\":[7]}}", "x".repeat(9_000_000));
    let mut scene = json(&body);
    scene.keys("G k k k y enter");
    assert_eq!(copied(&scene), ("the value", "[7]"));
}
