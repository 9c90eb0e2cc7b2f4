//! What came of a search, in sentences.

use super::parts::{Part, PartKind};
use super::search::{Matters, Mixture, Outcome, Take};
use super::{Asked, Isolation, Stopped};
use crate::model::visible_line;

/// Parts that are named one by one; more are counted.
const NAMED: usize = 4;

impl Isolation {
    /// The answer in one sentence, or two.
    pub fn sentence(&self) -> String {
        sentence(self)
    }

    /// What a call changed, in a few words: `the refused call, with the header Core-Url of the one
    /// that works`.
    pub fn label(&self, asked: &Asked) -> String {
        label(self, &asked.mixture)
    }
}

fn sentence(search: &Isolation) -> String {
    let finding = search.finding();
    let parts = search.parts();
    let count = parts.len();
    let named = |number: usize| the(&search.pair.parts[number]);
    let said = |number: usize| search.asked[number].said.words();
    let mut text = match &finding.outcome {
        Outcome::One { part, behind } => {
            let reason = named(*part);
            match (&search.against, behind) {
                (None, _) => format!("It turns on {reason}: without it the call works."),
                (Some(_), Some(number)) => format!(
                    "It turns on {reason}; with that mended the call is refused otherwise: {}.",
                    said(*number)
                ),
                (Some(_), None) => match count {
                    1 => format!("It turns on {reason}, the only part that differs."),
                    2 => format!("It turns on {reason}; the other part may be as it is."),
                    count => format!(
                        "It turns on {reason}; the other {} parts may be as they are.",
                        count - 1
                    ),
                },
            }
        }
        Outcome::Together(set) => format!(
            "It takes {} parts together: {}. With any of them changed the call works.",
            set.len(),
            list(search, set, "and")
        ),
        Outcome::Each(sets) => {
            let sets: Vec<String> = sets.iter().map(|set| list(search, set, "with")).collect();
            format!(
                "Each of these is enough for the refusal: {}. All of them have to change.",
                sets.join("; ")
            )
        }
        Outcome::Address => match count {
            0 => format!(
                "The call has no part that could be left out. {}",
                ADVICE_TO_COMPARE
            ),
            _ => format!(
                "It turns on none of its {count} parts: {} alone is refused the same. {}",
                address(search),
                ADVICE_TO_COMPARE
            ),
        },
        Outcome::Needed(set) => {
            let rest = match count - set.len() {
                0 => String::new(),
                1 => "; one part more may be left out".to_owned(),
                more => format!("; {more} parts more may be left out"),
            };
            format!(
                "{} with {} is all that the refusal needs{rest}. Leaving parts out mends nothing. {}",
                address(search),
                list(search, set, "and"),
                ADVICE_TO_COMPARE
            )
        }
        Outcome::Flickers(one, other) => format!(
            "It cannot be told: the answer flickers. The same call was answered {} and {}.",
            said(*one),
            said(*other)
        ),
        Outcome::Budget(_) if search.stopped == Some(Stopped::Limited) => {
            "It could not be told: the server asks to wait longer than is waited here. Try again later."
                .to_owned()
        }
        Outcome::Budget(_) if search.stopped == Some(Stopped::ByPerson) => {
            format!("It was stopped after {} calls.", search.asked.len())
        }
        Outcome::Budget(_) if search.next().is_some() => {
            format!("{} of at most {} calls made.", search.asked.len(), search.budget)
        }
        Outcome::Budget(among) => format!(
            "It could not be told with {} calls: it turns on something among {}. A larger budget tells more.",
            search.budget,
            list(search, among, "and")
        ),
        Outcome::Fine(number) => format!(
            "There is nothing to find: the call works now, it was answered {}.",
            said(*number)
        ),
        Outcome::BothRefused(number) => {
            let name = search.against.as_ref().map_or("the other call", |own| &own.name);
            format!(
                "There is nothing to compare with: {name} does not work now, it was answered {}.",
                said(*number)
            )
        }
        Outcome::Alike => {
            "The two calls do not differ: what changed is on the other side, or in time.".to_owned()
        }
    };
    let hangs = |kind: PartKind| {
        let numbered = search.pair.parts.iter().zip(&finding.matters);
        let mut found = numbered.filter(|(part, _)| part.kind == kind);
        found.any(|(_, matters)| *matters == Matters::Yes)
    };
    if let Some(scopes) = search.scopes.as_ref().filter(|_| hangs(PartKind::Token)) {
        text.push_str(&format!(" {scopes}"));
    }
    if !finding.bound.is_empty() {
        text.push_str(&format!(
            " {} belong together.",
            capital(&list(search, &finding.bound, "and"))
        ));
    }
    text
}

const ADVICE_TO_COMPARE: &str =
    "Beside a call that works it tells more: under another token, or an earlier one.";

/// `the header Core-Url`
fn the(part: &Part) -> String {
    visible_line(&format!("the {}", part.name())).into_owned()
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

/// `the token, the header Core-Url and 3 more`
fn list(search: &Isolation, parts: &[usize], word: &str) -> String {
    let mut names: Vec<String> = parts
        .iter()
        .take(NAMED)
        .map(|number| the(&search.pair.parts[*number]))
        .collect();
    if parts.len() > NAMED {
        names.push(format!("{} more", parts.len() - NAMED));
    }
    match names.pop() {
        None => "nothing".to_owned(),
        Some(last) if names.is_empty() => last,
        Some(last) => format!("{} {word} {last}", names.join(", ")),
    }
}

fn address(search: &Isolation) -> String {
    visible_line(&search.pair.address).into_owned()
}

/// What a mixture changed.
fn label(search: &Isolation, mixture: &Mixture) -> String {
    let taken = |wanted: Take| -> Vec<usize> {
        let numbered = mixture.iter().enumerate();
        let meant = numbered.filter(|(number, take)| {
            **take == wanted && (wanted != Take::Refused || search.pair.parts[*number].role.differs)
        });
        meant.map(|(number, _)| number).collect()
    };
    let left = taken(Take::Left);
    let without = if left.is_empty() {
        String::new()
    } else {
        format!(", without {}", list(search, &left, "and"))
    };
    if search.against.is_none() {
        return if left.is_empty() {
            "as it is".to_owned()
        } else {
            format!("as it is{without}")
        };
    }
    let (refused, working) = (taken(Take::Refused), taken(Take::Working));
    let text = match (refused.is_empty(), working.is_empty()) {
        (_, true) if left.is_empty() => "the refused call".to_owned(),
        (true, _) => "the one that works".to_owned(),
        _ if refused.len() <= working.len() => {
            format!(
                "the one that works, with {} as refused",
                list(search, &refused, "and")
            )
        }
        _ => format!(
            "the refused call, with {} of the one that works",
            list(search, &working, "and")
        ),
    };
    format!("{text}{without}")
}
