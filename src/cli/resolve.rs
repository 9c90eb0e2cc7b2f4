//! `httriage resolve`: what a refusal was in the end, for whoever meets it next.

use super::args::ResolveArgs;
use super::choice;
use super::history;
use super::print::{Out, complain};
use super::seen::{line_of, looker, resolution_json};
use super::trouble::Trouble;
use crate::engine::Home;
use crate::engine::history::History;
use crate::engine::seen::{Judge, Recorded, Word, record, system_user};
use crate::insight::seen::kind_key;
use crate::insight::summary;
use crate::model::{
    Cause, Resolution, ResolvedWhat, Settings, cause_from_id, nearest, visible_line,
};
use serde_json::{Value, json};

/// Records, changes or takes back what a call or a case was; without a word it shows what stands.
pub fn run(args: ResolveArgs, out: &mut Out) -> Result<u8, Trouble> {
    let cause = args.cause.as_deref().map(cause).transpose()?;
    let home = Home::find()?;
    let settings = home.settings()?;
    let catalogue = choice::catalogue(&home)?;
    let store = choice::history(&home, &settings)?;
    let client = looker(&settings, &catalogue);
    let judge = Judge {
        client: &client,
        catalogue: &catalogue,
        environments: &settings.environments,
    };
    let work = || -> Result<(Option<Recorded>, Vec<Resolution>), Trouble> {
        let (what, case) = find(&store, &args.what)?;
        if cause.is_none() && args.note.is_none() && !args.withdraw {
            let known = store.resolutions_on(&what)?;
            return Ok((None, known));
        }
        let word = Word {
            what: what.clone(),
            case,
            cause,
            note: args.note.clone(),
            who: name_of(&settings),
            withdraw: args.withdraw,
        };
        let recorded = recorded(&store, &judge, word)?;
        Ok((Some(recorded), store.resolutions_on(&what)?))
    };
    let result = work();
    store.close(history::CLOSING);
    let (recorded, known) = result?;
    if args.json {
        out.json(&document(&known));
        return Ok(0);
    }
    match &recorded {
        Some(recorded) => out.line(&visible_line(&told(recorded))),
        None if known.is_empty() => {
            out.line("Nothing is recorded of it. --cause ID and --note TEXT record what it was.")
        }
        None => {
            for resolution in &known {
                let sign = if resolution.withdrawn {
                    "taken back: "
                } else {
                    ""
                };
                out.line(&format!("{sign}{}", line_of(resolution)));
            }
        }
    }
    Ok(0)
}

/// Who records things: as the settings say, else the name of the system's user.
pub fn name_of(settings: &Settings) -> String {
    settings.own_name().map_or_else(system_user, str::to_owned)
}

/// Records a word; says what the note had in it.
pub fn recorded(history: &History, judge: &Judge, word: Word) -> Result<Recorded, Trouble> {
    let (note, withdraw) = (word.note.clone(), word.withdraw);
    let recorded = record(history, judge, word)?;
    match recorded.resolution() {
        Some(kept) => {
            if note.is_some_and(|note| kept.note != note.trim()) {
                complain("Note: a secret stood in the note, and is kept as a mask.");
            }
            Ok(recorded)
        }
        None if withdraw => Err(Trouble::failed(
            "Nothing stands there that could be taken back. httriage resolve ID shows what is recorded.",
        )),
        None => Err(Trouble::usage(
            "A first word on a refusal needs its cause: --cause with an id such as permission.missing_role, or --cause other.",
        )),
    }
}

/// What was done, in a sentence.
pub fn told(recorded: &Recorded) -> String {
    match recorded {
        Recorded::New(one) => format!("Recorded: it was {}.", one.cause_id()),
        Recorded::Changed(one) => format!(
            "Changed: it was {}. What stood before is kept as its past.",
            one.cause_id()
        ),
        Recorded::Withdrawn(one) => format!(
            "Taken back: {} no longer counts, and is kept as its past.",
            one.cause_id()
        ),
        Recorded::Nothing => "Nothing was recorded.".to_owned(),
    }
}

/// A cause by its id, or `other`.
pub fn cause(id: &str) -> Result<Option<Cause>, Trouble> {
    cause_from_id(id.trim()).ok_or_else(|| {
        let ids = Cause::ALL.iter().map(|cause| cause.id());
        let meant = nearest(id, ids).map(|near| format!(" Did you mean {near}?"));
        Trouble::usage(format!(
            "{} is no cause.{} httriage explain CAUSE tells what one means; other is for all that have none.",
            visible_line(id),
            meant.unwrap_or_default()
        ))
    })
}

/// The call or the case that is meant, and the case it belongs to.
pub fn find(history: &History, what: &str) -> Result<(ResolvedWhat, Option<String>), Trouble> {
    let cases = history.cases()?;
    let lower = what.to_lowercase();
    if let Some((case, _)) = cases.iter().find(|(case, _)| case.to_lowercase() == lower) {
        return Ok((ResolvedWhat::Case(case.clone()), Some(case.clone())));
    }
    let missing = || {
        Trouble::failed(format!(
            "There is no call with the id {0} and no case of that name. httriage history list shows ids; the first characters of one suffice.",
            visible_line(what)
        ))
    };
    let id = history.find(what)?.ok_or_else(missing)?;
    let call = history.load(&id)?.ok_or_else(missing)?;
    let row = summary(&call);
    if kind_key(&row).is_none() {
        return Err(Trouble::failed(
            "This call was not refused, so there is nothing to resolve. httriage history list 4xx shows those that were.",
        ));
    }
    Ok((ResolvedWhat::Call(id), row.case))
}

/// What stands, and what stood before.
pub fn document(known: &[Resolution]) -> Value {
    let standing = known.first().filter(|one| !one.withdrawn);
    let past = known.iter().skip(usize::from(standing.is_some()));
    let mut document = json!({
        "past": past.map(resolution_json).collect::<Vec<_>>(),
    });
    if let Some(standing) = standing {
        document["resolution"] = resolution_json(standing);
    }
    document
}
