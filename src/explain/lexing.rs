//! One pass over a log of any size: stretches around what says "denied" are cut out, everything else is forgotten.
//!
//! INVARIANT: what is kept is bounded, however long the log and its lines are: a piece, a stretch and the context before it.

use super::catalogue::{Catalogue, Hit};
use super::normalise::{Normaliser, Text};
use super::occurrence::{Stretch, read};
use super::signal::{Collected, Log};

/// Bytes that are searched at once.
const PIECE: usize = 64 * 1024;
/// Context before the first hit of a stretch.
const BEFORE: u64 = 2 * 1024;
/// Context after its last hit, and the longest gap between two hits of one stretch.
const AFTER: u64 = 3 * 1024;
/// Longest stretch: hits beyond it begin the next.
const LARGEST: u64 = 48 * 1024;

/// Reads a log piece by piece.
///
/// ```
/// use canread::{explain::{Catalogue, LogReader}, rules::RuleSet};
/// let catalogue = Catalogue::new(RuleSet::embedded().map_err(ToString::to_string)?);
/// let mut reader = LogReader::new(&catalogue);
/// reader.push(b"Epoch 1\nStatus: 403 (Forbidden)\nErrorCode: Authorization");
/// reader.push(b"PermissionMismatch\n");
/// let log = reader.finish();
/// assert_eq!(log.signals[0].code, "AuthorizationPermissionMismatch");
/// assert_eq!(log.signals[0].line, 3);
/// # Ok::<(), String>(())
/// ```
pub struct LogReader<'r> {
    catalogue: &'r Catalogue<'r>,
    normaliser: Normaliser,
    text: Text,
    /// Every hit that ends at or before this offset was handled.
    done: u64,
    /// Hits of the stretch that is still open.
    open: Vec<Hit>,
    collected: Collected,
}

impl<'r> LogReader<'r> {
    /// A reader that seeks the texts of `catalogue`.
    pub fn new(catalogue: &'r Catalogue<'r>) -> Self {
        LogReader {
            catalogue,
            normaliser: Normaliser::default(),
            text: Text::default(),
            done: 0,
            open: Vec::new(),
            collected: Collected::default(),
        }
    }

    /// Reads more of the log; it may be cut anywhere.
    pub fn push(&mut self, bytes: &[u8]) {
        for piece in bytes.chunks(PIECE) {
            self.normaliser.push(piece, &mut self.text);
            if self.text.end() - self.done >= PIECE as u64 {
                self.search(false);
            }
        }
    }

    /// What the log says, once all of it was read.
    pub fn finish(mut self) -> Log {
        self.normaliser.finish(&mut self.text);
        self.search(true);
        self.close();
        self.collected.finish()
    }

    fn search(&mut self, last: bool) {
        // Whether a word ends shows only in what follows it.
        let limit = if last { self.text.end() } else { self.text.end().saturating_sub(1) };
        let from = self.done.saturating_sub(self.catalogue.longest()).max(self.text.start());
        let hits = self.catalogue.hits(self.text.slice(from, self.text.end()), from, |offset| self.text.at(offset));
        let new: Vec<Hit> = hits.into_iter().filter(|hit| hit.end > self.done && hit.end <= limit).collect();
        for hit in new {
            let continues = self.open_until().is_none_or(|until| hit.start <= until + AFTER);
            let fits = self.open_from().is_none_or(|from| hit.end <= from + LARGEST);
            if !(continues && fits) {
                self.close();
            }
            self.open.push(hit);
        }
        self.done = limit;
        if self.open_until().is_some_and(|until| limit > until + AFTER) {
            self.close();
        }
        let keep = self.open_from().unwrap_or(limit.saturating_sub(self.catalogue.longest()));
        self.text.forget(keep.saturating_sub(BEFORE));
    }

    fn open_from(&self) -> Option<u64> {
        self.open.iter().map(|hit| hit.start).min()
    }

    fn open_until(&self) -> Option<u64> {
        self.open.iter().map(|hit| hit.end).max()
    }

    /// Reads the stretch that is open.
    fn close(&mut self) {
        let (Some(from), Some(until)) = (self.open_from(), self.open_until()) else { return };
        let hits = std::mem::take(&mut self.open);
        let start = from.saturating_sub(BEFORE).max(self.text.start());
        let bytes = self.text.slice(start, until + AFTER);
        let is_whole = start == 0 && until + AFTER >= self.text.end();
        let stretch = Stretch { text: same_length(bytes), start, is_whole };
        let line = |offset: u64| self.text.line(offset);
        self.collected.add(read(&stretch, &hits, self.catalogue, &line));
    }
}

/// As text; each byte that is none becomes `?`, so that offsets stay.
fn same_length(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|_| '?'));
    }
    text
}
