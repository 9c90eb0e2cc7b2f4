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
mod give_way;
pub mod grant;
pub mod history;
mod home;
pub mod investigate;
pub mod isolate;
pub mod jq;
pub mod matrix;
pub mod pasted;
pub mod replay;
pub mod sandbox;
pub mod saved_body;
mod sheet;
pub mod survey;
mod vault;
pub mod when;
mod whole_file;

pub use client::{Client, ClientOptions, Flight, Jars, Outgoing, authorities};
pub use credential::carried;
pub use give_way::{Stretches, give_way};
pub use home::{Home, HomeError, forbid_core_files, make_folder};
pub use vault::{Vault, fingerprint, keep};
