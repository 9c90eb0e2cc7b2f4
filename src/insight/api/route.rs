//! Reads a URL as an API means it: the prefix, which parts are collections and which are ids, and
//! what lies above a resource. Works from the path alone, for APIs that no pack knows.

use crate::insight::api::paths::Paths;
use crate::model::distance;
use std::sync::Arc;
use url::Url;

/// The place a call goes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    pub url: Url,
    /// The parts of the path, still encoded; empty parts stay, because they are a mistake worth
    /// showing.
    pub parts: Vec<String>,
    /// How many of the parts are the API's prefix and not its resources: `api`, `v1`.
    pub prefix: usize,
    /// What is known of this API's paths.
    pub known: Arc<Paths>,
}

/// What a part of a path stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Prefix,
    Collection,
    Id,
    /// `me`, an id without a number.
    Myself,
    /// A verb at the end: `start`, `archive`.
    Action,
}

const PREFIXES: &[&str] = &[
    "api",
    "rest",
    "public",
    "gateway",
    "services",
    "service",
    "apis",
    "external",
    "open",
    "public-api",
];

const ACTIONS: &[&str] = &[
    "start",
    "stop",
    "pause",
    "resume",
    "cancel",
    "finish",
    "skip",
    "archive",
    "unarchive",
    "restore",
    "complete",
    "approve",
    "reject",
    "publish",
    "close",
    "reopen",
    "retry",
    "run",
    "activate",
    "deactivate",
    "clone",
    "copy",
];

impl Route {
    /// Reads a URL; `base` is the path of the environment's base URL.
    pub fn of(url: &Url, base: &str) -> Route {
        let path = url.path().trim_start_matches('/');
        let mut parts: Vec<String> = path.split('/').map(str::to_owned).collect();
        if url.path().starts_with("//") {
            parts.insert(0, String::new());
        }
        let mut prefix = shared(base, &parts);
        let leads = |part: &String| {
            PREFIXES.contains(&part.to_ascii_lowercase().as_str()) || is_version(part)
        };
        let ahead = parts[prefix..]
            .iter()
            .take(4)
            .take_while(|part| !is_sure_id(part));
        let last = ahead.enumerate().filter(|(_, part)| leads(part)).last();
        prefix += last.map_or(0, |(place, _)| place + 1);
        prefix += names_before_things(&parts[prefix..]);
        Route {
            url: url.clone(),
            parts,
            prefix,
            known: Arc::default(),
        }
    }

    /// The same with what a pack knows of the API's paths, which tells where the prefix ends.
    #[must_use]
    pub fn knowing(mut self, known: Arc<Paths>, base: &str) -> Route {
        let own = known.prefix_parts();
        let least = shared(base, &self.parts);
        let named = self.parts.iter().position(|part| known.is_collection(part));
        let named = named.filter(|place| {
            *place >= least && !self.parts[least..*place].iter().any(|p| is_sure_id(p))
        });
        let ends = (0..self.parts.len()).find(|at| {
            !own.is_empty()
                && self.parts[*at..]
                    .iter()
                    .map(String::as_str)
                    .take(own.len())
                    .eq(own.iter().copied())
        });
        if let Some(place) = named.or(ends.map(|at| at + own.len())) {
            self.prefix = place;
        }
        self.known = known;
        self
    }

    /// What the part at this index stands for; a collection where the path is shorter.
    pub fn kind(&self, place: usize) -> Part {
        let Some(part) = self.parts.get(place) else {
            return Part::Collection;
        };
        if place < self.prefix {
            return Part::Prefix;
        }
        if part == "me" {
            return Part::Myself;
        }
        let follows_collection = place > self.prefix && self.kind(place - 1) == Part::Collection;
        // After a collection comes one of its items, unless the next part is an id itself.
        let holds = looks_plural(part) && self.parts.get(place + 1).is_some_and(|next| is_id(next));
        if follows_collection && (is_id(part) || !holds && !self.known.is_word(part)) {
            return Part::Id;
        }
        if is_id(part) && place > self.prefix {
            return Part::Id;
        }
        let last = place + 1 == self.parts.len();
        if last && place > self.prefix && ACTIONS.contains(&part.as_str()) {
            return Part::Action;
        }
        Part::Collection
    }

    /// The parts without an empty one at the end.
    fn length(&self) -> usize {
        let trailing = self
            .parts
            .iter()
            .rev()
            .take_while(|part| part.is_empty())
            .count();
        self.parts.len() - trailing
    }

    /// What the last part that is not empty stands for; `None` for an empty path.
    pub fn last(&self) -> Option<Part> {
        let length = self.length();
        (length > 0).then(|| self.kind(length - 1))
    }

    /// The path of the first `count` parts.
    pub fn path(&self, count: usize) -> String {
        format!("/{}", self.parts[..count.min(self.parts.len())].join("/"))
    }

    /// The path without an action at its end: the resource that the action works on.
    pub fn target(&self) -> String {
        let length = self.length();
        if self.last() == Some(Part::Action) {
            return self.path(length - 1);
        }
        self.path(length)
    }

    /// The path of the nearest item above the target; `None` at the top.
    pub fn item_above(&self) -> Option<String> {
        let end = self.target_length();
        (self.prefix..end.saturating_sub(1))
            .rev()
            .find(|place| self.kind(*place) == Part::Id)
            .map(|place| self.path(place + 1))
    }

    /// The collection of the last id; `None` where the path does not end with an id.
    pub fn collection(&self) -> Option<String> {
        let end = self.target_length();
        (end > self.prefix + 1 && self.kind(end - 1) == Part::Id).then(|| self.path(end - 1))
    }

    /// The collection of the nearest item above; `None` at the top.
    pub fn collection_above(&self) -> Option<String> {
        let end = self.target_length();
        let place = (self.prefix..end.saturating_sub(1))
            .rev()
            .find(|place| self.kind(*place) == Part::Id)?;
        (place > self.prefix).then(|| self.path(place))
    }

    /// The paths from the first collection down to the target, with what each stands for.
    pub fn rungs(&self) -> Vec<(String, Part)> {
        let end = self.target_length();
        let places = self.prefix..end;
        places
            .map(|place| (self.path(place + 1), self.kind(place)))
            .collect()
    }

    /// The first collection of the path.
    pub fn root(&self) -> Option<String> {
        (self.length() > self.prefix).then(|| self.path(self.prefix + 1))
    }

    fn target_length(&self) -> usize {
        let length = self.length();
        if self.last() == Some(Part::Action) {
            length - 1
        } else {
            length
        }
    }

    /// The id at the end of the path, decoded; `None` where none stands there.
    pub fn id(&self) -> Option<String> {
        let end = self.target_length();
        (end > self.prefix && self.kind(end - 1) == Part::Id).then(|| decoded(&self.parts[end - 1]))
    }

    /// The id of the item above, decoded.
    pub fn id_above(&self) -> Option<String> {
        let path = self.item_above()?;
        path.rsplit('/').next().map(decoded)
    }

    /// The prefix: `/api/v1`, or empty.
    pub fn prefix_path(&self) -> String {
        if self.prefix == 0 {
            return String::new();
        }
        self.path(self.prefix)
    }

    /// Where the paths of the API's pack begin on this host, by the call's own path or else the
    /// environment's; `None` where no pack knows the API.
    pub fn home(&self, base: &str) -> Option<String> {
        let own = self.known.prefix.as_deref()?;
        let here = self.prefix_path();
        if !own.is_empty() && here.ends_with(own) {
            return Some(here);
        }
        let base = base.trim_end_matches('/');
        Some(if base.ends_with(own) {
            base.to_owned()
        } else {
            format!("{base}{own}")
        })
    }

    /// This route's URL with another path and no query.
    pub fn at(&self, path: &str) -> Url {
        let mut url = self.url.clone();
        url.set_path(path);
        url.set_query(None);
        url.set_fragment(None);
        url
    }

    /// Whether the API's pack lists this path, with any prefix.
    pub fn is_known(&self) -> bool {
        let own = &self.parts[self.prefix..self.length()];
        !own.is_empty() && !self.known.at(&format!("/{}", own.join("/"))).is_empty()
    }

    /// This route's URL with `path` appended to `home`; a query in `path` is kept.
    pub fn below(&self, home: &str, path: &str) -> Url {
        let (path, query) = path
            .split_once('?')
            .map_or((path, None), |(p, q)| (p, Some(q)));
        let mut url = self.at(&format!("{home}{path}"));
        url.set_query(query);
        url
    }

    /// Paths that may have been meant, likeliest first: typing mistakes undone, and words and
    /// prefix corrected where the API's are known.
    pub fn corrections(&self, base: &str) -> Vec<String> {
        let mut found: Vec<String> = Vec::new();
        let original = self.url.path().to_owned();
        let mut add = |path: String| {
            if path != original && path != "/" && !found.contains(&path) {
                found.push(path);
            }
        };
        let kept: Vec<&str> = self
            .parts
            .iter()
            .map(String::as_str)
            .filter(|p| !p.is_empty())
            .collect();
        let trimmed: Vec<String> = kept.iter().map(|part| without_blanks(part)).collect();
        add(format!("/{}", trimmed.join("/")));
        let lower: Vec<String> = trimmed
            .iter()
            .map(|part| {
                if is_id(part) && !part.bytes().all(|b| b.is_ascii_alphabetic()) {
                    part.clone()
                } else {
                    part.to_ascii_lowercase()
                }
            })
            .collect();
        add(format!("/{}", lower.join("/")));
        let spelled: Vec<String> = lower
            .iter()
            .map(|part| self.nearest_word(part).unwrap_or_else(|| part.clone()))
            .collect();
        add(format!("/{}", spelled.join("/")));
        if let Some(home) = self.home(base) {
            let root = spelled
                .iter()
                .position(|part| self.known.is_collection(part));
            let ahead = home.split('/').filter(|part| !part.is_empty());
            let ahead = spelled.iter().map(String::as_str).zip(ahead);
            let shared = ahead.take_while(|(own, part)| own == part).count();
            let rest = &spelled[root.unwrap_or(shared)..];
            add(format!("{home}/{}", rest.join("/")));
        }
        found
    }

    /// A name of the API that differs by a typo, or by singular and plural.
    fn nearest_word(&self, part: &str) -> Option<String> {
        if part.len() < 4 || is_id(part) || self.known.is_word(part) {
            return None;
        }
        let text = part.replace('-', "_");
        let mut best: Option<(usize, &str)> = None;
        for word in self.known.words().chain(self.known.prefix_parts()) {
            let distance = distance(&text, word);
            let allowed = if word.len() > 6 { 2 } else { 1 };
            if distance <= allowed && best.is_none_or(|(known, _)| distance < known) {
                best = Some((distance, word));
            }
        }
        best.map(|(_, word)| word.to_owned())
    }
}

/// How many parts a path shares with the base.
fn shared(base: &str, parts: &[String]) -> usize {
    let base = base.split('/').filter(|part| !part.is_empty());
    base.zip(parts)
        .take_while(|(base, part)| base == part)
        .count()
}

/// The path of a URL, without host and query.
pub fn path_of(url: &str) -> &str {
    let after = url.find("://").map_or(0, |at| at + 3);
    let rest = &url[after..];
    let rest = match after {
        0 => rest,
        _ => rest.find('/').map_or("", |slash| &rest[slash..]),
    };
    rest.split(['?', '#']).next().unwrap_or_default()
}

/// The path of a URL with a star for each id and variable: equal for all calls of one route.
pub fn pattern_of(url: &str) -> String {
    let path = path_of(url);
    pattern(path).unwrap_or_else(|| path.to_owned())
}

/// The path with a star for each id and each variable; `None` where it holds neither.
pub fn pattern(path: &str) -> Option<String> {
    let is_open = |part: &str| part.contains("{{") || is_id(part);
    let parts = path.split('/');
    let open: Vec<&str> = parts
        .map(|part| if is_open(part) { "*" } else { part })
        .collect();
    open.contains(&"*").then(|| open.join("/"))
}

/// Whether a part of a path looks like an id and not like a name.
pub fn is_id(part: &str) -> bool {
    let text = decoded(part);
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    text.contains('@') || (digits > 0 && !is_version(&text))
}

/// Nothing but an id: no letters, or a UUID.
fn is_sure_id(part: &str) -> bool {
    let letters = part.bytes().any(|b| b.is_ascii_alphabetic());
    let is_uuid = part.len() == 36 && part.matches('-').count() == 4;
    is_id(part) && (!letters || part.contains('@') || is_uuid)
}

/// `v1`, `v2.1`, `1.0`, `2022-02-22`
fn is_version(part: &str) -> bool {
    let numbered = part.strip_prefix(['v', 'V']).is_some_and(|rest| {
        !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit() || b == b'.')
    });
    let pointed = part.len() <= 6
        && part.split('.').count() > 1
        && part
            .split('.')
            .all(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()));
    let dated = part.len() == 10
        && part.bytes().enumerate().all(|(place, b)| match place {
            4 | 7 => b == b'-',
            _ => b.is_ascii_digit(),
        });
    numbered || pointed || dated
}

/// Whether a part looks like an English plural, as names of collections do: `orders`.
pub fn looks_plural(part: &str) -> bool {
    let single = ["ss", "us", "is"].iter().any(|end| part.ends_with(end));
    part.len() > 3 && part.ends_with('s') && !single
}

/// How many words at the start name the API: singular words directly before a plural, with no id
/// between.
fn names_before_things(parts: &[String]) -> usize {
    let is_word = |part: &String| !part.is_empty() && part != "me" && !is_id(part);
    let pairs = parts
        .windows(2)
        .take_while(|two| is_word(&two[0]) && is_word(&two[1]) && !looks_plural(&two[0]));
    let plurals = pairs.enumerate().filter(|(_, two)| looks_plural(&two[1]));
    plurals.last().map_or(0, |(place, _)| place + 1)
}

/// The part without white space at its ends, plain or encoded.
fn without_blanks(part: &str) -> String {
    let mut text = part;
    loop {
        let before = text;
        for blank in [
            "%20",
            "+",
            " ",
            "%09",
            "%0A",
            "%0D",
            "%0a",
            "%0d",
            "%C2%A0",
            "%E2%80%8B",
        ] {
            text = text.strip_prefix(blank).unwrap_or(text);
            text = text.strip_suffix(blank).unwrap_or(text);
        }
        if text == before {
            return text.to_owned();
        }
    }
}

/// Decodes percent-encoding (RFC 3986, 2.1); a stray `%` stays.
pub fn decoded(part: &str) -> String {
    let bytes = part.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = bytes
            .get(at + 1..at + 3)
            .and_then(|two| std::str::from_utf8(two).ok());
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) if bytes[at] == b'%' => {
                out.push(byte);
                at += 3;
            }
            _ => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::insight::Grounds;
    use crate::insight::api::endpoint::Endpoint;

    /// Of an API that no pack knows.
    fn route(path: &str) -> Route {
        Route::of(
            &Url::parse(&format!("https://api.acme.example{path}")).unwrap(),
            "",
        )
    }

    /// Of an API whose paths are known.
    fn known(path: &str) -> Route {
        let endpoint = |path: &str| Endpoint {
            method: "GET".into(),
            path: path.into(),
            purpose: String::new(),
            grounds: Grounds::Inferred,
        };
        let paths = [
            "/users/me",
            "/users/{user}",
            "/runbooks/{runbook}/tasks",
            "/runbooks/{runbook}/tasks/{task}",
            "/runbooks/{runbook}/start",
            "/runbooks/{runbook}",
            "/runbooks",
        ];
        let paths = Paths {
            prefix: Some("/core".into()),
            endpoints: paths.iter().map(|path| endpoint(path)).collect(),
        };
        route(path).knowing(Arc::new(paths), "")
    }

    #[test]
    fn the_parts_of_a_path_are_told_apart() {
        let task = known("/core/runbooks/9/tasks/3");
        assert_eq!(task.prefix_path(), "/core");
        assert_eq!(task.item_above().as_deref(), Some("/core/runbooks/9"));
        assert_eq!(task.collection().as_deref(), Some("/core/runbooks/9/tasks"));
        assert_eq!(task.collection_above().as_deref(), Some("/core/runbooks"));
        assert_eq!(task.id().as_deref(), Some("3"));
        let start = known("/core/runbooks/7/start");
        assert_eq!(start.target(), "/core/runbooks/7");
        assert_eq!(start.collection().as_deref(), Some("/core/runbooks"));
        assert_eq!(start.item_above(), None);
        let list = known("/core/runbooks/7/tasks");
        assert_eq!(list.item_above().as_deref(), Some("/core/runbooks/7"));
        assert_eq!((list.collection(), list.id()), (None, None));
        assert!(list.is_known() && !known("/core/runbooks/7/notes").is_known());
    }

    #[test]
    fn paths_of_an_unknown_api_are_read_too() {
        let step = route("/api/v2/plans/alpha/steps/x-17");
        assert_eq!(step.prefix_path(), "/api/v2");
        assert_eq!(step.item_above().as_deref(), Some("/api/v2/plans/alpha"));
        assert_eq!(step.root().as_deref(), Some("/api/v2/plans"));
        let mail = route("/core/users/jane%40acme.example");
        assert_eq!(mail.id().as_deref(), Some("jane@acme.example"));
        assert_eq!(route("/core/users/me").last(), Some(Part::Myself));
        assert_eq!(route("/").root().as_deref(), None);
        assert!(!step.is_known() && step.home("").is_none());
    }

    #[test]
    fn a_prefix_that_is_known_may_have_numbers_before_it() {
        let task = known("/gw/tenant7/core/runbooks/pl-0009/tasks");
        assert_eq!(task.prefix_path(), "/gw/tenant7/core");
        assert_eq!(task.home("").as_deref(), Some("/gw/tenant7/core"));
        let step = known("/gw/tenant7/core/plans/pl-0009/steps");
        assert_eq!(step.prefix_path(), "/gw/tenant7/core");
        assert_eq!(route("/core/plans/5/users").prefix_path(), "/core");
        // Where the call's path lacks it, the environment's own begins it.
        let bare = known("/runbooks/7");
        assert_eq!(bare.home("/acme/").as_deref(), Some("/acme/core"));
        assert_eq!(bare.home("/acme/core").as_deref(), Some("/acme/core"));
        let me = bare.below("/core", "/users/me?all=1");
        assert_eq!(me.as_str(), "https://api.acme.example/core/users/me?all=1");
    }

    #[test]
    fn a_word_for_one_before_a_word_for_many_belongs_to_the_prefix() {
        assert_eq!(route("/havn/vessels/astrid").prefix_path(), "/havn");
        assert_eq!(route("/api/harbour/vessels").prefix_path(), "/api/harbour");
        assert_eq!(
            route("/fleet/north/vessels/4").prefix_path(),
            "/fleet/north"
        );
        // The name of many comes first, so an id follows, even one that ends like a plural.
        let ship = route("/vessels/polarlys");
        assert_eq!((ship.prefix, ship.last()), (0, Some(Part::Id)));
        let cargo = route("/vessels/astrid/cargo");
        assert_eq!(cargo.item_above().as_deref(), Some("/vessels/astrid"));
        let step = route("/plans/steps/17");
        assert_eq!(step.collection().as_deref(), Some("/plans/steps"));
    }

    #[test]
    fn slips_of_the_finger_are_undone_by_the_words_that_are_known() {
        let first = |path| known(path).corrections("").first().cloned();
        for (typed, meant) in [
            ("/core//runbooks/7", "/core/runbooks/7"),
            ("//core/runbooks", "/core/runbooks"),
            ("/Core/Runbooks/7", "/core/runbooks/7"),
            ("/core/runboks/7", "/core/runbooks/7"),
            ("/core/runbook/7", "/core/runbooks/7"),
            ("/core/runbooks/", "/core/runbooks"),
            ("/core/runbooks/7%20", "/core/runbooks/7"),
            ("/runbooks/7", "/core/runbooks/7"),
        ] {
            assert_eq!(first(typed).as_deref(), Some(meant), "{typed}");
        }
        // Of an API that nobody knows only what is odd in itself is undone.
        let unknown = |path| route(path).corrections("");
        assert!(unknown("/core/runboks/7").is_empty());
        assert!(unknown("/runbooks/7").is_empty());
        assert_eq!(unknown("/Core/x/7%20"), ["/Core/x/7", "/core/x/7"]);
    }
}
