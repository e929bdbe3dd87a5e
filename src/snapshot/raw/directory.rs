//! Objects of Microsoft Graph.

use super::{Flaw, Text, When, required_text};
use crate::model::*;
use serde::Deserialize;
use serde::de::IgnoredAny;
use std::collections::BTreeMap;

type Attributes = BTreeMap<String, BTreeMap<String, serde_json::Value>>;

/// A directory object or a page of them.
#[derive(Deserialize)]
#[serde(expecting = "an object", rename_all = "camelCase")]
pub(in crate::snapshot) struct RawObject<'a> {
    #[serde(rename = "@odata.type", borrow)]
    odata_type: Option<Text<'a>>,
    #[serde(rename = "@odata.context", borrow)]
    pub(in crate::snapshot) odata_context: Option<Text<'a>>,
    #[serde(borrow)]
    id: Option<Text<'a>>,
    display_name: Option<String>,
    #[serde(borrow)]
    app_id: Option<Text<'a>>,
    user_principal_name: Option<String>,
    mail: Option<String>,
    account_enabled: Option<bool>,
    #[serde(borrow)]
    app_owner_organization_id: Option<Text<'a>>,
    #[serde(borrow)]
    service_principal_type: Option<Text<'a>>,
    password_credentials: Option<Vec<RawCredential>>,
    key_credentials: Option<Vec<RawCredential>>,
    created_date_time: Option<When>,
    custom_security_attributes: Option<BTreeMap<String, serde_json::Value>>,
    // Their presence tells kinds apart where `@odata.type` is left out.
    security_enabled: Option<IgnoredAny>,
    group_types: Option<IgnoredAny>,
    service_principal_names: Option<IgnoredAny>,
    identifier_uris: Option<IgnoredAny>,
    sign_in_audience: Option<IgnoredAny>,
    #[serde(borrow)]
    pub(in crate::snapshot) value: Option<Vec<RawObject<'a>>>,
}

/// A secret or certificate; `secretText` and `key` are not read.
#[derive(Deserialize)]
#[serde(expecting = "an object", rename_all = "camelCase")]
struct RawCredential {
    key_id: Option<String>,
    start_date_time: Option<When>,
    end_date_time: Option<When>,
    custom_key_identifier: Option<String>,
}

impl RawCredential {
    fn valid(self) -> CredentialPeriod {
        CredentialPeriod {
            key_id: self.key_id,
            start: When::of(self.start_date_time),
            end: When::of(self.end_date_time),
            custom_key_identifier: self.custom_key_identifier,
        }
    }
}

/// The collection a Graph context URL names: `…/$metadata#servicePrincipals/$entity` is of `servicePrincipals`.
fn collection(context: &str) -> &str {
    let after = context.rsplit_once('#').map_or("", |(_, after)| after);
    after.split(['/', '(']).next().unwrap_or_default()
}

impl RawObject<'_> {
    /// The object; `context` is that of the page it stands on.
    pub(in crate::snapshot) fn valid(self, context: Option<&str>) -> Result<DirectoryObject, Flaw> {
        let id = ObjectId::new(required_text(&self.id, "/id")?);
        let kind = self.kind(context);
        let periods = |list: Option<Vec<RawCredential>>| list.map(|list| list.into_iter().map(RawCredential::valid).collect());
        Ok(DirectoryObject {
            id,
            kind,
            display_name: self.display_name,
            app_id: self.app_id.as_deref().filter(|id| !id.is_empty()).map(AppId::new),
            user_principal_name: self.user_principal_name,
            mail: self.mail,
            account_enabled: self.account_enabled,
            app_owner_tenant: self.app_owner_organization_id.as_deref().filter(|id| !id.is_empty()).map(TenantId::new),
            password_credentials: periods(self.password_credentials),
            key_credentials: periods(self.key_credentials),
            created: When::of(self.created_date_time),
            custom_security_attributes: self.custom_security_attributes.map(attributes).transpose()?,
        })
    }

    fn kind(&self, context: Option<&str>) -> Option<PrincipalKind> {
        let service_principal = || match self.service_principal_type.as_deref() {
            Some(kind) if kind.eq_ignore_ascii_case("ManagedIdentity") => PrincipalKind::ManagedIdentity,
            Some(_) | None => PrincipalKind::ServicePrincipal,
        };
        if let Some(name) = self.odata_type.as_deref().filter(|name| !name.is_empty()) {
            let name = name.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
            return match name.as_str() {
                "user" => Some(PrincipalKind::User),
                "group" => Some(PrincipalKind::Group),
                "serviceprincipal" => Some(service_principal()),
                "application" => Some(PrincipalKind::Application),
                _ => None,
            };
        }
        if self.service_principal_type.is_some() || self.service_principal_names.is_some() {
            return Some(service_principal());
        }
        match self.odata_context.as_deref().or(context).map(collection) {
            Some("users") => return Some(PrincipalKind::User),
            Some("groups") => return Some(PrincipalKind::Group),
            Some("servicePrincipals") => return Some(service_principal()),
            Some("applications") => return Some(PrincipalKind::Application),
            Some("devices") => return None,
            Some(_) | None => {}
        }
        if self.user_principal_name.is_some() {
            Some(PrincipalKind::User)
        } else if self.security_enabled.is_some() || self.group_types.is_some() {
            Some(PrincipalKind::Group)
        } else if self.app_id.is_some() && (self.identifier_uris.is_some() || self.sign_in_audience.is_some()) {
            Some(PrincipalKind::Application)
        } else if self.app_id.is_some() {
            Some(PrincipalKind::ServicePrincipal)
        } else {
            None
        }
    }
}

/// Set → name → value, without the type annotations that Graph puts between them.
fn attributes(sets: BTreeMap<String, serde_json::Value>) -> Result<Attributes, Flaw> {
    let mut read = Attributes::new();
    for (set, value) in sets {
        if set.contains("@odata.") || value.is_null() {
            continue;
        }
        let serde_json::Value::Object(values) = value else {
            return Err(Flaw::new("/customSecurityAttributes", "expected an object in every attribute set"));
        };
        let values = values.into_iter().filter(|(name, value)| !name.contains("@odata.") && !value.is_null());
        read.insert(set, values.collect());
    }
    Ok(read)
}
