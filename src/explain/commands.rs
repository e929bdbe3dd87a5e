//! The lines that would decide, built from what the text reveals.

use super::signal::{Log, Signal};
use crate::model::{Cause, Scope};

/// The `canread` lines that would decide, ready for a POSIX shell; what is not known stands in capitals.
pub(super) fn deciding(log: &Log) -> Vec<String> {
    let mut lines = vec![check(log)];
    lines.extend(access(log));
    lines
}

fn check(log: &Log) -> String {
    let mut line = String::from("canread check");
    let mut option = |name: &str, value: &str| line.push_str(&format!(" {name} {}", quoted(value)));
    match (log.detail("endpoint"), log.detail("compute")) {
        (Some(endpoint), _) => option("-n", endpoint),
        (None, Some(compute)) => option("--compute", compute),
        (None, None) => option("-n", "ENDPOINT"),
    }
    if let Some(deployment) = log.detail("deployment") {
        option("-d", deployment);
    }
    let writes = log.signals.iter().any(is_about_output);
    let reference = log.detail("reference").or(log.detail("url")).unwrap_or("REFERENCE");
    option(if writes { "--output-path" } else { "--input" }, reference);
    if let Some(who) = invoker(log) {
        option("--as", who);
    }
    if let Some(scope) = log.detail("scope").map(Scope::new) {
        let named = [("--subscription", "subscriptions"), ("-g", "resourcegroups"), ("-w", "workspaces")];
        let values: Vec<_> = named.iter().filter_map(|(name, kind)| Some((*name, scope.segment_after(kind)?))).collect();
        // A scope without a workspace is not the job's.
        if values.len() == named.len() {
            values.iter().for_each(|(name, value)| option(name, value));
        }
    }
    line
}

/// Whoever was denied, where that is whoever invoked.
pub(super) fn invoker(log: &Log) -> Option<&str> {
    log.signals.iter().filter(|signal| is_about_invoker(signal)).find_map(|signal| signal.detail("object_id"))
}

/// Whether the principal of the text is whoever invoked: what Resource Manager and the front end deny is asked for them.
pub(super) fn is_about_invoker(signal: &Signal) -> bool {
    let of_invoker = |cause: Cause| matches!(cause.as_str(), "job/invoke" | "credential/retrievable" | "registry/access");
    signal.causes.first().is_some_and(|first| of_invoker(first.cause))
}

/// Whether the store that is written to is meant.
pub(super) fn is_about_output(signal: &Signal) -> bool {
    signal.causes.first().is_some_and(|first| first.cause.as_str() == "output/writable")
}

fn access(log: &Log) -> Option<String> {
    let of_one = |signal: &Signal| Some((signal.detail("object_id")?.to_owned(), signal.detail("url")?.to_owned()));
    let (principal, url) = log.signals.iter().find_map(of_one)?;
    Some(format!("canread access --principal {} --operation read {}", quoted(&principal), quoted(&url)))
}

/// A word as a shell takes it whole.
fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | ':' | '@' | '_' | '-' | '=' | '+' | ',');
    if !text.is_empty() && text.chars().all(plain) { text.to_owned() } else { format!("'{}'", text.replace('\'', "'\\''")) }
}
