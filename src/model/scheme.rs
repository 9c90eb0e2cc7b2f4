//! How the screen looks: a name for each role, and the ink, ground and weight it has. Words only;
//! what a terminal makes of them is known where pictures are drawn.

/// What a piece of the screen is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Everything that has no other role, and the empty screen.
    Ground,
    /// What lies on top of it: the line of the call, and what opens above the panes.
    Raised,
    Dim,
    Strong,
    /// Names of things a person chose: environment, token.
    Name,
    /// Names inside a body, of parameters and of headers.
    Code,
    Key,
    /// The tab or the screen in front.
    Tab,
    /// Lines only, never a letter; of the pane in focus also its title.
    Frame,
    FrameFocused,
    Selected,
    Trouble,
    Protected,
    /// Texts and numbers of a body.
    Text,
    Number,
    /// What was looked for, and where the cursor is among it.
    Found,
    FoundCurrent,
    /// What stands on a block in the colour of a status class.
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

    /// The word for it in a theme's file.
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

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    /// One of the terminal's own sixteen: black, red, green, yellow, blue, magenta, cyan, white,
    /// and the same again bright.
    Own(u8),
    /// One of the 256 that many terminals share.
    Shared(u8),
    Rgb(u8, u8, u8),
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// Absent: as the terminal has it.
    pub ink: Option<Ink>,
    pub ground: Option<Ink>,
    pub bold: bool,
    pub dim: bool,
    pub underlined: bool,
    pub reversed: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scheme {
    pub name: String,
    /// For whom or for which ground it is.
    pub note: String,
    looks: [Look; Role::ALL.len()],
}

impl Scheme {
    /// The name of the scheme that is used unless another is chosen.
    pub const USUAL: &'static str = "terminal";

    pub fn look(&self, role: Role) -> Look {
        self.looks[role as usize]
    }

    pub fn set(&mut self, role: Role, look: Look) {
        self.looks[role as usize] = look;
    }
}

/// The terminal's own colours, which fit a light ground as well as a dark one.
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
            // Nobody knows how faint a terminal draws what is dim, so letters never are.
            Role::Ground | Role::Raised | Role::Dim | Role::Text => plain,
            Role::Frame => Look { dim: true, ..plain },
            Role::Strong | Role::Name => bold,
            Role::Tab => Look {
                underlined: true,
                ..bold
            },
            // One ink for all that acts.
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
            // Black on the colour can be read on a light ground too; reversed it could not.
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
