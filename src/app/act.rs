//! What each action does, one arm an action. Arms only route; what crosses between two panes
//! is a function below, what stays in one is a method of that pane.

use super::action::{Action, Pane, Place, Screen};
use super::call_line;
use super::feature::compare;
use super::feature::cookies;
use super::feature::copy;
use super::feature::failing_field;
use super::feature::history;
use super::feature::manual;
use super::feature::matrix;
use super::feature::pasted_token;
use super::feature::proof;
use super::feature::remedy;
use super::feature::resend;
use super::feature::save_body;
use super::feature::save_session;
use super::feature::seen;
use super::feature::send::{self, send};
use super::feature::sessions;
use super::feature::setup;
use super::feature::sign_in;
use super::feature::tell_case;
use super::feature::tokens;
use super::feature::tokens::{LastWord, last_word};
use super::feature::{investigate, isolate, when};
use super::guide;
use super::message::{Effect, Exported, Notice, Then};
use super::palette::{self, environment_note};
use super::pane::{Builder, BuilderTab, Choice, Dialog, Editing, Help, Manual, Pick, Question};
use super::resume;
use super::screens;
use super::state::{Overlay, State};
use crate::insight::token::relative;
use crate::model::{Auth, BodyKind, Environment, TokenName, TokenRef, cut, limits};

/// How far a key moves the border between the columns, in thousandths of the screen.
const STEP: i16 = 30;

const NO_BODY: &str = "There is no body in front. Open the Body tab of an answer that has one.";

/// Carries an action out and returns the effects it asks for. Where it cannot be done now, only the
/// notice says why; a screen of its own may take it before the panes.
pub fn act(state: &mut State, action: Action) -> Vec<Effect> {
    if let Some(why) = blocked(action, state) {
        state.notice = Some(Notice::info(why));
        return Vec::new();
    }
    if let Some(effects) = screens::act(state, action) {
        return effects;
    }
    let page = page(state);
    let mut effects = Vec::new();
    match action {
        Action::Send => effects = send(state, false),
        Action::ChooseToken => choose_token(state),
        Action::ChooseEnvironment => choose_environment(state),
        Action::AddEnvironment => effects = setup::add(state),
        Action::AddToken => effects = setup::add_token(state),
        Action::RemoveToken => setup::ask_to_remove_token(state),
        Action::SetupNext => effects = setup::step(state, 1),
        Action::SetupBack => effects = setup::step(state, -1),
        Action::SetupRight => effects = setup::turn(state, 1),
        Action::SetupLeft => effects = setup::turn(state, -1),
        Action::SetupLeave => effects = setup::leave(state),
        Action::SaveSession => effects = save(state),
        Action::OpenPalette => effects = palette::open_palette(state, blocked),
        Action::FocusRequest => {
            jump(state, Pane::Request);
            state.builder.on_url = true;
        }
        Action::FocusResponse => jump(state, Pane::Response),
        Action::FocusHistory => jump(state, Pane::History),
        Action::SetCase => history::ask_for_case(state),
        Action::OpenGuide => guide::open_guide(state),
        Action::ChooseTheme => choose_theme(state),
        Action::Cookies => effects = cookies::show(),
        Action::TellCase => tell_case::ask(state),
        Action::SwitchPrivacy => switch_privacy(state),
        Action::SwitchMouse => effects = switch_mouse(state),
        Action::Widen => state.split.widen(STEP),
        Action::Narrow => state.split.widen(-STEP),
        Action::Filter => history::start_filter(state),
        Action::Quit | Action::QuitPane => effects.push(Effect::Quit),
        Action::ShowExplorer => effects = screens::show(state, Screen::Explorer),
        Action::ShowMatrix => effects = screens::show(state, Screen::Matrix),
        Action::ShowSessions => effects = screens::show(state, Screen::Sessions),
        Action::ShowTokens => effects = screens::show(state, Screen::Tokens),
        Action::Suspend => effects.push(Effect::Suspend),
        Action::OpenHelp => open_help(state),
        Action::Back => effects = back(state),
        Action::FocusNext => focus(state, 1),
        Action::FocusPrevious => focus(state, -1),
        Action::TabNext => effects = step_tab(state, 1),
        Action::TabPrevious => effects = step_tab(state, -1),
        Action::Copy => effects = copy(state),
        Action::Up => effects = step(state, -1),
        Action::Down => effects = step(state, 1),
        Action::PageUp => effects = scroll(state, -page),
        Action::PageDown => effects = scroll(state, page),
        Action::First => to_first(state),
        Action::Last => effects = to_last(state),

        Action::Edit => effects = edit(state),
        Action::ChooseMethod => choose_method(state),
        Action::ChooseBody => choose_body(state),
        Action::AddRow => state.builder.add_row(),
        Action::SwitchRow => state.builder.switch_row(),
        Action::RemoveRow => state.builder.remove_row(),
        Action::OpenEditor => effects = state.builder.open_editor(),
        Action::FormatBody => state.notice = state.builder.format_body(),
        Action::UndoRequest => state.builder.undo(),

        Action::OpenEntry => state.response.open_entry(),
        Action::Investigate => effects = investigate::investigate(state),
        Action::InvestigateRow => effects = history::load(state, Then::Investigate),
        Action::Isolate | Action::ProbeIsolate => effects = isolate::isolate(state),
        Action::When => effects = when::of_answer(state),
        Action::WhenRow => effects = history::load(state, Then::When),
        Action::Resolve | Action::ProbeResolve => seen::ask(state),
        Action::Seen | Action::ProbeSeen => effects = seen::show_seen(state),
        Action::BackOff => effects = resend::back_off(state),
        Action::FetchLarger => effects = resend::larger(state),
        Action::TrustOrigin => resend::ask_to_trust(state),
        Action::OpenRemedy => remedy::ask(state),
        Action::ToField => failing_field::go(state),
        Action::WriteOnce => {
            let asked = state.overlay.take();
            // Whoever says yes to the files makes the call their own; a write is asked for by itself.
            let is_of_files = matches!(asked, Some(Overlay::Question(Question::Files { .. })));
            state.builder.is_written |= is_of_files;
            effects = send(state, !is_of_files);
        }
        Action::PageOpen => effects = remedy::open(state),
        Action::PageCopy => effects = remedy::copy(state),
        Action::SignInOpen => effects = sign_in::open(state),
        Action::SignInCopy => effects = sign_in::copy(state),
        Action::SignInStop => effects = sign_in::stop(state),
        Action::HostAsk => effects = proof::agreed(state),
        Action::WriteLeave | Action::PageLeave | Action::HostLeave => state.overlay = None,
        Action::PastedUse => effects = pasted_token::take(state),
        Action::PastedKeep => effects = pasted_token::keep(state),
        Action::PastedCopy => effects = pasted_token::copy(state),
        Action::PastedForget => effects = pasted_token::forget(state),
        Action::StepView => effects = state.response.step_view(&state.painted.response),

        Action::ToggleFold => state.response.toggle_fold(&state.painted.response),
        Action::ToggleAllFolds => state.response.toggle_all_folds(),
        Action::SearchBody => state.response.body.start_search(),
        Action::FilterBody => start_jq(state),
        Action::SaveBody => save_body::ask(state),
        Action::OpenBody => effects = save_body::open(state),
        Action::NextMatch => state.response.step_match(1, &state.painted.response),
        Action::PreviousMatch => state.response.step_match(-1, &state.painted.response),
        Action::Left => state.response.body.scroll_left(-8),
        Action::Right => state.response.body.scroll_left(8),

        Action::Compare => effects = compare::compare(state),
        Action::Expand => state.history.expand(true),
        Action::Fold => state.history.expand(false),
        Action::Load => effects = history::load(state, Then::Load),
        Action::SendAgain => effects = history::load(state, Then::SendAgain),
        Action::Mark => state.history.mark(),
        Action::MarkSince => state.history.mark_since(),
        Action::Forget => history::ask_to_forget(state),
        Action::UndoHistory => effects = history::restore(state),
        Action::Replay => effects = screens::show(state, Screen::Sessions),

        Action::MatrixFill => effects = resume::fill(state),
        Action::MatrixRows => matrix::choose_rows(state),
        Action::MatrixColumns => matrix::choose_columns(state, 0),
        Action::MatrixSort => state.matrix.sort_by(state.matrix.column),
        Action::MatrixDiffering => state.matrix.switch_differing(),
        Action::MatrixWrites => matrix::ask_for_writes(state),
        Action::MatrixOpen => effects = matrix::open_call(state),
        Action::MatrixWhy => effects = matrix::why(state),
        Action::MatrixExport => effects = matrix::export(state),
        Action::MatrixLeft => state.matrix.step_column(-1),
        Action::MatrixRight => state.matrix.step_column(1),

        Action::SessionsOpen => effects = sessions::open(state),
        Action::SessionsRun => effects = resume::run_all(state),
        Action::SessionsRunFrom => effects = resume::run_from(state),
        Action::SessionsRunOne => effects = resume::run_one(state),
        Action::SessionsToken => effects = sessions::choose_token(state),
        Action::SessionsEnvironment => sessions::choose_environment(state),
        Action::SessionsTempo => sessions::choose_tempo(state),
        Action::SessionsRecord => effects = sessions::record(state),
        Action::SessionsMarkdown => effects = sessions::export(state, Exported::Markdown),
        Action::SessionsJunit => effects = sessions::export(state, Exported::Junit),

        Action::TokensRead => effects = resume::ask_to_read(state),
        Action::TokensAnew => effects = tokens::get_anew(state),
        Action::TokensMark => mark_token(state),
        Action::TokensSurvey => effects = resume::survey(state),
        Action::TokensVerify => effects = resume::verify(state),
        Action::TokensTake => tokens::take(state),

        Action::FieldDone => effects = field_done(state),
        Action::FieldEnter => effects = field_enter(state),
        Action::FieldUndo
        | Action::FieldRedo
        | Action::FieldLeft
        | Action::FieldRight
        | Action::FieldWordLeft
        | Action::FieldWordRight
        | Action::FieldUp
        | Action::FieldDown
        | Action::FieldHome
        | Action::FieldEnd
        | Action::FieldClear
        | Action::FieldWordDelete => effects = edit_field(state, action),

        Action::FieldSearch => state.builder.start_search(),
        Action::TextNext => state.builder.step_match(true),
        Action::TextPrevious => state.builder.step_match(false),
        Action::TextSearchDone => state.builder.end_search(),

        Action::CompletionTake => take_completion(state),
        Action::CompletionUp => state.builder.completion.step(-1),
        Action::CompletionDown => state.builder.completion.step(1),
        Action::CompletionClose => state.builder.completion.close(),

        Action::DialogUp => effects = step_dialog(state, -1),
        Action::DialogDown => effects = step_dialog(state, 1),
        Action::DialogChoose => effects = choose(state),
        Action::DialogClose | Action::PaletteClose => effects = leave_overlay(state),

        Action::PaletteUp => step_palette(state, -1),
        Action::PaletteDown => step_palette(state, 1),
        Action::PalettePageUp => step_palette(state, -(state.painted.sheet_height as isize)),
        Action::PalettePageDown => step_palette(state, state.painted.sheet_height as isize),
        Action::PaletteChoose => effects = choose_finding(state),

        Action::ProbeUp => investigate::step(state, -1),
        Action::ProbeDown => investigate::step(state, 1),
        Action::ProbePageUp => investigate::page(state, -1),
        Action::ProbePageDown => investigate::page(state, 1),
        Action::ProbeOpen => effects = investigate::open_probe(state),
        Action::ProbeTicket => effects = investigate::copy_ticket(state),
        Action::ProbeSave => effects = investigate::save(state),
        Action::ProbeByHand => effects = investigate::by_hand(state),
        Action::ProbeRefute => effects = investigate::refute(state),
        Action::ProbeClose => effects = investigate::close(state),

        Action::OpenManual | Action::HelpManual => manual::open(state),
        Action::ManualUp
        | Action::ManualDown
        | Action::ManualPageUp
        | Action::ManualPageDown
        | Action::ManualFirst
        | Action::ManualLast
        | Action::ManualOpen
        | Action::ManualSearch
        | Action::ManualNext
        | Action::ManualPrevious
        | Action::ManualClose => effects = manual::act(state, action),

        Action::IsolateUp => isolate::step(state, -1),
        Action::IsolateDown => isolate::step(state, 1),
        Action::IsolatePageUp => isolate::page(state, -1),
        Action::IsolatePageDown => isolate::page(state, 1),
        Action::IsolateOpen => effects = isolate::open_call(state),
        Action::IsolateCopy => effects = isolate::copy(state),
        Action::IsolateSave => effects = isolate::save(state),
        Action::IsolateAlone => effects = isolate::alone(state),
        Action::IsolateWrites => effects = isolate::allow_writes(state),
        Action::IsolateClose => effects = isolate::close(state),

        Action::WhenUp => when::step(state, -1),
        Action::WhenDown => when::step(state, 1),
        Action::WhenOpen => effects = when::open_call(state),
        Action::WhenClose => effects = when::close(state),

        Action::HelpClose => close_help(state),
        Action::HelpSearch => search_help(state),
        Action::HelpUp => scroll_help(state, -1),
        Action::HelpDown => scroll_help(state, 1),
        Action::HelpPageUp => scroll_help(state, -(state.painted.sheet_height as isize)),
        Action::HelpPageDown => scroll_help(state, state.painted.sheet_height as isize),
    }
    effects
}

/// Why an action can do nothing now, in words for the person.
pub fn blocked(action: Action, state: &State) -> Option<&'static str> {
    match action {
        Action::Send if state.running.len() >= limits::JOBS => {
            Some("Many calls are under way. Wait for one, or stop one.")
        }
        Action::AddToken => setup::why_no_token(state),
        Action::RemoveToken => setup::why_no_removal(state),
        Action::OpenGuide if guide::place_of_sandbox(state).is_none() => {
            Some("The tour goes through the sandbox, and this run has none.")
        }
        Action::FormatBody if state.builder.body.area.is_empty() => {
            Some("There is no body to put on lines.")
        }
        Action::OpenEditor => state.builder.why_not_edit(),
        Action::FieldSearch if !state.edits_lines() => {
            Some("Only the lines of a body or of the notes are searched.")
        }
        Action::SaveSession => save_session::why_not(state),
        Action::TellCase => tell_case::why_not(state),
        Action::UndoRequest if !state.builder.has_removed() => Some("Nothing was removed."),
        Action::Load
        | Action::SendAgain
        | Action::InvestigateRow
        | Action::WhenRow
        | Action::Mark
        | Action::MarkSince
        | Action::Forget
            if state.history.selected().is_none() =>
        {
            Some("No call was made yet, or none fits the filter.")
        }
        Action::Widen | Action::Narrow if state.shows_one_pane() => {
            Some("Panes stand side by side where the terminal has 120 columns or more.")
        }
        Action::StepView | Action::SaveBody | Action::FilterBody if !state.response.has_views() => {
            Some(NO_BODY)
        }
        Action::OpenBody => save_body::why_not_open(state),
        Action::Investigate => investigate::nothing_to_explain(state),
        Action::Isolate => isolate::why_not(state),
        Action::When => when::why_not(state),
        Action::Resolve => seen::why_not(state),
        Action::Seen | Action::ProbeSeen => seen::why_not_seen(state),
        Action::ProbeRefute => investigate::why_not_test(state),
        Action::BackOff => resend::why_not_back_off(state),
        Action::FetchLarger => resend::why_not_load_more(state),
        Action::TrustOrigin => resend::why_not_trust(state),
        Action::OpenRemedy => remedy::why_not(state),
        Action::ToField => failing_field::why_not(state),
        Action::ToggleFold | Action::ToggleAllFolds if !state.response.can_fold() => Some(
            "There is nothing to fold here: only JSON and elements are folded, in the pretty view.",
        ),
        Action::NextMatch | Action::PreviousMatch if !state.response.has_matches() => {
            Some("Nothing was found that could be gone to. Search for something first.")
        }
        Action::Compare if state.response.shown.is_none() && state.focus != Pane::History => {
            Some("There is no answer in front to compare.")
        }
        Action::Copy if state.focus == Pane::Response && state.response.shown.is_none() => {
            Some("There is no answer to copy from yet.")
        }
        Action::Copy if state.focus == Pane::History && state.history.selected().is_none() => {
            Some("No call was made yet, or none fits the filter.")
        }
        Action::MatrixFill => matrix::why_not_fill(state),
        Action::MatrixWrites => matrix::why_not_write(state),
        Action::MatrixOpen | Action::MatrixWhy => matrix::why_not_call(state),
        Action::MatrixExport if state.matrix.is_empty() => {
            Some("There is nothing to write yet. Choose requests and tokens.")
        }
        Action::SessionsOpen => sessions::why_not_open(state),
        Action::SessionsRun | Action::SessionsRunFrom | Action::SessionsRunOne => {
            sessions::why_not_run(state)
        }
        Action::SessionsToken | Action::SessionsEnvironment | Action::SessionsTempo
            if state.sessions.open.is_none() =>
        {
            Some("No session is open.")
        }
        Action::SessionsRecord => sessions::why_not_record(state),
        Action::SessionsMarkdown | Action::SessionsJunit => sessions::why_not_report(state),
        Action::TokensRead | Action::TokensMark | Action::TokensTake => tokens::why_no_token(state),
        Action::TokensSurvey | Action::TokensVerify => tokens::why_not_ask(state),
        Action::TokensAnew => tokens::why_not_change(state),
        action if action.place() == Place::Body && !state.response.has_views() => Some(NO_BODY),
        Action::UndoHistory if !state.history.has_forgotten() => Some("Nothing was forgotten."),
        _ => None,
    }
}

/// The line stands below the body, so that comes to the front.
fn start_jq(state: &mut State) {
    state.leave_field();
    state.focus = Pane::Response;
    state.response.start_jq();
}

/// A row of the history may have to be fetched first.
fn copy(state: &mut State) -> Vec<Effect> {
    if state.focus == Pane::History {
        return history::load(state, Then::Copy);
    }
    copy::open(state);
    Vec::new()
}

/// The session in front if it is in no file yet, else calls of the history.
fn save(state: &mut State) -> Vec<Effect> {
    match sessions::save_unsaved(state) {
        Some(effects) => effects,
        None => save_session::gather(state),
    }
}

fn choose_token(state: &mut State) {
    let current = state.builder.auth.token().cloned();
    let mut choices = Vec::with_capacity(state.tokens.len() + 1);
    for token in &state.tokens {
        choices.push(Choice {
            label: token.name.to_string(),
            note: known_of(state, token),
            pick: Pick::Token(Some(token.name.clone())),
        });
    }
    choices.push(Choice {
        label: "no token".to_owned(),
        note: if state.tokens.is_empty() {
            "none is known here yet".to_owned()
        } else {
            "send without Authorization".to_owned()
        },
        pick: Pick::Token(None),
    });
    if setup::why_no_token(state).is_none() {
        choices.push(Choice {
            label: "+ add a token".to_owned(),
            note: "paste it unseen".to_owned(),
            pick: Pick::AddToken,
        });
    }
    let at = choices
        .iter()
        .position(|c| c.pick == Pick::Token(current.clone()));
    let title = format!("Tokens of {}", state.environment().name);
    let heads = &["name", "last response here", "roles known", "expires"];
    let dialog = Dialog::picker(title, choices, at, Action::ChooseToken).with_columns(heads);
    state.overlay = Some(Overlay::Dialog(dialog));
}

/// What decides between tokens: the last response here, what is known of roles, when it ends.
fn known_of(state: &State, token: &TokenRef) -> String {
    let place = &state.environment().name;
    let last = match last_word(state, token) {
        LastWord::Call(call) => {
            let status = call.status.map(|status| format!("{status:03}"));
            let code = call.errors.iter().find_map(|error| error.code.as_deref());
            let status = status.unwrap_or_else(|| "no response".to_owned());
            format!("{status} {}", code.unwrap_or_default())
        }
        _ if token.fingerprint.is_none() => "no value yet".to_owned(),
        _ => "never sent".to_owned(),
    };
    let survey = state.tokens_pane.survey(place, &token.name);
    let roles = survey.and_then(|survey| {
        let mut said = survey.who.iter();
        said.find(|(name, _)| name == "roles" || name == "scopes")
    });
    let roles = roles.map_or("", |(_, roles)| roles.as_str());
    let row = state.tokens_pane.row(place, &token.name);
    let claims = row.and_then(|row| row.report.as_ref()?.claims.as_ref());
    let ends = claims.and_then(|claims| claims.expires_at);
    let ends = ends.map(|end| relative(end, state.now)).unwrap_or_default();
    format!("{}\t{}\t{ends}", last.trim_end(), cut(roles, 28))
}

/// The request goes with this token from now on, or with none. Another one that stands in a header
/// or a parameter stays at home.
fn take_token(state: &mut State, name: Option<TokenName>) {
    let left = state.builder.switch_off_tokens(name.as_ref());
    if !left.is_empty() {
        let with = name
            .as_ref()
            .map_or("without a token".to_owned(), |name| format!("as {name}"));
        state.notice = Some(Notice::info(format!(
            "{} is switched off, because another token stands in it; the call goes {with}.",
            left.join(", ")
        )));
    }
    state.builder.auth = name.map_or(Auth::None, Auth::Bearer);
}

/// Edits what the cursor is on; of the tokens, the one under it is chosen.
fn edit(state: &mut State) -> Vec<Effect> {
    if !state.builder.shows(BuilderTab::Auth) {
        if let Some(notice) = state.builder.edit() {
            state.notice = Some(notice);
        }
        return if state.builder.on_url {
            vec![Effect::FindPlaces(Box::new(state.environment().clone()))]
        } else {
            Vec::new()
        };
    }
    let chosen = state.tokens.get(state.builder.tokens.cursor);
    let name = chosen.map(|token| token.name.clone());
    take_token(state, name);
    Vec::new()
}

/// From the URL among the tokens, to the one in use.
fn step_request(state: &mut State, step: isize) {
    let was_on_url = state.builder.on_url;
    state.builder.step(step, state.tokens.len());
    if was_on_url {
        to_token_in_use(state);
    }
}

fn to_token_in_use(state: &mut State) {
    let name = state.builder.auth.token();
    let at = state.tokens.iter().position(|t| Some(&t.name) == name);
    state.builder.tokens.cursor = at.unwrap_or(state.tokens.len());
}

fn choose_environment(state: &mut State) {
    let choices = state.environments.iter().enumerate();
    let choices = choices.map(|(place, environment)| Choice {
        label: environment.name.clone(),
        note: told_of(state, environment),
        pick: Pick::Environment(place),
    });
    let mut choices: Vec<Choice> = choices.collect();
    choices.extend(setup::choices(state));
    let here = Some(state.environment);
    let dialog = Dialog::picker("Environments", choices, here, Action::ChooseEnvironment)
        .with_columns(&["name", "host", "speaks", ""]);
    state.overlay = Some(Overlay::Dialog(dialog));
}

/// Where it is, whose knowledge speaks there, whether writes ask first.
fn told_of(state: &State, environment: &Environment) -> String {
    let knowledge = state.catalogue.library.of_environment(environment);
    let speaks = knowledge.title().unwrap_or("unknown API").to_owned();
    let protected = if environment.protected {
        "protected"
    } else {
        ""
    };
    let host = environment_note(environment);
    let host = host.split("  ").next().unwrap_or_default();
    format!("{host}\t{speaks}\t{protected}")
}

fn choose_theme(state: &mut State) {
    let choices = state.themes.iter().map(|theme| Choice {
        label: theme.name.clone(),
        note: theme.note.clone(),
        pick: Pick::Theme(theme.name.clone()),
    });
    let at = state.themes.iter().position(|t| t.name == state.theme);
    let dialog = Dialog::sought("Theme", choices.collect(), at);
    state.overlay = Some(Overlay::Dialog(dialog));
}

fn choose_method(state: &mut State) {
    let choices = Builder::METHODS.map(|method| Choice {
        label: method.to_owned(),
        note: String::new(),
        pick: Pick::Method(method.to_owned()),
    });
    let at = Builder::METHODS
        .iter()
        .position(|m| *m == state.builder.method);
    let dialog = Dialog::picker("Method", choices.to_vec(), at, Action::ChooseMethod);
    state.overlay = Some(Overlay::Dialog(dialog));
}

fn choose_body(state: &mut State) {
    let choices = BodyKind::ALL.map(|kind| Choice {
        label: kind.title().to_owned(),
        note: kind.note().to_owned(),
        pick: Pick::BodyKind(kind),
    });
    let at = BodyKind::ALL
        .iter()
        .position(|kind| *kind == state.builder.body.kind);
    state.overlay = Some(Overlay::Dialog(Dialog::new("Body", choices.to_vec(), at)));
}

fn choose(state: &mut State) -> Vec<Effect> {
    let Some(Overlay::Dialog(dialog)) = state.overlay.take() else {
        return Vec::new();
    };
    match dialog.picked().cloned() {
        Some(Pick::Method(method)) => {
            state.builder.method = method;
            state.builder.is_written = true;
        }
        Some(Pick::BodyKind(kind)) => state.builder.choose_body(kind),
        Some(Pick::Token(name)) => take_token(state, name),
        Some(Pick::Environment(place)) => return send::choose_environment(state, place),
        Some(Pick::Forget(ids)) => return history::forget(state, ids),
        Some(Pick::Rows(rows)) => return matrix::take_rows(state, rows),
        Some(Pick::Column(caller)) => {
            return matrix::take_column(state, &caller, dialog.at());
        }
        Some(Pick::Writes(writes)) => state.matrix.writes = writes,
        Some(Pick::RunToken(token)) => sessions::take_token(state, token),
        Some(Pick::RunEnvironment(place)) => return sessions::take_environment(state, place),
        Some(Pick::RunTempo(tempo)) => state.sessions.tempo = tempo,
        Some(Pick::AddEnvironment) => return setup::add(state),
        Some(Pick::ChangeEnvironment) => return setup::change(state),
        Some(Pick::AskToRemoveEnvironment) => setup::ask_to_remove(state),
        Some(Pick::AddToken) => return setup::add_token(state),
        Some(Pick::RemoveEnvironment(name)) => return vec![Effect::RemoveEnvironment(name)],
        Some(Pick::RemoveToken(name)) => return vec![Effect::RemoveToken(name)],
        Some(Pick::Record(token)) => return sessions::record_as(state, token),
        Some(Pick::RunWrites(steps, writes)) => return sessions::start(state, steps, writes),
        Some(Pick::Trust(origin)) => return resend::trust(state, origin),
        Some(Pick::Permit(origin)) => return resend::permit(state, origin),
        Some(Pick::Copy { clip, of }) => return copy::copy(state, clip, of),
        Some(Pick::TellCase(case, form)) => return tell_case::tell(state, case, form),
        Some(Pick::CopyPart { what, excerpt }) => return copy::copy_part(state, what, &excerpt),
        Some(Pick::Resolve { of, case, cause }) => seen::ask_for_note(state, of, case, cause),
        Some(Pick::Withdraw(of, case)) => return seen::withdraw(state, of, case),
        Some(Pick::Lesson(place)) => return guide::take_step(state, place),
        Some(Pick::Theme(name)) => return palette::use_theme(state, name),
        Some(Pick::Cookies(wish)) => return cookies::change(state, wish),
        Some(Pick::Nothing) | None => {}
    }
    Vec::new()
}

/// Leaves what is in front: the notice, else the search or the filter, else the call whose answer
/// is awaited, else the work on a large body, else the newest call.
fn back(state: &mut State) -> Vec<Effect> {
    if state.notice.take().is_some() {
        return Vec::new();
    }
    if state.focus == Pane::History && state.history.is_filtered() {
        let now = state.now.to_zoned(state.zone.clone());
        state.history.clear_filter(&now);
        return history::recall(state);
    }
    if state.focus == Pane::Response && state.response.body.search.is_some() {
        return state.response.end_search();
    }
    if state.reads_body() && state.response.is_filtered() {
        return state.response.show_whole();
    }
    if state.response.awaiting.is_none() && state.focus == Pane::Response && state.is_stale() {
        return resume::bring_back(state);
    }
    let awaited = state.response.awaiting;
    if awaited.is_none() && state.response.reading.is_some() {
        return state.response.stop_reading();
    }
    let job = awaited.or(state.running.last().map(|running| running.job));
    if job.is_none() && state.is_on_call() {
        call_line::leave(state);
    }
    job.map(Effect::Cancel).into_iter().collect()
}

fn switch_privacy(state: &mut State) {
    state.private = !state.private;
    let words = if state.private {
        "Fingerprints, e-mail addresses and ids are hidden on the screen. What is sent, kept or copied stays whole."
    } else {
        "Fingerprints, e-mail addresses and ids are shown again."
    };
    state.notice = Some(Notice::info(words));
}

fn switch_mouse(state: &mut State) -> Vec<Effect> {
    state.mouse = !state.mouse;
    state.dragging = None;
    let words = if state.mouse {
        "The mouse points here. With Shift held down most terminals select text all the same."
    } else {
        "The mouse is the terminal's: it selects text."
    };
    state.notice = Some(Notice::info(words));
    vec![Effect::UseMouse(state.mouse)]
}

/// To a pane from anywhere, also out of a text.
fn jump(state: &mut State, pane: Pane) {
    state.leave_field();
    state.screen = Screen::Explorer;
    state.focus = pane;
}

/// Round the ring: the call line, the request beneath it, the response, the history.
fn focus(state: &mut State, step: isize) {
    state.leave_field();
    let at = match state.focus {
        Pane::Request if state.builder.on_url => 0,
        Pane::Request => 1,
        Pane::Response => 2,
        Pane::History => 3,
    };
    let next = (at + step).rem_euclid(4);
    state.focus = match next {
        0 | 1 => Pane::Request,
        2 => Pane::Response,
        _ => Pane::History,
    };
    if state.focus == Pane::Request {
        state.builder.on_url = next == 0;
        to_token_in_use(state);
    }
}

fn step_tab(state: &mut State, step: isize) -> Vec<Effect> {
    match state.focus {
        Pane::Request => {
            state.builder.step_tab(step);
            to_token_in_use(state);
        }
        Pane::Response => state.response.step_tab(step),
        Pane::History => {}
    }
    let mut effects = compare::wanted(state);
    effects.extend(investigate::wanted(state));
    effects
}

fn step(state: &mut State, step: isize) -> Vec<Effect> {
    let mut wants_older = false;
    match state.focus {
        Pane::Request => step_request(state, step),
        Pane::Response => state.response.step(step, &state.painted.response),
        Pane::History => wants_older = state.history.step(step),
    }
    older(state, wants_older)
}

fn scroll(state: &mut State, lines: isize) -> Vec<Effect> {
    scroll_pane(state, state.focus, lines)
}

/// Scrolls a pane, in focus or not.
pub fn scroll_pane(state: &mut State, pane: Pane, lines: isize) -> Vec<Effect> {
    let mut wants_older = false;
    match pane {
        Pane::Request => step_request(state, lines.signum()),
        Pane::Response => state.response.scroll(lines, &state.painted.response),
        Pane::History => wants_older = state.history.step(lines),
    }
    older(state, wants_older)
}

fn to_first(state: &mut State) {
    match state.focus {
        Pane::Request => state.builder.on_url = true,
        Pane::Response => state.response.to_first(),
        Pane::History => state.history.list.to_first(),
    }
}

fn to_last(state: &mut State) -> Vec<Effect> {
    let mut wants_older = false;
    match state.focus {
        Pane::Request => state.builder.to_last(state.tokens.len()),
        Pane::Response => return state.response.to_last(&state.painted.response),
        Pane::History => wants_older = state.history.to_last(),
    }
    older(state, wants_older)
}

fn older(state: &mut State, wanted: bool) -> Vec<Effect> {
    if wanted {
        history::recall_older(state)
    } else {
        Vec::new()
    }
}

/// Lines that a page key moves: the height last seen, less one line to keep one's place by.
fn page(state: &State) -> isize {
    let height = match state.focus {
        Pane::Request => 1,
        Pane::Response => state.painted.response.height,
        Pane::History => state.painted.history_height,
    };
    height.saturating_sub(1).max(1) as isize
}

fn field_done(state: &mut State) -> Vec<Effect> {
    if matches!(
        state.overlay,
        Some(Overlay::Prompt(_) | Overlay::Palette(_))
    ) {
        state.overlay = None;
    } else if state.response.jq.field.is_some() {
        return state.response.leave_jq();
    } else if state.response.typed_search().is_some() {
        return state.response.end_search();
    } else if state.history.filtering {
        state.history.filtering = false;
    } else if matches!(state.builder.editing, Some(Editing::Url)) {
        call_line::leave(state);
    } else {
        state.builder.finish_editing();
    }
    Vec::new()
}

fn field_enter(state: &mut State) -> Vec<Effect> {
    if matches!(state.overlay, Some(Overlay::Prompt(_))) {
        return resume::answer_prompt(state);
    }
    if state.overlay.is_none() && state.response.jq.field.is_some() {
        return state.response.run_jq();
    }
    if let Some(search) = state.response.typed_search() {
        search.typing = false;
        return if search.field.is_empty() {
            state.response.end_search()
        } else {
            Vec::new()
        };
    }
    let is_typed = matches!(state.builder.editing, Some(Editing::Url));
    if state.types_call() || state.overlay.is_none() && !state.history.filtering && is_typed {
        return call_line::enter(state);
    }
    match state.field() {
        Some(field) if field.is_multiline() => field.new_line(),
        _ => return field_done(state),
    }
    Vec::new()
}

fn edit_field(state: &mut State, action: Action) -> Vec<Effect> {
    let in_jq = state.overlay.is_none() && state.response.jq.field.is_some();
    match action {
        Action::FieldUp | Action::FieldDown if in_jq => {
            state.response.jq.recall(action == Action::FieldUp);
        }
        // There is one line, and beneath it the rest of the request.
        Action::FieldDown
            if state.overlay.is_none() && matches!(state.builder.editing, Some(Editing::Url)) =>
        {
            state.builder.finish_editing();
            step_request(state, 1);
        }
        _ => {
            if let Some(field) = state.field() {
                field.edit(action);
            }
        }
    }
    after_typing(state)
}

/// What follows from a changed text at once.
pub fn after_typing(state: &mut State) -> Vec<Effect> {
    if let Some(Overlay::Palette(palette)) = &mut state.overlay {
        palette.refind();
    }
    if let Some(Overlay::Help(help)) = &mut state.overlay {
        help.top = 0;
    }
    let width = Manual::width_on(state.size.0);
    if let Some(Overlay::Manual(manual)) = &mut state.overlay {
        manual.typed(width);
    }
    if let Some(Overlay::Dialog(dialog)) = &mut state.overlay {
        dialog.refit();
        return on_trial(dialog);
    }
    let environment = state.environment().clone();
    if state.overlay.is_some() {
        Vec::new()
    } else if state.builder.is_editing() {
        state.builder.was_typed();
        call_line::typed(state);
        state.builder.complete(&environment);
        state.builder.look();
        Vec::new()
    } else if state.response.typed_search().is_some() {
        state.response.search(&state.painted.response)
    } else if state.history.filtering {
        history::refilter(state)
    } else {
        Vec::new()
    }
}

fn take_completion(state: &mut State) {
    let environment = state.environment().clone();
    state.builder.take_completion(&environment);
}

fn mark_token(state: &mut State) {
    let place = state.environment().name.clone();
    state.tokens_pane.mark(&place);
}

/// In the list of themes, the one under the cursor is seen at once.
fn step_dialog(state: &mut State, step: isize) -> Vec<Effect> {
    let Some(Overlay::Dialog(dialog)) = &mut state.overlay else {
        return Vec::new();
    };
    dialog.step(step);
    on_trial(dialog)
}

fn on_trial(dialog: &Dialog) -> Vec<Effect> {
    match dialog.picked() {
        Some(Pick::Theme(name)) => vec![Effect::UseTheme(name.clone())],
        _ => Vec::new(),
    }
}

/// Closes what lies on top without choosing; a theme on trial goes with it.
pub fn leave_overlay(state: &mut State) -> Vec<Effect> {
    if matches!(state.overlay, Some(Overlay::SignIn(_))) {
        return sign_in::stop(state);
    }
    match state.overlay.take() {
        Some(Overlay::Dialog(dialog)) if matches!(dialog.choices.first(), Some(choice) if matches!(choice.pick, Pick::Theme(_))) =>
        {
            vec![Effect::UseTheme(state.theme.clone())]
        }
        _ => Vec::new(),
    }
}

fn step_palette(state: &mut State, step: isize) {
    if let Some(Overlay::Palette(palette)) = &mut state.overlay {
        palette.step(step);
    }
}

fn choose_finding(state: &mut State) -> Vec<Effect> {
    match palette::choose(state) {
        (mut effects, Some(action)) => {
            effects.extend(act(state, action));
            effects
        }
        (effects, None) => effects,
    }
}

/// The sheet opens on the keys of what is in front.
fn open_help(state: &mut State) {
    let mut first = match &state.overlay {
        Some(Overlay::Investigate(_)) => vec![Place::Investigation],
        Some(Overlay::Isolate(_)) => vec![Place::Isolation],
        Some(Overlay::When(_)) => vec![Place::When],
        Some(Overlay::Setup(_)) => vec![Place::Setup],
        Some(Overlay::Palette(_)) => vec![Place::Palette],
        Some(Overlay::Dialog(_)) => vec![Place::Dialog],
        Some(Overlay::Question(Question::Write { .. } | Question::Files { .. })) => {
            vec![Place::Write]
        }
        Some(Overlay::Question(Question::Page { .. })) => vec![Place::Page],
        Some(Overlay::Question(Question::Host { .. } | Question::Issuer { .. })) => {
            vec![Place::Host]
        }
        Some(Overlay::Pasted(_)) => vec![Place::Pasted],
        Some(Overlay::SignIn(_)) => vec![Place::SignIn],
        Some(Overlay::Manual(_)) => vec![Place::Manual],
        Some(_) => vec![Place::Field],
        None if state.screen != Screen::Explorer => vec![Place::Screen(state.screen)],
        None if state.is_on_call() => vec![Place::Field, Place::Pane(Pane::Request)],
        None if state.is_editing() => vec![Place::Field],
        _ if state.reads_body() => vec![Place::Body, Place::Pane(Pane::Response)],
        _ => vec![Place::Pane(state.focus)],
    };
    first.extend([Place::Panes, Place::Anywhere]);
    investigate::put_aside(state);
    state.under_help = state.overlay.take();
    state.overlay = Some(Overlay::Help(Help::new(first)));
}

fn search_help(state: &mut State) {
    if let Some(Overlay::Help(help)) = &mut state.overlay {
        help.start_search();
    }
}

/// A search goes first, then the sheet. What the sheet was opened from comes back.
fn close_help(state: &mut State) {
    if let Some(Overlay::Help(help)) = &mut state.overlay
        && help.stop_search()
    {
        return;
    }
    let Some(Overlay::Help(help)) = state.overlay.take() else {
        return;
    };
    state.overlay = state.uncovered(help.over());
}

fn scroll_help(state: &mut State, lines: isize) {
    let (content, height) = (state.painted.sheet_lines, state.painted.sheet_height);
    if let Some(Overlay::Help(help)) = &mut state.overlay {
        help.scroll(lines, content, height);
    }
}
