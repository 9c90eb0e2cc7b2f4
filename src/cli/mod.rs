//! Floor 7: doors for people and scripts. Reads the command line, starts what it asks for, and
//! turns the result into text or JSON and an exit code.

mod args;
mod ask;
mod call;
mod capsule;
mod choice;
mod compare;
mod completions;
mod dashed;
mod doctor;
mod env;
mod examples;
mod explain;
mod explore;
mod export;
mod grant;
mod history;
mod import;
mod investigate;
mod isolate;
mod json;
mod keys;
mod knowledge;
mod manual;
mod matrix;
mod mcp;
mod misuse;
mod pager;
mod picture;
mod print;
mod progress;
mod recording;
mod replay;
mod resolve;
mod sandbox;
mod schema;
mod seen;
mod send;
mod stream;
mod team;
mod token;
mod trouble;
mod when;

use crate::engine::Home;
use args::Command;
use print::Out;
use std::ffi::OsString;
use trouble::Trouble;

/// Runs the program and gives its exit code.
pub fn dispatch() -> u8 {
    crate::engine::forbid_core_files();
    crate::runtime::keep_code_of_panics();
    crate::runtime::survive_limits();
    let typed = dashed::filters_behind_options(std::env::args_os().collect());
    if let Some(words) = misuse::mistyped_command(&typed) {
        return told(Trouble::usage(words));
    }
    let args = match args::read(typed.clone()) {
        Ok(args) => args,
        Err(error) => return usage(&error, &typed),
    };
    if !matches!(args.command, Some(Command::JqWorker))
        && let Ok(home) = Home::find()
    {
        home.sweep();
    }
    let mut out = Out::stdout(args.color.unwrap_or_default());
    let result = match args.command {
        None => explore::run(args.explore, args.color.unwrap_or_default(), &mut out),
        Some(Command::Send(send)) => send::run(*send, &mut out),
        Some(Command::Investigate(ask)) => investigate::run(*ask, &mut out),
        Some(Command::Isolate(ask)) => isolate::run(*ask, &mut out),
        Some(Command::When(ask)) => when::run(ask, &mut out),
        Some(Command::Resolve(word)) => resolve::run(word, &mut out),
        Some(Command::Seen(ask)) => seen::run(ask, &mut out),
        Some(Command::Replay(replay)) => replay::run(*replay, &mut out),
        Some(Command::Matrix(matrix)) => matrix::run(*matrix, &mut out),
        Some(Command::Explain(explain)) => explain::run(explain, &mut out),
        Some(Command::Sandbox(sandbox)) => sandbox::run(sandbox, &mut out),
        Some(Command::Token(token)) => token::run(token, &mut out),
        Some(Command::Env(env)) => env::run(env, &mut out),
        Some(Command::Team(team)) => team::run(team, &mut out),
        Some(Command::History(history)) => history::run(history, &mut out),
        Some(Command::Import(import)) => import::run(import, &mut out),
        Some(Command::Export(export)) => export::run(export, &mut out),
        Some(Command::Completions(shell)) => completions::run(shell, &mut out),
        Some(Command::Names(names)) => completions::names(&names, &mut out),
        Some(Command::Man) => completions::man(&mut out),
        Some(Command::Doctor(doctor)) => doctor::run(doctor, &mut out),
        Some(Command::Keys(keys)) => keys::run(keys, &mut out),
        Some(Command::Knowledge(knowledge)) => knowledge::run(knowledge, &mut out),
        Some(Command::Capsule(capsule)) => capsule::run(capsule, &mut out),
        Some(Command::Answer(answer)) => capsule::answer(answer, &mut out),
        Some(Command::Open(open)) => capsule::open(open, &mut out),
        Some(Command::Mcp(mcp)) => mcp::run(mcp, &mut out),
        Some(Command::Schema(name)) => schema::run(name, &mut out),
        Some(Command::Help(help)) => manual::run(help, &mut out),
        Some(Command::JqWorker) => Ok(crate::engine::jq::work()),
    };
    ended(result, out)
}

/// The exit code, after reporting everything that went wrong.
fn ended(result: Result<u8, Trouble>, out: Out) -> u8 {
    let result = result.map_err(told);
    match (result, out.trouble().map(told)) {
        (Err(code), _) | (Ok(_), Some(code)) | (Ok(code), None) => code,
    }
}

fn told(trouble: Trouble) -> u8 {
    print::complain(&without_tokens(&trouble.to_string()));
    trouble.code
}

/// Any word of a command line may be the value of a token in a wrong place.
fn without_tokens(words: &str) -> String {
    let settings = Home::find().ok().and_then(|home| home.settings().ok());
    match settings {
        Some(settings) => choice::mask(&settings).text(words),
        None => words.to_owned(),
    }
}

/// Help and version are results; anything else is wrong usage.
fn usage(error: &clap::Error, typed: &[OsString]) -> u8 {
    if error.use_stderr() {
        print::complain(&without_tokens(&misuse::words(error, typed)));
        2
    } else {
        let mut out = Out::stdout(print::Color::Never);
        out.text(&error.render().to_string());
        ended(Ok(0), out)
    }
}
