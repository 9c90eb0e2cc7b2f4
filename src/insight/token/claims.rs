//! What a JWT says of itself (RFC 7519). Nothing of it is verified: the key is the server's.

use super::problem::{TokenProblem, doubt, sure};
use crate::insight::json::{self, Json};
use crate::insight::redact::is_secret_name;
use crate::model::{Cause, MASK, Timestamp};
use base64::Engine;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};

/// What a JWT says of itself. Nothing here was verified.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Claims {
    pub algorithm: Option<String>,
    pub issuer: Option<String>,
    pub audience: Vec<String>,
    pub scopes: Vec<String>,
    /// Absent where the token does not say anything of scopes, which is not the same as none.
    pub says_scopes: bool,
    pub roles: Vec<String>,
    pub issued_at: Option<Timestamp>,
    pub not_before: Option<Timestamp>,
    pub expires_at: Option<Timestamp>,
    /// What has to come with it, by its claim `cnf` (RFC 7800).
    pub bound: Option<Bound>,
    /// Every claim in the order of the token, its value on one line.
    pub all: Vec<(String, String)>,
}

/// What a token is bound to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// A key that each call has to prove (RFC 9449, 6): `jkt`.
    Key,
    /// A client certificate (RFC 8705, 3): `x5t#S256`.
    Certificate,
}

/// Base64 of URLs, with or without its padding.
pub(super) const LOOSE: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::URL_SAFE,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

pub(super) fn read(text: &str, problems: &mut Vec<TokenProblem>) -> Option<Claims> {
    let parts: Vec<&str> = text.split('.').collect();
    let mut broken = |says: &str| problems.push(sure(Cause::TokenWrongShape, says));
    let object = |part: &str| {
        let bytes = LOOSE.decode(part).ok()?;
        let text = String::from_utf8(bytes).ok()?;
        let reading = json::read(&text);
        let whole = reading.complete && !reading.fragment;
        reading
            .value
            .filter(|value| whole && value.as_object().is_some())
    };
    let header = parts.first().and_then(|part| object(part));
    let body = parts.get(1).and_then(|part| object(part));
    let cut = parts.len() < 3 || parts.get(2).is_some_and(|part| part.is_empty());
    let Some(body) = body else {
        broken("it begins like a JWT, but its claims cannot be read: it was cut off or changed");
        return None;
    };
    if cut {
        broken("it is a JWT without its signature: the end was cut off");
    } else if parts.len() > 3 {
        broken("it is a JWT with something behind it");
    } else if header.is_none() {
        broken("it is a JWT whose header cannot be read");
    } else if parts[2]
        .bytes()
        .any(|b| !(b.is_ascii_alphanumeric() || b"-_=".contains(&b)))
    {
        broken("the signature of this JWT holds characters that do not belong there");
    }
    let algorithm = header
        .as_ref()
        .and_then(|h| h.get("alg"))
        .and_then(Json::to_text);
    let expected = match algorithm.as_deref() {
        Some("HS256") => Some(43),
        Some("HS384") => Some(64),
        Some("HS512" | "ES256" | "EdDSA") => Some(86),
        Some("RS256" | "PS256") => Some(342),
        _ => None,
    };
    let signature = parts
        .get(2)
        .map_or(0, |part| part.trim_end_matches('=').len());
    if let Some(expected) = expected
        && !cut
        && parts.len() == 3
        && signature < expected
    {
        problems.push(sure(
            Cause::TokenWrongShape,
            "the signature of this JWT is shorter than its algorithm makes it: the end may be cut off",
        ));
    }
    Some(claims(&body, algorithm, problems))
}

/// RFC 7519, 2: a NumericDate is a number of seconds. Some makers write other things.
#[derive(Default)]
struct Times {
    /// Name, what is counted, and the number.
    counted: Vec<(&'static str, &'static str, f64)>,
    texts: Vec<&'static str>,
}

impl Times {
    fn read(&mut self, name: &'static str, body: &Json) -> Option<Timestamp> {
        let value = body.get(name)?;
        if let Json::Text(text) = value {
            self.texts.push(name);
            if let Ok(at) = text.trim().parse() {
                return Some(at);
            }
        }
        let number: f64 = value.to_text()?.trim().parse().ok()?;
        let (unit, parts) = match number {
            ..1e11 => ("", 1.0),
            ..1e14 => ("milliseconds", 1e3),
            ..1e17 => ("microseconds", 1e6),
            _ => ("nanoseconds", 1e9),
        };
        if !unit.is_empty() {
            self.counted.push((name, unit, number));
        }
        Timestamp::from_second((number / parts) as i64).ok()
    }

    fn problems(&self, problems: &mut Vec<TokenProblem>) {
        const YEAR: f64 = 31_556_952.0;
        let mut odd = |says: String| problems.push(doubt(Cause::TokenWrongShape, says));
        if let Some((_, unit, number)) = self.counted.last() {
            let names: Vec<&str> = self.counted.iter().map(|(name, ..)| *name).collect();
            let year = 1970.0 + (number / YEAR).floor();
            odd(format!(
                "{} {} in {unit} instead of seconds: a server that reads seconds sees the year {year}",
                names.join(" and "),
                if names.len() == 1 { "is" } else { "are" },
            ));
        }
        if !self.texts.is_empty() {
            odd(format!(
                "{} {} as text, where the standard has a number of seconds: some servers refuse that",
                self.texts.join(" and "),
                if self.texts.len() == 1 { "is" } else { "are" },
            ));
        }
    }
}

fn claims(body: &Json, algorithm: Option<String>, problems: &mut Vec<TokenProblem>) -> Claims {
    let mut times = Times::default();
    let [issued_at, not_before, expires_at] =
        ["iat", "nbf", "exp"].map(|name| times.read(name, body));
    times.problems(problems);
    let scopes = ["scope", "scopes", "scp"]
        .iter()
        .find_map(|name| body.get(name));
    let roles = ["roles", "role", "groups"]
        .iter()
        .find_map(|name| body.get(name));
    let shown = |(name, value): &(String, Json)| {
        let hidden = is_secret_name(name);
        let text = value.to_text().unwrap_or_else(|| value.to_string());
        (name.clone(), if hidden { MASK.to_owned() } else { text })
    };
    Claims {
        algorithm,
        issuer: body.get("iss").and_then(Json::to_text),
        audience: body.get("aud").map(words).unwrap_or_default(),
        says_scopes: scopes.is_some(),
        scopes: scopes.map(words).unwrap_or_default(),
        roles: roles.map(words).unwrap_or_default(),
        bound: body.get("cnf").and_then(bound),
        issued_at,
        not_before,
        expires_at,
        all: body
            .as_object()
            .unwrap_or_default()
            .iter()
            .map(shown)
            .collect(),
    }
}

fn bound(cnf: &Json) -> Option<Bound> {
    match (cnf.get("jkt"), cnf.get("x5t#S256")) {
        (Some(_), _) => Some(Bound::Key),
        (None, Some(_)) => Some(Bound::Certificate),
        (None, None) => None,
    }
}

/// The thumbprint of the key that a JWT says it is bound to (RFC 9449, 6.1).
pub fn bound_key(token: &str) -> Option<String> {
    let body = token.split('.').nth(1)?;
    let body = String::from_utf8(LOOSE.decode(body).ok()?).ok()?;
    let body = json::read(&body).value?;
    body.get("cnf")?.get("jkt")?.as_text().map(str::to_owned)
}

/// A list of texts, or one text with blanks or commas between.
fn words(value: &Json) -> Vec<String> {
    match value.as_list() {
        Some(list) => list.iter().filter_map(Json::to_text).collect(),
        None => {
            let text = value.to_text().unwrap_or_default();
            let words = text.split([' ', ',']).filter(|word| !word.is_empty());
            words.map(str::to_owned).collect()
        }
    }
}
