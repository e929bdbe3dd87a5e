//! `[[requirement]]` and `[[warning]]`: what an id means.

use super::IdText;
use super::entry::Entry;
use super::words::Word;

pub(super) fn read<Id: Word>(entry: &mut Entry<'_, '_>) -> Option<(Id, IdText)> {
    let id = entry.word("id");
    let title = entry.text("title");
    let text = entry.text("text");
    let provenance = entry.provenance();
    Some((id?, IdText { title: title?, text: text?, provenance: provenance? }))
}
