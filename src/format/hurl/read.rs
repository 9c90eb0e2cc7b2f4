//! Files of Hurl, read: each entry a request, with what it captures and the status and values that
//! it expects.

use crate::format::FormatError;
use crate::format::call::{Call, Manner, Sent};
use crate::format::collection::CollectionBuilder;
use crate::format::har::Watch;
use crate::format::written;
use crate::model::{Collection, Expectation, Param, Part, Secret, TokenName, as_text};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

const SECTIONS: [&str; 14] = [
    "Query",
    "QueryStringParams",
    "Form",
    "FormParams",
    "Multipart",
    "MultipartFormData",
    "Cookies",
    "BasicAuth",
    "Options",
    "Captures",
    "Asserts",
    "Capture",
    "Assert",
    "Header",
];

/// Whether a text is such a file: requests, and marks that no other form has.
pub fn is_file(text: &str) -> bool {
    let text = text.trim_start_matches('\u{feff}');
    let mut lines = text.lines().map(str::trim);
    let first = lines.find(|line| !line.is_empty() && !line.starts_with('#'));
    first.is_some_and(|line| request(line).is_some())
        && !text.lines().any(|line| line.starts_with("###"))
        && lines.any(|line| is_bare_status(line) || section(line).is_some())
}

/// `HTTP 200`, `HTTP *`
fn is_bare_status(line: &str) -> bool {
    let status = line.strip_prefix("HTTP ").map(str::trim);
    status.is_some_and(|status| status == "*" || is_number(status))
}

fn is_number(status: &str) -> bool {
    status.len() == 3 && status.bytes().all(|b| b.is_ascii_digit())
}

fn section(line: &str) -> Option<&str> {
    let name = line.trim().strip_prefix('[')?.strip_suffix(']')?;
    SECTIONS.contains(&name).then_some(name)
}

/// Method and URL; methods are capital letters there.
fn request(line: &str) -> Option<(&str, &str)> {
    let (method, url) = line.trim().split_once([' ', '\t'])?;
    let url = without_remark(url.trim());
    let begins = ["http://", "https://", "{{", "/"];
    let is_method = !method.is_empty() && method.bytes().all(|b| b.is_ascii_uppercase());
    let is_url = begins.iter().any(|begin| url.starts_with(begin)) && !url.contains([' ', '\t']);
    (is_method && method != "HTTP" && is_url).then_some((method, url))
}

/// `HTTP 200`, `HTTP/1.1 200`: the status, where one is named.
fn response(line: &str) -> Option<Option<u16>> {
    let rest = without_remark(line.trim()).strip_prefix("HTTP")?;
    let mut words = rest.split_whitespace();
    let status = if rest.starts_with('/') {
        words.nth(1)
    } else {
        words.next()
    }?;
    match status {
        "*" => Some(None),
        status if is_number(status) => Some(status.parse().ok()),
        _ => None,
    }
}

/// Reads every entry of a file; `file` is named in the error.
pub fn read(
    text: &str,
    file: &str,
    taken: &[TokenName],
    known: &dyn Fn(&Secret) -> Option<TokenName>,
    watch: Watch,
) -> Result<Collection, FormatError> {
    let text = with_own_names(text.trim_start_matches('\u{feff}'));
    let text = text.as_str();
    let mut at = 0;
    let lines = text.split_inclusive('\n').map(|whole| {
        let line = (whole.trim_end_matches(['\n', '\r']), at);
        at += whole.len();
        line
    });
    let mut reader = HurlReader {
        lines: lines.collect(),
        next: 0,
        gathered: CollectionBuilder::new(text, taken, known),
    };
    while let Some((line, at)) = reader.peek() {
        watch(at * 99 / text.len().max(1));
        match request(line) {
            Some((method, url)) => reader.entry(method, url, at),
            None if is_idle(line) => reader.next += 1,
            None => {
                reader
                    .gathered
                    .notes
                    .count(at, "lines belong to no request and were left out");
                reader.next += 1;
            }
        }
    }
    if reader.gathered.count() == 0 {
        let first = text.len() - text.trim_start().len();
        return Err(FormatError::at(
            file,
            text,
            first,
            "there is no request in this file",
            "Begin one with a method and a URL: GET https://api.example/path.",
        ));
    }
    Ok(reader.gathered.finish("hurl", ""))
}

/// A file that was written here says in its head which token a variable stands for:
/// `--secret token_x="$HTTRIAGE_TOKEN_X"`. It gets its name back.
fn with_own_names(text: &str) -> String {
    let head = text.lines().take_while(|line| line.starts_with('#'));
    let named = head.filter_map(|line| {
        let (_, rest) = line.split_once("--secret ")?;
        let (name, value) = rest.split_once("=\"$HTTRIAGE_TOKEN_")?;
        let (token, _) = value.split_once('"')?;
        let token = token.to_ascii_lowercase().replace('_', "-");
        TokenName::new(&token)?;
        (!name.is_empty()).then(|| (format!("{{{{{name}}}}}"), format!("{{{{{token}}}}}")))
    });
    named.fold(text.to_owned(), |text, (name, token)| {
        text.replace(&name, &token)
    })
}

struct HurlReader<'a> {
    lines: Vec<(&'a str, usize)>,
    next: usize,
    gathered: CollectionBuilder<'a>,
}

fn is_idle(line: &str) -> bool {
    let line = line.trim();
    line.is_empty() || line.starts_with('#')
}

impl<'a> HurlReader<'a> {
    fn peek(&self) -> Option<(&'a str, usize)> {
        self.lines.get(self.next).copied()
    }

    fn plain(&mut self, text: &str) -> String {
        let text = self.gathered.variables.plain(&unescaped(text));
        if text.contains(ESCAPED) {
            // A brace that is escaped opens no variable.
            text.replace(ESCAPED, as_text("{{").trim_end_matches('{'))
        } else {
            text
        }
    }

    fn entry(&mut self, method: &str, url: &str, at: usize) {
        self.next += 1;
        let mut call = Call {
            at,
            method: method.to_owned(),
            url: self.plain(url),
            query_signs: Some(written::VALUES),
            form_signs: Some(written::VALUES),
            ..Call::default()
        };
        let mut in_section = "";
        let mut cookies = Vec::new();
        let mut form = Vec::new();
        let mut parts = Vec::new();
        let mut has_body = false;
        while let Some((line, at)) = self.peek() {
            if request(line).is_some() || response(line).is_some() {
                break;
            }
            self.next += 1;
            if is_idle(line) {
                continue;
            }
            if let Some(name) = section(line) {
                in_section = name;
                continue;
            }
            if !has_body && self.body(&mut call, line, at) {
                has_body = true;
                continue;
            }
            let Some((name, value)) = pair(line) else {
                self.gathered
                    .notes
                    .add(at, "this line is no header and was left out");
                continue;
            };
            let row = Param::new(self.plain(&name), self.plain(&value));
            match in_section {
                "Options" if row.name == "path-as-is" && row.value == "true" => {
                    call.manner = Manner::PathAsIs;
                }
                "" | "Header" => call.headers.push(row),
                "Query" | "QueryStringParams" => call.params.push(row),
                "Form" | "FormParams" => form.push(row),
                "Cookies" => cookies.push(format!("{}={}", row.name, row.value)),
                "BasicAuth" => call.user = Some(format!("{}:{}", row.name, row.value)),
                "Multipart" | "MultipartFormData" => parts.extend(self.part(row, at)),
                _ => self.gathered.notes.count(
                    at,
                    "options of Hurl (retries, certificates, redirects) were left out",
                ),
            }
        }
        if !cookies.is_empty() {
            call.headers.push(Param::new("Cookie", cookies.join("; ")));
        }
        if !form.is_empty() {
            call.typed("application/x-www-form-urlencoded");
            call.body = Sent::Form(form);
        } else if !parts.is_empty() {
            call.body = Sent::Parts(parts);
        }
        let number = self.gathered.count();
        let is_read = self.gathered.call(call);
        self.answer(is_read.then_some(number));
    }

    /// What is expected of the answer, and taken out of it.
    fn answer(&mut self, number: Option<usize>) {
        let mut expected = Expectation::default();
        let mut in_section = "";
        let mut is_answer = false;
        while let Some((line, at)) = self.peek() {
            if request(line).is_some() {
                break;
            }
            self.next += 1;
            if let Some(status) = response(line).filter(|_| !is_answer) {
                is_answer = true;
                expected.status = status;
            } else if let Some(name) = section(line) {
                in_section = name;
            } else if is_idle(line) {
            } else if let ("Captures" | "Capture", Some((name, query))) = (in_section, pair(line)) {
                match (pointer_of(&query), number) {
                    (Some((pointer, "")), Some(number)) => {
                        let name = self.gathered.variables.plain(&format!("{{{{{name}}}}}"));
                        let name = name.trim_start_matches('{').trim_end_matches('}');
                        self.gathered.capture(number, name, &pointer);
                    }
                    _ => self.gathered.notes.count(
                        at,
                        "captures are taken by a way that is not known here and were left out",
                    ),
                }
            } else if in_section == "Asserts" || in_section == "Assert" {
                match pointer_of(line).and_then(|(pointer, rest)| Some((pointer, literal(rest)?))) {
                    Some(value) => expected.values.push(value),
                    None => self
                        .gathered
                        .notes
                        .count(at, "checks that are not known here were left out"),
                }
            } else {
                self.gathered.notes.count(
                    at,
                    "headers and bodies that answers should have were left out",
                );
            }
        }
        if let Some(number) = number
            && (expected.status.is_some() || !expected.values.is_empty())
        {
            self.gathered.expect(number, expected);
        }
    }

    /// `name: file,path; type`, else a text.
    fn part(&mut self, row: Param, at: usize) -> Option<Part> {
        let part = Part {
            name: row.name,
            ..Part::default()
        };
        let Some(file) = row.value.strip_prefix("file,") else {
            return Some(Part {
                value: row.value,
                ..part
            });
        };
        let (path, kind) = file.split_once(';').unwrap_or((file, ""));
        let value = self.gathered.file(path, at)?;
        Some(Part {
            value,
            is_file: true,
            media_type: Some(kind.trim().to_owned()).filter(|kind| !kind.is_empty()),
            ..part
        })
    }

    /// Takes a body that begins with this line; whether one does.
    fn body(&mut self, call: &mut Call, line: &'a str, at: usize) -> bool {
        let start = line.trim();
        if let Some(kind) = start.strip_prefix("```") {
            let mut text = Vec::new();
            let mut is_ended = true;
            // In one line as well.
            if let Some(inside) = kind.strip_suffix("```") {
                call.body = Sent::Text(self.gathered.variables.plain(inside));
                return true;
            }
            while let Some((line, _)) = self.peek() {
                self.next += 1;
                if line.trim_end() == "```" {
                    break;
                }
                if let Some(last) = line.trim_end().strip_suffix("```") {
                    text.push(last);
                    is_ended = false;
                    break;
                }
                text.push(line);
            }
            let kind = kind.split(',').next().unwrap_or_default().trim();
            let mut body = text.join("\n");
            // The last line is ended as well.
            if is_ended && kind != "graphql" && !body.is_empty() {
                body.push('\n');
            }
            match kind {
                "json" => call.typed("application/json"),
                "xml" => call.typed("application/xml"),
                "graphql" => {
                    let (query, variables) = match body.rsplit_once("\nvariables") {
                        Some((query, variables)) => (query.to_owned(), variables.to_owned()),
                        None => (body.clone(), String::new()),
                    };
                    body = written::graphql(query.trim(), &variables);
                    call.typed("application/json");
                }
                _ => {}
            }
            call.body = Sent::Text(self.gathered.variables.plain(&body));
            return true;
        }
        if let Some(inside) = start
            .strip_prefix('`')
            .and_then(|rest| rest.strip_suffix('`'))
        {
            call.body = Sent::Text(self.plain(inside));
            return true;
        }
        let coded = |mark: &str| Some(start.strip_prefix(mark)?.split(';').next()?.trim());
        if let Some(path) = coded("file,") {
            let path = self.plain(path);
            if let Some(path) = self.gathered.file(&path, at) {
                call.body = Sent::File(path);
            }
            return true;
        }
        let bytes = match (coded("base64,"), coded("hex,")) {
            (Some(text), _) => Some(STANDARD.decode(text).ok()),
            (_, Some(digits)) => Some(
                (0..digits.len() / 2)
                    .map(|n| u8::from_str_radix(digits.get(2 * n..2 * n + 2)?, 16).ok())
                    .collect(),
            ),
            _ => None,
        };
        if let Some(bytes) = bytes {
            match bytes {
                Some(bytes) => {
                    call.body = match String::from_utf8(bytes) {
                        Ok(text) => Sent::Text(as_text(&text)),
                        Err(error) => Sent::Bytes(error.into_bytes()),
                    };
                }
                None => self.gathered.notes.add(
                    at,
                    "the body is no base64 or hexadecimal text, as is said, and was left out",
                ),
            }
            return true;
        }
        if start.starts_with(['{', '[', '<']) && pair(start).is_none_or(|_| start.len() > 1) {
            let is_json = !start.starts_with('<');
            let mut text = vec![line];
            while !is_whole(&text, is_json) {
                let Some((line, _)) = self.peek() else { break };
                if request(line).is_some() || response(line).is_some() {
                    break;
                }
                self.next += 1;
                text.push(line);
            }
            call.typed(if is_json {
                "application/json"
            } else {
                "application/xml"
            });
            let text = text.join("\n");
            call.body = Sent::Text(self.gathered.variables.plain(text.trim_end()));
            return true;
        }
        false
    }
}

/// Whether as many brackets close as open, outside of texts; XML goes on to the answer.
fn is_whole(lines: &[&str], is_json: bool) -> bool {
    // Only the last line may have closed it.
    let last = lines.last().copied().unwrap_or_default().trim_end();
    if !is_json || !last.ends_with(['}', ']']) {
        return false;
    }
    let (mut depth, mut quoted, mut escaped) = (0_i64, false, false);
    for c in lines.iter().flat_map(|line| line.chars()) {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '{' | '[' if !quoted => depth += 1,
            '}' | ']' if !quoted => depth -= 1,
            _ => {}
        }
    }
    depth <= 0
}

/// `name: value`, without a remark behind it; colons of names stand behind a backslash.
fn pair(line: &str) -> Option<(String, String)> {
    let mut escaped = false;
    let at = line.char_indices().find_map(|(at, c)| {
        let is_end = c == ':' && !escaped;
        escaped = c == '\\' && !escaped;
        is_end.then_some(at)
    })?;
    let name = line[..at].trim();
    let value = without_remark(line[at + 1..].trim());
    (!name.is_empty()).then(|| (name.to_owned(), value.to_owned()))
}

/// A sharp begins a remark, unless it stands behind a backslash.
fn without_remark(text: &str) -> &str {
    let mut before = '\\';
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        if c == '#' && !escaped && before.is_whitespace() {
            return text[..at].trim_end();
        }
        escaped = c == '\\' && !escaped;
        before = c;
    }
    text
}

/// What an escaped brace is until the variables are found: a sign that no text may hold.
const ESCAPED: char = '\u{fdd0}';

/// `\#`, `\u{20}`, `\n`
fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(inside) = rest.strip_prefix("u{")
            && let Some((digits, behind)) = inside.split_once('}')
            && let Some(c) = u32::from_str_radix(digits, 16)
                .ok()
                .and_then(char::from_u32)
        {
            out.push(if c == '{' { ESCAPED } else { c });
            rest = behind;
            continue;
        }
        let Some(c) = rest.chars().next() else { break };
        out.push(match c {
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'b' => '\u{8}',
            'f' => '\u{c}',
            other => other,
        });
        rest = &rest[c.len_utf8()..];
    }
    out + rest
}

/// `jsonpath "$.data[0]['id']"` as a pointer, and what stands behind it.
fn pointer_of(query: &str) -> Option<(String, &str)> {
    let inside = query
        .trim()
        .strip_prefix("jsonpath")?
        .trim_start()
        .strip_prefix('"')?;
    let mut escaped = false;
    let end = inside.char_indices().find_map(|(at, c)| {
        let is_end = c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        is_end.then_some(at)
    })?;
    let path = unescaped(&inside[..end]).replace(ESCAPED, "{");
    let mut rest = path.strip_prefix('$')?;
    let mut pointer = String::new();
    while !rest.is_empty() {
        let (step, behind) = if let Some(inside) = rest.strip_prefix("['") {
            inside.split_once("']")?
        } else if let Some(inside) = rest.strip_prefix('[') {
            let (index, behind) = inside.split_once(']')?;
            index.parse::<usize>().ok()?;
            (index, behind)
        } else {
            let inside = rest.strip_prefix('.')?;
            inside.split_at(inside.find(['.', '[']).unwrap_or(inside.len()))
        };
        if step.is_empty() || step.contains(['*', '?']) {
            return None;
        }
        pointer.push('/');
        pointer.push_str(&step.replace('~', "~0").replace('/', "~1"));
        rest = behind;
    }
    let behind = without_remark(inside[end + 1..].trim());
    Some((pointer, behind))
}

/// `== "text"`, `== 7`
fn literal(text: &str) -> Option<String> {
    let value = text.strip_prefix("==")?.trim();
    if let Some(inside) = value.strip_prefix('"') {
        let inside = inside.strip_suffix('"')?;
        return (!inside.contains("{{")).then(|| unescaped(inside).replace(ESCAPED, "{"));
    }
    let is_plain = matches!(value, "true" | "false" | "null") || value.parse::<f64>().is_ok();
    is_plain.then(|| value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::export::sample::{ground, step};
    use crate::format::hurl::write_session;
    use crate::format::sample::read_whole;
    use crate::model::{Auth, Body, Capture, Session};
    use proptest::prelude::*;

    fn collection(text: &str) -> Collection {
        read_whole(text, "hurl")
    }

    #[test]
    fn entries_are_read_with_what_they_capture_and_expect() {
        let read = collection(
            "# why\nPOST https://a.example/login # here\nX-A: b\\#c # remark\n[Form]\nuser: kim\npassword: planted-1\nHTTP 200\n[Captures]\ntoken: jsonpath \"$.token\"\nid: jsonpath \"$['data'][0].id\"\nsize: header \"X\"\n[Asserts]\njsonpath \"$.ok\" == true\njsonpath \"$.name\" == \"kim\"\nduration < 100\n\nPOST https://a.example/x/{{id}}\nAuthorization: Bearer {{token}}\n[Query]\nq: a b\n[Options]\nretry: 3\n{\n  \"a\": \"} {{word}}\",\n  \"b\": []\n}\nHTTP/1.1 403\nX-B: c\n\nPOST https://a.example/up\n[MultipartFormData]\nnote: hi\nfile: file,a.txt; text/plain\nHTTP *\n\nPUT https://a.example/t\n[BasicAuth]\nkim: planted-2\n```\nline 1\nline 2\n```\n",
        );
        let told: Vec<String> = read
            .requests
            .iter()
            .map(|step| {
                format!(
                    "{} {} {:?}",
                    step.spec.method,
                    step.spec.url,
                    step.expect.as_ref().map(|e| e.status)
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                "POST https://a.example/login Some(Some(200))",
                "POST https://a.example/x/{{id}} Some(Some(403))",
                "POST https://a.example/up None",
                "PUT https://a.example/t None",
            ]
        );
        let first = &read.requests[0];
        assert_eq!(
            first.capture,
            [
                ("token".to_owned(), Capture::Body("/token".to_owned())),
                ("id".to_owned(), Capture::Body("/data/0/id".to_owned()))
            ]
        );
        let expected = first.expect.as_ref().unwrap();
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(expected.values, [pair("/ok", "true"), pair("/name", "kim")]);
        assert_eq!(first.spec.headers[0], Param::new("X-A", "b#c"));
        let second = &read.requests[1].spec;
        assert_eq!(second.params, [Param::of_query("q=a%20b")]);
        assert_eq!(
            second.body,
            Body::Text("{\n  \"a\": \"} {{word}}\",\n  \"b\": []\n}".into())
        );
        let Body::Multipart(parts) = &read.requests[2].spec.body else {
            panic!("{read:?}")
        };
        let parts: Vec<_> = parts.iter().map(|p| (&p.value[..], p.is_file)).collect();
        assert_eq!(parts, [("hi", false), ("a.txt", true)]);
        let last = &read.requests[3].spec;
        assert_eq!(last.body, Body::Text("line 1\nline 2\n".into()));
        assert_eq!(last.headers[0].value, "Basic {{token:basic}}");
        let said = format!("{:?}", read.notes);
        for words in [
            "Checks that are not known here",
            "by a way that is not known here",
            "Options of Hurl",
        ] {
            assert!(said.contains(words), "{words}: {said}");
        }
    }

    #[test]
    fn what_we_write_ourselves_is_read_as_what_it_was() {
        let mut list = step("list runbooks", "GET", "{{base}}/core/runbooks");
        list.spec.auth = Auth::Bearer(TokenName::new("acme-support").unwrap());
        list.spec.params = vec![Param::new("q", "a b#c")];
        list.capture = vec![("book".to_owned(), Capture::Body("/data/0/id".to_owned()))];
        let mut make = step("rename it", "PATCH", "{{base}}/core/runbooks/{{book}}");
        make.spec.body = Body::Text("{\n  \"name\": \"# x\"\n}\n".to_owned());
        make.spec.headers = vec![Param::new("X-Note", " #1 \\ {{ ")];
        make.expect = Some(Expectation {
            status: Some(403),
            ..Expectation::default()
        });
        let session = Session {
            steps: vec![list, make],
            ..Session::default()
        };
        let written = write_session(&session, &ground()).text;
        let read = collection(&written);
        assert_eq!(read.requests.len(), 2, "{written}");
        let (list, make) = (&read.requests[0], &read.requests[1]);
        assert_eq!(list.spec.url, "https://api.acme.example/core/runbooks");
        let rows = &list.spec.params;
        assert_eq!(
            (rows[0].name.as_str(), rows[0].value.as_str()),
            ("q", "a b#c")
        );
        assert_eq!(
            list.capture,
            [("book".to_owned(), Capture::Body("/data/0/id".to_owned()))]
        );
        assert!(matches!(list.spec.auth, Auth::Bearer(_)), "{list:?}");
        assert_eq!(
            make.spec.url,
            "https://api.acme.example/core/runbooks/{{book}}"
        );
        assert_eq!(
            make.spec.body,
            Body::Text("{\n  \"name\": \"# x\"\n}\n".into())
        );
        assert_eq!(make.expect.as_ref().unwrap().status, Some(403));
        let note = make.spec.headers.iter().find(|row| row.name == "X-Note");
        assert_eq!(note.unwrap().value.trim(), "#1 \\ {{");
    }

    #[test]
    fn other_files_with_requests_are_not_taken_for_such_a_file() {
        for text in [
            "",
            "GET https://a.example/x\n",
            "### one\nGET https://a.example/x\n\nHTTP 200\n",
            "POST https://a.example/x\n\nhello\n\nHTTP/1.1 403 Forbidden\n\nno",
            "[Asserts]\nGET me",
        ] {
            assert!(!is_file(text), "{text}");
        }
        assert!(is_file("# x\nGET https://a.example/x\nHTTP 200\n"));
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "(GET https://a\n|HTTP 200\n|\\[Form\\]\n|\\[Captures\\]\n|[a-z:{}`\"$.\\[\\]\\\\ \n#,;]{0,20}){0,8}") {
            is_file(&text);
            let _ = read(&text, "a", &[], &|_| None, &mut |_| ());
        }
    }

    #[test]
    fn a_hostile_file_is_read_in_time_that_grows_with_its_size() {
        for text in [
            "GET https://a\n".repeat(30_000),
            format!("POST https://a\n{}", "{\n".repeat(100_000)),
            format!("POST https://a\n{{\n{}", "}\n[[\n".repeat(3_000)),
        ] {
            let _ = read(&text, "a", &[], &|_| None, &mut |_| ());
        }
    }
}
