//! What the explorer does beside everything else: sends what is to go and reads what came, again
//! and again. One run of a home does it at a time; while the database is away it asks less and
//! less often.

use super::Team;
use super::blocking::blocking;
use super::error::{TeamError, Use};
use super::link::Link;
use crate::engine::clock;
use std::fs::File;
use std::time::Duration;

/// How often both sides are looked at while all is well.
const BEAT: Duration = Duration::from_millis(500);
/// The longest pause after failures.
const LONGEST: Duration = Duration::from_secs(60);

/// The state of the background work between two beats.
pub struct Turn {
    team: Team,
    link: Option<Link>,
    held: Option<File>,
    failures: u32,
    /// The trouble that was told last.
    told: Option<String>,
    /// Whether `status` can know it.
    is_noted: bool,
}

/// What a beat found out that a person should know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TeamNews {
    /// The team cannot be reached, and why.
    Away(String),
    /// It can be reached again.
    Back,
}

impl Turn {
    /// Nothing is done before the first `beat`.
    pub fn new(team: Team) -> Turn {
        Turn {
            team,
            link: None,
            held: None,
            failures: 0,
            told: None,
            is_noted: false,
        }
    }

    /// Works until it is dropped; `tell` hears what changed, and never anything while all is well.
    pub async fn run(mut self, tell: impl Fn(TeamNews)) {
        loop {
            if let Some(news) = self.beat().await {
                tell(news);
            }
            tokio::time::sleep(self.pause()).await;
        }
    }

    /// Sends and reads once.
    pub async fn beat(&mut self) -> Option<TeamNews> {
        if self.held.is_none() {
            // Another run of this home speaks with the team; what it reads is here as well, and
            // what it noted of trouble is this run's too.
            self.held = self.team.history.hold_team();
            if self.held.is_none() {
                return self.heard().await;
            }
        }
        let done = self.attempt().await;
        let words = done.as_ref().err().map(TeamError::to_string);
        match done {
            Ok(()) => self.failures = 0,
            Err(_) => {
                self.link = None;
                self.failures = self.failures.saturating_add(1);
            }
        }
        if words != self.told || !self.is_noted {
            let (history, noted) = (self.team.history.clone(), words.clone());
            // It is told all the same; `status` only knows less.
            let done = blocking(move || history.note_trouble(noted.as_deref())).await;
            self.is_noted = done.is_ok();
        }
        self.news(words)
    }

    /// What the run that speaks with the team noted.
    async fn heard(&mut self) -> Option<TeamNews> {
        let history = self.team.history.clone();
        let outbox = blocking(move || history.outbox()).await.ok()?;
        let words = outbox.trouble.map(|(words, _)| words);
        self.news(words)
    }

    /// Other words for being away are no news.
    fn news(&mut self, words: Option<String>) -> Option<TeamNews> {
        let is_news = words.is_some() != self.told.is_some();
        self.told.clone_from(&words);
        is_news.then(|| words.map_or(TeamNews::Back, TeamNews::Away))
    }

    async fn attempt(&mut self) -> Result<(), TeamError> {
        let link = match self.link.take() {
            Some(link) => link,
            None => self.team.open().await?,
        };
        // What others did is read even where nothing can be sent.
        let read = self.team.pull(&link).await;
        let sent = match link.may_write() {
            true => self.team.push(&link).await.map(|_| ()),
            false => Ok(()),
        };
        match (read, sent) {
            (Ok(_), Ok(())) => {
                self.link = Some(link);
                Ok(())
            }
            // An older program goes on reading, and says so.
            (
                Ok(_),
                Err(
                    error @ TeamError::Newer {
                        does: Use::Write, ..
                    },
                ),
            ) => Err(error),
            (Err(error), _) | (_, Err(error)) => Err(error),
        }
    }

    /// How long to wait before the next beat: longer with each failure, and not the same for all
    /// who lost the server at once.
    fn pause(&self) -> Duration {
        if self.failures == 0 {
            return BEAT;
        }
        let doubled = BEAT * 2_u32.saturating_pow(self.failures.min(8));
        let part = clock::now().subsec_nanosecond().unsigned_abs() % 1_000;
        doubled
            .min(LONGEST)
            .mul_f64(0.75 + f64::from(part) / 2_000.0)
    }
}
