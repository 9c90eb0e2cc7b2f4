//! A filter in the words of the database: what its columns can tell is asked of it, the words are
//! left for `search`.

use super::error::Trouble;
use super::select::row_id;
use crate::insight::{Query, Sought, Team, Term, Want, Where};
use crate::model::{CallOrigin, ExchangeId};
use rusqlite::Connection;
use rusqlite::types::Value;

/// A query as the database takes it, and the words that are left for us.
pub(super) struct Filter {
    /// What the columns have to say.
    pub condition: String,
    pub values: Vec<Value>,
    pub texts: Vec<Text>,
}

/// A word that is to be in a text, or not.
pub(super) struct Text {
    pub negated: bool,
    pub place: Where,
    pub word: Sought,
}

impl Filter {
    pub fn of(
        conn: &Connection,
        query: &Query,
        before: Option<&ExchangeId>,
    ) -> Result<Filter, Trouble> {
        let mut filter = Filter {
            condition: "forgotten_by IS NULL".to_owned(),
            values: Vec::new(),
            texts: Vec::new(),
        };
        if let Some(id) = before {
            filter.and("id < ?", Value::Integer(row_id(id)));
        }
        // Where words are left for us to look for, going through every row in order is quicker
        // than picking half of them by an index.
        let wordy = |term: &Term| matches!(term.want, Want::Word(..));
        let enough = if query.terms().iter().any(wordy) {
            Selectivity::Medium
        } else {
            Selectivity::Low
        };
        let terms = query.terms().iter().filter_map(selectivity);
        let best = terms.filter(|selectivity| *selectivity <= enough).min();
        let mut chosen = false;
        for term in query.terms() {
            let indexed = !chosen && best.is_some() && selectivity(term) == best;
            chosen |= indexed;
            filter.add(term, indexed);
        }
        filter.bound_ids(conn, query)?;
        Ok(filter)
    }

    fn and(&mut self, condition: &str, value: Value) {
        self.condition.push_str(" AND ");
        self.condition.push_str(condition);
        self.values.push(value);
    }

    fn add(&mut self, term: &Term, indexed: bool) {
        let text = |word: &String| Value::Text(word.clone());
        let (column, value) = match &term.want {
            Want::Status(status) => ("status", Value::Integer(i64::from(*status))),
            Want::Class(class) => ("class", Value::Text(class.id().to_owned())),
            Want::Method(word) => ("method", text(word)),
            Want::Environment(word) => ("environment", text(word)),
            Want::Token(word) => ("token", text(word)),
            Want::Case(word) => ("case_key", text(word)),
            Want::Host(spellings) => return self.parts("host", spellings, term.negated),
            Want::Code(word) => {
                return self.parts("codes", &[format!("\n{word}\n")], term.negated);
            }
            Want::Refused(refused) => return self.refused(*refused != term.negated),
            Want::From(origin) => return self.made_for(*origin, term.negated),
            Want::Team(team) => return self.of_team(team, term.negated),
            Want::Since(ms) => {
                let sign = if term.negated { "<" } else { ">=" };
                return self.and(&format!("started_ms {sign} ?"), Value::Integer(*ms));
            }
            Want::Until(ms) => {
                let sign = if term.negated { ">=" } else { "<" };
                return self.and(&format!("started_ms {sign} ?"), Value::Integer(*ms));
            }
            Want::Word(place, word) => {
                return self.texts.push(Text {
                    negated: term.negated,
                    place: *place,
                    word: word.clone(),
                });
            }
        };
        // A plus keeps the planner from an index that fits half of all rows.
        let condition = match (term.negated, indexed) {
            (true, _) => format!("{column} IS NOT ?"),
            (false, true) => format!("{column} = ?"),
            (false, false) => format!("+{column} = ?"),
        };
        self.and(&condition, value);
    }

    /// Few successes are refused, so that it stands in their lines and has no column of its own.
    fn refused(&mut self, wanted: bool) {
        let not = if wanted { "" } else { "NOT " };
        self.condition.push_str(&format!(
            " AND {not}(class = 'success' AND EXISTS (SELECT 1 FROM records
                 WHERE records.id = calls.id AND instr(records.summary, '\"refused\":true') > 0))"
        ));
    }

    /// What a call was made for stands in its line, too.
    fn made_for(&mut self, origin: CallOrigin, negated: bool) {
        let not = if negated { "NOT " } else { "" };
        self.condition.push_str(&format!(
            " AND {not}EXISTS (SELECT 1 FROM records
                 WHERE records.id = calls.id AND instr(records.summary, '\"origin\":\"{}\"') > 0)",
            origin.id()
        ));
    }

    /// Whose it is stands beside the calls of others.
    fn of_team(&mut self, team: &Team, negated: bool) {
        let not = if negated { "NOT " } else { "" };
        let others = "EXISTS (SELECT 1 FROM others WHERE others.row = calls.id)";
        let condition = match team {
            Team::All => "(1)".to_owned(),
            Team::Others => others.to_owned(),
            Team::Me => format!("(NOT {others})"),
            Team::Named(name) => {
                self.values.push(Value::Text(name.clone()));
                "EXISTS (SELECT 1 FROM others WHERE others.row = calls.id AND name_key = ?)"
                    .to_owned()
            }
        };
        self.condition.push_str(&format!(" AND {not}{condition}"));
    }

    /// Any of the parts stands in the column, or none of them.
    fn parts(&mut self, column: &str, parts: &[String], negated: bool) {
        let any = vec![format!("instr({column}, ?) > 0"); parts.len()].join(" OR ");
        let not = if negated { "NOT " } else { "" };
        self.condition.push_str(&format!(" AND {not}({any})"));
        self.values.extend(parts.iter().cloned().map(Value::Text));
    }

    /// Ids tell the time, so a filter by time need not look at every row; unless some do not.
    fn bound_ids(&mut self, conn: &Connection, query: &Query) -> Result<(), Trouble> {
        const SLACK_MS: i64 = 3_600_000;
        let limits: Vec<(&str, i64)> = query
            .terms()
            .iter()
            .filter_map(|term| match (&term.want, term.negated) {
                (Want::Since(ms), false) | (Want::Until(ms), true) => {
                    Some(("id >= ?", ms.saturating_sub(SLACK_MS)))
                }
                (Want::Until(ms), false) | (Want::Since(ms), true) => {
                    Some(("id < ?", ms.saturating_add(SLACK_MS + 1)))
                }
                _ => None,
            })
            .collect();
        if limits.is_empty() {
            return Ok(());
        }
        let astray: bool = conn
            .prepare_cached(
                "SELECT EXISTS (SELECT 1 FROM calls
                 WHERE abs((id >> 16) - started_ms) > 3600000)",
            )?
            .query_row([], |row| row.get(0))?;
        if !astray {
            for (condition, ms) in limits {
                let id = ms.clamp(0, 1 << 44) << 16;
                self.and(condition, Value::Integer(id));
            }
        }
        Ok(())
    }
}

/// How few rows a term is likely to leave, fewest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Selectivity {
    High,
    Medium,
    Low,
}

/// `None` where no index helps.
fn selectivity(term: &Term) -> Option<Selectivity> {
    match term.want {
        _ if term.negated => None,
        Want::Case(_) => Some(Selectivity::High),
        Want::Status(_) | Want::Token(_) => Some(Selectivity::Medium),
        Want::Class(_) | Want::Environment(_) => Some(Selectivity::Low),
        _ => None,
    }
}
