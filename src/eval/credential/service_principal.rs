//! `credential/service-principal`: whether the stored service principal exists, can still sign in, and may read.
//!
//! Source: "Create datastores" and "Data administration" (Azure Machine Learning); `servicePrincipal` and
//! `passwordCredential` (Microsoft Graph).

use super::certificate::certificate;
use super::key::assumption;
use super::{AccessOf, Part, ProbeFindings, Record, moment};
use crate::eval::{Context, DataTarget, Evidence, EvidenceKind, Judgement, Leaf, ProbeQuery, ProbeReach, Proof, Until, Warning, Window};
use crate::model::{
    AppId, CredentialPeriod, CredentialSource, Datastore, DirectoryObject, Found, Lookup, Missing, Operation, PrincipalKind,
    ProbeCredential, StoreKind, TenantId, WarningId, What,
};

/// Codes of refusals that are about the principal or its sign-in.
const REFUSALS: [&str; 3] = ["AuthenticationFailed", "InvalidAuthenticationInfo", "AuthorizationPermissionMismatch"];

/// The public part of a stored service principal.
struct Stored<'a> {
    client_id: Option<&'a AppId>,
    tenant_id: Option<&'a TenantId>,
    /// `Some`: it signs in with a certificate, of this thumbprint where the body names one.
    certificate: Option<Option<&'a str>>,
    authority_url: Option<&'a str>,
    resource_url: Option<&'a str>,
}

/// `credential/service-principal`. `data_access` answers whether an object id may do an operation on `target`.
///
/// A datastore that stores no service principal has nothing that could hold: denied.
pub fn service_principal(
    cx: &Context<'_>,
    store: &Datastore,
    target: &DataTarget<'_>,
    operations: &[Operation],
    data_access: AccessOf<'_>,
) -> Proof {
    let record = Record { kind: EvidenceKind::Resource, id: store.id.as_str() };
    let claim = || format!("the stored service principal may read {}", target.describe());
    let Some(stored) = stored(&store.credential) else {
        return record.denied(claim(), "the datastore stores no service principal");
    };
    let findings = probes(cx, target, operations);
    let mut parts = vec![Part::hard(notes(cx, record, &stored, target))];
    match object(cx, store, &stored) {
        Err(unknown) => parts.push(Part::settled_by_probe(unknown)),
        Ok(principal) => {
            parts.push(Part::hard(enabled(principal)));
            parts.push(match stored.certificate {
                None => Part::hard(secrets(cx, store, principal)),
                Some(thumbprint) => Part::settled_by_probe(certificate(cx, store, principal, thumbprint)),
            });
            parts.extend(operations.iter().map(|operation| Part::settled_by_probe(data_access(&principal.id, *operation))));
        }
    }
    let proofs = findings.refusals().chain(parts.into_iter().map(|part| findings.settle(cx, None, part))).collect();
    Proof::all(claim, proofs)
}

fn stored(credential: &CredentialSource) -> Option<Stored<'_>> {
    match credential {
        CredentialSource::ServicePrincipal { client_id, tenant_id, authority_url, resource_url } => Some(Stored {
            client_id: client_id.as_ref(),
            tenant_id: tenant_id.as_ref(),
            certificate: None,
            authority_url: authority_url.as_deref(),
            resource_url: resource_url.as_deref(),
        }),
        CredentialSource::Certificate { client_id, tenant_id, thumbprint } => Some(Stored {
            client_id: client_id.as_ref(),
            tenant_id: tenant_id.as_ref(),
            certificate: Some(thumbprint.as_deref()),
            authority_url: None,
            resource_url: None,
        }),
        CredentialSource::None | CredentialSource::AccountKey | CredentialSource::Sas | CredentialSource::Other(_) => None,
    }
}

/// The service principal of the stored client id, or a proof that there is none or that it is not known.
fn object<'a>(cx: &Context<'a>, store: &Datastore, stored: &Stored<'_>) -> Result<&'a DirectoryObject, Proof> {
    let Some(client) = stored.client_id else {
        let missing = Missing::resource(&store.id, &Lookup::NotCollected);
        return Err(Proof::unknown(|| "the datastore names its service principal (`clientId`)".to_owned(), &missing));
    };
    let claim = format!("application {client} has a service principal in the directory");
    let home = cx.snapshot.facts().header.tenant_id.as_ref();
    let foreign = stored.tenant_id.is_some() && home.is_some() && stored.tenant_id != home;
    match cx.snapshot.directory_object(client.as_str()) {
        Found::Here(object) if object.kind != Some(PrincipalKind::Application) => Ok(object),
        Found::Absent(by) if !foreign => {
            let evidence = Evidence::coverage(by, format!("no service principal of {client}"));
            Err(Proof::denied(|| Leaf::new(claim, evidence)))
        }
        Found::Missing(missing) => Err(Proof::unknown(|| claim, &missing)),
        Found::Here(_) | Found::Absent(_) => {
            let missing = Missing::new(What::DirectoryObject, client.as_str(), &Lookup::NotCollected);
            Err(Proof::unknown(|| claim, &missing))
        }
    }
}

fn enabled(object: &DirectoryObject) -> Proof {
    let record = Record { kind: EvidenceKind::DirectoryObject, id: object.id.as_str() };
    let claim = "the service principal is enabled";
    match object.account_enabled {
        Some(false) => record.denied(claim, "`accountEnabled` is false"),
        Some(true) => record.allowed(claim, "`accountEnabled` is true"),
        None => Proof::allowed(|| {
            record.leaf(claim, "`accountEnabled` was not collected").assuming(format!("service principal {} is enabled", object.id))
        }),
    }
}

/// The application behind a service principal, where the snapshot holds it.
pub(super) fn application<'a>(cx: &Context<'a>, principal: &DirectoryObject) -> Option<&'a DirectoryObject> {
    let is_it = |object: &&DirectoryObject| object.kind == Some(PrincipalKind::Application) && object.app_id.is_some();
    cx.snapshot.facts().directory.values().filter(is_it).find(|object| object.app_id == principal.app_id)
}

/// That a stored secret can still be one that is valid: denied where every known secret has expired.
fn secrets(cx: &Context<'_>, store: &Datastore, principal: &DirectoryObject) -> Proof {
    let application = application(cx, principal);
    let lists = [Some(principal), application].map(|object| object.and_then(|object| object.password_credentials.as_deref()));
    let known: Vec<&CredentialPeriod> = lists.iter().flatten().copied().flatten().collect();
    let record = Record { kind: EvidenceKind::DirectoryObject, id: application.unwrap_or(principal).id.as_str() };
    let claim = "the stored secret of the service principal is valid";
    if known.is_empty() {
        if lists.iter().all(Option::is_some) {
            return record.denied(claim, "neither the application nor the service principal has a secret");
        }
        return Proof::allowed(|| {
            record.leaf(claim, "no secrets were collected").assuming(assumption(store, "service principal's secret"))
        });
    }
    let valid: Vec<_> = known.iter().filter(|secret| cx.window(secret.start, secret.end) == Window::Holds).collect();
    let Some(last) = valid.iter().map(|secret| secret.end.ok_or(())).max_by_key(|end| (end.is_err(), end.ok())) else {
        return record.denied(claim, format!("{} of {} secrets valid: {}", 0, known.len(), ends(&known)));
    };
    let until = last.ok().map(|at| Until { at, what: "the last secret of the stored service principal expires".to_owned() });
    let younger = |secret: &&&CredentialPeriod| secret.start.zip(store.last_modified_at).is_some_and(|(start, written)| start > written);
    let says = format!("{} of {} secrets valid", valid.len(), known.len());
    let leaf = record.leaf(claim, says).until(until).assuming(assumption(store, "service principal's secret"));
    let all_younger = valid.iter().copied().filter(younger).count() == valid.len();
    let text = format!("every valid secret of the service principal begins after {} was last written", store.id);
    Proof::allowed(|| if all_younger { leaf.warning(Warning::new(WarningId::CredentialKeyAge, text)) } else { leaf })
}

pub(super) fn ends(known: &[&CredentialPeriod]) -> String {
    let last = known.iter().filter_map(|secret| secret.end).max();
    last.map_or_else(|| "no end known".to_owned(), |end| format!("the last ends {}", moment(end)))
}

/// What is worth knowing of `authorityUrl` and `resourceUrl`; never denies.
fn notes(cx: &Context<'_>, record: Record<'_>, stored: &Stored<'_>, target: &DataTarget<'_>) -> Proof {
    let (authorities, cloud) = authorities(cx);
    let host = |url: &str| url::Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_lowercase));
    let mut leaf = record.leaf("the datastore names its service principal", "it does");
    if let Some(authority) = stored.authority_url
        && !host(authority).is_some_and(|host| authorities.contains(&host.as_str()))
    {
        let text =
            format!("`authorityUrl` of {} is not of {cloud}: it should be `https://{}`", record.id, authorities.join("` or `https://"));
        leaf = leaf.warning(Warning::new(WarningId::AccountNote, text));
    }
    if let Some(resource) = stored.resource_url {
        let wanted = match target.store {
            StoreKind::Blob | StoreKind::AdlsGen2 => "storage.azure.com",
            StoreKind::AdlsGen1 => "datalake.azure.net",
        };
        let own = format!("{}.", target.account_name);
        if !host(resource).is_some_and(|host| host == wanted || host.starts_with(&own)) {
            let text = format!("`resourceUrl` of {} should be `https://{wanted}/`", record.id);
            leaf = leaf.warning(Warning::new(WarningId::AccountNote, text));
        }
    }
    Proof::allowed(|| leaf)
}

/// Hosts that sign in for the snapshot's cloud, and its name.
///
/// Source: "Microsoft Entra authentication and national clouds".
fn authorities<'a>(cx: &Context<'a>) -> (&'static [&'static str], &'a str) {
    let cloud = cx.snapshot.facts().header.cloud.as_deref().unwrap_or("AzureCloud");
    let hosts: &[&str] = match cloud.to_ascii_lowercase().as_str() {
        "azureusgovernment" => &["login.microsoftonline.us"],
        "azurechinacloud" => &["login.partner.microsoftonline.cn", "login.chinacloudapi.cn"],
        _ => &["login.microsoftonline.com", "login.windows.net", "login.microsoft.com"],
    };
    (hosts, cloud)
}

/// Only probes of the very path: grants differ from path to path.
fn probes<'a>(cx: &Context<'a>, target: &DataTarget<'_>, operations: &[Operation]) -> ProbeFindings<'a> {
    let query = ProbeQuery {
        credential: ProbeCredential::Stored,
        account: &target.account_name,
        container: &target.container,
        path: &target.path,
        reach: ProbeReach::Exact,
        at: cx.at,
        not_before: None,
        codes: &REFUSALS,
    };
    ProbeFindings::new(cx, &query, operations)
}
