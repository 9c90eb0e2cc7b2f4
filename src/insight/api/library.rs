//! All packs of knowledge. A call is matched against the packs' marks first, and only the packs
//! that fit are parsed.

use super::knowledge::{Knowledge, Layer, Pack, Recognise, RecognisedBy};
use super::marks::Marks;
use crate::insight::Exchange;
use crate::insight::json::{self, Json};
use crate::model::{Environment, Headers, Response};
use std::sync::{Arc, OnceLock};
use url::Url;

/// The pack of HTTP itself, which applies to every call, last of all.
const HTTP: &str = "http";

/// The pack of clients' own error messages, for failures of calls that another program made.
pub const CLIENT: &str = "client";

/// How many bytes of a body are searched for marks of its API.
const BODY_START: usize = 64 * 1024;

/// What is known of a call when its packs are chosen. Unknown parts are absent.
#[derive(Clone, Copy, Debug, Default)]
pub struct Asked<'a> {
    /// The pack that the environment names.
    pub named: Option<&'a str>,
    /// The environment comes from the person's own configuration, so their own words apply.
    pub is_own: bool,
    pub host: Option<&'a str>,
    pub path: Option<&'a str>,
    pub headers: Option<&'a Headers>,
    /// The body as JSON, where it is such, and as text.
    pub body: Option<&'a Json>,
    pub text: &'a str,
}

/// One built-in pack: its marks are ready at once, the rest is parsed when needed.
pub struct Volume {
    pub id: String,
    pub layer: Layer,
    pub title: String,
    pub recognise: Recognise,
    /// Reads the pack.
    pub read: Box<dyn Fn() -> Option<Pack> + Send + Sync>,
    /// Whether the pack of that id explains that code, which costs less than to read it.
    pub explains: fn(&str, &str) -> bool,
    pub pack: OnceLock<Option<Arc<Pack>>>,
}

/// The built-in packs and a person's own.
#[derive(Default)]
pub struct Library {
    volumes: Vec<Volume>,
    /// A person's own packs, asked before all others.
    own: Vec<Arc<Pack>>,
    /// A person's own words, laid over whichever pack speaks.
    over: Option<Arc<Pack>>,
    marks: Arc<Marks>,
}

impl Library {
    /// A library of the built-in packs alone; `with_own` and `with_words` add a person's own.
    pub fn new(volumes: Vec<Volume>, marks: Marks) -> Library {
        Library {
            volumes,
            marks: Arc::new(marks),
            ..Library::default()
        }
    }

    /// The prefixes and forms by which a token's vendor is told, from all packs.
    pub fn marks(&self) -> Arc<Marks> {
        self.marks.clone()
    }

    /// Adds the person's own words, which win over those of any pack.
    #[must_use]
    pub fn with_words(mut self, pack: Pack) -> Library {
        self.over = Some(Arc::new(pack));
        self
    }

    /// Adds the person's own packs; one with the id of a built-in replaces it.
    #[must_use]
    pub fn with_own(mut self, packs: Vec<Pack>) -> Library {
        self.volumes
            .retain(|volume| packs.iter().all(|pack| pack.id != volume.id));
        let mut marks = (*self.marks).clone();
        marks
            .marks
            .retain(|mark| packs.iter().all(|pack| pack.id != mark.pack));
        marks
            .samples
            .retain(|(id, _)| packs.iter().all(|pack| pack.id != *id));
        for pack in &packs {
            marks.add(pack);
        }
        self.marks = Arc::new(marks);
        self.own.extend(packs.into_iter().map(Arc::new));
        self
    }

    /// Id and title of every pack, the person's own first.
    pub fn list(&self) -> Vec<(&str, &str, Layer)> {
        let own = self.own.iter();
        let own = own.map(|pack| (pack.id.as_str(), pack.title.as_str(), pack.layer));
        let built_in = self.volumes.iter();
        let built_in = built_in.map(|v| (v.id.as_str(), v.title.as_str(), v.layer));
        own.chain(built_in).collect()
    }

    /// The pack of that id.
    pub fn pack(&self, id: &str) -> Option<Arc<Pack>> {
        if let Some(own) = self.own.iter().find(|pack| pack.id == id) {
            return Some(own.clone());
        }
        self.volumes.iter().find(|volume| volume.id == id)?.pack()
    }

    /// Whether a pack of that id comes with the program, and no pack of the person's replaces it.
    pub fn is_built_in(&self, id: &str) -> bool {
        self.volumes.iter().any(|volume| volume.id == id)
    }

    /// Whether the pack of that id may explain a code; of a person's own nothing is known yet.
    pub fn may_explain(&self, id: &str, code: &str) -> bool {
        let volume = self.volumes.iter().find(|volume| volume.id == id);
        volume.is_none_or(|volume| (volume.explains)(id, code))
    }

    /// What is known of a call that this environment made.
    pub fn of_exchange(&self, exchange: &Exchange, environment: &Environment) -> Knowledge {
        let none = Response::default();
        let response = exchange.outcome.response().unwrap_or(&none);
        let text = String::from_utf8_lossy(start_of(&response.body));
        let json = json::read(&text);
        let mut knowledge = self.of_answer(
            &exchange.sent.url,
            response,
            json.value.as_ref(),
            environment,
        );
        let is_said = exchange.is_received() && exchange.outcome.status().is_none();
        if let Some(client) = self.pack(CLIENT).filter(|_| is_said) {
            knowledge.packs.insert(0, client);
        }
        knowledge
    }

    /// What is known of the API that gave an answer; `body` is its beginning as JSON.
    pub fn of_answer(
        &self,
        url: &str,
        response: &Response,
        body: Option<&Json>,
        environment: &Environment,
    ) -> Knowledge {
        let url = Url::parse(url).ok();
        let start = start_of(&response.body);
        self.knowledge(&Asked {
            named: environment.knowledge.as_deref(),
            is_own: environment.configured,
            host: url.as_ref().and_then(Url::host_str),
            path: url.as_ref().map(Url::path),
            headers: Some(&response.headers),
            body,
            text: &String::from_utf8_lossy(start),
        })
    }

    /// What is known of the API of an environment, before any call.
    pub fn of_environment(&self, environment: &Environment) -> Knowledge {
        let url = Url::parse(&environment.base_url).ok();
        self.knowledge(&Asked {
            named: environment.knowledge.as_deref(),
            is_own: environment.configured,
            host: url.as_ref().and_then(Url::host_str),
            path: url.as_ref().map(Url::path),
            ..Asked::default()
        })
    }

    /// The packs that fit a call, the most telling first.
    pub fn knowledge(&self, asked: &Asked) -> Knowledge {
        let (api, by) = self.api(asked);
        let mut packs: Vec<Arc<Pack>> = Vec::new();
        packs.extend(self.over.clone().filter(|_| asked.is_own));
        packs.extend(api.clone());
        let mut wanted: Vec<String> = Vec::new();
        let others = [Layer::Gateway, Layer::Framework, Layer::Standard];
        for layer in others {
            let here = self.volumes.iter().filter(|volume| volume.layer == layer);
            let fits =
                here.filter(|volume| fits(&volume.recognise, asked) != RecognisedBy::Nothing);
            wanted.extend(fits.map(|volume| volume.id.clone()));
            let own = self.own.iter().filter(|pack| pack.layer == layer);
            let own = own.filter(|pack| fits_pack(pack, asked));
            wanted.extend(own.map(|pack| pack.id.clone()));
        }
        if let Some(api) = &api {
            // The standards that the API names go before those found in the answer.
            wanted.splice(0..0, api.uses.iter().cloned());
        }
        wanted.push(HTTP.to_owned());
        let mut at = 0;
        while let Some(id) = wanted.get(at).cloned() {
            at += 1;
            if id == HTTP && at < wanted.len() || packs.iter().any(|pack| pack.id == id) {
                continue;
            }
            if let Some(pack) = self.pack(&id) {
                let place = wanted.len() - 1;
                wanted.splice(place..place, pack.uses.iter().cloned());
                packs.push(pack);
            }
        }
        Knowledge { packs, api, by }
    }

    /// The pack of the API itself. Two that fit equally well count as none.
    fn api(&self, asked: &Asked) -> (Option<Arc<Pack>>, RecognisedBy) {
        if let Some(named) = asked.named {
            return match self.pack(named) {
                Some(pack) => (Some(pack), RecognisedBy::Name),
                None => (None, RecognisedBy::Nothing),
            };
        }
        let own = self.own.iter().filter(|pack| pack.layer == Layer::Api);
        let own = own.map(|pack| (pack.id.as_str(), fits(&pack.recognise, asked)));
        let built_in = self.volumes.iter().filter(|v| v.layer == Layer::Api);
        let built_in = built_in.map(|v| (v.id.as_str(), fits(&v.recognise, asked)));
        let found: Vec<(&str, RecognisedBy)> = own
            .chain(built_in)
            .filter(|(_, by)| *by != RecognisedBy::Nothing)
            .collect();
        let Some(best) = found.iter().map(|(_, by)| *by).max() else {
            return (None, RecognisedBy::Nothing);
        };
        let mut first = found.iter().filter(|(_, by)| *by == best);
        match (first.next(), first.next()) {
            (Some((id, _)), None) => (self.pack(id), best),
            _ => (None, RecognisedBy::Nothing),
        }
    }
}

/// The marks of an API stand near the beginning of a body.
fn start_of(body: &[u8]) -> &[u8] {
    &body[..body.len().min(BODY_START)]
}

fn fits(recognise: &Recognise, asked: &Asked) -> RecognisedBy {
    let Asked {
        host,
        path,
        headers,
        body,
        text,
        ..
    } = *asked;
    recognise.by(host, path, headers, body, text)
}

fn fits_pack(pack: &Pack, asked: &Asked) -> bool {
    fits(&pack.recognise, asked) != RecognisedBy::Nothing
}

impl Volume {
    fn pack(&self) -> Option<Arc<Pack>> {
        let read = || (self.read)().map(Arc::new);
        self.pack.get_or_init(read).clone()
    }
}

impl std::fmt::Debug for Library {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.debug_list().entries(self.list()).finish()
    }
}

impl PartialEq for Library {
    fn eq(&self, other: &Library) -> bool {
        self.list() == other.list()
    }
}

impl Eq for Library {}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(id: &str, uses: &[&str], recognise: Recognise) -> Pack {
        let layer = if id.starts_with("api") {
            Layer::Api
        } else {
            Layer::Standard
        };
        Pack {
            id: id.into(),
            title: id.into(),
            layer,
            uses: uses.iter().map(|id| (*id).to_owned()).collect(),
            recognise,
            ..Pack::default()
        }
    }

    fn by(hosts: &[&str], paths: &[&str]) -> Recognise {
        let texts = |texts: &[&str]| texts.iter().map(|t| (*t).to_owned()).collect();
        Recognise {
            hosts: texts(hosts),
            paths: texts(paths),
            ..Recognise::default()
        }
    }

    #[test]
    fn the_surest_ground_wins_and_two_alike_are_none() {
        let library = Library::default().with_own(vec![
            own("api_one", &[], by(&["one.example"], &["/same"])),
            own("api_two", &[], by(&[], &["/same", "/two"])),
        ]);
        let of = |host, path| {
            let asked = Asked {
                host,
                path,
                ..Asked::default()
            };
            let knowledge = library.knowledge(&asked);
            knowledge.api.map(|pack| pack.id.clone())
        };
        let here = Some("one.example");
        assert_eq!(of(here, Some("/two")).as_deref(), Some("api_one"));
        assert_eq!(of(None, Some("/two")).as_deref(), Some("api_two"));
        assert_eq!(of(None, Some("/same")), None);
        let named = Asked {
            named: Some("api_two"),
            host: here,
            ..Asked::default()
        };
        let knowledge = library.knowledge(&named);
        let chosen = (knowledge.title(), knowledge.by);
        assert_eq!(chosen, (Some("api_two"), RecognisedBy::Name));
    }

    #[test]
    fn what_a_pack_builds_on_comes_behind_it_and_http_last() {
        let library = Library::default().with_own(vec![
            own("http", &[], by(&[], &[])),
            own("base", &["ground"], by(&[], &[])),
            own("ground", &[], by(&[], &[])),
            own("api", &["base"], by(&["a.example"], &[])),
        ]);
        let asked = Asked {
            host: Some("a.example"),
            ..Asked::default()
        };
        let knowledge = library.knowledge(&asked);
        assert_eq!(knowledge.ids(), ["api", "base", "ground", "http"]);
        assert_eq!(library.knowledge(&Asked::default()).ids(), ["http"]);
    }
}
