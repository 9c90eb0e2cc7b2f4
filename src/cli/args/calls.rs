//! The commands that make calls.

use super::shared::{LimitArgs, PlaceArgs, RecordArgs, url};
use clap::Args;
use std::path::PathBuf;

/// One call to make.
#[derive(Args, Default)]
#[command(allow_missing_positional = true)]
pub struct SendArgs {
    /// GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS; left out, GET, and POST where there is data
    pub method: Option<String>,
    /// The method, as curl takes it; any word
    #[arg(
        short = 'X',
        long = "request",
        value_name = "METHOD",
        conflicts_with = "method"
    )]
    pub request: Option<String>,
    /// A URL, or a path that begins with / under the base URL
    #[arg(value_parser = url)]
    pub url: String,
    #[command(flatten)]
    pub place: PlaceArgs,
    /// Token by name; see httriage token list. Given several times, the answers are compared
    #[arg(short = 't', long = "token", value_name = "NAME")]
    pub tokens: Vec<String>,
    /// A header, 'Name: value'; @FILE or @- reads lines of them
    #[arg(short = 'H', long = "header", value_name = "'K: V'")]
    pub headers: Vec<String>,
    /// A query parameter, name=value
    #[arg(long = "param", value_name = "K=V")]
    pub params: Vec<String>,
    /// The body: text, @FILE, or @- for stdin; sent byte for byte. Several are joined by &
    #[arg(short = 'd', long, value_name = "TEXT|@FILE|@-")]
    pub data: Vec<String>,
    /// A part of a multipart form: name=text, or name=@FILE;type=…;filename=…
    #[arg(
        short = 'F',
        long = "form",
        value_name = "K=V",
        conflicts_with = "data"
    )]
    pub form: Vec<String>,
    /// Put the data into the query, and ask with GET
    #[arg(short = 'G', long = "get", requires = "data")]
    pub get: bool,
    /// Print the head of the answer too, before its body
    #[arg(short = 'i', long = "include", conflicts_with = "json")]
    pub include: bool,
    /// A value for {{name}} in URL, parameters and headers
    #[arg(long = "var", value_name = "K=V")]
    pub variables: Vec<String>,
    #[command(flatten)]
    pub limits: LimitArgs,
    /// Write the body to a file, byte for byte, and print the rest; - is standard output, with the rest on standard error
    #[arg(short, long, value_name = "FILE|-")]
    pub output: Option<PathBuf>,
    /// After a 429 or 503, wait as the answer asks and send again; GET, HEAD and OPTIONS only
    #[arg(long)]
    pub retry: bool,
    /// Allow a method that writes in a protected environment
    #[arg(long)]
    pub allow_writes: bool,
    #[command(flatten)]
    pub record: RecordArgs,
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
}

/// The refused call to ask around.
#[derive(Args)]
pub struct InvestigateArgs {
    /// GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS
    pub method: String,
    /// A URL, or a path that begins with / under the base URL
    #[arg(value_parser = url)]
    pub url: String,
    #[command(flatten)]
    pub place: PlaceArgs,
    /// Token by name; the first is the one in question, others are compared with
    #[arg(short = 't', long = "token", value_name = "NAME")]
    pub tokens: Vec<String>,
    /// A header, 'Name: value'; @FILE or @- reads lines of them
    #[arg(short = 'H', long = "header", value_name = "'K: V'")]
    pub headers: Vec<String>,
    /// A query parameter, name=value
    #[arg(long = "param", value_name = "K=V")]
    pub params: Vec<String>,
    /// The body: text, @FILE, or @- for stdin; sent byte for byte. Several are joined by &
    #[arg(short = 'd', long, value_name = "TEXT|@FILE|@-")]
    pub data: Vec<String>,
    /// A value for {{name}} in URL, parameters and headers
    #[arg(long = "var", value_name = "K=V")]
    pub variables: Vec<String>,
    /// Send nothing: print each call for whoever holds the token, and read the pasted answers
    /// from standard input, each ended by a line with a single dot
    #[arg(long, conflicts_with = "tokens")]
    pub by_hand: bool,
    /// At most this many probes
    #[arg(long, default_value_t = 8, value_name = "N")]
    pub probes: usize,
    /// Make the one call that would prove the verdict wrong, too
    #[arg(long, conflicts_with = "by_hand")]
    pub refute: bool,
    #[command(flatten)]
    pub limits: LimitArgs,
    /// Allow a call that writes in a protected environment
    #[arg(long)]
    pub allow_writes: bool,
    #[command(flatten)]
    pub record: RecordArgs,
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
}

/// The refused call, and the one that works.
#[derive(Args)]
pub struct IsolateArgs {
    /// GET, HEAD or OPTIONS; another with --allow-writes
    pub method: String,
    /// A URL, or a path that begins with / under the base URL
    #[arg(value_parser = url)]
    pub url: String,
    #[command(flatten)]
    pub place: PlaceArgs,
    /// Token of the refused call, by name
    #[arg(short = 't', long = "token", value_name = "NAME")]
    pub token: Option<String>,
    /// The call that works: one of the history by its id, a step of a session by its number or
    /// name, or a file in any form that import knows. Left out, parts of the call are left out
    #[arg(long, value_name = "ID|SESSION#STEP|FILE")]
    pub against: Option<String>,
    /// The token of the call that works, by name; alone, the same call with that token
    #[arg(long, value_name = "NAME")]
    pub against_token: Option<String>,
    /// A header, 'Name: value'; @FILE or @- reads lines of them
    #[arg(short = 'H', long = "header", value_name = "'K: V'")]
    pub headers: Vec<String>,
    /// A query parameter, name=value
    #[arg(long = "param", value_name = "K=V")]
    pub params: Vec<String>,
    /// The body: text, @FILE, or @- for stdin; sent byte for byte. Several are joined by &
    #[arg(short = 'd', long, value_name = "TEXT|@FILE|@-")]
    pub data: Vec<String>,
    /// A value for {{name}} in URL, parameters and headers
    #[arg(long = "var", value_name = "K=V")]
    pub variables: Vec<String>,
    /// At most this many calls
    #[arg(long, default_value_t = crate::model::limits::ISOLATING, value_name = "N")]
    pub budget: usize,
    #[command(flatten)]
    pub limits: LimitArgs,
    /// Allow a method that writes, which is sent again and again; never in a protected environment
    #[arg(long)]
    pub allow_writes: bool,
    /// Write the calls into a session file
    #[arg(long, value_name = "FILE")]
    pub save: Option<PathBuf>,
    #[command(flatten)]
    pub record: RecordArgs,
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
}

/// The call whose past is looked through.
#[derive(Args)]
pub struct WhenArgs {
    /// A call of the history, by its id or the first characters of it
    pub id: String,
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
}

/// The session to send again.
#[derive(Args)]
pub struct ReplayArgs {
    /// A session file, or the name of one in the sessions folder
    pub session: String,
    #[command(flatten)]
    pub place: PlaceArgs,
    /// Token by name, in place of the token of every step
    #[arg(short = 't', long, value_name = "NAME")]
    pub token: Option<String>,
    /// A value for {{name}} in the session
    #[arg(long = "var", value_name = "K=V")]
    pub variables: Vec<String>,
    #[command(flatten)]
    pub limits: LimitArgs,
    #[command(flatten)]
    pub record: RecordArgs,
    /// Send up to N steps at once, where they do not need each other
    #[arg(long, value_name = "N")]
    pub parallel: Option<usize>,
    /// The least time from one step to the next
    #[arg(long, value_name = "SECONDS")]
    pub pace: Option<f64>,
    /// Leave out the steps before this one, by its number or its name
    #[arg(long, value_name = "STEP")]
    pub from: Option<String>,
    /// After a 429 or 503 that was not recorded, wait as the answer asks and send again
    #[arg(long)]
    pub retry: bool,
    /// Send methods that write in a protected environment too
    #[arg(long)]
    pub allow_writes: bool,
    /// Read and send the files that the session names, below its folder, without asking
    #[arg(long)]
    pub send_files: bool,
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
    /// The form of the report; json is the same as --json
    #[arg(long, value_name = "FORM", value_parser = ["text", "json", "junit", "markdown"], conflicts_with = "json")]
    pub report: Option<String>,
}

/// The session, and the tokens to send it under.
#[derive(Args)]
pub struct MatrixArgs {
    /// A session file, or the name of one in the sessions folder
    pub session: String,
    /// Tokens by name, with commas between; "none" is a call without one. Left out: those that the session names
    #[arg(
        short = 't',
        long,
        alias = "token",
        value_name = "A,B",
        value_delimiter = ','
    )]
    pub tokens: Vec<String>,
    #[command(flatten)]
    pub place: PlaceArgs,
    /// A value for {{name}} in the session
    #[arg(long = "var", value_name = "K=V")]
    pub variables: Vec<String>,
    #[command(flatten)]
    pub limits: LimitArgs,
    #[command(flatten)]
    pub record: RecordArgs,
    /// Send methods that write too, once for each token; never in a protected environment
    #[arg(long)]
    pub allow_writes: bool,
    /// Show tokens and requests that fare the same as one
    #[arg(long)]
    pub fold: bool,
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
    /// The form of the report; json is the same as --json
    #[arg(long, value_name = "FORM", value_parser = ["text", "json", "markdown", "csv"], conflicts_with = "json")]
    pub report: Option<String>,
}
