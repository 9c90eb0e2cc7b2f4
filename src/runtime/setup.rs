//! Writes an environment and its token from the screen to `config.toml`. The value is typed here,
//! unseen, and goes only to where it is kept.

use super::new_token::NewToken;
use super::perform::Performer;
use crate::app::pane::{KeepIn, TypedToken};
use crate::app::{Message, SetUp, SetupOrder, TokenOrder};
use crate::engine::{Home, Vault, clock, keep, make_folder};
use crate::format::{config_edit, config_file};
use crate::insight::token::relative;
use crate::model::{Secret, Settings, Token, TokenName, TokenSource, told_source};
use std::path::PathBuf;

impl Performer {
    /// Sends keys to the hidden value from now on, or to the form again.
    pub fn type_token(&mut self, typing: bool) {
        self.new_token.typing = typing;
    }

    /// Wipes the value that was typed for a new token.
    pub fn forget_typed(&mut self) {
        self.new_token = NewToken::default();
    }

    /// Takes a message while the value of a new token has the keys; gives any other back.
    pub fn hears_token(&mut self, message: Message) -> Option<Message> {
        if !self.new_token.typing {
            return Some(message);
        }
        match self.new_token.takes(message) {
            Some(message) => Some(message),
            None => Some(Message::TypedToken(self.looked_at())),
        }
    }

    /// What can be told of the value without showing it.
    fn looked_at(&self) -> TypedToken {
        let value = &self.new_token.value;
        let count = value.count();
        if count == 0 {
            return TypedToken::default();
        }
        let (now, marks) = (clock::now(), self.client.vault().marks());
        let secret = value.copy();
        let repair = keep::repaired(&secret);
        let report = match &repair {
            Some(repair) => keep::examined(&repair.value, now, marks),
            None => keep::examined(&secret, now, marks),
        };
        let mut kind = format!("{} · {} characters", report.kind.words(), report.length);
        if let Some(at) = report.claims.as_ref().and_then(|claims| claims.expires_at) {
            kind.push_str(&format!(" · expires {}", relative(at, now)));
        }
        let mut says = vec![(false, kind)];
        let steps = repair.into_iter().flat_map(|repair| repair.steps);
        says.extend(steps.map(|step| (true, mended(step))));
        let problems = report.problems.iter();
        says.extend(problems.map(|problem| (true, problem.says.to_owned())));
        TypedToken { count, says }
    }

    /// Writes the settings, off the thread that draws.
    pub fn set_up(&mut self, order: SetupOrder) {
        let typed = self.new_token.value.copy();
        let value = match keep::repaired(&typed) {
            Some(repair) => repair.value,
            None => typed,
        };
        let (home, client) = (self.home.clone(), self.client.clone());
        self.look_up(move |_, queue| {
            let done = set_up(&home, client.vault(), order, &value).map(Box::new);
            let _ = queue.send(Message::SetUp(done));
        });
    }

    /// Takes changed settings in.
    pub fn settle(&mut self, settings: &Settings) {
        let tokens = settings.tokens.iter();
        self.tokens = tokens.map(|token| token.name.clone()).collect();
        self.forget_typed();
    }

    /// Removes an environment from `config.toml`, and says so.
    pub fn remove_environment(&self, name: String) {
        self.changed(move |text, file| {
            let (text, _) = config_edit::remove_environment(text, file, &name)
                .map_err(|error| error.to_string())?;
            Ok((
                text,
                format!("Environment {name} is gone from config.toml."),
            ))
        });
    }

    /// Removes a token from `config.toml`, and its value from the keyring if it is kept there.
    pub fn remove_token(&self, name: TokenName) {
        self.changed(move |text, file| {
            let settings = config_file::read(text, file).map_err(|error| error.to_string())?;
            let text =
                config_edit::remove_token(text, file, &name).map_err(|error| error.to_string())?;
            let mut says = format!("Token {name} is gone from config.toml.");
            match settings.token(&name).map(|token| &token.source) {
                Some(TokenSource::Keyring) => match keep::out_of_keyring(&name) {
                    Ok(()) => says.push_str(" Its value is gone from the keyring."),
                    Err(why) => says.push_str(&format!(" Its value may still be there: {why}.")),
                },
                Some(TokenSource::File(path)) => {
                    let path = path.to_string_lossy();
                    let told = told_source(&path);
                    says.push_str(&format!(" Its value still stands in {told}."));
                }
                _ => {}
            }
            Ok((text, says))
        });
    }

    /// Changes the file, and reports the new settings.
    fn changed(
        &self,
        change: impl FnOnce(&str, &str) -> Result<(String, String), String> + Send + 'static,
    ) {
        let (home, client) = (self.home.clone(), self.client.clone());
        self.look_up(move |_, queue| {
            let done = read(&home).and_then(|(text, file)| {
                let (text, says) = change(&text, &file.display().to_string())?;
                home.save(&file, &text).map_err(|error| error.to_string())?;
                let settings = home.settings().map_err(|error| error.to_string())?;
                client.vault().define(&settings);
                Ok(Box::new(SetUp {
                    settings,
                    environment: None,
                    token: None,
                    path: None,
                    says,
                }))
            });
            let _ = queue.send(Message::SetUp(done));
        });
    }
}

/// A copying mistake that was undone: `the scheme in front of it: taken off`.
pub fn mended(step: &str) -> String {
    let what = step.strip_prefix("take ");
    match what.and_then(|what| what.strip_suffix(" away")) {
        Some(what) => format!("{what}: taken off"),
        None => format!("mended: {step}"),
    }
}

fn read(home: &Home) -> Result<(String, PathBuf), String> {
    let text = home
        .text("config.toml")
        .map_err(|error| error.to_string())?;
    Ok((
        text.unwrap_or_default(),
        home.config_dir().join("config.toml"),
    ))
}

fn set_up(home: &Home, vault: &Vault, order: SetupOrder, value: &Secret) -> Result<SetUp, String> {
    let SetupOrder {
        is_token_alone,
        changes,
        environment,
        token,
        path,
    } = order;
    let (mut text, file) = read(home)?;
    let place = file.display().to_string();
    let said = |error: crate::format::FormatError| error.to_string();
    let mut says = format!("Environment {} is defined in {place}.", environment.name);
    if let Some(name) = &changes {
        text = config_edit::change_environment(&text, &place, name, &environment).map_err(said)?;
        says = format!("Environment {} is changed in {place}.", environment.name);
    } else if !is_token_alone {
        text = config_edit::add_environment(&text, &place, &environment).map_err(said)?;
    }
    let mut defined = None;
    if let Some(order) = &token {
        let is_named = !is_token_alone || environment.configured;
        let source = source(home, order)?;
        let origin = environment.origin().filter(|_| !is_named);
        let token = Token {
            name: order.name.clone(),
            source,
            // A token for a host without an environment goes to that host alone.
            origins: origin.map(|origin| vec![origin]),
            placement: order.placement.clone(),
            ttl: None,
        };
        let names: Vec<String> = is_named
            .then(|| environment.name.clone())
            .into_iter()
            .collect();
        text = config_edit::add_token(&text, &place, &token, &names).map_err(said)?;
        says = if is_token_alone {
            format!("Token {} is defined in {place}.", token.name)
        } else {
            format!(
                "Environment {} and its token {} are defined in {place}.",
                environment.name, token.name
            )
        };
        defined = Some(token);
    }
    // Only write what can be read again.
    config_file::read(&text, &place).map_err(said)?;
    if let Some(token) = &defined {
        put_away(home, token, value)?;
    }
    if let Err(error) = home.save(&file, &text) {
        if let Some(token) = &defined {
            take_back(token);
        }
        return Err(error.to_string());
    }
    let settings = home.settings().map_err(|error| error.to_string())?;
    vault.define(&settings);
    if let Some(token) = defined
        .iter()
        .find(|token| token.source == TokenSource::Prompt)
    {
        vault.lend(&token.name, value.clone());
    }
    let is_new = changes.is_none() && !is_token_alone;
    Ok(SetUp {
        settings,
        environment: (!is_token_alone).then(|| environment.name.clone()),
        token: defined.map(|token| token.name),
        path: is_new.then_some(path),
        says,
    })
}

fn source(home: &Home, order: &TokenOrder) -> Result<TokenSource, String> {
    Ok(match order.keep_in {
        KeepIn::Device | KeepIn::Browser | KeepIn::Service => match &order.grant {
            Some(grant) => TokenSource::Grant(grant.clone()),
            None => return Err("Nothing says how it is got.".to_owned()),
        },
        KeepIn::Keyring => TokenSource::Keyring,
        KeepIn::ThisRun => TokenSource::Prompt,
        KeepIn::File => {
            let folder = home.config_dir().join("tokens");
            TokenSource::File(folder.join(format!("{}.token", order.name)))
        }
        KeepIn::Variable => {
            let fits = |c: char| c.is_ascii_alphanumeric() || c == '_';
            let is_name = order.from.chars().all(fits)
                && !order.from.starts_with(|c: char| c.is_ascii_digit());
            if !is_name {
                return Err(
                    "The name of a variable has letters, digits and underscores.".to_owned(),
                );
            }
            TokenSource::Variable(order.from.clone())
        }
        KeepIn::Command => {
            if order.from.contains(['"', '\'', '\\']) {
                return Err("Words with quotation marks are given by httriage token add NAME --command '…'.".to_owned());
            }
            let words = order.from.split_whitespace().map(str::to_owned);
            TokenSource::Command(words.collect())
        }
    })
}

/// Stores a value where its source says.
fn put_away(home: &Home, token: &Token, value: &Secret) -> Result<(), String> {
    match &token.source {
        TokenSource::Keyring => keep::into_keyring(&token.name, value)
            .map_err(|why| format!("The value was not kept: {why}. Keep it in a file.")),
        TokenSource::File(path) => {
            let folder = path.parent().map_or(Ok(()), make_folder);
            let written = folder.and_then(|()| keep::into_file(home, path, value));
            written.map_err(|error| {
                format!("The value was not written to {}: {error}.", path.display())
            })
        }
        _ => Ok(()),
    }
}

/// Removes a stored value if its name could not be written.
fn take_back(token: &Token) {
    match &token.source {
        TokenSource::File(path) => drop(std::fs::remove_file(path)),
        TokenSource::Keyring => drop(keep::out_of_keyring(&token.name)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::Key;

    #[test]
    fn keys_and_pastes_make_the_value_and_the_rest_goes_on() {
        let mut token = NewToken::default();
        let key = |key: &str| Message::Key(Key::parse(key).unwrap());
        assert!(token.takes(Message::Paste("abc".into())).is_none());
        assert!(token.takes(key("d")).is_none());
        assert!(token.takes(key("backspace")).is_none());
        for other in ["enter", "tab", "esc", "ctrl-r"] {
            assert!(token.takes(key(other)).is_some(), "{other}");
        }
        assert_eq!(token.value.count(), 3);
        assert!(token.takes(key("ctrl-u")).is_none());
        assert_eq!(token.value.count(), 0);
    }
}
