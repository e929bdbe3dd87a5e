//! The `canread` command.

use std::io::{IsTerminal, Write};
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut out = std::io::stdout().lock();
    let mut err = std::io::stderr().lock();
    let request = match canread::cli::parse(std::env::args_os()) {
        Ok(request) => request,
        Err(exit) => {
            let stream: &mut dyn Write = if exit.to_stderr { &mut err } else { &mut out };
            // Nobody is left to tell where this cannot be written.
            let _ = stream.write_all(exit.text.as_bytes());
            return ExitCode::from(exit.code);
        }
    };
    let surroundings = canread::run::Surroundings { terminal: out.is_terminal(), columns: columns() };
    let mut buffered = std::io::BufWriter::new(out);
    let code = canread::run::run(request, surroundings, &mut buffered, &mut err);
    let _ = buffered.flush();
    ExitCode::from(code)
}

/// Columns of the terminal, as shells export them.
#[expect(clippy::disallowed_methods, reason = "the environment is read here and handed down")]
fn columns() -> Option<u16> {
    std::env::var("COLUMNS").ok()?.parse().ok()
}
