//! Floor 1: nouns. What HTTP, tokens, environments and calls are, and the one way that
//! text from outside is made safe to show. Nothing here reads, waits, or knows the time.

mod body;
mod cause;
mod collection;
mod environment;
mod exchange;
mod filtered;
mod fit;
mod headers;
mod request;
mod scheme;
mod session;
mod settings;
mod size;
mod token;
mod visible;

pub use body::{
    BodyKind, decoded, encoded, encoded_around_names, form_rows, tokens_of, tokens_of_body, written,
};
pub use cause::{Cause, CauseGroup};
pub use collection::{Collection, FoundToken, IS_BASE, Note};
pub use environment::{Environment, Identity, Origin};
pub use exchange::{
    ErrorLine, ExchangeId, ExchangeSummary, Failure, Hop, Outcome, Pause, Progress, RawExchange,
    Response, SentRequest, StatusClass, Timing,
};
pub use filtered::Filtered;
pub use fit::{cut, cut_front, fit, width, wrap};
pub use headers::{Header, Headers};
pub use request::{
    Auth, Body, MASK, Manner, Param, Part, RequestSpec, names_in, resolve, token_names_in,
    with_names,
};
pub use scheme::{Ink, Look, Role, Scheme};
pub use session::{Expectation, Pin, Session, Step, Tempo};
pub use settings::{Settings, limits};
pub use size::{size, size_text};
pub use token::{Masked, Secret, Token, TokenName, TokenRef, TokenSource};
pub use visible::{for_clipboard, is_unsafe, unsafe_count, visible, visible_line};

pub use jiff::Timestamp;
