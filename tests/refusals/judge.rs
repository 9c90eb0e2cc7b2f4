//! Each case is judged as `send` sees it, on loopback, and as `explain -` sees its transcript.

use super::cases::Case;
use super::faults::Server;
use httriage::engine::investigate::case_of;
use httriage::engine::{Client, ClientOptions, Flight, Outgoing, Vault, carried, clock, pasted};
use httriage::insight::facts::{self, Facts};
use httriage::insight::made_up::{filled, transcript};
use httriage::insight::{Catalogue, explain, received, standings};
use httriage::model::{
    Author, Body, Cause, Environment, Manner, Param, RequestSpec, Settings, resolve,
};
use std::io::Write;
use std::sync::Arc;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    Send,
    Explain,
}

/// What was said of a case.
pub struct Judged {
    pub case: Case,
    pub way: Way,
    pub named: Vec<(Cause, f32)>,
    pub confidence: f32,
    /// Of the first: its share and its best ground.
    ground: String,
    packs: Vec<String>,
}

impl Judged {
    pub fn is_right(&self) -> bool {
        self.named
            .first()
            .is_some_and(|(cause, _)| self.case.accepts(*cause))
    }

    pub fn is_listed(&self) -> bool {
        self.named
            .iter()
            .any(|(cause, _)| self.case.accepts(*cause))
    }

    pub fn line(&self) -> String {
        let said = self.named.iter().take(4);
        let said = said.map(|(cause, sure)| format!("{} {sure:.2}", cause.id()));
        format!(
            "{:?} {}: {} and not {} ({:?})",
            self.way,
            self.case.name,
            said.collect::<Vec<_>>().join(", "),
            self.case.cause,
            self.packs
        )
    }

    pub fn weights(&self) -> String {
        format!(
            "{}\t{:?}\t{}\t{:.3}\t{}",
            self.case.name,
            self.way,
            self.is_right(),
            self.confidence,
            self.ground
        )
    }
}

pub fn judge_all(cases: Vec<Case>, catalogue: &Catalogue) -> Vec<Judged> {
    let tasks = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let mut judged = Vec::new();
    for case in cases {
        judged.push(by_transcript(case.clone(), catalogue));
        if !case.is_pasted() {
            judged.push(tasks.block_on(by_call(case, catalogue)));
        }
    }
    judged
}

fn client(catalogue: &Catalogue) -> Client {
    let vault = Vault::new(&Settings::default(), |_| None);
    let vault = Arc::new(vault.knowing(catalogue.library.marks()));
    let options = ClientOptions {
        library: catalogue.library.clone(),
        ..ClientOptions::default()
    };
    Client::new(vault, options)
}

fn judged(case: Case, way: Way, known: &facts::Case, catalogue: &Catalogue) -> Judged {
    let explanation = explain(known, catalogue);
    let first = explanation.verdict();
    let weighed = standings(known);
    let ground = weighed.first().map_or(String::new(), |s| {
        format!(
            "{:.3}\t{:?}\t{:?}\t{:.2}",
            s.share, s.tier, known.knowledge.by, s.score
        )
    });
    Judged {
        case,
        way,
        confidence: first.confidence,
        named: explanation
            .verdicts
            .iter()
            .map(|v| (v.cause, v.confidence))
            .collect(),
        ground,
        packs: first.knowledge.clone(),
    }
}

fn by_transcript(case: Case, catalogue: &Catalogue) -> Judged {
    let client = client(catalogue);
    let answer = case.answer.trim_start().trim_end_matches('\n');
    let text = transcript(Some(&case.request), &case.sent, answer, clock::now());
    let saved = received(text.as_bytes(), client.library()).unwrap();
    let exchange = Arc::new(pasted::taken(saved, &client));
    let place = Environment {
        name: Environment::RECEIVED.to_owned(),
        ..Environment::default()
    };
    let known = case_of(&client, exchange, place);
    judged(case, Way::Explain, &known, catalogue)
}

/// The vendor's host is not there: what is known of it is told by head and body.
async fn by_call(case: Case, catalogue: &Catalogue) -> Judged {
    let client = client(catalogue);
    let answer = filled(
        case.answer.trim_start().trim_end_matches('\n'),
        clock::now(),
    );
    let (head, body) = answer.split_once("\n\n").unwrap_or((&answer, ""));
    let said = format!(
        "{}\r\nContent-Length: {}\r\n\r\n{body}",
        head.trim_end().replace('\n', "\r\n"),
        body.len()
    );
    let server = Server::doing(move |_, stream| {
        let _ = stream.write_all(said.as_bytes());
        false
    });
    let (method, url) = case.request.split_once(' ').unwrap();
    let (_, rest) = url.split_once("://").unwrap();
    let path = rest.find('/').map_or("/", |start| &rest[start..]);
    let url = format!("{}{}", server.base(), filled(path, clock::now()));
    let environment = Environment {
        base_url: server.base(),
        ..Environment::default()
    };
    let header = |line: &String| {
        let line = filled(line, clock::now());
        let (name, value) = line.split_once(':').unwrap();
        Param::data(name, value.trim())
    };
    let typed = RequestSpec {
        headers: case.sent.iter().map(header).collect(),
        body: body_of(case.data.as_deref()),
        ..RequestSpec::new(method, &url)
    };
    let sent = resolve(&typed, &environment).unwrap();
    let outgoing = Outgoing {
        case: None,
        typed,
        sent,
        environment: environment.clone(),
        author: Author::Person,
        manner: Manner::default(),
    };
    let raw = client.send(outgoing, &Flight::default()).await;
    // As `send` does: what is sent in the clear is looked at before it is masked.
    let credential = carried(&raw.sent, client.vault(), false);
    let exchange = Arc::new(client.shown(raw));
    let knowledge = client.knowledge(&exchange, &environment);
    let facts = Facts::read(exchange, &environment.base_path());
    let known = facts::Case::of(facts, credential, environment, clock::now()).knowing(knowledge);
    judged(case, Way::Send, &known, catalogue)
}

fn body_of(data: Option<&str>) -> Body {
    data.map_or(Body::Empty, |data| Body::Bytes(data.as_bytes().to_vec()))
}
