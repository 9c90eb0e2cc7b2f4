//! Where an API says more than its answers do: a log, a command or a page, with an id out of the
//! answer filled in. What stands in an answer is a stranger's, so that only what can be nothing
//! but an id is taken over.

/// One such place, as a pack knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pointer {
    /// The statuses that it is for; empty for every refusal.
    pub statuses: Vec<u16>,
    pub id: IdPlace,
    /// What to do, with `{id}` where the id goes.
    pub says: String,
    /// A page of the web, with `{id}` likewise.
    pub url: Option<String>,
}

/// Where the id stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum IdPlace {
    /// None is needed.
    #[default]
    Nowhere,
    Header(String),
    /// A JSON Pointer into the body.
    Body(String),
    /// Behind these words, anywhere in the body.
    Behind(String),
    /// A JSON Pointer to the whole address of the page.
    Page(String),
}

/// What stands for the id in a text of a pack.
pub const ID: &str = "{id}";
