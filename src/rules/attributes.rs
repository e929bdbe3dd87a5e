//! Attributes that conditions may read, and how far canread can know them without sending the request.

use crate::model::{Attribute, AttributeSource, Availability};

/// How an entry's name stands to the attributes it speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameMatch {
    /// This name.
    Exactly,
    /// Names that begin so.
    StartsWith,
}

/// One attribute, or a family of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AttributeRule {
    /// Where it comes from.
    pub source: AttributeSource,
    /// Its name, or what its name begins with, in the documentation's spelling.
    pub name: &'static str,
    /// Which of the two.
    pub matching: NameMatch,
    /// How far canread can know it.
    pub availability: Availability,
    /// How, or why not: one sentence.
    pub note: &'static str,
    /// Document it was read in.
    pub document: &'static str,
    /// When it was read.
    pub retrieved: &'static str,
}

const BLOB_PAGE: &str = "azure-docs storage/blobs/storage-auth-abac-attributes.md@c8b8f53a";
const SECURITY_ATTRIBUTES_PAGE: &str = "azure-docs role-based-access-control/conditions-custom-security-attributes.md@a7519151";
const FORMAT_PAGE: &str = "azure-docs role-based-access-control/conditions-format.md@b3afb547";
const RETRIEVED: &str = "2026-11-22";

const fn rule(
    source: AttributeSource,
    name: &'static str,
    matching: NameMatch,
    availability: Availability,
    note: &'static str,
) -> AttributeRule {
    AttributeRule { source, name, matching, availability, note, document: BLOB_PAGE, retrieved: RETRIEVED }
}

use AttributeSource::{Environment, Principal, Request, Resource};
use Availability::{Absent, Known, Sometimes};
use NameMatch::{Exactly, StartsWith};

/// Every attribute canread knows of; the first entry that matches counts.
pub const ATTRIBUTES: &[AttributeRule] = &[
    rule(Resource, "Microsoft.Storage/storageAccounts:name", Exactly, Known, "the account's name is part of the question"),
    rule(
        Resource,
        "Microsoft.Storage/storageAccounts:isHnsEnabled",
        Exactly,
        Known,
        "a property of the account; Azure offers it at resource group scope or above",
    ),
    rule(
        Resource,
        "Microsoft.Storage/storageAccounts/blobServices/containers:name",
        Exactly,
        Known,
        "the container's name is part of the question",
    ),
    rule(
        Resource,
        "Microsoft.Storage/storageAccounts/blobServices/containers/blobs:path",
        Exactly,
        Known,
        "known for a file; a folder is decided for every path below it; not part of list requests",
    ),
    rule(
        Request,
        "Microsoft.Storage/storageAccounts/blobServices/containers/blobs:prefix",
        Exactly,
        Sometimes,
        "part of list requests only; a folder is taken to be listed with its own path or one below it",
    ),
    rule(
        Resource,
        "Microsoft.Storage/storageAccounts/blobServices/containers/blobs:isCurrentVersion",
        Exactly,
        Known,
        "true for a plain read; not part of list and write requests",
    ),
    rule(
        Request,
        "Microsoft.Storage/storageAccounts/blobServices/containers/blobs:versionId",
        Exactly,
        Absent,
        "batch jobs read the current version and name none",
    ),
    rule(
        Request,
        "Microsoft.Storage/storageAccounts/blobServices/containers/blobs:snapshot",
        Exactly,
        Absent,
        "batch jobs read no snapshots",
    ),
    rule(
        Resource,
        "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/tags",
        StartsWith,
        Sometimes,
        "index tags need a look-up of their own per file; accounts with hierarchical namespace have none",
    ),
    rule(
        Request,
        "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/tags",
        StartsWith,
        Absent,
        "only writes that set index tags carry them",
    ),
    rule(
        Resource,
        "Microsoft.Storage/storageAccounts/encryptionScopes:name",
        Exactly,
        Sometimes,
        "a property of each file; accounts with hierarchical namespace have none",
    ),
    rule(Environment, "isPrivateLink", Exactly, Sometimes, "follows from where the request comes from and the account's private endpoints"),
    rule(
        Environment,
        "Microsoft.Network/privateEndpoints",
        Exactly,
        Sometimes,
        "follows from where the request comes from and the account's private endpoints",
    ),
    rule(Environment, "Microsoft.Network/virtualNetworks/subnets", Exactly, Sometimes, "known where the subnet the request comes from is"),
    rule(Environment, "UtcNow", Exactly, Known, "the time asked about"),
    AttributeRule {
        document: SECURITY_ATTRIBUTES_PAGE,
        ..rule(
            Principal,
            "Microsoft.Directory/CustomSecurityAttributes/Id:",
            StartsWith,
            Sometimes,
            "reading custom security attributes takes a permission that administrators do not have by default",
        )
    },
    AttributeRule { document: FORMAT_PAGE, ..rule(Request, "subOperation", Exactly, Known, "spelling of 2021 for SubOperationMatches") },
];

/// The entry that speaks of an attribute.
pub fn attribute_rule(attribute: &Attribute) -> Option<&'static AttributeRule> {
    let name = attribute.name.key();
    ATTRIBUTES.iter().filter(|rule| rule.source == attribute.source).find(|rule| match rule.matching {
        NameMatch::Exactly => name.eq_ignore_ascii_case(rule.name),
        NameMatch::StartsWith => name.get(..rule.name.len()).is_some_and(|start| start.eq_ignore_ascii_case(rule.name)),
    })
}
