//! RBAC against the reference evaluator on random worlds, and the laws that hold on every one of them.
#![expect(clippy::expect_used, reason = "helpers of tests fail by panicking")]

use crate::embedded_rules;
use crate::reference::rbac as reference;
use crate::worlds::{self, Question, Rng};
use canread::eval::rbac::{Rbac, data_operation, management};
use canread::eval::{Context, DataTarget, Extent, Judgement, Origin, Proof, Verdict};
use canread::model::{Facts, Known, Missing, ObjectId, Operation, Plane, RoleId, Snapshot, StoreKind, StorePath, SubscriptionId, What};

const WORLDS: u64 = 3_400;
const QUESTIONS: u64 = 30;

fn context<'a>(snapshot: &'a Snapshot, q: &Question) -> Context<'a> {
    Context { snapshot, rules: embedded_rules(), at: q.at, until: q.until, assume_below: false }
}

fn target<'a>(snapshot: &'a Snapshot, q: &Question) -> DataTarget<'a> {
    let account = q.resource.segment_after("storageaccounts").expect("a resource in an account");
    DataTarget {
        account_name: account.to_owned(),
        account: snapshot.storage_account(account),
        container: q.resource.name().to_owned(),
        path: StorePath::new(""),
        extent: Extent::File,
        store: StoreKind::Blob,
        origin: Origin::Unknown,
        by_url_alone: false,
    }
}

/// The evaluator's answer to the question.
fn judge<J: Judgement>(snapshot: &Snapshot, q: &Question) -> J {
    let cx = context(snapshot, q);
    let who = snapshot.identities(&q.principal);
    let claim = || "it is permitted".to_owned();
    match q.plane {
        Plane::Management => management::<J>(&cx, &who, &q.action, &q.resource).together(claim),
        Plane::Data => data_operation::<J>(&cx, &who, Operation::Read, &target(snapshot, q)).together(claim),
    }
}

/// The reference's answer: on a hierarchical namespace either of two data actions will do.
fn expected(facts: &Facts, q: &Question) -> Verdict {
    let asked = |action: &str| {
        let action = canread::model::Action::new(action);
        reference::verdict(facts, embedded_rules(), &Question { action, ..q.clone() })
    };
    let hns = || facts.storage_accounts.values().any(|account| account.id.contains(&q.resource) && account.is_hns_enabled);
    match q.plane {
        Plane::Management => asked(q.action.as_str()),
        Plane::Data if hns() => asked(worlds::BLOBS_READ).max(asked(worlds::SUPER_USER)),
        Plane::Data => asked(worlds::BLOBS_READ),
    }
}

#[test]
fn the_evaluator_equals_the_reference() {
    let mut seen = [0_u64; 3];
    for seed in 0..WORLDS {
        let mut rng = Rng::new(seed);
        let facts = if seed % 4 == 0 { worlds::complete(&mut rng) } else { worlds::partial(&mut rng) };
        let snapshot = Snapshot::new(facts);
        for _ in 0..QUESTIONS {
            let q = worlds::question(&mut rng);
            let wanted = expected(snapshot.facts(), &q);
            assert_eq!(judge::<Verdict>(&snapshot, &q), wanted, "world {seed}, {q:?}\n{:#?}", snapshot.facts());
            seen[wanted as usize] += 1;
        }
    }
    assert_eq!(seen.iter().sum::<u64>(), WORLDS * QUESTIONS);
    // A comparison is worth something only where every verdict is common.
    assert!(seen.iter().all(|count| *count > WORLDS * 2), "the worlds are lopsided: {seen:?}");
}

#[test]
fn verdict_and_proof_agree_and_a_proof_is_never_empty() {
    for seed in 0..2_000 {
        let mut rng = Rng::new(seed);
        let snapshot = Snapshot::new(worlds::partial(&mut rng));
        for _ in 0..6 {
            let q = worlds::question(&mut rng);
            let proof: Proof = judge(&snapshot, &q);
            assert_eq!(judge::<Verdict>(&snapshot, &q), proof.verdict(), "world {seed}, {q:?}");
            assert_eq!(proof, judge::<Proof>(&snapshot, &q), "not the same twice: world {seed}, {q:?}");
            assert_eq!(proof.verdict() == Verdict::Undetermined, !proof.missing().is_empty(), "world {seed}, {q:?}\n{proof:#?}");
            assert!(proof.leaves().iter().all(|(claim, _, leaf)| !claim.is_empty() && !leaf.evidence.id.is_empty()), "{proof:#?}");
            assert!(proof.leaves().len() <= 120, "world {seed} yields {} leaves", proof.leaves().len());
        }
    }
}

#[test]
fn the_order_of_records_does_not_show() {
    for seed in 0..1_000 {
        let mut rng = Rng::new(seed);
        let facts = worlds::partial(&mut rng);
        let mut turned = facts.clone();
        turned.role_assignments.reverse();
        turned.deny_assignments.reverse();
        turned.assignment_instances.reverse();
        turned.eligibility_instances.reverse();
        let (one, other) = (Snapshot::new(facts), Snapshot::new(turned));
        for _ in 0..4 {
            let q = worlds::question(&mut rng);
            assert_eq!(judge::<Proof>(&one, &q), judge::<Proof>(&other, &q), "world {seed}, {q:?}");
        }
    }
}

/// Law 1: a deny assignment never raises a verdict, a grant never lowers one.
#[test]
fn a_deny_never_raises_and_a_grant_never_lowers() {
    let mut moved = [0_u64; 2];
    for seed in 0..2_500 {
        let mut rng = Rng::new(seed);
        let facts = worlds::partial(&mut rng);
        let (mut denied, mut granted) = (facts.clone(), facts.clone());
        denied.deny_assignments.push(worlds::random_deny(&mut rng, "added", &worlds::scopes()));
        granted.role_assignments.push(worlds::random_assignment(&mut rng, "added", &worlds::scopes()));
        let (facts, denied, granted) = (Snapshot::new(facts), Snapshot::new(denied), Snapshot::new(granted));
        for _ in 0..6 {
            let q = worlds::question(&mut rng);
            let before: Verdict = judge(&facts, &q);
            let (less, more) = (judge::<Verdict>(&denied, &q), judge::<Verdict>(&granted, &q));
            assert!(less <= before, "a deny raised {before} to {less}: world {seed}, {q:?}");
            assert!(more >= before, "a grant lowered {before} to {more}: world {seed}, {q:?}");
            moved[0] += u64::from(less < before);
            moved[1] += u64::from(more > before);
        }
    }
    assert!(moved.iter().all(|count| *count > 150), "too few of the added facts mattered: {moved:?}");
}

/// Takes one fact out of a complete world and puts the gap of its look-up in its place. PIM instances and definitions of
/// built-in roles are exempt: the contract turns them into listed assumptions.
fn forget_one(rng: &mut Rng, facts: &mut Facts) {
    let take = |rng: &mut Rng, len: usize| rng.below(len as u64) as usize;
    match rng.below(5) {
        0 if !facts.role_assignments.is_empty() => {
            let gone = facts.role_assignments.remove(take(rng, facts.role_assignments.len()));
            let principal = rng.chance(50).then_some(gone.principal);
            facts.gaps.push(canread::model::GapRecord { principal, ..worlds::gap(What::RoleAssignments, gone.scope.as_str()) });
        }
        1 if !facts.deny_assignments.is_empty() => {
            let gone = facts.deny_assignments.remove(take(rng, facts.deny_assignments.len()));
            facts.gaps.push(worlds::gap(What::DenyAssignments, gone.scope.as_str()));
        }
        2 => {
            let id = *rng.pick(&worlds::SUBSCRIPTIONS);
            facts.subscriptions.remove(&SubscriptionId::new(id));
            facts.gaps.push(worlds::gap(What::Subscription, id));
        }
        3 => {
            let id = *rng.pick(&worlds::CUSTOM_ROLES);
            facts.role_definitions.remove(&RoleId::new(id));
            facts.gaps.push(worlds::gap(What::RoleDefinitions, "/"));
        }
        _ => {
            let id = *rng.pick(&worlds::PEOPLE);
            facts.memberships.remove(&ObjectId::new(id));
            facts.gaps.push(worlds::gap(What::Memberships, id));
        }
    }
}

/// Law 1: what fills a gap changes only `undetermined`; read backwards, forgetting a fact never yields `allowed` (nor
/// `denied`) where the whole truth is another.
#[test]
fn filling_a_gap_changes_only_undetermined() {
    let mut opened = 0_u64;
    for seed in 0..3_000 {
        let mut rng = Rng::new(seed);
        let whole = worlds::complete(&mut rng);
        let mut part = whole.clone();
        for _ in 0..1 + rng.below(3) {
            forget_one(&mut rng, &mut part);
        }
        let (whole, part) = (Snapshot::new(whole), Snapshot::new(part));
        for _ in 0..8 {
            let q = worlds::question(&mut rng);
            let (truth, known) = (judge::<Verdict>(&whole, &q), judge::<Verdict>(&part, &q));
            assert!(known == Verdict::Undetermined || known == truth, "{known} became {truth}: world {seed}, {q:?}\n{:#?}", part.facts());
            opened += u64::from(known != truth);
        }
    }
    assert!(opened > 2_000, "too few of the forgotten facts mattered: {opened}");
}

/// Law 2, on abstract inputs: the two halves put together equal brute force over all worlds.
#[test]
fn the_halves_together_equal_brute_force() {
    let maybes = [Some(true), Some(false), None];
    let word = |maybe: Option<bool>| match maybe {
        Some(true) => Verdict::Allowed,
        Some(false) => Verdict::Denied,
        None => Verdict::Undetermined,
    };
    for deny in maybes {
        for other_deny in maybes {
            for grant in maybes {
                for other_grant in maybes {
                    let halves = Rbac {
                        not_denied: Verdict::all([deny, other_deny].map(|maybe| word(maybe.map(|known| !known)))),
                        granted: Verdict::any([grant, other_grant].map(word)),
                    };
                    let brute = reference::over_all_worlds(&[deny, other_deny], &[grant, other_grant]);
                    assert_eq!(halves.together(String::new), brute, "{deny:?} {other_deny:?} {grant:?} {other_grant:?}");
                }
            }
        }
    }
}

/// Without the account nothing about its grants is known, whatever else is.
#[test]
fn an_account_that_is_not_there_leaves_everything_open() {
    let mut rng = Rng::new(7);
    let mut facts = worlds::complete(&mut rng);
    facts.storage_accounts.clear();
    let snapshot = Snapshot::new(facts);
    let q = Question { plane: Plane::Data, resource: worlds::container_of("acct", "c1"), ..worlds::question(&mut rng) };
    let proof: Proof = judge(&snapshot, &q);
    assert_eq!(proof.verdict(), Verdict::Undetermined);
    let Known::Missing(missing) = snapshot.storage_account("acct") else { panic!("the account is not there") };
    assert_eq!(proof.missing().into_iter().collect::<Vec<Missing>>(), [missing]);
}
