//! `httriage keys`: every action with its id and its keys, as `keys.toml` left them.

use super::args::KeysArgs;
use super::choice;
use super::print::Out;
use super::trouble::Trouble;
use crate::app::{Action, Place};
use crate::engine::Home;
use serde_json::{Value, json};

/// Prints every action with its keys, as text or JSON.
pub fn run(args: KeysArgs, out: &mut Out) -> Result<u8, Trouble> {
    let keymap = choice::keymap(&Home::find()?)?;
    if args.json {
        let row = |action: &Action| {
            let keys: Vec<String> = keymap.keys(*action).map(|key| key.spelling()).collect();
            json!({
                "id": action.id(),
                "place": action.place().title(),
                "keys": keys,
                "title": action.title(),
            })
        };
        let rows: Vec<Value> = Action::ALL.iter().map(row).collect();
        out.json(&json!({ "keys": rows }));
        return Ok(0);
    }
    for (number, place) in Place::all().into_iter().enumerate() {
        if number > 0 {
            out.line("");
        }
        out.line(place.title());
        for action in Action::ALL.iter().filter(|a| a.place() == place) {
            let keys: Vec<String> = keymap.keys(*action).map(|key| key.spelling()).collect();
            let keys = keys.join(" ");
            out.columns(&[("", 0), (action.id(), 20), (&keys, 24)], action.title());
        }
    }
    Ok(0)
}
