//! `inputs`: the file of `-f`, and the lines of `--batch`.

use super::planted::{assert_hidden, plant};
use super::{Reached, world};
use canread::cli::batch::{AccessDefaults, CheckDefaults, parse_access_line, parse_check_line};
use canread::cli::inputs_file::parse_inputs_file;
use canread::cli::job::{JobInputs, JobOptions};
use canread::model::{InputReference, ReferenceContext, StorageUrl};

const MARKS: [&str; 4] = ["@1", "@2", "@3", "@5"];

pub(crate) fn run(bytes: &[u8]) -> Reached {
    let (text, _) = plant(bytes, &MARKS);
    let file = file(&text);
    let lines = text.lines().filter(|line| line_is_read(line)).count();
    if file || lines > 0 { Reached::Read } else { Reached::Refused }
}

fn file(text: &str) -> bool {
    let job = parse_inputs_file("inputs.yml", text).and_then(|job| JobOptions::default().resolve(Some(job)));
    match job {
        Ok(job) => {
            assert_hidden(&format!("{job:?}"), "the job");
            references(&job);
            true
        }
        Err(error) => {
            assert_hidden(&format!("{error:?} {error}"), "the error");
            false
        }
    }
}

fn references(job: &JobInputs) {
    for data in job.inputs.iter().chain(&job.outputs) {
        let parsed = InputReference::parse(data.reference.expose(), &ReferenceContext::new(data.origin));
        assert_hidden(&format!("{parsed:?}"), "the reference");
    }
}

fn line_is_read(line: &str) -> bool {
    let check = parse_check_line(line, &CheckDefaults::default());
    assert_hidden(&format!("{:?}", check.as_ref().map(|question| &question.job)), "the question");
    if let Ok(question) = &check {
        references(&question.job);
    }
    let defaults = AccessDefaults { principal: Some(world::ANA.to_owned()), ..AccessDefaults::default() };
    let access = parse_access_line(line, &defaults);
    if let Ok(question) = &access {
        assert_hidden(&format!("{:?}", question.url), "the URL");
        assert_hidden(&format!("{:?}", StorageUrl::parse(question.url.expose(), "core.windows.net")), "the URL as it was read");
    }
    for (_, message) in [check.as_ref().err(), access.as_ref().err()].into_iter().flatten() {
        assert_hidden(message, "the error");
    }
    check.is_ok() || access.is_ok()
}
