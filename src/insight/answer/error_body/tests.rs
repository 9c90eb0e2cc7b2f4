//! Every shape with the entries it gives, and what holds for any text at all.

mod beside;

use super::*;
use crate::insight::json::Json;
use crate::model::Headers;
use proptest::prelude::*;

/// The entries as lines: origin, code, title, detail, then what else is there.
pub(super) fn shown(body: &ErrorBody) -> Vec<String> {
    body.entries.iter().map(line).collect()
}

fn line(entry: &Entry) -> String {
    let word = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".into());
    let mut line = format!(
        "{} {} | {} | {}",
        entry.origin.id(),
        word(&entry.code),
        word(&entry.title),
        word(&entry.detail)
    );
    let place = entry.pointer.as_ref().or(entry.parameter.as_ref());
    let names = |names: &[String]| (!names.is_empty()).then(|| names.join(" "));
    let others = [
        ("status", entry.status.clone()),
        // Said only where it is neither of the two below.
        ("field", entry.field.clone().filter(|f| Some(f) != place)),
        ("pointer", entry.pointer.clone()),
        ("parameter", entry.parameter.clone()),
        ("needed", names(&entry.needed)),
        ("held", names(&entry.held)),
        ("links", entry.links.as_ref().map(Json::to_string)),
        ("meta", entry.meta.as_ref().map(Json::to_string)),
    ];
    for (name, value) in others {
        if let Some(value) = value {
            line.push_str(&format!(" {name}={value}"));
        }
    }
    line
}

pub(super) fn answer(status: u16, fields: &[(&str, &str)], body: &[u8]) -> Response {
    Response {
        status,
        headers: Headers::from_iter(fields.iter().copied()),
        body: body.to_vec(),
        ..Response::default()
    }
}

#[test]
fn the_fragment_of_the_error_page_is_read() {
    let text = r#""errors": [
  {
    "title": "Not Found",
    "detail": "The link is not valid",
    "code": "not_found"
  }
]
"#;
    for text in [
        text.to_owned(),
        format!("\n\n  {text},\n"),
        format!("{{{text}}}"),
    ] {
        let body = error_text(text.as_bytes(), None);
        let entry = &body.entries[0];
        assert_eq!(entry.code.as_deref(), Some("not_found"));
        assert_eq!(entry.title.as_deref(), Some("Not Found"));
        assert_eq!(entry.detail.as_deref(), Some("The link is not valid"));
        assert_eq!(body.notes, []);
        let origin = if text.starts_with('{') {
            "json_api"
        } else {
            "fragment"
        };
        assert_eq!(entry.origin.id(), origin);
    }
}

#[test]
fn the_fragment_that_lost_its_inner_braces_too_is_read() {
    let text = "\"errors\": [\n \"title\": \"Not Found\",\n \"detail\": \"d\",\n \"code\": \"not_found\"\n]";
    let body = error_text(text.as_bytes(), None);
    assert_eq!(shown(&body), ["fragment not_found | Not Found | d"]);
    assert_eq!(
        (body.notes[0].line, body.notes[0].column),
        (Some(2), Some(2))
    );
}

#[test]
fn a_translated_title_gives_the_same_code() {
    let codes = ["Not Found", "Nicht gefunden", "見つかりません"].map(|title| {
        let text = format!(r#"{{"errors":[{{"title":"{title}","code":"not_found"}}]}}"#);
        error_text(text.as_bytes(), None).entries[0].code.clone()
    });
    assert!(
        codes
            .iter()
            .all(|code| code.as_deref() == Some("not_found"))
    );
}

#[test]
fn the_only_sentence_beside_a_code_is_the_detail_whatever_its_name() {
    let text = r#"{"fault":{"kind":"SCOPE_SHORT","say":"Your key lacks billing:admin.","needs":["billing:admin"],"has":["billing:read"]}}"#;
    let json = [("content-type", "application/json")];
    let body = error_body(&answer(403, &json, text.as_bytes()));
    let entry = &body.entries[0];
    assert_eq!(entry.code.as_deref(), Some("SCOPE_SHORT"));
    assert_eq!(
        entry.detail.as_deref(),
        Some("Your key lacks billing:admin.")
    );
    assert_eq!(entry.needed, ["billing:admin"]);
    assert_eq!(entry.held, ["billing:read"]);
    // Of two nobody knows which it is.
    let text = r#"{"fault":{"kind":"SCOPE_SHORT","one":"This is a sentence.","two":"This is another one."}}"#;
    let body = error_body(&answer(403, &json, text.as_bytes()));
    assert_eq!(body.entries[0].detail, None);
}

#[test]
fn every_shape_gives_its_entries() {
    let cases: &[(&str, &[&str])] = &[
        // JSON:API
        (
            r#"{"errors":[{"status":422,"source":{"pointer":"/data/id"},"links":{"about":"u"},"meta":{"a":1.0}},{"detail":"d","source":{"parameter":"page"}},{"title":"t","source":{"header":"Accept"}}]}"#,
            &[
                r#"json_api - | - | - status=422 pointer=/data/id links={"about":"u"} meta={"a":1.0}"#,
                "json_api - | - | d parameter=page",
                "json_api - | t | - parameter=Accept",
            ],
        ),
        (
            r#"{"errors":[{"code":1007.0,"title":null,"detail":{"a":[1]}}]}"#,
            &[r#"json_api 1007.0 | - | {"a":[1]}"#],
        ),
        (
            r#"{"errors":[{"code":"","title":"t"},null,{}]}"#,
            &["json_api - | t | -", "json_api - | - | -"],
        ),
        (
            r#"{"errors":["a","b"]}"#,
            &["vendor - | - | a", "vendor - | - | b"],
        ),
        (r#"{"errors":"broken"}"#, &["vendor - | - | broken"]),
        (
            r#"{"errors":{"name":["can't be blank","is short"],"owner":{"email":["is odd"]}}}"#,
            &[
                "vendor - | - | can't be blank pointer=name",
                "vendor - | - | is short pointer=name",
                "vendor - | - | is odd pointer=owner.email",
            ],
        ),
        (
            r#"{"errors":{"code":"x","message":"m"}}"#,
            &["vendor x | - | m"],
        ),
        (
            r#"{"message":"Validation Failed","errors":[{"resource":"Issue","field":"title","code":"missing_field"}]}"#,
            &[
                "vendor - | - | Validation Failed",
                r#"vendor missing_field | - | - pointer=title meta={"resource":"Issue"}"#,
            ],
        ),
        (
            r#"{"errorMessages":["No such issue"],"errors":{}}"#,
            &["vendor - | - | No such issue"],
        ),
        // GraphQL
        (
            r#"{"errors":[{"message":"No","path":["tasks",0],"extensions":{"code":"FORBIDDEN"}}],"data":null}"#,
            &[
                r#"graphql FORBIDDEN | - | No meta={"path":["tasks",0],"extensions":{"code":"FORBIDDEN"}}"#,
            ],
        ),
        (r#"{"errors":[{"message":"No"}]}"#, &["vendor - | - | No"]),
        // Problems
        (
            r#"{"type":"https://e.example/credit","title":"No credit","status":403,"detail":"30 < 50","balance":30}"#,
            &[
                r#"problem_json https://e.example/credit | No credit | 30 < 50 status=403 links={"type":"https://e.example/credit"} meta={"balance":30}"#,
            ],
        ),
        (
            r#"{"type":"about:blank","title":"Bad","status":400,"errors":{"Name":["required"]},"invalid-params":[{"name":"age","reason":"negative"}]}"#,
            &[
                r#"problem_json - | Bad | - status=400 links={"type":"about:blank"}"#,
                "problem_json - | - | required pointer=Name",
                "problem_json - | - | negative parameter=age",
            ],
        ),
        // OAuth
        (
            r#"{"error":"invalid_grant","error_description":"Expired.","error_uri":"u","trace_id":"7"}"#,
            &[
                r#"oauth invalid_grant | - | Expired. links={"error_uri":"u"} meta={"trace_id":"7"}"#,
            ],
        ),
        (
            r#"{"error":"invalid_token"}"#,
            &["oauth invalid_token | - | -"],
        ),
        (
            "error=bad_code&error_description=It+is+old&error_uri=u",
            &[r#"oauth bad_code | - | It is old links={"error_uri":"u"}"#],
        ),
        // Makers' own
        (
            r#"{"error":"Something broke"}"#,
            &["vendor - | - | Something broke"],
        ),
        (
            r#"{"error":"not_allowed"}"#,
            &["vendor not_allowed | - | -"],
        ),
        (
            r#"{"statusCode":403,"message":"No role","error":"Forbidden"}"#,
            &["vendor - | Forbidden | No role status=403"],
        ),
        (
            r#"{"timestamp":"t","status":404,"error":"Not Found","path":"/x"}"#,
            &[r#"vendor - | - | Not Found status=404 meta={"timestamp":"t","path":"/x"}"#],
        ),
        (
            r#"{"error":{"code":403,"message":"No","status":"PERMISSION_DENIED"}}"#,
            &["google_rpc PERMISSION_DENIED | - | No status=403"],
        ),
        (
            r#"{"error":{"type":"card_error","code":"expired","message":"Old","param":"number","doc_url":"u"}}"#,
            &[r#"vendor expired | card_error | Old parameter=number links={"doc_url":"u"}"#],
        ),
        (
            r#"{"status":"error","message":"m"}"#,
            &[r#"vendor - | - | m meta={"status":"error"}"#],
        ),
        (
            r#"{"error":"gone","errors":[{"code":"gone","title":"t"}]}"#,
            &["json_api gone | t | -"],
        ),
        (r#"{"error":{"code":7}}"#, &["vendor 7 | - | -"]),
        (
            r#"{"error":{"code":"Bad","message":"m","details":[{"code":"Inner","message":"n"}]}}"#,
            &["vendor Bad | - | m", "vendor Inner | - | n"],
        ),
        (
            r#"{"message":"Unauthorized"}"#,
            &["vendor - | - | Unauthorized"],
        ),
        (
            r#"{"detail":"Not authenticated"}"#,
            &["vendor - | - | Not authenticated"],
        ),
        (
            r#"{"detail":[{"loc":["body","user",0],"msg":"required","type":"missing"},{"loc":["query","page"],"msg":"int","type":"int_parsing","input":"x"}]}"#,
            &[
                "vendor missing | - | required pointer=/user/0",
                r#"vendor int_parsing | - | int parameter=page meta={"input":"x"}"#,
            ],
        ),
        (
            r#"{"detail":{"code":"c","message":"m"}}"#,
            &["vendor c | - | m"],
        ),
        (
            r#"{"errorCode":"E1","errorMessage":"m"}"#,
            &["vendor E1 | - | m"],
        ),
        (
            r#"{"fault":{"faultstring":"Bad key","detail":{"errorcode":"keys.Bad"}}}"#,
            &["vendor keys.Bad | - | Bad key"],
        ),
        (
            r#"{"__type":"a#Denied","Message":"m"}"#,
            &["vendor Denied | - | m"],
        ),
        (
            r#"[{"errorCode":"E","message":"m"},"x"]"#,
            &["vendor E | - | m", "vendor - | - | x"],
        ),
        (
            r#"{"name":["This field is required."]}"#,
            &["vendor - | - | This field is required. pointer=name"],
        ),
        (
            r#""Authorized users only.""#,
            &["text - | - | Authorized users only."],
        ),
        // Not JSON
        (
            "Authorized users only.",
            &["text - | - | Authorized users only."],
        ),
        ("[ERROR] refused", &["text - | - | [ERROR] refused"]),
        ("404 page not found", &["text - | - | 404 page not found"]),
        ("{error: 'x'}", &["text - | - | {error: 'x'}"]),
        (
            "<html>\n<head><title>502 Bad Gateway</title><style>b{}</style></head><body><center><h1>502 Bad&nbsp;Gateway</h1></center><script>if (a<b) x()</script><nav>Home</nav><p>a &lt;b&gt; &amp;c <b>n</b>ow</p></body>",
            &["html - | 502 Bad Gateway | a <b> &c now"],
        ),
        (
            "<!DOCTYPE HTML><h1>Sign <em>in</em></h1>",
            &["html - | Sign in | Sign in"],
        ),
        (
            "<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code><Message>No &amp; no</Message></Error>",
            &["xml AccessDenied | - | No & no"],
        ),
        ("<a><b/></a>", &["text - | - | <a><b/></a>"]),
        // Nothing
        ("{}", &[]),
        ("  \n", &[]),
    ];
    for (text, expected) in cases {
        assert_eq!(
            &shown(&error_text(text.as_bytes(), None)),
            expected,
            "{text}"
        );
    }
}

#[test]
fn a_media_type_settles_what_the_text_leaves_open() {
    let problem = error_text(br#"{"detail":"d"}"#, Some("application/problem+json"));
    assert_eq!(shown(&problem), ["problem_json - | - | d"]);
    let page = error_text(b"<p>Blocked", Some("text/html"));
    assert_eq!(shown(&page), ["html - | - | Blocked"]);
    assert!(page.notes[0].message.contains("not the API"));
}

#[test]
fn what_is_odd_about_a_body_is_noted() {
    let cases: &[(&[u8], &str, &str)] = &[
        (b"", "no text", ""),
        (b"caf\xe9", "not UTF-8", "text - | - | caf\u{fffd}"),
        (b"\xff\xfe\"\0a\0\"\0", "UTF-16", "text a | - | -"),
        (
            b"\xef\xbb\xbf{\"error\":\"a b\"}",
            "byte order mark",
            "vendor - | - | a b",
        ),
        (
            br#"{"errors":[{"code":"a","code":"b"}]}"#,
            "stands twice",
            "json_api a | - | -",
        ),
        (br#"{"errors":[{"code":"a"},{"code":"#, "no value", ""),
        (
            b"{\"errors\":[{\"code\":\"a\"},{\"code\":",
            "ends too early",
            "json_api a | - | -",
        ),
        (br#"{"a":1}"#, "not of a shape", ""),
        (
            br#"{"errors":[{"code":"a"}]} trailing"#,
            "More text",
            "json_api a | - | -",
        ),
    ];
    for (text, says, first) in cases {
        let body = error_text(text, None);
        let noted = body.notes.iter().any(|note| note.message.contains(says));
        let shown = shown(&body);
        if !first.is_empty() {
            assert_eq!(&shown[0], first);
            assert!(noted, "{says}: {:?}", body.notes);
        }
    }
}

#[test]
fn json_behind_other_words_is_found_where_it_stands() {
    let text = "12:00 ERROR\ncall: 404 {\"errors\":[{\"code\":\"a\",}]} (try 1)";
    let body = error_text(text.as_bytes(), None);
    assert_eq!(shown(&body), ["json_api a | - | -"]);
    let places: Vec<_> = body.notes.iter().map(|n| (n.line, n.column)).collect();
    let expected = [None, Some((2, 33)), Some((2, 38))];
    assert_eq!(places, expected.map(|p| (p.map(|p| p.0), p.map(|p| p.1))));
    let words = error_text(b"cannot read {name}", None);
    assert_eq!(shown(&words), ["text - | - | cannot read {name}"]);
    assert_eq!(words.notes, []);
}

#[test]
fn scripts_get_every_entry_and_people_the_first_with_the_number_of_the_rest() {
    let list = vec![r#"{"code":"a"}"#; 1_000].join(",");
    let body = error_text(format!("{{\"errors\":[{list}]}}").as_bytes(), None);
    assert_eq!(body.entries.len(), 1_000);
    assert_eq!(body.first().len(), limits::ENTRIES);
    let shown = body.for_people();
    assert_eq!(shown.entries.len(), limits::ENTRIES);
    assert!(shown.notes[0].message.contains("800 more"));
    assert_eq!(error_text(b"No.", None).for_people().notes, []);
}

#[test]
fn an_answer_that_is_fine_has_entries_only_if_it_holds_errors() {
    let errors = br#"{"data":null,"errors":[{"message":"No","path":["a"]}]}"#;
    assert_eq!(error_body(&answer(200, &[], errors)).entries.len(), 1);
    for body in [
        &br#"{"data":[],"errors":[]}"#[..],
        br#"{"data":{"errors":[1]}}"#,
        br#"{"message":"Created"}"#,
        b"<html>",
        b"",
    ] {
        for status in [200, 201, 204, 302] {
            let found = error_body(&answer(status, &[("www-authenticate", "Bearer")], body));
            assert_eq!(found, ErrorBody::default());
        }
    }
}

#[test]
fn an_error_without_a_body_says_so() {
    for status in [401, 500, 799] {
        let body = error_body(&answer(status, &[], b""));
        assert_eq!(body.entries, []);
        assert_eq!(body.notes[0].message, "The answer has no body.");
    }
}

#[test]
fn a_packed_or_cut_body_is_said_to_be_so() {
    let packed = error_body(&answer(
        500,
        &[("content-encoding", "gzip")],
        b"\x1f\x8b\xff",
    ));
    assert!(packed.notes[0].message.contains("gzip"));
    assert_eq!(packed.entries, []);
    let mut cut = answer(500, &[], b"Half an ans");
    cut.body_cut = true;
    assert!(error_body(&cut).notes[0].message.contains("cut off"));
    let mut begun = answer(500, &[], b"");
    begun.body_cut = true;
    let notes = error_body(&begun).notes;
    assert_eq!(notes.len(), 1, "{notes:?}");
    assert!(notes[0].message.contains("nothing of it came"), "{notes:?}");
}

#[test]
fn a_body_that_is_gzip_without_a_word_is_said_to_be_so() {
    let json = ("content-type", "application/json");
    for status in [200, 403] {
        for (headers, says) in [
            (vec![json], "no Content-Encoding says so"),
            (vec![json, ("content-encoding", "gzip")], "once more than"),
        ] {
            let mut said = answer(status, &headers, b"\x1f\x8b\x08\x00\xff");
            // What was packed for the way is unpacked by now.
            said.wire_bytes = (headers.len() > 1).then_some(20);
            let body = error_body(&said);
            assert!(body.notes[0].message.contains(says), "{:?}", body.notes);
            assert_eq!(body.entries, []);
        }
        let file = answer(
            status,
            &[("content-type", "application/gzip")],
            b"\x1f\x8b\x08",
        );
        let notes = error_body(&file).notes;
        assert!(
            !notes.iter().any(|note| note.message.contains("gzip")),
            "{notes:?}"
        );
    }
}

#[test]
fn a_challenge_adds_to_the_error_of_the_body() {
    let said = r#"Bearer realm="core", scope="a b", error="invalid_token", error_description="Expired", error_uri="u""#;
    let alone = r#"www_authenticate invalid_token | Bearer realm="core" | Expired needed=a b links={"error_uri":"u"} meta={"scope":"a b"}"#;
    let json = r#"{"error":"invalid_token","message":"Expired"}"#;
    let coded = r#"{"code":"other","message":"No."}"#;
    let cases: &[(&str, &str, &[&str])] = &[
        (said, "", &[alone]),
        (
            said,
            "No.",
            &["text invalid_token | No. | Expired needed=a b"],
        ),
        (
            said,
            json,
            &["vendor invalid_token | - | Expired needed=a b"],
        ),
        (said, coded, &["vendor other | - | No.", alone]),
        ("Bearer", "No.", &["text - | - | No."]),
        ("Bearer", "", &["www_authenticate - | Bearer | -"]),
        (
            "Basic realm=\"x\"",
            "",
            &["www_authenticate - | Basic realm=\"x\" | -"],
        ),
    ];
    for (field, text, lines) in cases {
        let body = error_body(&answer(
            401,
            &[("WWW-Authenticate", field)],
            text.as_bytes(),
        ));
        assert_eq!(&shown(&body), lines, "{field} {text}");
    }
}

#[test]
fn words_about_the_protocol_are_words() {
    assert_eq!(
        shown(&error_text(b"HTTP is down", None)),
        ["text - | - | HTTP is down"]
    );
}

#[test]
fn hostile_texts_take_no_longer_than_their_length_allows() {
    // Debug builds share their processor with other tests; what grows with the square of the
    // length takes minutes.
    const PATIENCE: u64 = 15;
    let opening = [
        "[",
        "{\"a\":",
        "{\"errors\":[",
        "<",
        "<a",
        "&",
        "<!--",
        "<script>",
        "<h1>",
        "\"",
        "\\u",
    ];
    for piece in opening {
        for media_type in [None, Some("text/html"), Some("application/json")] {
            let text = piece.repeat(2_000_000 / piece.len());
            let started = std::time::Instant::now();
            error_text(text.as_bytes(), media_type);
            assert!(
                started.elapsed().as_secs() < PATIENCE,
                "{piece} {media_type:?}"
            );
        }
    }
    let members: String = (0..50_000).map(|n| format!("\"{n}\":\"no\",")).collect();
    let wide = format!(
        "{{\"errors\":{{\"{}\":{{{members}\"a\":\"no\"}}}}}}",
        "x".repeat(200_000)
    );
    let started = std::time::Instant::now();
    assert!(error_text(wide.as_bytes(), None).entries.len() > 40_000);
    assert!(started.elapsed().as_secs() < PATIENCE);

    let started = std::time::Instant::now();
    let deep = error_text("[".repeat(100_000).as_bytes(), None);
    assert!(started.elapsed().as_secs() < PATIENCE);
    assert!(deep.notes[0].message.contains("levels deep"));
    assert_eq!(deep.entries[0].raw.len(), 100_000);
}

fn object() -> impl Strategy<Value = Vec<(&'static str, String)>> {
    let name = prop::sample::select(vec!["title", "detail", "code", "status", "id"]);
    prop::collection::btree_map(name, "\\PC{1,12}", 1..4).prop_map(|map| map.into_iter().collect())
}

/// A JSON:API document, and the codes in it.
fn document() -> impl Strategy<Value = (String, Vec<Option<String>>)> {
    prop::collection::vec(object(), 1..5).prop_map(|objects| {
        let quoted = |text: &str| serde_json::to_string(text).unwrap();
        let mut codes = Vec::new();
        let texts: Vec<_> = objects
            .iter()
            .map(|members| {
                let code = members.iter().find(|(name, _)| *name == "code");
                let code = code.map(|(_, value)| value.clone());
                codes.push(code.filter(|code| !code.trim().is_empty()));
                let members: Vec<_> = members
                    .iter()
                    .map(|(name, value)| format!("{}: {}", quoted(name), quoted(value)))
                    .collect();
                format!("{{{}}}", members.join(","))
            })
            .collect();
        (format!("{{\"errors\": [{}]}}", texts.join(", ")), codes)
    })
}

/// What of an entry may be missing when its text is cut off; what is there must be the same.
fn agrees(part: &Option<String>, whole: &Option<String>) -> bool {
    part.is_none() || part == whole
}

proptest! {
    #[test]
    fn any_bytes_are_read_without_harm(
        bytes in prop::collection::vec(any::<u8>(), 0..300),
        media_type in prop::option::of("(text/html|application/(problem\\+)?json)"),
    ) {
        error_text(&bytes, media_type.as_deref());
    }

    #[test]
    fn any_text_that_looks_like_an_error_is_read_without_harm(
        text in "([\\[\\]{}:,]|\"(errors|error|message|detail|code|loc)\"|null|1|<h1>|&lt;|é){0,30}",
    ) {
        error_text(text.as_bytes(), None);
        error_body(&answer(200, &[], text.as_bytes()));
    }

    #[test]
    fn a_document_gives_its_codes_back((text, codes) in document()) {
        let body = error_text(text.as_bytes(), None);
        let read: Vec<_> = body.entries.iter().map(|entry| entry.code.clone()).collect();
        prop_assert_eq!(read, codes);
        prop_assert!(body.notes.is_empty());
    }

    #[test]
    fn a_document_cut_off_anywhere_gives_no_other_entries(
        (text, _) in document(),
        braces in any::<bool>(),
    ) {
        let text = if braces { &text[..] } else { &text[1..text.len() - 1] };
        let whole = error_text(text.as_bytes(), None).entries;
        for end in 0..text.len() {
            let part = error_text(&text.as_bytes()[..end], None);
            prop_assert!(part.entries.len() <= whole.len());
            prop_assert!(!part.notes.is_empty() || !braces);
            for (place, (entry, full)) in part.entries.iter().zip(&whole).enumerate() {
                if place + 1 < part.entries.len() {
                    prop_assert_eq!(entry, full);
                }
                prop_assert!(agrees(&entry.code, &full.code));
                prop_assert!(agrees(&entry.title, &full.title));
                prop_assert!(agrees(&entry.detail, &full.detail));
            }
        }
    }
}
