//! What was assumed, and whom it gives or takes access.

use super::{Style, shortened, wrapped};
use crate::output::escape;
use crate::report::{AccessEffectReport, WhatIfReport};
use std::collections::BTreeMap;
use std::io::{self, Write};

/// Writes the section.
pub(super) fn section(what_if: &WhatIfReport, style: Style, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\nassumed to be changed (without: {})", what_if.verdict_before)?;
    for change in &what_if.changes {
        write!(out, "{}", wrapped("  - ", "    ", &shortened(&escape(change)), style.columns()))?;
    }
    for (word, all) in [("gains", &what_if.gained), ("loses", &what_if.lost)] {
        for (who, what) in by_principal(all) {
            write!(out, "{}", wrapped(&format!("  {word}: "), "    ", &format!("{who}: {what}"), style.columns()))?;
        }
    }
    if what_if.gained.is_empty() && what_if.lost.is_empty() {
        writeln!(out, "  nobody gains or loses access to data")?;
    }
    Ok(())
}

/// Who, and "read, list in a/b; write in a/c".
fn by_principal(all: &[AccessEffectReport]) -> BTreeMap<String, String> {
    let mut found: BTreeMap<String, BTreeMap<&str, Vec<&str>>> = BTreeMap::new();
    for one in all {
        let name = one.principal.name.as_deref().or(one.principal.object_id.as_deref()).unwrap_or_default();
        found.entry(escape(name)).or_default().entry(&one.target).or_default().push(&one.operation);
    }
    let words = |places: BTreeMap<&str, Vec<&str>>| {
        let each = places.into_iter().map(|(target, operations)| format!("{} in {}", operations.join(", "), escape(target)));
        each.collect::<Vec<_>>().join("; ")
    };
    found.into_iter().map(|(who, places)| (who, words(places))).collect()
}
