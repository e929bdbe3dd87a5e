//! Peering of virtual networks.

use super::{is, resource};
use crate::eval::{Context, Judgement, Leaf, Proof};
use crate::model::{Found, Lookup, Missing, Peering, Scope};

/// Whether two virtual networks are peered, both ends known and connected.
///
/// Source: "Virtual network peering": both ends must exist, and peering is not transitive.
pub(super) fn peered(cx: &Context<'_>, one: &Scope, other: &Scope) -> Proof {
    let ends = vec![end(cx, one, other), end(cx, other, one)];
    Proof::all(|| format!("virtual networks `{one}` and `{other}` are peered"), ends)
}

/// One end: the peering of `from` that leads to `to`.
fn end(cx: &Context<'_>, from: &Scope, to: &Scope) -> Proof {
    let claim = || format!("virtual network `{from}` is peered with `{to}`");
    let network = match cx.snapshot.virtual_network(from) {
        Found::Here(network) => network,
        Found::Missing(missing) => return Proof::unknown(claim, &missing),
        // A subnet in it is in use, so it exists.
        Found::Absent(_) => return Proof::unknown(claim, &Missing::resource(from, &Lookup::NotCollected)),
    };
    let own = cx.snapshot.facts().peerings.get(from);
    let peerings = network.peerings.as_ref().or(own).map_or(&[][..], Vec::as_slice);
    let ends: Vec<Proof> =
        peerings.iter().filter(|peering| peering.remote.as_ref() == Some(to)).map(|peering| connected(peering, to)).collect();
    if !ends.is_empty() {
        return Proof::any(claim, ends);
    }
    // Peerings that came as records of their own may not be all.
    if network.peerings.is_none() {
        return Proof::unknown(claim, &Missing::resource(&from.join("virtualNetworkPeerings"), &Lookup::NotCollected));
    }
    if let Some(unnamed) = peerings.iter().find(|peering| peering.remote.is_none()) {
        return Proof::unknown(claim, &Missing::resource(&unnamed.id, &Lookup::NotCollected));
    }
    let elsewhere = peerings.iter().find(|peering| peering.state.as_deref().is_none_or(|state| is(state, "Connected")));
    match elsewhere {
        None => Proof::denied(|| Leaf::new(claim(), resource(&network.id, "the virtual network has no connected peering"))),
        Some(peering) => {
            let says = "peered with another network, from where an appliance or gateway may lead on";
            let (one, other) = if from <= to { (from, to) } else { (to, from) };
            let question = format!("whether traffic passes between `{one}` and `{other}` through a third network is not evaluated");
            Proof::undetermined(|| (Leaf::new(claim(), resource(&peering.id, says)), Missing::open("network-transit", question)))
        }
    }
}

fn connected(peering: &Peering, to: &Scope) -> Proof {
    let leaf = |says: String| Leaf::new(format!("peering `{}` leads to `{to}`", peering.id), resource(&peering.id, says));
    match peering.state.as_deref() {
        None => Proof::unknown(|| format!("peering `{}` is connected", peering.id), &Missing::resource(&peering.id, &Lookup::NotCollected)),
        Some(state) if !is(state, "Connected") => Proof::denied(|| leaf(format!("peeringState {state}"))),
        Some(_) if peering.allow_access == Some(false) => {
            Proof::denied(|| leaf("connected, and allowVirtualNetworkAccess is false".to_owned()))
        }
        Some(_) => Proof::allowed(|| leaf("peeringState Connected".to_owned())),
    }
}
