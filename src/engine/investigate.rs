//! Performs an investigation: the call in question once, then the probes that the planner asks
//! for, one after the other and within the contract. Safe methods only, the environment's own
//! origin only, no more than the budget, and each token waits when it is told to.

use super::client::{Client, Flight, Outgoing};
use super::vault::{Vault, slots};
use crate::insight::back_off::retry_after;
use crate::insight::facts::{
    Bearer, Case, Credential, CredentialPlace, Facts, KnownToken, Probe, Probed, Purpose,
};
use crate::insight::probe::{next, wrong_value};
use crate::insight::redact::is_secret_name;
use crate::insight::token::{TokenReport, inspect};
use crate::model::{
    Auth, Body, Environment, Exchange, Failure, MASK, Manner, Origin, Outcome, Param, RequestSpec,
    SentRequest, Timestamp, TokenName, resolve, token_names_in,
};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};
use url::Url;

/// The longest wait that a probe is worth; beyond it the verdict is given without.
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// Waits where a limit names none.
const WAITS: [Duration; 3] = [
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(4),
];

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Investigation {
    pub typed: RequestSpec,
    pub environment: Environment,
    /// Those that are compared with; the one in question stands in the request.
    pub others: Vec<TokenName>,
    /// How many probes at most.
    pub budget: usize,
    /// Whether a call that writes may be made in a protected environment.
    pub allow_writes: bool,
    /// The support case it is made for.
    pub case: Option<String>,
}

/// What came of it: all that the judge needs, without any secret.
pub struct Investigated {
    pub exchange: Arc<Exchange>,
    pub case: Case,
    /// The call itself was not made, since it writes where that is not allowed; what it acts
    /// upon was read instead.
    pub held_back: bool,
}

/// Makes the call and the probes. `told` hears of every exchange as it is made, in the form in
/// which it may be shown and kept.
pub async fn run(
    client: &Client,
    ask: &Investigation,
    flight: &Flight,
    mut told: impl FnMut(&Case, &Arc<Exchange>),
) -> Investigated {
    let held_back = ask.environment.protected && !ask.typed.is_safe() && !ask.allow_writes;
    let typed = if held_back {
        reading(&ask.typed)
    } else {
        ask.typed.clone()
    };
    let base = ask.environment.base_path();
    let resolved = resolve(&typed, &ask.environment);
    let raw_sent = resolved.as_ref().ok().cloned().unwrap_or_default();
    let exchange = make(client, typed.clone(), resolved, ask, flight).await;
    let credential = credential(&raw_sent, client, ask.environment.sandbox);
    let exchange = Arc::new(client.shown(exchange));
    let mut case = Case::of(
        Facts::read(exchange.clone(), &base),
        credential,
        ask.environment.clone(),
        Timestamp::now(),
    );
    case.budget = ask.budget;
    // What their values look like is known once they were used.
    let unread = |name: &TokenName| KnownToken {
        name: name.clone(),
        report: None,
    };
    case.others = ask.others.iter().map(unread).collect();
    told(&case, &exchange);

    let mut waits = Waits::default();
    waits.note(Bearer::Own, &case.call);
    while !flight.is_stopped() {
        case.limited = waits.too_long();
        let Some(probe) = next(&case) else {
            break;
        };
        if !waits.wait(probe.bearer, flight).await {
            continue;
        }
        let Some((spec, environment)) = spec_of(&probe, &typed, &raw_sent, &case, &ask.environment)
        else {
            break;
        };
        let resolved = resolve(&spec, &environment);
        let asked = Investigation {
            environment,
            ..ask.clone()
        };
        let mut exchange = make(client, spec, resolved, &asked, flight).await;
        exchange.probe_of = Some(case.call.exchange.id.clone());
        let exchange = Arc::new(client.shown(exchange));
        let facts = Facts::read(exchange.clone(), &base);
        waits.note(probe.bearer, &facts);
        if let Bearer::Other(place) = probe.bearer
            && let Some(other) = case.others.get_mut(place)
        {
            other.report = client.vault().report(&other.name, ask.environment.sandbox);
        }
        case.budget -= 1;
        case.probes.push(Probed { probe, facts });
        told(&case, &exchange);
    }
    Investigated {
        exchange,
        case,
        held_back,
    }
}

/// The call that reads what a write would change.
fn reading(typed: &RequestSpec) -> RequestSpec {
    let of_body = |row: &Param| !row.name.to_ascii_lowercase().starts_with("content-");
    RequestSpec {
        method: "GET".to_owned(),
        body: Body::Empty,
        headers: typed
            .headers
            .iter()
            .filter(|row| of_body(row))
            .cloned()
            .collect(),
        ..typed.clone()
    }
}

/// One call, sent or refused here.
async fn make(
    client: &Client,
    typed: RequestSpec,
    resolved: Result<SentRequest, Failure>,
    ask: &Investigation,
    flight: &Flight,
) -> Exchange {
    match resolved {
        Ok(sent) => {
            let outgoing = Outgoing {
                typed,
                sent,
                environment: ask.environment.clone(),
                case: ask.case.clone(),
                manner: Manner::default(),
            };
            client.send(outgoing, flight).await
        }
        Err(failure) => Exchange {
            id: client.new_id(),
            environment: ask.environment.name.clone(),
            case: ask.case.clone(),
            sent: SentRequest {
                method: typed.method.clone(),
                url: typed.url.clone(),
                ..SentRequest::default()
            },
            typed,
            outcome: Outcome::Failed(failure),
            redirects: Vec::new(),
            attempts: 0,
            unverified: Vec::new(),
            started_at: Timestamp::now(),
            took: Duration::ZERO,
            probe_of: None,
        },
    }
}

/// How a call that was made carries its token, by the request before the values were put in.
pub fn credential(sent: &SentRequest, client: &Client, sandbox: bool) -> Credential {
    credential_from(sent, client.vault(), sandbox)
}

/// The same, where there is only a vault.
pub fn credential_from(sent: &SentRequest, vault: &Vault, sandbox: bool) -> Credential {
    let mut reports: HashMap<TokenName, TokenReport> = HashMap::new();
    for name in slots(sent) {
        if let Some(report) = vault.report(&name, sandbox) {
            reports.insert(name, report);
        }
    }
    let now = Timestamp::now();
    let authorizations: Vec<String> = sent
        .headers
        .all("authorization")
        .map(|v| v.into_owned())
        .collect();
    if let [value] = authorizations.as_slice() {
        return authorization(value, &reports, now);
    }
    if authorizations.len() > 1 {
        return Credential {
            place: CredentialPlace::Repeated,
            ..Credential::default()
        };
    }
    elsewhere(sent, &reports, now).unwrap_or_default()
}

fn authorization(
    value: &str,
    reports: &HashMap<TokenName, TokenReport>,
    now: Timestamp,
) -> Credential {
    let mut credential = Credential {
        place: CredentialPlace::Authorization,
        ..Credential::default()
    };
    let trimmed = value.trim();
    if trimmed.is_empty() || trimmed.eq_ignore_ascii_case("bearer") {
        credential.place = CredentialPlace::Nowhere;
        return credential;
    }
    let rest = match trimmed.split_once(' ') {
        Some((scheme, rest))
            if scheme
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-') =>
        {
            credential.scheme = Some(scheme.to_owned());
            rest
        }
        _ => trimmed,
    };
    fill(&mut credential, rest, reports, now);
    credential
}

/// What is told of the text behind the scheme: of the token it names, or of itself.
fn fill(
    credential: &mut Credential,
    text: &str,
    reports: &HashMap<TokenName, TokenReport>,
    now: Timestamp,
) {
    credential.token = token_names_in(text).into_iter().next();
    let whole = credential
        .token
        .as_ref()
        .is_some_and(|name| text == format!("{{{{token:{name}}}}}"));
    credential.report = match &credential.token {
        Some(name) if whole => reports.get(name).cloned(),
        // Something stands around the slot: the text as a whole is what counts.
        Some(_) => {
            let stripped = token_names_in(text)
                .iter()
                .fold(text.to_owned(), |text, name| {
                    text.replace(
                        &format!("{{{{token:{name}}}}}"),
                        &"0123456789abcdef".repeat(3),
                    )
                });
            Some(inspect(&stripped, now))
        }
        None => Some(inspect(text, now)),
    };
}

/// A token in a place where the API does not look.
fn elsewhere(
    sent: &SentRequest,
    reports: &HashMap<TokenName, TokenReport>,
    now: Timestamp,
) -> Option<Credential> {
    let holds = |name: &str, text: &str| is_secret_name(name) || !token_names_in(text).is_empty();
    let header = sent.headers.iter().find(|h| holds(&h.name, &h.text()));
    let url = Url::parse(&sent.url).ok()?;
    let (place, text) = if let Some(header) = header {
        (
            format!("header {}", header.name),
            header.text().into_owned(),
        )
    } else if let Some((name, value)) = url.query_pairs().find(|(name, value)| holds(name, value)) {
        (format!("parameter {name}"), value.into_owned())
    } else if url.password().is_some() || !url.username().is_empty() {
        // The HTTP library makes Basic of it.
        return Some(Credential {
            place: CredentialPlace::Authorization,
            scheme: Some("Basic".to_owned()),
            ..Credential::default()
        });
    } else {
        return None;
    };
    let mut credential = Credential {
        place: CredentialPlace::Elsewhere(place),
        ..Credential::default()
    };
    let bare = text.strip_prefix("Bearer ").unwrap_or(&text);
    fill(&mut credential, bare, reports, now);
    Some(credential)
}

/// A probe as a request, and the environment it is resolved in; `None` if it would break a rule
/// that the planner must keep, which ends the investigation.
fn spec_of(
    probe: &Probe,
    typed: &RequestSpec,
    sent: &SentRequest,
    case: &Case,
    environment: &Environment,
) -> Option<(RequestSpec, Environment)> {
    let target = Origin::of(&probe.url)?;
    let home = environment.origin().or_else(|| Origin::parse(&sent.url))?;
    if target != home || !matches!(probe.method, "GET" | "HEAD" | "OPTIONS") {
        return None;
    }
    let own = probe.bearer == Bearer::Own && probe.purpose != Purpose::Placed;
    let at_home = Origin::parse(&sent.url).as_ref() == Some(&home);
    let mut spec = RequestSpec::new(probe.method, url_of(probe, sent, own && at_home));
    let mut environment = environment.clone();
    let changed = |name: &str| {
        probe
            .headers
            .iter()
            .any(|(known, _)| known.eq_ignore_ascii_case(name))
    };
    environment.headers.retain(|(name, _)| !changed(name));
    let same_call = matches!(
        probe.purpose,
        Purpose::Again | Purpose::Other | Purpose::Wrong | Purpose::Without
    ) || !probe.headers.is_empty();
    for row in typed
        .headers
        .iter()
        .filter(|row| row.enabled && !changed(&row.name))
    {
        let name = row.name.to_ascii_lowercase();
        let secret = is_secret_name(&name) || !token_names_in(&row.value).is_empty();
        let of_body =
            name.starts_with("content-") || name == "transfer-encoding" || name == "expect";
        let of_call = name == "accept" || name == "range" || name.starts_with("if-");
        // Only the call itself may carry what is secret in it to another origin.
        if of_body && probe.method != typed.method
            || secret && !(own && at_home)
            || of_call && !same_call
        {
            continue;
        }
        spec.headers.push(row.clone());
    }
    for (name, value) in &probe.headers {
        if let Some(value) = value {
            spec.headers.push(Param::new(name.clone(), value.clone()));
        }
    }
    match probe.bearer {
        Bearer::Own if probe.purpose == Purpose::Placed => {
            spec.auth = Auth::Bearer(case.credential.token.clone()?);
        }
        Bearer::Own => spec.auth = typed.auth.clone(),
        Bearer::Other(place) => spec.auth = Auth::Bearer(case.others.get(place)?.name.clone()),
        Bearer::Nobody => {}
        Bearer::Wrong => {
            let report = case.credential.report.as_ref();
            let value = wrong_value(report.map(|r| r.kind), report.map_or(48, |r| r.length));
            spec.headers
                .push(Param::new("Authorization", format!("Bearer {value}")));
        }
    }
    Some((spec, environment))
}

/// The probe's URL with the secrets of the call's own parameters, which a shown call lacks.
fn url_of(probe: &Probe, sent: &SentRequest, own: bool) -> String {
    let raw = Url::parse(&sent.url).ok();
    let raw: Vec<(String, String)> = raw
        .map(|u| u.query_pairs().into_owned().collect())
        .unwrap_or_default();
    let is_secret = |name: &str, value: &str| {
        is_secret_name(name) || value.contains("‹token:") || value.contains(MASK)
    };
    let pairs: Vec<(String, String)> = probe.url.query_pairs().into_owned().collect();
    if !pairs.iter().any(|(name, value)| is_secret(name, value)) {
        return probe.url.to_string();
    }
    let mut url = probe.url.clone();
    url.set_query(None);
    for (name, value) in pairs {
        if !is_secret(&name, &value) {
            url.query_pairs_mut().append_pair(&name, &value);
        } else if own && let Some((_, value)) = raw.iter().find(|(known, _)| *known == name) {
            url.query_pairs_mut().append_pair(&name, value);
        }
    }
    url.to_string()
}

/// Until when each token is to be left alone.
#[derive(Default)]
struct Waits {
    until: HashMap<Bearer, Instant>,
    times: HashMap<Bearer, usize>,
}

impl Waits {
    /// Reads an answer for a limit.
    fn note(&mut self, bearer: Bearer, facts: &Facts) {
        let Some(response) = facts.response() else {
            return;
        };
        let asked = retry_after(&response.headers, Timestamp::now());
        let limited = response.status == 429 || response.status == 503 && asked.is_some();
        if !limited {
            return;
        }
        let times = self.times.entry(bearer).or_default();
        let wait = asked.unwrap_or(WAITS[(*times).min(WAITS.len() - 1)]);
        *times += 1;
        self.until.insert(bearer, Instant::now() + wait);
    }

    /// Those whose wait is longer than a probe is worth.
    fn too_long(&self) -> Vec<Bearer> {
        let now = Instant::now();
        let long = |until: &Instant| until.saturating_duration_since(now) > LONGEST_WAIT;
        self.until
            .iter()
            .filter(|(_, until)| long(until))
            .map(|(bearer, _)| *bearer)
            .collect()
    }

    /// Waits until the token may be used; `false` where it may not be, or the person stopped.
    async fn wait(&mut self, bearer: Bearer, flight: &Flight) -> bool {
        let Some(until) = self.until.get(&bearer).copied() else {
            return true;
        };
        if until.saturating_duration_since(Instant::now()) > LONGEST_WAIT {
            return false;
        }
        tokio::select! {
            () = tokio::time::sleep_until(until.into()) => true,
            () = flight.stopped() => false,
        }
    }
}
