//! A case as one page of HTML: no script, nothing from elsewhere, good to read on a screen in light
//! and dark and on paper. Every text goes through `text` or `lines`, and nothing else writes one.

use super::{Body, Call, Part, Story, Told, signed};
use crate::insight::Entry;
use crate::model::{Resolution, visible, visible_line};
use std::fmt::Write;

/// All of the look. It is ours, and holds no text from outside.
const STYLE: &str = include_str!("style.css");

/// Even if a text got out of its place, a browser would run and fetch nothing.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/// Writes the page.
pub fn write(story: &Story) -> String {
    let mut page = String::new();
    let name = text(&story.name);
    // Writing to a String cannot fail.
    let _ = write!(
        page,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n\
         <title>{name}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n\
         <h1>{name}</h1>\n<p class=\"dim\">{}</p>\n",
        text(&story.lead())
    );
    for word in &story.resolved {
        resolution(word, &mut page);
    }
    match story.verdicts.as_slice() {
        [] => page.push_str("<p>No call of it was refused.</p>\n"),
        verdicts => {
            page.push_str("<h2>Why it was refused</h2>\n");
            for told in verdicts {
                verdict(told, story, &mut page);
            }
        }
    }
    page.push_str("<h2>The calls, in order</h2>\n");
    if let Some(rest) = story.rest() {
        let _ = writeln!(page, "<p class=\"dim\">{}</p>", text(&rest));
    }
    for (at, call) in story.calls.iter().enumerate() {
        one(at + 1, call, &mut page);
    }
    page.push_str("</body>\n</html>\n");
    page
}

/// One line of text, in which no sign means anything to a browser, within quotes or outside.
fn text(text: &str) -> String {
    escaped(&visible_line(text))
}

/// Text of several lines.
fn lines(text: &str) -> String {
    escaped(&visible(text))
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match SIGNS.iter().find(|(sign, _)| *sign == c) {
            Some((_, written)) => escaped.push_str(written),
            None => escaped.push(c),
        }
    }
    escaped
}

/// Signs that mean something to a browser, and how they are written.
const SIGNS: [(char, &str); 5] = [
    ('<', "&lt;"),
    ('>', "&gt;"),
    ('"', "&quot;"),
    ('\'', "&#39;"),
    ('&', "&amp;"),
];

/// The page with its signs as they were, to look for a secret in it.
pub fn unescaped(page: &str) -> String {
    let signs = SIGNS.iter();
    signs.fold(page.to_owned(), |page, (sign, written)| {
        page.replace(written, sign.encode_utf8(&mut [0; 4]))
    })
}

fn verdict(told: &Told, story: &Story, page: &mut String) {
    let call = story.calls.get(told.call - 1);
    page.push_str("<section class=\"verdict\">\n");
    if let Some(call) = call {
        let _ = writeln!(
            page,
            "<p><a href=\"#call-{0}\">Call {0}</a>: <code>{1}</code> {2}</p>",
            told.call,
            text(&call.line()),
            status(call)
        );
    }
    let _ = writeln!(
        page,
        "<p><strong>{}</strong> ({}): {}</p>",
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
    let mut small = vec![format!("Judged as {}.", told.judged_as)];
    small.extend(told.alike_text());
    let _ = writeln!(page, "<p class=\"dim\">{}</p>", text(&small.join(" ")));
    page.push_str("</section>\n");
}

fn resolution(word: &Resolution, page: &mut String) {
    let _ = writeln!(
        page,
        "<div class=\"resolved\">\n<p>In the end it was <strong>{}</strong> <span class=\"dim\">({})</span></p>",
        text(word.cause_id()),
        text(&signed(word))
    );
    if !word.note.is_empty() {
        let _ = writeln!(page, "<p class=\"text\">{}</p>", lines(&word.note));
    }
    page.push_str("</div>\n");
}

fn one(number: usize, call: &Call, page: &mut String) {
    let _ = writeln!(
        page,
        "<section id=\"call-{number}\">\n<h3>{number}. <code>{}</code> {}</h3>",
        text(&call.line()),
        status(call)
    );
    pairs(&call.rows, page);
    if let Some(failure) = &call.failure {
        let _ = writeln!(page, "<p>{}</p>", text(failure));
    }
    table(&call.entries, page);
    part("Request", &call.request, page);
    if let Some(response) = &call.response {
        part("Response", response, page);
    }
    page.push_str("</section>\n");
}

/// The class is told by words and by colour.
fn status(call: &Call) -> String {
    format!(
        "<span class=\"status {}\">{}</span>",
        call.class.id(),
        text(&call.said())
    )
}

fn pairs(rows: &[(&'static str, String)], page: &mut String) {
    if rows.is_empty() {
        return;
    }
    page.push_str("<dl>\n");
    for (label, said) in rows {
        let _ = writeln!(
            page,
            "<dt>{}</dt><dd class=\"text\">{}</dd>",
            text(label),
            lines(said)
        );
    }
    page.push_str("</dl>\n");
}

fn list(title: &str, rows: &[String], page: &mut String) {
    if rows.is_empty() {
        return;
    }
    let _ = writeln!(page, "<p>{}:</p>\n<ul>", text(title));
    for row in rows {
        let _ = writeln!(page, "<li>{}</li>", text(row));
    }
    page.push_str("</ul>\n");
}

fn table(entries: &[Entry], page: &mut String) {
    if entries.is_empty() {
        return;
    }
    page.push_str(
        "<table>\n<thead><tr><th>title</th><th>detail</th><th>code</th><th>field</th></tr></thead>\n<tbody>\n",
    );
    let said = |said: Option<&str>| said.map_or_else(|| "–".to_owned(), lines);
    for entry in entries {
        let _ = writeln!(
            page,
            "<tr><td>{}</td><td class=\"text\">{}</td><td>{}</td><td>{}</td></tr>",
            said(entry.title.as_deref()),
            said(entry.detail.as_deref()),
            said(entry.code.as_deref()),
            said(entry.place()),
        );
    }
    page.push_str("</tbody>\n</table>\n");
}

fn part(title: &str, part: &Part, page: &mut String) {
    let _ = writeln!(
        page,
        "<details><summary>{}</summary></details>\n<div class=\"folded\">",
        text(title)
    );
    let mut head = text(&part.head.first);
    for (name, value) in &part.head.headers {
        let _ = write!(head, "\n{}: {}", text(name), text(value));
    }
    let _ = writeln!(page, "<pre>{head}</pre>");
    let Body { text: shown, note } = &part.body;
    if let Some(shown) = shown {
        let _ = writeln!(page, "<pre>{}</pre>", lines(shown.trim_end()));
    }
    if let Some(note) = note {
        let _ = writeln!(page, "<p class=\"dim\">Body: {}</p>", text(note));
    }
    page.push_str("</div>\n");
}
