//! The tenants and questions that benches measure.

#[path = "../../examples/tenant/generate.rs"]
pub(crate) mod generate;

use canread::eval::{self, Context, DataQuestion, DataTarget, JobQuestion, JobTarget};
use canread::model::{
    Disputed, Edition, Identities, InputReference, ObjectId, Operation, ReferenceContext, ReferenceOrigin, Scope, Snapshot, StorageUrl,
    Timestamp,
};
use canread::rules::RuleSet;
use canread::snapshot;
use generate::Shape;

pub(crate) const AT: Timestamp = time::macros::datetime!(2026-11-22 10:00 UTC);

/// The file of a tenant with that many role assignments.
pub(crate) fn file(assignments: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    generate::write(&Shape::of_assignments(1, assignments), &mut bytes).expect("memory takes every byte");
    bytes
}

/// The same, read.
pub(crate) fn load(bytes: &[u8]) -> Snapshot {
    snapshot::read(bytes, "generated").expect("the generated file is valid").snapshot
}

pub(crate) fn rules() -> &'static RuleSet {
    RuleSet::embedded().expect("the embedded rules are valid")
}

/// A tenant with the questions that are asked of it.
pub(crate) struct World {
    pub(crate) snapshot: Snapshot,
    pub(crate) questions: Vec<(ObjectId, StorageUrl)>,
}

impl World {
    /// 256 users, each asking about a container: half of them Blob, half Data Lake.
    pub(crate) fn of(assignments: usize) -> Self {
        let shape = Shape::of_assignments(1, assignments);
        let question = |number: usize| {
            let (user, account) = (number * 7919 % shape.users, number * 104_729 % shape.accounts);
            let kind = if shape.is_lake(account) { "dfs" } else { "blob" };
            let (name, container) = (shape.account_name(account), shape.container_name(0));
            let url = format!("https://{name}.{kind}.core.windows.net/{container}/2026/part-0.parquet");
            (ObjectId::new(&shape.user(user)), StorageUrl::parse(&url, "core.windows.net").expect("a storage URL"))
        };
        World { snapshot: load(&file(assignments)), questions: (0..256).map(question).collect() }
    }

    pub(crate) fn context(&self) -> Context<'_> {
        Context { snapshot: &self.snapshot, rules: rules(), at: AT, until: AT, assume_below: false }
    }

    /// The questions with principal and data looked up, as bulk evaluation has them.
    pub(crate) fn prepared(&self) -> Vec<(Identities, DataTarget<'_>)> {
        let cx = self.context();
        self.questions.iter().map(|(id, url)| (self.snapshot.identities(id), eval::url_target(&cx, url))).collect()
    }

    pub(crate) fn access<J: eval::Judgement>(&self, (who, target): &(Identities, DataTarget<'_>)) -> J {
        eval::access(&self.context(), who, Operation::Read, target)
    }

    /// May the signed-in user score the data asset?
    pub(crate) fn job(&self) -> JobQuestion {
        let workspace: Scope = self.snapshot.facts().workspaces.keys().next().expect("the tenant has a workspace").clone();
        let text = format!("azureml:{}@latest", generate::ASSET);
        let context = ReferenceContext { workspace: Some(&workspace), ..ReferenceContext::new(ReferenceOrigin::CommandLine) };
        let reference = InputReference::parse(&text, &context);
        JobQuestion {
            target: JobTarget::Endpoint { name: generate::ENDPOINT.to_owned(), deployment: None },
            invoker: self.snapshot.facts().header.signed_in.as_ref().map(|signed_in| signed_in.object_id.clone()),
            inputs: vec![DataQuestion { name: "input".to_owned(), reference, declared: None }],
            outputs: Vec::new(),
            edition: Edition::Current,
            disputed: Disputed::Deny,
            at: AT,
            until: AT,
            storage_suffix: canread::model::PUBLIC_STORAGE_SUFFIX.to_owned(),
            assume_below: false,
            workspace,
        }
    }
}
