//! What may go from one of two calls into the other: where they go to different hosts, nothing
//! that an environment filled in; out of a file, nothing that leaves the environment's host; and
//! no files at all.

use super::dissected::{Dissected, Side};
use crate::model::{Author, Cause, Failure, names_in};

/// Refused where a mixture of both could take along what belongs elsewhere.
pub fn check(
    (refused, own): (&Side, &Dissected),
    (working, there): (&Side, &Dissected),
    author: Author,
) -> Result<(), Failure> {
    no_files(working)?;
    if own.origin != there.origin {
        for side in [refused, working] {
            if let Some(name) = own_variable(side) {
                return Err(stays(&name, side, "the two calls go to different hosts"));
            }
        }
    }
    let is_home = there.origin.is_some() && there.origin == working.environment.origin();
    if author == Author::File
        && !is_home
        && let Some(name) = own_variable(working)
    {
        return Err(stays(
            &name,
            working,
            "the call of the file goes to another one",
        ));
    }
    Ok(())
}

/// Refused where a file would be read for it: a stranger may have named one.
pub fn no_files(side: &Side) -> Result<(), Failure> {
    if side.spec.files().is_empty() {
        Ok(())
    } else {
        Err(Failure::unsent(
            Cause::RequestInvalidParameter,
            "one of the calls sends a file, and none is read for a comparison.",
            "Compare with a call whose body stands in it.",
        ))
    }
}

/// Why the calls of a search are no session: what an environment adds would stand in the file.
pub fn why_not_saved(side: &Side) -> Option<String> {
    let what = match (side.environment.headers.is_empty(), own_variable(side)) {
        (false, _) => "the headers".to_owned(),
        (true, Some(name)) => format!("the variable {name}"),
        (true, None) => return None,
    };
    Some(format!(
        "These calls hold {what} of environment {}, which stay with it and go into no file. Each of them is in the history.",
        side.environment.name
    ))
}

/// A variable of the environment that a request names.
fn own_variable(side: &Side) -> Option<String> {
    let variables = &side.environment.variables;
    let mut found = None;
    side.spec.clone().change_templates(|text| {
        let own = |name: &&str| variables.iter().any(|(known, _)| known == name);
        if found.is_none() {
            found = names_in(text).into_iter().find(own).map(str::to_owned);
        }
    });
    found
}

fn stays(name: &str, side: &Side, why: &str) -> Failure {
    Failure::unsent(
        Cause::RequestInvalidParameter,
        format!(
            "the variable {name} stays with the host of environment {}, and {why}.",
            side.environment.name
        ),
        "Write in its place what is meant for the other host.",
    )
}
