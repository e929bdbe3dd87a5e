//! `credential/sas`: a case for every field.

use crate::stored_world::{AGENT, AT, ISSUER, SUBNET, TENANT, World, assert_rests, missing, store_id, warnings, world};
use canread::eval::Judgement;
use canread::eval::Origin;
use canread::eval::Verdict::{self, Allowed, Denied, Undetermined};
use canread::model::{GapRecord, Operation, PathRecord, SasPolicy, Scope, StoreKind, StorePath, What};
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

const SERVICE: &str = "sv=2023-11-03&sr=c&sp=rl&se=2026-07-01T00:00:00Z";
const ACCOUNT: &str = "sv=2023-11-03&ss=b&srt=co&sp=rl&se=2026-07-01T00:00:00Z";

fn delegated(more: &str) -> String {
    format!("sv=2023-11-03&sr=c&sp=rl&se=2026-06-16&skoid={ISSUER}&sktid={TENANT}&skt=2026-06-14&ske=2026-06-17&sks=b&skv=2023-11-03{more}")
}

#[track_caller]
fn judged(world: &World, text: &str, verdict: Verdict, says: &str) {
    let proof = world.clone().with_sas(text).sas();
    assert_rests(&proof, verdict, store_id("data").as_str(), says);
}

#[test]
fn whole_tokens_of_each_kind_are_allowed_until_they_end() {
    for (text, end) in [
        (SERVICE.to_owned(), datetime!(2026-07-01 0:00 UTC)),
        (ACCOUNT.to_owned(), datetime!(2026-07-01 0:00 UTC)),
        (delegated(""), datetime!(2026-06-16 0:00 UTC)),
    ] {
        let proof = world().with_sas(&text).sas();
        assert_rests(&proof, Allowed, store_id("data").as_str(), "`se` is");
        let until = proof.valid_until().expect("an end");
        assert_eq!((until.at, until.what.as_str()), (end, "the stored SAS expires"));
        assert!(proof.assumptions().iter().any(|assumed| assumed.contains("SAS in") && assumed.contains("is the current one")));
    }
    let proof = world().with_sas(&delegated("").replace("se=2026-06-16", "se=2026-06-17")).sas();
    assert_eq!(proof.valid_until().map(|until| until.at), Some(datetime!(2026-06-17 0:00 UTC)));
}

#[test]
fn the_container_is_an_assumption() {
    let proof = world().with_sas(SERVICE).sas();
    assert!(proof.assumptions().iter().any(|assumed| assumed.contains("own container")));
    assert!(!world().with_sas(ACCOUNT).sas().assumptions().iter().any(|assumed| assumed.contains("own container")));
}

#[test]
fn kind() {
    judged(&world(), "sv=2023-11-03&sp=rl&se=2026-07-01", Denied, "neither `sr`");
    judged(&world(), "sv=2023-11-03&ss=b&sp=rl&se=2026-07-01", Denied, "neither `sr`");
    judged(&world(), "sv=2023-11-03&sr=c&sp=rl&se=2026-07-01&ske=2026-07-01", Denied, "no `skoid`");
    judged(&world(), &format!("{SERVICE}&ss=b"), Undetermined, "fields of another kind");
    judged(&world(), &format!("{ACCOUNT}&sr=c"), Undetermined, "fields of another kind");
    judged(&world(), &delegated("&srt=o"), Undetermined, "fields of another kind");
    judged(&world(), &format!("{SERVICE}&suoid={AGENT}"), Undetermined, "fields of another kind");
    judged(&world(), &format!("{SERVICE}&sdd=1"), Undetermined, "fields of another kind");
}

#[test]
fn sv() {
    judged(&world(), &SERVICE.replace("sv=2023-11-03", "sv=2012-02-12"), Allowed, "`sv` is `2012-02-12`");
    judged(&world(), &SERVICE.replace("sv=2023-11-03", "sv=x"), Denied, "`sv` does not have");
    judged(&world(), &SERVICE.replace("sv=2023-11-03&", ""), Undetermined, "no `sv`");
    judged(&world(), &ACCOUNT.replace("sv=2023-11-03&", ""), Denied, "no `sv`");
    judged(&world(), &ACCOUNT.replace("sv=2023-11-03", "sv=2015-04-04"), Denied, "2015-04-05");
    judged(&world(), &ACCOUNT.replace("sv=2023-11-03", "sv=2015-04-05"), Allowed, "`sv` is `2015-04-05`");
    judged(&world(), &delegated("").replace("sv=2023-11-03&sr", "sr"), Denied, "no `sv`");
    judged(&world(), &delegated("").replacen("sv=2023-11-03", "sv=2018-11-08", 1), Denied, "`sv` is `2018-11-08`");
    judged(&world(), &delegated("").replacen("sv=2023-11-03", "sv=2018-11-09", 1), Allowed, "`sv` is `2018-11-09`");
}

#[test]
fn sp_and_srt_and_ss() {
    judged(&world(), &SERVICE.replace("sp=rl", "sp=r"), Denied, "`sp` permits list");
    judged(&world(), &SERVICE.replace("sp=rl", "sp=l"), Denied, "`sp` permits read");
    judged(&world().file(), &SERVICE.replace("sp=rl", "sp=r"), Allowed, "`sp` permits read");
    judged(&world(), &SERVICE.replace("sp=rl", "sp=lr"), Undetermined, "documented order");
    judged(&world(), &ACCOUNT.replace("sp=rl", "sp=lr"), Allowed, "`sp` permits list");
    judged(&world(), &SERVICE.replace("sp=rl&", ""), Denied, "no `sp`");
    judged(&world(), &ACCOUNT.replace("srt=co", "srt=o"), Denied, "`srt` covers what list");
    judged(&world(), &ACCOUNT.replace("srt=co", "srt=sc"), Denied, "`srt` covers what read");
    judged(&world().file(), &ACCOUNT.replace("srt=co", "srt=o"), Allowed, "`srt` covers what read");
    judged(&world(), &ACCOUNT.replace("ss=b", "ss=qtf"), Denied, "`ss` is `qtf`");
    judged(&world(), &ACCOUNT.replace("ss=b", "ss=bf"), Allowed, "`ss` is `bf`");
}

#[test]
fn writing_needs_w_and_c_only_creates() {
    let write = |letters: &str, world: World| world.with_sas(&SERVICE.replace("sp=rl", letters)).sas_for(&[Operation::Write]);
    let id = store_id("data");
    assert_rests(&write("sp=rw", world()), Allowed, id.as_str(), "`sp` permits write");
    assert_rests(&write("sp=rl", world()), Denied, id.as_str(), "`sp` permits write");
    let proof = write("sp=rc", world());
    assert_rests(&proof, Undetermined, id.as_str(), "`sp` permits write");
    assert_eq!(missing(&proof), ["open_question:sas-create-only"]);
    assert_eq!(missing(&write("sp=rc", world().file())), ["paths:acct/raw/a/b"]);
    for (exists, verdict) in [(true, Denied), (false, Allowed)] {
        let mut world = world().file();
        let path = StorePath::new("a/b");
        let record = PathRecord {
            account: "acct".to_owned(),
            container: "raw".to_owned(),
            path: path.clone(),
            exists,
            is_directory: None,
            access_tier: None,
            tags: None,
            encryption_scope: None,
        };
        world.facts.paths.entry(("acct".to_owned(), "raw".to_owned())).or_default().insert(path, record);
        assert_rests(&write("sp=rc", world), verdict, id.as_str(), "creates");
    }
    let scoped = world().with_sas(&SERVICE.replace("sp=rl", "sp=rw&ses=x")).sas_for(&[Operation::Write]);
    assert_eq!((scoped.verdict(), missing(&scoped)), (Undetermined, vec!["open_question:sas-encryption-scope".to_owned()]));
    judged(&world(), &format!("{SERVICE}&ses=x"), Allowed, "`sp` permits read");
}

#[test]
fn st_and_se_are_strict_and_warn_within_a_quarter_of_an_hour() {
    let start = datetime!(2026-06-10 0:00 UTC);
    let end = datetime!(2026-06-20 0:00 UTC);
    let text = "sv=2023-11-03&sr=c&sp=rl&st=2026-06-10T00:00Z&se=2026-06-20";
    let at = |moment: OffsetDateTime| World { at: moment, until: moment, ..world() }.with_sas(text).sas();
    let second = Duration::SECOND;
    let quarter = Duration::minutes(15);
    let id = store_id("data");
    assert_rests(&at(start - second), Denied, id.as_str(), "`st` is");
    assert_rests(&at(start), Allowed, id.as_str(), "`st` is");
    assert_rests(&at(end - second), Allowed, id.as_str(), "`se` is");
    assert_rests(&at(end), Denied, id.as_str(), "`se` is");
    for (moment, warns) in [
        (start - quarter - second, false),
        (start - quarter, true),
        (start + quarter, true),
        (start + quarter + second, false),
        (end - quarter - second, false),
        (end - quarter, true),
        (end + quarter, true),
        (end + quarter + second, false),
    ] {
        assert_eq!(warnings(&at(moment)) == ["credential/clock"], warns, "{moment}");
    }
    for (first, last) in [(start + quarter, start + quarter + quarter), (start + quarter + second, end - quarter)] {
        let proof = World { at: first, until: last, ..world() }.with_sas(text).sas();
        assert_eq!((proof.verdict(), warnings(&proof)), (Allowed, vec!["credential/clock"]), "{first} to {last}");
    }
    let period = World { at: start, until: end, ..world() }.with_sas(text).sas();
    assert_rests(&period, Denied, id.as_str(), "`se` is");
    judged(&world(), "sv=2023-11-03&sr=c&sp=rl&st=2026-07-01&se=2026-07-01", Denied, "expires before it starts");
    judged(&world(), "sv=2023-11-03&sr=c&sp=rl", Denied, "no `se`");
}

#[test]
fn spr_and_sip() {
    judged(&world(), &format!("{SERVICE}&spr=https"), Allowed, "`spr` is `https`");
    judged(&world(), &format!("{SERVICE}&spr=https,http"), Allowed, "`spr` is `https,http`");
    judged(&world(), &format!("{SERVICE}&spr=http"), Denied, "`spr` is `http`");
    judged(&world(), &format!("{SERVICE}&spr=ftp"), Undetermined, "`spr` does not have");
    let proof = world().with_sas(&format!("{SERVICE}&sip=203.0.113.7")).sas();
    assert_rests(&proof, Undetermined, store_id("data").as_str(), "`sip`");
    assert_eq!(missing(&proof), ["open_question:sas-source-address"]);
}

#[test]
fn sr() {
    let with = |sr: &str| SERVICE.replace("sr=c", sr);
    judged(&world(), &with("sr=b"), Denied, "one blob: a folder");
    judged(&world().file(), &with("sr=b"), Undetermined, "`sr` is `b`");
    assert_eq!(missing(&world().file().with_sas(&with("sr=b")).sas()), ["open_question:sas-blob-name"]);
    judged(&world().file(), &with("sr=bs"), Denied, "snapshot or version");
    judged(&world().file(), &with("sr=bv"), Denied, "snapshot or version");
    judged(&world(), &with("sr=s"), Denied, "file service");
    judged(&world(), &with("sr=f"), Denied, "file service");
    judged(&world(), &with("sr=q"), Undetermined, "`sr` does not have");
    judged(&world(), &delegated("").replace("sr=c&", ""), Denied, "no `sr`");
}

#[test]
fn sdd() {
    let with = |sdd: &str| SERVICE.replace("sr=c", &format!("sr=d{sdd}"));
    // The target is the folder a/b, two below the root.
    judged(&world(), &with("&sdd=0"), Allowed, "0 below the root");
    judged(&world(), &with("&sdd=1"), Undetermined, "1 below the root");
    judged(&world(), &with("&sdd=2"), Undetermined, "2 below the root");
    judged(&world(), &with("&sdd=3"), Denied, "deeper");
    judged(&world().file(), &with("&sdd=1"), Undetermined, "1 below the root");
    judged(&world().file(), &with("&sdd=2"), Denied, "deeper");
    judged(&world(), &with(""), Denied, "without `sdd`");
    assert_eq!(missing(&world().with_sas(&with("&sdd=1")).sas()), ["open_question:sas-directory-name"]);
    judged(&world(), &with("&sdd=0").replace("sv=2023-11-03", "sv=2019-12-12"), Denied, "too old");
    let mut flat = world();
    flat.account.is_hns_enabled = false;
    judged(&flat, &with("&sdd=0"), Denied, "no hierarchical namespace");
    let unknown = World { account_known: false, ..world() }.with_sas(&with("&sdd=0")).sas();
    assert_eq!((unknown.verdict(), missing(&unknown)), (Undetermined, vec!["resource:storageAccounts/acct".to_owned()]));
    let mut root = world();
    root.path = String::new();
    judged(&root, &with("&sdd=1"), Denied, "deeper");
}

#[test]
fn si() {
    let proof = world().with_sas("sv=2023-11-03&sr=c&si=readers").sas();
    assert_rests(&proof, Undetermined, store_id("data").as_str(), "no `se`");
    assert_eq!(missing(&proof), ["open_question:stored-access-policy"; 1]);
    judged(&world(), &format!("{SERVICE}&si=readers"), Undetermined, "`si` names one");
    judged(&world(), &format!("{}&si=readers", SERVICE.replace("sp=rl", "sp=r")), Denied, "`sp` permits list");
    judged(&world(), &format!("{ACCOUNT}&si=readers"), Undetermined, "fields of another kind");
    judged(&world(), &delegated("&si=readers"), Undetermined, "fields of another kind");
}

#[test]
fn fields_that_restrict_in_ways_nobody_can_see() {
    for (field, name) in [
        ("srh=x-ms-a", "sas-signed-request"),
        ("srq=a", "sas-signed-request"),
        ("sduoid=33333333-3333-3333-3333-333333333333", "sas-delegated-user"),
        ("skdutid=33333333-3333-3333-3333-333333333333", "sas-delegated-user"),
        ("sxyz=1", "sas-unknown-field"),
    ] {
        let proof = world().with_sas(&delegated(&format!("&{field}"))).sas();
        assert_eq!((proof.verdict(), missing(&proof)), (Undetermined, vec![format!("open_question:{name}")]), "{field}");
    }
    for field in ["scid=a", "rscd=b", "rscc=c", "comp=list", "sig=x"] {
        judged(&world(), &delegated(&format!("&{field}")), Allowed, "`se` is");
    }
}

#[test]
fn skt_ske_and_the_mandatory_four() {
    let text = delegated("");
    judged(&world(), &text.replace("skt=2026-06-14&", ""), Denied, "no `skt`");
    judged(&world(), &text.replace("&ske=2026-06-17", ""), Denied, "no `ske`");
    judged(&world(), &text.replace(&format!("&sktid={TENANT}"), ""), Denied, "no `sktid`");
    judged(&world(), &text.replace(&format!("skoid={ISSUER}&"), ""), Denied, "no `skoid`");
    judged(&world(), &text.replace("skt=2026-06-14", "skt=2026-06-16"), Denied, "`skt` is");
    judged(&world(), &text.replace("ske=2026-06-17", "ske=2026-06-15"), Denied, "`ske` is");
    judged(&world(), &text.replace("se=2026-06-16", "se=2026-06-18"), Denied, "`se` is after `ske`");
    judged(&world(), &text.replace("se=2026-06-16", "st=2026-06-13&se=2026-06-16"), Denied, "`st` is before `skt`");
    judged(&world(), &text.replace("sks=b", "sks=f"), Undetermined, "`sks` is `f`");
    let proof = world().with_sas(&text.replace("&sks=b", "")).sas();
    assert_rests(&proof, Allowed, store_id("data").as_str(), "no `sks`");
    assert!(proof.assumptions().iter().any(|assumed| assumed.contains("`sks` and `skv`")));
}

#[test]
fn the_issuer_must_hold_the_operation_itself() {
    for verdict in Verdict::ALL {
        let proof = World { issuer: verdict, ..world() }.with_sas(&delegated("")).sas();
        assert_rests(&proof, verdict, &format!("grant-of-{ISSUER}"), "may list");
        // Nobody asks for the grants of who holds the account's key.
        let service = World { issuer: verdict, ..world() }.with_sas(SERVICE).sas();
        assert_eq!(service.verdict(), Allowed);
    }
    let foreign = delegated("").replace(TENANT, "88888888-8888-8888-8888-888888888888");
    judged(&world(), &foreign, Undetermined, "`sktid` is");
}

#[test]
fn agents() {
    let unauthorized = delegated(&format!("&suoid={AGENT}"));
    for verdict in Verdict::ALL {
        let proof = World { agent: verdict, ..world() }.with_sas(&unauthorized).sas();
        assert_rests(&proof, verdict, &format!("grant-of-{AGENT}"), "may read");
        let authorized = World { agent: verdict, ..world() }.with_sas(&delegated(&format!("&saoid={AGENT}"))).sas();
        assert_rests(&authorized, Allowed, store_id("data").as_str(), "needs no grants");
    }
    judged(&world(), &delegated(&format!("&suoid={AGENT}&saoid={AGENT}")), Denied, "exclude each other");
    let mut flat = world();
    flat.account.is_hns_enabled = false;
    judged(&flat, &unauthorized, Denied, "hierarchical namespace");
    judged(&world(), &unauthorized.replacen("sv=2023-11-03", "sv=2019-12-12", 1), Undetermined, "too old for `saoid`");
    let unknown = World { account_known: false, ..world() }.with_sas(&unauthorized).sas();
    assert_eq!((unknown.verdict(), missing(&unknown)), (Undetermined, vec!["resource:storageAccounts/acct".to_owned()]));
}

#[test]
fn the_accounts_expiration_policy() {
    let with = |action: &str, period: &str| {
        let mut world = world();
        world.account.sas_policy = Some(SasPolicy { expiration_period: period.to_owned(), expiration_action: action.to_owned() });
        world
    };
    let account = world().account.id;
    let dated = SERVICE.replace("se=", "st=2026-06-01&se=");
    let judge = |world: World, text: &str| world.with_sas(text).sas();
    assert_rests(&judge(with("Log", "1.00:00:00"), SERVICE), Allowed, account.as_str(), "`Log`");
    assert_rests(&judge(with("Block", "30.00:00:00"), &dated), Allowed, account.as_str(), "`Block`");
    for (world, text) in [
        (with("Block", "29.23:59:59"), dated.as_str()),
        (with("Block", "30.00:00:00"), SERVICE),
        (with("Block", "soon"), dated.as_str()),
        (with("Purge", "1.00:00:00"), dated.as_str()),
    ] {
        let proof = judge(world, text);
        assert_rests(&proof, Undetermined, account.as_str(), "`sasPolicy`");
        assert_eq!(missing(&proof), ["open_question:sas-expiration-policy"]);
    }
    assert_eq!(judge(with("Block", "0.00:00:01"), &delegated("")).verdict(), Allowed);
    let unknown = World { account_known: false, ..world() };
    assert_eq!(missing(&judge(unknown, SERVICE)), ["resource:storageAccounts/acct"]);
}

#[test]
fn broken_decisive_fields_are_never_allowed() {
    for field in ["st", "se", "sp", "sr", "spr", "sip", "si", "sdd", "ss", "srt", "skoid", "skt", "ske", "sktid", "suoid", "saoid", "ses"] {
        for value in ["", "%zz", "%00", "%ff", "~"] {
            for base in [SERVICE.to_owned(), ACCOUNT.to_owned(), delegated("")] {
                // `ses` and `si` may hold any text.
                if value == "~" && matches!(field, "ses" | "si") {
                    continue;
                }
                let kept: Vec<&str> = base.split('&').filter(|pair| !pair.starts_with(&format!("{field}="))).collect();
                let proof = world().with_sas(&format!("{}&{field}={value}", kept.join("&"))).sas();
                assert_ne!(proof.verdict(), Allowed, "{field}={value} in {base}");
            }
        }
    }
    let proof = world().with_sas(&format!("{SERVICE}&sp=rl")).sas();
    assert_rests(&proof, Undetermined, store_id("data").as_str(), "more than once");
    assert_eq!(missing(&proof), ["open_question:sas-malformed"]);
}

#[test]
fn what_was_not_collected_is_missing() {
    let proof = world().sas();
    assert_eq!((proof.verdict(), missing(&proof)), (Undetermined, vec![format!("stored_credential:{}", store_id("data"))]));
    let closed = world().closed().sas();
    assert_eq!((closed.verdict(), missing(&closed)), (Undetermined, vec![format!("stored_credential:{}", store_id("data"))]));
    let mut gap = world();
    gap.facts.gaps.push(GapRecord {
        what: What::StoredCredential,
        scope: store_id("data").to_string(),
        principal: None,
        below: false,
        status: Some(403),
        code: Some("AuthorizationFailed".to_owned()),
        message: None,
        needs: None,
    });
    let proof = gap.sas();
    assert_eq!(proof.missing().first().and_then(|missing| missing.because.clone()).as_deref(), Some("403 AuthorizationFailed"));
    let nonsense = world().with_sas("nonsense").sas();
    assert_eq!((nonsense.verdict(), missing(&nonsense)), (Undetermined, vec![format!("stored_credential:{}", store_id("data"))]));
}

#[test]
fn a_gen1_store_has_no_sas() {
    let proof = World { store_kind: StoreKind::AdlsGen1, ..world() }.with_sas(SERVICE).sas();
    assert_eq!((proof.verdict(), missing(&proof)), (Undetermined, vec!["open_question:sas-operation-rule".to_owned()]));
}

#[test]
fn probes_settle_what_a_token_does_not_carry() {
    let before = AT - Duration::HOUR;
    let probe = "https://acct.blob.core.windows.net/raw/a/b";
    let directory = SERVICE.replace("sr=c", "sr=d&sdd=1");
    let proof = world().with_sas(&directory).with_probe("a/b", before, "ok", "ok").sas();
    assert_rests(&proof, Allowed, probe, "answered `ok`");
    assert!(proof.assumptions().iter().any(|assumed| assumed.contains("nothing about the probed credential changed")));
    let above = world().with_sas(&directory).with_probe("a", before, "ok", "ok").sas();
    assert_eq!(above.verdict(), Allowed);
    for (path, at, list, read) in [
        ("z", before, "ok", "ok"),
        ("a/b/c", before, "ok", "ok"),
        ("a/b", AT + Duration::SECOND, "ok", "ok"),
        ("a/b", before, "ok", ""),
        ("a/b", before, "ok", "BlobNotFound"),
        ("a/b", before, "ok", "AuthorizationFailure"),
    ] {
        let proof = world().with_sas(&directory).with_probe(path, at, list, read).sas();
        assert_eq!(proof.verdict(), Undetermined, "{path} {at} {list} {read}");
    }
    let blob = world().file().with_sas(&SERVICE.replace("sr=c", "sr=b")).with_probe("a/b", before, "", "ok").sas();
    assert_rests(&blob, Allowed, probe, "answered `ok`");
}

#[test]
fn probes_never_mend_a_broken_field_nor_an_expired_token() {
    for text in [SERVICE.replace("se=2026-07-01T00:00:00Z", "se="), format!("{SERVICE}&sp=rl")] {
        let proof = world().with_sas(&text).with_probe("a/b", AT, "ok", "ok").sas();
        assert_eq!(proof.verdict(), Undetermined, "{text}");
    }
    let expired =
        world().with_sas(&SERVICE.replace("2026-07-01", "2026-06-15")).with_probe("a/b", datetime!(2026-06-14 0:00 UTC), "ok", "ok");
    assert_rests(&expired.sas(), Denied, store_id("data").as_str(), "`se` is");
}

#[test]
fn a_refused_probe_denies_unless_it_says_nothing_of_the_credential() {
    let before = AT - Duration::HOUR;
    let probe = "https://acct.blob.core.windows.net/raw/z";
    let tried = |code: &str, at: OffsetDateTime| world().with_sas(SERVICE).with_probe("z", at, code, code).sas();
    for code in ["AuthenticationFailed", "AuthorizationPermissionMismatch", "AuthorizationServiceMismatch"] {
        assert_rests(&tried(code, before), Denied, probe, code);
    }
    for code in ["BlobNotFound", "AuthorizationFailure", "ServerBusy", "AccountIsDisabled"] {
        assert_eq!(tried(code, before).verdict(), Allowed, "{code}");
    }
    assert_eq!(tried("AuthenticationFailed", AT + Duration::SECOND).verdict(), Allowed);
    let early = SERVICE.replace("se=", "st=2026-06-15T11:30:00Z&se=");
    assert_eq!(world().with_sas(&early).with_probe("z", before, "AuthenticationFailed", "AuthenticationFailed").sas().verdict(), Allowed);
    // The newest answer counts.
    let newer =
        world().with_sas(SERVICE).with_probe("z", before, "AuthenticationFailed", "AuthenticationFailed").with_probe("z", AT, "ok", "ok");
    assert_eq!(newer.sas().verdict(), Allowed);
}

#[test]
fn what_only_the_moment_of_the_probe_shows() {
    let policy = "sv=2023-11-03&sr=c&si=readers";
    let minutes = |count: i64| AT - Duration::minutes(count);
    assert_eq!(world().with_sas(policy).with_probe("", minutes(10), "ok", "ok").sas().verdict(), Allowed);
    assert_eq!(world().with_sas(policy).with_probe("", minutes(16), "ok", "ok").sas().verdict(), Undetermined);
    assert_eq!(world().with_probe("a/b", minutes(10), "ok", "ok").sas().verdict(), Allowed);
    assert_eq!(world().with_probe("a/b", minutes(16), "ok", "ok").sas().verdict(), Undetermined);
    let addressed = format!("{SERVICE}&sip=203.0.113.7");
    let mut from_compute = world().with_sas(&addressed).with_probe("a/b", minutes(60), "ok", "ok");
    assert_eq!(from_compute.sas().verdict(), Undetermined);
    from_compute.origin = Origin::Subnet(Scope::new(SUBNET));
    assert_eq!(from_compute.sas().verdict(), Undetermined);
    from_compute.facts.probes[0].from = Some(Scope::new(SUBNET));
    assert_eq!(from_compute.sas().verdict(), Allowed);
}

#[test]
fn no_secret_reaches_a_proof() {
    for base in [SERVICE.to_owned(), ACCOUNT.to_owned(), delegated(""), "cAnArY".to_owned()] {
        let world = world().with_sas(&format!("{base}&sig=cAnArY&spr=cAnArY&scAnArYcAnArY=1")).with_probe("a/b", AT, "ok", "ok");
        assert!(!format!("{:?}", world.sas()).to_lowercase().contains("canary"), "{base}");
        assert!(!format!("{:?}", world.shared_key()).to_lowercase().contains("canary"), "{base}");
    }
}
