//! Secrets and certificates of stored service principals.

use crate::eval::{Context, Judgement, Leaf, Proof, Verdict, credential};
use crate::eval::{Evidence, EvidenceKind};
use crate::model::{CredentialSource, Datastore};
use crate::review::Occurrence;
use crate::review::found::{Detected, cited};
use crate::review::subject::{Subject, store_target};
use crate::review::words::moment;

/// Stored service principals that cannot sign in, or not beyond the horizon: `credential/service-principal` is asked at the
/// moment and over the period until the horizon, without the rights it has on the data.
pub(super) fn expires(subject: &Subject<'_>) -> Detected {
    let mut detected = Detected { missing: subject.parts_missing.iter().cloned().collect(), ..Detected::default() };
    for store in subject.stores.iter().filter(|store| is_service_principal(store)) {
        let Some(now) = signs_in(subject, store, &subject.cx) else { continue };
        match now.verdict() {
            Verdict::Undetermined => detected.lacks(&now),
            Verdict::Denied => {
                let why: Vec<Evidence> = cited(&now, Verdict::Denied);
                let says: Vec<&str> = why.iter().map(|evidence| evidence.says.as_str()).collect();
                let message = format!("the service principal in `{}` cannot sign in: {}", store.id.name(), says.join("; "));
                detected.found.push(Occurrence::new(store.id.as_str(), message, why).under(Some("expired")));
            }
            Verdict::Allowed => detected.found.extend(ends_soon(subject, store, &now)),
        }
    }
    detected
}

fn is_service_principal(store: &Datastore) -> bool {
    match &store.credential {
        CredentialSource::ServicePrincipal { .. } | CredentialSource::Certificate { .. } => true,
        CredentialSource::None | CredentialSource::AccountKey | CredentialSource::Sas | CredentialSource::Other(_) => false,
    }
}

fn signs_in(subject: &Subject<'_>, store: &Datastore, cx: &Context<'_>) -> Option<Proof> {
    let target = store_target(&subject.cx, store)?;
    let unasked = |_: &_, _| Proof::allowed(|| Leaf::new("not asked", Evidence::new(EvidenceKind::Question, "", "")));
    Some(credential::service_principal(cx, store, &target, &[], &unasked))
}

fn ends_soon(subject: &Subject<'_>, store: &Datastore, now: &Proof) -> Option<Occurrence> {
    let until = now.valid_until().filter(|until| until.at <= subject.question.horizon)?;
    let evidence: Vec<Evidence> = now
        .leaves()
        .into_iter()
        .filter(|(_, _, leaf)| leaf.until.as_ref().is_some_and(|end| end.at == until.at))
        .map(|(_, _, leaf)| leaf.evidence.clone())
        .collect();
    let message = format!("{} at {} (datastore `{}`)", until.what, moment(until.at), store.id.name());
    Some(Occurrence::new(store.id.as_str(), message, evidence))
}
