//! Answers that look fine: a list that was not filtered, a list that was emptied, or nothing
//! wrong at all.

use super::filters::{filters, is_steering};
use super::finding::{Findings, Rule, Tier};
use super::permission::has_reach;
use crate::insight::facts::{Case, CredentialPlace, Facts, Purpose, attribute, id_of};
use crate::insight::json::Json;
use crate::model::{Cause, StatusClass};

/// A 2xx with nothing wrong, a filter without effect, and a list without entries.
pub const RULES: &[Rule] = &[
    Rule {
        id: "lists.fine",
        look: fine,
    },
    Rule {
        id: "lists.ignored",
        look: ignored,
    },
    Rule {
        id: "lists.emptied",
        look: emptied,
    },
];

/// Wrong where an answer without any error is still not what was meant.
fn fine(case: &Case, findings: &mut Findings) {
    let call = &case.call;
    let is_success = StatusClass::of(call.sent_status()) == StatusClass::Success;
    if call.is_fine() {
        let says = format!("{}, without an error inside.", call.line());
        // Why a list is empty, only who knows the API can tell.
        let is_empty = call.list().is_some_and(<[Json]>::is_empty);
        let tier = if is_empty && !case.knowledge.is_sure_of_api() {
            Tier::Status
        } else {
            Tier::Seen
        };
        findings.add(Cause::None, 4.5, tier, says);
    } else if is_success && !call.errors.entries.is_empty() {
        findings.against(&[Cause::None], 2.0);
    } else if matches!(call.status(), 304 | 300) {
        findings.add(Cause::None, 3.0, Tier::Said, format!("{}.", call.line()));
    }
}

fn bare(name: &str) -> String {
    let inner = name.trim_end_matches("[]");
    let inner = inner
        .rsplit('[')
        .next()
        .unwrap_or(inner)
        .trim_end_matches(']');
    let inner = inner.rsplit('.').next().unwrap_or(inner);
    inner.to_ascii_lowercase()
}

/// What a record holds under the name of a filter, as texts; `None` where it has no such thing.
fn held(record: &Json, name: &str) -> Option<Vec<String>> {
    let name = bare(name);
    let trimmed = name
        .trim_end_matches("_id")
        .trim_end_matches("id")
        .to_owned();
    let plain = |value: &Json| match value {
        Json::List(list) => Some(
            list.iter()
                .filter_map(|v| v.to_text().or_else(|| id_of(v)))
                .collect(),
        ),
        Json::Object(_) => id_of(value).map(|id| vec![id]),
        Json::Null => Some(Vec::new()),
        other => other.to_text().map(|text| vec![text]),
    };
    if name == "id" {
        return id_of(record).map(|id| vec![id]);
    }
    if let Some(value) = attribute(record, &name) {
        return plain(value);
    }
    if trimmed.is_empty() || trimmed == name {
        return None;
    }
    if let Some(relation) = record.get("relationships").and_then(|r| r.get(&trimmed)) {
        return plain(relation.get("data").unwrap_or(relation));
    }
    let camel = format!("{trimmed}Id");
    attribute(record, &camel)
        .or_else(|| attribute(record, &trimmed))
        .and_then(plain)
}

/// Whether the records contradict the filter, agree with it, or do not tell.
pub fn judged(records: &[Json], name: &str, value: &str) -> Option<bool> {
    let wanted: Vec<String> = value.split(',').map(|v| v.trim().to_lowercase()).collect();
    let mut told = 0;
    for record in records {
        let Some(held) = held(record, name) else {
            continue;
        };
        told += 1;
        if held.is_empty()
            || !held
                .iter()
                .any(|text| wanted.contains(&text.to_lowercase()))
        {
            return Some(false);
        }
    }
    (told > 0 && told == records.len()).then_some(true)
}

/// What of a list is compared: which records, in which order, and what came along.
fn print_of(facts: &Facts) -> Option<Vec<String>> {
    let list = facts.list()?;
    let mut print: Vec<String> = list
        .iter()
        .map(|record| id_of(record).unwrap_or_else(|| record.to_string()))
        .collect();
    let included = facts
        .json
        .as_ref()
        .and_then(|j| j.get("included"))
        .and_then(Json::as_list);
    print.push(format!("included {}", included.map_or(0, <[Json]>::len)));
    Some(print)
}

/// Wrong where everything happens to fit the filter.
fn ignored(case: &Case, findings: &mut Findings) {
    let call = &case.call;
    let Some(records) = call
        .list()
        .filter(|list| !list.is_empty() && call.is_fine())
    else {
        return;
    };
    for (name, value) in filters(call) {
        match judged(records, &name, &value) {
            Some(false) => {
                let says = format!("The list holds records that do not fit {name}={value}.");
                findings.add(Cause::RequestIgnoredParameter, 8.0, Tier::Seen, says);
            }
            Some(true) => {}
            None => compared(case, &name, findings),
        }
    }
    let pairs: Vec<(String, String)> = call
        .route
        .as_ref()
        .map(|r| r.url.query_pairs().into_owned().collect())
        .unwrap_or_default();
    for (name, value) in pairs {
        let lower = name.to_ascii_lowercase();
        let sizes = [
            "page[size]",
            "page[limit]",
            "limit",
            "per_page",
            "perpage",
            "page_size",
            "pagesize",
            "size",
        ];
        let asked: usize = value.parse().unwrap_or(0);
        if sizes.contains(&lower.as_str()) && asked > 0 && records.len() > asked {
            let says = format!(
                "The list holds {} records, and {name}={value} was asked for.",
                records.len()
            );
            findings.add(Cause::RequestIgnoredParameter, 8.0, Tier::Seen, says);
        } else if is_steering(&lower) && case.with(Purpose::Nonsense).any(|p| p.probe.about == name)
        {
            compared(case, &name, findings);
        }
    }
}

/// With, without, and with a value that nothing can have: if all are the same, nobody reads it.
fn compared(case: &Case, name: &str, findings: &mut Findings) {
    let own = print_of(&case.call);
    let about = |purpose| case.with(purpose).find(|p| p.probe.about == *name);
    let without = about(Purpose::Fewer);
    let nonsense = about(Purpose::Nonsense);
    let same = |facts: &Facts| facts.is_fine() && print_of(facts) == own;
    if let Some(nonsense) = nonsense {
        if same(&nonsense.facts) {
            let says = format!(
                "Parameter {name} makes no difference, whatever its value: {}.",
                case.cite(nonsense)
            );
            findings.add(Cause::RequestIgnoredParameter, 7.5, Tier::Seen, says);
        } else {
            let says = format!("The API reads parameter {name}: {}.", case.cite(nonsense));
            findings.add(Cause::None, 1.0, Tier::Seen, says);
            findings.against(&[Cause::RequestIgnoredParameter], 4.0);
        }
    } else if let Some(without) = without.filter(|p| same(&p.facts)) {
        let says = format!(
            "Without {name} the list is the same: {}.",
            case.cite(without)
        );
        findings.add(Cause::RequestIgnoredParameter, 3.5, Tier::Seen, says);
    }
}

/// How many records an answer says there are.
fn total(call: &Facts) -> Option<u64> {
    let body = call.json.as_ref()?;
    let names = [
        "total",
        "total_count",
        "totalCount",
        "count",
        "total_items",
        "totalItems",
        "total_records",
    ];
    let inner = [
        Some(body),
        body.get("meta"),
        body.get("meta").and_then(|m| m.get("page")),
        body.get("page"),
        body.get("pagination"),
    ];
    let found = inner
        .into_iter()
        .flatten()
        .find_map(|place| names.iter().find_map(|name| place.get(name)?.to_text()));
    found?.parse().ok()
}

/// Wrong where there is nothing to be seen by anyone.
fn emptied(case: &Case, findings: &mut Findings) {
    let call = &case.call;
    let is_empty = call.list().is_some_and(<[Json]>::is_empty) && call.is_fine();
    if !is_empty || case.credential.place == CredentialPlace::Nowhere {
        return;
    }
    let beyond = call.route.as_ref().is_some_and(|r| {
        r.url.query_pairs().any(|(name, value)| {
            name.to_ascii_lowercase().contains("page") && value.parse().is_ok_and(|n: u64| n > 1)
                || name == "offset" && value != "0"
        })
    });
    if total(call).is_some_and(|total| total > 0) && !beyond {
        let says = "The answer counts records and shows none of them.";
        findings.add(Cause::ResourceHiddenByPermission, 6.0, Tier::Seen, says);
    }
    for probed in case.with(Purpose::Other) {
        match probed.facts.list() {
            Some(list) if !list.is_empty() => {
                let says = format!("Another token sees records here: {}.", case.cite(probed));
                findings.add(Cause::ResourceHiddenByPermission, 6.5, Tier::Seen, says);
                findings.against(&[Cause::None], 3.0);
            }
            Some(_) => findings.add(
                Cause::None,
                0.8,
                Tier::Seen,
                format!("Another token sees nothing either: {}.", case.cite(probed)),
            ),
            None => {}
        }
    }
    for probed in case.with(Purpose::Named) {
        let name = &probed.probe.about;
        if probed.facts.is_missing() || probed.facts.is_denial() {
            let says = format!("What {name} names is out of reach: {}.", case.cite(probed));
            findings.add(Cause::ResourceHiddenByPermission, 6.0, Tier::Seen, says);
            findings.against(&[Cause::None], 1.5);
        } else if probed.facts.is_fine() {
            findings.add(
                Cause::None,
                1.5,
                Tier::Seen,
                format!("What {name} names is in reach: {}.", case.cite(probed)),
            );
        }
    }
    let nothing = !has_reach(case) && case.lists().len() + 1 >= 2;
    if !nothing
        && case
            .lists()
            .iter()
            .any(|p| p.facts.list().is_some_and(|l| !l.is_empty()))
    {
        findings.add(
            Cause::None,
            0.5,
            Tier::Seen,
            "Other lists of the API show this token something.",
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::insight::facts::{Bearer, Purpose};
    use crate::insight::rules::example::{call, coded, fires, listing, says, silent};
    use crate::model::Cause;

    const IGNORED: Cause = Cause::RequestIgnoredParameter;
    const HIDDEN: Cause = Cause::ResourceHiddenByPermission;

    #[test]
    fn a_success_is_fine_unless_errors_stand_inside() {
        fires(
            "lists.fine",
            Cause::None,
            &call("GET /core/runbooks", listing(&["1"])),
        );
        let inside = coded(200, "forbidden");
        silent(
            "lists.fine",
            Cause::None,
            &call("GET /core/runbooks", inside),
        );
    }

    #[test]
    fn a_filter_is_ignored_where_records_contradict_it_or_nonsense_changes_nothing() {
        let staged = says(200, "{\"data\":[{\"id\":\"1\",\"stage\":\"active\"}]}");
        let contradicted = call("GET /core/runbooks?stage=paused", staged.clone());
        fires("lists.ignored", IGNORED, &contradicted);
        silent(
            "lists.ignored",
            IGNORED,
            &call("GET /core/runbooks?stage=active", staged),
        );
        let about = |said| {
            let path = "/core/runbooks?stagge=nothing";
            let here = call("GET /core/runbooks?stagge=active", listing(&["1"]));
            here.probe_about(Purpose::Nonsense, Bearer::Own, path, "stagge", said)
        };
        fires("lists.ignored", IGNORED, &about(listing(&["1"])));
        silent("lists.ignored", IGNORED, &about(listing(&[])));
    }

    #[test]
    fn an_emptied_list_hides_what_another_sees_or_what_its_filter_cannot_reach() {
        let empty = || call("GET /core/runbooks?workspace_id=2", listing(&[]));
        let path = "/core/runbooks?workspace_id=2";
        let seen =
            empty()
                .other("0a")
                .probe(Purpose::Other, Bearer::Other(0), path, listing(&["9"]));
        fires("lists.emptied", HIDDEN, &seen);
        let named = |said| {
            empty().probe_about(
                Purpose::Named,
                Bearer::Own,
                "/core/workspaces/2",
                "workspace_id",
                said,
            )
        };
        fires("lists.emptied", HIDDEN, &named(coded(404, "not_found")));
        silent(
            "lists.emptied",
            HIDDEN,
            &named(says(200, "{\"id\":\"2\",\"name\":\"B\"}")),
        );
    }

    #[test]
    fn how_much_and_in_what_order_is_no_filter_and_which_one_is() {
        assert!(super::is_steering("page[size]") && super::is_steering("order_by"));
        assert!(!super::is_steering("order_id") && !super::is_steering("stage"));
    }
}
