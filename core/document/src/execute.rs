//! Executes an intent: one transaction under the author's actor, on the state the author knew.

use std::mem::ManuallyDrop;

use automerge::transaction::{CommitOptions, Transactable, Transaction};
use automerge::{
    ActorId, Automerge, ChangeHash, ObjId, ObjType, ReadDoc, ScalarValue, Value, ROOT,
};

use crate::fault::{conflict, invalid, limit, not_found, refused, Outcome};
use crate::guard::{ACTOR_SIZE, ROWS_MAX};
use crate::operations::{Operation, What};

/// Answers the hash of the change, or none where nothing differed.
/// An error leaves the document as it was.
pub fn execute(
    document: &mut Automerge,
    actor: [u8; ACTOR_SIZE],
    time: i64,
    known: &[ChangeHash],
    operations: &[Operation],
) -> Outcome<Option<ChangeHash>> {
    if !document.get_missing_deps(known).is_empty() {
        return Err(not_found("the document lacks a change that the author knew"));
    }
    // Where the author knew all heads it knew everything. Otherwise a fork at the author's state:
    // `transaction_at` would number its operations from the whole document, not from that state.
    if document.get_heads().iter().all(|head| known.contains(head)) {
        return transact(document, actor, time, operations);
    }
    let mut fork = document.fork_at(known).map_err(refused)?;
    let hash = transact(&mut fork, actor, time, operations)?;
    if hash.is_some() {
        let other = conflict("another change of this actor has the same sequence number");
        document.merge(&mut fork).map_err(|_| other)?;
    }
    Ok(hash)
}

fn transact(
    document: &mut Automerge,
    actor: [u8; ACTOR_SIZE],
    time: i64,
    operations: &[Operation],
) -> Outcome<Option<ChangeHash>> {
    document.set_actor(ActorId::from(actor));
    // Dropping a transaction rolls it back. After a panic that could panic again, which would end
    // the process; so it is not dropped then: the document is given up anyway.
    let mut transaction = ManuallyDrop::new(document.transaction());
    let written = write(&mut transaction, operations);
    let transaction = ManuallyDrop::into_inner(transaction);
    match written {
        Ok(()) if transaction.pending_ops() > 0 => {
            Ok(transaction.commit_with(CommitOptions::default().with_time(time)).0)
        }
        Ok(()) => {
            transaction.rollback();
            Ok(None)
        }
        Err(fault) => {
            transaction.rollback();
            Err(fault)
        }
    }
}

fn write(transaction: &mut Transaction, operations: &[Operation]) -> Outcome<()> {
    // Before the work is done: each character of a text is an operation of Automerge's.
    let inserted = operations.iter().filter(|operation| operation.what != What::Put);
    check_size(inserted.map(Operation::characters).sum())?;
    let mut writer = Writer { transaction, places: vec![("".into(), vec![ROOT])] };
    for operation in operations {
        match operation.what {
            What::Put => writer.put(operation)?,
            What::Text => writer.text(operation)?,
            What::Splice => writer.splice(operation)?,
            What::Increment => writer.increment(operation)?,
        }
    }
    check_size(writer.transaction.pending_ops())
}

pub fn check_size(operations: usize) -> Outcome<()> {
    if operations as u64 > ROWS_MAX {
        return Err(limit("an intent makes more than 100,000 operations"));
    }
    Ok(())
}

type Found = (Value<'static>, ObjId);

/// The maps that stand at one path. Usually one; but two authors who make the map while apart make
/// two, and what the loser's holds is as much part of the record. The winner is the last.
type Maps = Vec<ObjId>;

struct Writer<'t, 'd> {
    transaction: &'t mut Transaction<'d>,
    places: Vec<(String, Maps)>, // found or made so far, by path
}

impl Writer<'_, '_> {
    /// What stands at a key of these maps: usually one value, several where authors differ.
    fn values(&self, maps: &Maps, key: &str) -> Outcome<Vec<Found>> {
        let mut values = Vec::new();
        for map in maps {
            let found = self.transaction.get_all(map, key).map_err(refused)?;
            values.extend(found.into_iter().map(|(value, id)| (value.into_owned(), id)));
        }
        Ok(values)
    }

    /// The maps at a path; makes one where there is none.
    fn maps(&mut self, path: &str) -> Outcome<Maps> {
        if let Some((_, maps)) = self.places.iter().find(|(place, _)| place == path) {
            return Ok(maps.clone());
        }
        let (parent, key) = path.rsplit_once('.').unwrap_or(("", path));
        let parents = self.maps(parent)?;
        let values = self.values(&parents, key)?;
        let mut maps: Maps =
            values.iter().filter(|(value, _)| is_map(value)).map(|(_, id)| id.clone()).collect();
        if maps.is_empty() {
            if !values.is_empty() {
                return Err(invalid("a path leads through a value that is no map"));
            }
            let made = self.transaction.put_object(last(&parents), key, ObjType::Map);
            maps.push(made.map_err(refused)?);
        }
        self.places.push((path.into(), maps.clone()));
        Ok(maps)
    }

    fn put(&mut self, operation: &Operation) -> Outcome<()> {
        let (path, key) = operation.map_and_key();
        let maps = self.maps(path)?;
        let values = self.values(&maps, key)?;
        let same = |value: &Value| matches!(value, Value::Scalar(it) if **it == operation.value);
        if !self.make_way(&maps, key, &values, same)? {
            return Ok(());
        }
        self.transaction.put(last(&maps), key, operation.value.clone()).map_err(refused)
    }

    fn text(&mut self, operation: &Operation) -> Outcome<()> {
        let content = operation.text()?;
        let (path, key) = operation.map_and_key();
        let maps = self.maps(path)?;
        let values = self.values(&maps, key)?;
        if let [(Value::Object(ObjType::Text), text)] = &values[..] {
            if self.transaction.text(text).map_err(refused)? == content {
                return Ok(());
            }
        }
        self.make_way(&maps, key, &values, |_| false)?;
        let made = self.transaction.put_object(last(&maps), key, ObjType::Text);
        self.transaction.splice_text(made.map_err(refused)?, 0, 0, content).map_err(refused)
    }

    /// Readies a key for a new value: false where all that stands there is the same already.
    fn make_way(
        &mut self,
        maps: &Maps,
        key: &str,
        values: &[Found],
        same: impl Fn(&Value) -> bool,
    ) -> Outcome<bool> {
        if values.iter().any(|(value, _)| is_map(value)) {
            return Err(invalid("a map stands where a value should be put"));
        }
        if !values.is_empty() && values.iter().all(|(value, _)| same(value)) {
            return Ok(false);
        }
        // Of several values Automerge would keep the winner's operation, where it is equal, and
        // only delete the others: then someone who settles for another value at the same time
        // would overrule this one without a trace. So it is written anew.
        if values.len() > 1 || maps.len() > 1 {
            for map in maps {
                if self.transaction.get(map, key).map_err(refused)?.is_some() {
                    self.transaction.delete(map, key).map_err(refused)?;
                }
            }
        }
        Ok(true)
    }

    fn splice(&mut self, operation: &Operation) -> Outcome<()> {
        let content = operation.text()?;
        let Some((Value::Object(ObjType::Text), text)) = self.winner(operation)? else {
            return Err(not_found("there is no text to change at this path"));
        };
        let length = self.transaction.length(&text) as u64;
        let end = operation.position.checked_add(operation.remove);
        if end.is_none_or(|end| end > length) {
            return Err(invalid("a text is shorter than the place to change in it"));
        }
        if operation.remove == 0 && content.is_empty() {
            return Ok(());
        }
        let (position, remove) = (operation.position as usize, operation.remove as isize);
        self.transaction.splice_text(text, position, remove, content).map_err(refused)
    }

    fn increment(&mut self, operation: &Operation) -> Outcome<()> {
        let amount = operation.amount()?;
        let (path, key) = operation.map_and_key();
        let maps = self.maps(path)?;
        for map in maps.iter().rev() {
            match self.transaction.get(map, key).map_err(refused)? {
                None => continue,
                Some((Value::Scalar(value), _)) => {
                    let ScalarValue::Counter(counter) = &*value else {
                        return Err(invalid("a value stands where a counter should be"));
                    };
                    if i64::from(counter).checked_add(amount).is_none() {
                        return Err(limit("a counter would overflow"));
                    }
                    if amount == 0 {
                        return Ok(());
                    }
                    return self.transaction.increment(map, key, amount).map_err(refused);
                }
                Some(_) => return Err(invalid("a map or text stands where a counter should be")),
            }
        }
        let counter = ScalarValue::counter(amount);
        self.transaction.put(last(&maps), key, counter).map_err(refused)
    }

    /// What shows at the operation's path. Makes nothing on the way.
    fn winner(&self, operation: &Operation) -> Outcome<Option<Found>> {
        let mut found: Vec<Found> = vec![(Value::Object(ObjType::Map), ROOT)];
        for key in operation.path.split('.') {
            let maps = found.into_iter().filter(|(value, _)| is_map(value)).map(|(_, id)| id);
            found = self.values(&maps.collect(), key)?;
        }
        Ok(found.pop())
    }
}

fn is_map(value: &Value) -> bool {
    matches!(value, Value::Object(ObjType::Map))
}

fn last(maps: &Maps) -> &ObjId {
    maps.last().expect("a path always has a map")
}
