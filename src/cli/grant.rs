//! How commands get tokens from authorization servers: by themselves if no person is needed, else
//! with the person at the terminal. Each call made for this is kept like any other.

use super::ask;
use super::call::Recorder;
use super::print::complain;
use crate::engine::grant::{Grants, News, Person};
use crate::engine::{Client, ClientOptions, Vault, clock};
use crate::insight::back_off::wait_text;
use crate::model::visible_line;
use std::sync::Arc;
use std::time::Duration;

/// The client of a command, which gets tokens and renews them.
pub fn client(vault: Arc<Vault>, options: ClientOptions, recorder: &Recorder) -> Client {
    let grants = grants(&vault, &options, recorder);
    Client::new(vault, options).renewing(Arc::new(grants))
}

/// What gets tokens for a command, with the person if one is at the terminal; each call of it is
/// kept.
pub fn grants(vault: &Arc<Vault>, options: &ClientOptions, recorder: &Recorder) -> Grants {
    let person = if ask::is_possible() {
        Person::Here
    } else {
        Person::Nobody
    };
    let keeper = recorder.keeper();
    Grants::new(vault.clone(), options, person, move |news| match news {
        News::Made(exchange) => keeper(Arc::new(*exchange)),
        other => show(other),
    })
}

/// Prints what the person has to know or do.
pub fn show(news: News) {
    match news {
        News::Made(_) | News::Got(_) => {}
        News::Says(says) => complain(&visible_line(&says)),
        News::Device(device) => {
            let left = Duration::try_from(device.until.duration_since(clock::now()));
            let left = wait_text(left.unwrap_or_default());
            complain(&format!(
                "Token {} needs a yes from you in a browser, on this machine or any other.",
                device.name
            ));
            complain(&format!("  open  {}", visible_line(&device.url)));
            complain(&format!("  code  {}", visible_line(&device.user_code)));
            if let Some(whole) = &device.whole_url {
                complain(&format!("  or    {}", visible_line(whole)));
            }
            complain(&format!("The code is good for {left}. Ctrl-C gives up."));
        }
        News::Browser {
            name,
            url,
            is_pasted,
            ..
        } => {
            complain(&format!("Token {name} needs a yes from you in a browser."));
            complain(&format!("  open  {}", visible_line(&url)));
            complain(if is_pasted {
                "The browser then ends at an address of this machine that it may not reach. Copy that address whole; it is good for this sign-in alone."
            } else {
                "It comes back here by itself. Is your browser on another machine? httriage token login NAME --paste takes the address it ends at. Ctrl-C gives up."
            });
        }
    }
}
