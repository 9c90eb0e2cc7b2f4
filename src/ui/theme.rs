//! Named roles and the styles they stand for. Colours are the terminal's own sixteen, so that
//! they fit a light ground as well as a dark one; nothing is said by colour alone.

use crate::model::StatusClass;
use ratatui::style::{Color, Modifier, Style};

#[derive(Clone, Debug)]
pub struct Theme {
    colour: bool,
    /// Signs and frames from ASCII only.
    pub ascii: bool,
}

impl Theme {
    pub fn new(colour: bool, ascii: bool) -> Theme {
        Theme { colour, ascii }
    }

    /// The name of a key, in letters that this terminal has.
    pub fn key_name(&self, name: &str) -> String {
        if !self.ascii {
            return name.to_owned();
        }
        let words = [("←", "Left"), ("→", "Right"), ("↑", "Up"), ("↓", "Down")];
        let mut name = name.to_owned();
        for (arrow, word) in words {
            name = name.replace(arrow, word);
        }
        name
    }

    fn tinted(&self, colour: Color) -> Style {
        if self.colour {
            Style::new().fg(colour)
        } else {
            Style::new()
        }
    }

    /// A status class in running text.
    pub fn class(&self, class: StatusClass) -> Style {
        self.tinted(Theme::colour(class))
            .add_modifier(Modifier::BOLD)
    }

    fn colour(class: StatusClass) -> Color {
        match class {
            StatusClass::Informational => Color::Blue,
            StatusClass::Success => Color::Green,
            StatusClass::Redirection => Color::Cyan,
            StatusClass::ClientError => Color::Yellow,
            StatusClass::ServerError => Color::Red,
            StatusClass::Nonstandard | StatusClass::NoAnswer => Color::Magenta,
        }
    }

    /// A status class as a filled block.
    pub fn badge(&self, class: StatusClass) -> Style {
        if self.colour {
            // Black on the colour can be read on a light ground too; reversed it could not.
            Style::new()
                .fg(Color::Black)
                .bg(Theme::colour(class))
                .add_modifier(Modifier::BOLD)
        } else {
            self.class(class).add_modifier(Modifier::REVERSED)
        }
    }

    pub fn strong(&self) -> Style {
        Style::new().add_modifier(Modifier::BOLD)
    }

    pub fn dim(&self) -> Style {
        Style::new().add_modifier(Modifier::DIM)
    }

    /// Names of things a person chose: environment, token.
    pub fn name(&self) -> Style {
        self.tinted(Color::Cyan).add_modifier(Modifier::BOLD)
    }

    /// The machine's own words: codes, keys, methods.
    pub fn code(&self) -> Style {
        self.tinted(Color::Cyan)
    }

    /// A text of a body.
    pub fn text(&self) -> Style {
        self.tinted(Color::Green)
    }

    /// A number of a body, or one of its truth values.
    pub fn number(&self) -> Style {
        self.tinted(Color::Magenta)
    }

    /// What was looked for; the one the cursor is on stands out.
    pub fn found(&self, is_current: bool) -> Style {
        let found = self.tinted(Color::Yellow);
        if is_current {
            found.add_modifier(Modifier::REVERSED | Modifier::BOLD)
        } else {
            found.add_modifier(Modifier::UNDERLINED | Modifier::BOLD)
        }
    }

    pub fn key(&self) -> Style {
        Style::new().add_modifier(Modifier::BOLD)
    }

    pub fn frame(&self, focused: bool) -> Style {
        if focused {
            self.tinted(Color::Cyan).add_modifier(Modifier::BOLD)
        } else {
            self.dim()
        }
    }

    /// The row or tab the cursor is on.
    pub fn selected(&self) -> Style {
        Style::new().add_modifier(Modifier::REVERSED)
    }

    pub fn trouble(&self) -> Style {
        self.tinted(Color::Red).add_modifier(Modifier::BOLD)
    }

    /// An environment where writing is dangerous.
    pub fn protected(&self) -> Style {
        self.tinted(Color::Red)
            .add_modifier(Modifier::BOLD | Modifier::REVERSED)
    }
}
