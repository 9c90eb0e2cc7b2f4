//! Floor 4, right tower: what is true on the screen, and what should be done next. A message
//! comes in, the state changes, effects go out as data. Nothing here waits, draws or reads.

mod act;
mod action;
mod again;
mod before;
mod comparing;
mod cookies;
mod copying;
mod explaining;
mod field;
mod filling;
mod finding;
mod guide;
mod keymap;
mod knowing;
mod list;
mod memory;
mod message;
pub mod pane;
mod pasting;
mod pointing;
mod replaying;
mod saving;
mod screens;
mod sending;
mod state;
mod table;
mod update;

pub use action::{Action, Pane, Place, Screen};
pub use field::Field;
pub use keymap::{Key, KeyCode, Keymap};
pub use list::List;
pub use message::{
    Chosen, Draft, Effect, Exported, FillRun, Imported, ImportedToken, Job, Level, Listing,
    Message, Notice, OpenSession, Pasted, Pointer, PointerMove, ReplayRun, SandboxNews,
    SessionFile, SessionFrom, Source, Spent, Then, ThenWhy, TokenRow,
};
pub use state::{
    Area, Beside, Border, Overlay, Painted, Running, SIDE_BY_SIDE, Split, Spot, Start, State,
    ThemeName,
};
pub use table::{Spelling, Table};
pub use update::update;

pub use act::blocked;
pub use explaining::is_refused;
pub use filling::place_of_matrix;
pub use replaying::{place_of_session, tempo_label};
