//! Compares a replayed step with its recording. Codes and statuses decide; titles and details may
//! be reworded or translated, so they never do. `record` turns a call into a step.

mod hoist;
mod needs;
mod record;

use crate::insight::Exchange;
use crate::insight::diff::{BodyDiff, Shape, body_diff};
use crate::insight::error_body::error_body;
use crate::insight::explain::Verdict;
use crate::insight::json::{self, Json, pointer_parts};
use crate::model::{
    Capture, Cause, Expectation, Failure, Outcome, Response, Step, TokenRef, cut, limits,
};

pub use needs::{Wanted, tokens_of, wanted};
pub use record::{Keeping, is_saved, rerecorded, session_of, step_of};

/// How a step came out, compared with its recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Change {
    Same,
    /// Only words differ.
    Reworded,
    Changed,
    /// No answer came, and the recording does not expect that.
    Failed,
    /// Not sent.
    Skipped,
    /// The recording holds nothing to compare the answer with.
    Unrecorded,
}

impl Change {
    /// Every outcome, in the order in which they are counted and shown.
    pub const ALL: [Change; 6] = [
        Change::Same,
        Change::Reworded,
        Change::Changed,
        Change::Failed,
        Change::Skipped,
        Change::Unrecorded,
    ];

    /// The name that scripts read.
    pub fn id(self) -> &'static str {
        match self {
            Change::Same => "same",
            Change::Reworded => "reworded",
            Change::Changed => "changed",
            Change::Failed => "failed",
            Change::Skipped => "skipped",
            Change::Unrecorded => "unrecorded",
        }
    }

    /// The name that people read.
    pub fn words(self) -> &'static str {
        match self {
            Change::Unrecorded => "nothing recorded",
            _ => self.id(),
        }
    }

    /// The sign that says it without colour.
    pub fn glyph(self, ascii: bool) -> &'static str {
        match (self, ascii) {
            (Change::Same, _) => "=",
            (Change::Reworded, _) => "~",
            (Change::Changed, false) => "≠",
            (Change::Failed, false) => "⚡",
            (Change::Skipped, false) => "–",
            (Change::Unrecorded, false) => "○",
            (Change::Changed, true) => "#",
            (Change::Failed, true) => "x",
            (Change::Skipped, true) => "-",
            (Change::Unrecorded, true) => "o",
        }
    }
}

/// Which way a change went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    Fixed,
    Broken,
}

impl Direction {
    /// The name that scripts and people read.
    pub fn id(self) -> &'static str {
        match self {
            Direction::Fixed => "fixed",
            Direction::Broken => "broken",
        }
    }
}

/// How one step of a session came out, compared with its recording.
#[derive(Clone, Debug, PartialEq)]
pub struct StepReport {
    pub name: String,
    /// The token that went along, or would have.
    pub token: Option<TokenRef>,
    pub recorded: Option<Expectation>,
    /// Absent where no answer came.
    pub replayed: Option<Expectation>,
    pub failure: Option<Failure>,
    pub change: Change,
    pub direction: Option<Direction>,
    /// The differences in plain words, and other remarks on this step.
    pub differences: Vec<String>,
    /// How the body differs from the recorded one, where that was kept.
    pub body: Option<BodyDiff>,
    /// Why it is refused now, where it was not before.
    pub verdict: Option<Verdict>,
}

impl StepReport {
    /// How it came out, in a word or two; also where a refusal became a failure, which is neither
    /// fixed nor broken.
    pub fn word(&self) -> &'static str {
        let status = |expect: &Option<Expectation>| expect.as_ref().and_then(|e| e.status);
        let both = (status(&self.recorded), status(&self.replayed));
        match (self.change, self.direction) {
            (Change::Failed, _) => "no answer",
            (Change::Changed, Some(direction)) => direction.id(),
            (Change::Changed, None) => match both {
                (Some(400..500), Some(500..600)) => "fails now",
                (Some(500..600), Some(400..500)) => "refused now",
                (Some(400..500), Some(400..500)) => "refused otherwise",
                (Some(500..600), Some(500..600)) => "fails otherwise",
                _ => "changed",
            },
            (change, _) => change.words(),
        }
    }
}

/// How a whole session came out: one report for each step, in their order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReplayReport {
    /// The session's name.
    pub session: String,
    pub steps: Vec<StepReport>,
}

impl ReplayReport {
    /// How many steps came out that way.
    pub fn count(&self, change: Change) -> usize {
        self.steps.iter().filter(|s| s.change == change).count()
    }

    /// Whether everything is as recorded; only wording may differ.
    pub fn is_as_recorded(&self) -> bool {
        let fine = |step: &StepReport| {
            matches!(
                step.change,
                Change::Same | Change::Reworded | Change::Unrecorded
            )
        };
        self.steps.iter().all(fine)
    }

    /// The result of the run in one sentence.
    pub fn says(&self) -> &'static str {
        let (all, open) = (self.steps.len(), self.count(Change::Unrecorded));
        match self.is_as_recorded() {
            false => "Not everything is as recorded.",
            true if open == all => "Nothing was recorded, so there is nothing to compare.",
            true if self.count(Change::Reworded) > 0 => "Only words differ from what was recorded.",
            true if open > 0 => "What was recorded is as it was; the rest recorded nothing.",
            true => "Everything is as recorded.",
        }
    }
}

/// What a recording keeps of an answer; empty where no whole answer came.
pub fn expectation(exchange: &Exchange) -> Expectation {
    let Outcome::Answered(response) = &exchange.outcome else {
        return Expectation::default();
    };
    let mut expect = Expectation {
        status: Some(response.status),
        elapsed_ms: u64::try_from(exchange.took.as_millis()).ok(),
        body_sha256: (!response.body.is_empty()).then(|| digest(response.bytes())),
        ..Expectation::default()
    };
    for entry in error_body(response).for_people().entries {
        expect.codes.push(entry.code.unwrap_or_default());
        expect.titles.push(entry.title.unwrap_or_default());
        expect.details.push(entry.detail.unwrap_or_default());
        let place = entry.pointer.or(entry.parameter);
        expect.places.push(place.unwrap_or_default());
    }
    expect
}

/// The same with the body, where it is UTF-8 text.
pub fn expectation_with_body(exchange: &Exchange) -> Expectation {
    let body = exchange.outcome.response().map(|r| r.body.clone());
    let body = body.and_then(|body| String::from_utf8(body).ok());
    Expectation {
        body: body.filter(|text| !text.is_empty()),
        ..expectation(exchange)
    }
}

fn digest(body: &[u8]) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA256, body);
    let bytes = digest.as_ref().iter();
    bytes.map(|byte| format!("{byte:02x}")).collect()
}

/// Compares an answer with the recording of its step.
pub fn judge(step: &Step, exchange: &Exchange) -> StepReport {
    let mut report = StepReport {
        name: step.name.clone(),
        token: exchange.token().cloned(),
        recorded: step.expect.clone(),
        replayed: None,
        failure: None,
        change: Change::Same,
        direction: None,
        differences: Vec::new(),
        body: None,
        verdict: None,
    };
    match &exchange.outcome {
        Outcome::Failed(failure) => fail(&mut report, failure),
        Outcome::Answered(response) => {
            let now = expectation(exchange);
            match &step.expect {
                Some(was) => compare(was, &now, response, &mut report),
                None => {
                    report.change = Change::Unrecorded;
                    let words = "nothing was recorded, so there is nothing to compare";
                    report.differences.push(words.to_owned());
                }
            }
            report.replayed = Some(now);
        }
    }
    report
}

/// The report of a step that was not sent, and why.
pub fn skipped(step: &Step, why: impl Into<String>) -> StepReport {
    StepReport {
        name: step.name.clone(),
        token: None,
        recorded: step.expect.clone(),
        replayed: None,
        failure: None,
        change: Change::Skipped,
        direction: None,
        differences: vec![why.into()],
        body: None,
        verdict: None,
    }
}

/// The report of a step whose request could not be made.
pub fn unsent(step: &Step, failure: &Failure) -> StepReport {
    let mut report = skipped(step, "");
    report.differences.clear();
    fail(&mut report, failure);
    report
}

fn fail(report: &mut StepReport, failure: &Failure) {
    let recorded = report.recorded.as_ref();
    // A call that was never sent, or that a person stopped, proves nothing about the server.
    let tried = failure.was_sent && failure.cause != Cause::CallCancelled;
    report.change = if tried && recorded.is_some_and(|was| !is_answer(was)) {
        Change::Same
    } else {
        Change::Failed
    };
    if tried && recorded.is_some_and(is_good) {
        report.direction = Some(Direction::Broken);
    }
    if report.change == Change::Failed {
        let was = recorded.filter(|was| is_answer(was)).map(status_text);
        report
            .differences
            .extend(was.map(|was| format!("status was {was}, no answer came")));
    }
    let words = format!("{} {}", failure.message, failure.hint);
    report.differences.push(words.trim_end().to_owned());
    report.failure = Some(failure.clone());
}

/// In this order: answered or not, status, codes and where they point, paths and types of the
/// body, values that were pinned; and only then wording.
fn compare(was: &Expectation, now: &Expectation, response: &Response, report: &mut StepReport) {
    let differences = &mut report.differences;
    let (new_status, new_codes) = (status_text(now), sorted(&now.codes));
    if !is_answer(was) {
        differences.push(format!("no answer came before, status is {new_status}"));
    } else if was.status.is_some() && was.status != now.status {
        differences.push(format!("status was {}, is {new_status}", status_text(was)));
    }
    // A recording has a code for every entry, if only an empty one. An error recorded by its status
    // alone leaves the codes open.
    let open = was.codes.is_empty() && was.status.is_some_and(|status| status >= 400);
    if is_answer(was) && !open && sorted(&was.codes) != new_codes {
        let (was, is) = (codes_text(&was.codes), codes_text(&now.codes));
        differences.push(format!("codes were {was}, are {is}"));
    } else if is_answer(was) && !open {
        differences.extend(places(was, now));
    }
    body(was, response, &mut report.body, differences);
    if !differences.is_empty() {
        report.change = Change::Changed;
        report.direction = match (is_good(was), is_good(now)) {
            (false, true) => Some(Direction::Fixed),
            (true, false) => Some(Direction::Broken),
            _ => None,
        };
        return;
    }
    if let Some(diff) = &report.body {
        let count = diff.differences.len() + diff.unlisted;
        let values = if count == 1 { "value" } else { "values" };
        differences.push(format!(
            "{count} {values} of the body differ, none of them pinned"
        ));
    }
    if open {
        if !now.codes.is_empty() {
            let are = codes_text(&now.codes);
            differences.push(format!("no codes were recorded, they are {are}"));
        }
        return;
    }
    let known = differences.len();
    reword(was, now, differences);
    if differences.len() > known {
        report.change = Change::Reworded;
    }
}

/// Compares where the entries point, code by code; places that were not recorded do not count.
fn places(was: &Expectation, now: &Expectation) -> Option<String> {
    let pairs = |of: &Expectation| {
        let mut pairs: Vec<_> = of.codes.iter().cloned().zip(of.places.clone()).collect();
        pairs.sort();
        pairs
    };
    if was.places.len() != was.codes.len() || pairs(was) == pairs(now) {
        return None;
    }
    let said = |of: &Expectation| {
        let rows = pairs(of)
            .into_iter()
            .map(|(code, place)| match place.as_str() {
                "" => format!("{} nowhere", codes_text(&[code])),
                place => format!("{} at {place}", codes_text(&[code])),
            });
        rows.collect::<Vec<_>>().join(", ")
    };
    Some(format!(
        "errors pointed so: {}; now so: {}",
        said(was),
        said(now)
    ))
}

/// Adds where the body is not as recorded or pinned.
fn body(
    was: &Expectation,
    response: &Response,
    side_by_side: &mut Option<BodyDiff>,
    differences: &mut Vec<String>,
) {
    // An error body is compared by its entries; its words may change.
    let is_error = !was.codes.is_empty();
    if let Some(recorded) = was.body.as_ref().filter(|_| !is_error) {
        let recorded = recorded.as_bytes();
        let diff = body_diff(recorded, &response.body, &was.ignore);
        match (Shape::of(recorded), Shape::of(&response.body)) {
            (Some(old), Some(new)) => differences.extend(old.breaks(&new, &was.ignore)),
            (Some(_), None) => differences.push("the body was JSON, and is none".to_owned()),
            (None, _) => {}
        }
        *side_by_side = (!diff.is_same()).then_some(diff);
    }
    for (pointer, wanted) in &was.values {
        match captured(response, pointer) {
            Some(value) if value == *wanted => {}
            Some(value) => differences.push(format!(
                "{pointer} should be {}, is {}",
                said(wanted),
                said(&value)
            )),
            None => differences.push(format!(
                "{pointer} should be {}, and is not there",
                said(wanted)
            )),
        }
    }
}

/// Compares titles and details entry by entry, whatever their order.
fn reword(was: &Expectation, now: &Expectation, differences: &mut Vec<String>) {
    // A list with another length was edited by hand, and its lines no longer belong to codes.
    let titles = was.titles.len() == was.codes.len();
    let details = was.details.len() == was.codes.len();
    let rows = |of: &Expectation| {
        let text = |texts: &[String], place: usize, known: bool| {
            let text = texts.get(place).filter(|_| known);
            text.cloned().unwrap_or_default()
        };
        let mut rows: Vec<[String; 3]> = (0..of.codes.len())
            .map(|place| {
                [
                    of.codes[place].clone(),
                    text(&of.titles, place, titles),
                    text(&of.details, place, details),
                ]
            })
            .collect();
        rows.sort();
        rows
    };
    for (was, is) in rows(was).iter().zip(&rows(now)) {
        for (place, what) in [(1, "title"), (2, "detail")] {
            if was[place] != is[place] {
                let of = match was[0].as_str() {
                    "" => String::new(),
                    code => format!(" of {code}"),
                };
                let (was, is) = (&was[place], &is[place]);
                differences.push(format!("{what}{of} was {}, is {}", said(was), said(is)));
            }
        }
    }
}

/// A text as a difference names it.
fn said(text: &str) -> String {
    const LONGEST: usize = 200;
    match text {
        "" => "absent".to_owned(),
        _ => format!("\"{}\"", cut(text, LONGEST)),
    }
}

fn is_answer(expect: &Expectation) -> bool {
    expect.status.is_some() || !expect.codes.is_empty()
}

/// A success has codes only where the body says that the call was refused.
fn is_good(expect: &Expectation) -> bool {
    let is_success = |status: u16| (200..400).contains(&status);
    expect.status.is_some_and(is_success) && expect.codes.is_empty()
}

fn status_text(expect: &Expectation) -> String {
    match expect.status {
        Some(status) => format!("{status:03}"),
        None => "open".to_owned(),
    }
}

/// Codes in words; an entry without one shows as a dash.
pub fn codes_text(codes: &[String]) -> String {
    if codes.is_empty() {
        return "none".to_owned();
    }
    let shown = |code: &String| {
        if code.is_empty() {
            "–".to_owned()
        } else {
            code.clone()
        }
    };
    codes.iter().map(shown).collect::<Vec<_>>().join(", ")
}

fn sorted(codes: &[String]) -> Vec<&String> {
    let mut codes: Vec<_> = codes.iter().collect();
    codes.sort();
    codes
}

/// The value that a step captures from its answer; `None` where it is not there.
pub fn taken(response: &Response, capture: &Capture) -> Option<String> {
    match capture {
        Capture::Body(pointer) => captured(response, pointer),
        Capture::Header(name) => {
            let found = response.headers.get(name);
            let found = found.or_else(|| response.trailers.get(name));
            found.map(std::borrow::Cow::into_owned)
        }
        Capture::Cookie(name) => {
            let set = response.headers.all("set-cookie");
            let pair = |text: std::borrow::Cow<str>| {
                let (known, value) = text.split(';').next()?.split_once('=')?;
                (known.trim() == name).then(|| value.trim().to_owned())
            };
            let here = set.filter_map(pair).last();
            let given = || {
                let mut given = response.cookies.given.iter().rev();
                given.find(|(known, _)| known == name)
            };
            here.or_else(|| given().map(|(_, value)| value.clone()))
        }
    }
}

/// What stands at a JSON Pointer (RFC 6901) in an answer: a text as it is, anything else as
/// JSON, with the digits of the source.
pub fn captured(response: &Response, pointer: &str) -> Option<String> {
    let text = std::str::from_utf8(&response.body).ok()?;
    if text.len() > limits::ERROR_BYTES {
        let value: serde_json::Value = serde_json::from_str(text).ok()?;
        let found = value.pointer(pointer)?;
        return Some(
            found
                .as_str()
                .map_or_else(|| found.to_string(), str::to_owned),
        );
    }
    let reading = json::read(text);
    let whole = reading
        .value
        .filter(|_| reading.complete && !reading.fragment)?;
    let mut at = &whole;
    for name in pointer_parts(pointer) {
        at = match at {
            Json::Object(_) => at.get(&name)?,
            Json::List(values) if name == "0" || !name.starts_with(['0', '+']) => {
                values.get(name.parse::<usize>().ok()?)?
            }
            _ => return None,
        };
    }
    Some(at.as_text().map_or_else(|| at.to_string(), str::to_owned))
}

#[cfg(test)]
mod tests;
