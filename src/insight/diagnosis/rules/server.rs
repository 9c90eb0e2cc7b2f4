//! Faults behind the API's door: its own, those of what stands behind it, and those of gateways
//! before it.

use super::Beside;
use super::finding::{Findings, Rule, Tier};
use super::request::names_release;
use crate::insight::facts::{Case, Facts, Page, Purpose};
use crate::insight::words::Sense;
use crate::model::Cause;

/// The API's own fault, one behind it, and one that passes.
pub const RULES: &[Rule] = &[
    Rule {
        id: "server.own",
        look: own,
    },
    Rule {
        id: "server.behind",
        look: behind,
    },
    Rule {
        id: "server.passing",
        look: passing,
    },
];

/// Wrong where a 500 stands for something that the API has a better status for.
fn own(case: &Case, findings: &mut Findings) {
    let call = &case.call;
    let says = format!("{}.", call.line());
    match call.status() {
        501 => {
            // It names what is missing, and no version that would have it.
            let of_endpoint = call.errors.entries.iter().any(|e| {
                [&e.code, &e.detail]
                    .into_iter()
                    .flatten()
                    .any(|c| c.to_ascii_lowercase().contains("endpoint"))
            });
            let usual = case
                .knowledge
                .likely(501)
                .and_then(|row| row.likely.first());
            if of_endpoint && !call.says(Sense::OldServer) && !names_release(call) {
                findings.add(
                    Cause::EndpointNotImplemented,
                    4.8,
                    Tier::Said,
                    "The answer names the endpoint, and no version.",
                );
            } else if let Some((usual, _)) = usual.filter(|_| again_same(case)) {
                let says = "The same again: not a passing fault.";
                findings.add(*usual, 1.5, Tier::Seen, says);
            }
        }
        500 | 505..=519 | 528..=599 => {
            findings.add(Cause::ServerError, 2.0, Tier::Status, says);
            if call.words.contains(&Sense::NotImplemented) && !call.says(Sense::NotImplemented) {
                findings.add(
                    Cause::EndpointNotImplemented,
                    4.5,
                    Tier::Words,
                    "The answer says that it is not implemented.",
                );
            } else if call.titles.contains(&Sense::NotImplemented)
                && !call.says(Sense::NotImplemented)
            {
                findings.add(
                    Cause::EndpointNotImplemented,
                    4.0,
                    Tier::Words,
                    "The title says that it is not implemented.",
                );
            }
            let fits = call.says(Sense::NotImplemented)
                || call.words.contains(&Sense::NotImplemented)
                || call.titles.contains(&Sense::NotImplemented);
            if again_same(case) {
                let cause = if fits {
                    Cause::EndpointNotImplemented
                } else {
                    Cause::ServerError
                };
                findings.add(
                    cause,
                    2.0,
                    Tier::Seen,
                    "The same again: not a passing fault.",
                );
            }
            let around = case.probes.iter().find(|p| {
                matches!(
                    p.probe.purpose,
                    Purpose::WhoAmI | Purpose::Target | Purpose::List | Purpose::Elsewhere
                ) && p.facts.is_fine()
            });
            if let Some(around) = around.filter(|_| !fits) {
                findings.add(
                    Cause::ServerError,
                    1.5,
                    Tier::Seen,
                    format!("The API answers elsewhere: {}.", case.cite(around)),
                );
            }
        }
        status if status >= 600 || (1..100).contains(&status) => {
            findings.add(Cause::ServerError, 1.0, Tier::Status, says);
        }
        _ => {}
    }
}

fn again_same(case: &Case) -> bool {
    let mut again = case.with(Purpose::Again).peekable();
    again.peek().is_some() && again.all(|p| p.facts.status() == case.call.status())
}

/// Wrong where the API passes on a gateway's words as its own.
fn behind(case: &Case, findings: &mut Findings) {
    let call = &case.call;
    let status = call.status();
    if !matches!(status, 408 | 502..=504 | 520..=527) || call.is_limited() {
        return;
    }
    let says = format!("{}.", call.line());
    let is_page = match call.page {
        Page::Html | Page::Bytes => true,
        Page::Text => call.errors.entries.iter().all(|e| e.code.is_none()),
        Page::Json | Page::Empty => false,
    };
    let again = if again_same(case) { 1.0 } else { 0.0 };
    let beside = Beside::of(case);
    let mut add = |cause, weight: f32, says: String| {
        findings.add(cause, weight * beside.left_against(cause), Tier::Said, says);
        if again > 0.0 {
            findings.add(
                cause,
                again,
                Tier::Seen,
                "The same again: not a passing fault.",
            );
        }
    };
    if (520..=527).contains(&status) {
        add(Cause::GatewayError, 4.5, says);
    } else if is_page {
        add(
            Cause::GatewayError,
            5.0,
            format!("{} as a page of a gateway, not of the API.", call.line()),
        );
    } else {
        let empty = call.page == Page::Empty;
        match status {
            502 if empty => add(Cause::GatewayError, 3.0, says),
            502 => {
                findings.add(Cause::GatewayError, 1.5, Tier::Status, says.clone());
                findings.add(Cause::UpstreamUnreachable, 2.2, Tier::Said, says);
            }
            503 if empty => {
                findings.add(Cause::GatewayError, 1.0, Tier::Status, says.clone());
                findings.add(Cause::UpstreamUnreachable, 2.0, Tier::Status, says);
            }
            503 => add(Cause::UpstreamUnreachable, 4.0, says),
            504 if empty => {
                findings.add(Cause::GatewayError, 1.2, Tier::Status, says.clone());
                findings.add(Cause::UpstreamTimeout, 2.0, Tier::Status, says);
            }
            504 => add(Cause::UpstreamTimeout, 4.0, says),
            _ => findings.add(Cause::UpstreamTimeout, 1.5, Tier::Status, says),
        }
    }
}

/// Wrong where something was mended between two calls.
fn passing(case: &Case, findings: &mut Findings) {
    let call = &case.call;
    let failed = |facts: &Facts| facts.status() >= 500;
    if call.is_fine() || call.is_limited() || call.status() == 0 {
        return;
    }
    let again: Vec<_> = case.with(Purpose::Again).collect();
    if let Some(works) = again.iter().find(|p| p.facts.is_fine()) {
        let says = format!("The same call, made again, works: {}.", case.cite(works));
        findings.add(Cause::ServerIntermittent, 11.0, Tier::Seen, says);
        return;
    }
    // A write is not repeated; that reading around it wavers says as much.
    let around: Vec<_> = case.with(Purpose::Target).collect();
    let wavers =
        around.iter().any(|p| failed(&p.facts)) && around.iter().any(|p| p.facts.is_fine());
    if wavers && failed(call) {
        let says = format!(
            "Reading the same thing works sometimes: {}.",
            case.cite(around[0])
        );
        findings.add(Cause::ServerIntermittent, 6.0, Tier::Seen, says);
    }
    let changed = again.iter().find(|p| {
        failed(&p.facts) != failed(call) && p.facts.status() != 0 && !p.facts.is_limited()
    });
    if let Some(changed) = changed {
        let says = format!(
            "The same call, made again, is answered otherwise: {}.",
            case.cite(changed)
        );
        findings.add(Cause::ServerIntermittent, 4.0, Tier::Seen, says);
    }
}

#[cfg(test)]
mod tests {
    use crate::insight::facts::Purpose;
    use crate::insight::rules::example::{call, coded, fires, says, shown, silent};
    use crate::model::Cause;

    const HERE: &str = "GET /core/runbooks/7";

    #[test]
    fn a_500_is_the_server_s_unless_it_says_that_it_is_not_built() {
        fires(
            "server.own",
            Cause::ServerError,
            &call(HERE, coded(500, "oops")),
        );
        let norwegian = "{\"message\":\"Funksjonen er ikke implementert.\"}";
        let unbuilt = call(HERE, says(500, norwegian));
        fires("server.own", Cause::EndpointNotImplemented, &unbuilt);
        silent(
            "server.own",
            Cause::EndpointNotImplemented,
            &call(HERE, coded(500, "oops")),
        );
    }

    #[test]
    fn a_page_is_of_a_gateway_and_json_of_what_stands_behind() {
        let page = call(HERE, says(502, "<html><h1>Bad Gateway</h1></html>"));
        fires("server.behind", Cause::GatewayError, &page);
        let own = call(HERE, coded(503, "unavailable"));
        fires("server.behind", Cause::UpstreamUnreachable, &own);
        silent("server.behind", Cause::GatewayError, &own);
    }

    #[test]
    fn the_same_call_that_works_now_failed_in_passing() {
        let again =
            |said| call(HERE, coded(500, "oops")).own(Purpose::Again, "/core/runbooks/7", said);
        fires("server.passing", Cause::ServerIntermittent, &again(shown()));
        silent(
            "server.passing",
            Cause::ServerIntermittent,
            &again(coded(500, "oops")),
        );
    }
}
