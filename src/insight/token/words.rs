//! What a token says, in plain words: a line for each thing worth knowing, the same on the
//! screen and in the shell. Nothing here claims that a token is genuine.

use super::{Bound, TokenKind, TokenReport, Validity};
use crate::insight::api::knowledge::Pack;
use crate::model::{Cause, Environment, Timestamp};

/// How a line is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    Plain,
    /// Worth a second look.
    Doubt,
    /// It cannot work like this.
    Bad,
}

/// How something of a token is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// By looking at its text.
    Form,
    /// It says so itself, and nobody checked it.
    Claim,
    /// It says so itself, and its issuer signed that.
    Verified,
    /// An answer of the API.
    Api,
    /// Its issuer said so.
    Issuer,
    Settings,
    /// The calls that were made with it.
    History,
}

impl How {
    /// The words behind a line, as `by claim`; the same on the screen and in the shell, 16 columns
    /// at most.
    pub fn words(self) -> &'static str {
        match self {
            How::Form => "by form",
            How::Claim => "by claim",
            How::Verified => "by claim, signed",
            How::Api => "by the API",
            How::Issuer => "by its issuer",
            How::Settings => "by the settings",
            How::History => "by the history",
        }
    }
}

/// One thing worth knowing of a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub label: String,
    pub text: String,
    pub tone: Tone,
    pub how: How,
}

impl Line {
    /// A line without any change to its texts; they may come from outside and are made visible
    /// where they are shown.
    pub fn new(label: impl Into<String>, text: impl Into<String>, tone: Tone, how: How) -> Line {
        Line {
            label: label.into(),
            text: text.into(),
            tone,
            how,
        }
    }
}

/// Everything worth knowing of a report at a moment; `place` is where the token is to go, and
/// `api` what is known of the API there.
pub fn lines(
    report: &TokenReport,
    now: Timestamp,
    place: Option<&Environment>,
    api: Option<&Pack>,
) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut add = |label: &str, text: String, tone| {
        lines.push(Line::new(label, text, tone, How::Form));
    };
    let characters = match report.length {
        1 => "1 character".to_owned(),
        length => format!("{length} characters"),
    };
    let own = api.and_then(|pack| report.kind_at(pack));
    let like = own.map_or_else(String::new, |kind| format!(", the form of a {}", kind.kind));
    let kind = match report.kind {
        TokenKind::Hex => format!("{} hexadecimal digits{like}", report.length),
        kind => format!("{}{like} ({characters})", kind.words()),
    };
    add("kind", kind, Tone::Plain);
    for marked in &report.marks {
        let live = marked
            .live
            .as_ref()
            .map_or_else(String::new, |live| format!(" ({live})"));
        let text = format!("{}: {}{live}", marked.maker, marked.kind);
        add("maker", text, Tone::Plain);
        let (text, tone) = match marked.sum_holds {
            Some(true) => ("holds: it is whole, as it was given out", Tone::Plain),
            Some(false) => ("does not hold: a character was changed", Tone::Doubt),
            None => continue,
        };
        add("checksum", text.to_owned(), tone);
    }
    let misfits = api
        .map(|pack| report.misfits(pack, None))
        .unwrap_or_default();
    let misfits = misfits.iter().map(|misfit| &misfit.problem);
    // What its checksum shows was said above.
    let misfits = misfits.filter(|problem| problem.cause != Cause::TokenRejected);
    for problem in report.problems.iter().chain(misfits) {
        let (label, tone) = if problem.is_sure {
            ("mistake", Tone::Bad)
        } else {
            ("unusual", Tone::Doubt)
        };
        add(label, problem.says.clone(), tone);
    }
    let Some(claims) = &report.claims else {
        return lines;
    };
    let mut add = |label: &str, text: String, tone| {
        lines.push(Line::new(label, text, tone, How::Claim));
    };
    if let Some(algorithm) = &claims.algorithm {
        let unsigned = algorithm.eq_ignore_ascii_case("none");
        let tone = if unsigned { Tone::Bad } else { Tone::Plain };
        let text = if unsigned {
            "none: it is not signed at all".to_owned()
        } else {
            algorithm.clone()
        };
        add("signed with", text, tone);
    }
    if let Some(issuer) = &claims.issuer {
        add("issued by", issuer.clone(), tone_of_host(issuer, place));
    }
    if !claims.audience.is_empty() {
        let fits = |audience: &String| tone_of_host(audience, place) == Tone::Plain;
        let tone = if claims.audience.iter().any(fits) {
            Tone::Plain
        } else {
            Tone::Doubt
        };
        let mut text = claims.audience.join(", ");
        if let (Tone::Doubt, Some(home)) = (tone, place.and_then(Environment::origin)) {
            text.push_str(&format!(", and {} is another host", home.host()));
        }
        add("meant for", text, tone);
    }
    if let Some(at) = claims.issued_at {
        let ahead = at > now;
        let text = format!("{at} ({})", relative(at, now));
        if ahead {
            add(
                "issued",
                format!("{text}: a clock is wrong, here or there"),
                Tone::Doubt,
            )
        } else {
            add("issued", text, Tone::Plain)
        }
    }
    if let Some(at) = claims.not_before {
        let tone = if at > now { Tone::Bad } else { Tone::Plain };
        add("valid from", format!("{at} ({})", relative(at, now)), tone);
    }
    match claims.expires_at {
        Some(at) => {
            let over = report.at(now) == Validity::Expired;
            let label = if over { "expired" } else { "expires" };
            let tone = if over { Tone::Bad } else { Tone::Plain };
            add(label, format!("{at} ({})", relative(at, now)), tone);
        }
        None => add("expires", "the token does not say".to_owned(), Tone::Plain),
    }
    if claims.says_scopes {
        let scopes = if claims.scopes.is_empty() {
            "none".to_owned()
        } else {
            claims.scopes.join(", ")
        };
        add("scopes", scopes, Tone::Plain);
    }
    match claims.bound {
        Some(Bound::Key) => add(
            "bound",
            "to a key: each call needs a DPoP proof made with it".to_owned(),
            Tone::Doubt,
        ),
        Some(Bound::Certificate) => add(
            "bound",
            "to a client certificate: each call has to come with it".to_owned(),
            Tone::Doubt,
        ),
        None => {}
    }
    if !claims.roles.is_empty() {
        add("roles", claims.roles.join(", "), Tone::Plain);
    }
    let told = [
        "iss", "aud", "cnf", "iat", "nbf", "exp", "scope", "scopes", "scp", "roles", "role",
        "groups",
    ];
    for (name, value) in &claims.all {
        if !told.contains(&name.as_str()) {
            add(name, value.clone(), Tone::Plain);
        }
    }
    lines
}

/// An issuer or audience that names another host than the one it is to be sent to is worth a
/// look; a name that is no host says nothing.
fn tone_of_host(text: &str, place: Option<&Environment>) -> Tone {
    let Some(home) = place.and_then(Environment::origin) else {
        return Tone::Plain;
    };
    match of_same_house(text, home.host()) {
        Some(false) => Tone::Doubt,
        _ => Tone::Plain,
    }
}

/// Whether a URL is of the same house as a host; `None` for what is no URL.
pub(super) fn of_same_house(text: &str, home: &str) -> Option<bool> {
    let url = url::Url::parse(text).ok()?;
    let host = url.host_str()?;
    // The API's host and the identity provider's often share their last two labels.
    let last = |host: &str| -> Vec<String> {
        let labels = host.rsplit('.').take(2);
        labels.map(str::to_ascii_lowercase).collect()
    };
    Some(last(host) == last(home))
}

/// `in 3 min`, `2 days ago`
pub fn relative(at: Timestamp, now: Timestamp) -> String {
    let seconds = at.as_second().saturating_sub(now.as_second());
    let size = seconds.unsigned_abs();
    let (count, unit) = match size {
        0..=89 => (size, "s"),
        90..=5_399 => (size / 60, "min"),
        5_400..=129_599 => (size / 3_600, "h"),
        129_600..=63_071_999 => (size / 86_400, "days"),
        _ => (size / 31_536_000, "years"),
    };
    match seconds {
        0 => "now".to_owned(),
        1.. => format!("in {count} {unit}"),
        _ => format!("{count} {unit} ago"),
    }
}

/// The value of a claim as a person reads it: seconds since 1970 become a time (RFC 7519, 4.1).
pub fn claim_text(name: &str, value: String) -> String {
    const TIMES: &[&str] = &["exp", "iat", "nbf", "auth_time", "updated_at"];
    if !TIMES.contains(&name) {
        return value;
    }
    let seconds = value.trim().parse::<f64>().ok();
    let at = seconds.and_then(|seconds| Timestamp::from_second(seconds as i64).ok());
    at.map_or(value, |at| at.to_string())
}

/// What two tokens say differently: the claim, and what each says of it.
pub fn differences(
    first: &TokenReport,
    second: &TokenReport,
) -> Vec<(String, Option<String>, Option<String>)> {
    let facts = |report: &TokenReport| {
        let mut facts = vec![
            ("kind".to_owned(), report.kind.id().to_owned()),
            ("length".to_owned(), report.length.to_string()),
        ];
        if let Some(claims) = &report.claims {
            let algorithm = claims.algorithm.clone();
            facts.extend(algorithm.map(|algorithm| ("signed with".to_owned(), algorithm)));
            facts.extend(claims.all.iter().cloned());
        }
        facts
    };
    let (one, other) = (facts(first), facts(second));
    let value = |facts: &[(String, String)], name: &str| {
        let found = facts.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.clone())
    };
    let mut names: Vec<&String> = Vec::new();
    for (name, _) in one.iter().chain(&other) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let both = names
        .into_iter()
        .map(|name| (name.clone(), value(&one, name), value(&other, name)));
    let mut found: Vec<_> = both.filter(|(_, one, other)| one != other).collect();
    found.extend(scopes_apart(first, second));
    found
}

/// The scopes that only one of two tokens holds, where both say what they hold.
fn scopes_apart(
    one: &TokenReport,
    other: &TokenReport,
) -> Vec<(String, Option<String>, Option<String>)> {
    let held = |report: &TokenReport| {
        let claims = report.claims.as_ref().filter(|claims| claims.says_scopes)?;
        Some(claims.scopes.clone())
    };
    let (Some(one), Some(other)) = (held(one), held(other)) else {
        return Vec::new();
    };
    let word = || Some("held".to_owned());
    let first = one.iter().filter(|scope| !other.contains(scope));
    let first = first.map(|scope| (format!("scope {scope}"), word(), None));
    let second = other.iter().filter(|scope| !one.contains(scope));
    let second = second.map(|scope| (format!("scope {scope}"), None, word()));
    first.chain(second).collect()
}

#[cfg(test)]
mod tests {
    use super::super::{claims::LOOSE, inspect};
    use super::*;
    use crate::insight::api::marks::Marks;
    use base64::Engine;

    fn now() -> Timestamp {
        Timestamp::from_second(1_800_000_000).unwrap()
    }

    fn jwt(claims: &str) -> TokenReport {
        let part = |text: &str| LOOSE.encode(text).trim_end_matches('=').to_owned();
        let header = part("{\"alg\":\"HS256\"}");
        let text = format!("{header}.{}.{}", part(claims), "s".repeat(43));
        inspect(&text, now(), &Marks::default())
    }

    fn line<'a>(lines: &'a [Line], label: &str) -> &'a Line {
        let found = lines.iter().find(|line| line.label == label);
        found.unwrap_or_else(|| panic!("{label}: {lines:?}"))
    }

    #[test]
    fn a_token_is_told_in_plain_words_with_both_kinds_of_time() {
        let report = jwt(
            "{\"iss\":\"https://login.other.example\",\"aud\":\"https://api.acme.example\",\
             \"exp\":1799999820,\"iat\":1799990000,\"scope\":\"read write\",\"sub\":\"7\"}",
        );
        let acme = Environment {
            base_url: "https://api.acme.example".into(),
            ..Environment::default()
        };
        let lines = lines(&report, now(), Some(&acme), None);
        let expired = line(&lines, "expired");
        assert_eq!(expired.text, "2027-01-15T07:57:00Z (3 min ago)");
        assert_eq!(expired.tone, Tone::Bad);
        assert_eq!(line(&lines, "scopes").text, "read, write");
        assert_eq!(line(&lines, "issued by").tone, Tone::Doubt);
        assert_eq!(line(&lines, "meant for").tone, Tone::Plain);
        assert_eq!(line(&lines, "sub").text, "7");
        assert!(line(&lines, "kind").text.contains("not verified"));
    }

    #[test]
    fn a_token_without_a_signature_and_one_from_the_future_are_marked() {
        let part = |text: &str| LOOSE.encode(text).trim_end_matches('=').to_owned();
        let text = format!(
            "{}.{}.x",
            part("{\"alg\":\"none\"}"),
            part("{\"iat\":1800000600,\"nbf\":1800000600}")
        );
        let lines = lines(&inspect(&text, now(), &Marks::default()), now(), None, None);
        assert_eq!(line(&lines, "signed with").tone, Tone::Bad);
        assert!(line(&lines, "issued").text.contains("a clock is wrong"));
        assert_eq!(line(&lines, "valid from").tone, Tone::Bad);
    }

    #[test]
    fn two_tokens_are_compared_claim_by_claim() {
        let one = jwt("{\"sub\":\"1\",\"scope\":\"read\",\"same\":true}");
        let other = jwt("{\"sub\":\"2\",\"aud\":\"core\",\"same\":true}");
        let found = differences(&one, &other);
        let names: Vec<&str> = found.iter().map(|(name, ..)| name.as_str()).collect();
        assert!(
            ["sub", "scope", "aud"].iter().all(|n| names.contains(n)),
            "{names:?}"
        );
        assert!(!names.contains(&"same") && !names.contains(&"kind"));
        let scope = found.iter().find(|(name, ..)| name == "scope").unwrap();
        assert_eq!(scope.1.as_deref(), Some("read"));
        assert_eq!(scope.2, None);
        assert!(differences(&one, &one).is_empty());
        let wider = jwt("{\"scope\":\"read write\"}");
        let found = differences(&one, &wider);
        let scope = found
            .iter()
            .find(|(name, ..)| name == "scope write")
            .unwrap();
        assert_eq!((&scope.1, scope.2.as_deref()), (&None, Some("held")));
    }

    #[test]
    fn the_time_of_a_claim_is_no_number_of_seconds() {
        let text = |name, value: &str| claim_text(name, value.to_owned());
        assert_eq!(text("exp", "1799999820"), "2027-01-15T07:57:00Z");
        assert_eq!(text("exp", "soon"), "soon");
        assert_eq!(text("level", "1799999820"), "1799999820");
    }

    #[test]
    fn times_are_told_in_the_unit_that_reads_best() {
        let at = |offset: i64| {
            relative(
                Timestamp::from_second(1_800_000_000 + offset).unwrap(),
                now(),
            )
        };
        assert_eq!(at(0), "now");
        assert_eq!(at(-180), "3 min ago");
        assert_eq!(at(45), "in 45 s");
        assert_eq!(at(7_200), "in 2 h");
        assert_eq!(at(-10 * 86_400), "10 days ago");
        assert_eq!(at(3 * 31_536_000), "in 3 years");
    }
}
