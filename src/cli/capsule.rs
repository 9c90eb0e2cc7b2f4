//! `httriage capsule`, `answer`, `open`: a case for whoever holds the token. The capsule has the
//! shape of the refused call; on their side each call is shown and asked for before it is sent,
//! with their own token; what came goes back without secrets, and is judged as if probed here.

mod answer;
mod open;

pub use answer::run as answer;
pub use open::run as open;

use super::args::CapsuleArgs;
use super::choice;
use super::history;
use super::print::Out;
use super::trouble::Trouble;
use crate::engine::{Home, Vault, sandbox};
use crate::format::capsule;
use crate::model::{Settings, is_safe_method};

/// Writes a refused call of the history as a capsule; nothing is written where the value of a token
/// that can be read here stands in it. Always 0.
pub fn run(args: CapsuleArgs, out: &mut Out) -> Result<u8, Trouble> {
    let home = Home::find()?;
    let settings = home.settings()?;
    let store = choice::history(&home, &settings)?;
    let found = history::find(&store, &args.id);
    store.close(history::CLOSING);
    let exchange = found?;
    let environment = choice::environment_of(&exchange, &settings);
    let capsule = capsule::of(&exchange, &environment).map_err(Trouble::usage)?;
    let text = capsule::write(&capsule);
    // What cannot be read on the other side is told here.
    let name = args.out.display().to_string();
    capsule::read(&text, &name)?;
    sealed(&text, &settings)?;
    home.save(&args.out, &text)?;
    out.line(&format!(
        "The case is in {name}; nothing secret stands in it."
    ));
    out.line(&format!(
        "Whoever holds the token runs httriage answer {name}, and sends back what it writes."
    ));
    let method = &capsule.request.method;
    if !is_safe_method(method) {
        out.line(&format!(
            "The {method} itself is not made again: only what it acts upon is read."
        ));
    }
    Ok(0)
}

/// Looks once more for every value that can be read here.
fn sealed(text: &str, settings: &Settings) -> Result<(), Trouble> {
    let vault = Vault::new(settings, sandbox::token_value);
    if vault.mask().finds(text) {
        Err(Trouble::failed(
            "Nothing was written: the value of a token stands in it. Make the call again, and say so to the makers.",
        ))
    } else {
        Ok(())
    }
}
