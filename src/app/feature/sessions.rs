//! Sessions: open one, run it, and write its reports.

use super::history;
use super::needs::Needs;
use crate::app::action::{Action, Screen};
use crate::app::message::{
    Effect, Exported, Listing, Notice, OpenSession, ReplayRun, SessionFile, SessionFrom, Then,
};
use crate::app::pane::{Choice, Dialog, Pick, SessionsPart, StepResult};
use crate::app::remember::made;
use crate::app::state::{Overlay, State};
use crate::app::task::Job;
use crate::insight::Exchange;
use crate::insight::replay::{Change, ReplayReport, StepReport, judge, tokens_of};
use crate::model::{Environment, Tempo, TokenName};
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// The environment a run goes to: the chosen one, else the session's, else the one in use.
pub fn environment_of_session(state: &State) -> &Environment {
    let open = state.sessions.open.as_ref();
    let named = open.and_then(|open| open.session.environment.as_deref());
    state.environment_for(state.sessions.environment.as_deref(), named)
}

/// Lists the session files when the screen comes to the front.
pub fn shown(_: &mut State) -> Vec<Effect> {
    vec![Effect::ListSessions(Listing::ForScreens)]
}

/// Takes in the files of the folder; opens the latest session if none is open yet.
pub fn listed(state: &mut State, files: Vec<SessionFile>) -> Vec<Effect> {
    state.sessions.listed(files);
    match (&state.sessions.open, state.sessions.file()) {
        (None, Some(file)) if state.sessions.awaits.is_none() => {
            let path = file.path.clone();
            open_file(state, path)
        }
        _ => Vec::new(),
    }
}

/// Loads a session file for this screen.
pub fn open_file(state: &mut State, path: PathBuf) -> Vec<Effect> {
    let job = state.next_job();
    state.sessions.awaits = Some(job);
    vec![Effect::OpenSession {
        job,
        screen: Screen::Sessions,
        from: SessionFrom::File(path),
    }]
}

/// Shows a loaded session, or says why it cannot be read.
pub fn opened(state: &mut State, session: Result<Box<OpenSession>, String>) -> Vec<Effect> {
    state.sessions.awaits = None;
    match session {
        Ok(open) => {
            let stop = if state
                .sessions
                .open
                .as_ref()
                .is_some_and(|o| o.path == open.path)
            {
                None
            } else {
                state
                    .sessions
                    .run
                    .as_ref()
                    .map(|run| Effect::Cancel(run.job))
            };
            state.sessions.opened(*open);
            judge_again(state);
            stop.into_iter().collect()
        }
        Err(why) => {
            state.notice = Some(Notice::trouble(why, ""));
            Vec::new()
        }
    }
}

/// The session in front, if it is in no file yet.
pub fn unsaved(state: &State) -> Option<&OpenSession> {
    let open = state.sessions.open.as_ref()?;
    let in_front = state.screen == Screen::Sessions && state.sessions.run.is_none();
    (in_front && open.path.is_none()).then_some(open)
}

/// Saves the session in front to a file; `None` if it is in one already or none is open.
pub fn save_unsaved(state: &mut State) -> Option<Vec<Effect>> {
    let session = Box::new(unsaved(state)?.session.clone());
    let job = state.next_job();
    state.sessions.awaits = Some(job);
    Some(vec![Effect::WriteSession { job, session }])
}

/// Judges the results again, since a file that was read again may expect something else.
fn judge_again(state: &mut State) {
    let Some(open) = &state.sessions.open else {
        return;
    };
    let results = state.sessions.results.iter_mut().zip(&open.session.steps);
    for (result, step) in results {
        if let Some(result) = result
            && result.report.recorded != step.expect
            && let Some(id) = &result.call
            && let Some(exchange) = state.history.held(id)
        {
            let verdict = result.report.verdict.take();
            result.report = judge(step, &exchange);
            let is_changed = result.report.change == Change::Changed;
            result.report.verdict = verdict.filter(|_| is_changed);
        }
    }
}

/// Opens what is under the cursor: a session, the differences of a step, or its call.
pub fn open(state: &mut State) -> Vec<Effect> {
    match state.sessions.part {
        SessionsPart::Files => {
            let path = state.sessions.file().map(|file| file.path.clone());
            state.sessions.part = SessionsPart::Steps;
            path.map_or_else(Vec::new, |path| open_file(state, path))
        }
        SessionsPart::Steps => {
            state.sessions.part = SessionsPart::Differences;
            Vec::new()
        }
        SessionsPart::Differences => {
            let id = state
                .sessions
                .result()
                .and_then(|result| result.call.clone());
            id.map_or_else(Vec::new, |id| history::open(state, id, Then::Load))
        }
    }
}

/// Why nothing can be opened.
pub fn why_not_open(state: &State) -> Option<&'static str> {
    let sessions = &state.sessions;
    match sessions.part {
        SessionsPart::Files if sessions.file().is_none() => {
            Some("There is no saved session yet. Save calls of the explorer as one.")
        }
        SessionsPart::Steps if sessions.selected().is_none() => Some("The session has no steps."),
        SessionsPart::Differences if sessions.result().and_then(|r| r.call.as_ref()).is_none() => {
            Some("No call was made for this step in this run.")
        }
        _ => None,
    }
}

/// Why steps cannot be sent.
pub fn why_not_run(state: &State) -> Option<&'static str> {
    match &state.sessions {
        sessions if sessions.run.is_some() => Some("A run is under way. Esc stops it."),
        sessions if sessions.step_count() == 0 => Some("No session with steps is open."),
        _ if is_nowhere(state) => Some(
            "The session was made in an environment that is not known here. Choose one for the run, or define it in config.toml.",
        ),
        _ => None,
    }
}

/// Whether the session names an unknown environment and the person chose no other: steps recorded
/// elsewhere must not go to wherever the person happens to be.
fn is_nowhere(state: &State) -> bool {
    let open = state.sessions.open.as_ref();
    let named = open.and_then(|open| open.session.environment.as_ref());
    state.sessions.environment.is_none()
        && named.is_some_and(|name| !state.environments.iter().any(|e| &e.name == name))
}

/// The variables and tokens that these steps need; `None` if no session is open.
pub fn needs(state: &State, steps: Range<usize>) -> Option<Needs<'_>> {
    let open = state.sessions.open.as_ref()?;
    let tokens = match &state.sessions.token {
        Some(token) => vec![token.clone()],
        None => tokens_of(&open.session, steps.clone()),
    };
    Some(Needs {
        environment: environment_of_session(state),
        session: Some(&open.session),
        steps,
        given: &state.sessions.given,
        tokens,
        needs_all: true,
    })
}

/// Starts the steps, but asks first if they would write to a protected environment.
pub fn start_or_ask(state: &mut State, steps: Range<usize>) -> Vec<Effect> {
    let environment = environment_of_session(state);
    let open = state.sessions.open.as_ref();
    let session = open.map_or(&[][..], |open| &open.session.steps);
    let run = session.get(steps.clone()).unwrap_or_default();
    let writes = run.iter().filter(|step| !step.spec.is_safe());
    let methods: Vec<String> = writes
        .map(|step| format!("{} {}", step.spec.method, step.spec.url))
        .collect();
    if !environment.protected || methods.is_empty() {
        return start(state, steps, false);
    }
    let title = format!(
        "{} of the steps write to protected {}",
        methods.len(),
        environment.name
    );
    let choice = |label: &str, note: String, writes| Choice {
        label: label.to_owned(),
        note,
        pick: Pick::RunWrites(steps.clone(), writes),
    };
    let choices = vec![
        choice("Leave them out", "the others are sent".to_owned(), false),
        choice("Send them too", methods.join(", "), true),
        Choice {
            label: "Send nothing".to_owned(),
            note: String::new(),
            pick: Pick::Nothing,
        },
    ];
    state.overlay = Some(Overlay::Dialog(Dialog::new(title, choices, None)));
    Vec::new()
}

/// Starts the steps; with `writes`, also those that change something.
pub fn start(state: &mut State, steps: Range<usize>, writes: bool) -> Vec<Effect> {
    let environment = environment_of_session(state).clone();
    let Some(open) = &state.sessions.open else {
        return Vec::new();
    };
    let mut session = open.session.clone();
    session.steps.truncate(steps.end);
    let run = ReplayRun {
        environment,
        token: state.sessions.token.clone(),
        given: state.sessions.given.clone(),
        from: steps.start,
        writes,
        tempo: state.sessions.tempo,
        case: state.case.clone(),
        session,
    };
    let job = state.begin_job("replay", run.session.name.clone());
    // Where only one part is visible, show the one that the results appear in.
    if state.shows_one_pane() && state.sessions.part == SessionsPart::Files {
        state.sessions.part = SessionsPart::Steps;
    }
    state.sessions.began(job, steps);
    vec![Effect::Replay {
        job,
        run: Box::new(run),
    }]
}

/// A step got its result. Every call is kept, even from a run that nobody watches any more.
pub fn stepped(
    state: &mut State,
    job: Job,
    step: usize,
    report: StepReport,
    exchange: Option<Arc<Exchange>>,
) -> Vec<Effect> {
    let is_own = state
        .sessions
        .run
        .as_ref()
        .is_some_and(|run| run.job == job);
    if is_own {
        let call = exchange.as_ref().map(|exchange| exchange.id.clone());
        state.sessions.stepped(step, StepResult { report, call });
    }
    exchange.map_or_else(Vec::new, |exchange| made(state, exchange))
}

/// The run is over. After a single step the cursor moves to the next one.
pub fn done(state: &mut State) {
    let Some(run) = state.sessions.run.take() else {
        return;
    };
    let alone = run.steps.len() == 1 && state.sessions.step_count() > 1;
    if alone
        && state.sessions.part == SessionsPart::Steps
        && run.steps.start == state.sessions.steps.cursor
    {
        state.sessions.steps.step(1, state.sessions.results.len());
    }
}

/// Lists the tokens that can stand in for those of all steps.
pub fn choose_token(state: &mut State) -> Vec<Effect> {
    let environment = environment_of_session(state).clone();
    let rows = state.tokens_pane.rows(&environment.name);
    let mut choices = vec![Choice {
        label: "as the steps say".to_owned(),
        note: String::new(),
        pick: Pick::RunToken(None),
    }];
    choices.extend(rows.iter().map(|row| {
        Choice {
            label: row.token.name.to_string(),
            note: row
                .token
                .fingerprint
                .as_ref()
                .map_or_else(|| "no value yet".to_owned(), |print| format!("·{print}")),
            pick: Pick::RunToken(Some(row.token.name.clone())),
        }
    }));
    let current = Pick::RunToken(state.sessions.token.clone());
    let at = choices.iter().position(|choice| choice.pick == current);
    let title = format!("Token of the whole run in {}", environment.name);
    let dialog = Dialog::picker(title, choices, at, Action::SessionsToken);
    state.overlay = Some(Overlay::Dialog(dialog));
    Vec::new()
}

/// Takes the token for all steps; `None` leaves each step its own.
pub fn take_token(state: &mut State, token: Option<TokenName>) {
    state.sessions.token = token;
}

/// Lists the environments that a run can go to.
pub fn choose_environment(state: &mut State) {
    let open = state.sessions.open.as_ref();
    let named = open.and_then(|open| open.session.environment.clone());
    let mut choices = vec![Choice {
        label: "as the session says".to_owned(),
        note: named.unwrap_or_else(|| "the one in use".to_owned()),
        pick: Pick::RunEnvironment(None),
    }];
    choices.extend(state.environments.iter().map(|environment| Choice {
        label: environment.name.clone(),
        note: if environment.protected {
            format!("{}  protected", environment.base_url)
        } else {
            environment.base_url.clone()
        },
        pick: Pick::RunEnvironment(Some(environment.name.clone())),
    }));
    let current = Pick::RunEnvironment(state.sessions.environment.clone());
    let at = choices.iter().position(|choice| choice.pick == current);
    let title = "Environment of the run";
    let dialog = Dialog::picker(title, choices, at, Action::SessionsEnvironment);
    state.overlay = Some(Overlay::Dialog(dialog));
}

/// The tempos to choose from, with what each is for.
const TEMPOS: [(&str, &str, Tempo); 4] = [
    ("one after the other", "", Tempo::STEADY),
    (
        "four at once",
        "as far as steps do not need each other",
        Tempo {
            at_once: 4,
            ..Tempo::STEADY
        },
    ),
    (
        "one a second",
        "where there is a limit",
        Tempo {
            pace: Duration::from_secs(1),
            ..Tempo::STEADY
        },
    ),
    (
        "wait where told to",
        "a 429 or 503 that was not recorded goes again after its wait",
        Tempo {
            retries: true,
            ..Tempo::STEADY
        },
    ),
];

/// Lists how fast the steps may follow each other.
pub fn choose_tempo(state: &mut State) {
    let choices = TEMPOS.map(|(label, note, tempo)| Choice {
        label: label.to_owned(),
        note: note.to_owned(),
        pick: Pick::RunTempo(tempo),
    });
    let current = state.sessions.tempo;
    let at = TEMPOS.iter().position(|(.., tempo)| *tempo == current);
    let dialog = Dialog::new("How fast steps follow each other", choices.into(), at);
    state.overlay = Some(Overlay::Dialog(dialog));
}

/// What the screen says of a tempo other than the usual one.
pub fn tempo_label(tempo: Tempo) -> Option<&'static str> {
    let mut others = TEMPOS.iter().skip(1);
    others
        .find(|(.., one)| *one == tempo)
        .map(|(label, ..)| *label)
}

/// Takes another environment for the run. A token belongs to an environment, so the one chosen for
/// the old one goes too.
pub fn take_environment(state: &mut State, environment: Option<String>) -> Vec<Effect> {
    state.sessions.environment = environment;
    state.sessions.token = None;
    vec![look(state)]
}

/// Looks up the tokens that may be chosen for a run.
pub fn look(state: &State) -> Effect {
    Effect::LookAtTokens {
        environment: Box::new(environment_of_session(state).clone()),
        names: Vec::new(),
        reads: false,
    }
}

/// Why nothing can be recorded.
pub fn why_not_record(state: &State) -> Option<&'static str> {
    let has_path = state
        .sessions
        .open
        .as_ref()
        .is_some_and(|o| o.path.is_some());
    let call = state
        .sessions
        .result()
        .and_then(|result| result.call.as_ref());
    match (has_path, call) {
        (false, _) => Some("No saved session is open."),
        (true, None) => Some("The step was not sent in this run. Run it first."),
        (true, Some(_)) => None,
    }
}

/// Makes the response of the step under the cursor what the step expects, in the file too. It asks
/// first if the response came with another token than the step's own.
pub fn record(state: &mut State) -> Vec<Effect> {
    let sessions = &state.sessions;
    let sent = sessions.result().and_then(|result| {
        let token = result.report.token.as_ref();
        token.map(|token| token.name.clone())
    });
    let own = sessions.selected().map(|step| step.spec.auth.token());
    let (Some(sent), Some(own)) = (sent, own) else {
        return record_as(state, None);
    };
    if own == Some(&sent) {
        return record_as(state, None);
    }
    let (title, only) = match own {
        Some(own) => (
            format!("This came as {sent}; the step goes with {own}"),
            format!("{own} is then expected to get what {sent} got"),
        ),
        None => (
            format!("This came as {sent}; the step has no token"),
            format!("without a token, what {sent} got is then expected"),
        ),
    };
    let choice = |label: String, note: String, pick| Choice { label, note, pick };
    let choices = vec![
        choice("Record nothing".to_owned(), String::new(), Pick::Nothing),
        choice(
            format!("Record it, and send the step as {sent} from now on"),
            String::new(),
            Pick::Record(Some(sent)),
        ),
        choice(
            "Record the answer alone".to_owned(),
            only,
            Pick::Record(None),
        ),
    ];
    state.overlay = Some(Overlay::Dialog(Dialog::new(title, choices, None)));
    Vec::new()
}

/// Writes the response into the session file; with a token, makes it the step's own.
pub fn record_as(state: &mut State, token: Option<TokenName>) -> Vec<Effect> {
    let sessions = &state.sessions;
    let path = sessions.open.as_ref().and_then(|open| open.path.clone());
    let call = sessions.result().and_then(|result| result.call.clone());
    let name = sessions.selected().map(|step| step.name.clone());
    let (Some(path), Some(id), Some(name)) = (path, call, name) else {
        return Vec::new();
    };
    let job = state.next_job();
    state.sessions.awaits = Some(job);
    vec![Effect::Record {
        job,
        path,
        step: state.sessions.steps.cursor,
        name,
        held: state.history.held(&id),
        id,
        token,
    }]
}

/// Why there is no report.
pub fn why_not_report(state: &State) -> Option<&'static str> {
    let report = state.sessions.report();
    report
        .is_none()
        .then_some("Nothing was run yet, so there is nothing to report.")
}

/// Writes the report of the steps sent so far to a file, in the format that `as_file` gives.
pub fn export(state: &mut State, as_file: fn(Box<ReplayReport>) -> Exported) -> Vec<Effect> {
    let report = state.sessions.report();
    let report = report.map(|report| Effect::Export(as_file(Box::new(report))));
    report.into_iter().collect()
}
