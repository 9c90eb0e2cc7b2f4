//! The roles, and what each is held on.

use serde::Deserialize;

/// Roles by the names of the vendor's help pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Role {
    GlobalStakeholder,
    GlobalUserAdmin,
    Developer,
    WorkspaceManager,
    WorkspaceRunbookCreator,
    WorkspaceStakeholder,
    FolderStakeholder,
    FolderRunbookCreator,
    RunbookAdmin,
    StreamEditor,
    TeamMember,
}

/// A role as a record of the API.
pub(super) struct RoleType {
    pub role: Role,
    pub id: u64,
    pub key: &'static str,
    pub name: &'static str,
    pub category: &'static str,
}

macro_rules! role_types {
    ($($id:literal $role:ident $key:literal $name:literal $category:literal;)*) => {
        pub(super) const ROLE_TYPES: &[RoleType] = &[$(RoleType {
            role: Role::$role, id: $id, key: $key, name: $name, category: $category,
        },)*];
    };
}

// Ids 2 and 4 are those of the documented example; the others are our choice.
role_types! {
    1 GlobalStakeholder "global_stakeholder" "Global stakeholder" "global";
    2 GlobalUserAdmin "global_user_admin" "Global user admin" "global";
    3 Developer "developer" "Developer" "global";
    4 WorkspaceManager "workspace_manager" "Workspace manager" "workspace";
    5 WorkspaceRunbookCreator "workspace_runbook_creator" "Workspace runbook creator" "workspace";
    6 WorkspaceStakeholder "workspace_stakeholder" "Workspace stakeholder" "workspace";
    7 FolderStakeholder "folder_stakeholder" "Folder stakeholder" "folder";
    8 FolderRunbookCreator "folder_runbook_creator" "Folder runbook creator" "folder";
    9 RunbookAdmin "runbook_admin" "Runbook admin" "runbook";
    10 StreamEditor "stream_editor" "Stream editor" "runbook";
    11 TeamMember "team_member" "Team member" "runbook";
}

/// A role, and the one thing it is held on; nothing stands for the whole instance.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Grant {
    pub role: Role,
    pub workspace: Option<u64>,
    pub folder: Option<u64>,
    pub runbook: Option<u64>,
}

impl Grant {
    /// A role held on one runbook, by its id, and nowhere else.
    pub fn on_runbook(role: Role, runbook: u64) -> Grant {
        Grant {
            role,
            workspace: None,
            folder: None,
            runbook: Some(runbook),
        }
    }

    /// What the role is held on, as the API names it.
    pub fn place(&self) -> Option<(&'static str, u64)> {
        let workspace = self.workspace.map(|id| ("workspace", id));
        let folder = self.folder.map(|id| ("folder", id));
        let runbook = self.runbook.map(|id| ("runbook", id));
        runbook.or(folder).or(workspace)
    }
}
