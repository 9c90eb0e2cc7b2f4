//! What each pane holds and how it changes. A pane never names another pane; what crosses
//! between two of them is in `act` and `update`.

mod builder;
mod dialog;
mod help;
mod history;
mod investigate;
mod palette;
mod prompt;
mod replay;
mod response;

pub use builder::{Builder, BuilderTab, Editing, Table};
pub use dialog::{Choice, Clip, Dialog, Pick};
pub use help::Help;
pub use history::{History, Row, has_more, path_of};
pub use investigate::{ByHand, Investigate};
pub use palette::{Finding, Found, Goal, Palette};
pub use prompt::{Asked, Prompt};
pub use replay::Replay;
pub use response::{BodyPlace, Measured, ResponsePane, ResponseTab, Search, Shown, Why};
