//! What a person can do, a file for each thing: what it asks for, and what it does with the answer.

pub mod compare;
pub mod cookies;
pub mod copy;
pub mod failing_field;
pub mod history;
pub mod investigate;
pub mod isolate;
pub mod manual;
pub mod matrix;
pub mod needs;
pub mod pasted_token;
pub mod proof;
pub mod remedy;
pub mod resend;
pub mod save_body;
pub mod save_session;
pub mod seen;
pub mod send;
pub mod sessions;
pub mod setup;
pub mod sign_in;
pub mod tell_case;
pub mod tokens;
pub mod when;
