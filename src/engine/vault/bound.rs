//! Where a token may go.

use super::Vault;
use crate::model::{Cause, Environment, Failure, Origin, TokenName};

impl Vault {
    /// The person says that a token may go there too, for as long as this program runs.
    pub fn permit(&self, sandbox: bool, name: &TokenName, origin: Origin) {
        if let Ok(mut permitted) = self.permitted.lock() {
            permitted.insert((sandbox, name.clone(), origin));
        }
    }

    /// A token is bound to its own origins, else to those of the environments that name it,
    /// else to the environment in use; naming a host on the command line adds that one.
    pub(super) fn check_origin(
        &self,
        name: &TokenName,
        environment: &Environment,
        target: Option<&Origin>,
        consent: Option<&Origin>,
    ) -> Result<(), Failure> {
        let bound = self.origins(name, environment);
        if target.is_some_and(|t| bound.contains(t) || consent == Some(t)) {
            return Ok(());
        }
        let list: Vec<String> = bound.iter().map(Origin::to_string).collect();
        let belongs = if list.is_empty() {
            "no host yet".to_owned()
        } else {
            list.join(", ")
        };
        let goes = target.map_or_else(|| "an unknown place".to_owned(), Origin::to_string);
        Err(Failure::unsent(
            Cause::TokenWrongInstance,
            format!("token {name} belongs to {belongs}, and this call goes to {goes}."),
            "Choose the environment of that host, another token or none; origins in config.toml binds a token to more.",
        ))
    }

    /// Where a token may go from an environment, those places included that a person let it go
    /// to; nowhere yet, if there are none.
    pub fn origins(&self, name: &TokenName, environment: &Environment) -> Vec<Origin> {
        let own = self.tokens.iter().find(|t| &t.name == name);
        let mut bound: Vec<Origin> = match own {
            Some(token) if !environment.sandbox => token
                .origins
                .iter()
                .filter_map(|text| Origin::parse(text))
                .collect(),
            _ => Vec::new(),
        };
        if let Ok(lent) = self.lent.lock()
            && let Some(origin) = lent.get(name)
        {
            bound = vec![origin.clone()];
        }
        if bound.is_empty() && !environment.sandbox {
            bound = self
                .environments
                .iter()
                .filter(|e| e.tokens.contains(name))
                .filter_map(Environment::origin)
                .collect();
        }
        if bound.is_empty() {
            bound.extend(environment.origin());
        }
        if let Ok(permitted) = self.permitted.lock() {
            let own = permitted.iter().filter(|(sandbox, permitted, _)| {
                *sandbox == environment.sandbox && permitted == name
            });
            bound.extend(own.map(|(_, _, origin)| origin.clone()));
        }
        bound
    }
}
