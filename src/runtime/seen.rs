//! The same refusal before, looked up and recorded where nobody waits for it.

use super::perform::Performer;
use crate::app::{Effect, Message, Notice};
use crate::engine::investigate::case_of;
use crate::engine::seen::{Judge, Recorded, Word, record};
use crate::insight::Exchange;
use crate::model::{Environment, ResolvedWhat};
use std::sync::Arc;

impl Performer {
    /// Looks for refusals like this one, and says what was found.
    pub(super) fn remind(&self, exchange: Arc<Exchange>, environment: Environment) {
        let (client, catalogue) = (self.client.clone(), self.catalogue.clone());
        self.look_up(move |history, queue| {
            let of = exchange.id.clone();
            let environments = [environment.clone()];
            let case = case_of(&client, exchange, environment);
            let judge = Judge {
                client: &client,
                catalogue: &catalogue,
                environments: &environments,
            };
            // What cannot be looked up is not said; the history itself tells its trouble.
            let seen = history.and_then(|history| judge.seen(&history, &case).ok().flatten());
            if let Some(seen) = seen {
                let seen = Box::new(seen);
                let _ = queue.send(Message::Reminded { of, seen });
            }
        });
    }

    /// Records what a refusal was in the end.
    pub(super) fn resolve(&self, asked: Effect) {
        let Effect::Resolve {
            of,
            case,
            cause,
            note,
            withdraw,
            environments,
        } = asked
        else {
            return;
        };
        let (client, catalogue) = (self.client.clone(), self.catalogue.clone());
        let who = self.who.clone();
        self.look_up(move |history, queue| {
            let judge = Judge {
                client: &client,
                catalogue: &catalogue,
                environments: &environments,
            };
            let typed = note.clone();
            let word = Word {
                what: ResolvedWhat::Call(of.clone()),
                case,
                cause,
                note,
                who,
                withdraw,
            };
            let notice = match history {
                None => Notice::trouble(
                    "Nothing is recorded: this run keeps no history.",
                    "Start it without --no-history.",
                ),
                Some(history) => match record(&history, &judge, word) {
                    Ok(recorded) => Notice::info(told(&recorded, typed.as_deref())),
                    Err(error) => Notice::trouble(error.to_string(), ""),
                },
            };
            let _ = queue.send(Message::Resolved { of, notice });
        });
    }
}

fn told(recorded: &Recorded, typed: Option<&str>) -> String {
    let Some(kept) = recorded.resolution() else {
        return "Nothing stands there that could be taken back.".to_owned();
    };
    let did = match recorded {
        Recorded::Withdrawn(_) => return format!("Taken back: {}.", kept.cause_id()),
        Recorded::Changed(_) => "Changed",
        _ => "Recorded",
    };
    let masked = if typed.is_some_and(|typed| typed != kept.note) {
        " A secret in the note is kept as a mask."
    } else {
        ""
    };
    format!("{did}: it was {}.{masked}", kept.cause_id())
}
