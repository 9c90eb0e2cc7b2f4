//! Calls of functions that take a secret, as code and traces show them, and values that code falls
//! back on.

use super::spoken::has_both;
use super::{Places, blanks, is_quote, string_end};
use std::ops::Range;

/// Arguments that are read.
const ARGUMENTS: usize = 8;
/// Bytes of an expression before the value that it falls back on.
const LONGEST_EXPRESSION: usize = 120;

impl Places<'_> {
    /// `login('ann', '0f1e…')`, `connect('host', 'ann', '0f1e…')`: what stands behind the user.
    pub(super) fn call(&mut self, at: usize) {
        let text = self.text;
        let word = text[..at - 1].iter().rev().take(12);
        let word: Vec<u8> = word.map(u8::to_ascii_lowercase).collect();
        let is_of_server = word.starts_with(b"tcen") || word.starts_with(b"tcur");
        let arguments = self.arguments(at);
        let Some((_, first)) = arguments.first().filter(|(number, _)| *number == 0) else {
            return;
        };
        let tells_server = first.iter_any(text, b"=:/.") || text[first.clone()] == *b"localhost";
        let least = match is_of_server {
            true if tells_server => 2,
            true => return,
            false => 1,
        };
        for (number, argument) in &arguments {
            let is_word =
                text[argument.clone()].iter().all(u8::is_ascii_alphabetic) && is_of_server;
            if *number >= least && !is_word && !self.spares("password", argument) {
                self.done = argument.end + 1;
                self.add(argument.clone(), None, true);
            }
        }
    }

    /// The arguments in quotation marks behind a bracket, each with its number.
    fn arguments(&self, from: usize) -> Vec<(usize, Range<usize>)> {
        let limit = self.text.len().min(from + 1_000);
        let text = &self.text[..limit];
        let mut found = Vec::new();
        let mut at = from;
        for number in 0..ARGUMENTS {
            at += blanks(text, at);
            match text.get(at) {
                Some(quote) if is_quote(quote) => {
                    let end = string_end(text, at + 1, *quote).min(limit);
                    found.push((number, at + 1..end));
                    at = end + 1;
                }
                Some(b')') | None => break,
                _ => {}
            }
            let rest = text.get(at..).unwrap_or_default();
            match rest.iter().position(|b| b",)\n\"'".contains(b)) {
                Some(length) if rest[length] == b',' => at += length + 1,
                _ => break,
            }
        }
        found
    }

    /// `verifyToken('0f1e…')`, `env["TOKEN"] || "0f1e…"`: behind a name stands a call of it, or
    /// what is taken where it has no value.
    pub(super) fn is_call_or_fallback(&mut self, end: usize, name: &str) -> bool {
        let text = self.text;
        if text[..end].ends_with(b"PASSWORD") && text[end..].starts_with(b"('") {
            self.string_value(end + 1, name);
            return true;
        }
        if text.get(end) == Some(&b'(') && text.get(end + 1).is_some_and(is_quote) {
            let made_up = |value: &[u8]| {
                let is_plain = value.contains(&b' ') || value.contains(&b'/');
                value.len() >= super::SHORT_WORD && has_both(value) && !is_plain
            };
            for (_, argument) in self.arguments(end + 1) {
                if made_up(&text[argument.clone()]) && !self.spares(name, &argument) {
                    self.done = argument.end + 1;
                    self.add(argument, None, true);
                }
            }
            return true;
        }
        let rest = text.get(end..).unwrap_or_default();
        let closed = rest
            .iter()
            .take(3)
            .take_while(|b| b"])".contains(b))
            .count();
        // "`token` or `password`" are words of a sentence.
        let is_sentence = closed == 0 && end > 0 && is_quote(&text[end - 1]);
        match self.behind_or(end + closed).filter(|_| !is_sentence) {
            Some(value) => {
                self.string_value(value, name);
                true
            }
            None => false,
        }
    }

    /// `token = a.b || "0f1e…"`
    pub(super) fn has_fallback(&mut self, at: usize, name: &str) -> bool {
        let text = self.text;
        let rest = &text[at.min(text.len())..text.len().min(at + LONGEST_EXPRESSION)];
        let fits = |b: &u8| b.is_ascii_alphanumeric() || b"_.[]()$?".contains(b);
        let length = rest.iter().take_while(|b| fits(b)).count();
        match self.behind_or(at + length).filter(|_| length > 0) {
            Some(value) => {
                self.string_value(value, name);
                true
            }
            None => false,
        }
    }

    /// Where a value in quotation marks begins behind `||`, `??`, `?:` or `or`.
    fn behind_or(&self, at: usize) -> Option<usize> {
        let at = at + blanks(self.text, at);
        let length = match self.text.get(at..)? {
            [b'|', b'|', ..] | [b'?', b'?' | b':', ..] | [b'o', b'r', b' ', ..] => 2,
            _ => return None,
        };
        let value = at + length + blanks(self.text, at + length);
        let quote = *self.text.get(value).filter(|b| is_quote(b))?;
        // What is compared is no value.
        let near = &self.text[..self.text.len().min(value + 400)];
        let end = string_end(near, value + 1, quote) + 1;
        let behind = near.get(end + blanks(near, end));
        (!behind.is_some_and(|b| b"=!<".contains(b))).then_some(value)
    }
}

trait Holds {
    fn iter_any(&self, text: &[u8], signs: &[u8]) -> bool;
}

impl Holds for Range<usize> {
    fn iter_any(&self, text: &[u8], signs: &[u8]) -> bool {
        text[self.clone()].iter().any(|b| signs.contains(b))
    }
}
