//! The file's own records, those that are no REST bodies. Fields that are not known are noted by name.

use super::{Flaw, Text, When, filled, required_text};
use crate::model::*;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

/// Declares a record: every field optional, `null` as absent, a field given twice refused, other fields noted.
macro_rules! record {
    ($(#[$doc:meta])* $name:ident { $($field:ident: $type:ty,)* }) => {
        $(#[$doc])*
        #[derive(Default)]
        pub(in crate::snapshot) struct $name<'de> {
            $(pub(in crate::snapshot) $field: Option<$type>,)*
            /// Names of fields that are not known.
            pub(in crate::snapshot) unknown: Vec<String>,
            lifetime: PhantomData<&'de ()>,
        }

        impl<'de> Deserialize<'de> for $name<'de> {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Fields;
                impl<'de> Visitor<'de> for Fields {
                    type Value = $name<'de>;
                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str("an object")
                    }
                    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                        let mut record = $name::default();
                        while let Some(key) = map.next_key::<Text<'de>>()? {
                            match &*key {
                                $(stringify!($field) => {
                                    if record.$field.is_some() {
                                        return Err(serde::de::Error::duplicate_field(stringify!($field)));
                                    }
                                    record.$field = map.next_value::<Option<$type>>()?;
                                })*
                                "kind" => drop(map.next_value::<IgnoredAny>()?),
                                other => {
                                    record.unknown.push(other.to_owned());
                                    map.next_value::<IgnoredAny>()?;
                                }
                            }
                        }
                        Ok(record)
                    }
                }
                deserializer.deserialize_map(Fields)
            }
        }
    };
}

record! {
    /// `{"kind":…,"body":{…}}` with the body still as text.
    Wrapped { body: &'de serde_json::value::RawValue, }
}
record! {
    /// A role assignment, typed at once, for it is the most frequent record.
    AssignmentRecord { body: super::assignment::RawAssignment<'de>, }
}
record! {
    /// A directory object, typed at once.
    DirectoryRecord { body: super::directory::RawObject<'de>, }
}
record! {
    /// The head of the file.
    HeaderRecord {
        version: u64,
        tool: String,
        cloud: String,
        collected_at: When,
        tenant_id: Text<'de>,
        signed_in: RawSignedIn<'de>,
    }
}
record! {
    /// Who was signed in.
    RawSignedIn { object_id: Text<'de>, name: String, }
}
record! {
    /// Transitive groups of a member.
    MembershipRecord { member: Text<'de>, transitive_groups: Vec<Text<'de>>, }
}
record! {
    /// A subscription.
    SubscriptionRecord {
        subscription_id: Text<'de>,
        state: String,
        tenant_id: Text<'de>,
        management_groups: Vec<Text<'de>>,
    }
}
record! {
    /// The ACL of a path.
    PathAccessRecord {
        account: Text<'de>,
        filesystem: Text<'de>,
        path: Text<'de>,
        is_directory: bool,
        owner: Text<'de>,
        group: Text<'de>,
        permissions: Text<'de>,
        acl: Text<'de>,
    }
}
record! {
    /// A path.
    PathLine {
        account: Text<'de>,
        container: Text<'de>,
        path: Text<'de>,
        exists: bool,
        is_directory: bool,
        access_tier: Text<'de>,
        tags: BTreeMap<String, String>,
        encryption_scope: Text<'de>,
    }
}
record! {
    /// The public part of what a datastore stores.
    StoredCredentialRecord { datastore: Text<'de>, credentials_type: String, sas: String, }
}
record! {
    /// Requests that were tried.
    ProbeRecord {
        url: String,
        credential: Text<'de>,
        at: When,
        from: Text<'de>,
        list: String,
        read: String,
    }
}
record! {
    /// Nothing of a kind is missing.
    CoverageLine { what: Text<'de>, scope: String, principal: Text<'de>, below: bool, }
}
record! {
    /// A look-up failed.
    GapLine {
        what: Text<'de>,
        scope: String,
        principal: Text<'de>,
        below: bool,
        status: u16,
        code: String,
        message: String,
        needs: String,
    }
}

fn owned(text: &Option<Text<'_>>) -> Option<String> {
    text.as_deref().map(str::to_owned)
}

impl HeaderRecord<'_> {
    pub(in crate::snapshot) fn valid(self) -> Result<Header, Flaw> {
        let signed_in = self.signed_in.map(|who| {
            let object_id = ObjectId::new(required_text(&who.object_id, "/signed_in/object_id")?);
            Ok(SignedIn { object_id, name: who.name })
        });
        Ok(Header {
            tool: self.tool,
            cloud: self.cloud,
            collected_at: When::of(self.collected_at),
            tenant_id: self.tenant_id.as_deref().filter(|id| !id.is_empty()).map(TenantId::new),
            signed_in: signed_in.transpose()?,
        })
    }
}

impl SubscriptionRecord<'_> {
    pub(in crate::snapshot) fn valid(self) -> Result<Subscription, Flaw> {
        let text = required_text(&self.subscription_id, "/subscription_id")?;
        let id = Scope::new(text).subscription().unwrap_or_else(|| SubscriptionId::new(text));
        let groups = |names: Vec<Text<'_>>| names.iter().map(|name| Scope::management_group(name)).collect();
        let tenant_id = self.tenant_id.as_deref().filter(|id| !id.is_empty()).map(TenantId::new);
        Ok(Subscription { id, state: filled(self.state), tenant_id, management_groups: self.management_groups.map(groups) })
    }
}

/// The account of a path record, lower case.
fn account(text: &Option<Text<'_>>) -> Result<String, Flaw> {
    required_text(text, "/account").map(str::to_lowercase)
}

/// A path: it may be empty, the root, but it must be there.
fn path(text: &Option<Text<'_>>) -> Result<StorePath, Flaw> {
    text.as_deref().map(StorePath::new).ok_or_else(|| Flaw::missing("/path"))
}

impl PathAccessRecord<'_> {
    pub(in crate::snapshot) fn valid(self) -> Result<PathAccess, Flaw> {
        Ok(PathAccess {
            account: account(&self.account)?,
            filesystem: owned(&self.filesystem).ok_or_else(|| Flaw::missing("/filesystem"))?,
            path: path(&self.path)?,
            is_directory: self.is_directory.ok_or_else(|| Flaw::missing("/is_directory"))?,
            owner: required_text(&self.owner, "/owner")?.to_owned(),
            group: required_text(&self.group, "/group")?.to_owned(),
            permissions: filled(owned(&self.permissions)),
            acl: owned(&self.acl).ok_or_else(|| Flaw::missing("/acl"))?,
        })
    }
}

impl PathLine<'_> {
    pub(in crate::snapshot) fn valid(self) -> Result<PathRecord, Flaw> {
        Ok(PathRecord {
            account: account(&self.account)?,
            container: required_text(&self.container, "/container")?.to_owned(),
            path: path(&self.path)?,
            exists: self.exists.unwrap_or(true),
            is_directory: self.is_directory,
            access_tier: filled(owned(&self.access_tier)),
            tags: self.tags,
            encryption_scope: owned(&self.encryption_scope),
        })
    }
}

impl StoredCredentialRecord<'_> {
    pub(in crate::snapshot) fn valid(self) -> Result<StoredCredential, Flaw> {
        let datastore = Scope::new(required_text(&self.datastore, "/datastore")?);
        let credentials_type = filled(self.credentials_type).ok_or_else(|| Flaw::missing("/credentials_type"))?;
        let sas = filled(self.sas).map(|sas| sas.strip_prefix('?').map(str::to_owned).unwrap_or(sas));
        Ok(StoredCredential { datastore, credentials_type, sas })
    }
}

impl ProbeRecord<'_> {
    pub(in crate::snapshot) fn valid(self) -> Result<Probe, Flaw> {
        let credential = match required_text(&self.credential, "/credential")? {
            "anonymous" => ProbeCredential::Anonymous,
            "stored" => ProbeCredential::Stored,
            "token" => ProbeCredential::Token,
            _ => return Err(Flaw::new("/credential", "expected `anonymous`, `stored` or `token`")),
        };
        let answer = |text: Option<String>| {
            filled(text).map(|code| if code.eq_ignore_ascii_case("ok") { ProbeAnswer::Ok } else { ProbeAnswer::Error(code) })
        };
        Ok(Probe {
            url: filled(self.url).ok_or_else(|| Flaw::missing("/url"))?,
            credential,
            at: When::of(self.at),
            from: self.from.as_deref().filter(|id| !id.is_empty()).map(Scope::new),
            list: answer(self.list),
            read: answer(self.read),
        })
    }
}

/// The scope of a coverage or gap record; an empty one would be the root, and is a mistake.
fn look_up_scope(what: What, scope: Option<String>) -> Result<String, Flaw> {
    match (what, filled(scope)) {
        (What::Everything, None) => Ok(String::new()),
        (What::Everything, Some(scope)) if scope.trim() == "/" => Ok(String::new()),
        (What::Everything, Some(_)) => Err(Flaw::new("/scope", "`everything` has no scope")),
        (_, Some(scope)) => Ok(scope),
        (_, None) => Err(Flaw::missing("/scope")),
    }
}

impl CoverageLine<'_> {
    pub(in crate::snapshot) fn valid(self, what: What) -> Result<CoverageRecord, Flaw> {
        let principal = self.principal.as_deref().filter(|id| !id.is_empty()).map(ObjectId::new);
        if what == What::Everything && principal.is_some() {
            return Err(Flaw::new("/principal", "`everything` is for no principal in particular"));
        }
        let scope = look_up_scope(what, self.scope)?;
        Ok(CoverageRecord { what, scope, principal, below: self.below.unwrap_or(false) })
    }
}

impl GapLine<'_> {
    pub(in crate::snapshot) fn valid(self, what: What) -> Result<GapRecord, Flaw> {
        let principal = self.principal.as_deref().filter(|id| !id.is_empty()).map(ObjectId::new);
        let (scope, below) = (look_up_scope(what, self.scope)?, self.below.unwrap_or(false));
        let (code, message, needs) = (filled(self.code), filled(self.message), filled(self.needs));
        Ok(GapRecord { what, scope, principal, below, status: self.status, code, message, needs })
    }
}
