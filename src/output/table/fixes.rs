//! Fixes: what to do in words, then the commands, broken before options as shells allow, to be copied as they stand.

use super::{Style, shortened, wrapped};
use crate::output::escape;
use crate::report::JobFixReport;
use std::io::{self, Write};

/// More changes than this are listed one by one: the summary then holds only the first.
const IN_SUMMARY: usize = 3;

/// Writes the fixes, least access first. `continuation` is what ends a line that goes on.
pub(super) fn list(fixes: &[JobFixReport], continuation: &str, style: Style, out: &mut dyn Write) -> io::Result<()> {
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
            command(&escape(line), continuation, style, out)?;
        }
    }
    Ok(())
}

/// One command on as many lines as it needs.
fn command(line: &str, continuation: &str, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let columns = usize::from(style.columns()).saturating_sub(continuation.len() + 1);
    let mut width = 0;
    for (at, part) in parts(line).into_iter().enumerate() {
        if at > 0 && width + 1 + part.len() > columns {
            write!(out, " {continuation}\n    ")?;
            width = 4;
        } else {
            write!(out, "{}", if at == 0 { "  " } else { " " })?;
            width += if at == 0 { 2 } else { 1 };
        }
        write!(out, "{part}")?;
        width += part.len();
    }
    writeln!(out)
}

/// The command and each option with its value: cut before ` --` outside of quotes.
fn parts(line: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let (mut start, mut quote) = (0, None);
    for (at, c) in line.char_indices() {
        match (quote, c) {
            (None, '\'' | '"') => quote = Some(c),
            (Some(open), _) if open == c => quote = None,
            (None, ' ') if line.get(at + 1..).is_some_and(|rest| rest.starts_with("--")) => {
                found.extend(line.get(start..at));
                start = at + 1;
            }
            (None | Some(_), _) => {}
        }
    }
    found.extend(line.get(start..));
    found
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_command_is_cut_before_options_and_never_within_quotes() {
        let line = r#"az x y --a 'one --b two' --c "$(az z --d e)" --f"#;
        assert_eq!(super::parts(line), ["az x y", "--a 'one --b two'", r#"--c "$(az z --d e)""#, "--f"]);
    }
}
