//! Ids of directory objects, tenants and role definitions.

use super::Folded;
use std::borrow::Borrow;
use std::fmt;

/// Brings a GUID into the one form ids are compared by: lower case, with hyphens, without braces.
///
/// Deny assignments of real tenants carry GUIDs without hyphens (`f9e08843d2b74dbca5845e88a7e229a6`); text that is no
/// GUID is only lower-cased.
fn guid_key(text: &str) -> String {
    let bare = text.trim().trim_start_matches('{').trim_end_matches('}');
    let lower = bare.to_lowercase();
    if lower.len() == 32 && lower.bytes().all(|b| b.is_ascii_hexdigit()) {
        let part = |from: usize, to: usize| lower.get(from..to).unwrap_or_default();
        return [part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)].join("-");
    }
    lower
}

macro_rules! id_type {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Folded);

        impl $name {
            /// Reads an id; any spelling of a GUID is accepted and compares equal to every other.
            pub fn new(text: &str) -> Self {
                Self(Folded::with_key(text, &guid_key(text)))
            }
            /// The id as it was written.
            pub fn as_str(&self) -> &str {
                self.0.as_str()
            }
            /// The form ids are compared by.
            pub fn key(&self) -> &str {
                self.0.key()
            }
        }
        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                self.0.key()
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.0.as_str())
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(self.0.as_str(), f)
            }
        }
    };
}

id_type! {
    /// Object id of a user, group, service principal or managed identity in Entra ID.
    ///
    /// ```
    /// use canread::model::ObjectId;
    /// assert_eq!(ObjectId::new("F9E08843D2B74DBCA5845E88A7E229A6"), ObjectId::new("f9e08843-d2b7-4dbc-a584-5e88a7e229a6"));
    /// ```
    ObjectId
}
id_type! {
    /// Application (client) id; never what a role assignment or an ACL entry must carry.
    AppId
}
id_type! {
    /// Id of an Entra tenant.
    TenantId
}
id_type! {
    /// Id of an Azure subscription.
    SubscriptionId
}
id_type! {
    /// GUID of a role definition, the last segment of its ARM id: built-in roles have the same one in every
    /// subscription and cloud.
    RoleId
}
