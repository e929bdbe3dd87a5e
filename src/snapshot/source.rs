//! Where a snapshot comes from: a file, standard input, zstd or not.

use super::load::{Loader, TooNew};
use super::{Loaded, ReadErrors};
use std::io::{self, BufRead, BufReader, Read};

/// A longer line is refused.
const MAX_LINE: usize = 256 * 1024 * 1024;
/// A zstd file that becomes longer is refused.
const MAX_DECOMPRESSED: u64 = 8 * 1024 * 1024 * 1024;
/// Largest file that is taken as one text.
const MAX_TEXT: u64 = 1024 * 1024 * 1024;
/// Largest zstd window, as a power of two: 128 MiB, what `zstd` itself takes without being told.
const MAX_WINDOW_LOG: u32 = 27;
const ZSTD_MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
const BUFFER: usize = 256 * 1024;

/// Reads the snapshot file at `path`; `-` is standard input. Zstd is recognised by its first bytes; a file that ends in
/// `.zst` must be zstd.
///
/// # Errors
/// A file that cannot be opened, and whatever [`read`] refuses.
pub fn read_path(path: &str) -> Result<Loaded, ReadErrors> {
    if path == "-" {
        return read(io::stdin().lock(), "standard input");
    }
    #[expect(clippy::disallowed_methods, reason = "this is the place that opens snapshot files")]
    let file = std::fs::File::open(path).map_err(|error| ReadErrors::whole(path, format!("cannot be opened: {error}")))?;
    let mut file = BufReader::with_capacity(BUFFER, file);
    let is_named_zstd = std::path::Path::new(path).extension().is_some_and(|extension| extension.eq_ignore_ascii_case("zst"));
    let start = file.fill_buf().map_err(|error| ReadErrors::whole(path, format!("cannot be read: {error}")))?;
    if is_named_zstd && !start.starts_with(&ZSTD_MAGIC) {
        return Err(ReadErrors::whole(path, "is named .zst but is not zstd"));
    }
    read(file, path)
}

/// Reads a snapshot from `source`, zstd or plain; `name` is what errors call it.
///
/// One pass; memory grows with what the lines hold. Every bad line is found, the first 20 are listed.
///
/// # Errors
/// What the contract, section 4, refuses: a line that is not JSON, has no kind, or has wrong types; differing records of
/// one id; a first record that is not `snapshot` or is of a newer version. Besides: a file that cannot be read to its end, a
/// line over 256 MiB, and zstd that becomes more than 8 GiB or needs a window over 128 MiB.
///
/// ```
/// let file = "{\"kind\":\"snapshot\",\"version\":1}\n{\"kind\":\"coverage\",\"what\":\"everything\"}\n";
/// let loaded = canread::snapshot::read(file.as_bytes(), "example.jsonl")?;
/// assert_eq!(loaded.snapshot.facts().coverage.len(), 1);
/// # Ok::<(), canread::snapshot::ReadErrors>(())
/// ```
pub fn read(source: impl Read, name: &str) -> Result<Loaded, ReadErrors> {
    let mut source = BufReader::with_capacity(BUFFER, source);
    let cannot = |error: io::Error| ReadErrors::whole(name, format!("cannot be read: {error}"));
    let start = first_bytes(&mut source).map_err(cannot)?;
    if start == ZSTD_MAGIC {
        let whole = io::Cursor::new(start).chain(source);
        let mut decoder = zstd::stream::read::Decoder::new(whole).map_err(cannot)?;
        decoder.window_log_max(MAX_WINDOW_LOG).map_err(cannot)?;
        let bounded = decoder.take(MAX_DECOMPRESSED.saturating_add(1));
        return lines(BufReader::with_capacity(BUFFER, bounded), name, Some(MAX_DECOMPRESSED));
    }
    if start.starts_with(&[0xff, 0xfe]) || start.starts_with(&[0xfe, 0xff]) {
        return Err(ReadErrors::whole(name, "is UTF-16; save it as UTF-8"));
    }
    lines(io::Cursor::new(start).chain(source), name, None)
}

/// The text of a snapshot file, decompressed; `path` as of [`read_path`]. It is not looked at otherwise.
///
/// # Errors
/// A file that cannot be read to its end, is no UTF-8, or becomes more than 1 GiB.
pub fn text(path: &str) -> Result<String, String> {
    let named = |error: io::Error| format!("{path} cannot be read: {error}");
    #[expect(clippy::disallowed_methods, reason = "this is the place that opens snapshot files")]
    let mut source: Box<dyn Read> =
        if path == "-" { Box::new(io::stdin().lock()) } else { Box::new(std::fs::File::open(path).map_err(named)?) };
    let start = first_bytes(&mut source).map_err(named)?;
    let whole = io::Cursor::new(start.clone()).chain(source);
    let mut source: Box<dyn Read> = if start == ZSTD_MAGIC {
        let mut decoder = zstd::stream::read::Decoder::new(whole).map_err(named)?;
        decoder.window_log_max(MAX_WINDOW_LOG).map_err(named)?;
        Box::new(decoder)
    } else {
        Box::new(whole)
    };
    let mut bytes = Vec::new();
    source.by_ref().take(MAX_TEXT + 1).read_to_end(&mut bytes).map_err(named)?;
    if bytes.len() as u64 > MAX_TEXT {
        return Err(format!("{path} is larger than 1 GiB"));
    }
    let text = String::from_utf8(bytes).map_err(|_| format!("{path} is not UTF-8 text"))?;
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

/// Up to four bytes.
fn first_bytes(source: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut start = Vec::new();
    source.take(4).read_to_end(&mut start)?;
    Ok(start)
}

fn lines(mut source: impl BufRead, name: &str, limit: Option<u64>) -> Result<Loaded, ReadErrors> {
    let mut loader = Loader::new(name);
    let mut buffer = Vec::new();
    let mut number: u32 = 0;
    let mut total: u64 = 0;
    loop {
        buffer.clear();
        let length = match next_line(&mut source, &mut buffer) {
            Ok(0) => break,
            Ok(length) => length,
            Err(error) => return Err(broken(name, number, &error, limit.is_some())),
        };
        number = number.saturating_add(1);
        total = total.saturating_add(length);
        if limit.is_some_and(|limit| total > limit) {
            return Err(ReadErrors::whole(name, "becomes more than 8 GiB when decompressed; that is no snapshot"));
        }
        if buffer.len() > MAX_LINE {
            loader.bad_line(number, "is longer than 256 MiB");
            continue;
        }
        let bom = if number == 1 { buffer.strip_prefix(b"\xef\xbb\xbf") } else { None };
        if let Err(TooNew) = loader.line(number, bom.unwrap_or(&buffer)) {
            break;
        }
    }
    loader.finish()
}

/// Reads a line into `buffer` and gives its length in the file; of a line that is too long the rest is passed over.
fn next_line(source: &mut impl BufRead, buffer: &mut Vec<u8>) -> io::Result<u64> {
    let read = source.by_ref().take(MAX_LINE as u64 + 1).read_until(b'\n', buffer)?;
    let rest = if read > MAX_LINE && !buffer.ends_with(b"\n") { source.skip_until(b'\n')? } else { 0 };
    Ok(read as u64 + rest as u64)
}

/// Why reading stopped after line `after`.
fn broken(name: &str, after: u32, error: &io::Error, is_zstd: bool) -> ReadErrors {
    let message = if is_zstd && error.kind() == io::ErrorKind::UnexpectedEof {
        format!("the zstd data end in the middle, after line {after}: the file is cut")
    } else if is_zstd {
        format!("the zstd data are damaged or need a window over 128 MiB, after line {after}: {error}")
    } else {
        format!("cannot be read beyond line {after}: {error}")
    };
    ReadErrors::whole(name, message)
}
