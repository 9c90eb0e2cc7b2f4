//! Where calls go, the request, the history, and what can be done.

use crate::app::{Action, Reading, State, blocked};
use crate::model::{Auth, Body, Param, Part, written};

/// Rows of the history that are read at once.
const ROWS: usize = 20;

/// The environment, the token and the case.
pub fn place(state: &State) -> Vec<String> {
    let environment = state.environment();
    let kind = if environment.sandbox {
        ", a practice API on this machine"
    } else {
        ""
    };
    let token = match state.token() {
        Some(token) => format!("Token {}.", token.name),
        None => "No token.".to_owned(),
    };
    let mut lines = vec![format!("Environment {}{kind}. {token}", environment.name)];
    if environment.protected {
        lines.push("Protected: calls that write ask first.".to_owned());
    }
    if let Some(case) = &state.case {
        lines.push(format!("Calls are made for case {case}."));
    }
    if let Some(why) = &state.team_trouble {
        lines.push(format!("The team is not reached: {why}"));
    }
    lines
}

/// Reads the request: every part that would be sent, and the rows that are off.
pub fn request(state: &State) -> Vec<String> {
    let spec = state.builder.spec();
    let mut lines = vec![format!("Request: {} {}", spec.method, spec.url)];
    let row = |kind: &str, row: &Param| {
        let off = if row.enabled { "" } else { ", off" };
        format!("{kind} {} is {}{off}.", row.name, row.value)
    };
    lines.extend(spec.params.iter().map(|param| row("Parameter", param)));
    lines.extend(spec.headers.iter().map(|header| row("Header", header)));
    if let Auth::Bearer(token) = &spec.auth {
        lines.push(format!("It carries token {token}."));
    }
    let part = |part: &Part| {
        let file = if part.is_file { "the file " } else { "" };
        let off = if part.is_off { ", off" } else { "" };
        format!("Part {} is {file}{}{off}.", part.name, part.value)
    };
    match &spec.body {
        Body::Empty => lines.push("No body.".to_owned()),
        Body::Form(rows) => lines.extend(rows.iter().map(|pair| row("Field", pair))),
        Body::Multipart(parts) => lines.extend(parts.iter().map(part)),
        Body::File(path) => lines.push(format!("Its body is the file {path}.")),
        body => match written(body) {
            Some(text) => {
                lines.push("Body:".to_owned());
                lines.extend(text.text.lines().map(str::to_owned));
            }
            None => lines.push("Its body is no text.".to_owned()),
        },
    }
    if !spec.notes.is_empty() {
        lines.push("Notes, which are not sent:".to_owned());
        lines.extend(spec.notes.lines().map(str::to_owned));
    }
    lines
}

/// Reads the calls that were made, newest first; `rest` is the number to begin at.
pub fn history(state: &State, rest: &str) -> Vec<String> {
    let rows = &state.history.rows;
    if rows.is_empty() {
        let words = if state.history.is_filtered() {
            "No call fits the filter."
        } else {
            "No call was made yet."
        };
        return vec![words.to_owned()];
    }
    let first = rest.parse::<usize>().map_or(0, |number| number.max(1) - 1);
    let mut lines = Vec::new();
    if state.history.is_filtered() {
        lines.push(format!("Filter: {}", state.history.filter.text()));
    }
    for (number, row) in rows.iter().enumerate().skip(first).take(ROWS) {
        let call = &row.summary;
        let status = match call.status {
            Some(status) => status.to_string(),
            None => "no answer".to_owned(),
        };
        let token = match &call.token {
            Some(token) => format!("token {}", token.name),
            None => "no token".to_owned(),
        };
        let at = call.started_at.to_zoned(state.zone.clone());
        let codes = call.errors.iter().filter_map(|error| error.code.as_deref());
        let codes: String = codes.map(|code| format!(", {code}")).collect();
        lines.push(format!(
            "{}. {status}, {} {}, {token}, {}{codes}",
            number + 1,
            call.method,
            call.url,
            at.strftime("%Y-%m-%d %H:%M"),
        ));
    }
    let next = first + ROWS;
    if next < rows.len() || state.history.has_older {
        lines.push(format!("There are more: history {} goes on.", next + 1));
    }
    lines
}

/// Everything that can be done now, in the order of the table of actions.
pub fn possible(state: &State) -> Vec<Action> {
    let all = Action::ALL.iter().copied();
    all.filter(|action| action.place().can_be_gone_to() && blocked(*action, state).is_none())
        .collect()
}

/// Reads what can be done now, with the number, the id and the title of each action.
pub fn actions(state: &State) -> Vec<String> {
    let rows = possible(state);
    let row = |(number, action): (usize, &Action)| {
        format!("{}. {}: {}", number + 1, action.id(), action.title())
    };
    rows.iter().enumerate().map(row).collect()
}

/// Explains the plain mode: how to act, paste, choose and read again.
pub fn help(state: &State) -> Vec<String> {
    let mut lines = vec![
        "Type a line and press Enter. What comes of it is said once, and nothing is drawn again."
            .to_owned(),
        "send makes the call. token admin takes that token, url /path another address, env NAME another API. investigate says why it was refused, compare what differs from the answer before.".to_owned(),
        "A number takes the row of the list that was read last. A dot alone leaves what is asked."
            .to_owned(),
        "A URL or a curl command can be pasted as it is; paste takes an answer or another text of several lines. Every action has its name, its number in actions, and its key.".to_owned(),
        "To be read again:".to_owned(),
    ];
    let read = Reading::ALL.iter();
    lines.extend(read.map(|(_, name, what)| format!("{name}: {what}")));
    if let Some(key) = state.keymap.hint(Action::Quit) {
        lines.push(format!("quit leaves; so does {key}."));
    }
    lines
}
