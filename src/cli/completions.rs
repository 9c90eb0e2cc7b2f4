//! `httriage completions` and `httriage man`: what shells and systems want to know about the
//! command line, made from its one definition.

use super::args::{CompletionsArgs, command};
use super::print::Out;
use super::trouble::Trouble;

pub fn run(args: CompletionsArgs, out: &mut Out) -> Result<u8, Trouble> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command(), "httriage", &mut script);
    out.own(&String::from_utf8_lossy(&script));
    Ok(0)
}

pub fn man(out: &mut Out) -> Result<u8, Trouble> {
    let mut page = Vec::new();
    let made = clap_mangen::Man::new(command()).render(&mut page);
    made.map_err(|error| Trouble::failed(format!("The page could not be made: {error}.")))?;
    out.own(&String::from_utf8_lossy(&page));
    Ok(0)
}
