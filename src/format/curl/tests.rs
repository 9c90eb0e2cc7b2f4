//! Commands as people paste them, and what becomes of them.

use super::*;
use crate::model::{Auth, Body, Collection, Param, Part, RequestSpec, TokenName};
use proptest::prelude::*;

fn collection(text: &str) -> Collection {
    read(text, "paste", &[], &|_| None).unwrap()
}

#[track_caller]
fn one(text: &str) -> RequestSpec {
    let mut collection = collection(text);
    assert_eq!(collection.requests.len(), 1, "{:?}", collection.notes);
    collection.requests.remove(0).spec
}

fn notes(text: &str) -> Vec<String> {
    let notes = collection(text).notes.into_iter();
    notes
        .map(|n| {
            format!(
                "{}:{} {}",
                n.line.unwrap_or(0),
                n.column.unwrap_or(0),
                n.message
            )
        })
        .collect()
}

fn rows(pairs: &[(&str, &str)]) -> Vec<Param> {
    let pairs = pairs.iter();
    pairs
        .map(|(name, value)| Param::new(*name, *value))
        .collect()
}

fn token(name: &str) -> TokenName {
    TokenName::new(name).unwrap()
}

#[test]
fn a_plain_command_is_a_request_and_its_token_a_name() {
    let collection = collection(
        "curl -sS -XPOST 'https://api.acme.example/core/runbooks?page=2' -H 'Authorization: Bearer abcdef123456' \\\n  -H'X-Trace: 1' --json '{\"a\":1}'",
    );
    let step = &collection.requests[0];
    assert_eq!(step.name, "POST /core/runbooks");
    assert_eq!(step.spec.method, "POST");
    assert_eq!(step.spec.url, "https://api.acme.example/core/runbooks");
    assert_eq!(step.spec.params, rows(&[("page", "2")]));
    assert_eq!(
        step.spec.headers,
        rows(&[
            ("X-Trace", "1"),
            ("Content-Type", "application/json"),
            ("Accept", "application/json")
        ])
    );
    assert_eq!(step.spec.body, Body::Text("{\"a\":1}".into()));
    assert_eq!(step.spec.auth, Auth::Bearer(token("bearer")));
    assert_eq!(collection.tokens[0].name, token("bearer"));
    assert_eq!(collection.tokens[0].place, "header Authorization");
    assert!(collection.tokens[0].value.is_some());
    assert!(collection.notes.is_empty(), "{:?}", collection.notes);
}

#[test]
fn no_credential_stays_anywhere_in_a_request() {
    let planted = [
        "hunter2hunter2",
        "s3cr3t-cookie",
        "key-0123456789",
        "tok-in-query",
        "pw-in-json",
        "pw-in-form",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl",
        "user-pass-99",
        "cHctaW4taGVhZGVy",
    ];
    let text = format!(
        "curl https://u:{0}@a.example/p?access_token={3}\\&x=1 -b 'sid={1}' -H 'X-Api-Key: {2}' -d '{{\"password\":\"{4}\"}}'\n\
         curl https://a.example -d 'password={5}&a=1' -H 'X-Who: {6}'\n\
         curl https://a.example -u 'me:{7}' -F 'secret={0}'\n\
         curl https://a.example -H 'Authorization: Basic {8}' --data-raw '{{\"note\":\"{6}\"}}'\n\
         curl --oauth2-bearer {2} 'https://a.example/x y?apikey={3}'\n\
         curl https://a.example -H 'Proxy-Authorization: Basic {8}' -x http://me:{0}@proxy.example -U me:{0}",
        planted[0],
        planted[1],
        planted[2],
        planted[3],
        planted[4],
        planted[5],
        planted[6],
        planted[7],
        planted[8]
    );
    let collection = collection(&text);
    assert_eq!(collection.requests.len(), 6);
    let shown = format!(
        "{:?} {:?} {:?}",
        collection.requests, collection.notes, collection.title
    );
    for secret in planted {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
    // The same value has the same name, and Debug does not print values either.
    let names: Vec<_> = collection
        .tokens
        .iter()
        .map(|t| t.name.to_string())
        .collect();
    assert_eq!(
        names,
        [
            "x-api-key",
            "cookie",
            "password",
            "basic",
            "access-token",
            "x-who",
            "password-2",
            "basic-2",
            "secret",
            "basic-3"
        ],
        "{collection:?}"
    );
    assert!(!format!("{collection:?}").contains("hunter2"));
}

#[test]
fn a_form_with_blanks_in_it_keeps_no_credential_either() {
    for data in [
        "name=a b&password=planted one",
        "a=%7B&password=planted+one&b",
    ] {
        let read = collection(&format!("curl https://a.example -d '{data}'"));
        assert!(!format!("{read:?}").contains("planted"), "{read:?}");
        let value = read.tokens[0].value.as_ref().unwrap();
        assert_eq!(value.reveal(), "planted one");
    }
}

#[test]
fn names_that_are_taken_are_left_alone() {
    let text = "curl https://a.example -H 'Authorization: Bearer abcdef123456'";
    let collection = read(
        text,
        "paste",
        &[token("bearer"), token("bearer-2")],
        &|_| None,
    )
    .unwrap();
    assert_eq!(
        collection.requests[0].spec.auth,
        Auth::Bearer(token("bearer-3"))
    );
}

#[test]
fn a_variable_of_the_shell_stays_a_name() {
    let collection = collection(
        "curl \"$BASE/core/runbooks/${ID}\" -H \"Authorization: Bearer $HTTRIAGE_TOKEN_USER_ADMIN\" -H \"X-Api-Key: $KEY\"",
    );
    let spec = &collection.requests[0].spec;
    assert_eq!(spec.url, "{{BASE}}/core/runbooks/{{ID}}");
    assert_eq!(spec.auth, Auth::Bearer(token("user-admin")));
    assert_eq!(spec.headers, rows(&[("X-Api-Key", "{{token:key}}")]));
    assert!(collection.tokens.iter().all(|token| token.value.is_none()));
}

#[test]
fn a_mistake_in_the_scheme_is_kept() {
    let spec = one("curl https://a.example -H 'Authorization: Bearer Bearer abcdef123'");
    assert_eq!(
        spec.headers,
        rows(&[("Authorization", "Bearer Bearer {{token:bearer}}")])
    );
    let spec = one("curl https://a.example -H 'Authorization: bearer abcdef123'");
    assert_eq!(
        spec.headers,
        rows(&[("Authorization", "bearer {{token:bearer}}")])
    );
    let spec = one("curl https://a.example -H 'Authorization: abcdef123'");
    assert_eq!(
        spec.headers,
        rows(&[("Authorization", "{{token:authorization}}")])
    );
}

#[test]
fn data_is_joined_and_typed_as_curl_does_it() {
    let spec = one(
        "curl a.example -d a=1 --data-raw '@b' --data-urlencode 'c=d e' --data-urlencode '=x&y'",
    );
    assert_eq!(spec.method, "POST");
    assert_eq!(spec.body, Body::Text("a=1&@b&c=d+e&x%26y".into()));
    assert_eq!(
        spec.headers,
        rows(&[("Content-Type", "application/x-www-form-urlencoded")])
    );
    let spec = one("curl a.example -d a=1 --data-urlencode 'c=d&e'");
    assert_eq!(spec.body, Body::Form(rows(&[("a", "1"), ("c", "d&e")])));
    let spec = one("curl a.example -G -d a=1 --data-urlencode 'c=d\u{e4}'");
    assert_eq!((spec.method.as_str(), spec.body), ("GET", Body::Empty));
    assert_eq!(spec.params, rows(&[("a", "1"), ("c", "d\u{e4}")]));
    let spec = one("curl a.example --json '{\"a\":' --json '1}'");
    assert_eq!(spec.body, Body::Text("{\"a\":1}".into()));
    let spec = one("curl a.example -d @body.json -H 'Content-Type: application/json'");
    assert_eq!(spec.body, Body::File("body.json".into()));
    let spec = one("curl a.example -T up.bin");
    assert_eq!(
        (spec.method.as_str(), spec.body),
        ("PUT", Body::File("up.bin".into()))
    );
    let spec = one("curl a.example --data-binary @- <<EOF\nline\nEOF\n");
    assert_eq!(spec.body, Body::Text("line\n".into()));
    let spec = one("curl a.example --data-raw $'\\xff\\x00'");
    assert_eq!(spec.body, Body::Bytes(vec![0xff, 0]));
}

#[test]
fn braces_that_stood_in_the_data_are_no_variables() {
    let spec = one("curl a.example -d 'hello {{name}}'");
    assert_eq!(spec.body, Body::Bytes(b"hello {{name}}".to_vec()));
    let spec = one("curl a.example -d \"hello $NAME\"");
    assert_eq!(spec.body, Body::Text("hello {{NAME}}".into()));
}

#[test]
fn parts_of_a_form_keep_their_files_and_types() {
    let spec = one(
        "curl a.example -F note='a;b' -F 'up=@logs/x.txt;type=text/plain;filename=\"y;z.txt\"' --form-string 'at=@not a file' -F 'j={\"a\":1};type=application/json'",
    );
    let part = |name: &str, value: &str| Part {
        name: name.into(),
        value: value.into(),
        ..Part::default()
    };
    assert_eq!(
        spec.body,
        Body::Multipart(vec![
            part("note", "a;b"),
            Part {
                is_file: true,
                file_name: Some("y;z.txt".into()),
                media_type: Some("text/plain".into()),
                ..part("up", "logs/x.txt")
            },
            part("at", "@not a file"),
            Part {
                media_type: Some("application/json".into()),
                ..part("j", "{\"a\":1}")
            },
        ])
    );
}

#[test]
fn short_options_are_joined_and_long_ones_cut_short() {
    let spec = one(
        "curl -sSLkXPATCH -HX-A:1 -d{} --head-x https://a.example --compr -A me -e https://r.example --range 0-9",
    );
    assert_eq!(spec.method, "PATCH");
    assert_eq!(
        spec.headers,
        rows(&[
            ("X-A", "1"),
            ("User-Agent", "me"),
            ("Referer", "https://r.example"),
            ("Range", "bytes=0-9"),
            ("Content-Type", "application/x-www-form-urlencoded")
        ])
    );
    assert_eq!(one("curl -I a.example").method, "HEAD");
    assert_eq!(
        one("curl --request=PUT --url=https://a.example/x").method,
        "PUT"
    );
}

#[test]
fn urls_commands_and_next_are_requests_of_their_own() {
    let text = "# first\ncurl https://a.example/1 https://a.example/2 -H 'X: 1' --next -d x https://a.example/3\n\n$ curl https://a.example/4 && sudo curl https://a.example/5 | jq .\nfoo=1 /usr/bin/curl https://a.example/6";
    let collection = collection(text);
    let names: Vec<_> = collection
        .requests
        .iter()
        .map(|step| step.name.as_str())
        .collect();
    assert_eq!(
        names,
        ["GET /1", "GET /2", "POST /3", "GET /4", "GET /5", "GET /6"]
    );
    assert_eq!(collection.requests[1].spec.headers.len(), 1);
    assert_eq!(collection.requests[2].spec.headers.len(), 1);
    let notes: Vec<_> = collection
        .notes
        .iter()
        .map(|n| (n.line.unwrap(), n.message.as_str()))
        .collect();
    assert_eq!(
        notes,
        [
            (2, "The command has 2 URLs; each is a request of its own."),
            (
                4,
                "What stands behind the command is not curl and was left out."
            )
        ]
    );
}

#[test]
fn commands_are_found_in_a_ticket() {
    let text = "Hi team, it's broken:\n\n```bash\ncurl 'https://a.example/1' \\\n  -H 'X: it'\n```\nThat doesn't work.\n";
    let collection = collection(text);
    assert_eq!(collection.requests.len(), 1);
    assert_eq!(collection.requests[0].spec.headers, rows(&[("X", "it")]));
    let lines: Vec<_> = collection.notes.iter().map(|n| n.line.unwrap()).collect();
    assert_eq!(lines, [1, 7]);
}

#[test]
fn what_cannot_be_carried_over_is_said_where_it_stands() {
    assert_eq!(
        notes(
            "curl -k a.example \\\n  -x http://p.example -E cert.pem --digest -u me:pass1234 \\\n --fancy"
        ),
        [
            "1:6 --insecure was left out: httriage checks certificates; --cacert FILE adds an authority, --insecure ORIGIN leaves one unchecked.",
            "1:9 The URL has no scheme; curl takes http://, and so does httriage.",
            "2:3 --proxy was left out: a proxy is taken from config.toml, or from HTTPS_PROXY, HTTP_PROXY or ALL_PROXY.",
            "2:23 --cert was left out: name it as client_certificate of the environment in config.toml.",
            "2:47 User and password were left out: httriage cannot answer a challenge of digest.",
            "3:2 Curl has no option --fancy; it was left out.",
        ]
    );
    assert_eq!(
        notes("curl https://a.example/?a=1&b=2"),
        [
            "1:29 The shell ends the command at &, since the URL has no quotes; what stands behind it was left out."
        ]
    );
    assert_eq!(
        notes("curl -H"),
        [
            "1:1 This command has no URL and was left out.",
            "1:6 --header has no value and was left out."
        ]
    );
}

#[test]
fn how_a_command_reaches_its_host_is_said_and_not_dropped() {
    let options = "-4 -6 --http1.1 --http2 --http2-prior-knowledge --resolve a.example:443:10.0.0.7 --unix-socket /run/s --http3 --http1.0";
    let said = notes(&format!("curl {options} https://a.example/x"));
    let names = "ipv4 ipv6 http1.1 http2 http2-prior-knowledge resolve unix-socket http3 http1.0";
    for name in names.split(' ') {
        let wanted = format!("--{name} was left out: ");
        let found = said.iter().filter(|note| note.contains(&wanted));
        assert_eq!(found.count(), 1, "{name}: {said:?}");
    }
    assert!(said[0].ends_with("as the option or the setting of that name when sending."));
    let one = one(&format!("curl {options} https://a.example/x"));
    assert_eq!(one.url, "https://a.example/x");
}

#[test]
fn a_url_of_several_calls_stays_one_call_and_that_is_said() {
    for url in ["https://a.example/[1-3]", "https://a.example/{a,b}/c"] {
        let said = notes(&format!("curl '{url}'"));
        assert_eq!(said.len(), 1, "{said:?}");
        assert!(said[0].contains("here they stay one call"), "{said:?}");
        assert_eq!(notes(&format!("curl -g '{url}'")), [""; 0]);
    }
}

#[test]
fn a_text_without_a_command_or_with_open_quotes_is_refused_with_its_place() {
    let wrong = |text: &str| {
        read(text, "in.txt", &[], &|_| None)
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        wrong("curl \\\n 'https://a"),
        "in.txt:2:2: a single quote is opened here and never closed. Copy the whole command, or take the sign out."
    );
    assert!(wrong("\n wget x").starts_with("in.txt:2:2: there is no curl command"));
    assert!(wrong("").starts_with("in.txt:1:1"));
}

#[test]
fn every_flavour_of_copy_as_curl_gives_the_same_request() {
    let posix = "curl 'https://a.example/x?p=1' \\\n  -X 'PUT' \\\n  -H 'accept: */*' \\\n  -b 'sid=abcdefgh' \\\n  --data-raw $'{\"t\":\"it\\'s \\u0021\"}' \\\n  --compressed";
    let cmd = "curl ^\"https://a.example/x?p=1^\" ^\r\n  -X ^\"PUT^\" ^\r\n  -H ^\"accept: */*^\" ^\r\n  -b ^\"sid=abcdefgh^\" ^\r\n  --data-raw ^\"^{^\\^\"t^\\^\":^\\^\"it's ^!^\\^\"^}^\" ^\r\n  --compressed";
    let old_cmd = "curl.exe \"https://a.example/x?p=1\" -X \"PUT\" -H \"accept: */*\" -b \"sid=abcdefgh\" --data-raw \"{\"\"t\"\":\"\"it's !\"\"}\" --compressed";
    let powershell = "curl.exe 'https://a.example/x?p=1' `\n  -X 'PUT' `\n  -H 'accept: */*' `\n  -b 'sid=abcdefgh' `\n  --data-raw '{\\\"t\\\":\\\"it''s !\\\"}'";
    let wanted = one(posix);
    assert_eq!(wanted.body, Body::Text("{\"t\":\"it's !\"}".into()));
    assert_eq!(
        wanted.headers,
        rows(&[
            ("accept", "*/*"),
            ("Cookie", "{{token:cookie}}"),
            ("Content-Type", "application/x-www-form-urlencoded")
        ])
    );
    for other in [cmd, old_cmd, powershell] {
        assert_eq!(one(other), wanted, "{other}");
    }
}

#[test]
fn a_pasted_command_is_told_from_a_text_about_one() {
    for text in [
        "curl https://a.example",
        "  $ curl -s x",
        "A=1 curl x",
        "curl \\\n x",
        "PS C:\\> curl.exe x",
    ] {
        assert!(is_command(text), "{text}");
    }
    for text in [
        "",
        "curl",
        "curling x",
        "use curl x",
        "{\"a\": \"curl x\"}",
        "HTTP/1.1 200 OK",
    ] {
        assert!(!is_command(text), "{text}");
    }
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "(curl|curl.exe| |\n)?[ -~\n\t\r\u{0}\u{1b}\u{202e}ä😀]{0,120}") {
        let _ = is_command(&text);
        match read(&text, "x", &[], &|_| None) {
            Ok(collection) => {
                for note in &collection.notes {
                    prop_assert!(note.line.is_none_or(|line| line <= text.matches('\n').count() + 1));
                }
            }
            Err(error) => prop_assert!(error.place.starts_with("x:")),
        }
    }

    #[test]
    fn any_options_are_read_or_noted(
        words in proptest::collection::vec(
            prop_oneof![
                "-{1,2}[a-zA-Z#:-]{0,12}", "'[ -&(-~\n]{0,12}'", "https?://[a-z@:/?=&%{}-]{0,20}", "[@=;:<a-z]{1,8}",
                Just("-H".to_owned()), Just("-d".to_owned()), Just("-F".to_owned()), Just("-u".to_owned()),
                Just("|".to_owned()), Just("\n".to_owned()), Just("\\\n".to_owned()),
            ],
            0..12,
        )
    ) {
        let text = format!("curl {}", words.join(" "));
        let _ = read(&text, "x", &[], &|_| None);
    }
}

#[test]
fn a_text_of_a_great_many_commands_urls_or_secrets_is_read_up_to_a_limit() {
    let urls = format!("curl {}", "https://a.example/x ".repeat(20_000));
    let collection = collection(&urls);
    assert_eq!(collection.requests.len(), 10_000);
    assert!(
        collection
            .notes
            .iter()
            .any(|n| n.message.contains("too many"))
    );
    let members: Vec<String> = (0..20_000)
        .map(|number| format!("\"token\":\"value-{number}\""))
        .collect();
    let body = format!("curl a.example -d '{{{}}}'", members.join(","));
    assert_eq!(self::collection(&body).tokens.len(), 20_000);
    let commands = "curl a.example --fancy\n".repeat(20_000);
    assert!(self::collection(&commands).notes.len() <= 201);
}

#[test]
fn data_through_a_pipe_is_the_data_of_the_call() {
    for (text, body) in [
        (
            "echo '{\"a\": 1}' | curl -d @- https://a.example",
            Body::Text("{\"a\": 1}".into()),
        ),
        (
            "$ echo -n '{\n\"a\": 1}' |\n  curl --data-binary @- https://a.example",
            Body::Text("{\n\"a\": 1}".into()),
        ),
        (
            "printf 'x y' | curl -d @- https://a.example",
            Body::Text("x y".into()),
        ),
        (
            "cat body.json | curl -d @- https://a.example",
            Body::File("body.json".into()),
        ),
    ] {
        let spec = one(text);
        assert_eq!((&spec.method[..], &spec.body), ("POST", &body), "{text}");
    }
    // What another program prints is not known, and the call is one that sends all the same.
    let spec = one("curl --data @- https://a.example");
    assert_eq!((&spec.method[..], spec.body), ("POST", Body::Empty));
    let read =
        collection("jq . x.json | curl -d @- https://a.example\ncurl -d @- https://b.example");
    let bodies = read.requests.iter().map(|step| &step.spec.body);
    assert_eq!(bodies.collect::<Vec<_>>(), [&Body::Empty, &Body::Empty]);
}

#[test]
fn a_command_is_found_wherever_a_shell_would_begin_it() {
    for (line, url) in [
        (
            "sudo -u web curl https://a.example/s",
            "https://a.example/s",
        ),
        ("env -i A=b curl https://a.example/e", "https://a.example/e"),
        (
            "watch -n 5 'x' curl https://a.example/w",
            "https://a.example/w",
        ),
        (
            "timeout 10 curl -s https://a.example/t",
            "https://a.example/t",
        ),
        (
            "ssh web1 curl http://127.0.0.1:8080/h",
            "http://127.0.0.1:8080/h",
        ),
        ("kubectl exec -it pod -- curl http://svc/k", "http://svc/k"),
        (
            "docker run --rm curlimages/curl:8.9 -s https://a.example/d",
            "https://a.example/d",
        ),
        (
            "docker run --rm curlimages/curl https://a.example/d",
            "https://a.example/d",
        ),
        (
            "if ! curl -f https://a.example/i; then",
            "https://a.example/i",
        ),
        (
            "T=$(curl -s https://a.example/c | jq .)",
            "https://a.example/c",
        ),
    ] {
        assert_eq!(one(line).url, url, "{line}");
    }
    for line in [
        "see curl https://a.example/no",
        "# curl https://a.example/no",
        "echo curl https://a.example/no",
        "path/curl: https://a.example/no",
    ] {
        assert!(read(line, "x", &[], &|_| None).is_err(), "{line}");
    }
    let began = std::time::Instant::now();
    let long = "x curl -x ".repeat(100_000);
    assert!(read(&long, "x", &[], &|_| None).is_err());
    assert!(began.elapsed().as_secs() < 20);
}

#[test]
fn uploads_go_to_their_urls_and_into_folders() {
    let told = |text: &str| -> Vec<String> {
        let read = collection(text);
        let steps = read.requests.iter();
        steps
            .map(|step| {
                format!(
                    "{} {} {:?}",
                    step.spec.method, step.spec.url, step.spec.body
                )
            })
            .collect()
    };
    assert_eq!(
        told(
            "curl -T 'up/a b.txt' https://a.example/in/ -T b.txt https://a.example -T c.txt https://a.example/c https://a.example/d"
        ),
        [
            "PUT https://a.example/in/a%20b.txt File(\"up/a b.txt\")",
            "PUT https://a.example/b.txt File(\"b.txt\")",
            "PUT https://a.example/c File(\"c.txt\")",
            "GET https://a.example/d Empty",
        ]
    );
    assert_eq!(
        told("curl -T '{a,b}.txt' https://a.example/in/"),
        [
            "PUT https://a.example/in/a.txt File(\"a.txt\")",
            "PUT https://a.example/in/b.txt File(\"b.txt\")",
        ]
    );
    let said = notes("curl -T a -T b https://a.example/x");
    assert!(
        said.iter()
            .any(|note| note.contains("This upload has no URL")),
        "{said:?}"
    );
}

#[test]
fn parameters_of_options_are_put_behind_the_url() {
    let spec = one(
        "curl -G --url-query 'q=a b' --url-query '+x=%20' --data-urlencode 'r=c&d' -d s=1 https://a.example/x",
    );
    assert_eq!(spec.method, "GET");
    let whole = format!(
        "{}?{}",
        spec.url,
        spec.params
            .iter()
            .map(|p| format!("{}={}", p.name, p.value))
            .collect::<Vec<_>>()
            .join("&")
    );
    assert_eq!(whole.matches("q=a").count(), 1, "{whole}");
    assert!(
        whole.contains("s=1") && !spec.headers.iter().any(|h| h.name == "Content-Type"),
        "{whole}"
    );
}

#[test]
fn a_command_out_of_a_mail_is_read_as_it_was_meant_and_that_is_said() {
    let text =
        "curl -X “POST” “https://a.example/post” \\ \n –H “locale: en-US” \\\n —data ‘{“a”: 1}’";
    let spec = one(text);
    assert_eq!(
        (&spec.method[..], &spec.url[..]),
        ("POST", "https://a.example/post")
    );
    assert_eq!(spec.headers[0], Param::new("locale", "en-US"));
    assert_eq!(spec.body, Body::Text("{\"a\": 1}".into()));
    let said = notes(text).join("\n");
    for words in [
        "1:9 The quotation marks",
        "The dash of a text program",
        "A blank stands behind the sign",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
}
