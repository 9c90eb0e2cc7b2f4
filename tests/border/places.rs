//! What belongs to an environment goes to its own host, and is masked wherever it comes back:
//! its headers, its variables, the password of its proxy. And a value that somebody put where
//! its source belongs is not repeated.

use super::faults::{Server, answer};
use super::program::{Home, Ran};

const HEADER: &str = "header-planted-0123456789";
const VARIABLE: &str = "variable-planted-0123456789";

/// An environment with a credential in a header and one in a variable.
fn place(base: &str, more: &str) -> Home {
    Home::settled(&format!(
        "environment = \"own\"\n[environments.own]\nbase_url = \"{base}\"\n{more}headers = {{ X-Api-Key = \"{HEADER}\", X-Team = \"7\" }}\nvariables = {{ api_key = \"{VARIABLE}\", runbook = \"7\" }}\n"
    ))
}

/// All that a run printed or wrote, packed bodies included.
fn holds(home: &Home, ran: &Ran, value: &str) -> bool {
    let shown = home.run(&["history", "list", "--json"]);
    let ids = shown.json()["exchanges"].clone();
    let ids = ids.as_array().cloned().unwrap_or_default();
    let kept = ids.iter().any(|call| {
        let id = call["id"].as_str().unwrap();
        home.run(&["history", "show", id, "--json"])
            .all()
            .contains(value)
    });
    kept || ran.all().contains(value)
}

#[test]
fn another_base_url_takes_nothing_of_an_environment_along_and_it_is_said() {
    let (own, stranger) = (echo(), echo());
    let home = place(&own.base(), "");
    for words in [
        vec!["send", "GET", "/x"],
        vec!["send", "GET", "/x", "--env", "own"],
        vec!["investigate", "GET", "/x"],
    ] {
        let mut words = words.clone();
        let base = stranger.base();
        words.extend(["--base-url", &base]);
        let ran = home.run(&words);
        assert!(
            ran.err.contains("headers and variables stay there"),
            "{}",
            ran.err
        );
    }
    let asked = stranger.asked();
    assert!(asked.len() >= 3, "{asked:?}");
    for asked in asked {
        let all = format!("{asked:?}");
        assert!(!all.contains(HEADER) && !all.contains("x-team"), "{all}");
    }
    // A variable that stays at home has no value there.
    let base = stranger.base();
    let ran = home.run(&["send", "GET", "/x/{{api_key}}", "--base-url", &base]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(ran.err.contains("api_key"), "{}", ran.err);
    // At home all of it goes.
    assert_eq!(home.run(&["send", "GET", "/x/{{runbook}}"]).code, 0);
    let asked = own.asked();
    assert_eq!(asked[0].target, "/x/7");
    assert!(format!("{asked:?}").contains(HEADER));
    let same = format!("{}/v2", own.base());
    let ran = home.run(&["send", "GET", "/x", "--base-url", &same]);
    assert!(!ran.err.contains("stay there"), "{}", ran.err);
}

#[test]
fn a_question_for_somebody_else_holds_nothing_of_ours_for_another_host() {
    let home = place("http://127.0.0.1:9", "");
    let ask = |url: &str| home.feed(&["investigate", "GET", url, "--by-hand"], "");
    let there = ask("http://127.0.0.1:8/x");
    assert!(there.out.contains("HTTRIAGE_TOKEN_THEIRS"), "{}", there.out);
    assert!(!there.all().contains(HEADER), "{}", there.all());
    assert!(
        !there.out.to_lowercase().contains("x-team"),
        "{}",
        there.out
    );
    let here = ask("/x");
    assert!(here.out.to_lowercase().contains("x-team"), "{}", here.out);
    assert!(!here.all().contains(HEADER), "{}", here.all());
}

#[test]
fn what_is_secret_in_an_environment_is_masked_wherever_it_comes_back() {
    let own = echo();
    let home = place(&own.base(), "");
    let ran = home.run(&["send", "GET", "/x/{{api_key}}"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(own.asked()[0].target.contains(VARIABLE));
    assert!(ran.out.contains("you said"), "{}", ran.out);
    assert!(!holds(&home, &ran, VARIABLE), "{}", ran.all());
    assert!(!holds(&home, &ran, HEADER), "{}", ran.all());
}

#[test]
fn the_password_of_a_proxy_is_masked_in_what_the_proxy_says() {
    use base64::Engine;
    let password = "proxy-planted-0123456789";
    let pair = base64::engine::general_purpose::STANDARD.encode(format!("kim:{password}"));
    let said = format!("not you: {password} {pair}");
    let proxy = Server::saying(answer(
        "407 Proxy Authentication Required",
        &format!("proxy-authenticate: Basic realm=\"{password}\"\r\nx-seen: Basic {pair}\r\n"),
        said.as_bytes(),
    ));
    let address = proxy
        .base()
        .replace("http://", &format!("http://kim:{password}@"));
    let home = place("http://api.example", &format!("proxy = \"{address}\"\n"));
    for words in [&["send", "GET", "/x"][..], &["send", "GET", "/x", "--json"]] {
        let ran = home.run(words);
        assert_eq!(ran.code, 1, "{}", ran.err);
        assert!(ran.all().contains("407"), "{}", ran.all());
        assert!(!holds(&home, &ran, password), "{}", ran.all());
        assert!(!holds(&home, &ran, &pair), "{}", ran.all());
    }
}

#[test]
fn a_value_in_the_place_of_its_source_is_not_repeated() {
    let value = format!("gho{}", "a1B2c3".repeat(5));
    let own = echo();
    for source in [
        format!("env = \"{value}\""),
        format!("file = \"/{value}\""),
        format!("file = \"{value}\""),
        format!("command = [\"{value}\"]"),
        format!("command = [\"{value}\", \"x\"]"),
    ] {
        let home = Home::settled(&format!(
            "environment = \"own\"\n[environments.own]\nbase_url = \"{}\"\ntokens = [\"mine\"]\n[tokens.mine]\n{source}\n",
            own.base()
        ));
        for words in [
            &["send", "GET", "/x", "--token", "mine"][..],
            &["token", "inspect", "mine"],
            &["token", "list"],
            &["token", "list", "--json"],
            &["doctor"],
        ] {
            let ran = home.run(words);
            assert!(
                !ran.all().contains(&value),
                "{source} {words:?}: {}",
                ran.all()
            );
        }
    }
    let asked = format!("{:?}", own.asked());
    assert!(!asked.contains(&value));
}

/// Repeats what it was asked for, in its body.
fn echo() -> Server {
    Server::doing(|asked, stream| {
        use std::io::Write;
        let key = asked.headers.iter().find(|(name, _)| name == "x-api-key");
        let key = key.map_or("none", |(_, value)| value);
        let body = format!("you said {} with {key}", asked.target);
        let said = answer("200 OK", "content-type: text/plain\r\n", body.as_bytes());
        stream.write_all(&said).is_ok()
    })
}
