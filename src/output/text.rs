//! Prose for terminals: lines that break between words, and Azure's long names in a few words.

/// `text` in lines of at most `width` columns, the first after `first`, the others after `rest`. A word is never broken, so
/// that names and commands can be copied.
pub(super) fn wrapped(first: &str, rest: &str, text: &str, width: u16) -> String {
    let mut lines: Vec<String> = Vec::new();
    let mut line = first.to_owned();
    let mut empty = true;
    for word in text.split_whitespace() {
        if !empty && line.chars().count() + 1 + word.chars().count() > usize::from(width) {
            lines.push(std::mem::replace(&mut line, rest.to_owned()));
        } else if !empty {
            line.push(' ');
        }
        line.push_str(word);
        empty = false;
    }
    lines.push(line.trim_end().to_owned());
    lines.join("\n") + "\n"
}

/// What data actions on blobs and actions of a workspace begin with: left out where a sentence names one.
const ACTION_PREFIXES: [&str; 2] =
    ["Microsoft.Storage/storageAccounts/blobServices/containers/", "Microsoft.MachineLearningServices/workspaces/"];

/// A sentence with its ARM ids and actions abbreviated: `storageAccounts/acct/containers/raw`, `blobs/read`. For reading only;
/// `-v` and JSON bear the whole ids.
pub(super) fn shortened(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("/subscriptions/") {
        let (before, id) = rest.split_at(at);
        out.push_str(before);
        let end = id.find(|c: char| c.is_whitespace() || matches!(c, '`' | '\'' | '"' | ',' | ';' | ':' | '?')).unwrap_or(id.len());
        let (id, after) = id.split_at(end);
        // Within an address or a reference it is part of something longer.
        let starts_word = before.chars().next_back().is_none_or(|c| c.is_whitespace() || matches!(c, '`' | '('));
        let closing = if before.ends_with('(') && id.ends_with(')') { ")" } else { "" };
        if starts_word {
            out.push_str(&short_id(id.strip_suffix(closing).unwrap_or(id)));
            out.push_str(closing);
        } else {
            out.push_str(id);
        }
        rest = after;
    }
    out.push_str(rest);
    ACTION_PREFIXES.iter().fold(out, |text, prefix| text.replace(&format!("`{prefix}"), "`"))
}

/// An ARM id by types and names below its last provider; of a subscription or resource group their words.
fn short_id(id: &str) -> String {
    let segments: Vec<&str> = id.split('/').filter(|segment| !segment.is_empty()).collect();
    let provider = segments.iter().rposition(|segment| segment.eq_ignore_ascii_case("providers"));
    let pairs = match (provider, segments.as_slice()) {
        (Some(at), all) => all.get(at + 2..).unwrap_or_default(),
        (None, [_, subscription]) => return format!("subscription {subscription}"),
        (None, [_, _, _, group]) => return format!("resource group {group}"),
        (None, _) => return id.to_owned(),
    };
    let named = pairs.chunks(2).filter(|pair| pair.get(1) != Some(&"default"));
    named.map(|pair| pair.join("/")).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::{shortened, wrapped};

    #[test]
    fn wrapping_breaks_no_word_and_leaves_no_blank_at_an_end() {
        assert_eq!(wrapped("", "  ", "aa bb cc", 5), "aa bb\n  cc\n");
        assert_eq!(wrapped("- ", "  ", "a-long-word b", 4), "- a-long-word\n  b\n");
        assert_eq!(wrapped("  ", "", "", 10), "\n");
    }

    #[test]
    fn ids_are_named_by_type_and_name() {
        let group = "/subscriptions/0c/resourceGroups/rg(1)";
        for (whole, short) in [
            (format!("at {group}: x"), "at resource group rg(1): x"),
            ("at /subscriptions/0c".to_owned(), "at subscription 0c"),
            (format!("subnet `{group}/providers/Microsoft.Network/virtualNetworks/v/subnets/s`"), "subnet `virtualNetworks/v/subnets/s`"),
            (
                format!("({group}/providers/Microsoft.Storage/storageAccounts/a/blobServices/default/containers/c)"),
                "(storageAccounts/a/containers/c)",
            ),
            (format!("azureml:{group}/providers/P/workspaces/w"), &format!("azureml:{group}/providers/P/workspaces/w")),
            (
                "`Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read`, `Microsoft.Storage/x`".to_owned(),
                "`blobs/read`, `Microsoft.Storage/x`",
            ),
        ] {
            assert_eq!(shortened(&whole), short);
        }
    }
}
