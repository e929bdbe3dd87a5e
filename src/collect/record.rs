//! The lines of a snapshot, as they are collected.

use super::shape;
use super::trouble::Trouble;
use crate::model::{Scope, StorePath, What};
use crate::snapshot::{LineCheck, redact};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// Lines, each thing once, in an order that only the things give: what came first does not show.
#[derive(Default)]
pub(super) struct Recorder {
    lines: BTreeMap<Key, Value>,
    gaps: Vec<String>,
    check: LineCheck,
}

/// What a line is about: its kind, and its id in the form the reader of the file knows it by.
type Key = (String, String);

/// Place of a look-up: kind, scope, and what narrows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LookupPlace {
    pub(super) what: What,
    pub(super) scope: String,
    pub(super) below: bool,
}

impl LookupPlace {
    pub(super) fn new(what: What, scope: impl Into<String>) -> Self {
        LookupPlace { what, scope: scope.into(), below: false }
    }

    fn line(&self, kind: &str) -> Map<String, Value> {
        let mut line = Map::new();
        line.insert("kind".to_owned(), kind.into());
        line.insert("what".to_owned(), self.what.as_str().into());
        line.insert("scope".to_owned(), self.scope.clone().into());
        if self.below {
            line.insert("below".to_owned(), true.into());
        }
        line
    }
}

impl Recorder {
    /// A line, unless what it is about is there already.
    ///
    /// # Errors
    /// Of a line that the file's reader would refuse: what is wrong with it. It is left out.
    pub(super) fn line(&mut self, mut value: Value) -> Result<(), Trouble> {
        redact::every_secret(&mut value);
        if let Some(flaw) = self.check.flaw(&value.to_string()) {
            return Err(Trouble::answer(200, "NotExpected", format!("the answer is not what the service documents: {flaw}")));
        }
        match self.lines.entry(key(&value)) {
            Entry::Vacant(entry) => drop(entry.insert(value)),
            Entry::Occupied(mut entry) => join(entry.get_mut(), value),
        }
        Ok(())
    }

    /// A body as it came. A page is taken apart, so that what two pages share is there once: the second answer about one
    /// id may differ from the first (a state that moved), and a file must not hold both.
    ///
    /// # Errors
    /// As of [`Recorder::line`], for the first item that is bad; the others are kept.
    pub(super) fn body(&mut self, kind: &str, body: &Value) -> Result<(), Trouble> {
        let one = std::slice::from_ref(body);
        let items = body.get("value").and_then(Value::as_array).map_or(one, Vec::as_slice);
        let mut outcome = Ok(());
        for item in items {
            if let Some(flaw) = shape::flaw(kind, item) {
                outcome =
                    outcome.and(Err(Trouble::answer(200, "NotExpected", format!("the answer is not what the service documents: {flaw}"))));
                continue;
            }
            let added = self.line(json!({"kind": kind, "body": item}));
            outcome = outcome.and(added);
        }
        outcome
    }

    /// Nothing of this kind is missing.
    pub(super) fn coverage(&mut self, place: &LookupPlace) {
        self.own(Value::Object(place.line("coverage")));
    }

    /// The look-up failed.
    ///
    /// `needs` is what the look-up takes: it is told where the look-up was refused, or the thing hidden.
    pub(super) fn gap(&mut self, place: &LookupPlace, trouble: &Trouble, needs: &str) {
        let mut line = place.line("gap");
        if let Some(status) = trouble.status {
            line.insert("status".to_owned(), status.into());
        }
        line.insert("code".to_owned(), trouble.code.clone().into());
        line.insert("message".to_owned(), trouble.message.clone().into());
        let mut told = format!("{} {}: {trouble}", place.what, place.scope);
        if matches!(trouble.status, Some(401 | 403 | 404)) {
            line.insert("needs".to_owned(), needs.into());
            told.push_str(&format!("; needs {needs}"));
        }
        self.gaps.push(told);
        self.own(Value::Object(line));
    }

    /// A line of the program's own making, which is well-formed.
    fn own(&mut self, mut line: Value) {
        redact::every_secret(&mut line);
        self.lines.entry(key(&line)).or_insert(line);
    }

    /// The lines, sorted so that the same state gives the same file, and what each gap says.
    pub(super) fn finish(self) -> (Vec<String>, Vec<String>) {
        let mut lines: Vec<String> = self.lines.values().map(Value::to_string).collect();
        lines.sort_unstable();
        (lines, self.gaps)
    }
}

fn key(line: &Value) -> Key {
    let text = |pointer: &str| line.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    let kind = text("/kind");
    let place = |container: &str| {
        let path = StorePath::new(text("/path"));
        format!("{}/{}{path}", text("/account").to_lowercase(), text(container))
    };
    let id = match kind {
        // A built-in role has an id in each subscription, and one GUID.
        "role_definition" => Scope::new(text("/body/id")).name().to_lowercase(),
        "path" => place("/container"),
        "path_access" => place("/filesystem"),
        "membership" => text("/member").to_lowercase(),
        "subscription" => text("/subscription_id").to_lowercase(),
        "stored_credential" => text("/datastore").to_lowercase(),
        "coverage" | "gap" | "probe" => line.to_string(),
        _ => text("/body/id").to_lowercase(),
    };
    (kind.to_owned(), id)
}

/// Two answers about one thing: of a path every fact is kept, of anything else the fuller answer (a resource itself says
/// more than its entry in a list).
fn join(known: &mut Value, new: Value) {
    if known.get("kind").and_then(Value::as_str) == Some("path") {
        let exists = |line: &Value| line.get("exists").and_then(Value::as_bool) == Some(true);
        let (mut first, second) = if exists(&new) && !exists(known) { (new, known.take()) } else { (known.take(), new) };
        if exists(&first) == exists(&second)
            && let (Value::Object(first), Value::Object(second)) = (&mut first, second)
        {
            for (name, value) in second {
                first.entry(name).or_insert(value);
            }
        }
        *known = first;
        return;
    }
    let fullness = |line: &Value| {
        let text = line.to_string();
        (text.len(), text)
    };
    let (mut fuller, other) = if fullness(&new) > fullness(known) { (new, known.take()) } else { (known.take(), new) };
    // Graph tells some of an object only where it is asked for by name.
    if fuller.get("kind").and_then(Value::as_str) == Some("directory_object")
        && let (Some(Value::Object(body)), Some(Value::Object(more))) = (fuller.pointer_mut("/body"), other.get("body"))
    {
        for (name, value) in more {
            body.entry(name.clone()).or_insert_with(|| value.clone());
        }
    }
    *known = fuller;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(values: Vec<Value>) -> Vec<Value> {
        let mut recorder = Recorder::default();
        for value in values {
            recorder.line(value).unwrap();
        }
        recorder.finish().0.iter().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    #[test]
    fn of_a_path_each_fact_is_kept_whichever_came_first() {
        let listed = json!({"kind": "path", "account": "acct", "container": "c", "path": "a/b", "exists": true, "is_directory": false});
        let asked = json!({"kind": "path", "account": "acct", "container": "c", "path": "/a/b", "exists": true, "access_tier": "Archive"});
        let gone = json!({"kind": "path", "account": "acct", "container": "c", "path": "a/b", "exists": false});
        for order in [[&listed, &asked, &gone], [&gone, &asked, &listed], [&asked, &gone, &listed]] {
            let found = lines(order.into_iter().cloned().collect());
            assert_eq!(found.len(), 1);
            let fact = |name: &str| found[0].get(name).cloned();
            assert_eq!((fact("exists"), fact("access_tier")), (Some(true.into()), Some("Archive".into())), "{found:?}");
            assert_eq!(fact("is_directory"), Some(false.into()));
        }
    }

    #[test]
    fn a_resource_itself_stands_before_its_entry_in_a_list() {
        let id = "/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/w";
        let entry = json!({"kind": "resource", "body": {"id": id.to_uppercase()}});
        let whole = json!({"kind": "resource", "body": {"id": id, "properties": {"storageAccount": "/x"}}});
        for order in [[&entry, &whole], [&whole, &entry]] {
            assert_eq!(lines(order.into_iter().cloned().collect()), std::slice::from_ref(&whole));
        }
    }

    #[test]
    fn what_two_answers_say_of_a_principal_is_joined() {
        let whole =
            json!({"kind": "directory_object", "body": {"@odata.type": "#microsoft.graph.user", "id": "Ana", "displayName": "Ana Silva"}});
        let more = json!({"kind": "directory_object", "body": {"id": "ana", "customSecurityAttributes": {}}});
        for order in [[&whole, &more], [&more, &whole]] {
            let found = lines(order.into_iter().cloned().collect());
            let body = &found[0]["body"];
            assert_eq!((found.len(), &body["displayName"], &body["customSecurityAttributes"]), (1, &"Ana Silva".into(), &json!({})));
        }
    }

    #[test]
    fn what_the_reader_would_refuse_is_left_out_and_said() {
        let mut recorder = Recorder::default();
        let of = |id: &str| json!({"id": id, "properties": {"a": 1}});
        let page = json!({"value": [of("/a/b"), {"properties": {"name": "no id"}}, of("/a/c")]});
        let trouble = recorder.body("resource", &page).unwrap_err();
        assert_eq!((trouble.code.as_str(), recorder.finish().0.len()), ("NotExpected", 2));
    }

    #[test]
    fn a_secret_in_an_odd_place_stays_out() {
        let key = format!("{}==", "k".repeat(86));
        let tagged = json!({"kind": "resource", "body": {"id": "/a/b", "tags": {"note": format!("AccountKey={key}")}}});
        assert!(!lines(vec![tagged])[0].to_string().contains(&key));
    }
}
