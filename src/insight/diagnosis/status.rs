//! What each status, error code and cause means: one sentence for the screen, the usual causes,
//! what to check, whom to ask, each with its grounds. The words live in files (the packs,
//! `assets/catalogue`, and a person's own) and arrive here as values.

use crate::insight::Exchange;
use crate::insight::api::knowledge::{Knowledge, Layer};
use crate::insight::api::library::Library;
use crate::insight::calibration::Calibration;
use crate::insight::error_body::{Entry, EntryOrigin};
use crate::insight::redact::is_secret_name;
use crate::insight::statement::{CauseNote, CodeNote, Grounds, Statement, StatusNote};
use crate::model::{Cause, cut, visible_line};
use std::sync::Arc;
use url::Url;

/// All that is known: the general words for causes, and the packs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Catalogue {
    pub causes: Vec<CauseNote>,
    /// What is known of APIs.
    pub library: Arc<Library>,
    /// How often evidence of each weight was right.
    pub calibration: Calibration,
}

impl Catalogue {
    /// The words for a cause, whatever the API.
    pub fn cause(&self, cause: Cause) -> Option<&CauseNote> {
        self.causes.iter().find(|note| note.cause == cause)
    }

    /// The words for one API, as its packs say them.
    pub fn beside<'a>(&'a self, knowledge: &'a Knowledge) -> Glossary<'a> {
        Glossary {
            catalogue: self,
            knowledge,
        }
    }
}

/// What statuses, codes and causes mean at one API: its own words first, then those of the
/// standards.
#[derive(Clone, Copy)]
pub struct Glossary<'a> {
    catalogue: &'a Catalogue,
    knowledge: &'a Knowledge,
}

impl Glossary<'_> {
    /// The note of the first pack that knows the status; later packs fill its gaps. `None` for an
    /// unknown status.
    pub fn status(&self, status: u16) -> Option<StatusNote> {
        let packs = self.knowledge.packs.iter();
        let mut notes = packs.filter_map(|pack| pack.status(status).map(|row| &row.note));
        let mut note = notes.next()?.clone();
        for below in notes {
            if note.name.is_empty() {
                note.name.clone_from(&below.name);
            }
            if note.meaning.text.is_empty() {
                note.meaning = below.meaning.clone();
            }
        }
        Some(note)
    }

    /// What the status of an answer means; facts that are plain from the call win over the usual
    /// meaning.
    pub fn answer(&self, exchange: &Exchange, entries: &[Entry]) -> Option<StatusNote> {
        let said = exchange.outcome.judged()?;
        let mut note = self.status(said.status)?;
        // Words for a success are not true of a refusal.
        if exchange.outcome.is_refused() && note.causes.contains(&Cause::None) {
            return Some(StatusNote {
                meaning: Statement {
                    text: refused_words(said.status, entries),
                    grounds: Grounds::Inferred,
                },
                causes: Vec::new(),
                reasons: Vec::new(),
                checks: Vec::new(),
                ask: Vec::new(),
                see: Vec::new(),
                ..note
            });
        }
        let cause = match said.status {
            401 if carries_nothing(exchange) => Cause::TokenMissing,
            502..=504 if entries.iter().any(|e| e.origin == EntryOrigin::Html) => {
                Cause::GatewayError
            }
            _ => return Some(note),
        };
        if let Some(own) = self.cause(cause) {
            note.meaning = match cause {
                Cause::TokenMissing => Statement {
                    text: "No credential was sent, and the API wants one.".to_owned(),
                    grounds: Grounds::Inferred,
                },
                _ => own.summary,
            };
            note.causes = vec![cause];
            note.reasons = own.signs;
            note.checks = own.steps;
        }
        Some(note)
    }

    /// The note on a code, by its exact spelling; `None` for an unknown code, however similar.
    pub fn code(&self, code: &str, status: Option<u16>) -> Option<&CodeNote> {
        let row = self.knowledge.code(code, status)?;
        Some(&row.note)
    }

    /// What packs that were not asked here say of a code, each with its title: the standards where
    /// they name it, else every API that does.
    pub fn code_elsewhere(&self, code: &str) -> Vec<(String, CodeNote)> {
        if code.len() > LONGEST_CODE || code.contains(char::is_whitespace) {
            return Vec::new();
        }
        let library = &self.catalogue.library;
        let packs = library.list().into_iter();
        // Most packs need not be read for this.
        let packs = packs.filter(|(id, ..)| library.may_explain(id, code));
        let found = packs.filter_map(|(id, title, layer)| {
            let pack = library.pack(id)?;
            let note = pack.code(code, None)?.note.clone();
            Some((layer, (title.to_owned(), note)))
        });
        let found: Vec<_> = found.collect();
        let is_standard = |layer: Layer| layer == Layer::Standard;
        let has_standard = found.iter().any(|(layer, _)| is_standard(*layer));
        let found = found.into_iter();
        let kept = found.filter(|(layer, _)| is_standard(*layer) || !has_standard);
        kept.map(|(_, told)| told).collect()
    }

    /// The words for a cause at this API, over the general ones; `None` where neither knows it.
    pub fn cause(&self, cause: Cause) -> Option<CauseNote> {
        let general = self.catalogue.cause(cause);
        match self.knowledge.cause(cause) {
            Some(own) => own.over(general),
            None => general.cloned(),
        }
    }
}

/// No pack has a longer code.
const LONGEST_CODE: usize = 200;

/// Columns of a code in a sentence.
const CODE: usize = 60;

/// What can be said of a refusal that no pack explains and whose status does not show it: the code,
/// where there is one. A status of zero is unknown.
pub fn refused_words(status: u16, entries: &[Entry]) -> String {
    let refused = match status {
        0 => "Refused".to_owned(),
        status => format!("Refused under {status}"),
    };
    match entries.iter().find_map(|entry| entry.code.as_deref()) {
        Some(code) => format!(
            "{refused}: {}. What that means is the API's own.",
            cut(&visible_line(code), CODE)
        ),
        None => format!("{refused}: the answer itself says so, and names no code."),
    }
}

/// Whether a call surely went out without a credential; `false` where its headers are unknown.
fn carries_nothing(exchange: &Exchange) -> bool {
    let sent = &exchange.sent;
    let by_header = sent
        .headers
        .iter()
        .any(|header| is_secret_name(&header.name));
    let by_url = match Url::parse(&sent.url) {
        Ok(url) => {
            let named = |(name, _): (std::borrow::Cow<str>, _)| is_secret_name(&name);
            !url.username().is_empty() || url.password().is_some() || url.query_pairs().any(named)
        }
        Err(_) => true,
    };
    exchange.shows_head()
        && exchange.token().is_none()
        && !by_header
        && !by_url
        && sent.slots.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::insight::api::knowledge::{CauseText, CodeRow, Meaning, Pack, StatusRow};
    use crate::insight::{Grounds, Statement};

    fn says(text: &str) -> Statement {
        Statement {
            text: text.into(),
            grounds: Grounds::Inferred,
        }
    }

    fn status(number: u16, name: &str, meaning: &str) -> StatusRow {
        StatusRow {
            note: StatusNote {
                status: number,
                name: name.into(),
                meaning: says(meaning),
                causes: vec![Cause::ResourceAbsent],
                reasons: vec![],
                checks: vec![says("Look.")],
                ask: vec![],
                see: vec![],
            },
            likely: vec![],
        }
    }

    fn code(word: &str, meaning: &str) -> CodeRow {
        CodeRow {
            note: CodeNote {
                code: word.into(),
                title: None,
                statuses: vec![404],
                meaning: says(meaning),
                causes: vec![],
                checks: vec![],
                ask: vec![],
            },
            meaning: Meaning::default(),
        }
    }

    fn knowledge() -> Knowledge {
        let mut own = status(404, "", "theirs");
        own.note.checks.clear();
        let api = Pack {
            statuses: vec![own],
            codes: vec![code("not_found", "theirs")],
            causes: vec![CauseText {
                cause: Cause::ResourceAbsent,
                summary: None,
                meaning: None,
                signs: vec![],
                steps: vec![says("Ask Kim.")],
            }],
            ..Pack::default()
        };
        let below = Pack {
            statuses: vec![
                status(404, "Not Found", "ours"),
                status(500, "Failed", "ours"),
            ],
            codes: vec![code("not_found", "ours"), code("other", "ours")],
            ..Pack::default()
        };
        Knowledge {
            packs: vec![Arc::new(api), Arc::new(below)],
            ..Knowledge::default()
        }
    }

    #[test]
    fn the_api_s_words_go_first_and_what_they_leave_open_is_the_standard_s() {
        let (catalogue, knowledge) = (Catalogue::default(), knowledge());
        let here = catalogue.beside(&knowledge);
        let note = here.status(404).unwrap();
        assert_eq!(
            (note.name.as_str(), note.meaning.text.as_str()),
            ("Not Found", "theirs")
        );
        // What to check is the API's alone: two lists would contradict each other.
        assert!(note.checks.is_empty());
        assert_eq!(here.status(500).unwrap().meaning.text, "ours");
        assert_eq!(here.code("not_found", None).unwrap().meaning.text, "theirs");
        assert_eq!(here.code("other", None).unwrap().meaning.text, "ours");
        assert_eq!(here.status(599), None);
        assert_eq!(here.code("Not_Found", None), None);
        assert_eq!(here.code("", None), None);
    }

    #[test]
    fn a_code_is_looked_for_in_the_standards_and_then_in_every_other_pack() {
        let pack = |id: &str, layer, word: &str| Pack {
            id: id.to_owned(),
            title: id.to_uppercase(),
            layer,
            codes: vec![
                code(word, id),
                code(if id == "b" { "other" } else { id }, id),
            ],
            ..Pack::default()
        };
        let library = Library::default().with_own(vec![
            pack("a", Layer::Api, "shared"),
            pack("b", Layer::Api, "shared"),
            pack("s", Layer::Standard, "other"),
        ]);
        let catalogue = Catalogue {
            library: Arc::new(library),
            ..Catalogue::default()
        };
        let knowledge = Knowledge::default();
        let titles = |code: &str| {
            let told = catalogue.beside(&knowledge).code_elsewhere(code);
            told.into_iter().map(|(title, _)| title).collect::<Vec<_>>()
        };
        assert_eq!(titles("shared"), ["A", "B"]);
        assert_eq!(titles("other"), ["S"]);
        assert!(titles("nowhere").is_empty() && titles("two words").is_empty());
    }

    #[test]
    fn a_refusal_under_a_success_is_told_by_its_code() {
        let coded = Entry {
            code: Some("closed".to_owned()),
            ..Entry::default()
        };
        let told = refused_words(200, std::slice::from_ref(&coded));
        assert_eq!(
            told,
            "Refused under 200: closed. What that means is the API's own."
        );
        assert!(refused_words(0, &[coded]).starts_with("Refused: closed."));
        assert!(refused_words(200, &[]).starts_with("Refused under 200: the answer"));
    }

    #[test]
    fn a_pack_changes_the_words_of_a_cause_and_only_those_that_it_gives() {
        let catalogue = Catalogue {
            causes: vec![CauseNote {
                cause: Cause::ResourceAbsent,
                summary: says("It is not there."),
                meaning: says("Nothing is."),
                signs: vec![says("It is missing.")],
                steps: vec![says("Look again.")],
            }],
            ..Catalogue::default()
        };
        let knowledge = knowledge();
        let note = catalogue
            .beside(&knowledge)
            .cause(Cause::ResourceAbsent)
            .unwrap();
        assert_eq!(
            (note.summary.text.as_str(), note.steps[0].text.as_str()),
            ("It is not there.", "Ask Kim.")
        );
        let plain = Knowledge::default();
        let note = catalogue
            .beside(&plain)
            .cause(Cause::ResourceAbsent)
            .unwrap();
        assert_eq!(note.steps[0].text, "Look again.");
        assert_eq!(catalogue.beside(&plain).cause(Cause::TokenExpired), None);
    }
}
