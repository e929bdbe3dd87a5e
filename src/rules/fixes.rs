//! `[[fix]]`: a kind of change that may meet a requirement, and where it is made.

use super::entry::Entry;
use super::words::Word;
use super::{Provenance, RuleSet};
use crate::model::{RequirementId, RoleId};

/// The kinds of change the program knows how to make; each has its code in `fix`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FixKind {
    /// A role assignment to the principal that lacks access.
    GrantRole,
    /// ACL entries for that principal on the path and the folders above it.
    AclEntries,
    /// A custom role with exactly the actions the invoker lacks, assigned to it.
    CustomRole,
    /// A system-assigned identity for the compute.
    SystemIdentity,
    /// One of the workspace's known user-assigned identities for the compute.
    UserIdentity,
    /// The datastore stores no credential any more: identities read.
    StoreByIdentity,
    /// A new SAS with exactly the permissions needed.
    RenewSas,
    /// The account takes shared keys again.
    AllowSharedKey,
    /// The compute's subnet in the account's firewall.
    SubnetRule,
    /// A private endpoint in the compute's subnet.
    PrivateEndpoint,
    /// An outbound rule of the workspace's managed network.
    OutboundRule,
    /// Activation of a role the principal is eligible for.
    ActivateRole,
    /// Archived data is brought back online.
    Rehydrate,
    /// The input written in another way.
    Respell,
    /// A default deployment for the endpoint.
    DefaultDeployment,
    /// The deny assignment goes; only a person can decide that.
    RemoveDeny,
}

/// Where a change is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FixScope {
    /// The container of the data.
    Container,
    /// The storage account.
    Account,
    /// The workspace.
    Workspace,
}

impl Word for FixKind {
    const NAME: &'static str = "kind of fix";
    fn words() -> Vec<(Self, &'static str)> {
        vec![
            (FixKind::GrantRole, "grant_role"),
            (FixKind::AclEntries, "acl_entries"),
            (FixKind::CustomRole, "custom_role"),
            (FixKind::SystemIdentity, "system_identity"),
            (FixKind::UserIdentity, "user_identity"),
            (FixKind::StoreByIdentity, "store_by_identity"),
            (FixKind::RenewSas, "renew_sas"),
            (FixKind::AllowSharedKey, "allow_shared_key"),
            (FixKind::SubnetRule, "subnet_rule"),
            (FixKind::PrivateEndpoint, "private_endpoint"),
            (FixKind::OutboundRule, "outbound_rule"),
            (FixKind::ActivateRole, "activate_role"),
            (FixKind::Rehydrate, "rehydrate"),
            (FixKind::Respell, "respell"),
            (FixKind::DefaultDeployment, "default_deployment"),
            (FixKind::RemoveDeny, "remove_deny"),
        ]
    }
}

impl Word for FixScope {
    const NAME: &'static str = "place of a fix";
    fn words() -> Vec<(Self, &'static str)> {
        vec![(FixScope::Container, "container"), (FixScope::Account, "account"), (FixScope::Workspace, "workspace")]
    }
}

/// A kind of change that may meet some requirements. Whether it does is found by evaluating again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FixRule {
    /// Id.
    pub id: String,
    /// Requirements it may meet.
    pub requirements: Vec<RequirementId>,
    /// What is changed.
    pub kind: FixKind,
    /// Of `grant_role`: which built-in role.
    pub role: Option<RoleId>,
    /// Of `grant_role`: where.
    pub at: Option<FixScope>,
    /// Weight by which the search tries it, least first; the final order is by measured access.
    pub cost: u32,
    /// What it does, one sentence.
    pub says: String,
    /// Source.
    pub provenance: Provenance,
}

/// Heaviest weight: sums of several stay far from overflow.
const HEAVIEST: i64 = 1_000_000;

pub(super) fn read(entry: &mut Entry<'_, '_>) -> Option<FixRule> {
    let id = entry.text("id");
    let requirements = entry.words("requirements");
    let kind = entry.word("kind");
    let role = entry.optional_text("role");
    let at = entry.optional_word("at");
    let cost = entry.whole_number("cost", 1..=HEAVIEST);
    let says = entry.text("says");
    let provenance = entry.provenance();
    match (kind, &role, at) {
        (Some(FixKind::GrantRole), None, _) | (Some(FixKind::GrantRole), _, None) => {
            entry.wrong("a `grant_role` needs `role` (the GUID of an entry in roles.toml) and `at`");
        }
        (Some(kind), Some(_), _) | (Some(kind), _, Some(_)) if kind != FixKind::GrantRole => {
            entry.wrong("`role` and `at` are for `grant_role` only");
        }
        (Some(_) | None, _, _) => {}
    }
    Some(FixRule {
        id: id?,
        requirements: requirements?,
        kind: kind?,
        role: role.map(|role| RoleId::new(&role)),
        at,
        cost: u32::try_from(cost?).ok()?,
        says: says?,
        provenance: provenance?,
    })
}

impl RuleSet {
    /// The kinds of change that may meet a requirement, in file order.
    pub fn fixes_for(&self, requirement: RequirementId) -> impl Iterator<Item = &FixRule> {
        self.fixes.iter().filter(move |fix| fix.requirements.contains(&requirement))
    }
    /// Every kind of change, in file order.
    pub fn fixes(&self) -> &[FixRule] {
        &self.fixes
    }
}
