//! Carries out effects. Each has one arm: start the engine in a task, and send its result back on
//! the one queue.

use super::begun::Begun;
use super::grant::hear;
use super::new_token::NewToken;
use super::reading::Reading;
use super::secret::Typing;
use super::stream::Watching;
use super::{paste, sessions, team, terminal, tmux};
use crate::app::pane::Shown;
use crate::app::{
    Chosen, Effect, Job, Listing, Message, Notice, Pasted, SandboxNews, Screen, SessionFile,
    Source, Spent, Then, ThenWhy,
};
use crate::engine::grant::{Allowed, Grants, News, Wish};
use crate::engine::history::History;
use crate::engine::investigate::{self, Investigation};
use crate::engine::jq;
use crate::engine::sandbox::{self, Sandbox};
use crate::engine::saved_body;
use crate::engine::team::Team;
use crate::engine::{Client, Flight, Home, Outgoing};
use crate::insight::Exchange;
use crate::insight::completion::candidates;
use crate::insight::facts::Case;
use crate::insight::{BodyText, Catalogue, Found, Pattern, Query, View, Watch, answer_diff};
use crate::model::{
    Author, Environment, ExchangeId, Filtered, Origin, Progress, Secret, Session, TokenName,
};
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};
use tokio::task::AbortHandle;

/// Longest wait for the history to be written when the program ends.
const CLOSING: Duration = Duration::from_secs(5);

/// Rows of the history that are fetched at once.
const PAGE: usize = 500;

/// Calls to look through for completions of a URL.
const PLACES: usize = 2_000;

/// What the effects need to be carried out.
pub struct Means {
    pub client: Client,
    /// Gets tokens for the client, and reports what it does.
    pub grants: Grants,
    pub news: UnboundedReceiver<News>,
    /// `None` if the run is not to be kept.
    pub history: Option<History>,
    /// `None` without a team.
    pub team: Option<Team>,
    pub home: Home,
    /// How the person is called in what is recorded for others.
    pub who: String,
}

/// Carries out effects and sends the results back as messages.
pub struct Performer {
    pub(super) client: Arc<Client>,
    pub(super) grants: Grants,
    pub(super) history: Option<History>,
    pub(super) home: Arc<Home>,
    pub(super) who: String,
    pub(super) catalogue: Arc<Catalogue>,
    /// Tokens of the settings, for environments that name none.
    pub(super) tokens: Vec<TokenName>,
    pub(super) sandbox: Arc<tokio::sync::Mutex<Option<Sandbox>>>,
    pub(super) flights: HashMap<Job, Arc<Flight>>,
    indexing: Arc<Reading>,
    searching: Reading,
    /// The jq filter that is running, and the handle that stops it.
    filtering: Option<(u64, AbortHandle)>,
    /// A hidden value while the person types it.
    pub secret: Option<Typing>,
    /// The value of a token that is being defined.
    pub(super) new_token: NewToken,
    /// What speaks with the team beside everything else.
    team: Option<AbortHandle>,
    /// The beginning of a known value that was typed.
    pub(super) begun: Option<Begun>,
    pub(super) queue: UnboundedSender<Message>,
}

/// What the message says after a copy in tmux; nobody learns whether the terminal around it took
/// the text.
fn copied_in_tmux(what: &str, taken: tmux::Taken, fits: bool) -> String {
    let beyond = match (taken, fits) {
        (tmux::Taken::SentOn, true) => {
            ", and to the clipboard if the terminal around tmux takes it"
        }
        (tmux::Taken::SentOn, false) => "; it may be too long for the clipboard",
        (tmux::Taken::Kept, _) => "; this tmux sends nothing to the clipboard by itself",
    };
    format!("Copied {what} to tmux's buffer{beyond}.")
}

/// Writes the text to a file instead of the clipboard.
fn written(home: &Home, what: &str, text: &str, why: &str) -> Notice {
    let path = home.passing_dir().join("copied.txt");
    match home.save(&path, text) {
        Ok(()) => Notice::info(format!("Wrote {what} to {}: {why}.", path.display())),
        Err(error) => Notice::trouble(error.to_string(), format!("Nothing was copied: {why}.")),
    }
}

impl Performer {
    /// Starts with nothing under way, and sends every result to `queue`.
    pub fn new(
        means: Means,
        tokens: Vec<TokenName>,
        catalogue: Arc<Catalogue>,
        queue: UnboundedSender<Message>,
    ) -> Performer {
        hear(means.news, queue.clone());
        Performer {
            team: means.team.map(|team| team::begin(team, queue.clone())),
            grants: means.grants,
            catalogue,
            secret: None,
            new_token: NewToken::default(),
            begun: None,
            client: Arc::new(means.client),
            history: means.history,
            home: Arc::new(means.home),
            who: means.who,
            tokens,
            sandbox: Arc::default(),
            flights: HashMap::new(),
            indexing: Arc::default(),
            searching: Reading::default(),
            filtering: None,
            queue,
        }
    }

    /// Carries out one effect. Those that concern quitting and the terminal belong to the loop and
    /// do nothing here.
    pub fn perform(&mut self, effect: Effect) {
        match effect {
            Effect::Send {
                job,
                typed,
                sent,
                environment,
                case,
                manner,
            } => self.send(
                job,
                Outgoing {
                    typed: *typed,
                    sent: *sent,
                    environment: *environment,
                    author: Author::Person,
                    case,
                    manner,
                },
            ),
            Effect::FindPlaces(environment) => self.find_places(*environment),
            Effect::TakeIn { text, was_argument } => self.take_in(text, was_argument),
            Effect::Copy { what, text } => self.copy(what, text),
            Effect::Cancel(job) => self.cancel(job),
            Effect::StartSandbox => self.start_sandbox(),
            Effect::ReadTokens(environment) => self.read_tokens(*environment),
            Effect::Remember(exchange) => self.remember(exchange),
            Effect::Recall {
                question,
                query,
                after,
            } => self.recall(question, query, after),
            Effect::Fetch {
                id,
                held: None,
                then,
            } => self.fetch(id, then),
            Effect::Fetch { held, then, .. } => {
                let exchange = held;
                let _ = self.queue.send(Message::Fetched { exchange, then });
            }
            Effect::Index {
                question,
                source,
                view,
            } => self.index(question, source, view),
            Effect::Search {
                question,
                source,
                pattern,
            } => self.search(question, source, *pattern),
            Effect::Jq {
                question,
                filter,
                exchange,
            } => self.jq(question, filter, exchange),
            Effect::SaveBody { source, path } => self.save_body(source, path),
            Effect::OpenFile(path) => self.open_file(path),
            Effect::OpenPage(url) => self.open_page(url),
            Effect::HoldToken(text) => self.hold_token(&text),
            Effect::UseToken { name, origin } => self.use_token(&name, origin),
            Effect::StopReading(question) => self.stop_reading(question),
            Effect::Compare { was, is } => self.compare(was, is),
            Effect::Explain {
                exchange,
                environment,
                then,
            } => self.explain(exchange, *environment, then),
            Effect::Refute { job, case } => self.refute(job, *case.0),
            Effect::Remind {
                exchange,
                environment,
            } => self.remind(exchange, *environment),
            asked @ Effect::Resolve { .. } => self.resolve(asked),
            asked @ Effect::Isolate { .. } => self.isolate(asked),
            Effect::When {
                exchange,
                environment,
            } => self.when(exchange, *environment),
            Effect::Investigate {
                job,
                exchange,
                environment,
                budget,
                case,
            } => self.investigate(job, exchange, *environment, budget, case),
            Effect::LetGo(spent) => self.let_go(spent),
            Effect::Forget(ids) => self.forget(ids),
            Effect::Restore(ids) => self.restore(ids),
            Effect::GatherSession {
                job,
                name,
                chosen,
                held,
                front,
                environments,
            } => self.look_up(move |history, queue| {
                let of = (chosen, held, front);
                let gathered = sessions::gathered(history, &name, of, &environments);
                let _ = queue.send(Message::Gathered { job, gathered });
            }),
            Effect::SaveSession {
                name,
                chosen,
                held,
                environments,
            } => self.save_session(name, chosen, held, environments),
            Effect::TypeToken(typing) => self.type_token(typing),
            Effect::ForgetTyped => self.forget_typed(),
            Effect::SetUp(order) => self.set_up(*order),
            Effect::RemoveEnvironment(name) => self.remove_environment(name),
            Effect::RemoveToken(name) => self.remove_token(name),
            Effect::ListSessions(listing) => self.list_sessions(listing),
            Effect::ListCases => self.list_cases(),
            Effect::TellCase {
                case,
                form,
                environments,
            } => self.tell_case(case, form, environments),
            Effect::WriteSession { job, session } => self.write_session(job, *session),
            Effect::OpenSession { job, screen, from } => self.open_session(job, screen, from),
            Effect::Replay { job, run } => self.replay(job, *run),
            Effect::Fill { job, run } => self.fill(job, *run),
            Effect::Survey {
                job,
                token,
                environment,
                case,
            } => self.survey(job, token, *environment, case),
            Effect::Verify {
                job,
                token,
                environment,
                allowed,
                asks_issuer,
            } => {
                let wish = Wish {
                    token,
                    url: None,
                    allowed: Allowed::These(allowed),
                };
                self.verify(job, wish, *environment, asks_issuer);
            }
            Effect::GetToken {
                job,
                token,
                environment,
            } => self.get_token(job, token, *environment),
            Effect::CameBack(address) => self.grants.came_back(Secret::new(address.0)),
            Effect::Record {
                job,
                path,
                step,
                name,
                id,
                held,
                token,
            } => self.record(job, path, (step, name, token), id, held),
            Effect::Export(exported) => self.export(exported),
            Effect::LookAtTokens {
                environment,
                names,
                reads,
            } => self.look_at_tokens(*environment, names, reads),
            Effect::Permit {
                sandbox,
                tokens,
                origin,
            } => self.permit(sandbox, &tokens, &origin),
            Effect::LookAtCookies => {
                let jars = self.client.jars();
                let (rows, are_used) = (jars.rows(), jars.are_used());
                let _ = self.queue.send(Message::Cookies { rows, are_used });
            }
            Effect::ChangeCookies(wish) => self.client.jars().change(&wish),
            Effect::AskToken(token) => self.secret = Some(Typing::new(token)),
            Effect::Learn { environment, held } => self.learn(environment, held),
            Effect::UseTheme(_)
            | Effect::UseMouse(_)
            | Effect::OpenEditor { .. }
            | Effect::Suspend
            | Effect::Quit => {}
        }
    }

    /// How far each running job is.
    pub fn progress(&self) -> Vec<(Job, Progress)> {
        let flights = self.flights.iter();
        flights
            .map(|(job, flight)| (*job, flight.progress()))
            .collect()
    }

    /// Forgets a job that has sent its last message.
    pub fn done(&mut self, job: Job) {
        self.flights.remove(&job);
        for token in self.client.vault().unmaskable() {
            let notice = Notice::trouble(
                format!("Token {token} is too short to be masked."),
                "Where an answer repeats it, it stands on the screen and in the history.",
            );
            let _ = self.queue.send(Message::Told(notice));
        }
    }

    /// Prepares what the first response needs, without delaying the first picture.
    pub fn warm(&self, environment: &Environment) {
        let (client, environment) = (self.client.clone(), environment.clone());
        let (history, indexing) = (self.history.clone(), self.indexing.clone());
        tokio::task::spawn_blocking(move || {
            client.warm(&environment);
            // A failure here is retried, and reported, when the thread is needed.
            let _ = indexing.start();
            if let Some(history) = history {
                history.warm();
            }
        });
    }

    fn send(&mut self, job: Job, outgoing: Outgoing) {
        let flight = Arc::new(Flight::default());
        self.flights.insert(job, flight.clone());
        let (client, queue) = (self.client.clone(), self.queue.clone());
        let place = outgoing.environment.clone();
        tokio::spawn(async move {
            let watching = Watching::new(&client, &outgoing, job, &queue);
            let sending = client.send(outgoing, &flight);
            let exchange = tokio::select! {
                exchange = sending => exchange,
                never = watching.watch(&flight) => match never {},
            };
            let exchange = Arc::new(client.shown(exchange));
            // Look up the pack here, not while drawing.
            let knowledge = client.library().of_exchange(&exchange, &place);
            let answer = Box::new(Shown::new(exchange, knowledge));
            // The queue is only gone when the program is about to end.
            let _ = queue.send(Message::Sent { job, answer });
        });
    }

    /// A handle that stops a job.
    pub(super) fn flight(&mut self, job: Job) -> Arc<Flight> {
        let flight = Arc::new(Flight::default());
        self.flights.insert(job, flight.clone());
        flight
    }

    fn take_in(&mut self, text: Pasted, was_argument: bool) {
        let (client, queue) = (self.client.clone(), self.queue.clone());
        let (tokens, place) = (self.tokens.clone(), self.sandbox.clone());
        tokio::spawn(async move {
            let base = place.lock().await.as_ref().map(Sandbox::base_url);
            let at_home = base.is_some_and(|base| text.0.contains(&base));
            let practice = if at_home {
                sandbox::token_names()
            } else {
                Vec::new()
            };
            let read = tokio::task::spawn_blocking(move || {
                paste::take_in(&text, was_argument, &client, &tokens, &practice)
            });
            if let Ok(message) = read.await {
                let _ = queue.send(message);
            }
        });
    }

    pub(super) fn copy(&mut self, what: String, text: String) {
        // The text was masked before; this is the last check.
        if self.client.vault().mask().finds(&text) {
            let words = format!("Nothing was copied: the value of a token stands in {what}.");
            let remedy = "Copy a part of it that holds none.";
            let _ = self
                .queue
                .send(Message::Told(Notice::trouble(words, remedy)));
            return;
        }
        let handed = terminal::copy(&text);
        let (home, queue) = (self.home.clone(), self.queue.clone());
        if tmux::is_around() {
            let client = self.client.clone();
            tokio::spawn(async move {
                let notice = match tmux::copy(&text, client.vault()).await {
                    Ok(taken) => Notice::info(copied_in_tmux(&what, taken, handed.is_ok())),
                    Err(why) => {
                        let why = format!("{why}, and may not pass on what the terminal was told");
                        written(&home, &what, &text, &why)
                    }
                };
                let _ = queue.send(Message::Told(notice));
            });
            return;
        }
        match handed {
            Ok(()) => {
                let words = format!("Copied {what} to the clipboard, through the terminal.");
                let _ = queue.send(Message::Told(Notice::info(words)));
            }
            Err(why) => {
                tokio::task::spawn_blocking(move || {
                    let _ = queue.send(Message::Told(written(&home, &what, &text, &why)));
                });
            }
        }
    }

    fn cancel(&mut self, job: Job) {
        if let Some(flight) = self.flights.get(&job) {
            flight.stop();
        }
    }

    fn start_sandbox(&mut self) {
        let (place, queue) = (self.sandbox.clone(), self.queue.clone());
        tokio::spawn(async move {
            // Other requests for it hear the same news.
            let _ = sandbox_up(&place, &queue).await;
        });
    }

    fn remember(&mut self, exchange: Arc<Exchange>) {
        let Some(history) = &self.history else { return };
        let receipt = history.remember(exchange);
        let queue = self.queue.clone();
        tokio::spawn(async move {
            if let Err(error) = receipt.await {
                let _ = queue.send(Message::Told(Notice::trouble(error.to_string(), "")));
            }
        });
    }

    fn recall(&mut self, question: u64, query: Query, after: Option<ExchangeId>) {
        self.look_up(move |history, queue| {
            if query.is_of_team() && !history.as_ref().is_some_and(History::has_team) {
                let words = "No team is set up, so no colleague's call is found.";
                let remedy = "httriage help team says how to set one up.";
                let _ = queue.send(Message::Told(Notice::trouble(words, remedy)));
            }
            let found = match &history {
                Some(history) => history.recall(&query, PAGE, after.as_ref()),
                None => Ok(Vec::new()),
            };
            // A call of before that is not found may only not be indexed yet.
            let indexing = history.filter(|_| query.has_words());
            let indexing = indexing.and_then(|history| history.indexing().ok()?.percent());
            if let Some(percent) = indexing {
                let words = format!(
                    "The calls of before are being indexed ({percent} % done); of the oldest only the lines are searched."
                );
                let _ = queue.send(Message::Told(Notice::info(words)));
            }
            let found = found.unwrap_or_else(|error| {
                let _ = queue.send(Message::Told(Notice::trouble(error.to_string(), "")));
                Vec::new()
            });
            let has_older = found.len() == PAGE;
            let _ = queue.send(Message::Recalled {
                question,
                found,
                has_older,
                after,
            });
        });
    }

    fn fetch(&mut self, id: ExchangeId, then: Then) {
        self.look_up(move |history, queue| {
            let found = history.map_or(Ok(None), |history| history.load(&id));
            let message = match found {
                Ok(exchange) => Message::Fetched {
                    exchange: exchange.map(Arc::new),
                    then,
                },
                Err(error) => Message::Told(Notice::trouble(error.to_string(), "")),
            };
            let _ = queue.send(message);
        });
    }

    fn index(&mut self, question: u64, source: Source, view: View) {
        let index = move |source: &Source, watch: Watch| {
            let media_type = source.media_type();
            let body = BodyText::watched(source.bytes(), media_type.as_deref(), view, watch)?;
            let body = Arc::new(body);
            Some(Message::Indexed { question, body })
        };
        self.indexing.read(question, source, &self.queue, index);
    }

    fn search(&mut self, question: u64, source: Source, pattern: Pattern) {
        let search = move |source: &Source, watch: Watch| {
            let found = Arc::new(Found::new(source.bytes(), pattern, watch)?);
            Some(Message::Searched { question, found })
        };
        self.searching.read(question, source, &self.queue, search);
    }

    fn save_body(&self, source: Source, path: PathBuf) {
        let home = self.home.clone();
        self.look_up(move |_, queue| {
            let message = match saved_body::save(&home, &path, source.as_sent()) {
                Ok(path) => Message::Saved { source, path },
                Err(why) => Message::Told(Notice::trouble(why, "")),
            };
            let _ = queue.send(message);
        });
    }

    fn open_file(&self, path: PathBuf) {
        let client = self.client.clone();
        self.look_up(move |_, queue| {
            if let Err(why) = saved_body::open(&path, client.vault().starter()) {
                let _ = queue.send(Message::Told(Notice::trouble(why, "")));
            }
        });
    }

    /// Runs a jq filter; its process ends with this task.
    fn jq(&mut self, question: u64, filter: String, exchange: Arc<Exchange>) {
        let queue = self.queue.clone();
        let task = tokio::spawn(async move {
            let body = exchange.outcome.response().map_or(&[][..], |r| &r.body);
            let filtered = match jq::run(&filter, body).await {
                Ok(filtered) => tokio::task::spawn_blocking(move || {
                    let lines = BodyText::new(&filtered.body, Some(Filtered::MEDIA_TYPE));
                    (Arc::new(filtered), Arc::new(lines))
                })
                .await
                .map_err(|error| format!("The results could not be read: {error}.")),
                Err(why) => Err(why),
            };
            let _ = queue.send(Message::Filtered { question, filtered });
        });
        self.filtering = Some((question, task.abort_handle()));
    }

    fn let_go(&self, spent: Spent) {
        self.indexing.let_go(spent);
    }

    fn stop_reading(&mut self, question: u64) {
        if let Some((_, task)) = self.filtering.take_if(|(asked, _)| *asked == question) {
            task.abort();
        }
        self.indexing.stop(question);
        self.searching.stop(question);
    }

    fn compare(&mut self, was: Arc<Exchange>, is: Arc<Exchange>) {
        self.look_up(move |_, queue| {
            let diff = Arc::new(answer_diff(&was, &is));
            let (was, is) = (was.id.clone(), is.id.clone());
            let _ = queue.send(Message::Compared { was, is, diff });
        });
    }

    fn find_places(&mut self, environment: Environment) {
        let client = self.client.clone();
        self.look_up(move |history, queue| {
            // What is unknown is simply not offered.
            let calls = history.and_then(|h| h.recall(&Query::default(), PLACES, None).ok());
            let knowledge = client.library().of_environment(&environment);
            let endpoints = knowledge.endpoints(&environment.base_url);
            let known = candidates(&calls.unwrap_or_default(), &environment, &endpoints);
            let _ = queue.send(Message::Places {
                environment: environment.name,
                known,
            });
        });
    }

    fn forget(&mut self, ids: Vec<ExchangeId>) {
        self.look_up(move |history, queue| {
            if let Some(Err(error)) = history.map(|history| history.forget(&ids)) {
                let _ = queue.send(Message::Told(Notice::trouble(error.to_string(), "")));
            }
        });
    }

    fn restore(&mut self, ids: Vec<ExchangeId>) {
        self.look_up(move |history, queue| {
            if let Some(Err(error)) = history.map(|history| history.restore(&ids)) {
                let _ = queue.send(Message::Told(Notice::trouble(error.to_string(), "")));
            }
        });
    }

    fn save_session(
        &mut self,
        name: String,
        chosen: Chosen,
        held: Vec<Arc<Exchange>>,
        environments: Vec<Environment>,
    ) {
        let home = self.home.clone();
        self.look_up(move |history, queue| {
            let saved = sessions::save(history, &home, &name, (&chosen, held), &environments);
            let notice = saved.unwrap_or_else(|why| Notice::trouble(why, ""));
            let _ = queue.send(Message::Told(notice));
        });
    }

    fn write_session(&mut self, job: Job, session: Session) {
        let home = self.home.clone();
        self.look_up(move |_, queue| {
            let (told, session) = match sessions::write(&home, session) {
                Ok((notice, open)) => (notice, Some(open)),
                Err(why) => (Notice::trouble(why, ""), None),
            };
            let _ = queue.send(Message::Told(told));
            if let Some(session) = session {
                let _ = queue.send(Message::Opened {
                    job,
                    screen: Screen::Sessions,
                    session: Ok(Box::new(session)),
                });
                let files = home.sessions().into_iter();
                let files = files.map(|(name, path)| SessionFile { name, path });
                let _ = queue.send(Message::Sessions(files.collect(), Listing::ForScreens));
            }
        });
    }

    fn list_sessions(&mut self, listing: Listing) {
        let home = self.home.clone();
        self.look_up(move |_, queue| {
            let files = home.sessions().into_iter();
            let files = files.map(|(name, path)| SessionFile { name, path });
            let _ = queue.send(Message::Sessions(files.collect(), listing));
        });
    }

    fn permit(&self, sandbox: bool, tokens: &[TokenName], origin: &Origin) {
        for token in tokens {
            self.client.vault().permit(sandbox, token, origin.clone());
        }
    }

    fn explain(&self, exchange: Arc<Exchange>, environment: Environment, then: ThenWhy) {
        let client = self.client.clone();
        let is_shown = then == ThenWhy::Show && self.history.is_some();
        let asked = is_shown.then(|| (exchange.clone(), environment.clone()));
        self.look_up(move |history, queue| {
            let case = match history {
                Some(history) => investigate::recalled(&client, &history, exchange, environment),
                None => investigate::case_of(&client, exchange, environment),
            };
            let case = Box::new(case);
            let _ = queue.send(Message::Explained { case, then });
        });
        // The verdict does not wait for what is remembered of others.
        if let Some((exchange, environment)) = asked {
            self.remind(exchange, environment);
        }
    }

    fn investigate(
        &mut self,
        job: Job,
        exchange: Arc<Exchange>,
        mut environment: Environment,
        budget: usize,
        case: Option<String>,
    ) {
        let flight = Arc::new(Flight::default());
        self.flights.insert(job, flight.clone());
        let (client, queue) = (self.client.clone(), self.queue.clone());
        let (place, names) = (
            self.sandbox.clone(),
            token_names(&environment, &self.tokens),
        );
        let history = self.history.clone();
        tokio::spawn(async move {
            if let Err(why) = in_place(&mut environment, &place, &queue).await {
                let _ = queue.send(Message::Told(Notice::trouble(why, "")));
            }
            let (known, here, call) = (client.clone(), environment.clone(), exchange.clone());
            let prepared = tokio::task::spawn_blocking(move || {
                let others = investigate::others(&known, names, &call, here.sandbox);
                let history = history.zip(call.token().cloned());
                let Some((history, token)) = history else {
                    return (others, None, None);
                };
                let good = investigate::known_good(&history, &token.name, &here);
                let until = Some(&call.id);
                let past = investigate::past(&history, &token, &here, &call.typed, until);
                (others, good, past)
            });
            let (others, known_good, past) = prepared.await.unwrap_or_default();
            let asked = Investigation {
                typed: exchange.typed.clone(),
                // A practice API of an earlier run is gone; a call that only reads is made again.
                made: investigate::is_still_there(&exchange, &environment).then_some(exchange),
                environment,
                others,
                budget,
                allow_writes: false,
                case,
                known_good,
                past,
            };
            let told = |case: &Case, _: &Arc<Exchange>| {
                let case = Box::new(case.clone());
                let _ = queue.send(Message::Probed { job, case });
            };
            let found = investigate::run(&client, &asked, &flight, told).await;
            let case = Box::new(found.case);
            let _ = queue.send(Message::Investigated { job, case });
        });
    }

    /// Does something that blocks on a thread that may block.
    pub(super) fn look_up(
        &self,
        work: impl FnOnce(Option<History>, UnboundedSender<Message>) + Send + 'static,
    ) {
        let (history, queue) = (self.history.clone(), self.queue.clone());
        tokio::task::spawn_blocking(move || work(history, queue));
    }

    /// Writes what is still unwritten, within a time limit.
    pub async fn finish(&mut self) {
        if let Some(team) = self.team.take() {
            team.abort();
        }
        if let Some(history) = self.history.take() {
            let _ = tokio::task::spawn_blocking(move || history.close(CLOSING)).await;
        }
    }

    fn read_tokens(&mut self, environment: Environment) {
        let mut names = token_names(&environment, &self.tokens);
        if !environment.sandbox {
            names.extend(self.client.vault().lent());
        }
        self.look_at_tokens(environment.clone(), names.clone(), false);
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

/// The tokens to choose from in an environment.
pub fn token_names(environment: &Environment, all: &[TokenName]) -> Vec<TokenName> {
    if environment.sandbox {
        sandbox::token_names()
    } else if environment.tokens.is_empty() {
        all.to_vec()
    } else {
        environment.tokens.clone()
    }
}

/// The address of the sandbox, which is started if it is not running.
async fn sandbox_up(
    place: &tokio::sync::Mutex<Option<Sandbox>>,
    queue: &UnboundedSender<Message>,
) -> Result<String, String> {
    let mut place = place.lock().await;
    if let Some(sandbox) = &*place {
        return Ok(sandbox.base_url());
    }
    let started = Sandbox::start(None).await;
    let news = match &started {
        Ok(sandbox) => SandboxNews::Up {
            base_url: sandbox.base_url(),
        },
        Err(error) => SandboxNews::Down {
            why: error.to_string(),
        },
    };
    let _ = queue.send(Message::Sandbox(news));
    let sandbox = started.map_err(|error| error.to_string())?;
    let base_url = sandbox.base_url();
    *place = Some(sandbox);
    Ok(base_url)
}

/// Fills in the running sandbox's address if the environment is the sandbox.
pub(super) async fn in_place(
    environment: &mut Environment,
    place: &tokio::sync::Mutex<Option<Sandbox>>,
    queue: &UnboundedSender<Message>,
) -> Result<(), String> {
    if environment.sandbox && environment.base_url.is_empty() {
        environment.base_url = sandbox_up(place, queue).await?;
    }
    Ok(())
}
