//! The words that rule files use for enums.

use super::{InvokeScope, OnMissing, Wrapper};
use crate::model::{
    AttributeSource, Availability, Cause, CredentialUsed, Edition, ErrorLayer, GrantedBy, InputSource, Operation, RequirementId, Severity,
    StoreKind, WarningId, What,
};

/// An enum that rule files name by words.
pub trait Word: Copy + 'static {
    /// What the enum is called in error texts.
    const NAME: &'static str;
    /// Every value with its word, in order.
    fn words() -> Vec<(Self, &'static str)>;
    /// The value of a word.
    fn from_word(word: &str) -> Option<Self> {
        Self::words().into_iter().find(|(_, known)| *known == word).map(|(value, _)| value)
    }
}

macro_rules! model_words {
    ($($type:ty = $name:literal),+ $(,)?) => {
        $(impl Word for $type {
            const NAME: &'static str = $name;
            fn words() -> Vec<(Self, &'static str)> {
                <$type>::ALL.iter().map(|value| (*value, value.as_str())).collect()
            }
        })+
    };
}

model_words! {
    Edition = "edition",
    InputSource = "input",
    CredentialUsed = "credential used",
    GrantedBy = "grant",
    Operation = "operation",
    RequirementId = "requirement id",
    WarningId = "warning id",
    What = "kind of look-up",
    AttributeSource = "attribute source",
    Availability = "availability",
    Severity = "severity",
    ErrorLayer = "layer",
}

/// The word for a kind of store, in rules and reports.
pub fn store_word(store: StoreKind) -> &'static str {
    match store {
        StoreKind::Blob => "blob",
        StoreKind::AdlsGen1 => "adls_gen1",
        StoreKind::AdlsGen2 => "adls_gen2",
    }
}

impl Word for StoreKind {
    const NAME: &'static str = "store";
    fn words() -> Vec<(Self, &'static str)> {
        [StoreKind::Blob, StoreKind::AdlsGen1, StoreKind::AdlsGen2].map(|store| (store, store_word(store))).to_vec()
    }
}

impl InvokeScope {
    /// The word rules and reports use.
    pub fn as_str(self) -> &'static str {
        match self {
            InvokeScope::Workspace => "workspace",
            InvokeScope::Endpoint => "endpoint",
            InvokeScope::Deployment => "deployment",
        }
    }
}

impl Word for InvokeScope {
    const NAME: &'static str = "scope";
    fn words() -> Vec<(Self, &'static str)> {
        [InvokeScope::Workspace, InvokeScope::Endpoint, InvokeScope::Deployment].map(|scope| (scope, scope.as_str())).to_vec()
    }
}

impl OnMissing {
    /// The word rules and reports use.
    pub fn as_str(self) -> &'static str {
        match self {
            OnMissing::Deny => "deny",
            OnMissing::Credential => "credential",
            OnMissing::Warn => "warn",
        }
    }
}

impl Word for OnMissing {
    const NAME: &'static str = "effect";
    fn words() -> Vec<(Self, &'static str)> {
        [OnMissing::Deny, OnMissing::Credential, OnMissing::Warn].map(|effect| (effect, effect.as_str())).to_vec()
    }
}

impl Word for Cause {
    const NAME: &'static str = "cause";
    fn words() -> Vec<(Self, &'static str)> {
        Cause::all().map(|cause| (cause, cause.as_str())).collect()
    }
}

impl Wrapper {
    /// The word rules and reports use.
    pub fn as_str(self) -> &'static str {
        match self {
            Wrapper::Yields => "yields",
            Wrapper::Fallback => "fallback",
            Wrapper::Leads => "leads",
        }
    }
}

impl Word for Wrapper {
    const NAME: &'static str = "kind of wrapper";
    fn words() -> Vec<(Self, &'static str)> {
        [Wrapper::Yields, Wrapper::Fallback, Wrapper::Leads].map(|wrapper| (wrapper, wrapper.as_str())).to_vec()
    }
}
