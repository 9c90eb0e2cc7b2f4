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
