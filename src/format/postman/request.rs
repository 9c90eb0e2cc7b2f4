//! One request of a collection: its URL in text or in pieces, its headers, and its body in each
//! of the modes that Postman has.

use super::read::PostmanReader;
use crate::format::collection::CollectionBuilder;
use crate::format::node::{Members, Node};
use crate::model::{Body, Param, Part, RequestSpec, cut, lightly_encoded};
use serde_json::json;

const OFF: &str =
    "parameters, headers or members are switched off, and a session file does not keep them";

impl PostmanReader<'_, '_> {
    /// `None` where it asks nobody; that is said.
    pub(super) fn request(&mut self, node: Node, handed_down: Option<Node>) -> Option<RequestSpec> {
        // A text alone is a URL.
        let members = match node.text() {
            Some(_) => Members::default(),
            None => node.members().unwrap_or_default(),
        };
        let url = match node.text() {
            Some(_) => Some(node),
            None => members.get("url"),
        };
        let method = members.text("method").unwrap_or_default();
        let method = match method.trim() {
            "" => "GET".to_owned(),
            method => cut(method, 40),
        };
        let mut spec = RequestSpec::new(method, "");
        let Some(()) = url.and_then(|url| self.address(&mut spec, url)) else {
            self.gathered
                .notes
                .add(node.at, "this request has no URL and was left out");
            return None;
        };
        self.headers(&mut spec, &members);
        if let Some(auth) = members.get("auth").or(handed_down) {
            self.auth(&mut spec, auth);
        }
        if let Some(body) = members.get("body").filter(|node| !node.is_null()) {
            self.body(&mut spec, body);
        }
        for (name, what) in [
            ("proxy", "proxies of requests were left out"),
            (
                "certificate",
                "client certificates of requests were left out",
            ),
        ] {
            if let Some(node) = members.get(name) {
                self.gathered.notes.count(node.at, what);
            }
        }
        Some(spec)
    }

    fn address(&mut self, spec: &mut RequestSpec, node: Node) -> Option<()> {
        let pieces = node.members();
        let raw = match &pieces {
            None => node.text()?,
            Some(pieces) => match pieces.text("raw").filter(|raw| !raw.trim().is_empty()) {
                Some(raw) => raw,
                None => joined(pieces)?,
            },
        };
        let raw = self.gathered.variables.plain(raw.trim());
        // A fragment is never sent.
        let raw = raw.split('#').next().unwrap_or_default();
        if raw.is_empty() {
            return None;
        }
        let listed = pieces.as_ref().and_then(|pieces| pieces.get("query"));
        let listed = listed.and_then(Node::list);
        let whole = match &listed {
            Some(_) => raw.split('?').next().unwrap_or_default(),
            None => raw,
        };
        let whole = self.gathered.url(spec, whole, node.at);
        let whole = self.with_path_variables(&whole, pieces.as_ref());
        match listed {
            None => (spec.url, spec.params) = self.gathered.lifter.taken_apart(&whole),
            Some(rows) => {
                spec.url = self.gathered.lifter.url(&whole);
                for (row, is_pair) in self.rows_and_signs(rows) {
                    // As it is typed it may be escaped already; a plus goes out as one.
                    let mut pair = lightly_encoded(&row.name, b"=");
                    if is_pair {
                        pair.push('=');
                        pair.push_str(&lightly_encoded(&row.value, b""));
                    }
                    let mut pair = Param {
                        enabled: row.enabled,
                        ..Param::of_query(&pair)
                    };
                    let lifter = &mut self.gathered.lifter;
                    pair.set_value(lifter.named("parameter", &pair.name, &pair.value));
                    spec.params.push(pair);
                }
            }
        }
        Some(())
    }

    /// `/runbooks/:id` as `/runbooks/{{id}}`; the value that stands beside it is the variable's.
    fn with_path_variables(&mut self, url: &str, pieces: Option<&Members>) -> String {
        let start = url.find("://").map_or(0, |scheme| scheme + 3);
        let start = url[start..].find('/').map_or(url.len(), |at| start + at);
        let (before, rest) = url.split_at(start);
        let end = rest.find('?').unwrap_or(rest.len());
        let (path, query) = rest.split_at(end);
        if !path.contains("/:") {
            return url.to_owned();
        }
        let values = pieces.map(|pieces| pieces.list("variable"));
        let values: Vec<Members> = values
            .unwrap_or_default()
            .into_iter()
            .filter_map(Node::members)
            .collect();
        let parts = path.split('/').map(|part| {
            let Some(name) = part.strip_prefix(':').filter(|name| !name.is_empty()) else {
                return part.to_owned();
            };
            let is_named = |row: &&Members| {
                let key = row.text("key").or_else(|| row.text("id"));
                key.as_deref() == Some(name)
            };
            let value = values
                .iter()
                .find(is_named)
                .and_then(|row| row.text("value"));
            self.path_variable(name, value.unwrap_or_default().trim())
        });
        let path = parts.collect::<Vec<_>>().join("/");
        format!("{before}{path}{query}")
    }

    fn path_variable(&mut self, name: &str, value: &str) -> String {
        let variables = &mut self.gathered.variables;
        let value = variables.plain(value);
        // A variable of the collection, handed on.
        if value.contains("{{") {
            return value;
        }
        // The same name may have another value elsewhere.
        for number in 1..100 {
            let tried = match number {
                1 => name.to_owned(),
                _ => format!("{name}-{number}"),
            };
            let ours = variables.plain(&format!("{{{{{tried}}}}}"));
            let inside = ours.trim_start_matches('{').trim_end_matches('}');
            match variables.value(inside) {
                Some(known) if known != value && !value.is_empty() => continue,
                Some(_) => return ours,
                None if value.is_empty() => return ours,
                None => {
                    variables.set(&tried, &value, false, 0);
                    self.gathered.lifter.define(inside, &value);
                    return ours;
                }
            }
        }
        value
    }

    fn headers(&mut self, spec: &mut RequestSpec, members: &Members) {
        let Some(node) = members.get("header") else {
            return;
        };
        let rows = match (node.list(), node.text()) {
            (Some(rows), _) => self.rows(rows),
            (None, Some(text)) => {
                let lines = text
                    .lines()
                    .filter(|line| !line.trim_start().starts_with("//"));
                let rows = lines.filter_map(|line| line.split_once(':'));
                let variables = &mut self.gathered.variables;
                rows.map(|(name, value)| Param::new(name.trim(), variables.plain(value.trim())))
                    .collect()
            }
            (None, None) => return,
        };
        for mut row in rows {
            row.name = row.name.trim().to_owned();
            self.gathered.header(spec, row);
        }
    }

    /// `key`, `value` and `disabled`, as they stand in many places.
    fn rows(&mut self, rows: Vec<Node>) -> Vec<Param> {
        let rows = self.rows_and_signs(rows);
        rows.into_iter().map(|(row, _)| row).collect()
    }

    /// The same, each with whether it has a value at all.
    fn rows_and_signs(&mut self, rows: Vec<Node>) -> Vec<(Param, bool)> {
        let rows = rows
            .into_iter()
            .filter_map(|node| Some((node.at, node.members()?)));
        let CollectionBuilder {
            notes, variables, ..
        } = &mut self.gathered;
        let rows = rows.map(|(at, row)| {
            let name = row.text("key").unwrap_or_default();
            // The editor for many rows at once switches one off by two slashes.
            let (name, is_remark) = match name.strip_prefix("//") {
                Some(name) => (name.trim_start().to_owned(), true),
                None => (name, false),
            };
            let enabled = !row.is_true("disabled") && !is_remark;
            if !enabled {
                notes.count(at, OFF);
            }
            let value = row.text("value");
            let is_pair = value.is_some();
            let row = Param {
                name: variables.plain(&name),
                value: variables.plain(&value.unwrap_or_default()),
                enabled,
                literal: false,
                written: None,
            };
            (row, is_pair)
        });
        rows.filter(|(row, _)| !row.name.is_empty()).collect()
    }

    fn body(&mut self, spec: &mut RequestSpec, node: Node) {
        let Some(body) = node.members().filter(|body| !body.is_true("disabled")) else {
            return;
        };
        let mode = body.text("mode").unwrap_or_default();
        match mode.as_str() {
            "raw" => {
                let text = body.text("raw").unwrap_or_default();
                let options = body.get("options").and_then(Node::members);
                let raw = options.and_then(|options| options.get("raw")?.members());
                let language = raw.and_then(|raw| raw.text("language"));
                self.raw(spec, &text, language.as_deref());
            }
            "urlencoded" => self.form(spec, &body),
            "formdata" => self.parts(spec, &body),
            "graphql" => self.graphql(spec, &body),
            "file" => {
                let file = body.get("file");
                let path = file.and_then(|file| file.members()?.text("src").or(file.text()));
                match path {
                    Some(path) => {
                        let path = self.gathered.file(&path, node.at);
                        spec.body = path.map_or(Body::Empty, Body::File);
                    }
                    None => self
                        .gathered
                        .notes
                        .count(node.at, "bodies are files that nobody chose"),
                }
            }
            "" => {}
            _ => self
                .gathered
                .notes
                .count(node.at, "bodies of a kind that is not known were left out"),
        }
    }

    fn raw(&mut self, spec: &mut RequestSpec, text: &str, language: Option<&str>) {
        let text = self.gathered.variables.plain(text);
        if text.is_empty() {
            return;
        }
        let media_type = match language {
            Some("json") => "application/json",
            Some("xml") => "application/xml",
            Some("html") => "text/html",
            Some("javascript") => "application/javascript",
            // As it goes out where nothing says what it is.
            Some("text") | None => "text/plain",
            _ => "",
        };
        if !media_type.is_empty() && !is_typed(spec) {
            spec.headers.push(Param::new("Content-Type", media_type));
        }
        spec.body = self.gathered.lifter.text_body(text, false);
    }

    fn form(&mut self, spec: &mut RequestSpec, body: &Members) {
        let Some(node) = body.get("urlencoded") else {
            return;
        };
        let Some(rows) = node.list() else {
            let text = node.text().unwrap_or_default();
            let text = self.gathered.variables.plain(&text);
            spec.body = self.gathered.form(&text);
            return;
        };
        let mut rows = self.rows(rows);
        for row in &mut rows {
            row.value = self.gathered.lifter.named("form", &row.name, &row.value);
        }
        if !rows.is_empty() {
            spec.body = Body::Form(rows);
        }
    }

    fn parts(&mut self, spec: &mut RequestSpec, body: &Members) {
        let mut parts = Vec::new();
        for node in body.list("formdata") {
            let Some(row) = node.members() else { continue };
            if row.is_true("disabled") {
                self.gathered.notes.count(node.at, OFF);
            }
            let name = row.text("key").unwrap_or_default();
            let name = self.gathered.variables.plain(&name);
            let part = Part {
                is_off: row.is_true("disabled"),
                media_type: row.text("contentType").filter(|kind| !kind.is_empty()),
                name,
                ..Part::default()
            };
            if row.text("type").is_some_and(|kind| kind == "file") {
                let source = row.get("src");
                let paths: Vec<String> = match source.and_then(Node::list) {
                    Some(list) => list.into_iter().filter_map(Node::text).collect(),
                    None => source.and_then(Node::text).into_iter().collect(),
                };
                if paths.is_empty() {
                    self.gathered.notes.count(
                        node.at,
                        "parts are files that nobody chose and were left out",
                    );
                }
                for path in paths {
                    parts.extend(self.gathered.file(&path, node.at).map(|value| Part {
                        value,
                        is_file: true,
                        ..part.clone()
                    }));
                }
                continue;
            }
            let value = row.text("value").unwrap_or_default();
            let value = self.gathered.variables.plain(&value);
            let lifter = &mut self.gathered.lifter;
            let value = lifter.named("part", &part.name, &value);
            let value = lifter.body(&value);
            parts.push(Part { value, ..part });
        }
        if !parts.is_empty() {
            // It would name a boundary that is written anew.
            spec.headers
                .retain(|row| !row.name.eq_ignore_ascii_case("content-type"));
            spec.body = Body::Multipart(parts);
        }
    }

    /// As it travels: JSON with the query as a text.
    fn graphql(&mut self, spec: &mut RequestSpec, body: &Members) {
        let Some(graphql) = body.get("graphql").and_then(Node::members) else {
            return;
        };
        let query = graphql.text("query").unwrap_or_default();
        // An editor keeps them as a text, and other programs as what they are.
        let variables = graphql.get("variables").map(|node| match node.text() {
            Some(text) => text,
            None => node.raw().to_owned(),
        });
        let mut text = graphql_text(&query, &variables.unwrap_or_default());
        if let Some(name) = graphql
            .text("operationName")
            .filter(|name| !name.is_empty())
        {
            text.insert_str(
                text.len() - 1,
                &format!(",\"operationName\":{}", json!(name)),
            );
        }
        self.raw(spec, &text, Some("json"));
    }
}

/// The JSON that a GraphQL request travels as. The variables are JSON already.
pub fn graphql_text(query: &str, variables: &str) -> String {
    let query = json!(query);
    match variables.trim() {
        "" => format!("{{\"query\":{query}}}"),
        variables => format!("{{\"query\":{query},\"variables\":{variables}}}"),
    }
}

fn is_typed(spec: &RequestSpec) -> bool {
    let named = |row: &Param| row.enabled && row.name.eq_ignore_ascii_case("content-type");
    spec.headers.iter().any(named)
}

/// The pieces of a URL that has no text of its own.
fn joined(pieces: &Members) -> Option<String> {
    let words = |name: &str, sign: &str| {
        let node = pieces.get(name)?;
        let Some(list) = node.list() else {
            return node.text();
        };
        let word = |node: Node| node.text().or_else(|| node.members()?.text("value"));
        let words: Vec<String> = list.into_iter().filter_map(word).collect();
        Some(words.join(sign))
    };
    let host = words("host", ".").filter(|host| !host.is_empty())?;
    let mut url = String::new();
    if let Some(protocol) = pieces.text("protocol").filter(|text| !text.is_empty()) {
        url.push_str(protocol.trim_end_matches("://"));
        url.push_str("://");
    }
    url.push_str(&host);
    if let Some(port) = pieces.text("port").filter(|text| !text.is_empty()) {
        url.push(':');
        url.push_str(&port);
    }
    if let Some(path) = words("path", "/").filter(|path| !path.is_empty()) {
        if !path.starts_with('/') {
            url.push('/');
        }
        url.push_str(&path);
    }
    Some(url)
}
