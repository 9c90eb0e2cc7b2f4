//! The embedded sandbox: a small practice API that behaves by the documented rules, so that
//! every refusal can be met, explained and replayed without a real instance. What it answers is
//! a pure function of a world in memory; the socket around it listens on this machine only.

mod access;
mod api;
mod calls;
mod guests;
mod issuer;
mod ledger;
mod limit;
mod parent;
mod proof;
mod role;
mod serve;
mod world;

pub use api::{Answer, Request, answer};
pub use calls::{CALLS, Call};
pub use issuer::practice_clients;
pub use parent::Parent;
pub use serve::{Sandbox, SandboxError};
/// The guided tour, as a session.
pub const GUIDE: &str = include_str!("../../../assets/sandbox/guide.session.toml");

pub use world::{World, endpoints, practice_tokens, token_names, token_value};
