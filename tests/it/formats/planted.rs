//! Reports whose every free text is planted: what some format or log would take for its own markup.

#![expect(clippy::indexing_slicing, reason = "helpers of tests may fail loudly")]

use canread::report::*;
use proptest::prelude::*;
use std::collections::BTreeMap;

/// What one of the formats, or a log they end up in, gives a meaning to.
const NASTY: &[&str] = &[
    "<script>window.planted=1</script>",
    "<img src=x onerror=\"window.planted=1\">",
    "\" onclick=\"window.planted=1",
    "</script><script>window.planted=1</script>",
    "]]>",
    "<![CDATA[",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "\"><svg onload=alert(1)>",
    "'",
    "\"",
    "&lt;",
    "&#60;",
    "<!--",
    "-->",
    "</details>",
    "</summary>",
    "</style>",
    "javascript:alert(1)",
    "\n",
    "\r\n",
    "\t",
    "\n\n# x\n\n",
    "\n- x\n",
    "|",
    "\n|a|b|\n|-|-|\n",
    "`",
    "``",
    "```",
    "\n```\n",
    "~~~",
    "~~x~~",
    "**x**",
    "_x_",
    "*x*",
    "$x$",
    "$$x$$",
    "[x](https://evil.example)",
    "![x](https://evil.example/x.png)",
    "[x]: https://evil.example",
    "[^1]",
    "<https://evil.example>",
    "https://evil.example/x",
    "www.evil.example",
    "ftp://evil.example",
    "ana@evil.example",
    "@octocat",
    "@org/team",
    "#123",
    "org/repo#1",
    "[ ] x",
    "[!NOTE]",
    "> x",
    "# x",
    "1. x",
    "2) x",
    "- x",
    "+ x",
    "---",
    "===",
    "\\",
    "\\`",
    "\\|",
    "::error::x",
    "::error file=a,line=1::x",
    "\n::set-output name=a::b",
    "::stop-commands::x",
    "##vso[task.setvariable variable=a]b",
    "##VSO[x]y",
    "##[error]x",
    "\n##[group]x",
    "%0A",
    "%0a::error::x",
    "%AZP25",
    "%25",
    ";",
    "]",
    ",",
    ":",
    "::",
    "##",
    "\u{1b}[31m",
    "\u{0}",
    "\u{7}",
    "\u{85}",
    "\u{9b}31m",
    "\u{202e}",
    "\u{2066}",
    "\u{200f}",
    "\u{2028}",
    "\u{feff}",
    "\u{fffe}",
    "\u{ffff}",
    "ü",
    "😀",
    " ",
    "  ",
    "name",
    "/subscriptions/s/resourceGroups/g",
];

/// Any such text.
pub(crate) fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![4 => prop::sample::select(NASTY).prop_map(str::to_owned), 1 => any::<String>()];
    prop::collection::vec(piece, 0..5).prop_map(|pieces| pieces.concat())
}

/// A report that takes its free texts from a list, over and over.
pub(crate) struct Planter {
    texts: Vec<String>,
    next: usize,
}

impl Planter {
    pub(crate) fn new(texts: Vec<String>) -> Self {
        Planter { texts, next: 0 }
    }
    fn text(&mut self) -> String {
        self.next += 1;
        self.texts[self.next % self.texts.len()].clone()
    }
    fn maybe(&mut self) -> Option<String> {
        Some(self.text())
    }
    fn principal(&mut self) -> Option<PrincipalReport> {
        Some(PrincipalReport {
            object_id: self.maybe(),
            name: self.maybe(),
            kind: Some("User".to_owned()),
            role: Some("job_identity".to_owned()),
        })
    }
    fn leaf(&mut self, verdict: &str, kind: &str) -> ProofReport {
        let evidence = EvidenceReport { kind: kind.to_owned(), id: self.text(), says: self.text() };
        ProofReport { claim: self.text(), verdict: verdict.to_owned(), all: None, any: None, evidence: Some(evidence) }
    }
    fn proof(&mut self, verdict: &str) -> ProofReport {
        let parts = vec![self.leaf(verdict, "role_assignment"), self.leaf(verdict, "path_access"), self.leaf("allowed", "resource")];
        ProofReport { claim: self.text(), verdict: verdict.to_owned(), all: None, any: Some(parts), evidence: None }
    }
    fn requirement(&mut self, id: &str, verdict: &str, counts: bool) -> RequirementReport {
        RequirementReport {
            id: id.to_owned(),
            verdict: verdict.to_owned(),
            disputed: id == "access/read",
            counts,
            principal: self.principal(),
            summary: self.text(),
            proof: self.proof(verdict),
            valid_until: Some("2026-12-24T00:00:00Z".to_owned()),
            valid_until_because: self.maybe(),
        }
    }
    fn missing(&mut self) -> Vec<MissingReport> {
        let one = |what: &str, this: &mut Self| MissingReport {
            what: what.to_owned(),
            scope: this.text(),
            principal: this.maybe(),
            because: this.maybe(),
            how: format!("az rest --url '{}'", this.text()),
        };
        vec![one("memberships", self), one("open_question", self)]
    }
    fn data(&mut self, verdict: &str) -> DataReport {
        DataReport {
            name: self.text(),
            reference: self.text(),
            verdict: verdict.to_owned(),
            valid_until: Some("2026-12-24T00:00:00Z".to_owned()),
            valid_until_because: self.maybe(),
            resolved: ResolvedReport {
                data_asset: self.maybe(),
                datastore: self.maybe(),
                store: Some("blob".to_owned()),
                account: self.maybe(),
                container: self.maybe(),
                path: self.maybe(),
                input_type: Some("uri_folder".to_owned()),
            },
            rule: None,
            requirements: vec![
                self.requirement("input/exists", "allowed", true),
                self.requirement("compute/identity", verdict, true),
                self.requirement("access/mount", verdict, true),
                self.requirement("access/read", verdict, false),
            ],
            missing: self.missing(),
            assumptions: vec![self.text(), self.text()],
            fixes: Vec::new(),
        }
    }

    /// Two inputs, an output, the invocation, fixes and warnings.
    pub(crate) fn report(mut self) -> Report {
        let (denied, unknown, allowed) = (self.data("denied"), self.data("undetermined"), self.data("allowed"));
        let fix = FixReport {
            summary: self.text(),
            cost: 3,
            az: vec![format!("az role assignment create --assignee '{}'", self.text())],
            bicep: self.maybe(),
            terraform: self.maybe(),
            verified: true,
        };
        let fix = JobFixReport {
            inputs: vec![denied.name.clone()],
            requirements: vec!["access/mount".to_owned()],
            changes: vec![self.text()],
            fix,
        };
        Report {
            report: 1,
            tool: TOOL.to_owned(),
            at: "2026-11-22T12:00:00Z".to_owned(),
            table: "current".to_owned(),
            verdict: "denied".to_owned(),
            valid_until: None,
            valid_until_because: None,
            job: JobReport { endpoint: self.maybe(), deployment: self.maybe(), compute: self.maybe(), invoker: self.principal() },
            inputs: vec![denied, unknown],
            outputs: vec![allowed],
            invoke: Some(InvokeReport {
                verdict: "denied".to_owned(),
                requirements: vec![self.requirement("job/endpoint", "allowed", true), self.requirement("job/invoke", "denied", true)],
                missing: self.missing(),
                assumptions: vec![self.text()],
            }),
            what_if: None,
            fixes: vec![fix],
            warnings: vec![
                WarningReport { id: "snapshot/old".to_owned(), message: self.text() },
                WarningReport { id: "access/read".to_owned(), message: self.text() },
            ],
        }
    }
}

/// Where such a report's inputs stand: the first in a file of a planted name.
pub(crate) fn written(report: &Report, file: &str) -> canread::output::notice::Written {
    canread::output::notice::Written {
        snapshot: Some(file.to_owned()),
        file: Some(file.to_owned()),
        inputs: BTreeMap::from([(report.inputs[0].name.clone(), Some(7))]),
        outputs: BTreeMap::new(),
    }
}

impl Planter {
    fn record(&mut self) -> ChangedRecordReport {
        ChangedRecordReport { change: "added".to_owned(), kind: "role_assignment".to_owned(), id: self.text(), says: self.text() }
    }
    fn evidence(&mut self) -> EvidenceReport {
        EvidenceReport { kind: "resource".to_owned(), id: self.text(), says: self.text() }
    }
    fn warnings(&mut self) -> Vec<WarningReport> {
        vec![WarningReport { id: "snapshot/old".to_owned(), message: self.text() }]
    }
    fn finding(&mut self, id: &str, severity: &str) -> FindingReport {
        FindingReport {
            id: id.to_owned(),
            severity: severity.to_owned(),
            title: self.text(),
            resource: self.text(),
            message: self.text(),
            evidence: vec![self.evidence(), self.evidence()],
            fix: self.text(),
        }
    }

    /// Findings of every loudness, a matrix, a suppression.
    pub(crate) fn review(mut self) -> ReviewReport {
        let cell = |verdict: &str, this: &mut Self| CellReport {
            deployment: this.text(),
            input: this.text(),
            verdict: verdict.to_owned(),
            credentials_used: vec!["job_identity".to_owned()],
            valid_until: Some("2026-12-24T00:00:00Z".to_owned()),
            valid_until_because: this.maybe(),
            denied: vec!["access/mount".to_owned()],
            undetermined: Vec::new(),
        };
        ReviewReport {
            review: 1,
            tool: TOOL.to_owned(),
            at: "2026-11-22T12:00:00Z".to_owned(),
            horizon: "2026-12-22T12:00:00Z".to_owned(),
            workspace: self.text(),
            invoker: self.principal(),
            matrix: vec![cell("allowed", &mut self), cell("denied", &mut self)],
            findings: vec![
                self.finding("shared-key-datastore", "critical"),
                self.finding("open-firewall", "medium"),
                self.finding("shared-key-allowed", "info"),
            ],
            suppressed: vec![SuppressedReport {
                finding: self.finding("open-firewall", "high"),
                reason: self.text(),
                until: "2027-01-01T00:00:00Z".to_owned(),
            }],
            known: None,
            missing: self
                .missing()
                .into_iter()
                .map(|missing| UnjudgedReport { missing, findings: vec!["open-firewall".to_owned()] })
                .collect(),
            warnings: self.warnings(),
        }
    }

    /// One who can and one who perhaps can.
    pub(crate) fn who(mut self) -> WhoReport {
        let reader = |verdict: &str, this: &mut Self| ReaderReport {
            principal: PrincipalReport { object_id: this.maybe(), name: this.maybe(), kind: None, role: None },
            verdict: verdict.to_owned(),
            access: None,
            through: vec![ThroughReport {
                kind: "acl".to_owned(),
                id: this.text(),
                says: this.text(),
                verdict: verdict.to_owned(),
                evidence: vec![this.evidence()],
            }],
            members: None,
            missing: Vec::new(),
        };
        WhoReport {
            who: 1,
            tool: TOOL.to_owned(),
            at: "2026-11-22T12:00:00Z".to_owned(),
            url: self.text(),
            reference: self.text(),
            resolved: self.data("allowed").resolved,
            operation: "read".to_owned(),
            readers: vec![reader("allowed", &mut self), reader("undetermined", &mut self)],
            near_misses: Vec::new(),
            missing: self.missing(),
            assumptions: vec![self.text()],
            principals: 2,
            classes: 2,
            warnings: self.warnings(),
        }
    }

    /// Access gained, lost and doubtful, a job, a record without effect.
    pub(crate) fn diff(mut self) -> DiffReport {
        let change = |before: &str, after: &str, this: &mut Self| AccessChangeReport {
            principal: PrincipalReport { object_id: this.maybe(), name: this.maybe(), kind: None, role: None },
            operation: "read".to_owned(),
            target: this.text(),
            registered: vec![this.text()],
            via: "access".to_owned(),
            before: before.to_owned(),
            after: after.to_owned(),
            because: vec![this.record()],
        };
        let changes = [("denied", "allowed"), ("allowed", "denied"), ("allowed", "undetermined")];
        DiffReport {
            diff: 1,
            tool: TOOL.to_owned(),
            at: "2026-11-22T12:00:00Z".to_owned(),
            only: self.maybe(),
            unchanged: false,
            changes: changes.iter().map(|(before, after)| change(before, after, &mut self)).collect(),
            jobs: vec![JobChangeReport {
                deployment: self.text(),
                input: self.text(),
                invoker: self.principal(),
                before: "allowed".to_owned(),
                after: "denied".to_owned(),
                requirements: Vec::new(),
                because: vec![self.record()],
            }],
            configuration: vec![self.record()],
            warnings: self.warnings(),
        }
    }
}
