//! Reading a SAS: kinds, times, broken fields, and that no secret is kept.

use canread::model::{SasError, SasFault, SasField, SasKind, SasProtocol, SasResource, SasToken, parse_sas_time};
use time::macros::datetime;

const CANARY: &str = "cAnArY0000secret1111";

#[expect(clippy::expect_used, reason = "a test that cannot go on must fail")]
fn parse(text: &str) -> SasToken {
    SasToken::parse(text).expect("a token")
}

#[test]
fn documented_times_are_read_and_others_are_not() {
    assert_eq!(parse_sas_time("2026-02-28"), Some(datetime!(2026-02-28 0:00 UTC)));
    assert_eq!(parse_sas_time("2026-02-28T13:45Z"), Some(datetime!(2026-02-28 13:45 UTC)));
    assert_eq!(parse_sas_time("2026-02-28T13:45:59Z"), Some(datetime!(2026-02-28 13:45:59 UTC)));
    assert_eq!(parse_sas_time("2026-02-28T13:45:59.1234567Z"), Some(datetime!(2026-02-28 13:45:59.1234567 UTC)));
    assert_eq!(parse_sas_time("2024-02-29"), Some(datetime!(2024-02-29 0:00 UTC)));
    let wrong = [
        "",
        "2026",
        "2026-2-8",
        "2026-02-30",
        "2023-02-29",
        "2026-13-01",
        "2026-02-28T",
        "2026-02-28T13Z",
        "2026-02-28T24:00Z",
        "2026-02-28T13:60Z",
        "2026-02-28T13:45",
        "2026-02-28T13:45z",
        "2026-02-28 13:45Z",
        "2026-02-28T13:45:60Z",
        "2026-02-28T13:45:59.1Z",
        "2026-02-28T13:45:59.12345678Z",
        "2026-02-28T13:45:59+00:00",
        "2026-02-28Z",
        "+026-02-28",
        "2026-02-28T1é:45Z",
        "２０26-02-28",
    ];
    for text in wrong {
        assert_eq!(parse_sas_time(text), None, "{text}");
    }
}

#[test]
fn the_kind_follows_from_the_fields() {
    let user = "skoid=11111111-1111-1111-1111-111111111111";
    assert_eq!(parse(&format!("sr=c&{user}")).kind(), SasKind::UserDelegation);
    assert_eq!(parse("ss=b&srt=co&sp=rl").kind(), SasKind::Account);
    assert_eq!(parse("sr=c&sp=rl").kind(), SasKind::Service);
    assert_eq!(parse("sr=&sp=rl").kind(), SasKind::Service);
    for text in ["sp=rl", "ss=b&sp=rl", "srt=o&sp=rl", "sr=c&ske=2026-01-01", "sr=c&sktid=x"] {
        assert!(matches!(parse(text).kind(), SasKind::Invalid(_)), "{text}");
    }
}

#[test]
fn a_query_a_question_mark_and_a_url_read_alike() {
    let bare = parse("sv=2023-11-03&sr=c&sp=rl&se=2026-12-31T00%3A00%3A00Z");
    assert_eq!(parse("?sv=2023-11-03&sr=c&sp=rl&se=2026-12-31T00%3A00%3A00Z"), bare);
    assert_eq!(parse("https://a.blob.core.windows.net/c?sv=2023-11-03&sr=c&sp=rl&se=2026-12-31T00%3A00%3A00Z"), bare);
    assert_eq!(parse("&&sv=2023-11-03&&sr=c&sp=rl&se=2026-12-31T00:00:00Z&\n"), bare);
    assert_eq!(bare.expiry, SasField::Value(datetime!(2026-12-31 0:00 UTC)));
    assert_eq!(parse("sv=2023-11-03&rscd=a?b&sr=b").version, bare.version);
}

#[test]
fn every_field_is_read() {
    let oid = "1f0e4a5b-1111-2222-3333-444455556666";
    let text = format!(
        "sv=2023-11-03&sp=racwdxyltfmeopi&st=2026-01-01&se=2026-01-02&sip=10.0.0.1-10.0.0.9&spr=https,http&ses=x&sr=bv&si=p&sdd=3&ss=bqtf&\
         srt=sco&skoid={oid}&sktid={oid}&skt=2026-01-01&ske=2026-01-03&sks=b&skv=2023-11-03&saoid={oid}&suoid={oid}&scid=z&sduoid={oid}&\
         skdutid={oid}&srh=h&srq=q&rscc=a&rscd=b&rsce=c&rscl=d&rsct=e&sig=x&szz=1&comp=list"
    );
    let token = parse(&text);
    assert_eq!(token.faults(), []);
    assert!(token.signature_present);
    assert_eq!(token.permissions.value().map(|sp| (sp.letters.as_str(), sp.in_order)), Some(("racwdxyltfmeopi", true)));
    assert_eq!(token.protocol, SasField::Value(SasProtocol::HttpsAndHttp));
    assert_eq!(token.resource, SasField::Value(SasResource::BlobVersion));
    assert_eq!(token.directory_depth, SasField::Value(3));
    assert_eq!(token.services.value().map(String::as_str), Some("bqtf"));
    assert_eq!(token.resource_types.value().map(String::as_str), Some("sco"));
    assert_eq!(token.issuer.value().map(|id| id.as_str()), Some(oid));
    assert_eq!(token.issuer_tenant.value().map(|id| id.as_str()), Some(oid));
    assert_eq!(token.key_start, SasField::Value(datetime!(2026-01-01 0:00 UTC)));
    assert_eq!(token.key_expiry, SasField::Value(datetime!(2026-01-03 0:00 UTC)));
    assert_eq!(token.key_service.value().map(String::as_str), Some("b"));
    let present = [
        token.version.is_present(),
        token.start.is_present(),
        token.source_addresses.is_present(),
        token.encryption_scope.is_present(),
        token.policy.is_present(),
        token.key_version.is_present(),
        token.authorized_agent.is_present(),
        token.unauthorized_agent.is_present(),
        token.delegated_user.is_present(),
        token.delegated_tenant.is_present(),
        token.request_headers.is_present(),
        token.request_queries.is_present(),
    ];
    assert_eq!(present, [true; 12]);
    assert_eq!(token.unknown, ["szz"]);
}

#[test]
fn broken_fields_say_how_they_are_broken() {
    let fault = |text: &str| parse(text).faults();
    assert_eq!(fault("sr=c&sp="), [("sp", SasFault::Empty)]);
    assert_eq!(fault("sr=c&sp"), [("sp", SasFault::Empty)]);
    assert_eq!(fault("sr=c&sp=rl&sp=rl"), [("sp", SasFault::Repeated)]);
    assert_eq!(fault("sr=c&sp=rl&s%70=rl"), [("sp", SasFault::Repeated)]);
    assert_eq!(fault("sr=c&SP=rl"), [("sp", SasFault::Spelling)]);
    for value in ["%", "%2", "%zz", "r%", "%ff", "%C3%28", "r%00l", "r%0Al"] {
        assert_eq!(fault(&format!("sr=c&sp={value}")), [("sp", SasFault::Encoding)], "{value}");
    }
    for pair in [
        "sp=rq",
        "sp=rr",
        "sp=R",
        "sp=r l",
        "sv=latest",
        "sv=2023-13-03",
        "st=now",
        "se=22.11.2026",
        "sip=10.0.0.1-",
        "sip=any",
        "spr=ftp",
        "spr=https,",
        "sdd=-1",
        "sdd=x",
        "sdd=12345678901",
        "skoid=me",
        "skoid={11111111-1111-1111-1111-111111111111}",
        "ss=x",
        "srt=oo",
        "sktid=contoso.com",
        "skt=x",
        "ske=x",
        "sks=z",
        "skv=x",
        "saoid=x",
        "suoid=x",
    ] {
        let name: String = pair.chars().take_while(|c| *c != '=').collect();
        let found = parse(pair).faults();
        assert_eq!(found.first().map(|(field, fault)| (*field, *fault)), Some((name.as_str(), SasFault::Form)), "{pair}");
    }
    assert_eq!(fault("sr=x"), [("sr", SasFault::Form)]);
    assert!(!parse("sr=c&sp=lr").permissions.value().expect("letters").in_order);
}

#[test]
fn what_is_no_sas_is_refused_without_being_shown() {
    assert_eq!(SasToken::parse(""), Err(SasError::Empty));
    assert_eq!(SasToken::parse(" ? "), Err(SasError::Empty));
    let error = SasToken::parse(CANARY).expect_err("no field");
    assert_eq!(error, SasError::NoField);
    assert!(!error.to_string().contains(CANARY) && !format!("{error:?}").contains(CANARY));
}

#[test]
fn a_signature_in_whatever_dress_is_never_kept() {
    let texts = [
        format!("sv=2023-11-03&sr=c&sp=rl&sig={CANARY}"),
        format!("sr=c&SIG={CANARY}"),
        format!("sr=c&%73ig={CANARY}"),
        format!("sr=c&sig={CANARY}&sig={CANARY}"),
        format!("sr=c&amp;sig={CANARY}"),
        format!("sr=c&signature={CANARY}"),
        format!("sr=c&{CANARY}"),
        format!("sr=c&{CANARY}=1"),
        format!("sr=c&s{}=1", CANARY.to_lowercase()),
        format!("https://u:{CANARY}@a.blob.core.windows.net/c?sr=c"),
    ];
    for text in texts {
        assert!(!format!("{:?}", parse(&text)).to_lowercase().contains(&CANARY.to_lowercase()), "{text}");
    }
    for field in [
        "sv", "sp", "st", "se", "sip", "spr", "ses", "sr", "si", "sdd", "ss", "srt", "skoid", "sktid", "skt", "ske", "sks", "skv", "saoid",
        "suoid", "sduoid", "skdutid", "scid", "srh", "srq", "rscc", "rscd",
    ] {
        assert!(!format!("{:?}", parse(&format!("sr=c&{field}={CANARY}"))).contains(CANARY), "{field}");
    }
}

#[test]
fn a_huge_token_is_read() {
    let many = "sr=c&".repeat(200_000);
    assert_eq!(parse(&many).faults(), [("sr", SasFault::Repeated)]);
    let long = format!("sr=c&sp={}", "%72".repeat(500_000));
    assert_eq!(parse(&long).faults(), [("sp", SasFault::Form)]);
    let percent = format!("sr=c&sp={}", "%".repeat(500_000));
    assert_eq!(parse(&percent).faults(), [("sp", SasFault::Encoding)]);
}
