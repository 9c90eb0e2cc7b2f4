//! What each pane holds and how it changes. A pane never names another pane; what two of them do
//! together is in `act` and `update`.

mod builder;
mod dialog;
mod help;
mod history;
mod investigate;
mod isolate;
mod manual;
mod matrix;
mod palette;
mod pasted;
mod prompt;
mod question;
mod response;
mod secret;
mod sessions;
mod setup;
mod sign_in;
mod tokens;
mod when;

pub use super::answer::Shown;
pub use builder::{Builder, BuilderTab, Completion, Editing, TextSearch, TypedBody};
pub use dialog::{Choice, Clip, Dialog, Excerpt, Pick, Rows};
pub use help::Help;
pub use history::{History, HistoryRow, has_more, path_of};
pub use investigate::{ByHand, Investigate};
pub use isolate::Isolate;
pub use manual::{LineKind, Manual};
pub use matrix::MatrixPane;
pub use palette::{Finding, Found, Goal, Palette};
pub use pasted::{PastedToken, SeenToken};
pub use prompt::{Asked, Prompt, Worded};
pub use question::Question;
pub use response::{
    Asked as AskedCall, BodyPlace, JqLine, Measured, ResponsePane, ResponseTab, Search, Why,
};
pub use secret::SecretPrompt;
pub use sessions::{Sessions, SessionsPart, StepResult};
pub use setup::{GoesIn, KeepIn, Setup, SetupKind, SetupRow, TypedToken};
pub use sign_in::SignIn;
pub use tokens::{Tokens, TokensPart};
pub use when::When;
