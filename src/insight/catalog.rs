//! The endpoints of the API, as one list: the builder completes from it, the sandbox serves it,
//! explanations and matrix rows read it.

use crate::model::{RequestSpec, Session, Step};

/// How well something said about the API is founded. The screen never says the last as if it
/// were the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grounds {
    /// Written by the vendor; where.
    Documented(&'static str),
    /// Seen in the vendor's own client, or reported from a live instance; where.
    Observed(&'static str),
    Inferred,
}

/// One method on one path; `{name}` in the path stands for a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Endpoint {
    pub method: &'static str,
    pub path: &'static str,
    pub purpose: &'static str,
    pub grounds: Grounds,
}

impl Endpoint {
    /// The text that stands in each `{place}` of the pattern, still encoded; `None` where the
    /// path is another one. An empty text fills no place.
    pub fn values<'p>(&self, path: &'p str) -> Option<Vec<&'p str>> {
        let mut values = Vec::new();
        let mut given = path.split('/');
        for part in self.path.split('/') {
            let here = given.next()?;
            if part.starts_with('{') {
                if here.is_empty() {
                    return None;
                }
                values.push(here);
            } else if part != here {
                return None;
            }
        }
        given.next().is_none().then_some(values)
    }

    fn places(&self) -> usize {
        self.path.matches('{').count()
    }
}

/// The endpoints of one path, one for each method. A path spelled out wins over a pattern, so
/// `/core/users/me` is not the user of id `me`.
pub fn endpoints_at(path: &str) -> Vec<&'static Endpoint> {
    let matching = || ENDPOINTS.iter().filter(|e| e.values(path).is_some());
    let fewest = matching().map(Endpoint::places).min();
    matching().filter(|e| Some(e.places()) == fewest).collect()
}

const PORTAL: Grounds = Grounds::Documented("developer portal");
const CLIENT: Grounds = Grounds::Observed("vendor's own client");
const CHANGES: Grounds = Grounds::Documented("changelog");
const NOTES: Grounds = Grounds::Observed("vendor's field notes");

macro_rules! endpoints {
    ($($method:ident $path:literal $purpose:literal $grounds:expr;)*) => {
        pub const ENDPOINTS: &[Endpoint] = &[$(Endpoint {
            method: stringify!($method), path: $path, purpose: $purpose, grounds: $grounds,
        },)*];
    };
}

endpoints! {
    GET    "/core/users/me" "who this token is" Grounds::Observed("vendor's client tests");
    GET    "/core/workspaces" "list workspaces" PORTAL;
    POST   "/core/workspaces" "create a workspace" CLIENT;
    GET    "/core/workspaces/{workspace}" "show a workspace" CLIENT;
    GET    "/core/workspaces/{workspace}/folders" "list folders, with permissions" PORTAL;
    GET    "/core/runbooks" "list runbooks" PORTAL;
    POST   "/core/runbooks" "create a runbook" CLIENT;
    GET    "/core/runbooks/{runbook}" "show a runbook" CLIENT;
    PATCH  "/core/runbooks/{runbook}" "change a runbook" CLIENT;
    DELETE "/core/runbooks/{runbook}" "delete a runbook" NOTES;
    PATCH  "/core/runbooks/{runbook}/start" "start a run" CLIENT;
    PATCH  "/core/runbooks/{runbook}/pause" "pause a run" CLIENT;
    PATCH  "/core/runbooks/{runbook}/resume" "resume a run" CLIENT;
    PATCH  "/core/runbooks/{runbook}/cancel" "cancel a run" CLIENT;
    GET    "/core/runbooks/{runbook}/tasks" "list the tasks of a runbook" PORTAL;
    POST   "/core/runbooks/{runbook}/tasks" "add a task" CLIENT;
    GET    "/core/runbooks/{runbook}/tasks/{task}" "show a task" NOTES;
    PATCH  "/core/runbooks/{runbook}/tasks/{task}" "change a task" CLIENT;
    DELETE "/core/runbooks/{runbook}/tasks/{task}" "delete a task" CLIENT;
    PATCH  "/core/runbooks/{runbook}/tasks/{task}/start" "start a task" CLIENT;
    PATCH  "/core/runbooks/{runbook}/tasks/{task}/finish" "finish a task" CLIENT;
    PATCH  "/core/runbooks/{runbook}/tasks/{task}/skip" "skip a task" CLIENT;
    GET    "/core/runbooks/{runbook}/streams" "list the streams of a runbook" CLIENT;
    POST   "/core/runbooks/{runbook}/streams" "add a stream" CLIENT;
    GET    "/core/runbooks/{runbook}/streams/{stream}" "show a stream" CLIENT;
    PATCH  "/core/runbooks/{runbook}/streams/{stream}" "change a stream" CLIENT;
    DELETE "/core/runbooks/{runbook}/streams/{stream}" "delete a stream" CLIENT;
    GET    "/core/runbooks/{runbook}/runbook_teams" "list the teams of a runbook" PORTAL;
    POST   "/core/runbooks/{runbook}/comments" "comment on a runbook or task" CLIENT;
    GET    "/core/runbook_types" "list runbook types" CLIENT;
    GET    "/core/task_types" "list task types" CLIENT;
    GET    "/core/custom_fields" "list custom fields" PORTAL;
    GET    "/core/custom_fields/{field}" "show a custom field" PORTAL;
    PATCH  "/core/custom_fields/{field}" "change a custom field" Grounds::Inferred;
    GET    "/core/users" "list users" PORTAL;
    POST   "/core/users" "create a user" PORTAL;
    GET    "/core/users/{user}" "show a user, by id or e-mail" CLIENT;
    PATCH  "/core/users/{user}/archive" "archive a user" PORTAL;
    GET    "/core/users/{user}/user_app_tokens" "list a user's tokens" PORTAL;
    DELETE "/core/users/{user}/user_app_tokens/{token}" "revoke a token" PORTAL;
    GET    "/core/role_types" "list role types" PORTAL;
    GET    "/core/action_logs" "read the audit log" CLIENT;
    GET    "/core/activities" "read a runbook's activity" CLIENT;
    GET    "/core/data_sources/upload_url" "get an address for an upload" CHANGES;
}

/// Every endpoint that is only read, as a session: what stands in the places of a path is taken
/// from the first item of its list, so that it can be asked of any instance.
pub fn reading_session() -> Session {
    let mut steps = Vec::new();
    let mut known: Vec<&str> = Vec::new();
    for endpoint in ENDPOINTS.iter().filter(|e| e.method == "GET") {
        let mut url = format!("{{{{base}}}}{}", endpoint.path);
        for place in places(endpoint.path) {
            url = url.replace(&format!("{{{place}}}"), &format!("{{{{{place}}}}}"));
        }
        let mut step = Step {
            name: endpoint.purpose.to_owned(),
            spec: RequestSpec::new("GET", url),
            ..Step::default()
        };
        // The place that a list fills stands behind the list's own path.
        let filled = ENDPOINTS.iter().find_map(|other| {
            let rest = other.path.strip_prefix(endpoint.path)?;
            let place = rest.strip_prefix("/{")?.split('}').next()?;
            (!known.contains(&place)).then_some(place)
        });
        if let Some(place) = filled {
            known.push(place);
            step.capture
                .push((place.to_owned(), "/data/0/id".to_owned()));
        }
        steps.push(step);
    }
    Session {
        name: "all endpoints that are read".to_owned(),
        steps,
        ..Session::default()
    }
}

fn places(path: &str) -> impl Iterator<Item = &str> {
    let parts = path.split('/');
    parts.filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_gives_the_values_in_its_places() {
        let at = |path| endpoints_at(path).first().and_then(|e| e.values(path));
        assert_eq!(at("/core/runbooks/7/tasks/3"), Some(vec!["7", "3"]));
        assert_eq!(at("/core/runbooks"), Some(vec![]));
        assert_eq!(at("/core/runbooks/"), None);
        assert_eq!(at("/runbooks/7"), None);
    }

    #[test]
    fn a_path_spelled_out_wins_over_a_pattern() {
        let paths: Vec<_> = endpoints_at("/core/users/me")
            .iter()
            .map(|e| e.path)
            .collect();
        assert_eq!(paths, ["/core/users/me"]);
    }

    #[test]
    fn every_place_of_the_reading_session_is_filled_by_an_earlier_step() {
        let session = reading_session();
        let mut filled = Vec::new();
        for step in &session.steps {
            let path = step.spec.url.replace("{{", "{").replace("}}", "}");
            for place in places(path.strip_prefix("{base}").unwrap()) {
                assert!(filled.contains(&place.to_owned()), "{path}");
            }
            filled.extend(step.capture.iter().map(|(name, _)| name.clone()));
        }
        assert!(session.steps.len() > 15 && filled.contains(&"runbook".to_owned()));
    }

    #[test]
    fn no_endpoint_stands_twice() {
        for (place, one) in ENDPOINTS.iter().enumerate() {
            let same = |e: &Endpoint| e.method == one.method && e.path == one.path;
            assert!(!ENDPOINTS[..place].iter().any(same), "{}", one.path);
        }
    }
}
