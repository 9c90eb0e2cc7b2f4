//! Requests of Bruno: a `.bru` file, and a collection that it exported as JSON. No credential
//! stays in a request.

mod blocks;
mod exported;
mod shared;

use super::FormatError;
use super::call::{Call, Manner, Sent};
use super::collection::CollectionBuilder;
use super::credentials::{KeyPlace, Proof};
use super::har::Watch;
use super::written;
use crate::model::{Collection, Param, Part, Secret, TokenName};
use blocks::{Block, blocks};
use shared::{METHODS, graphql, queried, with_path_value, without_remarks};

/// Whether a text is a file of Bruno: its first block says so, or it is an export of it.
pub fn is_requests(text: &str) -> bool {
    let text = text.trim_start_matches('\u{feff}').trim_start();
    if text.starts_with('{') {
        return exported::is_collection(text);
    }
    let first = text.lines().next().unwrap_or_default().trim_end();
    let Some(name) = first.strip_suffix('{').map(str::trim_end) else {
        return false;
    };
    let known = ["meta", "vars", "auth", "headers"];
    METHODS.contains(&name) || known.contains(&name) && text.contains("\n}")
}

/// Reads the request of a file, or all of an export; `file` is named in the error.
pub fn read(
    text: &str,
    file: &str,
    taken: &[TokenName],
    known: &dyn Fn(&Secret) -> Option<TokenName>,
    watch: Watch,
) -> Result<Collection, FormatError> {
    let text = text.trim_start_matches('\u{feff}');
    if text.trim_start().starts_with('{') {
        return exported::read(text, file, taken, known, watch);
    }
    let blocks = blocks(text);
    let mut gathered = CollectionBuilder::new(text, taken, known);
    for block in &blocks {
        if block.name.starts_with("vars") && block.name != "vars:post-response" {
            for row in block.rows() {
                if row.enabled {
                    gathered
                        .variables
                        .set(&row.name, &row.value, false, block.at);
                }
            }
        }
    }
    let CollectionBuilder {
        variables, lifter, ..
    } = &mut gathered;
    variables.fill(lifter);
    let named = |name: &str| blocks.iter().find(|block| block.name == name);
    let title = named("meta")
        .and_then(|meta| meta.value("name"))
        .unwrap_or_default();
    let asked = blocks
        .iter()
        .find(|block| METHODS.contains(&block.name) || block.name == "http");
    let Some(asked) = asked else {
        let what = if named("vars").is_some() {
            "this is an environment of Bruno, which holds values and no request"
        } else {
            "there is no request in this file"
        };
        return Err(FormatError::at(
            file,
            text,
            0,
            what,
            "Import the .bru file of a request, or the collection exported as JSON.",
        ));
    };
    let mut reader = BrunoReader { gathered };
    reader.request(&blocks, asked, &title);
    Ok(reader.gathered.finish("bruno", &title))
}

struct BrunoReader<'a> {
    gathered: CollectionBuilder<'a>,
}

impl BrunoReader<'_> {
    fn plain(&mut self, text: &str) -> String {
        self.gathered.variables.plain(text)
    }

    fn rows(&mut self, block: Option<&Block>) -> Vec<Param> {
        let rows = block.map(Block::rows).unwrap_or_default();
        rows.into_iter()
            .map(|row| Param {
                name: self.plain(&row.name),
                value: self.plain(&row.value),
                ..row
            })
            .collect()
    }

    fn request(&mut self, blocks: &[Block], asked: &Block, title: &str) {
        let named = |name: &str| blocks.iter().find(|block| block.name == name);
        let at = asked.at;
        let mut url = self.plain(&asked.value("url").unwrap_or_default());
        for row in self.rows(named("params:path")) {
            let value = if row.value.is_empty() {
                self.plain(&format!("{{{{{}}}}}", row.name))
            } else {
                row.value
            };
            url = with_path_value(&url, &row.name, &value);
        }
        let rows = self.rows(named("params:query").or_else(|| named("query")));
        let settings = named("settings").and_then(|settings| settings.value("encodeUrl"));
        let is_encoded = settings.is_some_and(|value| value == "true");
        let (url, params) = queried(url, rows, is_encoded);
        let method = match asked.name {
            "http" => asked.value("method").unwrap_or_default(),
            name => name.to_owned(),
        };
        let mut call = Call {
            at,
            name: title.to_owned(),
            method,
            url,
            params,
            headers: self.rows(named("headers")),
            query_signs: Some(written::COMPONENT_OF_URL),
            form_signs: Some(written::FORM),
            manner: Manner::Browser,
            ..Call::default()
        };
        for row in &mut call.headers {
            // A text over several lines is one line of a head.
            row.value = row.value.replace('\n', "");
        }
        self.auth(&mut call, blocks, &asked.value("auth").unwrap_or_default());
        self.body(&mut call, blocks, &asked.value("body").unwrap_or_default());
        for block in blocks {
            if block.name.starts_with("script") || block.name == "tests" || block.name == "assert" {
                self.gathered.notes.count(
                    block.at,
                    "scripts and tests are not run here and were left out",
                );
            } else if block.name == "vars:post-response" {
                self.gathered.notes.count(
                    block.at,
                    "variables are taken out of the answer there, which is not done here: a session's capture does it",
                );
            }
        }
        self.gathered.call(call);
    }

    fn auth(&mut self, call: &mut Call, blocks: &[Block], mode: &str) {
        let block = blocks
            .iter()
            .find(|block| block.name.strip_prefix("auth:") == Some(mode));
        let value = |name: &str| {
            block
                .and_then(|block| block.value(name))
                .unwrap_or_default()
        };
        let at = block.map_or(call.at, |block| block.at);
        let mut plain = |name: &str| self.gathered.variables.plain(&value(name));
        let proof = match mode {
            "" | "none" => Proof::None,
            "inherit" if call.header("authorization").is_some() => Proof::None,
            "inherit" => {
                return self.gathered.notes.count(
                    at,
                    "the credential is that of the folder or the collection, which stands in another file; give it as a token",
                );
            }
            "basic" => Proof::Basic {
                user: plain("username"),
                password: plain("password"),
            },
            "bearer" => Proof::bearer(plain("token")),
            "oauth2" => Proof::oauth(String::new()),
            "apikey" => Proof::Key {
                name: plain("key"),
                value: plain("value"),
                place: KeyPlace::of(&value("placement")),
            },
            _ => Proof::Other,
        };
        self.gathered.prove(call, proof, at);
    }

    fn body(&mut self, call: &mut Call, blocks: &[Block], mode: &str) {
        let names: &[&str] = match mode {
            "json" => &["body:json", "body"],
            "text" => &["body:text"],
            "xml" => &["body:xml"],
            "sparql" => &["body:sparql"],
            "form-urlencoded" | "formUrlEncoded" => &["body:form-urlencoded"],
            "multipart-form" | "multipartForm" => &["body:multipart-form"],
            "graphql" => &["body:graphql"],
            "file" => &["body:file"],
            _ => return,
        };
        let Some(block) = blocks.iter().find(|block| names.contains(&block.name)) else {
            return;
        };
        match block.name {
            "body:form-urlencoded" => {
                call.typed("application/x-www-form-urlencoded");
                call.body = Sent::Form(self.rows(Some(block)));
            }
            "body:multipart-form" => {
                let mut parts = Vec::new();
                for row in self.rows(Some(block)) {
                    parts.extend(self.part(row, block.at));
                }
                call.body = Sent::Parts(parts);
            }
            "body:file" => {
                let value = block.value("file").unwrap_or_default();
                if let Some((path, kind)) = file_in(&value)
                    && let Some(path) = self.gathered.file(path, block.at)
                {
                    call.typed(kind);
                    call.body = Sent::File(path);
                }
            }
            "body:graphql" => {
                let variables = blocks
                    .iter()
                    .find(|block| block.name == "body:graphql:vars");
                let variables = variables.map(Block::text).unwrap_or_default();
                let text = graphql(block.text().trim(), &variables);
                call.typed("application/json");
                call.body = Sent::Text(self.plain(&text));
            }
            name => {
                call.typed(match name {
                    "body:text" => "text/plain",
                    "body:xml" => "application/xml",
                    "body:sparql" => "application/sparql-query",
                    _ => "application/json",
                });
                let text = match name {
                    "body:json" | "body" => without_remarks(&block.text()),
                    _ => block.text(),
                };
                call.body = Sent::Text(self.plain(&text));
            }
        }
    }

    /// `@file(./a.txt) @contentType(text/plain)`, else a text.
    fn part(&mut self, row: Param, at: usize) -> Vec<Part> {
        let part = Part {
            name: row.name,
            is_off: !row.enabled,
            ..Part::default()
        };
        let Some((paths, kind)) = file_in(&row.value) else {
            let kind = row
                .value
                .rsplit_once("@contentType(")
                .and_then(|(text, kind)| {
                    Some((text.trim_end(), kind.trim_end().strip_suffix(')')?))
                });
            let (value, kind) = match kind {
                Some((text, kind)) => (text.to_owned(), Some(kind.to_owned())),
                None => (row.value, None),
            };
            return vec![Part {
                value,
                media_type: kind,
                ..part
            }];
        };
        let mut parts = Vec::new();
        for path in paths.split('|') {
            parts.extend(self.gathered.file(path, at).map(|value| Part {
                value,
                is_file: true,
                media_type: (!kind.is_empty()).then(|| kind.to_owned()),
                ..part.clone()
            }));
        }
        parts
    }
}

fn file_in(value: &str) -> Option<(&str, &str)> {
    let (path, behind) = value.trim().strip_prefix("@file(")?.split_once(')')?;
    let kind = behind.trim().strip_prefix("@contentType(");
    let kind = kind.and_then(|kind| kind.split_once(')'));
    Some((path, kind.map_or("", |(kind, _)| kind)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::sample::read_whole;
    use crate::model::{Auth, Body};
    use proptest::prelude::*;

    fn collection(text: &str) -> Collection {
        read_whole(text, "bruno")
    }

    #[test]
    fn a_file_of_one_request_is_read() {
        let read = collection(
            "meta {\n  name: make a card\n  type: http\n  seq: 1\n}\n\npost {\n  url: {{host}}/cards/:id?q=1\n  body: json\n  auth: bearer\n}\n\nparams:query {\n  q: 1\n  ~off: 2\n}\n\nparams:path {\n  id: 7\n}\n\nheaders {\n  X-A: b: c\n  ~X-Off: d\n}\n\nauth:bearer {\n  token: {{key}}\n}\n\nbody:json {\n  {\n    \"a\": \"{{word}}\",\n    \"b\": { \"c\": [] }\n  }\n}\n\nvars:pre-request {\n  key: planted-1\n  word: x\n}\n\nscript:pre-request {\n  let a = {};\n}\n",
        );
        let step = &read.requests[0];
        assert_eq!(
            (&step.name[..], &step.spec.method[..], &step.spec.url[..]),
            ("make a card", "POST", "{{base}}/cards/7")
        );
        let rows = |rows: &[Param]| -> Vec<(String, String, bool)> {
            let rows = rows.iter();
            rows.map(|r| (r.name.clone(), r.value.clone(), r.enabled))
                .collect()
        };
        let row = |name: &str, value: &str, on| (name.to_owned(), value.to_owned(), on);
        assert_eq!(
            rows(&step.spec.params),
            [row("q", "1", true), row("off", "2", false)]
        );
        assert_eq!(
            rows(&step.spec.headers),
            [
                row("X-A", "b: c", true),
                row("X-Off", "d", false),
                row("Content-Type", "application/json", true)
            ]
        );
        assert!(matches!(&step.spec.auth, Auth::Bearer(token) if token.as_str() == "key"));
        assert_eq!(
            step.spec.body,
            Body::Text("{\n  \"a\": \"{{word}}\",\n  \"b\": { \"c\": [] }\n}".into())
        );
        assert!(format!("{:?}", read.notes).contains("Scripts and tests"));
    }

    #[test]
    fn forms_parts_and_graphql_of_a_file_are_read() {
        let read = collection(
            "meta {\n  name: up\n}\npost {\n  url: https://a.example/up\n  body: multipartForm\n  auth: basic\n}\nauth:basic {\n  username: kim\n  password: planted-1\n}\nbody:multipart-form {\n  note: hi\n  file: @file(../up/a.txt) @contentType(text/plain)\n}\n",
        );
        let spec = &read.requests[0].spec;
        let Body::Multipart(parts) = &spec.body else {
            panic!("{spec:?}")
        };
        let told: Vec<_> = parts.iter().map(|p| (&p.value[..], p.is_file)).collect();
        assert_eq!(told, [("hi", false), ("a.txt", true)]);
        assert_eq!(spec.headers[0].value, "Basic {{token:basic}}");
        let read = collection(
            "meta {\n  name: q\n}\npost {\n  url: https://a.example/q\n  body: graphql\n}\nbody:graphql {\n  { me }\n}\nbody:graphql:vars {\n  { \"a\": 1 }\n}\n",
        );
        assert_eq!(
            read.requests[0].spec.body,
            Body::Text("{\"query\":\"{ me }\",\"variables\":{\"a\":1}}".into())
        );
    }

    #[test]
    fn an_exported_collection_is_read_with_its_folders() {
        let read = collection(
            r#"{"name":"Acme","version":"1","items":[{"type":"folder","name":"Cards","items":[{"type":"http","name":"list","seq":1,"request":{"url":"{{host}}/cards/:id?q=1","method":"GET","headers":[{"name":"X-A","value":"b","enabled":true}],"params":[{"name":"q","value":"1","type":"query","enabled":true},{"name":"id","value":"7","type":"path","enabled":true}],"body":{"mode":"none"},"auth":{"mode":"bearer","bearer":{"token":"planted-1"}}}}]},{"type":"http","name":"form","request":{"url":"https://b.example/f","method":"POST","headers":[],"params":[],"body":{"mode":"formUrlEncoded","formUrlEncoded":[{"name":"a","value":"1","enabled":true}]},"auth":{"mode":"none"}}},{"type":"http","name":"json","request":{"url":"https://b.example/j","method":"POST","body":{"mode":"json","json":"{\"a\": 1}"},"auth":{"mode":"none"}}}],"environments":[{"name":"prod","variables":[{"name":"host","value":"https://a.example","enabled":true}]}],"brunoConfig":{"version":"1"}}"#,
        );
        let told: Vec<String> = read
            .requests
            .iter()
            .map(|step| format!("{}: {} {}", step.name, step.spec.method, step.spec.url))
            .collect();
        assert_eq!(
            told,
            [
                "Cards / list: GET {{host}}/cards/7",
                "form: POST https://b.example/f",
                "json: POST https://b.example/j"
            ]
        );
        assert_eq!(read.requests[0].spec.params, [Param::new("q", "1")]);
        assert!(matches!(read.requests[0].spec.auth, Auth::Bearer(_)));
        let form = vec![Param::new("a", "1")];
        assert_eq!(read.requests[1].spec.body, Body::Form(form));
        assert_eq!(read.requests[2].spec.body, Body::Text("{\"a\": 1}".into()));
        assert_eq!(
            read.variables,
            [("host".into(), "https://a.example".into())]
        );
    }

    #[test]
    fn an_environment_is_named_as_what_it_is() {
        let error = read(
            "vars {\n  a: planted\n}\n",
            "a.bru",
            &[],
            &|_| None,
            &mut |_| (),
        );
        let error = error.unwrap_err().to_string();
        assert!(error.contains("an environment of Bruno"), "{error}");
        assert!(!is_requests("get the logs {") && !is_requests("{\"items\":[]}"));
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "[a-z:{}~@()\n ]{0,80}") {
            for text in [format!("get {{\n  url: https://a\n}}\n{text}"), text] {
                is_requests(&text);
                let _ = read(&text, "a", &[], &|_| None, &mut |_| ());
            }
        }
    }
}
