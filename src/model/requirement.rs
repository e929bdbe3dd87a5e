//! Ids of requirements, editions and operations: the vocabulary of rules and reports.

use std::fmt;

macro_rules! word_enum {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$vdoc])* $variant,)+ }

        impl $name {
            /// Every value, in order.
            pub const ALL: &'static [$name] = &[$($name::$variant,)+];
            /// The word used in rules and reports.
            pub fn as_str(self) -> &'static str {
                match self { $($name::$variant => $text,)+ }
            }
            /// Reads the word.
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.as_str() == text)
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

pub(super) use word_enum;

word_enum! {
    /// Requirements of a read, in the order reports list them (contract section 3). Ids are never reused.
    RequirementId {
        /// The reference parses.
        InputRecognised = "input/recognised",
        /// Batch endpoints support it.
        InputSupported = "input/supported",
        /// Asset, version, datastore and (when known) path exist.
        InputExists = "input/exists",
        /// A local path can be uploaded.
        InputUpload = "input/upload",
        /// `uri_file` or `uri_folder` fits.
        InputType = "input/type",
        /// Endpoint, deployment and compute exist and are supported.
        JobEndpoint = "job/endpoint",
        /// The invoker may create a batch job.
        JobInvoke = "job/invoke",
        /// A stored credential can be fetched.
        CredentialRetrievable = "credential/retrievable",
        /// The account accepts the stored key or key-signed SAS.
        CredentialSharedKey = "credential/shared-key",
        /// The stored SAS covers the read.
        CredentialSas = "credential/sas",
        /// The stored service principal may list and read.
        CredentialServicePrincipal = "credential/service-principal",
        /// The compute has a managed identity.
        ComputeIdentity = "compute/identity",
        /// The compute reaches the account.
        AccountReachable = "account/reachable",
        /// Identities and account live in one tenant.
        AccountTenant = "account/tenant",
        /// The compute's identity may list and read.
        AccessMount = "access/mount",
        /// The job's identity may list and read.
        AccessRead = "access/read",
        /// Anonymous access replaces identities.
        AccessAnonymous = "access/anonymous",
        /// Nothing below is archived or closed.
        DataReadable = "data/readable",
        /// The output can be written.
        OutputWritable = "output/writable",
        /// What the batch runtime itself needs (advisory).
        RuntimeBatch = "runtime/batch",
    }
}

word_enum! {
    /// Edition of the credential table.
    Edition {
        /// The newest published wording.
        Current = "current",
        /// The wording canread was conceived from (2022).
        Seed = "seed",
    }
}

word_enum! {
    /// A question about one principal and one URL.
    Operation {
        /// List a folder or container.
        List = "list",
        /// Read a blob or file.
        Read = "read",
        /// Create or overwrite one blob or file.
        Write = "write",
    }
}

word_enum! {
    /// Whose credential a table row uses.
    CredentialUsed {
        /// The invoker.
        JobIdentity = "job_identity",
        /// The compute's managed identity.
        ComputeIdentity = "compute_identity",
        /// What the datastore stores.
        StoreCredential = "store_credential",
        /// None.
        Anonymous = "anonymous",
    }
}

word_enum! {
    /// What grants access.
    GrantedBy {
        /// A stored credential.
        Credential = "credential",
        /// Azure RBAC.
        Rbac = "rbac",
        /// POSIX ACLs.
        Posix = "posix",
        /// Public access.
        Anonymous = "anonymous",
    }
}

word_enum! {
    /// What kind of input a table row speaks of.
    InputSource {
        /// A datastore path.
        Datastore = "datastore",
        /// A data asset.
        DataAsset = "data_asset",
        /// A Blob URL.
        BlobUrl = "blob_url",
        /// An ADLS Gen1 URL.
        AdlsGen1Url = "adls_gen1_url",
        /// An ADLS Gen2 URL.
        AdlsGen2Url = "adls_gen2_url",
    }
}

word_enum! {
    /// What an unmet requirement that documents disagree about does.
    Disputed {
        /// It denies.
        Deny = "deny",
        /// It warns.
        Warn = "warn",
    }
}

word_enum! {
    /// Ids of warnings.
    WarningId {
        /// The current client would refuse the reference.
        ClientReference = "client/reference",
        /// A row of the seed edition that the newer wording replaces.
        RuleSuperseded = "rule/superseded",
        /// The store's service is retired.
        StoreRetired = "store/retired",
        /// The time asked about is within clock skew of an end of a SAS.
        CredentialClock = "credential/clock",
        /// The account's key is younger than the stored credential.
        CredentialKeyAge = "credential/key-age",
        /// Workspace mode and datastore disagree.
        WorkspaceAuthMode = "workspace/auth-mode",
        /// A grant may be too fresh to be effective.
        PlatformPropagation = "platform/propagation",
        /// The batch runtime may lack something.
        RuntimeBatch = "runtime/batch",
        /// The invoker lacks a documented action that seems not to be needed.
        JobInvoke = "job/invoke",
        /// The invoker's own right to read, which documents disagree about.
        AccessRead = "access/read",
        /// The snapshot is old.
        SnapshotOld = "snapshot/old",
        /// The snapshot holds something this version does not know.
        SnapshotUnknown = "snapshot/unknown",
        /// The snapshot holds a secret.
        SnapshotSecret = "snapshot/secret",
        /// The search for fixes ended at its bound.
        FixCut = "fix/cut",
        /// A secret in the reference itself.
        ClientSecret = "client/secret",
        /// An ACL entry that cannot mean what it seems to.
        AclEntry = "acl/entry",
        /// A condition that cannot work as written.
        ConditionUnsupported = "condition/unsupported",
        /// Default ACLs: files created later may differ.
        AclDefault = "acl/default",
        /// The account's encryption key is the customer's.
        AccountEncryption = "account/encryption",
        /// TLS, protocol or another setting worth knowing.
        AccountNote = "account/note",
    }
}
