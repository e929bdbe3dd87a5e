//! `canread review`: arguments and what they mean.

use super::args::{Judging, State, TypeArg};
use super::job::{InputOption, JobData, UNNAMED_INPUT};
use super::times::parse_duration;
use super::{Exit, Source, StateArgs, convert};
use crate::model::{Disputed, Edition, ReferenceOrigin, Severity};
use clap::{Args, ValueEnum};
use std::path::PathBuf;
use time::Duration;

// Lines are kept short, for help texts are wrapped at the width of the terminal and are to be copied as they are.
pub(super) const EXAMPLES: &str = "\
Examples:
  canread review --snapshot state.jsonl

  canread review --snapshot state.jsonl --fail-on medium \\
    --suppressions accepted.toml --baseline last-week.json

  canread review -g rg -w ws --as ana@contoso.com \\
    --input azureml:heart@latest --horizon 90d -o json

  canread rules shared-key-datastore

Exit codes: 0 no finding at or above --fail-on, 5 one or more, 1 failure, 2 usage.";

#[derive(Args)]
pub(super) struct Review {
    #[command(flatten)]
    asked: Asked,
    #[command(flatten)]
    matrix: Matrix,
    #[command(flatten)]
    state: State,
}

#[derive(Args)]
#[command(next_help_heading = "Review")]
struct Asked {
    /// Least severity that exits with 5.
    #[arg(long, value_name = "SEVERITY", default_value = "high", ignore_case = true)]
    fail_on: FailOn,
    /// What ends within this time is a finding, such as 30d.
    #[arg(long, value_name = "DURATION", default_value = "30d", value_parser = parse_duration)]
    horizon: Duration,
    /// Findings to live with, TOML: [[suppress]] with id, resource, reason, until.
    #[arg(long, value_name = "FILE")]
    suppressions: Option<PathBuf>,
    /// JSON of an earlier review: show only what it does not have.
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
}

#[derive(Args)]
#[command(next_help_heading = "Matrix")]
struct Matrix {
    /// Input of the matrix, may be repeated; every registered data asset if left out.
    #[arg(short = 'i', long, value_name = "[NAME=]REF")]
    input: Vec<String>,
    /// Type of the inputs given with --input.
    #[arg(short = 't', long, value_name = "TYPE", ignore_case = true)]
    input_type: Option<TypeArg>,
    /// Who invokes in the matrix: object id, user principal name, application id or display name; who is signed in if left out.
    #[arg(long = "as", value_name = "PRINCIPAL")]
    principal: Option<String>,
    #[command(flatten)]
    judging: Judging,
}

#[derive(Clone, Copy, ValueEnum)]
enum FailOn {
    Info,
    Low,
    Medium,
    High,
    Critical,
    /// Never exit with 5
    None,
}

/// `canread review`.
#[derive(Clone, Debug, PartialEq)]
pub struct ReviewArgs {
    /// State.
    pub state: StateArgs,
    /// Least severity that fails; `None`: nothing does.
    pub fail_on: Option<Severity>,
    /// How far ahead "about to end" reaches.
    pub horizon: Duration,
    /// Suppressions.
    pub suppressions: Option<Source>,
    /// Earlier review.
    pub baseline: Option<Source>,
    /// Inputs of the matrix; empty: what is registered.
    pub inputs: Vec<JobData>,
    /// Who invokes in the matrix; `None`: who is signed in.
    pub principal: Option<String>,
    /// Edition of the credential table.
    pub edition: Edition,
    /// What an unmet disputed requirement does.
    pub disputed: Disputed,
    /// Take ACLs below a folder that were not collected as open.
    pub assume_below: bool,
}

pub(super) fn review(review: Review) -> Result<ReviewArgs, Exit> {
    let Review { asked, matrix, state } = review;
    let state = convert::state(state)?;
    let (suppressions, baseline) = (asked.suppressions.map(Source::new), asked.baseline.map(Source::new));
    convert::one_standard_input(&[state.snapshot.as_ref(), suppressions.as_ref(), baseline.as_ref()])?;
    let declared = matrix.input_type.map(convert::declared);
    let input = |text: &String| {
        let option = InputOption::new(text);
        let name = option.name.unwrap_or_else(|| UNNAMED_INPUT.to_owned());
        JobData { name, reference: option.reference, declared: declared.clone(), origin: ReferenceOrigin::CommandLine, line: None }
    };
    Ok(ReviewArgs {
        state,
        fail_on: match asked.fail_on {
            FailOn::Info => Some(Severity::Info),
            FailOn::Low => Some(Severity::Low),
            FailOn::Medium => Some(Severity::Medium),
            FailOn::High => Some(Severity::High),
            FailOn::Critical => Some(Severity::Critical),
            FailOn::None => None,
        },
        horizon: asked.horizon,
        suppressions,
        baseline,
        inputs: matrix.input.iter().map(input).collect(),
        principal: matrix.principal,
        edition: convert::edition(matrix.judging.table),
        disputed: convert::disputed(matrix.judging.disputed),
        assume_below: matrix.judging.assume_below,
    })
}
