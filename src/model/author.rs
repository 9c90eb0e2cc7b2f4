//! Whose word something is: the person's at the program, or that of a file or a stranger.

/// Who wrote a request, or chose an environment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Author {
    /// Typed or chosen by the person who uses the program.
    #[default]
    Person,
    /// From a session, which anybody may have written: what belongs to the person goes to the
    /// environment's own origin and nowhere else.
    File,
}
