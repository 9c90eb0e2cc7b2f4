//! Every request of a session under every token. Calls of one token follow each other, those of
//! several go side by side; when the server asks to be left alone, the whole run waits. Like a
//! replay it sends no token to another origin, since the session may come from anybody.

use super::client::{Flight, Outgoing};
use super::replay::{Answers, Replay, Wire};
use crate::insight::Catalogue;
use crate::insight::Exchange;
use crate::insight::asking::wrong_token;
use crate::insight::back_off::{NextTry, growing, next_try, retry_after};
use crate::insight::matrix::{Answer, Caller, Cell, Matrix};
use crate::model::{
    Auth, Author, CallOrigin, Cause, Environment, Jar, Manner, Outcome, Param, Piece, RawExchange,
    RequestSpec, Session, Step, limits, slot, token_names_in, with_pieces,
};
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use std::collections::VecDeque;
use std::ops::Range;
use std::time::Duration;
use tokio::time::{Instant, sleep_until};

/// Calls under way at once: enough that ten tokens do not wait for each other, few enough that
/// no API takes it for an attack.
const AT_ONCE: usize = 6;

/// What is asked, of whom and by whom.
#[derive(Clone, Debug, Default)]
pub struct MatrixRun {
    pub session: Session,
    pub environment: Environment,
    /// Variables given for this run; they outdo all others.
    pub given: Vec<(String, String)>,
    pub callers: Vec<Caller>,
    /// Whether methods that write go out, once for each caller; never where it is protected.
    pub allow_writes: bool,
    /// The support case it is made for.
    pub case: Option<String>,
}

/// What is told while a matrix fills.
pub enum News {
    /// A cell has its answer; one that was asked again may get another. The call comes as it may
    /// be shown and kept, where one was made.
    Cell {
        row: usize,
        column: usize,
        cell: Cell,
        exchange: Option<Box<Exchange>>,
    },
    /// The server asked to be left alone for so long.
    Waiting(Duration),
}

/// Fills the matrix. When the flight is stopped, what came is kept and the rest is skipped.
pub async fn run(
    run: &MatrixRun,
    wire: &impl Wire,
    catalogue: &Catalogue,
    flight: &Flight,
    mut on_news: impl FnMut(News),
) -> Matrix {
    let mut work = Work::new(run, catalogue);
    work.answers.know(&work.plan, wire);
    for stage in stages(&run.session.steps) {
        work.begin(stage.clone());
        let mut under_way = FuturesUnordered::new();
        loop {
            if flight.is_stopped() {
                work.skip_rest(&mut on_news);
            }
            while under_way.len() < AT_ONCE && work.hold.is_none() {
                let Some((turn, call)) = work.next(&mut on_news) else {
                    break;
                };
                under_way.push(make(wire, turn, call, flight));
            }
            if under_way.is_empty() && work.is_done() {
                break;
            }
            let hold = work.hold.unwrap_or_else(Instant::now);
            tokio::select! {
                Some((turn, exchange)) = under_way.next(), if !under_way.is_empty() => {
                    work.came(turn, exchange, wire, &mut on_news);
                }
                () = sleep_until(hold), if work.hold.is_some() => work.hold = None,
                () = flight.stopped(), if !flight.is_stopped() => {}
                else => break,
            }
        }
        work.capture(stage);
    }
    work.matrix
}

async fn make<W: Wire>(
    wire: &W,
    turn: Turn,
    call: Outgoing,
    flight: &Flight,
) -> (Turn, RawExchange) {
    (turn, wire.send(call, flight).await)
}

/// A step whose answer gives variables is answered for everybody before the next one begins, so
/// that all callers ask for the same thing.
fn stages(steps: &[Step]) -> Vec<Range<usize>> {
    let mut stages = Vec::new();
    let mut start = 0;
    for (place, step) in steps.iter().enumerate() {
        if !step.capture.is_empty() || place + 1 == steps.len() {
            stages.push(start..place + 1);
            start = place + 1;
        }
    }
    stages
}

/// A cell whose turn it is.
#[derive(Clone, Copy, Debug)]
struct Turn {
    row: usize,
    column: usize,
    /// This one included.
    tries: u32,
}

struct Work<'r> {
    run: &'r MatrixRun,
    catalogue: &'r Catalogue,
    /// What each cell is prepared with.
    plan: Replay,
    answers: Answers,
    matrix: Matrix,
    /// One for each caller: its calls follow each other.
    queues: Vec<VecDeque<Turn>>,
    busy: Vec<bool>,
    /// What becomes of the rest of a caller's calls.
    given_up: Vec<Option<Cell>>,
    /// Outcomes of steps that give variables.
    outcomes: Vec<(Turn, Outcome)>,
    hold: Option<Instant>,
    /// A refusal for too many calls was seen.
    is_limited: bool,
    /// The column that is looked at first.
    first: usize,
}

impl<'r> Work<'r> {
    fn new(run: &'r MatrixRun, catalogue: &'r Catalogue) -> Work<'r> {
        let columns = run.callers.len();
        Work {
            catalogue,
            plan: Replay {
                session: Session {
                    variables: run.session.variables.clone(),
                    ..Session::default()
                },
                environment: run.environment.clone(),
                given: run.given.clone(),
                // Whether writes go out is decided here, before that is asked.
                allow_writes: true,
                case: run.case.clone(),
                ..Replay::default()
            },
            answers: Answers::default(),
            matrix: Matrix::new(&run.session, &run.callers),
            queues: vec![VecDeque::new(); columns],
            busy: vec![false; columns],
            given_up: vec![None; columns],
            outcomes: Vec::new(),
            hold: None,
            is_limited: false,
            first: 0,
            run,
        }
    }

    fn begin(&mut self, rows: Range<usize>) {
        for (column, queue) in self.queues.iter_mut().enumerate() {
            let turn = |row| Turn {
                row,
                column,
                tries: 1,
            };
            queue.extend(rows.clone().map(turn));
        }
    }

    fn is_done(&self) -> bool {
        self.queues.iter().all(VecDeque::is_empty)
    }

    /// The next call that may go out, callers by turns.
    fn next(&mut self, on_news: &mut impl FnMut(News)) -> Option<(Turn, Outgoing)> {
        let columns = self.queues.len();
        for step in 0..columns {
            let column = (self.first + step) % columns;
            if self.busy[column] || (self.is_wrong(column) && !self.others_are_done(column)) {
                continue;
            }
            while let Some(turn) = self.queues[column].pop_front() {
                match self.call(turn) {
                    Ok(call) => {
                        self.busy[column] = true;
                        self.first = column + 1;
                        return Some((turn, call));
                    }
                    Err(cell) => self.settle(turn, cell, None, on_news),
                }
            }
        }
        None
    }

    fn is_wrong(&self, column: usize) -> bool {
        self.run.callers[column] == Caller::Wrong
    }

    fn others_are_done(&self, column: usize) -> bool {
        let mut others = (0..self.queues.len()).filter(|other| *other != column);
        others.all(|other| self.queues[other].is_empty() && !self.busy[other])
    }

    /// The call of a cell, or what the cell says instead.
    fn call(&self, turn: Turn) -> Result<Outgoing, Cell> {
        let step = &self.run.session.steps[turn.row];
        let caller = &self.run.callers[turn.column];
        let environment = &self.run.environment;
        if let Some(cell) = &self.given_up[turn.column] {
            return Err(cell.clone());
        }
        let method = &step.spec.method;
        if !step.spec.is_safe() && environment.protected {
            let name = &environment.name;
            return Err(Cell::Skipped(format!(
                "{method} writes, and environment {name} is protected"
            )));
        }
        if !step.spec.is_safe() && !self.run.allow_writes {
            return Err(Cell::Skipped(format!(
                "{method} writes, and writes are switched off"
            )));
        }
        // A wrong token may be taken for an attack: not where it matters, and not on top of it.
        if *caller == Caller::Wrong && environment.protected {
            return Err(Cell::Skipped(
                "a wrong token is not tried in a protected environment".to_owned(),
            ));
        }
        if *caller == Caller::Wrong && self.is_limited {
            return Err(Cell::Skipped(
                "a wrong token is not tried after the API asked to be left alone".to_owned(),
            ));
        }
        let spec = called_by(&step.spec, caller).map_err(Cell::Skipped)?;
        if let Some(why) = self.answers.obstacle(&self.plan, &spec) {
            return Err(Cell::Skipped(why));
        }
        let prepared = self
            .answers
            .prepare(&self.plan, spec)
            .map_err(|failure| Cell::Unsent(self.answers.masked(failure)))?;
        if let Some(said) = prepared.said {
            return Err(Cell::Skipped(said));
        }
        // Filled in, it may ask for another method than it did as text.
        let may_write = self.run.allow_writes && !environment.protected;
        if !prepared.sent.is_safe() && !may_write {
            return Err(Cell::Skipped(format!(
                "{method} asks for another method once its variables are filled in, and so writes"
            )));
        }
        Ok(Outgoing {
            typed: prepared.spec,
            sent: prepared.sent,
            environment: prepared.environment,
            author: Author::File,
            case: self.run.case.clone(),
            // Whether it goes again is decided here, where the whole run can wait.
            manner: Manner {
                jar: Jar::Column(turn.column),
                ..Manner::default()
            },
        })
    }

    fn came(
        &mut self,
        turn: Turn,
        mut exchange: RawExchange,
        wire: &impl Wire,
        on_news: &mut impl FnMut(News),
    ) {
        exchange.origin = CallOrigin::Matrix;
        self.answers.mark(&mut exchange);
        self.busy[turn.column] = false;
        let step = &self.run.session.steps[turn.row];
        if !step.capture.is_empty() {
            self.outcomes.push((turn, exchange.outcome.clone()));
        }
        let exchange = wire.shown(self.answers.without_secrets(exchange));
        self.leave_alone(turn, &exchange, on_news);
        if let Outcome::Failed(failure) = &exchange.outcome
            && !failure.was_sent
            && matches!(
                failure.cause,
                Cause::TokenMissing | Cause::TokenStrayCharacters
            )
        {
            // Do not ask for a missing value again and again.
            self.given_up[turn.column] = Some(Cell::Unsent(failure.clone()));
        }
        let library = &self.catalogue.library;
        let knowledge = library.of_exchange(&exchange, &self.run.environment);
        let cell = Cell::Came(Box::new(Answer::of(&exchange, &knowledge)));
        self.settle(turn, cell, Some(Box::new(exchange)), on_news);
    }

    /// Obeys a rate limit: nothing is sent until it ends, and then a call that only reads is made
    /// again. A caller whose wait is too long, or who is still limited after the last try, gives
    /// up.
    fn leave_alone(&mut self, turn: Turn, exchange: &Exchange, on_news: &mut impl FnMut(News)) {
        let Outcome::Answered(response) = &exchange.outcome else {
            return;
        };
        let named = retry_after(&response.headers, exchange.started_at);
        if response.status != 429 && !(response.status == 503 && named.is_some()) {
            return;
        }
        self.is_limited = true;
        let who = self.run.callers[turn.column].label();
        let pause = match next_try(exchange, turn.tries, 0.0) {
            NextTry::After(pause) => {
                self.queues[turn.column].push_front(Turn {
                    tries: turn.tries + 1,
                    ..turn
                });
                pause
            }
            // A write is not repeated, but the calls after it wait too.
            NextTry::Never(_) if !exchange.typed.is_safe() => named
                .unwrap_or_else(|| growing(turn.tries, 0.0))
                .min(limits::LONGEST_WAIT),
            NextTry::Never(why) => {
                let why = why.unwrap_or_default();
                self.given_up[turn.column] =
                    Some(Cell::Skipped(format!("{who} was told to slow down: {why}")));
                return;
            }
        };
        let until = Instant::now() + pause;
        self.hold = Some(self.hold.map_or(until, |hold| hold.max(until)));
        on_news(News::Waiting(pause));
    }

    fn settle(
        &mut self,
        turn: Turn,
        cell: Cell,
        exchange: Option<Box<Exchange>>,
        on_news: &mut impl FnMut(News),
    ) {
        let (row, column) = (turn.row, turn.column);
        self.matrix.set(row, column, cell.clone());
        on_news(News::Cell {
            row,
            column,
            cell,
            exchange,
        });
    }

    fn skip_rest(&mut self, on_news: &mut impl FnMut(News)) {
        self.hold = None;
        for column in 0..self.queues.len() {
            while let Some(turn) = self.queues[column].pop_front() {
                // One that was to be asked again keeps the answer it has.
                if turn.tries == 1 {
                    let cell = Cell::Skipped("the run was stopped before it".to_owned());
                    self.settle(turn, cell, None, on_news);
                }
            }
        }
    }

    /// Takes variables from the answers of a stage: from the step's own token where it is among
    /// the callers, else from the first caller that got one.
    fn capture(&mut self, rows: Range<usize>) {
        for row in rows {
            let step = &self.run.session.steps[row];
            if step.capture.is_empty() {
                continue;
            }
            let own = step.spec.auth.token();
            let rank = |(turn, outcome): &&(Turn, Outcome)| {
                let fine = outcome.status().is_some_and(|s| (200..300).contains(&s));
                let by_own = own.is_some() && self.run.callers[turn.column].token() == own;
                (!fine, !by_own, turn.column, u32::MAX - turn.tries)
            };
            let outcomes = self.outcomes.iter().filter(|(turn, _)| turn.row == row);
            match outcomes.min_by_key(rank) {
                Some((_, outcome)) => drop(self.answers.capture(step, outcome)),
                None => self.answers.not_captured(step, "was not sent"),
            }
        }
        self.outcomes.clear();
    }
}

/// The request as this caller makes it: wherever the step puts a token, the caller's stands, and
/// a credential that was typed does not go along.
pub fn called_by(spec: &RequestSpec, caller: &Caller) -> Result<RequestSpec, String> {
    let token = match caller {
        Caller::Token(name) => Some(name.clone()),
        Caller::Wrong => Some(wrong_token()),
        Caller::Nobody => None,
    };
    let mut spec = spec.clone();
    let has_slot = |row: &Param| !row.tokens().is_empty();
    spec.headers
        .retain(|row| has_slot(row) || !row.name.eq_ignore_ascii_case("authorization"));
    let has_slots = |spec: &RequestSpec| {
        let mut texts = spec.sent_templates().into_iter();
        texts.any(|text| !token_names_in(text).is_empty())
    };
    let Some(token) = token else {
        let mut bare = spec.clone();
        bare.params.clear();
        bare.headers.clear();
        if has_slots(&bare) {
            return Err(
                "the token stands in the URL or the body and cannot be left out".to_owned(),
            );
        }
        spec.auth = Auth::None;
        spec.params.retain(|row| !has_slot(row));
        spec.headers.retain(|row| !has_slot(row));
        return Ok(spec);
    };
    if spec.auth != Auth::None || !has_slots(&spec) {
        spec.auth = Auth::Bearer(token.clone());
    }
    spec.change_templates(|text| {
        *text = with_pieces(text, |piece| match piece {
            Piece::Token(_) => Some(slot(&token)),
            _ => None,
        });
    });
    Ok(spec)
}

#[cfg(test)]
mod tests;
