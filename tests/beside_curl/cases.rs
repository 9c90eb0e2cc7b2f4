//! The commands that are compared: tables of URLs, data, headers, forms and redirects.

use super::{By, Case, Differs, Neither, No, Sometimes};

const NOT_A_BYTE_OF_A_URL: &str =
    "the HTTP library takes no such byte in a URL, so it goes out as an escape";
const TEXT_IN_A_URL: &str =
    "letters beyond ASCII go out as escapes in capitals, as RFC 3986, 2.1, has it";
const BLANKS: &str = "curl refuses a URL with a blank in it; the escape is what was meant";
const GLOBS: &str = "ranges of calls are one call here, and the import says so";
const FILES_LEFT_OUT: &str =
    "a file that becomes part of a text is not read by an import, and it says so";
const NO_SETTING: &str = "there is no such setting here, and the import says so";
const NOT_IN_A_TOKEN: &str =
    "letters beyond ASCII in a token are a mistake, which is named before anything is sent";
const ORDER: &str = "cookies of one path go in the order in which they came (RFC 6265, 5.4)";
const LENGTH: &str = "the library sets how long a body is";

/// Whatever stands behind host and port.
const PLACES: &[&str] = &[
    "",
    "/",
    "?a=b",
    "/?",
    "/?a=b",
    "/p?",
    "/p?#f",
    "/p#f",
    "/p?a=b#f",
    "/a/../b",
    "/a/./b",
    "/a/b/..",
    "/a/b/.",
    "/../../x",
    "/a/%2e%2e/b",
    "/a/%2E/b",
    "/a//b",
    "//a",
    "///",
    "/a;v=1",
    "/a\\b",
    "/a|b",
    "/a^b",
    "/a'b",
    "/a\"b",
    "/%zz",
    "/%",
    "/%C3%BC",
    "/%c3%bc",
    "/a+b?c+d",
    "/a?x={y}",
    "/{z}",
    "/[1]",
    "/a?[1]&b[]=2",
    "/a?b#c?d",
    "/a?b?c",
    "/a@b:c",
    "/a?u=user@host",
    "/a?x=%00",
    "/~a",
    "/%7ea",
    "/a%20b",
    "/$a",
    "/!*'()",
    "/a,b",
    "/a=b&c",
    "/a/...",
    "/a/..b",
    "/a/b../c",
    "/..a/",
    "/.a",
    "/a?x=/../y",
    "/a?x=http://h/../z",
    "/a?q=`ls`",
    "/a/.//b",
    "/a//../b",
    "/a/%2e",
    "/a/..;/b",
    "/a?&&",
    "/a?=&=",
    "/a?a=1&a=2",
    "/?%",
    "/a?%2",
    "/a?x=\\y",
    "/a?'",
    "/a?x|y^z`",
    "/a?ids[]=1&ids[]=2",
    "/a?k=abc==",
    "/a?$filter=x%20eq%201&$top=5",
    "/a?flag",
    "/a?flag&x=1&last",
    "/a?q=a;b",
    "/a?x=~!*'()",
    "/a?t=2026-01-02T03:04:05Z",
    "/a?page[size]=2&f=a/b:c@d",
    "/a?x=%5b%2f%7e%2F",
    "/a?q=a+b&r=a%20b&s=a%2Bb",
    "/core/v1/items(7)/$value",
    "/a?x=1&amp;y=2",
    "/a?%61=%62",
    "/a/;/b;c=d/e",
];

/// Places that go out in another way, with the reason.
const ODD_PLACES: &[(&str, Differs)] = &[
    ("/a`b", By(NOT_A_BYTE_OF_A_URL)),
    ("/a<b>", By(NOT_A_BYTE_OF_A_URL)),
    ("/a?\"x\"", By(NOT_A_BYTE_OF_A_URL)),
    ("/a?<x>", By(NOT_A_BYTE_OF_A_URL)),
    ("/ü", Sometimes(TEXT_IN_A_URL)),
    ("/a?x=ü", Sometimes(TEXT_IN_A_URL)),
    ("/a?x=日本", Sometimes(TEXT_IN_A_URL)),
    (
        "/a b",
        Neither("a URL with a blank in it is refused, by curl too"),
    ),
    ("/a?x=a b", By(BLANKS)),
];

/// Whole URLs; `PORT` is the server's.
const URLS: &[(&str, Differs)] = &[
    ("http://127.0.0.1:PORT/x", No),
    ("HTTP://127.0.0.1:PORT/X", No),
    ("http://localhost:PORT/l", No),
    ("127.0.0.1:PORT/noscheme", No),
    ("localhost:PORT", No),
    ("http://127.1:PORT/", No),
    ("http://2130706433:PORT/", No),
    ("http://0x7f.1:PORT/", No),
    ("http:/127.0.0.1:PORT/one", No),
    ("http:///127.0.0.1:PORT/three", No),
    ("http://127.0.0.1:0PORT/", No),
    ("http://127.0.0.1:PORT", No),
    (
        "http://LOCALHOST:PORT/",
        By("the name of a host is sent in small letters, which is the same name"),
    ),
    (" http://127.0.0.1:PORT/blanks ", By(BLANKS)),
    ("http://127.0.0.1:PORT/a/{x,y}z", By(GLOBS)),
    ("http://127.0.0.1:PORT/[1-3]", By(GLOBS)),
];

const METHODS: &[&str] = &[
    "GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PURGE", "M-SEARCH", "PROPFIND", "QUERY",
];

type Row = (&'static [&'static str], Differs);

/// Options with data, to `/d`.
const DATA: &[Row] = &[
    (&["-d", "a=b"], No),
    (&["-d", "a=b", "-d", "c=d"], No),
    (&["-d", ""], No),
    (&["-d", "a b"], No),
    (&["-d", "ü=ö"], No),
    (&["-d", "{\"a\":1}"], No),
    (&["-d", "{\"a\":\n1}"], No),
    (&["-d", "[1, 2.50, 18446744073709551617]"], No),
    (&["-d", "a={{b}}&c=}}{{"], No),
    (&["-d", "a=1&b=2", "-G"], No),
    (&["-G", "-d", "x"], No),
    (&["-d", "a=b", "--get", "-d", "c"], No),
    (&["-G", "-d", "a b=c d"], By(BLANKS)),
    (&["--data-urlencode", "a=b c"], No),
    (&["--data-urlencode", "=a b"], No),
    (&["--data-urlencode", "a b"], No),
    (&["--data-urlencode", "ü=ö&%+"], No),
    (&["--data-urlencode", "a=b/c~d-e_f.g*h"], No),
    (&["--data-urlencode", "a=b", "-G"], No),
    (&["--data-urlencode", "a=", "--data-urlencode", "b"], No),
    (&["--data-urlencode", "a=1", "-d", "b=2"], No),
    (&["--data-urlencode", "n@lines.txt"], By(FILES_LEFT_OUT)),
    (&["--data-urlencode", "@lines.txt"], By(FILES_LEFT_OUT)),
    (&["--data-raw", "@x"], No),
    (&["--data-raw", "a=b", "--data-raw", "c"], No),
    (&["--data-ascii", "a=b\nc"], No),
    (&["--data-binary", "a\r\nb"], No),
    (&["--data-binary", "@lines.txt"], No),
    (&["--data-binary", "@bytes"], No),
    (&["--data-binary", "@a name"], No),
    (
        &["-d", "@lines.txt"],
        By("a file goes out with its line breaks, and the import says so"),
    ),
    (&["-d", "a=b", "-d", "@lines.txt"], By(FILES_LEFT_OUT)),
    (&["-d", "a\r\nb"], No),
    (&["-d", "\\u00fc\\n"], No),
    (&["--json", "{\"a\":1}"], No),
    (&["--json", "{", "--json", "}"], No),
    (&["--json", "@a.json"], No),
    (&["--json", "{}", "-H", "Accept: text/plain"], No),
    (
        &[
            "--json",
            "{}",
            "-H",
            "Content-Type: application/vnd.api+json",
        ],
        No,
    ),
    (&["--json", "[]", "-X", "PATCH"], No),
    (&["-d", "x", "-X", "PUT"], No),
    (&["-d", "x", "-X", "GET"], No),
    (&["-d", "x", "-X", "DELETE"], No),
    (&["-d", "x", "-H", "Content-Type: text/plain"], No),
    (&["-d", "x", "-H", "Content-Type:"], No),
    (&["-d", "x", "-H", "content-type: a/b"], No),
    (
        &[
            "-d",
            "x",
            "-H",
            "Content-Type: application/x-www-form-urlencoded; charset=utf-8",
        ],
        No,
    ),
    (&["-d", "x", "-H", "Content-Type;"], No),
    (&["-d", "q=a+b&ids[]=1&k=abc=="], No),
    (&["-d", "flag&x=%5b&y="], No),
    (&["-d", "a=1&b=a%20b&c=x,y"], No),
    (&["-d", "q=a;b"], No),
    (&["-d", "&&"], No),
    (&["-d", "="], No),
    (&["-d", "%zz=%"], No),
    (&["--url-query", "a=b c"], No),
    (&["--url-query", "+a=b%20c"], No),
    (&["--url-query", "a=b", "-d", "x=y"], No),
    (&["-T", "lines.txt"], No),
    (&["-T", "lines.txt", "-X", "POST"], No),
    (&["-T", "lines.txt", "-H", "Content-Type: a/b"], No),
    (&["-T", "p.png"], No),
];

/// Headers and credentials, to `/h`.
const HEADERS: &[Row] = &[
    (&["-H", "X-A: b"], No),
    (&["-H", "X-A:b"], No),
    (&["-H", "X-A:   b  "], No),
    (&["-H", "X-A:"], No),
    (&["-H", "X-A;"], No),
    (&["-H", "x-a: 1", "-H", "X-A: 2"], No),
    (&["-H", "Accept: a/b"], No),
    (&["-H", "Accept:"], No),
    (&["-H", "User-Agent: me"], No),
    (&["-H", "User-Agent:"], No),
    (&["-A", "me"], No),
    (&["-A", ""], No),
    (&["-A", "me", "-H", "User-Agent: you"], No),
    (&["-e", "http://r/"], No),
    (&["-e", "http://r/;auto"], No),
    (&["-e", "s", "-H", "Referer: r"], No),
    (&["-H", "Host: other"], No),
    (&["-H", "Host: other:99"], No),
    (&["-H", "X-U: ü"], No),
    (&["-H", "X-Q: \"a\\b\""], No),
    (&["-H", "X-T: a\tb"], No),
    (&["-H", "X-C: a,b;c=d"], No),
    (&["-H", "X-B: {{not}} a name"], No),
    (&["-H", "X_under: 1"], No),
    (&["-H", "X.dot: 1"], No),
    (&["-H", "x!#$%&'*+-.^_`|~: 1"], No),
    (&["-H", "X-Empty;", "-H", "X-B: 2"], No),
    (&["-H", "Expect:", "-d", "abc"], No),
    (&["-H", "Expect: 100-continue", "-d", "abc"], No),
    (&["-H", "Accept-Encoding: identity"], No),
    (&["-H", "Accept-Encoding:"], No),
    (&["--compressed"], No),
    (&["--compressed", "-H", "Accept-Encoding: x"], No),
    (&["-r", "0-99"], No),
    (&["-r", "-5"], No),
    (&["-r", "0-1,5-9"], No),
    (&["-r", "5-", "-H", "Range: bytes=1-2"], No),
    (&["-H", "If-None-Match: \"x\""], No),
    (&["-H", "TE: trailers"], No),
    (&["-H", "Prefer: return=minimal, wait=10"], No),
    (
        &[
            "-H",
            "Traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        ],
        No,
    ),
    (&["-H", "X-Only"], No),
    (&["-H", "Content-Type: a/b"], No),
    (&["-d", "x", "-H", "Accept: */*"], No),
    (&["-s", "-S", "-v", "-w", "%{http_code}"], No),
    (&["-sSo/dev/null"], No),
    (&["-XPOST", "-HX-A: b", "-da=b"], No),
    (
        &["--max-time", "5", "--connect-timeout", "5", "--retry", "2"],
        No,
    ),
    (&["-H", "Content-Length: 3", "-d", "abc"], No),
    (
        &["-H", "Transfer-Encoding: chunked", "-d", "abc"],
        By(LENGTH),
    ),
    (
        &["-H", "Connection: close"],
        By("the library minds its connections, and the import says so"),
    ),
    (&["-H", "Host:"], By("HTTP/1.1 demands a Host")),
    (
        &["-H", "@heads"],
        By("the file with headers is not read by an import, and it says so"),
    ),
    (&["-H", " X-Lead: 1"], By("a name has no blank before it")),
    (&["-H", "X-Space : 1"], By("a name has no blank behind it")),
    (&["--http1.0"], By(NO_SETTING)),
    (&["--request-target", "/other?x"], By(NO_SETTING)),
    (&["-X", "OPTIONS", "--request-target", "*"], By(NO_SETTING)),
    (
        &["-z", "Tue, 15 Nov 1994 12:45:26 GMT"],
        By("conditions are headers here, and the import says so"),
    ),
    (
        &["-X", "get"],
        By("a method goes out in capitals, and the import says so"),
    ),
];

/// The same with a token in it, and the value that it stands for.
const SECRETS: &[(&[&str], &str)] = &[
    (&["-u", "user:pass"], "dXNlcjpwYXNz"),
    (&["-u", "user:"], "dXNlcjo="),
    (&["-u", ":pass"], "OnBhc3M="),
    (&["-u", "ü:ö"], "w7w6w7Y="),
    (&["-u", "u:p:q"], "dTpwOnE="),
    (&["--oauth2-bearer", "bearer-one"], "bearer-one"),
    (&["-H", "Authorization: Bearer bearer-two"], "bearer-two"),
    (&["-H", "authorization: token bearer-three"], "bearer-three"),
    (
        &["-u", "user:other", "-H", "Authorization: Own key-four"],
        "Own key-four",
    ),
    (&["-H", "X-Api-Key: key-five-5"], "key-five-5"),
    (&["-b", "sid=one"], "sid=one"),
    (&["-b", "a=two; c=d"], "a=two; c=d"),
    (&["-b", "a=three", "-H", "Cookie: e=three"], "e=three"),
    (&["-H", "Cookie: e=four"], "e=four"),
];

/// Forms of parts, to `/f`.
const FORMS: &[Row] = &[
    (&["-F", "a=b"], No),
    (&["-F", "a=b", "-F", "c=d"], No),
    (&["-F", "a=b", "-F", "a=c"], No),
    (&["-F", "a="], No),
    (&["-F", "a=b;type=text/x"], No),
    (&["-F", "a=\"b;c\""], No),
    (&["-F", "a={\"j\":[1]};type=application/json"], No),
    (&["-F", "ü=ö"], No),
    (
        &["-F", "a\"b=c"],
        Sometimes("older versions escape a quotation mark with a backslash"),
    ),
    (&["--form-string", "a=@b;c"], No),
    (&["--form-string", "a={{b}}"], No),
    (&["-F", "a=b", "-X", "PUT"], No),
    (
        &["-F", "a=b", "-H", "Content-Type: multipart/form-data"],
        No,
    ),
    (
        &["-F", "a=b", "-H", "Content-Type: multipart/mixed"],
        Sometimes("parts are of a form here, whatever the header says"),
    ),
    (&["-F", "a=@lines.txt"], No),
    (&["-F", "a=@lines.txt;type=x/y"], No),
    (&["-F", "a=@lines.txt;filename=z.pdf"], No),
    (&["-F", "a=@bytes", "-F", "b=text"], No),
    (&["-F", "a=@p.png"], No),
    (&["-F", "a=@a.json;type=application/json"], No),
    (&["-F", "a=@a name"], No),
    (&["-F", "a=@lines.txt", "-F", "a=@bytes"], No),
    (&["-F", "a=@p.png;filename=\"x y.png\";type=image/x"], No),
    (&["-F", "a=<lines.txt"], By(FILES_LEFT_OUT)),
    (
        &["-F", "a=@lines.txt,bytes"],
        By("several files in one part are not taken apart, and the import says so"),
    ),
    (&["-F", "a=b;encoder=base64"], By(NO_SETTING)),
    (&["-F", "a=x;headers=\"X-P: 1\""], By(NO_SETTING)),
];

/// Where an upload names its own place.
const UPLOADS: &[(&str, &str)] = &[
    ("lines.txt", "/up/"),
    ("lines.txt", ""),
    ("lines.txt", "/up/?q=1"),
    ("a name", "/up/"),
    ("p.png", "/up/x"),
    ("bytes", "?q=1"),
];

/// Options before the URL of a redirect, with what it answers.
const REDIRECTS: &[Row] = &[
    (&["-L", "/redirect/301/..%2F..%2Flanded"], No),
    (&["-L", "/redirect/302/%2Flanded?x=%7e&y=a+b"], No),
    (&["-L", "/redirect/303/%2Flanded#f"], No),
    (&["-L", "/redirect/307/..%2F..%2Fup%2F.%2Fx"], No),
    (&["-L", "/redirect/308/%2Flanded?x"], No),
    (&["-L", "/redirect/302/%2Fredirect%2F301%2F!landed"], No),
    (&["-L", "-d", "a=b", "/redirect/301/%2Flanded"], No),
    (&["-L", "-d", "a=b", "/redirect/302/%2Flanded"], No),
    (&["-L", "-d", "a=b", "/redirect/303/%2Flanded"], No),
    (&["-L", "-d", "a=b", "/redirect/307/%2Flanded"], No),
    (&["-L", "-d", "a=b", "/redirect/308/%2Flanded"], No),
    (&["-L", "-X", "DELETE", "/redirect/307/%2Flanded"], No),
    (
        &["-L", "/redirect/300/%2Flanded"],
        Sometimes("a choice of several is no order to go on"),
    ),
    (&["-L", "/redirect/302/%2Fa%5Bb%5D%7Cc"], No),
    (&["-L", "/redirect/302/%2Flanded%2F%2F..%2Fx"], No),
    (&["-L", "-H", "X-Own: 1", "/redirect/302/%2Flanded"], No),
    (
        &["-L", "-X", "PUT", "-d", "x", "/redirect/302/%2Flanded"],
        By("--request keeps its method through every redirect in curl; here RFC 9110, 15.4, holds"),
    ),
    (
        &["/redirect/302/%2Flanded"],
        By("redirects are followed always here, and every hop is shown"),
    ),
];

pub fn cases(base: &str) -> Vec<Case> {
    let mut cases = Vec::new();
    let mut add = |options: &[&str], url: String, differs: Differs, secret: &'static str| {
        let words = options.iter().map(|word| (*word).to_owned());
        cases.push(Case {
            words: words.chain([url]).collect(),
            differs,
            secret,
        });
    };
    for as_is in [&["-g"][..], &["-g", "--path-as-is"]] {
        for place in PLACES {
            add(as_is, format!("{base}{place}"), No, "");
        }
    }
    for (place, differs) in ODD_PLACES {
        add(&["-g"], format!("{base}{place}"), *differs, "");
    }
    let port = base.rsplit(':').next().unwrap_or_default();
    for (url, differs) in URLS {
        add(&[], url.replace("PORT", port), *differs, "");
    }
    for method in METHODS {
        let differs = match *method {
            "POST" | "PUT" | "PATCH" => {
                By("a write without a body says that it has none, as RFC 9110, 8.6, asks")
            }
            _ => No,
        };
        add(&["-X", method], format!("{base}/m"), differs, "");
    }
    add(&["-I"], format!("{base}/m"), No, "");
    for (table, path) in [(DATA, "/d"), (HEADERS, "/h"), (FORMS, "/f")] {
        for (options, differs) in table {
            add(options, format!("{base}{path}"), *differs, "");
        }
    }
    for (options, secret) in SECRETS {
        add(options, format!("{base}/s"), No, secret);
    }
    let cookie = "a=\"five\"; b=ü";
    let differs = By(NOT_IN_A_TOKEN);
    add(&["-b", cookie], format!("{base}/s"), differs, cookie);
    for (file, place) in UPLOADS {
        add(&["-T", file], format!("{base}{place}"), No, "");
    }
    for (options, differs) in REDIRECTS {
        let (place, options) = options.split_last().unwrap();
        add(options, format!("{base}{place}"), *differs, "");
    }
    add(
        &["-b", "", &format!("{base}/cookie/set")],
        format!("{base}/cookie/get"),
        Sometimes(ORDER),
        "",
    );
    cases
}
