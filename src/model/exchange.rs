//! One call as it was made, and its outcome.

use super::{
    Cause, CookieNews, Environment, Headers, RequestSpec, SentRequest, Timestamp, TokenRef,
    size_text,
};
use std::fmt;
use std::time::Duration;

/// Twelve characters of base32, ordered by time: 44 bits of milliseconds, 16 random bits.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ExchangeId(String);

impl ExchangeId {
    const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
    /// The highest number that twelve digits can hold.
    pub const LAST: u64 = (1 << 60) - 1;

    /// The id of a call made at this time, in milliseconds; `chance` tells calls of one moment
    /// apart.
    pub fn new(at: Timestamp, chance: u16) -> ExchangeId {
        let ms = at.as_millisecond().max(0) as u64 & ((1 << 44) - 1);
        ExchangeId::from_number((ms << 16) | u64::from(chance))
    }

    /// The id with that number; anything above `LAST` wraps around.
    pub fn from_number(number: u64) -> ExchangeId {
        let digit = |place: u64| ExchangeId::DIGITS[(number >> (place * 5)) as usize & 31] as char;
        ExchangeId((0..12).rev().map(digit).collect())
    }

    /// The id as a number that sorts in the same order.
    pub fn number(&self) -> u64 {
        number(&self.0).unwrap_or(0)
    }

    /// Reads a whole id, in either case of letters; `None` if it is not one.
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

    /// The twelve characters.
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
    /// To get a token.
    Grant,
    /// Unknown: the record is older than this field.
    Unknown,
}

impl CallOrigin {
    /// Every origin; `from_id` looks through them.
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

    /// The origin with this name; `Unknown` for any other text.
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
    /// Every class, in the order in which the row of a run counts them.
    pub const ALL: [StatusClass; 7] = [
        StatusClass::Informational,
        StatusClass::Success,
        StatusClass::Redirection,
        StatusClass::ClientError,
        StatusClass::ServerError,
        StatusClass::Nonstandard,
        StatusClass::NoAnswer,
    ];

    /// The class of a status, by its first digit (RFC 9110, 15); `Nonstandard` outside 100 to 599.
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

    /// The name for scripts.
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

    /// A sign that tells the class without colour.
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

/// How long the parts of a call took; `None` for what was not measured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Timing {
    /// To find the address of the host name.
    pub dns: Option<Duration>,
    /// To connect; to the proxy, if there is one.
    pub connect: Option<Duration>,
    /// For the TLS handshake.
    pub tls: Option<Duration>,
    /// Whether an open connection was reused, so that none of these were needed.
    pub reused: bool,
    /// From the start of the call to the headers of the response.
    pub first_byte: Option<Duration>,
    /// From the start of the call to the end of the body.
    pub total: Duration,
}

/// What a server answered; on the screen it is called *answer*.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Response {
    pub status: u16,
    /// The registered phrase of the status; empty if there is none.
    pub reason: String,
    /// Such as `HTTP/1.1`.
    pub version: String,
    pub headers: Headers,
    /// The fields that came after the body.
    pub trailers: Headers,
    /// The unpacked body: the bytes as they came, or UTF-8 for a text in another encoding; after
    /// masking, the text without secrets.
    pub body: Vec<u8>,
    /// The bytes as they came, if `body` is their text in UTF-8.
    pub as_sent: Option<AsSent>,
    /// The number of bytes in the body, if masking changed it.
    pub received: Option<u64>,
    /// The number of bytes on the wire, if the body was unpacked.
    pub wire_bytes: Option<u64>,
    /// Whether the body is incomplete.
    pub body_cut: bool,
    /// Whether the API refused the call although the status says that it worked.
    pub refused: bool,
    /// What happened to cookies, also in redirects before it.
    pub cookies: CookieNews,
    pub timing: Timing,
}

/// A text in an encoding other than UTF-8.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AsSent {
    /// Such as `windows-1252`.
    pub charset: String,
    pub bytes: Vec<u8>,
}

impl Response {
    /// The body as it came, to keep and to write to files.
    pub fn bytes(&self) -> &[u8] {
        match &self.as_sent {
            Some(sent) => &sent.bytes,
            None => &self.body,
        }
    }

    /// Replaces the body by another text; the bytes that came no longer apply.
    pub fn set_body(&mut self, body: Vec<u8>) {
        self.body = body;
        self.as_sent = None;
    }

    /// The size of the body as it came, unpacked, in bytes.
    pub fn body_bytes(&self) -> u64 {
        self.received.unwrap_or(self.body.len() as u64)
    }

    /// The size on the wire in bytes, if it differs.
    pub fn packed_bytes(&self) -> Option<u64> {
        self.wire_bytes.filter(|bytes| *bytes != self.body_bytes())
    }

    /// The size for people: `14 KB`, `14 KB (3.1 KB packed)`.
    pub fn size_text(&self) -> String {
        let size = size_text(self.body_bytes());
        match self.packed_bytes() {
            Some(bytes) => format!("{size} ({} packed)", size_text(bytes)),
            None => size,
        }
    }

    /// The content coding of a body that is still packed.
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

/// Why there is no usable response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    pub cause: Cause,
    /// One sentence: what was tried, on what, and why it failed.
    pub message: String,
    /// What to try next.
    pub hint: String,
    /// What had arrived before it failed.
    pub partial: Option<Box<Response>>,
    /// Whether anything left this machine.
    pub was_sent: bool,
}

impl Failure {
    /// A failure after the request, or part of it, was sent.
    pub fn new(cause: Cause, message: impl Into<String>, hint: impl Into<String>) -> Failure {
        Failure {
            cause,
            message: message.into(),
            hint: hint.into(),
            partial: None,
            was_sent: true,
        }
    }

    /// Whether the head of a response had arrived and only its body failed.
    pub fn is_of_body(&self) -> bool {
        matches!(
            self.cause,
            Cause::BodyCutOff | Cause::BodyUndecodable | Cause::BodyTooLarge | Cause::TimeoutBody
        )
    }

    /// A call that was refused on this machine, with nothing sent.
    pub fn unsent(cause: Cause, why: impl fmt::Display, hint: impl Into<String>) -> Failure {
        Failure {
            was_sent: false,
            ..Failure::new(cause, format!("Nothing was sent: {why}"), hint)
        }
    }
}

// Nearly all outcomes are responses, so a box would cost more than it saves.
/// How a call ended: with a whole response, or with a failure that may hold part of one.
#[allow(clippy::large_enum_variant)]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Answered(Response),
    Failed(Failure),
}

impl Outcome {
    /// The class of the status; `NoAnswer` for a failure, even if part of a response came.
    pub fn class(&self) -> StatusClass {
        match self {
            Outcome::Answered(response) => StatusClass::of(response.status),
            Outcome::Failed(_) => StatusClass::NoAnswer,
        }
    }

    /// Whether the API refused the call although the status says that it worked.
    pub fn is_refused(&self) -> bool {
        let is_success = self.class() == StatusClass::Success;
        matches!(self, Outcome::Answered(response) if response.refused && is_success)
    }

    /// The class that people see and that exit codes follow: a success that was refused looks like
    /// any other refusal.
    pub fn looks(&self) -> StatusClass {
        looks(self.class(), self.is_refused())
    }

    /// The whole response, or the part that had arrived.
    pub fn response(&self) -> Option<&Response> {
        match self {
            Outcome::Answered(response) => Some(response),
            Outcome::Failed(failure) => failure.partial.as_deref(),
        }
    }

    /// The same response, to be changed.
    pub fn response_mut(&mut self) -> Option<&mut Response> {
        match self {
            Outcome::Answered(response) => Some(response),
            Outcome::Failed(failure) => failure.partial.as_deref_mut(),
        }
    }

    /// The status of a whole response; `None` for a failure.
    pub fn status(&self) -> Option<u16> {
        match self {
            Outcome::Answered(response) => Some(response.status),
            Outcome::Failed(_) => None,
        }
    }

    /// What the API said, even if its body broke off or cannot be read. What a proxy said is not
    /// the API's, and what is not HTTP has no status.
    pub fn said(&self) -> Option<&Response> {
        let of_proxy =
            |failure: &Failure| matches!(failure.cause, Cause::ProxyRefused | Cause::ProxyDenied);
        match self {
            Outcome::Answered(response) => Some(response),
            Outcome::Failed(failure) if of_proxy(failure) => None,
            Outcome::Failed(failure) => failure.partial.as_deref().filter(|part| part.status != 0),
        }
    }

    /// The response, complete or not, if it is a refusal.
    pub fn refusal(&self) -> Option<&Response> {
        self.said().filter(|response| response.status >= 400)
    }

    /// A response that its status can be judged by: a whole one, or a refusal whose body broke off.
    /// A success that broke off might have become anything.
    pub fn judged(&self) -> Option<&Response> {
        match self {
            Outcome::Answered(response) => Some(response),
            Outcome::Failed(_) => self.refusal(),
        }
    }

    /// The status line for people: `403 Forbidden`, or `no answer`.
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
    /// Bytes of the whole body, if the server announced them.
    pub announced: Option<u64>,
    /// The wait before a first or a further try.
    pub pause: Option<Pause>,
}

/// A wait before a try, because a response asked for it or the person did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pause {
    pub left: Duration,
    /// The try after it, counted from one.
    pub next_try: u32,
}

/// A redirect that was followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hop {
    /// The status of the response that redirected.
    pub status: u16,
    /// The whole URL that it led to.
    pub location: String,
    /// The method that the next request used.
    pub method: String,
    /// Whether a credential was sent along.
    pub token_sent: bool,
    /// What was not sent along, by name.
    pub dropped: Vec<String>,
}

impl Hop {
    /// The redirect on one line: `302 → GET https://api.acme.example/v2  without authorization,
    /// body`.
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

/// One request as typed and as sent, with its outcome and all secrets in it. It cannot be printed,
/// and nothing that shows or keeps calls accepts it: secrets are masked first.
#[derive(Clone, PartialEq, Eq)]
pub struct RawExchange {
    pub id: ExchangeId,
    pub environment: String,
    /// The support case it was made for.
    pub case: Option<String>,
    pub typed: RequestSpec,
    pub sent: SentRequest,
    pub outcome: Outcome,
    /// The redirects on the way to the outcome.
    pub redirects: Vec<Hop>,
    /// How often it was sent, redirects not counted.
    pub attempts: u32,
    /// Origins whose certificates were not checked, because the environment says so.
    pub unverified: Vec<String>,
    pub started_at: Timestamp,
    pub took: Duration,
    /// The call that it was made to explain, if it is a probe.
    pub probe_of: Option<ExchangeId>,
    pub origin: CallOrigin,
    /// The first call of its run: a matrix, a replay, a survey or an investigation.
    pub run: Option<ExchangeId>,
}

impl RawExchange {
    /// A call of which no more than its outcome is known: made elsewhere, or never sent. It went
    /// nowhere and took no time.
    pub fn with_outcome(id: ExchangeId, outcome: Outcome, at: Timestamp) -> RawExchange {
        RawExchange {
            id,
            environment: Environment::RECEIVED.to_owned(),
            case: None,
            typed: RequestSpec::default(),
            sent: SentRequest::default(),
            outcome,
            redirects: Vec::new(),
            attempts: 0,
            unverified: Vec::new(),
            started_at: at,
            took: Duration::ZERO,
            probe_of: None,
            run: None,
            origin: CallOrigin::default(),
        }
    }

    /// When the response had arrived, by our own clock.
    pub fn answered_at(&self) -> Timestamp {
        let at = self.started_at.checked_add(self.took);
        at.unwrap_or(self.started_at)
    }

    /// The token in its `Authorization` header; `None` without one.
    pub fn token(&self) -> Option<&TokenRef> {
        self.sent.token.as_ref()
    }

    /// Whether all headers that were sent are known. A real request names its host (RFC 9112, 3.2);
    /// the text of a pasted call rarely does.
    pub fn shows_head(&self) -> bool {
        let headers = &self.sent.headers;
        !self.is_received() || headers.has("host") || headers.has("authority")
    }

    /// Whether somebody made it for its own sake, so that it belongs to the story of a case.
    pub fn is_own(&self) -> bool {
        let is_own = match self.origin {
            CallOrigin::Person | CallOrigin::Unknown => true,
            // Its matrices, replays and searches are runs.
            CallOrigin::Agent => self.run.is_none(),
            _ => false,
        };
        is_own && self.probe_of.is_none()
    }

    /// Whether somebody else got this response, and it was pasted here.
    pub fn is_received(&self) -> bool {
        self.environment == Environment::RECEIVED
    }
}

/// What a list shows of an exchange, without bodies and headers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExchangeSummary {
    pub id: ExchangeId,
    pub started_at: Timestamp,
    pub took: Duration,
    pub environment: String,
    pub case: Option<String>,
    pub token: Option<TokenRef>,
    pub method: String,
    /// The URL as sent; as typed if it could not be sent.
    pub url: String,
    /// `None` without a whole response; then `cause` says why.
    pub status: Option<u16>,
    pub cause: Option<Cause>,
    /// The failure's own sentence.
    pub message: Option<String>,
    pub errors: Vec<ErrorLine>,
    /// Whether the API refused it although the status says that it worked.
    pub refused: bool,
    /// Whether it was made to explain another call.
    pub is_probe: bool,
    pub origin: CallOrigin,
    /// The first call of its run.
    pub run: Option<ExchangeId>,
    /// What the person wrote beside the request.
    pub notes: String,
    /// The colleague who made it; `None` for a call of this history.
    pub by: Option<String>,
}

/// A support case that calls were made for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownCase {
    pub name: String,
    pub calls: u64,
    /// Whether calls of one's own are among them.
    pub is_own: bool,
    /// The colleagues whose calls are, each once.
    pub by: Vec<String>,
}

/// One error entry as a line of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ErrorLine {
    pub title: Option<String>,
    pub detail: Option<String>,
    pub code: Option<String>,
    /// The part of the input that it is about.
    pub field: Option<String>,
}

impl ExchangeSummary {
    /// The class of the status; `NoAnswer` if no whole response came.
    pub fn class(&self) -> StatusClass {
        self.status.map_or(StatusClass::NoAnswer, StatusClass::of)
    }

    /// The class that people see; see `Outcome::looks`.
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
