//! What holds runbooks and describes them: workspaces, folders, types, custom fields.

use super::ask::Ask;
use super::document::{Reply, list, single, to_none, to_one, whole_list};
use super::refusal::{Checks, Refusal};
use crate::engine::sandbox::access::{Action, Resource};
use crate::engine::sandbox::world::{CustomField, Folder, Kind, Workspace, World, next_id};
use serde_json::{Value, json};

pub(super) fn workspaces(world: &World, ask: &Ask) -> Result<Reply, Refusal> {
    let query = ask.parameter("query").unwrap_or("").to_lowercase();
    let items = world
        .workspaces
        .iter()
        .filter(|w| world.may(&ask.user, Action::See, Resource::Workspace(w.id)))
        .filter(|w| w.name.to_lowercase().contains(&query))
        .map(|w| workspace_resource(ask, w))
        .collect();
    Ok(Reply::Shown(list(ask, items)?))
}

pub(super) fn workspace(world: &World, ask: &Ask) -> Result<Reply, Refusal> {
    let workspace = seen(world, ask)?;
    Ok(Reply::Shown(single(workspace_resource(ask, workspace))))
}

pub(super) fn create_workspace(world: &mut World, ask: &Ask) -> Result<Reply, Refusal> {
    if !world.may(&ask.user, Action::Create, Resource::Workspaces) {
        return Err(Refusal::forbidden(
            "You need the role Global user admin to create a workspace.",
        ));
    }
    let body = ask.resource("workspace")?;
    let name = body.text("/data/attributes/name")?.unwrap_or("").trim();
    let key = body.text("/data/attributes/key")?.unwrap_or("").trim();
    let description = body.text("/data/attributes/description")?.unwrap_or("");
    let mut checks = Checks::default();
    checks.filled("name", name);
    checks.filled("key", key);
    if world.workspaces.iter().any(|w| w.key == key) {
        checks.refuse("/data/attributes/key", "Key has already been taken.");
    }
    checks.done()?;
    let workspace = Workspace {
        id: next_id(world.workspaces.iter().map(|w| w.id)),
        name: name.to_owned(),
        key: key.to_owned(),
        description: description.to_owned(),
    };
    let created = single(workspace_resource(ask, &workspace));
    world.folders.push(Folder {
        id: next_id(world.folders.iter().map(|f| f.id)),
        workspace: workspace.id,
        name: "Default".to_owned(),
    });
    world.workspaces.push(workspace);
    Ok(Reply::Created(created))
}

pub(super) fn folders(world: &World, ask: &Ask) -> Result<Reply, Refusal> {
    let workspace = seen(world, ask)?;
    let items = world
        .folders
        .iter()
        .filter(|f| f.workspace == workspace.id)
        .filter(|f| world.may(&ask.user, Action::See, Resource::Folder(f)))
        .map(|f| folder_resource(world, ask, f))
        .collect();
    Ok(Reply::Shown(list(ask, items)?))
}

pub(super) fn runbook_types(world: &World, ask: &Ask) -> Result<Reply, Refusal> {
    Ok(Reply::Shown(kinds(
        world,
        ask,
        &world.runbook_types,
        "runbook_type",
    )))
}

pub(super) fn task_types(world: &World, ask: &Ask) -> Result<Reply, Refusal> {
    Ok(Reply::Shown(kinds(
        world,
        ask,
        &world.task_types,
        "task_type",
    )))
}

pub(super) fn custom_fields(world: &World, ask: &Ask) -> Result<Reply, Refusal> {
    let items = if reaches_anything(world, ask) {
        world
            .custom_fields
            .iter()
            .map(custom_field_resource)
            .collect()
    } else {
        Vec::new()
    };
    Ok(Reply::Shown(list(ask, items)?))
}

pub(super) fn custom_field(world: &World, ask: &Ask) -> Result<Reply, Refusal> {
    let id = ask.id(0)?;
    let field = world.custom_fields.iter().find(|f| f.id == id);
    match field.filter(|_| reaches_anything(world, ask)) {
        Some(field) => Ok(Reply::Shown(single(custom_field_resource(field)))),
        None => Err(Refusal::not_found()),
    }
}

fn seen<'w>(world: &'w World, ask: &Ask) -> Result<&'w Workspace, Refusal> {
    world
        .workspace(ask.id(0)?)
        .filter(|w| world.may(&ask.user, Action::See, Resource::Workspace(w.id)))
        .ok_or_else(Refusal::not_found)
}

/// Types and fields belong to workspaces, so whoever sees no workspace sees none: our choice.
fn reaches_anything(world: &World, ask: &Ask) -> bool {
    let sees = |w: &Workspace| world.may(&ask.user, Action::See, Resource::Workspace(w.id));
    world.workspaces.iter().any(sees)
}

fn kinds(world: &World, ask: &Ask, kinds: &[Kind], name: &str) -> Value {
    let resource = |kind: &Kind| {
        json!({
            "id": kind.id.to_string(),
            "type": name,
            "attributes": { "name": kind.name, "key": kind.key, "archived": false, "global": true },
        })
    };
    let items = if reaches_anything(world, ask) {
        kinds.iter().map(resource).collect()
    } else {
        Vec::new()
    };
    whole_list(ask, items)
}

fn workspace_resource(ask: &Ask, workspace: &Workspace) -> Value {
    json!({
        "id": workspace.id.to_string(),
        "type": "workspace",
        "attributes": {
            "name": workspace.name, "key": workspace.key, "description": workspace.description,
        },
        "links": { "self": format!("{}/core/workspaces/{}", ask.base, workspace.id) },
    })
}

/// `meta.permissions` is the API telling a caller what may be done there; it was seen on folders
/// only.
fn folder_resource(world: &World, ask: &Ask, folder: &Folder) -> Value {
    let mut permissions = Vec::new();
    if world.may(&ask.user, Action::Create, Resource::Folder(folder)) {
        permissions.push(json!({ "type": "create", "resource": "runbook" }));
    }
    let workspace = format!("/core/workspaces/{}", folder.workspace);
    json!({
        "id": folder.id.to_string(),
        "type": "folder",
        "attributes": { "name": folder.name, "description": "" },
        "relationships": {
            "parent": to_none(),
            "workspace": to_one(ask, "workspace", folder.workspace, &workspace),
        },
        "meta": { "permissions": permissions },
    })
}

fn custom_field_resource(field: &CustomField) -> Value {
    json!({
        "id": field.id.to_string(),
        "type": "custom_field",
        "attributes": {
            "name": field.name, "display_name": field.display_name,
            "field_type": field.field_type, "apply_to": field.apply_to,
            "required": false, "archived": false, "default_value": null,
        },
        "relationships": { "dependent_custom_fields": { "data": [] } },
    })
}
