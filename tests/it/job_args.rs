//! The command line, the files of `-f`, batch lines, and defaults.
#![expect(clippy::panic, clippy::wildcard_enum_match_arm, reason = "helpers of tests fail by panicking")]
#![expect(clippy::disallowed_methods, reason = "real files are read from the corpus")]

use canread::cli::batch::{AccessDefaults, CheckDefaults, parse_access_line, parse_check_line};
use canread::cli::defaults::{DefaultSources, Environment, FileText, Origin, workspace};
use canread::cli::inputs_file::parse_inputs_file;
use canread::cli::job::{JobData, JobError, JobInputs};
use canread::cli::{
    AccessArgs, CheckArgs, Cloud, Command, Exit, JobTarget, OutputFormat, Request, RequestOrigin, SchemaName, Source, WorkspaceArgs,
};
use canread::model::{DeclaredType, Disputed, Edition, InputReference, Operation, ReferenceContext, ReferenceOrigin, Spelling};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

fn parse(words: &[&str]) -> Result<Request, Exit> {
    canread::cli::parse(std::iter::once("canread").chain(words.iter().copied()))
}
fn request(words: &[&str]) -> Request {
    parse(words).unwrap_or_else(|exit| panic!("{words:?}: {}", exit.text))
}
fn check(words: &[&str]) -> CheckArgs {
    match request(&[&["check"], words].concat()).command {
        Command::Check(check) => *check,
        other => panic!("{other:?}"),
    }
}
fn access(words: &[&str]) -> AccessArgs {
    match request(&[&["access"], words].concat()).command {
        Command::Access(access) => *access,
        other => panic!("{other:?}"),
    }
}
fn usage_error(words: &[&str]) -> String {
    match parse(words) {
        Ok(found) => panic!("{words:?} was taken: {found:?}"),
        Err(exit) => {
            assert_eq!((exit.code, exit.to_stderr), (2, true), "{words:?}: {}", exit.text);
            exit.text
        }
    }
}
fn job(words: &[&str]) -> Result<JobInputs, JobError> {
    check(&[&["-n", "e"], words].concat()).job.resolve(None)
}
/// `name=reference:type@origin` of each.
fn shown(data: &[JobData]) -> Vec<String> {
    let show = |d: &JobData| {
        let declared = d.declared.as_ref().map_or("-", DeclaredType::as_str);
        format!("{} = {} ({declared}, {:?})", d.name, d.reference.expose(), d.origin)
    };
    data.iter().map(show).collect()
}
fn inputs(words: &[&str]) -> Vec<String> {
    shown(&job(words).unwrap_or_else(|error| panic!("{words:?}: {error}")).inputs)
}
fn file(text: &str) -> JobInputs {
    let file = parse_inputs_file("inputs.yml", text).unwrap_or_else(|error| panic!("{text}: {error}"));
    check(&["-n", "e"]).job.resolve(Some(file)).unwrap_or_else(|error| panic!("{text}: {error}"))
}
fn file_error(text: &str) -> String {
    let error = parse_inputs_file("inputs.yml", text).and_then(|file| check(&["-n", "e"]).job.resolve(Some(file)));
    match error {
        Err(JobError::File(message)) => message,
        other => panic!("{text}: {other:?}"),
    }
}
fn read_file(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn lines_of_az_are_taken_as_they_are() {
    let line = check(&[
        "--name",
        "taxi",
        "--deployment-name",
        "blue",
        "--input-type",
        "uri_file",
        "--input",
        "azureml://datastores/d/paths/a.csv",
        "--resource-group",
        "rg",
        "--workspace-name",
        "ws",
        "--output-path",
        "azureml://datastores/d/paths/out",
        "--job-name",
        "j",
        "--experiment-name",
        "x",
        "--instance-count",
        "2",
        "--mini-batch-size",
        "10",
        "--query",
        "name",
        "--only-show-errors",
        "--debug",
        "--subscription",
        "s",
    ]);
    assert_eq!(line.target, Some(JobTarget::Endpoint { name: "taxi".to_owned(), deployment: Some("blue".to_owned()) }));
    let want =
        WorkspaceArgs { subscription: Some("s".to_owned()), resource_group: Some("rg".to_owned()), workspace: Some("ws".to_owned()) };
    assert_eq!(line.state.workspace, want);
    let job = line.job.resolve(None).unwrap();
    assert_eq!(shown(&job.inputs), ["input = azureml://datastores/d/paths/a.csv (uri_file, CommandLine)"]);
    assert_eq!(shown(&job.outputs), ["output = azureml://datastores/d/paths/out (-, CommandLine)"]);
    let whole = check(&["az", "ml", "batch-endpoint", "invoke", "-n", "e", "--input", "a:1", "-o", "tsv"]);
    assert_eq!(whole, check(&["-n", "e", "--input", "a:1"]));
    // az takes unambiguous beginnings of options; its samples write `--f`.
    assert_eq!(check(&["-n", "e", "--f", "inputs.yml"]).job.file, Some(Source::File(PathBuf::from("inputs.yml"))));
    assert_eq!(
        inputs(&["--set", "inputs.a.type", "uri_folder", "inputs.a.path", "azureml:x:1"]),
        ["a = azureml:x:1 (uri_folder, CommandLine)"]
    );
}

#[test]
fn output_formats_of_az_become_a_table_with_a_note() {
    for (name, alone) in
        [("tsv", true), ("yaml", true), ("yamlc", true), ("jsonc", true), ("none", true), ("table", false), ("TABLE", false)]
    {
        let request = request(&["check", "-n", "e", "-o", name]);
        assert_eq!(request.output.format, OutputFormat::Table, "{name}");
        assert_eq!(request.notes.len(), usize::from(alone), "{name}");
    }
    for (name, want) in [
        ("json", OutputFormat::Json),
        ("sarif", OutputFormat::Sarif),
        ("junit", OutputFormat::Junit),
        ("markdown", OutputFormat::Markdown),
        ("html", OutputFormat::Html),
        ("github", OutputFormat::Github),
        ("azuredevops", OutputFormat::AzureDevops),
    ] {
        assert_eq!(request(&["--output", name, "rules"]).output.format, want);
    }
    assert!(usage_error(&["rules", "-o", "xml"]).contains("xml"));
    let output = request(&["rules", "-q", "--verbose", "--output-file", "o", "--color", "never"]).output;
    assert!(output.quiet && output.verbose);
    assert_eq!(output.file, Some(PathBuf::from("o")));
}

#[test]
fn inputs_have_names_only_where_a_name_precedes_the_first_equals_sign() {
    assert_eq!(
        inputs(&["--input", "heart=azureml:h:1", "--input", "_b2=data/x=y"]),
        ["heart = azureml:h:1 (-, CommandLine)", "_b2 = data/x=y (-, CommandLine)",]
    );
    for reference in [
        "https://acct.blob.core.windows.net/c?a=b",
        "azureml:x=1:2",
        "azureml://datastores/d/paths/year=2024",
        "./year=2024",
        "2024=x",
        "/subscriptions/s=1",
    ] {
        assert_eq!(inputs(&["--input", reference]), [format!("input = {reference} (-, CommandLine)")]);
    }
    assert_eq!(
        inputs(&["-i", "a=azureml:x:1", "-i", "b=azureml:y:1", "-t", "URI_FILE"]),
        ["a = azureml:x:1 (uri_file, CommandLine)", "b = azureml:y:1 (uri_file, CommandLine)",]
    );
    assert_eq!(check(&["-n", "e", "--input", "a:1", "--input-type", "mltable"]).job.input_type, Some(DeclaredType::MlTable));
    assert!(usage_error(&["check", "-n", "e", "--input-type", "uri_fodler"]).contains("uri_fodler"));
    for twice in [
        vec!["--input", "a:1", "--input", "b:1"],
        vec!["--input", "a:1", "--input", "x=b:1"],
        vec!["--input", "x=b:1", "--input", "a:1"],
        vec!["--input", "x=a:1", "--input", "x=b:1"],
        vec!["--input", "x=a:1", "--set", "inputs.x.path=b:1"],
        vec!["--input", "a:1", "--set", "inputs.x.path=b:1"],
        vec!["--set", "inputs.x.type=uri_file"],
    ] {
        assert!(matches!(job(&twice), Err(JobError::Usage(_))), "{twice:?}");
    }
}

#[test]
fn set_takes_pairs_and_single_words_several_at_a_time() {
    let mixed = job(&[
        "--set",
        "inputs.a.path=azureml:x:1",
        "inputs.a.type",
        "uri_file",
        "inputs.n.default=-1",
        "inputs.s.type=string",
        "inputs.s.default",
        "append",
        "outputs.o.path=azureml://datastores/d/paths/o",
        "outputs.o.type=uri_file",
        "outputs.p.mode=upload",
        "output_file_name=predictions.csv",
        "settings.x[0]=1",
        "-o",
        "json",
        "--set",
        "inputs.b.path=https://h/c?x=y=z",
        "inputs.c=3",
    ]);
    let mixed = mixed.unwrap();
    assert_eq!(shown(&mixed.inputs), ["a = azureml:x:1 (uri_file, CommandLine)", "b = https://h/c?x=y=z (-, CommandLine)"]);
    assert_eq!(shown(&mixed.outputs), ["o = azureml://datastores/d/paths/o (uri_file, CommandLine)"]);
    assert_eq!(mixed.literals, ["n", "s", "c"]);
    assert_eq!(inputs(&["--set", "inputs.a.path=x:1", "--set", "inputs.a.path=y:1"]), ["a = y:1 (-, CommandLine)"], "the last counts");
    assert_eq!(inputs(&["--set", "inputs.a.path", "https://h/c?sp=r"]), ["a = https://h/c?sp=r (-, CommandLine)"]);
    assert_eq!(check(&["-n", "e", "--set", "inputs.n.value", "-1", "--as", "p"]).principal.as_deref(), Some("p"));
    for (words, want) in [
        (vec!["inputs.a.path"], "has no value"),
        (vec!["inputs.a.path", "inputs.b.path=x"], "has no value"),
        (vec!["input.a.path=x"], "write inputs.NAME.path"),
        (vec!["Inputs.a.path=x"], "write inputs.NAME.path"),
        (vec!["inputs=x"], "names no input"),
        (vec!["inputs..path=x"], "names no input"),
        (vec!["inputs.a.pth=x"], "`pth`"),
        (vec!["inputs.a=azureml:x:1"], "inputs.a.path"),
        (vec!["https://h/c?sig=c2VjcmV0"], "no key=value"),
    ] {
        let error = usage_error(&[&["check", "-n", "e", "--set"], words.as_slice()].concat());
        assert!(error.contains(want), "{words:?}: {error}");
        assert!(!error.contains("c2VjcmV0"), "{error}");
    }
}

#[test]
fn what_is_asked_is_checked_before_anything_is_read() {
    assert!(usage_error(&["check", "--input", "a:1"]).contains("--compute"));
    assert!(usage_error(&["check", "-n", "e", "--compute", "c"]).contains("cannot be used"));
    assert!(usage_error(&["check", "-n", "e", "--probe", "--snapshot", "s"]).contains("cannot be used"));
    assert!(usage_error(&["check", "-n", "e", "--at", "tomorrow"]).contains("RFC 3339"));
    assert!(usage_error(&["check", "-n", "e", "--max-age", "1y"]).contains("no fixed length"));
    assert!(usage_error(&["check", "-n", "e", "--cloud", "AzureGermany"]).contains("unknown cloud"));
    assert!(usage_error(&["check", "-n", "e", "--snapshot", "-", "-f", "-"]).contains("only once"));
    assert!(usage_error(&["check", "-n", "e", "--what-if", "x"]).contains("unexpected argument"));
    let leaked = usage_error(&["check", "-n", "e", "https://acct.blob.core.windows.net/c?sp=r&sig=c2VjcmV0"]);
    assert!(leaked.contains("sig=REDACTED") && !leaked.contains("c2VjcmV0"), "{leaked}");
    let all = check(&[
        "--compute",
        "cpu",
        "--snapshot",
        "-",
        "--as",
        "ana@contoso.com",
        "--at",
        "2026-11-22T10:00:00Z",
        "--table",
        "seed",
        "--disputed",
        "warn",
        "--assume-below",
        "--rules",
        "r",
        "--max-age",
        "30d",
        "--timeout",
        "5m",
        "--cloud",
        "azurechinacloud",
    ]);
    assert_eq!(all.target, Some(JobTarget::Compute("cpu".to_owned())));
    assert_eq!((all.edition, all.disputed, all.assume_below, all.probe), (Edition::Seed, Disputed::Warn, true, false));
    assert_eq!((all.state.snapshot, all.state.cloud), (Some(Source::Stdin), Some(Cloud::China)));
    assert_eq!((all.state.max_age, all.state.timeout), (Some(time::Duration::days(30)), time::Duration::minutes(5)));
    assert_eq!(all.state.at.map(|at| at.unix_timestamp()), Some(1_795_341_600));
    assert_eq!(check(&["--batch", "b"]).target, None, "lines supply it");
    assert_eq!(check(&["-n", "e", "--cloud", "./c.toml"]).state.cloud, Some(Cloud::File(PathBuf::from("./c.toml"))));
}

#[test]
fn access_and_rules() {
    let subnet = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets/n";
    let one = access(&["--principal", "p", "--operation", "write", "--from", subnet, "https://acct.blob.core.windows.net/c/a"]);
    assert_eq!((one.principal.as_deref(), one.operation), (Some("p"), Some(Operation::Write)));
    assert!(matches!(&one.from, Some(RequestOrigin::Subnet(id)) if id.as_str() == subnet));
    assert_eq!(access(&["--principal", "p", "--operation", "read", "u", "--from", "PUBLIC"]).from, Some(RequestOrigin::Public));
    assert!(usage_error(&["access", "--principal", "p", "--operation", "read"]).contains("<URL>"));
    assert!(usage_error(&["access", "--principal", "p", "--operation", "delete", "u"]).contains("delete"));
    assert!(usage_error(&["access", "--principal", "p", "--operation", "read", "u", "--from", "home"]).contains("subnet"));
    assert_eq!(access(&["--batch", "-"]).batch, Some(Source::Stdin));
    match request(&["rules", "--schema", "report"]).command {
        Command::Rules(rules) => assert_eq!((rules.id, rules.schema), (None, Some(SchemaName::Report))),
        other => panic!("{other:?}"),
    }
    assert!(usage_error(&["rules", "x", "--schema", "report"]).contains("cannot be used"));
}

#[test]
fn help_version_completions_and_man_page() {
    let version = parse(&["--version"]).unwrap_err();
    assert_eq!((version.code, version.to_stderr, version.text.as_str()), (0, false, "canread 0.1.0\n"));
    let help = parse(&["check", "--help"]).unwrap_err();
    assert_eq!((help.code, help.to_stderr), (0, false));
    assert!(help.text.contains("canread check -n scoring"));
    assert_eq!(parse(&[]).unwrap_err().code, 2);
    canread::cli::command().debug_assert();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        match request(&["completions", shell]).command {
            Command::Completions(shell) => assert!(String::from_utf8(canread::cli::completions(shell)).unwrap().contains("canread")),
            other => panic!("{other:?}"),
        }
    }
    let man = String::from_utf8(canread::cli::man().unwrap()).unwrap();
    assert!(man.contains(".TH") && man.contains("assume\\-below"));
}

#[test]
fn examples_in_help_texts_are_lines_that_work() {
    let texts = ["", "check", "access", "rules", "completions", "man"].map(|sub| {
        let words: Vec<&str> = [sub, "--help"].into_iter().filter(|word| !word.is_empty()).collect();
        parse(&words).unwrap_err().text
    });
    let texts_are_narrow =
        texts.iter().all(|text| text.lines().skip_while(|line| !line.starts_with("Example")).all(|line| line.len() < 80));
    let mut seen = 0;
    let joined = texts.map(|text| text.replace("\\\n", ""));
    for line in joined.iter().flat_map(|text| text.lines()).filter_map(|line| line.strip_prefix("  canread ")) {
        let words: Vec<&str> = line.split(['>', '|']).next().unwrap_or_default().split_whitespace().collect();
        request(&words);
        seen += 1;
    }
    assert!(texts_are_narrow, "a terminal of 80 columns would wrap an example");
    assert!(seen >= 10, "examples found: {seen}");
}

#[test]
fn files_of_az_are_read() {
    let job = file(
        "# comment\n$schema: x\ninputs:\n  a:\n    type: uri_folder\n    path: azureml:h@latest\n  b: {path: data/x}\n  m:\n    type: string\n    \
         default: append\n  n: 3\n  l: azureml:looks:1\noutputs:\n  scores:\n    mode: upload\n  o:\n    type: uri_folder\n    path: \
         azureml://datastores/d/paths/o\n",
    );
    assert_eq!(shown(&job.inputs), ["a = azureml:h@latest (uri_folder, YamlFile)", "b = data/x (-, YamlFile)"]);
    assert_eq!(shown(&job.outputs), ["o = azureml://datastores/d/paths/o (uri_folder, YamlFile)"]);
    assert_eq!(job.literals, ["m", "n", "l"]);
    assert!(job.notes.iter().any(|note| note.starts_with("inputs.yml:12: input `l` is a literal")), "{:?}", job.notes);
    assert_eq!(file("inputs:\n"), JobInputs::default());
    assert_eq!(shown(&file("\u{feff}inputs: {a: &x {path: p}, b: *x}").inputs), ["a = p (-, YamlFile)", "b = p (-, YamlFile)"]);
    assert_eq!(shown(&file("inputs: {a: {path: 007}}").inputs), ["a = 007 (-, YamlFile)"]);
}

#[test]
fn options_override_the_file() {
    let text = "inputs:\n  a: {type: uri_folder, path: azureml:x:1}\n  m: {type: string, default: v}\n";
    let with = |words: &[&str]| {
        let file = parse_inputs_file("inputs.yml", text).unwrap();
        check(&[&["-n", "e"], words].concat()).job.resolve(Some(file)).map(|job| shown(&job.inputs))
    };
    assert_eq!(with(&["--set", "inputs.a.path=azureml:y:1"]).unwrap(), ["a = azureml:y:1 (uri_folder, CommandLine)"]);
    assert_eq!(with(&["--input", "a=azureml:y:1"]).unwrap(), ["a = azureml:y:1 (uri_folder, CommandLine)"]);
    assert_eq!(with(&["--input", "a=azureml:y:1", "-t", "uri_file"]).unwrap(), ["a = azureml:y:1 (uri_file, CommandLine)"]);
    assert_eq!(with(&["--input", "b=azureml:y:1"]).unwrap().len(), 2);
    assert!(matches!(with(&["--input", "azureml:y:1"]), Err(JobError::Usage(message)) if message.contains("stands alone")));
}

#[test]
fn rest_bodies_are_read_in_either_casing() {
    let upper = r#"{"properties":{"InputData":{"a":{"JobInputType":"UriFolder","Uri":"https://h/c"},"m":{"JobInputType":"Literal","Value":"x"},
        "t":{"JobInputType":"MLTable","Uri":"azureml:t:1"}},"OutputData":{"o":{"JobOutputType":"UriFile","Uri":"u"}}}}"#;
    let lower = upper.replace("InputData\"", "inputData\"").replace("JobInputType", "jobInputType").replace("Uri\":", "uri\":");
    for text in [upper, &lower, &upper.replace('\n', "\n\t\t")] {
        let job = file(text);
        assert_eq!(shown(&job.inputs), ["a = https://h/c (uri_folder, RestBody)", "t = azureml:t:1 (mltable, RestBody)"]);
        assert_eq!(shown(&job.outputs), ["o = u (uri_file, RestBody)"]);
        assert_eq!(job.literals, ["m"]);
    }
    assert_eq!(file(r#"{"properties":{}}"#), JobInputs::default());
}

#[test]
fn what_is_wrong_in_a_file_is_said_with_its_line() {
    for (text, want) in [
        ("inputs:\n  a:\n    type: uri_folder\n", "inputs.yml:3: input `a` has no `path`"),
        ("inputs:\n  a:\n    path: {x: 1}\n", "inputs.yml:3: `path` must be a text"),
        ("inputs:\n  a:\n    - p\n", "inputs.yml:3: `a` is a list"),
        ("inputs: 3\n", "inputs.yml:1: `inputs` must be a mapping"),
        ("inputs:\n  a: {path: p}\n  a: {path: q}\n", "inputs.yml:3"),
        ("inputs:\n  a: {type: string, path: p}\n", "is a literal by its type"),
        ("inputs:\n  a: [\n", "no valid YAML"),
        ("inputs:\n\ta: 1\n", "no valid YAML"),
        ("- a\n", "expected `inputs:`"),
        ("name: x\n", "has neither `inputs`"),
        ("inputs: {}\n---\ninputs: {}\n", "no valid YAML"),
        (r#"{"properties": {"InputData": {"a": {"Uri": "x", "uri": "y"}}}}"#, "in two casings"),
        (r#"{"properties": {"dataset": {"DataUrl": "x"}}}"#, "older API"),
        (r#"{"properties": "#, "no valid JSON"),
        (r#"{"InputData": {}}"#, "has neither `inputs`"),
        ("inputs:\n  a:\n    path: \"x?sig=c2VjcmV0\n", "no valid YAML"),
    ] {
        let error = file_error(text);
        assert!(error.contains(want), "{text}: {error}");
        assert!(!error.contains("c2VjcmV0"), "{error}");
    }
}

#[test]
fn hostile_files_cost_one_error() {
    let mut bomb = "inputs:\n  a0: &a0 {x: 1}\n".to_owned();
    for at in 1..40 {
        bomb.push_str(&format!("  a{at}: &a{at} {{x: *a{0}, y: *a{0}}}\n", at - 1));
    }
    let deep_json = format!("{}1{}", r#"{"properties":"#.repeat(10_000), "}".repeat(10_000));
    for text in [
        bomb,
        deep_json,
        "[".repeat(10_000),
        format!("inputs: {}", "{a: ".repeat(10_000)),
        format!("inputs:\n{}", "  ? x\n".repeat(200_000)),
        "x".repeat(5 * 1024 * 1024),
        "\0\u{1}".to_owned(),
    ] {
        let error = file_error(&text);
        assert!(error.len() < 500, "an error stays short: {}", error.len());
    }
}

#[test]
fn batch_lines_take_what_they_leave_out_from_the_options() {
    let args = check(&["-n", "e", "-d", "blue", "--input", "a=azureml:x:1", "--output-path", "o", "--as", "ana", "--batch", "b"]);
    let defaults = CheckDefaults::new(&args, args.job.resolve(None).unwrap());
    let read = |line: Value| parse_check_line(&line.to_string(), &defaults);
    let same = read(json!({"id": 7})).unwrap();
    assert_eq!(
        (same.id, same.target, same.job, same.principal),
        (Some(json!(7)), defaults.target.clone().unwrap(), defaults.job.clone(), Some("ana".to_owned()))
    );
    let other = read(json!({
        "id": "x", "name": "f", "input": "y:1", "input_type": "uri_file", "output_path": "p", "as": "bob", "at": "2026-11-22T10:00:00Z", "new": 1
    }))
    .unwrap();
    assert_eq!(other.target, JobTarget::Endpoint { name: "f".to_owned(), deployment: Some("blue".to_owned()) });
    assert_eq!(shown(&other.job.inputs), ["input = y:1 (uri_file, CommandLine)"]);
    assert_eq!(shown(&other.job.outputs), ["output = p (-, CommandLine)"]);
    assert_eq!((other.principal.as_deref(), other.at.is_some()), (Some("bob"), true));
    assert_eq!(read(json!({"compute": "c"})).unwrap().target, JobTarget::Compute("c".to_owned()));
    assert_eq!(shown(&read(json!({"input_type": "UriFile"})).unwrap().job.inputs), ["a = azureml:x:1 (uri_file, CommandLine)"]);
    for (line, id, want) in [
        (json!({"id": 1, "name": "e", "compute": "c"}), Some(json!(1)), "exclude"),
        (json!({"id": 1, "compute": "c", "deployment_name": "d"}), Some(json!(1)), "deployment_name"),
        (json!({"id": 1, "at": "now"}), Some(json!(1)), "RFC 3339"),
        (json!({"id": 1, "input_type": "x"}), Some(json!(1)), "input type"),
        (json!({"id": {"k": []}, "name": 3}), Some(json!({"k": []})), "invalid type"),
        (json!([1]), None, "no JSON object"),
    ] {
        let (own, message) = read(line.clone()).unwrap_err();
        assert_eq!(own, id, "{line}");
        assert!(message.contains(want), "{line}: {message}");
    }
    let deep = "[".repeat(100_000);
    for line in ["", "{", "{\"id\":1", &deep] {
        assert_eq!(parse_check_line(line, &defaults).unwrap_err().0, None);
    }
    assert!(parse_check_line("{}", &CheckDefaults::default()).unwrap_err().1.contains("neither `name` nor `compute`"));
}

#[test]
fn access_lines() {
    let defaults = AccessDefaults::new(&access(&["--batch", "b", "--principal", "ana"]));
    let line = parse_access_line(r#"{"id":null,"operation":"list","url":"https://h/c?sig=c2VjcmV0","from":"public"}"#, &defaults).unwrap();
    assert_eq!((line.id.as_ref(), line.principal.as_str(), line.operation), (None, "ana", Operation::List));
    assert_eq!(line.from, Some(RequestOrigin::Public));
    assert!(!format!("{line:?}").contains("c2VjcmV0"));
    for (line, want) in [
        (r#"{"operation":"list"}"#, "no `url`"),
        (r#"{"url":"u"}"#, "no `operation`"),
        (r#"{"url":"u","operation":"delete"}"#, "`delete`"),
        (r#"{"url":"u","operation":"read","from":"x"}"#, "subnet"),
    ] {
        assert!(parse_access_line(line, &defaults).unwrap_err().1.contains(want), "{line}");
    }
}

#[test]
fn defaults_come_in_the_documented_order() {
    let config =
        FileText { path: "config.json", text: "\u{feff}{\"subscription_id\":\"s1\",\"resource_group\":\"g1\",\"workspace_name\":\"w1\"}" };
    let other = FileText { path: "app/config.json", text: "{\"port\": 80}" };
    let broken = FileText { path: "bad/config.json", text: "{" };
    let az = FileText { path: "az", text: "[cloud]\nname = AzureCloud\n\n[defaults]\ngroup = g2\nworkspace=w2\n; note\n" };
    let environment = Environment { subscription_id: Some("s3"), ..Environment::default() };
    let part = |text: &str, origin| Some((text.to_owned(), origin));
    let json = || Origin::ConfigJson("config.json".to_owned());

    let sources = DefaultSources { config_json: &[other, broken, config], environment, az_config: Some(az) };
    let flags = WorkspaceArgs { workspace: Some("w0".to_owned()), ..WorkspaceArgs::default() };
    let found = workspace(&flags, &sources);
    assert_eq!(found.subscription, part("s1", json()));
    assert_eq!(found.resource_group, part("g1", json()));
    assert_eq!(found.workspace, part("w0", Origin::Option));
    assert_eq!(found.notes.len(), 1, "{:?}", found.notes);

    let found = workspace(&WorkspaceArgs::default(), &DefaultSources { config_json: &[], ..sources });
    assert_eq!(found.subscription, part("s3", Origin::Environment("AZURE_SUBSCRIPTION_ID")));
    assert_eq!(found.resource_group, part("g2", Origin::AzConfigure("az".to_owned())));
    assert_eq!(found.values().workspace.as_deref(), Some("w2"));

    let environment = Environment { defaults_group: Some("g4"), defaults_workspace: Some(" "), ..environment };
    let found = workspace(&WorkspaceArgs::default(), &DefaultSources { config_json: &[], environment, ..sources });
    assert_eq!(found.resource_group, part("g4", Origin::Environment("AZURE_DEFAULTS_GROUP")));
    assert_eq!(found.values().workspace.as_deref(), Some("w2"), "an empty variable counts as not set");

    let bad = FileText { path: "az", text: "[defaults\ngroup" };
    let found = workspace(
        &WorkspaceArgs::default(),
        &DefaultSources { config_json: &[], environment: Environment::default(), az_config: Some(bad) },
    );
    assert_eq!(found.values(), WorkspaceArgs::default());
    assert!(found.notes.iter().any(|note| note.starts_with("az:")), "{:?}", found.notes);
}

#[test]
fn inputs_files_and_rest_bodies_of_the_corpus_are_read() {
    let Some(root) = crate::corpus_folder() else { return };
    let pipelines = root.join("azureml-examples/cli/endpoints/batch/deploy-pipelines");
    let scoring = file(&read_file(&pipelines.join("batch-scoring-with-preprocessing/inputs.yml")));
    assert_eq!(shown(&scoring.inputs), ["input_data = data/unlabeled (uri_folder, YamlFile)"]);
    assert_eq!((scoring.literals.as_slice(), scoring.outputs.len()), (["score_mode".to_owned()].as_slice(), 0));
    let training = file(&read_file(&pipelines.join("training-with-components/inputs.yml")));
    assert_eq!(shown(&training.inputs), ["input_data = azureml:heart-classifier-train@latest (uri_folder, YamlFile)"]);
    for (line, name) in read_file(&root.join("http/batch-jobs.jsonl")).lines().zip(["input1", "UriFolder"]) {
        let body: Value = serde_json::from_str(line).unwrap();
        let job = file(&body["request_body"].to_string());
        let want = format!("{name} = https://pipelinedata.blob.core.windows.net/sampledata/mnist (uri_folder, RestBody)");
        assert_eq!(shown(&job.inputs), [want]);
    }
}

/// Every `path:` of the corpus's data assets and jobs, read as an input.
#[test]
fn paths_of_the_corpus_are_read() {
    let Some(root) = crate::corpus_folder() else { return };
    let mut folders = vec![root.join("azureml-examples/cli/assets/data"), root.join("azureml-examples/cli/jobs")];
    let (mut read, mut local, mut refused) = (0, 0, Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
            if entry.path().is_dir() {
                folders.push(entry.path());
                continue;
            }
            let text = read_file(&entry.path());
            for path in text.lines().filter_map(|line| line.trim().strip_prefix("path:")) {
                let parsed = InputReference::parse(path, &ReferenceContext::new(ReferenceOrigin::YamlFile));
                read += 1;
                local += usize::from(parsed.spelling == Some(Spelling::Local));
                if let Err(refusal) = parsed.outcome {
                    refused.push((parsed.text, refusal.to_string()));
                }
            }
        }
    }
    assert!(read >= 25, "paths found: {read}");
    assert!(local >= 5, "local paths among them: {local}");
    // Placeholders: `account-name` cannot be the name of an account.
    assert!(
        refused.iter().all(|(text, why)| text.contains("://account-name.") && why.contains("`account-name` is no storage account")),
        "{refused:#?}"
    );
}
