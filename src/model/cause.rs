//! What an access-denied text is about: the layer that said it, and what can be its cause.

use super::RequirementId;
use super::requirement::word_enum;
use std::fmt;

word_enum! {
    /// Which part of the system says that access was denied (contract section 6).
    ErrorLayer {
        /// Azure Storage.
        Storage = "storage",
        /// Microsoft Entra ID.
        Entra = "entra",
        /// Azure Resource Manager.
        Arm = "arm",
        /// Azure Machine Learning, and the key vault it uses.
        AmlService = "aml_service",
        /// The data runtime and the batch engine on the node.
        Runtime = "runtime",
        /// The front end that batch endpoints are invoked at.
        BatchFrontend = "batch_frontend",
        /// az, an SDK, a notebook: before anything was sent.
        Client = "client",
        /// What hands a node its identity.
        NodeIdentity = "node_identity",
    }
}

word_enum! {
    /// Causes that are no requirement of a read (contract section 6). Ids are never reused.
    OtherCause {
        /// A token for another resource.
        ClientAudience = "client/audience",
        /// The client refused the reference.
        ClientReference = "client/reference",
        /// Another principal than the author thinks.
        ClientIdentity = "client/identity",
        /// A defect of the platform.
        PlatformKnownIssue = "platform/known-issue",
        /// A grant too fresh to be effective.
        PlatformPropagation = "platform/propagation",
        /// A stored key that is no longer the account's.
        CredentialKeyCurrent = "credential/key-current",
        /// No default deployment.
        EndpointDefaultDeployment = "endpoint/default-deployment",
        /// No access to a registry.
        RegistryAccess = "registry/access",
        /// No access to a secret of the key vault.
        KeyVaultSecret = "key-vault/secret",
        /// The workspace's own identity lacks a role.
        WorkspaceIdentity = "workspace/identity",
        /// A linked resource could not be assigned.
        JobSetup = "job/setup",
    }
}

/// What can be the cause of an access-denied text: an unmet requirement, or something besides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cause {
    /// A requirement that `check` judges.
    Requirement(RequirementId),
    /// Something that no requirement stands for.
    Other(OtherCause),
}

impl Cause {
    /// Every cause: the requirements in the order of reports, then the others.
    pub fn all() -> impl Iterator<Item = Cause> {
        let requirements = RequirementId::ALL.iter().map(|id| Cause::Requirement(*id));
        requirements.chain(OtherCause::ALL.iter().map(|other| Cause::Other(*other)))
    }

    /// The id that rules and reports use.
    ///
    /// ```
    /// use canread::model::Cause;
    /// assert!(Cause::all().any(|cause| cause.as_str() == "access/mount"));
    /// assert!(Cause::all().any(|cause| cause.as_str() == "client/identity"));
    /// ```
    pub fn as_str(self) -> &'static str {
        match self {
            Cause::Requirement(id) => id.as_str(),
            Cause::Other(other) => other.as_str(),
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
