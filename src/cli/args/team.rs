//! The commands for the history that a team shares.

use clap::{Args, Subcommand};

/// What to do with the shared history.
#[derive(Args)]
pub struct TeamArgs {
    #[command(subcommand)]
    pub command: TeamCommand,
}

/// What can be done with the shared history.
#[derive(Subcommand)]
pub enum TeamCommand {
    /// Look whether the database of [team] fits; with --as-owner, make its tables or update them
    Init(TeamInitArgs),
    /// Say whether it answers, what waits to go, and how far it was read
    Status {
        /// Print one JSON document
        #[arg(long)]
        json: bool,
    },
    /// Send what waits to go
    Push {
        /// Also what went before, and what the database did not take
        #[arg(long)]
        again: bool,
        /// Print one JSON document
        #[arg(long)]
        json: bool,
    },
    /// Read what others did
    Pull {
        /// Print one JSON document
        #[arg(long)]
        json: bool,
    },
}

/// How the shared database is made or looked at.
#[derive(Args)]
pub struct TeamInitArgs {
    /// Make roles, tables and rules, or bring them up to date
    #[arg(long)]
    pub as_owner: bool,
    /// A login that may add calls of its own and read all
    #[arg(long = "writer", value_name = "LOGIN", requires = "as_owner")]
    pub writers: Vec<String>,
    /// A login that may only read
    #[arg(long = "reader", value_name = "LOGIN", requires = "as_owner")]
    pub readers: Vec<String>,
    /// How many months the database keeps
    #[arg(long, value_name = "MONTHS", requires = "as_owner", value_parser = clap::value_parser!(i32).range(1..=1200))]
    pub keep_months: Option<i32>,
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
}
