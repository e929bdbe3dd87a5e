//! Private endpoints in networks of the customer.

use super::reachable::SubResource;
use super::{is, of_account, peering, resource};
use crate::eval::{Context, Evidence, Judgement, Leaf, Proof, Verdict};
use crate::model::{Found, Lookup, Missing, PrivateEndpoint, PrivateEndpointConnection, PrivateLinkConnection, Scope, StorageAccount};

/// A question about private endpoints: which sub-resource of which account, from which subnet.
#[derive(Clone, Copy)]
struct Way<'a> {
    account: &'a StorageAccount,
    subnet: &'a Scope,
    sub: SubResource,
}

/// The virtual network of a subnet.
fn network_of(subnet: &Scope) -> Option<Scope> {
    subnet.cut_after("virtualnetworks")
}

/// Whether an approved private endpoint leads from `subnet` to `sub` of `account`. Firewall rules do not apply to it.
///
/// The account lists the connections, the private endpoint resource tells the subnet and the sub-resources. Source: "Use
/// private endpoints for Azure Storage".
pub(super) fn leads(cx: &Context<'_>, account: &StorageAccount, subnet: &Scope, sub: SubResource) -> Proof {
    let way = Way { account, subnet, sub };
    let claim = || format!("a private endpoint leads from subnet `{subnet}` to `{sub}` of account `{}`", account.name);
    let listed = account.private_endpoint_connections.as_deref();
    let mut parts: Vec<Proof> = listed.unwrap_or_default().iter().map(|connection| connection_leads(cx, way, connection)).collect();
    parts.extend(unlisted(cx, way, listed));
    let lookup = cx.snapshot.resource_lookup(&account.id.join("privateEndpointConnections"));
    let unknown = listed.is_none() && !lookup.is_complete();
    if unknown {
        let missing = Missing::resource(&account.id.join("privateEndpointConnections"), &lookup);
        parts.push(Proof::unknown(|| format!("account `{}` has further private endpoint connections", account.name), &missing));
    }
    if parts.is_empty() {
        return Proof::denied(|| Leaf::new(claim(), of_account(account, "the account has no private endpoint connection")));
    }
    Proof::any(claim, parts)
}

/// A connection as the account lists it.
fn connection_leads(cx: &Context<'_>, way: Way<'_>, connection: &PrivateEndpointConnection) -> Proof {
    let Some(id) = &connection.private_endpoint else {
        let missing = Missing::resource(&way.account.id.join("privateEndpointConnections"), &Lookup::NotCollected);
        return Proof::unknown(
            || format!("a connection of account `{}` that names no private endpoint leads here", way.account.name),
            &missing,
        );
    };
    if let Some(failed) = not_approved(way, id, connection.status.as_deref()) {
        return failed;
    }
    if !connection.group_ids.is_empty()
        && let Some(failed) = wrong_group(way, id, &connection.group_ids)
    {
        return failed;
    }
    let record = match cx.snapshot.private_endpoint(id) {
        Found::Here(record) => record,
        Found::Missing(missing) => return Proof::unknown(|| way.claim(id), &missing),
        // The account lists it, so it exists somewhere, in another tenant perhaps.
        Found::Absent(_) => return Proof::unknown(|| way.claim(id), &Missing::resource(id, &Lookup::NotCollected)),
    };
    let there: Vec<&PrivateLinkConnection> = links(record, way.account);
    let disagrees = |link: &&PrivateLinkConnection| link.status.as_deref().is_some_and(|status| !is(status, "Approved"));
    if there.is_empty() || there.iter().any(disagrees) {
        return contradiction(way, id, "the account lists the connection as approved, and the private endpoint does not");
    }
    let groups: Vec<String> = if connection.group_ids.is_empty() {
        there.iter().flat_map(|link| link.group_ids.iter().cloned()).collect()
    } else {
        connection.group_ids.clone()
    };
    placed(cx, way, record, &groups)
}

impl Way<'_> {
    fn claim(&self, endpoint: &Scope) -> String {
        format!("private endpoint `{endpoint}` leads from subnet `{}` to `{}` of account `{}`", self.subnet, self.sub, self.account.name)
    }

    fn fails(&self, endpoint: &Scope, says: impl Into<String>) -> Proof {
        Proof::denied(|| Leaf::new(self.claim(endpoint), resource(endpoint, says)))
    }
}

fn links<'a>(endpoint: &'a PrivateEndpoint, account: &StorageAccount) -> Vec<&'a PrivateLinkConnection> {
    endpoint.connections.iter().filter(|link| link.service.as_ref() == Some(&account.id)).collect()
}

fn not_approved(way: Way<'_>, id: &Scope, status: Option<&str>) -> Option<Proof> {
    match status {
        None => Some(Proof::unknown(|| way.claim(id), &Missing::resource(id, &Lookup::NotCollected))),
        Some(status) if is(status, "Approved") => None,
        Some(status) => Some(way.fails(id, format!("the connection is {status}, not Approved"))),
    }
}

fn wrong_group(way: Way<'_>, id: &Scope, groups: &[String]) -> Option<Proof> {
    let wanted = way.sub.as_str();
    if groups.iter().any(|group| is(group, wanted)) {
        return None;
    }
    Some(way.fails(id, format!("it leads to `{}`, and not to `{wanted}`", groups.join("`, `"))))
}

fn contradiction(way: Way<'_>, id: &Scope, says: &str) -> Proof {
    let leaf = Leaf::new(way.claim(id), resource(id, says));
    Proof::undetermined(|| (leaf, Missing::open("private-endpoint-ends", format!("{says}: `{id}`, account `{}`", way.account.name))))
}

/// An approved connection with known sub-resources: what remains is where its address is.
fn placed(cx: &Context<'_>, way: Way<'_>, endpoint: &PrivateEndpoint, groups: &[String]) -> Proof {
    let id = &endpoint.id;
    if groups.is_empty() {
        return Proof::unknown(|| way.claim(id), &Missing::resource(id, &Lookup::NotCollected));
    }
    if let Some(failed) = wrong_group(way, id, groups) {
        return failed;
    }
    let (Some(own), Some(other)) = (network_of(way.subnet), endpoint.subnet.as_ref().and_then(network_of)) else {
        return Proof::unknown(|| way.claim(id), &Missing::resource(id, &Lookup::NotCollected));
    };
    let assumption = format!("name resolution in `{own}` gives the private address of `{id}`");
    let leaf = |says: String| Leaf::new(way.claim(id), resource(id, says)).assuming(assumption);
    if own == other {
        return Proof::allowed(|| leaf(format!("approved for `{}`, in the virtual network of the compute", way.sub)));
    }
    let here = Proof::allowed(|| leaf(format!("approved for `{}`, in virtual network `{other}`", way.sub)));
    Proof::all(|| way.claim(id), vec![here, peering::peered(cx, &own, &other)])
}

/// Private endpoint resources that lead to the account and that its list, if it has one, does not hold.
fn unlisted(cx: &Context<'_>, way: Way<'_>, listed: Option<&[PrivateEndpointConnection]>) -> Vec<Proof> {
    let in_list = |id: &Scope| listed.unwrap_or_default().iter().any(|connection| connection.private_endpoint.as_ref() == Some(id));
    let mut parts = Vec::new();
    for endpoint in cx.snapshot.facts().private_endpoints.values().filter(|endpoint| !in_list(&endpoint.id)) {
        for link in links(endpoint, way.account) {
            let judged =
                not_approved(way, &endpoint.id, link.status.as_deref()).unwrap_or_else(|| placed(cx, way, endpoint, &link.group_ids));
            let doubtful = listed.is_some() && judged.verdict() == Verdict::Allowed;
            parts.push(if doubtful {
                contradiction(way, &endpoint.id, "the private endpoint is approved, and the account does not list its connection")
            } else {
                judged
            });
        }
    }
    parts
}

/// No private endpoint is of use to a compute outside every virtual network.
pub(super) fn none(account: &StorageAccount, sub: SubResource, evidence: Evidence) -> Proof {
    let claim = format!("a private endpoint leads from the compute to `{sub}` of account `{}`", account.name);
    Proof::denied(|| Leaf::new(claim, evidence))
}
