//! The calls worth trying: every documented status, and the neighbours that are easily taken for
//! each other. Each gives its status in a fresh world.

/// One call of the guided list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Call {
    pub status: u16,
    pub method: &'static str,
    /// Path and query, beginning with `/`.
    pub url: &'static str,
    /// The name of the token; without one the call goes out bare.
    pub token: Option<&'static str>,
    pub headers: &'static [(&'static str, &'static str)],
    pub data: Option<&'static str>,
    /// One plain sentence for a tired engineer.
    pub note: &'static str,
}

const fn call(
    status: u16,
    method: &'static str,
    url: &'static str,
    token: &'static str,
    note: &'static str,
) -> Call {
    Call {
        status,
        method,
        url,
        token: Some(token),
        headers: &[],
        data: None,
        note,
    }
}

impl Call {
    const fn with(self, headers: &'static [(&'static str, &'static str)]) -> Call {
        Call { headers, ..self }
    }

    const fn data(self, text: &'static str) -> Call {
        Call {
            data: Some(text),
            ..self
        }
    }

    /// Without its token.
    const fn bare(self) -> Call {
        Call {
            token: None,
            ..self
        }
    }
}

/// The guided list, in the order in which it is shown: a 403 first, then by status.
pub const CALLS: &[Call] = &[
    call(403, "GET", "/core/runbooks/7/tasks", "support",
        "Support may see this runbook, but needs a role on it to list its tasks."),
    call(200, "GET", "/core/runbooks/7", "support",
        "The same runbook itself opens, so the token works."),
    call(200, "GET", "/core/users/me", "support",
        "Who this token is, and which roles it has."),
    call(200, "GET", "/core/runbooks", "developer",
        "An empty list is a permission problem here: the Developer role alone sees nothing."),
    call(200, "GET", "/core/runbooks?filter[workspace_id]=2", "viewer",
        "A filter that the API does not know is ignored without a word."),
    call(201, "POST", "/core/runbooks", "editor",
        "A new runbook; it lives until the sandbox stops.")
        .data(r#"{"data":{"type":"runbook","attributes":{"name":"Card release rehearsal"},"relationships":{"workspace":{"data":{"type":"workspace","id":"1"}}}}}"#),
    call(204, "PATCH", "/core/users/9/archive", "user-admin",
        "Archiving a person succeeds without a body, and stops the tokens of that person."),
    call(400, "POST", "/core/runbooks", "editor",
        "The JSON breaks off; the error says where.")
        .data(r#"{"data":{"type":"runbook","attributes":{"name":"#),
    call(400, "POST", "/core/runbooks", "editor",
        "The JSON is fine, but `data` is missing around it.")
        .data(r#"{"name":"Card release rehearsal"}"#),
    call(400, "GET", "/core/activities", "admin",
        "A query parameter that must be there is missing."),
    call(400, "GET", "/core/users/me", "viewer",
        "This date version does not exist.")
        .with(&[("Api-Version", "2031-01-01")]),
    call(400, "GET", "/core/users/me", "viewer",
        "Core-Url needs https:// in front.")
        .with(&[("Core-Url", "acme.example")]),
    call(401, "GET", "/core/users/me", "viewer",
        "No token went along.")
        .bare(),
    call(401, "GET", "/core/users/me", "viewer",
        "Basic is the wrong scheme; the API wants Bearer.")
        .bare()
        .with(&[("Authorization", "Basic c3VwcG9ydDpub25l")]),
    call(401, "GET", "/core/users/me", "revoked",
        "The token has the right shape, but somebody deleted it."),
    call(401, "GET", "/core/users/me", "expired",
        "The token is past its date; make a new one."),
    call(401, "GET", "/core/users/me", "viewer",
        "A good token sent to another tenant is unknown there.")
        .with(&[("Core-Url", "https://other.example")]),
    call(403, "GET", "/core/users", "viewer",
        "Only Global user admins and Workspace managers list users."),
    call(403, "PATCH", "/core/runbooks/7/start", "viewer",
        "Reading a runbook is not enough to start it.")
        .data(r#"{"meta":{"comms":"off","run_type":"rehearsal"}}"#),
    call(404, "GET", "/core/runbooks/999", "admin",
        "This runbook never existed."),
    call(404, "GET", "/core/runbooks/9", "support",
        "This runbook exists, but support may not see it; admin gets 200."),
    call(404, "GET", "/core/runbooks/10", "admin",
        "This runbook is archived; ask the list for archived=true."),
    call(404, "GET", "/core/runbooks/11", "admin",
        "This runbook was deleted; only the audit log remembers it."),
    call(404, "GET", "/core/runbooks/1", "user-admin",
        "A Global user admin manages people and reads no runbook."),
    call(404, "GET", "/runbooks/7", "admin",
        "The path lacks /core, so no such route exists."),
    call(405, "PUT", "/core/runbooks/7", "admin",
        "The path is right, the method is not; see the Allow header."),
    call(405, "PATCH", "/core/custom_fields/1", "admin",
        "The endpoint is on the list, but not built yet.")
        .data(r#"{"data":{"type":"custom_field","id":"1","attributes":{"display_name":"Change"}}}"#),
    call(405, "GET", "/core/data_sources/upload_url", "admin",
        "This Core is older than the endpoint.")
        .with(&[("Core-Url", "https://core-old")]),
    call(422, "PATCH", "/core/runbooks/1/start", "admin",
        "run_type is missing, and the error says where it belongs.")
        .data(r#"{"meta":{"comms":"off"}}"#),
    call(422, "POST", "/core/runbooks", "editor",
        "Two values are refused at once: a blank name and an unknown workspace.")
        .data(r#"{"data":{"type":"runbook","attributes":{"name":" "},"relationships":{"workspace":{"data":{"type":"workspace","id":"77"}}}}}"#),
    call(422, "PATCH", "/core/runbooks/7/tasks/4", "editor",
        "The assignee does not exist.")
        .data(r#"{"data":{"type":"task","id":"4","relationships":{"assignees":{"data":[{"type":"user","id":"404"}]}}}}"#),
    call(422, "GET", "/core/runbooks?stage=live", "viewer",
        "The filter is known, but not this value of it."),
    call(429, "GET", "/core/runbooks", "throttled",
        "This token has used up its calls; wait 1, 2, 4 seconds and it works again."),
    call(429, "GET", "/core/runbooks", "viewer",
        "The token is fine; its whole office has used up the calls of one IP address.")
        .with(&[("X-Forwarded-For", "203.0.113.7")]),
    call(500, "GET", "/core/runbooks/12/tasks", "admin",
        "The API stumbles over a damaged record; report it with the time of the call."),
    call(500, "DELETE", "/core/runbooks/2", "admin",
        "Deleting a runbook is not implemented, and says so with a 500."),
    call(500, "GET", "/core/workspaces", "admin",
        "This Core fails every other time; send it again and it works.")
        .with(&[("Core-Url", "https://core-flaky")]),
    call(501, "GET", "/core/action_logs", "admin",
        "This Core is too old to have the function at all.")
        .with(&[("Core-Url", "https://core-old")]),
    call(503, "GET", "/core/runbooks", "viewer",
        "The API answers, but cannot reach Core behind it.")
        .with(&[("Core-Url", "https://core-down")]),
    call(503, "GET", "/core/runbooks", "viewer",
        "A gateway answers with a page of HTML; the API never saw the call.")
        .with(&[("Core-Url", "https://gateway-down")]),
    call(504, "GET", "/core/runbooks", "viewer",
        "Core is there, but took longer than the API waits.")
        .with(&[("Core-Url", "https://core-slow")]),
];
