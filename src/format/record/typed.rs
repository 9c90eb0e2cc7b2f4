//! The request as it was typed.

use super::scalars::{is_no, token_name, utf8};
use crate::format::FormatError;
use crate::model::{Auth, Body, Param, Part, RequestSpec};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
pub(super) struct Typed {
    method: String,
    url: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    params: Vec<TypedRow>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    headers: Vec<TypedRow>,
    body: BodyKind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    bearer: Option<String>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    notes: String,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Piece {
    name: String,
    value: String,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    file: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    called: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    media_type: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    off: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    literal: bool,
}

/// Name, value, and whether it is sent; a row of data says so behind.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum TypedRow {
    Filled(String, String, bool),
    Data(String, String, bool, Literal),
    Written(String, String, bool, Spelt),
}

/// How a pair was written, where that is not how it would be.
#[derive(Serialize, Deserialize)]
pub(super) struct Spelt {
    written: String,
    #[serde(default, skip_serializing_if = "is_no")]
    literal: bool,
}

#[derive(Serialize, Deserialize)]
pub(super) enum Literal {
    #[serde(rename = "literal")]
    Literal,
}

impl TypedRow {
    pub(super) fn of(row: &Param) -> TypedRow {
        let Param {
            name,
            value,
            enabled,
            literal,
            ..
        } = row.clone();
        match (row.as_written(), literal) {
            (Some(pair), literal) => {
                let written = pair.to_owned();
                TypedRow::Written(name, value, enabled, Spelt { written, literal })
            }
            (None, false) => TypedRow::Filled(name, value, enabled),
            (None, true) => TypedRow::Data(name, value, enabled, Literal::Literal),
        }
    }

    pub(super) fn read(self) -> Param {
        let (name, value, enabled, literal, written) = match self {
            TypedRow::Filled(name, value, enabled) => (name, value, enabled, false, None),
            TypedRow::Data(name, value, enabled, Literal::Literal) => {
                (name, value, enabled, true, None)
            }
            TypedRow::Written(name, value, enabled, Spelt { written, literal }) => {
                (name, value, enabled, literal, Some(written))
            }
        };
        Param {
            name,
            value,
            enabled,
            literal,
            written,
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum BodyKind {
    Empty,
    Text,
    Bytes,
    Form(Vec<TypedRow>),
    Multipart(Vec<Piece>),
    File,
}

impl Typed {
    pub(super) fn of(spec: &RequestSpec) -> Typed {
        let RequestSpec {
            method,
            url,
            params,
            headers,
            body,
            auth,
            notes,
        } = spec;
        let rows = |rows: &[Param]| rows.iter().map(TypedRow::of).collect();
        Typed {
            method: method.clone(),
            url: url.clone(),
            params: rows(params),
            headers: rows(headers),
            body: match body {
                Body::Empty => BodyKind::Empty,
                Body::Text(_) => BodyKind::Text,
                Body::Bytes(_) => BodyKind::Bytes,
                Body::Form(pairs) => BodyKind::Form(rows(pairs)),
                Body::Multipart(parts) => BodyKind::Multipart(
                    parts
                        .iter()
                        .map(|part| Piece {
                            name: part.name.clone(),
                            value: part.value.clone(),
                            file: part.is_file,
                            called: part.file_name.clone(),
                            media_type: part.media_type.clone(),
                            off: part.is_off,
                            literal: part.literal,
                        })
                        .collect(),
                ),
                Body::File(_) => BodyKind::File,
            },
            bearer: match auth {
                Auth::None => None,
                Auth::Bearer(name) => Some(name.as_str().to_owned()),
            },
            notes: notes.clone(),
        }
    }

    /// Whether a row says more than an older program can read.
    pub(super) fn says_more(&self) -> bool {
        let in_rows =
            |rows: &[TypedRow]| rows.iter().any(|row| !matches!(row, TypedRow::Filled(..)));
        let in_body = match &self.body {
            BodyKind::Form(rows) => in_rows(rows),
            BodyKind::Multipart(pieces) => pieces.iter().any(|piece| piece.literal),
            BodyKind::Empty | BodyKind::Text | BodyKind::Bytes | BodyKind::File => false,
        };
        in_rows(&self.params) || in_rows(&self.headers) || in_body
    }

    pub(super) fn read(self, body: Vec<u8>) -> Result<RequestSpec, FormatError> {
        let rows = |rows: Vec<TypedRow>| rows.into_iter().map(TypedRow::read).collect();
        Ok(RequestSpec {
            method: self.method,
            url: self.url,
            params: rows(self.params),
            headers: rows(self.headers),
            body: match self.body {
                BodyKind::Empty => Body::Empty,
                BodyKind::Text => Body::Text(utf8(body)?),
                BodyKind::Bytes => Body::Bytes(body),
                BodyKind::Form(pairs) => Body::Form(rows(pairs)),
                BodyKind::Multipart(pieces) => Body::Multipart(
                    pieces
                        .into_iter()
                        .map(|piece| Part {
                            name: piece.name,
                            value: piece.value,
                            is_file: piece.file,
                            file_name: piece.called,
                            media_type: piece.media_type,
                            is_off: piece.off,
                            literal: piece.literal,
                            written: None,
                        })
                        .collect(),
                ),
                BodyKind::File => Body::File(utf8(body)?),
            },
            auth: match self.bearer {
                None => Auth::None,
                Some(name) => Auth::Bearer(token_name(&name)?),
            },
            notes: self.notes,
        })
    }
}
