//! Passwords that people made up of plain words, where a text tells them: "the password is
//! hunterlion". Whether a word is one is told by what stands around it, and by the words that are
//! said of passwords: required, too short, verschlüsselt.

use super::{Places, blanks, is_quote};
use crate::insight::redact::names::words;
use crate::insight::redact::spared::is_algorithm;

/// A password is so long at least.
const SHORTEST: usize = 6;
const LONGEST: usize = 64;
/// How far around a name is looked for what says whose it is.
const NEAR: usize = 60;

/// Names of what a person types in.
const PASSWORDS: [&str; 16] = [
    "password",
    "passwd",
    "pwd",
    "pass",
    "passphrase",
    "passwort",
    "kennwort",
    "passe",
    "contraseña",
    "contrasena",
    "senha",
    "wachtwoord",
    "パスワード",
    "密码",
    "密碼",
    "пароль",
];
/// Words between the name and the password.
const VERBS: [&str; 14] = [
    "is", "was", "to", "ist", "lautet", "est", "es", "é", "è", "は", "是", "为", "為", "=",
];
/// And other words there.
const BETWEEN: [&str; 10] = [
    "has", "been", "now", "reset", "set", "changed", "for", "of", "für", "pour",
];
const MOST_WORDS: usize = 8;
/// Words before the name that say that somebody is told a password.
const TOLD: [&str; 30] = [
    "your",
    "temporary",
    "initial",
    "new",
    "default",
    "generated",
    "one-time",
    "ihr",
    "dein",
    "neues",
    "vorläufiges",
    "temporäres",
    "votre",
    "nouveau",
    "provisoire",
    "temporaire",
    "su",
    "tu",
    "nueva",
    "temporal",
    "sua",
    "nova",
    "tijdelijk",
    "uw",
    "仮",
    "あなたの",
    "新しい",
    "您的",
    "你的",
    "временный",
];
/// What is said of passwords, beside words that end as such words do.
const SAID: [&str; 84] = [
    "incorrect",
    "invalid",
    "valid",
    "correct",
    "wrong",
    "missing",
    "unknown",
    "absent",
    "mandatory",
    "optional",
    "secret",
    "secure",
    "insecure",
    "strong",
    "common",
    "similar",
    "identical",
    "different",
    "default",
    "temporary",
    "permanent",
    "always",
    "already",
    "hidden",
    "unset",
    "broken",
    "written",
    "forgotten",
    "sensitive",
    "case-sensitive",
    "mismatch",
    "nothing",
    "stale",
    "obsolete",
    "outdated",
    "alphanumeric",
    "numeric",
    "plaintext",
    "simple",
    "longer",
    "shorter",
    "needed",
    "string",
    "number",
    "exactly",
    "always",
    "unique",
    "guessable",
    "falsch",
    "ungültig",
    "erforderlich",
    "notwendig",
    "leer",
    "schwach",
    "sicher",
    "unsicher",
    "geheim",
    "richtig",
    "korrekt",
    "incorrecte",
    "invalide",
    "obligatoire",
    "requis",
    "requise",
    "faible",
    "faux",
    "expiré",
    "manquant",
    "incorrecta",
    "incorrecto",
    "inválida",
    "obligatoria",
    "obligatorio",
    "requerida",
    "débil",
    "demasiado",
    "vacía",
    "incorreta",
    "obrigatória",
    "fraca",
    "encore",
    "trop",
    "bereits",
    "nicht",
];
/// Ends of words that tell how something is.
const ENDS: [&str; 18] = [
    "ed",
    "ing",
    "ly",
    "able",
    "ible",
    "abgelaufen",
    "bar",
    "siert",
    "lüsselt",
    "ée",
    "és",
    "ado",
    "ada",
    "ido",
    "ida",
    "iert",
    "word",
    "wort",
];

impl Places<'_> {
    /// `the password is hunterlion`; tells whether a password stood there. `at` is behind the name.
    pub(super) fn told_password(&mut self, start: usize, at: usize, name: &str) -> bool {
        if !is_of_person(name) {
            return false;
        }
        let text = self.text;
        let mut at = at + blanks(text, at);
        let mut has_verb = false;
        // "temporal", "provisoire" stand behind the name.
        let (mut is_whose, mut is_changed) = (false, false);
        for _ in 0..MOST_WORDS {
            let (word, end) = self.letters(at);
            let is_verb = VERBS.iter().any(|verb| word == *verb);
            let is_between = is_whose || TOLD.contains(&&*word) || BETWEEN.contains(&&*word);
            if end == at || !is_verb && !is_between {
                break;
            }
            // "Type the password to confirm" tells none.
            has_verb |= is_verb && (word != "to" || is_changed);
            is_changed |= matches!(&*word, "reset" | "set" | "changed");
            is_whose = matches!(&*word, "for" | "of" | "für" | "pour" | "para");
            at = end + blanks(text, end);
        }
        let sign = match text.get(at..) {
            Some([b':', ..]) => 1,
            Some([0xef, 0xbc, 0x9a, ..]) => 3,
            _ => 0,
        };
        if sign > 0 {
            at += sign;
            at += blanks(text, at);
        }
        if (has_verb || sign > 0) && self.made_up_password(at, name) {
            return true;
        }
        let is_foreign = !name.is_ascii() && name.chars().any(|c| c as u32 > 0x2e80);
        if !has_verb && !(sign > 0 && (is_foreign || self.is_told(start) || self.is_told(at))) {
            return false;
        }
        self.plain_password(at, name, is_foreign)
    }

    /// `Password: Tr0ub4dor!`, `password is <b>lantern133</b>`: one word of letters, digits and signs,
    /// with which the line ends.
    fn made_up_password(&mut self, at: usize, name: &str) -> bool {
        let text = self.text;
        let at = self.behind_tag(at);
        let rest = &text[at.min(text.len())..text.len().min(at + LONGEST + 2)];
        let fits = |b: &u8| b.is_ascii_graphic() && !b"\"'`\\<>(){}[],;:/|_=".contains(b);
        let whole = rest.iter().take_while(|b| fits(b)).count();
        let stops = rest[..whole]
            .iter()
            .rev()
            .take_while(|b| **b == b'.')
            .count();
        let range = at..at + whole - stops;
        let word = &text[range.clone()];
        let has = |kind: fn(&u8) -> bool| word.iter().any(kind);
        let is_mixed = has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic);
        let ends = match &rest[whole..] {
            [] | [b'\n' | b'\r' | b'\\' | b'<' | b'"' | 1..=4, ..] => true,
            [sign, ..] => stops > 0 && *sign == b' ',
        };
        let told = self.name(&range);
        let is_one = (SHORTEST..=LONGEST).contains(&word.len()) && is_mixed && ends;
        if !is_one || is_algorithm(&told) || self.spares(name, &range) {
            return false;
        }
        self.done = range.end;
        self.add(range, None, true);
        true
    }

    /// One word in which nothing but letters need stand, with which the sentence ends or goes on in
    /// another part.
    fn plain_password(&mut self, at: usize, name: &str, is_foreign: bool) -> bool {
        let text = self.text;
        let rest = text.get(at..).unwrap_or_default();
        let opens: usize = match rest {
            [sign, ..] if is_quote(sign) || *sign == b'*' => {
                rest.iter().take_while(|b| **b == *sign).count()
            }
            _ if rest.starts_with("„".as_bytes()) || rest.starts_with("“".as_bytes()) => 3,
            _ if rest.starts_with("「".as_bytes()) => 3,
            _ if rest.starts_with("«".as_bytes()) => 2,
            _ => 0,
        };
        let start = at + opens;
        let rest = &text[start.min(text.len())..];
        let fits = |b: &u8| b.is_ascii_alphanumeric() || b"-_".contains(b);
        let length = rest
            .iter()
            .take(LONGEST + 1)
            .take_while(|b| fits(b))
            .count();
        let word = self.name(&(start..start + length)).to_lowercase();
        if !(SHORTEST..=LONGEST).contains(&length) || is_said(&word) || super::is_secret_name(&word)
        {
            return false;
        }
        let behind = &rest[length..];
        let ends = if opens > 0 {
            behind
                .first()
                .is_some_and(|b| is_quote(b) || *b == b'*' || !b.is_ascii())
        } else {
            ends_part(behind)
                || is_foreign
                    && behind
                        .first()
                        .is_none_or(|b| !b.is_ascii() || b" .,;".contains(b))
        };
        let range = start..start + length;
        if !ends || self.spares(name, &range) {
            return false;
        }
        self.done = range.end;
        self.add(range, None, true);
        true
    }

    /// Whether words just before a name say that somebody is told one.
    fn is_told(&self, start: usize) -> bool {
        let before = &self.text[start.saturating_sub(NEAR)..start];
        let ends = |b: &u8| matches!(b, b'\n' | b'"' | b'.' | b'<' | 1..=4);
        let before = before.rsplit(ends).next().unwrap_or_default();
        let before = String::from_utf8_lossy(before).to_lowercase();
        let mut words = before.split(|c: char| !c.is_alphanumeric() && c != '-');
        words.any(|word| TOLD.contains(&word))
            || TOLD
                .iter()
                .any(|word| !word.is_ascii() && before.ends_with(word))
    }

    /// A word of letters in any script, in small letters, and where it ends.
    fn letters(&self, at: usize) -> (String, usize) {
        let near = &self.text[at.min(self.text.len())..self.text.len().min(at + 40)];
        for particle in ["は", "是", "为", "為"] {
            if near.starts_with(particle.as_bytes()) {
                return (particle.to_owned(), at + particle.len());
            }
        }
        let fits = |b: &u8| {
            b.is_ascii_alphabetic()
                || (0xc3..=0xc5).contains(b)
                || (0x80..0xc0).contains(b)
                || *b == b'-'
        };
        let length = near.iter().take_while(|b| fits(b)).count();
        let word = String::from_utf8_lossy(&near[..length]).to_lowercase();
        (word, at + length)
    }

    /// `Username: ann` and below it `Password: hunterlion`, as mails tell both.
    pub(super) fn is_below_user(&self, start: usize) -> bool {
        const USERS: [&str; 9] = [
            "user",
            "login",
            "e-mail",
            "email",
            "account",
            "benutzer",
            "utilisateur",
            "usuario",
            "identifiant",
        ];
        let line = start - self.column(start);
        let before = &self.text[line.saturating_sub(200)..line].trim_ascii_end();
        let above = before.rsplit(|b| *b == b'\n').next().unwrap_or_default();
        let above = String::from_utf8_lossy(above.trim_ascii()).to_lowercase();
        above.contains(':') && USERS.iter().any(|user| above.starts_with(user))
    }

    /// The same, where the name begins its line.
    pub(super) fn password_of_line(&mut self, at: usize, start: usize, name: &str) {
        if is_of_person(name) && (self.is_below_user(start) || self.is_told(start)) {
            self.plain_password(at, name, false);
        }
    }

    /// `password | hunter2`: a row of a name and a value below `-[ RECORD 1 ]-`.
    pub(super) fn row_of_record(&mut self, start: usize, at: usize, name: &str) -> bool {
        const FAR: usize = 4_000;
        let text = self.text;
        if text.get(at) != Some(&b'|') || !self.starts_line(start) {
            return false;
        }
        let before = &text[start.saturating_sub(self.allowance(FAR))..start];
        self.charge(before.len());
        if memchr::memmem::rfind(before, b"-[ ").is_none() {
            return false;
        }
        let value = at + 1 + blanks(text, at + 1);
        let end = self.line_end(at);
        let end = value.min(end) + text[value.min(end)..end].trim_ascii_end().len();
        let range = value.min(end)..end;
        if !self.spares(name, &range) {
            self.done = end;
            self.add(range, None, true);
        }
        true
    }
}

fn is_of_person(name: &str) -> bool {
    let lower = name.to_lowercase();
    let words = words(&lower);
    let last = words.last().map_or("", String::as_str);
    PASSWORDS.iter().any(|known| last.ends_with(known))
}

fn is_said(word: &str) -> bool {
    SAID.contains(&word) || ENDS.iter().any(|end| word.ends_with(end))
}

/// Whether a sentence, or a part of it, ends there.
fn ends_part(behind: &[u8]) -> bool {
    match behind {
        [] | [b'\n' | b'\r' | b'"' | b'<' | b'\\' | b')' | 1..=4, ..] => true,
        [b'.' | b'!' | b',' | b';', next, ..] => {
            next.is_ascii_whitespace() || b"\"<\\".contains(next) || *next < 5
        }
        [b'.' | b'!' | b',' | b';'] => true,
        _ => {
            let rest = behind.trim_ascii_start();
            rest.len() < behind.len()
                && [&b"and "[..], b"und ", b"et ", b"y ", b"- ", b"("]
                    .iter()
                    .any(|word| rest.starts_with(word))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_of_passwords_is_told_from_one() {
        for word in [
            "required",
            "missing",
            "changed",
            "ungültig",
            "incorrecta",
            "temporarily",
        ] {
            assert!(is_said(word), "{word}");
        }
        for word in ["hunterlion", "correcthorse", "sakurahana", "hasenbraten"] {
            assert!(!is_said(word), "{word}");
        }
        assert!(is_of_person("userPassword") && is_of_person("mot de passe"));
        assert!(!is_of_person("token") && !is_of_person("password_policy"));
    }
}
