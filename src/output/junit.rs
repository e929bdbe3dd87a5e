//! JUnit XML, as Jenkins, GitLab and Azure DevOps read it: a suite an input, output or invocation, a test case a requirement.
//!
//! Denied is a failure. Undetermined is an error (the test could not be carried out) where it fails the command, and skipped
//! where `--fail-on denied` lets it pass. What does not count is skipped. So a publisher that goes by the file fails exactly
//! when the exit code does.

use super::escape;
use super::notice::{Level, Notice, Notices, Part, Status};
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};
use std::io::{self, Write};

/// How a test case came out.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Passed,
    Failure,
    Error,
    Skipped,
}

fn outcome(notice: &Notice) -> Outcome {
    match (notice.status, notice.level) {
        (Status::Failed, Some(Level::Error)) => Outcome::Failure,
        (Status::Unknown, Some(Level::Error)) => Outcome::Error,
        (Status::Met, _) => Outcome::Passed,
        (Status::Failed | Status::Unknown | Status::Advisory | Status::Remark, _) => Outcome::Skipped,
    }
}

fn counted<'a>(parts: impl IntoIterator<Item = &'a Part>, want: Outcome) -> String {
    let all = parts.into_iter().flat_map(|part| &part.notices);
    all.filter(|notice| outcome(notice) == want).count().to_string()
}

/// Writes the test suites.
///
/// # Errors
/// Those of the writer.
pub fn junit(notices: &Notices, out: &mut dyn Write) -> io::Result<()> {
    let mut xml = Xml { writer: Writer::new_with_indent(Vec::new(), b' ', 2) };
    xml.writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let tests = notices.parts.iter().map(|part| part.notices.len()).sum::<usize>().to_string();
    let [failures, errors] = [Outcome::Failure, Outcome::Error].map(|want| counted(&notices.parts, want));
    let name = format!("canread {}", notices.command);
    xml.open("testsuites", &[("name", &name), ("tests", &tests), ("failures", &failures), ("errors", &errors)])?;
    for part in &notices.parts {
        suite(&mut xml, notices, part)?;
    }
    xml.close("testsuites")?;
    out.write_all(&xml.writer.into_inner())?;
    writeln!(out)
}

fn suite(xml: &mut Xml, notices: &Notices, part: &Part) -> io::Result<()> {
    let tests = part.notices.len().to_string();
    let [failures, errors, skipped] = [Outcome::Failure, Outcome::Error, Outcome::Skipped].map(|want| counted([part], want));
    let counts = [("name", part.name.as_str()), ("tests", &tests), ("failures", &failures), ("errors", &errors), ("skipped", &skipped)];
    xml.open("testsuite", &counts)?;
    xml.open("properties", &[])?;
    let whole = [("verdict", &part.outcome), ("whole", &notices.outcome), ("headline", &notices.headline)];
    let at = notices.at.iter().map(|at| ("at", at));
    for (name, value) in part.facts.iter().map(|(name, value)| (*name, value)).chain(whole).chain(at) {
        xml.empty("property", &[("name", name), ("value", value)])?;
    }
    xml.close("properties")?;
    for notice in &part.notices {
        case(xml, part, notice)?;
    }
    let said = part.lacks.iter().map(|lack| format!("missing: {}: {}", lack.what, lack.how));
    let said: Vec<String> = said.chain(part.assumptions.iter().map(|text| format!("assumed: {text}"))).collect();
    if !said.is_empty() {
        xml.text("system-out", &[], &said)?;
    }
    xml.close("testsuite")
}

fn case(xml: &mut Xml, part: &Part, notice: &Notice) -> io::Result<()> {
    let class = format!("canread.{}", part.name);
    let attributes = [("classname", class.as_str()), ("name", &notice.rule), ("time", "0")];
    let element = match outcome(notice) {
        Outcome::Passed => return xml.empty("testcase", &attributes),
        Outcome::Failure => "failure",
        Outcome::Error => "error",
        Outcome::Skipped => "skipped",
    };
    xml.open("testcase", &attributes)?;
    let mut lines = vec![notice.message.clone()];
    lines.extend(notice.reasons.iter().map(|reason| format!("- {reason}")));
    lines.extend(
        notice.remedies.iter().flat_map(|remedy| [&remedy.summary].into_iter().chain(&remedy.commands)).map(|text| format!("fix: {text}")),
    );
    lines.extend(notice.resource.iter().map(|resource| format!("resource: {resource}")));
    let verdict = notice.facts.get("verdict").map_or("finding", String::as_str);
    match element {
        "skipped" => xml.text(element, &[], &lines)?,
        _ => xml.text(element, &[("type", verdict), ("message", &notice.message)], &lines)?,
    }
    xml.close("testcase")
}

/// A writer whose texts are fit for XML and inert in a log.
struct Xml {
    writer: Writer<Vec<u8>>,
}

impl Xml {
    fn start<'a>(name: &'a str, attributes: &[(&'a str, &str)]) -> BytesStart<'a> {
        let mut start = BytesStart::new(name);
        for (key, value) in attributes {
            start.push_attribute((*key, fit(value).as_str()));
        }
        start
    }
    fn open(&mut self, name: &str, attributes: &[(&str, &str)]) -> io::Result<()> {
        self.writer.write_event(Event::Start(Self::start(name, attributes)))
    }
    fn close(&mut self, name: &str) -> io::Result<()> {
        self.writer.write_event(Event::End(BytesEnd::new(name)))
    }
    fn empty(&mut self, name: &str, attributes: &[(&str, &str)]) -> io::Result<()> {
        self.writer.write_event(Event::Empty(Self::start(name, attributes)))
    }
    fn text(&mut self, name: &str, attributes: &[(&str, &str)], lines: &[String]) -> io::Result<()> {
        let lines: Vec<String> = lines.iter().map(|line| fit(line)).collect();
        self.open(name, attributes)?;
        self.writer.write_event(Event::Text(BytesText::new(&lines.join("\n"))))?;
        self.close(name)
    }
}

/// Text without the characters that XML 1.0 forbids even as references.
fn fit(text: &str) -> String {
    escape(text).replace('\u{fffe}', "\\u{fffe}").replace('\u{ffff}', "\\u{ffff}")
}
