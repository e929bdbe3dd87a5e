//! One line after the other, into facts.

use super::error::printable;
use super::notes::Notes;
use super::raw::assignment::{Intern, RawInstance};
use super::raw::own::*;
use super::raw::role::{RawDeny, RawRole};
use super::raw::{Flaw, Text};
use super::record::{Stop, items, kind_of, no_body, parse};
use super::store::{Store, put};
use super::{Loaded, ReadErrors, VERSION, finish, place, redact, resource, secrets};
use crate::model::*;
use serde::Deserialize;

/// Deeper JSON is refused: what is not read would otherwise be passed over at any depth.
const MAX_DEPTH: usize = 100;

/// Reads lines into facts.
pub(super) struct Loader {
    store: Store,
    errors: ReadErrors,
    line: u32,
    has_header: bool,
    header_line: u32,
    unknown: Notes,
    secret: Notes,
    sieve: secrets::Sieve,
}

/// Looks at single lines as the reader of a whole file does.
///
/// ```
/// let mut check = canread::snapshot::LineCheck::default();
/// assert_eq!(check.flaw(r#"{"kind":"resource","body":{"id":"/subscriptions/s"}}"#), None);
/// assert!(check.flaw(r#"{"kind":"resource","body":{}}"#).is_some());
/// ```
pub struct LineCheck(Loader);

impl Default for LineCheck {
    fn default() -> Self {
        LineCheck(Loader { has_header: true, ..Loader::new("") })
    }
}

impl LineCheck {
    /// What the reader would refuse a line for; `None`: it can stand in a file, if no other line contradicts it.
    pub fn flaw(&mut self, line: &str) -> Option<String> {
        self.0.store = Store::default();
        let outcome = self.0.line(1, line.as_bytes());
        let errors = std::mem::replace(&mut self.0.errors, ReadErrors::new(""));
        match (errors.problems.into_iter().next(), outcome) {
            (Some(problem), _) => Some(problem.message),
            (None, Err(TooNew)) => Some("is of a newer version".to_owned()),
            (None, Ok(())) => None,
        }
    }
}

/// The file is of a version that this program does not know: nothing further can be read.
pub(super) struct TooNew;

impl Loader {
    pub(super) fn new(name: &str) -> Self {
        Loader {
            store: Store::default(),
            errors: ReadErrors::new(name),
            line: 0,
            has_header: false,
            header_line: 0,
            unknown: Notes::default(),
            secret: Notes::default(),
            sieve: secrets::Sieve::new(),
        }
    }

    /// A line that cannot be read at all.
    pub(super) fn bad_line(&mut self, line: u32, message: &str) {
        self.errors.add(line, message);
    }

    /// One line, without its end; empty ones are ignored.
    pub(super) fn line(&mut self, number: u32, bytes: &[u8]) -> Result<(), TooNew> {
        self.line = number;
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text.trim(),
            Err(error) => {
                self.errors.add(number, format!("is not UTF-8 (byte {})", error.valid_up_to() + 1));
                return Ok(());
            }
        };
        if text.is_empty() {
            return Ok(());
        }
        if place::is_deeper_than(text, MAX_DEPTH) {
            self.errors.add(number, format!("is nested more than {MAX_DEPTH} levels deep"));
            return Ok(());
        }
        let read = self.without_secrets(text);
        match self.record(read.as_deref().unwrap_or(text)) {
            Ok(()) => Ok(()),
            Err(Stop::Bad(message)) => {
                self.errors.add(number, message);
                Ok(())
            }
            Err(Stop::TooNew(message)) => {
                self.errors = ReadErrors::new(&self.errors.name);
                self.errors.add(number, message);
                Err(TooNew)
            }
        }
    }

    /// The line with its secrets taken out, and a warning for each; `None`: it holds none.
    fn without_secrets(&mut self, text: &str) -> Option<String> {
        if !self.sieve.may_hold_secret(text) {
            return None;
        }
        let places = redact::places(text).filter(|places| !places.is_empty())?;
        for place in places {
            let place = format!("line {}: `{}`", self.line, printable(&place));
            self.secret.add(place.clone(), || format!("{place} holds a secret; it was not kept; take it out of the file"));
        }
        let mut value: serde_json::Value = serde_json::from_str(text).ok()?;
        redact::every_secret(&mut value);
        Some(value.to_string())
    }

    fn record(&mut self, text: &str) -> Result<(), Stop> {
        let kind = kind_of(text)?;
        if !self.has_header && kind != "snapshot" {
            self.has_header = true;
            return Err(Stop::Bad("the first record must be of kind `snapshot`".to_owned()));
        }
        match &*kind {
            "snapshot" => self.header(text),
            "role_assignment" => self.assignments(text),
            "membership" => self.membership(text),
            "directory_object" => self.directory(text),
            "path" => self.path(text),
            "path_access" => self.path_access(text),
            "resource" => self.resources(text),
            "role_definition" => self.roles(text),
            "deny_assignment" => self.denies(text),
            "role_assignment_schedule_instance" => self.instances(text, Instance::Active),
            "role_eligibility_schedule_instance" => self.instances(text, Instance::Eligible),
            "subscription" => self.subscription(text),
            "stored_credential" => self.stored_credential(text),
            "probe" => self.probe(text),
            "coverage" => self.coverage(text),
            "gap" => self.gap(text),
            other => {
                parse::<serde::de::IgnoredAny>(text, text, "")?;
                let (line, other) = (self.line, printable(other));
                self.unknown.add(format!("kind {other}"), || format!("line {line}: records of kind `{other}` are not known and ignored"));
                Ok(())
            }
        }
    }

    fn note_unknown(&mut self, kind: &str, names: Vec<String>) {
        for name in names {
            let (line, name) = (self.line, printable(&name));
            self.unknown.add(format!("{kind} {name}"), || format!("line {line}: the field `{name}` of `{kind}` is not known and ignored"));
        }
    }

    fn header(&mut self, text: &str) -> Result<(), Stop> {
        let is_first = self.header_line == 0;
        self.has_header = true;
        let mut record: HeaderRecord<'_> = parse(text, text, "")?;
        match record.version {
            Some(VERSION) => {}
            Some(newer) if newer > VERSION => {
                let message = format!("the file has version {newer}, newer than {VERSION}, the newest this canread reads: update canread");
                return Err(Stop::TooNew(message));
            }
            Some(_) => return Err(Stop::Bad(format!("`/version`: expected {VERSION}"))),
            None => return Err(Stop::Bad("`/version`: is missing".to_owned())),
        }
        self.note_unknown("snapshot", std::mem::take(&mut record.unknown));
        let header = record.valid()?;
        if is_first {
            self.header_line = self.line;
            self.store.facts.header = header;
            return Ok(());
        }
        if header == self.store.facts.header {
            return Ok(());
        }
        Err(Stop::Bad(format!("a second `snapshot` record differs from the one on line {}; a file holds one", self.header_line)))
    }

    fn assignments(&mut self, text: &str) -> Result<(), Stop> {
        let record: AssignmentRecord<'_> = parse(text, text, "")?;
        self.note_unknown("role_assignment", record.unknown);
        let mut body = record.body.ok_or_else(no_body)?;
        let page = body.value.take();
        for (at, raw) in items(body, page) {
            let hsm_id = raw.id.as_deref().map(Scope::new);
            match raw.valid(&mut self.store.ids).map_err(|flaw| Stop::at(&at, flaw))? {
                Some(assignment) => self.store.assignment(assignment, self.line)?,
                None => self.store.facts.other_resources.extend(hsm_id),
            }
        }
        Ok(())
    }

    fn directory(&mut self, text: &str) -> Result<(), Stop> {
        let record: DirectoryRecord<'_> = parse(text, text, "")?;
        self.note_unknown("directory_object", record.unknown);
        let mut body = record.body.ok_or_else(no_body)?;
        let page = body.value.take();
        let context = page.as_ref().and(body.odata_context.clone());
        for (at, raw) in items(body, page) {
            let object = raw.valid(context.as_deref()).map_err(|flaw| Stop::at(&at, flaw))?;
            self.store.object(object, self.line)?;
        }
        Ok(())
    }

    fn roles(&mut self, text: &str) -> Result<(), Stop> {
        let mut body: RawRole = self.body(text, "role_definition")?;
        let page = body.value.take();
        for (at, raw) in items(body, page) {
            let hsm_id = raw.id.as_deref().map(Scope::new);
            match raw.valid().map_err(|flaw| Stop::at(&at, flaw))? {
                Some(role) => self.store.role(role, self.line)?,
                None => self.store.facts.other_resources.extend(hsm_id),
            }
        }
        Ok(())
    }

    fn denies(&mut self, text: &str) -> Result<(), Stop> {
        let mut body: RawDeny = self.body(text, "deny_assignment")?;
        let page = body.value.take();
        for (at, raw) in items(body, page) {
            let deny = raw.valid().map_err(|flaw| Stop::at(&at, flaw))?;
            self.store.deny(deny, self.line)?;
        }
        Ok(())
    }

    fn instances(&mut self, text: &str, which: Instance) -> Result<(), Stop> {
        let mut body: RawInstance = self.body(text, which.kind())?;
        let page = body.value.take();
        for (at, raw) in items(body, page) {
            match which {
                Instance::Active => {
                    let instance = raw.active().map_err(|flaw| Stop::at(&at, flaw))?;
                    self.store.active(instance, self.line)?;
                }
                Instance::Eligible => {
                    let instance = raw.eligible().map_err(|flaw| Stop::at(&at, flaw))?;
                    self.store.eligible(instance, self.line)?;
                }
            }
        }
        Ok(())
    }

    fn resources(&mut self, text: &str) -> Result<(), Stop> {
        let record: Wrapped<'_> = parse(text, text, "")?;
        self.note_unknown("resource", record.unknown);
        let body = record.body.ok_or_else(no_body)?.get();
        resource::add(&mut self.store, body, self.line)
    }

    /// The body of a record that is not borrowed from.
    fn body<T: for<'a> Deserialize<'a>>(&mut self, text: &str, kind: &str) -> Result<T, Stop> {
        let record: Wrapped<'_> = parse(text, text, "")?;
        self.note_unknown(kind, record.unknown);
        let body = record.body.ok_or_else(no_body)?.get();
        parse(body, body, "/body")
    }

    fn membership(&mut self, text: &str) -> Result<(), Stop> {
        let record: MembershipRecord<'_> = parse(text, text, "")?;
        self.note_unknown("membership", record.unknown);
        let member = record.member.filter(|id| !id.is_empty()).ok_or_else(|| Flaw::missing("/member"))?;
        let groups = record.transitive_groups.ok_or_else(|| Flaw::missing("/transitive_groups"))?;
        let member = self.store.ids.object(&member);
        let groups = groups.iter().map(|group| self.store.ids.object(group)).collect();
        let store = &mut self.store;
        put(&mut store.facts.memberships, &mut store.lines.members, member.clone(), groups, self.line)
            .map_err(|first| Stop::Bad(Store::refuse("membership of", member.as_str(), first)))
    }

    fn subscription(&mut self, text: &str) -> Result<(), Stop> {
        let mut record: SubscriptionRecord<'_> = parse(text, text, "")?;
        self.note_unknown("subscription", std::mem::take(&mut record.unknown));
        let (subscription, store) = (record.valid()?, &mut self.store);
        let id = subscription.id.clone();
        put(&mut store.facts.subscriptions, &mut store.lines.subscriptions, id.clone(), subscription, self.line)
            .map_err(|first| Stop::Bad(Store::refuse("subscription", id.as_str(), first)))
    }

    fn path(&mut self, text: &str) -> Result<(), Stop> {
        let mut record: PathLine<'_> = parse(text, text, "")?;
        self.note_unknown("path", std::mem::take(&mut record.unknown));
        Ok(self.store.path(record.valid()?, self.line)?)
    }

    fn path_access(&mut self, text: &str) -> Result<(), Stop> {
        let mut record: PathAccessRecord<'_> = parse(text, text, "")?;
        self.note_unknown("path_access", std::mem::take(&mut record.unknown));
        Ok(self.store.path_access(record.valid()?, self.line)?)
    }

    fn stored_credential(&mut self, text: &str) -> Result<(), Stop> {
        let mut record: StoredCredentialRecord<'_> = parse(text, text, "")?;
        self.note_unknown("stored_credential", std::mem::take(&mut record.unknown));
        let (credential, store) = (record.valid()?, &mut self.store);
        let id = credential.datastore.clone();
        put(&mut store.facts.stored_credentials, &mut store.lines.credentials, id.clone(), credential, self.line)
            .map_err(|first| Stop::Bad(Store::refuse("stored credential of", id.as_str(), first)))
    }

    fn probe(&mut self, text: &str) -> Result<(), Stop> {
        let mut record: ProbeRecord<'_> = parse(text, text, "")?;
        self.note_unknown("probe", std::mem::take(&mut record.unknown));
        let probe = record.valid()?;
        if self.store.is_new(&probe) {
            self.store.facts.probes.push(probe);
        }
        Ok(())
    }

    fn coverage(&mut self, text: &str) -> Result<(), Stop> {
        let mut record: CoverageLine<'_> = parse(text, text, "")?;
        self.note_unknown("coverage", std::mem::take(&mut record.unknown));
        if let Some(what) = self.what(record.what.as_ref())? {
            let record = record.valid(what)?;
            if self.store.is_new(&record) {
                self.store.facts.coverage.push(record);
            }
        }
        Ok(())
    }

    fn gap(&mut self, text: &str) -> Result<(), Stop> {
        let mut record: GapLine<'_> = parse(text, text, "")?;
        self.note_unknown("gap", std::mem::take(&mut record.unknown));
        if let Some(what) = self.what(record.what.as_ref())? {
            let record = record.valid(what)?;
            if self.store.is_new(&record) {
                self.store.facts.gaps.push(record);
            }
        }
        Ok(())
    }

    /// The kind of look-up; `None`: one that is not known, which is noted.
    fn what(&mut self, text: Option<&Text<'_>>) -> Result<Option<What>, Stop> {
        let text = text.ok_or_else(|| Flaw::missing("/what"))?;
        let known = What::parse(text);
        if known.is_none() {
            let (line, text) = (self.line, printable(text));
            self.unknown.add(format!("what {text}"), || format!("line {line}: `what` `{text}` is not known and the record ignored"));
        }
        Ok(known)
    }

    /// The facts, or everything that was wrong.
    pub(super) fn finish(mut self) -> Result<Loaded, ReadErrors> {
        if !self.has_header && self.errors.is_empty() {
            return Err(ReadErrors::whole(&self.errors.name, "is empty: a snapshot starts with a record of kind `snapshot`"));
        }
        if !self.errors.is_empty() {
            return Err(self.errors);
        }
        finish::join(&mut self.store);
        let warnings = self.unknown.into_warnings(WarningId::SnapshotUnknown, "sorts of unknown things");
        let secrets = self.secret.into_warnings(WarningId::SnapshotSecret, "places hold secrets");
        let warnings = warnings.chain(secrets).collect();
        Ok(Loaded { snapshot: Snapshot::new(self.store.facts), warnings })
    }
}

/// Which PIM instances.
#[derive(Clone, Copy)]
enum Instance {
    Active,
    Eligible,
}

impl Instance {
    fn kind(self) -> &'static str {
        match self {
            Instance::Active => "role_assignment_schedule_instance",
            Instance::Eligible => "role_eligibility_schedule_instance",
        }
    }
}
