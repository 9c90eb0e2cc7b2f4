//! A statement with its grounds: a plain text, or a table that names its source.

use crate::insight::{Grounds, Statement};
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, MapAccess, Visitor};
use std::fmt;

/// Read by hand, since an untagged choice would lose which key was wrong, and where.
pub(super) struct StatementRow(pub Statement);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StatementTable {
    text: String,
    documented: Option<String>,
    observed: Option<String>,
}

impl<'de> Deserialize<'de> for StatementRow {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<StatementRow, D::Error> {
        source.deserialize_any(StatementVisitor)
    }
}

struct StatementVisitor;

impl<'de> Visitor<'de> for StatementVisitor {
    type Value = StatementRow;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a text, or a table with text and documented or observed")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<StatementRow, E> {
        Ok(StatementRow(Statement {
            text: text.to_owned(),
            grounds: Grounds::Inferred,
        }))
    }

    fn visit_map<M: MapAccess<'de>>(self, map: M) -> Result<StatementRow, M::Error> {
        let table = StatementTable::deserialize(MapAccessDeserializer::new(map))?;
        let grounds = match (table.documented, table.observed) {
            (Some(source), None) => Grounds::Documented(source),
            (None, Some(source)) => Grounds::Observed(source),
            (None, None) => Grounds::Inferred,
            (Some(_), Some(_)) => {
                let problem = "a statement is documented or observed, not both";
                return Err(M::Error::custom(problem));
            }
        };
        let text = table.text;
        Ok(StatementRow(Statement { text, grounds }))
    }
}
