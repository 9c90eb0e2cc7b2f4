//! The response in front: what it says, and where the reader is in it.

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

/// The tabs of the response pane.
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
    /// Every tab, in the order of the tab bar.
    pub const ALL: [ResponseTab; 6] = [
        ResponseTab::Errors,
        ResponseTab::Body,
        ResponseTab::Headers,
        ResponseTab::Timing,
        ResponseTab::Diff,
        ResponseTab::Why,
    ];

    /// The word on the tab.
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

/// A request as the screen showed it when it was sent or loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    pub spec: RequestSpec,
    pub environment: String,
}

impl Asked {
    /// Whether the screen still shows this call; its notes do not count.
    pub fn is(&self, spec: &RequestSpec, environment: &str) -> bool {
        let call = |spec: &RequestSpec| RequestSpec {
            notes: String::new(),
            ..spec.clone()
        };
        self.environment == environment && call(&self.spec) == call(spec)
    }
}

/// What is known about why a call was refused.
#[derive(Debug)]
pub struct Why {
    pub case: Box<Case>,
    pub explanation: Explanation,
}

/// How much of the tab in front the last picture showed.
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

/// The response pane: the exchange in front, its tabs and where the reader is in them.
#[derive(Debug)]
pub struct ResponsePane {
    pub shown: Option<Shown>,
    /// The call whose response is shown next.
    pub awaiting: Option<Job>,
    /// The call whose stream is in front, complete or not.
    pub coming: Option<Job>,
    /// The request of that call, and its environment.
    pub asked: Option<Asked>,
    /// The request that the response in front answers; `None` if nobody here made it.
    pub of: Option<Asked>,
    pub tab: ResponseTab,
    pub entries: List,
    /// The entries that are unfolded.
    pub open: BTreeSet<usize>,
    /// The first line shown of the tab in front, unless that is the body.
    pub top: usize,
    pub body: BodyPlace,
    pub jq: JqLine,
    /// The file that the shown body was saved to.
    pub saved: Option<PathBuf>,
    /// While a filter's results are shown: the lines of the whole body, and the place in it.
    behind: Option<(Arc<BodyText>, View, BodyPlace)>,
    /// The older response to compare with, and the differences once they are known.
    pub compared: Option<(Arc<Exchange>, Option<Arc<AnswerDiff>>)>,
    /// Why the response is what it is, once that was asked.
    pub why: Option<Why>,
    /// Whether that was asked.
    asked_why: bool,
    /// The work on the body under way, and how much of it is done, in percent.
    pub reading: Option<(u64, u8)>,
    questions: u64,
    /// The search under way.
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
    /// Shows an exchange from its beginning, on the most telling tab. Only the head of a large body
    /// is read; the rest is requested.
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

    /// Shows more of a stream. The view stays where it is; at the end it follows the stream.
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
            // The person is looking at the filter's results.
            return Vec::new();
        }
        self.go_on(job, shown)
    }

    /// The response is complete. A stream in front keeps the reader's place.
    pub fn show_end(&mut self, job: Job, shown: Shown) -> Vec<Effect> {
        if self.coming == Some(job) {
            self.go_on(job, shown)
        } else {
            self.show(shown)
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

    /// Whether to ask why now; `true` only once for each response.
    pub fn asks_why(&mut self) -> bool {
        self.why.is_none() && !std::mem::replace(&mut self.asked_why, true)
    }

    /// Requests the lines that the head of a large body leaves out.
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

    /// Stops the work on the body.
    pub fn stop_reading(&mut self) -> Vec<Effect> {
        let reading = self.reading.take().map(|(question, _)| question);
        let awaited = [reading, self.searching.take(), self.jq.running.take()];
        let awaited = awaited.into_iter().flatten();
        awaited.map(Effect::StopReading).collect()
    }

    /// Notes how far the work on the body is, in percent.
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

    /// Takes in the lines of a whole body; drops those that nobody waits for any more.
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

    /// Moves to the next view: pretty, raw, hex, and round again.
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
        // The text of a search may look different in this view.
        effects.extend(self.search(measured));
        self.settle();
        effects
    }

    /// Puts the cursor on a line that exists.
    fn settle(&mut self) {
        if let Some(shown) = &self.shown {
            self.body.cursor = self.body.folds.seen(&shown.body, self.body.cursor);
        }
    }

    /// Whether there is a body in front that has other views.
    pub fn has_views(&self) -> bool {
        let has_bytes = self.shown.as_ref().is_some_and(|s| !s.bytes().is_empty());
        self.tab == ResponseTab::Body && has_bytes
    }

    /// Searches for the text in the search line: at once in a small body, else by a request.
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

    /// Takes in what a search found; drops old answers.
    pub fn searched(&mut self, question: u64, found: Arc<Found>, measured: &Measured) {
        if let Some(shown) = &self.shown
            && self.searching == Some(question)
        {
            self.searching = None;
            let (text, bytes) = (&shown.body, shown.bytes());
            self.body.found(text, bytes, found, measured.window());
        }
    }

    /// Opens the line for a filter, with the current one in it.
    pub fn start_jq(&mut self) {
        let filtered = self.shown.as_ref().and_then(|s| s.filtered.as_ref());
        self.jq
            .open(filtered.map_or("", |filtered| &filtered.filter));
    }

    /// Filters the body by the typed text; an empty filter shows the whole body.
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

    /// A filter has run. A mistake leaves the line open, results replace the body.
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
            // Drop a search that had not finished.
            place.search = place.search.filter(|search| search.found.is_some());
            let whole = std::mem::replace(&mut shown.body, text);
            if shown.filtered.replace(filtered).is_none() {
                self.behind = Some((whole, shown.view, place));
            }
            shown.view = View::Pretty;
        }
        effects
    }

    /// Removes a filter: the whole body is shown where the reader left it.
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

    /// Closes the line, and stops a filter that is running.
    pub fn leave_jq(&mut self) -> Vec<Effect> {
        let stops = self.jq.running.map(Effect::StopReading);
        self.jq.close();
        stops.into_iter().collect()
    }

    /// Whether a filter's results are shown in place of the body.
    pub fn is_filtered(&self) -> bool {
        self.behind.is_some()
    }

    /// Moves the cursor to the next match, or to the one before.
    pub fn step_match(&mut self, step: isize, measured: &Measured) {
        if let Some(shown) = &self.shown {
            let (text, bytes) = (&shown.body, shown.bytes());
            self.body.step_match(text, bytes, step, measured.window());
        }
    }

    /// Ends the search, and stops one still under way.
    pub fn end_search(&mut self) -> Vec<Effect> {
        self.body.end_search();
        let stops = self.searching.take().map(Effect::StopReading);
        stops.into_iter().collect()
    }

    /// The path of the value under the cursor.
    pub fn path(&self) -> Option<Path> {
        let (text, line) = self.under_cursor()?;
        text.path(self.shown.as_ref()?.bytes(), line)
    }

    /// The bytes of the body that this value covers.
    pub fn value(&self) -> Option<Range<usize>> {
        let (text, line) = self.under_cursor()?;
        text.value(self.shown.as_ref()?.bytes(), line)
    }

    /// Whether the value under the cursor is the whole body.
    pub fn stands_on_the_whole(&self) -> bool {
        let is_whole = |path: Path| path.value.is_none() && path.steps.is_empty();
        !self.is_filtered() && self.path().is_some_and(is_whole)
    }

    fn under_cursor(&self) -> Option<(Arc<BodyText>, usize)> {
        let text = self.text()?;
        let line = self.body.folds.seen(&text, self.body.cursor);
        Some((text, line))
    }

    /// Whether the body in front has objects or arrays to fold.
    pub fn can_fold(&self) -> bool {
        self.text().is_some_and(|text| text.has_folds())
    }

    /// Whether the search found anything.
    pub fn has_matches(&self) -> bool {
        let search = self.body.search.as_ref();
        search.is_some_and(|s| s.found.as_ref().is_some_and(|found| found.total() > 0))
    }

    /// Whether the person is typing in the search line.
    pub fn is_searching(&self) -> bool {
        self.body
            .search
            .as_ref()
            .is_some_and(|search| search.typing)
    }

    /// The search whose text the person is typing.
    pub fn typed_search(&mut self) -> Option<&mut Search> {
        self.body.search.as_mut().filter(|search| search.typing)
    }

    /// Opens the tab `step` places further, wrapping at the ends.
    pub fn step_tab(&mut self, step: isize) {
        let tabs = ResponseTab::ALL;
        let at = tabs.iter().position(|tab| *tab == self.tab).unwrap_or(0);
        let next = (at as isize + step).rem_euclid(tabs.len() as isize) as usize;
        self.set_tab(tabs[next]);
    }

    /// Opens a tab at its top.
    pub fn set_tab(&mut self, tab: ResponseTab) {
        self.tab = tab;
        self.top = 0;
    }

    /// The lines of the body, if it is in front.
    fn text(&self) -> Option<Arc<BodyText>> {
        let shown = self.shown.as_ref().filter(|_| self.has_views())?;
        Some(shown.body.clone())
    }

    /// Opens a tab by its position.
    pub fn to_tab(&mut self, place: usize) {
        self.set_tab(ResponseTab::ALL.get(place).copied().unwrap_or(self.tab));
    }

    /// Moves the cursor in the body and the error entries, and scrolls the other tabs.
    pub fn step(&mut self, step: isize, measured: &Measured) {
        if let Some(text) = self.text() {
            return self.body.step(&text, step, measured.height);
        }
        let count = self.stops(measured);
        let before = self.entries.cursor;
        self.entries.step(step, count);
        if count == 0 || self.entries.cursor == before {
            self.scroll(step, measured);
        } else if let Some(lines) = measured.entries.get(self.entries.cursor) {
            let lowest_top = (lines.end + 1).saturating_sub(measured.height);
            self.top = self.top.max(lowest_top).min(lines.start);
        }
    }

    /// Scrolls by `lines`; in the body the cursor moves with the window.
    pub fn scroll(&mut self, lines: isize, measured: &Measured) {
        if let Some(text) = self.text() {
            return self.body.scroll(&text, lines, measured.height);
        }
        let last = measured.lines.saturating_sub(measured.height);
        // The text may be shorter now, or the window higher.
        self.top = self.top.min(last).saturating_add_signed(lines).min(last);
    }

    /// Moves to the beginning of the tab in front.
    pub fn to_first(&mut self) {
        if self.has_views() {
            return self.body.to_first();
        }
        self.top = 0;
        self.entries.to_first();
    }

    /// Moves to the end; if the rest of the body was left unread, requests it once more.
    pub fn to_last(&mut self, measured: &Measured) -> Vec<Effect> {
        if let Some(text) = self.text() {
            self.body.to_last(&text);
            let wants_rest = self.reading.is_none();
            let rest = wants_rest.then(|| self.read_rest()).flatten();
            return rest.into_iter().collect();
        }
        self.top = measured.lines.saturating_sub(measured.height);
        self.entries.to_last(self.stops(measured));
        Vec::new()
    }

    /// Moves to an error entry by its position in what was drawn last.
    pub fn to_entry(&mut self, row: usize, measured: &Measured) {
        self.entries.cursor = row.min(self.stops(measured).saturating_sub(1));
    }

    /// How many rows the cursor among the error entries can stand on. What was drawn last may be of
    /// another answer than the one in front.
    fn stops(&self, measured: &Measured) -> usize {
        match (self.tab, &self.shown) {
            // The advice is folded below the entries and unfolds like one of them.
            (ResponseTab::Errors, Some(shown)) => {
                measured.entries.len().min(shown.errors.entries.len() + 1)
            }
            _ => 0,
        }
    }

    /// Unfolds or folds the entry under the cursor, if entries are visible.
    pub fn open_entry(&mut self) {
        if self.tab != ResponseTab::Errors {
            return;
        }
        let at = self.entries.cursor;
        if !self.open.remove(&at) {
            self.open.insert(at);
        }
    }

    /// Folds or unfolds the object or array under the cursor.
    pub fn toggle_fold(&mut self, measured: &Measured) {
        if let Some(text) = self.text() {
            self.body.toggle(&text, measured.height);
        }
    }

    /// Folds everything in the body, or unfolds everything if something is folded.
    pub fn toggle_all_folds(&mut self) {
        if let Some(text) = self.text() {
            self.body.toggle_all(&text);
        }
    }
}
