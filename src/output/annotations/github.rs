//! GitHub workflow commands: `::error file=…,line=…,title=…::message` (GitHub docs "Workflow commands for GitHub Actions").

use super::{Annotation, annotations};
use crate::output::notice::{Level, Notices};
use std::io::{self, Write};

/// Writes one workflow command a line.
///
/// # Errors
/// Those of the writer.
pub fn github(notices: &Notices, out: &mut dyn Write) -> io::Result<()> {
    for Annotation { level, title, message, file, code: _ } in annotations(notices) {
        let word = match level {
            Level::Error => "error",
            Level::Warning => "warning",
            Level::Note => "notice",
        };
        let mut properties = Vec::new();
        if let Some(file) = &file {
            properties.push(format!("file={}", property(&file.path)));
            properties.extend(file.line.map(|line| format!("line={line}")));
        }
        properties.push(format!("title={}", property(&title)));
        writeln!(out, "::{word} {}::{}", properties.join(","), data(&message))?;
    }
    Ok(())
}

/// A message: `%`, carriage return and line feed are escaped, as `@actions/core` does.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property: `:` and `,` besides.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
