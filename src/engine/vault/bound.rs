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

    fn is_permitted(&self, sandbox: bool, name: &TokenName, origin: &Origin) -> bool {
        let sought = (sandbox, name.clone(), origin.clone());
        let permitted = self.permitted.lock();
        permitted.is_ok_and(|permitted| permitted.contains(&sought))
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
        let may_go = |t: &Origin| {
            bound.contains(t)
                || consent == Some(t)
                || self.is_permitted(environment.sandbox, name, t)
        };
        if target.is_some_and(may_go) {
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
}
