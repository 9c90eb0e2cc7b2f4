//! A case told in one file, by the program itself: for people, and without what is secret.

use crate::faults;
use crate::program;
use crate::scene;

use faults::{Server, answer};
use httriage::app::{Effect, Message, Overlay, Pane};
use httriage::format::story::Form;
use httriage::model::KnownCase;
use program::Home;
use scene::{Scene, USUAL, text_of};

/// A home with a case of three calls, one of them investigated, on an API that repeats what it is
/// told and adds markup of its own.
fn told(home: &Home) -> String {
    for (method, path) in [("GET", "/core/runbooks"), ("POST", "/core/runbooks")] {
        let mut args = vec!["send", method, path, "--token", "support"];
        args.extend(["--env", "sandbox", "--case", "ACME-1234"]);
        home.run(&args);
    }
    let found = home.run(&[
        "investigate",
        "GET",
        "/core/runbooks/9",
        "--token",
        "support",
        "--token",
        "admin",
        "--env",
        "sandbox",
        "--case",
        "ACME-1234",
        "--json",
    ]);
    let found = found.json();
    found["exchange"]["id"].as_str().unwrap().to_owned()
}

#[test]
fn a_case_becomes_one_page_and_one_text_with_the_verdict_first() {
    let home = Home::settled("name = \"kim\"\n");
    let id = told(&home);
    let note = "needed Runbook Admin";
    let word = ["--cause", "permission.missing_role", "--note", note];
    assert_eq!(home.run(&[&["resolve", &id][..], &word].concat()).code, 0);
    // In either case of letters, as in filters.
    let page = home.run(&["export", "acme-1234", "--as", "html"]);
    assert_eq!(page.code, 0, "{}", page.err);
    let text = home.run(&["export", "ACME-1234", "--as", "markdown"]);
    for told in [&page.out, &text.out] {
        for words in [
            "ACME-1234",
            "by kim",
            "permission.missing_role",
            note,
            "resource.hidden_by_permission",
            "404 Not Found, refused",
            "200 OK, worked",
            "support ·",
            "an investigation, as a probe",
        ] {
            assert!(told.contains(words), "{words}: {told}");
        }
        let (verdict, calls) = ("Why it was refused", "The calls, in order");
        assert!(told.find(verdict) < told.find(calls));
    }
    assert!(page.out.starts_with("<!doctype html>\n") && page.out.ends_with("</html>\n"));
    // Into a file for its owner alone.
    let file = home.run(&["export", "ACME-1234", "--as", "html", "--out", "a.html"]);
    assert_eq!(file.out, "Written to a.html\n");
    let written = std::fs::read_to_string(home.path("a.html")).unwrap();
    assert_eq!(written.lines().count(), page.out.lines().count());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(home.path("a.html"))
            .unwrap()
            .permissions();
        assert_eq!(mode.mode() & 0o777, 0o600);
    }
    // A call is told like a case, with its probes.
    let page = home.run(&["export", &id, "--as", "html"]).out;
    assert!(
        page.contains("404 Not Found, refused</span></h3>"),
        "{page}"
    );
    assert!(page.contains("an investigation, as a probe") && !page.contains("POST"));
}

#[test]
fn what_is_no_case_is_said_and_a_case_is_no_request() {
    let home = Home::new();
    told(&home);
    let ran = home.run(&["export", "ACME-9", "--as", "html"]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.err.contains("neither a case nor the id of a call"),
        "{}",
        ran.err
    );
    let ran = home.run(&["export", "ACME-1234", "--as", "curl"]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.err.contains("--as html and --as markdown tell a case"),
        "{}",
        ran.err
    );
    // A session that is called like the case takes nothing from it.
    assert_eq!(
        home.run(&["history", "save", "ACME-1234", "case:ACME-1234"])
            .code,
        0
    );
    assert_eq!(home.run(&["export", "ACME-1234", "--as", "html"]).code, 0);
    let names = home.run(&["names-for-shell", "kept"]).out;
    assert!(names.contains("ACME-1234\n"), "{names}");
}

#[cfg(unix)]
#[test]
fn a_planted_secret_is_in_no_byte_of_a_told_case() {
    let value = "k3y<planted>&\"0123456789abcdef'x";
    let plain = "planted-0123456789-abcdef-CANARY";
    let server = Server::doing(|asked, stream| {
        use std::io::Write;
        let said = asked.header("authorization").unwrap_or_default();
        let own = asked.header("x-own").unwrap_or_default();
        let body = serde_json::json!({ "errors": [
            { "title": format!("<b>{said}</b>"), "detail": own, "code": "forbidden" }
        ], "echo": { "access_token": said, "text": format!("you sent {own}") } });
        let head = format!("content-type: application/json\r\nx-echo: {own}\r\n");
        let body = body.to_string();
        stream
            .write_all(&answer("403 Forbidden", &head, body.as_bytes()))
            .is_ok()
    });
    let config = format!(
        "[environments.own]\nbase_url = \"{}\"\ntokens = [\"bound\", \"odd\"]\nvariables = {{ api_key = \"v4r-{plain}\" }}\n[tokens.bound]\nenv = \"BOUND\"\n[tokens.odd]\nenv = \"ODD\"\n",
        server.base()
    );
    let home = Home::settled(&config)
        .with("BOUND", plain)
        .with("ODD", value);
    for (token, text) in [("bound", plain), ("odd", value)] {
        let header = format!("X-Own: {text} {{{{api_key}}}}");
        let data = format!("{{\"note\":\"{{{{token:{token}}}}}\",\"key\":\"{{{{api_key}}}}\"}}");
        let ran = home.run(&[
            "send", "POST", "/x", "--env", "own", "--token", token, "--case", "A-1", "--header",
            &header, "--data", &data,
        ]);
        assert!(ran.code == 4 || token == "odd", "{}", ran.err);
    }
    let ran = home.run(&[
        "resolve",
        "A-1",
        "--cause",
        "other",
        "--note",
        &format!("it was {plain}"),
    ]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let key = format!("v4r-{plain}");
    let planted = crate::secrets::Planted::new(&[("bound", plain), ("odd", value), ("key", &key)]);
    for form in ["html", "markdown"] {
        let ran = home.run(&["export", "A-1", "--as", form]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        assert!(ran.out.contains("forbidden"), "{}", ran.out);
        planted.absent(form, ran.out.as_bytes());
        planted.absent(form, ran.err.as_bytes());
        // What a browser or a tracker makes of it.
        let shown = httriage::format::story::unescaped(&ran.out);
        planted.absent(form, shown.as_bytes());
    }
}

// On the screen

fn cases() -> Vec<KnownCase> {
    let case = |name: &str, calls, is_own, by: &[&str]| KnownCase {
        name: name.to_owned(),
        calls,
        is_own,
        by: by.iter().map(|by| (*by).to_owned()).collect(),
    };
    vec![
        case("ACME-7", 3, true, &[]),
        case("ACME-8", 12, true, &["bob", "rae"]),
        case("Two words", 1, false, &["bob"]),
    ]
}

#[test]
fn the_palette_offers_the_cases_with_whose_they_are_and_filters_by_one() {
    for (typed, note, filter) in [
        ("acme-7", "3 calls", "case:ACME-7"),
        (
            "acme-8",
            "12 calls, yours and of bob, rae",
            "team:all case:ACME-8",
        ),
        ("two words", "1 call of bob", "team:all case:\"Two words\""),
        // By a colleague's name too.
        (
            "rae",
            "12 calls, yours and of bob, rae",
            "team:all case:ACME-8",
        ),
    ] {
        let mut scene = Scene::open(USUAL);
        scene.cases = cases();
        scene.keys("ctrl-p").types(typed);
        let Some(Overlay::Palette(palette)) = &scene.state.overlay else {
            panic!("no palette");
        };
        let row = palette.picked().unwrap();
        assert_eq!((row.kind, row.note.as_str()), ("case", note), "{typed}");
        scene.keys("enter");
        assert_eq!(scene.state.history.filter.text(), filter);
        assert_eq!(scene.state.focus, Pane::History);
        let asked = scene.asked.iter().rev();
        let recalled = |effect: &&Effect| matches!(effect, Effect::Recall { .. });
        let Some(Effect::Recall { query, .. }) = asked.clone().find(recalled) else {
            panic!("nothing was asked");
        };
        assert_eq!(query.is_of_team(), filter.starts_with("team:all"));
    }
}

#[test]
fn a_case_is_told_from_the_screen_in_either_form() {
    let mut scene = Scene::open(USUAL);
    scene.keys("alt-3 C");
    assert!(scene.state.overlay.is_none(), "no case is set");
    scene.keys("ctrl-k").types("ACME-5");
    scene.keys("enter");
    for (keys, wanted) in [("C enter", Form::Html), ("C down enter", Form::Markdown)] {
        scene.keys("alt-3").keys(keys);
        let Some(Effect::TellCase { case, form, .. }) = scene.asked.last() else {
            panic!("{:?}", scene.asked.last());
        };
        assert_eq!((case.as_str(), *form), ("ACME-5", wanted));
    }
    let text = "# ACME-5".to_owned();
    let what = "the case as Markdown".to_owned();
    scene.tell(Message::Written { what, text });
    let copied = scene.asked.last();
    assert!(matches!(copied, Some(Effect::Copy { text, .. }) if text == "# ACME-5"));
}

#[test]
fn trouble_with_the_team_is_shown_for_as_long_as_it_lasts() {
    let mut scene = Scene::open(USUAL);
    let sign = "TEAM NOT REACHED";
    assert!(!text_of(&scene.picture()).contains(sign));
    let trouble = Some("Nobody answers at db.acme.example.".to_owned());
    scene.tell(Message::Team { trouble });
    assert!(text_of(&scene.picture()).contains("Nobody answers"));
    // The message goes with the next key, the sign stays on every screen.
    for keys in ["down", "2", "3", "4", "1"] {
        scene.keys(keys);
        assert!(text_of(&scene.picture()).contains(sign), "{keys}");
    }
    assert!(!text_of(&scene.picture()).contains("Nobody answers"));
    scene.tell(Message::Team { trouble: None });
    assert!(!text_of(&scene.picture()).contains(sign));
}
