//! One question to RBAC, and what its scopes and identities leave open.

use super::condition::{ConditionOf, ConditionQuestion};
use super::{Rbac, deny, grant, text};
use crate::eval::{Context, DataTarget, Judgement};
use crate::model::{
    Action, ActionPattern, AtScope, Identities, Lookup, Missing, ObjectId, Operation, Plane, PrincipalHint, PrincipalKind, PrincipalNumber,
    RoleAssignment, RoleDefinition, Scope, Snapshot, What,
};
use foldhash::fast::RandomState;
use std::collections::HashSet;

/// Where assignments reach the resource from.
pub(super) struct Place<'a> {
    /// Nearest first, the root last.
    pub(super) scopes: Vec<Above<'a>>,
    /// What is missing of the management groups above.
    pub(super) chain: Option<Missing>,
}

/// The resource's scope or one above it.
pub(super) struct Above<'a> {
    /// Lower-case key.
    pub(super) key: &'a str,
    /// What stands there.
    pub(super) at: Option<&'a AtScope>,
}

impl<'a> Place<'a> {
    pub(super) fn of(snapshot: &'a Snapshot, resource: &'a Scope) -> Self {
        let (keys, chain) = snapshot.scopes_above(resource);
        // A chain may name a group twice; nothing else repeats.
        let mut groups: HashSet<&str, RandomState> = HashSet::default();
        let mut scopes = Vec::with_capacity(keys.len());
        for key in keys {
            if !key.starts_with("/providers/") || groups.insert(key) {
                scopes.push(Above { key, at: snapshot.at_scope(key) });
            }
        }
        Place { scopes, chain }
    }

    /// What stands at the scopes, with their distance from the resource.
    pub(super) fn at_scopes(&self) -> impl Iterator<Item = (usize, &'a AtScope)> {
        self.scopes.iter().enumerate().filter_map(|(depth, above)| Some((depth, above.at?)))
    }

    /// Whether an assignment at `scope` reaches the resource, for all that is known.
    pub(super) fn covers(&self, scope: &Scope) -> bool {
        self.scopes.iter().any(|above| above.key == scope.key()) || self.may_lie_under(scope)
    }

    /// Whether `scope` is a management group that may be above the resource: the chain is unknown.
    pub(super) fn may_lie_under(&self, scope: &Scope) -> bool {
        self.chain.is_some() && scope.is_management_group() && !self.scopes.iter().any(|above| above.key == scope.key())
    }

    /// How far above the resource `scope` is.
    pub(super) fn depth(&self, scope: &Scope) -> usize {
        self.scopes.iter().position(|above| above.key == scope.key()).unwrap_or(self.scopes.len())
    }
}

/// Through which identity an assignment reaches the principal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Via<'a> {
    /// It names the principal.
    Own,
    /// It names a group the principal is a member of.
    Group(&'a ObjectId),
    /// It names what may be a group; the principal's groups are not all known.
    Perhaps(&'a ObjectId),
}

/// The identities of the principal that role assignments name: itself first, then its groups.
pub(super) struct Mine<'a>(pub(super) Vec<(PrincipalNumber, Via<'a>)>);

impl<'a> Mine<'a> {
    pub(super) fn of(snapshot: &Snapshot, who: &'a Identities) -> Self {
        let own = std::iter::once((&who.principal, Via::Own));
        let all = own.chain(who.groups.iter().map(|group| (group, Via::Group(group))));
        Mine(all.filter_map(|(id, via)| Some((snapshot.principal_number(id)?, via))).collect())
    }
}

/// What something may or may not be, for want of a look-up.
pub(super) enum Standpoint<'s> {
    /// The principal, a member of one of these groups.
    Member(&'s [&'s ObjectId]),
    /// The principal, excluded through one of these groups.
    Excluded(&'s [&'s ObjectId]),
    /// The resource, under this management group.
    Under(&'s Scope),
}

/// One question: may these identities do this action at this resource?
pub(super) struct Ask<'a> {
    pub(super) cx: &'a Context<'a>,
    pub(super) who: &'a Identities,
    pub(super) action: &'a Action,
    pub(super) plane: Plane,
    pub(super) suboperation: &'a str,
    pub(super) operation: Option<Operation>,
    pub(super) target: Option<&'a DataTarget<'a>>,
    pub(super) resource: &'a Scope,
    pub(super) place: &'a Place<'a>,
    pub(super) mine: &'a Mine<'a>,
    /// Whether near misses are wanted, in proofs.
    pub(super) near: bool,
}

impl Ask<'_> {
    pub(super) fn rbac<J: Judgement>(&self) -> Rbac<J> {
        Rbac { not_denied: deny::not_denied(self), granted: grant::granted(self) }
    }

    pub(super) fn name(&self) -> String {
        text::principal(self.cx.snapshot, &self.who.principal)
    }

    pub(super) fn grant_claim(&self, role: &str, scope: &Scope) -> String {
        format!("role `{role}` at {scope} grants `{}` to {}", self.action, self.name())
    }

    /// Whether all records of this kind that apply here to the principal are known: a look-up that failed for one of its
    /// groups, or for what may be one, leaves them open too.
    pub(super) fn lookup(&self, what: What) -> Lookup<'_> {
        let snapshot = self.cx.snapshot;
        let own = snapshot.assignments_lookup(what, self.resource, Some(&self.who.principal));
        if !own.is_complete() || !snapshot.has_gaps_of_principals(what) {
            return own;
        }
        let open = self.who.missing.is_some();
        let may_be_mine = |of: &&ObjectId| self.who.groups.contains(*of) || (open && may_be_group(snapshot, of, PrincipalHint::Unknown));
        let failed = snapshot.facts().gaps.iter().filter(|gap| gap.what == what).filter_map(|gap| gap.principal.as_ref());
        let through = failed.filter(may_be_mine).map(|group| snapshot.assignments_lookup(what, self.resource, Some(group)));
        through.into_iter().find(|lookup| matches!(lookup, Lookup::Gap(_))).unwrap_or(own)
    }

    /// What a look-up would settle, and a phrase; nothing where it is settled.
    pub(super) fn standpoint(&self, standpoint: Standpoint<'_>) -> Option<(Missing, String)> {
        let names = |groups: &[&ObjectId]| {
            let listed: Vec<String> = groups.iter().take(3).map(|group| text::principal(self.cx.snapshot, group)).collect();
            let more = if groups.len() > listed.len() { " or others" } else { "" };
            format!("{}{more}", listed.join(" or "))
        };
        let (missing, says) = match standpoint {
            Standpoint::Member(groups) => {
                (&self.who.missing, format!("it may apply: {} may be a member of {}", self.name(), names(groups)))
            }
            Standpoint::Excluded(groups) => {
                (&self.who.missing, format!("it may not apply: it excludes {}, which {} may be a member of", names(groups), self.name()))
            }
            Standpoint::Under(group) => {
                (&self.place.chain, format!("it may apply: management group `{}` may be above {}", group.name(), self.resource))
            }
        };
        missing.clone().map(|missing| (missing, says))
    }

    pub(super) fn condition<'q>(
        &'q self,
        of: ConditionOf<'q>,
        text: &'q str,
        version: Option<&'q str>,
        role: Option<&'q RoleDefinition>,
        assigned_at: &'q Scope,
    ) -> ConditionQuestion<'q> {
        ConditionQuestion {
            of,
            text,
            version,
            role,
            action: self.action,
            plane: self.plane,
            suboperation: self.suboperation,
            operation: self.operation,
            target: self.target,
            principal: &self.who.principal,
            resource: self.resource,
            assigned_at,
        }
    }
}

/// Whether the id may be that of a group: the directory's word counts before the hint of an assignment.
pub(super) fn may_be_group(snapshot: &Snapshot, id: &ObjectId, hint: PrincipalHint) -> bool {
    match (snapshot.facts().directory.get(id), hint) {
        (Some(object), _) => object.kind == Some(PrincipalKind::Group),
        (None, PrincipalHint::Group | PrincipalHint::Unknown) => true,
        (None, PrincipalHint::User | PrincipalHint::ServicePrincipal) => false,
    }
}

/// As [`may_be_group`], for the principal of an assignment.
pub(super) fn assigned_to_possible_group(snapshot: &Snapshot, assignment: &RoleAssignment, number: PrincipalNumber) -> bool {
    snapshot.is_group(number).unwrap_or(match assignment.principal_hint {
        PrincipalHint::Group | PrincipalHint::Unknown => true,
        PrincipalHint::User | PrincipalHint::ServicePrincipal => false,
    })
}

/// The open question of patterns such as `workspaces/*/read`.
pub(super) fn open_segment(pattern: &ActionPattern) -> Missing {
    Missing::open("zero-segment-wildcard", format!("whether `/*/` in `{pattern}` also stands for a single `/` is not documented"))
}
