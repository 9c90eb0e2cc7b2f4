//! `.http` files as people keep them, and as nobody should.

use super::super::{is_requests, read, write_session};
use crate::format::export::sample::ground;
use crate::format::{registry, session_file};
use crate::model::{Auth, Body, Collection, Param, RequestSpec, Secret, TokenName};
use proptest::prelude::*;

fn nobody(_: &Secret) -> Option<TokenName> {
    None
}

fn collection(text: &str) -> Collection {
    read(text, "a.http", &[], &nobody, &mut |_| ()).unwrap()
}

fn kind(text: &str) -> Option<&'static str> {
    registry::told(text).map(|format| format.kind)
}

fn one(text: &str) -> RequestSpec {
    let mut read = collection(text);
    assert_eq!(read.requests.len(), 1, "{text}");
    read.requests.remove(0).spec
}

fn notes(collection: &Collection) -> Vec<(String, usize, usize)> {
    let notes = collection.notes.iter();
    notes
        .map(|note| {
            (
                note.message.clone(),
                note.line.unwrap(),
                note.column.unwrap(),
            )
        })
        .collect()
}

fn token(name: &str) -> TokenName {
    TokenName::new(name).unwrap()
}

#[test]
fn requests_are_separated_and_named_in_each_way_that_people_do() {
    let read = collection(
        "https://a.example/first\n###\n# a remark\n// @name second\nget https://a.example/2 HTTP/1.1\n\n### third of them ###\nDELETE https://a.example/3\nX-A: 1\n# inside\nX-B: 2\r\n\n###\n###\n\nPOST https://a.example/4\n    /more\n    ?page=2\n    &size=5\n\nhello\n\n# behind the body\n",
    );
    let told: Vec<String> = read
        .requests
        .iter()
        .map(|step| {
            format!(
                "{}: {} {} {:?}",
                step.name, step.spec.method, step.spec.url, step.spec.body
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            "GET /first: GET https://a.example/first Empty",
            "second: GET https://a.example/2 Empty",
            "third of them ###: DELETE https://a.example/3 Empty",
            "POST /4/more: POST https://a.example/4/more Text(\"hello\")",
        ]
    );
    assert_eq!(
        read.requests[2].spec.headers,
        [Param::new("X-A", "1"), Param::new("X-B", "2")]
    );
    assert_eq!(
        read.requests[3].spec.params,
        [Param::new("page", "2"), Param::new("size", "5")]
    );
    assert_eq!(
        (read.kind, read.notes.len()),
        ("http", 0),
        "{:?}",
        read.notes
    );
}

#[test]
fn variables_of_the_file_become_those_of_the_session_and_the_host_its_base() {
    let read = collection(
        "@host = api.acme.example\n@port=8443\n@id = 7\n@path = x/{{id}}\n\n### a\nGET https://{{host}}:{{port}}/{{path}}?at={{ id }}&who={{who}}&new={{$randomInt 1 5}}&out={{$dotenv OUTSIDE}}\n### b\nGET https://{{host}}:{{port}}\nX-Host: {{host}}\n### c\nGET https://other.example/\n",
    );
    assert_eq!(read.base.as_deref(), Some("https://api.acme.example:8443"));
    assert_eq!(read.requests[0].spec.url, "{{base}}/{{path}}");
    let values: Vec<&str> = read.requests[0]
        .spec
        .params
        .iter()
        .map(|p| &p.value[..])
        .collect();
    assert_eq!(
        values,
        ["{{id}}", "{{who}}", "{{randomInt}}", "{{OUTSIDE}}"]
    );
    assert_eq!(read.requests[1].spec.url, "{{base}}");
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(
        read.variables,
        [
            pair("host", "api.acme.example"),
            pair("id", "7"),
            pair("path", "x/7")
        ]
    );
    let told = format!("{:?}", read.notes);
    for words in [
        "each call of {{randomInt}}",
        "no value for {{who}}, {{OUTSIDE}}",
        "The URLs begin with https://{{host}}:{{port}}, which is {{base}} here",
    ] {
        assert!(told.contains(words), "{words}: {told}");
    }
    let (session, _) = read.session("a");
    let again = session_file::read(&session_file::write(&session), "a").unwrap();
    assert_eq!(again.variables, read.variables);
}

#[test]
fn no_credential_stays_in_what_is_read() {
    let text = "@key = planted-key-1\n@line = Bearer planted-line-2\n@door = https://u:planted-door-3@a.example\n@jwt = eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJwbGFudGVkIn0.planted4\n
### planted https://u:planted-name-5@a.example/?token=planted-name-6
GET https://a.example/x?api_key=planted-query-7&b={{key}}
Authorization: Basic desk planted-two-8
Cookie: sid=planted-cookie-9
X-Later: {{jwt}}
###
GET https://a.example/2
Authorization: Basic desk:planted-colon-10
X-Api-Key: {{key}}
###
GET https://desk:planted-user-11@a.example/3
###
GET https://a.example/4
Authorization: {{line}}
###
POST {{door}}/5
Authorization: Digest desk planted-digest-12
Content-Type: application/json

{\"password\": \"planted-body-13\", \"key\": \"{{key}}\"}
###
POST https://a.example/6
Content-Type: application/x-www-form-urlencoded

name = my desk
&password = planted-form-14
###
POST https://a.example/7
Content-Type: multipart/form-data; boundary=B

--B
Content-Disposition: form-data; name=\"secret\"

planted-part-15
--B
Content-Disposition: form-data; name=\"up\"; filename=\"a.json\"
Content-Type: application/json

< ./up/a.json
--B--

> {%
client.global.set(\"x\", \"planted-script-16\")
%}
";
    let read = collection(text);
    let (session, lost) = read.session("a");
    let written = session_file::write(&session);
    let all = format!("{read:?}{lost:?}{written}");
    assert!(!all.contains("planted-"), "{all}");
    assert!(!all.contains("eyJhbGci"), "{all}");
    assert_eq!(read.requests[3].spec.auth, Auth::Bearer(token("line")));
    let value = |name: &str| {
        let found = read
            .tokens
            .iter()
            .find(|found| found.name == token(name))
            .unwrap();
        found.value.as_ref().unwrap().reveal().to_owned()
    };
    assert_eq!(value("line"), "planted-line-2");
    assert_eq!(value("basic"), "ZGVzazpwbGFudGVkLXR3by04");
    assert_eq!(value("basic-2"), "ZGVzazpwbGFudGVkLWNvbG9uLTEw");
    assert_eq!(value("basic-3"), "ZGVzazpwbGFudGVkLXVzZXItMTE=");
    assert_eq!(read.requests[0].spec.params[1].value, "{{token:key}}");
    let Body::Multipart(parts) = &read.requests[6].spec.body else {
        panic!("{read:?}")
    };
    let told: Vec<_> = parts
        .iter()
        .map(|part| (&part.value[..], part.is_file))
        .collect();
    assert_eq!(told, [("{{token:secret}}", false), ("up/a.json", true)]);
}

#[test]
fn a_body_is_what_stands_between_and_a_file_is_named_and_not_read() {
    for (text, expected) in [
        (
            "\n\n{\n  // why\n  \"a\": 1\n}\n\n// next\n",
            Body::Text("{\n  \"a\": 1\n}".into()),
        ),
        (
            "\n# Title\n\n- one\n",
            Body::Text("# Title\n\n- one".into()),
        ),
        ("\n< ./data/a.json\n", Body::File("data/a.json".into())),
        ("\n<@utf8 ../../etc/hosts\n", Body::File("hosts".into())),
        (
            "\n<root>\n> x\n</root>\n",
            Body::Text("<root>\n> x\n</root>".into()),
        ),
        (
            "\nhello\n> {% client.test() %}\n>>! out.json\n<> 2024.200.json\n> ./after.js\n",
            Body::Text("hello".into()),
        ),
        (
            "\nhello\n\nHTTP/1.1 403 Forbidden\n\nno",
            Body::Text("hello".into()),
        ),
        ("\n< {{folder}}/a.json\n", Body::Empty),
        ("\n\n\n", Body::Empty),
    ] {
        let spec = one(&format!("POST https://a.example/x\n{text}"));
        assert_eq!(spec.body, expected, "{text}");
    }
    let graphql = one("GRAPHQL https://a.example/q\n\nquery {\n  me\n}\n\n{\"id\": {{id}}}\n");
    assert_eq!(graphql.method, "POST");
    assert_eq!(
        graphql.body,
        Body::Text("{\"query\":\"query {\\n  me\\n}\",\"variables\":{\"id\": {{id}}}}".into())
    );
}

#[test]
fn what_a_later_request_takes_out_of_an_earlier_answer_is_captured() {
    let read = collection(
        "# @name login\nPOST https://a.example/login\n\n{}\n###\nGET https://a.example/{{login.response.body.$.data.items[0].id}}\nAuthorization: Bearer {{login.response.body.token}}\nX-A: {{login.response.headers.X-A}}\n",
    );
    let mut capture = read.requests[0].capture.clone();
    capture.sort_by(|a, b| a.0.cmp(&b.0));
    let pair = |name: &str, pointer: &str| (name.to_owned(), pointer.into());
    assert_eq!(
        capture,
        [
            pair("login.data.items-0.id", "/data/items/0/id"),
            pair("login.token", "/token")
        ]
    );
    let spec = &read.requests[1].spec;
    assert_eq!(spec.url, "https://a.example/{{login.data.items-0.id}}");
    assert_eq!(spec.headers[0].value, "Bearer {{login.token}}");
    let told = format!("{:?}", read.notes);
    assert!(
        told.contains("no value for {{login.response.headers.X-A}}")
            && !told.contains("login.token"),
        "{told}"
    );
    let (session, _) = read.session("a");
    let again = session_file::read(&session_file::write(&session), "a").unwrap();
    assert_eq!(again.steps[0].capture.len(), 2);
}

#[test]
fn an_answer_that_is_named_by_a_variable_of_the_file_is_captured_and_needs_no_value() {
    let read = collection(
        "@book = {{list.response.body.$.data[0].id}}\n\n# @name list\nGET https://a.example/books\n\n###\nGET https://a.example/books/{{book}}\n",
    );
    assert_eq!(read.requests[0].capture.len(), 1);
    let (name, pointer) = &read.requests[0].capture[0];
    assert_eq!(*pointer, "/data/0/id".into());
    let url = format!("https://a.example/books/{{{{{name}}}}}");
    assert_eq!(read.requests[1].spec.url, url);
    let told = format!("{:?}", read.notes);
    assert!(!told.contains("no value"), "{told}");
}

#[test]
fn what_we_write_ourselves_is_read_as_what_it_was() {
    let text = "name = \"a\"\nvariables = { word = \"x\" }\n[[step]]\nname = \"list\"\ntoken = \"acme-support\"\nmethod = \"GET\"\nurl = \"{{base}}/runbooks\"\nparams = [[\"q\", \"a#b\"]]\ncapture = { book = \"/data/0/id\" }\n[[step]]\nname = \"rename\"\nmethod = \"PATCH\"\nurl = \"{{base}}/runbooks/{{book}}\"\nheaders = [[\"X-Key\", \"{{token:other-key}}\"]]\nbody = '{\"name\": \"{{word}}\"}'\n";
    let session = session_file::read(text, "a").unwrap();
    let written = write_session(&session, &ground()).text;
    let read = collection(&written);
    assert_eq!(read.requests.len(), 2, "{written}");
    let (list, rename) = (&read.requests[0], &read.requests[1]);
    assert_eq!(
        list.spec.auth,
        Auth::Bearer(token("acme-support")),
        "{written}"
    );
    assert_eq!(list.spec.params, [Param::new("q", "a#b")]);
    assert_eq!(list.spec.url, "https://api.acme.example/runbooks");
    let [(name, pointer)] = &list.capture[..] else {
        panic!("{list:?}\n{written}")
    };
    assert_eq!(*pointer, "/data/0/id".into());
    assert_eq!(
        rename.spec.url,
        format!("https://api.acme.example/runbooks/{{{{{name}}}}}")
    );
    let key = rename
        .spec
        .headers
        .iter()
        .find(|row| row.name.eq_ignore_ascii_case("x-key"));
    assert_eq!(key.unwrap().value, "{{token:other-key}}", "{written}");
    assert_eq!(
        rename.spec.body,
        Body::Text("{\"name\": \"x\"}".into()),
        "{written}"
    );
}

#[test]
fn what_cannot_be_carried_over_is_said_once_where_it_stands_first() {
    let read = collection(
        "import ./other.http\n\n< {%\n  x()\n%}\nGET https://a.example/1\n\n> {% a() %}\n###\nGET https://a.example/2\nno colon\n\n> {% b() %}\n###\nWEBSOCKET ws://a.example\n###\nGRPC a.example/x\n###\ncurl https://a.example -u desk:planted-1\n### \nsome words\nGET /path\nHost: b.example\n",
    );
    let urls: Vec<&str> = read.requests.iter().map(|s| &s.spec.url[..]).collect();
    assert_eq!(
        urls,
        [
            "https://a.example/1",
            "https://a.example/2",
            "https://a.example",
            "http://b.example/path"
        ]
    );
    let told = notes(&read);
    let expected = [
        ("Lines that import or run other files were left out.", 1, 1),
        (
            "Scripts and handlers of answers are not run here and were left out (3 of them).",
            3,
            1,
        ),
        ("This line is no header and was left out.", 11, 1),
        (
            "Calls are no HTTP requests (WebSocket, gRPC and others) and were left out (2 of them).",
            15,
            1,
        ),
        ("Lines belong to no request and were left out.", 21, 1),
        (
            "A URL is only a path, and its host stands in a header; http:// is taken, as the other program does.",
            22,
            1,
        ),
    ];
    let expected: Vec<_> = expected
        .iter()
        .map(|(m, l, c)| ((*m).to_owned(), *l, *c))
        .collect();
    assert_eq!(told, expected);
}

#[test]
fn a_file_of_requests_is_told_from_everything_else() {
    for text in [
        "GET https://a.example/x",
        "GET /core/runbooks HTTP/1.1\nHost: a.example\n",
        "# a\n\n// b\n@host = https://a.example\n\nPOST {{host}}/x\n",
        "### one\nhttps://a.example/x\n",
        "< {%\n x\n%}\nPUT localhost:8080/x",
        "\u{feff}DELETE {{ base url }}/x?n={{$randomInt 1 5}} HTTP/2",
    ] {
        assert!(is_requests(text), "{text}");
        assert_eq!(kind(text), Some("http"), "{text}");
    }
    for text in [
        "",
        "curl https://a.example\n### x\nGET https://a.example",
        "# a comment\ncurl https://a.example",
        "{\"a\": 1}",
        "[\n\"GET https://a.example\"]",
        "https://a.example/x",
        "GET /x returned 403 and nobody knows why",
        "GET me the logs",
        "POST mortem: see https://a.example",
        "HTTP/1.1 403 Forbidden\n\n{}",
        "<html>\nGET https://a.example",
        "good morning\nGET https://a.example",
        "### heading\n\nSome markdown",
        "@someone please look",
    ] {
        assert!(!is_requests(text), "{text}");
        assert_ne!(kind(text), Some("http"), "{text}");
    }
}

#[test]
fn a_file_without_a_request_is_refused_in_one_sentence() {
    for text in ["\n  some words", "", "### a\n###\n", "@a = planted-1"] {
        let error = read(text, "a.http", &[], &nobody, &mut |_| ()).unwrap_err();
        let error = error.to_string();
        assert!(
            error.contains("there is no request in this file"),
            "{error}"
        );
        assert!(!error.contains("planted"));
    }
}

#[test]
fn a_hostile_file_is_read_in_time_that_grows_with_its_size() {
    let braces = "{{".repeat(200_000);
    let cases = [
        format!("GET https://a.example/{braces}"),
        format!("GET https://a.example/\nCookie: {braces}}}}}\n\n{braces}}}}}"),
        "@a = {{b}}{{b}}\n@b = {{a}}\nGET https://a.example/{{a}}\n".repeat(2_000),
        "###\nGET https://a.example/x\n".repeat(30_000),
        format!("GET https://a.example/\n\n{}", "> {%\n".repeat(100_000)),
        format!("GET https://a.example/\n{}", "    ?a=b\n".repeat(100_000)),
        (0..30_000)
            .map(|n| format!("@v{n} = {{{{v{}}}}}\n", n + 1))
            .collect::<String>()
            + "GET https://a.example/{{v1}}",
    ];
    for text in cases {
        let read = collection(&text);
        assert!(!read.requests.is_empty());
        assert!(read.notes.len() < 300);
    }
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(head in "(GET |POST |@a = |###|# @name |< |> )?", text in "(https://a|\n|\r\n|\\{\\{|\\}\\}|\\{%|%\\}|###|[ -~\n\t\u{0}\u{1b}\u{202e}ä😀]){0,60}") {
        let text = format!("{head}{text}");
        let _ = registry::told(&text);
        if let Ok(read) = read(&text, "a", &[], &nobody, &mut |_| ()) {
            let (session, _) = read.session("a");
            let written = session_file::write(&session);
            prop_assert!(session_file::read(&written, "a").is_ok(), "{written}");
        }
    }

    #[test]
    fn any_pieces_of_a_request_are_read(name in "[a-z$. {}-]{0,8}", value in ".{0,20}", header in "[A-Za-z-]{1,12}", body in "[ -~\n]{0,60}") {
        let text = format!("@{name} = {value}\nPOST https://a.example/{{{{{name}}}}}?a={value}\n{header}: {value}\nAuthorization: {{{{{name}}}}}\n\n{body}\n");
        let _ = read(&text, "a", &[], &nobody, &mut |_| ());
    }
}

#[test]
fn a_request_is_read_with_tabs_remarks_versions_and_as_one_for_the_whole_server() {
    let read = collection(
        "get\thttps://a.example/1\tHTTP/1.1\nX-A:\tb\n###\nGET https://a.example/2?b=c # why\n###\nGET https://a.example/3\n\t?a=1\n\t&b=2 HTTP/1.1\nX-C: d\n###\nOPTIONS * HTTP/1.1\nHost: a.example\n###\nGET //a.example/5\n",
    );
    let told: Vec<String> = read
        .requests
        .iter()
        .map(|step| {
            format!(
                "{} {} {:?}",
                step.spec.method,
                step.spec.url,
                step.spec.params.len()
            )
        })
        .collect();
    assert_eq!(
        told[..4],
        [
            "GET https://a.example/1 0",
            "GET https://a.example/2 1",
            "GET https://a.example/3 2",
            "OPTIONS http://a.example/ 0",
        ]
    );
    assert_eq!(read.requests[0].spec.headers, [Param::new("X-A", "b")]);
    assert_eq!(read.requests[2].spec.headers, [Param::new("X-C", "d")]);
    let said = format!("{:?}", read.notes);
    for words in ["Remarks stand behind URLs", "the server as a whole"] {
        assert!(said.contains(words), "{words}: {said}");
    }
}

#[test]
fn values_that_are_made_anew_are_told_from_variables_and_from_each_other() {
    let read = collection(
        "@timestamp = 7\nGET https://a.example/{{timestamp}}?a={{$timestamp}}&b={{$timestamp -1 d}}&c={{$timestamp 1 d}}&d={{$timestamp -1 d}}&e={{$guid}}\n",
    );
    let spec = &read.requests[0].spec;
    let values: Vec<&str> = spec.params.iter().map(|p| &p.value[..]).collect();
    let distinct: std::collections::BTreeSet<&str> = values.iter().copied().collect();
    assert_eq!(distinct.len(), 4, "{values:?}");
    assert_eq!(values[1], values[3]);
    assert!(spec.url.ends_with("/{{timestamp}}"), "{}", spec.url);
    assert!(!values.contains(&"{{timestamp}}"), "{values:?}");
    assert_eq!(read.variables, [("timestamp".to_owned(), "7".to_owned())]);
    let said = format!("{:?}", read.notes);
    for words in [
        "($timestamp -1 d)",
        "($timestamp 1 d)",
        "{{guid}}",
        "a new value for each call",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
}

#[test]
fn a_curl_command_in_such_a_file_is_a_request_with_its_variables() {
    let read = collection(
        "@host = https://a.example\n@key = planted-1\n### make\ncurl -X POST {{host}}/x \\\n  -H 'Authorization: Bearer {{key}}' -d '{\"a\": \"{{word}}\"}' -H 'Content-Type: application/json'\n\n> {% x() %}\n### other\nGET {{host}}/y\n",
    );
    let told: Vec<String> = read
        .requests
        .iter()
        .map(|step| format!("{}: {} {}", step.name, step.spec.method, step.spec.url))
        .collect();
    assert_eq!(told, ["make: POST {{base}}/x", "other: GET {{base}}/y"]);
    let spec = &read.requests[0].spec;
    assert_eq!(spec.auth, Auth::Bearer(token("key")));
    assert_eq!(spec.body, Body::Text("{\"a\": \"{{word}}\"}".into()));
    assert!(!format!("{read:?}").contains("planted"));
}
