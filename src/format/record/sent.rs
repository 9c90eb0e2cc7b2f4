//! The request as it was sent.

use super::scalars::{TokenPair, Value, fields, headers, token, token_name, token_pair};
use crate::format::FormatError;
use crate::model::{SentRequest, Slot, SlotPlace};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
pub(super) struct Sent {
    method: String,
    url: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    headers: Vec<(String, Value)>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    slots: Vec<Hole>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    token: Option<TokenPair>,
}

/// Where a token went.
#[derive(Serialize, Deserialize)]
pub(super) struct Hole {
    token: String,
    at: HolePlace,
    from: usize,
    to: usize,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum HolePlace {
    Url,
    Header(usize),
    Body,
    Form,
}

impl Hole {
    pub(super) fn of(slot: &Slot) -> Hole {
        let Slot { name, place, range } = slot;
        Hole {
            token: name.as_str().to_owned(),
            at: match place {
                SlotPlace::Url => HolePlace::Url,
                SlotPlace::Header(number) => HolePlace::Header(*number),
                SlotPlace::Body => HolePlace::Body,
                SlotPlace::Form => HolePlace::Form,
            },
            from: range.start,
            to: range.end,
        }
    }

    pub(super) fn read(self) -> Result<Slot, FormatError> {
        Ok(Slot {
            name: token_name(&self.token)?,
            place: match self.at {
                HolePlace::Url => SlotPlace::Url,
                HolePlace::Header(number) => SlotPlace::Header(number),
                HolePlace::Body => SlotPlace::Body,
                HolePlace::Form => SlotPlace::Form,
            },
            range: self.from..self.to,
        })
    }
}

impl Sent {
    pub(super) fn of(sent: &SentRequest) -> Sent {
        let SentRequest {
            method,
            url,
            headers,
            body: _,
            slots,
            files: _,
            token,
        } = sent;
        Sent {
            method: method.clone(),
            url: url.clone(),
            headers: fields(headers),
            slots: slots.iter().map(Hole::of).collect(),
            token: token.as_ref().map(token_pair),
        }
    }

    pub(super) fn read(self, body: Vec<u8>) -> Result<SentRequest, FormatError> {
        Ok(SentRequest {
            method: self.method,
            url: self.url,
            headers: headers(self.headers)?,
            body,
            slots: self
                .slots
                .into_iter()
                .map(Hole::read)
                .collect::<Result<_, _>>()?,
            files: Vec::new(),
            token: self.token.map(token).transpose()?,
        })
    }
}
