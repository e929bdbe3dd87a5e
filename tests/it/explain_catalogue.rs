//! Every error of the catalogue, told in three wrappings; and what is no denial of access, told as none.

use canread::explain::{Catalogue, Explanation, Log, LogReader, explain};
use std::collections::BTreeSet;
use std::sync::OnceLock;

const OID: &str = "aaaaaaaa-0000-0000-0000-000000000001";
const WS: &str =
    "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/ws";

/// The texts of the embedded rules, made ready once.
pub(crate) fn catalogue() -> &'static Catalogue<'static> {
    static CATALOGUE: OnceLock<Catalogue<'static>> = OnceLock::new();
    CATALOGUE.get_or_init(|| Catalogue::new(crate::embedded_rules()))
}

/// Reads a text as a log, and once more in pieces of one byte: where it is cut must not matter.
pub(crate) fn read(text: &[u8]) -> Log {
    let whole = |pieces: &mut dyn Iterator<Item = &[u8]>| {
        let mut reader = LogReader::new(catalogue());
        pieces.for_each(|piece| reader.push(piece));
        reader.finish()
    };
    let log = whole(&mut std::iter::once(text));
    assert_eq!(log, whole(&mut text.chunks(1)), "a log that is cut reads otherwise: {}", String::from_utf8_lossy(text));
    log
}

pub(crate) fn explained(text: &str) -> Explanation {
    explain(read(text.as_bytes()), crate::embedded_rules(), None)
}

pub(crate) fn causes(explanation: &Explanation) -> Vec<&'static str> {
    explanation.causes.iter().map(|finding| finding.cause.as_str()).collect()
}

/// As a value in the JSON of a traceback, itself in a JSON line of a log: escaped twice.
fn in_traceback(text: &str) -> String {
    let inner = serde_json::json!({"error": {"code": "UserError", "message": text}}).to_string();
    let line = serde_json::json!({"time": "2026-11-20T09:00:00Z", "level": "ERROR", "exc_info": format!("Traceback (most recent call last):\n  File \"driver.py\", line 7, in main\n    run()\nRuntimeError: {inner}")});
    format!("2026-11-20 09:00:00 INFO starting\n{line}\n2026-11-20 09:00:01 INFO exit 1\n")
}

/// As a terminal shows it: coloured, with a time before each line.
fn coloured(text: &str) -> String {
    let lines = text
        .lines()
        .map(|line| format!("\u{1b}[90m2026-11-20 09:00:00,123\u{1b}[0m \u{1b}[1;31mERROR\u{1b}[0m \u{1b}[31m{line}\u{1b}[0m\r\n"));
    format!("\u{1b}]0;job\u{7}Epoch 1\r\n{}done\r\n", lines.collect::<String>())
}

/// Code of the first signal, text, first cause.
type Case = (&'static str, String, &'static str);

fn arm(action: &str, scope: &str) -> String {
    format!(
        "(AuthorizationFailed) The client 'ana@contoso.com' with object id '{OID}' does not have authorization to perform action '{action}' \
         over scope '{scope}' or the scope is invalid. If access was recently granted, please refresh your credentials."
    )
}

#[expect(clippy::too_many_lines, reason = "a list of cases")]
fn cases() -> Vec<Case> {
    let url = "https://stheart.blob.core.windows.net/trials/unlabeled/a.csv";
    let case = |code: &'static str, text: &str, cause: &'static str| (code, text.to_owned(), cause);
    vec![
        case(
            "AuthorizationPermissionMismatch",
            &format!("Status: 403\nErrorCode: AuthorizationPermissionMismatch\nGET {url}"),
            "access/mount",
        ),
        case(
            "AuthorizationPermissionMismatch",
            "HttpResponseError: This request is not authorized to perform this operation using this permission.",
            "access/mount",
        ),
        case(
            "AuthorizationPermissionMismatch",
            "ERROR:\nYou do not have the required permissions needed to perform this operation.\nDepending on your operation, you may need to be assigned one of the following roles:\n    \"Storage Blob Data Owner\"",
            "access/read",
        ),
        case(
            "AuthorizationPermissionMismatch",
            &format!("{url}?sv=2024-11-04&sr=c&sp=r AuthorizationPermissionMismatch"),
            "credential/sas",
        ),
        case(
            "AuthorizationFailure",
            "Operation returned an invalid status 'This request is not authorized to perform this operation.'\nErrorCode:AuthorizationFailure",
            "account/reachable",
        ),
        case(
            "AuthorizationFailure",
            "The request may be blocked by network rules of storage account. Please check network rule set",
            "account/reachable",
        ),
        case(
            "AuthenticationFailed",
            "<Error><Code>AuthenticationFailed</Code><Message>Server failed to authenticate the request.</Message></Error>",
            "credential/sas",
        ),
        case(
            "AuthenticationFailed",
            "AuthenticationFailed RequestId:1\nSignature not valid in the specified time frame: Start [Thu] - Expiry [Fri]",
            "credential/sas",
        ),
        case(
            "AuthenticationFailed",
            "<Code>AuthenticationFailed</Code><AuthenticationErrorDetail>The MAC signature found in the HTTP request 'abc' is not the same as any computed signature.",
            "credential/key-current",
        ),
        case(
            "AuthenticationFailed",
            "<AuthenticationErrorDetail>Signature did not match. String to sign used was rl /blob/acct/c",
            "credential/sas",
        ),
        case(
            "AuthenticationFailed",
            "ErrorCode: AuthenticationFailed AuthenticationErrorDetail: Issuer validation failed.",
            "account/tenant",
        ),
        case(
            "AuthenticationFailed",
            "<Code>AuthenticationFailed</Code> <AuthenticationErrorDetail>sr is mandatory. Cannot be empty",
            "credential/sas",
        ),
        case(
            "AuthenticationFailed",
            "Authentication failure. This may be caused by either invalid account key, connection string or sas token value provided for your storage account.",
            "credential/sas",
        ),
        case("KeyBasedAuthenticationNotPermitted", "ErrorCode:KeyBasedAuthenticationNotPermitted", "credential/shared-key"),
        case("PublicAccessNotPermitted", "409 Public access is not permitted on this storage account.", "compute/identity"),
        case("NoAuthenticationInformation", "Status: 401 ErrorCode: NoAuthenticationInformation", "compute/identity"),
        case(
            "InvalidAuthenticationInfo",
            "ErrorCode:InvalidAuthenticationInfo\nAuthenticationErrorDetail: Issuer validation failed.",
            "account/tenant",
        ),
        case(
            "InvalidAuthenticationInfo",
            "InvalidAuthenticationInfo AuthenticationErrorDetail:Audience validation failed. Audience did not match.",
            "client/audience",
        ),
        case("AuthorizationSourceIPMismatch", "<Code>AuthorizationSourceIPMismatch</Code>", "credential/sas"),
        case("AuthorizationProtocolMismatch", "not authorized to perform this operation using this protocol.", "credential/sas"),
        case(
            "AuthorizationServiceMismatch",
            "This request is not authorized to perform this operation using this service.",
            "credential/sas",
        ),
        case(
            "AuthorizationResourceTypeMismatch",
            "This request is not authorized to perform this operation using this resource type.",
            "credential/sas",
        ),
        case("ContainerNotFound", "ErrorCode:ContainerNotFound The specified container does not exist.", "input/exists"),
        case("FilesystemNotFound", "(FilesystemNotFound) The specified filesystem does not exist.", "input/exists"),
        case("BlobNotFound", "The specified blob does not exist. ErrorCode:BlobNotFound", "input/exists"),
        case("PathNotFound", "(PathNotFound) The specified path does not exist.", "input/exists"),
        case("ResourceNotFound", "ErrorCode:ResourceNotFound\nThe specified resource does not exist.", "input/exists"),
        case("AccountIsDisabled", "<Code>AccountIsDisabled</Code>", "account/reachable"),
        case("InsufficientAccountPermissions", "(InsufficientAccountPermissions) denied", "account/reachable"),
        case("BlobArchived", "This operation is not permitted on an archived blob. ErrorCode:BlobArchived", "data/readable"),
        case("TlsVersionNotPermitted", "400 TlsVersionNotPermitted", "account/reachable"),
        case(
            "acl-verification-failed",
            "Forbidden. ACL verification failed. Either the resource does not exist or the user is not authorized to perform the requested operation.",
            "access/mount",
        ),
        case("storage-forbidden", &format!("requests.exceptions.HTTPError: 403 Client Error: Forbidden for url: {url}"), "access/mount"),
        case(
            "ScriptExecution.StreamAccess.Authentication",
            "Error Code: ScriptExecution.StreamAccess.Authentication\nAuthentication failed when trying to access the stream.",
            "access/mount",
        ),
        case("ScriptExecution.StreamAccess.Authentication", "ExecutionError(StreamError(PermissionDenied(None)))", "compute/identity"),
        case(
            "AzureIdentityAccessTokenResolution.FirewallSettingsResolutionFailure",
            "ScriptExecution.StreamAccess.Authentication.AzureIdentityAccessTokenResolution.FirewallSettingsResolutionFailure",
            "workspace/identity",
        ),
        case(
            "AzureIdentityAccessTokenResolution.PrivateEndpointResolutionFailure",
            "AzureIdentityAccessTokenResolution.PrivateEndpointResolutionFailure",
            "workspace/identity",
        ),
        case(
            "AzureIdentityAccessTokenResolution.NetworkIsolationViolated",
            "AzureIdentityAccessTokenResolution.NetworkIsolationViolated",
            "account/reachable",
        ),
        case("AzureIdentityAccessTokenResolution.InvalidResource", "AzureIdentityAccessTokenResolution.InvalidResource", "input/exists"),
        case("ScriptExecution.StreamAccess.NotFound", "ScriptExecution.StreamAccess.NotFound: StreamError(NotFound)", "input/exists"),
        case(
            "ScriptExecution.StreamAccess.Validation",
            "ScriptExecution.StreamAccess.Validation: StorageRequest-InvalidUri",
            "input/recognised",
        ),
        case(
            "ScriptExecution.StreamAccess.Unexpected",
            "ScriptExecution.StreamAccess.Unexpected: error occurred while resolving AccessToken",
            "compute/identity",
        ),
        case(
            "managed-identity-unavailable",
            "CredentialUnavailableError: ManagedIdentityCredential authentication unavailable.",
            "compute/identity",
        ),
        case("NoManagedIdentity", "Microsoft.DPrep.ErrorValues.NoManagedIdentity", "compute/identity"),
        case("NoOboEndpoint", "No obo endpoint found in job environment variables.", "compute/identity"),
        case("SourceFilePermissionDenied", "Microsoft.DPrep.ErrorValues.SourceFilePermissionDenied", "access/mount"),
        case(
            "dataset-mount-failed",
            "Cannot mount Dataset(id='1'). Source of the dataset is either not accessible or does not contain any data.",
            "access/mount",
        ),
        case(
            "ScriptExecution.WriteStreams.Authentication",
            "ScriptExecution.WriteStreams.Authentication: DestinationError(PermissionDenied(None))",
            "output/writable",
        ),
        case(
            "no-key-in-datastore",
            "Cannot find account key or SAS token in the specified datastore, and credential passthrough is not enabled.",
            "runtime/batch",
        ),
        case("kubernetes-token", "Failed to get symmetric key for getting AML token: 'failed to load certificate'", "compute/identity"),
        case(
            "workspace-identity-refused",
            "Datastore has no credentials, and workspace msi failed to authenticate storage account. Please grant Storage Account Contributor",
            "workspace/identity",
        ),
        case("registry-access-denied", "User/tenant/subscription is not allowed to access registry shared-models.", "registry/access"),
        case("ForbiddenError", "{\"error\":{\"code\":\"UserError\",\"innerError\":{\"code\":\"ForbiddenError\"}}}", "job/invoke"),
        case("ForbiddenByRbac", "(Forbidden) Caller is not authorized to perform action on resource.", "key-vault/secret"),
        case("ForbiddenByPolicy", "does not have secrets get permission on key vault 'kv;location=westeurope'", "key-vault/secret"),
        case("ForbiddenByFirewall", "Client address is not authorized and caller is not a trusted service.", "key-vault/secret"),
        (
            "AuthorizationFailed",
            arm("Microsoft.MachineLearningServices/workspaces/batchEndpoints/jobs/write", &format!("{WS}/batchEndpoints/scoring")),
            "job/invoke",
        ),
        (
            "AuthorizationFailed",
            arm("Microsoft.MachineLearningServices/workspaces/datastores/listsecrets/action", WS),
            "credential/retrievable",
        ),
        ("AuthorizationFailed", arm("Microsoft.Storage/storageAccounts/listKeys/action", "/subscriptions/1"), "workspace/identity"),
        ("AuthorizationFailed", arm("Microsoft.MachineLearningServices/registries/read", "/subscriptions/1"), "registry/access"),
        case(
            "LinkedAuthorizationFailed",
            &format!(
                "(LinkedAuthorizationFailed) The client '{OID}' with object id '{OID}' has permission to perform action 'Microsoft.MachineLearningServices/workspaces/computes/write' on scope '{WS}/computes/c'; however, it does not have permission to perform action(s) 'Microsoft.ManagedIdentity/userAssignedIdentities/assign/action' on the linked scope(s) '/subscriptions/1/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id' (respectively) or the linked scope(s) are invalid."
            ),
            "job/setup",
        ),
        case("token-denied-by-policy", "401 Microsoft Entra Token denied by policy or configuration.", "job/invoke"),
        case("scoring-uri-refused", "POST https://scoring.westeurope.inference.ml.azure.com/jobs returned HTTP 403", "job/invoke"),
        case(
            "no-valid-deployment",
            "No valid deployments to route to. Please check that the endpoint has at least one deployment",
            "endpoint/default-deployment",
        ),
        case("dataset-param", "The command references parameter `dataset_param`, which is not there", "input/supported"),
        case(
            "BadRequest",
            "(BadRequest) The request is invalid. POST https://scoring.westeurope.inference.ml.azure.com/jobs",
            "input/recognised",
        ),
        case("BadArgument", "{\"error\":{\"code\":\"BadArgument\"}} from batchEndpoints", "input/recognised"),
        case(
            "reference-refused",
            "ValidationException: Could not parse abfss://fs@lake/p. If providing an ARM id, it should start with a '/'.",
            "client/reference",
        ),
        case(
            "AADSTS700016",
            "AADSTS700016: Application with identifier 'cccccccc-0000-0000-0000-000000000001' was not found in the directory 'Contoso'.",
            "credential/service-principal",
        ),
        case("AADSTS7000215", "AADSTS7000215: Invalid client secret provided.", "credential/service-principal"),
        case(
            "AADSTS7000222",
            "AADSTS7000222: The provided client secret keys for app 'cccccccc-0000-0000-0000-000000000001' are expired.",
            "credential/service-principal",
        ),
        case("AADSTS500011", "AADSTS500011: The resource principal named https://x was not found in the tenant", "client/audience"),
        case("AADSTS50034", "AADSTS50034: The user account does not exist in the directory.", "client/identity"),
        case("AADSTS53003", "AADSTS53003: Access has been blocked by Conditional Access policies.", "credential/service-principal"),
    ]
}

#[test]
fn every_error_is_told_plain_escaped_and_coloured() {
    let mut wrong = Vec::new();
    for (code, text, cause) in cases() {
        for (wrapping, text) in [("plain", text.clone()), ("traceback", in_traceback(&text)), ("coloured", coloured(&text))] {
            let found = explained(&text);
            let (first, top) = (found.log.signals.first().map(|signal| signal.code.clone()), causes(&found).first().copied());
            // The traceback of the test wraps its text in a `UserError`, as the service does.
            if first.as_deref() != Some(code) || top != Some(cause) {
                wrong.push(format!("{wrapping}: {first:?} {top:?}, not {code} {cause}: {text}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_error_of_the_rules_has_a_case() {
    let told: BTreeSet<String> = cases().iter().flat_map(|(_, text, _)| explained(text).log.signals).map(|signal| signal.rule).collect();
    let missing: Vec<&str> =
        crate::embedded_rules().errors().iter().map(|rule| rule.code.as_str()).filter(|code| !told.contains(*code)).collect();
    assert!(missing.is_empty(), "no case for {missing:?}");
}

#[test]
fn details_are_read_in_every_wrapping() {
    let text = arm("Microsoft.MachineLearningServices/workspaces/batchEndpoints/jobs/write", &format!("{WS}/batchEndpoints/scoring"));
    for text in [text.clone(), in_traceback(&text), coloured(&text)] {
        let log = read(text.as_bytes());
        let signal = log.signals.first().expect("a signal");
        for (name, value) in [
            ("object_id", OID),
            ("principal", "ana@contoso.com"),
            ("action", "Microsoft.MachineLearningServices/workspaces/batchEndpoints/jobs/write"),
            ("endpoint", "scoring"),
            ("workspace", "ws"),
        ] {
            assert_eq!(signal.detail(name), Some(value), "{name}: {text}");
        }
        assert!(signal.says.contains("does not have authorization"), "{}", signal.says);
    }
}

/// What fails a job and is no denial of access, or is said by something else than Azure.
const NOT_DENIED: [&str; 30] = [
    "torch.cuda.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB",
    "MemoryError: Unable to allocate 12.3 GiB for an array",
    "Process was killed by the OOM killer, exit code 137",
    "Code: QuotaExceeded Message: Operation could not be completed as it results in exceeding approved Total Regional Cores quota.",
    "OperationNotAllowed: exceeding approved standardDSv2Family Cores quota",
    "ModuleNotFoundError: No module named 'xgboost'",
    "ImportError: libcudart.so.11.0: cannot open shared object file: No such file or directory",
    "Failed to pull Docker image mcr.microsoft.com/azureml/x: context deadline exceeded (Client.Timeout exceeded while awaiting headers)",
    "unauthorized: authentication required, visit https://aka.ms/acr/authorization for more information.",
    "PermissionError: [Errno 13] Permission denied: '/app/outputs/model.pkl'",
    "bash: ./score.sh: Permission denied",
    "requests.exceptions.HTTPError: 404 Client Error: Not Found for url: https://pypi.example.org/simple/foo/",
    "GET /favicon.ico HTTP/1.1\" 404 209",
    "The Resource 'Microsoft.Compute/virtualMachines/vm1' under resource group 'rg' was not found. Code: ResourceNotFound",
    "psycopg2.OperationalError: FATAL:  password authentication failed for user \"scorer\"",
    "rest_framework.exceptions.AuthenticationFailed: Invalid token header",
    "grpc._channel._InactiveRpcError: status = StatusCode.PERMISSION_DENIED",
    "botocore.exceptions.ClientError: An error occurred (AccessDenied) when calling the GetObject operation: Access Denied",
    "google.api_core.exceptions.Forbidden: 403 GET https://storage.googleapis.com/b/x: does not have storage.objects.get access",
    "HTTP Error 403: Forbidden from https://example.org/data.csv",
    "ValueError: could not convert string to float: 'AuthorizationX'",
    "KeyError: 'label'",
    "User program failed with TypeError: predict() missing 1 required positional argument",
    "Run timed out. Timeout of 3600 seconds exceeded",
    "sqlalchemy.exc.NoSuchTableError: trials",
    "FileNotFoundError: [Errno 2] No such file or directory: 'data/heart.csv'",
    "Error: container not found: sidecar",
    "kafka.errors.SaslAuthenticationFailedError: invalid credentials",
    "az: ERROR: Please run 'az login' to setup account.",
    "Node lost: the node was preempted. Low-priority capacity is not available",
];

#[test]
fn what_is_no_denial_has_no_cause() {
    for text in NOT_DENIED {
        for text in [text.to_owned(), in_traceback(text), coloured(text)] {
            let found = explained(&text);
            assert!(found.log.signals.is_empty() && found.causes.is_empty() && found.commands.is_empty(), "{text}: {found:#?}");
        }
    }
    let all = NOT_DENIED.join("\n");
    assert!(explained(&all).log.signals.is_empty());
}

#[test]
fn an_inner_error_is_what_an_outer_one_is_explained_by() {
    let text = "Error Code: ScriptExecution.StreamAccess.Authentication\nNative Error: StreamError(PermissionDenied(Some(This request is not authorized to perform this operation.)))";
    let found = explained(text);
    let codes: Vec<_> = found.log.signals.iter().map(|signal| (signal.code.as_str(), signal.wraps.as_deref())).collect();
    assert_eq!(codes, [("AuthorizationFailure", None), ("ScriptExecution.StreamAccess.Authentication", Some("AuthorizationFailure"))]);
    assert_eq!(causes(&found), ["account/reachable", "credential/sas"]);

    let text = "Error Code: ScriptExecution.WriteStreams.Authentication\nThis request is not authorized to perform this operation using this permission.";
    let found = explained(text);
    assert_eq!(causes(&found)[..3], ["output/writable", "runtime/batch", "access/mount"]);
    assert!(found.notices.iter().any(|notice| notice.id == "output-meant"), "{:?}", found.notices);
}

#[test]
fn what_is_said_often_is_told_once() {
    let text = "2026-11-20T09:00:00Z 403 AuthorizationPermissionMismatch https://acct.blob.core.windows.net/c/p RequestId:0f8fad5b-d9cb-469f-a165-70867728950e\nretry\n";
    let far = format!("{text}{}", "x y z\n".repeat(2000));
    let found = explained(&far.repeat(3));
    let told: Vec<_> = found.log.signals.iter().map(|signal| (signal.code.as_str(), signal.line, signal.count)).collect();
    assert_eq!(told, [("AuthorizationPermissionMismatch", 1, 3)]);
}

#[test]
fn a_bare_code_is_explained_though_it_needs_company_in_a_log() {
    for code in ["AuthenticationFailed", "AuthorizationFailed", "ContainerNotFound", "`ResourceNotFound`", "Error: BadArgument"] {
        let found = explained(code);
        assert_eq!(found.log.signals.len(), 1, "{code}");
    }
}

#[test]
fn utf16_and_torn_bytes_are_read() {
    let text = "ErrorCode: KeyBasedAuthenticationNotPermitted\r\n";
    let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let torn: Vec<u8> = [0xff, 0xc3].into_iter().chain(text.bytes()).chain([0xe2, 0x82]).collect();
    for bytes in [utf16, torn] {
        assert_eq!(read(&bytes).signals.first().map(|signal| signal.code.as_str()), Some("KeyBasedAuthenticationNotPermitted"));
    }
}

#[test]
fn the_line_that_would_decide_holds_what_the_text_reveals() {
    let found =
        explained(&arm("Microsoft.MachineLearningServices/workspaces/batchEndpoints/jobs/write", &format!("{WS}/batchEndpoints/scoring")));
    let subscription = "11111111-1111-1111-1111-111111111111";
    assert_eq!(
        found.commands,
        [format!("canread check -n scoring --input REFERENCE --as {OID} --subscription {subscription} -g rg -w ws")]
    );
    let found = explained(&format!("AuthorizationPermissionMismatch https://acct.blob.core.windows.net/c/it's objectId={OID}"));
    let url = "https://acct.blob.core.windows.net/c/it";
    assert_eq!(
        found.commands,
        [format!("canread check -n ENDPOINT --input {url}"), format!("canread access --principal {OID} --operation read {url}")]
    );
    for command in &found.commands {
        let words: Vec<&str> = command.split_whitespace().collect();
        assert!(canread::cli::parse(words).is_ok(), "{command}");
    }
}
