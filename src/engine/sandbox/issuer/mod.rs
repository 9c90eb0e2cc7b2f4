//! The sandbox's authorization server: it gives out tokens that the practice API takes until
//! they run out. As the API, it is one function from what it knows, a request and a time to an
//! answer. Values are known by their digests only.

mod clients;
mod desk;
mod device;
mod grants;
mod keys;
mod page;
mod reply;

pub use clients::practice_clients;
pub(super) use desk::Issuer;

use super::api::Request;
use super::ledger::digest;
use super::proof::{Proven, Wrong, check, nonce};
use super::world::World;
use crate::model::Response;
use desk::{Call, SCOPES, STRENGTHS};
use jiff::Timestamp;
use reply::{Form, json_reply, oauth_error, text_reply};
use serde_json::{Value, json};

impl Issuer {
    /// Answers one call; `base` is where the server itself listens.
    pub fn answer(
        &mut self,
        world: &mut World,
        request: &Request,
        base: &str,
        now: Timestamp,
    ) -> Response {
        let target = request.target.as_str();
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let method = request.method.as_str();
        let form = match method {
            "POST" => Form::read(&request.body),
            _ => Form::read(query.as_bytes()),
        };
        let mut call = Call {
            base,
            request,
            form,
            now,
            bound: None,
        };
        self.forget(now);
        match (method, path) {
            ("GET", "/.well-known/oauth-authorization-server")
            | ("GET", "/.well-known/openid-configuration") => json_reply(200, &metadata(base)),
            ("GET", "/jwks") => match self.keys() {
                Some(keys) => json_reply(200, &keys.published()),
                None => oauth_error(500, "server_error", "No key could be made."),
            },
            ("POST", "/token") => match bound(world, &call, "/token", None) {
                Ok(bound) => {
                    call.bound = bound;
                    self.token(world, &call)
                }
                Err(refused) => *refused,
            },
            ("POST", "/device_authorization") => self.device_authorization(&call),
            ("GET", "/device") => page::device(&call.form),
            ("POST", "/device") => self.decide(world, &call),
            ("GET", "/authorize") => page::authorize(&call.form),
            ("POST", "/authorize") => self.authorized(world, &call),
            ("POST", "/introspect") => introspect(world, &call),
            ("POST", "/revoke") => revoke(world, &call),
            ("GET" | "POST", "/userinfo") => userinfo(world, &call),
            ("GET", "/") => text_reply(
                200,
                "The sandbox's authorization server. What it offers: /.well-known/oauth-authorization-server\n",
            ),
            _ => oauth_error(404, "not_found", "There is nothing at this address."),
        }
    }
}

/// RFC 8414, 2, with what OpenID Connect Discovery adds.
fn metadata(base: &str) -> Value {
    json!({
        "issuer": base,
        "authorization_endpoint": format!("{base}/authorize"),
        "token_endpoint": format!("{base}/token"),
        "device_authorization_endpoint": format!("{base}/device_authorization"),
        "jwks_uri": format!("{base}/jwks"),
        "introspection_endpoint": format!("{base}/introspect"),
        "revocation_endpoint": format!("{base}/revoke"),
        "userinfo_endpoint": format!("{base}/userinfo"),
        "scopes_supported": SCOPES,
        "response_types_supported": ["code"],
        "grant_types_supported": clients::practice_grants(),
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "none"],
        "introspection_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "code_challenge_methods_supported": ["S256"],
        "dpop_signing_alg_values_supported": ["ES256"],
        "acr_values_supported": STRENGTHS,
        "id_token_signing_alg_values_supported": ["ES256"],
        "subject_types_supported": ["public"],
    })
}

/// RFC 7662: what the server knows of a token, for a client that it knows.
fn introspect(world: &World, call: &Call) -> Response {
    let Ok(client) = clients::signed_in(&call.request.headers, &call.form) else {
        return clients::unknown();
    };
    if client.secret.is_none() {
        return oauth_error(
            401,
            "invalid_client",
            "Only a client with a secret may ask.",
        );
    }
    let given = call.form.get("token").unwrap_or_default();
    let issued = world.issued.of(given);
    let Some(issued) = issued.filter(|issued| issued.is_good(call.now)) else {
        return json_reply(200, &json!({ "active": false }));
    };
    let mut said = json!({
        "active": true,
        "scope": issued.scopes.join(" "),
        "client_id": issued.client,
        "token_type": if issued.bound.is_some() { "DPoP" } else { "Bearer" },
        "exp": issued.expires_at.as_second(),
        "sub": issued.user.to_string(),
        "iss": call.base,
    });
    if let Some(key) = &issued.bound {
        said["cnf"] = json!({ "jkt": key });
    }
    json_reply(200, &said)
}

/// The key that the caller of this address proved to have, or why the proof is no good.
fn bound(
    world: &mut World,
    call: &Call,
    path: &str,
    token: Option<&str>,
) -> Result<Option<String>, Box<Response>> {
    let proven = Proven {
        method: &call.request.method,
        url: &format!("{}{path}", call.base),
        token,
        now: call.now,
    };
    let status = if token.is_some() { 401 } else { 400 };
    let refused = match check(&call.request.headers, &proven, &mut world.issued) {
        Ok(bound) => return Ok(bound),
        Err(Wrong::Nonce) => {
            let says = "The proof lacks the nonce of this server.";
            let mut refused = oauth_error(status, "use_dpop_nonce", says);
            refused.headers.push("dpop-nonce", nonce(call.now));
            refused
        }
        Err(Wrong::Proof(why)) => {
            let says = format!("The proof is no good: {why}.");
            oauth_error(status, "invalid_dpop_proof", &says)
        }
    };
    Err(Box::new(refused))
}

/// RFC 7009: the same answer whether it was there or not.
fn revoke(world: &mut World, call: &Call) -> Response {
    if clients::signed_in(&call.request.headers, &call.form).is_err() {
        return clients::unknown();
    }
    world
        .issued
        .revoke(&digest(call.form.get("token").unwrap_or_default()));
    text_reply(200, "")
}

fn userinfo(world: &mut World, call: &Call) -> Response {
    let given = call.request.headers.get("authorization");
    let given = given.unwrap_or_default();
    let (scheme, value) = given.split_once(' ').unwrap_or_default();
    let key = match scheme {
        "DPoP" => match bound(world, call, "/userinfo", Some(value)) {
            Ok(key) => key,
            Err(refused) => return *refused,
        },
        _ => None,
    };
    let issued = world.issued.of(value);
    let issued = issued.filter(|issued| issued.bound == key);
    let issued = issued.filter(|issued| issued.is_good(call.now));
    let user = issued.and_then(|issued| world.user(issued.user));
    let Some(user) = user else {
        let mut refused = oauth_error(401, "invalid_token", "The token is unknown or has run out.");
        let challenge = "Bearer error=\"invalid_token\", error_description=\"The token is unknown or has run out.\"";
        refused.headers.push("www-authenticate", challenge);
        return refused;
    };
    json_reply(
        200,
        &json!({
            "sub": user.id.to_string(),
            "name": format!("{} {}", user.first_name, user.last_name),
            "email": user.email,
        }),
    )
}

#[cfg(test)]
mod tests;
