//! What a run needs before its first call: variables that nobody gives, and the tokens that go
//! along. Asked for first, nothing is left half done.

use crate::model::{Environment, Session, TokenName, names_in, token_names_in};
use std::ops::Range;

/// A variable without a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    pub name: String,
    /// The step that would give it, where that is not among those that are sent.
    pub giver: Option<usize>,
}

/// The variables that these steps use and that neither the person, nor the environment, nor the
/// session, nor an earlier one of them gives; in the order of their use.
pub fn wanted(
    session: &Session,
    steps: Range<usize>,
    environment: &Environment,
    given: &[(String, String)],
) -> Vec<Wanted> {
    let all = &session.steps;
    let range = steps.start.min(all.len())..steps.end.min(all.len());
    let has = |pairs: &[(String, String)], name: &str| pairs.iter().any(|(n, _)| n == name);
    let mut captured: Vec<&str> = Vec::new();
    let mut wanted: Vec<Wanted> = Vec::new();
    for step in &all[range.clone()] {
        for name in step.spec.sent_templates().into_iter().flat_map(names_in) {
            let is_there = name == "base"
                || has(given, name)
                || environment.variable(name).is_some()
                || has(&session.variables, name)
                || captured.contains(&name)
                || wanted.iter().any(|other| other.name == name);
            if !is_there {
                let gives = |at: &usize| all[*at].capture.iter().any(|(n, _)| n == name);
                wanted.push(Wanted {
                    giver: (0..range.start).rev().find(gives),
                    name: name.to_owned(),
                });
            }
        }
        captured.extend(step.capture.iter().map(|(name, _)| name.as_str()));
    }
    wanted
}

/// The tokens that these steps name, each once.
pub fn tokens_of(session: &Session, steps: Range<usize>) -> Vec<TokenName> {
    let all = &session.steps;
    let mut names: Vec<TokenName> = Vec::new();
    for step in &all[steps.start.min(all.len())..steps.end.min(all.len())] {
        let own = step.spec.auth.token().cloned();
        let slots = step.spec.sent_templates();
        let slots = slots.into_iter().flat_map(token_names_in);
        for name in own.into_iter().chain(slots) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Auth, RequestSpec, Step};

    fn session() -> Session {
        let step = |url: &str, capture: &[&str]| Step {
            spec: RequestSpec {
                auth: TokenName::new("support").map_or(Auth::None, Auth::Bearer),
                ..RequestSpec::new("GET", url)
            },
            capture: capture
                .iter()
                .map(|name| ((*name).to_owned(), "/data/0/id".into()))
                .collect(),
            ..Step::default()
        };
        Session {
            variables: vec![("known".into(), "1".into())],
            steps: vec![
                step("{{base}}/a/{{known}}", &["task"]),
                step("{{base}}/b/{{task}}?x={{missing}}&t={{token:admin}}", &[]),
                step("{{base}}/c/{{task}}/{{missing}}", &[]),
            ],
            ..Session::default()
        }
    }

    fn names(steps: Range<usize>, given: &[(String, String)]) -> Vec<(String, Option<usize>)> {
        let found = wanted(&session(), steps, &Environment::default(), given);
        found.into_iter().map(|w| (w.name, w.giver)).collect()
    }

    #[test]
    fn a_variable_is_wanted_once_unless_somebody_gives_it() {
        assert_eq!(names(0..3, &[]), [("missing".to_owned(), None)]);
        assert!(names(0..3, &[("missing".into(), "x".into())]).is_empty());
        assert!(names(0..9, &[("missing".into(), "x".into())]).is_empty());
    }

    #[test]
    fn what_a_step_that_is_left_out_would_give_is_wanted_with_its_giver() {
        let found = names(2..3, &[]);
        assert_eq!(found[0], ("task".to_owned(), Some(0)));
        assert_eq!(found[1], ("missing".to_owned(), None));
    }

    #[test]
    fn tokens_are_named_from_every_place_they_stand_in() {
        let names = tokens_of(&session(), 0..3);
        let names: Vec<&str> = names.iter().map(TokenName::as_str).collect();
        assert_eq!(names, ["support", "admin"]);
    }
}
