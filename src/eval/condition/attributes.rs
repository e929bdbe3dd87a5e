//! Attributes of the requests a batch job makes, from the facts. Which request carries which attribute: "Actions and attributes
//! for Azure role assignment conditions for Azure Blob Storage".

use super::network::{Link, private_link, subnet};
use super::{AttributeValue, Attributes, Datum, PathSet};
use crate::eval::{Context, DataTarget, Extent};
use crate::model::{Action, AttributeName, AttributeSource, Found, Known, Lookup, Missing, ObjectId, Operation, PathRecord, What, path_id};
use serde_json::Value as Json;

/// A request for data, as conditions see it.
#[derive(Clone, Copy, Debug)]
pub struct DataRequest<'a> {
    /// The data action asked for.
    pub action: &'a Action,
    /// Its suboperation; "" for none.
    pub suboperation: &'a str,
    /// The operation that the action is to permit.
    pub operation: Operation,
    /// The data.
    pub target: &'a DataTarget<'a>,
    /// Who asks.
    pub principal: &'a ObjectId,
}

/// Name of the list request's prefix, lower case.
pub(super) const PREFIX: &str = "microsoft.storage/storageaccounts/blobservices/containers/blobs:prefix";
/// Names of what follows from the network, lower case.
pub(super) const IS_PRIVATE_LINK: &str = "isprivatelink";
pub(super) const PRIVATE_ENDPOINTS: &str = "microsoft.network/privateendpoints";
pub(super) const UTC_NOW: &str = "utcnow";
const SUBNETS: &str = "microsoft.network/virtualnetworks/subnets";
const TAG_KEYS: &str = "microsoft.storage/storageaccounts/blobservices/containers/blobs/tags&$keys$&";
const SECURITY_ATTRIBUTES: &str = "microsoft.directory/customsecurityattributes/id:";

/// Which attributes a request carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// A list that conditions know as `Blob.List`.
    BlobList,
    /// A list under another name: with the super-user action, or one that is no `Blob.List` to conditions.
    OtherList,
    /// Anything that reads one file.
    Read,
    /// Creating or overwriting one file, without index tags.
    Write,
}

/// The attributes of a [`DataRequest`].
pub(super) struct FactAttributes<'a> {
    pub(super) cx: &'a Context<'a>,
    pub(super) request: DataRequest<'a>,
    pub(super) shape: Shape,
}

fn open(name: &str, question: impl Into<String>) -> AttributeValue<'static> {
    AttributeValue::Unknown(Missing::open(name, question))
}

impl Attributes for FactAttributes<'_> {
    fn get(&self, source: AttributeSource, name: &AttributeName) -> AttributeValue<'_> {
        match source {
            AttributeSource::Resource => self.resource(name),
            AttributeSource::Request => self.request(name),
            AttributeSource::Principal => self.principal(name),
            AttributeSource::Environment => self.environment(name),
        }
    }
}

impl FactAttributes<'_> {
    fn target(&self) -> &DataTarget<'_> {
        self.request.target
    }

    fn unknown_name(source: AttributeSource, name: &AttributeName) -> AttributeValue<'static> {
        let text = format!("the value of `@{}[{}]`, an attribute that canread does not know", source.as_str(), name.as_str());
        open("condition-attribute", text)
    }

    fn resource(&self, name: &AttributeName) -> AttributeValue<'_> {
        if name.tag_key().is_some() || name.key() == TAG_KEYS {
            return self.tags(name.tag_key());
        }
        match name.key() {
            "microsoft.storage/storageaccounts:name" => AttributeValue::One(Datum::text(&self.target().account_name)),
            "microsoft.storage/storageaccounts:ishnsenabled" => match &self.target().account {
                Known::Known(account) => AttributeValue::One(Datum::Bool(account.is_hns_enabled)),
                Known::Missing(missing) => AttributeValue::Unknown(missing.clone()),
            },
            "microsoft.storage/storageaccounts/blobservices/containers:name" => AttributeValue::One(Datum::text(&self.target().container)),
            "microsoft.storage/storageaccounts/blobservices/containers/blobs:path" => self.path(),
            "microsoft.storage/storageaccounts/blobservices/containers/blobs:iscurrentversion" => match self.shape {
                Shape::Read => AttributeValue::One(Datum::Bool(true)),
                Shape::BlobList | Shape::Write => AttributeValue::Absent,
                Shape::OtherList => open("condition-list-version", "which version of a blob a list request speaks of"),
            },
            "microsoft.storage/storageaccounts/encryptionscopes:name" => self.encryption_scope(),
            _ => Self::unknown_name(AttributeSource::Resource, name),
        }
    }

    /// No list carries a path under the name of `Blob.List`; which one it carries under another name is not documented.
    fn path(&self) -> AttributeValue<'_> {
        let path = self.target().path.as_str();
        match (self.shape, self.target().extent) {
            (Shape::BlobList, _) => AttributeValue::Absent,
            (Shape::OtherList, _) => AttributeValue::Paths(PathSet::at_or_below(path)),
            (Shape::Read | Shape::Write, Extent::File) => AttributeValue::One(Datum::text(path)),
            (Shape::Read | Shape::Write, Extent::Folder) => AttributeValue::Paths(PathSet::below(path)),
        }
    }

    fn request(&self, name: &AttributeName) -> AttributeValue<'_> {
        if name.tag_key().is_some() || name.key() == TAG_KEYS {
            return AttributeValue::Absent;
        }
        match (name.key(), self.shape) {
            (PREFIX, Shape::BlobList) => AttributeValue::Paths(PathSet::below(self.target().path.as_str())),
            (
                PREFIX
                | "microsoft.storage/storageaccounts/blobservices/containers/blobs:versionid"
                | "microsoft.storage/storageaccounts/blobservices/containers/blobs:snapshot",
                Shape::BlobList | Shape::OtherList | Shape::Read | Shape::Write,
            ) => AttributeValue::Absent,
            (_, Shape::BlobList | Shape::OtherList | Shape::Read | Shape::Write) => Self::unknown_name(AttributeSource::Request, name),
        }
    }

    /// Whether the account has a hierarchical namespace, on which index tags and encryption scopes do not exist.
    fn is_hns(&self) -> Result<bool, Missing> {
        match &self.target().account {
            Known::Known(account) => Ok(account.is_hns_enabled),
            Known::Missing(missing) => Err(missing.clone()),
        }
    }

    /// The value of one index tag, or the keys of all.
    fn tags(&self, key: Option<&str>) -> AttributeValue<'_> {
        match (self.shape, self.is_hns()) {
            (Shape::BlobList | Shape::OtherList | Shape::Write, _) | (Shape::Read, Ok(true)) => return AttributeValue::Absent,
            (Shape::Read, Err(missing)) => return AttributeValue::Unknown(missing),
            (Shape::Read, Ok(false)) => {}
        }
        self.same_for_all_files(|file| {
            let tags = file.tags.as_ref()?;
            Some(match key {
                Some(key) => tags.get(key).map_or(AttributeValue::Absent, |value| AttributeValue::One(Datum::text(value))),
                None => AttributeValue::Many(tags.keys().map(|key| Datum::text(key)).collect()),
            })
        })
    }

    fn encryption_scope(&self) -> AttributeValue<'_> {
        match (self.shape, self.is_hns()) {
            (Shape::BlobList | Shape::OtherList, _) | (Shape::Read | Shape::Write, Ok(true)) => AttributeValue::Absent,
            (Shape::Read | Shape::Write, Err(missing)) => AttributeValue::Unknown(missing),
            (Shape::Write, Ok(false)) => open("condition-encryption-scope", "with which encryption scope the writer stores the file"),
            (Shape::Read, Ok(false)) => {
                self.same_for_all_files(|file| file.encryption_scope.as_deref().map(|scope| AttributeValue::One(Datum::text(scope))))
            }
        }
    }

    /// A property of files: that of the one file, or the one all files below the folder have, where every one is known.
    fn same_for_all_files<'s>(&'s self, of: impl Fn(&'s PathRecord) -> Option<AttributeValue<'s>>) -> AttributeValue<'s> {
        let target = self.target();
        let snapshot = self.cx.snapshot;
        let (account, container) = (target.account_name.as_str(), target.container.as_str());
        let not_collected = |path| AttributeValue::Unknown(Missing::new(What::Paths, path, &Lookup::NotCollected));
        let files: Vec<&PathRecord> = match target.extent {
            Extent::File => snapshot.path_record(account, container, &target.path).into_iter().collect(),
            Extent::Folder => {
                let lookup = snapshot.paths_lookup(account, container, &target.path);
                if !lookup.is_complete() {
                    let folder = path_id(account, container, &target.path);
                    return AttributeValue::Unknown(Missing::new(What::Paths, folder, &lookup));
                }
                let below = snapshot.path_records_below(account, container, &target.path);
                below.filter(|record| record.exists && record.is_directory != Some(true)).collect()
            }
        };
        let mut common = None;
        for file in files {
            match (of(file), &common) {
                (None, _) => return not_collected(file.id()),
                (Some(value), None) => common = Some(value),
                (Some(value), Some(known)) if value == *known => {}
                (Some(_), Some(_)) => {
                    return open("condition-files-differ", format!("files below `{}` differ in it", target.describe()));
                }
            }
        }
        common.unwrap_or_else(|| not_collected(path_id(account, container, &target.path)))
    }

    /// A custom security attribute: `…/Id:` and set and name joined by `_`.
    fn principal(&self, name: &AttributeName) -> AttributeValue<'_> {
        let Some(wanted) = name.key().strip_prefix(SECURITY_ATTRIBUTES) else {
            return Self::unknown_name(AttributeSource::Principal, name);
        };
        let id = self.request.principal.as_str();
        let not_collected = || {
            let missing = Missing::new(What::DirectoryObject, id, &Lookup::NotCollected);
            AttributeValue::Unknown(Missing { because: Some("its custom security attributes were not collected".to_owned()), ..missing })
        };
        let object = match self.cx.snapshot.directory_object(id) {
            Found::Here(object) => object,
            Found::Absent(_) => return not_collected(),
            Found::Missing(missing) => return AttributeValue::Unknown(missing),
        };
        let Some(sets) = &object.custom_security_attributes else { return not_collected() };
        let mut all = sets.iter().flat_map(|(set, names)| names.iter().map(move |(name, value)| (set, name, value)));
        match all.find(|(set, name, _)| AttributeName::new(&format!("{set}_{name}")).key() == wanted) {
            Some((_, _, value)) => from_json(value)
                .unwrap_or_else(|| open("condition-kind-of-value", format!("`{}` has a value of an undocumented kind", name.as_str()))),
            None => AttributeValue::Absent,
        }
    }

    fn environment(&self, name: &AttributeName) -> AttributeValue<'_> {
        let link = || private_link(self.cx.snapshot, self.target());
        match name.key() {
            UTC_NOW => AttributeValue::Now,
            IS_PRIVATE_LINK => match link() {
                Link::None => AttributeValue::One(Datum::Bool(false)),
                Link::Through(_) => AttributeValue::One(Datum::Bool(true)),
                Link::Unknown(missing) => AttributeValue::Unknown(missing),
            },
            PRIVATE_ENDPOINTS => match link() {
                Link::None => AttributeValue::Absent,
                Link::Through(Some(endpoint)) => AttributeValue::One(Datum::text(endpoint.as_str())),
                Link::Through(None) => open("condition-private-endpoint", "which of several private endpoints the request takes"),
                Link::Unknown(missing) => AttributeValue::Unknown(missing),
            },
            SUBNETS => subnet(self.cx.snapshot, self.target()),
            _ => Self::unknown_name(AttributeSource::Environment, name),
        }
    }
}

/// Attributes are texts, integers, truth values, or lists of them.
fn from_json(value: &Json) -> Option<AttributeValue<'_>> {
    match value {
        Json::Null => Some(AttributeValue::Absent),
        Json::Array(values) => values.iter().map(one_from_json).collect::<Option<Vec<_>>>().map(AttributeValue::Many),
        Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Object(_) => one_from_json(value).map(AttributeValue::One),
    }
}

fn one_from_json(value: &Json) -> Option<Datum<'_>> {
    match value {
        Json::Bool(value) => Some(Datum::Bool(*value)),
        Json::Number(value) => value.as_i64().map(Datum::Integer),
        Json::String(text) => Some(Datum::text(text)),
        Json::Null | Json::Array(_) | Json::Object(_) => None,
    }
}
