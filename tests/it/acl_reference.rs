//! The node check against a slow and obvious one over plain values, in every possible world.

use crate::acl_world::{Asked, add, lake, record};
use canread::eval::Verdict;
use canread::eval::posix::data_operation;
use canread::model::{Facts, Identities, Lookup, Missing, ObjectId, Operation, Snapshot, StorePath, What};

/// A small deterministic generator: failures repeat.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }
    pub(crate) fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % sides
    }
    pub(crate) fn bits(&mut self) -> u8 {
        self.roll(8) as u8
    }
    pub(crate) fn chance(&mut self, one_in: u64) -> bool {
        self.roll(one_in) == 0
    }
}

/// An ACL as plain values; ids are small numbers.
#[derive(Clone, Debug)]
struct Plain {
    owner: u8,
    group: u8,
    user_bits: u8,
    group_bits: u8,
    other_bits: u8,
    mask: Option<u8>,
    users: Vec<(u8, u8)>,
    groups: Vec<(u8, u8)>,
}

/// What is known of the principal.
#[derive(Clone, Debug)]
struct Subject {
    id: u8,
    groups: Vec<u8>,
    complete: bool,
    too_many: bool,
}

/// The published pseudocode, in one world.
fn in_world(acl: &Plain, id: u8, groups: &[u8], want: u8, masks_other: bool) -> bool {
    let mask = acl.mask.unwrap_or(7);
    let enough = |bits: u8| bits & want == want;
    if acl.owner == id {
        return enough(acl.user_bits);
    }
    for (user, bits) in &acl.users {
        if *user == id {
            return enough(bits & mask);
        }
    }
    if groups.contains(&acl.group) && enough(acl.group_bits & mask) {
        return true;
    }
    for (group, bits) in &acl.groups {
        if groups.contains(group) && enough(bits & mask) {
            return true;
        }
    }
    enough(if masks_other { acl.other_bits & mask } else { acl.other_bits })
}

/// Every set of groups the principal may turn out to be in, as far as the ACL asks.
fn possible_groups(acl: &Plain, subject: &Subject) -> Vec<Vec<u8>> {
    let mut asked: Vec<u8> = acl.groups.iter().map(|(group, _)| *group).chain([acl.group]).collect();
    asked.sort_unstable();
    asked.dedup();
    let mut sets = vec![Vec::new()];
    for group in asked.into_iter().filter(|group| *group != subject.id && *group != SUPERUSER) {
        let known = subject.groups.contains(&group);
        let may_be_in = known || !subject.complete;
        let may_be_out = !known || subject.too_many;
        let mut grown = Vec::new();
        for set in sets {
            if may_be_out {
                grown.push(set.clone());
            }
            if may_be_in {
                grown.push(set.into_iter().chain([group]).collect());
            }
        }
        sets = grown;
    }
    sets
}

fn reference(acl: &Plain, subject: &Subject, want: u8) -> Verdict {
    let mut outcomes = Vec::new();
    for groups in possible_groups(acl, subject) {
        for masks_other in [true, false] {
            outcomes.push(in_world(acl, subject.id, &groups, want, masks_other));
        }
    }
    match (outcomes.contains(&true), outcomes.contains(&false)) {
        (true, false) => Verdict::Allowed,
        (false, _) => Verdict::Denied,
        (true, true) => Verdict::Undetermined,
    }
}

/// Stands for the super-user: nobody. Ids below it are users, those above it groups.
const SUPERUSER: u8 = 3;
const IDS: u64 = 9;

fn name(id: u8) -> String {
    if id == SUPERUSER { "$superuser".to_owned() } else { format!("{id:08}-0000-4000-8000-000000000000") }
}

fn plain(dice: &mut Dice) -> Plain {
    let distinct = |dice: &mut Dice, from: u64, to: u64| {
        let mut entries: Vec<(u8, u8)> = Vec::new();
        for id in from..to {
            if dice.chance(3) {
                entries.push((id as u8, dice.bits()));
            }
        }
        entries
    };
    Plain {
        owner: dice.roll(4) as u8,
        // Now and then a user's id as owning group, which grants nothing.
        group: if dice.chance(4) { dice.roll(4) as u8 } else { (4 + dice.roll(5)) as u8 },
        user_bits: dice.bits(),
        group_bits: dice.bits(),
        other_bits: dice.bits(),
        mask: if dice.chance(3) { None } else { Some(dice.bits()) },
        users: distinct(dice, 0, 3),
        groups: distinct(dice, 4, IDS),
    }
}

fn subject(dice: &mut Dice) -> Subject {
    let groups = (4..IDS).filter(|_| dice.chance(3)).map(|id| id as u8).collect();
    Subject { id: dice.roll(3) as u8, groups, complete: !dice.chance(4), too_many: dice.chance(6) }
}

fn text(acl: &Plain) -> String {
    let bits = |bits: u8| canread::model::Bits::from_octal(bits);
    let mut entries = vec![format!("user::{}", bits(acl.user_bits)), format!("group::{}", bits(acl.group_bits))];
    entries.extend(acl.users.iter().map(|(id, b)| format!("user:{}:{}", name(*id), bits(*b))));
    entries.extend(acl.groups.iter().map(|(id, b)| format!("group:{}:{}", name(*id), bits(*b))));
    entries.extend(acl.mask.map(|mask| format!("mask::{}", bits(mask))));
    entries.push(format!("other::{}", bits(acl.other_bits)));
    entries.push("default:user:00000001-0000-4000-8000-000000000000:rwx".to_owned());
    entries.join(",")
}

fn identities(subject: &Subject) -> Identities {
    let principal = ObjectId::new(&name(subject.id));
    let mut groups: std::collections::BTreeSet<ObjectId> = subject.groups.iter().map(|id| ObjectId::new(&name(*id))).collect();
    if subject.too_many {
        groups.extend((0..=200).map(|n| ObjectId::new(&format!("{n:08}-1111-4000-8000-000000000000"))));
    }
    let missing = (!subject.complete).then(|| Missing::new(What::Memberships, principal.as_str(), &Lookup::NotCollected));
    Identities { principal, groups, missing }
}

/// `root`, a folder and a file, as plain ACLs.
fn facts(nodes: &[Plain; 3]) -> Facts {
    let mut facts = lake();
    for (acl, (path, is_directory)) in nodes.iter().zip([("/", true), ("/d", true), ("/d/f", false)]) {
        add(&mut facts, record(path, is_directory, &name(acl.owner), &name(acl.group), &text(acl)));
    }
    facts
}

fn ask(snapshot: &Snapshot, who: &Identities, operation: Operation) -> Verdict {
    let asked = match operation {
        Operation::List => Asked::folder(snapshot, "/d"),
        Operation::Read | Operation::Write => Asked::file(snapshot, "/d/f"),
    };
    data_operation(&asked.context(), who, operation, &asked.target())
}

#[test]
fn the_check_equals_the_reference_in_every_world() {
    let mut dice = Dice::new(7);
    let mut seen = [0_u32; 3];
    for round in 0..20_000 {
        let nodes = [plain(&mut dice), plain(&mut dice), plain(&mut dice)];
        let subject = subject(&mut dice);
        let snapshot = Snapshot::new(facts(&nodes));
        let who = identities(&subject);
        for (operation, wants) in [(Operation::Read, vec![1, 1, 4]), (Operation::List, vec![1, 5]), (Operation::Write, vec![1, 1, 2])] {
            let expected = Verdict::all(nodes.iter().zip(&wants).map(|(acl, want)| reference(acl, &subject, *want)));
            let verdict = ask(&snapshot, &who, operation);
            assert_eq!(verdict, expected, "round {round}: {operation} by {subject:?} of {nodes:#?}");
            seen[verdict as usize] += 1;
        }
    }
    assert_eq!(seen.iter().sum::<u32>(), 60_000);
    assert!(seen.iter().all(|count| *count > 3_000), "every verdict occurs often: {seen:?}");
}

/// Forgetting may only make a verdict undetermined: never allowed from anything else, and never the opposite.
#[test]
fn forgetting_never_decides() {
    let mut dice = Dice::new(11);
    let mut forgotten = 0;
    for round in 0..5_000 {
        let nodes = [plain(&mut dice), plain(&mut dice), plain(&mut dice)];
        let subject = Subject { too_many: false, complete: true, ..subject(&mut dice) };
        let who = identities(&subject);
        let whole = facts(&nodes);
        let less_known = identities(&Subject { complete: false, groups: Vec::new(), ..subject.clone() });
        for operation in Operation::ALL {
            let before = ask(&Snapshot::new(whole.clone()), &who, *operation);
            let mut after = vec![ask(&Snapshot::new(whole.clone()), &less_known, *operation)];
            for path in ["", "d", "d/f"] {
                let mut less = whole.clone();
                let map = less.path_access.values_mut().next().expect("the file system");
                assert!(map.remove(&StorePath::new(path)).is_some());
                after.push(ask(&Snapshot::new(less), &who, *operation));
            }
            for verdict in after {
                assert!(verdict == before || verdict == Verdict::Undetermined, "round {round}: {before} became {verdict}");
                forgotten += u32::from(verdict != before);
            }
        }
    }
    assert!(forgotten > 10_000, "{forgotten}");
}
