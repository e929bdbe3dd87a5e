//! `canread snapshot`.

use super::live::{self, Asked, Kept, Live};
use super::{Failure, Streams, Surroundings, check, only_table_or_json, write_result};
use crate::cli::{OutputArgs, SnapshotArgs, Source};
use crate::model::Scope;
use crate::snapshot::{self, Pseudonyms};
use std::collections::BTreeSet;
use std::hash::RandomState;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Gaps that are listed on standard error; the rest is counted.
const LISTED: usize = 20;

pub(super) fn snapshot(
    args: &SnapshotArgs,
    output: &OutputArgs,
    surroundings: Surroundings,
    streams: &mut Streams<'_>,
) -> Result<u8, Failure> {
    only_table_or_json(output, "snapshot")?;
    if args.role {
        return super::role::role(args, output, streams);
    }
    if output.file.is_none() && surroundings.terminal {
        return Err(Failure::usage("name the file with `--output-file FILE`; on a terminal a snapshot is not printed"));
    }
    if let Some(source) = &args.state.snapshot {
        return rename(source, args, output, streams);
    }
    if args.resume && output.file.is_none() {
        return Err(Failure::usage("`--resume` goes on with a file: name it with `--output-file FILE`"));
    }
    let job = match &args.only {
        Some(only) => Some(check::inputs_of(&only.job)?),
        None => None,
    };
    for note in job.iter().flat_map(|job| &job.notes) {
        streams.note("note", note);
    }
    let asked = Asked {
        whole: args.only.is_none(),
        targets: args.only.iter().map(|only| &only.target).collect(),
        jobs: job.iter().collect(),
        principals: args.only.iter().filter_map(|only| only.principal.as_deref()).collect(),
        snapshot: Some(Kept { file: output.file.as_deref(), resume: args.resume }),
        ..Asked::default()
    };
    let mut collected = live::load(&args.state, &asked, streams)?;
    if args.pseudonymise {
        collected.file = pseudonymised(&collected.file, args, streams)?;
    }
    write(&collected.file, output, streams)?;
    finish(&collected, output, streams);
    Ok(if args.fail_on_gap && !collected.gaps.is_empty() { 4 } else { 0 })
}

/// Says what is missing, and what became of the answers that were kept on the way.
fn finish(collected: &Live, output: &OutputArgs, streams: &mut Streams<'_>) {
    for gap in collected.gaps.iter().take(LISTED) {
        streams.note("gap", gap);
    }
    if collected.gaps.len() > LISTED {
        streams.note("gap", &format!("and {} more; each is a `gap` line of the file", collected.gaps.len() - LISTED));
    }
    let records = collected.file.lines().count();
    let place = output.file.as_ref().map_or_else(|| "standard output".to_owned(), |path| path.display().to_string());
    streams.note("collected", &format!("{records} records into {place}; {} look-ups failed", collected.gaps.len()));
    let Some(partial) = output.file.as_deref().map(partial_of) else { return };
    if collected.unanswered == 0 {
        // Where it cannot be removed it does no harm: only `--resume` reads it.
        let _ = std::fs::remove_file(partial);
    } else {
        let text = format!("{} look-ups got no answer; the same line with `--resume` asks them again", collected.unanswered);
        streams.note("note", &text);
    }
}

/// `FILE.partial`.
pub(super) fn partial_of(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".partial");
    PathBuf::from(name)
}

/// A snapshot that is there already, with its ids and names replaced; offline.
fn rename(source: &Source, args: &SnapshotArgs, output: &OutputArgs, streams: &mut Streams<'_>) -> Result<u8, Failure> {
    let path = match source {
        Source::Stdin => "-".to_owned(),
        Source::File(path) => path.to_string_lossy().into_owned(),
    };
    let text = snapshot::text(&path).map_err(Failure::new)?;
    // A file that no command can read is better refused here than by whoever gets it.
    snapshot::read(text.as_bytes(), &path).map_err(|errors| Failure::new(errors.to_string()))?;
    write(&pseudonymised(&text, args, streams)?, output, streams)?;
    Ok(0)
}

fn pseudonymised(file: &str, args: &SnapshotArgs, streams: &mut Streams<'_>) -> Result<String, Failure> {
    let rules = super::state::load_rules(args.state.rules.as_deref())?;
    let mut names = Pseudonyms::new(RandomState::new(), rules.built_in_roles().map(|role| role.definition.id.as_str().to_owned()));
    let renamed = names.file(file).map_err(|line| Failure::new(format!("line {line} of the snapshot is not JSON")))?;
    // Whoever hands the file on asks about it by its new names.
    for (kind, name) in asked_by(file) {
        streams.note("renamed", &format!("{kind} {name} is {}", names.text(&name)));
    }
    Ok(renamed)
}

/// Names that questions begin with: workspaces, endpoints, computes and data assets.
fn asked_by(file: &str) -> BTreeSet<(&'static str, String)> {
    let kinds = [("batchendpoints", "endpoint"), ("computes", "compute"), ("data", "data asset"), ("datastores", "datastore")];
    let mut found = BTreeSet::new();
    for line in file.lines().filter(|line| line.contains("\"resource\"")) {
        let record: serde_json::Value = serde_json::from_str(line).unwrap_or_default();
        let Some(id) = record.pointer("/body/id").and_then(serde_json::Value::as_str).map(Scope::new) else { continue };
        for (segment, kind) in kinds {
            found.extend(id.segment_after(segment).map(|name| (kind, name.to_owned())));
        }
        let is_workspace = id.cut_after("workspaces").is_some_and(|workspace| workspace == id);
        found.extend(is_workspace.then(|| ("workspace", id.name().to_owned())));
    }
    found
}

/// Writes the file, readable for its owner only; zstd by its extension.
fn write(file: &str, output: &OutputArgs, streams: &mut Streams<'_>) -> Result<(), Failure> {
    let Some(path) = &output.file else {
        let plain = OutputArgs { quiet: false, ..output.clone() };
        return write_result(&plain, streams, |out| out.write_all(file.as_bytes()));
    };
    let named = |error: io::Error| Failure::new(format!("cannot write {}: {error}", path.display()));
    let is_zstd = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("zst"));
    let bytes = if is_zstd { zstd::encode_all(file.as_bytes(), 0).map_err(named)? } else { file.as_bytes().to_vec() };
    private_file(path).and_then(|mut out| out.write_all(&bytes)).map_err(named)
}

/// An empty file of mode 0600, also where one with another mode stands.
#[cfg(unix)]
pub(super) fn private_file(path: &Path) -> io::Result<std::fs::File> {
    use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
    let file = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    if file.metadata()?.is_file() {
        file.set_permissions(std::fs::Permissions::from_mode(0o600))?;
    }
    Ok(file)
}

#[cfg(not(unix))]
pub(super) fn private_file(path: &Path) -> io::Result<std::fs::File> {
    std::fs::OpenOptions::new().write(true).create(true).truncate(true).open(path)
}
