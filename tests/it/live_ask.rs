//! A job question, as what is to be collected for it and as what is evaluated.
#![expect(clippy::expect_used, clippy::panic, reason = "helpers of tests fail by panicking")]

use crate::embedded_rules;
use crate::live_world::{AT, workspace};
use canread::collect::{Plan, Target};
use canread::eval::{self, DataQuestion, JobFinding, JobQuestion, JobTarget, Verdict};
use canread::model::{DeclaredType, Direction, Disputed, Edition, InputReference, ReferenceContext, ReferenceOrigin, Scope, Timestamp};
use canread::snapshot;
use std::collections::BTreeMap;
use time::format_description::well_known::Rfc3339;

/// What is asked.
#[derive(Clone, Debug)]
pub(crate) struct Ask {
    pub(crate) target: JobTarget,
    pub(crate) inputs: Vec<String>,
    pub(crate) output: Option<String>,
    pub(crate) workspace: Scope,
    pub(crate) suffix: String,
    pub(crate) at: String,
    pub(crate) declared: Option<DeclaredType>,
}

impl Ask {
    /// About one folder, of the endpoint of [`crate::live_world::LiveWorld`].
    pub(crate) fn folder(input: &str) -> Self {
        Ask {
            target: JobTarget::Endpoint { name: "batch".to_owned(), deployment: None },
            inputs: vec![input.to_owned()],
            output: None,
            workspace: Scope::new(&workspace()),
            suffix: "core.windows.net".to_owned(),
            at: AT.to_owned(),
            declared: Some(DeclaredType::UriFolder),
        }
    }

    /// On a cluster, without an endpoint.
    pub(crate) fn on_cluster(self) -> Self {
        Ask { target: JobTarget::Compute("cpu".to_owned()), ..self }
    }

    /// Of a deployment by its name.
    pub(crate) fn deployed(self, name: &str) -> Self {
        Ask { target: JobTarget::Endpoint { name: "batch".to_owned(), deployment: Some(name.to_owned()) }, ..self }
    }

    fn context(&self, direction: Direction) -> ReferenceContext<'_> {
        ReferenceContext { origin: ReferenceOrigin::CommandLine, direction, storage_suffix: &self.suffix, workspace: Some(&self.workspace) }
    }

    /// What is to be collected, as the program plans it.
    pub(crate) fn plan(&self) -> Plan {
        let target = match &self.target {
            JobTarget::Endpoint { name, deployment } => Target::Endpoint { name: name.clone(), deployment: deployment.clone() },
            JobTarget::Compute(name) => Target::Compute(self.workspace.join(&format!("computes/{name}"))),
        };
        let inputs = self.inputs.iter().map(|text| (text, Direction::Input));
        let outputs = self.output.iter().map(|text| (text, Direction::Output));
        let references =
            inputs.chain(outputs).filter_map(|(text, direction)| InputReference::parse(text, &self.context(direction)).outcome.ok());
        Plan {
            workspace: Some(self.workspace.clone()),
            targets: vec![target],
            references: references.collect(),
            max_paths: 1_000,
            ..Plan::default()
        }
    }

    /// The whole workspace.
    pub(crate) fn whole(&self) -> Plan {
        Plan { workspace: Some(self.workspace.clone()), whole: true, max_paths: 1_000, ..Plan::default() }
    }

    fn question(&self, loaded: &snapshot::Loaded) -> JobQuestion {
        let at = Timestamp::parse(&self.at, &Rfc3339).expect("a time");
        let data = |texts: &[String], direction: Direction| -> Vec<DataQuestion> {
            let one = |text: &String| DataQuestion {
                name: "input".to_owned(),
                reference: InputReference::parse(text, &self.context(direction)),
                declared: self.declared.clone(),
            };
            texts.iter().map(one).collect()
        };
        JobQuestion {
            workspace: self.workspace.clone(),
            target: self.target.clone(),
            invoker: loaded.snapshot.facts().header.signed_in.as_ref().map(|who| who.object_id.clone()),
            inputs: data(&self.inputs, Direction::Input),
            outputs: data(self.output.as_slice(), Direction::Output),
            edition: Edition::Current,
            disputed: Disputed::Deny,
            storage_suffix: self.suffix.clone(),
            at,
            until: at,
            assume_below: false,
        }
    }

    /// The answer that a snapshot bears.
    pub(crate) fn judge(&self, file: &str) -> Judged {
        let loaded = snapshot::read(file.as_bytes(), "state").unwrap_or_else(|errors| panic!("{errors}\n{file}"));
        let finding = eval::check(&self.question(&loaded), &loaded.snapshot, embedded_rules());
        Judged { finding, warnings: loaded.warnings.iter().map(|warning| warning.message.clone()).collect() }
    }
}

/// An answer.
pub(crate) struct Judged {
    pub(crate) finding: JobFinding,
    /// Of reading the file.
    pub(crate) warnings: Vec<String>,
}

impl Judged {
    pub(crate) fn verdict(&self) -> Verdict {
        self.finding.verdict()
    }

    /// Each requirement by where it stands, its id and its place among those of that id.
    pub(crate) fn requirements(&self) -> BTreeMap<String, Verdict> {
        let finding = &self.finding;
        let mut all = BTreeMap::new();
        let mut add = |place: &str, requirements: &[eval::RequirementFinding]| {
            for one in requirements {
                let mut number = 0;
                while all.contains_key(&format!("{place} {} {number}", one.id)) {
                    number += 1;
                }
                all.insert(format!("{place} {} {number}", one.id), one.verdict());
            }
        };
        for (at, data) in finding.inputs.iter().enumerate() {
            add(&format!("input {at}"), &data.requirements);
        }
        for (at, data) in finding.outputs.iter().enumerate() {
            add(&format!("output {at}"), &data.requirements);
        }
        add("invoke", finding.invoke.as_deref().unwrap_or_default());
        add("job", std::slice::from_ref(&finding.endpoint));
        all.insert("whole".to_owned(), finding.verdict());
        all
    }

    /// What is missing, of every requirement.
    pub(crate) fn missing(&self) -> Vec<String> {
        let all = self.finding.requirements().flat_map(|one| one.proof.missing());
        all.map(|missing| format!("{} {} {}", missing.what, missing.scope, missing.because.unwrap_or_default())).collect()
    }
}
