//! What stands between foreign bytes and Automerge.
//!
//! A well-formed document of 28 bytes aborts the process, a change of 49 bytes allocates 387 MB
//! and one of 79 never returns, all past `catch_unwind`: a few bytes of run-length encoding claim
//! any number of rows. So every run is counted here before Automerge unpacks it, and only what
//! `execute` itself makes may pass: no lists, tables, marks, floats, messages or footers.

use automerge::ChangeHash;
use sha2::{Digest, Sha256};

use crate::bytes::Reader;
use crate::fault::{corrupt, limit, Outcome};

/// A 64 KiB intent makes a change of up to about 170 KB (a text of mixed alphabets).
pub const CHANGE_BYTES_MAX: usize = 256 * 1024;
pub const DOCUMENT_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Rows a column, which is also operations a change.
pub const ROWS_MAX: u64 = 100_000;
/// Operations of all changes that are given at once: a few bytes of run lengths stand for any number
/// of them, and so many take some 20 ms.
pub const GIVEN_ROWS_MAX: u64 = 10_000;
/// All keys of a change, runs written out.
const KEY_BYTES_MAX: u64 = 1024 * 1024;
pub const ACTOR_SIZE: usize = 16;

const MAGIC: [u8; 4] = [0x85, 0x6f, 0x4a, 0x83];
const COUNTER_MAX: i128 = u32::MAX as i128;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Chunk {
    Document = 0,
    Change = 1,
}

/// What has to be known of a change to place it.
pub struct Head {
    pub hash: ChangeHash,
    pub deps: Vec<ChangeHash>,
    pub actor: [u8; ACTOR_SIZE],
    pub seq: u64,
    pub start_op: u64,
    /// Its operations.
    pub rows: u64,
}

/// Passes exactly one chunk of this type, whole and with its checksum; answers its contents.
fn chunk(bytes: &[u8], wanted: Chunk) -> Outcome<(&[u8], [u8; 32])> {
    let mut reader = Reader::new(bytes);
    if reader.array::<4>()? != MAGIC {
        return Err(corrupt("this is no Automerge chunk"));
    }
    let checksum = reader.array::<4>()?;
    if reader.byte()? != wanted as u8 {
        return Err(corrupt("an Automerge chunk of another type than may stand here"));
    }
    let size_from = bytes.len() - reader.rest_size();
    let size = reader.unsigned()?;
    let size_to = bytes.len() - reader.rest_size();
    let contents = reader.take(size)?;
    if !reader.is_empty() {
        return Err(corrupt("bytes follow after the Automerge chunk"));
    }
    let mut digest = Sha256::new();
    digest.update([wanted as u8]);
    digest.update(&bytes[size_from..size_to]);
    digest.update(contents);
    let hash: [u8; 32] = digest.finalize().into();
    if hash[..4] != checksum {
        return Err(corrupt("the checksum of an Automerge chunk is wrong"));
    }
    Ok((contents, hash))
}

/// Our own store's bytes. Whole and unharmed is all that is checked: never a stranger's.
pub fn document(bytes: &[u8]) -> Outcome<()> {
    if bytes.len() > DOCUMENT_BYTES_MAX {
        return Err(limit("a document is larger than 4 MiB"));
    }
    chunk(bytes, Chunk::Document).map(|_| ())
}

/// A stranger's change.
pub fn change(bytes: &[u8]) -> Outcome<Head> {
    if bytes.len() > CHANGE_BYTES_MAX {
        return Err(limit("a change is larger than 256 KiB"));
    }
    let (contents, hash) = chunk(bytes, Chunk::Change)?;
    let mut reader = Reader::new(contents);

    let mut deps = Vec::new();
    for _ in 0..reader.unsigned()? {
        deps.push(ChangeHash(reader.array()?));
    }
    if !deps.windows(2).all(|pair| pair[0] < pair[1]) {
        return Err(corrupt("a change's dependencies are out of order"));
    }
    let actor = actor(&mut reader)?;
    let seq = reader.unsigned()?;
    let start_op = reader.unsigned()?;
    if seq == 0 || start_op == 0 {
        return Err(corrupt("a change counts from zero"));
    }
    reader.signed()?; // time
    if reader.unsigned()? != 0 {
        return Err(corrupt("a change has a message"));
    }
    let mut actors = 1;
    for _ in 0..reader.unsigned()? {
        self::actor(&mut reader)?;
        actors += 1;
    }
    let rows = columns(&mut reader, actors)?;
    if !reader.is_empty() {
        return Err(corrupt("a change has a footer"));
    }
    if start_op > u64::from(u32::MAX) - ROWS_MAX || rows == 0 {
        return Err(corrupt("a change has no operations or counts too far"));
    }
    Ok(Head { hash: ChangeHash(hash), deps, actor, seq, start_op, rows })
}

fn actor(reader: &mut Reader) -> Outcome<[u8; ACTOR_SIZE]> {
    if reader.unsigned()? != ACTOR_SIZE as u64 {
        return Err(corrupt("an actor that is not 16 bytes long"));
    }
    reader.array()
}

/// The columns' numbers: id << 4 | type.
mod column {
    pub const OBJECT_ACTOR: u64 = 0x01;
    pub const OBJECT_COUNTER: u64 = 0x02;
    pub const KEY_ACTOR: u64 = 0x11;
    pub const KEY_COUNTER: u64 = 0x13;
    pub const KEY_TEXT: u64 = 0x15;
    pub const INSERT: u64 = 0x34;
    pub const ACTION: u64 = 0x42;
    pub const VALUE_META: u64 = 0x56;
    pub const VALUE: u64 = 0x57;
    pub const PREDECESSORS: u64 = 0x70;
    pub const PREDECESSOR_ACTOR: u64 = 0x71;
    pub const PREDECESSOR_COUNTER: u64 = 0x73;
}

/// Walks all columns; answers the number of operations.
fn columns(reader: &mut Reader, actors: u64) -> Outcome<u64> {
    let mut layout = Vec::new();
    for _ in 0..reader.unsigned()? {
        let (number, size) = (reader.unsigned()?, reader.unsigned()?);
        if layout.last().is_some_and(|&(last, _)| last >= number) {
            return Err(corrupt("a change's columns are out of order"));
        }
        layout.push((number, size));
    }

    let (mut rows, mut rows_needed) = (0, Vec::new());
    let (mut value_bytes, mut value_bytes_needed) = (0, 0);
    let (mut predecessors, mut predecessors_needed) = (Vec::new(), 0);
    for (number, size) in layout {
        let bytes = reader.take(size)?;
        match number {
            column::OBJECT_ACTOR | column::KEY_ACTOR => rows_needed.push(indices(bytes, actors)?),
            column::OBJECT_COUNTER => rows_needed.push(counters(bytes)?),
            column::KEY_COUNTER => rows_needed.push(deltas(bytes)?),
            column::KEY_TEXT => rows_needed.push(keys(bytes)?),
            column::INSERT => rows_needed.push(booleans(bytes)?),
            column::ACTION => rows = actions(bytes)?,
            column::VALUE_META => {
                let (count, total) = values(bytes)?;
                rows_needed.push(count);
                value_bytes_needed = total;
            }
            column::VALUE => value_bytes = size,
            column::PREDECESSORS => {
                let (count, total) = groups(bytes)?;
                rows_needed.push(count);
                predecessors_needed = total;
            }
            column::PREDECESSOR_ACTOR => predecessors.push(indices(bytes, actors)?),
            column::PREDECESSOR_COUNTER => predecessors.push(deltas(bytes)?),
            _ => return Err(corrupt("a change has a column of a kind that we never write")),
        }
    }
    let fits = rows_needed.iter().all(|&count| count == rows)
        && predecessors.iter().all(|&count| count == predecessors_needed)
        && (predecessors.len() == 2 || predecessors_needed == 0)
        && value_bytes == value_bytes_needed;
    if !fits {
        return Err(corrupt("a change's columns are of different lengths"));
    }
    Ok(rows)
}

/// Counts the rows of a run-length encoded column. `run` sees each run's value (`None`: null) and
/// length; a literal run counts as runs of one.
fn runs<'a, T>(
    bytes: &'a [u8],
    value: impl Fn(&mut Reader<'a>) -> Outcome<T>,
    mut run: impl FnMut(Option<T>, u64) -> Outcome<()>,
) -> Outcome<u64> {
    const TOO_MANY: crate::fault::Fault = corrupt("a change has more than 100,000 rows");
    let mut reader = Reader::new(bytes);
    let mut rows = 0u64;
    while !reader.is_empty() {
        let head = reader.signed()?;
        let length = if head == 0 { reader.unsigned()? } else { head.unsigned_abs() };
        rows = rows.saturating_add(length);
        if rows > ROWS_MAX {
            return Err(TOO_MANY);
        }
        match head {
            0 => run(None, length)?,
            1.. => run(Some(value(&mut reader)?), length)?,
            _ => {
                for _ in 0..length {
                    run(Some(value(&mut reader)?), 1)?;
                }
            }
        }
    }
    Ok(rows)
}

fn indices(bytes: &[u8], actors: u64) -> Outcome<u64> {
    runs(bytes, Reader::unsigned, |index, _| match index {
        Some(index) if index >= actors => Err(corrupt("a change names an actor that it lacks")),
        _ => Ok(()),
    })
}

fn counters(bytes: &[u8]) -> Outcome<u64> {
    runs(bytes, Reader::unsigned, |counter, _| check_counter(counter.unwrap_or(0).into()))
}

fn deltas(bytes: &[u8]) -> Outcome<u64> {
    let mut counter = 0i128;
    runs(bytes, Reader::signed, |delta, length| {
        // Within a run the counter only rises or only falls: its last value is the extreme one.
        counter += i128::from(delta.unwrap_or(0)) * i128::from(length);
        check_counter(counter)
    })
}

fn check_counter(counter: i128) -> Outcome<()> {
    if (0..=COUNTER_MAX).contains(&counter) {
        Ok(())
    } else {
        Err(corrupt("a change counts too far"))
    }
}

fn keys(bytes: &[u8]) -> Outcome<u64> {
    let mut total = 0u64;
    runs(bytes, Reader::text, |key, length| {
        total += key.map_or(0, |key| key.len() as u64) * length;
        if total > KEY_BYTES_MAX {
            return Err(corrupt("a change's keys are too long"));
        }
        Ok(())
    })
}

fn booleans(bytes: &[u8]) -> Outcome<u64> {
    let mut reader = Reader::new(bytes);
    let mut rows = 0u64;
    while !reader.is_empty() {
        rows = rows.saturating_add(reader.unsigned()?);
    }
    Ok(rows)
}

fn actions(bytes: &[u8]) -> Outcome<u64> {
    const MAP: u64 = 0;
    const SET: u64 = 1;
    const DELETE: u64 = 3;
    const TEXT: u64 = 4;
    const INCREMENT: u64 = 5;
    runs(bytes, Reader::unsigned, |action, _| match action {
        Some(MAP | SET | DELETE | TEXT | INCREMENT) => Ok(()),
        _ => Err(corrupt("a change has an operation of a kind that we never make")),
    })
}

/// Rows, and the bytes that their values take.
fn values(bytes: &[u8]) -> Outcome<(u64, u64)> {
    const NULL: u64 = 0;
    const FALSE: u64 = 1;
    const TRUE: u64 = 2;
    const INTEGER: u64 = 4;
    const STRING: u64 = 6;
    const COUNTER: u64 = 8;
    let mut total = 0u64;
    let rows = runs(bytes, Reader::unsigned, |meta, length| {
        let meta = meta.ok_or(corrupt("a change has an operation without a value"))?;
        if !matches!(meta & 0xf, NULL | FALSE | TRUE | INTEGER | STRING | COUNTER) {
            return Err(corrupt("a change has a value of a type that we never write"));
        }
        total = total.saturating_add((meta >> 4).saturating_mul(length));
        Ok(())
    })?;
    Ok((rows, total))
}

/// Rows, and the members of all their groups.
fn groups(bytes: &[u8]) -> Outcome<(u64, u64)> {
    let mut total = 0u64;
    let rows = runs(bytes, Reader::unsigned, |members, length| {
        let members = members.ok_or(corrupt("a change has an operation without a group"))?;
        total = total.saturating_add(members.saturating_mul(length));
        Ok(())
    })?;
    if total > ROWS_MAX {
        return Err(corrupt("a change names too many predecessors"));
    }
    Ok((rows, total))
}
