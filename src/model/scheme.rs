//! How the screen looks: a name for each role, with its ink, ground and weight. No terminal codes
//! here; `ui` turns these into styles.

/// What a piece of the screen is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Everything without another role, and the empty screen.
    Ground,
    /// What lies on top of it: the call line, and what opens above the panes.
    Raised,
    Dim,
    Strong,
    /// Names that a person chose: environment, token.
    Name,
    /// Names inside a body, of parameters and of headers.
    Code,
    Key,
    /// The tab or the screen in front.
    Tab,
    /// Lines only, never a letter; for the pane in focus also its title.
    Frame,
    FrameFocused,
    Selected,
    Trouble,
    Protected,
    /// Texts and numbers of a body.
    Text,
    Number,
    /// Search matches, and the one under the cursor.
    Found,
    FoundCurrent,
    /// Text on a block in the colour of a status class.
    Badge,
    Informational,
    Success,
    Redirection,
    ClientError,
    ServerError,
    Nonstandard,
    NoAnswer,
}

impl Role {
    /// Every role, in the order of the enum: schemes keep their looks by position.
    pub const ALL: [Role; 25] = [
        Role::Ground,
        Role::Raised,
        Role::Dim,
        Role::Strong,
        Role::Name,
        Role::Code,
        Role::Key,
        Role::Tab,
        Role::Frame,
        Role::FrameFocused,
        Role::Selected,
        Role::Trouble,
        Role::Protected,
        Role::Text,
        Role::Number,
        Role::Found,
        Role::FoundCurrent,
        Role::Badge,
        Role::Informational,
        Role::Success,
        Role::Redirection,
        Role::ClientError,
        Role::ServerError,
        Role::Nonstandard,
        Role::NoAnswer,
    ];

    /// The word for it in a theme file.
    pub fn id(self) -> &'static str {
        match self {
            Role::Ground => "ground",
            Role::Raised => "raised",
            Role::Dim => "dim",
            Role::Strong => "strong",
            Role::Name => "name",
            Role::Code => "code",
            Role::Key => "key",
            Role::Tab => "tab",
            Role::Frame => "frame",
            Role::FrameFocused => "frame-focused",
            Role::Selected => "selected",
            Role::Trouble => "trouble",
            Role::Protected => "protected",
            Role::Text => "text",
            Role::Number => "number",
            Role::Found => "found",
            Role::FoundCurrent => "found-current",
            Role::Badge => "badge",
            Role::Informational => "informational",
            Role::Success => "success",
            Role::Redirection => "redirection",
            Role::ClientError => "client-error",
            Role::ServerError => "server-error",
            Role::Nonstandard => "nonstandard",
            Role::NoAnswer => "no-answer",
        }
    }
}

/// A colour, as a terminal can be asked for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    /// One of the terminal's own sixteen: black, red, green, yellow, blue, magenta, cyan, white,
    /// and the same again bright.
    Own(u8),
    /// One of the 256 that most terminals share.
    Shared(u8),
    Rgb(u8, u8, u8),
}

/// The colours and weight of one role.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// `None` leaves the terminal's own colour.
    pub ink: Option<Ink>,
    pub ground: Option<Ink>,
    pub bold: bool,
    pub dim: bool,
    pub underlined: bool,
    pub reversed: bool,
}

/// A theme as data: a look for every role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scheme {
    pub name: String,
    /// Who or which background it is for.
    pub note: String,
    looks: [Look; Role::ALL.len()],
}

impl Scheme {
    /// The name of the default scheme.
    pub const USUAL: &'static str = "terminal";

    /// The look of a role.
    pub fn look(&self, role: Role) -> Look {
        self.looks[role as usize]
    }

    /// Replaces the look of a role.
    pub fn set(&mut self, role: Role, look: Look) {
        self.looks[role as usize] = look;
    }
}

/// The terminal's own colours, which work on light and dark grounds.
impl Default for Scheme {
    fn default() -> Scheme {
        let plain = Look::default();
        let bold = Look {
            bold: true,
            ..plain
        };
        let ink = |number, look: Look| Look {
            ink: Some(Ink::Own(number)),
            ..look
        };
        let [black, red, green, yellow, blue, magenta, cyan] = [0, 1, 2, 3, 4, 5, 6];
        let look = |role| match role {
            // Terminals differ in how faint they draw dim text, so letters are never dim.
            Role::Ground | Role::Raised | Role::Dim | Role::Text => plain,
            Role::Frame => Look { dim: true, ..plain },
            Role::Strong | Role::Name => bold,
            Role::Tab => Look {
                underlined: true,
                ..bold
            },
            // One ink for everything that acts.
            Role::Key | Role::FrameFocused => ink(cyan, bold),
            Role::Redirection => ink(cyan, bold),
            Role::Code => ink(blue, plain),
            Role::Selected => Look {
                reversed: true,
                ..plain
            },
            Role::Trouble | Role::Protected | Role::ServerError => ink(red, bold),
            Role::Number => ink(magenta, plain),
            Role::Found => Look {
                underlined: true,
                ..ink(yellow, bold)
            },
            Role::FoundCurrent => Look {
                reversed: true,
                ..ink(yellow, bold)
            },
            // Black on the colour is readable on a light ground too; reversed it would not be.
            Role::Badge => ink(black, bold),
            Role::Informational => ink(blue, bold),
            Role::Success => ink(green, bold),
            Role::ClientError => ink(yellow, bold),
            Role::Nonstandard | Role::NoAnswer => ink(magenta, bold),
        };
        Scheme {
            name: Scheme::USUAL.to_owned(),
            note: "the terminal's own colours".to_owned(),
            looks: Role::ALL.map(look),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_stands_in_its_own_place_under_its_own_word() {
        for (place, role) in Role::ALL.into_iter().enumerate() {
            assert_eq!(role as usize, place);
            let same = Role::ALL.iter().filter(|other| other.id() == role.id());
            assert_eq!(same.count(), 1);
        }
    }
}
