//! Whether the signature of a JWT holds by the keys that its issuer publishes (RFC 7515, 7517,
//! 7518, 8037). Keys come from there alone: an address or a key that the token brings along
//! (`jku`, `x5u`, `jwk`) is never used, since whoever changed the token could have put it there.

use super::claims::LOOSE;
use super::grant::object;
use super::{How, Line, Tone};
use crate::insight::json::Json;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256,
    RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512, RSA_PSS_2048_8192_SHA256,
    RSA_PSS_2048_8192_SHA384, RSA_PSS_2048_8192_SHA512, RsaParameters, RsaPublicKeyComponents,
    UnparsedPublicKey, VerificationAlgorithm,
};

/// No issuer has more keys in use; what stands behind them is not read.
const MOST_KEYS: usize = 200;
/// RFC 7518, 3.3: shorter ones are not to be used.
const SHORTEST_RSA: usize = 2048;

/// How a reason begins that was found by a key of the issuer.
const ITS_KEY: &str = "the issuer's key";

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signature {
    Holds,
    /// None of the issuer's keys is the one that signed it, as far as that can be told.
    UnknownKey,
    /// The key that it names did not sign this text.
    Altered,
    /// Why, as the end of a sentence.
    CannotBeChecked(String),
}

impl Signature {
    /// One word for JSON.
    pub fn id(&self) -> &'static str {
        match self {
            Signature::Holds => "holds",
            Signature::UnknownKey => "unknown_key",
            Signature::Altered => "altered",
            Signature::CannotBeChecked(_) => "cannot_be_checked",
        }
    }
}

/// What is known of a token's signature, and by what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    pub signature: Signature,
    pub algorithm: Option<String>,
    pub key: Option<String>,
    /// Whose keys were asked for; else whom the token names.
    pub issuer: Option<String>,
    /// What it does not say by itself, a sentence each.
    pub remarks: Vec<String>,
}

impl Verified {
    /// Before any key is there.
    pub fn unchecked(head: &Head, why: String) -> Verified {
        let brings = (!head.brings.is_empty()).then(|| {
            format!(
                "It brings a key or an address of keys along ({}), which is never used.",
                head.brings.join(", ")
            )
        });
        Verified {
            signature: Signature::CannotBeChecked(why),
            algorithm: head.algorithm.clone(),
            key: head.key.clone(),
            issuer: head.issuer.clone(),
            remarks: brings.into_iter().collect(),
        }
    }

    /// Whether it is what its issuer signed.
    pub fn holds(&self) -> bool {
        self.signature == Signature::Holds
    }

    /// In a few words, for a list.
    pub fn short(&self) -> &'static str {
        match self.signature {
            Signature::Holds => "signature holds",
            Signature::UnknownKey => "key unknown",
            Signature::Altered => "altered",
            Signature::CannotBeChecked(_) => "cannot be checked here",
        }
    }

    /// As a person is told it.
    pub fn lines(&self) -> Vec<Line> {
        let issuer = self
            .issuer
            .as_deref()
            .unwrap_or("an issuer it does not name");
        let key = self.key.as_ref();
        let key = key.map_or_else(|| "a key".to_owned(), |key| format!("key {key}"));
        let by = self.algorithm.as_deref().unwrap_or_default();
        let (text, tone) = match &self.signature {
            Signature::Holds => (
                format!("signature holds: {key} of {issuer} made it ({by})"),
                Tone::Plain,
            ),
            Signature::UnknownKey => (
                match &self.key {
                    Some(key) => format!(
                        "key unknown here but of issuer {issuer}: it has no key {key} now, which may be an old one"
                    ),
                    None => format!(
                        "key unknown here but of issuer {issuer}: none of its keys made this signature"
                    ),
                },
                Tone::Doubt,
            ),
            Signature::Altered => (
                format!(
                    "altered: {key} of {issuer} did not sign this text; a character was changed, or somebody else made it"
                ),
                Tone::Bad,
            ),
            Signature::CannotBeChecked(why) => {
                (format!("cannot be checked here: {why}"), Tone::Doubt)
            }
        };
        // Where no key was looked at, only its form is known.
        let how = match &self.signature {
            Signature::CannotBeChecked(why) if !why.starts_with(ITS_KEY) => How::Form,
            _ => How::Issuer,
        };
        let line = |label: &str, text: String, tone| Line::new(label, text, tone, how);
        let mut lines = vec![line("signature", text, tone)];
        let remarks = self.remarks.iter();
        lines.extend(remarks.map(|says| line("besides", says.clone(), Tone::Doubt)));
        lines
    }
}

/// What a token says of its signature, and of who made it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Head {
    pub algorithm: Option<String>,
    /// The name of the key, `kid`.
    pub key: Option<String>,
    pub issuer: Option<String>,
    /// What it brings along to be checked by, which is never used: `jku`, `x5u`, `jwk`, `x5c`.
    pub brings: Vec<&'static str>,
    is_critical: bool,
}

impl Head {
    /// Why no key could tell anything, so that none has to be fetched.
    pub fn why_not(&self) -> Option<String> {
        let Some(algorithm) = &self.algorithm else {
            return Some("its header names no algorithm".to_owned());
        };
        if self.is_critical {
            return Some("its header names rules that have to be known (crit)".to_owned());
        }
        if Scheme::of(algorithm).is_some() {
            return None;
        }
        Some(match algorithm.to_ascii_lowercase().as_str() {
            "none" => "it is not signed at all (alg none)".to_owned(),
            "hs256" | "hs384" | "hs512" => format!(
                "{algorithm} is made with a secret that issuer and API share, and there is no public key to it"
            ),
            _ => format!("the algorithm {algorithm} is not known to this program"),
        })
    }
}

/// Reads the head of a token; else says why there is none, as the end of a sentence.
pub fn head(text: &str) -> Result<Head, String> {
    let text = text.trim();
    let parts: Vec<&str> = text.split('.').collect();
    match parts.len() {
        3 => {}
        5 if text.starts_with("eyJ") => {
            return Err("it is encrypted, and only the API can read it".to_owned());
        }
        _ => return Err("it is no JWT; only its server knows whether it is genuine".to_owned()),
    }
    let read = |part: &str| object(&LOOSE.decode(part).ok()?);
    let Some(header) = read(parts[0]) else {
        return Err("it is no JWT; only its server knows whether it is genuine".to_owned());
    };
    let Some(claims) = read(parts[1]) else {
        return Err("its claims cannot be read: it was cut off or changed".to_owned());
    };
    let own = |name: &str| header.get(name).and_then(Json::as_text).map(str::to_owned);
    let brings = ["jku", "x5u", "jwk", "x5c"];
    Ok(Head {
        algorithm: own("alg"),
        key: own("kid"),
        issuer: claims.get("iss").and_then(Json::to_text),
        brings: brings
            .into_iter()
            .filter(|name| header.get(name).is_some())
            .collect(),
        is_critical: header.get("crit").is_some(),
    })
}

/// A key by which a signature can be checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    id: Option<String>,
    /// The one that it is for, where it says so.
    algorithm: Option<String>,
    form: Form,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Form {
    Rsa { n: Vec<u8>, e: Vec<u8> },
    P256(Vec<u8>),
    P384(Vec<u8>),
    Ed25519(Vec<u8>),
    Other,
}

/// The keys of a JWK set, or why there are none, as the end of a sentence. Those that are not for
/// signatures are left out.
pub fn keys(body: &[u8]) -> Result<Vec<PublicKey>, String> {
    let body = object(body).ok_or("it is no JSON object")?;
    let list = body.get("keys").and_then(Json::as_list);
    let list = list.ok_or("it holds no list of keys")?;
    Ok(list
        .iter()
        .take(MOST_KEYS)
        .filter_map(PublicKey::read)
        .collect())
}

/// Whether a document is a JWK set.
pub fn is_key_set(body: &[u8]) -> bool {
    object(body).is_some_and(|body| body.get("keys").and_then(Json::as_list).is_some())
}

impl PublicKey {
    fn read(key: &Json) -> Option<PublicKey> {
        key.as_object()?;
        let text = |name: &str| key.get(name).and_then(Json::as_text);
        let is_for_others = text("use").is_some_and(|purpose| purpose != "sig");
        let operations = key.get("key_ops").and_then(Json::as_list);
        let verifies = |list: &[Json]| list.iter().any(|op| op.as_text() == Some("verify"));
        if is_for_others || operations.is_some_and(|list| !verifies(list)) {
            return None;
        }
        let bytes = |name: &str| LOOSE.decode(text(name)?).ok();
        let point = |length: usize| {
            let (x, y) = (bytes("x")?, bytes("y")?);
            // SEC 1, 2.3.3: a four, then x and y.
            let is_whole = x.len() == length && y.len() == length;
            is_whole.then(|| [&[4][..], &x, &y].concat())
        };
        let form = match (text("kty")?, text("crv")) {
            ("RSA", _) => bytes("n").zip(bytes("e")).map(|(n, e)| Form::Rsa {
                n: without_zeros(n),
                e: without_zeros(e),
            }),
            ("EC", Some("P-256")) => point(32).map(Form::P256),
            ("EC", Some("P-384")) => point(48).map(Form::P384),
            ("OKP", Some("Ed25519")) => bytes("x").map(Form::Ed25519),
            _ => None,
        };
        Some(PublicKey {
            id: text("kid").map(str::to_owned),
            algorithm: text("alg").map(str::to_owned),
            form: form.unwrap_or(Form::Other),
        })
    }

    /// What the key is for.
    fn words(&self) -> String {
        let form = match &self.form {
            Form::Rsa { .. } => "RSA",
            Form::P256(_) => "P-256",
            Form::P384(_) => "P-384",
            Form::Ed25519(_) => "Ed25519",
            Form::Other => "a kind that is not known here",
        };
        self.algorithm.clone().unwrap_or_else(|| form.to_owned())
    }
}

fn without_zeros(bytes: Vec<u8>) -> Vec<u8> {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    bytes[zeros..].to_vec()
}

/// How a signature is made.
#[derive(Clone, Copy)]
enum Scheme {
    Rsa(&'static RsaParameters),
    P256,
    P384,
    Ed25519,
}

impl Scheme {
    fn of(algorithm: &str) -> Option<Scheme> {
        Some(match algorithm {
            "RS256" => Scheme::Rsa(&RSA_PKCS1_2048_8192_SHA256),
            "RS384" => Scheme::Rsa(&RSA_PKCS1_2048_8192_SHA384),
            "RS512" => Scheme::Rsa(&RSA_PKCS1_2048_8192_SHA512),
            "PS256" => Scheme::Rsa(&RSA_PSS_2048_8192_SHA256),
            "PS384" => Scheme::Rsa(&RSA_PSS_2048_8192_SHA384),
            "PS512" => Scheme::Rsa(&RSA_PSS_2048_8192_SHA512),
            "ES256" => Scheme::P256,
            "ES384" => Scheme::P384,
            // RFC 9864 gives the second name.
            "EdDSA" | "Ed25519" => Scheme::Ed25519,
            _ => return None,
        })
    }

    /// Whether a key is one that such a signature can be checked by.
    fn takes(self, key: &PublicKey, algorithm: &str) -> bool {
        let is_meant = key
            .algorithm
            .as_deref()
            .is_none_or(|own| own == algorithm || matches!(self, Scheme::Ed25519));
        let fits = matches!(
            (self, &key.form),
            (Scheme::Rsa(_), Form::Rsa { .. })
                | (Scheme::P256, Form::P256(_))
                | (Scheme::P384, Form::P384(_))
                | (Scheme::Ed25519, Form::Ed25519(_))
        );
        is_meant && fits
    }

    fn holds(self, key: &PublicKey, text: &[u8], signature: &[u8]) -> bool {
        let by = |algorithm: &'static dyn VerificationAlgorithm, key: &[u8]| {
            UnparsedPublicKey::new(algorithm, key)
                .verify(text, signature)
                .is_ok()
        };
        match (self, &key.form) {
            (Scheme::Rsa(parameters), Form::Rsa { n, e }) => RsaPublicKeyComponents { n, e }
                .verify(parameters, text, signature)
                .is_ok(),
            (Scheme::P256, Form::P256(point)) => by(&ECDSA_P256_SHA256_FIXED, point),
            (Scheme::P384, Form::P384(point)) => by(&ECDSA_P384_SHA384_FIXED, point),
            (Scheme::Ed25519, Form::Ed25519(point)) => by(&ED25519, point),
            _ => false,
        }
    }
}

/// Checks a token by the keys of its issuer.
pub fn verify(text: &str, keys: &[PublicKey]) -> Signature {
    let text = text.trim();
    let head = match head(text) {
        Ok(head) => head,
        Err(why) => return Signature::CannotBeChecked(why),
    };
    if let Some(why) = head.why_not() {
        return Signature::CannotBeChecked(why);
    }
    let algorithm = head.algorithm.as_deref().unwrap_or_default();
    let (Some(scheme), Some((signed, signature))) = (Scheme::of(algorithm), text.rsplit_once('.'))
    else {
        return Signature::CannotBeChecked("its parts cannot be told apart".to_owned());
    };
    let Ok(signature) = URL_SAFE_NO_PAD.decode(signature) else {
        return Signature::Altered;
    };
    let holds = |key: &&PublicKey| {
        scheme.takes(key, algorithm) && scheme.holds(key, signed.as_bytes(), &signature)
    };
    let named = |key: &&PublicKey| head.key.is_some() && key.id == head.key;
    let own: Vec<&PublicKey> = keys.iter().filter(named).collect();
    if own.is_empty() {
        // Without a name on either side every key may be the one.
        let maybe = keys
            .iter()
            .filter(|key| head.key.is_none() || key.id.is_none());
        return if maybe.clone().any(|key| holds(&key)) {
            Signature::Holds
        } else {
            Signature::UnknownKey
        };
    }
    if own.iter().any(holds) {
        return Signature::Holds;
    }
    let fitting = own.iter().find(|key| scheme.takes(key, algorithm));
    match fitting.map(|key| (&key.form, key)) {
        Some((Form::Rsa { n, .. }, _)) if bits(n) < SHORTEST_RSA => {
            Signature::CannotBeChecked(format!(
                "{ITS_KEY} has {} bits, and one of less than {SHORTEST_RSA} proves nothing",
                bits(n)
            ))
        }
        Some(_) => Signature::Altered,
        None => {
            let other = own.first().map(|key| key.words()).unwrap_or_default();
            let name = head.key.unwrap_or_default();
            Signature::CannotBeChecked(format!(
                "{ITS_KEY} {name} is for {other}, and the token says {algorithm}"
            ))
        }
    }
}

fn bits(n: &[u8]) -> usize {
    let first = n.first().map_or(0, |byte| byte.leading_zeros() as usize);
    (n.len() * 8).saturating_sub(first)
}

#[cfg(test)]
mod tests;
