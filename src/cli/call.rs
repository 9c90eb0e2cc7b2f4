//! What every command has in common that makes calls: the sandbox is up meanwhile, each wait is
//! told, the call is kept, and the exit code says how it went.

use super::args::RecordArgs;
use super::choice;
use super::live::Live;
use super::print::{Out, complain};
use super::trouble::Trouble;
use crate::engine::clock;
use crate::engine::history::{History, Receipt};
use crate::engine::sandbox::Sandbox;
use crate::engine::{Client, Flight, Home, Outgoing, Vault};
use crate::insight::Exchange;
use crate::insight::back_off::wait_text;
use crate::model::{
    Author, Environment, Manner, Outcome, RawExchange, RequestSpec, Settings, StatusClass, limits,
    resolve,
};
use std::future::poll_fn;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;
use std::time::Duration;

/// Longest wait for the history on leaving.
const CLOSING: Duration = Duration::from_secs(10);

/// What became of the body that was to go to a file or to standard output.
pub enum Written {
    /// Nobody asked for it, or there was none.
    Not,
    Whole(String),
    /// The call ended before the body did.
    Part(String),
    ToStdout,
    Lost(Trouble),
}

impl Written {
    /// Writes the body where the person wants it. What goes wrong is told after the answer.
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

    pub fn trouble(self) -> Result<(), Trouble> {
        match self {
            Written::Lost(trouble) => Err(trouble),
            _ => Ok(()),
        }
    }
}

/// `--output -`
pub fn is_stdout(path: Option<&Path>) -> bool {
    path.is_some_and(|path| path == Path::new("-"))
}

pub fn exit_code(class: StatusClass) -> u8 {
    match class {
        StatusClass::Informational | StatusClass::Success | StatusClass::Redirection => 0,
        StatusClass::ClientError => 4,
        StatusClass::ServerError => 5,
        StatusClass::Nonstandard | StatusClass::NoAnswer => 1,
    }
}

/// Starts the sandbox for an environment that is one; it lives as long as what is returned.
pub async fn served(environment: &mut Environment) -> Result<Option<Sandbox>, Trouble> {
    if !environment.sandbox {
        return Ok(None);
    }
    let sandbox = Sandbox::start(None).await;
    let sandbox = sandbox.map_err(|error| Trouble::failed(error.to_string()))?;
    environment.base_url = sandbox.base_url();
    Ok(Some(sandbox))
}

/// The call in an environment that is up.
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
            id: client.new_id(),
            environment: environment.name,
            case,
            sent: crate::model::SentRequest {
                method: typed.method.clone(),
                url: typed.url.clone(),
                ..Default::default()
            },
            typed,
            outcome: Outcome::Failed(failure),
            redirects: Vec::new(),
            attempts: 0,
            unverified: Vec::new(),
            started_at: clock::now(),
            took: Duration::ZERO,
            probe_of: None,
            run: None,
            origin: Default::default(),
        })),
    }
}

/// Makes the call, says of each wait how long it will be, and prints a stream as it comes.
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
                // It listens from when it is first asked: before anybody sees that there is
                // something to end, and on through all that comes. Before that, Ctrl-C ends the
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

/// Ends when there is more of a stream to print, and never for anything else.
async fn more(live: &Option<&mut Live<'_>>, flight: &Flight) -> u64 {
    match live {
        Some(live) => live.grown(flight).await,
        None => std::future::pending().await,
    }
}

/// Writes calls into the history and, at the end, says what could not be kept. The answer never
/// waits for it: it is printed first.
pub struct Recorder {
    history: Option<History>,
    receipts: Arc<Mutex<Vec<Receipt>>>,
    vault: Arc<Vault>,
}

impl Recorder {
    /// To be made before the first call, so that the file is opened meanwhile.
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

    pub fn history(&self) -> Option<&History> {
        self.history.as_ref()
    }

    pub fn remember(&mut self, exchange: Exchange) {
        self.remember_shared(Arc::new(exchange));
    }

    pub fn remember_shared(&mut self, exchange: Arc<Exchange>) {
        (self.keeper())(exchange);
    }

    /// The same for what makes calls of its own meanwhile.
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

    /// Waits for the commits.
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
