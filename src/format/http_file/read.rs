//! From lines to requests. Between two `###` stands one: what is said about it, its line, its
//! headers, and behind an empty line its body.

use super::line::{
    OTHER_CALLS, comment, opens_script, request, variable, without_remark, without_version,
};
use crate::format::FormatError;
use crate::format::call::title_of;
use crate::format::collection::CollectionBuilder;
use crate::format::curl;
use crate::format::extract::Extractor;
use crate::format::har::Watch;
use crate::model::{
    Collection, Param, Piece, RequestSpec, Secret, TokenName, names_in, with_pieces,
};
use std::collections::HashMap;

/// Reads every request of a file; `file` is named in the error. Tokens that are found get names
/// that are not `taken`, but for values that are `known` by one.
pub fn read(
    text: &str,
    file: &str,
    taken: &[TokenName],
    known: &dyn Fn(&Secret) -> Option<TokenName>,
    watch: Watch,
) -> Result<Collection, FormatError> {
    let text = text.trim_start_matches('\u{feff}');
    let lines = lines(text);
    let mut reader = HttpFileReader {
        gathered: CollectionBuilder::new(text, taken, known),
        named: HashMap::new(),
    };
    reader.variables(&lines);
    let mut from = 0;
    while from < lines.len() {
        watch(lines[from].at * 99 / text.len().max(1));
        let length = lines[from + 1..]
            .iter()
            .position(|line| line.text.starts_with("###"));
        let to = length.map_or(lines.len(), |length| from + 1 + length);
        reader.block(&lines[from..to]);
        from = to;
    }
    reader.capture();
    let count = reader.gathered.count();
    let collection = reader.gathered.finish("http", "");
    if count == 0 {
        let first = lines.iter().find(|line| !line.text.trim().is_empty());
        return Err(FormatError::at(
            file,
            text,
            first.map_or(0, |line| line.at),
            "there is no request in this file",
            "Begin one with a method and a URL: GET https://api.example/path.",
        ));
    }
    Ok(collection)
}

/// A line, and where it stands.
#[derive(Clone, Copy)]
pub(super) struct Line<'t> {
    pub text: &'t str,
    pub at: usize,
}

fn lines(text: &str) -> Vec<Line<'_>> {
    let mut at = 0;
    let whole = text.split_inclusive('\n').map(|whole| {
        let line = whole.strip_suffix('\n').unwrap_or(whole);
        let line = Line {
            text: line.strip_suffix('\r').unwrap_or(line),
            at,
        };
        at += whole.len();
        line
    });
    whole.collect()
}

pub(super) struct HttpFileReader<'a> {
    pub(super) gathered: CollectionBuilder<'a>,
    /// The requests that others refer to by name, by their number once they are read.
    named: HashMap<String, Option<usize>>,
}

/// What is said of a request before its line.
#[derive(Default)]
struct About {
    title: String,
    name: String,
}

impl HttpFileReader<'_> {
    /// The variables of the whole file and the names of its requests: both may be used before
    /// they are given.
    fn variables(&mut self, lines: &[Line]) {
        for line in lines {
            if let Some((name, value)) = variable(line.text) {
                let (_, differs) = self.gathered.variables.set(name, value, false, line.at);
                if differs {
                    self.gathered.notes.count(
                        line.at,
                        "variables are given twice; the last value is taken for all of the file",
                    );
                }
            } else if let Some(name) = comment(line.text).and_then(name_in) {
                self.named.insert(name.to_owned(), None);
            }
        }
        let CollectionBuilder {
            variables, lifter, ..
        } = &mut self.gathered;
        variables.fill(lifter);
    }

    fn block(&mut self, lines: &[Line]) {
        let mut about = About::default();
        let mut at = 0;
        while at < lines.len() {
            let line = lines[at];
            let text = line.text.trim();
            if let Some(words) = comment(text) {
                if text.starts_with("###") && about.title.is_empty() {
                    about.title = words.to_owned();
                }
                if let Some(name) = name_in(words) {
                    about.name = name.to_owned();
                }
                at += 1;
            } else if text.is_empty() || variable(text).is_some() {
                at += 1;
            } else if let Some(length) = self.aside(&lines[at..]) {
                at += length;
            } else if text.starts_with("curl ") {
                return self.curl(about, &lines[at..]);
            } else if let Some((method, url)) = request(self.asked(line)) {
                if self.gathered.has_room(line.at) {
                    self.request(about, method, url, &lines[at..]);
                }
                return;
            } else {
                let is_statement = text.starts_with("import ") || text.starts_with("run ");
                self.gathered.notes.count(
                    line.at,
                    if is_statement {
                        "lines that import or run other files were left out"
                    } else {
                        "lines belong to no request and were left out"
                    },
                );
                at += 1;
            }
        }
    }

    /// A request that stands there as a curl command.
    fn curl(&mut self, about: About, lines: &[Line]) {
        let mut text = String::new();
        for (number, line) in lines.iter().enumerate() {
            // A script behind it is none of the command's.
            if number > 0 && self.aside(&lines[number..]).is_some() {
                break;
            }
            text.push_str(line.text);
            text.push('\n');
        }
        let text = self.gathered.variables.plain(&text);
        let lifter = std::mem::replace(&mut self.gathered.lifter, Extractor::new(&[], &|_| None));
        let (steps, notes, lifter) = curl::read_within(&text, lifter);
        self.gathered.lifter = lifter;
        for note in notes {
            let message = note.message.trim_end_matches('.').to_owned();
            self.gathered.notes.add(lines[0].at, &message);
        }
        for step in steps {
            if !self.gathered.has_room(lines[0].at) {
                return;
            }
            let name = match (about.title.as_str(), about.name.as_str()) {
                ("", "") => step.name,
                ("", name) => name.to_owned(),
                (title, _) => title.to_owned(),
            };
            let number = self.gathered.count();
            if let Some(place) = self.named.get_mut(&about.name) {
                *place = Some(number);
            }
            self.gathered.request(&name, step.spec);
        }
    }

    /// What a line asks for, without a remark behind it.
    fn asked<'t>(&mut self, line: Line<'t>) -> &'t str {
        let (asked, has_remark) = without_remark(line.text.trim());
        if has_remark {
            self.gathered
                .notes
                .count(line.at, "remarks stand behind URLs and were left out");
        }
        asked
    }

    /// Scripts, and what is done with answers: how many lines that takes, where it is one.
    pub(super) fn aside(&mut self, lines: &[Line]) -> Option<usize> {
        const SCRIPTS: &str = "scripts and handlers of answers are not run here and were left out";
        let line = lines.first()?;
        let text = line.text.trim();
        if let Some(script) = opens_script(text) {
            self.gathered.notes.count(line.at, SCRIPTS);
            if script.contains("%}") {
                return Some(1);
            }
            let end = lines.iter().skip(1).position(|l| l.text.contains("%}"));
            return Some(end.map_or(lines.len(), |end| end + 2));
        }
        // Two braces alone begin a script of httpYac, which ends with two alone.
        let opens = text.strip_prefix("{{").is_some_and(|rest| {
            rest.chars()
                .all(|c| c.is_ascii_alphabetic() || "@+".contains(c))
        });
        let closes = |line: &Line| line.text.trim() == "}}";
        if let Some(end) = lines.iter().skip(1).position(closes).filter(|_| opens) {
            self.gathered.notes.count(line.at, SCRIPTS);
            return Some(end + 2);
        }
        if text.starts_with("?? ") {
            self.gathered.notes.count(
                line.at,
                "lines that say what is expected of an answer were left out",
            );
            return Some(1);
        }
        let is_script = |path: &str| {
            let path = path.trim();
            !path.contains(char::is_whitespace) && (path.ends_with(".js") || path.ends_with(".ts"))
        };
        if text.strip_prefix(['<', '>']).is_some_and(is_script) {
            self.gathered.notes.count(line.at, SCRIPTS);
            return Some(1);
        }
        let saves = text.strip_prefix(">>").or_else(|| text.strip_prefix("<> "));
        let path = saves.map(|path| path.trim_start_matches('!').trim());
        if path.is_some_and(|path| !path.is_empty() && !path.contains(char::is_whitespace)) {
            self.gathered
                .notes
                .count(line.at, "lines that keep answers in files were left out");
            return Some(1);
        }
        None
    }

    fn request(&mut self, about: About, method: String, url: String, lines: &[Line]) {
        let at = lines[0].at;
        if OTHER_CALLS.contains(&method.as_str()) {
            return self.gathered.notes.count(
                at,
                "calls are no HTTP requests (WebSocket, gRPC and others) and were left out",
            );
        }
        let mut url = url;
        let mut rows: Vec<Param> = Vec::new();
        let mut next = 1;
        while next < lines.len() && !lines[next].text.trim().is_empty() {
            let line = lines[next];
            let text = line.text.trim();
            let is_indented = line.text.starts_with([' ', '\t']);
            if text.starts_with(['?', '&']) && !text.starts_with("?? ")
                || (is_indented
                    && rows.is_empty()
                    && text.starts_with('/')
                    && !text.starts_with("//"))
            {
                url.push_str(without_version(self.asked(line)));
            } else if comment(text).is_some() || variable(text).is_some() {
            } else if let Some(length) = self.aside(&lines[next..]) {
                next += length;
                continue;
            } else if let Some((name, value)) = text.split_once(':') {
                let value = self.gathered.variables.plain(value.trim());
                rows.push(Param::new(name.trim(), value));
            } else {
                self.gathered
                    .notes
                    .add(line.at, "this line is no header and was left out");
            }
            next += 1;
        }
        let is_graphql = method == "GRAPHQL"
            || rows.iter().any(|row| {
                row.name.eq_ignore_ascii_case("x-request-type")
                    && row.value.eq_ignore_ascii_case("graphql")
            });
        rows.retain(|row| !row.name.eq_ignore_ascii_case("x-request-type"));
        let method = match method.as_str() {
            "GRAPHQL" => "POST",
            other => other,
        };
        let mut spec = RequestSpec::new(method, "");
        let url = self.gathered.variables.plain(&url);
        let url = self.with_host(url, &mut rows, at);
        let url = self.gathered.url(&mut spec, &url, at);
        (spec.url, spec.params) = self.gathered.lifter.taken_apart(&url);
        for row in rows {
            self.header(&mut spec, row, at);
        }
        self.body(&mut spec, &lines[next.min(lines.len())..], is_graphql);
        let name = match (about.title.is_empty(), about.name.is_empty()) {
            (false, _) => about.title,
            (true, false) => about.name.clone(),
            (true, true) => title_of(&spec),
        };
        let number = self.gathered.count();
        if let Some(place) = self.named.get_mut(&about.name) {
            *place = Some(number);
        }
        self.gathered.request(&name, spec);
    }

    /// A path alone belongs to the host of the header, as HTTP itself writes it.
    fn with_host(&mut self, url: String, rows: &mut Vec<Param>, at: usize) -> String {
        let is_host = |row: &Param| row.name.eq_ignore_ascii_case("host");
        let Some(place) = rows.iter().position(is_host) else {
            return url;
        };
        let is_all = url == "*";
        if !url.starts_with('/') && !is_all {
            return url;
        }
        let url = if is_all {
            self.gathered.notes.count(
                    at,
                    "requests ask for *, the server as a whole, which cannot be sent here; the path / is asked for in its place",
                );
            "/".to_owned()
        } else {
            url
        };
        let host = rows.remove(place).value;
        let scheme = if host.ends_with(":443") || host.ends_with(":8443") {
            "https"
        } else {
            "http"
        };
        if scheme == "http" {
            self.gathered.notes.count(
                at,
                "a URL is only a path, and its host stands in a header; http:// is taken, as the other program does",
            );
        }
        format!("{scheme}://{host}{url}")
    }

    fn header(&mut self, spec: &mut RequestSpec, row: Param, at: usize) {
        if !row.name.eq_ignore_ascii_case("authorization") {
            return self.gathered.header(spec, row);
        }
        let (scheme, rest) = row.value.split_once(' ').unwrap_or((&row.value, ""));
        let rest = rest.trim();
        if self.is_of_answer(rest) {
            // It is captured as the calls are made, and never stands anywhere before.
            return spec.headers.push(row);
        }
        match scheme.to_ascii_lowercase().as_str() {
            "basic" => {
                let bare = with_pieces(rest, |piece| {
                    matches!(piece, Piece::Name(_) | Piece::Token(_)).then(String::new)
                });
                match rest.split_once(char::is_whitespace) {
                    Some((user, password)) => {
                        let pair = format!("{user}:{}", password.trim());
                        self.gathered.basic(spec, &pair, "header Authorization");
                    }
                    None if bare.contains(':') => {
                        self.gathered.basic(spec, rest, "header Authorization");
                    }
                    None => self.gathered.header(spec, row),
                }
            }
            "digest" if !rest.contains('=') => self.gathered.notes.count(
                at,
                "requests answer a challenge of Digest, which a token with digest = { user, password } does here",
            ),
            "aws" | "cognito" => self
                .gathered
                .notes
                .count(at, "requests are signed for AWS, which is not done here"),
            _ => self.gathered.header(spec, row),
        }
    }

    /// Whether a text is `{{name.response.…}}` of a request that is here, and nothing else.
    fn is_of_answer(&self, text: &str) -> bool {
        let names = names_in(text);
        let [name] = names[..] else { return false };
        let known = self.gathered.variables.raw(name);
        text.len() == name.len() + 4 && known.is_some_and(|raw| self.pointer(raw).is_some())
    }

    /// The request that a name refers to, and where in its answer: `login.response.body.$.id`
    fn pointer<'r>(&self, raw: &'r str) -> Option<(&'r str, String)> {
        let (name, place) = raw.split_once(".response.body.")?;
        self.named.get(name)?;
        let place = place.strip_prefix("$.").unwrap_or(place);
        let mut pointer = String::new();
        for part in place.split('.') {
            let (word, indices) = part.split_at(part.find('[').unwrap_or(part.len()));
            if word.is_empty() || word.contains(['*', '$', '~', '/']) {
                return None;
            }
            pointer.push('/');
            pointer.push_str(word);
            for index in indices.split_inclusive(']') {
                let index = index.strip_prefix('[')?.strip_suffix(']')?;
                let index = index.trim_matches(['\'', '"']);
                if index.is_empty() || index.contains(['*', '?', '~', '/', ':']) {
                    return None;
                }
                pointer.push('/');
                pointer.push_str(index);
            }
        }
        Some((name, pointer))
    }

    /// What later requests take out of earlier answers is captured by the steps.
    fn capture(&mut self) {
        for (raw, name) in self.gathered.variables.all_names() {
            let Some((request, pointer)) = self.pointer(&raw) else {
                continue;
            };
            if self.gathered.lifter.is_inside(&name) {
                continue;
            }
            if let Some(Some(number)) = self.named.get(request) {
                self.gathered.capture(*number, &name, &pointer);
            }
        }
    }
}

/// `@name login`
fn name_in(comment: &str) -> Option<&str> {
    let name = comment.strip_prefix("@name")?;
    let name = name.strip_prefix([' ', '\t', '='])?.trim();
    (!name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests;
