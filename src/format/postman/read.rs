//! From a collection to requests: the folders in their order, what each hands down, and what is
//! said of the parts that no request of ours can hold.

use crate::format::FormatError;
use crate::format::collection::CollectionBuilder;
use crate::format::har::Watch;
use crate::format::node::{Members, Node};
use crate::format::notes::{offset_of, plain};
use crate::model::{Body, Collection, Secret, TokenName, cut};

/// Folders within folders that are walked into.
const MOST_DEEP: usize = 40;

/// Whether a text is a collection rather than other JSON.
pub fn is_collection(text: &str) -> bool {
    let start = text.trim_start_matches('\u{feff}').trim_start();
    if !start.starts_with('{') {
        return false;
    }
    if start.contains("getpostman.com/json/collection")
        || start.contains("postman.com/json/collection")
    {
        return true;
    }
    let marks = ["\"item\"", "\"_postman_", "\"requests\"", "\"values\""];
    if !marks.iter().any(|mark| start.contains(mark)) {
        return false;
    }
    let members = Node::of(start).ok().and_then(Node::members);
    members.is_some_and(|members| {
        holds_items(&members)
            || inner(&members).is_some()
            || is_first_version(&members)
            || is_environment(&members)
    })
}

/// Whether these are a collection's, which may have lost what is said of the whole.
fn holds_items(members: &Members) -> bool {
    let Some(items) = members.get("item").and_then(Node::list) else {
        return false;
    };
    let is_entry = |node: &Node| {
        let entry = node.members();
        entry.is_some_and(|entry| entry.get("request").is_some() || entry.get("item").is_some())
    };
    members.get("info").is_some() || items.first().is_some_and(is_entry)
}

/// Whether this is a collection of version 1, which holds its requests in one list.
fn is_first_version(members: &Members) -> bool {
    let is_request = |node: &Node| {
        let request = node.members();
        request
            .is_some_and(|request| request.get("method").is_some() && request.get("url").is_some())
    };
    let has_order = ["order", "folders", "folders_order"]
        .iter()
        .any(|name| members.get(name).is_some());
    has_order && members.list("requests").first().is_some_and(is_request)
}

/// Whether this is an environment, or the globals.
fn is_environment(members: &Members) -> bool {
    let is_value = |node: &Node| {
        let value = node.members();
        value.is_some_and(|value| value.get("key").is_some() && value.get("enabled").is_some())
    };
    let is_own = |name: &str| {
        ["id", "name", "values", "timestamp"].contains(&name) || name.starts_with("_postman_")
    };
    members.get("_postman_variable_scope").is_some()
        || members.list("values").first().is_some_and(is_value)
            && members.iter().all(|(name, _)| is_own(name))
}

/// The collection within the answer of Postman's own API.
fn inner<'t>(members: &Members<'t>) -> Option<Members<'t>> {
    let inner = members.get("collection")?.members()?;
    inner.get("item").is_some().then_some(inner)
}

/// Reads every request of a collection; `file` is named in the error. Tokens that are found get
/// names that are not `taken`, but for values that are `known` by one.
pub fn read(
    text: &str,
    file: &str,
    taken: &[TokenName],
    known: &dyn Fn(&Secret) -> Option<TokenName>,
    watch: Watch,
) -> Result<Collection, FormatError> {
    let json = text.trim_start_matches('\u{feff}');
    let wrong = |offset: usize, problem: String, remedy: &str| {
        Err(FormatError::at(file, json, offset, problem, remedy))
    };
    let root = match Node::of(json) {
        Ok(root) => root,
        Err(error) => {
            let offset = if error.is_eof() {
                json.len()
            } else {
                offset_of(json, error.line(), error.column())
            };
            return wrong(
                offset,
                format!("this is no collection of Postman: {}", plain(&error)),
                "Export the collection again, as Collection v2.1.",
            );
        }
    };
    let members = root.members().unwrap_or_default();
    let members = inner(&members).unwrap_or(members);
    let Some(items) = members.get("item").and_then(Node::list) else {
        let has = |name: &str| members.get(name).is_some();
        return if has("requests") {
            wrong(
                root.at,
                "this is a collection of Postman, version 1, and 2.0 and 2.1 are read".to_owned(),
                "Export it from Postman again, as Collection v2.1.",
            )
        } else if has("values") {
            wrong(
                root.at,
                "this is an environment of Postman, which holds values and no requests".to_owned(),
                "Import the collection; give the values with --var NAME=VALUE, or under variables in config.toml.",
            )
        } else {
            wrong(
                root.at,
                "this is no collection of Postman: it has no list \"item\"".to_owned(),
                "Export the collection from Postman, as Collection v2.1.",
            )
        };
    };
    let mut reader = PostmanReader {
        gathered: CollectionBuilder::new(json, taken, known),
        watch,
        length: json.len(),
    };
    reader.variables(&members);
    reader.scripts(&members);
    let folder = Folder {
        path: String::new(),
        auth: members.get("auth"),
        depth: 0,
    };
    reader.items(items, &folder);
    let info = members.get("info").and_then(Node::members);
    let title = info.and_then(|info| info.text("name")).unwrap_or_default();
    Ok(reader.gathered.finish("postman", &title))
}

pub(super) struct PostmanReader<'a, 'w> {
    pub(super) gathered: CollectionBuilder<'a>,
    watch: Watch<'w>,
    length: usize,
}

/// What a folder hands down to what is in it.
struct Folder<'t> {
    path: String,
    auth: Option<Node<'t>>,
    depth: usize,
}

impl PostmanReader<'_, '_> {
    fn items(&mut self, items: Vec<Node>, folder: &Folder) {
        for item in items {
            (self.watch)(item.at * 99 / self.length.max(1));
            let Some(members) = item.members() else {
                self.gathered
                    .notes
                    .add(item.at, "this entry is no request and was left out");
                continue;
            };
            self.item(&members, item.at, folder);
        }
    }

    fn item(&mut self, members: &Members, at: usize, folder: &Folder) {
        let name = members.text("name").unwrap_or_default();
        self.scripts(members);
        if members
            .text("description")
            .or_else(|| members.get("description")?.members()?.text("content"))
            .is_some_and(|text| !text.trim().is_empty())
        {
            self.gathered.notes.count(at, "descriptions were left out");
        }
        if let Some(items) = members.get("item") {
            let Some(items) = items.list() else {
                return self
                    .gathered
                    .notes
                    .add(items.at, "this folder has no list of requests");
            };
            if folder.depth == MOST_DEEP {
                return self
                    .gathered
                    .notes
                    .count(at, "folders lie too deep and were left out");
            }
            self.variables(members);
            let inside = Folder {
                path: format!("{}{} / ", folder.path, cut(name.trim(), 40)),
                auth: members.get("auth").or(folder.auth),
                depth: folder.depth + 1,
            };
            return self.items(items, &inside);
        }
        let Some(request) = members.get("request") else {
            return self.gathered.notes.add(
                at,
                "this entry is neither a request nor a folder and was left out",
            );
        };
        if !self.gathered.has_room(at) {
            return;
        }
        let examples = members.list("response").len();
        for _ in 0..examples {
            self.gathered.notes.count(
                at,
                "saved answers were left out: what is expected comes from a call that was made",
            );
        }
        if let Some(mut spec) = self.request(request, folder.auth) {
            let behaviour = members.get("protocolProfileBehavior");
            let behaviour = behaviour.and_then(Node::members).unwrap_or_default();
            let never_has = ["GET", "HEAD", "COPY", "PURGE", "UNLOCK"];
            if spec.body != Body::Empty
                && never_has.contains(&spec.method.as_str())
                && !behaviour.is_true("disableBodyPruning")
            {
                spec.body = Body::Empty;
                self.gathered.notes.count(
                    at,
                    "bodies were left out that Postman keeps, and does not send with such a method",
                );
            }
            let name = match name.trim() {
                "" => format!("{} {}", spec.method, spec.url),
                name => name.to_owned(),
            };
            self.gathered
                .request(&format!("{}{name}", folder.path), spec);
        }
    }

    /// The variables of a collection or a folder. Those further out were there first.
    fn variables(&mut self, members: &Members) {
        for node in members.list("variable") {
            let Some(row) = node.members() else { continue };
            let name = ["key", "id", "name"].iter().find_map(|key| row.text(key));
            let Some(name) = name.filter(|name| !name.trim().is_empty()) else {
                continue;
            };
            if row.is_true("disabled") || self.gathered.variables.has(&name) {
                continue;
            }
            let value = row.text("value").unwrap_or_default();
            let is_secret = row.text("type").is_some_and(|kind| kind == "secret");
            self.gathered
                .variables
                .set(&name, &value, is_secret, node.at);
        }
        let CollectionBuilder {
            variables, lifter, ..
        } = &mut self.gathered;
        variables.fill(lifter);
    }

    /// Scripts that do something; an editor leaves empty ones behind.
    fn scripts(&mut self, members: &Members) {
        for event in members.list("event") {
            let script = event.members().and_then(|event| event.get("script"));
            let script = script.and_then(Node::members).and_then(|s| s.get("exec"));
            let has_words = |node: Node| node.text().is_some_and(|text| !text.trim().is_empty());
            let does = script.is_some_and(|exec| match exec.list() {
                Some(lines) => lines.into_iter().any(has_words),
                None => has_words(exec),
            });
            if does {
                self.gathered.notes.count(
                    event.at,
                    "scripts and tests are not run here and were left out",
                );
            }
        }
    }
}
