//! A file of requests in the making. What happens to a request that cannot stand in it is the same
//! in every form: it is left out, and that is said.

use super::Outbound;

pub trait Sheet {
    /// The request in this form, or why it cannot be written in it.
    fn lines(&mut self, outbound: &Outbound) -> Result<String, String>;

    /// Puts a request behind those before it.
    fn add(&mut self, lines: &str);

    /// Says, in the file and beside it, what is not in it.
    fn lose(&mut self, why: String);

    /// Writes the request; `false` where none is there to be answered.
    fn request(&mut self, outbound: Result<Outbound, String>) -> bool {
        let written = outbound.and_then(|outbound| {
            for said in &outbound.said {
                self.lose(said.clone());
            }
            self.lines(&outbound)
        });
        match written {
            Ok(lines) => {
                self.add(&lines);
                true
            }
            Err(why) => {
                self.lose(format!("This request is left out. {why}"));
                false
            }
        }
    }
}
