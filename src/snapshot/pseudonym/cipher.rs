//! Which letter stands for which: a permutation for each beginning, so that equal beginnings stay equal.
//!
//! Source of the idea: prefix-preserving anonymisation as of network addresses (Crypto-PAn).

use std::hash::{BuildHasher, RandomState};

/// Longer numbers may be identifiers; shorter ones are years, versions and the like, which are compared.
const LONGEST_NUMBER: usize = 6;
/// "Every principal", and what stands for nothing.
const NIL: &str = "00000000-0000-0000-0000-000000000000";
/// Lengths of the parts of a GUID.
const PARTS: [usize; 5] = [8, 4, 4, 4, 12];
/// Names that Azure itself gives, and that are judged by.
const OF_AZURE: [&str; 9] = [
    "workspaceblobstore",
    "workspaceartifactstore",
    "workspaceworkingdirectory",
    "workspacefilestore",
    "default",
    "azureml",
    "latest",
    "superuser",
    "web",
];

pub(super) struct Cipher(RandomState);

impl Cipher {
    pub(super) fn new(state: RandomState) -> Self {
        Cipher(state)
    }

    /// Every word and GUID of a text replaced; what is between them stays.
    pub(super) fn words(&self, text: &str) -> String {
        let mut out = String::new();
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            if let Some(length) = guid_at(rest) {
                let (guid, after) = rest.split_at(length);
                out.push_str(&self.guid(guid));
                rest = after;
            } else if first.is_alphanumeric() {
                let length = rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len());
                let (word, after) = rest.split_at(length);
                out.push_str(&self.word(word));
                rest = after;
            } else {
                out.push(first);
                rest = rest.strip_prefix(first).unwrap_or_default();
            }
        }
        out
    }

    fn word(&self, word: &str) -> String {
        let is_number = word.len() <= LONGEST_NUMBER && word.bytes().all(|b| b.is_ascii_digit());
        if is_number || OF_AZURE.iter().any(|known| known.eq_ignore_ascii_case(word)) {
            return word.to_owned();
        }
        self.characters(word)
    }

    /// Every letter and digit replaced, numbers too.
    pub(super) fn characters(&self, text: &str) -> String {
        let mut before = String::new();
        let mut out = String::new();
        for c in text.chars() {
            self.character(&before, c, &mut out);
            before.extend(c.to_lowercase());
        }
        out
    }

    fn character(&self, before: &str, c: char, out: &mut String) {
        let lower = c.to_ascii_lowercase();
        if let Some(at) = alphabet_position(lower, b'a', 26) {
            let new = self.permuted(before, "letters", b'a', 26, at);
            out.push(if c.is_ascii_uppercase() { new.to_ascii_uppercase() } else { new });
        } else if let Some(at) = alphabet_position(lower, b'0', 10) {
            out.push(self.permuted(before, "digits", b'0', 10, at));
        } else if c.is_alphanumeric() {
            // Of other scripts nothing is kept but that it is one and the same letter.
            let mut number = self.0.hash_one((before, c.to_lowercase().collect::<String>()));
            for _ in 0..4 {
                out.push(char::from(b'a' + u8::try_from(number % 26).unwrap_or_default()));
                number /= 26;
            }
        } else {
            out.push(c);
        }
    }

    /// What stands for the letter at `at`: a permutation of one cycle, so that none stands for itself.
    fn permuted(&self, before: &str, set: &str, first: u8, size: u8, at: u8) -> char {
        let mut letters: Vec<u8> = (0..size).collect();
        for end in (1..usize::from(size)).rev() {
            let pick = self.0.hash_one((set, before, end)) % u64::try_from(end).unwrap_or(1);
            letters.swap(end, usize::try_from(pick).unwrap_or_default());
        }
        char::from(first + letters.get(usize::from(at)).copied().unwrap_or_default())
    }

    /// A GUID in the spelling it came in; the same one for every spelling.
    fn guid(&self, text: &str) -> String {
        let hex: String = text.chars().filter(char::is_ascii_hexdigit).map(|c| c.to_ascii_lowercase()).collect();
        if hex.bytes().all(|b| b == b'0') {
            return text.to_owned();
        }
        let new = format!("{:016x}{:016x}", self.0.hash_one(("guid", 0, &hex)), self.0.hash_one(("guid", 1, &hex)));
        if text.len() < NIL.len() {
            return new;
        }
        let mut rest = new.as_str();
        let parts = PARTS.map(|length| {
            let (part, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
            rest = after;
            part
        });
        parts.join("-")
    }
}

fn alphabet_position(c: char, first: u8, size: u8) -> Option<u8> {
    u8::try_from(c).ok()?.checked_sub(first).filter(|at| *at < size)
}

/// Bytes of the GUID that a text begins with, with hyphens or without.
fn guid_at(text: &str) -> Option<usize> {
    let ends = |length: usize| text.get(length..).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric));
    let hyphened = text.get(..NIL.len()).is_some_and(|start| {
        start.char_indices().all(|(at, c)| if [8, 13, 18, 23].contains(&at) { c == '-' } else { c.is_ascii_hexdigit() })
    });
    if hyphened && ends(NIL.len()) {
        return Some(NIL.len());
    }
    let bare = text.get(..32).is_some_and(|start| start.bytes().all(|b| b.is_ascii_hexdigit()));
    (bare && ends(32)).then_some(32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_beginnings_and_cases_stay_and_nothing_else_does() {
        let cipher = Cipher::new(RandomState::new());
        let [one, two, upper] = ["heartdata", "heartless", "HEART-2026"].map(|word| cipher.words(word));
        assert_eq!(one.get(..5), two.get(..5));
        assert_ne!(one.get(5..6), two.get(5..6));
        assert_eq!(upper.to_lowercase().get(..5), one.get(..5));
        assert!(upper.ends_with("-2026") && upper.starts_with(|c: char| c.is_ascii_uppercase()));
        for (old, new) in "heartdata".chars().zip(one.chars()) {
            assert_ne!(old, new);
        }
        assert_eq!(cipher.words("a/heartdata.x"), format!("{}/{one}.{}", cipher.words("a"), cipher.words("x")));
    }

    #[test]
    fn a_guid_is_one_in_every_spelling() {
        let cipher = Cipher::new(RandomState::new());
        let new = cipher.words("7C902BA9-4950-50b4-bef0-83bd9d8d0b88");
        assert_eq!(new.replace('-', ""), cipher.words("7c902ba9495050b4bef083bd9d8d0b88"));
        assert_eq!((new.len(), cipher.words(NIL).as_str()), (36, NIL));
    }
}
