//! `canread rules`.

use super::state::{load_rules, read_source};
use super::{Failure, Form, Streams, only_table_or_json, write_result};
use crate::cli::{ConditionText, OutputArgs, RulesArgs, Source};
use crate::eval::condition::lint;
use crate::model::Condition;
use crate::output::{condition, json, rules, schema, table::Style};
use crate::rules::RuleSet;

pub(super) fn rules(args: &RulesArgs, output: &OutputArgs, style: Style, streams: &mut Streams<'_>) -> Result<u8, Failure> {
    if let Some(name) = args.schema {
        write_result(output, streams, |out| json::pretty(&schema::of(name.into()), out))?;
        return Ok(0);
    }
    let form = only_table_or_json(output, "rules")?;
    let set = load_rules(args.rules.as_deref())?;
    if let Some(text) = &args.condition {
        return condition(text, &set, form, output, streams);
    }
    let Some(id) = &args.id else {
        write_result(output, streams, |out| match form {
            Form::Json => json::pretty(&rules::json(&set), out),
            Form::Table => out.write_all(rules::table(&set, style.width).as_bytes()),
        })?;
        return Ok(0);
    };
    let Some(explanation) = rules::explain(&set, id) else {
        let near = rules::suggest(&set, id);
        let hint = if near.is_empty() { "`canread rules` lists them all".to_owned() } else { format!("near it: {}", near.join(", ")) };
        return Err(Failure::new(format!("no rule has the id `{id}`; {hint}")));
    };
    write_result(output, streams, |out| match form {
        Form::Json => json::pretty(&explanation.json(), out),
        Form::Table => writeln!(out, "{}", explanation.text(style.width).trim_end()),
    })?;
    Ok(0)
}

/// Reads a condition and prints what it asks for: a lint for people who write them.
fn condition(text: &ConditionText, set: &RuleSet, form: Form, output: &OutputArgs, streams: &mut Streams<'_>) -> Result<u8, Failure> {
    let text = match text {
        ConditionText::Given(text) => text.clone(),
        ConditionText::Stdin => read_source(&Source::Stdin)?,
    };
    let condition = Condition::parse(&text).map_err(|error| Failure::new(condition::error_text(&error)))?;
    let report = lint(&condition, set);
    write_result(output, streams, |out| match form {
        Form::Json => json::pretty(&condition::json(&report), out),
        Form::Table => writeln!(out, "{}", condition::text(&report).trim_end()),
    })?;
    Ok(0)
}

impl From<crate::cli::SchemaName> for schema::Schema {
    fn from(name: crate::cli::SchemaName) -> Self {
        match name {
            crate::cli::SchemaName::Report => schema::Schema::Report,
            crate::cli::SchemaName::Snapshot => schema::Schema::Snapshot,
            crate::cli::SchemaName::Access => schema::Schema::Access,
            crate::cli::SchemaName::Checks => schema::Schema::Checks,
            crate::cli::SchemaName::Who => schema::Schema::Who,
            crate::cli::SchemaName::Diff => schema::Schema::Diff,
            crate::cli::SchemaName::Review => schema::Schema::Review,
            crate::cli::SchemaName::Explain => schema::Schema::Explain,
        }
    }
}
