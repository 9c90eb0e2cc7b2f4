//! When a call stopped working, by the history.

use super::history::{History, HistoryError};
use crate::insight::api::knowledge::Knowledge;
use crate::insight::when::{Turned, changes, turn};
use crate::insight::{Exchange, Query, Want, summary};
use std::sync::Arc;

/// So many calls are looked through.
const LOOKED_THROUGH: usize = 5_000;

/// Looks through the calls of the same method and token; blocks.
pub fn turned(
    history: &History,
    asked: &Exchange,
    knowledge: &Knowledge,
) -> Result<Turned, HistoryError> {
    let mut wants = vec![Want::method(&asked.sent.method)];
    wants.extend(asked.token().map(|token| Want::token(token.name.as_str())));
    let found = history.recall(&Query::of(wants), LOOKED_THROUGH, None)?;
    let turn = turn(&found, &summary(asked));
    let load = |id: &Option<_>| match id {
        None => Ok(None),
        Some(id) => Ok(history.load(id)?.map(Arc::new)),
    };
    let (good, bad) = (load(&turn.last_good)?, load(&turn.first_bad)?);
    let changed = match (&good, &bad) {
        (Some(good), Some(bad)) => changes(good, bad, knowledge),
        _ => Vec::new(),
    };
    Ok(Turned {
        turn,
        good,
        bad,
        changed,
    })
}
