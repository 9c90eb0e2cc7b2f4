//! From findings to a verdict: which cause it is, how sure, on what evidence. The same code judges
//! a single call and an investigated one; the second only has more evidence.

use crate::insight::api::knowledge::{Knowledge, RecognisedBy};
use crate::insight::back_off::wait_text;
use crate::insight::calibration::Calibration;
use crate::insight::facts::{Case, CredentialPlace};
use crate::insight::named::Named;
use crate::insight::refutation::{Refutation, refutation};
use crate::insight::rules::{Beside, Finding, Tier, behind_probes, look};
use crate::insight::statement::CauseNote;
use crate::insight::status::{Catalogue, refused_words};
use crate::model::Cause;
use std::cell::LazyCell;

/// A cause, how likely it is, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    pub cause: Cause,
    /// From 0 to 1: of verdicts at 0.9, nine in ten are right.
    pub confidence: f32,
    pub summary: String,
    pub evidence: Vec<String>,
    pub next_steps: Vec<String>,
    /// The ids of the packs that were consulted, the API's own first.
    pub knowledge: Vec<String>,
}

impl Verdict {
    /// The confidence in percent: `86 %`.
    pub fn percent(&self) -> String {
        format!("{:.0} %", self.confidence * 100.0)
    }

    /// From this confidence on, the cause is shown before the meaning of the status.
    pub const LIKELY: f32 = 0.5;
    /// From this confidence on, no further probe is worth its call.
    pub const CERTAIN: f32 = 0.9;

    /// The confidence in a word or two.
    pub fn sure(&self) -> &'static str {
        match self.confidence {
            Verdict::CERTAIN.. => "certain",
            Verdict::LIKELY.. => "likely",
            _ => "cannot tell",
        }
    }
}

/// The ranked causes of a call, likeliest first; never empty.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation {
    pub verdicts: Vec<Verdict>,
    /// What the answer itself names (rights, limits, links), whichever verdict is right.
    pub named: Named,
    /// The call that would prove the first verdict wrong; `None` where it is sure or no such call
    /// exists.
    pub refuted_by: Option<Refutation>,
    /// Whether the first verdict was tested by such a call and held.
    pub stood: bool,
    /// The API's name, such as `GitHub`; `None` where no pack knows it.
    pub api: Option<String>,
}

impl Explanation {
    /// The likeliest cause.
    pub fn verdict(&self) -> &Verdict {
        // `explain` always gives one.
        &self.verdicts[0]
    }

    /// The API's name, or words that say that no pack knows it.
    pub fn known_as(&self) -> &str {
        self.api.as_deref().unwrap_or("an API that no pack knows")
    }

    /// All other causes, likeliest first; often empty.
    pub fn alternatives(&self) -> &[Verdict] {
        &self.verdicts[1..]
    }
}

/// The highest confidence for each tier of evidence, whatever the weights add up to.
fn most(tier: Tier) -> f32 {
    match tier {
        Tier::Status => 0.5,
        Tier::Words => 0.7,
        Tier::Said => 0.86,
        Tier::Seen => 0.98,
    }
}

/// Causes that look alike without knowledge of the API: a missing resource may be archived, a
/// refused token expired, a server error the gateway's.
const TWINS: &[Cause] = &[
    Cause::EndpointNotImplemented,
    Cause::PermissionEdgeBlock,
    Cause::PermissionMissingRole,
    Cause::RateToken,
    Cause::RequestMalformedBody,
    Cause::RequestValidation,
    Cause::ResourceAbsent,
    Cause::ResourceHiddenByPermission,
    Cause::ServerError,
    Cause::ServerIntermittent,
    Cause::TokenExpired,
    Cause::TokenRejected,
    Cause::UpstreamTimeout,
    Cause::UpstreamUnreachable,
];

/// The highest confidence in such a cause where the API is unknown.
const AMONG_TWINS: f32 = 0.58;

/// The highest confidence where the API was recognised only by its path or body.
const BY_LOOKS: f32 = 0.8;

/// A comparison with this weight proves a cause, whatever the API.
const PROOF: f32 = 8.0;

/// A cause with a smaller share is not listed.
const LEAST: f32 = 0.03;

/// The score of the possibility that no rule knows the cause.
const UNKNOWN: f32 = 0.8;

/// How one cause stands among all that the evidence points to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Standing {
    pub cause: Cause,
    pub score: f32,
    pub confidence: f32,
    /// Its share among all candidates, before the limits and the calibration.
    pub share: f32,
    /// The best tier of evidence for it.
    pub tier: Tier,
}

/// Every cause with evidence for it, likeliest first.
pub fn rank(findings: &[Finding]) -> Vec<Standing> {
    let mut standings: Vec<Standing> = Vec::new();
    for cause in Cause::ALL {
        let own = || findings.iter().filter(|f| f.cause == *cause);
        if !own().any(|f| f.weight > 0.0) {
            continue;
        }
        standings.push(Standing {
            cause: *cause,
            score: own().map(|f| f.weight).sum(),
            confidence: 0.0,
            share: 0.0,
            tier: own()
                .filter(|f| f.weight > 0.0)
                .map(|f| f.tier)
                .max()
                .unwrap_or(Tier::Status),
        });
    }
    let whole: f32 = standings.iter().map(|s| s.score.exp()).sum::<f32>() + UNKNOWN.exp();
    for standing in &mut standings {
        standing.share = standing.score.exp() / whole;
        standing.confidence = standing.share.min(most(standing.tier));
    }
    standings.sort_by(|a, b| b.score.total_cmp(&a.score));
    standings
}

/// Judges the case. The words of each cause come from the catalogue.
pub fn explain(case: &Case, catalogue: &Catalogue) -> Explanation {
    let findings = found(case);
    let mut standings = weighed(&findings, case);
    // Evidence from probes is not calibrated.
    if case.probes.is_empty() {
        settle(&mut standings, &catalogue.calibration, |first| {
            limit(first, case)
        });
    }
    let mut verdicts: Vec<Verdict> = standings
        .into_iter()
        .enumerate()
        .filter(|(place, standing)| *place == 0 || standing.share >= LEAST)
        .map(|(_, standing)| verdict(case, standing, &findings, catalogue))
        .collect();
    if verdicts.is_empty() {
        verdicts.push(unknown(case, catalogue));
    }
    let stood = tested(case, &mut verdicts);
    let first = verdicts.first();
    let refuted_by = first
        .filter(|verdict| verdict.confidence < SURE || !case.probes.is_empty())
        .and_then(|verdict| refutation(case, verdict.cause));
    Explanation {
        verdicts,
        refuted_by,
        stood,
        named: case.named(),
        api: case.knowledge.title().map(str::to_owned),
    }
}

/// Notes how the tested verdicts came out, and returns whether the first one held. A probe counts
/// like any other evidence; a disproved verdict moves behind the next one and gets no more
/// confidence.
fn tested(case: &Case, verdicts: &mut Vec<Verdict>) -> bool {
    for test in &case.tested {
        let Some(probed) = case.probes.get(test.probe) else {
            continue;
        };
        let place = verdicts.iter().position(|own| own.cause == test.cause);
        let Some(place) = place else {
            continue;
        };
        let says = if test.fell {
            "It did not stand its test"
        } else {
            "It stood its test"
        };
        let own = &mut verdicts[place];
        own.evidence.push(format!("{says}: {}.", case.cite(probed)));
        if !test.fell {
            continue;
        }
        let mut fallen = verdicts.remove(place);
        let next = verdicts.get(place).map(|next| next.confidence);
        let most = next.unwrap_or(Verdict::LIKELY - 0.01);
        fallen.confidence = fallen.confidence.min(most);
        verdicts.insert((place + 1).min(verdicts.len()), fallen);
    }
    let first = verdicts.first().map(|verdict| verdict.cause);
    let mut tests = case.tested.iter();
    tests.any(|test| Some(test.cause) == first && !test.fell)
}

/// From this confidence on, no refuting call is offered.
const SURE: f32 = 0.9;

/// The highest confidence where only the status is evidence.
const BY_STATUS: f32 = 0.59;

/// Causes that only a comparison tells apart: another token, the parent, the archive.
const COMPARED: &[Cause] = &[
    Cause::ResourceAbsent,
    Cause::ResourceArchived,
    Cause::ResourceHiddenByPermission,
    Cause::ResourceParentAbsent,
];

/// Causes that need a caller: a call without a token cannot lack a right, whatever the answer says.
const OF_A_CALLER: &[Cause] = &[
    Cause::PermissionMissingRole,
    Cause::PermissionMissingScope,
    Cause::PermissionNoRoles,
    Cause::PermissionSsoRequired,
];

/// The highest confidence in the first cause before any probe was sent.
fn limit(first: &Standing, case: &Case) -> f32 {
    // What the same status or code meant elsewhere proves nothing here.
    let compared = if COMPARED.contains(&first.cause) {
        first.confidence
    } else {
        1.0
    };
    match first.tier {
        Tier::Status => compared.min(BY_STATUS),
        _ if OF_A_CALLER.contains(&first.cause) && case.sends_nothing() => AMONG_TWINS,
        Tier::Seen => 1.0,
        _ => compared,
    }
}

/// Sets the first confidence by how often such evidence was right; the others share the rest by
/// their weights.
fn settle(standings: &mut [Standing], calibration: &Calibration, limit: impl Fn(&Standing) -> f32) {
    let Some((first, others)) = standings.split_first_mut() else {
        return;
    };
    let weights: f32 = others.iter().map(|other| other.confidence).sum();
    let weights = weights.max(1.0 - first.confidence);
    first.confidence = calibration.right(first.confidence).min(limit(first));
    let left = (1.0 - first.confidence).min(first.confidence);
    for other in others {
        other.confidence *= left / weights;
    }
}

/// The causes of a case, likeliest first, before calibration; used to measure it.
pub fn standings(case: &Case) -> Vec<Standing> {
    let findings = found(case);
    weighed(&findings, case)
}

/// What all rules find, each guess with what it is worth beside the others. Whatever the status
/// says, something is wrong with a call that was refused.
fn found(case: &Case) -> Vec<Finding> {
    let mut findings = look(case);
    if case.call.is_refused() {
        findings.retain(|finding| finding.cause != Cause::None);
    }
    let mut findings = beside_what_is_known(findings, case);
    if !case.probes.is_empty() {
        behind_probes(&mut findings, |others| {
            let first = weighed(others, case).into_iter().next()?;
            (first.tier == Tier::Seen).then_some(first.cause)
        });
    }
    findings
}

fn weighed(findings: &[Finding], case: &Case) -> Vec<Standing> {
    let mut standings = rank(findings);
    let beside = LazyCell::new(|| Beside::of(case));
    for standing in &mut standings {
        // Of other causes nobody asks it, and the packs need not be.
        let is_named = TWINS.contains(&standing.cause) && beside.names(standing.cause);
        let ceiling = ceiling(standing.cause, is_named, findings, &case.knowledge);
        standing.confidence = standing.confidence.min(ceiling);
    }
    standings
}

/// The highest confidence in a cause, given how well the API is known.
fn ceiling(cause: Cause, is_named: bool, findings: &[Finding], knowledge: &Knowledge) -> f32 {
    let seen = findings
        .iter()
        .filter(|f| f.cause == cause && f.tier == Tier::Seen && f.weight > 0.0);
    let strongest = seen.map(|f| f.weight).fold(0.0, f32::max);
    let is_twin = TWINS.contains(&cause) && strongest < PROOF && !is_named;
    match knowledge.by {
        _ if is_twin && !knowledge.is_sure_of_api() => AMONG_TWINS,
        RecognisedBy::Path | RecognisedBy::Body if strongest == 0.0 => BY_LOOKS,
        _ => 1.0,
    }
}

/// How much rules that guess from the answer count where packs apply too: the packs know more about
/// statuses, and read words and codes better.
fn trust(tier: Tier) -> f32 {
    match tier {
        Tier::Status => 0.0,
        Tier::Words => 0.5,
        Tier::Said => 0.7,
        Tier::Seen => 1.0,
    }
}

/// Lowers the guesses of general rules where a pack knows a code, words or a header; comparisons of
/// answers keep their weight.
fn beside_what_is_known(mut findings: Vec<Finding>, case: &Case) -> Vec<Finding> {
    if case.knowledge.packs.is_empty() {
        return findings;
    }
    let beside = LazyCell::new(|| Beside::of(case));
    for finding in &mut findings {
        let guessed = finding.tier < Tier::Seen && !finding.rule.starts_with("known.");
        if guessed && finding.weight > 0.0 {
            finding.weight *= beside.left_for(finding.cause) * trust(finding.tier);
        }
    }
    findings
}

fn verdict(
    case: &Case,
    standing: Standing,
    findings: &[Finding],
    catalogue: &Catalogue,
) -> Verdict {
    let mut own: Vec<&Finding> = findings
        .iter()
        .filter(|f| f.cause == standing.cause && f.weight > 0.0 && !f.says.is_empty())
        .collect();
    own.sort_by(|a, b| b.weight.total_cmp(&a.weight));
    let mut evidence: Vec<String> = Vec::new();
    for finding in own {
        if !evidence.contains(&finding.says) {
            evidence.push(finding.says.clone());
        }
    }
    let note = catalogue.beside(&case.knowledge).cause(standing.cause);
    let note = note.as_ref();
    Verdict {
        cause: standing.cause,
        confidence: (standing.confidence * 100.0).round() / 100.0,
        summary: summary(case, standing.cause, note),
        evidence,
        next_steps: note.map(|note| steps(case, note)).unwrap_or_default(),
        knowledge: asked(case),
    }
}

fn asked(case: &Case) -> Vec<String> {
    let ids = case.knowledge.ids().into_iter();
    ids.map(str::to_owned).collect()
}

/// The verdict without any evidence: no rule knows this status.
fn unknown(case: &Case, catalogue: &Catalogue) -> Verdict {
    let call = &case.call;
    let refused = is_refused_apart(case);
    let cause = match call.status() {
        500.. => Cause::ServerError,
        400..=499 => Cause::RequestValidation,
        _ if refused => Cause::RequestValidation,
        _ => Cause::None,
    };
    let note = catalogue.beside(&case.knowledge).cause(cause);
    let note = note.as_ref();
    let (summary, next_steps) = if refused {
        let says = "Look the answer up in the API's own documentation.";
        let summary = refused_words(call.sent_status(), &call.errors.entries);
        (summary, vec![says.to_owned()])
    } else {
        let steps = note.map(|note| steps(case, note)).unwrap_or_default();
        (summary(case, cause, note), steps)
    };
    Verdict {
        cause,
        confidence: 0.2,
        summary,
        evidence: match (refused, call.sent_status()) {
            // A body alone is no line of its own.
            (true, 0) => Vec::new(),
            _ => vec![format!("{}.", call.line())],
        },
        next_steps,
        knowledge: asked(case),
    }
}

/// Whether the answer refuses and no status shows it: under a success, or in a body alone that
/// names a code.
fn is_refused_apart(case: &Case) -> bool {
    let call = &case.call;
    let is_coded = call.errors.entries.iter().any(|entry| entry.code.is_some());
    call.is_refused() || call.response().is_some() && call.sent_status() == 0 && is_coded
}

fn summary(case: &Case, cause: Cause, note: Option<&CauseNote>) -> String {
    match note {
        Some(note) => filled(case, &note.summary.text),
        None => cause.id().to_owned(),
    }
}

fn steps(case: &Case, note: &CauseNote) -> Vec<String> {
    note.steps
        .iter()
        .map(|step| filled(case, &step.text))
        .collect()
}

/// Fills the placeholders of a catalogue sentence with general words, where there is no case.
pub fn in_general(text: &str) -> String {
    let places = [
        ("{token}", "the token"),
        ("{resource}", "the resource"),
        ("{parent}", "what it belongs to"),
        ("{host}", "the host"),
        ("{method}", "the call on"),
        ("{environment}", "the environment"),
        ("{wait} seconds", "as long as Retry-After says"),
        ("{wait}", "a while"),
    ];
    let put = |text: String, (place, words): &(&str, &str)| text.replace(place, words);
    as_sentence(places.iter().fold(text.to_owned(), put))
}

/// Restores the capital letter that a filled-in placeholder took from the sentence.
fn as_sentence(text: String) -> String {
    for (small, large) in [("the ", "The "), ("a call ", "A call ")] {
        if let Some(rest) = text.strip_prefix(small) {
            return format!("{large}{rest}");
        }
    }
    text
}

/// Fills the placeholders of a catalogue sentence from this case.
fn filled(case: &Case, text: &str) -> String {
    let sent = &case.call.exchange.sent;
    if sent.method.is_empty() {
        // The request of a pasted answer is unknown.
        let wait = case.call.header("retry-after");
        return in_general(
            &wait.map_or_else(|| text.to_owned(), |wait| text.replace("{wait}", &wait)),
        );
    }
    let token = match &case.credential.token {
        Some(name) => name.to_string(),
        // A token that was not sent cannot lack anything.
        None if case.credential.place == CredentialPlace::Nowhere => {
            "a call without a token".to_owned()
        }
        None => "the token".to_owned(),
    };
    let route = case.call.route.as_ref();
    let resource = route.map_or_else(|| sent.url.clone(), |route| route.target());
    let above = route
        .and_then(|route| route.item_above())
        .unwrap_or_else(|| resource.clone());
    let host = route
        .and_then(|r| r.url.host_str())
        .unwrap_or("the host")
        .to_owned();
    let wait = match case.wait() {
        Some(wait) if wait.as_secs() < 120 => format!("{} seconds", wait.as_secs()),
        Some(wait) => wait_text(wait),
        None => "a while".to_owned(),
    };
    let places = [
        ("{token}", token),
        ("{resource}", resource),
        ("{parent}", above),
        ("{host}", host),
        ("{method}", sent.method.clone()),
        ("{environment}", case.environment.name.clone()),
        ("{wait} seconds", wait.clone()),
        ("{wait}", wait),
    ];
    let put = |text: String, (place, value): &(&str, String)| text.replace(place, value);
    as_sentence(places.iter().fold(text.to_owned(), put))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::insight::diagnosis::facts::{CredentialPlace, Probed, Purpose, Tested};
    use crate::insight::diagnosis::rules::example::{call, coded, shown};
    use crate::insight::seen::Seen;
    use crate::model::{ExchangeId, Resolution, ResolvedWhat};

    #[test]
    fn a_sentence_begins_large_where_a_thing_stands_for_a_name() {
        assert_eq!(in_general("{token} was revoked."), "The token was revoked.");
        assert_eq!(in_general("Ask {host}."), "Ask the host.");
    }

    fn verdict_of(cause: Cause, confidence: f32) -> Verdict {
        Verdict {
            cause,
            confidence,
            summary: String::new(),
            evidence: Vec::new(),
            next_steps: Vec::new(),
            knowledge: Vec::new(),
        }
    }

    #[test]
    fn a_verdict_that_fell_comes_behind_the_next_and_one_that_stood_is_no_surer() {
        let refused = call("GET /core/runbooks", coded(403, "forbidden"));
        let mut case = refused.0;
        let probe = refutation(&case, Cause::PermissionMissingRole)
            .unwrap()
            .probe;
        let facts = case.call.clone();
        case.probes.push(Probed { probe, facts });
        let causes = [Cause::PermissionMissingRole, Cause::TokenRejected];
        let ranked = || vec![verdict_of(causes[0], 0.8), verdict_of(causes[1], 0.15)];
        let test = |fell| Tested {
            cause: causes[0],
            probe: 0,
            fell,
        };
        let mut verdicts = ranked();
        case.tested = vec![test(false)];
        assert!(tested(&case, &mut verdicts));
        assert_eq!(
            (verdicts[0].cause, verdicts[0].confidence),
            (causes[0], 0.8)
        );
        assert!(verdicts[0].evidence[0].starts_with("It stood its test: GET "));
        let mut verdicts = ranked();
        case.tested = vec![test(true)];
        assert!(!tested(&case, &mut verdicts));
        assert_eq!(
            (verdicts[0].cause, verdicts[0].confidence),
            (causes[1], 0.15)
        );
        assert_eq!(
            (verdicts[1].cause, verdicts[1].confidence),
            (causes[0], 0.15)
        );
        // With nothing else at hand it is not likely any more.
        let mut verdicts = ranked();
        verdicts.truncate(1);
        tested(&case, &mut verdicts);
        assert!(verdicts[0].confidence < Verdict::LIKELY);
    }

    fn resolved_before(mut case: Case, cause: Cause, times: usize) -> Case {
        let resolution = Resolution {
            id: ExchangeId::from_number(9),
            revision: 1,
            of: ResolvedWhat::Case("ACME-1".into()),
            case: None,
            cause: Some(cause),
            note: String::new(),
            who: String::new(),
            at: case.now,
            withdrawn: false,
        };
        case.seen = Some(Seen {
            calls: Vec::new(),
            resolutions: vec![resolution; times],
        });
        case
    }

    fn score(case: &Case, cause: Cause) -> f32 {
        let standings = standings(case);
        let own = standings.iter().find(|standing| standing.cause == cause);
        own.map_or(0.0, |standing| standing.share)
    }

    #[test]
    fn what_a_refusal_was_before_makes_it_likelier_and_never_outdoes_a_probe() {
        let cause = Cause::ResourceHiddenByPermission;
        let missing = || call("GET /core/runbooks/9", coded(404, "not_found")).0;
        let once = resolved_before(missing(), cause, 1);
        let often = resolved_before(missing(), cause, 50);
        assert!(score(&missing(), cause) < score(&once, cause));
        assert!(score(&once, cause) < score(&often, cause));
        // The parent answers, so the item is absent; fifty earlier ones change nothing in that.
        let probed = || {
            call("GET /core/runbooks/9/tasks/7", coded(404, "not_found"))
                .own(Purpose::Above, "/core/runbooks/9", shown())
                .0
        };
        let first = |case: &Case| standings(case)[0];
        let seen = first(&probed());
        assert_eq!(seen.tier, Tier::Seen);
        assert_ne!(seen.cause, cause);
        let both = resolved_before(probed(), cause, 50);
        assert_eq!(first(&both), seen);
    }

    #[test]
    fn no_token_is_said_to_lack_anything_where_none_was_sent() {
        let mut nobody =
            call("GET /core/runbooks", coded(403, "forbidden")).place(CredentialPlace::Nowhere);
        nobody.0.credential.token = None;
        let said = filled(&nobody.0, "{token} lacks a scope.");
        assert_eq!(said, "A call without a token lacks a scope.");
    }

    #[test]
    fn the_status_alone_is_never_sure_and_the_others_share_what_is_left() {
        let standing = |cause, confidence, tier| Standing {
            cause,
            score: 0.0,
            confidence,
            share: confidence,
            tier,
        };
        let table = Calibration::default();
        let refused = call("GET /core/runbooks", coded(403, "forbidden"));
        let limit = |first: &Standing| limit(first, &refused.0);
        let mut alone = [standing(Cause::TokenExpired, 0.9, Tier::Status)];
        settle(&mut alone, &table, limit);
        assert_eq!(alone[0].confidence, BY_STATUS);
        let mut two = [
            standing(Cause::TokenExpired, 0.9, Tier::Said),
            standing(Cause::TokenRejected, 0.5, Tier::Said),
        ];
        settle(&mut two, &table, limit);
        assert!((two[1].confidence - 0.1).abs() < 0.001, "{two:?}");
    }

    #[test]
    fn what_was_not_compared_is_no_surer_than_its_weight_and_who_showed_nobody_lacks_no_right() {
        let first = |cause, tier| Standing {
            cause,
            score: 0.0,
            confidence: 0.5,
            share: 0.5,
            tier,
        };
        let shown = call("GET /core/runbooks", coded(403, "forbidden"));
        let nobody =
            call("GET /core/runbooks", coded(403, "forbidden")).place(CredentialPlace::Nowhere);
        let absent = Cause::ResourceAbsent;
        let role = Cause::PermissionMissingRole;
        assert_eq!(limit(&first(absent, Tier::Said), &shown.0), 0.5);
        assert_eq!(limit(&first(absent, Tier::Seen), &shown.0), 1.0);
        assert_eq!(limit(&first(role, Tier::Said), &shown.0), 1.0);
        assert_eq!(limit(&first(role, Tier::Said), &nobody.0), AMONG_TWINS);
    }

    #[test]
    fn an_api_that_is_not_known_leaves_open_what_only_its_knowledge_tells_apart() {
        let seen = |cause, weight| Finding {
            rule: "x",
            cause,
            weight,
            tier: Tier::Seen,
            says: String::new(),
        };
        let by = |by| Knowledge {
            by,
            ..Knowledge::default()
        };
        let most = |cause, weight, known| ceiling(cause, false, &[seen(cause, weight)], &by(known));
        let absent = Cause::ResourceAbsent;
        for vague in [RecognisedBy::Nothing, RecognisedBy::Path] {
            assert_eq!(most(absent, 5.0, vague), AMONG_TWINS);
            assert_eq!(most(absent, PROOF, vague), 1.0);
            assert_eq!(most(Cause::RequestWrongMethod, 5.0, vague), 1.0);
        }
        assert_eq!(most(absent, 5.0, RecognisedBy::Host), 1.0);
        assert_eq!(most(absent, 5.0, RecognisedBy::Body), 1.0);
        let by_looks = ceiling(absent, true, &[], &by(RecognisedBy::Body));
        assert_eq!(by_looks, BY_LOOKS);
    }
}
