//! What is secret in a call, and the same call without it. Used at every exit: what is shown,
//! printed, kept or copied has passed through here.

use crate::model::{
    Body, Exchange, Failure, Headers, MASK, Outcome, RequestSpec, Response, Secret, TokenRef,
};
use aho_corasick::{AhoCorasick, MatchKind};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use std::ops::Range;
use std::sync::LazyLock;

/// Shorter values would blot out ordinary words.
const SHORTEST_VALUE: usize = 8;

/// Names that hold a secret as they stand, and parts that make a name one.
const WHOLE: [&str; 4] = [
    "authorization",
    "proxy-authorization",
    "cookie",
    "set-cookie",
];
const PARTS: [&str; 6] = [
    "token", "secret", "password", "api-key", "apikey", "api_key",
];

/// All of them, to be looked for in a text.
static SECRET_NAMES: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .build(WHOLE.iter().chain(&PARTS))
        .ok()
});

/// Whether a header, parameter or member of that name holds a secret.
pub fn is_secret_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    WHOLE.contains(&name.as_str()) || PARTS.iter().any(|part| name.contains(part))
}

/// The known secret values, each with the text that stands for it.
pub struct Mask {
    search: Option<AhoCorasick>,
    marks: Vec<String>,
    tokens: Vec<TokenRef>,
}

impl Mask {
    pub fn new(secrets: &[(TokenRef, Secret)]) -> Mask {
        let named = secrets
            .iter()
            .map(|(token, secret)| (token.mask(), secret.reveal()));
        let mut mask = Mask::of_values(named.collect());
        mask.tokens = secrets.iter().map(|(token, _)| token.clone()).collect();
        mask
    }

    fn of_values(values: Vec<(String, &str)>) -> Mask {
        let mut patterns = Vec::new();
        let mut marks = Vec::new();
        for (mark, value) in values {
            if value.len() < SHORTEST_VALUE {
                continue;
            }
            for form in forms(value) {
                patterns.push(form);
                marks.push(mark.clone());
            }
        }
        let search = (!patterns.is_empty())
            .then(|| {
                AhoCorasick::builder()
                    .match_kind(MatchKind::LeftmostLongest)
                    .build(&patterns)
                    .ok()
            })
            .flatten();
        Mask {
            search,
            marks,
            tokens: Vec::new(),
        }
    }

    /// The secrets that stand in a request in the clear, under names that say so.
    pub fn of_request(headers: &Headers, url: &str, body: &[u8]) -> Mask {
        let values = typed_values(headers, url, body);
        let values = values.iter().map(|v| (MASK.to_owned(), v.as_str()));
        Mask::of_values(values.collect())
    }

    /// Whether one of the values stands in the text, in any form.
    pub fn finds(&self, text: &str) -> bool {
        self.replace(text.into()) != text.as_bytes()
    }

    /// The call as it may be shown and kept.
    pub fn exchange(&self, mut exchange: Exchange) -> Exchange {
        // Secrets that were typed into the request have no name, but may be echoed all the same.
        let sent = &exchange.sent;
        let typed = Mask::of_request(&sent.headers, &sent.url, &sent.body);
        let url = |text: &str| self.url(&typed.text(text));
        if let Outcome::Failed(failure) = &mut exchange.outcome {
            for raw in [&exchange.sent.url, &exchange.typed.url] {
                if !raw.is_empty() {
                    failure.message = failure.message.replace(raw, &url(raw));
                }
            }
        }
        exchange.sent.url = url(&exchange.sent.url);
        exchange.sent.headers = self.headers(&exchange.sent.headers, &typed);
        exchange.sent.body = self.bytes(typed.replace(exchange.sent.body));
        exchange.typed = self.typed(exchange.typed, &typed);
        for hop in &mut exchange.redirects {
            hop.location = url(&hop.location);
        }
        exchange.outcome = match exchange.outcome {
            Outcome::Answered(response) => Outcome::Answered(self.response(response, &typed)),
            Outcome::Failed(failure) => Outcome::Failed(Failure {
                message: self.text(&typed.text(&failure.message)),
                partial: failure
                    .partial
                    .map(|response| Box::new(self.response(*response, &typed))),
                ..failure
            }),
        };
        exchange
    }

    /// The request as typed. A value that has a name becomes that name, so that the request can
    /// be sent again; one that has none is masked, and must be typed again.
    fn typed(&self, mut spec: RequestSpec, typed: &Mask) -> RequestSpec {
        spec.url = self.named(self.url(&typed.text(&spec.url)));
        for row in spec.params.iter_mut().chain(&mut spec.headers) {
            row.value = self.named(self.value(&row.name, &typed.text(&row.value)));
        }
        spec.body = match spec.body {
            Body::Empty => Body::Empty,
            Body::Text(text) => {
                let masked = self.bytes(typed.replace(text.into_bytes()));
                Body::Text(self.named(String::from_utf8_lossy(&masked).into_owned()))
            }
            Body::Bytes(bytes) => Body::Bytes(self.bytes(typed.replace(bytes))),
        };
        spec
    }

    fn named(&self, text: String) -> String {
        let slot = |text: String, token: &TokenRef| {
            text.replace(&token.mask(), &format!("{{{{token:{}}}}}", token.name))
        };
        self.tokens.iter().fold(text, slot)
    }

    fn response(&self, mut response: Response, typed: &Mask) -> Response {
        response.headers = self.headers(&response.headers, typed);
        response.reason = self.text(&typed.text(&response.reason));
        response.received = Some(response.body_bytes());
        response.body = self.bytes(typed.replace(response.body));
        response
    }

    fn headers(&self, headers: &Headers, typed: &Mask) -> Headers {
        headers
            .iter()
            .map(|header| {
                let value = if is_secret_name(&header.name) {
                    self.value(&header.name, &header.text()).into_bytes()
                } else if header.name.eq_ignore_ascii_case("location") {
                    self.url(&typed.text(&header.text())).into_bytes()
                } else {
                    typed.replace(self.replace(header.value.clone()))
                };
                (header.name.clone(), value)
            })
            .collect()
    }

    /// A named value: whole if the name is a secret one, else what is known in it.
    fn value(&self, name: &str, value: &str) -> String {
        if !is_secret_name(name) || value.is_empty() {
            return self.text(value);
        }
        let scheme = ["Bearer ", "Basic ", "Token ", "Digest "]
            .into_iter()
            .find(|s| {
                value.len() > s.len()
                    && value.is_char_boundary(s.len())
                    && value[..s.len()].eq_ignore_ascii_case(s)
            });
        let (scheme, rest) = value.split_at(scheme.map_or(0, str::len));
        let known = self.text(rest);
        // A value that is nothing but a named token keeps that name, so that it can be sent again.
        let whole = self.tokens.iter().any(|token| token.mask() == known);
        let reference = rest.starts_with("{{token:") && rest.ends_with("}}");
        if whole || reference {
            format!("{scheme}{known}")
        } else {
            format!("{scheme}{MASK}")
        }
    }

    /// A URL without credentials: user and password, secret parameters, known values.
    fn url(&self, text: &str) -> String {
        let mut text = self.text(text);
        // By hand, since what is no URL may hold a password all the same.
        if let Some(scheme) = text.find("://") {
            let start = scheme + 3;
            let end = text[start..].find(['/', '?', '#', '\\']);
            let end = end.map_or(text.len(), |length| start + length);
            if let Some(length) = text[start..end].rfind('@') {
                text.replace_range(start..start + length, MASK);
            }
        }
        let Some(query) = text.find('?') else {
            return text;
        };
        let (before, rest) = text.split_at(query + 1);
        let (query, fragment) = rest.split_at(rest.find('#').unwrap_or(rest.len()));
        let pairs: Vec<String> = query
            .split('&')
            .map(|pair| match pair.split_once('=') {
                Some((name, value)) if is_secret_name(name) => {
                    format!("{name}={}", self.value(name, value))
                }
                _ => pair.to_owned(),
            })
            .collect();
        format!("{before}{}{fragment}", pairs.join("&"))
    }

    /// A text without known values.
    pub fn text(&self, text: &str) -> String {
        match String::from_utf8(self.replace(text.into())) {
            Ok(text) => text,
            Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
        }
    }

    /// A body without known values and without the members that have secret names.
    fn bytes(&self, body: Vec<u8>) -> Vec<u8> {
        let body = self.replace(body);
        let mut spans = secret_members(&body);
        if spans.is_empty() {
            spans = secret_form_members(&body);
        }
        if spans.is_empty() {
            return body;
        }
        let mut masked = Vec::with_capacity(body.len());
        let mut from = 0;
        for span in spans {
            let inside = &body[span.clone()];
            masked.extend_from_slice(&body[from..span.start]);
            let mask_of_one = self.tokens.iter().any(|t| t.mask().as_bytes() == inside);
            let reference = inside.starts_with(b"{{token:") && inside.ends_with(b"}}");
            let named = mask_of_one || reference;
            masked.extend_from_slice(if named { inside } else { MASK.as_bytes() });
            from = span.end;
        }
        masked.extend_from_slice(&body[from..]);
        masked
    }

    /// The bytes without known values. Where there are none they come back as they are: a large
    /// body is not copied to find that out.
    fn replace(&self, bytes: Vec<u8>) -> Vec<u8> {
        let Some(search) = &self.search else {
            return bytes;
        };
        let plain = match search.find(&bytes) {
            Some(_) => search.replace_all_bytes(&bytes, &self.marks),
            None => bytes,
        };
        let hidden = self.behind_escapes(search, &plain);
        if hidden.is_empty() {
            return plain;
        }
        let mut masked = Vec::with_capacity(plain.len());
        let mut from = 0;
        for (span, mark) in hidden {
            masked.extend_from_slice(&plain[from..span.start]);
            masked.extend_from_slice(self.marks[mark].as_bytes());
            from = span.end;
        }
        masked.extend_from_slice(&plain[from..]);
        masked
    }

    /// Where a value stands with some of its characters escaped, and which it is. Encoders differ
    /// in what they escape, so the text is searched as it reads once every escape is undone; block
    /// by block, since the places of a large body would take more memory than the body.
    fn behind_escapes(&self, search: &AhoCorasick, text: &[u8]) -> Vec<(Range<usize>, usize)> {
        let overlap = search.max_pattern_len() * LONGEST_ESCAPE;
        let block = ESCAPE_BLOCK + 2 * overlap;
        let mut found: Vec<(Range<usize>, usize)> = Vec::new();
        let mut start = 0;
        loop {
            let end = text.len().min(start + block);
            if let Some((read, places)) = unescaped(&text[start..end]) {
                for hit in search.find_iter(&read) {
                    let span = start + places[hit.start()]..start + places[hit.end()];
                    if found.last().is_none_or(|(last, _)| last.end <= span.start) {
                        found.push((span, hit.pattern().as_usize()));
                    }
                }
            }
            if end == text.len() {
                return found;
            }
            start = end - overlap;
        }
    }
}

/// How many bytes one character takes at most when it is escaped: `&#x002b;`.
const LONGEST_ESCAPE: usize = 8;

const ESCAPE_BLOCK: usize = 1 << 18;

/// The text with its escapes of JSON, URLs and HTML undone, and where each byte of it, and its
/// end, stood before; `None` where there are no escapes.
fn unescaped(text: &[u8]) -> Option<(Vec<u8>, Vec<usize>)> {
    memchr::memchr3(b'\\', b'%', b'&', text)?;
    let mut read = Vec::with_capacity(text.len());
    let mut places = Vec::with_capacity(text.len() + 1);
    let mut at = 0;
    while at < text.len() {
        let (byte, length) = escape(&text[at..]).unwrap_or((text[at], 1));
        read.push(byte);
        places.push(at);
        at += length;
    }
    places.push(at);
    Some((read, places))
}

/// The ASCII character that an escape at the start of the text stands for, and its length.
fn escape(text: &[u8]) -> Option<(u8, usize)> {
    let number = |digits: &[u8], radix| {
        let digits = std::str::from_utf8(digits).ok()?;
        let is_plain = digits.bytes().all(|b| b.is_ascii_hexdigit());
        let number = u32::from_str_radix(digits, radix)
            .ok()
            .filter(|_| is_plain)?;
        u8::try_from(number).ok().filter(u8::is_ascii)
    };
    match text {
        [b'\\', b'u', a, b, c, d, ..] => Some((number(&[*a, *b, *c, *d], 16)?, 6)),
        [b'\\', sign @ (b'"' | b'/' | b'\\'), ..] => Some((*sign, 2)),
        [b'%', a, b, ..] => Some((number(&[*a, *b], 16)?, 3)),
        [b'&', ..] => {
            let end = text.iter().take(LONGEST_ESCAPE).position(|&b| b == b';')?;
            let sign = match &text[1..end] {
                b"amp" => b'&',
                b"quot" => b'"',
                b"apos" => b'\'',
                b"lt" => b'<',
                b"gt" => b'>',
                [b'#', b'x' | b'X', digits @ ..] => number(digits, 16)?,
                [b'#', digits @ ..] => number(digits, 10)?,
                _ => return None,
            };
            Some((sign, end + 1))
        }
        _ => None,
    }
}

/// The ways a value may be written down by whoever repeats it.
fn forms(value: &str) -> Vec<Vec<u8>> {
    let mut forms = vec![value.as_bytes().to_vec()];
    let mut add = |form: Vec<u8>| {
        if !forms.contains(&form) {
            forms.push(form);
        }
    };
    let json = serde_json::Value::from(value).to_string();
    add(json.trim_matches('"').as_bytes().to_vec());
    let encoded: String = url::form_urlencoded::byte_serialize(value.as_bytes()).collect();
    add(encoded.to_ascii_lowercase().into_bytes());
    add(encoded.into_bytes());
    // Inside a longer base64 text a value can begin at any of three places in a group; the
    // characters at its edges mix with its neighbours and are left out.
    for engine in [&STANDARD, &URL_SAFE] {
        for shift in 0..3 {
            let mut padded = vec![0u8; shift];
            padded.extend_from_slice(value.as_bytes());
            let text = engine.encode(&padded);
            let from = [0, 2, 3][shift];
            let whole_bits = padded.len() * 8 / 6;
            add(text.as_bytes()[from..whole_bits].to_vec());
        }
    }
    forms
}

/// Values under secret names of headers, URL and body, and the password of the URL, that were
/// typed rather than named.
fn typed_values(headers: &Headers, url: &str, body: &[u8]) -> Vec<String> {
    let mut values = Vec::new();
    for header in headers.iter().filter(|h| is_secret_name(&h.name)) {
        let text = header.text();
        if text.contains("{{token:") {
            continue;
        }
        for word in text.split_whitespace() {
            let word = word.trim_matches(['"', ',', ';']);
            values.push(word.to_owned());
            // Basic holds user and password.
            let inside = STANDARD
                .decode(word)
                .ok()
                .and_then(|b| String::from_utf8(b).ok());
            if let Some((user, password)) = inside.as_deref().and_then(|t| t.split_once(':')) {
                values.push(format!("{user}:{password}"));
                values.push(password.to_owned());
            }
        }
    }
    if let Ok(url) = url::Url::parse(url) {
        if let Some(password) = url.password() {
            let password = percent_decoded(password);
            values.push(format!("{}:{password}", percent_decoded(url.username())));
            values.push(password);
        }
        let pairs = url.query_pairs().filter(|(name, _)| is_secret_name(name));
        values.extend(pairs.map(|(_, value)| value.into_owned()));
    }
    for span in secret_members(body) {
        let quoted = [b"\"", &body[span], b"\""].concat();
        values.extend(serde_json::from_slice::<String>(&quoted));
    }
    for span in secret_form_members(body) {
        let pair = [b"a=", &body[span]].concat();
        let pairs = url::form_urlencoded::parse(&pair);
        values.extend(pairs.map(|(_, value)| value.into_owned()));
    }
    // What stands by its name is no value.
    values.retain(|value| !value.contains("{{token:") && !value.contains("‹token:"));
    values
}

fn percent_decoded(text: &str) -> String {
    // A plus is itself outside a query.
    let pair = format!("a={}", text.replace('+', "%2B"));
    let mut pairs = url::form_urlencoded::parse(pair.as_bytes());
    pairs
        .next()
        .map_or_else(String::new, |(_, value)| value.into_owned())
}

/// Where the values of secret members stand in a form, `a=1&password=2`. A text with blanks or
/// brackets of JSON or HTML is none.
fn secret_form_members(body: &[u8]) -> Vec<Range<usize>> {
    let form = body.trim_ascii_end();
    let is_form = !form
        .iter()
        .any(|b| b.is_ascii_whitespace() || b"{<\"".contains(b));
    let mut spans = Vec::new();
    let mut start = 0;
    for pair in form.split(|b| *b == b'&').filter(|_| is_form) {
        if let Some(sign) = memchr::memchr(b'=', pair)
            && sign + 1 < pair.len()
            && url::form_urlencoded::parse(&pair[..sign]).any(|(name, _)| is_secret_name(&name))
        {
            spans.push(start + sign + 1..start + pair.len());
        }
        start += pair.len() + 1;
    }
    spans
}

/// Where the string values of secret members stand in a JSON text, at any depth under such a
/// name. A scan of the text and not a parse, so that cut or broken JSON is masked as well.
fn secret_members(body: &[u8]) -> Vec<Range<usize>> {
    let mut spans = Vec::new();
    // Most bodies have no such name anywhere, and this look is many times faster than the scan.
    if !SECRET_NAMES
        .as_ref()
        .is_none_or(|names| names.is_match(body))
    {
        return spans;
    }
    let first = body.iter().find(|b| !b.is_ascii_whitespace());
    if !matches!(first, Some(b'{' | b'[' | b'"' | 0xef)) {
        return spans;
    }
    let mut depth = 0usize;
    // The depth at which a secret container was opened; all strings inside it are masked.
    let mut secret_from: Option<usize> = None;
    let mut name_is_secret = false;
    let mut at = 0;
    while at < body.len() {
        match body[at] {
            b'"' => {
                let start = at + 1;
                let end = string_end(body, start);
                let mut next = end + 1;
                while next < body.len() && body[next].is_ascii_whitespace() {
                    next += 1;
                }
                if body.get(next) == Some(&b':') {
                    name_is_secret =
                        std::str::from_utf8(&body[start..end]).is_ok_and(is_secret_name);
                    at = next + 1;
                    continue;
                }
                if (name_is_secret || secret_from.is_some()) && start < end {
                    spans.push(start..end);
                }
                name_is_secret = false;
                at = end;
            }
            b'{' | b'[' => {
                depth += 1;
                if name_is_secret && secret_from.is_none() {
                    secret_from = Some(depth);
                }
                name_is_secret = false;
            }
            b'}' | b']' => {
                if secret_from == Some(depth) {
                    secret_from = None;
                }
                depth = depth.saturating_sub(1);
            }
            b',' => name_is_secret = false,
            _ => {}
        }
        at += 1;
    }
    spans
}

/// The place of the quote that ends a string, or the end of the text.
fn string_end(body: &[u8], mut at: usize) -> usize {
    while at < body.len() {
        match body[at] {
            b'\\' => at += 2,
            b'"' => return at,
            _ => at += 1,
        }
    }
    body.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ExchangeId, RequestSpec, SentRequest, Timestamp, TokenName};
    use std::time::Duration;

    const VALUE: &str = "0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a6978";

    fn token() -> TokenRef {
        TokenRef {
            name: TokenName::new("support").unwrap(),
            fingerprint: Some("a361".into()),
        }
    }

    fn mask() -> Mask {
        Mask::new(&[(token(), Secret::new(VALUE))])
    }

    fn exchange(sent: SentRequest, response: Response) -> Exchange {
        Exchange {
            id: ExchangeId::new(Timestamp::UNIX_EPOCH, 0),
            environment: "test".into(),
            case: None,
            typed: RequestSpec::new("GET", sent.url.clone()),
            sent,
            outcome: Outcome::Answered(response),
            redirects: Vec::new(),
            started_at: Timestamp::UNIX_EPOCH,
            took: Duration::ZERO,
        }
    }

    #[test]
    fn a_known_value_is_replaced_by_its_name_in_every_encoding() {
        let basic = STANDARD.encode(format!("user:{VALUE}"));
        let alone = URL_SAFE.encode(VALUE);
        let text = format!("you sent {VALUE}, {basic} and {alone}");
        let masked = mask().text(&text);
        assert!(masked.starts_with("you sent ‹token:support·a361›, "));
        for secret in [VALUE, &basic[8..60], &alone[4..60]] {
            assert!(!masked.contains(secret), "{masked}");
        }
    }

    #[test]
    fn what_was_typed_under_a_secret_name_is_masked_where_it_is_repeated() {
        let bodies = [
            r#"{"user":"ann","password":"body pass\"word"}"#,
            "user=ann&password=body+pass%22word",
        ];
        for body in bodies {
            let sent = SentRequest {
                url: "http://ann:url%20password@host/a?api_key=query+word&b=1".into(),
                body: body.into(),
                ..Default::default()
            };
            let echo = r#"url password, query word, body pass\"word, ann:url password"#;
            let packed = STANDARD.encode("ann:url password");
            let response = Response {
                body: format!("{echo} {packed}").into_bytes(),
                ..Response::default()
            };
            let shown = mask().exchange(exchange(sent, response));
            let said = String::from_utf8_lossy(&shown.outcome.response().unwrap().body);
            let kept = String::from_utf8_lossy(&shown.sent.body);
            for words in [&*said, &*kept, &shown.sent.url] {
                assert!(
                    !words.contains("pass\\") && !words.contains("body"),
                    "{words}"
                );
                assert!(!words.contains("url"), "{words}");
                assert!(!words.contains("query"), "{words}");
            }
            assert!(!said.contains(&packed[..12]), "{said}");
            assert!(kept.contains("ann"), "{kept}");
        }
    }

    #[test]
    fn a_value_is_found_however_an_encoder_escapes_it() {
        let value = r#"ab/cd+ef&gh<ij>kl"mn'op~q"#;
        let mask = Mask::new(&[(token(), Secret::new(value))]);
        let letter_by_letter = |write: fn(char) -> String| value.chars().map(write).collect();
        let all_unicode: String = letter_by_letter(|c| format!("\\u{:04x}", c as u32));
        let all_percent: String = letter_by_letter(|c| format!("%{:02X}", c as u32));
        let all_html: String = letter_by_letter(|c| format!("&#{};", c as u32));
        for echo in [
            r#"ab/cd+ef&gh<ij>kl\"mn'op~q"#,
            r#"ab\/cd+ef&gh<ij>kl\"mn'op~q"#,
            r#"ab/cd+ef\u0026gh\u003cij\u003ekl\"mn'op~q"#,
            r#"ab/cd\u002Bef\u0026gh\u003Cij\u003Ekl\u0022mn\u0027op~q"#,
            "ab/cd+ef&amp;gh&lt;ij&gt;kl&quot;mn&#39;op~q",
            "ab&#x2F;cd+ef&amp;gh&lt;ij&gt;kl&quot;mn&apos;op~q",
            "ab%2Fcd%2Bef%26gh%3Cij%3Ekl%22mn'op~q",
            "ab%2fcd%2bef%26gh%3cij%3ekl%22mn%27op%7Eq",
            &all_unicode,
            &all_percent,
            &all_html,
        ] {
            let masked = mask.text(&format!("\\n{echo}%20&nbsp;"));
            assert_eq!(masked, "\\n‹token:support·a361›%20&nbsp;", "{echo}");
        }
        // What is packed may be escaped in its turn.
        let value = "abc???def???ghi";
        let mask = Mask::new(&[(token(), Secret::new(value))]);
        let packed = STANDARD.encode(value).replace('/', "\\/");
        assert!(packed.contains('\\'), "{packed}");
        assert_eq!(mask.text(&packed), "‹token:support·a361›");
    }

    #[test]
    fn an_escaped_value_is_found_wherever_it_stands_in_a_large_body() {
        let mask = mask();
        let echo = VALUE.replace('0', "\\u0030");
        for before in (ESCAPE_BLOCK - 200..ESCAPE_BLOCK + 1200).step_by(111) {
            let body = format!("{}{echo}{}", "x".repeat(before), "y".repeat(before));
            let masked = mask.text(&body);
            assert!(masked.contains("x‹token:support·a361›y"), "{before}");
            assert_eq!(masked.matches('‹').count(), 1);
        }
        for cut in [
            "\\", "\\u", "\\u00", "%", "%2", "&", "&#", "&#x;", "&#;", "\\u+041", "%+1",
        ] {
            assert_eq!(mask.text(cut), cut);
        }
    }

    #[test]
    fn secret_headers_keep_their_scheme_and_the_tokens_name() {
        let sent = SentRequest {
            url: "http://h/x?api_key=abc&page=2".into(),
            headers: Headers::from_iter([
                ("authorization", format!("Bearer {VALUE}")),
                ("x-api-key", "abcdefgh1234".to_owned()),
                ("accept", "application/json".to_owned()),
            ]),
            ..SentRequest::default()
        };
        let response = Response {
            headers: Headers::from_iter([
                ("set-cookie", "session=verysecretvalue"),
                ("location", "http://h/y?token=q&a=b"),
            ]),
            body: b"the key abcdefgh1234 is wrong".to_vec(),
            ..Response::default()
        };
        let masked = mask().exchange(exchange(sent, response));
        let headers = &masked.sent.headers;
        assert_eq!(
            headers.get("authorization").unwrap(),
            "Bearer ‹token:support·a361›"
        );
        assert_eq!(headers.get("x-api-key").unwrap(), "‹secret›");
        assert_eq!(headers.get("accept").unwrap(), "application/json");
        assert_eq!(masked.sent.url, "http://h/x?api_key=‹secret›&page=2");
        let response = masked.outcome.response().unwrap();
        assert_eq!(response.headers.get("set-cookie").unwrap(), "‹secret›");
        assert_eq!(
            response.headers.get("location").unwrap(),
            "http://h/y?token=‹secret›&a=b"
        );
        assert_eq!(response.body, "the key ‹secret› is wrong".as_bytes());
    }

    #[test]
    fn a_typed_value_becomes_its_name_so_that_it_can_be_sent_again() {
        let mut masked = exchange(SentRequest::default(), Response::default());
        masked.typed.url = format!("http://h/x?key={VALUE}");
        masked.typed.headers = vec![
            crate::model::Param::new("X-Api-Key", VALUE),
            crate::model::Param::new("X-Secret", "unnamed-value"),
        ];
        let masked = mask().exchange(masked);
        assert_eq!(masked.typed.url, "http://h/x?key={{token:support}}");
        assert_eq!(masked.typed.headers[0].value, "{{token:support}}");
        assert_eq!(masked.typed.headers[1].value, MASK);
        let refused = crate::model::resolve(&masked.typed, &Default::default()).unwrap_err();
        assert!(refused.message.contains("masked"));
    }

    #[test]
    fn secret_members_are_masked_at_any_depth_and_only_strings() {
        let body = br#"{"access_token": "abc", "n": {"password": {"a": ["x", 1, true]}}, "b": "y", "token_count": 3, "c": "z""#;
        let masked = String::from_utf8(mask().bytes(body.to_vec())).unwrap();
        assert_eq!(
            masked,
            r#"{"access_token": "‹secret›", "n": {"password": {"a": ["‹secret›", 1, true]}}, "b": "y", "token_count": 3, "c": "z""#
        );
    }

    #[test]
    fn credentials_in_a_url_are_masked() {
        assert_eq!(
            mask().url("https://me:pw@h.example/x"),
            "https://‹secret›@h.example/x"
        );
        assert_eq!(
            mask().url("https://h.example/x#a?token=1"),
            "https://h.example/x#a?token=‹secret›"
        );
        assert_eq!(mask().url("ftp://me:p@ss@[bad"), "ftp://‹secret›@[bad");
        assert_eq!(mask().url("http://h/a@b?c@d"), "http://h/a@b?c@d");
    }

    #[test]
    fn text_without_secrets_is_left_alone() {
        let body = br#"{"a": "b", "c": [1.10, "d"]}"#;
        assert_eq!(mask().bytes(body.to_vec()), body);
        assert_eq!(Mask::new(&[]).text("plain"), "plain");
    }
}
