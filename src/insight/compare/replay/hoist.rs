//! What a session says once instead of in every step: the base URL, and ids that stand plainly
//! in paths. Another environment then needs other values in one place and no other steps.

use crate::model::{Auth, Environment, Session, names_in};

/// Paths that begin with the environment's base URL begin with `{{base}}` instead.
pub fn hoist_base(session: &mut Session, environments: &[Environment]) {
    let named = session.environment.as_deref();
    let Some(place) = environments.iter().find(|e| Some(e.name.as_str()) == named) else {
        return;
    };
    let base = place.base_url.trim_end_matches('/');
    if base.is_empty() {
        return;
    }
    for step in &mut session.steps {
        if let Some(rest) = step.spec.url.strip_prefix(base)
            && (rest.is_empty() || rest.starts_with(['/', '?']))
        {
            step.spec.url = format!("{{{{base}}}}{rest}");
        }
    }
}

/// Ids in paths become variables, named after what stands before them: `runbooks/7` becomes
/// `runbooks/{{runbook}}`. A name that a step fills in otherwise is left alone, and so is one that
/// the session's environment uses for another value.
pub fn hoist_ids(session: &mut Session, environments: &[Environment]) {
    let named = session.environment.as_deref();
    let place = environments.iter().find(|e| Some(e.name.as_str()) == named);
    let mut variables: Vec<(String, String)> = Vec::new();
    let taken: Vec<String> = session
        .steps
        .iter()
        .flat_map(|step| {
            let captured = step.capture.iter().map(|(name, _)| name.clone());
            let named = names_in(&step.spec.url).into_iter().map(str::to_owned);
            captured.chain(named).collect::<Vec<_>>()
        })
        .collect();
    for step in &mut session.steps {
        // What is typed for a credential's sake is not taken apart.
        if !matches!(step.spec.auth, Auth::None | Auth::Bearer(_)) {
            continue;
        }
        step.spec.url = lifted(&step.spec.url, &taken, place, &mut variables);
    }
    session.variables.extend(variables);
}

fn lifted(
    url: &str,
    taken: &[String],
    place: Option<&Environment>,
    variables: &mut Vec<(String, String)>,
) -> String {
    let end = url.find(['?', '#']).unwrap_or(url.len());
    let (path, rest) = url.split_at(end);
    // The host of a whole URL is no word before an id.
    let start = path.find("://").map_or(0, |at| {
        let host = &path[at + 3..];
        at + 3 + host.find('/').unwrap_or(host.len())
    });
    let (before, path) = path.split_at(start);
    let mut parts: Vec<String> = Vec::new();
    for part in path.split('/') {
        let word = parts.last().filter(|word| is_word(word)).cloned();
        match word {
            Some(word) if is_id(part) => {
                let name = name_for(&singular(&word), part, taken, place, variables);
                parts.push(format!("{{{{{name}}}}}"));
            }
            _ => parts.push(part.to_owned()),
        }
    }
    format!("{before}{}{rest}", parts.join("/"))
}

/// The variable of that name and value, or a new one.
fn name_for(
    word: &str,
    value: &str,
    taken: &[String],
    place: Option<&Environment>,
    variables: &mut Vec<(String, String)>,
) -> String {
    for number in 1.. {
        let name = match number {
            1 => word.to_owned(),
            _ => format!("{word}{number}"),
        };
        let elsewhere = place.and_then(|place| place.variable(&name));
        if taken.contains(&name) || elsewhere.is_some_and(|other| other != value) {
            continue;
        }
        match variables.iter().find(|(known, _)| *known == name) {
            Some((_, known)) if known == value => return name,
            Some(_) => {}
            None => {
                variables.push((name.clone(), value.to_owned()));
                return name;
            }
        }
    }
    word.to_owned()
}

fn is_word(part: &str) -> bool {
    part.len() > 1
        && part.starts_with(|c: char| c.is_ascii_alphabetic())
        && part
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
        && !is_version(part)
}

/// `v2`
fn is_version(part: &str) -> bool {
    let rest = part.strip_prefix(['v', 'V']);
    rest.is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit()))
}

fn is_id(part: &str) -> bool {
    let is_number = !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let is_uuid = part.len() == 36
        && part.bytes().enumerate().all(|(at, b)| match at {
            8 | 13 | 18 | 23 => b == b'-',
            _ => b.is_ascii_hexdigit(),
        });
    is_number || is_uuid
}

fn singular(word: &str) -> String {
    let word = word.to_ascii_lowercase().replace('-', "_");
    match word.strip_suffix("ies") {
        Some(stem) => format!("{stem}y"),
        None => match word.strip_suffix('s') {
            Some(stem) if !stem.ends_with('s') && stem.len() > 1 => stem.to_owned(),
            _ => word,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{RequestSpec, Step};

    fn session(urls: &[&str]) -> Session {
        let step = |url: &&str| Step {
            spec: RequestSpec::new("GET", *url),
            ..Step::default()
        };
        Session {
            environment: Some("acme".into()),
            steps: urls.iter().map(step).collect(),
            ..Session::default()
        }
    }

    fn urls(session: &Session) -> Vec<&str> {
        let steps = session.steps.iter();
        steps.map(|step| step.spec.url.as_str()).collect()
    }

    #[test]
    fn ids_are_said_once_and_named_after_what_they_are_of() {
        let mut session = session(&[
            "{{base}}/core/runbooks/7/tasks/3?page=2",
            "/core/runbooks/7",
            "/core/runbooks/9",
            "/core/companies/6f1c5c0e-4c2e-4f0d-9f5e-0a1b2c3d4e5f/x",
        ]);
        hoist_ids(&mut session, &[]);
        assert_eq!(
            urls(&session),
            [
                "{{base}}/core/runbooks/{{runbook}}/tasks/{{task}}?page=2",
                "/core/runbooks/{{runbook}}",
                "/core/runbooks/{{runbook2}}",
                "/core/companies/{{company}}/x",
            ]
        );
        let value = |name: &str| {
            let mut all = session.variables.iter();
            all.find(|(known, _)| known == name)
                .map(|(_, value)| value.as_str())
        };
        assert_eq!(
            (value("runbook"), value("runbook2"), value("task")),
            (Some("7"), Some("9"), Some("3"))
        );
    }

    #[test]
    fn what_is_no_plain_id_stays_as_it_is() {
        let left = [
            "https://127.0.0.1:8080/7",
            "/v2/7",
            "/core/runbooks/7a",
            "/core/runbooks/{{runbook}}",
            "/2026/05",
        ];
        let mut session = session(&left);
        hoist_ids(&mut session, &[]);
        assert_eq!(urls(&session), left);
        assert!(session.variables.is_empty());
    }

    #[test]
    fn a_name_that_is_filled_in_otherwise_is_not_taken() {
        let mut session = session(&["/runbooks/{{runbook}}/x", "/runbooks/7"]);
        hoist_ids(&mut session, &[]);
        assert_eq!(urls(&session)[1], "/runbooks/{{runbook2}}");
    }

    #[test]
    fn a_name_that_the_environment_uses_for_another_value_is_not_taken() {
        let acme = Environment {
            name: "acme".into(),
            variables: vec![("order".into(), "3".into()), ("task".into(), "4".into())],
            ..Environment::default()
        };
        let mut session = session(&["/orders/7/tasks/4"]);
        hoist_ids(&mut session, &[acme]);
        assert_eq!(urls(&session), ["/orders/{{order2}}/tasks/{{task}}"]);
        assert_eq!(
            session.variables,
            [
                ("order2".to_owned(), "7".to_owned()),
                ("task".to_owned(), "4".to_owned())
            ]
        );
    }

    #[test]
    fn the_base_of_the_sessions_own_environment_is_lifted() {
        let acme = Environment {
            name: "acme".into(),
            base_url: "https://api.acme.example/v1/".into(),
            ..Environment::default()
        };
        let mut session = session(&[
            "https://api.acme.example/v1/core",
            "https://api.acme.example/v10/core",
            "https://elsewhere.example/v1/core",
        ]);
        hoist_base(&mut session, &[acme]);
        assert_eq!(
            urls(&session),
            [
                "{{base}}/core",
                "https://api.acme.example/v10/core",
                "https://elsewhere.example/v1/core",
            ]
        );
    }
}
