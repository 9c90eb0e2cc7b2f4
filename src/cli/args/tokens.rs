//! The commands for tokens.

use super::shared::{LimitArgs, PlaceArgs, RecordArgs};
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// What to do with tokens.
#[derive(Args)]
pub struct TokenArgs {
    #[command(subcommand)]
    pub command: TokenCommand,
}

/// What can be done with tokens.
#[derive(Subcommand)]
pub enum TokenCommand {
    /// Names, sources and fingerprints
    List {
        #[command(flatten)]
        place: PlaceArgs,
        /// Print one JSON document
        #[arg(long)]
        json: bool,
    },
    /// Define a token by its name; the value is asked for without showing it
    Add(Box<TokenAddArgs>),
    /// What can be told of a token without sending it
    Inspect(TokenInspectArgs),
    /// Get a token from its authorization server
    Login(TokenLoginArgs),
    /// Check the signature of a token with its issuer's keys, and ask the issuer of it
    Verify(TokenVerifyArgs),
    /// Forget a token's name and source
    Remove {
        /// The name of the token
        name: String,
    },
}

/// A token to define: its name, its source, and its place in a request.
#[derive(Args)]
#[command(group = clap::ArgGroup::new("source").args(["env", "command", "keyring", "file", "prompt"]))]
pub struct TokenAddArgs {
    /// Its name: lower-case letters, digits, dashes, dots or underscores
    pub name: String,
    /// The environment variable that holds the value
    #[arg(long, value_name = "VAR")]
    pub env: Option<String>,
    /// The program that prints the value, as 'pass show acme'; started without a shell
    #[arg(long, value_name = "'…'")]
    pub command: Option<String>,
    /// Keep the value in the system's keyring
    #[arg(long)]
    pub keyring: bool,
    /// The file that holds the value; made, for you alone, where there is none
    #[arg(long, value_name = "PATH")]
    pub file: Option<PathBuf>,
    /// Ask for the value in every run, and keep it nowhere
    #[arg(long)]
    pub prompt: bool,
    /// An origin it may go to, as https://api.acme.example
    #[arg(long = "origin", value_name = "URL")]
    pub origins: Vec<String>,
    /// An environment of config.toml it belongs to
    #[arg(long = "for", value_name = "NAME")]
    pub environments: Vec<String>,
    /// Send it in this header alone, in place of Authorization: Bearer
    #[arg(long, value_name = "NAME", group = "placement")]
    pub header: Option<String>,
    /// Send it in Authorization behind this word, as Bot or Token
    #[arg(long, value_name = "WORD", group = "placement")]
    pub scheme: Option<String>,
    /// Send it in the query under this name
    #[arg(long, value_name = "NAME", group = "placement")]
    pub query: Option<String>,
    /// Send it as a cookie of this name
    #[arg(long, value_name = "NAME", group = "placement")]
    pub cookie: Option<String>,
    /// It is the password of this user, and is sent as Basic
    #[arg(long, value_name = "USER", group = "placement")]
    pub basic: Option<String>,
    /// It is the password of this user, and answers the challenges of Digest
    #[arg(long, value_name = "USER", group = "placement")]
    pub digest: Option<String>,
}

/// The token to look at, and what to hold beside it.
#[derive(Args)]
pub struct TokenInspectArgs {
    /// The name of a token, or - for a value on stdin; left out, the value is asked for
    #[arg(value_name = "NAME|-")]
    pub what: Option<String>,
    /// Another token to compare it with, claim by claim
    #[arg(value_name = "OTHER")]
    pub other: Option<String>,
    /// Beside a call of the history that carried it: its id, or the first characters of it
    #[arg(long, value_name = "ID", conflicts_with = "other")]
    pub call: Option<String>,
    /// Ask the API whose it is and what it sees, and with --call also where that API is described
    #[arg(long, conflicts_with = "other")]
    pub ask: bool,
    /// Ask without a question
    #[arg(long, requires = "ask")]
    pub yes: bool,
    #[command(flatten)]
    pub place: PlaceArgs,
    #[command(flatten)]
    pub limits: LimitArgs,
    #[command(flatten)]
    pub record: RecordArgs,
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
}

/// The token to get from its authorization server.
#[derive(Args)]
pub struct TokenLoginArgs {
    /// The name of a token of config.toml that has oauth = { … }
    pub name: String,
    /// The browser is on another machine: ask for the address that it ends at
    #[arg(long)]
    pub paste: bool,
    /// Ask for a sign-in of this strength, as an API that refused names it (RFC 9470)
    #[arg(long, value_name = "VALUES")]
    pub acr_values: Option<String>,
    /// Ask for a sign-in that is at most so old
    #[arg(long, value_name = "SECONDS")]
    pub max_age: Option<u64>,
    #[command(flatten)]
    pub place: PlaceArgs,
    #[command(flatten)]
    pub limits: LimitArgs,
    #[command(flatten)]
    pub record: RecordArgs,
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
}

/// The token whose signature is checked, and whom to ask of it.
#[derive(Args)]
pub struct TokenVerifyArgs {
    /// The name of a token, or - for a value on stdin
    #[arg(value_name = "NAME|-")]
    pub name: String,
    /// The issuer, or where its keys stand; left out, the settings of the token say so, else the
    /// token itself
    #[arg(long, value_name = "URL")]
    pub url: Option<String>,
    /// Ask the hosts that the token and its issuer name without a question
    #[arg(long)]
    pub yes: bool,
    /// Ask the issuer whether it is active, as the client of its oauth = { … }
    #[arg(long)]
    pub introspect: bool,
    /// Ask the issuer whose it is
    #[arg(long)]
    pub userinfo: bool,
    #[command(flatten)]
    pub place: PlaceArgs,
    #[command(flatten)]
    pub limits: LimitArgs,
    #[command(flatten)]
    pub record: RecordArgs,
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
}
