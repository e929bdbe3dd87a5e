//! Lines that a pipeline's log turns into annotations: GitHub's workflow commands, Azure DevOps' logging commands.

mod azure_devops;
mod github;

pub use azure_devops::azure_devops;
pub use github::github;

use super::escape;
use super::notice::{FilePlace, Level, Notice, Notices};

/// Longest text of one annotation, in characters; both services cut what is longer, without a word.
const LONGEST: usize = 2000;

/// One annotation, before it is escaped for its service. No text has a line break.
struct Annotation {
    level: Level,
    code: String,
    title: String,
    message: String,
    file: Option<FilePlace>,
}

/// The result first, then everything that is told, the loudest first: both services show only so many of a kind.
fn annotations(notices: &Notices) -> Vec<Annotation> {
    let level = if notices.passed { Level::Note } else { Level::Error };
    let title = format!("canread {}: {}", notices.command, notices.outcome);
    let code = notices.command.to_owned();
    let head = Annotation { level, code, title, message: cut(&escape(&notices.headline)), file: None };
    let told = notices.told().into_iter().map(|(part, level, notice)| annotation(part, level, notice));
    [head].into_iter().chain(told).collect()
}

fn annotation(part: &str, level: Level, notice: &Notice) -> Annotation {
    let of = if part.is_empty() { String::new() } else { format!(" ({part})") };
    let mut message = escape(&notice.sentence());
    if let Some(remedy) = notice.remedies.first() {
        message += &format!(". To do: {}", escape(&remedy.summary));
    }
    Annotation {
        level,
        code: notice.rule.clone(),
        title: escape(&format!("{}{of}", notice.rule)),
        message: cut(&message),
        file: notice.file.as_ref().map(|file| FilePlace { path: escape(&file.path), line: file.line }),
    }
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{} … (cut)", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
