//! An answer with everything that can be read off it, and a case: the call in question with what
//! the probes around it brought. Rules look at cases; nothing here judges.

mod answer;
mod case;
mod record;

pub use answer::{Facts, Page, is_about_token, meant_status, server_time};
pub use case::{
    Bearer, Case, Credential, CredentialPlace, KnownToken, Probe, Probed, Purpose, Tested,
};
pub use record::{attribute, id_of, is_archived, records};
