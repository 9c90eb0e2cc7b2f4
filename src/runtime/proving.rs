//! Proves things with calls: the search for what a refusal hangs on, and the call that would prove
//! a verdict wrong; and without calls, from the history.

use super::perform::{Performer, in_place};
use crate::app::{Effect, Job, Message, Notice};
use crate::engine::history::History;
use crate::engine::isolate::{run as isolate, side_of, version_of, worked};
use crate::engine::{Client, Flight, investigate, when};
use crate::insight::Exchange;
use crate::insight::facts::Case;
use crate::insight::isolate::{Against, Isolation, Side};
use crate::model::{Author, Environment, ExchangeId, TokenName, limits};
use std::sync::Arc;

/// The refused call, and the one to compare it with.
struct Asked {
    job: Job,
    exchange: Arc<Exchange>,
    environment: Environment,
    environments: Vec<Environment>,
    against: Option<ExchangeId>,
    alone: bool,
    allow_writes: bool,
    case: Option<String>,
}

impl Performer {
    pub(super) fn isolate(&mut self, effect: Effect) {
        let Effect::Isolate {
            job,
            exchange,
            environment,
            environments,
            against,
            alone,
            allow_writes,
            case,
        } = effect
        else {
            return;
        };
        let asked = Asked {
            job,
            exchange,
            environment: *environment,
            environments,
            against,
            alone,
            allow_writes,
            case,
        };
        let flight = Arc::new(Flight::default());
        self.flights.insert(asked.job, flight.clone());
        let (client, queue) = (self.client.clone(), self.queue.clone());
        let (place, history) = (self.sandbox.clone(), self.history.clone());
        tokio::spawn(async move {
            let mut asked = asked;
            let job = asked.job;
            if let Err(why) = in_place(&mut asked.environment, &place, &queue).await {
                let _ = queue.send(Message::Told(Notice::trouble(why, "")));
            }
            let (allow_writes, case) = (asked.allow_writes, asked.case.clone());
            let known = client.clone();
            let begun = tokio::task::spawn_blocking(move || begun(&known, history, asked));
            let begun = begun
                .await
                .unwrap_or_else(|_| Err("It could not be begun.".to_owned()));
            let (search, why_not) = match begun {
                Err(why) => (None, Some(why)),
                Ok(search) => {
                    let told = |search: &Isolation, exchange: &Arc<Exchange>| {
                        let _ = queue.send(Message::Isolating {
                            job,
                            search: Box::new(search.clone()),
                            exchange: exchange.clone(),
                        });
                    };
                    let found = isolate(&client, search, allow_writes, &case, &flight, told).await;
                    (Some(Box::new(found)), None)
                }
            };
            let _ = queue.send(Message::Isolated {
                job,
                search,
                why_not,
            });
        });
    }

    pub(super) fn when(&self, exchange: Arc<Exchange>, environment: Environment) {
        let library = self.catalogue.library.clone();
        self.look_up(move |history, queue| {
            let knowledge = library.of_exchange(&exchange, &environment);
            let found = match history {
                None => {
                    Err("This run keeps no history, so there is nothing to look in.".to_owned())
                }
                Some(history) => when::turned(&history, &exchange, &knowledge)
                    .map(Box::new)
                    .map_err(|error| error.to_string()),
            };
            let of = exchange.id.clone();
            let _ = queue.send(Message::Turned { of, found });
        });
    }

    pub(super) fn refute(&mut self, job: Job, mut case: Case) {
        let flight = Arc::new(Flight::default());
        self.flights.insert(job, flight.clone());
        let (client, queue, place) = (
            self.client.clone(),
            self.queue.clone(),
            self.sandbox.clone(),
        );
        let catalogue = self.catalogue.clone();
        tokio::spawn(async move {
            if let Err(why) = in_place(&mut case.environment, &place, &queue).await {
                let _ = queue.send(Message::Told(Notice::trouble(why, "")));
            }
            match investigate::refute(&client, &mut case, &catalogue, &flight).await {
                Ok(_) => {
                    let told = Box::new(case.clone());
                    let _ = queue.send(Message::Probed { job, case: told });
                }
                Err(why) => {
                    let _ = queue.send(Message::Told(Notice::info(why)));
                }
            }
            let case = Box::new(case);
            let _ = queue.send(Message::Investigated { job, case });
        });
    }
}

/// The search with the call to compare with: the marked one, else the closest one in the history
/// that worked. Blocks.
fn begun(client: &Client, history: Option<History>, asked: Asked) -> Result<Isolation, String> {
    let Asked {
        exchange,
        environment,
        environments,
        against,
        ..
    } = asked;
    let mut refused = side_of(&exchange, environment.clone());
    let other = match (&history, &against) {
        _ if asked.alone => None,
        (Some(history), Some(id)) => history.load(id).ok().flatten(),
        (Some(history), None) => worked(history, &exchange.typed, &environment, &exchange.id),
        (None, _) => None,
    };
    let working = other.map(|other| {
        let own = if other.environment == environment.name {
            Some(environment.clone())
        } else {
            environments
                .iter()
                .find(|e| e.name == other.environment)
                .cloned()
        };
        let mut side: Side = side_of(&other, own.unwrap_or_else(|| environment.clone()));
        side.unmask(&exchange.typed);
        let versions = (version_of(&exchange), version_of(&other));
        if let (Some(one), Some(two)) = versions
            && one != two
        {
            refused.environment.reach.version = Some(one);
            side.environment.reach.version = Some(two);
        }
        let who = |token: &TokenName| format!(" with {token}");
        let name = format!(
            "{} {}{}",
            other.sent.method,
            crate::app::pane::path_of(&other.sent.url),
            other
                .token()
                .map_or_else(String::new, |token| who(&token.name))
        );
        let named = Against {
            name,
            author: Author::Person,
        };
        (side, named)
    });
    let working = working.as_ref().map(|(side, named)| (side, named.clone()));
    client.vault().know_place(&environment);
    let mask = client.vault().mask();
    Isolation::new(&refused, working, limits::ISOLATING, &mask)
        .map_err(|failure| format!("{} {}", mask.sentence(&failure.message), failure.hint))
}
