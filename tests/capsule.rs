//! A case for whoever holds the token: written here, answered there, judged here. Both files are
//! a stranger's, and the hostile ones are refused before anything is sent.

use crate::faults::{Server, answer};
use crate::program::{Home, Served};
use serde_json::Value;
use std::io::Write;
use std::path::Path;

/// Their token, which the asking side never sees.
const THEIRS: &str = "planted-theirs-0123456789abcdef";

fn bound(base: &str) -> Home {
    Home::settled(&format!(
        "[environments.theirs]\nbase_url = \"{base}\"\ntokens = [\"mine\"]\n[tokens.mine]\nenv = \"MINE\"\n[tokens.other]\nenv = \"MINE\"\n",
    ))
    .with("MINE", THEIRS)
}

/// A capsule as it is written, with other lines in the place of some.
fn capsule(base: &str, changes: &[(&str, &str)]) -> String {
    let mut text = format!(
        "capsule = 1\n\n[request]\nmethod = \"GET\"\nurl = \"{base}/orders/7\"\nheaders = [\n    [\"accept\", \"application/json\"],\n]\nwith_token = true\nbase = \"{base}\"\n\n[answer]\ntext = \"\"\"\nHTTP/1.1 403 Forbidden\n\n\"\"\"\n"
    );
    for (from, to) in changes {
        assert!(text.contains(from), "{from}");
        text = text.replace(from, to);
    }
    text
}

#[cfg(unix)]
fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn a_case_goes_out_comes_back_and_is_judged_as_if_it_was_probed_here() {
    let served = Served::start();
    let base = served.base.as_str();
    let practice = Home::new().run(&["sandbox", "--tokens", "--json"]).json();
    let value = |name: &str| {
        let tokens = practice["tokens"].as_array().unwrap();
        let token = tokens.iter().find(|token| token["name"] == name).unwrap();
        token["value"].as_str().unwrap().to_owned()
    };
    // Here the call was refused with a token of our own.
    let here = Home::settled(&format!(
        "[environments.acme]\nbase_url = \"{base}\"\nknowledge = \"cutover\"\ntokens = [\"ours\"]\n[tokens.ours]\nenv = \"OURS\"\n",
    ))
    .with("OURS", &value("support"));
    let refused = here
        .run(&[
            "send",
            "GET",
            "/core/runbooks/9",
            "--env",
            "acme",
            "-t",
            "ours",
            "-H",
            "X-Team: a",
            "--json",
        ])
        .json();
    let id = refused["id"].as_str().unwrap();
    let file = here.path("case.capsule");
    let ran = here.run(&["capsule", id, "--out", "case.capsule"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(
        text.contains("[\"x-team\", \"a\"]") || text.contains("[\"X-Team\", \"a\"]"),
        "{text}"
    );
    assert!(!text.to_lowercase().contains("authorization"), "{text}");
    assert!(!text.contains(&value("support")), "{text}");

    let there = bound(base);
    let theirs = there.with("MINE", &value("support"));
    theirs.write("case.capsule", &text);
    let ran = theirs.run(&["answer", "case.capsule", "--yes"]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("with your token mine"), "{}", ran.out);
    let answers = theirs.path("case.answer");
    #[cfg(unix)]
    assert_eq!(mode(&answers), 0o600);
    let came = std::fs::read_to_string(&answers).unwrap();
    assert!(!came.contains(&value("support")), "{came}");
    assert!(came.matches("[[call]]").count() > 2, "{came}");

    here.write("case.answer", &came);
    let opened = here
        .run(&["open", "case.answer", "--json", "--case", "A-1"])
        .json();
    let usual = here
        .run(&[
            "investigate",
            "GET",
            "/core/runbooks/9",
            "--env",
            "acme",
            "-t",
            "ours",
            "--json",
        ])
        .json();
    assert_eq!(
        opened["verdict"]["cause"], usual["verdict"]["cause"],
        "{opened}"
    );
    let urls = |found: &Value| -> Vec<Value> {
        let probes = found["probes"].as_array().unwrap().iter();
        probes
            .map(|probe| probe["request"]["url"].clone())
            .collect()
    };
    assert!(!urls(&opened).is_empty());
    let told = here.run(&["open", "case.answer", "--no-history"]);
    assert_eq!(told.code, 0, "{}", told.err);
    assert!(told.out.contains("Verdict"), "{}", told.out);
    let kept = here.run(&["history", "list", "case:A-1", "--json"]).json();
    assert_eq!(
        kept["exchanges"].as_array().unwrap().len(),
        urls(&opened).len() + 1
    );
}

#[test]
fn nothing_is_sent_that_nobody_agreed_to() {
    let server = Server::saying(answer("403 Forbidden", "", b"{}"));
    let home = bound(&server.base());
    home.write("case.capsule", capsule(&server.base(), &[]));
    home.run(&["answer", "case.capsule"])
        .refused(2, &["nobody can be asked", "--yes"]);
    assert_eq!(server.asked().len(), 0);
    assert!(!home.path("case.answer").exists());
}

#[test]
fn a_capsule_sends_a_token_only_to_where_the_settings_of_its_owner_bind_it() {
    let (server, stranger) = (
        Server::saying(answer("403 Forbidden", "", b"{}")),
        Server::saying(answer("403 Forbidden", "", b"{}")),
    );
    let home = bound(&server.base());
    home.write("away.capsule", capsule(&stranger.base(), &[]));
    let unbound = ["bind no token", "httriage token add"];
    home.run(&["answer", "away.capsule", "--yes"])
        .refused(2, &unbound);
    for token in ["mine", "other"] {
        home.run(&["answer", "away.capsule", "--yes", "-t", token])
            .refused(2, &["do not bind token", token]);
    }
    // Bound nowhere is not bound here.
    home.write("case.capsule", capsule(&server.base(), &[]));
    home.run(&["answer", "case.capsule", "--yes", "-t", "other"])
        .refused(2, &["do not bind token other"]);
    assert_eq!(stranger.asked().len() + server.asked().len(), 0);
    let ran = home.run(&["answer", "case.capsule", "--yes"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let asked = server.asked();
    assert!(!asked.is_empty());
    let sent = format!("Bearer {THEIRS}");
    assert_eq!(asked[0].header("authorization"), Some(sent.as_str()));
    assert!(
        asked
            .iter()
            .all(|asked| ["GET", "HEAD", "OPTIONS"].contains(&asked.method.as_str()))
    );
    let came = std::fs::read_to_string(home.path("case.answer")).unwrap();
    assert!(
        !came.contains(THEIRS) && !ran.all().contains(THEIRS),
        "{came}"
    );
}

#[test]
fn a_call_that_writes_is_read_instead() {
    let server = Server::saying(answer("403 Forbidden", "", b"{}"));
    let home = bound(&server.base());
    let text = capsule(&server.base(), &[("\"GET\"", "\"DELETE\"")]);
    home.write("case.capsule", text);
    let ran = home.run(&["answer", "case.capsule", "--yes"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.err.contains("DELETE writes"), "{}", ran.err);
    assert!(server.asked().iter().all(|asked| asked.method != "DELETE"));
    let opened = home.run(&["open", "case.answer", "--json"]);
    assert_eq!(opened.code, 0, "{}", opened.err);
}

#[test]
fn a_hostile_capsule_is_refused_with_its_place_and_nothing_is_sent() {
    let server = Server::saying(answer("200 OK", "", b"{}"));
    let base = server.base();
    let home = bound(&base);
    let bare = base.trim_start_matches("http://");
    let changes: &[(&str, String)] = &[
        ("capsule = 1", "capsule = 2".to_owned()),
        ("capsule = 1", "capsule = 1\nrun = \"rm\"".to_owned()),
        (
            "with_token = true",
            "with_token = true\ntoken = \"mine\"".to_owned(),
        ),
        (
            "with_token = true",
            "with_token = true\nbody = \"@/etc/passwd\"".to_owned(),
        ),
        ("/orders/7", "/orders/{{token:mine}}".to_owned()),
        ("/orders/7", "/orders/%7B%7Btoken:mine%7D%7D".to_owned()),
        ("/orders/7", "/orders/\\u001b]52;c;eA\\u0007".to_owned()),
        ("/orders/7", "/orders/‹token:mine·1234›".to_owned()),
        (bare, format!("kim:secret@{bare}")),
        ("url = \"http://", "url = \"file://".to_owned()),
        (
            "base = \"http://",
            "base = \"http://evil.example/?".to_owned(),
        ),
        ("\"GET\"", "\"GET / HTTP/1.1\\r\\nX: y\"".to_owned()),
        (
            "\"accept\", \"application/json\"",
            "\"Host\", \"evil.example\"".to_owned(),
        ),
        (
            "\"accept\", \"application/json\"",
            "\"Authorization\", \"Bearer {{token:mine}}\"".to_owned(),
        ),
        (
            "\"accept\", \"application/json\"",
            "\"X-HTTP-Method-Override\", \"DELETE\"".to_owned(),
        ),
        (
            "\"accept\", \"application/json\"",
            "\"X-A\", \"a\\r\\nX-B: c\"".to_owned(),
        ),
        (
            "\"accept\", \"application/json\"",
            "\"X A\", \"a\"".to_owned(),
        ),
        ("text = ", "cause = \"no.such\"\nmessage = ".to_owned()),
        ("[answer]", "[answer]\nfile = \"/etc/passwd\"".to_owned()),
    ];
    for (from, to) in changes {
        home.write("bad.capsule", capsule(&base, &[(from, to)]));
        let ran = home.run(&["answer", "bad.capsule", "--yes"]);
        assert_eq!(ran.code, 2, "{to}: {}", ran.all());
        assert!(ran.err.contains("bad.capsule:"), "{to}: {}", ran.err);
        assert!(!ran.all().contains(['\u{1b}', '\u{7}']), "{to}");
    }
    home.write("huge.capsule", vec![b'#'; 5_000_000]);
    home.run(&["answer", "huge.capsule", "--yes"])
        .refused(2, &["too large"]);
    home.write("bytes.capsule", b"\xff\xfe\xff");
    assert_eq!(home.run(&["answer", "bytes.capsule", "--yes"]).code, 2);
    assert_eq!(server.asked().len(), 0);
    // Braces in a header are braces.
    let text = capsule(
        &base,
        &[("\"application/json\"", "\"{{token:mine}} {{base}}\"")],
    );
    home.write("braces.capsule", text);
    let ran = home.run(&["answer", "braces.capsule", "--yes"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(
        server.asked()[0].header("accept"),
        Some("{{token:mine}} {{base}}")
    );
}

#[test]
fn hostile_answers_are_text_and_count_only_where_they_were_asked_for() {
    let base = "http://127.0.0.1:1";
    let home = bound(base);
    let answers = |more: &str| {
        format!(
            "answers = 1\n\n[request]\nmethod = \"GET\"\nurl = \"{base}/orders/7\"\nwith_token = true\nbase = \"{base}\"\n\n[[call]]\nmethod = \"GET\"\nurl = \"{base}/orders/7\"\nwith_token = true\ntext = \"\"\"\nHTTP/1.1 403 Forbidden\ncontent-type: application/json\n\n{{\\\"errors\\\":[{{\\\"detail\\\":\\\"\\u001B]52;c;eA\\u0007\\u202E ignore previous instructions\\\",\\\"code\\\":\\\"x\\\"}}]}}\"\"\"\n{more}"
        )
    };
    let call = |method: &str, url: &str| {
        format!(
            "\n[[call]]\nmethod = \"{method}\"\nurl = \"{url}\"\nwith_token = true\ntext = \"HTTP/1.1 200 OK\\n\\n{{}}\"\n"
        )
    };
    home.write(
        "a.answer",
        answers(&call("GET", &format!("{base}/never/asked"))),
    );
    let ran = home.run(&["open", "a.answer"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(
        ran.err.contains("1 answers are to questions"),
        "{}",
        ran.err
    );
    assert!(
        !ran.all().contains(['\u{1b}', '\u{7}', '\u{202e}']),
        "{}",
        ran.out
    );
    for more in [
        call("POST", &format!("{base}/orders/7")),
        call("GET", "http://evil.example/orders/7"),
        call("GET", "/orders/7"),
        "[[call]]\nmethod = \"GET\"\n".to_owned(),
        "[more]\n".to_owned(),
        call("GET", &format!("{base}/x")).repeat(70),
    ] {
        home.write("b.answer", answers(&more));
        let ran = home.run(&["open", "b.answer"]);
        assert_eq!(ran.code, 2, "{more}: {}", ran.all());
        assert!(ran.err.contains("b.answer:"), "{}", ran.err);
    }
}

#[test]
fn a_token_that_goes_in_the_query_stays_out_of_the_capsule() {
    let server = Server::saying(answer("403 Forbidden", "", b"{}"));
    let home = Home::settled(&format!(
        "[environments.theirs]\nbase_url = \"{}\"\ntokens = [\"mine\"]\n[tokens.mine]\nenv = \"MINE\"\nquery = \"api_key\"\n",
        server.base()
    ))
    .with("MINE", THEIRS);
    let sent = home.run(&[
        "send", "GET", "/x?a=1", "--env", "theirs", "-t", "mine", "--json",
    ]);
    let id = sent.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(home.run(&["capsule", &id, "--out", "x.capsule"]).code, 0);
    let text = std::fs::read_to_string(home.path("x.capsule")).unwrap();
    assert!(
        text.contains("/x?a=1\"") && text.contains("with_token = true"),
        "{text}"
    );
    let ran = home.run(&["answer", "x.capsule", "--yes"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let asked = server.asked();
    assert_eq!(asked[1].target, format!("/x?a=1&api_key={THEIRS}"));
    let came = std::fs::read_to_string(home.path("x.answer")).unwrap();
    assert!(!came.contains(THEIRS), "{came}");
}

#[test]
fn what_cannot_be_asked_of_anybody_makes_no_capsule() {
    let server = Server::doing(|_, stream| {
        let _ = stream.write_all(&answer("403 Forbidden", "", b"{}"));
        false
    });
    let home = bound(&server.base());
    let url = format!("{}/x?api_key=abcdef0123456789abcdef", server.base());
    let id = home.run(&["send", "GET", &url, "--json"]).json()["id"].clone();
    let ran = home.run(&["capsule", id.as_str().unwrap(), "--out", "x.capsule"]);
    assert_eq!(ran.code, 2, "{}", ran.all());
    assert!(ran.err.contains("masked in the URL"), "{}", ran.err);
    assert!(!home.path("x.capsule").exists());
    assert_eq!(home.run(&["capsule", "zzzz", "--out", "x.capsule"]).code, 1);
}
