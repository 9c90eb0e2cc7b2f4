//! What was written goes out as it was written: query, path and form, byte for byte, whoever
//! wrote them and whichever way they took.
#![cfg(unix)]

use crate::faults;
use crate::program;
use crate::scene;

use faults::{Server, answer};
use program::Home;
use scene::{Scene, WIDE};
use serde_json::{Value, json};

const QUERIES: &[&str] = &[
    "ids[]=1&ids[]=2",
    "k=abc==",
    "fields=a,b&sort=-created",
    "$top=5&$filter=x",
    "x=%5b%2f%7e%2F",
    "q=a+b&r=a%20b",
    "flag",
    "flag&other=1&last",
    "empty=&none",
    "a=1;b=2",
    "x=~!*'()",
    "t=2026-01-02T03:04:05Z",
    "r=https://a.example/b?c=d",
    "page[size]=2&f=a/b:c@d",
    "n=%C3%A4&m=%c3%a4",
    "bad=%zz&worse=%ff",
    "a=1&&b=2&",
    "=1",
    "p=|^`\\",
    "",
];

const PATHS: &[&str] = &[
    "/a//b",
    "/a;v=1/b,c",
    "/%2e%2e/%7Ea/%2f",
    "/(x)/$metadata/a:b@c",
    "/it's/[1]",
    "/a\\b",
    "/a|b^c",
];

const FORMS: &[&str] = &[
    "a=b+c&ids[]=1&k=abc==",
    "flag&x=%5b&y=",
    "a=1&b=a%20b&c=x,y",
    "q=a;b",
];

fn server() -> Server {
    Server::doing(|_, stream| {
        use std::io::Write;
        let _ = stream.write_all(&answer("200 OK", "", b"{}"));
        true
    })
}

fn targets(server: &Server) -> Vec<String> {
    server.asked().into_iter().map(|a| a.target).collect()
}

fn bodies(server: &Server) -> Vec<String> {
    let asked = server.asked().into_iter();
    asked.map(|a| String::from_utf8(a.body).unwrap()).collect()
}

/// The targets that every form below asks for.
fn wanted() -> Vec<String> {
    let queries = QUERIES.iter().map(|query| format!("/p?{query}"));
    queries
        .chain(PATHS.iter().map(|path| (*path).to_owned()))
        .collect()
}

/// As a shell takes it.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

fn curl(urls: &[String]) -> String {
    let lines = urls.iter().map(|url| format!("curl -g {}\n", quoted(url)));
    lines.collect()
}

fn http_file(urls: &[String]) -> String {
    let requests = urls
        .iter()
        .map(|url| format!("###\nGET {url}\nAccept: */*\n\n"));
    requests.collect()
}

fn har(urls: &[String]) -> String {
    let entry = |url: &String| {
        json!({
            "startedDateTime": "2026-01-02T03:04:05.000Z", "time": 1,
            "request": { "method": "GET", "url": url, "httpVersion": "HTTP/1.1", "headers": [], "queryString": [], "cookies": [] },
            "response": { "status": 200, "statusText": "OK", "httpVersion": "HTTP/1.1", "headers": [], "cookies": [],
                "content": { "size": 2, "mimeType": "application/json", "text": "{}" } },
        })
    };
    let entries: Vec<Value> = urls.iter().map(entry).collect();
    json!({ "log": { "version": "1.2", "creator": { "name": "x", "version": "1" }, "entries": entries } }).to_string()
}

fn postman(urls: &[String]) -> String {
    let item = |url: &String| json!({ "name": "one", "request": { "method": "GET", "url": url } });
    let items: Vec<Value> = urls.iter().map(item).collect();
    collection(&items)
}

fn collection(items: &[Value]) -> String {
    let schema = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json";
    json!({ "info": { "name": "c", "schema": schema }, "item": items }).to_string()
}

/// Imports a file, and sends the session that came of it.
#[track_caller]
fn import_and_replay(home: &Home, file: &str, text: &str) {
    let path = home.write(file, text);
    let _ = std::fs::remove_file(home.path("made.session.toml"));
    let ran = home.run(&["import", &path, "--out", "made.session.toml"]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    let ran = home.run(&["replay", "made.session.toml"]);
    assert!(ran.code <= 1, "{}{}", ran.out, ran.err);
}

type Writer = fn(&[String]) -> String;

#[test]
fn what_other_programs_wrote_is_sent_byte_for_byte_and_written_back_so() {
    let forms: [(&str, &str, Writer); 4] = [
        ("a.sh", "curl", curl),
        ("a.http", "http", http_file),
        ("a.har", "curl", har),
        ("a.json", "http", postman),
    ];
    for (file, form, write) in forms {
        let (server, home) = (server(), Home::new());
        let wanted = wanted();
        let urls: Vec<String> = wanted
            .iter()
            .map(|target| format!("{}{target}", server.base()))
            .collect();
        import_and_replay(&home, file, &write(&urls));
        assert_eq!(targets(&server), wanted, "{file}");
        // And back: written in a form, read and sent again.
        let export = ["export", "made.session.toml", "--as", form];
        let exported = home.run(&export);
        assert_eq!(exported.code, 0, "{}", exported.err);
        import_and_replay(&home, &format!("back.{form}"), &exported.out);
        assert_eq!(targets(&server)[wanted.len()..], wanted, "{form} and back");
    }
}

#[test]
fn a_typed_url_is_sent_byte_for_byte_and_so_is_the_call_that_was_kept() {
    let (server, home) = (server(), Home::new());
    let mut wanted = wanted();
    wanted.extend(["/a/../b/./%2e%2e/c".to_owned(), "/..".to_owned()]);
    for target in &wanted {
        let url = format!("{}{target}", server.base());
        let ran = home.run(&["send", "GET", &url]);
        assert_eq!(ran.code, 0, "{}", ran.err);
    }
    assert_eq!(targets(&server), wanted);
    let listed = home.run(&["history", "list", "--json"]).json();
    let calls = listed["exchanges"].as_array().or(listed.as_array());
    let calls = calls.unwrap_or_else(|| panic!("{listed}"));
    assert_eq!(calls.len(), wanted.len());
    for (call, target) in calls.iter().rev().zip(&wanted) {
        let id = call["id"].as_str().unwrap();
        for (file, form) in [("one.sh", "curl"), ("one.har", "har"), ("one.http", "http")] {
            let exported = home.run(&["export", id, "--as", form]);
            import_and_replay(&home, file, &exported.out);
            assert_eq!(targets(&server).last(), Some(target), "{form}");
        }
    }
}

#[test]
fn rows_of_a_collection_and_of_a_description_are_written_as_they_stand() {
    let (server, home) = (server(), Home::new());
    let row = |key: &str, value: Value| json!({ "key": key, "value": value });
    let rows = [
        row("ids[]", json!("1")),
        row("k", json!("abc==")),
        row("$filter", json!("a,b")),
        row("e", json!("%2f")),
        row("plus", json!("a+b")),
        row("flag", Value::Null),
        row("empty", json!("")),
        json!({ "key": "off", "value": "1", "disabled": true }),
        row("two words", json!("x&y")),
    ];
    let raw = format!("{}/p?ids[]=1", server.base());
    let item = json!({ "name": "one", "request": { "method": "GET", "url": {
        "raw": raw, "query": rows } } });
    import_and_replay(&home, "a.json", &collection(&[item]));
    let wanted = "/p?ids[]=1&k=abc==&$filter=a,b&e=%2f&plus=a+b&flag&empty=&two%20words=x%26y";
    assert_eq!(targets(&server), [wanted]);

    let parameter = |name: &str, more: Value| {
        let mut parameter = json!({ "name": name, "in": "query", "required": true });
        let members = more.as_object().unwrap().clone();
        parameter.as_object_mut().unwrap().extend(members);
        parameter
    };
    let list = json!({ "type": "array", "items": { "type": "string" } });
    let text = json!({ "type": "string" });
    let parameters = [
        parameter("ids[]", json!({ "schema": list, "example": ["1", "2"] })),
        parameter(
            "fields",
            json!({ "schema": list, "explode": false, "example": ["a", "b,c"] }),
        ),
        parameter(
            "$filter",
            json!({ "schema": text, "example": "name eq 'x'" }),
        ),
        parameter(
            "since",
            json!({ "schema": text, "example": "2026-01-02T03:04:05+01:00" }),
        ),
        parameter(
            "page",
            json!({ "style": "deepObject", "schema": { "type": "object" }, "example": { "size": 2 } }),
        ),
        parameter("q", json!({ "schema": text, "example": "50%&x" })),
    ];
    let description = json!({
        "openapi": "3.0.3", "info": { "title": "t", "version": "1" },
        "servers": [{ "url": server.base() }],
        "paths": { "/p": { "get": { "operationId": "one", "parameters": parameters, "responses": {} } } },
    });
    let path = home.write("api.json", description.to_string());
    let ran = home.run(&["import", &path, "--out", "api.session.toml"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let base = server.base();
    home.run(&["replay", "api.session.toml", "--base-url", &base]);
    let wanted = "/p?ids[]=1&ids[]=2&fields=a,b%2Cc&$filter=name%20eq%20'x'&since=2026-01-02T03:04:05%2B01:00&page[size]=2&q=50%25%26x";
    assert_eq!(targets(&server).last().unwrap(), wanted);
}

#[test]
fn a_form_is_sent_byte_for_byte() {
    let (server, home) = (server(), Home::new());
    let url = format!("{}/f", server.base());
    let commands: String = FORMS
        .iter()
        .map(|form| format!("curl '{url}' -d '{form}'\n"))
        .collect();
    import_and_replay(&home, "a.sh", &commands);
    let kind = "Content-Type: application/x-www-form-urlencoded";
    let requests: String = FORMS
        .iter()
        .map(|form| format!("###\nPOST {url}\n{kind}\n\n{form}\n\n"))
        .collect();
    import_and_replay(&home, "a.http", &requests);
    let items: Vec<Value> = FORMS
        .iter()
        .map(|form| {
            json!({ "name": "one", "request": { "method": "POST", "url": url,
                "body": { "mode": "urlencoded", "urlencoded": form } } })
        })
        .collect();
    import_and_replay(&home, "a.json", &collection(&items));
    assert_eq!(bodies(&server), [FORMS, FORMS, FORMS].concat());
}

#[test]
fn curl_takes_dots_out_of_a_path_unless_it_is_told_not_to() {
    let (server, home) = (server(), Home::new());
    let base = server.base();
    let commands = format!(
        "curl --path-as-is '{base}/a/../b/%2e%2e/c'\ncurl '{base}/a/../b/%2e%2e/./c/..'\ncurl '{base}/../x?y=/../z'\n"
    );
    import_and_replay(&home, "a.sh", &commands);
    assert_eq!(
        targets(&server),
        ["/a/../b/%2e%2e/c", "/b/%2e%2e/", "/x?y=/../z"]
    );
}

#[test]
fn only_the_row_that_was_edited_is_encoded_anew() {
    let mut scene = Scene::open(WIDE);
    scene.paste("curl -g 'https://api.other.example/p?ids[]=1&page=a,b&k=abc==&flag'");
    let target = |scene: &Scene| {
        let url = &scene.last_sent().url;
        url.trim_start_matches("https://api.other.example")
            .to_owned()
    };
    scene.keys("down enter").types(",c").keys("enter ctrl-r");
    assert_eq!(target(&scene), "/p?ids[]=1&page=a%2Cb%2Cc&k=abc==&flag");
}
