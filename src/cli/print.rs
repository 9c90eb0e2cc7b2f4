//! What commands print: one writer that makes text safe and survives a closed pipe, and the text
//! form of results.

use super::json::{json_text, milliseconds};
use super::picture;
use super::trouble::Trouble;
use crate::insight::asking::called;
use crate::insight::back_off::{retry_after, wait_text};
use crate::insight::stream::pace;
use crate::insight::{
    Entry, ErrorBody, Exchange, Glossary, Named, Statement, Verdict, error_body, request_ids,
};
use crate::model::{
    Cause, ExchangeSummary, Note, Outcome, StatusClass, Timestamp, cut, fit, visible, visible_line,
    wrap,
};
use crate::runtime::terminal_size;
use serde::Serialize;
use std::io::{self, IsTerminal, Write};
use std::str::FromStr;
use unicode_width::UnicodeWidthStr;

/// When to use colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Color {
    #[default]
    Auto,
    Always,
    Never,
}

impl FromStr for Color {
    type Err = String;

    fn from_str(text: &str) -> Result<Color, String> {
        match text {
            "auto" => Ok(Color::Auto),
            "always" => Ok(Color::Always),
            "never" => Ok(Color::Never),
            _ => Err("use auto, always or never".to_owned()),
        }
    }
}

impl Color {
    /// Whether to use colour; a NO_COLOR that is not empty turns it off (<https://no-color.org>).
    pub fn is_on(self, terminal: bool) -> bool {
        match self {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => {
                let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
                let unwanted = std::env::var_os("NO_COLOR").is_some_and(|v| !v.is_empty());
                terminal && !dumb && !unwanted
            }
        }
    }
}

/// Standard output, or standard error. Text passes through `visible`; a reader that went away is
/// not an error.
pub struct Out {
    color: Color,
    is_error: bool,
    colour: bool,
    is_terminal: bool,
    width: usize,
    /// Why nothing is written any more.
    lost: Option<io::Error>,
}

impl Out {
    /// Standard output, 20 to 160 columns wide: 100 if it is no terminal.
    pub fn stdout(color: Color) -> Out {
        let is_terminal = io::stdout().is_terminal();
        let size = is_terminal.then(terminal_size).and_then(Result::ok);
        let width = size.map_or(100, |(width, _)| width as usize);
        Out {
            color,
            is_error: false,
            colour: color.is_on(is_terminal),
            is_terminal,
            width: width.clamp(20, 160),
            lost: None,
        }
    }

    /// Standard error in the same style, for what must not mix with a body on standard output.
    pub fn aside(&self) -> Out {
        Out {
            is_error: true,
            colour: self.color.is_on(io::stderr().is_terminal()),
            lost: None,
            ..*self
        }
    }

    /// Writes a body byte for byte; fails if it would control a terminal.
    pub fn bytes(&mut self, body: &[u8]) -> Result<(), Trouble> {
        let is_safe = |text: &str| visible(text) == text;
        if io::stdout().is_terminal() && !std::str::from_utf8(body).is_ok_and(is_safe) {
            return Err(Trouble::failed(
                "The body holds characters that would steer this terminal, so it was not written. Send it into a pipe, or into a file with --output FILE.",
            ));
        }
        self.write(body);
        Ok(())
    }

    /// Columns of a line.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Whether the reader has gone.
    pub fn is_closed(&self) -> bool {
        self.lost.is_some()
    }

    /// Why a part was not written, unless the reader has gone.
    pub fn trouble(self) -> Option<Trouble> {
        let error = self.lost?;
        (error.kind() != io::ErrorKind::BrokenPipe).then(|| {
            Trouble::failed(format!(
                "What was found could not be written to standard output: {error}. Write it to another place, or make room there."
            ))
        })
    }

    /// Writes text of any number of lines, made safe.
    pub fn text(&mut self, text: &str) {
        self.write(visible(text).as_bytes());
    }

    /// Writes text made safe, and ends the line.
    pub fn line(&mut self, text: &str) {
        self.text(text);
        self.write(b"\n");
    }

    /// Writes one JSON document, with unsafe characters escaped.
    pub fn json(&mut self, value: &impl Serialize) {
        self.write(json_text(value).as_bytes());
    }

    /// Text in an ANSI style, if colour is on. The parameters must be our own.
    pub fn styled(&self, text: &str, parameters: &str) -> String {
        let text = visible(text);
        if self.colour {
            format!("\u{1b}[{parameters}m{text}\u{1b}[0m")
        } else {
            text.into_owned()
        }
    }

    /// Writes our own text unchanged: tabs stay tabs.
    pub fn own(&mut self, text: &str) {
        self.write(text.as_bytes());
    }

    /// Writes a sign, a label and a text wrapped beside them. The sign must be safe.
    pub fn labelled(&mut self, sign: &str, label: &str, text: &str) {
        let before = 6 + label.width();
        let width = self.width.saturating_sub(before).max(20);
        for (part, line) in wrap(text, width).into_iter().enumerate() {
            match part {
                0 => self.finished(&format!("{sign} {}{line}", visible(label))),
                _ => self.finished(&format!("{}{line}", " ".repeat(before))),
            }
        }
    }

    /// Writes a line of parts that are already safe.
    pub fn finished(&mut self, text: &str) {
        self.write(text.as_bytes());
        self.write(b"\n");
    }

    fn write(&mut self, bytes: &[u8]) {
        if self.lost.is_some() {
            return;
        }
        let written = if self.is_error {
            io::stderr().lock().write_all(bytes)
        } else {
            let mut out = io::stdout().lock();
            out.write_all(bytes).and_then(|()| out.flush())
        };
        self.lost = written.err();
    }

    /// Writes the facts that a response names, each with its label.
    pub fn named(&mut self, named: &Named, now: Timestamp) {
        const LABEL: usize = 9;
        for (label, text) in named.rows(now) {
            let lines = wrap(&text, self.width.saturating_sub(LABEL).max(20));
            for (part, line) in lines.iter().enumerate() {
                let label = if part == 0 { label } else { "" };
                let label = self.styled(&format!("{label:LABEL$}"), "2");
                self.finished(&format!("{label}{line}"));
            }
        }
    }

    /// Whether a person reads it as it comes.
    pub fn is_terminal(&self) -> bool {
        self.is_terminal
    }

    /// Writes a body without its secrets, otherwise as it came: a pipe gets data.
    pub fn as_came(&mut self, body: &[u8]) {
        self.write(body);
    }

    /// Writes only the body, for the program behind the pipe.
    pub fn body_alone(&mut self, exchange: &Exchange) {
        let Some(response) = exchange.outcome.response() else {
            return;
        };
        let media_type = response.headers.media_type();
        match (&response.as_sent, self.color) {
            (_, Color::Always) if !response.body.is_empty() => {
                self.picture(&response.body, media_type.as_deref());
            }
            (Some(sent), _) => self.write(&sent.bytes),
            (None, _) => self.write(&response.body),
        }
    }

    /// Writes the head of a response, without secrets, before a body.
    pub fn head(&mut self, exchange: &Exchange) {
        let Some(response) = exchange.outcome.response() else {
            return;
        };
        if self.is_terminal {
            self.write(b"\n");
        }
        let status = format!(
            "{} {} {}",
            response.version, response.status, response.reason
        );
        self.line(visible_line(status.trim_end()).as_ref());
        for header in response.headers.iter() {
            let line = format!("{}: {}", header.name, header.text());
            self.line(visible_line(&line).as_ref());
        }
        if !self.is_terminal {
            self.write(b"\n");
        }
    }

    /// Says how long the response asks to wait.
    pub fn asked_to_wait(&mut self, exchange: &Exchange) {
        let Some(response) = exchange.outcome.response() else {
            return;
        };
        if let Some(wait) = retry_after(&response.headers, exchange.answered_at()) {
            let label = self.styled("wait     ", "2");
            self.finished(&format!("{label}{}, as Retry-After asks", wait_text(wait)));
        }
    }

    /// Writes the body after a blank line, if there is a body.
    pub fn body(&mut self, exchange: &Exchange) {
        let response = exchange.outcome.response();
        let body = response.map_or(&[][..], |r| &r.body);
        if !body.is_empty() {
            // The reader of a pipe gets what came.
            if !self.is_terminal
                && let Some(sent) = response.and_then(|r| r.as_sent.as_ref())
            {
                self.write(b"\n");
                return self.write(&sent.bytes);
            }
            if !(self.is_terminal || self.color == Color::Always) {
                let text = String::from_utf8_lossy(body);
                self.write(b"\n");
                self.text(&text);
                if !text.ends_with('\n') {
                    self.write(b"\n");
                }
                return;
            }
            let media_type = response.and_then(|r| r.headers.media_type());
            self.write(b"\n");
            self.picture(body, media_type.as_deref());
        }
    }

    /// Writes a body for people.
    fn picture(&mut self, body: &[u8], media_type: Option<&str>) {
        let is_json = picture::json_lines(body, media_type, |pieces| {
            let line: String = pieces
                .iter()
                .filter(|(text, _)| !text.is_empty())
                .map(|(text, style)| match style {
                    Some(style) => self.styled(text, style),
                    None => visible(text).into_owned(),
                })
                .collect();
            self.finished(&line);
        });
        if is_json {
            return;
        }
        // Either kind of line end ends a line here.
        let text = String::from_utf8_lossy(body).replace("\r\n", "\n");
        self.text(&text);
        if !text.ends_with('\n') {
            self.write(b"\n");
        }
    }

    /// Writes the status of a stream that goes on.
    pub fn coming(&mut self, exchange: &Exchange) {
        let outcome = &exchange.outcome;
        let badge = format!("{} {}", outcome.looks().glyph(false), outcome.headline());
        let badge = self.styled(badge.trim_end(), colour_of(outcome.looks()));
        let media_type = outcome.response().and_then(|r| r.headers.media_type());
        let media_type = media_type.unwrap_or_default();
        self.finished(&format!(
            "{badge}  {}  as it comes; Ctrl-C ends it and keeps what came",
            visible(&media_type)
        ));
    }

    /// Writes the status, the kind of body, and how long it took or that nothing was sent.
    pub fn status_line(&mut self, exchange: &Exchange) {
        let class = exchange.outcome.looks();
        let outcome = &exchange.outcome;
        let status = match (outcome, outcome.headline()) {
            (Outcome::Answered(_), status) if outcome.is_refused() => {
                format!("{}, but refused", status.trim_end())
            }
            (Outcome::Answered(_), status) => status,
            (Outcome::Failed(failure), status) => match outcome.said() {
                Some(_) => format!("{status}, but {}", failure.cause.id()),
                None => format!("{status}: {}", failure.cause.id()),
            },
        };
        let mut facts = match exchange.is_received() {
            true if exchange.took.is_zero() => "pasted, nothing was sent".to_owned(),
            true => format!("recorded elsewhere, {:.0} ms", milliseconds(exchange.took)),
            false => format!("{:.0} ms", milliseconds(exchange.took)),
        };
        if let Some(response) = exchange.outcome.response() {
            facts.push_str(&format!("  {}", response.size_text()));
            if let Some(media_type) = response.headers.media_type() {
                facts.push_str(&format!("  {media_type}"));
            }
            if let Some(pace) = pace(exchange) {
                facts.push_str(&format!("  {pace}"));
            }
            if let Some(sent) = &response.as_sent {
                facts.push_str(&format!(", in {}", sent.charset));
            }
        }
        let badge = format!("{} {}", class.glyph(false), status.trim_end());
        let badge = self.styled(&badge, colour_of(class));
        self.finished(&format!("{badge}  {}", visible(&facts)));
    }

    /// Writes the status line, its meaning and the table of errors. A verdict comes before the
    /// meaning of the status.
    pub fn exchange_head(
        &mut self,
        exchange: &Exchange,
        here: Glossary,
        verdict: Option<&Verdict>,
    ) {
        let errors = errors(&exchange.outcome);
        self.status_line(exchange);
        if exchange.attempts > 1 {
            self.indented(&format!("sent {} times", exchange.attempts));
        }
        for origin in &exchange.unverified {
            self.indented(&format!("the certificate of {origin} was not checked"));
        }
        for hop in &exchange.redirects {
            self.indented(&hop.text());
        }
        for (name, value) in request_ids(exchange) {
            self.indented(&format!("{name}: {value}"));
        }
        if let Some(response) = exchange.outcome.response() {
            for trailer in response.trailers.iter() {
                self.indented(&format!("trailer {}: {}", trailer.name, trailer.text()));
            }
        }
        if let Outcome::Failed(failure) = &exchange.outcome {
            self.paragraph(&failure.message);
            self.paragraph(&failure.hint);
        }
        let verdict = verdict.filter(|verdict| verdict.cause != Cause::None);
        let verdict = verdict.filter(|_| matches!(exchange.outcome, Outcome::Answered(_)));
        match verdict.filter(|verdict| verdict.confidence >= Verdict::LIKELY) {
            Some(verdict) => self.paragraph(&verdict.summary),
            None => {
                if let Some(note) = here.answer(exchange, &errors.entries) {
                    self.paragraph(&note.meaning.text);
                }
            }
        }
        if let Some(verdict) = verdict {
            self.how_sure(verdict);
        }
        self.table(&errors.entries);
        self.notes(&errors.notes);
    }

    /// Says how sure a verdict is, and what would make it surer.
    fn how_sure(&mut self, verdict: &Verdict) {
        let (sure, percent, cause) = (verdict.sure(), verdict.percent(), verdict.cause.id());
        let words = match verdict.confidence {
            Verdict::CERTAIN.. => format!("{sure} ({percent}): {cause}"),
            Verdict::LIKELY.. => {
                format!("{sure} ({percent}): {cause}. httriage investigate finds out more.")
            }
            _ => format!(
                "{sure}; {cause} ({percent}) comes first. httriage investigate finds out more."
            ),
        };
        self.paragraph(&words);
    }

    /// Writes a paragraph, wrapped to the width.
    pub fn paragraph(&mut self, text: &str) {
        for line in wrap(text, self.width) {
            self.finished(&line);
        }
    }

    /// Writes title, detail and code in columns, and the field if any entry has one.
    pub fn table(&mut self, entries: &[Entry]) {
        if entries.is_empty() {
            return;
        }
        let longest = |text: fn(&Entry) -> Option<&str>, least: usize, most: usize| {
            let widths = entries
                .iter()
                .filter_map(|e| text(e).map(UnicodeWidthStr::width));
            widths.max().unwrap_or(0).clamp(least, most.max(least))
        };
        let has_field = entries.iter().any(|entry| entry.place().is_some());
        let code = longest(|e| e.code.as_deref(), 4, self.width / 3);
        let title = longest(|e| e.title.as_deref(), 5, self.width * 3 / 10);
        let field = if has_field {
            longest(Entry::place, 5, self.width / 4)
        } else {
            0
        };
        let gaps = if has_field { 6 } else { 4 };
        let detail = longest(
            |e| e.detail.as_deref(),
            6,
            self.width.saturating_sub(code + title + field + gaps),
        );
        self.write(b"\n");
        let between = if has_field {
            format!("{}  ", fit("field", field))
        } else {
            String::new()
        };
        let head = format!(
            "{}  {}  {between}code",
            fit("title", title),
            fit("detail", detail)
        );
        let head = self.styled(&head, "2");
        self.finished(&head);
        for entry in entries {
            let cell = |text: Option<&str>, width| wrap(text.unwrap_or("–"), width);
            let cells = [
                cell(entry.title.as_deref(), title),
                cell(entry.detail.as_deref(), detail),
                cell(entry.place(), field.max(1)),
                cell(entry.code.as_deref(), code),
            ];
            let height = cells.iter().map(Vec::len).max().unwrap_or(0);
            for row in 0..height {
                let part = |n: usize| cells[n].get(row).map_or("", String::as_str);
                let title = self.styled(&fit(part(0), title), "1");
                let code = self.styled(part(3), "36");
                let between = if has_field {
                    format!("{}  ", self.styled(&fit(part(2), field), "1"))
                } else {
                    String::new()
                };
                let line = format!("{title}  {}  {between}{code}", fit(part(1), detail));
                self.finished(line.trim_end());
            }
        }
    }

    /// Writes an indented text under the line before.
    pub fn indented(&mut self, text: &str) {
        for line in wrap(text, self.width.saturating_sub(4)) {
            self.finished(&format!("    {line}"));
        }
    }

    /// Writes notes about a text, each with its line and column if known.
    pub fn notes(&mut self, notes: &[Note]) {
        for note in notes {
            let place = match (note.line, note.column) {
                (Some(line), Some(column)) => format!(" (line {line}, column {column})"),
                _ => String::new(),
            };
            self.paragraph(&format!("Note: {}{place}", note.message));
        }
    }

    /// Writes a title, bold if colour is on.
    pub fn heading(&mut self, text: &str) {
        let text = self.styled(text, "1");
        self.finished(&text);
    }

    /// Writes what is known of the API, and how surely.
    pub fn statements(&mut self, title: &str, statements: &[Statement]) {
        self.list(title, statements.iter().map(Statement::with_grounds));
    }

    /// Writes what to do; advice claims nothing and needs no grounds.
    pub fn advice(&mut self, title: &str, statements: &[Statement]) {
        self.list(title, statements.iter().map(|s| s.text.clone()));
    }

    /// Writes sentences under a title, each with a dash before it.
    pub fn list(&mut self, title: &str, texts: impl Iterator<Item = String>) {
        for (number, text) in texts.enumerate() {
            if number == 0 {
                self.write(b"\n");
                self.heading(title);
            }
            for (part, line) in wrap(&text, self.width.saturating_sub(2)).iter().enumerate() {
                self.finished(&format!("{}{line}", if part == 0 { "- " } else { "  " }));
            }
        }
    }

    /// `38g9jnaq9wed  2026-11-23 18:05  ▲ 403  GET  /core/…  support  forbidden`
    pub fn summary(&mut self, summary: &ExchangeSummary) {
        let class = summary.looks();
        let status = summary
            .status
            .map_or_else(|| "---".to_owned(), |s| format!("{s:03}"));
        let badge = self.styled(
            &format!("{} {status}", class.glyph(false)),
            colour_of(class),
        );
        let local = summary.started_at.to_zoned(jiff::tz::TimeZone::system());
        let at = local.strftime("%Y-%m-%d %H:%M").to_string();
        let token = summary
            .token
            .as_ref()
            .map_or("no token", |token| called(&token.name));
        let codes: Vec<&str> = summary
            .errors
            .iter()
            .filter_map(|e| e.code.as_deref())
            .collect();
        let mut why = codes.join(" ");
        if let Some(cause) = summary.cause {
            why = cause.id().to_owned();
        }
        if let Some(case) = &summary.case {
            why.push_str(&format!("  case {case}"));
        }
        if let Some(by) = &summary.by {
            why.push_str(&format!("  by {by}"));
        }
        let line = format!(
            "{}  {at}  {badge}  {}  {}  {}  {}",
            summary.id,
            fit(&summary.method, 6),
            fit(token, 10),
            visible_line(&summary.url),
            visible_line(&why)
        );
        self.finished(line.trim_end());
    }

    /// Writes a row of columns, each cut to its width; the last gets the rest of the room.
    pub fn columns(&mut self, cells: &[(&str, usize)], last: &str) {
        let mut line = String::new();
        for (text, width) in cells {
            line.push_str(&fit(text, *width));
            line.push_str("  ");
        }
        let room = self.width.max(100).saturating_sub(line.width());
        line.push_str(&cut(last, room.max(20)));
        self.finished(line.trim_end());
    }
}

/// Writes a sentence for the person on standard error.
pub fn complain(text: &str) {
    let mut error = io::stderr().lock();
    // There is nowhere else to complain.
    let _ = writeln!(error, "{}", visible(text));
}

/// Writes a question, after which the person types on the same line.
pub fn prompt(text: &str) {
    let mut error = io::stderr().lock();
    let _ = write!(error, "{}", visible(text)).and_then(|()| error.flush());
}

fn errors(outcome: &Outcome) -> ErrorBody {
    let errors = outcome.response().map(error_body).unwrap_or_default();
    errors.for_people()
}

fn colour_of(class: StatusClass) -> &'static str {
    match class {
        StatusClass::Informational => "1;34",
        StatusClass::Success => "1;32",
        StatusClass::Redirection => "1;36",
        StatusClass::ClientError => "1;33",
        StatusClass::ServerError => "1;31",
        StatusClass::Nonstandard | StatusClass::NoAnswer => "1;35",
    }
}
