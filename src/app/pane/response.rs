//! The answer in front: what it says, where the reader is in it.

mod body;
mod jq;

use crate::app::answer::Shown;
use crate::app::list::List;
use crate::app::message::{Effect, Spent};
use crate::app::task::Job;
use crate::insight::Exchange;
use crate::insight::facts::Case;
use crate::insight::{AnswerDiff, BodyText, Explanation, Found, Path, View};
use crate::model::{Filtered, RequestSpec, limits};
use std::collections::BTreeSet;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use body::Window;
pub use body::{BodyPlace, Search};
pub use jq::JqLine;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResponseTab {
    Errors,
    Body,
    Headers,
    Timing,
    Diff,
    Why,
}

impl ResponseTab {
    pub const ALL: [ResponseTab; 6] = [
        ResponseTab::Errors,
        ResponseTab::Body,
        ResponseTab::Headers,
        ResponseTab::Timing,
        ResponseTab::Diff,
        ResponseTab::Why,
    ];

    pub fn title(self) -> &'static str {
        match self {
            ResponseTab::Errors => "Errors",
            ResponseTab::Body => "Body",
            ResponseTab::Headers => "Headers",
            ResponseTab::Timing => "Timing",
            ResponseTab::Diff => "Compare",
            ResponseTab::Why => "Why",
        }
    }
}

/// A request as it stood on the screen when it was sent or loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    pub spec: RequestSpec,
    pub environment: String,
}

impl Asked {
    /// Whether the call is still the one that stands there; its notes are no part of it.
    pub fn is(&self, spec: &RequestSpec, environment: &str) -> bool {
        let call = |spec: &RequestSpec| RequestSpec {
            notes: String::new(),
            ..spec.clone()
        };
        self.environment == environment && call(&self.spec) == call(spec)
    }
}

/// What is known of why a call was refused.
#[derive(Debug)]
pub struct Why {
    pub case: Box<Case>,
    pub explanation: Explanation,
}

/// How much of the tab in front the last picture could show.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Measured {
    pub lines: usize,
    pub height: usize,
    /// Columns that the body's text had.
    pub width: usize,
    /// The lines of each error entry, in the tab that lists them.
    pub entries: Vec<Range<usize>>,
}

impl Measured {
    fn window(&self) -> Window {
        Window {
            height: self.height,
            width: self.width,
        }
    }
}

#[derive(Debug)]
pub struct ResponsePane {
    pub shown: Option<Shown>,
    /// The call whose answer will be shown next.
    pub awaiting: Option<Job>,
    /// The call whose stream is in front, whole or not.
    pub coming: Option<Job>,
    /// The request of that call, and the environment it goes to.
    pub asked: Option<Asked>,
    /// What the answer in front came to; absent where nobody here asked.
    pub of: Option<Asked>,
    pub tab: ResponseTab,
    pub entries: List,
    /// The entries that are folded open.
    pub open: BTreeSet<usize>,
    /// The first line of the tab in front that is shown, where that is not the body.
    pub top: usize,
    pub body: BodyPlace,
    pub jq: JqLine,
    /// The file that what is shown of the body was saved to.
    pub saved: Option<PathBuf>,
    /// While a filter's results are shown: the lines of the whole body, and the place in it.
    behind: Option<(Arc<BodyText>, View, BodyPlace)>,
    /// The older answer that this one is compared with, and what differs once that is known.
    pub compared: Option<(Arc<Exchange>, Option<Arc<AnswerDiff>>)>,
    /// Why the answer is what it is, once that was asked.
    pub why: Option<Why>,
    /// Whether that was asked.
    asked_why: bool,
    /// The work on the body that is awaited, and how much of it is done in hundredths.
    pub reading: Option<(u64, u8)>,
    questions: u64,
    /// The search that is awaited.
    searching: Option<u64>,
}

impl Default for ResponsePane {
    fn default() -> ResponsePane {
        ResponsePane {
            shown: None,
            awaiting: None,
            coming: None,
            asked: None,
            of: None,
            tab: ResponseTab::Body,
            entries: List::default(),
            open: BTreeSet::new(),
            top: 0,
            body: BodyPlace::default(),
            jq: JqLine::default(),
            saved: None,
            behind: None,
            compared: None,
            why: None,
            asked_why: false,
            reading: None,
            questions: 0,
            searching: None,
        }
    }
}

impl ResponsePane {
    /// Shows an exchange from its beginning, on the tab that says most. Of a large body only
    /// the head; the rest is asked for.
    pub fn show(&mut self, mut shown: Shown) -> Vec<Effect> {
        if let Some(before) = &self.shown
            && before.exchange.id == shown.exchange.id
            && !before.body.is_head()
            && before.filtered.is_none()
        {
            (shown.body, shown.view) = (before.body.clone(), before.view);
        }
        self.tab = if shown.says_no() {
            ResponseTab::Errors
        } else {
            ResponseTab::Body
        };
        let mut effects = self.stop_reading();
        let before = self.shown.replace(shown);
        effects.extend(before.filter(Shown::is_large).map(|before| {
            Effect::LetGo(Spent {
                exchanges: vec![before.exchange],
                body: Some(before.body),
            })
        }));
        self.entries = List::default();
        self.open.clear();
        self.top = 0;
        self.body = BodyPlace::default();
        self.jq.close();
        (self.behind, self.saved) = (None, None);
        self.compared = None;
        (self.why, self.asked_why) = (None, false);
        self.coming = None;
        self.of = None;
        effects.extend(self.read_rest());
        effects
    }

    /// More of a stream. What the person looks at stays; who is at the end follows it.
    pub fn show_more(&mut self, job: Job, shown: Shown) -> Vec<Effect> {
        if self.coming != Some(job) {
            let effects = self.show(shown);
            self.coming = Some(job);
            self.tab = ResponseTab::Body;
            self.follow_end();
            return effects;
        }
        let is_filtered = self.shown.as_ref().is_some_and(|s| s.filtered.is_some());
        if is_filtered || self.jq.field.is_some() {
            // Its results are what is looked at.
            return Vec::new();
        }
        self.go_on(job, shown)
    }

    /// The answer is whole. Of a stream that is in front the person's place stays.
    pub fn show_end(&mut self, job: Job, shown: Shown) -> Vec<Effect> {
        match self.coming == Some(job) {
            true => self.go_on(job, shown),
            false => self.show(shown),
        }
    }

    fn go_on(&mut self, job: Job, shown: Shown) -> Vec<Effect> {
        let last = self
            .shown
            .as_ref()
            .map_or(0, |s| s.body.len().saturating_sub(1));
        let follows = self.body.cursor >= last;
        let (tab, top) = (self.tab, self.top);
        let place = std::mem::take(&mut self.body);
        let effects = self.show(shown);
        (self.tab, self.top, self.body) = (tab, top, place);
        self.coming = Some(job);
        if follows {
            self.follow_end();
        }
        effects
    }

    fn follow_end(&mut self) {
        if let Some(shown) = &self.shown {
            self.body.to_last(&shown.body);
        }
    }

    /// Whether it is time to ask why; that is done once for each answer.
    pub fn asks_why(&mut self) -> bool {
        self.why.is_none() && !std::mem::replace(&mut self.asked_why, true)
    }

    /// Asks for the lines that the head of a large body leaves out.
    fn read_rest(&mut self) -> Option<Effect> {
        let shown = self.shown.as_ref().filter(|shown| shown.body.is_head())?;
        self.questions += 1;
        self.reading = Some((self.questions, 0));
        Some(Effect::Index {
            question: self.questions,
            source: shown.source(),
            view: shown.view,
        })
    }

    /// Ends the work on the body that is awaited.
    pub fn stop_reading(&mut self) -> Vec<Effect> {
        let reading = self.reading.take().map(|(question, _)| question);
        let awaited = [reading, self.searching.take(), self.jq.running.take()];
        let awaited = awaited.into_iter().flatten();
        awaited.map(Effect::StopReading).collect()
    }

    /// How far the work on the body is.
    pub fn progressed(&mut self, question: u64, hundredths: u8) {
        if let Some((_, done)) = self.reading.as_mut().filter(|(q, _)| *q == question) {
            *done = hundredths;
        }
        if let Some(search) = &mut self.body.search
            && self.searching == Some(question)
        {
            search.progress = Some(hundredths);
        }
    }

    /// The lines of a whole body are there; those that are not awaited come too late.
    pub fn indexed(&mut self, question: u64, body: Arc<BodyText>) -> Option<Effect> {
        if let Some(shown) = &mut self.shown
            && self.reading.is_some_and(|(awaited, _)| awaited == question)
        {
            self.body.move_to(&shown.body, &body);
            shown.body = body;
            self.reading = None;
            self.settle();
            return None;
        }
        Some(Effect::LetGo(Spent {
            exchanges: Vec::new(),
            body: Some(body),
        }))
    }

    /// Pretty, raw, hex, and round again.
    pub fn step_view(&mut self, measured: &Measured) -> Vec<Effect> {
        let Some((view, body)) = self.shown.as_ref().and_then(Shown::next_view) else {
            return Vec::new();
        };
        let mut effects = self.stop_reading();
        if let Some(shown) = &mut self.shown {
            self.body.move_to(&shown.body, &body);
            (shown.body, shown.view) = (body, view);
        }
        self.body.left = 0;
        effects.extend(self.read_rest());
        // What is looked for may be written otherwise in this view.
        effects.extend(self.search(measured));
        self.settle();
        effects
    }

    /// The cursor is on a line that there is.
    fn settle(&mut self) {
        if let Some(shown) = &self.shown {
            self.body.cursor = self.body.folds.seen(&shown.body, self.body.cursor);
        }
    }

    /// Whether there is a body in front to be read in another way.
    pub fn has_views(&self) -> bool {
        let has_bytes = self.shown.as_ref().is_some_and(|s| !s.bytes().is_empty());
        self.tab == ResponseTab::Body && has_bytes
    }

    /// Looks for what stands in the search line: at once in a small body, else it is asked for.
    pub fn search(&mut self, measured: &Measured) -> Vec<Effect> {
        let Some(shown) = &self.shown else {
            return Vec::new();
        };
        let stops = self.searching.take().map(Effect::StopReading);
        let mut effects: Vec<Effect> = stops.into_iter().collect();
        let Some(pattern) = self.body.pattern(&shown.body) else {
            return effects;
        };
        if shown.bytes().len() > limits::ON_THE_SPOT {
            self.questions += 1;
            self.searching = Some(self.questions);
            effects.push(Effect::Search {
                question: self.questions,
                source: shown.source(),
                pattern: Box::new(pattern),
            });
        } else if let Some(found) = Found::new(shown.bytes(), pattern, &mut |_| true) {
            let (text, bytes) = (&shown.body, shown.bytes());
            self.body
                .found(text, bytes, Arc::new(found), measured.window());
        }
        effects
    }

    /// What was looked for is found, or is not there; old answers come too late.
    pub fn searched(&mut self, question: u64, found: Arc<Found>, measured: &Measured) {
        if let Some(shown) = &self.shown
            && self.searching == Some(question)
        {
            self.searching = None;
            let (text, bytes) = (&shown.body, shown.bytes());
            self.body.found(text, bytes, found, measured.window());
        }
    }

    /// Opens the line for a filter, with the one that is in force.
    pub fn start_jq(&mut self) {
        let filtered = self.shown.as_ref().and_then(|s| s.filtered.as_ref());
        self.jq
            .open(filtered.map_or("", |filtered| &filtered.filter));
    }

    /// Has the body filtered by what was typed; by nothing, it is shown as it is.
    pub fn run_jq(&mut self) -> Vec<Effect> {
        let (Some(field), Some(shown)) = (&self.jq.field, &self.shown) else {
            return Vec::new();
        };
        let filter = field.text().trim().to_owned();
        if filter.is_empty() {
            return self.show_whole();
        }
        let exchange = shown.exchange.clone();
        let stops = self.jq.running.take().map(Effect::StopReading);
        self.questions += 1;
        self.jq.ask(&filter);
        self.jq.running = Some(self.questions);
        let mut effects: Vec<Effect> = stops.into_iter().collect();
        effects.push(Effect::Jq {
            question: self.questions,
            filter,
            exchange,
        });
        effects
    }

    /// A filter has run. Its mistake leaves the line open, its results take the body's place.
    pub fn filtered(
        &mut self,
        question: u64,
        filtered: Result<(Arc<Filtered>, Arc<BodyText>), String>,
    ) -> Vec<Effect> {
        if self.jq.running != Some(question) {
            return Vec::new();
        }
        self.jq.running = None;
        let (filtered, text) = match filtered {
            Ok(filtered) => filtered,
            Err(why) => {
                self.jq.trouble = Some(why);
                return Vec::new();
            }
        };
        let effects = self.stop_reading();
        self.jq.close();
        self.saved = None;
        if let Some(shown) = &mut self.shown {
            let mut place = std::mem::take(&mut self.body);
            // Nobody looks on for what was not found yet.
            place.search = place.search.filter(|search| search.found.is_some());
            let whole = std::mem::replace(&mut shown.body, text);
            if shown.filtered.replace(filtered).is_none() {
                self.behind = Some((whole, shown.view, place));
            }
            shown.view = View::Pretty;
        }
        effects
    }

    /// Puts a filter away: the whole body is shown where it was left.
    pub fn show_whole(&mut self) -> Vec<Effect> {
        let mut effects = self.stop_reading();
        self.jq.close();
        self.saved = None;
        if let (Some(shown), Some((body, view, place))) = (&mut self.shown, self.behind.take()) {
            (shown.body, shown.view, shown.filtered) = (body, view, None);
            self.body = place;
        }
        effects.extend(self.read_rest());
        effects
    }

    /// Closes the line, and ends a filter that runs.
    pub fn leave_jq(&mut self) -> Vec<Effect> {
        let stops = self.jq.running.map(Effect::StopReading);
        self.jq.close();
        stops.into_iter().collect()
    }

    pub fn is_filtered(&self) -> bool {
        self.behind.is_some()
    }

    pub fn step_match(&mut self, step: isize, measured: &Measured) {
        if let Some(shown) = &self.shown {
            let (text, bytes) = (&shown.body, shown.bytes());
            self.body.step_match(text, bytes, step, measured.window());
        }
    }

    pub fn end_search(&mut self) -> Vec<Effect> {
        self.body.end_search();
        let stops = self.searching.take().map(Effect::StopReading);
        stops.into_iter().collect()
    }

    /// Where the value under the cursor stands.
    pub fn path(&self) -> Option<Path> {
        let (text, line) = self.under_cursor()?;
        text.path(self.shown.as_ref()?.bytes(), line)
    }

    /// Which bytes of the body that value is.
    pub fn value(&self) -> Option<Range<usize>> {
        let (text, line) = self.under_cursor()?;
        text.value(self.shown.as_ref()?.bytes(), line)
    }

    /// Whether the value under the cursor is all of the answer's body.
    pub fn stands_on_the_whole(&self) -> bool {
        let is_whole = |path: Path| path.value.is_none() && path.steps.is_empty();
        !self.is_filtered() && self.path().is_some_and(is_whole)
    }

    fn under_cursor(&self) -> Option<(Arc<BodyText>, usize)> {
        let text = self.text()?;
        let line = self.body.folds.seen(&text, self.body.cursor);
        Some((text, line))
    }

    /// Whether there are objects or arrays in front.
    pub fn can_fold(&self) -> bool {
        self.text().is_some_and(|text| text.has_folds())
    }

    pub fn has_matches(&self) -> bool {
        let search = self.body.search.as_ref();
        search.is_some_and(|s| s.found.as_ref().is_some_and(|found| found.total() > 0))
    }

    /// Whether the text of a search is being typed.
    pub fn is_searching(&self) -> bool {
        self.body
            .search
            .as_ref()
            .is_some_and(|search| search.typing)
    }

    /// The search whose text is being typed.
    pub fn typed_search(&mut self) -> Option<&mut Search> {
        self.body.search.as_mut().filter(|search| search.typing)
    }

    pub fn step_tab(&mut self, step: isize) {
        let tabs = ResponseTab::ALL;
        let at = tabs.iter().position(|tab| *tab == self.tab).unwrap_or(0);
        let next = (at as isize + step).rem_euclid(tabs.len() as isize) as usize;
        self.set_tab(tabs[next]);
    }

    pub fn set_tab(&mut self, tab: ResponseTab) {
        self.tab = tab;
        self.top = 0;
    }

    /// The lines of the body, where that is in front.
    fn text(&self) -> Option<Arc<BodyText>> {
        let shown = self.shown.as_ref().filter(|_| self.has_views())?;
        Some(shown.body.clone())
    }

    /// To a tab by its place.
    pub fn to_tab(&mut self, place: usize) {
        self.set_tab(ResponseTab::ALL.get(place).copied().unwrap_or(self.tab));
    }

    /// Among the lines of the body and the error entries the cursor moves, elsewhere the text.
    pub fn step(&mut self, step: isize, measured: &Measured) {
        if let Some(text) = self.text() {
            return self.body.step(&text, step, measured.height);
        }
        let count = match (self.tab, &self.shown) {
            // The advice is folded beneath the entries and opens like one of them.
            (ResponseTab::Errors, Some(_)) => measured.entries.len(),
            _ => 0,
        };
        let before = self.entries.cursor;
        self.entries.step(step, count);
        if count == 0 || self.entries.cursor == before {
            self.scroll(step, measured);
        } else if let Some(lines) = measured.entries.get(self.entries.cursor) {
            let lowest_top = (lines.end + 1).saturating_sub(measured.height);
            self.top = self.top.max(lowest_top).min(lines.start);
        }
    }

    pub fn scroll(&mut self, lines: isize, measured: &Measured) {
        if let Some(text) = self.text() {
            return self.body.scroll(&text, lines, measured.height);
        }
        let last = measured.lines.saturating_sub(measured.height);
        // The text may have become shorter since, or the window higher.
        self.top = self.top.min(last).saturating_add_signed(lines).min(last);
    }

    pub fn to_first(&mut self) {
        if self.has_views() {
            return self.body.to_first();
        }
        self.top = 0;
        self.entries.to_first();
    }

    /// In a body whose rest was left unread, that is asked for once more.
    pub fn to_last(&mut self, measured: &Measured) -> Vec<Effect> {
        if let Some(text) = self.text() {
            self.body.to_last(&text);
            let wants_rest = self.reading.is_none();
            let rest = wants_rest.then(|| self.read_rest()).flatten();
            return rest.into_iter().collect();
        }
        self.top = measured.lines.saturating_sub(measured.height);
        self.entries.to_last(measured.entries.len());
        Vec::new()
    }

    /// Folds the entry under the cursor open or shut, where entries can be seen.
    pub fn open_entry(&mut self) {
        if self.tab != ResponseTab::Errors {
            return;
        }
        let at = self.entries.cursor;
        if !self.open.remove(&at) {
            self.open.insert(at);
        }
    }

    pub fn toggle_fold(&mut self, measured: &Measured) {
        if let Some(text) = self.text() {
            self.body.toggle(&text, measured.height);
        }
    }

    pub fn toggle_all_folds(&mut self) {
        if let Some(text) = self.text() {
            self.body.toggle_all(&text);
        }
    }
}
