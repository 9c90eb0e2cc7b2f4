//! Counts what could not be carried over, because a description of a thousand operations has the
//! same trouble a thousand times.

use super::document::Document;
use crate::insight::redact::without_jwts;
use crate::model::{Note, cut};

/// What was lost; each kind gives one note, with the place of the first.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Lost {
    Elsewhere,
    Nowhere,
    Odd,
    Server,
    User,
    OtherServers,
    Scheme,
    Unknown,
    Basic,
    Either,
    Cookie,
    Upload,
    Media,
    Optional,
    Examples,
    Callback,
    Webhook,
    Crowd,
    Room,
    Nothing,
}

impl Lost {
    /// The sentence of the note, with the number and the first of them.
    fn words(self, count: usize, first: &str) -> String {
        let many = |one: &str, more: &str| match count {
            1 => format!("One {one}"),
            _ => format!("{count} {more}"),
        };
        match self {
            Lost::Elsewhere => format!(
                "{} to {first}{}. Only this file is read, so what stands there is missing; a bundled file would have it.",
                many("reference leads", "references lead"),
                if count == 1 { "" } else { " and elsewhere" },
            ),
            Lost::Nowhere => format!(
                "{} nowhere or in a circle: {first}. What it should describe is missing.",
                many("reference leads", "references lead"),
            ),
            Lost::Odd => format!(
                "{} not as OpenAPI has it, and left out: {first}.",
                many("part is", "parts are"),
            ),
            Lost::Server => {
                "No host is named, so {{base}} is whatever --env or --base-url says.".to_owned()
            }
            Lost::User => {
                "The address of the server holds a user, a password or parameters, which were left out.".to_owned()
            }
            Lost::OtherServers => format!(
                "{} named besides the first: {first}. --base-url goes there.",
                many("server is", "servers are"),
            ),
            Lost::Scheme => format!(
                "{} by {first}, which is not done here; the credential is missing.",
                many("request signs in", "requests sign in"),
            ),
            Lost::Unknown => format!(
                "{} a way of signing in that is described nowhere: {first}.",
                many("request names", "requests name"),
            ),
            Lost::Basic => format!(
                "{} in with user and password: the value of token {first} is the text user:password in base64.",
                many("request signs", "requests sign"),
            ),
            Lost::Either => format!(
                "{} in in more than one way; the first was taken, here {first}.",
                many("request may sign", "requests may sign"),
            ),
            Lost::Cookie => format!(
                "{} a cookie, and a token stands for all of it: {first}.",
                many("request wants", "requests want"),
            ),
            Lost::Upload => format!(
                "{} a file: write its path where {first} stands.",
                many("request sends", "requests send"),
            ),
            Lost::Media => format!(
                "{} a body of {first}, and no example of it is given; it is empty.",
                many("request has", "requests have"),
            ),
            Lost::Optional => format!(
                "{} switched off, and a session file does not keep them: {first}.",
                many("optional parameter is", "optional parameters are"),
            ),
            Lost::Examples => format!(
                "{} from the first one of the same variable, which is used everywhere: {first}.",
                many("example differs", "examples differ"),
            ),
            Lost::Callback => format!(
                "{} made by the API and not to it: left out.",
                many("callback is", "callbacks are"),
            ),
            Lost::Webhook => format!(
                "{} made by the API and not to it: left out.",
                many("webhook is", "webhooks are"),
            ),
            Lost::Nothing => {
                "No operation is described here, so there is nothing to call.".to_owned()
            }
            Lost::Crowd => {
                "Further operations were left out, for there are too many.".to_owned()
            }
            Lost::Room => {
                "What is described comes to too much text: further operations, examples and parameters were left out.".to_owned()
            }
        }
    }
}

/// Where something was found: path and method of an operation.
pub(super) type At<'d> = Option<(&'d str, &'d str)>;

struct Tally<'d> {
    lost: Lost,
    count: usize,
    first: String,
    at: At<'d>,
}

#[derive(Default)]
pub(super) struct Notes<'d> {
    tallies: Vec<Tally<'d>>,
}

impl<'d> Notes<'d> {
    /// Counts a loss; only the first of its kind is named, with its place.
    pub fn count(&mut self, lost: Lost, first: &str, at: At<'d>) {
        match self.tallies.iter_mut().find(|tally| tally.lost == lost) {
            Some(tally) => tally.count += 1,
            None => self.tallies.push(Tally {
                lost,
                count: 1,
                first: harmless(first),
                at,
            }),
        }
    }

    /// Names the first of a kind, where it is known only at the end.
    pub fn name(&mut self, lost: Lost, first: &str) {
        let found = self.tallies.iter_mut().find(|tally| tally.lost == lost);
        if let Some(tally) = found {
            tally.first = harmless(first);
        }
    }

    /// The notes in the order of their places; notes about the whole come first.
    pub fn into_notes(self, document: &Document) -> Vec<Note> {
        let wanted = self.tallies.iter().filter_map(|tally| tally.at);
        let wanted: Vec<(&str, &str)> = wanted.flat_map(|at| [at, (at.0, "")]).collect();
        let places = if wanted.is_empty() {
            Default::default()
        } else {
            document.places(&wanted)
        };
        let place = |at: (&str, &str)| places.get(&(at.0.to_owned(), at.1.to_owned())).copied();
        let notes = self.tallies.iter().map(|tally| {
            let found = tally
                .at
                .and_then(|at| place(at).or_else(|| place((at.0, ""))));
            Note {
                message: tally.lost.words(tally.count, &tally.first),
                line: found.map(|found| found.0),
                column: found.map(|found| found.1),
            }
        });
        let mut notes: Vec<Note> = notes.collect();
        notes.sort_by_key(|note| (note.line, note.column));
        notes
    }
}

/// A text of the file that a note may quote: a URL without user and query.
fn harmless(text: &str) -> String {
    let text = text.split('?').next().unwrap_or_default();
    let text = match text.rsplit_once('@') {
        Some((before, after)) if before.contains("//") => format!("…@{after}"),
        _ => text.to_owned(),
    };
    cut(&without_jwts(&text), 80)
}
