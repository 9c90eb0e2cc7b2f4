//! Tools that send nothing: what an answer means, what was sent before, what is configured.

use super::given::Given;
use super::ground::Errand;
use crate::cli::json::exchange_json;
use crate::cli::token::inspect::{named_json, untold};
use crate::cli::token::{known, known_json};
use crate::cli::trouble::Trouble;
use crate::cli::{
    choice, env, explain as explaining, export, history, resolve as resolving, seen as looking,
    when as turning,
};
use crate::engine::seen::Word;
use crate::engine::when::turned;
use crate::format::registry::{self, Export};
use serde_json::{Value, json};

/// Rows of a search.
const ROWS: usize = 50;

/// Explains a status, a code, a cause or a pasted answer, with the words of the environment's API
/// where one is named.
pub fn explain(errand: &Errand, given: &Given) -> Result<Value, Trouble> {
    let ground = &errand.ground;
    let named = ground.named(given.text("env"))?.map(|named| named.name);
    let place = explaining::place(named, &ground.home)?;
    let catalogue = &ground.catalogue;
    let knowledge = catalogue.library.of_environment(&place);
    let text = given.needed("text");
    let word = explaining::word_json(text.trim(), catalogue.beside(&knowledge));
    match word {
        Some(document) => Ok(document),
        None => explaining::json_of_text(text.as_bytes(), "text", &ground.home, catalogue),
    }
}

/// The newest calls of the history that fit a filter, without their bodies; without a filter, of
/// all.
pub fn history_search(errand: &Errand, given: &Given) -> Result<Value, Trouble> {
    let query = history::read_filter(given.text("filter").unwrap_or_default(), false)?;
    let found = errand.ground.history.recall(&query, ROWS, None)?;
    Ok(history::found_json(&found))
}

/// One call of the history with its answer, by its id or how that begins.
pub fn history_show(errand: &Errand, given: &Given) -> Result<Value, Trouble> {
    Ok(exchange_json(&errand.recalled(given.needed("id"))?))
}

/// When a call of the history began to come out otherwise, by the calls of the same method and
/// token.
pub fn when(errand: &Errand, given: &Given) -> Result<Value, Trouble> {
    let ground = &errand.ground;
    let asked = errand.recalled(given.needed("id"))?;
    let place = choice::environment_of(&asked, &ground.settings);
    let knowledge = ground.catalogue.library.of_exchange(&asked, &place);
    let found = turned(&ground.history, &asked, &knowledge)?;
    Ok(turning::document(&found))
}

pub fn seen(errand: &Errand, given: &Given) -> Result<Value, Trouble> {
    let ground = &errand.ground;
    let what = given.text("id").or(given.text("text")).map(str::trim);
    let (history, client) = (&ground.history, &ground.client);
    let found = looking::find(what, history, client, &ground.catalogue, &ground.settings)?;
    Ok(looking::document(&found))
}

pub fn resolve(errand: &Errand, given: &Given) -> Result<Value, Trouble> {
    let ground = &errand.ground;
    let cause = resolving::cause(given.needed("cause"))?;
    let (what, case) = resolving::find(&ground.history, given.needed("id"))?;
    let word = Word {
        what: what.clone(),
        case,
        cause: Some(cause),
        note: given.text("note").map(str::to_owned),
        // Whoever reads it should know that no person found it out.
        who: format!("{} (agent)", resolving::name_of(&ground.settings)),
        withdraw: false,
    };
    resolving::recorded(&ground.history, &ground.judge(), word)?;
    let known = ground.history.resolutions_on(&what)?;
    Ok(resolving::document(&known))
}

/// A call of the history as a ticket in Markdown.
pub fn ticket(errand: &Errand, given: &Given) -> Result<Value, Trouble> {
    let ground = &errand.ground;
    let Some(Export::Told {
        call: Some(write), ..
    }) = registry::export("markdown")
    else {
        return Err(Trouble::failed("No form of a ticket is known."));
    };
    let text = export::ticket_of(write, given.needed("id"), &ground.home, &ground.settings)?;
    Ok(json!({ "markdown": text }))
}

/// The tokens by name, each with its kind of source and, where that can be had without starting a
/// program, its fingerprint; never a value.
pub fn token_list(errand: &Errand, given: &Given) -> Result<Value, Trouble> {
    let ground = &errand.ground;
    let named = ground.named(given.text("env"))?;
    let tokens = known(named.as_ref(), &ground.settings, ground.client.vault());
    Ok(known_json(&tokens))
}

/// What can be told of a token by its value, which is read here and goes nowhere. With an
/// environment, it is held against what is known of that API.
pub fn token_inspect(errand: &Errand, given: &Given) -> Result<Value, Trouble> {
    let ground = &errand.ground;
    let named = ground.named(given.text("env"))?;
    let nowhere = choice::environment_of_url("", &ground.settings);
    let place = named.as_ref().unwrap_or(&nowhere);
    let token = choice::token(given.needed("name"), place, &ground.settings)?;
    let secret = errand.wait(ground.client.vault().secret(&token, place.sandbox));
    let secret = secret.map_err(|failure| untold(&failure))?;
    let library = &ground.catalogue.library;
    Ok(named_json(&token, &secret, named.as_ref(), library))
}

/// The environments of the settings; where the server is fixed to one, that alone.
pub fn env_list(errand: &Errand, _: &Given) -> Result<Value, Trouble> {
    let mask = errand.ground.client.vault().mask();
    Ok(match errand.ground.named(None)? {
        Some(fixed) => env::environments_json(&[fixed], &mask),
        None => env::environments_json(&errand.ground.settings.environments, &mask),
    })
}
