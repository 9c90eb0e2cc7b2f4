//! Named roles and the styles that a scheme gives them. Nothing is said by colour alone: without
//! colours a filled block is reversed, and signs and words stay.

use crate::model::{Ink, Look, Role, Scheme, StatusClass};
use ratatui::style::{Color, Modifier, Style};

/// The styles to draw with, for one scheme on one terminal.
#[derive(Clone, Debug)]
pub struct Theme {
    looks: [Look; Role::ALL.len()],
    colour: bool,
    /// Whether signs and frames use ASCII only.
    pub ascii: bool,
}

impl Theme {
    /// The default scheme.
    pub fn new(colour: bool, ascii: bool) -> Theme {
        Theme::of(&Scheme::default(), colour, ascii)
    }

    /// The styles of a scheme; without `colour` only weights and reversal remain.
    pub fn of(scheme: &Scheme, colour: bool, ascii: bool) -> Theme {
        Theme {
            looks: Role::ALL.map(|role| scheme.look(role)),
            colour,
            ascii,
        }
    }

    /// The name of a key, in letters that this terminal can show.
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

    /// Whether anything is drawn in colour.
    pub fn has_colour(&self) -> bool {
        self.colour
    }

    fn look(&self, role: Role) -> Look {
        self.looks[role as usize]
    }

    fn role(&self, role: Role) -> Style {
        self.style(self.look(role))
    }

    fn style(&self, look: Look) -> Style {
        let mut style = Style::new();
        // A block without its colour is still a block.
        let reversed = look.reversed || (look.ground.is_some() && !self.colour);
        let weights = [
            (look.bold, Modifier::BOLD),
            (look.dim, Modifier::DIM),
            (look.underlined, Modifier::UNDERLINED),
            (reversed, Modifier::REVERSED),
        ];
        for (_, weight) in weights.into_iter().filter(|(on, _)| *on) {
            style = style.add_modifier(weight);
        }
        if self.colour {
            style.fg = look.ink.map(colour);
            style.bg = look.ground.map(colour);
        }
        style
    }

    /// Fills the whole screen before anything is drawn.
    pub fn ground(&self) -> Style {
        if self.colour {
            self.role(Role::Ground)
        } else {
            Style::new()
        }
    }

    /// The ground of the call line and of everything that opens above the panes.
    pub fn raised(&self) -> Style {
        if self.colour {
            self.ground().patch(self.role(Role::Raised))
        } else {
            Style::new()
        }
    }

    /// Whether that ground looks different from the rest.
    pub fn is_raised(&self) -> bool {
        self.colour && self.look(Role::Raised).ground != self.look(Role::Ground).ground
    }

    /// A status class in running text.
    pub fn class(&self, class: StatusClass) -> Style {
        self.role(role_of(class))
    }

    /// A status class as a filled block.
    pub fn badge(&self, class: StatusClass) -> Style {
        let (badge, class) = (self.look(Role::Badge), self.look(role_of(class)));
        self.style(Look {
            ground: class.ink,
            reversed: badge.reversed,
            ..badge
        })
    }

    /// What a reader should see first.
    pub fn strong(&self) -> Style {
        self.role(Role::Strong)
    }

    /// What a reader may skip.
    pub fn dim(&self) -> Style {
        self.role(Role::Dim)
    }

    /// What lies behind something else, or cannot be done now: faint where dim has no ink of its
    /// own. Nothing that must be read stands in it alone.
    pub fn faint(&self) -> Style {
        let dim = self.dim();
        match dim.fg {
            Some(_) => dim,
            None => dim.add_modifier(Modifier::DIM),
        }
    }

    /// Names that a person chose: environment, token.
    pub fn name(&self) -> Style {
        self.role(Role::Name)
    }

    /// Names inside a body, of parameters and of headers.
    pub fn code(&self) -> Style {
        self.role(Role::Code)
    }

    /// Keys that can be pressed.
    pub fn key(&self) -> Style {
        self.role(Role::Key)
    }

    /// The tab or the screen in front.
    pub fn tab(&self) -> Style {
        self.role(Role::Tab)
    }

    /// Marks the focus.
    pub fn focus(&self) -> Style {
        self.role(Role::FrameFocused)
    }

    /// The lines around a pane, stronger in the one with the focus.
    pub fn frame(&self, focused: bool) -> Style {
        self.role(if focused {
            Role::FrameFocused
        } else {
            Role::Frame
        })
    }

    /// The character of a rule; heavy in focus.
    pub fn stroke(&self, focused: bool) -> &'static str {
        match (self.ascii, focused) {
            (false, true) => "━",
            (false, false) => "─",
            (true, true) => "=",
            (true, false) => "-",
        }
    }

    /// The row under the cursor.
    pub fn selected(&self) -> Style {
        self.role(Role::Selected)
    }

    /// Errors and everything else that went wrong.
    pub fn trouble(&self) -> Style {
        self.role(Role::Trouble)
    }

    /// An environment where writing is dangerous.
    pub fn protected(&self) -> Style {
        self.role(Role::Protected)
    }

    /// A text in a body.
    pub fn text(&self) -> Style {
        self.role(Role::Text)
    }

    /// A number in a body, or `true`, `false` or `null`.
    pub fn number(&self) -> Style {
        self.role(Role::Number)
    }

    /// A search match; the one under the cursor stands out.
    pub fn found(&self, is_current: bool) -> Style {
        self.role(if is_current {
            Role::FoundCurrent
        } else {
            Role::Found
        })
    }
}

fn role_of(class: StatusClass) -> Role {
    match class {
        StatusClass::Informational => Role::Informational,
        StatusClass::Success => Role::Success,
        StatusClass::Redirection => Role::Redirection,
        StatusClass::ClientError => Role::ClientError,
        StatusClass::ServerError => Role::ServerError,
        StatusClass::Nonstandard => Role::Nonstandard,
        StatusClass::NoAnswer => Role::NoAnswer,
    }
}

fn colour(ink: Ink) -> Color {
    match ink {
        Ink::Own(0) => Color::Black,
        Ink::Own(1) => Color::Red,
        Ink::Own(2) => Color::Green,
        Ink::Own(3) => Color::Yellow,
        Ink::Own(4) => Color::Blue,
        Ink::Own(5) => Color::Magenta,
        Ink::Own(6) => Color::Cyan,
        Ink::Own(7) => Color::Gray,
        Ink::Own(number) | Ink::Shared(number) => Color::Indexed(number),
        Ink::Rgb(red, green, blue) => Color::Rgb(red, green, blue),
    }
}
