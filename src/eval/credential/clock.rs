//! When a SAS is valid.

use super::{POLICY_QUESTION, Part, Record, Settles, moment};
use crate::eval::{Context, Judgement, Leaf, Proof, Until, Warning, Window};
use crate::model::{SasField, SasToken, Timestamp, WarningId};
use time::Duration;

/// How far clocks may be apart before it is worth a warning.
///
/// Source: "Best practices when using SAS" (Azure Storage): up to 15 minutes of clock skew either way.
pub(super) const CLOCK_SKEW: Duration = Duration::minutes(15);

/// A start or an end that lies within clock skew of either end of the period asked about.
fn close(cx: &Context<'_>, end: Timestamp) -> bool {
    (cx.at - end).abs() <= CLOCK_SKEW || (cx.until - end).abs() <= CLOCK_SKEW
}

fn warned(cx: &Context<'_>, leaf: Leaf, field: &str, end: Timestamp) -> Leaf {
    if close(cx, end) {
        let text = format!("`{field}` ({}) lies within 15 minutes of the time asked about: clocks may differ by that much", moment(end));
        leaf.warning(Warning::new(WarningId::CredentialClock, text))
    } else {
        leaf
    }
}

/// A window that opens at `field`.
pub(super) fn opens(cx: &Context<'_>, record: Record<'_>, field: &str, start: Timestamp) -> Proof {
    let leaf = || {
        warned(
            cx,
            record.leaf(format!("the time asked about is not before `{field}`"), format!("`{field}` is {}", moment(start))),
            field,
            start,
        )
    };
    match cx.window(Some(start), None) {
        Window::Holds => Proof::allowed(leaf),
        Window::NotYet | Window::Ended => Proof::denied(leaf),
    }
}

/// A window that closes at `field`; `what` ends then.
pub(super) fn closes(cx: &Context<'_>, record: Record<'_>, field: &str, end: Timestamp, what: &str) -> Proof {
    let leaf = || {
        warned(cx, record.leaf(format!("the time asked about is before `{field}`"), format!("`{field}` is {}", moment(end))), field, end)
    };
    match cx.window(None, Some(end)) {
        Window::Holds => Proof::allowed(|| leaf().until(Some(Until { at: end, what: what.to_owned() }))),
        Window::NotYet | Window::Ended => Proof::denied(leaf),
    }
}

/// `st` and `se`. Without `st` a SAS is valid at once; without `se` a stored access policy must set it.
pub(super) fn validity(cx: &Context<'_>, record: Record<'_>, token: &SasToken) -> Vec<Part> {
    let mut parts = Vec::new();
    if let SasField::Value(start) = &token.start {
        parts.push(Part::hard(opens(cx, record, "st", *start)));
    }
    match &token.expiry {
        SasField::Value(end) => {
            parts.push(Part::hard(closes(cx, record, "se", *end, "the stored SAS expires")));
            if token.start.value().is_some_and(|start| start >= end) {
                parts.push(Part::hard(record.denied("`se` is later than `st`", "Azure refuses a SAS that expires before it starts")));
            }
        }
        SasField::Absent if token.policy.is_present() => {
            let proof =
                record.open("the SAS has not expired", "no `se`: a stored access policy sets it", "stored-access-policy", POLICY_QUESTION);
            parts.push(Part { proof, settles: Settles::FreshProbe });
        }
        SasField::Absent => {
            parts.push(Part::hard(record.denied("the SAS has an expiry", "no `se`, and no stored access policy that could set it")));
        }
        SasField::Malformed(_) => {}
    }
    parts
}
