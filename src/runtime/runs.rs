//! Effects of the other screens: open and replay sessions, fill a matrix, look at tokens and survey
//! them.

use super::perform::{Performer, in_place, token_names};
use super::sessions;
use crate::app::{
    Exported, FillRun, Job, Message, Notice, ReplayRun, Screen, SessionFrom, TokenRow,
};
use crate::engine::matrix::{self, MatrixRun, News};
use crate::engine::replay::{self, Replay};
use crate::engine::survey;
use crate::format;
use crate::insight::Exchange;
use crate::insight::learned::Learned;
use crate::insight::replay::StepReport;
use crate::insight::survey::Survey;
use crate::insight::token::TokenReport;
use crate::insight::{Query, Want};
use crate::model::{
    Environment, ExchangeId, ExchangeSummary, Failure, Got, Origin, TokenName, TokenRef,
    TokenSource,
};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

/// Calls of the history to look through for what is known of an environment.
const LOOKED_THROUGH: usize = 5_000;

impl Performer {
    /// Loads a session from a file, a case or marked calls, for the screen that asked.
    pub fn open_session(&mut self, job: Job, screen: Screen, from: SessionFrom) {
        let home = self.home.clone();
        self.look_up(move |history, queue| {
            let session = sessions::open(history, &home, from).map(Box::new);
            let _ = queue.send(Message::Opened {
                job,
                screen,
                session,
            });
        });
    }

    /// Sends the steps of a session again, and reports each one.
    pub fn replay(&mut self, job: Job, run: ReplayRun) {
        let flight = self.flight(job);
        let (client, queue, place) = (
            self.client.clone(),
            self.queue.clone(),
            self.sandbox.clone(),
        );
        let catalogue = self.catalogue.clone();
        tokio::spawn(async move {
            let from = run.from;
            let mut replay = Replay {
                session: run.session,
                environment: run.environment,
                given: run.given,
                token: run.token,
                case: run.case,
                from,
                allow_writes: run.writes,
                reads_only: false,
                // Only the `replay` command reads files, once the person agrees.
                files: None,
                tempo: run.tempo,
            };
            let ready = in_place(&mut replay.environment, &place, &queue).await;
            if ready.is_ok() {
                let mut step = from;
                let stepped = |report: &mut StepReport, exchange: Option<Exchange>| {
                    if let Some(exchange) = &exchange {
                        let place = &replay.environment;
                        report.verdict = replay::why(report, exchange, place, &client, &catalogue);
                    }
                    let _ = queue.send(Message::Stepped {
                        job,
                        step,
                        report: Box::new(report.clone()),
                        exchange: exchange.map(Arc::new),
                    });
                    step += 1;
                };
                replay::run(&replay, &*client, &flight, stepped).await;
            }
            let trouble = ready.err();
            let _ = queue.send(Message::Done { job, trouble });
        });
    }

    /// Fills a matrix, and reports each cell.
    pub fn fill(&mut self, job: Job, run: FillRun) {
        let flight = self.flight(job);
        let (client, queue, place) = (
            self.client.clone(),
            self.queue.clone(),
            self.sandbox.clone(),
        );
        let catalogue = self.catalogue.clone();
        tokio::spawn(async move {
            let mut run = MatrixRun {
                session: run.session,
                environment: run.environment,
                given: run.given,
                callers: run.callers,
                allow_writes: run.writes,
                case: run.case,
            };
            let ready = in_place(&mut run.environment, &place, &queue).await;
            if ready.is_ok() {
                let told = |news| {
                    let _ = queue.send(match news {
                        News::Waiting(pause) => Message::Paused { job, pause },
                        News::Cell {
                            row,
                            column,
                            cell,
                            exchange,
                        } => Message::Filled {
                            job,
                            row,
                            column,
                            cell,
                            exchange: exchange.map(|exchange| Arc::new(*exchange)),
                        },
                    });
                };
                client.jars().forget_columns();
                matrix::run(&run, &*client, &catalogue, &flight, told).await;
            }
            let trouble = ready.err();
            let _ = queue.send(Message::Done { job, trouble });
        });
    }

    /// Sends safe calls with one token, and reports what the token may do at each endpoint.
    pub fn survey(
        &mut self,
        job: Job,
        token: TokenName,
        mut environment: Environment,
        case: Option<String>,
    ) {
        let flight = self.flight(job);
        let (client, queue, place) = (
            self.client.clone(),
            self.queue.clone(),
            self.sandbox.clone(),
        );
        tokio::spawn(async move {
            let ready = in_place(&mut environment, &place, &queue).await;
            if ready.is_ok() {
                let knowledge = client.library().of_environment(&environment);
                let called = |exchange, survey: &Survey| {
                    let _ = queue.send(Message::Surveyed {
                        job,
                        survey: Box::new(survey.clone()),
                        exchange: Arc::new(exchange),
                    });
                };
                let case = case.as_deref();
                let wire = &*client;
                survey::run(
                    &token,
                    &environment,
                    case,
                    wire,
                    &knowledge,
                    &flight,
                    called,
                )
                .await;
            }
            let trouble = ready.err();
            let _ = queue.send(Message::Done { job, trouble });
        });
    }

    /// Writes the response of a step into the session file as what it expects.
    pub fn record(
        &mut self,
        job: Job,
        path: PathBuf,
        (step, name, token): (usize, String, Option<TokenName>),
        id: ExchangeId,
        held: Option<Arc<Exchange>>,
    ) {
        let home = self.home.clone();
        self.look_up(move |history, queue| {
            let found = match (held, history) {
                (Some(exchange), _) => Ok(Some(exchange)),
                (None, Some(history)) => history.load(&id).map(|found| found.map(Arc::new)),
                (None, None) => Ok(None),
            };
            let session = match found {
                Ok(Some(exchange)) => {
                    let step = (step, name.as_str());
                    sessions::record(&home, &path, step, &exchange, token.as_ref()).map(Box::new)
                }
                Ok(None) => Err("The call of this step is no longer in the history.".to_owned()),
                Err(error) => Err(error.to_string()),
            };
            let done = session.is_ok().then(|| path.display().to_string());
            let _ = queue.send(Message::Opened {
                job,
                screen: Screen::Sessions,
                session,
            });
            if let Some(path) = done {
                let words = format!("{name} expects this now; {path} was changed.");
                let _ = queue.send(Message::Told(Notice::info(words)));
            }
        });
    }

    /// Copies a ticket to the clipboard, or writes a report to a file.
    pub fn export(&mut self, exported: Exported) {
        let (what, text) = match exported {
            Exported::Matrix(matrix) => {
                ("the matrix as Markdown", format::matrix::markdown(&matrix))
            }
            Exported::Markdown(report) => {
                ("the report as Markdown", format::report::markdown(&report))
            }
            Exported::Junit(report) => {
                let home = self.home.clone();
                return self.look_up(move |_, queue| {
                    let written = sessions::export(&home, &report);
                    let notice = written.unwrap_or_else(|why| Notice::trouble(why, ""));
                    let _ = queue.send(Message::Told(notice));
                });
            }
        };
        self.copy(what.to_owned(), text);
    }

    /// Looks at tokens; with `reads` it also reads their values, which may start programs.
    pub fn look_at_tokens(
        &mut self,
        environment: Environment,
        mut names: Vec<TokenName>,
        reads: bool,
    ) {
        if names.is_empty() {
            names = token_names(&environment, &self.tokens);
        }
        let (client, queue) = (self.client.clone(), self.queue.clone());
        let grants = self.grants.clone();
        let sandbox = environment.sandbox;
        let place = environment.name.clone();
        let tell = move |tokens| {
            let _ = queue.send(Message::Looked {
                environment: place,
                tokens,
            });
        };
        if reads {
            tokio::spawn(async move {
                let mut rows = Vec::new();
                for name in names {
                    let source = client.vault().source(&name, sandbox);
                    let seen = client.vault().examine(&name, sandbox).await;
                    let origins = client.vault().origins(&name, &environment);
                    let got = grants.got(&name);
                    rows.push(row(name, source, origins, Some(seen), got));
                }
                tell(rows);
            });
        } else {
            tokio::task::spawn_blocking(move || {
                let rows = names.into_iter().map(|name| {
                    let source = client.vault().source(&name, sandbox);
                    let seen = client.vault().examine_at_rest(&name, sandbox);
                    let origins = client.vault().origins(&name, &environment);
                    let got = grants.got(&name);
                    row(name, source, origins, seen, got)
                });
                tell(rows.collect());
            });
        }
    }

    /// Gets a token anew, even if an old value is still at hand; a command runs again.
    pub fn get_token(&mut self, job: Job, token: TokenName, environment: Environment) {
        let flight = self.flight(job);
        let (client, grants) = (self.client.clone(), self.grants.clone());
        let queue = self.queue.clone();
        tokio::spawn(async move {
            let vault = client.vault();
            let failed = match vault.source(&token, environment.sandbox) {
                Some(TokenSource::Command(_)) => vault.read_anew(&token).await.err(),
                _ => grants.login(&token, &environment, &flight).await.err(),
            };
            let trouble = failed.as_ref().map(why);
            let _ = queue.send(Message::Done { job, trouble });
            if failed.is_none() {
                let seen = vault.examine(&token, environment.sandbox).await;
                let origins = vault.origins(&token, &environment);
                let source = vault.source(&token, environment.sandbox);
                let got = grants.got(&token);
                let tokens = vec![row(token, source, origins, Some(seen), got)];
                let environment = environment.name;
                let _ = queue.send(Message::Looked {
                    environment,
                    tokens,
                });
            }
        });
    }

    /// What can be told of a token without starting or asking anything.
    pub fn row_at_rest(&self, name: &TokenName, sandbox: bool) -> TokenRow {
        let source = self.client.vault().source(name, sandbox);
        let seen = self.client.vault().examine_at_rest(name, sandbox);
        row(
            name.clone(),
            source,
            Vec::new(),
            seen,
            self.grants.got(name),
        )
    }

    /// Collects what the history tells of an environment.
    pub fn learn(&mut self, environment: String, held: Vec<ExchangeSummary>) {
        self.look_up(move |history, queue| {
            let query = Query::of([Want::environment(&environment)]);
            // What is unknown is simply not shown.
            let found = history.and_then(|h| h.recall(&query, LOOKED_THROUGH, None).ok());
            let kept = found.unwrap_or_default().into_iter();
            let mut calls: BTreeMap<ExchangeId, ExchangeSummary> =
                kept.map(|call| (call.id.clone(), call)).collect();
            calls.extend(held.into_iter().map(|call| (call.id.clone(), call)));
            let learned = Arc::new(Learned::of(calls.into_values().rev()));
            let _ = queue.send(Message::Learned {
                environment,
                learned,
            });
        });
    }
}

fn row(
    name: TokenName,
    source: Option<TokenSource>,
    origins: Vec<Origin>,
    seen: Option<Result<(TokenRef, TokenReport), Failure>>,
    got: Option<Got>,
) -> TokenRow {
    let mut row = TokenRow {
        token: TokenRef {
            name,
            fingerprint: None,
        },
        source,
        origins,
        report: None,
        trouble: None,
        got,
    };
    match seen {
        Some(Ok((token, report))) => {
            row.token = token;
            row.report = Some(report);
        }
        Some(Err(failure)) => {
            row.trouble = Some(why(&failure));
        }
        None => {}
    }
    row
}

/// Why there is no value, with what to do.
pub(super) fn why(failure: &Failure) -> String {
    let message = failure.message.trim_start_matches("Nothing was sent: ");
    format!("{message} {}", failure.hint)
}
