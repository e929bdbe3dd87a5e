//! Through what a principal reaches data: the records that a proof rests on, in words that name no principal, so that all
//! of a class share them.

use super::{Way, WayKind};
use crate::eval::{Evidence, EvidenceKind, Judgement, LeafNode, Node, Proof, Until, Verdict, posix};
use crate::model::{CredentialSource, Datastore, Identities, RoleAssignment, StoreKind};
use time::format_description::well_known::Rfc3339;

/// Kind of a way, in the words of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ThroughKind {
    /// Nobody need be known.
    Anonymous,
    /// A role assignment.
    RoleAssignment,
    /// Entries of ACLs.
    Acl,
    /// What a datastore stores.
    StoredCredential,
    /// The account's keys.
    AccountKey,
}

impl ThroughKind {
    /// The word the contract uses.
    pub fn as_str(self) -> &'static str {
        match self {
            ThroughKind::Anonymous => "anonymous",
            ThroughKind::RoleAssignment => "role_assignment",
            ThroughKind::Acl => "acl",
            ThroughKind::StoredCredential => "stored_credential",
            ThroughKind::AccountKey => "account_key",
        }
    }
}

/// One grant or stored secret that a principal reaches the data through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Through {
    /// Kind.
    pub kind: ThroughKind,
    /// The assignment, the path whose ACL it is, the datastore, the account or the container.
    pub id: String,
    /// One sentence.
    pub says: String,
    /// Allowed, or undetermined where something about it is not known.
    pub verdict: Verdict,
    /// The records it rests on.
    pub evidence: Vec<Evidence>,
}

/// What `proof` of a way rests on; nothing for a denied one.
pub(super) fn through(way: &Way<'_, '_>, who: &Identities, proof: &Proof) -> Vec<Through> {
    if proof.verdict() == Verdict::Denied {
        return Vec::new();
    }
    match way.kind {
        WayKind::Identity => by_identity(way, who, proof),
        WayKind::Stored(store) => vec![fetched(way, proof, ThroughKind::StoredCredential, store.id.as_str(), &stores(store))],
        WayKind::AccountKey(account) => {
            let what = format!("the keys of account `{}`, which open all of it", account.name);
            vec![fetched(way, proof, ThroughKind::AccountKey, account.id.as_str(), &what)]
        }
    }
}

fn stores(store: &Datastore) -> String {
    let what = match &store.credential {
        CredentialSource::AccountKey => "an account key",
        CredentialSource::Sas => "a SAS",
        CredentialSource::ServicePrincipal { .. } => "the secret of a service principal",
        CredentialSource::Certificate { .. } => "the certificate of a service principal",
        CredentialSource::Other(_) | CredentialSource::None => "a credential",
    };
    format!("{what} that datastore `{}` stores", store.id.name())
}

fn by_identity(way: &Way<'_, '_>, who: &Identities, proof: &Proof) -> Vec<Through> {
    let (cx, target, verdict) = (way.cx(), way.target(), proof.verdict());
    let mut found = roles(way, proof);
    let mut acls = acl(proof, verdict);
    let hns = target.account.value().is_some_and(|account| account.is_hns_enabled) && target.store != StoreKind::AdlsGen1;
    // Where a role grants, ACLs were not asked; a reviewer who takes the role away wants to know.
    if acls.is_none() && hns && verdict == Verdict::Allowed {
        let also: Proof = posix::data_operation(cx, who, way.operation(), target);
        acls = acl(&also, also.verdict()).filter(|_| also.verdict() == Verdict::Allowed);
    }
    found.extend(acls);
    found
}

/// The role assignments in a proof, each once.
fn roles(way: &Way<'_, '_>, proof: &Proof) -> Vec<Through> {
    let mut found: Vec<Through> = Vec::new();
    for (_, verdict, leaf) in bearing(proof).into_iter().filter(|(_, _, leaf)| leaf.evidence.kind == EvidenceKind::RoleAssignment) {
        if let Some(known) = found.iter_mut().find(|known| known.id == leaf.evidence.id) {
            known.evidence.push(leaf.evidence.clone());
            if verdict == Verdict::Undetermined && !known.says.contains(&leaf.evidence.says) {
                known.says.push_str(&format!("; {}", leaf.evidence.says));
            }
            continue;
        }
        let mut says = assignment_of(way, &leaf.evidence.id).map_or_else(String::new, |one| describe(way, one, leaf));
        if verdict == Verdict::Undetermined {
            says.push_str(&format!("; {}", leaf.evidence.says));
        }
        let (id, evidence) = (leaf.evidence.id.clone(), vec![leaf.evidence.clone()]);
        found.push(Through { kind: ThroughKind::RoleAssignment, id, says, verdict: proof.verdict(), evidence });
    }
    found
}

fn assignment_of<'a>(way: &Way<'_, 'a>, id: &str) -> Option<&'a RoleAssignment> {
    way.relevant.assignments.get(id.to_lowercase().as_str()).copied()
}

/// Role, scope, and through which group, without whom it grants.
fn describe(way: &Way<'_, '_>, assignment: &RoleAssignment, leaf: &LeafNode) -> String {
    let cx = way.cx();
    let collected = cx.snapshot.facts().role_definitions.get(&assignment.role);
    let definition = collected.or_else(|| cx.rules.built_in_role(&assignment.role).map(|role| &role.definition));
    let role = definition.map_or_else(|| assignment.role.to_string(), |definition| definition.name.clone());
    let group = leaf.evidence.says.split_once(", through group ").map_or_else(String::new, |(_, group)| format!(", through group {group}"));
    let condition = if assignment.condition.is_some() { ", under its condition" } else { "" };
    let until = leaf.until.as_ref().map_or_else(String::new, |until| format!(", until {}", moment(until)));
    format!("role `{role}` at {}{group}{condition}{until}", assignment.scope)
}

fn moment(until: &Until) -> String {
    until.at.format(&Rfc3339).unwrap_or_else(|_| until.at.to_string())
}

/// The ACL entries of a proof as one way, cited by the last path of the chain.
fn acl(proof: &Proof, verdict: Verdict) -> Option<Through> {
    let leaves: Vec<_> = bearing(proof).into_iter().filter(|(_, _, leaf)| leaf.evidence.kind == EvidenceKind::PathAccess).collect();
    let (claim, _, last) = leaves.last()?;
    let right = claim.split_once(" has ").map_or("", |(_, right)| right);
    let above = leaves.iter().filter(|(_, _, leaf)| leaf.evidence.id != last.evidence.id).count();
    let above = match above {
        0 => String::new(),
        1 => ", and `--x` on the folder above".to_owned(),
        more => format!(", and `--x` on the {more} folders above"),
    };
    let says = if right.is_empty() { last.evidence.says.clone() } else { format!("{} gives {right}{above}", last.evidence.says) };
    let evidence = leaves.iter().map(|(_, _, leaf)| leaf.evidence.clone()).collect();
    Some(Through { kind: ThroughKind::Acl, id: last.evidence.id.clone(), says, verdict, evidence })
}

fn fetched(way: &Way<'_, '_>, proof: &Proof, kind: ThroughKind, id: &str, what: &str) -> Through {
    let grants = roles(way, proof);
    let by: Vec<&str> = grants.iter().map(|grant| grant.says.as_str()).collect();
    let by = if by.is_empty() { String::new() } else { format!(": {}", by.join("; ")) };
    let verb = match proof.verdict() {
        Verdict::Allowed => "may fetch",
        Verdict::Undetermined | Verdict::Denied => "may be able to fetch",
    };
    let evidence = grants.iter().flat_map(|grant| grant.evidence.iter().cloned()).collect();
    Through { kind, id: id.to_owned(), says: format!("{verb} {what}{by}"), verdict: proof.verdict(), evidence }
}

/// The leaves that bear the verdict: of what must all hold each, of alternatives those that are as good as the whole.
fn bearing(proof: &Proof) -> Vec<(&str, Verdict, &LeafNode)> {
    let mut found = Vec::new();
    let mut open = vec![proof];
    while let Some(node) = open.pop() {
        match node.node() {
            Node::Leaf(leaf) => found.push((node.claim(), node.verdict(), &**leaf)),
            Node::All(parts) => open.extend(parts.iter().rev()),
            Node::Any(parts) => open.extend(parts.iter().rev().filter(|part| part.verdict() == node.verdict())),
        }
    }
    found
}
