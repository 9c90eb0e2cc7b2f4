//! Other programs: the one room that makes them. None gets a variable that defines a token,
//! whether this run uses that token or not.

use crate::model::{Settings, TokenSource};
use std::ffi::OsStr;
use std::process::Command;

/// What the names of variables begin with that define a token by themselves.
const PREFIX: &str = "HTTRIAGE_TOKEN_";

/// Starts the programs that a person configured, or asked for by a key.
pub struct Starter {
    /// The variables that the settings say define tokens.
    withheld: Vec<String>,
}

impl Starter {
    pub fn new(settings: &Settings) -> Starter {
        let named = settings
            .tokens
            .iter()
            .filter_map(|token| match &token.source {
                TokenSource::Variable(variable) => Some(variable),
                _ => None,
            });
        let withheld = named.chain(&settings.token_variables).cloned();
        Starter {
            withheld: withheld.collect(),
        }
    }

    /// With this program's surroundings, but for the values of tokens.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        let variables = std::env::vars_os().map(|(name, _)| name);
        // Some systems take capitals and small letters for the same.
        let defines_a_token = |name: &OsStr| {
            let name = name.to_string_lossy().to_ascii_uppercase();
            name.starts_with(PREFIX)
        };
        for name in variables.filter(|name| defines_a_token(name)) {
            command.env_remove(name);
        }
        for name in &self.withheld {
            command.env_remove(name);
        }
        command
    }
}

/// With no variables at all.
pub fn bare(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.env_clear();
    command
}
