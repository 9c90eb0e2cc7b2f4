//! What the headers of an answer say about limits (how much is left, when it is full again) and
//! about deprecation (how long an API stays), in all their many spellings.

#[cfg(test)]
mod tests;

use crate::insight::api::knowledge::HeaderNames;
use crate::insight::back_off::{its_clock, wait_text};
use crate::model::{Headers, Timestamp};
use std::time::Duration;

/// One limit, as far as an answer tells; what it leaves out is `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Quota {
    /// Which limit it is, where an answer counts several: `requests`, `minute`, the name of a
    /// policy.
    pub name: Option<String>,
    pub limit: Option<u64>,
    pub remaining: Option<u64>,
    /// The time that the limit counts for.
    pub window: Option<Duration>,
    pub resets_at: Option<Timestamp>,
}

impl Quota {
    /// Nothing is left: the server counts zero remaining.
    pub fn is_used_up(&self) -> bool {
        self.remaining == Some(0)
    }

    /// Nothing is left, or no more than a tenth.
    pub fn is_short(&self) -> bool {
        match (self.remaining, self.limit) {
            (Some(left), Some(limit)) => left <= limit / 10,
            (left, None) => left == Some(0),
            (None, Some(_)) => false,
        }
    }

    /// `0 of 5000 requests left, full again in 12 min`
    pub fn says(&self, now: Timestamp) -> Option<String> {
        let name = self
            .name
            .as_ref()
            .map(|name| format!(" {name}"))
            .unwrap_or_default();
        let window = self
            .window
            .map(|window| format!(" in {}", wait_text(window)));
        let window = window.unwrap_or_default();
        let left = match (self.remaining, self.limit) {
            (Some(left), Some(limit)) => Some(format!("{left} of {limit}{name} left{window}")),
            (Some(left), None) => Some(format!("{left}{name} left{window}")),
            (None, Some(limit)) => Some(format!("{limit}{name} allowed{window}")),
            (None, None) => None,
        };
        let again = self.resets_at.and_then(|at| {
            let seconds = at.duration_since(now).as_secs();
            let seconds = u64::try_from(seconds).ok()?;
            Some(format!(
                "full again in {}",
                wait_text(Duration::from_secs(seconds))
            ))
        });
        match (left, again) {
            (Some(left), Some(again)) => Some(format!("{left}, {again}")),
            (left, again) => left.or(again),
        }
    }
}

/// What a header counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Counts {
    Limit,
    Remaining,
    Used,
    Reset,
    Window,
}

/// Every limit that an answer speaks of: `RateLimit` and `RateLimit-Policy` in both forms of their
/// draft, `X-RateLimit-*`, `X-Rate-Limit-*`, and whatever else says so by its name or by what is
/// known of the API. Times count from the answer's own clock where it tells it.
pub fn quotas(
    headers: &Headers,
    known: Option<&HeaderNames>,
    answered_at: Timestamp,
) -> Vec<Quota> {
    let now = its_clock(headers, answered_at);
    let mut found = Found::default();
    for header in headers.iter() {
        let name = header.name.to_ascii_lowercase();
        let text = header.text();
        let plain = name.strip_prefix("x-").unwrap_or(&name);
        if matches!(plain, "ratelimit" | "rate-limit") && text.contains(['=', ';']) {
            found.fields(&text, now);
        } else if matches!(plain, "ratelimit-policy" | "rate-limit-policy") {
            found.policies(&text);
        } else if let Some((counts, name, unit)) = meaning(&name, known) {
            found.number(counts, name, unit, &text, now);
        }
    }
    found.quotas
}

/// What a header counts, of which limit, and in which unit where that is time.
fn meaning(name: &str, known: Option<&HeaderNames>) -> Option<(Counts, Option<String>, Unit)> {
    const ANCHORS: &str =
        "ratelimit quota limit limits call calls request requests throttle rate credits";
    let joined = name.replace("rate-limit", "ratelimit");
    let parts: Vec<&str> = joined
        .split(['-', '_'])
        .filter(|part| *part != "x")
        .collect();
    let anchor = parts
        .iter()
        .position(|part| ANCHORS.split(' ').any(|word| word == *part));
    let told = known.and_then(|known| {
        let is = |names: &[String]| names.iter().any(|own| own == name);
        if is(&known.remaining) {
            Some(Counts::Remaining)
        } else if is(&known.reset) {
            Some(Counts::Reset)
        } else {
            is(&known.limit).then_some(Counts::Limit)
        }
    });
    let anchor = match (anchor, told) {
        (Some(anchor), _) if parts.len() > 1 => anchor,
        (_, Some(_)) => 0,
        _ => return None,
    };
    let own = parts.iter().rev().find_map(|part| counts(part));
    let is_limit = own.is_none() && parts[anchor] == "ratelimit" && anchor + 1 == parts.len();
    let counts_what = told.or(own).or(is_limit.then_some(Counts::Limit))?;
    let unit = if parts
        .iter()
        .any(|part| matches!(*part, "ms" | "milliseconds" | "millis"))
    {
        Unit::Milliseconds
    } else {
        Unit::Seconds
    };
    // The words before the anchor name the vendor.
    let from = if parts[anchor] == "ratelimit" {
        anchor + 1
    } else {
        0
    };
    let said = "ratelimit reset after limit limits remaining left available rest used max size total \
        interval window period ms milliseconds info at quota rate api in seconds allowed";
    let rest: Vec<&str> = parts[from..]
        .iter()
        .copied()
        .filter(|part| !said.split_whitespace().any(|word| word == *part))
        .collect();
    let name = rest.join(" ");
    Some((counts_what, (!name.is_empty()).then_some(name), unit))
}

fn counts(part: &str) -> Option<Counts> {
    Some(match part {
        "remaining" | "left" | "available" | "rest" => Counts::Remaining,
        "used" | "usage" | "consumed" => Counts::Used,
        "reset" | "resets" => Counts::Reset,
        "interval" | "window" | "period" => Counts::Window,
        "limit" | "max" | "size" | "total" | "allowed" => Counts::Limit,
        _ => return None,
    })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Unit {
    Seconds,
    Milliseconds,
}

#[derive(Default)]
struct Found {
    quotas: Vec<Quota>,
}

impl Found {
    fn of(&mut self, name: Option<String>) -> &mut Quota {
        let place = self.quotas.iter().position(|quota| quota.name == name);
        let place = place.unwrap_or_else(|| {
            self.quotas.push(Quota {
                name,
                ..Quota::default()
            });
            self.quotas.len() - 1
        });
        &mut self.quotas[place]
    }

    /// A header for one number. `18/5000` are those used and the limit.
    fn number(
        &mut self,
        counts: Counts,
        name: Option<String>,
        unit: Unit,
        text: &str,
        now: Timestamp,
    ) {
        let first = text.split([',', ';']).next().unwrap_or_default().trim();
        let first = first.rsplit('=').next().unwrap_or(first).trim_matches('"');
        if counts == Counts::Reset {
            if let Some(at) = moment(text.trim(), unit, now) {
                self.of(name).resets_at = Some(at);
            }
            return;
        }
        if let Some((used, limit)) = first.split_once('/')
            && let (Ok(used), Ok(limit)) = (used.parse::<u64>(), limit.parse::<u64>())
        {
            let quota = self.of(name);
            quota.limit = Some(limit);
            quota.remaining = quota.remaining.or(Some(limit.saturating_sub(used)));
            return;
        }
        let Some(number) = whole(first) else { return };
        let window = parameter(text, &["w", "window"]).and_then(|text| whole(&text));
        let quota = self.of(name);
        match counts {
            Counts::Limit => quota.limit = quota.limit.or(Some(number)),
            Counts::Remaining => quota.remaining = quota.remaining.or(Some(number)),
            Counts::Window => {
                quota.window = Some(match unit {
                    Unit::Milliseconds => Duration::from_millis(number),
                    Unit::Seconds => Duration::from_secs(number),
                });
            }
            Counts::Used => {
                let left = quota.limit.map(|limit| limit.saturating_sub(number));
                quota.remaining = quota.remaining.or(left);
            }
            Counts::Reset => {}
        }
        if quota.window.is_none() {
            quota.window = window.map(Duration::from_secs);
        }
    }

    /// `"default";r=50;t=30`, and the older `limit=100, remaining=50, reset=50`.
    fn fields(&mut self, text: &str, now: Timestamp) {
        for item in items(text) {
            let (name, parameters) = item_parts(&item);
            let old = name.split_once('=');
            let mut parameters = parameters;
            let name = match old {
                Some((key, value)) => {
                    parameters.push((key.trim().to_owned(), value.trim().to_owned()));
                    None
                }
                None => label(&name),
            };
            for (key, value) in parameters {
                let number = whole(&value);
                let quota = self.of(name.clone());
                match key.as_str() {
                    "r" | "remaining" => quota.remaining = number,
                    "q" | "limit" => quota.limit = number,
                    "w" | "window" => quota.window = number.map(Duration::from_secs),
                    "t" | "reset" => quota.resets_at = moment(&value, Unit::Seconds, now),
                    _ => {}
                }
            }
        }
    }

    /// `"default";q=100;w=60`, and the older `100;w=60`.
    fn policies(&mut self, text: &str) {
        for item in items(text) {
            let (name, parameters) = item_parts(&item);
            let old = whole(&name);
            let quota = match (old, self.quotas.len()) {
                // Without a name it can only be meant for the one that was named before.
                (Some(_), 1) => &mut self.quotas[0],
                (Some(_), _) => self.of(None),
                (None, _) => self.of(label(&name)),
            };
            quota.limit = old.or(quota.limit);
            for (key, value) in parameters {
                match key.as_str() {
                    "q" => quota.limit = whole(&value).or(quota.limit),
                    "w" | "window" => quota.window = whole(&value).map(Duration::from_secs),
                    _ => {}
                }
            }
        }
    }
}

/// The name of a policy; `default` is no name.
fn label(name: &str) -> Option<String> {
    let name = name.trim_matches('"');
    (!name.is_empty() && name != "default").then(|| name.to_owned())
}

/// The parts between commas that stand outside quotes.
fn items(text: &str) -> Vec<String> {
    let mut items = vec![String::new()];
    let mut quoted = false;
    for c in text.chars().take(4_000) {
        quoted ^= c == '"';
        match items.last_mut() {
            _ if c == ',' && !quoted => items.push(String::new()),
            Some(item) => item.push(c),
            None => {}
        }
    }
    items
}

/// What stands first, and the parameters behind it.
fn item_parts(item: &str) -> (String, Vec<(String, String)>) {
    let mut parts = item.split(';').map(str::trim);
    let name = parts.next().unwrap_or_default().to_owned();
    let parameters = parts.filter_map(|part| {
        let (key, value) = part.split_once('=')?;
        Some((
            key.trim().to_ascii_lowercase(),
            value.trim_matches(['"', ' ']).to_owned(),
        ))
    });
    (name, parameters.collect())
}

fn parameter(text: &str, names: &[&str]) -> Option<String> {
    let item = items(text).into_iter().next()?;
    let (_, parameters) = item_parts(&item);
    let found = parameters
        .into_iter()
        .find(|(key, _)| names.contains(&key.as_str()));
    found.map(|(_, value)| value)
}

/// A whole number; decimals are dropped.
fn whole(text: &str) -> Option<u64> {
    let digits = text.trim().split('.').next()?;
    digits.parse().ok()
}

/// A moment: seconds or milliseconds from now or of the epoch, a date in any form, `6m0s`.
fn moment(text: &str, unit: Unit, now: Timestamp) -> Option<Timestamp> {
    let text = text.trim().trim_matches('"');
    if let Ok(number) = text.parse::<f64>() {
        return moment_of(number, unit, now);
    }
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(at);
    }
    if let Ok(at) = jiff::fmt::rfc2822::parse(text) {
        return Some(at.timestamp());
    }
    if let Some(span) = span(text) {
        return now.checked_add(span).ok();
    }
    let first = text.split([',', ';']).next()?.trim();
    first
        .parse::<f64>()
        .ok()
        .and_then(|number| moment_of(number, unit, now))
}

/// Numbers above this are times of the epoch: in seconds it is a day in 2001, and no wait is that
/// long.
const EPOCH: f64 = 1_000_000_000.0;

fn moment_of(number: f64, unit: Unit, now: Timestamp) -> Option<Timestamp> {
    if !number.is_finite() || number < 0.0 {
        return None;
    }
    if number >= EPOCH * 1_000.0 {
        return Timestamp::from_millisecond(number as i64).ok();
    }
    if number >= EPOCH {
        return Timestamp::from_second(number as i64).ok();
    }
    let seconds = match unit {
        Unit::Milliseconds => number / 1_000.0,
        Unit::Seconds => number,
    };
    now.checked_add(Duration::from_secs_f64(seconds)).ok()
}

/// `6m0s`, `1h30m`, `250ms`
fn span(text: &str) -> Option<Duration> {
    let mut total = 0.0;
    let mut rest = text.trim();
    while !rest.is_empty() {
        let end = rest.find(|c: char| !(c.is_ascii_digit() || c == '.'))?;
        let number: f64 = rest[..end].parse().ok()?;
        let unit_end = rest[end..].find(|c: char| !c.is_ascii_alphabetic());
        let unit_end = unit_end.map_or(rest.len(), |length| end + length);
        total += number
            * match &rest[end..unit_end] {
                "ms" => 0.001,
                "s" => 1.0,
                "m" => 60.0,
                "h" => 3_600.0,
                "d" => 86_400.0,
                _ => return None,
            };
        rest = &rest[unit_end..];
    }
    (total.is_finite() && total < 1e10 && !text.trim().is_empty())
        .then(|| Duration::from_secs_f64(total))
}

/// The notice that a call is deprecated or will be removed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Deprecation {
    /// Since when, or from when on (RFC 9745).
    pub since: Option<Timestamp>,
    /// When it ends (RFC 8594).
    pub sunset: Option<Timestamp>,
    /// Where it is explained, or what comes in its place.
    pub link: Option<String>,
    /// The header's own words, where it is no date.
    pub words: Option<String>,
}

impl Deprecation {
    /// `deprecated since 2024-01-01, gone on 2025-01-01, in 90 days; see https://…`
    pub fn says(&self, now: Timestamp) -> String {
        let day = |at: Timestamp| at.strftime("%Y-%m-%d").to_string();
        let mut said = match (self.since, self.sunset) {
            (Some(since), _) if since > now => vec![format!("deprecated from {} on", day(since))],
            (Some(since), _) => vec![format!("deprecated since {}", day(since))],
            (None, Some(_)) => Vec::new(),
            (None, None) => vec!["deprecated".to_owned()],
        };
        if let Some(sunset) = self.sunset {
            let left = u64::try_from(sunset.duration_since(now).as_secs()).ok();
            let left = left.map(|seconds| wait_text(Duration::from_secs(seconds)));
            said.push(match left {
                Some(left) => format!("gone on {}, in {left}", day(sunset)),
                None => format!("to be gone since {}", day(sunset)),
            });
        }
        said.extend(self.words.clone());
        let said = said.join(", ");
        match &self.link {
            Some(link) => format!("{said}; see {link}"),
            None => said,
        }
    }
}

/// `Deprecation` and `Sunset`, in their forms of today and those before, their links, and headers
/// of that meaning that an API is known to have.
pub fn deprecation(headers: &Headers, known: Option<&HeaderNames>) -> Option<Deprecation> {
    let mut found = Deprecation::default();
    let mut is_said = false;
    let date = |text: &str| {
        let number = text.trim().trim_start_matches('@').parse::<i64>().ok();
        let of_number = number.and_then(|second| {
            if second > 1_000_000_000_000 {
                Timestamp::from_millisecond(second).ok()
            } else {
                Timestamp::from_second(second).ok()
            }
        });
        of_number.or_else(|| moment_of_date(text))
    };
    for text in headers.all("deprecation") {
        is_said |= !text.trim().eq_ignore_ascii_case("false");
        found.since = found.since.or_else(|| date(&text));
    }
    for text in headers.all("sunset") {
        is_said = true;
        found.sunset = found.sunset.or_else(|| date(&text));
    }
    for name in known.map_or(&[][..], |known| known.deprecation.as_slice()) {
        if matches!(name.as_str(), "deprecation" | "sunset") {
            continue;
        }
        for text in headers.all(name) {
            is_said = true;
            found.words = found.words.or_else(|| Some(text.trim().to_owned()));
        }
    }
    for text in headers.all("link") {
        let links = text.split(',').filter(|link| {
            let link = link.to_ascii_lowercase();
            ["deprecation", "sunset", "successor-version"]
                .iter()
                .any(|rel| {
                    link.contains(&format!("rel=\"{rel}\""))
                        || link.ends_with(&format!("rel={rel}"))
                })
        });
        for link in links {
            let url = link.split('>').next().unwrap_or_default().trim();
            let url = url.trim_start_matches('<');
            found.link = found
                .link
                .or_else(|| (!url.is_empty()).then(|| url.to_owned()));
        }
    }
    is_said.then_some(found)
}

fn moment_of_date(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    let day = || {
        let day: jiff::civil::Date = text.parse().ok()?;
        let midnight = day.to_datetime(jiff::civil::Time::midnight());
        jiff::tz::TimeZone::UTC.to_timestamp(midnight).ok()
    };
    let mail = || {
        jiff::fmt::rfc2822::parse(text)
            .ok()
            .map(|at| at.timestamp())
    };
    text.parse().ok().or_else(mail).or_else(day)
}
