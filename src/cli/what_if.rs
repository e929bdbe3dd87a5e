//! Arguments of `check` that change the world: what would be if a role were granted, an ACL entry written, a record gone, or
//! a resource deployed as a file of az says.

use super::asset_file::AssetKind;
use super::{Exit, Source};
use crate::model::{AclTag, Bits, ObjectId, redacted};
use clap::{Args, ValueEnum};
use std::path::PathBuf;

#[derive(Args)]
#[command(next_help_heading = "What if")]
pub(super) struct WhatIf {
    /// As if this principal held this role there; ROLE is a name or GUID, SCOPE an ARM id, ACCOUNT or ACCOUNT/CONTAINER.
    #[arg(long, value_name = "PRINCIPAL=ROLE@SCOPE")]
    grant: Vec<String>,
    /// As if the ACL of this path held this entry, such as user:ID:r-x; PATH is ACCOUNT/FILESYSTEM/PATH.
    #[arg(long, value_name = "PATH=ENTRY")]
    acl: Vec<String>,
    /// As if the record with this id were not there: a role or deny assignment, a resource, a group's memberships.
    #[arg(long, value_name = "ID")]
    without: Vec<String>,
    /// As if this deployment were there: the YAML of `az ml batch-deployment create -f`.
    #[arg(long, value_name = "FILE")]
    deployment_file: Vec<PathBuf>,
    /// As if this compute were there: the YAML of `az ml compute create -f`.
    #[arg(long, value_name = "FILE")]
    compute_file: Vec<PathBuf>,
    /// As if this datastore were there: the YAML of `az ml datastore create -f`.
    #[arg(long, value_name = "FILE")]
    datastore_file: Vec<PathBuf>,
    /// As if this version of a data asset were there: the YAML of `az ml data create -f`.
    #[arg(long, value_name = "FILE")]
    data_file: Vec<PathBuf>,
    /// Shell that the commands of fixes are quoted for.
    #[arg(long, value_name = "SHELL", default_value = "posix")]
    shell: FixShellArg,
}

#[derive(Clone, Copy, ValueEnum)]
enum FixShellArg {
    Posix,
    #[value(name = "powershell")]
    PowerShell,
}

/// A shell that commands are quoted for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FixShell {
    /// sh, bash, zsh.
    #[default]
    Posix,
    /// PowerShell.
    PowerShell,
}

/// `--grant`, in its three parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrantText {
    /// Object id or name.
    pub principal: String,
    /// Name or GUID.
    pub role: String,
    /// ARM id, account, or account and container.
    pub scope: String,
}

/// `--acl`: a path, and an entry of its list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AclText {
    /// `account/filesystem/path`.
    pub path: String,
    /// Whether it is an entry for what is created later.
    pub default: bool,
    /// Whom the entry speaks of; the id as it was written, perhaps a name.
    pub tag: AclTag,
    /// Its bits.
    pub bits: Bits,
}

/// What is to be assumed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WhatIfArgs {
    /// Role assignments.
    pub grants: Vec<GrantText>,
    /// ACL entries.
    pub acls: Vec<AclText>,
    /// Ids of records that are taken as absent.
    pub without: Vec<String>,
    /// Files of az, with what each holds.
    pub files: Vec<(AssetKind, Source)>,
    /// Shell that commands are quoted for.
    pub shell: FixShell,
}

impl WhatIfArgs {
    /// Whether anything is assumed.
    pub fn is_asked(&self) -> bool {
        !(self.grants.is_empty() && self.acls.is_empty() && self.without.is_empty() && self.files.is_empty())
    }
}

pub(super) fn what_if(args: WhatIf) -> Result<WhatIfArgs, Exit> {
    let usage = |message: String| Exit::usage(&message);
    let of_kind = |kind: AssetKind, paths: Vec<PathBuf>| paths.into_iter().map(move |path| (kind, Source::new(path)));
    // Datastores before the data that lies in them, computes before the deployments that use them: so are they made.
    let files = of_kind(AssetKind::Datastore, args.datastore_file)
        .chain(of_kind(AssetKind::Data, args.data_file))
        .chain(of_kind(AssetKind::Compute, args.compute_file))
        .chain(of_kind(AssetKind::Deployment, args.deployment_file));
    Ok(WhatIfArgs {
        grants: args.grant.iter().map(|text| grant(text).map_err(usage)).collect::<Result<_, _>>()?,
        acls: args.acl.iter().map(|text| acl(text).map_err(usage)).collect::<Result<_, _>>()?,
        without: args.without,
        files: files.collect(),
        shell: match args.shell {
            FixShellArg::Posix => FixShell::Posix,
            FixShellArg::PowerShell => FixShell::PowerShell,
        },
    })
}

fn grant(text: &str) -> Result<GrantText, String> {
    let wrong = || {
        let shown = redacted(text);
        format!("`--grant {shown}`: write PRINCIPAL=ROLE@SCOPE, such as \"ana@contoso.com=Storage Blob Data Reader@acct/data\"")
    };
    let (principal, rest) = text.split_once('=').ok_or_else(wrong)?;
    let (role, scope) = rest.split_once('@').ok_or_else(wrong)?;
    let [principal, role, scope] = [principal, role, scope].map(|part| part.trim().to_owned());
    if principal.is_empty() || role.is_empty() || scope.is_empty() {
        return Err(wrong());
    }
    Ok(GrantText { principal, role, scope })
}

fn acl(text: &str) -> Result<AclText, String> {
    let wrong = || {
        let shown = redacted(text);
        format!(
            "`--acl {shown}`: write ACCOUNT/FILESYSTEM/PATH=ENTRY, where ENTRY is such as user:OBJECT_ID:r-x, group:OBJECT_ID:--x, mask::r-x or default:user:OBJECT_ID:r-x"
        )
    };
    let (path, entry) = text.rsplit_once('=').ok_or_else(wrong)?;
    let (default, entry) = entry.strip_prefix("default:").map_or((false, entry), |entry| (true, entry));
    let mut parts = entry.splitn(3, ':');
    let (Some(kind), Some(id), Some(bits)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(wrong());
    };
    let tag = match (kind, id) {
        ("user", "") => AclTag::Owner,
        ("user", id) => AclTag::User(ObjectId::new(id)),
        ("group", "") => AclTag::OwningGroup,
        ("group", id) => AclTag::Group(ObjectId::new(id)),
        ("mask", "") => AclTag::Mask,
        ("other", "") => AclTag::Other,
        _ => return Err(wrong()),
    };
    let bits = Bits::parse(bits).ok_or_else(wrong)?;
    let path = path.trim().to_owned();
    if path.is_empty() {
        return Err(wrong());
    }
    Ok(AclText { path, default, tag, bits })
}
