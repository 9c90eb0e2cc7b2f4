//! How each pane of `app` looks, a file for each.

pub mod builder;
pub mod dialog;
pub mod help;
pub mod history;
pub mod investigate;
pub mod isolate;
pub mod manual;
pub mod matrix;
pub mod palette;
pub mod pasted;
pub mod prompt;
pub mod question;
pub mod response;
pub mod secret;
pub mod sessions;
pub mod setup;
pub mod sign_in;
pub mod tokens;
pub mod when;
