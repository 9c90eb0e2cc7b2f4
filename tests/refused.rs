//! Answers that say 200 and mean no: every place that tells a refusal from a success tells this one.

use crate::faults;
use crate::program;

use faults::{Asked, Server, answer};
use program::{Home, Ran};
use serde_json::Value;
use std::io::Write;

const NO: &str = r#"{"ok":false,"error":"missing_scope","needed":"notes:write,notes:read","provided":"notes:read"}"#;

const JSON: &str = "content-type: application/json\r\n";

fn saying(headers: &str, body: &str) -> Server {
    Server::saying(answer(
        "200 OK",
        &format!("{JSON}{headers}"),
        body.as_bytes(),
    ))
}

fn sent(home: &Home, server: &Server, more: &[&str]) -> Ran {
    let url = server.base();
    home.run(&[&["send", "GET", &url], more].concat())
}

#[test]
fn a_refused_success_ends_with_the_code_of_a_refusal_and_keeps_its_class() {
    let server = saying("", NO);
    let ran = sent(&Home::new(), &server, &["--json"]);
    assert_eq!(ran.code, 4);
    let document = ran.json();
    let outcome = &document["outcome"];
    assert_eq!(outcome["status"], 200);
    assert_eq!(outcome["class"], "success");
    assert_eq!(outcome["refused"], true);
    assert_eq!(outcome["entries"][0]["code"], "missing_scope");
    let first = &document["causes"][0];
    assert_eq!(first["cause"], "permission.missing_scope");
    assert_eq!(
        first["needed"],
        serde_json::json!(["notes:write", "notes:read"])
    );
    assert_eq!(first["held"], serde_json::json!(["notes:read"]));
    let text = sent(&Home::new(), &server, &[]);
    assert_eq!(text.code, 4);
    assert!(text.err.starts_with("▲ 200 OK"), "{}", text.err);
    assert!(
        text.err.contains("needed   notes:write  notes:read"),
        "{}",
        text.err
    );
    assert_eq!(text.out, NO);
}

#[test]
fn answers_of_many_makers_that_mean_no_are_refused() {
    let bodies = [
        r#"{"data":{"me":null},"errors":[{"message":"No.","path":["me"],"extensions":{"code":"FORBIDDEN"}}]}"#,
        r#"{"results":[],"status":"REQUEST_DENIED","error_message":"The key is wrong."}"#,
        r#"{"jsonrpc":"2.0","id":1,"error":{"code":-32001,"message":"No."}}"#,
        r#"{"responses":[{"id":"1","status":200,"body":{}},{"id":"2","status":403,"body":{"error":{"code":"denied","message":"No."}}}]}"#,
        r#"{"errcode":40014,"errmsg":"invalid access_token"}"#,
        r#"<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><e:Fault><faultcode>e:Client</faultcode><faultstring>No.</faultstring></e:Fault></e:Body></e:Envelope>"#,
    ];
    for body in bodies {
        let ran = sent(&Home::new(), &saying("", body), &["--json"]);
        let document = ran.json();
        assert_eq!(
            (ran.code, &document["outcome"]["refused"]),
            (4, &Value::Bool(true)),
            "{body}"
        );
        assert_ne!(
            document["outcome"]["entries"],
            serde_json::json!([]),
            "{body}"
        );
        let path = document["outcome"]["entries"][0].get("pointer");
        assert_eq!(
            path, None,
            "the path of an answer is none of the request: {body}"
        );
    }
}

#[test]
fn answers_that_only_speak_of_errors_are_fine() {
    let bodies = [
        r#"{"ok":true,"error":null}"#,
        r#"{"data":[],"errors":[]}"#,
        "[]",
        r#"{"id":7,"name":"nightly","status":"failed","error":{"message":"exit 1"},"created_at":"2026-01-01"}"#,
        r#"{"data":[{"id":1,"status":"error","message":"timed out"}]}"#,
        r#"{"code":0,"message":"success","data":null}"#,
        r#"{"responses":[{"id":"1","status":200,"body":{}}]}"#,
    ];
    for body in bodies {
        let ran = sent(&Home::new(), &saying("", body), &["--json"]);
        assert_eq!(ran.code, 0, "{body}");
        let outcome = &ran.json()["outcome"];
        assert_eq!(outcome.get("refused"), None, "{body}");
        assert_eq!(outcome["entries"], serde_json::json!([]), "{body}");
    }
}

#[test]
fn the_history_finds_what_was_refused_under_a_success() {
    let home = Home::new();
    sent(&home, &saying("", NO), &[]);
    sent(&home, &saying("", "{}"), &[]);
    let listed = |query: &str| {
        let found = home.run(&["history", "list", "--json", query]).json();
        found["exchanges"].as_array().unwrap().clone()
    };
    let refused = listed("refused:yes");
    assert_eq!(refused.len(), 1);
    assert_eq!(refused[0]["outcome"]["refused"], true);
    assert_eq!(listed("refused:no").len(), 1);
    assert_eq!(listed("from:person").len(), 2);
    assert_eq!(listed("-from:person").len(), 0);
    assert_eq!(listed("from:probe").len(), 0);
    home.run(&["history", "list", "from:nobody"])
        .refused(2, &["Calls are from person, probe, matrix"]);
    let text = home.run(&["history", "list", "refused:yes"]).out;
    assert!(text.contains("▲ 200"), "{text}");
}

#[test]
fn a_replay_calls_a_step_that_is_refused_under_a_success_broken() {
    let server = saying("", NO);
    let base = server.base();
    let home = Home::new();
    let session = format!(
        "name = \"one\"\n[[step]]\nname = \"a\"\nmethod = \"GET\"\nurl = \"{base}\"\n[step.expect]\nstatus = 200\n"
    );
    home.write("one.session.toml", session);
    let ran = home.run(&["replay", "one.session.toml", "--json"]);
    let document = ran.json();
    assert_eq!(document["steps"][0]["change"], "changed", "{document}");
    assert_ne!(ran.code, 0);
}

#[test]
fn the_matrix_reads_what_a_refused_success_means() {
    let server = Server::doing(|asked: &Asked, stream| {
        let body = match asked.target.as_str() {
            "/scope" => NO,
            "/token" => {
                r#"{"success":false,"code":"token_expired","message":"The token is too old."}"#
            }
            _ => "{}",
        };
        let bytes = answer("200 OK", JSON, body.as_bytes());
        stream.write_all(&bytes).is_ok()
    });
    let base = server.base();
    let base = base.trim_end_matches('/');
    let home = Home::settled(&format!("[environments.e]\nbase_url = \"{base}\"\n"))
        .with("HTTRIAGE_TOKEN_A", "0123456789abcdef");
    let steps = ["/scope", "/token", "/fine"].map(|path| {
        format!("[[step]]\nname = \"{path}\"\nmethod = \"GET\"\nurl = \"{{{{base}}}}{path}\"\n")
    });
    let session = format!("name = \"m\"\nenvironment = \"e\"\n{}", steps.concat());
    home.write("m.session.toml", session);
    let ran = home.run(&["matrix", "m.session.toml", "--tokens", "a", "--json"]);
    let document = ran.json();
    let rows = document["rows"].as_array().unwrap().iter();
    let access: Vec<&str> = rows
        .map(|row| row["cells"][0]["access"].as_str().unwrap())
        .collect();
    assert_eq!(access[0], "denied", "{document}");
    assert_ne!(access[1], "allowed", "{document}");
    assert_eq!(access[2], "allowed", "{document}");
}

#[test]
fn limits_and_the_end_of_a_call_are_told_as_text_and_as_json() {
    let headers = "ratelimit: \"day\";r=0;t=90\r\nratelimit-policy: \"day\";q=500;w=86400\r\n\
        deprecation: @1688169599\r\nsunset: Sun, 30 Jun 2024 23:59:59 GMT\r\n";
    let server = saying(headers, "{}");
    let outcome = sent(&Home::new(), &server, &["--json"]).json()["outcome"].clone();
    let quota = &outcome["quotas"][0];
    assert_eq!(quota["name"], "day");
    assert_eq!(
        (&quota["limit"], &quota["remaining"]),
        (&500.into(), &0.into())
    );
    assert_eq!(quota["window_ms"], 86_400_000.0);
    assert!(quota["resets_at"].as_str().unwrap().ends_with('Z'));
    assert_eq!(outcome["deprecation"]["sunset"], "2024-06-30T23:59:59Z");
    let text = sent(&Home::new(), &server, &[]).err;
    assert!(
        text.contains("limit    0 of 500 day left in 24 h, full again in"),
        "{text}"
    );
    assert!(
        text.contains("ends     deprecated since 2023-06-30, to be gone since 2024-06-30"),
        "{text}"
    );
}
