//! What a person can set, and every limit of the program as a named constant with its reason.

use super::{Environment, Placement, TeamSettings, Token, TokenName};

/// What `config.toml` sets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// The environment to start with.
    pub environment: Option<String>,
    pub environments: Vec<Environment>,
    pub tokens: Vec<Token>,
    /// Variables from which the settings take values of tokens, even if such a value comes from
    /// elsewhere in this run.
    pub token_variables: Vec<String>,
    /// How the person is called, as `name` at the top of `config.toml` says.
    pub name: Option<String>,
    /// The theme to start with.
    pub theme: Option<String>,
    /// Whether the explorer runs line by line, without a screen.
    pub plain: bool,
    /// Whether to use the mouse; `None` means yes.
    pub mouse: Option<bool>,
    /// The most bytes of a body to keep, counted after unpacking.
    pub max_body: Option<u64>,
    /// The most calls that the history keeps.
    pub history_calls: Option<u64>,
    /// The most bytes of bodies that the history keeps.
    pub history_bytes: Option<u64>,
    /// The shared history; `None` without one.
    pub team: Option<TeamSettings>,
}

impl Settings {
    /// The environment of this name; `None` if the settings have no such one.
    pub fn environment(&self, name: &str) -> Option<&Environment> {
        self.environments.iter().find(|e| e.name == name)
    }

    /// How the person is called in what others read: the team's name for them where it has one of
    /// its own, else theirs.
    pub fn own_name(&self) -> Option<&str> {
        let of_team = self.team.as_ref().map(|team| team.name.as_str());
        of_team.or(self.name.as_deref())
    }

    /// Tokens that do not go behind `Bearer`, and where they go instead.
    pub fn placements(&self) -> Vec<(TokenName, Placement)> {
        let tokens = self.tokens.iter();
        let placed = tokens.filter(|token| token.placement != Placement::Bearer);
        placed
            .map(|token| (token.name.clone(), token.placement.clone()))
            .collect()
    }

    /// The token of this name; `None` if the settings do not define it.
    pub fn token(&self, name: &TokenName) -> Option<&Token> {
        self.tokens.iter().find(|t| &t.name == name)
    }
}

pub mod limits {
    use std::time::Duration;

    /// Longest wait for a connection, TLS included.
    pub const CONNECT: Duration = Duration::from_secs(10);
    /// Longest wait for the first byte of a response.
    pub const FIRST_BYTE: Duration = Duration::from_secs(30);
    /// Longest pause inside a body.
    pub const IDLE: Duration = Duration::from_secs(30);
    /// Bytes of a body kept unless more is asked for: enough for any response a person reads, small
    /// enough that an endless one cannot fill the memory.
    pub const BODY_BYTES: u64 = 64_000_000;
    /// Header fields accepted in a response; the library's own limit of 100 loses real ones.
    pub const HEADER_FIELDS: usize = 1_000;
    /// Redirects followed in one call: more of them are a loop that has not closed yet.
    pub const REDIRECTS: usize = 10;
    /// How often a call that is told to slow down is tried, the first time included.
    pub const TRIES: u32 = 4;
    /// The wait before a second try if the response names none.
    pub const FIRST_WAIT: Duration = Duration::from_secs(1);
    /// The longest wait that the program obeys; a person decides about a longer one.
    pub const LONGEST_WAIT: Duration = Duration::from_secs(60);
    /// How many times larger a body may be when a person requests it again.
    pub const LARGER: u64 = 8;
    /// No body above this is kept: the positions of its lines are 32 bits wide.
    pub const LARGEST_BODY: u64 = 4_000_000_000;
    /// Calls of this run that the history pane holds.
    pub const CALLS_HELD: usize = 1_000;
    /// Bytes of all bodies that the history pane holds before it drops the oldest.
    pub const HELD_BODY_BYTES: usize = 200_000_000;
    /// Most probes of one investigation.
    pub const PROBES: usize = 8;
    /// Most calls of one search for the part that a refusal hangs on.
    pub const ISOLATING: usize = 24;
    /// Earlier calls of one kind that are looked at; more would tell nothing new.
    pub const ALIKE: usize = 200;
    /// Other tokens that an investigation compares with.
    pub const OTHER_TOKENS: usize = 3;
    /// Calls that the screen may have under way at once.
    pub const JOBS: usize = 16;
    /// Bytes of a body whose lines are found before the first picture; the rest follows in the
    /// background.
    pub const ON_THE_SPOT: usize = 256_000;
    /// A longer text is not edited in a field: each picture would process all its lines.
    pub const EDITED_BYTES: usize = 1 << 20;
    /// A text with more lines is not edited in a field either.
    pub const EDITED_LINES: usize = 20_000;
    /// Depth to which JSON is indented: deeper lines would be far outside any screen.
    pub const INDENTED_DEPTH: usize = 500;
    /// A longer line of a body is shown in pieces of this many bytes.
    pub const LINE_BYTES: usize = 1_000;
    /// Depth to which a JSON error body is read; deeper text is shown raw.
    pub const JSON_DEPTH: usize = 128;
    /// Bytes of a body that a jq filter takes: it needs some twenty times that in memory.
    pub const JQ_INPUT: usize = 16_000_000;
    /// Bytes of results taken from a filter: nobody reads more.
    pub const JQ_OUTPUT: usize = 8_000_000;
    /// How long a filter may run.
    pub const JQ_TIME: Duration = Duration::from_secs(5);
    /// Filters of this run that can be recalled.
    pub const JQ_ASKED: usize = 100;
    /// Entries taken from one error body: nobody reads more.
    pub const ENTRIES: usize = 200;
    /// Bytes of an error body that are searched for entries.
    pub const ERROR_BYTES: usize = 1_000_000;
}
