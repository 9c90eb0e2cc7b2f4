//! The small world that the sandbox serves: people, roles, tokens, runbooks. It is read from
//! one file, lives in memory, and forgets every change when it is dropped.

use super::ledger::Ledger;
use super::limit::Limits;
use super::role::Grant;
use crate::format::library;
use crate::insight::api::endpoint::Endpoint;
use crate::model::{Secret, TokenName};
use ring::digest;
use serde::Deserialize;
use std::sync::Arc;

const LOG_LINES: usize = 1_000;

/// Everything that exists in the sandbox at one moment.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct World {
    pub(super) workspaces: Vec<Workspace>,
    pub(super) folders: Vec<Folder>,
    pub(super) users: Vec<User>,
    pub(super) tokens: Vec<TokenRecord>,
    pub(super) runbooks: Vec<Runbook>,
    pub(super) runbook_types: Vec<Kind>,
    pub(super) task_types: Vec<Kind>,
    pub(super) custom_fields: Vec<CustomField>,
    pub(super) log: Vec<LogEntry>,
    #[serde(skip)]
    pub(super) limits: Limits,
    /// Calls made through a flaky Core, of which every other one fails.
    #[serde(skip)]
    pub(super) flaky_calls: u64,
    /// Things made since the start.
    #[serde(skip)]
    pub(super) created: u32,
    /// What the authorization server gave out.
    #[serde(skip)]
    pub(super) issued: Ledger,
    /// The address of the API and that of the authorization server, once they listen.
    #[serde(skip)]
    pub(super) api: Option<String>,
    #[serde(skip)]
    pub(super) issuer: Option<String>,
    /// Everything that can be asked for, as the pack of the API lists it.
    #[serde(skip)]
    pub(super) endpoints: Arc<[Endpoint]>,
}

/// The endpoints of the API that is played here.
pub fn endpoints() -> Arc<[Endpoint]> {
    let pack = library::pack("cutover").unwrap_or_default();
    let own = pack.endpoints.iter();
    own.map(|endpoint| endpoint.under(&pack.base_path))
        .collect()
}

impl World {
    /// The world as it is when the sandbox starts.
    pub fn fresh() -> World {
        // A test reads the same file, so the empty world is never served.
        let world = toml::from_str(include_str!("../../../assets/sandbox/world.toml"));
        World {
            endpoints: endpoints(),
            ..world.unwrap_or_default()
        }
    }

    pub(super) fn workspace(&self, id: u64) -> Option<&Workspace> {
        self.workspaces.iter().find(|w| w.id == id)
    }

    pub(super) fn folder(&self, id: u64) -> Option<&Folder> {
        self.folders.iter().find(|f| f.id == id)
    }

    pub(super) fn user(&self, id: u64) -> Option<&User> {
        self.users.iter().find(|u| u.id == id)
    }

    pub(super) fn runbook(&self, id: u64) -> Option<&Runbook> {
        self.runbooks.iter().find(|r| r.id == id)
    }

    pub(super) fn runbook_mut(&mut self, id: u64) -> Option<&mut Runbook> {
        self.runbooks.iter_mut().find(|r| r.id == id)
    }

    /// The record whose value this is; a revoked one is no longer there to be found.
    pub(super) fn token_of_value(&mut self, value: &str) -> Option<&mut TokenRecord> {
        self.tokens
            .iter_mut()
            .find(|t| t.is_listed() && derive(&t.name) == value)
    }

    /// Adds a line to the audit log, which forgets its oldest one when it is full.
    pub(super) fn note(&mut self, mut entry: LogEntry) {
        entry.id = next_id(self.log.iter().map(|e| e.id));
        if self.log.len() >= LOG_LINES {
            self.log.remove(0);
        }
        self.log.push(entry);
    }
}

/// One more than the largest id in use.
pub(super) fn next_id(ids: impl Iterator<Item = u64>) -> u64 {
    ids.max().unwrap_or(0) + 1
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Workspace {
    pub id: u64,
    pub name: String,
    pub key: String,
    #[serde(default)]
    pub description: String,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Folder {
    pub id: u64,
    pub workspace: u64,
    pub name: String,
}

/// A runbook type or a task type.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Kind {
    pub id: u64,
    pub name: String,
    pub key: String,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct CustomField {
    pub id: u64,
    pub name: String,
    pub display_name: String,
    pub field_type: String,
    pub apply_to: String,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct User {
    pub id: u64,
    pub first_name: String,
    pub last_name: String,
    pub email: String,
    #[serde(default)]
    pub non_interactive: bool,
    #[serde(default)]
    pub archived: bool,
    pub roles: Vec<Grant>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum TokenState {
    #[default]
    Live,
    Revoked,
    Expired,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct TokenRecord {
    pub id: u64,
    pub user: u64,
    pub name: String,
    pub label: String,
    #[serde(default)]
    pub state: TokenState,
    pub expires_at: Option<String>,
    pub last_accessed_at: Option<String>,
}

impl TokenRecord {
    /// A revoked token is gone from every list; an expired one stays until it is deleted.
    pub fn is_listed(&self) -> bool {
        self.state != TokenState::Revoked
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum RunbookStage {
    Planning,
    Active,
    Paused,
    Canceled,
    Complete,
}

impl RunbookStage {
    /// The word for it in JSON and in filters.
    pub fn id(self) -> &'static str {
        match self {
            RunbookStage::Planning => "planning",
            RunbookStage::Active => "active",
            RunbookStage::Paused => "paused",
            RunbookStage::Canceled => "canceled",
            RunbookStage::Complete => "complete",
        }
    }
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Runbook {
    pub id: u64,
    pub name: String,
    #[serde(default)]
    pub description: String,
    pub workspace: u64,
    pub folder: u64,
    pub runbook_type: u64,
    pub stage: RunbookStage,
    pub run_type: Option<String>,
    pub source_runbook: Option<u64>,
    pub archived_at: Option<String>,
    pub created_at: Option<String>,
    #[serde(default)]
    pub is_template: bool,
    #[serde(default)]
    pub restricted: bool,
    #[serde(default)]
    pub damaged: bool,
    #[serde(default)]
    pub streams: Vec<Stream>,
    #[serde(default)]
    pub teams: Vec<Team>,
    #[serde(default)]
    pub tasks: Vec<Task>,
    #[serde(default)]
    pub comments: Vec<Comment>,
}

impl Runbook {
    /// A task of this runbook; `None` for one of another.
    pub fn task(&self, id: u64) -> Option<&Task> {
        self.tasks.iter().find(|t| t.id == id)
    }

    /// A stream of this runbook; `None` for one of another.
    pub fn stream(&self, id: u64) -> Option<&Stream> {
        self.streams.iter().find(|s| s.id == id)
    }
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Stream {
    pub id: u64,
    pub name: String,
    #[serde(default)]
    pub description: String,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Team {
    pub id: u64,
    pub name: String,
    pub users: Vec<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum TaskStage {
    NotStartable,
    Startable,
    InProgress,
    Complete,
}

impl TaskStage {
    /// The word for it in JSON and in filters.
    pub fn id(self) -> &'static str {
        match self {
            TaskStage::NotStartable => "not_startable",
            TaskStage::Startable => "startable",
            TaskStage::InProgress => "in_progress",
            TaskStage::Complete => "complete",
        }
    }
}

/// Its id counts from one inside its runbook.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Task {
    pub id: u64,
    pub name: String,
    #[serde(default)]
    pub description: String,
    pub stream: u64,
    pub stage: TaskStage,
    #[serde(default)]
    pub skipped: bool,
    #[serde(default)]
    pub assignees: Vec<u64>,
    #[serde(default)]
    pub teams: Vec<u64>,
}

/// No endpoint reads comments back, so their words are not kept.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Comment {
    pub id: u64,
    pub task: Option<u64>,
}

/// One line of the audit log.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct LogEntry {
    #[serde(default)]
    pub id: u64,
    pub event: String,
    pub user: u64,
    pub runbook: Option<u64>,
    pub workspace: Option<u64>,
    pub at: String,
    pub says: String,
}

/// The practice tokens, in the order in which a person meets them.
const TOKENS: [&str; 9] = [
    "admin",
    "editor",
    "viewer",
    "support",
    "user-admin",
    "developer",
    "revoked",
    "expired",
    "throttled",
];

/// The names under which the practice tokens are known, in the order in which a person meets them.
pub fn token_names() -> Vec<TokenName> {
    TOKENS
        .iter()
        .filter_map(|name| TokenName::new(name))
        .collect()
}

/// The value of a practice token; the same on every machine, and worth nothing elsewhere.
pub fn token_value(name: &str) -> Option<Secret> {
    TOKENS.contains(&name).then(|| Secret::new(derive(name)))
}

/// Names and values, for other programs. They are no secrets.
pub fn practice_tokens() -> Vec<(&'static str, String)> {
    TOKENS.iter().map(|name| (*name, derive(name))).collect()
}

/// 48 lower-case hexadecimal digits, the documented shape, so that no value stands in the source.
pub(super) fn derive(name: &str) -> String {
    let text = format!("httriage sandbox token: {name}");
    let hash = digest::digest(&digest::SHA256, text.as_bytes());
    hash.as_ref()[..24]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_read_and_every_reference_in_it_leads_somewhere() {
        let text = include_str!("../../../assets/sandbox/world.toml");
        let world: World = toml::from_str(text).unwrap();
        assert_eq!(world.workspaces.len(), 2);
        assert_eq!(world.runbooks.len(), 12);
        for token in &world.tokens {
            assert!(world.user(token.user).is_some(), "{}", token.name);
        }
        for runbook in &world.runbooks {
            assert!(world.workspace(runbook.workspace).is_some());
            assert_eq!(
                world.folder(runbook.folder).unwrap().workspace,
                runbook.workspace
            );
            assert!(
                world
                    .runbook_types
                    .iter()
                    .any(|k| k.id == runbook.runbook_type)
            );
            for task in &runbook.tasks {
                assert!(runbook.stream(task.stream).is_some());
                assert!(task.assignees.iter().all(|&id| world.user(id).is_some()));
            }
        }
    }

    #[test]
    fn every_name_has_a_record_and_a_value_of_the_documented_shape() {
        let world = World::fresh();
        for name in token_names() {
            assert!(world.tokens.iter().any(|t| t.name == name.as_str()));
            let value = token_value(name.as_str()).unwrap();
            assert_eq!(value.reveal().len(), 48);
            let digit = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
            assert!(value.reveal().chars().all(digit));
        }
        assert!(token_value("nobody").is_none());
    }
}
