//! Reads wget commands as people paste them; each becomes a request.

use super::FormatError;
use super::call::{Call, Sent};
use super::collection::CollectionBuilder;
use super::commands::{self, Program};
use super::curl::Command;
use super::har::Watch;
use crate::model::{Collection, Param, Secret, TokenName, cut};

/// Options that take a value; those that are not part of a request are skipped.
const VALUED: &str = "header method post-data post-file body-data body-file user password http-user http-passwd http-password user-agent referer output-document output-file append-output directory-prefix timeout tries wait waitretry input-file base load-cookies save-cookies ca-certificate ca-directory certificate certificate-type private-key private-key-type limit-rate quota level accept reject accept-regex reject-regex domains exclude-domains compression connect-timeout read-timeout dns-timeout max-redirect execute config bind-address secure-protocol proxy-user proxy-password restrict-file-names progress report-speed prefer-family local-encoding remote-encoding cut-dirs default-page follow-tags ignore-tags include-directories exclude-directories start-pos retry-on-http-error ciphers crl-file pinnedpubkey hsts-file rejected-log";
const SHORT: &str = "OoaTtwQlPUeBiARDXI";

/// Whether a text begins with a wget command that has a URL.
pub fn is_command(text: &str) -> bool {
    let line = commands::first_line(text);
    commands::leads_in(line, is_program).is_some_and(|at| {
        let mut words = line[at..].split_whitespace().skip(1);
        words.any(|word| word.contains(['.', ':', '/']) || word == "\\")
            || line.trim_end().ends_with(['\\', '^', '`'])
    })
}

fn is_program(name: &str) -> bool {
    name == "wget" || name == "wget2" || name.eq_ignore_ascii_case("wget.exe")
}

/// Reads every wget command of a text; `file` is named in the error.
pub fn read(
    text: &str,
    file: &str,
    taken: &[TokenName],
    known: &dyn Fn(&Secret) -> Option<TokenName>,
    _: Watch,
) -> Result<Collection, FormatError> {
    let program = Program {
        kind: "wget",
        what: "wget command",
        remedy: "Begin with wget, as the shell would read it.",
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

#[derive(Default)]
struct WgetAsked {
    call: Call,
    urls: Vec<(String, usize)>,
    user: String,
    password: String,
    goes_at_once: bool,
    is_spider: bool,
}

fn read_one(gathered: &mut CollectionBuilder, command: &Command) {
    let mut asked = WgetAsked::default();
    let mut words = command.words.iter().skip(1);
    while let Some(word) = words.next() {
        let text = word.text();
        if let Some(name) = text.strip_prefix("--").filter(|name| !name.is_empty()) {
            let (name, joined) = match name.split_once('=') {
                Some((name, value)) => (name, Some(value.to_owned())),
                None => (name, None),
            };
            let takes = VALUED.split(' ').any(|known| known == name);
            let value = match (takes, joined) {
                (_, Some(value)) => value,
                (true, None) => words.next().map_or_else(String::new, |word| word.text()),
                (false, None) => String::new(),
            };
            option(gathered, &mut asked, name, value, word.at);
        } else if let Some(letters) = text.strip_prefix('-').filter(|rest| !rest.is_empty()) {
            let Some((at, letter)) = letters.char_indices().find(|(_, c)| SHORT.contains(*c))
            else {
                continue;
            };
            let joined = &letters[at + 1..];
            let value = match joined {
                "" => words.next().map_or_else(String::new, |word| word.text()),
                joined => joined.to_owned(),
            };
            let name = match letter {
                'U' => "user-agent",
                'i' => "input-file",
                _ => "",
            };
            option(gathered, &mut asked, name, value, word.at);
        } else {
            asked.urls.push((text, word.at));
        }
    }
    let at = command.words.first().map_or(0, |word| word.at);
    if asked.urls.is_empty() {
        return gathered
            .notes
            .add(at, "this command has no URL and was left out");
    }
    if !asked.user.is_empty() {
        if !asked.goes_at_once {
            gathered.notes.count(
                at,
                "wget sends user and password once it is asked for them; here they go at once",
            );
        }
        asked.call.user = Some(format!("{}:{}", asked.user, asked.password));
    }
    if !matches!(asked.call.body, Sent::Nothing) {
        asked.call.typed("application/x-www-form-urlencoded");
    }
    if asked.call.method.is_empty() {
        asked.call.method = match (&asked.call.body, asked.is_spider) {
            (Sent::Nothing, true) => "HEAD",
            (Sent::Nothing, false) => "GET",
            _ => "POST",
        }
        .to_owned();
    }
    for (url, at) in asked.urls {
        gathered.call(Call {
            url,
            at,
            ..asked.call.clone()
        });
    }
}

fn option(
    gathered: &mut CollectionBuilder,
    asked: &mut WgetAsked,
    name: &str,
    value: String,
    at: usize,
) {
    match name {
        "header" => match value.split_once(':') {
            Some((name, value)) => {
                let row = Param::new(name.trim(), value.trim());
                asked.call.headers.push(row);
            }
            None => gathered
                .notes
                .add(at, "a header needs a colon; it was left out"),
        },
        "method" => asked.call.method = value,
        "post-data" | "body-data" => asked.call.body = Sent::Text(value),
        "post-file" | "body-file" => asked.call.body = Sent::File(value),
        "user" | "http-user" => asked.user = value,
        "password" | "http-passwd" | "http-password" => asked.password = value,
        "auth-no-challenge" => asked.goes_at_once = true,
        "spider" => asked.is_spider = true,
        "user-agent" => asked.call.headers.push(Param::new("User-Agent", value)),
        "referer" => asked.call.headers.push(Param::new("Referer", value)),
        "input-file" => gathered
            .notes
            .add(at, "the file with URLs is not read; write them into the command"),
        "load-cookies" => gathered.notes.add(
            at,
            "the file with cookies is not read; write them as --header='Cookie: name=value'",
        ),
        "no-check-certificate" => gathered.notes.add(
            at,
            "--no-check-certificate was left out: httriage checks certificates; --insecure ORIGIN leaves one unchecked",
        ),
        "certificate" | "private-key" | "ca-certificate" | "config" => {
            let name = cut(name, 40);
            gathered.notes.add(
                at,
                &format!("--{name} was left out: certificates stand in config.toml, by environment"),
            );
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Auth, Body, TokenName};

    fn collection(text: &str) -> Collection {
        read(text, "paste", &[], &|_| None, &mut |_| ()).unwrap()
    }

    #[test]
    fn a_command_of_wget_is_the_request_that_it_makes() {
        let read = collection(
            "$ wget -qO- --method=PUT --header 'Authorization: Bearer planted-1' \\\n  --header=\"X-A: b\" --body-data='{\"a\": 1}' https://a.example/x?b=2 | jq .\nwget --user=kim --password=planted-2 --auth-no-challenge --post-data 'a=1&b=2' https://a.example/y\nwget -S --spider https://a.example/z",
        );
        let told: Vec<String> = read
            .requests
            .iter()
            .map(|step| {
                format!(
                    "{} {} {:?}",
                    step.spec.method, step.spec.url, step.spec.body
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                "PUT https://a.example/x Text(\"{\\\"a\\\": 1}\")".to_owned(),
                format!(
                    "POST https://a.example/y {:?}",
                    Body::Form(vec![Param::new("a", "1"), Param::new("b", "2")])
                ),
                "HEAD https://a.example/z Empty".to_owned(),
            ]
        );
        let bearer = TokenName::new("bearer").unwrap();
        assert_eq!(read.requests[0].spec.auth, Auth::Bearer(bearer));
        assert_eq!(read.requests[0].spec.params, [Param::new("b", "2")]);
        assert!(!format!("{read:?}").contains("planted"));
        assert_eq!(read.kind, "wget");
    }

    #[test]
    fn words_about_wget_are_no_command() {
        for text in ["wget", "wget is a program", "we ran wget https://a", ""] {
            assert!(!is_command(text), "{text}");
        }
        for text in [
            "wget https://a.example",
            "$ wget -q a.example/x",
            "wget \\\n x.example",
        ] {
            assert!(is_command(text), "{text}");
        }
    }
}
