//! Whose rights matter: the identities of computes, and whoever may invoke.

use super::matrix::job_question;
use super::subject::Subject;
use crate::eval::{JobQuestion, Verdict, check, compute_identities};
use crate::model::{Compute, Known, Missing, ObjectId, RequirementId};
use std::collections::{BTreeMap, BTreeSet};

/// The identities of the workspace's computes by object id, each with the computes that bear it; and what is missing to know
/// all of them.
pub(super) fn of_computes<'a>(subject: &Subject<'a>) -> (BTreeMap<ObjectId, Vec<&'a Compute>>, BTreeSet<Missing>) {
    let mut found: BTreeMap<ObjectId, Vec<&Compute>> = BTreeMap::new();
    let mut missing: BTreeSet<Missing> = subject.parts_missing.iter().cloned().collect();
    for compute in &subject.computes {
        for candidate in compute_identities(&subject.cx, &Known::Known(*compute)).candidates {
            match candidate {
                Known::Known(principal) => {
                    if let Some(id) = principal.object_id {
                        found.entry(id).or_default().push(compute);
                    }
                }
                Known::Missing(lacking) => {
                    missing.insert(lacking);
                }
            }
        }
    }
    (found, missing)
}

/// Names of computes, in a sentence.
pub(super) fn computes(computes: &[&Compute]) -> String {
    let names: Vec<String> = computes.iter().map(|compute| format!("`{}`", compute.id.name())).collect();
    format!("compute {}", names.join(", "))
}

/// Who may invoke a deployment of the workspace, asked once for each principal.
pub(super) struct Invokers<'s, 'a> {
    subject: &'s Subject<'a>,
    known: BTreeMap<ObjectId, (Verdict, BTreeSet<Missing>)>,
}

impl<'s, 'a> Invokers<'s, 'a> {
    pub(super) fn of(subject: &'s Subject<'a>) -> Self {
        Invokers { subject, known: BTreeMap::new() }
    }

    /// Whether a principal may invoke at least one deployment (`job/invoke`), and what is missing to know.
    pub(super) fn may_invoke(&mut self, id: &ObjectId) -> (Verdict, BTreeSet<Missing>) {
        if let Some(known) = self.known.get(id) {
            return known.clone();
        }
        let judged = self.judge(id);
        self.known.insert(id.clone(), judged.clone());
        judged
    }

    fn judge(&self, id: &ObjectId) -> (Verdict, BTreeSet<Missing>) {
        let (question, cx) = (self.subject.question, &self.subject.cx);
        let mut missing = BTreeSet::new();
        let mut verdict = Verdict::Denied;
        for deployment in &self.subject.deployments {
            let Some(job) = job_question(question, deployment) else { continue };
            let job = JobQuestion { invoker: Some(id.clone()), ..job };
            let finding = check(&job, cx.snapshot, cx.rules);
            for one in finding.invoke.iter().flatten().filter(|one| one.id == RequirementId::JobInvoke) {
                verdict = verdict.max(one.verdict());
                missing.extend(one.proof.missing());
            }
            if verdict == Verdict::Allowed {
                return (verdict, BTreeSet::new());
            }
        }
        (verdict, missing)
    }
}
