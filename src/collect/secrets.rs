//! Stored credentials: what `listSecrets` answers is reduced to its public fields at once, after a probe where one is wanted.

use super::arm::{MACHINE_LEARNING, is_plain, path_of};
use super::get::arm;
use super::plan::{Gathered, ProbePlace, Want};
use super::record::LookupPlace;
use super::transport::{Call, Transport, Verb};
use super::trouble::Trouble;
use crate::model::{Scope, What};
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;
use zeroize::{Zeroize, Zeroizing};

/// What `listSecrets` answers, as far as it is looked at. Source: "Datastores - List Secrets".
#[derive(Deserialize)]
struct StoredSecret {
    #[serde(rename = "secretsType")]
    kind: Option<String>,
    #[serde(rename = "sasToken")]
    sas: Option<Zeroizing<String>>,
    #[cfg(feature = "probe")]
    key: Option<Zeroizing<String>>,
}

/// The public fields of a stored credential, and what `probes` answered with it; the secret itself is wiped.
pub(super) async fn secrets(transport: &Arc<Transport>, want: &Want, datastore: &Scope, probes: &[ProbePlace]) -> Gathered {
    let secret = match stored(transport, datastore).await {
        Ok(secret) => secret,
        Err(trouble) => return Gathered::failed(want, &trouble),
    };
    let place = LookupPlace::new(What::StoredCredential, datastore.as_str());
    let mut line = json!({"kind": "stored_credential", "datastore": datastore.as_str(), "credentials_type": secret.kind});
    let mut gathered = Gathered { coverage: vec![place], whole: true, ..Gathered::default() };
    if let Some(sas) = &secret.sas {
        let public = public_fields(sas);
        gathered.next.extend(issuer(&public));
        if let Some(fields) = line.as_object_mut() {
            fields.insert("sas".to_owned(), public.into());
        }
    }
    gathered.lines.push(line);
    try_out(transport, &secret, probes, &mut gathered).await;
    gathered
}

async fn stored(transport: &Transport, datastore: &Scope) -> Result<StoredSecret, Trouble> {
    let call = arm(transport, &format!("{}/listSecrets", path_of(datastore)?), MACHINE_LEARNING)?;
    let mut reply = transport.send(&Call { verb: Verb::Post("{}".to_owned()), ..call }).await?;
    if !reply.is_success() {
        return Err(reply.trouble());
    }
    let secret = serde_json::from_slice::<StoredSecret>(&reply.body);
    reply.body.zeroize();
    let nothing = || Trouble::answer(reply.status, "NotJson", "the answer names no secret");
    secret.ok().filter(|secret| secret.kind.is_some()).ok_or_else(nothing)
}

#[cfg(feature = "probe")]
async fn try_out(transport: &Arc<Transport>, secret: &StoredSecret, probes: &[ProbePlace], gathered: &mut Gathered) {
    use super::probe::ProbeSecret;
    let secret = match (&secret.key, &secret.sas) {
        (Some(key), _) => ProbeSecret::AccountKey(key.clone()),
        (None, Some(sas)) => ProbeSecret::Sas(sas.clone()),
        (None, None) => return,
    };
    for place in probes {
        super::probe::at_place(transport, place, &secret, gathered).await;
    }
}

#[cfg(not(feature = "probe"))]
async fn try_out(_: &Arc<Transport>, _: &StoredSecret, _: &[ProbePlace], _: &mut Gathered) {}

/// The public fields of a SAS. Source: "Create a service SAS", "Create an account SAS", "Create a user delegation SAS".
const PUBLIC: [&str; 35] = [
    "sv", "sp", "st", "se", "sip", "spr", "ses", "si", "sr", "ss", "srt", "sdd", "skoid", "sktid", "skt", "ske", "sks", "skv", "saoid",
    "suoid", "scid", "sduoid", "skdutid", "srh", "srq", "rscc", "rscd", "rsce", "rscl", "rsct", "tn", "spk", "srk", "epk", "erk",
];

/// A SAS query without `?`, `sig` and whatever is no field of a SAS: a secret that stands where a SAS should is not kept.
fn public_fields(sas: &str) -> String {
    let query = sas.trim().trim_start_matches('?');
    let is_public = |pair: &&str| pair.split_once('=').is_some_and(|(name, _)| PUBLIC.iter().any(|known| known.eq_ignore_ascii_case(name)));
    query.split('&').filter(is_public).collect::<Vec<_>>().join("&")
}

/// Whoever issued a user-delegation SAS: their rights bound it.
pub(super) fn issuer(sas: &str) -> Vec<Want> {
    let id = sas.split('&').find_map(|pair| pair.strip_prefix("skoid=")).filter(|id| is_plain(id));
    id.map(super::graph::about).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_public_fields_of_a_sas_are_kept() {
        for (stored, kept) in [
            ("?sv=1&SIG=abc%3D&se=2", "sv=1&se=2"),
            ("sig=abc", ""),
            ("sv=1&s%69g=abc&sigx=1&sp=rl", "sv=1&sp=rl"),
            ("Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq==", ""),
            ("https://acct.blob.core.windows.net/c?sv=1&sig=abc&sp=r", "sp=r"),
        ] {
            assert_eq!(public_fields(stored), kept);
        }
    }
}
