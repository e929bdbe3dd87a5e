//! Principals and the directory.

use super::{AppId, ObjectId, TenantId, Timestamp};
use std::collections::BTreeMap;

/// Kind of a principal, in the words of the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PrincipalKind {
    /// A person.
    User,
    /// A group.
    Group,
    /// The service principal of an application.
    ServicePrincipal,
    /// The service principal of a managed identity.
    ManagedIdentity,
    /// An application registration: never what is assigned a role.
    Application,
}

/// A secret or certificate of an application or service principal, without the secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CredentialPeriod {
    /// `keyId`.
    pub key_id: Option<String>,
    /// `startDateTime`.
    pub start: Option<Timestamp>,
    /// `endDateTime`.
    pub end: Option<Timestamp>,
    /// `customKeyIdentifier` (a certificate's thumbprint), as in the source.
    pub custom_key_identifier: Option<String>,
}

/// A Graph object.
#[derive(Clone, Debug, PartialEq)]
pub struct DirectoryObject {
    /// Object id.
    pub id: ObjectId,
    /// Kind, from `@odata.type` and `servicePrincipalType`; `None` for kinds that hold no access, such as devices.
    pub kind: Option<PrincipalKind>,
    /// `displayName`.
    pub display_name: Option<String>,
    /// `appId`.
    pub app_id: Option<AppId>,
    /// `userPrincipalName`.
    pub user_principal_name: Option<String>,
    /// `mail`.
    pub mail: Option<String>,
    /// `accountEnabled`.
    pub account_enabled: Option<bool>,
    /// `appOwnerOrganizationId`: tenant of the application behind a service principal.
    pub app_owner_tenant: Option<TenantId>,
    /// `passwordCredentials`, where the object carries that key.
    pub password_credentials: Option<Vec<CredentialPeriod>>,
    /// `keyCredentials`, where the object carries that key.
    pub key_credentials: Option<Vec<CredentialPeriod>>,
    /// `createdDateTime`.
    pub created: Option<Timestamp>,
    /// `customSecurityAttributes`, where the object carries that key: set → name → value.
    pub custom_security_attributes: Option<BTreeMap<String, BTreeMap<String, serde_json::Value>>>,
}

impl DirectoryObject {
    /// The name a person knows it by: display name, else user principal name.
    pub fn name(&self) -> Option<&str> {
        self.display_name.as_deref().or(self.user_principal_name.as_deref())
    }
}

/// The part a principal plays in a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RolePlayed {
    /// Whoever invoked.
    JobIdentity,
    /// The managed identity of the compute.
    ComputeIdentity,
    /// The service principal stored in the datastore.
    StoreCredential,
}

/// A principal as a requirement names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecurityPrincipal {
    /// Object id; unknown where only a name or an application id was found.
    pub object_id: Option<ObjectId>,
    /// Name for people.
    pub name: Option<String>,
    /// Kind, where known.
    pub kind: Option<PrincipalKind>,
    /// Its part.
    pub role: RolePlayed,
}

impl SecurityPrincipal {
    /// The name it is spoken of by: its name, else its object id.
    pub fn label(&self) -> String {
        self.name
            .clone()
            .or_else(|| self.object_id.as_ref().map(ToString::to_string))
            .unwrap_or_else(|| "a principal nobody named".to_owned())
    }
}
