//! What is known of one API or one standard, as data. A pack says how its API is recognised, what
//! its credentials look like, where its errors stand, and what its answers mean; nothing of that
//! is code. `Knowledge` is the packs that fit one call, the most telling first.

#[cfg(test)]
mod tests;

use super::calls::{Assumptions, Calls, HeaderSays, RequestHeader};
use super::checksum::Checksum;
use super::endpoint::Endpoint;
use super::paths::Paths;
use super::pattern::{host_fits, path_fits};
use super::phrase::{Phrase, Words};
use super::pointer::Pointer;
use crate::insight::json::{Json, pointer_parts};
use crate::insight::{CauseNote, CodeNote, Grounds, Statement, StatusNote};
use crate::model::{Cause, Headers};
use std::sync::Arc;
use url::Url;

/// What kind of thing a pack knows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Layer {
    /// One API.
    #[default]
    Api,
    /// What stands before an API: a gateway, a proxy.
    Gateway,
    /// What an API is built with, and answers like.
    Framework,
    /// What many APIs have agreed on.
    Standard,
}

impl Layer {
    /// The names that packs use.
    pub const NAMES: &[(&str, Layer)] = &[
        ("api", Layer::Api),
        ("gateway", Layer::Gateway),
        ("framework", Layer::Framework),
        ("standard", Layer::Standard),
    ];
}

/// One file of knowledge.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pack {
    pub id: String,
    pub layer: Layer,
    /// As people call the API: `GitHub`.
    pub title: String,
    /// Standards that it builds on.
    pub uses: Vec<String>,
    /// The page that documents its errors.
    pub docs: Option<String>,
    /// The URL that its paths are appended to, where all customers share one host.
    pub base: Option<String>,
    /// The prefix of its paths on a customer's own host: `/api/v4`.
    pub base_path: String,
    pub recognise: Recognise,
    pub credentials: Vec<CredentialKind>,
    pub errors: ErrorPlaces,
    pub headers: HeaderNames,
    /// Where it says more of a refusal.
    pub pointers: Vec<Pointer>,
    pub answers: Vec<AnswerRow>,
    pub codes: Vec<CodeRow>,
    pub statuses: Vec<StatusRow>,
    pub causes: Vec<CauseText>,
    pub endpoints: Vec<Endpoint>,
    /// Paths of its web pages, which people paste by mistake. A `#` and what follows it are part of
    /// the path.
    pub web_paths: Vec<String>,
    pub request_headers: Vec<RequestHeader>,
    pub calls: Calls,
    pub probes: Assumptions,
}

/// The marks of an API; any one of them is enough to recognise it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recognise {
    /// Exact, or `*.suffix`.
    pub hosts: Vec<String>,
    /// A header of the response, in small letters, and what its value holds; empty for anything.
    pub headers: Vec<(String, String)>,
    pub body: Vec<BodyForm>,
    /// Paths of the request; `*` is one segment, `**` any number of them.
    pub paths: Vec<String>,
}

/// A shape of body that only one API answers with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BodyForm {
    /// JSON Pointers that all lead somewhere.
    pub has: Vec<String>,
    /// A text that stands anywhere in it.
    pub contains: Option<String>,
}

/// How an API was recognised, the surest way last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum RecognisedBy {
    /// Not at all: only the packs of standards apply.
    #[default]
    Nothing,
    Path,
    Body,
    Header,
    /// Somewhere below a name: `*.acme.example`.
    Domain,
    Host,
    /// The environment names it.
    Name,
}

/// One kind of credential that an API takes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CredentialKind {
    pub id: String,
    /// What a person calls it: `classic personal access token`.
    pub kind: String,
    /// Its fixed beginning; empty where it has none.
    pub prefix: String,
    /// Whether it may be seen by everybody, as what stands in a page or an app.
    pub is_public: bool,
    /// So many characters has the secret that is given out together with it, where this is a
    /// name and that is none by its look.
    pub secret_beside: Option<usize>,
    /// The least and the most characters of a whole value.
    pub length: Option<(usize, usize)>,
    pub alphabet: Option<Alphabet>,
    /// The checksum that the value carries.
    pub checksum: Option<Checksum>,
    /// Where it is sent: `header authorization bearer`, `query api_key`.
    pub places: Vec<String>,
    /// `live` or `test`, where the form tells.
    pub live: Option<String>,
    /// How long it lives, in words.
    pub lifetime: Option<String>,
    /// Where or how it is revoked.
    pub revoke: Option<String>,
    pub note: Option<String>,
    /// How the example values of the documentation begin; a call with one of them was copied from
    /// there.
    pub samples: Vec<String>,
}

impl Pack {
    /// Whether such a path holds a credential: the place `path /hooks/` stands for every path that
    /// contains `/hooks/`.
    pub fn takes_in_path(&self, path: &str) -> bool {
        let places = self.credentials.iter().flat_map(|kind| &kind.places);
        let mut held = places.filter_map(|place| place.strip_prefix("path "));
        held.any(|part| path.contains(part))
    }
}

impl CredentialKind {
    /// Whether it is sent at that place (`header x-api-key`, `query key`) and, in the
    /// `Authorization` header, under that scheme.
    pub fn stands_at(&self, place: &str, scheme: &str) -> bool {
        let (place, scheme) = (place.to_ascii_lowercase(), scheme.to_ascii_lowercase());
        let place = place.replace("parameter ", "query ");
        self.places.iter().any(|known| {
            let known = known.to_ascii_lowercase();
            let mut words = known.split(' ');
            let (kind, name) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
            let wanted = words.next().unwrap_or("");
            match kind {
                "basic" => place == "header authorization" && scheme == "basic",
                "path" => place == "path",
                _ if format!("{kind} {name}") != place => false,
                "header" if name == "authorization" => wanted == scheme,
                _ => true,
            }
        })
    }
}

/// The characters of a credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alphabet {
    Alnum,
    Hex,
    HexUpper,
    Base64,
    Base64Url,
    Digits,
    Upper,
    Any,
}

impl Alphabet {
    /// The names that packs use.
    pub const NAMES: &[(&str, Alphabet)] = &[
        ("alnum", Alphabet::Alnum),
        ("hex", Alphabet::Hex),
        ("hex_upper", Alphabet::HexUpper),
        ("base64", Alphabet::Base64),
        ("base64url", Alphabet::Base64Url),
        ("digits", Alphabet::Digits),
        ("upper", Alphabet::Upper),
        ("any", Alphabet::Any),
    ];

    /// Whether a credential of this alphabet may contain the character.
    pub fn holds(self, c: char) -> bool {
        match self {
            Alphabet::Alnum => c.is_ascii_alphanumeric(),
            Alphabet::Hex => c.is_ascii_digit() || ('a'..='f').contains(&c),
            Alphabet::HexUpper => c.is_ascii_digit() || ('A'..='F').contains(&c),
            Alphabet::Base64 => c.is_ascii_alphanumeric() || "+/=".contains(c),
            Alphabet::Base64Url => c.is_ascii_alphanumeric() || "-_=".contains(c),
            Alphabet::Digits => c.is_ascii_digit(),
            Alphabet::Upper => c.is_ascii_uppercase() || c.is_ascii_digit(),
            Alphabet::Any => true,
        }
    }
}

/// Where the parts of an error stand in a body: JSON Pointers, `*` for each element of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ErrorPlaces {
    /// Lists whose elements are one error each; the other places are then relative to one.
    pub each: Vec<String>,
    pub title: Vec<String>,
    pub detail: Vec<String>,
    pub code: Vec<String>,
    pub field: Vec<String>,
    pub needed: Vec<String>,
    pub held: Vec<String>,
    pub remedy: Vec<String>,
    /// What makes a 2xx a refusal.
    pub refused: Vec<RefusedWhen>,
}

/// A sign in a body that the call was refused, whatever its status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedWhen {
    pub at: String,
    pub sign: Sign,
}

/// What must be true of a value in the body for the call to count as refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sign {
    /// The scalar is this text.
    Is(String),
    /// It is there and is another text.
    Not(String),
    /// It is there, and neither null nor empty.
    Present,
}

/// Which headers of a response mean what; names in small letters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HeaderNames {
    pub needed: Vec<String>,
    pub held: Vec<String>,
    pub remedy: Vec<String>,
    pub limit: Vec<String>,
    pub remaining: Vec<String>,
    pub reset: Vec<String>,
    pub retry: Vec<String>,
    pub request_id: Vec<String>,
    pub region: Vec<String>,
    pub deprecation: Vec<String>,
    pub code: Vec<String>,
}

/// A row of a pack: an answer that looks like this has this cause. An empty list matches anything.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AnswerRow {
    pub status: Vec<u16>,
    pub codes: Vec<String>,
    /// Any one of these.
    pub words: Vec<Phrase>,
    /// All of these.
    pub all_words: Vec<Phrase>,
    /// None of these.
    pub no_words: Vec<Phrase>,
    /// Each header with its value: empty for anything, `*x*` for one that holds `x`.
    pub headers: Vec<(String, String)>,
    pub no_headers: Vec<String>,
    pub methods: Vec<String>,
    pub paths: Vec<String>,
    /// What was sent: the beginning of a value, or `none`, `basic`, `bearer`, `jwt`.
    pub credentials: Vec<String>,
    pub meaning: Meaning,
}

/// What follows from a row.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Meaning {
    /// Absent where a row only explains.
    pub cause: Option<Cause>,
    /// What else it may be.
    pub also: Vec<Cause>,
    /// The share of such answers that have this cause, from 0 to 1.
    pub sure: f32,
    /// One sentence of evidence.
    pub why: Option<String>,
    /// What to do, each one sentence.
    pub steps: Vec<String>,
    /// A page where it can be fixed.
    pub remedy: Option<String>,
    pub grounds: Option<Grounds>,
}

/// A code by itself, whatever the status.
#[derive(Clone, Debug, PartialEq)]
pub struct CodeRow {
    pub note: CodeNote,
    pub meaning: Meaning,
}

/// An API's own words for a cause; where a field is empty, the general words stay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CauseText {
    pub cause: Cause,
    pub summary: Option<Statement>,
    pub meaning: Option<Statement>,
    pub signs: Vec<Statement>,
    pub steps: Vec<Statement>,
}

impl CauseText {
    /// Lays these words over the general note; `None` where neither has a summary or a meaning.
    pub fn over(&self, general: Option<&CauseNote>) -> Option<CauseNote> {
        let pick = |own: &[Statement], theirs: fn(&CauseNote) -> &Vec<Statement>| match own {
            [] => general.map(|note| theirs(note).clone()).unwrap_or_default(),
            own => own.to_vec(),
        };
        Some(CauseNote {
            cause: self.cause,
            summary: self
                .summary
                .clone()
                .or_else(|| general.map(|note| note.summary.clone()))?,
            meaning: self
                .meaning
                .clone()
                .or_else(|| general.map(|note| note.meaning.clone()))?,
            signs: pick(&self.signs, |note| &note.signs),
            steps: pick(&self.steps, |note| &note.steps),
        })
    }
}

/// What a status means at this API, and how often it is which cause when nothing else is known.
#[derive(Clone, Debug, PartialEq)]
pub struct StatusRow {
    pub note: StatusNote,
    pub likely: Vec<(Cause, f32)>,
}

/// The credential that was sent, as far as it is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sent {
    /// The word before the value, in small letters.
    pub scheme: String,
    /// The fixed beginning by which its kind is known; empty where it has none.
    pub prefix: String,
    pub is_jwt: bool,
    /// It stands in the body of a call that signs in.
    pub is_in_body: bool,
}

/// What the rows of packs compare an answer with.
#[derive(Clone, Debug, Default)]
pub struct Heard<'a> {
    pub status: u16,
    /// Only a body was pasted, so the status is unknown and rules out nothing.
    pub hides_status: bool,
    pub codes: Vec<&'a str>,
    pub words: Words,
    /// The words of the error, including those that only repeat the status: they mean something
    /// once the API is known.
    pub literally: Words,
    pub headers: Option<&'a Headers>,
    /// `None` where the request is not known; the unknown is no evidence.
    pub method: Option<&'a str>,
    pub path: Option<&'a str>,
    /// `None`: not known. `Some(None)`: nothing was sent.
    pub credential: Option<Option<Sent>>,
}

/// What made a row fit, the most telling last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Told {
    ByStatus,
    ByRequest,
    ByWords,
    ByHeader,
    ByCode,
}

/// A row that fits an answer.
#[derive(Clone, Debug)]
pub struct Spoken<'a> {
    pub pack: &'a Pack,
    pub meaning: &'a Meaning,
    pub told: Told,
    /// Which code, where one told it.
    pub code: Option<&'a str>,
    /// Another row of the same pack fits by more than the code.
    pub is_general: bool,
}

impl Spoken<'_> {
    /// The row's certainty, lowered where a more special row of the pack fits too.
    pub fn sure(&self, sure: f32) -> f32 {
        if self.is_general { 0.4 * sure } else { sure }
    }
}

impl Heard<'_> {
    /// Whether its status is one of these; none named is any.
    fn is_status(&self, wanted: &[u16]) -> bool {
        wanted.is_empty() || wanted.contains(&self.status)
    }

    /// The wanted code, if the answer has it. Packs of one API compare exactly; others ignore case
    /// and the signs between words.
    fn code<'c>(&self, wanted: &'c str, layer: Layer) -> Option<&'c str> {
        let is_one = self.codes.iter().any(|code| match layer {
            Layer::Api => *code == wanted,
            _ => *code == wanted || plain(code).eq(plain(wanted)),
        });
        is_one.then_some(wanted)
    }

    /// A code of a pack as the answer spells it.
    pub fn spelled<'s>(&'s self, code: &'s str) -> &'s str {
        let exactly = self.codes.iter().find(|own| **own == code);
        let nearly = || self.codes.iter().find(|own| plain(own).eq(plain(code)));
        exactly.or_else(nearly).copied().unwrap_or(code)
    }

    fn header_fits(&self, name: &str, wanted: &str) -> bool {
        let Some(headers) = self.headers else {
            return false;
        };
        headers.all(name).any(|value| value_fits(&value, wanted))
    }

    fn credential_fits(&self, wanted: &str) -> bool {
        match (&self.credential, wanted) {
            // A challenge without an error answers a call that sent no credential.
            (None | Some(None), "not_seen") => true,
            (None, "unknown") => true,
            (Some(Some(sent)), "not_seen") => sent.is_in_body,
            (None, _) => false,
            (Some(None), wanted) => wanted == "none",
            (Some(Some(_)), "none") => false,
            (Some(Some(_)), "sent") => true,
            (Some(Some(sent)), "jwt") => sent.is_jwt,
            (Some(Some(sent)), wanted) => {
                let is_beginning = wanted.contains(['-', '_']);
                sent.scheme == wanted
                    || sent.prefix == wanted
                    || is_beginning && sent.prefix.starts_with(wanted)
            }
        }
    }
}

/// A code without its case and the signs between its words.
fn plain(code: &str) -> impl Iterator<Item = char> {
    let letters = code.chars().filter(|c| c.is_alphanumeric());
    letters.flat_map(char::to_lowercase)
}

/// Whether a text is the one wanted: empty for anything, `*x*` for one that holds `x`.
fn value_fits(value: &str, wanted: &str) -> bool {
    let inner = wanted.strip_prefix('*').and_then(|w| w.strip_suffix('*'));
    match inner {
        _ if wanted.is_empty() => true,
        Some(inner) => value
            .to_ascii_lowercase()
            .contains(&inner.to_ascii_lowercase()),
        None => value.trim().eq_ignore_ascii_case(wanted),
    }
}

impl AnswerRow {
    /// Whether it looks at codes or words, not only at the status and the request.
    fn says_more(&self) -> bool {
        !(self.codes.is_empty() && self.words.is_empty() && self.all_words.is_empty())
    }

    /// What made the row fit the answer; `None` where it does not.
    pub fn told(&self, heard: &Heard, layer: Layer) -> Option<Told> {
        let any = |list: &[String], fits: &dyn Fn(&str) -> bool| {
            list.is_empty() || list.iter().any(|item| fits(item))
        };
        // What *Not Found* and *Forbidden* mean depends on the API.
        let literally = layer != Layer::Standard && matches!(heard.status, 403 | 404);
        let said = |phrase: &Phrase| {
            phrase.is_in(&heard.words) || literally && phrase.is_in(&heard.literally)
        };
        let fits = (heard.is_status(&self.status) || self.says_more() && heard.hides_status)
            && any(&self.codes, &|code| heard.code(code, layer).is_some())
            && any(&self.methods, &|m| heard.method == Some(m))
            && any(&self.paths, &|p| {
                heard.path.is_some_and(|path| path_fits(path, p))
            })
            && any(&self.credentials, &|c| heard.credential_fits(c))
            && self.headers.iter().all(|(n, v)| heard.header_fits(n, v))
            && !self.no_headers.iter().any(|n| heard.header_fits(n, ""))
            && (self.words.is_empty() || self.words.iter().any(said))
            && self.all_words.iter().all(said)
            && !self.no_words.iter().any(said);
        fits.then_some(if !self.codes.is_empty() {
            Told::ByCode
        } else if !self.headers.is_empty() {
            Told::ByHeader
        } else if !self.words.is_empty() || !self.all_words.is_empty() {
            Told::ByWords
        } else if self.paths.is_empty() && self.credentials.is_empty() {
            Told::ByStatus
        } else {
            Told::ByRequest
        })
    }
}

/// A row that fits by words and is at least this sure outweighs the code alone.
const SPECIAL: f32 = 0.6;

impl Pack {
    /// Every row that fits an answer.
    pub fn spoken<'a>(&'a self, heard: &Heard) -> Vec<Spoken<'a>> {
        let mut answers = Vec::new();
        let mut special = 0.0_f32;
        for row in &self.answers {
            let Some(told) = row.told(heard, self.layer) else {
                continue;
            };
            let mut codes = row.codes.iter();
            answers.push(Spoken {
                pack: self,
                meaning: &row.meaning,
                told,
                code: codes.find_map(|code| heard.code(code, self.layer)),
                is_general: false,
            });
            let says_words = !row.words.is_empty() || !row.all_words.is_empty();
            // A code under a condition says more than the code.
            let conditions = row.credentials.len() + row.paths.len() + row.headers.len();
            let is_narrow = !row.codes.is_empty() && conditions > 0;
            if (says_words || is_narrow) && row.meaning.sure >= SPECIAL {
                special = special.max(row.meaning.sure);
            }
        }
        let codes = self.codes.iter().filter(|row| {
            let statuses = &row.note.statuses;
            heard.code(&row.note.code, self.layer).is_some()
                && (heard.is_status(statuses) || heard.hides_status)
        });
        let codes = codes.map(|row| Spoken {
            pack: self,
            meaning: &row.meaning,
            told: Told::ByCode,
            code: Some(&row.note.code),
            is_general: row.meaning.sure <= special && self.layer != Layer::Standard,
        });
        answers
            .into_iter()
            .chain(codes)
            .filter(|spoken| spoken.meaning.cause.is_some())
            .collect()
    }

    /// The note of a code, the one of that status first.
    pub fn code(&self, code: &str, status: Option<u16>) -> Option<&CodeRow> {
        let named = || self.codes.iter().filter(|row| row.note.code == code);
        let of_status =
            named().find(|row| status.is_some_and(|status| row.note.statuses.contains(&status)));
        of_status.or_else(|| named().next())
    }

    /// This pack's row for a status code; `None` where it says nothing of it.
    pub fn status(&self, status: u16) -> Option<&StatusRow> {
        self.statuses.iter().find(|row| row.note.status == status)
    }

    /// Whether a credential is read at a place (`header x-api-key`, `query key`) and, in the
    /// `Authorization` header, under a scheme. `None` where the pack names no places.
    pub fn takes(&self, place: &str, scheme: &str) -> Option<bool> {
        let mut kinds = self
            .credentials
            .iter()
            .filter(|kind| !kind.places.is_empty())
            .peekable();
        kinds.peek()?;
        Some(kinds.any(|kind| kind.stands_at(place, scheme)))
    }

    /// The prefix of its paths on a host, without a slash at the end.
    pub fn prefix_at(&self, host: Option<&str>) -> String {
        let base = self.base.as_deref().and_then(|base| Url::parse(base).ok());
        let own = base.filter(|base| host.is_some() && base.host_str() == host);
        let prefix = match &own {
            Some(base) => base.path(),
            None => &self.base_path,
        };
        prefix.trim_end_matches('/').to_owned()
    }

    /// The header by which a call chooses a version, or a tenant.
    pub fn header_that(&self, says: HeaderSays) -> Option<&RequestHeader> {
        self.request_headers.iter().find(|row| row.says == says)
    }

    /// The kind of credential whose fixed beginning a value has; the longest wins.
    pub fn kind_of(&self, value: &str) -> Option<&CredentialKind> {
        let fits = |kind: &&CredentialKind| {
            !kind.prefix.is_empty() && value.starts_with(kind.prefix.as_str())
        };
        let kinds = self.credentials.iter().filter(fits);
        kinds.max_by_key(|kind| kind.prefix.len())
    }
}

impl Recognise {
    /// How a call is recognised as one to this API, by the surest of the marks that fit.
    pub fn by(
        &self,
        host: Option<&str>,
        path: Option<&str>,
        headers: Option<&Headers>,
        body: Option<&Json>,
        text: &str,
    ) -> RecognisedBy {
        let hosts = self.hosts.iter();
        let mut hosts = hosts.filter(|wanted| host.is_some_and(|host| host_fits(host, wanted)));
        if let Some(first) = hosts.next() {
            let is_exact = |wanted: &String| !wanted.starts_with('*');
            return if is_exact(first) || hosts.any(is_exact) {
                RecognisedBy::Host
            } else {
                RecognisedBy::Domain
            };
        }
        let header_fits = |(name, part): &(String, String)| {
            headers.is_some_and(|headers| {
                headers.all(name).any(|value| {
                    let value = value.to_ascii_lowercase();
                    value.contains(&part.to_ascii_lowercase())
                })
            })
        };
        if self.headers.iter().any(header_fits) {
            return RecognisedBy::Header;
        }
        if self.body.iter().any(|form| form.fits(body, text)) {
            return RecognisedBy::Body;
        }
        let path_is = |wanted: &String| path.is_some_and(|path| path_fits(path, wanted));
        if self.paths.iter().any(path_is) {
            return RecognisedBy::Path;
        }
        RecognisedBy::Nothing
    }
}

impl BodyForm {
    fn fits(&self, body: Option<&Json>, text: &str) -> bool {
        let has = |pointer: &String| body.is_some_and(|body| at(body, pointer).next().is_some());
        let contains = self.contains.as_ref();
        (!self.has.is_empty() || contains.is_some())
            && self.has.iter().all(has)
            && contains.is_none_or(|part| text.contains(part.as_str()))
    }
}

impl RefusedWhen {
    /// Whether this sign of refusal is in the body.
    pub fn holds(&self, body: &Json) -> bool {
        at(body, &self.at).any(|value| match &self.sign {
            Sign::Is(text) => value.to_text().as_deref() == Some(text),
            Sign::Not(text) => value.to_text().is_some_and(|own| own != *text),
            Sign::Present => match value {
                Json::Null => false,
                Json::Text(text) => !text.is_empty(),
                Json::List(list) => !list.is_empty(),
                Json::Object(members) => !members.is_empty(),
                Json::Bool(value) => *value,
                Json::Number(_) => true,
            },
        })
    }
}

/// Every value that a JSON Pointer leads to, `*` for each element of a list or object.
pub fn at<'a>(value: &'a Json, pointer: &str) -> impl Iterator<Item = &'a Json> + use<'a> {
    let mut found = vec![value];
    for part in pointer_parts(pointer) {
        let mut next = Vec::new();
        for value in found {
            match value {
                Json::List(items) if part == "*" => next.extend(items),
                Json::Object(members) if part == "*" => {
                    next.extend(members.iter().map(|(_, value)| value));
                }
                Json::List(items) => {
                    let place = part.parse::<usize>().ok();
                    next.extend(place.and_then(|place| items.get(place)));
                }
                other => next.extend(other.get(&part)),
            }
        }
        found = next;
    }
    found.into_iter()
}

/// The packs that fit one call, the most telling first: the person's own, the API's, the
/// standards it builds on, HTTP last.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Knowledge {
    pub packs: Vec<Arc<Pack>>,
    /// The pack of the API itself; `None` where it was not recognised.
    pub api: Option<Arc<Pack>>,
    pub by: RecognisedBy,
}

impl Knowledge {
    /// The name to show: `GitHub`; `None` for an API that no pack knows.
    pub fn title(&self) -> Option<&str> {
        self.api.as_ref().map(|pack| pack.title.as_str())
    }

    /// Whether the API is recognised by more than a path, which other APIs may share.
    pub fn is_sure_of_api(&self) -> bool {
        self.by > RecognisedBy::Path
    }

    /// The ids of the packs that apply.
    pub fn ids(&self) -> Vec<&str> {
        self.packs.iter().map(|pack| pack.id.as_str()).collect()
    }

    /// Every row that fits an answer. Where several packs know a code, only the first one counts.
    pub fn spoken<'a>(&'a self, heard: &Heard) -> Vec<Spoken<'a>> {
        let mut spoken = Vec::new();
        let mut settled: Vec<&str> = Vec::new();
        for pack in &self.packs {
            let rows = pack.spoken(heard).into_iter();
            let is_settled = |code: &str| settled.iter().any(|own| plain(own).eq(plain(code)));
            let is_open = |row: &Spoken| !row.code.is_some_and(is_settled);
            spoken.extend(rows.filter(is_open));
            let own = pack.codes.iter().map(|row| row.note.code.as_str());
            settled.extend(own.filter(|code| heard.codes.contains(code)));
        }
        spoken
    }

    /// The first row for a status code among the packs, in their order.
    pub fn status(&self, status: u16) -> Option<&StatusRow> {
        self.packs.iter().find_map(|pack| pack.status(status))
    }

    /// The first row that says how often a status has which cause.
    pub fn likely(&self, status: u16) -> Option<&StatusRow> {
        let rows = self.packs.iter().filter_map(|pack| pack.status(status));
        rows.into_iter().find(|row| !row.likely.is_empty())
    }

    /// The first pack's own words for a cause; `None` where the general ones stay.
    pub fn cause(&self, cause: Cause) -> Option<&CauseText> {
        let texts = self.packs.iter().flat_map(|pack| &pack.causes);
        texts.into_iter().find(|text| text.cause == cause)
    }

    /// The first note on an error code among the packs; within a pack the one for this status wins.
    pub fn code(&self, code: &str, status: Option<u16>) -> Option<&CodeRow> {
        self.packs.iter().find_map(|pack| pack.code(code, status))
    }

    /// Whether a body under success says that the call was refused.
    pub fn is_refused(&self, body: &Json) -> bool {
        let signs = self.packs.iter().flat_map(|pack| &pack.errors.refused);
        let mut signs = signs.filter(|sign| sign.holds(body));
        signs.next().is_some()
    }

    /// What the API itself is known to answer.
    pub fn calls(&self) -> Option<&Calls> {
        self.api.as_ref().map(|pack| &pack.calls)
    }

    /// What a probe may assume; nothing where the API is unknown.
    pub fn assumptions(&self) -> Assumptions {
        self.api
            .as_ref()
            .map(|pack| pack.probes.clone())
            .unwrap_or_default()
    }

    /// The header by which a call to this API chooses a version, or a tenant.
    pub fn header_that(&self, says: HeaderSays) -> Option<&RequestHeader> {
        self.api.as_ref()?.header_that(says)
    }

    /// What is known of the API's paths on a host.
    pub fn paths(&self, host: Option<&str>) -> Paths {
        match &self.api {
            Some(pack) => Paths {
                prefix: Some(pack.prefix_at(host)),
                endpoints: pack.endpoints.clone(),
            },
            None => Paths::default(),
        }
    }

    /// The endpoints of the API as they are appended to a base URL.
    pub fn endpoints(&self, base_url: &str) -> Vec<Endpoint> {
        let prefix = self.prefix_under(base_url);
        let own = self.api.iter().flat_map(|pack| &pack.endpoints);
        own.map(|endpoint| endpoint.under(&prefix)).collect()
    }

    /// What has to go between a base URL and the pack's paths; empty where the base already ends
    /// with it.
    pub fn prefix_under(&self, base_url: &str) -> String {
        let base = Url::parse(base_url).ok();
        let host = base.as_ref().and_then(Url::host_str);
        let prefix = self.api.as_ref().map(|pack| pack.prefix_at(host));
        let prefix = prefix.unwrap_or_default();
        let path = base.as_ref().map_or("", Url::path).trim_end_matches('/');
        if path.ends_with(&prefix) {
            String::new()
        } else {
            prefix
        }
    }
}

/// A sentence with the grounds of its row, or `Inferred` where the row gives none.
pub fn said(text: &str, grounds: &Option<Grounds>) -> Statement {
    Statement {
        text: text.to_owned(),
        grounds: grounds.clone().unwrap_or(Grounds::Inferred),
    }
}
