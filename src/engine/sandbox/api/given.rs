//! Tokens that the authorization server gave out: for whom they speak, with the proof of the key
//! that they are bound to (RFC 9449), and with a sign-in that is strong and recent enough (RFC
//! 9470). The API that is played here has neither: our choice, to practise with.

use super::document::Reply;
use super::gates::{self, Core, Credential};
use super::refusal::Refusal;
use super::request::Request;
use crate::engine::sandbox::ledger::{STRONG, SignedIn};
use crate::engine::sandbox::proof::{Proven, Wrong, check, nonce};
use crate::engine::sandbox::world::{User, World};
use hyper::StatusCode;
use jiff::Timestamp;
use serde_json::json;

/// How long ago a sign-in may be, in seconds.
const MAX_AGE: i64 = 300;

/// The numbers of tokens that were given out stand above those of all others.
const ISSUED: u64 = 1 << 32;

/// The person for whom a token speaks that the authorization server gave out; `None` for a token
/// that it did not. The words are our choice.
pub(super) fn issued(
    world: &mut World,
    core: Core,
    token: &Credential,
    request: &Request,
    now: Timestamp,
) -> Result<Option<User>, Refusal> {
    let key = key(world, token, request, now)?;
    let method = request.method.as_str();
    let issued = world.issued.of(&token.value);
    let Some(issued) = issued.filter(|_| core != Core::Foreign) else {
        return Ok(None);
    };
    // RFC 9449, 7.1: with its key, or not at all.
    if issued.bound != key {
        return Err(unproven("The token is bound to another key, or to none."));
    }
    if issued.revoked || issued.is_retired {
        return Err(Refusal::unauthorized("Authorized users only."));
    }
    if issued.expires_at <= now {
        return Err(Refusal::new(
            StatusCode::UNAUTHORIZED,
            "token_expired",
            "This token has expired.",
        ));
    }
    if issued.audience.as_ref().is_some_and(|audience| {
        let api = world.api.as_deref().unwrap_or_default();
        audience.trim_end_matches('/') != api
    }) {
        return Err(Refusal::new(
            StatusCode::UNAUTHORIZED,
            "invalid_audience",
            "This token was made for another API.",
        ));
    }
    let scope = match method {
        "GET" | "HEAD" => "read",
        _ => "write",
    };
    if !issued.scopes.iter().any(|held| held == scope) {
        return Err(Refusal::new(
            StatusCode::FORBIDDEN,
            "insufficient_scope",
            format!("This token lacks the scope {scope}."),
        ));
    }
    let (number, user) = (issued.number, issued.user);
    let user = world.user(user).filter(|u| !u.archived).cloned();
    let user = user.ok_or_else(|| Refusal::unauthorized("Authorized users only."))?;
    if !world.limits.admit_token(ISSUED + number, false, now) {
        return Err(Refusal::new(
            StatusCode::TOO_MANY_REQUESTS,
            "token_rate_limited",
            "Too many requests were made with this token. Try again later.",
        ));
    }
    Ok(Some(user))
}

/// The key that a call proves to have; `None` where its token goes behind `Bearer`.
fn key(
    world: &mut World,
    token: &Credential,
    request: &Request,
    now: Timestamp,
) -> Result<Option<String>, Refusal> {
    if !token.is_proven {
        return Ok(None);
    }
    let path = request.target.split('?').next().unwrap_or_default();
    let host = request.headers.get("host").unwrap_or_default();
    let proven = Proven {
        method: &request.method,
        url: &format!("http://{host}{path}"),
        token: Some(&token.value),
        now,
    };
    match check(&request.headers, &proven, &mut world.issued) {
        Ok(None) => Err(unproven(
            "There is no proof of the key that the token is bound to.",
        )),
        Ok(key) => Ok(key),
        Err(Wrong::Proof(why)) => Err(unproven(&format!("The proof is no good: {why}."))),
        Err(Wrong::Nonce) => Err(Refusal::new(
            StatusCode::UNAUTHORIZED,
            "use_dpop_nonce",
            "The proof lacks the nonce of this server.",
        )
        .with(
            "www-authenticate",
            "DPoP error=\"use_dpop_nonce\", algs=\"ES256\"",
        )
        .with("dpop-nonce", nonce(now))),
    }
}

fn unproven(detail: &str) -> Refusal {
    Refusal::new(StatusCode::UNAUTHORIZED, "invalid_dpop_proof", detail).with(
        "www-authenticate",
        "DPoP error=\"invalid_dpop_proof\", algs=\"ES256\"",
    )
}

/// Takes a token whose person signed in strongly and not long ago.
pub(super) fn step_up(
    world: &mut World,
    request: &Request,
    core: Core,
    now: Timestamp,
) -> Result<Reply, Refusal> {
    let token = gates::credential(&request.headers)?;
    let Some(user) = issued(world, core, &token, request, now)? else {
        return Err(Refusal::unauthorized("Authorized users only."));
    };
    let signed_in = world.issued.of(&token.value);
    let signed_in = signed_in.and_then(|issued| issued.signed_in.clone());
    let is_enough = |signed_in: &SignedIn| {
        let age = now.duration_since(signed_in.at).as_secs();
        signed_in.acr.as_deref() == Some(STRONG) && age <= MAX_AGE
    };
    if signed_in.as_ref().is_some_and(is_enough) {
        return Ok(Reply::Shown(json!({ "user": user.id, "acr": STRONG })));
    }
    Err(Refusal::new(
        StatusCode::UNAUTHORIZED,
        "insufficient_user_authentication",
        "A stronger and newer sign-in is needed.",
    )
    .with(
        "www-authenticate",
        format!(
            "Bearer error=\"insufficient_user_authentication\", acr_values=\"{STRONG}\", max_age=\"{MAX_AGE}\""
        ),
    ))
}
