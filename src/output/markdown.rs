//! Markdown that fits a pull-request comment.
//!
//! GitHub takes 65,536 characters. What does not fit is left out whole, block by block, and that is said at the end.

use super::escape;
use super::notice::{Lack, Notice, Notices, Part, Status};
use std::io::{self, Write};

/// Most bytes, which are at least as many as characters, of a comment.
const MOST: usize = 65_536;
/// What the closing words may take.
const CLOSING: usize = 200;
/// Longest sentence, in characters.
const LONGEST: usize = 1_500;

/// A text that grows block by block up to its limit.
struct Page {
    text: String,
    left_out: usize,
}

impl Page {
    fn fits(&self, more: usize) -> bool {
        self.text.len() + more + CLOSING <= MOST
    }
    /// Adds a block that can stand alone, or counts it as left out. What follows something left out may still fit.
    fn block(&mut self, block: &str) {
        if self.fits(block.len()) { self.text.push_str(block) } else { self.left_out += 1 }
    }
    /// Adds a folded list, with as many of its items as fit.
    fn folded(&mut self, summary: &str, items: &[String]) {
        const END: &str = "\n</details>\n";
        let gap = if self.text.ends_with("\n\n") { "" } else { "\n" };
        let begin = format!("{gap}<details><summary>{summary}</summary>\n\n");
        if items.is_empty() {
            return;
        }
        if !self.fits(begin.len() + END.len()) {
            self.left_out += items.len();
            return;
        }
        self.text.push_str(&begin);
        for item in items {
            if self.fits(item.len() + END.len()) { self.text.push_str(item) } else { self.left_out += 1 }
        }
        self.text.push_str(END);
    }
}

/// Writes the page.
///
/// # Errors
/// Those of the writer.
pub fn markdown(notices: &Notices, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page { text: String::new(), left_out: 0 };
    page.block(&format!("## canread {}: {}\n\n{}\n", notices.command, plain(&notices.outcome), prose(&notices.headline)));
    let facts: Vec<String> = [("asked about", notices.at.as_ref()), ("holds until", notices.facts.get("valid_until"))]
        .into_iter()
        .filter_map(|(word, value)| Some(format!("{word} {}", plain(value?))))
        .collect();
    if !facts.is_empty() {
        page.block(&format!("\n{}\n", facts.join(", ")));
    }
    for part in &notices.parts {
        unmet(part, &mut page);
    }
    let remarks: Vec<String> = notices.remarks.iter().map(item).collect();
    if !remarks.is_empty() {
        page.block("\n### Warnings\n\n");
        remarks.iter().for_each(|remark| page.block(remark));
    }
    for part in &notices.parts {
        rest(part, &mut page);
    }
    if page.left_out > 0 {
        page.text.push_str(&format!("\n**Cut:** {} more would not fit a comment; `-o json` has everything.\n", page.left_out));
    }
    out.write_all(page.text.as_bytes())
}

/// A part with what fails in it, and what is missing to decide.
fn unmet(part: &Part, page: &mut Page) {
    page.block(&format!("\n### {}: {}\n\n", prose(&part.name), plain(&part.outcome)));
    if !part.says.is_empty() {
        page.block(&format!("{}\n\n", prose(&part.says)));
    }
    for notice in part.notices.iter().filter(|notice| !is_folded(notice)) {
        page.block(&item(notice));
    }
    for lack in &part.lacks {
        page.block(&lacking(lack));
    }
}

/// What is met, and what was assumed: folded.
fn rest(part: &Part, page: &mut Page) {
    let met: Vec<String> = part.notices.iter().filter(|notice| is_folded(notice)).map(item).collect();
    page.folded(&format!("{}: {} met", html(&part.name), met.len()), &met);
    let assumed: Vec<String> = part.assumptions.iter().map(|text| format!("- {}\n", prose(text))).collect();
    page.folded(&format!("{}: {} assumed", html(&part.name), assumed.len()), &assumed);
}

/// What holds and is not told by itself.
fn is_folded(notice: &Notice) -> bool {
    notice.status == Status::Met && notice.level.is_none()
}

fn item(notice: &Notice) -> String {
    let word = match notice.status {
        Status::Met => String::new(),
        Status::Remark => notice.facts.get("severity").map_or_else(String::new, |word| bold(word)),
        Status::Failed | Status::Unknown => {
            notice.facts.get("verdict").map_or_else(String::new, |verdict| format!("**{}** ", plain(verdict)))
        }
        Status::Advisory => "does not count: ".to_owned(),
    };
    let mut text = format!("- {word}{}: {}\n", code(&notice.rule), prose(&notice.message));
    for reason in &notice.reasons {
        text += &format!("  - {}\n", prose(reason));
    }
    for remedy in &notice.remedies {
        text += &format!("  - To do: {}\n", prose(&remedy.summary));
        text.extend(remedy.commands.iter().map(|command| fenced(command)));
    }
    text
}

fn bold(word: &str) -> String {
    format!("**{}** ", plain(word))
}

fn lacking(lack: &Lack) -> String {
    match lack.how.starts_with("az ") || lack.how.starts_with("canread ") {
        true => format!("- missing: {}\n{}", prose(&lack.what), fenced(&lack.how)),
        false => format!("- missing: {}: {}\n", prose(&lack.what), prose(&lack.how)),
    }
}

/// A command in a block of its own, below a list item. The fence is longer than any run of backticks within.
fn fenced(command: &str) -> String {
    let text = escape(command);
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest.max(2) + 1);
    format!("    {fence}sh\n    {text}\n    {fence}\n")
}

/// A sentence: what stands between backticks as code, the rest as text. Whatever a name holds, every piece is escaped for the
/// place it comes to stand in.
fn prose(text: &str) -> String {
    let text = shorten(&escape(text.trim()));
    let pieces: Vec<&str> = text.split('`').collect();
    let last = pieces.len().saturating_sub(1);
    let mut out = String::new();
    for (at, piece) in pieces.iter().enumerate() {
        match at % 2 {
            0 => out.push_str(&inert(piece)),
            // Without its closing mark it is none.
            _ if at == last => out.push_str(&inert(&format!("`{piece}"))),
            _ => out.push_str(&code(piece)),
        }
    }
    // An empty list item below a line would make a heading of it, and one that begins with blanks a block of code; what
    // stands between backticks may be either.
    let out = out.trim();
    if out.is_empty() { "&#8203;".to_owned() } else { out.to_owned() }
}

/// A sentence without code.
fn plain(text: &str) -> String {
    inert(&shorten(&escape(text)))
}

/// A name as code.
fn code(name: &str) -> String {
    let name = escape(name);
    if name.is_empty() || name.contains(['`', '|', '\\']) || name.trim() != name {
        return inert(name.trim());
    }
    format!("`{name}`")
}

/// Text that is nothing but text: no markup, no HTML, no link, no mention, no reference to an issue.
fn inert(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for (at, c) in text.char_indices() {
        // Blanks at a line's beginning count for nothing.
        let before = text.get(..at).unwrap_or_default().trim_start();
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '`' | '|' | '\\' | '$' | '*' | '~' | ']' | '!' | '^' => out.push_str(&format!("&#{};", c as u32)),
            // Within a word it is no markup, and names are full of it.
            '_' if !within_word(text, at) => out.push_str("&#95;"),
            // Mentions, references and boxes to tick are found in the finished text: a zero-width space takes them apart.
            '@' | '#' | '[' => out.push_str(&format!("&#{};&#8203;", c as u32)),
            // Addresses become links wherever they stand.
            ':' if text.get(at..).is_some_and(|rest| rest.starts_with("://")) => out.push_str("&#58;&#8203;"),
            '.' if text.get(..at).is_some_and(|before| before.to_ascii_lowercase().ends_with("www")) => out.push_str("&#46;&#8203;"),
            // What would begin a list or a heading at a line's beginning.
            '-' | '+' | '=' if before.is_empty() => out.push_str(&format!("&#{};", c as u32)),
            '.' | ')' if !before.is_empty() && before.bytes().all(|b| b.is_ascii_digit()) => {
                out.push_str(&format!("&#{};", c as u32));
            }
            _ => out.push(c),
        }
    }
    out
}

fn within_word(text: &str, at: usize) -> bool {
    let (before, rest) = text.split_at_checked(at).unwrap_or((text, ""));
    let word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    word(before.chars().next_back()) && word(rest.chars().nth(1))
}

/// Text inside HTML.
fn html(text: &str) -> String {
    inert(&shorten(&escape(text)))
}

fn shorten(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{} … (cut)", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::prose;

    #[test]
    fn no_item_comes_out_empty() {
        for text in ["", " ", "``", "` `", "``````"] {
            assert!(!prose(text).trim().is_empty(), "{text:?}");
        }
        assert_eq!(prose("` ---`"), "&#45;--");
        assert_eq!(prose("` 1. x`"), "1&#46; x");
        assert_eq!(prose("role `Reader` at `ws`"), "role `Reader` at `ws`");
    }
}
