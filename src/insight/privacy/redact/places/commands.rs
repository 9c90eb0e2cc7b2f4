//! Users, passwords and cookies that a command line gives.

use super::spoken::{LONGEST_COMMAND, is_made_up};
use super::{Places, blanks, is_quote};
use std::ops::Range;

/// Options of programs behind which a user and a password stand, joined by a colon or a percent
/// sign.
const USERS: [(&str, &[&str]); 2] = [
    ("curl", &["-u", "--user", "-U", "--proxy-user"]),
    ("smbclient", &["-U", "--user"]),
];
/// Options behind which a password stands, in the next word or joined to them.
const PASSWORDS: [(&str, &[&str]); 11] = [
    ("curl", &["--oauth2-bearer", "--pass"]),
    ("mysql", &["-p"]),
    ("mariadb", &["-p"]),
    ("sshpass", &["-p"]),
    ("redis-cli", &["-a"]),
    ("mongosh", &["-p"]),
    ("mongo", &["-p"]),
    ("ldapsearch", &["-w"]),
    ("sqlcmd", &["-P"]),
    ("smbclient", &[]),
    ("login", &["-p"]),
];

fn options(table: &[(&str, &'static [&'static str])], program: &[u8]) -> &'static [&'static str] {
    let row = table
        .iter()
        .find(|(known, _)| program.starts_with(known.as_bytes()));
    row.map_or(&[], |(_, options)| options)
}

impl Places<'_> {
    /// The options behind the name of a program.
    pub(super) fn command(&mut self, place: &Range<usize>) {
        let text = self.text;
        if place.start < self.command_end {
            return;
        }
        let program = text[place.clone()].trim_ascii_start().to_ascii_lowercase();
        let users = options(&USERS, &program);
        let passwords = options(&PASSWORDS, &program);
        let limit = text.len().min(place.end + LONGEST_COMMAND);
        // The names of some programs go on: it is a dump that one makes.
        let rest = &text[place.end..limit];
        let mut at = place.end + rest.iter().take_while(|b| b.is_ascii_alphabetic()).count();
        let mut option: &[u8] = b"";
        loop {
            at += blanks(text, at);
            // Behind a stroke at its end a line goes on.
            if text[at.min(limit)..limit].starts_with(b"\\\n") {
                at += 2;
                continue;
            }
            let word = self.shell_word(at);
            if at >= limit || word.end <= at {
                break;
            }
            let mut word = word;
            let ends = text[word.clone()].ends_with(b",") || text[word.clone()].ends_with(b";");
            word.end -= usize::from(ends);
            let value = &text[word.clone()];
            let is_among = |known: &[&str]| known.iter().any(|known| known.as_bytes() == option);
            let mut secret = word.clone();
            let is_secret = if is_among(users) {
                let sign = memchr::memchr2(b':', b'%', value);
                secret.start += sign.map_or(0, |sign| sign + 1);
                sign.is_some() || is_made_up(value)
            } else if is_among(&["-b", "--cookie"]) {
                program.starts_with(b"curl") && value.contains(&b'=')
            } else if is_among(passwords) {
                // Where it is asked for, another option or what comes next stands there.
                let is_word = value.iter().all(u8::is_ascii_alphabetic);
                let is_needed = program.starts_with(b"curl") || program.starts_with(b"sshpass");
                is_needed || !value.starts_with(b"-") && !is_word
            } else {
                secret.start += self.joined(value, passwords);
                secret.start > word.start
            };
            if is_secret && !secret.is_empty() && !self.spares("password", &secret) {
                self.add(secret, None, true);
            }
            // Another command begins, or a sentence goes on.
            if ends || matches!(value, b"|" | b"&&" | b"||") {
                break;
            }
            option = value;
            at = word.end + usize::from(text.get(word.end).is_some_and(is_quote));
        }
        self.command_end = at.max(place.end);
    }

    /// How long the option is that a password is joined to: `-pX`.
    fn joined(&self, word: &[u8], options: &[&str]) -> usize {
        let short = options.iter().filter(|option| option.len() == 2);
        let mut joined = short.filter(|option| {
            word.len() > 2 && word.starts_with(option.as_bytes()) && word[2] != b'='
        });
        joined.next().map_or(0, |option| option.len())
    }
}
