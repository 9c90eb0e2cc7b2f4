//! What is made of a token for one call, in the place of its value or beside it: the proof of the
//! key that it is bound to, and the answer to a challenge of Digest.

use super::{Filled, Vault, keep};
use crate::insight::token::digest::digest_challenge;
use crate::insight::token::sigv4::{self, Signed};
use crate::model::{
    Cause, Environment, Failure, GrantPart, Origin, Placement, Response, Secret, SentRequest,
    Sigv4, Timestamp, TokenName,
};
use std::collections::HashMap;

impl Vault {
    /// The token whose proof has this name; `None` for every other name.
    pub(super) fn owner_of_proof(&self, name: &TokenName) -> Option<TokenName> {
        let end = format!(".{}", GrantPart::Proof.word());
        let owner = TokenName::new(name.as_str().strip_suffix(&end)?)?;
        let tokens = self.tokens();
        let own = tokens.iter().find(|token| token.name == owner)?;
        own.grant().is_some_and(|grant| grant.dpop).then_some(owner)
    }

    /// Lets a proof for this token go to an origin that it is asked for at; its name.
    pub fn lend_proof(&self, token: &TokenName, origin: &Origin) -> Option<TokenName> {
        let own = GrantPart::Proof.of(token)?;
        self.bindings().lend(&own, origin.clone());
        Some(own)
    }

    /// Remembers the nonce that a server gave, and tells whether it is another than before.
    pub fn take_nonce(&self, origin: Origin, nonce: &str) -> bool {
        self.proofs.take_nonce(origin, nonce)
    }

    /// The thumbprint (RFC 7638) of the key of a token; `None` where it has none yet.
    pub fn key_print(&self, token: &TokenName) -> Option<String> {
        self.proofs.key_print(token)
    }

    /// A proof for this request to this URL, by the key of a token.
    pub(super) fn proof(
        &self,
        owner: &TokenName,
        sent: &SentRequest,
        url: &str,
        values: &HashMap<TokenName, Secret>,
    ) -> Result<Secret, Failure> {
        let access = proven(sent).and_then(|name| values.get(&name));
        self.proofs.proof(owner, &sent.method, url, access)
    }

    /// Puts the answers of Digest in the place of passwords. Whether a server has not asked yet, so
    /// that there is nothing to answer.
    pub(super) fn answer_digests(
        &self,
        sent: &SentRequest,
        environment: &Environment,
        values: &mut HashMap<TokenName, Secret>,
    ) -> bool {
        let mut is_unasked = false;
        for (name, user) in digests(sent, environment) {
            let answer = values.get(&name).and_then(|password| {
                self.digests
                    .answer(&sent.method, &sent.url, &user, password)
            });
            is_unasked |= answer.is_none();
            // Without an answer nothing stands there, and never the password.
            values.insert(name, answer.unwrap_or_else(|| Secret::new("")));
        }
        is_unasked
    }

    /// Remembers the challenge of a server that wants Digest for this request; whether it is one
    /// that was not answered yet.
    pub fn take_digest(
        &self,
        sent: &SentRequest,
        environment: &Environment,
        response: &Response,
    ) -> bool {
        let is_meant = !digests(sent, environment).is_empty();
        let origin = Origin::parse(&sent.url).filter(|_| is_meant);
        let asked = origin.zip(digest_challenge(response));
        asked.is_some_and(|(origin, challenge)| self.digests.take(origin, challenge))
    }
}

impl Vault {
    /// Dates a request that is going to be signed, and names the hash of its body where the service
    /// wants that. What was typed there stays.
    pub fn date(&self, sent: &mut SentRequest, environment: &Environment, at: Timestamp) {
        let Some((_, own)) = signer(sent, environment) else {
            return;
        };
        if !sent.headers.has(sigv4::DATE) {
            sent.headers.push(sigv4::DATE, sigv4::date(at));
        }
        if sigv4::wants_body_hash(&own.service) && !sent.headers.has(sigv4::BODY_HASH) {
            sent.headers.push(sigv4::BODY_HASH, sigv4::hash(&sent.body));
        }
    }

    /// Whether a request is signed as a whole.
    pub(super) fn is_signed(&self, sent: &SentRequest, environment: &Environment) -> bool {
        signer(sent, environment).is_some()
    }

    /// Signs a request that stands as it goes out, but for its signature, which takes the place of
    /// the key.
    pub(super) fn sign_request(
        &self,
        sent: &SentRequest,
        environment: &Environment,
        filled: &Filled,
        values: &mut HashMap<TokenName, Secret>,
    ) -> Result<(), Failure> {
        let Some((name, own)) = signer(sent, environment) else {
            return Ok(());
        };
        let headers = filled.headers.iter();
        let headers = headers.map(|header| (header.name.clone(), header.text().into_owned()));
        let signed = Signed {
            method: &sent.method,
            url: &filled.url,
            headers: headers.collect(),
            body: &filled.body,
            region: &own.region,
            service: &own.service,
        };
        let key = values.get(&name);
        let signature = key.and_then(|key| keep::signed(&signed, &own.key_id, key));
        let signature = signature.ok_or_else(|| {
            Failure::unsent(
                Cause::TokenProof,
                format!("the request could not be signed with token {name}."),
                "Leave X-Amz-Date out of the headers, or write it as 20150830T123600Z.",
            )
        })?;
        values.insert(name, signature);
        Ok(())
    }
}

/// The key that a request is signed with, and as what.
fn signer(sent: &SentRequest, environment: &Environment) -> Option<(TokenName, Sigv4)> {
    sent.tokens()
        .into_iter()
        .find_map(|name| match environment.placement(&name) {
            Placement::Sigv4(own) => Some((name, *own)),
            _ => None,
        })
}

/// The passwords of a request that answer a challenge, each with its user.
fn digests(sent: &SentRequest, environment: &Environment) -> Vec<(TokenName, String)> {
    let named = sent.tokens().into_iter();
    let named = named.filter_map(|name| match environment.placement(&name) {
        Placement::Digest(user) => Some((name, user)),
        _ => None,
    });
    named.collect()
}

/// The token that goes behind `DPoP`, to which a proof is bound by its hash.
fn proven(sent: &SentRequest) -> Option<TokenName> {
    let headers = sent.headers.iter().enumerate();
    let mut behind = headers.filter(|(_, header)| {
        header.name.eq_ignore_ascii_case("authorization") && header.value.starts_with(b"DPoP ")
    });
    let (number, _) = behind.next()?;
    let slot = sent.slots_of_header(number).next()?;
    Some(slot.name.clone())
}
