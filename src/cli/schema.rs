//! `httriage schema`: the shapes of what `--json` prints, as JSON schemas.

use super::args::SchemaArgs;
use super::print::Out;
use super::trouble::Trouble;
use crate::format::schema;
use crate::model::{nearest, visible_line};

/// Prints the schema of the named result, or all names. An unknown name is a wrong use.
pub fn run(args: SchemaArgs, out: &mut Out) -> Result<u8, Trouble> {
    if args.name.is_empty() {
        let longest = schema::names().map(|(name, _)| name.len()).max();
        for (name, of) in schema::names() {
            out.columns(&[(name, longest.unwrap_or(0))], of);
        }
        return Ok(0);
    }
    // As the command is typed, too: httriage schema token list.
    let name = args.name.join("-");
    let Some(schema) = schema::of(&name) else {
        let names = schema::names().map(|(name, _)| name);
        let meant = nearest(&name, names);
        let meant = meant.map_or_else(String::new, |near| format!(" Did you mean {near}?"));
        return Err(Trouble::usage(format!(
            "There is no result named {}.{meant} httriage schema lists them.",
            visible_line(&name)
        )));
    };
    out.json(&schema);
    Ok(0)
}
