//! Where the commands of a text begin, and for which shell they were written. People paste them
//! with prompts, between the lines of a ticket, several at once.

use super::word::is_name_byte;
use super::words::Dialect;

/// Mentions of curl that are looked at in one line.
const MOST_IN_A_LINE: usize = 64;

/// Whether a pasted text begins with a curl command, rather than only mentioning one.
pub fn is_command(text: &str) -> bool {
    let start = text.len() - text.trim_start().len();
    let line = text[start..].lines().next().unwrap_or_default();
    match leads_to_curl(line) {
        Some(at) => line[at..].split_whitespace().nth(1).is_some(),
        None => false,
    }
}

/// By the sign that goes on on the next line; by other marks where there is none.
pub fn dialect(text: &str) -> Dialect {
    let goes_on = |sign: &str| {
        let lines = text.lines().map(str::trim_end);
        lines
            .filter(|line| line.ends_with(sign) && !line.ends_with("```"))
            .count()
    };
    let (posix, cmd, powershell) = (goes_on("\\"), goes_on("^"), goes_on(" `"));
    let most = posix.max(cmd).max(powershell);
    if most > 0 {
        return match most {
            _ if posix == most => Dialect::Posix,
            _ if cmd == most => Dialect::Cmd,
            _ => Dialect::PowerShell,
        };
    }
    if text.contains("$env:") || text.contains("@'\n") || text.contains("@'\r\n") {
        return Dialect::PowerShell;
    }
    let windows = text.contains("curl.exe") && !text.contains(" '");
    // In one line the carets of a browser tell it.
    let carets = ["^\\^\"", "^&", "^%^"]
        .iter()
        .any(|carets| text.contains(carets));
    if windows || text.contains(" ^\"") || (carets && !text.contains(" '")) {
        return Dialect::Cmd;
    }
    Dialect::Posix
}

/// Where the next command begins, by what tells where one stands in a line: further on in the line
/// of `at`, or at the start of a line.
pub fn next_of(
    text: &str,
    at: usize,
    inside_line: bool,
    leads: impl Fn(&str) -> Option<usize>,
) -> Option<usize> {
    let mut from = at;
    let mut looks = inside_line;
    loop {
        let rest = text.get(from..).filter(|rest| !rest.is_empty())?;
        let length = rest.find('\n').map_or(rest.len(), |end| end + 1);
        if looks && let Some(found) = leads(&rest[..length]) {
            return Some(from + found);
        }
        // After a line break the place stands at the start of a line already.
        from += if looks || text[..from].ends_with('\n') {
            0
        } else {
            length
        };
        if looks {
            from += length;
        }
        looks = true;
    }
}

/// Where curl stands in a line that begins with it or with what may stand before a command, or
/// in which a shell would begin another command with it.
pub(super) fn leads_to_curl(line: &str) -> Option<usize> {
    let is_curl = |name: &str| name == "curl" || name.eq_ignore_ascii_case("curl.exe");
    leads_to(line, is_curl).or_else(|| {
        let is_remark = line.trim_start().starts_with('#');
        // In a line that holds more of them nobody wrote a command.
        let found = line.match_indices("curl").take(MOST_IN_A_LINE);
        let mut found = found.map(|(at, _)| at);
        found.find(|&at| {
            let before = &line[..at];
            let mut words = line[at..].split_whitespace();
            // `curlimages/curl:8` is an image that begins with the program.
            let is_image = |word: &str| before.ends_with('/') && word.starts_with("curl:");
            let is_it = words
                .next()
                .is_some_and(|word| is_curl(word) || is_image(word));
            let is_call = words.next().is_some_and(|word| {
                word.starts_with(['-', '\'', '"', '$']) || word.contains(['.', '/', ':'])
            });
            is_it && is_call && !is_remark && begins_a_command(before)
        })
    })
}

/// Whether a shell would take what follows for a command: behind a separator, in `$(…)`, in a
/// loop, behind a program that starts another.
fn begins_a_command(before: &str) -> bool {
    const STARTERS: [&str; 11] = [
        "do", "then", "else", "elif", "if", "while", "until", "xargs", "nohup", "watch", "--",
    ];
    // They name something of theirs before the command: a container, a host, how long.
    const CONTAINERS: [&str; 4] = ["docker", "podman", "kubectl", "oc"];
    const OTHERS: [&str; 10] = [
        "ssh",
        "watch",
        "timeout",
        "nice",
        "ionice",
        "strace",
        "stdbuf",
        "xargs",
        "doas",
        "proxychains",
    ];
    if before.ends_with(['(', '`']) {
        return true;
    }
    let mut rest = before;
    while rest.ends_with(char::is_whitespace) {
        rest = rest.trim_end();
        let last = rest.split_whitespace().next_back().unwrap_or_default();
        if rest.ends_with(['|', ';', '&', '{']) || STARTERS.contains(&last) {
            return true;
        }
        if last.is_empty() || last.ends_with('>') || !may_precede(last) {
            break;
        }
        rest = &rest[..rest.len() - last.len()];
    }
    let Some(first) = before.split_whitespace().find(|word| !may_precede(word)) else {
        return false;
    };
    let is_word = before.ends_with(char::is_whitespace);
    let has_options = || {
        let mut all = before.split_whitespace();
        first.starts_with('-') && all.any(|word| matches!(word, "sudo" | "env" | "time"))
    };
    let is_container = CONTAINERS.contains(&first);
    is_container && (is_word || before.ends_with("curlimages/"))
        || is_word && (OTHERS.contains(&first) || has_options())
}

/// Where a program stands in a line that begins with it, or with what may stand before a command.
pub fn leads_to(line: &str, is_program: impl Fn(&str) -> bool) -> Option<usize> {
    let mut at = 0;
    for _ in 0..12 {
        let rest = &line[at..];
        at += rest.len() - rest.trim_start().len();
        let word = line[at..].split_whitespace().next()?;
        let bare = word.trim_start_matches(['(', '"']).trim_end_matches('"');
        let name = bare.rsplit(['/', '\\']).next().unwrap_or_default();
        if is_program(name) {
            return Some(at + word.find(bare).unwrap_or(0));
        }
        if !may_precede(word) {
            return None;
        }
        at += word.len();
    }
    None
}

pub(super) fn may_precede(word: &str) -> bool {
    const WORDS: [&str; 16] = [
        "$", "%", ">", "&", "&&", "|", "||", ";", "!", "sudo", "time", "exec", "command", "env",
        "PS", "-",
    ];
    let assignment = word
        .split_once('=')
        .is_some_and(|(name, _)| !name.is_empty() && name.bytes().all(is_name_byte));
    let prompt =
        word.ends_with('>') || (word.ends_with(['$', '#', '%']) && word.contains([':', '@']));
    WORDS.contains(&word) || assignment || prompt
}
