//! What a SAS reaches: `sr` and `sdd`, or `ss`.

use super::{Part, Record};
use crate::eval::{DataTarget, Extent, Judgement, Proof};
use crate::model::{Known, SasField, SasKind, SasResource, SasToken};
use time::macros::date;

/// The version from which on a directory can be signed.
///
/// Source: "Create a service SAS", directory-scoped access (Azure Storage REST reference).
const DIRECTORY_VERSION: time::Date = date!(2020 - 02 - 10);

const CONTAINER_ASSUMED: &str = "the stored SAS is signed for the datastore's own container: the token does not carry the name";

/// Whether the SAS reaches the target.
pub(super) fn reached(record: Record<'_>, token: &SasToken, target: &DataTarget<'_>) -> Vec<Part> {
    match token.kind() {
        SasKind::Account => services(record, token),
        SasKind::Service | SasKind::UserDelegation => resource(record, token, target),
        SasKind::Invalid(_) => Vec::new(),
    }
}

fn services(record: Record<'_>, token: &SasToken) -> Vec<Part> {
    let SasField::Value(ss) = &token.services else { return Vec::new() };
    let (claim, says) = ("`ss` covers the blob service (`b`)", format!("`ss` is `{ss}`"));
    vec![Part::hard(if ss.contains('b') { record.allowed(claim, says) } else { record.denied(claim, says) })]
}

fn resource(record: Record<'_>, token: &SasToken, target: &DataTarget<'_>) -> Vec<Part> {
    let claim = format!("`sr` covers {}", target.describe());
    match &token.resource {
        SasField::Absent => vec![Part::hard(record.denied(claim, "no `sr`, which a SAS of this kind must have"))],
        SasField::Malformed(_) => Vec::new(),
        SasField::Value(SasResource::Container) => {
            vec![Part::hard(Proof::allowed(|| record.leaf(claim, "`sr` is `c`, the container").assuming(CONTAINER_ASSUMED)))]
        }
        SasField::Value(SasResource::Directory) => directory(record, token, target, &claim),
        SasField::Value(SasResource::Blob) => vec![Part::settled_by_probe(blob(record, target, claim))],
        SasField::Value(SasResource::BlobSnapshot | SasResource::BlobVersion) => {
            vec![Part::hard(record.denied(claim, "`sr` names a snapshot or version of a blob, not the blob"))]
        }
        SasField::Value(SasResource::Share | SasResource::File) => {
            vec![Part::hard(record.denied(claim, "`sr` is of the file service, not of the blob service"))]
        }
    }
}

fn blob(record: Record<'_>, target: &DataTarget<'_>, claim: String) -> Proof {
    match target.extent {
        Extent::Folder => record.denied(claim, "`sr` is `b`, one blob: a folder cannot be covered"),
        Extent::File => record.open(
            claim,
            "`sr` is `b`, one blob",
            "sas-blob-name",
            "which blob is the SAS signed for? the token does not carry the name; try it with `--probe`",
        ),
    }
}

/// A signed directory reaches what lies in or below it; only its depth is known.
fn directory(record: Record<'_>, token: &SasToken, target: &DataTarget<'_>, claim: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    if token.version.value().is_some_and(|version| *version < DIRECTORY_VERSION) {
        parts.push(Part::hard(record.denied(claim, "`sr` is `d`, which `sv` is too old for (2020-02-10 is the first)")));
    }
    match &target.account {
        Known::Known(account) if !account.is_hns_enabled => {
            parts.push(Part::hard(record.denied(claim, "`sr` is `d`, and the account has no hierarchical namespace")));
        }
        Known::Known(_) => {}
        Known::Missing(missing) => {
            let hns = || "the account has a hierarchical namespace, which `sr=d` needs".to_owned();
            parts.push(Part::settled_by_probe(Proof::unknown(hns, missing)));
        }
    }
    parts.push(match &token.directory_depth {
        SasField::Absent => Part::hard(record.denied(claim, "`sr` is `d` without `sdd`, the depth of the directory")),
        SasField::Malformed(_) => return parts,
        SasField::Value(depth) => Part::settled_by_probe(depth_covers(record, *depth, target, claim)),
    });
    parts
}

fn depth_covers(record: Record<'_>, depth: u32, target: &DataTarget<'_>, claim: &str) -> Proof {
    let segments = if target.path.is_root() { 0 } else { target.path.as_str().split('/').count() };
    let deepest = match target.extent {
        Extent::Folder => segments,
        Extent::File => segments.saturating_sub(1),
    };
    let says = format!("`sr` is `d`, a directory {depth} below the root (`sdd`)");
    if depth == 0 {
        Proof::allowed(|| record.leaf(claim, says).assuming(CONTAINER_ASSUMED))
    } else if usize::try_from(depth).is_ok_and(|depth| depth <= deepest) {
        let question = "which directory is the SAS signed for? the token carries its depth only; try it with `--probe`";
        record.open(claim, says, "sas-directory-name", question)
    } else {
        record.denied(claim, format!("{says}, deeper than what is asked for"))
    }
}
