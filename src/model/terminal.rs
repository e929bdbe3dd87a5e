//! Text that a terminal or a build log would act on instead of showing it.

/// Whether a character could act on a terminal instead of being read: controls (C0, DEL, C1), bidirectional marks and
/// overrides, line separators, and the byte-order mark.
pub fn acts_on_terminals(c: char) -> bool {
    c.is_control() || matches!(c, '\u{061c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// Whether a build log would take what stands at this place for a command: `##vso[…]` and `##[…]` anywhere in a line (Azure
/// DevOps "logging commands"; GitHub's older form too), `::name …::` at a line's beginning, which is where any word may come
/// to stand when lines are broken (GitHub "workflow commands").
pub fn begins_log_command(text: &str, at: usize) -> bool {
    let (before, rest) = text.split_at_checked(at).unwrap_or((text, ""));
    if let Some(rest) = rest.strip_prefix("##") {
        return rest.trim_start_matches(|c: char| c.is_ascii_alphabetic()).starts_with('[');
    }
    // A character that is escaped does not separate words on paper, but in what some programs read it does.
    let starts_word = before.chars().next_back().is_none_or(|c| !c.is_alphanumeric() && c != ':');
    rest.strip_prefix("::").is_some_and(|name| starts_word && name.starts_with(|c: char| c.is_ascii_alphabetic()))
}
