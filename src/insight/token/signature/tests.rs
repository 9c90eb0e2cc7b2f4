//! Every algorithm by a key of its own, and everything that is not the token as it was signed.

use super::*;
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair,
    EcdsaSigningAlgorithm, Ed25519KeyPair, KeyPair,
};
use serde_json::{Value, json};

/// A key of RSA cannot be made by `ring`. This one was made for these tests; its private half was
/// thrown away, and what it signed stands below.
const N: &str = "5zr212hd8mUTqchOkCHotEFjm-N3GjTbuhJBYhZpFokaF_paSPA4aAnBDLx0y3vPxgD_3OrBGFJLAaizr-DNpmBSLmkz9oRB8UqP1VqL3EZJq8fNi8e_zcIKNRdq3K_xdxmK_Bho67kTmFRdb4_CfTE16viROLyKjBrrkaJPmHQzqvSt8cmQoFptPQmgO2iSiCalBvYdO3rtK0XRZCXJWXVgF1RkHjRrCInc5UMR-HsO-fon2KWtwGrh-G4g0lcpH9-g42g-uVT2xmfCBbig6U8gxOB1SNq0xQPw4mbO6d4V0LCNE68tJ4iG9-tZxHIZ8qp3KhOEZRtuhxSQaePSDQ";
/// Another, of 1024 bits.
const SMALL: &str = "rpo_JL3QPrG5mOalnzzxj_Q0DMaEXRCzqtqviNKEcRuV_EMPLlQLCoDTrIIJNvh8yRg0hOpkyW6yQmHcFFmOOgk1hcFLIhVvfgSSws_CLt9KUSgKKlOHwiH26DV6FIg4GCXQH73ViMXQZ8fD-qFE7YuWOSRTUVWLx7orUN7sTM0";
const RS_SIGNATURE: &str = "f8ImL5tHY_tzpHvl-V-6GQ13DZ3HJpJSg1przy90N-S5JmOVKQL8n3xNRcrYA3qY4TS_4MaVGp2T3dX2-wiBWtVAGu17-VVofN2Skejxqvy9fzmKB6VXMnCMfMCJsC2Ogsn7a3gZxjoqTkHQZCjY4VVWqN-i9UlzMyPdTvn1GrEB-rVOELSKIJLf57OdSV5wrlSPgSqhgmVnHdY5OrrCbR7S4YLEidboX4zYd0ts2AbkxnvRZVKB76IyY19A9FhiYrvYZronvZ1K2n-XWzE7cwf_M1xEyjX96jN_R2SVxVZ8-AeFBLcgQLU9bcte4LXKFwGT9QTx0vvH0Yb0aW7LOQ";
const PS_SIGNATURE: &str = "Go-lap2CJ29xGkmFORDW36o4OWu3Ts2ecibr_BMnvS56oSpfUmvlPlmk2UeGDACsPxh_0XBiYwJXAzfK_6SZmtswfzYGgFdQilURe4PpQ93V6-8AVIZjYCqKAs4p0QIclKIule9jfPg8dap6OZPt8CwExSjm0fTzN8ZYLLVN0r4jUhT06agfsukZgNcI7auvbtT4vHrqdWpbgQ6txqc-kpSuFVGz9fHsPlyHh0Gm3cA_ejijPLqDaX5doykxCHT5C3Xi6f-kroiMiCjr5gpTsm73oT4Vbh_cOoD5REtmUxSPVkOnE9cUXbG0O1gnKk4Lni3reOBcwztoGyxAyDQiLg";
const CLAIMS: &str = r#"{"iss":"https://login.acme.example","sub":"7"}"#;

fn encoded(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn rsa(kid: &str, n: &str) -> Value {
    json!({ "kty": "RSA", "kid": kid, "use": "sig", "n": n, "e": "AQAB" })
}

fn rsa_token(algorithm: &str, signature: &str) -> String {
    let header = format!(r#"{{"alg":"{algorithm}","kid":"rsa-1"}}"#);
    format!("{}.{}.{signature}", encoded(header), encoded(CLAIMS))
}

/// A pair of keys that was made just now.
enum Pair {
    Ec(EcdsaKeyPair, &'static str),
    Ed(Ed25519KeyPair),
}

impl Pair {
    fn ec(kind: &'static EcdsaSigningAlgorithm, curve: &'static str) -> Pair {
        let random = SystemRandom::new();
        let der = EcdsaKeyPair::generate_pkcs8(kind, &random).unwrap();
        Pair::Ec(
            EcdsaKeyPair::from_pkcs8(kind, der.as_ref(), &random).unwrap(),
            curve,
        )
    }

    fn p256() -> Pair {
        Pair::ec(&ECDSA_P256_SHA256_FIXED_SIGNING, "P-256")
    }

    fn all() -> [(&'static str, Pair); 3] {
        let der = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
        [
            ("ES256", Pair::p256()),
            ("ES384", Pair::ec(&ECDSA_P384_SHA384_FIXED_SIGNING, "P-384")),
            (
                "EdDSA",
                Pair::Ed(Ed25519KeyPair::from_pkcs8(der.as_ref()).unwrap()),
            ),
        ]
    }

    fn jwk(&self, kid: Option<&str>) -> Value {
        let mut key = match self {
            Pair::Ec(pair, curve) => {
                let point = &pair.public_key().as_ref()[1..];
                let (x, y) = point.split_at(point.len() / 2);
                json!({ "kty": "EC", "crv": curve, "x": encoded(x), "y": encoded(y) })
            }
            Pair::Ed(pair) => {
                json!({ "kty": "OKP", "crv": "Ed25519", "x": encoded(pair.public_key()) })
            }
        };
        if let Some(kid) = kid {
            key["kid"] = kid.into();
        }
        key
    }

    fn signs(&self, header: &Value, claims: &str) -> String {
        let text = format!("{}.{}", encoded(header.to_string()), encoded(claims));
        let signature = match self {
            Pair::Ec(pair, _) => {
                let signature = pair.sign(&SystemRandom::new(), text.as_bytes()).unwrap();
                encoded(signature)
            }
            Pair::Ed(pair) => encoded(pair.sign(text.as_bytes())),
        };
        format!("{text}.{signature}")
    }
}

fn checked(token: &str, published: &[Value]) -> Signature {
    let set = json!({ "keys": published }).to_string();
    verify(token, &keys(set.as_bytes()).unwrap())
}

/// With other claims under the same signature.
fn altered(token: &str) -> String {
    let mut parts = token.split('.');
    let (head, _, signature) = (
        parts.next().unwrap(),
        parts.next().unwrap(),
        parts.next().unwrap(),
    );
    let claims = encoded(CLAIMS.replace('7', "8"));
    format!("{head}.{claims}.{signature}")
}

#[track_caller]
fn why(signature: Signature) -> String {
    match signature {
        Signature::CannotBeChecked(why) => why,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_signature_of_rsa_holds_by_its_key_and_by_no_other_text() {
    for (algorithm, signature) in [("RS256", RS_SIGNATURE), ("PS256", PS_SIGNATURE)] {
        let token = rsa_token(algorithm, signature);
        let key = rsa("rsa-1", N);
        assert_eq!(
            checked(&token, std::slice::from_ref(&key)),
            Signature::Holds
        );
        assert_eq!(checked(&altered(&token), &[key]), Signature::Altered);
    }
    // Each of them says what it was made by.
    let swapped = rsa_token("PS256", RS_SIGNATURE);
    assert_eq!(checked(&swapped, &[rsa("rsa-1", N)]), Signature::Altered);
}

#[test]
fn a_key_of_rsa_that_is_too_short_proves_nothing() {
    let token = rsa_token("RS256", RS_SIGNATURE);
    let said = why(checked(&token, &[rsa("rsa-1", SMALL)]));
    assert!(said.contains("1024 bits"), "{said}");
}

#[test]
fn signatures_of_both_curves_and_of_ed25519_hold_by_their_keys_and_by_no_other_text() {
    for (algorithm, pair) in Pair::all() {
        let header = json!({ "alg": algorithm, "kid": "k1" });
        let token = pair.signs(&header, CLAIMS);
        let key = pair.jwk(Some("k1"));
        assert_eq!(
            checked(&token, std::slice::from_ref(&key)),
            Signature::Holds
        );
        assert_eq!(
            checked(&altered(&token), std::slice::from_ref(&key)),
            Signature::Altered
        );
        let cut = &token[..token.len() - 4];
        assert_eq!(checked(cut, &[key]), Signature::Altered);
    }
}

#[test]
fn another_key_of_the_same_name_did_not_sign_it() {
    let header = json!({ "alg": "ES256", "kid": "k1" });
    let token = Pair::p256().signs(&header, CLAIMS);
    let other = Pair::p256().jwk(Some("k1"));
    assert_eq!(checked(&token, &[other]), Signature::Altered);
}

#[test]
fn a_key_that_is_not_published_is_unknown_and_says_nothing_of_the_text() {
    let (own, other) = (Pair::p256(), Pair::p256());
    let token = own.signs(&json!({ "alg": "ES256", "kid": "old" }), CLAIMS);
    assert_eq!(
        checked(&token, &[other.jwk(Some("new"))]),
        Signature::UnknownKey
    );
    assert_eq!(checked(&token, &[]), Signature::UnknownKey);
}

#[test]
fn without_a_name_every_key_is_tried() {
    let (own, other) = (Pair::p256(), Pair::p256());
    let token = own.signs(&json!({ "alg": "ES256" }), CLAIMS);
    let published = [rsa("rsa-1", N), other.jwk(Some("a")), own.jwk(Some("b"))];
    assert_eq!(checked(&token, &published), Signature::Holds);
    assert_eq!(checked(&token, &published[..2]), Signature::UnknownKey);
    // As well where the key has none.
    let token = own.signs(&json!({ "alg": "ES256", "kid": "b" }), CLAIMS);
    assert_eq!(checked(&token, &[own.jwk(None)]), Signature::Holds);
    assert_eq!(
        checked(&altered(&token), &[own.jwk(None)]),
        Signature::UnknownKey
    );
}

#[test]
fn what_is_signed_with_nothing_or_with_a_shared_secret_is_never_said_to_hold() {
    let pair = Pair::p256();
    let key = pair.jwk(Some("k1"));
    for (algorithm, says) in [
        ("none", "not signed at all"),
        ("None", "not signed at all"),
        ("HS256", "a secret that issuer and API share"),
        ("ES512", "ES512 is not known"),
        ("RS1", "RS1 is not known"),
    ] {
        let token = pair.signs(&json!({ "alg": algorithm, "kid": "k1" }), CLAIMS);
        let said = why(checked(&token, std::slice::from_ref(&key)));
        assert!(said.contains(says), "{said}");
    }
    let unsigned = format!("{}.{}.", encoded(r#"{"alg":"none"}"#), encoded(CLAIMS));
    assert!(why(checked(&unsigned, &[key])).contains("not signed"));
}

#[test]
fn a_key_is_used_for_nothing_but_what_it_is_for() {
    let pair = Pair::p256();
    let token = pair.signs(&json!({ "alg": "ES256", "kid": "k1" }), CLAIMS);
    let mut key = pair.jwk(Some("k1"));
    key["alg"] = "RS256".into();
    let said = why(checked(&token, std::slice::from_ref(&key)));
    assert!(said.contains("k1 is for RS256"), "{said}");
    assert!(why(checked(&token, &[rsa("k1", N)])).contains("is for RSA"));
    key["alg"] = "ES256".into();
    key["use"] = "enc".into();
    assert_eq!(
        checked(&token, std::slice::from_ref(&key)),
        Signature::UnknownKey
    );
    key["use"] = "sig".into();
    key["key_ops"] = json!(["encrypt"]);
    assert_eq!(
        checked(&token, std::slice::from_ref(&key)),
        Signature::UnknownKey
    );
    key["key_ops"] = json!(["verify"]);
    assert_eq!(checked(&token, &[key]), Signature::Holds);
}

#[test]
fn what_a_token_brings_along_is_named_and_not_used() {
    let stranger = Pair::p256();
    let header = json!({
        "alg": "ES256", "kid": "k1", "jku": "https://evil.example/keys",
        "jwk": stranger.jwk(Some("k1")),
    });
    let token = stranger.signs(&header, CLAIMS);
    assert_eq!(head(&token).unwrap().brings, ["jku", "jwk"]);
    let own = Pair::p256().jwk(Some("k1"));
    assert_eq!(checked(&token, &[own]), Signature::Altered);
    let critical = json!({ "alg": "ES256", "kid": "k1", "crit": ["b64"], "b64": false });
    let token = stranger.signs(&critical, CLAIMS);
    assert!(why(checked(&token, &[stranger.jwk(Some("k1"))])).contains("crit"));
}

#[test]
fn what_is_no_jwt_is_told_from_one_that_is_encrypted() {
    for (text, says) in [
        ("0123456789abcdef", "no JWT"),
        ("a.b.c", "no JWT"),
        ("eyJhbGciOiJSU0EifQ.a.b.c.d", "encrypted"),
        ("eyJhbGciOiJFUzI1NiJ9.!.c2ln", "claims cannot be read"),
        ("", "no JWT"),
    ] {
        let said = head(text).unwrap_err();
        assert!(said.contains(says), "{text}: {said}");
    }
}

#[test]
fn what_is_no_key_set_says_so_and_odd_keys_do_no_harm() {
    assert!(keys(b"<html>").unwrap_err().contains("no JSON object"));
    assert!(keys(b"{}").unwrap_err().contains("no list of keys"));
    assert!(!is_key_set(b"{\"keys\": 7}") && is_key_set(b"{\"keys\": []}"));
    let odd = json!({ "keys": [
        7, null, {}, { "kty": "RSA" }, { "kty": "EC", "crv": "P-256", "x": "AA", "y": "AA" },
        { "kty": "oct", "k": "c2VjcmV0" }, { "kty": "OKP", "crv": "Ed25519", "x": "AA" },
        { "kty": "RSA", "kid": "rsa-1", "n": "", "e": "" },
    ] });
    let set = keys(odd.to_string().as_bytes()).unwrap();
    let own = Pair::p256();
    for header in [
        json!({ "alg": "ES256" }),
        json!({ "alg": "EdDSA" }),
        json!({ "alg": "RS256" }),
    ] {
        assert_eq!(
            verify(&own.signs(&header, CLAIMS), &set),
            Signature::UnknownKey
        );
    }
}

#[test]
fn what_no_key_was_looked_at_for_is_known_by_its_form_and_not_by_its_issuer() {
    let how = |signature| {
        let verified = Verified {
            signature,
            ..Verified::unchecked(&Head::default(), String::new())
        };
        verified.lines().first().map(|line| line.how)
    };
    let opaque = Signature::CannotBeChecked("it is no JWT".to_owned());
    assert_eq!(how(opaque), Some(How::Form));
    let token = rsa_token("RS256", RS_SIGNATURE);
    let short = checked(&token, &[rsa("rsa-1", SMALL)]);
    assert_eq!(how(short), Some(How::Issuer));
    assert_eq!(how(Signature::Altered), Some(How::Issuer));
}
