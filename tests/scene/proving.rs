//! What the scene does in the place of the runtime where calls are made to prove something.

use super::{CATALOGUE, MASK, Scene};
use httriage::app::{CaseToTest, Job, Message, update};
use httriage::insight::facts::{Facts, Probed};
use httriage::insight::isolate::{Against, Isolation, Side};
use httriage::insight::when::{Turned, changes, turn};
use httriage::insight::{Exchange, asking, explain, summary};
use httriage::model::{Author, CallOrigin, Environment, ExchangeId, StatusClass, limits, resolve};
use std::sync::Arc;

impl Scene {
    /// Makes every call of the search; those but the last message are taken in on the way.
    pub fn isolates(
        &mut self,
        job: Job,
        refused: &Arc<Exchange>,
        environment: &Environment,
        against: Option<&ExchangeId>,
        alone: bool,
    ) -> Message {
        self.run = (CallOrigin::Probe, None);
        let side = |exchange: &Exchange| Side {
            spec: exchange.typed.clone(),
            environment: environment.clone(),
            cookies: false,
        };
        let path = |exchange: &Exchange| {
            url::Url::parse(&exchange.sent.url)
                .unwrap()
                .path()
                .to_owned()
        };
        let other = self.store.iter().rev().find(|known| match against {
            Some(id) => known.id == *id,
            None => {
                known.outcome.looks() == StatusClass::Success
                    && known.sent.method == refused.sent.method
                    && path(known) == path(refused)
            }
        });
        let working = other.filter(|_| !alone).map(|other| {
            // A call that needed no token may be the one that worked.
            let token = other
                .token()
                .map_or("no token".to_owned(), |token| token.name.to_string());
            let named = Against {
                name: format!("{} with {token}", path(other)),
                author: Author::Person,
            };
            (side(other), named)
        });
        let working = working.as_ref().map(|(side, named)| (side, named.clone()));
        let begun = Isolation::new(&side(refused), working, limits::ISOLATING, &MASK);
        let mut search = match begun {
            Ok(search) => search,
            Err(failure) => {
                return Message::Isolated {
                    job,
                    search: None,
                    why_not: Some(failure.message),
                };
            }
        };
        let mut messages = Vec::new();
        while let Some(call) = search.next() {
            let sent = resolve(&call.spec, &call.environment).unwrap();
            let made = self.exchange(call.spec, sent, call.environment.name, None);
            let made = Arc::new(self.of_run(made.into_raw()));
            search.take(call.mixture, &Facts::read(made.clone(), ""));
            messages.push(Message::Isolating {
                job,
                search: Box::new(search.clone()),
                exchange: made,
            });
        }
        if self.halfway {
            messages.truncate(3)
        } else {
            messages.push(Message::Isolated {
                job,
                search: Some(Box::new(search)),
                why_not: None,
            })
        }
        let last = messages.pop().unwrap();
        for message in messages {
            let effects = update(&mut self.state, message);
            self.asked.extend(effects.clone());
            self.waiting.extend(effects);
        }
        last
    }

    pub fn refutes(&mut self, job: Job, case: CaseToTest) -> Message {
        self.run = (CallOrigin::Probe, None);
        let mut case = case.0;
        let test = explain(&case, &CATALOGUE).refuted_by.unwrap();
        let call = case.call.exchange.clone();
        let asked = asking::request(&test.probe, &call.typed, &call.sent, &case);
        let (spec, place) = asked.unwrap();
        let sent = resolve(&spec, &place).unwrap();
        let mut made = self.exchange(spec, sent, place.name, None).into_raw();
        made.probe_of = Some(call.id.clone());
        let facts = Facts::read(Arc::new(self.of_run(made)), "");
        case.take(Probed {
            probe: test.probe.clone(),
            facts,
        });
        case.tested.extend(test.judged(&case));
        let told = Message::Probed {
            job,
            case: case.clone(),
        };
        let effects = update(&mut self.state, told);
        self.asked.extend(effects.clone());
        self.waiting.extend(effects);
        Message::Investigated { job, case }
    }

    pub fn turns(&self, of: &Arc<Exchange>, environment: &Environment) -> Message {
        let calls: Vec<_> = self
            .store
            .iter()
            .map(|exchange| summary(exchange))
            .collect();
        let turn = turn(&calls, &summary(of));
        let held = |id: &Option<ExchangeId>| {
            let mut held = self.store.iter();
            held.find(|exchange| Some(&exchange.id) == id.as_ref())
                .cloned()
        };
        let (good, bad) = (held(&turn.last_good), held(&turn.first_bad));
        let knowledge = CATALOGUE.library.of_exchange(of, environment);
        let changed = match (&good, &bad) {
            (Some(good), Some(bad)) => changes(good, bad, &knowledge),
            _ => Vec::new(),
        };
        Message::Turned {
            of: of.id.clone(),
            found: Ok(Box::new(Turned {
                turn,
                good,
                bad,
                changed,
            })),
        }
    }
}
