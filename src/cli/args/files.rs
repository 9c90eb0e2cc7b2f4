//! The commands that read and write files of other programs, and capsules.

use super::shared::{LimitArgs, PlaceArgs};
use crate::format::registry;
use clap::Args;
use clap::builder::PossibleValuesParser;
use std::path::PathBuf;

/// The file to read requests from.
#[derive(Args)]
pub struct ImportArgs {
    /// A file with curl commands, a HAR recording, an OpenAPI document, a Postman collection or
    /// .http requests, or - for stdin
    #[arg(value_name = "FILE|-")]
    pub file: String,
    /// Write the requests to a session file
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// What the file is, where it cannot be told
    #[arg(long, value_name = "KIND", value_parser = PossibleValuesParser::new(registry::imports()))]
    pub kind: Option<String>,
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
}

/// The session, the call or the case to write, and in which form.
#[derive(Args)]
pub struct ExportArgs {
    /// A session file, the name of a session, the id of a call, or for html and markdown a case
    #[arg(value_name = "SESSION|ID|CASE")]
    pub what: String,
    /// The form to write
    #[arg(long = "as", value_name = "FORM", value_parser = PossibleValuesParser::new(registry::exports()))]
    pub form: String,
    /// Write it to a file
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    #[command(flatten)]
    pub place: PlaceArgs,
    /// A value for {{name}} in the session
    #[arg(long = "var", value_name = "K=V")]
    pub variables: Vec<String>,
}

/// The call to write for whoever holds its token.
#[derive(Args)]
pub struct CapsuleArgs {
    /// A call of the history, by its id or the first characters of it
    pub id: String,
    /// The file to write
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
}

/// The capsule to answer, and with which token.
#[derive(Args)]
pub struct AnswerArgs {
    /// A capsule that somebody sent you
    pub file: String,
    /// Your token, by name; left out, the one that your settings bind to the host of the capsule
    #[arg(short = 't', long, value_name = "NAME")]
    pub token: Option<String>,
    /// Send every call without asking; each is shown all the same
    #[arg(long)]
    pub yes: bool,
    /// At most this many calls besides the one in question
    #[arg(long, default_value_t = 8, value_name = "N")]
    pub probes: usize,
    /// The file to write; left out, the capsule's name with .answer
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    #[command(flatten)]
    pub limits: LimitArgs,
    /// Keep no record of this run
    #[arg(long)]
    pub no_history: bool,
}

/// The answered capsule to judge.
#[derive(Args)]
pub struct OpenArgs {
    /// What came back for a capsule
    pub file: String,
    /// The support case that it belongs to
    #[arg(long, value_name = "CASE")]
    pub case: Option<String>,
    /// Keep no record of this run
    #[arg(long)]
    pub no_history: bool,
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
}
