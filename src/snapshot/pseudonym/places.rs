//! Texts with a grammar of their own: ARM ids, URLs, ACLs, SAS queries, conditions.

use super::Pseudonyms;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// What stays as it is in a segment of a URL.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b'$').remove(b'*');
/// Labels of a storage host after the account.
const SERVICES: [&str; 6] = ["blob", "dfs", "queue", "table", "file", "azuredatalakestore"];
/// Words of `azureml:` references that are followed by a name.
const KEYS: [&str; 10] =
    ["subscriptions", "resourcegroups", "workspaces", "datastores", "data", "versions", "locations", "registries", "labels", "models"];

pub(super) fn text(names: &Pseudonyms, text: &str) -> String {
    let lower = text.to_ascii_lowercase();
    if lower.starts_with("/subscriptions/") || lower.starts_with("/providers/") {
        return arm(names, text);
    }
    match text.split_once("://") {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("azureml") => format!("{scheme}://{}", reference(names, rest)),
        Some((scheme, rest)) if scheme.bytes().all(|b| b.is_ascii_alphanumeric()) => format!("{scheme}://{}", url(names, rest)),
        Some(_) | None => match text.strip_prefix("azureml:").filter(|rest| rest.starts_with('/')) {
            Some(id) => format!("azureml:{}", arm(names, id)),
            None => names.words(text),
        },
    }
}

/// An ARM id, or what begins like one: types stay, names do not.
fn arm(names: &Pseudonyms, id: &str) -> String {
    let mut out: Vec<String> = Vec::new();
    let mut segments = id.split('/').peekable();
    while let Some(segment) = segments.next() {
        out.push(segment.to_owned());
        if segment.is_empty() {
            continue;
        }
        let Some(name) = segments.next() else { break };
        let is_built_in = segment.eq_ignore_ascii_case("roleDefinitions") && names.is_built_in(name);
        if is_built_in || segment.eq_ignore_ascii_case("providers") {
            out.push(name.to_owned());
        } else if segment.eq_ignore_ascii_case("paths") {
            let rest: Vec<&str> = std::iter::once(name).chain(segments.by_ref()).collect();
            out.push(path(names, &rest.join("/")));
        } else {
            out.push(names.words(name));
        }
    }
    out.join("/")
}

/// What follows `azureml://`.
fn reference(names: &Pseudonyms, rest: &str) -> String {
    let mut out: Vec<String> = Vec::new();
    let mut segments = rest.split('/');
    while let Some(segment) = segments.next() {
        if segment.eq_ignore_ascii_case("paths") {
            out.push(segment.to_owned());
            let rest: Vec<&str> = segments.by_ref().collect();
            out.push(path(names, &rest.join("/")));
        } else if segment.eq_ignore_ascii_case("providers") {
            out.push(segment.to_owned());
            out.extend(segments.next().map(str::to_owned));
        } else if KEYS.iter().any(|key| key.eq_ignore_ascii_case(segment)) {
            out.push(segment.to_owned());
            out.extend(segments.next().map(|name| names.words(name)));
        } else {
            out.push(names.words(segment));
        }
    }
    out.join("/")
}

/// A path of a URL, segment by segment; what was encoded is encoded again.
fn path(names: &Pseudonyms, path: &str) -> String {
    let segment = |segment: &str| {
        let decoded = percent_decode_str(segment).decode_utf8_lossy().into_owned();
        let changed = names.words(&decoded);
        if decoded == segment { changed } else { utf8_percent_encode(&changed, PLAIN).to_string() }
    };
    path.split('/').map(segment).collect::<Vec<_>>().join("/")
}

/// What follows `scheme://`: the account is a name, the service and the cloud are not.
fn url(names: &Pseudonyms, rest: &str) -> String {
    let (rest, query) = rest.split_once('?').map_or((rest, None), |(rest, query)| (rest, Some(query)));
    let (authority, below) = rest.split_once('/').map_or((rest, None), |(authority, below)| (authority, Some(below)));
    let (container, host) = authority.rsplit_once('@').map_or((None, authority), |(container, host)| (Some(container), host));
    let mut out = container.map(|container| format!("{}@", path(names, container))).unwrap_or_default();
    out.push_str(&self::host(names, host));
    if let Some(below) = below {
        out.push('/');
        out.push_str(&path(names, below));
    }
    if let Some(query) = query {
        out.push('?');
        out.push_str(&sas(names, query));
    }
    out
}

fn host(names: &Pseudonyms, host: &str) -> String {
    let labels: Vec<&str> = host.split('.').collect();
    let service = labels.iter().position(|label| SERVICES.contains(label)).unwrap_or(labels.len());
    let label = |(at, label): (usize, &&str)| if at < service { names.words(label) } else { (*label).to_owned() };
    labels.iter().enumerate().map(label).collect::<Vec<_>>().join(".")
}

/// `user:ID:rwx,…`.
pub(super) fn acl(names: &Pseudonyms, acl: &str) -> String {
    let entry = |entry: &str| {
        let parts: Vec<&str> = entry.split(':').collect();
        let id = parts.len().saturating_sub(2);
        let part = |(at, part): (usize, &&str)| if at == id { names.words(part) } else { (*part).to_owned() };
        // `mask::rwx` has an empty id, `default:user:ID:rwx` one part more.
        if parts.len() < 3 { entry.to_owned() } else { parts.iter().enumerate().map(part).collect::<Vec<_>>().join(":") }
    };
    acl.split(',').map(entry).collect::<Vec<_>>().join(",")
}

/// A query without signature.
pub(super) fn sas(names: &Pseudonyms, query: &str) -> String {
    let pair = |pair: &str| match pair.split_once('=') {
        Some((name @ ("skoid" | "sktid" | "saoid" | "suoid" | "scid" | "sduoid" | "skdutid" | "si"), value)) => {
            format!("{name}={}", path(names, value))
        }
        Some((name @ "sip", value)) => format!("{name}={}", names.cipher.characters(value)),
        Some((
            "sv" | "sp" | "st" | "se" | "spr" | "ses" | "sr" | "ss" | "srt" | "sdd" | "skt" | "ske" | "sks" | "skv" | "comp" | "restype",
            _,
        )) => pair.to_owned(),
        Some((name, value)) => format!("{}={}", names.words(name), path(names, value)),
        None => names.words(pair),
    };
    query.split('&').map(pair).collect::<Vec<_>>().join("&")
}

/// Names of attributes that users choose, by what stands before them.
const CHOSEN: [&str; 2] = ["tags:", "customsecurityattributes/id:"];

/// Literals, GUIDs and names of tags and attributes; the language itself stays, and so do actions and times.
pub(super) fn condition(names: &Pseudonyms, condition: &str) -> String {
    let mut out = String::new();
    let mut rest = condition;
    while let Some(first) = rest.chars().next() {
        if first == '\'' {
            let (literal, after) = literal(rest);
            out.push_str(&changed_literal(names, literal, &out));
            rest = after;
        } else if let Some((mark, after)) = chosen_name(rest) {
            out.push_str(mark);
            let end = after.find(['<', ']', '&']).unwrap_or(after.len());
            let (name, after) = after.split_at(end);
            out.push_str(&names.words(name));
            rest = after;
        } else {
            let end = rest.char_indices().skip(1).find(|(at, c)| *c == '\'' || chosen_name(rest.get(*at..).unwrap_or_default()).is_some());
            let (plain, after) = rest.split_at(end.map_or(rest.len(), |(at, _)| at));
            out.push_str(&guids(names, plain));
            rest = after;
        }
    }
    out
}

fn chosen_name(text: &str) -> Option<(&str, &str)> {
    let length = CHOSEN.iter().find(|mark| text.get(..mark.len()).is_some_and(|start| start.eq_ignore_ascii_case(mark)))?.len();
    text.split_at_checked(length)
}

/// The literal that a text begins with, quotes included; a doubled quote is one of its characters.
fn literal(text: &str) -> (&str, &str) {
    let bytes = text.as_bytes();
    let mut at = 1;
    while let Some(byte) = bytes.get(at) {
        match (byte, bytes.get(at + 1)) {
            (b'\\', Some(_)) => at += 2,
            (b'\'', Some(b'\'')) => at += 2,
            (b'\'', _) => return text.split_at_checked(at + 1).unwrap_or((text, "")),
            _ => at += 1,
        }
    }
    (text, "")
}

fn changed_literal(names: &Pseudonyms, literal: &str, before: &str) -> String {
    let inner = literal.trim_matches('\'');
    let is_match = before.trim_end().strip_suffix('{').is_some_and(|before| before.trim_end().to_ascii_lowercase().ends_with("matches"));
    let is_time = time::OffsetDateTime::parse(inner, &time::format_description::well_known::Rfc3339).is_ok();
    if is_match || is_time { literal.to_owned() } else { text(names, literal) }
}

/// Outside literals only GUIDs are names; those of built-in roles stay.
fn guids(names: &Pseudonyms, text: &str) -> String {
    let is_part = |c: char| c.is_ascii_hexdigit() || c == '-';
    let mut out = String::new();
    let mut rest = text;
    while let Some(start) = rest.find(is_part) {
        let (before, word) = rest.split_at(start);
        out.push_str(before);
        let (word, after) = word.split_at(word.find(|c: char| !is_part(c)).unwrap_or(word.len()));
        let is_guid = word.len() == 36 || word.len() == 32;
        out.push_str(&if is_guid && !names.is_built_in(word) { names.words(word) } else { word.to_owned() });
        rest = after;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::hash::RandomState;

    fn names() -> Pseudonyms {
        Pseudonyms::new(RandomState::new(), ["2a2b9908-6ea1-4ae2-8e65-a410df84e7d1".to_owned()])
    }

    #[test]
    fn one_name_is_one_pseudonym_wherever_it_stands() {
        let names = names();
        let (account, container, folder) = (names.words("stheart"), names.words("trials"), names.words("new data"));
        let encoded = folder.replace(' ', "%20");
        assert_eq!(
            text(&names, "https://stheart.blob.core.windows.net/trials/new%20data/2026?sv=1&sp=rl"),
            format!("https://{account}.blob.core.windows.net/{container}/{encoded}/2026?sv=1&sp=rl")
        );
        assert_eq!(text(&names, "abfss://trials@stheart.dfs.core.windows.net/x/").split_once('/').unwrap().0, "abfss:");
        assert_eq!(
            text(&names, "azureml://datastores/stheart/paths/trials/a"),
            format!("azureml://datastores/{account}/paths/{container}/{}", names.words("a"))
        );
        assert_eq!(text(&names, "azureml:stheart:3"), format!("azureml:{account}:3"));
        let id = "/subscriptions/s/resourceGroups/trials/providers/Microsoft.Storage/storageAccounts/stheart/blobServices/default";
        let new = format!("/resourceGroups/{container}/providers/Microsoft.Storage/storageAccounts/{account}/blobServices/default");
        assert!(text(&names, id).ends_with(&new));
    }

    #[test]
    fn built_in_roles_actions_times_and_patterns_of_conditions_stay() {
        let names = names();
        let role = "/providers/Microsoft.Authorization/roleDefinitions/2a2b9908-6ea1-4ae2-8e65-a410df84e7d1";
        assert_eq!(text(&names, role), role);
        let old = "(ActionMatches{'Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read'} AND \
            @Resource[Microsoft.Storage/storageAccounts/blobServices/containers/blobs/tags:Project<$key_case_sensitive$>] StringLike 'heart*' \
            AND @Environment[UtcNow] DateTimeLessThan '2026-11-25T00:00:00Z' AND @Request[subRequest] ForAnyOfAnyValues:GuidEquals \
            {2a2b9908-6ea1-4ae2-8e65-a410df84e7d1, 7c902ba9-4950-50b4-bef0-83bd9d8d0b88})";
        let new = condition(&names, old);
        let expected = old
            .replace("Project", &names.words("Project"))
            .replace("heart", &names.words("heart"))
            .replace("7c902ba9-4950-50b4-bef0-83bd9d8d0b88", &names.words("7c902ba9-4950-50b4-bef0-83bd9d8d0b88"));
        assert_eq!(new, expected);
    }

    #[test]
    fn ids_of_an_acl_are_replaced_and_its_words_are_not() {
        let names = names();
        let ana = names.words("ana");
        assert_eq!(
            acl(&names, "user::rwx,user:ana:r-x,default:group:ana:--x,mask::r-x,other::---"),
            format!("user::rwx,user:{ana}:r-x,default:group:{ana}:--x,mask::r-x,other::---")
        );
        assert_eq!(
            sas(&names, "sv=1&sp=rl&skoid=ana&se=2027-01-01T00%3A00%3A00Z"),
            format!("sv=1&sp=rl&skoid={ana}&se=2027-01-01T00%3A00%3A00Z")
        );
    }
}
