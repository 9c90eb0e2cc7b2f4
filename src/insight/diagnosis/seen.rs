//! The same refusal before: what makes two refusals one kind, how often a kind was met, and what it
//! was in the end.

use crate::insight::route::pattern_of;
use crate::model::{
    Cause, ExchangeId, ExchangeSummary, Resolution, StatusClass, Timestamp, cause_id,
};

/// What a refusal has in common with others that mean the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kind {
    /// Code, class and route, as `kind_key` writes them.
    pub key: String,
    /// The pack that speaks for the API; the host of an API that no pack knows.
    pub api: String,
    /// The likeliest cause by the answer alone, without probes and without what is remembered.
    pub judged: Cause,
}

/// Refusals of one kind, and what is recorded of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// Earlier ones, the newest first.
    pub calls: Vec<ExchangeSummary>,
    /// In force, the newest first; also of calls that are no longer kept.
    pub resolutions: Vec<Resolution>,
}

/// Code, class and route of a refusal, each on a line; `None` for a call that was not refused.
pub fn kind_key(call: &ExchangeSummary) -> Option<String> {
    let class = call.looks();
    if matches!(
        class,
        StatusClass::Informational | StatusClass::Success | StatusClass::Redirection
    ) {
        return None;
    }
    // A success that is refused is no client error, and a failure has its own name.
    let class = match call.cause {
        Some(cause) if call.status.is_none() => cause.id(),
        _ if call.refused => "refused",
        _ => class.id(),
    };
    let code = call.errors.iter().find_map(|error| error.code.as_deref());
    let code = one_line(code.unwrap_or_default()).to_lowercase();
    let method = call.method.to_uppercase();
    Some(format!("{code}\n{class}\n{method} {}", route(&call.url)))
}

/// Where the keys with a code begin, and where they end.
pub fn keys_with_code(code: &str) -> (String, String) {
    let code = one_line(code).to_lowercase();
    // The sign after a line break is the next one.
    (format!("{code}\n"), format!("{code}\u{b}"))
}

/// The shape of the route, without what differs between customers.
fn route(url: &str) -> String {
    one_line(&pattern_of(url))
}

fn one_line(text: &str) -> String {
    text.replace(['\n', '\r'], " ").trim().to_owned()
}

/// A filter that finds the calls of this kind, as far as words can say it.
pub fn filter_for(call: &ExchangeSummary) -> String {
    let mut words = Vec::new();
    if !call.method.is_empty() {
        words.push(format!("method:{}", call.method));
    }
    match (call.status, call.refused) {
        (_, true) => words.push("refused:yes".to_owned()),
        (Some(status), _) => words.push(format!("status:{status:03}")),
        (None, _) => words.extend(call.cause.map(|cause| cause.id().to_owned())),
    }
    let code = call.errors.iter().find_map(|error| error.code.as_deref());
    let is_word = |text: &str| !text.contains(|c: char| c == '"' || c.is_control());
    if let Some(code) = code.filter(|code| is_word(code)) {
        words.push(if code.contains(char::is_whitespace) {
            format!("code:\"{code}\"")
        } else {
            format!("code:{code}")
        });
    }
    let pattern = route(&call.url);
    let parts = pattern.split('*').filter(|part| part.len() > 2);
    words.extend(
        parts
            .filter(|part| is_word(part))
            .map(|part| format!("\"{part}\"")),
    );
    words.join(" ")
}

impl Seen {
    /// Whether there is nothing to say.
    pub fn is_empty(&self) -> bool {
        self.calls.is_empty() && self.resolutions.is_empty()
    }

    /// When the oldest of them was made.
    pub fn since(&self) -> Option<Timestamp> {
        self.calls.iter().map(|call| call.started_at).min()
    }

    /// Every cause that it was resolved as, with how often, the most frequent first; of equal ones
    /// the newest.
    pub fn causes(&self) -> Vec<(Option<Cause>, usize)> {
        let mut causes: Vec<(Option<Cause>, usize)> = Vec::new();
        for resolution in &self.resolutions {
            match causes.iter_mut().find(|(own, _)| *own == resolution.cause) {
                Some((_, times)) => *times += 1,
                None => causes.push((resolution.cause, 1)),
            }
        }
        // A stable sort: the newest came first.
        causes.sort_by_key(|(_, times)| std::cmp::Reverse(*times));
        causes
    }

    /// `Seen 3 times since May: it was permission.missing_role (ACME-1234, Kim: needed Runbook
    /// Admin).`; `None` where nothing was seen.
    pub fn sentence(&self, now: Timestamp) -> Option<String> {
        let seen = match (self.calls.len(), self.since()) {
            (0, _) | (_, None) => "Seen before".to_owned(),
            (1, Some(at)) => format!("Seen once, {}", moment(at, now, "in", "on")),
            (count, Some(at)) => match moment(at, now, "", "").as_str() {
                "today" => format!("Seen {count} times today"),
                date => format!("Seen {count} times since {date}"),
            },
        };
        let Some(newest) = self.newest_of_first() else {
            return (!self.calls.is_empty())
                .then(|| format!("{seen}; nobody said yet what it was."));
        };
        let mut text = format!("{seen}: it was {}", newest.cause_id());
        let told = told(newest);
        if !told.is_empty() {
            text.push_str(&format!(" ({told})"));
        }
        for (cause, times) in self.causes().into_iter().skip(1).take(2) {
            let times = match times {
                1 => "once".to_owned(),
                times => format!("{times} times"),
            };
            text.push_str(&format!(", {times} {}", cause_id(cause)));
        }
        text.push('.');
        Some(text)
    }

    /// The newest word on the cause that it was most often.
    fn newest_of_first(&self) -> Option<&Resolution> {
        let (cause, _) = *self.causes().first()?;
        self.resolutions.iter().find(|own| own.cause == cause)
    }

    /// Without the call with this id, which is the one in question.
    #[must_use]
    pub fn without(mut self, id: &ExchangeId) -> Seen {
        self.calls.retain(|call| call.id != *id);
        self
    }
}

/// `ACME-1234, Kim: needed Runbook Admin`
fn told(resolution: &Resolution) -> String {
    let case = resolution.case.iter().map(String::as_str);
    let who = Some(resolution.who.as_str()).filter(|who| !who.is_empty());
    let whose: Vec<&str> = case.chain(who).collect();
    let whose = whose.join(", ");
    let note = one_line(&resolution.note);
    match (whose.is_empty(), note.is_empty()) {
        (_, true) => whose,
        (true, false) => note,
        (false, false) => format!("{whose}: {note}"),
    }
}

/// `May`, `12 May`, `May 2025`: as much of a date as tells it from now, with the word before it.
fn moment(at: Timestamp, now: Timestamp, in_month: &str, on_day: &str) -> String {
    let (at, now) = (
        at.to_zoned(jiff::tz::TimeZone::UTC),
        now.to_zoned(jiff::tz::TimeZone::UTC),
    );
    let (word, date) = if at.date() == now.date() {
        ("", "today".to_owned())
    } else if (at.year(), at.month()) == (now.year(), now.month()) {
        (on_day, at.strftime("%-d %B").to_string())
    } else if at.year() == now.year() {
        (in_month, at.strftime("%B").to_string())
    } else {
        (in_month, at.strftime("%B %Y").to_string())
    };
    format!("{word} {date}").trim_start().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ErrorLine, ResolvedWhat};
    use std::time::Duration;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn refused(url: &str, code: Option<&str>, at: Timestamp) -> ExchangeSummary {
        ExchangeSummary {
            id: ExchangeId::new(at, 1),
            started_at: at,
            took: Duration::from_millis(80),
            environment: "acme".into(),
            case: None,
            token: None,
            method: "GET".into(),
            url: url.into(),
            status: Some(403),
            cause: None,
            message: None,
            refused: false,
            is_probe: false,
            origin: Default::default(),
            run: None,
            notes: String::new(),
            by: None,
            errors: vec![ErrorLine {
                code: code.map(str::to_owned),
                ..ErrorLine::default()
            }],
        }
    }

    fn resolved(cause: Option<Cause>, note: &str, at: Timestamp) -> Resolution {
        Resolution {
            id: ExchangeId::new(at, 2),
            revision: 1,
            of: ResolvedWhat::Call(ExchangeId::new(at, 1)),
            case: Some("ACME-1234".into()),
            cause,
            note: note.into(),
            who: "Kim".into(),
            at,
            withdrawn: false,
        }
    }

    #[test]
    fn refusals_of_one_kind_differ_in_host_ids_and_query_and_in_nothing_else() {
        let now = at("2026-06-12T12:00:00Z");
        let key = |url: &str, code| kind_key(&refused(url, code, now));
        let own = key(
            "https://a.example/core/runbooks/7/tasks?page=2",
            Some("Forbidden"),
        );
        assert_eq!(
            own.as_deref(),
            Some("forbidden\nclient_error\nGET /core/runbooks/*/tasks")
        );
        assert_eq!(
            own,
            key(
                "http://127.0.0.1:9/core/runbooks/812/tasks",
                Some("forbidden")
            )
        );
        assert_ne!(
            own,
            key("https://a.example/core/runbooks/7", Some("forbidden"))
        );
        assert_ne!(own, key("https://a.example/core/runbooks/7/tasks", None));
        let mut fine = refused("https://a.example/core/runbooks/7", None, now);
        fine.status = Some(200);
        assert_eq!(kind_key(&fine), None);
        fine.refused = true;
        assert_eq!(
            kind_key(&fine).as_deref(),
            Some("\nrefused\nGET /core/runbooks/*")
        );
    }

    #[test]
    fn the_keys_with_a_code_are_one_stretch() {
        let now = at("2026-06-12T12:00:00Z");
        let (first, end) = keys_with_code("Not_Allowed");
        let key = |code| kind_key(&refused("https://a.example/x/1", Some(code), now)).unwrap();
        let within = |code| (first.clone()..end.clone()).contains(&key(code));
        assert!(within("not_allowed") && within("NOT_ALLOWED"));
        assert!(!within("not_allowed_here") && !within("not"));
    }

    #[test]
    fn what_it_was_is_said_with_whom_and_since_when() {
        let now = at("2026-06-12T12:00:00Z");
        let calls: Vec<_> = [
            "2026-06-10T12:00:00Z",
            "2026-05-20T12:00:00Z",
            "2026-05-12T12:00:00Z",
        ]
        .map(|time| refused("https://a.example/x/1", None, at(time)))
        .into();
        let role = Some(Cause::PermissionMissingRole);
        let mut seen = Seen {
            calls,
            resolutions: vec![resolved(
                role,
                "needed Runbook Admin",
                at("2026-05-21T12:00:00Z"),
            )],
        };
        assert_eq!(
            seen.sentence(now).unwrap(),
            "Seen 3 times since May: it was permission.missing_role (ACME-1234, Kim: needed Runbook Admin)."
        );
        seen.resolutions.insert(0, resolved(None, "", now));
        seen.resolutions
            .push(resolved(role, "again", at("2026-05-01T12:00:00Z")));
        assert_eq!(
            seen.sentence(now).unwrap(),
            "Seen 3 times since May: it was permission.missing_role (ACME-1234, Kim: needed Runbook Admin), once other."
        );
        seen.resolutions.clear();
        assert_eq!(
            seen.sentence(now).unwrap(),
            "Seen 3 times since May; nobody said yet what it was."
        );
        seen.calls.truncate(1);
        assert_eq!(
            seen.sentence(now).unwrap(),
            "Seen once, on 10 June; nobody said yet what it was."
        );
        seen.calls.clear();
        assert_eq!(seen.sentence(now), None);
    }

    #[test]
    fn the_filter_for_a_kind_names_what_is_fixed_of_it() {
        let now = at("2026-06-12T12:00:00Z");
        let call = refused(
            "https://a.example/core/runbooks/7/tasks",
            Some("forbidden"),
            now,
        );
        assert_eq!(
            filter_for(&call),
            "method:GET status:403 code:forbidden \"/core/runbooks/\" \"/tasks\""
        );
    }
}
