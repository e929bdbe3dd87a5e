//! Archived files cannot be read by anyone until they are brought back.

use crate::eval::{Context, DataTarget, Evidence, EvidenceKind, Extent, Judgement, Leaf};
use crate::model::{Lookup, Missing, PathRecord, StoreKind, What, path_id};

/// Assumed where nobody listed the paths (contract section 4).
const NOT_LISTED: &str = "no path is archived: tiers were not collected";

/// Whether nothing that is read lies in the archive tier: the file, or every known file below the folder.
///
/// What was not listed is assumed not to be archived, and the assumption is listed. Source: "Access tiers for blob data",
/// Archive access tier.
pub fn archived_below<J: Judgement>(cx: &Context<'_>, target: &DataTarget<'_>) -> J {
    let (account, container, path) = (&target.account_name, &target.container, &target.path);
    if target.store == StoreKind::AdlsGen1 {
        let says = "Data Lake Storage Gen1 has no access tiers";
        return J::allowed(|| Leaf::new(claim(target), Evidence::new(EvidenceKind::Question, target.describe(), says)));
    }
    let own = cx.snapshot.path_record(account, container, path).filter(|_| target.extent == Extent::File);
    let below = (target.extent == Extent::Folder).then(|| cx.snapshot.path_records_below(account, container, path));
    let mut archived: Option<(&PathRecord, usize)> = None;
    let mut without_tier = 0_usize;
    for record in own.into_iter().chain(below.into_iter().flatten()).filter(|record| is_file(record)) {
        match &record.access_tier {
            Some(tier) if tier.eq_ignore_ascii_case("archive") && !J::EXPLAINS => return denied(target, record, 0),
            Some(tier) if tier.eq_ignore_ascii_case("archive") => {
                archived = Some(archived.map_or((record, 0), |(first, more)| (first, more + 1)));
            }
            Some(_) => {}
            None => without_tier += 1,
        }
    }
    match archived {
        Some((first, more)) => denied(target, first, more),
        None => open(cx, target, without_tier, own),
    }
}

fn is_file(record: &PathRecord) -> bool {
    record.exists && record.is_directory != Some(true)
}

fn claim(target: &DataTarget<'_>) -> String {
    match target.extent {
        Extent::File => format!("{} is not archived", target.describe()),
        Extent::Folder => format!("no file below {} is archived", target.describe()),
    }
}

fn denied<J: Judgement>(target: &DataTarget<'_>, first: &PathRecord, more: usize) -> J {
    J::denied(|| {
        let more = if more == 0 { String::new() } else { format!("; {more} more are") };
        let says = format!(
            "{} is in the archive tier{more}; it can be read once it is rehydrated to Hot, Cool or Cold, which takes hours",
            first.path
        );
        Leaf::new(claim(target), Evidence::new(EvidenceKind::Path, first.id(), says))
    })
}

fn open<J: Judgement>(cx: &Context<'_>, target: &DataTarget<'_>, without_tier: usize, own: Option<&PathRecord>) -> J {
    let lookup = cx.snapshot.paths_lookup(&target.account_name, &target.container, &target.path);
    J::allowed(|| {
        if let Some(record) = own {
            let says = record.access_tier.as_ref().map_or_else(|| "no tier recorded".to_owned(), |tier| format!("tier {tier}"));
            let leaf = Leaf::new(claim(target), Evidence::new(EvidenceKind::Path, record.id(), says));
            return if record.access_tier.is_some() { leaf } else { leaf.assuming(not_recorded(without_tier, target)) };
        }
        let missing = Missing::new(What::Paths, path_id(&target.account_name, &target.container, &target.path), &lookup);
        let leaf = Leaf::new(claim(target), Evidence::lookup(&lookup, &missing));
        match lookup {
            Lookup::Complete(_) if without_tier == 0 => leaf,
            Lookup::Complete(_) => leaf.assuming(not_recorded(without_tier, target)),
            Lookup::Gap(_) | Lookup::NotCollected => leaf.assuming(NOT_LISTED),
        }
    })
}

fn not_recorded(count: usize, target: &DataTarget<'_>) -> String {
    match target.extent {
        Extent::File => format!("{} is not archived: its tier was not collected", target.describe()),
        Extent::Folder => format!("no file below {} is archived: the tier of {count} was not collected", target.describe()),
    }
}
