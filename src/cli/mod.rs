//! The command line: arguments, input files, batch lines and defaults, read into plain and valid values.
//!
//! Nothing outside this layer sees a type of the argument parser, and nothing in it reads a file or the environment: `run`
//! hands texts in.

mod args;
pub mod asset_file;
pub mod batch;
mod config;
mod convert;
pub mod defaults;
mod diff;
mod explain;
pub mod inputs_file;
pub mod job;
mod review;
mod times;
mod what_if;
mod who;

pub use config::*;
pub use diff::DiffArgs;
pub use explain::{ExplainArgs, LogText};
pub use review::ReviewArgs;
pub use times::{parse_duration, parse_time};
pub use what_if::{AclText, FixShell, GrantText, WhatIfArgs};
pub use who::WhoArgs;

use crate::model::{acts_on_terminals, begins_log_command, redacted};
use clap::{CommandFactory, Parser};
use std::ffi::OsString;

/// Text to print and the code to end with, where the arguments ask for no command: `--help`, `--version`, usage errors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exit {
    /// 0 for help and version, 2 for usage errors.
    pub code: u8,
    /// Whether the text goes to standard error.
    pub to_stderr: bool,
    /// Text, without secrets.
    pub text: String,
}

impl Exit {
    /// A usage error that the parser could not see by itself.
    pub fn usage(message: &str) -> Self {
        let text = format!("error: {}\n\nFor more information, try '--help'.\n", inert(&redacted(message)));
        Exit { code: 2, to_stderr: true, text }
    }
}

impl From<clap::Error> for Exit {
    fn from(error: clap::Error) -> Self {
        let code = u8::try_from(error.exit_code()).unwrap_or(2);
        // The parser repeats what was typed, which may be a URL with a SAS, or a name that a script took from Azure.
        Exit { code, to_stderr: error.use_stderr(), text: inert(&redacted(&error.render().to_string())) }
    }
}

/// What a terminal or a build log would act on, as `\u{…}`; line breaks stay.
fn inert(text: &str) -> String {
    let acts = |at: usize, c: char| c != '\n' && acts_on_terminals(c) || begins_log_command(text, at);
    text.char_indices().map(|(at, c)| if acts(at, c) { c.escape_unicode().to_string() } else { c.to_string() }).collect()
}

/// Reads the arguments, the program's name first.
///
/// ```
/// let words = ["canread", "check", "-n", "scoring", "--input", "azureml:heart@latest"];
/// let request = canread::cli::parse(words).unwrap();
/// assert!(matches!(request.command, canread::cli::Command::Check(_)));
/// ```
///
/// # Errors
/// The text to print, where they ask for help or cannot be used.
pub fn parse<I, T>(arguments: I) -> Result<Request, Exit>
where
    I: IntoIterator<Item = T>,
    T: Into<OsString>,
{
    convert::request(args::Cli::try_parse_from(without_az(arguments.into_iter().map(Into::into).collect()))?)
}

/// `canread check az ml batch-endpoint invoke …` is the same as `canread check …`: the whole line may be kept.
fn without_az(mut words: Vec<OsString>) -> Vec<OsString> {
    const LINE: [&str; 5] = ["check", "az", "ml", "batch-endpoint", "invoke"];
    let is_line = |window: &[OsString]| window.iter().zip(LINE).all(|(word, want)| word == want);
    if let Some(at) = words.windows(LINE.len()).position(is_line) {
        words.drain(at + 1..at + LINE.len());
    }
    words
}

/// The whole command line, for help texts, completions and the man page.
pub fn command() -> clap::Command {
    args::Cli::command()
}

/// Completions for a shell.
pub fn completions(shell: Shell) -> Vec<u8> {
    let mut out = Vec::new();
    let shell = match shell {
        Shell::Bash => clap_complete::Shell::Bash,
        Shell::Elvish => clap_complete::Shell::Elvish,
        Shell::Fish => clap_complete::Shell::Fish,
        Shell::PowerShell => clap_complete::Shell::PowerShell,
        Shell::Zsh => clap_complete::Shell::Zsh,
    };
    clap_complete::generate(shell, &mut command(), "canread", &mut out);
    out
}

/// The man page, roff: one page for the command, followed by one for each subcommand.
///
/// # Errors
/// None in practice: it writes into memory.
pub fn man() -> std::io::Result<Vec<u8>> {
    let mut out = Vec::new();
    let mut whole = command();
    whole.build();
    clap_mangen::Man::new(whole.clone()).render(&mut out)?;
    for sub in whole.get_subcommands().filter(|sub| !sub.is_hide_set() && sub.get_name() != "help") {
        clap_mangen::Man::new(sub.clone()).render(&mut out)?;
    }
    Ok(out)
}
