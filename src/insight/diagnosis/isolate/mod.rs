//! Finds the part of a call that its refusal hangs on: mixes the call with one that works, by
//! halves, until the smallest difference is left that is refused the same. Needs no knowledge of
//! the API. The next mixture follows from the answers alone, so a search can be stopped, shown and
//! continued at any time.

mod crossing;
mod dissected;
mod parts;
mod said;
mod search;
#[cfg(test)]
mod tests;
mod words;

use crate::insight::Exchange;
use crate::insight::facts::Facts;
use crate::insight::redact::Mask;
use crate::insight::token::TokenReport;
use crate::model::{
    Auth, Author, Cause, Environment, Failure, Jar, RequestSpec, TokenName, visible_line,
};
use std::sync::Arc;

use parts::Pair;
use said::Said;
use search::{Next, walk};

pub use dissected::Side;
pub use parts::{Part, PartKind};
pub use search::{Answer, Finding, Matters, Mixture, Outcome, Take};

/// A search, running or finished. It holds requests as typed, with secrets, so only show its
/// sentences, `parts` and exchanges.
#[derive(Clone, Debug)]
pub struct Isolation {
    pair: Pair,
    /// The call that works; `None` where parts are left out instead of exchanged.
    pub against: Option<Against>,
    /// Whether either call may change something.
    writes: bool,
    pub budget: usize,
    pub asked: Vec<Asked>,
    /// The rights that only the other token has, as a sentence, where both tokens tell.
    pub scopes: Option<String>,
    /// Why the search ended early; `None` where it did not.
    pub stopped: Option<Stopped>,
    /// Why its calls cannot be saved as a session: they hold values of an environment.
    pub why_not_saved: Option<String>,
}

/// The call that works: how a sentence names it, and who wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Against {
    pub name: String,
    pub author: Author,
}

/// Why a search ended early.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// Too many calls: the server asks for a longer wait than a search waits.
    Limited,
    ByPerson,
}

/// One mixture that was sent, with its answer.
#[derive(Clone, Debug)]
pub struct Asked {
    pub mixture: Mixture,
    pub exchange: Arc<Exchange>,
    pub said: Said,
    pub answer: Answer,
}

/// One mixture to send, with everything needed to send it.
#[derive(Clone, Debug)]
pub struct Call {
    pub mixture: Mixture,
    pub spec: RequestSpec,
    pub environment: Environment,
    pub author: Author,
    pub jar: Jar,
}

/// The result of a search, as the JSON output names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Found,
    Together,
    Flickers,
    Budget,
    /// There was nothing to find: the call works, or what it is compared with does not.
    Nothing,
}

impl Verdict {
    /// The word for the result in JSON.
    pub fn id(self) -> &'static str {
        match self {
            Verdict::Found => "found",
            Verdict::Together => "together",
            Verdict::Flickers => "flickers",
            Verdict::Budget => "budget",
            Verdict::Nothing => "nothing",
        }
    }
}

impl Isolation {
    /// Starts a search that may make `budget` calls, at least two; `shown` masks the values of the
    /// parts. Fails where the methods differ, a variable is not set, or the border forbids the
    /// mixture.
    pub fn new(
        refused: &Side,
        working: Option<(&Side, Against)>,
        budget: usize,
        shown: &Mask,
    ) -> Result<Isolation, Failure> {
        let method = &refused.spec.method;
        let mut own = refused.dissected(true)?;
        crossing::no_files(refused)?;
        let why = |side: &Side| crossing::why_not_saved(side);
        // A header of either call may ask for another method.
        let reads = |side: &Side| side.spec.is_safe();
        let writes = !reads(refused) || working.as_ref().is_some_and(|(side, _)| !reads(side));
        let mut why_not_saved = why(refused);
        let mut against = None;
        let mut other = None;
        if let Some((side, named)) = working {
            if side.spec.method != *method {
                return Err(Failure::unsent(
                    Cause::RequestWrongMethod,
                    format!(
                        "the call to compare with is {}, and the one in question {method}; the method stays.",
                        side.spec.method
                    ),
                    "Choose a call of the same method.",
                ));
            }
            let mut apart = side.dissected(true)?;
            crossing::check((refused, &own), (side, &apart), named.author)?;
            why_not_saved = why_not_saved.or_else(|| why(side));
            // Headers of an environment stay with it where the two calls go to different hosts.
            if apart.origin != own.origin {
                (own, apart) = (refused.dissected(false)?, side.dissected(false)?);
            }
            other = Some(apart);
            against = Some(Against {
                name: shown.text(&named.name),
                ..named
            });
        }
        Ok(Isolation {
            pair: Pair::new(method, own, other, shown),
            against,
            writes,
            budget: budget.max(2),
            asked: Vec::new(),
            scopes: None,
            stopped: None,
            why_not_saved,
        })
    }

    /// The parts in which the calls differ, with their numbers; for a single call those that can be
    /// left out.
    pub fn parts(&self) -> Vec<(usize, &Part)> {
        let parts = self.pair.parts.iter().enumerate();
        let is_meant = |part: &Part| match self.against {
            Some(_) => part.role.differs,
            None => part.role.may_go,
        };
        parts.filter(|(_, part)| is_meant(part)).collect()
    }

    /// The method that all mixtures share.
    pub fn method(&self) -> &str {
        &self.pair.method
    }

    /// Whether a call may change something, so that a person has to agree first.
    pub fn writes(&self) -> bool {
        self.writes
    }

    /// Whether the refused call goes to the sandbox, where nothing can be harmed.
    pub fn is_sandbox(&self) -> bool {
        self.pair.refused.environment.sandbox
    }

    /// Whether either call goes to a protected environment.
    pub fn is_protected(&self) -> bool {
        self.pair.refused.environment.protected || self.pair.working.environment.protected
    }

    fn walked(&self) -> Next {
        let roles: Vec<_> = self.pair.parts.iter().map(|part| part.role).collect();
        let asked = self.asked.iter();
        let answers: Vec<_> = asked
            .map(|asked| (asked.mixture.clone(), asked.answer))
            .collect();
        walk(&roles, self.against.is_some(), self.budget, &answers)
    }

    /// The next call; `None` at the end.
    pub fn next(&self) -> Option<Call> {
        if self.stopped.is_some() {
            return None;
        }
        let Next::Ask(mixture) = self.walked() else {
            return None;
        };
        let (spec, environment, cookies) = self.pair.mixed(&mixture);
        let is_own = mixture.iter().all(|take| *take != Take::Working);
        let author = self
            .against
            .as_ref()
            .map_or(Author::Person, |own| own.author);
        Some(Call {
            author: if is_own { Author::Person } else { author },
            jar: if cookies { Jar::OfCase } else { Jar::None },
            mixture,
            spec,
            environment,
        })
    }

    /// Records the answer to a mixture.
    pub fn take(&mut self, mixture: Mixture, facts: &Facts) {
        let said = Said::of(facts);
        let all = |wanted: Take| {
            let is = move |asked: &&Asked| asked.mixture.iter().all(|take| *take == wanted);
            self.asked.iter().find(is).map(|asked| asked.said.clone())
        };
        let refused = all(Take::Refused);
        let working = self.against.as_ref().and_then(|_| {
            let mixture = self.working();
            let mut asked = self.asked.iter();
            asked.find(|asked| asked.mixture == mixture)
        });
        let answer = said.beside(refused.as_ref(), working.map(|asked| &asked.said));
        self.asked.push(Asked {
            mixture,
            exchange: facts.exchange.clone(),
            said,
            answer,
        });
    }

    fn working(&self) -> Mixture {
        let parts = self.pair.parts.iter();
        let take = |part: &Part| {
            if part.role.differs {
                Take::Working
            } else {
                Take::Refused
            }
        };
        parts.map(take).collect()
    }

    /// Whether this is the refused call's own token.
    pub fn is_own(&self, auth: &Auth) -> bool {
        *auth == self.pair.refused.auth
    }

    /// The names of both tokens; `None` where the calls share one or lack one.
    pub fn tokens(&self) -> Option<(TokenName, TokenName)> {
        let names = (
            self.pair.refused.auth.token()?,
            self.pair.working.auth.token()?,
        );
        (names.0 != names.1).then(|| (names.0.clone(), names.1.clone()))
    }

    /// Fills `scopes`: the scopes and roles that only the other token says it has.
    pub fn compare_tokens(&mut self, own: &TokenReport, other: &TokenReport) {
        let Some((name, with)) = self.tokens() else {
            return;
        };
        let (Some(own), Some(other)) = (&own.claims, &other.claims) else {
            return;
        };
        let missing = |own: &[String], other: &[String]| -> Vec<String> {
            let more = other.iter().filter(|right| !own.contains(right));
            more.cloned().collect()
        };
        let mut rights = if own.says_scopes && other.says_scopes {
            missing(&own.scopes, &other.scopes)
        } else {
            Vec::new()
        };
        rights.extend(missing(&own.roles, &other.roles));
        if !rights.is_empty() {
            let rights = visible_line(&rights.join(", ")).into_owned();
            self.scopes = Some(format!("{with} holds {rights}, which {name} does not."));
        }
    }

    /// Takes one call off the budget, for a call that told nothing.
    pub fn spend(&mut self) {
        self.budget = self.budget.saturating_sub(1).max(self.asked.len());
    }

    /// The result, or what is known so far.
    pub fn finding(&self) -> Finding {
        match self.walked() {
            Next::Over(finding) => finding,
            Next::Ask(_) => {
                let parts = self.parts().into_iter().map(|(number, _)| number);
                Finding {
                    outcome: Outcome::Budget(parts.collect()),
                    matters: vec![Matters::Unknown; self.pair.parts.len()],
                    minimal: (!self.asked.is_empty()).then_some(0),
                    bound: Vec::new(),
                }
            }
        }
    }

    /// Whether no call is left to make.
    pub fn is_over(&self) -> bool {
        self.next().is_none()
    }

    /// The result in one word; `budget` while the search is unfinished.
    pub fn verdict(&self) -> Verdict {
        match self.finding().outcome {
            Outcome::One { .. } | Outcome::Address | Outcome::Needed(_) => Verdict::Found,
            Outcome::Together(_) | Outcome::Each(_) => Verdict::Together,
            Outcome::Flickers(..) => Verdict::Flickers,
            Outcome::Budget(_) => Verdict::Budget,
            Outcome::Fine(_) | Outcome::BothRefused(_) | Outcome::Alike => Verdict::Nothing,
        }
    }

    /// The smallest mixture that was refused the same way; `None` before the first answer.
    pub fn minimal(&self) -> Option<&Asked> {
        self.asked.get(self.finding().minimal?)
    }
}
