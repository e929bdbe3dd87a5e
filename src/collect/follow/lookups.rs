//! Look-ups that belong together.

use super::Place;
use crate::collect::arm::text;
use crate::collect::authorization::AuthorizationList;
use crate::collect::graph;
use crate::collect::plan::{DataPath, Want};
use crate::model::{Scope, StorePath};
use serde_json::Value;

/// What is granted at a scope, above and below it. Nothing is filtered by principal: a filter would leave out denies for
/// everyone.
pub(super) fn grants(scope: &Scope) -> Vec<Want> {
    let lists = [
        AuthorizationList::RoleAssignments,
        AuthorizationList::RoleDefinitions,
        AuthorizationList::DenyAssignments,
        AuthorizationList::ActiveInstances,
    ];
    let mut wants: Vec<Want> = lists.into_iter().map(|list| Want::Authorization(list, scope.clone())).collect();
    wants.extend(scope.subscription().map(|id| Want::Subscription(id.key().to_owned())));
    wants
}

/// The look-ups of a place: the path itself and, where there are ACLs, each folder above it.
pub(super) fn paths(account: &str, place: &Place, hierarchical: bool) -> Vec<Want> {
    let at = |path: StorePath| DataPath { account: account.to_owned(), container: place.container.clone(), path, hierarchical };
    if place.path.is_root() && !place.descend && !hierarchical {
        return Vec::new();
    }
    let above = place.path.ancestors().filter(|_| hierarchical).map(|path| Want::Ancestor(at(path)));
    let leaf = if place.path.is_root() && !place.descend {
        Want::Ancestor(at(StorePath::root()))
    } else {
        Want::Leaf { at: at(place.path.clone()), descend: place.descend }
    };
    above.chain([leaf]).collect()
}

/// The type of a resource by its id, lower case, without the provider.
pub(super) fn kind_of(id: &Scope) -> String {
    let Some((_, rest)) = id.key().rsplit_once("/providers/") else {
        return String::new();
    };
    rest.split('/').skip(1).step_by(2).collect::<Vec<_>>().join("/")
}

/// Whoever an identity block names; an identity that bears no object id is asked for as a resource.
pub(super) fn principals(body: &Value) -> Vec<Want> {
    let mut wants = graph::about(text(body, "/identity/principalId"));
    let assigned = body.pointer("/identity/userAssignedIdentities").and_then(Value::as_object);
    for (id, identity) in assigned.into_iter().flatten() {
        let principal = text(identity, "/principalId");
        if principal.is_empty() {
            wants.push(Want::Resource(Scope::new(id)));
        } else {
            wants.extend(graph::about(principal));
        }
    }
    wants
}

pub(super) fn compute(body: &Value) -> Vec<Want> {
    let mut wants = principals(body);
    wants.extend(network(text(body, "/properties/properties/subnet/id")));
    wants
}

/// A subnet and its network, whose peerings tell what it reaches.
pub(super) fn network(subnet: &str) -> Vec<Want> {
    let subnet = Scope::new(subnet);
    match subnet.cut_after("virtualnetworks") {
        Some(network) => vec![Want::Resource(subnet), Want::Resource(network)],
        None => Vec::new(),
    }
}
