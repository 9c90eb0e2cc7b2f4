//! What several commands take: where calls go, how long they may take, what is kept of them.

use crate::cli::print::complain;
use crate::model::{bare_url, is_unsafe};
use clap::Args;
use std::path::PathBuf;

/// A URL without what it was copied with.
pub fn url(typed: &str) -> Result<String, std::convert::Infallible> {
    let bare = bare_url(typed);
    if bare != typed {
        complain("Note: what stands around the URL was left out.");
    }
    if let Some(hidden) = bare.chars().find(|c| is_unsafe(*c)) {
        complain(&format!(
            "Note: the URL holds an invisible character (U+{:04X}), which goes out encoded.",
            u32::from(hidden)
        ));
    }
    Ok(bare.to_owned())
}

/// Where calls go.
#[derive(Args, Default)]
pub struct PlaceArgs {
    /// Environment of config.toml, or "sandbox" for the built-in practice API
    #[arg(long, value_name = "NAME")]
    pub env: Option<String>,
    /// The URL that paths are appended to
    #[arg(long, value_name = "URL", value_parser = url)]
    pub base_url: Option<String>,
}

/// How long, how much, and whom to believe.
#[derive(Args, Default)]
pub struct LimitArgs {
    /// Limit for connecting, the first byte and each pause, one by one
    #[arg(long, value_name = "SECONDS")]
    pub timeout: Option<f64>,
    /// Limit for the whole call
    #[arg(long, value_name = "SECONDS")]
    pub max_time: Option<f64>,
    /// Largest body kept, as 64MB or 1GiB
    #[arg(long, value_name = "SIZE")]
    pub max_body: Option<String>,
    /// A PEM file with an authority to trust in this run, besides the system's
    #[arg(long, value_name = "FILE")]
    pub cacert: Option<PathBuf>,
    /// Keep and send no cookies in this run
    #[arg(long)]
    pub no_cookies: bool,
    /// An origin whose certificate is not checked in this run, as https://old.acme.example:8443
    #[arg(long, value_name = "ORIGIN")]
    pub insecure: Vec<String>,
    #[command(flatten)]
    pub reach: ReachArgs,
}

/// How hosts are reached, where that is not left to the system.
#[derive(Args, Default)]
pub struct ReachArgs {
    /// Where a name and port are connected to; the name stays in the request and the certificate
    #[arg(long, value_name = "HOST:PORT:ADDRESS")]
    pub resolve: Vec<String>,
    /// Connect to this socket of the system instead of to a host
    #[arg(long, value_name = "PATH")]
    pub unix_socket: Option<PathBuf>,
    /// Connect over IPv4 alone
    #[arg(short = '4', long, conflicts_with = "ipv6")]
    pub ipv4: bool,
    /// Connect over IPv6 alone
    #[arg(short = '6', long)]
    pub ipv6: bool,
    /// Speak HTTP/1.1 alone
    #[arg(long = "http1.1", conflicts_with = "http2")]
    pub http1_1: bool,
    /// Speak HTTP/2 alone, over http without asking first
    #[arg(long)]
    pub http2: bool,
}

/// How calls are remembered.
#[derive(Args, Default)]
pub struct RecordArgs {
    /// The support case that calls are made for
    #[arg(long, value_name = "CASE")]
    pub case: Option<String>,
    /// Keep no record of this run
    #[arg(long)]
    pub no_history: bool,
}
