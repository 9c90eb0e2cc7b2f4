//! A home with a team, in this process, and the calls that it makes.

use super::cluster::{Cluster, PASSWORD};
use httriage::engine::Vault;
use httriage::engine::history::{History, Retention};
use httriage::engine::team::{Team, Turn};
use httriage::format::config_file;
use httriage::insight::redact::Mask;
use httriage::insight::{Exchange, Query};
use httriage::model::*;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// A person at work.
pub struct Desk {
    pub dir: TempDir,
    pub history: History,
    pub team: Team,
}

impl Desk {
    pub fn new(cluster: &Cluster, login: &str, share: &str) -> Desk {
        let dir = tempfile::tempdir().unwrap();
        let (history, team) = opened(dir.path(), &cluster.config(login, share));
        Desk { dir, history, team }
    }

    pub fn remember(&self, exchange: Exchange) {
        self.history.remember(Arc::new(exchange)).wait().unwrap();
    }

    /// The calls that a filter finds, by the path of their URL and whose they are.
    pub fn finds(&self, filter: &str) -> Vec<(String, String)> {
        let found = self
            .history
            .recall(&query(filter), 1_000_000, None)
            .unwrap();
        let row = |found: ExchangeSummary| {
            let path = found.url.rsplit('/').next().unwrap().to_owned();
            (path, found.by.unwrap_or_default())
        };
        found.into_iter().map(row).collect()
    }

    /// Sends what is to go, and reads what came.
    pub async fn meets(&self) {
        let link = self.team.open().await.unwrap();
        if link.may_write() {
            self.team.push(&link).await.unwrap();
        }
        self.team.pull(&link).await.unwrap();
    }

    /// What the explorer does in the background.
    pub fn turn(&self) -> Turn {
        Turn::new(self.team.clone())
    }
}

/// The history and the team of a directory, by settings.
pub fn opened(dir: &Path, config: &str) -> (History, Team) {
    let settings = config_file::read(config, "config.toml").unwrap();
    let own = settings.team.clone().unwrap();
    let vault = Arc::new(Vault::new(&settings, |_| None));
    if let Some(token) = &own.token {
        vault.lend(token, Secret::new(PASSWORD.to_owned()));
    }
    let history = History::at(dir, Retention::default(), vault.clone()).in_team(own.share);
    (history.clone(), Team::new(own, vault, history))
}

pub fn query(text: &str) -> Query {
    let now = Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC);
    Query::parse(text, &now).unwrap()
}

/// A call of now with that number, under a case for even numbers.
pub fn call(number: u64) -> Exchange {
    Mask::default().exchange(raw(number))
}

pub fn raw(number: u64) -> RawExchange {
    let at = Timestamp::now();
    let refused = number.is_multiple_of(3);
    let body = if refused {
        format!(r#"{{"errors":[{{"code":"not_allowed","title":"No","detail":"call {number}"}}]}}"#)
    } else {
        "{}".to_owned()
    };
    RawExchange {
        id: ExchangeId::new(at, (number % 65_536) as u16),
        environment: "acme".into(),
        case: number.is_multiple_of(2).then(|| "ACME-1".to_owned()),
        typed: RequestSpec::new("GET", format!("{{{{base}}}}/orders/{number}")),
        sent: SentRequest {
            method: "GET".into(),
            url: format!("https://api.acme.example/orders/{number}"),
            headers: Headers::from_iter([("accept", "*/*")]),
            body: Vec::new(),
            slots: Vec::new(),
            files: Vec::new(),
            token: Some(TokenRef {
                name: TokenName::new("support").unwrap(),
                fingerprint: Some("a361".into()),
            }),
        },
        outcome: Outcome::Answered(Response {
            status: if refused { 403 } else { 200 },
            headers: Headers::from_iter([("content-type", "application/json")]),
            body: body.into_bytes(),
            ..Response::default()
        }),
        redirects: Vec::new(),
        attempts: 1,
        unverified: Vec::new(),
        started_at: at,
        took: Duration::from_micros(1_234_567),
        probe_of: None,
        run: None,
        origin: Default::default(),
    }
}

/// Waits for what should appear, and tells how long that took.
#[track_caller]
pub fn until(within: Duration, what: &str, mut appears: impl FnMut() -> bool) -> Duration {
    let begun = Instant::now();
    while !appears() {
        assert!(begun.elapsed() < within, "{what} did not come");
        std::thread::sleep(Duration::from_millis(10));
    }
    begun.elapsed()
}
