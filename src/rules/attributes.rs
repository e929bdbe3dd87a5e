//! `[[attribute]]`: an attribute that conditions may read, and how far canread can know it.

use super::entry::Entry;
use super::{AttributeRule, RuleSet};
use crate::model::{Attribute, AttributeName};

pub(super) fn read(entry: &mut Entry<'_, '_>) -> Option<AttributeRule> {
    let from = entry.word("from");
    let name = entry.text("name");
    let starts_with = entry.optional_flag("starts_with").unwrap_or_default();
    let availability = entry.word("availability");
    let note = entry.text("note");
    let provenance = entry.provenance();
    let name = AttributeName::new(&name?);
    Some(AttributeRule { from: from?, name, starts_with, availability: availability?, note: note?, provenance: provenance? })
}

impl RuleSet {
    /// What is known of an attribute: the entry of its name, else the first whose name its name begins with.
    pub fn attribute(&self, attribute: &Attribute) -> Option<&AttributeRule> {
        let of_source = || self.attributes.iter().filter(|rule| rule.from == attribute.source);
        let begins = |rule: &&AttributeRule| rule.starts_with && attribute.name.key().starts_with(rule.name.key());
        of_source().find(|rule| !rule.starts_with && rule.name == attribute.name).or_else(|| of_source().find(begins))
    }
    /// Every attribute known to the rules, in file order.
    pub fn attributes(&self) -> &[AttributeRule] {
        &self.attributes
    }
}
