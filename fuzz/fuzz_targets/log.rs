#![no_main]

#[path = "../../tests/it/fuzz_entry/mod.rs"]
mod fuzz_entry;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    fuzz_entry::run("log", bytes);
});
