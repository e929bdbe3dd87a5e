//! A secret that must not come out again, planted where the input asks for it.

/// Of no documented form: whatever echoes it shows text that may be a secret.
const CANARY: &str = "cAnArY0000sEcReT1111";

/// The input's text, with the secret planted at each mark. Returns whether that changed the text.
///
/// `@1` to `@6` become a signature in one of its spellings, an account key, a password, the bare secret.
pub(crate) fn plant(bytes: &[u8], marks: &[&str]) -> (String, bool) {
    let spelled = [
        ("@1", format!("&sig={CANARY}&")),
        ("@2", format!("%26sig%3D{CANARY}%26")),
        ("@3", format!("\\u0026sig\\u003d{CANARY}\\u0026")),
        ("@4", format!(";AccountKey={CANARY};")),
        ("@5", format!("https://me:{CANARY}@example.com/")),
        ("@6", CANARY.to_owned()),
    ];
    let mut text = String::from_utf8_lossy(bytes).into_owned();
    // A fuzzer learns the secret from the comparisons it watches; only what is planted counts.
    let mut planted = text.contains(CANARY);
    while text.contains(CANARY) {
        text = text.replace(CANARY, "");
    }
    for (mark, secret) in spelled.iter().filter(|(mark, _)| marks.contains(mark)) {
        planted |= text.contains(mark);
        text = text.replace(mark, secret);
    }
    (text, planted)
}

/// Stops where `output` shows the secret.
pub(crate) fn assert_hidden(output: &str, what: &str) {
    assert!(!output.contains(CANARY), "{what} shows a secret: {output}");
}
