//! The loop: keys first, then messages; draw when something changed; at rest, wait.

use super::editor::{self, Manuscript};
use super::input::{self, Events};
use super::perform::{Means, Performer};
use super::signals::{Sign, Signals};
use super::tasks;
use super::terminal::{
    Screen, Taken, hand_over, hear_interrupt, is_gone, suspend, take_again, use_mouse,
};
use crate::app::{Effect, Key, Message, Overlay, Start, State, open, update};
use crate::engine::clock;
use crate::model::Scheme;
use crate::ui::{self, Theme};
use crossterm::event::Event;
use std::fmt;
use std::io;
use std::time::{Duration, Instant};
use tokio::sync::mpsc;

/// How often a running call's time and bytes are redrawn.
const TICK: Duration = Duration::from_millis(100);
/// For this long after an editor ended, a Ctrl-C counts as the one that ended it.
const ECHO: Duration = Duration::from_millis(250);
/// A Ctrl-C this close before or after a paste belongs to the paste.
const PASTE: Duration = Duration::from_millis(60);
/// Longest time to take in messages between two pictures.
const PICTURE: Duration = Duration::from_millis(16);

/// Why the explorer could not start or go on.
#[derive(Debug)]
pub enum RunError {
    /// The terminal could not be taken over, or went away.
    Terminal(io::Error),
    /// The tasks could not be started.
    Tasks(io::Error),
}

impl fmt::Display for RunError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            RunError::Terminal(error) => write!(
                f,
                "The terminal could not be used: {error}. Try another terminal, or httriage send."
            ),
            RunError::Tasks(error) => write!(
                f,
                "Background tasks could not be started: {error}. Close other programs, or raise the limits of this shell (ulimit), and try again."
            ),
        }
    }
}

impl std::error::Error for RunError {}

/// How pictures may look.
pub struct Looks {
    /// The themes to choose from.
    pub schemes: Vec<Scheme>,
    pub colour: bool,
    pub ascii: bool,
}

impl Looks {
    /// The theme of that name; the default theme for an unknown one.
    fn theme(&self, name: &str) -> Theme {
        match self.schemes.iter().find(|scheme| scheme.name == name) {
            Some(scheme) => Theme::of(scheme, self.colour, self.ascii),
            None => Theme::new(self.colour, self.ascii),
        }
    }
}

/// The screen, and the theme it is drawn in.
struct Stage {
    screen: Screen,
    looks: Looks,
    theme: Theme,
    /// A text that waits to be edited in the terminal.
    manuscript: Option<Manuscript>,
}

/// Runs the explorer until the person leaves.
pub fn run(start: Start, means: Means, looks: Looks) -> Result<(), RunError> {
    let tasks = tasks::threads(2).map_err(RunError::Tasks)?;
    let (taken, screen) = Taken::new().map_err(RunError::Terminal)?;
    let theme = looks.theme(&start.theme);
    let stage = Stage {
        screen,
        looks,
        theme,
        manuscript: None,
    };
    let result = tasks.block_on(explore(start, means, stage));
    drop(taken);
    // A name lookup cannot be stopped; it must not hold the program back.
    tasks.shutdown_background();
    match result {
        // The person closed the window, so there is nobody to tell.
        Err(_) if is_gone() => Ok(()),
        result => result.map_err(RunError::Terminal),
    }
}

async fn explore(mut start: Start, means: Means, mut stage: Stage) -> io::Result<()> {
    let size = stage.screen.size()?;
    start.size = (size.width, size.height);
    let tokens = start.settings.tokens.iter().map(|token| token.name.clone());
    let tokens = tokens.collect();
    let catalogue = start.catalogue.clone();
    let (mut state, effects) = open(start);
    stage.draw(&mut state)?;

    let (queue, mut messages) = mpsc::unbounded_channel();
    let mut performer = Performer::new(means, tokens, catalogue, queue);
    performer.warm(state.environment());
    if stage.carry_out(&mut performer, effects) {
        return Ok(());
    }
    let result = turn(&mut state, &mut stage, &mut performer, &mut messages).await;
    performer.finish().await;
    result
}

/// Loops until the person leaves or the terminal goes away.
async fn turn(
    state: &mut State,
    stage: &mut Stage,
    performer: &mut Performer,
    messages: &mut mpsc::UnboundedReceiver<Message>,
) -> io::Result<()> {
    let mut events = Events::open();
    let mut signals = Signals::new()?;
    let mut ticks = tokio::time::interval(TICK);
    hear_interrupt();
    let mut edited: Option<Instant> = None;
    // The time of a Ctrl-C that may still turn out to belong to a paste.
    let mut interrupted: Option<Instant> = None;
    let mut pasted: Option<Instant> = None;
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        // An event without a meaning here changes no picture.
        let mut changed = false;
        let message = tokio::select! {
            biased;
            event = events.next() => match event {
                Some(Ok(event)) => {
                    if matches!(event, Event::Paste(_)) {
                        (interrupted, pasted) = (None, Some(Instant::now()));
                    }
                    heard(performer, event)
                }
                Some(Err(error)) => return Err(error),
                None => return Ok(()),
            },
            sign = signals.wait() => match sign {
                // The Ctrl-C that ended an editor reaches this program too.
                Sign::Interrupt if edited.is_some_and(|at| at.elapsed() < ECHO) => None,
                Sign::Interrupt if pasted.is_some_and(|at| at.elapsed() < PASTE) => None,
                Sign::Interrupt => {
                    interrupted = Some(Instant::now());
                    None
                }
                Sign::End => Some(Message::Ended),
                Sign::Stop => {
                    suspend(&mut stage.screen, false)?;
                    changed = true;
                    None
                }
                Sign::Resized => {
                    let size = stage.screen.size()?;
                    Some(Message::Resized { width: size.width, height: size.height })
                }
            },
            () = passed(interrupted, PASTE) => {
                interrupted = None;
                Key::parse("ctrl-c").and_then(|key| performer.hears(Message::Key(key)))
            }
            message = messages.recv() => message,
            _ = ticks.tick(), if state.is_busy() => {
                Some(Message::Tick { now: clock::now(), progress: performer.progress() })
            }
        };
        let began = Instant::now();
        let mut next = message;
        loop {
            if let Some(message) = next.take() {
                changed = true;
                if let Message::Sent { job, .. }
                | Message::Done { job, .. }
                | Message::Investigated { job, .. }
                | Message::Isolated { job, .. } = &message
                {
                    performer.done(*job);
                }
                if let Message::Key(_) | Message::Pointer(_) = &message {
                    state.now = clock::now();
                }
                if let Message::SetUp(Ok(done)) = &message {
                    performer.settle(&done.settings);
                }
                if performer.swallows(&message) {
                    continue;
                }
                let is_key = matches!(message, Message::Key(_));
                let mut effects = update(state, message);
                // A question that came up meanwhile has the keys.
                if !matches!(state.overlay, Some(Overlay::Setup(_))) {
                    performer.type_token(false);
                }
                if is_key {
                    effects.extend(performer.looks_at(state));
                }
                if effects.contains(&Effect::Suspend) {
                    suspend(&mut stage.screen, true)?;
                }
                if stage.carry_out(performer, effects) {
                    return Ok(());
                }
                if let Some(manuscript) = stage.manuscript.take() {
                    events = events.let_go();
                    let came = stage.edit(manuscript, performer, &mut signals).await?;
                    edited = Some(Instant::now());
                    let Some(message) = came else { return Ok(()) };
                    // While the editor had the terminal, a new size went unnoticed.
                    let size = stage.screen.size()?;
                    state.size = (size.width, size.height);
                    next = Some(message);
                    continue;
                }
            }
            if began.elapsed() >= PICTURE {
                break;
            }
            next = match events.waiting() {
                Some(event) => {
                    if matches!(event, Event::Paste(_)) {
                        (interrupted, pasted) = (None, Some(Instant::now()));
                    }
                    heard(performer, event)
                }
                None => messages.try_recv().ok(),
            };
            if next.is_none() {
                break;
            }
        }
        if changed {
            stage.draw(state)?;
        }
    }
}

/// Waits until this much time has passed since then; forever for `None`.
async fn passed(since: Option<Instant>, time: Duration) {
    match since {
        Some(since) => tokio::time::sleep_until((since + time).into()).await,
        None => std::future::pending().await,
    }
}

/// What a terminal's event means; the keys of a hidden value never reach the state.
fn heard(performer: &mut Performer, event: Event) -> Option<Message> {
    let message = performer.hears_token(input::message(event)?)?;
    match performer.hears(message)? {
        Message::Paste(text) => Some(performer.named(text)),
        message => Some(message),
    }
}

impl Stage {
    /// Carries effects out; `true` if the program should end.
    fn carry_out(&mut self, performer: &mut Performer, effects: Vec<Effect>) -> bool {
        let mut quit = false;
        for effect in effects {
            match effect {
                Effect::Quit => quit = true,
                Effect::UseTheme(name) => self.theme = self.looks.theme(&name),
                // A terminal that cannot do this goes on without.
                Effect::UseMouse(on) => drop(use_mouse(on)),
                Effect::OpenEditor {
                    draft,
                    text,
                    ending,
                } => {
                    self.manuscript = Some(Manuscript {
                        draft,
                        text,
                        ending,
                    });
                }
                effect => performer.perform(effect),
            }
        }
        quit
    }

    /// Lends the terminal to an editor; `None` if the program should end.
    async fn edit(
        &mut self,
        manuscript: Manuscript,
        performer: &Performer,
        signals: &mut Signals,
    ) -> io::Result<Option<Message>> {
        hand_over();
        let came = editor::edit(manuscript, performer, signals).await?;
        if came.is_some() {
            take_again(&mut self.screen)?;
        }
        Ok(came)
    }

    fn draw(&mut self, state: &mut State) -> io::Result<()> {
        let mut painted = None;
        let theme = &self.theme;
        self.screen
            .draw(|frame| painted = Some(ui::draw(state, theme, frame)))?;
        if let Some(painted) = painted {
            state.painted = painted;
        }
        Ok(())
    }
}
