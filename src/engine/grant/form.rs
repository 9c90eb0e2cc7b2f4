//! What is written into the form for each grant. Secrets stand in it by name; the vault puts the
//! values in.

use crate::model::{Grant, GrantKind, GrantPart, Param, TokenName, slot};

/// RFC 8693, 3
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";

/// A row whose value is a secret of the grant.
pub fn secret(row: &str, part: GrantPart, token: &TokenName) -> Option<Param> {
    Some(Param::new(row, slot(&part.of(token)?)))
}

/// What a token is asked for with, but for how the client signs in. `None` where a person has to
/// say yes first.
pub fn rows(token: &TokenName, grant: &Grant) -> Option<Vec<Param>> {
    let mut rows = vec![Param::data("grant_type", grant_type(&grant.kind)?)];
    let mut add = |row: &str, part| rows.extend(secret(row, part, token));
    match &grant.kind {
        GrantKind::ClientCredentials => {}
        GrantKind::DeviceCode | GrantKind::AuthorizationCode { .. } => return None,
        GrantKind::RefreshToken(_) => add("refresh_token", GrantPart::Refresh),
        GrantKind::TokenExchange { actor, .. } => {
            add("subject_token", GrantPart::Subject);
            if actor.is_some() {
                add("actor_token", GrantPart::Actor);
            }
            rows.push(Param::data("subject_token_type", ACCESS_TOKEN));
            if actor.is_some() {
                rows.push(Param::data("actor_token_type", ACCESS_TOKEN));
            }
        }
        GrantKind::JwtBearer { .. } => add("assertion", GrantPart::Assertion),
        GrantKind::Password { user, .. } => {
            add("password", GrantPart::Password);
            rows.push(Param::data("username", user));
        }
    }
    rows.extend(wishes(grant));
    Some(rows)
}

/// `None` where a code has to be had first.
fn grant_type(kind: &GrantKind) -> Option<&'static str> {
    Some(match kind {
        GrantKind::ClientCredentials => "client_credentials",
        GrantKind::RefreshToken(_) => "refresh_token",
        GrantKind::TokenExchange { .. } => "urn:ietf:params:oauth:grant-type:token-exchange",
        GrantKind::JwtBearer { .. } => "urn:ietf:params:oauth:grant-type:jwt-bearer",
        GrantKind::Password { .. } => "password",
        GrantKind::DeviceCode | GrantKind::AuthorizationCode { .. } => return None,
    })
}

/// For what the token is to be.
pub fn wishes(grant: &Grant) -> Vec<Param> {
    let mut rows = Vec::new();
    if !grant.scopes.is_empty() {
        rows.push(Param::data("scope", grant.scopes.join(" ")));
    }
    if let Some(audience) = &grant.audience {
        rows.push(Param::data("audience", audience));
    }
    if let Some(resource) = &grant.resource {
        rows.push(Param::data("resource", resource));
    }
    let more = grant.parameters.iter();
    rows.extend(more.map(|(name, value)| Param::data(name, value)));
    rows
}
