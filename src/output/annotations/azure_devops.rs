//! Azure DevOps logging commands: `##vso[task.logissue type=…;sourcepath=…;linenumber=…;code=…]message` (Microsoft Learn
//! "Logging commands").

use super::{Annotation, annotations};
use crate::output::notice::{Level, Notices};
use std::io::{self, Write};

/// Writes one logging command a line. There are only errors and warnings; what is neither is a line of text.
///
/// # Errors
/// Those of the writer.
pub fn azure_devops(notices: &Notices, out: &mut dyn Write) -> io::Result<()> {
    for Annotation { level, code, title, message, file } in annotations(notices) {
        let word = match level {
            Level::Error => "error",
            Level::Warning => "warning",
            Level::Note => {
                writeln!(out, "{title}: {message}")?;
                continue;
            }
        };
        let mut properties = format!("type={word};");
        if let Some(file) = &file {
            properties += &format!("sourcepath={};", property(&file.path));
            properties.extend(file.line.map(|line| format!("linenumber={line};")));
        }
        properties += &format!("code={};", property(&code));
        writeln!(out, "##vso[task.logissue {properties}]{}", data(&format!("{title}: {message}")))?;
    }
    Ok(())
}

/// A message, as `azure-pipelines-task-lib` escapes it.
fn data(text: &str) -> String {
    text.replace('%', "%AZP25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property: `]` and `;` besides.
fn property(text: &str) -> String {
    data(text).replace(']', "%5D").replace(';', "%3B")
}
