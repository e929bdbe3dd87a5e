//! Generated SAS tokens, decided by a second judge that shares no code with the first: a flat function over the fields,
//! written from Azure's documentation.

#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a test that cannot go on must fail")]

use crate::stored_world::{AGENT, AT, ISSUER, TENANT, World, world};
use canread::eval::Verdict::{self, Allowed, Denied, Undetermined};
use canread::eval::{Extent, Judgement};
use canread::model::{Operation, SasPolicy};
use std::collections::HashMap;
use time::{Duration, OffsetDateTime};

const TOKENS: usize = 40_000;

/// SplitMix64: the same tokens on every machine. A tame one takes the first, ordinary choice nearly always, so that single
/// faults are seen by themselves.
struct Random {
    state: u64,
    tame: bool,
}

impl Random {
    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(bound).expect("small")).expect("small")
    }
    /// Something out of the ordinary, one time in `count`, of tame tokens in eight times as many.
    fn one_in(&mut self, count: usize) -> bool {
        let count = if self.tame { count * 8 } else { count };
        self.below(count) == 0
    }
    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        if self.tame && self.below(16) > 0 { from[0] } else { from[self.below(from.len())] }
    }
}

/// Times around the question, with what they mean; `None`: not of a documented form.
const TIMES: [(&str, Option<i64>); 12] = [
    ("2026-06-15T11:59:59Z", Some(-1)),
    ("2026-06-15T12:00:00Z", Some(0)),
    ("2026-06-15T12%3A00Z", Some(0)),
    ("2026-06-15T12:00:01Z", Some(1)),
    ("2026-06-14", Some(-129_600)),
    ("2026-06-01", Some(-1_252_800)),
    ("2026-07-01T00:00:00.0000000Z", Some(1_339_200)),
    ("2026-12-31T00:00Z", Some(17_150_400)),
    ("2020-01-01", Some(-203_601_600)),
    ("2026-06-15T12:00:00+00:00", None),
    ("tomorrow", None),
    ("2026-02-30", None),
];

fn time_of(text: &str) -> Option<OffsetDateTime> {
    let (_, seconds) = TIMES.iter().find(|(known, _)| *known == text).expect("a time of the table");
    seconds.map(|seconds| AT + Duration::seconds(seconds))
}

fn good(random: &mut Random, early: bool) -> &'static str {
    if random.one_in(5) {
        TIMES[random.below(TIMES.len())].0
    } else if early {
        random.pick(&["2026-06-14", "2026-06-01", "2026-06-15T12:00:00Z", "2026-06-15T12%3A00Z", "2020-01-01"])
    } else {
        random.pick(&["2026-07-01T00:00:00.0000000Z", "2026-12-31T00:00Z", "2026-06-15T12:00:01Z"])
    }
}

type Pairs = Vec<(&'static str, String)>;

fn token(random: &mut Random) -> Pairs {
    let mut pairs: Pairs = Vec::new();
    let mut add = |name, value: &str| pairs.push((name, value.to_owned()));
    let version = ["2023-11-03", "2023-11-03", "2023-11-03", "2020-02-10", "2020-02-09", "2018-11-09", "2018-11-08", "2015-04-04", "v1"];
    if !random.one_in(20) {
        add("sv", random.pick(&version));
    }
    if !random.one_in(20) {
        add("sp", random.pick(&["rl", "rl", "rl", "racwdxl", "r", "l", "w", "rc", "lr", "rw", "rz", "rr"]));
    }
    if random.below(2) == 0 {
        add("st", good(random, true));
    }
    if !random.one_in(20) {
        add("se", good(random, false));
    }
    let kind = random.below(3);
    if kind == 0 || random.one_in(30) {
        add("ss", random.pick(&["b", "b", "bfqt", "f", "x"]));
    }
    if kind == 0 || random.one_in(30) {
        add("srt", random.pick(&["co", "sco", "oc", "o", "c", "z"]));
    }
    if kind != 0 || random.one_in(30) {
        add("sr", random.pick(&["c", "c", "c", "c", "d", "d", "b", "bs", "bv", "s", "f", "x"]));
    }
    if pairs.iter().any(|pair| pair == &("sr", "d".to_owned())) != random.one_in(20) {
        pairs.push(("sdd", random.pick(&["0", "0", "1", "2", "3", "-1", "x"]).to_owned()));
    }
    delegation(random, kind == 2, &mut pairs);
    rarities(random, &mut pairs);
    damage(random, &mut pairs);
    pairs
}

fn delegation(random: &mut Random, delegated: bool, pairs: &mut Pairs) {
    let mut add = |name, value: &str| pairs.push((name, value.to_owned()));
    if delegated {
        for (name, value) in [("skoid", ISSUER), ("sktid", TENANT)] {
            if !random.one_in(30) {
                add(name, if random.one_in(30) { "me" } else { value });
            }
        }
        if !random.one_in(30) {
            add("skt", good(random, true));
        }
        if !random.one_in(30) {
            add("ske", good(random, false));
        }
        if !random.one_in(10) {
            add("sks", random.pick(&["b", "b", "b", "b", "f", "y"]));
            add("skv", random.pick(&["2023-11-03", "2023-11-03", "2023-11-03", "2023-11-03", "no"]));
        }
    }
    for (name, value) in [("suoid", AGENT), ("saoid", AGENT)] {
        if random.one_in(if delegated { 8 } else { 60 }) {
            add(name, if random.one_in(10) { "it" } else { value });
        }
    }
}

fn rarities(random: &mut Random, pairs: &mut Pairs) {
    let rare = [
        ("spr", "https"),
        ("spr", "https,http"),
        ("spr", "http"),
        ("spr", "gopher"),
        ("sip", "10.1.2.3"),
        ("sip", "everyone"),
        ("si", "policy"),
        ("ses", "scope"),
        ("srh", "x"),
        ("srq", "x"),
        ("sduoid", AGENT),
        ("skdutid", TENANT),
        ("sqqq", "1"),
        ("scid", "1"),
        ("rscd", "1"),
        ("timeout", "1"),
        ("sig", "x"),
    ];
    for (name, value) in rare {
        if random.one_in(40) {
            pairs.push((name, value.to_owned()));
        }
    }
}

/// Repeats, empties or wrongly encodes a field now and then, and shuffles.
fn damage(random: &mut Random, pairs: &mut Pairs) {
    if random.one_in(12) && !pairs.is_empty() {
        let at = random.below(pairs.len());
        match random.below(3) {
            0 => pairs.push(pairs[at].clone()),
            1 => pairs[at].1 = String::new(),
            _ => pairs[at].1.push_str(random.pick(&["%", "%g0", "%00", "%ff"])),
        }
    }
    for at in (1..pairs.len()).rev() {
        pairs.swap(at, random.below(at + 1));
    }
}

/// What the case is about besides the token.
#[derive(Debug)]
struct Case {
    hns: bool,
    account_known: bool,
    policy: Option<(&'static str, i64)>,
    depth: usize,
    folder: bool,
    operations: Vec<Operation>,
    issuer: Verdict,
    agent: Verdict,
}

fn case(random: &mut Random) -> Case {
    let folder = random.below(2) == 0;
    let operations = match (random.below(8) == 0, folder) {
        (true, _) => vec![Operation::Write],
        (false, true) => vec![Operation::List, Operation::Read],
        (false, false) => vec![Operation::Read],
    };
    let verdict = |random: &mut Random| if random.one_in(4) { Verdict::ALL[random.below(3)] } else { Allowed };
    Case {
        hns: !random.one_in(4),
        account_known: !random.one_in(12),
        policy: random.one_in(3).then(|| (["Log", "Block"][random.below(2)], [1, 30, 3650][random.below(3)])),
        depth: random.below(3),
        folder,
        operations,
        issuer: verdict(random),
        agent: verdict(random),
    }
}

const FORMED: [&str; 24] = [
    "sv", "sp", "st", "se", "sip", "spr", "ses", "sr", "si", "sdd", "ss", "srt", "skoid", "sktid", "skt", "ske", "sks", "skv", "saoid",
    "suoid", "sduoid", "skdutid", "srh", "srq",
];

/// The second judge. Every rule stands by itself: `no` collects reasons to deny, `maybe` reasons not to know.
#[expect(clippy::too_many_lines, reason = "flat on purpose: a list of rules to read from top to bottom")]
fn judge(pairs: &Pairs, case: &Case) -> Verdict {
    let mut fields: HashMap<&str, &str> = HashMap::new();
    let (mut no, mut maybe) = (false, false);
    for (name, value) in pairs {
        let repeated = fields.insert(name, value).is_some();
        let broken = value.is_empty() || value.contains("%g") || value.contains("%00") || value.contains("%ff") || value.ends_with('%');
        if FORMED.contains(name) && (repeated || broken) {
            maybe = true;
            fields.insert(name, "?");
        }
    }
    let has = |name: &str| fields.contains_key(name);
    // A field that is there and can be used.
    let usable = |name: &str| fields.get(name).copied().filter(|value| *value != "?");

    // Forms.
    let formed = |name: &str, ok: &[&str]| usable(name).is_none_or(|value| ok.contains(&value));
    let when = |name: &str| usable(name).and_then(time_of);
    no |= usable("sv") == Some("v1");
    maybe |= !formed("sp", &["rl", "racwdxl", "r", "l", "w", "rc", "lr", "rw"]);
    maybe |= ["st", "se", "skt", "ske"].into_iter().any(|name| usable(name).is_some() && when(name).is_none());
    maybe |= !formed("spr", &["https", "https,http", "http"]);
    maybe |= has("sip") || has("srh") || has("srq") || has("sduoid") || has("skdutid") || has("sqqq") || has("si");
    maybe |= !formed("ss", &["b", "bfqt", "f"]) || !formed("srt", &["co", "sco", "oc", "o", "c"]);
    maybe |= !formed("sr", &["c", "d", "b", "bs", "bv", "s", "f"]) || !formed("sdd", &["0", "1", "2", "3"]);
    maybe |= !formed("skoid", &[ISSUER]) || !formed("sktid", &[TENANT]) || !formed("saoid", &[AGENT]) || !formed("suoid", &[AGENT]);
    maybe |= !formed("sks", &["b", "f"]) || !formed("skv", &["2023-11-03"]);

    // Kind.
    let user = has("skoid");
    let half_user = !user && (has("sktid") || has("skt") || has("ske"));
    let account = !user && !half_user && has("ss") && has("srt");
    let service = !user && !half_user && !account && has("sr");
    no |= !user && !account && !service;
    let sp = usable("sp").filter(|sp| !["rz", "rr"].contains(sp));
    let disordered = sp == Some("lr");
    let key_or_agent = has("sks") || has("skv") || has("suoid") || has("saoid");
    maybe |= account && (has("sr") || has("sdd") || key_or_agent);
    let idle_depth = has("sdd") && usable("sr") != Some("d");
    maybe |= service && (has("ss") || has("srt") || idle_depth || key_or_agent || disordered);
    maybe |= user && (has("ss") || has("srt") || idle_depth || disordered);

    // Version: the dates compare as text.
    let sv = usable("sv").filter(|sv| *sv != "v1");
    no |= (user || account) && !has("sv");
    maybe |= service && !has("sv");
    no |= account && sv.is_some_and(|sv| sv < "2015-04-05");
    no |= user && sv.is_some_and(|sv| sv < "2018-11-09");

    // Time.
    let (st, se, skt, ske) = (when("st"), when("se"), when("skt"), when("ske"));
    no |= st.is_some_and(|st| AT < st) || se.is_some_and(|se| se <= AT);
    no |= st.zip(se).is_some_and(|(st, se)| st >= se);
    no |= !has("se") && !has("si");
    no |= !has("sp") && !has("si");
    no |= usable("spr") == Some("http");

    // Reach.
    let folder = case.folder;
    if account {
        no |= usable("ss") == Some("f");
    } else if service || user {
        no |= !has("sr");
        match usable("sr") {
            Some("bs" | "bv" | "s" | "f") => no = true,
            Some("b") if folder => no = true,
            Some("b") => maybe = true,
            Some("d") => {
                no |= sv.is_some_and(|sv| sv < "2020-02-10") || !has("sdd");
                no |= case.account_known && !case.hns;
                maybe |= !case.account_known;
                let deepest = if folder { case.depth } else { case.depth.saturating_sub(1) };
                let depth = usable("sdd").and_then(|sdd| sdd.parse::<usize>().ok());
                no |= depth.is_some_and(|depth| depth > deepest);
                maybe |= depth.is_some_and(|depth| depth > 0);
            }
            _ => {}
        }
    }

    // Permissions.
    for operation in &case.operations {
        let (letter, kind) = match operation {
            Operation::List => ('l', 'c'),
            Operation::Read => ('r', 'o'),
            Operation::Write => ('w', 'o'),
        };
        if let Some(sp) = sp.filter(|sp| !sp.contains(letter)) {
            if letter == 'w' && sp.contains('c') {
                maybe = true;
            } else {
                no = true;
            }
        }
        no |= account && usable("srt").is_some_and(|srt| srt != "z" && !srt.contains(kind));
    }
    maybe |= has("ses") && case.operations.contains(&Operation::Write);

    // User delegation.
    if user {
        no |= ["sktid", "skt", "ske"].into_iter().any(|name| !has(name));
        no |= skt.is_some_and(|skt| AT < skt) || ske.is_some_and(|ske| ske <= AT);
        no |= st.zip(skt).is_some_and(|(st, skt)| st < skt) || se.zip(ske).is_some_and(|(se, ske)| se > ske);
        maybe |= usable("sks") == Some("f");
        if usable("skoid") == Some(ISSUER) {
            no |= case.issuer == Denied;
            maybe |= case.issuer == Undetermined;
        }
        if has("suoid") || has("saoid") {
            no |= has("suoid") && has("saoid");
            no |= case.account_known && !case.hns;
            maybe |= !case.account_known || sv.is_some_and(|sv| sv < "2020-02-10");
        }
        if usable("suoid") == Some(AGENT) {
            no |= case.agent == Denied;
            maybe |= case.agent == Undetermined;
        }
    } else if !case.account_known {
        maybe = true;
    } else if let Some(("Block", days)) = case.policy {
        maybe |= st.zip(se).is_none_or(|(st, se)| se - st > Duration::days(days));
    }

    if no {
        Denied
    } else if maybe {
        Undetermined
    } else {
        Allowed
    }
}

fn asked(case: &Case, text: &str) -> World {
    let mut world = world().with_sas(text);
    world.account.is_hns_enabled = case.hns;
    world.account.sas_policy =
        case.policy.map(|(action, days)| SasPolicy { expiration_period: format!("{days}.00:00:00"), expiration_action: action.to_owned() });
    world.account_known = case.account_known;
    world.path = ["", "a", "a/b"][case.depth].to_owned();
    world.extent = if case.folder { Extent::Folder } else { Extent::File };
    (world.issuer, world.agent) = (case.issuer, case.agent);
    world
}

#[test]
fn generated_tokens_are_decided_as_a_second_judge_decides_them() {
    let mut random = Random { state: 0x5A5, tame: false };
    let mut counts = [0usize; 3];
    for number in 0..TOKENS {
        random.tame = random.below(3) > 0;
        let (pairs, case) = (token(&mut random), case(&mut random));
        let text = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&");
        let proof = asked(&case, &text).sas_for(&case.operations);
        let expected = judge(&pairs, &case);
        assert_eq!(proof.verdict(), expected, "token {number}: {text}\n{case:?}\n{proof:#?}");
        assert_eq!(expected == Undetermined, !proof.missing().is_empty(), "token {number}: {text}");
        counts[expected as usize] += 1;
    }
    // The generator is worth something only if it reaches every verdict often.
    assert!(counts.iter().all(|count| *count > TOKENS / 20), "{counts:?}");
}

/// An account that is not in the file, or an unknown grant, changes nothing but to "not known".
#[test]
fn losing_a_fact_never_allows_and_finding_one_only_settles() {
    let mut random = Random { state: 0x1AC, tame: false };
    for _ in 0..5_000 {
        random.tame = random.below(3) > 0;
        let (pairs, case) = (token(&mut random), case(&mut random));
        let text = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&");
        let with = |change: fn(&mut World)| {
            let mut world = asked(&case, &text);
            change(&mut world);
            world.sas_for(&case.operations).verdict()
        };
        let known = with(|world| world.account_known = true);
        let unknown = with(|world| world.account_known = false);
        assert!(unknown == known || unknown == Undetermined, "{text}: {known} became {unknown}");
        let granted = with(|world| (world.issuer, world.agent) = (Allowed, Allowed));
        let unsure = with(|world| (world.issuer, world.agent) = (Undetermined, Undetermined));
        let refused = with(|world| (world.issuer, world.agent) = (Denied, Denied));
        assert!(refused <= unsure && unsure <= granted, "{text}: {refused} {unsure} {granted}");
    }
}
