//! Parameters and ids of the path: which of them was refused, and which is missing.

use super::places::same_name;
use crate::insight::facts::{Case, Purpose, id_of};
use crate::insight::rules::finding::{Findings, Tier};
use crate::model::Cause;

/// Wrong where the API refuses a combination and not one of its parts.
pub(super) fn parameters(case: &Case, findings: &mut Findings) {
    let call = &case.call;
    if !matches!(call.status(), 400 | 404 | 422 | 500) {
        return;
    }
    for probed in case.with(Purpose::Fewer) {
        let name = &probed.probe.about;
        if probed.facts.is_fine() {
            let says = format!("Without {name} it works: {}.", case.cite(probed));
            findings.add(Cause::RequestInvalidParameter, 6.5, Tier::Seen, says);
        }
    }
    let Some(route) = call
        .route
        .as_ref()
        .filter(|_| matches!(call.status(), 400 | 422))
    else {
        return;
    };
    if !call.exchange.sent.body.is_empty() {
        return;
    }
    let pairs: Vec<String> = route
        .url
        .query_pairs()
        .map(|(key, _)| key.into_owned())
        .collect();
    let refused = case
        .with(Purpose::Fewer)
        .filter(|p| !p.facts.is_fine())
        .count();
    let texts: Vec<&String> = call
        .errors
        .entries
        .iter()
        .flat_map(|e| [&e.detail, &e.title])
        .flatten()
        .collect();
    let named = |name: &str| texts.iter().any(|text| names(text, name));
    if case.is_safe() {
        if pairs.is_empty() || refused >= pairs.len() && refused > 0 {
            // Whoever names one thing by its id has named what there is to name.
            let weight = if route.id().is_some() { 1.0 } else { 2.2 };
            findings.add(
                Cause::RequestMissingParameter,
                weight,
                Tier::Status,
                format!("{}.", call.line()),
            );
        } else {
            findings.add(
                Cause::RequestInvalidParameter,
                2.0,
                Tier::Status,
                format!("{}.", call.line()),
            );
        }
        if let Some(name) = pairs.iter().find(|name| named(name)) {
            findings.add(
                Cause::RequestInvalidParameter,
                2.0,
                Tier::Words,
                format!("The words of the answer name {name}."),
            );
        }
        if let Some(word) = texts.iter().find_map(|text| identifier(text, &pairs)) {
            findings.add(
                Cause::RequestMissingParameter,
                2.0,
                Tier::Words,
                format!("The words of the answer name {word}, and the request does not hold it."),
            );
        }
    }
    // An id of another form than all its siblings.
    if let (Some(id), Some(list)) = (
        route.id(),
        case.first(Purpose::List).and_then(|p| p.facts.list()),
    ) {
        let ids: Vec<String> = list.iter().filter_map(id_of).collect();
        if common_form(&ids).is_some_and(|form| form != form_of(&id, &form)) {
            let says =
                format!("The id {id} has another form than those that the collection lists.");
            findings.add(Cause::RequestInvalidParameter, 4.5, Tier::Seen, says);
        }
    }
    if route.id().is_some() && case.is_safe() && pairs.is_empty() {
        findings.add(
            Cause::RequestInvalidParameter,
            1.8,
            Tier::Status,
            "The path holds an id.",
        );
    }
}

/// The form that all ids of a list share: digits only, one length with the same signs at the
/// same places, or else the same run of letters, digits and signs.
fn common_form(ids: &[String]) -> Option<String> {
    let first = ids.first()?;
    let number = |id: &String| !id.is_empty() && id.bytes().all(|b| b.is_ascii_digit());
    let forms = ["digits", "places", "runs"];
    let kind = forms.iter().find(|kind| match **kind {
        "digits" => ids.iter().all(number),
        "places" => first.len() >= 16,
        _ => first.bytes().any(|b| b.is_ascii_digit()),
    })?;
    let form = form_of(first, kind);
    ids.iter()
        .all(|id| form_of(id, &form) == form)
        .then_some(form)
}

/// An id by the form that another one has.
fn form_of(id: &str, like: &str) -> String {
    let kind = like.split(' ').next().unwrap_or(like);
    let mut form = format!("{kind} ");
    match kind {
        "digits" => form.push_str(if id.bytes().all(|b| b.is_ascii_digit()) {
            "only"
        } else {
            "not"
        }),
        "places" => form.extend(
            id.chars()
                .map(|c| if c.is_alphanumeric() { 'x' } else { c }),
        ),
        _ => {
            for c in id.chars() {
                let c = match c {
                    c if c.is_ascii_digit() => '9',
                    c if c.is_alphabetic() => 'a',
                    c => c,
                };
                if !form.ends_with(c) {
                    form.push(c);
                }
            }
        }
    }
    form
}

/// The name as a whole word.
fn names(text: &str, name: &str) -> bool {
    let word = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    let lower = text.to_lowercase();
    let bare = name
        .rsplit('[')
        .next()
        .unwrap_or(name)
        .trim_end_matches(']')
        .to_lowercase();
    lower.split(|c: char| !word(c)).any(|w| w == bare)
        || lower.contains(&name.to_lowercase()) && name.len() > 3
}

/// A word with an underscore, as parameters have and sentences have not.
fn identifier(text: &str, known: &[String]) -> Option<String> {
    text.split(|c: char| !(c.is_alphanumeric() || c == '_'))
        .find(|word| {
            word.contains('_')
                && !word.starts_with('_')
                && word
                    .chars()
                    .all(|c| c.is_ascii_lowercase() || c == '_' || c.is_ascii_digit())
                && !known.iter().any(|name| same_name(name, word))
        })
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use crate::insight::facts::{Bearer, Purpose};
    use crate::insight::rules::example::{call, coded, fires, listing, shown, silent};
    use crate::model::Cause;

    const INVALID: Cause = Cause::RequestInvalidParameter;

    #[test]
    fn a_parameter_without_which_the_call_works_was_refused() {
        let refused = call("GET /core/users?role=x", coded(500, "oops"));
        let fewer = |said| {
            let here = call("GET /core/users?role=x", coded(500, "oops"));
            here.probe_about(Purpose::Fewer, Bearer::Own, "/core/users", "role", said)
        };
        fires("request.parameters", INVALID, &fewer(shown()));
        silent("request.parameters", INVALID, &fewer(coded(500, "oops")));
        silent("request.parameters", INVALID, &refused);
    }

    #[test]
    fn an_id_is_compared_with_those_that_the_collection_lists() {
        let one = "0b6f1c1e-0000-4000-8000-000000000001".to_owned();
        let form = super::common_form(&[one]).unwrap();
        let fits = |id: &str| super::form_of(id, &form) == form;
        assert!(fits("ffffffff-1111-4222-8333-444444444444") && !fits("sur"));
        let numbers = super::common_form(&["17".into(), "4".into()]).unwrap();
        assert_ne!(super::form_of("abc", &numbers), numbers);
        assert_eq!(super::common_form(&["north".into(), "south".into()]), None);
        let asked = |id: &str| {
            call(&format!("GET /core/users/{id}"), coded(400, "no")).own(
                Purpose::List,
                "/core/users",
                listing(&["17", "4"]),
            )
        };
        fires("request.parameters", INVALID, &asked("abc"));
    }
}
