//! An environment and its token while the person defines them: what a URL suggests, and what the
//! person makes of it. The value of the token is typed unseen and is never here.

use crate::app::field::Field;
use crate::insight::api::library::Library;
use crate::insight::api::proposal::propose;
use crate::model::{Environment, Placement};

/// What the form defines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SetupKind {
    /// A new environment, with or without a token.
    Add,
    /// An environment, by its current name.
    Change(String),
    /// A token of the environment in use.
    Token,
}

/// The rows of the form, each with one thing to give.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetupRow {
    Url,
    Name,
    Base,
    Speaks,
    /// The call that tells whose a token is.
    WhoAmI,
    Protected,
    Token,
    TokenName,
    GoesIn,
    /// The name of the header, the scheme, or the user.
    Under,
    KeepIn,
    /// The environment variable, or the words of the command.
    From,
    /// Who gives it out.
    Issuer,
    /// As which client it is asked for.
    Client,
    /// The variable with the secret of that client.
    ClientSecret,
    Scopes,
}

impl SetupRow {
    /// The word before the row.
    pub fn label(self) -> &'static str {
        match self {
            SetupRow::Url => "URL",
            SetupRow::Name => "name",
            SetupRow::Base => "base",
            SetupRow::Speaks => "speaks",
            SetupRow::WhoAmI => "who am I",
            SetupRow::Protected => "protected",
            SetupRow::Token => "token",
            SetupRow::TokenName => "its name",
            SetupRow::GoesIn => "goes in",
            SetupRow::Under => "under",
            SetupRow::KeepIn => "keep in",
            SetupRow::From => "from",
            SetupRow::Issuer => "issuer",
            SetupRow::Client => "client id",
            SetupRow::ClientSecret => "its secret",
            SetupRow::Scopes => "scopes",
        }
    }
}

/// Where a token goes in a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GoesIn {
    Bearer,
    Scheme,
    Header,
    Basic,
    Query,
    Cookie,
}

impl GoesIn {
    /// Every place, in the order of the form's choices.
    pub const ALL: [GoesIn; 6] = [
        GoesIn::Bearer,
        GoesIn::Scheme,
        GoesIn::Header,
        GoesIn::Basic,
        GoesIn::Query,
        GoesIn::Cookie,
    ];

    /// How the form names the place.
    pub fn words(self) -> &'static str {
        match self {
            GoesIn::Bearer => "Authorization: Bearer",
            GoesIn::Scheme => "Authorization, another scheme",
            GoesIn::Header => "a header of its own",
            GoesIn::Basic => "Basic, a user's password",
            GoesIn::Query => "the query",
            GoesIn::Cookie => "a cookie",
        }
    }

    /// What else the place needs, and the usual answer; `None` if nothing.
    pub fn under(self) -> Option<(&'static str, &'static str)> {
        match self {
            GoesIn::Bearer => None,
            GoesIn::Scheme => Some(("the word before it", "Token")),
            GoesIn::Header => Some(("the header's name", "X-Api-Key")),
            GoesIn::Basic => Some(("the user", "")),
            GoesIn::Query => Some(("the parameter's name", "api_key")),
            GoesIn::Cookie => Some(("the cookie's name", "session")),
        }
    }

    /// The place as the settings write it; `under` is the header, scheme, user or other name.
    pub fn placement(self, under: &str) -> Placement {
        let under = under.trim().to_owned();
        match self {
            GoesIn::Bearer => Placement::Bearer,
            GoesIn::Scheme => Placement::Scheme(under),
            GoesIn::Header => Placement::Header(under),
            GoesIn::Basic => Placement::Basic(under),
            GoesIn::Query => Placement::Query(under),
            GoesIn::Cookie => Placement::Cookie(under),
        }
    }
}

/// Where a value is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeepIn {
    Keyring,
    File,
    /// Known in this run, and asked for again in every other.
    ThisRun,
    Variable,
    Command,
    /// Nowhere: it is got from an authorization server, after a yes in a browser.
    Device,
    /// The same with a browser on this machine (a code with PKCE).
    Browser,
    /// The same for a service, with a secret of its own.
    Service,
}

impl KeepIn {
    /// How the form names where the value is kept.
    pub fn words(self) -> &'static str {
        match self {
            KeepIn::Keyring => "the system's keyring",
            KeepIn::File => "a file for you alone",
            KeepIn::ThisRun => "nowhere: this run only",
            KeepIn::Variable => "an environment variable",
            KeepIn::Command => "a command that prints it",
            KeepIn::Browser => "get one: a browser on this machine",
            KeepIn::Device => "get one: a yes in a browser",
            KeepIn::Service => "get one: client credentials",
        }
    }

    /// Whether the form asks for the value itself.
    pub fn takes_value(self) -> bool {
        !matches!(self, KeepIn::Variable | KeepIn::Command) && !self.is_got()
    }

    /// Whether an authorization server gives it out.
    pub fn is_got(self) -> bool {
        matches!(self, KeepIn::Device | KeepIn::Browser | KeepIn::Service)
    }
}

/// What is known of a value that is typed unseen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TypedToken {
    pub count: usize,
    /// Sentences about it, and whether each reports a mistake.
    pub says: Vec<(bool, String)>,
}

/// The form for an environment and its token.
#[derive(Debug)]
pub struct Setup {
    pub kind: SetupKind,
    pub row: SetupRow,
    pub url: Field,
    pub name: Field,
    pub base: Field,
    pub speaks: Field,
    pub who: Field,
    pub token_name: Field,
    pub under: Field,
    pub from: Field,
    pub issuer: Field,
    pub client: Field,
    pub client_secret: Field,
    pub scopes: Field,
    pub protected: bool,
    pub goes_in: GoesIn,
    pub keep_in: KeepIn,
    /// The ways to keep a value that work here, the safest first.
    pub keeps: Vec<KeepIn>,
    pub typed: TypedToken,
    /// The pack of the API at the base URL.
    pub pack: Option<String>,
    /// The path of the first call.
    pub path: String,
    /// What was suggested last: a field with other text was typed by the person.
    proposed: (String, String, bool),
    proposed_who: String,
    proposed_token: String,
    pub trouble: Option<String>,
    /// Whether the settings are being written.
    pub is_saving: bool,
}

impl Setup {
    /// An empty form, with the keyring among its choices only if the system has one.
    pub fn new(kind: SetupKind, has_keyring: bool) -> Setup {
        let mut keeps = vec![
            KeepIn::Keyring,
            KeepIn::File,
            KeepIn::ThisRun,
            KeepIn::Variable,
            KeepIn::Command,
            KeepIn::Browser,
            KeepIn::Device,
            KeepIn::Service,
        ];
        keeps.retain(|keep| *keep != KeepIn::Keyring || has_keyring);
        let row = match kind {
            SetupKind::Add => SetupRow::Url,
            SetupKind::Change(_) => SetupRow::Name,
            SetupKind::Token => SetupRow::Token,
        };
        Setup {
            kind,
            row,
            url: Field::line(""),
            name: Field::line(""),
            base: Field::line(""),
            speaks: Field::line(""),
            who: Field::line(""),
            token_name: Field::line(""),
            under: Field::line(""),
            from: Field::line(""),
            issuer: Field::line(""),
            client: Field::line(""),
            client_secret: Field::line(""),
            scopes: Field::line(""),
            protected: false,
            goes_in: GoesIn::Bearer,
            keep_in: keeps[0],
            keeps,
            typed: TypedToken::default(),
            pack: None,
            path: "/".to_owned(),
            proposed: (String::new(), String::new(), false),
            proposed_who: String::new(),
            proposed_token: String::new(),
            trouble: None,
            is_saving: false,
        }
    }

    /// The rows that this form asks for, in order.
    pub fn rows(&self) -> Vec<SetupRow> {
        let mut rows = match self.kind {
            SetupKind::Add => vec![
                SetupRow::Url,
                SetupRow::Name,
                SetupRow::Base,
                SetupRow::Speaks,
                SetupRow::WhoAmI,
                SetupRow::Protected,
            ],
            SetupKind::Change(_) => {
                return vec![
                    SetupRow::Name,
                    SetupRow::Base,
                    SetupRow::Speaks,
                    SetupRow::WhoAmI,
                    SetupRow::Protected,
                ];
            }
            SetupKind::Token => Vec::new(),
        };
        if self.keep_in.takes_value() {
            rows.push(SetupRow::Token);
        }
        if self.kind == SetupKind::Token || self.has_token() {
            rows.extend([SetupRow::TokenName, SetupRow::GoesIn]);
            if self.goes_in.under().is_some() {
                rows.push(SetupRow::Under);
            }
        }
        rows.push(SetupRow::KeepIn);
        match self.keep_in {
            KeepIn::Device | KeepIn::Browser => {
                rows.extend([SetupRow::Issuer, SetupRow::Client, SetupRow::Scopes]);
            }
            KeepIn::Service => rows.extend([
                SetupRow::Issuer,
                SetupRow::Client,
                SetupRow::ClientSecret,
                SetupRow::Scopes,
            ]),
            keep if !keep.takes_value() => rows.push(SetupRow::From),
            _ => {}
        }
        rows
    }

    /// Whether the form defines a token.
    pub fn has_token(&self) -> bool {
        match self.keep_in {
            keep if keep.is_got() => !self.issuer.text().trim().is_empty(),
            keep if keep.takes_value() => self.typed.count > 0,
            _ => !self.from.text().trim().is_empty(),
        }
    }

    /// The text under the cursor.
    pub fn field(&mut self) -> Option<&mut Field> {
        match self.row {
            SetupRow::Url => Some(&mut self.url),
            SetupRow::Name => Some(&mut self.name),
            SetupRow::Base => Some(&mut self.base),
            SetupRow::Speaks => Some(&mut self.speaks),
            SetupRow::WhoAmI => Some(&mut self.who),
            SetupRow::TokenName => Some(&mut self.token_name),
            SetupRow::Under => Some(&mut self.under),
            SetupRow::From => Some(&mut self.from),
            SetupRow::Issuer => Some(&mut self.issuer),
            SetupRow::Client => Some(&mut self.client),
            SetupRow::ClientSecret => Some(&mut self.client_secret),
            SetupRow::Scopes => Some(&mut self.scopes),
            SetupRow::Protected | SetupRow::Token | SetupRow::GoesIn | SetupRow::KeepIn => None,
        }
    }

    /// Moves to the next row or the one before, wrapping at the ends.
    pub fn step(&mut self, step: isize) {
        let rows = self.rows();
        let at = rows.iter().position(|row| *row == self.row).unwrap_or(0);
        let next = (at as isize + step).rem_euclid(rows.len() as isize) as usize;
        self.row = rows[next];
    }

    /// Moves a row of choices to its next or previous choice.
    pub fn turn(&mut self, step: isize) {
        match self.row {
            SetupRow::Protected => self.protected = !self.protected,
            SetupRow::GoesIn => {
                let before = self.goes_in.under().map_or("", |(_, usual)| usual);
                let was_usual = self.under.text() == before;
                self.goes_in = turned(&GoesIn::ALL, self.goes_in, step);
                if was_usual {
                    let usual = self.goes_in.under().map_or("", |(_, usual)| usual);
                    self.under.set(usual);
                }
            }
            SetupRow::KeepIn => self.keep_in = turned(&self.keeps.clone(), self.keep_in, step),
            _ => {}
        }
    }

    /// After a change of the URL: fills in suggestions wherever the person typed nothing else.
    /// Returns whether there are any.
    pub fn propose(&mut self, taken: &[&str], library: &Library) -> bool {
        let Some(found) = propose(&self.url.text(), taken, library) else {
            self.pack = None;
            return false;
        };
        let Environment {
            name,
            base_url,
            protected,
            ..
        } = found.environment;
        if self.name.text() == self.proposed.0 {
            self.name.set(&name);
        }
        if self.base.text() == self.proposed.1 {
            self.base.set(&base_url);
        }
        if self.protected == self.proposed.2 {
            self.protected = protected;
        }
        self.proposed = (name, base_url, protected);
        let who = found.who_am_i.unwrap_or_default();
        if self.who.text() == self.proposed_who {
            self.who.set(&who);
        }
        self.proposed_who = who;
        (self.pack, self.path) = (found.pack, found.path);
        true
    }

    /// Suggests a name for the token.
    pub fn propose_token(&mut self, name: &str) {
        if self.token_name.text() == self.proposed_token {
            self.token_name.set(name);
        }
        self.proposed_token = name.to_owned();
    }

    /// Whether a field still has the suggested text.
    pub fn is_proposed(&self, row: SetupRow) -> bool {
        match row {
            SetupRow::Name => !self.proposed.0.is_empty() && self.name.text() == self.proposed.0,
            SetupRow::Base => !self.proposed.1.is_empty() && self.base.text() == self.proposed.1,
            SetupRow::WhoAmI => {
                !self.proposed_who.is_empty() && self.who.text() == self.proposed_who
            }
            _ => false,
        }
    }

    /// The path that the person gave, unless the pack has the same one.
    pub fn who_am_i(&self) -> Option<String> {
        let path = self.who.text().trim().to_owned();
        (!path.is_empty() && path != self.proposed_who).then_some(path)
    }
}

fn turned<T: Copy + PartialEq>(all: &[T], now: T, step: isize) -> T {
    let at = all.iter().position(|one| *one == now).unwrap_or(0);
    let next = (at as isize + step).rem_euclid(all.len().max(1) as isize) as usize;
    all.get(next).copied().unwrap_or(now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_person_typed_is_not_proposed_over() {
        let mut setup = Setup::new(SetupKind::Add, false);
        setup.url.set("https://api.acme.example/v2/x");
        setup.propose(&[], &Library::default());
        assert_eq!(setup.name.text(), "acme");
        setup.name.set("mine");
        setup.url.set("https://api.globex.example/v3/x");
        setup.propose(&[], &Library::default());
        assert_eq!(setup.name.text(), "mine");
        assert_eq!(setup.base.text(), "https://api.globex.example/v3");
        assert_eq!(setup.path, "/x");
    }

    #[test]
    fn only_rows_that_matter_are_asked_for() {
        let mut setup = Setup::new(SetupKind::Add, true);
        assert!(!setup.rows().contains(&SetupRow::TokenName));
        setup.typed.count = 8;
        assert!(setup.rows().contains(&SetupRow::TokenName));
        assert!(!setup.rows().contains(&SetupRow::Under));
        setup.row = SetupRow::GoesIn;
        setup.turn(2);
        assert_eq!(setup.under.text(), "X-Api-Key");
        assert!(setup.rows().contains(&SetupRow::Under));
        setup.keep_in = KeepIn::Command;
        assert!(!setup.rows().contains(&SetupRow::Token));
        assert!(setup.rows().contains(&SetupRow::From));
        setup.keep_in = KeepIn::Device;
        assert!(!setup.has_token() && !setup.rows().contains(&SetupRow::From));
        setup.issuer.set("https://login.acme.example");
        assert!(setup.has_token() && !setup.rows().contains(&SetupRow::ClientSecret));
        setup.keep_in = KeepIn::Service;
        assert!(setup.rows().contains(&SetupRow::ClientSecret));
    }
}
