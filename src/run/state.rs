//! The state a question is asked of: rules, snapshot, workspace, principal, time.

use super::live::{self, Asked, Needs};
use super::{Failure, Streams};
use crate::cli::{Cloud, Source, StateArgs, WorkspaceArgs, defaults};
use crate::eval::{PrincipalLookup, find_principal};
use crate::model::{ObjectId, PUBLIC_STORAGE_SUFFIX, Scope, Snapshot, Timestamp, WarningId};
use crate::report::WarningReport;
use crate::rules::RuleSet;
use crate::snapshot;
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::io::Read;
use std::path::Path;
use time::Duration;

/// Age from which a snapshot is warned about.
const OLD: Duration = Duration::hours(24);

/// Most of an input file that is read.
const LARGEST_FILE: u64 = 16 * 1024 * 1024;

/// Everything a question needs besides itself.
pub(super) struct State {
    pub(super) rules: Cow<'static, RuleSet>,
    pub(super) snapshot: Snapshot,
    pub(super) at: Timestamp,
    pub(super) max_age: Option<Duration>,
    pub(super) storage_suffix: String,
    pub(super) warnings: Vec<WarningReport>,
    /// The workspace that was collected live.
    pub(super) workspace: Option<Scope>,
}

/// Reads rules and snapshot.
pub(super) fn load(args: &StateArgs, needs: &Needs<'_>, streams: &mut Streams<'_>) -> Result<State, Failure> {
    load_for(args, &needs.into(), streams)
}

/// As [`load`], for what may be many questions.
pub(super) fn load_for(args: &StateArgs, asked: &Asked<'_>, streams: &mut Streams<'_>) -> Result<State, Failure> {
    let rules = load_rules(args.rules.as_deref())?;
    let Some(source) = &args.snapshot else {
        let live = live::load(args, asked, streams)?;
        // Now is when it was collected, so that what was tried a moment ago counts.
        let at = args.at.unwrap_or_else(now);
        let snapshot = live.loaded.snapshot;
        let warnings = live.loaded.warnings.iter().map(file_warning).collect();
        return Ok(State {
            rules,
            snapshot,
            at,
            max_age: args.max_age,
            storage_suffix: live.storage_suffix,
            warnings,
            workspace: live.workspace,
        });
    };
    let at = args.at.unwrap_or_else(now);
    let path = match source {
        Source::Stdin => "-".to_owned(),
        Source::File(path) => path.to_string_lossy().into_owned(),
    };
    let loaded = snapshot::read_path(&path).map_err(|errors| Failure::new(errors.to_string()))?;
    let mut warnings: Vec<WarningReport> = loaded.warnings.iter().map(file_warning).collect();
    warnings.extend(age(&loaded.snapshot, at));
    let storage_suffix = storage_suffix(args.cloud.as_ref(), &loaded.snapshot)?;
    Ok(State { rules, snapshot: loaded.snapshot, at, max_age: args.max_age, storage_suffix, warnings, workspace: None })
}

fn file_warning(warning: &snapshot::Warning) -> WarningReport {
    WarningReport { id: warning.id.to_string(), message: warning.message.clone() }
}

#[expect(clippy::disallowed_methods, reason = "the clock is read here and handed down")]
pub(super) fn now() -> Timestamp {
    Timestamp::now_utc()
}

/// The workspace by options, `config.json`, environment and `az configure`.
#[expect(clippy::disallowed_methods, reason = "files and environment are read here and handed down")]
pub(super) fn workspace_defaults(options: &WorkspaceArgs) -> defaults::WorkspaceDefaults {
    let mut files: Vec<(String, String)> = Vec::new();
    let start = std::env::current_dir().unwrap_or_default();
    for folder in start.ancestors() {
        for name in defaults::CONFIG_FILES {
            let path = folder.join(name);
            if let Ok(text) = std::fs::read_to_string(&path) {
                files.push((path.display().to_string(), text));
            }
        }
    }
    let texts: Vec<defaults::FileText<'_>> = files.iter().map(|(path, text)| defaults::FileText { path, text }).collect();
    let variable = |name: &str| std::env::var(name).ok();
    let home =
        std::env::var_os("AZURE_CONFIG_DIR").map(std::path::PathBuf::from).or_else(|| std::env::home_dir().map(|home| home.join(".azure")));
    let az_path = home.map(|home| home.join("config"));
    let az = az_path.and_then(|path| Some((path.display().to_string(), std::fs::read_to_string(&path).ok()?)));
    let (id, group, workspace) =
        (variable("AZURE_SUBSCRIPTION_ID"), variable("AZURE_DEFAULTS_GROUP"), variable("AZURE_DEFAULTS_WORKSPACE"));
    let environment = defaults::Environment {
        subscription_id: id.as_deref(),
        defaults_group: group.as_deref(),
        defaults_workspace: workspace.as_deref(),
    };
    let az_config = az.as_ref().map(|(path, text)| defaults::FileText { path, text });
    defaults::workspace(options, &defaults::DefaultSources { config_json: &texts, environment, az_config })
}

/// The embedded rules, with those of `--rules DIR` on top.
pub(super) fn load_rules(folder: Option<&Path>) -> Result<Cow<'static, RuleSet>, Failure> {
    let embedded =
        RuleSet::embedded().map_err(|errors| Failure::new(format!("the built-in rules are broken, please report this: {errors}")))?;
    let Some(folder) = folder else {
        return Ok(Cow::Borrowed(embedded));
    };
    let files = rule_files(folder)?;
    if files.is_empty() {
        return Err(Failure::new(format!("no rule file (*.toml) in {}", folder.display())));
    }
    let texts: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    embedded.with_overrides(&texts).map(Cow::Owned).map_err(|errors| Failure::new(errors.to_string()))
}

/// The `*.toml` of a folder, by name.
#[expect(clippy::disallowed_methods, reason = "files are read here and handed down")]
fn rule_files(folder: &Path) -> Result<Vec<(String, String)>, Failure> {
    let unread = |path: &Path, error: &std::io::Error| Failure::new(format!("cannot read rules in {}: {error}", path.display()));
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(|error| unread(folder, &error))? {
        let path = entry.map_err(|error| unread(folder, &error))?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            files.push((name, read_text(&path)?));
        }
    }
    files.sort();
    Ok(files)
}

impl State {
    /// Refuses a snapshot older than `--max-age` at the time a question asks about.
    pub(super) fn not_older(&self, at: Timestamp) -> Result<(), Failure> {
        let Some(limit) = self.max_age else {
            return Ok(());
        };
        let Some(collected) = self.snapshot.facts().header.collected_at else {
            return Err(Failure::new("the snapshot does not say when it was collected, so `--max-age` refuses it; collect it again"));
        };
        let age = at - collected;
        if age <= limit {
            return Ok(());
        }
        Err(Failure::new(format!(
            "the snapshot is {} old at the time asked about, more than the {} of `--max-age`; collect it again",
            span(age),
            span(limit)
        )))
    }
}

/// Warns about a snapshot older than a day at the time asked about.
fn age(snapshot: &Snapshot, at: Timestamp) -> Option<WarningReport> {
    let age = at - snapshot.facts().header.collected_at?;
    let message = format!("the snapshot is {} old at the time asked about; what changed since is not in it", span(age));
    (age > OLD).then(|| WarningReport { id: WarningId::SnapshotOld.to_string(), message })
}

fn span(duration: Duration) -> String {
    match (duration.whole_days(), duration.whole_hours(), duration.whole_minutes()) {
        (days, ..) if days >= 2 => format!("{days} d"),
        (_, hours, _) if hours >= 1 => format!("{hours} h"),
        (.., minutes) => format!("{minutes} min"),
    }
}

/// The suffix references are recognised by: that of `--cloud`, else of the snapshot's cloud, else the public one.
fn storage_suffix(cloud: Option<&Cloud>, snapshot: &Snapshot) -> Result<String, Failure> {
    if let Some(Cloud::File(path)) = cloud {
        let text = read_text(path)?;
        let table: toml::Table = toml::from_str(&text).map_err(|error| Failure::new(format!("{}: {}", path.display(), error.message())))?;
        let own = table.get("storage_suffix").and_then(toml::Value::as_str);
        return Ok(own.unwrap_or(PUBLIC_STORAGE_SUFFIX).to_owned());
    }
    let of_snapshot = || snapshot.facts().header.cloud.as_deref().and_then(Cloud::from_name);
    let cloud = cloud.cloned().or_else(of_snapshot);
    Ok(cloud.as_ref().and_then(Cloud::storage_suffix).unwrap_or(PUBLIC_STORAGE_SUFFIX).to_owned())
}

/// A text file of reasonable size.
#[expect(clippy::disallowed_methods, reason = "files are read here and handed down")]
pub(super) fn read_text(path: &Path) -> Result<String, Failure> {
    let named = |error: String| Failure::new(format!("cannot read {}: {error}", path.display()));
    let file = std::fs::File::open(path).map_err(|error| named(error.to_string()))?;
    read_limited(file).map_err(named)
}

/// Text of a file or of standard input.
pub(super) fn read_source(source: &Source) -> Result<String, Failure> {
    match source {
        Source::File(path) => read_text(path),
        Source::Stdin => {
            read_limited(std::io::stdin().lock()).map_err(|error| Failure::new(format!("cannot read standard input: {error}")))
        }
    }
}

fn read_limited(source: impl Read) -> Result<String, String> {
    let mut bytes = Vec::new();
    source.take(LARGEST_FILE + 1).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > LARGEST_FILE {
        return Err(format!("it is larger than {} MiB", LARGEST_FILE / 1024 / 1024));
    }
    String::from_utf8(bytes).map_err(|_| "it is not UTF-8 text".to_owned())
}

/// The workspace the job belongs to: the one of the snapshot, or the one of several that the options name.
pub(super) fn workspace(snapshot: &Snapshot, options: &WorkspaceArgs) -> Result<Scope, Failure> {
    let facts = snapshot.facts();
    let same = |wanted: &Option<String>, found: Option<&str>| {
        wanted.as_ref().is_none_or(|wanted| found.is_some_and(|found| found.eq_ignore_ascii_case(wanted)))
    };
    let matches = |id: &Scope| -> bool {
        same(&options.workspace, Some(id.name()))
            && same(&options.resource_group, id.resource_group())
            && same(&options.subscription, id.segment_after("subscriptions"))
    };
    // What a job runs on shows its workspace where the workspace itself was not collected. A datastore of another workspace
    // that an input leads to makes no second one to choose from.
    let recorded: BTreeSet<Scope> = facts.workspaces.keys().cloned().collect();
    let children = facts.endpoints.keys().chain(facts.computes.keys()).filter_map(|id| id.cut_after("workspaces")).collect();
    let stores = facts.datastores.keys().filter_map(|id| id.cut_after("workspaces")).collect();
    let sources: [BTreeSet<Scope>; 3] = [recorded, children, stores];
    let known = sources.iter().find(|ids| ids.iter().any(matches)).or(sources.iter().find(|ids| !ids.is_empty()));
    let known = known.cloned().unwrap_or_default();
    let found: Vec<&Scope> = known.iter().filter(|id| matches(id)).collect();
    match found.as_slice() {
        [one] => Ok((*one).clone()),
        [] => match options {
            WorkspaceArgs { subscription: Some(subscription), resource_group: Some(group), workspace: Some(workspace) } => {
                Ok(Scope::new(&format!(
                    "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.MachineLearningServices/workspaces/{workspace}"
                )))
            }
            _ if known.is_empty() => {
                Err(Failure::new("the snapshot holds no workspace; name it with `--subscription`, `-g` and `-w`, or collect one that does"))
            }
            _ => Err(Failure::new(format!("no workspace of the snapshot fits the options; it holds:\n{}", list(known.iter())))),
        },
        several => Err(Failure::new(format!(
            "the snapshot holds several workspaces; choose one with `-g` and `-w`:\n{}",
            list(several.iter().copied())
        ))),
    }
}

fn list<'a>(ids: impl Iterator<Item = &'a Scope>) -> String {
    ids.map(|id| format!("  -g {} -w {}   ({id})", id.resource_group().unwrap_or("?"), id.name())).collect::<Vec<_>>().join("\n")
}

/// The principal a text names; without text whoever was signed in, if anybody.
pub(super) fn principal(snapshot: &Snapshot, text: Option<&str>) -> Result<Option<ObjectId>, Failure> {
    let Some(text) = text else {
        return Ok(snapshot.facts().header.signed_in.as_ref().map(|signed_in| signed_in.object_id.clone()));
    };
    match find_principal(snapshot, text) {
        PrincipalLookup::Found(id) => Ok(Some(id)),
        PrincipalLookup::Unknown(near) if near.is_empty() => {
            Err(Failure::new(format!("no principal `{text}` in the snapshot; use an object id, or a name of its directory objects")))
        }
        PrincipalLookup::Unknown(near) => {
            Err(Failure::new(format!("no principal `{text}` in the snapshot; near it:\n  {}", near.join("\n  "))))
        }
        PrincipalLookup::Ambiguous(several) => {
            Err(Failure::new(format!("several principals are called `{text}`; use an object id:\n  {}", several.join("\n  "))))
        }
    }
}
