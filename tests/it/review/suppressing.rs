//! Suppressions and baselines.

use super::{clean, of, review, store, text, where_found};
use crate::world2::{AT, Answer, Temporary, World, store_id};
use serde_json::json;

fn keyed() -> World {
    let mut world = clean();
    world.datastore("keyed", store("AccountKey"));
    world.datastore("other", store("AccountKey"));
    world
}

fn with(world: &World, suppressions: &str) -> Answer {
    let file = Temporary::new("toml", suppressions.as_bytes());
    review(world, &["--suppressions", file.path()])
}

#[test]
fn a_suppression_hides_what_it_names_until_its_end() {
    let world = keyed();
    let entry = |until: &str| {
        format!("[[suppress]]\nid = \"shared-key-datastore\"\nresource = \"*/DATASTORES/key*\"\nreason = \"moving\"\nuntil = {until}\n")
    };
    let answer = with(&world, &entry("2026-11-22"));
    assert_eq!(
        where_found(&answer, "shared-key-datastore"),
        [format!("high {}", store_id("other"))],
        "a day is meant to its end: {}",
        answer.err
    );
    let hidden = &answer.json["suppressed"];
    assert_eq!(
        (hidden[0]["id"].as_str(), hidden[0]["resource"].as_str()),
        (Some("shared-key-datastore"), Some(store_id("keyed").as_str()))
    );
    assert_eq!((hidden[0]["reason"].as_str(), hidden[0]["until"].as_str()), (Some("moving"), Some("2026-11-23T00:00:00Z")));
    assert!(of(&answer, "suppression-expired").is_empty() && of(&answer, "suppression-unmatched").is_empty());
    for until in ["2026-11-22T12:00:00Z", "\"2026-11-21\"", "2026-11-22T13:00:00+01:00"] {
        let answer = with(&world, &entry(until));
        assert_eq!(of(&answer, "shared-key-datastore").len(), 2, "{until}");
        assert_eq!(where_found(&answer, "suppression-expired"), ["low */DATASTORES/key*"], "{until}");
        assert_eq!(super::evidence(&answer, "suppression-expired"), ["question shared-key-datastore */DATASTORES/key*"]);
        assert!(of(&answer, "suppression-unmatched").is_empty());
        assert_eq!(answer.json["suppressed"], json!([]));
    }
    let answer = with(&world, &entry("2026-11-22T12:00:01Z"));
    assert_eq!(of(&answer, "shared-key-datastore").len(), 1);
}

#[test]
fn a_suppression_that_matches_nothing_is_found() {
    let answer = with(&keyed(), "[[suppress]]\nid = \"sas-datastore\"\nresource = \"*\"\nreason = \"r\"\nuntil = 2027-01-01\n");
    assert_eq!(where_found(&answer, "suppression-unmatched"), ["low *"]);
    assert!(text(&of(&answer, "suppression-unmatched")[0]["message"]).contains(":1; reason given: r)"), "{}", answer.out);
    assert_eq!(of(&answer, "shared-key-datastore").len(), 2);
}

#[test]
fn suppressions_decide_the_exit_code() {
    let text = "[[suppress]]\nid = \"shared-key-datastore\"\nresource = \"*\"\nreason = \"r\"\nuntil = 2027-01-01\n";
    let file = Temporary::new("toml", text.as_bytes());
    let mut world = keyed();
    assert_eq!(review(&world, &[]).code, 5);
    assert_eq!(review(&world, &["--suppressions", file.path()]).code, 0);
    world.set("acct", "/body/properties/allowBlobPublicAccess", json!(true));
    assert_eq!(review(&world, &["--suppressions", file.path(), "--fail-on", "LOW"]).code, 5, "another finding is left");
}

#[test]
fn a_suppression_that_cannot_be_used_is_an_error_with_its_line() {
    let good = "[[suppress]]\nid = \"sas-datastore\"\nresource = \"*\"\nreason = \"r\"\nuntil = 2027-01-01\n";
    for (text, says) in [
        (good.replace("sas-datastore", "sas-datastores"), "toml:1: no finding has the id `sas-datastores`"),
        (good.replace("until = 2027-01-01\n", ""), "toml:1: `until` is missing"),
        (good.replace("until = 2027-01-01", "until = \"soon\""), "no date; write 2026-12-31"),
        (good.replace("reason = \"r\"\n", ""), "`reason` is missing"),
        (good.replace("reason = \"r\"", "reason = \" \""), "`reason` is missing"),
        (good.replace("resource = \"*\"\n", ""), "`resource` is missing"),
        (good.replace("\"*\"", "\"[\""), "`resource` is no glob"),
        (good.replace("reason", "because"), "toml:4: unknown field `because`"),
        (good.replace("[[suppress]]", "[[supress]]"), "unknown field `supress`"),
        ("\n\n[[suppress".to_owned(), "toml:3: "),
    ] {
        let answer = with(&keyed(), &text);
        assert_eq!((answer.code, answer.out.as_str()), (1, ""), "{text}");
        assert!(answer.err.contains(says), "{text}: {}", answer.err);
    }
    let answer = with(&keyed(), &format!("{good}{}", good.replace("sas-datastore", "x")));
    assert!(answer.err.contains("toml:6: no finding has the id `x`"), "{}", answer.err);
}

#[test]
fn only_what_is_new_is_shown_with_a_baseline() {
    let mut world = clean();
    world.datastore("keyed", store("AccountKey"));
    let before = review(&world, &[]);
    let file = Temporary::new("json", before.out.as_bytes());
    let same = review(&world, &["--baseline", file.path()]);
    assert_eq!((same.code, same.json["findings"].as_array().map(Vec::len)), (0, Some(0)), "{}", same.out);
    assert_eq!(same.json["known"], json!(before.json["findings"].as_array().map(Vec::len)));
    assert_eq!(before.json["known"], json!(null));
    // Another severity or sentence is no other finding; another resource is.
    world.datastore("other", store("AccountKey"));
    world.assign("another", crate::world2::CONTRIBUTOR, crate::world2::TEAM, &crate::world2::workspace());
    let after = review(&world, &["--baseline", file.path()]);
    assert_eq!(where_found(&after, "shared-key-datastore"), [format!("high {}", store_id("other"))], "{}", after.out);
    assert_eq!(after.code, 5);
    // What the baseline suppressed is known too.
    let suppressions =
        Temporary::new("toml", b"[[suppress]]\nid = \"shared-key-datastore\"\nresource = \"*\"\nreason = \"r\"\nuntil = 2027-01-01\n");
    let suppressed = review(&world, &["--suppressions", suppressions.path()]);
    let file = Temporary::new("json", suppressed.out.as_bytes());
    assert!(of(&review(&world, &["--baseline", file.path()]), "shared-key-datastore").is_empty());
}

#[test]
fn a_baseline_that_is_none_is_an_error() {
    for (text, says) in
        [("{}", "no output of `canread review -o json`"), ("nonsense", "no output of"), ("{\"review\":2,\"findings\":[]}", "version 2")]
    {
        let file = Temporary::new("json", text.as_bytes());
        let answer = review(&clean(), &["--baseline", file.path()]);
        assert_eq!((answer.code, answer.out.as_str()), (1, ""));
        assert!(answer.err.contains(says), "{}", answer.err);
    }
    let answer = keyed().run(&["review", "--at", AT, "--baseline", "-", "--suppressions", "-"]);
    assert_eq!(answer.code, 2, "{}", answer.err);
}
