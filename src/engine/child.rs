//! Starts other programs; nothing else in the code does. None of them gets a variable that defines
//! a token, whether this run uses that token or not.

use crate::model::{Settings, TokenSource};
use std::ffi::OsStr;
use std::process::Command;

/// The prefix of variables that define a token by themselves.
const PREFIX: &str = "HTTRIAGE_TOKEN_";

/// Starts the programs that a person configured or asked for with a key press.
pub struct Starter {
    /// The variables that define tokens by the settings.
    withheld: Vec<String>,
}

impl Starter {
    /// Collects the variables that define tokens in the settings; no program gets them.
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

    /// A command with this program's variables, but without those that define tokens.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        let variables = std::env::vars_os().map(|(name, _)| name);
        // Some systems ignore the case of variable names.
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

/// A command without any variables.
pub fn bare(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.env_clear();
    command
}
