//! Whatever a customer pasted, as the call that it shows: transcripts, answers, records, lines of
//! logs, the messages of clients, bodies alone. Each form has a room; here it is told which one a
//! text is, by the first line that belongs to one, so that a body that looks like another form
//! stays a body.

mod access;
mod below;
mod beside;
mod client;
mod client_words;
mod coded;
mod command;
mod credential;
mod fetch;
mod head;
mod in_log;
mod literal;
mod marked;
mod okhttp;
mod plain;
mod record;
mod table;
mod talk;
mod text;
mod trace;
mod wget;

use crate::insight::api::library::Library;
use crate::insight::error_body::{EntryOrigin, error_text, refused};
use crate::insight::json;
use crate::model::{Environment, Failure, Hop, Note, Outcome, Response, SentRequest};
pub use client::SAYS;
use std::borrow::Cow;
use talk::Turn;
use text::{Text, shown};

/// As what a text was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Plain,
    Marked,
    Trace,
    Wget,
    OkHttp,
    Table,
    Record,
    Access,
    Told,
    Client,
    /// A command and what it brought.
    Below,
    Body,
    Words,
}

impl Form {
    /// As a sentence names it.
    pub fn noun(self) -> &'static str {
        match self {
            Form::Plain => "an answer with its head",
            Form::Marked => "a transcript such as curl -v prints",
            Form::Trace => "a trace of curl",
            Form::Wget => "the output of wget",
            Form::OkHttp => "a log of OkHttp",
            Form::Table => "a call as names and values",
            Form::Record => "the record of a call",
            Form::Access => "a line of an access log",
            Form::Told => "what a client says of an answer",
            Form::Client => "what a client says of a call without an answer",
            Form::Below => "a command and what it brought",
            Form::Body => "a body without its head",
            Form::Words => "words",
        }
    }

    /// Whether the body is shown, where there is one.
    pub fn shows_body(self) -> bool {
        !matches!(self, Form::Wget | Form::Access | Form::Told)
    }

    /// Whether nothing else looks like it, so that even a field for text leaves it alone.
    pub fn is_unmistakable(self) -> bool {
        matches!(
            self,
            Form::Plain | Form::Marked | Form::Trace | Form::Wget | Form::OkHttp | Form::Below
        )
    }
}

/// A call that somebody else made. It holds what stood in the text, credentials included.
pub struct Saved {
    pub form: Form,
    /// The request, as far as the text shows it.
    pub sent: Option<SentRequest>,
    /// The redirects on the way to the outcome.
    pub hops: Vec<Hop>,
    pub outcome: Outcome,
    /// What was odd about the text.
    pub notes: Vec<Note>,
}

impl Saved {
    /// As what it was read, and what was odd about the text.
    pub fn says(&self) -> String {
        let mut says = format!("Read as {}.", self.form.noun());
        for note in &self.notes {
            says.push(' ');
            says.push_str(&note.message);
        }
        says
    }

    /// Whether an answer was read for certain, although a request may stand in the text as well.
    pub fn is_answer(&self) -> bool {
        let has_status = matches!(&self.outcome, Outcome::Answered(answer) if answer.status > 0);
        self.form.is_unmistakable() || self.form == Form::Table && has_status
    }
}

/// What a text shows of a call. `None` for one that holds nothing.
pub fn received(bytes: &[u8], library: &Library) -> Option<Saved> {
    let mut saved = read(bytes, library)?;
    if let Outcome::Answered(response) = &mut saved.outcome {
        let url = saved.sent.as_ref().map_or("", |sent| sent.url.as_str());
        response.refused = refused(response, |body| {
            library.of_answer(url, response, body, &Environment::default())
        });
    }
    Some(saved)
}

fn read(bytes: &[u8], library: &Library) -> Option<Saved> {
    let text = Text::of(bytes);
    if let Some(saved) = transcript(&text, library) {
        return Some(saved);
    }
    let whole = text.whole();
    let words = String::from_utf8_lossy(&whole);
    if words.trim().is_empty() {
        return None;
    }
    if let Some(saved) = document(&whole, words.trim(), library) {
        return Some(saved);
    }
    if let Some(saved) = below_command(&words, library) {
        return Some(saved);
    }
    if let Some((turn, form)) = line_of_log(&text) {
        return of_turns(form, vec![turn]);
    }
    let (words, value) = credential::taken_out(&words);
    let saved = amid_words(&words, library);
    Some(match value {
        Some(value) => Saved {
            sent: Some(credential::given_back(saved.sent, value)),
            ..saved
        },
        None => saved,
    })
}

/// A command with what it brought: what stands beneath it is its answer, or a document among the
/// words there is.
fn below_command(words: &str, library: &Library) -> Option<Saved> {
    let parts = below::split(words)?;
    let read = |first, end| read(parts.text(first, end).as_bytes(), library);
    let (first, all) = (parts.first(), parts.rest.len());
    let (first, end) = match parts.document(first, is_document) {
        Some(end) => (first, end),
        None => {
            let whole = read(first, all)?;
            let ends = |at| Some((at, parts.document(at, is_document)?));
            match (whole.form, (first..all).find_map(ends)) {
                (Form::Words | Form::Body, Some(among)) => among,
                (Form::Words, None) => return None,
                _ => (first, all),
            }
        }
    };
    let saved = read(first, end)?;
    let mut notes = saved.notes;
    match parts.left_out(first, end) {
        0 => {}
        1 => notes.push(Note::new("One line of words beside them was left out.")),
        left => notes.push(Note::new(format!(
            "{left} lines of words around them were left out."
        ))),
    }
    let sent = saved.sent.filter(|sent| !sent.url.is_empty());
    Some(Saved {
        form: Form::Below,
        sent: sent.or(Some(parts.sent)),
        notes,
        ..saved
    })
}

/// What words tell of a call, at least themselves.
fn amid_words(words: &str, library: &Library) -> Saved {
    if let Some(saved) = in_words(words.trim(), library) {
        return saved;
    }
    if let Some(saved) = printed(words) {
        return saved;
    }
    let form = if is_body(words) {
        Form::Body
    } else {
        Form::Words
    };
    Saved {
        form,
        ..body(words.as_bytes().to_vec())
    }
}

/// The form whose first line stands first.
fn transcript(text: &Text, library: &Library) -> Option<Saved> {
    let form = opened(text)?;
    let (turns, said) = match form {
        Form::Plain => (plain::read(text), None),
        Form::Marked => {
            let marked = marked::read(text);
            (marked.turns, marked.said)
        }
        Form::Trace => (trace::read(text), None),
        Form::Wget => (wget::read(text), None),
        Form::OkHttp => {
            let logged = okhttp::read(text);
            (logged.turns, logged.said)
        }
        _ => (table::read(text).into_iter().collect(), None),
    };
    let unanswered = turns.last().is_some_and(|turn| turn.answer.is_none());
    if said.is_some() || unanswered {
        let words = said.unwrap_or_else(|| String::from_utf8_lossy(&text.whole()).into_owned());
        if let Some(said) = client::read(&words, library)
            && !is_http_error(&said.line)
        {
            return Some(broken_off(form, turns, said));
        }
    }
    of_turns(form, turns)
}

/// curl's 22 only says that an answer came that `--fail` did not like.
fn is_http_error(line: &str) -> bool {
    line.contains("curl: (22)")
}

/// The call that ended in what the client said, with the answer that had begun.
fn broken_off(form: Form, mut turns: Vec<Turn>, said: client::Said) -> Saved {
    let last = turns.pop().unwrap_or_default();
    let failure = Failure {
        partial: last.answer.map(Box::new),
        ..said.failure
    };
    Saved {
        form,
        sent: last.sent.or(said.sent),
        hops: Vec::new(),
        notes: Vec::new(),
        outcome: Outcome::Failed(failure),
    }
}

fn of_turns(form: Form, turns: Vec<Turn>) -> Option<Saved> {
    let (sent, hops, outcome) = talk::outcome(turns)?;
    let is_partial = matches!(form, Form::Record | Form::Table);
    Some(Saved {
        form,
        sent: if is_partial {
            sent.map(credential::perhaps_left_out)
        } else {
            sent
        },
        hops,
        outcome,
        notes: Vec::new(),
    })
}

/// Which transcript a text is, by the first line that only one of them has.
fn opened(text: &Text) -> Option<Form> {
    let mut lines = text.lines().peekable();
    let mut is_first = true;
    while let Some(raw) = lines.next() {
        let line = shown(raw);
        if line.trim().is_empty() {
            continue;
        }
        let next = lines
            .peek()
            .map(|raw| shown(raw))
            .unwrap_or(Cow::Borrowed(""));
        if let Some(form) = begun(&line, &next) {
            return Some(form);
        }
        // A document has no transcript inside, whatever its lines look like.
        if is_first && is_document(&line) {
            return None;
        }
        is_first = false;
    }
    None
}

fn begun(line: &str, next: &str) -> Option<Form> {
    let inner = line.trim_start();
    let form = match inner.as_bytes().first()? {
        b'<' | b'>' if marked::is_mark(line) => Form::Marked,
        _ if plain::is_mark(line, next) => Form::Plain,
        _ if marked::is_mark(line) => Form::Marked,
        _ if trace::is_mark(line) => Form::Trace,
        _ if wget::is_mark(line) => Form::Wget,
        _ if okhttp::is_mark(line) => Form::OkHttp,
        _ if table::is_mark(line, next) => Form::Table,
        _ => return None,
    };
    Some(form)
}

/// Whether a text that begins with this line is JSON or a page, rather than words.
fn is_document(line: &str) -> bool {
    let line = line.trim_start();
    let gauge = line.starts_with("{ [") && line.ends_with("data]");
    let page = line.strip_prefix('<').is_some_and(|rest| {
        rest.starts_with(|c: char| c.is_ascii_alphabetic() || "!?".contains(c))
    });
    let list = line.strip_prefix('[').map(str::trim_start);
    let list = list.is_some_and(|rest| rest.is_empty() || rest.starts_with(['{', '[', '"', ']']));
    line.starts_with('{') && !gauge || page || list || line.starts_with("\"errors\"")
}

/// JSON or a page: the record of a call, or a body alone. `words` are the bytes as text.
fn document(bytes: &[u8], words: &str, library: &Library) -> Option<Saved> {
    if !is_document(words.lines().next()?) || are_records(words) {
        return None;
    }
    if words.starts_with('{') {
        let record = json::read(words).value;
        if let Some(turn) = record.as_ref().and_then(record::turn) {
            return of_turns(Form::Record, vec![turn]);
        }
        if in_log::is_log(words) {
            if let Some(said) = in_log::said(record.as_ref(), words, library) {
                return Some(of_client(said));
            }
            if let Some(turn) = in_log::answered(record.as_ref()) {
                return of_turns(Form::Told, vec![turn]);
            }
        }
    }
    // Where it begins, lines and columns count from there.
    printed(words).or_else(|| Some(body(bytes.to_vec())))
}

/// A value as a program printed it, read as the JSON that it was.
fn printed(words: &str) -> Option<Saved> {
    let json = client_words::printed(words)?;
    let mut notes = json::read(words).notes;
    notes.truncate(1);
    notes.push(Note::new(
        "This was read as a value that a program printed, for it is no JSON.",
    ));
    Some(Saved {
        notes,
        ..body(json.into_bytes())
    })
}

/// Whether each line is an object of its own.
fn are_records(words: &str) -> bool {
    let mut lines = words.lines().filter(|line| !line.trim().is_empty());
    lines.clone().nth(1).is_some() && lines.all(|line| line.starts_with('{') && line.len() > 2)
}

/// The last line of a log that tells a call, a refused one before others, and which form it has.
fn line_of_log(text: &Text) -> Option<(Turn, Form)> {
    let mut found: Option<(Turn, Form)> = None;
    for raw in text.lines() {
        let line = shown(raw);
        let Some(next) = logged(&line) else {
            continue;
        };
        let status = |turn: &Turn| turn.answer.as_ref().map_or(0, |answer| answer.status);
        let is_refused = |turn: &Turn| status(turn) >= 400;
        if found
            .as_ref()
            .is_none_or(|(known, _)| is_refused(&next.0) || !is_refused(known))
        {
            found = Some(next);
        }
    }
    found
}

fn logged(line: &str) -> Option<(Turn, Form)> {
    if let Some(turn) = access::turn(line) {
        return Some((turn, Form::Access));
    }
    let names_status = line.contains("tatus") || line.contains("_code");
    if !names_status {
        return None;
    }
    let object = line.find('{').and_then(|at| json::read(&line[at..]).value);
    let turn = object.as_ref().and_then(record::turn);
    let turn = turn.or_else(|| record::turn(&record::pairs(line)?))?;
    Some((turn, Form::Record))
}

/// What a client says, of an answer or of none.
fn in_words(words: &str, library: &Library) -> Option<Saved> {
    let told = client_words::read(words);
    let said = client::read(words, library);
    if let Some(said) = said {
        let of_proxy = said.failure.cause.id().starts_with("proxy.");
        let is_answer = told.as_ref().is_some_and(|told| {
            told.is_plain && told.line == said.line && !of_proxy || is_http_error(&said.line)
        });
        if !is_answer {
            return Some(of_client(said));
        }
    }
    let turn = told.map(|told| told.turn).or_else(|| coded::read(words))?;
    of_turns(Form::Told, vec![turn])
}

fn of_client(said: client::Said) -> Saved {
    Saved {
        form: Form::Client,
        sent: said.sent,
        hops: Vec::new(),
        notes: Vec::new(),
        outcome: Outcome::Failed(said.failure),
    }
}

/// A body whose head nobody shows: its status is the one that its entries name, else none, which
/// is zero.
fn body(bytes: Vec<u8>) -> Saved {
    let errors = error_text(&bytes, None);
    let named = errors
        .entries
        .iter()
        .filter_map(|entry| entry.status.as_deref());
    let named: Vec<u16> = named.filter_map(|status| status.parse().ok()).collect();
    let one = named
        .first()
        .filter(|first| named.iter().all(|s| s == *first));
    Saved {
        form: Form::Body,
        sent: None,
        hops: Vec::new(),
        notes: Vec::new(),
        outcome: Outcome::Answered(Response {
            status: one.copied().unwrap_or(0),
            body: bytes,
            ..Response::default()
        }),
    }
}

/// Whether words are an answer's body: they hold an error in a form of its own, or JSON that broke.
fn is_body(words: &str) -> bool {
    let errors = error_text(words.as_bytes(), None);
    let mut entries = errors.entries.iter();
    let is_placed = errors.notes.iter().any(|note| note.line.is_some());
    is_placed || entries.any(|entry| entry.origin != EntryOrigin::Text)
}

#[cfg(test)]
mod tests;
