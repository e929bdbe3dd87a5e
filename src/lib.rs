//! canread: can a batch job of Azure Machine Learning read its input, through which credential, granted by what, and if
//! not, why?
//!
//! A question becomes a proof tree over collected facts in three-valued logic; everything else reads that tree. The
//! layers and who may import whom are in `docs/design.md`.

pub mod cli;
#[cfg(feature = "collect")]
pub mod collect;
pub mod eval;
pub mod explain;
pub mod fix;
pub mod model;
pub mod output;
pub mod query;
pub mod report;
pub mod review;
pub mod rules;
pub mod run;
pub mod snapshot;
