//! `account/tenant` and `access/anonymous`.

use super::world::*;
use canread::eval::Verdict::{self, Allowed, Denied, Undetermined};
use canread::eval::gates::{Anonymous, anonymous, tenant};
use canread::eval::{Extent, Judgement};
use canread::model::*;
use canread::rules::RuleSet;

const OTHER: &str = "22222222-0000-0000-0000-000000000002";

fn principal(role: RolePlayed, id: &str) -> SecurityPrincipal {
    SecurityPrincipal { object_id: Some(ObjectId::new(id)), name: None, kind: None, role }
}

fn judge_tenant(facts: Facts, tenants: &[Known<Option<TenantId>>]) -> (Verdict, Vec<String>, Vec<String>) {
    let snapshot = Snapshot::new(facts);
    let rules = RuleSet::default();
    let roles = [RolePlayed::ComputeIdentity, RolePlayed::JobIdentity];
    let principals: Vec<_> = tenants.iter().zip(roles).map(|(tenant, role)| (principal(role, "p"), tenant.clone())).collect();
    let proof = tenant(&context(&snapshot, &rules), &target(&snapshot, StoreKind::Blob, Extent::Folder), &principals);
    (proof.verdict(), evidence(&proof, proof.verdict()).into_iter().collect(), missing(&proof))
}

#[test]
fn identities_and_account_live_in_one_tenant() {
    let of = |id: &str| Known::Known(Some(TenantId::new(id)));
    let facts = || World::open().facts;
    let nameless = || {
        let mut facts = facts();
        facts.header.tenant_id = None;
        facts.subscriptions.clear();
        facts
    };
    let own = || SUB.to_owned();
    assert_eq!(judge_tenant(facts(), &[of(TENANT), of(TENANT)]), (Allowed, vec![own()], vec![]));
    assert_eq!(judge_tenant(facts(), &[of(TENANT), of(OTHER)]), (Denied, vec![own()], vec![]));
    // A GUID in another spelling is the same tenant.
    assert_eq!(judge_tenant(facts(), &[of("22222222000000000000000000000001")]).0, Allowed);

    let lost = Missing::new(What::DirectoryObject, "p", &Lookup::NotCollected);
    let (verdict, _, missing) = judge_tenant(facts(), &[of(TENANT), Known::Missing(lost)]);
    assert_eq!((verdict, missing), (Undetermined, vec!["directory_object:p".to_owned()]));

    let mut uncovered = facts();
    uncovered.subscriptions.clear();
    uncovered.coverage.clear();
    let (verdict, _, missing) = judge_tenant(uncovered, &[of(TENANT)]);
    assert_eq!((verdict, missing), (Undetermined, vec![format!("subscription:{SUB}")]));

    let mut foreign = facts();
    foreign.storage_accounts.clear();
    let (verdict, _, missing) = judge_tenant(foreign, &[of(TENANT)]);
    assert_eq!((verdict, missing), (Undetermined, vec!["resource:storageAccounts/acct".to_owned()]));

    // Under coverage an account without subscription record is in the snapshot's tenant.
    let mut covered = facts();
    covered.subscriptions.clear();
    assert_eq!(judge_tenant(covered.clone(), &[of(TENANT)]), (Allowed, vec!["everything".to_owned()], vec![]));
    assert_eq!(judge_tenant(covered, &[of(OTHER)]), (Denied, vec!["everything".to_owned()], vec![]));

    assert_eq!(judge_tenant(nameless(), &[Known::Known(None)]).0, Allowed);
    assert_eq!(judge_tenant(nameless(), &[of(TENANT)]).2, [format!("subscription:{SUB}")]);
    assert_eq!(judge_tenant(facts(), &[Known::Known(None)]).2, ["directory_object:p"]);
}

#[test]
fn both_tenants_are_named() {
    let snapshot = Snapshot::new(World::open().facts);
    let rules = RuleSet::default();
    let principals = [(principal(RolePlayed::ComputeIdentity, "p"), Known::Known(Some(TenantId::new(OTHER))))];
    let proof = tenant(&context(&snapshot, &rules), &target(&snapshot, StoreKind::Blob, Extent::Folder), &principals);
    let says = &proof.leaves()[0].2.evidence.says;
    assert!(says.contains(TENANT) && says.contains(OTHER), "{says}");
}

/// Account flag, container (`None`: no record), store, extent → public, with evidence and what is missing.
fn judge(
    flag: Option<bool>,
    container: Option<Container>,
    extent: Extent,
    change: impl FnOnce(&mut Facts),
) -> (Anonymous, Vec<String>, Vec<String>) {
    judge_store(StoreKind::Blob, flag, container, extent, change)
}

fn judge_store(
    store: StoreKind,
    flag: Option<bool>,
    container: Option<Container>,
    extent: Extent,
    change: impl FnOnce(&mut Facts),
) -> (Anonymous, Vec<String>, Vec<String>) {
    let mut facts = World::open().account(|account| account.allow_blob_public_access = flag).facts;
    if let Some(container) = container {
        facts.containers.insert(("acct".to_owned(), "c".to_owned()), container);
    }
    change(&mut facts);
    let snapshot = Snapshot::new(facts);
    let rules = RuleSet::default();
    let answer = anonymous(&context(&snapshot, &rules), &target(&snapshot, store, extent));
    let proof = answer.proof();
    let (found, lacking) = (evidence(proof, proof.verdict()).into_iter().collect(), missing(proof));
    (answer, found, lacking)
}

fn container(public_access: Option<PublicAccess>) -> Container {
    Container {
        id: container_scope(&Scope::new(ACCOUNT), "c"),
        account: "acct".to_owned(),
        name: "c".to_owned(),
        public_access,
        deleted: false,
        default_encryption_scope: None,
    }
}

fn word(answer: &Anonymous) -> Verdict {
    match answer {
        Anonymous::Public(_) => Allowed,
        Anonymous::NotPublic(_) => Denied,
        Anonymous::Unknown(..) => Undetermined,
    }
}

/// The rule, as a table: flag × level × extent.
fn table(flag: Option<bool>, level: Option<PublicAccess>, extent: Extent) -> Verdict {
    let enough = match level {
        None => Undetermined,
        Some(PublicAccess::Container) => Allowed,
        Some(PublicAccess::Blob) if extent == Extent::File => Allowed,
        Some(PublicAccess::Blob | PublicAccess::None) => Denied,
    };
    let permitted = match flag {
        Some(true) => Allowed,
        Some(false) => Denied,
        None => Undetermined,
    };
    enough.min(permitted)
}

#[test]
fn public_at_the_level_needed() {
    let levels = [None, Some(PublicAccess::None), Some(PublicAccess::Blob), Some(PublicAccess::Container)];
    for store in [StoreKind::Blob, StoreKind::AdlsGen2] {
        for flag in [None, Some(false), Some(true)] {
            for level in levels {
                for extent in [Extent::Folder, Extent::File] {
                    let (answer, found, lacking) = judge_store(store, flag, Some(container(level)), extent, |_| {});
                    let expected = table(flag, level, extent);
                    assert_eq!(word(&answer), expected, "{flag:?} {level:?} {extent:?}");
                    assert_eq!(answer.proof().verdict(), expected);
                    let ids = [ACCOUNT.to_owned(), container(None).id.to_string()];
                    assert!(!found.is_empty() && found.iter().all(|id| ids.iter().any(|own| id.ends_with(own))), "{found:?}");
                    assert_eq!(lacking.is_empty(), expected != Undetermined, "{lacking:?}");
                }
            }
        }
    }
    let gen1 = judge_store(StoreKind::AdlsGen1, Some(true), Some(container(Some(PublicAccess::Container))), Extent::File, |_| {}).0;
    assert_eq!(word(&gen1), Denied);
}

#[test]
fn what_is_missing_is_named() {
    let id = container(None).id.to_string();
    let (answer, _, lacking) = judge(Some(true), None, Extent::Folder, |facts| facts.coverage.clear());
    assert_eq!((word(&answer), lacking), (Undetermined, vec![format!("resource:{id}")]));
    let Anonymous::Unknown(_, missing) = answer else { panic!("unknown") };
    assert_eq!(missing.scope, id);

    let (answer, _, lacking) = judge(Some(true), None, Extent::Folder, |facts| facts.gaps.push(gap(What::Resource, &id)));
    assert_eq!((word(&answer), lacking), (Undetermined, vec![format!("resource:{id}")]));

    let (answer, found, _) = judge(Some(true), None, Extent::Folder, |_| {});
    assert_eq!((word(&answer), found), (Denied, vec!["everything".to_owned()]), "a closed world without the container");

    let (answer, _, lacking) = judge(Some(true), None, Extent::Folder, |facts| facts.storage_accounts.clear());
    assert_eq!((word(&answer), lacking), (Undetermined, vec!["resource:storageAccounts/acct".to_owned()]));

    let deleted = Container { deleted: true, ..container(Some(PublicAccess::Container)) };
    assert_eq!(word(&judge(Some(true), Some(deleted), Extent::File, |_| {}).0), Denied);
}

#[test]
fn an_anonymous_probe_proves_it() {
    let url = "https://acct.blob.core.windows.net/c/a";
    let foreign = |probe: Probe| {
        move |facts: &mut Facts| {
            facts.storage_accounts.clear();
            facts.probes.push(probe);
        }
    };
    let ok = || Some(ProbeAnswer::Ok);
    let no = || Some(ProbeAnswer::Error("ResourceNotFound".to_owned()));
    let probe = |list, read| Probe { url: url.to_owned(), credential: ProbeCredential::Anonymous, at: None, from: None, list, read };
    let (answer, found, _) = judge(None, None, Extent::Folder, foreign(probe(ok(), ok())));
    assert_eq!((word(&answer), found), (Allowed, vec![url.to_owned()]));
    let verdict = |extent, probe| word(&judge(None, None, extent, foreign(probe)).0);
    assert_eq!(verdict(Extent::File, probe(no(), ok())), Allowed);
    assert_eq!(verdict(Extent::Folder, probe(no(), ok())), Undetermined, "a read proves no listing");
    assert_eq!(verdict(Extent::Folder, probe(ok(), no())), Undetermined);
    assert_eq!(verdict(Extent::Folder, probe(None, None)), Undetermined);
    assert_eq!(verdict(Extent::File, Probe { credential: ProbeCredential::Token, ..probe(ok(), ok()) }), Undetermined);
    let elsewhere = Probe { url: "https://acct.blob.core.windows.net/d/a".to_owned(), ..probe(ok(), ok()) };
    assert_eq!(verdict(Extent::File, elsewhere), Undetermined, "another container");
}
