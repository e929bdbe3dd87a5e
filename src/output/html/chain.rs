//! The drawing: invoker, endpoint, compute identity, credential, account, container, path, and where the chain breaks.

use super::text;
use crate::model::RequirementId;
use crate::output::table::who_is;
use crate::report::{DataReport, Report, RequirementReport};
use maud::{Markup, html};

/// Height of a box, and of the link below it, in units of the drawing.
const BOX: usize = 44;
const LINK: usize = 46;
/// Width of a box and of the drawing.
const WIDE: usize = 340;
/// Longest text in a box, in characters.
const LONGEST: usize = 44;

/// One thing on the way.
struct Station {
    kind: &'static str,
    name: String,
}

/// How a link holds: the least verdict of the requirements that decide it.
struct Link<'a> {
    verdict: &'static str,
    requirements: Vec<&'a RequirementReport>,
}

/// The link, counted from the invoker, that a requirement decides.
fn link_of(id: RequirementId) -> usize {
    match id {
        RequirementId::JobInvoke => 0,
        RequirementId::JobEndpoint | RequirementId::ComputeIdentity | RequirementId::RuntimeBatch => 1,
        RequirementId::CredentialRetrievable
        | RequirementId::CredentialSharedKey
        | RequirementId::CredentialSas
        | RequirementId::CredentialServicePrincipal => 2,
        RequirementId::AccountReachable | RequirementId::AccountTenant => 3,
        RequirementId::AccessMount | RequirementId::AccessRead | RequirementId::AccessAnonymous | RequirementId::OutputWritable => 4,
        RequirementId::InputRecognised
        | RequirementId::InputSupported
        | RequirementId::InputExists
        | RequirementId::InputUpload
        | RequirementId::InputType
        | RequirementId::DataReadable => 5,
    }
}

fn stations(data: &DataReport, report: &Report) -> [Station; 7] {
    let short = |id: &Option<String>| id.as_deref().and_then(|id| id.rsplit('/').next()).map(str::to_owned);
    let known = |name: Option<String>| name.filter(|name| !name.is_empty()).unwrap_or_else(|| "not known".to_owned());
    let endpoint = match (short(&report.job.endpoint), short(&report.job.deployment)) {
        (Some(endpoint), Some(deployment)) => Some(format!("{endpoint}/{deployment}")),
        (endpoint, _) => endpoint.or_else(|| Some("none: a cluster was asked about".to_owned())),
    };
    let resolved = &data.resolved;
    let path = match resolved.path.as_deref() {
        Some("") => Some("/ (the root)".to_owned()),
        path => path.map(str::to_owned),
    };
    let station = |kind, name| Station { kind, name: known(name) };
    [
        station("invoker", report.job.invoker.as_ref().map(who_is)),
        station("endpoint", endpoint),
        station("compute identity", short(&report.job.compute)),
        station("credential", Some(credential(data))),
        station("account", resolved.account.clone()),
        station("container", resolved.container.clone()),
        station("path", path),
    ]
}

fn credential(data: &DataReport) -> String {
    let used = |word: &str| data.rule.as_ref().is_some_and(|rule| rule.credentials_used.iter().any(|used| used == word));
    let datastore = data.resolved.datastore.as_deref().and_then(|id| id.rsplit('/').next());
    match (&data.rule, used("store_credential"), used("anonymous")) {
        (None, ..) => "not known".to_owned(),
        (Some(_), true, _) => format!("stored in datastore {}", datastore.unwrap_or("(not known)")),
        (Some(_), false, true) => "none: public access".to_owned(),
        (Some(_), false, false) => "none stored: identities read".to_owned(),
    }
}

fn links<'a>(data: &'a DataReport, report: &'a Report) -> [Link<'a>; 6] {
    let invoke = report.invoke.iter().flat_map(|invoke| &invoke.requirements);
    let all: Vec<(usize, &RequirementReport)> = data
        .requirements
        .iter()
        .chain(invoke)
        .filter(|one| one.counts)
        .filter_map(|one| Some((link_of(RequirementId::parse(&one.id)?), one)))
        .collect();
    std::array::from_fn(|at| {
        let mut requirements: Vec<&RequirementReport> = Vec::new();
        for (_, one) in all.iter().filter(|(link, _)| *link == at) {
            if !requirements.iter().any(|seen| seen.id == one.id) {
                requirements.push(one);
            }
        }
        let any = |verdict: &str| requirements.iter().any(|one| one.verdict == verdict);
        let verdict = match (any("denied"), any("undetermined"), requirements.is_empty()) {
            (true, ..) => "denied",
            (false, true, _) => "undetermined",
            (false, false, false) => "allowed",
            (false, false, true) => "unasked",
        };
        Link { verdict, requirements }
    })
}

/// The figure. What it shows is also said in words, for those who do not see it.
pub(super) fn chain(id: &str, data: &DataReport, report: &Report) -> Markup {
    let (stations, links) = (stations(data, report), links(data, report));
    let height = stations.len() * BOX + links.len() * LINK + 4;
    let (title, desc) = (format!("{id}-chain"), format!("{id}-chain-words"));
    html! {
        figure.chain {
            svg viewBox={ "0 0 " (WIDE + 4) " " (height) } role="img" aria-labelledby={ (title) " " (desc) } {
                title id=(title) { "The way from the invoker to the data of " (text(&data.name)) }
                desc id=(desc) { (words(&stations, &links)) }
                @for (at, station) in stations.iter().enumerate() { (drawn_station(at, station)) }
                @for (at, link) in links.iter().enumerate() { (drawn_link(at, link)) }
            }
        }
    }
}

fn words(stations: &[Station; 7], links: &[Link<'_>; 6]) -> String {
    let mut said = String::new();
    for (at, station) in stations.iter().enumerate() {
        said += &format!("{}: {}. ", station.kind, text(&station.name));
        if let Some(link) = links.get(at) {
            said += &format!("Link: {}. ", label(link));
        }
    }
    said.trim_end().to_owned()
}

fn label(link: &Link<'_>) -> String {
    let deciding: Vec<&str> = link.requirements.iter().filter(|one| one.verdict == link.verdict).map(|one| one.id.as_str()).collect();
    match link.verdict {
        "denied" => format!("broken: {}", deciding.join(", ")),
        "undetermined" => format!("not known: {}", deciding.join(", ")),
        "allowed" => format!("holds: {}", deciding.join(", ")),
        _ => "no requirement of its own".to_owned(),
    }
}

/// As [`label`], as far as there is room.
fn brief(link: &Link<'_>) -> String {
    let whole = label(link);
    if whole.chars().count() <= LONGEST {
        return whole;
    }
    let deciding = link.requirements.iter().filter(|one| one.verdict == link.verdict).count();
    let word = whole.split_once(':').map_or("", |(word, _)| word);
    format!("{word}: {deciding} requirements")
}

fn drawn_station(at: usize, station: &Station) -> Markup {
    let top = 2 + at * (BOX + LINK);
    html! {
        g.station {
            rect x="2" y=(top) width=(WIDE) height=(BOX) rx="6" {}
            text.kind x="12" y=(top + 16) { (station.kind) }
            text.name x="12" y=(top + 34) { (cut(&text(&station.name))) }
            title { (station.kind) ": " (text(&station.name)) }
        }
    }
}

fn drawn_link(at: usize, link: &Link<'_>) -> Markup {
    let top = 2 + at * (BOX + LINK) + BOX;
    let (middle, bottom) = (top + LINK / 2, top + LINK);
    html! {
        g class={ "link " (link.verdict) } {
            @match link.verdict {
                "denied" => {
                    path d={ "M24 " (top) " V" (middle - 8) " M24 " (middle + 8) " V" (bottom) } {}
                    path.sign d={ "M17 " (middle - 7) " l14 14 m0 -14 l-14 14" } {}
                }
                "undetermined" => {
                    path d={ "M24 " (top) " V" (middle - 10) " M24 " (middle + 10) " V" (bottom) } {}
                    text.sign x="24" y=(middle + 6) text-anchor="middle" { "?" }
                }
                _ => { path d={ "M24 " (top) " V" (bottom) } {} }
            }
            path.head d={ "M19 " (bottom - 8) " L24 " (bottom) " L29 " (bottom - 8) } {}
            text.why x="42" y=(middle + 4) { (brief(link)) }
        }
    }
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
