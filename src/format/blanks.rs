//! A request as it leaves, with blanks where a token, a secret or an open variable stands. Every
//! form that requests are written in for other programs fills them in its own way.

use crate::format::lift::Lifter;
use crate::insight::Exchange;
use crate::model::{
    Environment, MASK, Origin, RequestSpec, TokenName, names_in, visible_line, written,
};

/// A base URL that nobody has, until its variable stands in its place.
const BASE: &str = "http://base.httriage.invalid";

/// A form with files in it, in a file that cannot say where they are.
pub const FILES_LEFT_OUT: &str =
    "This call sent files, and is written without its body: as a curl command it names them.";

/// Whether whoever makes the call says this header by itself. In what an answer may be packed is
/// for the reader of the answer to say.
pub fn is_made_by_the_client(header: &str) -> bool {
    ["content-length", "accept-encoding"]
        .iter()
        .any(|own| header.eq_ignore_ascii_case(own))
}

/// Requests in the form of another program, and what should be known before they are run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    pub text: String,
    /// The variables of the shell that they need, in order.
    pub variables: Vec<String>,
    pub notes: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Blank {
    Token(TokenName),
    /// A secret without a name, by its number.
    Secret(usize),
    /// A variable that has no value yet.
    Variable(String),
}

/// What a text is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stretch<'t> {
    Plain(&'t [u8]),
    Blank(Blank),
}

impl Blank {
    /// What a file of requests calls it between its braces.
    pub fn name(&self) -> String {
        match self {
            Blank::Token(name) => file_name("token_", name.as_str()),
            Blank::Secret(number) => format!("secret_{number}"),
            Blank::Variable(name) => file_name("", name),
        }
    }

    /// What a shell calls it.
    pub fn shell_name(&self) -> String {
        match self {
            Blank::Token(name) => name.variable(),
            Blank::Secret(number) => format!("HTTRIAGE_TOKEN_SECRET_{number}"),
            Blank::Variable(name) => file_name("HTTRIAGE_VAR_", name).to_ascii_uppercase(),
        }
    }

    pub fn is_secret(&self) -> bool {
        !matches!(self, Blank::Variable(_))
    }
}

fn file_name(prefix: &str, name: &str) -> String {
    let fits = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    format!("{prefix}{}", name.chars().map(fits).collect::<String>())
}

#[derive(Debug, Default)]
pub struct Blanks {
    /// Variables without a value, each by the text that stands for it until then.
    open: Vec<(String, String)>,
    secrets: usize,
    /// All that was met, in the order in which it is first needed.
    needed: Vec<Blank>,
    /// Names of what a request takes out of an answer before it.
    captured: Vec<String>,
}

/// Words as a line of comment, in all of these forms.
pub fn comment(words: &str) -> String {
    format!("# {}\n", visible_line(words))
}

/// Why a call cannot be written as a request, if it cannot.
pub fn unwritable(exchange: &Exchange) -> Option<&'static str> {
    let is_request = Origin::parse(&exchange.sent.url).is_some();
    (!is_request).then(|| match exchange.is_received() {
        true => "This answer was pasted, and nobody knows its request.",
        false => "This call never left, and cannot be written as a request.",
    })
}

/// A request in which every credential is a name.
pub fn without_credentials(spec: &RequestSpec) -> RequestSpec {
    let mut spec = spec.clone();
    Lifter::new(&[], &|_| None).spec(&mut spec);
    spec
}

impl Blanks {
    /// The environment, with a stand-in for every variable of the request that has no value, so
    /// that the request can be resolved in it.
    pub fn open(&mut self, spec: &RequestSpec, environment: &Environment) -> Environment {
        let mut place = environment.clone();
        let body = written(&spec.body).unwrap_or_default().text;
        let rows = spec
            .params
            .iter()
            .chain(&spec.headers)
            .filter(|row| row.enabled);
        let texts = rows.flat_map(|row| [row.name.as_str(), row.value.as_str()]);
        let texts: Vec<&str> = texts.chain([spec.url.as_str(), body.as_str()]).collect();
        let needs_base =
            spec.url.starts_with('/') || texts.iter().any(|t| names_in(t).contains(&"base"));
        if place.variable("base").is_none() && needs_base {
            place.base_url = BASE.to_owned();
            self.open.push((BASE.to_owned(), "base".to_owned()));
        }
        for name in texts.iter().flat_map(|text| names_in(text)) {
            if name.starts_with("token:") || place.variable(name).is_some() {
                continue;
            }
            let stand_in = format!("zq7httriage{}qz", self.open.len());
            place.variables.push((name.to_owned(), stand_in.clone()));
            self.open.push((stand_in, name.to_owned()));
        }
        place
    }

    /// The variables that were opened so far, in order; one that several requests need stands in
    /// it several times.
    pub fn opened(&self) -> impl Iterator<Item = &str> {
        self.open.iter().map(|(_, name)| name.as_str())
    }

    /// Whether a blank was met already, or another that a shell cannot tell from it.
    pub fn needs(&self, blank: &Blank) -> bool {
        let name = blank.shell_name();
        self.needed.iter().any(|known| known.shell_name() == name)
    }

    /// A variable that later requests take out of an answer; the name that it has there.
    pub fn capture(&mut self, name: &str) -> String {
        let name = Blank::Variable(name.to_owned()).name();
        self.captured.push(name.clone());
        name
    }

    /// What a person has to give, in the order in which it is first needed.
    pub fn given(&self) -> Vec<&Blank> {
        let is_given = |blank: &&Blank| match blank {
            Blank::Variable(_) => !self.captured.contains(&blank.name()),
            Blank::Token(_) | Blank::Secret(_) => true,
        };
        self.needed.iter().filter(is_given).collect()
    }

    /// Splits where a token, a mask or an open variable stands.
    pub fn stretches<'t>(&mut self, bytes: &'t [u8]) -> Vec<Stretch<'t>> {
        let mut stretches = Vec::new();
        let mut from = 0;
        let mut at = 0;
        while at < bytes.len() {
            match self.blank_at(&bytes[at..]) {
                Some((blank, length)) => {
                    if from < at {
                        stretches.push(Stretch::Plain(&bytes[from..at]));
                    }
                    if !self.needs(&blank) {
                        self.needed.push(blank.clone());
                    }
                    stretches.push(Stretch::Blank(blank));
                    at += length;
                    from = at;
                }
                None => at += 1,
            }
        }
        if from < bytes.len() {
            stretches.push(Stretch::Plain(&bytes[from..]));
        }
        stretches
    }

    fn blank_at(&mut self, bytes: &[u8]) -> Option<(Blank, usize)> {
        const SLOTS: [(&[u8], &[u8]); 4] = [
            (b"{{token:", b"}}"),
            (b"%7B%7Btoken:", b"%7D%7D"),
            (b"%7B%7Btoken%3A", b"%7D%7D"),
            ("‹token:".as_bytes(), "›".as_bytes()),
        ];
        let starts = matches!(bytes.first(), Some(b'{' | b'%' | 0xe2 | b'z' | b'h'));
        if !starts {
            return None;
        }
        for (open, close) in SLOTS {
            let Some(rest) = bytes.strip_prefix(open) else {
                continue;
            };
            let length = rest.iter().take(64).position(|&b| b == close[0])?;
            let inside = std::str::from_utf8(&rest[..length]).ok()?;
            let name = TokenName::new(inside.split('·').next().unwrap_or_default())?;
            let whole = rest[length..].starts_with(close);
            return whole.then(|| (Blank::Token(name), open.len() + length + close.len()));
        }
        if bytes.starts_with(MASK.as_bytes()) {
            self.secrets += 1;
            return Some((Blank::Secret(self.secrets), MASK.len()));
        }
        let open = self
            .open
            .iter()
            .find(|(stand_in, _)| bytes.starts_with(stand_in.as_bytes()));
        open.map(|(stand_in, name)| (Blank::Variable(name.clone()), stand_in.len()))
    }
}

/// What the tests of the writers write.
#[cfg(test)]
pub mod sample {
    use crate::model::{Environment, RequestSpec, Step};

    pub fn step(name: &str, method: &str, url: &str) -> Step {
        Step {
            name: name.to_owned(),
            spec: RequestSpec::new(method, url),
            ..Step::default()
        }
    }

    pub fn place() -> Environment {
        Environment {
            name: "acme".to_owned(),
            base_url: "https://api.acme.example".to_owned(),
            ..Environment::default()
        }
    }
}
