//! The same refusal before: earlier calls of its kind, each judged like this one, and what people
//! recorded of it. Also the way that a new word on a refusal gets into the history.

use super::Client;
use super::clock;
use super::history::{History, HistoryError};
use super::investigate::case_of;
use crate::insight::facts::Case;
use crate::insight::seen::{Kind, Seen};
use crate::insight::{Catalogue, Exchange, Query, Want, kind, summary};
use crate::model::{Cause, Environment, ExchangeId, Resolution, ResolvedWhat, limits};
use std::sync::Arc;

/// What judging an earlier call takes.
pub struct Judge<'a> {
    pub client: &'a Client,
    pub catalogue: &'a Catalogue,
    pub environments: &'a [Environment],
}

impl Judge<'_> {
    /// Where a call of the history was made, as far as the settings still have it.
    pub fn environment(&self, exchange: &Exchange) -> Environment {
        let named = |place: &&Environment| place.name == exchange.environment;
        let known = self.environments.iter().find(named).cloned();
        match known {
            Some(place) => place,
            None if exchange.environment == Environment::SANDBOX => Environment::sandbox(),
            None => Environment {
                name: exchange.environment.clone(),
                ..Environment::default()
            },
        }
    }

    /// The kind of a call of the history; `None` where it was not refused.
    pub fn kind(&self, exchange: Exchange) -> Option<Kind> {
        let place = self.environment(&exchange);
        let case = case_of(self.client, Arc::new(exchange), place);
        kind(&case, self.catalogue)
    }

    /// Looks for refusals like the one of the case; blocks. Probes and calls of runs do not count.
    pub fn seen(&self, history: &History, case: &Case) -> Result<Option<Seen>, HistoryError> {
        let Some(own) = kind(case, self.catalogue) else {
            return Ok(None);
        };
        let exchange = &case.call.exchange;
        let has_route = !exchange.sent.method.is_empty();
        let code = summary(exchange).errors.into_iter().find_map(|e| e.code);
        let found = match code.filter(|_| !has_route) {
            // A pasted answer without its request: its code has to do.
            Some(code) => return self.seen_code(history, &code).map(Some),
            None if !has_route => return Ok(None),
            None => history.alike(&own.key, limits::ALIKE)?,
        };
        let mut calls = Vec::new();
        for id in found.iter().filter(|id| **id != exchange.id) {
            let Some(earlier) = history.load(id)?.filter(|call| call.is_own()) else {
                continue;
            };
            let mut row = summary(&earlier);
            row.by = history.whose(id)?.map(|whose| whose.name);
            if self.kind(earlier).as_ref() == Some(&own) {
                calls.push(row);
            }
        }
        let resolutions = history.resolutions(&own)?;
        Ok(Some(Seen { calls, resolutions }))
    }

    /// Every refusal with a code, whatever its route and cause; blocks.
    pub fn seen_code(&self, history: &History, code: &str) -> Result<Seen, HistoryError> {
        let mut calls = Vec::new();
        for id in history.with_code(code, limits::ALIKE)? {
            let Some(call) = history.load(&id)?.filter(|call| call.is_own()) else {
                continue;
            };
            let mut row = summary(&call);
            row.by = history.whose(&id)?.map(|whose| whose.name);
            calls.push(row);
        }
        let resolutions = history.resolutions_of_code(code)?;
        Ok(Seen { calls, resolutions })
    }

    /// The kinds of refusals that a resolution is about: that of its call, or those of all refused
    /// calls of its case; blocks.
    pub fn kinds(&self, history: &History, what: &ResolvedWhat) -> Result<Vec<Kind>, HistoryError> {
        let ids: Vec<ExchangeId> = match what {
            ResolvedWhat::Call(id) => vec![id.clone()],
            ResolvedWhat::Case(case) => {
                let found = history.recall(&Query::of([Want::case(case)]), limits::ALIKE, None)?;
                found.into_iter().map(|call| call.id).collect()
            }
        };
        let mut kinds: Vec<Kind> = Vec::new();
        for id in &ids {
            let call = history.load(id)?;
            let is_meant = |call: &Exchange| ids.len() == 1 || call.is_own();
            let kind = call.filter(is_meant).and_then(|call| self.kind(call));
            kinds.extend(kind.filter(|kind| !kinds.contains(kind)));
        }
        Ok(kinds)
    }
}

/// What somebody wants to record; what is not given stays as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    pub what: ResolvedWhat,
    pub case: Option<String>,
    /// The cause; `Some(None)` is one that is none of ours.
    pub cause: Option<Option<Cause>>,
    pub note: Option<String>,
    pub who: String,
    /// Takes back what stands.
    pub withdraw: bool,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recorded {
    New(Resolution),
    Changed(Resolution),
    Withdrawn(Resolution),
    /// There is nothing to take back, or no cause was given.
    Nothing,
}

impl Recorded {
    /// What stands now.
    pub fn resolution(&self) -> Option<&Resolution> {
        match self {
            Recorded::New(one) | Recorded::Changed(one) | Recorded::Withdrawn(one) => Some(one),
            Recorded::Nothing => None,
        }
    }
}

/// Records a word on a refusal: a new one, a change of the one that stands, or its withdrawal.
/// Whatever is known to be secret is masked in the note first; blocks.
pub fn record(history: &History, judge: &Judge, word: Word) -> Result<Recorded, HistoryError> {
    let before = history.resolutions_on(&word.what)?;
    let standing = before.first().filter(|one| !one.withdrawn);
    let cause = match (word.cause, standing) {
        (Some(cause), _) => cause,
        (None, Some(standing)) => standing.cause,
        (None, None) => return Ok(Recorded::Nothing),
    };
    if word.withdraw && standing.is_none() {
        return Ok(Recorded::Nothing);
    }
    let note = match (word.note, standing) {
        (Some(note), _) => masked(judge.client, note.trim()),
        (None, Some(standing)) => standing.note.clone(),
        (None, None) => String::new(),
    };
    let resolution = Resolution {
        id: standing.map_or_else(|| judge.client.new_id(), |one| one.id.clone()),
        revision: 0,
        of: word.what,
        case: word.case,
        cause,
        note,
        who: masked(judge.client, &word.who),
        at: clock::now(),
        withdrawn: word.withdraw,
    };
    let kinds = judge.kinds(history, &resolution.of)?;
    let is_change = standing.is_some();
    let written = history.resolve(resolution, kinds)?;
    Ok(match (word.withdraw, is_change) {
        (true, _) => Recorded::Withdrawn(written),
        (false, true) => Recorded::Changed(written),
        (false, false) => Recorded::New(written),
    })
}

/// A text without any secret that is known, or that looks like one.
fn masked(client: &Client, text: &str) -> String {
    client.vault().mask().prose(text)
}

/// Under which name this person records things, where the settings name none.
pub fn system_user() -> String {
    let named = ["USER", "LOGNAME", "USERNAME"].iter();
    let mut named = named.filter_map(|name| std::env::var(name).ok());
    let name = named.find(|name| !name.trim().is_empty());
    name.unwrap_or_else(|| "somebody".to_owned())
}
