//! Stored shared access signatures: when they end, how long they live, what they permit.

use crate::eval::credential::exceeds_policy;
use crate::eval::{Evidence, EvidenceKind};
use crate::model::{
    CredentialSource, Datastore, Found, Known, Lookup, Missing, Operation, SasField, SasKind, SasProtocol, SasToken, Timestamp, What,
};
use crate::review::Occurrence;
use crate::review::found::Detected;
use crate::review::subject::{Subject, resource, store_target};
use crate::review::words::moment;

/// Letters of `sp` that change something.
const WRITING: &str = "acwdxymopi";

/// What a datastore's SAS says, or what is missing to know.
pub(super) fn stored_sas(subject: &Subject<'_>, store: &Datastore) -> Result<SasToken, Missing> {
    let not_read = || Missing::new(What::StoredCredential, store.id.as_str(), &Lookup::NotCollected);
    match subject.cx.snapshot.stored_credential(&store.id) {
        Found::Missing(missing) => Err(missing),
        Found::Absent(_) => Err(not_read()),
        Found::Here(record) => {
            let text = record.sas.as_deref().ok_or_else(not_read)?;
            SasToken::parse(text).map_err(|error| Missing::open("sas-unreadable", format!("{}: {error}", store.id)))
        }
    }
}

/// Asks `look` of every stored SAS; what could not be read is missing.
fn each_sas(subject: &Subject<'_>, mut look: impl FnMut(&Datastore, &SasToken, &mut Detected)) -> Detected {
    let mut detected = Detected { missing: subject.parts_missing.iter().cloned().collect(), ..Detected::default() };
    for store in subject.stores.iter().filter(|store| store.credential == CredentialSource::Sas) {
        match stored_sas(subject, store) {
            Ok(token) => look(store, &token, &mut detected),
            Err(missing) => {
                detected.missing.insert(missing);
            }
        }
    }
    detected
}

fn record(store: &Datastore, says: impl Into<String>) -> Evidence {
    Evidence::new(EvidenceKind::StoredCredential, store.id.as_str(), says)
}

fn policy_question(store: &Datastore) -> Missing {
    Missing::open(
        "stored-access-policy",
        format!("what does the stored access policy say that the SAS in {} names? it is not part of a snapshot", store.id),
    )
}

/// The end of a SAS: its own, or that of the user delegation key it was signed with.
fn end(token: &SasToken) -> Option<(Timestamp, &'static str)> {
    let own = token.expiry.value().map(|at| (*at, "`se`"));
    let of_key = token.key_expiry.value().map(|at| (*at, "`ske`"));
    own.into_iter().chain(of_key).min_by_key(|(at, _)| *at)
}

/// SAS that have expired, or do before the horizon.
pub(super) fn expires(subject: &Subject<'_>) -> Detected {
    each_sas(subject, |store, token, detected| match end(token) {
        Some((at, field)) if at <= subject.question.horizon => {
            let expired = at <= subject.cx.at;
            let verb = if expired { "expired" } else { "expires" };
            let message = format!("the SAS in `{}` {verb} at {}", store.id.name(), moment(at));
            let evidence = vec![record(store, format!("{field} is {}", moment(at)))];
            detected.found.push(Occurrence::new(store.id.as_str(), message, evidence).under(expired.then_some("expired")));
        }
        Some(_) => {}
        None if token.policy.is_present() => {
            detected.missing.insert(policy_question(store));
        }
        None => {
            let question = format!("when does the SAS in {} end? it has no `se` that can be read", store.id);
            detected.missing.insert(Missing::open("sas-expiry", question));
        }
    })
}

/// SAS that live longer than the account's policy says.
pub(super) fn outlives_policy(subject: &Subject<'_>) -> Detected {
    each_sas(subject, |store, token, detected| {
        let Some(target) = store_target(&subject.cx, store) else { return };
        let account = match target.account {
            Known::Known(account) => account,
            Known::Missing(missing) => {
                detected.missing.insert(missing);
                return;
            }
        };
        let Some(policy) = &account.sas_policy else { return };
        match exceeds_policy(policy, token) {
            Some(false) => {}
            Some(true) => {
                let message = format!(
                    "the SAS in `{}` lives longer than the {} that account `{}` allows (action {})",
                    store.id.name(),
                    policy.expiration_period,
                    account.name,
                    policy.expiration_action
                );
                let interval = [("st", &token.start), ("se", &token.expiry)];
                let says = interval.iter().filter_map(|(name, field)| field.value().map(|at| format!("`{name}` is {}", moment(*at))));
                let evidence = vec![
                    record(store, says.collect::<Vec<_>>().join(", ")),
                    resource(&account.id, format!("sasExpirationPeriod is {}", policy.expiration_period)),
                ];
                detected.found.push(Occurrence::new(store.id.as_str(), message, evidence));
            }
            None => {
                let question = format!(
                    "does the SAS in {} keep to the policy of account {}? it has no `st` and `se` to measure",
                    store.id, account.name
                );
                detected.missing.insert(Missing::open("sas-expiration-policy", question));
            }
        }
    })
}

/// SAS that permit more than reading (of the default datastore also writing) needs.
pub(super) fn broad(subject: &Subject<'_>) -> Detected {
    each_sas(subject, |store, token, detected| {
        let mut excess: Vec<String> = Vec::new();
        let mut writes = false;
        match &token.permissions {
            SasField::Value(sp) => {
                let needed = needed_letters(subject, store);
                let extra: String = sp.letters.chars().filter(|letter| !needed.contains(*letter)).collect();
                writes = extra.chars().any(|letter| WRITING.contains(letter));
                if !extra.is_empty() {
                    excess.push(format!("permissions `{extra}` (`sp` is `{}`)", sp.letters));
                }
            }
            SasField::Absent if token.policy.is_present() => {
                detected.missing.insert(policy_question(store));
            }
            SasField::Absent | SasField::Malformed(_) => {}
        }
        if token.kind() == SasKind::Account {
            excess.push("every container of the account (account SAS)".to_owned());
            let services = token.services.value().map(|ss| ss.chars().filter(|letter| *letter != 'b').collect::<String>());
            excess.extend(services.filter(|extra| !extra.is_empty()).map(|extra| format!("services `{extra}` besides blob")));
        }
        if let Some(SasProtocol::Http | SasProtocol::HttpsAndHttp) = token.protocol.value() {
            excess.push("requests in the clear (`spr` lets http through)".to_owned());
        }
        if excess.is_empty() {
            return;
        }
        let message = format!("the SAS in `{}` permits more than is needed: {}", store.id.name(), excess.join("; "));
        let evidence = vec![record(store, excess.join("; "))];
        detected.found.push(Occurrence::new(store.id.as_str(), message, evidence).under(writes.then_some("writes")));
    })
}

/// The letters that reading a folder needs, by the rules; of the default datastore, where outputs go, those of writing too.
fn needed_letters(subject: &Subject<'_>, store: &Datastore) -> String {
    let Some(target) = store_target(&subject.cx, store) else { return String::new() };
    let operations: &[Operation] =
        if store.is_default { &[Operation::List, Operation::Read, Operation::Write] } else { &[Operation::List, Operation::Read] };
    let rules = operations.iter().filter_map(|operation| subject.cx.rules.operation(target.store, *operation));
    rules.map(|rule| rule.sas_permissions.as_str()).collect()
}
