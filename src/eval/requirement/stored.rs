//! Requirements where a datastore stores a credential: it can be fetched, the account accepts it, it opens the data.

use super::{invoker_may, may};
use crate::eval::gates::tenant;
use crate::eval::{
    Context, DataTarget, Evidence, EvidenceKind, JobView, Judgement, Leaf, Proof, RequirementFinding, Verdict, credential, posix, rbac,
};
use crate::model::{
    Action, AppId, CredentialSource, Datastore, Found, Known, Missing, ObjectId, Operation, PrincipalKind, RequirementId, RolePlayed,
    SecurityPrincipal, StoreKind,
};

/// Fetching what a datastore stores. Source: "Authorization on batch endpoints", "Data administration".
pub const LIST_SECRETS: &str = "Microsoft.MachineLearningServices/workspaces/datastores/listSecrets/action";

/// A stored credential that is to do something on data.
#[derive(Debug)]
pub struct StoredQuestion<'q, 'a> {
    /// The job.
    pub job: &'q JobView<'a>,
    /// The datastore.
    pub store: &'a Datastore,
    /// It belongs to another workspace.
    pub other_workspace: bool,
    /// The data.
    pub target: &'q DataTarget<'a>,
    /// What is to be done with it.
    pub operations: &'q [Operation],
}

/// `credential/*`, in order; those that do not apply are left out.
pub fn stored_credential(cx: &Context<'_>, question: &StoredQuestion<'_, '_>) -> Vec<RequirementFinding> {
    stored_parts(cx, question)
        .into_iter()
        .map(|(id, summary, principal, proof)| RequirementFinding::new(id, summary, proof).of(principal))
        .collect()
}

type Part = (RequirementId, String, Option<SecurityPrincipal>, Proof);

/// The same as bare parts, for requirements that hold them in one proof.
pub fn stored_parts(cx: &Context<'_>, question: &StoredQuestion<'_, '_>) -> Vec<Part> {
    let store = question.store;
    let name = store.id.name();
    let mut retrievable = retrievable(cx, question);
    if let CredentialSource::Other(kind) = &store.credential {
        let text = format!("what a stored credential of type `{kind}` opens is not known to this version");
        let open = Proof::unknown(|| "the stored credential opens the data".to_owned(), &Missing::open("credential-type", text));
        retrievable.1 = format!("`{name}` stores a credential of type `{kind}`, which this version does not know");
        retrievable.3 = Proof::all(|| "the stored credential can be fetched and used".to_owned(), vec![retrievable.3, open]);
    }
    let mut parts = vec![retrievable];
    parts.extend(opening_parts(cx, store, question.target, question.operations));
    parts
}

/// Whether what `store` stores opens `target`, whoever fetched it: everything that is asked of a stored credential but
/// fetching it.
pub fn stored_opens(cx: &Context<'_>, store: &Datastore, target: &DataTarget<'_>, operations: &[Operation]) -> Proof {
    let claim = || format!("what `{}` stores opens {}", store.id.name(), target.describe());
    let mut parts: Vec<Proof> = opening_parts(cx, store, target, operations).into_iter().map(|(_, _, _, proof)| proof).collect();
    if let CredentialSource::Other(kind) = &store.credential {
        let text = format!("what a stored credential of type `{kind}` opens is not known to this version");
        parts.push(Proof::unknown(claim, &Missing::open("credential-type", text)));
    }
    parts.extend(stored_reader(cx, store).and_then(|reader| stored_tenant(cx, target, store, &reader)));
    if parts.is_empty() {
        let evidence = Evidence::new(EvidenceKind::Resource, store.id.as_str(), "it stores no credential");
        return Proof::denied(|| Leaf::new(claim(), evidence));
    }
    Proof::all(claim, parts)
}

/// Key, SAS or service principal: those that apply, in order.
fn opening_parts(cx: &Context<'_>, store: &Datastore, target: &DataTarget<'_>, operations: &[Operation]) -> Vec<Part> {
    let name = store.id.name();
    let mut parts = Vec::new();
    let stored = cx.snapshot.stored_credential(&store.id);
    if let Some(proof) = credential::shared_key(cx, store, &stored, &target.account) {
        let summary = match proof.verdict() {
            Verdict::Allowed => format!("{} accepts the shared key that `{name}` rests on", target.account_name),
            Verdict::Denied => format!("{} does not accept the shared key that `{name}` rests on", target.account_name),
            Verdict::Undetermined => format!("not known whether {} accepts shared keys", target.account_name),
        };
        parts.push((RequirementId::CredentialSharedKey, summary, None, proof));
    }
    let opening = Opening { store, target, operations };
    match &store.credential {
        CredentialSource::Sas => parts.push(sas(cx, opening, &stored)),
        CredentialSource::ServicePrincipal { client_id, .. } | CredentialSource::Certificate { client_id, .. } => {
            parts.push(service_principal(cx, opening, client_id.as_ref()));
        }
        CredentialSource::AccountKey | CredentialSource::None | CredentialSource::Other(_) => {}
    }
    parts
}

/// What a stored credential is to open, and for what.
#[derive(Clone, Copy)]
struct Opening<'q> {
    store: &'q Datastore,
    target: &'q DataTarget<'q>,
    operations: &'q [Operation],
}

fn retrievable(cx: &Context<'_>, question: &StoredQuestion<'_, '_>) -> Part {
    let store = &question.store.id;
    let invoker = &question.job.invoker;
    let mut proof = invoker_may(cx, invoker, &Action::new(LIST_SECRETS), store);
    if question.other_workspace {
        let text = "who fetches the credential of a datastore in another workspace is not documented";
        let open = Proof::unknown(
            || "the credential of another workspace's datastore can be fetched".to_owned(),
            &Missing::open("other-workspace", text),
        );
        proof = Proof::any(|| "the stored credential can be fetched".to_owned(), vec![open, proof]);
        if proof.verdict() == Verdict::Allowed {
            let open = Proof::unknown(|| "it is the invoker who fetches it".to_owned(), &Missing::open("other-workspace", text));
            proof = Proof::all(|| "the stored credential can be fetched".to_owned(), vec![open, proof]);
        }
    }
    let who = invoker.value().map_or_else(|| "whoever invokes".to_owned(), SecurityPrincipal::label);
    let name = store.name();
    let summary = match proof.verdict() {
        Verdict::Allowed => format!("{who} may fetch the credential stored in `{name}`"),
        Verdict::Denied => format!("{who} may not fetch the credential stored in `{name}` (listSecrets)"),
        Verdict::Undetermined => format!("not known whether {who} may fetch the credential stored in `{name}`"),
    };
    (RequirementId::CredentialRetrievable, summary, invoker.value().cloned(), proof)
}

fn sas(cx: &Context<'_>, question: Opening<'_>, stored: &Found<'_, crate::model::StoredCredential>) -> Part {
    let target = question.target;
    let issuer = |id: &ObjectId, operation: Operation| {
        let who = cx.snapshot.identities(id);
        rbac::data_operation::<Proof>(cx, &who, operation, target)
            .together(|| format!("the issuer {id} may {operation} {}", target.describe()))
    };
    let agent = |id: &ObjectId, operation: Operation| posix::data_operation::<Proof>(cx, &cx.snapshot.identities(id), operation, target);
    let grants = credential::SasGrants { issuer: &issuer, agent: &agent };
    let proof = credential::sas(cx, question.store, stored, target, question.operations, &grants);
    let name = question.store.id.name();
    let summary = match proof.verdict() {
        Verdict::Allowed => format!("the SAS in `{name}` covers {}", target.describe()),
        Verdict::Denied => format!("the SAS in `{name}` does not cover {}", target.describe()),
        Verdict::Undetermined => format!("not known whether the SAS in `{name}` covers {}", target.describe()),
    };
    (RequirementId::CredentialSas, summary, None, proof)
}

fn service_principal(cx: &Context<'_>, question: Opening<'_>, client: Option<&AppId>) -> Part {
    let target = question.target;
    let principal = stored_principal(cx, client);
    let access = |id: &ObjectId, operation: Operation| {
        may(cx, &Known::Known(crate::eval::principal(cx, id, RolePlayed::StoreCredential, None)), &[operation], target)
    };
    let proof = credential::service_principal(cx, question.store, target, question.operations, &access);
    let who = principal.label();
    let summary = match proof.verdict() {
        Verdict::Allowed => format!("the service principal {who} in `{}` opens {}", question.store.id.name(), target.describe()),
        Verdict::Denied => format!("the service principal {who} in `{}` does not open {}", question.store.id.name(), target.describe()),
        Verdict::Undetermined => format!("not known whether the service principal {who} opens {}", target.describe()),
    };
    (RequirementId::CredentialServicePrincipal, summary, Some(principal), proof)
}

/// The stored service principal as far as the directory knows it.
fn stored_principal(cx: &Context<'_>, client: Option<&AppId>) -> SecurityPrincipal {
    let object = client.and_then(|client| match cx.snapshot.directory_object(client.as_str()) {
        Found::Here(object) => Some(object),
        Found::Absent(_) | Found::Missing(_) => None,
    });
    SecurityPrincipal {
        object_id: object.map(|object| object.id.clone()),
        name: object.and_then(|object| object.name()).map(str::to_owned).or_else(|| client.map(ToString::to_string)),
        kind: Some(PrincipalKind::ServicePrincipal),
        role: RolePlayed::StoreCredential,
    }
}

/// The principal whose own rights a stored credential uses: that of a service principal; none for keys and SAS.
pub fn stored_reader(cx: &Context<'_>, store: &Datastore) -> Option<SecurityPrincipal> {
    match &store.credential {
        CredentialSource::ServicePrincipal { client_id, .. } | CredentialSource::Certificate { client_id, .. } => {
            Some(stored_principal(cx, client_id.as_ref()))
        }
        CredentialSource::None | CredentialSource::AccountKey | CredentialSource::Sas | CredentialSource::Other(_) => None,
    }
}

/// Whether a stored service principal lives in the account's tenant; `None` where the requirement does not apply.
pub fn stored_tenant(cx: &Context<'_>, target: &DataTarget<'_>, store: &Datastore, principal: &SecurityPrincipal) -> Option<Proof> {
    if target.store == StoreKind::AdlsGen1 {
        return None;
    }
    let own = match &store.credential {
        CredentialSource::ServicePrincipal { tenant_id, .. } | CredentialSource::Certificate { tenant_id, .. } => tenant_id.clone(),
        CredentialSource::None | CredentialSource::AccountKey | CredentialSource::Sas | CredentialSource::Other(_) => return None,
    };
    let own = own.or_else(|| cx.snapshot.facts().header.tenant_id.clone());
    Some(tenant(cx, target, &[(principal.clone(), Known::Known(own))]))
}
