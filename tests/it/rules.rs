//! The rules: the embedded ones are valid, and every mistake in a rule file is one clear error with file and line.

#![expect(clippy::disallowed_methods, reason = "tests read the corpus, the rule files and README.md")]
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::expect_used, reason = "helpers of tests may fail loudly")]

use canread::model::{
    Cause, CredentialUsed, Edition, GrantedBy, InputSource, Lookup, Missing, Operation, RequirementId, StoreKind, WarningId, What,
};
use canread::output::rules as rules_output;
use canread::rules::{OnMissing, RuleErrors, RuleSet};
use std::path::Path;

fn embedded() -> &'static RuleSet {
    RuleSet::embedded().unwrap_or_else(|errors| panic!("{errors}"))
}

#[test]
fn embedded_rules_are_valid() {
    let rules = embedded();
    assert_eq!(rules.rows().len(), 14);
    assert_eq!(rules.operations().len(), 9);
}

type Row = (&'static str, InputSource, Option<bool>, &'static [CredentialUsed], &'static [(StoreKind, &'static [GrantedBy])]);

const STORED: &[(StoreKind, &[GrantedBy])] = &[
    (StoreKind::Blob, &[GrantedBy::Credential]),
    (StoreKind::AdlsGen1, &[GrantedBy::Credential]),
    (StoreKind::AdlsGen2, &[GrantedBy::Credential]),
];
const BY_STORE: &[(StoreKind, &[GrantedBy])] = &[
    (StoreKind::Blob, &[GrantedBy::Rbac]),
    (StoreKind::AdlsGen1, &[GrantedBy::Posix]),
    (StoreKind::AdlsGen2, &[GrantedBy::Rbac, GrantedBy::Posix]),
];
const BOTH: &[CredentialUsed] = &[CredentialUsed::JobIdentity, CredentialUsed::ComputeIdentity];

/// The table as the contract has it, in edition `current`.
const TABLE: [Row; 7] = [
    ("datastore-with-credential", InputSource::Datastore, Some(true), &[CredentialUsed::StoreCredential], STORED),
    ("datastore-without-credential", InputSource::Datastore, Some(false), BOTH, BY_STORE),
    ("data-asset-with-credential", InputSource::DataAsset, Some(true), &[CredentialUsed::StoreCredential], STORED),
    ("data-asset-without-credential", InputSource::DataAsset, Some(false), BOTH, BY_STORE),
    ("blob-url", InputSource::BlobUrl, None, BOTH, &[(StoreKind::Blob, &[GrantedBy::Rbac])]),
    ("adls-gen1-url", InputSource::AdlsGen1Url, None, BOTH, &[(StoreKind::AdlsGen1, &[GrantedBy::Posix])]),
    ("adls-gen2-url", InputSource::AdlsGen2Url, None, BOTH, &[(StoreKind::AdlsGen2, &[GrantedBy::Rbac, GrantedBy::Posix])]),
];

#[test]
fn the_credential_table_is_that_of_the_contract() {
    for edition in Edition::ALL {
        for (id, input, credential, used, granted) in TABLE {
            let row = embedded().row(*edition, input, credential).unwrap_or_else(|| panic!("no row for {id} in {edition}"));
            assert_eq!(row.id, id, "{edition}");
            // The seed edition differs in one thing: the job's identity alone on credential-less stores.
            let seed_only_job = *edition == Edition::Seed && credential == Some(false);
            let used: &[CredentialUsed] = if seed_only_job { &[CredentialUsed::JobIdentity] } else { used };
            assert_eq!(row.credentials_used, used, "{id} in {edition}");
            let by: Vec<(StoreKind, &[GrantedBy])> = row.granted_by.iter().map(|(store, by)| (*store, by.as_slice())).collect();
            assert_eq!(by, granted, "{id} in {edition}");
        }
    }
    let disputed = |row: &canread::rules::CredentialRule| row.disputes.iter().any(|says| says.contains("invoker"));
    for row in embedded().rows().iter().filter(|row| row.credentials_used.contains(&CredentialUsed::JobIdentity)) {
        assert!(disputed(row), "{} in {} does not name the conflict on the invoker's right to read", row.id, row.edition);
    }
}

#[test]
fn operations_name_the_data_actions_of_list_read_and_write() {
    let blobs = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/";
    for store in [StoreKind::Blob, StoreKind::AdlsGen2] {
        for (operation, action, suboperation, sas) in [
            (Operation::List, "read", "Blob.List", ("l", "c")),
            (Operation::Read, "read", "", ("r", "o")),
            (Operation::Write, "write", "", ("w", "o")),
        ] {
            let rule = embedded().operation(store, operation).unwrap();
            let found: Vec<_> = rule.data_actions.iter().map(|a| (a.action.as_str(), a.suboperation.as_str(), a.hns_only)).collect();
            let plain = format!("{blobs}{action}");
            let superuser = format!("{blobs}runAsSuperUser/action");
            assert_eq!(found, [(plain.as_str(), suboperation, false), (superuser.as_str(), "", true)], "{operation}");
            assert_eq!((rule.sas_permissions.as_str(), rule.sas_resource_types.as_str()), sas, "{operation}");
        }
    }
    for operation in Operation::ALL {
        assert!(embedded().operation(StoreKind::AdlsGen1, *operation).unwrap().data_actions.is_empty());
    }
}

#[test]
fn the_documented_invoke_actions_are_35_and_the_right_ones_deny() {
    let prefix = "Microsoft.MachineLearningServices/workspaces/";
    let documented: Vec<_> = embedded().invoke_actions().iter().filter(|action| !action.for_assets).collect();
    assert_eq!(documented.len(), 35);
    let short = |effect: OnMissing, grouped: bool| -> Vec<&str> {
        let of = documented.iter().filter(|a| a.on_missing == effect && a.any_of.is_some() == grouped);
        of.map(|a| a.action.as_str().strip_prefix(prefix).unwrap()).collect()
    };
    assert_eq!(
        short(OnMissing::Deny, false),
        ["datastores/read", "batchEndpoints/read", "experiments/runs/submit/action", "experiments/runs/write"]
    );
    assert_eq!(short(OnMissing::Deny, true), ["batchEndpoints/jobs/write", "batchEndpoints/deployments/jobs/write"]);
    assert_eq!(short(OnMissing::Credential, false), ["datastores/listsecrets/action"]);
    assert_eq!(short(OnMissing::Warn, false).len(), 28);
    let extra: Vec<_> = embedded().invoke_actions().iter().filter(|a| a.for_assets).map(|a| (a.action.as_str(), a.on_missing)).collect();
    assert_eq!(extra, [(format!("{prefix}data/versions/read").as_str(), OnMissing::Warn)]);
}

#[test]
fn every_id_has_its_text_and_every_look_up_its_command() {
    for id in RequirementId::ALL {
        assert!(embedded().requirement(*id).is_some_and(|text| text.title.ends_with('.') && text.text.len() > 100), "{id}");
    }
    for id in WarningId::ALL {
        assert!(embedded().warning(*id).is_some_and(|text| text.title.ends_with('.') && text.text.len() > 50), "{id}");
    }
    for what in What::ALL {
        assert!(embedded().lookup(what).is_some_and(|rule| !rule.how.is_empty()), "{what}");
    }
}

fn sorted(list: Option<&serde_json::Value>) -> Vec<String> {
    let mut items: Vec<String> = list.and_then(|l| l.as_array()).into_iter().flatten().map(|s| s.as_str().unwrap().to_owned()).collect();
    items.sort();
    items
}

#[test]
fn roles_equal_the_collected_list_of_built_in_roles() {
    let Some(corpus) = crate::corpus_folder() else { return };
    let text = std::fs::read_to_string(corpus.join("roles/built-in-roles.json")).unwrap();
    let listed: serde_json::Value = serde_json::from_str(&text).unwrap();
    let mut compared = 0;
    for role in embedded().built_in_roles() {
        let same_id = |entry: &&serde_json::Value| entry["name"].as_str() == Some(role.definition.id.as_str());
        let entry = listed.as_array().unwrap().iter().find(same_id).unwrap_or_else(|| panic!("{} is not listed", role.definition.name));
        assert_eq!(entry["properties"]["roleName"], role.definition.name.as_str());
        let theirs = entry["properties"]["permissions"].as_array().unwrap();
        assert_eq!(theirs.len(), role.definition.permissions.len(), "{}", role.definition.name);
        for (ours, theirs) in role.definition.permissions.iter().zip(theirs) {
            let lists = [
                ("actions", &ours.actions),
                ("notActions", &ours.not_actions),
                ("dataActions", &ours.data_actions),
                ("notDataActions", &ours.not_data_actions),
            ];
            for (key, patterns) in lists {
                let mut mine: Vec<String> = patterns.iter().map(|p| p.as_str().to_owned()).collect();
                mine.sort();
                assert_eq!(mine, sorted(theirs.get(key)), "{key} of {}", role.definition.name);
            }
            assert_eq!(ours.condition.as_deref(), theirs.get("condition").and_then(|c| c.as_str()));
        }
        compared += 1;
    }
    assert!(compared >= 50, "only {compared} roles");
}

/// What each note says of reading is what the permissions say.
#[test]
fn notes_of_roles_say_whether_they_read_blobs_or_fetch_keys() {
    use canread::model::{Action, Coverage, Plane};
    let read = Action::new("Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read");
    let keys = Action::new("Microsoft.Storage/storageAccounts/listKeys/action");
    for role in embedded().built_in_roles() {
        let holds =
            |action: &Action, plane| role.definition.permissions.iter().any(|p| matches!(p.covers(action, plane), Coverage::Granted(_)));
        let (name, note) = (&role.definition.name, &role.note);
        let says_reads = note.contains("reads every blob")
            || note.contains("read an input")
            || note.contains("an input")
            || note.contains("lists, reads")
            || note.contains("Every blob data action");
        let takes_no_share = !note.contains("batch endpoints do not take");
        assert_eq!(says_reads && takes_no_share, holds(&read, Plane::Data), "{name}: {note}");
        let says_keys = note.contains("account keys") && !note.contains("neither");
        let says_keys = says_keys || note.contains("nor account keys") && !note.contains("neither");
        assert_eq!(says_keys, holds(&keys, Plane::Management), "{name}: {note}");
    }
}

const FILES: [&str; 8] =
    ["credentials.toml", "operations.toml", "roles.toml", "texts.toml", "lookups.toml", "attributes.toml", "findings.toml", "errors.toml"];

fn own_files() -> Vec<(&'static str, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    FILES.map(|name| (name, std::fs::read_to_string(folder.join(name)).unwrap())).to_vec()
}

fn parse(files: &[(&'static str, String)]) -> Result<RuleSet, RuleErrors> {
    let borrowed: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
    RuleSet::parse(&borrowed)
}

/// The own rules with the first `from` in `file` replaced; gives the errors and the line of the place.
fn broken(file: &str, from: &str, to: &str) -> (Vec<(String, usize, String)>, usize) {
    let mut files = own_files();
    let (_, text) = files.iter_mut().find(|(name, _)| *name == file).unwrap();
    let at = text.find(from).unwrap_or_else(|| panic!("`{from}` is not in {file}"));
    let line = text[..at].matches('\n').count() + 1;
    *text = text.replacen(from, to, 1);
    let errors = parse(&files).expect_err("the rules should not be valid");
    (errors.iter().map(|e| (e.file().to_owned(), e.line(), e.message().to_owned())).collect(), line)
}

/// One mistake, one error: in `file`, at the changed place, with a message that holds `message`.
#[track_caller]
fn one_error(file: &str, from: &str, to: &str, message: &str) {
    let (errors, line) = broken(file, from, to);
    expect_one(&errors, file, line, message);
}

/// As [`one_error`], for what is missing of an entry: at its head, the last `head` line before the change.
#[track_caller]
fn one_error_of(file: &str, from: &str, to: &str, head: &str, message: &str) {
    let (errors, line) = broken(file, from, to);
    let files = own_files();
    let (_, text) = files.iter().find(|(name, _)| *name == file).unwrap();
    let above = text.lines().take(line).enumerate().filter(|(_, text)| *text == head);
    let (at, _) = above.last().unwrap_or_else(|| panic!("no {head} above line {line}"));
    expect_one(&errors, file, at + 1, message);
}

#[track_caller]
fn expect_one(errors: &[(String, usize, String)], file: &str, line: usize, message: &str) {
    assert_eq!(errors.len(), 1, "{errors:#?}");
    let (in_file, at, says) = &errors[0];
    assert_eq!((in_file.as_str(), *at), (file, line), "{says}");
    assert!(says.contains(message), "`{says}` does not hold `{message}`");
}

#[test]
fn unknown_keys() {
    one_error("credentials.toml", "says = ", "colour = \"red\"\nsays = ", "unknown key `colour`; known here are `id`");
    one_error("roles.toml", "data_actions = [", "dataActions = [\"*\"]\ndata_actions = [", "unknown key `dataActions`");
    one_error("texts.toml", "[[requirement]]", "[[remark]]\nid = \"x\"\n[[requirement]]", "unknown key `remark`; a rule file holds");
    one_error(
        "findings.toml",
        "detector = \"sas_broad\"",
        "credentials = [\"sas\"]\ndetector = \"sas_broad\"",
        "unknown key `credentials`",
    );
    one_error("texts.toml", "# What", "[other]\nrule = 1\n# What", "unknown key `other`");
}

#[test]
fn unknown_words() {
    one_error("credentials.toml", "\"data_asset\"", "\"data-asset\"", "unknown input `data-asset`; known are `datastore`");
    one_error("credentials.toml", "\"current\"\ninput", "\"newest\"\ninput", "unknown edition `newest`; known are `current`, `seed`");
    one_error("credentials.toml", "\"job_identity\"", "\"invoker\"", "unknown credential used `invoker`");
    one_error("credentials.toml", "[\"posix\"]", "[\"acl\"]", "unknown grant `acl`");
    one_error("credentials.toml", "adls_gen2 = [", "adls_gen3 = [", "unknown store `adls_gen3`");
    one_error("operations.toml", "\"list\"", "\"mount\"", "unknown operation `mount`; known are `list`, `read`, `write`");
    one_error("operations.toml", "\"adls_gen2\"", "\"gen2\"", "unknown store `gen2`");
    one_error("operations.toml", "\"deployment\"", "\"compute\"", "unknown scope `compute`");
    one_error("operations.toml", "\"warn\"", "\"ignore\"", "unknown effect `ignore`; known are `deny`, `credential`, `warn`");
    one_error("operations.toml", "sas_permissions = \"l\"", "sas_permissions = \"lz\"", "unknown letter `z`");
    one_error("texts.toml", "\"input/type\"", "\"input/types\"", "unknown requirement id `input/types`");
    one_error("texts.toml", "\"acl/default\"", "\"acl/defaults\"", "unknown warning id `acl/defaults`");
    one_error("attributes.toml", "\"Request\"", "\"request\"", "unknown attribute source `request`");
    one_error("attributes.toml", "\"sometimes\"", "\"often\"", "unknown availability `often`");
    one_error("findings.toml", "\"high\"", "\"grave\"", "unknown severity `grave`; known are `info`, `low`, `medium`, `high`, `critical`");
    one_error("findings.toml", "{ system = \"info\" }", "{ system = \"grave\" }", "unknown severity `grave`");
    one_error("findings.toml", "{ system = ", "{ default = ", "unknown circumstance `default` of this detector; known are `system`");
    one_error("findings.toml", "\"sas_broad\"", "\"sas\"", "unknown detector `sas`; known are `stored_credential`");
    one_error("findings.toml", "[\"account_key\"]", "[\"key\"]", "unknown kind of credential `key`");
    one_error("findings.toml", "\"shared-key-datastore\"", "\"Shared_Key\"", "`Shared_Key` is no finding id");
    one_error("lookups.toml", "\"paths\"", "\"path\"", "unknown kind of look-up `path`");
    one_error("lookups.toml", "'{account}'", "'{accounts}'", "unknown placeholder `{accounts}`");
    one_error("lookups.toml", "'{account}'", "{account}", "must stand between single quotes");
}

#[test]
fn missing_and_empty_values() {
    for (file, head, from) in [
        ("credentials.toml", "[[rule]]", "source = "),
        ("credentials.toml", "[[rule]]", "retrieved = "),
        ("credentials.toml", "[[rule]]", "says = "),
        ("operations.toml", "[[operation]]", "source = "),
        ("roles.toml", "[[role]]", "retrieved = "),
        ("roles.toml", "[[role]]", "note = "),
        ("texts.toml", "[[requirement]]", "title = "),
        ("lookups.toml", "[[lookup]]", "source = "),
        ("lookups.toml", "[[lookup]]", "needs = "),
    ] {
        let key = from.trim_end_matches([' ', '=']);
        one_error_of(file, from, &format!("# {from}"), head, &format!("`{key}` is missing"));
    }
    one_error_of("operations.toml", "on_missing = ", "# ", "[[invoke_action]]", "`on_missing` is missing");
    one_error_of(
        "credentials.toml",
        "credential = true\n",
        "\n",
        "[[rule]]",
        "`credential` is missing; input `datastore` needs true or false",
    );
    one_error_of("operations.toml", "sas_permissions = ", "# ", "[[operation]]", "store `blob` needs `data_actions`, `sas_permissions`");
    one_error("texts.toml", "\"The reference parses as one of the documented syntaxes.\"", "\"  \"", "`title` is empty");
    one_error("lookups.toml", "\"reference of az resource\"", "\"\"", "`source` is empty");
    one_error("credentials.toml", "[\"store_credential\"]", "[]", "`credentials_used` is empty");
    one_error("texts.toml", "\"The reference parses as one of the documented syntaxes.\"", "7", "`title` must be text, not integer");
    one_error("operations.toml", "hns_only = true", "hns_only = \"yes\"", "`hns_only` must be true or false, not string");
}

#[test]
fn bad_dates_and_actions() {
    for date in ["2023-13-10", "10/10/2023", "2023-10", "2023-02-30", "yesterday"] {
        one_error("credentials.toml", "\"2023-10-10\"", &format!("\"{date}\""), "is no date");
    }
    let read = "Microsoft.MachineLearningServices/workspaces/read";
    for (action, message) in [
        ("Microsoft.MachineLearningServices/workspaces/*", "wildcards are not allowed here"),
        ("Microsoft.MachineLearningServices/workspaces//read", "empty segment"),
        ("workspaces/read", "Provider/type/verb"),
        ("Microsoft.MachineLearningServices workspaces read", "only letters, digits"),
    ] {
        one_error("operations.toml", &format!("\"{read}\""), &format!("\"{action}\""), message);
    }
    one_error("roles.toml", "\"*/read\"", "\"*/re?d\"", "`*/re?d` is no action or pattern");
}

#[test]
fn roles_must_grant_something() {
    let role = "[[role]]\nid = \"00000000-0000-0000-0000-000000000001\"\nname = \"Empty\"\nnote = \"Nothing.\"\nsource = \"s\"\nretrieved = \"2026-11-22\"\n";
    one_error("roles.toml", "[[role]]", &format!("{role}\n[[role]]"), "a role without permissions");
    let nothing = format!("{role}permissions = [{{ not_actions = [\"*\"] }}]\n");
    let (errors, line) = broken("roles.toml", "[[role]]", &format!("{nothing}\n[[role]]"));
    expect_one(&errors, "roles.toml", line + 6, "permissions that grant nothing");
    let (errors, line) = broken("roles.toml", "[[role]]\nid = \"", "[[role]]\nid = \"x");
    expect_one(&errors, "roles.toml", line + 1, "is no GUID");
}

/// The own rules with `text` appended to `file`; gives the errors and the line at which `text` begins.
fn appended(file: &str, text: &str) -> (Vec<(String, usize, String)>, usize) {
    let mut files = own_files();
    let (_, own) = files.iter_mut().find(|(name, _)| *name == file).unwrap();
    let line = own.matches('\n').count() + 1;
    own.push_str(text);
    let errors = parse(&files).expect_err("the rules should not be valid");
    (errors.iter().map(|e| (e.file().to_owned(), e.line(), e.message().to_owned())).collect(), line)
}

/// The first entry of `file` that begins with `start`, up to the next blank line.
fn entry_of(file: &str, start: &str) -> String {
    let files = own_files();
    let (_, text) = files.iter().find(|(name, _)| *name == file).unwrap();
    let rest = &text[text.find(&format!("\n{start}")).unwrap() + 1..];
    rest[..rest.find("\n\n").map_or(rest.len(), |end| end + 1)].to_owned()
}

#[test]
fn duplicate_ids() {
    for (file, start, message) in [
        (
            "credentials.toml",
            "[[rule]]",
            "rule `datastore-with-credential` of edition `current` is defined twice, first at credentials.toml:6",
        ),
        ("operations.toml", "[[operation]]", "operation `list` on store `blob` is defined twice"),
        ("operations.toml", "[[invoke_action]]", "invoke action `Microsoft.MachineLearningServices/workspaces/read` is defined twice"),
        ("roles.toml", "[[role]]", "role `2a2b9908-6ea1-4ae2-8e65-a410df84e7d1` is defined twice"),
        ("texts.toml", "[[requirement]]", "requirement id `input/recognised` is defined twice"),
        ("texts.toml", "[[warning]]", "warning id `client/reference` is defined twice"),
        ("lookups.toml", "[[lookup]]", "lookup `role_assignments` is defined twice"),
        ("findings.toml", "[[finding]]", "finding `shared-key-datastore` is defined twice"),
        ("attributes.toml", "[[attribute]]", "attribute `@Resource[Microsoft.Storage/storageAccounts:name]` is defined twice"),
    ] {
        let (errors, line) = appended(file, &entry_of(file, start));
        expect_one(&errors, file, line, message);
    }
    let renamed = entry_of("roles.toml", "[[role]]").replace("2a2b9908", "2a2b9909");
    let (errors, line) = appended("roles.toml", &renamed);
    expect_one(&errors, "roles.toml", line, "role name `Storage Blob Data Reader` is also that of role `2a2b9908");
}

#[test]
fn two_rows_that_match_one_input() {
    let second = entry_of("credentials.toml", "[[rule]]\nid = \"blob-url\"").replace("\"blob-url\"", "\"blob-url-again\"");
    let (errors, line) = appended("credentials.toml", &second);
    let message = "rules `blob-url` and `blob-url-again` (credentials.toml:";
    expect_one(&errors, "credentials.toml", line, message);
    assert!(errors[0].2.ends_with("both match input `blob_url` in edition `current`; exactly one must"), "{}", errors[0].2);
}

#[test]
fn combinations_that_no_row_matches() {
    let last_rule = own_files()[0].1.lines().enumerate().filter(|(_, line)| *line == "[[rule]]").last().unwrap().0 + 1;
    let mut combinations = 0;
    for edition in Edition::ALL {
        for (id, input, credential, ..) in TABLE {
            let entry = entry_of("credentials.toml", &format!("[[rule]]\nid = \"{id}\"\nedition = \"{edition}\""));
            let blanks = "\n".repeat(entry.matches('\n').count());
            let (errors, line) = broken("credentials.toml", &entry, &blanks);
            let with = match credential {
                Some(true) => " with a stored credential",
                Some(false) => " without a stored credential",
                None => "",
            };
            // Nothing can be pointed at but the last row; of the last row itself, the one before it.
            let at = if line == last_rule { errors[0].1 } else { last_rule };
            assert!(at <= last_rule && at > 100);
            expect_one(&errors, "credentials.toml", at, &format!("no rule matches input `{input}`{with} in edition `{edition}`"));
            combinations += 1;
        }
    }
    assert_eq!(combinations, 14);
}

#[test]
fn rows_that_contradict_themselves_or_each_other() {
    one_error(
        "credentials.toml",
        "{ blob = [\"rbac\"] }",
        "{ blob = [\"rbac\"], adls_gen1 = [\"posix\"] }",
        "input `blob_url` cannot lead to store `adls_gen1`",
    );
    one_error(
        "credentials.toml",
        "{ blob = [\"rbac\"], adls_gen1 = [\"posix\"], ",
        "{ blob = [\"rbac\"], ",
        "lacks store `adls_gen1` of input `datastore`",
    );
    one_error("credentials.toml", "[\"store_credential\"]", "[\"store_credential\", \"job_identity\"]", "excludes every other credential");
    one_error(
        "credentials.toml",
        "blob = [\"rbac\"]",
        "blob = [\"credential\"]",
        "`credential` as grant on store `blob` goes with `store_credential`",
    );
    one_error("credentials.toml", "[\"rbac\", \"posix\"]", "[\"rbac\", \"rbac\"]", "names a grant twice");
    let (errors, _) = broken("credentials.toml", "input = \"blob_url\"\n", "input = \"blob_url\"\ncredential = true\n");
    assert!(errors[0].2.contains("`credential` does not apply to input `blob_url`"), "{errors:#?}");
}

#[test]
fn entries_that_must_be_there() {
    let entry = entry_of("operations.toml", "[[operation]]");
    let (errors, _) = broken("operations.toml", &entry, "");
    assert_eq!(errors.len(), 1, "{errors:#?}");
    assert!(errors[0].2.contains("no entry for operation `list` on store `blob`"), "{errors:#?}");
    for (file, start, message) in [
        ("texts.toml", "[[requirement]]\nid = \"data/readable\"", "no text for requirement `data/readable`; add a [[requirement]]"),
        ("texts.toml", "[[warning]]\nid = \"acl/entry\"", "no text for warning `acl/entry`; add a [[warning]]"),
        ("lookups.toml", "[[lookup]]\nwhat = \"open_question\"", "no command for look-up `open_question`; add a [[lookup]]"),
        ("errors.toml", "[[cause]]\nid = \"job/setup\"", "no text for cause `job/setup`; add a [[cause]]"),
    ] {
        let (errors, _) = broken(file, &entry_of(file, start), "");
        assert_eq!(errors.len(), 1, "{errors:#?}");
        assert_eq!((errors[0].0.as_str(), errors[0].2.as_str()), (file, message));
        assert!(errors[0].1 > 0);
    }
    let nothing = RuleSet::parse(&[]).expect_err("no rules are not valid");
    let first = nothing.iter().next().unwrap();
    assert_eq!((first.file(), first.line()), ("credentials.toml", 0));
    let one = "any_of = \"create-job\"";
    let (errors, _) = broken("operations.toml", &format!("\"deny\"\n{one}"), &format!("\"warn\"\n{one}"));
    assert!(errors[0].2.contains("alternatives of group `create-job` differ in `on_missing`"), "{errors:#?}");
}

#[test]
fn text_that_is_no_toml_and_every_error_at_once() {
    one_error("lookups.toml", "what = \"memberships\"", "what = = \"memberships\"", "not valid TOML");
    let mut files = own_files();
    files[0].1 = files[0].1.replacen("\"rbac\"", "\"abac\"", 1);
    files[2].1 = files[2].1.replacen("note = ", "nota = ", 1);
    files[3].1 = format!("x = 1\n{}", files[3].1);
    let errors = parse(&files).expect_err("three files are broken");
    let places: Vec<_> = errors.iter().map(|error| error.file().to_owned()).collect();
    assert_eq!(places, ["credentials.toml", "roles.toml", "roles.toml", "texts.toml"], "{errors}");
    assert!(errors.to_string().contains("texts.toml:1: unknown key `x`"), "{errors}");
    let many = "[[rule]]\n".repeat(10);
    let text = RuleSet::parse(&[("many.toml", &many)]).expect_err("empty rules").to_string();
    assert!(text.contains("\n  and "), "{text}");
    assert_eq!(text.lines().count(), 22);
    for shape in ["rule = 3", "[rule]\nid = \"x\"", "rule = [1]"] {
        let errors = embedded().with_overrides(&[("shape.toml", shape)]).expect_err("not a list of tables");
        assert_eq!(errors.iter().map(|e| (e.line(), e.message())).collect::<Vec<_>>(), [(1, "write `rule` as [[rule]]")], "{shape}");
    }
    for deep in [format!("rule = {}", "[".repeat(100_000)), format!("{}x = 1", "a.".repeat(100_000))] {
        assert!(embedded().with_overrides(&[("deep.toml", &deep)]).is_err());
    }
}

#[test]
fn overrides_replace_entries_of_the_same_id_and_add_others() {
    let row = entry_of("credentials.toml", "[[rule]]\nid = \"blob-url\"").replace("\"job_identity\", ", "");
    let role = entry_of("roles.toml", "[[role]]").replace("2a2b9908", "00000000").replace("Storage Blob Data Reader", "House Reader");
    let text = format!("{row}\n{role}");
    let rules = embedded().with_overrides(&[("house.toml", &text)]).unwrap_or_else(|errors| panic!("{errors}"));
    let changed = rules.row(Edition::Current, InputSource::BlobUrl, None).unwrap();
    assert_eq!(changed.credentials_used, [CredentialUsed::ComputeIdentity]);
    assert_eq!(rules.rows().len(), embedded().rows().len());
    assert_eq!(rules.rows().iter().map(|r| &r.id).collect::<Vec<_>>(), embedded().rows().iter().map(|r| &r.id).collect::<Vec<_>>());
    assert_eq!(rules.built_in_roles().count(), embedded().built_in_roles().count() + 1);
    assert_eq!(embedded().with_overrides(&[]).unwrap(), *embedded());
    let own = own_files();
    let all: Vec<(&str, &str)> = own.iter().map(|(name, text)| (*name, text.as_str())).collect();
    assert_eq!(embedded().with_overrides(&all).unwrap(), *embedded());
}

#[test]
fn overrides_that_break_the_whole_are_errors_of_the_foreign_file() {
    let row = entry_of("credentials.toml", "[[rule]]\nid = \"blob-url\"");
    let second = row.replace("\"blob-url\"", "\"my-url\"");
    let errors = embedded().with_overrides(&[("house.toml", &second)]).expect_err("two rows match");
    assert_eq!(errors.iter().count(), 1, "{errors}");
    assert!(errors.to_string().contains("house.toml:1: rules `blob-url` and `my-url`"), "{errors}");
    let moved = row.replace("\"blob_url\"", "\"adls_gen2_url\"").replace("{ blob = [\"rbac\"] }", "{ adls_gen2 = [\"rbac\"] }");
    let errors = embedded().with_overrides(&[("house.toml", &moved)]).expect_err("one input is left without a row");
    assert!(errors.iter().all(|error| (error.file(), error.line()) == ("house.toml", 1)), "{errors}");
    assert!(errors.to_string().contains("no rule matches input `blob_url` in edition `current`"), "{errors}");
    let twice = embedded().with_overrides(&[("a.toml", &row), ("b.toml", &row)]).expect_err("two files, one id");
    assert!(twice.to_string().contains("b.toml:1: rule `blob-url` of edition `current` is defined twice, first at a.toml:1"), "{twice}");
}

#[test]
fn commands_are_filled_in_for_a_shell() {
    let of = |what: What, scope: &str| {
        let missing = Missing::new(what, scope, &Lookup::NotCollected);
        embedded().lookup(what).unwrap().command(&missing)
    };
    let workspace = "/subscriptions/S/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/w";
    assert_eq!(
        of(What::RoleAssignments, "/subscriptions/S"),
        "az rest --method get --url '/subscriptions/S/providers/Microsoft.Authorization/roleAssignments?api-version=2022-04-01'"
    );
    assert!(of(What::RoleAssignments, "/").contains("--url '/providers/"));
    assert!(of(What::Workspace, workspace).contains("--subscription 'S' -g 'rg' -w 'w'"));
    assert!(of(What::StoredCredential, &format!("{workspace}/datastores/d")).contains("-w 'w'"));
    assert!(of(What::Data, workspace).contains("/workspaces/w/data?"));
    assert!(of(What::Data, &format!("{workspace}/data/a")).contains("/data/a/versions?"));
    assert!(of(What::PathAccess, "acct/fs/a/b").contains("--account-name 'acct' --file-system 'fs' --path 'a/b'"));
    assert!(of(What::PathAccess, "acct/fs/").ends_with("--path /"));
    assert!(of(What::Paths, "acct/c/it's; rm -rf").contains(r"--prefix 'it'\''s; rm -rf'"));
    assert!(of(What::Memberships, "oid").ends_with(r#"--body '{"securityEnabledOnly":true}'"#));
    assert!(of(What::Subscription, "S").contains("=~ \"S\""));
    assert!(of(What::Resource, "storageAccounts/acct").contains("--name 'acct'"));
    assert!(of(What::Resource, workspace).contains("/workspaces/w'"));
    for what in What::ALL {
        let command = of(what, workspace);
        assert!(!command.contains("{scope}") && !command.contains("{name}"), "{command}");
    }
}

const BEGIN: &str = "<!-- rules:begin -->\n";
const END: &str = "<!-- rules:end -->";

#[test]
fn the_table_in_the_readme_is_fresh() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = readme.split_once(BEGIN).expect("README.md has lost its mark <!-- rules:begin -->");
    let (held, after) = rest.split_once(END).expect("README.md has lost its mark <!-- rules:end -->");
    let fresh = format!("\n{}\n", rules_output::markdown_table(embedded()));
    if std::env::var("CANREAD_BLESS").is_ok_and(|bless| bless == "1") {
        std::fs::write(&path, format!("{before}{BEGIN}{fresh}{END}{after}")).unwrap();
        return;
    }
    assert_eq!(held, fresh, "the table in README.md is stale: run `CANREAD_BLESS=1 cargo test --test it rules` and commit the change");
}

#[test]
fn the_markdown_table_has_every_row_in_five_columns() {
    let text = rules_output::markdown_table(embedded());
    assert_eq!(text.lines().count(), 2 + TABLE.len());
    for line in text.lines() {
        assert_eq!(line.matches('|').count(), 6, "{line}");
    }
    let line_of = |id: &str| text.lines().find(|line| line.starts_with(&format!("| `{id}` |"))).unwrap_or_else(|| panic!("no {id}"));
    assert_eq!(
        line_of("datastore-without-credential"),
        "| `datastore-without-credential` | datastore path, no credential stored | job's identity and compute's identity | \
         Blob: RBAC; Gen1: POSIX ACL; Gen2: RBAC or POSIX ACL | job's identity only |"
    );
    assert!(line_of("adls-gen2-url").ends_with("| RBAC or POSIX ACL | same |"));
}

#[test]
fn the_printed_table_holds_every_rule_within_its_width() {
    for width in [80, 100, 120] {
        let text = rules_output::table(embedded(), width);
        for line in text.lines() {
            assert!(line.chars().count() <= usize::from(width), "{width}: {line}");
            assert_eq!(line.trim_end(), line);
        }
        assert!(text.contains("2023-10-10") && text.contains("how-to-authenticate-batch-endpoint.md@19fa85d"));
    }
    let wide = rules_output::table(embedded(), 200);
    for (id, ..) in TABLE {
        assert!(wide.matches(id).count() >= 2, "{id}");
    }
    for word in ["runAsSuperUser/action", "experiments/runs/submit/action", "Storage Blob Data Reader", "input/recognised", "acl/default"] {
        assert!(wide.contains(word), "{word}");
    }
}

#[test]
fn json_holds_every_rule_with_source_and_date() {
    let json = rules_output::json(embedded());
    assert_eq!(json["rules"], 1);
    let counts = [
        ("credentials", 14),
        ("operations", 9),
        ("invoke_actions", 36),
        ("roles", embedded().built_in_roles().count()),
        ("requirements", RequirementId::ALL.len()),
        ("warnings", WarningId::ALL.len()),
        ("lookups", What::ALL.len()),
        ("attributes", 17),
        ("findings", embedded().findings().len()),
        ("errors", embedded().errors().len()),
        ("causes", Cause::all().count()),
        ("known_issues", embedded().known_issues().len()),
    ];
    for (key, count) in counts {
        let entries = json[key].as_array().unwrap();
        assert_eq!(entries.len(), count, "{key}");
        for entry in entries {
            assert!(entry["source"].is_string() && entry["retrieved"].is_string(), "{entry}");
        }
    }
    assert_eq!(json["credentials"][1]["access_granted_by"]["adls_gen2"], serde_json::json!(["rbac", "posix"]));
    assert_eq!(json["credentials"][4]["credential"], serde_json::Value::Null);
}

fn explained(id: &str) -> (String, serde_json::Value) {
    let explanation = rules_output::explain(embedded(), id).unwrap_or_else(|| panic!("{id} is not explained"));
    (explanation.text(100), explanation.json())
}

#[test]
fn every_kind_of_id_is_explained() {
    for (id, kind, says) in [
        ("input/type", "requirement", "Source: "),
        ("Client/Reference", "warning", "(warning)"),
        ("read/adls_gen2", "operation", "r-- on the file"),
        ("data/versions/read", "invoke_action", "Not among the documented"),
        ("BATCHENDPOINTS/READ", "invoke_action", "denies job/invoke"),
        ("microsoft.machinelearningservices/workspaces/batchendpoints/read", "invoke_action", "held at the endpoint"),
        ("storage blob data reader", "role", "dataActions:"),
        ("2A2B9908-6ea1-4ae2-8e65-a410df84e7d1", "role", "Storage Blob Data Reader"),
        ("path_access", "lookup", "az storage fs access show"),
        ("Shared-Key-Datastore", "finding", "Severity: high (info where"),
        ("authorizationpermissionmismatch", "error", "Causes, likeliest first:"),
        ("client/identity", "cause", "To check: "),
        ("kubernetes-sidecar", "known_issue", "Shows as: kubernetes-token"),
    ] {
        let (text, json) = explained(id);
        assert!(text.contains(says), "{id}: {text}");
        let entries = json["entries"].as_array().unwrap();
        assert_eq!(entries.iter().map(|e| e["kind"].as_str().unwrap()).collect::<Vec<_>>(), [kind], "{id}");
    }
    for id in RequirementId::ALL.iter().map(|id| id.as_str()).chain(WarningId::ALL.iter().map(|id| id.as_str())) {
        explained(id);
    }
}

#[test]
fn an_id_that_stands_for_several_things_is_explained_whole() {
    let kinds = |id: &str| -> Vec<String> {
        let entries = explained(id).1["entries"].clone();
        entries.as_array().unwrap().iter().map(|entry| entry["kind"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(kinds("access/read"), ["requirement", "warning"]);
    assert_eq!(kinds("read"), ["operation", "operation", "operation", "invoke_action"]);
    assert_eq!(kinds("Microsoft.Storage/storageAccounts/blobServices/containers/blobs/write"), ["operation", "operation"]);
    assert_eq!(kinds("blob-url"), ["rule", "rule"]);
    let (text, _) = explained("datastore-without-credential");
    for part in ["edition current", "edition seed", "against edition seed", "`access/read`, marked disputed", "Superseded", "(2023-10-10)"]
    {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn unknown_ids_are_answered_with_near_spellings() {
    for (asked, near) in [
        ("acces/read", "access/read"),
        ("blob-ulr", "blob-url"),
        ("Storage Blob Reader", "Storage Blob Data Reader"),
        ("batchendpoint/read", "batchEndpoints/read"),
        ("memberships ", "memberships"),
        ("Blob Data Owner", "Storage Blob Data Owner"),
    ] {
        let found = rules_output::suggest(embedded(), asked);
        assert!(found.len() <= 5 && found.contains(&near.to_owned()), "{asked}: {found:?}");
    }
    assert!(rules_output::explain(embedded(), "nothing/at-all").is_none());
    assert!(rules_output::explain(embedded(), "").is_none());
    assert!(rules_output::suggest(embedded(), "zzzzzzzzzzzzzzzzzz").is_empty());
    assert!(rules_output::suggest(embedded(), &"x".repeat(1_000_000)).is_empty());
}

#[test]
fn error_texts_are_held_to_be_told_apart() {
    let file = "errors.toml";
    one_error(file, "\"access/mount\", why = \"A job", "\"access/mount2\", why = \"A job", "unknown cause `access/mount2`");
    one_error(file, "layer = \"entra\"", "layer = \"aad\"", "unknown layer `aad`; known are `storage`");
    one_error(file, "patterns = [\"NoManagedIdentity\"", "patterns = [\"403\"", "`403` is too short to tell an error by");
    one_error_of(
        file,
        "patterns = [\"NoManagedIdentity\"",
        "patterns = [\"BlobArchived\"",
        "[[error]]",
        "`BlobArchived` tells error `BlobArchived` too",
    );
    one_error_of(
        file,
        "codes = [\"workspace-identity-refused\"]",
        "codes = [\"nothing\"]",
        "[[known_issue]]",
        "shows as `nothing`, which is no [[error]]",
    );
    one_error(
        file,
        "wrapper = \"leads\"",
        "wrapper = \"hides\"",
        "unknown kind of wrapper `hides`; known are `yields`, `fallback`, `leads`",
    );
    one_error_of(file, "patterns = [\"BlobArchived\"", "#", "[[error]]", "neither `patterns` nor `words`");
    one_error_of(file, "causes = [{ cause = \"data/readable\", why", "#", "[[error]]", "`causes` is missing or empty");
    one_error_of(file, "words = [\"BadArgument\"]", "patterns = [\"BadArgument\"]", "[[error]]", "`words` and `near` belong together");
    one_error_of(file, "when = [\"datastores/listsecrets/action\"]", "#", "[[error.case]]", "`when` is missing or empty");
    let twice = "causes = [{ cause = \"credential/sas\", why = \"`ss` lacks b.\" }, { cause = \"credential/sas\" }]";
    one_error(file, "causes = [{ cause = \"credential/sas\", why = \"`ss` lacks b.\" }]", twice, "cause `credential/sas` is named twice");
    let own = entry_of(file, "[[error]]\ncode = \"BlobArchived\"").replace("data/readable", "input/exists");
    let rules = embedded().with_overrides(&[("own.toml", &own)]).unwrap();
    assert_eq!(rules.error("blobarchived").unwrap().causes[0].cause, Cause::Requirement(RequirementId::InputExists));
    assert_eq!(rules.errors().len(), embedded().errors().len());
}

#[test]
fn rules_hold_nothing_that_disturbs_a_terminal() {
    one_error("texts.toml", "documented syntaxes.\"", "syntaxes\\u001b[31m.\"", "control or bidirectional characters");
    one_error("lookups.toml", "\"reference of az resource\"", "\"a\\u202eb\"", "control or bidirectional characters");
}

#[test]
fn fixes_of_findings_are_safe_to_copy() {
    one_error(
        "findings.toml",
        "fix = \"\"\"\nStore no credential: `az ml datastore update --name '{name}'",
        "fix = \"\"\"\nStore: `az ml --name {name}",
        "must stand between single quotes",
    );
    one_error(
        "findings.toml",
        "fix = \"\"\"\nStore no credential: `az ml datastore update --name '{name}'",
        "fix = \"\"\"\nStore: `az ml --name '{names}'",
        "unknown placeholder `{names}`; known are `name`, `resource`",
    );
    let rule = embedded().findings().iter().find(|rule| rule.id == "shared-key-datastore").unwrap();
    let fix = rule.fix_for("/subscriptions/s/datastores/it's {name}");
    assert!(fix.contains("--name 'it'\\''s {name}' --file"), "{fix}");
}

#[test]
fn what_the_review_itself_raises_has_exactly_one_name() {
    let (errors, _) = broken("findings.toml", "detector = \"incomplete\"", "detector = \"sas_broad\"");
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert!(errors[0].2.contains("no finding of detector `incomplete`; add a [[finding]]"), "{errors:?}");
    let second = entry_of("findings.toml", "[[finding]]\nid = \"review-incomplete\"").replace("review-incomplete", "review-partial");
    let (errors, line) = appended("findings.toml", &second);
    expect_one(&errors, "findings.toml", line, "findings `review-incomplete` and `review-partial` are both of detector `incomplete`");
}
