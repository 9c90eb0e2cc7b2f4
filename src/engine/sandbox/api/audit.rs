//! What happened: the audit log and the activity of a runbook; and the address for uploads.

use super::ask::Ask;
use super::document::{Reply, list};
use super::refusal::Refusal;
use super::users::author;
use crate::engine::sandbox::access::{Action, Resource};
use crate::engine::sandbox::world::{LogEntry, World};
use jiff::Timestamp;
use serde_json::{Value, json};

pub(super) fn action_logs(world: &World, ask: &Ask) -> Result<Reply, Refusal> {
    if !world.may(&ask.user, Action::See, Resource::AuditLog) {
        return Err(Refusal::forbidden(
            "You need an administrator or workspace stakeholder role to read the audit log.",
        ));
    }
    let runbook = ask.number("runbook_id")?;
    let user = ask.number("user_id")?;
    let workspace = ask.number("workspace_id")?;
    let event = ask.parameter("event");
    let span = span(ask)?;
    let items = world
        .log
        .iter()
        .filter(|e| is_visible(world, ask, e))
        .filter(|e| runbook.is_none_or(|id| e.runbook == Some(id)))
        .filter(|e| user.is_none_or(|id| e.user == id))
        .filter(|e| workspace.is_none_or(|id| e.workspace == Some(id)))
        .filter(|e| event.is_none_or(|wanted| e.event == wanted))
        .filter(|e| span.holds(e))
        .map(|e| entry_resource(ask, e))
        .collect();
    Ok(Reply::Shown(list(ask, items)?))
}

/// That the runbook must be named was seen in the vendor's client; the status of a call without
/// it is our choice.
pub(super) fn activities(world: &World, ask: &Ask) -> Result<Reply, Refusal> {
    let Some(id) = ask.number("runbook_id")? else {
        let detail = "The query parameter runbook_id is required.";
        return Err(Refusal::bad_request(detail).about("runbook_id"));
    };
    let span = span(ask)?;
    let readable = world.runbook(id).is_some_and(|r| {
        r.archived_at.is_none() && world.may(&ask.user, Action::ReadInside, Resource::Runbook(r))
    });
    if !readable {
        return Err(Refusal::not_found());
    }
    let items = world
        .log
        .iter()
        .filter(|e| e.runbook == Some(id) && span.holds(e))
        .map(|e| {
            json!({
                "id": e.id.to_string(),
                "type": "activity",
                "attributes": { "key": e.event, "starred": false, "created_at": e.at },
                "relationships": { "activist": author(ask, e.user) },
                "meta": { "message": { "plain": e.says } },
            })
        })
        .collect();
    Ok(Reply::Shown(list(ask, items)?))
}

pub(super) fn upload_url(world: &World, ask: &Ask) -> Result<Reply, Refusal> {
    if !world.may(&ask.user, Action::Create, Resource::Uploads) {
        return Err(Refusal::forbidden(
            "You need the role Workspace manager to upload data.",
        ));
    }
    Ok(Reply::Shown(json!({
        "data": {
            "id": "1",
            "type": "data_source_upload",
            "attributes": { "url": format!("{}/uploads/1", ask.base) },
        },
    })))
}

/// `created_after` and `created_before`.
struct Span {
    after: Option<Timestamp>,
    before: Option<Timestamp>,
}

impl Span {
    fn holds(&self, entry: &LogEntry) -> bool {
        let Ok(at) = entry.at.parse::<Timestamp>() else {
            return false;
        };
        self.after.is_none_or(|after| at > after) && self.before.is_none_or(|before| at < before)
    }
}

fn span(ask: &Ask) -> Result<Span, Refusal> {
    Ok(Span {
        after: ask.time("created_after")?,
        before: ask.time("created_before")?,
    })
}

/// A line is as visible as what it is about. The trace of a deleted runbook is left to those who
/// read its whole workspace, lines about people to those who see people.
fn is_visible(world: &World, ask: &Ask, entry: &LogEntry) -> bool {
    match (entry.runbook, entry.workspace) {
        (Some(id), Some(workspace)) => match world.runbook(id) {
            Some(runbook) => world.may(&ask.user, Action::See, Resource::Runbook(runbook)),
            None => world.reads_workspace(&ask.user, workspace),
        },
        _ => world.may(&ask.user, Action::See, Resource::Users),
    }
}

fn entry_resource(ask: &Ask, entry: &LogEntry) -> Value {
    let resource = entry
        .runbook
        .map(|id| json!({ "id": id.to_string(), "type": "runbook" }));
    json!({
        "id": entry.id.to_string(),
        "type": "action_log",
        "attributes": {
            "event": entry.event, "description": entry.says, "changes": {},
            "created_at": entry.at,
        },
        "relationships": {
            "author": author(ask, entry.user),
            "resource": { "data": resource },
        },
    })
}
