//! People, their roles and their tokens.

use super::ask::Ask;
use super::document::{Reply, list, single, to_one, whole_list};
use super::refusal::{Checks, Refusal};
use crate::engine::sandbox::access::{Action, Resource};
use crate::engine::sandbox::role::{Grant, ROLE_TYPES, RoleType};
use crate::engine::sandbox::world::{LogEntry, TokenRecord, User, World, next_id};
use serde_json::{Value, json};

/// Not documented, seen in the vendor's tests only; the roles in it are our choice.
pub(super) fn me(_: &World, ask: &Ask) -> Result<Reply, Refusal> {
    Ok(Reply::Shown(single(user_resource(ask, &ask.user))))
}

pub(super) fn users(world: &World, ask: &Ask) -> Result<Reply, Refusal> {
    if !world.may(&ask.user, Action::See, Resource::Users) {
        return Err(Refusal::forbidden(
            "You need the role Global user admin or Workspace manager to list users.",
        ));
    }
    let query = ask.parameter("query").unwrap_or("").to_lowercase();
    let role = ask.parameter("role_type_id");
    let has_role = |user: &User| {
        role.is_none_or(|wanted| {
            let held = user.roles.iter().filter_map(role_type);
            // The documented example gives the key where the text speaks of an id.
            held.into_iter()
                .any(|t| t.key == wanted || t.id.to_string() == wanted)
        })
    };
    let items = world
        .users
        .iter()
        .filter(|u| !u.archived && world.may(&ask.user, Action::See, Resource::User(u)))
        .filter(|u| full_name(u).to_lowercase().contains(&query) || u.email.contains(&query))
        .filter(|u| has_role(u))
        .map(|u| user_resource(ask, u))
        .collect();
    Ok(Reply::Shown(list(ask, items)?))
}

pub(super) fn user(world: &World, ask: &Ask) -> Result<Reply, Refusal> {
    let user = named(world, ask)?;
    Ok(Reply::Shown(single(user_resource(ask, user))))
}

pub(super) fn create_user(world: &mut World, ask: &Ask) -> Result<Reply, Refusal> {
    if !world.may(&ask.user, Action::Create, Resource::Users) {
        return Err(Refusal::forbidden(
            "You need the role Global user admin or Workspace manager to create a user.",
        ));
    }
    let body = ask.resource("user")?;
    let attribute = |name: &str| {
        let text = body.text(&format!("/data/attributes/{name}"))?;
        Ok::<_, Refusal>(text.unwrap_or("").trim().to_owned())
    };
    let first_name = attribute("first_name")?;
    let last_name = attribute("last_name")?;
    let email = attribute("email")?.to_lowercase();
    let granted = body.array("/data/attributes/roles_attributes")?;
    let mut checks = Checks::default();
    checks.filled("first_name", &first_name);
    checks.filled("last_name", &last_name);
    if !email.contains('@') {
        checks.refuse("/data/attributes/email", "E-mail is invalid.");
    } else if world.users.iter().any(|u| u.email == email) {
        checks.refuse("/data/attributes/email", "E-mail has already been taken.");
    }
    let mut roles = Vec::new();
    for (place, wish) in granted.into_iter().flatten().enumerate() {
        match grant(world, wish) {
            Some(grant) => roles.push(grant),
            None => checks.refuse(
                format!("/data/attributes/roles_attributes/{place}"),
                "The role type or the resource does not exist.",
            ),
        }
    }
    checks.done()?;
    let user = User {
        id: next_id(world.users.iter().map(|u| u.id)),
        first_name,
        last_name,
        email,
        non_interactive: false,
        archived: false,
        roles,
    };
    let created = single(user_resource(ask, &user));
    world.note(about_user(ask, "user.created", &user));
    world.users.push(user);
    Ok(Reply::Created(created))
}

pub(super) fn archive_user(world: &mut World, ask: &Ask) -> Result<Reply, Refusal> {
    let user = named(world, ask)?.clone();
    if !world.may(&ask.user, Action::Archive, Resource::User(&user)) {
        return Err(Refusal::forbidden(
            "You need the roles Developer and Global user admin to archive a user.",
        ));
    }
    // The tokens of an archived account stop working; see how a token is looked up.
    for other in &mut world.users {
        other.archived |= other.id == user.id;
    }
    world.note(about_user(ask, "user.archived", &user));
    Ok(Reply::Empty)
}

pub(super) fn tokens(world: &World, ask: &Ask) -> Result<Reply, Refusal> {
    let user = whose_tokens(world, ask)?;
    let items = world
        .tokens
        .iter()
        .filter(|t| t.user == user.id && t.is_listed())
        .map(token_resource)
        .collect();
    Ok(Reply::Shown(list(ask, items)?))
}

pub(super) fn revoke_token(world: &mut World, ask: &Ask) -> Result<Reply, Refusal> {
    let user = whose_tokens(world, ask)?.clone();
    let id = ask.id(1)?;
    let before = world.tokens.len();
    let is_it = |t: &TokenRecord| t.id == id && t.user == user.id && t.is_listed();
    world.tokens.retain(|t| !is_it(t));
    if world.tokens.len() == before {
        return Err(Refusal::not_found());
    }
    world.note(about_user(ask, "user_app_token.deleted", &user));
    Ok(Reply::Empty)
}

/// The shape of a role type is not documented: our choice.
pub(super) fn role_types(world: &World, ask: &Ask) -> Result<Reply, Refusal> {
    if !world.may(&ask.user, Action::See, Resource::RoleTypes) {
        return Err(Refusal::forbidden(
            "You need the role Global user admin or Workspace manager to list role types.",
        ));
    }
    let resource = |t: &RoleType| {
        json!({
            "id": t.id.to_string(),
            "type": "role_type",
            "attributes": { "name": t.name, "key": t.key, "category": t.category },
        })
    };
    let items = ROLE_TYPES.iter().map(resource).collect();
    Ok(Reply::Shown(whole_list(ask, items)))
}

/// The user of the path, by id or by e-mail. Oneself is always visible. To a caller who
/// administers nobody every other person is refused, there or not; an administrator of a part is
/// told that the rest is not there: both are our choice.
fn named<'w>(world: &'w World, ask: &Ask) -> Result<&'w User, Refusal> {
    let text = ask.text(0).to_lowercase();
    let is_named = |u: &&User| u.id.to_string() == text || u.email == text;
    let found = world.users.iter().find(is_named);
    match found.filter(|u| world.may(&ask.user, Action::See, Resource::User(u))) {
        Some(user) => Ok(user),
        None if world.may(&ask.user, Action::See, Resource::Users) => Err(Refusal::not_found()),
        None => Err(Refusal::forbidden(
            "You need the role Global user admin or Workspace manager to see other users.",
        )),
    }
}

fn whose_tokens<'w>(world: &'w World, ask: &Ask) -> Result<&'w User, Refusal> {
    let user = named(world, ask)?;
    if !world.may(&ask.user, Action::See, Resource::TokensOf(user)) {
        return Err(Refusal::forbidden(
            "You need the role Global user admin to manage the tokens of other users.",
        ));
    }
    Ok(user)
}

/// A role as a request wishes for it: a role type, and for a scoped one the resource.
fn grant(world: &World, wish: &Value) -> Option<Grant> {
    let number = |value: &Value| match value {
        Value::String(text) => text.parse().ok(),
        other => other.as_u64(),
    };
    let id: u64 = number(&wish["role_type_id"])?;
    let role_type = ROLE_TYPES.iter().find(|t| t.id == id)?;
    let mut grant = Grant {
        role: role_type.role,
        workspace: None,
        folder: None,
        runbook: None,
    };
    if role_type.category == "global" {
        return Some(grant);
    }
    let resource = number(&wish["resource_id"])?;
    match wish["resource_type"].as_str()? {
        "workspace" => grant.workspace = Some(world.workspace(resource)?.id),
        "folder" => grant.folder = Some(world.folder(resource)?.id),
        "runbook" => grant.runbook = Some(world.runbook(resource)?.id),
        _ => return None,
    }
    Some(grant)
}

fn about_user(ask: &Ask, event: &str, user: &User) -> LogEntry {
    LogEntry {
        id: 0,
        event: event.to_owned(),
        user: ask.user.id,
        runbook: None,
        workspace: None,
        at: ask.stamp(),
        says: format!("{event}: {}", full_name(user)),
    }
}

fn role_type(grant: &Grant) -> Option<&'static RoleType> {
    ROLE_TYPES.iter().find(|t| t.role == grant.role)
}

fn full_name(user: &User) -> String {
    format!("{} {}", user.first_name, user.last_name)
}

fn user_resource(ask: &Ask, user: &User) -> Value {
    let role = |grant: &Grant| {
        let held = role_type(grant)?;
        let (resource_type, resource_id) = grant.place().unzip();
        Some(json!({
            "role_type_id": held.id, "key": held.key, "name": held.name,
            "resource_type": resource_type, "resource_id": resource_id,
        }))
    };
    let roles: Vec<Value> = user.roles.iter().filter_map(role).collect();
    json!({
        "id": user.id.to_string(),
        "type": "user",
        "attributes": {
            "first_name": user.first_name, "last_name": user.last_name, "name": full_name(user),
            "email": user.email, "archived": user.archived,
            "login_type": if user.non_interactive { "non_interactive" } else { "interactive" },
            "roles": roles,
        },
        "links": { "self": format!("{}/core/users/{}", ask.base, user.id) },
    })
}

pub(super) fn author(ask: &Ask, id: u64) -> Value {
    to_one(ask, "user", id, &format!("/core/users/{id}"))
}

/// The value itself is shown at creation only, so it is not here.
fn token_resource(token: &TokenRecord) -> Value {
    json!({
        "id": token.id.to_string(),
        "type": "user_app_token",
        "attributes": {
            "label": token.label, "created_at": "2026-01-12T10:00:00Z",
            "expires_at": token.expires_at, "last_accessed_at": token.last_accessed_at,
        },
    })
}
