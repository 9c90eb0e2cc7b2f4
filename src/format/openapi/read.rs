//! From a description to a collection: its server, its operations in their order, and what was
//! found on the way.

use super::document::{Document, Version};
use super::notes::{Lost, Notes};
use super::parameters::{Parameters, plain, variable};
use super::reader::{DescriptionReader, Room};
use crate::format::FormatError;
use crate::format::extract::Extractor;
use crate::format::har::Watch;
use crate::format::yaml;
use crate::insight::redact::{Mask, without_jwts};
use crate::model::{
    Collection, FoundToken, Note, RequestSpec, Secret, Step, TokenName, as_data, as_text, cut,
    encoded, encoded_around_names, names_in, token_names_in,
};
use serde_json::Value;
use std::collections::HashMap;

/// Operations taken from one file.
const MOST: usize = 20_000;
/// Bytes that requests may come to beside those of the file: a small one may name one large
/// example a thousand times.
const ROOM: usize = 16_000_000;
const METHODS: [&str; 9] = [
    "get", "put", "post", "delete", "options", "head", "patch", "trace", "query",
];

/// Reads every operation of a description; `file` is named in the error. Tokens that are found
/// get names that are not `taken`, but for values that are `known` by one.
pub fn read(
    text: &str,
    file: &str,
    taken: &[TokenName],
    known: &dyn Fn(&Secret) -> Option<TokenName>,
    watch: Watch,
) -> Result<Collection, FormatError> {
    let document = Document::parse(text, file)?;
    watch(50);
    let mut reader = DescriptionReader {
        document: &document,
        lifter: Extractor::new(taken, known),
        room: Room(ROOM + text.len()),
        ways: HashMap::new(),
        within: Vec::new(),
        steps_left: 0,
        wants_text: false,
        notes: Notes::default(),
        at: None,
        base: None,
        prefix: String::new(),
        variables: Vec::new(),
        values: HashMap::new(),
        optional: Vec::new(),
        steps: Vec::new(),
    };
    reader.place();
    reader.paths(watch);
    Ok(reader.finish())
}

impl<'d> DescriptionReader<'d> {
    /// Where the calls go.
    fn place(&mut self) {
        let root = self.document.root();
        let server = match self.document.version {
            Version::Swagger => self.host(),
            Version::OpenApi => self.server(root.get("servers")),
        };
        let others = root.get("servers").and_then(Value::as_array);
        for other in others.into_iter().flatten().skip(1).take(100) {
            let url = other.get("url").and_then(Value::as_str);
            self.lost(Lost::OtherServers, url.unwrap_or("one without an address"));
        }
        let server = server.unwrap_or_default();
        if server.starts_with('/') || server.is_empty() {
            self.lost(Lost::Server, "");
            self.prefix = format!("{{{{base}}}}{server}");
        } else if names_in(&server).is_empty() {
            self.base = Some(server);
            self.prefix = "{{base}}".to_owned();
        } else {
            self.prefix = server;
        }
    }

    /// The address of Swagger 2, which comes in parts.
    fn host(&mut self) -> Option<String> {
        let root = self.document.root();
        let text = |member: &str| root.get(member).and_then(Value::as_str).map(str::trim);
        let path = text("basePath").unwrap_or_default();
        let Some(host) = text("host").filter(|host| !host.is_empty()) else {
            return Some(self.address(&format!("/{}", path.trim_start_matches('/'))));
        };
        let schemes = root.get("schemes").and_then(Value::as_array);
        let schemes = schemes.into_iter().flatten().filter_map(Value::as_str);
        let mut schemes = schemes.filter(|scheme| ["https", "http"].contains(scheme));
        let first = schemes.next();
        let scheme = if schemes.any(|scheme| scheme == "https") {
            "https"
        } else {
            first.unwrap_or("https")
        };
        let path = path.trim_start_matches('/');
        Some(self.address(&format!("{scheme}://{host}/{path}")))
    }

    /// The first of the servers, its variables filled in; no slash at its end.
    fn server(&mut self, servers: Option<&'d Value>) -> Option<String> {
        let server = servers?.as_array()?.first()?;
        let url = server.get("url").and_then(Value::as_str)?;
        let mut address = String::new();
        for (is_name, piece) in braced(url) {
            if !is_name {
                address.push_str(piece);
                continue;
            }
            let described = server.pointer("/variables").and_then(|all| all.get(piece));
            let value = described.and_then(|described| {
                let first = || described.get("enum")?.as_array()?.first();
                described.get("default").or_else(first)
            });
            let value = match value {
                Some(value) if self.room.take_value(value) => {
                    let written = self.document.written(value);
                    as_text(&written.unwrap_or_else(|| plain(value)))
                }
                _ => format!("{{{{{}}}}}", variable(piece)),
            };
            address.push_str(&self.lifter.named("server", piece, &value));
        }
        Some(self.address(&address))
    }

    /// An address as requests begin with it: a whole one, else a path. Who signs in with it, and
    /// with what, is left out.
    fn address(&mut self, text: &str) -> String {
        let text = text.trim();
        let (bare, _) = text.split_at(text.find(['?', '#']).unwrap_or(text.len()));
        let is_path = bare.is_empty() || (bare.starts_with(['/', '.']) && !bare.starts_with("//"));
        let whole = if is_path {
            let path = bare.trim_start_matches(['.', '/']);
            if path.is_empty() {
                String::new()
            } else {
                format!("/{path}")
            }
        } else if let Some(rest) = bare.strip_prefix("//") {
            format!("https://{rest}")
        } else if bare.contains("://") {
            bare.to_owned()
        } else if bare
            .split('/')
            .next()
            .is_some_and(|host| host.contains(['.', ':']))
        {
            format!("https://{bare}")
        } else {
            format!("/{bare}")
        };
        let (before, after) = match whole.split_once("://") {
            Some((scheme, after)) => (format!("{scheme}://"), after),
            None => (String::new(), whole.as_str()),
        };
        let host_end = after.find('/').unwrap_or(after.len());
        let after = match after[..host_end].rfind('@') {
            Some(at) if !before.is_empty() => &after[at + 1..],
            _ => after,
        };
        if bare.len() < text.len() || before.len() + after.len() < whole.len() {
            self.lost(Lost::User, "");
        }
        let address = format!("{before}{}", without_blanks(after.trim_end_matches('/')));
        self.lifter.url(&address)
    }

    fn paths(&mut self, watch: Watch) {
        let root = self.document.root();
        let webhooks = root.get("webhooks").and_then(Value::as_object);
        for (name, _) in webhooks.into_iter().flatten().take(1_000) {
            self.lost(Lost::Webhook, name);
        }
        let paths = root.get("paths").and_then(Value::as_object);
        let count = paths.map_or(0, |paths| paths.len()).max(1);
        for (number, (path, item)) in paths.into_iter().flatten().enumerate() {
            watch(50 + number * 50 / count);
            if path.starts_with("x-") {
                continue;
            }
            self.at = Some((path, ""));
            if self.steps.len() == MOST {
                self.lost(Lost::Crowd, "");
            }
            if self.steps.len() == MOST || self.room.is_empty() {
                break;
            }
            let Some(item) = self.follow(item) else {
                continue;
            };
            let Some(members) = item.as_object() else {
                self.lost(Lost::Odd, "a path without operations");
                continue;
            };
            for (method, operation) in members {
                let lower = method.to_ascii_lowercase();
                if METHODS.contains(&lower.as_str()) {
                    self.at = Some((path, method));
                    self.operation(path, &lower.to_ascii_uppercase(), item, operation);
                }
            }
            let others = members.get("additionalOperations");
            for (method, operation) in others.and_then(Value::as_object).into_iter().flatten() {
                self.at = Some((path, ""));
                self.operation(path, method, item, operation);
            }
        }
        self.at = None;
    }

    fn operation(&mut self, path: &'d str, method: &str, item: &'d Value, operation: &'d Value) {
        if self.steps.len() == MOST {
            self.lost(Lost::Crowd, "");
            return;
        }
        if !operation.is_object() {
            self.lost(Lost::Odd, "an operation without members");
            return;
        }
        let operation = self.follow(operation).unwrap_or(operation);
        let mut parameters = self.parameters(item, operation);
        let mut spec = RequestSpec::new(cut(method, 40), "");
        spec.url = self.url(path, item, operation, &parameters);
        self.fill(&mut spec, &mut parameters);
        self.body(&mut spec, operation, &parameters);
        let scopes = self.sign(&mut spec, operation);
        let callbacks = operation.get("callbacks").and_then(Value::as_object);
        for (name, _) in callbacks.into_iter().flatten().take(1_000) {
            self.lost(Lost::Callback, name);
        }
        let text = |member: &str| {
            let text = operation.get(member).and_then(Value::as_str)?.trim();
            (!text.is_empty()).then_some(text)
        };
        let line = |text: &str, width: usize| cut(&without_jwts(&start(text)), width);
        let name = match text("operationId").or_else(|| text("summary")) {
            Some(name) => line(name, 80),
            None => line(&format!("{} {path}", spec.method), 80),
        };
        let mut said = Vec::new();
        if operation.get("deprecated") == Some(&Value::Bool(true)) {
            said.push("Deprecated.".to_owned());
        }
        if text("operationId").is_some()
            && let Some(summary) = text("summary")
        {
            said.push(line(summary, 200));
        }
        if !scopes.is_empty() {
            said.push(line(&format!("Asks for {}", scopes.join(", ")), 200));
        }
        spec.notes = said.join("\n");
        let size = name.len() + spec.url.len() + spec.notes.len() + 200;
        if !self.room.take(size) {
            self.lost(Lost::Room, "");
            return;
        }
        self.steps.push(Step {
            name,
            spec,
            ..Step::default()
        });
    }

    /// The path with a variable for each name in it.
    fn url(
        &mut self,
        path: &str,
        item: &'d Value,
        operation: &'d Value,
        parameters: &Parameters,
    ) -> String {
        let own = [operation, item];
        let servers = own.iter().find_map(|owner| owner.get("servers"));
        let prefix = match self.server(servers) {
            None => self.prefix.clone(),
            Some(own) if Some(&own) == self.base.as_ref() => self.prefix.clone(),
            Some(own) if own.is_empty() || own.starts_with('/') => format!("{{{{base}}}}{own}"),
            Some(own) => own,
        };
        let mut url = prefix;
        if !path.starts_with('/') {
            url.push('/');
        }
        for (is_name, piece) in braced(path) {
            if !is_name {
                url.push_str(&without_blanks(piece));
                continue;
            }
            let name = variable(piece);
            let open = format!("{{{{{name}}}}}");
            let value = parameters.path.get(piece).filter(|value| !value.is_empty());
            let lifted = self
                .lifter
                .named("path", piece, value.map_or(&open, |value| value));
            if !token_names_in(&lifted).is_empty() {
                url.push_str(&encoded_around_names(&lifted));
                continue;
            }
            url.push_str(&open);
            if value.is_some() {
                self.variable(name, encoded(&as_data(&lifted).unwrap_or_default()));
            }
        }
        self.lifter.url(&url)
    }

    /// A variable has one value in the whole session.
    fn variable(&mut self, name: String, value: String) {
        match self.values.get(&name) {
            Some(at) if self.variables[*at].1 == value => {}
            Some(_) => self.lost(Lost::Examples, &format!("{{{{{name}}}}}")),
            None if !self.room.take(name.len() + value.len()) => {}
            None => {
                self.values.insert(name.clone(), self.variables.len());
                self.variables.push((name, value));
            }
        }
    }

    fn finish(mut self) -> Collection {
        let steps = self.steps.iter();
        let named: Vec<TokenName> = steps.flat_map(|step| step.spec.tokens()).collect();
        for name in named {
            self.lifter.refer(name.as_str(), "by name");
        }
        if self.room.is_empty() {
            self.lost(Lost::Room, "");
        }
        if self.steps.is_empty() {
            self.lost(Lost::Nothing, "");
        }
        self.notes.name(Lost::Optional, &self.optional.join(", "));
        let mut notes = self.notes.into_notes(self.document);
        if let Some(base) = &self.base {
            let base = cut(base, 120);
            notes.insert(
                0,
                Note::new(format!(
                    "The API is at {base}, {{{{base}}}} in a session file: a replay goes where --base-url or --env says."
                )),
            );
        }
        let doubled = self.document.doubled();
        if let Some(first) = doubled.first() {
            notes.push(yaml::note_of(doubled, self.document.line(first.line)));
        }
        if self.document.others > 0 {
            let count = match self.document.others {
                1 => "One more document stands".to_owned(),
                count => format!("{count} more documents stand"),
            };
            notes.push(Note::new(format!(
                "{count} in this file, apart from the first that describes an API, and was not read."
            )));
        }
        let title = self.document.root().pointer("/info/title");
        let title = title.and_then(Value::as_str).unwrap_or_default();
        let mut collection = Collection {
            kind: "openapi",
            title: cut(&without_jwts(&start(title)), 80),
            requests: self.steps,
            tokens: self.lifter.into_tokens(),
            variables: self.variables,
            base: self.base.as_deref().and_then(as_data),
            notes,
        };
        hide(&mut collection);
        for step in &mut collection.requests {
            step.spec.settle();
        }
        collection
    }
}

/// Values that were found are named wherever else they surface.
fn hide(collection: &mut Collection) {
    let tokens = collection.tokens.iter();
    let valued: Vec<_> = tokens.filter_map(FoundToken::valued).collect();
    if valued.is_empty() {
        return;
    }
    let mask = Mask::new(&valued);
    let masked = |text: &mut String| *text = mask.text(text);
    masked(&mut collection.title);
    for step in &mut collection.requests {
        let spec = &mut step.spec;
        masked(&mut step.name);
        masked(&mut spec.notes);
        spec.change_templates(|text| *text = mask.template(text));
    }
    for (_, value) in &mut collection.variables {
        masked(value);
    }
    for note in &mut collection.notes {
        masked(&mut note.message);
    }
}

/// The pieces of a template, and whether each is a name in braces.
fn braced(text: &str) -> Vec<(bool, &str)> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(open) = rest.find('{') {
        let Some(length) = rest[open..].find('}') else {
            break;
        };
        let name = rest[open..open + length].trim_start_matches('{');
        let name = name.trim_start_matches(['+', '#', '.', '/', ';', '?', '&']);
        pieces.push((false, &rest[..open]));
        pieces.push((true, name.trim_end_matches(['*', '+'])));
        rest = &rest[open + length + 1..];
    }
    pieces.push((false, rest));
    pieces.retain(|(is_name, piece)| *is_name || !piece.is_empty());
    pieces
}

/// What a URL cannot hold, in the way that it can.
fn without_blanks(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_whitespace() || c.is_control() {
            out.push_str(&encoded(c.encode_utf8(&mut [0; 4])));
        } else {
            out.push(c);
        }
    }
    out
}

/// Enough of a text for what is cut to a line.
fn start(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    line.chars().take(400).collect()
}
