//! The built program as scripts and people at a prompt use it: exit codes, the shapes of JSON,
//! what stands on which output, and what it refuses.

use crate::faults;
use crate::program;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use faults::{Asked, Server, answer};
use program::{Home, Ran, Served, finish, has_shape};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io::Write;
use std::process::Stdio;
use std::sync::Mutex;

const ENTRY: &[&str] = &[
    "title",
    "detail",
    "code",
    "status",
    "field",
    "pointer",
    "parameter",
    "needed",
    "held",
    "remedy",
    "links",
    "meta",
];

const VERDICT: &[&str] = &[
    "cause",
    "confidence",
    "summary",
    "evidence",
    "next_steps",
    "knowledge",
];

fn sandboxed(method: &str, url: &str, token: &str) -> Ran {
    Home::new().run(&["send", method, url, "--token", token, "--env", "sandbox"])
}

#[track_caller]
fn is_response(response: &Value, more: &[&str]) {
    let always = [
        "status",
        "reason",
        "class",
        "headers",
        "body_bytes",
        "timing",
        "entries",
        "notes",
        "body",
    ];
    let mut sometimes = vec!["media_type", "refused", "quotas", "deprecation"];
    sometimes.extend(more);
    has_shape(response, &always, &sometimes);
    let timing = ["dns_ms", "connect_ms", "tls_ms", "first_byte_ms"];
    has_shape(&response["timing"], &["total_ms"], &timing);
    for entry in response["entries"].as_array().unwrap() {
        has_shape(entry, &["origin"], ENTRY);
    }
    assert!(
        response["notes"]
            .as_array()
            .unwrap()
            .iter()
            .all(Value::is_string)
    );
    let body = &response["body"];
    has_shape(body, &["partial"], &["text", "base64"]);
    assert_eq!(body.as_object().unwrap().len(), 2);
}

#[track_caller]
fn is_exchange(exchange: &Value) {
    let always = [
        "id",
        "sent_at",
        "environment",
        "request",
        "outcome",
        "redirects",
        "attempts",
        "elapsed_ms",
    ];
    has_shape(exchange, &always, &["token", "causes"]);
    assert_eq!(exchange["id"].as_str().unwrap().len(), 12);
    assert!(exchange["sent_at"].as_str().unwrap().ends_with('Z'));
    assert!(exchange["elapsed_ms"].is_number());
    has_shape(
        &exchange["request"],
        &["method", "url", "headers"],
        &["body"],
    );
    for header in exchange["request"]["headers"].as_array().unwrap() {
        assert_eq!(header.as_array().unwrap().len(), 2);
    }
    let outcome = &exchange["outcome"];
    if outcome.get("kind").is_some() {
        has_shape(outcome, &["kind", "message", "hint"], &["response"]);
        if let Some(partial) = outcome.get("response") {
            is_response(partial, &["partial"]);
            assert_eq!(partial["partial"], true);
        }
    } else {
        is_response(outcome, &[]);
    }
}

#[test]
fn the_exit_code_tells_the_class_of_the_answer() {
    assert_eq!(sandboxed("GET", "/core/runbooks/7", "support").code, 0);
    assert_eq!(sandboxed("GET", "/core/runbooks/999", "admin").code, 4);
    assert_eq!(sandboxed("GET", "/core/runbooks/12/tasks", "admin").code, 5);
    let url = format!("http://127.0.0.1:{}/", faults::dead_port());
    assert_eq!(Home::new().run(&["send", "GET", &url]).code, 1);
    assert_eq!(Home::new().run(&["send", "GET"]).code, 2);
    let moved = Server::saying(answer("304 Not Modified", "", b""));
    assert_eq!(Home::new().run(&["send", "GET", &moved.base()]).code, 0);
}

#[test]
fn every_call_worth_trying_gives_its_status() {
    let listed = Home::new().run(&["sandbox", "--list", "--json"]).json();
    has_shape(&listed, &["calls"], &[]);
    let calls = listed["calls"].as_array().unwrap();
    let queue = Mutex::new(calls.iter());
    let seen = Mutex::new(BTreeSet::new());
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                loop {
                    let next = queue.lock().unwrap().next();
                    let Some(call) = next else { break };
                    let always = ["status", "method", "url", "headers", "note"];
                    has_shape(call, &always, &["token", "data"]);
                    let mut args =
                        vec!["send".to_owned(), text(&call["method"]), text(&call["url"])];
                    for (option, name) in [("--token", "token"), ("--data", "data")] {
                        if let Some(value) = call.get(name) {
                            args.extend([option.to_owned(), text(value)]);
                        }
                    }
                    for header in call["headers"].as_array().unwrap() {
                        let header = format!("{}: {}", text(&header[0]), text(&header[1]));
                        args.extend(["--header".to_owned(), header]);
                    }
                    args.extend(["--env", "sandbox", "--json"].map(String::from));
                    let args: Vec<&str> = args.iter().map(String::as_str).collect();
                    let ran = Home::new().run(&args);
                    let exchange = ran.json();
                    is_exchange(&exchange);
                    let status = exchange["outcome"]["status"].as_u64().unwrap();
                    assert_eq!(call["status"], status, "{args:?}");
                    let code = if status < 400 { 0 } else { status / 100 };
                    assert_eq!(ran.code as u64, code, "{args:?}");
                    seen.lock().unwrap().insert(status);
                }
            });
        }
    });
    let all = [
        200, 201, 204, 400, 401, 403, 404, 405, 422, 429, 500, 501, 503, 504,
    ];
    let seen = seen.into_inner().unwrap();
    assert!(seen.len() >= 13, "{seen:?}");
    assert_eq!(seen, BTreeSet::from(all));
}

#[test]
fn the_calls_worth_trying_can_be_read_as_text() {
    let ran = Home::new().run(&["sandbox", "--list"]);
    assert_eq!(ran.code, 0);
    assert!(
        ran.out
            .contains("GET /core/runbooks/7/tasks --token support")
    );
    assert!(!ran.out.contains('\u{1b}'));
}

#[test]
fn an_answer_as_json_has_the_documented_shape() {
    let url = "/core/runbooks/7/tasks";
    let args = [
        "send", "GET", url, "--token", "support", "--env", "sandbox", "--json",
    ];
    let exchange = Home::new().run(&args).json();
    is_exchange(&exchange);
    assert_eq!(exchange["environment"], "sandbox");
    assert_eq!(exchange["token"], "support");
    assert_eq!(exchange["attempts"], 1);
    assert_eq!(exchange["redirects"], json!([]));
    let outcome = &exchange["outcome"];
    assert_eq!(outcome["class"], "client_error");
    assert_eq!(outcome["reason"], "Forbidden");
    assert_eq!(outcome["media_type"], "application/json");
    assert_eq!(outcome["entries"][0]["code"], "forbidden");
    assert_eq!(outcome["entries"][0]["origin"], "json_api");
    let sent = exchange["request"]["headers"].as_array().unwrap();
    let bearer = sent.iter().find(|h| h[0] == "authorization").unwrap();
    let shown = bearer[1].as_str().unwrap();
    assert!(shown.starts_with("Bearer ‹token:support·"), "{shown}");
}

#[test]
fn a_failure_as_json_has_the_documented_shape() {
    let url = format!("http://127.0.0.1:{}/", faults::dead_port());
    let ran = Home::new().run(&["send", "GET", &url, "--json"]);
    assert_eq!((ran.code, ran.err.as_str()), (1, ""));
    is_exchange(&ran.json());
    assert_eq!(ran.json()["outcome"]["kind"], "connect.refused");
}

#[test]
fn into_a_pipe_goes_the_body_alone_and_the_rest_beside_it() {
    let ran = sandboxed("GET", "/core/runbooks/7/tasks", "support");
    let lines: Vec<&str> = ran.err.lines().collect();
    assert!(lines[0].starts_with("▲ 403 Forbidden  "), "{}", lines[0]);
    assert!(lines[0].contains(" ms  ") && lines[0].ends_with("application/json"));
    assert!(!lines[1].is_empty(), "the meaning of the status");
    let head = lines.iter().position(|l| l.starts_with("title ")).unwrap();
    assert!(lines[head].ends_with("code"));
    assert!(lines[head + 1].starts_with("Forbidden  "));
    assert!(lines[head + 1].ends_with("  forbidden"));
    let body: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(body["errors"][0]["code"], "forbidden");
    assert!(ran.out.starts_with("{\"errors\":["), "as it came");
}

#[test]
fn the_head_stands_before_the_body_where_it_is_asked_for() {
    let server = Server::saying(answer(
        "200 OK",
        "X-Kind: pear\r\nSet-Cookie: sid=quite-secret-value\r\n",
        b"fine",
    ));
    let ran = Home::new().run(&["send", "-i", &server.base()]);
    assert!(ran.out.starts_with("HTTP/1.1 200 OK\n"), "{}", ran.out);
    assert!(ran.out.to_lowercase().contains("\nx-kind: pear\n"));
    assert!(ran.out.ends_with("\n\nfine"), "{}", ran.out);
    assert!(!ran.out.contains("quite-secret-value"));
    let both = Home::new().run(&["send", "-i", "--json", &server.base()]);
    both.refused(2, &["--include", "--json"]);
}

#[test]
fn the_short_options_of_curl_mean_what_they_mean_there() {
    let home = Home::settled("");
    let home = home.with("HTTRIAGE_TOKEN_MINE", "mine-0123456789abcdef");
    let asked = |args: &[&str]| {
        let server = Server::saying(answer("200 OK", "", b"fine"));
        let url = format!("{}/orders", server.base());
        let mut all = vec!["send"];
        all.extend(args);
        all.push(&url);
        let ran = home.run(&all);
        assert_eq!(
            (ran.code, ran.out.as_str()),
            (0, "fine"),
            "{args:?} {}",
            ran.err
        );
        server.asked().remove(0)
    };
    let plain = asked(&[]);
    assert!((plain.method.as_str(), plain.target.as_str()) == ("GET", "/orders"));
    let posted = asked(&["-d", "a=1", "-d", "b=2"]);
    assert!((posted.method.as_str(), posted.target.as_str()) == ("POST", "/orders"));
    assert_eq!(posted.body, b"a=1&b=2");
    let asks = asked(&["-G", "-d", "a=1", "-d", "b=2"]);
    assert!((asks.method.as_str(), asks.target.as_str()) == ("GET", "/orders?a=1&b=2"));
    let any = asked(&["-X", "purge", "-H", "X-Kind: pear"]);
    assert!((any.method.as_str(), any.target.as_str()) == ("PURGE", "/orders"));
    assert!(any.header("x-kind") == Some("pear"));
    home.write("scan.txt", "scanned");
    let parts = asked(&["-F", "note=hello", "-F", "scan=@scan.txt;type=text/plain"]);
    assert!((parts.method.as_str(), parts.target.as_str()) == ("POST", "/orders"));
    let body = String::from_utf8(parts.body).unwrap();
    assert!(body.contains("hello") && body.contains("scanned") && body.contains("text/plain"));
    let token = asked(&["-t", "mine"]);
    assert!(token.header("authorization") == Some("Bearer mine-0123456789abcdef"));
}

#[test]
fn what_was_mistyped_is_named_with_what_may_have_been_meant() {
    for (args, words) in [
        (
            &["snd", "GET", "/orders"][..],
            &["There is no command \"snd\"", "httriage send?"][..],
        ),
        (&["raplay"], &["raplay", "httriage replay?"]),
        (
            &["send", "GTE", "/orders"],
            &["GTE", "Did you mean GET?", "-X GTE"],
        ),
        (&["send", "GET"], &["needs a URL", "httriage send GET"]),
        (&["send"], &["httriage send needs <URL>"]),
        (
            &["send", "GET", "/x", "--tokn", "a"],
            &["no option --tokn", "Did you mean --token?"],
        ),
        (
            &["send", "GET", "/x", "--color", "pink"],
            &["--color", "\"pink\"", "auto"],
        ),
        (
            &["send", "-X", "GET", "POST", "/x"],
            &["exclude each other"],
        ),
        (
            &["token"],
            &[
                "list, add, inspect, login, verify, remove",
                "httriage token --help",
            ],
        ),
        (
            &["token", "lst"],
            &["no command \"lst\"", "httriage token list?"],
        ),
        (
            &["history", "list", "--limit"],
            &["--limit", "needs a value"],
        ),
        (&["replay", "a", "--report", "pdf"], &["\"pdf\"", "junit"]),
        (
            &["export", "C-9"],
            &["httriage export needs --as", "one of ", "curl", "hurl"],
        ),
        (
            &["send", "GET", "/x", "a-very-long-word-that-may-be-a-token"],
            &["behind the others"],
        ),
    ] {
        let ran = Home::new().run(args);
        ran.refused(2, words);
        for stranger in [
            "error:",
            "Usage:",
            "For more information",
            "a-very-long-word",
        ] {
            assert!(!ran.err.contains(stranger), "{args:?}: {}", ran.err);
        }
    }
}

#[test]
fn a_text_on_standard_input_is_told_without_being_asked() {
    let answer = "HTTP/1.1 404 Not Found\r\ncontent-type: application/json\r\n\r\n{\"errors\":[{\"code\":\"not_found\"}]}";
    let ran = Home::new().feed(&[], answer);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.contains("404 Not Found"), "{}", ran.out);
    let ran = Home::new().feed(&[], "curl -X DELETE https://api.acme.example/orders/7");
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.contains("DELETE https://api.acme.example/orders/7"));
    Home::new().feed(&[], "  \n").refused(2, &["terminal"]);
}

#[test]
fn what_the_call_needs_and_how_long_to_wait_stands_beside_its_errors() {
    let server = Server::saying(answer(
        "429 Too Many Requests",
        "Retry-After: 7\r\nX-Accepted-OAuth-Scopes: repo\r\nX-OAuth-Scopes: user\r\nContent-Type: application/json\r\n",
        br#"{"errors":[{"title":"Slow down","code":"slow"}]}"#,
    ));
    let ran = Home::new().run(&["send", "GET", &server.base()]);
    for words in [
        "needed   repo",
        "held     user",
        "wait     7 s, as Retry-After asks",
    ] {
        assert!(ran.err.contains(words), "{words}: {}", ran.err);
    }
}

#[test]
fn colour_is_for_terminals_and_for_those_who_ask() {
    let colours = |home: Home, color: &[&str]| {
        let mut args = vec!["send", "GET", "/core/runbooks/999", "--env", "sandbox"];
        args.extend(color);
        home.run(&args).out.contains('\u{1b}')
    };
    assert!(!colours(Home::new(), &[]));
    assert!(!colours(Home::new(), &["--color", "auto"]));
    assert!(!colours(Home::new(), &["--color", "never"]));
    assert!(colours(Home::new(), &["--color", "always"]));
    assert!(!colours(Home::new().with("NO_COLOR", "1"), &[]));
    let quiet = Home::new().with("NO_COLOR", "1");
    assert!(colours(quiet, &["--color", "always"]));
    assert!(!colours(Home::new(), &["--color", "always", "--json"]));
}

#[test]
fn a_status_is_explained() {
    let ran = Home::new().run(&["explain", "404"]);
    assert_eq!(ran.code, 0);
    assert!(ran.out.starts_with("▲ 404 Not Found\n"), "{}", ran.out);
    assert!(ran.out.contains("resource.hidden_by_permission"));
    let json = Home::new().run(&["explain", "404", "--json"]).json();
    let texts = ["reasons", "checks", "ask", "see"];
    has_shape(
        &json,
        &["causes", "entries", "notes"],
        &[&["status", "class", "meaning"][..], &texts].concat(),
    );
    for name in texts {
        let list = json[name].as_array().unwrap();
        assert!(!list.is_empty(), "{name}");
        for text in list.iter().filter_map(Value::as_str) {
            let start: String = text.chars().take(40).collect();
            assert!(ran.out.contains(&start), "{start}");
        }
    }
    assert_eq!(
        (&json["status"], &json["class"]),
        (&json!(404), &json!("client_error"))
    );
    let unknown = Home::new().run(&["explain", "799", "--json"]);
    assert_eq!(unknown.code, 0);
    assert_eq!(unknown.json()["class"], "nonstandard");
}

#[test]
fn a_code_is_explained() {
    let ran = Home::new().run(&["explain", "not_found"]);
    assert_eq!(ran.code, 0);
    assert!(ran.out.starts_with("not_found\n") && ran.out.contains("What to check"));
    let json = Home::new().run(&["explain", "not_found", "--json"]).json();
    assert!(
        json["causes"]
            .as_array()
            .unwrap()
            .contains(&json!("resource.absent"))
    );
    assert_eq!(json["status"], 404);
}

#[test]
fn a_code_of_a_standard_is_explained_whichever_api_is_in_use() {
    for code in ["invalid_token", "insufficient_scope", "invalid_grant"] {
        let ran = Home::new().run(&["explain", code]);
        assert_eq!(ran.code, 0, "{code}: {}", ran.err);
        assert!(ran.out.starts_with(code), "{}", ran.out);
        assert!(ran.out.contains("OAuth"), "{}", ran.out);
    }
    let json = Home::new()
        .run(&["explain", "invalid_token", "--json"])
        .json();
    assert_eq!(json["causes"][0], "token.rejected");
}

#[test]
fn a_body_is_explained_from_standard_input() {
    let bare = r#""errors": [{"title": "Not Found", "detail": "The link is not valid", "code": "not_found"}]"#;
    for args in [&["explain", "-", "--json"][..], &["explain", "--json"]] {
        let json = Home::new().feed(args, bare).json();
        has_shape(
            &json,
            &["causes", "verdicts", "knowledge", "entries", "notes"],
            &["status", "class", "meaning"],
        );
        has_shape(&json["verdicts"][0], VERDICT, &[]);
        assert_eq!(json["verdicts"][0]["cause"], "resource.absent");
        has_shape(&json["entries"][0], &["origin"], ENTRY);
        assert_eq!(json["entries"][0]["origin"], "fragment");
        assert_eq!(json["entries"][0]["code"], "not_found");
        assert!(
            json["causes"]
                .as_array()
                .unwrap()
                .contains(&json!("resource.absent"))
        );
    }
    let text = Home::new().feed(&["explain", "-"], bare).out;
    assert!(text.contains("The link is not valid") && text.contains("What to check"));
}

#[test]
fn a_translated_body_is_explained_like_the_original() {
    let causes = ["Forbidden", "Zugriff verweigert", "禁止されています"].map(|title| {
        let body = json!({"errors": [{"title": title, "detail": title, "code": "forbidden"}]});
        let ran = Home::new().feed(&["explain", "-", "--json"], body.to_string());
        assert_eq!(ran.json()["entries"][0]["title"], title);
        ran.json()["causes"].clone()
    });
    assert!(
        causes
            .iter()
            .all(|c| c == &causes[0] && !c.as_array().unwrap().is_empty())
    );
}

#[test]
fn broken_json_is_explained_with_its_line_and_column() {
    let ran = Home::new().feed(&["explain", "-", "--json"], "{\n  \"errors\": [1,}");
    assert_eq!(ran.code, 0);
    let note = &ran.json()["notes"][0];
    has_shape(note, &["message", "line", "column"], &[]);
    assert_eq!((&note["line"], &note["column"]), (&json!(2), &json!(16)));
    let text = Home::new().feed(&["explain", "-"], "{\n  \"errors\": [1,}");
    assert_eq!(text.code, 0);
    assert!(text.out.contains("(line 2, column 16)"), "{}", text.out);
}

#[test]
fn a_file_named_like_a_status_is_a_file_when_written_as_one() {
    let home = Home::new();
    home.write("404", r#"{"errors":[{"code":"forbidden"}]}"#);
    let json = home.run(&["explain", "./404", "--json"]).json();
    assert_eq!(json["entries"][0]["code"], "forbidden");
    let json = home.run(&["explain", "404", "--json"]).json();
    assert_eq!(json["entries"], json!([]));
}

#[test]
fn what_is_neither_status_nor_code_nor_file_is_refused() {
    let ran = Home::new().run(&["explain", "nowhere.json"]);
    ran.refused(1, &["nowhere.json", "no file"]);
}

#[test]
fn the_users_catalogue_adds_a_code_and_wins() {
    let home = Home::new();
    home.write(
        "catalogue.toml",
        "[[code]]\ncode = \"quota_spent\"\nmeaning = \"Our quota.\"\ncauses = [\"rate.token\"]\n\
         [[code]]\ncode = \"not_found\"\nmeaning = \"Ask Kim.\"\n\
         [[status]]\nstatus = 404\nname = \"Gone fishing\"\nmeaning = \"Ours.\"\n",
    );
    let json = home.run(&["explain", "quota_spent", "--json"]).json();
    assert_eq!(json["meaning"], "Our quota.");
    assert_eq!(json["causes"], json!(["rate.token"]));
    let json = home.run(&["explain", "not_found", "--json"]).json();
    assert_eq!(json["meaning"], "Ask Kim.");
    assert!(
        home.run(&["explain", "404"])
            .out
            .contains("404 Gone fishing")
    );
    let sent = home.run(&["send", "GET", "/core/runbooks/999", "--env", "sandbox"]);
    assert!(sent.code == 4 && home.run(&["explain", "403"]).out.contains("Forbidden"));
    let fragment = "\"errors\":[{\"code\":\"quota_spent\"}]";
    let of_nobody = format!("{{{fragment}}}");
    let elsewhere = format!(
        "> GET /x HTTP/1.1\n> Host: api.acme.example\n>\n< HTTP/1.1 403 Forbidden\n<\n{of_nobody}"
    );
    for (text, is_meant) in [(fragment, true), (&of_nobody, true), (&elsewhere, false)] {
        let out = home.feed(&["explain", "-"], text).out;
        assert_eq!(out.contains("Our quota."), is_meant, "{text}: {out}");
    }
}

#[test]
fn a_pasted_success_that_was_refused_is_not_called_a_success() {
    let text = "HTTP/1.1 200 OK\ncontent-type: application/json\n\n{\"ok\":false,\"error\":\"invalid_auth\"}";
    let out = Home::new().feed(&["explain", "-"], text).out;
    assert!(out.contains("▲ 200 OK"), "{out}");
    assert!(!out.contains("successful"), "{out}");
    let json = Home::new().feed(&["explain", "-", "--json"], text).json();
    assert_eq!(json["status"], 200);
    assert_eq!(json["causes"][0], "token.rejected");
    assert!(json.get("meaning").is_none());
}

#[test]
fn a_known_value_in_a_pasted_text_is_shown_by_its_name() {
    let home = Home::settled("[tokens.mine]\nenv = \"ACME_TOKEN\"\n")
        .with("ACME_TOKEN", "quiteaplainvalue1");
    for text in [
        "{\"errors\":[{\"detail\":\"quiteaplainvalue1 is bad\"}]}",
        "{\"errors\":[{\"detail\":\"quiteaplainvalue1 is bad\"",
        "curl: (6) Could not resolve host: quiteaplainvalue1",
        "quiteaplainvalue1 did not work",
        "\"errors\": quiteaplainvalue1",
    ] {
        for args in [&["explain", "-"][..], &["explain", "-", "--json"]] {
            let ran = home.feed(args, text);
            assert!(!ran.out.contains("quiteaplain"), "{text}: {}", ran.out);
        }
    }
}

#[test]
fn files_that_cannot_be_read_are_named_with_their_place() {
    let home = Home::settled("environment = \"a\"\nsize = [");
    for args in [
        &["send", "GET", "http://127.0.0.1:1/"][..],
        &["token", "list"],
        &[],
    ] {
        home.run(args).refused(2, &["config.toml:2:"]);
    }
    let home = Home::settled("[environments.a]\nbase = \"http://a\"\n");
    home.run(&["token", "list"])
        .refused(2, &["config.toml:2:1", "base"]);
    let home = Home::settled("environment = \"nowhere\"\n");
    home.run(&["token", "list"])
        .refused(2, &["config.toml", "nowhere"]);
    let home = Home::new();
    home.write("catalogue.toml", "[[code]]\ncode = \"x\"\nmeaning = 5\n");
    for args in [
        &["explain", "404"][..],
        &["send", "GET", "http://127.0.0.1:1/"],
    ] {
        let ran = home.run(args);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""));
        assert!(ran.err.contains("catalogue.toml:3:11: "), "{}", ran.err);
    }
}

#[test]
fn unknown_names_are_refused_with_the_known_ones() {
    let home = Home::settled("[environments.live]\nbase_url = \"http://127.0.0.1:1\"\n")
        .with("HTTRIAGE_TOKEN_ACME", "some-value-of-a-token");
    let ran = home.run(&["send", "GET", "/", "--env", "lvie"]);
    ran.refused(2, &["lvie", "live", "sandbox"]);
    let ran = home.run(&["send", "GET", "/", "--env", "live", "--token", "amce"]);
    ran.refused(2, &["amce", "acme", "HTTRIAGE_TOKEN_AMCE"]);
    let ran = home.run(&["send", "GET", "/", "--env", "sandbox", "--token", "acme"]);
    ran.refused(2, &["acme", "support"]);
}

#[test]
fn a_pasted_token_is_not_repeated() {
    for value in [
        "0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a6978",
        "0f1e2d3c4b5a69788796a5b4c3d2e1f0",
        "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0",
        "ghx_R2D2c3po0f1e2d3c4b5a",
        "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.c2ln",
    ] {
        for args in [
            &["send", "GET", "/", "--env", "sandbox", "--token", value][..],
            &["send", "GET", "http://127.0.0.1:1/", "--token", value],
        ] {
            let ran = Home::new().run(args);
            ran.refused(2, &["--token", "name"]);
            assert!(!ran.all().contains(value), "{}", ran.err);
            let variable = value.to_uppercase().replace(['-', '.'], "_");
            assert!(!ran.all().contains(&variable), "{}", ran.err);
        }
    }
}

#[test]
fn options_that_make_no_sense_are_refused() {
    let send = |more: &[&str]| {
        let mut args = vec!["send", "GET", "http://127.0.0.1:1/"];
        args.extend(more);
        Home::new().run(&args)
    };
    send(&["--header", "no colon"]).refused(2, &["--header"]);
    send(&["--param", "novalue"]).refused(2, &["--param"]);
    send(&["--var", "novalue"]).refused(2, &["--var"]);
    send(&["--timeout", "0"]).refused(2, &["--timeout"]);
    send(&["--timeout", "NaN"]).refused(2, &["--timeout"]);
    send(&["--max-time", "1e9"]).refused(2, &["--max-time"]);
    send(&["--max-body", "lots"]).refused(2, &["--max-body", "64MB"]);
    send(&["--base-url", "nowhere"]).refused(2, &["--base-url"]);
    send(&["--data", "@missing.json"]).refused(2, &["missing.json"]);
    send(&["--header", "@missing.txt"]).refused(2, &["missing.txt"]);
    for more in [
        &["--timeout", "abc"][..],
        &["--colour"],
        &["--color", "pink"],
    ] {
        let ran = send(more);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""));
        assert!(ran.err.contains(more[0]), "{}", ran.err);
    }
}

#[test]
fn a_call_that_cannot_be_sent_is_a_failure_with_its_cause() {
    let kind = |args: &[&str]| {
        let mut all = vec!["send"];
        all.extend(args);
        all.push("--json");
        let ran = Home::new().run(&all);
        assert_eq!(ran.code, 1, "{args:?}");
        let exchange = ran.json();
        is_exchange(&exchange);
        assert_eq!(exchange["attempts"], 0);
        let message = exchange["outcome"]["message"].as_str().unwrap().to_owned();
        assert!(message.starts_with("Nothing was sent: "), "{message}");
        exchange["outcome"]["kind"].as_str().unwrap().to_owned()
    };
    assert_eq!(kind(&["GET", "http://[bad"]), "request.bad_url");
    assert_eq!(kind(&["GET", "/only/a/path"]), "request.bad_url");
    assert_eq!(kind(&["GET", "ftp://127.0.0.1/"]), "request.bad_url");
    assert_eq!(kind(&["GET", "http://127.0.0.1:1/a b"]), "request.bad_url");
    assert_eq!(
        kind(&["GET", "http://127.0.0.1:1/{{a}}"]),
        "request.bad_url"
    );
    let odd = ["GET", "http://127.0.0.1:1/", "--header", "a b: c"];
    assert_eq!(kind(&odd), "request.invalid_parameter");
    let odd = ["GET", "http://127.0.0.1:1/", "--header", "a: c\nd: e"];
    assert_eq!(kind(&odd), "request.invalid_parameter");
    assert_eq!(
        kind(&["-X", "G T", "http://127.0.0.1:1/"]),
        "request.wrong_method"
    );
}

#[test]
fn a_password_in_a_url_is_not_repeated() {
    for url in [
        "http://me:hunter2@[bad",
        "ftp://me:hunter2@127.0.0.1/",
        "http://me:hunter2@127.0.0.1:1/a b",
        "http://me:hunter2@127.0.0.1:1/",
        "http://127.0.0.1:1/?api_key=hunter2",
        "ftp://127.0.0.1:1/?api_key=hunter2",
    ] {
        for json in [&[][..], &["--json"]] {
            let ran = Home::new().run(&[&["send", "GET", url], json].concat());
            assert_eq!(ran.code, 1);
            assert!(!ran.all().contains("hunter2"), "{}", ran.all());
        }
    }
}

#[test]
fn a_protected_environment_is_written_to_only_on_purpose() {
    let api = Served::start();
    let home = Home::settled(&format!(
        "[environments.live]\nbase_url = \"{}\"\nprotected = true\n",
        api.base
    ));
    let path = "/core/runbooks";
    for method in ["POST", "put", "PATCH", "DELETE"] {
        let ran = home.run(&["send", method, path, "--env", "live"]);
        ran.refused(2, &["protected", "--allow-writes"]);
    }
    assert_eq!(home.run(&["send", "GET", path, "--env", "live"]).code, 4);
    let ran = home.run(&[
        "send",
        "POST",
        path,
        "--env",
        "live",
        "--allow-writes",
        "--json",
    ]);
    assert_eq!(
        (ran.code, &ran.json()["outcome"]["status"]),
        (4, &json!(401))
    );
}

#[test]
fn a_port_in_use_is_named() {
    let api = Served::start();
    let ran = Home::new().run(&["sandbox", "--port", api.port()]);
    ran.refused(1, &[api.port()]);
}

#[test]
fn without_a_terminal_the_explorer_names_what_works_there() {
    for args in [&[][..], &["http://127.0.0.1:1/"], &["--env", "sandbox"]] {
        Home::new()
            .run(args)
            .refused(2, &["terminal", "httriage send"]);
    }
    Home::new()
        .run(&["hello"])
        .refused(2, &["hello", "httriage --help"]);
}

#[test]
fn help_and_version_are_answers() {
    for args in [
        &["--help"][..],
        &["--version"],
        &["send", "--help"],
        &["help"],
    ] {
        let ran = Home::new().run(args);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{args:?}");
        assert!(!ran.out.is_empty() && !ran.out.contains('\u{1b}'));
    }
}

#[test]
fn a_reader_that_goes_away_is_no_accident() {
    for args in [
        &["sandbox", "--list"][..],
        &["sandbox", "--list", "--json"],
        &["explain", "404"],
        &["--help"],
        &[
            "send",
            "GET",
            "/core/runbooks/7",
            "--token",
            "support",
            "--env",
            "sandbox",
        ],
    ] {
        let home = Home::new();
        let mut child = home.command(args).spawn().unwrap();
        drop(child.stdout.take());
        let ran = finish(child);
        assert_eq!(ran.code, 0, "{args:?}");
        match args[0] {
            "send" => assert!(ran.err.starts_with("✓ 200 OK"), "{}", ran.err),
            _ => assert_eq!(ran.err, "", "{args:?}"),
        }
    }
    let home = Home::new();
    let mut child = home.command(&["explain", "nowhere.json"]).spawn().unwrap();
    drop(child.stderr.take());
    assert_eq!(finish(child).code, 1);
}

/// What one call with these options looks like to the server.
fn heard(home: &Home, options: &[&str], text: &[u8]) -> Asked {
    let server = Server::saying(answer("200 OK", "", b"{}"));
    let mut args = vec!["send", "POST", "/x?a=1", "--base-url"];
    let base = server.base();
    args.push(&base);
    args.extend(options);
    let ran = home.feed(&args, text);
    assert_eq!(ran.code, 0, "{}", ran.all());
    server.asked().remove(0)
}

#[test]
fn data_goes_out_byte_for_byte() {
    let bytes: Vec<u8> = (0..=255).chain(*b"\r\n\n").collect();
    let home = Home::new();
    let file = home.write("body.bin", &bytes);
    let asked = heard(&home, &["--data", &format!("@{file}")], b"");
    assert_eq!(asked.body, bytes);
    assert_eq!(asked.header("content-type"), None);
    let asked = heard(&home, &["--data", "@-"], &bytes);
    assert_eq!(asked.body, bytes);
    let asked = heard(&home, &["--data", "{\"a\":  1.10}"], b"");
    assert_eq!(asked.body, b"{\"a\":  1.10}");
    assert_eq!(asked.all("content-type"), ["application/json"]);
    let own = ["--data", "{}", "--header", "Content-Type: text/x"];
    assert_eq!(heard(&home, &own, b"").all("content-type"), ["text/x"]);
    let template = ["--data", "{{a}}", "--var", "a=b"];
    assert_eq!(heard(&home, &template, b"").body, b"{{a}}");
}

#[test]
fn headers_are_sent_as_given_and_as_often() {
    let home = Home::new();
    let given = [
        "--header", "X-A: 1", "--header", "X-B: 2", "--header", "x-a:  3 ",
    ];
    let asked = heard(&home, &given, b"");
    assert_eq!(asked.all("x-a"), ["1", "3"]);
    assert_eq!(asked.all("x-b"), ["2"]);
    let file = home.write("headers.txt", "X-C: 4\n\nX-C: five: six\r\n");
    let asked = heard(&home, &["--header", &format!("@{file}")], b"");
    assert_eq!(asked.all("x-c"), ["4", "five: six"]);
    let asked = heard(&home, &["--header", "@-"], b"X-D: 7\nAccept: a/b\n");
    assert_eq!(asked.all("x-d"), ["7"]);
    assert_eq!(asked.all("accept"), ["a/b"]);
}

#[test]
fn a_header_that_is_a_secret_is_sent_and_its_place_is_warned_of() {
    let server = Server::saying(answer("200 OK", "", b""));
    let header = "Authorization: Basic c2VjcmV0OnNlY3JldA==";
    let ran = Home::new().run(&["send", "GET", &server.base(), "--header", header]);
    assert_eq!(
        server.asked()[0].header("authorization"),
        Some(&header[15..])
    );
    assert!(ran.err.contains("--header @FILE"), "{}", ran.err);
    assert!(!ran.all().contains("c2VjcmV0OnNl"));
    let mut home = Home::new();
    home = home.with("HTTRIAGE_TOKEN_ACME", "token-value-of-acme");
    let url = server.base();
    let slot = ["send", "GET", &url, "--header", "X-Api-Key: {{token:acme}}"];
    let ran = home.run(&slot);
    assert!(
        ran.code == 0 && ran.err.starts_with("✓ 200 OK"),
        "{}",
        ran.err
    );
    assert!(!ran.all().contains("token-value-of-acme"));
    assert_eq!(
        server.asked()[1].header("x-api-key"),
        Some("token-value-of-acme")
    );
}

#[test]
fn parameters_and_variables_are_filled_in() {
    let home = Home::new();
    let asked = heard(
        &home,
        &["--param", "b=x y&z", "--param", "c=ü=1", "--param", "b="],
        b"",
    );
    assert_eq!(asked.target, "/x?a=1&b=x+y%26z&c=%C3%BC%3D1&b=");
    let asked = heard(
        &home,
        &[
            "--var",
            "who=me",
            "--param",
            "w={{who}}",
            "--header",
            "X-W: {{who}}",
        ],
        b"",
    );
    assert_eq!(asked.target, "/x?a=1&w=me");
    assert_eq!(asked.header("x-w"), Some("me"));
    let server = Server::saying(answer("200 OK", "", b""));
    let config = format!(
        "environment = \"a\"\n[environments.a]\nbase_url = \"{}/v1/\"\nheaders = {{ X-E = \"{{{{b}}}}\" }}\nvariables = {{ b = \"2\" }}\n",
        server.base()
    );
    let home = Home::settled(&config);
    assert_eq!(
        home.run(&["send", "GET", "{{base}}/{{b}}/{{c}}", "--var", "c=3"])
            .code,
        0
    );
    assert_eq!(home.run(&["send", "GET", "/y", "--var", "b=9"]).code, 0);
    let asked = server.asked();
    assert!(asked[0].target.ends_with("/2/3"), "{}", asked[0].target);
    assert_eq!(asked[0].header("x-e"), Some("2"));
    assert!(asked[1].target.ends_with("/y"), "{}", asked[1].target);
    assert_eq!(asked[1].header("x-e"), Some("9"));
}

#[test]
fn the_body_is_saved_byte_for_byte() {
    let bytes: Vec<u8> = (0..=255).rev().cycle().take(70_000).collect();
    let server = Server::saying(answer("404 Not Found", "", &bytes));
    let home = Home::new();
    let ran = home.run(&[
        "send",
        "GET",
        &server.base(),
        "--output",
        "body.bin",
        "--json",
    ]);
    assert_eq!(ran.code, 4);
    assert_eq!(std::fs::read(home.path("body.bin")).unwrap(), bytes);
    let body = &ran.json()["outcome"]["body"];
    let decoded = STANDARD.decode(body["base64"].as_str().unwrap()).unwrap();
    assert_eq!(decoded, bytes);
    let ran = home.run(&["send", "GET", &server.base(), "--output", "no/such/place"]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("no/such/place"), "{}", ran.err);
    assert!(ran.out.contains("404 Not Found"), "the answer is lost");
}

#[test]
fn a_body_goes_to_a_file_or_to_standard_output_and_not_to_both() {
    let bytes: Vec<u8> = (0..=255).cycle().take(9_000).collect();
    let server = Server::saying(answer("200 OK", "", &bytes));
    let home = Home::new();
    let whole = |arguments: &[&str]| {
        let url = server.base();
        let mut command = home.command(&[&["send", "GET", &url], arguments].concat());
        let output = command.output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (
            output.status.code(),
            output.stdout.clone(),
            text(&output.stdout),
            text(&output.stderr),
        )
    };
    for to_file in [["--output", "f"], ["-o", "f"]] {
        let (code, _, out, err) = whole(&to_file);
        assert_eq!((code, err.as_str()), (Some(0), ""));
        assert_eq!(std::fs::read(home.path("f")).unwrap(), bytes);
        assert!(out.contains("200 OK") && out.len() < 1_000, "{out}");
        assert!(out.contains("The body, 9000 bytes, is in f."), "{out}");
    }
    let (code, out, _, err) = whole(&["-o", "-"]);
    assert_eq!((code, out), (Some(0), bytes));
    assert!(err.contains("200 OK"), "{err}");
    assert!(!home.path("-").exists());
    let (code, _, _, err) = whole(&["-o", "-", "--json"]);
    assert!(
        code == Some(2) && err.contains("both want standard output"),
        "{err}"
    );
}

#[test]
fn a_body_that_broke_off_is_not_called_whole() {
    let short = Server::saying("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"a\":");
    let home = Home::new();
    let ran = home.run(&["send", "GET", &short.base(), "--output", "part"]);
    assert_eq!(ran.code, 1);
    assert!(
        ran.err
            .contains("Only a part of the body came: 5 bytes of it are in part."),
        "{}",
        ran.err
    );
}

#[test]
fn what_stands_around_a_url_is_left_out_and_said() {
    let server = Server::saying(answer("200 OK", "", b"ok"));
    let home = Home::new();
    let (url, base) = (server.base() + "/x", server.base());
    for around in [
        format!(" {url}\r\n"),
        format!("<{url}>"),
        format!("\u{a0}'{url}'"),
    ] {
        let ran = home.run(&["send", "GET", &around]);
        assert_eq!(ran.code, 0, "{}", ran.all());
        let first = ran.err.lines().next();
        assert_eq!(
            first,
            Some("Note: what stands around the URL was left out.")
        );
    }
    let ran = home.run(&["send", "GET", "/x", "--base-url", &format!("<{base}>")]);
    assert_eq!(ran.code, 0, "{}", ran.all());
    let config = format!("environment = \"e\"\n[environments.e]\nbase_url = \" {base} \"\n");
    assert_eq!(Home::settled(&config).run(&["send", "GET", "/x"]).code, 0);
    let asked = server.asked();
    assert!(asked.len() == 5 && asked.iter().all(|call| call.target == "/x"));
}

#[test]
fn the_practice_tokens_are_printed_for_other_programs_and_called_that() {
    let home = Home::new();
    let ran = home.run(&["sandbox", "--tokens"]);
    assert_eq!(ran.code, 0);
    assert!(ran.err.contains("These are practice tokens"), "{}", ran.err);
    let value = ran
        .out
        .lines()
        .find_map(|line| line.strip_prefix("support "));
    let value = value.unwrap().trim().to_owned();
    let listed = home.run(&["sandbox", "--tokens", "--json"]).json();
    let tokens = listed["tokens"].as_array().unwrap();
    assert_eq!(tokens.len(), 9);
    assert!(
        tokens
            .iter()
            .any(|t| t["name"] == "support" && t["value"] == value.as_str())
    );
    let both = home.run(&["sandbox", "--tokens", "--port", "1"]);
    assert_eq!(both.code, 2);
    assert!(both.err.contains("--port"), "{}", both.err);
    // As another program sends it.
    let served = Served::start();
    let url = format!("http://127.0.0.1:{}/core/users/me", served.port());
    let authorization = format!("Authorization: Bearer {value}");
    let ran = home.run(&["send", "GET", &url, "--header", &authorization, "--json"]);
    assert_eq!(ran.code, 0, "{}", ran.all());
}

#[test]
fn tokens_are_listed_by_name_and_source() {
    let list = Home::new()
        .run(&["token", "list", "--env", "sandbox", "--json"])
        .json();
    has_shape(&list, &["tokens"], &[]);
    let tokens = list["tokens"].as_array().unwrap();
    assert_eq!(tokens.len(), 9);
    for token in tokens {
        has_shape(token, &["name", "source", "fingerprint"], &[]);
        assert_eq!(token["source"], "sandbox");
        assert_eq!(token["fingerprint"].as_str().unwrap().len(), 4);
    }
    let home = Home::settled(
        "[tokens.vaulted]\ncommand = [\"touch\", \"started\"]\n[tokens.asked]\nprompt = true\n",
    );
    let home = home.with("HTTRIAGE_TOKEN_USER_ADMIN", "token-value-of-user-admin");
    let list = home.run(&["token", "list", "--json"]).json();
    let found: Vec<_> = list["tokens"].as_array().unwrap().iter().collect();
    let of = |name: &str| found.iter().find(|t| t["name"] == name).unwrap();
    assert_eq!(of("user-admin")["source"], "env");
    assert!(of("user-admin").get("fingerprint").is_some());
    assert_eq!(of("vaulted")["source"], "command");
    assert!(of("vaulted").get("fingerprint").is_none());
    assert!(
        !program::exists(&home.path("started")),
        "a list starts no program"
    );
    let text = home.run(&["token", "list"]);
    assert!(text.out.contains("user-admin") && !text.all().contains("token-value"));
    assert_eq!(Home::new().run(&["token", "list"]).code, 0);
}

#[cfg(unix)]
#[test]
fn a_token_file_that_others_can_read_is_refused_with_the_remedy() {
    use std::os::unix::fs::PermissionsExt;
    let server = Server::saying(answer("200 OK", "", b""));
    let base = server.base();
    let home = Home::settled("[tokens.filed]\nfile = \"filed.token\"\n");
    let file = home.write("filed.token", "token-value-from-a-file\n");
    let mode = |bits| std::fs::set_permissions(&file, PermissionsExt::from_mode(bits)).unwrap();
    let args = ["send", "GET", &base, "--token", "filed", "--json"];
    mode(0o644);
    let ran = home.run(&args);
    assert_eq!(ran.code, 1);
    let outcome = &ran.json()["outcome"];
    assert_eq!(outcome["kind"], "token.missing");
    assert!(
        outcome["hint"].as_str().unwrap().contains("chmod 600"),
        "{outcome}"
    );
    assert!(server.asked().is_empty());
    mode(0o600);
    assert_eq!(home.run(&args).code, 0);
    let sent = server.asked().remove(0);
    assert_eq!(
        sent.header("authorization"),
        Some("Bearer token-value-from-a-file")
    );
}

#[test]
fn a_value_that_cannot_stand_in_a_header_is_refused_and_not_shown() {
    let server = Server::saying(answer("200 OK", "", b""));
    for (value, kind) in [
        ("abcdefgh\nijkl", "token.stray_characters"),
        ("abcdefgh\u{200b}ijkl", "token.stray_characters"),
        ("", "token.missing"),
    ] {
        let home = Home::new().with("HTTRIAGE_TOKEN_ACME", value);
        let ran = home.run(&["send", "GET", &server.base(), "--token", "acme", "--json"]);
        assert_eq!(
            (ran.code, &ran.json()["outcome"]["kind"]),
            (1, &json!(kind))
        );
        assert!(!ran.all().contains("abcdefgh") && !ran.all().contains("ijkl"));
    }
    assert!(server.asked().is_empty());
}

/// Made for this test; every sign that some encoding changes is in it.
const PLANTED: &str = "pl4nted/Value+0f1e2d3c4b5a==\"&q\\z~Zz9Yy8Xx7";

/// Every way in which the planted value could be read out of a text.
fn leaks(text: &str) -> Vec<String> {
    let encoded: String = PLANTED
        .bytes()
        .map(|b| match b {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => (b as char).to_string(),
            _ => format!("%{b:02X}"),
        })
        .collect();
    let mut needles = vec![
        PLANTED.to_owned(),
        encoded.to_lowercase(),
        encoded,
        // Any long part of it.
        "Value+0f1e2d".to_owned(),
        "0f1e2d3c4b5a".to_owned(),
        "Zz9Yy8Xx7".to_owned(),
    ];
    for shift in 0..3 {
        for engine in [&STANDARD, &URL_SAFE] {
            let text = engine.encode(format!("{}{PLANTED}", &"abc"[..shift]));
            needles.push(text[8..20].to_owned());
            needles.push(text[24..36].to_owned());
        }
    }
    let letters = PLANTED.chars().map(|c| format!("u{:04x}", c as u32));
    needles.push(letters.take(9).collect());
    let text = format!("{text}\n{}", text.replace('\\', ""));
    needles.retain(|needle| text.contains(needle.as_str()));
    needles
}

#[test]
fn a_token_that_the_server_repeats_is_never_shown() {
    let server = Server::doing(|asked, stream| {
        let bearer = asked.header("authorization").unwrap_or("none");
        let value = bearer.trim_start_matches("Bearer ");
        let encoded: String = url::form_urlencoded::byte_serialize(value.as_bytes()).collect();
        let slashed = value.replace('\\', "\\\\").replace('"', "\\\"");
        let slashed = slashed.replace('/', "\\/");
        let body = json!({
            "errors": [{
                "title": format!("{value} is not valid"),
                "detail": format!("You sent {bearer}, {}", STANDARD.encode(bearer)),
                "code": value,
                "meta": { "a": URL_SAFE.encode(value), "b": encoded, "c": encoded.to_lowercase(), "d": "LETTERS" },
            }],
            "token": value,
        });
        let body = body.to_string().replace("is not valid", &slashed);
        let letters = value.chars().map(|c| format!("\\u{:04x}", c as u32));
        let body = body.replace("LETTERS", &letters.collect::<String>());
        let headers = format!(
            "x-echo: {bearer}\r\nx-packed: {}\r\nx-packed: {}\r\nx-url: {encoded}\r\nset-cookie: a={value}\r\n\
             location: /a?token={encoded}&b={encoded}\r\nwww-authenticate: Bearer error=\"invalid_token\", error_description=\"{}\"\r\n\
             content-type: application/json\r\n",
            STANDARD.encode(bearer),
            STANDARD.encode(value),
            value.replace('\\', "\\\\").replace('"', "\\\""),
        );
        let status = format!("401 {value}");
        let _ = stream.write_all(&answer(&status, &headers, body.as_bytes()));
        false
    });
    let home = Home::new().with("HTTRIAGE_TOKEN_PLANTED", PLANTED);
    let url = format!("{}/x?key={{{{token:planted}}}}", server.base());
    for json in [false, true] {
        let mut args = vec!["send", "GET", &url, "--token", "planted"];
        args.extend(["--header", "Authorization: Bearer {{token:planted}}"]);
        if json {
            args.push("--json");
        }
        let ran = home.run(&args);
        assert_eq!(ran.code, 4, "{}", ran.all());
        let bearer = format!("Bearer {PLANTED}");
        assert_eq!(
            server.asked().pop().unwrap().header("authorization"),
            Some(bearer.as_str())
        );
        assert_eq!(leaks(&ran.all()), Vec::<String>::new(), "{}", ran.all());
        assert!(ran.out.contains("‹token:planted·"), "{}", ran.out);
    }
    let ran = home.run(&["token", "list"]);
    assert_eq!(leaks(&ran.all()), Vec::<String>::new());
    assert!(!leaks(&STANDARD.encode(PLANTED)).is_empty() && !leaks(PLANTED).is_empty());
}

#[test]
fn a_token_bound_to_another_origin_is_not_sent() {
    let (own, other) = (
        Server::saying(answer("200 OK", "", b"")),
        Server::saying(answer("200 OK", "", b"")),
    );
    let home = Home::settled(&format!(
        "[environments.own]\nbase_url = \"{}\"\ntokens = [\"planted\"]\n\
         [environments.other]\nbase_url = \"{}\"\n",
        own.base(),
        other.base()
    ));
    let home = home.with("HTTRIAGE_TOKEN_PLANTED", PLANTED);
    let home = home.with("HTTRIAGE_TOKEN_SPARE", "spare-0123456789");
    let send = |args: &[&str]| {
        let mut all = vec!["send", "GET"];
        all.extend(args);
        all.push("--json");
        home.run(&all)
    };
    let url = format!("{}/x", other.base());
    for args in [
        &["/x", "--env", "other", "--token", "planted"][..],
        // Naming a host and another token is no consent for this one.
        &[
            &url,
            "--env",
            "own",
            "--token",
            "spare",
            "--header",
            "X-Key: {{token:planted}}",
        ],
        &["{{base}}/x", "--env", "other", "--token", "planted"],
        &[
            "/x",
            "--env",
            "other",
            "--header",
            "X-Key: {{token:planted}}",
        ],
        &["/x", "--env", "other", "--param", "k={{token:planted}}"],
        &[
            "/x",
            "--env",
            "other",
            "--data",
            "{\"k\":\"{{token:planted}}\"}",
        ],
    ] {
        let ran = send(args);
        assert_eq!(
            ran.json()["outcome"]["kind"],
            "token.wrong_instance",
            "{args:?}"
        );
        assert_eq!((ran.code, leaks(&ran.all()).len()), (1, 0));
    }
    assert!(
        other
            .asked()
            .iter()
            .all(|a| a.header("authorization").is_none())
    );
    assert!(other.asked().is_empty());
    assert_eq!(send(&["/x", "--env", "own", "--token", "planted"]).code, 0);
    assert_eq!(own.asked().len(), 1);
    // Naming host and token in one command is consent, and is said.
    for more in [&["--env", "own"][..], &[]] {
        let ran = send(&[&[url.as_str(), "--token", "planted"], more].concat());
        assert_eq!(ran.code, 0);
        let note = format!("Note: token planted goes to {}", other.base());
        assert!(ran.err.contains(&note), "{}", ran.err);
    }
    // What has its own place in the call goes there and nowhere else.
    let ran = send(&[
        "/x",
        "--env",
        "own",
        "--token",
        "planted",
        "--header",
        "X-Key: {{token:planted}}",
    ]);
    assert_eq!(ran.code, 0);
    let asked = own.asked().pop().unwrap();
    let seen = (asked.header("x-key"), asked.header("authorization"));
    assert_eq!(seen, (Some(PLANTED), None));
}

#[test]
fn a_loopback_sandbox_is_reached_past_any_proxy() {
    let proxy = format!("http://127.0.0.1:{}", faults::dead_port());
    let home = Home::new()
        .with("HTTP_PROXY", &proxy)
        .with("http_proxy", &proxy);
    let ran = home.run(&[
        "send",
        "GET",
        "/core/runbooks/7",
        "--token",
        "support",
        "--env",
        "sandbox",
    ]);
    assert_eq!(ran.code, 0, "{}", ran.all());
    let server = Server::saying(answer("200 OK", "", b""));
    let ran = home.run(&["send", "GET", &server.base(), "--json"]);
    assert_eq!(ran.code, 1, "{}", ran.all());
    assert!(server.asked().is_empty());
}

#[test]
fn standard_input_is_left_alone_by_a_call_without_it() {
    let server = Server::saying(answer("200 OK", "", b"fine"));
    let home = Home::new();
    // Held open and never written to: whoever reads it would wait for ever.
    let mut command = home.command(&["send", "GET", &server.base()]);
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    let held = child.stdin.take();
    let ran = finish(child);
    drop(held);
    assert_eq!((ran.code, ran.out.as_str()), (0, "fine"));
}

#[test]
fn a_command_that_gives_a_token_is_not_given_the_others() {
    let words = r#"command = ["sh", "-c", "test -z \"$HTTRIAGE_TOKEN_OTHER$MINE\" && printf made-up-value-1"]"#;
    let config = format!("[tokens.t]\n{words}\n[tokens.mine]\nenv = \"MINE\"\n");
    let home = Home::settled(&config)
        .with("HTTRIAGE_TOKEN_OTHER", "made-up-value-2")
        .with("MINE", "made-up-value-3");
    let served = Served::start();
    let url = format!("http://127.0.0.1:{}/core/users/me", served.port());
    let ran = home.run(&["send", "GET", &url, "--token", "t", "--json"]);
    // It is no token of the sandbox; what counts is that the command gave it and it was sent.
    assert_eq!(ran.json()["outcome"]["status"], 401);
}
