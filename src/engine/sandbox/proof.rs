//! Proofs of possession (DPoP, RFC 9449) as both practice servers check them: the key in the proof
//! signed it, it is of this call and of now, and it holds the server's own nonce, which is another
//! each minute.

use super::ledger::{Digest, Ledger, digest};
use crate::insight::token::proof::{KeyParts, thumbprint};
use crate::model::Headers;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use serde_json::Value;

/// How far the clock of whoever made it may be off, in seconds.
const SKEW: i64 = 60;
/// How long a nonce is given out, in seconds; the one before it is taken too.
const NONCE_LIFE: i64 = 60;

/// What is wrong with a proof.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Wrong {
    /// It lacks the server's nonce, or has an old one.
    Nonce,
    /// The end of a sentence.
    Proof(&'static str),
}

/// The call that a proof has to be of.
pub(super) struct Proven<'a> {
    pub method: &'a str,
    /// Without query and fragment.
    pub url: &'a str,
    /// The token that goes along.
    pub token: Option<&'a str>,
    pub now: Timestamp,
}

/// The nonce of this minute.
pub(super) fn nonce(now: Timestamp) -> String {
    nonce_of(now.as_second().div_euclid(NONCE_LIFE))
}

fn nonce_of(minute: i64) -> String {
    let text: String = digest(&format!("practice nonce {minute}"))[..12]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    text
}

/// The thumbprint of the key that a proof was made with; `None` where the call brought no proof.
pub(super) fn check(
    headers: &Headers,
    call: &Proven,
    ledger: &mut Ledger,
) -> Result<Option<String>, Wrong> {
    let given: Vec<_> = headers.all("dpop").collect();
    let proof = match given.as_slice() {
        [] => return Ok(None),
        [proof] => proof.as_ref(),
        _ => return Err(Wrong::Proof("there is more than one")),
    };
    let parts: Vec<&str> = proof.split('.').collect();
    let [header, claims, signature] = parts.as_slice() else {
        return Err(Wrong::Proof("it is no JWT"));
    };
    let read = |part: &str| -> Option<Value> {
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
    };
    let (Some(head), Some(said)) = (read(header), read(claims)) else {
        return Err(Wrong::Proof("it cannot be read"));
    };
    if head["typ"] != "dpop+jwt" || head["alg"] != "ES256" {
        return Err(Wrong::Proof("it is no dpop+jwt signed with ES256"));
    }
    let key = &head["jwk"];
    let part = |name: &str| key[name].as_str().unwrap_or_default().to_owned();
    let key = KeyParts {
        x: part("x"),
        y: part("y"),
    };
    if !is_signed(&key, &format!("{header}.{claims}"), signature) {
        return Err(Wrong::Proof("its own key did not sign it"));
    }
    if said["htm"] != call.method || said["htu"] != call.url {
        return Err(Wrong::Proof("it was made for another call"));
    }
    let at = said["iat"].as_i64().unwrap_or_default();
    if call.now.as_second().abs_diff(at) > SKEW as u64 {
        return Err(Wrong::Proof("it was made at another time"));
    }
    let hash = call
        .token
        .map(|token| URL_SAFE_NO_PAD.encode(digest(token)));
    if hash.is_some_and(|hash| said["ath"] != hash) {
        return Err(Wrong::Proof("it was made for another token"));
    }
    let minute = call.now.as_second().div_euclid(NONCE_LIFE);
    let good = [nonce_of(minute), nonce_of(minute - 1)];
    if !good.iter().any(|good| said["nonce"] == *good) {
        return Err(Wrong::Nonce);
    }
    let id: Digest = digest(said["jti"].as_str().unwrap_or_default());
    if !ledger.is_first_use(id) {
        return Err(Wrong::Proof("it was used before"));
    }
    Ok(Some(thumbprint(&key)))
}

fn is_signed(key: &KeyParts, text: &str, signature: &str) -> bool {
    let bytes = |text: &str| URL_SAFE_NO_PAD.decode(text).unwrap_or_default();
    let point = [vec![4], bytes(&key.x), bytes(&key.y)].concat();
    let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point);
    key.verify(text.as_bytes(), &bytes(signature)).is_ok()
}
