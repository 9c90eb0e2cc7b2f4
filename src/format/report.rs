//! What a replay found, for other programs and for a ticket: JUnit, and Markdown. Write only.

use super::markdown;
use crate::insight::replay::{Change, ReplayReport, StepReport};
use crate::model::{Expectation, is_unsafe, visible_line};
use std::fmt::Write;

/// JUnit XML as CI systems read it: a changed step is a failure, one that failed an error, one
/// that was not sent is skipped.
pub fn junit(report: &ReplayReport) -> String {
    let seconds = |step: &StepReport| {
        let now = step.replayed.as_ref().and_then(|now| now.elapsed_ms);
        now.unwrap_or(0) as f64 / 1_000.0
    };
    let name = attribute(&report.session);
    let numbers = format!(
        "tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" time=\"{:.3}\"",
        report.steps.len(),
        report.count(Change::Changed),
        report.count(Change::Failed),
        report.count(Change::Skipped),
        report.steps.iter().map(seconds).sum::<f64>(),
    );
    // Some readers count `skipped` on the suite only.
    let all = numbers.replace(
        &format!(" skipped=\"{}\"", report.count(Change::Skipped)),
        "",
    );
    let mut xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"httriage replay\" {all}>\n  <testsuite name=\"{name}\" {numbers}>\n"
    );
    for step in &report.steps {
        let head = format!(
            "    <testcase name=\"{}\" classname=\"{name}\" time=\"{:.3}\"",
            attribute(&step.name),
            seconds(step)
        );
        let why = step.differences.first().map_or("", String::as_str);
        let all = step.differences.join("\n");
        let element = match step.change {
            Change::Same | Change::Reworded | Change::Unrecorded => None,
            Change::Changed => Some("failure"),
            Change::Failed => Some("error"),
            Change::Skipped => Some("skipped"),
        };
        // Writing to a String cannot fail.
        let _ = match element {
            None if all.is_empty() => writeln!(xml, "{head}/>"),
            None => writeln!(
                xml,
                "{head}>\n      <system-out>{}</system-out>\n    </testcase>",
                content(&all)
            ),
            Some("skipped") => writeln!(
                xml,
                "{head}>\n      <skipped message=\"{}\"/>\n    </testcase>",
                attribute(why)
            ),
            Some(element) => writeln!(
                xml,
                "{head}>\n      <{element} message=\"{}\" type=\"{}\">{}</{element}>\n    </testcase>",
                attribute(why),
                kind(step),
                content(&all)
            ),
        };
    }
    xml.push_str("  </testsuite>\n</testsuites>\n");
    xml
}

/// `broken`, `changed`, or the id of why no answer came.
fn kind(step: &StepReport) -> &'static str {
    match (&step.failure, step.direction) {
        (Some(failure), _) => failure.cause.id(),
        (None, Some(direction)) => direction.id(),
        (None, None) => step.change.id(),
    }
}

/// A table for a ticket, and under it what differs.
pub fn markdown(report: &ReplayReport) -> String {
    let mut text = format!("## Replay of {}\n\n", markdown::text(&report.session));
    let counts = Change::ALL
        .into_iter()
        .filter(|change| report.count(*change) > 0)
        .map(|change| format!("{} {}", report.count(change), change.words()));
    let counts = counts.collect::<Vec<_>>().join(", ");
    let _ = match report.steps.len() {
        1 => writeln!(text, "1 step: {counts}.\n"),
        steps => writeln!(text, "{steps} steps: {counts}.\n"),
    };
    text.push_str("| | step | token | recorded | now |\n| --- | --- | --- | --- | --- |\n");
    for step in &report.steps {
        let token = step.token.as_ref();
        let token = token.map_or_else(|| "–".to_owned(), |token| token.label());
        let now = match (&step.replayed, &step.failure) {
            (Some(now), _) => told(now),
            (None, Some(failure)) => failure.cause.id().to_owned(),
            (None, None) => "not sent".to_owned(),
        };
        let direction = step.direction.map_or("", |direction| direction.id());
        let _ = writeln!(
            text,
            "| {} {} {direction} | {} | {} | {} | {} |",
            step.change.glyph(false),
            step.change.words(),
            markdown::text(&step.name),
            markdown::text(&token),
            markdown::text(
                &step
                    .recorded
                    .as_ref()
                    .map_or_else(|| "nothing".to_owned(), told)
            ),
            markdown::text(&now),
        );
    }
    for step in &report.steps {
        if step.differences.is_empty() || matches!(step.change, Change::Same | Change::Unrecorded) {
            continue;
        }
        let _ = writeln!(text, "\n**{}**\n", markdown::text(&step.name));
        for difference in &step.differences {
            let _ = writeln!(text, "- {}", markdown::text(difference));
        }
        if let Some(verdict) = &step.verdict {
            let (cause, summary) = (
                markdown::text(verdict.cause.id()),
                markdown::text(&verdict.summary),
            );
            let _ = writeln!(text, "- why: {cause} ({}). {summary}", verdict.percent());
            for step in &verdict.next_steps {
                let _ = writeln!(text, "  - {}", markdown::text(step));
            }
        }
    }
    text
}

/// `403 forbidden`
pub fn told(expect: &Expectation) -> String {
    let status = match expect.status {
        Some(status) => format!("{status:03}"),
        None if expect.codes.is_empty() => return "no answer".to_owned(),
        None => "any status".to_owned(),
    };
    let codes = expect.codes.iter().map(String::as_str);
    let codes: Vec<&str> = codes.filter(|code| !code.is_empty()).collect();
    format!("{status} {}", codes.join(", "))
        .trim_end()
        .to_owned()
}

fn attribute(text: &str) -> String {
    content(&visible_line(text)).replace('"', "&quot;")
}

/// Characters that XML 1.0 has no form for are shown as marks.
fn content(text: &str) -> String {
    let safe = crate::model::visible(text);
    debug_assert!(!safe.contains(is_unsafe));
    safe.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::insight::Verdict;
    use crate::model::{Cause, Failure};

    fn step(name: &str, change: Change, differences: &[&str]) -> StepReport {
        StepReport {
            name: name.to_owned(),
            token: None,
            recorded: Some(Expectation {
                status: Some(403),
                codes: vec!["forbidden".into()],
                ..Expectation::default()
            }),
            replayed: Some(Expectation {
                status: Some(200),
                elapsed_ms: Some(1_500),
                ..Expectation::default()
            }),
            failure: None,
            change,
            direction: None,
            differences: differences.iter().map(|d| (*d).to_owned()).collect(),
            body: None,
            verdict: None,
        }
    }

    fn report() -> ReplayReport {
        let mut failed = step("lost", Change::Failed, &["Nobody listens. Start it."]);
        failed.replayed = None;
        failed.failure = Some(Failure::new(Cause::ConnectRefused, "Nobody listens.", ""));
        ReplayReport {
            session: "ACME <\"1\"> & co".into(),
            steps: vec![
                step("list", Change::Same, &[]),
                step(
                    "a | b\u{1b}[31m",
                    Change::Changed,
                    &["status was 403, is <200>"],
                ),
                failed,
                step("write", Change::Skipped, &["POST writes"]),
                step("words", Change::Reworded, &["title was \"A\", is \"B\""]),
            ],
        }
    }

    #[test]
    fn junit_counts_failures_and_errors_apart() {
        assert_eq!(
            junit(&report()),
            r#"<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="httriage replay" tests="5" failures="1" errors="1" time="6.000">
  <testsuite name="ACME &lt;&quot;1&quot;&gt; &amp; co" tests="5" failures="1" errors="1" skipped="1" time="6.000">
    <testcase name="list" classname="ACME &lt;&quot;1&quot;&gt; &amp; co" time="1.500"/>
    <testcase name="a | b␛[31m" classname="ACME &lt;&quot;1&quot;&gt; &amp; co" time="1.500">
      <failure message="status was 403, is &lt;200&gt;" type="changed">status was 403, is &lt;200&gt;</failure>
    </testcase>
    <testcase name="lost" classname="ACME &lt;&quot;1&quot;&gt; &amp; co" time="0.000">
      <error message="Nobody listens. Start it." type="connect.refused">Nobody listens. Start it.</error>
    </testcase>
    <testcase name="write" classname="ACME &lt;&quot;1&quot;&gt; &amp; co" time="1.500">
      <skipped message="POST writes"/>
    </testcase>
    <testcase name="words" classname="ACME &lt;&quot;1&quot;&gt; &amp; co" time="1.500">
      <system-out>title was "A", is "B"</system-out>
    </testcase>
  </testsuite>
</testsuites>
"#
        );
    }

    /// What the schema of JUnit's reports, as CI systems publish it, lets stand where: an
    /// element, the attributes that it must and may have, those of them that are numbers, and
    /// what may stand in it.
    type Rule = (
        &'static str,
        &'static [&'static str],
        &'static [&'static str],
        &'static [&'static str],
    );
    const SCHEMA: [Rule; 7] = [
        (
            "testsuites",
            &[],
            &["name", "time", "tests", "failures", "disabled", "errors"],
            &["testsuite"],
        ),
        (
            "testsuite",
            &["name", "tests"],
            &[
                "failures",
                "errors",
                "time",
                "disabled",
                "skipped",
                "timestamp",
                "hostname",
                "id",
                "package",
            ],
            &["properties", "testcase", "system-out", "system-err"],
        ),
        (
            "testcase",
            &["name"],
            &["assertions", "time", "classname", "status"],
            &["skipped", "error", "failure", "system-out", "system-err"],
        ),
        ("failure", &[], &["type", "message"], &[]),
        ("error", &[], &["type", "message"], &[]),
        ("skipped", &[], &["message"], &[]),
        ("system-out", &[], &[], &[]),
    ];

    /// Reads the document by the rules of XML and holds every element against the schema.
    fn check(xml: &str) -> Vec<String> {
        const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
        let mut rest = xml.strip_prefix(HEAD).expect("a declaration");
        let mut open: Vec<&str> = Vec::new();
        let mut seen = Vec::new();
        while let Some(at) = rest.find('<') {
            let text = &rest[..at];
            assert!(is_text(text), "{text:?}");
            let may_have_text = open.last().is_some_and(|name| rule(name).3.is_empty());
            assert!(
                may_have_text || text.trim().is_empty(),
                "{text:?} in {open:?}"
            );
            let (tag, behind) = rest[at + 1..].split_once('>').expect("the end of a tag");
            rest = behind;
            if let Some(name) = tag.strip_prefix('/') {
                assert_eq!(open.pop(), Some(name));
                continue;
            }
            let (tag, is_empty) = match tag.strip_suffix('/') {
                Some(tag) => (tag, true),
                None => (tag, false),
            };
            let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
            match open.last() {
                Some(parent) => assert!(rule(parent).3.contains(&name), "{name} in {parent}"),
                None => assert_eq!(name, "testsuites"),
            }
            let (_, must, may, _) = rule(name);
            let mut named = Vec::new();
            let mut left = attributes;
            while !left.is_empty() {
                let (attribute, behind) = left.split_once("=\"").expect("a value in quotes");
                let (value, behind) = behind.split_once('"').expect("the end of a value");
                assert!(
                    must.contains(&attribute) || may.contains(&attribute),
                    "{attribute}"
                );
                assert!(is_text(value) && !value.contains('\n'), "{value:?}");
                if ["tests", "failures", "errors", "skipped"].contains(&attribute) {
                    assert!(value.parse::<u64>().is_ok(), "{attribute}={value}");
                }
                if attribute == "time" {
                    assert!(value.parse::<f64>().is_ok_and(|s| s >= 0.0), "{value}");
                }
                assert!(!named.contains(&attribute), "{attribute} twice");
                named.push(attribute);
                left = behind.trim_start();
            }
            assert!(must.iter().all(|name| named.contains(name)), "{tag}");
            seen.push(name.to_owned());
            if !is_empty {
                open.push(name);
            }
        }
        assert!(
            open.is_empty() && rest.trim().is_empty(),
            "{open:?} {rest:?}"
        );
        seen
    }

    fn rule(name: &str) -> Rule {
        let found = SCHEMA.into_iter().find(|rule| rule.0 == name);
        found.unwrap_or_else(|| panic!("no element {name}"))
    }

    /// No markup, no bare `&`, and no character that XML 1.0 knows no form for.
    fn is_text(text: &str) -> bool {
        let references = text.split('&').skip(1);
        let known = |part: &str| {
            let name = part.split_once(';').map(|(name, _)| name);
            matches!(name, Some("amp" | "lt" | "gt" | "quot" | "apos"))
        };
        let has_form = |c: char| matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
        references.into_iter().all(known) && text.chars().all(has_form)
    }

    #[test]
    fn junit_keeps_to_its_schema_whatever_the_texts_are() {
        let mut hostile = report();
        for text in [
            "]]><testcase name=\"x\"/>",
            "\"><!ENTITY a SYSTEM 'file:///etc/passwd'>&a;",
            "\u{0}\u{1b}[2J\u{fffe}\u{202e}\u{85}",
            "<!-- -- --> <?php ?> &#27; \r\n\t",
            "",
        ] {
            hostile.session.push_str(text);
            for change in Change::ALL {
                hostile.steps.push(step(text, change, &[text, "and more"]));
                hostile.steps.push(step(text, change, &[]));
            }
        }
        let seen = check(&junit(&hostile));
        for name in SCHEMA.map(|rule| rule.0) {
            assert!(seen.iter().any(|seen| seen == name), "no {name}");
        }
        check(&junit(&ReplayReport::default()));
    }

    #[test]
    fn markdown_says_why_a_changed_step_is_refused() {
        let mut report = report();
        report.steps[1].verdict = Some(Verdict {
            knowledge: Vec::new(),
            cause: Cause::PermissionMissingRole,
            confidence: 0.62,
            summary: "support has no role on |this|.".into(),
            evidence: Vec::new(),
            next_steps: vec!["Ask for a role.".into()],
        });
        let text = markdown(&report);
        let why = "- why: permission.missing_role (62 %). support has no role on \\|this\\|.\n  - Ask for a role.\n";
        assert!(text.contains(why), "{text}");
    }

    #[test]
    fn markdown_keeps_foreign_text_in_its_cell() {
        let text = markdown(&report());
        assert!(text.starts_with("## Replay of ACME &lt;\"1\"&gt; &amp; co\n"));
        assert!(text.contains("| ≠ changed  | a \\| b␛\\[31m | – | 403 forbidden | 200 |"));
        assert!(text.contains("- status was 403, is &lt;200&gt;"));
        assert!(text.contains("| connect.refused |"));
        assert!(!text.contains(is_unsafe));
    }
}
