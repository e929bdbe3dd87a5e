//! Who can do something with data, and through what.

use super::through::through;
use super::{Member, Partition, Population, Through, ThroughKind, Way, WayKind, ways};
use crate::eval::gates::{Anonymous, anonymous};
use crate::eval::{Context, DataTarget, Evidence, EvidenceKind, Extent, Judgement, Verdict};
use crate::model::{Identities, Missing, ObjectId, Operation, PrincipalKind, RolePlayed, SecurityPrincipal, What};
use std::collections::{BTreeSet, HashMap};

/// The question: who can do `operation` on `target`?
#[derive(Debug)]
pub struct WhoQuestion<'q, 'a> {
    /// The data.
    pub target: &'q DataTarget<'a>,
    /// List, read or write.
    pub operation: Operation,
    /// List also those who hold something there that does not suffice.
    pub near_misses: bool,
}

/// Somebody who can do it, or perhaps can.
#[derive(Clone, Debug)]
pub struct Reader {
    /// Who; without an object id: a crowd.
    pub principal: SecurityPrincipal,
    /// Allowed or undetermined, by the best of the ways.
    pub verdict: Verdict,
    /// What roles and ACLs alone come to: the answer of `canread access`. `None` for whoever need not sign in.
    pub access: Option<Verdict>,
    /// Through what. Empty where only what is missing could tell.
    pub through: Vec<Through>,
    /// Of a group: those of its members, direct and indirect, that are known.
    pub members: Option<Vec<ObjectId>>,
    /// What would decide.
    pub missing: BTreeSet<Missing>,
}

/// Somebody who holds something there that does not suffice.
#[derive(Clone, Debug)]
pub struct NearMiss {
    /// Who.
    pub principal: SecurityPrincipal,
    /// Why each of the things held does not suffice: claim and record.
    pub because: Vec<(String, Evidence)>,
}

/// The answer.
#[derive(Clone, Debug, Default)]
pub struct WhoFinding {
    /// Those who can and those who perhaps can: crowds first, then by verdict, kind and name.
    pub readers: Vec<Reader>,
    /// Those who nearly can, where asked for.
    pub near_misses: Vec<NearMiss>,
    /// What keeps the list from being complete and certain.
    pub missing: BTreeSet<Missing>,
    /// What was assumed.
    pub assumptions: BTreeSet<String>,
    /// How many principals were asked about.
    pub principals: usize,
    /// How many of them had to be, for the others are like one of these; the most of any way.
    pub classes: usize,
}

/// A way with the verdict of every member.
struct Judged<'q, 'a> {
    way: Way<'q, 'a>,
    partition: Partition,
    verdicts: Vec<Verdict>,
}

/// Answers the question for everybody in `population`.
pub fn who(cx: &Context<'_>, question: &WhoQuestion<'_, '_>, population: &Population) -> WhoFinding {
    let judged: Vec<Judged<'_, '_>> = ways(cx, question.operation, question.target)
        .into_iter()
        .map(|way| {
            let partition = population.classes(&way.relevant);
            let verdicts = partition.decide(population, |who| way.verdict(who));
            Judged { way, partition, verdicts }
        })
        .collect();
    let mut finding = WhoFinding {
        principals: population.members().len(),
        classes: judged.iter().map(|one| one.partition.occupied()).max().unwrap_or_default(),
        ..WhoFinding::default()
    };
    let mut texts = Texts::default();
    for (at, member) in population.members().iter().enumerate() {
        finding.readers.extend(reader(at, member, &judged, population, &mut texts));
    }
    finding.assumptions.append(&mut texts.assumptions);
    finding.readers.extend(crowds(cx, question, &judged, &mut finding.missing, &mut finding.assumptions));
    finding.missing.extend(finding.readers.iter().flat_map(|reader| reader.missing.iter().cloned()));
    finding.missing.extend(members_unknown(cx, &finding.readers));
    finding.missing.extend(datastores_unknown(cx));
    finding.readers.sort_by_cached_key(order);
    if question.near_misses {
        finding.near_misses = near_misses(&judged, population, &finding.readers);
    }
    finding
}

fn order(reader: &Reader) -> (bool, std::cmp::Reverse<Verdict>, Option<PrincipalKind>, String, Option<ObjectId>) {
    let crowd = reader.principal.object_id.is_some();
    let kind = reader.principal.kind;
    (crowd, std::cmp::Reverse(reader.verdict), kind, reader.principal.label().to_lowercase(), reader.principal.object_id.clone())
}

/// Words of a way that all of a class share, and the assumptions met.
#[derive(Default)]
struct Texts {
    shared: HashMap<(usize, u32), Vec<Through>>,
    assumptions: BTreeSet<String>,
}

fn reader(at: usize, member: &Member, judged: &[Judged<'_, '_>], population: &Population, texts: &mut Texts) -> Option<Reader> {
    let verdict_of = |one: &Judged<'_, '_>| one.verdicts.get(at).copied().unwrap_or(Verdict::Denied);
    let verdict = Verdict::any(judged.iter().map(verdict_of));
    if verdict == Verdict::Denied {
        return None;
    }
    let mut found: Vec<Through> = Vec::new();
    let mut missing = BTreeSet::new();
    for (number, one) in judged.iter().enumerate() {
        match verdict_of(one) {
            Verdict::Denied => {}
            Verdict::Undetermined => {
                let proof = one.way.proof(&member.who);
                found.extend(through(&one.way, &member.who, &proof));
                // What would decide another way does not matter where one is open.
                if verdict == Verdict::Undetermined {
                    missing.extend(proof.missing());
                }
            }
            Verdict::Allowed => {
                let class = one.partition.class_of(at).map(|class| (number, class));
                if let Some(known) = class.and_then(|class| texts.shared.get(&class)) {
                    found.extend(known.iter().cloned());
                    continue;
                }
                let proof = one.way.proof(&member.who);
                texts.assumptions.extend(proof.assumptions());
                let said = through(&one.way, &member.who, &proof);
                texts.shared.extend(class.map(|class| (class, said.clone())));
                found.extend(said);
            }
        }
    }
    let access = judged.iter().find(|one| one.way.kind == WayKind::Identity).map(verdict_of);
    let known = || population.holders(&member.who.principal).iter().filter(|(_, own)| !own).map(|(member, _)| *member as usize);
    let ids = || known().filter_map(|at| population.members().get(at)).map(|member| member.who.principal.clone());
    let members = (member.principal.kind == Some(PrincipalKind::Group)).then(|| ids().collect());
    Some(Reader { principal: member.principal.clone(), verdict, access, through: found, members, missing })
}

/// Readers whom no record names: anyone at all where the container is public, and everybody else in the tenant where `other`
/// entries let them through. Of everybody else it is also what is missing that nobody may be left out of the list.
fn crowds(
    cx: &Context<'_>,
    question: &WhoQuestion<'_, '_>,
    judged: &[Judged<'_, '_>],
    missing: &mut BTreeSet<Missing>,
    assumptions: &mut BTreeSet<String>,
) -> Vec<Reader> {
    let mut found: Vec<Reader> = anyone(cx, question, assumptions).into_iter().collect();
    let who = Population::somebody_else();
    for one in judged {
        let proof = one.way.proof(&who);
        match proof.verdict() {
            Verdict::Denied => {}
            Verdict::Undetermined => missing.extend(proof.missing().into_iter().filter_map(|one| of_nobody(one, &who))),
            Verdict::Allowed => {
                let through = through(&one.way, &who, &proof);
                let access = (one.way.kind == WayKind::Identity).then_some(Verdict::Allowed);
                let principal = crowd("everybody else in the tenant");
                found.push(Reader { principal, verdict: Verdict::Allowed, access, through, members: None, missing: BTreeSet::new() });
            }
        }
    }
    found
}

/// What is missing for somebody whom nobody named is missing for everybody; what only asks who that is, is not missing.
fn of_nobody(missing: Missing, who: &Identities) -> Option<Missing> {
    let asks_who = ObjectId::new(&missing.scope) == who.principal;
    let principal = missing.principal.filter(|principal| *principal != who.principal);
    (!asks_who).then_some(Missing { principal, ..missing })
}

fn crowd(name: &str) -> SecurityPrincipal {
    SecurityPrincipal { object_id: None, name: Some(name.to_owned()), kind: None, role: RolePlayed::JobIdentity }
}

/// Whoever knows the address, where account and container are public at the level needed: `Blob` to read, `Container` to
/// list, none to write.
fn anyone(cx: &Context<'_>, question: &WhoQuestion<'_, '_>, assumptions: &mut BTreeSet<String>) -> Option<Reader> {
    let extent = match question.operation {
        Operation::List => Extent::Folder,
        Operation::Read => Extent::File,
        Operation::Write => return None,
    };
    let target = DataTarget { extent, ..question.target.clone() };
    let found = anonymous(cx, &target);
    let missing = match &found {
        Anonymous::NotPublic(_) => return None,
        Anonymous::Public(proof) => {
            assumptions.extend(proof.assumptions());
            BTreeSet::new()
        }
        Anonymous::Unknown(proof, _) => proof.missing(),
    };
    let (proof, leaves) = (found.proof(), found.proof().leaves());
    let id = target.scope().map_or_else(|| target.describe(), |scope| scope.to_string());
    let evidence: Vec<Evidence> = leaves.iter().map(|(_, _, leaf)| leaf.evidence.clone()).collect();
    let says = leaves.iter().map(|(_, _, leaf)| leaf.evidence.says.as_str()).collect::<Vec<_>>().join("; ");
    let through = vec![Through { kind: ThroughKind::Anonymous, id, says, verdict: proof.verdict(), evidence }];
    let principal = crowd("anyone, without signing in");
    Some(Reader { principal, verdict: proof.verdict(), access: None, through, members: None, missing })
}

/// The members of a group that reads: a record for each member says its groups, and none says that these are all.
fn members_unknown(cx: &Context<'_>, readers: &[Reader]) -> Vec<Missing> {
    if cx.snapshot.memberships_lookup(&Population::somebody_else().principal).is_complete() {
        return Vec::new();
    }
    let groups = readers.iter().filter(|reader| reader.members.is_some()).filter_map(|reader| reader.principal.object_id.as_ref());
    groups
        .map(|group| {
            let question = format!(
                "which members group {group} has besides those whose memberships were collected; `az ad group member list --group {group}` \
                 lists the direct ones"
            );
            Missing { principal: Some(group.clone()), ..Missing::open("group-members", question) }
        })
        .collect()
}

/// Workspaces whose datastores are not all known: another may store a credential for the data.
fn datastores_unknown(cx: &Context<'_>) -> Vec<Missing> {
    let unknown = |workspace: &crate::model::Scope| {
        let lookup = cx.snapshot.resource_lookup(&workspace.join("datastores/another"));
        (!lookup.is_complete()).then(|| Missing::new(What::Workspace, workspace.as_str(), &lookup))
    };
    cx.snapshot.facts().workspaces.keys().filter_map(unknown).collect()
}

/// Those who hold something at or above the data, or on its ACLs, and cannot: each with why it does not suffice.
fn near_misses(judged: &[Judged<'_, '_>], population: &Population, readers: &[Reader]) -> Vec<NearMiss> {
    let can: BTreeSet<&ObjectId> = readers.iter().filter_map(|reader| reader.principal.object_id.as_ref()).collect();
    let Some(identity) = judged.iter().find(|one| one.way.kind == WayKind::Identity) else {
        return Vec::new();
    };
    let cx = identity.way.cx();
    let holders = identity.way.relevant.ids.iter().flat_map(|id| population.holders(id)).map(|(member, _)| *member as usize);
    let eligible = &cx.snapshot.facts().eligibility_instances;
    let eligible = eligible.iter().flat_map(|one| population.holders(&one.principal)).map(|(member, _)| *member as usize);
    let near: BTreeSet<usize> = holders.chain(eligible).collect();
    let members = near.into_iter().filter_map(|at| population.members().get(at)).filter(|member| !can.contains(&member.who.principal));
    let mut found: Vec<NearMiss> = members.filter_map(|member| near_miss(identity, member)).collect();
    found.sort_by_cached_key(|miss| (miss.principal.kind, miss.principal.label().to_lowercase(), miss.principal.object_id.clone()));
    found
}

fn near_miss(identity: &Judged<'_, '_>, member: &Member) -> Option<NearMiss> {
    let proof = identity.way.proof(&member.who);
    let own_assignment = |id: &str| {
        let found = identity.way.relevant.assignments.get(id.to_lowercase().as_str());
        found.is_some_and(|one| member.who.contains(&one.principal))
    };
    let is_own = |evidence: &Evidence| match evidence.kind {
        EvidenceKind::RoleAssignment => own_assignment(&evidence.id),
        EvidenceKind::ScheduleInstance | EvidenceKind::EligibilityInstance => true,
        EvidenceKind::DenyAssignment | EvidenceKind::PathAccess => true,
        EvidenceKind::Resource
        | EvidenceKind::RoleDefinition
        | EvidenceKind::DirectoryObject
        | EvidenceKind::Membership
        | EvidenceKind::Subscription
        | EvidenceKind::Path
        | EvidenceKind::StoredCredential
        | EvidenceKind::Probe
        | EvidenceKind::Coverage
        | EvidenceKind::Gap
        | EvidenceKind::NotCollected
        | EvidenceKind::Rule
        | EvidenceKind::Question
        | EvidenceKind::Snapshot => false,
    };
    let denied = proof.leaves().into_iter().filter(|(_, verdict, leaf)| *verdict == Verdict::Denied && is_own(&leaf.evidence));
    let mut because: Vec<(String, Evidence)> = Vec::new();
    for (claim, _, leaf) in denied {
        if !because.iter().any(|(_, known)| known.id == leaf.evidence.id) {
            because.push((claim.to_owned(), leaf.evidence.clone()));
        }
    }
    (!because.is_empty()).then(|| NearMiss { principal: member.principal.clone(), because })
}
