//! What a single line of a `.http` file is, and by which lines such a file is told from others.

const METHODS: [&str; 11] = [
    "GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "CONNECT", "GRAPHQL",
    "QUERY",
];

/// Kinds of calls that are no HTTP request.
pub const OTHER_CALLS: [&str; 4] = ["WEBSOCKET", "GRPC", "RSOCKET", "STOMP"];

/// What begins a request to httpYac besides, wherever it goes: to it `COPY that` is one.
const OF_HTTPYAC: [&str; 25] = [
    "ACL",
    "AMQP",
    "BASELINE-CONTROL",
    "CHECKIN",
    "CHECKOUT",
    "COPY",
    "EVENTSOURCE",
    "LOCK",
    "MERGE",
    "MKACTIVITY",
    "MKCALENDAR",
    "MKCOL",
    "MKWORKSPACE",
    "MOVE",
    "MQTT",
    "MQTTS",
    "PROPFIND",
    "PROPPATCH",
    "REPORT",
    "SEARCH",
    "SSE",
    "UNLOCK",
    "VERSION-CONTROL",
    "WS",
    "WSS",
];

/// Whether a word begins a request to one of the clients, whatever follows.
pub fn is_request_word(word: &str) -> bool {
    METHODS.contains(&word) || OTHER_CALLS.contains(&word) || OF_HTTPYAC.contains(&word)
}

/// Whether a text is such a file rather than something else: its first line that counts asks for
/// something, and before it stands only what may.
pub fn is_requests(text: &str) -> bool {
    let text = text.trim_start_matches('\u{feff}');
    let mut is_marked = false;
    let mut in_script = false;
    for line in text.lines() {
        let line = line.trim();
        if in_script {
            in_script = !line.contains("%}");
        } else if line.starts_with("###") || variable(line).is_some() {
            is_marked = true;
        } else if let Some(script) = opens_script(line) {
            in_script = !script.contains("%}");
        } else if !line.is_empty() && comment(line).is_none() {
            return asks(line, is_marked);
        }
    }
    false
}

/// Whether a line is a request beyond doubt; a URL alone is one where the file is marked as such.
fn asks(line: &str, is_marked: bool) -> bool {
    let line = joined(line);
    let mut words = line.split_whitespace();
    let first = words.next().unwrap_or_default();
    let second = words.next().unwrap_or_default();
    let more = words.next();
    let is_url = |word: &str| {
        let begins = ["http://", "https://", "/", "{{"];
        begins.iter().any(|begin| word.starts_with(begin))
    };
    let is_host = |word: &str| {
        let host = word.split(['/', '?']).next().unwrap_or_default();
        host.contains(['.', ':']) || host == "localhost"
    };
    let ends = more.is_none_or(|word| word.starts_with("HTTP/"));
    if METHODS.contains(&first) || OTHER_CALLS.contains(&first) {
        let is_all = first == "OPTIONS" && second == "*";
        return ends && (is_url(second) || is_host(second) || is_all);
    }
    let is_alone = second.is_empty() || second.starts_with("HTTP/");
    is_marked && is_alone && is_url(first) && !first.starts_with('/')
}

/// Method and URL of a line that asks for something.
pub fn request(line: &str) -> Option<(String, String)> {
    let line = joined(line.trim());
    let line = without_version(&line);
    let (first, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let rest = rest.trim();
    let is_method = !first.is_empty()
        && first.len() <= 20
        && first.bytes().all(|b| b.is_ascii_uppercase() || b == b'-')
        || METHODS.iter().any(|m| m.eq_ignore_ascii_case(first));
    if is_method && !rest.is_empty() {
        return Some((first.to_ascii_uppercase(), rest.to_owned()));
    }
    let is_alone = rest.is_empty() && (asks(line, true) || first.starts_with('/'));
    let is_host = rest.is_empty() && first.contains('.') && first.contains('/');
    (is_alone || is_host).then(|| ("GET".to_owned(), first.to_owned()))
}

/// A line without the version of HTTP at its end.
pub fn without_version(line: &str) -> &str {
    let line = line.trim_end();
    let last = line.rfind(char::is_whitespace).map_or(0, |at| at + 1);
    if line.is_char_boundary(last) && line[last..].starts_with("HTTP/") {
        line[..last].trim_end()
    } else {
        line
    }
}

/// A line that asks for something without the remark behind its URL, which holds no blanks.
pub fn without_remark(line: &str) -> (&str, bool) {
    let signs = [" #", "\t#", " //", "\t//"];
    let at = signs.iter().filter_map(|sign| line.find(sign)).min();
    match at {
        // `GET //host/path` has none.
        Some(at) if !METHODS.contains(&line[..at].trim_end()) => (line[..at].trim_end(), true),
        _ => (line, false),
    }
}

/// What a line says that the program does not send.
pub fn comment(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let inside = line.strip_prefix('#').or_else(|| line.strip_prefix("//"))?;
    Some(inside.trim_start_matches(['#', '/']).trim())
}

/// `@name = value`
pub fn variable(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.trim_start().strip_prefix('@')?.split_once('=')?;
    let name = name.trim_end();
    let fits = |c: char| !c.is_whitespace() && !"{}()<>\"".contains(c);
    (!name.is_empty() && name.chars().all(fits)).then(|| (name, value.trim()))
}

/// What stands behind the sign that opens a script: `> {%`, `< {%`
pub fn opens_script(line: &str) -> Option<&str> {
    let rest = line.strip_prefix(['<', '>'])?;
    rest.trim_start().strip_prefix("{%")
}

/// A line without the blanks inside of its braces.
fn joined(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(open) = rest.find("{{") {
        let (before, inside) = rest.split_at(open);
        out.push_str(before);
        // Searched once more for every pair, it would be a long search in a hostile line.
        let length = inside[2..]
            .find(['{', '}', '\n'])
            .map_or(inside.len(), |at| at + 2);
        if !inside[length..].starts_with("}}") {
            out.push_str(&inside[..1]);
            rest = &inside[1..];
            continue;
        }
        let close = length;
        let words: Vec<&str> = inside[2..close].split_whitespace().collect();
        out.extend(["{{", &words.join("."), "}}"]);
        rest = &inside[close + 2..];
    }
    out + rest
}
