//! The tasks of a runbook. Their ids count from one inside it, as was observed.

use super::ask::{Ask, Document};
use super::document::{Reply, keep_fields, list, single, to_many, to_one, whole_list};
use super::refusal::{Checks, Refusal};
use super::runbooks::{allowed, opened, owned};
use crate::engine::sandbox::access::{Action, Resource};
use crate::engine::sandbox::world::{Comment, Runbook, Task, TaskStage, World, next_id};
use serde_json::{Value, json};

const STAGES: [&str; 4] = ["not_startable", "startable", "in_progress", "complete"];
const COMPLETIONS: [&str; 4] = [
    "complete_normal",
    "complete_skipped",
    "complete_abandoned",
    "complete_auto",
];

pub(super) fn tasks(world: &World, ask: &Ask) -> Result<Reply, Refusal> {
    let runbook = opened(world, ask, "tasks")?;
    let resource = |task: &Task| task_resource(ask, runbook, task);
    // A forecast was seen to bring every task at once, whatever else was asked for.
    if ask.flag("forecast")? == Some(true) {
        let items = runbook.tasks.iter().map(resource).collect();
        return Ok(Reply::Shown(whole_list(ask, items)));
    }
    let stages = ask.one_of("stage", &STAGES)?;
    let completions = ask.one_of("completion_type", &COMPLETIONS)?;
    let commented = ask.flag("has_comments")?;
    let stream = ask.number("stream_id")?;
    let user = ask.number("user_id")?;
    let team = ask.number("runbook_team_id")?;
    let term = ask.parameter("search_term").unwrap_or("").to_lowercase();
    let mut items: Vec<Value> = runbook
        .tasks
        .iter()
        .filter(|t| stages.is_empty() || stages.contains(&t.stage.id()))
        .filter(|t| {
            completions.is_empty() || completion(t).is_some_and(|c| completions.contains(&c))
        })
        .filter(|t| commented.is_none_or(|wanted| (comments(runbook, t) > 0) == wanted))
        .filter(|t| stream.is_none_or(|id| t.stream == id))
        .filter(|t| user.is_none_or(|id| t.assignees.contains(&id)))
        .filter(|t| team.is_none_or(|id| t.teams.contains(&id)))
        .filter(|t| t.name.to_lowercase().contains(&term))
        .map(resource)
        .collect();
    keep_fields(ask, "fields[task]", &mut items);
    let mut document = list(ask, items)?;
    if ask.several("include").contains(&"assignees") {
        document["included"] = assignees(world, runbook);
    }
    Ok(Reply::Shown(document))
}

pub(super) fn task(world: &World, ask: &Ask) -> Result<Reply, Refusal> {
    let runbook = opened(world, ask, "tasks")?;
    let task = runbook.task(ask.id(1)?).ok_or_else(Refusal::not_found)?;
    Ok(Reply::Shown(single(task_resource(ask, runbook, task))))
}

pub(super) fn create(world: &mut World, ask: &Ask) -> Result<Reply, Refusal> {
    allowed(world, ask, Action::EditTasks, "add a task to it")?;
    let body = ask.resource("task")?;
    let name = body.text("/data/attributes/name")?.unwrap_or("").trim();
    let description = body.text("/data/attributes/description")?.unwrap_or("");
    let stream = body.id("/data/relationships/stream/data/id")?;
    let known: Vec<u64> = world.users.iter().map(|u| u.id).collect();
    let old = ask.core_old;
    let runbook = owned(world, ask)?;
    let mut checks = Checks::default();
    checks.filled("name", name);
    let stream = stream.or_else(|| runbook.streams.first().map(|s| s.id));
    let Some(stream) = stream.filter(|&id| runbook.stream(id).is_some()) else {
        checks.refuse("/data/relationships/stream/data/id", "Stream must exist.");
        return Err(checks.done().err().unwrap_or_else(Refusal::not_found));
    };
    let (users, teams) = people(&body, &mut checks, runbook, &known, old)?.unwrap_or_default();
    checks.done()?;
    let first = runbook.tasks.is_empty();
    let task = Task {
        id: next_id(runbook.tasks.iter().map(|t| t.id)),
        name: name.to_owned(),
        description: description.to_owned(),
        stream,
        stage: if first {
            TaskStage::Startable
        } else {
            TaskStage::NotStartable
        },
        skipped: false,
        assignees: users,
        teams,
    };
    let created = single(task_resource(ask, runbook, &task));
    runbook.tasks.push(task);
    Ok(Reply::Created(created))
}

pub(super) fn update(world: &mut World, ask: &Ask) -> Result<Reply, Refusal> {
    allowed(world, ask, Action::EditTasks, "change its tasks")?;
    let body = ask.resource("task")?;
    let name = body.text("/data/attributes/name")?.map(str::trim);
    let description = body.text("/data/attributes/description")?;
    let id = ask.id(1)?;
    let known: Vec<u64> = world.users.iter().map(|u| u.id).collect();
    let old = ask.core_old;
    let runbook = owned(world, ask)?;
    runbook.task(id).ok_or_else(Refusal::not_found)?;
    let mut checks = Checks::default();
    if let Some(name) = name {
        checks.filled("name", name);
    }
    let people = people(&body, &mut checks, runbook, &known, old)?;
    checks.done()?;
    let task = of_id(runbook, id)?;
    if let Some(name) = name {
        task.name = name.to_owned();
    }
    if let Some(description) = description {
        task.description = description.to_owned();
    }
    if let Some((users, teams)) = people {
        task.assignees = users;
        task.teams = teams;
    }
    shown(ask, runbook, id)
}

pub(super) fn delete(world: &mut World, ask: &Ask) -> Result<Reply, Refusal> {
    allowed(world, ask, Action::EditTasks, "delete its tasks")?;
    let id = ask.id(1)?;
    let runbook = owned(world, ask)?;
    runbook.task(id).ok_or_else(Refusal::not_found)?;
    runbook.tasks.retain(|t| t.id != id);
    Ok(Reply::Empty)
}

pub(super) fn start(world: &mut World, ask: &Ask) -> Result<Reply, Refusal> {
    let id = workable(world, ask, "start")?;
    let runbook = owned(world, ask)?;
    let active = runbook.stage.id() == "active";
    let task = of_id(runbook, id)?;
    if !active {
        return Err(Refusal::unprocessable("The runbook is not being run."));
    }
    if task.stage != TaskStage::Startable {
        return Err(wrong_stage(task, "startable"));
    }
    task.stage = TaskStage::InProgress;
    shown(ask, runbook, id)
}

pub(super) fn finish(world: &mut World, ask: &Ask) -> Result<Reply, Refusal> {
    let id = workable(world, ask, "finish")?;
    let runbook = owned(world, ask)?;
    let task = of_id(runbook, id)?;
    if task.stage != TaskStage::InProgress {
        return Err(wrong_stage(task, "in_progress"));
    }
    task.stage = TaskStage::Complete;
    open_next(runbook, id);
    shown(ask, runbook, id)
}

/// Answers with an acknowledgement, not with the task, as was observed.
pub(super) fn skip(world: &mut World, ask: &Ask) -> Result<Reply, Refusal> {
    allowed(world, ask, Action::Run, "skip its tasks")?;
    let body = ask.options()?;
    let comment = body.text("/meta/comment")?.unwrap_or("").trim();
    let id = ask.id(1)?;
    let runbook = owned(world, ask)?;
    runbook.task(id).ok_or_else(Refusal::not_found)?;
    let mut checks = Checks::default();
    if comment.is_empty() {
        checks.refuse("/meta/comment", "comment is required.");
    }
    checks.done()?;
    let task = of_id(runbook, id)?;
    if task.stage == TaskStage::Complete {
        return Err(Refusal::unprocessable("The task is already complete."));
    }
    task.stage = TaskStage::Complete;
    task.skipped = true;
    runbook.comments.push(Comment {
        id: next_id(runbook.comments.iter().map(|c| c.id)),
        task: Some(id),
    });
    open_next(runbook, id);
    Ok(Reply::Shown(
        json!({ "meta": { "message": "Task skipped" } }),
    ))
}

/// The task of the path, if the caller may start and finish it.
fn workable(world: &World, ask: &Ask, purpose: &str) -> Result<u64, Refusal> {
    let runbook = opened(world, ask, "tasks")?;
    let task = runbook.task(ask.id(1)?).ok_or_else(Refusal::not_found)?;
    if world.may(&ask.user, Action::Work, Resource::Task(runbook, task)) {
        return Ok(task.id);
    }
    Err(Refusal::forbidden(format!(
        "You need to be assigned to this task, or the role Runbook admin, to {purpose} it."
    )))
}

/// Ids of users, and of teams.
type Assigned = (Vec<u64>, Vec<u64>);

/// The people and teams of a body's `assignees`. An old Core ignores ids that it does not know,
/// a newer one refuses them: both documented.
fn people(
    body: &Document,
    checks: &mut Checks,
    runbook: &Runbook,
    known: &[u64],
    core_old: bool,
) -> Result<Option<Assigned>, Refusal> {
    let list = "/data/relationships/assignees/data";
    let Some(wished) = body.array(list)? else {
        return Ok(None);
    };
    let (mut users, mut teams) = (Vec::new(), Vec::new());
    for place in 0..wished.len() {
        let at = format!("{list}/{place}");
        let id = body.id(&format!("{at}/id"))?.unwrap_or(0);
        match body.text(&format!("{at}/type"))? {
            Some("user") if known.contains(&id) => users.push(id),
            Some("runbook_team") if runbook.teams.iter().any(|t| t.id == id) => teams.push(id),
            _ if core_old => {}
            _ => checks.refuse(format!("{at}/id"), "Assignee must exist."),
        }
    }
    Ok(Some((users, teams)))
}

fn of_id(runbook: &mut Runbook, id: u64) -> Result<&mut Task, Refusal> {
    let found = runbook.tasks.iter_mut().find(|t| t.id == id);
    found.ok_or_else(Refusal::not_found)
}

fn wrong_stage(task: &Task, wanted: &str) -> Refusal {
    let stage = task.stage.id();
    Refusal::unprocessable(format!(
        "The task is {stage}; this needs one that is {wanted}."
    ))
}

/// Tasks follow each other in order: finishing one opens the next.
fn open_next(runbook: &mut Runbook, id: u64) {
    let next = runbook.tasks.iter_mut().find(|t| t.id > id);
    if let Some(next) = next.filter(|t| t.stage == TaskStage::NotStartable) {
        next.stage = TaskStage::Startable;
    }
}

fn shown(ask: &Ask, runbook: &Runbook, id: u64) -> Result<Reply, Refusal> {
    let task = runbook.task(id).ok_or_else(Refusal::not_found)?;
    Ok(Reply::Shown(single(task_resource(ask, runbook, task))))
}

fn task_resource(ask: &Ask, runbook: &Runbook, task: &Task) -> Value {
    let path = format!("/core/runbooks/{}", runbook.id);
    let mut assigned = to_many("user", task.assignees.iter().copied());
    assigned.extend(to_many("runbook_team", task.teams.iter().copied()));
    let before = task.id.checked_sub(1).filter(|&id| id > 0);
    json!({
        "id": task.id.to_string(),
        "type": "task",
        "attributes": {
            "name": task.name, "description": task.description, "stage": task.stage.id(),
            "duration": 900, "level": "level_1", "is_late": false,
            "completion_type": completion(task),
            "comments_count": comments(runbook, task), "custom_field_values": [], "task_links": [],
        },
        "relationships": {
            "stream": to_one(
                ask, "stream", task.stream, &format!("{path}/streams/{}", task.stream),
            ),
            "task_type": to_one(ask, "task_type", 1, "/core/task_types"),
            "assignees": { "data": assigned },
            "predecessors": { "data": to_many("task", before) },
        },
        "links": { "self": format!("{}{path}/tasks/{}", ask.base, task.id) },
    })
}

fn completion(task: &Task) -> Option<&'static str> {
    match (task.stage, task.skipped) {
        (TaskStage::Complete, true) => Some("complete_skipped"),
        (TaskStage::Complete, false) => Some("complete_normal"),
        _ => None,
    }
}

fn comments(runbook: &Runbook, task: &Task) -> usize {
    let about = runbook.comments.iter();
    about.filter(|c| c.task == Some(task.id)).count()
}

fn assignees(world: &World, runbook: &Runbook) -> Value {
    let assigned = |id: u64| runbook.tasks.iter().any(|t| t.assignees.contains(&id));
    let people = world.users.iter().filter(|u| assigned(u.id)).map(|u| {
        let name = format!("{} {}", u.first_name, u.last_name);
        json!({ "id": u.id.to_string(), "type": "user", "attributes": { "name": name } })
    });
    Value::Array(people.collect())
}
