//! `canread who`.

use super::args::{OperationArg, State};
use super::convert::{operation, request_origin, state};
use super::{Exit, RequestOrigin, StateArgs};
use crate::model::{Operation, ReferenceText};
use clap::Args;

pub(super) const EXAMPLES: &str = "\
Examples:
  canread who https://acct.blob.core.windows.net/raw/heart \\
    --snapshot state.jsonl

  canread who azureml:heart@latest --snapshot state.jsonl -v

  canread who azureml://datastores/raw/paths/heart \\
    --operation write --snapshot state.jsonl -o json

Exit codes: 0 answered, 1 failure, 2 usage.";

#[derive(Args)]
pub(super) struct Who {
    /// URL of a container, folder or file, a data asset, or a path in a datastore.
    #[arg(value_name = "URL|REF")]
    reference: String,
    /// What they can do.
    #[arg(long, value_name = "OPERATION", default_value = "read")]
    operation: OperationArg,
    /// Where requests come from: public, or the ARM id of a subnet.
    #[arg(long, value_name = "public|SUBNET_ID")]
    from: Option<String>,
    #[command(flatten)]
    state: State,
}

/// `canread who`.
#[derive(Clone, Debug, PartialEq)]
pub struct WhoArgs {
    /// State.
    pub state: StateArgs,
    /// What is asked about.
    pub reference: ReferenceText,
    /// List, read or write.
    pub operation: Operation,
    /// Where requests come from.
    pub from: Option<RequestOrigin>,
}

pub(super) fn convert(who: Who) -> Result<WhoArgs, Exit> {
    Ok(WhoArgs {
        state: state(who.state)?,
        reference: ReferenceText::new(who.reference),
        operation: operation(who.operation),
        from: who.from.as_deref().map(request_origin).transpose().map_err(|message| Exit::usage(&message))?,
    })
}
