//! Phrases of findings.

use crate::model::Timestamp;
use time::format_description::well_known::Rfc3339;

/// A moment, RFC 3339.
pub(super) fn moment(at: Timestamp) -> String {
    at.format(&Rfc3339).unwrap_or_else(|_| at.to_string())
}
