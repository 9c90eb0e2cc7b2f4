//! The values in PowerShell calls.

use serde_json::Value;

/// A PowerShell value; its texts may hold `{{names}}`.
#[derive(Clone, Debug)]
pub enum Term {
    Null,
    Text(String),
    /// A number or boolean; also a variable that may be one.
    Plain(String),
    Hash(Vec<(String, Term)>),
    List(Vec<Term>),
    File(String),
    Session {
        agent: Option<String>,
        cookies: Vec<String>,
    },
    Unknown,
}

impl Term {
    /// The text of a simple value; empty for tables, lists and what is unknown.
    pub fn text(&self) -> String {
        match self {
            Term::Text(text) | Term::Plain(text) | Term::File(text) => text.clone(),
            _ => String::new(),
        }
    }

    /// About how many bytes it takes, to limit what variables add up to.
    pub fn size(&self) -> usize {
        match self {
            Term::Null | Term::Unknown => 1,
            Term::Text(text) | Term::Plain(text) | Term::File(text) => text.len() + 1,
            Term::List(terms) => terms.iter().map(Term::size).sum(),
            Term::Hash(members) => members.iter().map(|(n, term)| n.len() + term.size()).sum(),
            Term::Session { agent, cookies } => {
                let agent = agent.as_ref().map_or(1, String::len);
                cookies.iter().map(String::len).sum::<usize>() + agent
            }
        }
    }

    /// Writes JSON as `ConvertTo-Json` does: indented from `depth` on, compressed for `None`.
    pub fn json(&self, depth: Option<usize>, out: &mut String) {
        let line = |level: usize, out: &mut String| {
            if depth.is_some() {
                out.push('\n');
                out.push_str(&"  ".repeat(level));
            }
        };
        let level = depth.unwrap_or(0);
        let inside = depth.map(|depth| depth + 1);
        match self {
            Term::Null | Term::Unknown | Term::Session { .. } => out.push_str("null"),
            Term::Text(text) | Term::File(text) => {
                out.push_str(&Value::from(text.as_str()).to_string());
            }
            Term::Plain(text) => out.push_str(text),
            Term::List(terms) => {
                out.push('[');
                for (number, term) in terms.iter().enumerate() {
                    out.push_str(if number > 0 { "," } else { "" });
                    line(level + 1, out);
                    term.json(inside, out);
                }
                line(level, out);
                out.push(']');
            }
            Term::Hash(members) => {
                out.push('{');
                for (number, (name, term)) in members.iter().enumerate() {
                    out.push_str(if number > 0 { "," } else { "" });
                    line(level + 1, out);
                    out.push_str(&Value::from(name.as_str()).to_string());
                    out.push_str(if depth.is_some() { ": " } else { ":" });
                    term.json(inside, out);
                }
                line(level, out);
                out.push('}');
            }
        }
    }
}
