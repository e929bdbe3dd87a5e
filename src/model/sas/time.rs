//! Times in a SAS.

use crate::model::Timestamp;
use ::time::{Date, Month, PrimitiveDateTime, Time};

/// Reads a time of a SAS: `YYYY-MM-DD`, `YYYY-MM-DDThh:mmZ`, the same with seconds, or with seconds and seven fractional
/// digits; always UTC. A date alone means its midnight.
///
/// Source: "Formatting DateTime values" and "Specify the access policy" (Azure Storage REST reference).
///
/// ```
/// use canread::model::parse_sas_time;
/// assert!(parse_sas_time("2026-11-22").is_some_and(|t| Some(t) == parse_sas_time("2026-11-22T00:00:00Z")));
/// assert!(parse_sas_time("22.11.2026").is_none());
/// ```
pub fn parse_sas_time(text: &str) -> Option<Timestamp> {
    let date = parse_date(text.get(..10)?)?;
    let rest = text.get(10..)?;
    let time = if rest.is_empty() { Time::MIDNIGHT } else { parse_clock(rest.strip_prefix('T')?.strip_suffix('Z')?)? };
    Some(PrimitiveDateTime::new(date, time).assume_utc())
}

/// Reads `YYYY-MM-DD`.
pub(super) fn parse_date(text: &str) -> Option<Date> {
    let [year, month, day] = split::<3>(text, '-')?;
    let month = Month::try_from(u8::try_from(digits(month, 2)?).ok()?).ok()?;
    Date::from_calendar_date(i32::try_from(digits(year, 4)?).ok()?, month, u8::try_from(digits(day, 2)?).ok()?).ok()
}

/// Reads `hh:mm`, `hh:mm:ss` or `hh:mm:ss.fffffff`.
fn parse_clock(text: &str) -> Option<Time> {
    let (hour, rest) = text.split_once(':')?;
    let (minute, second) = rest.split_once(':').map_or((rest, None), |(minute, second)| (minute, Some(second)));
    let (second, fraction) = match second {
        None => (0, 0),
        Some(second) => match second.split_once('.') {
            None => (digits(second, 2)?, 0),
            Some((second, fraction)) => (digits(second, 2)?, digits(fraction, 7)?),
        },
    };
    let small = |value: u32| u8::try_from(value).ok();
    Time::from_hms_nano(small(digits(hour, 2)?)?, small(digits(minute, 2)?)?, small(second)?, fraction * 100).ok()
}

/// Exactly `count` decimal digits.
fn digits(text: &str, count: usize) -> Option<u32> {
    (text.len() == count && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok())?
}

fn split<const N: usize>(text: &str, at: char) -> Option<[&str; N]> {
    text.split(at).collect::<Vec<_>>().try_into().ok()
}
