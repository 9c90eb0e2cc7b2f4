//! What happened, and what is wanted. Messages come in, effects go out; both are plain data.

use super::action::{Action, Screen};
use super::answer::{Shown, Source};
use super::keymap::Key;
use super::pane::{KeepIn, SeenToken, SignIn, TypedToken};
use super::task::Job;
use crate::format::story::Form;
use crate::insight::Exchange;
use crate::insight::completion::Candidate;
use crate::insight::facts::Case;
use crate::insight::isolate::Isolation;
use crate::insight::learned::Learned;
use crate::insight::matrix::{Caller, Cell, Matrix};
use crate::insight::replay::{ReplayReport, StepReport};
use crate::insight::seen::Seen;
use crate::insight::survey::Survey;
use crate::insight::token::TokenReport;
use crate::insight::token::signature::Verified;
use crate::insight::token::testimony::Testimony;
use crate::insight::when::Turned;
use crate::insight::{AnswerDiff, BodyText, Found, Pattern, Query, View};
use crate::model::{
    Cause, CookieRow, CookieWish, Environment, ExchangeId, ExchangeSummary, Filtered, Got, Grant,
    KnownCase, Manner, Note, Origin, Placement, Progress, RequestSpec, SentRequest, Session,
    Settings, Tempo, Timestamp, TokenName, TokenRef, TokenSource,
};
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// Something that happened: a key, an answer of the engine, a step of a run. All of it goes through
/// `update`.
#[derive(Clone, Debug)]
pub enum Message {
    Key(Key),
    Paste(String),
    /// A paste that holds values of known tokens: as it came, and with their names in their places.
    PasteKnown {
        text: Pasted,
        named: String,
    },
    /// A paste that is a token, with what can be told of it.
    PasteToken {
        text: Pasted,
        seen: Box<SeenToken>,
    },
    Pointer(Pointer),
    /// An action by its name, wherever it belongs.
    Act(Action),
    /// The row of that number in the list in front.
    Choose(usize),
    Resized {
        width: u16,
        height: u16,
    },
    /// Sent only while a job runs.
    Tick {
        now: Timestamp,
        /// How far each running job is.
        progress: Vec<(Job, Progress)>,
    },
    /// Read already: a large answer must not hold up the thread that draws.
    /// What came of a stream so far.
    Coming {
        job: Job,
        answer: Box<Shown>,
    },
    Sent {
        job: Job,
        answer: Box<Shown>,
    },
    /// A call that was made for something else than the builder.
    Made(Arc<Exchange>),
    Sandbox(SandboxNews),
    /// The tokens of an environment, with the fingerprints of those that could be read.
    Tokens {
        environment: String,
        tokens: Vec<TokenRef>,
    },
    /// The store's answer to a filter.
    Recalled {
        question: u64,
        found: Vec<ExchangeSummary>,
        /// Whether there may be older ones.
        has_older: bool,
        /// The row these come after; `None` for the newest.
        after: Option<ExchangeId>,
    },
    /// A call that the store was asked for; `None` if it has it no more.
    Fetched {
        exchange: Option<Arc<Exchange>>,
        then: Then,
    },
    /// The lines of a large body.
    Indexed {
        question: u64,
        body: Arc<BodyText>,
    },
    /// What differs between two answers.
    Compared {
        was: ExchangeId,
        is: ExchangeId,
        diff: Arc<AnswerDiff>,
    },
    /// A filter of jq has run, with the lines of its results; or why it has none.
    Filtered {
        question: u64,
        filtered: Result<(Arc<Filtered>, Arc<BodyText>), String>,
    },
    /// A body was written into a file.
    Saved {
        source: Source,
        path: PathBuf,
    },
    /// What was looked for in a large body.
    Searched {
        question: u64,
        found: Arc<Found>,
    },
    /// How far the work on a large body is, in hundredths.
    Progressed {
        question: u64,
        hundredths: u8,
    },
    /// The session files that there are.
    Sessions(Vec<SessionFile>, Listing),
    /// The support cases of one's own and of the team, the latest worked on first.
    Cases(Vec<KnownCase>),
    /// A session was made of calls, or why none was.
    Gathered {
        job: Job,
        gathered: Result<Gathered, String>,
    },
    /// A session that a screen asked for.
    Opened {
        job: Job,
        screen: Screen,
        session: Result<Box<OpenSession>, String>,
    },
    /// A step of a replay has come out.
    Stepped {
        job: Job,
        step: usize,
        report: Box<StepReport>,
        exchange: Option<Arc<Exchange>>,
    },
    /// A cell of a matrix has its answer.
    Filled {
        job: Job,
        row: usize,
        column: usize,
        cell: Cell,
        exchange: Option<Arc<Exchange>>,
    },
    /// The API asked for a pause, and the whole run waits.
    Paused {
        job: Job,
        pause: Duration,
    },
    /// A call of a survey has come back; what is known by then.
    Surveyed {
        job: Job,
        survey: Box<Survey>,
        exchange: Arc<Exchange>,
    },
    /// Somebody is to say yes in a browser for a token.
    SignIn(Box<SignIn>),
    /// A token was got.
    SignedIn(TokenName),
    /// What came of verifying a token.
    Proven {
        job: Job,
        /// The name of the environment.
        environment: String,
        token: TokenRef,
        came: Came,
    },
    /// A run has told all it has to tell, and why it could not go on, if it could not.
    Done {
        job: Job,
        trouble: Option<String>,
    },
    /// What can be told of tokens of an environment.
    Looked {
        environment: String,
        tokens: Vec<TokenRow>,
    },
    /// So many characters of a hidden value are typed.
    SecretTyped(usize),
    /// A hidden value was given and is in place, or the question was left.
    SecretGiven(Option<Box<TokenRow>>),
    /// What can be told of the value of a token that is being defined.
    TypedToken(TypedToken),
    /// `config.toml` was changed, or why not.
    SetUp(Result<Box<SetUp>, String>),
    /// What the history knows of an environment.
    Learned {
        environment: String,
        learned: Arc<Learned>,
    },
    /// A call is read, as far as it can be judged without sending anything.
    Explained {
        case: Box<Case>,
        then: ThenWhy,
    },
    /// What the history says of refusals like the call in front.
    Reminded {
        of: ExchangeId,
        seen: Box<Seen>,
    },
    /// What a refusal was is recorded, or could not be.
    Resolved {
        of: ExchangeId,
        notice: Notice,
    },
    /// An investigation under way has come so far.
    Probed {
        job: Job,
        case: Box<Case>,
    },
    /// An investigation has come to its end.
    Investigated {
        job: Job,
        case: Box<Case>,
    },
    /// A search for what a refusal hangs on has come so far, with the call that was made.
    Isolating {
        job: Job,
        search: Box<Isolation>,
        exchange: Arc<Exchange>,
    },
    /// It has come to its end, or nothing was sent.
    Isolated {
        job: Job,
        search: Option<Box<Isolation>>,
        why_not: Option<String>,
    },
    /// The history was asked when a call stopped working.
    Turned {
        of: ExchangeId,
        found: Result<Box<Turned>, String>,
    },
    /// A pasted command was read.
    Imported(Box<Imported>),
    /// A pasted answer was read, and what there is to say of its text.
    Received(Arc<Exchange>, String),
    /// What a URL may become in an environment.
    Places {
        environment: String,
        known: Vec<Candidate>,
    },
    /// What came out of the person's editor.
    Edited {
        draft: Draft,
        text: Vec<u8>,
    },
    /// The cookies of this run, and whether they are kept and sent.
    Cookies {
        rows: Vec<CookieRow>,
        are_used: bool,
    },
    /// A text that was asked for is written, and is to be copied.
    Written {
        what: String,
        text: String,
    },
    /// Something a person should know.
    Told(Notice),
    /// The team's database is reached again, or why it is not.
    Team {
        trouble: Option<String>,
    },
    /// The terminal or the system asked the program to end.
    Ended,
}

/// A pasted text on its way to be read. It may hold credentials, and cannot be printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Pasted(pub String);

impl fmt::Debug for Pasted {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "Pasted({} bytes)", self.0.len())
    }
}

/// The first request of a pasted text. The values of its tokens are in the vault already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    pub spec: RequestSpec,
    /// What the text is: a command, a recording.
    pub noun: &'static str,
    /// Requests in the text, this one included.
    pub count: usize,
    pub tokens: Vec<ImportedToken>,
    pub notes: Vec<Note>,
    /// All calls of a text that is many by nature, with what was recorded of them.
    pub session: Option<Box<Session>>,
    /// It came as an argument, which others on this machine can see.
    pub was_argument: bool,
}

/// A token of a pasted request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportedToken {
    pub token: TokenRef,
    pub place: String,
    /// Its value stood in the text; else only its name did.
    pub with_value: bool,
}

/// What the mouse did, in which cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pointer {
    pub x: u16,
    pub y: u16,
    pub what: PointerMove,
}

/// What was done with the mouse at that place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PointerMove {
    Press,
    Drag,
    Release,
    WheelUp,
    WheelDown,
}

/// A case whose verdict is put to the test; the same as another of that call with as many probes.
#[derive(Clone, Debug)]
pub struct CaseToTest(pub Box<Case>);

impl PartialEq for CaseToTest {
    fn eq(&self, other: &CaseToTest) -> bool {
        let of = |case: &Case| (case.call.exchange.id.clone(), case.probes.len());
        of(&self.0) == of(&other.0)
    }
}

/// What to do with a call once it is here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    Load,
    SendAgain,
    /// It comes to the front, and another one is compared with it.
    LoadToCompare,
    /// It comes to the front, and is investigated.
    Investigate,
    /// It is compared with the one in front.
    Compare,
    /// It is asked when it stopped working.
    When,
    /// Offers its parts for copying.
    Copy,
    /// It is sent once more, in this manner.
    Resend(Manner),
}

/// What the session files are listed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listing {
    ForScreens,
    ForPalette,
}

/// What to do with a call once it is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ThenWhy {
    Show,
    /// Opens it as an investigation in which somebody else makes the calls.
    AskByHand,
    /// Writes it down for a ticket, and copies that.
    CopyTicket,
}

/// What a session is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Chosen {
    Calls(Vec<ExchangeId>),
    Case(String),
}

/// A session as it was opened; without a path it was made from calls and is not saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenSession {
    pub path: Option<PathBuf>,
    pub session: Session,
}

/// A session made of calls and not written yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gathered {
    pub session: Session,
    /// The step that is the call in front.
    pub front: Option<usize>,
    /// What could not be taken over.
    pub notes: Vec<String>,
}

/// Where a session comes from.
#[derive(Clone, Debug, PartialEq)]
pub enum SessionFrom {
    File(PathBuf),
    Calls {
        name: String,
        chosen: Chosen,
        /// Those of the chosen calls that are here, and may not be written yet.
        held: Vec<Arc<Exchange>>,
        environments: Vec<Environment>,
    },
}

/// What is known of a token without its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenRow {
    pub token: TokenRef,
    /// `None` where no token of that name is known.
    pub source: Option<TokenSource>,
    /// Where it may go; to the environment's own host, where there are none.
    pub origins: Vec<Origin>,
    /// Absent until the value was read.
    pub report: Option<TokenReport>,
    /// Why there is no value.
    pub trouble: Option<String>,
    /// How it was got from an authorization server, where it was.
    pub got: Option<Got>,
}

/// What was heard when a token was verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proven {
    pub verified: Verified,
    pub testimony: Testimony,
    /// The issuer that can be asked about it.
    pub issuer: Option<String>,
    /// What could not be heard, and why.
    pub troubles: Vec<String>,
}

impl Proven {
    /// Whether its issuer was not asked yet.
    pub fn is_unheard(&self) -> bool {
        self.testimony == Testimony::default() && self.troubles.is_empty()
    }
}

/// What came of verifying a token, or what has to be asked first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Came {
    /// This host would be asked; why, as a sentence.
    Asks {
        origin: Origin,
        why: String,
    },
    Told(Box<Proven>),
}

/// An environment and a token that are to be written. The value is typed elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetupOrder {
    /// The environment is there already.
    pub is_token_alone: bool,
    /// The environment that is changed, by the name it had.
    pub changes: Option<String>,
    pub environment: Environment,
    pub token: Option<TokenOrder>,
    /// The first call.
    pub path: String,
}

/// A token to be defined in config.toml; its value is never part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenOrder {
    pub name: TokenName,
    pub placement: Placement,
    pub keep_in: KeepIn,
    /// The variable, or the words of the command.
    pub from: String,
    /// How it is got, where an authorization server gives it out.
    pub grant: Option<Box<Grant>>,
}

/// What stands in `config.toml` now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetUp {
    pub settings: Settings,
    /// The environment to go to.
    pub environment: Option<String>,
    pub token: Option<TokenName>,
    /// The call to make first.
    pub path: Option<String>,
    pub says: String,
}

/// A session that is sent again.
#[derive(Clone, Debug, PartialEq)]
pub struct ReplayRun {
    pub session: Session,
    pub environment: Environment,
    /// In place of the token of every step.
    pub token: Option<TokenName>,
    pub given: Vec<(String, String)>,
    /// Steps before this one are left out.
    pub from: usize,
    /// Whether steps that write go out where the environment is protected.
    pub writes: bool,
    pub tempo: Tempo,
    pub case: Option<String>,
}

/// Every request of a session under every token.
#[derive(Clone, Debug, PartialEq)]
pub struct FillRun {
    pub session: Session,
    pub environment: Environment,
    pub callers: Vec<Caller>,
    pub given: Vec<(String, String)>,
    pub writes: bool,
    pub case: Option<String>,
}

/// What is written into a file for others.
#[derive(Clone, Debug, PartialEq)]
pub enum Exported {
    Matrix(Box<Matrix>),
    Markdown(Box<ReplayReport>),
    Junit(Box<ReplayReport>),
}

/// A session as the list of sessions shows it: its name, and where its file is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionFile {
    pub name: String,
    pub path: PathBuf,
}

/// Whether the practice API could be started: `base_url` with its port, or why it could not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SandboxNews {
    Up { base_url: String },
    Down { why: String },
}

/// Something that `update` wants done in the world outside: plain data, carried out by `runtime`.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    Send {
        job: Job,
        typed: Box<RequestSpec>,
        sent: Box<SentRequest>,
        environment: Box<Environment>,
        case: Option<String>,
        manner: Manner,
    },
    /// Writes a call into the store.
    Remember(Arc<Exchange>),
    Recall {
        question: u64,
        query: Query,
        after: Option<ExchangeId>,
    },
    /// Brings a call of the history.
    Fetch {
        id: ExchangeId,
        /// The call, where it is here already: it comes by the same way.
        held: Option<Arc<Exchange>>,
        then: Then,
    },
    /// Finds the lines of a large body.
    Index {
        question: u64,
        source: Source,
        view: View,
    },
    /// Looks for something in a large body.
    Search {
        question: u64,
        source: Source,
        pattern: Box<Pattern>,
    },
    /// Runs a filter of jq over the body of an answer.
    Jq {
        question: u64,
        filter: String,
        exchange: Arc<Exchange>,
    },
    /// Writes a body into a new file.
    SaveBody {
        source: Source,
        path: PathBuf,
    },
    /// Opens a file that was saved, as the system does.
    OpenFile(PathBuf),
    /// Opens a page of the web in the browser.
    OpenPage(String),
    /// A pasted token waits for what becomes of it.
    HoldToken(Pasted),
    /// The token that waits is known by this name in this run, for this place.
    UseToken {
        name: TokenName,
        origin: Origin,
    },
    /// Nobody waits for the answer any more.
    StopReading(u64),
    /// Finds what differs between two answers.
    Compare {
        was: Arc<Exchange>,
        is: Arc<Exchange>,
    },
    /// Reads a call, so that it can be said why it was refused. Nothing is sent.
    Explain {
        exchange: Arc<Exchange>,
        environment: Box<Environment>,
        then: ThenWhy,
    },
    /// Sends safe probes around a call.
    Investigate {
        job: Job,
        exchange: Arc<Exchange>,
        environment: Box<Environment>,
        /// How many probes at most.
        budget: usize,
        case: Option<String>,
    },
    /// Runs the call that would prove a verdict wrong.
    Refute {
        job: Job,
        case: CaseToTest,
    },
    /// Looks for the part of a call that its refusal hangs on.
    Isolate {
        job: Job,
        exchange: Arc<Exchange>,
        environment: Box<Environment>,
        environments: Vec<Environment>,
        /// The call to compare with, where a person marked one; else one of the history is.
        against: Option<ExchangeId>,
        /// Compares with nothing, and leaves parts out.
        alone: bool,
        allow_writes: bool,
        case: Option<String>,
    },
    /// Asks the history for refusals like this one.
    Remind {
        exchange: Arc<Exchange>,
        environment: Box<Environment>,
    },
    /// Records what a refusal was in the end; what is not given stays as it was.
    Resolve {
        of: ExchangeId,
        case: Option<String>,
        cause: Option<Option<Cause>>,
        note: Option<String>,
        withdraw: bool,
        environments: Vec<Environment>,
    },
    /// Asks the history when a call stopped working.
    When {
        exchange: Arc<Exchange>,
        environment: Box<Environment>,
    },
    /// Drops what is large where nobody waits for it.
    LetGo(Spent),
    Forget(Vec<ExchangeId>),
    Restore(Vec<ExchangeId>),
    /// Makes a session of calls, to be looked at; nothing is written.
    GatherSession {
        job: Job,
        name: String,
        chosen: Chosen,
        /// Those of the chosen calls that are here, and may not be written yet.
        held: Vec<Arc<Exchange>>,
        /// The call in front.
        front: Option<ExchangeId>,
        environments: Vec<Environment>,
    },
    SaveSession {
        name: String,
        chosen: Chosen,
        held: Vec<Arc<Exchange>>,
        environments: Vec<Environment>,
    },
    /// Whether keys are the value of a token that is being defined.
    TypeToken(bool),
    /// Drops what was typed of it.
    ForgetTyped,
    /// Writes an environment, a token or both.
    SetUp(Box<SetupOrder>),
    RemoveEnvironment(String),
    RemoveToken(TokenName),
    ListSessions(Listing),
    /// Asks for the support cases of one's own and of the team, for the palette.
    ListCases,
    /// Tells a support case to colleagues: copied, or written into a new file.
    TellCase {
        case: String,
        form: Form,
        environments: Vec<Environment>,
    },
    /// Puts a session that is in no file into a new one.
    WriteSession {
        job: Job,
        session: Box<Session>,
    },
    /// Reads or makes a session for a screen. Nothing is sent by that.
    OpenSession {
        job: Job,
        screen: Screen,
        from: SessionFrom,
    },
    Replay {
        job: Job,
        run: Box<ReplayRun>,
    },
    Fill {
        job: Job,
        run: Box<FillRun>,
    },
    Survey {
        job: Job,
        token: TokenName,
        environment: Box<Environment>,
        case: Option<String>,
    },
    /// Checks the signature of a token, asking these hosts for keys and no others.
    Verify {
        job: Job,
        token: TokenName,
        environment: Box<Environment>,
        allowed: Vec<Origin>,
        /// Whether the token is sent to its issuer, to be told of it.
        asks_issuer: bool,
    },
    /// Gets a token from the beginning.
    GetToken {
        job: Job,
        token: TokenName,
        environment: Box<Environment>,
    },
    /// Gives the address that a browser on another machine ended at to the sign-in that waits.
    CameBack(Pasted),
    /// Writes what came as the expectation of a step into the session's file.
    Record {
        job: Job,
        path: PathBuf,
        step: usize,
        name: String,
        id: ExchangeId,
        held: Option<Arc<Exchange>>,
        /// The step's token from now on, where it becomes another.
        token: Option<TokenName>,
    },
    Export(Exported),
    /// Says what can be told of tokens; of all that may be chosen, where none are named.
    LookAtTokens {
        environment: Box<Environment>,
        names: Vec<TokenName>,
        /// Whether programs may be started to read the values.
        reads: bool,
    },
    /// From now on these tokens may go to this origin too, in this run.
    Permit {
        /// Whether they are the sandbox's own.
        sandbox: bool,
        tokens: Vec<TokenName>,
        origin: Origin,
    },
    /// From now on what is typed is the value of this token, until it is given or left.
    AskToken(TokenName),
    /// Asks the store what it knows of an environment.
    Learn {
        environment: String,
        /// The calls of this run, which may not be written yet.
        held: Vec<ExchangeSummary>,
    },
    /// Reads a pasted command or answer.
    TakeIn {
        text: Pasted,
        was_argument: bool,
    },
    LookAtCookies,
    ChangeCookies(CookieWish),
    /// Puts a text into the clipboard, or where it does not fit, into a file.
    Copy {
        what: String,
        text: String,
    },
    /// Asks the history what a URL may become.
    FindPlaces(Box<Environment>),
    /// Has a text edited in the program that the person chose for that.
    OpenEditor {
        draft: Draft,
        text: Vec<u8>,
        /// What the file's name ends with.
        ending: &'static str,
    },
    Cancel(Job),
    StartSandbox,
    /// Asks for the fingerprints of an environment's tokens.
    ReadTokens(Box<Environment>),
    /// Draws in another theme from now on.
    UseTheme(String),
    /// Takes the mouse, or gives it back to the terminal.
    UseMouse(bool),
    /// Gives the terminal back until the shell brings the program to the front again.
    Suspend,
    Quit,
}

impl Effect {
    /// Opens a call that is held already, like any other.
    pub fn open(exchange: Arc<Exchange>) -> Effect {
        Effect::Fetch {
            id: exchange.id.clone(),
            held: Some(exchange),
            then: Then::Load,
        }
    }
}

/// A text of the request that a person may edit elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Draft {
    Body,
    Notes,
}

impl Draft {
    /// As a sentence begins with it.
    pub fn title(self) -> &'static str {
        match self {
            Draft::Body => "The body",
            Draft::Notes => "The text of the notes",
        }
    }
}

/// What is needed no more.
#[derive(Clone, Debug, PartialEq)]
pub struct Spent {
    pub exchanges: Vec<Arc<Exchange>>,
    pub body: Option<Arc<BodyText>>,
}

/// Whether a notice tells of something fine or of something that went wrong; it decides the colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    Info,
    Trouble,
}

/// Something a person should know: what, why, and what to try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    pub level: Level,
    pub what: String,
    pub remedy: String,
}

impl Notice {
    /// A notice that needs nothing done.
    pub fn info(what: impl Into<String>) -> Notice {
        Notice {
            level: Level::Info,
            what: what.into(),
            remedy: String::new(),
        }
    }

    /// A notice of what went wrong, with what a person can do about it.
    pub fn trouble(what: impl Into<String>, remedy: impl Into<String>) -> Notice {
        Notice {
            level: Level::Trouble,
            what: what.into(),
            remedy: remedy.into(),
        }
    }
}
