//! Takes a stranger's change, of which the guard says that it is well-formed and small.

use std::collections::{HashMap, HashSet};

use automerge::{Automerge, Change, ChangeHash, ChangeMetadata};

use crate::fault::{conflict, corrupt, not_found, refused, Outcome};
use crate::guard::{self, Head};
use crate::read;
use crate::saved;

/// The document with the change, or none where it had that already. `document` stays as it is,
/// whatever Automerge makes of the bytes.
pub fn apply(document: &Automerge, bytes: &[u8]) -> Outcome<(ChangeHash, Option<Automerge>)> {
    let head = guard::change(bytes)?;
    let history = document.get_changes_meta(&[]);
    let history = history.iter().map(|change| (change.hash, change)).collect();
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

type History<'a> = HashMap<ChangeHash, &'a ChangeMetadata<'a>>;

/// Does the change follow on what is here? False: it is here itself.
fn place(head: &Head, history: &History) -> Outcome<bool> {
    if history.contains_key(&head.hash) {
        return Ok(false);
    }
    if head.deps.iter().any(|dep| !history.contains_key(dep)) {
        return Err(not_found("the document lacks a change that this one depends on"));
    }
    let own = history.values().filter(|change| change.actor.to_bytes() == head.actor);
    let last = own.max_by_key(|change| change.seq);
    let last_seq = last.map_or(0, |change| change.seq);
    if head.seq <= last_seq {
        return Err(conflict("another change of this actor has the same sequence number"));
    }
    if head.seq > last_seq + 1 {
        return Err(not_found("the document lacks an earlier change of this actor"));
    }
    if last.is_some_and(|last| !is_ancestor(last.hash, &head.deps, history)) {
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
