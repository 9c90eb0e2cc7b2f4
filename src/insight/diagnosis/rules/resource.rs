//! What a 404 can mean: never there, put away, out of reach, or no such address at all. The
//! answer itself hardly ever tells, so the places around it are compared. That the path without
//! its end is an address of its own is known of some APIs only; of others a 404 there proves
//! nothing.

use super::finding::{Findings, Rule, Tier};
use super::permission::has_reach;
use crate::insight::facts::{
    Bearer, Case, CredentialPlace, Facts, Page, Probed, Purpose, id_of, is_archived,
};
use crate::insight::json::Json;
use crate::insight::route::Part;
use crate::insight::words::Sense;
use crate::model::Cause;

/// From the status alone to the places around the resource, and the path itself.
pub const RULES: &[Rule] = &[
    Rule {
        id: "resource.missing",
        look: missing,
    },
    Rule {
        id: "resource.others",
        look: others,
    },
    Rule {
        id: "resource.unrecognised",
        look: unrecognised,
    },
    Rule {
        id: "resource.above",
        look: above,
    },
    Rule {
        id: "resource.listed",
        look: listed,
    },
    Rule {
        id: "resource.archived",
        look: archived,
    },
    Rule {
        id: "resource.path",
        look: path,
    },
];

const GONE: &[Cause] = &[
    Cause::ResourceAbsent,
    Cause::ResourceParentAbsent,
    Cause::PathUnknown,
];

fn is_about_resource(case: &Case) -> bool {
    case.call.is_missing()
}

/// By the status alone: the vendor says that all of these look alike.
fn missing(case: &Case, findings: &mut Findings) {
    let call = &case.call;
    if !is_about_resource(case) {
        return;
    }
    let says = format!("{}.", call.line());
    findings.add(Cause::ResourceAbsent, 1.5, Tier::Status, says.clone());
    findings.add(Cause::ResourceHiddenByPermission, 0.8, Tier::Status, says);
    if call.status() == 410 {
        findings.add(
            Cause::ResourceAbsent,
            2.0,
            Tier::Status,
            "410 says that it is gone for good.",
        );
    }
    if call.says(Sense::Denied) || call.hints(Sense::Denied) && call.codes.is_empty() {
        findings.add(Cause::ResourceHiddenByPermission, 0.5, Tier::Words, "");
    }
    if case.credential.place == CredentialPlace::Nowhere {
        let asked = case.own().find(|p| p.facts.is_refusal());
        if let Some(asked) = asked {
            let says = format!(
                "Without a token the API hides what is there: {}.",
                case.cite(asked)
            );
            findings.add(Cause::TokenMissing, 5.5, Tier::Seen, says);
        }
    }
}

/// Wrong where the other token belongs to another tenant that has the same id.
fn others(case: &Case, findings: &mut Findings) {
    if !is_about_resource(case) || case.credential.place == CredentialPlace::Nowhere {
        return;
    }
    for probed in case.with(Purpose::Other) {
        let facts = &probed.facts;
        if facts.is_fine() {
            let says = format!("It exists: {}.", case.cite(probed));
            findings.add(Cause::ResourceHiddenByPermission, 5.0, Tier::Seen, says);
            findings.against(GONE, 6.0);
        } else if facts.is_denial() {
            let says = format!(
                "Another token is told that it exists: {}.",
                case.cite(probed)
            );
            findings.add(Cause::ResourceHiddenByPermission, 2.5, Tier::Seen, says);
        } else if facts.is_missing() {
            let says = format!(
                "Another token does not find it either: {}.",
                case.cite(probed)
            );
            findings.add(Cause::ResourceAbsent, 1.2, Tier::Seen, says);
            findings.add(Cause::ResourceHiddenByPermission, -1.5, Tier::Seen, "");
        }
    }
}

/// Wrong where a collection is hidden as a whole from some and not from others.
fn unrecognised(case: &Case, findings: &mut Findings) {
    if !is_about_resource(case) || case.credential.place == CredentialPlace::Nowhere {
        return;
    }
    if !case.assumptions().lists {
        return;
    }
    let seen = case.with(Purpose::Other).find(|p| p.facts.is_fine());
    let lost = [Purpose::List, Purpose::ListAbove];
    let rungs = case
        .call
        .route
        .as_ref()
        .map(|r| r.rungs())
        .unwrap_or_default();
    let is_rung = |p: &Probed| rungs.iter().any(|(path, _)| path == p.probe.url.path());
    let lost = case
        .own()
        .find(|p| lost.contains(&p.probe.purpose) && p.facts.is_missing() && is_rung(p));
    let all = case.own().all(|p| p.facts.is_missing());
    if let (Some(seen), Some(lost), true) = (seen, lost, all) {
        let says = format!(
            "Everything is hidden from this token, even what holds it: {}; {}.",
            case.cite(lost),
            case.cite(seen)
        );
        findings.add(Cause::TokenRejected, 8.0, Tier::Seen, says);
    }
}

/// The highest part of the path that is not found although what stands before it is.
fn first_gone(case: &Case) -> Option<(Part, &Probed)> {
    let route = case.call.route.as_ref()?;
    let answer = |path: &str| {
        let mut own = case.own().filter(|p| p.probe.method == "GET");
        own.find(|p| p.probe.url.path() == path && p.probe.url.query().is_none())
    };
    let mut there = None;
    for (path, part) in route.rungs() {
        match answer(&path) {
            Some(probed) if probed.facts.is_missing() => {
                return there.map(|_| (part, probed));
            }
            Some(probed) if probed.facts.is_fine() => there = Some(probed),
            _ => {}
        }
    }
    None
}

/// Wrong where the parent is shown by one rule and the child by another.
fn above(case: &Case, findings: &mut Findings) {
    if !is_about_resource(case) {
        return;
    }
    let item = case.call.route.as_ref().and_then(|r| r.item_above());
    let above = case.first(Purpose::Above);
    let Some(above) = above.filter(|p| Some(p.probe.url.path()) == item.as_deref()) else {
        return;
    };
    let facts = &above.facts;
    let cited = case.cite(above);
    let assumed = case.assumptions();
    if facts.is_missing() && !assumed.parents {
        return;
    }
    let listed_above = case.first(Purpose::ListAbove);
    let route_gone = assumed.lists && listed_above.is_some_and(|p| p.facts.is_missing());
    if facts.is_fine() {
        findings.against(&[Cause::ResourceParentAbsent], 6.0);
        let is_collection = case
            .call
            .route
            .as_ref()
            .is_some_and(|r| r.last() == Some(Part::Collection));
        let is_known = case.call.route.as_ref().is_some_and(|r| r.is_known());
        let says = format!("What it belongs to is there: {cited}.");
        if is_collection && !is_known {
            findings.add(Cause::PathUnknown, 4.0, Tier::Seen, says);
        } else if !is_collection {
            findings.add(Cause::ResourceAbsent, 1.5, Tier::Seen, says);
        } else {
            findings.add(Cause::ResourceAbsent, 0.8, Tier::Seen, says);
        }
    } else if let (true, Some((Part::Id, gone))) = (route_gone, first_gone(case)) {
        let says = format!("What stands above it is not found: {}.", case.cite(gone));
        findings.add(Cause::ResourceParentAbsent, 5.5, Tier::Seen, says);
        findings.against(&[Cause::ResourceAbsent], 2.0);
    } else if facts.is_missing() && !route_gone {
        let seen_by = case.with(Purpose::OtherAbove).find(|p| p.facts.is_fine());
        if let Some(other) = seen_by {
            let says = format!(
                "What it belongs to exists, out of reach: {cited}; {}.",
                case.cite(other)
            );
            findings.add(Cause::ResourceHiddenByPermission, 6.0, Tier::Seen, says);
            findings.against(GONE, 4.0);
        } else {
            let says = format!("What it belongs to is not found either: {cited}.");
            findings.add(Cause::ResourceParentAbsent, 5.5, Tier::Seen, says);
            findings.against(&[Cause::ResourceAbsent], 2.0);
        }
    } else if facts.is_denial() || facts.is_refusal() && case.works().is_some() {
        let says = format!("What it belongs to is out of reach: {cited}.");
        findings.add(Cause::ResourceHiddenByPermission, 5.0, Tier::Seen, says);
    }
}

/// Wrong where a list shows less than it should for another reason, such as paging.
fn listed(case: &Case, findings: &mut Findings) {
    if !is_about_resource(case) {
        return;
    }
    let Some(list) = case.first(Purpose::List) else {
        return;
    };
    let facts = &list.facts;
    let cited = case.cite(list);
    let id = case.call.route.as_ref().and_then(|r| r.id());
    if let Some(records) = facts.list() {
        findings.against(&[Cause::PathUnknown], 3.0);
        findings.against(&[Cause::ResourceParentAbsent], 4.0);
        let found = id.as_ref().is_some_and(|id| holds(records, id));
        if records.is_empty() {
            findings.add(
                Cause::ResourceHiddenByPermission,
                0.8,
                Tier::Seen,
                format!("Its collection is empty for this token: {cited}."),
            );
            findings.add(
                Cause::ResourceAbsent,
                0.5,
                Tier::Seen,
                format!("Its collection is there: {cited}."),
            );
        } else if !found {
            findings.add(
                Cause::ResourceAbsent,
                2.2,
                Tier::Said,
                format!("Its collection is there and does not list it: {cited}."),
            );
        } else {
            findings.add(
                Cause::ResourceHiddenByPermission,
                2.0,
                Tier::Seen,
                format!("Its collection lists it: {cited}."),
            );
        }
    } else if facts.is_fine() || facts.status() == 405 {
        findings.against(&[Cause::PathUnknown], 2.0);
        findings.add(
            Cause::ResourceAbsent,
            1.5,
            Tier::Seen,
            format!("Its collection is there: {cited}."),
        );
    } else if facts.is_denial() || facts.is_refusal() && case.works().is_some() {
        let says = format!("Its collection is out of reach: {cited}.");
        findings.add(Cause::ResourceHiddenByPermission, 4.0, Tier::Seen, says);
    }
}

fn holds(records: &[Json], id: &str) -> bool {
    records
        .iter()
        .any(|record| id_of(record).as_deref() == Some(id))
}

/// Wrong where something else of the same id was put away.
fn archived(case: &Case, findings: &mut Findings) {
    let call = &case.call;
    let touches = is_about_resource(case)
        || matches!(call.status(), 403 | 409 | 410 | 422)
        || call.says(Sense::Archived);
    if !touches || case.credential.place == CredentialPlace::Nowhere {
        return;
    }
    let mut seen: Option<String> = None;
    let same = [
        Purpose::Other,
        Purpose::OtherAbove,
        Purpose::Above,
        Purpose::Target,
    ];
    for probed in &case.probes {
        let record = probed
            .facts
            .record()
            .filter(|_| same.contains(&probed.probe.purpose));
        if record.is_some_and(is_archived) {
            seen = Some(format!("It is marked as archived: {}.", case.cite(probed)));
        }
    }
    for probed in case
        .with(Purpose::Archived)
        .chain(case.with(Purpose::List))
        .chain(case.with(Purpose::ListAbove))
    {
        let Some(records) = probed.facts.list() else {
            continue;
        };
        let Some(id) = id_in(case, probed) else {
            continue;
        };
        let record = records
            .iter()
            .find(|r| id_of(r).as_deref() == Some(id.as_str()));
        let Some(record) = record else {
            continue;
        };
        if is_archived(record)
            || probed.probe.purpose == Purpose::Archived && is_only_there(case, probed, &id)
        {
            seen = Some(format!(
                "It stands among the archived: {}.",
                case.cite(probed)
            ));
        }
    }
    if let Some(says) = seen {
        let weight = if is_about_resource(case) || call.says(Sense::Archived) {
            9.0
        } else {
            3.0
        };
        findings.add(Cause::ResourceArchived, weight, Tier::Seen, says);
    }
}

/// Of the resource itself, or of what it belongs to, by the collection that was asked.
fn id_in(case: &Case, probed: &Probed) -> Option<String> {
    let route = case.call.route.as_ref()?;
    let asked = probed.probe.url.path();
    if route.collection().as_deref() == Some(asked) {
        return route.id();
    }
    if route.collection_above().as_deref() == Some(asked) {
        return route.id_above();
    }
    None
}

/// A listing that ignores the filter lists everything, and proves nothing.
fn is_only_there(case: &Case, archived: &Probed, id: &str) -> bool {
    let plain = case.probes.iter().find(|p| {
        matches!(p.probe.purpose, Purpose::List | Purpose::ListAbove)
            && p.probe.url.path() == archived.probe.url.path()
            && p.probe.bearer == archived.probe.bearer
    });
    match plain.and_then(|p| p.facts.list()) {
        Some(records) => !holds(records, id),
        None => plain.is_none() && archived.probe.bearer != Bearer::Own,
    }
}

/// Wrong where an existing route answers 404 for an empty collection.
fn path(case: &Case, findings: &mut Findings) {
    let call = &case.call;
    let Some(route) = &call.route else {
        return;
    };
    if !is_about_resource(case) {
        return;
    }
    let empties = route.parts.iter().rev().skip(1).any(|part| part.is_empty());
    for probed in case.with(Purpose::Corrected) {
        let facts = &probed.facts;
        let answers = facts.is_fine()
            || facts.is_denial()
            || facts.is_refusal() && case.credential.place == CredentialPlace::Nowhere
            || facts.is_refusal() && !call.is_refusal();
        if answers && facts.page != Page::Html && call.is_missing() {
            let says = format!("A neighbouring address answers: {}.", case.cite(probed));
            let blanks = probed.probe.about == "blanks";
            let cause = if blanks {
                Cause::RequestBadUrl
            } else {
                Cause::PathUnknown
            };
            findings.add(cause, 7.5, Tier::Seen, says);
            findings.against(
                &[Cause::ResourceAbsent, Cause::ResourceHiddenByPermission],
                3.0,
            );
        }
    }
    if empties {
        let says = "Two slashes stand behind each other in the path.";
        let answered = case.with(Purpose::Corrected).any(|p| p.facts.is_fine());
        let weight = if answered { 1.0 } else { 7.0 };
        let cause = if answered {
            Cause::PathUnknown
        } else {
            Cause::RequestBadUrl
        };
        findings.add(cause, weight, Tier::Said, says);
    }
    let speaks_json = case.probes.iter().any(|p| p.facts.page == Page::Json);
    if call.page == Page::Html && (speaks_json || case.knowledge.api.is_some()) {
        let says = "The 404 is a web page, and the API answers in JSON.";
        findings.add(Cause::PathUnknown, 3.5, Tier::Said, says);
    }
    if !case.assumptions().lists {
        return;
    }
    let listed = [Purpose::List, Purpose::ListAbove];
    let rungs = route.rungs();
    let is_rung = |p: &Probed| rungs.iter().any(|(path, _)| path == p.probe.url.path());
    let lost: Vec<&Probed> = case
        .own()
        .filter(|p| listed.contains(&p.probe.purpose) && p.facts.is_missing() && is_rung(p))
        .collect();
    let lost_with_parent = matches!(first_gone(case), Some((Part::Id, _)));
    if let Some(lost) = lost.first().filter(|_| !lost_with_parent) {
        let above_there = case
            .first(Purpose::Above)
            .is_some_and(|p| p.facts.is_fine());
        let above_gone = case
            .first(Purpose::Above)
            .is_some_and(|p| p.facts.is_missing());
        if lost.probe.purpose == Purpose::ListAbove || above_there || !above_gone {
            let says = format!("Not even the collection is found: {}.", case.cite(lost));
            findings.add(Cause::PathUnknown, 4.5, Tier::Seen, says);
            findings.against(&[Cause::ResourceAbsent, Cause::ResourceParentAbsent], 2.0);
        }
    }
    let is_root =
        route.root().as_deref() == Some(&route.target()) && route.last() == Some(Part::Collection);
    if is_root {
        findings.add(
            Cause::PathUnknown,
            2.5,
            Tier::Said,
            "A whole collection is not found.",
        );
        findings.against(&[Cause::ResourceAbsent], 2.5);
    }
    if route.parts.len() <= route.prefix {
        findings.add(
            Cause::PathUnknown,
            3.0,
            Tier::Said,
            "The path names no resource.",
        );
    }
    if let Some(made_up) = case.first(Purpose::MadeUp) {
        let cited = case.cite(made_up);
        // The same words for every 404 tell nothing; a difference does.
        let others: Vec<&Facts> = lost.iter().map(|p| &p.facts).collect();
        let generic = others.is_empty();
        if made_up.facts.is_like(call) && generic && is_root {
            findings.add(
                Cause::PathUnknown,
                1.5,
                Tier::Seen,
                format!("A made-up address gets the same answer: {cited}."),
            );
        } else if !made_up.facts.is_like(call) && made_up.facts.is_missing() {
            findings.add(Cause::PathUnknown, -3.0, Tier::Seen, "");
            findings.add(
                Cause::ResourceAbsent,
                0.5,
                Tier::Seen,
                format!("A made-up address is refused otherwise: {cited}."),
            );
        }
    }
    let asked = case.own().count();
    let silent = asked >= 3
        && case
            .own()
            .all(|p| p.facts.is_missing() || p.facts.page == Page::Html);
    if silent && !has_reach(case) && !case.probes.iter().any(|p| p.facts.is_fine()) {
        findings.add(
            Cause::PathUnknown,
            4.0,
            Tier::Seen,
            "Nothing of the API answers at this host.",
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::insight::facts::{Bearer, Purpose};
    use crate::insight::rules::example::{
        Example, call, coded, fires, listing, says, shown, silent,
    };
    use crate::model::Cause;

    const ITEM: &str = "/core/runbooks/9";
    const BELOW: &str = "/core/runbooks/9/tasks/3";

    fn gone(path: &str) -> Example {
        call(&format!("GET {path}"), coded(404, "not_found"))
    }

    fn missing() -> super::super::example::Said {
        coded(404, "not_found")
    }

    #[test]
    fn a_404_is_absent_by_its_status_alone_and_a_403_is_not() {
        fires("resource.missing", Cause::ResourceAbsent, &gone(ITEM));
        let denied = call("GET /core/runbooks/9", coded(403, "forbidden"));
        silent("resource.missing", Cause::ResourceAbsent, &denied);
    }

    #[test]
    fn what_another_token_sees_is_hidden() {
        let asked = |said| {
            gone(ITEM)
                .other("0a")
                .probe(Purpose::Other, Bearer::Other(0), ITEM, said)
        };
        fires(
            "resource.others",
            Cause::ResourceHiddenByPermission,
            &asked(shown()),
        );
        silent(
            "resource.others",
            Cause::ResourceHiddenByPermission,
            &asked(missing()),
        );
    }

    #[test]
    fn a_token_from_which_even_the_collection_is_hidden_is_not_accepted() {
        let seen = |list| {
            gone(ITEM)
                .other("0a")
                .probe(Purpose::Other, Bearer::Other(0), ITEM, shown())
                .own(Purpose::List, "/core/runbooks", list)
        };
        fires(
            "resource.unrecognised",
            Cause::TokenRejected,
            &seen(missing()),
        );
        silent(
            "resource.unrecognised",
            Cause::TokenRejected,
            &seen(listing(&["8"])),
        );
    }

    #[test]
    fn the_first_of_the_path_that_is_not_found_is_what_is_absent() {
        let parent = gone(BELOW).own(Purpose::Above, ITEM, missing()).own(
            Purpose::ListAbove,
            "/core/runbooks",
            listing(&["8"]),
        );
        fires("resource.above", Cause::ResourceParentAbsent, &parent);
        let there = gone(BELOW).own(Purpose::Above, ITEM, shown());
        silent("resource.above", Cause::ResourceParentAbsent, &there);
        // Two levels up: the item right above is missing together with its collection.
        let higher = gone("/core/runbooks/9/tasks/3/notes")
            .own(Purpose::Above, BELOW, missing())
            .own(Purpose::ListAbove, "/core/runbooks/9/tasks", missing())
            .own(Purpose::Above, ITEM, missing())
            .own(Purpose::ListAbove, "/core/runbooks", listing(&["8"]));
        fires("resource.above", Cause::ResourceParentAbsent, &higher);
    }

    #[test]
    fn a_collection_that_lists_an_item_hides_it_and_one_that_does_not_lacks_it() {
        let lists = |ids: &[&str]| gone(ITEM).own(Purpose::List, "/core/runbooks", listing(ids));
        fires(
            "resource.listed",
            Cause::ResourceHiddenByPermission,
            &lists(&["9"]),
        );
        fires("resource.listed", Cause::ResourceAbsent, &lists(&["8"]));
        silent("resource.listed", Cause::ResourceAbsent, &lists(&["9"]));
    }

    #[test]
    fn what_stands_among_the_archived_only_is_archived() {
        let path = "/core/runbooks?archived=true";
        let plain = |ids: &[&str]| gone(ITEM).own(Purpose::List, "/core/runbooks", listing(ids));
        let put_away = plain(&["8"]).own(Purpose::Archived, path, listing(&["9"]));
        fires("resource.archived", Cause::ResourceArchived, &put_away);
        // A listing that ignores the filter shows the same again.
        let ignored = plain(&["8", "9"]).own(Purpose::Archived, path, listing(&["8", "9"]));
        silent("resource.archived", Cause::ResourceArchived, &ignored);
    }

    #[test]
    fn a_neighbouring_address_that_answers_was_meant() {
        let slip = |said| gone("/core/runboks/9").own(Purpose::Corrected, ITEM, said);
        fires("resource.path", Cause::PathUnknown, &slip(shown()));
        silent("resource.path", Cause::PathUnknown, &slip(missing()));
        let page = call("GET /core/runbooks/9", says(404, "<html>Not Found</html>"));
        fires("resource.path", Cause::PathUnknown, &page);
    }
}
