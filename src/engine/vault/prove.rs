//! The proofs of tokens that are bound to a key, by the names that they have in requests.

use super::Vault;
use crate::model::{Failure, GrantPart, Origin, Secret, SentRequest, TokenName};
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
