//! Somebody may do something: identities of computes that may do more than read, invokers who could give themselves more.

use super::account_keys::LIST_KEYS;
use super::stored::holds_job_files_only;
use crate::eval::{Evidence, EvidenceKind, Proof, Verdict, rbac};
use crate::model::{CredentialSource, Datastore, DatastoreTarget, Known, ObjectId, Scope, StorageAccount};
use crate::review::Occurrence;
use crate::review::found::{Detected, cited};
use crate::review::holders::{holders, named};
use crate::review::identities::{Invokers, computes, of_computes};
use crate::review::subject::{Subject, resource};
use crate::rules::{ActAt, Actor, MayAct};
use std::collections::BTreeMap;

/// Most places that a sentence names.
const NAMED: usize = 5;

/// Where the right is asked about.
struct Asked {
    scope: Scope,
    /// In a sentence, without the word for what it is.
    name: String,
    /// It concerns files of jobs only.
    system: bool,
}

/// What is found, gathered by principal and role assignment: one assignment often reaches many places.
type Grants = BTreeMap<(ObjectId, String), (Vec<Evidence>, Vec<Asked>)>;

/// Finds who may do what the rule asks about.
pub(super) fn may_act(subject: &Subject<'_>, may: &MayAct) -> Detected {
    let mut detected = Detected { missing: subject.accounts_missing.clone(), ..Detected::default() };
    detected.missing.extend(subject.parts_missing.clone());
    let places = places(subject, may);
    match may.who {
        Actor::Compute => by_computes(subject, may, places, &mut detected),
        Actor::Invoker => by_invokers(subject, may, places, &mut detected),
    }
    detected
}

fn places(subject: &Subject<'_>, may: &MayAct) -> Vec<Asked> {
    let is_key = may.action.key().eq_ignore_ascii_case(LIST_KEYS);
    match may.at {
        ActAt::Container => containers(subject, may),
        ActAt::Account => {
            // Keys that the account refuses open nothing.
            let useful = subject.accounts.iter().filter(|account| !is_key || account.allow_shared_key_access);
            useful.map(|account| of_account(subject, account)).collect()
        }
        ActAt::Datastore => {
            let stored = subject.stores.iter().filter(|store| store.credential != CredentialSource::None);
            let asked = |store: &&Datastore| Asked {
                scope: store.id.clone(),
                name: format!("`{}`", store.id.name()),
                system: holds_job_files_only(subject, store),
            };
            stored.map(asked).collect()
        }
    }
}

fn of_account(subject: &Subject<'_>, account: &StorageAccount) -> Asked {
    let mut stores = subject.stores_on(&account.name).peekable();
    let system = stores.peek().is_some() && stores.all(Datastore::is_system);
    Asked { scope: account.id.clone(), name: format!("`{}`", account.name), system }
}

fn containers(subject: &Subject<'_>, may: &MayAct) -> Vec<Asked> {
    let spared = |account: &str, container: &str| may.spare_default_store && is_default_store(subject, account, container);
    let known = subject.containers.iter().filter(|target| matches!(target.account, Known::Known(_)));
    let asked = known.filter(|target| !spared(&target.account_name, &target.container)).filter_map(|target| {
        let name = format!("`{}` of account `{}`", target.container, target.account_name);
        Some(Asked { scope: target.scope()?, name, system: false })
    });
    asked.collect()
}

/// Whether outputs of jobs are written there by the compute's identity.
fn is_default_store(subject: &Subject<'_>, account: &str, container: &str) -> bool {
    subject.stores.iter().filter(|store| store.is_default && store.credential == CredentialSource::None).any(|store| match &store.target {
        DatastoreTarget::Blob { account: own, container: name } => own.eq_ignore_ascii_case(account) && name == container,
        DatastoreTarget::AdlsGen2 { .. }
        | DatastoreTarget::AdlsGen1 { .. }
        | DatastoreTarget::File { .. }
        | DatastoreTarget::OneLake
        | DatastoreTarget::Other(_) => false,
    })
}

fn by_computes(subject: &Subject<'_>, may: &MayAct, places: Vec<Asked>, detected: &mut Detected) {
    let cx = &subject.cx;
    let (identities, missing) = of_computes(subject);
    detected.missing.extend(missing);
    let mut grants = Grants::new();
    for place in &places {
        for id in identities.keys() {
            let who = cx.snapshot.identities(id);
            let judged = rbac::one_action::<Verdict>(cx, &who, &may.action, may.plane, &place.scope).together(String::new);
            if judged == Verdict::Denied {
                continue;
            }
            let proof: Proof = rbac::one_action(cx, &who, &may.action, may.plane, &place.scope).together(|| format!("{id} may"));
            detected.lacks(&proof);
            if judged == Verdict::Allowed {
                gather(&mut grants, id, cited(&proof, Verdict::Allowed), place);
            }
        }
    }
    for ((id, _), (evidence, reached)) in grants {
        let Some(of) = identities.get(&id) else { continue };
        let Some(first) = of.first() else { continue };
        let message = format!("the identity of {} ({}) may {}", computes(of), named(cx, &id), at(may, &reached));
        let evidence = evidence.into_iter().chain([resource(&first.id, format!("its identity is {id}"))]).collect();
        detected.found.push(Occurrence::new(first.id.as_str(), message, evidence).under(circumstance(&reached)));
    }
}

fn by_invokers(subject: &Subject<'_>, may: &MayAct, places: Vec<Asked>, detected: &mut Detected) {
    let cx = &subject.cx;
    let mut invokers = Invokers::of(subject);
    let mut grants = Grants::new();
    for place in &places {
        let who = holders(cx, &may.action, may.plane, &place.scope);
        detected.missing.extend(who.missing);
        for (id, evidence) in who.certain {
            let (verdict, missing) = invokers.may_invoke(&id);
            match verdict {
                Verdict::Denied => {}
                Verdict::Undetermined => detected.missing.extend(missing),
                Verdict::Allowed => gather(&mut grants, &id, evidence, place),
            }
        }
    }
    for ((id, assignment), (evidence, reached)) in grants {
        let message = format!("{}, who may invoke, may {}", named(cx, &id), at(may, &reached));
        detected.found.push(Occurrence::new(assignment, message, evidence).under(circumstance(&reached)));
    }
}

/// Under every role assignment that grants it; they come first in the evidence.
fn gather(grants: &mut Grants, id: &ObjectId, evidence: Vec<Evidence>, place: &Asked) {
    for own in evidence.into_iter().filter(|one| one.kind == EvidenceKind::RoleAssignment) {
        let (known, reached) = grants.entry((id.clone(), own.id.clone())).or_default();
        if known.is_empty() {
            known.push(own);
        }
        reached.push(Asked { scope: place.scope.clone(), name: place.name.clone(), system: place.system });
    }
}

fn circumstance(reached: &[Asked]) -> Option<&'static str> {
    reached.iter().all(|place| place.system).then_some("system")
}

/// What may be done, and where.
fn at(may: &MayAct, reached: &[Asked]) -> String {
    let names: Vec<&str> = reached.iter().take(NAMED).map(|place| place.name.as_str()).collect();
    let more = reached.len() - names.len();
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    let what = match may.at {
        ActAt::Container => "container",
        ActAt::Account => "account",
        ActAt::Datastore => "datastore",
    };
    format!("do `{}` at {what} {}{more}", may.action, names.join(", "))
}
