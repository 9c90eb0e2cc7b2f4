//! The catalogue of statuses, codes and causes as TOML: the built-in files and the user's own.
//! A statement is a plain text (then it is our own reasoning), or a table that names its source:
//! `{ text = "…", documented = "which page" }` or `{ text = "…", observed = "where" }`.

use super::placed::Placed;
use super::statement::StatementRow;
use super::{FormatError, calibration_file, library, toml_error};
use crate::insight::api::knowledge::{self, CauseText, Meaning, Pack};
use crate::insight::{Catalogue, CauseNote, CodeNote, Statement, StatusNote};
use crate::model::Cause;
use serde::Deserialize;
use serde::de::Deserializer;
use std::sync::Arc;

const CAUSES: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/causes.quick"));

/// The id of the pack that a person's own catalogue is.
const OWN: &str = "own";

/// What comes with the program.
pub fn built_in() -> Catalogue {
    Catalogue {
        causes: causes(),
        library: Arc::new(library::built_in()),
        calibration: calibration_file::built_in(),
    }
}

/// What each cause is, whatever the API. A test proves that the file can be read; were it not,
/// the program would know less, and still run.
pub fn causes() -> Vec<CauseNote> {
    let file = rmp_serde::from_slice(CAUSES).unwrap_or_default();
    let refuse = |_: usize, problem: String, remedy: &str| {
        FormatError::at("causes.toml", "", 0, problem, remedy)
    };
    let texts = pack(file, "causes.toml", &refuse)
        .unwrap_or_default()
        .causes;
    texts.iter().filter_map(|text| text.over(None)).collect()
}

/// Reads a catalogue as a pack that only explains; what is not understood is refused with its
/// line and column.
pub fn read(text: &str, file_name: &str) -> Result<Pack, FormatError> {
    let refuse = |offset: usize, problem: String, remedy: &str| {
        FormatError::at(file_name, text, offset, problem, remedy)
    };
    let file: File = toml::from_str(text).map_err(|error| {
        let offset = error.span().map_or(0, |span| span.start);
        let problem = toml_error::told(error.message(), ", ");
        refuse(
            offset,
            problem,
            "Correct this line; `httriage help config` shows every key",
        )
    })?;
    pack(file, file_name, &refuse)
}

fn pack(
    file: File,
    file_name: &str,
    refuse: &dyn Fn(usize, String, &str) -> FormatError,
) -> Result<Pack, FormatError> {
    let mut pack = Pack {
        id: OWN.to_owned(),
        title: file_name.to_owned(),
        ..Pack::default()
    };
    for row in file.status {
        let (place, status) = (row.status.at(), row.status.into_inner());
        if !(100..=599).contains(&status) {
            let problem = format!("{status} is not a status");
            return Err(refuse(place, problem, "Use a number from 100 to 599"));
        }
        if pack.status(status).is_some() {
            let problem = format!("the status {status} stands twice");
            return Err(refuse(place, problem, "Join the two entries"));
        }
        pack.statuses.push(knowledge::StatusRow {
            note: StatusNote {
                status,
                name: row.name,
                meaning: row.meaning,
                causes: known(row.causes, refuse)?,
                reasons: row.reasons,
                checks: row.checks,
                ask: row.ask,
                see: row.see,
            },
            likely: Vec::new(),
        });
    }
    for row in file.code {
        let (place, code) = (row.code.at(), row.code.into_inner());
        if code.is_empty() {
            let problem = "a code is empty".to_owned();
            return Err(refuse(place, problem, "Write the code as the API does"));
        }
        if pack.code(&code, None).is_some() {
            let problem = format!("the code \"{code}\" stands twice");
            return Err(refuse(place, problem, "Join the two entries"));
        }
        pack.codes.push(knowledge::CodeRow {
            note: CodeNote {
                code,
                title: row.title,
                statuses: row.statuses,
                meaning: row.meaning,
                causes: known(row.causes, refuse)?,
                checks: row.checks,
                ask: row.ask,
            },
            meaning: Meaning::default(),
        });
    }
    for row in file.cause {
        let place = row.id.at();
        let cause = known(vec![row.id], refuse)?[0];
        if pack.causes.iter().any(|text| text.cause == cause) {
            let problem = format!("the cause {} stands twice", cause.id());
            return Err(refuse(place, problem, "Join the two entries"));
        }
        pack.causes.push(CauseText {
            cause,
            summary: Some(row.summary),
            meaning: Some(row.meaning),
            signs: row.signs,
            steps: row.steps,
        });
    }
    Ok(pack)
}

fn known(
    ids: Vec<Placed<String>>,
    refuse: &dyn Fn(usize, String, &str) -> FormatError,
) -> Result<Vec<Cause>, FormatError> {
    ids.into_iter()
        .map(|id| {
            let known = Cause::from_id(id.get_ref());
            known.ok_or_else(|| {
                let problem = format!("\"{}\" is not the id of a cause", id.get_ref());
                refuse(id.at(), problem, "Use an id such as token.expired")
            })
        })
        .collect()
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    status: Vec<StatusRow>,
    #[serde(default)]
    code: Vec<CodeRow>,
    #[serde(default)]
    cause: Vec<CauseRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StatusRow {
    status: Placed<u16>,
    name: String,
    #[serde(deserialize_with = "one")]
    meaning: Statement,
    #[serde(default)]
    causes: Vec<Placed<String>>,
    #[serde(default, deserialize_with = "many")]
    reasons: Vec<Statement>,
    #[serde(default, deserialize_with = "many")]
    checks: Vec<Statement>,
    #[serde(default, deserialize_with = "many")]
    ask: Vec<Statement>,
    #[serde(default)]
    see: Vec<u16>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CodeRow {
    code: Placed<String>,
    title: Option<String>,
    #[serde(default)]
    statuses: Vec<u16>,
    #[serde(deserialize_with = "one")]
    meaning: Statement,
    #[serde(default)]
    causes: Vec<Placed<String>>,
    #[serde(default, deserialize_with = "many")]
    checks: Vec<Statement>,
    #[serde(default, deserialize_with = "many")]
    ask: Vec<Statement>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CauseRow {
    id: Placed<String>,
    #[serde(deserialize_with = "one")]
    summary: Statement,
    #[serde(deserialize_with = "one")]
    meaning: Statement,
    #[serde(default, deserialize_with = "many")]
    signs: Vec<Statement>,
    #[serde(default, deserialize_with = "many")]
    steps: Vec<Statement>,
}

fn one<'de, D: Deserializer<'de>>(source: D) -> Result<Statement, D::Error> {
    StatementRow::deserialize(source).map(|row| row.0)
}

fn many<'de, D: Deserializer<'de>>(source: D) -> Result<Vec<Statement>, D::Error> {
    let rows = Vec::<StatementRow>::deserialize(source)?;
    Ok(rows.into_iter().map(|row| row.0).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Environment;

    /// Every built-in pack, read.
    fn packs() -> Vec<Arc<Pack>> {
        let library = built_in().library;
        let ids: Vec<String> = library
            .list()
            .iter()
            .map(|(id, ..)| (*id).to_owned())
            .collect();
        ids.iter().filter_map(|id| library.pack(id)).collect()
    }

    #[test]
    fn statements_keep_their_grounds() {
        let text = r#"
            [[status]]
            status = 404
            name = "Not Found"
            meaning = { text = "Not there.", documented = "error codes page" }
            causes = ["resource.absent"]
            reasons = ["Perhaps.", { text = "Seen.", observed = "a live instance" }]
            see = [403]
            [[code]]
            code = "not_found"
            meaning = "Not there."
        "#;
        let own = read(text, "catalogue.toml").unwrap();
        let note = &own.status(404).unwrap().note;
        assert_eq!(note.meaning.grounds.source(), Some("error codes page"));
        assert_eq!(note.causes, [Cause::ResourceAbsent]);
        let grounds: Vec<_> = note.reasons.iter().map(|r| r.grounds.id()).collect();
        assert_eq!(grounds, ["inferred", "observed"]);
        assert_eq!(note.see, [403]);
        assert_eq!(own.code("not_found", None).unwrap().note.title, None);
        // It explains, and judges nothing.
        assert!(own.status(404).unwrap().likely.is_empty());
    }

    #[test]
    fn what_is_not_understood_is_refused_with_line_and_column() {
        let head = "[[status]]\nstatus = 404\nname = \"N\"\nmeaning = \"m\"\n";
        let cases = [
            ("colour = 1\n", ":5:1", "colour"),
            ("causes = [\"x.y\"]\n", ":5:11", "x.y"),
            ("checks = [{ text = \"a\", page = \"b\" }]\n", ":5:", "page"),
            (
                "checks = [{ text = \"a\", documented = \"b\", observed = \"c\" }]\n",
                ":5:",
                "not both",
            ),
            ("checks = [7]\n", ":5:", "a text"),
            ("checks = [\n", ":", ""),
            (
                "[[status]]\nstatus = 404\nname = \"N\"\nmeaning = \"m\"\n",
                ":6:10",
                "twice",
            ),
            (
                "[[status]]\nstatus = 99\nname = \"N\"\nmeaning = \"m\"\n",
                ":6:10",
                "99",
            ),
            ("[[code]]\ncode = \"\"\nmeaning = \"m\"\n", ":6:8", "empty"),
        ];
        for (tail, place, says) in cases {
            let error = read(&format!("{head}{tail}"), "catalogue.toml").unwrap_err();
            let shown = error.to_string();
            assert!(error.place.contains(place), "{tail}: {shown}");
            assert!(error.problem.contains(says), "{tail}: {shown}");
        }
    }

    #[test]
    fn the_statuses_that_the_home_api_lists_are_explained_from_its_own_page() {
        let catalogue = built_in();
        let home = catalogue.library.of_environment(&Environment::sandbox());
        let here = catalogue.beside(&home);
        for status in [
            200, 201, 400, 401, 403, 404, 405, 422, 429, 500, 501, 503, 504,
        ] {
            let note = here.status(status).unwrap();
            let source = note.meaning.grounds.source();
            assert_eq!(source, Some("API error codes page"), "{status}");
        }
        assert_eq!(here.status(404).unwrap().name, "Not Found");
        assert!(here.status(405).unwrap().see.contains(&501));
        assert!(here.status(501).unwrap().see.contains(&405));
        assert!(here.code("not_found", None).is_some());
    }

    #[test]
    fn every_status_and_code_says_what_to_do_and_leads_nowhere_unknown() {
        let catalogue = built_in();
        let home = catalogue.library.of_environment(&Environment::sandbox());
        let unknown = catalogue.library.of_environment(&Environment::default());
        for knowledge in [&home, &unknown] {
            let here = catalogue.beside(knowledge);
            for note in (100..600).filter_map(|status| here.status(status)) {
                let is_known = !note.causes.is_empty() || note.status == 427;
                assert!(is_known && !note.checks.is_empty(), "{}", note.status);
                for other in &note.see {
                    assert!(here.status(*other).is_some() && *other != note.status);
                }
            }
        }
        for pack in packs() {
            for row in &pack.codes {
                let says = !row.note.causes.is_empty() || !row.note.meaning.text.is_empty();
                assert!(says, "{} {}", pack.id, row.note.code);
            }
        }
    }

    #[test]
    fn every_cause_says_what_it_is_how_it_is_told_and_what_to_do() {
        let text = include_str!("../../assets/catalogue/causes.toml");
        let written = read(text, "causes.toml").unwrap().causes;
        assert_eq!(causes().len(), written.len());
        let catalogue = built_in();
        for cause in Cause::ALL {
            let note = catalogue.cause(*cause);
            let note = note.unwrap_or_else(|| panic!("{} is missing", cause.id()));
            assert!(!note.signs.is_empty() && !note.steps.is_empty());
        }
        let twice = "[[cause]]\nid = \"none\"\nsummary = \"s\"\nmeaning = \"m\"\n".repeat(2);
        let error = read(&twice, "catalogue.toml").unwrap_err();
        assert!(error.problem.contains("twice"), "{error}");
    }

    #[test]
    fn every_built_in_sentence_is_one_line_with_an_end() {
        let catalogue = built_in();
        let mut said: Vec<Statement> = Vec::new();
        for note in &catalogue.causes {
            said.extend(note.signs.iter().chain(&note.steps).cloned());
            said.extend([note.meaning.clone(), note.summary.clone()]);
        }
        for pack in packs() {
            if pack.id != "cutover" && pack.id != "http" {
                continue;
            }
            for StatusNote {
                meaning,
                reasons,
                checks,
                ask,
                ..
            } in pack.statuses.iter().map(|row| &row.note)
            {
                said.extend(reasons.iter().chain(checks).chain(ask).cloned());
                said.push(meaning.clone());
            }
            for note in pack.codes.iter().map(|row| &row.note) {
                said.extend(note.checks.iter().chain(&note.ask).cloned());
                said.push(note.meaning.clone());
            }
            for text in &pack.causes {
                said.extend(text.signs.iter().chain(&text.steps).cloned());
                said.extend(text.meaning.iter().chain(&text.summary).cloned());
            }
        }
        for statement in said {
            let text = &statement.text;
            assert!(text.ends_with(['.', '?']), "{text}");
            assert!(!text.contains('\n') && text.len() < 190, "{text}");
            assert_eq!(crate::model::unsafe_count(text), 0, "{text}");
        }
    }
}
