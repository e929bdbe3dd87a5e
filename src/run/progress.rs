//! How far a collection is: a bar on a terminal, plain lines elsewhere.

use super::Streams;
use crate::collect::Progress;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::cell::{Cell, RefCell};
use std::io::IsTerminal;
use tokio::time::{Duration, Instant};

/// Between two plain lines.
const PAUSE: Duration = Duration::from_secs(5);

/// Shows progress on standard error.
pub(super) enum Shown<'s, 'w> {
    Bar(ProgressBar),
    /// Where lines go, and when the last one did.
    Lines(RefCell<&'s mut Streams<'w>>, Cell<Instant>),
    Nothing,
}

impl<'s, 'w> Shown<'s, 'w> {
    /// `told`: the collection is what was asked for, so that lines about it disturb nobody.
    pub(super) fn new(streams: &'s mut Streams<'w>, told: bool) -> Self {
        if streams.quiet {
            return Shown::Nothing;
        }
        if !std::io::stderr().is_terminal() {
            return if told { Shown::Lines(RefCell::new(streams), Cell::new(Instant::now())) } else { Shown::Nothing };
        }
        let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr());
        if let Ok(style) = ProgressStyle::with_template("collecting {wide_bar} {pos}/{len} look-ups") {
            bar.set_style(style);
        }
        Shown::Bar(bar)
    }

    pub(super) fn finish(self) {
        match self {
            Shown::Bar(bar) => bar.finish_and_clear(),
            Shown::Lines(..) | Shown::Nothing => {}
        }
    }
}

impl Progress for Shown<'_, '_> {
    fn look_ups(&self, done: usize, known: usize) {
        match self {
            Shown::Bar(bar) => {
                bar.set_length(u64::try_from(known).unwrap_or(u64::MAX));
                bar.set_position(u64::try_from(done).unwrap_or(u64::MAX));
            }
            Shown::Lines(streams, last) if last.get().elapsed() >= PAUSE => {
                last.set(Instant::now());
                streams.borrow_mut().note("collecting", &format!("{done} of {known} look-ups are answered"));
            }
            Shown::Lines(..) | Shown::Nothing => {}
        }
    }
}
