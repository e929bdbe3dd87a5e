//! What requests that were tried prove.

use super::is;
use super::reachable::SubResource;
use crate::eval::{Context, Evidence, EvidenceKind, Extent};
use crate::model::{Probe, ProbeAnswer, ProbeCredential, Scope};

/// Codes of the network and of the single blob: they say nothing about who may read the container.
const SAYS_NOTHING: [&str; 5] = ["AuthorizationFailure", "BlobNotFound", "BlobArchived", "ServerBusy", "OperationTimedOut"];

/// Account, service and container that a probe's URL names.
struct Where {
    account: String,
    service: String,
    container: String,
}

/// Reads `https://<account>[.z<nn>].<service>.<suffix>/<container>/…`; account and service lower case.
fn read_url(url: &str) -> Option<Where> {
    let (_, rest) = url.split_once("://")?;
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let mut labels = host.split('.');
    let account = labels.next().filter(|label| !label.is_empty())?.to_lowercase();
    let mut service = labels.next()?.to_lowercase();
    if let Some(number) = service.strip_prefix('z')
        && number.bytes().all(|b| b.is_ascii_digit())
    {
        service = labels.next()?.to_lowercase();
    }
    let container = path.split(['/', '?', '#']).next().unwrap_or_default().to_owned();
    Some(Where { account, service, container })
}

fn ok(answer: Option<&ProbeAnswer>) -> bool {
    match answer {
        Some(ProbeAnswer::Ok) => true,
        Some(ProbeAnswer::Error(_)) | None => false,
    }
}

fn answered(probe: &Probe) -> bool {
    ok(probe.list.as_ref()) || ok(probe.read.as_ref())
}

/// Whether a request to `service` shows that `sub` can be reached: a Gen2 store that answers on `dfs` is read through it.
fn shows(service: &str, sub: SubResource) -> bool {
    service == sub.as_str() || (service == SubResource::Dfs.as_str() && sub == SubResource::Blob)
}

/// The probes of an account by the time asked about, the newest first: what is found later than that proves nothing of it.
fn in_account<'a>(cx: &Context<'a>, account: &str) -> Vec<(&'a Probe, Where)> {
    let by_then = cx.snapshot.facts().probes.iter().filter(|probe| probe.at.is_none_or(|at| at <= cx.at));
    let mut found: Vec<(&'a Probe, Where)> =
        by_then.filter_map(|probe| read_url(&probe.url).map(|at| (probe, at))).filter(|(_, at)| at.account == account).collect();
    found.sort_by_key(|(probe, _)| std::cmp::Reverse(probe.at));
    found
}

/// The newest of the probes that `fits` which says anything, if it says yes.
fn newest(probes: Vec<(&Probe, Where)>, fits: impl Fn(&Probe, &Where) -> bool, says: impl Fn(&Probe) -> Option<bool>) -> Option<&Probe> {
    let mut found = probes.into_iter().filter(|(probe, at)| fits(probe, at)).map(|(probe, _)| probe);
    found.find_map(|probe| says(probe).map(|yes| yes.then_some(probe))).flatten()
}

/// Whether a request got through: an answer says so, a refusal of the network says the contrary, other errors nothing.
fn got_through(probe: &Probe) -> Option<bool> {
    let stopped = |answer: Option<&ProbeAnswer>| match answer {
        Some(ProbeAnswer::Error(code)) => is("AuthorizationFailure", code),
        Some(ProbeAnswer::Ok) | None => false,
    };
    match (answered(probe), stopped(probe.list.as_ref()) || stopped(probe.read.as_ref())) {
        (true, _) => Some(true),
        (false, true) => Some(false),
        (false, false) => None,
    }
}

/// A request from exactly this subnet that `sub` of the account answered.
pub(super) fn from_subnet<'a>(cx: &Context<'a>, account: &str, sub: SubResource, subnet: &Scope) -> Option<&'a Probe> {
    let fits = |probe: &Probe, at: &Where| probe.from.as_ref() == Some(subnet) && shows(&at.service, sub);
    newest(in_account(cx, account), fits, got_through)
}

/// A request without credential, from no virtual network, that `sub` of the account answered.
pub(super) fn from_anywhere<'a>(cx: &Context<'a>, account: &str, sub: SubResource) -> Option<&'a Probe> {
    let fits =
        |probe: &Probe, at: &Where| probe.credential == ProbeCredential::Anonymous && probe.from.is_none() && shows(&at.service, sub);
    newest(in_account(cx, account), fits, got_through)
}

/// A request without credential that proves the container public at the level `extent` needs: the newest, by the time asked
/// about, that says anything about it.
pub(super) fn public_container<'a>(cx: &Context<'a>, account: &str, container: &str, extent: Extent) -> Option<&'a Probe> {
    let fits = |probe: &Probe, at: &Where| probe.credential == ProbeCredential::Anonymous && at.container == container;
    newest(in_account(cx, account), fits, |probe| is_public(probe, extent))
}

/// What a request without credential says: the container is public at the level needed, it is not, or nothing.
fn is_public(probe: &Probe, extent: Extent) -> Option<bool> {
    let (list, read) = (probe.list.as_ref(), probe.read.as_ref());
    let enough = match extent {
        Extent::Folder => ok(list) && (read.is_none() || ok(read)),
        Extent::File => ok(list) || ok(read),
    };
    let refused = |answer: Option<&ProbeAnswer>| match answer {
        Some(ProbeAnswer::Error(code)) => !SAYS_NOTHING.iter().any(|other| is(other, code)),
        Some(ProbeAnswer::Ok) | None => false,
    };
    match extent {
        Extent::Folder | Extent::File if enough => Some(true),
        Extent::Folder => (refused(list) || refused(read)).then_some(false),
        Extent::File => refused(read).then_some(false),
    }
}

/// A probe as evidence; the query of its URL, where a token could stand, is left out.
pub(super) fn evidence(probe: &Probe) -> Evidence {
    let url = probe.url.split(['?', '#']).next().unwrap_or_default();
    let credential = match probe.credential {
        ProbeCredential::Anonymous => "without a credential",
        ProbeCredential::Stored => "with the stored credential",
        ProbeCredential::Token => "with a token",
    };
    let answer = |name: &str, answer: Option<&ProbeAnswer>| match answer {
        Some(ProbeAnswer::Ok) => format!(", {name} ok"),
        Some(ProbeAnswer::Error(code)) => format!(", {name} {code}"),
        None => String::new(),
    };
    let when = probe.at.map(|at| format!(" at {at}")).unwrap_or_default();
    let says = format!("{credential}{when}{}{}", answer("list", probe.list.as_ref()), answer("read", probe.read.as_ref()));
    Evidence::new(EvidenceKind::Probe, url, says)
}
