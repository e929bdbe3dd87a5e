//! Runs the built program as a user does, in the project's folder, with nothing of the environment that would change its output.

#![expect(clippy::unwrap_used, reason = "helpers of tests may fail loudly")]

use std::path::PathBuf;
use std::process::Command;

/// What a run gave.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// The project's folder.
pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Whether generated texts are to be written instead of compared.
pub(crate) fn bless() -> bool {
    std::env::var_os("CANREAD_BLESS").is_some()
}

/// Runs `canread` at the width the examples are written down at.
pub(crate) fn canread(arguments: &[&str]) -> Ran {
    canread_in(arguments, 100)
}

/// Runs `canread` on a terminal of so many columns.
pub(crate) fn canread_in<S: AsRef<std::ffi::OsStr>>(arguments: &[S], columns: usize) -> Ran {
    let output = Command::new(env!("CARGO_BIN_EXE_canread"))
        .args(arguments)
        // Nobody's sign-in, workspace or proxy: a test that forgets its snapshot fails before any request.
        .env_clear()
        .current_dir(root())
        .env("COLUMNS", columns.to_string())
        .env("NO_COLOR", "1")
        .output()
        .unwrap();
    Ran {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}
