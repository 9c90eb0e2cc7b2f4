//! Which token may make which call, read from the answers. Error codes decide before the status,
//! and wording never does. A missing answer is never a denial: what cannot be told stays open.

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
    /// A made-up token that belongs to nobody.
    Wrong,
}

impl Caller {
    /// The heading of the caller's column: the token's name, `none` or `wrong`.
    pub fn label(&self) -> &str {
        match self {
            Caller::Token(name) => name.as_str(),
            Caller::Nobody => "none",
            Caller::Wrong => "wrong",
        }
    }

    /// The token that goes along; `None` for the two controls.
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
    /// Every value, in the order in which they are counted and shown.
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

    /// One sentence that explains the sign.
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

    /// Whether the cell is as pinned; `None` where it does not tell.
    pub fn fits(self, pin: Pin) -> Option<bool> {
        match self {
            Access::Allowed => Some(pin == Pin::Allow),
            Access::Denied | Access::Hidden | Access::UnknownToken => Some(pin == Pin::Deny),
            Access::Unclear | Access::Failed | Access::Skipped => None,
        }
    }
}

/// What one answer says by itself.
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
    /// Why no complete answer came; the partial answer is dropped.
    pub failure: Option<Failure>,
    reading: Reading,
}

impl Answer {
    /// Reads what an answer says about access; the packs' error codes decide before the status.
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

    /// What it says by itself, without other cells to compare with.
    pub fn alone(&self) -> Access {
        match self.reading {
            Reading::Allowed => Access::Allowed,
            Reading::Denied => Access::Denied,
            Reading::Refused => Access::UnknownToken,
            Reading::Missing | Reading::Unclear => Access::Unclear,
            Reading::Failed => Access::Failed,
        }
    }

    /// The error codes in order; empty for an entry without one.
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

/// One call of the matrix, by one caller, and what became of it.
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
    /// The answer; `None` while the cell waits, or where nothing was sent.
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
    /// The URL without `{{base}}`.
    pub fn path(&self) -> &str {
        self.url.strip_prefix("{{base}}").unwrap_or(&self.url)
    }

    /// The URL as sent, once an answer is here; until then as typed.
    pub fn sent_url(&self) -> &str {
        let mut answers = self.cells.iter().filter_map(Cell::answer);
        answers.next().map_or(&self.url, |a| &a.summary.url)
    }
}

/// How a cell compares with its pin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Standing {
    Kept,
    UnexpectedAllow,
    UnexpectedDeny,
    /// The cell says neither.
    Open,
}

impl Standing {
    /// What people read beside a pin.
    pub fn words(self) -> &'static str {
        match self {
            Standing::Kept => "as expected",
            Standing::UnexpectedAllow => "unexpected allow",
            Standing::UnexpectedDeny => "unexpected deny",
            Standing::Open => "undecided",
        }
    }
}

/// How many cells have each access.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts([usize; Access::ALL.len()]);

impl Counts {
    /// How many cells say this.
    pub fn of(&self, access: Access) -> usize {
        self.0[access as usize]
    }

    fn add(&mut self, access: Option<Access>) {
        if let Some(access) = access {
            self.0[access as usize] += 1;
        }
    }

    /// How many cells say anything; cells that still wait do not count.
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
    /// An empty matrix: a row for each step of the session, a column for each caller.
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

    /// The cell at a row and column; a waiting one outside the matrix.
    pub fn cell(&self, row: usize, column: usize) -> &Cell {
        static NOTHING: Cell = Cell::Waiting;
        let row = self.rows.get(row);
        row.and_then(|row| row.cells.get(column))
            .unwrap_or(&NOTHING)
    }

    /// Fills a cell and judges every caller anew; does nothing outside the matrix.
    pub fn set(&mut self, row: usize, column: usize, cell: Cell) {
        if let Some(place) = self.rows.get_mut(row).and_then(|r| r.cells.get_mut(column)) {
            *place = cell;
            self.weigh();
        }
    }

    /// Marks the tokens that were accepted. A call that anybody may make proves nothing; one that
    /// turned somebody away does.
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

    /// What a cell says in the light of its row and column; `None` while it waits.
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
            // Without a token, or with one that is accepted elsewhere, the refusal is a denial and
            // not an unknown token.
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

    /// How a cell compares with its pin; `None` where nothing is pinned or it still waits.
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

    /// The cells with that standing, row by row.
    pub fn standing_so(&self, standing: Standing) -> Vec<(usize, usize)> {
        let places = self.places();
        places
            .filter(|&(row, column)| self.standing(row, column) == Some(standing))
            .collect()
    }

    /// Whether the session expects anything of any caller.
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

    /// What the cells of one row say, counted.
    pub fn row_counts(&self, row: usize) -> Counts {
        let mut counts = Counts::default();
        for column in 0..self.callers.len() {
            counts.add(self.access(row, column));
        }
        counts
    }

    /// What the cells of one column say, counted.
    pub fn column_counts(&self, column: usize) -> Counts {
        let mut counts = Counts::default();
        for row in 0..self.rows.len() {
            counts.add(self.access(row, column));
        }
        counts
    }

    /// What all cells say, counted.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for (row, column) in self.places() {
            counts.add(self.access(row, column));
        }
        counts
    }

    /// Whether no cell waits any more.
    pub fn is_filled(&self) -> bool {
        let mut cells = self.rows.iter().flat_map(|row| &row.cells);
        cells.all(|cell| *cell != Cell::Waiting)
    }

    /// Whether a request gives tokens different results, as far as answers are here. Unknown tokens
    /// and calls without an answer say nothing about the request and do not count.
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

    /// Columns in groups that get the same results in every row, ordered by their first member.
    pub fn columns_alike(&self) -> Vec<Vec<usize>> {
        let key = |column| -> Vec<_> {
            (0..self.rows.len())
                .map(|row| (self.key(row, column), self.rows[row].pins[column]))
                .collect()
        };
        alike(self.callers.len(), key)
    }

    /// Rows in groups that give every token the same results, ordered by their first member.
    pub fn rows_alike(&self) -> Vec<Vec<usize>> {
        let key = |row: usize| -> Vec<_> {
            (0..self.callers.len())
                .map(|column| (self.key(row, column), self.rows[row].pins[column]))
                .collect()
        };
        alike(self.rows.len(), key)
    }

    /// Two cells with the same key are alike.
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
    // A redirect dropped the token, so the final server never saw it.
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
    let status = if is_success && (response.refused || !entries.is_empty()) {
        let codes = entries.iter().filter_map(|entry| entry.code.as_deref());
        let codes: Vec<Sense> = codes.flat_map(senses_of_code).collect();
        // Errors in a success that do not say what they are leave it open.
        meant_status(&errors, &codes).unwrap_or(0)
    } else {
        response.status
    };
    match status {
        // An HTML page comes from a gateway or a login, which do not judge permissions.
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
