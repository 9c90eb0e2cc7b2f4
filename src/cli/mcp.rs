//! `httriage mcp`: a server for agents over standard input and output, by the Model Context
//! Protocol. Its tools are the commands, with the same border, records and results; they know
//! tokens by name, and only read unless the person who started it said otherwise.

mod calls;
mod given;
mod ground;
mod install;
mod looks;
mod outside;
mod runs;
mod server;
mod tools;
mod wire;

use super::args::McpArgs;
use super::choice;
use super::history::CLOSING;
use super::print::{Out, complain};
use super::trouble::Trouble;
use crate::engine::Home;
use crate::engine::team::{Team, TeamNews, Turn};
use crate::model::visible_line;
use ground::Ground;
use server::Door;
use std::io::{IsTerminal, stdin};
use std::sync::Arc;
use std::time::Duration;

/// What is under way when the client goes has this long to come to its end.
const LEAVING: Duration = Duration::from_millis(500);

/// Serves one client until it goes, or with `--install` prints how to set one up. An error where
/// the client does not begin with `initialize`.
pub fn run(args: McpArgs, out: &mut Out) -> Result<u8, Trouble> {
    if args.install {
        // A name that is wrong is better told now than by the client.
        if let Some(name) = &args.env {
            ground::environment(name, &Home::find()?.settings()?)?;
        }
        out.text(&install::snippets(&args)?);
        return Ok(0);
    }
    let ground = Arc::new(Ground::new(&args)?);
    if stdin().is_terminal() {
        complain(
            "This speaks to a program, not to people. httriage mcp --install prints what common clients need to start it.",
        );
    }
    let tasks = choice::tasks()?;
    let (wire, ended) = wire::stdio(ground.client.vault().clone());
    let result = tasks.block_on(async {
        share(&ground);
        let door = Door::new(ground.clone(), ended.clone());
        let begun = rmcp::serve_server(door, wire).await;
        let Ok(running) = begun else {
            // A client that only opens and closes it, as some do to see that it is there.
            if *ended.borrow() {
                return Ok(0);
            }
            return Err(Trouble::failed(
                "The client did not begin as the protocol asks: its first message has to be initialize.",
            ));
        };
        let mut ended = ended;
        let gone = async {
            server::gone(&mut ended).await;
            tokio::time::sleep(LEAVING).await;
        };
        tokio::select! {
            _ = running.waiting() => {}
            () = gone => {}
        }
        Ok(0)
    });
    tasks.shutdown_background();
    ground.close(CLOSING);
    result
}

/// Speaks with the team beside the client, where the settings have one.
fn share(ground: &Ground) {
    let Some(own) = ground.settings.team.clone() else {
        return;
    };
    let vault = ground.client.vault().clone();
    let team = Team::new(own, vault, ground.history.clone());
    let tell = |news| {
        if let TeamNews::Away(why) = news {
            complain(&visible_line(&why));
        }
    };
    tokio::spawn(Turn::new(team).run(tell));
}
