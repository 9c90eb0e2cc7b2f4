//! Our folders on disk and the files in them. Only this file uses `directories`.

use super::editor_file::{self, EditorFile};
use super::whole_file::{self, WholeFile};
use crate::format::{FormatError, config_file};
use crate::model::{Settings, Token, TokenName, TokenSource};
use std::fmt;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// The largest session file in bytes; real ones are far smaller, and a device may never end.
const LARGEST_SESSION: u64 = 64_000_000;

/// The ending of session files.
const SESSION_ENDING: &str = ".session.toml";

/// The folders of settings and data of the person who runs the program.
pub struct Home {
    config: PathBuf,
    data: PathBuf,
}

/// Why a file of ours cannot be found, read or written; its text names a remedy.
#[derive(Debug)]
pub enum HomeError {
    /// The system names no home directory.
    Nowhere,
    Unreadable {
        path: PathBuf,
        error: std::io::Error,
    },
    Format(FormatError),
    /// No session file has this path or name.
    NoSession {
        what: String,
        folder: PathBuf,
    },
    BadSession {
        path: PathBuf,
        why: String,
    },
    Unwritable {
        path: PathBuf,
        error: std::io::Error,
    },
    /// A file that another program edited cannot be read back.
    Unread {
        path: PathBuf,
        error: std::io::Error,
    },
}

/// Expands `~/` to the home directory, as a shell would.
pub fn at_home(path: &Path) -> PathBuf {
    let home = || Some(directories::BaseDirs::new()?.home_dir().to_owned());
    match path.strip_prefix("~") {
        Ok(rest) => home().map_or_else(|| path.to_owned(), |home| home.join(rest)),
        Err(_) => path.to_owned(),
    }
}

impl Home {
    /// Finds the folders by `HTTRIAGE_CONFIG_DIR` and `HTTRIAGE_DATA_DIR`, else where the system
    /// puts them. Fails where it names no home.
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

    /// A home in these folders, for tests.
    #[cfg(test)]
    pub fn at(config: PathBuf, data: PathBuf) -> Home {
        Home { config, data }
    }

    /// The folder of `config.toml`, keys, themes and packs.
    pub fn config_dir(&self) -> &Path {
        &self.config
    }

    /// The folder of the history, sessions and exports.
    pub fn data_dir(&self) -> &Path {
        &self.data
    }

    /// The folder for short-lived files: one that the system empties when the session ends, if it
    /// has one.
    pub fn passing_dir(&self) -> PathBuf {
        let usual = directories::ProjectDirs::from("", "", "httriage");
        let folder = usual.and_then(|usual| Some(usual.runtime_dir()?.to_owned()));
        let is_there = |folder: &PathBuf| folder.parent().is_some_and(Path::is_dir);
        // If a person chose the data folder, put nothing elsewhere.
        let chosen = std::env::var_os("HTTRIAGE_DATA_DIR").is_some_and(|path| !path.is_empty());
        match folder.filter(is_there) {
            Some(folder) if !chosen => folder,
            _ => self.data.clone(),
        }
    }

    /// The settings of `config.toml`, with the tokens that environment variables define; defaults
    /// without a file.
    pub fn settings(&self) -> Result<Settings, HomeError> {
        let mut settings = self.configured()?;
        let variables = std::env::vars_os().filter_map(|(key, _)| key.into_string().ok());
        define(&mut settings, variable_tokens(variables));
        Ok(settings)
    }

    /// The settings of `config.toml` alone; defaults without a file.
    pub fn configured(&self) -> Result<Settings, HomeError> {
        let path = self.config.join("config.toml");
        match self.text("config.toml")? {
            Some(text) => {
                config_file::read(&text, &path.display().to_string()).map_err(HomeError::Format)
            }
            None => Ok(Settings::default()),
        }
    }

    /// The text of a file in the config directory; `None` if it does not exist.
    pub fn text(&self, file: &str) -> Result<Option<String>, HomeError> {
        let path = self.config.join(file);
        match std::fs::read_to_string(&path) {
            Ok(text) => Ok(Some(text)),
            // The config directory may not be a folder.
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
                ) =>
            {
                Ok(None)
            }
            Err(error) => Err(HomeError::Unreadable { path, error }),
        }
    }

    /// The person's own packs, `knowledge/*.toml` in the config directory: path and text of each.
    pub fn packs(&self) -> Result<Vec<(PathBuf, String)>, HomeError> {
        let entries = std::fs::read_dir(self.config.join("knowledge"));
        let paths = entries
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.path());
        let mut paths: Vec<PathBuf> = paths
            .filter(|path| path.extension().is_some_and(|ending| ending == "toml"))
            .collect();
        paths.sort();
        let read = |path: PathBuf| match std::fs::read_to_string(&path) {
            Ok(text) => Ok((path, text)),
            Err(error) => Err(HomeError::Unreadable { path, error }),
        };
        paths.into_iter().map(read).collect()
    }

    /// The person's own themes, `themes/*.toml` in the config directory: name, path and text of
    /// each.
    pub fn themes(&self) -> Vec<(String, PathBuf, io::Result<String>)> {
        let entries = std::fs::read_dir(self.config.join("themes"));
        let themes = entries.into_iter().flatten().flatten().filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let name = name.strip_suffix(".toml")?.to_owned();
            let text = std::fs::read_to_string(entry.path());
            Some((name, entry.path(), text))
        });
        let mut themes: Vec<_> = themes.collect();
        themes.sort_by(|a, b| a.0.cmp(&b.0));
        themes
    }

    /// The folder of sessions that were saved without a path.
    pub fn sessions_dir(&self) -> PathBuf {
        self.data.join("sessions")
    }

    /// Name and path of the sessions in that folder, last changed first.
    pub fn sessions(&self) -> Vec<(String, PathBuf)> {
        let entries = std::fs::read_dir(self.sessions_dir());
        let mut found: Vec<_> = entries
            .into_iter()
            .flatten()
            .flatten()
            .filter_map(|entry| {
                let name = entry.file_name().into_string().ok()?;
                let name = name.strip_suffix(SESSION_ENDING)?.to_owned();
                let at = entry.metadata().and_then(|m| m.modified()).ok();
                Some((at, name, entry.path()))
            })
            .collect();
        found.sort_by(|a, b| b.cmp(a));
        found
            .into_iter()
            .map(|(_, name, path)| (name, path))
            .collect()
    }

    /// Path and text of a session, given by path or by its name in the sessions folder.
    pub fn session(&self, what: &str) -> Result<(PathBuf, String), HomeError> {
        let folder = self.sessions_dir();
        let path = session_path(what, &folder).ok_or_else(|| HomeError::NoSession {
            what: what.to_owned(),
            folder,
        })?;
        let bad = |why: String| HomeError::BadSession {
            path: path.clone(),
            why,
        };
        let mut bytes = Vec::new();
        let file = std::fs::File::open(&path).map_err(|error| bad(error.to_string()))?;
        file.take(LARGEST_SESSION + 1)
            .read_to_end(&mut bytes)
            .map_err(|error| bad(error.to_string()))?;
        if bytes.len() as u64 > LARGEST_SESSION {
            return Err(bad("it is too large for a session".to_owned()));
        }
        match String::from_utf8(bytes) {
            Ok(text) => Ok((path, text)),
            Err(_) => Err(bad("it is not UTF-8 text".to_owned())),
        }
    }

    /// The folder for files that are written for others.
    pub fn exports_dir(&self) -> PathBuf {
        self.data.join("exports")
    }

    /// Writes a new file for others and returns its path; never replaces one.
    pub fn export_new(&self, name: &str, ending: &str, text: &str) -> Result<PathBuf, HomeError> {
        new_file(&self.exports_dir(), name, ending, text, &self.data)
    }

    /// Replaces the text of a file; after a crash it holds the old text or the new one.
    pub fn save(&self, path: &Path, text: &str) -> Result<(), HomeError> {
        // A link stays a link; its target is replaced.
        let target = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let saved = written(&target, text, &self.data).and_then(|file| file.replaces(&target));
        saved.map_err(|error| HomeError::Unwritable {
            path: path.to_owned(),
            error,
        })
    }

    /// A new sheet with this text, for another program to edit.
    pub fn sheet(&self, ending: &str, text: &[u8]) -> Result<EditorFile, HomeError> {
        let made = make_folder(&self.data).and_then(|()| EditorFile::new(&self.data, ending, text));
        made.map_err(|error| HomeError::Unwritable {
            path: self.data.clone(),
            error,
        })
    }

    /// The text of a sheet now; more than `most` bytes are an error.
    pub fn edited(&self, sheet: &EditorFile, most: u64) -> Result<Vec<u8>, HomeError> {
        sheet.text(most).map_err(|error| HomeError::Unread {
            path: sheet.path().to_owned(),
            error,
        })
    }

    /// Writes a file at a path that the person chose; see `put_out`.
    pub fn put_out(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        whole_file::put_out(path, bytes, &self.data)
    }

    /// Begins a file that appears at its path only when it is whole.
    pub fn file_at(&self, path: &Path) -> io::Result<WholeFile> {
        WholeFile::at(path, &self.data)
    }

    /// Removes what killed runs have left in our folders.
    pub fn sweep(&self) {
        editor_file::sweep(&self.data);
        let folders = [&self.config, &self.data];
        let below = [self.sessions_dir(), self.exports_dir()];
        for folder in folders.into_iter().chain(&below) {
            whole_file::sweep(folder);
        }
    }

    /// Saves a new session and returns its path. An existing file stays; the new one gets a number.
    pub fn save_new(&self, name: &str, text: &str) -> Result<PathBuf, HomeError> {
        new_file(&self.sessions_dir(), name, SESSION_ENDING, text, &self.data)
    }
}

fn new_file(
    folder: &Path,
    name: &str,
    ending: &str,
    text: &str,
    ours: &Path,
) -> Result<PathBuf, HomeError> {
    let stem = file_stem(name);
    let mut number = 1;
    loop {
        let file_name = match number {
            1 => format!("{stem}{ending}"),
            _ => format!("{stem}-{number}{ending}"),
        };
        let path = folder.join(file_name);
        match written(&path, text, ours).and_then(|file| file.becomes(&path)) {
            Ok(()) => return Ok(path),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => number += 1,
            Err(error) => return Err(HomeError::Unwritable { path, error }),
        }
    }
}

/// The file that is meant: a path, else a name in the folder, with or without its ending.
fn session_path(what: &str, folder: &Path) -> Option<PathBuf> {
    let stem = what.strip_suffix(SESSION_ENDING).unwrap_or(what);
    let is_name = !what.is_empty() && !what.contains(['/', '\\']);
    let named = [
        folder.join(what),
        folder.join(format!("{what}{SESSION_ENDING}")),
        folder.join(format!("{}{SESSION_ENDING}", file_stem(stem))),
    ];
    let named = named.into_iter().filter(|_| is_name);
    let mut places = std::iter::once(PathBuf::from(what)).chain(named);
    places.find(|path| path.exists() && !path.is_dir())
}

/// A session's name as the name of a file: letters and digits with dashes between.
fn file_stem(name: &str) -> String {
    const CHARACTERS: usize = 80;
    // A file name may have 255 bytes, with number and ending.
    const BYTES: usize = 200;
    let mut stem = String::new();
    let mut length = 0;
    for c in name.chars() {
        let c = if c.is_alphanumeric() || c == '_' {
            c
        } else {
            '-'
        };
        if c == '-' && (stem.is_empty() || stem.ends_with('-')) {
            continue;
        }
        if length == CHARACTERS || stem.len() + c.len_utf8() > BYTES {
            break;
        }
        stem.push(c);
        length += 1;
    }
    let stem = stem.trim_end_matches('-');
    if stem.is_empty() { "session" } else { stem }.to_owned()
}

/// The text in a file that only has to be moved to its path.
fn written(path: &Path, text: &str, ours: &Path) -> io::Result<WholeFile> {
    if let Some(folder) = path.parent() {
        make_folder(folder)?;
    }
    let mut file = WholeFile::at(path, ours)?;
    file.write_all(text.as_bytes())?;
    Ok(file)
}

/// Creates a folder and its parents, for their owner only.
pub fn make_folder(folder: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.create(folder)
}

/// Forbids core dumps, which would write the tokens in memory to the disk.
pub fn forbid_core_files() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, setrlimit};
        let none = Rlimit {
            current: Some(0),
            maximum: Some(0),
        };
        // If it is refused, the system's own limit stays.
        let _ = setrlimit(Resource::Core, none);
    }
}

/// The tokens that variables define: `HTTRIAGE_TOKEN_USER_ADMIN` is `user-admin`.
fn variable_tokens(variables: impl Iterator<Item = String>) -> Vec<(TokenName, String)> {
    let mut tokens: Vec<_> = variables
        .filter_map(|variable| {
            let name = variable.strip_prefix("HTTRIAGE_TOKEN_")?;
            let name = TokenName::new(&name.to_ascii_lowercase().replace('_', "-"))?;
            Some((name, variable))
        })
        .collect();
    tokens.sort();
    tokens
}

/// Gives tokens their values from variables. Their origins stay those of the settings, also where
/// these know the same value under another name.
fn define(settings: &mut Settings, variables: Vec<(TokenName, String)>) {
    for (name, variable) in variables {
        let source = TokenSource::Variable(variable.clone());
        let mut tokens = settings.tokens.iter();
        let own = tokens.position(|token| token.name == name);
        let own = own.map(|place| settings.tokens.remove(place));
        let reads = |token: &&Token| token.source == source || token.name.variable() == variable;
        let others = settings.tokens.iter().filter(reads);
        let placement = own.as_ref().map(|own| own.placement.clone());
        let origins = match own {
            Some(own) => own.origins,
            None => others.filter_map(|token| token.origins.clone()).next(),
        };
        settings.tokens.push(Token {
            name,
            source,
            origins,
            placement: placement.unwrap_or_default(),
            ttl: None,
        });
    }
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
            HomeError::NoSession { what, folder } => write!(
                f,
                "There is no session {what}, neither as a path nor in {}. Name a file that is there.",
                folder.display()
            ),
            HomeError::BadSession { path, why } => write!(
                f,
                "The session {} cannot be read: {why}. Name a *.session.toml that can be.",
                path.display()
            ),
            HomeError::Unwritable { path, error } => {
                let path = path.display();
                let remedy = match error.kind() {
                    io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "Free some space",
                    io::ErrorKind::FileTooLarge => "Raise the limit of this shell (ulimit -f)",
                    _ => "Mend its permissions",
                };
                write!(
                    f,
                    "{path} cannot be written: {error}. {remedy}, or choose another place."
                )
            }
            HomeError::Unread { path, error } => write!(
                f,
                "What was edited in {} cannot be read: {error}. The text was left as it was; try another editor.",
                path.display()
            ),
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
        let names: Vec<_> = tokens.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["a", "user-admin"]);
    }

    #[test]
    fn a_variable_changes_a_value_and_not_where_it_may_go() {
        let name = TokenName::new("a").unwrap();
        let origins = crate::model::Origin::exactly("https://a.example").ok();
        let mut settings = Settings {
            tokens: vec![Token {
                name: name.clone(),
                source: TokenSource::Prompt,
                origins: origins.map(|origin| vec![origin]),
                placement: Default::default(),
                ttl: None,
            }],
            ..Settings::default()
        };
        let before = settings.tokens[0].origins.clone();
        define(&mut settings, vec![(name, "HTTRIAGE_TOKEN_A".to_owned())]);
        let [token] = &settings.tokens[..] else {
            panic!("{:?}", settings.tokens);
        };
        let source = TokenSource::Variable("HTTRIAGE_TOKEN_A".to_owned());
        assert_eq!((&token.source, &token.origins), (&source, &before));
        // Under another name the value goes no further.
        let b = "HTTRIAGE_TOKEN_B";
        for (name, source, variable) in [
            ("x", TokenSource::Variable(b.to_owned()), b),
            ("x_y", TokenSource::Prompt, "HTTRIAGE_TOKEN_X_Y"),
            ("b", TokenSource::Prompt, b),
        ] {
            settings.tokens.truncate(1);
            settings.tokens[0].name = TokenName::named(name);
            settings.tokens[0].source = source;
            let variables = [variable.to_owned()];
            define(&mut settings, variable_tokens(variables.into_iter()));
            let mut origins = settings.tokens.iter().map(|token| &token.origins);
            assert!(origins.all(|origins| *origins == before), "{settings:?}");
        }
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

    fn home() -> (tempfile::TempDir, Home) {
        let dir = tempfile::tempdir().unwrap();
        let home = Home {
            config: dir.path().join("config"),
            data: dir.path().join("data"),
        };
        (dir, home)
    }

    #[test]
    fn a_saved_session_is_found_by_name_and_by_path_and_never_overwritten() {
        let (_dir, home) = home();
        let first = home.save_new("ACME-1: a/b \u{202e}…", "one").unwrap();
        assert!(
            first.ends_with("sessions/ACME-1-a-b.session.toml"),
            "{first:?}"
        );
        let second = home.save_new("ACME-1: a/b", "two").unwrap();
        assert!(second.ends_with("ACME-1-a-b-2.session.toml"));
        let by_name = |what: &str| home.session(what).unwrap().1;
        assert_eq!(by_name("ACME-1-a-b"), "one");
        assert_eq!(by_name("ACME-1-a-b.session.toml"), "one");
        assert_eq!(by_name("ACME-1: a b"), "one");
        assert_eq!(by_name(second.to_str().unwrap()), "two");
        let error = home.session("nothing").unwrap_err().to_string();
        assert!(error.contains("no session nothing"), "{error}");
        assert!(home.session("..").is_err());
        assert!(home.session("").is_err());
    }

    #[test]
    fn names_of_files_are_short_and_have_no_separators() {
        assert_eq!(file_stem("../../etc/passwd"), "etc-passwd");
        assert_eq!(file_stem("..."), "session");
        assert_eq!(file_stem(&"a".repeat(200)).len(), 80);
        assert_eq!(file_stem(&"\u{10400}".repeat(200)).len(), 200);
        assert_eq!(file_stem("Für Änne\0\\"), "Für-Änne");
    }

    #[test]
    fn saving_replaces_the_whole_file_and_leaves_nothing_else() {
        let (_dir, home) = home();
        let path = home.sessions_dir().join("a.session.toml");
        home.save(&path, "old, and longer").unwrap();
        home.save(&path, "new").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(std::fs::read_dir(home.sessions_dir()).unwrap().count(), 1);
        // A folder cannot be replaced by a file; the try is named and leaves nothing behind.
        let error = home.save(&home.sessions_dir(), "x").unwrap_err();
        assert!(error.to_string().contains("cannot be written"), "{error}");
        assert_eq!(std::fs::read_dir(home.data_dir()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn files_are_private_and_a_link_stays_a_link() {
        use std::os::unix::fs::PermissionsExt;
        let (_dir, home) = home();
        let path = home.save_new("a", "one").unwrap();
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&path), 0o600);
        assert_eq!(mode(&home.sessions_dir()), 0o700);
        assert_eq!(mode(home.data_dir()), 0o700);
        let link = home.data_dir().join("link");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        home.save(&link, "two").unwrap();
        assert!(std::fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "two");
    }

    #[test]
    fn a_reader_sees_the_old_text_or_the_new_one_and_never_a_part() {
        let (_dir, home) = home();
        let path = home.sessions_dir().join("a.session.toml");
        let texts = ["a".repeat(300_000), "b".repeat(200_000)];
        home.save(&path, &texts[0]).unwrap();
        let done = std::sync::atomic::AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                for turn in 0..60 {
                    home.save(&path, &texts[turn % 2]).unwrap();
                }
                done.store(true, std::sync::atomic::Ordering::Relaxed);
            });
            while !done.load(std::sync::atomic::Ordering::Relaxed) {
                let seen = std::fs::read_to_string(&path).unwrap();
                assert!(texts.contains(&seen), "{} bytes", seen.len());
            }
        });
    }

    /// Saves without end, in a process that the test below kills.
    #[cfg(unix)]
    #[test]
    #[ignore = "started by the test below"]
    fn saves_until_it_is_killed() {
        let Some(dir) = std::env::var_os("HTTRIAGE_TEST_SAVES_IN") else {
            return;
        };
        let (config, data) = (PathBuf::from(&dir), PathBuf::from(&dir));
        let home = Home { config, data };
        for turn in 0.. {
            let text = ["a".repeat(300_000), "b".repeat(200_000)];
            home.save(&home.data.join("a"), &text[turn % 2]).unwrap();
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_kill_while_saving_leaves_the_old_text_or_the_new_one() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a");
        for turn in 0..15u64 {
            let mut child = std::process::Command::new(std::env::current_exe().unwrap())
                .args(["--exact", "--ignored"])
                .arg("engine::home::tests::saves_until_it_is_killed")
                .env("HTTRIAGE_TEST_SAVES_IN", dir.path())
                .stdout(std::process::Stdio::null())
                .spawn()
                .unwrap();
            let patience = std::time::Instant::now();
            while !path.exists() && patience.elapsed().as_secs() < 20 {
                std::thread::yield_now();
            }
            std::thread::sleep(std::time::Duration::from_millis(20 + turn));
            child.kill().unwrap();
            child.wait().unwrap();
            let seen = std::fs::read_to_string(&path).unwrap();
            let whole = seen == "a".repeat(300_000) || seen == "b".repeat(200_000);
            assert!(whole, "{} bytes", seen.len());
        }
    }
}
