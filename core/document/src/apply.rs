//! Takes a stranger's change, of which the guard says that it is well-formed and small.

use std::collections::{HashMap, HashSet};

use automerge::{Automerge, Change, ChangeHash};

use crate::bytes::Reader;
use crate::fault::{conflict, corrupt, limit, not_found, refused, Outcome};
use crate::guard::{self, Head, ACTOR_SIZE, GIVEN_ROWS_MAX};
use crate::read;
use crate::saved;

/// The document with the change, or none where it had that already. `document` stays as it is,
/// whatever Automerge makes of the bytes.
pub fn apply(document: &Automerge, bytes: &[u8]) -> Outcome<(ChangeHash, Option<Automerge>)> {
    let head = guard::change(bytes)?;
    let history = document.get_changes_meta(&[]);
    let history = history
        .iter()
        .map(|change| {
            let actor = change.actor.to_bytes().try_into().map_err(refused)?;
            let (seq, max_op, deps) = (change.seq, change.max_op, change.deps.to_vec());
            Ok((change.hash, Placed { actor, seq, max_op, deps }))
        })
        .collect::<Outcome<History>>()?;
    if !place(&head, &history)? {
        return Ok((head.hash, None));
    }

    let change = Change::from_bytes(bytes.to_vec()).map_err(refused)?;
    if change.hash() != head.hash {
        return Err(corrupt("a change has another hash than its bytes"));
    }
    let mut scratch = document.clone();
    scratch.apply_changes([change]).map_err(refused)?;
    // Automerge recomputes every hash from the operations when it loads: what it took in but
    // can't hold comes out here.
    let reloaded = saved::load(&saved::save(&scratch)?)?;
    if !scratch.get_heads().contains(&head.hash) || reloaded.get_heads() != scratch.get_heads() {
        return Err(corrupt("a change does not survive being saved and loaded"));
    }
    read::json(&reloaded)?;
    Ok((head.hash, Some(reloaded)))
}

/// A document made of nothing but these changes, in this order, each with its size in front of it.
/// All are counted and placed before Automerge sees one of them, and saved, loaded and read once:
/// after each, as apply() does it, the work would grow with the square of their number.
pub fn from_changes(packed: &[u8]) -> Outcome<Automerge> {
    let mut rows = 0;
    let mut history = History::new();
    let mut changes = Vec::new();
    for bytes in unpack(packed)? {
        let head = guard::change(bytes)?;
        count(&mut rows, &head)?;
        if !place(&head, &history)? {
            continue;
        }
        let change = Change::from_bytes(bytes.to_vec()).map_err(refused)?;
        if change.hash() != head.hash {
            return Err(corrupt("a change has another hash than its bytes"));
        }
        changes.push(change);
        let max_op = head.start_op + head.rows - 1;
        let (actor, seq, deps) = (head.actor, head.seq, head.deps);
        history.insert(head.hash, Placed { actor, seq, max_op, deps });
    }
    let mut made = Automerge::new_with_encoding(saved::ENCODING);
    made.apply_changes(changes).map_err(refused)?;
    let reloaded = saved::load(&saved::save(&made)?)?;
    let is_whole = reloaded.get_changes_meta(&[]).len() == history.len();
    if !is_whole || reloaded.get_heads() != made.get_heads() {
        return Err(corrupt("changes do not survive being saved and loaded"));
    }
    read::json(&reloaded)?;
    Ok(reloaded)
}

/// How many operations these changes say they have; none is unpacked.
pub fn rows_in(packed: &[u8]) -> Outcome<u64> {
    let mut rows = 0;
    for bytes in unpack(packed)? {
        count(&mut rows, &guard::change(bytes)?)?;
    }
    Ok(rows)
}

fn unpack(packed: &[u8]) -> Outcome<Vec<&[u8]>> {
    let mut reader = Reader::new(packed);
    let mut out = Vec::new();
    while !reader.is_empty() {
        out.push(reader.sized()?);
    }
    Ok(out)
}

fn count(rows: &mut u64, head: &Head) -> Outcome<()> {
    *rows += head.rows;
    if *rows > GIVEN_ROWS_MAX {
        return Err(limit("changes have more than 10,000 operations together"));
    }
    Ok(())
}

/// A change that is there.
struct Placed {
    actor: [u8; ACTOR_SIZE],
    seq: u64,
    max_op: u64,
    deps: Vec<ChangeHash>,
}
type History = HashMap<ChangeHash, Placed>;

/// Does the change follow on what is here? False: it is here itself.
fn place(head: &Head, history: &History) -> Outcome<bool> {
    if history.contains_key(&head.hash) {
        return Ok(false);
    }
    if head.deps.iter().any(|dep| !history.contains_key(dep)) {
        return Err(not_found("the document lacks a change that this one depends on"));
    }
    let own = history.iter().filter(|(_, change)| change.actor == head.actor);
    let last = own.max_by_key(|(_, change)| change.seq);
    let last_seq = last.map_or(0, |(_, change)| change.seq);
    if head.seq <= last_seq {
        return Err(conflict("another change of this actor has the same sequence number"));
    }
    if head.seq > last_seq + 1 {
        return Err(not_found("the document lacks an earlier change of this actor"));
    }
    if last.is_some_and(|(hash, _)| !is_ancestor(*hash, &head.deps, history)) {
        return Err(corrupt("a change does not depend on its actor's change before"));
    }
    let max_op = head.deps.iter().map(|dep| history[dep].max_op).max().unwrap_or(0);
    if head.start_op != max_op + 1 {
        return Err(corrupt("a change does not count on from what it depends on"));
    }
    Ok(true)
}

fn is_ancestor(wanted: ChangeHash, from: &[ChangeHash], history: &History) -> bool {
    let mut seen = HashSet::new();
    let mut next = from.to_vec();
    while let Some(hash) = next.pop() {
        if hash == wanted {
            return true;
        }
        if seen.insert(hash) {
            next.extend(&history[&hash].deps);
        }
    }
    false
}
