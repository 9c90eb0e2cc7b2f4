//! The binary defining tokens, asking for their values, and telling what can be told of them.
#![cfg(unix)]

use crate::faults;
use crate::program;
use crate::tty;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use faults::{Server, answer};
use program::{Home, has_shape};
use serde_json::json;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::os::unix::fs::PermissionsExt;
use tty::Tty;

/// Another one each time, so that none stands in the repository.
fn hex48() -> String {
    let part = || RandomState::new().build_hasher().finish();
    format!("{:016x}{:016x}{:016x}", part(), part(), part())
}

fn jwt(claims: &serde_json::Value) -> String {
    let header = URL_SAFE_NO_PAD.encode("{\"alg\":\"HS256\",\"typ\":\"JWT\"}");
    let claims = URL_SAFE_NO_PAD.encode(claims.to_string());
    format!("{header}.{claims}.{}", "s".repeat(43))
}

/// The program in a terminal with the home as its settings.
fn at_terminal(home: &Home, args: &[&str]) -> Tty {
    let config = home.path("");
    let config = config.to_str().unwrap().trim_end_matches('/').to_owned();
    let variables = [("HTTRIAGE_CONFIG_DIR", config.as_str())];
    Tty::start_in(&home.path(""), args, (100, 30), &variables)
}

fn config(home: &Home) -> String {
    std::fs::read_to_string(home.path("config.toml")).unwrap()
}

#[test]
fn every_source_is_written_down_and_comments_stay() {
    let old = "# mine\nenvironment = \"acme\" # here\n\n[environments.acme]\nbase_url = \"https://api.acme.example\"\n";
    let home = Home::settled(old);
    let add = |args: &[&str]| {
        let ran = home.run(&[&["token", "add"], args].concat());
        assert_eq!(ran.code, 0, "{}", ran.all());
        ran
    };
    let ran = add(&["by-env", "--env", "ACME_KEY", "--for", "acme"]);
    assert!(ran.err.contains("ACME_KEY is not set here"), "{}", ran.err);
    add(&["by-command", "--command", "pass show 'a b'"]);
    add(&["by-prompt", "--prompt", "--origin", "https://b.example"]);
    let value = hex48();
    let fed = home.feed(
        &["token", "add", "by-file", "--file", "new.token"],
        format!("{value}\n"),
    );
    assert_eq!(fed.code, 0, "{}", fed.all());
    assert!(!fed.all().contains(&value));
    let path = home.path("new.token");
    let mode = std::fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(
        std::fs::read_to_string(&path).unwrap(),
        format!("{value}\n")
    );
    let text = config(&home);
    assert!(text.starts_with("# mine\nenvironment = \"acme\" # here\n"));
    for line in [
        "tokens = [\"by-env\"]",
        "env = \"ACME_KEY\"",
        "command = [\"pass\", \"show\", \"a b\"]",
        "prompt = true\norigins = [\"https://b.example\"]",
        "file = \"",
    ] {
        assert!(text.contains(line), "{line}: {text}");
    }
    let listed = home.run(&["token", "list", "--base-url", "https://x.example", "--json"]);
    assert!(!listed.all().contains(&value));

    for name in ["by-env", "by-command", "by-prompt", "by-file"] {
        let ran = home.run(&["token", "remove", name]);
        assert_eq!(ran.code, 0, "{}", ran.err);
    }
    assert!(path.exists(), "a file is the person's to remove");
    let text = config(&home);
    assert!(
        text.starts_with("# mine\n") && !text.contains("[tokens."),
        "{text}"
    );
}

#[test]
fn what_cannot_be_defined_is_refused_with_the_remedy() {
    let home =
        Home::settled("[tokens.there]\nenv = \"A\"\n").with("HTTRIAGE_TOKEN_SET", "0123456789");
    let add = |args: &[&str]| home.run(&[&["token", "add"], args].concat());
    add(&["there", "--prompt"]).refused(2, &["there already", "token remove there"]);
    add(&["new"]).refused(2, &["Nobody can be asked", "--env VAR"]);
    add(&["new", "--keyring"]).refused(1, &["cannot use the system's keyring", "--file PATH"]);
    add(&["new", "--command", "a 'b"]).refused(2, &["not closed"]);
    add(&["new", "--prompt", "--for", "gone"]).refused(2, &["no environment named gone"]);
    add(&["new", "--prompt", "--origin", "x"]).refused(2, &["--origin x is not an origin"]);
    let value = hex48();
    for args in [&[value.as_str(), "--prompt"][..], &["new", "--env", &value]] {
        let ran = add(args);
        assert_eq!(ran.code, 2);
        assert!(!ran.all().contains(&value));
    }
    let loose = home.write("loose.token", "0123456789");
    std::fs::set_permissions(&loose, PermissionsExt::from_mode(0o644)).unwrap();
    let ran = add(&["new", "--file", &loose]);
    assert_eq!(ran.code, 1);
    assert!(
        ran.err.contains("not defined") && ran.err.contains("chmod 600"),
        "{}",
        ran.err
    );
    home.run(&["token", "remove", "gone"])
        .refused(2, &["no token of that name"]);
    home.run(&["token", "remove", "set"])
        .refused(2, &["HTTRIAGE_TOKEN_SET"]);
    assert_eq!(config(&home), "[tokens.there]\nenv = \"A\"\n");
}

#[test]
fn a_value_is_asked_for_without_showing_it_and_kept_where_the_person_says() {
    let home = Home::new();
    let value = hex48();
    let mut tty = at_terminal(&home, &["token", "add", "support"]);
    tty.sees("Value of token support");
    // Pasted as a terminal pastes, with the header's name and quotation marks around.
    tty.types(&format!(
        "\x1b[200~\"Authorization: Bearer {value}\"\x1b[201~"
    ));
    tty.types("\r");
    tty.sees("To mend it");
    tty.sees("Keep the mended value? y or n:");
    tty.types("y\r");
    tty.sees("Where is it to be kept?");
    tty.sees("1 a file that only you can read");
    tty.types("\r");
    tty.sees("Token support");
    assert_eq!(tty.ends(), 0);
    let shown = String::from_utf8_lossy(&tty.bytes()).into_owned();
    assert!(!shown.contains(&value[..12]), "{shown}");
    let kept = home.path("tokens/support.token");
    assert_eq!(
        std::fs::read_to_string(&kept).unwrap(),
        format!("{value}\n")
    );
    let mode =
        |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&kept), 0o600);
    assert_eq!(mode(kept.parent().unwrap()), 0o700);
    let looked = home.run(&["token", "inspect", "support", "--json"]).json();
    assert_eq!(looked["kind"], "hex");
    assert_eq!(looked["problems"], json!([]));
}

#[test]
fn nothing_is_mended_unasked_and_giving_up_writes_nothing() {
    let home = Home::new();
    let value = hex48();
    let mut tty = at_terminal(&home, &["token", "add", "a", "--file", "a.token"]);
    tty.sees("Value of token a");
    tty.types(&format!("{value},\r"));
    tty.sees("Keep the mended value? y or n:");
    tty.types("n\r");
    tty.sees("Token a");
    assert_eq!(tty.ends(), 0);
    let kept = std::fs::read_to_string(home.path("a.token")).unwrap();
    assert_eq!(kept, format!("{value},\n"));

    let mut tty = at_terminal(&home, &["token", "add", "b", "--file", "b.token"]);
    tty.sees("Value of token b");
    tty.types(&format!("{value}\x1b"));
    tty.sees("nothing was written");
    assert_eq!(tty.ends(), 1);
    assert!(!home.path("b.token").exists());
    assert!(!config(&home).contains("tokens.b"));
}

#[test]
fn a_token_that_is_kept_nowhere_is_asked_for_when_it_is_first_needed() {
    let server = Server::saying(answer("200 OK", "connection: close\r\n", b"{}"));
    let home = Home::settled(&format!(
        "[environments.e]\nbase_url = \"{}\"\n[tokens.t]\nprompt = true\n",
        server.base()
    ));
    let args = ["send", "GET", "/x", "--env", "e", "--token", "t"];
    // Nobody can be asked in a pipe, and the sentence says what to do.
    let ran = home.run(&args);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("HTTRIAGE_TOKEN_T"), "{}", ran.err);
    let value = hex48();
    let mut tty = at_terminal(&home, &args);
    tty.sees("Value of token t");
    tty.types(&format!("{value}\r"));
    tty.sees("200 OK");
    assert_eq!(tty.ends(), 0);
    let shown = String::from_utf8_lossy(&tty.bytes()).into_owned();
    assert!(!shown.contains(&value[..12]), "{shown}");
    let asked = server.asked().pop().unwrap();
    assert_eq!(
        asked.header("authorization"),
        Some(format!("Bearer {value}").as_str())
    );
    // Esc is no value, and nothing goes out.
    let before = server.asked().len();
    let mut tty = at_terminal(&home, &args);
    tty.sees("Value of token t");
    tty.types("\x1b");
    tty.sees("none was given");
    assert_eq!(tty.ends(), 1);
    assert_eq!(server.asked().len(), before);
}

#[test]
fn a_token_is_held_beside_a_call_that_carried_it() {
    let challenge =
        "www-authenticate: Bearer error=\"insufficient_scope\", scope=\"tasks:read\"\r\n";
    let server = Server::saying(answer("403 Forbidden", challenge, b"{}"));
    let claims = json!({ "sub": "1", "exp": 1_700_000_000, "scope": "runbooks:read" });
    let home = Home::new().with("HTTRIAGE_TOKEN_DESK", &jwt(&claims));
    let url = format!("{}/core/tasks", server.base());
    let sent = home.run(&["send", "GET", &url, "--token", "desk", "--json"]);
    let id = sent.json()["id"].as_str().unwrap().to_owned();
    let ran = home.run(&["token", "inspect", "desk", "--call", &id]);
    for words in [
        "In that call",
        "before this call was sent",
        "tasks:read",
        "demanded, and not held",
        "runbooks:read",
    ] {
        assert!(ran.out.contains(words), "{words}: {}{}", ran.out, ran.err);
    }
    // Where it went, and how that is known.
    for words in ["used", "403", "/core/tasks", "by the history", "sent as"] {
        assert!(ran.out.contains(words), "{words}: {}", ran.out);
    }
    let json = home
        .run(&["token", "inspect", "desk", "--call", &id[..11], "--json"])
        .json();
    assert_eq!(
        json["call"][1],
        json!({ "what": "tasks:read", "message": "demanded, and not held" })
    );
    home.run(&["token", "inspect", "desk", "--call", "zzzz"])
        .refused(1, &["There is no call with the id zzzz"]);
}

#[test]
fn a_token_is_told_from_standard_input_and_two_are_compared() {
    let home = Home::new().with(
        "HTTRIAGE_TOKEN_OTHER",
        &jwt(&json!({ "sub": "2", "scope": "read" })),
    );
    let text = jwt(&json!({
        "sub": "1", "exp": 1_700_000_000, "scope": "read write", "evil": "\u{1b}]52;c;x\u{7}\u{202e}",
    }));
    let ran = home.feed(&["token", "inspect", "-"], format!("{text}\n"));
    assert_eq!(ran.code, 0, "{}", ran.err);
    for words in [
        "not verified",
        "expired",
        "2023-11-14T22:13:20Z",
        "years ago",
        "read, write",
    ] {
        assert!(ran.out.contains(words), "{words}: {}", ran.out);
    }
    assert!(
        !ran.out.contains(['\u{1b}', '\u{202e}', '\u{7}']),
        "{:?}",
        ran.out
    );
    let found = home
        .feed(&["token", "inspect", "-", "--json"], &text)
        .json();
    has_shape(
        &found,
        &[
            "kind",
            "length",
            "problems",
            "claims",
            "expires_at",
            "fingerprint",
            "passport",
        ],
        &[],
    );
    assert_eq!(found["kind"], "jwt");
    assert_eq!(found["expires_at"], "2023-11-14T22:13:20Z");
    assert_eq!(found["claims"]["sub"], "1");
    let page = found["passport"].as_array().unwrap();
    let said = |what: &str| page.iter().find(|row| row["what"] == what).unwrap();
    assert_eq!(said("kind")["known"], "by form");
    assert_eq!(said("scopes")["known"], "by claim");

    let both = home
        .feed(&["token", "inspect", "-", "other", "--json"], &text)
        .json();
    let rows = both["differences"].as_array().unwrap();
    let sub = rows.iter().find(|row| row["claim"] == "sub").unwrap();
    assert_eq!((&sub["first"], &sub["second"]), (&json!("1"), &json!("2")));
    let write = rows
        .iter()
        .find(|row| row["claim"] == "scope write")
        .unwrap();
    assert_eq!(
        (&write["first"], &write["second"]),
        (&json!("held"), &json!(null))
    );

    let stray = home.feed(&["token", "inspect"], format!(" {}\n\n", hex48()));
    assert!(stray.out.contains("it holds a line break"), "{}", stray.out);
    assert!(stray.out.contains("Nothing was changed."));
    let binary = home.feed(&["token", "inspect", "-"], b"\xff\xfe");
    binary.refused(2, &["not text"]);
    let endless = home.feed(&["token", "inspect", "-"], "a".repeat(70_000));
    endless.refused(2, &["too long"]);
}

#[test]
fn the_sandboxs_tokens_are_told_without_showing_them() {
    let home = Home::new();
    let ran = home.run(&["token", "inspect", "support", "--env", "sandbox"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.contains("48 hexadecimal digits"));
    let hex = |word: &&str| word.len() >= 12 && word.bytes().all(|b| b.is_ascii_hexdigit());
    assert!(
        !ran.out.split_whitespace().any(|word| hex(&word)),
        "{}",
        ran.out
    );
    let ran = home.run(&["token", "inspect", "support", "admin", "--env", "sandbox"]);
    assert!(ran.out.contains("not the same token"), "{}", ran.out);
}
