//! What holds secrets under names that say nothing of them: stores of secrets, what a flag beside
//! it calls one, cookies, what a call to sign in is given.

use super::is_secret_name;
use super::object::{Member, Object};
use super::refused::Naming;
use super::{Places, is_quote, skip_blanks, string_end};
use crate::insight::redact::looks::has_both;
use crate::insight::redact::names::words;
use crate::insight::redact::texts::values_of_cookie;
use std::ops::Range;
use std::rc::Rc;

/// Bytes of a store that are looked through.
const LONGEST: usize = 64 << 10;
/// So many characters of a key are no word.
const LONG_KEY: usize = 24;
/// Methods of a remote call that take a user and a password.
const LOGINS: [&str; 8] = [
    "login",
    "signin",
    "authenticate",
    "auth",
    "logon",
    "login2",
    "register",
    "signup",
];
/// Kinds of values that are secrets.
const KINDS: [&str; 6] = [
    "securestring",
    "secret",
    "password",
    "concealed",
    "sensitive",
    "passphrase",
];

impl Places<'_> {
    /// Looks at a member by its name, which need be no secret one; tells whether nothing else is
    /// to be looked for in it.
    pub(super) fn store(&mut self, key: &Range<usize>, value: usize, name: &str) -> bool {
        let words = words(name);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        match words[..] {
            [.., "cookie"] => return self.is_cookie(value),
            [.., "cookies"] => self.cookies(value),
            ["params" | "args" | "arguments"] => self.login(key, value),
            [.., "key", "name"] | ["keyname"] => self.key_by_name(key, value),
            ["root", "token"] => self.keys_beside(key, value),
            ["created", "time"] => self.version_of_store(key, value),
            ["sensitive" | "masked" | "secret"] | ["is", "sensitive" | "secret"]
                if self.is_true(value) =>
            {
                let object = self.object_of(key, value);
                self.values_of(&object, key);
            }
            _ if words.contains(&"sensitive") => self.mirrored(key, value, &words),
            _ => {}
        }
        false
    }

    /// A secret name that is the kind of something.
    pub(super) fn kind(&mut self, key: &Range<usize>, value: usize, said: &str) {
        let kind = said.to_ascii_lowercase();
        match (&*self.last_word(key), &*kind) {
            ("kind", "secret") => {
                let object = self.object_of(key, value);
                self.data_of(self.near(&object, key));
            }
            ("kind", "secretlist") => {
                let object = self.object_of(key, value);
                let items = self
                    .near(&object, key)
                    .iter()
                    .find(|member| self.is_key(member, "items"));
                let opens = items
                    .map(|items| self.elements(items.value))
                    .unwrap_or_default();
                for open in opens {
                    let members = self.members_of(open, LONGEST);
                    self.data_of(&members);
                }
            }
            ("type" | "purpose", kind) if KINDS.contains(&kind) => {
                let object = self.object_of(key, value);
                self.values_of(&object, key);
            }
            _ => {}
        }
    }

    fn is_key(&self, member: &Member, name: &str) -> bool {
        self.name(&member.key).eq_ignore_ascii_case(name)
    }

    /// The data of a secret of a cluster.
    fn data_of(&mut self, members: &[Member]) {
        for member in members {
            if self.is_key(member, "data") || self.is_key(member, "stringData") {
                self.all_inside(member.value);
            }
        }
    }

    /// What stands beside a flag, under a name for values.
    fn values_of(&mut self, object: &Object, key: &Range<usize>) {
        const VALUES: [&str; 3] = ["value", "values", "secretvalue"];
        let others = self.near(object, key).iter();
        for member in others.filter(|member| member.key != *key) {
            if VALUES.iter().any(|name| self.is_key(member, name)) {
                match self.text.get(member.value) {
                    Some(b'{' | b'[') => self.all_inside(member.value),
                    _ => {
                        let done = self.done;
                        let quote = Some(member.key.end..member.key.end + 1);
                        self.value(member.value, "secret", quote);
                        self.done = done;
                    }
                }
            }
        }
    }

    /// Every text in a bracket.
    fn all_inside(&mut self, open: usize) {
        let done = self.done;
        self.container(open, "secret", None);
        self.done = done;
    }

    /// Where the objects and texts of a list begin.
    fn elements(&self, open: usize) -> Vec<usize> {
        let mut found = Vec::new();
        if self.text.get(open) != Some(&b'[') {
            return found;
        }
        let limit = open + self.allowance(LONGEST);
        let mut at = skip_blanks(self.text, open + 1);
        while at < limit && self.text.get(at).is_some_and(|b| *b != b']') {
            found.push(at);
            at = self.behind_value(at, limit);
            if self.text.get(at) != Some(&b',') {
                break;
            }
            at = skip_blanks(self.text, at + 1);
        }
        self.charge(at - open);
        found
    }

    /// `{"sid": "…"}`, `[{"name": "sid", "value": "…"}]`, `["sid=…; Path=/"]`
    fn cookies(&mut self, at: usize) {
        match self.text.get(at) {
            Some(b'{') => {
                for member in self.members_of(at, LONGEST) {
                    let name = self.name(&member.key);
                    self.cookie(&name, &member);
                }
            }
            Some(b'[') => {
                for at in self.elements(at) {
                    match self.text[at] {
                        b'{' => {
                            self.is_cookie(at);
                        }
                        _ => self.cookie_pair(at),
                    }
                }
            }
            _ => {}
        }
    }

    /// `{"name": "sid", "value": "…"}`
    fn is_cookie(&mut self, at: usize) -> bool {
        if self.text.get(at) != Some(&b'{') {
            return false;
        }
        let members = self.members_of(at, LONGEST);
        let find = |name| members.iter().find(|member| self.is_key(member, name));
        let (Some(name), Some(value)) = (find("name"), find("value")) else {
            return false;
        };
        let name = self.string_at(name.value).map(|name| self.name(&name));
        self.cookie(&name.unwrap_or_default(), value);
        true
    }

    fn cookie(&mut self, name: &str, member: &Member) {
        let text = self.text;
        match text.get(member.value) {
            Some(b'[') => {
                for at in self.elements(member.value) {
                    self.cookie_value(name, self.string_at(at));
                }
            }
            Some(b'{') => {
                let members = self.members_of(member.value, LONGEST);
                let value = members.iter().find(|member| self.is_key(member, "value"));
                if let Some(value) = value {
                    self.cookie_value(name, self.string_at(value.value));
                }
            }
            Some(b'0'..=b'9') if may_hold_session(name) => {
                let quote = Some(member.key.end..member.key.end + 1);
                self.number(member.value, "secret", quote, true);
            }
            _ => self.cookie_value(name, self.string_at(member.value)),
        }
    }

    fn cookie_value(&mut self, name: &str, value: Option<Range<usize>>) {
        let Some(value) = value.filter(|value| !value.is_empty()) else {
            return;
        };
        let pair = format!("{name}={}", self.name(&value));
        if !values_of_cookie(&pair).is_empty() && !self.spares("cookie", &value) {
            self.add(value, None, true);
        }
    }

    fn cookie_pair(&mut self, at: usize) {
        let Some(string) = self.string_at(at) else {
            return;
        };
        let inside = &self.text[string.clone()];
        let Some(sign) = memchr::memchr(b'=', inside) else {
            return;
        };
        let end = memchr::memchr(b';', inside).unwrap_or(inside.len());
        if sign < end {
            let name = String::from_utf8_lossy(&inside[..sign]).into_owned();
            self.cookie_value(&name, Some(string.start + sign + 1..string.start + end));
        }
    }

    /// `{"method": "login", "params": ["ann", "…"]}`: what stands behind the user.
    fn login(&mut self, key: &Range<usize>, value: usize) {
        if self.text.get(value) != Some(&b'[') {
            return;
        }
        let object = self.object_of(key, value);
        let method = self
            .near(&object, key)
            .iter()
            .find(|member| self.is_key(member, "method"));
        let method = method.and_then(|method| self.string_at(method.value));
        let is_login = method.is_some_and(|method| {
            let last = words(&self.name(&method)).pop().unwrap_or_default();
            LOGINS.contains(&&*last)
        });
        if !is_login {
            return;
        }
        let given = self.elements(value);
        for at in given.iter().skip(usize::from(given.len() > 1)) {
            if let Some(value) = self.string_at(*at)
                && !self.spares("password", &value)
            {
                self.add(value, None, true);
            }
        }
    }

    /// `{"keyName": "key1", "value": "…"}`
    fn key_by_name(&mut self, key: &Range<usize>, value: usize) {
        const SHORTEST: usize = 16;
        let object = self.object_of(key, value);
        for member in self.near(&object, key) {
            if self.is_key(member, "value")
                && let Some(value) = self.string_at(member.value)
                && value.len() >= SHORTEST
                && has_both(&self.name(&value))
                && !self.spares("key", &value)
            {
                self.add(value, None, true);
            }
        }
    }

    /// Keys that open a store, beside the token that rules it.
    fn keys_beside(&mut self, key: &Range<usize>, value: usize) {
        let object = self.object_of(key, value);
        for member in self.near(&object, key) {
            let name = self.name(&member.key).to_ascii_lowercase();
            if !name.starts_with("keys") && !name.ends_with("keys") {
                continue;
            }
            for at in self.elements(member.value) {
                if let Some(value) = self.string_at(at)
                    && value.len() >= LONG_KEY
                {
                    self.add(value, None, true);
                }
            }
        }
    }

    /// `"data": {"a": "…"}, "metadata": {"created_time": "…", "destroyed": false}`: one version of
    /// what lies in a store.
    fn version_of_store(&mut self, key: &Range<usize>, value: usize) {
        let object = self.object_of(key, value);
        let is_version = self
            .near(&object, key)
            .iter()
            .any(|member| self.is_key(member, "destroyed") || self.is_key(member, "deletion_time"));
        let outer = object.open.filter(|_| is_version);
        let Some((name, outer)) = outer.and_then(|open| self.object_outside(open)) else {
            return;
        };
        if name == "metadata" {
            self.data_of(&outer.members);
        }
    }

    /// `"values": {"a": "…"}, "sensitive_values": {"a": true}`: one says which of the other are
    /// secret.
    fn mirrored(&mut self, key: &Range<usize>, value: usize, words: &[&str]) {
        if !matches!(self.text.get(value), Some(b'{' | b'[' | b't')) {
            return;
        }
        let twin: Vec<&str> = words
            .iter()
            .copied()
            .filter(|word| *word != "sensitive")
            .collect();
        let twin = twin.join("_");
        let object = self.object_of(key, value);
        let found = self
            .near(&object, key)
            .iter()
            .find(|member| self.is_key(member, &twin));
        match found {
            Some(twin) if self.text[value] == b'[' => self.named_ones(value, twin.value),
            Some(twin) => self.mirror(value, twin.value, 0),
            None => {}
        }
    }

    /// `"sensitive_attributes": [[{"type": "get_attr", "value": "a"}]]`: a list of those that are.
    fn named_ones(&mut self, list: usize, values: usize) {
        let members = match self.text.get(values) {
            Some(b'{') => self.members_of(values, LONGEST),
            _ => return,
        };
        for at in self.elements(list) {
            // The first step of a path to it, or its name alone.
            let step = match self.text[at] {
                b'[' => self.elements(at).first().copied().unwrap_or(at),
                _ => at,
            };
            let step = match self.text[step] {
                b'{' => {
                    let steps = self.members_of(step, LONGEST);
                    let value = steps.iter().find(|member| self.is_key(member, "value"));
                    value.map_or(step, |member| member.value)
                }
                _ => step,
            };
            let Some(name) = self.string_at(step).map(|name| self.name(&name)) else {
                continue;
            };
            let Some(member) = members.iter().find(|member| self.name(&member.key) == name) else {
                continue;
            };
            let value = member.value;
            match self.text.get(value) {
                Some(b'{' | b'[') => self.all_inside(value),
                _ => {
                    let done = self.done;
                    let quote = Some(member.key.end..member.key.end + 1);
                    self.value(value, "secret", quote);
                    self.done = done;
                }
            }
        }
    }

    fn mirror(&mut self, flags: usize, values: usize, depth: usize) {
        const DEEPEST: usize = 12;
        if self.is_true(flags) {
            return match self.text.get(values) {
                Some(b'{' | b'[') => self.all_inside(values),
                Some(sign) if is_quote(sign) => {
                    let end = string_end(self.text, values + 1, *sign).min(self.text.len());
                    if !self.spares("secret", &(values + 1..end)) {
                        self.add(values + 1..end, None, true);
                    }
                }
                _ => {}
            };
        }
        if depth >= DEEPEST {
            return;
        }
        match (self.text.get(flags), self.text.get(values)) {
            (Some(b'{'), Some(b'{')) => {
                let values = self.members_of(values, LONGEST);
                for flag in self.members_of(flags, LONGEST) {
                    let name = self.name(&flag.key);
                    let value = values.iter().find(|value| self.name(&value.key) == name);
                    if let Some(value) = value {
                        self.mirror(flag.value, value.value, depth + 1);
                    }
                }
            }
            (Some(b'['), Some(b'[')) => {
                let values = self.elements(values);
                for (flag, value) in self.elements(flags).into_iter().zip(values) {
                    self.mirror(flag, value, depth + 1);
                }
            }
            _ => {}
        }
    }

    /// The name of a version of a secret, whose value stands in the object beside it.
    pub(super) fn version_of_secret(&mut self, key: &Range<usize>, value: usize, said: &str) {
        let mut parts = said.split('/');
        if parts.next() != Some("projects") || !parts.any(|part| part == "secrets") {
            return;
        }
        let object: Rc<Object> = self.object_of(key, value);
        let payload = self
            .near(&object, key)
            .iter()
            .find(|member| self.is_key(member, "payload"));
        let Some(payload) = payload.filter(|p| self.text.get(p.value) == Some(&b'{')) else {
            return;
        };
        for member in self.members_of(payload.value, LONGEST) {
            if self.is_key(&member, "data") {
                let done = self.done;
                self.value(member.value, "secret", None);
                self.done = done;
            }
        }
    }

    /// How a member with a secret name as its value names what stands beside it.
    pub(super) fn pair_of_members(&mut self, key: &Range<usize>, at: usize, said: &str) {
        self.kind(key, at, said);
        if let Some(naming) = self.naming(key, said) {
            self.beside(key, at, said, naming);
            if naming == Naming::Name {
                self.version_of_secret(key, at, said);
            }
        }
    }
}

fn may_hold_session(name: &str) -> bool {
    is_secret_name(name) || name.to_ascii_lowercase().contains("sid")
}
