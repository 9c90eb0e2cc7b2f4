//! Calls of `fetch()`, as browsers copy them and as people write them for Node: each a request.

mod script;

use super::FormatError;
use super::call::{Call, Manner, Sent};
use super::collection::CollectionBuilder;
use super::commands;
use super::har::Watch;
use super::written;
use crate::model::{Collection, Param, Secret, TokenName};
use script::{Script, Term};

/// Whether a text begins with such a call, or with what leads to one.
pub fn is_call(text: &str) -> bool {
    let line = commands::first_line(text).trim_start();
    let is_remark = |line: &str| line.starts_with("//") || line.starts_with("/*");
    let line = if is_remark(line) {
        text.lines()
            .map(str::trim)
            .find(|line| !line.is_empty() && !is_remark(line))
            .unwrap_or_default()
    } else {
        line
    };
    let Some(at) = calls(line).next() else {
        // Values may be given names first.
        let declares = ["const ", "let ", "var ", "import "];
        return declares.iter().any(|word| line.starts_with(word)) && calls(text).next().is_some();
    };
    let before = line[..at].trim_end();
    let leads = ["await", "=", "(", "return", "=>", ">", "{", ";", "$"];
    before.is_empty() || leads.iter().any(|end| before.ends_with(end))
}

/// Where the arguments of each call begin.
fn calls(text: &str) -> impl Iterator<Item = usize> + '_ {
    text.match_indices("fetch(").filter_map(|(at, _)| {
        let before = text[..at].chars().next_back();
        let is_name = |c: char| c.is_alphanumeric() || "_$.".contains(c);
        let is_own = before.is_none_or(|c| !is_name(c))
            || ["window.", "globalThis.", "self."]
                .iter()
                .any(|owner| text[..at].ends_with(owner));
        let inside = text[at + "fetch(".len()..].trim_start();
        let is_value = inside.starts_with(['"', '\'', '`', '/'])
            || inside.starts_with("new URL(")
            || inside.starts_with(|c: char| c.is_alphabetic());
        (is_own && is_value).then_some(at)
    })
}

/// Reads every call of a text; `file` is named in the error.
pub fn read(
    text: &str,
    file: &str,
    taken: &[TokenName],
    known: &dyn Fn(&Secret) -> Option<TokenName>,
    watch: Watch,
) -> Result<Collection, FormatError> {
    let places: Vec<usize> = calls(text).collect();
    if places.is_empty() {
        let remedy = "Copy it from the browser's network tab: Copy as fetch.";
        return Err(commands::none(text, file, "call of fetch()", remedy));
    }
    let mut gathered = CollectionBuilder::new(text, taken, known);
    let mut script = Script::new(text);
    script.declarations();
    let mut end = 0;
    for at in places {
        if at < end {
            continue;
        }
        watch(at * 99 / text.len().max(1));
        match script.arguments(at + "fetch".len()) {
            Some((arguments, behind)) => {
                end = behind;
                one(&mut gathered, arguments, at);
            }
            None => gathered.notes.add(
                at,
                "this call of fetch() cannot be read to its end and was left out",
            ),
        }
    }
    for (at, what) in script.lost {
        gathered.notes.count(at, what);
    }
    Ok(gathered.finish("fetch", ""))
}

fn one(gathered: &mut CollectionBuilder, arguments: Vec<Term>, at: usize) {
    let mut arguments = arguments.into_iter();
    let mut call = Call {
        at,
        url: arguments.next().map_or_else(String::new, |url| url.text()),
        form_signs: Some(written::FORM),
        manner: Manner::Browser,
        ..Call::default()
    };
    let members = match arguments.next() {
        Some(Term::Object(members)) => members,
        given => {
            if given.is_some() {
                gathered.notes.count(
                    at,
                    "method, headers and body are given by what is not in the text, and are missing",
                );
            }
            gathered.call(call);
            return;
        }
    };
    let mut body = None;
    let mut sends_cookies = false;
    for (name, term) in members {
        match name.as_str() {
            "method" => call.method = term.text(),
            "headers" => match term {
                Term::Object(_) | Term::List(_) => call.headers.extend(rows(term)),
                _ => gathered.notes.count(
                    at,
                    "headers are given by what is not in the text, and are missing",
                ),
            },
            "body" => body = Some(term),
            "credentials" => sends_cookies = term.text() == "include",
            "referrer" => {
                let referrer = term.text();
                if referrer.contains("://") {
                    call.headers.push(Param::new("Referer", referrer));
                }
            }
            _ => {}
        }
    }
    if sends_cookies && call.header("cookie").is_none() {
        gathered.notes.count(
            at,
            "the browser sends its cookies along, which do not stand in the text",
        );
    }
    // A browser says these itself, and nothing is decided by them.
    call.headers.retain(|row| {
        let lower = row.name.to_ascii_lowercase();
        !lower.starts_with("sec-ch-") && !lower.starts_with("sec-fetch-") && !lower.starts_with(':')
    });
    call.body = match body {
        None | Some(Term::Null) => Sent::Nothing,
        Some(Term::Text(text)) => {
            // RFC of fetch: a text without a type is plain text.
            call.typed("text/plain;charset=UTF-8");
            Sent::Text(text)
        }
        Some(Term::Form(rows)) => {
            call.typed("application/x-www-form-urlencoded;charset=UTF-8");
            Sent::Form(rows)
        }
        Some(Term::Plain(name)) => Sent::Text(name),
        Some(Term::Parts(mut parts)) => {
            for part in parts.iter_mut().filter(|part| part.is_file) {
                // A name, and no folder.
                let path = part.value.clone();
                if !path.contains("{{") {
                    part.value = gathered.file(&path, at).unwrap_or(path);
                }
            }
            Sent::Parts(parts)
        }
        Some(_) => {
            gathered.notes.count(
                at,
                "bodies are made by code that is not run here (FormData, streams, files) and were left out",
            );
            Sent::Nothing
        }
    };
    // Fetch, 2.2.1: only these are written in capital letters.
    let upper = call.method.to_ascii_uppercase();
    let known = ["", "DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT"];
    if upper != call.method && !known.contains(&&*upper) {
        gathered.notes.count(
            at,
            "fetch() sends a method other than GET, POST, PUT, DELETE, HEAD and OPTIONS in the letters that it is written in, and most servers refuse small ones; here it goes out in capital letters",
        );
    }
    gathered.call(call);
}

/// Headers as an object, as a list of pairs, or as `new Headers(…)` of either.
fn rows(term: Term) -> Vec<Param> {
    match term {
        Term::Object(members) => members
            .into_iter()
            .map(|(name, value)| Param::new(name, value.text()))
            .collect(),
        Term::List(pairs) => pairs
            .into_iter()
            .filter_map(|pair| match pair {
                Term::List(pair) => {
                    let mut pair = pair.into_iter();
                    Some(Param::new(pair.next()?.text(), pair.next()?.text()))
                }
                _ => None,
            })
            .collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Auth, Body};
    use proptest::prelude::*;

    fn collection(text: &str) -> Collection {
        read(text, "paste", &[], &|_| None, &mut |_| ()).unwrap()
    }

    #[test]
    fn a_call_that_a_browser_copied_is_the_request_that_it_made() {
        let read = collection(
            "fetch(\"https://a.example/x?b=1\", {\n  \"headers\": {\n    \"accept\": \"*/*\",\n    \"authorization\": \"Bearer planted-1\",\n    \"content-type\": \"application/json\",\n    \"sec-ch-ua\": \"\\\"x\\\"\",\n    \"cookie\": \"sid=planted-2\"\n  },\n  \"referrer\": \"https://a.example/\",\n  \"referrerPolicy\": \"strict-origin\",\n  \"body\": \"{\\\"a\\\":\\\"\\u00e4\\n{{b}}\\\"}\",\n  \"method\": \"POST\",\n  \"mode\": \"cors\",\n  \"credentials\": \"include\"\n}); ;\nfetch(\"https://a.example/y\", {\"body\": null, \"method\": \"GET\"});",
        );
        assert_eq!(read.requests.len(), 2, "{:?}", read.notes);
        let spec = &read.requests[0].spec;
        assert_eq!(
            (&spec.method[..], &spec.url[..]),
            ("POST", "https://a.example/x")
        );
        assert!(matches!(spec.auth, Auth::Bearer(_)));
        let names: Vec<&str> = spec.headers.iter().map(|row| &row.name[..]).collect();
        assert_eq!(names, ["accept", "content-type", "cookie", "Referer"]);
        assert_eq!(
            spec.body,
            Body::Bytes("{\"a\":\"ä\n{{b}}\"}".as_bytes().to_vec())
        );
        assert_eq!(read.requests[1].spec.body, Body::Empty);
        assert!(!format!("{read:?}").contains("planted"));
    }

    #[test]
    fn a_call_that_a_person_wrote_is_read_with_its_names() {
        let read = collection(
            "import fetch from 'node-fetch';\nconst base = 'https://a.example'; // where\nconst body = { name: 'kim', n: 1.50, ok: true, none: null, who: user, tags: ['a'] };\nconst res = await fetch(`${base}/x/${id}` + '?a=1', {\n  method: 'post',\n  headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${process.env.API_TOKEN}`, },\n  body: JSON.stringify(body),\n});\nawait fetch('https://a.example/f', { method: 'POST', body: new URLSearchParams({ a: '1', b: 'c d' }), headers: new Headers([['X-A', 'b']]) }).then(r => r.json());\nfetch('https://a.example/g', { method: 'PUT', body: form, headers: { Authorization: 'Basic ' + btoa('kim:planted-3') } })",
        );
        assert_eq!(read.requests.len(), 3, "{:?}", read.notes);
        let spec = &read.requests[0].spec;
        assert_eq!(
            (&spec.method[..], &spec.url[..]),
            ("POST", "https://a.example/x/{{id}}")
        );
        assert_eq!(spec.auth.token().unwrap().as_str(), "api-token");
        assert_eq!(
            spec.body,
            Body::Text(
                "{\"name\":\"kim\",\"n\":1.5,\"ok\":true,\"none\":null,\"who\":{{user}},\"tags\":[\"a\"]}".into()
            )
        );
        let form = vec![Param::new("a", "1"), Param::of_form("b=c+d")];
        assert_eq!(read.requests[1].spec.body, Body::Form(form));
        assert_eq!(read.requests[1].spec.headers[0], Param::new("X-A", "b"));
        let value = &read.requests[2].spec.headers[0].value;
        assert_eq!(value, "Basic {{token:basic}}");
        assert!(!format!("{read:?}").contains("planted"));
    }

    #[test]
    fn a_call_that_another_program_wrote_has_its_headers_and_parts() {
        let read = collection(
            "const myHeaders = new Headers();\nmyHeaders.append(\"X-A\", \"b\");\nmyHeaders.append(\"Authorization\", \"Bearer planted-1\");\n\nconst formdata = new FormData();\nformdata.append(\"note\", \"hi\");\nformdata.append(\"file\", fileInput.files[0], \"a.txt\");\n\nconst requestOptions = {\n  method: \"POST\",\n  headers: myHeaders,\n  body: formdata,\n  redirect: \"follow\"\n};\n\nfetch(\"https://a.example/up\", requestOptions)\n  .then((response) => response.text())\n  .catch((error) => console.error(error));\nfetch(\"https://a.example/y\", elsewhere)",
        );
        let spec = &read.requests[0].spec;
        assert_eq!(
            (&spec.method[..], &spec.url[..]),
            ("POST", "https://a.example/up")
        );
        assert_eq!(spec.headers, [Param::new("X-A", "b")]);
        assert!(matches!(spec.auth, Auth::Bearer(_)));
        let Body::Multipart(parts) = &spec.body else {
            panic!("{spec:?}")
        };
        let told: Vec<_> = parts.iter().map(|p| (&p.value[..], p.is_file)).collect();
        assert_eq!(told, [("hi", false), ("a.txt", true)]);
        let said = format!("{:?}", read.notes);
        assert!(
            said.contains("Method, headers and body are given by"),
            "{said}"
        );
        assert!(!format!("{read:?}").contains("planted"));
    }

    #[test]
    fn words_about_fetch_are_no_call() {
        for text in [
            "",
            "fetch the logs",
            "we call fetch(url) there",
            "prefetch(\"https://a\")",
            "TypeError: fetch failed",
            "const x = 1;",
        ] {
            assert!(!is_call(text), "{text}");
        }
        for text in [
            "fetch(\"https://a\")",
            "// why\nawait fetch('/x', {})",
            "const r = await fetch(`https://a`)",
            "const u = 'https://a';\nfetch(u)",
        ] {
            assert!(is_call(text), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "[a-z\"'`${}()\\[\\]:,+.;/\\\\ \n*]{0,60}") {
            let text = format!("fetch(\"https://a\", {text}");
            is_call(&text);
            let _ = read(&text, "a", &[], &|_| None, &mut |_| ());
        }
    }

    #[test]
    fn a_hostile_text_is_read_in_time_that_grows_with_its_size() {
        for text in [
            "fetch(\"a".repeat(50_000),
            format!("fetch(\"https://a\", {}", "{a:".repeat(100_000)),
            format!("fetch(\"https://a\" {}", "+ \"b\"".repeat(100_000)),
            format!(
                "const a = `${{b}}`;\n{}",
                "const b = a + a;\n".repeat(2_000)
            ),
        ] {
            let _ = read(&text, "a", &[], &|_| None, &mut |_| ());
        }
    }
}
