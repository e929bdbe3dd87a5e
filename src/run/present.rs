//! Which format a command writes.

use super::{Failure, OutputArgs};
use crate::cli::{OutputFormat, Source, StateArgs};
use crate::output::notice::Notices;
use crate::output::{annotations, junit, markdown, sarif};
use std::io::{self, Write};

/// A format that writes [`Notices`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ForPipelines {
    Sarif,
    Junit,
    Markdown,
    Github,
    AzureDevops,
}

impl ForPipelines {
    pub(super) fn write(self, notices: &Notices, out: &mut dyn Write) -> io::Result<()> {
        match self {
            ForPipelines::Sarif => sarif::sarif(notices, out),
            ForPipelines::Junit => junit::junit(notices, out),
            ForPipelines::Markdown => markdown::markdown(notices, out),
            ForPipelines::Github => annotations::github(notices, out),
            ForPipelines::AzureDevops => annotations::azure_devops(notices, out),
        }
    }
}

/// The format of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Table,
    Json,
    Html,
    For(ForPipelines),
}

/// The format asked for.
pub(super) fn form(args: &OutputArgs) -> Form {
    match args.format {
        OutputFormat::Table => Form::Table,
        OutputFormat::Json => Form::Json,
        OutputFormat::Sarif => Form::For(ForPipelines::Sarif),
        OutputFormat::Junit => Form::For(ForPipelines::Junit),
        OutputFormat::Markdown => Form::For(ForPipelines::Markdown),
        OutputFormat::Html => Form::Html,
        OutputFormat::Github => Form::For(ForPipelines::Github),
        OutputFormat::AzureDevops => Form::For(ForPipelines::AzureDevops),
    }
}

/// Says that a command has every format but `html`.
pub(super) fn no_html(command: &str) -> Failure {
    Failure::usage(format!("`{command}` has no `html` output; every other format it has"))
}

/// The snapshot as it was given, for formats that point into files.
pub(super) fn snapshot_path(args: &StateArgs) -> Option<String> {
    match &args.snapshot {
        Some(Source::File(path)) => Some(path.display().to_string()),
        Some(Source::Stdin) | None => None,
    }
}
