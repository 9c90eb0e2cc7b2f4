//! What a value looks like, and what is wrong with it.

use crate::model::Cause;

/// What a text looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// Hexadecimal digits and nothing else.
    Hex,
    /// RFC 7519, signed: three parts with dots between.
    Jwt,
    /// RFC 7516, encrypted: five parts, of which only the server can read what matters.
    Encrypted,
    Uuid,
    /// `name:password`, as it is or in base64.
    Pair,
    /// Of a maker that is known by the letters it begins with.
    Marked,
    /// Words that stand where a token belongs.
    Placeholder,
    Opaque,
    Empty,
}

impl TokenKind {
    /// One word for lists and JSON.
    pub fn id(self) -> &'static str {
        match self {
            TokenKind::Hex => "hex",
            TokenKind::Jwt => "jwt",
            TokenKind::Encrypted => "encrypted_jwt",
            TokenKind::Uuid => "uuid",
            TokenKind::Pair => "pair",
            TokenKind::Marked => "marked",
            TokenKind::Placeholder => "placeholder",
            TokenKind::Opaque => "opaque",
            TokenKind::Empty => "empty",
        }
    }

    /// The kind in plain words.
    pub fn words(self) -> &'static str {
        match self {
            TokenKind::Hex => "hexadecimal digits",
            TokenKind::Jwt => "a JWT; its signature was not verified",
            TokenKind::Encrypted => "an encrypted JWT in five parts; only the server can read it",
            TokenKind::Uuid => "a UUID",
            TokenKind::Pair => "a pair of name and password",
            TokenKind::Marked => "a token of a maker that is known by its beginning",
            TokenKind::Placeholder => "a placeholder",
            TokenKind::Opaque => "opaque: nothing can be read out of it",
            TokenKind::Empty => "empty",
        }
    }
}

/// A mistake in the text, which cause it leads to, and whether it can be anything else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenProblem {
    pub cause: Cause,
    /// A sentence that does not repeat the value.
    pub says: String,
    /// No API takes such a value; the other problems are only unusual.
    pub is_sure: bool,
}

pub(super) fn sure(cause: Cause, says: impl Into<String>) -> TokenProblem {
    TokenProblem {
        cause,
        says: says.into(),
        is_sure: true,
    }
}

pub(super) fn doubt(cause: Cause, says: impl Into<String>) -> TokenProblem {
    TokenProblem {
        is_sure: false,
        ..sure(cause, says)
    }
}
