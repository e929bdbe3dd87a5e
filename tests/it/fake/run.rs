//! Runs the program against the fake, with nothing but what the test gives it.

use super::Fake;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Ready tokens; one that is absent is not given.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tokens {
    pub(crate) arm: Option<String>,
    pub(crate) graph: Option<String>,
    pub(crate) storage: Option<String>,
}

/// What a run left.
#[derive(Clone, Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
    pub(crate) took: Duration,
}

impl Ran {
    /// The report, where standard output is JSON.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("no JSON ({error}), exit {}: {}\n{}", self.code, self.out, self.err))
    }
}

/// Runs `canread` with the fake's cloud and tokens; arguments beyond `--cloud` are the test's.
pub(crate) fn canread(fake: &Fake, tokens: &Tokens, arguments: &[&str], environment: &[(&str, &str)]) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_canread"));
    command.env_clear().env("HOME", fake.file("home")).current_dir(std::env::temp_dir()).args(arguments);
    if !arguments.contains(&"--snapshot") {
        command.arg("--cloud").arg(fake.cloud_file());
    }
    let given = [("ARM", &tokens.arm), ("GRAPH", &tokens.graph), ("STORAGE", &tokens.storage)];
    for (name, token) in given {
        if let Some(token) = token {
            command.env(format!("CANREAD_ACCESS_TOKEN_{name}"), token);
        }
    }
    command.envs(environment.iter().copied());
    let started = Instant::now();
    let output = command.stdin(Stdio::null()).output().expect("the program of this package");
    Ran {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
        took: started.elapsed(),
    }
}
