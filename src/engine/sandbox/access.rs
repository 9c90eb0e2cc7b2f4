//! Who may do what: the one function that decides. Lists, refusals, hidden
//! things and `meta.permissions` all ask it, so that they never disagree.

use super::role::{Grant, Role};
use super::world::{Folder, Runbook, Task, User, World};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    /// To know that it exists.
    See,
    /// To read the tasks, streams and teams inside.
    ReadInside,
    Create,
    Edit,
    /// To start, pause, resume and cancel a run.
    Run,
    /// To change tasks and streams.
    EditTasks,
    /// To start and finish a task.
    Work,
    Comment,
    Archive,
}

#[derive(Clone, Copy)]
pub(super) enum Resource<'a> {
    Workspaces,
    Workspace(u64),
    Folder(&'a Folder),
    Runbook(&'a Runbook),
    Task(&'a Runbook, &'a Task),
    Users,
    User(&'a User),
    /// The tokens of a user.
    TokensOf(&'a User),
    RoleTypes,
    AuditLog,
    Uploads,
}

impl World {
    /// Whether the roles of the user allow it. The texts about roles decide where they speak;
    /// where they are silent the rule is our choice and says so.
    pub(super) fn may(&self, user: &User, action: Action, resource: Resource<'_>) -> bool {
        use Role::*;
        let held = |role: Role| user.roles.iter().any(|g| g.role == role);
        match (action, resource) {
            (Action::See, Resource::Workspace(id)) => {
                // User admins give roles on workspaces, so they see them: our choice.
                held(GlobalStakeholder) || held(GlobalUserAdmin) || self.reaches(user, id)
            }
            (Action::See, Resource::Folder(folder)) => {
                held(GlobalStakeholder)
                    || self.reads_workspace(user, folder.workspace)
                    || user.roles.iter().any(|g| g.folder == Some(folder.id))
                    || self
                        .runbooks
                        .iter()
                        .filter(|r| r.folder == folder.id)
                        .any(|r| on_runbook(user, r))
            }
            (Action::See, Resource::Runbook(runbook)) => {
                let folder = |g: &Grant| g.role == FolderStakeholder && in_folder(g, runbook);
                self.reads_inside(user, runbook)
                    || (!runbook.restricted && user.roles.iter().any(folder))
            }
            // That a folder stakeholder sees runbooks but not their tasks is our choice.
            (Action::ReadInside, Resource::Runbook(runbook)) => self.reads_inside(user, runbook),
            (Action::Create, Resource::Folder(folder)) => user.roles.iter().any(|g| {
                (g.role == WorkspaceRunbookCreator && g.workspace == Some(folder.workspace))
                    || (g.role == FolderRunbookCreator && g.folder == Some(folder.id))
            }),
            (Action::Edit | Action::Run | Action::Archive, Resource::Runbook(runbook)) => {
                has_on(user, runbook, &[RunbookAdmin])
            }
            (Action::EditTasks, Resource::Runbook(runbook)) => {
                has_on(user, runbook, &[RunbookAdmin, StreamEditor])
            }
            (Action::Comment, Resource::Runbook(runbook)) => on_runbook(user, runbook),
            (Action::Work, Resource::Task(runbook, task)) => {
                let in_team = runbook
                    .teams
                    .iter()
                    .any(|t| task.teams.contains(&t.id) && t.users.contains(&user.id));
                has_on(user, runbook, &[RunbookAdmin])
                    || (on_runbook(user, runbook) && (in_team || task.assignees.contains(&user.id)))
            }
            (Action::See | Action::Create, Resource::Users) => {
                held(GlobalUserAdmin) || held(WorkspaceManager)
            }
            (Action::See, Resource::User(other)) => {
                let managed = |g: &Grant| {
                    g.role == WorkspaceManager
                        && g.workspace.is_some_and(|id| self.reaches(other, id))
                };
                held(GlobalUserAdmin) || other.id == user.id || user.roles.iter().any(managed)
            }
            (Action::Archive, Resource::User(_)) => held(GlobalUserAdmin) && held(Developer),
            (Action::See | Action::Archive, Resource::TokensOf(other)) => {
                held(GlobalUserAdmin) || (other.id == user.id && held(Developer))
            }
            // Who may make a workspace or an upload is not documented: our choice.
            (Action::Create, Resource::Workspaces) => held(GlobalUserAdmin),
            (Action::Create, Resource::Uploads) => held(GlobalUserAdmin) || held(WorkspaceManager),
            (Action::See, Resource::RoleTypes) => held(GlobalUserAdmin) || held(WorkspaceManager),
            (Action::See, Resource::AuditLog) => {
                held(GlobalUserAdmin)
                    || held(GlobalStakeholder)
                    || held(WorkspaceManager)
                    || held(WorkspaceStakeholder)
            }
            _ => false,
        }
    }

    /// Whether any role is held inside the workspace.
    fn reaches(&self, user: &User, workspace: u64) -> bool {
        user.roles.iter().any(|g| {
            let folder = g.folder.and_then(|id| self.folder(id));
            let runbook = g.runbook.and_then(|id| self.runbook(id));
            g.workspace == Some(workspace)
                || folder.is_some_and(|f| f.workspace == workspace)
                || runbook.is_some_and(|r| r.workspace == workspace)
        })
    }

    /// Whether the user reads everything in the workspace that is not restricted.
    pub(super) fn reads_workspace(&self, user: &User, workspace: u64) -> bool {
        user.roles.iter().any(|g| match g.role {
            Role::GlobalStakeholder => true,
            Role::WorkspaceManager | Role::WorkspaceStakeholder => g.workspace == Some(workspace),
            _ => false,
        })
    }

    fn reads_inside(&self, user: &User, runbook: &Runbook) -> bool {
        let everywhere = user.roles.iter().any(|g| g.role == Role::GlobalStakeholder);
        everywhere
            || on_runbook(user, runbook)
            || (!runbook.restricted && self.reads_workspace(user, runbook.workspace))
    }
}

fn on_runbook(user: &User, runbook: &Runbook) -> bool {
    has_on(
        user,
        runbook,
        &[Role::RunbookAdmin, Role::StreamEditor, Role::TeamMember],
    )
}

/// Whether one of these roles is held on the runbook itself, or, our choice, on its whole
/// workspace, which does not open a restricted one.
fn has_on(user: &User, runbook: &Runbook, roles: &[Role]) -> bool {
    user.roles.iter().any(|g| {
        let around = g.workspace == Some(runbook.workspace) && !runbook.restricted;
        roles.contains(&g.role) && (g.runbook == Some(runbook.id) || around)
    })
}

fn in_folder(grant: &Grant, runbook: &Runbook) -> bool {
    grant.folder == Some(runbook.folder)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::sandbox::role::ROLE_TYPES;

    fn user_of(world: &World, token: &str) -> User {
        let record = world.tokens.iter().find(|t| t.name == token).unwrap();
        world.user(record.user).unwrap().clone()
    }

    fn may_read(token: &str, runbook: u64) -> (bool, bool) {
        let world = World::fresh();
        let user = user_of(&world, token);
        let runbook = Resource::Runbook(world.runbook(runbook).unwrap());
        (
            world.may(&user, Action::See, runbook),
            world.may(&user, Action::ReadInside, runbook),
        )
    }

    #[test]
    fn support_sees_runbook_7_but_not_its_tasks_and_not_runbook_9_at_all() {
        assert_eq!(may_read("support", 7), (true, false));
        assert_eq!(may_read("support", 3), (true, true));
        assert_eq!(may_read("support", 9), (false, false));
        assert_eq!(may_read("admin", 9), (true, true));
    }

    #[test]
    fn user_admins_and_developers_read_no_runbook() {
        for runbook in World::fresh().runbooks {
            assert_eq!(may_read("user-admin", runbook.id), (false, false));
            assert_eq!(may_read("developer", runbook.id), (false, false));
        }
    }

    #[test]
    fn whoever_may_act_inside_a_runbook_may_also_see_it() {
        let world = World::fresh();
        for user in &world.users {
            for runbook in &world.runbooks {
                let at = Resource::Runbook(runbook);
                let sees = world.may(user, Action::See, at);
                for action in [
                    Action::ReadInside,
                    Action::Edit,
                    Action::Run,
                    Action::EditTasks,
                    Action::Comment,
                ] {
                    assert!(sees || !world.may(user, action, at), "{action:?}");
                }
            }
        }
    }

    #[test]
    fn every_role_has_its_record() {
        for user in World::fresh().users {
            for grant in user.roles {
                assert!(ROLE_TYPES.iter().any(|t| t.role == grant.role));
            }
        }
    }
}
