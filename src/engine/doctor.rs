//! Checks what can stand in the way of calls: readable files, proxies, root certificates, host
//! names, clocks, the database. Only looks and repairs nothing; every trouble comes with its
//! remedy.

use super::client::{Client, Flight, Outgoing, proxy_address, system_roots};
use super::history::{History, Indexing, Masking, Retention, sqlite_version};
use super::{Home, Vault};
use crate::insight::Query;
use crate::model::{Author, Environment, Jar, Manner, Outcome, RequestSpec, Settings, resolve};
use jiff::fmt::rfc2822;
use std::sync::Arc;
use std::time::Duration;

/// The longest that a check may take; anything slower is a trouble too.
pub const PATIENCE: Duration = Duration::from_secs(5);

/// Seconds between two clocks that are worth a note, and that are wrong because tokens expire by
/// them.
const DRIFT_TOLD: i64 = 5;
const DRIFT_WRONG: i64 = 30;

/// How serious the result of a check is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Health {
    Fine,
    /// Worth knowing, and nothing to repair.
    Note,
    Wrong,
}

impl Health {
    /// The word for it in JSON.
    pub fn id(self) -> &'static str {
        match self {
            Health::Fine => "fine",
            Health::Note => "note",
            Health::Wrong => "wrong",
        }
    }
}

/// The result of one check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// What was checked, in one word.
    pub id: &'static str,
    pub health: Health,
    pub message: String,
    /// What to do; empty where nothing is to be done.
    pub remedy: String,
}

impl Check {
    /// A check that found nothing wrong.
    pub fn fine(id: &'static str, message: impl Into<String>) -> Check {
        Check::new(id, Health::Fine, message, "")
    }

    /// A check that found something worth knowing.
    pub fn note(id: &'static str, message: impl Into<String>, remedy: impl Into<String>) -> Check {
        Check::new(id, Health::Note, message, remedy)
    }

    /// A check that found something to repair; `remedy` says how.
    pub fn wrong(id: &'static str, message: impl Into<String>, remedy: impl Into<String>) -> Check {
        Check::new(id, Health::Wrong, message, remedy)
    }

    fn new(
        id: &'static str,
        health: Health,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Check {
        Check {
            id,
            health,
            message: message.into(),
            remedy: remedy.into(),
        }
    }
}

/// Whether others may read or change our files.
pub fn files(home: &Home) -> Vec<Check> {
    let mut checks = Vec::new();
    for (place, others_may) in [
        (home.config_dir().to_owned(), 0o022),
        (home.config_dir().join("config.toml"), 0o022),
        (home.data_dir().to_owned(), 0o077),
        (home.data_dir().join("history.sqlite"), 0o077),
        (home.data_dir().join("history.sqlite-wal"), 0o077),
        (home.sessions_dir(), 0o077),
    ] {
        let shown = place.display();
        match mode(&place) {
            None => {}
            Some(mode) if mode & others_may == 0 => {}
            Some(mode) => {
                let what = if mode & 0o022 != 0 { "change" } else { "read" };
                let right = if place.is_dir() { "700" } else { "600" };
                checks.push(Check::wrong(
                    "files",
                    format!("Others on this machine can {what} {shown} (mode {mode:03o})."),
                    format!("Run: chmod {right} {shown}"),
                ));
            }
        }
    }
    if checks.is_empty() {
        let words = format!(
            "Nobody else can change what is in {} or read what is in {}.",
            home.config_dir().display(),
            home.data_dir().display()
        );
        checks.push(Check::fine("files", words));
    }
    checks
}

/// The permission bits of a file; `None` where it is missing or the system has none.
fn mode(path: &std::path::Path) -> Option<u32> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let metadata = std::fs::metadata(path).ok()?;
        Some(metadata.permissions().mode() & 0o777)
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        None
    }
}

/// The proxies that calls go through; user, password and path are left out.
pub fn proxies(variables: impl Iterator<Item = (String, String)>) -> Vec<Check> {
    const NAMES: [&str; 4] = ["http_proxy", "https_proxy", "all_proxy", "no_proxy"];
    let mut checks = Vec::new();
    for (name, value) in variables {
        let known = NAMES.contains(&name.to_ascii_lowercase().as_str());
        if !known || value.is_empty() {
            continue;
        }
        if name.eq_ignore_ascii_case("no_proxy") {
            let words = format!("{name} keeps {value} away from the proxy.");
            checks.push(Check::note("proxy", words, ""));
            continue;
        }
        checks.push(match proxy_address(&value) {
            Ok(origin) => {
                let secret = if value.contains('@') {
                    " with a user and a password"
                } else {
                    ""
                };
                let words = format!("Calls go through {name}: {origin}{secret}.");
                Check::note("proxy", words, "Unset it for a call that must go directly.")
            }
            Err(why) => Check::wrong(
                "proxy",
                format!("{name} is no address of a proxy: {why}. Calls that need it are refused."),
                "Write it as http://proxy.example:3128, or unset it.",
            ),
        });
    }
    if checks.is_empty() {
        checks.push(Check::fine("proxy", "No proxy is set: calls go directly."));
    }
    checks
}

/// Whether the system's certificate authorities can be found.
pub fn roots() -> Check {
    match system_roots() {
        Ok(()) => Check::fine("roots", "The system's certificate authorities are found."),
        Err(why) => Check::wrong(
            "roots",
            format!(
                "The system's certificate authorities are not found ({why}), so every https call fails as tls.untrusted."
            ),
            "Install the package ca-certificates, or set SSL_CERT_FILE to a file with them.",
        ),
    }
}

/// Whether the values of tokens are there, without starting a program or asking anybody.
pub fn tokens(settings: &Settings, vault: &Vault) -> Vec<Check> {
    let mut checks = Vec::new();
    for token in &settings.tokens {
        let name = &token.name;
        let source = token.source.id();
        checks.push(match vault.look_at_rest(name) {
            Some(Ok(())) => Check::fine("token", format!("Token {name} is there ({source}).")),
            Some(Err(failure)) => {
                let why = failure.message.trim_start_matches("Nothing was sent: ");
                Check::wrong("token", why, failure.hint)
            }
            None => {
                let words = format!("Token {name} ({source}) is read only when it is needed.");
                Check::note("token", words, "")
            }
        });
    }
    checks
}

/// Whether the hosts of the environments resolve; behind a proxy a failure is only a note.
pub async fn names(environments: &[Environment], through_proxy: bool) -> Vec<Check> {
    let mut checks = Vec::new();
    for environment in environments {
        let Some(origin) = environment.origin() else {
            continue;
        };
        let host = origin.host().trim_matches(['[', ']']).to_owned();
        let looked = tokio::time::timeout(PATIENCE, tokio::net::lookup_host((host.as_str(), 443)));
        let name = &environment.name;
        let why = match looked.await {
            Ok(Ok(found)) => {
                let count = found.count();
                let words = format!("{host}, of environment {name}, has {count} addresses.");
                checks.push(Check::fine(
                    "dns",
                    words.replace(" 1 addresses", " 1 address"),
                ));
                continue;
            }
            Ok(Err(error)) => error.to_string(),
            Err(_) => format!("no answer within {} s", PATIENCE.as_secs()),
        };
        let words = format!("{host}, of environment {name}, is not found: {why}.");
        checks.push(if through_proxy {
            Check::note("dns", words, "The proxy looks it up instead.")
        } else {
            let remedy = "Correct base_url in config.toml, or connect the VPN that knows the name.";
            Check::wrong("dns", words, remedy)
        });
    }
    checks
}

/// Whether each environment answers and its clock agrees with this one: one HEAD each, without a
/// token, not recorded.
pub async fn clocks(client: &Client, environments: &[Environment]) -> Vec<Check> {
    let mut checks = Vec::new();
    for environment in environments.iter().filter(|e| !e.base_url.is_empty()) {
        let typed = RequestSpec::new("HEAD", "{{base}}/");
        let Ok(sent) = resolve(&typed, environment) else {
            let words = format!("The base URL of environment {} is none.", environment.name);
            let remedy = "Write base_url in config.toml as https://api.example.com.";
            checks.push(Check::wrong("clock", words, remedy));
            continue;
        };
        let outgoing = Outgoing {
            typed,
            sent,
            environment: environment.clone(),
            author: Author::Person,
            case: None,
            manner: Manner {
                jar: Jar::None,
                ..Manner::default()
            },
        };
        let exchange = client.send(outgoing, &Flight::default()).await;
        let exchange = client.shown(exchange);
        checks.push(match &exchange.outcome {
            Outcome::Failed(failure) => Check::wrong("reach", &failure.message, &failure.hint),
            Outcome::Answered(response) => {
                let middle =
                    exchange.started_at.as_millisecond() + (exchange.took.as_millis() / 2) as i64;
                let date = response.headers.get("date");
                clock(&environment.name, date.as_deref(), middle)
            }
        });
    }
    checks
}

/// Judges a `Date` header against our own clock, in milliseconds.
fn clock(name: &str, date: Option<&str>, here_ms: i64) -> Check {
    let there = date.and_then(|date| rfc2822::parse(date).ok());
    let Some(there) = there else {
        let words = format!("{name} answers, and does not say what time it is there.");
        return Check::note("clock", words, "");
    };
    // A Date has whole seconds, so on average it is half a second behind.
    let behind_ms = there.timestamp().as_millisecond() + 500 - here_ms;
    let seconds = (behind_ms.abs() + 500) / 1_000;
    if seconds < DRIFT_TOLD {
        let words = format!("{name} answers, and its clock agrees with this one.");
        return Check::fine("clock", words);
    }
    let way = if behind_ms > 0 { "behind" } else { "ahead of" };
    let words = format!("This clock is {seconds} s {way} the one of {name}.");
    let remedy = "Let the system set the clock (timedatectl set-ntp true): tokens expire by it.";
    if seconds < DRIFT_WRONG {
        Check::note("clock", words, remedy)
    } else {
        Check::wrong("clock", words, remedy)
    }
}

/// Whether SQLite is safe, and the history, if there is one.
pub fn history(home: &Home, retention: Retention, vault: &Arc<Vault>) -> Vec<Check> {
    let (version, is_safe) = sqlite_version();
    let mut checks = vec![if is_safe {
        Check::fine(
            "sqlite",
            format!("SQLite {version} is safe for several writers."),
        )
    } else {
        Check::wrong(
            "sqlite",
            format!("SQLite {version} can lose rows when two programs write at once."),
            "Use a build with SQLite 3.51.3 or later.",
        )
    }];
    let file = home.data_dir().join("history.sqlite");
    if !file.exists() {
        let words = format!("There is no history yet in {}.", home.data_dir().display());
        checks.push(Check::fine("history", words));
        return checks;
    }
    let history = History::open(home.data_dir(), retention, vault.clone());
    let told = history.and_then(|history| {
        let count = history.count(&Query::default())?;
        Ok((count, history.masking()?, history.indexing()?))
    });
    match told {
        Ok((count, masking, indexing)) => {
            let words = format!("{} holds {count} calls.", file.display());
            let words = words.replace(" 1 calls", " 1 call");
            checks.push(Check::fine("history", words));
            checks.extend(masked(masking));
            checks.extend(indexed(indexing));
        }
        Err(error) => checks.push(Check::wrong("history", error.to_string(), "")),
    }
    checks
}

/// How far the words of older calls are indexed.
fn indexed(indexing: Indexing) -> Option<Check> {
    let percent = indexing.percent()?;
    let words = format!(
        "{} of {} calls of the past are still to be indexed ({percent} % done); of the oldest only the lines are searched.",
        indexing.left, indexing.calls
    );
    let remedy =
        "It is done in the background while httriage runs; leave the explorer open for a while.";
    Some(Check::note("index", words, remedy))
}

/// How many calls of older versions are masked by this version's rules.
fn masked(masking: Masking) -> Option<Check> {
    let words = match masking {
        _ if masking.is_done() && masking.calls == 0 => return None,
        _ if masking.is_done() => {
            let words = "The calls of the past are masked by the rules of this version.";
            return Some(Check::fine("masks", words));
        }
        Masking { left: 0, .. } => {
            "The calls of the past are masked by the rules of this version; the file is still to be written anew.".to_owned()
        }
        Masking { left, calls, .. } => format!(
            "{left} of {calls} calls of the past are still to be masked by the rules of this version."
        ),
    };
    let remedy =
        "It is done in the background while httriage runs; leave the explorer open for a while.";
    Some(Check::note("masks", words, remedy))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proxies_are_named_without_their_passwords() {
        let set = |pairs: &[(&str, &str)]| {
            let pairs = pairs
                .iter()
                .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()));
            proxies(pairs.collect::<Vec<_>>().into_iter())
        };
        let checks = set(&[
            ("HTTPS_PROXY", "http://ann:hunter2@proxy.example:3128/x"),
            ("http_proxy", "proxy.example:80"),
            ("NO_PROXY", "localhost"),
            ("ALL_PROXY", "::not a url"),
            ("PATH", "/bin"),
        ]);
        let all: Vec<_> = checks.iter().map(|c| c.message.as_str()).collect();
        let all = all.join("\n");
        assert!(all.contains("http://proxy.example:3128 with a user and a password"));
        assert!(!all.contains("hunter2") && !all.contains("ann"), "{all}");
        assert_eq!(checks.len(), 4);
        assert_eq!(checks[3].health, Health::Wrong);
        assert_eq!(set(&[("https_proxy", "")])[0].health, Health::Fine);
    }

    #[test]
    fn clocks_are_compared_by_the_date_header() {
        let date = "Sun, 06 Nov 1994 08:49:37 GMT";
        let there = 784_111_777_000;
        let judged = |here: i64| clock("acme", Some(date), here);
        assert_eq!(judged(there + 500).health, Health::Fine);
        assert_eq!(judged(there + 4_400).health, Health::Fine);
        let ahead = judged(there + 10_500);
        assert_eq!(ahead.health, Health::Note);
        assert!(ahead.message.contains("10 s ahead of"), "{}", ahead.message);
        let behind = judged(there - 119_500);
        assert_eq!(behind.health, Health::Wrong);
        assert!(
            behind.message.contains("120 s behind"),
            "{}",
            behind.message
        );
        assert_eq!(clock("acme", Some("yesterday"), 0).health, Health::Note);
        assert_eq!(clock("acme", None, 0).health, Health::Note);
    }

    #[cfg(unix)]
    #[test]
    fn files_that_others_can_read_are_told_with_the_way_to_mend_them() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let home = Home::at(dir.path().join("config"), dir.path().join("data"));
        assert_eq!(files(&home)[0].health, Health::Fine);
        std::fs::create_dir(home.data_dir()).unwrap();
        let chmod = |mode| {
            let mode = std::fs::Permissions::from_mode(mode);
            std::fs::set_permissions(home.data_dir(), mode).unwrap();
        };
        chmod(0o755);
        let checks = files(&home);
        assert_eq!(checks.len(), 1);
        assert!(
            checks[0].message.contains("can read"),
            "{}",
            checks[0].message
        );
        assert!(checks[0].remedy.starts_with("Run: chmod 700 "));
        chmod(0o700);
        assert_eq!(files(&home)[0].health, Health::Fine);
    }
}
