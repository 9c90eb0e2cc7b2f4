//! What each pane holds and how it changes. A pane never names another pane; what crosses
//! between two of them is in `act` and `update`.

mod builder;
mod dialog;
mod help;
mod history;
mod response;

pub use builder::{Builder, BuilderTab, Editing, Table};
pub use dialog::{Choice, Dialog, Pick};
pub use help::Help;
pub use history::{History, Row};
pub use response::{Measured, ResponsePane, ResponseTab, Shown};
