//! Who may import whom: compares the `crate::` paths of every source file with the table below, which is that of
//! `docs/design.md`.

#![expect(clippy::expect_used, reason = "a test that cannot read the sources has failed")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Layer → layers it may name. A layer may always name itself.
const MAY_USE: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("rules", &["model"]),
    ("eval", &["model", "rules"]),
    ("fix", &["model", "rules", "eval"]),
    ("query", &["model", "rules", "eval"]),
    ("review", &["model", "rules", "eval"]),
    ("explain", &["model", "rules", "eval", "fix"]),
    ("report", &["model", "rules", "eval", "fix", "query", "review", "explain"]),
    ("output", &["report", "model", "rules", "eval"]),
    ("snapshot", &["model"]),
    ("collect", &["model", "snapshot"]),
    ("cli", &["model"]),
    ("run", &["model", "rules", "eval", "fix", "query", "review", "explain", "report", "output", "snapshot", "collect", "cli"]),
    ("main", &["cli", "run"]),
    ("lib", &[]),
];

/// Words that a pure layer must not contain in code: no async, no terminal, no threads.
const IMPURE: &[&str] = &[
    "async fn",
    ".await",
    "std::io::stdout",
    "std::io::stderr",
    "std::thread",
    "std::net::TcpStream",
    "std::net::UdpSocket",
    "ToSocketAddrs",
    "tokio::",
    "println!",
    "eprintln!",
];
const PURE: &[&str] = &["model", "rules", "eval", "fix", "query", "review", "explain", "report"];

fn source_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("src is readable") {
        let path = entry.expect("entry").path();
        if path.is_dir() {
            source_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

fn layer_of(path: &Path, root: &Path) -> String {
    let first = path.strip_prefix(root).expect("below src").components().next().expect("a name");
    first.as_os_str().to_string_lossy().trim_end_matches(".rs").to_owned()
}

/// The code of a file: without comments and without what follows `#[cfg(test)]`.
fn code(text: &str) -> String {
    let body = text.split("#[cfg(test)]").next().unwrap_or_default();
    body.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// The layers that `code` names: `crate::x` and, in `use crate::{x::…, y::…}`, each of the group.
fn named_layers(code: &str) -> BTreeSet<String> {
    let word = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let mut found = BTreeSet::new();
    for prefix in ["crate::", "canread::"] {
        for (at, _) in code.match_indices(prefix) {
            let rest = &code[at + prefix.len()..];
            match rest.strip_prefix('{') {
                Some(group) => found.extend(group.split('}').next().unwrap_or_default().split(',').map(|item| word(item.trim()))),
                None => {
                    found.insert(word(rest));
                }
            }
        }
    }
    found
}

fn layers() -> BTreeMap<String, Vec<(PathBuf, String)>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    source_files(&root, &mut files);
    let mut layers: BTreeMap<String, Vec<(PathBuf, String)>> = BTreeMap::new();
    for path in files {
        let text = code(&fs::read_to_string(&path).expect("utf-8"));
        layers.entry(layer_of(&path, &root)).or_default().push((path, text));
    }
    layers
}

#[test]
fn every_layer_names_only_what_it_may() {
    let mut wrong = Vec::new();
    for (layer, files) in layers() {
        let Some((_, allowed)) = MAY_USE.iter().find(|(name, _)| *name == layer) else {
            panic!("`{layer}` is no known layer: add it to MAY_USE and to docs/design.md");
        };
        for (path, text) in files {
            for named in named_layers(&text) {
                let known = MAY_USE.iter().any(|(name, _)| *name == named);
                if known && named != layer && !allowed.contains(&named.as_str()) {
                    wrong.push(format!("{}: `{layer}` names `{named}`", path.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn pure_layers_hold_no_async_and_touch_no_terminal() {
    for (layer, files) in layers().into_iter().filter(|(layer, _)| PURE.contains(&layer.as_str())) {
        for (path, text) in files {
            for word in IMPURE {
                assert!(!text.contains(word), "{}: `{layer}` is pure and holds `{word}`", path.display());
            }
        }
    }
}

#[test]
fn the_check_sees_a_wrong_import() {
    assert_eq!(named_layers("use crate::{eval::x, model};"), BTreeSet::from(["eval".to_owned(), "model".to_owned()]));
    assert_eq!(named_layers("let a = crate::output::table(x);"), BTreeSet::from(["output".to_owned()]));
}
