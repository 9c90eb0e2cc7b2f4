//! Runbooks and their runs.

use super::ask::{Ask, Document};
use super::document::{Reply, list, single, to_none, to_one};
use super::refusal::{Checks, Refusal};
use crate::engine::sandbox::access::{Action, Resource};
use crate::engine::sandbox::role::{Grant, Role};
use crate::engine::sandbox::world::{
    Folder, LogEntry, Runbook, RunbookStage, Stream, Task, TaskStage, World, next_id,
};
use hyper::StatusCode;
use serde_json::{Value, json};

const STAGES: [&str; 5] = ["planning", "active", "paused", "canceled", "complete"];

pub(super) fn runbooks(world: &World, ask: &Ask) -> Result<Reply, Refusal> {
    let workspace = ask.number("workspace_id")?;
    let folder = ask.number("folder_id")?;
    let source = ask.number("source_runbook_id")?;
    let template = ask.flag("is_template")?;
    let archived = ask.flag("archived")?.unwrap_or(false);
    let stages = ask.one_of("stage", &STAGES)?;
    let items = world
        .runbooks
        .iter()
        .filter(|r| world.may(&ask.user, Action::See, Resource::Runbook(r)))
        .filter(|r| r.archived_at.is_some() == archived)
        .filter(|r| workspace.is_none_or(|id| r.workspace == id))
        .filter(|r| folder.is_none_or(|id| r.folder == id))
        .filter(|r| source.is_none_or(|id| r.source_runbook == Some(id)))
        .filter(|r| template.is_none_or(|wanted| r.is_template == wanted))
        .filter(|r| stages.is_empty() || stages.contains(&r.stage.id()))
        .map(|r| runbook_resource(ask, r))
        .collect();
    Ok(Reply::Shown(list(ask, items)?))
}

pub(super) fn runbook(world: &World, ask: &Ask) -> Result<Reply, Refusal> {
    let runbook = seen(world, ask)?;
    let mut resource = runbook_resource(ask, runbook);
    // Seen on the answer for one runbook only, never in lists.
    resource["relationships"]["source_runbook"] = match runbook.source_runbook {
        Some(id) => to_one(ask, "runbook", id, &format!("/core/runbooks/{id}")),
        None => to_none(),
    };
    Ok(Reply::Shown(single(resource)))
}

pub(super) fn create(world: &mut World, ask: &Ask) -> Result<Reply, Refusal> {
    let body = ask.resource("runbook")?;
    let name = body.text("/data/attributes/name")?.unwrap_or("").trim();
    let description = body.text("/data/attributes/description")?.unwrap_or("");
    let workspace = body.id("/data/relationships/workspace/data/id")?;
    let folder = body.id("/data/relationships/folder/data/id")?;
    let runbook_type = body.id("/data/relationships/runbook_type/data/id")?;
    let source = body.id("/meta/copy/source_runbook_id")?;

    // A missing role is said before bad values, so that nobody repairs a body in vain.
    let creates = |f: &&Folder| world.may(&ask.user, Action::Create, Resource::Folder(f));
    let open: Vec<&Folder> = world.folders.iter().filter(creates).collect();
    let sees = |id| world.may(&ask.user, Action::See, Resource::Workspace(id));
    let known = workspace.filter(|&id| world.workspace(id).is_some() && sees(id));
    let is_open = |id: u64| open.iter().any(|f| f.workspace == id);
    if open.is_empty() || known.is_some_and(|id| !is_open(id)) {
        return Err(Refusal::forbidden(
            "You need the role Workspace runbook creator or Folder runbook creator to create a \
             runbook here.",
        ));
    }
    // Without a folder a runbook goes into the first that is open to its author: our choice.
    let place = open
        .iter()
        .find(|f| known == Some(f.workspace) && folder.is_none_or(|id| f.id == id));
    let reads = |r: &&Runbook| world.may(&ask.user, Action::ReadInside, Resource::Runbook(r));
    let copied = source.and_then(|id| world.runbook(id)).filter(reads);
    let is_type = |id: u64| world.runbook_types.iter().any(|t| t.id == id);
    let mut checks = Checks::default();
    checks.filled("name", name);
    if known.is_none() {
        checks.refuse(
            "/data/relationships/workspace/data/id",
            "Workspace must exist.",
        );
    } else if place.is_none() {
        checks.refuse("/data/relationships/folder/data/id", "Folder must exist.");
    }
    if runbook_type.is_some_and(|id| !is_type(id)) {
        checks.refuse(
            "/data/relationships/runbook_type/data/id",
            "Runbook type must exist.",
        );
    }
    if source.is_some() && copied.is_none() {
        checks.refuse("/meta/copy/source_runbook_id", "Source runbook must exist.");
    }
    checks.done()?;
    let Some(place) = place else {
        return Err(Refusal::not_found());
    };

    let runbook = Runbook {
        id: next_id(world.runbooks.iter().map(|r| r.id).chain(logged(world))),
        name: name.to_owned(),
        description: description.to_owned(),
        workspace: place.workspace,
        folder: place.id,
        runbook_type: runbook_type.unwrap_or(1),
        stage: RunbookStage::Planning,
        run_type: None,
        source_runbook: source,
        archived_at: None,
        created_at: Some(ask.stamp()),
        is_template: false,
        restricted: false,
        damaged: false,
        streams: copied.map_or_else(first_stream, |r| r.streams.clone()),
        teams: Vec::new(),
        tasks: copied.map_or_else(Vec::new, |r| r.tasks.iter().map(unstarted).collect()),
        comments: Vec::new(),
    };
    let created = single(runbook_resource(ask, &runbook));
    // Whoever creates a runbook administers it: our choice, in the spirit of the role texts.
    let grant = Grant::on_runbook(Role::RunbookAdmin, runbook.id);
    if let Some(user) = world.users.iter_mut().find(|u| u.id == ask.user.id) {
        user.roles.push(grant);
    }
    note(world, ask, "runbook.created", &runbook);
    world.runbooks.push(runbook);
    Ok(Reply::Created(created))
}

pub(super) fn update(world: &mut World, ask: &Ask) -> Result<Reply, Refusal> {
    allowed(world, ask, Action::Edit, "change this runbook")?;
    let body = ask.resource("runbook")?;
    let name = body.text("/data/attributes/name")?.map(str::trim);
    let description = body.text("/data/attributes/description")?;
    let mut checks = Checks::default();
    let path_id = ask.id(0)?;
    if body.id("/data/id")?.is_some_and(|id| id != path_id) {
        checks.refuse("/data/id", "The id differs from the one in the path.");
    }
    if let Some(name) = name {
        checks.filled("name", name);
    }
    checks.done()?;
    let runbook = owned(world, ask)?;
    if let Some(name) = name {
        runbook.name = name.to_owned();
    }
    if let Some(description) = description {
        runbook.description = description.to_owned();
    }
    Ok(Reply::Shown(single(runbook_resource(ask, runbook))))
}

/// Deleting a runbook was seen to end in this, so it does here.
pub(super) fn delete(_: &World, _: &Ask) -> Result<Reply, Refusal> {
    Err(Refusal::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        "endpoint_not_implemented",
        "This endpoint has not been implemented.",
    ))
}

pub(super) fn start(world: &mut World, ask: &Ask) -> Result<Reply, Refusal> {
    allowed(world, ask, Action::Run, "start this runbook")?;
    let body = ask.options()?;
    let mut checks = Checks::default();
    option(&body, &mut checks, "comms", &["off", "test", "on"])?;
    let run_type = option(&body, &mut checks, "run_type", &["live", "rehearsal"])?;
    checks.done()?;
    let from = [RunbookStage::Planning];
    let runbook = owned(world, ask)?;
    in_stage(runbook, &from)?;
    runbook.run_type = run_type;
    move_stage(world, ask, "run.started", &from, RunbookStage::Active)
}

pub(super) fn pause(world: &mut World, ask: &Ask) -> Result<Reply, Refusal> {
    allowed(world, ask, Action::Run, "pause this runbook")?;
    ask.options()?;
    move_stage(
        world,
        ask,
        "run.paused",
        &[RunbookStage::Active],
        RunbookStage::Paused,
    )
}

pub(super) fn resume(world: &mut World, ask: &Ask) -> Result<Reply, Refusal> {
    allowed(world, ask, Action::Run, "resume this runbook")?;
    ask.options()?;
    move_stage(
        world,
        ask,
        "run.resumed",
        &[RunbookStage::Paused],
        RunbookStage::Active,
    )
}

pub(super) fn cancel(world: &mut World, ask: &Ask) -> Result<Reply, Refusal> {
    allowed(world, ask, Action::Run, "cancel this runbook")?;
    ask.options()?;
    let from = [RunbookStage::Active, RunbookStage::Paused];
    move_stage(world, ask, "run.canceled", &from, RunbookStage::Canceled)
}

/// The runbook of the path, if it is there for the caller. Which of 403 and 404 the real API
/// answers is not documented; here what may not be seen is never admitted to exist.
pub(super) fn seen<'w>(world: &'w World, ask: &Ask) -> Result<&'w Runbook, Refusal> {
    world
        .runbook(ask.id(0)?)
        .filter(|r| r.archived_at.is_none())
        .filter(|r| world.may(&ask.user, Action::See, Resource::Runbook(r)))
        .ok_or_else(Refusal::not_found)
}

/// The runbook of the path, if its inside may be read.
pub(super) fn opened<'w>(world: &'w World, ask: &Ask, what: &str) -> Result<&'w Runbook, Refusal> {
    let runbook = seen(world, ask)?;
    if !world.may(&ask.user, Action::ReadInside, Resource::Runbook(runbook)) {
        return Err(Refusal::forbidden(format!(
            "You need a role on this runbook to list its {what}."
        )));
    }
    if runbook.damaged {
        return Err(Refusal::unexpected());
    }
    Ok(runbook)
}

pub(super) fn allowed(
    world: &World,
    ask: &Ask,
    action: Action,
    purpose: &str,
) -> Result<(), Refusal> {
    let runbook = seen(world, ask)?;
    if world.may(&ask.user, action, Resource::Runbook(runbook)) {
        return Ok(());
    }
    let roles = match action {
        Action::EditTasks => "Runbook admin or Stream editor",
        Action::Comment => "Runbook admin, Stream editor or Team member",
        _ => "Runbook admin",
    };
    Err(Refusal::forbidden(format!(
        "You need the role {roles} on this runbook to {purpose}."
    )))
}

pub(super) fn owned<'w>(world: &'w mut World, ask: &Ask) -> Result<&'w mut Runbook, Refusal> {
    world.runbook_mut(ask.id(0)?).ok_or_else(Refusal::not_found)
}

/// An option that a command needs, from the values it knows.
fn option(
    body: &Document,
    checks: &mut Checks,
    name: &str,
    known: &[&str],
) -> Result<Option<String>, Refusal> {
    let pointer = format!("/meta/{name}");
    let value = body.text(&pointer)?;
    match value {
        None => checks.refuse(pointer, format!("{name} is required.")),
        Some(given) if !known.contains(&given) => {
            let one_of = known.join(", ");
            checks.refuse(pointer, format!("{name} must be one of {one_of}."));
        }
        Some(_) => {}
    }
    Ok(value.map(str::to_owned))
}

fn move_stage(
    world: &mut World,
    ask: &Ask,
    event: &str,
    from: &[RunbookStage],
    to: RunbookStage,
) -> Result<Reply, Refusal> {
    let runbook = owned(world, ask)?;
    in_stage(runbook, from)?;
    runbook.stage = to;
    let changed = runbook.clone();
    note(world, ask, event, &changed);
    Ok(Reply::Shown(single(runbook_resource(ask, &changed))))
}

/// 409 is not among the vendor's statuses, so a run in the wrong stage is a 422: our choice.
fn in_stage(runbook: &Runbook, wanted: &[RunbookStage]) -> Result<(), Refusal> {
    if wanted.contains(&runbook.stage) {
        return Ok(());
    }
    let stage = runbook.stage.id();
    let wanted: Vec<&str> = wanted.iter().map(|s| s.id()).collect();
    Err(Refusal::unprocessable(format!(
        "The runbook is {stage}; this needs a runbook that is {}.",
        wanted.join(" or ")
    )))
}

fn note(world: &mut World, ask: &Ask, event: &str, runbook: &Runbook) {
    world.note(LogEntry {
        id: 0,
        event: event.to_owned(),
        user: ask.user.id,
        runbook: Some(runbook.id),
        workspace: Some(runbook.workspace),
        at: ask.stamp(),
        says: format!("{event}: {}", runbook.name),
    });
}

/// Ids of runbooks that the log still knows: a deleted runbook's id is not given again.
fn logged(world: &World) -> impl Iterator<Item = u64> {
    world.log.iter().filter_map(|entry| entry.runbook)
}

fn first_stream() -> Vec<Stream> {
    vec![Stream {
        id: 1,
        name: "Default".to_owned(),
        description: String::new(),
    }]
}

/// A task of a copied runbook: the first is open again, the others wait.
fn unstarted(task: &Task) -> Task {
    Task {
        stage: if task.id == 1 {
            TaskStage::Startable
        } else {
            TaskStage::NotStartable
        },
        skipped: false,
        teams: Vec::new(),
        ..task.clone()
    }
}

fn runbook_resource(ask: &Ask, runbook: &Runbook) -> Value {
    let path = format!("/core/runbooks/{}", runbook.id);
    let created_at = runbook
        .created_at
        .as_deref()
        .unwrap_or("2026-05-04T09:12:00Z");
    json!({
        "id": runbook.id.to_string(),
        "type": "runbook",
        "attributes": {
            "name": runbook.name, "description": runbook.description,
            "archived": runbook.archived_at.is_some(), "archived_at": runbook.archived_at,
            "is_template": runbook.is_template,
            "template_type": if runbook.is_template { "default" } else { "off" },
            "stage": runbook.stage.id(), "status": "green", "run_type": runbook.run_type,
            "timezone": "UTC", "created_at": created_at, "custom_field_values": [],
        },
        "relationships": {
            "workspace": to_one(
                ask, "workspace", runbook.workspace,
                &format!("/core/workspaces/{}", runbook.workspace),
            ),
            "folder": { "data": { "id": runbook.folder.to_string(), "type": "folder" } },
            "runbook_type": to_one(
                ask, "runbook_type", runbook.runbook_type, "/core/runbook_types",
            ),
        },
        "links": { "self": format!("{}{path}", ask.base) },
    })
}
