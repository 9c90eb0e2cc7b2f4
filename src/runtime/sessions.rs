//! Sessions between the screen and the disk: calls become a file, a file becomes steps, and results
//! become reports.

use crate::app::{Chosen, Gathered, Notice, OpenSession, SessionFrom};
use crate::engine::Home;
use crate::engine::history::History;
use crate::format::{self, session_edit, session_file};
use crate::insight::Exchange;
use crate::insight::replay::{Keeping, ReplayReport, is_saved, rerecorded, session_of};
use crate::insight::{Query, Want};
use crate::model::{Environment, ExchangeId, Session, TokenName};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// A case with more calls than this is no longer one story.
const MOST_STEPS: usize = 1_000;

const GONE: &str = "The chosen calls are no longer in the history";

/// The chosen calls, oldest first. Those in `held` may not be in the history yet, or never will be.
/// For a case, only calls made for their own sake: probes, cells of a matrix and the like are not
/// part of its story.
fn gather(
    history: Option<History>,
    chosen: &Chosen,
    held: Vec<Arc<Exchange>>,
) -> Result<Vec<Arc<Exchange>>, String> {
    let mut exchanges: BTreeMap<ExchangeId, Arc<Exchange>> = held
        .into_iter()
        .map(|exchange| (exchange.id.clone(), exchange))
        .collect();
    if let Some(history) = history {
        let ids: Vec<ExchangeId> = match chosen {
            Chosen::Calls(ids) => ids.clone(),
            Chosen::Case(case) => {
                let query = Query::of([Want::case(case)]);
                let found = history.recall(&query, MOST_STEPS, None);
                let found = found.map_err(|error| error.to_string())?;
                found.into_iter().map(|summary| summary.id).collect()
            }
        };
        for id in ids {
            if !exchanges.contains_key(&id)
                && let Some(exchange) = history.load(&id).map_err(|error| error.to_string())?
            {
                exchanges.insert(id, Arc::new(exchange));
            }
        }
    }
    if matches!(chosen, Chosen::Case(_)) {
        exchanges.retain(|_, exchange| exchange.is_own());
    }
    Ok(exchanges.into_values().collect())
}

/// A session of the chosen calls, to be looked at before it is written.
pub fn gathered(
    history: Option<History>,
    name: &str,
    (chosen, held, front): (Chosen, Vec<Arc<Exchange>>, Option<ExchangeId>),
    environments: &[Environment],
) -> Result<Gathered, String> {
    let exchanges = gather(history, &chosen, held)?;
    if exchanges.is_empty() {
        return Err(match chosen {
            Chosen::Calls(_) => format!("{GONE}, so there is nothing to save."),
            Chosen::Case(case) => {
                format!("No call was made for case {case} yet, so there is nothing to save.")
            }
        });
    }
    let keeping = Keeping {
        environments,
        ..Keeping::default()
    };
    let saved = exchanges.iter().filter(|exchange| is_saved(exchange));
    let front = saved
        .clone()
        .position(|exchange| Some(&exchange.id) == front.as_ref());
    let exchanges = exchanges.iter().map(|exchange| &**exchange);
    let (session, notes) = session_of(name, "", exchanges, keeping);
    if session.steps.is_empty() {
        let why = notes.into_iter().map(|note| note.message);
        return Err(why.collect::<Vec<_>>().join(" "));
    }
    Ok(Gathered {
        session,
        front,
        notes: notes.into_iter().map(|note| note.message).collect(),
    })
}

/// Saves the chosen calls and says where.
pub fn save(
    history: Option<History>,
    home: &Home,
    name: &str,
    (chosen, held): (&Chosen, Vec<Arc<Exchange>>),
    environments: &[Environment],
) -> Result<Notice, String> {
    let exchanges = gather(history, chosen, held)?;
    if exchanges.is_empty() {
        return Err(format!("{GONE}, so no session was saved."));
    }
    let exchanges = exchanges.iter().map(|exchange| &**exchange);
    let keeping = Keeping {
        environments,
        ..Keeping::default()
    };
    let (session, notes) = session_of(name, "", exchanges, keeping);
    let (mut notice, _) = write(home, session)?;
    notice.remedy = notes
        .iter()
        .map(|note| note.message.as_str())
        .collect::<Vec<_>>()
        .join(" ");
    Ok(notice)
}

/// Writes a session to a new file, and says which.
pub fn write(home: &Home, session: Session) -> Result<(Notice, OpenSession), String> {
    let text = session_file::write(&session);
    let path = home
        .save_new(&session.name, &text)
        .map_err(|error| error.to_string())?;
    let steps = match session.steps.len() {
        1 => "1 step".to_owned(),
        count => format!("{count} steps"),
    };
    let notice = Notice::info(format!("Saved {steps} as {}.", path.display()));
    let path = Some(path);
    Ok((notice, OpenSession { path, session }))
}

/// Loads a session from where the person says. This sends nothing.
pub fn open(
    history: Option<History>,
    home: &Home,
    from: SessionFrom,
) -> Result<OpenSession, String> {
    match from {
        SessionFrom::File(path) => read(home, &path),
        SessionFrom::Calls {
            name,
            chosen,
            held,
            environments,
        } => {
            let exchanges = gather(history, &chosen, held)?;
            if exchanges.is_empty() {
                return Err(format!("{GONE}."));
            }
            let exchanges = exchanges.iter().map(|exchange| &**exchange);
            let keeping = Keeping {
                environments: &environments,
                ..Keeping::default()
            };
            let (session, _) = session_of(name, "", exchanges, keeping);
            Ok(OpenSession {
                path: None,
                session,
            })
        }
    }
}

fn read(home: &Home, path: &Path) -> Result<OpenSession, String> {
    let what = path.to_string_lossy();
    let (path, text) = home.session(&what).map_err(|error| error.to_string())?;
    let session = session_file::read(&text, &path.display().to_string());
    let session = session.map_err(|error| error.to_string())?;
    Ok(OpenSession {
        path: Some(path),
        session,
    })
}

/// Writes a response into the file as the expectation of a step; the rest of the file stays.
pub fn record(
    home: &Home,
    path: &Path,
    (step, name): (usize, &str),
    exchange: &Exchange,
    token: Option<&TokenName>,
) -> Result<OpenSession, String> {
    let what = path.to_string_lossy();
    let (path, text) = home.session(&what).map_err(|error| error.to_string())?;
    let file = path.display().to_string();
    let session = session_file::read(&text, &file).map_err(|error| error.to_string())?;
    let known = session.steps.get(step);
    let expect = known.map(|step| rerecorded(step, exchange));
    let expect = expect.unwrap_or_default();
    let text = session_edit::record(&text, &file, (step, name), &expect, token);
    let text = text.map_err(|error| error.to_string())?;
    home.save(&path, &text).map_err(|error| error.to_string())?;
    read(home, &path)
}

/// Writes a report to a file for programs, and says where.
pub fn export(home: &Home, report: &ReplayReport) -> Result<Notice, String> {
    let name = format!("replay {}", report.session);
    let path = home.export_new(&name, ".junit.xml", &format::report::junit(report));
    let path = path.map_err(|error| error.to_string())?;
    Ok(Notice::info(format!("Written as {}.", path.display())))
}
