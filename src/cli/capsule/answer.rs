//! `httriage answer`: makes the calls of a capsule with the token of whoever is here. The capsule
//! is a stranger's: only calls that read, only to where this token is bound by one's own
//! settings, each shown before it is sent.

use crate::cli::args::{AnswerArgs, RecordArgs};
use crate::cli::call::{Recorder, exit_code, ready};
use crate::cli::print::{Out, complain};
use crate::cli::trouble::Trouble;
use crate::cli::{ask, choice, grant};
use crate::engine::{Client, Flight, Home, Vault, carried, clock, sandbox};
use crate::format::capsule::{
    self, Answers, FILE_BYTES, Made, Question, read, told, without_token,
};
use crate::insight::asking::request;
use crate::insight::facts::{Bearer, Case, Credential, Facts, Probe, Probed};
use crate::insight::probe::next;
use crate::model::{
    Auth, Environment, Jar, Manner, Origin, Param, RequestSpec, Settings, TokenName, as_text,
    is_safe_method, resolve, visible_line,
};
use std::io::{IsTerminal, stdin};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Makes the calls that a capsule asks for, each after a yes, and writes what came beside it,
/// without secrets. An error where nothing was sent.
pub fn run(args: AnswerArgs, out: &mut Out) -> Result<u8, Trouble> {
    if !(args.yes || stdin().is_terminal() && ask::is_possible()) {
        return Err(Trouble::usage(
            "Nothing was sent: each call is asked for, and nobody can be asked here. Add --yes if all of them may go.",
        ));
    }
    let home = Home::find()?;
    let settings = home.settings()?;
    let catalogue = choice::catalogue(&home)?;
    let text = choice::text(&args.file, FILE_BYTES)?;
    let capsule = read(&text, &args.file)?;
    let vault = Vault::new(&settings, sandbox::token_value).asking(ask::value);
    let vault = Arc::new(vault.knowing(catalogue.library.marks()));
    let token = token(&args, &capsule.request, &settings, &vault)?;
    let environment = place(&capsule.request, token.as_ref(), &settings);
    let mut options = choice::client_options(&args.limits, &settings)?;
    options.library = catalogue.library.clone();
    let record = RecordArgs {
        case: None,
        no_history: args.no_history,
    };
    let recorder = Recorder::new(&record, &home, &settings, &vault);
    let client = grant::client(vault, options, &recorder);
    let mut asked = Asked {
        client: &client,
        typed: spec(&capsule.request, token.as_ref()),
        environment,
        is_agreed: args.yes,
        calls: Vec::new(),
        recorder,
        out,
    };
    let tasks = choice::tasks()?;
    tasks.block_on(asked.all(&capsule.request, args.probes))?;
    tasks.shutdown_background();
    let Asked {
        calls,
        recorder,
        out,
        ..
    } = asked;
    recorder.finish();
    if calls.is_empty() {
        return Err(Trouble::failed(
            "Nothing was sent, so there is nothing to send back.",
        ));
    }
    let count = calls.len();
    let answers = Answers {
        request: capsule.request,
        calls,
    };
    let text = capsule::write_answers(&answers);
    if client.vault().mask().finds(&text) {
        return Err(Trouble::failed(
            "Nothing was written: the value of a token stands in what came. Say so to the makers.",
        ));
    }
    let place = args.out.unwrap_or_else(|| beside(&args.file));
    home.save(&place, &text)?;
    out.line(&format!(
        "{count} answers are in {}. Read it, and send it back to whoever asked.",
        place.display()
    ));
    Ok(exit_code(crate::model::StatusClass::Success))
}

/// `case.answer` beside `case.capsule`.
fn beside(file: &str) -> PathBuf {
    Path::new(file).with_extension("answer")
}

/// The token that goes along: one that the settings of whoever is here bind to this host.
fn token(
    args: &AnswerArgs,
    question: &Question,
    settings: &Settings,
    vault: &Vault,
) -> Result<Option<TokenName>, Trouble> {
    if !question.with_token {
        return Ok(None);
    }
    let origin = Origin::parse(&question.url);
    let nowhere = Environment::default();
    let is_bound = |name: &TokenName| {
        let origins = vault.origins(name, &nowhere);
        origin
            .as_ref()
            .is_some_and(|origin| origins.contains(origin))
    };
    let host = origin.as_ref().map_or_else(String::new, Origin::to_string);
    if let Some(name) = &args.token {
        let token = choice::token(name, &nowhere, settings)?;
        return if is_bound(&token) {
            Ok(Some(token))
        } else {
            Err(Trouble::usage(format!(
                "Nothing was sent: your settings do not bind token {token} to {host}, where this capsule goes. If that is where it belongs, say so in config.toml: an environment with that host that names the token, or origins."
            )))
        };
    }
    let bound = settings.tokens.iter().map(|token| &token.name);
    let bound: Vec<&TokenName> = bound.filter(|name| is_bound(name)).collect();
    match bound[..] {
        [one] => Ok(Some(one.clone())),
        [] => Err(Trouble::usage(format!(
            "Nothing was sent: your settings bind no token to {host}, where this capsule goes. httriage token add NAME --origin {host} binds one."
        ))),
        _ => {
            let names: Vec<&str> = bound.iter().map(|name| name.as_str()).collect();
            Err(Trouble::usage(format!(
                "Nothing was sent: {} may all go to {host}. Choose one with --token.",
                names.join(", ")
            )))
        }
    }
}

/// One's own environment of that host, or the host alone.
fn place(question: &Question, token: Option<&TokenName>, settings: &Settings) -> Environment {
    let origin = Origin::parse(&question.url);
    let at_home = |own: &&Environment| own.origin() == origin;
    let own: Vec<&Environment> = settings.environments.iter().filter(at_home).collect();
    let naming = own
        .iter()
        .find(|own| token.is_some_and(|token| own.tokens.contains(token)));
    match naming.or(own.first()) {
        Some(own) => {
            let knowledge = own.knowledge.clone().or(question.knowledge.clone());
            Environment {
                knowledge,
                ..(*own).clone()
            }
        }
        None => Environment {
            base_url: question.base.clone(),
            knowledge: question.knowledge.clone(),
            ..choice::environment_of_url(&question.url, settings)
        },
    }
}

/// The call as it is made here. Braces of a stranger are braces.
fn spec(question: &Question, token: Option<&TokenName>) -> RequestSpec {
    let mut spec = RequestSpec::new(question.method.clone(), as_text(&question.url));
    let headers = question.headers.iter();
    spec.headers = headers
        .map(|(name, value)| Param::data(name, value))
        .collect();
    if let Some(token) = token {
        spec.auth = Auth::Bearer(token.clone());
    }
    spec
}

struct Asked<'a> {
    client: &'a Client,
    typed: RequestSpec,
    environment: Environment,
    is_agreed: bool,
    calls: Vec<Made>,
    recorder: Recorder,
    out: &'a mut Out,
}

impl Asked<'_> {
    /// The call in question, where it only reads, and the questions around it.
    async fn all(&mut self, question: &Question, budget: usize) -> Result<(), Trouble> {
        if !is_safe_method(&question.method) {
            complain(&format!(
                "Note: {} writes, so it is not made; what it acts upon is read instead.",
                question.method
            ));
            self.typed.method = "GET".to_owned();
        }
        let typed = self.typed.clone();
        let why = "the call in question";
        let Some(facts) = self
            .make(typed.clone(), self.environment.clone(), Jar::OfCase, why)
            .await?
        else {
            return Ok(());
        };
        let sent = resolve(&typed, &self.environment).unwrap_or_default();
        // Both sides have to come to the same questions, and theirs does not see the token.
        let credential = Credential {
            report: None,
            ..carried(&sent, self.client.vault(), false)
        };
        let knowledge = self.client.knowledge(&facts.exchange, &self.environment);
        // Nobody tries a wrong token where somebody else asked for it.
        let place = Environment {
            protected: true,
            ..self.environment.clone()
        };
        let mut case = Case::of(facts, credential, place, clock::now()).knowing(knowledge);
        case.budget = budget;
        while case.budget > 0
            && let Some(probe) = next(&case)
            && let Some((spec, place)) = request(&probe, &typed, &sent, &case)
        {
            let jar = match probe.bearer {
                Bearer::Own => Jar::OfCase,
                _ => Jar::None,
            };
            let why = purpose(&probe);
            let Some(facts) = self.make(spec, place, jar, why).await? else {
                break;
            };
            case.budget -= 1;
            case.take(Probed { probe, facts });
        }
        Ok(())
    }

    /// Shows a call, and makes it where that is agreed to.
    async fn make(
        &mut self,
        spec: RequestSpec,
        environment: Environment,
        jar: Jar,
        why: &str,
    ) -> Result<Option<Facts>, Trouble> {
        self.show(&spec, &environment, why);
        if !self.is_agreed && !ask::agrees("Send it?") {
            return Ok(None);
        }
        let base = environment.base_path();
        let with_token = spec.auth.token().is_some();
        let manner = Manner {
            jar,
            ..Manner::default()
        };
        let raw = match ready(self.client, spec, environment, None, manner) {
            Ok(outgoing) => self.client.send(*outgoing, &Flight::default()).await,
            Err(unsent) => *unsent,
        };
        let exchange = Arc::new(self.client.shown(raw));
        self.recorder.remember_shared(exchange.clone());
        self.out
            .indented(&visible_line(&exchange.outcome.headline()));
        self.calls.push(Made {
            method: exchange.sent.method.clone(),
            url: without_token(&exchange.sent.url),
            with_token,
            answer: told(&exchange.outcome),
        });
        Ok(Some(Facts::read(exchange, &base)))
    }

    fn show(&mut self, spec: &RequestSpec, environment: &Environment, why: &str) {
        let Ok(sent) = resolve(spec, environment) else {
            return;
        };
        self.out.line("");
        self.out
            .heading(&visible_line(&format!("{} {}", sent.method, sent.url)));
        self.out.indented(why);
        match spec.auth.token() {
            Some(token) => self.out.indented(&format!("with your token {token}")),
            None => self.out.indented("without a token"),
        }
        for row in spec.headers.iter().filter(|row| row.enabled) {
            self.out
                .indented(&visible_line(&format!("{}: {}", row.name, row.value)));
        }
    }
}

fn purpose(probe: &Probe) -> &'static str {
    match probe.bearer {
        Bearer::Nobody => "to see what anybody is answered",
        _ => "to tell the reasons apart",
    }
}
