//! Assertions signed with a private key (RFC 7523). The key is read for the signature and let go
//! of; nothing of it is kept.

use super::{Vault, source};
use crate::model::{Failure, Secret, TokenName, TokenSource};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair,
    RSA_PKCS1_SHA256, RsaKeyPair,
};

enum Key {
    Rsa(RsaKeyPair),
    P256(EcdsaKeyPair),
    P384(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

impl Vault {
    /// A signed token (RFC 7515) with these claims, which are JSON.
    pub async fn sign(
        &self,
        name: &TokenName,
        source: &TokenSource,
        key_id: Option<&str>,
        claims: &str,
    ) -> Result<Secret, Failure> {
        let pem = self.value_of(name, source).await?;
        let unusable = |why: &str| {
            source::missing(
                name,
                format!("the private key cannot be used: {why}"),
                "Give it in PEM as PKCS#8: openssl pkcs8 -topk8 -nocrypt -in old.pem -out key.pem",
            )
        };
        let key = read(pem.reveal()).map_err(unusable)?;
        signed(&key, key_id, claims).map_err(unusable)
    }
}

fn read(pem: &str) -> Result<Key, &'static str> {
    let (_, rest) = pem.split_once("-----BEGIN ").ok_or("it is not PEM")?;
    let (label, rest) = rest.split_once("-----").ok_or("it is not PEM")?;
    let (body, _) = rest.split_once("-----END").ok_or("its end is missing")?;
    if label.starts_with("ENCRYPTED") || body.contains("Proc-Type") {
        return Err("it has a passphrase");
    }
    let body: String = body.split_ascii_whitespace().collect();
    let der = STANDARD
        .decode(Secret::new(body).reveal())
        .map_err(|_| "it is not PEM")?;
    let random = SystemRandom::new();
    let key = match label {
        "RSA PRIVATE KEY" => RsaKeyPair::from_der(&der).ok().map(Key::Rsa),
        "PRIVATE KEY" => {
            let ec = |kind| EcdsaKeyPair::from_pkcs8(kind, &der, &random).ok();
            None.or_else(|| RsaKeyPair::from_pkcs8(&der).ok().map(Key::Rsa))
                .or_else(|| ec(&ECDSA_P256_SHA256_FIXED_SIGNING).map(Key::P256))
                .or_else(|| ec(&ECDSA_P384_SHA384_FIXED_SIGNING).map(Key::P384))
                .or_else(|| {
                    let key = Ed25519KeyPair::from_pkcs8_maybe_unchecked(&der);
                    key.ok().map(Key::Ed25519)
                })
        }
        "EC PRIVATE KEY" => return Err("it is in the form of SEC 1"),
        "PUBLIC KEY" | "RSA PUBLIC KEY" | "CERTIFICATE" => return Err("it is not a private key"),
        _ => return Err("it is of a kind that is not known"),
    };
    key.ok_or("it is none of RSA from 2048 bits, P-256, P-384 and Ed25519")
}

fn signed(key: &Key, key_id: Option<&str>, claims: &str) -> Result<Secret, &'static str> {
    let algorithm = match key {
        Key::Rsa(_) => "RS256",
        Key::P256(_) => "ES256",
        Key::P384(_) => "ES384",
        Key::Ed25519(_) => "EdDSA",
    };
    let mut header = serde_json::json!({ "alg": algorithm, "typ": "JWT" });
    if let Some(id) = key_id {
        header["kid"] = id.into();
    }
    let text = format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(header.to_string()),
        URL_SAFE_NO_PAD.encode(claims)
    );
    let failed = |_| "it could not sign";
    let random = SystemRandom::new();
    let signature = match key {
        Key::Rsa(key) => {
            let mut signature = vec![0; key.public().modulus_len()];
            key.sign(&RSA_PKCS1_SHA256, &random, text.as_bytes(), &mut signature)
                .map_err(failed)?;
            signature
        }
        Key::P256(key) | Key::P384(key) => {
            let signature = key.sign(&random, text.as_bytes()).map_err(failed)?;
            signature.as_ref().to_vec()
        }
        Key::Ed25519(key) => key.sign(text.as_bytes()).as_ref().to_vec(),
    };
    let signature = URL_SAFE_NO_PAD.encode(signature);
    Ok(Secret::new(format!("{text}.{signature}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ring::signature::{
        ECDSA_P256_SHA256_FIXED, ED25519, KeyPair, UnparsedPublicKey, VerificationAlgorithm,
    };

    fn pem(label: &str, der: &[u8]) -> String {
        format!(
            "-----BEGIN {label}-----\n{}\n-----END {label}-----\n",
            STANDARD.encode(der)
        )
    }

    fn holds(token: &Secret, by: &'static dyn VerificationAlgorithm, public: &[u8]) -> String {
        let (text, signature) = token.reveal().rsplit_once('.').unwrap();
        let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
        let key = UnparsedPublicKey::new(by, public);
        key.verify(text.as_bytes(), &signature).unwrap();
        let header = text.split_once('.').unwrap().0;
        String::from_utf8(URL_SAFE_NO_PAD.decode(header).unwrap()).unwrap()
    }

    #[test]
    fn what_a_key_signs_holds_by_its_public_half() {
        let random = SystemRandom::new();
        let kind = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let der = EcdsaKeyPair::generate_pkcs8(kind, &random).unwrap();
        let public = EcdsaKeyPair::from_pkcs8(kind, der.as_ref(), &random).unwrap();
        let key = read(&pem("PRIVATE KEY", der.as_ref())).unwrap();
        let token = signed(&key, Some("k1"), "{}").unwrap();
        let header = holds(
            &token,
            &ECDSA_P256_SHA256_FIXED,
            public.public_key().as_ref(),
        );
        assert_eq!(header, r#"{"alg":"ES256","typ":"JWT","kid":"k1"}"#);

        let der = Ed25519KeyPair::generate_pkcs8(&random).unwrap();
        let public = Ed25519KeyPair::from_pkcs8(der.as_ref()).unwrap();
        let key = read(&pem("PRIVATE KEY", der.as_ref())).unwrap();
        let token = signed(&key, None, "{}").unwrap();
        assert!(holds(&token, &ED25519, public.public_key().as_ref()).contains("EdDSA"));
    }

    #[test]
    fn what_is_no_private_key_is_named_without_a_part_of_it() {
        for (text, why) in [
            ("hunter2".to_owned(), "not PEM"),
            (pem("PUBLIC KEY", b"planted"), "not a private key"),
            (pem("ENCRYPTED PRIVATE KEY", b"planted"), "passphrase"),
            (pem("EC PRIVATE KEY", b"planted"), "SEC 1"),
            (pem("PRIVATE KEY", b"planted"), "none of RSA"),
            ("-----BEGIN PRIVATE KEY-----\nplanted".to_owned(), "its end"),
        ] {
            let said = read(&text).err().unwrap();
            assert!(said.contains(why), "{said}");
        }
    }
}
