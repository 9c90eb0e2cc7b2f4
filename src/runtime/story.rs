//! The support cases, and one of them told to colleagues: copied, or written into a new file.

use super::perform::Performer;
use crate::app::{Message, Notice};
use crate::engine::seen::Judge;
use crate::engine::story;
use crate::format::story::Form;
use crate::model::Environment;

impl Performer {
    /// Lists the cases of one's own and of the team.
    pub(super) fn list_cases(&self) {
        self.look_up(move |history, queue| {
            // What cannot be listed is not offered; the history itself tells its trouble.
            let cases = history.and_then(|history| history.known_cases().ok());
            let _ = queue.send(Message::Cases(cases.unwrap_or_default()));
        });
    }

    /// Tells a case in a form.
    pub(super) fn tell_case(&self, case: String, form: Form, environments: Vec<Environment>) {
        let (client, catalogue) = (self.client.clone(), self.catalogue.clone());
        let (home, by) = (self.home.clone(), self.who.clone());
        self.look_up(move |history, queue| {
            let judge = Judge {
                client: &client,
                catalogue: &catalogue,
                environments: &environments,
            };
            let told = || -> Result<String, String> {
                let history =
                    history.ok_or("This run keeps no history, so no case can be told.")?;
                let found = story::of_case(&judge, &history, &case, by);
                let found = found.map_err(|error| error.to_string())?;
                let found = found.ok_or("No call of the case is in the history.")?;
                Ok(story::written(&judge, &found, form)?)
            };
            let done = told().and_then(|text| match form {
                Form::Markdown => {
                    let what = "the case as Markdown".to_owned();
                    let _ = queue.send(Message::Written { what, text });
                    Ok(None)
                }
                Form::Html => {
                    let path = home.export_new(&case, ".html", &text);
                    let path = path.map_err(|error| error.to_string())?;
                    Ok(Some(format!("Written as {}.", path.display())))
                }
            });
            let notice = match done {
                Ok(None) => return,
                Ok(Some(words)) => Notice::info(words),
                Err(why) => Notice::trouble(why, ""),
            };
            let _ = queue.send(Message::Told(notice));
        });
    }
}
