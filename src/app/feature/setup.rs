//! Defines, changes and removes environments and tokens from the screen: what the form asks for,
//! what is wrong with it, and what follows once `config.toml` holds it.

use super::send::send;
use crate::app::action::{Action, Pane, Screen};
use crate::app::field::Field;
use crate::app::message::{Effect, Notice, Pasted, SetUp, SetupOrder, TokenOrder};
use crate::app::pane::{
    Choice, Dialog, KeepIn, Pick, SeenToken, Setup, SetupKind, SetupRow, TypedToken,
};
use crate::app::state::{Overlay, State};
use crate::insight::api::proposal::{names_user, why_no_name};
use crate::model::{
    Auth, Bindings, ClientAuth, Environment, Grant, GrantKind, Origin, Server, TokenName,
    TokenSource, looks_like_a_value,
};

/// A longer name of a variable was probably meant as a value.
const LONGEST_VARIABLE: usize = 40;

/// Opens the form for a new environment, with the URL of the call in front if that belongs to no
/// environment.
pub fn add(state: &mut State) -> Vec<Effect> {
    state.leave_field();
    let mut setup = Setup::new(SetupKind::Add, state.has_keyring);
    if let Some(url) = url_of_none(state) {
        setup.url.set(&url);
    }
    open(state, setup)
}

/// The URL in the request, if it belongs to no environment of the settings.
fn url_of_none(state: &State) -> Option<String> {
    let place = state.environment();
    let typed = state.builder.url.text();
    let whole = match typed.strip_prefix("{{base}}") {
        Some(path) => format!("{}{path}", place.base_url.trim_end_matches('/')),
        None if typed.starts_with('/') => {
            format!("{}{typed}", place.base_url.trim_end_matches('/'))
        }
        None => typed,
    };
    let origin = Origin::parse(&whole)?;
    let mut all = state.environments.iter();
    let is_known = all.any(|e| (e.configured || e.sandbox) && e.origin().as_ref() == Some(&origin));
    (!is_known && !whole.contains("{{")).then_some(whole)
}

/// Opens the form for the environment in use.
pub fn change(state: &mut State) -> Vec<Effect> {
    let place = state.environment().clone();
    let mut setup = Setup::new(SetupKind::Change(place.name.clone()), state.has_keyring);
    setup.name.set(&place.name);
    setup.base.set(&place.base_url);
    setup
        .speaks
        .set(place.knowledge.as_deref().unwrap_or_default());
    setup.who.set(place.who_am_i.as_deref().unwrap_or_default());
    setup.protected = place.protected;
    open(state, setup)
}

/// Why the environment in use cannot be changed here.
pub fn why_no_change(state: &State) -> Option<&'static str> {
    (!state.environment().configured)
        .then_some("This environment does not stand in config.toml. Add one of your own.")
}

/// Opens the form for a token of the environment in use.
pub fn add_token(state: &mut State) -> Vec<Effect> {
    state.leave_field();
    let mut setup = Setup::new(SetupKind::Token, state.has_keyring);
    let name = TokenName::nearest(&state.environment().name);
    setup
        .token_name
        .set(free(name.as_str(), &state.all_tokens).as_str());
    open(state, setup)
}

/// Opens the form with a pasted value that waits; where no token can be added, for a new
/// environment with it.
pub fn keep(state: &mut State, seen: SeenToken) -> Vec<Effect> {
    state.leave_field();
    let has_place = why_no_token(state).is_none();
    let kind = if has_place {
        SetupKind::Token
    } else {
        SetupKind::Add
    };
    let mut setup = Setup::new(kind, state.has_keyring);
    setup.typed = unseen(&seen);
    if has_place {
        let name = TokenName::nearest(&state.environment().name);
        setup
            .token_name
            .set(free(name.as_str(), &state.all_tokens).as_str());
        setup.row = SetupRow::TokenName;
    }
    state.overlay = Some(Overlay::Setup(Box::new(setup)));
    changed(state)
}

/// What the form says of a value that waits unseen.
fn unseen(seen: &SeenToken) -> TypedToken {
    let what = format!(
        "{} · {} characters",
        seen.report.kind.words(),
        seen.report.length
    );
    let mended = seen.mended.iter().map(|says| (true, says.clone()));
    TypedToken {
        count: seen.report.length,
        says: std::iter::once((false, what)).chain(mended).collect(),
    }
}

/// Puts a token that was pasted into another row into its own, unseen; `None` where the row in
/// front may be meant.
pub fn take_value(state: &mut State, text: &Pasted, seen: &SeenToken) -> Option<Vec<Effect>> {
    let setup = form(state)?;
    let is_whole = |field: &Field| Origin::parse(&field.text()).is_some();
    let is_meant = match setup.row {
        SetupRow::Under | SetupRow::From => false,
        SetupRow::Url => seen.is_certain || is_whole(&setup.url),
        SetupRow::Base => seen.is_certain || is_whole(&setup.base),
        _ => seen.is_certain,
    };
    if !is_meant || matches!(setup.kind, SetupKind::Change(_)) {
        return None;
    }
    setup.typed = unseen(seen);
    setup.row = SetupRow::Token;
    setup.trouble = None;
    let mut effects = vec![Effect::HoldToken(text.clone())];
    effects.extend(changed(state));
    Some(effects)
}

fn free(name: &str, taken: &[TokenName]) -> String {
    let mut names = std::iter::once(name.to_owned()).chain((2..).map(|n| format!("{name}-{n}")));
    let is_free = |name: &String| taken.iter().all(|known| known.as_str() != name);
    names.find(is_free).unwrap_or_else(|| name.to_owned())
}

/// Why no token can be added here.
pub fn why_no_token(state: &State) -> Option<&'static str> {
    state
        .environment()
        .sandbox
        .then_some("The sandbox has its own tokens. Add an environment first.")
}

fn open(state: &mut State, setup: Setup) -> Vec<Effect> {
    state.overlay = Some(Overlay::Setup(Box::new(setup)));
    let mut effects = vec![Effect::ForgetTyped];
    effects.extend(changed(state));
    effects
}

fn form(state: &mut State) -> Option<&mut Setup> {
    match &mut state.overlay {
        Some(Overlay::Setup(setup)) => Some(setup),
        _ => None,
    }
}

/// After each change: fills in what follows from the URL, and tells the runtime whether keys go to
/// a hidden value now.
pub fn changed(state: &mut State) -> Vec<Effect> {
    let taken: Vec<String> = state.environments.iter().map(|e| e.name.clone()).collect();
    let taken: Vec<&str> = taken.iter().map(String::as_str).collect();
    let library = state.catalogue.library.clone();
    let tokens = state.all_tokens.clone();
    let Some(setup) = form(state) else {
        return Vec::new();
    };
    if setup.kind == SetupKind::Add && setup.row == SetupRow::Url {
        let is_own = setup.propose(&taken, &library);
        if is_own {
            let name = TokenName::nearest(&setup.name.text());
            setup.propose_token(&free(name.as_str(), &tokens));
        }
    }
    vec![Effect::TypeToken(setup.row == SetupRow::Token)]
}

/// Moves the cursor by `step` rows of the form and clears its message.
pub fn step(state: &mut State, step: isize) -> Vec<Effect> {
    if let Some(setup) = form(state) {
        setup.trouble = None;
        setup.step(step);
    }
    changed(state)
}

/// Moves a row of choices to its next or previous choice.
pub fn turn(state: &mut State, step: isize) -> Vec<Effect> {
    if let Some(setup) = form(state) {
        setup.turn(step);
    }
    changed(state)
}

/// Takes in what the runtime tells of a value typed unseen.
pub fn typed(state: &mut State, typed: TypedToken) -> Vec<Effect> {
    if let Some(setup) = form(state) {
        setup.typed = typed;
    }
    Vec::new()
}

/// Closes the form and drops the typed value.
pub fn leave(state: &mut State) -> Vec<Effect> {
    state.overlay = None;
    vec![Effect::ForgetTyped]
}

/// Saves the form, or says what is missing and moves to that row.
pub fn save(state: &mut State) -> Vec<Effect> {
    let order = match order(state) {
        Ok(order) => order,
        Err((row, why)) => {
            if let Some(setup) = form(state) {
                setup.row = row;
                setup.trouble = Some(why);
            }
            return changed(state);
        }
    };
    if let Some(setup) = form(state) {
        setup.is_saving = true;
    }
    vec![Effect::TypeToken(false), Effect::SetUp(Box::new(order))]
}

fn order(state: &State) -> Result<SetupOrder, (SetupRow, String)> {
    let Some(Overlay::Setup(setup)) = &state.overlay else {
        return Err((SetupRow::Url, String::new()));
    };
    let mut environment = state.environment().clone();
    if setup.kind != SetupKind::Token {
        environment = self_made(state, setup)?;
    }
    let token = match setup.has_token() {
        false if setup.kind == SetupKind::Token => {
            let row = if setup.keep_in.is_got() {
                (
                    SetupRow::Issuer,
                    "Who gives it out? Give the URL of the issuer.",
                )
            } else {
                (SetupRow::Token, "Paste or type its value first.")
            };
            return Err((row.0, row.1.to_owned()));
        }
        false => None,
        true => Some(token_order(state, setup)?),
    };
    let changes = match &setup.kind {
        SetupKind::Change(name) => Some(name.clone()),
        _ => None,
    };
    Ok(SetupOrder {
        is_token_alone: setup.kind == SetupKind::Token,
        changes,
        environment,
        token,
        path: setup.path.clone(),
    })
}

fn self_made(state: &State, setup: &Setup) -> Result<Environment, (SetupRow, String)> {
    let name = setup.name.text().trim().to_owned();
    let base = setup.base.text().trim().trim_end_matches('/').to_owned();
    if setup.kind == SetupKind::Add && setup.base.is_empty() {
        let why = "Paste any URL of the API, as https://api.acme.example/v2/orders.";
        return Err((SetupRow::Url, why.to_owned()));
    }
    if names_user(&setup.url.text()) || names_user(&base) {
        let why = "A user or a password stands in it. Leave them out: a token keeps the password.";
        return Err((SetupRow::Url, why.to_owned()));
    }
    if let Some(why) = why_no_name(&name) {
        return Err((SetupRow::Name, format!("That cannot be its name: {why}.")));
    }
    let is_other = setup.kind != SetupKind::Change(name.clone());
    if is_other
        && state
            .environments
            .iter()
            .any(|e| e.configured && e.name == name)
    {
        let why = format!("There is an environment {name} already.");
        return Err((SetupRow::Name, why));
    }
    if Origin::parse(&base).is_none() || !base.starts_with("http") {
        let why = "The base is a URL, as https://api.acme.example/v2.";
        return Err((SetupRow::Base, why.to_owned()));
    }
    let pack = setup.speaks.text().trim().to_owned();
    if !pack.is_empty() && state.catalogue.library.pack(&pack).is_none() {
        let why = format!("There is no pack named {pack}. Leave it empty to go by the host.");
        return Err((SetupRow::Speaks, why));
    }
    let who_am_i = setup.who_am_i();
    if who_am_i.as_ref().is_some_and(|path| !path.starts_with('/')) {
        let why = "It is a path under the base, as /me. Leave it empty where there is none.";
        return Err((SetupRow::WhoAmI, why.to_owned()));
    }
    Ok(Environment {
        who_am_i,
        name,
        base_url: base,
        knowledge: (!pack.is_empty()).then_some(pack),
        protected: setup.protected,
        ..Environment::default()
    })
}

fn token_order(state: &State, setup: &Setup) -> Result<TokenOrder, (SetupRow, String)> {
    let name = setup.token_name.text();
    let Some(name) = TokenName::new(name.trim()) else {
        let why = "A name has lower-case letters, digits, dashes, dots or underscores.";
        return Err((SetupRow::TokenName, why.to_owned()));
    };
    if state.all_tokens.contains(&name) {
        return Err((
            SetupRow::TokenName,
            format!("There is a token {name} already."),
        ));
    }
    let under = setup.under.text();
    if setup.goes_in.under().is_some() && under.trim().is_empty() {
        return Err((SetupRow::Under, "It needs a name to go under.".to_owned()));
    }
    let from = setup.from.text().trim().to_owned();
    if setup.keep_in == KeepIn::Variable && from.chars().count() > LONGEST_VARIABLE {
        let why = "That is too long for the name of a variable. Give the name, never the value.";
        return Err((SetupRow::From, why.to_owned()));
    }
    Ok(TokenOrder {
        name,
        placement: setup.goes_in.placement(&under),
        keep_in: setup.keep_in,
        from,
        grant: if setup.keep_in.is_got() {
            Some(Box::new(grant(setup)?))
        } else {
            None
        },
    })
}

/// How a token is got, as far as the form asks for it; all else is for `config.toml`.
fn grant(setup: &Setup) -> Result<Grant, (SetupRow, String)> {
    let text = |field: &Field| field.text().trim().to_owned();
    let (issuer, client_id) = (text(&setup.issuer), text(&setup.client));
    if Origin::parse(&issuer).is_none() || !issuer.starts_with("http") {
        let why = "The issuer is a URL, as https://login.acme.example.";
        return Err((SetupRow::Issuer, why.to_owned()));
    }
    if client_id.is_empty() {
        let why = "The id by which the issuer knows this program.";
        return Err((SetupRow::Client, why.to_owned()));
    }
    let secret = text(&setup.client_secret);
    let is_service = setup.keep_in == KeepIn::Service;
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let is_name = !secret.is_empty()
        && secret.chars().all(fits)
        && secret.chars().count() <= LONGEST_VARIABLE
        && !looks_like_a_value(&secret);
    if is_service && !is_name {
        let why = "Give the name of the variable that holds it, never the secret itself.";
        return Err((SetupRow::ClientSecret, why.to_owned()));
    }
    let scopes = setup.scopes.text();
    Ok(Grant {
        kind: match setup.keep_in {
            KeepIn::Service => GrantKind::ClientCredentials,
            KeepIn::Browser => GrantKind::AuthorizationCode { redirect: None },
            _ => GrantKind::DeviceCode,
        },
        server: Server {
            issuer: Some(issuer),
            ..Server::default()
        },
        client_id,
        client_auth: if is_service {
            ClientAuth::Basic
        } else {
            ClientAuth::None
        },
        client_secret: is_service.then_some(TokenSource::Variable(secret)),
        private_key: None,
        key_id: None,
        scopes: scopes
            .split([' ', ','])
            .filter(|s| !s.is_empty())
            .map(str::to_owned)
            .collect(),
        audience: None,
        resource: None,
        parameters: Vec::new(),
        dpop: false,
    })
}

/// The settings were written, or why not.
pub fn done(state: &mut State, done: Result<Box<SetUp>, String>) -> Vec<Effect> {
    let done = match done {
        Ok(done) => *done,
        Err(why) => {
            match form(state) {
                Some(setup) => {
                    setup.is_saving = false;
                    setup.trouble = Some(why);
                }
                None => state.notice = Some(Notice::trouble(why, "")),
            }
            return changed(state);
        }
    };
    state.overlay = None;
    let SetUp {
        settings,
        environment,
        token,
        path,
        says,
    } = done;
    let before = state.environment().name.clone();
    let current = environment.unwrap_or_else(|| before.clone());
    // Environments named by a command or a URL belong to this run, and stay.
    let own = std::mem::take(&mut state.environments);
    let mut all = settings.environments.clone();
    all.extend(own.into_iter().filter(|e| {
        !e.configured
            && settings.environment(&e.name).is_none()
            && e.name != Environment::COMMAND_LINE
    }));
    state.environments = all;
    let were = std::mem::take(&mut state.all_tokens);
    let tokens = settings.tokens.iter();
    state.all_tokens = tokens.map(|token| token.name.clone()).collect();
    state.bindings = Bindings::of(&settings);
    state.placements = settings.placements();
    let at = state.environments.iter().position(|e| e.name == current);
    state.environment = at.unwrap_or(0);
    state.tokens.clear();
    state.tokens_pane.moved();
    let place = state.environment().clone();
    let chosen = state.builder.auth.token();
    let is_gone = chosen.is_some_and(|t| were.contains(t) && !state.all_tokens.contains(t));
    let is_got = |name: &TokenName| settings.token(name).is_some_and(|t| t.grant().is_some());
    let got = token.clone().filter(is_got);
    if let Some(token) = token {
        state.builder.auth = Auth::Bearer(token);
    } else if place.name != before || is_gone {
        let first = place.tokens.first().cloned();
        state.builder.auth = first.map_or(Auth::None, Auth::Bearer);
    }
    let mut effects = vec![Effect::ReadTokens(Box::new(place))];
    let path_was_sent = path.is_some();
    if let Some(path) = path {
        state.screen = Screen::Explorer;
        state.builder.method = "GET".to_owned();
        state.builder.url.set(&path);
        state.builder.on_url = true;
        state.focus = Pane::Request;
        effects.extend(send(state, false));
    }
    state.notice = Some(Notice::info(says));
    if let Some(token) = got.filter(|_| !path_was_sent) {
        // What came of it is to be seen.
        effects.extend(crate::app::screens::show(state, Screen::Tokens));
        effects.extend(super::tokens::get(state, token));
        return effects;
    }
    if state.screen == Screen::Tokens {
        effects.extend(crate::app::screens::show(state, Screen::Tokens));
    }
    effects
}

/// Asks before it removes an environment from the file.
pub fn ask_to_remove(state: &mut State) {
    let name = state.environment().name.clone();
    ask(
        state,
        format!("Remove {name} from config.toml?"),
        format!("Remove {name}"),
        "its tokens stay, bound to its host",
        Pick::RemoveEnvironment(name),
    );
}

/// Asks before it removes the token under the cursor from the file.
pub fn ask_to_remove_token(state: &mut State) {
    let place = state.environment().name.clone();
    let Some(row) = state.tokens_pane.selected(&place) else {
        return;
    };
    let name = row.token.name.clone();
    let note = match row.source {
        Some(TokenSource::Keyring) => "its value goes from the keyring too",
        Some(TokenSource::File(_)) => "the file with its value stays",
        _ => "",
    };
    ask(
        state,
        format!("Remove token {name} from config.toml?"),
        format!("Remove {name}"),
        note,
        Pick::RemoveToken(name),
    );
}

/// Why the token under the cursor cannot be removed here.
pub fn why_no_removal(state: &State) -> Option<&'static str> {
    let place = state.environment();
    match state.tokens_pane.selected(&place.name) {
        _ if place.sandbox => Some("The sandbox's tokens are its own."),
        None => Some("No token is known here."),
        Some(_) => None,
    }
}

fn ask(state: &mut State, title: String, label: String, note: &str, pick: Pick) {
    let keep = Choice {
        label: "Keep it".to_owned(),
        note: String::new(),
        pick: Pick::Nothing,
    };
    let remove = Choice {
        label,
        note: note.to_owned(),
        pick,
    };
    let dialog = Dialog::new(title, vec![keep, remove], None);
    state.overlay = Some(Overlay::Dialog(dialog));
}

/// The extra rows under the environments to choose from.
pub fn choices(state: &State) -> Vec<Choice> {
    let choice = |label: String, note: &str, pick| Choice {
        label,
        note: note.to_owned(),
        pick,
    };
    let mut choices = vec![choice(
        "+ add an environment".to_owned(),
        "paste any URL of its API",
        Pick::AddEnvironment,
    )];
    if why_no_change(state).is_none() {
        let name = &state.environment().name;
        choices.push(choice(
            format!("change {name}"),
            "",
            Pick::ChangeEnvironment,
        ));
        choices.push(choice(
            format!("remove {name}"),
            "",
            Pick::AskToRemoveEnvironment,
        ));
    }
    choices
}

/// After a call to a host without an environment: says once that it can become one.
pub fn offer(state: &mut State) {
    let place = state.environment();
    if place.configured || place.sandbox || state.notice.is_some() {
        return;
    }
    let Some(origin) = place.origin() else {
        return;
    };
    let origin = origin.to_string();
    if !state.offered.insert(origin.clone()) {
        return;
    }
    let key = state.keymap.hint(Action::AddEnvironment);
    state.notice = Some(Notice::info(format!(
        "{origin} belongs to no environment yet: {} adds it, with its token.",
        key.unwrap_or_default()
    )));
}
