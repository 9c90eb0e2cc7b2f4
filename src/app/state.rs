//! The whole state of the screen, in one place.

use super::action::{Action, Pane, Place, Screen};
use super::field::Field;
use super::keymap::Keymap;
use super::message::{Effect, Notice, Pasted};
use super::pane::{
    Builder, Dialog, Editing, Help, History, Investigate, Isolate, Manual, MatrixPane, Measured,
    Palette, PastedToken, Prompt, Question, ResponsePane, SecretPrompt, Sessions, Setup, SignIn,
    Tokens, When,
};
use super::task::{Job, Task, Wait};
use crate::format::export::Ground;
use crate::insight::{Blame, Catalogue};
use crate::model::{
    Author, Bindings, Environment, ExchangeId, Placement, Progress, Reach, RequestSpec, Settings,
    Step, Timestamp, TokenName, TokenRef, limits,
};
use jiff::tz::TimeZone;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

/// From this many columns on, panes stand side by side; below, one is shown at a time.
pub const SIDE_BY_SIDE: u16 = 120;

/// What the explorer starts with.
pub struct Start {
    pub settings: Settings,
    pub catalogue: Arc<Catalogue>,
    pub keymap: Keymap,
    /// The themes to choose from, and the one to start with.
    pub themes: Vec<ThemeName>,
    pub theme: String,
    /// The steps of the guided tour.
    pub guide: Vec<Step>,
    /// All environments; the one to start in is given by its position.
    pub environments: Vec<Environment>,
    pub environment: usize,
    pub spec: RequestSpec,
    /// Whether the person named that call.
    pub is_written: bool,
    /// Whether to send the opening request by itself if no call was ever made.
    pub send_first: bool,
    /// A command or a response to begin with, as if it were pasted.
    pub pasted: Option<Pasted>,
    /// Whether that came as an argument.
    pub was_argument: bool,
    /// The session to open on; opening it sends nothing.
    pub session: Option<PathBuf>,
    /// The support case that new calls belong to.
    pub case: Option<String>,
    pub now: Timestamp,
    pub zone: TimeZone,
    /// Columns and rows of the terminal.
    pub size: (u16, u16),
    /// Whether the system has a keyring.
    pub has_keyring: bool,
}

/// A theme as the picker lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ThemeName {
    pub name: String,
    pub note: String,
}

/// A call under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Running {
    pub job: Job,
    pub method: String,
    pub url: String,
    pub began: Timestamp,
    pub progress: Progress,
}

/// What lies on top of the panes and gets the keys first.
#[derive(Debug)]
pub enum Overlay {
    Dialog(Dialog),
    Help(Help),
    Manual(Box<Manual>),
    Prompt(Box<Prompt>),
    Palette(Box<Palette>),
    Investigate(Box<Investigate>),
    Isolate(Box<Isolate>),
    When(Box<When>),
    Secret(SecretPrompt),
    Setup(Box<Setup>),
    Question(Question),
    Pasted(Box<PastedToken>),
    SignIn(Box<SignIn>),
}

/// A rectangle of the screen, in cells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Area {
    pub x: u16,
    pub y: u16,
    pub width: u16,
    pub height: u16,
}

/// What the last picture measured of a screen other than the explorer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Beside {
    /// Rows of the list that were visible.
    pub list_height: usize,
    /// The last position from which the details can begin.
    pub detail_last: usize,
}

impl Area {
    /// Whether a cell of the screen lies inside.
    pub fn has(&self, x: u16, y: u16) -> bool {
        let inside = |at: u16, start: u16, length: u16| at >= start && at - start < length;
        inside(x, self.x, self.width) && inside(y, self.y, self.height)
    }
}

/// What a place of the picture means to the mouse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spot {
    Pane(Pane),
    /// A tab of a pane, by its position.
    Tab(Pane, usize),
    Url,
    /// A row of a pane's list.
    Row(Pane, usize),
    /// A line of the body.
    Line(usize),
    /// A part of another screen than the explorer, by its position.
    Part(usize),
    /// A row of such a part.
    PartRow(usize, usize),
    /// The head of a column of the matrix.
    Head(usize),
    /// A cell of the matrix: its row, as shown, and its column.
    Cell(usize, usize),
    /// A row of the list on top.
    Choice(usize),
    /// A row of the list below the URL.
    Candidate(usize),
    /// Words that name an action.
    Act(Action),
    Border(Border),
    /// The rest of what lies on top, and the rest of what lies behind it.
    Sheet,
    Behind,
}

/// A line between panes that the mouse can move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Border {
    Columns,
    Rows,
}

/// How panes side by side share the screen, in thousandths; `None` is the default share.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Split {
    /// The share of the columns for the request and the history.
    pub columns: Option<u16>,
    /// The share of the rows for the request above the history.
    pub rows: Option<u16>,
}

impl Split {
    /// The default share of the columns.
    pub const COLUMNS: u16 = 360;

    /// Limits the shares so that every pane stays readable.
    pub fn settle(&mut self) {
        self.columns = self.columns.map(|share| share.clamp(250, 750));
        self.rows = self.rows.map(|share| share.clamp(150, 800));
    }

    /// Moves the border between the columns.
    pub fn widen(&mut self, thousandths: i16) {
        let share = self.columns.unwrap_or(Split::COLUMNS);
        self.columns = Some(share.saturating_add_signed(thousandths));
        self.settle();
    }
}

/// What the last picture measured: page sizes, and what stood where. Drawing passes nothing else
/// back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Painted {
    pub panes: Vec<(Pane, Area)>,
    /// In the order of drawing: the later lies on top.
    pub spots: Vec<(Area, Spot)>,
    pub response: Measured,
    pub history_height: usize,
    /// Lines of the sheet on top, and how many of them were visible.
    pub sheet_lines: usize,
    pub sheet_height: usize,
    pub beside: Beside,
}

impl Painted {
    /// The rectangle that all panes together fill.
    pub fn whole(&self) -> Option<Area> {
        let mut areas = self.panes.iter().map(|(_, area)| *area);
        let first = areas.next()?;
        Some(areas.fold(first, |whole, area| {
            let (x, y) = (whole.x.min(area.x), whole.y.min(area.y));
            let right = (whole.x + whole.width).max(area.x + area.width);
            let bottom = (whole.y + whole.height).max(area.y + area.height);
            Area {
                x,
                y,
                width: right - x,
                height: bottom - y,
            }
        }))
    }
}

/// Everything that the pictures are drawn from; only `update` changes it.
#[derive(Debug)]
pub struct State {
    pub builder: Builder,
    pub response: ResponsePane,
    pub history: History,
    pub focus: Pane,
    pub screen: Screen,
    pub matrix: MatrixPane,
    pub sessions: Sessions,
    pub tokens_pane: Tokens,
    /// A run that waits for an answer first.
    pub waits_for: Option<(Task, Wait)>,
    pub overlay: Option<Overlay>,
    /// What comes back when the sheet of keys is closed.
    pub under_help: Option<Overlay>,
    pub running: Vec<Running>,
    pub notice: Option<Notice>,
    /// What the latest calls say together.
    pub blame: Option<Blame>,
    pub environments: Vec<Environment>,
    pub environment: usize,
    /// The tokens of the environment in use.
    pub tokens: Vec<TokenRef>,
    /// Tokens of the settings, for environments that name none.
    pub all_tokens: Vec<TokenName>,
    /// Where each token may go, by the settings.
    pub bindings: Bindings,
    /// Tokens that do not go behind `Bearer`, and where they go instead.
    pub placements: Vec<(TokenName, Placement)>,
    /// Why the team's database is not reached; `None` while all is well, or without a team.
    pub team_trouble: Option<String>,
    /// Whether the sandbox is starting and has not failed.
    pub sandbox_starting: bool,
    /// Whether a request waits for the sandbox to start.
    pub waits_for_sandbox: bool,
    /// Whether the opening request is sent once the history turns out to be empty.
    pub opens_with_a_call: bool,
    /// The support case that new calls belong to.
    pub case: Option<String>,
    /// The call of the history to compare the next chosen one with.
    pub comparing: Option<ExchangeId>,
    pub has_keyring: bool,
    /// Hosts for which we already offered to make an environment.
    pub offered: BTreeSet<String>,
    /// The session being made from calls, to be saved.
    pub gathers: Option<Job>,
    /// The investigation that was closed last, to be reopened.
    pub investigated: Option<Box<Investigate>>,
    /// The search for what a refusal hangs on that was closed last.
    pub isolated: Option<Box<Isolate>>,
    /// Most bytes of a body that are kept.
    pub body_bytes: u64,
    pub catalogue: Arc<Catalogue>,
    pub keymap: Keymap,
    pub themes: Vec<ThemeName>,
    /// The chosen theme; the list of themes may be trying out another.
    pub theme: String,
    pub guide: Vec<Step>,
    /// The steps of the tour that were taken.
    pub guided: BTreeSet<usize>,
    pub now: Timestamp,
    pub zone: TimeZone,
    /// Columns and rows of the terminal.
    pub size: (u16, u16),
    pub painted: Painted,
    pub split: Split,
    /// The border that follows the pointer.
    pub dragging: Option<Border>,
    /// Whether we handle the mouse; if not, the terminal selects text with it.
    pub mouse: bool,
    /// Whether the screen hides whatever identifies people and things.
    pub private: bool,
    jobs: Job,
}

impl State {
    /// Keeps a sheet whose work goes on, to be reopened.
    pub fn put_aside(&mut self) {
        match self.overlay.take() {
            Some(Overlay::Investigate(pane)) => self.investigated = Some(pane),
            Some(Overlay::Isolate(pane)) => self.isolated = Some(pane),
            other => self.overlay = other,
        }
    }

    /// What comes back when a sheet that was opened over it closes.
    pub fn uncovered(&mut self, over: Option<Place>) -> Option<Overlay> {
        match over {
            Some(Place::Investigation) => self.investigated.take().map(Overlay::Investigate),
            Some(Place::Isolation) => self.isolated.take().map(Overlay::Isolate),
            _ => self.under_help.take(),
        }
    }

    /// The state before the first key.
    pub fn new(start: Start) -> State {
        let mut builder = Builder::new(&start.spec);
        builder.is_written = start.is_written;
        State {
            builder,
            response: ResponsePane::default(),
            history: History::default(),
            focus: Pane::Request,
            screen: Screen::default(),
            matrix: MatrixPane::default(),
            sessions: Sessions::default(),
            tokens_pane: Tokens::default(),
            waits_for: None,
            overlay: None,
            under_help: None,
            running: Vec::new(),
            notice: None,
            blame: None,
            environment: start
                .environment
                .min(start.environments.len().saturating_sub(1)),
            environments: start.environments,
            tokens: Vec::new(),
            all_tokens: start
                .settings
                .tokens
                .iter()
                .map(|t| t.name.clone())
                .collect(),
            bindings: Bindings::of(&start.settings),
            placements: start.settings.placements(),
            team_trouble: None,
            sandbox_starting: false,
            waits_for_sandbox: false,
            opens_with_a_call: start.send_first,
            case: start.case,
            comparing: None,
            has_keyring: start.has_keyring,
            offered: BTreeSet::new(),
            gathers: None,
            investigated: None,
            isolated: None,
            body_bytes: start.settings.max_body.unwrap_or(limits::BODY_BYTES),
            catalogue: start.catalogue,
            keymap: start.keymap,
            themes: start.themes,
            theme: start.theme,
            guide: start.guide,
            guided: BTreeSet::new(),
            now: start.now,
            zone: start.zone,
            size: start.size,
            painted: Painted::default(),
            split: Split::default(),
            dragging: None,
            mouse: start.settings.mouse.unwrap_or(true),
            private: false,
            jobs: 0,
        }
    }

    /// Asks the store for the rows that pass the filter: from the newest on, or after a row.
    pub fn recall(&mut self, after: Option<ExchangeId>) -> Effect {
        Effect::Recall {
            question: self.history.ask(),
            query: self.history.query().clone(),
            after,
        }
    }

    /// Starts the sandbox if it is needed here, not running, and not starting.
    pub fn start_sandbox(&mut self) -> Vec<Effect> {
        let environment = self.environment();
        let needed = environment.sandbox && environment.base_url.is_empty();
        if !needed || self.sandbox_starting {
            return Vec::new();
        }
        self.sandbox_starting = true;
        vec![Effect::StartSandbox]
    }

    /// What a request may carry when it is copied here.
    pub fn ground(&self, environment: &Environment) -> Ground {
        Ground {
            environment: environment.clone(),
            author: Author::Person,
            bindings: self.bindings.clone(),
            given: Vec::new(),
            tokens: self.all_tokens.clone(),
        }
    }

    /// The environment in use.
    pub fn environment(&self) -> &Environment {
        static NOWHERE: Environment = Environment {
            name: String::new(),
            base_url: String::new(),
            headers: Vec::new(),
            variables: Vec::new(),
            tokens: Vec::new(),
            protected: false,
            sandbox: false,
            proxy: None,
            ca_file: None,
            insecure_origins: Vec::new(),
            identity: None,
            reach: Reach::USUAL,
            knowledge: None,
            who_am_i: None,
            no_cookies: false,
            chosen_by: Author::Person,
            configured: false,
            placements: Vec::new(),
        };
        self.environments.get(self.environment).unwrap_or(&NOWHERE)
    }

    /// The token of the request, with its fingerprint if known.
    pub fn token(&self) -> Option<TokenRef> {
        let name = self.builder.auth.token()?;
        let known = self.tokens.iter().find(|token| &token.name == name);
        Some(known.cloned().unwrap_or_else(|| TokenRef {
            name: name.clone(),
            fingerprint: None,
        }))
    }

    /// The text that has the caret, if any.
    pub fn field(&mut self) -> Option<&mut Field> {
        match &mut self.overlay {
            Some(Overlay::Prompt(prompt)) => Some(&mut prompt.field),
            Some(Overlay::Palette(palette)) => Some(&mut palette.field),
            Some(Overlay::Setup(setup)) => setup.field(),
            Some(Overlay::Help(help)) => help.search.as_deref_mut(),
            Some(Overlay::Manual(manual)) if manual.is_typing => Some(&mut manual.sought),
            Some(Overlay::Dialog(dialog)) => dialog.typed.as_deref_mut(),
            Some(_) => None,
            None if self.screen != Screen::Explorer => None,
            None if self.response.jq.field.is_some() => self.response.jq.field.as_mut(),
            None if self.response.is_searching() => {
                let search = self.response.typed_search();
                search.map(|search| &mut search.field)
            }
            None if self.history.filtering => Some(&mut self.history.filter),
            None => self.builder.field(),
        }
    }

    /// The text before the caret.
    pub fn typed_before_caret(&mut self) -> Option<String> {
        let field = self.field()?;
        let (row, column) = field.caret();
        let text = field.text();
        let mut before = 0;
        for (number, line) in text.split('\n').enumerate() {
            if number == row {
                let here = line.char_indices().nth(column);
                before += here.map_or(line.len(), |(at, _)| at);
                break;
            }
            before += line.len() + 1;
        }
        text.get(..before).map(str::to_owned)
    }

    /// Whether `{{names}}` are filled in where the caret is: in the parts of a request that are
    /// sent.
    pub fn fills_in(&self) -> bool {
        let is_sent = match &self.builder.editing {
            Some(Editing::Notes) => false,
            None => self.types_call(),
            Some(_) => self.builder.search.is_none(),
        };
        let in_pane = self.response.jq.field.is_some()
            || self.response.is_searching()
            || self.history.filtering;
        self.overlay.is_none() && self.screen == Screen::Explorer && is_sent && !in_pane
    }

    /// Whether the body or the notes of the request have the caret.
    pub fn edits_lines(&self) -> bool {
        let typed = matches!(self.builder.editing, Some(Editing::Body | Editing::Notes));
        typed && self.overlay.is_none() && self.screen == Screen::Explorer
    }

    /// Whether a letter goes into some text instead of acting as a key.
    pub fn is_editing(&self) -> bool {
        match &self.overlay {
            Some(Overlay::Help(help)) => help.search.is_some(),
            Some(Overlay::Manual(manual)) => manual.is_typing,
            Some(Overlay::Dialog(dialog)) => dialog.typed.is_some(),
            Some(overlay) => matches!(
                overlay,
                Overlay::Prompt(_) | Overlay::Palette(_) | Overlay::Setup(_)
            ),
            None if self.screen != Screen::Explorer => false,
            None => {
                self.response.jq.field.is_some()
                    || self.response.is_searching()
                    || self.history.filtering
                    || self.builder.is_editing()
            }
        }
    }

    /// Ends typing in a pane; the typed text stays.
    pub fn leave_field(&mut self) {
        self.builder.finish_editing();
        self.history.filtering = false;
        self.response.jq.field = None;
        if let Some(search) = self.response.typed_search() {
            search.typing = false;
        }
    }

    /// A new number for a piece of work.
    pub fn next_job(&mut self) -> Job {
        self.jobs += 1;
        self.jobs
    }

    /// Begins a run of several calls.
    pub fn begin_job(&mut self, what: &str, of: String) -> Job {
        let job = self.next_job();
        self.notice = None;
        self.running.push(Running {
            job,
            method: what.to_owned(),
            url: of,
            began: self.now,
            progress: Progress::default(),
        });
        job
    }

    /// The environment of a run: the chosen one, else the one the session names, else the one in
    /// use.
    pub fn environment_for(&self, chosen: Option<&str>, named: Option<&str>) -> &Environment {
        let find = |name: &str| self.environments.iter().find(|e| e.name == name);
        let chosen = chosen.and_then(find);
        chosen
            .or_else(|| named.and_then(find))
            .unwrap_or(self.environment())
    }

    /// Whether only the pane in focus is visible.
    pub fn shows_one_pane(&self) -> bool {
        self.size.0 < SIDE_BY_SIDE
    }

    /// Whether the body of a response is in front.
    pub fn reads_body(&self) -> bool {
        self.screen == Screen::Explorer && self.focus == Pane::Response && self.response.has_views()
    }

    /// Whether the call line, with method and URL, has the focus.
    pub fn is_on_call(&self) -> bool {
        self.focus == Pane::Request && self.builder.on_url
    }

    /// Whether the call line waits for its first key.
    pub fn types_call(&self) -> bool {
        let in_panes = self.overlay.is_none() && self.screen == Screen::Explorer;
        in_panes && self.is_on_call() && !self.is_editing()
    }

    /// Whether a letter would be typed.
    pub fn is_typing(&self) -> bool {
        self.is_editing() || self.types_call()
    }

    /// The pane that is visible where only one is. The call line stands above it, so that typing a
    /// URL does not hide the response.
    pub fn pane_in_front(&self) -> Pane {
        if self.is_on_call() && self.response.shown.is_some() {
            Pane::Response
        } else {
            self.focus
        }
    }

    /// Whether the response in front belongs to another request than the one on the screen.
    pub fn is_stale(&self) -> bool {
        let shown = self.response.shown.is_some();
        let of = self.response.of.as_ref().filter(|_| shown);
        of.is_some_and(|of| !of.is(&self.builder.spec(), &self.environment().name))
    }

    /// Whether any call or run is under way.
    pub fn is_busy(&self) -> bool {
        !self.running.is_empty()
    }
}
