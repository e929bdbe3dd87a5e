//! `canread rules`.

use super::state::load_rules;
use super::{Failure, Form, Streams, only_table_or_json, write_result};
use crate::cli::{OutputArgs, RulesArgs};
use crate::output::{json, rules, schema, table::Style};

pub(super) fn rules(args: &RulesArgs, output: &OutputArgs, style: Style, streams: &mut Streams<'_>) -> Result<u8, Failure> {
    if let Some(name) = args.schema {
        write_result(output, streams, |out| json::pretty(&schema::of(name.into()), out))?;
        return Ok(0);
    }
    let form = only_table_or_json(output, "rules")?;
    let set = load_rules(args.rules.as_deref())?;
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

impl From<crate::cli::SchemaName> for schema::Schema {
    fn from(name: crate::cli::SchemaName) -> Self {
        match name {
            crate::cli::SchemaName::Report => schema::Schema::Report,
            crate::cli::SchemaName::Snapshot => schema::Schema::Snapshot,
            crate::cli::SchemaName::Access => schema::Schema::Access,
        }
    }
}
