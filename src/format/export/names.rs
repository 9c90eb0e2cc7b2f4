//! Placeholders in exported texts, and what they are called: as shell variables, and in files with
//! variables of their own.

use crate::model::TokenName;
use std::collections::{HashMap, HashSet};

/// A value that an exported text must not or cannot hold.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Placeholder {
    Token(TokenName),
    /// A credential that was typed without a name.
    Typed(TokenName),
    /// The same in a request that leaves its environment. Its name comes from that request and must
    /// not match a token of the person's.
    Foreign(TokenName),
    /// A secret that was already masked, by its number.
    Masked(usize),
    /// A variable without a value, or with a secret one.
    Variable(String),
    /// A variable of the environment, in a request that leaves it: it needs a name of its own.
    Elsewhere(String),
}

impl Placeholder {
    /// The shell variable, if the name is free.
    fn shell(&self) -> String {
        match self {
            Placeholder::Token(name) | Placeholder::Typed(name) => name.variable(),
            Placeholder::Foreign(name) => {
                let variable = name.variable();
                let behind = variable.strip_prefix(TOKENS).unwrap_or(&variable);
                format!("{TOKENS}TYPED_{behind}")
            }
            Placeholder::Masked(number) => format!("{TOKENS}SECRET_{number}"),
            Placeholder::Variable(name) => {
                format!("HTTRIAGE_VAR_{}", plain(name).to_ascii_uppercase())
            }
            Placeholder::Elsewhere(name) => {
                let name = plain(name).to_ascii_uppercase();
                format!("HTTRIAGE_VAR_ELSEWHERE_{name}")
            }
        }
    }

    /// The name between braces in a file of requests. In lower case, because a program's built-in
    /// names have capitals.
    fn file(&self) -> String {
        match self {
            Placeholder::Token(name) | Placeholder::Typed(name) => {
                format!("token_{}", plain(name.as_str()))
            }
            Placeholder::Foreign(name) => format!("typed_{}", plain(name.as_str())),
            Placeholder::Masked(number) => format!("secret_{number}"),
            Placeholder::Variable(name) => {
                let name = plain(name).to_ascii_lowercase();
                if name.starts_with(|c: char| c.is_ascii_alphabetic()) {
                    name
                } else {
                    format!("var_{name}")
                }
            }
            Placeholder::Elsewhere(name) => {
                format!("elsewhere_{}", plain(name).to_ascii_lowercase())
            }
        }
    }
}

const TOKENS: &str = "HTTRIAGE_TOKEN_";

fn plain(name: &str) -> String {
    let fits = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    name.chars().map(fits).collect()
}

/// What a placeholder is called: as a shell variable, and in a file of requests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    pub shell: String,
    pub file: String,
    pub is_secret: bool,
}

/// The names that one exported text uses. Two placeholders never share a name, so the person gives
/// each value once.
#[derive(Debug, Default)]
pub struct Names {
    known: HashMap<Placeholder, Name>,
    /// What the person has to give, in the order of first need.
    given: Vec<Name>,
    taken: HashSet<String>,
    /// What earlier requests of the text capture from their answers.
    captured: HashSet<Placeholder>,
    met: HashSet<Placeholder>,
}

impl Names {
    /// The name of a placeholder where it is needed; notes that the person has to give it.
    pub fn of(&mut self, placeholder: &Placeholder, is_secret: bool) -> Name {
        let name = self.named(placeholder, is_secret);
        let is_new = self.met.insert(placeholder.clone());
        if is_new && !self.captured.contains(placeholder) {
            self.given.push(name.clone());
        }
        name
    }

    /// The name of a variable that is captured from an answer, so nobody has to give it.
    pub fn capture(&mut self, variable: &str) -> Name {
        let placeholder = Placeholder::Variable(variable.to_owned());
        self.captured.insert(placeholder.clone());
        self.named(&placeholder, false)
    }

    /// Whether the placeholder was not needed before in this text.
    pub fn is_new(&self, placeholder: &Placeholder) -> bool {
        !self.met.contains(placeholder)
    }

    /// The names that the person has to give, in the order in which they are first needed.
    pub fn given(&self) -> &[Name] {
        &self.given
    }

    /// The shell variables that the person has to set, in the same order.
    pub fn variables(&self) -> Vec<String> {
        self.given.iter().map(|name| name.shell.clone()).collect()
    }

    fn named(&mut self, placeholder: &Placeholder, is_secret: bool) -> Name {
        if let Some(known) = self.known.get(placeholder) {
            return known.clone();
        }
        // A token is defined by its variable, so that name is fixed.
        let shell = match placeholder {
            Placeholder::Token(name) => name.variable(),
            other => self.free(other.shell()),
        };
        let name = Name {
            file: self.free(placeholder.file()),
            shell,
            is_secret,
        };
        self.taken.insert(name.shell.clone());
        self.known.insert(placeholder.clone(), name.clone());
        name
    }

    fn free(&mut self, name: String) -> String {
        let mut free = name.clone();
        let mut number = 1;
        while !self.taken.insert(free.clone()) {
            number += 1;
            free = format!("{name}_{number}");
        }
        free
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_placeholders_never_share_a_name() {
        let mut names = Names::default();
        let variable = |name: &str| Placeholder::Variable(name.to_owned());
        let token = TokenName::named("prod");
        let all = [
            variable("token_prod"),
            Placeholder::Token(token.clone()),
            Placeholder::Foreign(token),
            variable("a-b"),
            variable("a.b"),
            variable("ä"),
            variable("newUuid"),
            variable("1"),
        ];
        let named: Vec<Name> = all.iter().map(|p| names.of(p, false)).collect();
        let files: Vec<&str> = named.iter().map(|n| n.file.as_str()).collect();
        assert_eq!(
            files,
            [
                "token_prod",
                "token_prod_2",
                "typed_prod",
                "a_b",
                "a_b_2",
                "var__",
                "newuuid",
                "var_1"
            ]
        );
        let shells: HashSet<&str> = named.iter().map(|n| n.shell.as_str()).collect();
        assert_eq!(shells.len(), all.len());
        assert!(shells.contains("HTTRIAGE_TOKEN_PROD"));
        assert!(shells.contains("HTTRIAGE_TOKEN_TYPED_PROD"));
        assert_eq!(names.of(&all[4], false), named[4]);
    }

    #[test]
    fn what_an_answer_gives_is_not_asked_of_the_person() {
        let mut names = Names::default();
        let task = Placeholder::Variable("task".to_owned());
        names.of(&Placeholder::Variable("base".to_owned()), false);
        assert_eq!(names.capture("task").file, "task");
        names.of(&task, false);
        assert_eq!(names.variables(), ["HTTRIAGE_VAR_BASE"]);
    }
}
