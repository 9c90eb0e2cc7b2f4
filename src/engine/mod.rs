//! Floor 4, left tower: things done in the outside world. Sockets, files, environment
//! variables and the clock are touched here and nowhere below. What a far server does is an
//! outcome; only what breaks in our own house is an error.

mod attach;
pub mod browser;
mod child;
mod client;
pub mod clock;
mod credential;
pub mod doctor;
mod editor_file;
pub mod grant;
pub mod history;
mod home;
pub mod investigate;
pub mod isolate;
pub mod jq;
pub mod matrix;
pub mod pasted;
mod priority;
pub mod replay;
pub mod sandbox;
pub mod saved_body;
pub mod seen;
pub mod story;
pub mod survey;
pub mod team;
mod vault;
pub mod when;
mod whole_file;

pub use client::{Client, ClientOptions, Flight, Jars, Outgoing, authorities};
pub use credential::carried;
pub use home::{Home, HomeError, forbid_core_files, make_folder};
pub use priority::{Stretches, give_way};
pub use vault::{Vault, fingerprint, keep};
