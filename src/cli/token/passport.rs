//! What is known of a token beside its value: what the settings say of it, and what the history
//! shows.

use crate::cli::choice;
use crate::cli::history::CLOSING;
use crate::engine::Home;
use crate::engine::history::History;
use crate::insight::learned::Learned;
use crate::insight::token::{Line, passport};
use crate::insight::{Query, Want};
use crate::model::{Environment, ExchangeSummary, Settings, Timestamp, TokenName, TokenRef};

/// Calls of the history that are looked through.
const LOOKED_THROUGH: usize = 500;

/// What the history shows of tokens.
pub struct Past {
    calls: Vec<ExchangeSummary>,
    /// How far the API's clock was ahead at the last answer that told it, in seconds.
    pub ahead: Option<i64>,
}

impl Past {
    /// Of the calls with one of these tokens, the newest first. What cannot be read is only not
    /// told.
    pub fn read(names: &[&TokenName], home: &Home, settings: &Settings) -> Past {
        let mut past = Past {
            calls: Vec::new(),
            ahead: None,
        };
        // Looking makes no file.
        if !History::is_there(home.data_dir()) {
            return past;
        }
        let Ok(history) = choice::history(home, settings) else {
            return past;
        };
        for name in names {
            let query = Query::of([Want::token(name.as_str())]);
            let found = history.recall(&query, LOOKED_THROUGH, None);
            past.calls.extend(found.unwrap_or_default());
        }
        past.calls.sort_by(|a, b| b.id.cmp(&a.id));
        let answered = past.calls.iter().find(|call| call.status.is_some());
        let last = answered.and_then(|call| history.load(&call.id).ok().flatten());
        past.ahead = last.and_then(|last| {
            let headers = &last.outcome.response()?.headers;
            passport::ahead(headers, last.started_at)
        });
        history.close(CLOSING);
        past
    }

    /// The last calls with this very value of a token, the newest first: what came of each, where
    /// it went and how long ago.
    pub fn uses(&self, token: &TokenRef, now: Timestamp) -> Vec<Line> {
        passport::uses(&self.calls, token, now)
    }

    /// The calls that came out otherwise with one token than with the other.
    pub fn apart(&self, one: &TokenName, other: &TokenName) -> Vec<(String, String, String)> {
        let learned = Learned::of(self.calls.iter().cloned());
        learned.apart(one, other).0
    }
}

/// What the settings say of a token.
pub fn settled(name: &TokenName, place: Option<&Environment>, settings: &Settings) -> Vec<Line> {
    let token = settings.token(name);
    let placement = match place {
        Some(place) => place.placement(name),
        None => token
            .map(|token| token.placement.clone())
            .unwrap_or_default(),
    };
    let origins = token.and_then(|token| token.origins.clone());
    passport::sent(&placement, &origins.unwrap_or_default())
}
