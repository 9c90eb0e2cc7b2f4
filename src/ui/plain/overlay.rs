//! Questions and lists, each choice with its number.

use super::answer::explained;
use crate::app::pane::{
    GoesIn, Help, Investigate, Isolate, KeepIn, Manual, PastedToken, Setup, SetupKind, SetupRow,
    When,
};
use crate::app::{Overlay, State};
use crate::insight::token::{Tone, lines as token_lines};
use crate::model::visible_line;

/// Most matches of the palette that are read.
const FOUND: usize = 20;

/// Reads everything that lies on top of the panes.
pub fn overlay(state: &State) -> Vec<String> {
    let Some(overlay) = &state.overlay else {
        return Vec::new();
    };
    let lines = match overlay {
        Overlay::Dialog(dialog) => {
            let mut lines = vec![format!("{}:", dialog.title)];
            for (number, choice) in dialog.choices.iter().enumerate() {
                let chosen = if number == dialog.list.cursor {
                    ", chosen now"
                } else {
                    ""
                };
                let note = if choice.note.is_empty() {
                    String::new()
                } else {
                    format!(", {}", choice.note)
                };
                lines.push(format!("{}. {}{note}{chosen}", number + 1, choice.label));
            }
            lines.push("A number or a name chooses, a dot leaves.".to_owned());
            lines
        }
        Overlay::Prompt(prompt) => {
            let mut lines = vec![prompt.title.clone()];
            lines.extend(prompt.lines.iter().cloned());
            lines.push(prompt.hint.clone());
            let now = prompt.field.text();
            lines.push(if now.is_empty() {
                "Type it; a dot leaves.".to_owned()
            } else {
                format!("An empty line takes {now}; a dot leaves.")
            });
            lines
        }
        Overlay::Palette(palette) => {
            let mut lines = vec!["Find:".to_owned()];
            let found = palette.found.iter().take(FOUND).enumerate();
            for (number, found) in found {
                if let Some(row) = palette.rows.get(found.row) {
                    lines.push(format!(
                        "{}. {} {}, {}",
                        number + 1,
                        row.kind,
                        row.label,
                        row.note
                    ));
                }
            }
            lines.push("A number chooses, other words look again, a dot leaves.".to_owned());
            lines
        }
        Overlay::Investigate(found) => investigation(found, state),
        Overlay::Isolate(found) => isolation(found),
        Overlay::When(found) => turned(found),
        Overlay::Secret(secret) => vec![format!(
            "Token {} has no value yet. Type or paste it; it is not shown. A dot leaves.",
            secret.token
        )],
        Overlay::Setup(setup) => form(setup),
        Overlay::Question(question) => {
            vec![question.says().0, "yes or no; a dot leaves.".to_owned()]
        }
        Overlay::Pasted(pasted) => pasted_token(pasted, state),
        Overlay::SignIn(shown) => vec![
            format!("Token {} needs a yes from you in a browser.", shown.token),
            format!("Page: {}", shown.url),
            match &shown.user_code {
                Some(code) => format!("Code: {code}"),
                None => "From a browser elsewhere: paste the address that it ends at.".to_owned(),
            },
            "It goes on by itself; a dot stops it.".to_owned(),
        ],
        Overlay::Help(help) => keys(help, state),
        Overlay::Manual(manual) => read(manual),
    };
    let lines = lines.into_iter().filter(|line| !line.trim().is_empty());
    lines.map(|line| visible_line(&line).into_owned()).collect()
}

/// Reads a pasted token, and what can be done with it.
fn pasted_token(pasted: &PastedToken, state: &State) -> Vec<String> {
    let place = state.environment();
    let knowledge = state.catalogue.library.of_environment(place);
    let api = knowledge.api.as_deref();
    let mut lines = vec![format!(
        "A pasted token, fingerprint {}; it is neither kept nor sent.",
        pasted.seen.fingerprint
    )];
    let told = token_lines(&pasted.seen.report, state.now, Some(place), api);
    lines.extend(told.into_iter().map(|line| match line.tone {
        Tone::Bad => format!("Mistake: {}, {}", line.label, line.text),
        Tone::Doubt | Tone::Plain => format!("{}: {}", line.label, line.text),
    }));
    lines.extend(pasted.seen.mended.iter().cloned());
    lines.push(
        "pasted-use takes it for this run, pasted-keep keeps it, pasted-copy copies this, a dot forgets it."
            .to_owned(),
    );
    lines
}

fn isolation(found: &Isolate) -> Vec<String> {
    let mut lines = Vec::new();
    if found.asks {
        lines.push(format!(
            "{} writes, and the search sends it again and again. isolate-writes sends it all the same, a dot leaves.",
            found.exchange.sent.method
        ));
        return lines;
    }
    lines.extend(found.why_not.clone());
    let Some(search) = &found.search else {
        if found.why_not.is_none() {
            lines.push("It is looked for with one call after the other.".to_owned());
        }
        return lines;
    };
    if found.job.is_some() {
        lines.push(format!("{} calls so far.", search.asked.len()));
        return lines;
    }
    lines.push(search.sentence());
    for (number, asked) in search.asked.iter().enumerate() {
        lines.push(format!(
            "Call {}: {}, {}",
            number + 1,
            search.label(asked),
            asked.said.words()
        ));
    }
    lines.push(
        "isolate-copy copies it, isolate-alone leaves parts out, isolate-save keeps the calls, a dot leaves."
            .to_owned(),
    );
    lines
}

fn turned(found: &When) -> Vec<String> {
    let turned = match &found.found {
        None => return vec!["The history is looked through.".to_owned()],
        Some(Err(why)) => return vec![why.clone(), "A dot leaves.".to_owned()],
        Some(Ok(turned)) => turned,
    };
    let mut lines = vec![turned.sentence()];
    for change in &turned.changed {
        let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "nothing".to_owned());
        lines.push(format!(
            "{}: {} before, {} after",
            change.what,
            text(&change.before),
            text(&change.after)
        ));
    }
    lines.push("when-open opens the call that failed first, a dot leaves.".to_owned());
    lines
}

fn investigation(found: &Investigate, state: &State) -> Vec<String> {
    let Some((case, explanation)) = &found.found else {
        return vec!["It is being investigated with calls that only read.".to_owned()];
    };
    let mut lines = Vec::new();
    if found.job.is_some() {
        lines.push(format!("{} probes so far.", case.probes.len()));
        return lines;
    }
    for (number, probed) in case.probes.iter().enumerate() {
        lines.push(format!("Probe {}: {}", number + 1, case.cite(probed)));
    }
    lines.extend(explained(explanation, state));
    lines.push("probe-ticket copies it for a ticket, a dot leaves.".to_owned());
    lines
}

/// Reads the form, row by row.
fn form(setup: &Setup) -> Vec<String> {
    let title = match &setup.kind {
        SetupKind::Add => "A new environment; send saves it and makes its first call.".to_owned(),
        SetupKind::Change(name) => format!("Environment {name}; send saves it."),
        SetupKind::Token => "A token; send saves it and takes it for the request.".to_owned(),
    };
    let mut lines = vec![
        title,
        "Each line fills one row, an empty one leaves it as it is, a dot leaves all.".to_owned(),
    ];
    for row in setup.rows() {
        let value = match row {
            SetupRow::Url => setup.url.text(),
            SetupRow::Name => setup.name.text(),
            SetupRow::Base => setup.base.text(),
            SetupRow::Speaks if setup.speaks.is_empty() => match &setup.pack {
                Some(pack) => pack.clone(),
                None => "an unknown API, so HTTP and the standards only".to_owned(),
            },
            SetupRow::Speaks => setup.speaks.text(),
            SetupRow::WhoAmI if setup.who.is_empty() => "no call is known".to_owned(),
            SetupRow::WhoAmI => setup.who.text(),
            SetupRow::Protected if setup.protected => "yes, calls that write ask first".to_owned(),
            SetupRow::Protected => "no".to_owned(),
            SetupRow::Token if setup.typed.count == 0 => "none yet; it is not shown".to_owned(),
            SetupRow::Token => format!("{} characters", setup.typed.count),
            SetupRow::TokenName => setup.token_name.text(),
            SetupRow::GoesIn => setup.goes_in.words().to_owned(),
            SetupRow::Under => match setup.goes_in.under() {
                Some((what, _)) => format!("{what}, {}", setup.under.text()),
                None => setup.under.text(),
            },
            SetupRow::KeepIn => setup.keep_in.words().to_owned(),
            SetupRow::From => setup.from.text(),
            SetupRow::Issuer => setup.issuer.text(),
            SetupRow::Client => setup.client.text(),
            SetupRow::ClientSecret => setup.client_secret.text(),
            SetupRow::Scopes => setup.scopes.text(),
        };
        let value = if value.is_empty() {
            "empty".to_owned()
        } else {
            value
        };
        let proposed = if setup.is_proposed(row) {
            ", proposed"
        } else {
            ""
        };
        lines.push(format!("{}: {value}{proposed}", row.label()));
        if row == SetupRow::Token {
            let says = setup.typed.says.iter();
            lines.extend(says.map(|(is_mistake, words)| {
                if *is_mistake {
                    format!("Mistake: {words}")
                } else {
                    words.clone()
                }
            }));
        }
    }
    lines.extend(setup.trouble.clone());
    lines
}

/// The choices of a row of the form, and which one is set; none if the row is a text.
pub fn choices(setup: &Setup) -> (Vec<&'static str>, usize) {
    match setup.row {
        SetupRow::Protected => (vec!["no", "yes"], usize::from(setup.protected)),
        SetupRow::GoesIn => {
            let words = GoesIn::ALL.iter().map(|one| one.words());
            let at = GoesIn::ALL.iter().position(|one| *one == setup.goes_in);
            (words.collect(), at.unwrap_or(0))
        }
        SetupRow::KeepIn => {
            let words = setup.keeps.iter().map(|one: &KeepIn| one.words());
            let at = setup.keeps.iter().position(|one| *one == setup.keep_in);
            (words.collect(), at.unwrap_or(0))
        }
        _ => (Vec::new(), 0),
    }
}

/// Reads the topics with their numbers, or the page of one.
fn read(manual: &Manual) -> Vec<String> {
    if let Some(topic) = manual.topic {
        let mut lines: Vec<String> = topic.page.lines().map(str::to_owned).collect();
        lines.push("A dot goes back to the topics.".to_owned());
        return lines;
    }
    let mut lines = vec!["The manual:".to_owned()];
    for (number, topic) in manual.topics().iter().enumerate() {
        lines.push(format!("{}. {}, {}", number + 1, topic.name, topic.title()));
    }
    lines.push("A number opens a topic, a dot leaves.".to_owned());
    lines
}

fn keys(help: &Help, state: &State) -> Vec<String> {
    let mut lines = Vec::new();
    for (place, rows) in help.sections(&state.keymap) {
        lines.push(format!("{place}:"));
        lines.extend(rows.iter().map(|(keys, what)| format!("{keys}: {what}")));
    }
    lines.push("A dot leaves.".to_owned());
    lines
}

/// The question to print before the caret, and whether its answer is hidden.
pub fn asks(state: &mut State) -> (String, bool) {
    let is_typing = state.overlay.is_none() && state.field().is_some();
    match &state.overlay {
        Some(Overlay::Secret(secret)) => (format!("value of {}: ", secret.token), true),
        Some(Overlay::Setup(setup)) => {
            let hidden = setup.row == SetupRow::Token;
            let (choices, _) = choices(setup);
            let choices: Vec<String> = choices
                .iter()
                .enumerate()
                .map(|(number, words)| format!("{} {words}", number + 1))
                .collect();
            let label = setup.row.label();
            if choices.is_empty() {
                (format!("{label}: "), hidden)
            } else {
                (format!("{label} ({}): ", choices.join(", ")), false)
            }
        }
        Some(Overlay::Dialog(_)) => ("choose: ".to_owned(), false),
        Some(Overlay::Palette(_)) => ("find: ".to_owned(), false),
        Some(Overlay::Prompt(prompt)) => (
            format!(
                "{}: ",
                visible_line(prompt.title.trim_end_matches(['?', ':']))
            ),
            false,
        ),
        _ if state.history.filtering => ("filter: ".to_owned(), false),
        _ if is_typing => ("text: ".to_owned(), false),
        _ => ("> ".to_owned(), false),
    }
}
