//! A file of requests that is being written. Every form treats a request that it cannot hold alike:
//! leaves it out, and says so.

use super::Outbound;

/// What the writer of each form implements; `request` then handles what cannot be written.
pub trait Sheet {
    /// The request in this form, or why it cannot be written in it.
    fn lines(&mut self, outbound: &Outbound) -> Result<String, String>;

    /// Appends a request to the file.
    fn add(&mut self, lines: &str);

    /// Notes what was left out, in the file and beside it.
    fn lose(&mut self, why: String);

    /// Writes the request; `false` where it was left out, so that nothing can be captured from it.
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
