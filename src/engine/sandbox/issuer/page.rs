//! What a browser sees: the page on which a person lets a device in, and the one on which a
//! program is let in (RFC 6749, 4.1, with RFC 7636). Whoever signs in chooses the person.

use super::desk::{Call, Code, Issuer, STRENGTHS};
use super::reply::{Form, escaped, html_reply, oauth_error, redirect};
use super::{clients, grants};
use crate::engine::sandbox::ledger::{SignedIn, digest};
use crate::engine::sandbox::world::{World, token_names};
use crate::model::Response;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::SignedDuration;
use ring::digest as hash;
use ring::rand::{SecureRandom, SystemRandom};
use url::Url;

/// RFC 6749, 4.1.2: ten minutes at most.
const LIFETIME: SignedDuration = SignedDuration::from_secs(60);

/// RFC 8628, 6.1: eight letters that make no words.
pub(super) fn user_code() -> Option<String> {
    const LETTERS: &[u8] = b"BCDFGHJKLMNPQRSTVWXZ";
    let mut bytes = [0; 8];
    SystemRandom::new().fill(&mut bytes).ok()?;
    let letter = |byte: &u8| char::from(LETTERS[usize::from(*byte) % LETTERS.len()]);
    let first: String = bytes[..4].iter().map(letter).collect();
    let second: String = bytes[4..].iter().map(letter).collect();
    Some(format!("{first}-{second}"))
}

/// As it is compared: how it was spelt does not matter.
pub(super) fn plain_code(typed: &str) -> String {
    let letters = typed.chars().filter(char::is_ascii_alphabetic);
    letters.map(|c| c.to_ascii_uppercase()).collect()
}

/// The page for a device.
pub(super) fn device(form: &Form) -> Response {
    let code = escaped(form.get("user_code").unwrap_or_default());
    html_reply(
        200,
        &format!(
            "<p>A device asks for a token. Compare its code with the one it shows.</p>\n<form method=\"post\" action=\"/device\">\n<p><label>Code <input name=\"user_code\" value=\"{code}\" autocomplete=\"off\"></label></p>\n{}</form>\n",
            choice()
        ),
    )
}

/// The page for a program that sent the browser here.
pub(super) fn authorize(form: &Form) -> Response {
    if let Err(why) = Asked::read(form) {
        return html_reply(400, &format!("<p>{}</p>\n", escaped(why)));
    }
    const KEPT: [&str; 10] = [
        "response_type",
        "client_id",
        "redirect_uri",
        "scope",
        "state",
        "resource",
        "code_challenge",
        "code_challenge_method",
        "acr_values",
        "max_age",
    ];
    let hidden = |name: &&str| {
        let value = form.get(name)?;
        Some(format!(
            "<input type=\"hidden\" name=\"{name}\" value=\"{}\">\n",
            escaped(value)
        ))
    };
    let hidden: String = KEPT.iter().filter_map(hidden).collect();
    html_reply(
        200,
        &format!(
            "<p>A program on this machine asks for a token.</p>\n<form method=\"post\" action=\"/authorize\">\n{hidden}{}</form>\n",
            choice()
        ),
    )
}

/// Whom to be, and yes or no.
fn choice() -> String {
    let option = |name: &str| format!("<option>{name}</option>");
    let names = token_names();
    let people = names.iter().map(|name| name.as_str());
    let people = people.filter(|name| !matches!(*name, "revoked" | "expired" | "throttled"));
    let options: String = people.map(option).collect();
    format!(
        "<p><label>Be <select name=\"as\">{options}</select></label></p>\n<p><button name=\"decision\" value=\"allow\">Allow</button> <button name=\"decision\" value=\"deny\">Deny</button></p>\n"
    )
}

/// The first strength that is asked for and known (OpenID Connect Core, 3.1.2.1).
fn strength(form: &Form) -> Option<String> {
    let asked = form.get("acr_values").unwrap_or_default();
    let mut asked = asked.split_ascii_whitespace();
    asked
        .find(|asked| STRENGTHS.contains(asked))
        .map(str::to_owned)
}

/// What a program asks for, as far as it may be trusted to be sent back to.
struct Asked<'f> {
    client: &'static clients::Registered,
    redirect: Url,
    challenge: &'f str,
}

impl Asked<'_> {
    fn read(form: &Form) -> Result<Asked<'_>, &'static str> {
        let client = clients::named(form.get("client_id").unwrap_or_default());
        let client = client.filter(|client| client.grants.contains(&"authorization_code"));
        let client = client.ok_or("This program is unknown here.")?;
        let given = form.get("redirect_uri").unwrap_or_default();
        let redirect = Url::parse(given).ok();
        // RFC 8252, 7.3: on loopback, any port.
        let is_here = |url: &Url| {
            url.scheme() == "http" && matches!(url.host_str(), Some("127.0.0.1" | "[::1]"))
        };
        let redirect = redirect.filter(is_here);
        let redirect = redirect.ok_or("Its address to come back to is not on this machine.")?;
        if form.get("response_type") != Some("code") {
            return Err("It asks for something else than a code.");
        }
        if form.get("code_challenge_method") != Some("S256") {
            return Err("It does not prove with PKCE that it is the one that asked.");
        }
        let challenge = form.get("code_challenge").unwrap_or_default();
        if challenge.len() != 43 {
            return Err("Its PKCE challenge is not one.");
        }
        Ok(Asked {
            client,
            redirect,
            challenge,
        })
    }
}

impl Issuer {
    /// The person said yes or no: back to the program.
    pub(super) fn authorized(&mut self, world: &World, call: &Call) -> Response {
        let asked = match Asked::read(&call.form) {
            Ok(asked) => asked,
            Err(why) => return html_reply(400, &format!("<p>{}</p>\n", escaped(why))),
        };
        let mut back = asked.redirect.clone();
        let answer = |back: &mut Url, name: &str, value: &str| {
            let mut pairs = back.query_pairs_mut();
            pairs.append_pair(name, value);
            if let Some(state) = call.form.get("state") {
                pairs.append_pair("state", state);
            }
            // RFC 9207
            pairs.append_pair("iss", call.base);
        };
        let scopes = grants::scopes(call);
        let user = grants::person(world, call.form.get("as"), asked.client.acts_for);
        let refusal = match (call.form.get("decision"), &scopes, user) {
            (Some("allow"), Some(_), Some(_)) => None,
            (Some("allow"), None, _) => Some("invalid_scope"),
            _ => Some("access_denied"),
        };
        if let Some(error) = refusal {
            answer(&mut back, "error", error);
            return redirect(back.as_str());
        }
        let (Some(scopes), Some(user), Some(code)) = (scopes, user, grants::random()) else {
            return oauth_error(500, "server_error", "There is no randomness here.");
        };
        self.codes.push(Code {
            value: digest(&code),
            client: asked.client.id,
            redirect: call.form.get("redirect_uri").unwrap_or_default().to_owned(),
            challenge: asked.challenge.to_owned(),
            // Somebody signed in just now, as strongly as was asked for where that is known here.
            signed_in: SignedIn {
                at: call.now,
                acr: strength(&call.form),
            },
            user,
            scopes,
            audience: call.form.get("resource").map(str::to_owned),
            expires_at: call.now.saturating_add(LIFETIME).unwrap_or(call.now),
        });
        answer(&mut back, "code", &code);
        redirect(back.as_str())
    }

    /// The program brings its code, good once.
    pub(super) fn code_token(
        &mut self,
        world: &mut World,
        client: &'static clients::Registered,
        call: &Call,
    ) -> Response {
        let given = digest(call.form.get("code").unwrap_or_default());
        let refused = |why: &str| oauth_error(400, "invalid_grant", why);
        let place = self.codes.iter().position(|code| code.value == given);
        let Some(code) = place.map(|place| self.codes.remove(place)) else {
            return refused("The code is unknown, used up or has run out.");
        };
        if code.client != client.id || call.form.get("redirect_uri") != Some(&code.redirect) {
            return refused("The code was made for another program or address.");
        }
        let verifier = call.form.get("code_verifier").unwrap_or_default();
        let proof = hash::digest(&hash::SHA256, verifier.as_bytes());
        if URL_SAFE_NO_PAD.encode(proof) != code.challenge {
            return refused("The PKCE verifier does not fit.");
        }
        let wanted = grants::Wanted {
            client,
            user: code.user,
            scopes: code.scopes,
            audience: code.audience,
            family: None,
            signed_in: Some(code.signed_in),
        };
        self.give(world, wanted, call)
    }
}
