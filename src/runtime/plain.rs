//! The explorer line by line: a line is read, means something to the state, and what is new is
//! said once. The same state, the same messages and the same effects as behind the screen.

use super::perform::{Means, Performer};
use super::run::{Looks, RunError};
use super::tasks;
use crate::app::pane::ResponseTab;
use crate::app::{
    Action, Effect, Key, Message, Notice, Overlay, Reading, Said, Screen, Start, State, open,
    read_line, row_of, update,
};
use crate::engine::clock;
use crate::ui::{Theme, plain};
use std::io::{self, BufRead, Write};
use std::time::Duration;
use tokio::sync::mpsc;

/// The room that parts are measured in, since there is no screen.
const ROOM: (u16, u16) = (100, 60);
/// How long what comes next may take to be said together with what came.
const TOGETHER: Duration = Duration::from_millis(30);

/// Runs until it is left.
pub fn run(start: Start, means: Means, looks: Looks) -> Result<(), RunError> {
    let tasks = tasks::threads(2).map_err(RunError::Tasks)?;
    let theme = looks.theme(&start.theme);
    let result = tasks.block_on(explore(start, means, theme));
    tasks.shutdown_background();
    match result {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result.map_err(RunError::Terminal),
    }
}

/// What the lines that are typed come through; read in a thread of its own, since a terminal
/// cannot be asked to wait.
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
            // A command that goes on in the next line.
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
    // Without it no line comes, which is the end of the input.
    let _ = thread.spawn(read);
    lines
}

/// What was said already, so that only what is new is said.
#[derive(Default)]
struct Told {
    place: Vec<String>,
    call: String,
    answer: String,
    overlay: Vec<String>,
    notice: Option<String>,
    running: Vec<String>,
    screen: Vec<String>,
    tab: Vec<String>,
    /// The actions that were read last, which a number may mean.
    actions: Option<Vec<Action>>,
}

struct Talk {
    state: State,
    performer: Performer,
    theme: Theme,
    told: Told,
    /// Whether the terminal shows what is typed.
    echo: Echo,
}

async fn explore(mut start: Start, means: Means, theme: Theme) -> io::Result<()> {
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
        theme,
        told: Told::default(),
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
        let mut asked = false;
        loop {
            if !asked {
                let (question, hidden) = plain::asks(&mut self.state);
                self.echo.show(!hidden);
                ask(&question)?;
                asked = true;
            }
            let left = tokio::select! {
                biased;
                line = lines.recv() => {
                    asked = false;
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
                _ = tokio::signal::ctrl_c() => match self.state.is_busy() {
                    true => self.takes(Message::Act(Action::Back)),
                    false => true,
                },
            };
            if left {
                return Ok(());
            }
            // What comes of it at once is said together.
            while let Ok(message) = tokio::time::timeout(TOGETHER, messages.recv()).await {
                let left = message.is_none_or(|message| self.takes(message));
                if left {
                    return Ok(());
                }
            }
            if self.tell()? {
                asked = false;
            }
        }
    }

    /// Takes a message in; returns whether the program is to end.
    fn takes(&mut self, message: Message) -> bool {
        if let Message::Sent { job, .. }
        | Message::Done { job, .. }
        | Message::Investigated { job, .. } = &message
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

    /// A line that was typed. Every key and every pasted text goes the way of the screen's, so
    /// that a hidden value never comes to the state.
    fn hears(&mut self, line: &str) -> io::Result<bool> {
        let said = read_line(line, &mut self.state);
        Ok(match said {
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

    /// An action, and what it is to be told.
    fn acts(&mut self, action: Action, rest: &str) -> bool {
        if self.takes(Message::Act(action)) {
            return true;
        }
        if rest.is_empty() {
            return false;
        }
        if let Some(Overlay::Dialog(dialog)) = &self.state.overlay {
            let labels = dialog.choices.iter().map(|choice| choice.label.as_str());
            return match row_of(rest, labels) {
                Some(row) => self.takes(Message::Choose(row)),
                None => {
                    self.state.notice = Some(Notice::info(format!(
                        "\"{rest}\" is not among them, or several begin so."
                    )));
                    false
                }
            };
        }
        match self.state.field().is_some() {
            true => self.types(rest),
            false => false,
        }
    }

    /// A text in the place of what stands in the field, and the key that ends it.
    fn types(&mut self, text: &str) -> bool {
        let is_form = matches!(self.state.overlay, Some(Overlay::Setup(_)));
        let is_search = matches!(self.state.overlay, Some(Overlay::Palette(_)));
        let is_choice = is_form && self.state.field().is_none() && !self.echo.is_off();
        let clears = !text.is_empty() || self.state.history.filtering;
        if is_choice && !text.is_empty() {
            // A row of the form with choices: any word goes to the next one.
            return self.press("right");
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
        match many {
            true => self.press("esc"),
            false => self.press("enter"),
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
        let effects = match is_key {
            true => self.performer.looks_at(&mut self.state),
            false => Vec::new(),
        };
        self.carry_out(effects)
    }

    /// A part is read; what it needs is asked for first.
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
                // It is said when it is there.
                self.told.tab.clear();
                return Ok(self.takes(Message::OpenTab(tab)));
            }
            (Reading::Actions, _) => self.told.actions = Some(plain::possible(&self.state)),
            _ => {}
        }
        say(&plain::read(reading, rest, &self.state, &self.theme))?;
        Ok(false)
    }

    /// Says what is new; returns whether there was anything.
    fn tell(&mut self) -> io::Result<bool> {
        let mut new = Vec::new();
        let (state, theme) = (&self.state, &self.theme);
        let place = plain::read(Reading::Place, "", state, theme);
        if renew(&mut self.told.place, &place) {
            new.extend(place);
        }
        let request = plain::read(Reading::Request, "", state, theme);
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
            new.extend(plain::read(Reading::Answer, "", state, theme));
        }
        let tab = self.tab();
        if renew(&mut self.told.tab, &tab) {
            new.extend(tab);
        }
        let state = &self.state;
        if state.screen != Screen::Explorer && !state.is_busy() && state.overlay.is_none() {
            let screen = plain::read(Reading::Screen, "", state, theme);
            if renew(&mut self.told.screen, &screen) {
                new.extend(screen);
            }
        }
        let overlay = plain::overlay(state, theme);
        if renew(&mut self.told.overlay, &overlay) {
            new.extend(overlay);
        }
        let notice = plain::notice(state);
        if renew(&mut self.told.notice, &notice) {
            new.extend(notice);
        }
        say(&new)?;
        Ok(!new.is_empty())
    }

    /// The tab of the answer that has more to say than the answer itself.
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
        reading.map_or_else(Vec::new, |reading| {
            plain::read(reading, "", state, &self.theme)
        })
    }
}

/// Whether it is another than before; then it takes its place.
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

/// Whether the terminal shows what is typed; dropping it shows it again.
#[derive(Default)]
struct Echo {
    off: bool,
}

impl Echo {
    fn is_off(&self) -> bool {
        self.off
    }

    fn show(&mut self, on: bool) {
        if self.off != on {
            return;
        }
        self.off = !on;
        #[cfg(unix)]
        {
            use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
            let input = io::stdin();
            if let Ok(mut modes) = tcgetattr(&input) {
                modes.local_modes.set(LocalModes::ECHO, on);
                // A terminal that cannot do it shows what is typed, as it does everywhere.
                let _ = tcsetattr(&input, OptionalActions::Now, &modes);
            }
        }
    }
}

impl Drop for Echo {
    fn drop(&mut self) {
        self.show(true);
    }
}
