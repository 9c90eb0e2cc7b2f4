//! Reads `Invoke-WebRequest` and `Invoke-RestMethod`, as browsers copy them and people write them;
//! each call becomes a request.

mod script;
mod term;
mod text;
mod value;

use super::FormatError;
use super::call::{Call, Sent};
use super::collection::CollectionBuilder;
use super::commands;
use super::har::Watch;
use super::written;
use crate::model::{Collection, Param, Part, Secret, TokenName};
use script::{Asked, Script};
use term::Term;

/// Whether a text begins with `Invoke-WebRequest` or `Invoke-RestMethod`, or with values for it.
pub fn is_command(text: &str) -> bool {
    let line = commands::first_line(text).trim_start();
    let line = line.strip_prefix("PS ").map_or(line, |rest| {
        rest.split_once('>')
            .map_or(rest, |(_, command)| command.trim_start())
    });
    if script::first_command(line).is_some_and(|at| {
        let before = line[..at].trim_end();
        before.is_empty() || before.ends_with(['=', '(', '{', '>'])
    }) {
        return true;
    }
    // Variables may be set first.
    line.starts_with('$') && line.contains('=') && script::first_command(text).is_some()
}

/// Reads every such call of a text; `file` is named in the error.
pub fn read(
    text: &str,
    file: &str,
    taken: &[TokenName],
    known: &dyn Fn(&Secret) -> Option<TokenName>,
    _: Watch,
) -> Result<Collection, FormatError> {
    let mut script = Script::new(text);
    let asked = script.run();
    if asked.is_empty() {
        let remedy = "Copy it from the browser's network tab: Copy as PowerShell.";
        return Err(commands::none(
            text,
            file,
            "call of Invoke-WebRequest or Invoke-RestMethod",
            remedy,
        ));
    }
    let mut gathered = CollectionBuilder::new(text, taken, known);
    for asked in asked {
        one(&mut gathered, asked);
    }
    for (at, what) in script.lost {
        gathered.notes.count(at, what);
    }
    Ok(gathered.finish("powershell", ""))
}

fn one(gathered: &mut CollectionBuilder, asked: Asked) {
    let at = asked.at;
    let mut call = Call {
        at,
        query_signs: Some(written::NET),
        form_signs: Some(written::NET),
        ..Call::default()
    };
    let (mut media_type, mut token, mut way) = (String::new(), None, String::new());
    let (mut body, mut form) = (None, None);
    for (name, term) in asked.given {
        match name.as_str() {
            "uri" => call.url = term.text(),
            "method" | "custommethod" => call.method = term.text(),
            "headers" => match term {
                Term::Hash(_) => call.headers.extend(rows(term)),
                _ => gathered.notes.count(
                    at,
                    "headers are given by what is not in the text, and are missing",
                ),
            },
            "contenttype" => media_type = term.text(),
            "useragent" => call.headers.push(Param::new("User-Agent", term.text())),
            "body" => body = Some(term),
            "form" => form = Some(term),
            "infile" => call.body = Sent::File(term.text()),
            "authentication" => way = term.text().to_ascii_lowercase(),
            "token" => token = Some(term.text()),
            "websession" => {
                if let Term::Session { agent, cookies } = term {
                    if let Some(agent) = agent.filter(|_| call.header("user-agent").is_none()) {
                        call.headers.push(Param::new("User-Agent", agent));
                    }
                    if !cookies.is_empty() && call.header("cookie").is_none() {
                        call.headers.push(Param::new("Cookie", cookies.join("; ")));
                    }
                }
            }
            "skipcertificatecheck" => gathered.notes.add(
                at,
                "-SkipCertificateCheck was left out: httriage checks certificates; --insecure ORIGIN leaves one unchecked",
            ),
            "credential" | "usedefaultcredentials" | "certificate" | "certificatethumbprint" => {
                gathered.notes.count(
                    at,
                    "credentials and certificates that stand elsewhere were left out; give them as tokens, or in config.toml",
                );
            }
            "proxy" => gathered.notes.count(
                at,
                "proxies were left out: one is taken from config.toml, or from HTTPS_PROXY, HTTP_PROXY or ALL_PROXY",
            ),
            _ => {}
        }
    }
    // Browsers write the pseudo-headers of HTTP/2 among the others, without their colons.
    let has = |name: &str| call.headers.iter().any(|row| row.name == name);
    if has("authority") && has("scheme") && has("path") {
        call.headers
            .retain(|row| !["authority", "method", "path", "scheme"].contains(&&*row.name));
    }
    call.headers.retain(|row| {
        let lower = row.name.to_ascii_lowercase();
        !lower.starts_with("sec-ch-") && !lower.starts_with("sec-fetch-")
    });
    if !media_type.is_empty() {
        call.headers
            .retain(|row| !row.name.eq_ignore_ascii_case("content-type"));
        call.typed(&media_type);
    }
    if matches!(way.as_str(), "bearer" | "oauth")
        && let Some(token) = token
    {
        let row = Param::new("Authorization", format!("Bearer {token}"));
        call.headers.push(row);
    }
    let method = call.method.to_ascii_uppercase();
    match body {
        Some(Term::Hash(members)) => {
            let rows = members.into_iter();
            let rows: Vec<Param> = rows
                .map(|(name, term)| Param::new(name, term.text()))
                .collect();
            if matches!(method.as_str(), "" | "GET") {
                call.params.extend(rows)
            } else {
                call.body = Sent::Form(rows)
            }
        }
        Some(Term::Text(text) | Term::Plain(text)) if !text.is_empty() => {
            if method == "POST" {
                call.typed("application/x-www-form-urlencoded");
            }
            call.body = Sent::Text(text);
        }
        Some(Term::Unknown | Term::List(_) | Term::Session { .. }) => gathered.notes.count(
            at,
            "bodies are made by commands that are not run here and were left out",
        ),
        _ => {}
    }
    if let Some(Term::Hash(members)) = form {
        let parts = members.into_iter().map(|(name, term)| {
            let (value, is_file) = match term {
                Term::File(path) => (path, true),
                term => (term.text(), false),
            };
            let kind = if is_file {
                "application/octet-stream"
            } else {
                "text/plain; charset=utf-8"
            };
            Part {
                name,
                value,
                is_file,
                media_type: Some(kind.to_owned()),
                ..Part::default()
            }
        });
        call.body = Sent::Parts(parts.collect());
    }
    gathered.call(call);
}

fn rows(term: Term) -> Vec<Param> {
    let Term::Hash(members) = term else {
        return Vec::new();
    };
    let rows = members.into_iter();
    rows.map(|(name, term)| Param::new(name, term.text()))
        .collect()
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
            "$session = New-Object Microsoft.PowerShell.Commands.WebRequestSession\n$session.UserAgent = \"Mozilla/5.0 (X11)\"\n$session.Cookies.Add((New-Object System.Net.Cookie(\"sid\", \"planted-1\", \"/\", \"a.example\")))\n$session.Cookies.Add((New-Object System.Net.Cookie(\"b\", \"2\", \"/\", \"a.example\")))\nInvoke-WebRequest -UseBasicParsing -Uri \"https://a.example/x?a=1\" `\n-Method \"POST\" `\n-WebSession $session `\n-Headers @{\n\"authority\"=\"a.example\"\n  \"method\"=\"POST\"\n  \"path\"=\"/x?a=1\"\n  \"scheme\"=\"https\"\n  \"accept\"=\"*/*\"\n  \"authorization\"=\"Bearer planted-2\"\n  \"sec-ch-ua\"=\"`\"x`\"\"\n} `\n-ContentType \"application/json\" `\n-Body \"{`\"a`\":`\"$([char]228)`$b`\"}\"",
        );
        assert_eq!(read.requests.len(), 1, "{:?}", read.notes);
        let spec = &read.requests[0].spec;
        assert_eq!(
            (&spec.method[..], &spec.url[..]),
            ("POST", "https://a.example/x")
        );
        assert!(matches!(spec.auth, Auth::Bearer(_)));
        let names: Vec<&str> = spec.headers.iter().map(|row| &row.name[..]).collect();
        assert_eq!(names, ["User-Agent", "Cookie", "accept", "Content-Type"]);
        assert_eq!(spec.headers[1].value, "{{token:cookie}}");
        assert_eq!(spec.body, Body::Text("{\"a\":\"ä$b\"}".into()));
        assert!(!format!("{read:?}").contains("planted"));
    }

    #[test]
    fn calls_that_a_person_wrote_are_read_with_their_names() {
        let read = collection(
            "# why\n$base = 'https://a.example'\n$headers = @{ Authorization = \"Bearer $env:API_TOKEN\"; 'X-A' = \"b $id\" }\n$headers.Add(\"X-C\", \"d\")\n$body = @{ name = \"kim\"; n = 1; ok = $true; tags = @('a', 'b') } | ConvertTo-Json -Compress\n$r = Invoke-RestMethod -Method Put -Uri \"$base/x/$($r.id)\" -Headers $headers -Body $body -ContentType 'application/json'\nirm https://a.example/y -Body @{ a = 1 }\n$all = @{\n  Uri = \"$base/z\"\n  Method = 'Post'\n  Body = @{ a = 'b c' }\n}\nInvoke-RestMethod @all\niwr -Uri https://a.example/f -Method Post -Form @{ note = 'hi'; file = Get-Item -Path './a.txt' } | Select-Object Content\n$pair = [Convert]::ToBase64String([Text.Encoding]::ASCII.GetBytes(\"kim:planted-3\"))\nInvoke-WebRequest https://a.example/b -Headers @{ Authorization = \"Basic $pair\" }",
        );
        let told: Vec<String> = read
            .requests
            .iter()
            .map(|step| format!("{} {}", step.spec.method, step.spec.url))
            .collect();
        assert_eq!(
            told,
            [
                "PUT https://a.example/x/{{id}}",
                "GET https://a.example/y",
                "POST https://a.example/z",
                "POST https://a.example/f",
                "GET https://a.example/b",
            ],
            "{:?}",
            read.notes
        );
        let spec = &read.requests[0].spec;
        let headers: Vec<_> = spec
            .headers
            .iter()
            .map(|h| (&h.name[..], &h.value[..]))
            .collect();
        assert_eq!(
            headers,
            [
                ("X-A", "b {{id}}"),
                ("X-C", "d"),
                ("Content-Type", "application/json")
            ]
        );
        assert!(matches!(spec.auth, Auth::Bearer(_)));
        assert_eq!(
            spec.body,
            Body::Text("{\"name\":\"kim\",\"n\":1,\"ok\":true,\"tags\":[\"a\",\"b\"]}".into())
        );
        assert_eq!(read.requests[1].spec.params, [Param::new("a", "1")]);
        assert_eq!(
            read.requests[2].spec.body,
            Body::Form(vec![Param::of_form("a=b+c")])
        );
        let Body::Multipart(parts) = &read.requests[3].spec.body else {
            panic!("{read:?}")
        };
        let told: Vec<_> = parts.iter().map(|p| (&p.value[..], p.is_file)).collect();
        assert_eq!(told, [("hi", false), ("./a.txt", true)]);
        assert_eq!(
            read.requests[4].spec.headers[0].value,
            "Basic {{token:basic}}"
        );
        assert!(!format!("{read:?}").contains("planted"));
    }

    #[test]
    fn a_call_that_another_program_wrote_has_its_headers() {
        let read = collection(
            "$headers = New-Object \"System.Collections.Generic.Dictionary[[String],[String]]\"\n$headers.Add(\"X-A\", \"b\")\n$headers.Add(\"Authorization\", \"Bearer planted-1\")\n$body = @\"\n{\n    `\"name`\": `\"kim`\"\n}\n\"@\n\n$response = Invoke-RestMethod 'https://a.example/x' -Method 'POST' -Headers $headers -Body $body\n$response | ConvertTo-Json\nirm https://a.example/y -Headers $others",
        );
        let spec = &read.requests[0].spec;
        assert_eq!(spec.headers[0], Param::new("X-A", "b"));
        assert!(matches!(spec.auth, Auth::Bearer(_)));
        assert_eq!(spec.body, Body::Text("{\n    \"name\": \"kim\"\n}".into()));
        let said = format!("{:?}", read.notes);
        assert!(
            said.contains("Headers are given by what is not in the text"),
            "{said}"
        );
        assert!(!format!("{read:?}").contains("planted"));
    }

    #[test]
    fn words_about_such_calls_are_none() {
        for text in [
            "",
            "Invoke-WebRequest : The remote server returned an error: (403) Forbidden.",
            "we ran Invoke-WebRequest there",
            "$x = 1",
        ] {
            assert!(!is_command(text), "{text}");
        }
        for text in [
            "Invoke-WebRequest -Uri \"https://a\"",
            "PS C:\\Users\\kim> irm https://a.example",
            "$r = Invoke-RestMethod https://a",
            "$u = 'https://a'\niwr $u",
        ] {
            assert!(is_command(text), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "[a-z\"'`${}()\\[\\]:,+.;/\\\\ \n*@=|#<>-]{0,60}") {
            for text in [format!("Invoke-WebRequest {text}"), format!("$a = {text}\nirm $a")] {
                is_command(&text);
                let _ = read(&text, "a", &[], &|_| None, &mut |_| ());
            }
        }
    }

    #[test]
    fn a_hostile_text_is_read_in_time_that_grows_with_its_size() {
        for text in [
            "irm \"a".repeat(50_000),
            format!("irm {}", "@{a=".repeat(100_000)),
            format!("irm {}", "(".repeat(100_000)),
            format!("irm \"{}", "$(".repeat(100_000)),
            format!("$a = \"$b\"\n{}irm $a", "$a = \"$a$a\"\n".repeat(2_000)),
        ] {
            let _ = read(&text, "a", &[], &|_| None, &mut |_| ());
        }
    }
}
