//! Whose rights matter: the identities of computes, and whoever may invoke.

use super::matrix::job_question;
use super::subject::Subject;
use crate::eval::requirement::may_invoke;
use crate::eval::{JobView, Proof, Verdict, compute_identities, principal, view};
use crate::model::{Compute, Known, Missing, ObjectId, RolePlayed};
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
    jobs: Vec<JobView<'a>>,
    known: BTreeMap<ObjectId, (Verdict, BTreeSet<Missing>)>,
}

impl<'s, 'a> Invokers<'s, 'a> {
    pub(super) fn of(subject: &'s Subject<'a>) -> Self {
        let questions = subject.deployments.iter().filter_map(|deployment| job_question(subject.question, deployment));
        let jobs = questions.map(|question| view(&subject.cx, &question)).collect();
        Invokers { subject, jobs, known: BTreeMap::new() }
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

    fn judge(&mut self, id: &ObjectId) -> (Verdict, BTreeSet<Missing>) {
        let cx = &self.subject.cx;
        let mut open = None;
        for job in &mut self.jobs {
            job.invoker = Known::Known(principal(cx, id, RolePlayed::JobIdentity, None));
            match may_invoke::<Verdict>(cx, job) {
                Verdict::Allowed => return (Verdict::Allowed, BTreeSet::new()),
                Verdict::Undetermined => open = open.or_else(|| Some(may_invoke::<Proof>(cx, job).missing())),
                Verdict::Denied => {}
            }
        }
        open.map_or_else(|| (Verdict::Denied, BTreeSet::new()), |missing| (Verdict::Undetermined, missing))
    }
}
