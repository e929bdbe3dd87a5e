//! What `check` tells a pipeline.

use super::{FilePlace, Lack, Level, Notice, Notices, Part, Remedy, Status, Written, fingerprint, rules_of};
use crate::model::RequirementId;
use crate::output::table::{input_rule, output_rule, place, predicate, reasons, subject, who_is};
use crate::output::text::shortened;
use crate::report::{DataReport, JobReport, MissingReport, Report, RequirementReport, WarningReport};
use crate::rules::RuleSet;
use std::collections::BTreeMap;

/// What an undetermined answer does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Undetermined {
    /// The exit code is not 0.
    pub fails: bool,
}

/// The notices of a report of `check`.
///
/// An allowed requirement is met. A denied one that counts is an error; an undetermined one is an error where it fails the
/// command, else a warning. What does not count stands among the warnings of the report, and is told there.
pub fn check(report: &Report, undetermined: Undetermined, written: &Written, rules: &RuleSet) -> Notices {
    let about = [&report.job.endpoint, &report.job.deployment, &report.job.compute].into_iter().flatten();
    let subject_id = about.clone().map(|id| id.to_lowercase()).collect::<Vec<_>>().join(" ");
    let maker = Maker { report, undetermined, subject: &subject_id };
    let mut parts: Vec<Part> = Vec::new();
    for data in &report.inputs {
        parts.push(maker.data("input", data, input_rule(data), written.place(&written.inputs, &data.name)));
    }
    for data in &report.outputs {
        parts.push(maker.data("output", data, output_rule(data), written.place(&written.outputs, &data.name)));
    }
    parts.extend(report.invoke.as_ref().map(|invoke| Part {
        name: "invocation".to_owned(),
        outcome: invoke.verdict.clone(),
        notices: invoke.requirements.iter().map(|one| maker.requirement(one, "invocation", None, None)).collect(),
        lacks: lacks(&invoke.missing),
        assumptions: invoke.assumptions.clone(),
        ..Part::default()
    }));
    let remarks = remarks("check", &report.warnings, &subject_id);
    let rules = rules_of(parts.iter().flat_map(|part| &part.notices).chain(&remarks), rules);
    let mut facts = BTreeMap::from([("table", report.table.clone())]);
    facts.extend(report.valid_until.clone().map(|until| ("valid_until", until)));
    Notices {
        command: "check",
        subject: about.clone().filter_map(|id| id.rsplit('/').next()).map(str::to_owned).collect(),
        snapshot: written.snapshot.clone(),
        outcome: report.verdict.clone(),
        passed: report.verdict == "allowed" || report.verdict == "undetermined" && !undetermined.fails,
        headline: format!("{}: {}", subject(report), predicate(report)),
        at: Some(report.at.clone()),
        parts,
        remarks,
        rules,
        facts,
    }
}

struct Maker<'a> {
    report: &'a Report,
    undetermined: Undetermined,
    subject: &'a str,
}

impl Maker<'_> {
    fn data(&self, side: &str, data: &DataReport, rule: String, file: Option<FilePlace>) -> Part {
        // The one that needs no name is called what it is.
        let name = if data.name == side { side.to_owned() } else { format!("{side} {}", data.name) };
        let says = [Some(format!("`{}`", data.reference)), place(data), Some(rule).filter(|rule| !rule.is_empty())];
        let mut facts = BTreeMap::from([("reference", data.reference.clone())]);
        facts.extend(data.valid_until.clone().map(|until| ("valid_until", until)));
        facts.extend(data.rule.as_ref().map(|rule| ("table_row", rule.id.clone())));
        Part {
            says: says.into_iter().flatten().collect::<Vec<_>>().join("; "),
            outcome: data.verdict.clone(),
            notices: data.requirements.iter().map(|one| self.requirement(one, &name, Some(data), file.clone())).collect(),
            lacks: lacks(&data.missing),
            assumptions: data.assumptions.iter().map(|text| shortened(text)).collect(),
            facts,
            name,
        }
    }

    fn requirement(&self, one: &RequirementReport, part: &str, data: Option<&DataReport>, file: Option<FilePlace>) -> Notice {
        let (status, level) = match (one.verdict.as_str(), one.counts) {
            ("allowed", _) => (Status::Met, None),
            (_, false) => (Status::Advisory, None),
            ("denied", true) => (Status::Failed, Some(Level::Error)),
            (_, true) if self.undetermined.fails => (Status::Unknown, Some(Level::Error)),
            (_, true) => (Status::Unknown, Some(Level::Warning)),
        };
        let resource = RequirementId::parse(&one.id).and_then(|id| resource(id, data, &self.report.job));
        let mut facts = BTreeMap::from([("verdict", one.verdict.clone())]);
        facts.extend(one.principal.as_ref().map(|principal| ("principal", who_is(principal))));
        facts.extend(one.principal.as_ref().and_then(|principal| principal.object_id.clone()).map(|id| ("object_id", id)));
        facts.extend(one.valid_until.clone().map(|until| ("valid_until", until)));
        facts.extend(one.disputed.then(|| ("disputed", "true".to_owned())));
        let reference = data.map(|data| data.reference.as_str()).unwrap_or_default();
        Notice {
            rule: one.id.clone(),
            status,
            level,
            message: shortened(&one.summary),
            reasons: if status == Status::Met { Vec::new() } else { reasons::texts(&one.proof) },
            fingerprint: fingerprint(&["check", self.subject, part, reference, &one.id]),
            resource,
            file,
            remedies: if status == Status::Met { Vec::new() } else { self.remedies(&one.id, data) },
            facts,
        }
    }

    /// The fixes of the job that mend this requirement of this input or output.
    fn remedies(&self, id: &str, data: Option<&DataReport>) -> Vec<Remedy> {
        let concerns = |inputs: &[String]| data.is_none_or(|data| inputs.is_empty() || inputs.contains(&data.name));
        let fixes = self.report.fixes.iter().filter(|fix| fix.requirements.iter().any(|own| own == id) && concerns(&fix.inputs));
        fixes.map(|fix| Remedy { summary: fix.fix.summary.clone(), commands: fix.fix.az.clone() }).collect()
    }
}

/// The warnings of a report.
pub(super) fn remarks(command: &str, warnings: &[WarningReport], subject: &str) -> Vec<Notice> {
    let mut seen: BTreeMap<(String, String), usize> = BTreeMap::new();
    let mut one = |warning: &WarningReport| {
        // Ages and counts change from run to run; what is left of a message tells warnings of one id apart.
        let lasting: String = warning.message.chars().filter(|c| !c.is_ascii_digit()).collect();
        let count = seen.entry((warning.id.clone(), lasting.clone())).or_default();
        *count += 1;
        remark(warning, fingerprint(&[command, subject, &warning.id, &lasting, &count.to_string()]))
    };
    warnings.iter().map(&mut one).collect()
}

fn remark(warning: &WarningReport, fingerprint: String) -> Notice {
    Notice {
        rule: warning.id.clone(),
        status: Status::Remark,
        level: Some(Level::Warning),
        message: shortened(&warning.message),
        reasons: Vec::new(),
        resource: None,
        file: None,
        remedies: Vec::new(),
        facts: BTreeMap::new(),
        fingerprint,
    }
}

/// What is missing, in words, each once.
pub(super) fn lacks(missing: &[MissingReport]) -> Vec<Lack> {
    let mut found: Vec<Lack> = Vec::new();
    for one in missing {
        let because = one.because.as_deref().map_or_else(String::new, |because| format!(" ({because})"));
        let what = match one.what.as_str() {
            "open_question" => "open question".to_owned(),
            what => format!("{} of {}{because}", what.replace('_', " "), shortened(&one.scope)),
        };
        let lack = Lack { what, how: one.how.clone() };
        if !found.contains(&lack) {
            found.push(lack);
        }
    }
    found
}

/// The resource that a requirement is about.
fn resource(id: RequirementId, data: Option<&DataReport>, job: &JobReport) -> Option<String> {
    let resolved = data.map(|data| &data.resolved);
    let asset = || resolved.and_then(|resolved| resolved.data_asset.clone().or_else(|| resolved.datastore.clone()));
    let reference = || data.map(|data| data.reference.clone());
    let account = || resolved.and_then(|resolved| resolved.account.clone());
    let stored = || {
        let resolved = resolved?;
        let parts = [&resolved.account, &resolved.container, &resolved.path].into_iter().flatten();
        let parts: Vec<&str> = parts.map(String::as_str).filter(|part| !part.is_empty()).collect();
        (!parts.is_empty()).then(|| parts.join("/"))
    };
    match id {
        RequirementId::InputRecognised
        | RequirementId::InputSupported
        | RequirementId::InputExists
        | RequirementId::InputType
        | RequirementId::InputUpload => asset().or_else(reference),
        RequirementId::JobEndpoint | RequirementId::JobInvoke => job.endpoint.clone().or_else(|| job.compute.clone()),
        RequirementId::ComputeIdentity | RequirementId::RuntimeBatch => job.compute.clone(),
        RequirementId::CredentialRetrievable | RequirementId::CredentialSas | RequirementId::CredentialServicePrincipal => {
            resolved.and_then(|resolved| resolved.datastore.clone()).or_else(reference)
        }
        RequirementId::CredentialSharedKey | RequirementId::AccountReachable | RequirementId::AccountTenant => account(),
        RequirementId::AccessMount
        | RequirementId::AccessRead
        | RequirementId::AccessAnonymous
        | RequirementId::DataReadable
        | RequirementId::OutputWritable => stored().or_else(reference),
    }
}
