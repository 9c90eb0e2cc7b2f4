//! Follows redirects and decides what goes along. The border is the origin: no credentials and no
//! bodies cross it, and only headers that say nothing about anyone.

use super::fault::host;
use crate::engine::vault::Filled;
use crate::insight::redact::{Mask, is_secret_name};
use crate::model::{
    Cause, Environment, Failure, Header, Headers, Hop, LONGEST_URL, Origin, Response, SentRequest,
    limits,
};
use std::collections::HashSet;
use std::sync::Arc;
use url::Url;
use url::form_urlencoded::parse;

/// Headers that may go to another origin.
const HARMLESS: &[&str] = &[
    "accept",
    "accept-encoding",
    "accept-language",
    "cache-control",
    "pragma",
    "range",
    "user-agent",
];

/// Headers that describe a body, and go where it goes.
const OF_BODY: &[&str] = &[
    "content-type",
    "content-length",
    "content-encoding",
    "content-language",
    "transfer-encoding",
];

/// One request of a chain, with its values in place.
pub struct Leg {
    pub method: String,
    pub filled: Filled,
}

/// What the whole chain of redirects has to remember.
pub struct Trail {
    known: Arc<Mask>,
    typed: Mask,
    /// Headers that belong to the environment or hold a token.
    bound: Vec<String>,
    /// Parameters of the first request that hold a secret.
    parameters: Vec<String>,
    seen: HashSet<(String, String, String)>,
    pub hops: Vec<Hop>,
}

impl Trail {
    /// Starts the trail of a call: notes its secrets, so that none crosses to another origin.
    pub fn new(
        sent: &SentRequest,
        leg: &Leg,
        environment: &Environment,
        known: Arc<Mask>,
        cookies: &str,
    ) -> Trail {
        let headers = sent.headers.iter().enumerate();
        let with_token = headers.filter(|(number, _)| sent.slots_of_header(*number).count() > 0);
        let with_token = with_token.map(|(_, header)| header.name.to_ascii_lowercase());
        let own = environment.headers.iter();
        let own = own.map(|(name, _)| name.to_ascii_lowercase());
        let mut trail = Trail {
            known,
            typed: Mask::of_request(&leg.filled.headers, &leg.filled.url, &leg.filled.body),
            bound: with_token.chain(own).collect(),
            parameters: Vec::new(),
            seen: HashSet::new(),
            hops: Vec::new(),
        };
        if let Ok(url) = Url::parse(&leg.filled.url) {
            for (name, value) in url.query_pairs() {
                if is_secret_name(&name) || trail.is_secret(&value) {
                    trail.parameters.push(name.into_owned());
                }
            }
        }
        trail.saw(leg, cookies);
        trail
    }

    /// Makes the next request out of this one; `false` where the answer leads nowhere else.
    /// `cookies` gives the cookies for a leg: the same URL with other cookies is another call.
    /// Fails where a redirect loops, leads nowhere valid, or would leak a body or a secret.
    pub fn next(
        &mut self,
        leg: &mut Leg,
        response: &Response,
        cookies: impl Fn(&Leg) -> String,
    ) -> Result<bool, Failure> {
        let Some((from, location)) = leads_on(&leg.filled.url, response) else {
            return Ok(false);
        };
        let host = host(&from);
        let refused = |why: String| {
            Failure::new(
                Cause::RedirectRefused,
                format!("The redirect of {host} was not followed: {why}."),
                "Its answer is kept below. Send the call to the right address directly.",
            )
        };
        let Ok(mut to) = from.join(&location) else {
            return Err(refused("its Location is no URL".into()));
        };
        if !matches!(to.scheme(), "http" | "https") || to.host_str().is_none() {
            return Err(refused("its Location is not http or https".into()));
        }
        to.set_fragment(None);
        if to.as_str().len() > LONGEST_URL {
            return Err(refused(format!(
                "its Location is longer than the {LONGEST_URL} bytes that a URL may have here"
            )));
        }
        let is_home = Origin::of(&from) == Origin::of(&to);
        let mut dropped = Vec::new();

        let user = |url: &Url| (url.username().to_owned(), url.password().map(str::to_owned));
        let has_user = user(&to) != (String::new(), None);
        if has_user && !(is_home && user(&to) == user(&from)) {
            // Neither can fail: the URL has a host.
            let _ = (to.set_username(""), to.set_password(None));
            dropped.push("user name and password in the Location".to_owned());
        }
        let method = method_after(response.status, &leg.method);
        let drops_body = method != leg.method;
        if drops_body && !leg.filled.body.is_empty() {
            dropped.push("body".to_owned());
        }
        if !is_home {
            if !drops_body && !leg.filled.body.is_empty() {
                return Err(refused(format!(
                    "it leads to another origin, {}, and the body would go along",
                    Origin::of(&to).map_or_else(String::new, |o| o.to_string())
                )));
            }
            dropped.extend(self.without_parameters(&mut to));
            if self.is_secret(to.as_str()) {
                return Err(refused(
                    "it leads to another origin, and its Location holds a secret of this call"
                        .into(),
                ));
            }
        }
        let mut headers = Headers::new();
        for header in leg.filled.headers.iter() {
            let name = header.name.to_ascii_lowercase();
            let of_body = drops_body && OF_BODY.contains(&name.as_str());
            if !of_body && (is_home || self.is_harmless(&name, header)) {
                headers.push(header.name.clone(), header.value.clone());
            } else if !of_body && !dropped.contains(&name) {
                dropped.push(name);
            }
        }
        if drops_body {
            leg.filled.body = Vec::new();
        }
        leg.method = method;
        leg.filled.headers = headers;
        leg.filled.url = to.to_string();
        if self.hops.len() == limits::REDIRECTS || !self.saw(leg, &cookies(leg)) {
            let what = match self.hops.len() {
                limits::REDIRECTS => format!("it is the one after {} others", limits::REDIRECTS),
                _ => "it leads back to where the call has been".to_owned(),
            };
            return Err(Failure::new(
                Cause::RedirectLoop,
                format!("The redirect of {host} was not followed: {what}."),
                "Check the URL, and http against https; a login page may be in the way.",
            ));
        }
        self.hops.push(Hop {
            status: response.status,
            location: to.to_string(),
            method: leg.method.clone(),
            token_sent: self.carries_secret(leg),
            dropped,
        });
        Ok(true)
    }

    /// Removes the parameters that carry a secret of this call, and returns their names.
    fn without_parameters(&self, url: &mut Url) -> Vec<String> {
        let query = url.query().unwrap_or_default().to_owned();
        let (mut out, mut kept) = (Vec::new(), Vec::new());
        for pair in query.split('&') {
            let read = parse(pair.as_bytes()).next();
            match read {
                Some((name, value))
                    if self.parameters.iter().any(|known| *known == name)
                        || self.is_secret(&value) =>
                {
                    out.push(format!("parameter {name}"))
                }
                _ => kept.push(pair),
            }
        }
        if !out.is_empty() {
            let kept = kept.join("&");
            url.set_query((!kept.is_empty()).then_some(&kept));
        }
        out
    }

    fn is_harmless(&self, name: &str, header: &Header) -> bool {
        HARMLESS.contains(&name)
            && !self.bound.iter().any(|bound| bound == name)
            && !self.is_secret(&header.text())
    }

    fn is_secret(&self, text: &str) -> bool {
        self.known.finds(text) || self.typed.finds(text)
    }

    fn carries_secret(&self, leg: &Leg) -> bool {
        let mut headers = leg.filled.headers.iter();
        headers.any(|h| is_secret_name(&h.name) || self.is_secret(&h.text()))
            || self.is_secret(&leg.filled.url)
    }

    /// Notes a leg; `false` where the call has been there already.
    fn saw(&mut self, leg: &Leg, cookies: &str) -> bool {
        let url = leg.filled.url.split('#').next().unwrap_or_default();
        let call = (leg.method.clone(), url.to_owned(), cookies.to_owned());
        self.seen.insert(call)
    }
}

/// The URL of the call and the `Location`, where an answer is a redirect to follow.
pub fn leads_on(url: &str, response: &Response) -> Option<(Url, String)> {
    let follows = matches!(response.status, 301 | 302 | 303 | 307 | 308);
    let location = response.headers.get("location").filter(|_| follows)?;
    Some((Url::parse(url).ok()?, location.into_owned()))
}

/// RFC 9110, 15.4: 303 asks for another resource; by tradition 301 and 302 turn POST into GET.
fn method_after(status: u16, method: &str) -> String {
    let changes = match status {
        303 => method != "HEAD",
        301 | 302 => method == "POST",
        _ => false,
    };
    if changes { "GET" } else { method }.to_owned()
}
