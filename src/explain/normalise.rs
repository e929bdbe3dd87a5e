//! Bytes of a log, brought into the one form that texts are sought in: no colour codes, no escapes of JSON or XML (however often
//! over), white space as a single blank or line feed. A state machine over bytes: linear, and of constant memory.

use std::collections::VecDeque;

/// Normalised text, of which only the last part is kept.
#[derive(Default)]
pub(super) struct Text {
    /// What is kept.
    bytes: Vec<u8>,
    /// Offset of its first byte in the whole.
    base: u64,
    /// Lines of the log that begin in what is kept: offset and number.
    lines: VecDeque<(u64, u64)>,
    /// Line that the first kept byte lies in.
    first_line: u64,
}

impl Text {
    /// Offset of the end.
    pub(super) fn end(&self) -> u64 {
        self.base + self.bytes.len() as u64
    }

    /// Where an offset lies in what is kept; offsets before it are at its start.
    fn index(&self, offset: u64) -> usize {
        usize::try_from(offset.saturating_sub(self.base)).unwrap_or(usize::MAX).min(self.bytes.len())
    }

    /// What is kept of a range.
    pub(super) fn slice(&self, from: u64, to: u64) -> &[u8] {
        self.bytes.get(self.index(from)..self.index(to)).unwrap_or_default()
    }

    /// The byte at an offset.
    pub(super) fn at(&self, offset: u64) -> Option<u8> {
        let at = usize::try_from(offset.checked_sub(self.base)?).ok()?;
        self.bytes.get(at).copied()
    }

    /// The offset that is kept first.
    pub(super) fn start(&self) -> u64 {
        self.base
    }

    /// The line of the log an offset lies in, from 1.
    pub(super) fn line(&self, offset: u64) -> u64 {
        let after = self.lines.partition_point(|(start, _)| *start <= offset);
        let found = after.checked_sub(1).and_then(|at| self.lines.get(at));
        found.map_or(self.first_line.max(1), |(_, line)| *line)
    }

    /// Forgets what lies before an offset.
    pub(super) fn forget(&mut self, before: u64) {
        let at = self.index(before);
        self.bytes.drain(..at);
        self.base += at as u64;
        while let Some((start, line)) = self.lines.front().copied().filter(|(start, _)| *start <= self.base) {
            debug_assert!(start <= self.base, "lines are in order");
            self.first_line = line;
            self.lines.pop_front();
        }
    }
}

/// White space that is owed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Owed {
    Nothing,
    Blank,
    Line,
}

/// Longest entity of XML that is undone, without `&` and `;`.
const ENTITY: usize = 5;

enum State {
    Text,
    /// After ESC.
    Escape,
    /// In a control sequence.
    Control,
    /// In an operating-system command, which a bell, an ESC or a line feed ends.
    Command,
    /// After so many backslashes.
    Backslashes,
    /// In `\u` or `\x`: digits wanted, digits found.
    Code {
        wanted: u8,
        digits: [u8; 4],
        found: u8,
    },
    /// In an entity.
    Entity {
        name: [u8; ENTITY],
        found: usize,
    },
}

/// The state machine.
pub(super) struct Normaliser {
    state: State,
    owed: Owed,
    line: u64,
    new_line: bool,
}

impl Default for Normaliser {
    fn default() -> Self {
        Normaliser { state: State::Text, owed: Owed::Nothing, line: 1, new_line: false }
    }
}

/// Bytes that mean themselves.
fn is_plain(byte: u8) -> bool {
    byte > b' ' && byte != 0x7f && byte != b'\\' && byte != b'&'
}

impl Normaliser {
    /// Normalises more of the log.
    pub(super) fn push(&mut self, mut bytes: &[u8], out: &mut Text) {
        while let Some(first) = bytes.first() {
            if matches!(self.state, State::Text) {
                let plain = bytes.iter().take_while(|byte| is_plain(**byte)).count();
                if let Some((run, rest)) = bytes.split_at_checked(plain).filter(|_| plain > 0) {
                    self.emit(run, out);
                    bytes = rest;
                    continue;
                }
            }
            self.feed(*first, out);
            bytes = bytes.get(1..).unwrap_or_default();
        }
    }

    /// Writes what an unfinished escape holds back.
    pub(super) fn finish(&mut self, out: &mut Text) {
        match std::mem::replace(&mut self.state, State::Text) {
            State::Backslashes => self.emit(b"\\", out),
            State::Code { wanted, digits, found } => self.unfinished_code(wanted, digits, found, out),
            State::Entity { name, found } => self.unfinished_entity(name, found, out),
            State::Text | State::Escape | State::Control | State::Command => {}
        }
    }

    fn emit(&mut self, bytes: &[u8], out: &mut Text) {
        if bytes.is_empty() {
            return;
        }
        match self.owed {
            Owed::Nothing => {}
            _ if out.end() == 0 => {}
            Owed::Blank => out.bytes.push(b' '),
            Owed::Line => out.bytes.push(b'\n'),
        }
        self.owed = Owed::Nothing;
        if std::mem::take(&mut self.new_line) {
            out.lines.push_back((out.end(), self.line));
        }
        out.bytes.extend_from_slice(bytes);
    }

    fn owe(&mut self, owed: Owed) {
        if self.owed != Owed::Line {
            self.owed = owed;
        }
    }

    fn feed(&mut self, byte: u8, out: &mut Text) {
        match self.state {
            State::Text => self.feed_text(byte, out),
            State::Escape => match byte {
                b'[' => self.state = State::Control,
                b']' => self.state = State::Command,
                0x1b => {}
                b'\n' => self.again(byte, out),
                _ => self.state = State::Text,
            },
            State::Control => match byte {
                0x20..=0x3f => {}
                0x40..=0x7e => self.state = State::Text,
                _ => self.again(byte, out),
            },
            State::Command => match byte {
                0x07 => self.state = State::Text,
                0x1b => self.state = State::Escape,
                b'\n' => self.again(byte, out),
                _ => {}
            },
            State::Backslashes => self.feed_escaped(byte, out),
            State::Code { .. } => self.feed_code(byte, out),
            State::Entity { .. } => self.feed_entity(byte, out),
        }
    }

    /// One more digit of a character's code; anything else ends it.
    fn feed_code(&mut self, byte: u8, out: &mut Text) {
        let State::Code { wanted, mut digits, mut found } = std::mem::replace(&mut self.state, State::Text) else { return };
        match digits.get_mut(usize::from(found)) {
            Some(slot) if byte.is_ascii_hexdigit() => {
                *slot = byte;
                found += 1;
                if found == wanted {
                    self.code(digits.get(..usize::from(found)).unwrap_or_default(), out);
                } else {
                    self.state = State::Code { wanted, digits, found };
                }
            }
            Some(_) | None => {
                self.unfinished_code(wanted, digits, found, out);
                self.feed(byte, out);
            }
        }
    }

    /// One more character of an entity's name; `;` ends it, anything else shows that it was none.
    fn feed_entity(&mut self, byte: u8, out: &mut Text) {
        let State::Entity { mut name, mut found } = std::mem::replace(&mut self.state, State::Text) else { return };
        match name.get_mut(found) {
            _ if byte == b';' => match entity(name.get(..found).unwrap_or_default()) {
                Some(plain) => self.feed_text(plain, out),
                None => {
                    self.unfinished_entity(name, found, out);
                    self.emit(b";", out);
                }
            },
            Some(slot) if byte.is_ascii_alphanumeric() || byte == b'#' => {
                *slot = byte;
                found += 1;
                self.state = State::Entity { name, found };
            }
            Some(_) | None => {
                self.unfinished_entity(name, found, out);
                self.feed(byte, out);
            }
        }
    }

    /// The byte ends what it stands in, and is read as text.
    fn again(&mut self, byte: u8, out: &mut Text) {
        self.state = State::Text;
        self.feed_text(byte, out);
    }

    fn feed_text(&mut self, byte: u8, out: &mut Text) {
        match byte {
            // Every other byte of UTF-16 text in ASCII.
            0 => {}
            0x1b => self.state = State::Escape,
            b'\\' => self.state = State::Backslashes,
            b'&' => self.state = State::Entity { name: [0; ENTITY], found: 0 },
            b'\n' => {
                self.line += 1;
                self.new_line = true;
                self.owe(Owed::Line);
            }
            0x7f => self.owe(Owed::Blank),
            byte if byte <= b' ' => self.owe(Owed::Blank),
            byte => self.emit(&[byte], out),
        }
    }

    /// After backslashes: what they escape. A text escaped several times over has several before one character.
    fn feed_escaped(&mut self, byte: u8, out: &mut Text) {
        match byte {
            b'\\' => {}
            b'n' | b'r' => {
                self.state = State::Text;
                self.owe(Owed::Line);
            }
            b't' => {
                self.state = State::Text;
                self.owe(Owed::Blank);
            }
            b'u' => self.state = State::Code { wanted: 4, digits: [0; 4], found: 0 },
            b'x' => self.state = State::Code { wanted: 2, digits: [0; 4], found: 0 },
            b'"' | b'\'' | b'/' => {
                self.state = State::Text;
                self.emit(&[byte], out);
            }
            _ => {
                self.state = State::Text;
                self.emit(b"\\", out);
                self.feed(byte, out);
            }
        }
    }

    /// A character by its code, in hexadecimal digits.
    fn code(&mut self, digits: &[u8], out: &mut Text) {
        let value = std::str::from_utf8(digits).ok().and_then(|text| u32::from_str_radix(text, 16).ok()).unwrap_or(0);
        match (u8::try_from(value), char::from_u32(value)) {
            (Ok(byte), _) if byte.is_ascii() || digits.len() == 2 => self.feed_text(byte, out),
            (_, Some(character)) => self.emit(character.encode_utf8(&mut [0; 4]).as_bytes(), out),
            // Half of a pair.
            (_, None) => self.emit(b"?", out),
        }
    }

    fn unfinished_code(&mut self, wanted: u8, digits: [u8; 4], found: u8, out: &mut Text) {
        self.emit(if wanted == 2 { b"\\x" } else { b"\\u" }, out);
        self.emit(digits.get(..usize::from(found)).unwrap_or_default(), out);
    }

    fn unfinished_entity(&mut self, name: [u8; ENTITY], found: usize, out: &mut Text) {
        self.emit(b"&", out);
        self.emit(name.get(..found).unwrap_or_default(), out);
    }
}

fn entity(name: &[u8]) -> Option<u8> {
    match name {
        b"lt" => Some(b'<'),
        b"gt" => Some(b'>'),
        b"quot" | b"#34" => Some(b'"'),
        b"apos" | b"#39" => Some(b'\''),
        b"amp" | b"#38" => Some(b'&'),
        b"#10" | b"#13" => Some(b'\n'),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Normaliser, Text};

    fn normalised(text: &[u8]) -> Vec<u8> {
        let (mut whole, mut cut) = (Text::default(), Text::default());
        let mut normaliser = Normaliser::default();
        normaliser.push(text, &mut whole);
        normaliser.finish(&mut whole);
        let mut normaliser = Normaliser::default();
        text.iter().for_each(|byte| normaliser.push(&[*byte], &mut cut));
        normaliser.finish(&mut cut);
        assert_eq!(whole.bytes, cut.bytes, "where the log is cut does not matter");
        whole.bytes
    }

    #[test]
    fn escapes_and_colours_are_undone() {
        let cases: [(&str, &[u8]); 11] = [
            ("a  \t b\r\n\r\n c", b"a b\nc"),
            ("\u{1b}[1;31mred\u{1b}[0m and \u{1b}]8;;https://x\u{7}link", b"red and link"),
            (r#"{\"a\": \"b\\nc\"}"#, b"{\"a\": \"b\nc\"}"),
            (r#"\\\\\\\"x\\\\\\\""#, b"\"x\""),
            (r"\u001b[31mred\u001b[0m \u0027q\u0027 \xe9\u00e9", b"red 'q' \xe9\xc3\xa9"),
            ("&lt;Code&gt;X&lt;/Code&gt; a&b &amp;lt; &unknown; &", b"<Code>X</Code> a&b < &unknown; &"),
            ("C:\\data\\x", b"C:\\data\\x"),
            ("a\u{0}b\u{0}", b"ab"),
            ("\u{1b}[31", b""),
            ("\\", b"\\"),
            (r"\u00zz", b"\\u00zz"),
        ];
        for (text, want) in cases {
            assert_eq!(String::from_utf8_lossy(&normalised(text.as_bytes())), String::from_utf8_lossy(want), "{text}");
        }
    }

    #[test]
    fn lines_are_those_of_the_log() {
        let (mut normaliser, mut text) = (Normaliser::default(), Text::default());
        normaliser.push(b"one\n\n\nfour \\n still four\nfive", &mut text);
        let at = |word: &[u8]| text.bytes.windows(word.len()).position(|window| window == word).unwrap() as u64;
        assert_eq!([text.line(at(b"one")), text.line(at(b"four")), text.line(at(b"still")), text.line(at(b"five"))], [1, 4, 4, 5]);
        let five = at(b"five");
        text.forget(five);
        assert_eq!((text.line(five), text.start()), (5, five));
    }
}
