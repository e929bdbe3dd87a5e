//! The text of ACLs and of the short form: what is read, what is refused and with which words, and that nothing is lost.

#![expect(clippy::expect_used, clippy::panic, reason = "a test that cannot go on must fail")]

use crate::acl_world::corpus;
use canread::model::{Acl, AclEntry, AclErrorKind, AclTag, Bits, ObjectId, PathAccess, Permissions, StorePath};
use proptest::prelude::*;

fn kind(text: &str) -> (Option<usize>, AclErrorKind) {
    let error = Acl::parse(text).expect_err(text);
    (error.entry, error.kind)
}

#[test]
fn each_malformed_text_is_refused_at_its_place() {
    let cases: &[(&str, Option<usize>, AclErrorKind)] = &[
        ("", None, AclErrorKind::Empty),
        ("  ", None, AclErrorKind::Empty),
        ("user::rwx,group::r-x", None, AclErrorKind::NoOther),
        ("group::r-x,other::---", None, AclErrorKind::NoOwner),
        ("user::rwx,other::---", None, AclErrorKind::NoGroup),
        ("default:user::rwx,default:group::r-x,default:other::---", None, AclErrorKind::NoOwner),
        ("user::rwx,,group::r-x,other::---", Some(2), AclErrorKind::EmptyEntry),
        ("user::rwx,group::r-x,other::---,", Some(4), AclErrorKind::EmptyEntry),
        ("user::rwx,group::r-x,other::---,mask::r-x,mask::r-x", Some(5), AclErrorKind::SecondMask),
        ("user::rwx,user::rwx,group::r-x,other::---", Some(2), AclErrorKind::Duplicate),
        ("user::rwx,group::r-x,group::r-x,other::---", Some(3), AclErrorKind::Duplicate),
        ("user::rwx,group::r-x,other::---,other::---", Some(4), AclErrorKind::Duplicate),
        ("user::rwx,user:a:r--,user:A:rwx,group::r-x,other::---", Some(3), AclErrorKind::Duplicate),
        ("user::rwx,group::r-x,group:g:r--,group:g:r--,other::---", Some(4), AclErrorKind::Duplicate),
        ("user::rwx,group::r-x,other::---,default:user:a:r--,default:user:a:r--", Some(5), AclErrorKind::Duplicate),
        ("user::rwx,group::r-x,other::---,default:mask::r--,default:mask::r--", Some(5), AclErrorKind::SecondMask),
        ("user::rwx,group::r-x,other::---,owner:a:rwx", Some(4), AclErrorKind::Type),
        ("u::rwx,group::r-x,other::---", Some(1), AclErrorKind::Type),
        ("user::rwx,group::r-x,o::---", Some(3), AclErrorKind::Type),
        ("user::rwx,group::r-x,other::---,access:user:a:rwx", Some(4), AclErrorKind::Scope),
        ("user::rwx,group::r-x,other::---,default:default:user:a:rwx", Some(4), AclErrorKind::Form),
        ("user::rwx,group::r-x,other", Some(3), AclErrorKind::Form),
        ("user::rwx,group::r-x,mask:r-x,other::---", Some(3), AclErrorKind::Form),
        ("mask,default:user,user:a", Some(1), AclErrorKind::Form),
        ("user::rwx,group::r-x,other:a:---", Some(3), AclErrorKind::Id),
        ("user::rwx,group::r-x,other::---,mask:a:r--", Some(4), AclErrorKind::Id),
        ("user::rw,group::r-x,other::---", Some(1), AclErrorKind::Permissions),
        ("user::rwxr,group::r-x,other::---", Some(1), AclErrorKind::Permissions),
        ("user::xwr,group::r-x,other::---", Some(1), AclErrorKind::Permissions),
        ("user::RWX,group::r-x,other::---", Some(1), AclErrorKind::Permissions),
        ("user::7,group::r-x,other::---", Some(1), AclErrorKind::Permissions),
        ("user::rwx,group::r-x,other::rwt", Some(3), AclErrorKind::Permissions),
        ("user::rwx,group::r-x,other::", Some(3), AclErrorKind::Permissions),
        ("user::rwx,user:a\0b:r--,group::r-x,other::---", Some(2), AclErrorKind::Control),
        ("user::rwx,group::r-x\n,other::---", Some(2), AclErrorKind::Control),
    ];
    for (text, entry, expected) in cases {
        assert_eq!(kind(text), (*entry, *expected), "{text:?}");
    }
}

#[test]
fn messages_say_where_and_cannot_disturb_a_terminal() {
    let error = Acl::parse("user::rwx,user:a\0\u{1b}[31m:r--,group::r-x,other::---").expect_err("control");
    assert_eq!(error.to_string(), "entry 2 (`user:a\\0\\u{1b}[31m:r--`): it holds a control character");
    let long = format!("user::rwx,{}", "x".repeat(10_000));
    let text = Acl::parse(&long).expect_err("long").to_string();
    assert!(text.starts_with("entry 2 (`xxx") && text.chars().count() < 200, "{text}");
    assert_eq!(Acl::parse("user::rwx,group::r-x").expect_err("short").to_string(), "the entry `other::` is missing");
    let short = Permissions::parse("rwx").expect_err("short form").to_string();
    assert!(short.starts_with("`rwx`: permissions are written like `rwxr-x---`"), "{short}");
}

#[test]
fn keywords_in_either_case_and_spaces_around_commas_are_tolerated() {
    let acl = Acl::parse(" User::rwx , GROUP::r-x\t,other::---, Default:Mask::r-- ").expect("tolerated");
    assert_eq!(acl.to_string(), "user::rwx,group::r-x,other::---,default:mask::r--");
}

#[test]
fn the_mask_limits_what_it_should_and_nothing_else() {
    let acl = Acl::parse("user::rwx,user:a:rwx,group::rw-,group:g:r-x,mask::r--,other::rwx").expect("valid");
    let (_, user) = acl.named_users().next().expect("user");
    let (_, group) = acl.named_groups().next().expect("group");
    assert_eq!((user.written(), user.under(acl.mask())), (Bits::ALL, Bits::READ));
    assert_eq!((group.under(acl.mask()), acl.owning_group().under(acl.mask())), (Bits::READ, Bits::READ));
    assert_eq!((acl.owner(), acl.other()), (Bits::ALL, Bits::ALL));
    let none = Acl::parse("user::rwx,group::rw-,other::---").expect("valid");
    assert_eq!((none.mask().bits(), none.owning_group().under(none.mask())), (None, Bits::READ_WRITE));
}

#[test]
fn the_short_form_reads_sticky_bit_plus_and_octal() {
    for text in ["rwxr-x---+", "rwxr-x--T", "rwxrwxrwt+", "---------", "rw-r-----"] {
        assert_eq!(Permissions::parse(text).expect(text).to_string(), text);
    }
    for (octal, symbolic) in [("750", "rwxr-x---"), ("0640", "rw-r-----"), ("1777", "rwxrwxrwt"), ("000", "---------")] {
        assert_eq!(Permissions::parse(octal).expect(octal).to_string(), symbolic);
    }
    for text in ["", "75", "2777", "780", "77777", "rwxr-x--", "rwxr-xtwx", "rwxr-x---++", "drwxr-x---", "rwxr-x--é"] {
        assert_eq!(Permissions::parse(text).expect_err(text).kind, AclErrorKind::ShortForm, "{text}");
    }
}

fn gen1(acl: &str, permissions: &str) -> Result<String, AclErrorKind> {
    let record = PathAccess {
        account: "acct".to_owned(),
        filesystem: String::new(),
        path: StorePath::root(),
        is_directory: true,
        owner: "o".to_owned(),
        group: "g".to_owned(),
        permissions: Some(permissions.to_owned()),
        acl: acl.to_owned(),
    };
    record.parsed_acl().map(|acl| acl.to_string()).map_err(|error| error.kind)
}

#[test]
fn gen1_takes_from_the_octal_what_its_list_lacks() {
    assert_eq!(gen1("", "750").as_deref(), Ok("user::rwx,group::r-x,other::---"));
    assert_eq!(gen1("user:a:rwx,group::r-x", "770").as_deref(), Ok("user::rwx,user:a:rwx,group::r-x,mask::rwx,other::---"));
    assert_eq!(gen1("user::rwx,group::r-x,other::---", "nonsense").as_deref(), Ok("user::rwx,group::r-x,other::---"));
    assert_eq!(gen1("user:a:rwx", "770"), Err(AclErrorKind::NoGroup));
    assert_eq!(gen1("", "rwxr-x---+"), Err(AclErrorKind::NoGroup));
    assert_eq!(gen1("", "7"), Err(AclErrorKind::ShortForm));
}

#[test]
fn real_recordings_parse_without_loss() {
    let Some(lines) = corpus("http/dfs-access-control.jsonl") else {
        return;
    };
    let (mut lists, mut removals, mut short_forms) = (0, 0, 0);
    for exchange in &lines {
        let removes = exchange["url"].as_str().is_some_and(|url| url.contains("mode=remove"));
        let headers = ["headers", "request_headers"].into_iter().filter_map(|side| exchange[side].as_object()).flatten();
        for (name, value) in headers {
            let text = value.as_str().unwrap_or_default();
            match name.to_ascii_lowercase().as_str() {
                // A removal names entries without permissions: no ACL, and it must not pass for one.
                "x-ms-acl" if removes => {
                    assert_eq!(kind(text), (Some(1), AclErrorKind::Form), "{text}");
                    removals += 1;
                }
                "x-ms-acl" => {
                    same_entries(text);
                    lists += 1;
                }
                "x-ms-permissions" => {
                    assert_eq!(Permissions::parse(text).expect(text).to_string(), text);
                    short_forms += 1;
                }
                _ => {}
            }
        }
        for row in exchange["body"]["paths"].as_array().into_iter().flatten() {
            let text = row["permissions"].as_str().expect("a listed path has permissions");
            assert_eq!(Permissions::parse(text).expect(text).to_string(), text);
            short_forms += 1;
        }
    }
    assert_eq!((lists, removals, short_forms), (32, 1, 63));
}

/// Every entry of `text` is in the parsed list, and none besides; the canonical text reads back to the same.
fn same_entries(text: &str) {
    let acl = Acl::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    let mut written: Vec<&str> = text.split(',').collect();
    let printed = acl.to_string();
    let mut kept: Vec<&str> = printed.split(',').collect();
    written.sort_unstable();
    kept.sort_unstable();
    assert_eq!(kept, written, "{text}");
    assert_eq!(Acl::parse(&printed).expect("canonical text"), acl);
}

fn entry() -> impl Strategy<Value = AclEntry> {
    let id = "[0-9a-f]{8}-0000-4000-8000-[0-9a-f]{12}|[a-z]+@[a-z]+\\.com";
    let tag = (0..6_u8, id).prop_map(|(kind, id)| match kind {
        0 => AclTag::Owner,
        1 => AclTag::User(ObjectId::new(&id)),
        2 => AclTag::OwningGroup,
        3 => AclTag::Group(ObjectId::new(&id)),
        4 => AclTag::Mask,
        _ => AclTag::Other,
    });
    (any::<bool>(), tag, 0..8_u8).prop_map(|(default, tag, bits)| AclEntry { default, tag, bits: Bits::from_octal(bits) })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn printed_lists_read_back(entries in prop::collection::vec(entry(), 0..20), upper in any::<bool>()) {
        let mut entries: Vec<AclEntry> = entries;
        for (tag, bits) in [(AclTag::Owner, 7), (AclTag::OwningGroup, 5), (AclTag::Other, 0)] {
            entries.push(AclEntry { default: false, tag, bits: Bits::from_octal(bits) });
        }
        let mut seen = Vec::new();
        entries.retain(|entry| {
            let key = (entry.default, entry.tag.clone());
            let fresh = !seen.contains(&key);
            seen.push(key);
            fresh
        });
        let text = entries.iter().map(ToString::to_string).collect::<Vec<_>>().join(if upper { " , " } else { "," });
        let acl = Acl::parse(&text).expect("made of valid entries");
        prop_assert_eq!(acl.entries().count(), entries.len());
        prop_assert!(acl.entries().all(|entry| entries.contains(&entry)));
        prop_assert_eq!(Acl::parse(&acl.to_string()).expect("canonical"), acl);
    }

    #[test]
    fn no_text_panics_and_what_is_read_prints_back(text in "[user:gopmaskthdfl,rwx \\-\0é@]{0,60}") {
        if let Ok(acl) = Acl::parse(&text) {
            prop_assert_eq!(Acl::parse(&acl.to_string()).expect("canonical"), acl);
        }
        if let Ok(short) = Permissions::parse(&text) {
            prop_assert_eq!(Permissions::parse(&short.to_string()).expect("canonical"), short);
        }
    }
}
