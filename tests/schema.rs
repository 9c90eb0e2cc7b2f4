//! What `--json` prints is what `httriage schema` says: every result that can be made here is held
//! against its schema, and no member stands in one that the schema does not name.

use crate::faults::{Server, answer};
use crate::program::{Home, Ran, Served};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// What does not fit, with its place. Members that the schema does not name do not fit either,
/// though whoever reads results should let them pass: a later program may have more.
pub fn misfits(schema: &Value, value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    check(schema, schema, value, "", &mut found);
    found
}

fn check(whole: &Value, schema: &Value, value: &Value, at: &str, found: &mut Vec<String>) {
    let Some(rules) = schema.as_object() else {
        return found.push(format!("{at}: no schema"));
    };
    for (rule, wants) in rules {
        match rule.as_str() {
            "$ref" => {
                let name = wants.as_str().unwrap().strip_prefix("#/$defs/").unwrap();
                check(whole, &whole["$defs"][name], value, at, found);
            }
            "type" => {
                let names: Vec<&str> = match wants {
                    Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
                    one => vec![one.as_str().unwrap()],
                };
                if !names.iter().any(|name| is_a(name, value)) {
                    found.push(format!("{at}: {value} is no {names:?}"));
                }
            }
            "enum" => {
                if !wants.as_array().unwrap().contains(value) {
                    found.push(format!("{at}: {value} is none of {wants}"));
                }
            }
            "anyOf" => {
                let tries = wants.as_array().unwrap().iter().map(|schema| {
                    let mut found = Vec::new();
                    check(whole, schema, value, at, &mut found);
                    found
                });
                let tries: Vec<Vec<String>> = tries.collect();
                if tries.iter().all(|found| !found.is_empty()) {
                    found.push(format!("{at}: fits none: {tries:?}"));
                }
            }
            "properties" => {
                let named = wants.as_object().unwrap();
                for (name, member) in value.as_object().into_iter().flatten() {
                    match named.get(name) {
                        Some(schema) => {
                            check(whole, schema, member, &format!("{at}/{name}"), found)
                        }
                        None => found.push(format!("{at}/{name}: not in the schema")),
                    }
                }
            }
            "additionalProperties" => {
                for (name, member) in value.as_object().into_iter().flatten() {
                    check(whole, wants, member, &format!("{at}/{name}"), found);
                }
            }
            "required" => {
                for name in wants.as_array().unwrap() {
                    if value.get(name.as_str().unwrap()).is_none() {
                        found.push(format!("{at}: {name} is missing"));
                    }
                }
            }
            "items" => {
                for (number, member) in value.as_array().into_iter().flatten().enumerate() {
                    check(whole, wants, member, &format!("{at}/{number}"), found);
                }
            }
            "minItems" | "maxItems" => {
                let count = value.as_array().map_or(0, Vec::len) as u64;
                let fits = match rule.as_str() {
                    "minItems" => count >= wants.as_u64().unwrap(),
                    _ => count <= wants.as_u64().unwrap(),
                };
                if !fits {
                    found.push(format!("{at}: {count} members"));
                }
            }
            "minimum" | "maximum" => {
                let (number, limit) = (value.as_f64().unwrap(), wants.as_f64().unwrap());
                if (rule == "minimum" && number < limit) || (rule == "maximum" && number > limit) {
                    found.push(format!("{at}: {number}"));
                }
            }
            "$schema" | "$defs" | "title" | "description" => {}
            other => found.push(format!("{at}: the rule {other} is not understood")),
        }
    }
}

fn is_a(name: &str, value: &Value) -> bool {
    match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        _ => false,
    }
}

#[test]
fn the_checker_finds_what_does_not_fit() {
    let schema = json!({
        "type": "object",
        "properties": { "a": { "$ref": "#/$defs/n" }, "b": { "type": "array", "items": { "type": "string" }, "minItems": 1 } },
        "required": ["a"],
        "$defs": { "n": { "anyOf": [{ "type": "null" }, { "enum": [1, 2] }] } },
    });
    assert_eq!(misfits(&schema, &json!({ "a": 1, "b": ["x"] })), [""; 0]);
    for wrong in [
        json!({}),
        json!({ "a": 3 }),
        json!({ "a": null, "b": [] }),
        json!({ "a": 1, "b": [1] }),
        json!({ "a": 1, "c": 1 }),
        json!([]),
    ] {
        assert!(!misfits(&schema, &wrong).is_empty(), "{wrong}");
    }
    let strange = json!({ "type": "object", "pattern": "x" });
    assert!(!misfits(&strange, &json!({})).is_empty());
}

/// Every result is made once at least; what it takes to make them.
struct Results {
    home: Home,
    made: BTreeSet<String>,
}

impl Results {
    #[track_caller]
    fn fits(&mut self, name: &str, ran: &Ran) -> Value {
        let schema = self.home.run(&["schema", name]).json();
        let value = ran.json();
        let found = misfits(&schema, &value);
        assert_eq!(found, [""; 0], "{name}: {}", ran.out);
        self.made.insert(name.to_owned());
        value
    }

    #[track_caller]
    fn run(&mut self, name: &str, args: &[&str]) -> Value {
        let ran = self.home.run(args);
        self.fits(name, &ran)
    }
}

const GUIDE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/assets/sandbox/guide.session.toml"
);

#[test]
fn every_json_fits_its_schema() {
    let served = Served::start();
    let base = served.base.clone();
    let limited = answer(
        "429 Too Many Requests",
        "x-ratelimit-limit: 5\r\nx-ratelimit-remaining: 0\r\nx-ratelimit-reset: 30\r\nsunset: Sat, 31 Dec 2033 23:59:59 GMT\r\nx-request-id: r-1\r\n",
        b"\xff\xfe",
    );
    let limited = Server::saying(limited).base();
    let home = Home::settled(&format!(
        "[environments.acme]\nbase_url = \"{base}\"\nknowledge = \"cutover\"\ntokens = [\"support\", \"admin\"]\n[tokens.support]\nenv = \"SUPPORT\"\n[tokens.admin]\nenv = \"ADMIN\"\n[team]\nurl = \"postgres://127.0.0.1:1/x\"\nname = \"kim\"\n",
    ));
    let practice = home.run(&["sandbox", "--tokens", "--json"]).json();
    let value = |name: &str| {
        let tokens = practice["tokens"].as_array().unwrap();
        let token = tokens.iter().find(|token| token["name"] == name).unwrap();
        token["value"].as_str().unwrap().to_owned()
    };
    let home = home
        .with("SUPPORT", &value("support"))
        .with("ADMIN", &value("admin"));
    let mut all = Results {
        home,
        made: BTreeSet::new(),
    };
    let here = ["--env", "acme", "--json", "-t", "support"];
    let with = |words: &[&'static str]| -> Vec<&'static str> {
        words.iter().chain(&here).copied().collect()
    };

    all.run("send", &with(&["send", "GET", "/core/users/me"]));
    let refused = all.run("send", &with(&["send", "GET", "/core/runbooks/9"]));
    let id = refused["id"].as_str().unwrap().to_owned();
    all.run("send", &["send", "GET", &limited, "--json"]);
    all.run("send", &["send", "GET", "http://127.0.0.1:1/", "--json"]);
    all.run(
        "send",
        &["send", "POST", &base, "-d", "{\"a\":1}", "--json"],
    );
    all.run(
        "compare",
        &with(&["send", "GET", "/core/runbooks/9", "-t", "admin"]),
    );
    all.run(
        "investigate",
        &with(&["investigate", "GET", "/core/runbooks/9", "--refute"]),
    );
    all.run(
        "investigate",
        &["investigate", "GET", "http://127.0.0.1:1/", "--json"],
    );
    all.run(
        "isolate",
        &with(&[
            "isolate",
            "GET",
            "/core/runbooks/9",
            "--against-token",
            "admin",
        ]),
    );
    all.run("when", &["when", &id, "--json"]);
    all.run("seen", &["seen", &id, "--json"]);
    all.run("seen", &["seen", "not_found", "--json"]);
    let word = [
        "--cause",
        "resource.absent",
        "--note",
        "gone since May",
        "--json",
    ];
    all.run("resolve", &[&["resolve", id.as_str()], &word[..]].concat());
    all.run("resolve", &["resolve", &id, "--withdraw", "--json"]);
    all.run("resolve", &[&["resolve", id.as_str()], &word[..]].concat());
    let again = all.run("send", &with(&["send", "GET", "/core/runbooks/9"]));
    assert_eq!(again["seen"]["resolutions"][0]["cause"], "resource.absent");
    all.run("exchange", &["history", "show", &id, "--json"]);
    all.run("history-list", &["history", "list", "--json"]);
    all.run("history-export", &["history", "export"]);
    for word in ["403", "299", "not_found", "token.expired"] {
        all.run("explain", &["explain", word, "--json"]);
    }
    for text in [
        "HTTP/1.1 401 Unauthorized\nwww-authenticate: Bearer error=\"invalid_token\"\nratelimit-remaining: 0\n\n{\"errors\":[{\"title\":\"t\",\"detail\":\"d\",\"code\":\"c\",\"source\":{\"pointer\":\"/a\"},\"links\":{\"about\":\"x\"},\"meta\":{\"a\":1}}]}",
        "{\"error\":",
        "curl https://api.acme.example/",
        "curl: (6) Could not resolve host: api.acme.example",
        "",
    ] {
        let ran = all.home.feed(&["explain", "-", "--json"], text);
        all.fits("explain", &ran);
    }
    let recorded = all.home.run(&["export", &id, "--as", "har"]).out;
    let recorded = all.home.write("calls.har", recorded);
    all.run("explain", &["explain", &recorded, "--json"]);
    all.run(
        "matrix",
        &[
            "matrix",
            GUIDE,
            "-t",
            "support,none",
            "--json",
            "--base-url",
            &base,
        ],
    );
    let away = all.home.write(
        "away.session.toml",
        "name = \"away\"\n[[step]]\nname = \"gone\"\nmethod = \"GET\"\nurl = \"http://127.0.0.1:1/\"\n[step.expect]\nstatus = 200\ncodes = []\n[[step]]\nname = \"writes\"\nmethod = \"POST\"\nurl = \"{{base}}/core/x\"\n",
    );
    all.run(
        "matrix",
        &["matrix", &away, "-t", "support", "--json", "--env", "acme"],
    );
    all.run("replay", &["replay", GUIDE, "--json", "--env", "sandbox"]);
    all.run("replay", &["replay", &away, "--json", "--env", "acme"]);
    all.run("token-list", &["token", "list", "--json"]);
    all.run("token-inspect", &["token", "inspect", "support", "--json"]);
    let expired = "eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJhIiwiZXhwIjoxNjAwMDAwMDAwfQ.c2lnbmF0dXJl";
    let ran = all.home.feed(&["token", "inspect", "-", "--json"], expired);
    all.fits("token-inspect", &ran);
    all.run(
        "token-differences",
        &["token", "inspect", "support", "admin", "--json"],
    );
    all.run("env-list", &["env", "list", "--json"]);
    all.run("environment", &["env", "show", "acme", "--json"]);
    all.run(
        "environment",
        &["env", "add", "https://api.acme.example/v2/x", "--json"],
    );
    let curl = "curl https://api.acme.example/x -H 'Authorization: Bearer abcdef0123456789' -F a=b -F 'f=@x.pdf'\ncurl https://api.acme.example/y --data-urlencode 'a=b'\ncurl -d '{\"a\":1}' https://api.acme.example/z";
    let ran = all.home.feed(&["import", "-", "--json"], curl);
    all.fits("import", &ran);
    all.run("sandbox-list", &["sandbox", "--list", "--json"]);
    all.run("sandbox-tokens", &["sandbox", "--tokens", "--json"]);
    all.run(
        "token-verify",
        &["token", "verify", "support", "--env", "acme", "--json"],
    );
    all.run("knowledge-list", &["knowledge", "list", "--json"]);
    let pack = all.home.run(&["knowledge", "show", "github"]).out;
    let pack = all.home.write("pack.toml", pack);
    all.run("knowledge-check", &["knowledge", "check", &pack, "--json"]);
    let bad = all.home.write("bad.toml", "id = 1\n");
    all.run("knowledge-check", &["knowledge", "check", &bad, "--json"]);
    all.run("keys", &["keys", "--json"]);
    all.run("doctor", &["doctor", "--offline", "--json"]);
    all.run("team-status", &["team", "status", "--json"]);

    // Those of the tools alone, and those that need an authorization server or a database, are
    // tried elsewhere.
    let listed = all.home.run(&["schema"]).out;
    let names = listed
        .lines()
        .map(|line| line.split_whitespace().next().unwrap());
    let left: Vec<&str> = names.filter(|name| !all.made.contains(*name)).collect();
    let elsewhere = [
        "token-login",
        "team-init",
        "team-push",
        "team-pull",
        "ticket",
    ];
    assert_eq!(left, elsewhere);
}

#[test]
fn a_result_is_named_as_its_command_is_typed_and_a_slip_is_mended() {
    let home = Home::new();
    let one = home.run(&["schema", "token", "list"]).json();
    assert_eq!(one, home.run(&["schema", "token-list"]).json());
    assert_eq!(
        one["$schema"],
        "https://json-schema.org/draft/2020-12/schema"
    );
    home.run(&["schema", "investigat"])
        .refused(2, &["investigat", "Did you mean investigate?"]);
}
