//! Floor 2: what the nouns mean. Every function is total: not knowing is a value.

pub mod api;
pub mod asking;
pub mod back_off;
mod blame;
mod body_text;
pub mod by_hand;
pub mod calibration;
mod challenge;
pub mod charset;
pub mod completion;
mod diff;
mod disguise;
mod error_body;
mod explain;
pub mod facts;
mod json;
pub mod learned;
pub mod made_up;
pub mod matrix;
mod named;
mod phases;
mod picture;
pub mod probe;
mod query;
mod quota;
pub mod redact;
mod refutation;
pub mod replay;
mod request_ids;
mod route;
pub mod rules;
mod saved;
mod statement;
mod status;
pub mod stream;
mod summary;
pub mod survey;
pub mod token;
mod words;

pub use blame::{Blame, blame};
pub use body_text::{
    BodyText, Fault, Folds, Found, Mark, Path, Pattern, Script, Step, View, Watch, typed_fault,
    typed_lines,
};
pub use challenge::{Challenge, challenges};
pub use diff::{AnswerDiff, BodyDiff, Difference, Shape, answer_diff, body_diff};
pub use disguise::disguise;
pub use error_body::{
    Entry, EntryOrigin, ErrorBody, NO_BODY, Remedy, error_body, error_body_knowing, error_text,
    refused,
};
pub use explain::{Explanation, Standing, Verdict, explain, in_general, standings};
pub use json::{Json, Note, pointer_parts};
pub use named::{Named, named};
pub use phases::{Phase, phases};
pub use picture::{Picture, picture};
pub use query::{Query, QueryError, Sought, Term, Want, host, search_text};
pub use quota::{Deprecation, Quota, deprecation, quotas};
pub use redact::Exchange;
pub use refutation::{Expected, Refutation};
pub use request_ids::request_ids;
pub use route::decoded as route_text;
pub use saved::{Form, SAYS, Saved, received};
pub use statement::{CauseNote, CodeNote, Grounds, Statement, StatusNote};
pub use status::{Catalogue, Glossary};
pub use summary::{error_line, summary, summary_with};
