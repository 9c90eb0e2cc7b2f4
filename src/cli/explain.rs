//! `httriage explain`: what a status, a code, a cause or an error body means, without sending anything.

use super::args::{ExplainArgs, PlaceArgs};
use super::choice;
use super::import::FILE_BYTES;
use super::json::{self, entries_json, notes_json};
use super::print::Out;
use super::recording;
use super::seen;
use super::trouble::Trouble;
use crate::engine::history::History;
use crate::engine::investigate::case_of;
use crate::engine::{Client, ClientOptions, Home, Vault, clock, pasted, sandbox};
use crate::format::{har, registry};
use crate::insight::facts::Case;
use crate::insight::{
    Catalogue, CauseNote, CodeNote, Entry, EntryOrigin, ErrorBody, Explanation, Form, Glossary,
    NO_BODY, SAYS, Saved, Statement, StatusNote, explain, in_general, received, request_ids,
};
use crate::model::{Cause, Environment, Note, Outcome, StatusClass};
use serde_json::{Map, Value, json};
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

/// Explains a status, a code, a cause, or the text of a file (`-` is standard input).
pub fn run(args: ExplainArgs, out: &mut Out) -> Result<u8, Trouble> {
    let home = Home::find()?;
    let catalogue = choice::catalogue(&home)?;
    let what = args.what.as_str();
    let place = place(args.env, &home)?;
    let knowledge = catalogue.library.of_environment(&place);
    let here = catalogue.beside(&knowledge);
    if args.json {
        let document = match word_json(what, here) {
            Some(document) => document,
            None => json_of_text(&read(what)?, what, &home, &catalogue)?,
        };
        out.json(&document);
        return Ok(0);
    }
    if let Some(status) = status_number(what) {
        status_of(status, here, out);
        return Ok(0);
    }
    if let Some(note) = here.code(what, None) {
        code(note, out);
        return Ok(0);
    }
    if let Some(note) = Cause::from_id(what).and_then(|cause| here.cause(cause)) {
        cause(&note, out);
        return Ok(0);
    }
    let elsewhere = code_elsewhere(what, here);
    if !elsewhere.is_empty() {
        codes_elsewhere(&elsewhere, out);
        return Ok(0);
    }
    let bytes = read(what)?;
    text_of_file(&bytes, what, &home, &catalogue, out)
}

/// What a status, a code or a cause means; `None` where it is none that is known.
pub fn word_json(what: &str, here: Glossary) -> Option<Value> {
    if let Some(status) = status_number(what) {
        return Some(status_json(status, here));
    }
    if let Some(note) = here.code(what, None) {
        return Some(code_json(note));
    }
    if let Some(note) = Cause::from_id(what).and_then(|cause| here.cause(cause)) {
        return Some(cause_json(&note));
    }
    let elsewhere = code_elsewhere(what, here);
    let (_, first) = elsewhere.first()?;
    let mut document = code_json(first);
    document["notes"] = notes_json(&[Note::new(in_packs(&elsewhere))]);
    Some(document)
}

/// What other packs say of a code; a file of that name is meant where there is one.
fn code_elsewhere(what: &str, here: Glossary) -> Vec<(String, CodeNote)> {
    if Path::new(what).exists() {
        return Vec::new();
    }
    here.code_elsewhere(what)
}

/// `In 2 packs: GitHub, Slack.`
fn in_packs(found: &[(String, CodeNote)]) -> String {
    let titles: Vec<&str> = found.iter().map(|(title, _)| title.as_str()).collect();
    let packs = if titles.len() == 1 { "pack" } else { "packs" };
    format!("In {} {packs}: {}.", titles.len(), titles.join(", "))
}

/// Packs whose own words for a code are printed, beyond the first.
const MOST_PACKS: usize = 5;

fn codes_elsewhere(found: &[(String, CodeNote)], out: &mut Out) {
    if let Some((_, first)) = found.first() {
        code(first, out);
    }
    out.paragraph(&in_packs(found));
    let others = found.iter().skip(1).take(MOST_PACKS);
    out.list(
        "What others mean by it",
        others.map(|(title, note)| format!("{title}: {}", note.meaning.text)),
    );
}

/// What a text tells of a call that somebody else made.
pub fn json_of_text(
    bytes: &[u8],
    what: &str,
    home: &Home,
    catalogue: &Catalogue,
) -> Result<Value, Trouble> {
    Ok(match read_text(bytes, catalogue) {
        Pasted::Recording(text) => recording::document_of(text, what, home, catalogue)?,
        Pasted::Words(says) => unread_json(&says),
        Pasted::Answer(saved) => judged(*saved, home, catalogue)?.document(catalogue),
    })
}

/// What a text is.
enum Pasted<'t> {
    Recording(&'t str),
    Answer(Box<Saved>),
    /// Nothing to explain, and why.
    Words(String),
}

fn read_text<'t>(bytes: &'t [u8], catalogue: &Catalogue) -> Pasted<'t> {
    let text = std::str::from_utf8(bytes).unwrap_or_default();
    if har::is_recording(text) {
        return Pasted::Recording(text);
    }
    let saved = received(bytes, &catalogue.library);
    let is_answer = saved.as_ref().is_some_and(Saved::is_answer);
    if let Some(format) = registry::told(text).filter(|_| !is_answer) {
        return Pasted::Words(unanswered(format.noun));
    }
    match saved {
        Some(saved) => Pasted::Answer(Box::new(saved)),
        None => Pasted::Words("There is no text here.".to_owned()),
    }
}

/// Explains a text that came through a pipe without a question.
pub fn text_from_pipe(bytes: &[u8], out: &mut Out) -> Result<u8, Trouble> {
    let home = Home::find()?;
    let catalogue = choice::catalogue(&home)?;
    text_of_file(bytes, "-", &home, &catalogue, out)
}

fn text_of_file(
    bytes: &[u8],
    what: &str,
    home: &Home,
    catalogue: &Catalogue,
    out: &mut Out,
) -> Result<u8, Trouble> {
    match read_text(bytes, catalogue) {
        Pasted::Recording(text) => return recording::explain(text, what, home, catalogue, out),
        Pasted::Words(says) => out.paragraph(&says),
        Pasted::Answer(saved) => {
            let told = judged(*saved, home, catalogue)?;
            let here = catalogue.beside(&told.case.knowledge);
            text_of(&told, here, out);
        }
    }
    Ok(0)
}

/// A request that came without its response.
fn unanswered(noun: &str) -> String {
    let article = if noun.starts_with(['O', 'a', 'e', 'i', 'o']) {
        "an"
    } else {
        "a"
    };
    format!(
        "This was read as {article} {noun} without an answer, so there is nothing to explain. Paste what came of it as well, or send it with httriage."
    )
}

fn unread_json(says: &str) -> Value {
    json!({
        "causes": [],
        "verdicts": [],
        "entries": [],
        "notes": notes_json(&[Note::new(says)]),
    })
}

/// A call that somebody else made, judged like one of our own.
fn judged(saved: Saved, home: &Home, catalogue: &Catalogue) -> Result<Told, Trouble> {
    let (form, notes) = (saved.form, saved.notes.clone());
    let settings = home.settings()?;
    let vault = Vault::new(&settings, sandbox::token_value);
    let vault = Arc::new(vault.knowing(catalogue.library.marks()));
    let options = ClientOptions {
        library: catalogue.library.clone(),
        ..ClientOptions::default()
    };
    let client = Client::new(vault, options);
    let exchange = Arc::new(pasted::taken(saved, &client));
    let place = choice::environment_of_received(&exchange, &settings);
    let case = case_of(&client, exchange, place);
    let history = History::is_there(home.data_dir());
    let history = history
        .then(|| choice::history(home, &settings).ok())
        .flatten();
    let case = seen::remembered(case, history, client, catalogue.clone(), &settings);
    let explanation = explain(&case, catalogue);
    let errors = ErrorBody {
        notes: notes_of(&case, form, notes),
        ..case.call.errors.clone()
    };
    Ok(Told {
        case,
        form,
        errors,
        explanation,
    })
}

/// A pasted call with notes about its text.
struct Told {
    case: Case,
    form: Form,
    errors: ErrorBody,
    explanation: Explanation,
}

impl Told {
    fn document(&self, catalogue: &Catalogue) -> Value {
        document(self, catalogue.beside(&self.case.knowledge))
    }
}

/// What is odd about the text. For a form that never shows a body, its absence is not worth a note.
fn notes_of(case: &Case, form: Form, mut notes: Vec<Note>) -> Vec<Note> {
    let of_body = case.call.errors.notes.iter();
    let is_true = |note: &&Note| form.shows_body() || note.message != NO_BODY;
    notes.extend(of_body.filter(is_true).cloned());
    if form == Form::Words {
        notes.push(Note::new(
            "This was read as words: no call and no answer was recognised in them.",
        ));
    }
    notes
}

/// The environment whose words apply to a status or a code: the one that is named or chosen, else
/// the practice API. A person's own come first.
pub fn place(env: Option<String>, home: &Home) -> Result<Environment, Trouble> {
    let named = PlaceArgs {
        env,
        ..PlaceArgs::default()
    };
    let chosen = choice::environment(&named, &home.configured()?)?;
    Ok(Environment {
        configured: true,
        ..chosen.unwrap_or_else(Environment::sandbox)
    })
}

/// Reads three digits, as in a status line.
fn status_number(text: &str) -> Option<u16> {
    let digits = text.len() == 3 && text.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

fn status_json(status: u16, here: Glossary) -> Value {
    let note = here.status(status);
    let mut object = Map::new();
    object.insert("status".into(), json!(status));
    object.insert("class".into(), json!(StatusClass::of(status).id()));
    if let Some(note) = &note {
        object.insert("meaning".into(), json!(note.meaning.text));
    }
    object.insert(
        "causes".into(),
        causes_json(note.as_ref().map_or(&[], |n| &n.causes)),
    );
    if let Some(note) = note {
        object.insert("reasons".into(), json!(said(&note.reasons)));
        object.insert("checks".into(), json!(texts(&note.checks)));
        object.insert("ask".into(), json!(texts(&note.ask)));
        object.insert("see".into(), json!(note.see));
    }
    object.insert("entries".into(), json!([]));
    object.insert("notes".into(), json!([]));
    Value::Object(object)
}

fn status_of(status: u16, here: Glossary, out: &mut Out) {
    let class = StatusClass::of(status);
    match here.status(status) {
        Some(note) => status_text(&note, out),
        None => out.line(&format!(
            "{} {status}: the catalogue does not know this status; its class is {}.",
            class.glyph(false),
            class.id().replace('_', " ")
        )),
    }
}

fn status_text(note: &StatusNote, out: &mut Out) {
    let glyph = StatusClass::of(note.status).glyph(false);
    out.heading(&format!("{glyph} {} {}", note.status, note.name));
    out.line(&note.meaning.text);
    out.statements("Why it happens", &note.reasons);
    out.advice("What to check", &note.checks);
    out.advice("Whom to ask", &note.ask);
    causes_text(&note.causes, out);
    if !note.see.is_empty() {
        let see: Vec<String> = note.see.iter().map(u16::to_string).collect();
        out.line(&format!("See also status {}.", see.join(", ")));
    }
}

fn code_json(note: &CodeNote) -> Value {
    let mut object = Map::new();
    if let [status] = note.statuses[..] {
        object.insert("status".into(), json!(status));
        object.insert("class".into(), json!(StatusClass::of(status).id()));
    }
    object.insert("meaning".into(), json!(note.meaning.text));
    object.insert("causes".into(), causes_json(&note.causes));
    object.insert("statuses".into(), json!(note.statuses));
    object.insert("checks".into(), json!(texts(&note.checks)));
    object.insert("ask".into(), json!(texts(&note.ask)));
    object.insert("entries".into(), json!([]));
    object.insert("notes".into(), json!([]));
    Value::Object(object)
}

fn code(note: &CodeNote, out: &mut Out) {
    out.heading(&note.code);
    out.line(&note.meaning.text);
    if !note.statuses.is_empty() {
        let statuses: Vec<String> = note.statuses.iter().map(u16::to_string).collect();
        out.line(&format!("Comes with status {}.", statuses.join(", ")));
    }
    out.advice("What to check", &note.checks);
    out.advice("Whom to ask", &note.ask);
    causes_text(&note.causes, out);
}

fn cause_json(note: &CauseNote) -> Value {
    let steps = note.steps.iter().map(|step| in_general(&step.text));
    json!({
        "meaning": note.meaning.text,
        "causes": causes_json(&[note.cause]),
        "signs": said(&note.signs),
        "steps": steps.collect::<Vec<_>>(),
        "entries": [],
        "notes": [],
    })
}

fn cause(note: &CauseNote, out: &mut Out) {
    out.heading(note.cause.id());
    out.line(&note.meaning.text);
    out.statements("How it is told", &note.signs);
    out.list(
        "What to do",
        note.steps.iter().map(|step| in_general(&step.text)),
    );
}

/// The causes that the codes and the status are known for, whatever the wording; if those are
/// unknown, the causes of the verdicts.
fn causes_of(case: &Case, explanation: &Explanation, here: Glossary) -> Vec<Cause> {
    let status = status_in(case);
    let codes = codes_of(case).into_iter();
    let notes = codes.filter_map(|code| here.code(code, status));
    let by_code = notes.flat_map(|note| note.causes.iter().copied());
    let by_status = meant(case, here).into_iter().flat_map(|note| note.causes);
    let mut causes: Vec<Cause> = Vec::new();
    for cause in by_code.chain(by_status) {
        if !causes.contains(&cause) {
            causes.push(cause);
        }
    }
    if causes.is_empty() {
        let verdicts = explanation.verdicts.iter().map(|verdict| verdict.cause);
        causes.extend(verdicts.filter(|cause| *cause != Cause::None));
    }
    causes
}

/// The status of the response, if the text shows one.
fn status_in(case: &Case) -> Option<u16> {
    Some(case.call.sent_status()).filter(|status| *status > 0)
}

/// What the status means here; nothing for a success that was refused.
fn meant(case: &Case, here: Glossary) -> Option<StatusNote> {
    let status = status_in(case).filter(|_| !case.call.exchange.outcome.is_refused());
    here.status(status?)
}

fn codes_of(case: &Case) -> Vec<&str> {
    let entries = case.call.errors.entries.iter();
    let mut codes: Vec<&str> = Vec::new();
    for code in entries.filter_map(|entry| entry.code.as_deref()) {
        if !codes.contains(&code) {
            codes.push(code);
        }
    }
    codes
}

fn document(told: &Told, here: Glossary) -> Value {
    let (case, explanation) = (&told.case, &told.explanation);
    let mut object = Map::new();
    if let Some(status) = status_in(case) {
        object.insert("status".into(), json!(status));
        object.insert("class".into(), json!(StatusClass::of(status).id()));
        if let Some(note) = meant(case, here) {
            object.insert("meaning".into(), json!(note.meaning.text));
        }
    }
    let causes = causes_of(case, explanation, here);
    object.insert("causes".into(), causes_json(&causes));
    object.insert("verdicts".into(), json::causes_json(explanation));
    object.insert("knowledge".into(), json!(case.knowledge.ids()));
    if let Some(seen) = seen::in_short(case) {
        object.insert("seen".into(), seen);
    }
    json::insert_limits(&explanation.named, &mut object);
    let mut errors = told.errors.clone();
    errors.entries.extend(said_by_client(case));
    object.insert("entries".into(), entries_json(&errors));
    object.insert("notes".into(), notes_json(&errors.notes));
    Value::Object(object)
}

/// For a call without a response, what the client said takes the place of the API's words.
fn said_by_client(case: &Case) -> Option<Entry> {
    let Outcome::Failed(failure) = &case.call.exchange.outcome else {
        return None;
    };
    let words = failure.message.strip_prefix(SAYS)?;
    Some(Entry {
        detail: Some(words.to_owned()),
        origin: EntryOrigin::Text,
        raw: words.to_owned(),
        ..Entry::default()
    })
}

/// Prints the verdict first, then what it rests on.
fn text_of(told: &Told, here: Glossary, out: &mut Out) {
    let (case, explanation) = (&told.case, &told.explanation);
    verdicts(case, explanation, out);
    if let Some(sentence) = seen::sentence(case) {
        out.line("");
        out.paragraph(&sentence);
    }
    out.line("");
    out.line(&format!("Read as {}.", told.form.noun()));
    let exchange = &case.call.exchange;
    if !exchange.typed.url.is_empty() {
        out.line(format!("{} {}", exchange.sent.method, exchange.sent.url).trim_start());
    }
    let status = status_in(case);
    if status.is_some() {
        out.status_line(exchange);
    }
    for hop in &exchange.redirects {
        out.indented(&hop.text());
    }
    for (name, value) in request_ids(exchange) {
        out.indented(&format!("{name}: {value}"));
    }
    if let Outcome::Failed(failure) = &exchange.outcome {
        out.paragraph(&failure.message);
    }
    let errors = told.errors.clone().for_people();
    out.table(&errors.entries);
    out.notes(&errors.notes);
    for code in codes_of(case) {
        match here.code(code, status) {
            Some(note) => {
                out.line("");
                out.heading(&note.code);
                out.line(&note.meaning.text);
                out.advice("What to check", &note.checks);
            }
            // A verdict that is sure enough already says what it means.
            None if explanation.verdict().confidence >= CERTAIN_ENOUGH => {}
            None => {
                out.line("");
                out.line(&format!(
                    "{code}: no pack explains this code; one of your own can."
                ));
            }
        }
    }
    match meant(case, here) {
        Some(note) => {
            out.line("");
            status_text(&note, out);
        }
        None => causes_text(&causes_of(case, explanation, here), out),
    }
}

/// Below this confidence the first cause is only the least unlikely.
const CERTAIN_ENOUGH: f32 = 0.35;

fn verdicts(case: &Case, explanation: &Explanation, out: &mut Out) {
    let first = explanation.verdict();
    let call = &case.call;
    if first.cause == Cause::None {
        let is_fine = call.is_fine() && call.response().is_some();
        out.heading(if is_fine {
            "It worked: nothing in this answer says otherwise."
        } else {
            "Nothing in this text tells why a call was refused."
        });
        out.named(&explanation.named, clock::now());
        return;
    }
    if first.confidence < CERTAIN_ENOUGH {
        out.heading("It cannot be told for certain from this text. The likeliest comes first.");
    }
    out.heading(&first.summary);
    let known = case.knowledge.title().map(|title| format!(", {title}"));
    out.line(&format!(
        "{} ({}){}",
        first.cause.id(),
        first.percent(),
        known.unwrap_or_default()
    ));
    out.named(&explanation.named, clock::now());
    out.list("Because", first.evidence.iter().cloned());
    if let Some(call) = &explanation.refuted_by {
        out.paragraph(&call.sentence());
    }
    out.list("What to do", first.next_steps.iter().cloned());
    let others = explanation.alternatives().iter();
    out.list(
        "Or",
        others.map(|other| {
            format!(
                "{} ({}): {}",
                other.cause.id(),
                other.percent(),
                other.summary
            )
        }),
    );
}

/// Sentences, each with how surely it is known.
fn said(statements: &[Statement]) -> Vec<String> {
    statements.iter().map(Statement::with_grounds).collect()
}

fn texts(statements: &[Statement]) -> Vec<&str> {
    statements
        .iter()
        .map(|statement| statement.text.as_str())
        .collect()
}

fn causes_text(causes: &[Cause], out: &mut Out) {
    if !causes.is_empty() {
        let ids: Vec<&str> = causes.iter().map(|cause| cause.id()).collect();
        out.line("");
        out.line(&format!("Usual causes: {}", ids.join(", ")));
    }
}

fn causes_json(causes: &[Cause]) -> Value {
    causes.iter().map(|cause| json!(cause.id())).collect()
}

fn read(what: &str) -> Result<Vec<u8>, Trouble> {
    let mut bytes = Vec::new();
    let result = if what == "-" {
        std::io::stdin()
            .lock()
            .take(FILE_BYTES)
            .read_to_end(&mut bytes)
    } else if !Path::new(what).exists() {
        return Err(Trouble::failed(format!(
            "{what} is no status, no code and no cause of the catalogue, and there is no file of that name. catalogue.toml can add a code."
        )));
    } else {
        std::fs::File::open(what).and_then(|file| file.take(FILE_BYTES).read_to_end(&mut bytes))
    };
    match result {
        Ok(_) => Ok(bytes),
        Err(error) => Err(Trouble::usage(format!(
            "{what} cannot be read: {error}. Give a file that can, or - for standard input."
        ))),
    }
}
