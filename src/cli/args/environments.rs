//! The commands for environments.

use clap::{Args, Subcommand};

/// What to do with environments.
#[derive(Args)]
pub struct EnvArgs {
    #[command(subcommand)]
    pub command: EnvCommand,
}

/// What can be done with environments.
#[derive(Subcommand)]
pub enum EnvCommand {
    /// The environments of config.toml
    List {
        /// Print one JSON document
        #[arg(long)]
        json: bool,
    },
    /// Define one from a URL of its API; what is left out is proposed from that
    Add(Box<EnvAddArgs>),
    /// Take one out of config.toml; its tokens stay bound to its host
    Remove { name: String },
    /// What is set for one, and which pack of knowledge speaks there
    Show {
        name: String,
        /// Print one JSON document
        #[arg(long)]
        json: bool,
    },
}

/// An environment to define.
#[derive(Args)]
pub struct EnvAddArgs {
    /// Any URL of the API; a name may stand beside it
    #[arg(value_name = "NAME|URL", num_args = 0..=2)]
    pub what: Vec<String>,
    /// Its name; left out, it is taken from the host
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// Where the API begins; left out, the host with what looks like a version
    #[arg(long, value_name = "URL")]
    pub base_url: Option<String>,
    /// The pack of knowledge that speaks there; see httriage knowledge list
    #[arg(long, value_name = "PACK")]
    pub knowledge: Option<String>,
    /// Calls that write ask first
    #[arg(long)]
    pub protected: bool,
    /// A token that belongs to it, by name
    #[arg(long = "token", value_name = "NAME")]
    pub tokens: Vec<String>,
    /// A header of every call there, as 'Name: value'
    #[arg(long = "header", value_name = "'K: V'")]
    pub headers: Vec<String>,
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
}
