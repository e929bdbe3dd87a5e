//! Whose access changed.

use super::cites::Cites;
use super::places::{self, Key};
use super::{AccessChange, DiffQuestion, Differing, Via};
use crate::eval::gates::anonymous;
use crate::eval::{self, Context, DataTarget, Extent, Judgement, Proof, Verdict};
use crate::model::{Identities, Operation, RoleAssignment, RolePlayed, SecurityPrincipal, Snapshot};
use crate::query::{Member, Population, Way, WayKind, ways};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Data in both states.
struct Pair<'a> {
    label: String,
    registered: BTreeSet<String>,
    /// Of a place; a reference that is asked about alone has none.
    key: Option<Key>,
    before: Option<DataTarget<'a>>,
    after: Option<DataTarget<'a>>,
}

/// Everybody of both states, as each state knows them.
struct Everybody {
    before: Population,
    after: Population,
}

impl Everybody {
    fn of(before: &Snapshot, after: &Snapshot) -> Self {
        let ids =
            |population: &Population| -> BTreeSet<_> { population.members().iter().map(|member| member.who.principal.clone()).collect() };
        let all: BTreeSet<_> = ids(&Population::of(before)).into_iter().chain(ids(&Population::of(after))).collect();
        Everybody { before: Population::with(before, all.clone()), after: Population::with(after, all) }
    }
}

/// What changed of one principal, operation and way.
type What = (Option<usize>, Operation, Via);
type Seen = HashMap<What, (Verdict, Verdict)>;

/// Every change, by principal, then target, operation and way.
pub(super) fn changes(question: &DiffQuestion<'_, '_>, differing: &Differing<'_>) -> Vec<AccessChange> {
    let everybody = Everybody::of(question.before.snapshot, question.after.snapshot);
    let mut seen: BTreeMap<Key, Seen> = BTreeMap::new();
    let mut found: Vec<AccessChange> = Vec::new();
    for pair in pairs(question) {
        let mut here = Seen::new();
        for operation in Operation::ALL {
            let asked = Asked { question, pair: &pair, operation: *operation, everybody: &everybody, differing };
            let above = pair.key.as_ref().and_then(|key| above(key, &seen));
            found.extend(asked.compare(&mut here, above));
        }
        seen.extend(pair.key.clone().map(|key| (key, here)));
    }
    found.sort_by_cached_key(|one| {
        let crowd = one.principal.object_id.is_some();
        let name = one.principal.label().to_lowercase();
        (crowd, one.principal.kind, name, one.principal.object_id.clone(), one.target.clone(), one.operation, one.via)
    });
    found
}

/// What changed of the nearest folder above that was compared.
fn above<'s>(key: &Key, seen: &'s BTreeMap<Key, Seen>) -> Option<&'s Seen> {
    let (account, container, path) = key;
    path.ancestors().collect::<Vec<_>>().into_iter().rev().find_map(|folder| seen.get(&(account.clone(), container.clone(), folder)))
}

fn pairs<'a>(question: &DiffQuestion<'_, 'a>) -> Vec<Pair<'a>> {
    if let Some(only) = question.only {
        return vec![Pair {
            label: only.reference.clone(),
            registered: BTreeSet::new(),
            key: None,
            before: only.before.clone(),
            after: only.after.clone(),
        }];
    }
    let (before, after) = (question.before.snapshot.facts(), question.after.snapshot.facts());
    let all = places::places(question.before, question.after, question.storage_suffix);
    all.into_iter()
        .map(|(key, registered)| {
            let url = places::url(&key, before, after, question.storage_suffix);
            Pair {
                label: if key.1.is_empty() { url.to_string() } else { url.https() },
                registered,
                before: Some(places::target(question.before, &url)),
                after: Some(places::target(question.after, &url)),
                key: Some(key),
            }
        })
        .collect()
}

/// One operation on one piece of data.
struct Asked<'q, 'a> {
    question: &'q DiffQuestion<'q, 'a>,
    pair: &'q Pair<'a>,
    operation: Operation,
    everybody: &'q Everybody,
    differing: &'q Differing<'q>,
}

/// The ways of one state, with everybody's verdict on each.
struct Side<'q, 'a> {
    ways: Vec<(Way<'q, 'a>, Vec<Verdict>)>,
}

impl<'q, 'a> Side<'q, 'a> {
    fn of(cx: &'q Context<'a>, target: Option<&'q DataTarget<'a>>, operation: Operation, population: &Population) -> Self {
        let ways = target.map(|target| ways(cx, operation, target)).unwrap_or_default();
        let judged = ways.into_iter().map(|way| {
            let verdicts = population.classes(&way.relevant).decide(population, |who| way.verdict(who));
            (way, verdicts)
        });
        Side { ways: judged.collect() }
    }

    fn of_kind(&self, via: Via) -> impl Iterator<Item = &(Way<'q, 'a>, Vec<Verdict>)> {
        self.ways.iter().filter(move |(way, _)| self::via(way.kind) == via)
    }

    /// The best of the ways of a kind for one member.
    fn verdict(&self, via: Via, member: usize) -> Verdict {
        Verdict::any(self.of_kind(via).map(|(_, verdicts)| verdicts.get(member).copied().unwrap_or(Verdict::Denied)))
    }

    /// The best of the ways of a kind for somebody whom no record names.
    fn for_somebody_else(&self, via: Via, who: &Identities) -> Verdict {
        Verdict::any(self.of_kind(via).map(|(way, _)| way.verdict(who)))
    }
}

fn via(kind: WayKind<'_>) -> Via {
    match kind {
        WayKind::Identity => Via::Access,
        WayKind::Stored(_) => Via::StoredCredential,
        WayKind::AccountKey(_) => Via::AccountKey,
    }
}

impl<'a> Asked<'_, 'a> {
    fn compare(&self, here: &mut Seen, above: Option<&Seen>) -> Vec<AccessChange> {
        let (question, operation) = (self.question, self.operation);
        let before = self.pair.before.as_ref().map(|target| extended(question.before, target, operation));
        let after = self.pair.after.as_ref().map(|target| extended(question.after, target, operation));
        let was = Side::of(question.before, before.as_ref(), operation, &self.everybody.before);
        let is = Side::of(question.after, after.as_ref(), operation, &self.everybody.after);
        let mut found = Vec::new();
        let mut note = |what: What, verdicts: (Verdict, Verdict)| -> bool {
            here.insert(what, verdicts);
            above.and_then(|above| above.get(&what)) != Some(&verdicts)
        };
        for via in [Via::Access, Via::StoredCredential, Via::AccountKey] {
            for (at, (old, new)) in self.everybody.before.members().iter().zip(self.everybody.after.members()).enumerate() {
                let verdicts = (was.verdict(via, at), is.verdict(via, at));
                if verdicts.0 != verdicts.1 && note((Some(at), operation, via), verdicts) {
                    let cites = self.cites(via, (&was, &old.who), (&is, &new.who));
                    found.push(self.change(named(old, new), via, verdicts, &cites));
                }
            }
            let who = Population::somebody_else();
            let verdicts = (was.for_somebody_else(via, &who), is.for_somebody_else(via, &who));
            // Whether nobody else was left out is not known where look-ups are missing; that says each reader already.
            let certain = verdicts.0 == Verdict::Allowed || verdicts.1 == Verdict::Allowed;
            if verdicts.0 != verdicts.1 && certain && note((None, operation, via), verdicts) {
                let cites = self.cites(via, (&was, &who), (&is, &who));
                found.push(self.change(crowd("everybody else in the tenant"), via, verdicts, &cites));
            }
        }
        let (was, is) = (public(question.before, before.as_ref(), operation), public(question.after, after.as_ref(), operation));
        let verdict = |proof: &Option<Proof>| proof.as_ref().map_or(Verdict::Denied, Judgement::verdict);
        let verdicts = (verdict(&was), verdict(&is));
        if verdicts.0 != verdicts.1 && note((None, operation, Via::Anonymous), verdicts) {
            let mut cites = Cites::between(&was.iter().collect::<Vec<_>>(), &is.iter().collect::<Vec<_>>());
            was.iter().chain(&is).for_each(|proof| cites.add(proof, None, &|_| false, &self.differing.assignments));
            found.push(self.change(crowd("anyone, without signing in"), Via::Anonymous, verdicts, &cites));
        }
        found
    }

    /// What the answers of one kind rest on, in both states.
    fn cites(&self, via: Via, was: (&Side<'_, 'a>, &Identities), is: (&Side<'_, 'a>, &Identities)) -> Cites {
        let proofs =
            |(side, who): (&Side<'_, 'a>, &Identities)| -> Vec<Proof> { side.of_kind(via).map(|(way, _)| way.proof(who)).collect() };
        let (before, after) = (proofs(was), proofs(is));
        let mut cites = Cites::between(&before.iter().collect::<Vec<_>>(), &after.iter().collect::<Vec<_>>());
        for ((side, who), proofs) in [(was, &before), (is, &after)] {
            for ((way, _), proof) in side.of_kind(via).zip(proofs) {
                let reaches = |one: &RoleAssignment| way.relevant.assignments.contains_key(one.id.key());
                let counts = |one: &RoleAssignment| reaches(one) && (was.1.contains(&one.principal) || is.1.contains(&one.principal));
                cites.add(proof, Some(&who.principal), &counts, &self.differing.assignments);
                if let WayKind::Stored(store) = way.kind {
                    cites.record(store.id.as_str());
                }
            }
        }
        let accounts =
            [&self.pair.before, &self.pair.after].map(|target| target.as_ref().and_then(|target| target.account.value().copied()));
        if let [Some(before), Some(after)] = accounts {
            // A way that is closed to everybody is not asked about, and neither is an ACL that the account does not know.
            let matters = match via {
                Via::AccountKey | Via::StoredCredential => before.allow_shared_key_access != after.allow_shared_key_access,
                Via::Access | Via::Anonymous => before.is_hns_enabled != after.is_hns_enabled,
            };
            if matters {
                cites.record(after.id.as_str());
            }
        }
        cites
    }

    fn change(&self, principal: SecurityPrincipal, via: Via, (before, after): (Verdict, Verdict), cites: &Cites) -> AccessChange {
        AccessChange {
            principal,
            operation: self.operation,
            target: self.pair.label.clone(),
            registered: self.pair.registered.clone(),
            via,
            before,
            after,
            because: self.differing.because(cites, self.question),
        }
    }
}

/// The name of either state; the later one's first.
fn named(before: &Member, after: &Member) -> SecurityPrincipal {
    SecurityPrincipal {
        name: after.principal.name.clone().or_else(|| before.principal.name.clone()),
        kind: after.principal.kind.or(before.principal.kind),
        ..after.principal.clone()
    }
}

fn crowd(name: &str) -> SecurityPrincipal {
    SecurityPrincipal { object_id: None, name: Some(name.to_owned()), kind: None, role: RolePlayed::JobIdentity }
}

fn extended<'a>(cx: &Context<'a>, target: &DataTarget<'a>, operation: Operation) -> DataTarget<'a> {
    DataTarget { extent: eval::asked_extent(cx, target, operation), ..target.clone() }
}

/// Whether anyone may read a blob, or list; nothing is written without signing in.
fn public(cx: &Context<'_>, target: Option<&DataTarget<'_>>, operation: Operation) -> Option<Proof> {
    let extent = match operation {
        Operation::List => Extent::Folder,
        Operation::Read => Extent::File,
        Operation::Write => return None,
    };
    Some(anonymous(cx, &DataTarget { extent, ..target?.clone() }).proof().clone())
}
