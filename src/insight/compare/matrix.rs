//! Which token may make which call, read from the answers. The code decides before the status,
//! wording never does, and no answer is never a denial: what cannot be told is said to be open.

use crate::insight::Exchange;
use crate::insight::api::knowledge::Knowledge;
use crate::insight::error_body::{EntryOrigin, error_body};
use crate::insight::facts::meant_status;
use crate::insight::json;
use crate::insight::redact::Mask;
use crate::insight::summary::summary;
use crate::insight::words::{Sense, senses_of_code};
use crate::model::{
    Cause, CauseGroup, ExchangeSummary, Failure, Outcome, Pin, Session, TokenName, limits,
};

/// Who makes a call: a token, or one of the two controls beside it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Caller {
    Token(TokenName),
    /// No token goes along.
    Nobody,
    /// A token that nobody was given.
    Wrong,
}

impl Caller {
    pub fn label(&self) -> &str {
        match self {
            Caller::Token(name) => name.as_str(),
            Caller::Nobody => "none",
            Caller::Wrong => "wrong",
        }
    }

    pub fn token(&self) -> Option<&TokenName> {
        match self {
            Caller::Token(name) => Some(name),
            Caller::Nobody | Caller::Wrong => None,
        }
    }
}

/// What a cell says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Access {
    Allowed,
    Denied,
    /// Not found, while another token finds it.
    Hidden,
    UnknownToken,
    /// Answered, with nothing said about what this token may do.
    Unclear,
    /// No answer.
    Failed,
    /// Not sent.
    Skipped,
}

impl Access {
    pub const ALL: [Access; 7] = [
        Access::Allowed,
        Access::Denied,
        Access::Hidden,
        Access::UnknownToken,
        Access::Unclear,
        Access::Failed,
        Access::Skipped,
    ];

    /// The word that scripts read.
    pub fn id(self) -> &'static str {
        match self {
            Access::UnknownToken => "unknown_token",
            _ => self.words(),
        }
    }

    /// The word that people read.
    pub fn words(self) -> &'static str {
        match self {
            Access::Allowed => "allowed",
            Access::Denied => "denied",
            Access::Hidden => "hidden",
            Access::UnknownToken => "token not accepted",
            Access::Unclear => "unclear",
            Access::Failed => "failed",
            Access::Skipped => "skipped",
        }
    }

    /// One sentence for whoever meets the sign.
    pub fn meaning(self) -> &'static str {
        match self {
            Access::Allowed => "The call was answered as asked.",
            Access::Denied => "The token is known, and its permissions do not reach this.",
            Access::Hidden => "Not found with this token, while another one finds it.",
            Access::UnknownToken => "The token itself was not accepted.",
            Access::Unclear => "The answer says nothing about what this token may do.",
            Access::Failed => "No answer came, so nothing is known.",
            Access::Skipped => "Not sent.",
        }
    }

    /// The sign that says it without colour.
    pub fn glyph(self, ascii: bool) -> &'static str {
        match (self, ascii) {
            (Access::Allowed, false) => "✓",
            (Access::Denied, false) => "▲",
            (Access::Hidden, false) => "◌",
            (Access::Unclear, false) => "·",
            (Access::Failed, false) => "⚡",
            (Access::Skipped, false) => "–",
            (Access::Allowed, true) => "+",
            (Access::Denied, true) => "!",
            (Access::Hidden, true) => "o",
            (Access::Unclear, true) => ".",
            (Access::Failed, true) => "~",
            (Access::Skipped, true) => "-",
            (Access::UnknownToken, _) => "?",
        }
    }

    /// Whether it is what was pinned; `None` where it does not say.
    pub fn fits(self, pin: Pin) -> Option<bool> {
        match self {
            Access::Allowed => Some(pin == Pin::Allow),
            Access::Denied | Access::Hidden | Access::UnknownToken => Some(pin == Pin::Deny),
            Access::Unclear | Access::Failed | Access::Skipped => None,
        }
    }
}

/// What one answer says, looked at alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Reading {
    Allowed,
    Denied,
    /// The token was not accepted.
    Refused,
    Missing,
    Unclear,
    Failed,
}

/// An answer, as far as a cell holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub summary: ExchangeSummary,
    pub body_bytes: Option<u64>,
    /// How many items the answer lists, where it is a list.
    pub items: Option<usize>,
    /// Why no whole answer came; without the part of one that did.
    pub failure: Option<Failure>,
    reading: Reading,
}

impl Answer {
    pub fn of(exchange: &Exchange, knowledge: &Knowledge) -> Answer {
        let response = exchange.outcome.response();
        Answer {
            summary: summary(exchange),
            body_bytes: response.map(|response| response.body_bytes()),
            items: response.and_then(|response| items(&response.body)),
            failure: match &exchange.outcome {
                Outcome::Answered(_) => None,
                Outcome::Failed(failure) => Some(Failure {
                    cause: failure.cause,
                    message: failure.message.clone(),
                    hint: failure.hint.clone(),
                    partial: None,
                    was_sent: failure.was_sent,
                }),
            },
            reading: read(exchange, knowledge),
        }
    }

    /// What it says alone, with nothing beside it to tell it by.
    pub fn alone(&self) -> Access {
        match self.reading {
            Reading::Allowed => Access::Allowed,
            Reading::Denied => Access::Denied,
            Reading::Refused => Access::UnknownToken,
            Reading::Missing | Reading::Unclear => Access::Unclear,
            Reading::Failed => Access::Failed,
        }
    }

    /// In order; an entry without a code stands as an empty text.
    pub fn codes(&self) -> Vec<String> {
        let errors = self.summary.errors.iter();
        errors
            .map(|error| error.code.clone().unwrap_or_default())
            .collect()
    }

    /// `403 forbidden`, or why no answer came.
    pub fn said(&self) -> String {
        match (self.summary.status, self.summary.cause) {
            (Some(status), _) => {
                let codes = self.codes();
                let code = codes.iter().find(|code| !code.is_empty());
                let code = code.map(String::as_str).unwrap_or_default();
                format!("{status:03} {code}").trim_end().to_owned()
            }
            (None, cause) => cause.map_or("no answer", Cause::id).to_owned(),
        }
    }

    /// What differs from another answer to the same call: status and codes, never wording.
    pub fn differs_from(&self, first: &Answer) -> Vec<&'static str> {
        let sorted = |answer: &Answer| {
            let mut codes = answer.codes();
            codes.sort();
            codes
        };
        let mut differs = Vec::new();
        if self.summary.status != first.summary.status {
            differs.push("status");
        }
        if self.summary.status.is_none() && self.summary.cause != first.summary.cause {
            differs.push("failure");
        }
        if sorted(self) != sorted(first) {
            differs.push("codes");
        }
        differs
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Cell {
    #[default]
    Waiting,
    /// Not sent, and why.
    Skipped(String),
    /// It could not be sent.
    Unsent(Failure),
    Came(Box<Answer>),
}

impl Cell {
    pub fn answer(&self) -> Option<&Answer> {
        match self {
            Cell::Came(answer) => Some(answer),
            _ => None,
        }
    }

    /// Why there is no answer.
    pub fn failure(&self) -> Option<&Failure> {
        match self {
            Cell::Unsent(failure) => Some(failure),
            Cell::Came(answer) => answer.failure.as_ref(),
            Cell::Waiting | Cell::Skipped(_) => None,
        }
    }

    /// `403 forbidden`; nothing while it waits.
    pub fn said(&self) -> String {
        match self {
            Cell::Waiting => String::new(),
            Cell::Skipped(_) => "skipped".to_owned(),
            Cell::Unsent(failure) => failure.cause.id().to_owned(),
            Cell::Came(answer) => answer.said(),
        }
    }
}

/// One request of a matrix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub name: String,
    pub method: String,
    /// As it stands in the session, without secrets that were typed into it.
    pub url: String,
    /// What is expected of each caller, in their order.
    pub pins: Vec<Option<Pin>>,
    cells: Vec<Cell>,
}

impl Row {
    /// Where it goes, without what the base URL says already.
    pub fn path(&self) -> &str {
        self.url.strip_prefix("{{base}}").unwrap_or(&self.url)
    }

    /// Where it went, once it has.
    pub fn sent_url(&self) -> &str {
        let mut answers = self.cells.iter().filter_map(Cell::answer);
        answers.next().map_or(&self.url, |a| &a.summary.url)
    }
}

/// How a cell stands beside what was pinned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Standing {
    Kept,
    UnexpectedAllow,
    UnexpectedDeny,
    /// The cell says neither.
    Open,
}

impl Standing {
    pub fn words(self) -> &'static str {
        match self {
            Standing::Kept => "as expected",
            Standing::UnexpectedAllow => "unexpected allow",
            Standing::UnexpectedDeny => "unexpected deny",
            Standing::Open => "undecided",
        }
    }
}

/// How many cells say what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts([usize; Access::ALL.len()]);

impl Counts {
    pub fn of(&self, access: Access) -> usize {
        self.0[access as usize]
    }

    fn add(&mut self, access: Option<Access>) {
        if let Some(access) = access {
            self.0[access as usize] += 1;
        }
    }

    pub fn total(&self) -> usize {
        self.0.iter().sum()
    }
}

/// Requests by callers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Matrix {
    pub title: String,
    pub callers: Vec<Caller>,
    pub rows: Vec<Row>,
    /// Callers whose token was seen to be accepted.
    accepted: Vec<bool>,
}

impl Matrix {
    pub fn new(session: &Session, callers: &[Caller]) -> Matrix {
        let mask = Mask::new(&[]);
        let rows = session.steps.iter().map(|step| {
            let pin = |caller: &Caller| {
                let name = caller.token()?;
                let mut pins = step.access.iter();
                pins.find(|(token, _)| token == name).map(|(_, pin)| *pin)
            };
            Row {
                // A name is often made from the URL.
                name: mask.url(&step.name),
                method: step.spec.method.clone(),
                url: mask.url(&step.spec.url),
                pins: callers.iter().map(pin).collect(),
                cells: vec![Cell::Waiting; callers.len()],
            }
        });
        Matrix {
            title: session.name.clone(),
            rows: rows.collect(),
            accepted: vec![false; callers.len()],
            callers: callers.to_vec(),
        }
    }

    pub fn cell(&self, row: usize, column: usize) -> &Cell {
        static NOTHING: Cell = Cell::Waiting;
        let row = self.rows.get(row);
        row.and_then(|row| row.cells.get(column))
            .unwrap_or(&NOTHING)
    }

    pub fn set(&mut self, row: usize, column: usize, cell: Cell) {
        if let Some(place) = self.rows.get_mut(row).and_then(|r| r.cells.get_mut(column)) {
            *place = cell;
            self.weigh();
        }
    }

    /// A call that anybody may make does not show that a token is good; one that turned somebody
    /// away does.
    fn weigh(&mut self) {
        let reading = |cell: &Cell| cell.answer().map(|answer| answer.reading);
        let asks = |row: &Row| {
            let mut cells = row.cells.iter().map(reading);
            cells.any(|reading| matches!(reading, Some(Reading::Denied | Reading::Refused)))
        };
        let mut accepted = vec![false; self.callers.len()];
        for row in &self.rows {
            let asks = asks(row);
            for (column, cell) in row.cells.iter().enumerate() {
                accepted[column] |= match reading(cell) {
                    Some(Reading::Denied) => true,
                    Some(Reading::Allowed) => asks,
                    _ => false,
                };
            }
        }
        self.accepted = accepted;
    }

    /// What a cell says beside its row and its column; `None` while it waits.
    pub fn access(&self, row: usize, column: usize) -> Option<Access> {
        let answer = match self.cell(row, column) {
            Cell::Waiting => return None,
            Cell::Skipped(_) => return Some(Access::Skipped),
            Cell::Unsent(_) => return Some(Access::Failed),
            Cell::Came(answer) => answer,
        };
        Some(match answer.reading {
            Reading::Allowed => Access::Allowed,
            Reading::Denied => Access::Denied,
            Reading::Unclear => Access::Unclear,
            Reading::Failed => Access::Failed,
            Reading::Missing if self.is_found(row) => Access::Hidden,
            Reading::Missing => Access::Unclear,
            // Whoever sends no token is not unknown but turned away; and a token that is
            // accepted elsewhere is not unknown either.
            Reading::Refused if self.is_known(column) => Access::Denied,
            Reading::Refused => Access::UnknownToken,
        })
    }

    fn is_found(&self, row: usize) -> bool {
        let cells = self.rows.get(row).map_or(&[][..], |row| &row.cells);
        let mut answers = cells.iter().filter_map(Cell::answer);
        answers.any(|answer| answer.reading == Reading::Allowed)
    }

    fn is_known(&self, column: usize) -> bool {
        self.callers.get(column) == Some(&Caller::Nobody)
            || self.accepted.get(column).copied().unwrap_or(false)
    }

    /// How a cell stands beside its pin; `None` where nothing is pinned, or it still waits.
    pub fn standing(&self, row: usize, column: usize) -> Option<Standing> {
        let pin = (*self.rows.get(row)?.pins.get(column)?)?;
        let access = self.access(row, column)?;
        Some(match (access.fits(pin), pin) {
            (Some(true), _) => Standing::Kept,
            (Some(false), Pin::Deny) => Standing::UnexpectedAllow,
            (Some(false), Pin::Allow) => Standing::UnexpectedDeny,
            (None, _) => Standing::Open,
        })
    }

    /// The cells that stand so, row by row.
    pub fn standing_so(&self, standing: Standing) -> Vec<(usize, usize)> {
        let places = self.places();
        places
            .filter(|&(row, column)| self.standing(row, column) == Some(standing))
            .collect()
    }

    pub fn is_pinned(&self) -> bool {
        self.rows
            .iter()
            .any(|row| row.pins.iter().any(Option::is_some))
    }

    /// Whether every pinned cell is as expected.
    pub fn is_as_pinned(&self) -> bool {
        let mut places = self.places();
        places.all(|(row, column)| {
            self.rows[row].pins[column].is_none()
                || self.standing(row, column) == Some(Standing::Kept)
        })
    }

    fn places(&self) -> impl Iterator<Item = (usize, usize)> {
        let columns = self.callers.len();
        (0..self.rows.len()).flat_map(move |row| (0..columns).map(move |column| (row, column)))
    }

    pub fn row_counts(&self, row: usize) -> Counts {
        let mut counts = Counts::default();
        for column in 0..self.callers.len() {
            counts.add(self.access(row, column));
        }
        counts
    }

    pub fn column_counts(&self, column: usize) -> Counts {
        let mut counts = Counts::default();
        for row in 0..self.rows.len() {
            counts.add(self.access(row, column));
        }
        counts
    }

    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for (row, column) in self.places() {
            counts.add(self.access(row, column));
        }
        counts
    }

    pub fn is_filled(&self) -> bool {
        let mut cells = self.rows.iter().flat_map(|row| &row.cells);
        cells.all(|cell| *cell != Cell::Waiting)
    }

    /// Whether tokens fare differently with a request, as far as answers are here. A token that is
    /// not known at all fares the same everywhere, and says nothing of the request; neither does
    /// a call that got no answer.
    pub fn row_differs(&self, row: usize) -> bool {
        let mut seen = None;
        let says = |access: Access| {
            !matches!(
                access,
                Access::UnknownToken | Access::Failed | Access::Skipped
            )
        };
        (0..self.callers.len()).any(|column| {
            let now = self.key(row, column).filter(|(access, _)| says(*access));
            now.is_some() && *seen.get_or_insert_with(|| now.clone()) != now
        })
    }

    /// Columns in groups that fare the same with every request, in the order of their first.
    pub fn columns_alike(&self) -> Vec<Vec<usize>> {
        let key = |column| -> Vec<_> {
            (0..self.rows.len())
                .map(|row| (self.key(row, column), self.rows[row].pins[column]))
                .collect()
        };
        alike(self.callers.len(), key)
    }

    /// Rows in groups with which every token fares the same, in the order of their first.
    pub fn rows_alike(&self) -> Vec<Vec<usize>> {
        let key = |row: usize| -> Vec<_> {
            (0..self.callers.len())
                .map(|column| (self.key(row, column), self.rows[row].pins[column]))
                .collect()
        };
        alike(self.rows.len(), key)
    }

    /// What two cells must share to be alike.
    fn key(&self, row: usize, column: usize) -> Option<(Access, String)> {
        let access = self.access(row, column)?;
        Some((access, self.cell(row, column).said()))
    }
}

/// Groups what has the same key.
fn alike<K: PartialEq>(count: usize, key: impl Fn(usize) -> K) -> Vec<Vec<usize>> {
    let mut groups: Vec<(K, Vec<usize>)> = Vec::new();
    for place in 0..count {
        let key = key(place);
        match groups.iter_mut().find(|(known, _)| *known == key) {
            Some((_, group)) => group.push(place),
            None => groups.push((key, vec![place])),
        }
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

fn read(exchange: &Exchange, knowledge: &Knowledge) -> Reading {
    let Some(response) = exchange.outcome.judged() else {
        return Reading::Failed;
    };
    // What answered had not been given the token.
    if exchange.token().is_some() && exchange.redirects.iter().any(|hop| !hop.token_sent) {
        return Reading::Unclear;
    }
    let errors = error_body(response).for_people();
    let entries = &errors.entries;
    for entry in entries {
        let code = entry.code.as_deref();
        let known = code.and_then(|code| knowledge.code(code, Some(response.status)));
        let cause = known.and_then(|row| row.note.causes.first());
        if let Some(reading) = cause.and_then(|cause| by_cause(*cause)) {
            return reading;
        }
    }
    let is_page = entries.iter().any(|e| e.origin == EntryOrigin::Html);
    let is_success = (200..300).contains(&response.status);
    let status = match is_success && (response.refused || !entries.is_empty()) {
        true => {
            let codes = entries.iter().filter_map(|entry| entry.code.as_deref());
            let codes: Vec<Sense> = codes.flat_map(senses_of_code).collect();
            // Errors amid success that do not say what they are leave it open.
            meant_status(&errors, &codes).unwrap_or(0)
        }
        false => response.status,
    };
    match status {
        // A page for people comes from a gateway or a login, which know nothing of roles.
        400..=599 if is_page => Reading::Unclear,
        401 => Reading::Refused,
        403 => Reading::Denied,
        404 | 410 => Reading::Missing,
        100..=399 => Reading::Allowed,
        _ => Reading::Unclear,
    }
}

fn by_cause(cause: Cause) -> Option<Reading> {
    match (cause, cause.group()) {
        (Cause::ResourceHiddenByPermission, _) => Some(Reading::Missing),
        (_, CauseGroup::Token) => Some(Reading::Refused),
        (_, CauseGroup::Permission) => Some(Reading::Denied),
        (_, CauseGroup::Resource) => Some(Reading::Missing),
        (_, CauseGroup::Fine) => None,
        _ => Some(Reading::Unclear),
    }
}

/// The length of the list in `data`, or of a list that is the whole answer.
fn items(body: &[u8]) -> Option<usize> {
    if body.len() > limits::ERROR_BYTES {
        return None;
    }
    let reading = json::read(std::str::from_utf8(body).ok()?);
    let whole = reading.value.filter(|_| reading.complete)?;
    let list = match &whole {
        json::Json::Object(_) => whole.get("data")?,
        _ => &whole,
    };
    match list {
        json::Json::List(items) => Some(items.len()),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
