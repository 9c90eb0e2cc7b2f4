//! The explorer in plain mode, line by line: reads a line, applies it to the state, and says what
//! is new once. It uses the same state, messages and effects as the screen.

use super::perform::{Means, Performer};
use super::run::RunError;
use super::signals::{Sign, Signals};
use super::tasks;
use super::terminal::{self, Echo};
use crate::app::pane::ResponseTab;
use crate::app::{
    Action, Effect, Key, Message, Notice, Overlay, Reading, Said, Screen, Start, State, open,
    read_line, row_of, update,
};
use crate::engine::clock;
use crate::ui::plain;
use std::io::{self, BufRead, Write};
use std::time::Duration;
use tokio::sync::mpsc;

/// Columns and rows to measure parts in, since there is no screen.
const ROOM: (u16, u16) = (100, 60);
/// How long the first prompt waits for what should be known by then.
const BEGINNING: Duration = Duration::from_secs(1);
/// News that follow within this time are said together.
const TOGETHER: Duration = Duration::from_millis(30);

/// Runs until the person leaves.
pub fn run(start: Start, means: Means) -> Result<(), RunError> {
    let tasks = tasks::threads(2).map_err(RunError::Tasks)?;
    let result = tasks.block_on(explore(start, means));
    tasks.shutdown_background();
    match result {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result.map_err(RunError::Terminal),
    }
}

/// Reads typed lines in a thread of its own, since reading a terminal blocks.
fn lines() -> mpsc::UnboundedReceiver<String> {
    let (queue, lines) = mpsc::unbounded_channel();
    let read = move || {
        let mut whole = String::new();
        loop {
            let mut bytes = Vec::new();
            match io::stdin().lock().read_until(b'\n', &mut bytes) {
                Ok(1..) => {}
                _ => return,
            }
            let text = String::from_utf8_lossy(&bytes);
            let text = text.trim_end_matches(['\n', '\r']);
            // The command continues on the next line.
            if let Some(begun) = text.strip_suffix('\\') {
                whole.push_str(begun);
                continue;
            }
            whole.push_str(text);
            if queue.send(std::mem::take(&mut whole)).is_err() {
                return;
            }
        }
    };
    let thread = std::thread::Builder::new().name("lines".to_owned());
    // Without the thread no line comes, which counts as the end of the input.
    let _ = thread.spawn(read);
    lines
}

/// What was already said, so that only news is said.
#[derive(Default)]
struct Told {
    place: Vec<String>,
    call: String,
    answer: String,
    overlay: Vec<String>,
    notice: Option<String>,
    running: Vec<String>,
    screen: Vec<String>,
    detail: Vec<String>,
    tab: Vec<String>,
    /// The actions read last, which a number may choose from.
    actions: Option<Vec<Action>>,
}

struct Talk {
    state: State,
    performer: Performer,
    told: Told,
    /// Whether the last line ends with a question.
    at_question: bool,
    /// A text of several lines, until a dot ends it.
    pasted: Option<String>,
    /// Whether the terminal shows what is typed.
    echo: Echo,
}

async fn explore(mut start: Start, means: Means) -> io::Result<()> {
    start.size = ROOM;
    let tokens = start.settings.tokens.iter().map(|token| token.name.clone());
    let tokens = tokens.collect();
    let catalogue = start.catalogue.clone();
    let (state, effects) = open(start);
    let (queue, mut messages) = mpsc::unbounded_channel();
    let performer = Performer::new(means, tokens, catalogue, queue);
    performer.warm(state.environment());
    let mut talk = Talk {
        state,
        performer,
        told: Told::default(),
        at_question: false,
        pasted: None,
        echo: Echo::default(),
    };
    say(&["httriage, line by line. help says how; quit leaves.".to_owned()])?;
    let left = talk.carry_out(effects);
    if !left {
        talk.tell()?;
        talk.converse(&mut messages).await?;
    }
    talk.echo.show(true);
    talk.performer.finish().await;
    Ok(())
}

impl Talk {
    async fn converse(
        &mut self,
        messages: &mut mpsc::UnboundedReceiver<Message>,
    ) -> io::Result<()> {
        let mut lines = lines();
        let mut signals = Signals::new()?;
        // A line may arrive before it is known whether to ask for the token's value.
        let until = tokio::time::Instant::now() + BEGINNING;
        while !self.knows_its_token()
            && let Ok(Some(message)) = tokio::time::timeout_at(until, messages.recv()).await
        {
            if self.takes(message) {
                return Ok(());
            }
        }
        self.tell()?;
        loop {
            if !self.at_question {
                let (question, hidden) = match self.pasted {
                    Some(_) => (String::new(), false),
                    None => plain::asks(&mut self.state),
                };
                self.echo.show(!hidden);
                ask(&question)?;
                self.at_question = true;
            }
            let left = tokio::select! {
                biased;
                line = lines.recv() => {
                    self.at_question = false;
                    if self.echo.is_off() {
                        say(&[String::new()])?;
                    }
                    match line {
                        Some(line) => self.hears(&line)?,
                        None => true,
                    }
                }
                message = messages.recv() => match message {
                    Some(message) => self.takes(message),
                    None => true,
                },
                sign = signals.wait() => match sign {
                    Sign::Interrupt if self.state.is_busy() => self.press("esc"),
                    Sign::Interrupt | Sign::End => true,
                    Sign::Stop => {
                        self.echo.show(true);
                        terminal::stop()?;
                        self.at_question = false;
                        false
                    }
                    Sign::Resized => false,
                },
            };
            if left {
                return Ok(());
            }
            // Say together what follows at once.
            while let Ok(message) = tokio::time::timeout(TOGETHER, messages.recv()).await {
                let left = message.is_none_or(|message| self.takes(message));
                if left {
                    return Ok(());
                }
            }
            self.tell()?;
        }
    }

    fn knows_its_token(&self) -> bool {
        let place = &self.state.environment().name;
        let token = self.state.builder.auth.token();
        token.is_none_or(|name| self.state.tokens_pane.row(place, name).is_some())
    }

    /// Takes a message in; `true` if the program should end.
    fn takes(&mut self, message: Message) -> bool {
        if let Message::Sent { job, .. }
        | Message::Done { job, .. }
        | Message::Investigated { job, .. }
        | Message::Isolated { job, .. } = &message
        {
            self.performer.done(*job);
        }
        if let Message::SetUp(Ok(done)) = &message {
            self.performer.settle(&done.settings);
        }
        self.state.now = clock::now();
        let effects = update(&mut self.state, message);
        if !matches!(self.state.overlay, Some(Overlay::Setup(_))) {
            self.performer.type_token(false);
        }
        self.carry_out(effects)
    }

    fn carry_out(&mut self, effects: Vec<Effect>) -> bool {
        let mut quit = false;
        for effect in effects {
            match effect {
                Effect::Quit => quit = true,
                Effect::OpenEditor { .. } => {
                    self.state.notice = Some(Notice::info(
                        "An editor needs the screen. Type the text as a line, or start without --plain.",
                    ));
                }
                Effect::Suspend | Effect::UseTheme(_) | Effect::UseMouse(_) => {}
                effect => self.performer.perform(effect),
            }
        }
        quit
    }

    /// Handles a typed line. Every key and every paste goes the same way as on the screen, so that
    /// a hidden value never reaches the state.
    fn hears(&mut self, line: &str) -> io::Result<bool> {
        if let Some(mut text) = self.pasted.take() {
            if line.trim() == "." {
                let message = self.performer.named(text);
                return Ok(self.takes(message));
            }
            text.push_str(line);
            text.push('\n');
            self.pasted = Some(text);
            return Ok(false);
        }
        let said = read_line(line, &mut self.state);
        Ok(match said {
            Said::Several => {
                say(&["Paste or type the lines; a dot alone ends them.".to_owned()])?;
                self.pasted = Some(String::new());
                false
            }
            Said::Nothing => false,
            Said::Leave => self.leaves(),
            Said::Text(text) => self.types(&text),
            Said::Key(key) => self.presses(key),
            Said::Paste(text) => {
                let message = self.performer.named(text);
                self.takes(message)
            }
            Said::Row(row) => {
                let action = match &self.told.actions {
                    Some(actions) if self.state.overlay.is_none() => actions.get(row).copied(),
                    _ => None,
                };
                match action {
                    Some(action) => self.takes(Message::Act(action)),
                    None => self.takes(Message::Choose(row)),
                }
            }
            Said::Act(action, rest) => self.acts(action, &rest),
            Said::Read(reading, rest) => return self.reads(reading, &rest),
            Said::Unclear(words) => {
                say(&[words])?;
                false
            }
        })
    }

    /// Carries out an action with the text that goes with it.
    fn acts(&mut self, action: Action, rest: &str) -> bool {
        if self.takes(Message::Act(action)) {
            return true;
        }
        if rest.is_empty() {
            return false;
        }
        if let Some(Overlay::Dialog(dialog)) = &self.state.overlay {
            let labels = dialog.choices.iter().map(|choice| choice.label.as_str());
            let number = rest.parse::<usize>().ok().and_then(|n| n.checked_sub(1));
            return match row_of(rest, labels).or(number) {
                Some(row) => self.takes(Message::Choose(row)),
                None => {
                    self.state.notice = Some(Notice::info(format!(
                        "\"{rest}\" is not among them, or several begin so."
                    )));
                    false
                }
            };
        }
        if self.state.field().is_some() {
            self.types(rest)
        } else {
            false
        }
    }

    /// Replaces the text in the field and presses the key that ends it.
    fn types(&mut self, text: &str) -> bool {
        let is_search = matches!(self.state.overlay, Some(Overlay::Palette(_)));
        let clears = !text.is_empty() || self.state.history.filtering;
        if let Some(Overlay::Setup(setup)) = &self.state.overlay {
            let (choices, now) = plain::choices(setup);
            if !choices.is_empty() && !text.is_empty() {
                let number = text
                    .trim()
                    .parse::<usize>()
                    .ok()
                    .and_then(|n| n.checked_sub(1));
                let wanted = row_of(text, choices.iter().copied());
                let Some(wanted) = number.or(wanted).filter(|row| *row < choices.len()) else {
                    let words = format!("It can be {}.", choices.join(", "));
                    self.state.notice = Some(Notice::info(words));
                    return false;
                };
                let steps = (wanted + choices.len() - now) % choices.len();
                return (0..steps).any(|_| self.press("right")) || self.press("enter");
            }
        }
        if clears && self.press("ctrl-u") {
            return true;
        }
        for c in text.chars() {
            let key = Key::plain(crate::app::KeyCode::Char(c));
            if self.presses(key) {
                return true;
            }
        }
        if is_search {
            return false;
        }
        let many = self.state.field().is_some_and(|field| field.is_multiline());
        if many {
            self.press("esc")
        } else {
            self.press("enter")
        }
    }

    fn leaves(&mut self) -> bool {
        self.press("esc")
    }

    fn press(&mut self, key: &str) -> bool {
        Key::parse(key).is_some_and(|key| self.presses(key))
    }

    fn presses(&mut self, key: Key) -> bool {
        let heard = self.performer.hears_token(Message::Key(key));
        let Some(message) = heard.and_then(|message| self.performer.hears(message)) else {
            return false;
        };
        if self.performer.swallows(&message) {
            return false;
        }
        let is_key = matches!(message, Message::Key(_));
        if self.takes(message) {
            return true;
        }
        let effects = if is_key {
            self.performer.looks_at(&mut self.state)
        } else {
            Vec::new()
        };
        self.carry_out(effects)
    }

    /// Reads a part aloud; first asks for what that needs.
    fn reads(&mut self, reading: Reading, rest: &str) -> io::Result<bool> {
        let tab = match reading {
            Reading::Timing => Some(ResponseTab::Timing),
            Reading::Compare => Some(ResponseTab::Diff),
            Reading::Why => Some(ResponseTab::Why),
            _ => None,
        };
        self.told.actions = None;
        match (reading, tab) {
            (_, Some(tab)) => {
                // The news says it once it is there.
                self.told.tab.clear();
                return Ok(self.opens(tab));
            }
            (Reading::Actions, _) => self.told.actions = Some(plain::possible(&self.state)),
            _ => {}
        }
        say(&plain::read(reading, rest, &self.state))?;
        Ok(false)
    }

    /// Opens a tab of the response, as its keys do.
    fn opens(&mut self, tab: ResponseTab) -> bool {
        let mut left = self.takes(Message::Act(Action::FocusResponse));
        for _ in ResponseTab::ALL {
            if left || self.state.response.tab == tab {
                break;
            }
            left = self.takes(Message::Act(Action::TabNext));
        }
        left
    }

    /// Says what is new, on lines of its own.
    fn tell(&mut self) -> io::Result<()> {
        let mut new = Vec::new();
        let state = &self.state;
        let place = plain::read(Reading::Place, "", state);
        if renew(&mut self.told.place, &place) {
            new.extend(place);
        }
        let request = plain::read(Reading::Request, "", state);
        let call = request.first().cloned().unwrap_or_default();
        if renew(&mut self.told.call, &call) {
            new.push(call);
        }
        let running = plain::running(state);
        if renew(&mut self.told.running, &running) {
            new.extend(running);
        }
        let shown = state.response.shown.as_ref();
        let answer = shown.map(|shown| shown.exchange.id.to_string());
        if let Some(answer) = answer
            && state.response.awaiting.is_none()
            && renew(&mut self.told.answer, &answer)
        {
            new.extend(plain::read(Reading::Answer, "", state));
        }
        let tab = self.tab();
        if renew(&mut self.told.tab, &tab) {
            new.extend(tab);
        }
        let state = &self.state;
        if state.screen != Screen::Explorer && !state.is_busy() && state.overlay.is_none() {
            let screen = plain::read(Reading::Screen, "", state);
            if renew(&mut self.told.screen, &screen) {
                new.extend(screen);
            }
            let detail = plain::read(Reading::Detail, "", state);
            if renew(&mut self.told.detail, &detail) {
                new.extend(detail);
            }
        }
        let overlay = plain::overlay(state);
        let before = std::mem::replace(&mut self.told.overlay, overlay.clone());
        // Of a form that was read, say only the rows that changed.
        let is_read =
            matches!(state.overlay, Some(Overlay::Setup(_))) && overlay.first() == before.first();
        match is_read {
            true => new.extend(overlay.into_iter().filter(|line| !before.contains(line))),
            false if overlay != before => new.extend(overlay),
            false => {}
        }
        let notice = plain::notice(state);
        if renew(&mut self.told.notice, &notice) {
            new.extend(notice);
        }
        if new.is_empty() {
            return Ok(());
        }
        if std::mem::take(&mut self.at_question) {
            new.insert(0, String::new());
        }
        say(&new)
    }

    /// The tab of the response, if it says more than the response itself.
    fn tab(&self) -> Vec<String> {
        let state = &self.state;
        let reading = match state.response.tab {
            _ if state.screen != Screen::Explorer || state.response.shown.is_none() => None,
            ResponseTab::Why if state.response.why.is_some() => Some(Reading::Why),
            ResponseTab::Timing => Some(Reading::Timing),
            ResponseTab::Diff => {
                let compared = state.response.compared.as_ref();
                let is_there = compared.is_none_or(|(_, diff)| diff.is_some());
                is_there.then_some(Reading::Compare)
            }
            _ => None,
        };
        reading.map_or_else(Vec::new, |reading| plain::read(reading, "", state))
    }
}

/// Whether a value differs from the one before, which it then replaces.
fn renew<T: PartialEq + Clone>(before: &mut T, now: &T) -> bool {
    let is_new = before != now;
    if is_new {
        *before = now.clone();
    }
    is_new
}

fn say(lines: &[String]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    for line in lines {
        writeln!(out, "{line}")?;
    }
    out.flush()
}

fn ask(question: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    write!(out, "{question}")?;
    out.flush()
}
