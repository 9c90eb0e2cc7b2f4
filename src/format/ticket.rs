//! A refused call for a ticket, as Markdown: what was asked, why it was refused and on what
//! evidence, what the API said, and how the other side finds and repeats it. Write only.

use super::export::{Ground, mask_of};
use super::{curl, markdown};
use crate::insight::facts::Case;
use crate::insight::{Entry, Explanation, Verdict, request_ids};
use crate::model::Outcome;
use std::fmt::Write;

/// Clocks that differ by less are as good as the same.
const SKEW: i64 = 5;

/// Writes the call with all that is known of it. Exchanges arrive masked, except for the
/// environment's own secrets; the caller searches the text for known secrets once more.
pub fn write(case: &Case, explanation: &Explanation) -> String {
    let exchange = &case.call.exchange;
    let sent = &exchange.sent;
    let mut text = String::new();
    let answer = match &exchange.outcome {
        Outcome::Answered(response) => format!("{:03}", response.status),
        Outcome::Failed(failure) => match exchange.outcome.said() {
            Some(said) => format!("{:03} ({})", said.status, failure.cause.id()),
            None => format!("no answer ({})", failure.cause.id()),
        },
    };
    let call = match sent.method.as_str() {
        "" => "a pasted answer".to_owned(),
        method => markdown::code(&format!("{method} {}", sent.url)),
    };
    // Writing to a String cannot fail.
    let _ = writeln!(text, "## {answer} on {call}\n");
    request(case, &mut text);

    let verdict = explanation.verdict();
    let _ = writeln!(text, "\n### Verdict\n");
    let _ = writeln!(text, "{}\n", named(verdict));
    let packs: Vec<String> = verdict
        .knowledge
        .iter()
        .map(|id| markdown::code(id))
        .collect();
    let known = markdown::text(explanation.known_as());
    let _ = if packs.is_empty() {
        writeln!(text, "Judged as {known}.\n")
    } else {
        writeln!(
            text,
            "Judged as {known}, by the packs {}.\n",
            packs.join(", ")
        )
    };
    let rows = explanation.named.rows(case.now);
    for (label, said) in &rows {
        let _ = writeln!(text, "- {label}: {}", markdown::text(said));
    }
    if !rows.is_empty() {
        text.push('\n');
    }
    list("Because", &verdict.evidence, &mut text);
    list("What to do", &verdict.next_steps, &mut text);
    let others = explanation.alternatives();
    if !others.is_empty() {
        let others: Vec<String> = others.iter().map(named).collect();
        let _ = writeln!(text, "Also possible:\n");
        for other in others {
            let _ = writeln!(text, "- {other}");
        }
        text.push('\n');
    }
    probes(case, &mut text);
    entries(case, &mut text);
    repeat(case, &mut text);
    mask_of(&case.environment).text(&text)
}

/// `**token.expired** (86 %): The token …`
fn named(verdict: &Verdict) -> String {
    format!(
        "**{}** ({}): {}",
        markdown::text(verdict.cause.id()),
        verdict.percent(),
        markdown::text(&verdict.summary)
    )
}

fn request(case: &Case, text: &mut String) {
    let exchange = &case.call.exchange;
    let token = match exchange.token() {
        Some(token) => markdown::code(&token.label()),
        None => case.own_name(),
    };
    let took = exchange.took.as_millis();
    let _ = writeln!(
        text,
        "- environment: {}",
        markdown::text(&exchange.environment)
    );
    let _ = writeln!(text, "- token: {token}");
    if !exchange.is_received() {
        let at = exchange.started_at;
        let _ = writeln!(text, "- sent: {at:.0}, answered after {took} ms");
    }
    if let Some(server) = case.call.server_time() {
        let ahead = server.duration_since(exchange.answered_at()).as_secs();
        let skew = match ahead {
            _ if exchange.is_received() => String::new(),
            _ if ahead.abs() <= SKEW => ", the same as here".to_owned(),
            _ if ahead > 0 => format!(", {ahead} s ahead of the clock here"),
            _ => format!(", {} s behind the clock here", -ahead),
        };
        let _ = writeln!(text, "- clock of the server: {server:.0}{skew}");
    }
    for (name, value) in request_ids(exchange) {
        let _ = writeln!(
            text,
            "- {}: {}",
            markdown::text(&name),
            markdown::code(&value)
        );
    }
    for hop in &exchange.redirects {
        let _ = writeln!(text, "- redirected: {}", markdown::text(&hop.text()));
    }
}

fn list(title: &str, rows: &[String], text: &mut String) {
    if rows.is_empty() {
        return;
    }
    let _ = writeln!(text, "{title}:\n");
    for row in rows {
        let _ = writeln!(text, "- {}", markdown::text(row));
    }
    text.push('\n');
}

fn probes(case: &Case, text: &mut String) {
    if case.probes.is_empty() {
        return;
    }
    let _ = writeln!(text, "### Probes\n");
    for (place, probed) in case.probes.iter().enumerate() {
        let cited = case.cite(probed);
        let cited = cited
            .rsplit_once(" (probe")
            .map_or(&*cited, |(said, _)| said);
        let ids = request_ids(&probed.facts.exchange).into_iter().take(1);
        let ids: String = ids
            .map(|(name, value)| format!(", {} {}", markdown::text(&name), markdown::code(&value)))
            .collect();
        let at = probed.facts.exchange.started_at;
        let _ = writeln!(
            text,
            "{}. {}, {at:.0}{ids}",
            place + 1,
            markdown::text(cited)
        );
    }
    text.push('\n');
}

fn entries(case: &Case, text: &mut String) {
    let entries = &case.call.errors.entries;
    if entries.is_empty() {
        return;
    }
    let _ = writeln!(text, "### What the answer says\n");
    if entries.iter().any(|entry| entry.place().is_some()) {
        table(entries, text);
        return;
    }
    for entry in entries {
        let title = entry.title.as_deref().unwrap_or("Error");
        let _ = write!(text, "- **{}**", markdown::text(title));
        if let Some(known) = &entry.code {
            let _ = write!(text, " ({})", markdown::code(known));
        }
        if let Some(detail) = &entry.detail {
            let _ = write!(text, ": {}", markdown::text(detail));
        }
        text.push('\n');
    }
    text.push('\n');
}

/// Where errors are about parts of the input, the part has a column of its own.
fn table(entries: &[Entry], text: &mut String) {
    let _ = writeln!(
        text,
        "| title | detail | field | code |\n| --- | --- | --- | --- |"
    );
    let said = |said: Option<&str>| said.map_or_else(|| "–".to_owned(), markdown::text);
    for entry in entries {
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} |",
            said(entry.title.as_deref()),
            said(entry.detail.as_deref()),
            said(entry.place()),
            said(entry.code.as_deref()),
        );
    }
    text.push('\n');
}

fn repeat(case: &Case, text: &mut String) {
    let exchange = &case.call.exchange;
    if exchange.sent.method.is_empty() {
        return;
    }
    let written = curl::write_exchange(exchange, &Ground::of(case.environment.clone()));
    let _ = writeln!(text, "### To repeat it\n");
    let _ = writeln!(text, "{}", markdown::fenced("sh", &written.text));
    let masked = if written.variables.is_empty() {
        "No credential went along with the call.".to_owned()
    } else {
        let names: Vec<String> = written
            .variables
            .iter()
            .map(|name| markdown::code(name))
            .collect();
        format!(
            "Masked: the values of {}. They stand nowhere in this text.",
            names.join(", ")
        )
    };
    let _ = writeln!(text, "{masked}");
}
