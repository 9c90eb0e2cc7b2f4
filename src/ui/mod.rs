//! Floor 5: pictures. Draws the state and changes nothing; what the last picture measured goes back
//! as `Painted`.

mod band;
mod json;
mod layout;
mod markup;
mod paint;
mod pane;
pub mod plain;
mod screen;
mod screen_parts;
mod search_line;
mod sheet;
mod status_bar;
mod theme;

pub use screen::draw;
pub use theme::Theme;
