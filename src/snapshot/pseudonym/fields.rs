//! What is done with the fields of a record: what no list names is replaced.

/// What is done with the texts of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Treatment {
    /// Azure's own words, times, numbers.
    Keep,
    /// Names, ids, URLs.
    Text,
    /// Numbers too.
    Digits,
    Acl,
    Sas,
    Condition,
    /// Texts for people, which may say anything.
    Drop,
}

/// Words of Azure and of the file's format, and times.
const KEPT: [&str; 87] = [
    "needs",
    "kind",
    "what",
    "tool",
    "cloud",
    "collected_at",
    "type",
    "@odata.type",
    "@odata.context",
    "state",
    "status",
    "code",
    "permissions",
    "datastoreType",
    "credentialsType",
    "credentials_type",
    "secretsType",
    "protocol",
    "endpoint",
    "principalType",
    "roleType",
    "publicAccess",
    "publicNetworkAccess",
    "defaultAction",
    "bypass",
    "action",
    "provisioningState",
    "authMode",
    "systemDatastoresAuthMode",
    "isolationMode",
    "computeType",
    "dataType",
    "location",
    "computeLocation",
    "createdOn",
    "updatedOn",
    "createdAt",
    "lastModifiedAt",
    "startDateTime",
    "endDateTime",
    "createdDateTime",
    "expirationAction",
    "sasExpirationPeriod",
    "keySource",
    "minimumTlsVersion",
    "groupIds",
    "subresourceTarget",
    "statusOfPrimary",
    "peeringState",
    "service",
    "actions",
    "notActions",
    "dataActions",
    "notDataActions",
    "conditionVersion",
    "access_tier",
    "list",
    "read",
    "credential",
    "at",
    "identityType",
    "deploymentConfigurationType",
    "servicePrincipalType",
    "memberType",
    "assignmentType",
    "resourceUrl",
    "authorityUrl",
    "labels",
    "aliases",
    "serviceTag",
    "portRanges",
    "referenceType",
    "serviceDataAccessAuthIdentity",
    "category",
    "key1",
    "key2",
    "creationTime",
    "keyCreationTime",
    "vmSize",
    "sku",
    "tier",
    "primaryLocation",
    "secondaryLocation",
    "statusOfSecondary",
    "signInAudience",
    "accessTier",
    "subresource",
];

/// Objects whose field names are users' own.
const OWN_NAMES: [&str; 4] = ["customSecurityAttributes", "outboundRules", "jobs", "tags"];

const DROPPED: [&str; 7] = ["description", "message", "notes", "systemMetadata", "stages", "flavors", "comments"];

pub(super) fn treatment(name: &str) -> Treatment {
    match name {
        "acl" => Treatment::Acl,
        "sas" => Treatment::Sas,
        "condition" => Treatment::Condition,
        // Of a firewall's rule.
        "value" => Treatment::Digits,
        name if DROPPED.contains(&name) => Treatment::Drop,
        name if KEPT.contains(&name) => Treatment::Keep,
        _ => Treatment::Text,
    }
}

pub(super) fn has_own_names(name: &str) -> bool {
    OWN_NAMES.contains(&name)
}
