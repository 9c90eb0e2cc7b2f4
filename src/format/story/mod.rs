//! A case as one tells it to a colleague: why it was refused first, then its calls in order. Here
//! it is decided what is told; the writers of each form only write. Write only.

mod html;
mod markdown;
mod part;
#[cfg(test)]
mod tests;

pub use html::{unescaped, write as html};
pub use markdown::write as markdown;
pub use part::{Body, Head, Part};

use super::export::{mask_of, masked};
use crate::insight::facts::Case;
use crate::insight::redact::Mask;
use crate::insight::{Entry, Exchange, Explanation, error_body, request_ids};
use crate::model::{
    CallOrigin, Environment, ExchangeId, Outcome, Resolution, StatusClass, Timestamp,
};
use std::time::Duration;

/// What it is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// One page of HTML, whole in itself.
    Html,
    Markdown,
}

/// A case, ready to be written in any form. All texts are without secrets, and as they came.
#[derive(Clone, Debug, PartialEq)]
pub struct Story {
    /// The name of the case; of a call without one, its first line.
    pub name: String,
    /// Who wrote it down, and when.
    pub by: String,
    pub at: Timestamp,
    /// One for each kind of refusal, that of the newest first.
    pub verdicts: Vec<Told>,
    /// What it was in the end, the newest word first; of the whole case, or of a call that is not
    /// among the verdicts.
    pub resolved: Vec<Resolution>,
    /// In the order in which they were made.
    pub calls: Vec<Call>,
    /// Older calls of the case that are not told.
    pub left_out: u64,
    /// Calls of matrices, replays and other runs, which are not told either.
    pub of_runs: u64,
}

/// Why calls were refused, and what it was in the end.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    /// The number of the call in question, from 1.
    pub call: usize,
    /// The numbers of other calls that were refused alike.
    pub alike: Vec<usize>,
    pub cause: &'static str,
    /// `86 %, likely`
    pub confidence: String,
    pub summary: String,
    /// Needed, held, remedy and whatever else the answer names, each with its label.
    pub named: Vec<(&'static str, String)>,
    pub evidence: Vec<String>,
    pub next_steps: Vec<String>,
    /// Other causes: id, confidence and summary.
    pub others: Vec<(&'static str, String, String)>,
    /// The API, and the packs that spoke for it.
    pub judged_as: String,
    pub resolved: Vec<Resolution>,
}

/// A call of the case.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    pub id: ExchangeId,
    pub method: String,
    pub url: String,
    /// `403 Forbidden`, `no answer`
    pub status: String,
    pub class: StatusClass,
    /// A refusal that its status does not tell.
    pub refused: bool,
    /// What a person reads beside it: time, token, environment, who.
    pub rows: Vec<(&'static str, String)>,
    /// What went wrong on the way, where no whole answer came.
    pub failure: Option<String>,
    pub entries: Vec<Entry>,
    pub request: Part,
    pub response: Option<Part>,
}

/// A call that is to be told.
#[derive(Clone, Debug)]
pub struct Made {
    pub exchange: Exchange,
    /// The colleague who made it; `None` for one's own.
    pub by: Option<String>,
    pub environment: Environment,
}

/// A refusal as it was judged, with the calls that were refused alike.
#[derive(Clone, Debug)]
pub struct Judged {
    pub case: Case,
    pub explanation: Explanation,
    pub alike: Vec<ExchangeId>,
    pub resolved: Vec<Resolution>,
}

/// All that a story is made of.
#[derive(Clone, Debug)]
pub struct Material {
    /// `None` where it is one call's.
    pub case: Option<String>,
    /// Who writes it down, and when.
    pub by: String,
    pub at: Timestamp,
    /// In the order in which they were made.
    pub made: Vec<Made>,
    /// The newest first.
    pub judged: Vec<Judged>,
    pub resolved: Vec<Resolution>,
    pub left_out: u64,
    pub of_runs: u64,
}

impl Story {
    /// Tells what is in the material, with all of it masked once more by what is known today.
    pub fn of(material: Material, mask: &Mask) -> Story {
        let Material {
            case,
            by,
            at,
            made,
            judged,
            resolved,
            left_out,
            of_runs,
        } = material;
        let mut environments: Vec<Environment> = Vec::new();
        for made in &made {
            if !environments.contains(&made.environment) {
                environments.push(made.environment.clone());
            }
        }
        let own: Vec<Mask> = environments.iter().map(mask_of).collect();
        let clean = |text: &str| {
            let text = mask.text(text);
            own.iter().fold(text, |text, own| own.text(&text))
        };
        let calls: Vec<Call> = made
            .into_iter()
            .map(|made| call(made, &by, (mask, &clean)))
            .collect();
        let number = |id: &ExchangeId| calls.iter().position(|call| call.id == *id);
        let words = |mut words: Vec<Resolution>| {
            for word in &mut words {
                word.note = clean(&word.note);
                word.who = clean(&word.who);
            }
            words
        };
        let verdicts = judged.into_iter().filter_map(|judged| {
            let Judged {
                case,
                explanation,
                alike,
                resolved,
            } = judged;
            let call = number(&case.call.exchange.id)? + 1;
            let alike = alike.iter().filter_map(number).map(|at| at + 1);
            let lines = |lines: &[String]| lines.iter().map(|line| clean(line)).collect();
            let verdict = explanation.verdict();
            let sure = |verdict: &crate::insight::Verdict| {
                format!("{}, {}", verdict.percent(), verdict.sure())
            };
            let rows = explanation.named.rows(case.now).into_iter();
            let others = explanation.alternatives().iter();
            let packs = verdict.knowledge.join(", ");
            let judged_as = match packs.is_empty() {
                true => explanation.known_as().to_owned(),
                false => format!("{}, by the packs {packs}", explanation.known_as()),
            };
            Some(Told {
                call,
                alike: alike.filter(|other| *other != call).collect(),
                cause: verdict.cause.id(),
                confidence: sure(verdict),
                summary: clean(&verdict.summary),
                named: rows.map(|(label, said)| (label, clean(&said))).collect(),
                evidence: lines(&verdict.evidence),
                next_steps: lines(&verdict.next_steps),
                others: others
                    .map(|other| (other.cause.id(), sure(other), clean(&other.summary)))
                    .collect(),
                judged_as,
                resolved: words(resolved),
            })
        });
        let verdicts = verdicts.collect();
        let name = case.unwrap_or_else(|| match calls.first() {
            Some(call) => format!("{}: {}", call.line(), call.status),
            None => String::new(),
        });
        Story {
            name: clean(&name),
            by: clean(&by),
            at,
            verdicts,
            resolved: words(resolved),
            calls,
            left_out,
            of_runs,
        }
    }

    /// When its calls were made, by whom, and who wrote it down when.
    pub fn lead(&self) -> String {
        let mut people: Vec<&str> = Vec::new();
        for call in &self.calls {
            let by = call.rows.iter().find(|(label, _)| *label == BY);
            if let Some((_, by)) = by.filter(|(_, by)| !people.contains(&by.as_str())) {
                people.push(by);
            }
        }
        let people = match people.as_slice() {
            [] => String::new(),
            [all @ .., last] if !all.is_empty() => format!(" by {} and {last}", all.join(", ")),
            [one, ..] => format!(" by {one}"),
        };
        let count = match self.calls.len() {
            1 => "1 call".to_owned(),
            count => format!("{count} calls"),
        };
        let at = |call: &Call| {
            let row = call.rows.iter().find(|(label, _)| *label == AT);
            row.map(|(_, at)| at.clone())
        };
        let ends = (
            self.calls.first().and_then(at),
            self.calls.last().and_then(at),
        );
        let when = match ends {
            (Some(first), Some(last)) if first != last => format!(", from {first} to {last}"),
            (Some(first), _) => format!(", {first}"),
            _ => String::new(),
        };
        format!(
            "{count}{people}{when}. Written down by {} at {}, without the values of tokens.",
            self.by,
            moment(self.at)
        )
    }

    /// What is said of calls that are not told; `None` if all are.
    pub fn rest(&self) -> Option<String> {
        let counted = |count: u64, one: &str, many: &str| match count {
            0 => None,
            1 => Some(format!("1 {one} is not told here.")),
            _ => Some(format!("{count} {many} are not told here.")),
        };
        let older = counted(
            self.left_out,
            "older call of the case",
            "older calls of the case",
        );
        let runs = counted(
            self.of_runs,
            "call of a matrix, a replay or another run",
            "calls of matrices, replays and other runs",
        );
        let both: Vec<String> = older.into_iter().chain(runs).collect();
        (!both.is_empty()).then(|| both.join(" "))
    }
}

impl Told {
    /// A line for each other cause.
    pub fn other_lines(&self) -> Vec<String> {
        let others = self.others.iter();
        others
            .map(|(cause, sure, summary)| format!("{cause} ({sure}): {summary}"))
            .collect()
    }

    /// `Refused alike: calls 1 and 2.`; `None` where no other was.
    pub fn alike_text(&self) -> Option<String> {
        let numbers: Vec<String> = self.alike.iter().map(usize::to_string).collect();
        match numbers.as_slice() {
            [] => None,
            [one] => Some(format!("Refused alike: call {one}.")),
            [all @ .., last] => Some(format!(
                "Refused alike: calls {} and {last}.",
                all.join(", ")
            )),
        }
    }
}

impl Call {
    /// `GET https://api.acme.example/v1`
    pub fn line(&self) -> String {
        match self.method.as_str() {
            "" => "a pasted answer".to_owned(),
            method => format!("{method} {}", self.url),
        }
    }

    /// What the class of its status means, in a word.
    pub fn class_word(&self) -> &'static str {
        match self.class {
            _ if self.refused => "refused",
            StatusClass::Informational => "informational",
            StatusClass::Success => "worked",
            StatusClass::Redirection => "redirected",
            StatusClass::ClientError => "refused",
            StatusClass::ServerError => "failed there",
            StatusClass::Nonstandard => "no standard status",
            StatusClass::NoAnswer => "no answer",
        }
    }

    /// Status and class as text: `403 Forbidden, refused`.
    pub fn said(&self) -> String {
        match self.class {
            StatusClass::NoAnswer if self.status == "no answer" => self.status.clone(),
            _ => format!("{}, {}", self.status, self.class_word()),
        }
    }
}

/// The note's first line says whose word it is: `kim, 2026-05-12 09:14:03 UTC`.
pub fn signed(word: &Resolution) -> String {
    match word.who.as_str() {
        "" => moment(word.at),
        who => format!("{who}, {}", moment(word.at)),
    }
}

const BY: &str = "by";
const AT: &str = "sent";

/// A time that reads the same everywhere: `2026-05-12 09:14:03 UTC`.
pub fn moment(at: Timestamp) -> String {
    format!("{at:.0}").replace('T', " ").replace('Z', " UTC")
}

fn call(made: Made, own: &str, (mask, clean): (&Mask, &dyn Fn(&str) -> String)) -> Call {
    let Made {
        exchange,
        by,
        environment,
    } = made;
    let exchange = mask.exchange(exchange.into_raw());
    let exchange = &*masked(&exchange, &environment);
    let (sent, outcome) = (&exchange.sent, &exchange.outcome);
    let mut rows = Vec::new();
    if !exchange.is_received() {
        rows.push((AT, moment(exchange.started_at)));
        rows.push(("took", took(exchange.took)));
    }
    let token = exchange.token().map(|token| token.label());
    let none = || "none in Authorization".to_owned();
    rows.push(("token", token.unwrap_or_else(none)));
    rows.push(("environment", exchange.environment.clone()));
    rows.push((BY, by.unwrap_or_else(|| own.to_owned())));
    let made_for = match exchange.origin {
        _ if exchange.probe_of.is_some() => Some("an investigation, as a probe".to_owned()),
        CallOrigin::Person | CallOrigin::Unknown => None,
        origin => Some(origin.id().to_owned()),
    };
    rows.extend(made_for.map(|made_for| ("made for", made_for)));
    for (name, value) in request_ids(exchange) {
        rows.push(("request id", format!("{name}: {value}")));
    }
    for hop in &exchange.redirects {
        rows.push(("redirected", hop.text()));
    }
    if !exchange.typed.notes.trim().is_empty() {
        rows.push(("note", exchange.typed.notes.trim().to_owned()));
    }
    let failure = match outcome {
        Outcome::Answered(_) => None,
        Outcome::Failed(failure) => Some(clean(
            format!("{} {}", failure.message, failure.hint).trim_end(),
        )),
    };
    // A secret can stand in a name too, of an environment or a person.
    for (_, said) in &mut rows {
        *said = clean(said);
    }
    let url = match sent.url.as_str() {
        "" => &exchange.typed.url,
        url => url,
    };
    let answer = outcome.response();
    Call {
        id: exchange.id.clone(),
        method: sent.method.clone(),
        url: url.to_owned(),
        status: outcome.headline(),
        class: outcome.looks(),
        refused: outcome.is_refused(),
        rows,
        failure,
        entries: answer.map(error_body).unwrap_or_default().entries,
        request: part::of_request(sent, url),
        response: answer.map(part::of_answer),
    }
}

/// `230 ms`, `1.20 s`
fn took(took: Duration) -> String {
    match took.as_millis() {
        ms @ ..1_000 => format!("{ms} ms"),
        _ => format!("{:.2} s", took.as_secs_f64()),
    }
}
