//! Laws of collection on generated answers, in memory: what is collected bears the same verdicts as the state it came from.

use crate::fake::{Memory, Options};
use crate::live_ask::Ask;
use crate::live_counts::kinds;
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(60);

#[test]
fn each_kind_of_input_is_judged_live_as_offline() {
    for (name, world, ask) in kinds() {
        let source = ask.judge(&world.text());
        for (page_size, odd) in [(None, false), (Some(1), true), (Some(2), false)] {
            let memory = Memory::new(&world.text(), Options { page_size, odd, ..Options::default() });
            let live = ask.judge(&memory.collect(&ask.plan(), LIMIT).file);
            let what = format!("{name}, pages of {page_size:?}, odd {odd}: {:?}", live.missing());
            assert_eq!(live.requirements(), source.requirements(), "{what}");
            assert_eq!(live.warnings, Vec::<String>::new(), "{what}");
        }
    }
}

#[test]
fn a_whole_workspace_answers_what_its_datastores_and_assets_name() {
    for (name, world, ask) in kinds() {
        if name.contains("URL") || name == "Gen2 datastore" {
            // A place that no asset names is no part of the workspace; below its root no ACL is read.
            continue;
        }
        let memory = Memory::new(&world.text(), Options::default());
        let collection = memory.collect(&ask.whole(), LIMIT);
        assert_eq!(collection.gaps, Vec::<String>::new(), "{name}");
        let whole = ask.judge(&collection.file);
        assert_eq!(whole.requirements(), ask.judge(&world.text()).requirements(), "{name}: {:?}", whole.missing());
    }
}

#[test]
fn one_path_that_two_inputs_tell_of_is_one_record() {
    for (name, world, ask) in kinds() {
        let Some(input) = ask.inputs.first().filter(|input| input.ends_with("/in")) else { continue };
        let both = Ask { inputs: vec![input.clone(), format!("{input}/a.csv")], declared: None, ..ask.clone() };
        let memory = Memory::new(&world.text(), Options::default());
        let live = both.judge(&memory.collect(&both.plan(), LIMIT).file);
        assert_eq!(live.requirements(), both.judge(&world.text()).requirements(), "{name}: {:?}", live.missing());
    }
}
