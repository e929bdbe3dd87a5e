//! The datastores a workspace makes for itself, and its `systemDatastoresAuthMode`.

use crate::eval::gates::auth_mode;
use crate::model::{CredentialSource, Datastore, Known};
use crate::review::Occurrence;
use crate::review::found::Detected;
use crate::review::subject::{Subject, resource, stores_what};

fn system_stores<'s>(subject: &'s Subject<'_>) -> impl Iterator<Item = &'s Datastore> {
    subject.stores.iter().copied().filter(|store| store.is_system())
}

fn stores_a_key(store: &Datastore) -> bool {
    match &store.credential {
        CredentialSource::AccountKey | CredentialSource::Sas => true,
        CredentialSource::None
        | CredentialSource::ServicePrincipal { .. }
        | CredentialSource::Certificate { .. }
        | CredentialSource::Other(_) => false,
    }
}

/// System datastores that carry a key or a SAS: one finding for the workspace. What is stored decides, not the mode.
pub(super) fn key_mode(subject: &Subject<'_>) -> Detected {
    let mut detected = Detected { missing: subject.parts_missing.iter().cloned().collect(), ..Detected::default() };
    let mode = subject.record.value().and_then(|workspace| workspace.system_datastores_auth_mode.as_deref());
    let keyed: Vec<&Datastore> = system_stores(subject).filter(|store| stores_a_key(store)).collect();
    if keyed.is_empty() {
        return detected;
    }
    let names: Vec<String> = keyed.iter().map(|store| format!("`{}`", store.id.name())).collect();
    let says =
        mode.map_or_else(|| "systemDatastoresAuthMode is not set: keys".to_owned(), |mode| format!("systemDatastoresAuthMode is `{mode}`"));
    let verb = if keyed.len() == 1 { "carries" } else { "carry" };
    let message = format!("{} of workspace `{}` {verb} a key; {says}", names.join(", "), subject.workspace.name());
    let mut evidence = vec![resource(&subject.workspace, says)];
    evidence.extend(keyed.iter().map(|store| resource(&store.id, format!("it stores {}", stores_what(&store.credential)))));
    detected.found.push(Occurrence::new(subject.workspace.as_str(), message, evidence));
    detected
}

/// System datastores that store what the mode does not say.
pub(super) fn disagrees(subject: &Subject<'_>) -> Detected {
    let mut detected = Detected { missing: subject.parts_missing.iter().cloned().collect(), ..Detected::default() };
    let workspace = match &subject.record {
        Known::Known(workspace) => *workspace,
        Known::Missing(missing) => {
            detected.missing.insert(missing.clone());
            return detected;
        }
    };
    // File shares have no identity-based mode, so that a key there says nothing of the workspace's mode.
    let comparable = system_stores(subject).filter(|store| crate::review::subject::store_target(&subject.cx, store).is_some());
    for store in comparable.filter(|store| auth_mode(workspace, store).is_some()) {
        let mode = workspace.system_datastores_auth_mode.as_deref().unwrap_or_default();
        let (name, what) = (store.id.name(), stores_what(&store.credential));
        let message = format!("workspace `{}` says systemDatastoresAuthMode `{mode}`, and `{name}` stores {what}", workspace.id.name());
        let evidence = vec![
            resource(&store.id, format!("it stores {what}")),
            resource(&workspace.id, format!("systemDatastoresAuthMode is `{mode}`")),
        ];
        detected.found.push(Occurrence::new(store.id.as_str(), message, evidence));
    }
    detected
}
