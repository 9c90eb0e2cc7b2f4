//! Requests of other programs, headers that name another host, and lists that cannot be read.

use super::doors::{client, press_send, screen};
use super::program::Home;
use super::{Room, VALUE, config, texts};
use serde_json::json;

/// A request with the text in its query, a header and its body, in the form of another program.
fn written(kind: &str, base: &str, text: &str) -> (&'static str, String) {
    let url = format!("{base}/x?q={text}");
    match kind {
        "curl" => (
            "a.sh",
            format!("curl '{url}' -H 'X-A: {text}' -H 'X-B: a {text}' -d 'a={text}'\n"),
        ),
        "http" => (
            "a.http",
            format!("POST {url}\nX-A: {text}\nX-B: a {text}\n\n{{\"a\":\"{text}\"}}\n"),
        ),
        "har" => {
            let headers = json!([{"name": "X-A", "value": text}, {"name": "X-B", "value": format!("a {text}")}]);
            let data =
                json!({"mimeType": "application/json", "text": format!("{{\"a\":\"{text}\"}}")});
            let request =
                json!({"method": "POST", "url": url, "headers": headers, "postData": data});
            let answer = json!({"status": 200, "content": {"text": ""}, "headers": []});
            let entry = json!({"startedDateTime": "2026-03-14T02:07:00Z", "time": 1, "request": request, "response": answer});
            (
                "a.har",
                json!({"log": {"version": "1.2", "entries": [entry]}}).to_string(),
            )
        }
        "postman" => {
            let body = json!({"mode": "raw", "raw": format!("{{\"a\":\"{text}\"}}")});
            let headers =
                json!([{"key": "X-A", "value": text}, {"key": "X-B", "value": "{{half}}bound}}"}]);
            let request = json!({"method": "POST", "url": url, "header": headers, "body": body});
            let item = json!([{"name": "a", "request": request}]);
            let variable = json!([{"key": "half", "value": "{{token:"}]);
            let info = json!({"name": "a", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"});
            (
                "a.json",
                json!({"info": info, "item": item, "variable": variable}).to_string(),
            )
        }
        _ => {
            let query = json!({"in": "query", "name": "q", "required": true, "example": text});
            let header = json!({"in": "header", "name": "X-A", "required": true, "example": text});
            let media = json!({"example": {"a": text}});
            let body = json!({"content": {"application/json": media}});
            let post = json!({"parameters": [query, header], "requestBody": body});
            let paths = json!({"/x": {"post": post}});
            ("b.json", json!({"openapi": "3.0.0", "info": {"title": "a", "version": "1"}, "servers": [{"url": base}], "paths": paths}).to_string())
        }
    }
}

#[tokio::test]
async fn text_in_requests_of_other_programs_is_text() {
    let room = Room::open();
    let client = client(&room);
    let mut cells = Vec::new();
    for kind in ["curl", "http", "har", "postman", "openapi"] {
        for text in texts() {
            for base in [room.own.base(), room.stranger.base()] {
                let (file, content) = written(kind, &base, &text);
                let file = room.home.write(file, &content);
                let out = room.home.path("out.session.toml");
                let out = out.to_str().unwrap();
                let ran = room
                    .home
                    .run(&["import", &file, "--kind", kind, "--out", out]);
                assert_eq!(ran.code, 0, "{kind}: {}", ran.all());
                // Under the token, so that at its own host it goes where tokens go.
                let args = ["replay", out, "--env", "own", "--token", "bound"];
                room.home.run(&args);
                let mut scene = screen(&room);
                scene.held = false;
                scene.paste(&content);
                press_send(&mut scene, &client).await;
                cells.extend(
                    ["import", "screen"].map(|door| format!("{door} {kind} {text} {base}")),
                );
                room.is_tight(&cells);
            }
        }
    }
    assert_eq!(cells.len(), 5 * 4 * 2 * 2);
    assert!(room.arrived() > 0 && !room.stranger.asked().is_empty());
    let own = room.own.asked();
    let text = "{\"a\":\"{{token:bound}}\"}".as_bytes();
    assert!(own.iter().any(|asked| asked.body == text));
}

#[tokio::test]
async fn a_host_header_takes_no_token_to_another_name() {
    let room = Room::open();
    let client = client(&room);
    let mut cells = Vec::new();
    let own = room.own.base();
    let own = own.trim_start_matches("http://");
    let stranger = room.stranger.base();
    let stranger = stranger.trim_start_matches("http://");
    let with_blank = format!("{own} ");
    let hosts: [(&[&str], bool); 7] = [
        (&[own], true),
        (&["evil.example"], false),
        (&[stranger], false),
        (&["127.0.0.1"], false),
        (&[""], false),
        (&[own, "evil.example"], false),
        (&[own, &with_blank], false),
    ];
    for (number, (hosts, goes)) in hosts.iter().enumerate() {
        let lines: Vec<String> = hosts.iter().map(|host| format!("Host: {host}")).collect();
        let lines: Vec<&str> = lines.iter().flat_map(|line| ["--header", line]).collect();
        let rows: Vec<String> = hosts
            .iter()
            .map(|host| format!("[\"Host\", \"{host}\"]"))
            .collect();
        let step = format!(
            "name = \"h\"\nenvironment = \"own\"\n[[step]]\nname = \"s\"\ntoken = \"bound\"\nmethod = \"GET\"\nurl = \"{{{{base}}}}/x\"\nheaders = [{}]\n",
            rows.join(", ")
        );
        let session = room.home.write("host.session.toml", step);
        let line = ["GET", "/x", "--token", "bound", "--no-history"];
        let commands: [Vec<&str>; 4] = [
            [&["send"], &line[..], &lines].concat(),
            [&["investigate", "--probes", "0"], &line[..], &lines].concat(),
            vec!["replay", &session, "--no-history"],
            vec!["matrix", &session, "--tokens", "bound", "--no-history"],
        ];
        for args in commands {
            let before = room.arrived();
            let ran = room.home.run(&args);
            assert_eq!(room.arrived() > before, *goes, "{args:?}: {}", ran.all());
            assert!(
                *goes || ran.all().contains("Host header"),
                "{args:?}: {}",
                ran.all()
            );
            cells.push(format!("{} {number}", args[0]));
        }
        let mut spec = super::doors::typed("/x");
        spec.headers = hosts
            .iter()
            .map(|host| httriage::model::Param::new("Host", *host))
            .collect();
        let mut scene = screen(&room);
        scene.state.builder.load(&spec);
        let before = room.arrived();
        press_send(&mut scene, &client).await;
        assert_eq!(room.arrived() > before, *goes, "screen {hosts:?}");
        cells.push(format!("screen {number}"));
    }
    assert_eq!(cells.len(), 7 * 5);
}

#[test]
fn a_list_of_origins_that_cannot_be_read_is_refused_and_none_that_can_is_widened() {
    let room = Room::open();
    let mut cells = Vec::new();
    let session = "name = \"o\"\nenvironment = \"own\"\n[[step]]\nname = \"s\"\ntoken = \"bound\"\nmethod = \"GET\"\nurl = \"{{base}}/x\"\n";
    let own = room.own.base();
    let lists = [
        "\"api.acme.example\"".to_owned(),
        "\"\"".to_owned(),
        "\"*\"".to_owned(),
        "\"http://*.acme.example\"".to_owned(),
        format!("\"{own}/v1\""),
        format!("\"{own}\", \"localhost:9\""),
        // These can be read, and say that it goes elsewhere, or nowhere.
        "\"https://api.acme.example\"".to_owned(),
        String::new(),
    ];
    for (number, list) in lists.iter().enumerate() {
        // Whatever gives the value.
        for variable in ["BOUND", "HTTRIAGE_TOKEN_BOUND"] {
            let home = Home::settled(&config(&own, list)).with(variable, VALUE);
            let file = home.write("o.session.toml", session);
            let commands: [&[&str]; 4] = [
                &["send", "GET", "/x", "--token", "bound"],
                &[
                    "investigate",
                    "GET",
                    "/x",
                    "--token",
                    "bound",
                    "--probes",
                    "0",
                ],
                &["replay", &file],
                &["matrix", &file, "--tokens", "bound"],
            ];
            for args in commands {
                let ran = home.run(args);
                assert_eq!(room.own.asked().len(), 0, "{list}: {}", ran.all());
                if number < 6 {
                    assert_eq!(ran.code, 2, "{list}: {}", ran.all());
                    assert!(ran.err.contains("config.toml:7:") && ran.err.contains("origins"));
                }
                cells.push(format!("{} {list} {variable}", args[0]));
            }
        }
    }
    assert_eq!(cells.len(), 8 * 2 * 4);
}
