//! Texts in encodings other than UTF-8: read as what they say wherever somebody reads, and kept
//! as they came wherever bytes are kept.
#![cfg(unix)]

use crate::faults;
use crate::program;
use crate::tty;

use encoding_rs::Encoding;
use faults::{Server, answer};
use program::Home;
use std::io::Write;
use std::process::Output;
use tty::Tty;

const LATIN: &str = "Content-Type: application/json; charset=ISO-8859-1\r\n";

fn latin(text: &str) -> Vec<u8> {
    text.chars()
        .map(|c| u8::try_from(u32::from(c)).unwrap())
        .collect()
}

fn refusal() -> Vec<u8> {
    latin(
        "{\"errors\":[{\"code\":\"x\",\"title\":\"Größe fehlt\",\"detail\":\"Die Größe ist nötig\"}]}",
    )
}

/// What it wrote, which need not be text.
fn raw(home: &Home, args: &[&str]) -> Output {
    home.command(args).output().unwrap()
}

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

#[test]
fn a_terminal_shows_a_body_in_its_charset() {
    let gbk = b"\xb4\xed\xce\xf3";
    let utf16 = utf16("\u{feff}Größe 日", true);
    for (kind, body, text) in [
        ("text/plain; charset=gbk", gbk.to_vec(), "错误"),
        ("text/plain", utf16, "Größe 日"),
        (
            "text/html",
            latin("<meta charset=latin1><p>Größe</p>"),
            "Größe",
        ),
    ] {
        let head = format!("Content-Type: {kind}\r\n");
        let server = Server::saying(answer("200 OK", &head, &body));
        let mut tty = Tty::start(&["send", "GET", &server.base()], (120, 30));
        tty.sees(text);
    }
}

#[test]
fn errors_tickets_search_and_json_say_the_words_and_files_hold_the_bytes() {
    let home = Home::new();
    let body = refusal();
    let server = Server::saying(answer("422 Unprocessable Entity", LATIN, &body));
    let url = server.base();

    let shown = home.run(&["send", "GET", &url, "--json"]).json();
    let outcome = &shown["outcome"];
    assert_eq!(outcome["entries"][0]["title"], "Größe fehlt");
    assert_eq!(outcome["entries"][0]["detail"], "Die Größe ist nötig");
    assert_eq!(outcome["charset"], "windows-1252");
    assert_eq!(outcome["body_bytes"], body.len());
    let text = outcome["body"]["text"].as_str().unwrap();
    assert!(text.contains("Größe ist"), "{text}");
    let id = shown["id"].as_str().unwrap();

    // The history reads it again from the bytes that it keeps.
    let kept = home.run(&["history", "show", id, "--json"]).json();
    assert_eq!(kept["outcome"], *outcome);
    let found = home.run(&["history", "list", "größe", "--json"]);
    assert!(found.out.contains(id), "{}{}", found.out, found.err);
    let ticket = home.run(&["export", id, "--as", "markdown"]);
    assert!(ticket.out.contains("Größe fehlt"), "{}", ticket.all());
    let har = home.run(&["export", id, "--as", "har"]).json();
    let content = &har["log"]["entries"][0]["response"]["content"];
    assert!(content["text"].as_str().unwrap().contains("Größe fehlt"));

    // Bytes stay bytes, into a pipe and into a file.
    let piped = raw(&home, &["send", "GET", &url]);
    assert!(holds(&piped.stdout, &body));
    raw(&home, &["send", "GET", &url, "--output", "body.bin"]);
    assert_eq!(std::fs::read(home.path("body.bin")).unwrap(), body);
}

fn utf16(text: &str, is_big: bool) -> Vec<u8> {
    let units = text.encode_utf16();
    let pairs = units.map(|unit| {
        if is_big {
            unit.to_be_bytes()
        } else {
            unit.to_le_bytes()
        }
    });
    pairs.flatten().collect()
}

fn written(label: &str, text: &str) -> Vec<u8> {
    let encoding = Encoding::for_label(label.as_bytes()).unwrap();
    let (bytes, _, has_failed) = encoding.encode(text);
    assert!(!has_failed, "{label}");
    bytes.into_owned()
}

/// A refusal with these words in one of its encodings: its type, its bytes, and the words.
fn refusals() -> Vec<(String, Vec<u8>, &'static str)> {
    let json = |words: &str| {
        format!("{{\"errors\":[{{\"code\":\"x\",\"title\":\"{words}\",\"detail\":\"{words}!\"}}]}}")
    };
    let xml = |label: &str, words: &str| {
        format!(
            "<?xml version=\"1.0\" encoding=\"{label}\"?><error><message>{words}</message></error>"
        )
    };
    let page = |label: &str, words: &str| {
        format!("<html><head><meta charset={label}><title>{words}</title></head></html>")
    };
    let labelled = [
        ("iso-8859-1", "Größe fehlt"),
        ("iso-8859-2", "Zażółć gęślą"),
        ("windows-1250", "Příliš žluťoučký"),
        ("windows-1251", "Доступ запрещён"),
        ("windows-1252", "Rôle “lecteur” manquant"),
        ("windows-1253", "Σφάλμα πρόσβασης"),
        ("windows-1254", "Erişim engellendi ğ"),
        ("koi8-r", "Ошибка доступа"),
        ("shift_jis", "権限がありません"),
        ("euc-jp", "権限がない"),
        ("iso-2022-jp", "権限なし"),
        ("gbk", "没有权限"),
        ("gb18030", "没有访问权"),
        ("big5", "沒有權限"),
        ("euc-kr", "권한이 없습니다"),
    ];
    let mut all = Vec::new();
    for (label, words) in labelled {
        let kind = format!("application/json; charset={label}");
        all.push((kind, written(label, &json(words)), words));
    }
    for (label, words) in [("windows-1251", "Нет роли"), ("shift_jis", "役割なし")] {
        all.push((
            "text/html".to_owned(),
            written(label, &page(label, words)),
            words,
        ));
        all.push((
            "text/xml".to_owned(),
            written(label, &xml(label, words)),
            words,
        ));
    }
    for (is_big, name) in [(false, "utf-16le"), (true, "utf-16be")] {
        let words = ["Größe 日本", "Rolle 権限"][usize::from(is_big)];
        let text = json(words);
        let kind = format!("application/json; charset={name}");
        all.push((kind, utf16(&text, is_big), words));
        let marked = utf16(&format!("\u{feff}{text}"), is_big);
        all.push(("application/json".to_owned(), marked, words));
    }
    let marked = format!("\u{feff}{}", json("Müßig"));
    all.push(("application/json".to_owned(), marked.into_bytes(), "Müßig"));
    all
}

#[test]
fn in_every_encoding_the_words_are_in_body_errors_ticket_and_search() {
    let home = Home::new();
    let refusals = refusals();
    let answers: Vec<Vec<u8>> = refusals
        .iter()
        .map(|(kind, body, _)| answer("403 No", &format!("Content-Type: {kind}\r\n"), body))
        .collect();
    let server = Server::doing(move |asked, stream| {
        let number: usize = asked.target.trim_start_matches('/').parse().unwrap();
        let _ = stream.write_all(&answers[number]);
        false
    });
    for (number, (kind, body, words)) in refusals.iter().enumerate() {
        let url = format!("{}/{number}", server.base());
        let shown = home.run(&["send", "GET", &url, "--json"]).json();
        let (id, outcome) = (shown["id"].as_str().unwrap(), &shown["outcome"]);
        assert_eq!(outcome["body_bytes"], body.len(), "{kind}");
        let text = outcome["body"]["text"].as_str();
        assert!(
            text.is_some_and(|text| text.contains(words)),
            "{kind}: {outcome}"
        );
        assert!(
            outcome["entries"].to_string().contains(words),
            "{kind}: {outcome}"
        );
        let ticket = home.run(&["export", id, "--as", "markdown"]);
        assert!(ticket.out.contains(words), "{kind}: {}", ticket.all());
        let quoted = format!("\"{words}\"");
        let found = home.run(&["history", "list", &quoted, "--json"]);
        assert!(found.out.contains(id), "{kind}: {}", found.all());
        // What was kept is read again from its bytes.
        let kept = home.run(&["history", "show", id, "--json"]).json();
        assert_eq!(kept["outcome"], *outcome, "{kind}");
        home.run(&["send", "GET", &url, "--no-history", "--output", "body.bin"]);
        assert_eq!(
            std::fs::read(home.path("body.bin")).unwrap(),
            *body,
            "{kind}"
        );
    }
}

#[test]
fn a_secret_is_masked_in_every_charset() {
    let home = Home::new();
    let text = "{\"größe\":1,\"access_token\":\"qpwoeiruty1029384756\"}";
    let utf16 = utf16(&format!("\u{feff}{text}"), false);
    for (head, body) in [
        (LATIN, latin(text)),
        ("Content-Type: application/json\r\n", utf16),
    ] {
        let server = Server::saying(answer("200 OK", head, &body));
        let piped = raw(&home, &["send", "GET", &server.base()]);
        let out = String::from_utf8(piped.stdout).unwrap();
        assert!(out.contains("größe") && out.contains("‹secret›"), "{out}");
        let listed = home.run(&["history", "list", "--json", "--limit", "1"]);
        let id = listed.out.split("\"id\":").nth(1).unwrap();
        let id = id.trim_start().trim_start_matches('"');
        let id = id.split('"').next().unwrap();
        let kept = home.run(&["history", "show", id, "--json"]);
        assert!(kept.out.contains("größe"), "{}", kept.all());
        assert!(!kept.out.contains("qpwoeiruty"), "{}", kept.out);
    }
}

#[test]
fn an_answer_that_is_the_same_in_another_charset_is_the_same() {
    let home = Home::new();
    let body = latin("{\"data\":{\"title\":\"Größe\"}}");
    let server = Server::saying(answer("200 OK", LATIN, &body));
    let session = format!(
        "version = 1\nname = \"c\"\n\n[[step]]\nname = \"one\"\nmethod = \"GET\"\nurl = \"{}/a\"\n\
         [step.expect]\nstatus = 200\nvalues = {{ \"/data/title\" = \"Größe\" }}\n",
        server.base()
    );
    home.write("c.session.toml", session);
    let ran = home.run(&["replay", "c.session.toml"]);
    assert_eq!(ran.code, 0, "{}", ran.all());
}
