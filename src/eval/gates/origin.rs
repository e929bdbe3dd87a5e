//! Where the requests of a batch job's nodes come from.

use super::resource;
use crate::eval::{Evidence, Origin};
use crate::model::{Compute, ComputeType, IsolationMode, Known, Missing, Scope, Workspace};

/// The compute of a job, as far as it could be resolved.
#[derive(Clone, Debug)]
pub enum ComputeView<'a> {
    /// It is in the snapshot.
    Known(&'a Compute),
    /// It is not known; what is missing.
    Unknown(Missing),
}

/// The network that the requests of a compute's nodes come from.
#[derive(Clone, Debug)]
pub enum NetworkOrigin<'a> {
    /// A subnet of a virtual network of one's own.
    Subnet {
        /// The subnet.
        subnet: &'a Scope,
        /// Region of the nodes.
        location: Option<&'a str>,
    },
    /// The managed network of the workspace.
    Managed {
        /// The workspace.
        workspace: &'a Workspace,
        /// Only approved destinations are let out (`AllowOnlyApprovedOutbound`).
        approved_only: bool,
    },
    /// No virtual network: public addresses that are not known.
    Public {
        /// The compute.
        compute: &'a Scope,
    },
    /// Not known.
    Unknown {
        /// What would tell.
        missing: Missing,
        /// What would tell whether the nodes get out to public endpoints at all; `None`: they do.
        egress: Option<Missing>,
    },
}

impl<'a> ComputeView<'a> {
    /// Where requests of this compute come from.
    ///
    /// A cluster with a subnet is in that subnet. Without one it is in the managed network of its workspace, if that is
    /// enabled, and in no network of the customer otherwise. The network of an attached Kubernetes cluster is not part of
    /// its compute resource. Source: "Workspace managed virtual network isolation", managed computes.
    pub fn origin(&self, workspace: &Known<&'a Workspace>) -> NetworkOrigin<'a> {
        match self {
            ComputeView::Unknown(missing) => {
                NetworkOrigin::Unknown { missing: missing.clone(), egress: unknown_egress(workspace, missing) }
            }
            ComputeView::Known(compute) => match &compute.compute_type {
                ComputeType::AmlCompute | ComputeType::ComputeInstance => cluster(compute, workspace),
                ComputeType::Kubernetes { .. } | ComputeType::Other(_) => foreign(),
            },
        }
    }
}

/// The managed network that restricts what leaves a workspace's computes; `None` inside: none does.
fn isolation(workspace: &Workspace) -> Option<IsolationMode> {
    workspace.isolation_mode.filter(|mode| *mode != IsolationMode::Disabled)
}

fn unknown_egress(workspace: &Known<&Workspace>, compute: &Missing) -> Option<Missing> {
    match workspace {
        Known::Missing(missing) => Some(missing.clone()),
        Known::Known(workspace) => match isolation(workspace) {
            Some(IsolationMode::AllowOnlyApprovedOutbound) => Some(compute.clone()),
            Some(IsolationMode::AllowInternetOutbound | IsolationMode::Disabled) | None => None,
        },
    }
}

fn cluster<'a>(compute: &'a Compute, workspace: &Known<&'a Workspace>) -> NetworkOrigin<'a> {
    if let Some(subnet) = &compute.subnet {
        return NetworkOrigin::Subnet { subnet, location: compute.location.as_deref() };
    }
    match workspace {
        Known::Missing(missing) => NetworkOrigin::Unknown { missing: missing.clone(), egress: Some(missing.clone()) },
        Known::Known(workspace) => match isolation(workspace) {
            Some(mode) => NetworkOrigin::Managed { workspace, approved_only: mode == IsolationMode::AllowOnlyApprovedOutbound },
            None => NetworkOrigin::Public { compute: &compute.id },
        },
    }
}

fn foreign<'a>() -> NetworkOrigin<'a> {
    let question = "the network of an attached compute that is no Azure ML cluster is not part of its compute resource";
    NetworkOrigin::Unknown { missing: Missing::open("compute-network", question), egress: None }
}

impl NetworkOrigin<'_> {
    /// For people.
    pub fn describe(&self) -> String {
        match self {
            NetworkOrigin::Subnet { subnet, .. } => format!("subnet `{subnet}`"),
            NetworkOrigin::Managed { workspace, .. } => format!("the managed network of workspace `{}`", workspace.id.name()),
            NetworkOrigin::Public { .. } => "public addresses (the compute is in no virtual network)".to_owned(),
            NetworkOrigin::Unknown { .. } => "a network that is not known".to_owned(),
        }
    }

    /// Whether a virtual network, the customer's or a managed one, is or may be involved.
    pub fn may_be_private(&self) -> bool {
        match self {
            NetworkOrigin::Subnet { .. } | NetworkOrigin::Managed { .. } | NetworkOrigin::Unknown { .. } => true,
            NetworkOrigin::Public { .. } => false,
        }
    }

    /// The same for conditions that ask where a request comes from: a managed network is neither public nor a subnet that
    /// a condition could name.
    pub fn request_origin(&self) -> Origin {
        match self {
            NetworkOrigin::Subnet { subnet, .. } => Origin::Subnet((*subnet).clone()),
            NetworkOrigin::Public { .. } => Origin::Public,
            NetworkOrigin::Managed { .. } | NetworkOrigin::Unknown { .. } => Origin::Unknown,
        }
    }

    /// What says that requests come from here.
    pub(super) fn evidence(&self) -> Evidence {
        match self {
            NetworkOrigin::Subnet { subnet, .. } => resource(subnet, "the subnet of the compute's nodes"),
            NetworkOrigin::Managed { workspace, approved_only: true } => {
                resource(&workspace.id, "managed network, isolation mode AllowOnlyApprovedOutbound")
            }
            NetworkOrigin::Managed { workspace, approved_only: false } => {
                resource(&workspace.id, "managed network, isolation mode AllowInternetOutbound")
            }
            NetworkOrigin::Public { compute } => resource(compute, "the compute has no subnet"),
            NetworkOrigin::Unknown { missing, .. } => Evidence::missing(missing),
        }
    }
}
