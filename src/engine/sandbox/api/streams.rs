//! What stands beside the tasks of a runbook: streams, teams, comments.

use super::ask::{Ask, Document};
use super::document::{Reply, single, to_none, whole_list};
use super::refusal::{Checks, Refusal};
use super::runbooks::{allowed, opened, owned};
use super::users::author;
use crate::engine::sandbox::access::Action;
use crate::engine::sandbox::world::{Comment, Runbook, Stream, Team, World, next_id};
use serde_json::{Value, json};

pub(super) fn streams(world: &World, ask: &Ask) -> Result<Reply, Refusal> {
    let runbook = opened(world, ask, "streams")?;
    let items = runbook.streams.iter().map(|s| stream_resource(runbook, s));
    Ok(Reply::Shown(whole_list(ask, items.collect())))
}

pub(super) fn stream(world: &World, ask: &Ask) -> Result<Reply, Refusal> {
    let runbook = opened(world, ask, "streams")?;
    let stream = runbook.stream(ask.id(1)?).ok_or_else(Refusal::not_found)?;
    Ok(Reply::Shown(single(stream_resource(runbook, stream))))
}

pub(super) fn create(world: &mut World, ask: &Ask) -> Result<Reply, Refusal> {
    allowed(world, ask, Action::EditTasks, "add a stream to it")?;
    let body = ask.resource("stream")?;
    let name = stream_name(&body)?.unwrap_or_default();
    let description = body.text("/data/attributes/description")?.unwrap_or("");
    let mut checks = Checks::default();
    checks.filled("name", &name);
    checks.done()?;
    let runbook = owned(world, ask)?;
    let stream = Stream {
        id: next_id(runbook.streams.iter().map(|s| s.id)),
        name,
        description: description.to_owned(),
    };
    let created = single(stream_resource(runbook, &stream));
    runbook.streams.push(stream);
    Ok(Reply::Created(created))
}

pub(super) fn update(world: &mut World, ask: &Ask) -> Result<Reply, Refusal> {
    allowed(world, ask, Action::EditTasks, "change its streams")?;
    let body = ask.resource("stream")?;
    let name = stream_name(&body)?;
    let description = body.text("/data/attributes/description")?;
    let id = ask.id(1)?;
    let runbook = owned(world, ask)?;
    let found = runbook.streams.iter_mut().find(|s| s.id == id);
    let stream = found.ok_or_else(Refusal::not_found)?;
    let mut checks = Checks::default();
    if let Some(name) = &name {
        checks.filled("name", name);
    }
    checks.done()?;
    if let Some(name) = name {
        stream.name = name;
    }
    if let Some(description) = description {
        stream.description = description.to_owned();
    }
    let changed = stream.clone();
    Ok(Reply::Shown(single(stream_resource(runbook, &changed))))
}

pub(super) fn delete(world: &mut World, ask: &Ask) -> Result<Reply, Refusal> {
    allowed(world, ask, Action::EditTasks, "delete its streams")?;
    let id = ask.id(1)?;
    let runbook = owned(world, ask)?;
    runbook.stream(id).ok_or_else(Refusal::not_found)?;
    // What happens to the tasks of a deleted stream is not documented: we keep them.
    if runbook.tasks.iter().any(|t| t.stream == id) {
        return Err(Refusal::unprocessable("The stream still has tasks."));
    }
    runbook.streams.retain(|s| s.id != id);
    Ok(Reply::Empty)
}

pub(super) fn teams(world: &World, ask: &Ask) -> Result<Reply, Refusal> {
    let runbook = opened(world, ask, "teams")?;
    let resource = |team: &Team| {
        json!({
            "id": team.id.to_string(),
            "type": "runbook_team",
            "attributes": { "name": team.name },
            "relationships": { "team": to_none() },
            "meta": { "users_count": team.users.len() },
        })
    };
    let items = runbook.teams.iter().map(resource).collect();
    Ok(Reply::Shown(whole_list(ask, items)))
}

pub(super) fn comment(world: &mut World, ask: &Ask) -> Result<Reply, Refusal> {
    allowed(world, ask, Action::Comment, "comment on it")?;
    let body = ask.resource("comment")?;
    let content = body.text("/data/attributes/content")?.unwrap_or("").trim();
    let task = body.id("/data/relationships/task/data/id")?;
    let runbook = owned(world, ask)?;
    let mut checks = Checks::default();
    checks.filled("content", content);
    if task.is_some_and(|id| runbook.task(id).is_none()) {
        checks.refuse("/data/relationships/task/data/id", "Task must exist.");
    }
    checks.done()?;
    let id = next_id(runbook.comments.iter().map(|c| c.id));
    runbook.comments.push(Comment { id, task });
    Ok(Reply::Created(single(json!({
        "id": id.to_string(),
        "type": "comment",
        "attributes": { "content": content, "created_at": ask.stamp() },
        "relationships": { "author": author(ask, ask.user.id) },
    }))))
}

fn stream_name(body: &Document) -> Result<Option<String>, Refusal> {
    let name = body.text("/data/attributes/name")?;
    Ok(name.map(|text| text.trim().to_owned()))
}

fn stream_resource(runbook: &Runbook, stream: &Stream) -> Value {
    let tasks = runbook.tasks.iter().filter(|t| t.stream == stream.id);
    json!({
        "id": stream.id.to_string(),
        "type": "stream",
        "attributes": {
            "name": stream.name, "description": stream.description, "color": "#4a7fb5",
            "is_primary": stream.id == 1, "tasks_count": tasks.count(),
        },
    })
}
