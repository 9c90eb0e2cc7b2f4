//! Floor 4, right tower: what is true on the screen, and what should be done next. A message
//! comes in, the state changes, effects go out as data. Nothing here waits, draws or reads.

mod act;
mod action;
mod answer;
mod by_name;
mod call_line;
mod feature;
mod field;
mod guide;
mod keymap;
mod line;
mod list;
mod message;
mod mouse;
mod palette;
pub mod pane;
mod paste;
mod remember;
mod resume;
mod screens;
mod state;
mod table;
mod task;
mod update;

pub use action::{Action, Pane, Place, Screen};
pub use answer::Source;
pub use field::Field;
pub use keymap::{Key, KeyCode, Keymap};
pub use line::{Reading, Said, read as read_line, row_of};
pub use list::List;
pub use message::{
    Came, CaseToTest, Chosen, Draft, Effect, Exported, FillRun, Gathered, Imported, ImportedToken,
    Level, Listing, Message, Notice, OpenSession, Pasted, Pointer, PointerMove, Proven, ReplayRun,
    SandboxNews, SessionFile, SessionFrom, SetUp, SetupOrder, Spent, Then, ThenWhy, TokenOrder,
    TokenRow,
};
pub use state::{
    Area, Beside, Border, Overlay, Painted, Running, SIDE_BY_SIDE, Split, Spot, Start, State,
    ThemeName,
};
pub use table::{Spelling, Table};
pub use task::Job;
pub use update::update;

pub use act::blocked;
pub use feature::failing_field::pointed_lines;
pub use feature::investigate::is_refused;
pub use feature::matrix::environment_of_matrix;
pub use feature::pasted_token::origin as origin_of_call;
pub use feature::proof::contradictions;
pub use feature::sessions::{environment_of_session, tempo_label};
pub use feature::tokens::{LastWord, last_word};
pub use paste::name_typed;
pub use resume::open;
