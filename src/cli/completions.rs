//! `httriage completions` and `httriage man`: what shells and systems need to know about the
//! command line, made from its one definition. Shells ask the program for a person's own names when
//! the key is pressed.

use super::args::{CompletionsArgs, KINDS, NAMES, NamesArgs, command};
use super::choice;
use super::print::Out;
use super::trouble::Trouble;
use crate::engine::{Home, sandbox};
use crate::model::Environment;
use clap_complete::Shell;

/// Options that take a name of that kind as their value.
const OPTIONS: [(&str, &str); 6] = [
    ("env", "environments"),
    ("token", "tokens"),
    ("tokens", "tokens"),
    ("against-token", "tokens"),
    ("case", "cases"),
    ("for", "environments"),
];

/// Commands that take such a name as their first word.
const WORDS: [(&str, &str); 9] = [
    ("replay", "sessions"),
    ("matrix", "sessions"),
    ("export", "kept"),
    ("resolve", "cases"),
    ("token inspect", "tokens"),
    ("token login", "tokens"),
    ("token remove", "tokens"),
    ("env show", "environments"),
    ("env remove", "environments"),
];

/// Prints the completion script for a shell.
pub fn run(args: CompletionsArgs, out: &mut Out) -> Result<u8, Trouble> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command(), "httriage", &mut script);
    let script = String::from_utf8_lossy(&script);
    out.own(&match args.shell {
        Shell::Bash => format!("{script}{}", for_bash()),
        Shell::Zsh => for_zsh(&script),
        Shell::Fish => format!("{script}{}", for_fish()),
        _ => script.into_owned(),
    });
    Ok(0)
}

/// Prints one name on each line. If nothing can be read there is nothing to offer, and the shell
/// must see no more than that.
pub fn names(args: &NamesArgs, out: &mut Out) -> Result<u8, Trouble> {
    let home = Home::find()?;
    let settings = home.settings()?;
    let sessions = home.sessions().into_iter().map(|(name, _)| name);
    let mut found: Vec<String> = match args.kind.as_str() {
        "environments" => {
            let own = settings.environments.iter();
            let names = own.map(|environment| environment.name.clone());
            names.chain([Environment::SANDBOX.to_owned()]).collect()
        }
        "tokens" => {
            let own = settings.tokens.iter().map(|token| token.name.to_string());
            let practice = sandbox::token_names().into_iter();
            own.chain(practice.map(|name| name.to_string())).collect()
        }
        "sessions" => sessions.collect(),
        kind => {
            let history = choice::history(&home, &settings)?;
            let cases = history.cases()?.into_iter().map(|(case, _)| case);
            // What can be exported is either.
            let sessions = sessions.filter(|_| kind == "kept");
            cases.chain(sessions).collect()
        }
    };
    let mut seen = std::collections::BTreeSet::new();
    found.retain(|name| seen.insert(name.clone()));
    for name in found {
        out.line(&name);
    }
    Ok(0)
}

/// The beginnings of those lines of the generated zsh script whose word is such a name.
const ZSH_WORDS: [(&str, &str); 7] = [
    ("':what -- A session file, the name of a session", "kept"),
    ("':session -- ", "sessions"),
    ("'::what -- The name of a token", "tokens"),
    ("'::other -- Another token", "tokens"),
    ("':name -- The name of the token", "tokens"),
    ("':what -- A refused call of the history", "cases"),
    ("':name:_default", "environments"),
];

/// Wraps the generated function: offers names where a name belongs, else what was generated.
fn for_bash() -> String {
    let options: String = OPTIONS
        .iter()
        .map(|(option, kind)| match *option {
            "token" => format!("        --token|-t) kind={kind} ;;\n"),
            _ => format!("        --{option}) kind={kind} ;;\n"),
        })
        .collect();
    let words: String = WORDS
        .iter()
        .map(|(words, kind)| format!("            '{words}') kind={kind} ;;\n"))
        .collect();
    format!(
        r#"
_httriage_names() {{
    local cur="${{COMP_WORDS[COMP_CWORD]}}" prev="${{COMP_WORDS[COMP_CWORD-1]}}" kind="" before
    case "$prev" in
{options}    esac
    before="${{COMP_WORDS[*]:1:COMP_CWORD-1}}"
    # There it is a variable of the system.
    [[ "$before" == "token add "*"--env" ]] && kind=""
    if [[ -z "$kind" && "$cur" != -* ]]; then
        case "$before" in
{words}        esac
    fi
    if [[ -n "$kind" ]]; then
        local IFS=$'\n'
        COMPREPLY=($(compgen -W "$("${{COMP_WORDS[0]}}" {NAMES} "$kind" 2>/dev/null)" -- "$cur"))
        [[ -n "${{COMPREPLY[*]}}" ]] && return 0
    fi
    _httriage "$@"
}}
complete -F _httriage_names -o bashdefault -o default httriage
"#
    )
}

/// The generated script, with names instead of files.
fn for_zsh(script: &str) -> String {
    let mut text = String::new();
    // The generator expects a word before the command, and would take that for the command itself.
    let script = script.replace("$line[2]", "$line[1]");
    let before_command = |line: &&str| !line.starts_with("'::what -- A URL, a curl command");
    for line in script.lines().filter(before_command) {
        let option = OPTIONS.iter().find(|(option, _)| {
            line.contains(&format!("--{option}=[")) || line.contains(&format!("--{option}=\\["))
        });
        let is_short = line.trim_start_matches(['\'', '*']).starts_with("-t+[");
        let word = ZSH_WORDS.iter().find(|(begin, _)| line.starts_with(begin));
        let kind = match option.or(word) {
            // `token add --env` takes a variable of the system.
            Some(_) if line.contains(":VAR:") => None,
            Some((_, kind)) => Some(*kind),
            None if is_short => Some("tokens"),
            None => None,
        };
        match kind {
            Some(kind) => {
                text.push_str(&line.replace(":_default'", &format!(":_httriage_{kind}'")));
            }
            None => text.push_str(line),
        }
        text.push('\n');
    }
    let functions: String = KINDS
        .iter()
        .map(|kind| {
            format!(
                "_httriage_{kind}() {{\n    local -a names; names=(${{(f)\"$(httriage {NAMES} {kind} 2>/dev/null)\"}})\n    compadd -a names\n}}\n"
            )
        })
        .collect();
    // Before the last lines, which call everything.
    match text.rfind("if [ \"$funcstack[1]\"") {
        Some(at) => format!("{}{functions}\n{}", &text[..at], &text[at..]),
        None => format!("{text}{functions}"),
    }
}

fn for_fish() -> String {
    let options = OPTIONS.iter().map(|(option, kind)| {
        let short = if *option == "token" { " -s t" } else { "" };
        // `token add --env` takes a variable of the system.
        let place = match *option {
            "env" => " -n \"not __fish_seen_subcommand_from add\"",
            _ => "",
        };
        format!("complete -c httriage{place} -l {option}{short} -x -a \"(httriage {NAMES} {kind} 2>/dev/null)\"\n")
    });
    let words = WORDS.iter().map(|(words, kind)| {
        let seen: String = words
            .split(' ')
            .map(|word| format!("__fish_seen_subcommand_from {word}; and "))
            .collect();
        let seen = seen.trim_end_matches("; and ");
        format!("complete -c httriage -n \"{seen}\" -a \"(httriage {NAMES} {kind} 2>/dev/null)\"\n")
    });
    options.chain(words).collect()
}

/// Prints the manual page in roff.
pub fn man(out: &mut Out) -> Result<u8, Trouble> {
    let mut page = Vec::new();
    let made = clap_mangen::Man::new(command()).render(&mut page);
    made.map_err(|error| Trouble::failed(format!("The page could not be made: {error}.")))?;
    out.own(&String::from_utf8_lossy(&page));
    Ok(0)
}
