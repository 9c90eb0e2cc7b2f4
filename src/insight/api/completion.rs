//! Completes a URL while it is typed, from earlier calls and from the endpoints of the API. Queries
//! stay out, because they may hold a secret.

use crate::insight::api::endpoint::Endpoint;
use crate::model::{Environment, ExchangeSummary};
use std::collections::HashSet;
use url::Url;

/// A URL that completes what is being typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// A path under the environment's base URL; elsewhere the whole URL.
    pub url: String,
    pub method: String,
    /// What it is for, or where it was called.
    pub note: String,
}

/// Calls of this environment first, then the API's endpoints, then all other calls; calls newest
/// first, and each URL once.
pub fn candidates<'a>(
    calls: impl IntoIterator<Item = &'a ExchangeSummary>,
    environment: &Environment,
    endpoints: &[Endpoint],
) -> Vec<Candidate> {
    let mut here = Vec::new();
    let mut elsewhere = Vec::new();
    for call in calls {
        let Some(url) = without_query(&call.url) else {
            continue;
        };
        let own = under(environment, call, &url);
        let (list, url, note) = match own {
            Some(path) => (&mut here, path, "called here".to_owned()),
            None => (&mut elsewhere, url.into(), call.environment.clone()),
        };
        list.push(Candidate {
            url,
            method: call.method.clone(),
            note,
        });
    }
    let endpoints = endpoints.iter().map(|endpoint| Candidate {
        // Placeholders become variables, so that nothing is sent until they are filled.
        url: endpoint.path.replace('{', "{{").replace('}', "}}"),
        method: endpoint.method.clone(),
        note: endpoint.purpose.clone(),
    });
    let mut seen = HashSet::new();
    let all = here.into_iter().chain(endpoints).chain(elsewhere);
    all.filter(|candidate| seen.insert(candidate.url.clone()))
        .collect()
}

/// `None` for a text that is not a URL or holds a mask.
fn without_query(url: &str) -> Option<Url> {
    let mut url = Url::parse(url).ok()?;
    url.set_query(None);
    url.set_fragment(None);
    url.set_username("").ok()?;
    url.set_password(None).ok()?;
    // These two signs enclose a mask.
    let masked = ["%E2%80%B9", "%E2%80%BA", "‹"];
    let text = url.as_str();
    (!masked.iter().any(|sign| text.contains(sign))).then_some(url)
}

/// The path of a call under the base of the environment. A sandbox has another port each time.
fn under(environment: &Environment, call: &ExchangeSummary, url: &Url) -> Option<String> {
    let base = environment.base_url.trim_end_matches('/');
    let inside = url
        .as_str()
        .strip_prefix(base)
        .filter(|path| !base.is_empty() && path.starts_with('/'));
    match inside {
        Some(path) => Some(path.to_owned()),
        None if environment.sandbox && call.environment == environment.name => {
            Some(url.path().to_owned())
        }
        None => None,
    }
}

/// The indices of candidates that fit a typed text: those that begin with it, then those that
/// contain it. A candidate equal to the text is left out.
pub fn fitting(candidates: &[Candidate], typed: &str, environment: &Environment) -> Vec<usize> {
    let (_, path) = split(typed, environment);
    let typed = typed.to_lowercase();
    let rank = |candidate: &Candidate| {
        let url = candidate.url.to_lowercase();
        let wanted = if url.starts_with('/') {
            path.to_lowercase()
        } else {
            typed.clone()
        };
        match url.find(&wanted) {
            _ if url == wanted || wanted.is_empty() => None,
            Some(0) => Some(0),
            Some(_) if wanted.chars().count() > 2 => Some(1),
            _ => None,
        }
    };
    let places = candidates.iter().enumerate();
    let mut found: Vec<(u8, usize)> = places
        .filter_map(|(place, candidate)| Some((rank(candidate)?, place)))
        .collect();
    found.sort_unstable();
    found.into_iter().map(|(_, place)| place).collect()
}

/// The text completed with that candidate. A base that was typed as `{{base}}` stays so.
pub fn completed(candidate: &Candidate, typed: &str, environment: &Environment) -> String {
    if candidate.url.starts_with('/') {
        format!("{}{}", split(typed, environment).0, candidate.url)
    } else {
        candidate.url.clone()
    }
}

/// Splits a typed text into the base and the path behind it.
fn split<'t>(typed: &'t str, environment: &Environment) -> (&'t str, &'t str) {
    let base = environment.base_url.trim_end_matches('/');
    for prefix in ["{{base}}", base].into_iter().filter(|p| !p.is_empty()) {
        if let Some(path) = typed.strip_prefix(prefix) {
            return (&typed[..prefix.len()], path);
        }
    }
    ("", typed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::insight::Grounds;
    use crate::model::{ExchangeId, Timestamp};
    use std::time::Duration;

    fn call(environment: &str, url: &str) -> ExchangeSummary {
        ExchangeSummary {
            id: ExchangeId::new(Timestamp::UNIX_EPOCH, 1),
            started_at: Timestamp::UNIX_EPOCH,
            took: Duration::ZERO,
            environment: environment.into(),
            case: None,
            token: None,
            method: "GET".into(),
            url: url.into(),
            status: Some(200),
            cause: None,
            message: None,
            errors: Vec::new(),
            refused: false,
            is_probe: false,
            origin: Default::default(),
            run: None,
            notes: String::new(),
            by: None,
        }
    }

    fn acme() -> Environment {
        Environment {
            name: "acme".into(),
            base_url: "https://acme.example/api/".into(),
            ..Environment::default()
        }
    }

    fn endpoints() -> Vec<Endpoint> {
        let paths = [
            "/users/me",
            "/users",
            "/users/{user}/archive",
            "/action_logs",
        ];
        let endpoint = |path: &&str| Endpoint {
            method: "GET".into(),
            path: format!("/core{path}"),
            purpose: "users".into(),
            grounds: Grounds::Inferred,
        };
        paths.iter().map(endpoint).collect()
    }

    fn found(calls: &[ExchangeSummary], typed: &str) -> Vec<String> {
        let all = candidates(calls, &acme(), &endpoints());
        let places = fitting(&all, typed, &acme());
        let named = places.iter().map(|at| completed(&all[*at], typed, &acme()));
        named.collect()
    }

    #[test]
    fn calls_of_this_place_come_before_endpoints_and_those_before_other_places() {
        let calls = [
            call("other", "https://other.example/core/users/9"),
            call("acme", "https://acme.example/api/core/users/8"),
        ];
        let all = found(&calls, "/core/users/");
        assert_eq!(all[..2], ["/core/users/8", "/core/users/me"]);
        assert!(all.contains(&"/core/users/{{user}}/archive".to_owned()));
        assert_eq!(all.last().unwrap(), "https://other.example/core/users/9");
        assert_eq!(
            found(&calls, "https://oth"),
            ["https://other.example/core/users/9"]
        );
    }

    #[test]
    fn the_base_stays_as_it_was_typed() {
        let calls = [call("acme", "https://acme.example/api/core/x/1")];
        for base in ["{{base}}", "https://acme.example/api", ""] {
            let typed = format!("{base}/core/x");
            assert_eq!(found(&calls, &typed), [format!("{base}/core/x/1")]);
        }
    }

    #[test]
    fn queries_passwords_and_masks_are_never_shown() {
        let calls = [
            call(
                "acme",
                "https://ann:pw@acme.example/api/core/x/1?token=abc#d",
            ),
            call("acme", "https://acme.example/api/core/x/‹secret›"),
            call("acme", "{{base}}/core/x/typed?key=abc"),
        ];
        assert_eq!(found(&calls, "/core/x"), ["/core/x/1"]);
    }

    #[test]
    fn a_text_that_says_all_has_no_candidate() {
        assert!(found(&[], "/core/users/me").is_empty());
        assert!(found(&[], "").is_empty());
        assert!(found(&[], "/nowhere").is_empty());
        // In the middle only what is long enough to mean something.
        assert!(found(&[], "us").is_empty());
        assert_eq!(found(&[], "action_l"), ["/core/action_logs"]);
    }

    #[test]
    fn a_sandbox_of_an_earlier_run_had_another_port() {
        let sandbox = Environment {
            base_url: "http://127.0.0.1:5".into(),
            ..Environment::sandbox()
        };
        let calls = [call("sandbox", "http://127.0.0.1:4/core/x/1")];
        assert_eq!(candidates(&calls, &sandbox, &[])[0].url, "/core/x/1");
    }
}
