//! Floor 4, right tower: what is true on the screen, and what should be done next. A message
//! comes in, the state changes, effects go out as data. Nothing here waits, draws or reads.

mod act;
mod action;
mod again;
mod comparing;
mod copying;
mod explaining;
mod field;
mod finding;
mod guide;
mod keymap;
mod list;
mod memory;
mod message;
pub mod pane;
mod pasting;
mod pointing;
mod sending;
mod state;
mod update;

pub use action::{Action, Pane, Place};
pub use field::Field;
pub use keymap::{Key, KeyCode, Keymap};
pub use list::List;
pub use message::{
    Chosen, Effect, Imported, ImportedToken, Job, Level, Listing, Message, Notice, Pasted, Pointer,
    PointerMove, SandboxNews, SessionFile, Spent, Then, ThenWhy,
};
pub use state::{
    Area, Border, Overlay, Painted, Running, SIDE_BY_SIDE, Split, Spot, Start, State, ThemeName,
};
pub use update::update;

pub use act::blocked;
pub use explaining::is_refused;
