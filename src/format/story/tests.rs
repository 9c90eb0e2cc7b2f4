//! The writers, with texts that want to be more than text.

use super::*;
use crate::insight::facts::{Case, Credential, Facts};
use crate::insight::{Catalogue, explain};
use crate::model::{
    Cause, Headers, RawExchange, RequestSpec, ResolvedWhat, Response, SentRequest, is_unsafe,
};
use std::sync::Arc;

/// Texts that a browser, a tracker or a reader's eye could take for something else.
const HOSTILE: &[&str] = &[
    "<script>alert(1)</script>",
    "</pre></section><script src=https://x.example/a.js></script>",
    "\"><img src=x onerror=alert(1)>",
    "' onmouseover='alert(1)",
    "javascript:alert(1)",
    "[a](javascript:alert(1)) ![b](https://x.example/p.png)",
    "</style></title><meta http-equiv=refresh content='0;url=https://x.example'>",
    "<!-- --> <![CDATA[ ]]> <?xml ?> &lt;b&gt; &#60;b&#62;",
    "```\n# heading\n| a | b |\n<details open>",
    "\u{202e}gpj.exe \u{200b}\u{2066}\u{feff}",
    "\u{1b}]52;c;x\u{7}\u{0}",
    "<svg/onload=alert(1)>\r\n<base href=//x.example>",
];

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_778_570_000 + second).unwrap()
}

/// A refused call in which this text stands wherever one can.
fn refused(text: &str, second: i64) -> Exchange {
    let body = serde_json::json!({ "errors": [
        { "title": text, "detail": text, "code": text, "source": { "parameter": text } }
    ] });
    let mut call = RawExchange::with_outcome(
        ExchangeId::new(at(second), 1),
        Outcome::Answered(Response {
            status: 403,
            reason: "Forbidden".to_owned(),
            version: "HTTP/1.1".to_owned(),
            headers: Headers::from_iter([
                ("content-type", "application/json"),
                ("x-request-id", text),
            ]),
            body: body.to_string().into_bytes(),
            ..Response::default()
        }),
        at(second),
    );
    call.environment = text.to_owned();
    call.case = Some(text.to_owned());
    call.typed = RequestSpec::new("GET", "/x");
    call.typed.notes = text.to_owned();
    call.sent = SentRequest {
        method: "GET".to_owned(),
        url: format!("https://api.acme.example/{text}"),
        headers: Headers::from_iter([("x-own", text)]),
        body: text.as_bytes().to_vec(),
        ..SentRequest::default()
    };
    Mask::default().exchange(call)
}

fn word(text: &str) -> Resolution {
    Resolution {
        id: ExchangeId::new(at(9), 1),
        revision: 1,
        of: ResolvedWhat::Case(text.to_owned()),
        case: Some(text.to_owned()),
        cause: Some(Cause::PermissionMissingRole),
        note: text.to_owned(),
        who: text.to_owned(),
        at: at(9),
        withdrawn: false,
    }
}

fn story(text: &str) -> Story {
    let made = [refused(text, 0), refused(text, 5)];
    let made = made.map(|exchange| Made {
        exchange,
        by: Some(text.to_owned()),
        environment: Environment::default(),
    });
    let call = Arc::new(made[1].exchange.clone());
    let facts = Facts::read(call, "");
    let case = Case::of(facts, Credential::default(), Environment::default(), at(9));
    let explanation = explain(&case, &Catalogue::default());
    let judged = Judged {
        explanation,
        case,
        alike: made.iter().map(|made| made.exchange.id.clone()).collect(),
        resolved: vec![word(text)],
    };
    let material = Material {
        case: Some(text.to_owned()),
        by: text.to_owned(),
        at: at(10),
        made: made.to_vec(),
        judged: vec![judged],
        resolved: vec![word(text)],
        left_out: 3,
        of_runs: 1,
    };
    Story::of(material, &Mask::default())
}

/// Every tag of a page with its attributes, as a browser would read them.
fn tags(page: &str) -> Vec<&str> {
    let opened = page.split('<').skip(1);
    opened
        .map(|part| part.split('>').next().unwrap_or(part))
        .collect()
}

#[test]
fn a_hostile_text_adds_no_tag_and_no_attribute_to_the_page() {
    let plain = html(&story("plain"));
    for text in HOSTILE {
        let page = html(&story(text));
        // The number of lists and paragraphs is that of harmless words.
        let own: Vec<&str> = tags(&plain);
        let found = tags(&page);
        let odd = found.iter().find(|tag| !own.contains(tag));
        assert_eq!(odd, None, "{text}");
        assert!(!page.chars().any(is_unsafe), "{text}");
    }
}

#[test]
fn the_page_is_whole_in_itself_and_runs_nothing() {
    let page = html(&story("plain"));
    assert!(page.starts_with("<!doctype html>\n"));
    assert!(page.contains("default-src 'none'"));
    for tag in tags(&page) {
        let name = tag.split([' ', '\n']).next().unwrap_or_default();
        let banned = [
            "script",
            "link",
            "img",
            "iframe",
            "object",
            "embed",
            "form",
            "base",
            "svg",
            "a href=\"h",
        ];
        assert!(!banned.contains(&name), "{tag}");
        if let Some((_, target)) = tag.split_once("href=\"") {
            assert!(target.starts_with("#call-"), "{tag}");
        }
        assert!(!tag.contains(" on") && !tag.contains("style="), "{tag}");
    }
    let style = page.split("<style>").nth(1).unwrap();
    let style = style.split("</style>").next().unwrap();
    assert!(!style.contains("url(") && !style.contains("@import"));
    assert!(style.contains("prefers-color-scheme: dark") && style.contains("@media print"));
    // Folded on a screen alone: what is folded stands beside the fold.
    assert!(style.contains("@media screen { details:not([open]) + .folded { display: none; } }"));
    assert_eq!(page.matches("<details>").count(), 4);
    assert_eq!(
        page.matches("</details>\n<div class=\"folded\">").count(),
        4
    );
}

#[test]
fn a_case_is_told_with_the_verdict_first_and_each_call_in_order() {
    let told = story("plain");
    assert_eq!(told.verdicts[0].call, 2);
    assert_eq!(told.verdicts[0].alike, [1]);
    for (text, before, behind) in [
        (html(&told), "Why it was refused", "The calls, in order"),
        (markdown(&told), "Why it was refused", "The calls, in order"),
    ] {
        let place = |words: &str| {
            text.find(words)
                .unwrap_or_else(|| panic!("no {words} in {text}"))
        };
        assert!(place("In the end it was") < place(before));
        assert!(place(before) < place(behind));
        for words in [
            "403 Forbidden, refused",
            "Refused alike: call 1.",
            "2 calls by plain, from 2026-05-12 07:13:20 UTC to 2026-05-12 07:13:25 UTC",
            "3 older calls of the case are not told here. 1 call of a matrix",
            "x-request-id: plain",
        ] {
            place(words);
        }
    }
    assert!(html(&told).contains("<span class=\"status client_error\">403 Forbidden, refused"));
}

#[test]
fn a_hostile_text_stays_text_in_markdown() {
    for text in HOSTILE {
        let page = markdown(&story(text));
        assert!(!page.chars().any(is_unsafe), "{text}");
        let mut fence: Option<String> = None;
        for line in page.lines() {
            let ticks: String = line.chars().take_while(|c| *c == '`').collect();
            match &fence {
                Some(open) if line == open => fence = None,
                Some(_) => {}
                None if ticks.len() >= 3 => fence = Some(ticks),
                None => {
                    // Outside of code no tag, no picture and no link with a target is left.
                    let outside: String = line.split('`').step_by(2).collect();
                    let outside = outside.replace("\\]", "");
                    assert!(!outside.contains('<'), "{line}");
                    assert!(!outside.contains("]("), "{line}");
                    assert!(!line.starts_with("# heading"), "{line}");
                }
            }
        }
        assert_eq!(fence, None, "{text}");
    }
}

#[test]
fn a_secret_of_the_environment_is_masked_wherever_it_stands() {
    let secret = "hunter2-& <quoted> \"value\"";
    let mut told = story("plain");
    assert_eq!(unescaped(&html(&told)).matches(secret).count(), 0);
    told.name = secret.to_owned();
    // What is escaped can be looked for.
    assert!(!html(&told).contains(secret));
    assert!(unescaped(&html(&told)).contains(secret));

    let mut environment = Environment::default();
    environment
        .variables
        .push(("api_key".to_owned(), "k3y-planted-0123456789".to_owned()));
    let made = vec![Made {
        exchange: refused("so k3y-planted-0123456789 it is", 0),
        by: None,
        environment: environment.clone(),
    }];
    let facts = Facts::read(Arc::new(made[0].exchange.clone()), "");
    let case = Case::of(facts, Credential::default(), environment, at(9));
    let explanation = explain(&case, &Catalogue::default());
    let material = Material {
        case: Some("A".to_owned()),
        by: "kim".to_owned(),
        at: at(10),
        judged: vec![Judged {
            explanation,
            case,
            alike: Vec::new(),
            resolved: vec![word("it was k3y-planted-0123456789")],
        }],
        made,
        resolved: vec![word("k3y-planted-0123456789")],
        left_out: 0,
        of_runs: 0,
    };
    let told = Story::of(material, &Mask::default());
    for text in [html(&told), markdown(&told)] {
        assert!(!text.contains("k3y-planted"), "{text}");
        assert!(text.contains("so "), "{text}");
    }
}

#[test]
fn what_cannot_be_read_or_is_too_long_is_said() {
    let answer = |body: Vec<u8>, kind: &str| {
        part::of_answer(&Response {
            status: 200,
            headers: Headers::from_iter([("content-type", kind)]),
            body,
            ..Response::default()
        })
    };
    let picture = answer(vec![0xff, 0xd8, 0xff], "image/jpeg");
    assert_eq!(picture.body.text, None);
    assert_eq!(
        picture.body.note.as_deref(),
        Some("3 B of image/jpeg, which is no text.")
    );
    let long = answer("ü".repeat(100_000).into_bytes(), "text/plain");
    assert!(long.body.text.unwrap().len() <= 64 * 1024);
    assert!(long.body.note.unwrap().starts_with("The first "));
    let json = answer(br#"{"a":{"b":1}}"#.to_vec(), "application/json");
    assert_eq!(
        json.body.text.as_deref(),
        Some("{\n  \"a\": {\n    \"b\": 1\n  }\n}\n")
    );
}
