//! What is known of a token beside its text: how it is sent, where it may go, what became of it,
//! and how far the API's clock is from ours. With the lines of its text that makes one page.

use super::survey::Survey;
use super::words::{How, Line, Tone};
use super::{Claims, relative};
use crate::insight::facts::server_time;
use crate::insight::matrix::Access;
use crate::model::{
    ExchangeSummary, Headers, Origin, Placement, Timestamp, TokenRef, visible_line,
};

/// Calls that are told of one token.
pub const USES: usize = 5;
/// Clocks that differ less make no call fail.
const SKEW: i64 = 30;
/// Signs in a bar.
const BAR: usize = 20;

/// How the settings send a token, and where it may go.
pub fn sent(placement: &Placement, origins: &[Origin]) -> Vec<Line> {
    let settings = |label: &str, text: String| Line::new(label, text, Tone::Plain, How::Settings);
    let mut lines = vec![settings("sent as", placement.words())];
    if !origins.is_empty() {
        let origins: Vec<String> = origins.iter().map(Origin::to_string).collect();
        lines.push(settings("bound to", origins.join(", ")));
    }
    lines
}

/// How far the API's clock was ahead of ours, in seconds, by an answer that came at `began`.
pub fn ahead(headers: &Headers, began: Timestamp) -> Option<i64> {
    let theirs = server_time(headers)?;
    Some(theirs.as_second().saturating_sub(began.as_second()))
}

/// What our clock would say if it were the API's.
pub fn by_theirs(now: Timestamp, ahead: Option<i64>) -> Timestamp {
    let theirs = now.as_second().saturating_add(ahead.unwrap_or(0));
    if ahead.is_some_and(|ahead| ahead.abs() >= SKEW) {
        Timestamp::from_second(theirs).unwrap_or(now)
    } else {
        now
    }
}

/// What the API said when it was asked whose a token is and what it sees.
pub fn surveyed(survey: &Survey) -> Vec<Line> {
    let line = |label: &str, text: String, tone| Line::new(label, text, tone, How::Api);
    let mut lines: Vec<Line> = survey
        .who
        .iter()
        .map(|(name, value)| line(name, value.clone(), Tone::Plain))
        .collect();
    for sight in &survey.sights {
        let (access, seen) = (survey.access(sight), sight.seen());
        let tone = match access {
            Access::Allowed => Tone::Plain,
            Access::UnknownToken => Tone::Bad,
            _ => Tone::Doubt,
        };
        let text = match seen.as_str() {
            "" => sight.said.clone(),
            seen => format!("{}, {seen}", sight.said),
        };
        lines.push(line(&sight.path, text, tone));
    }
    for permission in &survey.permissions {
        lines.push(line(
            &permission.of,
            format!("may {}", permission.may),
            Tone::Plain,
        ));
    }
    if let Some(why) = &survey.ended {
        lines.push(line("asked", why.clone(), Tone::Doubt));
    }
    lines
}

/// That times are told by the API's clock, where that makes a difference.
pub fn clock(ahead: Option<i64>) -> Option<Line> {
    let ahead = ahead.filter(|ahead| ahead.abs() >= SKEW)?;
    let way = if ahead > 0 { "ahead of" } else { "behind" };
    let text = format!(
        "the API's is {} s {way} this one; times here are by the API's",
        ahead.abs()
    );
    Some(Line::new("clock", text, Tone::Doubt, How::Api))
}

/// How much of its life is over, from 0 to 1 and beyond; `None` where it does not say both ends.
pub fn passed(claims: &Claims, now: Timestamp) -> Option<f64> {
    let begin = claims.not_before.or(claims.issued_at)?;
    let end = claims.expires_at?;
    let whole = end.as_second().saturating_sub(begin.as_second());
    let passed = now.as_second().saturating_sub(begin.as_second());
    (whole > 0).then(|| passed as f64 / whole as f64)
}

/// The same as a bar and in words.
pub fn life(claims: &Claims, now: Timestamp) -> Option<Line> {
    let part = passed(claims, now)?;
    let full = ((part.clamp(0.0, 1.0)) * BAR as f64).round() as usize;
    let bar = format!("{}{}", "#".repeat(full), "-".repeat(BAR - full));
    let (words, tone) = match part {
        part if part >= 1.0 => ("its time is over".to_owned(), Tone::Bad),
        part if part < 0.0 => ("its time has not begun".to_owned(), Tone::Bad),
        part => (
            format!("{:.0} % of its time is over", part * 100.0),
            Tone::Plain,
        ),
    };
    let text = format!("[{bar}] {words}");
    Some(Line::new("life", text, tone, How::Claim))
}

/// The last calls that were made with this value, the newest first.
pub fn uses<'a>(
    calls: impl IntoIterator<Item = &'a ExchangeSummary>,
    token: &TokenRef,
    now: Timestamp,
) -> Vec<Line> {
    let is_own = |call: &&ExchangeSummary| call.token.as_ref() == Some(token);
    let told = |call: &ExchangeSummary| {
        let status = call.status.map(|status| format!("{status:03}"));
        let status = status.unwrap_or_else(|| "no answer".to_owned());
        let code = call.errors.iter().find_map(|error| error.code.as_deref());
        let code = code.map_or_else(String::new, |code| format!(" {code}"));
        let text = format!(
            "{status}{code}  {} {}, {}",
            call.method,
            visible_line(&call.url),
            relative(call.started_at, now)
        );
        let tone = match call.status {
            Some(401 | 403) => Tone::Doubt,
            _ => Tone::Plain,
        };
        Line::new("used", text, tone, How::History)
    };
    calls
        .into_iter()
        .filter(is_own)
        .take(USES)
        .map(told)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ErrorLine, ExchangeId, TokenName};
    use std::time::Duration;

    fn at(offset: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + offset).unwrap()
    }

    fn token(print: &str) -> TokenRef {
        TokenRef {
            name: TokenName::new("acme").unwrap(),
            fingerprint: Some(print.to_owned()),
        }
    }

    fn used(number: u64, status: u16, print: &str) -> ExchangeSummary {
        ExchangeSummary {
            id: ExchangeId::from_number(number),
            started_at: at(-60),
            took: Duration::ZERO,
            environment: "acme".into(),
            case: None,
            token: Some(token(print)),
            method: "GET".into(),
            url: "https://acme.example/orders".into(),
            status: Some(status),
            cause: None,
            message: None,
            refused: false,
            is_probe: false,
            origin: Default::default(),
            run: None,
            notes: String::new(),
            by: None,
            errors: vec![ErrorLine {
                code: Some("denied".to_owned()),
                ..ErrorLine::default()
            }],
        }
    }

    #[test]
    fn the_last_uses_of_a_value_are_told_and_not_those_of_another() {
        let calls = [used(3, 403, "aaaa"), used(2, 200, "bbbb")];
        let lines = uses(&calls, &token("aaaa"), at(0));
        assert_eq!(lines.len(), 1);
        assert_eq!(
            lines[0].text,
            "403 denied  GET https://acme.example/orders, 60 s ago"
        );
        assert_eq!((lines[0].tone, lines[0].how), (Tone::Doubt, How::History));
        let many: Vec<_> = (0..9).map(|number| used(number, 200, "aaaa")).collect();
        assert_eq!(uses(&many, &token("aaaa"), at(0)).len(), USES);
    }

    #[test]
    fn the_clock_of_the_api_counts_where_it_makes_a_difference() {
        let headers = Headers::from_iter([("date", "Fri, 15 Jan 2027 09:00:00 GMT")]);
        let far = ahead(&headers, at(0));
        assert_eq!(far, Some(3_600));
        assert_eq!(by_theirs(at(0), far), at(3_600));
        assert!(clock(far).unwrap().text.contains("3600 s ahead of"));
        assert_eq!(by_theirs(at(0), Some(3)), at(0));
        assert_eq!((clock(Some(-3)), clock(None)), (None, None));
    }

    #[test]
    fn a_life_is_a_bar_between_its_ends() {
        let claims = Claims {
            issued_at: Some(at(-50)),
            expires_at: Some(at(50)),
            ..Claims::default()
        };
        let text = |now| life(&claims, at(now)).unwrap().text;
        assert_eq!(text(0), "[##########----------] 50 % of its time is over");
        assert!(text(60).contains("is over") && text(-60).contains("has not begun"));
        assert_eq!(life(&Claims::default(), at(0)), None);
    }
}
