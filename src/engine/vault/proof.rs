//! Proofs of possession (DPoP, RFC 9449): a key for each token that is bound to one, made for this
//! run and kept nowhere, and a proof signed with it for each call. Nonces are remembered by the
//! server that asked for them.

use crate::engine::clock;
use crate::insight::token::proof::{KeyParts, claims_of, header_of, thumbprint};
use crate::model::{Cause, Failure, Origin, Secret, TokenName};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};
use ring::rand::{SecureRandom, SystemRandom};
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A nonce is opaque text; a longer one would be no nonce.
const LONGEST_NONCE: usize = 1_000;
/// The most servers whose nonces are remembered.
const MOST_NONCES: usize = 1_000;

/// The keys and nonces of a run.
#[derive(Default)]
pub(super) struct Proofs {
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    keys: HashMap<TokenName, Arc<EcdsaKeyPair>>,
    nonces: HashMap<Origin, String>,
}

impl Proofs {
    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The key of a token, made where it has none yet.
    fn key(&self, token: &TokenName) -> Result<Arc<EcdsaKeyPair>, Failure> {
        if let Some(key) = self.held().keys.get(token) {
            return Ok(key.clone());
        }
        let key = new_key().ok_or_else(|| unproven(token))?;
        // Another call may have made one meanwhile, and there is one key for a token.
        let mut held = self.held();
        let key = held.keys.entry(token.clone()).or_insert(Arc::new(key));
        Ok(key.clone())
    }

    /// Forgets the key of a token whose settings changed.
    pub(super) fn forget(&self, token: &TokenName) {
        self.held().keys.remove(token);
    }
}

impl Proofs {
    /// Remembers the nonce that a server gave, and tells whether it is another than before.
    pub(super) fn take_nonce(&self, origin: Origin, nonce: &str) -> bool {
        // RFC 9449, 8.1
        let fits = |c: char| matches!(c, '!' | '#'..='[' | ']'..='~');
        if nonce.is_empty() || nonce.len() > LONGEST_NONCE || !nonce.chars().all(fits) {
            return false;
        }
        let nonces = &mut self.held().nonces;
        if nonces.len() >= MOST_NONCES && !nonces.contains_key(&origin) {
            nonces.clear();
        }
        let old = nonces.insert(origin, nonce.to_owned());
        old.is_none_or(|old| old != nonce)
    }

    /// The thumbprint (RFC 7638) of the key of a token; `None` where it has none.
    pub(super) fn key_print(&self, token: &TokenName) -> Option<String> {
        let key = self.held().keys.get(token)?.clone();
        Some(thumbprint(&parts(&key)?))
    }

    /// A proof for one call, and for this value where the call carries the token itself.
    pub(super) fn proof(
        &self,
        token: &TokenName,
        method: &str,
        url: &str,
        access: Option<&Secret>,
    ) -> Result<Secret, Failure> {
        let key = self.key(token)?;
        let nonce = Origin::parse(url);
        let nonce = nonce.and_then(|origin| self.held().nonces.get(&origin).cloned());
        let mut id = [0; 16];
        let random = SystemRandom::new();
        random.fill(&mut id).map_err(|_| unproven(token))?;
        let hash = access.map(|value| digest(&SHA256, value.reveal().as_bytes()));
        let hash = hash.map(|hash| URL_SAFE_NO_PAD.encode(hash));
        let claims = claims_of(
            method,
            url,
            clock::now().as_second(),
            &URL_SAFE_NO_PAD.encode(id),
            nonce.as_deref(),
            hash.as_deref(),
        );
        let header = parts(&key).map(|parts| header_of(&parts));
        let (header, claims) = header.zip(claims).ok_or_else(|| unproven(token))?;
        let text = format!(
            "{}.{}",
            URL_SAFE_NO_PAD.encode(header),
            URL_SAFE_NO_PAD.encode(claims)
        );
        let signature = key.sign(&random, text.as_bytes());
        let signature = signature.map_err(|_| unproven(token))?;
        let signature = URL_SAFE_NO_PAD.encode(signature);
        Ok(Secret::new(format!("{text}.{signature}")))
    }
}

fn new_key() -> Option<EcdsaKeyPair> {
    let random = SystemRandom::new();
    let kind = &ECDSA_P256_SHA256_FIXED_SIGNING;
    let der = EcdsaKeyPair::generate_pkcs8(kind, &random).ok()?;
    EcdsaKeyPair::from_pkcs8(kind, der.as_ref(), &random).ok()
}

/// The public half: an uncompressed point is the byte 4 and both coordinates.
fn parts(key: &EcdsaKeyPair) -> Option<KeyParts> {
    let point = key.public_key().as_ref();
    let (x, y) = point.strip_prefix(&[4])?.split_at_checked(32)?;
    Some(KeyParts {
        x: URL_SAFE_NO_PAD.encode(x),
        y: URL_SAFE_NO_PAD.encode(y),
    })
}

fn unproven(token: &TokenName) -> Failure {
    Failure::unsent(
        Cause::TokenProof,
        format!("no proof could be signed for token {token}."),
        "Check the URL of the call, and start httriage again.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
    use serde_json::Value;

    fn part(text: &str) -> Value {
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).unwrap()).unwrap()
    }

    #[test]
    fn a_proof_names_its_call_its_nonce_and_its_token_and_holds_by_the_key_in_it() {
        let proofs = Proofs::default();
        let name = TokenName::named("acme");
        let url = "https://api.acme.example/v2/orders?limit=5#top";
        let origin = Origin::parse(url).unwrap();
        assert!(proofs.take_nonce(origin.clone(), "n-1"));
        assert!(!proofs.take_nonce(origin.clone(), "n-1"));
        assert!(!proofs.take_nonce(origin, "with \"quotes\""));
        let value = Secret::new("the-token");
        let proof = proofs.proof(&name, "GET", url, Some(&value)).unwrap();
        let texts: Vec<&str> = proof.reveal().split('.').collect();
        let (header, claims) = (part(texts[0]), part(texts[1]));
        assert_eq!(
            (&header["typ"], &header["alg"]),
            (&"dpop+jwt".into(), &"ES256".into())
        );
        assert_eq!(
            (&claims["htm"], &claims["nonce"]),
            (&"GET".into(), &"n-1".into())
        );
        assert_eq!(claims["htu"], "https://api.acme.example/v2/orders");
        let hash = digest(&SHA256, b"the-token");
        assert_eq!(claims["ath"], URL_SAFE_NO_PAD.encode(hash));
        let bytes = |name: &str| URL_SAFE_NO_PAD.decode(header["jwk"][name].as_str().unwrap());
        let point = [vec![4], bytes("x").unwrap(), bytes("y").unwrap()].concat();
        let signature = URL_SAFE_NO_PAD.decode(texts[2]).unwrap();
        let text = format!("{}.{}", texts[0], texts[1]);
        let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point);
        key.verify(text.as_bytes(), &signature).unwrap();
        // The key stays, the proof is another each time.
        let print = proofs.key_print(&name).unwrap();
        let again = proofs.proof(&name, "GET", url, None).unwrap();
        assert_ne!(again.reveal(), proof.reveal());
        assert_eq!(proofs.key_print(&name), Some(print));
        assert!(part(again.reveal().split('.').nth(1).unwrap())["ath"].is_null());
        proofs.forget(&name);
        assert_eq!(proofs.key_print(&name), None);
    }
}
