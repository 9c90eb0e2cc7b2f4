//! What all tools stand on, and the border around them: where an agent may go, with which tokens,
//! and what it may not do.

use super::given::Given;
use crate::cli::args::{McpArgs, PlaceArgs};
use crate::cli::choice;
use crate::cli::history;
use crate::cli::print::complain;
use crate::cli::trouble::Trouble;
use crate::engine::grant::{Grants, News, Person};
use crate::engine::history::{History, Receipt};
use crate::engine::sandbox::{self, Sandbox};
use crate::engine::seen::Judge;
use crate::engine::{Client, Flight, Home, Vault};
use crate::format::session_file;
use crate::insight::facts::Case;
use crate::insight::redact::is_secret_name;
use crate::insight::{Catalogue, Exchange};
use crate::model::{
    Auth, Author, Body, Environment, Origin, Param, RequestSpec, Session, Settings, TokenName,
    is_safe_method, names_in, names_method, resolve, token_names_in, visible_line,
};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::mpsc::UnboundedSender;
use url::Url;

/// Words in the name of a parameter that goes through pages, which is no credential though it is
/// called a token.
const PAGING: [&str; 7] = [
    "page", "next", "cursor", "continu", "sync", "skip", "resume",
];

/// The settings, the client and the history that every call of a tool uses, made once for the whole
/// run.
pub struct Ground {
    pub home: Home,
    pub settings: Settings,
    pub catalogue: Catalogue,
    pub client: Client,
    pub history: History,
    /// The only environment that calls go to, where the person fixed one.
    fixed: Option<Environment>,
    allow_writes: bool,
    /// The support case that the calls are made for.
    pub case: Option<String>,
    /// The practice API, for as long as the server runs.
    sandbox: tokio::sync::Mutex<Option<Sandbox>>,
}

impl Ground {
    /// Reads the settings as they are at the start. A value is never asked for, so a token with the
    /// source `prompt` has none here. An error where the fixed environment has no base URL.
    pub fn new(args: &McpArgs) -> Result<Ground, Trouble> {
        let home = Home::find()?;
        let settings = home.settings()?;
        let catalogue = choice::catalogue(&home)?;
        let fixed = match &args.env {
            Some(name) => environment(name, &settings)?,
            None => None,
        };
        if fixed
            .as_ref()
            .is_some_and(|e| e.origin().is_none() && !e.sandbox)
        {
            return Err(Trouble::usage(
                "That environment has no base URL, so it fixes nothing. Give it one in config.toml.",
            ));
        }
        // Nobody is asked for a value: whoever talks here is no person.
        let vault = Vault::new(&settings, sandbox::token_value);
        let vault = Arc::new(vault.knowing(catalogue.library.marks()));
        let mut options = choice::client_options(&args.limits, &settings)?;
        options.library = catalogue.library.clone();
        let history = History::at(home.data_dir(), choice::retention(&settings), vault.clone());
        let history = choice::in_team(history, &settings);
        history.tend();
        let keeper = history.clone();
        let grants = Grants::new(
            vault.clone(),
            &options,
            Person::Nobody,
            move |news| match news {
                News::Made(exchange) => drop(keeper.remember(Arc::new(*exchange))),
                News::Says(says) => complain(&visible_line(&says)),
                _ => {}
            },
        );
        let client = Client::new(vault, options).of_agent();
        Ok(Ground {
            client: client.renewing(Arc::new(grants)),
            home,
            settings,
            catalogue,
            history,
            fixed,
            allow_writes: args.allow_writes,
            case: args.case.clone(),
            sandbox: tokio::sync::Mutex::default(),
        })
    }

    /// Waits for what is still to be written.
    pub fn close(&self, within: Duration) {
        self.history.clone().close(within);
    }

    /// What judges earlier calls.
    pub fn judge(&self) -> Judge<'_> {
        Judge {
            client: &self.client,
            catalogue: &self.catalogue,
            environments: &self.settings.environments,
        }
    }

    /// The case with what was seen of its kind.
    pub fn remembering(&self, case: Case) -> Case {
        let seen = self.judge().seen(&self.history, &case);
        Case {
            seen: seen.ok().flatten(),
            ..case
        }
    }

    /// Whether the person started the server with `--allow-writes`. A protected environment is not
    /// written to even then.
    pub fn allow_writes(&self) -> bool {
        self.allow_writes
    }

    /// The environment that an agent named, or the one that is fixed; `None` where neither is.
    pub fn named(&self, env: Option<&str>) -> Result<Option<Environment>, Trouble> {
        match (&self.fixed, env) {
            (Some(fixed), Some(env)) if env != fixed.name => Err(Trouble::usage(format!(
                "Nothing was sent: this server was started for environment {} alone.",
                fixed.name
            ))),
            (Some(fixed), _) => Ok(Some(fixed.clone())),
            (None, Some(env)) => {
                let named = environment(env, &self.settings)?;
                Ok(named.map(|place| self.chosen_by_agent(place)))
            }
            (None, None) => Ok(None),
        }
    }

    /// An environment that an agent named: a token goes there only where the settings bind it to
    /// it. The one that the settings begin with is the person's own choice.
    fn chosen_by_agent(&self, environment: Environment) -> Environment {
        let is_usual = self.settings.environment.as_deref() == Some(&*environment.name);
        Environment {
            chosen_by: if is_usual {
                Author::Person
            } else {
                Author::File
            },
            ..environment
        }
    }

    /// Whether a call of the history may be made again beside another one: where the person fixed
    /// an environment, only one that was made there and stays there.
    pub fn may_compare(&self, call: &RequestSpec, place: &Environment) -> Result<(), Trouble> {
        self.named(Some(&place.name))?;
        let goes = resolve(call, place)
            .ok()
            .and_then(|sent| Origin::parse(&sent.url));
        if self.fixed.is_some() && goes != place.origin() {
            return Err(Trouble::usage(format!(
                "Nothing was sent: the call to compare with does not stay at environment {}, and this server was started for that alone.",
                place.name
            )));
        }
        Ok(())
    }

    /// Where a call goes. A host that no environment has is a place without headers, variables
    /// and tokens of its own: a token goes there only where its own settings bind it to it.
    pub fn place(&self, env: Option<&str>, url: &str) -> Result<Environment, Trouble> {
        if let Some(named) = self.named(env)? {
            return Ok(named);
        }
        let Some(origin) = Origin::parse(url) else {
            let usual = choice::environment(&PlaceArgs::default(), &self.settings)?;
            return usual.ok_or_else(|| {
                Trouble::usage(
                    "Nothing was sent: a path needs an environment. Name one with env; env_list shows them, and sandbox is the practice API.",
                )
            });
        };
        let own = self.settings.environments.iter();
        let own: Vec<&Environment> = own
            .filter(|e| e.origin().as_ref() == Some(&origin))
            .collect();
        match own[..] {
            [] => Ok(choice::environment_of_url(url, &self.settings)),
            [one] => Ok(self.chosen_by_agent(one.clone())),
            _ => {
                let names: Vec<&str> = own.iter().map(|e| e.name.as_str()).collect();
                Err(Trouble::usage(format!(
                    "Nothing was sent: {} are all at {origin}. Name one of them with env.",
                    names.join(", ")
                )))
            }
        }
    }

    /// Starts the practice API, once, for an environment that is it.
    pub async fn raise(&self, environment: &mut Environment) -> Result<(), Trouble> {
        if !environment.sandbox {
            return Ok(());
        }
        let mut sandbox = self.sandbox.lock().await;
        if sandbox.is_none() {
            let started = Sandbox::start(None).await;
            *sandbox = Some(started.map_err(|error| Trouble::failed(error.to_string()))?);
        }
        if let Some(sandbox) = &*sandbox {
            environment.base_url = sandbox.base_url();
        }
        Ok(())
    }

    /// The call that is asked for, in an environment that is up.
    pub fn spec(&self, given: &Given, environment: &Environment) -> Result<RequestSpec, Trouble> {
        let method = given.text("method").unwrap_or("GET").to_ascii_uppercase();
        if method.is_empty()
            || method.len() > 24
            || !method.bytes().all(|b| b.is_ascii_alphabetic())
        {
            return Err(Trouble::usage(
                "Nothing was sent: the method has to be a word such as GET.",
            ));
        }
        self.may_write(&method, environment)?;
        let mut spec = RequestSpec::new(method, given.needed("url").trim());
        for (name, value) in given.pairs("headers") {
            if is_secret_name(name) {
                return Err(carried(name));
            }
            spec.headers.push(Param::data(name, value));
        }
        for (name, value) in given.pairs("params") {
            spec.params.push(Param::data(name, value));
        }
        if let Some(data) = given.text("data") {
            spec.body = Body::Bytes(data.as_bytes().to_vec());
        }
        let names_user = |url: Url| !url.username().is_empty() || url.password().is_some();
        if Url::parse(&spec.url).is_ok_and(names_user) {
            return Err(carried("the URL"));
        }
        if !token_names_in(&spec.url).is_empty() {
            return Err(Trouble::usage(
                "Nothing was sent: a token goes where its settings say, and is named with token. Take the braces out of the URL.",
            ));
        }
        if let Some(name) = given.text("token") {
            spec.auth = Auth::Bearer(self.token(name, environment)?);
        }
        self.keeps_to(&spec, environment)?;
        Ok(spec)
    }

    /// A token by name, where it may go with an environment.
    pub fn token(&self, name: &str, environment: &Environment) -> Result<TokenName, Trouble> {
        let token = choice::token(name, environment, &self.settings)?;
        let origin = environment.origin();
        // A person who names a host and a token in one command says that it goes there; whoever
        // talks here cannot say so.
        let nowhere = Environment {
            chosen_by: Author::File,
            ..environment.clone()
        };
        let is_chosen = environment.configured && environment.chosen_by == Author::Person;
        let place = if is_chosen { environment } else { &nowhere };
        let bound = self.client.vault().origins(&token, place);
        if !environment.sandbox && !origin.as_ref().is_some_and(|origin| bound.contains(origin)) {
            return Err(Trouble::usage(format!(
                "Nothing was sent: token {token} is not bound to {}. The person can do that in config.toml, with an environment of that host or with origins; here nobody can.",
                origin.map_or_else(|| "that place".to_owned(), |origin| origin.to_string())
            )));
        }
        Ok(token)
    }

    fn may_write(&self, method: &str, environment: &Environment) -> Result<(), Trouble> {
        if is_safe_method(method) {
            return Ok(());
        }
        let why = match (environment.protected, self.allow_writes) {
            (true, _) => format!(
                "environment {} is protected, where no agent writes",
                environment.name
            ),
            (false, true) => return Ok(()),
            (false, false) => {
                "this server only reads. It writes where the person starts it with --allow-writes"
                    .to_owned()
            }
        };
        Err(Trouble::usage(format!(
            "Nothing was sent: {method} writes, and {why}."
        )))
    }

    /// Whether the call, as it would go out, stays where it may be, reads where it has to, and
    /// carries no credential in plain text.
    fn keeps_to(&self, spec: &RequestSpec, environment: &Environment) -> Result<(), Trouble> {
        // What cannot be resolved is not sent, and says why by itself.
        let Ok(sent) = resolve(spec, environment) else {
            return Ok(());
        };
        let Ok(url) = Url::parse(&sent.url) else {
            return Ok(());
        };
        let home = environment.origin();
        if Origin::of(&url) != home {
            let home = home.map_or_else(|| "no host yet".to_owned(), |home| home.to_string());
            return Err(Trouble::usage(format!(
                "Nothing was sent: environment {} is at {home}, and this call goes elsewhere.",
                environment.name
            )));
        }
        let slots: Vec<_> = sent.slots_of_url().collect();
        for (name, _) in url.query_pairs().filter(|_| slots.is_empty()) {
            let lower = name.to_ascii_lowercase();
            if is_secret_name(&name) && !PAGING.iter().any(|word| lower.contains(word)) {
                return Err(carried(&name));
            }
        }
        if is_safe_method(&spec.method) {
            let headers = spec.headers.iter().map(|row| row.name.clone());
            let params = url.query_pairs().map(|(name, _)| name.into_owned());
            let mut names = headers.chain(params);
            if let Some(name) = names.find(|name| names_method(name)) {
                self.may_write(&format!("{} with {name}", spec.method), environment)?;
            }
        }
        Ok(())
    }

    /// A session of the sessions folder, by name: no other file is opened for an agent.
    pub fn session(&self, name: &str) -> Result<Session, Trouble> {
        let unknown = || {
            Trouble::usage(format!(
                "There is no session named {} in the sessions folder. The person can save one with httriage history save.",
                visible_line(name)
            ))
        };
        let is_name = !name.contains(['/', '\\']) && !name.starts_with('.');
        if !is_name {
            return Err(unknown());
        }
        let (path, text) = self.home.session(name).map_err(|_| unknown())?;
        // A file of that name in the folder where the server was started is found first.
        if !path.starts_with(self.home.sessions_dir()) {
            return Err(unknown());
        }
        Ok(session_file::read(&text, &path.display().to_string())?)
    }

    /// Where a session goes, if it may go there at all.
    pub fn place_of_session(
        &self,
        env: Option<&str>,
        session: &Session,
    ) -> Result<Environment, Trouble> {
        let environment = match self.named(env)? {
            Some(named) => named,
            None => {
                let usual = PlaceArgs::default();
                let named = choice::environment_of_session(&usual, session, &self.settings)?;
                self.chosen_by_agent(named)
            }
        };
        for step in &session.steps {
            let mut spec = step.spec.clone();
            spec.method.make_ascii_uppercase();
            let what = if is_safe_method(&spec.method) && !spec.is_safe() {
                format!("{} that asks for another method", spec.method)
            } else {
                spec.method
            };
            self.may_write(&what, &environment).map_err(|trouble| {
                Trouble::usage(format!("Step {}: {trouble}", visible_line(&step.name)))
            })?;
            // Of the rest it is not known where it goes before its answers are there.
            let url = step.spec.url.trim_start();
            let is_home = url.starts_with('/')
                || url.starts_with("{{base}}/")
                || (names_in(url).is_empty() && Origin::parse(url) == environment.origin());
            if self.fixed.is_some() && !is_home {
                return Err(Trouble::usage(format!(
                    "Nothing was sent: step {} does not stay at environment {}, and this server was started for that alone.",
                    visible_line(&step.name),
                    environment.name
                )));
            }
        }
        Ok(environment)
    }
}

/// An environment of the settings, or the practice API.
pub fn environment(name: &str, settings: &Settings) -> Result<Option<Environment>, Trouble> {
    let place = PlaceArgs {
        env: Some(name.to_owned()),
        base_url: None,
    };
    choice::environment(&place, settings)
}

fn carried(name: &str) -> Trouble {
    Trouble::usage(format!(
        "Nothing was sent: {} carries a credential, and those go by name only. Use token, with a name that token_list shows.",
        visible_line(&name.chars().take(60).collect::<String>())
    ))
}

/// One call of a tool, from its arguments to its result. It runs on a thread of its own.
pub struct Errand {
    pub ground: Arc<Ground>,
    pub flight: Arc<Flight>,
    pub handle: Handle,
    /// How far it is, for whoever asked to hear it.
    pub steps: UnboundedSender<Step>,
    receipts: Mutex<Vec<Receipt>>,
}

/// How far a tool is.
pub struct Step {
    pub done: usize,
    pub of: Option<usize>,
    pub says: &'static str,
}

impl Errand {
    /// An errand that has made no call yet.
    pub fn new(
        ground: Arc<Ground>,
        flight: Arc<Flight>,
        handle: Handle,
        steps: UnboundedSender<Step>,
    ) -> Errand {
        Errand {
            ground,
            flight,
            handle,
            steps,
            receipts: Mutex::default(),
        }
    }

    /// Runs what is asynchronous to its end and blocks this thread; it must not be one of the
    /// runtime's own.
    pub fn wait<T>(&self, future: impl Future<Output = T>) -> T {
        self.handle.block_on(future)
    }

    /// Puts a call into the history, where it counts as the agent's.
    pub fn keep(&self, exchange: Arc<Exchange>) {
        let receipt = self.ground.history.remember(exchange);
        let mut receipts = self.receipts.lock().unwrap_or_else(PoisonError::into_inner);
        receipts.push(receipt);
    }

    /// Nobody has to listen.
    pub fn tell(&self, done: usize, of: Option<usize>, says: &'static str) {
        let _ = self.steps.send(Step { done, of, says });
    }

    /// Waits until all is written; what could not be, each reason once.
    pub fn settled(&self) -> Vec<String> {
        let receipts =
            std::mem::take(&mut *self.receipts.lock().unwrap_or_else(PoisonError::into_inner));
        let mut told = Vec::new();
        for receipt in receipts {
            if let Err(error) = receipt.wait() {
                let words = error.to_string();
                if !told.contains(&words) {
                    told.push(words);
                }
            }
        }
        told
    }

    /// A call of the history.
    pub fn recalled(&self, id: &str) -> Result<Exchange, Trouble> {
        history::find(&self.ground.history, id)
    }
}
