//! A probe as a request: what of the call goes along, and to where. The same for a probe that is
//! sent from here and for one that somebody else is asked to make.

use crate::insight::facts::{Bearer, Case, Probe, Purpose};
use crate::insight::redact::is_secret_name;
use crate::model::{
    Auth, Environment, MASK, Origin, Param, RequestSpec, SentRequest, TokenName, as_text, decoded,
    encoded, is_safe_method, names_method, url_asks_to_write,
};
use url::Url;

/// The name under which a made-up token goes out.
pub fn wrong_token() -> TokenName {
    TokenName::named("wrong-on-purpose")
}

/// A token's name for a list; one that was made up has none that anybody knows.
pub fn called(name: &TokenName) -> &str {
    match name.as_str() {
        "wrong-on-purpose" => "made up",
        name => name,
    }
}

/// A probe as a request, and the environment it is resolved in; `None` if it would break a rule
/// that the planner must keep, which ends the investigation.
pub fn request(
    probe: &Probe,
    typed: &RequestSpec,
    sent: &SentRequest,
    case: &Case,
) -> Option<(RequestSpec, Environment)> {
    let environment = &case.environment;
    let target = Origin::of(&probe.url)?;
    let home = environment.origin().or_else(|| Origin::parse(&sent.url))?;
    if target != home || !is_safe_method(probe.method) || url_asks_to_write(probe.url.as_str()) {
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
    // A probe only reads, whatever the call asks for.
    environment
        .headers
        .retain(|(name, _)| !changed(name) && !names_method(name));
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
        let secret = is_secret_name(&name) || !row.tokens().is_empty();
        let of_body =
            name.starts_with("content-") || name == "transfer-encoding" || name == "expect";
        let of_call = name == "accept" || name == "range" || name.starts_with("if-");
        // Only the call itself may carry what is secret in it to another origin.
        if of_body && probe.method != typed.method
            || secret && !(own && at_home)
            || of_call && !same_call
            || names_method(&name)
        {
            continue;
        }
        spec.headers.push(row.clone());
    }
    for (name, value) in &probe.headers {
        if let Some(value) = value {
            spec.headers.push(Param::data(name.clone(), value.clone()));
        }
    }
    match probe.bearer {
        Bearer::Own if probe.purpose == Purpose::Placed => {
            spec.auth = Auth::Bearer(case.credential.token.clone()?);
        }
        Bearer::Own => spec.auth = typed.auth.clone(),
        Bearer::Other(place) => spec.auth = Auth::Bearer(case.others.get(place)?.name.clone()),
        Bearer::Nobody => {}
        Bearer::Wrong => spec.auth = Auth::Bearer(wrong_token()),
    }
    Some((spec, environment))
}

/// The probe's URL with the secrets of the call's own parameters, which a shown call lacks.
fn url_of(probe: &Probe, sent: &SentRequest, own: bool) -> String {
    let is_secret = |name: &str, value: &str| {
        is_secret_name(name) || value.contains("‹token:") || value.contains(MASK)
    };
    let pairs: Vec<(String, String)> = probe.url.query_pairs().into_owned().collect();
    // The same place is asked for in the same letters.
    let written = sent.url.split('#').next().unwrap_or_default();
    let mut place = probe.url.clone();
    place.set_fragment(None);
    if Url::parse(written).is_ok_and(|url| url == place)
        && (own || !pairs.iter().any(|(name, value)| is_secret(name, value)))
        && let Some(url) = sent.part_of_url(0..written.len())
    {
        return url;
    }
    if !pairs.iter().any(|(name, value)| is_secret(name, value)) {
        return as_text(probe.url.as_str());
    }
    let mut url = probe.url.clone();
    url.set_fragment(None);
    url.set_query(None);
    let mut url = as_text(url.as_str());
    let mut sign = '?';
    for (name, value) in pairs {
        let value = match is_secret(&name, &value) {
            false => encoded(&value),
            true if own => match typed_value(sent, &name) {
                Some(value) => value,
                None => continue,
            },
            true => continue,
        };
        url.push_str(&format!("{sign}{}={value}", encoded(&name)));
        sign = '&';
    }
    url
}

/// The value of a parameter as it stands in the URL of the call, its tokens by name.
fn typed_value(sent: &SentRequest, name: &str) -> Option<String> {
    let (before, query) = sent.url.split_once('?')?;
    let mut start = before.len() + 1;
    for pair in query.split('#').next().unwrap_or_default().split('&') {
        let (typed, value) = pair.split_once('=').unwrap_or((pair, ""));
        let begin = start + typed.len() + 1;
        start += pair.len() + 1;
        if decoded(&typed.replace('+', " ")).as_deref() != Some(name) {
            continue;
        }
        return sent.part_of_url(begin..begin + value.len());
    }
    None
}
