//! Gates: account and subscription state, network, tenant, anonymous access, what the batch runtime needs.
//!
//! `cfg(test)` is always set here; it tells clippy that helpers outside a `#[test]` function are test code too.

#[cfg(test)]
mod identity;
#[cfg(test)]
mod network;
#[cfg(test)]
mod reference;
#[cfg(test)]
mod runtime;
#[cfg(test)]
mod world;
