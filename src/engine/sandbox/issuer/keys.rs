//! The key that tokens are signed with, and how others may check it (RFC 7517). It is made anew
//! with each sandbox, and beside it stands the one that it took the place of. One before both is
//! published no more; some client still signs with it, as it happens where keys are rotated.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::{Value, json};

/// The name of the key in use.
const CURRENT: &str = "practice-2";
const FORMER: &str = "practice-1";
const RETIRED: &str = "practice-0";

pub(super) struct Keys {
    current: EcdsaKeyPair,
    former: EcdsaKeyPair,
    retired: EcdsaKeyPair,
}

impl Keys {
    /// `None` where the system gives no randomness.
    pub fn new() -> Option<Keys> {
        Some(Keys {
            current: fresh()?,
            former: fresh()?,
            retired: fresh()?,
        })
    }

    /// The public keys as a JWK Set (RFC 7517, 5): the one in use and the one before it, without
    /// the retired one.
    pub fn published(&self) -> Value {
        json!({ "keys": [shown(CURRENT, &self.current), shown(FORMER, &self.former)] })
    }

    /// A signed token (RFC 7515) of this type.
    pub fn sign(&self, is_retired: bool, kind: &str, claims: &Value) -> Option<String> {
        let (name, key) = if is_retired {
            (RETIRED, &self.retired)
        } else {
            (CURRENT, &self.current)
        };
        let header = json!({ "alg": "ES256", "kid": name, "typ": kind });
        let encoded = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", encoded(&header), encoded(claims));
        let random = SystemRandom::new();
        let signature = key.sign(&random, signed.as_bytes()).ok()?;
        Some(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }
}

fn fresh() -> Option<EcdsaKeyPair> {
    let random = SystemRandom::new();
    let kind = &ECDSA_P256_SHA256_FIXED_SIGNING;
    let pkcs8 = EcdsaKeyPair::generate_pkcs8(kind, &random).ok()?;
    EcdsaKeyPair::from_pkcs8(kind, pkcs8.as_ref(), &random).ok()
}

fn shown(name: &str, key: &EcdsaKeyPair) -> Value {
    // SEC 1, 2.3.3: a four, then x and y.
    let point = key.public_key().as_ref();
    let part = |from: usize| URL_SAFE_NO_PAD.encode(point.get(from..from + 32).unwrap_or_default());
    json!({
        "kty": "EC",
        "crv": "P-256",
        "use": "sig",
        "alg": "ES256",
        "kid": name,
        "x": part(1),
        "y": part(33),
    })
}
