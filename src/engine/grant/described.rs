//! The description of an API that its refusal points to (RFC 9728), asked for after a person said
//! yes to the host. No token goes along.

use super::proof::{Named, Search, Stop, Wish};
use super::state::Grants;
use crate::engine::client::Flight;
use crate::insight::token::described::{Description, description};
use crate::model::{Environment, Failure, Origin};

/// What came of looking for a description.
pub enum Described {
    /// This host would be asked, if a person says yes; why, as a sentence.
    Asks {
        origin: Origin,
        why: String,
    },
    Told(Box<Description>),
}

impl Grants {
    /// Reads what stands at an address that the refusal of a call named.
    pub async fn described(
        &self,
        wish: &Wish,
        address: &str,
        called: &str,
        environment: &Environment,
        flight: &Flight,
    ) -> Result<Described, Failure> {
        let search = Search {
            grants: self,
            wish,
            environment,
            flight,
            missed: "the description of the API was not read",
        };
        // Whoever answers there was called before.
        let named = if Origin::parse(address) == environment.origin() {
            Named::Known
        } else {
            Named::Api
        };
        match search.at(address, named).await {
            Ok(body) => {
                let read = description(&body, called);
                let read = read.map_err(|why| search.answered_with(&format!("{address}: {why}")));
                Ok(Described::Told(Box::new(read?)))
            }
            Err(Stop::Asks { origin, why }) => Ok(Described::Asks { origin, why }),
            Err(Stop::Failed(failure)) => Err(failure),
        }
    }
}
