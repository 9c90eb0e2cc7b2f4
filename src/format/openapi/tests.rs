//! Descriptions as people and programs write them, well formed, odd and hostile; all made up here.

use super::{is_document, read};
use crate::format::session_file;
use crate::model::{Auth, Body, Collection, Param, Secret, TokenName, names_in};
use proptest::prelude::*;
use serde_json::{Value, json};

fn none(_: &Secret) -> Option<TokenName> {
    None
}

#[track_caller]
fn collection(text: &str) -> Collection {
    assert!(is_document(text), "{text}");
    read(text, "api.yaml", &[], &none, &mut |_| ()).unwrap_or_else(|error| panic!("{error}"))
}

fn of(document: &Value) -> Collection {
    collection(&document.to_string())
}

/// A description with these paths.
fn api(paths: Value) -> Value {
    json!({
        "openapi": "3.1.0",
        "info": { "title": "Acme", "version": "1" },
        "servers": [{ "url": "https://api.acme.example/v1/" }],
        "paths": paths,
    })
}

fn says(read: &Collection, words: &str) -> bool {
    read.notes.iter().any(|note| note.message.contains(words))
}

/// Name and value of the rows that are sent.
fn sent(rows: &[Param]) -> Vec<(&str, &str)> {
    let on = rows.iter().filter(|row| row.enabled);
    on.map(|row| (row.name.as_str(), row.value.as_str()))
        .collect()
}

fn body(read: &Collection, at: usize) -> Value {
    match &read.requests[at].spec.body {
        Body::Text(text) => serde_json::from_str(text).unwrap(),
        other => panic!("{other:?}"),
    }
}

const RUNBOOKS: &str = r#"# What a team writes by hand
openapi: 3.0.3
info: { title: Runbooks, version: 1.0 }
servers:
  - url: https://{region}.acme.example/core/
    variables: { region: { default: eu, enum: [eu, us] } }
  - url: https://us.acme.example
security:
  - bearerAuth: []
paths:
  /runbooks/{runbook}:
    parameters:
      - { name: runbook, in: path, required: true, schema: { type: integer }, example: 7 }
      - { name: page, in: query, required: true, schema: { type: integer, default: 1 } }
      - $ref: '#/components/parameters/Core'
    get:
      operationId: getRunbook
      summary: One runbook
      deprecated: true
      parameters:
        - { name: page, in: query, required: true, schema: { enum: [2, 3] } }
        - { name: sort, in: query, schema: { type: string, default: name } }
        - { name: with, in: query, required: true, example: [tasks, owner] }
        - { name: q, in: query, required: true, schema: { type: string } }
      responses: { 200: { description: fine } }
    patch:
      summary: Change a runbook
      security:
        - { oauth: ['runbooks:write', 'runbooks:read'] }
      requestBody:
        content:
          application/merge-patch+json:
            schema: { $ref: '#/components/schemas/Runbook' }
  /health:
    head: { security: [] }
components:
  parameters:
    Core: { name: Core-Url, in: header, required: true, schema: { type: string } }
  securitySchemes:
    bearerAuth: { type: http, scheme: Bearer }
    oauth: { type: oauth2, flows: {} }
  schemas:
    Runbook:
      type: object
      required: [id, title, stage, at, parent, tags, limit]
      properties:
        id: { type: integer, readOnly: true }
        title: { type: string }
        stage: { type: string, enum: [draft, active] }
        at: { type: string, format: date-time }
        parent: { $ref: '#/components/schemas/Runbook' }
        tags: { type: array, minItems: 1, items: { type: string, example: urgent } }
        limit: { type: integer, minimum: 10 }
        note: { type: string }
"#;

#[test]
fn each_operation_is_a_request_in_the_order_of_the_file() {
    let read = collection(RUNBOOKS);
    assert_eq!(read.kind, "openapi");
    assert_eq!(read.title, "Runbooks");
    let named: Vec<_> = read.requests.iter().map(|step| &*step.name).collect();
    assert_eq!(named, ["getRunbook", "Change a runbook", "HEAD /health"]);
    let specs: Vec<_> = read.requests.iter().map(|step| &step.spec).collect();
    assert_eq!(specs[0].method, "GET");
    assert_eq!(specs[0].url, "{{base}}/runbooks/{{runbook}}");
    assert_eq!(specs[0].notes, "Deprecated.\nOne runbook");
    assert_eq!(
        sent(&specs[0].params),
        [
            ("page", "2"),
            ("with", "tasks"),
            ("with", "owner"),
            ("q", "{{q}}")
        ]
    );
    assert_eq!(sent(&specs[0].headers), [("Core-Url", "{{Core-Url}}")]);
    assert!(
        specs[0]
            .params
            .iter()
            .any(|row| !row.enabled && row.name == "sort" && row.value == "name")
    );
    assert_eq!(sent(&specs[1].params), [("page", "1")]);
    assert_eq!(specs[0].auth, Auth::Bearer(TokenName::named("bearer-auth")));
    assert_eq!(specs[1].auth, Auth::Bearer(TokenName::named("oauth")));
    assert_eq!(specs[1].notes, "Asks for runbooks:write, runbooks:read");
    assert_eq!(specs[2].auth, Auth::None);
    assert_eq!(read.base.as_deref(), Some("https://eu.acme.example/core"));
    assert_eq!(read.variables, [("runbook".to_owned(), "7".to_owned())]);
    assert!(says(&read, "https://eu.acme.example/core"));
    assert!(says(&read, "us.acme.example"));
    assert!(says(&read, "switched off") && says(&read, "sort"));
    assert!(read.tokens.iter().all(|token| token.value.is_none()));
}

#[test]
fn a_body_without_an_example_is_what_its_schema_must_have() {
    let read = collection(RUNBOOKS);
    assert_eq!(
        body(&read, 1),
        json!({
            "title": "text",
            "stage": "draft",
            "at": "2026-01-01T00:00:00Z",
            "parent": {},
            "tags": ["urgent"],
            "limit": 10,
        })
    );
    assert_eq!(
        sent(&read.requests[1].spec.headers),
        [
            ("Core-Url", "{{Core-Url}}"),
            ("Content-Type", "application/merge-patch+json")
        ]
    );
}

#[test]
fn the_same_api_reads_the_same_from_yaml_and_from_json() {
    let tree: Value = serde_saphyr_value(RUNBOOKS);
    let (yaml, json) = (collection(RUNBOOKS), of(&tree));
    assert_eq!(yaml.requests, json.requests);
    let messages = |read: &Collection| {
        let notes = read.notes.iter().map(|note| note.message.clone());
        notes.collect::<Vec<_>>()
    };
    assert_eq!(messages(&yaml), messages(&json));
}

fn serde_saphyr_value(text: &str) -> Value {
    super::document::Document::parse(text, "x")
        .unwrap()
        .root()
        .clone()
}

#[test]
fn swagger_2_gives_host_forms_and_bodies_in_its_own_way() {
    let read = of(&json!({
        "swagger": "2.0",
        "host": "api.acme.example",
        "basePath": "/v2",
        "schemes": ["http", "https"],
        "securityDefinitions": {
            "login": { "type": "basic" },
            "jwt": { "type": "apiKey", "in": "header", "name": "Authorization", "description": "Write: Bearer TOKEN" },
            "key": { "type": "apiKey", "in": "header", "name": "X-Acme-Key" },
        },
        "parameters": { "Page": { "name": "page", "in": "query", "required": true, "type": "integer", "default": 3 } },
        "definitions": { "Pet": { "required": ["name"], "properties": { "name": { "type": "string", "example": "Rex" } } } },
        "paths": {
            "/pets": {
                "get": {
                    "security": [{ "login": [] }],
                    "parameters": [
                        { "$ref": "#/parameters/Page" },
                        { "name": "ids", "in": "query", "required": true, "type": "array", "items": {}, "default": [1, 2] },
                        { "name": "tags", "in": "query", "required": true, "type": "array", "collectionFormat": "multi", "default": ["a", "b"] },
                    ],
                },
                "post": {
                    "security": [{ "jwt": [] }],
                    "parameters": [{ "name": "pet", "in": "body", "schema": { "$ref": "#/definitions/Pet" } }],
                },
                "put": {
                    "consumes": ["application/x-www-form-urlencoded"],
                    "security": [{ "key": [] }],
                    "parameters": [
                        { "name": "name", "in": "formData", "required": true, "type": "string" },
                        { "name": "age", "in": "formData", "type": "integer" },
                    ],
                },
                "patch": {
                    "parameters": [
                        { "name": "photo", "in": "formData", "required": true, "type": "file" },
                        { "name": "note", "in": "formData", "required": true, "type": "string", "default": "new" },
                    ],
                },
            },
        },
    }));
    let specs: Vec<_> = read.requests.iter().map(|step| &step.spec).collect();
    assert_eq!(read.base.as_deref(), Some("https://api.acme.example/v2"));
    assert_eq!(
        sent(&specs[0].params),
        [("page", "3"), ("ids", "1,2"), ("tags", "a"), ("tags", "b")]
    );
    assert_eq!(
        sent(&specs[0].headers),
        [("Authorization", "Basic {{token:login}}")]
    );
    assert!(says(&read, "user:password in base64"));
    assert_eq!(specs[1].auth, Auth::Bearer(TokenName::named("jwt")));
    assert_eq!(body(&read, 1), json!({ "name": "Rex" }));
    assert_eq!(sent(&specs[2].headers), [("X-Acme-Key", "{{token:key}}")]);
    let Body::Form(rows) = &specs[2].body else {
        panic!("{:?}", specs[2].body)
    };
    assert_eq!(sent(rows), [("name", "{{name}}")]);
    let Body::Multipart(parts) = &specs[3].body else {
        panic!("{:?}", specs[3].body)
    };
    assert!(parts[0].is_file && parts[0].value == "{{photo}}");
    assert_eq!(parts[1].value, "new");
    assert!(says(&read, "sends a file"));
}

#[test]
fn examples_come_in_the_forms_of_every_version() {
    let content = |media: Value| json!({ "requestBody": { "content": { "text/html": {}, "application/json": media } } });
    let mut document = api(json!({
        "/one": { "post": content(json!({ "example": { "a": 1 } })) },
        "/two": { "post": content(json!({ "examples": { "x": { "$ref": "#/components/examples/Two" } } })) },
        "/three": { "post": content(json!({ "examples": { "x": { "dataValue": { "a": 3 } } } })) },
        "/four": { "post": content(json!({ "examples": { "x": { "serializedValue": "{\"a\":4}" } } })) },
        "/five": { "post": content(json!({ "schema": { "allOf": [{ "$ref": "#/components/schemas/Base" }, { "required": ["b"], "properties": { "b": { "type": ["null", "boolean"] } } }] } })) },
        "/six": { "post": content(json!({ "schema": { "oneOf": [{ "type": "null" }, { "$ref": "#/components/schemas/Base" }] } })) },
        "/seven": { "post": { "requestBody": { "content": { "text/plain": { "example": "hello" } } } } },
        "/eight": { "query": {}, "additionalOperations": { "PURGE": { "summary": "Throw away" } } },
    }));
    document["components"] = json!({
        "examples": { "Two": { "value": { "a": 2 } } },
        "schemas": { "Base": { "type": "object", "required": ["a"], "properties": { "a": { "const": 5 } } } },
    });
    let read = of(&document);
    for (at, value) in [(0, 1), (1, 2), (2, 3), (3, 4), (5, 5)] {
        assert_eq!(body(&read, at), json!({ "a": value }), "{at}");
    }
    assert_eq!(body(&read, 4), json!({ "a": 5, "b": false }));
    assert_eq!(read.requests[6].spec.body, Body::Text("hello".into()));
    let methods: Vec<_> = read.requests[7..].iter().map(|s| &*s.spec.method).collect();
    assert_eq!(methods, ["QUERY", "PURGE"]);
}

#[test]
fn an_odd_part_costs_a_note_with_its_place_and_no_import() {
    let text = r##"openapi: "3.1"
info: {}
paths:
  /a:
    get: 7
    put: { parameters: [ 3, { name: x }, { $ref: "#/nowhere" }, { $ref: "more.yaml#/p" } ] }
    post: { requestBody: { $ref: "https://jane:pa55w0rd@acme.example/b.yaml?token=tok3nvalue" } }
  /b: 1
  /c: { $ref: "#/paths/~1c" }
  /d: { $ref: "#/paths/~1e" }
  /e:
    delete: { exclusiveMinimum: true, tags: {}, callbacks: { done: {} } }
webhooks: { came: {} }
"##;
    let read = collection(text);
    let urls: Vec<_> = read.requests.iter().map(|step| &*step.spec.url).collect();
    assert_eq!(
        urls,
        ["{{base}}/a", "{{base}}/a", "{{base}}/d", "{{base}}/e"]
    );
    let place = |words: &str| {
        let mut notes = read.notes.iter();
        let note = notes.find(|note| note.message.contains(words));
        note.map(|note| (note.line, note.column))
            .unwrap_or_else(|| panic!("{words}: {:?}", read.notes))
    };
    assert_eq!(place("not as OpenAPI has it"), (Some(5), Some(5)));
    assert_eq!(
        place("nowhere or in a circle: #/nowhere"),
        (Some(6), Some(5))
    );
    assert_eq!(place("references lead to more.yaml#/p"), (Some(6), Some(5)));
    assert_eq!(place("callbacks are"), (Some(10), Some(3)));
    assert_eq!(place("webhook is"), (None, None));
    assert_eq!(place("No host is named"), (None, None));
    // The same places, where the text is JSON.
    let json = "{\"openapi\": \"3.0.0\",\n \"paths\": {\n  \"/ä\": { \"get\": 7,\n    \"put\": { \"parameters\": [3] } } } }";
    let read = collection(json);
    let note = read.notes.iter().find(|n| n.line.is_some()).unwrap();
    assert_eq!((note.line, note.column), (Some(3), Some(18)));
}

#[test]
fn what_is_no_such_document_is_refused_in_one_sentence_with_its_place() {
    for (text, place, words) in [
        (
            "{\"openapi\": \"3.0\",\n \"paths\": {,}}",
            "x:2:12",
            "no OpenAPI document",
        ),
        (
            "{\"openapi\": \"3.0\", \"paths\": {",
            "x:1:30",
            "no OpenAPI document",
        ),
        ("{}", "x:1:1", "names no version"),
        ("", "x:1:1", "no"),
        ("just words", "x:1:1", "names no version"),
        ("openapi: 3.0.0\npaths: [", "x:", "no YAML"),
        ("openapi: 4.0.0\ninfo: {}", "x:1:1", "version \"4.0.0\""),
        (
            "swaggerVersion: 1.2\npaths: {}",
            "x:1:1",
            "names no version",
        ),
    ] {
        let error = read(text, "x", &[], &none, &mut |_| ()).unwrap_err();
        assert!(error.place.starts_with(place), "{text}: {error}");
        assert!(error.problem.contains(words), "{text}: {error}");
        assert!(!error.to_string().contains('\n'), "{error}");
    }
}

#[test]
fn a_document_is_told_from_other_texts() {
    for text in [
        "\u{feff}\n{ \"info\": {\"a\": [\"openapi\"]}, \"openapi\" : \"3.0.1\"}",
        "{\"swagger\":2.0}",
        "---\n# c\nswagger: '2.0'\ninfo:\n  title: x\npaths: {}",
        "\"openapi\": 3.2.0\ntags:\n- name: a\ncomponents: {}\n",
    ] {
        assert!(is_document(text), "{text}");
    }
    for text in [
        "{\"data\": {\"openapi\": \"3.0\"}}",
        "{\"openapi\": \"yes\"}",
        "{\"log\": {\"entries\": [{\"openapi\": \"3.0\"}]}}",
        "curl https://a.example --data-raw '\nopenapi: 3.0.0\ninfo: {}\n'",
        "openapi: 3.0.0",
        "HTTP/1.1 200 OK\n\nopenapi: 3.0.0\ninfo: {}",
        "A ticket:\nopenapi: 3.0.0\ninfo: {}",
        "[\"openapi\"]",
        "",
    ] {
        assert!(!is_document(text), "{text}");
    }
}

#[test]
fn where_a_session_replays_is_the_base_unless_the_path_has_a_server_of_its_own() {
    let mut document = api(json!({
        "/a": { "get": {} },
        "/b": { "servers": [{ "url": "https://files.acme.example" }], "get": {}, "put": { "servers": [{ "url": "https://api.acme.example/v1" }] } },
        "c d/{one-two}/{x+}{?q*}": { "get": {} },
    }));
    let urls = |document: &Value| {
        let read = of(document);
        let urls = read.requests.iter().map(|step| step.spec.url.clone());
        urls.collect::<Vec<_>>()
    };
    assert_eq!(
        urls(&document),
        [
            "{{base}}/a",
            "https://files.acme.example/b",
            "{{base}}/b",
            "{{base}}/c%20d/{{one-two}}/{{x}}{{q}}"
        ]
    );
    document["servers"] = json!([{ "url": "/api/v3" }]);
    assert_eq!(urls(&document)[0], "{{base}}/api/v3/a");
    document["servers"] = json!([]);
    assert_eq!(urls(&document)[0], "{{base}}/a");
    document["servers"] = json!([{ "url": "https://{tenant}.acme.example" }]);
    assert_eq!(urls(&document)[0], "https://{{tenant}}.acme.example/a");
    document["servers"] = json!([{ "url": "//acme.example/" }]);
    assert_eq!(of(&document).base.as_deref(), Some("https://acme.example"));
}

#[test]
fn no_secret_of_a_description_stands_in_what_is_made_of_it() {
    let jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJqYW5lIn0.c2lnbmF0dXJlc2ln";
    let example = |name: &str, place: &str, value: &str| json!({ "name": name, "in": place, "required": true, "example": value });
    let mut document = api(json!({
        "/login/{token}/{id}": {
            "post": {
                "operationId": format!("login {jwt}"),
                "summary": format!("with pathsecret22 and {jwt}"),
                "parameters": [
                    example("token", "path", "pathsecret22"),
                    example("id", "path", jwt),
                    example("api_key", "query", "querysecret33"),
                    example("X-Api-Key", "header", "headersecret44"),
                    example("Authorization", "header", "Bearer bearersecret55"),
                    example("sid", "cookie", "cookiesecret66"),
                    { "name": "access_token", "in": "query", "example": "optionalsecret77" },
                    example("other", "query", "headersecret44"),
                    example("more", "header", jwt),
                ],
                "requestBody": { "content": { "application/json": { "example": { "password": "bodysecret88", "echo": format!("{jwt} querysecret33") } } } },
            },
            "put": { "requestBody": { "content": { "application/x-www-form-urlencoded": { "example": { "client_secret": "formsecret99" } } } } },
            "patch": { "requestBody": { "content": { "multipart/form-data": { "schema": { "required": ["token"], "properties": { "token": { "default": "partsecret10" } } } } } } },
        },
        "/fixed?api_key=fixedsecret11": { "get": {} },
    }));
    document["servers"] = json!([
        { "url": "https://jane:passw0rd12@{key}.acme.example/v1?token=serversecret13", "variables": { "key": { "default": "variablesecret14" } } },
        { "url": "https://bob:passw0rd15@acme.example?sig=othersecret16" },
    ]);
    let read = of(&document);
    let (session, notes) = read.session("x");
    let written = session_file::write(&session);
    let shown = format!(
        "{:?} {:?} {notes:?} {:?} {:?} {:?} {} {written}",
        read.requests, read.notes, read.base, read.variables, read.tokens, read.title
    );
    for secret in [
        "pathsecret22",
        "querysecret33",
        "headersecret44",
        "bearersecret55",
        "cookiesecret66",
        "optionalsecret77",
        "bodysecret88",
        "formsecret99",
        "partsecret10",
        "fixedsecret11",
        "passw0rd12",
        "serversecret13",
        "variablesecret14",
        "passw0rd15",
        "othersecret16",
        "c2lnbmF0dXJlc2ln",
    ] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
    let first = &read.requests[0].spec;
    assert_eq!(first.auth, Auth::Bearer(TokenName::named("bearer")));
    let given = |name: &str| first.params.iter().find(|row| row.name == name).unwrap();
    // The value is that of the header, and surfaces under a plain name.
    assert_eq!(given("other").value, "{{token:x-api-key}}");
    let valued = read.tokens.iter().filter(|token| token.value.is_some());
    assert!(valued.count() >= 10, "{:?}", read.tokens);
}

#[test]
fn a_made_up_password_is_a_name_and_braces_in_examples_are_text() {
    let read = of(&api(json!({
        "/a": {
            "post": { "requestBody": { "content": { "application/json": { "schema": { "required": ["password", "user"], "properties": { "password": { "type": "string" }, "user": { "type": "string" } } } } } } },
            "put": { "requestBody": { "content": { "application/json": { "example": { "text": "Dear {{name}}" } } } } },
        },
    })));
    assert_eq!(
        body(&read, 0),
        json!({ "password": "{{token:password}}", "user": "text" })
    );
    assert!(matches!(&read.requests[1].spec.body, Body::Bytes(_)));
}

#[test]
fn what_is_made_of_a_description_is_a_session_that_reads_back() {
    let read = collection(RUNBOOKS);
    let (session, _) = read.session("runbooks");
    let again = session_file::read(&session_file::write(&session), "x").unwrap();
    assert_eq!(again.steps.len(), 3);
    assert_eq!(again.variables, read.variables);
    assert!(again.note.contains("https://eu.acme.example/core"));
    for (step, read) in again.steps.iter().zip(&read.requests) {
        assert_eq!(step.spec.url, read.spec.url);
        assert_eq!(sent(&step.spec.params), sent(&read.spec.params));
        assert_eq!(step.spec.tokens(), read.spec.tokens());
    }
}

#[test]
fn circles_bombs_and_depths_end_and_are_said() {
    // A schema that leads back to itself, twice on every level.
    let twice = json!({ "type": "object", "required": ["a", "b"], "properties": { "a": { "$ref": "#/components/schemas/Other" }, "b": { "$ref": "#/components/schemas/Other" } } });
    let mut document = api(json!({
        "/a": { "post": { "requestBody": { "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Twice" } } } } } },
        "/b": { "get": { "parameters": [{ "$ref": "#/components/parameters/Round" }] } },
        "/c": { "post": { "requestBody": { "content": { "application/json": { "schema": { "$ref": "#/components/schemas/All" } } } } } },
    }));
    let mut other = twice.clone();
    other["properties"]["a"]["$ref"] = json!("#/components/schemas/Twice");
    document["components"] = json!({
        "schemas": { "Twice": twice, "Other": other, "All": { "allOf": vec![json!({ "$ref": "#/components/schemas/All" }); 40] } },
        "parameters": { "Round": { "$ref": "#/components/parameters/Round" } },
    });
    let read = of(&document);
    assert!(says(&read, "in a circle"));
    assert_eq!(read.requests.len(), 3);
    let Body::Text(made_up) = &read.requests[0].spec.body else {
        panic!("{:?}", read.requests[0].spec.body)
    };
    assert!(made_up.len() < 20_000, "{}", made_up.len());
    // One request that signs in by thousands of schemes.
    let names: Vec<String> = (0..5_000).map(|number| format!("s{number}")).collect();
    let scheme = |name: &String| {
        let scheme = json!({ "type": "apiKey", "in": "header", "name": name });
        (name.clone(), scheme)
    };
    let demanded = names.iter().map(|name| (name.clone(), json!([])));
    let mut document = api(json!({ "/a": { "get": {}, "put": {} } }));
    document["security"] = json!([demanded.collect::<Value>()]);
    document["components"] =
        json!({ "securitySchemes": names.iter().map(scheme).collect::<Value>() });
    let read = of(&document);
    assert_eq!(read.requests[1].spec.headers.len(), 20);
    // One large example, named by many.
    let reference = json!({ "requestBody": { "$ref": "#/components/requestBodies/Large" } });
    let paths: serde_json::Map<String, Value> = (0..2_000)
        .map(|at| (format!("/{at}"), json!({ "post": reference })))
        .collect();
    let mut document = api(Value::Object(paths));
    document["components"] = json!({ "requestBodies": { "Large": { "content": { "application/json": { "example": { "a": "x".repeat(1_000_000) } } } } } });
    let read = of(&document);
    assert!(read.requests.len() < 100, "{}", read.requests.len());
    assert!(says(&read, "comes to too much text"));
    // Aliases that double ten times over, and one that repeats a long text.
    let mut bomb = "openapi: 3.0.0\ninfo: {}\nx0: &x0 [a, a, a, a, a, a, a, a]\n".to_owned();
    for at in 1..12 {
        let list = vec![format!("*x{}", at - 1); 8].join(", ");
        bomb.push_str(&format!("x{at}: &x{at} [{list}]\n"));
    }
    let long = format!(
        "openapi: 3.0.0\ninfo: {{}}\nx: &x {}\ny: [{}]\n",
        "z".repeat(100_000),
        vec!["*x"; 1_000].join(", ")
    );
    let deep = format!("openapi: 3.0.0\ninfo: {}", "[".repeat(100_000));
    let steep = format!(
        "openapi: 3.0.0\ninfo: {{}}\npaths: {}1",
        "- ".repeat(50_000)
    );
    let json = format!("{{\"openapi\": \"3.0.0\", \"a\": {}", "[".repeat(100_000));
    for text in [bomb, long, deep, steep, json] {
        let error = super::read(&text, "x", &[], &none, &mut |_| ()).unwrap_err();
        let problem = &error.problem;
        let is_ours = [
            "comes to too much",
            "nested too deeply",
            "recursion limit",
            "not allowed",
        ]
        .iter()
        .any(|words| problem.contains(words));
        assert!(is_ours, "{error}");
    }
}

/// A description of so many operations, each with its answers.
fn large(operations: usize) -> Value {
    let answer = json!({ "description": "what came", "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Thing" } } } });
    let operation = |number: usize| {
        json!({
            "operationId": format!("thing{number}"),
            "summary": "Does to a thing what things are there for, and says what came of it",
            "parameters": [
                { "name": "id", "in": "path", "required": true, "schema": { "type": "integer", "example": 7 } },
                { "name": "page", "in": "query", "schema": { "type": "integer", "default": 1 } },
            ],
            "requestBody": { "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Thing" } } } },
            "responses": { "200": answer, "401": answer, "403": answer, "404": answer, "422": answer },
        })
    };
    let paths = (0..operations).map(|number| {
        let path = format!("/things/{number}/{{id}}");
        (path, json!({ "put": operation(number) }))
    });
    let mut document = api(Value::Object(paths.collect()));
    document["components"] = json!({ "schemas": { "Thing": { "required": ["name"], "properties": { "name": { "type": "string" } } } } });
    document
}

#[test]
fn a_large_description_is_read_whole_and_one_of_too_many_says_so() {
    let text = large(5_500).to_string();
    assert!(text.len() > 5_000_000, "{}", text.len());
    let read = collection(&text);
    assert_eq!(read.requests.len(), 5_500);
    assert_eq!(body(&read, 5_499), json!({ "name": "text" }));
    assert!(says(&read, "5500 optional parameters"));
    let paths = (0..20_100).map(|number| (format!("/{number}"), json!({ "get": {} })));
    let read = of(&api(Value::Object(paths.collect())));
    assert_eq!(read.requests.len(), 20_000);
    assert!(says(&read, "for there are too many"));
}

#[test]
fn yaml_as_people_write_it_means_what_they_mean() {
    let read = collection(
        "openapi: 3.0.0\ninfo: { title: no, version: 1.10 }\nx-common: &common\n  - { name: on, in: query, required: true, example: yes }\npaths:\n  /a:\n    get:\n      operationId: off\n      parameters: *common\n      responses:\n        200: { description: ok }\n        200: { description: twice }\n    put:\n      parameters:\n        - { name: when, in: query, required: true, example: 2026-05-12 }\n        - { name: id, in: query, required: true, example: 18446744073709551615 }\n        - { name: zero, in: query, required: true, example: '007' }\n        - { name: text, in: query, required: true, example: \"a\\tb\" }\n        - { name: none, in: query, required: true, example: ~ }\n        - { name: odd, in: query, required: true, example: [.inf, 0777, 1_000, !!binary aGk=, !Own x, off] }\n        - { ~: x, true: y, 1.5: z, name: last, in: query, required: true, example: -1.50 }\n",
    );
    assert_eq!(read.requests[0].name, "off");
    assert_eq!(sent(&read.requests[0].spec.params), [("on", "yes")]);
    assert_eq!(
        sent(&read.requests[1].spec.params),
        [
            ("when", "2026-05-12"),
            ("id", "18446744073709551615"),
            ("zero", "007"),
            ("text", "a\tb"),
            ("none", ""),
            ("odd", ".inf"),
            ("odd", "0777"),
            ("odd", "1_000"),
            ("odd", "aGk="),
            ("odd", "x"),
            ("odd", "off"),
            ("last", "-1.50"),
        ]
    );
}

#[test]
fn a_number_of_yaml_is_written_as_it_is_wherever_it_becomes_a_text() {
    let read = collection(
        "openapi: 3.0.0\ninfo: { title: t }\nservers:\n  - url: https://a.example/{v}\n    variables: { v: { default: 1.0 } }\npaths:\n  /a/{id}:\n    post:\n      parameters:\n        - { name: id, in: path, required: true, schema: { type: string }, example: 007 }\n        - { name: n, in: query, required: true, schema: { type: number, default: 1.10 } }\n        - { name: b, in: query, required: true, schema: { type: array, items: { type: string } }, example: [0x1F, 1e3, no, 12:30, +1, True] }\n      requestBody:\n        content:\n          application/json:\n            schema:\n              type: object\n              properties: { version: { type: string }, price: { type: number }, tags: { type: array, items: { type: string } } }\n            example: { version: 1.10, price: 9.90, tags: [1.0, 0o17], on: 2026-05-12 }\n    put:\n      requestBody:\n        content:\n          application/x-www-form-urlencoded:\n            example: { version: 1.10 }\n",
    );
    let spec = &read.requests[0].spec;
    assert_eq!(
        sent(&spec.params),
        [
            ("n", "1.10"),
            ("b", "0x1F"),
            ("b", "1e3"),
            ("b", "no"),
            ("b", "12:30"),
            ("b", "+1"),
            ("b", "True"),
        ]
    );
    let Body::Text(text) = &spec.body else {
        panic!("{spec:?}")
    };
    let body: Value = serde_json::from_str(text).unwrap();
    let meant =
        json!({ "version": "1.10", "price": 9.9, "tags": ["1.0", "0o17"], "on": "2026-05-12" });
    assert_eq!(body, meant);
    assert_eq!(
        read.requests[1].spec.body,
        Body::Form(vec![Param::new("version", "1.10")])
    );
    assert_eq!(read.base.as_deref(), Some("https://a.example/1.0"));
    assert_eq!(read.variables, [("id".to_owned(), "007".to_owned())]);
}

#[test]
fn names_that_stand_twice_and_documents_behind_the_first_are_said() {
    let read = collection(
        "%YAML 1.2\n---\nname: other\n---\nopenapi: 3.0.0\ninfo: { title: t }\npaths:\n  /a:\n    get: { operationId: one }\n    get: { operationId: two }\n...\n---\nlast: 1\n",
    );
    assert_eq!(read.requests[0].name, "two");
    assert_eq!(read.requests.len(), 1);
    let twice = read
        .notes
        .iter()
        .find(|note| note.message.contains("stand twice in one place"))
        .unwrap();
    assert!(twice.message.ends_with(": get."), "{twice:?}");
    assert_eq!(twice.line, Some(10));
    assert!(says(&read, "2 more documents stand in this file"));
    let error = super::read(
        "openapi: 3.0.0\ninfo: {}\npaths: [\n---\nb: 1\n",
        "x",
        &[],
        &none,
        &mut |_| (),
    )
    .unwrap_err();
    assert!(error.place.starts_with("x:"), "{error}");
}

#[test]
fn how_requests_sign_in_is_told_where_it_cannot_be_done() {
    let mut document = api(json!({
        "/a": {
            "get": { "security": [{ "digest": [] }] },
            "put": { "security": [{ "gone": [] }] },
            "post": { "security": [{}, { "query": [], "cookie": [] }, { "digest": [] }] },
            "patch": { "security": [{ "own": [] }] },
        },
    }));
    document["components"] = json!({ "securitySchemes": {
        "digest": { "type": "http", "scheme": "digest" },
        "query": { "type": "apiKey", "in": "query", "name": "key" },
        "cookie": { "type": "apiKey", "in": "cookie", "name": "sid" },
        "own": { "type": "http", "scheme": "AcmeKey" },
    } });
    let read = of(&document);
    assert!(says(&read, "One request signs in by HTTP digest"));
    assert!(says(&read, "described nowhere: gone"));
    assert!(says(&read, "in more than one way"));
    let specs: Vec<_> = read.requests.iter().map(|step| &step.spec).collect();
    assert_eq!(sent(&specs[2].params), [("key", "{{token:query}}")]);
    assert_eq!(
        sent(&specs[2].headers),
        [("Cookie", "sid={{token:cookie}}")]
    );
    assert_eq!(
        sent(&specs[3].headers),
        [("Authorization", "AcmeKey {{token:own}}")]
    );
}

#[test]
fn names_that_mean_something_here_make_way() {
    let read = of(&api(json!({ "/{base}/{a b}/{}": { "get": {} } })));
    let url = &read.requests[0].spec.url;
    assert_eq!(url, "{{base}}/{{base-value}}/{{a-b}}/{{value}}");
    assert_eq!(names_in(url), ["base", "base-value", "a-b", "value"]);
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(head in "(openapi: 3.0.0\ninfo: \\{\\}\npaths:\n|\\{\"openapi\":\"3.0\",\"paths\":\\{\"/a\":\\{)?", rest in "[\\[\\]{}\":,a-zé0-9\\\\ \n&*|>!#%-]{0,80}") {
        let text = format!("{head}{rest}");
        is_document(&text);
        let _ = read(&text, "x", &[], &none, &mut |_| ());
    }

    #[test]
    fn any_values_in_the_known_members_are_read(odd in odd(), other in odd(), text in ".{0,20}") {
        let mut document = api(json!({ text.clone(): { "get": {
            "operationId": text, "parameters": [odd, { "name": text, "in": "query", "required": true, "example": other, "schema": odd }],
            "requestBody": { "content": { text.clone(): { "schema": odd, "examples": other }, "application/json": { "schema": { "type": "object", "required": [text], "properties": { text.clone(): odd } } } } },
            "security": [{ text.clone(): [] }], "servers": [{ "url": text, "variables": odd }],
        } } }));
        document["components"] = json!({ "securitySchemes": { text.clone(): odd } });
        let read = of(&document);
        let (session, _) = read.session("x");
        prop_assert!(session_file::read(&session_file::write(&session), "x").is_ok());
    }
}

/// Values that a description may hold where something else belongs.
fn odd() -> impl Strategy<Value = Value> {
    let word = prop::sample::select(vec![
        "type",
        "in",
        "name",
        "$ref",
        "example",
        "default",
        "items",
        "allOf",
        "oneOf",
        "required",
        "properties",
        "enum",
        "format",
        "minItems",
        "scheme",
        "content",
        "x",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        prop::sample::select(vec![
            "query",
            "path",
            "header",
            "cookie",
            "object",
            "array",
            "string",
            "http",
            "apiKey",
            "#/paths",
            "#/components/securitySchemes",
            "#",
            "a.yaml",
            "{{x}}",
            "é\u{202e}\n",
        ])
        .prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((word.clone(), inner), 0..5).prop_map(|pairs| {
                let pairs = pairs.into_iter();
                pairs
                    .map(|(key, value)| (key.to_owned(), value))
                    .collect::<Value>()
            }),
        ]
    })
}
