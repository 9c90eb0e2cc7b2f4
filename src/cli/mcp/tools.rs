//! The tools: what each is for, takes and gives, one row each.

use super::given::{Given, Takes, schema};
use super::ground::Errand;
use super::{calls, looks, runs};
use crate::cli::trouble::Trouble;
use crate::format::schema as results;
use rmcp::model::{Tool as ToolRow, ToolAnnotations};
use serde_json::Value;
use std::sync::Arc;

/// What a tool touches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Touch {
    /// What is on this machine.
    Here,
    /// Calls that only read.
    Reads,
    /// Calls that may write where the person allowed it.
    Calls,
    /// What people recorded, where the person allowed writing; it is not there otherwise.
    Records,
}

pub struct Tool {
    pub name: &'static str,
    pub title: &'static str,
    says: &'static str,
    needs: &'static [&'static str],
    /// What it takes besides.
    may: &'static [&'static str],
    /// The name of its result's schema.
    pub result: &'static str,
    touch: Touch,
    /// Whether words of servers, or of whoever wrote a text, stand in its results.
    pub is_outside: bool,
    pub run: fn(&Errand, &Given) -> Result<Value, Trouble>,
}

/// A call as most tools take it.
const CALL: [&str; 5] = ["method", "params", "headers", "data", "env"];

pub const TOOLS: &[Tool] = &[
    Tool {
        name: "explain",
        title: "Explain a refusal",
        says: "What a status, an error code, a cause or a pasted answer means, and why the call was probably refused. Sends nothing. Begin here with what somebody pasted.",
        needs: &["text"],
        may: &["env"],
        result: "explain",
        touch: Touch::Here,
        is_outside: true,
        run: looks::explain,
    },
    Tool {
        name: "send",
        title: "Make one call",
        says: "Makes one HTTP call and returns the answer with its errors read and what may have gone wrong.",
        needs: &["url"],
        may: &["method", "params", "headers", "data", "env", "token"],
        result: "send",
        touch: Touch::Calls,
        is_outside: true,
        run: calls::send,
    },
    Tool {
        name: "investigate",
        title: "Find out why a call is refused",
        says: "Makes the call once and safe probes around it, and gives a verdict with evidence and next steps. Further tokens are compared with the first.",
        needs: &["url"],
        may: &[
            "method", "params", "headers", "data", "env", "token", "tokens",
        ],
        result: "investigate",
        touch: Touch::Calls,
        is_outside: true,
        run: calls::investigate,
    },
    Tool {
        name: "isolate",
        title: "Find the part that a refusal hangs on",
        says: "Mixes a refused call with one that works until the smallest difference is left that decides. Needs no knowledge of the API; up to 24 calls.",
        needs: &["url"],
        may: &[
            "method",
            "params",
            "headers",
            "data",
            "env",
            "token",
            "against",
            "against_token",
        ],
        result: "isolate",
        touch: Touch::Calls,
        is_outside: true,
        run: calls::isolate,
    },
    Tool {
        name: "compare_tokens",
        title: "Compare tokens",
        says: "One call that reads under each of several tokens, without any, and with one that nobody was given.",
        needs: &["url", "tokens"],
        may: &CALL,
        result: "compare",
        touch: Touch::Reads,
        is_outside: true,
        run: calls::compare,
    },
    Tool {
        name: "matrix",
        title: "Who may do what",
        says: "Every request of a saved session under each of several tokens.",
        needs: &["session"],
        may: &["tokens", "env"],
        result: "matrix",
        touch: Touch::Calls,
        is_outside: true,
        run: runs::matrix,
    },
    Tool {
        name: "replay",
        title: "Replay a session",
        says: "Sends a saved session again and says what changed since it was recorded.",
        needs: &["session"],
        may: &["token", "env"],
        result: "replay",
        touch: Touch::Calls,
        is_outside: true,
        run: runs::replay,
    },
    Tool {
        name: "history_search",
        title: "Search the history",
        says: "The newest 50 calls that fit, without their bodies. Calls of agents are found with from:agent.",
        needs: &[],
        may: &["filter"],
        result: "history-list",
        touch: Touch::Here,
        is_outside: true,
        run: looks::history_search,
    },
    Tool {
        name: "history_show",
        title: "Show a call",
        says: "One call of the history, whole.",
        needs: &["id"],
        may: &[],
        result: "exchange",
        touch: Touch::Here,
        is_outside: true,
        run: looks::history_show,
    },
    Tool {
        name: "when",
        title: "When a call stopped working",
        says: "Of a call in the history: the last that worked, the first that failed, and what changed between them. Sends nothing.",
        needs: &["id"],
        may: &[],
        result: "when",
        touch: Touch::Here,
        is_outside: true,
        run: looks::when,
    },
    Tool {
        name: "seen",
        title: "The same refusal before",
        says: "Earlier refusals like a call of the history (id), or with an error code (text), and what people found out that they were. Without either, like the newest refusal. Sends nothing.",
        needs: &[],
        may: &["id", "text"],
        result: "seen",
        touch: Touch::Here,
        is_outside: true,
        run: looks::seen,
    },
    Tool {
        name: "resolve",
        title: "Record what a refusal was",
        says: "Records what a refused call of the history was in the end, for whoever meets it next. What stood before is kept as its past. Only what somebody has confirmed belongs there.",
        needs: &["id", "cause"],
        may: &["note"],
        result: "resolve",
        touch: Touch::Records,
        is_outside: true,
        run: looks::resolve,
    },
    Tool {
        name: "ticket",
        title: "Write a ticket",
        says: "A call of the history with its verdict and evidence as Markdown, for whoever has to mend it.",
        needs: &["id"],
        may: &[],
        result: "ticket",
        touch: Touch::Here,
        is_outside: true,
        run: looks::ticket,
    },
    Tool {
        name: "token_list",
        title: "List tokens",
        says: "The names of tokens, where their values come from, and fingerprints. Never a value.",
        needs: &[],
        may: &["env"],
        result: "token-list",
        touch: Touch::Here,
        is_outside: false,
        run: looks::token_list,
    },
    Tool {
        name: "token_inspect",
        title: "Look at a token",
        says: "What can be told of a token without sending it: its kind, maker, claims, expiry, and what is wrong with it. Never its value.",
        needs: &["name"],
        may: &["env"],
        result: "token-inspect",
        touch: Touch::Here,
        is_outside: true,
        run: looks::token_inspect,
    },
    Tool {
        name: "env_list",
        title: "List environments",
        says: "The APIs that are configured, with base URL, whether they are protected, and the tokens that belong there.",
        needs: &[],
        may: &[],
        result: "env-list",
        touch: Touch::Here,
        is_outside: false,
        run: looks::env_list,
    },
];

impl Tool {
    pub fn takes(&self) -> Takes {
        Takes {
            tool: self.name,
            needs: self.needs,
            may: self.may,
        }
    }

    /// Whether it is there at all: recording needs that the person allowed writing.
    pub fn is_there(&self, allow_writes: bool) -> bool {
        self.touch != Touch::Records || allow_writes
    }

    /// As clients see it.
    pub fn row(&self, allow_writes: bool) -> ToolRow {
        let may_write = matches!(self.touch, Touch::Calls | Touch::Records) && allow_writes;
        let hints = ToolAnnotations::with_title(self.title)
            .read_only(!may_write)
            .destructive(may_write)
            .idempotent(self.touch == Touch::Here)
            .open_world(matches!(self.touch, Touch::Reads | Touch::Calls));
        let row = ToolRow::new(self.name, self.says, schema(&self.takes()))
            .with_title(self.title)
            .with_annotations(hints);
        match results::of(self.result).and_then(|schema| schema.as_object().cloned()) {
            Some(schema) => row.with_raw_output_schema(Arc::new(schema)),
            None => row,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::mcp::given::ARGUMENTS;

    #[test]
    fn every_tool_names_arguments_that_there_are_and_a_result_with_a_schema() {
        for tool in TOOLS {
            for name in tool.needs.iter().chain(tool.may) {
                let known = ARGUMENTS.iter().any(|(known, ..)| known == name);
                assert!(known, "{}: {name}", tool.name);
            }
            let schema = results::of(tool.result).unwrap();
            assert_eq!(schema["type"], "object", "{}", tool.name);
        }
    }

    #[test]
    fn only_a_tool_that_may_write_says_so() {
        let writes = |name: &str, allowed| {
            let tool = TOOLS.iter().find(|tool| tool.name == name).unwrap();
            let hints = tool.row(allowed).annotations.unwrap();
            (hints.read_only_hint, hints.destructive_hint)
        };
        assert_eq!(writes("send", false), (Some(true), Some(false)));
        assert_eq!(writes("send", true), (Some(false), Some(true)));
        assert_eq!(writes("compare_tokens", true), (Some(true), Some(false)));
        assert_eq!(writes("when", true), (Some(true), Some(false)));
        assert_eq!(writes("resolve", true), (Some(false), Some(true)));
    }
}
