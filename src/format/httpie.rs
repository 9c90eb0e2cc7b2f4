//! Reads commands of HTTPie, and of xh, which takes the same words; each becomes a request.

mod items;

use super::FormatError;
use super::call::{Call, Manner, Sent};
use super::collection::CollectionBuilder;
use super::commands::{self, Program};
use super::curl::{Command, Word};
use super::har::Watch;
use super::written;
use crate::model::{Collection, Param, Secret, TokenName};
use items::Items;

/// Options that take a value; those that are not part of a request are skipped.
const VALUED: &str = "--auth --auth-type --bearer --raw --print --output --session --session-read-only --timeout --pretty --style --verify --proxy --cert --cert-key --cert-key-pass --default-scheme --boundary --max-redirects --max-headers --ssl --ciphers --response-charset --response-mime --format-options --multipart-boundary --resolve --interface --history-print";
const SHORT_VALUED: &str = "aApPos";

/// Whether a text begins with a command of HTTPie or xh that has a URL.
pub fn is_command(text: &str) -> bool {
    let line = commands::first_line(text);
    let Some(at) = commands::leads_in(line, is_program) else {
        return false;
    };
    let words = line[at..].split_whitespace().skip(1);
    let words: Vec<&str> = words.map(|word| word.trim_matches(['\'', '"'])).collect();
    let goes_on = line.trim_end().ends_with(['\\', '^', '`']);
    let mut plain = words.iter().filter(|word| !word.starts_with('-'));
    match plain.next() {
        Some(word) if is_method(word) || is_lower_method(word) => {
            plain.next().is_some_and(|word| is_url(word)) || goes_on
        }
        Some(word) => {
            // An option's value may stand before the URL.
            is_url(word) || words[0].starts_with('-') && plain.any(|word| is_url(word))
        }
        None => goes_on && !words.is_empty(),
    }
}

fn is_program(name: &str) -> bool {
    matches!(
        name,
        "http" | "https" | "xh" | "xhs" | "http.exe" | "xh.exe"
    )
}

fn is_method(word: &str) -> bool {
    (3..=10).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_uppercase())
}

/// Lower-case methods count too, where they can be nothing else.
fn is_lower_method(word: &str) -> bool {
    matches!(
        word,
        "get" | "post" | "put" | "patch" | "delete" | "head" | "options"
    )
}

/// Whether a word looks like a URL; a word that ends a sentence does not.
fn is_url(word: &str) -> bool {
    let host = word.split(['/', '?', ':']).find(|part| !part.is_empty());
    let host = host.unwrap_or_default();
    word.starts_with(':')
        || word.contains("://")
        || word.starts_with(['$', '{'])
        || host == "localhost"
        || host.contains('.') && !host.ends_with('.') && !host.starts_with('.')
}

/// Reads every command of a text; `file` is named in the error.
pub fn read(
    text: &str,
    file: &str,
    taken: &[TokenName],
    known: &dyn Fn(&Secret) -> Option<TokenName>,
    _: Watch,
) -> Result<Collection, FormatError> {
    let program = Program {
        kind: "httpie",
        what: "command of HTTPie",
        remedy: "Begin with http or https, as the shell would read it.",
        is_it: is_program,
    };
    commands::read(
        text,
        file,
        &program,
        CollectionBuilder::new(text, taken, known),
        read_one,
    )
}

/// How the items of a command become a body.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Json,
    Form,
    Multipart,
}

struct HttpieAsked {
    mode: Mode,
    /// `--json` was given, so the headers say JSON even without a body.
    says_json: bool,
    path_as_is: bool,
    /// xh writes JSON and forms differently.
    is_xh: bool,
    auth: Option<String>,
    auth_type: String,
    raw: Option<String>,
    scheme: &'static str,
    no_input: bool,
    items: Items,
}

fn read_one(gathered: &mut CollectionBuilder, command: &Command) {
    let Some(program) = command.words.first() else {
        return;
    };
    let name = program.text();
    let is_https = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let name = is_https.trim_end_matches(".exe");
    let mut asked = HttpieAsked {
        is_xh: name.starts_with("xh"),
        mode: Mode::Json,
        says_json: false,
        path_as_is: false,
        auth: None,
        auth_type: String::new(),
        raw: None,
        scheme: if is_https.trim_end_matches(".exe").ends_with('s') {
            "https"
        } else {
            "http"
        },
        no_input: false,
        items: Items::default(),
    };
    let mut plain: Vec<&Word> = Vec::new();
    let mut words = command.words.iter().skip(1);
    let mut only_words = false;
    while let Some(word) = words.next() {
        let text = word.text();
        if only_words || !text.starts_with('-') || text == "-" {
            plain.push(word);
        } else if text == "--" {
            only_words = true;
        } else {
            option(gathered, &mut asked, word, &mut words);
        }
    }
    let mut plain = plain.into_iter().peekable();
    let mut call = Call {
        at: program.at,
        ..Call::default()
    };
    if plain.len() > 1
        && let Some(word) = plain.next_if(|word| is_method(&word.text().to_ascii_uppercase()))
    {
        call.method = word.text();
    }
    let Some(url) = plain.next() else {
        return gathered
            .notes
            .add(program.at, "this command has no URL and was left out");
    };
    call.url = whole_url(&url.text(), asked.scheme);
    for item in plain {
        asked.items.take(gathered, item);
    }
    finish(gathered, asked, call, command);
}

fn option<'w>(
    gathered: &mut CollectionBuilder,
    asked: &mut HttpieAsked,
    word: &Word,
    words: &mut impl Iterator<Item = &'w Word>,
) {
    let text = word.text();
    let (name, joined) = match text.split_once('=').filter(|_| text.starts_with("--")) {
        Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
        None => (text.clone(), None),
    };
    if let Some(letters) = name.strip_prefix('-').filter(|rest| !rest.starts_with('-')) {
        let letters = letters.char_indices();
        for (at, letter) in letters {
            let long = match letter {
                'j' => "--json",
                'f' => "--form",
                'I' => "--ignore-stdin",
                'a' => "--auth",
                'A' => "--auth-type",
                _ => "",
            };
            if SHORT_VALUED.contains(letter) {
                let rest = &name[at + 1 + letter.len_utf8()..];
                let value = match rest {
                    "" => words.next().map_or_else(String::new, Word::text),
                    rest => rest.to_owned(),
                };
                return set(gathered, asked, long, value, word.at);
            }
            set(gathered, asked, long, String::new(), word.at);
        }
        return;
    }
    let takes = VALUED.split(' ').any(|known| known == name);
    let value = match (takes, joined) {
        (_, Some(value)) => value,
        (true, None) => words.next().map_or_else(String::new, Word::text),
        (false, None) => String::new(),
    };
    set(gathered, asked, &name, value, word.at);
}

fn set(
    gathered: &mut CollectionBuilder,
    asked: &mut HttpieAsked,
    name: &str,
    value: String,
    at: usize,
) {
    match name {
        "--json" => {
            asked.mode = Mode::Json;
            asked.says_json = true;
        }
        "--path-as-is" => asked.path_as_is = true,
        "--form" => asked.mode = Mode::Form,
        "--multipart" => asked.mode = Mode::Multipart,
        "--raw" => asked.raw = Some(value),
        "--auth" => asked.auth = Some(value),
        "--auth-type" => asked.auth_type = value.to_ascii_lowercase(),
        "--bearer" => {
            asked.auth = Some(value);
            asked.auth_type = "bearer".to_owned();
        }
        "--default-scheme" if value == "https" => asked.scheme = "https",
        "--https" => asked.scheme = "https",
        "--ignore-stdin" => asked.no_input = true,
        "--verify" if matches!(value.as_str(), "no" | "false") => gathered.notes.add(
            at,
            "--verify=no was left out: httriage checks certificates; --insecure ORIGIN leaves one unchecked",
        ),
        "--session" | "--session-read-only" => gathered.notes.add(
            at,
            "the file of the session is not read: headers and cookies that it holds are not in the request",
        ),
        "--cert" | "--cert-key" => gathered.notes.add(
            at,
            "the certificate was left out: name it as client_certificate of the environment in config.toml",
        ),
        "--proxy" => gathered.notes.add(
            at,
            "the proxy was left out: one is taken from config.toml, or from HTTPS_PROXY, HTTP_PROXY or ALL_PROXY",
        ),
        _ => {}
    }
}

/// Completes a URL: `:8080/x` is on localhost, and a missing scheme is the program's.
fn whole_url(url: &str, scheme: &str) -> String {
    let url = url.trim();
    match url.strip_prefix(':') {
        Some(rest) if rest.is_empty() || rest.starts_with('/') => {
            format!("{scheme}://localhost{rest}")
        }
        Some(rest) if !rest.starts_with(':') => format!("{scheme}://localhost:{rest}"),
        _ if url.contains("://") || url.starts_with("{{") => url.to_owned(),
        _ => format!("{scheme}://{url}"),
    }
}

fn finish(gathered: &mut CollectionBuilder, asked: HttpieAsked, mut call: Call, command: &Command) {
    let at = call.at;
    call.params = asked.items.query.clone();
    let (signs, form) = if asked.is_xh {
        (written::FORM, "application/x-www-form-urlencoded")
    } else {
        (
            written::PLUS,
            "application/x-www-form-urlencoded; charset=utf-8",
        )
    };
    (call.query_signs, call.form_signs) = (Some(signs), Some(signs));
    if asked.path_as_is {
        call.manner = Manner::PathAsIs;
    }
    call.headers = asked.items.headers.clone();
    if let Some(auth) = asked.auth {
        match asked.auth_type.as_str() {
            "" | "basic" => call.user = Some(auth),
            "bearer" => {
                let row = Param::new("Authorization", format!("Bearer {auth}"));
                call.headers.push(row);
            }
            _ => gathered.notes.add(
                at,
                "user and password were left out: httriage answers no challenge",
            ),
        }
    }
    let is_json = asked.mode == Mode::Json;
    let input = if asked.no_input {
        None
    } else {
        command.input.as_ref()
    };
    call.body = if let Some(raw) = asked.raw {
        Sent::Text(raw)
    } else if let Some(path) = asked.items.whole_file.clone() {
        if asked.items.has_data() {
            gathered.notes.add(
                at,
                "a file is the whole body, so the members beside it were left out",
            );
        }
        Sent::File(path)
    } else if asked.items.has_data() {
        match asked.mode {
            Mode::Json if asked.items.parts.is_empty() => Sent::Text(asked.items.json(asked.is_xh)),
            Mode::Form if asked.items.parts.is_empty() => Sent::Form(asked.items.form()),
            _ => Sent::Parts(asked.items.all_parts()),
        }
    } else if let Some(input) = input {
        match std::str::from_utf8(&input.bytes) {
            Ok(text) => Sent::Text(text.to_owned()),
            Err(_) => Sent::Bytes(input.bytes.clone()),
        }
    } else if let Some(path) = &command.input_file {
        Sent::File(path.text())
    } else {
        Sent::Nothing
    };
    if call.method.is_empty() {
        call.method = match call.body {
            Sent::Nothing => "GET",
            _ => "POST",
        }
        .to_owned();
    }
    let has_body = !matches!(call.body, Sent::Nothing);
    match &call.body {
        Sent::Parts(_) => {}
        _ if asked.mode == Mode::Form => {
            call.typed(form);
        }
        _ if is_json && (asked.says_json || has_body) => {
            call.typed("application/json");
            if call.header("accept").is_none() {
                let row = Param::new("Accept", "application/json, */*;q=0.5");
                call.headers.push(row);
            }
        }
        _ => {}
    }
    gathered.call(call);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Auth, Body, Part, RequestSpec};

    fn collection(text: &str) -> Collection {
        read(text, "paste", &[], &|_| None, &mut |_| ()).unwrap()
    }

    fn one(text: &str) -> RequestSpec {
        let mut read = collection(text);
        assert_eq!(read.requests.len(), 1, "{:?}", read.notes);
        read.requests.remove(0).spec
    }

    #[test]
    fn items_become_query_headers_and_a_json_body() {
        let spec = one(
            "$ http PUT a.example/x?z=0 q==1 'r==a b' X-A:b 'X-Empty;' name=kim age:=29 tags:='[1,\"b\"]' 'user[first]=k' 'user[roles][]=x' 'user[roles][]=y' 'a\\:b=c'",
        );
        assert_eq!(
            (&spec.method[..], &spec.url[..]),
            ("PUT", "http://a.example/x")
        );
        let params: Vec<_> = spec
            .params
            .iter()
            .map(|p| (&p.name[..], &p.value[..]))
            .collect();
        assert_eq!(params, [("z", "0"), ("q", "1"), ("r", "a b")]);
        assert_eq!(
            spec.body,
            Body::Text(
                "{\"name\": \"kim\", \"age\": 29, \"tags\": [1, \"b\"], \"user\": {\"first\": \"k\", \"roles\": [\"x\", \"y\"]}, \"a:b\": \"c\"}"
                    .to_owned()
            )
        );
        let headers: Vec<_> = spec
            .headers
            .iter()
            .map(|h| (&h.name[..], &h.value[..]))
            .collect();
        assert_eq!(
            headers,
            [
                ("X-A", "b"),
                ("X-Empty", ""),
                ("Content-Type", "application/json"),
                ("Accept", "application/json, */*;q=0.5")
            ]
        );
    }

    #[test]
    fn forms_parts_files_and_credentials_are_carried_over() {
        let spec = one("https -f POST :8443/x a=1 'b=c d' -a kim:planted-1");
        assert_eq!(spec.url, "https://localhost:8443/x");
        let form = vec![Param::new("a", "1"), Param::of_form("b=c+d")];
        assert_eq!(spec.body, Body::Form(form));
        let headers: Vec<&str> = spec.headers.iter().map(|row| &row.value[..]).collect();
        let form = "application/x-www-form-urlencoded; charset=utf-8";
        assert_eq!(headers, [form, "Basic {{token:basic}}"]);
        let spec = one("http --multipart :/up note=hi 'file@./a b.txt;type=text/plain'");
        assert_eq!(
            (&spec.method[..], &spec.url[..]),
            ("POST", "http://localhost/up")
        );
        let Body::Multipart(parts) = &spec.body else {
            panic!("{spec:?}")
        };
        let note = Part {
            name: "note".into(),
            value: "hi".into(),
            ..Part::default()
        };
        assert_eq!(parts[0], note);
        assert_eq!((&parts[1].value[..], parts[1].is_file), ("./a b.txt", true));
        assert_eq!(parts[1].media_type.as_deref(), Some("text/plain"));
        let spec = one("xh https://a.example/x --bearer planted-2");
        assert!(matches!(spec.auth, Auth::Bearer(_)) && spec.method == "GET");
        assert_eq!(
            one("http POST a.example/x < in.json").body,
            Body::File("in.json".into())
        );
        let spec = one("http --raw '{\"a\":1}' a.example Authorization:\"Bearer $TOKEN\"");
        assert_eq!(spec.body, Body::Text("{\"a\":1}".into()));
        assert_eq!(spec.auth.token().unwrap().as_str(), "token");
    }

    #[test]
    fn words_that_begin_with_the_name_of_the_program_are_no_command() {
        for text in [
            "http is the protocol.",
            "https",
            "http POST it there",
            "https and tls",
            "http://a.example/x",
        ] {
            assert!(!is_command(text), "{text}");
        }
        for text in [
            "http a.example",
            "http :8080/x a=1",
            "https -v POST a.example/x",
            "xh --json localhost/x",
        ] {
            assert!(is_command(text), "{text}");
        }
    }
}
