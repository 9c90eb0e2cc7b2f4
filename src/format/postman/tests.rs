//! Collections as Postman exports them, and as nobody should.

use super::{is_collection, read};
use crate::format::{registry, session_file};
use crate::model::{Auth, Body, Collection, Param, RequestSpec, Secret, TokenName};
use proptest::prelude::*;
use serde_json::{Value, json};

fn nobody(_: &Secret) -> Option<TokenName> {
    None
}

fn collection(value: &Value) -> Collection {
    let text = serde_json::to_string_pretty(value).unwrap();
    read(&text, "a.json", &[], &nobody, &mut |_| ()).unwrap()
}

fn of(items: Value) -> Value {
    json!({ "info": { "name": "Acme", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json" }, "item": items })
}

/// One request, with members that are added to the collection.
fn one(request: Value, more: Value) -> RequestSpec {
    let mut file = of(json!([{ "name": "One", "request": request }]));
    for (name, value) in more.as_object().unwrap() {
        file[name] = value.clone();
    }
    collection(&file).requests.remove(0).spec
}

fn notes(collection: &Collection) -> Vec<String> {
    let notes = collection.notes.iter();
    notes.map(|note| note.message.clone()).collect()
}

fn token(name: &str) -> TokenName {
    TokenName::new(name).unwrap()
}

#[test]
fn folders_are_walked_in_their_order_and_stand_before_the_names() {
    let get = |url: &str| json!({ "method": "GET", "url": url });
    let read = collection(&of(json!([
        { "name": "A", "item": [
            { "name": "B", "item": [{ "name": "first", "request": get("https://a.example/1") }] },
            { "name": "second", "request": "https://a.example/2?x=1" },
        ] },
        { "name": "third", "request": { "method": "DELETE", "url": { "protocol": "https", "host": ["a", "example"], "port": "8443", "path": ["c", "d"] } } },
        { "request": get("a.example/4") },
    ])));
    let told: Vec<String> = read
        .requests
        .iter()
        .map(|step| format!("{}: {} {}", step.name, step.spec.method, step.spec.url))
        .collect();
    assert_eq!(
        told,
        [
            "A / B / first: GET https://a.example/1",
            "A / second: GET https://a.example/2",
            "third: DELETE https://a.example:8443/c/d",
            "GET http://a.example/4: GET http://a.example/4",
        ]
    );
    assert_eq!(read.requests[1].spec.params, [Param::new("x", "1")]);
    assert_eq!((read.kind, &read.title[..]), ("postman", "Acme"));
    assert!(
        notes(&read)[0].starts_with("A URL has no scheme"),
        "{:?}",
        read.notes
    );
}

#[test]
fn a_url_in_pieces_keeps_what_is_switched_off_and_its_path_variables() {
    let url = |id: &str| {
        json!({
            "raw": "{{baseUrl}}/runbooks/:id/tasks/:task?page=2&off=1#top",
            "query": [
                { "key": "page", "value": "2" },
                { "key": "off", "value": "1", "disabled": true },
                { "key": "name", "value": "a%20b+c" },
                { "key": "flag", "value": null },
            ],
            "variable": [{ "key": "id", "value": id }, { "key": "task", "value": "{{task id}}" }],
        })
    };
    let read = collection(&of(json!([
        { "name": "1", "request": { "url": url("7") } },
        { "name": "2", "request": { "url": url("7") } },
        { "name": "3", "request": { "url": url("9") } },
        { "name": "4", "request": { "url": url("") } },
    ])));
    let urls: Vec<&str> = read.requests.iter().map(|s| &s.spec.url[..]).collect();
    assert_eq!(
        urls,
        [
            "{{base}}/runbooks/{{id}}/tasks/{{task-id}}",
            "{{base}}/runbooks/{{id}}/tasks/{{task-id}}",
            "{{base}}/runbooks/{{id-2}}/tasks/{{task-id}}",
            "{{base}}/runbooks/{{id}}/tasks/{{task-id}}",
        ]
    );
    let off = Param {
        enabled: false,
        ..Param::new("off", "1")
    };
    assert_eq!(
        read.requests[0].spec.params,
        [
            Param::new("page", "2"),
            off,
            Param::of_query("name=a%20b+c"),
            Param::of_query("flag"),
        ]
    );
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(read.variables, [pair("id", "7"), pair("id-2", "9")]);
    assert!(notes(&read).join(" ").contains("switched off"));
    let (session, _) = read.session("a");
    let again = session_file::read(&session_file::write(&session), "a").unwrap();
    assert_eq!(again.variables.len(), 2);
    assert_eq!(again.steps.len(), 4);
}

#[test]
fn what_begins_the_urls_is_the_base_and_other_variables_keep_their_values() {
    let read = collection(&json!({
        "info": {}, "variable": [
            { "key": "host", "value": "api.acme.example" },
            { "key": "baseUrl", "value": "https://{{host}}/v1/" },
            { "key": "tenant", "value": "acme" },
            { "key": "full", "value": "{{tenant}}-{{zone}}" },
            { "key": "round", "value": "{{ring}}" },
            { "key": "ring", "value": "{{round}}" },
            { "key": "idle", "value": "x" },
        ],
        "item": [
            { "name": "1", "request": { "url": "{{baseUrl}}/x/{{full}}" } },
            { "name": "2", "request": { "url": "{{baseUrl}}y?at={{baseUrl}}", "header": "X-Tenant: {{tenant}}\nX-Round: {{round}}\nX-Id: {{$guid}}\n" } },
            { "name": "3", "request": { "url": "https://other.example/z" } },
        ],
    }));
    assert_eq!(read.base.as_deref(), Some("https://api.acme.example/v1"));
    assert_eq!(read.requests[0].spec.url, "{{base}}/x/acme-{{zone}}");
    assert_eq!(read.requests[1].spec.url, "{{base}}/y");
    assert_eq!(read.requests[1].spec.params[0].value, "{{base}}");
    let headers: Vec<&str> = read.requests[1]
        .spec
        .headers
        .iter()
        .map(|h| &h.value[..])
        .collect();
    assert_eq!(headers, ["{{tenant}}", "{{round}}", "{{guid}}"]);
    assert_eq!(read.variables, [("tenant".to_owned(), "acme".to_owned())]);
    let told = notes(&read).join("\n");
    for words in [
        "Postman makes a new value for each call of {{guid}}",
        "no value for {{zone}}, {{round}}",
        "The URLs begin with {{baseUrl}}, which is {{base}} here",
        "in the file it is https://api.acme.example/v1.",
        "refer to themselves",
        "Variables that no request names",
    ] {
        assert!(told.contains(words), "{words}: {told}");
    }
    assert!(
        read.notes
            .iter()
            .all(|note| note.line.is_some() && note.column.is_some())
    );
}

#[test]
fn credentials_come_from_the_nearest_that_says_how() {
    let bearer =
        |value: &str| json!({ "type": "bearer", "bearer": [{ "key": "token", "value": value }] });
    let url = "https://a.example/x";
    let read = collection(&json!({
        "info": {}, "auth": bearer("planted-outer-1"),
        "item": [
            { "name": "outer", "request": { "url": url } },
            { "name": "F", "auth": { "type": "basic", "basic": { "username": "u", "password": "planted-pass-2" } }, "item": [
                { "name": "folder", "request": { "url": url } },
                { "name": "none", "request": { "url": url, "auth": { "type": "noauth" } } },
                { "name": "key", "request": { "url": url, "auth": { "type": "apikey", "apikey": [{ "key": "key", "value": "k" }, { "key": "value", "value": "planted-key-3" }, { "key": "in", "value": "query" }] } } },
                { "name": "own", "request": { "url": url, "header": [{ "key": "Authorization", "value": "Bearer planted-own-4" }] } },
                { "name": "oauth", "request": { "url": url, "auth": { "type": "oauth2", "oauth2": [{ "key": "accessToken", "value": "planted-oauth-5" }] } } },
                { "name": "later", "request": { "url": url, "auth": { "type": "oauth2", "oauth2": [] } } },
                { "name": "aws", "request": { "url": url, "auth": { "type": "awsv4", "awsv4": [{ "key": "secretKey", "value": "planted-aws-6" }] } } },
            ] },
        ],
    }));
    let told: Vec<String> = read
        .requests
        .iter()
        .map(|step| {
            let spec = &step.spec;
            let token = spec.auth.token().map_or("-", TokenName::as_str);
            let rows = spec.headers.iter().chain(&spec.params);
            let rows = rows.map(|row| format!(" {}={}", row.name, row.value));
            format!("{token}{}", rows.collect::<String>())
        })
        .collect();
    assert_eq!(
        told,
        [
            "bearer",
            "- Authorization=Basic {{token:basic}}",
            "-",
            "- k={{token:k}}",
            "bearer-2",
            "oauth2",
            "oauth2-2",
            "-",
        ]
    );
    let basic = read
        .tokens
        .iter()
        .find(|t| t.name == token("basic"))
        .unwrap();
    assert_eq!(
        basic.value.as_ref().unwrap().reveal(),
        "dTpwbGFudGVkLXBhc3MtMg=="
    );
    let told = notes(&read).join("\n");
    assert!(
        told.contains("signed for AWS") && told.contains("not in the file"),
        "{told}"
    );
    assert!(!format!("{read:?}").contains("planted"));
}

#[test]
fn a_variable_that_is_used_as_a_credential_is_one_wherever_it_stands() {
    let read = collection(&json!({
        "info": {}, "variable": [
            { "key": "bt", "value": "planted-token-1" },
            { "key": "user", "value": "desk" },
            { "key": "word", "value": "planted-word-2" },
            { "key": "hush", "value": "planted-hush-3", "type": "secret" },
            { "key": "apiKey", "value": "planted-key-4" },
            { "key": "sid", "value": "planted-sid-5" },
            { "key": "auth_line", "value": "Bearer planted-line-6" },
            { "key": "door", "value": "https://u:planted-door-7@a.example/x?token=planted-door-8" },
            { "key": "doc", "value": "{\"password\": \"planted-doc-9\"}" },
        ],
        "item": [
            { "name": "before", "request": { "url": "https://a.example/{{bt}}/{{hush}}/{{apiKey}}/{{sid}}" } },
            { "name": "bearer", "request": { "url": "https://a.example/1", "auth": { "type": "bearer", "bearer": { "token": "{{bt}}" } } } },
            { "name": "basic", "request": { "url": "https://a.example/{{user}}", "auth": { "type": "basic", "basic": { "username": "{{user}}", "password": "{{word}}" } } } },
            { "name": "cookie", "request": { "url": "https://a.example/1", "header": [{ "key": "Cookie", "value": "sid={{sid}}; a=b" }, { "key": "X-Line", "value": "{{auth_line}}" }] } },
            { "name": "line", "request": { "url": "{{door}}", "header": [{ "key": "Authorization", "value": "{{auth_line}}" }], "body": { "mode": "raw", "raw": "{{doc}}" } } },
            { "name": "open", "request": { "url": "https://a.example/1", "auth": { "type": "bearer", "bearer": { "token": "{{nobody}}" } } } },
        ],
    }));
    assert_eq!(
        read.requests[0].spec.url,
        "https://a.example/{{token:bt}}/{{token:hush}}/{{token:apikey}}/{{token:sid}}"
    );
    assert_eq!(read.requests[1].spec.auth, Auth::Bearer(token("bt")));
    assert_eq!(read.requests[2].spec.url, "https://a.example/{{user}}");
    assert_eq!(read.requests[3].spec.headers[0].value, "{{token:cookie}}");
    assert_eq!(read.requests[4].spec.auth, Auth::Bearer(token("auth-line")));
    assert_eq!(read.requests[5].spec.auth, Auth::Bearer(token("nobody")));
    let value = |name: &str| {
        let found = read.tokens.iter().find(|found| found.name == token(name));
        let value = found.unwrap().value.as_ref();
        value.map(|value| value.reveal().to_owned())
    };
    assert_eq!(value("bt").unwrap(), "planted-token-1");
    assert_eq!(value("basic").unwrap(), "ZGVzazpwbGFudGVkLXdvcmQtMg==");
    assert_eq!(value("cookie").unwrap(), "sid=planted-sid-5; a=b");
    assert_eq!(value("auth-line").unwrap(), "planted-line-6");
    assert_eq!(value("nobody"), None);
    let (session, lost) = read.session("a");
    let written = session_file::write(&session);
    assert!(!written.contains("planted"), "{written}");
    assert!(!format!("{read:?}{lost:?}").contains("planted"), "{read:?}");
}

#[test]
fn every_mode_of_a_body_is_read() {
    let url = "https://a.example/x";
    let spec = |body: Value| {
        one(
            json!({ "method": "POST", "url": url, "body": body }),
            json!({}),
        )
    };
    let raw = spec(
        json!({ "mode": "raw", "raw": "{\"n\": {{n}}, \"password\": \"planted-1\"}", "options": { "raw": { "language": "json" } } }),
    );
    assert_eq!(
        raw.body,
        Body::Text("{\"n\": {{n}}, \"password\": \"{{token:password}}\"}".into())
    );
    assert_eq!(
        raw.headers,
        [Param::new("Content-Type", "application/json")]
    );
    let form = spec(
        json!({ "mode": "urlencoded", "urlencoded": [{ "key": "a", "value": "b c" }, { "key": "token", "value": "planted-2" }, { "key": "off", "value": "", "disabled": true }] }),
    );
    let Body::Form(rows) = form.body else {
        panic!("{form:?}")
    };
    assert_eq!(rows[1].value, "{{token:token}}");
    assert_eq!((rows.len(), rows[2].enabled), (3, false));
    let parts = spec(json!({ "mode": "formdata", "formdata": [
        { "key": "f", "type": "file", "src": ["/srv/desk/a.txt", "sub/b.txt"], "contentType": "text/plain" },
        { "key": "none", "type": "file", "src": null },
        { "key": "secret", "value": "planted-3", "type": "text" },
    ] }));
    let Body::Multipart(parts) = parts.body else {
        panic!("{parts:?}")
    };
    let told: Vec<_> = parts
        .iter()
        .map(|part| (&part.value[..], part.is_file))
        .collect();
    assert_eq!(
        told,
        [
            ("a.txt", true),
            ("sub/b.txt", true),
            ("{{token:secret}}", false)
        ]
    );
    let graphql = spec(
        json!({ "mode": "graphql", "graphql": { "query": "query { \"a\" }", "variables": "{\"id\": {{id}}}" } }),
    );
    assert_eq!(
        graphql.body,
        Body::Text("{\"query\":\"query { \\\"a\\\" }\",\"variables\":{\"id\": {{id}}}}".into())
    );
    let file = spec(json!({ "mode": "file", "file": { "src": "../../up.bin" } }));
    assert_eq!(file.body, Body::File("up.bin".into()));
    let off = spec(json!({ "mode": "raw", "raw": "x", "disabled": true }));
    assert_eq!(off.body, Body::Empty);
    let typed = spec(
        json!({ "mode": "urlencoded", "urlencoded": "name=my desk&password=planted 4&n={{n}}" }),
    );
    let Body::Form(rows) = typed.body else {
        panic!("{typed:?}")
    };
    let told: Vec<_> = rows.iter().map(|row| &row.value[..]).collect();
    assert_eq!(told, ["my desk", "{{token:password}}", "{{n}}"]);
    // What stays behind when a method is changed is not sent, unless somebody wants it to be.
    for (behaviour, is_kept) in [
        (json!({}), false),
        (json!({ "disableBodyPruning": true }), true),
    ] {
        let read = collection(&of(
            json!([{ "name": "x", "protocolProfileBehavior": behaviour, "request": { "method": "GET", "url": url, "body": { "mode": "raw", "raw": "x" } } }]),
        ));
        assert_eq!(read.requests[0].spec.body != Body::Empty, is_kept);
        assert_eq!(read.notes.is_empty(), is_kept, "{:?}", read.notes);
    }
}

#[test]
fn an_odd_entry_costs_no_other_and_things_that_are_alike_are_counted() {
    let script = json!([{ "listen": "test", "script": { "exec": ["pm.test()"] } }]);
    let read = collection(&of(json!([
        5,
        { "name": "neither" },
        { "name": "no url", "request": { "method": "GET" } },
        { "name": "no list", "item": 7 },
        { "name": "odd", "event": script, "response": [{}, {}], "request": { "method": 5, "url": "https://a.example/x", "header": 7, "body": [1], "auth": "x" } },
        { "name": "fine", "event": script, "request": { "url": "https://a.example/y", "header": [null, 5, { "key": "A", "value": true }] } },
    ])));
    assert_eq!(read.requests.len(), 2);
    assert_eq!(read.requests[1].spec.headers, [Param::new("A", "true")]);
    let told = notes(&read);
    assert!(told[0].starts_with("This entry is no request"), "{told:?}");
    assert!(
        told.iter()
            .any(|n| n == "Scripts and tests are not run here and were left out (2 of them)."),
        "{told:?}"
    );
    assert!(
        told.iter()
            .any(|n| n.contains("Saved answers were left out") && n.contains("(2 of them)"))
    );
    assert_eq!(
        (read.notes[0].line, read.notes[0].column),
        (Some(7), Some(5))
    );
}

#[test]
fn a_file_that_is_none_is_refused_in_one_sentence() {
    for (text, says) in [
        (
            "{\"info\": {}, \"item\": [",
            "a.json:1:23: this is no collection of Postman: EOF",
        ),
        ("{\"requests\": [], \"order\": []}", "version 1"),
        (
            "{\"values\": [], \"_postman_variable_scope\": \"environment\"}",
            "an environment of Postman",
        ),
        ("[]", "no list \"item\""),
        ("x", "a.json:1:1"),
        ("", "a.json:1:1"),
    ] {
        let error = read(text, "a.json", &[], &nobody, &mut |_| ()).unwrap_err();
        assert!(error.to_string().contains(says), "{text}: {error}");
    }
}

#[test]
fn a_collection_is_told_from_other_json() {
    let whole = of(json!([])).to_string();
    for (text, is) in [
        (&whole[..], true),
        (
            "\u{feff} {\"collection\": {\"info\": {}, \"item\": []}}",
            true,
        ),
        ("{\"info\": {\"_postman_id\": \"x\"}, \"item\": []}", true),
        (
            "{\"openapi\": \"3.0.0\", \"info\": {}, \"paths\": {\"x\": {\"item\": []}}}",
            false,
        ),
        ("{\"errors\": [{\"info\": 1, \"item\": 2}]}", false),
        ("{\"log\": {\"entries\": []}}", false),
        ("curl https://schema.getpostman.com/json/collection", false),
        ("", false),
    ] {
        assert_eq!(is_collection(text), is, "{text}");
        assert_eq!(
            registry::told(text).is_some_and(|format| format.kind == "postman"),
            is,
            "{text}"
        );
    }
    assert!(
        read(
            "{\"collection\": {\"info\": {}, \"item\": [{\"request\": \"https://a.example\"}]}}",
            "a",
            &[],
            &nobody,
            &mut |_| ()
        )
        .unwrap()
        .requests
        .len()
            == 1
    );
}

#[test]
fn depth_size_and_riddles_of_a_hostile_file_are_bounded() {
    let deep = format!(
        "{{\"info\":{{}},\"item\":{}{}}}",
        "[{\"item\":".repeat(30_000),
        "[]".to_owned() + &"}]".repeat(30_000)
    );
    let shallow = read(&deep, "a", &[], &nobody, &mut |_| ()).unwrap();
    assert!(
        notes(&shallow).iter().any(|n| n.contains("too deep")),
        "{:?}",
        shallow.notes
    );
    // Each value twice the one before it, and rings.
    let mut rows: Vec<Value> = (0..60)
        .map(|n| json!({ "key": format!("v{n}"), "value": format!("{{{{v{}}}}}{{{{v{}}}}}xx", n + 1, n + 1) }))
        .collect();
    rows.extend((0..2_000).map(|n| json!({ "key": format!("r{n}"), "value": format!("{{{{r{}}}}}{{{{r{}}}}}", (n + 1) % 2_000, (n + 7) % 2_000) })));
    let read = collection(
        &json!({ "info": {}, "variable": rows, "item": [{ "request": { "url": "https://a.example/{{v0}}/{{r0}}", "header": [{ "key": "Cookie", "value": "{{v3}}{{v4}}" }] } }] }),
    );
    assert!(read.requests[0].spec.url.len() < 10_000);
    let braces = "{{".repeat(300_000);
    let read = collection(&of(
        json!([{ "name": braces, "request": { "url": format!("https://a.example/{braces}"), "header": [{ "key": "Cookie", "value": braces }], "body": { "mode": "raw", "raw": format!("{braces}}}}}") } } }]),
    ));
    assert_eq!(read.requests.len(), 1);
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(head in "(\\{\"info\":\\{\\},\"item\":\\[)?", rest in "[\\[\\]{}\":,a-zé0-9\\\\]{0,80}") {
        let text = format!("{head}{rest}");
        let _ = read(&text, "a", &[], &nobody, &mut |_| ());
        let _ = registry::told(&text);
    }

    #[test]
    fn any_values_in_the_known_members_are_read(url in ".{0,40}", key in ".{0,12}", value in ".{0,20}", mode in "(raw|urlencoded|formdata|graphql|file|.{0,5})", kind in "(bearer|basic|apikey|oauth2|noauth|.{0,5})", name in "[{}a$ .:-]{0,12}") {
        let file = json!({
            "info": { "name": name },
            "variable": [{ "key": name, "value": value }, { "key": key, "value": format!("{{{{{name}}}}}") }],
            "auth": { "type": kind, kind.as_str(): { "token": value, "key": key, "value": value, "password": value } },
            "item": [{ "name": name, "request": {
                "url": { "raw": format!("{url}{name}/:{key}"), "query": [{ "key": key, "value": value }], "variable": [{ "key": key, "value": value }] },
                "header": [{ "key": key, "value": format!("{{{{{name}}}}}") }],
                "body": { "mode": mode, mode.as_str(): value, "raw": url },
            } }],
        });
        let read = read(&file.to_string(), "a", &[], &nobody, &mut |_| ()).unwrap();
        let (session, _) = read.session("a");
        prop_assert!(session_file::read(&session_file::write(&session), "a").is_ok());
    }
}

#[test]
fn what_postman_keeps_is_told_by_what_it_holds() {
    let told = |text: &str| registry::read(text, "a.json", None, &[], &|_| None, &mut |_| ());
    let items = json!([{ "name": "r", "request": { "method": "GET", "url": "https://a.example/x",
        "header": [{ "key": "//X-Off", "value": "1" }, { "key": "X-On", "value": "2" }, { "key": "X-No", "value": "3", "disabled": true }] } }]);
    let read = told(&json!({ "item": items }).to_string()).unwrap();
    assert_eq!((read.kind, read.requests.len()), ("postman", 1));
    let headers: Vec<_> = read.requests[0]
        .spec
        .headers
        .iter()
        .map(|row| (&row.name[..], row.enabled))
        .collect();
    assert_eq!(headers, [("X-Off", false), ("X-On", true), ("X-No", false)]);
    for (text, words) in [
        (
            json!({ "id": "1", "name": "old", "order": [], "requests": [{ "id": "2", "method": "GET", "url": "https://a.example" }] }),
            "version 1",
        ),
        (
            json!({ "id": "1", "name": "prod", "values": [{ "key": "a", "value": "planted", "enabled": true }], "_postman_variable_scope": "environment" }),
            "an environment of Postman",
        ),
        (
            json!({ "values": [], "_postman_variable_scope": "globals" }),
            "an environment of Postman",
        ),
    ] {
        let error = told(&text.to_string()).unwrap_err().to_string();
        assert!(
            error.contains(words) && !error.contains("planted"),
            "{error}"
        );
    }
}

#[test]
fn variables_of_graphql_stay_whether_they_are_a_text_or_an_object() {
    for variables in [
        json!({ "x": 1 }),
        json!("{\"x\":1}"),
        json!("{\"x\": {{n}} }"),
    ] {
        let text = json!({ "info": { "name": "c" }, "item": [{ "name": "r", "request": { "method": "POST", "url": "https://a.example/g",
            "body": { "mode": "graphql", "graphql": { "query": "query Q { a }", "variables": variables, "operationName": "Q" } } } }] });
        let read =
            registry::read(&text.to_string(), "a", None, &[], &|_| None, &mut |_| ()).unwrap();
        let Body::Text(body) = &read.requests[0].spec.body else {
            panic!("{read:?}")
        };
        let plain: Value = serde_json::from_str(&body.replace("{{n}}", "1")).unwrap();
        assert_eq!(
            plain,
            json!({ "query": "query Q { a }", "variables": { "x": 1 }, "operationName": "Q" })
        );
    }
}
