//! The commands about the program itself: its sandbox, its door for agents, its health, completions.

use super::shared::LimitArgs;
use clap::Args;
use clap::builder::PossibleValuesParser;

/// How the practice API is served, or what is listed of it.
#[derive(Args)]
#[command(group = clap::ArgGroup::new("printed").args(["list", "tokens"]))]
pub struct SandboxArgs {
    /// The port to listen on; any free one if left out
    #[arg(long, value_name = "N", conflicts_with_all = ["list", "tokens"])]
    pub port: Option<u16>,
    /// The port of its authorization server; any free one if left out
    #[arg(long, value_name = "N", conflicts_with_all = ["list", "tokens"])]
    pub issuer_port: Option<u16>,
    /// Serve on when whoever started it has ended, as a service does
    #[arg(long, conflicts_with_all = ["list", "tokens"])]
    pub keep: bool,
    /// List the calls worth trying instead of serving
    #[arg(long)]
    pub list: bool,
    /// Print the practice tokens instead of serving, for other programs; they are worth nothing elsewhere
    #[arg(long, conflicts_with = "list")]
    pub tokens: bool,
    /// With --list or --tokens, print one JSON document
    #[arg(long, requires = "printed")]
    pub json: bool,
}

/// What the tools for an agent may do.
#[derive(Args)]
pub struct McpArgs {
    /// The one environment that calls may go to, or "sandbox"; left out, those of config.toml,
    /// and other hosts without a token
    #[arg(long, value_name = "NAME")]
    pub env: Option<String>,
    /// Let the tools send methods that write; never in a protected environment
    #[arg(long)]
    pub allow_writes: bool,
    /// Print what common clients need to start the server, and write nothing
    #[arg(long)]
    pub install: bool,
    #[command(flatten)]
    pub limits: LimitArgs,
    /// The support case that calls are made for
    #[arg(long, value_name = "CASE")]
    pub case: Option<String>,
}

/// Where the doctor may look.
#[derive(Args)]
pub struct DoctorArgs {
    /// Call nobody: look at this machine only
    #[arg(long)]
    pub offline: bool,
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
}

/// The shell that completions are for.
#[derive(Args)]
pub struct CompletionsArgs {
    /// bash, elvish, fish, powershell or zsh
    pub shell: clap_complete::Shell,
}

/// What a shell asks to complete.
#[derive(Args)]
pub struct NamesArgs {
    /// What they are names of
    #[arg(value_parser = PossibleValuesParser::new(KINDS))]
    pub kind: String,
}

/// What such names are names of.
pub const KINDS: [&str; 5] = ["environments", "tokens", "sessions", "cases", "kept"];
