//! The law of live collection: each question of the examples, asked live of a fake that serves the example's state, is
//! answered as offline, requirement by requirement, and so is a snapshot taken of that state.
#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "helpers of tests fail by panicking")]
#![expect(clippy::disallowed_methods, reason = "tests read files")]

use crate::command::root;
use crate::fake::{Fake, Options, Ran, canread};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// A `canread check` or `canread access` of the examples, with the snapshot it asks.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Question {
    snapshot: String,
    /// Without the snapshot and the output format.
    arguments: Vec<String>,
}

/// The words of a command line of the examples, which quote nothing but whole words.
fn words(line: &str) -> Vec<String> {
    line.split_whitespace().map(|word| word.trim_matches(['\'', '"']).to_owned()).collect()
}

/// Every question that the documents ask of a snapshot and that has an answer.
fn documented() -> BTreeSet<Question> {
    let mut all = BTreeSet::new();
    let documents = std::fs::read_dir(root().join("examples")).expect("the examples").flatten().map(|entry| entry.path());
    let documents = documents.filter(|path| path.extension().is_some_and(|extension| extension == "md"));
    for document in documents.chain([root().join("README.md")]) {
        let text = std::fs::read_to_string(&document).expect("a document");
        let text = text.replace(" \\\n> ", " ");
        for line in text.lines().filter_map(|line| line.strip_prefix("$ canread ")) {
            all.extend(question(line));
        }
    }
    all
}

fn question(line: &str) -> Option<Question> {
    let mut arguments = words(line);
    let asks = ["check", "access"].contains(&arguments.first()?.as_str());
    let at = arguments.iter().position(|word| word == "--snapshot")?;
    let not_one = ["--batch", "-o", "--output-file", "-q", "|", ";", "--assume-below"];
    if !asks || arguments.iter().any(|word| not_one.contains(&word.as_str())) {
        return None;
    }
    let snapshot = arguments.drain(at..at + 2).nth(1)?;
    if !root().join(&snapshot).is_file() {
        return None;
    }
    Some(Question { snapshot, arguments })
}

/// Subscription, resource group and name of the workspace of a snapshot.
fn workspace(snapshot: &str) -> [String; 3] {
    let marker = "Microsoft.MachineLearningServices/workspaces/";
    let lines = snapshot.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let ids = lines.filter_map(|line| line.pointer("/body/id").and_then(Value::as_str).map(str::to_owned));
    let id = ids.filter(|id| id.contains(marker)).min_by_key(String::len).expect("a workspace");
    let parts: Vec<&str> = id.split('/').collect();
    [parts[2].to_owned(), parts[4].to_owned(), parts[8].to_owned()]
}

fn ask(fake: &Fake, arguments: &[String], more: &[&str]) -> Ran {
    let arguments = arguments.iter().map(|word| match root().join(word) {
        // Questions name files relative to the project.
        path if word.starts_with("examples/") => path.display().to_string(),
        _ => word.clone(),
    });
    let all: Vec<String> =
        arguments.chain(more.iter().map(|word| (*word).to_owned())).chain(["-o".to_owned(), "json".to_owned()]).collect();
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    canread(fake, &fake.tokens, &all, &[])
}

/// Every requirement of a report by its place, with its verdict.
fn verdicts(ran: &Ran) -> BTreeMap<String, String> {
    let mut all = BTreeMap::from([("exit".to_owned(), ran.code.to_string())]);
    if ran.out.is_empty() {
        return all;
    }
    let report = ran.json();
    all.insert("whole".to_owned(), report["verdict"].to_string());
    for part in ["inputs", "outputs"] {
        for (at, data) in report[part].as_array().into_iter().flatten().enumerate() {
            add(&mut all, &format!("{part} {at}"), &data["requirements"]);
        }
    }
    add(&mut all, "invoke", &report["invoke"]["requirements"]);
    all
}

fn add(all: &mut BTreeMap<String, String>, place: &str, requirements: &Value) {
    for one in requirements.as_array().into_iter().flatten() {
        let id = one["id"].as_str().unwrap_or_default();
        let number = (0..).find(|number| !all.contains_key(&format!("{place} {id} {number}"))).unwrap_or(0);
        all.insert(format!("{place} {id} {number}"), one["verdict"].to_string());
    }
}

fn differences(left: &BTreeMap<String, String>, right: &BTreeMap<String, String>) -> Vec<String> {
    let keys: BTreeSet<&String> = left.keys().chain(right.keys()).collect();
    let differing = keys.into_iter().filter(|key| left.get(*key) != right.get(*key));
    differing.map(|key| format!("    {key}: {:?}, {:?}", left.get(key), right.get(key))).collect()
}

/// What a source may hold that no look-up of live collection gives, by what its questions name, and why. Of these the live
/// answer may be less than the source's, never another.
const NOT_COLLECTED: [(&str, &str); 1] =
    [("azuredatalakestore.net", "Data Lake Storage Gen1 is retired: its endpoint answers nobody, so its ACLs stand in old files only")];

impl Question {
    fn names(&self, part: &str) -> bool {
        self.arguments.iter().any(|word| word.contains(part))
    }

    fn is_check(&self) -> bool {
        self.arguments.first().is_some_and(|word| word == "check")
    }

    /// `snapshot --only` takes the question: it is about one endpoint, and about no other state than the one that is there.
    fn can_be_only(&self) -> bool {
        let assumes =
            |word: &String| ["--acl", "--grant", "--without", "--all-deployments"].contains(&word.as_str()) || word.ends_with("-file");
        let endpoints = self.arguments.iter().filter(|word| *word == "-n" || *word == "--name").count();
        endpoints <= 1 && !self.arguments.iter().any(assumes)
    }

    /// The place is named by a URL, of which the snapshot of a whole workspace knows nothing.
    fn names_url(&self) -> bool {
        self.names("https://") || self.names("inputs.yml")
    }
}

/// Where `less` says anything else than `more` or that it does not know.
fn contradictions(more: &BTreeMap<String, String>, less: &BTreeMap<String, String>) -> Vec<String> {
    // Without a whole answer other requirements may stand in place of `access/anonymous`, and later ones be left out.
    let is_less = |key: &&String| {
        let said = less.get(*key).map_or("", String::as_str);
        let own = more.get(*key).map_or("", String::as_str);
        said == own || said.is_empty() || said == "\"undetermined\"" || own.is_empty() || (key.as_str() == "exit" && said == "4")
    };
    more.keys()
        .chain(less.keys())
        .filter(|key| !is_less(key))
        .map(|key| format!("    {key}: {:?}, {:?}", more.get(key), less.get(key)))
        .collect()
}

/// A place, a way to ask, and where the answer differs from the source's.
fn report(what: &str, question: &Question, found: &[String], ran: &Ran) -> Option<String> {
    let head = format!("{} {:?}, {what}", question.snapshot, question.arguments);
    (!found.is_empty()).then(|| format!("{head}:\n{}\n{}", found.join("\n"), ran.err))
}

/// Asks everything that is asked of one snapshot; returns where answers differ.
fn differing(path: &Path, questions: &[Question]) -> Vec<String> {
    let text = std::fs::read_to_string(path).expect("a snapshot");
    let fake = Fake::start(&text, Options::default());
    let [subscription, group, name] = workspace(&text);
    let place = ["--subscription", &subscription, "-g", &group, "-w", &name];
    let source = path.display().to_string();
    let taken = fake.file("taken.jsonl").display().to_string();
    let mut all: Vec<&str> = vec!["snapshot", "--output-file", &taken];
    all.extend(place);
    let made = canread(&fake, &fake.tokens, &all, &[]);
    assert_eq!(made.code, 0, "{source}: {}", made.err);
    let mut wrong = Vec::new();
    for question in questions {
        let ask = |more: &[&str]| ask(&fake, &question.arguments, more);
        let expected = ask(&["--snapshot", &source]);
        if [1, 2].contains(&expected.code) {
            // A mistake on the command line is no question.
            continue;
        }
        let expected = verdicts(&expected);
        let live = ask(if question.is_check() { &place } else { &[] });
        let said = verdicts(&live);
        let servable = NOT_COLLECTED.iter().all(|(part, _)| !question.names(part));
        let compare = if servable { differences } else { contradictions };
        wrong.extend(report("live", question, &compare(&expected, &said), &live));
        // An ACL that no asset leads to is in no snapshot of the workspace, and so cannot be assumed to be another.
        if !question.names("--acl") {
            let whole = ask(&["--snapshot", &taken]);
            let compare = if question.names_url() { contradictions } else { differences };
            wrong.extend(report("snapshot of the workspace", question, &compare(&expected, &verdicts(&whole)), &whole));
        }
        if question.is_check() && question.can_be_only() {
            let again = of_the_question(&fake, question, &place);
            wrong.extend(report("snapshot of the question", question, &differences(&said, &verdicts(&again)), &again));
        }
    }
    wrong
}

/// The answer of a snapshot that was taken for the question alone.
fn of_the_question(fake: &Fake, question: &Question, place: &[&str]) -> Ran {
    let file = fake.file("only.jsonl").display().to_string();
    let job: Vec<String> = question.arguments.iter().skip(1).cloned().collect();
    let mut arguments: Vec<String> = ["snapshot", "--output-file", &file].map(str::to_owned).to_vec();
    arguments.extend(place.iter().map(|word| (*word).to_owned()));
    arguments.push("--only".to_owned());
    // What only judging needs is no part of collecting.
    let mut rest = job.iter();
    while let Some(word) = rest.next() {
        match word.as_str() {
            "--at" | "--table" | "--disputed" => drop(rest.next()),
            "-v" => {}
            path if path.starts_with("examples/") => arguments.push(root().join(path).display().to_string()),
            _ => arguments.push(word.clone()),
        }
    }
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let made = canread(fake, &fake.tokens, &words, &[]);
    assert_eq!(made.code, 0, "{words:?}: {}", made.err);
    ask(fake, &question.arguments, &["--snapshot", &file])
}

/// The snapshots that come with the contract, where they are.
fn contract_examples() -> Vec<(PathBuf, Question)> {
    let Some(folder) = crate::corpus_folder().and_then(|corpus| corpus.parent().map(|shared| shared.join("example"))) else {
        return Vec::new();
    };
    let question = |file: &str, input: &str| {
        let line = format!("check -n demand-batch --input {input} --input-type uri_folder --at 2026-11-22T12:00:00Z");
        (folder.join(file), Question { snapshot: file.to_owned(), arguments: words(&line) })
    };
    let all = [
        question("blob-url.jsonl", "https://salesblobprod.blob.core.windows.net/landing/sales/2026"),
        question("gen2-url-by-acl.jsonl", "https://saleslakeprod.dfs.core.windows.net/curated/sales/2026"),
    ];
    all.into_iter().filter(|(path, _)| path.is_file()).collect()
}

#[test]
fn every_documented_question_is_answered_live_as_offline() {
    let mut by_snapshot: BTreeMap<PathBuf, Vec<Question>> = BTreeMap::new();
    for question in documented() {
        by_snapshot.entry(root().join(&question.snapshot)).or_default().push(question);
    }
    assert!(by_snapshot.len() >= 14, "{:?}", by_snapshot.keys());
    for (path, question) in contract_examples() {
        by_snapshot.entry(path).or_default().push(question);
    }
    let mut wrong = Vec::new();
    for (path, questions) in &by_snapshot {
        wrong.extend(differing(path, questions));
    }
    assert!(wrong.is_empty(), "{} differ\n{}", wrong.len(), wrong.join("\n"));
}
