//! Causes that are no requirement: what the state says of them.

use super::causes::Status;
use super::confirm::{Judge, Judged};
use crate::eval::{EvidenceKind, Verdict};
use crate::model::{Action, Cause, CredentialUsed, Found, Known, ObjectId, OtherCause, Plane, RequirementId, WarningId};

/// What a leaf about a rotated key claims (`eval/credential/key.rs`).
const KEY_IS_CURRENT: &str = "was made with a key the account still has";
/// What the leaf about a missing default deployment claims (`eval/job.rs`).
const ROUTES: &str = "the endpoint routes to a deployment";
/// What fetching an account's keys takes.
const LIST_KEYS: &str = "Microsoft.Storage/storageAccounts/listKeys/action";
/// What looking at an account takes.
const READ_ACCOUNT: &str = "Microsoft.Storage/storageAccounts/read";

impl Judge<'_> {
    pub(super) fn other(&self, cause: OtherCause) -> Option<Judged> {
        match cause {
            OtherCause::ClientReference => self.client_reference(),
            OtherCause::ClientIdentity => self.client_identity(),
            OtherCause::PlatformPropagation => self.propagation(),
            OtherCause::CredentialKeyCurrent => self.key_current(),
            OtherCause::EndpointDefaultDeployment => self.default_deployment(),
            OtherCause::WorkspaceIdentity => self.workspace_identity(),
            // Judged where the text names the exact action; else the state does not speak of them.
            OtherCause::JobSetup
            | OtherCause::RegistryAccess
            | OtherCause::KeyVaultSecret
            | OtherCause::ClientAudience
            | OtherCause::PlatformKnownIssue => None,
        }
    }

    fn client_reference(&self) -> Option<Judged> {
        let question = self.completed.question.as_ref()?;
        let all = || question.inputs.iter().chain(&question.outputs);
        let refused = all().find_map(|data| Some((data, data.reference.client.as_ref()?)));
        match refused {
            Some((data, note)) => {
                let instead = note.instead.as_ref().map(|instead| format!("; write `{instead}`")).unwrap_or_default();
                Some(Judged::new(Status::Confirmed, format!("{}: {}{instead}", data.reference.text, note.why)))
            }
            None if all().next().is_none() => None,
            None => Some(Judged::new(Status::Refuted, "the client takes the reference as it is written")),
        }
    }

    /// Whether the principal that the text names is the one the reader thinks of.
    fn client_identity(&self) -> Option<Judged> {
        let named = self.log.signals.iter().find_map(|signal| {
            let points = signal.causes.iter().any(|ranked| ranked.cause == Cause::Other(OtherCause::ClientIdentity));
            signal.detail("object_id").filter(|_| points)
        })?;
        let named = ObjectId::new(named);
        let expected = self.completed.expected.clone()?;
        let (named_as, expected_as) = (self.called(&named), self.called(&expected));
        if named == expected {
            return Some(Judged::new(Status::Refuted, format!("the text names {named_as}, who is the one asked about")));
        }
        Some(Judged::new(Status::Confirmed, format!("the text names {named_as}, not {expected_as}")))
    }

    /// A principal by name, by what it is in the workspace, and by id.
    pub(super) fn called(&self, id: &ObjectId) -> String {
        let facts = self.snapshot.facts();
        let of_workspace = facts.workspaces.values().find(|workspace| has_identity(&workspace.identity, id));
        let of_compute = facts.computes.values().find(|compute| has_identity(&compute.identity, id));
        let part = match (of_workspace, of_compute) {
            (_, Some(compute)) => format!(", the identity of compute `{}`", compute.id.name()),
            (Some(workspace), None) => format!(", the identity of workspace `{}`", workspace.id.name()),
            (None, None) => String::new(),
        };
        match facts.directory.get(id).and_then(|object| object.name()) {
            Some(name) => format!("{name} ({id}{part})"),
            None => format!("{id}{part}"),
        }
    }

    fn propagation(&self) -> Option<Judged> {
        let finding = self.finding.as_ref()?;
        let warning = finding.all_warnings().into_iter().find(|warning| warning.id == WarningId::PlatformPropagation);
        if let Some(warning) = warning {
            return Some(Judged::new(Status::Confirmed, warning.message));
        }
        let access =
            [RequirementId::AccessMount, RequirementId::AccessRead, RequirementId::JobInvoke, RequirementId::CredentialServicePrincipal];
        let verdict = finding.requirements().filter(|one| access.contains(&one.id)).map(|one| one.verdict()).min()?;
        match verdict {
            Verdict::Denied => Some(Judged::new(Status::Refuted, "there is no grant that could be too fresh")),
            Verdict::Allowed => {
                Some(Judged::new(Status::Refuted, "no grant that it rests on is younger than a day, by what was collected"))
            }
            Verdict::Undetermined => None,
        }
    }

    fn key_current(&self) -> Option<Judged> {
        let finding = self.finding.as_ref().filter(|finding| !finding.inputs.is_empty() || !finding.outputs.is_empty())?;
        let leaf = finding.requirements().find_map(|one| {
            let leaves = one.proof.leaves();
            leaves
                .into_iter()
                .find(|(claim, ..)| claim.ends_with(KEY_IS_CURRENT))
                .map(|(claim, verdict, leaf)| (claim.to_owned(), verdict, leaf))
        });
        if let Some((claim, Verdict::Denied, leaf)) = &leaf {
            let because = format!("{claim}: {}", leaf.evidence.says);
            return Some(Judged { status: Status::Confirmed, because, evidence: Some(leaf.evidence.clone()) });
        }
        if let Some((claim, Verdict::Allowed, leaf)) = &leaf
            && leaf.evidence.kind == EvidenceKind::Probe
        {
            let because = format!("{claim}: {}", leaf.evidence.says);
            return Some(Judged { status: Status::Refuted, because, evidence: Some(leaf.evidence.clone()) });
        }
        let stored = |data: &crate::eval::DataFinding| {
            data.rule.as_ref().is_none_or(|rule| rule.credentials_used.contains(&CredentialUsed::StoreCredential))
        };
        if !finding.inputs.iter().chain(&finding.outputs).any(stored) {
            return Some(Judged::new(Status::Refuted, "no stored credential is used"));
        }
        let aged = finding.all_warnings().into_iter().find(|warning| warning.id == WarningId::CredentialKeyAge);
        aged.map(|warning| Judged::new(Status::Possible, warning.message))
    }

    fn default_deployment(&self) -> Option<Judged> {
        let endpoint = &self.finding.as_ref()?.endpoint;
        let leaves = endpoint.proof.leaves();
        if let Some((_, _, leaf)) = leaves.iter().find(|(claim, verdict, _)| *claim == ROUTES && *verdict == Verdict::Denied) {
            let because = format!("{ROUTES}: {}", leaf.evidence.says);
            return Some(Judged { status: Status::Confirmed, because, evidence: Some(leaf.evidence.clone()) });
        }
        match endpoint.verdict() {
            Verdict::Allowed => Some(Judged::new(Status::Refuted, "the endpoint routes to a deployment that exists")),
            Verdict::Denied | Verdict::Undetermined => None,
        }
    }

    /// Whether the workspace's identity may do on the default storage what the text asks of it.
    fn workspace_identity(&self) -> Option<Judged> {
        let question = self.completed.question.as_ref()?;
        let Found::Here(workspace) = self.snapshot.workspace(&question.workspace) else { return None };
        let account = workspace.storage_account.as_ref()?;
        let looks_only = self.log.signals.iter().any(|signal| signal.rule.starts_with("AzureIdentityAccessTokenResolution"));
        let (action, scope) = if looks_only { (READ_ACCOUNT, self.account_of_text()?) } else { (LIST_KEYS, account.clone()) };
        let users = workspace.identity.user_assigned.iter().filter_map(|user| user.principal_id.as_ref());
        let identities: Vec<&ObjectId> = workspace.identity.principal_id.iter().chain(users).collect();
        let mut proofs: Vec<_> = identities.into_iter().map(|id| self.holds(id, &Action::new(action), Plane::Management, &scope)).collect();
        proofs.sort_by_key(crate::eval::Judgement::verdict);
        proofs.last().map(|best| Judged::by(best, ""))
    }

    fn account_of_text(&self) -> Option<crate::model::Scope> {
        let name = self.log.signals.iter().find_map(|signal| signal.detail("account"))?;
        match self.snapshot.storage_account(name) {
            Known::Known(account) => Some(account.id.clone()),
            Known::Missing(_) => None,
        }
    }
}

fn has_identity(identity: &crate::model::Identity, id: &ObjectId) -> bool {
    let users = identity.user_assigned.iter().filter_map(|user| user.principal_id.as_ref());
    identity.principal_id.iter().chain(users).any(|own| own == id)
}
