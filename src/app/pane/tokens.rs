//! The tokens that are known, what can be told of each, and what the API said of them.

use crate::app::list::List;
use crate::app::message::{Proven, TokenRow};
use crate::app::task::Job;
use crate::insight::learned::Learned;
use crate::insight::survey::Survey;
use crate::model::{Origin, TokenName, TokenRef, TokenSource};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The parts of the screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TokensPart {
    #[default]
    List,
    Inspector,
}

impl TokensPart {
    /// In the order Tab visits them.
    pub const ALL: [TokensPart; 2] = [TokensPart::List, TokensPart::Inspector];

    /// The word in the part's frame.
    pub fn title(self) -> &'static str {
        match self {
            TokensPart::List => "Tokens",
            TokensPart::Inspector => "Inspector",
        }
    }
}

/// What screen 4 holds. A `place` is always the name of an environment: one token may be good in
/// one and bad in another.
#[derive(Debug, Default)]
pub struct Tokens {
    /// By the name of the environment they were looked at for.
    looked: BTreeMap<String, Vec<TokenRow>>,
    pub list: List,
    pub part: TokensPart,
    /// At most two, to be compared.
    pub marked: Vec<TokenName>,
    /// The first line of the inspector that is shown.
    pub top: usize,
    surveys: BTreeMap<(String, TokenName), Survey>,
    /// Each with the fingerprint of the value that it is of.
    proofs: BTreeMap<(String, TokenName), (Option<String>, Proven)>,
    /// Hosts that may be asked for the keys of issuers, in this run.
    pub allowed: Vec<Origin>,
    /// What the history shows, by the name of the environment.
    learned: BTreeMap<String, Arc<Learned>>,
    /// What is asked under way, and of which token.
    pub job: Option<(Job, TokenName)>,
}

impl Tokens {
    /// The tokens known at a place; empty before they were looked at.
    pub fn rows(&self, place: &str) -> &[TokenRow] {
        self.looked.get(place).map_or(&[], Vec::as_slice)
    }

    /// What was seen of one token; `None` where it is not known at that place.
    pub fn row(&self, place: &str, name: &TokenName) -> Option<&TokenRow> {
        let mut rows = self.rows(place).iter();
        rows.find(|row| &row.token.name == name)
    }

    /// The row under the cursor.
    pub fn selected(&self, place: &str) -> Option<&TokenRow> {
        self.rows(place).get(self.list.cursor)
    }

    /// Takes in what was seen; what is known already of others stays.
    pub fn looked(&mut self, place: &str, seen: Vec<TokenRow>) {
        let rows = self.looked.entry(place.to_owned()).or_default();
        for row in seen {
            match rows
                .iter_mut()
                .find(|known| known.token.name == row.token.name)
            {
                Some(known) => *known = row,
                None => rows.push(row),
            }
        }
        let count = rows.len();
        self.list.step(0, count);
    }

    /// A value was given: it holds wherever the token is asked for.
    pub fn given(&mut self, row: &TokenRow) {
        for rows in self.looked.values_mut() {
            for known in rows.iter_mut() {
                if known.token.name == row.token.name && known.source == Some(TokenSource::Prompt) {
                    let origins = std::mem::take(&mut known.origins);
                    *known = row.clone();
                    known.origins = origins;
                }
            }
        }
    }

    /// Marks the selected token, or takes its mark away; of three the oldest mark goes.
    pub fn mark(&mut self, place: &str) {
        let Some(name) = self.selected(place).map(|row| row.token.name.clone()) else {
            return;
        };
        match self.marked.iter().position(|known| *known == name) {
            Some(at) => drop(self.marked.remove(at)),
            None => self.marked.push(name),
        }
        if self.marked.len() > 2 {
            self.marked.remove(0);
        }
        self.top = 0;
        let count = self.rows(place).len();
        self.list.step(1, count);
    }

    /// The two that are compared.
    pub fn pair(&self, place: &str) -> Option<(&TokenRow, &TokenRow)> {
        let [one, other] = &self.marked[..] else {
            return None;
        };
        self.row(place, one).zip(self.row(place, other))
    }

    /// What the API said of a token so far; `None` where it was not asked in this run.
    pub fn survey(&self, place: &str, name: &TokenName) -> Option<&Survey> {
        self.surveys.get(&(place.to_owned(), name.clone()))
    }

    /// Keeps what a survey found, in place of what an earlier one did.
    pub fn surveyed(&mut self, place: &str, name: &TokenName, survey: Survey) {
        self.surveys
            .insert((place.to_owned(), name.clone()), survey);
    }

    /// What was heard of the value that a token has now.
    pub fn proof(&self, place: &str, token: &TokenRef) -> Option<&Proven> {
        let known = self.proofs.get(&(place.to_owned(), token.name.clone()))?;
        (known.0 == token.fingerprint).then_some(&known.1)
    }

    /// Keeps what was heard of a token's value; it counts only as long as the token has that value.
    pub fn proven(&mut self, place: &str, token: TokenRef, proven: Proven) {
        let key = (place.to_owned(), token.name);
        self.proofs.insert(key, (token.fingerprint, proven));
    }

    /// What the history shows of the tokens of a place; `None` where it was not asked yet.
    pub fn learned(&self, place: &str) -> Option<&Learned> {
        self.learned.get(place).map(|learned| &**learned)
    }

    /// Keeps what the history showed of the tokens of a place.
    pub fn know(&mut self, place: &str, learned: Arc<Learned>) {
        self.learned.insert(place.to_owned(), learned);
    }

    /// Moves the focus to the other of the two parts.
    pub fn go(&mut self) {
        self.part = match self.part {
            TokensPart::List => TokensPart::Inspector,
            TokensPart::Inspector => TokensPart::List,
        };
    }

    /// Moves in the part that has the focus; `last` is the last line to begin with.
    pub fn step(&mut self, place: &str, step: isize, last: usize) {
        match self.part {
            TokensPart::List => {
                let count = self.rows(place).len();
                self.list.step(step, count);
                self.top = 0;
            }
            TokensPart::Inspector => {
                self.top = self.top.min(last).saturating_add_signed(step).min(last);
            }
        }
    }

    /// For another environment: what is marked and where the cursor stands is of the old one.
    pub fn moved(&mut self) {
        self.list = List::default();
        self.marked.clear();
        self.top = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::TokenRef;

    fn row(name: &str, source: TokenSource) -> TokenRow {
        TokenRow {
            token: TokenRef {
                name: TokenName::new(name).unwrap(),
                fingerprint: None,
            },
            source: Some(source),
            origins: Vec::new(),
            report: None,
            trouble: None,
            got: None,
        }
    }

    #[test]
    fn two_marks_are_kept_and_the_oldest_goes() {
        let mut pane = Tokens::default();
        let rows = ["a", "b", "c"].map(|name| row(name, TokenSource::Sandbox));
        pane.looked("e", rows.to_vec());
        for _ in 0..3 {
            pane.mark("e");
        }
        let (one, other) = pane.pair("e").unwrap();
        assert_eq!(one.token.name.as_str(), "b");
        assert_eq!(other.token.name.as_str(), "c");
    }

    #[test]
    fn a_given_value_is_known_wherever_it_is_asked_for() {
        let mut pane = Tokens::default();
        pane.looked("e", vec![row("a", TokenSource::Prompt)]);
        pane.looked("f", vec![row("a", TokenSource::Keyring)]);
        let mut given = row("a", TokenSource::Prompt);
        given.token.fingerprint = Some("a361".into());
        pane.given(&given);
        assert!(pane.rows("e")[0].token.fingerprint.is_some());
        assert!(pane.rows("f")[0].token.fingerprint.is_none());
    }
}
