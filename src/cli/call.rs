//! What all commands that make calls share: they keep the sandbox up, announce each wait, keep the
//! call, and give the exit code.

use super::args::RecordArgs;
use super::choice;
use super::print::{Out, complain};
use super::stream::Live;
use super::trouble::Trouble;
use crate::engine::clock;
use crate::engine::history::{History, Receipt};
use crate::engine::sandbox::Sandbox;
use crate::engine::{Client, Flight, Home, Outgoing, Vault};
use crate::insight::Exchange;
use crate::insight::back_off::wait_text;
use crate::model::{
    Author, Environment, Manner, Outcome, RawExchange, RequestSpec, SentRequest, Settings,
    StatusClass, limits, resolve,
};
use std::future::poll_fn;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;
use std::time::Duration;

/// Longest wait for the history at the end.
const CLOSING: Duration = Duration::from_secs(10);

/// What happened to a body that should go to a file or to standard output.
pub enum Written {
    /// Nothing to write: it was not requested, or there was no body.
    Not,
    Whole(String),
    /// The call ended before the body did.
    Part(String),
    ToStdout,
    Lost(Trouble),
}

impl Written {
    /// Writes the body to where the person wants it. Problems are reported after the response.
    pub fn of(home: &Home, path: Option<&Path>, outcome: &Outcome, out: &mut Out) -> Written {
        let response = outcome.response();
        let Some((path, response)) = path.zip(response) else {
            return Written::Not;
        };
        if is_stdout(Some(path)) {
            return match out.bytes(response.bytes()) {
                Ok(()) => Written::ToStdout,
                Err(trouble) => Written::Lost(trouble),
            };
        }
        let (shown, bytes) = (path.display(), response.bytes().len());
        let bytes = match bytes {
            1 => "1 byte".to_owned(),
            bytes => format!("{bytes} bytes"),
        };
        match home.put_out(path, response.bytes()) {
            Err(error) => Written::Lost(Trouble::failed(format!(
                "The body could not be written to {shown}: {error}. Choose another file."
            ))),
            Ok(()) if matches!(outcome, Outcome::Failed(_)) => Written::Part(format!(
                "Only a part of the body came: {bytes} of it are in {shown}."
            )),
            Ok(()) => Written::Whole(format!("The body, {bytes}, is in {shown}.")),
        }
    }

    /// Fails if the body could not be written.
    pub fn trouble(self) -> Result<(), Trouble> {
        match self {
            Written::Lost(trouble) => Err(trouble),
            _ => Ok(()),
        }
    }
}

/// Whether the body goes to standard output: `--output -`.
pub fn is_stdout(path: Option<&Path>) -> bool {
    path.is_some_and(|path| path == Path::new("-"))
}

/// The exit code for a response: 0 for success, 4 and 5 for errors of that class, else 1.
pub fn exit_code(class: StatusClass) -> u8 {
    match class {
        StatusClass::Informational | StatusClass::Success | StatusClass::Redirection => 0,
        StatusClass::ClientError => 4,
        StatusClass::ServerError => 5,
        StatusClass::Nonstandard | StatusClass::NoAnswer => 1,
    }
}

/// Starts the sandbox if the environment is one; it runs as long as the returned value lives.
pub async fn served(environment: &mut Environment) -> Result<Option<Sandbox>, Trouble> {
    if !environment.sandbox {
        return Ok(None);
    }
    let sandbox = Sandbox::start(None).await;
    let sandbox = sandbox.map_err(|error| Trouble::failed(error.to_string()))?;
    environment.base_url = sandbox.base_url();
    Ok(Some(sandbox))
}

/// Makes a call in an environment that is up.
pub async fn call_in(
    client: &Client,
    typed: RequestSpec,
    environment: Environment,
    case: Option<String>,
    manner: Manner,
    live: Option<&mut Live<'_>>,
) -> RawExchange {
    match ready(client, typed, environment, case, manner) {
        Ok(outgoing) => send(client, *outgoing, live).await,
        Err(unsent) => *unsent,
    }
}

/// The call as it is to be sent, or as one that was not.
pub fn ready(
    client: &Client,
    typed: RequestSpec,
    environment: Environment,
    case: Option<String>,
    manner: Manner,
) -> Result<Box<Outgoing>, Box<RawExchange>> {
    match resolve(&typed, &environment) {
        Ok(sent) => Ok(Box::new(Outgoing {
            typed,
            sent,
            environment,
            author: Author::Person,
            case,
            manner,
        })),
        Err(failure) => Err(Box::new(RawExchange {
            environment: environment.name,
            case,
            sent: SentRequest {
                method: typed.method.clone(),
                url: typed.url.clone(),
                ..SentRequest::default()
            },
            typed,
            ..RawExchange::with_outcome(client.new_id(), Outcome::Failed(failure), clock::now())
        })),
    }
}

/// Makes the call, announces each wait with its length, and prints a stream as it arrives.
async fn send(client: &Client, outgoing: Outgoing, mut live: Option<&mut Live<'_>>) -> RawExchange {
    let flight = Flight::default();
    if let Some(live) = &mut live {
        live.begin(&outgoing);
    }
    let call = client.send(outgoing, &flight);
    tokio::pin!(call);
    let interrupt = tokio::signal::ctrl_c();
    tokio::pin!(interrupt);
    let mut is_heard = false;
    let mut said = 0;
    loop {
        tokio::select! {
            exchange = &mut call => {
                if let Some(live) = &mut live {
                    live.end(client, &flight);
                }
                return exchange;
            }
            pause = flight.pause_after(said) => {
                said = pause.next_try;
                complain(&format!(
                    "The answer asks to wait: try {} of {} in {}.",
                    pause.next_try,
                    limits::TRIES,
                    wait_text(pause.left)
                ));
            }
            count = more(&live, &flight) => {
                // Listening starts with the first wait: before anybody sees that there is something
                // to stop, and on through everything that arrives. Until then, Ctrl-C ends the
                // process.
                if !is_heard {
                    is_heard = true;
                    let first = poll_fn(|context| Poll::Ready(interrupt.as_mut().poll(context)));
                    if first.await.is_ready() {
                        flight.stop();
                    }
                }
                if let Some(live) = &mut live {
                    live.print(count, client, &flight);
                }
            }
            _ = &mut interrupt, if is_heard && !flight.is_stopped() => flight.stop(),
        }
    }
}

/// Ends when there is more of a stream to print; never for another response.
async fn more(live: &Option<&mut Live<'_>>, flight: &Flight) -> u64 {
    match live {
        Some(live) => live.grown(flight).await,
        None => std::future::pending().await,
    }
}

/// Writes calls into the history and reports at the end what could not be kept. Responses do not
/// wait for it: they are printed first.
pub struct Recorder {
    history: Option<History>,
    receipts: Arc<Mutex<Vec<Receipt>>>,
    vault: Arc<Vault>,
}

impl Recorder {
    /// Create it before the first call, so that the file opens meanwhile.
    pub fn new(
        args: &RecordArgs,
        home: &Home,
        settings: &Settings,
        vault: &Arc<Vault>,
    ) -> Recorder {
        let history = choice::record(args, home, settings, vault);
        if let Some(history) = &history {
            history.tend();
        }
        Recorder {
            history,
            receipts: Arc::default(),
            vault: vault.clone(),
        }
    }

    /// The store; `None` if this run is not kept.
    pub fn history(&self) -> Option<&History> {
        self.history.as_ref()
    }

    /// Keeps a call.
    pub fn remember(&mut self, exchange: Exchange) {
        self.remember_shared(Arc::new(exchange));
    }

    /// Keeps a call that others use too.
    pub fn remember_shared(&mut self, exchange: Arc<Exchange>) {
        (self.keeper())(exchange);
    }

    /// A function that keeps calls, for code that makes its own calls meanwhile.
    pub fn keeper(&self) -> impl Fn(Arc<Exchange>) + Send + Sync + 'static {
        let (history, receipts) = (self.history.clone(), self.receipts.clone());
        move |exchange| {
            if let Some(history) = &history {
                let receipt = history.remember(exchange);
                let mut receipts = receipts.lock().unwrap_or_else(PoisonError::into_inner);
                receipts.push(receipt);
            }
        }
    }

    /// Waits until everything is written, and reports what could not be.
    pub fn finish(self) {
        for token in self.vault.unmaskable() {
            complain(&format!(
                "Note: token {token} is too short to be masked. Where an answer repeats it, it stands in what is printed and kept."
            ));
        }
        let mut told: Vec<String> = Vec::new();
        let receipts =
            std::mem::take(&mut *self.receipts.lock().unwrap_or_else(PoisonError::into_inner));
        for receipt in receipts {
            if let Err(error) = receipt.wait() {
                let words = error.to_string();
                if !told.contains(&words) {
                    complain(&words);
                    told.push(words);
                }
            }
        }
        if let Some(history) = self.history {
            history.close(CLOSING);
        }
    }
}
