//! What stands in a proof of possession (DPoP, RFC 9449): the public key, and the call that it was
//! made for. And when an answer asks for a proof with a nonce of the server's own.

use super::grant::object;
use crate::insight::challenge::challenges;
use crate::insight::json::Json;
use crate::model::Response;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};
use serde_json::json;
use url::Url;

/// The coordinates of a public key on P-256, each in base64 for URLs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyParts {
    pub x: String,
    pub y: String,
}

/// The header of a proof, as JSON.
pub fn header_of(key: &KeyParts) -> String {
    let key = json!({ "kty": "EC", "crv": "P-256", "x": key.x, "y": key.y });
    json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": key }).to_string()
}

/// The claims of a proof, as JSON: the call without query and fragment, when it was made in seconds
/// since 1970, the nonce of the server, and the hash of the token that goes along. `None` where the
/// URL is none.
pub fn claims_of(
    method: &str,
    url: &str,
    at: i64,
    id: &str,
    nonce: Option<&str>,
    token_hash: Option<&str>,
) -> Option<String> {
    let mut url = Url::parse(url).ok()?;
    url.set_query(None);
    url.set_fragment(None);
    let mut claims = json!({ "jti": id, "htm": method, "htu": url.as_str(), "iat": at });
    if let Some(nonce) = nonce {
        claims["nonce"] = nonce.into();
    }
    if let Some(hash) = token_hash {
        claims["ath"] = hash.into();
    }
    Some(claims.to_string())
}

/// The thumbprint of a key, by which a token says that it is bound to it (RFC 7638, 3).
pub fn thumbprint(key: &KeyParts) -> String {
    let text = format!(
        "{{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"{}\",\"y\":\"{}\"}}",
        key.x, key.y
    );
    URL_SAFE_NO_PAD.encode(digest(&SHA256, text.as_bytes()))
}

/// The nonce of an answer that refuses a call because its proof lacks it (RFC 9449, 8 and 9).
pub fn wanted_nonce(response: &Response) -> Option<String> {
    let asks = |code: &str| code == "use_dpop_nonce";
    let challenged = challenges(&response.headers);
    let mut errors = challenged.iter().filter_map(|c| c.parameter("error"));
    let is_asked = match response.status {
        401 if errors.any(asks) => true,
        400 | 401 => {
            let body = object(&response.body);
            let error = body.as_ref().and_then(|body| body.get("error"));
            error.and_then(Json::as_text).is_some_and(asks)
        }
        _ => false,
    };
    let nonce = response.headers.get("dpop-nonce")?;
    (is_asked && !nonce.is_empty()).then(|| nonce.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Headers;

    #[test]
    fn the_thumbprint_of_a_key_is_that_of_its_standard() {
        // RFC 9449, figure 2 and section 6.1
        let key = KeyParts {
            x: "l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs".into(),
            y: "9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA".into(),
        };
        assert_eq!(
            thumbprint(&key),
            "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"
        );
    }

    #[test]
    fn a_nonce_is_wanted_where_the_server_says_so_and_gives_one() {
        let said = |status, challenge: &str, body: &str, nonce: &str| {
            let headers = [("www-authenticate", challenge), ("dpop-nonce", nonce)];
            wanted_nonce(&Response {
                status,
                headers: Headers::from_iter(headers),
                body: body.into(),
                ..Response::default()
            })
        };
        let asks = "DPoP error=\"use_dpop_nonce\"";
        assert_eq!(said(401, asks, "", "n1").as_deref(), Some("n1"));
        let body = "{\"error\": \"use_dpop_nonce\"}";
        assert_eq!(said(400, "", body, "n1").as_deref(), Some("n1"));
        assert_eq!(said(401, asks, "", ""), None);
        assert_eq!(said(403, asks, body, "n1"), None);
        assert_eq!(said(401, "DPoP error=\"invalid_token\"", "", "n1"), None);
    }
}
