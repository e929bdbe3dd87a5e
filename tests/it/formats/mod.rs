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

/// What a report comes to in every format, by the format's name.
#[expect(clippy::unwrap_used, reason = "memory can be written to")]
pub(crate) fn formats(report: &Report, written: &Written, fails: bool) -> Vec<(&'static str, String)> {
    let notices = notices(report, written, fails);
    let mut found = Vec::new();
    let mut add = |name: &'static str, write: &dyn Fn(&mut Vec<u8>) -> std::io::Result<()>| {
        let mut out = Vec::new();
        write(&mut out).unwrap();
        found.push((name, String::from_utf8(out).unwrap()));
    };
    add("sarif", &|out| sarif::sarif(&notices, out));
    add("junit", &|out| junit::junit(&notices, out));
    add("markdown", &|out| markdown::markdown(&notices, out));
    add("github", &|out| annotations::github(&notices, out));
    add("azuredevops", &|out| annotations::azure_devops(&notices, out));
    add("html", &|out| html::check(report, crate::embedded_rules(), out));
    add("json", &|out| json::pretty(report, out));
    add("table", &|out| table::job(report, table::Style { color: false, width: 60, verbose: true }, out));
    found
}

pub(crate) fn notices(report: &Report, written: &Written, fails: bool) -> Notices {
    notice::check(report, Undetermined { fails }, written, crate::embedded_rules())
}
