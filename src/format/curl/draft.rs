//! Collects the options of a curl command.

use super::options::{self, Opt, Role};
use super::read::CurlReader;
use super::word::{Command, Word};
use crate::model::{Param, Part, cut, encoded_around_names};

/// What the options of a command, up to `--next`, ask for.
#[derive(Default)]
pub struct Draft {
    pub method: Option<String>,
    pub urls: Vec<(String, usize)>,
    pub headers: Vec<Param>,
    pub removed: Vec<String>,
    /// Headers set by options of their own, in lower case; `--header` wins.
    pub said: Vec<(&'static str, String)>,
    pub data: Vec<Datum>,
    pub is_json: bool,
    pub parts: Vec<Part>,
    pub has_form: bool,
    pub get: bool,
    pub head: bool,
    pub uploads: Vec<(String, usize)>,
    /// A data option was given, even if its data is missing here.
    pub has_data: bool,
    pub query: Vec<String>,
    pub user: Option<(String, usize)>,
    pub bearer: Option<String>,
    pub cookies: Vec<String>,
    pub globoff: bool,
    pub path_as_is: bool,
    pub scheme: Option<&'static str>,
    pub at: usize,
}

/// One piece of data of a command; the pieces become the body in their order.
pub struct Datum {
    pub bytes: Vec<u8>,
    /// The file to read it from, instead of the bytes.
    pub file: Option<String>,
    /// Whether `&` joins it to the piece before.
    pub joined: bool,
    pub at: usize,
}

impl CurlReader<'_, '_> {
    /// Reads a whole command and adds its requests.
    pub(super) fn command(&mut self, command: &Command) {
        for (at, why) in &command.lost {
            self.note(*at, why.clone());
        }
        let mut draft = Draft {
            at: command.words.first().map_or(0, |word| word.at),
            ..Draft::default()
        };
        let mut words = command.words.iter().skip(1);
        let mut only_urls = false;
        while let Some(word) = words.next() {
            let text = word.text();
            if only_urls || !text.starts_with('-') || text == "-" {
                draft.urls.push((text, word.at));
            } else if text == "--" {
                only_urls = true;
            } else if let Some(name) = text.strip_prefix("--") {
                let (name, joined) = match name.split_once('=') {
                    Some((name, value)) => (name, Some(value)),
                    None => (name, None),
                };
                match options::long(name) {
                    Some(option) if option.takes_value => {
                        let value = match joined {
                            Some(value) => Some(Word {
                                bytes: value.as_bytes().to_vec(),
                                ..word.clone()
                            }),
                            None => words.next().cloned(),
                        };
                        self.valued(&mut draft, option, word, value, command);
                    }
                    Some(option) => self.flag(&mut draft, option, word),
                    // A switch that is turned off does nothing.
                    None if name
                        .strip_prefix("no-")
                        .is_some_and(|name| options::long(name).is_some()) => {}
                    None => self.note(
                        word.at,
                        format!("curl has no option --{}; it was left out", shown_name(name)),
                    ),
                }
            } else {
                for (place, letter) in text.char_indices().skip(1) {
                    match options::short(letter) {
                        Some(option) if option.takes_value => {
                            let behind = place + letter.len_utf8();
                            let value = if behind < text.len() {
                                Some(Word {
                                    bytes: word.bytes.get(behind..).unwrap_or_default().to_vec(),
                                    ..word.clone()
                                })
                            } else {
                                words.next().cloned()
                            };
                            self.valued(&mut draft, option, word, value, command);
                            break;
                        }
                        Some(option) => self.flag(&mut draft, option, word),
                        None => {
                            self.note(
                                word.at,
                                format!(
                                    "curl has no option -{}; it was left out",
                                    shown_name(&letter.to_string())
                                ),
                            );
                            break;
                        }
                    }
                }
            }
        }
        self.requests_of(draft);
    }

    fn flag(&mut self, draft: &mut Draft, option: Opt, word: &Word) {
        match option.role {
            Role::Next => {
                let at = word.at;
                let done = std::mem::replace(
                    draft,
                    Draft {
                        at,
                        ..Draft::default()
                    },
                );
                self.requests_of(done);
            }
            Role::Get => draft.get = true,
            Role::Head => draft.head = true,
            Role::Globoff => draft.globoff = true,
            Role::PathAsIs => draft.path_as_is = true,
            Role::Scheme => draft.scheme = Some(option.name),
            Role::Lost(why) => self.note(
                word.at,
                format!("--{} was left out: {}", option.name, why.words()),
            ),
            _ => {}
        }
    }

    fn valued(
        &mut self,
        draft: &mut Draft,
        option: Opt,
        word: &Word,
        value: Option<Word>,
        command: &Command,
    ) {
        let Some(value) = value else {
            return self.note(
                word.at,
                format!("--{} has no value and was left out", option.name),
            );
        };
        let text = value.text();
        match option.role {
            Role::Url => draft.urls.push((text, value.at)),
            Role::Method => draft.method = Some(text),
            Role::Header => self.header(draft, &value),
            Role::Data | Role::DataRaw | Role::DataBinary | Role::DataUrlencode | Role::Json => {
                self.data(draft, option.role, &value, command);
            }
            Role::Form | Role::FormString => self.form(draft, option.role, &value),
            Role::Upload => draft.uploads.push((text, value.at)),
            Role::UrlQuery => self.url_query(draft, &text, value.at),
            Role::User => draft.user = Some((text, value.at)),
            Role::Bearer => draft.bearer = Some(text),
            Role::Cookie if text.contains('=') || text.contains("{{") => draft.cookies.push(text),
            Role::Cookie => self.note(
                value.at,
                "the file with cookies is not read; write them as --cookie 'name=value'".to_owned(),
            ),
            Role::Agent if text.is_empty() => self.taken_out(draft, "User-Agent", word.at),
            Role::Agent => draft.said.push(("user-agent", text)),
            Role::Referer => {
                let referer = text.strip_suffix(";auto").unwrap_or(&text);
                if !referer.is_empty() {
                    draft.said.push(("referer", referer.to_owned()));
                }
            }
            Role::Range => draft.said.push(("range", format!("bytes={text}"))),
            Role::Lost(why) => self.note(
                word.at,
                format!("--{} was left out: {}", option.name, why.words()),
            ),
            _ => {}
        }
    }

    fn header(&mut self, draft: &mut Draft, word: &Word) {
        let text = word.text();
        if text.starts_with('@') {
            return self.note(
                word.at,
                "the file with headers is not read; write them into the command".to_owned(),
            );
        }
        if std::str::from_utf8(&word.bytes).is_err() {
            self.note(
                word.at,
                "a header holds bytes that are not UTF-8; they show as �".to_owned(),
            );
        }
        let Some((name, value)) = text.split_once(':') else {
            match text.strip_suffix(';') {
                Some(name) if !name.is_empty() => draft.headers.push(Param::new(name.trim(), "")),
                _ => self.note(
                    word.at,
                    "a header needs a colon; it was left out".to_owned(),
                ),
            }
            return;
        };
        let (name, value) = (name.trim(), value.trim_start());
        let ours = ["content-length", "transfer-encoding", "connection", "host"];
        let lower = name.to_ascii_lowercase();
        if name.is_empty() {
            self.note(
                word.at,
                "a header of HTTP/2 that is part of method and URL was left out".to_owned(),
            );
        } else if value.is_empty() {
            self.taken_out(draft, name, word.at);
        } else if ours[..3].contains(&lower.as_str()) {
            self.note(
                word.at,
                format!("{name} was left out: httriage sets it itself"),
            );
        } else {
            draft.headers.push(Param::new(name, value));
        }
    }

    /// Handles `--header 'Name:'`, which stops curl from sending that header.
    fn taken_out(&mut self, draft: &mut Draft, name: &str, at: usize) {
        let lower = name.to_ascii_lowercase();
        if ["accept", "user-agent", "accept-encoding"].contains(&lower.as_str()) {
            self.note(
                at,
                format!("httriage always sends {name}, which this command takes out"),
            );
        }
        draft.removed.push(lower);
    }

    /// Reads a value like `--data-urlencode`; after a plus it goes as it is.
    fn url_query(&mut self, draft: &mut Draft, text: &str, at: usize) {
        let sign = text.find(['=', '@']);
        if let Some(plain) = text.strip_prefix('+') {
            draft.query.push(plain.to_owned());
        } else if sign.is_some_and(|at| text[at..].starts_with('@')) {
            self.note(
                at,
                "the file with data for the URL is not read; it was left out".to_owned(),
            );
        } else {
            draft.query.push(url_encoded(text));
        }
    }

    fn data(&mut self, draft: &mut Draft, role: Role, word: &Word, command: &Command) {
        draft.has_data = true;
        let mut datum = Datum {
            bytes: word.bytes.clone(),
            file: None,
            joined: role != Role::Json,
            at: word.at,
        };
        draft.is_json |= role == Role::Json;
        match role {
            Role::DataRaw => {}
            Role::DataUrlencode => {
                let text = word.text();
                let sign = text.find(['=', '@']);
                if let Some(at) = sign.filter(|&at| text[at..].starts_with('@')) {
                    let (name, path) = (&text[..at], &text[at + 1..]);
                    return self.note(
                        word.at,
                        format!(
                            "the file {} is not read, so {} was left out",
                            shown_name(path),
                            if name.is_empty() {
                                "its data"
                            } else {
                                "that member"
                            }
                        ),
                    );
                }
                datum.bytes = url_encoded(&text).into_bytes();
            }
            _ => {
                let strips = role == Role::Data;
                if let Some(path) = word.bytes.strip_prefix(b"@") {
                    let path = String::from_utf8_lossy(path).into_owned();
                    let input = (path == "-").then_some(command.input.as_ref()).flatten();
                    match (input, &command.input_file) {
                        (Some(input), _) => {
                            datum.bytes = input.bytes.clone();
                            if strips {
                                datum.bytes.retain(|b| !matches!(b, b'\n' | b'\r'));
                            }
                        }
                        (None, Some(file)) if path == "-" => datum.file = Some(file.text()),
                        (None, _) if path == "-" => {
                            return self.note(word.at, "the data comes from standard input and is not here; it was left out".to_owned());
                        }
                        (None, _) => datum.file = Some(path),
                    }
                    if strips && datum.file.is_some() {
                        self.note(
                            word.at,
                            "curl takes line breaks out of this file; httriage sends it as it is"
                                .to_owned(),
                        );
                    }
                }
            }
        }
        draft.data.push(datum);
    }

    /// Reads `name=value`, `name=@file;type=…;filename=…`.
    fn form(&mut self, draft: &mut Draft, role: Role, word: &Word) {
        draft.has_form = true;
        let text = word.text();
        let Some((name, content)) = text.split_once('=') else {
            return self.note(
                word.at,
                "a part of a form needs a name and an equals sign; it was left out".to_owned(),
            );
        };
        let mut part = Part {
            name: name.to_owned(),
            value: content.to_owned(),
            ..Part::default()
        };
        if role == Role::Form {
            if content.starts_with('<') {
                return self.note(
                    word.at,
                    "the file that a text is taken from is not read; that part was left out"
                        .to_owned(),
                );
            }
            let (content, attributes) = attributes(content);
            part.is_file = content.starts_with('@');
            part.value = content.strip_prefix('@').unwrap_or(&content).to_owned();
            if part.is_file && part.value == "-" {
                return self.note(
                    word.at,
                    "a part is read from standard input, which is not here; it was left out"
                        .to_owned(),
                );
            }
            for (key, value) in attributes {
                match key.as_str() {
                    "type" => part.media_type = Some(value),
                    "filename" => part.file_name = Some(value),
                    _ => self.note(
                        word.at,
                        format!("{key} of a part was left out: httriage has no such setting"),
                    ),
                }
            }
            if part.is_file && part.value.contains(',') {
                self.note(
                    word.at,
                    "several files in one part were taken for one name".to_owned(),
                );
            }
        }
        draft.parts.push(part);
    }
}

/// Encodes the content of `content`, `=content` or `name=content`; a space becomes a plus.
fn url_encoded(text: &str) -> String {
    let encoded = |content| encoded_around_names(content).replace("%20", "+");
    match text.split_once('=') {
        Some(("", content)) => encoded(content),
        Some((name, content)) => format!("{name}={}", encoded(content)),
        None => encoded(text),
    }
}

/// A part's content and its attributes after semicolons. Only a value that begins with a quote is
/// quoted.
fn attributes(text: &str) -> (String, Vec<(String, String)>) {
    const KEYS: [&str; 4] = ["type", "filename", "headers", "encoder"];
    let sign = text.len() - text.strip_prefix('@').unwrap_or(text).len();
    let (value, mut rest) = piece(&text[sign..]);
    let mut content = format!("{}{value}", &text[..sign]);
    let mut found: Vec<(String, String)> = Vec::new();
    while let Some(behind) = rest.strip_prefix(';') {
        let key = behind.trim_start().split('=').next().unwrap_or_default();
        let start = behind.find('=').map_or(behind.len(), |at| at + 1);
        if KEYS.contains(&key) {
            let (value, after) = piece(&behind[start..]);
            found.push((key.to_owned(), value));
            rest = after;
            continue;
        }
        // A media type may have parameters, and a text may hold semicolons.
        let (value, after) = piece(behind);
        let owner = found.last_mut().map_or(&mut content, |(_, value)| value);
        owner.push_str(&format!(";{value}"));
        rest = after;
    }
    (content, found)
}

/// Reads up to a semicolon, or up to the closing quote where it begins with one.
fn piece(text: &str) -> (String, &str) {
    let Some(inside) = text.strip_prefix('"') else {
        let (value, rest) = text.split_at(text.find(';').unwrap_or(text.len()));
        return (value.to_owned(), rest);
    };
    let mut value = String::new();
    let mut chars = inside.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => {
                let rest = &inside[at + 1..];
                return (value, &rest[rest.find(';').unwrap_or(rest.len())..]);
            }
            '\\' => value.extend(chars.next().map(|(_, c)| c)),
            other => value.push(other),
        }
    }
    // The quote is never closed, so it is a plain character.
    let (value, rest) = text.split_at(text.find(';').unwrap_or(text.len()));
    (value.to_owned(), rest)
}

/// A name from outside, cut to a length that a note can repeat.
fn shown_name(name: &str) -> String {
    cut(name, 40)
}
