//! The token is good, and still it may not.

use super::auth::is_at_home;
use super::finding::{Findings, Rule, Tier};
use crate::insight::facts::{Case, CredentialPlace, Facts, Page, Probed, Purpose, attribute};
use crate::insight::json::Json;
use crate::insight::words::Sense;
use crate::model::Cause;

/// A refusal of a token that works, a scope that is missing, and lists in which nothing is seen.
pub const RULES: &[Rule] = &[
    Rule {
        id: "permission.denied",
        look: denied,
    },
    Rule {
        id: "permission.scope",
        look: scope,
    },
    Rule {
        id: "permission.nothing_in_reach",
        look: nothing_in_reach,
    },
];

/// Whether the token may not do this: the answer says so, or refuses a token that a probe proves to
/// work.
pub fn is_denied(case: &Case) -> bool {
    case.call.is_denial() || case.call.is_refusal() && case.works().is_some()
}

/// Wrong where a gateway says 403, or where the API uses it for bad tokens.
fn denied(case: &Case, findings: &mut Findings) {
    let call = &case.call;
    if !is_denied(case) || call.page == Page::Html {
        return;
    }
    findings.add(
        Cause::PermissionMissingRole,
        2.0,
        Tier::Status,
        format!("{}.", call.line()),
    );
    if case.credential.place == CredentialPlace::Nowhere {
        return;
    }
    // That somebody is known and another may do it says that a right is missing, and the answer
    // itself may say which kind.
    let lacking = if call.says(Sense::Scope) {
        Cause::PermissionMissingScope
    } else {
        Cause::PermissionMissingRole
    };
    // What the token is worth at home says nothing of another place.
    if let Some(known) = case.is_recognised().filter(|_| is_at_home(case)) {
        let says = match known.probe.purpose {
            Purpose::Wrong => format!(
                "A made-up token is refused otherwise: {}.",
                case.cite(known)
            ),
            _ => case.proof(known),
        };
        findings.add(lacking, 2.5, Tier::Seen, says);
    }
    if let Some(other) = case.with(Purpose::Other).find(|p| p.facts.is_fine()) {
        let says = format!("Another token may do it: {}.", case.cite(other));
        findings.add(lacking, 1.5, Tier::Seen, says);
    }
}

/// Wrong where a scope is named and a role is what is missing.
fn scope(case: &Case, findings: &mut Findings) {
    let call = &case.call;
    if !is_denied(case) && !call.says(Sense::Scope) {
        return;
    }
    let demanded: Vec<String> = call
        .challenges
        .iter()
        .filter(|c| c.parameter("error").is_some_and(|e| e.contains("scope")))
        .filter_map(|c| c.parameter("scope"))
        .flat_map(|scopes| scopes.split([' ', ',']).map(str::to_owned))
        .filter(|scope| !scope.is_empty())
        .collect();
    let claims = case
        .credential
        .report
        .as_ref()
        .and_then(|r| r.claims.as_ref());
    let held = claims
        .filter(|claims| claims.says_scopes)
        .map(|claims| &claims.scopes);
    if let Some(held) = held
        && let Some(lacks) = demanded.iter().find(|scope| !held.contains(scope))
    {
        let says = format!(
            "The API demands scope {lacks}; the token holds {}.",
            held.join(", ")
        );
        findings.add(Cause::PermissionMissingScope, 4.0, Tier::Seen, says);
    } else if !demanded.is_empty() && held.is_none() {
        let says = format!("The API demands scope {}.", demanded.join(" "));
        findings.add(Cause::PermissionMissingScope, 2.0, Tier::Said, says);
    }
    if call.says(Sense::Scope) && case.works().is_some() {
        let says = "The token itself works elsewhere.";
        findings.add(Cause::PermissionMissingScope, 2.5, Tier::Seen, says);
    }
    // Roles are what APIs of this kind usually mean; who speaks of a scope means one.
    let speaks = call.hints(Sense::Scope) || call.titles.contains(&Sense::Scope);
    if is_denied(case) && speaks && !call.says(Sense::Scope) && !call.says(Sense::Role) {
        let says = "The words of the answer speak of a scope.";
        findings.add(Cause::PermissionMissingScope, 4.5, Tier::Words, says);
    }
    if let Some(held) = held
        && demanded.is_empty()
        && case.writes()
        && !call.says(Sense::Role)
        && !held.is_empty()
        && held.iter().all(|scope| is_for_reading(scope))
    {
        let says = format!(
            "The token holds scopes for reading only: {}.",
            held.join(", ")
        );
        // What it holds explains the refusal; a role that is missing besides is one guess more.
        findings.add(Cause::PermissionMissingScope, 5.5, Tier::Said, says);
        findings.against(&[Cause::PermissionMissingRole], 1.0);
    }
}

fn is_for_reading(scope: &str) -> bool {
    let lower = scope.to_ascii_lowercase();
    let mut words = lower.split(|c: char| !c.is_alphanumeric());
    words.any(|word| {
        matches!(
            word,
            "read" | "readonly" | "view" | "list" | "openid" | "profile" | "email" | "viewer"
        )
    })
}

/// Whether a probe shows something that only a role gives.
fn is_in_reach(probed: &Probed) -> bool {
    if !probed.facts.is_fine()
        || matches!(
            probed.probe.purpose,
            Purpose::WhoAmI | Purpose::Again | Purpose::Allowed
        )
    {
        return false;
    }
    match probed.facts.list() {
        Some(list) => !list.is_empty(),
        None => probed
            .facts
            .record()
            .is_some_and(|r| r.as_object().is_some_and(|m| m.len() > 1)),
    }
}

/// Whether a probe with the call's own token showed something that only a role gives.
pub fn has_reach(case: &Case) -> bool {
    case.own().any(is_in_reach)
}

/// Lists that came back empty or refused.
pub fn barren_lists(case: &Case) -> Vec<&Probed> {
    let lists = case.lists().into_iter();
    lists
        .filter(|p| {
            p.facts.is_denial()
                || p.facts.is_refusal()
                || p.facts.list().is_some_and(<[Json]>::is_empty)
        })
        .collect()
}

/// Whether the list is asked for as a whole, and is one that stands by itself.
fn is_whole(case: &Case) -> bool {
    let route = case.call.route.as_ref();
    let own = route.is_some_and(|r| r.item_above().is_none() && r.id().is_none());
    own && super::lists_filters(&case.call).is_empty()
}

fn other_list_answers(case: &Case) -> bool {
    case.lists().iter().any(|p| p.facts.is_fine())
}

/// Wrong in an instance that holds nothing yet. Only where lists show what one may see.
fn nothing_in_reach(case: &Case, findings: &mut Findings) {
    let call = &case.call;
    let emptied = call.list().is_some_and(<[Json]>::is_empty);
    if !(is_denied(case) || call.is_missing() || emptied)
        || case.credential.place == CredentialPlace::Nowhere
        || !case.assumptions().scoped_lists
    {
        return;
    }
    if case.is_refused_everywhere() && case.works().is_none() {
        return;
    }
    if has_reach(case) {
        findings.against(&[Cause::PermissionNoRoles], 8.0);
        return;
    }
    let barren = barren_lists(case);
    let mut count = barren.len();
    if emptied || call.is_denial() && call.route.as_ref().is_some_and(|r| r.id().is_none()) {
        count += 1;
    }
    let who = case
        .knowledge
        .calls()
        .and_then(|calls| calls.who_am_i.as_ref());
    let roles = case.first(Purpose::WhoAmI).and_then(|p| roles_of(&p.facts));
    if let (Some(roles), Some(who)) = (&roles, who) {
        let is_idle = |role: &String| {
            let role = role.to_lowercase();
            who.idle.iter().any(|idle| role.contains(idle.as_str()))
        };
        let idle = roles.iter().all(is_idle);
        if idle {
            let held = if roles.is_empty() {
                "no role".to_owned()
            } else {
                roles.join(", ")
            };
            let says = format!("Who-am-I names {held} and nothing else.");
            findings.add(Cause::PermissionNoRoles, 3.0, Tier::Seen, says);
        } else {
            findings.against(&[Cause::PermissionNoRoles], 1.0);
        }
    }
    if count >= 2 && !barren.is_empty() {
        let cited: Vec<String> = barren.iter().map(|p| case.cite(p)).collect();
        let says = format!(
            "Every list it may ask for is empty or refused: {}.",
            cited.join("; ")
        );
        findings.add(Cause::PermissionNoRoles, 6.5, Tier::Seen, says);
        findings.against(
            &[
                Cause::PermissionMissingRole,
                Cause::ResourceHiddenByPermission,
                Cause::ResourceAbsent,
                Cause::None,
            ],
            1.5,
        );
    } else if barren.len() == 1
        && case.works().is_some()
        && (call.is_missing() || case.is_safe() && barren[0].facts.is_fine())
    {
        let says = format!(
            "The only list that is known is empty or refused: {}.",
            case.cite(barren[0])
        );
        findings.add(Cause::PermissionNoRoles, 6.5, Tier::Said, says);
        findings.against(
            &[
                Cause::ResourceHiddenByPermission,
                Cause::ResourceAbsent,
                Cause::PermissionMissingRole,
            ],
            2.5,
        );
    } else if emptied && is_whole(case) && !other_list_answers(case) {
        // Nothing narrows it, and no other list of this API is known that would show more.
        let says = format!("{}: a whole list, and nothing in it.", call.line());
        findings.add(Cause::PermissionNoRoles, 5.3, Tier::Said, says);
        findings.against(&[Cause::None], 1.0);
    } else if count == 1 {
        findings.add(Cause::PermissionNoRoles, 0.8, Tier::Words, "");
    }
}

/// The roles that a who-am-I answer names; `None` where it names none at all.
fn roles_of(facts: &Facts) -> Option<Vec<String>> {
    let record = facts.record()?;
    let found = [
        "roles",
        "role",
        "role_types",
        "role_names",
        "roleNames",
        "roles_attributes",
    ]
    .iter()
    .find_map(|name| attribute(record, name))?;
    let name = |value: &Json| {
        value.to_text().or_else(|| {
            ["name", "key", "role", "type", "title", "role_type"]
                .iter()
                .find_map(|member| value.get(member).and_then(Json::to_text))
        })
    };
    match found {
        Json::List(list) => Some(list.iter().filter_map(name).collect()),
        Json::Null => Some(Vec::new()),
        other => Some(name(other).into_iter().collect()),
    }
}

#[cfg(test)]
mod tests {
    use crate::insight::facts::{Bearer, Purpose};
    use crate::insight::rules::example::{call, coded, fires, listing, says, shown, silent};
    use crate::model::Cause;

    const ROLE: Cause = Cause::PermissionMissingRole;
    const NONE: Cause = Cause::PermissionNoRoles;

    #[test]
    fn a_denial_of_a_known_token_lacks_a_role() {
        fires(
            "permission.denied",
            ROLE,
            &call("GET /core/users", coded(403, "forbidden")),
        );
        // A 401 is one only where the token works elsewhere.
        let refused = || call("GET /core/users", coded(401, "unauthorized"));
        silent("permission.denied", ROLE, &refused());
        let works = refused().own(Purpose::Elsewhere, "/core/runbooks", listing(&["1"]));
        fires("permission.denied", ROLE, &works);
    }

    #[test]
    fn what_tells_that_a_right_is_missing_is_of_the_kind_that_the_answer_names() {
        let among = |code| {
            let call = call("GET /core/users", coded(403, code));
            let wrong = coded(401, "unauthorized");
            call.probe(Purpose::Wrong, Bearer::Wrong, "/core/users", wrong)
        };
        let scope = Cause::PermissionMissingScope;
        fires("permission.denied", scope, &among("insufficient_scope"));
        silent("permission.denied", scope, &among("forbidden"));
    }

    #[test]
    fn a_scope_that_is_demanded_and_not_held_is_what_lacks() {
        let challenge = "Bearer error=\"insufficient_scope\", scope=\"write\"";
        let said = says(403, "{}").with("www-authenticate", challenge);
        let lacks = call("PATCH /core/runbooks/7", said);
        fires("permission.scope", Cause::PermissionMissingScope, &lacks);
        let role = call("PATCH /core/runbooks/7", coded(403, "missing_role"));
        silent("permission.scope", Cause::PermissionMissingScope, &role);
    }

    #[test]
    fn nothing_in_reach_is_no_role_and_one_thing_in_reach_is_not() {
        let missing = || {
            call("GET /core/runbooks/7", coded(404, "not_found")).own(
                Purpose::WhoAmI,
                "/core/users/me",
                shown(),
            )
        };
        let barren = missing().own(Purpose::List, "/core/runbooks", listing(&[]));
        fires("permission.nothing_in_reach", NONE, &barren);
        let some = missing().own(Purpose::List, "/core/runbooks", listing(&["8"]));
        silent("permission.nothing_in_reach", NONE, &some);
    }
}
