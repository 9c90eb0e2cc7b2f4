//! An answer with everything that can be read off it, and a case: the call in question with what
//! the probes around it brought. Rules look at cases; nothing here judges.

use super::challenge::{Challenge, challenges};
use super::error_body::{EntryOrigin, ErrorBody, error_body};
use super::json::{self, Json};
use super::learned::Past;
use super::route::{Part, Route, decoded};
use super::token::TokenReport;
use super::words::{Sense, senses_of_code, senses_of_text};
use crate::model::{
    Environment, Exchange, Outcome, Response, StatusClass, Timestamp, TokenName, limits,
};
use std::sync::Arc;
use url::Url;

/// What kind of text an answer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Page {
    Json,
    Html,
    Text,
    Empty,
    Bytes,
}

/// One exchange, read.
#[derive(Clone, Debug)]
pub struct Facts {
    pub exchange: Arc<Exchange>,
    pub errors: ErrorBody,
    pub challenges: Vec<Challenge>,
    /// What the codes say, those of the challenges included.
    pub codes: Vec<Sense>,
    /// What the details say; a hint, since they may be translated.
    pub words: Vec<Sense>,
    /// What the titles say; a weaker hint.
    pub titles: Vec<Sense>,
    pub page: Page,
    pub json: Option<Json>,
    pub route: Option<Route>,
}

impl Facts {
    /// `base` is the path under which the environment keeps its API.
    pub fn read(exchange: Arc<Exchange>, base: &str) -> Facts {
        let response = exchange.outcome.response();
        let errors = response.map(error_body).unwrap_or_default();
        let challenges = response.map(|r| challenges(&r.headers)).unwrap_or_default();
        let mut facts = Facts {
            codes: Vec::new(),
            words: Vec::new(),
            titles: Vec::new(),
            page: response.map_or(Page::Empty, page),
            json: response.and_then(json_of),
            route: Url::parse(&exchange.sent.url)
                .ok()
                .map(|url| Route::of(&url, base)),
            errors,
            challenges,
            exchange,
        };
        let is_page = facts.page == Page::Html;
        for entry in &facts.errors.entries {
            let header = entry.origin == EntryOrigin::WwwAuthenticate;
            if let Some(code) = &entry.code {
                add(&mut facts.codes, senses_of_code(code));
            }
            if let Some(detail) = &entry.detail {
                add(&mut facts.words, senses_of_text(detail));
            }
            if let Some(title) = entry.title.as_ref().filter(|_| !header) {
                let place = if is_page {
                    &mut facts.words
                } else {
                    &mut facts.titles
                };
                add(place, senses_of_text(title));
            }
        }
        if let Some(kind) = facts.problem_type() {
            let name = kind.rsplit(['/', '#', ':']).find(|part| !part.is_empty());
            add(&mut facts.codes, senses_of_code(name.unwrap_or_default()));
        }
        for challenge in &facts.challenges {
            if let Some(error) = challenge.parameter("error") {
                add(&mut facts.codes, senses_of_code(error));
            }
            if let Some(words) = challenge.parameter("error_description") {
                add(&mut facts.words, senses_of_text(words));
            }
        }
        facts
    }

    /// What RFC 9457 has for a code where the API gives none: the problem's type.
    pub fn problem_type(&self) -> Option<String> {
        let first = self.errors.entries.first()?;
        if first.origin != EntryOrigin::ProblemJson || first.code.is_some() {
            return None;
        }
        let kind = self.json.as_ref()?.get("type").and_then(Json::to_text)?;
        (kind != "about:blank").then_some(kind)
    }

    /// The status that the answer means; zero where no whole answer came. One that brings
    /// errors under a success means what its errors say.
    pub fn status(&self) -> u16 {
        let sent = self.sent_status();
        let success = StatusClass::of(sent) == StatusClass::Success;
        if !success || self.errors.entries.is_empty() {
            return sent;
        }
        let own = self.errors.entries.iter().find_map(|e| e.status.as_deref());
        let own = own
            .and_then(|text| text.parse().ok())
            .filter(|n| (400..=599).contains(n));
        own.or_else(|| self.codes.iter().find_map(|sense| usual_status(*sense)))
            .unwrap_or(sent)
    }

    /// The status as it came.
    pub fn sent_status(&self) -> u16 {
        self.exchange.outcome.status().unwrap_or(0)
    }

    pub fn response(&self) -> Option<&Response> {
        self.exchange.outcome.response()
    }

    pub fn header(&self, name: &str) -> Option<String> {
        let value = self.response()?.headers.get(name)?;
        Some(value.into_owned())
    }

    /// Answered by the API, with success and without errors inside.
    pub fn is_fine(&self) -> bool {
        StatusClass::of(self.sent_status()) == StatusClass::Success
            && self.page != Page::Html
            && self.errors.entries.is_empty()
    }

    /// Not who you are: the token was not accepted.
    pub fn is_refusal(&self) -> bool {
        if self.is_fine() || self.page == Page::Html && self.challenges.is_empty() {
            return false;
        }
        let permission = [Sense::Scope, Sense::Role, Sense::Denied];
        let about_token = self.codes.iter().any(|sense| is_about_token(*sense));
        let about_permission = self.codes.iter().any(|sense| permission.contains(sense));
        about_token || (self.status() == 401 && !about_permission)
    }

    /// Who you are, but not what you may.
    pub fn is_denial(&self) -> bool {
        let permission = [Sense::Scope, Sense::Role, Sense::Denied];
        let said = self.codes.iter().any(|sense| permission.contains(sense));
        !self.is_refusal() && (self.status() == 403 || said)
    }

    pub fn is_missing(&self) -> bool {
        matches!(self.status(), 404 | 410) && !self.is_refusal() && !self.is_denial()
    }

    /// Too many calls: by its status, its code, or since none is left.
    pub fn is_limited(&self) -> bool {
        let used_up = matches!(self.status(), 403 | 503) && self.calls_left() == Some(0);
        self.status() == 429 || self.codes.contains(&Sense::Rate) || used_up
    }

    pub fn says(&self, sense: Sense) -> bool {
        self.codes.contains(&sense)
    }

    /// In its detail, or where there is none but a title, in that.
    pub fn hints(&self, sense: Sense) -> bool {
        self.words.contains(&sense)
    }

    /// The records of a list, if the answer is one.
    pub fn list(&self) -> Option<&[Json]> {
        if !self.is_fine() {
            return None;
        }
        records(self.json.as_ref()?)
    }

    /// The one record that the answer shows.
    pub fn record(&self) -> Option<&Json> {
        let body = self.json.as_ref().filter(|_| self.is_fine())?;
        if self.list().is_some() {
            return None;
        }
        let inner = ["data", "result", "item", "resource"]
            .iter()
            .find_map(|name| body.get(name));
        Some(
            inner
                .filter(|value| value.as_object().is_some())
                .unwrap_or(body),
        )
    }

    /// Two answers that say the same: status, kind of text, codes, and the words without numbers.
    pub fn is_like(&self, other: &Facts) -> bool {
        self.status() == other.status() && self.page == other.page && self.print() == other.print()
    }

    fn print(&self) -> Vec<String> {
        let plain = |text: &Option<String>| {
            let text = text.clone().unwrap_or_default();
            let words = text.split(|c: char| c.is_whitespace() || "\"'`<>()".contains(c));
            let words =
                words.filter(|word| !word.contains(|c: char| c.is_ascii_digit() || c == '/'));
            words.collect::<Vec<_>>().join(" ")
        };
        let entries = self.errors.entries.iter();
        entries
            .map(|e| format!("{:?} {} {}", e.code, plain(&e.title), plain(&e.detail)))
            .chain(self.problem_type())
            .collect()
    }

    /// How many calls are left, by whichever header of a limit says so.
    pub fn calls_left(&self) -> Option<u64> {
        let headers = self.response()?.headers.iter();
        headers
            .filter_map(|header| {
                let name = header.name.to_ascii_lowercase();
                let text = header.text().to_ascii_lowercase();
                let left = name.contains("remaining") || name.ends_with("-rest");
                if left {
                    return text.split([',', ';']).next()?.trim().parse().ok();
                }
                // `RateLimit: "default";r=0;t=1`
                let fields = text.split([';', ',']).map(str::trim);
                let of_limit = name == "ratelimit";
                let mut found = fields.filter(|_| of_limit).filter_map(|field| {
                    field
                        .strip_prefix("r=")
                        .or(field.strip_prefix("remaining="))
                });
                found.next()?.parse().ok()
            })
            .next()
    }

    /// `GET /core/runbooks/9: 404 not_found`
    pub fn line(&self) -> String {
        let sent = &self.exchange.sent;
        let place = match Url::parse(&sent.url) {
            Ok(url) => match url.query() {
                Some(query) => format!("{}?{}", url.path(), decoded(query)),
                None => url.path().to_owned(),
            },
            Err(_) => sent.url.clone(),
        };
        let answer = match &self.exchange.outcome {
            Outcome::Answered(response) => {
                let code = self.errors.entries.iter().find_map(|e| e.code.clone());
                match code {
                    Some(code) => format!("{:03} {code}", response.status),
                    None => format!("{:03}", response.status),
                }
            }
            Outcome::Failed(failure) => failure.cause.id().to_owned(),
        };
        format!("{} {place}: {answer}", sent.method)
    }

    /// The server's own clock, where the answer tells it.
    pub fn server_time(&self) -> Option<Timestamp> {
        let text = self.header("date")?;
        let parsed = jiff::fmt::rfc2822::parse(text.trim()).ok()?;
        Some(parsed.timestamp())
    }
}

fn add(senses: &mut Vec<Sense>, more: Vec<Sense>) {
    for sense in more {
        if !senses.contains(&sense) {
            senses.push(sense);
        }
    }
}

/// The status that APIs use for an idea.
fn usual_status(sense: Sense) -> Option<u16> {
    use Sense::*;
    let status = match sense {
        Scope | Role | Denied => 403,
        Archived | Deleted | ParentAbsent | NotFound | Route => 404,
        Method => 405,
        Conflict => 409,
        TooLarge => 413,
        MediaType => 415,
        Validation | MissingField => 422,
        CoreUrl | MissingParameter | InvalidParameter | Syntax | Version | BadUrl => 400,
        Rate => 429,
        NotImplemented | Internal => 500,
        CoreOld => 501,
        Upstream => 503,
        Timeout => 504,
        sense if is_about_token(sense) || sense == Unauthenticated => 401,
        _ => return None,
    };
    Some(status)
}

pub fn is_about_token(sense: Sense) -> bool {
    use Sense::*;
    matches!(
        sense,
        Expired | NotYet | Invalid | Revoked | NoCredential | Scheme | MalformedToken | Elsewhere
    )
}

fn page(response: &Response) -> Page {
    let body = &response.body;
    let start: Vec<u8> = body
        .iter()
        .copied()
        .filter(|b| !b.is_ascii_whitespace())
        .take(16)
        .collect();
    let start = String::from_utf8_lossy(&start).to_ascii_lowercase();
    let media_type = response.headers.media_type().unwrap_or_default();
    if start.is_empty() {
        return Page::Empty;
    }
    if start.starts_with("<!doctype")
        || start.starts_with("<html")
        || (media_type.contains("html") && start.starts_with('<'))
    {
        return Page::Html;
    }
    if media_type.contains("html") {
        return Page::Html;
    }
    if start.starts_with(['{', '[']) || media_type.contains("json") {
        return Page::Json;
    }
    match std::str::from_utf8(body) {
        Ok(_) => Page::Text,
        Err(_) => Page::Bytes,
    }
}

fn json_of(response: &Response) -> Option<Json> {
    if response.body.len() > limits::ERROR_BYTES || page(response) != Page::Json {
        return None;
    }
    let text = std::str::from_utf8(&response.body).ok()?;
    json::read(text).value
}

/// The list in a body: itself, or the member that holds one.
pub fn records(body: &Json) -> Option<&[Json]> {
    if let Some(list) = body.as_list() {
        return Some(list);
    }
    const NAMES: [&str; 10] = [
        "data", "items", "results", "records", "value", "values", "content", "entries", "list",
        "objects",
    ];
    for name in NAMES {
        match body.get(name) {
            Some(inner @ Json::List(_)) => return inner.as_list(),
            Some(inner @ Json::Object(_)) if name == "data" => {
                let nested = NAMES[1..]
                    .iter()
                    .find_map(|name| inner.get(name)?.as_list());
                if nested.is_some() {
                    return nested;
                }
            }
            _ => {}
        }
    }
    if let Some(inner) = body.get("_embedded").and_then(Json::as_object) {
        return inner.iter().find_map(|(_, value)| value.as_list());
    }
    // One list among small things: counts, links, cursors.
    let members = body.as_object()?;
    if body.get("id").is_some() || body.get("error").is_some() {
        return None;
    }
    let skipped = [
        "errors",
        "included",
        "links",
        "warnings",
        "notes",
        "roles",
        "permissions",
        "scopes",
    ];
    let mut lists = members
        .iter()
        .filter(|(name, value)| value.as_list().is_some() && !skipped.contains(&name.as_str()));
    let first = lists.next()?;
    lists.next().is_none().then(|| first.1.as_list()).flatten()
}

/// The id of a record, by the names ids go by.
pub fn id_of(record: &Json) -> Option<String> {
    ["id", "_id", "uuid", "key", "slug", "uid", "number", "ref"]
        .iter()
        .find_map(|name| record.get(name).and_then(Json::to_text))
}

/// A member of a record, or of its attributes.
pub fn attribute<'a>(record: &'a Json, name: &str) -> Option<&'a Json> {
    record
        .get(name)
        .or_else(|| record.get("attributes").and_then(|inner| inner.get(name)))
}

/// Whether a record says that it is archived.
pub fn is_archived(record: &Json) -> bool {
    let set = |name: &str| match attribute(record, name) {
        None | Some(Json::Null) | Some(Json::Bool(false)) => false,
        Some(value) => value
            .to_text()
            .is_none_or(|text| !text.is_empty() && text != "false" && text != "0"),
    };
    let state = ["status", "state", "stage", "lifecycle", "lifecycle_state"]
        .iter()
        .any(|name| {
            let text = attribute(record, name)
                .and_then(Json::to_text)
                .unwrap_or_default();
            text.eq_ignore_ascii_case("archived")
        });
    let named = [
        "archived",
        "is_archived",
        "isArchived",
        "archived_at",
        "archivedAt",
        "archived_on",
    ];
    state
        || named.iter().any(|name| set(name))
        || record.get("meta").is_some_and(|meta| {
            named
                .iter()
                .any(|name| matches!(meta.get(name), Some(Json::Bool(true))))
        })
}

/// Where the credential of a call stands, and what can be told of it. No value is held.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Credential {
    pub place: CredentialPlace,
    /// The word before the value, as written.
    pub scheme: Option<String>,
    pub token: Option<TokenName>,
    pub report: Option<TokenReport>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum CredentialPlace {
    #[default]
    Nowhere,
    Authorization,
    /// `Authorization` stands there more than once.
    Repeated,
    /// Anywhere else: `header X-Api-Key`, `parameter access_token`.
    Elsewhere(String),
}

/// A token that the person named, beside the one in question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownToken {
    pub name: TokenName,
    pub report: Option<TokenReport>,
}

/// Whose credential a probe carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Bearer {
    /// As the call in question.
    Own,
    /// That of `Case::others`.
    Other(usize),
    Nobody,
    /// One that cannot be right.
    Wrong,
}

/// What a probe wants to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// Whether it is a passing fault.
    Again,
    /// Whether the thing that a write acts upon can be read.
    Target,
    WhoAmI,
    /// Whether the token still does what it did before.
    KnownGood,
    /// Whether the item above is there.
    Above,
    /// What the collection of the resource lists.
    List,
    /// What the collection of the item above lists.
    ListAbove,
    /// What another list of the API shows.
    Elsewhere,
    /// The same with another token.
    Other,
    /// The item above with another token.
    OtherAbove,
    Without,
    Wrong,
    Archived,
    Allowed,
    VersionDropped,
    VersionAsked,
    CoreUrlDropped,
    /// The same without a parameter.
    Fewer,
    /// The same with a value that nothing can have.
    Nonsense,
    /// What a filter names.
    Named,
    /// The path with a likely mistake undone.
    Corrected,
    /// A path that cannot exist.
    MadeUp,
    /// The token where it belongs.
    Placed,
    /// An address that the token is told does not exist, without any token.
    Stranger,
}

/// One safe call that would tell something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Probe {
    pub purpose: Purpose,
    /// GET, HEAD or OPTIONS.
    pub method: &'static str,
    pub url: Url,
    pub bearer: Bearer,
    /// Headers that are set, or left out where there is no value.
    pub headers: Vec<(String, Option<String>)>,
    /// What it is about, where one purpose can have several: a parameter's name.
    pub about: String,
}

#[derive(Clone, Debug)]
pub struct Probed {
    pub probe: Probe,
    pub facts: Facts,
}

/// All that an investigation knows so far.
#[derive(Clone, Debug)]
pub struct Case {
    pub call: Facts,
    pub credential: Credential,
    pub others: Vec<KnownToken>,
    pub environment: Environment,
    pub probes: Vec<Probed>,
    /// How many more probes may be sent.
    pub budget: usize,
    /// A call that this token was answered with success before.
    pub known_good: Option<Url>,
    /// That this very call once worked, by the history.
    pub past: Option<Past>,
    /// Whose calls are limited for longer than is waited.
    pub limited: Vec<Bearer>,
    pub now: Timestamp,
}

impl Case {
    /// A call alone, with nothing sent around it.
    pub fn of(
        call: Facts,
        credential: Credential,
        environment: Environment,
        now: Timestamp,
    ) -> Case {
        Case {
            call,
            credential,
            others: Vec::new(),
            environment,
            probes: Vec::new(),
            budget: 0,
            known_good: None,
            past: None,
            limited: Vec::new(),
            now,
        }
    }

    /// Takes a probe's answer in, with what it says of how the API's paths are built.
    pub fn take(&mut self, probed: Probed) {
        self.probes.push(probed);
        if let (Some(prefix), Some(route)) = (self.first_list(), self.call.route.as_mut()) {
            route.prefix = prefix;
        }
    }

    /// Where the API's first collection stands in the call's path, if it stands elsewhere than
    /// the path alone made it look: what lists is no single thing, and what is above the first
    /// list is not found.
    fn first_list(&self) -> Option<usize> {
        let route = self.call.route.as_ref()?;
        let mut above_is_lost = false;
        for place in route.prefix..route.parts.len() {
            let path = route.path(place + 1);
            let plain = |facts: &Facts| {
                let url = Url::parse(&facts.exchange.sent.url).ok();
                facts.exchange.sent.method == "GET" && url.is_some_and(|url| url.path() == path)
            };
            let probe = self.own().map(|p| &p.facts).find(|facts| plain(facts));
            let call = Some(&self.call).filter(|facts| plain(facts));
            let Some(facts) = probe.or(call) else {
                continue;
            };
            let odd = probe.is_some() && route.kind(place) == Part::Id;
            if facts.list().is_some() {
                return (place > route.prefix && (odd || above_is_lost)).then_some(place);
            }
            if facts.is_fine() {
                return None;
            }
            above_is_lost |= facts.is_missing();
        }
        None
    }

    pub fn with(&self, purpose: Purpose) -> impl Iterator<Item = &Probed> {
        self.probes
            .iter()
            .filter(move |p| p.probe.purpose == purpose)
    }

    pub fn first(&self, purpose: Purpose) -> Option<&Probed> {
        self.with(purpose).next()
    }

    /// The number of a probe, as evidence names it.
    pub fn number(&self, probed: &Probed) -> usize {
        let place = self.probes.iter().position(|p| std::ptr::eq(p, probed));
        place.map_or(0, |place| place + 1)
    }

    /// `GET /core/runbooks with support: 200 (probe 2)`
    pub fn cite(&self, probed: &Probed) -> String {
        let who = match probed.probe.bearer {
            Bearer::Own => self.own_name(),
            Bearer::Other(place) => self
                .others
                .get(place)
                .map_or_else(String::new, |t| t.name.to_string()),
            Bearer::Nobody => "no token".to_owned(),
            Bearer::Wrong => "a made-up token".to_owned(),
        };
        let line = probed.facts.line();
        let (before, answer) = line.rsplit_once(": ").unwrap_or((&line, ""));
        let changed: Vec<String> = probed
            .probe
            .headers
            .iter()
            .map(|(name, value)| match value {
                Some(value) => format!(" and {name}: {value}"),
                None => format!(" and no {name}"),
            })
            .collect();
        format!(
            "{before} with {who}{}: {answer} (probe {})",
            changed.join(""),
            self.number(probed)
        )
    }

    pub fn own_name(&self) -> String {
        match &self.credential.token {
            Some(name) => name.to_string(),
            None if self.credential.place == CredentialPlace::Nowhere => "no token".to_owned(),
            None => "the same token".to_owned(),
        }
    }

    /// The probes that carried the token in question as it is, and changed nothing else.
    pub fn own(&self) -> impl Iterator<Item = &Probed> {
        self.probes
            .iter()
            .filter(|p| p.probe.bearer == Bearer::Own && p.probe.headers.is_empty())
    }

    /// Whether the API answers anyone here, so that an answer proves nothing of a token.
    pub fn is_open(&self) -> bool {
        self.with(Purpose::Without).any(|p| p.facts.is_fine())
    }

    /// A probe by which the token was accepted.
    pub fn works(&self) -> Option<&Probed> {
        if self.is_open() || self.credential.place == CredentialPlace::Nowhere {
            return None;
        }
        let asked = |p: &&Probed| {
            !matches!(
                p.probe.purpose,
                Purpose::Again | Purpose::Allowed | Purpose::Placed
            ) && p.facts.is_fine()
                && p.facts.exchange.redirects.is_empty()
        };
        self.own().find(asked).or_else(|| self.is_told_more())
    }

    /// A place that does not exist for the token, and that those without a token are not told so
    /// much about: it was accepted before the place was looked for.
    fn is_told_more(&self) -> Option<&Probed> {
        let refused = |p: &&Probed| p.facts.is_refusal() || p.facts.is_denial();
        let stranger = self.first(Purpose::Stranger).filter(refused)?;
        let mut own = self.own().filter(|p| p.facts.is_missing());
        own.find(|p| p.probe.url == stranger.probe.url)
    }

    /// In a sentence how a probe shows that the token is accepted.
    pub fn proof(&self, works: &Probed) -> String {
        let stranger = self.first(Purpose::Stranger);
        match stranger.filter(|_| works.facts.is_missing()) {
            Some(stranger) => format!(
                "The token is accepted, or it would be told as little as one without: {}; {}.",
                self.cite(works),
                self.cite(stranger)
            ),
            None => format!("The token itself works: {}.", self.cite(works)),
        }
    }

    /// The token is known to the API: another answer than a made-up one gets, and no refusal.
    pub fn is_recognised(&self) -> Option<&Probed> {
        if let Some(works) = self.works() {
            return Some(works);
        }
        let wrong = self.first(Purpose::Wrong)?;
        (wrong.facts.is_refusal() && !self.call.is_refusal() && !wrong.facts.is_like(&self.call))
            .then_some(wrong)
    }

    /// Whether the probes that any good token passes were refused.
    pub fn is_refused_everywhere(&self) -> bool {
        let mut checks = self
            .own()
            .filter(|p| {
                matches!(
                    p.probe.purpose,
                    Purpose::WhoAmI
                        | Purpose::KnownGood
                        | Purpose::List
                        | Purpose::Elsewhere
                        | Purpose::ListAbove
                )
            })
            .filter(|p| !p.facts.is_missing())
            .peekable();
        let wrong = self.first(Purpose::Wrong);
        checks.peek().is_some()
            && checks.all(|p| {
                let like_wrong =
                    wrong.is_some_and(|w| w.facts.is_like(&p.facts) && !w.facts.is_fine());
                p.facts.is_refusal() || like_wrong
            })
    }

    /// Lists that were asked for with the token in question, who-am-I left out.
    pub fn lists(&self) -> Vec<&Probed> {
        let asked = [Purpose::List, Purpose::ListAbove, Purpose::Elsewhere];
        self.own()
            .filter(|p| asked.contains(&p.probe.purpose))
            .collect()
    }

    /// The clock of the server by the call, or else by a probe.
    pub fn server_time(&self) -> Option<Timestamp> {
        self.call
            .server_time()
            .or_else(|| self.probes.iter().find_map(|p| p.facts.server_time()))
    }

    /// When the call was made, by the clock that decides over a token's times.
    pub fn deciding_time(&self) -> Timestamp {
        self.server_time().unwrap_or(self.call.exchange.started_at)
    }

    pub fn header(&self, name: &str) -> Option<String> {
        let value = self.call.exchange.sent.headers.get(name)?;
        Some(value.into_owned())
    }

    pub fn is_safe(&self) -> bool {
        matches!(
            self.call.exchange.sent.method.as_str(),
            "GET" | "HEAD" | "OPTIONS"
        )
    }

    /// The call and all of its probes.
    pub fn answers(&self) -> impl Iterator<Item = &Facts> {
        std::iter::once(&self.call).chain(self.probes.iter().map(|p| &p.facts))
    }
}
