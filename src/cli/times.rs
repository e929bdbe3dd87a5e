//! Moments and durations as people write them.

use crate::model::Timestamp;
use time::Duration;
use time::format_description::well_known::Rfc3339;

/// Reads a moment in RFC 3339.
///
/// # Errors
/// What is wrong, with an example.
pub fn parse_time(text: &str) -> Result<Timestamp, String> {
    Timestamp::parse(text.trim(), &Rfc3339).map_err(|_| "no time in RFC 3339; write for example 2026-11-22T10:00:00Z".to_owned())
}

/// Reads a duration: `90m`, `6h`, `1h30m`, `30d`, `2w`, or ISO 8601 `PT6H`, `P30D`; a bare number is seconds. Months and
/// years are refused, for they have no fixed length.
///
/// # Errors
/// What is wrong, with an example.
pub fn parse_duration(text: &str) -> Result<Duration, String> {
    const EXAMPLE: &str = "write for example 90m, 6h, 30d or PT6H";
    let lower = text.trim().to_ascii_lowercase();
    let mut rest = lower.as_str();
    let iso = rest.starts_with('p');
    rest = rest.strip_prefix('p').unwrap_or(rest);
    let mut in_time = !iso;
    let mut total = Duration::ZERO;
    let mut parts = 0_u32;
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix('t').filter(|_| iso && !in_time) {
            (rest, in_time) = (after, true);
            continue;
        }
        let (digits, after) = rest.split_at(rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len()));
        let count: i64 = digits.parse().map_err(|_| format!("no duration; {EXAMPLE}"))?;
        let mut units = after.chars();
        let unit = units.next();
        let seconds: i64 = match unit {
            Some('s') if in_time => 1,
            None if !iso && parts == 0 => 1,
            Some('m') if in_time => 60,
            Some('h') if in_time => 3_600,
            Some('d') if !iso || !in_time => 86_400,
            Some('w') if !iso || !in_time => 604_800,
            Some('m' | 'y') => return Err(format!("months and years have no fixed length; {EXAMPLE}")),
            Some(_) | None => return Err(format!("no duration; {EXAMPLE}")),
        };
        let part = count.checked_mul(seconds).map(Duration::seconds);
        total = part.and_then(|part| total.checked_add(part)).ok_or_else(|| format!("too long a duration; {EXAMPLE}"))?;
        rest = units.as_str();
        parts += 1;
    }
    if parts == 0 { Err(format!("no duration; {EXAMPLE}")) } else { Ok(total) }
}

#[cfg(test)]
mod tests {
    use super::{parse_duration, parse_time};
    use time::Duration;

    #[test]
    fn durations() {
        let cases = [
            ("6h", Duration::hours(6)),
            ("90m", Duration::minutes(90)),
            ("30d", Duration::days(30)),
            ("1h30m", Duration::minutes(90)),
            ("2W", Duration::weeks(2)),
            ("120", Duration::seconds(120)),
            ("0s", Duration::ZERO),
            ("PT6H", Duration::hours(6)),
            ("P1DT2H3M4S", Duration::seconds(93_784)),
            ("p30d", Duration::days(30)),
        ];
        for (text, want) in cases {
            assert_eq!(parse_duration(text), Ok(want), "{text}");
        }
        for bad in ["", "P", "PT", "h", "-6h", "6.5h", "P1M", "1y", "PT1D", "1h2", "6x", "9223372036854775807w", "é"] {
            assert!(parse_duration(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn moments() {
        assert!(parse_time("2026-11-22T10:00:00Z").is_ok());
        assert_eq!(parse_time("2026-11-22T11:00:00+01:00"), parse_time("2026-11-22T10:00:00Z"));
        for bad in ["", "2026-11-22", "10:00", "2026-13-01T00:00:00Z", "now"] {
            assert!(parse_time(bad).is_err(), "{bad}");
        }
    }
}
