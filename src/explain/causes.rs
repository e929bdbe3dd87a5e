//! The causes of what a log says, likeliest first; with the state, what is confirmed before what is possible before what is refuted.

use super::asked::{Asked, Completed};
use super::confirm::{Judge, Judged};
use super::signal::{Log, Signal};
use super::{before, commands, notices};
use crate::eval::{self, Evidence, Verdict};
use crate::fix::{self, JobFix};
use crate::model::{Cause, OtherCause, Snapshot};
use crate::rules::{KnownIssue, RuleSet};

/// What the state says of a cause. In the order of ranking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// It is so.
    Confirmed,
    /// Not known.
    Possible,
    /// It is not so.
    Refuted,
}

impl Status {
    /// Every status, in the order of ranking.
    pub const ALL: [Status; 3] = [Status::Confirmed, Status::Possible, Status::Refuted];

    /// The word reports use.
    pub fn as_str(self) -> &'static str {
        match self {
            Status::Confirmed => "confirmed",
            Status::Possible => "possible",
            Status::Refuted => "refuted",
        }
    }
}

/// A cause, ranked and, with the state, judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CauseFinding {
    /// Which.
    pub cause: Cause,
    /// What the state says of it; without state `Possible`.
    pub status: Status,
    /// What it means.
    pub title: String,
    /// Why it is a cause of this text; with the state, why it is what it is.
    pub because: String,
    /// What to look at by hand.
    pub check: String,
    /// Codes of the signals that point to it.
    pub codes: Vec<String>,
    /// The record that decides.
    pub evidence: Option<Evidence>,
    /// What mends it, least access first; of confirmed requirements only.
    pub fixes: Vec<JobFix>,
}

/// Something to know besides the causes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Notice {
    /// Short name.
    pub id: String,
    /// What to know.
    pub says: String,
}

impl Notice {
    pub(super) fn new(id: &str, says: impl Into<String>) -> Self {
        Notice { id: id.to_owned(), says: says.into() }
    }
}

/// What a log says, why that may be, and what the state makes of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation {
    /// What was found.
    pub log: Log,
    /// Causes, likeliest first.
    pub causes: Vec<CauseFinding>,
    /// Verdict of the job that the text and the options name; `None` without state, or where they name none.
    pub verdict: Option<Verdict>,
    /// The job question that was judged.
    pub question: Option<eval::JobQuestion>,
    /// What to know besides.
    pub notices: Vec<Notice>,
    /// Known issues that show as this text.
    pub known_issues: Vec<KnownIssue>,
    /// Lines that would decide.
    pub commands: Vec<String>,
}

/// The state that causes are judged by.
#[derive(Clone, Copy, Debug)]
pub struct State<'a> {
    /// Facts.
    pub snapshot: &'a Snapshot,
    /// What the options ask about.
    pub asked: &'a Asked,
    /// An older state, to see what changed since.
    pub before: Option<&'a Snapshot>,
}

/// Explains what a log says; with `state`, confirms or refutes each cause.
pub fn explain(log: Log, rules: &RuleSet, state: Option<&State<'_>>) -> Explanation {
    let mut causes = ranked(&log, rules);
    let codes: Vec<&str> = log.signals.iter().map(|signal| signal.rule.as_str()).collect();
    let shows = |issue: &&KnownIssue| issue.codes.iter().any(|code| codes.iter().any(|known| known.eq_ignore_ascii_case(code)));
    let known_issues: Vec<KnownIssue> = rules.known_issues().iter().filter(shows).cloned().collect();
    let mut notices = notices::of_text(&log);
    let commands = if log.signals.is_empty() { Vec::new() } else { commands::deciding(&log) };
    let (mut verdict, mut question) = (None, None);
    if let Some(state) = state.filter(|_| !log.signals.is_empty()) {
        let completed = state.asked.complete(&log, state.snapshot);
        let judge = Judge::new(&completed, state.snapshot, rules, &log);
        judge_each(&mut causes, &judge);
        mend(&mut causes, &judge);
        if let Some(finding) = &judge.finding {
            verdict = Some(finding.verdict());
        }
        conclude(&mut causes, &judge, &known_issues, rules);
        notices.extend(notices::of_state(&log, &causes, &judge));
        notices.extend(state.before.map(|old| before::compare(&judge, old, rules)));
        let Completed { question: asked, .. } = completed;
        question = asked;
    }
    causes.sort_by_key(|finding| finding.status);
    let platform = Cause::Other(OtherCause::PlatformKnownIssue);
    let suspected = causes.iter().any(|finding| finding.cause == platform && finding.status != Status::Refuted);
    let known_issues = if suspected { known_issues } else { Vec::new() };
    let mut seen = std::collections::BTreeSet::new();
    notices.retain(|notice| seen.insert(notice.clone()));
    Explanation { log, causes, verdict, question, notices, known_issues, commands }
}

/// Causes of all signals. A cause counts by its best rank; what an outer error says of an inner one's causes comes first.
fn ranked(log: &Log, rules: &RuleSet) -> Vec<CauseFinding> {
    let wrapped: Vec<&str> = log.signals.iter().filter(|signal| signal.leads).filter_map(|signal| signal.wraps.as_deref()).collect();
    let behind = |signal: &Signal| !signal.leads && wrapped.contains(&signal.code.as_str());
    let mut all: Vec<((bool, usize, usize), &Signal, &crate::rules::RankedCause)> = Vec::new();
    for (at, signal) in log.signals.iter().enumerate() {
        all.extend(signal.causes.iter().enumerate().map(|(rank, cause)| ((behind(signal), rank, at), signal, cause)));
    }
    all.sort_by_key(|(key, ..)| *key);
    let mut found: Vec<CauseFinding> = Vec::new();
    for (_, signal, ranked) in all {
        match found.iter_mut().find(|finding| finding.cause == ranked.cause) {
            Some(known) if !known.codes.contains(&signal.code) => known.codes.push(signal.code.clone()),
            Some(_) => {}
            None => found.push(finding(ranked.cause, ranked.why.clone(), &signal.code, rules)),
        }
    }
    found
}

fn finding(cause: Cause, why: Option<String>, code: &str, rules: &RuleSet) -> CauseFinding {
    let rule = rules.cause(cause);
    let title = rule.map(|rule| rule.title.clone()).unwrap_or_default();
    CauseFinding {
        cause,
        status: Status::Possible,
        because: why.unwrap_or_else(|| title.clone()),
        title,
        check: rule.map(|rule| rule.check.clone()).unwrap_or_default(),
        codes: vec![code.to_owned()],
        evidence: None,
        fixes: Vec::new(),
    }
}

fn judge_each(causes: &mut [CauseFinding], judge: &Judge<'_>) {
    for finding in causes.iter_mut() {
        if let Some(Judged { status, because, evidence }) = judge.cause(finding.cause) {
            finding.status = status;
            finding.because = because;
            finding.evidence = evidence;
        }
    }
}

/// Attaches to each confirmed requirement the fixes of the job that mend it.
fn mend(causes: &mut [CauseFinding], judge: &Judge<'_>) {
    let Some((question, finding)) = judge.completed.question.as_ref().zip(judge.finding.as_ref()) else { return };
    let confirmed = |cause: &CauseFinding| matches!(cause.cause, Cause::Requirement(_)) && cause.status == Status::Confirmed;
    if finding.verdict() != Verdict::Denied || !causes.iter().any(confirmed) {
        return;
    }
    let fixes = fix::for_job(judge.snapshot, judge.rules, question, finding);
    for cause in causes.iter_mut().filter(|cause| confirmed(cause)) {
        if let Cause::Requirement(id) = cause.cause {
            cause.fixes = fixes.list.iter().filter(|fix| fix.requirements.contains(&id)).cloned().collect();
        }
    }
}

/// Where the state refutes everything it can speak of, the platform is what is left; where it confirms something, that is enough.
fn conclude(causes: &mut Vec<CauseFinding>, judge: &Judge<'_>, issues: &[KnownIssue], rules: &RuleSet) {
    let known = Cause::Other(OtherCause::PlatformKnownIssue);
    let confirmed = causes.iter().any(|finding| finding.status == Status::Confirmed);
    let sufficient = judge.is_sufficient(causes);
    let code = causes.first().and_then(|first| first.codes.first()).cloned().unwrap_or_default();
    if sufficient && !causes.iter().any(|finding| finding.cause == known) {
        causes.push(finding(known, None, &code, rules));
    }
    let Some(defect) = causes.iter_mut().find(|finding| finding.cause == known) else { return };
    if confirmed {
        defect.status = Status::Refuted;
        defect.because = "what is confirmed above explains the text; no defect of the platform is needed".to_owned();
    } else if sufficient {
        defect.because = match issues {
            [] => "the configuration is sufficient, and no known issue shows as this text: report it with the request id".to_owned(),
            [first, ..] => format!("the configuration is sufficient; known to show as this text: {}", first.title),
        };
    }
}
