//! Writes the snapshot of an invented tenant, for benches and for trying things at scale.
//!
//! `cargo run --release --example tenant -- --assignments 100000 --output tenant.jsonl`

mod generate;

use clap::Parser;
use generate::Shape;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

/// Writes the snapshot of an invented tenant. The same options give the same bytes. What is not given follows from
/// --assignments.
#[derive(Parser)]
struct Options {
    /// Every name and every choice follows from it
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Role assignments
    #[arg(long, default_value_t = 10_000)]
    assignments: usize,
    /// Subscriptions
    #[arg(long)]
    subscriptions: Option<usize>,
    /// Storage accounts, three containers each
    #[arg(long)]
    accounts: Option<usize>,
    /// Users
    #[arg(long)]
    users: Option<usize>,
    /// Groups, of Zipf-like sizes
    #[arg(long)]
    groups: Option<usize>,
    /// Service principals and managed identities
    #[arg(long)]
    service_principals: Option<usize>,
    /// Where to write; zstd if it ends in .zst; standard output without it
    #[arg(long, short)]
    output: Option<PathBuf>,
}

impl Options {
    fn shape(&self) -> Shape {
        let mut shape = Shape::of_assignments(self.seed, self.assignments);
        let set = |field: &mut usize, option: Option<usize>| *field = option.unwrap_or(*field).max(1);
        set(&mut shape.subscriptions, self.subscriptions);
        set(&mut shape.accounts, self.accounts);
        set(&mut shape.users, self.users);
        set(&mut shape.groups, self.groups);
        set(&mut shape.service_principals, self.service_principals);
        shape
    }
}

fn main() -> io::Result<()> {
    let options = Options::parse();
    let shape = options.shape();
    let Some(path) = &options.output else {
        return match generate::write(&shape, &mut BufWriter::new(io::stdout().lock())) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            other => other,
        };
    };
    #[expect(clippy::disallowed_methods, reason = "this tool writes the file it is told to")]
    let file = BufWriter::new(File::create(path)?);
    if path.extension().is_some_and(|extension| extension == "zst") {
        let mut encoder = zstd::stream::write::Encoder::new(file, 3)?;
        generate::write(&shape, &mut encoder)?;
        encoder.finish()?.flush()
    } else {
        generate::write(&shape, &mut { file })
    }
}
