//! `canread rules ID`: what one id means.

use super::words::{data_actions, effect, granted_by, input, short_action, used};
use super::{NARROWEST, errors, findings, grid, json, rendered, sas, store_name};
use crate::model::{ActionPattern, Cause, Edition, RequirementId, WarningId};
use crate::output::text::wrapped;
use crate::rules::{
    BuiltInRole, CauseRule, CredentialRule, ErrorRule, FindingRule, IdText, InvokeAction, KnownIssue, LookupRule, OperationRule,
    Provenance, RuleSet, store_word,
};
use serde_json::{Value, json};

/// Longest id that near spellings are sought for, in characters.
const LONGEST: usize = 160;
/// How many near spellings are named.
const SUGGESTED: usize = 5;

/// What an id stands for; some ids stand for a requirement and for the warning about it.
#[derive(Clone, Debug)]
enum Meaning<'a> {
    Requirement(RequirementId, &'a IdText),
    Warning(WarningId, &'a IdText),
    /// A row of the credential table in every edition that has it.
    Rows(Vec<&'a CredentialRule>),
    Operation(&'a OperationRule),
    InvokeAction(&'a InvokeAction),
    Role(&'a BuiltInRole),
    Lookup(&'a LookupRule),
    Finding(&'a FindingRule),
    Error(&'a ErrorRule),
    Cause(&'a CauseRule),
    Issue(&'a KnownIssue),
}

/// The explanation of one id.
#[derive(Clone, Debug)]
pub struct Explanation<'a> {
    meanings: Vec<Meaning<'a>>,
    rules: &'a RuleSet,
}

/// Explains an id in any case: a requirement, a warning, a row of the credential table, an operation (`read`, or
/// `read/blob`), a data action, an invoke action with or without its prefix, a built-in role by name or GUID, a kind of
/// look-up, a finding, the code of an error, a cause that is no requirement, a known issue. `None`: no rule bears it; see [`suggest`].
pub fn explain<'a>(rules: &'a RuleSet, id: &str) -> Option<Explanation<'a>> {
    let id = id.trim().to_lowercase();
    let mut meanings = Vec::new();
    meanings.extend(rules.requirements().filter(|(own, _)| own.as_str() == id).map(|(own, text)| Meaning::Requirement(own, text)));
    meanings.extend(rules.warnings().filter(|(own, _)| own.as_str() == id).map(|(own, text)| Meaning::Warning(own, text)));
    let rows: Vec<_> = rules.rows().iter().filter(|row| row.id.to_lowercase() == id).collect();
    meanings.extend((!rows.is_empty()).then_some(Meaning::Rows(rows)));
    meanings.extend(rules.operations().iter().filter(|rule| names_operation(rule, &id)).map(Meaning::Operation));
    meanings.extend(rules.invoke_actions().iter().filter(|rule| names_action(rule, &id)).map(Meaning::InvokeAction));
    let of_role = |role: &&BuiltInRole| role.definition.name.to_lowercase() == id || role.definition.id.key() == id;
    meanings.extend(rules.built_in_roles().filter(of_role).map(Meaning::Role));
    meanings.extend(rules.lookups().filter(|rule| rule.what.as_str() == id).map(Meaning::Lookup));
    meanings.extend(rules.findings().iter().filter(|rule| rule.id == id).map(Meaning::Finding));
    meanings.extend(rules.error(&id).map(Meaning::Error));
    meanings.extend(own_causes(rules).filter(|rule| rule.cause.as_str() == id).map(Meaning::Cause));
    meanings.extend(rules.known_issues().iter().filter(|issue| issue.id.to_lowercase() == id).map(Meaning::Issue));
    (!meanings.is_empty()).then_some(Explanation { meanings, rules })
}

/// Causes that are neither a requirement nor a warning, which have their own text.
fn own_causes(rules: &RuleSet) -> impl Iterator<Item = &CauseRule> {
    rules.causes().filter(|rule| match rule.cause {
        Cause::Requirement(_) => false,
        Cause::Other(other) => WarningId::parse(other.as_str()).is_none(),
    })
}

fn names_operation(rule: &OperationRule, id: &str) -> bool {
    let operation = rule.operation.as_str();
    operation == id || format!("{operation}/{}", store_word(rule.store)) == id || rule.data_actions.iter().any(|a| a.action.key() == id)
}

fn names_action(rule: &InvokeAction, id: &str) -> bool {
    rule.action.key() == id || short_action(rule).to_lowercase() == id
}

/// Ids spelled like `id`, nearest first, at most five.
pub fn suggest(rules: &RuleSet, id: &str) -> Vec<String> {
    let asked: Vec<char> = id.trim().to_lowercase().chars().take(LONGEST).collect();
    let asked_text: String = asked.iter().collect();
    let tolerated = (asked.len() / 3).max(2);
    let mut near: Vec<(usize, String)> = Vec::new();
    for known in ids(rules) {
        let lower = known.to_lowercase();
        let distance = distance(&asked, &lower.chars().collect::<Vec<_>>());
        let contained = asked.len() >= 3 && lower.contains(&asked_text);
        if distance <= tolerated || contained {
            near.push((if contained { distance.min(tolerated) } else { distance }, known));
        }
    }
    near.sort();
    near.dedup();
    near.into_iter().map(|(_, known)| known).take(SUGGESTED).collect()
}

/// Every id that can be explained.
fn ids(rules: &RuleSet) -> Vec<String> {
    let mut ids: Vec<String> = rules.requirements().map(|(id, _)| id.to_string()).collect();
    ids.extend(rules.warnings().map(|(id, _)| id.to_string()));
    ids.extend(rules.rows().iter().map(|row| row.id.clone()));
    ids.extend(rules.operations().iter().map(|rule| format!("{}/{}", rule.operation, store_word(rule.store))));
    ids.extend(rules.invoke_actions().iter().map(short_action));
    ids.extend(rules.built_in_roles().map(|role| role.definition.name.clone()));
    ids.extend(rules.lookups().map(|rule| rule.what.to_string()));
    ids.extend(rules.findings().iter().map(|rule| rule.id.clone()));
    ids.extend(rules.errors().iter().map(|rule| rule.code.clone()));
    ids.extend(own_causes(rules).map(|rule| rule.cause.to_string()));
    ids.extend(rules.known_issues().iter().map(|issue| issue.id.clone()));
    ids.sort();
    ids.dedup();
    ids
}

/// Edit distance (insert, delete, replace), one row at a time.
fn distance(one: &[char], other: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.iter().enumerate() {
        let mut next = vec![i + 1];
        let mut left = i + 1;
        for ((b, above_left), above) in other.iter().zip(&row).zip(row.iter().skip(1)) {
            left = (above_left + usize::from(a != b)).min(above + 1).min(left + 1);
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

impl Explanation<'_> {
    /// As text of at most `width` columns (never less than 60; commands and ids are not broken).
    pub fn text(&self, width: u16) -> String {
        let width = width.max(NARROWEST);
        let parts: Vec<String> = self.meanings.iter().map(|meaning| meaning.text(self.rules, width)).collect();
        parts.join("\n")
    }

    /// As JSON: one entry for each thing the id stands for, with the keys of the rule files.
    pub fn json(&self) -> Value {
        json!({"rules": 1, "entries": self.meanings.iter().flat_map(Meaning::json).collect::<Vec<_>>()})
    }
}

impl Meaning<'_> {
    fn text(&self, rules: &RuleSet, width: u16) -> String {
        match self {
            Meaning::Requirement(id, text) => id_text("requirement", id.as_str(), text, width),
            Meaning::Warning(id, text) => id_text("warning", id.as_str(), text, width),
            Meaning::Rows(rows) => rows_text(rows, width),
            Meaning::Operation(rule) => operation_text(rule, width),
            Meaning::InvokeAction(rule) => invoke_text(rule, width),
            Meaning::Role(role) => role_text(role, width),
            Meaning::Lookup(rule) => lookup_text(rule, width),
            Meaning::Finding(rule) => findings::text(rule, width),
            Meaning::Error(rule) => errors::error_text(rule, rules, width),
            Meaning::Cause(rule) => errors::cause_text(rule, width),
            Meaning::Issue(issue) => errors::issue_text(issue, width),
        }
    }

    fn json(&self) -> Vec<Value> {
        let of_kind = |kind: &str, mut value: Value| {
            if let Some(object) = value.as_object_mut() {
                object.insert("kind".to_owned(), kind.into());
            }
            value
        };
        match self {
            Meaning::Requirement(id, text) => vec![of_kind("requirement", json::id_text(id.as_str(), text))],
            Meaning::Warning(id, text) => vec![of_kind("warning", json::id_text(id.as_str(), text))],
            Meaning::Rows(rows) => rows.iter().map(|row| of_kind("rule", json::row(row))).collect(),
            Meaning::Operation(rule) => vec![of_kind("operation", json::operation(rule))],
            Meaning::InvokeAction(rule) => vec![of_kind("invoke_action", json::invoke_action(rule))],
            Meaning::Role(role) => vec![of_kind("role", json::role(role))],
            Meaning::Lookup(rule) => vec![of_kind("lookup", json::lookup(rule))],
            Meaning::Finding(rule) => vec![of_kind("finding", findings::json(rule))],
            Meaning::Error(rule) => vec![of_kind("error", errors::error(rule))],
            Meaning::Cause(rule) => vec![of_kind("cause", errors::cause(rule))],
            Meaning::Issue(issue) => vec![of_kind("known_issue", errors::issue(issue))],
        }
    }
}

/// `text` in lines of at most `width` columns; lines after the first are indented.
pub(super) fn wrap(text: &str, width: u16, indent: &str) -> String {
    wrapped("", indent, text, width)
}

pub(super) fn source(provenance: &Provenance, width: u16) -> String {
    wrap(&format!("Source: {} ({})", provenance.source, provenance.retrieved), width, "  ")
}

fn id_text(kind: &str, id: &str, text: &IdText, width: u16) -> String {
    format!("{id} ({kind})\n\n{}\n{}\n{}", wrap(&text.title, width, ""), wrap(&text.text, width, ""), source(&text.provenance, width))
}

/// Every edition of a row side by side, then what each disputes.
fn rows_text(rows: &[&CredentialRule], width: u16) -> String {
    let Some(first) = rows.first() else {
        return String::new();
    };
    let mut ordered: Vec<&&CredentialRule> = rows.iter().collect();
    ordered.sort_by_key(|row| row.edition);
    let editions: Vec<String> = ordered.iter().map(|row| edition_words(row.edition)).collect();
    let header: Vec<&str> = std::iter::once("").chain(editions.iter().map(String::as_str)).collect();
    let mut grid = grid(width, &header);
    let mut line = |name: &str, cell: &dyn Fn(&CredentialRule) -> String| {
        let cells: Vec<String> = std::iter::once(name.to_owned()).chain(ordered.iter().map(|row| cell(row))).collect();
        grid.add_row(cells);
    };
    line("read with", &|row| used(&row.credentials_used));
    line("granted by", &granted_by);
    line("says", &|row| row.says.clone());
    let mut text = format!("{} (row of the credential table: {})\n\n{}\n", first.id, input(first), rendered(&grid));
    for row in &ordered {
        text += &format!("\nWhat other pages say against edition {}\n", row.edition);
        if row.disputes.is_empty() {
            text += "  nothing\n";
        }
        text.extend(row.disputes.iter().map(|says| wrap(&format!("- {says}"), width, "  ")));
        text += &source(&row.provenance, width);
    }
    text
}

fn edition_words(edition: Edition) -> String {
    match edition {
        Edition::Current => "edition current (default)".to_owned(),
        Edition::Seed => "edition seed (2022)".to_owned(),
    }
}

fn operation_text(rule: &OperationRule, width: u16) -> String {
    let mut text = format!("{}/{} (operation on {})\n\n", rule.operation, store_word(rule.store), store_name(rule.store));
    let actions = data_actions(rule);
    if actions.is_empty() {
        text += "Data actions: none; roles grant nothing here.\n";
    } else {
        text += "Data actions, any one suffices:\n";
        let full = rule.data_actions.iter().zip(actions);
        text.extend(full.map(|(action, (_, note))| format!("  {}{note}\n", action.action)));
        text += "HNS: accounts with a hierarchical namespace.\n";
        text += &format!("SAS: {}\n", sas(rule));
    }
    if !rule.acl.is_empty() {
        text += &wrap(&format!("Or by ACL: {}.", rule.acl), width, "  ");
    }
    text + "\n" + &source(&rule.provenance, width)
}

fn invoke_text(rule: &InvokeAction, width: u16) -> String {
    let documented = if rule.for_assets {
        "Not among the documented invoke actions; needed where an input is a data asset."
    } else {
        "One of the documented actions for invoking a batch endpoint."
    };
    let scope = rule.scope.as_str();
    let body = wrap(&format!("{documented} It is held at the {scope}, or above. When missing, it {}.", effect(rule)), width, "");
    let why = "Which actions deny is a judgement: the documented list is longer than what roles that are said to suffice grant.";
    format!("{} (invoke action)\n\n{body}{}\n{}", rule.action, wrap(why, width, ""), source(&rule.provenance, width))
}

fn role_text(role: &BuiltInRole, width: u16) -> String {
    let mut text = format!("{} (built-in role {})\n\n{}\n", role.definition.name, role.definition.id, wrap(&role.note, width, ""));
    for permission in &role.definition.permissions {
        let lists: [(&str, &[ActionPattern]); 4] = [
            ("actions", &permission.actions),
            ("notActions", &permission.not_actions),
            ("dataActions", &permission.data_actions),
            ("notDataActions", &permission.not_data_actions),
        ];
        for (name, patterns) in lists.iter().filter(|(_, patterns)| !patterns.is_empty()) {
            text += &format!("{name}:\n");
            text.extend(patterns.iter().map(|pattern| format!("  {pattern}\n")));
        }
        if let Some(condition) = &permission.condition {
            text += &wrap(&format!("condition: {condition}"), width, "  ");
        }
    }
    text + "\n" + &source(&role.provenance, width)
}

fn lookup_text(rule: &LookupRule, width: u16) -> String {
    let mut text = format!("{} (look-up)\n\nGet it with:\n  {}\n", rule.what, rule.how);
    for (shape, how) in &rule.how_for {
        let when = match shape.as_str() {
            "name" => "a scope of which only the name is known".to_owned(),
            "root" => "the root of a container".to_owned(),
            other => format!("a scope of type {other}"),
        };
        text += &format!("For {when}:\n  {how}\n");
    }
    text += &wrap(&format!("Needs: {}", rule.needs), width, "  ");
    text + "\n" + &source(&rule.provenance, width)
}

#[cfg(test)]
mod tests {
    use super::distance;

    #[test]
    fn distance_counts_edits() {
        let of = |a: &str, b: &str| distance(&a.chars().collect::<Vec<_>>(), &b.chars().collect::<Vec<_>>());
        assert_eq!([of("", ""), of("", "ab"), of("ab", ""), of("kitten", "sitting"), of("abc", "abc")], [0, 2, 2, 3, 0]);
    }
}
