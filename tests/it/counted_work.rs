//! Reading costs work linear in the text's length, on the texts that would show otherwise: instructions are counted, not
//! time, so a busy machine changes nothing.
//!
//! The test runs itself under callgrind, which writes what was counted at each call of [`mark`].

#![expect(clippy::expect_used, reason = "a test that cannot go on must fail")]

use canread::cli::batch::{CheckDefaults, parse_check_line};
use canread::cli::inputs_file::parse_inputs_file;
use canread::model::{Acl, Condition, InputReference, ReferenceContext, ReferenceOrigin, SasToken};
use std::hint::black_box;
use std::path::Path;
use std::process::Command;

/// Set in the run that is counted.
const COUNTED: &str = "CANREAD_COUNTED_WORK";
/// Bytes of the smallest text; the others are twice and four times as long.
const SMALLEST: usize = 2 * 1024;
const LENGTHS: usize = 3;
/// Twice the text may cost this many times the work: two, and a little for sorting and for buffers that grow.
const MOST: f64 = 2.25;

/// A text of about so many bytes.
type Text = fn(usize) -> String;
/// What reads it.
type Reader = fn(&str);

/// Ends one count and starts the next.
#[inline(never)]
fn mark() {
    black_box(0);
}

fn sas(text: &str) {
    let _ = black_box(SasToken::parse(text));
}
fn log(text: &str) {
    let mut reader = canread::explain::LogReader::new(crate::explain_catalogue::catalogue());
    reader.push(text.as_bytes());
    let log = black_box(reader.finish());
    black_box(canread::explain::explain(log, crate::embedded_rules(), None));
}
/// What is built once is built before anything is counted.
fn prepared(text: String) -> String {
    crate::explain_catalogue::catalogue();
    text
}
fn acl(text: &str) {
    let _ = black_box(Acl::parse(text).map(|acl| acl.to_string()));
}
fn reference(text: &str) {
    let parsed = InputReference::parse(text, &ReferenceContext::new(ReferenceOrigin::CommandLine));
    let _ = black_box(parsed.outcome.map(|reference| reference.to_string()));
}
fn snapshot(text: &str) {
    let file = format!("{{\"kind\":\"snapshot\",\"version\":1}}\n{text}");
    let _ = black_box(canread::snapshot::read(file.as_bytes(), "f.jsonl").map_err(|errors| errors.to_string()));
}
fn inputs(text: &str) {
    let _ = black_box(parse_inputs_file("inputs.yml", text));
}
fn batch(text: &str) {
    let _ = black_box(parse_check_line(text, &CheckDefaults::default()));
}
fn condition(text: &str) {
    let _ = black_box(Condition::parse(text).map(|condition| condition.to_string()));
}

/// `unit` over and over.
fn repeated(unit: &str, length: usize) -> String {
    unit.repeat(length / unit.len())
}

/// Units that differ by a number.
fn numbered(length: usize, separator: &str, unit: impl Fn(usize) -> String) -> String {
    let count = length / (unit(0).len() + separator.len());
    (0..count).map(unit).collect::<Vec<_>>().join(separator)
}

/// A number in letters.
fn word(mut number: usize) -> String {
    let mut letters = String::new();
    for _ in 0..4 {
        letters.push(char::from(b'a' + u8::try_from(number % 26).unwrap_or_default()));
        number /= 26;
    }
    letters
}

fn oid(number: usize) -> String {
    format!("{number:08}-0000-4000-8000-000000000000")
}

fn assignment(number: usize) -> String {
    let scope = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg";
    format!(
        r#"{{"kind":"role_assignment","body":{{"id":"{scope}/providers/Microsoft.Authorization/roleAssignments/{id}","properties":{{"roleDefinitionId":"/providers/Microsoft.Authorization/roleDefinitions/r","principalId":"{id}","scope":"{scope}"}}}}}}"#,
        id = oid(number)
    )
}

const SAS: [(&str, Reader, Text); 5] = [
    ("one field again and again", sas, |n| repeated("sr=c&", n)),
    ("unknown fields", sas, |n| numbered(n, "&", |at| format!("s{}=1", word(at)))),
    ("an encoded value", sas, |n| format!("sp={}", repeated("%72", n))),
    ("percent signs", sas, |n| format!("sp=r&{}", repeated("%", n))),
    ("question marks", sas, |n| format!("sp=r&{}", repeated("?", n))),
];
const ACLS: [(&str, Reader, Text); 4] = [
    ("named users", acl, |n| format!("user::rwx,group::r-x,other::---,{}", numbered(n, ",", |at| format!("user:{}:r-x", oid(at))))),
    ("default groups", acl, |n| format!("user::rwx,group::r-x,other::---,{}", numbered(n, ",", |at| format!("default:group:{at:06}:r-x")))),
    ("one entry of colons", acl, |n| repeated(":", n)),
    ("a bad last entry", acl, |n| format!("user:{}:r-x,user", repeated("x", n))),
];
const REFERENCES: [(&str, Reader, Text); 8] = [
    ("a deep path", reference, |n| format!("https://lake.blob.core.windows.net/raw/{}", repeated("a/./b/", n))),
    ("an encoded path", reference, |n| format!("azureml://datastores/open/paths/{}", repeated("%C3%A9", n))),
    ("percent signs encoded many times", reference, |n| format!("https://lake.blob.core.windows.net/raw/%{}", repeated("25", n))),
    ("schemes in schemes", reference, |n| repeated("https://", n)),
    ("hosts without an end", reference, |n| repeated("x://y", n)),
    ("users without a host", reference, |n| format!("https://{}", repeated("a:b@", n))),
    ("signatures", reference, |n| format!("https://lake.blob.core.windows.net/raw?{}", repeated("sig=a&", n))),
    ("an unknown asset", reference, |n| repeated("a:", n)),
];
const SNAPSHOTS: [(&str, Reader, Text); 9] = [
    ("assignments", snapshot, |n| numbered(n, "\n", assignment)),
    ("a page of groups", snapshot, |n| {
        let groups = numbered(n, ",", |at| format!("\"{}\"", oid(at)));
        format!(r#"{{"kind":"membership","member":"m","transitive_groups":[{groups}]}}"#)
    }),
    ("paths", snapshot, |n| {
        numbered(n, "\n", |at| format!(r#"{{"kind":"path","account":"lake","container":"raw","path":"a/{at:06}","exists":true}}"#))
    }),
    ("ACLs", snapshot, |n| {
        numbered(n, "\n", |at| {
            format!(
                r#"{{"kind":"path_access","account":"lake","filesystem":"raw","path":"a/{at:06}","is_directory":false,"owner":"o","group":"g","acl":"user::rwx,group::r-x,other::---"}}"#
            )
        })
    }),
    ("unknown fields", snapshot, |n| {
        let fields = numbered(n, ",", |at| format!(r#""f{at:06}":1"#));
        format!(r#"{{"kind":"coverage","what":"everything",{fields}}}"#)
    }),
    ("unknown kinds", snapshot, |n| numbered(n, "\n", |at| format!(r#"{{"kind":"k{at:06}"}}"#))),
    ("bad lines", snapshot, |n| repeated("{\"kind\":\n", n)),
    ("secrets below a long name", snapshot, |n| {
        let (name, secrets) = (repeated("x", n / 2), repeated(r#""?sig=a","#, n / 2));
        format!(r#"{{"kind":"later","{name}":[{secrets}0]}}"#)
    }),
    ("wrong types at the end", snapshot, |n| {
        let groups = numbered(n, ",", |at| format!("\"{at:06}\""));
        format!(r#"{{"kind":"membership","member":"m","transitive_groups":[{groups},7]}}"#)
    }),
];
const REST: [(&str, Reader, Text); 5] = [
    ("inputs", inputs, |n| format!("inputs:\n{}\n", numbered(n, "\n", |at| format!("  i{at:06}: {{path: azureml:heart:1}}")))),
    ("keys of one input", inputs, |n| {
        let keys = numbered(n, ",", |at| format!(r#""k{at:06}":1"#));
        format!(r#"{{"properties":{{"InputData":{{"heart":{{"Uri":"azureml:heart:1",{keys}}}}}}}}}"#)
    }),
    ("a batch line", batch, |n| format!(r#"{{"name":"score","input":"{}"}}"#, repeated("a/", n))),
    ("alternatives", condition, |n| numbered(n, " OR ", |_| "@Request[a:b] StringEquals 'c'".to_owned())),
    ("values", condition, |n| format!("@Request[a:b] StringEquals {{{}}}", numbered(n, ", ", |at| format!("'{at:06}'")))),
];

/// Logs: what repeats itself, what is escaped, what never ends a line.
const LOGS: [(&str, Reader, Text); 5] = [
    ("a log of escapes", log, |n| prepared(repeated("\\\\\"&lt;\u{1b}[31m", n))),
    ("a log of one error", log, |n| {
        prepared(numbered(n, " ", |at| format!("AuthorizationPermissionMismatch https://a{at:06}.blob.core.windows.net/c")))
    }),
    ("a log of wrapped errors", log, |n| prepared(repeated("StreamError(PermissionDenied(Some(AuthorizationFailure x-ms- ", n))),
    ("a log of object ids", log, |n| prepared(format!("AuthorizationPermissionMismatch {}", repeated("object id 'the client '", n)))),
    ("a log of one word", log, |n| prepared(repeated("x", n))),
];

/// Quadratic on purpose: the count must show it.
const SLOW: (&str, Reader, Text) = ("each byte against each", |text| assert!(pairs(text) > 0), |n| repeated("ab", n / 4));

fn pairs(text: &str) -> usize {
    let equal = |byte: u8| text.bytes().filter(|other| *other == byte).count();
    text.bytes().map(equal).sum()
}

fn cases() -> impl Iterator<Item = &'static (&'static str, Reader, Text)> {
    LOGS.iter().chain(&SAS).chain(&ACLS).chain(&REFERENCES).chain(&SNAPSHOTS).chain(&REST).chain([&SLOW])
}

/// The work itself: three texts a case, each between two marks.
fn work() {
    for (_, read, text) in cases() {
        for doubling in 0..LENGTHS {
            let text = text(SMALLEST << doubling);
            mark();
            read(&text);
            mark();
        }
    }
}

/// Instructions between the marks; `None`: there is no callgrind.
fn counts(folder: &Path) -> Option<Vec<u64>> {
    let test = concat!(module_path!(), "::work_grows_no_faster_than_the_text");
    let test = test.split_once("::").map_or(test, |(_, path)| path);
    let ran = Command::new("valgrind")
        .args(["--tool=callgrind", "--dump-before=*counted_work::mark*"])
        .arg(format!("--callgrind-out-file={}", folder.join("out").display()))
        .arg(std::env::current_exe().expect("the path of this test"))
        .args([test, "--exact", "--test-threads=1"])
        .env(COUNTED, "1")
        .output();
    let output = match ran {
        Ok(output) => output,
        Err(error) => {
            crate::skipped(&format!("the count of work needs valgrind: {error}"));
            return None;
        }
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let marks = 2 * LENGTHS * cases().count();
    // What is written at a mark was counted since the one before: at every second it is the work.
    Some((2..=marks).step_by(2).map(|number| count(&folder.join(format!("out.{number}")))).collect())
}

fn count(file: &Path) -> u64 {
    let text = std::fs::read_to_string(file).expect("a count at each mark");
    let line = text.lines().find_map(|line| line.strip_prefix("summary: ").or(line.strip_prefix("totals: ")));
    line.and_then(|number| number.trim().parse().ok()).expect("a count in the file")
}

#[test]
fn work_grows_no_faster_than_the_text() {
    if std::env::var_os(COUNTED).is_some() {
        return work();
    }
    let folder = std::env::temp_dir().join(format!("canread-counted-work-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder for the counts");
    let counts = counts(&folder);
    std::fs::remove_dir_all(&folder).expect("the folder can be removed");
    let Some(counts) = counts else { return };
    let mut wrong: Vec<&str> = Vec::new();
    for ((name, ..), counts) in cases().zip(counts.chunks(LENGTHS)) {
        println!("{name}: {counts:?}");
        let too_many = |pair: &[u64]| pair.first().zip(pair.last()).is_none_or(|(less, more)| *more as f64 > MOST * *less as f64);
        if counts.windows(2).any(too_many) {
            wrong.push(*name);
        }
    }
    assert!(counts.iter().all(|count| *count > 1_000), "something was counted: {counts:?}");
    assert_eq!(wrong, [SLOW.0], "more than {MOST} times the work for twice the text");
}
