//! Which environment, token and knowledge a command works with.

use super::args::{LimitArgs, PlaceArgs, ReachArgs, RecordArgs};
use super::print::complain;
use super::trouble::Trouble;
use crate::app::Keymap;
use crate::engine::history::{History, HistoryError, Retention};
use crate::engine::sandbox;
use crate::engine::{ClientOptions, Home, Vault, authorities};
use crate::format::{calibration_file, catalogue_file, knowledge_file, library, theme_file};
use crate::insight::redact::{Mask, add_beginnings};
use crate::insight::{Catalogue, Exchange};
use crate::model::{
    Address, Bindings, Environment, Family, HttpVersion, Origin, Reach, Scheme, Session, Settings,
    TokenName, looks_like_a_value, size,
};
use crate::runtime;
use std::io::Read;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Runtime;

/// The built-in knowledge and the person's own: packs of `knowledge/`, which come before ours, and
/// the words of `catalogue.toml`, which come before all others.
pub fn catalogue(home: &Home) -> Result<Catalogue, Trouble> {
    let mut library = library::built_in();
    let mut packs = Vec::new();
    for (path, text) in home.packs()? {
        packs.push(knowledge_file::read(&text, &path.display().to_string())?);
    }
    if !packs.is_empty() {
        add_beginnings(&library::beginnings_of(&packs));
        library = library.with_own(packs);
    }
    if let Some(text) = home.text("catalogue.toml")? {
        let place = home.config_dir().join("catalogue.toml");
        let words = catalogue_file::read(&text, &place.display().to_string())?;
        library = library.with_words(words);
    }
    Ok(Catalogue {
        causes: catalogue_file::causes(),
        library: Arc::new(library),
        calibration: calibration_file::built_in(),
    })
}

/// The environment in which a call of the history was made, as far as the settings still have it.
pub fn environment_of(exchange: &Exchange, settings: &Settings) -> Environment {
    match settings.environment(&exchange.environment) {
        Some(environment) => environment.clone(),
        None if exchange.environment == Environment::SANDBOX => Environment::sandbox(),
        None => Environment {
            name: exchange.environment.clone(),
            placements: settings.placements(),
            ..Environment::default()
        },
    }
}

/// The environment that a pasted call went to: one of the person's own, with its knowledge, or
/// none. If the text does not show it, the person's own knowledge may still apply.
pub fn environment_of_received(exchange: &Exchange, settings: &Settings) -> Environment {
    let origin = Origin::parse(&exchange.sent.url);
    let own = settings.environments.iter().find(|own| {
        let base = Origin::parse(&own.base_url);
        base.is_some() && base == origin
    });
    let place = own.cloned().unwrap_or_default();
    Environment {
        name: Environment::RECEIVED.to_owned(),
        configured: own.is_some() || exchange.typed.url.is_empty(),
        ..place
    }
}

/// The default keys, with those of `keys.toml` replacing theirs.
pub fn keymap(home: &Home) -> Result<Keymap, Trouble> {
    let Some(text) = home.text("keys.toml")? else {
        return Ok(Keymap::default());
    };
    let place = home.config_dir().join("keys.toml");
    Keymap::read(&text, &place.display().to_string()).map_err(|errors| {
        let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
        Trouble::usage(errors.join("\n"))
    })
}

/// All themes, the person's own replacing built-in ones of the same name, and what is wrong with
/// those that cannot be read.
pub struct Themes {
    pub schemes: Vec<Scheme>,
    pub broken: Vec<(String, String)>,
}

/// Reads every theme; one that cannot be read is left out, with the reason in `broken`.
pub fn themes(home: &Home) -> Themes {
    let mut schemes = theme_file::built_in();
    let mut broken = Vec::new();
    for (name, path, text) in home.themes() {
        let place = path.display().to_string();
        let read = text.map_err(|error| {
            format!("{place} cannot be read: {error}. Mend the file, or take it away.")
        });
        let read = read.and_then(|text| {
            theme_file::read(&text, &name, &place).map_err(|error| error.to_string())
        });
        match read {
            Ok(scheme) => {
                schemes.retain(|known| known.name != name);
                schemes.push(scheme);
            }
            Err(why) => broken.push((name, why)),
        }
    }
    Themes { schemes, broken }
}

/// The name of a theme, if it exists and can be read.
pub fn theme(name: &str, themes: &Themes) -> Result<String, Trouble> {
    let mut broken = themes.broken.iter();
    if let Some((_, why)) = broken.find(|(broken, _)| broken == name) {
        return Err(Trouble::usage(why));
    }
    let schemes = themes.schemes.iter();
    let known: Vec<&str> = schemes.map(|scheme| scheme.name.as_str()).collect();
    if known.contains(&name) {
        Ok(name.to_owned())
    } else {
        Err(Trouble::usage(format!(
            "There is no theme named {name}: {}. Your own stand in the config directory as themes/NAME.toml.",
            known.join(", ")
        )))
    }
}

/// The store of calls, with the limits of the settings.
pub fn history(home: &Home, settings: &Settings) -> Result<History, HistoryError> {
    let vault = Arc::new(Vault::new(settings, sandbox::token_value));
    let history = History::at(home.data_dir(), retention(settings), vault);
    in_team(history, settings).opened()
}

/// The store with the team's side, where the settings have a team.
pub fn in_team(history: History, settings: &Settings) -> History {
    match &settings.team {
        Some(team) => history.in_team(team.share),
        None => history,
    }
}

/// The store, opened when the first call is kept; `None` if this run is not kept.
pub fn record(
    args: &RecordArgs,
    home: &Home,
    settings: &Settings,
    vault: &Arc<Vault>,
) -> Option<History> {
    let open = || {
        let history = History::at(home.data_dir(), retention(settings), vault.clone());
        in_team(history, settings)
    };
    (!args.no_history).then(open)
}

/// How many calls and bytes the history keeps, by the settings or by default.
pub fn retention(settings: &Settings) -> Retention {
    let usual = Retention::default();
    Retention {
        calls: settings.history_calls.unwrap_or(usual.calls),
        bytes: settings.history_bytes.unwrap_or(usual.bytes),
    }
}

/// The client's limits from options and settings.
pub fn client_options(limits: &LimitArgs, settings: &Settings) -> Result<ClientOptions, Trouble> {
    let mut options = ClientOptions::default();
    if let Some(limit) = seconds(limits.timeout, "--timeout")? {
        (options.connect, options.first_byte, options.idle) = (limit, limit, limit);
    }
    options.whole = seconds(limits.max_time, "--max-time")?;
    options.cookies = !limits.no_cookies;
    if let Some(bytes) = settings.max_body {
        options.body_bytes = bytes;
    }
    if let Some(path) = &limits.cacert {
        let unusable = |why| Trouble::usage(format!("--cacert: {why}. Give a PEM file."));
        authorities(path).map_err(unusable)?;
        options.authorities.push(path.clone());
    }
    for text in &limits.insecure {
        let origin = Origin::parse(text).filter(Origin::is_secure);
        options.insecure.push(origin.ok_or_else(|| {
            Trouble::usage(format!(
                "--insecure {text} is not an https origin. Write it as https://old.acme.example:8443."
            ))
        })?);
        complain(&format!(
            "Warning: the certificate of {text} is not checked in this run, so anybody could answer in its place."
        ));
    }
    options.reach = reach(&limits.reach)?;
    if let Some(text) = &limits.max_body {
        options.body_bytes = size(text).ok_or_else(|| {
            Trouble::usage(format!(
                "--max-body {text} is not a size. Write 64MB, 1GiB or a number of bytes."
            ))
        })?;
    }
    Ok(options)
}

fn reach(args: &ReachArgs) -> Result<Reach, Trouble> {
    let read = |text: &String| {
        Address::read(text).map_err(|why| {
            Trouble::usage(format!(
                "--resolve {text}: {why}. Write it as api.acme.example:443:10.0.0.7."
            ))
        })
    };
    if cfg!(not(unix)) && args.unix_socket.is_some() {
        return Err(Trouble::usage(
            "--unix-socket is for systems that have them.",
        ));
    }
    Ok(Reach {
        addresses: args.resolve.iter().map(read).collect::<Result<_, _>>()?,
        socket: args.unix_socket.clone(),
        family: match (args.ipv4, args.ipv6) {
            (true, _) => Some(Family::Ipv4),
            (_, true) => Some(Family::Ipv6),
            _ => None,
        },
        version: match (args.http1_1, args.http2) {
            (true, _) => Some(HttpVersion::Http1),
            (_, true) => Some(HttpVersion::Http2),
            _ => None,
        },
        public: None,
    })
}

/// Warns about each token that goes somewhere only because this command line says so.
pub fn say_consent(options: &ClientOptions, settings: &Settings, environment: &Environment) {
    let Some(consent) = &options.consent else {
        return;
    };
    let names = consent.widens(&Bindings::of(settings), environment);
    let names: Vec<&str> = names.into_iter().map(TokenName::as_str).collect();
    let (what, go) = match names.len() {
        0 => return,
        1 => ("token", "goes"),
        _ => ("tokens", "go"),
    };
    complain(&format!(
        "Note: {what} {} {go} to {}, because this command line names both.",
        names.join(", "),
        consent.origin
    ));
}

/// A time option in seconds; fails unless it is above 0 and at most 86400.
pub fn seconds(value: Option<f64>, option: &str) -> Result<Option<Duration>, Trouble> {
    match value {
        None => Ok(None),
        Some(number) if number > 0.0 && number <= 86_400.0 => {
            Ok(Some(Duration::from_secs_f64(number)))
        }
        Some(number) => Err(Trouble::usage(format!(
            "{option} {number} is not a time. Give seconds above 0, at most 86400."
        ))),
    }
}

/// The text of a file, or of standard input for `-`, up to `most` bytes.
pub fn text(place: &str, most: u64) -> Result<String, Trouble> {
    let mut bytes = Vec::new();
    let read = if place == "-" {
        std::io::stdin()
            .lock()
            .take(most + 1)
            .read_to_end(&mut bytes)
    } else {
        std::fs::File::open(place).and_then(|file| file.take(most + 1).read_to_end(&mut bytes))
    };
    let unreadable = |why: &str| {
        Trouble::usage(format!(
            "{place} cannot be read: {why}. Give a file that can, or - for standard input."
        ))
    };
    match read {
        Err(error) => Err(unreadable(&error.to_string())),
        Ok(_) if bytes.len() as u64 > most => Err(unreadable("it is too large")),
        Ok(_) => decoded(bytes).ok_or_else(|| unreadable("it is not UTF-8 text")),
    }
}

/// The text of a file: UTF-8, or UTF-16 as programs on Windows save it.
fn decoded(bytes: Vec<u8>) -> Option<String> {
    let is_big = match bytes.as_slice() {
        [0xff, 0xfe, ..] => false,
        [0xfe, 0xff, ..] => true,
        // Without a byte order mark, the first letters tell which one.
        [a, 0, b, 0, ..] if *a > 0 && *b > 0 => false,
        [0, a, 0, b, ..] if *a > 0 && *b > 0 => true,
        _ => return String::from_utf8(bytes).ok(),
    };
    let units = bytes.chunks_exact(2).map(|pair| {
        if is_big {
            u16::from_be_bytes([pair[0], pair[1]])
        } else {
            u16::from_le_bytes([pair[0], pair[1]])
        }
    });
    let text: Result<String, _> = char::decode_utf16(units).collect();
    text.ok().filter(|_| bytes.len().is_multiple_of(2))
}

/// The mask for the tokens of the settings, as far as they are read without a program or a person.
pub fn mask(settings: &Settings) -> Arc<Mask> {
    Vault::new(settings, sandbox::token_value).mask()
}

/// The runtime for a command's own calls.
pub fn tasks() -> Result<Runtime, Trouble> {
    runtime::tasks().map_err(|error| {
        Trouble::failed(format!(
            "Tasks could not be started: {error}. Close other programs, or raise the limits of this shell (ulimit), and try again."
        ))
    })
}

/// The environment that options or settings name; `None` if they name none.
pub fn environment(place: &PlaceArgs, settings: &Settings) -> Result<Option<Environment>, Trouble> {
    let base = place.base_url.as_deref();
    if let Some(base) = base
        && Origin::parse(base).is_none_or(|_| !base.starts_with("http"))
    {
        return Err(Trouble::usage(format!(
            "--base-url {} is not a URL. Write it as https://api.example.com.",
            Mask::default().url(base)
        )));
    }
    let name = place.env.as_deref().or(settings.environment.as_deref());
    let mut environment = match name {
        Some(Environment::SANDBOX) if base.is_some() && place.env.is_some() => {
            return Err(Trouble::usage(
                "--env sandbox has a base URL of its own. Leave out --base-url, or --env.",
            ));
        }
        Some(Environment::SANDBOX) if base.is_none() => return Ok(Some(Environment::sandbox())),
        Some(name) if name != Environment::SANDBOX => {
            let known = settings.environment(name).cloned();
            known.ok_or_else(|| unknown_environment(name, settings))?
        }
        _ if base.is_some() => Environment {
            name: Environment::COMMAND_LINE.to_owned(),
            placements: settings.placements(),
            ..Environment::default()
        },
        _ => return Ok(None),
    };
    if let Some(base) = base {
        stay_at_home(&mut environment, base);
        environment.base_url = base.to_owned();
    }
    Ok(Some(environment))
}

/// Drops the headers and variables of an environment if the base URL is another: they are for its
/// own host only, and a message says so.
fn stay_at_home(environment: &mut Environment, base: &str) {
    let home = environment.origin();
    if home.is_none() || home == Origin::parse(base) {
        return;
    }
    let headers = std::mem::take(&mut environment.headers);
    let variables = std::mem::take(&mut environment.variables);
    let left = match (headers.is_empty(), variables.is_empty()) {
        (true, true) => return,
        (false, true) => "headers stay",
        (true, false) => "variables stay",
        (false, false) => "headers and variables stay",
    };
    complain(&format!(
        "Note: {} is another host than that of environment {}, whose {left} there. Give what this call needs with --header and --var.",
        Mask::default().url(base),
        environment.name
    ));
}

/// The environment for a session: options come before what the session names, and that before the
/// settings.
pub fn environment_of_session(
    place: &PlaceArgs,
    session: &Session,
    settings: &Settings,
) -> Result<Environment, Trouble> {
    // A session recorded from options alone names no environment that could be chosen again.
    let named = session.environment.as_deref();
    let named = named.filter(|name| place.env.is_none() && *name != Environment::COMMAND_LINE);
    let Some(name) = named else {
        let chosen = environment(place, settings)?;
        return Ok(chosen.unwrap_or_else(|| environment_of_url("", settings)));
    };
    let known = settings.environment(name).is_some();
    // A base URL on the command line replaces an environment that does not exist here.
    let place = PlaceArgs {
        env: (known || place.base_url.is_none()).then(|| name.to_owned()),
        base_url: place.base_url.clone(),
    };
    if !known && place.base_url.is_none() && name != Environment::SANDBOX {
        return Err(Trouble::usage(format!(
            "The session was recorded in environment {name}, which is not in config.toml. Define it as [environments.NAME], or choose another place with --env or --base-url."
        )));
    }
    let apart = Settings {
        environment: settings.environment.clone().filter(|_| known),
        ..settings.clone()
    };
    let chosen = environment(&place, &apart)?;
    Ok(chosen.unwrap_or_else(|| environment_of_url("", settings)))
}

/// The environment for a URL given in full.
pub fn environment_of_url(url: &str, settings: &Settings) -> Environment {
    let base_url = Origin::parse(url).map(|origin| origin.to_string());
    Environment {
        name: Environment::COMMAND_LINE.to_owned(),
        base_url: base_url.unwrap_or_default(),
        placements: settings.placements(),
        ..Environment::default()
    }
}

/// A token by its name; an unknown one is wrong usage.
pub fn token(
    name: &str,
    environment: &Environment,
    settings: &Settings,
) -> Result<TokenName, Trouble> {
    let known: Vec<TokenName> = if environment.sandbox {
        sandbox::token_names()
    } else {
        let tokens = settings.tokens.iter();
        tokens.map(|token| token.name.clone()).collect()
    };
    let list: Vec<&str> = known.iter().map(TokenName::as_str).collect();
    let list = if list.is_empty() {
        "none are defined".to_owned()
    } else {
        list.join(", ")
    };
    match TokenName::new(name) {
        Some(token) if known.contains(&token) => Ok(token),
        Some(token) if !looks_like_a_value(name) => Err(Trouble::usage(format!(
            "There is no token named {token} here: {list}. Define it in config.toml, or in the variable {}.",
            token.variable()
        ))),
        // Do not repeat what may be a pasted value.
        _ => Err(Trouble::usage(format!(
            "--token takes the name of a token, not its value: {list}."
        ))),
    }
}

fn unknown_environment(name: &str, settings: &Settings) -> Trouble {
    let mut known: Vec<&str> = settings
        .environments
        .iter()
        .map(|e| e.name.as_str())
        .collect();
    known.push(Environment::SANDBOX);
    Trouble::usage(format!(
        "There is no environment named {name}: {}. Environments stand in config.toml as [environments.NAME].",
        known.join(", ")
    ))
}

#[cfg(test)]
mod tests {
    use super::decoded;

    #[test]
    fn a_file_in_utf_16_is_read_with_a_mark_and_without() {
        let units: Vec<u16> = "GET ä😀".encode_utf16().collect();
        let big: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
        let little: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
        for (mark, bytes) in [(&[0xfe, 0xff][..], &big), (&[0xff, 0xfe][..], &little)] {
            assert_eq!(decoded(bytes.clone()).as_deref(), Some("GET ä😀"));
            let marked = [mark, bytes].concat();
            assert_eq!(
                decoded(marked).unwrap().trim_start_matches('\u{feff}'),
                "GET ä😀"
            );
        }
        assert_eq!(decoded(b"a\xff".to_vec()), None);
        assert_eq!(decoded(vec![0xff, 0xfe, 0x41]), None);
    }
}
