//! The matrix, the sessions and the tokens: the list with its numbers, and separately the details
//! of the chosen row.

use super::answer::{difference, judged, words};
use crate::app::pane::SessionsPart;
use crate::app::{
    Action, LastWord, Screen, State, TokenRow, contradictions, environment_of_matrix,
    environment_of_session, last_word, tempo_label,
};
use crate::insight::learned::Standing;
use crate::insight::matrix::{Access, Cell};
use crate::insight::replay::{Change, codes_text};
use crate::insight::token::grant::got_lines;
use crate::insight::token::{differences, lines};
use crate::model::{ExchangeSummary, Expectation, TokenSource};

/// Reads the list of the open screen.
pub fn list(state: &State) -> Vec<String> {
    match state.screen {
        Screen::Explorer => {
            vec!["The explorer is open; answer, request and history read its parts.".to_owned()]
        }
        Screen::Matrix => matrix(state),
        Screen::Sessions => sessions(state),
        Screen::Tokens => tokens(state),
    }
}

/// Reads the details of the chosen row.
pub fn detail(state: &State) -> Vec<String> {
    match state.screen {
        Screen::Explorer => Vec::new(),
        Screen::Matrix => request(state),
        Screen::Sessions => step(state),
        Screen::Tokens => inspected(state),
    }
}

fn named(state: &State, action: Action) -> String {
    match state.keymap.hint(action) {
        Some(key) => format!("{} or {key}", action.id()),
        None => action.id().to_owned(),
    }
}

fn matrix(state: &State) -> Vec<String> {
    let pane = &state.matrix;
    let place = environment_of_matrix(state);
    if pane.is_empty() {
        let (what, action) = if pane.matrix.callers.is_empty() {
            ("tokens", Action::MatrixColumns)
        } else {
            ("requests", Action::MatrixRows)
        };
        return vec![format!(
            "The matrix sends every request with every token, to see who may do what. {} chooses the {what}.",
            named(state, action)
        )];
    }
    let (come, all) = pane.progress();
    let protected = match (pane.writes, place.protected) {
        (true, _) => " Calls that write are sent.",
        (false, true) => " It is protected.",
        (false, false) => "",
    };
    let mut said = vec![format!(
        "Matrix of {} in {}: {come} of {all} answers are here.{protected}",
        pane.matrix.title, place.name
    )];
    if come == 0 {
        let key = named(state, Action::MatrixFill);
        said.push(format!(
            "{key} sends them. Until then the last known answer is said."
        ));
    }
    for (number, row) in pane.shown().into_iter().enumerate() {
        let data = &pane.matrix.rows[row];
        let cells = (0..pane.matrix.callers.len()).map(|column| cell(state, row, column));
        let cells: Vec<String> = cells.collect();
        said.push(format!(
            "{}. {} {}: {}",
            number + 1,
            data.method,
            data.path(),
            cells.join(", ")
        ));
    }
    if pane.shown().is_empty() {
        said.push("No row differs between these tokens, as far as answers are here.".to_owned());
    }
    for (column, caller) in pane.matrix.callers.iter().enumerate() {
        let counts = pane.matrix.column_counts(column);
        if counts.total() > 0 {
            let allowed = counts.of(Access::Allowed);
            let total = counts.total();
            said.push(format!("{}: {allowed} of {total} allowed.", caller.label()));
        }
    }
    said
}

/// `support denied 403`
fn cell(state: &State, row: usize, column: usize) -> String {
    let pane = &state.matrix;
    let caller = pane.matrix.callers[column].label();
    match pane.matrix.access(row, column) {
        None => match pane.known(row, column) {
            Some(known) => format!("{caller} {} before", known.said()),
            None => format!("{caller} unknown"),
        },
        Some(access) => {
            let cell = pane.matrix.cell(row, column);
            let status = cell.answer().and_then(|answer| answer.summary.status);
            let status = status.map_or_else(String::new, |status| format!(" {status:03}"));
            format!("{caller} {}{status}", access.words())
        }
    }
}

/// Reads the chosen request, token by token.
fn request(state: &State) -> Vec<String> {
    let pane = &state.matrix;
    let Some((row, _)) = pane.cursor() else {
        return Vec::new();
    };
    let data = &pane.matrix.rows[row];
    let mut said = vec![format!("Chosen: {} {}", data.method, data.path())];
    for (column, caller) in pane.matrix.callers.iter().enumerate() {
        let Some(access) = pane.matrix.access(row, column) else {
            continue;
        };
        let cell = pane.matrix.cell(row, column);
        said.push(format!("{}: {}", caller.label(), access.meaning()));
        if let Some(standing) = pane.matrix.standing(row, column) {
            let pin = data.pins[column].map_or("", |pin| pin.id());
            said.push(format!("{pin} is expected: {}.", standing.words()));
        }
        if let Cell::Skipped(why) = cell {
            said.push(why.clone());
        }
        if let Some(failure) = cell.failure() {
            said.push(format!("{} {}", failure.message, failure.hint));
        }
        if let Some(answer) = cell.answer() {
            said.extend(answer.summary.errors.iter().map(|error| {
                let (title, detail) = (error.title.as_deref(), error.detail.as_deref());
                words(title, detail, None, error.code.as_deref())
            }));
        }
    }
    said
}

fn sessions(state: &State) -> Vec<String> {
    let pane = &state.sessions;
    let Some(open) = pane
        .open
        .as_ref()
        .filter(|_| pane.part != SessionsPart::Files)
    else {
        if pane.files.is_empty() {
            return vec![format!(
                "No session is saved yet. {} saves the call in front, or a whole case.",
                named(state, Action::SaveSession)
            )];
        }
        let files = pane.files.iter().enumerate();
        let files = files.map(|(number, file)| format!("{}. {}", number + 1, file.name));
        let mut said = vec!["Saved sessions, a number opens one:".to_owned()];
        said.extend(files);
        return said;
    };
    let place = environment_of_session(state);
    let token = match &pane.token {
        Some(token) => format!(", every step with token {token}"),
        None => String::new(),
    };
    let tempo = tempo_label(pane.tempo).map_or_else(String::new, |tempo| format!(", {tempo}"));
    let mut said = vec![format!(
        "Session {} in {}{token}{tempo}.",
        open.session.name, place.name
    )];
    if !open.session.note.is_empty() {
        said.push(open.session.note.clone());
    }
    match pane.report() {
        Some(report) => {
            let counts = Change::ALL.into_iter().filter(|c| report.count(*c) > 0);
            let counts = counts.map(|c| format!("{} {}", report.count(c), c.words()));
            let counts: Vec<String> = counts.collect();
            said.push(format!("{} {}.", report.says(), counts.join(", ")));
        }
        None => said.push(format!(
            "Nothing was sent yet. {} runs all steps.",
            named(state, Action::SessionsRun)
        )),
    }
    for (number, step) in open.session.steps.iter().enumerate() {
        let recorded = told(step.expect.as_ref());
        let now = match pane.results.get(number).and_then(Option::as_ref) {
            Some(result) => {
                let report = &result.report;
                let now = match (&report.replayed, &report.failure) {
                    (Some(now), _) => told(Some(now)),
                    (None, Some(failure)) => failure.cause.id().to_owned(),
                    (None, None) => "not sent".to_owned(),
                };
                let way = report.direction.map_or("", |direction| direction.id());
                format!(", now {now}, {} {way}", report.change.words())
            }
            None => String::new(),
        };
        let line = format!("{}. {}: recorded {recorded}{now}", number + 1, step.name);
        said.push(format!("{}.", line.trim_end()));
    }
    said
}

fn told(expect: Option<&Expectation>) -> String {
    let Some(expect) = expect else {
        return "nothing".to_owned();
    };
    let status = match expect.status {
        Some(status) => format!("{status:03}"),
        None => "no answer".to_owned(),
    };
    if expect.codes.iter().any(|code| !code.is_empty()) {
        format!("{status} {}", codes_text(&expect.codes))
    } else {
        status
    }
}

/// Reads the chosen step, and what differs in it.
fn step(state: &State) -> Vec<String> {
    let pane = &state.sessions;
    let Some(step) = pane.selected().filter(|_| pane.part != SessionsPart::Files) else {
        return Vec::new();
    };
    let number = pane.steps.cursor + 1;
    let token = match step.spec.auth.token() {
        Some(token) => format!("with token {token}"),
        None => "without a token".to_owned(),
    };
    let mut said = vec![format!(
        "Step {number}: {} {} {token}.",
        step.spec.method, step.spec.url
    )];
    let Some(result) = pane.result() else {
        return said;
    };
    said.extend(result.report.differences.iter().cloned());
    if let Some(body) = &result.report.body {
        said.extend(body.differences.iter().map(difference));
    }
    if let Some(verdict) = &result.report.verdict {
        said.push(judged(verdict));
    }
    said
}

fn tokens(state: &State) -> Vec<String> {
    let pane = &state.tokens_pane;
    let place = &state.environment().name;
    let rows = pane.rows(place);
    if rows.is_empty() {
        return vec![format!(
            "No token is known in {place}. {} adds one, and its value is not shown.",
            named(state, Action::AddToken)
        )];
    }
    let mut said = vec![format!("Tokens in {place}:")];
    for (number, row) in rows.iter().enumerate() {
        let marked = if pane.marked.contains(&row.token.name) {
            ", marked"
        } else {
            ""
        };
        let kind = row.report.as_ref().map(|report| report.kind.id());
        let kind = kind.map_or_else(String::new, |kind| format!(", {kind}"));
        said.push(format!(
            "{}. {}{kind}, {}{marked}",
            number + 1,
            row.token.label(),
            stands(row, state)
        ));
    }
    said
}

/// What the last call with the token showed.
fn stands(row: &TokenRow, state: &State) -> String {
    if row.trouble.is_some() {
        return "no value".to_owned();
    }
    match last_word(state, &row.token) {
        LastWord::Call(call) => said_of(call, state),
        LastWord::NeverSent | LastWord::Unasked if row.source == Some(TokenSource::Prompt) => {
            "asked for in each run".to_owned()
        }
        LastWord::NeverSent => "never sent".to_owned(),
        LastWord::Unasked => "nothing is known of it yet".to_owned(),
    }
}

fn said_of(call: &ExchangeSummary, state: &State) -> String {
    let local = call.started_at.to_zoned(state.zone.clone());
    let at = local.strftime("%Y-%m-%d %H:%M");
    let status = match call.status {
        Some(status) => format!("{status:03}"),
        None => "no answer".to_owned(),
    };
    let code = call.errors.iter().find_map(|error| error.code.as_deref());
    match Standing::of(call) {
        Standing::Worked => format!("worked {at}"),
        Standing::Refused => format!("refused {at}: {}", code.unwrap_or(&status)),
        Standing::Answered => format!("answered {status} {at}"),
    }
}

/// Reads the chosen token, or the two marked ones next to each other.
fn inspected(state: &State) -> Vec<String> {
    let pane = &state.tokens_pane;
    let environment = state.environment();
    let place = &environment.name;
    if let Some((one, other)) = pane.pair(place) {
        return compared(one, other, state);
    }
    let Some(row) = pane.selected(place) else {
        return Vec::new();
    };
    let mut said = vec![format!("Chosen: {}", row.token.label())];
    said.extend(row.trouble.clone());
    if let Some(got) = &row.got {
        let told = got_lines(got, state.now).into_iter();
        said.extend(told.map(|line| format!("{}: {}", line.label, line.text)));
    }
    match &row.report {
        Some(report) => {
            let knowledge = state.catalogue.library.of_environment(environment);
            let told = lines(
                report,
                state.now,
                Some(environment),
                knowledge.api.as_deref(),
            );
            said.extend(
                told.into_iter()
                    .map(|line| format!("{}: {}", line.label, line.text)),
            );
        }
        None if row.trouble.is_none() => {
            said.push(format!("{} reads it.", named(state, Action::TokensRead)));
        }
        None => {}
    }
    match pane.proof(place, &row.token) {
        Some(proven) => {
            let told = proven.verified.lines().into_iter();
            let told = told.chain(proven.testimony.lines(state.now));
            said.extend(told.map(|line| format!("{}: {}", line.label, line.text)));
            said.extend(contradictions(proven, row, state));
            said.extend(proven.troubles.iter().cloned());
        }
        None => said.push(format!(
            "{} checks its signature with its issuer's keys.",
            named(state, Action::TokensVerify)
        )),
    }
    let Some(survey) = pane.survey(place, &row.token.name) else {
        said.push(format!(
            "{} asks the API who this is and what it can see, by calls that only read.",
            named(state, Action::TokensSurvey)
        ));
        return said;
    };
    let who = survey.who.iter();
    said.extend(who.map(|(name, value)| format!("{name}: {value}")));
    for sight in &survey.sights {
        let count = match sight.items {
            Some(1) => ", 1 of them".to_owned(),
            Some(count) => format!(", {count} of them"),
            None => String::new(),
        };
        let names = if sight.names.is_empty() {
            String::new()
        } else {
            format!(": {}", sight.names.join(", "))
        };
        let access = survey.access(sight).words();
        said.push(format!(
            "{}: {access}, {}{count}{names}",
            sight.path, sight.said
        ));
    }
    let may = survey.permissions.iter();
    said.extend(may.map(|may| format!("It may, as the API says: {}, {}", may.of, may.may)));
    said.extend(survey.ended.clone());
    said
}

fn compared(one: &TokenRow, other: &TokenRow, state: &State) -> Vec<String> {
    let (first, second) = (one.token.label(), other.token.label());
    let mut said = vec![format!("{first} beside {second}:")];
    let (Some(a), Some(b)) = (&one.report, &other.report) else {
        said.push(format!(
            "Both have to be read first: {}.",
            named(state, Action::TokensRead)
        ));
        return said;
    };
    let nothing = || "nothing".to_owned();
    for (name, a, b) in differences(a, b) {
        let (a, b) = (a.unwrap_or_else(nothing), b.unwrap_or_else(nothing));
        said.push(format!("{name}: {a}, and {b}"));
    }
    if said.len() == 1 {
        said.push("Their form tells no difference.".to_owned());
    }
    let place = &state.environment().name;
    if let Some(learned) = state.tokens_pane.learned(place) {
        let (apart, alike) = learned.apart(&one.token.name, &other.token.name);
        let apart = apart.into_iter();
        said.extend(apart.map(|(call, a, b)| format!("{call}: {a}, and {b}")));
        if alike > 0 {
            said.push(format!("Calls that came out alike: {alike}."));
        }
    }
    said
}
