//! A refused call for a ticket, as Markdown: what was asked, why it was refused and on what
//! evidence, what the API said, and how the other side finds and repeats it. Write only.

use super::curl;
use crate::insight::facts::Case;
use crate::insight::{Explanation, Verdict, request_ids};
use crate::model::{Outcome, visible_line};
use std::fmt::Write;

/// Clocks that differ by less are as good as the same.
const SKEW: i64 = 5;

/// Writes the call with all that is known of it. Exchanges are masked before they get here;
/// whoever takes the text away looks for known secrets once more.
pub fn write(case: &Case, explanation: &Explanation) -> String {
    let exchange = &case.call.exchange;
    let sent = &exchange.sent;
    let mut text = String::new();
    let answer = match &exchange.outcome {
        Outcome::Answered(response) => format!("{:03}", response.status),
        Outcome::Failed(failure) => format!("no answer ({})", failure.cause.id()),
    };
    let call = match sent.method.as_str() {
        "" => "a pasted answer".to_owned(),
        method => code(&format!("{method} {}", sent.url)),
    };
    // Writing to a String cannot fail.
    let _ = writeln!(text, "## {answer} on {call}\n");
    request(case, &mut text);

    let verdict = explanation.verdict();
    let _ = writeln!(text, "\n### Verdict\n");
    let _ = writeln!(text, "{}\n", named(verdict));
    let packs: Vec<String> = verdict.knowledge.iter().map(|id| code(id)).collect();
    let known = escaped(explanation.known_as());
    let _ = match packs.is_empty() {
        true => writeln!(text, "Judged as {known}.\n"),
        false => writeln!(
            text,
            "Judged as {known}, by the packs {}.\n",
            packs.join(", ")
        ),
    };
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
    text
}

/// `**token.expired** (86 %): The token …`
fn named(verdict: &Verdict) -> String {
    format!(
        "**{}** ({}): {}",
        escaped(verdict.cause.id()),
        verdict.percent(),
        escaped(&verdict.summary)
    )
}

fn request(case: &Case, text: &mut String) {
    let exchange = &case.call.exchange;
    let token = match exchange.token() {
        Some(token) => code(&token.label()),
        None => case.own_name(),
    };
    let took = exchange.took.as_millis();
    let _ = writeln!(text, "- environment: {}", escaped(&exchange.environment));
    let _ = writeln!(text, "- token: {token}");
    if !exchange.is_received() {
        let at = exchange.started_at;
        let _ = writeln!(text, "- sent: {at}, answered after {took} ms");
    }
    if let Some(server) = case.call.server_time() {
        let answered = exchange.started_at.checked_add(exchange.took);
        let here = answered.unwrap_or(exchange.started_at);
        let ahead = server.duration_since(here).as_secs();
        let skew = match ahead {
            _ if exchange.is_received() => String::new(),
            _ if ahead.abs() <= SKEW => ", the same as here".to_owned(),
            _ if ahead > 0 => format!(", {ahead} s ahead of the clock here"),
            _ => format!(", {} s behind the clock here", -ahead),
        };
        let _ = writeln!(text, "- clock of the server: {server}{skew}");
    }
    for (name, value) in request_ids(exchange) {
        let _ = writeln!(text, "- {}: {}", escaped(&name), code(&value));
    }
    for hop in &exchange.redirects {
        let _ = writeln!(text, "- redirected: {}", escaped(&hop.text()));
    }
}

fn list(title: &str, rows: &[String], text: &mut String) {
    if rows.is_empty() {
        return;
    }
    let _ = writeln!(text, "{title}:\n");
    for row in rows {
        let _ = writeln!(text, "- {}", escaped(row));
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
            .map(|(name, value)| format!(", {} {}", escaped(&name), code(&value)))
            .collect();
        let at = probed.facts.exchange.started_at;
        let _ = writeln!(text, "{}. {}, {at}{ids}", place + 1, escaped(cited));
    }
    text.push('\n');
}

fn entries(case: &Case, text: &mut String) {
    let entries = &case.call.errors.entries;
    if entries.is_empty() {
        return;
    }
    let _ = writeln!(text, "### What the answer says\n");
    for entry in entries {
        let title = entry.title.as_deref().unwrap_or("Error");
        let _ = write!(text, "- **{}**", escaped(title));
        if let Some(known) = &entry.code {
            let _ = write!(text, " ({})", code(known));
        }
        if let Some(detail) = &entry.detail {
            let _ = write!(text, ": {}", escaped(detail));
        }
        for (name, value) in [("pointer", &entry.pointer), ("parameter", &entry.parameter)] {
            if let Some(value) = value {
                let _ = write!(text, ", {name} {}", code(value));
            }
        }
        text.push('\n');
    }
    text.push('\n');
}

fn repeat(case: &Case, text: &mut String) {
    let exchange = &case.call.exchange;
    if exchange.sent.method.is_empty() {
        return;
    }
    let written = curl::write_exchange(exchange);
    let _ = writeln!(text, "### To repeat it\n");
    let longest = written.text.split(|c| c != '`').map(str::len).max();
    let fence = "`".repeat(longest.unwrap_or(0).max(2) + 1);
    let _ = writeln!(text, "{fence}sh\n{}\n{fence}\n", written.text.trim_end());
    let masked = if written.variables.is_empty() {
        "No credential went along with the call.".to_owned()
    } else {
        let names: Vec<String> = written.variables.iter().map(|name| code(name)).collect();
        format!(
            "Masked: the values of {}. They stand nowhere in this text.",
            names.join(", ")
        )
    };
    let _ = writeln!(text, "{masked}");
}

/// One line of text from outside, in which no sign means anything to Markdown.
fn escaped(text: &str) -> String {
    let line = visible_line(text);
    let mut escaped = String::with_capacity(line.len());
    for c in line.chars() {
        match c {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '\\' | '`' | '*' | '[' | ']' | '|' | '#' | '~' | '!' => {
                escaped.push('\\');
                escaped.push(c);
            }
            // Within a word it means nothing, and most names have some.
            '_' if !escaped.ends_with(char::is_alphanumeric) => escaped.push_str("\\_"),
            // An address would become a link, and a name somebody who is called.
            '@' => escaped.push_str("&#64;"),
            ':' if line.contains("://") => escaped.push_str("&#58;"),
            _ => escaped.push(c),
        }
    }
    escaped
}

fn code(text: &str) -> String {
    format!("`{}`", visible_line(text).replace('`', "'"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_of_markdown_in_foreign_text_mean_nothing() {
        assert_eq!(
            escaped("<img src=x> [a](http://b.example) *c* `d` @team"),
            "&lt;img src=x&gt; \\[a\\](http&#58;//b.example) \\*c\\* \\`d\\` &#64;team"
        );
        assert_eq!(escaped("missing_scope _x_"), "missing_scope \\_x_");
        assert_eq!(escaped("a\n# b"), escaped(&visible_line("a\n# b")));
        assert!(!escaped("a\n# b").contains('\n'));
        assert_eq!(code("a`b"), "`a'b`");
    }
}
