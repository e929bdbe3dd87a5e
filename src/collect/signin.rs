//! Who signs in, and with what.

use super::certificate::Certificate;
use super::cloud::{Audience, Endpoints};
use super::trouble::Trouble;
use azure_core::cloud::{CloudConfiguration, CustomConfiguration};
use azure_core::credentials::{AccessToken, Secret, TokenCredential};
use azure_core::http::{ClientOptions, RetryOptions};
use azure_identity::{
    AzureCliCredential, ClientAssertionCredential, ClientAssertionCredentialOptions, ClientSecretCredential, ClientSecretCredentialOptions,
    ManagedIdentityCredential, ManagedIdentityCredentialOptions, UserAssignedId, WorkloadIdentityCredential,
    WorkloadIdentityCredentialOptions,
};
use base64::Engine;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use zeroize::Zeroizing;

/// Longest that one credential may take to answer.
const CREDENTIAL_LIMIT: Duration = Duration::from_secs(15);

/// What the environment says of signing in. `Debug` shows no values.
#[derive(Clone, Default)]
pub struct SignInEnvironment {
    /// `CANREAD_ACCESS_TOKEN_ARM`.
    pub token_arm: Option<Secret>,
    /// `CANREAD_ACCESS_TOKEN_GRAPH`.
    pub token_graph: Option<Secret>,
    /// `CANREAD_ACCESS_TOKEN_STORAGE`.
    pub token_storage: Option<Secret>,
    /// `AZURE_TENANT_ID`.
    pub tenant_id: Option<String>,
    /// `AZURE_CLIENT_ID`.
    pub client_id: Option<String>,
    /// `AZURE_CLIENT_SECRET`.
    pub client_secret: Option<Secret>,
    /// What stands in the file of `AZURE_CLIENT_CERTIFICATE_PATH`, or why that cannot be read.
    pub certificate: Option<Result<Zeroizing<String>, String>>,
    /// `AZURE_CLIENT_SEND_CERTIFICATE_CHAIN`.
    pub sends_certificate_chain: bool,
    /// `AZURE_FEDERATED_TOKEN_FILE`.
    pub federated_token_file: Option<String>,
}

impl fmt::Debug for SignInEnvironment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignInEnvironment").finish_non_exhaustive()
    }
}

/// Tokens for the services of a cloud.
#[derive(Clone)]
pub enum Tokens {
    /// Ready ones; what a missing one would have fetched is a gap.
    Ready(BTreeMap<Audience, Secret>),
    /// From a credential that has answered.
    Credential(Arc<dyn TokenCredential>),
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Tokens::Ready(_) => "Tokens::Ready",
            Tokens::Credential(_) => "Tokens::Credential",
        })
    }
}

/// Who is signed in, by the claims of a token (which are not verified: the services do that).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// `oid`.
    pub object_id: Option<String>,
    /// Name, user principal name or application id.
    pub name: Option<String>,
    /// `tid`.
    pub tenant_id: Option<String>,
    /// `exp`, in seconds since 1970.
    pub expires: Option<i64>,
}

#[derive(Deserialize)]
struct Claims {
    oid: Option<String>,
    tid: Option<String>,
    upn: Option<String>,
    preferred_username: Option<String>,
    unique_name: Option<String>,
    name: Option<String>,
    app_displayname: Option<String>,
    appid: Option<String>,
    azp: Option<String>,
    exp: Option<i64>,
}

impl Identity {
    /// Reads the claims of a JSON web token; a token that cannot be read says nothing.
    pub fn of_token(token: &Secret) -> Self {
        let claims = token.secret().split('.').nth(1).and_then(|part| {
            let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(part.trim_end_matches('=')).ok()?;
            serde_json::from_slice::<Claims>(&bytes).ok()
        });
        let Some(claims) = claims else {
            return Identity::default();
        };
        let user = claims.upn.or(claims.preferred_username).or(claims.unique_name).or(claims.name);
        let name = user.or(claims.app_displayname).or(claims.appid).or(claims.azp);
        Identity { object_id: claims.oid, name, tenant_id: claims.tid, expires: claims.exp }
    }
}

/// The variable that holds the ready token for `audience`.
pub fn variable(audience: Audience) -> &'static str {
    match audience {
        Audience::ResourceManager => "CANREAD_ACCESS_TOKEN_ARM",
        Audience::Graph => "CANREAD_ACCESS_TOKEN_GRAPH",
        Audience::Storage => "CANREAD_ACCESS_TOKEN_STORAGE",
    }
}

impl Tokens {
    /// A token for `audience`.
    ///
    /// # Errors
    /// None is there, or the credential gave none.
    pub async fn token(&self, endpoints: &Endpoints, audience: Audience) -> Result<Secret, Trouble> {
        match self {
            Tokens::Ready(tokens) => tokens.get(&audience).cloned().ok_or_else(|| {
                Trouble::own("NoToken", format!("{} is not set, and with ready tokens no sign-in is tried", variable(audience)))
            }),
            Tokens::Credential(credential) => match get(credential.as_ref(), &endpoints.token_scope(audience)).await {
                Ok(token) => Ok(token.token),
                Err(reason) => Err(Trouble::own("NoToken", format!("signing in for {} failed: {reason}", endpoints.token_scope(audience)))),
            },
        }
    }

    /// Who is signed in: by the token for Azure Resource Manager, else by any that is there.
    pub async fn identity(&self, endpoints: &Endpoints) -> Identity {
        for audience in [Audience::ResourceManager, Audience::Graph, Audience::Storage] {
            if let Ok(token) = self.token(endpoints, audience).await {
                let identity = Identity::of_token(&token);
                if identity.object_id.is_some() {
                    return identity;
                }
            }
        }
        Identity::default()
    }
}

async fn get(credential: &dyn TokenCredential, scope: &str) -> Result<AccessToken, String> {
    match tokio::time::timeout(CREDENTIAL_LIMIT, credential.get_token(&[scope], None)).await {
        Ok(Ok(token)) => Ok(token),
        Ok(Err(error)) => Err(one_line(&error.to_string())),
        Err(_) => Err(format!("no answer within {} s", CREDENTIAL_LIMIT.as_secs())),
    }
}

fn one_line(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    crate::model::redacted(&line.chars().take(400).collect::<String>())
}

/// Signs in.
///
/// # Errors
/// Every credential that was tried and what it answered, one a line.
pub async fn sign_in(environment: &SignInEnvironment, endpoints: &Endpoints) -> Result<Tokens, Trouble> {
    let ready: BTreeMap<Audience, Secret> = [
        (Audience::ResourceManager, &environment.token_arm),
        (Audience::Graph, &environment.token_graph),
        (Audience::Storage, &environment.token_storage),
    ]
    .into_iter()
    .filter_map(|(audience, token)| token.clone().map(|token| (audience, token)))
    .collect();
    if !ready.is_empty() {
        return Ok(Tokens::Ready(ready));
    }
    if !endpoints.is_all_https() {
        let message = "plain http endpoints take ready tokens only: set CANREAD_ACCESS_TOKEN_ARM, _GRAPH and _STORAGE";
        return Err(Trouble::own("NoSignIn", message));
    }
    let scope = endpoints.token_scope(Audience::ResourceManager);
    let mut answers = Vec::new();
    for (name, credential) in chain(environment, endpoints) {
        match credential {
            Ok(credential) => match get(credential.as_ref(), &scope).await {
                Ok(_) => return Ok(Tokens::Credential(credential)),
                Err(reason) => answers.push(format!("  {name}: {reason}")),
            },
            Err(reason) => answers.push(format!("  {name}: {reason}")),
        }
    }
    let message = format!("nobody is signed in; tried:\n{}\nrun `az login`, or set CANREAD_ACCESS_TOKEN_ARM", answers.join("\n"));
    Err(Trouble { status: None, code: "NoSignIn".to_owned(), message })
}

type Link = (&'static str, Result<Arc<dyn TokenCredential>, String>);

fn client_options(endpoints: &Endpoints) -> ClientOptions {
    let mut custom = CustomConfiguration::default();
    custom.authority_host = endpoints.active_directory().as_str().trim_end_matches('/').to_owned();
    let cloud: CloudConfiguration = custom.into();
    ClientOptions { cloud: Some(Arc::new(cloud)), retry: RetryOptions::none(), ..ClientOptions::default() }
}

/// The credentials, in the order they are tried.
fn chain(environment: &SignInEnvironment, endpoints: &Endpoints) -> Vec<Link> {
    let unset = |what: &str| Err(format!("not set up: {what}"));
    let options = || client_options(endpoints);
    let environment_link = match (&environment.tenant_id, &environment.client_id, &environment.client_secret) {
        (Some(tenant), Some(client), Some(secret)) => {
            let options = ClientSecretCredentialOptions { client_options: options() };
            ClientSecretCredential::new(tenant, client.clone(), secret.clone(), Some(options))
                .map(|credential| credential as Arc<dyn TokenCredential>)
                .map_err(|error| one_line(&error.to_string()))
        }
        (Some(tenant), Some(client), None) if environment.certificate.is_some() => certificate(environment, endpoints, tenant, client),
        _ => unset("AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET or AZURE_CLIENT_CERTIFICATE_PATH are not all set"),
    };
    let workload = if environment.federated_token_file.is_some() {
        let options = WorkloadIdentityCredentialOptions {
            credential_options: ClientAssertionCredentialOptions { client_options: options() },
            ..WorkloadIdentityCredentialOptions::default()
        };
        WorkloadIdentityCredential::new(Some(options))
            .map(|credential| credential as Arc<dyn TokenCredential>)
            .map_err(|error| one_line(&error.to_string()))
    } else {
        unset("AZURE_FEDERATED_TOKEN_FILE is not set")
    };
    let user_assigned_id = environment.client_id.clone().map(UserAssignedId::ClientId);
    let client_options = ClientOptions { retry: RetryOptions::none(), ..ClientOptions::default() };
    let managed = ManagedIdentityCredential::new(Some(ManagedIdentityCredentialOptions { user_assigned_id, client_options }))
        .map(|credential| credential as Arc<dyn TokenCredential>)
        .map_err(|error| one_line(&error.to_string()));
    let az = AzureCliCredential::new(None)
        .map(|credential| credential as Arc<dyn TokenCredential>)
        .map_err(|error| one_line(&error.to_string()));
    vec![("environment", environment_link), ("workload identity", workload), ("managed identity", managed), ("az login", az)]
}

/// The certificate of the environment.
fn certificate(
    environment: &SignInEnvironment,
    endpoints: &Endpoints,
    tenant: &str,
    client: &str,
) -> Result<Arc<dyn TokenCredential>, String> {
    let named = |reason: String| format!("the file of AZURE_CLIENT_CERTIFICATE_PATH: {reason}");
    let pem = match &environment.certificate {
        Some(Ok(pem)) => pem,
        Some(Err(reason)) => return Err(named(reason.clone())),
        None => return Err("AZURE_CLIENT_CERTIFICATE_PATH is not set".to_owned()),
    };
    let audience = format!("{}/{tenant}/oauth2/v2.0/token", endpoints.active_directory().as_str().trim_end_matches('/'));
    let certificate = Certificate::new(pem, audience, client.to_owned(), environment.sends_certificate_chain).map_err(named)?;
    let options = ClientAssertionCredentialOptions { client_options: client_options(endpoints) };
    ClientAssertionCredential::new(tenant.to_owned(), client.to_owned(), certificate, Some(options))
        .map(|credential| credential as Arc<dyn TokenCredential>)
        .map_err(|error| one_line(&error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_claims_of_a_token_say_who_it_is_for() {
        let encode = |text: &str| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text);
        let token = |claims: &str| Secret::new(format!("{}.{}.sig", encode("{}"), encode(claims)));
        let ana = Identity::of_token(&token(r#"{"oid":"o","tid":"t","upn":"ana@x","name":"Ana","exp":5}"#));
        assert_eq!((ana.object_id.as_deref(), ana.name.as_deref(), ana.expires), (Some("o"), Some("ana@x"), Some(5)));
        let app = Identity::of_token(&token(r#"{"oid":"o","appid":"app"}"#));
        assert_eq!(app.name.as_deref(), Some("app"));
        assert_eq!(Identity::of_token(&Secret::new("opaque")), Identity::default());
    }
}
