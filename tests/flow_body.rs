//! What follows from keys in the body of an answer: where the cursor is, what is copied of it,
//! and the views that fit what came.

use crate::scene;

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
    scene.state.notice = None;
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
        assert!(text.contains(&format!("      {path}\n")), "{path}\n{text}");
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
fn on_the_outermost_line_the_body_is_what_is_copied_first() {
    let mut scene = json(TREE);
    scene.keys("y");
    assert_eq!(rows(&scene)[0].0, "the value under the cursor");
    scene.keys("enter");
    assert_eq!(copied(&scene), ("the body", TREE));
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

// Filters

const LIST: &str = r#"{"data":[{"id":1,"ok":true},{"id":2,"ok":false},{"id":30,"ok":true}]}"#;

fn lines_of(scene: &Scene) -> Vec<String> {
    let shown = scene.state.response.shown.as_ref().unwrap();
    let lines = (0..shown.body.len()).map(|line| shown.body.line(shown.bytes(), line));
    lines.map(|line| line.into_owned()).collect()
}

fn asked_filters(scene: &Scene) -> Vec<&str> {
    let filters = scene.asked.iter().filter_map(|effect| match effect {
        Effect::Jq { filter, .. } => Some(filter.as_str()),
        _ => None,
    });
    filters.collect()
}

#[test]
fn a_filter_takes_the_place_of_the_body_and_esc_brings_it_back() {
    let mut scene = json(LIST);
    scene.keys("j j j j |").types(".data[].id").keys("enter");
    assert_eq!(lines_of(&scene), ["1", "2", "30"]);
    let text = text_of(&scene.picture());
    assert!(text.contains("filter .data[].id · 3 results"), "{text}");
    assert!(text.contains("Esc shows the whole body"), "{text}");
    assert!(text_of(&scene.keys("G").picture()).contains("      #3\n"));
    scene.keys("esc");
    assert_eq!(lines_of(&scene).len(), 16);
    // Where the person was.
    assert_eq!(scene.state.response.path().unwrap().pointer(), "/data/0/ok");
}

#[test]
fn an_empty_filter_brings_the_whole_body_back() {
    let mut scene = json(LIST);
    scene.keys(":").types(".data").keys("enter");
    assert_eq!(lines_of(&scene).len(), 14);
    scene.keys(": ctrl-u enter");
    assert_eq!(lines_of(&scene).len(), 16);
    assert!(!scene.state.is_editing());
}

#[test]
fn a_mistake_keeps_the_line_open_and_says_where() {
    let mut scene = json(LIST);
    scene.keys("|").types(".data | nope").keys("enter");
    let text = text_of(&scene.picture());
    assert!(
        text.contains("In column 9 of the filter, there is no filter nope."),
        "{text}"
    );
    assert!(text.contains("jq .data | nope"), "{text}");
    assert!(scene.state.is_editing());
    scene.keys("ctrl-u").types(".data|length").keys("enter");
    assert_eq!(lines_of(&scene), ["3"]);
}

#[test]
fn earlier_filters_come_back_with_the_arrows_also_for_another_answer() {
    let mut scene = json(LIST);
    scene
        .keys("|")
        .types(".data")
        .keys("enter |")
        .keys("ctrl-u")
        .types(".data[0]")
        .keys("enter");
    scene.keys("ctrl-r").state.focus = Pane::Response;
    assert!(!scene.state.response.is_filtered());
    scene.outcomes.push(Outcome::Answered(Response {
        status: 200,
        body: LIST.as_bytes().to_vec(),
        ..Response::default()
    }));
    scene.keys("ctrl-r").state.focus = Pane::Response;
    scene.keys("| up up down up enter");
    assert_eq!(asked_filters(&scene), [".data", ".data[0]", ".data"]);
    assert_eq!(lines_of(&scene).len(), 14);
}

#[test]
fn results_are_folded_searched_and_copied_like_a_body() {
    let mut scene = json(LIST);
    scene.keys("|").types(".data[]").keys("enter");
    scene.keys("z");
    let text = text_of(&scene.picture());
    assert!(text.contains("{ … 2 }"), "{text}");
    scene.keys("z / 30 enter");
    assert_eq!(scene.state.response.path().unwrap().crumbs(" "), "#3 id");
    scene.keys("esc y");
    assert_eq!(
        rows(&scene)[..4],
        [
            ("the value under the cursor", "as sent"),
            ("its path for jq", ".id"),
            ("its path as JSON Pointer", "/id"),
            ("all that the filter found", "3 results of .data[]"),
        ]
    );
    scene.keys("down down down enter");
    let all = "{\"id\":1,\"ok\":true}\n{\"id\":2,\"ok\":false}\n{\"id\":30,\"ok\":true}\n";
    assert_eq!(copied(&scene), ("what the filter found", all));
    scene.keys("v");
    assert_eq!(lines_of(&scene), all.lines().collect::<Vec<_>>());
    scene.keys("v");
    assert!(lines_of(&scene)[0].starts_with("00000000  7b 22"));
    scene.keys("esc esc");
    assert_eq!(lines_of(&scene).len(), 16);
}

#[test]
fn esc_ends_a_filter_that_runs_and_its_late_answer_counts_for_nothing() {
    let mut scene = json(LIST);
    scene.held = true;
    scene.keys("|").types(".data").keys("enter");
    let text = text_of(&scene.picture());
    assert!(text.contains("runs; Esc ends it"), "{text}");
    let late = scene.carry_out_next();
    scene.keys("esc");
    assert!(matches!(scene.asked.last(), Some(Effect::StopReading(_))));
    scene.tell(late.unwrap());
    assert_eq!(lines_of(&scene).len(), 16);
    assert!(!scene.state.is_editing());
}

#[test]
fn a_new_answer_puts_the_filter_away() {
    let mut scene = json(LIST);
    scene.keys("|").types(".data").keys("enter");
    assert!(scene.state.response.is_filtered());
    scene.keys("ctrl-r");
    assert!(!scene.state.response.is_filtered());
}

#[test]
fn nothing_found_and_no_body_are_said_in_words() {
    let mut scene = json(LIST);
    scene
        .keys("|")
        .types(".data[]|select(.id>99)")
        .keys("enter");
    let text = text_of(&scene.picture());
    assert!(text.contains("· 0 results"), "{text}");
    assert!(
        text.contains("The filter finds nothing in this body."),
        "{text}"
    );
    let mut scene = answered(WIDE, "application/json", b"");
    scene.keys("|");
    assert!(!scene.state.is_editing());
}

#[test]
fn a_text_that_is_no_json_says_so_to_a_filter() {
    let mut scene = answered(WIDE, "text/plain", b"hello");
    scene.keys("|").types(".").keys("enter");
    assert!(text_of(&scene.picture()).contains("The body is not JSON"));
}

// Views that fit

#[test]
fn xml_and_html_are_indented_folded_and_broken_xml_says_where() {
    let feed = b"<feed><entry id=\"1\"><name>One</name></entry><entry/></feed>";
    let mut scene = answered(WIDE, "application/atom+xml", feed);
    assert_eq!(
        lines_of(&scene),
        [
            "<feed>",
            "  <entry id=\"1\">",
            "    <name>One</name>",
            "  </entry>",
            "  <entry/>",
            "</feed>"
        ]
    );
    let text = text_of(&scene.keys("j enter").picture());
    assert!(text.contains("<entry id=\"1\"> … 1 </entry>"), "{text}");
    assert!(text.contains("      feed › entry\n"), "{text}");
    scene.keys("enter j y enter");
    assert_eq!(copied(&scene), ("the path", "/feed/entry/name"));
    scene.keys("esc");
    scene.keys("v");
    assert_eq!(lines_of(&scene), [String::from_utf8_lossy(feed)]);
    let mut scene = answered(WIDE, "text/xml", b"<a>\n<b></a>");
    let text = text_of(&scene.picture());
    let says = "Not shown as XML: in line 2, column 4, an end tag has no start tag.";
    assert!(text.contains(says), "{text}");
}

#[test]
fn the_names_of_the_columns_stay_in_sight() {
    let mut rows = "id,name\n".to_owned();
    (0..200).for_each(|number| rows.push_str(&format!("{number},n{number}\n")));
    let mut scene = answered((80, 24), "text/csv", rows.as_bytes());
    assert_eq!(lines_of(&scene)[1], "0    n0");
    let text = text_of(&scene.keys("G").picture());
    assert!(
        text.contains("id   name") && text.contains("199  n199"),
        "{text}"
    );
    scene.keys("g");
    assert_eq!(text_of(&scene.picture()).matches("id   name").count(), 1);
}

#[test]
fn values_on_lines_and_events_have_numbers() {
    let mut scene = answered(WIDE, "application/x-ndjson", b"{\"a\":1}\n{\"a\":[2]}\n");
    scene.keys("j j j j j");
    assert_eq!(scene.state.response.path().unwrap().crumbs(" "), "#2 a 0");
    scene.keys("|").types(".a").keys("enter");
    assert_eq!(lines_of(&scene), ["1", "[", "  2", "]"]);
    let stream = b"event: token\ndata: {\"t\": \"x\"}\n\ndata: [DONE]\n\n";
    let mut scene = answered(WIDE, "text/event-stream", stream);
    let text = text_of(&scene.keys("j j j").picture());
    assert!(
        text.contains("#1 event: token") && text.contains("      #1 › t\n"),
        "{text}"
    );
    assert!(text.contains("#2 data: [DONE]"), "{text}");
    // An event is found by its number too.
    let text = text_of(&scene.keys("/").types("#2").keys("enter").picture());
    assert!(text.contains("/ #2") && text.contains("event"), "{text}");
    let path = scene.state.response.path().unwrap();
    assert_eq!(path.crumbs(" "), "#2");
    scene.keys("esc g j j j");
    scene.keys("y");
    assert_eq!(rows(&scene)[1], ("its path for jq", ".t"));
    scene.keys("esc G y");
    assert_eq!(rows(&scene)[0].0, "the call as curl");
}

#[test]
fn a_large_body_of_every_kind_is_arranged_behind_the_persons_back() {
    let many = 300_000;
    for (media_type, body, shown) in [
        (
            "application/xml",
            format!("<r>{}</r>", "<a>1</a>".repeat(many)),
            many + 2,
        ),
        (
            "text/html",
            format!("<html>{}", "<p>x".repeat(many)),
            2 * many + 1,
        ),
        ("text/csv", "1,2\n".repeat(many), many),
        ("text/event-stream", "data: 1\n\n".repeat(many), many),
        ("application/x-ndjson", "{}\n".repeat(many), many),
    ] {
        let mut scene = answered(WIDE, "text/plain", b"");
        scene.held = true;
        scene.outcomes.push(Outcome::Answered(Response {
            status: 200,
            headers: Headers::from_iter([("content-type", media_type)]),
            body: body.into_bytes(),
            ..Response::default()
        }));
        scene.keys("ctrl-r");
        let sent = scene.carry_out_next().unwrap();
        scene.tell(sent);
        assert!(scene.state.response.shown.as_ref().unwrap().body.is_head());
        scene.held = false;
        scene.answer_all();
        let text = scene.state.response.shown.as_ref().unwrap().body.clone();
        assert!(!text.is_head());
        assert_eq!(
            (text.len(), text.view()),
            (shown, httriage::insight::View::Pretty)
        );
    }
}

// Saving

const PICTURE: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x01\x40\0\0\0\xc8\x08\x02\0\0\0";

#[test]
fn a_picture_says_how_large_it_is_and_is_opened_only_once_it_is_saved() {
    let mut scene = answered(WIDE, "image/png", PICTURE);
    let text = text_of(&scene.picture());
    assert!(
        text.contains("PNG picture, 320 × 200, 29 B  s saves it to a file"),
        "{text}"
    );
    scene.keys("o");
    assert!(
        scene.notice().contains("not saved yet"),
        "{}",
        scene.notice()
    );
    scene.keys("s enter");
    let saves = scene.asked.iter().find_map(|effect| match effect {
        Effect::SaveBody { source, path } => Some((source.bytes().to_vec(), path.clone())),
        _ => None,
    });
    assert_eq!(saves, Some((PICTURE.to_vec(), "tasks.png".into())));
    assert!(
        scene
            .notice()
            .contains("Saved the body to tasks.png. o opens it."),
        "{}",
        scene.notice()
    );
    scene.keys("o");
    assert_eq!(
        scene.asked.last(),
        Some(&Effect::OpenFile("tasks.png".into()))
    );
}

#[test]
fn what_is_no_picture_or_has_another_name_is_saved_and_not_opened() {
    let mut scene = answered(WIDE, "application/octet-stream", b"\0\x01\x02");
    assert!(text_of(&scene.picture()).contains("Bytes, 3 B  s saves it to a file"));
    scene.keys("s enter o");
    assert!(
        scene.notice().contains("Only pictures"),
        "{}",
        scene.notice()
    );
    let mut scene = answered(WIDE, "image/png", PICTURE);
    scene.keys("s ctrl-u").types("run.sh").keys("enter o");
    assert!(
        scene.notice().contains("does not end as such"),
        "{}",
        scene.notice()
    );
    let opens = |effect: &Effect| matches!(effect, Effect::OpenFile(_));
    assert!(!scene.asked.iter().any(opens));
}

#[test]
fn a_name_left_empty_saves_nothing_and_results_are_saved_as_such() {
    let mut scene = json(LIST);
    scene.keys("s ctrl-u enter");
    let saves = |effect: &&Effect| matches!(effect, Effect::SaveBody { .. });
    assert_eq!(scene.asked.iter().filter(saves).count(), 0);
    scene.keys("|").types(".data[].id").keys("enter s enter");
    let saved = scene.asked.iter().find(saves);
    let Some(Effect::SaveBody { source, path }) = saved else {
        panic!("{saved:?}")
    };
    assert_eq!(
        (source.bytes(), path.to_str()),
        (&b"1\n2\n30\n"[..], Some("tasks.ndjson"))
    );
}

#[test]
fn another_answer_is_not_taken_for_the_saved_one() {
    let mut scene = answered(WIDE, "image/png", PICTURE);
    scene.keys("s enter ctrl-r");
    assert_eq!(scene.state.response.saved, None);
}
