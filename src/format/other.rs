//! What is no request in a form that is read: named as what it is, with what to do.

use super::{FormatError, outline};

/// A form that is known by its marks, and what else its program writes.
struct Other {
    noun: &'static str,
    remedy: &'static str,
    fits: fn(&str) -> bool,
}

const OTHERS: &[Other] = &[
    Other {
        noun: "an AsyncAPI document, which describes messages",
        remedy: "Give the OpenAPI document of the same API, if there is one.",
        fits: |text| begins_line(text, "asyncapi:") || outline::has(text, "asyncapi"),
    },
    Other {
        noun: "a RAML description",
        remedy: "Convert it to OpenAPI 3, and import that.",
        fits: |text| text.starts_with("#%RAML"),
    },
    Other {
        noun: "an API Blueprint",
        remedy: "Convert it to OpenAPI 3, and import that.",
        fits: |text| text.starts_with("FORMAT: 1A"),
    },
    Other {
        noun: "a WSDL description of SOAP",
        remedy: "Import one of its calls as a curl command, as a SOAP client writes it.",
        fits: |text| text.starts_with('<') && text.contains("schemas.xmlsoap.org/wsdl"),
    },
    Other {
        noun: "a plan of JMeter",
        remedy: "Record the calls as HAR, or copy them as curl commands, and import those.",
        fits: |text| text.starts_with('<') && text.contains("<jmeterTestPlan"),
    },
    Other {
        noun: "a project of SoapUI",
        remedy: "Export its API as OpenAPI, and import that.",
        fits: |text| text.starts_with('<') && text.contains("soapui-project"),
    },
    Other {
        noun: "a collection of Thunder Client",
        remedy: "Export it from there for Postman, and import that.",
        fits: |text| text.contains("\"Thunder Client\"") || outline::has(text, "clientName"),
    },
    Other {
        noun: "a schema of GraphQL",
        remedy: "Import a call that asks it: a curl command, or a .http file with a query.",
        fits: |text| {
            ["type Query {", "schema {"]
                .iter()
                .any(|mark| begins_line(text, mark))
        },
    },
    Other {
        noun: "a description of gRPC (protocol buffers)",
        remedy: "httriage calls over HTTP; an HTTP gateway of the same API can be described by OpenAPI.",
        fits: |text| text.starts_with("syntax = \"proto"),
    },
    Other {
        noun: "an answer with its head, and no request",
        remedy: "httriage explain FILE looks at it.",
        fits: |text| text.starts_with("HTTP/"),
    },
];

fn begins_line(text: &str, mark: &str) -> bool {
    text.lines().take(200).any(|line| line.starts_with(mark))
}

/// Why a text cannot be read: as what it is where that is known.
pub fn refusal(text: &str, file: &str, kinds: &[&str]) -> FormatError {
    let start = text.trim_start_matches('\u{feff}').trim_start();
    let at = text.len() - start.len();
    if file.to_ascii_lowercase().ends_with(".env.json") {
        return FormatError::at(
            file,
            text,
            at,
            "this is an environment of an editor's HTTP client, which holds values and no requests",
            "Import the .http file; give the values with --var NAME=VALUE, or under variables in config.toml.",
        );
    }
    if let Some(other) = OTHERS.iter().find(|other| (other.fits)(start)) {
        let problem = format!("this is {}, and is not read here", other.noun);
        return FormatError::at(file, text, at, problem, other.remedy);
    }
    let kinds = kinds.join(", ");
    let is_json = start.starts_with(['{', '[']);
    match (start.is_empty(), is_json) {
        (true, _) => FormatError::at(
            file,
            text,
            0,
            "there is no text here",
            "Give a file with requests, or - and a pipe.",
        ),
        (_, true) => FormatError::at(
            file,
            text,
            at,
            "this is JSON, but no HAR recording, no OpenAPI document and no collection that is known",
            format!(
                "A recording has \"log\" with \"entries\", an OpenAPI document names its version, a collection of Postman has \"info\" and \"item\". --kind says what it is: {kinds}. httriage explain reads the body of an answer."
            ),
        ),
        _ => FormatError::at(
            file,
            text,
            at,
            "no request stands in this text in a form that is known",
            format!(
                "These are read: {kinds}; --kind says which it is. httriage explain looks at answers, logs and messages."
            ),
        ),
    }
}

#[cfg(test)]
mod tests {
    use crate::format::registry;

    fn refused(text: &str) -> String {
        let read = registry::read(text, "a.txt", None, &[], &|_| None, &mut |_| ());
        read.unwrap_err().to_string()
    }

    #[test]
    fn what_is_not_read_is_named_as_what_it_is_and_never_as_a_curl_command() {
        for (text, words) in [
            ("", "there is no text here"),
            ("good morning", "no request stands in this text"),
            ("{\"a\": 1}", "this is JSON, but no HAR recording"),
            ("asyncapi: 2.6.0\ninfo: {}\n", "an AsyncAPI document"),
            ("#%RAML 1.0\ntitle: x\n", "a RAML description"),
            (
                "<definitions xmlns=\"http://schemas.xmlsoap.org/wsdl/\">",
                "a WSDL description",
            ),
            (
                "{\"clientName\": \"Thunder Client\"}",
                "a collection of Thunder Client",
            ),
            ("HTTP/1.1 403 Forbidden\n\nno", "an answer with its head"),
            ("syntax = \"proto3\";", "gRPC"),
        ] {
            let error = refused(text);
            assert!(error.contains(words), "{error}");
            assert!(!error.contains("no curl command"), "{error}");
        }
    }

    #[test]
    fn a_command_behind_some_words_is_read_as_what_it_is() {
        for (text, kind) in [
            (
                "Hello,\nwe call it so:\n  curl https://a.example/x\nBye",
                "curl",
            ),
            ("we ran\nwget -q https://a.example/x", "wget"),
            ("like this:\nhttp POST a.example/x a=1", "httpie"),
            (
                "like this:\nInvoke-RestMethod https://a.example/x",
                "powershell",
            ),
            ("like this:\nawait fetch('https://a.example/x')", "fetch"),
            ("https://a.example/x", "http"),
        ] {
            let read = registry::read(text, "-", None, &[], &|_| None, &mut |_| ()).unwrap();
            assert_eq!(read.kind, kind, "{text}");
            assert_eq!(read.requests.len(), 1, "{text}");
        }
    }

    #[test]
    fn the_ending_of_a_file_counts_as_much_as_its_first_line() {
        for (text, file, kind) in [
            ("https://a.example/x\n", "team.HTTP", "http"),
            ("# a comment\npost a.example/x\n", "team.rest", "http"),
            (
                "import a.http\n\nGET https://a.example/x",
                "team.http",
                "http",
            ),
            ("\u{feff}### x\nGET https://a.example/x", "team.txt", "http"),
            (
                "{\"_meta\": [], \"log\": {\"entries\": [{\"request\": {\"method\": \"GET\", \"url\": \"https://a.example/x\"}}]}}",
                "x.txt",
                "har",
            ),
            (
                "openapi: 3.0.0\ninfo: {}\npaths: {}\n",
                "odd.http",
                "openapi",
            ),
        ] {
            let read = registry::read(text, file, None, &[], &|_| None, &mut |_| ()).unwrap();
            assert_eq!(read.kind, kind, "{text}");
        }
        let read = registry::read("{}", "x.har", None, &[], &|_| None, &mut |_| ());
        assert!(
            read.unwrap_err()
                .to_string()
                .contains("this is no HAR recording")
        );
    }
}
