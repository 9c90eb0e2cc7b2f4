//! An exchange as one line of a list.

use crate::insight::Exchange;
use crate::insight::error_body::{Entry, error_body};
use crate::model::{ErrorLine, ExchangeSummary, Outcome, limits};

/// Sums an exchange up for lists; parses the body for its errors.
pub fn summary(exchange: &Exchange) -> ExchangeSummary {
    let response = exchange.outcome.response();
    let entries = response.map(error_body).unwrap_or_default().entries;
    summary_with(exchange, &entries)
}

/// The same, for callers that have already read the errors of the answer.
pub fn summary_with(exchange: &Exchange, entries: &[Entry]) -> ExchangeSummary {
    let failure = match &exchange.outcome {
        Outcome::Failed(failure) => Some(failure),
        Outcome::Answered(_) => None,
    };
    let sent = &exchange.sent;
    let url = if sent.url.is_empty() {
        &exchange.typed.url
    } else {
        &sent.url
    };
    ExchangeSummary {
        id: exchange.id.clone(),
        started_at: exchange.started_at,
        took: exchange.took,
        environment: exchange.environment.clone(),
        case: exchange.case.clone(),
        token: exchange.token().cloned(),
        method: sent.method.clone(),
        url: url.clone(),
        status: exchange.outcome.status(),
        cause: failure.map(|failure| failure.cause),
        message: failure.map(|failure| format!("{} {}", failure.message, failure.hint)),
        errors: entries
            .iter()
            .take(limits::ENTRIES)
            .map(error_line)
            .collect(),
        refused: exchange.outcome.is_refused(),
        is_probe: exchange.probe_of.is_some(),
        origin: exchange.origin,
        run: exchange.run.clone(),
        notes: exchange.typed.notes.clone(),
        by: None,
    }
}

/// The part of an entry that lists show.
pub fn error_line(entry: &Entry) -> ErrorLine {
    ErrorLine {
        title: entry.title.clone(),
        detail: entry.detail.clone(),
        code: entry.code.clone(),
        field: entry.place().map(str::to_owned),
    }
}
