//! Saved sessions, the steps of the open one, and the result of each step when it was sent again.

use crate::app::list::List;
use crate::app::message::{OpenSession, SessionFile};
use crate::app::task::Job;
use crate::insight::replay::{Change, ReplayReport, StepReport};
use crate::model::{ExchangeId, Step, Tempo, TokenName};
use std::ops::Range;

/// The parts of the screen, in the order Tab visits them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SessionsPart {
    #[default]
    Files,
    Steps,
    Differences,
}

impl SessionsPart {
    /// Every part, in the order Tab visits them.
    pub const ALL: [SessionsPart; 3] = [
        SessionsPart::Files,
        SessionsPart::Steps,
        SessionsPart::Differences,
    ];

    /// The heading of the part.
    pub fn title(self) -> &'static str {
        match self {
            SessionsPart::Files => "Sessions",
            SessionsPart::Steps => "Steps",
            SessionsPart::Differences => "Differences",
        }
    }
}

/// The result of a step, and the call that was made for it.
#[derive(Clone, Debug, PartialEq)]
pub struct StepResult {
    pub report: StepReport,
    pub call: Option<ExchangeId>,
}

/// A replay under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    pub job: Job,
    pub steps: Range<usize>,
    pub done: usize,
}

/// The sessions screen: its files, the open session, and the results of its steps.
#[derive(Debug, Default)]
pub struct Sessions {
    pub files: Vec<SessionFile>,
    /// Whether the folder was read.
    pub is_listed: bool,
    pub list: List,
    pub part: SessionsPart,
    pub open: Option<OpenSession>,
    /// The session that was requested and has not arrived yet.
    pub awaits: Option<Job>,
    /// The results by step.
    pub results: Vec<Option<StepResult>>,
    pub steps: List,
    /// The first of the differences shown.
    pub top: usize,
    /// The token for all steps in place of their own.
    pub token: Option<TokenName>,
    /// The name of another environment than the session's.
    pub environment: Option<String>,
    pub tempo: Tempo,
    /// Variables given for its runs.
    pub given: Vec<(String, String)>,
    pub run: Option<Run>,
}

impl Sessions {
    /// Takes in the files of the folder; one opened from elsewhere stays on top.
    pub fn listed(&mut self, mut files: Vec<SessionFile>) {
        self.is_listed = true;
        if let Some(path) = self.open.as_ref().and_then(|open| open.path.clone())
            && !files.iter().any(|file| file.path == path)
        {
            let name = path.file_name().unwrap_or(path.as_os_str());
            let name = name.to_string_lossy().into_owned();
            files.insert(0, SessionFile { name, path });
        }
        let here = self.files.get(self.list.cursor).map(|file| &file.path);
        let here = here.or(self.open.as_ref().and_then(|open| open.path.as_ref()));
        let place = files.iter().position(|file| Some(&file.path) == here);
        self.list.cursor = place.unwrap_or(0);
        self.files = files;
    }

    /// Takes in a session. If the same file is read again, the choices for its runs stay.
    pub fn opened(&mut self, session: OpenSession) {
        let old = self.open.as_ref().and_then(|open| open.path.as_ref());
        let is_same = old.is_some() && old == session.path.as_ref();
        let count = session.session.steps.len();
        if is_same {
            self.results.resize(count, None);
            self.steps.step(0, count);
        } else {
            self.results = vec![None; count];
            self.steps = List::default();
            (self.token, self.environment) = (None, None);
            self.given.clear();
            self.run = None;
        }
        self.top = 0;
        self.open = Some(session);
        let files = std::mem::take(&mut self.files);
        if self.is_listed {
            self.listed(files);
        }
    }

    /// The number of steps in the open session; zero without one.
    pub fn step_count(&self) -> usize {
        self.open
            .as_ref()
            .map_or(0, |open| open.session.steps.len())
    }

    /// The step under the cursor.
    pub fn selected(&self) -> Option<&Step> {
        self.open.as_ref()?.session.steps.get(self.steps.cursor)
    }

    /// The result of the step under the cursor; `None` if it was not sent yet.
    pub fn result(&self) -> Option<&StepResult> {
        self.results.get(self.steps.cursor)?.as_ref()
    }

    /// The file under the cursor.
    pub fn file(&self) -> Option<&SessionFile> {
        self.files.get(self.list.cursor)
    }

    /// Moves the focus by `step` parts, wrapping at the ends.
    pub fn go(&mut self, step: isize) {
        let at = SessionsPart::ALL.iter().position(|part| *part == self.part);
        let count = SessionsPart::ALL.len() as isize;
        let next = (at.unwrap_or(0) as isize + step).rem_euclid(count);
        self.part = SessionsPart::ALL[next as usize];
    }

    /// Moves in the part that has the focus; `last` is the last position of the differences.
    pub fn step(&mut self, step: isize, last: usize) {
        match self.part {
            SessionsPart::Files => self.list.step(step, self.files.len()),
            SessionsPart::Steps => {
                self.steps.step(step, self.step_count());
                self.top = 0;
            }
            SessionsPart::Differences => {
                self.top = self.top.min(last).saturating_add_signed(step).min(last)
            }
        }
    }

    /// A run begins: clears the earlier results of its steps.
    pub fn began(&mut self, job: Job, steps: Range<usize>) {
        for result in &mut self.results[steps.clone()] {
            *result = None;
        }
        self.top = 0;
        self.run = Some(Run {
            job,
            steps,
            done: 0,
        });
    }

    /// Takes in the result of one step of the run.
    pub fn stepped(&mut self, step: usize, result: StepResult) {
        if let Some(place) = self.results.get_mut(step) {
            *place = Some(result);
        }
        if let Some(run) = &mut self.run {
            run.done += 1;
        }
    }

    /// How many steps changed in this way.
    pub fn count(&self, change: Change) -> usize {
        let results = self.results.iter().flatten();
        results
            .filter(|result| result.report.change == change)
            .count()
    }

    /// How many steps have their result, and of how many; empty before a run.
    pub fn progress(&self) -> String {
        match self.results.iter().flatten().count() {
            0 => String::new(),
            done => format!("{done} of {} done", self.results.len()),
        }
    }

    /// The results so far, as a report.
    pub fn report(&self) -> Option<ReplayReport> {
        let steps: Vec<StepReport> = self
            .results
            .iter()
            .flatten()
            .map(|result| result.report.clone())
            .collect();
        let session = self.open.as_ref()?.session.name.clone();
        (!steps.is_empty()).then_some(ReplayReport { session, steps })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Session;

    fn session(path: &str, steps: usize) -> OpenSession {
        OpenSession {
            path: Some(path.into()),
            session: Session {
                steps: vec![Step::default(); steps],
                ..Session::default()
            },
        }
    }

    #[test]
    fn a_session_read_again_keeps_what_was_chosen_for_it_and_another_does_not() {
        let mut pane = Sessions::default();
        pane.opened(session("a", 3));
        pane.token = TokenName::new("admin");
        pane.steps.cursor = 2;
        pane.opened(session("a", 2));
        assert_eq!((pane.steps.cursor, pane.results.len()), (1, 2));
        assert!(pane.token.is_some());
        pane.opened(session("b", 1));
        assert!(pane.token.is_none());
        assert_eq!(pane.steps.cursor, 0);
    }

    #[test]
    fn a_session_from_elsewhere_stands_among_the_files() {
        let mut pane = Sessions::default();
        pane.opened(session("far/x.session.toml", 1));
        pane.listed(vec![SessionFile {
            name: "a".into(),
            path: "a".into(),
        }]);
        assert_eq!(pane.files[0].name, "x.session.toml");
        assert_eq!(pane.list.cursor, 0);
    }
}
