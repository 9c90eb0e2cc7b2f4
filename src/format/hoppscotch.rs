//! Reads Hoppscotch collections, one or a list of them, folder by folder. No credential stays in a
//! request.

use super::FormatError;
use super::call::{Call, Sent, with_own};
use super::collection::CollectionBuilder;
use super::credentials::{KeyPlace, Proof};
use super::har::Watch;
use super::node::{Members, Node};
use super::notes::{offset_of, plain};
use super::outline;
use super::written;
use crate::model::{Collection, Param, Part, Secret, TokenName, cut};

/// How many levels of folders are read.
const MOST_DEEP: usize = 40;
/// The most own values of a folder or request that are read.
const MOST_OWN: usize = 100;

/// Whether a text looks like a Hoppscotch collection, or a list of them.
pub fn is_collection(text: &str) -> bool {
    let text = text.trim_start_matches('\u{feff}').trim_start();
    // A list of collections begins with the first.
    let first = text.strip_prefix('[').unwrap_or(text);
    let has = |name: &str| outline::has(first, name);
    has("requests")
        && has("folders")
        && (has("v") || first.contains("\"endpoint\""))
        && !has("order")
}

/// Reads every request; `file` is named in the error.
pub fn read(
    text: &str,
    file: &str,
    taken: &[TokenName],
    known: &dyn Fn(&Secret) -> Option<TokenName>,
    watch: Watch,
) -> Result<Collection, FormatError> {
    let json = text.trim_start_matches('\u{feff}');
    let root = Node::of(json).map_err(|error| {
        let offset = if error.is_eof() {
            json.len()
        } else {
            offset_of(json, error.line(), error.column())
        };
        FormatError::at(
            file,
            json,
            offset,
            format!("this is no collection of Hoppscotch: {}", plain(&error)),
            "Export the collection again, as Hoppscotch JSON.",
        )
    })?;
    watch(50);
    let all = root.list().unwrap_or_else(|| vec![root]);
    let all: Vec<Members> = all.into_iter().filter_map(Node::members).collect();
    let mut reader = HoppscotchReader {
        gathered: CollectionBuilder::new(json, taken, known),
        own: Vec::new(),
    };
    for members in &all {
        reader.variables(members, 0);
    }
    let CollectionBuilder {
        variables, lifter, ..
    } = &mut reader.gathered;
    variables.fill(lifter);
    let title = all.first().and_then(|first| first.text("name"));
    for members in &all {
        let path = match all.len() {
            1 => String::new(),
            _ => named(&members.text("name").unwrap_or_default(), ""),
        };
        reader.folder(
            members,
            &Folder {
                path,
                ..Folder::default()
            },
        );
    }
    Ok(reader
        .gathered
        .finish("hoppscotch", &title.unwrap_or_default()))
}

fn named(name: &str, before: &str) -> String {
    format!("{before}{} / ", cut(name.trim(), 40))
}

struct HoppscotchReader<'a> {
    gathered: CollectionBuilder<'a>,
    /// The variables of the current request, and of folders around it that differ from the
    /// collection's.
    own: Vec<(String, String)>,
}

/// What a folder passes on to its requests.
#[derive(Clone, Default)]
struct Folder<'t> {
    path: String,
    auth: Option<Node<'t>>,
    headers: Vec<Node<'t>>,
    own: Vec<(String, String)>,
    depth: usize,
}

impl HoppscotchReader<'_> {
    fn variables(&mut self, members: &Members, depth: usize) {
        for node in members.list("variables") {
            let Some(row) = node.members() else { continue };
            let name = row.text("key").unwrap_or_default();
            let value = value_of(&row);
            if !name.is_empty() && !self.gathered.variables.has(&name) {
                let value = tidy(&value.unwrap_or_default());
                self.gathered
                    .variables
                    .set(&name, &value, row.is_true("secret"), node.at);
            }
        }
        if depth < MOST_DEEP {
            for folder in members
                .list("folders")
                .into_iter()
                .filter_map(Node::members)
            {
                self.variables(&folder, depth + 1);
            }
        }
    }

    /// Folders come before requests, as in Hoppscotch.
    fn folder<'t>(&mut self, members: &Members<'t>, outer: &Folder<'t>) {
        let inside = Folder {
            path: outer.path.clone(),
            auth: members.get("auth").filter(is_own).or(outer.auth),
            headers: [outer.headers.clone(), members.list("headers")].concat(),
            own: match outer.depth {
                0 => Vec::new(),
                _ => [outer.own.clone(), own_of(members)].concat(),
            },
            depth: outer.depth + 1,
        };
        for node in members.list("folders") {
            let Some(members) = node.members() else {
                continue;
            };
            if inside.depth == MOST_DEEP {
                self.gathered
                    .notes
                    .count(node.at, "folders lie too deep and were left out");
                continue;
            }
            let name = members.text("name").unwrap_or_default();
            let folder = Folder {
                path: named(&name, &outer.path),
                ..inside.clone()
            };
            self.folder(&members, &folder);
        }
        for node in members.list("requests") {
            match node.members() {
                Some(members) if members.get("endpoint").is_some() || members.get("url").is_some() => {
                    self.request(&members, node.at, &inside);
                }
                Some(_) => self.gathered.notes.count(
                    node.at,
                    "calls are no HTTP requests (GraphQL, WebSocket and others have forms of their own) and were left out",
                ),
                None => {}
            }
        }
    }

    fn text(&mut self, members: &Members, name: &str) -> String {
        let text = tidy(&members.text(name).unwrap_or_default());
        self.gathered.variables.plain(&with_own(&text, &self.own))
    }

    fn rows(&mut self, rows: Vec<Node>) -> Vec<Param> {
        let mut kept = Vec::new();
        for row in rows.into_iter().filter_map(Node::members) {
            let name = self.text(&row, "key");
            let value = self.text(&row, "value");
            let is_off = row.get("active").is_some_and(|node| !node.is_true());
            if !name.is_empty() {
                kept.push(Param {
                    enabled: !is_off,
                    ..Param::new(name, value)
                });
            }
        }
        kept
    }

    fn request(&mut self, members: &Members, at: usize, folder: &Folder) {
        let name = members.text("name").unwrap_or_default();
        let rows = members.list("requestVariables").into_iter();
        let rows = rows.filter_map(Node::members).filter_map(|row| {
            let is_off = row.get("active").is_some_and(|node| !node.is_true());
            let name = row.text("key").filter(|name| !name.is_empty() && !is_off)?;
            Some((name, tidy(&row.text("value")?)))
        });
        self.own = folder.own.clone();
        self.own.extend(rows.take(MOST_OWN));
        let mut url = self.text(members, "endpoint");
        if url.is_empty() {
            // The first versions split the URL in two parts.
            let path = self.text(members, "path");
            url = self.text(members, "url") + &path;
        }
        let mut call = Call {
            at,
            name: match name.trim() {
                "" => String::new(),
                name => format!("{}{name}", folder.path),
            },
            method: members.text("method").unwrap_or_default(),
            url,
            query_signs: Some(written::LOOSE),
            ..Call::default()
        };
        call.params = self.rows(members.list("params"));
        call.headers = self.rows(folder.headers.clone());
        call.lay_over(self.rows(members.list("headers")));
        let auth = members.get("auth").filter(is_own).or(folder.auth);
        if let Some(auth) = auth.and_then(Node::members) {
            self.auth(&mut call, &auth, at);
        }
        if let Some(body) = members.get("body").and_then(Node::members) {
            self.body(&mut call, &body, at);
        }
        for script in ["preRequestScript", "testScript"] {
            if members
                .text(script)
                .is_some_and(|text| !text.trim().is_empty())
            {
                self.gathered
                    .notes
                    .count(at, "scripts and tests are not run here and were left out");
            }
        }
        self.gathered.call(call);
    }

    fn auth(&mut self, call: &mut Call, auth: &Members, at: usize) {
        let is_off = auth.get("authActive").is_some_and(|node| !node.is_true());
        if is_off {
            return;
        }
        let proof = match auth.text("authType").unwrap_or_default().as_str() {
            "" | "none" | "inherit" => Proof::None,
            "basic" => Proof::Basic {
                user: self.text(auth, "username"),
                password: self.text(auth, "password"),
            },
            "bearer" => Proof::bearer(self.text(auth, "token")),
            "oauth-2" => {
                let grant = auth.get("grantTypeInfo").and_then(Node::members);
                let value = grant.and_then(|grant| grant.text("token"));
                let value = value.or_else(|| auth.text("token")).unwrap_or_default();
                Proof::oauth(tidy(&value))
            }
            "api-key" => Proof::Key {
                name: self.text(auth, "key"),
                value: self.text(auth, "value"),
                place: KeyPlace::of(&auth.text("addTo").unwrap_or_default()),
            },
            _ => Proof::Other,
        };
        self.gathered.prove(call, proof, at);
    }

    fn body(&mut self, call: &mut Call, body: &Members, at: usize) {
        let kind = body.text("contentType").unwrap_or_default();
        if kind.starts_with("multipart/") {
            let mut parts = Vec::new();
            for row in body.list("body").into_iter().filter_map(Node::members) {
                let name = self.text(&row, "key");
                let is_off = row.get("active").is_some_and(|node| !node.is_true());
                let is_file = row.is_true("isFile");
                if is_file {
                    // The export does not name the file.
                    self.gathered.notes.count(
                        at,
                        "files of parts are not named in the file: write the path where the variable stands",
                    );
                }
                let value = if is_file {
                    self.gathered.variables.plain("{{file}}")
                } else {
                    self.text(&row, "value")
                };
                parts.push(Part {
                    name,
                    value,
                    is_file,
                    is_off,
                    media_type: row.text("contentType").filter(|kind| !kind.is_empty()),
                    ..Part::default()
                });
            }
            call.body = Sent::Parts(parts);
            return;
        }
        let text = self.text(body, "body");
        if text.is_empty() {
            return;
        }
        call.typed(&kind);
        call.body = match kind.starts_with("application/x-www-form-urlencoded") {
            // One pair per line, `name: value`; a `#` switches it off.
            true if !text.contains('=') || text.contains(": ") => {
                let rows = text.lines().filter_map(|line| {
                    let (name, value) = line.split_once(':')?;
                    let bare = name.trim().trim_start_matches('#').trim();
                    Some(Param {
                        enabled: !name.trim_start().starts_with('#'),
                        ..Param::new(bare, value.trim())
                    })
                });
                Sent::Form(rows.collect())
            }
            _ => Sent::Text(text),
        };
    }
}

/// The values of a folder.
fn own_of(members: &Members) -> Vec<(String, String)> {
    let rows = members.list("variables").into_iter();
    let rows = rows.filter_map(Node::members).filter_map(|row| {
        let name = row.text("key").filter(|name| !name.is_empty())?;
        Some((name, tidy(&value_of(&row)?)))
    });
    rows.take(MOST_OWN).collect()
}

fn value_of(row: &Members) -> Option<String> {
    ["currentValue", "initialValue", "value"]
        .iter()
        .find_map(|key| row.text(key).filter(|value| !value.is_empty()))
}

fn is_own(node: &Node) -> bool {
    let kind = node.members().and_then(|auth| auth.text("authType"));
    kind.is_some_and(|kind| !kind.is_empty() && kind != "inherit")
}

/// Turns `<<name>>` into `{{name}}`; other text stays as it is.
fn tidy(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find("<<") {
        let inside = &rest[open + 2..];
        let length = inside.find(['<', '>', '\n']).unwrap_or(inside.len());
        let name = inside[..length].trim();
        out.push_str(&rest[..open]);
        if !inside[length..].starts_with(">>") || name.is_empty() || name.contains(['{', '}']) {
            out.push('<');
            rest = &rest[open + 1..];
            continue;
        }
        out.extend(["{{", name, "}}"]);
        rest = &inside[length + 2..];
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::sample::read_whole;
    use crate::model::{Auth, Body};

    const COLLECTION: &str = r#"{"v":2,"name":"Acme","headers":[{"key":"X-All","value":"1","active":true}],"auth":{"authType":"bearer","authActive":true,"token":"<<key>>"},
        "variables":[{"key":"key","currentValue":"planted-1","secret":true},{"key":"host","initialValue":"https://a.example"}],
        "folders":[{"v":2,"name":"Cards","folders":[],"requests":[
            {"v":"4","name":"make","method":"POST","endpoint":"<<host>>/cards","params":[{"key":"q","value":"1","active":true},{"key":"off","value":"2","active":false}],"headers":[],"auth":{"authType":"inherit","authActive":true},"body":{"contentType":"application/json","body":"{\"a\": \"<<word>>\", \"b\": \"1 << 2\"}"},"preRequestScript":"","testScript":"pw.expect(1)"}],"auth":{"authType":"inherit","authActive":true},"headers":[]}],
        "requests":[{"v":"4","name":"up","method":"POST","endpoint":"<<host>>/up","params":[],"headers":[],"auth":{"authType":"basic","authActive":true,"username":"kim","password":"planted-2"},"body":{"contentType":"multipart/form-data","body":[{"key":"note","value":"hi","active":true,"isFile":false},{"key":"f","value":[],"active":true,"isFile":true}]}},
            {"v":"4","name":"form","method":"POST","endpoint":"https://b.example/f","params":[],"headers":[],"auth":{"authType":"api-key","authActive":true,"key":"api_key","value":"planted-3","addTo":"QUERY_PARAMS"},"body":{"contentType":"application/x-www-form-urlencoded","body":"a: 1\n# b: 2"}}]}"#;

    fn collection(text: &str) -> Collection {
        read_whole(text, "hoppscotch")
    }

    #[test]
    fn a_collection_is_read_with_folders_values_and_credentials() {
        for text in [COLLECTION.to_owned(), format!("[{COLLECTION}]")] {
            let read = collection(&text);
            let told: Vec<String> = read
                .requests
                .iter()
                .map(|step| format!("{}: {} {}", step.name, step.spec.method, step.spec.url))
                .collect();
            assert_eq!(
                told,
                [
                    "Cards / make: POST {{base}}/cards",
                    "up: POST {{base}}/up",
                    "form: POST https://b.example/f"
                ]
            );
            assert_eq!(read.base.as_deref(), Some("https://a.example"));
            let spec = &read.requests[0].spec;
            assert!(matches!(&spec.auth, Auth::Bearer(token) if token.as_str() == "key"));
            assert_eq!(
                spec.body,
                Body::Text("{\"a\": \"{{word}}\", \"b\": \"1 << 2\"}".into())
            );
            let params: Vec<_> = spec
                .params
                .iter()
                .map(|p| (&p.name[..], p.enabled))
                .collect();
            assert_eq!(params, [("q", true), ("off", false)]);
            assert_eq!(spec.headers[0], Param::new("X-All", "1"));
            let Body::Multipart(parts) = &read.requests[1].spec.body else {
                panic!("{read:?}")
            };
            let parts: Vec<_> = parts.iter().map(|p| (&p.value[..], p.is_file)).collect();
            assert_eq!(parts, [("hi", false), ("{{file}}", true)]);
            let spec = &read.requests[2].spec;
            assert_eq!(
                spec.params,
                [Param::new("api_key", "{{token:api_key}}")].map(|mut row| {
                    row.value = "{{token:api-key}}".into();
                    row
                })
            );
            let Body::Form(rows) = &spec.body else {
                panic!("{spec:?}")
            };
            let rows: Vec<_> = rows.iter().map(|r| (&r.name[..], r.enabled)).collect();
            assert_eq!(rows, [("a", true), ("b", false)]);
        }
    }

    #[test]
    fn other_json_is_not_taken_for_a_collection() {
        for text in [
            "",
            "{}",
            "[]",
            "{\"requests\":[],\"folders\":[],\"order\":[]}",
            "[{\"v\":1}]",
        ] {
            assert!(!is_collection(text), "{text}");
        }
    }
}
