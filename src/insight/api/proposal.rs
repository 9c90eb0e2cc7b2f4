//! Proposes an environment for a URL: its name, its base URL, the pack that knows the API, and the
//! call that says who a token belongs to. A person can change all of it before it is saved.

use super::library::Library;
use crate::model::Environment;
use url::{Host, Url};

/// An environment that a person may accept, change or decline, with the first call to make there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    pub environment: Environment,
    /// The title of the pack that knows the API, where one does.
    pub pack: Option<String>,
    /// The call that says who a token belongs to.
    pub who_am_i: Option<String>,
    /// The rest of the URL behind the base: the first call.
    pub path: String,
}

/// Words in a host that tell its role and not its owner.
const COMMON: [&str; 12] = [
    "api", "apis", "www", "rest", "gateway", "gw", "app", "web", "public", "services", "service",
    "rpc",
];
/// Words in a host that are worth keeping in the name.
const STAGES: [&str; 13] = [
    "staging", "stage", "test", "testing", "dev", "qa", "uat", "demo", "preview", "preprod",
    "sandbox", "prod", "live",
];
/// Second-level domains under which names are registered: `co.uk`.
const SECOND: [&str; 8] = ["co", "com", "org", "net", "gov", "ac", "edu", "or"];

/// Proposes an environment; `None` where the text is not an HTTP URL. `taken` are names already in
/// use.
pub fn propose(url: &str, taken: &[&str], library: &Library) -> Option<Proposal> {
    let url = Url::parse(url.trim()).ok()?;
    if !matches!(url.scheme(), "http" | "https") {
        return None;
    }
    let (name, is_live) = name_of(&url)?;
    let base = base_of(&url);
    let environment = Environment {
        name: free(&name, taken),
        base_url: base.clone(),
        protected: is_live,
        ..Environment::default()
    };
    let knowledge = library.of_environment(&environment);
    let who = knowledge.calls().and_then(|calls| calls.who_am_i.as_ref());
    let prefix = knowledge.prefix_under(&base);
    let rest = url.as_str().strip_prefix(&base).unwrap_or_default();
    let rest = if rest.starts_with('/') {
        rest.to_owned()
    } else {
        format!("/{rest}")
    };
    Some(Proposal {
        pack: knowledge.title().map(str::to_owned),
        who_am_i: who.map(|who| format!("{prefix}{}", who.path)),
        path: rest.split('#').next().unwrap_or_default().to_owned(),
        environment,
    })
}

/// Whether a URL holds a user name or a password.
pub fn names_user(url: &str) -> bool {
    let url = Url::parse(url.trim());
    url.is_ok_and(|url| !url.username().is_empty() || url.password().is_some())
}

/// Scheme, host and port, and the parts of the path that every call of an API begins with: `api`,
/// `rest`, and versions.
fn base_of(url: &Url) -> String {
    let mut base = url.origin().ascii_serialization();
    for part in url.path_segments().into_iter().flatten() {
        if !matches!(part, "api" | "rest" | "apis") && !is_version(part) {
            break;
        }
        base.push('/');
        base.push_str(part);
    }
    base
}

/// `v2`, `v2.1`, `2024-10`
fn is_version(part: &str) -> bool {
    let digits = |text: &str| {
        !text.is_empty()
            && text
                .split(['.', '-'])
                .all(|n| n.bytes().all(|b| b.is_ascii_digit()) && !n.is_empty())
    };
    match part.strip_prefix('v') {
        Some(rest) => digits(rest),
        None => part.contains(['.', '-']) && digits(part),
    }
}

/// `acme` for `api.acme.example`, `acme-staging` for `staging.acme.example`; and whether the host
/// says that it is production.
fn name_of(url: &Url) -> Option<(String, bool)> {
    let host = match url.host()? {
        Host::Domain(host) => host.trim_end_matches('.').to_ascii_lowercase(),
        Host::Ipv4(_) | Host::Ipv6(_) => return Some(("local".to_owned(), false)),
    };
    let mut labels: Vec<&str> = host.split('.').collect();
    if labels.len() > 1 {
        labels.pop();
    }
    if labels.len() > 1 && labels.last().is_some_and(|label| SECOND.contains(label)) {
        labels.pop();
    }
    // One label may say both: `api-staging`.
    let words: Vec<&str> = labels.iter().flat_map(|label| label.split('-')).collect();
    let stage = words.iter().find(|word| STAGES.contains(word));
    let whose = labels
        .iter()
        .rev()
        .find(|label| !COMMON.contains(label) && !STAGES.contains(label));
    let whose = whose.or(labels.last())?;
    let fits = |c: &char| c.is_ascii_alphanumeric() || *c == '-';
    let mut name: String = whose.chars().filter(fits).take(30).collect();
    if let Some(stage) = stage.filter(|stage| !name.contains(**stage)) {
        name = format!("{name}-{stage}");
    }
    let is_live = words.iter().any(|word| matches!(*word, "prod" | "live"));
    (!name.is_empty()).then_some((name, is_live))
}

fn free(name: &str, taken: &[&str]) -> String {
    let is_free = |name: &str| {
        !taken.contains(&name) && !matches!(name, Environment::SANDBOX | Environment::RECEIVED)
    };
    if is_free(name) {
        return name.to_owned();
    }
    let mut numbers = 2..;
    let numbered = numbers.find_map(|number| {
        let other = format!("{name}-{number}");
        is_free(&other).then_some(other)
    });
    numbered.unwrap_or_else(|| name.to_owned())
}

/// Why a text cannot name an environment.
pub fn why_no_name(name: &str) -> Option<&'static str> {
    let fits = |c: char| c.is_alphanumeric() || "-_.".contains(c);
    match name {
        Environment::SANDBOX => Some("sandbox is the practice API, which is always there"),
        Environment::RECEIVED => Some("that name stands for pasted answers"),
        _ if name.is_empty() => Some("it is empty"),
        _ if name.chars().count() > 40 => Some("it is longer than 40 characters"),
        _ if !name.chars().all(fits) => {
            Some("it may hold letters, digits, dashes, dots and underscores")
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proposed(url: &str) -> (String, String, String, bool) {
        let found = propose(url, &["taken"], &Library::default()).unwrap();
        let environment = found.environment;
        (
            environment.name,
            environment.base_url,
            found.path,
            environment.protected,
        )
    }

    #[test]
    fn name_base_and_first_call_come_out_of_any_url_of_the_api() {
        let cases = [
            (
                "https://api.acme.example/v2/orders?limit=5",
                "acme",
                "https://api.acme.example/v2",
                "/orders?limit=5",
            ),
            (
                "https://acme.co.uk/api/v1.2/x#top",
                "acme",
                "https://acme.co.uk/api/v1.2",
                "/x",
            ),
            (
                "https://api.staging.acme.example",
                "acme-staging",
                "https://api.staging.acme.example",
                "/",
            ),
            (
                "http://127.0.0.1:8080/orders",
                "local",
                "http://127.0.0.1:8080",
                "/orders",
            ),
            (
                "http://localhost:3000/",
                "localhost",
                "http://localhost:3000",
                "/",
            ),
            (
                "https://taken.example/a",
                "taken-2",
                "https://taken.example",
                "/a",
            ),
            (" https://api.example/ ", "api", "https://api.example", "/"),
        ];
        for (url, name, base, path) in cases {
            let found = proposed(url);
            assert_eq!(
                (found.0.as_str(), found.1.as_str(), found.2.as_str()),
                (name, base, path),
                "{url}"
            );
        }
        assert!(proposed("https://api.live.acme.example/x").3);
        assert!(!proposed("https://api.acme.example/x").3);
        for none in ["/orders", "ftp://a.example", "words"] {
            assert_eq!(propose(none, &[], &Library::default()), None, "{none}");
        }
    }

    #[test]
    fn a_name_that_cannot_be_is_told_why() {
        assert_eq!(why_no_name("acme-2"), None);
        for wrong in ["", "sandbox", "a b", "a/b"] {
            assert!(why_no_name(wrong).is_some(), "{wrong}");
        }
    }
}
