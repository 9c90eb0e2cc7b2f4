//! `httriage doctor`: what is set up, what is wrong, and how to fix it. The output can be pasted
//! into a report: it contains no values, no passwords and no name of a home directory.

use super::args::DoctorArgs;
use super::choice;
use super::print::Out;
use super::trouble::Trouble;
use crate::engine::doctor::{self, Check, Health, PATIENCE};
use crate::engine::history::History;
use crate::engine::team::Team;
use crate::engine::{Client, ClientOptions, Home, Vault, sandbox};
use crate::model::{Environment, Settings, TokenName};
use crate::runtime::terminal_size;
use serde_json::{Map, Value, json};
use std::io::IsTerminal;
use std::sync::Arc;

/// Runs all checks and prints them; exits with 1 if anything is wrong.
pub fn run(args: DoctorArgs, out: &mut Out) -> Result<u8, Trouble> {
    let home = Home::find()?;
    let (settings, mut checks) = configuration(&home);
    checks.extend(environments(&settings));
    let vault = Arc::new(Vault::new(&settings, sandbox::token_value));
    checks.extend(doctor::tokens(&settings, &vault));
    checks.extend(doctor::files(&home));
    checks.extend(doctor::history(&home, choice::retention(&settings), &vault));
    if let Some(own) = &settings.team {
        let history = History::at(home.data_dir(), choice::retention(&settings), vault.clone());
        let history = choice::in_team(history, &settings);
        let team = Team::new(own.clone(), vault.clone(), history);
        checks.extend(choice::tasks()?.block_on(team.checked(args.offline)));
    }
    let variables = || {
        let named = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        };
        std::env::vars_os().filter_map(named)
    };
    let proxies = doctor::proxies(variables());
    let through_proxy = proxies
        .iter()
        .any(|check| check.message.contains("through"));
    checks.extend(proxies);
    checks.push(doctor::roots());
    if args.offline {
        let words = "Hosts and clocks were not looked at, as --offline asks.";
        checks.push(Check::note("network", words, ""));
    } else if settings.environments.is_empty() {
        let words = "No environment is set up, so no host and no clock was looked at.";
        checks.push(Check::note("network", words, ""));
    } else {
        let client = Client::new(vault, options());
        let network = choice::tasks()?.block_on(async {
            let mut checks = doctor::names(&settings.environments, through_proxy).await;
            checks.extend(doctor::clocks(&client, &settings.environments).await);
            checks
        });
        checks.extend(network);
    }
    checks.extend(terminal());
    let wrong = checks.iter().filter(|c| c.health == Health::Wrong).count();
    let checks: Vec<Check> = checks.into_iter().map(without_home).collect();
    if args.json {
        out.json(&document(&checks, wrong))
    } else {
        print(&checks, wrong, out)
    }
    Ok(u8::from(wrong > 0))
}

fn options() -> ClientOptions {
    ClientOptions {
        connect: PATIENCE,
        first_byte: PATIENCE,
        idle: PATIENCE,
        whole: Some(PATIENCE),
        ..ClientOptions::default()
    }
}

/// Reads our files like every command does; reports what is broken and leaves it out.
fn configuration(home: &Home) -> (Settings, Vec<Check>) {
    let mut checks = Vec::new();
    let folder = home.config_dir().display();
    let settings = match home.settings() {
        Ok(settings) => {
            let counted = |count: usize, what: &str| match count {
                1 => format!("1 {what}"),
                _ => format!("{count} {what}s"),
            };
            let environments = counted(settings.environments.len(), "environment");
            let tokens = counted(settings.tokens.len(), "token");
            let counts = format!("{environments}, {tokens}");
            checks.push(match home.text("config.toml") {
                Ok(Some(_)) => Check::fine("config", format!("config.toml in {folder}: {counts}.")),
                _ => Check::note(
                    "config",
                    format!("There is no config.toml in {folder}; without it only the sandbox and URLs given in full can be called."),
                    "Write one with [environments.NAME] and its base_url.",
                ),
            });
            settings
        }
        Err(error) => {
            checks.push(Check::wrong("config", error.to_string(), ""));
            Settings::default()
        }
    };
    let own = |file: &str| matches!(home.text(file), Ok(Some(_)) | Err(_));
    match choice::catalogue(home) {
        Err(trouble) => checks.push(Check::wrong("config", trouble.to_string(), "")),
        Ok(_) if own("catalogue.toml") => {
            checks.push(Check::fine("config", "catalogue.toml is read."));
        }
        Ok(_) => {}
    }
    match choice::keymap(home) {
        Err(trouble) => checks.push(Check::wrong("config", trouble.to_string(), "")),
        Ok(_) if own("keys.toml") => checks.push(Check::fine("config", "keys.toml is read.")),
        Ok(_) => {}
    }
    let themes = choice::themes(home);
    let broken = themes.broken.iter();
    checks.extend(broken.map(|(_, why)| Check::wrong("theme", why, "")));
    if let Some(name) = &settings.theme
        && let Err(trouble) = choice::theme(name, &themes)
    {
        checks.push(Check::wrong("theme", trouble.to_string(), ""));
    }
    (settings, checks)
}

fn environments(settings: &Settings) -> Vec<Check> {
    let mut checks = Vec::new();
    for environment in &settings.environments {
        let name = &environment.name;
        if environment.origin().is_none() {
            checks.push(Check::wrong(
                "environment",
                format!("Environment {name} has no base URL that can be called."),
                "Write base_url in config.toml as https://api.example.com.",
            ));
        }
        let unknown = |token: &&TokenName| settings.token(token).is_none();
        for token in environment.tokens.iter().filter(unknown) {
            checks.push(Check::wrong(
                "environment",
                format!("Environment {name} names the token {token}, which is not defined."),
                format!("Define it under [tokens.{token}], or take it out."),
            ));
        }
        if exposed(environment) {
            checks.push(Check::wrong(
                "environment",
                format!(
                    "Environment {name} is called by http: tokens cross the network in the clear."
                ),
                "Write https:// in its base_url.",
            ));
        }
    }
    checks
}

/// Whether calls leave this machine without TLS.
fn exposed(environment: &Environment) -> bool {
    let local = |host: &str| {
        let loopback = host.trim_matches(['[', ']']).parse::<std::net::IpAddr>();
        host == "localhost" || loopback.is_ok_and(|address| address.is_loopback())
    };
    let origin = environment.origin();
    environment.base_url.starts_with("http://") && origin.is_some_and(|o| !local(o.host()))
}

/// What the terminal can show.
fn terminal() -> Vec<Check> {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let is_terminal = std::io::stdin().is_terminal() && std::io::stdout().is_terminal();
    let mut facts = vec![match terminal_size() {
        Ok((width, height)) if is_terminal => format!("{width}x{height}"),
        _ => "not a terminal here".to_owned(),
    }];
    for name in ["TERM", "COLORTERM", "TERM_PROGRAM", "NO_COLOR"] {
        facts.extend(variable(name).map(|value| format!("{name}={value}")));
    }
    let mut checks = vec![Check::fine("terminal", format!("{}.", facts.join(", ")))];
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .into_iter()
        .find_map(variable);
    let spelled = locale.as_deref().unwrap_or("").to_lowercase();
    if cfg!(unix) && !spelled.contains("utf-8") && !spelled.contains("utf8") {
        checks.push(Check::note(
            "terminal",
            "The locale does not say UTF-8, so signs and frames may come out as other letters.",
            "If they do, set LANG to C.UTF-8, or start with --ascii.",
        ));
    }
    checks
}

/// Shortens paths to start at the home directory: its name is often a person's.
fn without_home(mut check: Check) -> Check {
    let home = std::env::var("HOME").or_else(|_| std::env::var("USERPROFILE"));
    if let Ok(home) = home
        && home.trim_end_matches(['/', '\\']).len() > 1
    {
        let home = home.trim_end_matches(['/', '\\']);
        check.message = check.message.replace(home, "~");
        check.remedy = check.remedy.replace(home, "~");
    }
    check
}

fn document(checks: &[Check], wrong: usize) -> Value {
    let check = |check: &Check| {
        let mut object = Map::new();
        object.insert("id".into(), json!(check.id));
        object.insert("health".into(), json!(check.health.id()));
        object.insert("message".into(), json!(check.message));
        if !check.remedy.is_empty() {
            object.insert("remedy".into(), json!(check.remedy));
        }
        Value::Object(object)
    };
    let checks: Vec<Value> = checks.iter().map(check).collect();
    json!({
        "version": env!("CARGO_PKG_VERSION"),
        "system": format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
        "wrong": wrong,
        "checks": checks,
    })
}

fn print(checks: &[Check], wrong: usize, out: &mut Out) {
    for check in checks {
        let sign = match check.health {
            Health::Fine => out.styled("fine ", "32"),
            Health::Note => out.styled("note ", "36"),
            Health::Wrong => out.styled("WRONG", "1;31"),
        };
        out.labelled(&sign, &format!("{:<12} ", check.id), &check.message);
        if !check.remedy.is_empty() {
            out.labelled("     ", &format!("{:<12} ", ""), &check.remedy);
        }
    }
    out.line("");
    out.line(&match wrong {
        0 => "Nothing is wrong.".to_owned(),
        1 => "1 thing is wrong.".to_owned(),
        _ => format!("{wrong} things are wrong."),
    });
}
