//! A token verified for the screen: its signature, and what its issuer says of it.

use super::perform::{Performer, in_place};
use super::runs::why;
use crate::app::{Came, Job, Message, Proven};
use crate::engine::Flight;
use crate::engine::grant::{Grants, Proof, Wish};
use crate::insight::token::testimony::Testimony;
use crate::model::{Environment, Failure};

impl Performer {
    /// Holds a token against its issuer's keys, on a task of its own; where `asks_issuer`, the
    /// issuer is also asked what it says of it. Sends what came as `Proven`, if anything did, and
    /// then `Done` in any case.
    pub fn verify(
        &mut self,
        job: Job,
        wish: Wish,
        mut environment: Environment,
        asks_issuer: bool,
    ) {
        let flight = self.flight(job);
        let (client, grants) = (self.client.clone(), self.grants.clone());
        let (queue, place) = (self.queue.clone(), self.sandbox.clone());
        tokio::spawn(async move {
            let told = match in_place(&mut environment, &place, &queue).await {
                Ok(()) => proven(&grants, &wish, &environment, &flight, asks_issuer)
                    .await
                    .map_err(|failure| why(&failure)),
                Err(why) => Err(why),
            };
            let vault = client.vault();
            let token = vault.reference_at_rest(&wish.token, environment.sandbox);
            let (came, trouble) = match told {
                Ok(came) => (Some(came), None),
                Err(why) => (None, Some(why)),
            };
            if let Some(came) = came {
                let environment = environment.name.clone();
                let _ = queue.send(Message::Proven {
                    job,
                    environment,
                    token,
                    came,
                });
            }
            let _ = queue.send(Message::Done { job, trouble });
        });
    }
}

async fn proven(
    grants: &Grants,
    wish: &Wish,
    environment: &Environment,
    flight: &Flight,
    asks_issuer: bool,
) -> Result<Came, Failure> {
    let verified = match grants.verify(wish, environment, flight).await? {
        Proof::Asks { origin, why } => return Ok(Came::Asks { origin, why }),
        Proof::Told(verified) => *verified,
    };
    let mut told = Proven {
        verified,
        testimony: Testimony::default(),
        issuer: if environment.sandbox {
            None
        } else {
            grants.can_ask(&wish.token).ok()
        },
        troubles: Vec::new(),
    };
    if asks_issuer {
        match grants.introspect(&wish.token, environment, flight).await {
            Ok(said) => told.testimony.introspected = Some(said),
            Err(failure) => told.troubles.push(failure.message),
        }
        match grants.userinfo(&wish.token, environment, flight).await {
            Ok(said) => told.testimony.userinfo = Some(said),
            Err(failure) => told.troubles.push(failure.message),
        }
    }
    Ok(Came::Told(Box::new(told)))
}
