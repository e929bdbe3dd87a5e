//! Whether what a datastore stores opens the data: account key, SAS, service principal or certificate.
//!
//! Source: "Data administration", data authentication, and "Create datastores" (Azure Machine Learning).

mod certificate;
mod clock;
mod delegation;
mod key;
mod permissions;
mod policy;
mod sas;
mod scope;
mod service_principal;
mod shared_key;

pub use policy::exceeds_policy;
pub use sas::{SasGrants, sas};
pub use service_principal::service_principal;
pub use shared_key::shared_key;

use super::{Context, Evidence, EvidenceKind, Judgement, Leaf, Proof, Verdict, probe_leaf};
use super::{ProbeQuery, Probed};
use crate::model::{DatastoreTarget, Missing, Operation, Timestamp};

/// Answers whether a principal may do an operation on the target: by RBAC, by ACL, or by either, as whoever hands it over
/// decides.
pub type AccessOf<'a> = &'a dyn Fn(&crate::model::ObjectId, Operation) -> Proof;

/// Makes leaves about one record.
#[derive(Clone, Copy, Debug)]
struct Record<'a> {
    kind: EvidenceKind,
    id: &'a str,
}

impl Record<'_> {
    fn leaf(self, claim: impl Into<String>, says: impl Into<String>) -> Leaf {
        Leaf::new(claim, Evidence::new(self.kind, self.id, says))
    }
    fn allowed(self, claim: impl Into<String>, says: impl Into<String>) -> Proof {
        Proof::allowed(|| self.leaf(claim, says))
    }
    fn denied(self, claim: impl Into<String>, says: impl Into<String>) -> Proof {
        Proof::denied(|| self.leaf(claim, says))
    }
    /// Undetermined for a question that no look-up decides.
    fn open(self, claim: impl Into<String>, says: impl Into<String>, name: &str, question: &str) -> Proof {
        Proof::undetermined(|| (self.leaf(claim, says), Missing::open(name, question)))
    }
}

/// What a probe that worked may settle of a part that is undetermined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Settles {
    /// Nothing: what Azure makes of it may change with the request.
    Never,
    /// The part.
    Probe,
    /// The part, if the period asked about ends within clock skew of the probe: an expiry is not known, so that only the
    /// probe's own moment is proved.
    FreshProbe,
    /// The part, if the probe was sent from where the requests come from.
    SameSource,
}

/// One part of a requirement.
#[derive(Debug)]
struct Part {
    proof: Proof,
    settles: Settles,
}

impl Part {
    fn hard(proof: Proof) -> Self {
        Part { proof, settles: Settles::Never }
    }
    fn settled_by_probe(proof: Proof) -> Self {
        Part { proof, settles: Settles::Probe }
    }
}

/// What the probes of a stored credential say of all operations together.
#[derive(Debug, Default)]
struct ProbeFindings<'a> {
    /// Set where every operation worked: the oldest of the probes that say so.
    worked: Option<&'a crate::model::Probe>,
    /// The operations that were refused.
    refused: Vec<(Operation, Probed<'a>)>,
}

impl<'a> ProbeFindings<'a> {
    fn new(cx: &Context<'a>, query: &ProbeQuery<'_>, operations: &[Operation]) -> Self {
        let answers: Vec<_> = operations.iter().map(|operation| (*operation, query.answer(cx.snapshot, *operation))).collect();
        let mut findings = ProbeFindings::default();
        let mut worked = Vec::new();
        for (operation, answer) in &answers {
            match answer {
                Some(Probed::Ok(probe)) => worked.push(*probe),
                Some(refused @ Probed::Refused(..)) => findings.refused.push((*operation, *refused)),
                None => {}
            }
        }
        if !answers.is_empty() && worked.len() == answers.len() {
            findings.worked = worked.into_iter().min_by_key(|probe| probe.at);
        }
        findings
    }

    fn refusals(&self) -> impl Iterator<Item = Proof> + '_ {
        self.refused.iter().map(|(operation, probed)| {
            Proof::denied(|| probe_leaf(format!("the stored credential worked when it was tried ({operation})"), *probed))
        })
    }

    /// The part's proof, with the probe as an alternative where it may settle what is not known.
    fn settle(&self, cx: &Context<'_>, from: Option<&crate::model::Scope>, part: Part) -> Proof {
        let Some(probe) = self.worked else { return part.proof };
        let fresh = || probe.at.is_some_and(|at| cx.until <= at.saturating_add(clock::CLOCK_SKEW));
        let settles = match part.settles {
            Settles::Never => false,
            Settles::Probe => true,
            Settles::FreshProbe => fresh(),
            Settles::SameSource => from.is_some() && probe.from.as_ref() == from,
        };
        if !settles || part.proof.verdict() != Verdict::Undetermined {
            return part.proof;
        }
        let claim = part.proof.claim().to_owned();
        let tried = Proof::allowed(|| probe_leaf("the stored credential worked when it was tried", Probed::Ok(probe)));
        Proof::any(|| claim, vec![part.proof, tried])
    }
}

/// What a SAS that names a stored access policy leaves open.
const POLICY_QUESTION: &str =
    "what does the container's stored access policy say? it may set what the token leaves out, and is not part of the snapshot";

/// Account and container of a datastore whose store has both.
fn account_and_container(target: &DatastoreTarget) -> Option<(String, &str)> {
    match target {
        DatastoreTarget::Blob { account, container } => Some((account.to_lowercase(), container)),
        DatastoreTarget::AdlsGen2 { account, filesystem } => Some((account.to_lowercase(), filesystem)),
        DatastoreTarget::AdlsGen1 { .. } | DatastoreTarget::File { .. } | DatastoreTarget::OneLake | DatastoreTarget::Other(_) => None,
    }
}

/// A moment as reports print it.
fn moment(at: Timestamp) -> String {
    at.format(&time::format_description::well_known::Rfc3339).unwrap_or_else(|_| at.to_string())
}
