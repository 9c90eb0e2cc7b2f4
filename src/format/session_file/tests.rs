//! Sessions as people write them, read and written again.

use super::*;
use crate::model::{Part, is_unsafe};
use proptest::prelude::*;

const EXAMPLE: &str = r#"
name = "ACME-1234 runbook tasks refused"
note = "customer's integration token"
environment = "sandbox"

[[step]]
name = "list tasks"
token = "support"
method = "get"
url = "{{base}}/core/runbooks/{{runbook}}/tasks"
params = [["page[size]", "2"]]
headers = [["Core-Url", "https://acme.example"], ["X-A", "1"]]
capture = { task = "/data/0/id" }            # for later steps
[step.expect]
status = 403
codes = ["forbidden"]
titles = ["Forbidden"]
[step.access]
support = "deny"
"a.b" = "allow"

[[step]]
name = "bare"
note = "nothing but the least"
method = "POST"
url = "/x"
body = '''
{"a": "\d"}
'''
"#;

#[test]
fn a_session_is_read_with_all_its_parts() {
    let session = read(EXAMPLE, "a.session.toml").unwrap();
    assert_eq!(session.environment.as_deref(), Some("sandbox"));
    let step = &session.steps[0];
    assert_eq!(step.spec.method, "GET");
    assert_eq!(step.spec.auth.token().unwrap().as_str(), "support");
    assert_eq!(step.spec.params, [Param::new("page[size]", "2")]);
    assert_eq!(step.spec.headers[1], Param::new("X-A", "1"));
    assert_eq!(step.capture, [("task".into(), "/data/0/id".into())]);
    let expect = step.expect.as_ref().unwrap();
    assert_eq!(expect.status, Some(403));
    assert_eq!(expect.codes, ["forbidden"]);
    assert_eq!(expect.titles, ["Forbidden"]);
    let pinned: Vec<_> = step
        .access
        .iter()
        .map(|(t, p)| (t.as_str(), p.id()))
        .collect();
    assert_eq!(pinned, [("a.b", "allow"), ("support", "deny")]);
    let bare = &session.steps[1];
    assert_eq!(bare.expect, None);
    assert_eq!(bare.spec.notes, "nothing but the least");
    assert_eq!(bare.spec.body, Body::Text("{\"a\": \"\\d\"}\n".into()));
    assert_eq!(read(&write(&session), "again").unwrap(), session);
}

#[test]
fn a_written_session_has_one_thing_a_line() {
    let mut session = read(EXAMPLE, "a").unwrap();
    let off = Param {
        enabled: false,
        ..Param::new("X-Off", "1")
    };
    session.steps[0].spec.headers.push(off);
    session.steps.truncate(1);
    let codes = &mut session.steps[0].expect.as_mut().unwrap().codes;
    codes.push("a \"b\" \u{1b}[31m".into());
    assert_eq!(
        write(&session),
        r#"version = 1
name = "ACME-1234 runbook tasks refused"
note = "customer's integration token"
environment = "sandbox"

[[step]]
name = "list tasks"
token = "support"
method = "GET"
url = "{{base}}/core/runbooks/{{runbook}}/tasks"
params = [
  ["page[size]", "2"],
]
headers = [
  ["Core-Url", "https://acme.example"],
  ["X-A", "1"],
]
capture = { task = "/data/0/id" }
[step.expect]
status = 403
codes = [
  "forbidden",
  "a \"b\" \u001B[31m",
]
titles = ["Forbidden"]
[step.access]
"a.b" = "allow"
support = "deny"
"#
    );
}

#[test]
fn data_is_marked_and_only_then_is_the_file_one_of_a_later_version() {
    let mut step = Step {
        name: "s".into(),
        spec: RequestSpec::new("POST", "/"),
        ..Step::default()
    };
    step.spec.headers = vec![
        Param::data("X-A", "{{token:admin}}"),
        Param::new("X-B", "{{token:own}}"),
        Param::data("X-C", "nothing to mark"),
    ];
    step.spec.body = Body::Bytes(b"{\"a\": \"{{name}}\"}".to_vec());
    let mut session = Session {
        name: "a".into(),
        steps: vec![step],
        ..Session::default()
    };
    let text = write(&session);
    assert_eq!(
        text,
        "version = 2\nname = \"a\"\n\n[[step]]\nname = \"s\"\nmethod = \"POST\"\nurl = \"/\"\nheaders = [\n  \
         { name = \"X-A\", value = \"{{token:admin}}\", literal = true },\n  [\"X-B\", \"{{token:own}}\"],\n  \
         [\"X-C\", \"nothing to mark\"],\n]\nbody = '{\"a\": \"{{name}}\"}'\nliteral = true\n"
    );
    assert_eq!(read(&text, "f").unwrap(), session);
    // A text in which a brace is said to be one is for a later reader, too.
    session.steps[0].spec.headers.truncate(0);
    session.steps[0].spec.body = Body::Text("{{text:brace}}{a}} {{b}}".into());
    assert!(write(&session).starts_with("version = 2\n"));
    session.steps[0].spec.body = Body::Bytes(b"plain".to_vec());
    assert!(write(&session).starts_with("version = 1\n"));
}

#[test]
fn mistakes_are_named_with_line_and_column() {
    let step = "name = \"a\"\n[[step]]\nname = \"s\"\nmethod = \"GET\"\nurl = \"/\"\n";
    let cases = [
        ("name = \n".to_owned(), "f:1:"),
        ("nam = \"a\"\n".to_owned(), "f:1:1: unknown field `nam`"),
        (
            format!("{step}colour = 1\n"),
            "f:6:1: unknown field `colour`",
        ),
        (
            format!("{step}[step.expect]\nstate = 1\n"),
            "f:7:1: unknown field `state`",
        ),
        (
            format!("{step}token = \"Bearer x\"\n"),
            "f:6:9: this cannot be the name",
        ),
        (format!("{step}headers = [[\"a\"]]\n"), "f:6:"),
        (format!("{step}headers = [[\"a\", \"b\", \"c\"]]\n"), "f:6:"),
        (
            format!("{step}headers = [{{ name = \"a\", value = \"b\", raw = true }}]\n"),
            "unknown field `raw`",
        ),
        (
            format!("{step}capture = {{ a = \"data\" }}\n"),
            "f:6:17: \"data\" is not a JSON",
        ),
        (
            format!("{step}capture = {{ a = \"/~2\" }}\n"),
            "is not a JSON Pointer",
        ),
        (
            format!("{step}capture = {{ base = \"/a\" }}\n"),
            "cannot set the variable",
        ),
        (format!("{step}[step.expect]\nstatus = 70000\n"), "f:7:"),
        (
            format!("{step}[step.expect]\nignore = [\"meta\"]\n"),
            "f:7:11: \"meta\" is not a JSON Pointer",
        ),
        (
            format!("{step}[step.expect]\nvalues = {{ id = 7 }}\n"),
            "\"id\" is not a JSON Pointer",
        ),
        (
            format!("{step}[step.access]\nsupport = \"maybe\"\n"),
            "f:7:11: \"maybe\" is not what a token may",
        ),
        (
            format!("{step}[step.access]\n\"Bearer x\" = \"deny\"\n"),
            "f:7:14: what is pinned here cannot be the name",
        ),
        (
            "name = \"a\"\n[[step]]\nname = \"s\"\n".to_owned(),
            "f:2:1: missing field `method`",
        ),
        ("[[step]]\nname = \"s\"\n".to_owned(), "missing field"),
        (
            "version = 3\nnew = 1\n".to_owned(),
            "f:1:11: this session has version 3",
        ),
        ("version = 0\nname = \"a\"\n".to_owned(), "no version 0"),
    ];
    for (text, says) in cases {
        let error = read(&text, "f").unwrap_err().to_string();
        assert!(error.contains(says), "{text}: {error}");
    }
    assert!(read(&format!("version = 1\n{step}"), "f").is_ok());
}

fn texts() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[ab\"'\\\\\n\r\t{}\u{1b}\u{202e}]{0,12}",
        "[a-z ]{0,8}",
    ]
}

fn params() -> impl Strategy<Value = Vec<Param>> {
    let braces = prop_oneof![texts(), Just("{{token:x}}".to_owned())];
    let row = (texts(), braces, any::<[bool; 2]>());
    let row = row.prop_map(|(name, value, [enabled, literal])| {
        let row = Param {
            enabled,
            literal,
            ..Param::new(name, value)
        };
        row.marked()
    });
    prop::collection::vec(row, 0..3)
}

prop_compose! {
    fn steps()(
        (name, method, url, body) in (texts(), texts(), texts(), texts()),
        (params, headers, notes) in (params(), params(), texts()),
        token in prop::option::of("[a-z][a-z0-9-]{0,8}"),
        capture in prop::collection::vec(("[a-zé_.-]{1,4}", "(/[a-z]{0,3}(~[01])?){0,3}"), 0..3),
        expect in prop::option::of((any::<Option<u16>>(), prop::collection::vec(texts(), 0..3))),
        access in prop::collection::btree_map("[a-z.][a-z0-9_.-]{0,8}", any::<bool>(), 0..3),
    ) -> Step {
        let mut spec = RequestSpec::new(method, url);
        (spec.params, spec.headers, spec.body) = (params, headers, Body::Text(body));
        spec.notes = notes;
        if let Some(token) = token {
            spec.auth = Auth::Bearer(TokenName::new(&token).unwrap());
        }
        let expect = expect.map(|(status, codes)| Expectation {
            places: codes.clone(),
            elapsed_ms: status.map(u64::from),
            body_sha256: codes.first().cloned(),
            body: codes.last().cloned(),
            values: codes.iter().map(|code| ("/a".to_owned(), code.clone())).take(1).collect(),
            ignore: vec!["/data/[]/~1".to_owned(); codes.len()],
            status,
            titles: codes.clone(),
            details: codes.iter().rev().cloned().collect(),
            codes,
        });
        let capture = capture.into_iter().filter(|(name, _)| name != "base");
        let capture = capture.map(|(name, pointer)| (name, pointer.into())).collect();
        let access = access.into_iter().map(|(name, allow)| {
            let pin = if allow { Pin::Allow } else { Pin::Deny };
            (TokenName::new(&name).unwrap(), pin)
        });
        Step { name, spec, capture, expect, access: access.collect() }
    }
}

proptest! {
    #[test]
    fn what_is_written_reads_back_and_is_written_the_same(
        name in texts(),
        note in texts(),
        environment in prop::option::of(texts()),
        steps in prop::collection::vec(steps(), 0..3),
    ) {
        let variables = vec![("runbook".to_owned(), note.clone())];
        let session = Session { name, note, environment, variables, steps };
        let text = write(&session);
        prop_assert!(!text.contains(is_unsafe), "{}", text);
        let back = read(&text, "f").unwrap();
        prop_assert_eq!(&back.name, &session.name);
        prop_assert_eq!(back.steps.len(), session.steps.len());
        for (back, step) in back.steps.iter().zip(&session.steps) {
            prop_assert_eq!(&back.spec.url, &step.spec.url);
            let on = step.spec.headers.iter().filter(|row| row.enabled);
            prop_assert!(back.spec.headers.iter().eq(on));
            prop_assert_eq!(back.expect.as_ref().map(|e| &e.codes), step.expect.as_ref().map(|e| &e.codes));
            prop_assert_eq!(&back.access, &step.access);
        }
        prop_assert_eq!(write(&back), text);
    }

    #[test]
    fn no_text_makes_the_reader_fall_over(text in any::<String>()) {
        let _ = read(&text, "f");
    }
}

#[test]
fn parts_files_and_bytes_come_back_as_they_were() {
    use crate::model::Part;
    let part = |name: &str, value: &str, is_file| Part {
        name: name.into(),
        value: value.into(),
        is_file,
        ..Part::default()
    };
    let parts = vec![
        part("note", "two\n\"lines\" \\ '", false),
        Part {
            literal: true,
            ..part("data", "{{x}}", false)
        },
        Part {
            file_name: Some("b.txt".into()),
            media_type: Some("text/plain".into()),
            ..part("up", "files/a b.txt", true)
        },
    ];
    for body in [
        Body::Multipart(parts),
        Body::File("files/body.json".into()),
        Body::File("{{path}}".into()),
        Body::Bytes(vec![0, 255, 254, 10]),
    ] {
        let mut spec = RequestSpec::new("POST", "https://a.example/x");
        spec.body = body;
        let session = Session {
            name: "s".into(),
            steps: vec![Step {
                name: "up".into(),
                spec,
                ..Step::default()
            }],
            ..Session::default()
        };
        let text = write(&session);
        assert!(text.starts_with("version = 2\n"), "{text}");
        assert_eq!(read(&text, "s").unwrap().steps, session.steps, "{text}");
    }
}

#[test]
fn a_step_has_one_body_and_its_file_lies_below_the_session() {
    let of = |lines: &str| {
        let text = format!(
            "name = \"s\"\n[[step]]\nname = \"a\"\nmethod = \"POST\"\nurl = \"/x\"\n{lines}\n"
        );
        read(&text, "s").unwrap_err().to_string()
    };
    assert!(of("body = \"a\"\nbody_file = \"b\"").contains("more than one body"));
    assert!(of("body_base64 = \"*\"").contains("not base64"));
    assert!(of("body_file = \"../b\"").contains("does not lie below"));
    assert!(of("parts = [{ name = \"a\", file = \"/etc/hosts\" }]").contains("does not lie below"));
    assert!(of("parts = [{ name = \"a\", odd = 1 }]").contains("odd"));
}

#[test]
fn a_form_whose_type_was_typed_keeps_its_parts() {
    let mut spec = RequestSpec::new("POST", "https://a.example/");
    spec.body = Body::Multipart(vec![Part {
        name: "a".into(),
        value: "b".into(),
        ..Part::default()
    }]);
    for (typed, is_kept) in [
        (None, false),
        (Some("multipart/form-data"), true),
        (Some("multipart/mixed; boundary=own"), true),
    ] {
        spec.headers = typed
            .iter()
            .map(|t| Param::new("Content-Type", *t))
            .collect();
        let session = Session {
            name: "s".into(),
            steps: vec![Step {
                name: "one".into(),
                spec: spec.clone(),
                ..Step::default()
            }],
            ..Session::default()
        };
        let text = write(&session);
        assert_eq!(text.contains("parts = ["), is_kept, "{text}");
        let again = read(&text, "s").unwrap().steps.remove(0).spec;
        assert_eq!(again == spec, is_kept, "{again:?}");
    }
}
