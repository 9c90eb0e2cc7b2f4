//! Floor 2: what the nouns mean. Every function is total: not knowing is a value.
//!
//! Seven folders, a ladder from the ground: `privacy`, `api`, `answer`, `text`, `compare`, `token`,
//! `diagnosis`. What others may name of them stands here.

mod answer;
pub mod api;
mod compare;
mod diagnosis;
mod privacy;
mod text;
pub mod token;

pub use answer::stream;
pub use api::{completion, made_up};
pub use compare::{matrix, replay, when};
pub use diagnosis::{
    asking, back_off, by_hand, calibration, facts, isolate, learned, probe, rules, seen,
};
pub use privacy::redact;
pub use text::{charset, searched};
pub use token::survey;

// Rooms that only this floor names.
use answer::{challenge, error_body, json, named, quota, request_ids, summary, words};
use api::{route, statement};
use compare::diff;
use diagnosis::{explain, refutation, status};
use text::{body_text, query};

pub use answer::blame::{Blame, blame};
pub use answer::challenge::{Challenge, challenges};
pub use answer::error_body::{
    Entry, EntryOrigin, ErrorBody, NO_BODY, Remedy, error_body, error_body_knowing, error_text,
    refused,
};
pub use answer::json::{Json, Note, pointer_parts};
pub use answer::named::{Named, named};
pub use answer::phases::{Phase, phases};
pub use answer::pointed::pointed;
pub use answer::quota::{Deprecation, Quota, deprecation, quotas};
pub use answer::request_ids::request_ids;
pub use answer::saved::{Form, SAYS, Saved, received};
pub use answer::summary::{error_line, summary, summary_with};
pub use api::route::{decoded as route_text, pattern_of};
pub use api::statement::{CauseNote, CodeNote, Grounds, Statement, StatusNote};
pub use compare::diff::{AnswerDiff, BodyDiff, Difference, Shape, answer_diff, body_diff};
pub use diagnosis::explain::{Explanation, Standing, Verdict, explain, in_general, standings};
pub use diagnosis::kind::kind;
pub use diagnosis::refutation::{Expected, Refutation};
pub use diagnosis::status::{Catalogue, Glossary};
pub use privacy::disguise::disguise;
pub use privacy::redact::Exchange;
pub use text::body_text::{
    BodyText, Fault, Folds, Found, Mark, Path, Pattern, Script, Step, View, Watch, typed_fault,
    typed_lines,
};
pub use text::picture::{Picture, picture};
pub use text::query::{
    Query, QueryError, Sought, Team, Term, Want, Where, host, search_text, with_spellings,
};
