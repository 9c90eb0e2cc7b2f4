//! `import` and `export` as scripts use them, and what they leave on disk.
#![cfg(unix)]

use crate::faults;
use crate::program;

use faults::{Server, answer};
use program::{Home, has_shape};
use serde_json::{Value, json};

const COMMANDS: &str = "curl -k 'https://api.acme.example/core/runbooks?page=2' \\\n  -H 'Authorization: Bearer abcdef123456abcdef' --json '{\"password\":\"hunter22\"}'\ncurl https://b.example/ -F up=@x.txt -F note=hi -b 'sid=zzz1234567'\n";
const SECRETS: [&str; 3] = ["abcdef123456", "hunter22", "zzz1234567"];

fn json_of(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn an_import_shows_requests_tokens_and_notes_and_no_value() {
    let home = Home::new();
    let ran = home.feed(&["import", "-", "--json"], COMMANDS);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let shown = json_of(&ran.out);
    has_shape(&shown, &["kind", "requests", "tokens", "notes"], &[]);
    assert_eq!(shown["kind"], "curl");
    let first = &shown["requests"][0];
    has_shape(
        first,
        &[
            "name", "method", "url", "params", "headers", "body", "token",
        ],
        &[],
    );
    assert_eq!(first["method"], "POST");
    assert_eq!(first["params"], json!([["page", "2"]]));
    assert_eq!(first["token"], "bearer");
    assert_eq!(
        shown["requests"][1]["body"]["multipart"],
        json!([{ "name": "up", "file": "x.txt" }, { "name": "note", "text": "hi" }])
    );
    let token = &shown["tokens"][0];
    has_shape(token, &["name", "place", "variable", "fingerprint"], &[]);
    assert_eq!(token["variable"], "HTTRIAGE_TOKEN_BEARER");
    let note = &shown["notes"][0];
    has_shape(note, &["message", "line", "column"], &[]);
    assert_eq!(
        (note["line"].as_u64(), note["column"].as_u64()),
        (Some(1), Some(6))
    );
    let text = home.feed(&["import", "-", "--kind", "curl"], COMMANDS);
    for secret in SECRETS {
        assert!(!ran.out.contains(secret) && !text.out.contains(secret));
    }
}

#[test]
fn an_imported_session_holds_no_value_and_replays_with_its_tokens_by_name() {
    let home = Home::new();
    let served = program::Served::start();
    let base = &served.base;
    let commands = format!(
        "curl {base}/core/users/me -H 'Authorization: Bearer abcdef123456abcdef'\n{COMMANDS}"
    );
    let file = home.write("commands.sh", commands);
    let ran = home.run(&["import", &file, "--out", "acme.session.toml"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.contains("3 steps written"));
    let session = std::fs::read_to_string(home.path("acme.session.toml")).unwrap();
    for secret in SECRETS {
        assert!(!session.contains(secret), "{session}");
    }
    assert!(session.contains("token = \"bearer\""), "{session}");
    // A part keeps its text beside the file, which is named and not read.
    assert!(session.contains("version = 2"), "{session}");
    let parts = "parts = [\n  { name = \"up\", file = \"x.txt\" },\n  { name = \"note\", value = \"hi\" },\n]";
    assert!(session.contains(parts), "{session}");
    // What a file would have held stops the step instead of being sent without it.
    let export = ["export", "acme.session.toml", "--as", "curl"];
    let exported = home.run(&export);
    assert_eq!(exported.code, 0);
    // Nobody said where its tokens belong.
    assert!(!exported.out.contains("HTTRIAGE_TOKEN"), "{}", exported.out);
    assert!(exported.err.contains("Left out: token bearer"));
    let exported = home.run(&[&export[..], &["--base-url", base]].concat());
    assert!(
        exported.out.contains("\"$HTTRIAGE_TOKEN_BEARER\""),
        "{}",
        exported.out
    );
    assert!(exported.err.contains("HTTRIAGE_TOKEN_BEARER"));
}

#[test]
fn a_value_that_is_that_of_a_known_token_gets_its_name() {
    let home =
        Home::settled("[tokens.acme-support]\nenv = \"ACME\"\n").with("ACME", "abcdef123456abcdef");
    let shown = json_of(&home.feed(&["import", "-", "--json"], COMMANDS).out);
    assert_eq!(shown["requests"][0]["token"], "acme-support");
    assert_eq!(shown["tokens"][0]["name"], "acme-support");
}

#[test]
fn the_value_of_a_token_of_ours_is_repeated_from_no_part_of_a_file() {
    const OURS: &str = "ours0123known4567token89ab";
    let settings = "[environments.acme]\nbase_url = \"https://api.acme.example\"\ntokens = [\"acme-support\"]\n\n[tokens.acme-support]\nenv = \"ACME\"\n";
    let home = Home::settled(settings).with("ACME", OURS);
    let command = format!(
        "curl 'https://api.acme.example/{OURS}/x?a={OURS}' -H 'X-Odd: {OURS}' -d '{{\"k\":\"{OURS}\"}}'\n"
    );
    let file = home.write("command.sh", command);
    let text = home.run(&["import", &file]);
    let shown = home.run(&["import", &file, "--json"]);
    let saved = home.run(&["import", &file, "--out", "o.session.toml"]);
    let session = std::fs::read_to_string(home.path("o.session.toml")).unwrap();
    for ran in [&text, &shown, &saved] {
        assert_eq!(ran.code, 0, "{}", ran.err);
        assert!(!ran.all().contains(OURS), "{}", ran.all());
    }
    assert!(!session.contains(OURS), "{session}");
    // Where a name may stand, it does: the request can be sent as it was.
    let url = "https://api.acme.example/{{token:acme-support}}/x";
    assert_eq!(json_of(&shown.out)["requests"][0]["url"], url);

    let mut own: Value = json_of(&recording("https://api.acme.example"));
    let call = &mut own["log"]["entries"][1];
    call["request"]["url"] = json!(format!("https://api.acme.example/{OURS}/x"));
    call["response"]["content"]["text"] =
        json!(format!("{{\"errors\":[{{\"title\":\"no {OURS}\"}}]}}"));
    let recorded = home.write("own.har", own.to_string());
    for args in [
        &["explain", recorded.as_str()][..],
        &["explain", recorded.as_str(), "--json"],
    ] {
        let told = home.run(args);
        assert_eq!(told.code, 0, "{}", told.err);
        assert!(told.out.contains("‹token:acme-support"), "{}", told.out);
        assert!(!told.all().contains(OURS), "{}", told.all());
    }

    let typed = format!(
        "version = 1\nname = \"x\"\nenvironment = \"acme\"\n\n[variables]\nwho = \"{OURS}\"\n\n[[step]]\nname = \"{OURS}\"\nmethod = \"POST\"\nurl = \"{{{{base}}}}/x?a={OURS}\"\nheaders = [[\"X-Odd\", \"{OURS}\"]]\nbody = \"{OURS}\"\n"
    );
    home.write("typed.session.toml", typed);
    for form in ["curl", "hurl", "http"] {
        let written = home.run(&["export", "typed.session.toml", "--as", form]);
        assert_eq!(written.code, 0, "{}", written.err);
        assert!(!written.all().contains(OURS), "{}", written.all());
    }
}

#[test]
fn a_kept_call_is_exported_with_its_token_as_a_variable() {
    let home = Home::new();
    let sent = home.run(&[
        "send",
        "GET",
        "/core/runbooks/9?a=b c".replace(' ', "%20").as_str(),
        "--env",
        "sandbox",
        "--token",
        "support",
        "--json",
    ]);
    let id = json_of(&sent.out)["id"].as_str().unwrap().to_owned();
    let exported = home.run(&["export", &id[..10], "--as", "curl"]);
    assert_eq!(exported.code, 0, "{}", exported.err);
    assert!(
        exported.out.starts_with("curl 'http://127.0.0.1:"),
        "{}",
        exported.out
    );
    assert!(
        exported
            .out
            .contains("'authorization: Bearer '\"$HTTRIAGE_TOKEN_SUPPORT\"")
    );
    let again = json_of(&home.feed(&["import", "-", "--json"], &exported.out).out);
    assert_eq!(again["requests"][0]["token"], "support");
    assert_eq!(again["requests"][0]["params"], json!([["a", "b c"]]));
}

#[test]
fn a_call_and_a_session_are_written_for_hurl_and_for_editors() {
    let home = Home::new();
    let sent = home.run(&[
        "send",
        "GET",
        "/core/runbooks/7/tasks",
        "--env",
        "sandbox",
        "--token",
        "support",
        "--json",
    ]);
    let id = json_of(&sent.out)["id"].as_str().unwrap().to_owned();
    let hurl = home.run(&["export", &id, "--as", "hurl"]);
    assert_eq!(hurl.code, 0, "{}", hurl.err);
    for part in [
        "--secret token_support=\"$HTTRIAGE_TOKEN_SUPPORT\" FILE",
        "/core/runbooks/7/tasks\n",
        "authorization: Bearer {{token_support}}\n",
        "HTTP 403\n[Asserts]\nbody contains \"",
    ] {
        assert!(hurl.out.contains(part), "{}", hurl.out);
    }
    assert!(hurl.err.contains("HTTRIAGE_TOKEN_SUPPORT"), "{}", hurl.err);
    let saved = home.run(&["history", "save", "tasks"]);
    assert_eq!(saved.code, 0, "{}", saved.err);
    let http = home.run(&["export", "tasks", "--as", "http"]);
    assert_eq!(http.code, 0, "{}", http.err);
    for part in [
        "@base = {{$processEnv HTTRIAGE_VAR_BASE}}\n",
        "@token_support = {{$processEnv HTTRIAGE_TOKEN_SUPPORT}}\n",
        "### 1. ",
        "# Recorded: 403 ",
        "/core/runbooks/7/tasks HTTP/1.1\n",
    ] {
        assert!(http.out.contains(part), "{}", http.out);
    }
}

#[test]
fn what_is_not_there_or_not_readable_is_wrong_usage() {
    let home = Home::new();
    for (args, says) in [
        (&["import", "nowhere.txt"][..], "nowhere.txt cannot be read"),
        (
            &["import", "wget.txt"],
            "wget.txt:2:1: no request stands in this text",
        ),
        (
            &["import", "open.txt"],
            "open.txt:1:6: a single quote is opened here",
        ),
        (
            &["export", "nothing", "--as", "curl"],
            "neither a session nor a call",
        ),
        (&["export", "nothing", "--as", "smoke"], "smoke"),
    ] {
        home.write("wget.txt", "\nwget x");
        home.write("open.txt", "curl 'x");
        let ran = home.run(args);
        assert_eq!(ran.code, 2, "{args:?} {}", ran.err);
        assert!(ran.err.contains(says), "{args:?} {}", ran.err);
    }
}

#[test]
fn the_ids_of_a_call_are_printed_with_it_and_go_along_in_every_export() {
    let home = Home::new();
    let server = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/x", server.local_addr().unwrap());
    let answering = std::thread::spawn(move || {
        use std::io::{Read, Write};
        for _ in 0..2 {
            let (mut stream, _) = server.accept().unwrap();
            let mut request = Vec::new();
            let mut part = [0; 1024];
            while !request.ends_with(b"\r\n\r\n") {
                let length = stream.read(&mut part).unwrap();
                request.extend_from_slice(&part[..length]);
            }
            stream.write_all(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\ncf-ray: 8f-AMS\r\nx-request-id: r-1\r\n\r\n").unwrap();
        }
    });
    let sent = json_of(&home.run(&["send", "GET", &url, "--json"]).out);
    let ids = json!([["x-request-id", "r-1"], ["cf-ray", "8f-AMS"]]);
    assert_eq!(sent["request_ids"], ids);
    let text = home.run(&["send", "GET", &url, "--no-history"]).err;
    assert!(text.contains("x-request-id: r-1"), "{text}");
    answering.join().unwrap();
    let listed = json_of(&home.run(&["history", "export"]).out);
    assert_eq!(listed["exchanges"][0]["request_ids"], ids);
    let id = sent["id"].as_str().unwrap();
    let exported = home.run(&["export", id, "--as", "curl"]).out;
    assert!(
        exported.starts_with("# x-request-id: r-1\n# cf-ray: 8f-AMS\ncurl "),
        "{exported}"
    );
}

/// As a browser saves it: a call that was fine, and one refused twice.
fn recording(base: &str) -> String {
    let call = |path: &str, status: u16, body: &str| {
        json!({
            "startedDateTime": "2024-05-12T09:30:00Z",
            "time": 41.5,
            "request": {
                "method": "GET", "url": format!("{base}{path}"), "httpVersion": "h2", "cookies": [],
                "headers": [
                    { "name": "authorization", "value": "Bearer harsecret11223344" },
                    { "name": "cookie", "value": "sid=harcookie998877" },
                ],
            },
            "response": {
                "status": status, "statusText": "", "httpVersion": "h2",
                "headers": [{ "name": "set-cookie", "value": "sid=harcookie998877" }],
                "content": { "size": body.len(), "mimeType": "application/json", "text": body },
            },
            "timings": { "send": 0, "wait": 40, "receive": 1 },
        })
    };
    let refused = r#"{"errors":[{"code":"forbidden","title":"No","detail":"harcookie998877 harsecret11223344"}]}"#;
    let entries = [
        call("/core/users/me", 200, r#"{"data":{"id":"1"}}"#),
        call("/core/runbooks", 403, refused),
        call("/core/runbooks", 403, refused),
    ];
    json!({ "log": { "version": "1.2", "entries": entries } }).to_string()
}

#[test]
fn a_recording_is_explained_without_sending_and_becomes_a_session_with_what_was_recorded() {
    let home = Home::new();
    let served = program::Served::start();
    let file = home.write("customer.har", recording(&served.base));
    let text = home.run(&["explain", &file]);
    assert_eq!(text.code, 0, "{}", text.err);
    assert!(
        text.out.contains("2 of 3 calls were refused"),
        "{}",
        text.out
    );
    assert!(
        text.out.contains("recorded elsewhere, 42 ms"),
        "{}",
        text.out
    );
    assert!(
        text.out
            .contains("One more call was refused in the same words.")
    );
    assert!(text.out.contains("Likely: permission."), "{}", text.out);
    let told = json_of(&home.run(&["explain", &file, "--json"]).out);
    has_shape(&told, &["causes", "entries", "calls", "notes"], &[]);
    has_shape(&told["calls"][0], &["exchange", "causes", "alike"], &[]);
    let calls = told["calls"].as_array().unwrap().iter();
    let statuses: Vec<_> = calls
        .map(|call| call["exchange"]["outcome"]["status"].as_u64().unwrap())
        .collect();
    assert_eq!(statuses, [403, 200]);

    let shown = home.run(&["import", &file, "--json"]);
    assert_eq!(json_of(&shown.out)["kind"], "har");
    let ran = home.run(&["import", &file, "--out", "c.session.toml"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let session = std::fs::read_to_string(home.path("c.session.toml")).unwrap();
    assert!(
        session.contains("status = 403") && session.contains("forbidden"),
        "{session}"
    );
    for out in [&text.out, &told.to_string(), &shown.out, &ran.out, &session] {
        assert!(
            !out.contains("harsecret") && !out.contains("harcookie"),
            "{out}"
        );
    }
    let wrong = home.run(&["import", &home.write("x.json", "{\"a\":1}")]);
    assert_eq!(wrong.code, 2);
    assert!(wrong.err.contains("no HAR recording"), "{}", wrong.err);
}

#[test]
fn a_kept_call_goes_out_as_a_recording_that_reads_back() {
    let home = Home::new();
    let args = [
        "send",
        "GET",
        "/core/runbooks/9",
        "--env",
        "sandbox",
        "--token",
        "support",
        "--json",
    ];
    let sent = json_of(&home.run(&args).out);
    let id = sent["id"].as_str().unwrap();
    let ran = home.run(&["export", id, "--as", "har"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let har = json_of(&ran.out);
    assert_eq!(har["log"]["version"], "1.2");
    assert_eq!(
        har["log"]["entries"][0]["response"]["status"],
        sent["outcome"]["status"]
    );
    let again = json_of(&home.feed(&["import", "-", "--json"], &ran.out).out);
    assert_eq!(again["kind"], "har");
    // A recording comes from anybody: a mask in it names no token of this machine.
    assert_eq!(again["requests"][0]["token"], "bearer");
    let value = &again["tokens"][0];
    assert_eq!(
        (&value["name"], value.get("fingerprint")),
        (&"bearer".into(), None)
    );
    assert_eq!(again["requests"][0]["url"], sent["request"]["url"]);
    let told = home.feed(&["explain", "-"], &ran.out);
    assert!(told.out.contains("of 1 calls"), "{}", told.out);
}

#[test]
fn a_strangers_file_that_names_a_token_of_ours_gets_no_value_of_it() {
    let server = Server::saying(answer("200 OK", "connection: close\r\n", b"{}"));
    let away = server.base();
    let home = Home::settled(
        "[environments.acme]\nbase_url = \"https://acme.example\"\ntokens = [\"desk\"]\n",
    )
    .with("HTTRIAGE_TOKEN_DESK", "the-value-of-desk");
    let call = json!({
        "startedDateTime": "2024-05-12T09:30:00Z",
        "time": 1,
        "request": {
            "method": "POST", "url": format!("{away}/take?key={{{{token:desk}}}}"), "httpVersion": "HTTP/1.1",
            "headers": [
                { "name": "Authorization", "value": "Bearer {{token:desk}}" },
                { "name": "X-Key", "value": "{{token:desk}}" },
            ],
            "postData": { "mimeType": "text/plain", "text": "{{token:desk}} {{ token:desk }}" },
        },
        "response": { "status": 200, "headers": [], "content": { "mimeType": "application/json", "text": "{}" } },
    });
    let recording = json!({ "log": { "version": "1.2", "entries": [call] } }).to_string();
    let curl = format!(
        "curl {away}/take -H 'Authorization: Bearer {{{{token:desk}}}}' -H 'X-Key: {{{{token:desk}}}}' -d '{{{{token:desk}}}}'"
    );
    let http = format!(
        "POST {away}/take?key={{{{token:desk}}}}\nAuthorization: Bearer {{{{token:desk}}}}\nX-Key: {{{{desk}}}}\n\n{{{{token:desk}}}}"
    );
    let postman = json!({ "info": {}, "item": [{ "name": "take", "request": {
        "method": "POST", "url": format!("{away}/take?key={{{{desk}}}}"),
        "auth": { "type": "bearer", "bearer": { "token": "{{desk}}" } },
        "header": [{ "key": "X-Key", "value": "{{token:desk}}" }],
        "body": { "mode": "raw", "raw": "{{token:desk}}" },
    } }] })
    .to_string();
    for (name, text) in [
        ("a.har", recording),
        ("a.sh", curl),
        ("a.http", http),
        ("a.json", postman),
    ] {
        let file = home.write(name, text);
        let ran = home.run(&["import", &file, "--out", "taken.session.toml"]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        // That it names one is seen before anything is sent.
        assert!(ran.out.contains("desk"), "{}", ran.out);
        for options in [&[][..], &["--env", "acme"]] {
            let replayed =
                home.run(&[&["replay", "taken.session.toml", "--json"], options].concat());
            assert_ne!(replayed.code, 2, "{}", replayed.err);
            assert!(!replayed.all().contains("the-value-of-desk"));
        }
    }
    for asked in server.asked() {
        assert!(
            !format!("{asked:?}").contains("the-value-of-desk"),
            "{asked:?}"
        );
    }
}

/// The sandbox as its people might describe it; who signs in stands in the name of the scheme.
const DESCRIBED: &str = r##"openapi: 3.1.0
info: { title: The sandbox, version: "1" }
servers: [{ url: https://api.acme.example }]
security: [{ support: [] }]
paths:
  /core/users/me:
    get: { operationId: whoAmI }
  /core/runbooks:
    get:
      summary: List runbooks
      security: [{ viewer: [] }]
      parameters: [{ name: stage, in: query, required: true, schema: { type: string }, example: live }]
    post:
      operationId: createRunbook
      security: [{ editor: [] }]
      requestBody:
        required: true
        content:
          application/json:
            schema: { $ref: "#/components/schemas/NewRunbook" }
  /core/runbooks/{runbook}:
    parameters: [{ $ref: "#/components/parameters/Runbook" }]
    get: { operationId: getRunbook }
    put: { operationId: replaceRunbook, deprecated: true, security: [{ admin: [] }] }
  /core/runbooks/{runbook}/tasks:
    parameters: [{ $ref: "#/components/parameters/Runbook" }]
    get: { operationId: listTasks }
components:
  parameters:
    Runbook: { name: runbook, in: path, required: true, schema: { type: integer, examples: [7] } }
  securitySchemes:
    support: { type: http, scheme: bearer }
    viewer: { type: http, scheme: bearer }
    editor: { type: oauth2, flows: {} }
    admin: { type: openIdConnect, openIdConnectUrl: "https://login.acme.example" }
  schemas:
    NewRunbook:
      type: object
      required: [data]
      properties:
        data:
          required: [type, attributes, relationships]
          properties:
            type: { const: runbook }
            attributes: { type: object, required: [name], properties: { name: { type: string } } }
            relationships: { example: { workspace: { data: { type: workspace, id: "1" } } } }
"##;

#[test]
fn the_described_sandbox_is_imported_and_each_step_gets_its_status() {
    let home = Home::new();
    let file = home.write("sandbox.yaml", DESCRIBED);
    let ran = home.run(&["import", &file, "--out", "sandbox.session.toml"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.contains("6 steps written"), "{}", ran.out);
    assert!(ran.out.contains("https://api.acme.example"), "{}", ran.out);
    let replayed = home.run(&[
        "replay",
        "sandbox.session.toml",
        "--env",
        "sandbox",
        "--json",
    ]);
    let report = replayed.json();
    let steps = report["steps"].as_array().unwrap().iter();
    let statuses: Vec<_> = steps
        .map(|step| {
            (
                step["name"].as_str().unwrap(),
                step["replayed"]["status"].as_u64(),
            )
        })
        .collect();
    assert_eq!(
        statuses,
        [
            ("whoAmI", Some(200)),
            ("List runbooks", Some(422)),
            ("createRunbook", Some(201)),
            ("getRunbook", Some(200)),
            ("replaceRunbook", Some(405)),
            ("listTasks", Some(403)),
        ],
        "{}",
        replayed.err
    );
    // Without a place to go, the file's own address is not called by itself.
    let nowhere = home.run(&["replay", "sandbox.session.toml", "--json"]);
    assert_eq!(nowhere.code, 1, "{}", nowhere.err);
    assert!(nowhere.out.contains("--base-url"), "{}", nowhere.out);
}

#[test]
fn a_description_is_shown_in_every_form_without_the_secrets_in_it() {
    let home = Home::new();
    let text = DESCRIBED
        .replace(
            "example: live }",
            "example: live }, { name: api_key, in: query, required: true, example: planted-abcdef1 }, { name: page, in: query }",
        )
        .replace("https://api.acme.example", "https://jane:planted-abcdef2@api.acme.example?sig=planted-abcdef3")
        .replace("summary: List runbooks", "summary: List with planted-abcdef1");
    let shown = home.feed(&["import", "-", "--json"], &text);
    assert_eq!(shown.code, 0, "{}", shown.err);
    let read = json_of(&shown.out);
    has_shape(&read, &["kind", "requests", "tokens", "notes"], &[]);
    assert_eq!(read["kind"], "openapi");
    assert_eq!(
        read["requests"][1]["params"],
        json!([["stage", "live"], ["api_key", "{{token:api-key}}"]])
    );
    assert_eq!(read["requests"][2]["token"], "editor");
    let token = |name: &str| {
        let tokens = read["tokens"].as_array().unwrap();
        let mut tokens = tokens.iter();
        tokens.find(|token| token["name"] == name).unwrap()
    };
    assert!(token("api-key")["fingerprint"].is_string());
    assert!(token("support").get("fingerprint").is_none());
    let notes = read["notes"].as_array().unwrap();
    assert!(notes.iter().all(|note| note["message"].is_string()));
    assert!(
        notes
            .iter()
            .any(|note| note["line"] == 9 && note["column"] == 5),
        "{notes:?}"
    );
    let plain = home.feed(&["import", "-", "--out", "x.session.toml"], &text);
    assert_eq!(plain.code, 0, "{}", plain.err);
    let session = std::fs::read_to_string(home.path("x.session.toml")).unwrap();
    for out in [&shown.out, &shown.err, &plain.out, &plain.err, &session] {
        assert!(!out.contains("planted-"), "{out}");
    }
    // A recording says no other thing when it is called one.
    let wrong = home.feed(&["import", "-", "--kind", "har"], &text);
    wrong.refused(2, &["no HAR recording"]);
    let wrong = home.feed(&["import", "-", "--kind", "openapi"], COMMANDS);
    wrong.refused(2, &["stdin:"]);
    let wrong = home.feed(&["import", "-"], "openapi: 3.0.0\ninfo: {}\npaths: [\n");
    wrong.refused(2, &["stdin:", "no YAML that can be read"]);
}

#[test]
fn nothing_in_a_description_steers_the_terminal() {
    let home = Home::new();
    let text = json!({
        "openapi": "3.0.0",
        "info": { "title": "x\u{1b}]0;t\u{7}" },
        "servers": [{ "url": "https://a.example/\u{202e}x" }, { "url": "\u{1b}[2J" }],
        "paths": {
            "/a\u{1b}[31m/{x\u{9b}}": { "get": {
                "operationId": "get\u{1b}[2Jit\u{2028}",
                "parameters": [
                    { "name": "q\u{1b}", "in": "query", "required": true, "example": "\u{202e}v\u{e0041}" },
                    { "name": "o\u{1b}", "in": "query" },
                    { "$ref": "\u{1b}]52;c;eA==\u{7}.yaml" },
                ],
            } },
        },
    });
    for args in [
        &["import", "-"][..],
        &["import", "-", "--json"],
        &["import", "-", "--out", "x.session.toml"],
    ] {
        let ran = home.feed(args, text.to_string());
        assert_eq!(ran.code, 0, "{}", ran.err);
        let session = std::fs::read_to_string(home.path("x.session.toml")).unwrap_or_default();
        let steers = |c: char| httriage::model::is_unsafe(c);
        for out in [&ran.out, &ran.err, &session] {
            assert!(!out.contains(steers), "{out:?}");
        }
    }
}
/// Calls of the practice API as Postman exports them, their credentials in all the usual places.
fn collection(base: &str, token: &str) -> String {
    let path =
        |path: &str| json!({ "raw": format!("{{{{baseUrl}}}}{path}"), "host": ["{{baseUrl}}"] });
    let bearer =
        |value: &str| json!({ "type": "bearer", "bearer": [{ "key": "token", "value": value }] });
    json!({
        "info": { "name": "Practice", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json" },
        "auth": bearer("{{access}}"),
        "variable": [
            { "key": "baseUrl", "value": base },
            { "key": "access", "value": token },
            { "key": "runbook", "value": "7" },
        ],
        "event": [{ "listen": "test", "script": { "exec": ["pm.test('planted-script')"] } }],
        "item": [
            { "name": "Users", "item": [
                { "name": "me", "request": { "method": "GET", "url": path("/core/users/me") } },
            ] },
            { "name": "tasks", "request": { "method": "GET", "url": path("/core/runbooks/{{runbook}}/tasks") } },
            { "name": "nobody", "request": { "method": "GET", "url": path("/core/users/me"), "auth": { "type": "noauth" } } },
            { "name": "missing", "request": { "method": "GET", "url": {
                "raw": "{{baseUrl}}/core/runbooks/:id", "variable": [{ "key": "id", "value": "9999" }],
            } } },
            { "name": "POST https://a.example/?password=planted-name", "request": {
                "method": "POST", "url": path("/core/runbooks?api_key=planted-query"),
                "header": [{ "key": "X-Api-Key", "value": "planted-header" }, { "key": "X-Off", "value": "planted-off", "disabled": true }],
                "body": { "mode": "raw", "raw": "{\"password\": \"planted-body\"}" },
            } },
        ],
    })
    .to_string()
}

/// The same calls as a `.http` file.
fn http_file(base: &str, token: &str) -> String {
    format!(
        "@host = {base}\n@access = {token}\n@runbook = 7\n\n### me\nGET {{{{host}}}}/core/users/me\nAuthorization: Bearer {{{{access}}}}\n\n### tasks\nGET {{{{host}}}}/core/runbooks/{{{{runbook}}}}/tasks\nAuthorization: Bearer {{{{access}}}}\n\n> {{%\nclient.test('planted-script')\n%}}\n### nobody\nGET {{{{host}}}}/core/users/me\n### missing\nGET {{{{host}}}}/core/runbooks/9999\nAuthorization: Bearer {{{{access}}}}\n### POST https://a.example/?password=planted-name\nPOST {{{{host}}}}/core/runbooks\n    ?api_key=planted-query\nX-Api-Key: planted-header\nCookie: sid=planted-off1\nContent-Type: application/json\n\n{{\"password\": \"planted-body\"}}\n"
    )
}

#[test]
fn collections_and_http_files_become_sessions_that_replay_against_the_practice_api() {
    let token = "planted-access-0011223344";
    for (kind, file, text) in [
        (
            "postman",
            "a.json",
            collection("https://api.acme.example/", token),
        ),
        (
            "http",
            "a.http",
            http_file("https://api.acme.example", token),
        ),
    ] {
        let home = Home::new();
        home.write(file, &text);
        let shown = home.run(&["import", file, "--json"]);
        assert_eq!(shown.code, 0, "{}", shown.err);
        let told = json_of(&shown.out);
        has_shape(&told, &["kind", "requests", "tokens", "notes"], &[]);
        assert_eq!(told["kind"], kind);
        assert_eq!(told["requests"][0]["url"], "{{base}}/core/users/me");
        assert_eq!(told["requests"][0]["token"], "access");
        assert_eq!(told["requests"][2].get("token"), None);
        assert_eq!(told["requests"].as_array().unwrap().len(), 5);
        let note = &told["notes"][0];
        assert!(note["line"].is_u64() && note["column"].is_u64(), "{note}");
        let text = home.run(&["import", file]);
        assert!(
            text.out.contains("https://api.acme.example"),
            "{}",
            text.out
        );
        let written = home.run(&["import", file, "--out", "a.session.toml"]);
        assert_eq!(written.code, 0, "{}", written.err);
        assert!(written.out.contains("5 steps written"), "{}", written.out);
        let session = std::fs::read_to_string(home.path("a.session.toml")).unwrap();
        for out in [&shown, &text, &written] {
            assert!(!out.all().contains("planted"), "{}", out.all());
        }
        assert!(!session.contains("planted"), "{session}");

        // Every step gets its answer; the token of that name is a practice token of this run.
        let session = session.replace("token = \"access\"", "token = \"support\"");
        let session = session.split("[[step]]\nname = \"POST").next().unwrap();
        home.write("b.session.toml", session);
        let replayed = home.run(&["replay", "b.session.toml", "--env", "sandbox", "--json"]);
        let told = json_of(&replayed.out);
        let steps = told["steps"].as_array().unwrap().iter();
        let statuses: Vec<_> = steps
            .map(|step| step["replayed"]["status"].as_u64().unwrap_or_default())
            .collect();
        assert_eq!(statuses, [200, 403, 401, 404], "{}", replayed.out);
    }
}

#[test]
fn a_kind_that_is_named_wins_and_a_file_that_is_none_is_one_sentence() {
    let home = Home::new();
    home.write(
        "env.json",
        "{\"values\": [{\"key\": \"k\", \"value\": \"planted\"}]}",
    );
    home.write(
        "curl.http",
        "### a\nGET https://a.example/x\n###\ncurl https://b.example/y\n",
    );
    for (args, says) in [
        (&["import", "env.json"][..], "no collection that is known"),
        (
            &["import", "env.json", "--kind", "postman"],
            "an environment of Postman",
        ),
        (
            &["import", "env.json", "--kind", "http"],
            "no request in this file",
        ),
    ] {
        let ran = home.run(args);
        ran.refused(2, &[says]);
        assert!(!ran.all().contains("planted"));
    }
    let told = json_of(&home.run(&["import", "curl.http", "--json"]).out);
    assert_eq!(
        (told["kind"].as_str(), told["requests"][0]["url"].as_str()),
        (Some("http"), Some("https://a.example/x"))
    );
    let told = json_of(
        &home
            .run(&["import", "curl.http", "--kind", "curl", "--json"])
            .out,
    );
    assert_eq!(told["requests"][0]["url"], "https://b.example/y");
}

#[test]
fn a_file_of_a_session_is_not_read_unless_somebody_agrees() {
    let home = Home::new();
    let server = Server::saying(answer("200 OK", "", b"{}"));
    home.write("secret.txt", "planted-file-contents");
    let session = home.write(
        "s.session.toml",
        format!(
            "version = 2\nname = \"s\"\n[[step]]\nname = \"up\"\nmethod = \"POST\"\nurl = \"{}/x\"\nparts = [{{ name = \"a\", value = \"1\" }}, {{ name = \"f\", file = \"secret.txt\" }}]\n",
            server.base()
        ),
    );
    let ran = home.run(&["replay", &session]);
    assert_ne!(ran.code, 0);
    assert!(
        ran.out.contains("nobody agreed to it"),
        "{} {}",
        ran.out,
        ran.err
    );
    assert!(server.asked().is_empty());
    for path in ["/etc/hostname", "../x", "~/x", "a/../../x", "c:\\\\x"] {
        let text = format!(
            "version = 2\nname = \"s\"\n[[step]]\nname = \"up\"\nmethod = \"POST\"\nurl = \"https://a.example\"\nbody_file = \"{path}\"\n"
        );
        let session = home.write("t.session.toml", text);
        let ran = home.run(&["replay", &session]);
        assert_eq!(ran.code, 2, "{}", ran.err);
        assert!(ran.err.contains("t.session.toml:7:13"), "{}", ran.err);
        assert!(
            ran.err.contains("does not lie below the folder"),
            "{}",
            ran.err
        );
    }
}

#[test]
fn files_of_other_programs_are_read_by_what_they_are() {
    let home = Home::new();
    let utf_16: Vec<u8> = "\u{feff}GET https://a.example/x\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    for (name, bytes, kind) in [
        ("wide.http", utf_16, "http"),
        (
            "plain.http",
            b"\xef\xbb\xbfhttps://a.example/x\n".to_vec(),
            "http",
        ),
        (
            "call.txt",
            b"http POST a.example/x a=1\n".to_vec(),
            "httpie",
        ),
        (
            "call.sh",
            b"wget -qO- https://a.example/x\n".to_vec(),
            "wget",
        ),
        (
            "call.ps1",
            b"Invoke-RestMethod -Uri https://a.example/x\n".to_vec(),
            "powershell",
        ),
        (
            "call.js",
            b"await fetch('https://a.example/x');\n".to_vec(),
            "fetch",
        ),
        (
            "call.bru",
            b"get {\n  url: https://a.example/x\n}\n".to_vec(),
            "bruno",
        ),
        ("call.hurl", b"GET https://a.example/x\n".to_vec(), "hurl"),
    ] {
        let file = home.path(name);
        std::fs::write(&file, bytes).unwrap();
        let ran = home.run(&["import", name, "--json"]);
        assert_eq!(ran.code, 0, "{name} {}", ran.err);
        let shown = json_of(&ran.out);
        assert_eq!(shown["kind"], kind, "{name}");
        let url = shown["requests"][0]["url"].as_str().unwrap();
        assert!(url.ends_with("a.example/x"), "{name} {url}");
    }
}
