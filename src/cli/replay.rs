//! `httriage replay`: sends a session again, and tells what changed since it was recorded.

use super::args::ReplayArgs;
use super::ask;
use super::call::{Recorder, served};
use super::choice;
use super::grant;
use super::json::{failure_json, verdict_json};
use super::print::{Out, complain};
use super::progress::Gauge;
use super::send::split_pair;
use super::trouble::Trouble;
use crate::engine::replay::{self, Replay};
use crate::engine::sandbox;
use crate::engine::{ClientOptions, Flight, Home, Vault};
use crate::format::report::{junit, markdown, told};
use crate::format::session_file;
use crate::insight::replay::{Change, Direction, ReplayReport, StepReport};
use crate::model::{
    Consent, Environment, Expectation, Origin, Session, Settings, Tempo, TokenName, limits,
    visible_line,
};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Map, Value, json};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Sends the steps and prints what changed; exits with 1 if anything is not as recorded.
pub fn run(args: ReplayArgs, out: &mut Out) -> Result<u8, Trouble> {
    let home = Home::find()?;
    let settings = home.settings()?;
    let (path, text) = home.session(&args.session)?;
    let session = session_file::read(&text, &path.display().to_string())?;
    let environment = choice::environment_of_session(&args.place, &session, &settings)?;
    let mut replay = Replay {
        token: token(&args, &environment, &settings)?,
        session,
        environment,
        allow_writes: args.allow_writes,
        case: args.record.case.clone(),
        ..Replay::default()
    };
    for pair in &args.variables {
        let (name, value) = split_pair(pair, '=', "--var")?;
        replay.given.retain(|(known, _)| *known != name);
        replay.given.push((name, value));
    }
    replay.files = files(&replay.session, &path, args.send_files)?;
    replay.from = first_step(&args, &replay.session)?;
    replay.tempo = Tempo {
        at_once: args.parallel.unwrap_or(1).clamp(1, limits::JOBS),
        pace: choice::seconds(args.pace, "--pace")?.unwrap_or_default(),
        retries: args.retry,
    };
    let mut options = options(&args, &replay, &settings)?;
    let catalogue = choice::catalogue(&home)?;
    let vault = Vault::new(&settings, sandbox::token_value).asking(ask::value);
    let vault = Arc::new(vault.knowing(catalogue.library.marks()));
    options.library = catalogue.library.clone();
    let mut recorder = Recorder::new(&args.record, &home, &settings, &vault);
    let client = grant::client(vault, options, &recorder);
    let tasks = choice::tasks()?;
    let form = match &args.report {
        _ if args.json => "json",
        Some(form) => form.as_str(),
        None => "text",
    };
    let live = form == "text";
    let report = tasks.block_on(async {
        // One sandbox for all steps, so that a later one finds what an earlier one made.
        let served = served(&mut replay.environment).await?;
        if live {
            out.heading(&visible_line(&replay.session.name));
        }
        let count = replay.session.steps.len().max(1);
        let mut gauge = Gauge::new(format!("Replaying {}", replay.session.name));
        let mut done = 0;
        let report = replay::run(&replay, &client, &Flight::default(), |step, exchange| {
            if let Some(exchange) = exchange {
                let place = &replay.environment;
                step.verdict = replay::why(step, &exchange, place, &client, &catalogue);
                recorder.remember(exchange);
            }
            done += 1;
            if live {
                print_step(step, out)
            } else {
                gauge.shows(done * 100 / count)
            }
        })
        .await;
        drop(served);
        Ok::<_, Trouble>(report)
    })?;
    tasks.shutdown_background();
    recorder.finish();

    match form {
        "json" => out.json(&ReportJson(&report)),
        "junit" => out.text(&junit(&report)),
        "markdown" => out.text(&markdown(&report)),
        _ => {
            out.line("");
            out.line(&closing(&report));
        }
    }
    if !live {
        complain(&closing(&report));
    }
    Ok(if report.is_as_recorded() { 0 } else { 1 })
}

/// The folder of the session, if its steps send files from it and the person agrees, now or by an
/// option.
fn files(session: &Session, path: &Path, agreed: bool) -> Result<Option<PathBuf>, Trouble> {
    let steps = session.steps.iter();
    let mut names: Vec<&str> = steps.flat_map(|step| step.spec.files()).collect();
    names.dedup();
    if names.is_empty() || !(agreed || ask::is_possible()) {
        return Ok(None);
    }
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    };
    if agreed {
        return Ok(Some(folder));
    }
    let more = names.len().saturating_sub(8);
    names.truncate(8);
    let mut listed = visible_line(&names.join(", ")).into_owned();
    if more > 0 {
        listed.push_str(&format!(" and {more} more"));
    }
    let question = format!(
        "The session sends files that lie below {}: {listed}. Read and send them?",
        visible_line(&folder.display().to_string())
    );
    if ask::agrees(&question) {
        Ok(Some(folder))
    } else {
        Err(Trouble::usage(
            "Nothing was sent. Take the steps with files out of the session, or begin behind them with --from.".to_owned(),
        ))
    }
}

fn token(
    args: &ReplayArgs,
    environment: &Environment,
    settings: &Settings,
) -> Result<Option<TokenName>, Trouble> {
    let Some(name) = &args.token else {
        return Ok(None);
    };
    choice::token(name, environment, settings).map(Some)
}

/// The step to start with, by its number, counted from one, or by its name.
fn first_step(args: &ReplayArgs, session: &Session) -> Result<usize, Trouble> {
    let Some(wanted) = &args.from else {
        return Ok(0);
    };
    let named = session.steps.iter().position(|step| step.name == *wanted);
    let counted = || {
        let number: usize = wanted.parse().ok()?;
        (1..=session.steps.len())
            .contains(&number)
            .then(|| number - 1)
    };
    named.or_else(counted).ok_or_else(|| {
        Trouble::usage(format!(
            "--from {wanted} is no step of this session. Give its name, or a number from 1 to {}.",
            session.steps.len()
        ))
    })
}

fn options(
    args: &ReplayArgs,
    replay: &Replay,
    settings: &Settings,
) -> Result<ClientOptions, Trouble> {
    let mut options = choice::client_options(&args.limits, settings)?;
    // Only the person can consent, by naming a host together with a token; a session cannot.
    let named = args.place.base_url.as_deref().and_then(Origin::parse);
    options.consent = named.map(|origin| Consent {
        origin,
        tokens: replay.token.iter().cloned().collect(),
    });
    choice::say_consent(&options, settings, &replay.environment);
    Ok(options)
}

/// Prints sign, name, what was recorded and what came, then what differs.
fn print_step(step: &StepReport, out: &mut Out) {
    let colour = match step.change {
        Change::Same => "32",
        Change::Reworded => "36",
        Change::Changed => "1;33",
        Change::Failed => "1;31",
        Change::Skipped => "1;35",
        Change::Unrecorded => "2",
    };
    let sign = out.styled(step.change.glyph(false), colour);
    let was = step
        .recorded
        .as_ref()
        .map_or_else(|| "nothing recorded".to_owned(), told);
    let is = match (&step.replayed, &step.failure) {
        (Some(now), _) => told(now),
        (None, Some(failure)) => failure.cause.id().to_owned(),
        (None, None) => "not sent".to_owned(),
    };
    let name = out.styled(&visible_line(&step.name), "1");
    let mut words = format!("  {was} → {is}");
    if let Some(token) = &step.token {
        words.push_str(&format!("  token {}", token.label()));
    }
    let mut line = format!("{sign} {name}{}", visible_line(&words));
    if let Some(direction) = step.direction {
        let colour = match direction {
            Direction::Fixed => "1;32",
            Direction::Broken => "1;31",
        };
        line.push_str("  ");
        line.push_str(&out.styled(direction.id(), colour));
    }
    out.finished(&line);
    for difference in &step.differences {
        out.indented(difference);
    }
    if let Some(verdict) = &step.verdict {
        let (cause, how_sure) = (verdict.cause.id(), verdict.percent());
        out.indented(&format!("why: {cause} ({how_sure}). {}", verdict.summary));
    }
}

fn closing(report: &ReplayReport) -> String {
    let counts: Vec<String> = Change::ALL
        .into_iter()
        .filter(|change| report.count(*change) > 0)
        .map(|change| format!("{} {}", report.count(change), change.words()))
        .collect();
    let verdict = report.says();
    match report.steps.len() {
        0 => "The session has no steps, so nothing was sent.".to_owned(),
        1 => format!("1 step: {}. {verdict}", counts.join(", ")),
        steps => format!("{steps} steps: {}. {verdict}", counts.join(", ")),
    }
}

/// A report as JSON, written step by step: thousands of steps are never built as one document.
pub struct ReportJson<'r>(pub &'r ReplayReport);

impl Serialize for ReportJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("session", &self.0.session)?;
        for change in Change::ALL {
            map.serialize_entry(change.id(), &self.0.count(change))?;
        }
        map.serialize_entry("steps", &StepsJson(&self.0.steps))?;
        map.end()
    }
}

struct StepsJson<'r>(&'r [StepReport]);

impl Serialize for StepsJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(step_json))
    }
}

fn step_json(step: &StepReport) -> Value {
    let mut object = Map::new();
    object.insert("name".into(), json!(step.name));
    if let Some(token) = &step.token {
        object.insert("token".into(), json!(token.name.as_str()));
    }
    if let Some(was) = &step.recorded {
        object.insert("recorded".into(), expectation_json(was));
    }
    match (&step.replayed, &step.failure) {
        (Some(now), _) => {
            object.insert("replayed".into(), expectation_json(now));
        }
        (None, Some(failure)) => {
            object.insert("replayed".into(), failure_json(failure));
        }
        (None, None) => {}
    }
    object.insert("change".into(), json!(step.change.id()));
    if let Some(direction) = step.direction {
        object.insert("direction".into(), json!(direction.id()));
    }
    object.insert("differences".into(), json!(step.differences));
    if let Some(verdict) = &step.verdict {
        object.insert("verdict".into(), verdict_json(verdict));
    }
    Value::Object(object)
}

fn expectation_json(expect: &Expectation) -> Value {
    let mut object = Map::new();
    if let Some(status) = expect.status {
        object.insert("status".into(), json!(status));
    }
    object.insert("codes".into(), json!(expect.codes));
    Value::Object(object)
}
