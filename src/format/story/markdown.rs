//! A case as Markdown for any tracker: no HTML in it, and no sign of a text from outside means
//! anything.

use super::{Call, Part, Story, Told, signed};
use crate::format::markdown::{code, fenced, quotation, text};
use crate::insight::Entry;
use crate::model::{Resolution, visible};
use std::fmt::Write;

/// More of a body is no reading matter in a ticket, in bytes.
const MOST: usize = 4 * 1024;

/// Writes it down.
pub fn write(story: &Story) -> String {
    let mut page = String::new();
    // Writing to a String cannot fail.
    let _ = writeln!(page, "# {}\n\n{}\n", text(&story.name), text(&story.lead()));
    for word in &story.resolved {
        resolution(word, &mut page);
    }
    match story.verdicts.as_slice() {
        [] => page.push_str("No call of it was refused.\n\n"),
        verdicts => {
            page.push_str("## Why it was refused\n\n");
            for told in verdicts {
                verdict(told, story, &mut page);
            }
        }
    }
    page.push_str("## The calls, in order\n\n");
    if let Some(rest) = story.rest() {
        let _ = writeln!(page, "{}\n", text(&rest));
    }
    for (at, call) in story.calls.iter().enumerate() {
        one(at + 1, call, &mut page);
    }
    page
}

fn verdict(told: &Told, story: &Story, page: &mut String) {
    if let Some(call) = story.calls.get(told.call - 1) {
        let _ = writeln!(
            page,
            "### Call {}: {} {}\n",
            told.call,
            line(call),
            text(&call.said())
        );
    }
    let _ = writeln!(
        page,
        "**{}** ({}): {}\n",
        text(told.cause),
        text(&told.confidence),
        text(&told.summary)
    );
    for word in &told.resolved {
        resolution(word, page);
    }
    pairs(&told.named, page);
    list("Because", &told.evidence, page);
    list("What to do", &told.next_steps, page);
    list("Also possible", &told.other_lines(), page);
    let _ = writeln!(page, "Judged as {}.\n", text(&told.judged_as));
    if let Some(alike) = told.alike_text() {
        let _ = writeln!(page, "{}\n", text(&alike));
    }
}

fn resolution(word: &Resolution, page: &mut String) {
    let _ = writeln!(
        page,
        "In the end it was **{}** ({})\n",
        text(word.cause_id()),
        text(&signed(word))
    );
    if !word.note.is_empty() {
        let _ = writeln!(page, "{}", quotation(&word.note));
    }
}

fn line(call: &Call) -> String {
    match call.method.as_str() {
        "" => text(&call.line()),
        _ => code(&call.line()),
    }
}

fn one(number: usize, call: &Call, page: &mut String) {
    let _ = writeln!(
        page,
        "### {number}. {}\n\n**{}**\n",
        line(call),
        text(&call.said())
    );
    pairs(&call.rows, page);
    if let Some(failure) = &call.failure {
        let _ = writeln!(page, "{}\n", text(failure));
    }
    table(&call.entries, page);
    part("Request", &call.request, page);
    if let Some(response) = &call.response {
        part("Response", response, page);
    }
}

fn pairs(rows: &[(&'static str, String)], page: &mut String) {
    for (label, said) in rows {
        let _ = writeln!(page, "- {}: {}", text(label), text(said));
    }
    if !rows.is_empty() {
        page.push('\n');
    }
}

fn list(title: &str, rows: &[String], page: &mut String) {
    if rows.is_empty() {
        return;
    }
    let _ = writeln!(page, "{}:\n", text(title));
    for row in rows {
        let _ = writeln!(page, "- {}", text(row));
    }
    page.push('\n');
}

fn table(entries: &[Entry], page: &mut String) {
    if entries.is_empty() {
        return;
    }
    page.push_str("| title | detail | code | field |\n| --- | --- | --- | --- |\n");
    let said = |said: Option<&str>| said.map_or_else(|| "–".to_owned(), text);
    for entry in entries {
        let _ = writeln!(
            page,
            "| {} | {} | {} | {} |",
            said(entry.title.as_deref()),
            said(entry.detail.as_deref()),
            said(entry.code.as_deref()),
            said(entry.place()),
        );
    }
    page.push('\n');
}

fn part(title: &str, part: &Part, page: &mut String) {
    let mut lines = part.head.first.clone();
    for (name, value) in &part.head.headers {
        // One line each, whatever stands in it.
        let _ = write!(lines, "\n{}: {}", one_line(name), one_line(value));
    }
    let mut note = part.body.note.clone();
    if let Some(body) = &part.body.text {
        let mut shown = body.len().min(MOST);
        while !body.is_char_boundary(shown) {
            shown -= 1;
        }
        if shown < body.len() {
            note = Some("Only its beginning is shown.".to_owned());
        }
        let _ = write!(lines, "\n\n{}", body[..shown].trim_end());
    }
    let _ = writeln!(page, "{title}:\n\n{}", fenced("http", &visible(&lines)));
    if let Some(note) = note {
        let _ = writeln!(page, "Body: {}\n", text(&note));
    }
}

fn one_line(text: &str) -> String {
    crate::model::visible_line(text).into_owned()
}
