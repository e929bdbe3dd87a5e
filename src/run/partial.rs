//! `FILE.partial`: what was answered on the way to a snapshot, so that a run that was broken off can go on.
//!
//! The first line says what is collected, by whom and since when; each further line is one look-up and its answer. Secrets
//! are taken out before anything gets here.

use super::live::Kept;
use super::snapshot::{partial_of, private_file};
use super::{Failure, Streams, state};
use crate::collect::Journal;
use serde_json::{Value, json};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::fs::File;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use time::format_description::well_known::Rfc3339;

/// The file beside the one that is to be written.
pub(super) struct Partial {
    file: RefCell<File>,
    known: RefCell<HashMap<String, Value>>,
    since: String,
    recalled: Cell<usize>,
}

impl Partial {
    /// Begins one for `question`, or goes on with one; `None`: nothing is kept.
    ///
    /// # Errors
    /// The file cannot be written, or is of another question.
    pub(super) fn open(kept: Kept<'_>, question: &str, streams: &mut Streams<'_>) -> Result<Option<Self>, Failure> {
        let Some(path) = kept.file.map(partial_of) else { return Ok(None) };
        let mut hasher = DefaultHasher::new();
        (question, env!("CARGO_PKG_VERSION")).hash(&mut hasher);
        let question = format!("{:016x}", hasher.finish());
        let earlier = if kept.resume { read(&path, &question)? } else { None };
        let (since, known) = match earlier {
            Some((since, known)) => {
                streams.note("going on", &format!("{} look-ups were answered since {since}", known.len()));
                (since, known)
            }
            None => (state::now().format(&Rfc3339).unwrap_or_default(), HashMap::new()),
        };
        let named = |error: std::io::Error| Failure::new(format!("cannot write {}: {error}", path.display()));
        let mut file = private_file(&path).map_err(named)?;
        let head = json!({"canread_partial": 1, "question": question, "since": since});
        writeln!(file, "{head}").map_err(named)?;
        for (look_up, answer) in &known {
            writeln!(file, "{}", json!([look_up, answer])).map_err(named)?;
        }
        Ok(Some(Partial { file: RefCell::new(file), known: RefCell::new(known), since, recalled: Cell::new(0) }))
    }

    /// When the oldest of the answers can be from, if any is of an earlier run.
    pub(super) fn since(&self) -> Option<String> {
        (self.recalled.get() > 0).then(|| self.since.clone())
    }

    /// Whether an earlier run had an answer.
    pub(super) fn has_answers(&self) -> bool {
        self.recalled.get() > 0
    }
}

impl Journal for Partial {
    fn recall(&self, look_up: &str) -> Option<Value> {
        let answer = self.known.borrow_mut().remove(look_up)?;
        self.recalled.set(self.recalled.get() + 1);
        Some(answer)
    }

    fn keep(&self, look_up: &str, answer: &Value) {
        // What cannot be kept is asked again: no reason to end.
        let _ = writeln!(self.file.borrow_mut(), "{}", json!([look_up, answer]));
    }
}

/// Since when, and what was answered.
type Earlier = (String, HashMap<String, Value>);

/// What an earlier run left. A last line that was cut is left out.
#[expect(clippy::disallowed_methods, reason = "`run` reads files")]
fn read(path: &Path, question: &str) -> Result<Option<Earlier>, Failure> {
    let named = |text: &str| Failure::new(format!("cannot go on with {}: {text}", path.display()));
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(named(&error.to_string())),
    };
    let mut lines = BufReader::new(file).lines().map_while(Result::ok);
    let head: Value = lines.next().and_then(|line| serde_json::from_str(&line).ok()).unwrap_or_default();
    let text = |name: &str| head.get(name).and_then(Value::as_str).unwrap_or_default();
    if text("question") != question {
        return Err(named("it is of another question, cloud, sign-in or version; leave `--resume` out to begin anew"));
    }
    let mut known = HashMap::new();
    for line in lines {
        if let Ok((look_up, answer)) = serde_json::from_str::<(String, Value)>(&line) {
            known.insert(look_up, answer);
        }
    }
    Ok(Some((text("since").to_owned(), known)))
}
