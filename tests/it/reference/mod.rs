//! Slow, obvious evaluators, written apart from the ones they are compared with.

pub(crate) mod job;
pub(crate) mod rbac;
