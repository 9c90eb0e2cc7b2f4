//! Reads Insomnia exports: version 4, a list of resources in JSON, and version 5, a collection in
//! YAML. Requests come in the order of their folders. No credential stays in a request.

use super::FormatError;
use super::call::{Call, Manner, Sent, with_own};
use super::collection::CollectionBuilder;
use super::credentials::{KeyPlace, Proof};
use super::har::Watch;
use super::node::{Members, Node};
use super::notes::{offset_of, plain};
use super::outline;
use super::written;
use super::yaml::Yaml;
use crate::model::{Collection, Param, Part, Secret, TokenName, cut};
use std::collections::HashMap;

/// How many levels of folders are read.
const MOST_DEEP: usize = 40;
/// The most own values of the folders around a request.
const MOST_OWN: usize = 200;
const FIFTH: &str = "collection.insomnia.rest/5";
const REMEDY: &str =
    "Export the collection again from Insomnia: as Insomnia v4 (JSON) or v5 (YAML).";
const OTHER_CALLS: &str =
    "calls are no HTTP requests (WebSocket, gRPC and others) and were left out";

/// Whether a text looks like an Insomnia export of version 4 or 5.
pub fn is_export(text: &str) -> bool {
    let text = text.trim_start_matches('\u{feff}').trim_start();
    if text.starts_with('{') {
        let is = |name: &str, mark: &str| {
            let mut members = outline::members(text);
            members.any(|(found, value)| found == name && value.contains(mark))
        };
        is("__export_format", "") && is("resources", "_type") || is("type", FIFTH)
    } else {
        text.lines().take(20).any(|line| {
            let value = line.strip_prefix("type:").map(str::trim);
            value.is_some_and(|value| value.trim_matches(['"', '\'']).contains("insomnia.rest/5"))
        })
    }
}

/// Reads every request of an export; `file` is named in the error.
pub fn read(
    text: &str,
    file: &str,
    taken: &[TokenName],
    known: &dyn Fn(&Secret) -> Option<TokenName>,
    watch: Watch,
) -> Result<Collection, FormatError> {
    let text = text.trim_start_matches('\u{feff}');
    let json = if text.trim_start().starts_with('{') {
        text.to_owned()
    } else {
        let mut yaml = Yaml::parse(text).map_err(|wrong| FormatError {
            place: format!("{file}:{}:{}", wrong.line, wrong.column),
            problem: wrong.problem,
            remedy: REMEDY.to_owned(),
        })?;
        yaml.write_texts();
        yaml.root.to_string()
    };
    let root = Node::of(&json).map_err(|error| {
        let offset = if error.is_eof() {
            json.len()
        } else {
            offset_of(&json, error.line(), error.column())
        };
        let problem = format!("this is no export of Insomnia: {}", plain(&error));
        FormatError::at(file, &json, offset, problem, REMEDY)
    })?;
    watch(50);
    let members = root.members().unwrap_or_default();
    // Places in the JSON made from YAML are not those of the file.
    let is_same = json.len() == text.len();
    let mut reader = InsomniaReader {
        gathered: CollectionBuilder::new(if is_same { text } else { "" }, taken, known),
        own: Vec::new(),
    };
    let title = match members.get("resources").and_then(Node::list) {
        Some(resources) => reader.fourth(&resources),
        None => {
            let kind = members.text("type").unwrap_or_default();
            if !kind.contains(FIFTH) {
                let what = match kind.split('.').next().unwrap_or_default() {
                    "spec" => "a description of an API within Insomnia",
                    "environment" => "an environment of Insomnia, which holds no requests",
                    "mock" => "a mock server of Insomnia",
                    _ => "no collection of Insomnia",
                };
                let problem = format!("this is {what}");
                return Err(FormatError::at(file, text, 0, problem, REMEDY));
            }
            reader.fifth(&members);
            members.text("name").unwrap_or_default()
        }
    };
    Ok(reader.gathered.finish("insomnia", &title))
}

struct InsomniaReader<'a> {
    gathered: CollectionBuilder<'a>,
    /// The values of the folders around the current request.
    own: Vec<(String, String)>,
}

/// Flattens nested values into names joined by full stops.
fn flat(before: &str, data: Node, depth: usize, out: &mut Vec<(String, String)>) {
    let Some(members) = data.members().filter(|_| depth < 8) else {
        return;
    };
    for (name, node) in members.iter() {
        let name = format!("{before}{name}");
        match node.text() {
            Some(value) if out.len() < MOST_OWN => out.push((name, tidy(&value))),
            Some(_) => {}
            None => flat(&format!("{name}."), node, depth + 1, out),
        }
    }
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

impl<'t> Folder<'t> {
    fn inside(&self, name: &str, members: &Members<'t>) -> Folder<'t> {
        let own = members.get("authentication").filter(|node| {
            let kind = node.members().and_then(|auth| auth.text("type"));
            kind.is_some_and(|kind| !kind.is_empty() && kind != "inherit")
        });
        Folder {
            path: format!("{}{} / ", self.path, cut(name.trim(), 40)),
            auth: own.or(self.auth),
            headers: [self.headers.clone(), members.list("headers")].concat(),
            own: {
                let mut own = self.own.clone();
                if let Some(data) = members.get("environment") {
                    flat("", data, 0, &mut own);
                }
                own
            },
            depth: self.depth + 1,
        }
    }
}

impl InsomniaReader<'_> {
    /// Reads version 4, where each resource names its folder; the order is that of the list.
    fn fourth<'t>(&mut self, resources: &[Node<'t>]) -> String {
        let all: Vec<(Node<'t>, Members<'t>)> = resources
            .iter()
            .filter_map(|node| Some((*node, node.members()?)))
            .collect();
        let kind = |members: &Members| members.text("_type").unwrap_or_default();
        let mut folders: HashMap<String, &Members<'t>> = HashMap::new();
        let mut title = String::new();
        let (mut base, mut others) = (Vec::new(), Vec::new());
        let mut bases: Vec<String> = Vec::new();
        for (_, members) in &all {
            let id = members.text("_id").unwrap_or_default();
            let parent = members.text("parentId").unwrap_or_default();
            match kind(members).as_str() {
                "request_group" => {
                    folders.insert(id, members);
                }
                "workspace" if title.is_empty() => {
                    title = members.text("name").unwrap_or_default();
                }
                "environment" if !bases.contains(&parent) => {
                    bases.push(id);
                    base.push(members.clone());
                }
                "environment" => others.push(members.clone()),
                _ => {}
            }
        }
        self.environments(&base, &others);
        for members in folders.values() {
            if let Some(data) = members.get("environment") {
                self.values(data);
            }
        }
        self.fill();
        for (node, members) in &all {
            match kind(members).as_str() {
                "request" => {
                    let mut chain = Vec::new();
                    let mut parent = members.text("parentId").unwrap_or_default();
                    while let Some(folder) = folders.get(&parent) {
                        chain.push(*folder);
                        if chain.len() == MOST_DEEP {
                            break;
                        }
                        parent = folder.text("parentId").unwrap_or_default();
                    }
                    let mut folder = Folder::default();
                    for members in chain.into_iter().rev() {
                        folder = folder.inside(&members.text("name").unwrap_or_default(), members);
                    }
                    self.request(members, node.at, &folder);
                }
                "grpc_request" | "websocket_request" | "socketio_request" | "mcp_request" => {
                    self.gathered.notes.count(node.at, OTHER_CALLS);
                }
                _ => {}
            }
        }
        title
    }

    fn fifth(&mut self, members: &Members) {
        if let Some(environments) = members.get("environments").and_then(Node::members) {
            let others = environments.list("subEnvironments");
            let others: Vec<Members> = others.into_iter().filter_map(Node::members).collect();
            self.environments(&[environments], &others);
        }
        self.folder_values(&members.list("collection"), 0);
        self.fill();
        self.items(&members.list("collection"), &Folder::default());
    }

    fn folder_values(&mut self, items: &[Node], depth: usize) {
        for item in items {
            let Some(members) = item.members() else {
                continue;
            };
            if let Some(data) = members.get("environment") {
                self.values(data);
            }
            if depth < MOST_DEEP {
                self.folder_values(&members.list("children"), depth + 1);
            }
        }
    }

    fn items(&mut self, items: &[Node], folder: &Folder) {
        for item in items {
            let Some(members) = item.members() else {
                continue;
            };
            let name = members.text("name").unwrap_or_default();
            if members.get("children").is_some() {
                if folder.depth == MOST_DEEP {
                    self.gathered
                        .notes
                        .count(item.at, "folders lie too deep and were left out");
                    continue;
                }
                let inside = folder.inside(&name, &members);
                self.items(&members.list("children"), &inside);
            } else if members.text("method").is_some() {
                self.request(&members, item.at, folder);
            } else if members.text("url").is_some() {
                self.gathered.notes.count(item.at, OTHER_CALLS);
            }
        }
    }

    /// Reads the values of the base environment, and of the first one below it where the base has
    /// none.
    fn environments(&mut self, base: &[Members], others: &[Members]) {
        for environment in base {
            if let Some(data) = environment.get("data") {
                self.values(data);
            }
        }
        let mut others = others.iter();
        let Some(first) = others.next() else { return };
        if let Some(data) = first.get("data") {
            let name = cut(&first.text("name").unwrap_or_default(), 60);
            self.gathered.notes.add(
                data.at,
                &format!("values that the base environment does not give are those of the environment {name}"),
            );
            self.values(data);
        }
        for other in others {
            let at = other.get("data").map_or(0, |data| data.at);
            self.gathered
                .notes
                .count(at, "further environments were left out");
        }
    }

    /// Adds the values that are not there yet.
    fn values(&mut self, data: Node) {
        let mut found = Vec::new();
        flat("", data, 0, &mut found);
        for (name, value) in found {
            if !self.gathered.variables.has(&name) {
                self.gathered.variables.set(&name, &value, false, data.at);
            }
        }
    }

    fn fill(&mut self) {
        let CollectionBuilder {
            variables, lifter, ..
        } = &mut self.gathered;
        variables.fill(lifter);
    }

    fn text(&mut self, text: &str) -> String {
        let text = with_own(&tidy(text), &self.own);
        self.gathered.variables.plain(&text)
    }

    fn member(&mut self, members: &Members, name: &str) -> String {
        self.text(&members.text(name).unwrap_or_default())
    }

    fn rows(&mut self, rows: Vec<Node>) -> Vec<Param> {
        let rows = rows.into_iter().filter_map(Node::members).map(|row| {
            let name = self.member(&row, "name");
            let value = self.member(&row, "value");
            Param {
                enabled: !row.is_true("disabled"),
                ..Param::new(name, value)
            }
        });
        let rows: Vec<Param> = rows.collect();
        rows.into_iter()
            .filter(|row| !row.name.is_empty())
            .collect()
    }

    fn request(&mut self, members: &Members, at: usize, folder: &Folder) {
        self.own.clone_from(&folder.own);
        let name = members.text("name").unwrap_or_default();
        let mut url = self.member(members, "url");
        for row in members.list("pathParameters") {
            let Some(row) = row.members() else { continue };
            let name = row.text("name").unwrap_or_default();
            let value = match self.member(&row, "value") {
                value if value.is_empty() => self.text(&format!("{{{{{name}}}}}")),
                value => written::COMPONENT.encoded(&value),
            };
            url = with_path_value(&url, &name, &value);
        }
        let mut call = Call {
            at,
            name: match name.trim() {
                "" => String::new(),
                name => format!("{}{name}", folder.path),
            },
            method: members.text("method").unwrap_or_default(),
            url,
            form_signs: Some(written::FLEXIBLE),
            ..Call::default()
        };
        call.params = self.rows(members.list("parameters"));
        let settings = members.get("settings").and_then(Node::members);
        let is_off = |node: Option<Node>| node.is_some_and(|node| !node.is_true());
        let is_raw = is_off(members.get("settingEncodeUrl"))
            || is_off(settings.as_ref().and_then(|all| all.get("encodeUrl")));
        let rebuilds = !is_off(members.get("settingRebuildPath"))
            && !is_off(settings.and_then(|all| all.get("rebuildPath")));
        call.query_signs = Some(if is_raw {
            written::AS_IS
        } else {
            written::FLEXIBLE
        });
        if !rebuilds {
            call.manner = Manner::PathAsIs;
        }
        call.headers = self.rows(folder.headers.clone());
        call.lay_over(self.rows(members.list("headers")));
        let own = members.get("authentication").filter(|node| {
            let auth = node.members().unwrap_or_default();
            let kind = auth.text("type").unwrap_or_default();
            !kind.is_empty() && kind != "inherit"
        });
        if let Some(auth) = own.or(folder.auth).and_then(Node::members) {
            self.auth(&mut call, &auth, at);
        }
        if let Some(body) = members.get("body").and_then(Node::members) {
            self.body(&mut call, &body, at);
        }
        for script in ["preRequestScript", "afterResponseScript"] {
            let text = members.text(script).or_else(|| {
                let scripts = members.get("scripts").and_then(Node::members)?;
                scripts.text(match script {
                    "preRequestScript" => "preRequest",
                    _ => "afterResponse",
                })
            });
            if text.is_some_and(|text| !text.trim().is_empty()) {
                self.gathered
                    .notes
                    .count(at, "scripts and tests are not run here and were left out");
            }
        }
        self.gathered.call(call);
    }

    fn auth(&mut self, call: &mut Call, auth: &Members, at: usize) {
        if auth.is_true("disabled") {
            return;
        }
        let proof = match auth.text("type").unwrap_or_default().as_str() {
            "none" => Proof::None,
            "basic" => Proof::Basic {
                user: self.member(auth, "username"),
                password: self.member(auth, "password"),
            },
            "bearer" | "singleToken" => Proof::Bearer {
                prefix: match self.member(auth, "prefix") {
                    prefix if prefix == "NO_PREFIX" => String::new(),
                    prefix => prefix,
                },
                value: self.member(auth, "token"),
                kind: "bearer",
            },
            "oauth2" => Proof::oauth(String::new()),
            "apikey" => Proof::Key {
                name: self.member(auth, "key"),
                value: self.member(auth, "value"),
                place: KeyPlace::of(&auth.text("addTo").unwrap_or_default()),
            },
            _ => Proof::Other,
        };
        self.gathered.prove(call, proof, at);
    }

    fn body(&mut self, call: &mut Call, body: &Members, at: usize) {
        let kind = body.text("mimeType").unwrap_or_default();
        let params = body.list("params");
        if kind.starts_with("multipart/") {
            let mut parts = Vec::new();
            for row in params.into_iter().filter_map(Node::members) {
                let is_file = row.text("type").is_some_and(|kind| kind == "file");
                let name = self.member(&row, "name");
                let value = if is_file {
                    let path = self.member(&row, "fileName");
                    match self.gathered.file(&path, at) {
                        Some(path) => path,
                        None => continue,
                    }
                } else {
                    self.member(&row, "value")
                };
                parts.push(Part {
                    name,
                    value,
                    is_file,
                    is_off: row.is_true("disabled"),
                    ..Part::default()
                });
            }
            call.body = Sent::Parts(parts);
        } else if kind.starts_with("application/x-www-form-urlencoded") && !params.is_empty() {
            call.typed(&kind);
            call.body = Sent::Form(self.rows(params));
        } else if let Some(path) = body.text("fileName").filter(|path| !path.is_empty()) {
            let path = self.text(&path);
            if let Some(path) = self.gathered.file(&path, at) {
                call.typed(&kind);
                call.body = Sent::File(path);
            }
        } else if let Some(text) = body.text("text").filter(|text| !text.is_empty()) {
            call.typed(match kind.as_str() {
                "application/graphql" => "application/json",
                kind => kind,
            });
            call.body = Sent::Text(self.text(&text));
        }
    }
}

/// Replaces `:name` in the path of a URL by a value.
fn with_path_value(url: &str, name: &str, value: &str) -> String {
    let (path, query) = url.split_at(url.find('?').unwrap_or(url.len()));
    let parts = path.split('/').map(|part| match part.strip_prefix(':') {
        Some(found) if found == name => value,
        _ => part,
    });
    parts.collect::<Vec<_>>().join("/") + query
}

/// Turns `{{ _.name }}` into `{{name}}`, and `{% uuid 'v4' %}` into a value made for each call.
fn tidy(text: &str) -> String {
    if !text.contains("{{") && !text.contains("{%") {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find(['{']) {
        out.push_str(&rest[..open]);
        rest = &rest[open..];
        let is_tag = rest.starts_with("{%");
        let close = if is_tag { "%}" } else { "}}" };
        // Look only so far, because a text may be full of braces that nothing closes.
        let near: String = rest.chars().take(2_000).collect();
        let found = near
            .find(close)
            .filter(|_| is_tag || rest.starts_with("{{"));
        let Some(length) = found else {
            out.push('{');
            rest = &rest[1..];
            continue;
        };
        let inside = rest[2..length].trim();
        rest = &rest[length + 2..];
        if is_tag {
            let word = inside.split_whitespace().next().unwrap_or("made");
            out.extend(["{{$", word, "}}"]);
            continue;
        }
        let name = inside.split('|').next().unwrap_or_default().trim();
        let name = name.strip_prefix("_.").unwrap_or(name);
        let name = name
            .strip_prefix("_['")
            .and_then(|name| name.strip_suffix("']"))
            .unwrap_or(name);
        out.extend(["{{", name, "}}"]);
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::sample::read_whole;
    use crate::model::{Auth, Body};

    fn collection(text: &str) -> Collection {
        read_whole(text, "insomnia")
    }

    fn told(read: &Collection) -> Vec<String> {
        let steps = read.requests.iter();
        steps
            .map(|step| format!("{}: {} {}", step.name, step.spec.method, step.spec.url))
            .collect()
    }

    const FOURTH: &str = r#"{"_type":"export","__export_format":4,"__export_date":"2026-01-01T00:00:00.000Z","resources":[
        {"_id":"req_1","parentId":"fld_1","name":"make","_type":"request","method":"POST","url":"{{ _.base }}/cards/:id","body":{"mimeType":"application/json","text":"{\"a\": \"{{ _.word }}\", \"u\": \"{% uuid 'v4' %}\"}"},"parameters":[{"name":"q","value":"1"},{"name":"off","value":"2","disabled":true}],"pathParameters":[{"name":"id","value":"7"}],"headers":[{"name":"X-A","value":"b"}],"authentication":{"type":"bearer","token":"{{ _.key }}"}},
        {"_id":"req_2","parentId":"wrk_1","name":"up","_type":"request","method":"POST","url":"{{ _.base }}/up","body":{"mimeType":"multipart/form-data","params":[{"name":"note","value":"hi"},{"name":"file","type":"file","fileName":"../up/a.txt"}]},"authentication":{"type":"basic","username":"kim","password":"planted-2"}},
        {"_id":"fld_1","parentId":"wrk_1","name":"Cards","_type":"request_group"},
        {"_id":"grpc_1","parentId":"wrk_1","_type":"grpc_request"},
        {"_id":"wrk_1","parentId":null,"name":"Acme","_type":"workspace"},
        {"_id":"env_1","parentId":"wrk_1","name":"Base","data":{"base":"https://a.example","word":"x","key":"planted-1"},"_type":"environment"}]}"#;

    #[test]
    fn an_export_of_version_4_is_read_with_folders_values_and_credentials() {
        let read = collection(FOURTH);
        assert_eq!(
            told(&read),
            [
                "Cards / make: POST {{base}}/cards/7",
                "up: POST {{base}}/up"
            ]
        );
        assert_eq!(read.base.as_deref(), Some("https://a.example"));
        assert_eq!(read.title, "Acme");
        let spec = &read.requests[0].spec;
        assert_eq!(
            spec.body,
            Body::Text("{\"a\": \"{{word}}\", \"u\": \"{{uuid}}\"}".into())
        );
        assert!(matches!(&spec.auth, Auth::Bearer(token) if token.as_str() == "key"));
        let params: Vec<_> = spec
            .params
            .iter()
            .map(|p| (&p.name[..], p.enabled))
            .collect();
        assert_eq!(params, [("q", true), ("off", false)]);
        let Body::Multipart(parts) = &read.requests[1].spec.body else {
            panic!("{read:?}")
        };
        let parts: Vec<_> = parts.iter().map(|p| (&p.value[..], p.is_file)).collect();
        assert_eq!(parts, [("hi", false), ("a.txt", true)]);
        let said = format!("{:?}", read.notes);
        assert!(said.contains("no HTTP requests"), "{said}");
        assert!(said.contains("{{uuid}}"), "{said}");
    }

    #[test]
    fn a_collection_of_version_5_is_read_with_its_scalars_as_written() {
        let read = collection(
            "type: collection.insomnia.rest/5.0\nname: Acme\nmeta:\n  id: wrk_1\ncollection:\n  - name: Cards\n    meta:\n      id: fld_1\n    headers:\n      - name: X-Folder\n        value: 1.10\n    authentication:\n      type: apikey\n      key: X-Key\n      value: planted-1\n    children:\n      - url: \"{{ _.host }}/cards\"\n        name: list\n        method: GET\n        parameters:\n          - name: v\n            value: 007\n          - name: e\n            value: 1e3\n        headers:\n          - name: X-B\n            value: no\n  - url: https://b.example/q\n    name: ask\n    method: POST\n    body:\n      mimeType: application/graphql\n      text: '{\"query\":\"{ me }\"}'\n  - url: wss://c.example\n    name: talk\nenvironments:\n  name: Base\n  data: {}\n  subEnvironments:\n    - name: prod\n      data:\n        host: https://a.example\n    - name: dev\n      data:\n        host: https://dev.example\n",
        );
        assert_eq!(
            told(&read),
            [
                "Cards / list: GET {{base}}/cards",
                "ask: POST https://b.example/q"
            ]
        );
        let pairs = |rows: &[Param]| -> Vec<(String, String)> {
            rows.iter()
                .map(|p| (p.name.clone(), p.value.clone()))
                .collect()
        };
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let spec = &read.requests[0].spec;
        assert_eq!(pairs(&spec.params), [pair("v", "007"), pair("e", "1e3")]);
        assert_eq!(
            pairs(&spec.headers),
            [
                pair("X-Folder", "1.10"),
                pair("X-B", "no"),
                pair("X-Key", "{{token:x-key}}")
            ]
        );
        assert_eq!(
            pairs(&read.requests[1].spec.headers),
            [pair("Content-Type", "application/json")]
        );
        let said = format!("{:?}", read.notes);
        assert!(said.contains("the environment prod"), "{said}");
        assert!(
            said.contains("Further environments were left out"),
            "{said}"
        );
    }

    #[test]
    fn what_is_no_export_is_not_taken_for_one() {
        for text in [
            "",
            "{}",
            "{\"resources\":[]}",
            "type: x\n",
            "{\"_type\":\"export\"}",
        ] {
            assert!(!is_export(text), "{text}");
        }
        assert!(is_export(FOURTH));
        assert!(
            read(
                "type: collection.insomnia.rest/5.0\na: [",
                "a",
                &[],
                &|_| None,
                &mut |_| ()
            )
            .is_err()
        );
    }
}
