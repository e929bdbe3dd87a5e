//! One self-contained page: nothing is fetched, and nothing in it but its own script can run.
//!
//! Texts go through [`text`] and then through the template, which escapes them for HTML; only the style sheet and the script
//! of this folder are put in as they are, and the content security policy admits those two by their hashes.

mod chain;
mod check;
mod parts;
mod review;

pub use check::check;
pub use review::review;

use super::escape;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};
use std::io::{self, Write};

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// What a page is made of.
struct Page<'a> {
    title: String,
    /// Name and version of the tool.
    tool: &'a str,
    header: Markup,
    main: Markup,
}

/// Text from anywhere, with what acts on terminals or reorders text made visible.
fn text(text: &str) -> String {
    escape(text)
}

/// A sentence: what stands between backticks as code.
fn prose(sentence: &str) -> Markup {
    let sentence = text(sentence);
    let pieces: Vec<&str> = sentence.split('`').collect();
    let last = pieces.len().saturating_sub(1);
    html! {
        @for (at, piece) in pieces.iter().enumerate() {
            @if at % 2 == 0 { (piece) }
            // Without its closing mark it is none.
            @else if at == last { "`" (piece) }
            @else { code { (piece) } }
        }
    }
}

/// The policy of a page: no source but its own style sheet and script.
fn policy() -> String {
    let hash = |source: &str| STANDARD.encode(Sha256::digest(source.as_bytes()));
    format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        hash(STYLE),
        hash(SCRIPT)
    )
}

impl Page<'_> {
    fn write(self, out: &mut dyn Write) -> io::Result<()> {
        let page = html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta http-equiv="Content-Security-Policy" content=(policy());
                    meta name="referrer" content="no-referrer";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    title { (self.title) }
                    style { (PreEscaped(STYLE)) }
                }
                body {
                    a.skip href="#main" { "Skip to the content" }
                    header { (self.header) }
                    main id="main" tabindex="-1" { (self.main) }
                    footer { p { "Made by " (self.tool) ". This page is complete: it loads nothing and sends nothing." } }
                    script { (PreEscaped(SCRIPT)) }
                }
            }
        };
        writeln!(out, "{}", page.into_string())
    }
}

/// A verdict as a mark: a sign and the word, so that colour is not needed.
fn mark(verdict: &str, counts: bool) -> Markup {
    let (class, sign) = match verdict {
        "allowed" => ("mark allowed", "✓"),
        "denied" => ("mark denied", "✕"),
        "undetermined" => ("mark undetermined", "?"),
        _ => ("mark", "·"),
    };
    html! {
        span class=(class) {
            span aria-hidden="true" { (sign) } " " (text(verdict))
            @if !counts { " (does not count)" }
        }
    }
}
