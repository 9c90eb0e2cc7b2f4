//! Texts that mean something to a shell, to curl, to Hurl, to the clients of editors or to
//! Markdown, and the places of a request that they are put into.

use httriage::format::export::Ground;
use httriage::model::{
    Author, Body, Environment, Expectation, Param, Part, RequestSpec, SentRequest, Session,
    Settings, Step, resolve,
};

/// A file beside the exported one, and a variable, that no exported text may reach.
pub const CANARY_FILE: &str = "canary";
pub const CANARY: &str = "CANARY-that-stays-home";

pub const TEXTS: &[&str] = &[
    "'; touch PWNED; '",
    "\"; touch PWNED #",
    "$(touch PWNED)`touch PWNED`",
    "${HTTRIAGE_CANARY}$HTTRIAGE_CANARY",
    "{{$processEnv HTTRIAGE_CANARY}}",
    "{{HTTRIAGE_CANARY}}{{getEnv \"HTTRIAGE_CANARY\"}}{{newUuid}}",
    "{{token:canary}} %7B%7Btoken:canary%7D%7D",
    "\u{2039}token:canary\u{b7}1234\u{203a}",
    "@canary",
    "<canary",
    "< canary",
    "<@ canary",
    "</canary",
    "a=@canary;x",
    "a=<canary",
    "x;type=text/html;filename=y;headers=@canary",
    "x\r\n\r\n###\r\nGET http://127.0.0.1:9/forged",
    "x\n\n###\nGET http://127.0.0.1:9/forged\nX: {{$processEnv HTTRIAGE_CANARY}}",
    "x\u{2028}### \u{2029}GET http://127.0.0.1:9/forged",
    "### x",
    "# @name x",
    "// x",
    "@x = 1",
    "> {%\nclient.exit()\n%}",
    "< {% client.exit() %}",
    "<> canary",
    ">> canary",
    "HTTP/1.1 200 OK",
    "HTTP 200\n[Asserts]\nstatus == 200\n\nGET http://127.0.0.1:9/forged",
    "[Options]\nvariable: a=b",
    "[Captures]",
    "file,canary;",
    "base64,AAAA;",
    "```\nGET http://127.0.0.1:9/forged\n```",
    "`",
    "-K canary",
    "--config=canary",
    "+@canary",
    "[1-3]{a,b}",
    "+/=&#{}[] %25%2B%zz",
    "\u{1b}]52;c;eA==\u{7}\u{202e}\u{200b}",
    "\\ \\n \\u{41} %0d%0aX: y",
    "é😀 \u{301}",
    "../..",
    "%2e%2e",
    "curl http://127.0.0.1:9/forged",
    "zq1q0z",
    " ",
    "a\u{0}b",
    "<img src=x onerror=y>[a](http://e.example)![b](http://e.example) www.e.example a@e.example |",
    "\n# h\n\n- l\n\n| a | b |\n| - | - |\n\n~~~\nx",
];

type Put = fn(&mut Step, &str);

/// Where a text is put, by name.
pub const PLACES: &[(&str, Put)] = &[
    ("path", |step, text| {
        step.spec.url = format!("{{{{base}}}}/p/{}", typed(text))
    }),
    ("query", |step, text| {
        step.spec.url = format!("{{{{base}}}}/p?a=1&q={}&z=2", typed(text))
    }),
    ("fragment", |step, text| {
        step.spec.url = format!("{{{{base}}}}/p#{}", typed(text))
    }),
    ("method", |step, text| step.spec.method = text.to_owned()),
    ("parameter's name", |step, text| {
        step.spec.params = vec![Param::data(text, "1")]
    }),
    ("parameter's value", |step, text| {
        step.spec.params = vec![Param::data("q", text)]
    }),
    ("header's name", |step, text| {
        step.spec.headers = vec![Param::data(text, "1")]
    }),
    ("header's value", |step, text| {
        step.spec.headers = vec![Param::data("X-A", text)]
    }),
    ("body", |step, text| body(step, text.as_bytes().to_vec())),
    ("line of a body", |step, text| {
        body(step, format!("first\n{text}\nlast").into_bytes())
    }),
    ("member of JSON", |step, text| {
        body(
            step,
            serde_json::to_vec(&serde_json::json!({ "a": text, text: 1 })).unwrap(),
        );
    }),
    ("form field's name", |step, text| {
        form(step, Param::data(text, "1"))
    }),
    ("form field's value", |step, text| {
        form(step, Param::data("q", text))
    }),
    ("part's name", |step, text| {
        parts(step, text, "1", None, None)
    }),
    ("part's text", |step, text| {
        parts(step, "q", text, None, None)
    }),
    ("part's file name", |step, text| {
        parts(step, "q", "1", Some(text), None)
    }),
    ("part's type", |step, text| {
        parts(step, "q", "1", None, Some(text))
    }),
    ("text of a form without files", |step, text| {
        parts(step, text, "1", None, None);
        if let Body::Multipart(parts) = &mut step.spec.body {
            parts[0] = Part {
                name: "r".into(),
                value: text.into(),
                literal: true,
                ..Part::default()
            };
        }
    }),
    ("path of a file", |step, text| {
        step.spec.method = "POST".into();
        step.spec.body = Body::File(text.replace("canary", "up").replace(['{', '}'], ""));
    }),
    ("step's name", |step, text| step.name = text.to_owned()),
    ("variable's name", |step, text| {
        step.capture = vec![(text.to_owned(), "/a".into())]
    }),
    ("pointer", |step, text| {
        step.capture = vec![("x".into(), format!("/{text}/a']{text}").into())]
    }),
    ("code", |step, text| {
        step.expect = Some(Expectation {
            status: Some(200),
            codes: vec![text.to_owned()],
            values: vec![(format!("/{text}"), text.to_owned())],
            ..Expectation::default()
        });
    }),
    ("note", |step, text| step.spec.notes = text.to_owned()),
];

/// Typed text asks for nothing here: what it would ask for is a name of its own.
fn typed(text: &str) -> String {
    httriage::model::as_text(text)
}

fn body(step: &mut Step, bytes: Vec<u8>) {
    step.spec.method = "POST".into();
    step.spec.headers = vec![Param::new("Content-Type", "text/plain")];
    step.spec.body = Body::Bytes(bytes);
}

fn form(step: &mut Step, row: Param) {
    step.spec.method = "POST".into();
    step.spec.body = Body::Form(vec![Param::new("first", "1"), row]);
}

fn parts(step: &mut Step, name: &str, value: &str, file: Option<&str>, media: Option<&str>) {
    step.spec.method = "POST".into();
    let upload = Part {
        name: "up".into(),
        value: "up.txt".into(),
        is_file: true,
        ..Part::default()
    };
    let part = Part {
        name: name.into(),
        value: value.into(),
        literal: true,
        file_name: file.map(str::to_owned),
        media_type: media.map(str::to_owned),
        ..Part::default()
    };
    step.spec.body = Body::Multipart(vec![upload, part]);
}

pub fn step(put: Put, text: &str) -> Step {
    let mut step = Step {
        name: "step".into(),
        spec: RequestSpec::new("GET", "{{base}}/p"),
        ..Step::default()
    };
    put(&mut step, text);
    step
}

pub fn session(put: Put, texts: &[&str]) -> Session {
    Session {
        name: "s".into(),
        steps: texts.iter().map(|text| step(put, text)).collect(),
        ..Session::default()
    }
}

pub fn environment(base: &str) -> Environment {
    Environment {
        name: "here".into(),
        base_url: base.into(),
        headers: vec![("X-Tenant".into(), "t".into())],
        variables: vec![("HTTRIAGE_CANARY".into(), CANARY.into())],
        ..Environment::default()
    }
}

pub fn ground(base: &str) -> Ground {
    Ground::new(environment(base), Author::File, &Settings::default())
}

/// What httriage itself would send; `None` where it refuses to.
pub fn meant(step: &Step, base: &str) -> Option<SentRequest> {
    resolve(&step.spec, &environment(base)).ok()
}
