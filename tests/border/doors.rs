//! The doors that are no commands of their own: what the screen sends, and a survey.

use super::scene::{Scene, WIDE, start};
use super::{Room, VALUE};
use httriage::app::Effect;
use httriage::engine::{Client, ClientOptions, Flight, Outgoing, Vault, survey};
use httriage::format::library;
use httriage::model::{
    Auth, Author, Environment, Origin, RequestSpec, Secret, Settings, Token, TokenName, TokenSource,
};
use std::sync::Arc;

pub fn bound() -> TokenName {
    TokenName::named("bound")
}

pub fn own_place(room: &Room) -> Environment {
    Environment {
        name: "own".into(),
        base_url: room.own.base(),
        ..Environment::default()
    }
}

/// The client as the explorer has it: a person can be asked, and said nothing of other hosts.
pub fn client(room: &Room) -> Client {
    let token = Token {
        name: bound(),
        source: TokenSource::Prompt,
        origins: Some(vec![Origin::exactly(&room.own.base()).unwrap()]),
        placement: Default::default(),
        ttl: None,
    };
    let settings = Settings {
        environments: vec![own_place(room)],
        tokens: vec![token],
        ..Settings::default()
    };
    let vault = Vault::new(&settings, |_| None);
    vault.lend(&bound(), Secret::new(VALUE));
    Client::new(Arc::new(vault), ClientOptions::default())
}

/// The explorer in the environment of the token's own host.
pub fn screen(room: &Room) -> Scene {
    let mut start = start(WIDE);
    start.environments = vec![own_place(room)];
    start.send_first = false;
    let mut scene = Scene::closed(start);
    scene.asked.clear();
    scene
}

/// Sends what is in the builder, as the runtime does.
pub async fn press_send(scene: &mut Scene, client: &Client) {
    scene.asked.clear();
    scene.held = true;
    scene.keys("ctrl-r");
    for effect in std::mem::take(&mut scene.asked) {
        if let Effect::Send {
            typed,
            sent,
            environment,
            case,
            manner,
            ..
        } = effect
        {
            let outgoing = Outgoing {
                typed: *typed,
                sent: *sent,
                environment: *environment,
                author: Author::Person,
                case,
                manner,
            };
            client.send(outgoing, &Flight::default()).await;
        }
    }
}

/// Asks who the token is, wherever that environment may be.
pub async fn look_around(client: &Client, base_url: &str) {
    let place = Environment {
        name: "elsewhere".into(),
        base_url: base_url.to_owned(),
        ..Environment::default()
    };
    // Of an API whose pack says what can be asked, which an unknown one's does not.
    let known = library::built_in().of_environment(&Environment::sandbox());
    let flight = Flight::default();
    survey::run(&bound(), &place, None, client, &known, &flight, |_, _| {}).await;
}

/// A request with the token in its header, as a person types it.
pub fn typed(url: &str) -> RequestSpec {
    RequestSpec {
        auth: Auth::Bearer(bound()),
        ..RequestSpec::new("GET", url)
    }
}
