//! `httriage token add` and `remove`: a name and a source in config.toml. A value is asked for
//! without showing it, looked at for mistakes of copying, and kept where it is safest here.

use super::inspect::piped;
use crate::cli::args::TokenAddArgs;
use crate::cli::print::{Out, complain};
use crate::cli::trouble::Trouble;
use crate::cli::{ask, choice};
use crate::engine::clock;
use crate::engine::{Home, Vault, fingerprint, keep, sandbox};
use crate::format::{config_edit, config_file, library};
use crate::model::{
    Origin, Placement, Secret, Settings, Token, TokenName, TokenSource, looks_like_a_value,
    told_source, visible_line,
};
use std::path::{Path, PathBuf};

/// Defines a token in config.toml and keeps its value; a value that was kept is taken back where
/// the file cannot be written.
pub fn run(args: &TokenAddArgs, out: &mut Out) -> Result<u8, Trouble> {
    let home = Home::find()?;
    let settings = home.settings()?;
    let name = new_name(&args.name, &settings)?;
    let mut origins = Vec::with_capacity(args.origins.len());
    for text in &args.origins {
        origins.push(Origin::exactly(text).map_err(|why| {
            Trouble::usage(format!(
                "--origin {text} is not an origin: {why}. Write it as https://api.acme.example."
            ))
        })?);
    }
    for environment in &args.environments {
        if settings.environment(environment).is_none() {
            return Err(Trouble::usage(format!(
                "There is no environment named {environment} in config.toml. Define it as [environments.{environment}], or leave out --for."
            )));
        }
    }
    // Elsewhere --env names an environment.
    if let Some(word) = args.env.as_deref()
        && settings.environment(word).is_some()
        && std::env::var_os(word).is_none()
    {
        return Err(Trouble::usage(format!(
            "--env names the environment variable that holds the value, and {word} is an environment of config.toml. --for {word} binds the token to it."
        )));
    }
    let placement = placement(args);
    let kept = source(args, &name, &home)?;
    let token = Token {
        name: name.clone(),
        source: kept.source.clone(),
        origins: (!origins.is_empty()).then_some(origins),
        placement: placement.clone(),
        ttl: None,
    };
    if let Err(trouble) = write(&home, &token, &args.environments) {
        kept.undo(&name);
        return Err(trouble);
    }
    let print = kept.fingerprint.as_deref();
    let print = print.map_or_else(String::new, |print| format!(" ·{print}"));
    out.line(&format!(
        "Token {name}{print} is defined: {}.",
        told(&kept.source)
    ));
    if placement != Placement::Bearer {
        out.line(&format!("It is sent as {}.", placement.words()));
    }
    if args.origins.is_empty() && args.environments.is_empty() {
        out.line("It goes to the origin of whatever environment it is used in. --origin or --for binds it.");
    }
    out.line(&format!(
        "httriage token inspect {name} says what can be told of it."
    ));
    Ok(0)
}

/// Where it is to stand in a request.
fn placement(args: &TokenAddArgs) -> Placement {
    let header = args.header.clone().map(Placement::Header);
    let scheme = args.scheme.clone().map(Placement::Scheme);
    let query = args.query.clone().map(Placement::Query);
    let cookie = args.cookie.clone().map(Placement::Cookie);
    let basic = args.basic.clone().map(Placement::Basic);
    let digest = args.digest.clone().map(Placement::Digest);
    let given = header.or(scheme).or(query).or(cookie).or(basic).or(digest);
    given.unwrap_or_default()
}

/// Takes a token out of config.toml, and its value out of the keyring. A file with its value stays,
/// and is named.
pub fn remove(name: &str, out: &mut Out) -> Result<u8, Trouble> {
    let home = Home::find()?;
    let settings = home.settings()?;
    let known = TokenName::new(name).and_then(|name| settings.token(&name).cloned());
    let Some(token) = known else {
        return Err(Trouble::usage(
            "There is no token of that name. See httriage token list.",
        ));
    };
    let (text, file) = config(&home)?;
    let Ok(changed) = config_edit::remove_token(&text, &file.display().to_string(), &token.name)
    else {
        return Err(Trouble::usage(format!(
            "Token {} does not stand in config.toml: the variable {} defines it. Unset that.",
            token.name,
            token.name.variable()
        )));
    };
    // What stands in the file counts, not what a variable puts in its place.
    let source = home
        .configured()?
        .token(&token.name)
        .map(|t| t.source.clone());
    home.save(&file, &changed)?;
    out.line(&format!("Token {} is gone from config.toml.", token.name));
    match source {
        Some(TokenSource::Keyring) => match keep::out_of_keyring(&token.name) {
            Ok(()) => out.line("Its value is gone from the keyring."),
            Err(why) => complain(&format!(
                "Its value may still be in the keyring: {why}. Remove it with the system's own program."
            )),
        },
        Some(TokenSource::File(path)) => out.line(&format!(
            "Its value still stands in {}. Remove that file if nothing else needs it.",
            path.display()
        )),
        _ => {}
    }
    Ok(0)
}

fn new_name(text: &str, settings: &Settings) -> Result<TokenName, Trouble> {
    let name = TokenName::new(text).filter(|_| !looks_like_a_value(text));
    // What may be a pasted value is not repeated.
    let name = name.ok_or_else(|| {
        Trouble::usage(
            "That cannot name a token. Give a name and never the value: at most 40 lower-case letters, digits, dashes, dots or underscores.",
        )
    })?;
    let variable = name.variable();
    match settings.token(&name).map(|token| &token.source) {
        None => Ok(name),
        Some(TokenSource::Variable(known)) if *known == variable => {
            complain(&format!(
                "Note: the variable {variable} is set and goes before what config.toml says."
            ));
            Ok(name)
        }
        Some(source) => Err(Trouble::usage(format!(
            "Token {name} is there already: {}. Remove it first with httriage token remove {name}.",
            told(source)
        ))),
    }
}

/// Where a value is now.
struct Kept {
    source: TokenSource,
    fingerprint: Option<String>,
    /// Whether it was put there just now.
    is_new: bool,
}

impl Kept {
    fn at(source: TokenSource) -> Kept {
        Kept {
            source,
            fingerprint: None,
            is_new: false,
        }
    }

    /// Takes a value away again whose name could not be written down.
    fn undo(&self, name: &TokenName) {
        match &self.source {
            TokenSource::File(path) if self.is_new => drop(std::fs::remove_file(path)),
            TokenSource::Keyring if self.is_new => drop(keep::out_of_keyring(name)),
            _ => {}
        }
    }
}

fn source(args: &TokenAddArgs, name: &TokenName, home: &Home) -> Result<Kept, Trouble> {
    if let Some(variable) = &args.env {
        return variable_source(variable);
    }
    if let Some(command) = &args.command {
        let words = shlex::split(command).filter(|words| !words.is_empty());
        let words = words.ok_or_else(|| {
            Trouble::usage(
                "--command has a quotation mark that is not closed, or nothing in it. Write it as you would in a shell: 'pass show acme'.",
            )
        })?;
        return Ok(Kept::at(TokenSource::Command(words)));
    }
    if args.prompt {
        return Ok(Kept::at(TokenSource::Prompt));
    }
    if args.keyring {
        keep::keyring().map_err(no_keyring)?;
        return in_keyring(name, &given(name)?);
    }
    if let Some(path) = &args.file {
        let path = std::path::absolute(path).unwrap_or_else(|_| path.clone());
        if path.exists() {
            return existing_file(name, path);
        }
        return in_file(home, path, &given(name)?);
    }
    if !ask::is_possible() {
        return Err(Trouble::usage(
            "Nobody can be asked here. Give one of --env VAR, --command '…', --keyring, --file PATH or --prompt.",
        ));
    }
    let value = given(name)?;
    offer(name, &value, home)
}

fn variable_source(variable: &str) -> Result<Kept, Trouble> {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let is_name = !variable.is_empty()
        && variable.chars().all(fits)
        && !variable.starts_with(|c: char| c.is_ascii_digit());
    if !is_name || looks_like_a_value(variable) {
        return Err(Trouble::usage(
            "--env takes the name of an environment variable and never the value: letters, digits and underscores.",
        ));
    }
    if std::env::var_os(variable).is_none_or(|value| value.is_empty()) {
        complain(&format!(
            "Note: {variable} is not set here. Set it before the token is used."
        ));
    }
    Ok(Kept::at(TokenSource::Variable(variable.to_owned())))
}

fn existing_file(name: &TokenName, path: PathBuf) -> Result<Kept, Trouble> {
    let source = TokenSource::File(path);
    let settings = Settings {
        tokens: vec![Token {
            name: name.clone(),
            source: source.clone(),
            origins: None,
            placement: Default::default(),
            ttl: None,
        }],
        ..Settings::default()
    };
    let vault = Vault::new(&settings, sandbox::token_value);
    let looked = choice::tasks()?.block_on(vault.examine(name, false));
    let (token, report) = looked.map_err(|failure| {
        let why = failure.message.trim_start_matches("Nothing was sent: ");
        Trouble::failed(format!("The token was not defined: {why} {}", failure.hint))
    })?;
    for problem in &report.problems {
        complain(&format!("Note: {}.", problem.says));
    }
    Ok(Kept {
        fingerprint: token.fingerprint,
        ..Kept::at(source)
    })
}

/// The value, from the person or from a pipe, as they want it.
fn given(name: &TokenName) -> Result<Secret, Trouble> {
    let value = if ask::is_possible() {
        ask::value(name).ok_or_else(|| Trouble::failed("No value was given, so nothing was written. Call it again when you have the token."))?
    } else {
        piped()?
    };
    let marks = library::built_in().marks();
    let report = keep::examined(&value, clock::now(), &marks);
    for problem in &report.problems {
        complain(&format!("Note: {}.", problem.says));
    }
    let Some(repair) = keep::repaired(&value) else {
        return Ok(value);
    };
    let mended = keep::examined(&repair.value, clock::now(), &marks);
    let words = format!(
        "To mend it: {}. Then it is {} ({} characters, ·{}).",
        repair.steps.join(", "),
        mended.kind.words(),
        mended.length,
        fingerprint(&repair.value)
    );
    complain(&words);
    if !ask::is_possible() {
        complain("It is kept as it was given.");
        return Ok(value);
    }
    if ask::agrees("Keep the mended value?") {
        Ok(repair.value)
    } else {
        Ok(value)
    }
}

/// Says what can be had here, the safest first, and does what is chosen.
fn offer(name: &TokenName, value: &Secret, home: &Home) -> Result<Kept, Trouble> {
    let file = home
        .config_dir()
        .join("tokens")
        .join(format!("{name}.token"));
    let mut choices: Vec<(&str, String)> = Vec::new();
    match keep::keyring() {
        Ok(()) => choices.push(("keyring", "the system's keyring".to_owned())),
        Err(why) => complain(&format!("Not the keyring: {why}.")),
    }
    choices.push((
        "file",
        format!("a file that only you can read, {}", file.display()),
    ));
    choices.push(("prompt", "nowhere: it is asked for in every run".to_owned()));
    if let Some(program) = password_program() {
        complain(&format!(
            "If {program} holds the token, --command lets it stay there."
        ));
    }
    complain("Where is it to be kept?");
    for (place, (_, words)) in choices.iter().enumerate() {
        complain(&format!("  {} {words}", place + 1));
    }
    let answer = ask::line("A number, or Enter for 1: ").unwrap_or_default();
    let place = match answer.as_str() {
        "" => Some(0),
        number => number.parse::<usize>().ok().and_then(|n| n.checked_sub(1)),
    };
    match place.and_then(|place| choices.get(place)) {
        Some(("keyring", _)) => in_keyring(name, value),
        Some(("file", _)) => in_file(home, file, value),
        Some(_) => Ok(Kept {
            fingerprint: Some(fingerprint(value)),
            ..Kept::at(TokenSource::Prompt)
        }),
        None => Err(Trouble::usage(
            "That is none of them, so nothing was written. Call it again and give one of the numbers.",
        )),
    }
}

/// A program that keeps passwords, if one is installed.
fn password_program() -> Option<&'static str> {
    const PROGRAMS: [&str; 6] = ["op", "pass", "gopass", "bw", "secret-tool", "vault"];
    let path = std::env::var_os("PATH")?;
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let is_there = |program: &&str| folders.iter().any(|folder| folder.join(program).is_file());
    PROGRAMS.into_iter().find(is_there)
}

fn in_keyring(name: &TokenName, value: &Secret) -> Result<Kept, Trouble> {
    keep::into_keyring(name, value).map_err(no_keyring)?;
    Ok(Kept {
        source: TokenSource::Keyring,
        fingerprint: Some(fingerprint(value)),
        is_new: true,
    })
}

fn no_keyring(why: String) -> Trouble {
    Trouble::failed(format!(
        "The value was not kept: {why}. Use --file PATH, --command '…' or --env VAR."
    ))
}

fn in_file(home: &Home, path: PathBuf, value: &Secret) -> Result<Kept, Trouble> {
    let written = home_folder(&path).and_then(|()| keep::into_file(home, &path, value));
    written.map_err(|error| {
        Trouble::failed(format!(
            "The value was not written to {}: {error}. Choose another file with --file PATH.",
            path.display()
        ))
    })?;
    Ok(Kept {
        source: TokenSource::File(path),
        fingerprint: Some(fingerprint(value)),
        is_new: true,
    })
}

/// The folder of a value's file, for its owner alone where it has to be made.
fn home_folder(path: &Path) -> std::io::Result<()> {
    path.parent().map_or(Ok(()), crate::engine::make_folder)
}

fn write(home: &Home, token: &Token, environments: &[String]) -> Result<(), Trouble> {
    let (text, file) = config(home)?;
    let place = file.display().to_string();
    let changed = config_edit::add_token(&text, &place, token, environments)?;
    // What could not be read again is not written.
    config_file::read(&changed, &place).map_err(|error| Trouble::usage(error.to_string()))?;
    home.save(&file, &changed)?;
    Ok(())
}

fn config(home: &Home) -> Result<(String, PathBuf), Trouble> {
    let text = home.text("config.toml")?.unwrap_or_default();
    Ok((text, home.config_dir().join("config.toml")))
}

/// Where a value comes from, in plain words.
fn told(source: &TokenSource) -> String {
    match source {
        TokenSource::Variable(variable) => {
            format!(
                "its value comes from the variable {}",
                told_source(variable)
            )
        }
        TokenSource::Command(words) => {
            let program = words.first().map_or("", String::as_str);
            format!(
                "the program {} gives its value",
                visible_line(told_source(program))
            )
        }
        TokenSource::Keyring => "its value is in the system's keyring".to_owned(),
        TokenSource::File(path) => {
            let path = path.to_string_lossy();
            format!("its value stands in {}", told_source(&path))
        }
        TokenSource::Prompt => "its value is asked for in every run".to_owned(),
        TokenSource::Sandbox => "it belongs to the sandbox".to_owned(),
        TokenSource::Grant(grant) => format!("it is got by {}", grant.kind.words()),
    }
}
