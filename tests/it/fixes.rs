//! Every fix is proven again here: it makes the whole job allowed, nothing in it can be left out, and what it opens to
//! others than the job's identities it says.

use crate::embedded_rules;
use crate::job_worlds::{self, REFERENCES, question, snapshot};
use crate::scenario::*;
use crate::worlds::Rng;
use canread::eval::{self, Context, DataTarget, Extent, JobQuestion, Judgement, Origin, Verdict};
use canread::fix::{self, Change, Fixes, JobFix};
use canread::model::{Disputed, ObjectId, Operation, Snapshot, StoreKind, StorePath};
use std::collections::BTreeSet;

/// The verdict of the whole job after changes.
fn after(snapshot: &Snapshot, question: &JobQuestion, changes: &[Change]) -> Verdict {
    eval::check(&fix::ask(question, changes), &fix::apply(snapshot, changes), embedded_rules()).verdict()
}

fn fixes(snapshot: &Snapshot, question: &JobQuestion) -> Fixes {
    let finding = eval::check(question, snapshot, embedded_rules());
    fix::for_job(snapshot, embedded_rules(), question, &finding)
}

fn of_world(world: &World, reference: &str) -> (Snapshot, JobQuestion, Fixes) {
    let snapshot = snapshot(world);
    let question = question(&snapshot, reference, None, Disputed::Deny);
    let fixes = fixes(&snapshot, &question);
    (snapshot, question, fixes)
}

/// The laws of one fix.
fn prove(snapshot: &Snapshot, question: &JobQuestion, fix: &JobFix, context: &str) {
    assert_eq!(after(snapshot, question, &fix.changes), Verdict::Allowed, "{context}: {fix:#?}");
    for left_out in 0..fix.changes.len() {
        let mut rest = fix.changes.clone();
        rest.remove(left_out);
        assert_ne!(after(snapshot, question, &rest), Verdict::Allowed, "{context}: without {left_out}: {fix:#?}");
    }
    let opened = opened_to_others(snapshot, question, fix);
    assert!(opened.is_empty() || !fix.others.is_empty(), "{context}: opens {opened:?} silently: {fix:#?}");
}

/// What is opened to somebody that is no identity of the job, found without the code that measures it.
fn opened_to_others(snapshot: &Snapshot, question: &JobQuestion, fix: &JobFix) -> BTreeSet<(ObjectId, Operation, String)> {
    let changed = fix::apply(snapshot, &fix.changes);
    let asked = fix::ask(question, &fix.changes);
    let mut own: BTreeSet<ObjectId> = question.invoker.iter().cloned().collect();
    for (state, question) in [(snapshot, question), (&changed, &asked)] {
        let finding = eval::check(question, state, embedded_rules());
        own.extend(finding.requirements().filter_map(|one| one.principal.clone()).filter_map(|one| one.object_id));
        let computes = state.facts().computes.values();
        own.extend(computes.flat_map(|one| {
            one.identity.principal_id.iter().chain(one.identity.user_assigned.iter().filter_map(|user| user.principal_id.as_ref())).cloned()
        }));
    }
    let mut found = BTreeSet::new();
    for who in [ANA, BEN, CLUSTER, GROUP, job_worlds::SP].map(ObjectId::new).into_iter().filter(|who| !own.contains(who)) {
        for (account, container) in [("acct", "data"), ("lake", "fs")] {
            for path in ["", "in"] {
                for operation in [Operation::List, Operation::Read, Operation::Write] {
                    let may = |state: &Snapshot| {
                        let cx = Context {
                            snapshot: state,
                            rules: embedded_rules(),
                            at: question.at,
                            until: question.until,
                            assume_below: false,
                        };
                        let target = DataTarget {
                            account_name: account.to_owned(),
                            account: state.storage_account(account),
                            container: container.to_owned(),
                            path: StorePath::new(path),
                            extent: Extent::Folder,
                            store: if account == "lake" { StoreKind::AdlsGen2 } else { StoreKind::Blob },
                            origin: Origin::Unknown,
                            by_url_alone: true,
                        };
                        eval::data_access::<Verdict>(&cx, &state.identities(&who), operation, &target).judgement.verdict()
                    };
                    if may(&changed) == Verdict::Allowed && may(snapshot) != Verdict::Allowed {
                        found.insert((who.clone(), operation, format!("{account}/{container}/{path}")));
                    }
                }
            }
        }
    }
    found
}

#[test]
fn every_fix_of_generated_worlds_is_proven() {
    const WORLDS: u64 = 150;
    let (mut denied, mut mended, mut several) = (0, 0, 0);
    for seed in 0..WORLDS {
        let mut rng = Rng::new(7_000 + seed);
        let world = if seed % 3 == 0 { job_worlds::partial(&mut rng) } else { job_worlds::complete(&mut rng) };
        let reference = *rng.pick(&REFERENCES);
        let (snapshot, question, fixes) = of_world(&world, reference);
        let verdict = after(&snapshot, &question, &[]);
        denied += u32::from(verdict == Verdict::Denied);
        mended += u32::from(verdict == Verdict::Denied && !fixes.list.is_empty());
        several += u32::from(fixes.list.iter().any(|fix| fix.changes.len() > 1));
        assert!(verdict != Verdict::Allowed || fixes.list.is_empty(), "an allowed job needs no fix: {fixes:?}");
        for fix in &fixes.list {
            prove(&snapshot, &question, fix, &format!("world {seed}, {reference}\n{}", world.text()));
        }
    }
    assert!(mended * 4 > denied && several > 10, "{mended} of {denied} denied jobs got a fix, {several} got one of several changes");
}

#[test]
fn a_missing_role_is_granted_at_the_container() {
    let world = World::closed().without("mi-data").without("mi-out");
    let (_, _, fixes) = of_world(&world, "azureml://datastores/store/paths/in");
    let fix = &fixes.list[0];
    assert_eq!(
        fix.az(fix::Shell::Posix),
        [format!(
            "az role assignment create --assignee-object-id {CLUSTER} --assignee-principal-type ServicePrincipal --role 'Storage Blob Data Reader' --scope {}",
            container_id("acct", "data")
        )]
    );
    assert_eq!((fix.cost(), fix.inputs.as_slice()), (2, &["input".to_owned()][..]));
    assert_eq!(fix.requirements, [canread::model::RequirementId::AccessMount]);
}
