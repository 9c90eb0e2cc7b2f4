//! The part of reading that all formats share: a reader takes its file apart and hands the pieces
//! over here, which become a collection.

use super::extract::{Extractor, user_of};
use super::notes::Notes;
use super::variables::{Settled, Variables, with_scheme};
use crate::insight::redact::Mask;
use crate::model::{
    Auth, Body, Collection, Expectation, FoundToken, IS_BASE, Param, RequestSpec, Secret, Step,
    TokenName, cut, decoded_around_names, lightly_encoded, slot,
};

/// The most requests that are read from one file.
pub const MOST: usize = 20_000;

/// How many variables a note lists.
const MOST_LISTED: usize = 8;

/// Headers that every client writes itself.
const OWN: [&str; 5] = [
    "content-length",
    "transfer-encoding",
    "connection",
    "accept-encoding",
    "postman-token",
];

/// Collects the requests, tokens, variables and notes of one file.
pub struct CollectionBuilder<'a> {
    pub notes: Notes<'a>,
    pub lifter: Extractor<'a>,
    pub variables: Variables,
    steps: Vec<Step>,
}

impl<'a> CollectionBuilder<'a> {
    /// An empty collection for this text; found tokens get names that are not `taken`.
    pub fn new(
        text: &'a str,
        taken: &'a [TokenName],
        known: &'a dyn Fn(&Secret) -> Option<TokenName>,
    ) -> CollectionBuilder<'a> {
        CollectionBuilder {
            notes: Notes::new(text),
            lifter: Extractor::new(taken, known),
            variables: Variables::default(),
            steps: Vec::new(),
        }
    }

    /// Whether there is room for one more request; adds a note where there is none.
    pub fn has_room(&mut self, at: usize) -> bool {
        let has_room = self.steps.len() < MOST;
        if !has_room {
            self.notes
                .count(at, "requests were left out, for there are too many");
        }
        has_room
    }

    /// How many requests there are so far; also the number of the next one.
    pub fn count(&self) -> usize {
        self.steps.len()
    }

    /// Lets a request capture a variable from its answer.
    pub fn capture(&mut self, number: usize, name: &str, pointer: &str) {
        if let Some(step) = self.steps.get_mut(number) {
            step.capture.push((name.to_owned(), pointer.into()));
            self.variables.captured_as(name);
        }
    }

    /// Sets what a request expects.
    pub fn expect(&mut self, number: usize, expectation: Expectation) {
        if let Some(step) = self.steps.get_mut(number) {
            step.expect = Some(expectation);
        }
    }

    /// Adds a request under this name, without credentials in the name.
    pub fn request(&mut self, name: &str, spec: RequestSpec) {
        // Programs name requests by their URL, with everything in it.
        let name = match name.contains("://") {
            true => name.split(['?', '#']).next().unwrap_or_default(),
            false => name,
        };
        let name = self.lifter.url(&user_of(&cut(name.trim(), 160)).0);
        self.steps.push(Step {
            name,
            spec,
            ..Step::default()
        });
    }

    /// The URL of a request with a scheme; user and password move into a header.
    pub fn url(&mut self, spec: &mut RequestSpec, url: &str, at: usize) -> String {
        let (url, user) = user_of(url.trim());
        if let Some(user) = user {
            // In a URL the user is percent-encoded.
            let plain = decoded_around_names(user);
            self.basic(spec, plain.as_deref().unwrap_or(user), "URL");
        }
        let starts_plainly = url.starts_with("{{") || url.starts_with('/');
        if !starts_plainly && !url.contains("://") {
            self.notes.count(
                at,
                "a URL has no scheme, and http:// is taken as the other program does",
            );
            return with_scheme(&url).replace(' ', "%20");
        }
        url.replace(' ', "%20")
    }

    /// Adds `user:password` as Basic authentication, unless the request has a credential.
    pub fn basic(&mut self, spec: &mut RequestSpec, pair: &str, place: &str) {
        if is_proven(spec) {
            return;
        }
        let pair = if pair.contains(':') {
            pair.to_owned()
        } else {
            format!("{pair}:")
        };
        let token = self.lifter.basic(place, &pair);
        let value = format!("Basic {}", slot(&token));
        spec.headers.push(Param::new("Authorization", value));
    }

    /// Adds a header, unless every client sets it itself; credentials become tokens.
    pub fn header(&mut self, spec: &mut RequestSpec, row: Param) {
        let lower = row.name.to_ascii_lowercase();
        if row.name.is_empty() || OWN.contains(&lower.as_str()) {
            return;
        }
        if row.enabled {
            return self.lifter.push_header(spec, row);
        }
        let value = self.lifter.header(&row.name, &row.value);
        spec.headers.push(Param { value, ..row });
    }

    /// Reads a form as typed, with spaces and braces in it.
    pub fn form(&mut self, text: &str) -> Body {
        // A plus and escapes are sent as typed.
        let pairs = text.split('&').map(|pair| match pair.split_once('=') {
            Some((name, value)) => {
                let light = |text: &str| lightly_encoded(text.trim(), b"");
                Param::of_form(&format!("{}={}", light(name), light(value)))
            }
            None => Param::of_form(&lightly_encoded(pair.trim(), b"")),
        });
        let mut rows: Vec<Param> = pairs.filter(|row| !row.name.is_empty()).collect();
        for row in &mut rows {
            row.set_value(self.lifter.named("form", &row.name, &row.value));
        }
        if rows.is_empty() {
            Body::Empty
        } else {
            Body::Form(rows)
        }
    }

    /// The file to read a body or part from. The author of the text must not choose a folder of
    /// this machine, so a path that leads out of the current one is cut to its name.
    pub fn file(&mut self, path: &str, at: usize) -> Option<String> {
        if path.contains("{{") {
            self.notes.count(
                at,
                "files are named by variables, which could name any file, and were left out",
            );
            return None;
        }
        let path = path.trim().replace('\\', "/");
        let path = path.trim_start_matches("./");
        let leads_out = path.starts_with(['/', '~'])
            || path.contains(':')
            || path.split('/').any(|part| part == "..");
        let kept = if leads_out {
            path.rsplit('/').next().unwrap_or_default()
        } else {
            path
        };
        if matches!(kept, "" | "." | "..") || kept.contains(':') {
            self.notes.count(at, "a file has no name and was left out");
            return None;
        }
        self.notes.count(
            at,
            "files are not in this text; each is read from here when its call is made",
        );
        Some(kept.to_owned())
    }

    /// Settles variables and tokens and gives the collection; `kind` is the format's.
    pub fn finish(mut self, kind: &'static str, title: &str) -> Collection {
        let settled = self.variables.settle(&mut self.steps, &mut self.lifter);
        let title = self.lifter.url(&cut(title.trim(), 120));
        let steps = self.steps.iter();
        let named: Vec<TokenName> = steps.flat_map(|step| step.spec.tokens()).collect();
        for name in named {
            self.lifter.refer(name.as_str(), "by name");
        }
        let tokens = self.lifter.into_tokens();
        let valued: Vec<_> = tokens.iter().filter_map(FoundToken::valued).collect();
        let mask = Mask::new(&valued);
        let mut untyped = 0;
        for step in &mut self.steps {
            step.name = mask.text(&step.name);
            step.spec.keep_untyped();
            untyped += usize::from(step.spec.has_no_type());
            step.spec.settle();
        }
        if untyped > 0 {
            let what = match untyped {
                1 => "a body that looks like JSON has".to_owned(),
                _ => format!("{untyped} bodies that look like JSON have"),
            };
            self.notes.add(0, &format!("{what} no Content-Type in the file, and goes out without one; switch the row on, or give one"));
        }
        tell(&mut self.notes, &settled, kind);
        Collection {
            kind,
            title: mask.text(&title),
            requests: self.steps,
            tokens,
            variables: settled.variables,
            base: settled.base.and_then(|base| base.value),
            notes: self.notes.into_list(),
        }
    }
}

/// Whether a request already carries a credential.
pub fn is_proven(spec: &RequestSpec) -> bool {
    let named = |row: &Param| row.enabled && row.name.eq_ignore_ascii_case("authorization");
    spec.auth != Auth::None || spec.headers.iter().any(named)
}

/// Adds notes about what became of the variables.
fn tell(notes: &mut Notes, settled: &Settled, kind: &str) {
    if let Some(base) = &settled.base {
        let value = match &base.value {
            Some(value) => format!("in the file it is {}", cut(value, 200)),
            None => "the file does not say what it is".to_owned(),
        };
        let key = cut(&base.key, 80);
        notes.add(
            base.at.unwrap_or(0),
            &format!("the URLs begin with {key}, which {IS_BASE}: the base URL of the environment, or of --base-url; {value}"),
        );
    }
    if !settled.open.is_empty() {
        let made = settled.made.iter();
        let made: Vec<String> = made
            .filter(|(name, _)| settled.open.contains(name))
            .map(|(name, whole)| {
                if whole.contains(' ') {
                    format!("{{{{{}}}}} ({})", cut(name, 40), cut(whole, 60))
                } else {
                    format!("{{{{{}}}}}", cut(name, 40))
                }
            })
            .collect();
        if !made.is_empty() {
            let program = match kind {
                "postman" => "Postman makes",
                _ => "the other program makes",
            };
            let listed = few(&made);
            notes.add(0, &format!("{program} a new value for each call of {listed}; here a variable of that name is asked for once"));
        }
        let open: Vec<&String> = settled
            .open
            .iter()
            .filter(|n| !settled.made.iter().any(|(made, _)| made == *n))
            .collect();
        if !open.is_empty() {
            let listed = listed(open.iter().map(|name| name.as_str()));
            notes.add(0, &format!("the file gives no value for {listed}; --var NAME=VALUE, or variables in config.toml, do"));
        }
    }
    for at in &settled.endless {
        notes.count(
            *at,
            "variables that refer to themselves, or to too much, have no value",
        );
    }
    for at in &settled.unused {
        notes.count(*at, "variables that no request names were left out");
    }
}

fn listed<'n>(names: impl Iterator<Item = &'n str>) -> String {
    let names: Vec<String> = names
        .map(|name| format!("{{{{{}}}}}", cut(name, 40)))
        .collect();
    few(&names)
}

fn few(names: &[String]) -> String {
    let shown = names
        .iter()
        .take(MOST_LISTED)
        .cloned()
        .collect::<Vec<_>>()
        .join(", ");
    match names.len().saturating_sub(MOST_LISTED) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}
