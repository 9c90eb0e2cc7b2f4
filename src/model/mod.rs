//! Floor 1: nouns. What HTTP, tokens, environments and calls are, and the one way that makes text
//! from outside safe to show. Nothing here reads, waits, or knows the time.

mod address;
mod author;
mod body;
mod border;
mod cause;
mod collection;
mod columns;
mod cookies;
mod environment;
mod exchange;
mod fill;
mod filtered;
mod headers;
mod method;
mod near;
mod origin;
mod pair;
mod placed;
mod reach;
mod request;
mod resolution;
mod resolve;
mod scheme;
mod sent;
mod session;
mod settings;
mod size;
mod source;
mod team;
mod template;
mod token;
mod visible;

pub use address::{LONGEST_URL, bare_url};
pub use author::Author;
pub use body::{
    BodyKind, FORM, decoded, decoded_around_names, encoded, encoded_around_names, file_type,
    form_rows, written,
};
pub use border::{Bindings, Border, Consent};
pub use cause::{Cause, CauseGroup};
pub use collection::{Collection, FoundToken, IS_BASE, Note};
pub use columns::{cut, cut_front, fit, width, wrap};
pub use cookies::{CookieNews, CookieRow, CookieWish, Jar};
pub use environment::{Environment, Identity};
pub use exchange::{
    AsSent, CallOrigin, ErrorLine, ExchangeId, ExchangeSummary, Failure, Hop, KnownCase, Outcome,
    Pause, Progress, RawExchange, Response, StatusClass, Timing,
};
pub use filtered::Filtered;
pub use headers::{Header, Headers};
pub use method::{
    is_safe_method, names_method, rows_ask_to_write, url_asks_to_write, without_method,
};
pub use near::{distance, nearest};
pub use origin::Origin;
pub use pair::{lightly_encoded, query_encoded, query_rows};
pub use placed::placed;
pub use reach::{Address, Family, HttpVersion, Reach, is_public};
pub use request::{Auth, Body, MASK, Manner, Param, Part, RequestSpec};
pub use resolution::{Resolution, ResolvedWhat, cause_from_id, cause_id};
pub use resolve::resolve;
pub use scheme::{Ink, Look, Role, Scheme};
pub use sent::{SentRequest, Slot, SlotPlace, with_slots};
pub use session::{Capture, Expectation, Pin, Session, Step, Tempo};
pub use settings::{Settings, limits};
pub use size::{size, size_text};
pub use source::{
    ClientAuth, Got, Grant, GrantKind, GrantPart, Server, Token, TokenSource, is_way_back,
    looks_like_a_value, told_source, why_no_endpoint,
};
pub use team::{Share, TeamSettings, TeamUrl, why_no_team_name};
pub use template::{
    FilledText, Piece, as_data, as_text, fill, is_plain, names_in, pieces, slot, token_names_in,
    with_names, with_pieces,
};
pub use token::{Masked, Placement, Secret, Sigv4, TokenName, TokenRef};
pub use visible::{for_clipboard, is_unsafe, unsafe_count, visible, visible_line};

pub use jiff::Timestamp;
