//! Where the commands of a text begin, and for which shell they were written. People paste them
//! with prompts, between the lines of a ticket, several at once.

use super::word::is_name_byte;
use super::words::Dialect;

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

/// Where the next command begins: further on in the line of `at`, or at the start of a line.
pub(super) fn next_command(text: &str, at: usize, inside_line: bool) -> Option<usize> {
    next_of(text, at, inside_line, leads_to_curl)
}

/// The same for other programs, by what tells where one stands in a line.
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

/// Where curl stands in a line that begins with it, or with what may stand before a command.
pub(super) fn leads_to_curl(line: &str) -> Option<usize> {
    leads_to(line, |name| {
        name == "curl" || name.eq_ignore_ascii_case("curl.exe")
    })
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
