//! Gathers what a case is told from: its calls, why they were refused, and what it was in the end,
//! one's own and what colleagues share.

use super::clock;
use super::history::{History, HistoryError};
use super::investigate::recalled;
use super::seen::Judge;
use crate::format::story::{Form, Judged, Made, Material, Story, html, markdown, unescaped};
use crate::insight::seen::kind_key;
use crate::insight::{Exchange, Query, Team, Want, explain, summary};
use crate::model::{ExchangeId, Resolution, ResolvedWhat, for_clipboard};
use std::sync::Arc;

/// Nobody reads more calls of one case.
const MOST_CALLS: usize = 500;
/// Nor more kinds of refusals.
const MOST_VERDICTS: usize = 8;

/// Tells a case; `None` where it has no calls. Blocks.
pub fn of_case(
    judge: &Judge,
    history: &History,
    case: &str,
    by: String,
) -> Result<Option<Story>, HistoryError> {
    let mut wants = vec![Want::case(case)];
    wants.extend(history.has_team().then_some(Want::Team(Team::All)));
    let query = Query::of(wants);
    let all = history.count(&query)?;
    let mut found = history.recall(&query, MOST_CALLS, None)?;
    let left_out = all.saturating_sub(found.len() as u64);
    found.reverse();
    let Some(name) = found.iter().find_map(|row| row.case.clone()) else {
        return Ok(None);
    };
    let mut made = Vec::new();
    let mut of_runs = 0;
    for row in found {
        let Some(exchange) = history.load(&row.id)? else {
            continue;
        };
        if !exchange.is_own() && exchange.probe_of.is_none() {
            of_runs += 1;
            continue;
        }
        made.push(told(judge, exchange, row.by));
    }
    let resolved = history.standing_on(&ResolvedWhat::Case(name.clone()))?;
    let material = Material {
        case: Some(name),
        by,
        at: clock::now(),
        made,
        judged: Vec::new(),
        resolved,
        left_out,
        of_runs,
    };
    judged(judge, history, material).map(Some)
}

/// Tells a call with the probes that were made about it; blocks.
pub fn of_call(
    judge: &Judge,
    history: &History,
    exchange: Exchange,
    by: String,
) -> Result<Story, HistoryError> {
    let whose = history.whose(&exchange.id)?.map(|whose| whose.name);
    let mut made = vec![told(judge, exchange, whose)];
    let call = &made[0];
    let case = recalled(
        judge.client,
        history,
        Arc::new(call.exchange.clone()),
        call.environment.clone(),
    );
    for probed in &case.probes {
        made.push(told(judge, (*probed.facts.exchange).clone(), None));
    }
    let material = Material {
        case: None,
        by,
        at: clock::now(),
        made,
        judged: Vec::new(),
        resolved: Vec::new(),
        left_out: 0,
        of_runs: 0,
    };
    judged(judge, history, material)
}

fn told(judge: &Judge, exchange: Exchange, by: Option<String>) -> Made {
    let environment = judge.environment(&exchange);
    Made {
        exchange,
        by,
        environment,
    }
}

/// Adds a verdict for each kind of refusal, and what was recorded of its calls.
fn judged(judge: &Judge, history: &History, material: Material) -> Result<Story, HistoryError> {
    let mut material = material;
    let mut kinds: Vec<(String, Vec<ExchangeId>)> = Vec::new();
    let own = material.made.iter().filter(|made| made.exchange.is_own());
    for made in own.rev() {
        let Some(key) = kind_key(&summary(&made.exchange)) else {
            continue;
        };
        let id = made.exchange.id.clone();
        match kinds.iter_mut().find(|(known, _)| *known == key) {
            Some((_, ids)) => ids.push(id),
            None => kinds.push((key, vec![id])),
        }
    }
    for (at, (_, ids)) in kinds.into_iter().enumerate() {
        let mut words: Vec<Resolution> = Vec::new();
        for id in &ids {
            words.extend(history.standing_on(&ResolvedWhat::Call(id.clone()))?);
        }
        words.sort_by_key(|word| std::cmp::Reverse(word.at));
        if at >= MOST_VERDICTS {
            material.resolved.extend(words);
            continue;
        }
        // One that was investigated says more than a newer one that was not.
        let is_probed = |id: &&ExchangeId| {
            let mut made = material.made.iter();
            made.any(|made| made.exchange.probe_of.as_ref() == Some(id))
        };
        let Some(id) = ids.iter().find(is_probed).or(ids.first()) else {
            continue;
        };
        let mut made = material.made.iter();
        let Some(made) = made.find(|made| made.exchange.id == *id) else {
            continue;
        };
        let call = Arc::new(made.exchange.clone());
        let case = recalled(judge.client, history, call, made.environment.clone());
        let explanation = explain(&case, judge.catalogue);
        material.judged.push(Judged {
            case,
            explanation,
            alike: ids,
            resolved: words,
        });
    }
    Ok(Story::of(material, &judge.client.vault().mask()))
}

/// The story in a form, unless a known secret stands in it.
pub fn written(judge: &Judge, story: &Story, form: Form) -> Result<String, &'static str> {
    let text = match form {
        Form::Html => html(story),
        Form::Markdown => for_clipboard(&markdown(story)),
    };
    let mask = judge.client.vault().mask();
    if mask.finds(&text) || (form == Form::Html && mask.finds(&unescaped(&text))) {
        return Err(
            "Nothing was written: the value of a token stands in the text. Forget the call, make it again, and say so to the makers.",
        );
    }
    Ok(text)
}
