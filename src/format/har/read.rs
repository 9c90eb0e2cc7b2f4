//! From a recording to a collection: every call as a request with the answer that it got.

use super::reader::{HarReader, LeftOut};
use super::request::Recorded;
use super::shape::{Entry, File, Response as Answer};
use crate::format::extract::Extractor;
use crate::format::notes::{Notes, offset_of, plain};
use crate::format::sweep::sweep;
use crate::format::{FormatError, outline};
use crate::insight::Exchange;
use crate::insight::api::knowledge::Knowledge;
use crate::insight::charset;
use crate::insight::redact::Mask;
use crate::insight::refused;
use crate::insight::replay::expectation;
use crate::model::{
    Cause, Collection, Environment, ExchangeId, Failure, FilledText, FoundToken, Headers, Note,
    Outcome, RawExchange, RequestSpec, Response, Secret, SentRequest, SlotPlace, Step, Timestamp,
    Timing, TokenName, TokenRef, cut, fill, written,
};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::time::Duration;

/// Calls taken from one file.
const MOST: usize = 20_000;

/// Whether a text is a recording rather than something else, by its outermost members: programs
/// put some of their own before the log.
pub fn is_recording(text: &str) -> bool {
    let Some((place, (_, log))) = outline::members(text)
        .enumerate()
        .find(|(_, (name, _))| *name == "log")
    else {
        return false;
    };
    // Other JSON has a log as well.
    let is_meant = place == 0 || log.contains("\"request\"");
    is_meant && log.starts_with('{') && log.contains("\"entries\"")
}

/// What a recording holds: its requests, and its calls with the answers that somebody else got.
#[derive(Debug)]
pub struct Recording {
    pub collection: Collection,
    pub exchanges: Vec<Exchange>,
}

/// Told from time to time how many hundredths of a file are read.
pub type Watch<'a> = &'a mut dyn FnMut(usize);

/// Reads every call of a recording; `file` is named in the error. Tokens that are found get
/// names that are not `taken`, but for values that are `known` by one.
pub fn read(
    text: &str,
    file: &str,
    taken: &[TokenName],
    known: &dyn Fn(&Secret) -> Option<TokenName>,
    watch: Watch,
) -> Result<Recording, FormatError> {
    let json = text.trim_start_matches('\u{feff}');
    let read: File = serde_json::from_str(json).map_err(|error| {
        let offset = if error.is_eof() {
            json.len()
        } else {
            offset_of(json, error.line(), error.column())
        };
        FormatError::at(
            file,
            json,
            offset,
            format!("this is no HAR recording: {}", plain(&error)),
            "Save it again as HAR with content, from the network tab of the browser or from the proxy.",
        )
    })?;
    let mut reader = HarReader {
        lifter: Extractor::new(taken, known),
        notes: Notes::new(json),
        left_out: LeftOut::default(),
        without_credential: 0,
    };
    let mut calls = Vec::new();
    for raw in &read.log.entries {
        let at = raw.get().as_ptr() as usize - json.as_ptr() as usize;
        // Searching the answers for what must not be seen takes as long again.
        watch(at * 50 / json.len());
        if calls.len() == MOST {
            reader.note(at, "further calls were left out, for there are too many");
            break;
        }
        match serde_json::from_str::<Entry>(raw.get()) {
            Ok(entry) => calls.extend(reader.entry(entry, at, calls.len())),
            Err(error) => {
                let offset = at + offset_of(raw.get(), error.line(), error.column());
                let why = format!(
                    "this call cannot be read and was left out: {}",
                    plain(&error)
                );
                reader.note(offset, &why);
            }
        }
    }
    Ok(reader.finish(calls, watch))
}

/// A call with its answer as it came.
struct Call {
    step: Step,
    exchange: RawExchange,
    recorded: Recorded,
    /// The body was there, and is not in the recording.
    body_lost: bool,
}

impl HarReader<'_> {
    fn entry(&mut self, mut entry: Entry, at: usize, number: usize) -> Option<Call> {
        let scheme = entry.request.url.split(':').next().unwrap_or_default();
        if !["http", "https"]
            .iter()
            .any(|s| scheme.eq_ignore_ascii_case(s))
        {
            let scheme = cut(scheme, 20);
            self.note(
                at,
                &format!("a call to {scheme}: is not HTTP and was left out"),
            );
            return None;
        }
        if is_file_of_page(&entry) {
            self.left_out.files += 1;
            return None;
        }
        let started = entry.started();
        let error = entry.error();
        let time = entry.time();
        let timings = entry.timings.take();
        let (spec, recorded) = self.request(entry.request, at);
        let path = spec.url.split(['?', '#']).next().unwrap_or_default();
        let path = path.split_once("://").map_or(path, |(_, rest)| {
            rest.find('/').map_or("/", |slash| &rest[slash..])
        });
        let name = cut(&format!("{} {path}", spec.method), 80);
        let started_at = started.parse().unwrap_or(Timestamp::UNIX_EPOCH);
        let took = span(time.unwrap_or(0.0));
        let mut timing = Timing {
            total: took,
            ..Timing::default()
        };
        if let Some(parts) = timings.map(|timings| timings.parts()) {
            timing.dns = parts.dns.map(span);
            timing.connect = parts.connect.map(span);
            timing.tls = parts.tls.map(span);
            timing.first_byte = parts.first_byte.map(span);
            timing.reused = parts.reused;
        }
        let answer = entry.response.filter(|answer| answer.status() > 0);
        let mut body_lost = false;
        let outcome = match answer {
            Some(answer) => {
                let (response, lost) = self.answer(answer, timing, at);
                body_lost = lost;
                Outcome::Answered(response)
            }
            None => Outcome::Failed(no_answer(&error)),
        };
        let sent = sent_as(&spec);
        let exchange = RawExchange {
            id: ExchangeId::new(started_at, number as u16),
            environment: Environment::RECEIVED.to_owned(),
            case: None,
            typed: spec.clone(),
            sent,
            outcome,
            redirects: Vec::new(),
            attempts: 0,
            unverified: Vec::new(),
            started_at,
            took,
            probe_of: None,
            run: None,
            origin: Default::default(),
        };
        let step = Step {
            name,
            spec,
            ..Step::default()
        };
        Some(Call {
            step,
            exchange,
            recorded,
            body_lost,
        })
    }

    /// The answer, and whether its body is missing.
    fn answer(&mut self, mut answer: Answer, timing: Timing, at: usize) -> (Response, bool) {
        let size = answer.size();
        let (text, is_base64) = answer.body();
        let decoded = is_base64.then(|| STANDARD.decode(text.trim()));
        let body = match decoded {
            None => text.into_bytes(),
            Some(Ok(bytes)) => bytes,
            Some(Err(_)) => {
                self.note(
                    at,
                    "the answer's body is said to be base64 and is not; it stands as it is",
                );
                text.into_bytes()
            }
        };
        let lost = body.is_empty() && size > 0;
        self.left_out.bodies += usize::from(lost);
        let mut headers = Headers::new();
        for (name, value) in answer.headers() {
            // The body stands unpacked in a recording.
            if !name.starts_with(':') && !name.eq_ignore_ascii_case("content-encoding") {
                headers.push(name, value);
            }
        }
        if !headers.has("content-type") && !answer.media_type().is_empty() {
            headers.push("content-type", answer.media_type());
        }
        let mut response = Response {
            status: answer.status(),
            reason: answer.reason(),
            version: answer.version(),
            headers,
            body,
            received: lost.then_some(size),
            timing,
            ..Response::default()
        };
        if is_base64 {
            charset::decode(&mut response);
        }
        response.refused = refused(&response, |_| Knowledge::default());
        (response, lost)
    }

    fn finish(mut self, calls: Vec<Call>, watch: Watch) -> Recording {
        let count = calls.len();
        let named: Vec<TokenName> = calls
            .iter()
            .flat_map(|call| call.step.spec.tokens())
            .collect();
        for name in named {
            self.lifter.refer(name.as_str(), "by name");
        }
        let tokens = self.lifter.into_tokens();
        let mask = mask_of(&tokens, &calls);
        let mut exchanges = Vec::with_capacity(count);
        let mut collection = Collection {
            kind: "har",
            title: calls
                .first()
                .map_or_else(String::new, |call| call.step.name.clone()),
            ..Collection::default()
        };
        for (number, call) in calls.into_iter().enumerate() {
            watch(50 + number * 50 / count);
            let (mut step, exchange) = (call.step, shown(call.exchange, call.recorded, &mask));
            let status = exchange.outcome.status();
            let is_redirect = matches!(status, Some(301 | 302 | 303 | 307 | 308));
            self.left_out.redirects += usize::from(is_redirect);
            // A replay follows redirects, and codes that nobody kept cannot be compared.
            let codes_lost = call.body_lost && status.is_some_and(|s| s >= 400);
            if !is_redirect && !codes_lost {
                step.expect = Some(expectation(&exchange));
            }
            collection.requests.push(step);
            exchanges.push(exchange);
        }
        let counted = [
            (
                self.left_out.files,
                "images, styles, scripts and checks of a browser were answered and left out.",
            ),
            (
                self.left_out.browser_headers,
                "headers that only a browser writes (sec-ch-…, sec-fetch-…) were left out.",
            ),
            (
                self.left_out.bodies,
                "answers stand in the recording without their bodies. Saving as HAR with content keeps them.",
            ),
            (
                self.left_out.redirects,
                "answers are redirects. A replay follows those, so nothing is expected of these steps.",
            ),
        ];
        let mut notes = self.notes.into_list();
        for (number, what) in counted.into_iter().filter(|(number, _)| *number > 0) {
            notes.push(Note::new(format!("{number} {what}")));
        }
        if count > 0 && self.without_credential == count {
            notes.push(Note::new("No call in this recording has a credential. Browsers leave them out unless sensitive data is asked for when saving."));
        }
        collection.tokens = tokens;
        collection.notes = notes;
        sweep(&mut collection);
        Recording {
            collection,
            exchanges,
        }
    }
}

/// The values that were found, and cookies, which are lifted as one text and surface one by one.
fn mask_of(tokens: &[FoundToken], calls: &[Call]) -> Mask {
    let valued = tokens.iter().filter_map(FoundToken::valued);
    let mut cookies = Vec::new();
    for call in calls {
        for (name, value) in &call.recorded.headers {
            if name.eq_ignore_ascii_case("cookie") {
                cookies.extend(value.split(';').map(str::to_owned));
            }
        }
        if let Some(response) = call.exchange.outcome.response() {
            let set = response.headers.all("set-cookie");
            cookies.extend(set.filter_map(|text| Some(text.split(';').next()?.to_owned())));
        }
    }
    Mask::with_others(&valued.collect::<Vec<_>>(), cookies, &[])
}

/// The call as it may be shown. Its request is made of names already; its answer is searched for
/// everything that was secret in the request as it was recorded.
fn shown(mut exchange: RawExchange, recorded: Recorded, mask: &Mask) -> Exchange {
    // As calls of our own are shown: a mask where a token goes.
    exchange.sent.put(|slot| Some(reference(&slot.name).mask()));
    let headers = recorded.headers.into_iter();
    let stood = SentRequest {
        url: recorded.url,
        headers: headers.collect(),
        body: recorded.body.into_bytes(),
        ..SentRequest::default()
    };
    mask.recorded(exchange, &stood)
}

/// The request as it went, its credentials by name. Nothing of it fails: it was sent once.
fn sent_as(spec: &RequestSpec) -> SentRequest {
    let read = |text: &str, literal: bool| {
        if literal {
            FilledText::from(text.to_owned())
        } else {
            // Nothing else stands in braces in a recording.
            fill(text, |_| None::<&str>).unwrap_or_else(|_| text.to_owned().into())
        }
    };
    let mut url = read(&spec.url, false);
    for (number, row) in spec.params.iter().enumerate() {
        url.text.push(if number == 0 { '?' } else { '&' });
        url.push(read(&row.query_pair(), false));
    }
    let mut sent = SentRequest {
        method: spec.method.clone(),
        ..SentRequest::default()
    };
    sent.slots.extend(url.slots_at(SlotPlace::Url));
    sent.url = url.text;
    for row in &spec.headers {
        sent.push_header(&row.name, read(&row.value, row.literal));
    }
    if let Some(token) = spec.auth.token() {
        sent.push_bearer(token);
    }
    let written = written(&spec.body).unwrap_or_default();
    let body = read(&written.text, written.literal);
    sent.slots.extend(body.slots_at(SlotPlace::Body));
    sent.body = body.text.into_bytes();
    sent
}

fn reference(token: &TokenName) -> TokenRef {
    TokenRef {
        name: token.clone(),
        fingerprint: None,
    }
}

/// What a page is made of, and what a browser asks before it asks: no part of what went wrong.
fn is_file_of_page(entry: &Entry) -> bool {
    let Some(answer) = &entry.response else {
        return false;
    };
    if !(200..400).contains(&answer.status()) {
        return false;
    }
    let kind = answer.media_type().to_ascii_lowercase();
    let is_file = ["image/", "font/", "audio/", "video/", "text/css"]
        .iter()
        .any(|start| kind.starts_with(start))
        || kind.contains("javascript")
        || kind.contains("font-woff");
    match entry.request.method.as_str() {
        "GET" => is_file,
        "OPTIONS" => entry.request.asks_for_other_origin(),
        _ => false,
    }
}

/// By the name that browsers give to the trouble.
fn no_answer(error: &str) -> Failure {
    let has = |part: &str| error.contains(part);
    let cause = if has("NAME_NOT_RESOLVED") || has("UNKNOWN_HOST") {
        Cause::DnsUnresolved
    } else if has("CONNECTION_REFUSED") {
        Cause::ConnectRefused
    } else if has("ADDRESS_UNREACHABLE") || has("INTERNET_DISCONNECTED") {
        Cause::ConnectUnreachable
    } else if has("TIMED_OUT") || has("TIMEOUT") {
        Cause::ConnectTimeout
    } else if has("CERT_DATE_INVALID") {
        Cause::TlsExpired
    } else if has("CERT_COMMON_NAME_INVALID") {
        Cause::TlsWrongHost
    } else if has("CERT_AUTHORITY_INVALID") {
        Cause::TlsUntrusted
    } else if has("SSL") {
        Cause::TlsHandshake
    } else if has("TOO_MANY_REDIRECTS") {
        Cause::RedirectLoop
    } else {
        Cause::ConnectClosed
    };
    let said = if error.is_empty() {
        "and does not say why".to_owned()
    } else {
        format!("and says {}", cut(error, 100))
    };
    Failure::new(
        cause,
        format!("The recording holds no answer to this call {said}."),
        "The browser may have stopped it: look at its console, at extensions that block calls, and at the rules for other origins (CORS).",
    )
}

fn span(ms: f64) -> Duration {
    let most = 1e9;
    Duration::from_secs_f64(ms.clamp(0.0, most) / 1_000.0)
}
