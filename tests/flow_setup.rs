//! One's own API in a minute, by keys and messages alone: an environment from a pasted URL, its
//! token unseen, and what follows.

use crate::scene;

use httriage::app::pane::{KeepIn, SetupRow, TypedToken};
use httriage::app::{Effect, Message, Overlay, Screen, SetupOrder};
use httriage::model::{Auth, ClientAuth, GrantKind, Placement, TokenName, TokenSource};
use scene::{SIZES, Scene, WIDE, start, text_of};

const URL: &str = "https://api.acme.example/v2/orders?limit=5";

fn ordered(scene: &Scene) -> SetupOrder {
    let mut asked = scene.asked.iter().rev();
    let order = asked.find_map(|effect| match effect {
        Effect::SetUp(order) => Some((**order).clone()),
        _ => None,
    });
    order.expect("nothing was asked to be written")
}

fn row(scene: &Scene) -> SetupRow {
    match &scene.state.overlay {
        Some(Overlay::Setup(setup)) => setup.row,
        other => panic!("{other:?}"),
    }
}

/// What the runtime tells of a value that is typed unseen.
fn type_token(scene: &mut Scene) {
    scene.tell(Message::TypedToken(TypedToken {
        count: 24,
        says: vec![(false, "opaque · 24 characters".to_owned())],
    }));
}

#[test]
fn environment_and_token_take_ten_keys_besides_what_is_pasted() {
    for size in SIZES {
        let mut scene = Scene::open(size);
        // Three to the form, six to the token, one to save and send.
        scene.keys("ctrl-e up enter");
        scene.paste(URL);
        scene.keys("enter enter enter enter enter enter");
        assert_eq!(row(&scene), SetupRow::Token);
        assert_eq!(scene.asked.last(), Some(&Effect::TypeToken(true)));
        type_token(&mut scene);
        scene.keys("ctrl-r");
        let order = ordered(&scene);
        assert_eq!(order.environment.name, "acme");
        assert_eq!(order.environment.base_url, "https://api.acme.example/v2");
        assert!(!order.environment.protected && order.changes.is_none());
        let token = order.token.unwrap();
        assert_eq!(token.name.as_str(), "acme");
        assert_eq!(
            (token.placement, token.keep_in),
            (Placement::Bearer, KeepIn::File)
        );
        // It is there, its token is chosen, and its first call went.
        assert!(scene.state.overlay.is_none());
        assert_eq!(scene.state.environment().name, "acme");
        assert_eq!(
            scene.state.builder.auth,
            Auth::Bearer(TokenName::new("acme").unwrap())
        );
        assert_eq!(scene.last_sent().url, URL);
    }
}

#[test]
fn the_place_of_a_token_and_where_it_stays_are_chosen() {
    let mut scene = Scene::open(WIDE);
    scene.keys("alt-e").paste(URL);
    scene.keys("enter enter enter enter enter right enter");
    type_token(&mut scene);
    scene.keys("enter");
    assert_eq!(row(&scene), SetupRow::TokenName);
    scene
        .keys("ctrl-u")
        .types("shop-bot")
        .keys("enter right right");
    assert!(text_of(&scene.picture()).contains("a header of its own"));
    scene.keys("enter");
    assert_eq!(row(&scene), SetupRow::Under);
    scene.keys("ctrl-u").types("X-Acme-Key").keys("enter right");
    assert!(text_of(&scene.picture()).contains("nowhere: this run only"));
    scene.keys("ctrl-r");
    let order = ordered(&scene);
    assert!(order.environment.protected);
    let token = order.token.unwrap();
    assert_eq!(token.name.as_str(), "shop-bot");
    assert_eq!(token.placement, Placement::Header("X-Acme-Key".into()));
    assert_eq!(token.keep_in, KeepIn::ThisRun);
}

#[test]
fn what_is_wrong_is_said_and_its_row_is_gone_to() {
    let mut scene = Scene::open(WIDE);
    scene.keys("alt-e ctrl-r");
    assert_eq!(row(&scene), SetupRow::Url);
    assert!(text_of(&scene.picture()).contains("Paste any URL of the API, as"));
    scene
        .paste(URL)
        .keys("enter ctrl-u")
        .types("sandbox")
        .keys("ctrl-r");
    assert_eq!(row(&scene), SetupRow::Name);
    assert!(text_of(&scene.picture()).contains("That cannot be its name"));
    scene
        .keys("ctrl-u")
        .types("mine")
        .keys("enter enter")
        .types("nothing")
        .keys("ctrl-r");
    assert_eq!(row(&scene), SetupRow::Speaks);
    scene.keys("esc");
    assert!(scene.state.overlay.is_none());
    let wrote = |effect: &Effect| matches!(effect, Effect::SetUp(_));
    assert!(!scene.asked.iter().any(wrote));
    assert_eq!(scene.asked.last(), Some(&Effect::ForgetTyped));
}

#[test]
fn what_a_person_said_stays_when_the_file_cannot_be_written() {
    let mut scene = Scene::open(WIDE);
    scene.held = true;
    scene.keys("alt-e").paste(URL);
    scene.keys("ctrl-r");
    scene.tell(Message::SetUp(Err(
        "config.toml:3:1: it is broken.".to_owned()
    )));
    let picture = text_of(&scene.picture());
    assert!(
        picture.contains("config.toml:3:1: it is broken."),
        "{picture}"
    );
    assert!(picture.contains("https://api.acme.example/v2"), "{picture}");
}

#[test]
fn an_environment_of_ones_own_is_changed_and_removed_after_a_question() {
    let mut opening = start(WIDE);
    opening.environment = 1;
    opening.send_first = false;
    let mut scene = Scene::closed(opening);
    scene.held = false;
    scene.answer_all();
    scene.keys("ctrl-e up up up enter");
    let picture = text_of(&scene.picture());
    assert!(picture.contains("Change acme-live"), "{picture}");
    scene.keys("esc ctrl-e up up enter");
    let picture = text_of(&scene.picture());
    assert!(
        picture.contains("Remove acme-live from config.toml?"),
        "{picture}"
    );
    scene.keys("enter");
    let removes = |effect: &Effect| matches!(effect, Effect::RemoveEnvironment(_));
    assert!(!scene.asked.iter().any(removes));
    scene.keys("ctrl-e up up enter down enter");
    assert!(scene.asked.iter().any(removes));
}

#[test]
fn the_form_fits_every_screen() {
    for size in SIZES {
        let mut scene = Scene::open(size);
        scene.keys("alt-e").paste(URL);
        for _ in 0..5 {
            scene.keys("enter");
            let picture = text_of(&scene.picture());
            let label = row(&scene).label();
            assert!(picture.contains(label), "{size:?} {label}: {picture}");
        }
        type_token(&mut scene);
        let picture = text_of(&scene.picture());
        assert!(picture.contains("opaque · 24 characters"), "{picture}");
    }
}

#[test]
fn a_call_to_a_host_of_no_environment_is_followed_by_an_offer_once() {
    let mut scene = Scene::open(WIDE);
    scene.paste("curl https://api.acme.example/v2/orders");
    scene.keys("ctrl-r");
    assert!(
        scene
            .notice()
            .contains("https://api.acme.example belongs to no environment yet: Alt-e adds it"),
        "{}",
        scene.notice()
    );
    scene.keys("ctrl-r");
    assert!(!scene.notice().contains("belongs to no environment"));
    // The form begins with its URL.
    scene.keys("alt-e");
    let picture = text_of(&scene.picture());
    assert!(
        picture.contains("https://api.acme.example/v2/orders"),
        "{picture}"
    );
}

#[test]
fn a_token_that_both_environments_list_comes_along_and_else_the_first_is_chosen() {
    let mut scene = Scene::open(WIDE);
    let desk = Auth::Bearer(TokenName::new("desk").unwrap());
    scene.keys("ctrl-e down enter");
    assert_eq!(scene.state.builder.auth, desk);
    scene.keys("ctrl-e down enter");
    assert_eq!(scene.state.environment().name, "acme-test");
    assert_eq!(scene.state.builder.auth, desk);
}

#[test]
fn a_start_on_a_url_of_no_environment_offers_to_add_it() {
    let mut opening = start(WIDE);
    opening.environments[1].configured = false;
    opening.environment = 1;
    opening.send_first = false;
    opening.spec.url = "https://acme-live.example/orders".to_owned();
    let mut scene = Scene::closed(opening);
    assert!(
        scene
            .notice()
            .contains("https://acme-live.example belongs to no environment yet")
    );
    scene.keys("alt-e");
    let picture = text_of(&scene.picture());
    assert!(
        picture.contains("https://acme-live.example/orders"),
        "{picture}"
    );
}

#[test]
fn the_call_that_says_whose_a_token_is_can_be_given() {
    for size in SIZES {
        let mut scene = Scene::open(size);
        scene.keys("alt-e").paste(URL);
        scene.keys("enter enter enter enter");
        assert_eq!(row(&scene), SetupRow::WhoAmI);
        scene.types("me").keys("ctrl-r");
        // It is a path.
        assert_eq!(row(&scene), SetupRow::WhoAmI);
        scene.keys("home").types("/").keys("ctrl-r");
        let made = ordered(&scene).environment;
        assert_eq!(made.who_am_i.as_deref(), Some("/me"));
        // Left as it is proposed, nothing stands in the file.
        let mut scene = Scene::open(size);
        scene.keys("alt-e").paste(URL).keys("ctrl-r");
        assert_eq!(ordered(&scene).environment.who_am_i, None);
    }
}

#[test]
fn what_says_whose_a_token_is_can_be_changed_later() {
    let mut opening = start(WIDE);
    opening.send_first = false;
    opening.environment = 2;
    opening.environments[2].who_am_i = Some("/v1/self".to_owned());
    let mut scene = Scene::closed(opening);
    scene.held = false;
    scene.keys("ctrl-e").types("change").keys("enter");
    let picture = text_of(&scene.picture());
    assert!(
        picture.contains("who am I") && picture.contains("/v1/self"),
        "{picture}"
    );
    scene
        .keys("enter enter enter ctrl-u")
        .types("/v2/self")
        .keys("ctrl-r");
    assert_eq!(
        ordered(&scene).environment.who_am_i.as_deref(),
        Some("/v2/self")
    );
}

#[test]
fn a_token_is_got_from_an_authorization_server_by_the_form() {
    let mut scene = Scene::open(WIDE);
    scene.keys("alt-e").paste(URL);
    scene.keys("enter enter enter enter enter enter enter");
    // Backwards from the first choice to the last two.
    assert_eq!(row(&scene), SetupRow::KeepIn);
    scene.keys("left left");
    assert!(text_of(&scene.picture()).contains("get one: a yes in a browser"));
    scene.keys("enter");
    assert_eq!(row(&scene), SetupRow::Issuer);
    scene.types("https://login.acme.example").keys("ctrl-r");
    assert_eq!(row(&scene), SetupRow::Client);
    scene
        .types("acme-cli")
        .keys("enter")
        .types("orders:read offline_access");
    scene.keys("ctrl-r");
    let grant = ordered(&scene).token.unwrap().grant.unwrap();
    assert_eq!(grant.kind, GrantKind::DeviceCode);
    assert_eq!(
        grant.server.issuer.as_deref(),
        Some("https://login.acme.example")
    );
    assert_eq!(grant.scopes, ["orders:read", "offline_access"]);
    assert!(scene.state.overlay.is_none());
}

#[test]
fn a_token_is_got_in_a_browser_from_the_list_of_tokens_to_choose_from() {
    let mut scene = Scene::open(WIDE);
    scene.keys("alt-e").paste(URL).keys("ctrl-r");
    // The last row of the list adds one.
    scene.keys("ctrl-t up enter");
    while row(&scene) != SetupRow::KeepIn {
        scene.keys("enter");
    }
    scene.keys("left left left");
    assert!(text_of(&scene.picture()).contains("get one: a browser on this machine"));
    scene.keys("enter").types("https://login.acme.example");
    scene.keys("enter").types("acme-cli").keys("ctrl-r");
    let order = ordered(&scene);
    assert!(order.is_token_alone);
    let grant = order.token.unwrap().grant.unwrap();
    assert_eq!(grant.kind, GrantKind::AuthorizationCode { redirect: None });
    assert_eq!(grant.client_auth, ClientAuth::None);
    let gets = |effect: &Effect| matches!(effect, Effect::GetToken { .. });
    assert_eq!(scene.asked.iter().filter(|e| gets(e)).count(), 1);
    // And anew, on screen 4.
    assert_eq!(scene.state.screen, Screen::Tokens);
}

#[test]
fn a_token_of_an_environment_is_got_at_once_and_its_secret_is_named_by_a_variable() {
    let mut scene = Scene::open(WIDE);
    scene.keys("alt-e").paste(URL).keys("ctrl-r");
    scene.keys("4 a");
    let keep = |scene: &mut Scene| {
        while row(scene) != SetupRow::KeepIn {
            scene.keys("enter");
        }
    };
    keep(&mut scene);
    scene.keys("left");
    assert!(text_of(&scene.picture()).contains("get one: client credentials"));
    scene.keys("enter").types("https://login.acme.example");
    scene.keys("enter").types("tool").keys("enter");
    // A value in its place is not taken.
    scene.types("s3cr3t-9f8e7d6c5b4a").keys("ctrl-r");
    assert_eq!(row(&scene), SetupRow::ClientSecret);
    scene.keys("ctrl-u").types("ACME_SECRET").keys("ctrl-r");
    let grant = ordered(&scene).token.unwrap().grant.unwrap();
    assert_eq!(grant.kind, GrantKind::ClientCredentials);
    assert_eq!(
        grant.client_secret,
        Some(TokenSource::Variable("ACME_SECRET".into()))
    );
    let gets = |effect: &Effect| matches!(effect, Effect::GetToken { .. });
    assert!(scene.asked.iter().any(gets));
    assert_eq!(scene.state.screen, Screen::Tokens);
}
