//! The token endpoint (RFC 6749, 3.2): which grant is asked for, and what is given.

use super::clients;
use super::desk::{Call, Issuer, Refresh, SCOPES};
use super::reply::{json_reply, oauth_error};
use crate::engine::sandbox::ledger::{Issued, SignedIn, digest};
use crate::engine::sandbox::world::World;
use crate::model::Response;
use jiff::{SignedDuration, Timestamp};
use ring::rand::{SecureRandom, SystemRandom};
use serde_json::{Value, json};

/// What a client may have a token for.
pub(super) struct Wanted {
    pub client: &'static clients::Registered,
    pub user: u64,
    pub scopes: Vec<String>,
    pub audience: Option<String>,
    /// That of the sign-in it continues.
    pub family: Option<u64>,
    pub signed_in: Option<SignedIn>,
}

const MOST: usize = 1_000;

/// 48 hexadecimal digits; `None` where the system gives no randomness.
pub(super) fn random() -> Option<String> {
    let mut bytes = [0; 24];
    SystemRandom::new().fill(&mut bytes).ok()?;
    Some(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// The person behind a practice token of that name.
pub(super) fn person(world: &World, named: Option<&str>, usual: &str) -> Option<u64> {
    let name = named.filter(|name| !name.is_empty()).unwrap_or(usual);
    let record = world.tokens.iter().find(|token| token.name == name)?;
    world.user(record.user).map(|user| user.id)
}

/// Those that are asked for, or the usual ones where none is named; `None` where one is unknown.
pub(super) fn scopes(call: &Call) -> Option<Vec<String>> {
    let asked = call.form.get("scope").unwrap_or_default();
    let asked: Vec<String> = asked.split_ascii_whitespace().map(str::to_owned).collect();
    if asked.is_empty() {
        return Some(vec!["read".to_owned(), "write".to_owned()]);
    }
    let are_known = asked.iter().all(|scope| SCOPES.contains(&scope.as_str()));
    are_known.then_some(asked)
}

pub(super) fn unknown_scope() -> Response {
    oauth_error(
        400,
        "invalid_scope",
        &format!("A scope is unknown here. Known: {}.", SCOPES.join(", ")),
    )
}

impl Issuer {
    pub(super) fn token(&mut self, world: &mut World, call: &Call) -> Response {
        let kind = call.request.headers.media_type();
        if kind.as_deref() != Some("application/x-www-form-urlencoded") {
            return oauth_error(400, "invalid_request", "Send a form.");
        }
        let Ok(client) = clients::signed_in(&call.request.headers, &call.form) else {
            return clients::unknown();
        };
        let Some(grant) = call.form.get("grant_type") else {
            return oauth_error(400, "invalid_request", "grant_type is missing.");
        };
        if !clients::practice_grants().contains(grant) {
            return oauth_error(400, "unsupported_grant_type", "This grant is unknown here.");
        }
        if !client.grants.contains(&grant) {
            return oauth_error(
                400,
                "unauthorized_client",
                "This client may not use this grant.",
            );
        }
        match grant {
            "client_credentials" => {
                let Some(scopes) = scopes(call) else {
                    return unknown_scope();
                };
                let Some(user) = person(world, None, client.acts_for) else {
                    return oauth_error(500, "server_error", "The person is gone.");
                };
                let wanted = Wanted {
                    client,
                    user,
                    scopes,
                    audience: call.form.get("resource").map(str::to_owned),
                    family: None,
                    signed_in: None,
                };
                self.give(world, wanted, call)
            }
            "refresh_token" => self.refreshed(world, client, call),
            "authorization_code" => self.code_token(world, client, call),
            _ => self.device_token(world, client, call),
        }
    }

    /// RFC 9700, 2.2.2: each refresh token is good once; one that comes again was stolen from
    /// one side or the other, and all that came of it falls.
    fn refreshed(
        &mut self,
        world: &mut World,
        client: &'static clients::Registered,
        call: &Call,
    ) -> Response {
        let given = digest(call.form.get("refresh_token").unwrap_or_default());
        let unknown = || {
            oauth_error(
                400,
                "invalid_grant",
                "The refresh token is unknown, used up or revoked.",
            )
        };
        let found = self
            .refresh
            .iter_mut()
            .find(|refresh| refresh.value == given && refresh.client == client.id);
        let Some(found) = found else {
            return unknown();
        };
        if found.used {
            let family = found.family;
            self.refresh.retain(|refresh| refresh.family != family);
            world.issued.revoke_family(family);
            return unknown();
        }
        // RFC 9449, 5: whoever brings it has to have the key that it is bound to.
        if found.bound.is_some() && found.bound != call.bound {
            return oauth_error(400, "invalid_dpop_proof", "It is bound to another key.");
        }
        let asked = call.form.get("scope").unwrap_or_default();
        let asked: Vec<String> = asked.split_ascii_whitespace().map(str::to_owned).collect();
        if asked.iter().any(|scope| !found.scopes.contains(scope)) {
            return oauth_error(400, "invalid_scope", "More than was granted.");
        }
        found.used = true;
        let wanted = Wanted {
            client,
            user: found.user,
            scopes: if asked.is_empty() {
                found.scopes.clone()
            } else {
                asked
            },
            audience: found.audience.clone(),
            family: Some(found.family),
            signed_in: found.signed_in.clone(),
        };
        self.give(world, wanted, call)
    }

    /// RFC 6749, 5.1
    pub(super) fn give(&mut self, world: &mut World, wanted: Wanted, call: &Call) -> Response {
        let Wanted {
            client,
            user,
            scopes,
            audience,
            family,
            signed_in,
        } = wanted;
        // RFC 6749, 3.3: less may be given than was asked for, and is said.
        let scopes: Vec<String> = match client.most {
            Some(most) => scopes
                .into_iter()
                .filter(|scope| most.contains(&scope.as_str()))
                .collect(),
            None => scopes,
        };
        let audience = client.audience.map(str::to_owned).or(audience);
        self.families += u64::from(family.is_none());
        let family = family.unwrap_or(self.families);
        let lifetime = client.lifetime.as_secs();
        let seconds = SignedDuration::try_from(client.lifetime).unwrap_or_default();
        let expires_at = call.now.saturating_add(seconds).unwrap_or(Timestamp::MAX);
        let for_whom = audience.clone().or_else(|| world.api.clone());
        let mut claims = json!({
            "iss": call.base,
            "sub": user.to_string(),
            "aud": for_whom,
            "client_id": client.id,
            "scope": scopes.join(" "),
            "iat": call.now.as_second(),
            "exp": expires_at.as_second(),
            "jti": random(),
        });
        if let Some(key) = &call.bound {
            claims["cnf"] = json!({ "jkt": key });
        }
        if let Some(SignedIn { at, acr }) = &signed_in {
            claims["auth_time"] = json!(at.as_second());
            if let Some(acr) = acr {
                claims["acr"] = json!(acr);
            }
        }
        let failed = || oauth_error(500, "server_error", "The token could not be signed.");
        let Some(keys) = self.keys() else {
            return failed();
        };
        let Some(access) = keys.sign(client.is_retired, "at+jwt", &claims) else {
            return failed();
        };
        let identity = scopes.iter().any(|scope| scope == "openid").then(|| {
            claims["aud"] = json!(client.id);
            keys.sign(client.is_retired, "JWT", &claims)
        });
        let issued = Issued {
            number: 0,
            client: client.id,
            user,
            scopes: scopes.clone(),
            audience: audience.clone(),
            expires_at,
            revoked: false,
            is_retired: client.is_retired,
            family,
            bound: call.bound.clone(),
            signed_in: signed_in.clone(),
        };
        world.issued.add(&access, issued);
        let mut body = json!({
            "access_token": access,
            "token_type": if call.bound.is_some() { "DPoP" } else { "Bearer" },
            "expires_in": lifetime,
            "scope": scopes.join(" "),
        });
        if let Some(identity) = identity.flatten() {
            body["id_token"] = Value::String(identity);
        }
        if client.grants.contains(&"refresh_token")
            && let Some(refresh) = random()
        {
            if self.refresh.len() >= MOST {
                self.refresh.remove(0);
            }
            self.refresh.push(Refresh {
                value: digest(&refresh),
                client: client.id,
                user,
                scopes,
                audience,
                family,
                used: false,
                bound: call.bound.clone(),
                signed_in,
            });
            body["refresh_token"] = Value::String(refresh);
        }
        json_reply(200, &body)
    }
}
