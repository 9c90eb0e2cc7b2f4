//! One call as it was made, and what came of it.

use super::{
    Cause, CookieNews, Environment, Headers, RequestSpec, SentRequest, Timestamp, TokenRef,
    size_text,
};
use std::fmt;
use std::time::Duration;

/// Twelve characters of base32, ordered by time: 44 bits of milliseconds, 16 bits of chance.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ExchangeId(String);

impl ExchangeId {
    const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
    /// The highest number that twelve digits can say.
    pub const LAST: u64 = (1 << 60) - 1;

    pub fn new(at: Timestamp, chance: u16) -> ExchangeId {
        let ms = at.as_millisecond().max(0) as u64 & ((1 << 44) - 1);
        ExchangeId::from_number((ms << 16) | u64::from(chance))
    }

    /// The id of that number; anything beyond `LAST` wraps around.
    pub fn from_number(number: u64) -> ExchangeId {
        let digit = |place: u64| ExchangeId::DIGITS[(number >> (place * 5)) as usize & 31] as char;
        ExchangeId((0..12).rev().map(digit).collect())
    }

    /// The id as a number of the same order.
    pub fn number(&self) -> u64 {
        number(&self.0).unwrap_or(0)
    }

    /// The whole id as someone typed it, in either case.
    pub fn parse(text: &str) -> Option<ExchangeId> {
        let whole = text.len() == 12;
        whole
            .then(|| number(text).map(ExchangeId::from_number))
            .flatten()
    }

    /// The first and the last id that begin with these characters.
    pub fn beginning_with(prefix: &str) -> Option<(ExchangeId, ExchangeId)> {
        if prefix.is_empty() || prefix.len() > 12 {
            return None;
        }
        let open = 5 * (12 - prefix.len() as u32);
        let first = number(prefix)? << open;
        let last = first | ((1_u64 << open) - 1);
        Some((
            ExchangeId::from_number(first),
            ExchangeId::from_number(last),
        ))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn number(digits: &str) -> Option<u64> {
    digits.bytes().try_fold(0, |number, byte| {
        let byte = byte.to_ascii_lowercase();
        let digit = ExchangeId::DIGITS.iter().position(|&d| d == byte)?;
        Some((number << 5) | digit as u64)
    })
}

impl fmt::Display for ExchangeId {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a call was made for, and by whom.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum CallOrigin {
    #[default]
    Person,
    Probe,
    Matrix,
    Replay,
    Survey,
    Agent,
    /// Made to get a token.
    Grant,
    /// It was written down before this was.
    Unknown,
}

impl CallOrigin {
    pub const ALL: [CallOrigin; 8] = [
        CallOrigin::Person,
        CallOrigin::Probe,
        CallOrigin::Matrix,
        CallOrigin::Replay,
        CallOrigin::Survey,
        CallOrigin::Agent,
        CallOrigin::Grant,
        CallOrigin::Unknown,
    ];

    /// The name in records.
    pub fn id(self) -> &'static str {
        match self {
            CallOrigin::Person => "person",
            CallOrigin::Probe => "probe",
            CallOrigin::Matrix => "matrix",
            CallOrigin::Replay => "replay",
            CallOrigin::Survey => "survey",
            CallOrigin::Agent => "agent",
            CallOrigin::Grant => "grant",
            CallOrigin::Unknown => "unknown",
        }
    }

    pub fn from_id(id: &str) -> CallOrigin {
        let mut all = CallOrigin::ALL.into_iter();
        all.find(|origin| origin.id() == id)
            .unwrap_or(CallOrigin::Unknown)
    }
}

/// The first digit of a status, or its absence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StatusClass {
    Informational,
    Success,
    Redirection,
    ClientError,
    ServerError,
    Nonstandard,
    NoAnswer,
}

impl StatusClass {
    pub const ALL: [StatusClass; 7] = [
        StatusClass::Informational,
        StatusClass::Success,
        StatusClass::Redirection,
        StatusClass::ClientError,
        StatusClass::ServerError,
        StatusClass::Nonstandard,
        StatusClass::NoAnswer,
    ];

    /// RFC 9110, 15: the first digit names the class; anything outside 100 to 599 has none.
    pub fn of(status: u16) -> StatusClass {
        match status {
            100..=199 => StatusClass::Informational,
            200..=299 => StatusClass::Success,
            300..=399 => StatusClass::Redirection,
            400..=499 => StatusClass::ClientError,
            500..=599 => StatusClass::ServerError,
            _ => StatusClass::Nonstandard,
        }
    }

    /// The name that scripts read.
    pub fn id(self) -> &'static str {
        match self {
            StatusClass::Informational => "informational",
            StatusClass::Success => "success",
            StatusClass::Redirection => "redirection",
            StatusClass::ClientError => "client_error",
            StatusClass::ServerError => "server_error",
            StatusClass::Nonstandard => "nonstandard",
            StatusClass::NoAnswer => "no_answer",
        }
    }

    /// The sign that says the class without colour.
    pub fn glyph(self, ascii: bool) -> &'static str {
        match (self, ascii) {
            (StatusClass::Informational, false) => "·",
            (StatusClass::Success, false) => "✓",
            (StatusClass::Redirection, false) => "→",
            (StatusClass::ClientError, false) => "▲",
            (StatusClass::ServerError, false) => "✖",
            (StatusClass::NoAnswer, false) => "⚡",
            (StatusClass::Informational, true) => ".",
            (StatusClass::Success, true) => "+",
            (StatusClass::Redirection, true) => ">",
            (StatusClass::ClientError, true) => "!",
            (StatusClass::ServerError, true) => "x",
            (StatusClass::NoAnswer, true) => "~",
            (StatusClass::Nonstandard, _) => "?",
        }
    }
}

/// How long the parts of a call took; what was not measured is absent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Timing {
    /// For finding the address of the host's name.
    pub dns: Option<Duration>,
    /// For the connection itself; to a proxy, where there is one.
    pub connect: Option<Duration>,
    /// For making the connection secure.
    pub tls: Option<Duration>,
    /// An open connection was used again, so that none of these were needed.
    pub reused: bool,
    /// From the start of the call to the headers of its answer.
    pub first_byte: Option<Duration>,
    /// From the start of the call to the end of the body.
    pub total: Duration,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Response {
    pub status: u16,
    /// The registered phrase of the status; empty where there is none.
    pub reason: String,
    /// `HTTP/1.1`
    pub version: String,
    pub headers: Headers,
    /// The fields that came behind the body.
    pub trailers: Headers,
    /// The body, unpacked: the bytes as they came, or UTF-8 of a text in another encoding; where
    /// secrets were masked, the text without them.
    pub body: Vec<u8>,
    /// The bytes as they came, where `body` is their text in UTF-8.
    pub as_sent: Option<AsSent>,
    /// How many bytes the body had, where masking changed their number.
    pub received: Option<u64>,
    /// How many bytes came over the wire for a body that was unpacked.
    pub wire_bytes: Option<u64>,
    /// The body ended before its end.
    pub body_cut: bool,
    /// The call was refused, although the status says that it worked.
    pub refused: bool,
    /// What became of cookies, on the way to it too.
    pub cookies: CookieNews,
    pub timing: Timing,
}

/// A text in an encoding other than UTF-8.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AsSent {
    /// `windows-1252`
    pub charset: String,
    pub bytes: Vec<u8>,
}

impl Response {
    /// The body as it came: what is kept, and written into files.
    pub fn bytes(&self) -> &[u8] {
        match &self.as_sent {
            Some(sent) => &sent.bytes,
            None => &self.body,
        }
    }

    /// Another text in the place of the body, of which the bytes that came say nothing.
    pub fn set_body(&mut self, body: Vec<u8>) {
        self.body = body;
        self.as_sent = None;
    }

    /// The size of the body as it came, unpacked.
    pub fn body_bytes(&self) -> u64 {
        self.received.unwrap_or(self.body.len() as u64)
    }

    /// The size on the wire, where it was another one.
    pub fn packed_bytes(&self) -> Option<u64> {
        self.wire_bytes.filter(|bytes| *bytes != self.body_bytes())
    }

    /// `14 KB`, `14 KB (3.1 KB packed)`
    pub fn size_text(&self) -> String {
        let size = size_text(self.body_bytes());
        match self.packed_bytes() {
            Some(bytes) => format!("{size} ({} packed)", size_text(bytes)),
            None => size,
        }
    }

    /// The coding of a body that is still packed.
    pub fn packed_by(&self) -> Option<String> {
        let codings: Vec<_> = self.headers.all("content-encoding").collect();
        let codings = codings.join(", ");
        let plain = codings.split(',').map(str::trim);
        let is_none = |c: &str| {
            c.is_empty() || c.eq_ignore_ascii_case("identity") || c.eq_ignore_ascii_case("none")
        };
        let plain = plain.filter(|coding| !is_none(coding));
        (plain.count() > 0 && self.wire_bytes.is_none()).then_some(codings)
    }
}

/// Why there is no usable answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    pub cause: Cause,
    /// One sentence: what was being done, to what, why it failed.
    pub message: String,
    /// What to try.
    pub hint: String,
    /// What had arrived before it failed.
    pub partial: Option<Box<Response>>,
    /// Whether anything left this machine.
    pub was_sent: bool,
}

impl Failure {
    pub fn new(cause: Cause, message: impl Into<String>, hint: impl Into<String>) -> Failure {
        Failure {
            cause,
            message: message.into(),
            hint: hint.into(),
            partial: None,
            was_sent: true,
        }
    }

    /// Whether the head of an answer had come, and it was its body that failed.
    pub fn is_of_body(&self) -> bool {
        matches!(
            self.cause,
            Cause::BodyCutOff | Cause::BodyUndecodable | Cause::BodyTooLarge | Cause::TimeoutBody
        )
    }

    /// A call that was refused here, with nothing sent.
    pub fn unsent(cause: Cause, why: impl fmt::Display, hint: impl Into<String>) -> Failure {
        Failure {
            was_sent: false,
            ..Failure::new(cause, format!("Nothing was sent: {why}"), hint)
        }
    }
}

// Nearly all are answers, so a box would cost more than it saves.
#[allow(clippy::large_enum_variant)]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Answered(Response),
    Failed(Failure),
}

impl Outcome {
    pub fn class(&self) -> StatusClass {
        match self {
            Outcome::Answered(response) => StatusClass::of(response.status),
            Outcome::Failed(_) => StatusClass::NoAnswer,
        }
    }

    /// Refused under a status that says that it worked.
    pub fn is_refused(&self) -> bool {
        let is_success = self.class() == StatusClass::Success;
        matches!(self, Outcome::Answered(response) if response.refused && is_success)
    }

    /// The class that people see and scripts end with: a success that was refused looks like any
    /// other refusal.
    pub fn looks(&self) -> StatusClass {
        looks(self.class(), self.is_refused())
    }

    /// The whole answer, or the part of one that had arrived.
    pub fn response(&self) -> Option<&Response> {
        match self {
            Outcome::Answered(response) => Some(response),
            Outcome::Failed(failure) => failure.partial.as_deref(),
        }
    }

    /// The same, to be changed.
    pub fn response_mut(&mut self) -> Option<&mut Response> {
        match self {
            Outcome::Answered(response) => Some(response),
            Outcome::Failed(failure) => failure.partial.as_deref_mut(),
        }
    }

    pub fn status(&self) -> Option<u16> {
        match self {
            Outcome::Answered(response) => Some(response.status),
            Outcome::Failed(_) => None,
        }
    }

    /// What the API said, though its body may have broken off or be unreadable. What a proxy said
    /// is not the API's, and what is no HTTP has no status.
    pub fn said(&self) -> Option<&Response> {
        let of_proxy =
            |failure: &Failure| matches!(failure.cause, Cause::ProxyRefused | Cause::ProxyDenied);
        match self {
            Outcome::Answered(response) => Some(response),
            Outcome::Failed(failure) if of_proxy(failure) => None,
            Outcome::Failed(failure) => failure.partial.as_deref().filter(|part| part.status != 0),
        }
    }

    /// A refusal, whole or not.
    pub fn refusal(&self) -> Option<&Response> {
        self.said().filter(|response| response.status >= 400)
    }

    /// What can be judged by its status: a whole answer, and a refusal though its body broke off.
    /// Of a success that did nobody knows what it would have been.
    pub fn judged(&self) -> Option<&Response> {
        match self {
            Outcome::Answered(response) => Some(response),
            Outcome::Failed(_) => self.refusal(),
        }
    }

    /// `403 Forbidden`, or `no answer`
    pub fn headline(&self) -> String {
        match self.said() {
            Some(said) => format!("{:03} {}", said.status, said.reason)
                .trim_end()
                .to_owned(),
            None => "no answer".to_owned(),
        }
    }
}

fn looks(class: StatusClass, refused: bool) -> StatusClass {
    if refused && class == StatusClass::Success {
        StatusClass::ClientError
    } else {
        class
    }
}

/// How far a call under way is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Bytes of the body so far.
    pub received: u64,
    /// Their number, where the server said it.
    pub announced: Option<u64>,
    /// It waits before it goes, or goes again.
    pub pause: Option<Pause>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pause {
    pub left: Duration,
    /// The try that comes after it, counted from one.
    pub next_try: u32,
}

/// A redirect that was followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hop {
    /// Of the answer that led on.
    pub status: u16,
    /// The whole URL that it led to.
    pub location: String,
    /// The method with which it was followed.
    pub method: String,
    /// Whether a credential went along.
    pub token_sent: bool,
    /// What did not go along, by name.
    pub dropped: Vec<String>,
}

impl Hop {
    /// `302 → GET https://api.acme.example/v2  without authorization, body`
    pub fn text(&self) -> String {
        let mut text = format!("{:03} → {} {}", self.status, self.method, self.location);
        if !self.dropped.is_empty() {
            text.push_str(&format!("  without {}", self.dropped.join(", ")));
            if self.dropped.iter().any(|name| name != "body") {
                text.push_str(" (not meant for another origin)");
            }
        }
        text
    }
}

/// One request as typed and as sent, and its outcome, with all that is secret in it. It cannot be
/// printed, and nothing that shows or keeps a call takes it: what is secret is masked first.
#[derive(Clone, PartialEq, Eq)]
pub struct RawExchange {
    pub id: ExchangeId,
    pub environment: String,
    /// The support case it was made for.
    pub case: Option<String>,
    pub typed: RequestSpec,
    pub sent: SentRequest,
    pub outcome: Outcome,
    /// The redirects that were followed on the way to the outcome.
    pub redirects: Vec<Hop>,
    /// How often it left this machine; redirects do not count.
    pub attempts: u32,
    /// The origins whose certificates were not checked, because the environment says so.
    pub unverified: Vec<String>,
    pub started_at: Timestamp,
    pub took: Duration,
    /// The call that it was made to explain, where it is a probe of an investigation.
    pub probe_of: Option<ExchangeId>,
    pub origin: CallOrigin,
    /// The first call of the run that it belongs to: of a matrix, a replay, a survey, an
    /// investigation.
    pub run: Option<ExchangeId>,
}

impl RawExchange {
    /// When the answer was here, by our own clock.
    pub fn answered_at(&self) -> Timestamp {
        let at = self.started_at.checked_add(self.took);
        at.unwrap_or(self.started_at)
    }

    pub fn token(&self) -> Option<&TokenRef> {
        self.sent.token.as_ref()
    }

    /// Whether all headers that went out are known. A head that was seen on the wire names its
    /// host (RFC 9112, 3.2), and what is only told of a pasted call rarely does.
    pub fn shows_head(&self) -> bool {
        let headers = &self.sent.headers;
        !self.is_received() || headers.has("host") || headers.has("authority")
    }

    /// Whether somebody made it for its own sake, so that it belongs to what a case is about.
    pub fn is_own(&self) -> bool {
        let is_own = match self.origin {
            CallOrigin::Person | CallOrigin::Unknown => true,
            // Its matrices, replays and searches are runs.
            CallOrigin::Agent => self.run.is_none(),
            _ => false,
        };
        is_own && self.probe_of.is_none()
    }

    /// An answer that came to somebody else, and was pasted here.
    pub fn is_received(&self) -> bool {
        self.environment == Environment::RECEIVED
    }
}

/// What a list says of an exchange, without its bodies and headers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExchangeSummary {
    pub id: ExchangeId,
    pub started_at: Timestamp,
    pub took: Duration,
    pub environment: String,
    pub case: Option<String>,
    pub token: Option<TokenRef>,
    pub method: String,
    /// As sent; as typed where it could not be sent.
    pub url: String,
    /// `None` where no whole answer came; then `cause` says why.
    pub status: Option<u16>,
    pub cause: Option<Cause>,
    /// The failure's own sentence.
    pub message: Option<String>,
    pub errors: Vec<ErrorLine>,
    /// Refused under a status that says that it worked.
    pub refused: bool,
    /// It was made to explain another call.
    pub is_probe: bool,
    pub origin: CallOrigin,
    /// The first call of the run that it belongs to.
    pub run: Option<ExchangeId>,
    /// What the person wrote beside the request.
    pub notes: String,
}

/// One error entry as a line of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ErrorLine {
    pub title: Option<String>,
    pub detail: Option<String>,
    pub code: Option<String>,
    /// Which part of the input it is about.
    pub field: Option<String>,
}

impl ExchangeSummary {
    pub fn class(&self) -> StatusClass {
        self.status.map_or(StatusClass::NoAnswer, StatusClass::of)
    }

    /// As `Outcome::looks`.
    pub fn looks(&self) -> StatusClass {
        looks(self.class(), self.refused)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_twelve_characters_and_sort_by_time() {
        let at = |ms| Timestamp::from_millisecond(ms).unwrap();
        let early = ExchangeId::new(at(1_700_000_000_000), 65_535);
        let late = ExchangeId::new(at(1_700_000_000_001), 0);
        assert_eq!(early.as_str().len(), 12);
        assert!(early < late);
    }

    #[test]
    fn ids_are_read_back_and_may_be_abbreviated() {
        let id = ExchangeId::new(
            Timestamp::from_millisecond(1_700_000_000_000).unwrap(),
            4_711,
        );
        assert_eq!(
            ExchangeId::parse(&id.as_str().to_uppercase()),
            Some(id.clone())
        );
        assert_eq!(ExchangeId::from_number(id.number()), id);
        assert_eq!(
            ExchangeId::from_number(ExchangeId::LAST).as_str(),
            "zzzzzzzzzzzz"
        );
        for length in 1..=12 {
            let (first, last) = ExchangeId::beginning_with(&id.as_str()[..length]).unwrap();
            assert!(first <= id && id <= last);
            assert_eq!(first == last, length == 12);
        }
        for not_an_id in ["", "u", "é", "0123456789abc"] {
            assert_eq!(ExchangeId::parse(not_an_id), None);
            assert_eq!(ExchangeId::beginning_with(not_an_id), None);
        }
    }

    #[test]
    fn odd_statuses_belong_to_no_class() {
        assert_eq!(StatusClass::of(101), StatusClass::Informational);
        assert_eq!(StatusClass::of(299), StatusClass::Success);
        assert_eq!(StatusClass::of(599), StatusClass::ServerError);
        for odd in [0, 99, 600, 999] {
            assert_eq!(StatusClass::of(odd).id(), "nonstandard");
        }
    }

    #[test]
    fn every_class_has_its_own_glyph_in_both_alphabets() {
        for ascii in [false, true] {
            let mut glyphs: Vec<_> = StatusClass::ALL.iter().map(|c| c.glyph(ascii)).collect();
            glyphs.sort();
            glyphs.dedup();
            assert_eq!(glyphs.len(), 7);
        }
    }
}
