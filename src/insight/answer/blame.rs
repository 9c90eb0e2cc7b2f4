//! Is it me or them: what the latest calls say together that none of them says alone.

use crate::insight::query::host;
use crate::model::{ExchangeSummary, StatusClass, Timestamp};

/// Calls that lie further back say nothing of now.
const WINDOW_SECONDS: i64 = 15 * 60;

/// Whose fault it seems to be. Anything but one of these clear cases is not said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Blame {
    /// A host failed by itself under several tokens.
    Them {
        host: String,
        statuses: Vec<u16>,
        /// Some of the calls got no answer at all.
        silent: bool,
        tokens: Vec<String>,
    },
    /// A host gave no answer under several tokens: it, or the way to it.
    TheWay { host: String, tokens: Vec<String> },
    /// Several hosts gave no answer, and no other gave one.
    Mine { hosts: Vec<String> },
}

impl Blame {
    /// In a sentence.
    pub fn says(&self) -> String {
        match self {
            Blame::Them {
                host,
                statuses,
                silent,
                tokens,
            } => {
                let statuses: Vec<String> = statuses.iter().map(u16::to_string).collect();
                let silent = if *silent { ", or not at all," } else { "" };
                format!(
                    "Not you: {host} answers {}{silent} under every token tried ({}).",
                    statuses.join(" and "),
                    tokens.join(", ")
                )
            }
            Blame::TheWay { host, tokens } => format!(
                "Not the token: {host} gives no answer under every token tried ({}). It is down, or the way to it is.",
                tokens.join(", ")
            ),
            Blame::Mine { hosts } => format!(
                "Nothing answers, neither {}: look at your own network, VPN or proxy first.",
                hosts.join(" nor ")
            ),
        }
    }
}

/// The latest call under one token to one host.
struct Latest<'a> {
    host: String,
    token: &'a str,
    call: &'a ExchangeSummary,
}

/// Judges the calls of the last minutes, given newest first.
pub fn blame<'a>(
    calls: impl Iterator<Item = &'a ExchangeSummary>,
    now: Timestamp,
) -> Option<Blame> {
    let recent =
        calls.take_while(|call| now.as_second() - call.started_at.as_second() <= WINDOW_SECONDS);
    let mut latest: Vec<Latest> = Vec::new();
    for call in recent {
        let host = host(&call.url).to_owned();
        let token = call.token.as_ref().map_or("no token", |t| t.name.as_str());
        if !latest.iter().any(|l| l.host == host && l.token == token) {
            latest.push(Latest { host, token, call });
        }
    }
    let silent = |latest: &Latest| latest.call.class() == StatusClass::NoAnswer;
    let mut hosts: Vec<String> = Vec::new();
    for known in &latest {
        if !hosts.contains(&known.host) {
            hosts.push(known.host.clone());
        }
    }
    if hosts.len() > 1 && latest.iter().all(silent) {
        return Some(Blame::Mine { hosts });
    }
    // What the person is doing now decides which host is spoken of.
    let host = hosts.into_iter().next()?;
    latest.retain(|known| known.host == host);
    if latest.len() < 2 {
        return None;
    }
    let tokens = latest.iter().map(|known| known.token.to_owned()).collect();
    if latest.iter().all(silent) {
        return Some(Blame::TheWay { host, tokens });
    }
    let mut statuses = Vec::new();
    for known in latest.iter().filter(|known| !silent(known)) {
        let failed = known.call.class() == StatusClass::ServerError;
        statuses.push(known.call.status.filter(|_| failed)?);
    }
    statuses.sort_unstable();
    statuses.dedup();
    Some(Blame::Them {
        host,
        statuses,
        silent: latest.iter().any(silent),
        tokens,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Cause, ExchangeId, TokenName, TokenRef};
    use std::time::Duration;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_700_000_000 + second).unwrap()
    }

    fn call(second: i64, host: &str, token: &str, status: u16) -> ExchangeSummary {
        ExchangeSummary {
            id: ExchangeId::new(at(second), 0),
            started_at: at(second),
            took: Duration::from_millis(5),
            environment: "acme".to_owned(),
            case: None,
            token: TokenName::new(token).map(|name| TokenRef {
                name,
                fingerprint: None,
            }),
            method: "GET".to_owned(),
            url: format!("https://{host}/core/{second}"),
            status: (status > 0).then_some(status),
            cause: (status == 0).then_some(Cause::ConnectTimeout),
            message: None,
            refused: false,
            is_probe: false,
            origin: Default::default(),
            run: None,
            notes: String::new(),
            by: None,
            errors: Vec::new(),
        }
    }

    /// The calls as they were made, oldest first, a second apart.
    fn judged(calls: &[(&str, &str, u16)]) -> Option<String> {
        let calls = calls.iter().enumerate();
        let calls: Vec<_> = calls
            .map(|(second, (host, token, status))| call(second as i64, host, token, *status))
            .collect();
        blame(calls.iter().rev(), at(60)).map(|blame| blame.says())
    }

    #[test]
    fn the_same_failure_under_every_token_is_theirs() {
        let says = judged(&[("a.example", "support", 503), ("a.example", "admin", 503)]);
        assert_eq!(
            says.unwrap(),
            "Not you: a.example answers 503 under every token tried (admin, support)."
        );
        let says = judged(&[("a.example", "", 502), ("a.example", "admin", 503)]).unwrap();
        assert!(
            says.contains("502 and 503") && says.contains("no token"),
            "{says}"
        );
    }

    #[test]
    fn one_token_alone_proves_nothing() {
        assert_eq!(judged(&[("a.example", "admin", 503); 3]), None);
    }

    #[test]
    fn a_token_that_works_now_takes_the_blame_away() {
        let before = ("a.example", "support", 503);
        assert_eq!(judged(&[before, ("a.example", "admin", 200)]), None);
        assert_eq!(judged(&[before, ("a.example", "admin", 403)]), None);
        let later = [
            before,
            ("a.example", "admin", 503),
            ("a.example", "support", 200),
        ];
        assert_eq!(judged(&later), None);
    }

    #[test]
    fn silence_under_every_token_is_not_the_token() {
        let says = judged(&[("a.example", "support", 0), ("a.example", "admin", 0)]).unwrap();
        assert!(
            says.starts_with("Not the token: a.example gives no answer"),
            "{says}"
        );
    }

    #[test]
    fn silence_beside_a_failure_is_theirs_too() {
        let says = judged(&[("a.example", "support", 0), ("a.example", "admin", 503)]).unwrap();
        assert!(says.contains("answers 503, or not at all, under"), "{says}");
    }

    #[test]
    fn silence_of_several_hosts_is_ours() {
        let silent = [("a.example", "support", 0), ("b.example", "desk", 0)];
        let says = judged(&silent).unwrap();
        assert!(says.contains("neither b.example nor a.example"), "{says}");
        let answered = [silent[0], silent[1], ("c.example", "desk", 404)];
        assert_eq!(judged(&answered), None);
    }

    #[test]
    fn what_is_long_past_says_nothing() {
        let calls = [
            call(1, "a.example", "admin", 503),
            call(0, "a.example", "desk", 503),
        ];
        assert!(blame(calls.iter(), at(60)).is_some());
        assert!(blame(calls.iter(), at(WINDOW_SECONDS + 2)).is_none());
    }
}
