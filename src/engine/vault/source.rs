//! Reads a token's value from its source: a variable, a file, a program, the system's keyring. A
//! failure names the remedy and never a part of the value.

use super::keep;
use crate::engine::child::Starter;
use crate::engine::home::at_home;
use crate::model::{Cause, Failure, Grant, Secret, TokenName, told_source};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

/// How long a program may take to give a value; enough to unlock a password manager with a finger.
const COMMAND_TIME: Duration = Duration::from_secs(30);

/// The longest value in bytes; a larger file is no credential.
const LONGEST_VALUE: u64 = 64 * 1024;

/// The failure for a name that no token has.
pub fn unknown(name: &TokenName) -> Failure {
    missing(
        name,
        "no token of that name is known here".into(),
        "See httriage token list; HTTRIAGE_TOKEN_<NAME> defines one for this run.",
    )
}

/// The failure for a token whose grant did not get it; the hint says how to get it.
pub fn not_got(name: &TokenName, grant: &Grant) -> Failure {
    let hint = if grant.kind.needs_person() {
        format!("Get it with httriage token login {name}, or with N on screen 4.")
    } else {
        format!("httriage token login {name} tries it alone, and says what is wrong.")
    };
    missing(
        name,
        format!("it is got by {}, and was not", grant.kind.words()),
        &hint,
    )
}

/// The failure for a name that the sandbox has no token for.
pub fn no_practice(name: &TokenName) -> Failure {
    missing(
        name,
        "the sandbox has no such token".into(),
        "See httriage token list --env sandbox.",
    )
}

/// The failure for a token without a value; `why` completes the sentence.
pub fn missing(name: &TokenName, why: String, hint: &str) -> Failure {
    Failure::unsent(
        Cause::TokenMissing,
        format!("token {name} has no value, {why}."),
        hint,
    )
}

/// Reads a value from an environment variable; fails where it is unset, empty or not UTF-8.
pub fn from_variable(name: &TokenName, variable: &str) -> Result<Secret, Failure> {
    let told = told_source(variable);
    match std::env::var(variable) {
        Ok(value) if !value.is_empty() => Ok(Secret::new(value)),
        Ok(_) => Err(missing(
            name,
            format!("the environment variable {told} is empty"),
            &format!("Set {told} before starting httriage."),
        )),
        Err(std::env::VarError::NotPresent) => Err(missing(
            name,
            format!("the environment variable {told} is not set"),
            &format!("Set {told} before starting httriage."),
        )),
        Err(std::env::VarError::NotUnicode(_)) => Err(stray(name, "bytes that are not UTF-8")),
    }
}

/// Reads a value from a file; fails where others can read the file, or it is over 64 KiB.
pub fn from_file(name: &TokenName, path: &Path) -> Result<Secret, Failure> {
    let path = at_home(path);
    let shown = path.to_string_lossy();
    let shown = told_source(&shown);
    let unreadable = |error: std::io::Error| {
        missing(
            name,
            format!("the file {shown} cannot be read ({error})"),
            "Correct the path in config.toml.",
        )
    };
    let metadata = std::fs::metadata(&path).map_err(unreadable)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        if metadata.permissions().mode() & 0o077 != 0 {
            return Err(missing(
                name,
                format!("others on this machine can read the file {shown}"),
                &format!("Run: chmod 600 {shown}"),
            ));
        }
    }
    if metadata.len() > LONGEST_VALUE {
        return Err(missing(
            name,
            format!("the file {shown} is too large for a token"),
            "Name the file that holds the token and nothing else.",
        ));
    }
    let bytes = std::fs::read(&path).map_err(unreadable)?;
    from_bytes(name, bytes, &format!("the file {shown}"))
}

/// Reads a value from the system's keyring; fails where it holds none or cannot be used.
pub fn from_keyring(name: &TokenName) -> Result<Secret, Failure> {
    match keep::from_keyring(name) {
        Ok(Some(secret)) => Ok(secret),
        Ok(None) => Err(missing(
            name,
            "the system's keyring holds none of that name".into(),
            &format!(
                "Put it there: httriage token remove {name}, then httriage token add {name} --keyring."
            ),
        )),
        Err(why) => Err(missing(
            name,
            why,
            "Use env, command or file as its source in config.toml.",
        )),
    }
}

/// Runs a command and takes its output as the value; fails after 30 s or a bad exit.
pub async fn from_command(
    name: &TokenName,
    words: &[String],
    starter: &Starter,
) -> Result<Secret, Failure> {
    let program = words.first().map(String::as_str).unwrap_or_default();
    let told = told_source(program);
    let failed = |why: String| {
        missing(
            name,
            format!("the command {told} {why}"),
            "Run the command by hand to see what it says.",
        )
    };
    let mut command = tokio::process::Command::from(starter.command(program));
    let run = command
        .args(words.iter().skip(1))
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .output();
    let output = match tokio::time::timeout(COMMAND_TIME, run).await {
        Err(_) => {
            return Err(failed(format!(
                "gave none within {} s",
                COMMAND_TIME.as_secs()
            )));
        }
        Ok(Err(error)) => return Err(failed(format!("could not be started ({error})"))),
        Ok(Ok(output)) => output,
    };
    if !output.status.success() {
        return Err(failed(format!("ended with {}", output.status)));
    }
    from_bytes(name, output.stdout, &format!("the command {told}"))
}

/// A value as found, without one final line break, which belongs to the file.
fn from_bytes(name: &TokenName, bytes: Vec<u8>, place: &str) -> Result<Secret, Failure> {
    let Ok(mut value) = String::from_utf8(bytes) else {
        return Err(stray(name, "bytes that are not UTF-8"));
    };
    if value.ends_with('\n') {
        value.pop();
        if value.ends_with('\r') {
            value.pop();
        }
    }
    if value.is_empty() {
        return Err(missing(
            name,
            format!("{place} gave nothing"),
            "Put the token there.",
        ));
    }
    Ok(Secret::new(value))
}

/// The failure for a value with a character that cannot stand in a header.
pub fn stray(name: &TokenName, what: &str) -> Failure {
    Failure::unsent(
        Cause::TokenStrayCharacters,
        format!("the value of token {name} holds {what}, which cannot stand in a header."),
        "Copy the token again, without anything around it.",
    )
}
