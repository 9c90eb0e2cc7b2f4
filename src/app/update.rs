//! Takes a message in and gives effects out. It only routes: what a message means for a pane is
//! decided there.

use super::act::{act, after_typing, leave_overlay};
use super::action::{Action, Pane, Place, Screen};
use super::by_name;
use super::call_line;
use super::feature::compare;
use super::feature::cookies;
use super::feature::matrix;
use super::feature::needs;
use super::feature::proof;
use super::feature::resend;
use super::feature::save_body;
use super::feature::save_session;
use super::feature::seen;
use super::feature::send::send;
use super::feature::sessions;
use super::feature::setup;
use super::feature::sign_in;
use super::feature::tokens;
use super::feature::{investigate, isolate, when};
use super::keymap::{Key, KeyCode};
use super::message::{Draft, Effect, Listing, Message, Notice, SandboxNews, SessionFile};
use super::mouse::point;
use super::palette;
use super::pane::{Editing, Pick, Question, Shown};
use super::paste;
use super::remember::{made, remember_and_judge};
use super::resume;
use super::screens;
use super::state::{Overlay, State};
use super::task::Job;
use crate::insight::Exchange;
use crate::insight::completion::Candidate;
use crate::insight::{BodyText, Found};
use crate::model::{Cause, Outcome, Progress, Timestamp, TokenRef};
use std::sync::Arc;

/// Changes the state by one message, and gives what the runtime has to do.
pub fn update(state: &mut State, message: Message) -> Vec<Effect> {
    match message {
        Message::Key(key) => press(state, key),
        Message::Paste(text) => {
            state.notice = None;
            sign_in::came_back(state, &text).unwrap_or_else(|| paste::paste(state, &text))
        }
        Message::PasteToken { text, seen } => {
            state.notice = None;
            sign_in::came_back(state, &text.0).unwrap_or_else(|| paste::token(state, text, *seen))
        }
        Message::PasteKnown { text, named } => {
            state.notice = None;
            sign_in::came_back(state, &text.0).unwrap_or_else(|| paste::known(state, text, &named))
        }
        Message::Pointer(pointer) => point(state, pointer),
        Message::Act(action) => by_name::act_by_name(state, action),
        Message::Choose(row) => by_name::choose(state, row),
        Message::Resized { width, height } => resize(state, (width, height)),
        Message::Tick { now, progress } => tick(state, now, &progress),
        Message::Coming { job, answer } => coming(state, job, *answer),
        Message::Sent { job, answer } => sent(state, job, *answer),
        Message::Made(exchange) => made(state, exchange),
        Message::Sandbox(news) => sandbox(state, news),
        Message::Tokens {
            environment,
            tokens,
        } => know_tokens(state, &environment, tokens),
        Message::Recalled {
            question,
            found,
            has_older,
            after,
        } => resume::recalled(state, question, found, has_older, after),
        Message::Fetched { exchange, then } => resume::fetched(state, exchange, then),
        Message::Indexed { question, body } => indexed(state, question, body),
        Message::Compared { was, is, diff } => compare::compared(state, &was, &is, diff),
        Message::Searched { question, found } => searched(state, question, found),
        Message::Saved { source, path } => save_body::saved(state, &source, path),
        Message::Filtered { question, filtered } => state.response.filtered(question, filtered),
        Message::Progressed {
            question,
            hundredths,
        } => progressed(state, question, hundredths),
        Message::Sessions(files, listing) => sessions(state, files, listing),
        Message::Cases(cases) => palette::know_cases(state, &cases),
        Message::Explained { case, then } => investigate::explained(state, case, then),
        Message::Reminded { of, seen } => seen::reminded(state, &of, *seen),
        Message::Resolved { of, notice } => seen::recorded(state, &of, notice),
        Message::Probed { job, case } => investigate::probed(state, job, case),
        Message::Investigated { job, case } => investigate::investigated(state, job, case),
        Message::Isolating {
            job,
            search,
            exchange,
        } => isolate::came(state, job, search, exchange),
        Message::Isolated {
            job,
            search,
            why_not,
        } => isolate::ended(state, job, search, why_not),
        Message::Turned { of, found } => when::told(state, &of, found),
        Message::Gathered { job, gathered } => save_session::gathered(state, job, gathered),
        Message::Opened {
            job,
            screen,
            session,
        } => screens::opened(state, job, screen, session),
        Message::Stepped {
            job,
            step,
            report,
            exchange,
        } => sessions::stepped(state, job, step, *report, exchange),
        Message::Filled {
            job,
            row,
            column,
            cell,
            exchange,
        } => matrix::filled(state, job, (row, column), cell, exchange),
        Message::Paused { job, pause } => matrix::paused(state, job, pause),
        Message::Surveyed {
            job,
            survey,
            exchange,
        } => tokens::surveyed(state, job, *survey, exchange),
        Message::SignIn(shown) => sign_in::shown(state, *shown),
        Message::SignedIn(token) => sign_in::got(state, &token),
        Message::Proven {
            job,
            environment,
            token,
            came,
        } => proof::came(state, job, &environment, token, came),
        Message::Done { job, trouble } => screens::done(state, job, trouble),
        Message::Looked {
            environment,
            tokens,
        } => resume::looked(state, &environment, tokens),
        Message::SecretTyped(count) => needs::secret_typed(state, count),
        Message::SecretGiven(row) => resume::secret_given(state, row.map(|row| *row)),
        Message::TypedToken(typed) => setup::typed(state, typed),
        Message::SetUp(done) => setup::done(state, done),
        Message::Learned {
            environment,
            learned,
        } => matrix::learned(state, &environment, learned),
        Message::Imported(imported) => paste::imported(state, *imported),
        Message::Received(exchange, says) => paste::received(state, exchange, says),
        Message::Places { environment, known } => know_places(state, &environment, known),
        Message::Edited { draft, text } => edited(state, draft, text),
        Message::Cookies { rows, are_used } => cookies::shown(state, rows, are_used),
        Message::Told(notice) => tell(state, notice),
        Message::Written { what, text } => vec![Effect::Copy { what, text }],
        Message::Team { trouble } => team(state, trouble),
        Message::Ended => vec![Effect::Quit],
    }
}

/// Looks a key up in the overlay, then among keys that act anywhere, then in the field, then in the
/// panes. Any key dismisses the last message.
fn press(state: &mut State, key: Key) -> Vec<Effect> {
    let was_told = state.notice.take().is_some();
    if call_line::takes(state, key) {
        let mut effects = call_line::begin(state, key);
        effects.extend(press(state, key));
        return effects;
    }
    let anywhere = || state.keymap.lookup(Place::Anywhere, key);
    let action = match &state.overlay {
        Some(Overlay::Dialog(dialog)) if dialog.typed.is_some() => {
            let own = || state.keymap.lookup(Place::Dialog, key);
            let own = if key.is_text() { None } else { own() };
            own.or_else(anywhere)
                .or(state.keymap.lookup(Place::Field, key))
        }
        Some(Overlay::Dialog(_)) => state.keymap.lookup(Place::Dialog, key).or_else(anywhere),
        // Enter has nothing to choose here: matches appear while one types.
        Some(Overlay::Help(help)) if help.search.is_some() => {
            let is_typed = key.is_text() || key == Key::plain(KeyCode::Enter);
            let own = || state.keymap.lookup(Place::Help, key);
            let own = if is_typed { None } else { own() };
            own.or_else(anywhere)
                .or(state.keymap.lookup(Place::Field, key))
        }
        Some(Overlay::Help(_)) => state.keymap.lookup(Place::Help, key).or_else(anywhere),
        Some(Overlay::Manual(manual)) if manual.is_typing => {
            let own = || state.keymap.lookup(Place::Manual, key);
            let own = if key.is_text() { None } else { own() };
            own.or_else(anywhere)
                .or(state.keymap.lookup(Place::Field, key))
        }
        Some(Overlay::Manual(_)) => {
            let own = state.keymap.lookup(Place::Manual, key);
            own.or_else(anywhere)
                .or_else(|| helps(state, key).then_some(Action::OpenHelp))
        }
        Some(Overlay::Palette(_)) => state
            .keymap
            .lookup(Place::Palette, key)
            .or_else(anywhere)
            .or(state.keymap.lookup(Place::Field, key)),
        Some(Overlay::Investigate(_)) => {
            let own = state.keymap.lookup(Place::Investigation, key);
            let help = || state.keymap.lookup(Place::Panes, key);
            let help = || help().filter(|action| *action == Action::OpenHelp);
            own.or_else(anywhere).or_else(help)
        }
        Some(Overlay::Isolate(_)) => {
            let own = state.keymap.lookup(Place::Isolation, key);
            let help = || state.keymap.lookup(Place::Panes, key);
            let help = || help().filter(|action| *action == Action::OpenHelp);
            own.or_else(anywhere).or_else(help)
        }
        Some(Overlay::When(_)) => {
            let own = state.keymap.lookup(Place::When, key);
            let help = || state.keymap.lookup(Place::Panes, key);
            let help = || help().filter(|action| *action == Action::OpenHelp);
            own.or_else(anywhere).or_else(help)
        }
        Some(Overlay::Question(question)) => {
            let place = match question {
                Question::Write { .. } | Question::Files { .. } => Place::Write,
                Question::Page { .. } => Place::Page,
                Question::Host { .. } | Question::Issuer { .. } => Place::Host,
            };
            state.keymap.lookup(place, key).or_else(anywhere)
        }
        Some(Overlay::Pasted(_)) => state.keymap.lookup(Place::Pasted, key).or_else(anywhere),
        Some(Overlay::SignIn(_)) => state.keymap.lookup(Place::SignIn, key).or_else(anywhere),
        // The runtime takes these keys before they get here.
        Some(Overlay::Secret(_)) => None,
        Some(Overlay::Prompt(_)) => anywhere().or(state.keymap.lookup(Place::Field, key)),
        Some(Overlay::Setup(_)) => return press_in_form(state, key),
        None if state.edits_lines() && state.builder.search.is_some() => anywhere()
            .or(state.keymap.lookup(Place::TextSearch, key))
            .or(state.keymap.lookup(Place::Field, key)),
        None if completes(state) => anywhere()
            .or(state.keymap.lookup(Place::Completion, key))
            .or(state.keymap.lookup(Place::Field, key))
            .or_else(|| leads_out(state, key)),
        None if state.is_editing() => anywhere()
            .or(state.keymap.lookup(Place::Field, key))
            .or_else(|| leads_out(state, key)),
        None => anywhere()
            .or_else(|| {
                state
                    .keymap
                    .lookup(state.reads_body().then_some(Place::Body)?, key)
            })
            .or(state.keymap.lookup(place_of_keys(state), key))
            .or(state.keymap.lookup(Place::Panes, key))
            .or_else(|| of_the_response(state, key)),
    };
    match action {
        // Sending from a list of tokens or methods sends with the one under the cursor.
        Some(Action::Send) if picks_part_of_the_request(state) => {
            let mut effects = act(state, Action::DialogChoose);
            effects.extend(act(state, Action::Send));
            effects
        }
        Some(Action::Edit) if state.types_call() => act(state, Action::FieldEnter),
        // The key only dismisses the message; a call under way goes on.
        Some(Action::Back) if was_told => Vec::new(),
        Some(action) => {
            let lies_over = matches!(action, Action::Quit | Action::OpenManual);
            let stays = action.place() != Place::Anywhere || lies_over;
            let mut effects = Vec::new();
            if !stays {
                investigate::put_aside(state);
                effects = leave_overlay(state);
            }
            effects.extend(act(state, action));
            effects
        }
        None if helps(state, key) => act(state, Action::OpenHelp),
        None => {
            if let Some(field) = state.field() {
                field.type_key(key);
            }
            after_typing(state)
        }
    }
}

/// Whether the key opens help and is no letter: it works even while one types.
fn helps(state: &State, key: Key) -> bool {
    let helps = state.keymap.lookup(Place::Panes, key) == Some(Action::OpenHelp);
    helps && key.acts_anywhere() && !matches!(state.overlay, Some(Overlay::Help(_)))
}

/// In the form, sending means saving, and a row of text takes all keys that move in it.
fn press_in_form(state: &mut State, key: Key) -> Vec<Effect> {
    let is_text = state.field().is_some();
    let own = state.keymap.lookup(Place::Setup, key);
    match state.keymap.lookup(Place::Anywhere, key) {
        Some(Action::Send) => return setup::save(state),
        Some(action @ (Action::Quit | Action::OpenManual)) => return act(state, action),
        _ if helps(state, key) => return act(state, Action::OpenHelp),
        _ => {}
    }
    match own {
        Some(Action::SetupRight | Action::SetupLeft) if is_text => {}
        Some(action) => return act(state, action),
        None if !is_text && key == Key::plain(KeyCode::Char(' ')) => {
            return act(state, Action::SetupRight);
        }
        None => {}
    }
    match state.keymap.lookup(Place::Field, key) {
        Some(action) if is_text => {
            if let Some(field) = state.field() {
                field.edit(action);
            }
        }
        _ => {
            if let Some(field) = state.field() {
                field.type_key(key);
            }
        }
    }
    setup::changed(state)
}

/// The keys that are no text and leave the call line while one types in it.
fn leads_out(state: &State, key: Key) -> Option<Action> {
    let on_line = state.overlay.is_none() && matches!(state.builder.editing, Some(Editing::Url));
    if !on_line || key.is_text() {
        return None;
    }
    let request = Place::Pane(Pane::Request);
    let found = state.keymap.lookup(request, key);
    let found = found.or(state.keymap.lookup(Place::Panes, key));
    found.filter(|action| {
        matches!(
            action,
            Action::FocusNext
                | Action::FocusPrevious
                | Action::ChooseMethod
                | Action::TabNext
                | Action::TabPrevious
        )
    })
}

/// What a key does to the response in front while another pane has the focus: save its body, open
/// the saved file, or open a page that it names.
fn of_the_response(state: &State, key: Key) -> Option<Action> {
    if state.screen != Screen::Explorer || state.response.shown.is_none() {
        return None;
    }
    let body = state.keymap.lookup(Place::Body, key);
    let body = body.filter(|action| matches!(action, Action::SaveBody | Action::OpenBody));
    let page = state.keymap.lookup(Place::Pane(Pane::Response), key);
    let page = page.filter(|action| *action == Action::OpenRemedy);
    if state.response.has_views() {
        body.or(page)
    } else {
        page.or(body)
    }
}

/// Whether the list below the URL is in front.
fn completes(state: &State) -> bool {
    state.is_editing() && state.screen == Screen::Explorer && state.builder.is_completing()
}

/// The place whose keys come before those of every pane.
fn place_of_keys(state: &State) -> Place {
    match state.screen {
        Screen::Explorer => Place::Pane(state.focus),
        screen => Place::Screen(screen),
    }
}

fn picks_part_of_the_request(state: &State) -> bool {
    match &state.overlay {
        Some(Overlay::Dialog(dialog)) => dialog.picked().is_some_and(Pick::is_part_of_request),
        _ => false,
    }
}

fn resize(state: &mut State, size: (u16, u16)) -> Vec<Effect> {
    state.size = size;
    Vec::new()
}

fn tick(state: &mut State, now: Timestamp, progress: &[(Job, Progress)]) -> Vec<Effect> {
    state.now = now;
    for running in &mut state.running {
        if let Some((_, progress)) = progress.iter().find(|(job, _)| *job == running.job) {
            running.progress = *progress;
        }
    }
    Vec::new()
}

/// Shows an awaited stream while it arrives.
fn coming(state: &mut State, job: Job, answer: Shown) -> Vec<Effect> {
    if state.response.awaiting != Some(job) {
        return Vec::new();
    }
    let is_new = state.response.coming != Some(job);
    let effects = state.response.show_more(job, answer);
    if is_new && state.shows_one_pane() && !state.builder.is_editing() {
        state.focus = Pane::Response;
    }
    effects
}

/// Every response goes into the history; only the awaited one comes to the front.
fn sent(state: &mut State, job: Job, answer: Shown) -> Vec<Effect> {
    if state.response.awaiting == Some(job) {
        sign_in::ended(state);
    }
    let exchange = &answer.exchange;
    state.running.retain(|running| running.job != job);
    if exchange.attempts == 0 && is_cancelled(exchange) {
        // Nothing was sent, so there is nothing to show or keep.
        state.response.awaiting = state.response.awaiting.filter(|awaited| *awaited != job);
        state.notice = Some(Notice::info("The wait was ended; nothing was sent."));
        return Vec::new();
    }
    let mut effects = remember_and_judge(state, exchange.clone(), answer.summary());
    if state.response.awaiting == Some(job) {
        state.response.awaiting = None;
        let is_first = state.response.shown.is_none();
        effects.extend(state.response.show_end(job, answer));
        state.response.of = state.response.asked.take();
        effects.extend(investigate::wanted(state));
        // Where only one pane is visible, the response must not arrive behind another; and sending
        // ends the work on the call line.
        let is_wanted = is_first || state.shows_one_pane() || state.is_on_call();
        if is_wanted && !state.is_editing() {
            state.focus = Pane::Response;
        }
        resend::ask_to_permit(state);
        setup::offer(state);
    }
    effects
}

fn is_cancelled(exchange: &Exchange) -> bool {
    matches!(&exchange.outcome, Outcome::Failed(failure) if failure.cause == Cause::CallCancelled)
}

fn indexed(state: &mut State, question: u64, body: Arc<BodyText>) -> Vec<Effect> {
    state.response.indexed(question, body).into_iter().collect()
}

fn searched(state: &mut State, question: u64, found: Arc<Found>) -> Vec<Effect> {
    let measured = &state.painted.response;
    state.response.searched(question, found, measured);
    Vec::new()
}

fn progressed(state: &mut State, question: u64, hundredths: u8) -> Vec<Effect> {
    state.response.progressed(question, hundredths);
    Vec::new()
}

fn sandbox(state: &mut State, news: SandboxNews) -> Vec<Effect> {
    state.sandbox_starting = false;
    match news {
        SandboxNews::Up { base_url } => {
            for environment in state.environments.iter_mut().filter(|e| e.sandbox) {
                environment.base_url = base_url.clone();
            }
            if std::mem::take(&mut state.waits_for_sandbox) && state.environment().sandbox {
                return send(state, false);
            }
        }
        SandboxNews::Down { why } => {
            state.waits_for_sandbox = false;
            state.notice = Some(Notice::trouble(
                why,
                "Sending tries again. Without the sandbox, give --base-url URL to look at another API.",
            ));
        }
    }
    Vec::new()
}

fn know_tokens(state: &mut State, environment: &str, tokens: Vec<TokenRef>) -> Vec<Effect> {
    if state.environment().name == environment {
        state.tokens = tokens;
        state.builder.tokens.step(0, state.tokens.len() + 1);
    }
    Vec::new()
}

fn sessions(state: &mut State, files: Vec<SessionFile>, listing: Listing) -> Vec<Effect> {
    match listing {
        Listing::ForScreens => sessions::listed(state, files),
        Listing::ForPalette => palette::know_sessions(state, files),
    }
}

fn know_places(state: &mut State, environment: &str, known: Vec<Candidate>) -> Vec<Effect> {
    let here = state.environment().clone();
    if here.name == environment {
        state.builder.completion.know(known, &here);
    }
    Vec::new()
}

fn edited(state: &mut State, draft: Draft, text: Vec<u8>) -> Vec<Effect> {
    state.notice = state.builder.edited(draft, text);
    Vec::new()
}

/// The team is reached, or why it is not: said once, and shown for as long as it lasts.
fn team(state: &mut State, trouble: Option<String>) -> Vec<Effect> {
    state.team_trouble.clone_from(&trouble);
    let notice = match trouble {
        Some(why) => Notice::trouble("The team is not reached.", why),
        None => Notice::info("The team is reached again."),
    };
    tell(state, notice)
}

fn tell(state: &mut State, notice: Notice) -> Vec<Effect> {
    state.notice = Some(notice);
    Vec::new()
}
