//! Reads a Bruno collection that was exported as JSON, folder by folder.

use super::shared::{METHODS, graphql, queried, with_path_value, without_remarks};
use crate::format::FormatError;
use crate::format::call::{Call, Manner, Sent, with_own};
use crate::format::collection::CollectionBuilder;
use crate::format::credentials::{KeyPlace, Proof};
use crate::format::har::Watch;
use crate::format::node::{Members, Node};
use crate::format::notes::{offset_of, plain};
use crate::format::outline;
use crate::format::written;
use crate::model::{Collection, Param, Part, Secret, TokenName, cut};

/// How many levels of folders are read.
const MOST_DEEP: usize = 40;
/// The most own values of a folder or request that are read.
const MOST_OWN: usize = 100;

/// Whether a text looks like a Bruno collection exported as JSON.
pub fn is_collection(text: &str) -> bool {
    outline::has(text, "items")
        && (outline::has(text, "brunoConfig")
            || outline::has(text, "name")
                && text.contains("\"request\"")
                && text.contains("\"mode\"")
                && !outline::has(text, "info"))
}

/// Reads every request of an exported collection; `file` is named in the error.
pub fn read(
    text: &str,
    file: &str,
    taken: &[TokenName],
    known: &dyn Fn(&Secret) -> Option<TokenName>,
    watch: Watch,
) -> Result<Collection, FormatError> {
    let root = Node::of(text).map_err(|error| {
        let offset = if error.is_eof() {
            text.len()
        } else {
            offset_of(text, error.line(), error.column())
        };
        FormatError::at(
            file,
            text,
            offset,
            format!("this is no collection of Bruno: {}", plain(&error)),
            "Export the collection from Bruno again, as a Bruno collection.",
        )
    })?;
    watch(50);
    let members = root.members().unwrap_or_default();
    let mut reader = BrunoExportReader {
        gathered: CollectionBuilder::new(text, taken, known),
        own: Vec::new(),
    };
    let mut environments = members.list("environments").into_iter();
    if let Some(first) = environments.next().and_then(Node::members) {
        for node in first.list("variables") {
            let Some(row) = node.members() else { continue };
            let name = row.text("name").unwrap_or_default();
            let value = row.text("value").unwrap_or_default();
            if !name.is_empty() && is_on(&row) {
                let variables = &mut reader.gathered.variables;
                variables.set(&name, &value, row.is_true("secret"), node.at);
            }
        }
    }
    for other in environments {
        reader
            .gathered
            .notes
            .count(other.at, "further environments were left out");
    }
    let CollectionBuilder {
        variables, lifter, ..
    } = &mut reader.gathered;
    variables.fill(lifter);
    let whole = members.get("root").and_then(Node::members);
    let outer = whole
        .and_then(|root| root.get("request"))
        .and_then(Node::members);
    let folder = Folder {
        auth: outer.as_ref().and_then(|request| request.get("auth")),
        headers: outer
            .map(|request| request.list("headers"))
            .unwrap_or_default(),
        ..Folder::default()
    };
    reader.items(members.list("items"), &folder);
    let title = members.text("name").unwrap_or_default();
    Ok(reader.gathered.finish("bruno", &title))
}

fn is_on(row: &Members) -> bool {
    row.get("enabled").is_none_or(Node::is_true)
}

/// What a folder passes on to its requests.
#[derive(Clone, Default)]
struct Folder<'t> {
    path: String,
    auth: Option<Node<'t>>,
    headers: Vec<Node<'t>>,
    /// The folder's own values, and those of the folders around it.
    own: Vec<(String, String)>,
    depth: usize,
}

struct BrunoExportReader<'a> {
    gathered: CollectionBuilder<'a>,
    /// The values of the current request and of the folders around it.
    own: Vec<(String, String)>,
}

/// The own values of a request, a folder or the collection.
fn own_of(request: &Members) -> Vec<(String, String)> {
    let vars = request.get("vars").and_then(Node::members);
    let rows = vars.map(|vars| vars.list("req")).unwrap_or_default();
    let rows = rows.into_iter().filter_map(Node::members).filter(is_on);
    let rows = rows.filter_map(|row| {
        let name = row.text("name").filter(|name| !name.is_empty())?;
        Some((name, row.text("value")?))
    });
    rows.take(MOST_OWN).collect()
}

impl BrunoExportReader<'_> {
    fn items<'t>(&mut self, items: Vec<Node<'t>>, folder: &Folder<'t>) {
        for item in items {
            let Some(members) = item.members() else {
                continue;
            };
            let name = members.text("name").unwrap_or_default();
            let kind = members.text("type").unwrap_or_default();
            if members.get("items").is_some() {
                if folder.depth == MOST_DEEP {
                    self.gathered
                        .notes
                        .count(item.at, "folders lie too deep and were left out");
                    continue;
                }
                let own = members.get("root").and_then(Node::members);
                let own = own
                    .and_then(|root| root.get("request"))
                    .and_then(Node::members);
                let auth = own.as_ref().and_then(|request| request.get("auth"));
                let values = own.as_ref().map(own_of).unwrap_or_default();
                let headers = own
                    .map(|request| request.list("headers"))
                    .unwrap_or_default();
                let inside = Folder {
                    path: format!("{}{} / ", folder.path, cut(name.trim(), 40)),
                    auth: auth.filter(is_own).or(folder.auth),
                    headers: [folder.headers.clone(), headers].concat(),
                    own: [folder.own.clone(), values].concat(),
                    depth: folder.depth + 1,
                };
                self.items(members.list("items"), &inside);
            } else if let Some(request) = members.get("request").and_then(Node::members)
                && !matches!(
                    kind.as_str(),
                    "grpc" | "grpc-request" | "ws" | "ws-request" | "js"
                )
            {
                let settings = members.get("settings");
                self.request(&request, item.at, &name, folder, settings);
            } else if kind != "js" {
                self.gathered.notes.count(
                    item.at,
                    "calls are no HTTP requests (WebSocket, gRPC and others) and were left out",
                );
            }
        }
    }

    fn text(&mut self, members: &Members, name: &str) -> String {
        let text = members.text(name).unwrap_or_default();
        self.gathered.variables.plain(&with_own(&text, &self.own))
    }

    fn rows(&mut self, rows: Vec<Node>) -> Vec<Param> {
        let mut kept = Vec::new();
        for row in rows.into_iter().filter_map(Node::members) {
            let name = self.text(&row, "name");
            let value = self.text(&row, "value");
            if !name.is_empty() {
                kept.push(Param {
                    enabled: is_on(&row),
                    ..Param::new(name, value)
                });
            }
        }
        kept
    }

    fn request(
        &mut self,
        request: &Members,
        at: usize,
        name: &str,
        folder: &Folder,
        settings: Option<Node>,
    ) {
        self.own = [folder.own.clone(), own_of(request)].concat();
        let method = request.text("method").unwrap_or_default();
        let method = if METHODS.iter().any(|m| m.eq_ignore_ascii_case(&method)) {
            method.to_ascii_uppercase()
        } else {
            method
        };
        let mut url = self.text(request, "url");
        let rows = request.list("params");
        let is_path = |node: &Node| {
            let row = node.members();
            row.is_some_and(|row| row.text("type").is_some_and(|kind| kind == "path"))
        };
        let (paths, queries): (Vec<Node>, Vec<Node>) = rows.into_iter().partition(is_path);
        for row in self.rows(paths) {
            url = with_path_value(&url, &row.name, &row.value);
        }
        let rows = self.rows(queries);
        let settings = request.get("settings").or(settings).and_then(Node::members);
        let is_encoded = settings.is_some_and(|all| all.is_true("encodeUrl"));
        let (url, params) = queried(url, rows, is_encoded);
        let mut call = Call {
            at,
            name: format!("{}{name}", folder.path),
            method,
            url,
            params,
            headers: self.rows(folder.headers.clone()),
            query_signs: Some(written::COMPONENT_OF_URL),
            form_signs: Some(written::FORM),
            manner: Manner::Browser,
            ..Call::default()
        };
        call.lay_over(self.rows(request.list("headers")));
        let auth = request.get("auth").filter(is_own).or(folder.auth);
        if let Some(auth) = auth.and_then(Node::members) {
            self.auth(&mut call, &auth, at);
        }
        if let Some(body) = request.get("body").and_then(Node::members) {
            self.body(&mut call, &body, at);
        }
        if request
            .text("tests")
            .is_some_and(|text| !text.trim().is_empty())
        {
            self.gathered
                .notes
                .count(at, "scripts and tests are not run here and were left out");
        }
        self.gathered.call(call);
    }

    fn auth(&mut self, call: &mut Call, auth: &Members, at: usize) {
        let mode = auth.text("mode").unwrap_or_default();
        let own = auth.get(&mode).and_then(Node::members).unwrap_or_default();
        let proof = match mode.as_str() {
            "" | "none" | "inherit" => Proof::None,
            "basic" => Proof::Basic {
                user: self.text(&own, "username"),
                password: self.text(&own, "password"),
            },
            "bearer" => Proof::bearer(self.text(&own, "token")),
            "oauth2" => Proof::oauth(self.text(&own, "token")),
            "apikey" => Proof::Key {
                name: self.text(&own, "key"),
                value: self.text(&own, "value"),
                place: KeyPlace::of(&own.text("placement").unwrap_or_default()),
            },
            _ => Proof::Other,
        };
        self.gathered.prove(call, proof, at);
    }

    fn body(&mut self, call: &mut Call, body: &Members, at: usize) {
        let mode = body.text("mode").unwrap_or_default();
        match mode.as_str() {
            "json" | "text" | "xml" | "sparql" => {
                let text = self.text(body, &mode);
                if text.is_empty() {
                    return;
                }
                call.typed(match mode.as_str() {
                    "json" => "application/json",
                    "xml" => "application/xml",
                    "sparql" => "application/sparql-query",
                    _ => "text/plain",
                });
                call.body = Sent::Text(match mode.as_str() {
                    "json" => without_remarks(&text),
                    _ => text,
                });
            }
            "formUrlEncoded" => {
                call.typed("application/x-www-form-urlencoded");
                call.body = Sent::Form(self.rows(body.list("formUrlEncoded")));
            }
            "multipartForm" => {
                let mut parts = Vec::new();
                for row in body
                    .list("multipartForm")
                    .into_iter()
                    .filter_map(Node::members)
                {
                    let part = Part {
                        name: self.text(&row, "name"),
                        is_off: !is_on(&row),
                        media_type: row.text("contentType").filter(|kind| !kind.is_empty()),
                        ..Part::default()
                    };
                    if row.text("type").is_some_and(|kind| kind == "file") {
                        let paths = row.list("value").into_iter().filter_map(Node::text);
                        let paths: Vec<String> = match row.text("value") {
                            Some(path) => vec![path],
                            None => paths.collect(),
                        };
                        for path in paths {
                            parts.extend(self.gathered.file(&path, at).map(|value| Part {
                                value,
                                is_file: true,
                                ..part.clone()
                            }));
                        }
                        continue;
                    }
                    parts.push(Part {
                        value: self.text(&row, "value"),
                        ..part
                    });
                }
                call.body = Sent::Parts(parts);
            }
            "graphql" => {
                let asked = body
                    .get("graphql")
                    .and_then(Node::members)
                    .unwrap_or_default();
                let query = asked.text("query").unwrap_or_default();
                let variables = asked.text("variables").unwrap_or_default();
                let text = with_own(&graphql(&query, &variables), &self.own);
                call.typed("application/json");
                call.body = Sent::Text(self.gathered.variables.plain(&text));
            }
            "file" => {
                let mut files = body.list("file").into_iter().filter_map(Node::members);
                let file = files.find(|row| row.get("selected").is_none_or(Node::is_true));
                let path = file.as_ref().and_then(|row| row.text("filePath"));
                match path.filter(|path| !path.is_empty()) {
                    Some(path) => {
                        if let Some(path) = self.gathered.file(&path, at) {
                            let kind = file.and_then(|row| row.text("contentType"));
                            call.typed(&kind.unwrap_or_default());
                            call.body = Sent::File(path);
                        }
                    }
                    None => self.gathered.notes.count(
                        at,
                        "bodies are files that are not named here and were left out",
                    ),
                }
            }
            _ => {}
        }
    }
}

fn is_own(node: &Node) -> bool {
    let mode = node.members().and_then(|auth| auth.text("mode"));
    mode.is_some_and(|mode| !mode.is_empty() && mode != "inherit")
}
