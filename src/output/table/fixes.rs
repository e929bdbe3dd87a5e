//! Fixes: what to do in words, then the commands, each on a line of its own and unbroken, to be copied.

use super::{Style, shortened, wrapped};
use crate::output::escape;
use crate::report::JobFixReport;
use std::io::{self, Write};

/// More changes than this are listed one by one: the summary then holds only the first.
const IN_SUMMARY: usize = 3;

/// Writes the fixes, least access first.
pub(super) fn list(fixes: &[JobFixReport], style: Style, out: &mut dyn Write) -> io::Result<()> {
    for (at, one) in fixes.iter().enumerate() {
        let head = match fixes.len() {
            1 => "fix: ".to_owned(),
            all => format!("fix {} of {all}: ", at + 1),
        };
        write!(out, "\n{}", wrapped(&head, "  ", &shortened(&escape(&one.fix.summary)), style.columns()))?;
        if one.changes.len() > IN_SUMMARY {
            for change in &one.changes {
                write!(out, "{}", wrapped("  - ", "    ", &shortened(&escape(change)), style.columns()))?;
            }
        }
        for line in &one.fix.az {
            writeln!(out, "  {}", escape(line))?;
        }
    }
    Ok(())
}
