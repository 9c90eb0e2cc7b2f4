//! The commands for the calls made before.

use clap::{Args, Subcommand};
use std::path::PathBuf;

/// What to do with the calls made before.
#[derive(Args)]
pub struct HistoryArgs {
    #[command(subcommand)]
    pub command: HistoryCommand,
}

/// What can be done with the calls made before.
#[derive(Subcommand)]
pub enum HistoryCommand {
    /// Newest first; words like 403 token:support case:A-1 since:2d narrow it, and a dash before one, as in -404, leaves out what it fits
    List {
        #[arg(value_name = "FILTER")]
        filter: Vec<String>,
        /// At most this many
        #[arg(long, default_value_t = 50, value_name = "N")]
        limit: usize,
        /// Print one JSON document
        #[arg(long)]
        json: bool,
    },
    /// One call, whole
    Show {
        /// Its id, or the first characters of it
        id: String,
        /// Print one JSON document
        #[arg(long)]
        json: bool,
    },
    /// Every call that fits, as one JSON document
    Export {
        #[arg(value_name = "FILTER")]
        filter: Vec<String>,
        /// Write it to a file
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Save the calls that fit, oldest first, as a session to be replayed
    Save {
        /// What the session is called
        name: String,
        /// Words such as case:A-1 or since:2h; without any, every call
        #[arg(value_name = "FILTER")]
        filter: Vec<String>,
        /// From this call on: its id, or the first characters of it
        #[arg(long, value_name = "ID")]
        from: Option<String>,
        /// Keep the bodies of the answers too, so that a replay compares their paths and types
        #[arg(long)]
        body: bool,
        /// What the reader should know
        #[arg(long, value_name = "TEXT", default_value = "")]
        note: String,
        /// Write it to this file instead of a new one beside the history
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Remove calls for good
    #[command(group = clap::ArgGroup::new("which").required(true).args(["ids", "filter", "all"]))]
    Forget {
        /// Ids, or the first characters of them
        ids: Vec<String>,
        /// Every call that fits this filter
        #[arg(long, value_name = "FILTER", allow_hyphen_values = true)]
        filter: Option<String>,
        /// Every call
        #[arg(long)]
        all: bool,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
}

/// The call or case, and what it was in the end.
#[derive(Args)]
pub struct ResolveArgs {
    /// A refused call of the history by its id or the first characters of it, or a case by its name
    #[arg(value_name = "ID|CASE")]
    pub what: String,
    /// What it was: the id of a cause, such as permission.missing_role, or other
    #[arg(long, value_name = "ID")]
    pub cause: Option<String>,
    /// What the next person should know, without secrets
    #[arg(long, value_name = "TEXT")]
    pub note: Option<String>,
    /// Take back what stands; it is kept as the past
    #[arg(long, conflicts_with_all = ["cause", "note"])]
    pub withdraw: bool,
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
}

/// The refusal whose like is looked for.
#[derive(Args)]
pub struct SeenArgs {
    /// A call of the history by its id or the first characters of it, or an error code; left out, the newest refusal
    #[arg(value_name = "ID|CODE")]
    pub what: Option<String>,
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
}
