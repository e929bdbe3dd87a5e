//! Formats for pipelines: SARIF, JUnit, Markdown, annotations.

mod inert;
mod page;
mod planted;
mod schemas;
mod told;

pub(crate) use schemas::tool;

use canread::output::notice::{self, Notices, Undetermined, Written};
use canread::output::{annotations, html, json, junit, markdown, sarif, table};
use canread::report::Report;

/// What a report of `check` comes to in every format, by the format's name.
pub(crate) fn formats(report: &Report, written: &Written, fails: bool) -> Vec<(&'static str, String)> {
    let mut found = for_pipelines(&notices(report, written, fails));
    found.push(("html", printed(|out| html::check(report, crate::embedded_rules(), out))));
    found.push(("json", printed(|out| json::pretty(report, out))));
    found.push(("table", printed(|out| table::job(report, table::Style { color: false, width: 60, verbose: true }, out))));
    found
}

/// Notices in every format that writes them.
pub(crate) fn for_pipelines(notices: &Notices) -> Vec<(&'static str, String)> {
    vec![
        ("sarif", printed(|out| sarif::sarif(notices, out))),
        ("junit", printed(|out| junit::junit(notices, out))),
        ("markdown", printed(|out| markdown::markdown(notices, out))),
        ("github", printed(|out| annotations::github(notices, out))),
        ("azuredevops", printed(|out| annotations::azure_devops(notices, out))),
    ]
}

#[expect(clippy::unwrap_used, reason = "memory can be written to")]
pub(crate) fn printed(write: impl FnOnce(&mut Vec<u8>) -> std::io::Result<()>) -> String {
    let mut out = Vec::new();
    write(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}

pub(crate) fn notices(report: &Report, written: &Written, fails: bool) -> Notices {
    notice::check(report, Undetermined { fails }, written, crate::embedded_rules())
}
