//! What requests that were really sent prove.
//!
//! A probe proves the state at its own moment. It is used for any later moment too, with a listed assumption that nothing
//! changed in between, just as every other record of a snapshot is; a probe of later than the moment asked about, or of
//! an unknown moment, proves nothing.

use super::{Evidence, EvidenceKind, Leaf};
use crate::model::{Operation, Probe, ProbeAnswer, ProbeCredential, Snapshot, StorePath, Timestamp};
use percent_encoding::percent_decode_str;
use std::net::IpAddr;
use url::{Host, Url};

/// What the URL of a probe names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProbeTarget {
    /// Account, lower case.
    pub account: String,
    /// Container or file system.
    pub container: String,
    /// Path, decoded.
    pub path: StorePath,
}

/// Reads the URL of a probe: `https://<account>.<service>.<suffix>/<container>/<path>`, or with the account as first
/// segment where the host is an address (a storage emulator).
///
/// ```
/// use canread::eval::probe_target;
/// let target = probe_target("https://Acct.blob.core.windows.net/raw/a%20b/?comp=list").unwrap();
/// assert_eq!((target.account.as_str(), target.container.as_str(), target.path.as_str()), ("acct", "raw", "a b"));
/// ```
pub fn probe_target(url: &str) -> Option<ProbeTarget> {
    let url = Url::parse(url).ok()?;
    let mut segments = url.path_segments()?;
    let account = match url.host()? {
        Host::Domain("localhost") | Host::Ipv4(_) | Host::Ipv6(_) => segments.next()?.to_lowercase(),
        Host::Domain(name) => name.split('.').next()?.to_lowercase(),
    };
    let container = decoded(segments.next()?)?;
    let path: Vec<&str> = segments.collect();
    let named = !account.is_empty() && !container.is_empty() && account.parse::<IpAddr>().is_err();
    named.then_some(())?;
    Some(ProbeTarget { account, container, path: StorePath::new(&decoded(&path.join("/"))?) })
}

fn decoded(text: &str) -> Option<String> {
    percent_decode_str(text).decode_utf8().ok().map(|text| text.into_owned())
}

/// The probes of a container, with the path each one asked for; the newest first, those without a time last.
pub fn probes_for<'a>(snapshot: &'a Snapshot, account: &str, container: &str) -> Vec<(&'a Probe, StorePath)> {
    let here = |probe: &'a Probe| {
        let target = probe_target(&probe.url)?;
        (target.account.eq_ignore_ascii_case(account) && target.container == container).then_some((probe, target.path))
    };
    let mut found: Vec<_> = snapshot.facts().probes.iter().filter_map(here).collect();
    found.sort_by(|(one, path), (other, other_path)| other.at.cmp(&one.at).then_with(|| path.cmp(other_path)));
    found
}

/// Which probed paths say something about a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProbeReach {
    /// Any path of the container: the credential is the same for all of it.
    Container,
    /// The path itself or a folder above it: what the credential reaches, it reaches whole.
    AtOrAbove,
    /// The path itself.
    Exact,
}

impl ProbeReach {
    fn covers(self, probed: &StorePath, path: &StorePath) -> bool {
        match self {
            ProbeReach::Container => true,
            ProbeReach::AtOrAbove => probed == path || probed.is_above(path),
            ProbeReach::Exact => probed == path,
        }
    }
}

/// What is asked of the probes.
#[derive(Clone, Copy, Debug)]
pub struct ProbeQuery<'a> {
    /// Credential the probes must have used.
    pub credential: ProbeCredential,
    /// Account, lower case.
    pub account: &'a str,
    /// Container.
    pub container: &'a str,
    /// Path.
    pub path: &'a StorePath,
    /// Which probed paths count.
    pub reach: ProbeReach,
    /// The first moment asked about: later probes do not count.
    pub at: Timestamp,
    /// Refusals before this moment do not count: the credential was not valid yet.
    pub not_before: Option<Timestamp>,
    /// Error codes that are about what is asked; any other error says nothing.
    pub codes: &'a [&'a str],
}

/// What the newest probe with something to say answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Probed<'a> {
    /// It worked.
    Ok(&'a Probe),
    /// It was refused, with this code.
    Refused(&'a Probe, &'a str),
}

impl ProbeQuery<'_> {
    /// The newest answer about `operation`. Writing is never probed.
    pub fn answer<'a>(&self, snapshot: &'a Snapshot, operation: Operation) -> Option<Probed<'a>> {
        let probes = probes_for(snapshot, self.account, self.container).into_iter();
        let mut counted = probes.filter(|(probe, path)| {
            probe.credential == self.credential && probe.at.is_some_and(|at| at <= self.at) && self.reach.covers(path, self.path)
        });
        counted.find_map(|(probe, _)| self.judge(probe, operation))
    }

    fn judge<'a>(&self, probe: &'a Probe, operation: Operation) -> Option<Probed<'a>> {
        let answer = match operation {
            Operation::List => probe.list.as_ref(),
            Operation::Read => probe.read.as_ref(),
            Operation::Write => None,
        };
        match answer? {
            ProbeAnswer::Ok => Some(Probed::Ok(probe)),
            ProbeAnswer::Error(code) => {
                let early = self.not_before.is_some_and(|start| probe.at.is_none_or(|at| at < start));
                let known = self.codes.iter().any(|known| known.eq_ignore_ascii_case(code));
                (known && !early).then_some(Probed::Refused(probe, code))
            }
        }
    }
}

/// The URL without its query, which may hold a secret: the id a proof cites a probe by.
pub fn probe_id(probe: &Probe) -> &str {
    probe.url.split(['?', '#']).next().unwrap_or_default()
}

/// A leaf that rests on a probe; where the probe worked, with the assumption that nothing changed since.
pub fn probe_leaf(claim: impl Into<String>, probed: Probed<'_>) -> Leaf {
    let (probe, answer) = match probed {
        Probed::Ok(probe) => (probe, "ok".to_owned()),
        Probed::Refused(probe, code) => (probe, code.to_owned()),
    };
    let when = probe.at.and_then(|at| at.format(&time::format_description::well_known::Rfc3339).ok()).unwrap_or_default();
    let evidence = Evidence::new(EvidenceKind::Probe, probe_id(probe), format!("answered `{answer}` at {when}"));
    let leaf = Leaf::new(claim, evidence);
    match probed {
        Probed::Ok(_) => leaf.assuming(format!("nothing about the probed credential changed since the probe of {when}")),
        Probed::Refused(..) => leaf,
    }
}
