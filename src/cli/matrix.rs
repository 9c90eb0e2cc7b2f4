//! `httriage matrix`: which token may make which call of a session.

use super::args::MatrixArgs;
use super::ask;
use super::call::{Recorder, served};
use super::choice;
use super::grant;
use super::json::failure_json;
use super::print::{Out, complain};
use super::send::split_pair;
use super::trouble::Trouble;
use crate::engine::matrix::{self, MatrixRun, News};
use crate::engine::sandbox;
use crate::engine::{ClientOptions, Flight, Home, Vault};
use crate::format::{matrix as table, session_file};
use crate::insight::back_off::wait_text;
use crate::insight::matrix::{Access, Caller, Cell, Matrix, Standing};
use crate::model::{
    Consent, Environment, Origin, Session, Settings, TokenName, cut_front, fit, visible_line,
};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use unicode_width::UnicodeWidthStr;

/// Makes every call with every token and prints the table; exits with 1 if a cell is not as pinned.
pub fn run(args: MatrixArgs, out: &mut Out) -> Result<u8, Trouble> {
    let home = Home::find()?;
    let settings = home.settings()?;
    let catalogue = choice::catalogue(&home)?;
    let (path, text) = home.session(&args.session)?;
    let session = session_file::read(&text, &path.display().to_string())?;
    let environment = choice::environment_of_session(&args.place, &session, &settings)?;
    let mut asked = MatrixRun {
        callers: callers(&args.tokens, &session, &environment, &settings)?,
        session,
        environment,
        allow_writes: args.allow_writes,
        case: args.record.case.clone(),
        ..MatrixRun::default()
    };
    for pair in &args.variables {
        let (name, value) = split_pair(pair, '=', "--var")?;
        asked.given.retain(|(known, _)| *known != name);
        asked.given.push((name, value));
    }
    let mut options = options(&args, &asked, &settings)?;
    let vault = Vault::new(&settings, sandbox::token_value).asking(ask::value);
    let vault = Arc::new(vault.knowing(catalogue.library.marks()));
    options.library = catalogue.library.clone();
    let mut recorder = Recorder::new(&args.record, &home, &settings, &vault);
    let client = grant::client(vault, options, &recorder);
    let tasks = choice::tasks()?;
    let flight = Flight::default();
    let matrix = tasks.block_on(async {
        // One sandbox for all cells.
        let served = served(&mut asked.environment).await?;
        let on_news = |news| match news {
            News::Cell { exchange, .. } => {
                if let Some(exchange) = exchange {
                    recorder.remember(*exchange);
                }
            }
            News::Waiting(pause) => complain(&format!(
                "The API asks to be left alone; the whole run waits {}.",
                wait_text(pause)
            )),
        };
        let mut work = Box::pin(matrix::run(&asked, &client, &catalogue, &flight, on_news));
        let matrix = loop {
            tokio::select! {
                matrix = &mut work => break matrix,
                _ = tokio::signal::ctrl_c(), if !flight.is_stopped() => flight.stop(),
            }
        };
        drop(work);
        drop(served);
        Ok::<_, Trouble>(matrix)
    })?;
    tasks.shutdown_background();

    match args.report.as_deref() {
        _ if args.json => out.json(&matrix_json(&matrix)),
        Some("json") => out.json(&matrix_json(&matrix)),
        Some("markdown") => out.text(&table::markdown(&matrix)),
        Some("csv") => out.text(&table::csv(&matrix)),
        _ => print(&matrix, args.fold, out),
    }
    recorder.finish();
    let counts = matrix.counts();
    let learnt = counts.total() - counts.of(Access::Failed) - counts.of(Access::Skipped);
    let in_vain = counts.of(Access::Failed) > 0 && learnt == 0;
    let fine = matrix.is_as_pinned() && !flight.is_stopped() && !in_vain;
    Ok(if fine { 0 } else { 1 })
}

/// The given tokens, else those that the session names.
pub fn callers(
    named: &[String],
    session: &Session,
    environment: &Environment,
    settings: &Settings,
) -> Result<Vec<Caller>, Trouble> {
    let mut callers: Vec<Caller> = Vec::new();
    let mut add = |caller: Caller| {
        if !callers.contains(&caller) {
            callers.push(caller);
        }
    };
    for name in named.iter().map(|name| name.trim()) {
        match choice::token(name, environment, settings) {
            Ok(token) => add(Caller::Token(token)),
            Err(_) if name == Caller::Nobody.label() => add(Caller::Nobody),
            Err(trouble) => return Err(trouble),
        }
    }
    if named.is_empty() {
        for step in &session.steps {
            let pinned = step.access.iter().map(|(name, _)| name);
            for name in step.spec.auth.token().into_iter().chain(pinned) {
                choice::token(name.as_str(), environment, settings)?;
                add(Caller::Token(name.clone()));
            }
        }
    }
    if callers.is_empty() {
        return Err(Trouble::usage(
            "The session names no token. Give those to compare: --tokens a,b; see httriage token list.",
        ));
    }
    for name in session.steps.iter().flat_map(|step| &step.access) {
        if !callers.contains(&Caller::Token(name.0.clone())) {
            complain(&format!(
                "Note: the session pins what {} may do, and it is not among the tokens here.",
                name.0
            ));
        }
    }
    Ok(callers)
}

fn options(
    args: &MatrixArgs,
    asked: &MatrixRun,
    settings: &Settings,
) -> Result<ClientOptions, Trouble> {
    let mut options = choice::client_options(&args.limits, settings)?;
    // Only the person can consent, by naming a host together with tokens; a session cannot.
    let named = args.place.base_url.as_deref().and_then(Origin::parse);
    let callers = asked.callers.iter().filter_map(Caller::token).cloned();
    let named_here = |token: &TokenName| args.tokens.iter().any(|name| name == token.as_str());
    options.consent = named.map(|origin| Consent {
        origin,
        tokens: callers.filter(named_here).collect(),
    });
    choice::say_consent(&options, settings, &asked.environment);
    Ok(options)
}

/// Prints the table, then what is not as expected, then why calls were not made or got no response.
fn print(matrix: &Matrix, fold: bool, out: &mut Out) {
    let each = |count| (0..count).map(|place| vec![place]).collect();
    let (columns, rows): (Vec<Vec<usize>>, Vec<Vec<usize>>) = if fold {
        (matrix.columns_alike(), matrix.rows_alike())
    } else {
        (each(matrix.callers.len()), each(matrix.rows.len()))
    };
    if !matrix.title.is_empty() {
        out.heading(&matrix.title);
    }
    let heads: Vec<String> = columns
        .iter()
        .map(|alike| {
            let names = alike.iter().map(|column| matrix.callers[*column].label());
            names.collect::<Vec<_>>().join(", ")
        })
        .collect();
    let shown = |row: usize, column: usize, short: bool| cell_text(matrix, row, column, short);
    let widths = |short: bool| -> Vec<usize> {
        let width = |(head, alike): (&String, &Vec<usize>)| {
            let cells = rows
                .iter()
                .map(|row| shown(row[0], alike[0], short).width());
            cells.max().unwrap_or(0).max(head.width())
        };
        heads.iter().zip(&columns).map(width).collect()
    };
    let names: Vec<String> = rows.iter().map(|row| name_of(matrix, row[0])).collect();
    let longest = names.iter().map(|name| name.width()).max().unwrap_or(0);
    let room = |widths: &[usize]| {
        let taken: usize = widths.iter().map(|width| width + 2).sum();
        out.width().saturating_sub(taken).max(24)
    };
    // Leave out codes that would not fit.
    let short = room(&widths(false)) < longest.min(40);
    let widths = widths(short);
    let first = longest.min(room(&widths));
    let mut line = fit("", first);
    for (head, width) in heads.iter().zip(&widths) {
        line.push_str("  ");
        line.push_str(&out.styled(&fit(head, *width), "1"));
    }
    out.finished(line.trim_end());
    for alike in &rows {
        let mut line = fit(&shortened(matrix, alike[0], first), first);
        for (column, width) in columns.iter().zip(&widths) {
            let text = fit(&shown(alike[0], column[0], short), *width);
            line.push_str("  ");
            line.push_str(&match matrix.access(alike[0], column[0]) {
                Some(access) => out.styled(&text, colour_of(access)),
                None => text,
            });
        }
        out.finished(line.trim_end());
        if alike.len() > 1 {
            let others: Vec<String> = alike[1..].iter().map(|row| name_of(matrix, *row)).collect();
            out.indented(&format!("and the same for {}", others.join(", ")));
        }
    }
    let allowed = columns.iter().map(|column| {
        let counts = matrix.column_counts(column[0]);
        format!("{} of {}", counts.of(Access::Allowed), counts.total())
    });
    let allowed: Vec<String> = allowed.collect();
    let mut line = fit("allowed", first);
    for (text, width) in allowed.iter().zip(&widths) {
        line.push_str("  ");
        line.push_str(&fit(text, *width));
    }
    out.finished(line.trim_end());
    print_pins(matrix, out);
    print_reasons(matrix, out);
    out.line("");
    out.paragraph(&closing(matrix));
}

fn name_of(matrix: &Matrix, row: usize) -> String {
    let row = &matrix.rows[row];
    format!("{} {}", row.method, row.path())
}

/// A long path is cut in front, since its end says more; the method stays.
fn shortened(matrix: &Matrix, row: usize, width: usize) -> String {
    let row = &matrix.rows[row];
    let method = visible_line(&row.method);
    let room = width.saturating_sub(method.width() + 1);
    format!("{method} {}", cut_front(row.path(), room))
}

/// A cell such as `▲ 403 forbidden`, with a mark if it is not as expected.
fn cell_text(matrix: &Matrix, row: usize, column: usize, short: bool) -> String {
    let Some(access) = matrix.access(row, column) else {
        return String::new();
    };
    let mut said = matrix.cell(row, column).said();
    if short && let Some((status, _)) = said.split_once(' ') {
        said = status.to_owned();
    }
    let mark = match matrix.standing(row, column) {
        Some(Standing::UnexpectedAllow | Standing::UnexpectedDeny) => " !",
        _ => "",
    };
    format!("{} {said}{mark}", access.glyph(false))
}

fn print_pins(matrix: &Matrix, out: &mut Out) {
    for standing in [
        Standing::UnexpectedAllow,
        Standing::UnexpectedDeny,
        Standing::Open,
    ] {
        let cells = matrix.standing_so(standing);
        if cells.is_empty() {
            continue;
        }
        out.line("");
        out.heading(&format!("{}: {}", standing.words(), cells.len()));
        for (row, column) in cells {
            let pin = matrix.rows[row].pins[column].map_or("", |pin| pin.id());
            out.indented(&format!(
                "{}  {}: {pin} is expected, and it is {} ({})",
                name_of(matrix, row),
                matrix.callers[column].label(),
                matrix.access(row, column).map_or("open", Access::words),
                matrix.cell(row, column).said()
            ));
        }
    }
}

/// Prints each reason once, with the number of cells it applies to.
fn print_reasons(matrix: &Matrix, out: &mut Out) {
    let mut reasons: BTreeMap<(&str, String), usize> = BTreeMap::new();
    for row in 0..matrix.rows.len() {
        for column in 0..matrix.callers.len() {
            let cell = matrix.cell(row, column);
            let reason = match (cell, cell.failure()) {
                (Cell::Skipped(why), _) => ("skipped", why.clone()),
                (_, Some(failure)) => ("failed", format!("{} {}", failure.message, failure.hint)),
                _ => continue,
            };
            *reasons.entry(reason).or_default() += 1;
        }
    }
    if !reasons.is_empty() {
        out.line("");
    }
    for ((what, why), count) in reasons {
        out.paragraph(&format!("{what} ({count}): {}", why.trim_end()));
    }
}

fn closing(matrix: &Matrix) -> String {
    let counts = matrix.counts();
    let said: Vec<String> = Access::ALL
        .into_iter()
        .filter(|access| counts.of(*access) > 0)
        .map(|access| {
            format!(
                "{} {} {}",
                access.glyph(false),
                counts.of(access),
                access.words()
            )
        })
        .collect();
    let plural = |count: usize, word: &str| match count {
        1 => format!("1 {word}"),
        _ => format!("{count} {word}s"),
    };
    let (rows, columns) = (matrix.rows.len(), matrix.callers.len());
    let mut text = format!(
        "{} by {}: {}.",
        plural(rows, "request"),
        plural(columns, "token"),
        if said.is_empty() {
            "nothing was sent".to_owned()
        } else {
            said.join(", ")
        }
    );
    if matrix.is_pinned() {
        text.push_str(if matrix.is_as_pinned() {
            " Everything is as expected."
        } else {
            " Not everything is as expected."
        });
    }
    text
}

fn colour_of(access: Access) -> &'static str {
    match access {
        Access::Allowed => "1;32",
        Access::Denied => "1;33",
        Access::Hidden => "1;36",
        Access::UnknownToken => "1;31",
        Access::Unclear => "1",
        Access::Failed => "1;35",
        Access::Skipped => "2",
    }
}

/// Who may do what, cell by cell.
pub fn matrix_json(matrix: &Matrix) -> Value {
    let tokens: Vec<&str> = matrix.callers.iter().map(Caller::label).collect();
    let rows = (0..matrix.rows.len()).map(|place| {
        let row = &matrix.rows[place];
        let cells = (0..tokens.len()).map(|column| cell_json(matrix, place, column));
        json!({
            "request": { "method": row.method, "url": row.sent_url() },
            "cells": Value::Array(cells.collect()),
        })
    });
    json!({ "tokens": tokens, "rows": Value::Array(rows.collect()) })
}

fn cell_json(matrix: &Matrix, row: usize, column: usize) -> Value {
    let cell = matrix.cell(row, column);
    let mut object = Map::new();
    object.insert("token".into(), json!(matrix.callers[column].label()));
    let status = cell.answer().and_then(|answer| answer.summary.status);
    if let Some(status) = status {
        object.insert("status".into(), json!(status));
    } else if let Some(failure) = cell.failure() {
        object.insert("failure".into(), failure_json(failure));
    }
    let codes = cell.answer().map(|answer| answer.codes());
    object.insert("codes".into(), json!(codes.unwrap_or_default()));
    let skipped = matches!(cell, Cell::Skipped(_));
    object.insert("skipped".into(), json!(skipped));
    if let Cell::Skipped(why) = cell {
        object.insert("reason".into(), json!(why));
    }
    if let Some(access) = matrix.access(row, column) {
        object.insert("access".into(), json!(access.id()));
    }
    if let Some(pin) = matrix.rows[row].pins[column] {
        object.insert("expected".into(), json!(pin.id()));
        let fits = matrix.access(row, column).and_then(|a| a.fits(pin));
        if let Some(fits) = fits {
            object.insert("as_expected".into(), json!(fits));
        }
    }
    Value::Object(object)
}
