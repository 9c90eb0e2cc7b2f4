//! Named roles and the styles they stand for, as a scheme has them. Nothing is said by colour
//! alone: without colours a filled block is reversed, and signs and words stay.

use crate::model::{Ink, Look, Role, Scheme, StatusClass};
use ratatui::style::{Color, Modifier, Style};

#[derive(Clone, Debug)]
pub struct Theme {
    looks: [Look; Role::ALL.len()],
    colour: bool,
    /// Signs and frames from ASCII only.
    pub ascii: bool,
}

impl Theme {
    /// The usual scheme.
    pub fn new(colour: bool, ascii: bool) -> Theme {
        Theme::of(&Scheme::default(), colour, ascii)
    }

    pub fn of(scheme: &Scheme, colour: bool, ascii: bool) -> Theme {
        Theme {
            looks: Role::ALL.map(|role| scheme.look(role)),
            colour,
            ascii,
        }
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

    fn look(&self, role: Role) -> Look {
        self.looks[role as usize]
    }

    fn role(&self, role: Role) -> Style {
        self.style(self.look(role))
    }

    fn style(&self, look: Look) -> Style {
        let mut style = Style::new();
        // A block that loses its colour is still a block.
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

    /// What the whole screen is filled with before anything is drawn on it.
    pub fn ground(&self) -> Style {
        match self.colour {
            true => self.role(Role::Ground),
            false => Style::new(),
        }
    }

    /// What the line of the call and all that opens above the panes lie on.
    pub fn raised(&self) -> Style {
        match self.colour {
            true => self.ground().patch(self.role(Role::Raised)),
            false => Style::new(),
        }
    }

    /// Whether that can be told from the ground.
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

    pub fn strong(&self) -> Style {
        self.role(Role::Strong)
    }

    pub fn dim(&self) -> Style {
        self.role(Role::Dim)
    }

    /// Names of things a person chose: environment, token.
    pub fn name(&self) -> Style {
        self.role(Role::Name)
    }

    /// Names inside a body, of parameters and of headers.
    pub fn code(&self) -> Style {
        self.role(Role::Code)
    }

    pub fn key(&self) -> Style {
        self.role(Role::Key)
    }

    /// The tab or the screen in front.
    pub fn tab(&self) -> Style {
        self.role(Role::Tab)
    }

    /// What shows where the focus is.
    pub fn focus(&self) -> Style {
        self.role(Role::FrameFocused)
    }

    pub fn frame(&self, focused: bool) -> Style {
        self.role(if focused {
            Role::FrameFocused
        } else {
            Role::Frame
        })
    }

    /// What a rule is drawn with; in focus it is heavy.
    pub fn stroke(&self, focused: bool) -> &'static str {
        match (self.ascii, focused) {
            (false, true) => "━",
            (false, false) => "─",
            (true, true) => "=",
            (true, false) => "-",
        }
    }

    /// The row the cursor is on.
    pub fn selected(&self) -> Style {
        self.role(Role::Selected)
    }

    pub fn trouble(&self) -> Style {
        self.role(Role::Trouble)
    }

    /// An environment where writing is dangerous.
    pub fn protected(&self) -> Style {
        self.role(Role::Protected)
    }

    /// A text of a body.
    pub fn text(&self) -> Style {
        self.role(Role::Text)
    }

    /// A number of a body, or one of its truth values.
    pub fn number(&self) -> Style {
        self.role(Role::Number)
    }

    /// What was looked for; the one the cursor is on stands out.
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
