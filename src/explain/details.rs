//! What the text around an error reveals: who, what, where, when. Of several candidates the one nearest to the error.

use crate::model::{PUBLIC_STORAGE_SUFFIX, Scope, StorageUrl, masked};
use std::collections::BTreeMap;
use std::ops::Range;

/// Longest value that is repeated.
const LONGEST: usize = 400;

/// By how much another line is farther than the error's own.
const ELSEWHERE: usize = 1024;
/// How many candidates for one detail are looked at.
const CANDIDATES: usize = 24;
/// How far a value is looked for before and after its place.
const REACH: usize = 800;

/// Text, its lower-case form of the same length, and where the error stands in it.
struct Around<'t> {
    text: &'t str,
    lower: String,
    at: &'t Range<usize>,
    /// The line that the error stands in.
    line: Range<usize>,
}

/// Reads every detail, each by its name in reports.
pub(super) fn read(text: &str, at: &Range<usize>) -> BTreeMap<&'static str, String> {
    let line_start = text.get(..at.start).and_then(|head| head.rfind('\n')).map_or(0, |at| at + 1);
    let line_end = text.get(at.end..).and_then(|tail| tail.find('\n')).map_or(text.len(), |more| at.end + more);
    let around = Around { text, lower: text.to_ascii_lowercase(), at, line: line_start..line_end };
    let mut found = BTreeMap::new();
    let mut put = |name: &'static str, value: Option<String>| {
        if let Some(value) = value.map(|value| masked(value.trim())).filter(|value| !value.is_empty() && value.len() <= LONGEST) {
            found.insert(name, value);
        }
    };
    put("object_id", around.after(&["with object id", "object id", "objectid", "object_id", "oid", "principal id", "principalid"], guid));
    put("app_id", around.after(&["for app", "application with identifier", "appid", "client_id", "client id", "clientid"], guid));
    put("principal", around.after(&["the client", "the user"], quoted_name));
    put("action", around.action());
    put("scope", around.scope());
    put("request_id", around.after(&["requestid", "x-ms-request-id", "request id", "request_id"], guid));
    put("time", around.time());
    put("status", around.status());
    put("registry", around.after(&["access registry"], name));
    put("sas_start", around.after(&["start ["], in_brackets));
    put("sas_expiry", around.after(&["expiry ["], in_brackets));
    around.place(&mut put);
    around.reference(&mut put);
    let scope = found.get("scope").map(|scope| Scope::new(scope));
    for (name, kind) in [
        ("endpoint", "batchendpoints"),
        ("deployment", "deployments"),
        ("workspace", "workspaces"),
        ("compute", "computes"),
        ("datastore", "datastores"),
    ] {
        if let Some(value) = scope.as_ref().and_then(|scope| scope.segment_after(kind)).filter(|value| is_name(value)) {
            found.entry(name).or_insert_with(|| value.to_owned());
        }
    }
    found
}

impl<'t> Around<'t> {
    /// Distance of an offset from the error: what stands in its line is nearest, and what follows it is nearer than what precedes
    /// it by as much.
    fn distance(&self, at: usize) -> usize {
        let elsewhere = if self.line.contains(&at) { 0 } else { ELSEWHERE };
        elsewhere + self.columns(at)
    }

    fn columns(&self, at: usize) -> usize {
        if at >= self.at.end {
            2 * (at - self.at.end)
        } else if at < self.at.start {
            2 * (self.at.start - at) + 1
        } else {
            0
        }
    }

    /// The value that follows one of `keys`, as `read` reads it; earlier keys are more telling.
    fn after(&self, keys: &[&str], read: fn(&str) -> Option<String>) -> Option<String> {
        keys.iter().find_map(|key| self.nearest(self.lower.match_indices(key).map(|(at, key)| at + key.len()), read))
    }

    fn nearest(&self, places: impl Iterator<Item = usize>, read: impl Fn(&str) -> Option<String>) -> Option<String> {
        self.by_distance(places).find_map(|at| read(ahead(self.text, at)))
    }

    /// The nearest places: of a text that repeats itself only a few are looked at, so that work stays linear.
    fn by_distance(&self, places: impl Iterator<Item = usize>) -> impl Iterator<Item = usize> {
        let mut sorted: Vec<(usize, usize)> = places.map(|at| (self.distance(at), at)).collect();
        sorted.sort_unstable();
        sorted.into_iter().map(|(_, at)| at).take(CANDIDATES)
    }

    /// The action denied; of a linked denial the one that is lacking, not the one that is held.
    fn action(&self) -> Option<String> {
        let lacking = ["does not have permission to perform action(s)", "does not have permission to perform action"];
        self.after(&lacking, action).or_else(|| self.after(&["perform action(s)", "perform action", "action:"], action))
    }

    fn scope(&self) -> Option<String> {
        self.after(&["linked scope(s)", "linked scope"], scope).or_else(|| self.after(&["over scope", "on scope", "resource:"], scope))
    }

    /// The time that the error bears, else the nearest that a line begins with.
    fn time(&self) -> Option<String> {
        let stamped = self.after(&["time:", "timestamp:", "\"date\":"], moment);
        stamped.or_else(|| self.nearest(self.text.match_indices('T').filter_map(|(at, _)| at.checked_sub(10)), moment))
    }

    fn status(&self) -> Option<String> {
        let keys = ["status code", "statuscode", "status_code", "status", "http", "response ["];
        let near = |rest: &str| {
            let digits = rest.trim_start_matches([' ', ':', '=', '"', '\'', '(', '<', '[']);
            let code = digits.get(..3).filter(|code| ["400", "401", "403", "404", "409"].contains(code))?;
            (!digits.get(3..).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))).then(|| code.to_owned())
        };
        keys.iter().find_map(|key| self.nearest(self.lower.match_indices(key).map(|(at, key)| at + key.len()), near))
    }

    /// Account, container and path: of a storage URL, else of what a SAS was signed for.
    fn place(&self, put: &mut impl FnMut(&'static str, Option<String>)) {
        let hosts = [".blob.", ".dfs.", ".azuredatalakestore.net"];
        let urls = hosts.iter().flat_map(|host| self.lower.match_indices(host)).map(|(at, _)| at);
        let mut parsed: Vec<StorageUrl> = self.by_distance(urls).filter_map(|at| storage_url(self.text, at)).collect();
        parsed.sort_by_key(|url| url.container.is_empty());
        if let Some(url) = parsed.into_iter().next() {
            put("account", Some(url.account.clone()));
            put("container", Some(url.container.clone()));
            put("path", Some(url.path.as_str().to_owned()));
            let bare = StorageUrl { sas: None, ..url };
            return put("url", Some(bare.to_string()));
        }
        if let Some(signed) = self.after(&["/blob/"], |rest| Some(token(rest).to_owned())) {
            let mut parts = signed.splitn(3, '/');
            let account = parts.next().filter(|account| is_account(account)).map(str::to_owned);
            if account.is_some() {
                put("account", account);
                put("container", parts.next().map(str::to_owned));
                put("path", parts.next().map(str::to_owned));
            }
            return;
        }
        put("path", self.after(&["path: /", "path=/"], |rest| Some(format!("/{}", token(rest)))));
    }

    /// A reference of Azure ML: a datastore path or a data asset.
    fn reference(&self, put: &mut impl FnMut(&'static str, Option<String>)) {
        let found = self.nearest(self.lower.match_indices("azureml:").map(|(at, _)| at), |rest| {
            let reference = token(rest).trim_end_matches(['.', ':', '-', '?']);
            let body = reference.get("azureml:".len()..)?;
            let names_something = body.starts_with("//datastores/") || body.starts_with("//subscriptions/") || body.contains([':', '@']);
            (names_something && !body.contains("jobs/")).then(|| reference.to_owned())
        });
        put("reference", found);
        let endpoint = self.nearest(self.lower.match_indices(".inference.ml.azure").map(|(at, _)| at), |_| None);
        put("endpoint", endpoint.or_else(|| self.scoring_endpoint()));
    }

    /// Name of the endpoint in a scoring URI: `https://NAME.REGION.inference.ml.azure.com`.
    fn scoring_endpoint(&self) -> Option<String> {
        let (at, _) = self.lower.match_indices(".inference.ml.azure").min_by_key(|(at, _)| self.distance(*at))?;
        let head = self.text.get(..at)?;
        let host = head.rsplit(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '.')).next()?;
        host.split('.').next().filter(|name| is_name(name)).map(str::to_owned)
    }
}

/// The text from an offset on, as far as a value may reach.
fn ahead(text: &str, at: usize) -> &str {
    let mut end = text.len().min(at + REACH);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(at..end).unwrap_or_default()
}

/// What may stand between a key and its value.
fn value_start(rest: &str) -> &str {
    rest.trim_start_matches([' ', ':', '=', '"', '\'', '`', '(', '<', '>', '\n'])
}

/// Up to a blank, a quote or a bracket.
fn token(rest: &str) -> &str {
    let end = rest
        .find(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | '<' | '>' | ',' | ';' | ')' | '|' | '…'))
        .unwrap_or(rest.len());
    rest.get(..end).unwrap_or_default()
}

fn guid(rest: &str) -> Option<String> {
    let value = value_start(rest).get(..36)?;
    let is_guid = value.char_indices().all(|(at, c)| if [8, 13, 18, 23].contains(&at) { c == '-' } else { c.is_ascii_hexdigit() });
    is_guid.then(|| value.to_lowercase())
}

/// A name in quotes that follows at once.
fn quoted_name(rest: &str) -> Option<String> {
    let body = rest.trim_start().strip_prefix(['\'', '"', '`'])?;
    let end = body.find(['\'', '"', '`', '\n'])?;
    body.get(..end).map(str::trim).filter(|name| !name.is_empty() && !name.contains(['<', '>'])).map(str::to_owned)
}

fn name(rest: &str) -> Option<String> {
    let name = token(value_start(rest)).trim_end_matches(['.', ':']);
    is_name(name).then(|| name.to_owned())
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.len() <= 128 && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
}

fn is_account(text: &str) -> bool {
    (3..=24).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
}

fn action(rest: &str) -> Option<String> {
    let value = value_start(rest);
    let end = value.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '/' | '-' | '_'))).unwrap_or(value.len());
    value.get(..end).filter(|action| action.matches('/').count() >= 2).map(str::to_owned)
}

/// An ARM id, in quotes or bare; a name in it may hold blanks only where somebody put a placeholder.
fn scope(rest: &str) -> Option<String> {
    let quote = rest.trim_start_matches([' ', ':', '\n']).chars().next().filter(|c| matches!(c, '\'' | '"' | '`'));
    let value = value_start(rest);
    let value = match quote {
        Some(quote) => value.split([quote, '\n']).next()?,
        None => token(value).trim_end_matches(['.', ':']),
    };
    value.starts_with('/').then(|| value.to_owned())
}

/// `YYYY-MM-DDThh:mm:ss…`.
fn moment(rest: &str) -> Option<String> {
    let value = value_start(rest);
    let end = value.find(|c: char| !(c.is_ascii_digit() || matches!(c, '-' | ':' | '.' | 'T' | 'Z' | '+'))).unwrap_or(value.len());
    let value = value.get(..end)?.trim_end_matches(['.', ':', '-']);
    let shape = value.get(..19)?;
    let fits = shape.char_indices().all(|(at, c)| match at {
        4 | 7 => c == '-',
        10 => c == 'T',
        13 | 16 => c == ':',
        _ => c.is_ascii_digit(),
    });
    (fits && value.len() <= 35).then(|| value.to_owned())
}

fn in_brackets(rest: &str) -> Option<String> {
    let end = rest.find(']').filter(|end| *end <= 60)?;
    rest.get(..end).map(str::to_owned)
}

/// The URL that holds the host's service at `at`, read as a storage URL: without its query, which may be a SAS.
fn storage_url(text: &str, at: usize) -> Option<StorageUrl> {
    let mut from = at.saturating_sub(REACH);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    let head = text.get(from..at)?;
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '@' | ':' | '/' | '$' | '_' | '%');
    let start = head.char_indices().rev().take_while(|(_, c)| is_part(*c)).last().map_or(at, |(start, _)| from + start);
    let tail = ahead(text, at);
    let end = tail.find(|c: char| !is_part(c) && !matches!(c, '+' | '=' | '~' | '!')).unwrap_or(tail.len());
    let whole = text.get(start..at + end)?.trim_end_matches(['.', ':', '/']);
    let whole = ["https://", "http://", "abfss://", "abfs://", "wasbs://", "wasb://", "adl://"]
        .iter()
        .find_map(|scheme| whole.rfind(scheme).and_then(|at| whole.get(at..)))
        .map_or_else(|| format!("https://{}", whole.trim_start_matches(['/', ':', '.'])), str::to_owned);
    StorageUrl::parse(&whole, PUBLIC_STORAGE_SUFFIX).ok().filter(|url| !url.account.is_empty())
}

#[cfg(test)]
mod tests {
    use super::read;

    fn details(text: &str, error: &str) -> Vec<(&'static str, String)> {
        let at = text.find(error).unwrap();
        read(text, &(at..at + error.len())).into_iter().collect()
    }

    #[test]
    fn an_arm_denial_is_read_whole() {
        let (oid, subscription) = ("aaaaaaaa-0000-0000-0000-000000000001", "11111111-1111-1111-1111-111111111111");
        let scope = format!(
            "/subscriptions/{subscription}/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/ws/batchEndpoints/ep"
        );
        let text = format!(
            "(AuthorizationFailed) The client 'ana@contoso.com' with object id '{oid}' does not have authorization to perform action \
             'Microsoft.MachineLearningServices/workspaces/batchEndpoints/read' over scope '{scope}' or the scope is invalid."
        );
        let found = details(&text, "AuthorizationFailed");
        let want = [
            ("action", "Microsoft.MachineLearningServices/workspaces/batchEndpoints/read"),
            ("endpoint", "ep"),
            ("object_id", oid),
            ("principal", "ana@contoso.com"),
            ("scope", &scope),
            ("workspace", "ws"),
        ];
        assert_eq!(found, want.map(|(name, value)| (name, value.to_owned())));
    }

    #[test]
    fn a_storage_denial_is_read_without_the_query() {
        let text = "GET https://acct.blob.core.windows.net/data/in/a%20b.csv?sv=1&sig=abc HTTP 403\nRequestId:0f8fad5b-d9cb-469f-a165-70867728950e\nTime:2026-11-20T09:00:01.1234567Z AuthorizationFailure";
        let found = details(text, "AuthorizationFailure");
        let want = [
            ("account", "acct"),
            ("container", "data"),
            ("path", "in/a b.csv"),
            ("request_id", "0f8fad5b-d9cb-469f-a165-70867728950e"),
            ("status", "403"),
            ("time", "2026-11-20T09:00:01.1234567Z"),
            ("url", "https://acct.blob.core.windows.net/data/in/a%20b.csv"),
        ];
        assert_eq!(found, want.map(|(name, value)| (name, value.to_owned())));
    }

    #[test]
    fn of_several_the_nearest_counts() {
        let text = "https://one.blob.core.windows.net/a ok\nhttps://two.blob.core.windows.net/b HTTP 403 X-ERROR\n\n\nmuch later https://three.blob.core.windows.net/c";
        assert!(details(text, "X-ERROR").contains(&("account", "two".to_owned())));
    }
}
