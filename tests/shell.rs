//! What surrounds the calls, tried on the built program: keys, themes, completions, doctor.

mod program;

use program::Home;
use serde_json::json;

#[test]
fn keys_are_listed_as_keys_toml_left_them() {
    let home = Home::new();
    home.write("keys.toml", "send = \"f6\"\n");
    let text = home.run(&["keys"]).out;
    assert!(text.contains("In every pane"), "{text}");
    assert!(!text.contains("ctrl-r "), "{text}");
    let json = home.run(&["keys", "--json"]).json();
    let rows = json["keys"].as_array().unwrap();
    let send = rows.iter().find(|row| row["id"] == "send").unwrap();
    assert_eq!(send["keys"], json!(["f6"]));
}

#[test]
fn a_clash_of_keys_is_wrong_usage_with_both_names() {
    let home = Home::new();
    home.write("keys.toml", "# mine\nsend = \"ctrl-t\"\nmarc = \"x\"\n");
    let ran = home.run(&["keys"]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    for words in [
        "keys.toml:2:8: ctrl-t is wanted by send and by choose-token",
        "keys.toml:3:1: there is no action \"marc\"",
    ] {
        assert!(ran.err.contains(words), "{}", ran.err);
    }
}

#[test]
fn a_theme_that_is_unknown_or_broken_is_wrong_usage_before_the_screen_is_taken() {
    let home = Home::new();
    home.run(&["--theme", "darkest"])
        .refused(2, &["no theme named darkest", "colour-blind"]);
    std::fs::create_dir(home.path("themes")).unwrap();
    home.write("themes/own.toml", "like = \"dark\"\nsuccess = \"gren\"\n");
    home.run(&["--theme", "own"])
        .refused(2, &["own.toml:2:11", "gren", "success"]);
    home.write("config.toml", "theme = \"own\"\n");
    home.run(&[]).refused(2, &["own.toml:2:11"]);
    // One that is not asked for stops nobody.
    home.run(&["--theme", "dark"])
        .refused(2, &["needs a terminal"]);
}
