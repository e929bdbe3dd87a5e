//! How long collection may take, and when a failed request is tried again.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;
use tokio::time::Instant;

/// Longest a collection lasts where no server asks for a longer wait.
const SOFT_LIMIT: Duration = Duration::from_secs(60);
/// What is left for the work itself after a wait that a server asked for.
const AFTER_WAIT: Duration = Duration::from_secs(20);
/// Longest that one request may take.
const REQUEST_LIMIT: Duration = Duration::from_secs(20);
/// Tries of one request that fails without the server saying when to come back.
const TRIES: u32 = 4;
/// Tries of one request that the server throttles.
const THROTTLED_TRIES: u32 = 12;
/// First pause; each further one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(250);

/// The time a collection has.
#[derive(Debug)]
pub struct Deadline {
    hard: Instant,
    soft: Mutex<Instant>,
}

impl Deadline {
    /// `limit` from now, at most a minute of it without a server that asks for longer waits.
    pub fn after(limit: Duration) -> Self {
        let now = Instant::now();
        Deadline { hard: now + limit, soft: Mutex::new(now + limit.min(SOFT_LIMIT)) }
    }

    /// When collection ends, as far as is known by now.
    pub fn end(&self) -> Instant {
        let soft = *self.soft.lock().unwrap_or_else(PoisonError::into_inner);
        soft.min(self.hard)
    }

    /// Whether collection has ended.
    pub(super) fn is_over(&self) -> bool {
        Instant::now() >= self.end()
    }

    /// When the next request must have its answer.
    pub(super) fn of_request(&self) -> Instant {
        self.end().min(Instant::now() + REQUEST_LIMIT)
    }

    /// Makes room for a wait that a server asked for; `false`: it lasts beyond the end.
    fn grant(&self, wait: Duration) -> bool {
        let until = Instant::now() + wait;
        if until >= self.hard {
            return false;
        }
        let mut soft = self.soft.lock().unwrap_or_else(PoisonError::into_inner);
        *soft = (*soft).max(until + AFTER_WAIT);
        true
    }

    /// The pause before try number `tries` + 1, from 1; `None`: no further one is made.
    ///
    /// A throttled request waits as `Retry-After` says. Source: "Throttling Resource Manager requests", "Microsoft Graph
    /// throttling guidance".
    pub(super) fn pause(&self, tries: u32, retry_after: Option<Duration>) -> Option<Duration> {
        if let Some(wait) = retry_after {
            return (tries < THROTTLED_TRIES && self.grant(wait)).then_some(wait);
        }
        let pause = FIRST_PAUSE * 2_u32.saturating_pow(tries.saturating_sub(1));
        (tries < TRIES && Instant::now() + pause < self.end()).then_some(pause)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn waits_that_a_server_asks_for_move_the_end_up_to_the_limit() {
        let start = Instant::now();
        let deadline = Deadline::after(Duration::from_secs(120));
        assert_eq!(deadline.end() - start, Duration::from_secs(60));
        assert_eq!(deadline.pause(1, Some(Duration::from_secs(50))), Some(Duration::from_secs(50)));
        assert_eq!(deadline.end() - start, Duration::from_secs(70));
        assert_eq!(deadline.pause(1, Some(Duration::from_secs(115))), Some(Duration::from_secs(115)));
        assert_eq!(deadline.end() - start, Duration::from_secs(120));
        assert_eq!(deadline.pause(1, Some(Duration::from_secs(121))), None);
        assert_eq!(deadline.pause(12, Some(Duration::from_secs(1))), None);
    }

    #[tokio::test(start_paused = true)]
    async fn pauses_double_and_end() {
        let deadline = Deadline::after(Duration::from_secs(10));
        let pauses: Vec<_> = (1..6).map(|tries| deadline.pause(tries, None).map(|pause| pause.as_millis())).collect();
        assert_eq!(pauses, [Some(250), Some(500), Some(1000), None, None]);
        assert_eq!(Deadline::after(Duration::from_millis(100)).pause(1, None), None);
    }
}
