//! Environments and tokens defined from a URL: `httriage env`, where a token goes on the wire, and
//! what stays of a file that somebody wrote.

use crate::faults;
use crate::program;

use faults::{Server, answer};
use program::Home;
use serde_json::json;

const MINE: &str = "# mine\n[environments.old]   # kept\nbase_url = \"https://old.example\"\n";

fn serving() -> Server {
    Server::saying(answer(
        "200 OK",
        "content-type: application/json\r\nconnection: close\r\n",
        b"{}",
    ))
}

#[test]
fn an_environment_is_defined_from_any_url_and_comments_stay() {
    let home = Home::settled(MINE);
    let ran = home.run(&["env", "add", "https://api.acme.example/v2/orders?limit=5"]);
    assert_eq!(ran.code, 0, "{}", ran.all());
    assert!(
        ran.out.contains("Environment acme is defined"),
        "{}",
        ran.out
    );
    assert!(
        ran.out
            .contains("httriage send GET /orders?limit=5 --env acme")
    );
    let text = std::fs::read_to_string(home.path("config.toml")).unwrap();
    assert!(text.starts_with(MINE), "{text}");
    let listed = home.run(&["env", "list", "--json"]).json();
    assert_eq!(
        listed["environments"],
        json!([
            { "name": "acme", "base_url": "https://api.acme.example/v2", "protected": false, "tokens": [] },
            { "name": "old", "base_url": "https://old.example", "protected": false, "tokens": [] },
        ])
    );
    let named = home.run(&[
        "env",
        "add",
        "live",
        "https://api.acme.example/v2",
        "--protected",
        "--knowledge",
        "github",
        "--json",
    ]);
    assert_eq!(
        named.json(),
        json!({ "name": "live", "base_url": "https://api.acme.example/v2", "knowledge": "github", "protected": true, "tokens": [] })
    );
    assert!(home.run(&["env", "show", "live"]).out.contains("GitHub"));
    assert_eq!(home.run(&["env", "remove", "live"]).code, 0);
    assert_eq!(home.run(&["env", "remove", "acme"]).code, 0);
    let text = std::fs::read_to_string(home.path("config.toml")).unwrap();
    assert_eq!(text, MINE);
}

#[test]
fn what_cannot_be_an_environment_is_refused_with_words() {
    let home = Home::settled(MINE);
    home.run(&["env", "add"])
        .refused(2, &["A URL of the API is needed"]);
    home.run(&["env", "add", "old", "https://a.example"])
        .refused(2, &["already"]);
    home.run(&["env", "add", "https://kim:hunter22@a.example/x"])
        .refused(2, &["Leave them out"]);
    home.run(&["env", "add", "ftp://a.example/x"])
        .refused(2, &["no URL of an API"]);
    home.run(&["env", "add", "sandbox", "https://a.example"])
        .refused(2, &["always there"]);
    home.run(&["env", "add", "https://a.example", "--knowledge", "nothing"])
        .refused(2, &["no pack of knowledge"]);
    home.run(&["env", "remove", "gone"])
        .refused(2, &["env list"]);
    let text = std::fs::read_to_string(home.path("config.toml")).unwrap();
    assert_eq!(text, MINE);
}

#[test]
fn a_token_goes_where_its_settings_say_and_is_masked_there() {
    let server = serving();
    let value = "value-of-the-desk-token-1";
    let cases = [
        ("scheme = \"Bot\"", "authorization", format!("Bot {value}")),
        ("header = \"X-Api-Key\"", "x-api-key", value.to_owned()),
        ("cookie = \"sid\"", "cookie", format!("sid={value}")),
    ];
    for (place, header, wanted) in cases {
        let home = Home::settled(&format!(
            "[environments.acme]\nbase_url = \"{}\"\ntokens = [\"desk\"]\n[tokens.desk]\nenv = \"DESK\"\n{place}\n",
            server.base()
        ));
        let mut command = home.command(&[
            "send", "GET", "/x", "--env", "acme", "--token", "desk", "--json",
        ]);
        let output = command.env("DESK", value).output().unwrap();
        let all = String::from_utf8_lossy(&output.stdout).into_owned()
            + &String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{all}");
        let asked = server.asked().pop().unwrap();
        assert_eq!(asked.header(header), Some(wanted.as_str()), "{place}");
        assert!(!all.contains(value), "{all}");
        let is_named =
            all.contains("‹token:desk") || header == "cookie" && all.contains("‹secret›");
        assert!(is_named, "{all}");
    }
}

#[test]
fn a_token_in_the_query_and_a_users_password_are_sent_and_masked_too() {
    let server = serving();
    let run = |place: &str, value: &str| {
        let home = Home::settled(&format!(
            "[environments.acme]\nbase_url = \"{}\"\ntokens = [\"desk\"]\n[tokens.desk]\n{place}\n",
            server.base()
        ));
        let mut command = home.command(&[
            "send", "GET", "/x?a=1", "--env", "acme", "--token", "desk", "--json",
        ]);
        let output = command.env("DESK", value).output().unwrap();
        let all = String::from_utf8_lossy(&output.stdout).into_owned()
            + &String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{all}");
        assert!(!all.contains(value), "{all}");
        (server.asked().pop().unwrap(), all)
    };
    let (asked, _) = run(
        "env = \"DESK\"\nquery = \"api_key\"",
        "value-of-the-desk-token-1",
    );
    assert!(
        asked
            .target
            .ends_with("/x?a=1&api_key=value-of-the-desk-token-1"),
        "{}",
        asked.target
    );
    let (asked, all) = run(
        "basic = { user = \"kim\", password = { env = \"DESK\" } }",
        "hunter2",
    );
    let pair = "a2ltOmh1bnRlcjI=";
    assert_eq!(
        asked.header("authorization"),
        Some(format!("Basic {pair}").as_str())
    );
    assert!(!all.contains(pair), "{all}");
}

#[test]
fn token_add_writes_the_place() {
    let home = Home::settled("[environments.acme]\nbase_url = \"https://api.acme.example\"\n");
    let ran = home.run(&[
        "token", "add", "bot", "--env", "BOT", "--scheme", "Bot", "--for", "acme",
    ]);
    assert_eq!(ran.code, 0, "{}", ran.all());
    let ran = home.run(&["token", "add", "kim", "--env", "KIM", "--basic", "kim"]);
    assert_eq!(ran.code, 0, "{}", ran.all());
    let text = std::fs::read_to_string(home.path("config.toml")).unwrap();
    assert!(
        text.contains("[tokens.bot]\nenv = \"BOT\"\nscheme = \"Bot\"\n"),
        "{text}"
    );
    assert!(
        text.contains("basic = { user = \"kim\", password = { env = \"KIM\" } }"),
        "{text}"
    );
    home.run(&["token", "add", "c", "--prompt", "--header", "a b"])
        .refused(2, &["cannot stand in"]);
    // The name of an environment is none of a variable.
    home.run(&["token", "add", "c", "--env", "acme"])
        .refused(2, &["environment of config.toml", "--for acme"]);
    assert!(
        !std::fs::read_to_string(home.path("config.toml"))
            .unwrap()
            .contains("tokens.c")
    );
}

#[test]
fn the_place_of_a_token_holds_wherever_its_value_comes_from_and_wherever_it_goes() {
    let server = serving();
    let home = Home::settled("[tokens.desk]\nenv = \"DESK\"\nheader = \"X-Api-Key\"\n");
    let url = format!("{}/x", server.base());
    for (variable, value) in [
        ("DESK", "value-of-the-desk-token-1"),
        ("HTTRIAGE_TOKEN_DESK", "value-of-the-desk-token-2"),
    ] {
        let mut command = home.command(&["send", "GET", &url, "--token", "desk"]);
        let output = command.env(variable, value).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        let asked = server.asked().pop().unwrap();
        assert_eq!(asked.header("x-api-key"), Some(value));
        assert_eq!(asked.header("authorization"), None);
    }
}

#[test]
fn a_session_and_a_command_made_of_it_have_the_token_in_its_place() {
    let server = serving();
    let home = Home::settled(&format!(
        "environment = \"acme\"\n[environments.acme]\nbase_url = \"{}\"\ntokens = [\"desk\"]\n[tokens.desk]\nenv = \"DESK\"\nquery = \"api_key\"\n",
        server.base()
    ));
    home.write(
        "a.session.toml",
        "name = \"a\"\n[[step]]\nname = \"one\"\ntoken = \"desk\"\nmethod = \"GET\"\nurl = \"{{base}}/x\"\n[step.expect]\nstatus = 200\n",
    );
    let path = home.path("a.session.toml");
    let path = path.to_str().unwrap();
    let mut command = home.command(&["replay", path]);
    let output = command
        .env("DESK", "value-of-the-desk-token-1")
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let asked = server.asked().pop().unwrap();
    assert_eq!(asked.target, "/x?api_key=value-of-the-desk-token-1");
    let exported = home.run(&["export", path, "--as", "curl"]);
    assert_eq!(exported.code, 0, "{}", exported.all());
    assert!(exported.out.contains("api_key="), "{}", exported.out);
    assert!(
        exported.out.contains("HTTRIAGE_TOKEN_DESK"),
        "{}",
        exported.out
    );
    assert!(!exported.out.contains("Authorization"), "{}", exported.out);
}
