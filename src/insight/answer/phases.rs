//! A call's time, cut into what it was spent on: one part after the other, without gaps.

use crate::model::Timing;
use std::time::Duration;

/// A part of the time of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Phase {
    pub name: &'static str,
    /// From the beginning of the call.
    pub start: Duration,
    pub length: Duration,
}

/// The parts that were measured, in order. After redirects only the last hop is timed in full,
/// and what came before it is one part.
pub fn phases(timing: &Timing, after_redirects: bool) -> Vec<Phase> {
    let Timing {
        dns,
        connect,
        tls,
        reused: _,
        first_byte,
        total,
    } = *timing;
    let Some(first_byte) = first_byte else {
        return Vec::new();
    };
    let setup: Duration = [dns, connect, tls].into_iter().flatten().sum();
    let mut phases = Vec::new();
    let mut start = Duration::ZERO;
    let mut push = |name, length: Duration| {
        phases.push(Phase {
            name,
            start,
            length,
        });
        start += length;
    };
    let rest = first_byte.saturating_sub(setup);
    if after_redirects {
        // How it divides between the hops was not measured.
        push("redirects and waiting", rest);
    }
    for (name, part) in [("DNS", dns), ("connect", connect), ("TLS", tls)] {
        if let Some(length) = part {
            push(name, length);
        }
    }
    if !after_redirects {
        push("waiting for the first byte", rest);
    }
    push("download", total.saturating_sub(first_byte));
    phases
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(number: u64) -> Duration {
        Duration::from_millis(number)
    }

    #[test]
    fn the_parts_follow_each_other_and_fill_the_whole() {
        let timing = Timing {
            dns: Some(ms(2)),
            connect: Some(ms(3)),
            tls: Some(ms(10)),
            reused: false,
            first_byte: Some(ms(40)),
            total: ms(55),
        };
        let phases = phases(&timing, false);
        let names: Vec<_> = phases.iter().map(|phase| phase.name).collect();
        let all = [
            "DNS",
            "connect",
            "TLS",
            "waiting for the first byte",
            "download",
        ];
        assert_eq!(names, all);
        let mut at = Duration::ZERO;
        for phase in &phases {
            assert_eq!(phase.start, at);
            at += phase.length;
        }
        assert_eq!(at, ms(55));
    }

    #[test]
    fn a_used_connection_has_only_waiting_and_download() {
        let timing = Timing {
            reused: true,
            first_byte: Some(ms(4)),
            total: ms(5),
            ..Timing::default()
        };
        assert_eq!(phases(&timing, false).len(), 2);
    }

    #[test]
    fn what_redirects_took_is_not_passed_off_as_waiting() {
        let timing = Timing {
            connect: Some(ms(1)),
            first_byte: Some(ms(30)),
            total: ms(31),
            ..Timing::default()
        };
        let phases = phases(&timing, true);
        assert_eq!(phases[0].name, "redirects and waiting");
        assert_eq!(phases[0].length, ms(29));
    }

    #[test]
    fn what_was_not_measured_has_no_parts() {
        assert!(phases(&Timing::default(), false).is_empty());
    }
}
