//! The real texts of the corpus: what their threads concluded is among the first three causes.

use crate::explain_catalogue::{causes, explained};
use serde::Deserialize;

#[derive(Deserialize)]
struct Line {
    source: String,
    text: String,
    cause: String,
}

/// By the end of the source, and which text of that source: the cause that the thread concluded, and why it is this id.
const CONCLUDED: [(&str, &str, &str); 18] = [
    ("azureml-examples/issues/2994", "output/writable", "the identity had no access to the datastore that the job wrote to"),
    ("azureml-examples/issues/2221", "runtime/batch", "the batch engine found no key in the workspace's default datastore"),
    ("azure-dev/pull/7927", "compute/identity", "the node was asked for an identity that is not assigned to it"),
    ("azure-sdk-for-python/issues/34783", "registry/access", "the factory's identity had no access to the registry"),
    ("azureml-validation-job-debugging.md", "compute/identity", "the sidecar could not get a token by the compute's identity"),
    ("unpublished source (course lab log)", "access/mount", "the cluster's identity had no data role on the container"),
    ("rag-experiment-accelerator/issues/866", "credential/shared-key", "keys are off while system datastores carry them"),
    ("storage-storageaccount/issues/184", "credential/shared-key", "the client used the key though keys are off"),
    ("mslearn-mlops/issues/29", "client/identity", "the signed-in identity was not the workspace owner's"),
    ("azure-docs/issues/58012", "access/mount", "the cluster could not mount what the notebook could; an empty path is the other reading"),
    (
        "data-lake-storage-gen2-access-denied-for-ml-training-jobs",
        "credential/service-principal",
        "the stored service principal had a management role only",
    ),
    ("pivotal/paving/issues/89", "access/anonymous", "the account forbids public access, which was asked for"),
    ("AzureStorageExplorer/issues/8183", "account/reachable", "labelled firewall"),
    ("AzureStorageExplorer/issues/6533", "access/read", "the signed-in user had no data role or ACL that suffices"),
    ("AzureStorageExplorer/issues/8702", "account/tenant", "the token was one of the home tenant"),
    ("dotnet/sign/issues/849", "credential/service-principal", "the client secret had expired"),
    ("AzureStorageExplorer/issues/3219", "credential/sas", "the SAS had expired"),
    ("AzureTRE/issues/2897", "credential/sas", "the SAS was signed for another resource than it was used on"),
];

#[test]
fn what_a_thread_concluded_is_among_the_first_three_causes() {
    let Some(file) = crate::corpus("errors.jsonl") else { return };
    let lines: Vec<Line> = file.lines().map(|line| serde_json::from_str(line).expect("a line of the corpus")).collect();
    assert_eq!(lines.len(), CONCLUDED.len());
    let (mut top, mut wrong) = (0, Vec::new());
    for line in &lines {
        let of_source = CONCLUDED.iter().find(|(source, ..)| line.source.contains(source));
        let (_, concluded, why) = of_source.unwrap_or_else(|| panic!("no conclusion noted for {}", line.source));
        let found = explained(&line.text);
        let causes = causes(&found);
        let rank = causes.iter().position(|cause| cause == concluded);
        top += usize::from(rank == Some(0));
        if rank.is_none_or(|rank| rank >= 3) {
            let codes: Vec<&str> = found.log.signals.iter().map(|signal| signal.code.as_str()).collect();
            wrong.push(format!("{concluded} ({why}; {}) not among the first of {causes:?} of {codes:?}: {}", line.cause, line.text));
        }
    }
    println!("corpus: {top} of {} texts have the concluded cause first", lines.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
