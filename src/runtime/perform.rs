//! Carries decisions out. One arm an effect: start the engine in a task, send its answer back
//! on the one queue.

use crate::app::{Effect, Job, Message, SandboxNews};
use crate::engine::sandbox::{self, Sandbox};
use crate::engine::{Client, Flight, Outgoing};
use crate::model::{Environment, TokenName};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::mpsc::UnboundedSender;

pub struct Performer {
    client: Arc<Client>,
    /// Tokens of the settings, for environments that name none of their own.
    tokens: Vec<TokenName>,
    sandbox: Arc<Mutex<Option<Sandbox>>>,
    flights: HashMap<Job, Arc<Flight>>,
    queue: UnboundedSender<Message>,
}

impl Performer {
    pub fn new(
        client: Client,
        tokens: Vec<TokenName>,
        queue: UnboundedSender<Message>,
    ) -> Performer {
        Performer {
            client: Arc::new(client),
            tokens,
            sandbox: Arc::default(),
            flights: HashMap::new(),
            queue,
        }
    }

    /// Quitting is the loop's own business and does nothing here.
    pub fn perform(&mut self, effect: Effect) {
        match effect {
            Effect::Send {
                job,
                typed,
                sent,
                environment,
            } => self.send(
                job,
                Outgoing {
                    typed: *typed,
                    sent: *sent,
                    environment: *environment,
                    case: None,
                },
            ),
            Effect::Cancel(job) => self.cancel(job),
            Effect::StartSandbox => self.start_sandbox(),
            Effect::ReadTokens(environment) => self.read_tokens(*environment),
            Effect::Quit => {}
        }
    }

    /// How far each running job is.
    pub fn progress(&self) -> Vec<(Job, u64, Option<u64>)> {
        let flights = self.flights.iter();
        flights
            .map(|(job, flight)| {
                let (received, announced) = flight.progress();
                (*job, received, announced)
            })
            .collect()
    }

    /// A job has reported for the last time.
    pub fn done(&mut self, job: Job) {
        self.flights.remove(&job);
    }

    /// Sets the HTTP library up, off the path to the first picture.
    pub fn warm(&self, sandbox: bool) {
        let client = self.client.clone();
        tokio::task::spawn_blocking(move || client.warm(sandbox));
    }

    fn send(&mut self, job: Job, outgoing: Outgoing) {
        let flight = Arc::new(Flight::default());
        self.flights.insert(job, flight.clone());
        let (client, queue) = (self.client.clone(), self.queue.clone());
        tokio::spawn(async move {
            let exchange = client.send(outgoing, &flight).await;
            let exchange = Arc::new(client.shown(exchange));
            // The queue is gone only when the program is about to be.
            let _ = queue.send(Message::Sent { job, exchange });
        });
    }

    fn cancel(&mut self, job: Job) {
        if let Some(flight) = self.flights.get(&job) {
            flight.stop();
        }
    }

    fn start_sandbox(&mut self) {
        let (place, queue) = (self.sandbox.clone(), self.queue.clone());
        tokio::spawn(async move {
            let news = match Sandbox::start(None).await {
                Ok(sandbox) => {
                    let base_url = sandbox.base_url();
                    *place.lock().unwrap_or_else(PoisonError::into_inner) = Some(sandbox);
                    SandboxNews::Up { base_url }
                }
                Err(error) => SandboxNews::Down {
                    why: error.to_string(),
                },
            };
            let _ = queue.send(Message::Sandbox(news));
        });
    }

    fn read_tokens(&mut self, environment: Environment) {
        let names = token_names(&environment, &self.tokens);
        let (client, queue) = (self.client.clone(), self.queue.clone());
        tokio::task::spawn_blocking(move || {
            let reference = |name| client.vault().reference_at_rest(name, environment.sandbox);
            let tokens = names.iter().map(reference).collect();
            let environment = environment.name;
            let _ = queue.send(Message::Tokens {
                environment,
                tokens,
            });
        });
    }
}

/// The tokens that may be chosen in an environment.
pub fn token_names(environment: &Environment, all: &[TokenName]) -> Vec<TokenName> {
    if environment.sandbox {
        sandbox::token_names()
    } else if environment.tokens.is_empty() {
        all.to_vec()
    } else {
        environment.tokens.clone()
    }
}
