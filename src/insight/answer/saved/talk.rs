//! What went back and forth, as a transcript shows it line by line: requests, answers, bodies.
//! Of several in a row the last counts, and the redirects that led to it are its hops.

use super::head;
use crate::insight::redact::is_secret_name;
use crate::model::{Cause, Failure, Headers, Hop, Outcome, Response, SentRequest};
use url::Url;

/// One request and what it was answered, as far as they are shown.
#[derive(Default)]
pub struct Turn {
    pub sent: Option<SentRequest>,
    pub answer: Option<Response>,
}

/// What is being read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum TalkPart {
    Nothing,
    Asking,
    Answering,
    Body,
}

/// A conversation that is taken in piece by piece.
pub struct Talk {
    turns: Vec<Turn>,
    part: TalkPart,
    asked: Vec<String>,
    asked_body: Vec<u8>,
    body: Vec<u8>,
    is_secure: bool,
}

impl Default for Talk {
    fn default() -> Talk {
        Talk {
            turns: Vec::new(),
            part: TalkPart::Nothing,
            asked: Vec::new(),
            asked_body: Vec::new(),
            body: Vec::new(),
            is_secure: false,
        }
    }
}

impl Talk {
    /// Whether the next request goes out over TLS.
    pub fn secure(&mut self, is_secure: bool) {
        self.is_secure = is_secure;
    }

    /// A request that is known as a whole.
    pub fn asked(&mut self, sent: SentRequest) {
        self.close();
        self.part = TalkPart::Nothing;
        self.turns.push(Turn {
            sent: Some(sent),
            answer: None,
        });
    }

    /// A line of the head of a request.
    pub fn ask(&mut self, line: &str) {
        if self.part != TalkPart::Asking {
            self.close();
            self.part = TalkPart::Asking;
            self.turns.push(Turn::default());
        }
        let line = line.trim();
        if !line.is_empty() {
            self.asked.push(line.to_owned());
        }
    }

    /// Bytes of the body of a request.
    pub fn ask_body(&mut self, bytes: &[u8]) {
        if self.part == TalkPart::Asking {
            self.asked_body.extend_from_slice(bytes);
        }
    }

    /// A line of the head of an answer; an empty one ends it.
    pub fn say(&mut self, line: &str) {
        let line = line.trim();
        if let Some(response) = head::status_line(line) {
            self.close();
            let answered = self.turns.last().and_then(|turn| turn.answer.as_ref());
            let is_interim = |answer: &Response| answer.status < 200;
            if self.turns.is_empty() || answered.is_some_and(|answer| !is_interim(answer)) {
                self.turns.push(Turn::default());
            }
            if let Some(turn) = self.turns.last_mut() {
                turn.answer = Some(response);
            }
            self.part = TalkPart::Answering;
        } else if self.part == TalkPart::Answering {
            match self.headers() {
                Some(headers) if !line.is_empty() => {
                    head::push(headers, line);
                }
                _ => self.part = TalkPart::Body,
            }
        }
    }

    /// Whether what came last belongs to a request.
    pub fn is_asking(&self) -> bool {
        self.part == TalkPart::Asking
    }

    /// Whether the head of an answer has ended, so that what comes is its body.
    pub fn is_in_body(&self) -> bool {
        self.part == TalkPart::Body
    }

    /// Whether a line goes on with the head of an answer.
    pub fn is_in_head(&self) -> bool {
        self.part == TalkPart::Answering
    }

    /// Bytes of the body of an answer.
    pub fn data(&mut self, bytes: &[u8]) {
        if matches!(self.part, TalkPart::Answering | TalkPart::Body) {
            self.part = TalkPart::Body;
            self.body.extend_from_slice(bytes);
        }
    }

    /// The answer is over; what follows is not its body.
    pub fn rest(&mut self) {
        self.close();
        self.part = TalkPart::Nothing;
    }

    /// Whether the next request or answer may begin here, rather than a body that looks like one.
    pub fn may_turn(&self) -> bool {
        let answer = self.turns.last().and_then(|turn| turn.answer.as_ref());
        let Some(answer) = answer.filter(|_| self.part == TalkPart::Body) else {
            return true;
        };
        let is_over = self.is_whole() != Some(false);
        if self.body.trim_ascii().is_empty() {
            // The body of a redirect is rarely shown.
            is_over || leads_on(answer)
        } else {
            is_over && leads_on(answer)
        }
    }

    /// Whether as much of the body came as was announced; `None` where nothing was.
    pub fn is_whole(&self) -> Option<bool> {
        self.lacks().map(|bytes| bytes == 0)
    }

    /// How many bytes of the body are still to come; `None` where no number was announced.
    pub fn lacks(&self) -> Option<usize> {
        let answer = self.turns.last()?.answer.as_ref()?;
        let length: usize = answer.headers.get("content-length")?.trim().parse().ok()?;
        Some(length.saturating_sub(self.body.len()))
    }

    fn headers(&mut self) -> Option<&mut Headers> {
        let answer = self.turns.last_mut()?.answer.as_mut()?;
        Some(&mut answer.headers)
    }

    fn close(&mut self) {
        let asked = std::mem::take(&mut self.asked);
        let asked_body = std::mem::take(&mut self.asked_body);
        let body = std::mem::take(&mut self.body);
        let Some(turn) = self.turns.last_mut() else {
            return;
        };
        match self.part {
            TalkPart::Asking => turn.sent = head::request(&asked, asked_body, self.is_secure),
            TalkPart::Body => {
                if let Some(answer) = &mut turn.answer {
                    answer.body = body;
                }
            }
            TalkPart::Nothing | TalkPart::Answering => {}
        }
    }

    /// All turns, once nothing more comes.
    pub fn finish(mut self) -> Vec<Turn> {
        self.close();
        self.turns
    }
}

/// Whether another request follows by itself: a redirect, an interim answer, a question for a
/// credential, a way through a proxy.
fn leads_on(answer: &Response) -> bool {
    matches!(answer.status, 100..=199 | 301..=303 | 307 | 308 | 401 | 407)
        || answer.reason.eq_ignore_ascii_case("connection established")
}

/// What a row of turns comes to: the request that began it, the hops, and the outcome.
pub fn outcome(mut turns: Vec<Turn>) -> Option<(Option<SentRequest>, Vec<Hop>, Outcome)> {
    let last = turns.iter().rposition(|turn| turn.answer.is_some())?;
    let first = (0..last).rev().take_while(|&at| {
        let (Some(answer), next) = (&turns[at].answer, &turns[at + 1]) else {
            return false;
        };
        matches!(answer.status, 301..=303 | 307 | 308) && goes_on(&turns[at], next)
    });
    let first = first.last().unwrap_or(last);
    let hops = turns[first..=last].windows(2);
    let hops: Vec<Hop> = hops.filter_map(|pair| hop(&pair[0], &pair[1])).collect();
    let sent = turns[first].sent.take();
    let last_sent = turns[last].sent.take();
    let answer = turns.swap_remove(last).answer?;
    let asked = last_sent.as_ref().or(sent.as_ref());
    let outcome = match asked.filter(|sent| sent.method == "CONNECT") {
        Some(sent) if !(200..300).contains(&answer.status) => {
            Outcome::Failed(by_proxy(sent, answer))
        }
        _ => Outcome::Answered(answer),
    };
    Some((sent, hops, outcome))
}

/// Whether a request is the one that a redirect leads to, as far as both are shown.
fn goes_on(turn: &Turn, next: &Turn) -> bool {
    let location = turn
        .answer
        .as_ref()
        .and_then(|answer| answer.headers.get("location"));
    let (Some(location), Some(sent)) = (location, &next.sent) else {
        // Not shown, and such answers stand in a row for no other reason.
        return true;
    };
    let from = turn
        .sent
        .as_ref()
        .and_then(|sent| Url::parse(&sent.url).ok());
    let to = match &from {
        Some(from) => from.join(&location).ok(),
        None => Url::parse(&location).ok(),
    };
    let Some(to) = to else {
        return true;
    };
    Url::parse(&sent.url).is_ok_and(|url| url.path() == to.path())
}

fn hop(turn: &Turn, next: &Turn) -> Option<Hop> {
    let answer = turn.answer.as_ref()?;
    let location = answer.headers.get("location").map(|text| text.into_owned());
    let from = turn.sent.as_ref();
    let joined = || {
        let base = Url::parse(&from?.url).ok()?;
        Some(base.join(location.as_deref()?).ok()?.to_string())
    };
    let url = next.sent.as_ref().map(|sent| sent.url.clone());
    let method = next.sent.as_ref().map(|sent| sent.method.clone());
    let mut dropped = Vec::new();
    let mut token_sent = false;
    if let (Some(from), Some(to)) = (from, &next.sent) {
        dropped = credentials(from)
            .into_iter()
            .filter(|name| !credentials(to).contains(name))
            .collect();
        token_sent = !credentials(to).is_empty();
    }
    Some(Hop {
        status: answer.status,
        location: url.or_else(joined).or(location)?,
        method: method.unwrap_or_else(|| from.map_or("GET", |sent| &sent.method).to_owned()),
        token_sent,
        dropped,
    })
}

/// Where the credentials of a request stand, by name.
fn credentials(sent: &SentRequest) -> Vec<String> {
    let headers = sent.headers.iter().map(|h| h.name.to_ascii_lowercase());
    let mut names: Vec<String> = headers.filter(|name| is_secret_name(name)).collect();
    if let Ok(url) = Url::parse(&sent.url) {
        let pairs = url.query_pairs().filter(|(name, _)| is_secret_name(name));
        names.extend(pairs.map(|(name, _)| format!("parameter {name}")));
    }
    names
}

/// RFC 9110, 9.3.6: whatever but a success answers CONNECT, the proxy said it, not the API.
fn by_proxy(sent: &SentRequest, answer: Response) -> Failure {
    let cause = match answer.status {
        407 => Cause::ProxyRefused,
        _ => Cause::ProxyDenied,
    };
    let host = sent.url.rsplit('/').next().unwrap_or(&sent.url);
    Failure {
        partial: Some(Box::new(answer.clone())),
        ..Failure::new(
            cause,
            format!(
                "The proxy answered {:03} to CONNECT {host}, so the call went no further.",
                answer.status
            ),
            "Ask whoever runs the proxy, or go around it where that is allowed.",
        )
    }
}
