//! Times as people type them into a filter: a date, a date with a time of day, a duration back from
//! now, a day by its name. Times without a zone are in the person's own.

use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::tz::{Offset, TimeZone};
use jiff::{Span, Timestamp, Zoned};

/// The span of time that a text names, in milliseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    pub first: i64,
    /// The first millisecond after it.
    pub after: i64,
    /// Whether the text means another moment in another time zone.
    pub local: bool,
}

/// The accepted forms, as the error for a bad time lists them.
pub const FORMS: &str = "a date such as 2026-05-12, a month such as 2026-05, a date with a time such as 2026-05-12T14:30, a time of today such as 14:30, a duration such as 90m, 1.5h or 2d, or today, yesterday or a weekday";

/// Reads a time; `None` where the text names none.
pub fn moment(text: &str, now: &Zoned) -> Option<Moment> {
    let text = text.trim();
    ago(text, now)
        .or_else(|| since_1970(text))
        .or_else(|| day_and_time(text, now))
        .or_else(|| month(text, now))
}

/// Whether the text names a day without a time of day.
pub fn is_day(text: &str, now: &Zoned) -> bool {
    day(text, now).is_some()
}

/// Whether the text is a time of day such as `14:30`, which may follow a date.
pub fn is_time_of_day(text: &str) -> bool {
    let (time, _) = split_offset(text);
    time_of_day(time).is_some()
}

/// `90m`, `1.5h`, `2h30m`, `3 days`
fn ago(text: &str, now: &Zoned) -> Option<Moment> {
    let mut ms: i64 = 0;
    let mut months: i64 = 0;
    let mut rest = text;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.' && c != ',')?;
        let (number, unit) = rest.split_at(digits);
        let unit = unit.trim_start();
        let end = unit.find(|c: char| !c.is_ascii_alphabetic());
        let (unit, left) = unit.split_at(end.unwrap_or(unit.len()));
        rest = left.trim_start();
        let number = count(number)?;
        match unit.to_ascii_lowercase().as_str() {
            "mo" | "month" | "months" => months = months.saturating_add(whole(number)?),
            "y" | "year" | "years" => {
                months = months.saturating_add(whole(number)?.saturating_mul(12));
            }
            // The cast saturates at the largest integer.
            unit => ms = ms.saturating_add((number * unit_ms(unit)?).round() as i64),
        }
    }
    let from = match months {
        0 => now.timestamp(),
        _ => months_before(now, months),
    };
    let first = from.as_millisecond().saturating_sub(ms);
    Some(Moment {
        first,
        after: first.saturating_add(1),
        local: false,
    })
}

/// `2`, `1.5`, `1,5`
fn count(text: &str) -> Option<f64> {
    let text = text.replace(',', ".");
    let is_number = text.starts_with(|c: char| c.is_ascii_digit())
        && text.ends_with(|c: char| c.is_ascii_digit());
    is_number.then(|| text.parse().ok()).flatten()
}

fn whole(number: f64) -> Option<i64> {
    (number.fract() == 0.0).then_some(number as i64)
}

fn unit_ms(unit: &str) -> Option<f64> {
    const SECOND: f64 = 1_000.0;
    const DAY: f64 = 24.0 * 60.0 * 60.0 * SECOND;
    Some(match unit {
        "ms" => 1.0,
        "s" | "sec" | "secs" | "second" | "seconds" => SECOND,
        "m" | "min" | "mins" | "minute" | "minutes" => 60.0 * SECOND,
        "h" | "hr" | "hrs" | "hour" | "hours" => 60.0 * 60.0 * SECOND,
        "d" | "day" | "days" => DAY,
        "w" | "wk" | "week" | "weeks" => 7.0 * DAY,
        _ => return None,
    })
}

/// The same day and time so many months ago; the earliest time stamp where there is none.
fn months_before(now: &Zoned, months: i64) -> Timestamp {
    let span = Span::new().try_months(months);
    let then = span.ok().and_then(|span| now.checked_sub(span).ok());
    then.map_or(Timestamp::MIN, |then| then.timestamp())
}

/// Seconds (10 digits) or milliseconds (13 digits) since 1970, as logs have them.
fn since_1970(text: &str) -> Option<Moment> {
    if !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let number: i64 = text.parse().ok()?;
    let (first, length) = match text.len() {
        10 => (number.checked_mul(1_000)?, 1_000),
        13 => (number, 1),
        _ => return None,
    };
    Some(Moment {
        first,
        after: first + length,
        local: false,
    })
}

/// `2026-05`
fn month(text: &str, now: &Zoned) -> Option<Moment> {
    let (year, month) = text.split_once(['-', '/'])?;
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if year.len() != 4 || !(1..=2).contains(&month.len()) || !digits(year) || !digits(month) {
        return None;
    }
    let first = Date::new(year.parse().ok()?, month.parse().ok()?, 1).ok()?;
    let after = first.checked_add(Span::new().months(1)).ok();
    let midnight = |date: Date| at(date.to_datetime(Time::midnight()), now.time_zone());
    Some(Moment {
        first: midnight(first),
        after: after.map_or(i64::MAX, midnight),
        local: true,
    })
}

fn day_and_time(text: &str, now: &Zoned) -> Option<Moment> {
    if let Some(date) = day(text, now) {
        let first = at(date.to_datetime(Time::midnight()), now.time_zone());
        let after = date
            .tomorrow()
            .ok()
            .map(|next| next.to_datetime(Time::midnight()));
        return Some(Moment {
            first,
            after: after.map_or(i64::MAX, |next| at(next, now.time_zone())),
            local: true,
        });
    }
    let zoned = text.rsplit_once(' ');
    let zoned = zoned.filter(|(_, zone)| offset_of(zone).is_some());
    let zoned = zoned.map(|(time, zone)| format!("{}{zone}", time.trim_end()));
    let text = zoned.as_deref().unwrap_or(text);
    let between = text.rfind([' ', 'T', 't', '@']);
    let (date, time) = match between {
        Some(place) => (
            day(text[..place].trim_end(), now)?,
            text[place + 1..].trim_start(),
        ),
        None => (now.date(), text),
    };
    let (time, offset) = split_offset(time);
    let (time, length) = time_of_day(time)?;
    let zone = match offset {
        "" => now.time_zone().clone(),
        offset => TimeZone::fixed(offset_of(offset)?),
    };
    let first = at(date.to_datetime(time), &zone);
    Some(Moment {
        first,
        after: first.saturating_add(length),
        local: offset.is_empty() || between.is_none(),
    })
}

/// The moment at which clocks in the zone show that; the first of two when clocks go back. Beyond
/// the range of time stamps, the nearest one.
fn at(civil: DateTime, zone: &TimeZone) -> i64 {
    let nearest = if civil.year() > 0 {
        Timestamp::MAX
    } else {
        Timestamp::MIN
    };
    zone.to_timestamp(civil).unwrap_or(nearest).as_millisecond()
}

/// `2026-05-12`, `2026/5/12`, `12.5.2026`, `today`, `yesterday`, `monday`, `tue`
fn day(text: &str, now: &Zoned) -> Option<Date> {
    let today = now.date();
    match text.to_ascii_lowercase().as_str() {
        "today" => return Some(today),
        "yesterday" => return Some(today.yesterday().unwrap_or(Date::MIN)),
        name => {
            if let Some(weekday) = weekday(name) {
                let back = weekday.until(today.weekday());
                let day = today.checked_sub(Span::new().days(back));
                return Some(day.unwrap_or(Date::MIN));
            }
        }
    }
    let (sign, text) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text),
    };
    let separator = ['-', '/', '.'].into_iter().find(|c| text.contains(*c))?;
    let parts: Vec<&str> = text.split(separator).collect();
    let [first, second, third] = <[&str; 3]>::try_from(parts).ok()?;
    let (year, month, day) = match separator {
        '.' => (third, second, first),
        _ => (first, second, third),
    };
    // Two digits might be a year of any century, or a day.
    let is_year = (4..=6).contains(&year.len());
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if !is_year || month.len() > 2 || day.len() > 2 || ![year, month, day].into_iter().all(digits) {
        return None;
    }
    let year: i32 = year.parse().ok()?;
    Date::new(
        i16::try_from(sign * year).ok()?,
        month.parse().ok()?,
        day.parse().ok()?,
    )
    .ok()
}

fn weekday(name: &str) -> Option<Weekday> {
    const DAYS: [(&str, Weekday); 7] = [
        ("monday", Weekday::Monday),
        ("tuesday", Weekday::Tuesday),
        ("wednesday", Weekday::Wednesday),
        ("thursday", Weekday::Thursday),
        ("friday", Weekday::Friday),
        ("saturday", Weekday::Saturday),
        ("sunday", Weekday::Sunday),
    ];
    let long_enough = name.len() >= 3;
    let found = DAYS
        .iter()
        .find(|(day, _)| long_enough && day.starts_with(name));
    found.map(|(_, day)| *day)
}

/// `03:04`, `3:04:05`, `03:04:05.25`; and how long that is, in milliseconds.
fn time_of_day(text: &str) -> Option<(Time, i64)> {
    let (clock, fraction) = match text.split_once(['.', ',']) {
        Some((clock, fraction)) => (clock, Some(fraction)),
        None => (text, None),
    };
    let mut parts = clock.split(':').map(|part| {
        let fits = matches!(part.len(), 1 | 2) && part.bytes().all(|b| b.is_ascii_digit());
        fits.then(|| part.parse::<i8>().ok()).flatten()
    });
    let (hour, minute) = (parts.next()??, parts.next()??);
    let second = parts.next();
    if parts.next().is_some() || (fraction.is_some() && second.is_none()) {
        return None;
    }
    let ns = match fraction {
        None => 0,
        Some(digits) => {
            let fits =
                (1..=9).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
            fits.then(|| format!("{digits:0<9}").parse().ok())
                .flatten()?
        }
    };
    let length = match (second, fraction) {
        (None, _) => 60_000,
        (Some(_), None) => 1_000,
        (Some(_), Some(_)) => 1,
    };
    let time = Time::new(hour, minute, second.unwrap_or(Some(0))?, ns).ok()?;
    Some((time, length))
}

/// A time of day, and the zone behind it: `Z`, `+02:00`.
fn split_offset(text: &str) -> (&str, &str) {
    let place = text.find(['Z', 'z', '+', '-']).unwrap_or(text.len());
    let (time, offset) = text.split_at(place);
    (time.trim_end(), offset)
}

/// `Z`, `+02:00`, `-0330`, `+2`
fn offset_of(text: &str) -> Option<Offset> {
    if text.eq_ignore_ascii_case("z") {
        return Some(Offset::UTC);
    }
    let (sign, rest) = match text.as_bytes().first()? {
        b'+' => (1, &text[1..]),
        b'-' => (-1, &text[1..]),
        _ => return None,
    };
    let (hours, minutes) = match rest.split_once(':') {
        Some((hours, minutes)) if minutes.len() == 2 => (hours, minutes),
        Some(_) => return None,
        None if rest.len() == 4 && rest.is_ascii() => rest.split_at(2),
        None => (rest, "0"),
    };
    let number = |text: &str| -> Option<i32> {
        let fits = matches!(text.len(), 1 | 2) && text.bytes().all(|b| b.is_ascii_digit());
        fits.then(|| text.parse().ok()).flatten()
    };
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    let seconds = sign * (hours * 3_600 + minutes * 60);
    (hours < 24 && minutes < 60).then(|| Offset::from_seconds(seconds).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A Tuesday in summer, two hours before UTC.
    fn berlin() -> Zoned {
        let now: Timestamp = "2026-05-12T12:00:00Z".parse().unwrap();
        now.to_zoned(TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap())
    }

    fn named(text: &str) -> Option<(String, String)> {
        let said = |ms| Timestamp::from_millisecond(ms).unwrap().to_string();
        moment(text, &berlin()).map(|m| (said(m.first), said(m.after)))
    }

    #[track_caller]
    fn is(texts: &[&str], first: &str, after: &str) {
        for text in texts {
            let expected = Some((first.to_owned(), after.to_owned()));
            assert_eq!(named(text), expected, "{text}");
        }
    }

    #[test]
    fn a_date_is_a_day_in_the_zone_of_the_person() {
        is(
            &["2026-01-02", "2026/1/2", "2.1.2026", "02.01.2026"],
            "2026-01-01T23:00:00Z",
            "2026-01-02T23:00:00Z",
        );
        // The clocks go forward in it, so that it has 23 hours.
        is(
            &["2026-03-29"],
            "2026-03-28T23:00:00Z",
            "2026-03-29T22:00:00Z",
        );
    }

    #[test]
    fn a_month_is_a_month_in_the_zone_of_the_person() {
        is(
            &["2026-02", "2026/2"],
            "2026-01-31T23:00:00Z",
            "2026-02-28T23:00:00Z",
        );
    }

    #[test]
    fn a_time_of_day_is_as_long_as_it_is_exact() {
        is(
            &[
                "2026-01-02T03:04",
                "2026-01-02 03:04",
                "2026-01-02t3:04",
                "2026-01-02@03:04",
                "2.1.2026 3:04",
                "2026-01-02T03:04+01:00",
                "2026-01-02T02:04Z",
                "2026-01-02 02:04 Z",
                "2026-01-01T22:34-0330",
            ],
            "2026-01-02T02:04:00Z",
            "2026-01-02T02:05:00Z",
        );
        is(
            &["2026-01-02T03:04:05", "2026-01-02T04:04:05+2"],
            "2026-01-02T02:04:05Z",
            "2026-01-02T02:04:06Z",
        );
        is(
            &["2026-01-02T03:04:05.25"],
            "2026-01-02T02:04:05.25Z",
            "2026-01-02T02:04:05.251Z",
        );
    }

    #[test]
    fn days_have_names_and_a_time_alone_is_one_of_today() {
        is(
            &["today", "Tuesday", "tue", "2026-05-12"],
            "2026-05-11T22:00:00Z",
            "2026-05-12T22:00:00Z",
        );
        is(
            &["yesterday", "MON", "monday"],
            "2026-05-10T22:00:00Z",
            "2026-05-11T22:00:00Z",
        );
        is(
            &["wednesday", "wed"],
            "2026-05-05T22:00:00Z",
            "2026-05-06T22:00:00Z",
        );
        is(
            &["14:30", "today 14:30", "tuesday 14:30"],
            "2026-05-12T12:30:00Z",
            "2026-05-12T12:31:00Z",
        );
    }

    #[test]
    fn durations_count_back_from_now() {
        let back = |text: &str, ms: i64| {
            let now = berlin().timestamp().as_millisecond();
            assert_eq!(moment(text, &berlin()).unwrap().first, now - ms, "{text}");
        };
        const MINUTE: i64 = 60_000;
        for text in [
            "90m",
            "1.5h",
            "1,5h",
            "1h30m",
            "1 hour 30 min",
            "5400s",
            "90 Minutes",
        ] {
            back(text, 90 * MINUTE);
        }
        back("2d", 2 * 24 * 60 * MINUTE);
        back("1w", 7 * 24 * 60 * MINUTE);
        back("0.5d", 12 * 60 * MINUTE);
        back("0h", 0);
        is(&["1mo"], "2026-04-12T12:00:00Z", "2026-04-12T12:00:00.001Z");
        is(&["1y"], "2025-05-12T12:00:00Z", "2025-05-12T12:00:00.001Z");
    }

    #[test]
    fn seconds_since_1970_are_read_as_logs_have_them() {
        is(
            &["1778500000"],
            "2026-05-11T11:46:40Z",
            "2026-05-11T11:46:41Z",
        );
        is(
            &["1778500000123"],
            "2026-05-11T11:46:40.123Z",
            "2026-05-11T11:46:40.124Z",
        );
    }

    #[test]
    fn what_names_no_time_is_none() {
        for text in [
            "",
            "soon",
            "-1d",
            "+1d",
            "1",
            "12",
            "h",
            "1x",
            "1.h",
            ".5h",
            "1.2.3h",
            "1h2",
            "1.5mo",
            "2026-13-01",
            "2026-02-30",
            "26-01-02",
            "01/02/2026",
            "2026-01-02T",
            "2026-01-02T25:00",
            "2026-01-02T3",
            "2026-01-02T03:04:05.",
            "2026-01-02T03:04+25:00",
            "2026-01-02T03:04:05:06",
            "tomorrow",
            "mo",
            "tu",
            "today 25:00",
            "25:00",
            "3:4:5:6",
            "2026-01-02X03:04",
            "T03:04",
        ] {
            assert_eq!(named(text), None, "{text}");
        }
    }

    #[test]
    fn at_the_edges_of_time_the_nearest_moment_is_taken() {
        for edge in [Timestamp::MIN, Timestamp::MAX] {
            for hours in [-25, 0, 25] {
                let zone = TimeZone::fixed(Offset::from_hours(hours).unwrap());
                let now = edge.to_zoned(zone);
                for text in [
                    "today",
                    "yesterday",
                    "monday",
                    "sunday",
                    "2d",
                    "99999999999999999999d",
                    "9999999999mo",
                    "9999y",
                    "9999-12-31",
                    "-009999-01-01",
                    "-9999-01-01",
                    "9999-12-31T23:59:59.999",
                    "23:59",
                    "0000-01-01",
                    "9999999999999",
                ] {
                    let found = moment(text, &now).unwrap_or_else(|| panic!("{text}"));
                    assert!(
                        found.first <= found.after,
                        "{text} at {edge} {hours}: {found:?}"
                    );
                }
            }
        }
    }

    proptest! {
        #[test]
        fn any_text_may_be_asked(text in any::<String>(), ms in any::<i64>()) {
            let now = Timestamp::from_millisecond(ms).unwrap_or(Timestamp::MAX);
            moment(&text, &now.to_zoned(berlin().time_zone().clone()));
        }

        #[test]
        fn texts_of_such_signs_may_be_asked(text in "[-0-9T:.,+ dhmoyZ/@]{0,24}") {
            moment(&text, &berlin());
        }
    }
}
