//! The command line as it is typed.

use super::examples::EXAMPLES;
use super::print::{Color, complain};
use crate::format::registry;
use crate::model::{bare_url, is_unsafe};
use clap::builder::PossibleValuesParser;
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use std::ffi::OsString;
use std::path::PathBuf;

/// Tells why an API said no. Without a command it opens the explorer, on the built-in sandbox
/// unless config.toml or an option names another API.
#[derive(Parser)]
#[command(
    name = "httriage",
    version,
    args_conflicts_with_subcommands = true,
    disable_help_subcommand = true
)]
pub struct HttriageArgs {
    #[command(subcommand)]
    pub command: Option<Command>,
    #[command(flatten)]
    pub explore: ExploreArgs,
    /// When to use colour: auto, always or never
    #[arg(long, value_name = "WHEN", global = true)]
    pub color: Option<Color>,
}

#[derive(Subcommand)]
pub enum Command {
    /// Make one call: status line, error table, body
    Send(Box<SendArgs>),
    /// Say why a call is refused: safe probes around it, and a verdict
    Investigate(Box<InvestigateArgs>),
    /// Say which part of a call its refusal hangs on, by mixing it with one that works
    Isolate(Box<IsolateArgs>),
    /// Say when a call worked last, when it failed first, and what changed between them
    When(WhenArgs),
    /// Send a session again and say what changed
    Replay(Box<ReplayArgs>),
    /// Send every request of a session under every token and say who may do what
    Matrix(Box<MatrixArgs>),
    /// Say what a status, an error code, a cause or a saved error body means
    Explain(ExplainArgs),
    /// Serve the practice API alone, or list the calls worth trying
    Sandbox(SandboxArgs),
    /// List, define and remove tokens, and say what can be told of one
    Token(TokenArgs),
    /// List, define and remove environments: APIs by name
    Env(EnvArgs),
    /// Find, show, export and forget the calls made before
    History(HistoryArgs),
    /// Read the requests of other programs; without --out they are only shown
    Import(ImportArgs),
    /// Write a session or a call in the form of another program
    Export(ExportArgs),
    /// List every action with its keys, as keys.toml left them
    Keys(KeysArgs),
    /// List the packs of knowledge, show one, or check one of your own
    Knowledge(KnowledgeArgs),
    /// Write a call of the history for whoever holds its token, who may not give it away
    Capsule(CapsuleArgs),
    /// Make the calls of a capsule with your own token, each shown first, and write what came
    Answer(AnswerArgs),
    /// Judge what whoever holds the token sent back
    Open(OpenArgs),
    /// Serve the tools of this program to an agent, over standard input and output
    Mcp(McpArgs),
    /// Print the JSON schema of a result, or list the results
    Schema(SchemaArgs),
    /// Read the manual: its topics, or one of them
    Help(HelpArgs),
    /// Print completions for a shell
    Completions(CompletionsArgs),
    /// Print the manual page
    Man,
    /// Look at settings, files, proxies, hosts, clocks and the terminal, and say what is wrong
    Doctor(DoctorArgs),
    /// Names for the shell to complete, one a line
    #[command(name = NAMES, hide = true)]
    Names(NamesArgs),
    /// The process of a jq filter: this program starts it for itself
    #[command(name = crate::engine::jq::WORKER, hide = true)]
    JqWorker,
}

/// A URL without what it was copied with.
fn url(typed: &str) -> Result<String, std::convert::Infallible> {
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

/// The whole definition, for what is made from it.
pub fn command() -> clap::Command {
    with_examples(HttriageArgs::command(), "")
}

fn with_examples(mut command: clap::Command, words: &str) -> clap::Command {
    if let Some((_, examples)) = EXAMPLES.iter().find(|(own, _)| *own == words) {
        let lines: String = examples.iter().map(|line| format!("\n  {line}")).collect();
        command = command.after_help(format!("Examples:{lines}"));
    }
    command.mut_subcommands(|inner| {
        let path = format!("{words} {}", inner.get_name());
        with_examples(inner, path.trim_start())
    })
}

/// The hidden command that a shell asks for names to complete.
pub const NAMES: &str = "names-for-shell";
/// What such names are names of.
pub const KINDS: [&str; 4] = ["environments", "tokens", "sessions", "cases"];

/// What was typed, by that definition.
pub fn read(typed: Vec<OsString>) -> Result<HttriageArgs, clap::Error> {
    let matches = command().try_get_matches_from(typed)?;
    HttriageArgs::from_arg_matches(&matches)
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

#[derive(Args)]
pub struct ExploreArgs {
    /// A URL, a curl command, or a saved session by name or file; - reads requests in any form
    /// that import knows, or a saved answer, from stdin
    #[arg(value_name = "URL|SESSION|'curl …'|-")]
    pub what: Option<String>,
    #[command(flatten)]
    pub place: PlaceArgs,
    /// Token to begin with, by name
    #[arg(short = 't', long, value_name = "NAME")]
    pub token: Option<String>,
    #[command(flatten)]
    pub limits: LimitArgs,
    #[command(flatten)]
    pub record: RecordArgs,
    /// Theme by name: terminal, dark, light, colour-blind, colour-blind-light, mono, or your own
    #[arg(long, value_name = "NAME")]
    pub theme: Option<String>,
    /// Draw with ASCII characters only
    #[arg(long)]
    pub ascii: bool,
    /// Line by line, without a screen: for screen readers and slow lines
    #[arg(long)]
    pub plain: bool,
}

#[derive(Args)]
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

#[derive(Args)]
pub struct WhenArgs {
    /// A call of the history, by its id or the first characters of it
    pub id: String,
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
}

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

#[derive(Args)]
pub struct TokenArgs {
    #[command(subcommand)]
    pub command: TokenCommand,
}

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

#[derive(Args)]
pub struct EnvArgs {
    #[command(subcommand)]
    pub command: EnvCommand,
}

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

#[derive(Args)]
pub struct ExportArgs {
    /// A session file, the name of a session, or the id of a call
    #[arg(value_name = "SESSION|ID")]
    pub what: String,
    /// The form to write
    #[arg(long = "as", value_name = "FORM", value_parser = PossibleValuesParser::new(registry::exports()))]
    pub form: String,
    #[command(flatten)]
    pub place: PlaceArgs,
    /// A value for {{name}} in the session
    #[arg(long = "var", value_name = "K=V")]
    pub variables: Vec<String>,
}

#[derive(Args)]
pub struct CompletionsArgs {
    /// bash, elvish, fish, powershell or zsh
    pub shell: clap_complete::Shell,
}

#[derive(Args)]
pub struct NamesArgs {
    /// What they are names of
    #[arg(value_parser = PossibleValuesParser::new(KINDS))]
    pub kind: String,
}

#[derive(Args)]
pub struct DoctorArgs {
    /// Call nobody: look at this machine only
    #[arg(long)]
    pub offline: bool,
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
}

#[derive(Args)]
pub struct KeysArgs {
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
}

#[derive(Args)]
pub struct KnowledgeArgs {
    #[command(subcommand)]
    pub command: Option<KnowledgeCommand>,
}

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

#[derive(Args)]
pub struct CapsuleArgs {
    /// A call of the history, by its id or the first characters of it
    pub id: String,
    /// The file to write
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
}

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

#[derive(Args)]
pub struct SchemaArgs {
    /// The name of a result, as the command that prints it is typed
    #[arg(value_name = "NAME")]
    pub name: Vec<String>,
}

#[derive(Args)]
pub struct HelpArgs {
    /// A topic of the manual, or a command
    #[arg(value_name = "TOPIC")]
    pub topic: Option<String>,
}

#[derive(Args)]
pub struct HistoryArgs {
    #[command(subcommand)]
    pub command: HistoryCommand,
}

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

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::OsString;

    fn visible(command: &clap::Command, words: &str, found: &mut Vec<String>) {
        found.push(words.to_owned());
        for inner in command
            .get_subcommands()
            .filter(|inner| !inner.is_hide_set())
        {
            visible(
                inner,
                format!("{words} {}", inner.get_name()).trim_start(),
                found,
            );
        }
    }

    #[test]
    fn every_command_has_examples_and_every_example_can_be_read() {
        let mut all = Vec::new();
        visible(&command(), "", &mut all);
        let named: Vec<&str> = EXAMPLES.iter().map(|(words, _)| *words).collect();
        all.sort();
        let mut sorted: Vec<String> = named.iter().map(|words| (*words).to_owned()).collect();
        sorted.sort();
        assert_eq!(sorted, all);
        for (words, examples) in EXAMPLES {
            let whole = format!("httriage {words}");
            let own = |line: &&&str| line.contains(whole.trim_end());
            assert_eq!(
                examples.iter().filter(own).count(),
                examples.len(),
                "{words}"
            );
            for line in *examples {
                // Only the part between pipes that is ours.
                let ours = &line[line.find("httriage").unwrap()..];
                let ours = ours.split(" | ").next().unwrap();
                let ours = ours.split(" > ").next().unwrap();
                let typed = shlex::split(ours).unwrap();
                let typed = typed.into_iter().map(OsString::from).collect();
                let typed = super::super::dashed::filters_behind_options(typed);
                if let Err(error) = read(typed) {
                    panic!("{line}: {error}");
                }
            }
        }
    }
}
