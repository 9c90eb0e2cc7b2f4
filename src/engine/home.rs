//! Our folders on disk and what stands in them. The only user of `directories`.

use crate::format::{FormatError, config_file};
use crate::model::{Settings, Token, TokenName, TokenSource};
use std::fmt;
use std::path::{Path, PathBuf};

pub struct Home {
    config: PathBuf,
    data: PathBuf,
}

#[derive(Debug)]
pub enum HomeError {
    /// The system names no home directory.
    Nowhere,
    Unreadable {
        path: PathBuf,
        error: std::io::Error,
    },
    Format(FormatError),
}

impl Home {
    /// `HTTRIAGE_CONFIG_DIR` and `HTTRIAGE_DATA_DIR`, else the places the system has for them.
    pub fn find() -> Result<Home, HomeError> {
        let usual = directories::ProjectDirs::from("", "", "httriage");
        let place = |variable: &str, usual: Option<&Path>| match std::env::var_os(variable) {
            Some(path) if !path.is_empty() => Ok(PathBuf::from(path)),
            _ => usual.map(Path::to_owned).ok_or(HomeError::Nowhere),
        };
        Ok(Home {
            config: place(
                "HTTRIAGE_CONFIG_DIR",
                usual.as_ref().map(|u| u.config_dir()),
            )?,
            data: place("HTTRIAGE_DATA_DIR", usual.as_ref().map(|u| u.data_dir()))?,
        })
    }

    pub fn config_dir(&self) -> &Path {
        &self.config
    }

    pub fn data_dir(&self) -> &Path {
        &self.data
    }

    /// `config.toml`, and the tokens that environment variables define; no file is no settings.
    pub fn settings(&self) -> Result<Settings, HomeError> {
        let path = self.config.join("config.toml");
        let mut settings = match self.text("config.toml")? {
            Some(text) => {
                config_file::read(&text, &path.display().to_string()).map_err(HomeError::Format)?
            }
            None => Settings::default(),
        };
        for token in
            variable_tokens(std::env::vars_os().filter_map(|(key, _)| key.into_string().ok()))
        {
            settings.tokens.retain(|known| known.name != token.name);
            settings.tokens.push(token);
        }
        Ok(settings)
    }

    /// The text of a file of ours in the config directory, if there is one.
    pub fn text(&self, file: &str) -> Result<Option<String>, HomeError> {
        let path = self.config.join(file);
        match std::fs::read_to_string(&path) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(HomeError::Unreadable { path, error }),
        }
    }
}

/// A crash must not write this process's memory, and the tokens in it, to a disk.
pub fn forbid_core_files() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, setrlimit};
        let none = Rlimit {
            current: Some(0),
            maximum: Some(0),
        };
        // Where it is refused, the system's own limit stands; there is nothing further to do.
        let _ = setrlimit(Resource::Core, none);
    }
}

/// `HTTRIAGE_TOKEN_USER_ADMIN` defines `user-admin`.
fn variable_tokens(variables: impl Iterator<Item = String>) -> Vec<Token> {
    let mut tokens: Vec<Token> = variables
        .filter_map(|variable| {
            let name = variable.strip_prefix("HTTRIAGE_TOKEN_")?;
            Some(Token {
                name: TokenName::new(&name.to_ascii_lowercase().replace('_', "-"))?,
                source: TokenSource::Variable(variable.clone()),
                origins: Vec::new(),
            })
        })
        .collect();
    tokens.sort_by(|a, b| a.name.cmp(&b.name));
    tokens
}

impl fmt::Display for HomeError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            HomeError::Nowhere => f.write_str(
                "The system names no home directory for settings. Set HTTRIAGE_CONFIG_DIR and HTTRIAGE_DATA_DIR.",
            ),
            HomeError::Unreadable { path, error } => write!(
                f,
                "{} cannot be read: {error}. Mend its permissions, or set HTTRIAGE_CONFIG_DIR to another directory.",
                path.display()
            ),
            HomeError::Format(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for HomeError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_define_tokens_in_lower_case_with_dashes() {
        let variables = [
            "HTTRIAGE_TOKEN_USER_ADMIN",
            "PATH",
            "HTTRIAGE_TOKEN_",
            "HTTRIAGE_TOKEN_A",
        ];
        let tokens = variable_tokens(variables.into_iter().map(String::from));
        let names: Vec<_> = tokens.iter().map(|t| t.name.as_str()).collect();
        assert_eq!(names, ["a", "user-admin"]);
    }

    #[test]
    fn a_missing_file_is_no_settings_and_a_broken_one_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let home = Home {
            config: dir.path().into(),
            data: dir.path().into(),
        };
        assert!(home.settings().unwrap().environments.is_empty());
        std::fs::write(dir.path().join("config.toml"), "a = [").unwrap();
        let error = home.settings().unwrap_err().to_string();
        assert!(error.contains("config.toml:1:"), "{error}");
    }
}
