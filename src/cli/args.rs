//! The command line as it is typed.

mod calls;
mod environments;
mod files;
mod history;
mod program;
mod reference;
mod shared;
mod team;
mod tokens;

pub use calls::{InvestigateArgs, IsolateArgs, MatrixArgs, ReplayArgs, SendArgs, WhenArgs};
pub use environments::{EnvAddArgs, EnvArgs, EnvCommand};
pub use files::{AnswerArgs, CapsuleArgs, ExportArgs, ImportArgs, OpenArgs};
pub use history::{HistoryArgs, HistoryCommand, ResolveArgs, SeenArgs};
pub use program::{CompletionsArgs, DoctorArgs, KINDS, McpArgs, NamesArgs, SandboxArgs};
pub use reference::{ExplainArgs, HelpArgs, KeysArgs, KnowledgeArgs, KnowledgeCommand, SchemaArgs};
pub use shared::{LimitArgs, PlaceArgs, ReachArgs, RecordArgs};
pub use team::{TeamArgs, TeamCommand, TeamInitArgs};
pub use tokens::{
    TokenAddArgs, TokenArgs, TokenCommand, TokenInspectArgs, TokenLoginArgs, TokenVerifyArgs,
};

use super::examples::EXAMPLES;
use super::print::Color;
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use std::ffi::OsString;

/// Tells why an API said no. Without a command it opens the explorer, on the built-in sandbox
/// unless config.toml or an option names another API.
#[derive(Parser)]
#[command(
    name = "httriage",
    version,
    args_conflicts_with_subcommands = true,
    disable_help_subcommand = true
)]
pub struct HttriageArgs {
    #[command(subcommand)]
    pub command: Option<Command>,
    #[command(flatten)]
    pub explore: ExploreArgs,
    /// When to use colour: auto, always or never
    #[arg(long, value_name = "WHEN", global = true)]
    pub color: Option<Color>,
}

/// The commands, in the order of the help.
#[derive(Subcommand)]
pub enum Command {
    /// Make one call: status line, error table, body
    Send(Box<SendArgs>),
    /// Say why a call is refused: safe probes around it, and a verdict
    Investigate(Box<InvestigateArgs>),
    /// Say which part of a call its refusal hangs on, by mixing it with one that works
    Isolate(Box<IsolateArgs>),
    /// Say when a call worked last, when it failed first, and what changed between them
    When(WhenArgs),
    /// Record what a refusal was in the end, for whoever meets it next
    Resolve(ResolveArgs),
    /// Find earlier refusals of the same kind, and what they were
    Seen(SeenArgs),
    /// Share the history with colleagues, over a PostgreSQL of your own
    Team(TeamArgs),
    /// Send a session again and say what changed
    Replay(Box<ReplayArgs>),
    /// Send every request of a session under every token and say who may do what
    Matrix(Box<MatrixArgs>),
    /// Say what a status, an error code, a cause or a saved error body means
    Explain(ExplainArgs),
    /// Serve the practice API alone, or list the calls worth trying
    Sandbox(SandboxArgs),
    /// List, define and remove tokens, and say what can be told of one
    Token(TokenArgs),
    /// List, define and remove environments: APIs by name
    Env(EnvArgs),
    /// Find, show, export and forget the calls made before
    History(HistoryArgs),
    /// Read the requests of other programs; without --out they are only shown
    Import(ImportArgs),
    /// Write a session or a call in the form of another program
    Export(ExportArgs),
    /// List every action with its keys, as keys.toml left them
    Keys(KeysArgs),
    /// List the packs of knowledge, show one, or check one of your own
    Knowledge(KnowledgeArgs),
    /// Write a call of the history for whoever holds its token, who may not give it away
    Capsule(CapsuleArgs),
    /// Make the calls of a capsule with your own token, each shown first, and write what came
    Answer(AnswerArgs),
    /// Judge what whoever holds the token sent back
    Open(OpenArgs),
    /// Serve the tools of this program to an agent, over standard input and output
    Mcp(McpArgs),
    /// Print the JSON schema of a result, or list the results
    Schema(SchemaArgs),
    /// Read the manual: its topics, or one of them
    Help(HelpArgs),
    /// Print completions for a shell
    Completions(CompletionsArgs),
    /// Print the manual page
    Man,
    /// Look at settings, files, proxies, hosts, clocks and the terminal, and say what is wrong
    Doctor(DoctorArgs),
    /// Names for the shell to complete, one a line
    #[command(name = NAMES, hide = true)]
    Names(NamesArgs),
    /// The process of a jq filter: this program starts it for itself
    #[command(name = crate::engine::jq::WORKER, hide = true)]
    JqWorker,
}

/// The whole definition, for what is made from it.
pub fn command() -> clap::Command {
    with_examples(HttriageArgs::command(), "")
}

fn with_examples(mut command: clap::Command, words: &str) -> clap::Command {
    if let Some((_, examples)) = EXAMPLES.iter().find(|(own, _)| *own == words) {
        let lines: String = examples.iter().map(|line| format!("\n  {line}")).collect();
        command = command.after_help(format!("Examples:{lines}"));
    }
    command.mut_subcommands(|inner| {
        let path = format!("{words} {}", inner.get_name());
        with_examples(inner, path.trim_start())
    })
}

/// The hidden command that a shell asks for names to complete.
pub const NAMES: &str = "names-for-shell";

/// What was typed, by that definition.
pub fn read(typed: Vec<OsString>) -> Result<HttriageArgs, clap::Error> {
    let matches = command().try_get_matches_from(typed)?;
    HttriageArgs::from_arg_matches(&matches)
}

/// What the explorer is started with.
#[derive(Args)]
pub struct ExploreArgs {
    /// A URL, a curl command, or a saved session by name or file; - reads requests in any form
    /// that import knows, or a saved answer, from stdin
    #[arg(value_name = "URL|SESSION|'curl …'|-")]
    pub what: Option<String>,
    #[command(flatten)]
    pub place: PlaceArgs,
    /// Token to begin with, by name
    #[arg(short = 't', long, value_name = "NAME")]
    pub token: Option<String>,
    #[command(flatten)]
    pub limits: LimitArgs,
    #[command(flatten)]
    pub record: RecordArgs,
    /// Theme by name: terminal, dark, light, colour-blind, colour-blind-light, mono, or your own
    #[arg(long, value_name = "NAME")]
    pub theme: Option<String>,
    /// Draw with ASCII characters only
    #[arg(long)]
    pub ascii: bool,
    /// Line by line, without a screen: for screen readers and slow lines
    #[arg(long)]
    pub plain: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::OsString;

    fn visible(command: &clap::Command, words: &str, found: &mut Vec<String>) {
        found.push(words.to_owned());
        for inner in command
            .get_subcommands()
            .filter(|inner| !inner.is_hide_set())
        {
            visible(
                inner,
                format!("{words} {}", inner.get_name()).trim_start(),
                found,
            );
        }
    }

    #[test]
    fn every_command_has_examples_and_every_example_can_be_read() {
        let mut all = Vec::new();
        visible(&command(), "", &mut all);
        let named: Vec<&str> = EXAMPLES.iter().map(|(words, _)| *words).collect();
        all.sort();
        let mut sorted: Vec<String> = named.iter().map(|words| (*words).to_owned()).collect();
        sorted.sort();
        assert_eq!(sorted, all);
        for (words, examples) in EXAMPLES {
            let whole = format!("httriage {words}");
            let own = |line: &&&str| line.contains(whole.trim_end());
            assert_eq!(
                examples.iter().filter(own).count(),
                examples.len(),
                "{words}"
            );
            for line in *examples {
                // Only the part between pipes that is ours.
                let ours = &line[line.find("httriage").unwrap()..];
                let ours = ours.split(" | ").next().unwrap();
                let ours = ours.split(" > ").next().unwrap();
                let typed = shlex::split(ours).unwrap();
                let typed = typed.into_iter().map(OsString::from).collect();
                let typed = super::super::dashed::filters_behind_options(typed);
                if let Err(error) = read(typed) {
                    panic!("{line}: {error}");
                }
            }
        }
    }
}
