//! `who` on random worlds: it agrees with `access` asked for each principal alone, leaves nobody out, and cites what grants.
#![expect(clippy::expect_used, reason = "tests fail by panicking")]

use crate::embedded_rules;
use crate::job_worlds;
use crate::worlds::{self, Rng};
use canread::eval::{self, Context, DataTarget, Verdict, rbac};
use canread::model::{Action, Facts, Known, ObjectId, Operation, Snapshot, StorageUrl};
use canread::query::{Partition, Population, ThroughKind, WayKind, WhoFinding, WhoQuestion, ways, who};
use std::collections::BTreeSet;

const URLS: [&str; 6] = [
    "https://acct.blob.core.windows.net/c1/in/a.csv",
    "https://acct2.dfs.core.windows.net/c10",
    "https://lake.dfs.core.windows.net/c1",
    "https://acct.blob.core.windows.net/data/in",
    "https://lake.dfs.core.windows.net/fs/in/a.csv",
    "https://nowhere.blob.core.windows.net/c/x",
];

fn context(snapshot: &Snapshot) -> Context<'_> {
    Context { snapshot, rules: embedded_rules(), at: worlds::NOW, until: worlds::NOW, assume_below: false }
}

fn target<'a>(cx: &Context<'a>, url: &str, operation: Operation) -> DataTarget<'a> {
    let target = eval::url_target(cx, &StorageUrl::parse(url, "core.windows.net").expect("a storage URL"));
    let extent = eval::asked_extent(cx, &target, operation);
    DataTarget { extent, ..target }
}

/// Worlds of both generators: one rich in scopes and groups, one in datastores and ACLs.
fn world(seed: u64) -> Snapshot {
    let mut rng = Rng::new(70_000 + seed);
    match seed % 4 {
        0 => Snapshot::new(worlds::complete(&mut rng)),
        1 => Snapshot::new(worlds::partial(&mut rng)),
        2 => job_worlds::snapshot(&job_worlds::complete(&mut rng)),
        _ => job_worlds::snapshot(&job_worlds::partial(&mut rng)),
    }
}

fn ask(cx: &Context<'_>, target: &DataTarget<'_>, operation: Operation) -> WhoFinding {
    who(cx, &WhoQuestion { target, operation, near_misses: true }, &Population::of(cx.snapshot))
}

#[test]
fn who_is_access_asked_for_every_principal() {
    let mut seen = [0_u64; 3];
    let mut merged = 0;
    for seed in 0..200 {
        let snapshot = world(seed);
        let cx = context(&snapshot);
        let population = Population::of(&snapshot);
        for url in URLS {
            let operation = *Rng::new(seed).pick(Operation::ALL);
            let target = target(&cx, url, operation);
            let finding = ask(&cx, &target, operation);
            assert_eq!(finding.principals, population.members().len());
            for member in population.members() {
                let id = &member.who.principal;
                let verdict: Verdict = eval::access(&cx, &snapshot.identities(id), operation, &target);
                let reader = finding.readers.iter().find(|reader| reader.principal.object_id.as_ref() == Some(id));
                let says = reader.and_then(|reader| reader.access).unwrap_or(Verdict::Denied);
                assert_eq!(says, verdict, "world {seed}: {id} {operation} {url}\n{reader:#?}");
                let by_identity = |kind| matches!(kind, ThroughKind::RoleAssignment | ThroughKind::Acl);
                let cited: Vec<_> = reader.iter().flat_map(|reader| &reader.through).filter(|way| by_identity(way.kind)).collect();
                assert!(cited.iter().all(|way| way.verdict == verdict), "world {seed}: {cited:#?}");
                match verdict {
                    Verdict::Allowed => assert!(!cited.is_empty(), "world {seed}: {id} reads through nothing"),
                    Verdict::Denied => assert!(cited.is_empty()),
                    Verdict::Undetermined => {
                        let reader = reader.expect("one who perhaps can is listed");
                        let open = reader.verdict == Verdict::Undetermined;
                        assert_eq!(open, !reader.missing.is_empty(), "world {seed}: {reader:#?}");
                        assert!(reader.missing.is_subset(&finding.missing));
                    }
                }
                seen[verdict as usize] += 1;
            }
            merged += u64::from(finding.classes < finding.principals);
        }
    }
    assert!(seen.iter().all(|count| *count > 500), "{seen:?}");
    assert!(merged > 100, "classes never merge anybody: {merged}");
}

#[test]
fn every_way_is_decided_by_classes_as_for_each_alone() {
    let mut ways_seen = 0;
    for seed in 0..120 {
        let snapshot = world(seed);
        let cx = context(&snapshot);
        let population = Population::of(&snapshot);
        for url in URLS {
            let target = target(&cx, url, Operation::Read);
            for way in ways(&cx, Operation::Read, &target) {
                let classes = population.classes(&way.relevant).decide(&population, |who| way.verdict(who));
                let alone = Partition::singletons(&population).decide(&population, |who| way.verdict(who));
                assert_eq!(classes, alone, "world {seed}: {:?} of {url}", way.kind);
                ways_seen += u64::from(way.kind != WayKind::Identity);
            }
        }
    }
    assert!(ways_seen > 100, "{ways_seen}");
}

#[test]
fn keys_open_to_whoever_may_list_them_and_to_nobody_where_the_account_refuses_them() {
    let mut seen = [0_u64; 3];
    for seed in 0..120 {
        let snapshot = world(seed);
        let cx = context(&snapshot);
        for url in URLS {
            let target = target(&cx, url, Operation::Read);
            let finding = ask(&cx, &target, Operation::Read);
            let Known::Known(account) = &target.account else { continue };
            for member in Population::of(&snapshot).members() {
                let listing = rbac::management::<Verdict>(&cx, &member.who, &Action::new(rbac::LIST_KEYS), &account.id);
                let wanted = if account.allow_shared_key_access { listing.together(String::new) } else { Verdict::Denied };
                let id = &member.who.principal;
                let reader = finding.readers.iter().find(|reader| reader.principal.object_id.as_ref() == Some(id));
                let way = reader.and_then(|reader| reader.through.iter().find(|way| way.kind == ThroughKind::AccountKey));
                assert_eq!(way.map_or(Verdict::Denied, |way| way.verdict), wanted, "world {seed}: {id} {url}");
                assert!(way.is_none_or(|way| way.id == account.id.as_str()));
                seen[wanted as usize] += 1;
            }
        }
    }
    assert!(seen.iter().all(|count| *count > 100), "{seen:?}");
}

/// The facts without the cited role assignments and ACLs.
fn without(facts: &Facts, cited: &BTreeSet<&str>) -> Facts {
    let mut less = facts.clone();
    less.role_assignments.retain(|one| !cited.contains(one.id.as_str()));
    for paths in less.path_access.values_mut() {
        paths.retain(|_, record| !cited.contains(record.id().as_str()));
    }
    less
}

#[test]
fn without_what_is_cited_nobody_gets_in() {
    let mut tried = 0;
    for seed in 0..120 {
        let snapshot = world(seed);
        let cx = context(&snapshot);
        for url in URLS {
            let target = target(&cx, url, Operation::Read);
            for reader in ask(&cx, &target, Operation::Read).readers.iter().filter(|reader| reader.access == Some(Verdict::Allowed)) {
                let Some(id) = &reader.principal.object_id else { continue };
                let cited: BTreeSet<&str> = reader.through.iter().flat_map(|way| way.evidence.iter().map(|one| one.id.as_str())).collect();
                let less = Snapshot::new(without(snapshot.facts(), &cited));
                let cx = context(&less);
                let target = self::target(&cx, url, Operation::Read);
                let verdict: Verdict = eval::access(&cx, &less.identities(id), Operation::Read, &target);
                assert_ne!(verdict, Verdict::Allowed, "world {seed}: {id} reads {url} through more than {cited:?}");
                tried += 1;
            }
        }
    }
    assert!(tried > 100, "{tried}");
}

#[test]
fn who_nearly_can_is_nobody_who_can_and_holds_something() {
    let mut seen = 0;
    for seed in 0..100 {
        let snapshot = world(seed);
        let cx = context(&snapshot);
        for url in URLS {
            let target = target(&cx, url, Operation::Read);
            let finding = ask(&cx, &target, Operation::Read);
            let can: BTreeSet<&ObjectId> = finding.readers.iter().filter_map(|reader| reader.principal.object_id.as_ref()).collect();
            for miss in &finding.near_misses {
                assert!(miss.principal.object_id.as_ref().is_some_and(|id| !can.contains(id)), "world {seed}");
                assert!(!miss.because.is_empty());
                seen += 1;
            }
        }
    }
    assert!(seen > 50, "{seen}");
}

/// People in groups, some of which hold a role at the account; nobody holds one alone but a few.
fn crowd(people: usize) -> Snapshot {
    let mut facts = worlds::closed();
    for at in 0..people {
        let groups: BTreeSet<ObjectId> = (0..6).map(|group| ObjectId::new(&format!("group-{}", (at * (group + 3) + group) % 40))).collect();
        facts.memberships.insert(ObjectId::new(&format!("person-{at}")), groups);
    }
    let scope = worlds::account_scope("acct");
    for group in 0..4 {
        let holder = format!("group-{group}");
        facts.role_assignments.push(worlds::assignment(&format!("g{group}"), worlds::DATA_READER, &holder, &scope));
    }
    facts.role_assignments.push(worlds::assignment("own", worlds::DATA_READER, "person-7", &scope));
    Snapshot::new(facts)
}

#[test]
fn the_number_of_questions_does_not_grow_with_the_number_of_principals() {
    let asked = |people: usize| {
        let snapshot = crowd(people);
        let cx = context(&snapshot);
        let population = Population::of(&snapshot);
        let target = target(&cx, "https://acct.blob.core.windows.net/c1", Operation::Read);
        let mut asked = 0;
        let mut readers = 0;
        for way in ways(&cx, Operation::Read, &target).iter().filter(|way| way.kind == WayKind::Identity) {
            let count = std::cell::Cell::new(0);
            let verdicts = population.classes(&way.relevant).decide(&population, |who| {
                count.set(count.get() + 1);
                way.verdict(who)
            });
            asked += count.get();
            readers += verdicts.iter().filter(|verdict| **verdict == Verdict::Allowed).count();
        }
        assert!(readers > people / 10, "{readers} of {people}");
        asked
    };
    let (few, many) = (asked(400), asked(4_000));
    assert!(many <= few + 4 && many < 60, "{few} questions for 400 people, {many} for 4,000");
}
