//! Asks an API who a token is and what it can see: the calls that a survey plans, one after the
//! other, each reading only.

use super::client::{Flight, Outgoing};
use super::replay::Wire;
use crate::insight::Exchange;
use crate::insight::api::knowledge::Knowledge;
use crate::insight::survey::Survey;
use crate::model::{Author, CallOrigin, Environment, Jar, Manner, TokenName, resolve};

/// Runs until nothing is left to ask or the flight is stopped. `on_call` gets each call as it may
/// be shown and kept, and what is known by then.
pub async fn run(
    token: &TokenName,
    environment: &Environment,
    case: Option<&str>,
    wire: &impl Wire,
    knowledge: &Knowledge,
    flight: &Flight,
    mut on_call: impl FnMut(Exchange, &Survey),
) -> Survey {
    let mut survey = Survey::of(knowledge, environment);
    let mut run = None;
    while let Some(typed) = survey.next(token) {
        if flight.is_stopped() {
            survey.ended = Some("It was stopped here.".to_owned());
            break;
        }
        let sent = match resolve(&typed, environment) {
            Ok(sent) => sent,
            Err(failure) => {
                survey.ended = Some(format!("{} {}", failure.message, failure.hint));
                break;
            }
        };
        let call = Outgoing {
            typed,
            sent,
            environment: environment.clone(),
            author: Author::Person,
            case: case.map(str::to_owned),
            manner: Manner {
                jar: Jar::None,
                ..Manner::default()
            },
        };
        let mut exchange = wire.send(call, flight).await;
        exchange.origin = CallOrigin::Survey;
        exchange.run = Some(run.get_or_insert_with(|| exchange.id.clone()).clone());
        let exchange = wire.shown(exchange);
        survey.take(&exchange, knowledge);
        on_call(exchange, &survey);
    }
    survey
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::insight::api::calls::{Calls, ListCall};
    use crate::insight::api::knowledge::Pack;
    use crate::insight::redact::Mask;
    use crate::model::{ExchangeId, Outcome, RawExchange, Response, Timestamp};
    use std::sync::Arc;
    use std::sync::Mutex;
    use std::time::Duration;

    /// Says no list has anything in it, and remembers what was asked of it.
    #[derive(Default)]
    struct Empty(Mutex<Vec<(String, String)>>);

    impl Wire for Empty {
        async fn send(&self, call: Outgoing, _: &Flight) -> RawExchange {
            let mut asked = self.0.lock().unwrap();
            asked.push((call.sent.method.clone(), call.sent.url.clone()));
            RawExchange {
                case: call.case,
                id: ExchangeId::from_number(asked.len() as u64),
                environment: call.environment.name,
                typed: call.typed,
                sent: call.sent,
                outcome: Outcome::Answered(Response {
                    status: 200,
                    body: b"{\"data\":[]}".to_vec(),
                    ..Response::default()
                }),
                redirects: Vec::new(),
                attempts: 1,
                unverified: Vec::new(),
                probe_of: None,
                run: None,
                origin: Default::default(),
                started_at: Timestamp::UNIX_EPOCH,
                took: Duration::ZERO,
            }
        }

        fn shown(&self, exchange: RawExchange) -> Exchange {
            Mask::default().exchange(exchange)
        }
    }

    fn place() -> Environment {
        Environment {
            base_url: "https://api.acme.example".into(),
            ..Environment::default()
        }
    }

    fn knowledge() -> Knowledge {
        let list = |path: &str| ListCall {
            title: path.to_owned(),
            path: path.to_owned(),
        };
        let pack = Pack {
            base_path: "/core".into(),
            calls: Calls {
                lists: ["/shelves", "/books", "/readers"].map(list).to_vec(),
                ..Calls::default()
            },
            ..Pack::default()
        };
        Knowledge {
            api: Some(Arc::new(pack)),
            ..Knowledge::default()
        }
    }

    #[tokio::test]
    async fn a_survey_only_reads_and_only_at_home() {
        let (wire, flight) = (Empty::default(), Flight::default());
        let token = TokenName::new("support").unwrap();
        let knowledge = knowledge();
        let mut told = 0;
        let survey = run(
            &token,
            &place(),
            None,
            &wire,
            &knowledge,
            &flight,
            |_, _| told += 1,
        )
        .await;
        let asked = wire.0.lock().unwrap();
        assert_eq!((asked.len(), survey.sights.len()), (told, told));
        for (method, url) in asked.iter() {
            assert!(method == "GET" && url.starts_with("https://api.acme.example/core/"));
        }
    }

    #[tokio::test]
    async fn a_survey_that_is_stopped_keeps_what_came() {
        let (wire, flight) = (Empty::default(), Flight::default());
        let token = TokenName::new("support").unwrap();
        let knowledge = knowledge();
        let stop = |_, survey: &Survey| {
            if survey.sights.len() == 2 {
                flight.stop();
            }
        };
        let survey = run(&token, &place(), None, &wire, &knowledge, &flight, stop).await;
        assert_eq!(survey.sights.len(), 2);
        assert!(survey.ended.unwrap().contains("stopped"));
    }
}
