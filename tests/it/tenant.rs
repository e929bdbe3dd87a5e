//! The generator of tenants that benches use.
#![expect(clippy::expect_used, reason = "a test that cannot go on must fail")]

#[path = "../../examples/tenant/generate.rs"]
mod generate;

use canread::eval::{Context, Verdict};
use canread::model::{ObjectId, Operation, StorageUrl};
use generate::{CONTAINERS, Shape};
use std::collections::BTreeSet;

fn file(shape: &Shape) -> Vec<u8> {
    let mut bytes = Vec::new();
    generate::write(shape, &mut bytes).expect("memory takes every byte");
    bytes
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_seed_others() {
    let shape = Shape::of_assignments(7, 300);
    assert_eq!(file(&shape), file(&shape.clone()));
    assert_ne!(file(&shape), file(&Shape { seed: 8, ..shape }));
}

#[test]
fn a_tenant_loads_without_warning_and_holds_what_was_asked_for() {
    let shape = Shape { users: 57, groups: 31, service_principals: 23, accounts: 9, subscriptions: 3, ..Shape::of_assignments(3, 5_000) };
    let loaded = canread::snapshot::read(&*file(&shape), "generated").expect("the generated file is valid");
    assert_eq!(loaded.warnings, []);
    let facts = loaded.snapshot.facts();
    assert_eq!(facts.role_assignments.len(), 5_000);
    assert_eq!((facts.subscriptions.len(), facts.storage_accounts.len(), facts.containers.len()), (3, 9, 9 * CONTAINERS));
    assert_eq!((facts.directory.len(), facts.memberships.len()), (57 + 31 + 23, 57 + 23));
    let ids: BTreeSet<_> = facts.role_assignments.iter().map(|one| &one.id).collect();
    assert_eq!(ids.len(), 5_000, "every assignment has an id of its own");
    for kinds in [facts.assignment_instances.len(), facts.deny_assignments.len(), facts.path_access.len()] {
        assert!(kinds > 0);
    }
    assert!(facts.role_assignments.iter().any(|one| one.condition.is_some()));
}

#[test]
fn questions_about_a_tenant_have_answers_of_every_kind_but_unknown() {
    let shape = Shape::of_assignments(1, 2_000);
    let snapshot = canread::snapshot::read(&*file(&shape), "generated").expect("the generated file is valid").snapshot;
    let at = time::macros::datetime!(2026-11-22 10:00 UTC);
    let cx = Context { snapshot: &snapshot, rules: crate::embedded_rules(), at, until: at, assume_below: false };
    let mut seen = [0_u32; 3];
    for number in 0..200 {
        let kind = if shape.is_lake(number % shape.accounts) { "dfs" } else { "blob" };
        let account = shape.account_name(number % shape.accounts);
        let url = format!("https://{account}.{kind}.core.windows.net/{}/2026", shape.container_name(0));
        let target = canread::eval::url_target(&cx, &StorageUrl::parse(&url, "core.windows.net").expect("a storage URL"));
        let who = snapshot.identities(&ObjectId::new(&shape.user(number)));
        let verdict: Verdict = canread::eval::access(&cx, &who, Operation::Read, &target);
        seen[verdict as usize] += 1;
    }
    assert!(seen[Verdict::Allowed as usize] > 5 && seen[Verdict::Denied as usize] > 50, "{seen:?}");
}
