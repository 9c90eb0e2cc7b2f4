//! `httriage send` with several tokens: one call with each of them, one without any, and one with a
//! made-up token, and how they differ from the first.

use super::args::SendArgs;
use super::ask;
use super::call::{Recorder, Written, call_in, exit_code, is_stdout, served};
use super::choice;
use super::grant;
use super::json::{failure_json, milliseconds};
use super::print::{Out, complain};
use super::trouble::Trouble;
use crate::engine::matrix::called_by;
use crate::engine::sandbox;
use crate::engine::{Client, ClientOptions, Flight, Home, Vault};
use crate::insight::asking::wrong_token;
use crate::insight::matrix::{Answer, Caller, Cell, Matrix};
use crate::insight::redact::is_secret_name;
use crate::insight::{Catalogue, Exchange};
use crate::model::{
    Environment, Jar, Manner, Outcome, RawExchange, RequestSpec, Session, StatusClass, Step, fit,
    size_text, visible_line,
};
use serde_json::{Map, Value, json};
use std::sync::Arc;
use unicode_width::UnicodeWidthStr;

/// Makes the calls and prints how they differ; gives the exit code of the first.
pub fn run(
    args: &SendArgs,
    typed: RequestSpec,
    mut environment: Environment,
    mut options: ClientOptions,
    out: &mut Out,
) -> Result<u8, Trouble> {
    let home = Home::find()?;
    let settings = home.settings()?;
    let catalogue = choice::catalogue(&home)?;
    let callers = callers(&args.tokens, &typed, &environment, &settings)?;
    let vault = Vault::new(&settings, sandbox::token_value).asking(ask::value);
    let vault = Arc::new(vault.knowing(catalogue.library.marks()));
    if let Some(consent) = &options.consent {
        // The made-up token belongs to nobody, and goes where the others go.
        let origin = consent.origin.clone();
        vault.permit(environment.sandbox, &wrong_token(), origin);
    }
    options.library = catalogue.library.clone();
    let mut recorder = Recorder::new(&args.record, &home, &settings, &vault);
    let client = grant::client(vault, options, &recorder);
    let tasks = choice::tasks()?;
    let (matrix, first) = tasks.block_on(async {
        // One sandbox for all.
        let served = served(&mut environment).await?;
        let asked = Asked {
            typed,
            environment,
            callers,
            retries: args.retry,
        };
        let make = async |spec, manner| {
            let (place, case) = (asked.environment.clone(), args.record.case.clone());
            call_in(&client, spec, place, case, manner, None).await
        };
        let keep = |exchange| recorder.remember(exchange);
        let flight = Flight::default();
        let compared = compared(&client, &catalogue, &asked, &flight, make, keep).await;
        drop(served);
        Ok::<_, Trouble>(compared)
    })?;
    tasks.shutdown_background();
    let class = first.as_ref().map_or(StatusClass::NoAnswer, Outcome::looks);
    let written = match &first {
        Some(outcome) => Written::of(&home, args.output.as_deref(), outcome, out),
        None => Written::Not,
    };
    if args.json {
        out.json(&compared_json(&matrix));
    } else {
        if is_stdout(args.output.as_deref()) {
            print(&matrix, &mut out.aside())
        } else {
            print(&matrix, out)
        }
    }
    if let Written::Whole(words) | Written::Part(words) = &written {
        complain(words);
    }
    recorder.finish();
    written.trouble()?;
    Ok(exit_code(class))
}

/// One call, and by whom it is made, in an environment that is up.
pub struct Asked {
    pub typed: RequestSpec,
    pub environment: Environment,
    pub callers: Vec<Caller>,
    pub retries: bool,
}

/// The answers that each caller gets, and what the first got, whole. `make` makes a call.
pub async fn compared(
    client: &Client,
    catalogue: &Catalogue,
    asked: &Asked,
    flight: &Flight,
    make: impl AsyncFn(RequestSpec, Manner) -> RawExchange,
    mut keep: impl FnMut(Exchange),
) -> (Matrix, Option<Outcome>) {
    let Asked {
        typed,
        environment,
        callers,
        retries,
    } = asked;
    let session = Session {
        steps: vec![Step {
            spec: typed.clone(),
            ..Step::default()
        }],
        ..Session::default()
    };
    let mut matrix = Matrix::new(&session, callers);
    let manner = Manner {
        retries: *retries,
        jar: Jar::None,
        ..Manner::default()
    };
    let mut first = None;
    let mut is_limited = false;
    for (column, caller) in callers.iter().enumerate() {
        let obstacle = match caller {
            _ if flight.is_stopped() => Some("it was stopped before".to_owned()),
            // It may be taken for an attack: not where it matters, and not on top of it.
            Caller::Wrong if environment.protected => {
                Some("not tried in a protected environment".to_owned())
            }
            Caller::Wrong if is_limited => Some("not tried after a 429".to_owned()),
            Caller::Wrong => {
                client.vault().lend_wrong(environment.sandbox, None);
                None
            }
            _ => None,
        };
        let spec = match obstacle {
            Some(why) => Err(why),
            None => called_by(typed, caller),
        };
        let spec = match spec {
            Ok(spec) => spec,
            Err(why) => {
                matrix.set(0, column, Cell::Skipped(why));
                continue;
            }
        };
        let raw = make(spec, manner).await;
        is_limited |= raw.outcome.status() == Some(429);
        if first.is_none() {
            first = Some(raw.outcome.clone());
        }
        let exchange = client.shown(raw);
        let knowledge = catalogue.library.of_exchange(&exchange, environment);
        let answer = Answer::of(&exchange, &knowledge);
        matrix.set(0, column, Cell::Came(Box::new(answer)));
        keep(exchange);
    }
    (matrix, first)
}

/// The columns of a comparison: each token once, in the order given, then no token, then a made-up
/// one. Refused for a call that writes and for one with an Authorization header of its own.
pub fn callers(
    names: &[String],
    typed: &RequestSpec,
    environment: &Environment,
    settings: &crate::model::Settings,
) -> Result<Vec<Caller>, Trouble> {
    if !typed.is_safe() {
        return Err(Trouble::usage(format!(
            "Nothing was sent: {} writes, and comparing tokens would send it once for each. Give one --token, or compare with GET.",
            typed.method
        )));
    }
    if typed
        .headers
        .iter()
        .any(|row| row.name.eq_ignore_ascii_case("authorization"))
    {
        return Err(Trouble::usage(
            "Nothing was sent: --header Authorization and several --token exclude each other. Give the tokens by name only.",
        ));
    }
    let mut headers = typed.headers.iter().filter(|row| row.enabled);
    if let Some(row) = headers.find(|row| is_secret_name(&row.name)) {
        complain(&format!(
            "Note: --header {} goes along with every call, also with the one without a token.",
            visible_line(&row.name)
        ));
    }
    let mut callers = Vec::new();
    for name in names {
        let caller = Caller::Token(choice::token(name, environment, settings)?);
        if !callers.contains(&caller) {
            callers.push(caller);
        } else {
            complain(&format!(
                "Note: token {name} is named twice and asked once."
            ));
        }
    }
    callers.extend([Caller::Nobody, Caller::Wrong]);
    Ok(callers)
}

/// Prints a line for each caller; the first is the one in question.
fn print(matrix: &Matrix, out: &mut Out) {
    let row = &matrix.rows[0];
    out.heading(&format!("{} {}", row.method, visible_line(row.sent_url())));
    let mut table = vec![HEAD.map(str::to_owned)];
    table.extend((0..matrix.callers.len()).map(|column| cells(matrix, column)));
    let mut widths = [0; HEAD.len()];
    for line in &table {
        for (width, cell) in widths.iter_mut().zip(line) {
            *width = (*width).max(cell.width().min(LONGEST));
        }
    }
    let mut details = Vec::new();
    for (place, line) in table.iter().enumerate() {
        let mut text = String::new();
        for (cell, width) in line.iter().zip(widths) {
            text.push_str(&fit(cell, width));
            text.push_str("  ");
        }
        let style = match place {
            0 => "2",
            _ => colour_of(matrix, place - 1),
        };
        let text = out.styled(text.trim_end(), style);
        out.finished(&text);
        let detail = place
            .checked_sub(1)
            .and_then(|column| detail(matrix, column));
        if let Some(detail) = detail
            && !details.contains(&detail)
        {
            out.indented(&detail);
            details.push(detail);
        }
    }
    out.line("");
    out.paragraph(&closing(matrix));
}

const HEAD: [&str; 7] = [
    "token", "answer", "codes", "access", "time", "size", "differs",
];
/// Most columns of a cell; codes may be long.
const LONGEST: usize = 32;

fn cells(matrix: &Matrix, column: usize) -> [String; HEAD.len()] {
    let access = matrix.access(0, column).map_or("", |access| access.words());
    let mut cells = HEAD.map(|_| String::new());
    cells[0] = matrix.callers[column].label().to_owned();
    cells[3] = access.to_owned();
    match matrix.cell(0, column) {
        Cell::Came(answer) => {
            let summary = &answer.summary;
            let class = summary.looks();
            let said = match (summary.status, summary.cause) {
                (Some(status), _) => format!("{status:03}"),
                (None, cause) => cause.map_or("no answer", |cause| cause.id()).to_owned(),
            };
            cells[1] = format!("{} {said}", class.glyph(false));
            let codes = answer.codes();
            cells[2] = codes.join(" ").trim().to_owned();
            cells[4] = format!("{:.0} ms", milliseconds(summary.took));
            cells[5] = answer.body_bytes.map(size_text).unwrap_or_default();
            cells[6] = differs(matrix, column).join(", ");
            if column > 0 && cells[6].is_empty() {
                cells[6] = "–".to_owned();
            }
        }
        Cell::Skipped(_) => cells[1] = "– skipped".to_owned(),
        Cell::Unsent(failure) => cells[1] = failure.cause.id().to_owned(),
        Cell::Waiting => {}
    }
    cells
}

/// What differs from the first response: status and codes decide, wording never does.
fn differs(matrix: &Matrix, column: usize) -> Vec<&'static str> {
    match (matrix.cell(0, 0).answer(), matrix.cell(0, column).answer()) {
        (Some(first), Some(answer)) if column > 0 => answer.differs_from(first),
        _ => Vec::new(),
    }
}

/// The first words of the response, or why there is none.
fn detail(matrix: &Matrix, column: usize) -> Option<String> {
    let cell = matrix.cell(0, column);
    if let Cell::Skipped(why) = cell {
        return Some(why.clone());
    }
    if let Some(failure) = cell.failure() {
        return Some(format!("{} {}", failure.message, failure.hint));
    }
    let answer = cell.answer()?;
    let error = answer.summary.errors.first();
    let words = error.and_then(|error| error.detail.clone().or(error.title.clone()));
    words.or_else(|| match answer.items? {
        1 => Some("1 item".to_owned()),
        items => Some(format!("{items} items")),
    })
}

fn closing(matrix: &Matrix) -> String {
    let name = |column: &usize| matrix.callers[*column].label();
    let answered = |column: &usize| matrix.cell(0, *column).answer().is_some();
    let tokens: Vec<usize> = (1..matrix.callers.len())
        .filter(|column| matrix.callers[*column].token().is_some())
        .filter(answered)
        .collect();
    let first = name(&0);
    if !answered(&0) {
        return format!("Nothing can be compared: {first} got no answer.");
    }
    let (others, same): (Vec<usize>, Vec<usize>) = tokens
        .into_iter()
        .partition(|column| !differs(matrix, *column).is_empty());
    let mut text = match (others.len(), same.len()) {
        (0, 0) => format!("{first} has nothing to be compared with."),
        (0, _) => "All tokens get the same answer by status and codes.".to_owned(),
        _ => {
            let names: Vec<&str> = others.iter().map(name).collect();
            format!("Another answer than {first} gets: {}.", names.join(", "))
        }
    };
    let controls = (1..matrix.callers.len()).filter(|column| {
        let control = matrix.callers[*column].token().is_none();
        control && answered(column) && differs(matrix, *column).is_empty()
    });
    for column in controls {
        text.push_str(match matrix.callers[column] {
            Caller::Nobody => " Without a token the same comes back.",
            _ => " With a token that nobody was given the same comes back.",
        });
    }
    text
}

fn colour_of(matrix: &Matrix, column: usize) -> &'static str {
    let answer = matrix.cell(0, column).answer();
    match answer.map(|answer| answer.summary.looks()) {
        Some(StatusClass::Success) => "1;32",
        Some(StatusClass::Redirection) => "1;36",
        Some(StatusClass::ClientError) => "1;33",
        Some(StatusClass::ServerError) => "1;31",
        Some(StatusClass::Informational) => "1;34",
        Some(StatusClass::Nonstandard | StatusClass::NoAnswer) => "1;35",
        None => "2",
    }
}

/// The answers side by side, the first in question.
pub fn compared_json(matrix: &Matrix) -> Value {
    let row = &matrix.rows[0];
    let columns = (0..matrix.callers.len()).map(|column| column_json(matrix, column));
    json!({
        "request": { "method": row.method, "url": row.sent_url() },
        "columns": Value::Array(columns.collect()),
    })
}

fn column_json(matrix: &Matrix, column: usize) -> Value {
    let cell = matrix.cell(0, column);
    let mut object = Map::new();
    let caller = &matrix.callers[column];
    let kind = match caller {
        Caller::Token(_) => "token",
        Caller::Nobody | Caller::Wrong => "control",
    };
    object.insert(kind.into(), json!(caller.label()));
    if let Some(answer) = cell.answer() {
        let summary = &answer.summary;
        object.insert("id".into(), json!(summary.id.as_str()));
        object.insert("class".into(), json!(summary.class().id()));
        if let Some(status) = summary.status {
            object.insert("status".into(), json!(status));
        }
        if summary.refused {
            object.insert("refused".into(), json!(true));
        }
    }
    if let Some(failure) = cell.failure() {
        object.insert("failure".into(), failure_json(failure));
    }
    let codes = cell.answer().map(|answer| answer.codes());
    object.insert("codes".into(), json!(codes.unwrap_or_default()));
    object.insert("skipped".into(), json!(matches!(cell, Cell::Skipped(_))));
    if let Cell::Skipped(why) = cell {
        object.insert("reason".into(), json!(why));
    }
    if let Some(answer) = cell.answer() {
        if let Some(error) = answer.summary.errors.first() {
            for (name, text) in [("title", &error.title), ("detail", &error.detail)] {
                if let Some(text) = text {
                    object.insert(name.into(), json!(text));
                }
            }
        }
        let took = milliseconds(answer.summary.took);
        object.insert("elapsed_ms".into(), json!(took));
        if let Some(bytes) = answer.body_bytes {
            object.insert("body_bytes".into(), json!(bytes));
        }
    }
    if let Some(access) = matrix.access(0, column) {
        object.insert("access".into(), json!(access.id()));
    }
    if column > 0 && cell.answer().is_some() {
        object.insert("differs".into(), json!(differs(matrix, column)));
    }
    Value::Object(object)
}
