//! What the packs of knowledge say of an answer: by its code, its words, its headers, its status.
//! How an API reasons is data; here it only becomes weight.

use super::auth::named_credential;
use super::finding::{Findings, Rule, Tier};
use super::request::asked_header;
use crate::insight::api::knowledge::{Heard, Layer, Meaning, Sent, Spoken, Told};
use crate::insight::api::library::CLIENT;
use crate::insight::api::{Phrase, Words};
use crate::insight::error_body::{Entry, EntryOrigin};
use crate::insight::facts::{Case, CredentialPlace};
use crate::insight::token::TokenKind;
use crate::insight::words::Sense;
use crate::model::{Cause, CauseGroup, Outcome};
use std::sync::LazyLock;
use url::Url;

/// By what the answer says, and by its status alone.
pub const RULES: &[Rule] = &[
    Rule {
        id: "known.says",
        look: says,
    },
    Rule {
        id: "known.status",
        look: status,
    },
];

/// What speaks for something that nobody thought of, in nats; `explain` has it in its sum.
const UNKNOWN: f32 = 0.8;

/// Of what a row leaves open, so much is for what it names besides.
const FOR_OTHERS: f32 = 0.6;

/// With less than this left by what an answer says, what else was noticed proves nothing.
pub const PROVING: f32 = 0.5;

/// What an API says that looked at a credential and did not like it, whatever is wrong with it.
const OF_ANY_CREDENTIAL: &[Cause] = &[
    Cause::TokenMissing,
    Cause::TokenRejected,
    Cause::TokenScheme,
    Cause::TokenWrongShape,
];

/// What many codes say of many faults; words beside them that say more are the reason.
const VAGUE: &[Cause] = &[
    Cause::TokenRejected,
    Cause::PermissionMissingRole,
    Cause::RequestValidation,
    Cause::ServerError,
];

/// No row counts as surer than this: a pack may be wrong of an answer it has not seen.
const SUREST: f32 = 0.98;

/// How far down a row stands: the API's own pack outranks what it builds on, that outranks HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Http,
    Standard,
    Around,
    Own,
}

fn rank_of(spoken: &Spoken) -> Rank {
    match spoken.pack.layer {
        Layer::Api => Rank::Own,
        Layer::Gateway | Layer::Framework => Rank::Around,
        Layer::Standard if spoken.pack.id == "http" => Rank::Http,
        Layer::Standard => Rank::Standard,
    }
}

/// An answer, and as much of its request as is known, the way packs look at it.
pub fn heard<'a>(case: &'a Case) -> Heard<'a> {
    let (call, credential) = (&case.call, &case.credential);
    let name = case
        .knowledge
        .status(call.sent_status())
        .map(|row| row.note.name.as_str());
    // A text that only repeats the status says nothing beyond it.
    let words = |text: &str| match name {
        Some(name) if repeats(text, call.sent_status(), name) => Words::default(),
        _ => Words::of(text),
    };
    let mut heard = Heard {
        status: call.sent_status(),
        hides_status: call.exchange.outcome.status() == Some(0),
        ..Heard::default()
    };
    let response = call.response();
    heard.headers = response.map(|response| &response.headers);
    for entry in call.errors.first() {
        for name in named_classes(entry) {
            heard.words.add(Words::of(&parted(name)));
        }
        heard.codes.extend(entry.code.as_deref());
        heard.codes.extend(local_name(entry));
        // A code that the API's own pack explains means that, whatever its name recalls.
        let own = case.knowledge.api.as_ref();
        let is_explained = |code: &str| own.is_some_and(|api| api.code(code, None).is_some());
        let code = entry.code.as_deref();
        if let Some(code) = code.filter(|code| !is_vague(code) && !is_explained(code)) {
            heard.words.add(Words::of(&parted(code)));
        }
        for text in [&entry.title, &entry.detail].into_iter().flatten() {
            heard.words.add(words(text));
            if is_joined(text) && !is_vague(text) {
                heard.words.add(Words::of(&parted(text)));
            }
            heard.literally.add(Words::of(text));
        }
        if matches!(entry.origin, EntryOrigin::Text | EntryOrigin::Html) && entry.detail.is_none() {
            heard.words.add(words(&entry.raw));
        }
    }
    for challenge in &call.challenges {
        heard.codes.extend(challenge.parameter("error"));
        // What OAuth 1 calls it (Problem Reporting extension).
        heard.codes.extend(challenge.parameter("oauth_problem"));
        for name in ["error_description", "oauth_problem_advice", "realm"] {
            if let Some(text) = challenge.parameter(name) {
                heard.words.add(Words::of(text));
            }
        }
    }
    if let Some(response) = response {
        heard.words.add(words(&response.reason));
    }
    if let Outcome::Failed(failure) = &call.exchange.outcome {
        heard.words.add(Words::of_program(&failure.message));
    }
    let sent = &call.exchange.sent;
    if !sent.method.is_empty() {
        heard.method = Some(sent.method.as_str());
    }
    heard.path = path_of(&sent.url);
    let report = credential.report.as_ref();
    heard.credential = match credential.place {
        CredentialPlace::Unknown => None,
        CredentialPlace::Nowhere if case.sends_nothing() => Some(None),
        // A call that signs in shows what it has in its body.
        CredentialPlace::Nowhere => Some(Some(Sent {
            is_in_body: true,
            ..Sent::default()
        })),
        _ => Some(Some(Sent {
            scheme: credential
                .scheme
                .as_deref()
                .unwrap_or_default()
                .to_ascii_lowercase(),
            prefix: report
                .and_then(|r| r.marks.first())
                .map_or_else(String::new, |marked| marked.prefix.clone()),
            is_jwt: report.is_some_and(|r| r.kind == TokenKind::Jwt),
            is_in_body: false,
        })),
    };
    heard
}

/// A code of XML without the prefix of its namespace, which every server chooses for itself.
fn local_name(entry: &Entry) -> Option<&str> {
    let (_, local) = entry.code.as_deref()?.rsplit_once(':')?;
    (entry.origin == EntryOrigin::Xml && !local.is_empty()).then_some(local)
}

/// A sentence that is one word for programs: `KEY_HAS_EXPIRED`.
fn is_joined(text: &str) -> bool {
    text.contains('_') && !text.trim().contains(char::is_whitespace)
}

/// Whether a text is the status in words, with or without its number.
fn repeats(text: &str, status: u16, name: &str) -> bool {
    let letters = |text: &str| -> String {
        let plain = text.chars().filter(|c| c.is_alphabetic());
        plain.flat_map(char::to_lowercase).collect()
    };
    // No status has a name so long; a page may be as long as it likes.
    if text.len() > 200 {
        return false;
    }
    let number = status.to_string();
    letters(&text.replace(&number, "")) == letters(name)
}

/// The names of exceptions in a text: `acme.errors.CSRFTokenError: …` is about a CSRF token.
fn named_classes(entry: &Entry) -> impl Iterator<Item = &str> {
    let texts = [&entry.title, &entry.detail];
    let texts = texts.into_iter().flatten();
    let words = texts.flat_map(|text| text.split(|c: char| c.is_whitespace() || c == ':'));
    words.filter_map(|word| {
        let class = word.rsplit(['.', '\\']).next()?;
        let is_class = class.ends_with("Error") || class.ends_with("Exception");
        (is_class && !is_vague(class)).then_some(class)
    })
}

/// The words that a code is made of: `KeyExpired`, `key_expired` and `KEY-EXPIRED` say the same.
fn parted(code: &str) -> String {
    let mut parted = String::with_capacity(code.len() + 8);
    let mut before = ' ';
    let mut chars = code.chars().peekable();
    while let Some(c) = chars.next() {
        let next_is_small = chars.peek().is_some_and(|next| next.is_lowercase());
        let begins =
            c.is_uppercase() && (before.is_lowercase() || before.is_uppercase() && next_is_small);
        if begins {
            parted.push(' ');
        }
        parted.push(if c.is_alphanumeric() { c } else { ' ' });
        before = c;
    }
    parted
}

/// Codes of so few or so common words that their meaning lies elsewhere.
fn is_vague(code: &str) -> bool {
    const COMMON: &[&str] = &[
        "invalid",
        "request",
        "error",
        "bad",
        "api",
        "exception",
        "failed",
        "failure",
        "unknown",
        "not",
        "found",
        "input",
        "validation",
        "argument",
        "params",
        "param",
        "parameter",
        "code",
        "status",
        "http",
        "client",
        "server",
        "internal",
        "unauthorized",
        "forbidden",
        "denied",
        "access",
        "operation",
        "unprocessable",
        "entity",
        "resource",
        "general",
    ];
    let words = parted(code).to_lowercase();
    let mut words = words.split_whitespace().peekable();
    let is_sentence = code.contains(' ');
    is_sentence
        || words.all(|word| COMMON.contains(&word) || word.bytes().all(|b| b.is_ascii_digit()))
}

/// The path of a URL as it stands there.
fn path_of(url: &str) -> Option<&str> {
    Url::parse(url).ok()?;
    let (_, rest) = url.split_once("://")?;
    let path = &rest[rest.find('/')?..];
    Some(path.split(['?', '#']).next().unwrap_or(path))
}

/// The share of what is left as nats over what nobody thought of.
fn nats(share: f32, left: f32) -> f32 {
    UNKNOWN + (share / left.max(1.0 - SUREST)).ln()
}

/// What packs say of an answer beyond its status, as far as it counts against all else.
pub struct Beside<'a>(Vec<Spoken<'a>>);

impl<'a> Beside<'a> {
    /// Asks the packs of a case once; what they say of a status alone is left out.
    pub fn of(case: &'a Case) -> Beside<'a> {
        let heard = heard(case);
        let mut rows = spoken(case, &heard);
        rows.retain(|row| row.told != Told::ByStatus);
        Beside(rows)
    }

    /// Whether a pack that knows more than HTTP names the cause. What a proxy, a framework or a
    /// standard says of a thing, of a time or of a server behind it is the API's to know.
    pub fn names(&self, cause: Cause) -> bool {
        const OF_THE_API: [Cause; 3] = [
            Cause::ResourceAbsent,
            Cause::TokenExpired,
            Cause::UpstreamUnreachable,
        ];
        if OF_THE_API.contains(&cause) {
            return false;
        }
        let mut rows = self.0.iter().filter(|row| rank_of(row) > Rank::Http);
        rows.any(|row| row.meaning.cause == Some(cause))
    }

    /// How far a look at the credential still counts where the answer gives a reason beyond *it is
    /// not taken*, or that the API's own pack knows that it looked elsewhere.
    pub fn left_by_other_reasons(&self) -> f32 {
        let named = self.0.iter().filter(|row| row.meaning.cause.is_some());
        // Who knows the API best decides.
        let top = named.clone().map(rank_of).max();
        left_by(named.filter(|row| {
            let is_vague = |cause: Cause| OF_ANY_CREDENTIAL.contains(&cause);
            let is_best = Some(rank_of(row)) == top;
            is_best
                && (row.meaning.cause.is_some_and(|cause| !is_vague(cause))
                    || row.meaning.cause == Some(Cause::TokenMissing) && top == Some(Rank::Own))
        }))
    }

    /// How far what an answer points at still counts where its own API is known to mean by the
    /// code that nothing is wrong with the request.
    pub fn left_by_own_code(&self) -> f32 {
        left_by(self.0.iter().filter(|row| {
            let is_other = |cause: Cause| {
                cause.group() != CauseGroup::Request || cause == Cause::RequestConflict
            };
            row.told == Told::ByCode
                && rank_of(row) == Rank::Own
                && row.meaning.cause.is_some_and(is_other)
        }))
    }

    /// How far a credential may still be one that nobody read, where its own API says what is wrong
    /// with its value.
    pub fn left_by_own_word_of_value(&self) -> f32 {
        const OF_A_READ_VALUE: [Cause; 4] = [
            Cause::TokenExpired,
            Cause::TokenNotYetValid,
            Cause::TokenProof,
            Cause::TokenClockSkew,
        ];
        left_by(self.0.iter().filter(|row| {
            let named = row.meaning.cause;
            rank_of(row) == Rank::Own && named.is_some_and(|c| OF_A_READ_VALUE.contains(&c))
        }))
    }

    /// How far a cause still counts that no row names, where rows name others.
    pub fn left_against(&self, cause: Cause) -> f32 {
        let names_another = |row: &&Spoken| row.meaning.cause.is_some_and(|named| named != cause);
        left_by(self.0.iter().filter(names_another))
    }

    /// How far what is weaker still counts beside rows that speak so surely.
    pub fn left(&self) -> f32 {
        left_by(self.0.iter())
    }

    /// How far it counts where it speaks for this cause: a row that leaves the cause open is no
    /// reason not to look further.
    pub fn left_for(&self, cause: Cause) -> f32 {
        left_by(
            self.0
                .iter()
                .filter(|row| !row.meaning.also.contains(&cause)),
        )
    }
}

/// What is left of a finding beside rows that speak against it, which sees nothing for itself any
/// more where they are sure.
pub fn beside(weight: f32, left: f32) -> (f32, Tier) {
    let tier = if left > PROVING {
        Tier::Seen
    } else {
        Tier::Said
    };
    (weight * left, tier)
}

fn left_by<'a>(rows: impl Iterator<Item = &'a Spoken<'a>>) -> f32 {
    let surest = rows.map(|row| row.meaning.sure).fold(0.0, f32::max);
    1.0 - surest.min(SUREST)
}

/// What packs say of an answer, as far as it can be so.
fn spoken<'a>(case: &'a Case, heard: &Heard) -> Vec<Spoken<'a>> {
    let mut rows = case.knowledge.spoken(heard);
    rows.retain(|row| {
        let cause = row.meaning.cause;
        cause.is_none_or(|cause| may_be(case, cause) && !is_otherwise(case, heard, row, cause))
    });
    rows
}

/// A pair of which one is wrong, as answers to a sign-in name it.
static WRONG_PAIR: LazyLock<Option<Phrase>> = LazyLock::new(|| {
    let names = "username|user|name|login|email|identifier|handle|account|phone|id";
    Phrase::new(&format!(
        "invalid|incorrect|wrong|bad * {names} or|and password|passphrase|secret"
    ))
});

/// Whether what the answer names besides says something else than such a row.
fn is_otherwise(case: &Case, heard: &Heard, row: &Spoken, cause: Cause) -> bool {
    let asked = || asked_header(case);
    match cause {
        Cause::TokenMissing => {
            row.pack.layer != Layer::Api
                && WRONG_PAIR
                    .as_ref()
                    .is_some_and(|pair| pair.is_in(&heard.words))
        }
        // What was sent is not missing.
        Cause::RequestMissingHeader if row.told == Told::ByWords => {
            asked().is_some_and(|(_, is_sent)| is_sent)
        }
        // Who may not, and is told which header is missing, may with it.
        Cause::PermissionMissingRole => asked().is_some_and(|(_, is_sent)| !is_sent),
        // Who names the value that is wrong has read the body.
        Cause::RequestMalformedBody => {
            let call = &case.call;
            let is_field = |entry: &Entry| {
                let field = entry.field.as_deref().unwrap_or_default();
                field.contains(char::is_alphabetic)
            };
            row.told == Told::ByWords
                && call.says(Sense::Validation)
                && !call.says(Sense::Syntax)
                && call.errors.first().iter().any(is_field)
        }
        Cause::RequestInvalidParameter
        | Cause::RequestMissingParameter
        | Cause::RequestValidation => named_credential(case).is_some(),
        _ => false,
    }
}

/// A proxy's own answer to a call that was made here is told apart as a failure: what is an answer
/// came from the server, or from a gateway before it.
fn may_be(case: &Case, cause: Cause) -> bool {
    cause != Cause::ProxyRefused || case.call.exchange.is_received()
}

/// Wrong where an API means something else by a code or a sentence than its pack says.
fn says(case: &Case, findings: &mut Findings) {
    if case.call.is_fine() && !case.call.is_refused() {
        return;
    }
    let heard = heard(case);
    let mut rows = spoken(case, &heard);
    rows.retain(|row| row.told != Told::ByStatus);
    rows.sort_by(|a, b| {
        let sure = b.meaning.sure.total_cmp(&a.meaning.sure);
        rank_of(b).cmp(&rank_of(a)).then(sure)
    });
    let mut left = 1.0;
    // A vague code from higher up leaves open what words say more closely.
    let mut left_closely = 1.0;
    let is_close = rows.iter().any(says_closely);
    let mut at = 0;
    while at < rows.len() {
        let rank = rank_of(&rows[at]);
        let end = at
            + rows[at..]
                .iter()
                .take_while(|row| rank_of(row) == rank)
                .count();
        let here = &rows[at..end];
        add(here, [left, left_closely], is_close, &heard, findings);
        let surest = |rows: &mut dyn Iterator<Item = &Spoken>| {
            let sure = rows.map(|row| row.sure(row.meaning.sure));
            1.0 - sure.fold(0.0, f32::max).min(SUREST)
        };
        left *= surest(&mut here.iter());
        left_closely *= surest(&mut here.iter().filter(|row| !is_vague_code(row)));
        at = end;
    }
}

/// Whether it is a code that says no more than that something is wrong.
fn is_vague_code(row: &Spoken) -> bool {
    let vague = |cause: Cause| VAGUE.contains(&cause);
    row.told == Told::ByCode && row.meaning.cause.is_some_and(vague)
}

/// Whether it is a sentence that says what is wrong.
fn says_closely(row: &Spoken) -> bool {
    row.told == Told::ByWords
        && row
            .meaning
            .cause
            .is_some_and(|cause| !VAGUE.contains(&cause))
}

/// So much of a vague code is left beside such a sentence.
const BESIDE_CLOSE: f32 = 0.4;

/// The rows of one rank; of those that name the same cause, the surest counts.
fn add(
    rows: &[Spoken],
    [left, closely]: [f32; 2],
    is_close: bool,
    heard: &Heard,
    findings: &mut Findings,
) {
    let mut named: Vec<Cause> = Vec::new();
    let mut opened: Vec<Cause> = Vec::new();
    for row in rows {
        let left = match says_closely(row) {
            true => closely,
            false if is_close && is_vague_code(row) => left * BESIDE_CLOSE,
            false => left,
        };
        let Meaning {
            cause: Some(cause),
            sure,
            also,
            ..
        } = row.meaning
        else {
            continue;
        };
        let sure = row.sure(*sure).min(SUREST);
        let open = (1.0 - sure) * (1.0 - if also.is_empty() { 0.0 } else { FOR_OTHERS });
        if !named.contains(cause) {
            named.push(*cause);
            let weight = nats(sure, open.max(1.0 - SUREST)) * left;
            findings.add(*cause, weight, tier(row), evidence(row, heard));
        }
        for other in also {
            // Several rows that leave it open say it once.
            if !named.contains(other) && !opened.contains(other) {
                opened.push(*other);
                let share = (1.0 - sure) * FOR_OTHERS / also.len() as f32;
                // A small share is no word against it.
                let weight = nats(share, open).max(0.0) * left;
                findings.add(*other, weight, tier(row), "");
            }
        }
    }
}

/// What a client says it saw itself; what an API says may be translated.
fn tier(row: &Spoken) -> Tier {
    match row.told {
        _ if row.pack.id == CLIENT => Tier::Seen,
        Told::ByWords => Tier::Words,
        _ => Tier::Said,
    }
}

fn evidence(row: &Spoken, heard: &Heard) -> String {
    let whose = &row.pack.title;
    let why = row.meaning.why.as_deref().unwrap_or_default();
    match (row.code.map(|code| heard.spelled(code)), why) {
        (Some(code), "") => format!("{whose}: the code {code}."),
        (Some(code), why) => format!("{whose}, code {code}: {why}"),
        (None, "") => format!("{whose} answers so for this cause."),
        (None, why) => format!("{whose}: {why}"),
    }
}

/// Wrong whenever anything is known beyond the status.
fn status(case: &Case, findings: &mut Findings) {
    let call = &case.call;
    if call.is_fine() {
        return;
    }
    let left = Beside::of(case).left();
    let heard = heard(case);
    let mut rows = spoken(case, &heard);
    rows.retain(|row| row.told == Told::ByStatus && rank_of(row) == Rank::Own);
    if !rows.is_empty() {
        for row in rows {
            let Some(cause) = row.meaning.cause else {
                continue;
            };
            let sure = row.meaning.sure.min(SUREST);
            let weight = nats(sure, 1.0 - sure) * left;
            findings.add(cause, weight, Tier::Status, evidence(&row, &heard));
        }
        return;
    }
    let Some(row) = case.knowledge.status(call.sent_status()) else {
        return;
    };
    let said: f32 = row.likely.iter().map(|(_, share)| share).sum();
    for (cause, share) in row.likely.iter().filter(|(cause, _)| may_be(case, *cause)) {
        let weight = nats(*share, 1.0 - said) * left;
        findings.add(*cause, weight, Tier::Status, format!("{}.", call.line()));
    }
}

#[cfg(test)]
mod tests {
    use crate::insight::api::Phrase;
    use crate::insight::api::knowledge::{AnswerRow, Meaning};
    use crate::insight::api::marks::Marked;
    use crate::insight::rules::example::{Example, call, coded, fires, listing, silent};
    use crate::model::Cause;

    const PLAN: Cause = Cause::AccountPlan;

    fn row(cause: Cause, sure: f32) -> AnswerRow {
        AnswerRow {
            meaning: Meaning {
                cause: Some(cause),
                sure,
                ..Meaning::default()
            },
            ..AnswerRow::default()
        }
    }

    #[test]
    fn a_row_of_a_pack_speaks_where_it_fits_and_not_of_a_success() {
        let packed = |example: Example| {
            example.packed(|pack| {
                let words = Phrase::new("upgrade * plan").into_iter().collect();
                pack.answers.push(AnswerRow {
                    words,
                    ..row(PLAN, 0.9)
                });
            })
        };
        let said = |text: &str| {
            let body = format!("{{\"message\":\"{text}\"}}");
            packed(call(
                "GET /core/users",
                super::super::example::says(403, &body),
            ))
        };
        fires("known.says", PLAN, &said("Please upgrade to a paid plan."));
        silent("known.says", PLAN, &said("You may not."));
        let fine = packed(call("GET /core/users", listing(&["1"])));
        silent("known.says", PLAN, &fine);
    }

    #[test]
    fn a_row_may_be_for_one_kind_of_token_alone() {
        let told = |beginning: &str| {
            let mut refused = call("GET /core/users", coded(403, "x")).token("zq_0123456789abcdef");
            let report = refused.0.credential.report.as_mut().unwrap();
            report.marks.push(Marked {
                pack: "acme".into(),
                maker: "Acme".into(),
                kind: "key".into(),
                prefix: "zq_live_".into(),
                live: None,
                misses: None,
                sum_holds: None,
            });
            refused.packed(|pack| {
                pack.answers.push(AnswerRow {
                    credentials: vec![beginning.into()],
                    codes: vec!["x".into()],
                    ..row(PLAN, 0.9)
                })
            })
        };
        for beginning in ["zq_live_", "zq_"] {
            fires("known.says", PLAN, &told(beginning));
        }
        silent("known.says", PLAN, &told("zz_"));
    }

    #[test]
    fn a_code_is_spelled_as_the_answer_spells_it() {
        use crate::insight::api::knowledge::Heard;
        let heard = Heard {
            codes: vec!["Insufficient-Scope", "invalid_token"],
            ..Heard::default()
        };
        assert_eq!(heard.spelled("insufficient_scope"), "Insufficient-Scope");
        assert_eq!(heard.spelled("invalid_token"), "invalid_token");
        assert_eq!(heard.spelled("other"), "other");
    }

    #[test]
    fn a_code_is_heard_by_the_words_it_is_made_of() {
        for code in ["KEY_EXPIRED", "keyExpired", "key-expired", "KeyExpired"] {
            assert_eq!(super::parted(code).to_lowercase(), "key expired");
            assert!(!super::is_vague(code));
        }
        assert_eq!(super::parted("APIKeyMissing"), "API Key Missing");
        for code in ["invalid_request", "40301", "NotFound", "It went wrong"] {
            assert!(super::is_vague(code), "{code}");
        }
    }

    #[test]
    fn what_a_row_leaves_open_is_still_looked_into() {
        let mut open = row(PLAN, 0.9);
        open.meaning.also = vec![Cause::TokenExpired];
        let case = call("GET /core/users", coded(403, "x")).packed(|pack| {
            pack.answers.push(AnswerRow {
                codes: vec!["x".into()],
                ..open
            })
        });
        let beside = super::Beside::of(&case.0);
        assert!(beside.left() < 0.2);
        assert!(beside.left_for(Cause::TokenRejected) < 0.2);
        assert_eq!(beside.left_for(Cause::TokenExpired), 1.0);
    }

    #[test]
    fn a_status_is_read_as_this_api_means_it() {
        let told = |status| call("GET /core/users", coded(status, "x"));
        fires("known.status", Cause::CoreOutdated, &told(501));
        silent("known.status", Cause::CoreOutdated, &told(500));
        let unknown = told(501).unknown();
        silent("known.status", Cause::CoreOutdated, &unknown);
    }
}
