//! Text that a terminal would act on instead of showing it.

/// Whether a character could act on a terminal instead of being read: controls (C0, DEL, C1), bidirectional marks and
/// overrides, line separators, and the byte-order mark.
pub fn acts_on_terminals(c: char) -> bool {
    c.is_control() || matches!(c, '\u{061c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}
