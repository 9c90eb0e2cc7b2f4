//! The commands that say what something means: answers, packs, keys, schemas, the manual.

use clap::{Args, Subcommand};
use std::path::PathBuf;

/// What is to be explained.
#[derive(Args)]
pub struct ExplainArgs {
    /// A status, an error code, a cause such as token.expired, a file with an error body or a HAR recording, or - for stdin
    #[arg(default_value = "-", value_name = "WHAT")]
    pub what: String,
    /// What the API of this environment means by a status or a code; the practice API's where none is chosen
    #[arg(long, value_name = "NAME")]
    pub env: Option<String>,
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
}

/// What to do with packs of knowledge.
#[derive(Args)]
pub struct KnowledgeArgs {
    #[command(subcommand)]
    pub command: Option<KnowledgeCommand>,
}

/// What can be done with packs of knowledge.
#[derive(Subcommand)]
pub enum KnowledgeCommand {
    /// Name every pack, your own first
    List {
        /// Print one JSON document
        #[arg(long)]
        json: bool,
    },
    /// Print a pack as it is written
    Show {
        /// The id of a pack
        #[arg(value_name = "ID")]
        id: String,
    },
    /// Say what is wrong in a pack, and judge the examples that it carries
    Check {
        /// The file of a pack
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Print one JSON document
        #[arg(long)]
        json: bool,
    },
}

impl Default for KnowledgeCommand {
    fn default() -> KnowledgeCommand {
        KnowledgeCommand::List { json: false }
    }
}

/// How the keys are listed.
#[derive(Args)]
pub struct KeysArgs {
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
}

/// The result whose schema is printed.
#[derive(Args)]
pub struct SchemaArgs {
    /// The name of a result, as the command that prints it is typed
    #[arg(value_name = "NAME")]
    pub name: Vec<String>,
}

/// The page of the manual to read.
#[derive(Args)]
pub struct HelpArgs {
    /// A topic of the manual, or a command
    #[arg(value_name = "TOPIC")]
    pub topic: Option<String>,
}
