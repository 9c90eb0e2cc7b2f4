//! `httriage when`: the last time a call worked, the first time it did not, and what else changed
//! in between. Nothing is sent.

use super::args::WhenArgs;
use super::choice;
use super::history;
use super::json::exchange_json;
use super::print::Out;
use super::trouble::Trouble;
use crate::engine::Home;
use crate::engine::when::turned;
use crate::insight::when::Turned;
use crate::model::visible_line;
use serde_json::{Map, Value, json};

/// Finds the turn in the history and prints it; fails for an unknown call.
pub fn run(args: WhenArgs, out: &mut Out) -> Result<u8, Trouble> {
    let home = Home::find()?;
    let settings = home.settings()?;
    let catalogue = choice::catalogue(&home)?;
    let history = choice::history(&home, &settings)?;
    let asked = history::find(&history, &args.id)?;
    let place = choice::environment_of(&asked, &settings);
    let knowledge = catalogue.library.of_exchange(&asked, &place);
    let found = turned(&history, &asked, &knowledge)?;
    history.close(history::CLOSING);
    let (good, bad) = (found.good.as_deref(), found.bad.as_deref());
    let words = found.sentence();
    if args.json {
        out.json(&document(&found));
    } else {
        out.paragraph(&words);
        for (title, call) in [("Last good", good), ("First bad", bad)] {
            if let Some(call) = call {
                out.indented(&visible_line(&format!(
                    "{title}  {}  {:.0}  {}  {} {}",
                    call.id,
                    call.started_at,
                    call.outcome.headline(),
                    call.sent.method,
                    call.sent.url
                )));
            }
        }
        if !found.changed.is_empty() {
            out.line("");
            out.heading("What changed");
        }
        for change in &found.changed {
            let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "–".to_owned());
            out.indented(&visible_line(&format!(
                "{}: {} → {}",
                change.what,
                text(&change.before),
                text(&change.after)
            )));
        }
    }
    Ok(if good.is_some() && bad.is_some() {
        0
    } else {
        1
    })
}

/// The turn with both calls.
pub fn document(found: &Turned) -> Value {
    let mut document = Map::new();
    for (name, call) in [("last_good", &found.good), ("first_bad", &found.bad)] {
        if let Some(call) = call {
            document.insert(name.into(), exchange_json(call));
        }
    }
    let changed = found.changed.iter();
    let changed = changed.map(
        |change| json!({ "what": change.what, "before": change.before, "after": change.after }),
    );
    document.insert("changed".into(), Value::Array(changed.collect()));
    document.insert("sentence".into(), json!(found.sentence()));
    Value::Object(document)
}
