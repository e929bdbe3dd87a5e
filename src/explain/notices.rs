//! What to know besides the causes.

use super::causes::{CauseFinding, Notice, Status};
use super::confirm::Judge;
use super::signal::Log;
use crate::eval::Verdict;
use crate::model::{Cause, ObjectId, RequirementId, Timestamp};
use std::collections::BTreeSet;
use time::Duration;
use time::format_description::well_known::Rfc3339;

/// From when on a failure is one of another time: SAS, PIM and secrets end by the hour.
const ANOTHER_TIME: Duration = Duration::hours(1);

/// What the rules say of the errors found.
pub(super) fn of_text(log: &Log) -> Vec<Notice> {
    let said = log.signals.iter().filter(|signal| !signal.causes.is_empty()).flat_map(|signal| &signal.notices);
    said.map(|notice| Notice { id: notice.id.clone(), says: notice.says.clone() }).collect()
}

/// What the state shows besides.
pub(super) fn of_state(log: &Log, causes: &[CauseFinding], judge: &Judge<'_>) -> Vec<Notice> {
    let mut notices = Vec::new();
    if !judge.completed.taken.is_empty() {
        notices.push(Notice::new("taken-from-text", format!("judged by: {}", judge.completed.taken.join("; "))));
    }
    if judge.completed.question.is_none() {
        let says = "nothing tells which job is meant; name the endpoint with `-n`, or a cluster with `--compute`";
        notices.push(Notice::new("no-job", says));
    }
    notices.extend(other_time(log, judge));
    notices.extend(other_principal(log, judge));
    notices.extend(other_store(log, judge));
    notices.extend(denied_besides(causes, judge));
    if judge.is_sufficient(causes) {
        let says = "the configuration is sufficient: the state refutes every cause that it can speak of";
        notices.push(Notice::new("configuration-sufficient", says));
    }
    notices
}

/// The text is of another time than the one the state is asked about.
fn other_time(log: &Log, judge: &Judge<'_>) -> Option<Notice> {
    let text = log.detail("time")?;
    let time = Timestamp::parse(text, &Rfc3339).ok()?;
    let asked = judge.completed.at;
    let says = format!(
        "the text is of {text}, the state is asked about {}; `--at {text}` asks about the time of the failure",
        asked.format(&Rfc3339).ok()?
    );
    ((asked - time).abs() > ANOTHER_TIME).then(|| Notice::new("other-time", says))
}

/// The principal that was denied is not the one asked about.
fn other_principal(log: &Log, judge: &Judge<'_>) -> Option<Notice> {
    let named = log.signals.iter().find_map(|signal| signal.detail("object_id")).map(ObjectId::new)?;
    let expected = judge.completed.expected.as_ref().filter(|expected| **expected != named)?;
    let says = format!("the text names {}, not {}", judge.called(&named), judge.called(expected));
    Some(Notice::new("other-principal", says))
}

/// The text speaks of a store that no input leads to: the output's, most likely.
fn other_store(log: &Log, judge: &Judge<'_>) -> Option<Notice> {
    let finding = judge.finding.as_ref()?;
    let places = |data: &[crate::eval::DataFinding]| -> BTreeSet<(String, String)> {
        let place = |one: &crate::eval::DataFinding| Some((one.resolved.account.clone()?.to_lowercase(), one.resolved.container.clone()?));
        data.iter().filter_map(place).collect()
    };
    let (inputs, outputs) = (places(&finding.inputs), places(&finding.outputs));
    let (account, container) = log.signals.iter().find_map(|signal| Some((signal.detail("account")?, signal.detail("container")?)))?;
    let place = (account.to_lowercase(), container.to_owned());
    if inputs.is_empty() || inputs.contains(&place) || container.is_empty() {
        return None;
    }
    let workspace = &judge.completed.question.as_ref()?.workspace;
    let default =
        judge.snapshot.datastores_of(workspace).find(|store| store.is_default && super::asked::leads_to(store, account, container));
    let what = match default {
        _ if outputs.contains(&place) => "which is where the output goes: look at `output/writable`".to_owned(),
        Some(store) => {
            format!("which is the default datastore `{}`: what the job writes goes there unless `--output-path` is given", store.id.name())
        }
        None => "which no input named here leads to".to_owned(),
    };
    Some(Notice::new("other-store", format!("the text speaks of {account}/{container}, {what}")))
}

/// What `check` denies and this text does not tell of.
fn denied_besides(causes: &[CauseFinding], judge: &Judge<'_>) -> Option<Notice> {
    let finding = judge.finding.as_ref()?;
    let explained = |id: RequirementId| causes.iter().any(|one| one.cause == Cause::Requirement(id) && one.status == Status::Confirmed);
    let denied: BTreeSet<RequirementId> =
        finding.requirements().filter(|one| one.counts && one.verdict() == Verdict::Denied).map(|one| one.id).collect();
    let others: Vec<String> = denied.into_iter().filter(|id| !explained(*id)).map(|id| format!("`{id}`")).collect();
    let says = format!("`canread check` denies {} too, which is not what this text tells of", others.join(", "));
    (!others.is_empty()).then(|| Notice::new("also-denied", says))
}
