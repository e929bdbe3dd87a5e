//! Which permission a look-up takes: what closes a gap. `rules/collect.toml` holds the same actions for the role that
//! `canread snapshot --role` prints; a test compares them.

use super::authorization::AuthorizationList;
use super::plan::{DataPath, ListOf, Want};
use crate::model::Scope;

const GRAPH: &str = "Microsoft Graph Directory.Read.All";

/// The permission of a look-up, exactly as Azure names it; it must be held at the scope of the gap. No id is in it.
pub(super) fn of(want: &Want) -> String {
    match want {
        Want::Resource(id) => format!("{}/read", type_of(id)),
        Want::List(list, parent) => format!("{}/{}/read", type_of(parent), list.name()),
        Want::Authorization(list, _) => match list {
            AuthorizationList::RoleDefinitions => "Microsoft.Authorization/roleDefinitions/read",
            AuthorizationList::DenyAssignments => "Microsoft.Authorization/denyAssignments/read",
            // PIM instances are read by whoever may read assignments.
            AuthorizationList::RoleAssignments | AuthorizationList::ActiveInstances | AuthorizationList::EligibleInstances => {
                "Microsoft.Authorization/roleAssignments/read"
            }
        }
        .to_owned(),
        Want::Subscription(_) => "Microsoft.Resources/subscriptions/read".to_owned(),
        Want::FindAccount(_) | Want::AccountHints(_) => "Microsoft.Storage/storageAccounts/read".to_owned(),
        Want::Attributes(_) => "Microsoft Graph CustomSecAttributeAssignment.Read.All".to_owned(),
        Want::Principal(_) | Want::Objects(_) | Want::Application(_) | Want::Memberships(_) => GRAPH.to_owned(),
        Want::Ancestor(place) | Want::Leaf { at: place, .. } | Want::Below(place) => of_path(place),
        Want::Secrets { .. } => "Microsoft.MachineLearningServices/workspaces/datastores/listSecrets/action".to_owned(),
        Want::Anonymous(_) => "public access to the container".to_owned(),
    }
}

/// Storage answers about ACLs to who may pass every folder above, or to a data role. Source: "Access control model in Azure
/// Data Lake Storage".
fn of_path(place: &DataPath) -> String {
    let read = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read";
    let container = format!("container {}/{}", place.account, place.container);
    if place.hierarchical {
        format!("{read} at {container}, or execute on every folder above by ACL")
    } else {
        format!("{read} at {container}")
    }
}

/// `Microsoft.X/a/b` of `…/providers/Microsoft.X/a/1/b/2`, as written.
fn type_of(id: &Scope) -> String {
    let segments: Vec<&str> = id.as_str().split('/').collect();
    let last = segments.iter().rposition(|segment| segment.eq_ignore_ascii_case("providers"));
    let mut rest = segments.iter().skip(last.map_or(0, |last| last + 1));
    let space = rest.next().copied().unwrap_or_default();
    rest.step_by(2).fold(space.to_owned(), |kind, segment| format!("{kind}/{segment}"))
}

impl ListOf {
    /// The resource type that is listed, below its parent's.
    fn name(self) -> &'static str {
        match self {
            ListOf::Computes => "computes",
            ListOf::Datastores | ListOf::DefaultDatastore => "datastores",
            ListOf::Endpoints => "batchEndpoints",
            ListOf::Deployments => "deployments",
            ListOf::Data => "data",
            ListOf::Versions => "versions",
            ListOf::OutboundRules => "outboundRules",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_are_named_as_azure_does() {
        let workspace = Scope::new("/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/w");
        let account = Scope::new("/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/a");
        let container = Scope::new(&format!("{account}/blobServices/default/containers/c"));
        for (want, action) in [
            (Want::Resource(workspace.clone()), "Microsoft.MachineLearningServices/workspaces/read"),
            (Want::Resource(container), "Microsoft.Storage/storageAccounts/blobServices/containers/read"),
            (Want::List(ListOf::Computes, workspace.clone()), "Microsoft.MachineLearningServices/workspaces/computes/read"),
            (Want::List(ListOf::Versions, workspace.join("data/d")), "Microsoft.MachineLearningServices/workspaces/data/versions/read"),
            (Want::Authorization(AuthorizationList::DenyAssignments, account), "Microsoft.Authorization/denyAssignments/read"),
        ] {
            assert_eq!(of(&want), action);
            let role = include_str!("../../rules/collect.toml");
            assert!(role.contains(&format!("\"{action}\"")), "{action} is not in the role");
        }
    }
}
