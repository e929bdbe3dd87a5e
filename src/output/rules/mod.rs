//! `canread rules`: the rules for people, for README.md and as JSON, and the explanation of one id.

mod errors;
mod explain;
mod findings;
mod json;
mod words;

pub use explain::{Explanation, explain, suggest};
pub use findings::markdown as findings_markdown;
pub use json::json;

use crate::model::{Edition, StoreKind};
use crate::rules::{CredentialRule, OperationRule, Provenance, RuleSet, store_word};
use comfy_table::{ColumnConstraint, ContentArrangement, LineStyle, Table, TableStyle, Width};
use words::{INVOKE_PREFIX, effect, granted_by, input, short_action, used};

/// Narrowest width that tables are laid out for.
const NARROWEST: u16 = 60;

/// Columns of `blobs/runAsSuperUser/action` with its padding, so that it is not broken.
const LONGEST_DATA_ACTION: u16 = 29;

/// Every rule as text of at most `width` columns (never less than 60): the credential table first, sources at the end.
pub fn table(rules: &RuleSet, width: u16) -> String {
    let mut sources = Sources::default();
    let parts = [
        section("Who reads an input, and what grants it", credentials(rules, &mut sources, width)),
        section("What list, read and write need", operations(rules, &mut sources, width)),
        section(&format!("What invoking needs, below {INVOKE_PREFIX}"), invoke(rules, &mut sources, width)),
        section("Built-in roles", roles(rules, &mut sources, width)),
        section("Requirements of a read", requirements(rules, &mut sources, width)),
        section("Warnings", warnings(rules, &mut sources, width)),
        section("Findings of the security review", findings::table(rules, &mut sources, width)),
        section("Look-ups, and what they need", lookups(rules, &mut sources, width)),
        section("Attributes of conditions, and how far they are known", attributes(rules, &mut sources, width)),
        section("Texts that say access was denied", errors::errors(rules, &mut sources, width)),
        section("Causes of denied access", errors::causes(rules, &mut sources, width)),
        section("Known issues that look like a missing permission", errors::issues(rules, &mut sources, width)),
    ];
    let listed = sources.list(width);
    format!("{}\n{}\n\n`canread rules ID` explains one id, action or role.\n", parts.concat(), section("Sources", listed).trim_end())
}

fn section(title: &str, body: String) -> String {
    format!("{title}\n{body}\n\n")
}

fn grid(width: u16, header: &[&str]) -> Table {
    let mut grid = Table::new();
    // One line below the header and none between rows: most rows are one line long.
    grid.load_style(TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─')));
    grid.set_content_arrangement(ContentArrangement::Dynamic).set_width(width.max(NARROWEST)).set_header(header.to_vec());
    grid
}

/// The grid as text, without blanks at line ends.
fn rendered(grid: &Table) -> String {
    grid.lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>().join("\n")
}

/// Sources, numbered in the order they are first cited.
#[derive(Default)]
struct Sources(Vec<Provenance>);

impl Sources {
    fn cite(&mut self, provenance: &Provenance) -> String {
        let at = self.0.iter().position(|known| known == provenance).unwrap_or_else(|| {
            self.0.push(provenance.clone());
            self.0.len() - 1
        });
        format!("[{}]", at + 1)
    }
    fn list(&self, width: u16) -> String {
        let mut grid = grid(width, &["", "source", "date"]);
        for (at, provenance) in self.0.iter().enumerate() {
            grid.add_row(vec![format!("[{}]", at + 1), provenance.source.clone(), provenance.retrieved.clone()]);
        }
        rendered(&grid)
    }
}

fn credentials(rules: &RuleSet, sources: &mut Sources, width: u16) -> String {
    let mut grid = grid(width, &["rule", "edition", "read with", "granted by", ""]);
    for row in rules.rows() {
        let cells = [row.id.clone(), row.edition.to_string(), used(&row.credentials_used), granted_by(row), sources.cite(&row.provenance)];
        grid.add_row(cells.to_vec());
    }
    rendered(&grid)
}

fn operations(rules: &RuleSet, sources: &mut Sources, width: u16) -> String {
    let mut grid = grid(width, &["operation", "store", "data action, any one", "SAS", "or ACL", ""]);
    if let Some(actions) = grid.column_mut(2) {
        actions.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(LONGEST_DATA_ACTION)));
    }
    for rule in rules.operations() {
        let actions: Vec<String> = words::data_actions(rule).into_iter().map(|(action, note)| format!("{action}{note}")).collect();
        grid.add_row(vec![
            rule.operation.to_string(),
            store_word(rule.store).to_owned(),
            if actions.is_empty() { "-".to_owned() } else { actions.join("\n") },
            sas(rule),
            acl(rule),
            sources.cite(&rule.provenance),
        ]);
    }
    rendered(&grid)
}

fn sas(rule: &OperationRule) -> String {
    if rule.sas_permissions.is_empty() { "-".to_owned() } else { format!("sp={} srt={}", rule.sas_permissions, rule.sas_resource_types) }
}

fn acl(rule: &OperationRule) -> String {
    if rule.acl.is_empty() { "-".to_owned() } else { rule.acl.clone() }
}

fn invoke(rules: &RuleSet, sources: &mut Sources, width: u16) -> String {
    let mut grid = grid(width, &["action", "held at", "when missing", ""]);
    for rule in rules.invoke_actions() {
        let cells = [short_action(rule), rule.scope.as_str().to_owned(), effect(rule), sources.cite(&rule.provenance)];
        grid.add_row(cells.to_vec());
    }
    rendered(&grid)
}

fn roles(rules: &RuleSet, sources: &mut Sources, width: u16) -> String {
    let mut grid = grid(width, &["role", "for reading data", ""]);
    let mut roles: Vec<_> = rules.built_in_roles().collect();
    roles.sort_by(|one, other| one.definition.name.cmp(&other.definition.name));
    for role in roles {
        grid.add_row(vec![role.definition.name.clone(), role.note.clone(), sources.cite(&role.provenance)]);
    }
    rendered(&grid)
}

fn requirements(rules: &RuleSet, sources: &mut Sources, width: u16) -> String {
    let mut grid = grid(width, &["requirement", "holds when", ""]);
    for (id, text) in rules.requirements() {
        grid.add_row(vec![id.to_string(), text.title.clone(), sources.cite(&text.provenance)]);
    }
    rendered(&grid)
}

fn warnings(rules: &RuleSet, sources: &mut Sources, width: u16) -> String {
    let mut grid = grid(width, &["warning", "says", ""]);
    for (id, text) in rules.warnings() {
        grid.add_row(vec![id.to_string(), text.title.clone(), sources.cite(&text.provenance)]);
    }
    rendered(&grid)
}

fn lookups(rules: &RuleSet, sources: &mut Sources, width: u16) -> String {
    let mut grid = grid(width, &["look-up", "needs", ""]);
    for rule in rules.lookups() {
        grid.add_row(vec![rule.what.to_string(), rule.needs.clone(), sources.cite(&rule.provenance)]);
    }
    rendered(&grid)
}

fn attributes(rules: &RuleSet, sources: &mut Sources, width: u16) -> String {
    let mut grid = grid(width, &["attribute", "known", ""]);
    for rule in rules.attributes() {
        let name = format!("@{}[{}{}]", rule.from.as_str(), rule.name.as_str(), if rule.starts_with { "…" } else { "" });
        let known = format!("{}: {}", rule.availability.as_str(), rule.note);
        grid.add_row(vec![name, known, sources.cite(&rule.provenance)]);
    }
    rendered(&grid)
}

/// The credential table in Markdown, both editions, for README.md. Ends with a line feed.
pub fn markdown_table(rules: &RuleSet) -> String {
    let mut lines = vec!["| Rule | Input | Read with | Granted by | Edition `seed` |".to_owned(), "|---|---|---|---|---|".to_owned()];
    for row in rules.rows().iter().filter(|row| row.edition == Edition::Current) {
        let seed = rules.row(Edition::Seed, row.input, row.credential);
        let cells = [format!("`{}`", row.id), input(row), used(&row.credentials_used), granted_by(row), seed_words(row, seed)];
        lines.push(format!("| {} |", cells.map(|cell| cell.replace('|', "\\|")).join(" | ")));
    }
    lines.join("\n") + "\n"
}

fn seed_words(row: &CredentialRule, seed: Option<&CredentialRule>) -> String {
    match seed {
        Some(seed) if seed.credentials_used == row.credentials_used && seed.granted_by == row.granted_by => "same".to_owned(),
        Some(seed) if seed.granted_by == row.granted_by => format!("{} only", used(&seed.credentials_used)),
        Some(seed) => format!("{}; {}", used(&seed.credentials_used), granted_by(seed)),
        None => "no such row".to_owned(),
    }
}

/// How a store is called for people.
fn store_name(store: StoreKind) -> &'static str {
    match store {
        StoreKind::Blob => "Blob",
        StoreKind::AdlsGen1 => "Gen1",
        StoreKind::AdlsGen2 => "Gen2",
    }
}
