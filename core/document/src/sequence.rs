//! A record whose changes follow on each other, each by an author who knew all before: the changes
//! are encoded here, by Automerge's own encoder, from a plain tree. Nearly all records stay such a
//! sequence for good, and a document would cost four times as much. What a tree can't say (two
//! authors apart, a piece of a text, a counter) is executed in a document, as execute.rs does it.
//! The bytes are the same either way; which way an intent takes is no part of the record.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::num::NonZeroU64;

use automerge::legacy::{ElementId, Key, ObjectId, Op, OpId, OpType, SortedVec};
use automerge::{ActorId, Automerge, Change, ChangeHash, ExpandedChange, ObjType, ScalarValue};
use serde_json::{Map, Value};

use crate::execute;
use crate::fault::Outcome;
use crate::guard::ACTOR_SIZE;
use crate::operations::{Operation, What};
use crate::read;
use crate::saved;

/// A document that grows from its sequence when somebody needs more than that.
pub enum Document {
    Sequence(Sequence),
    Grown(Automerge),
}

impl Document {
    pub fn new() -> Document {
        Document::Sequence(Sequence::default())
    }

    pub fn grown(&mut self) -> &mut Automerge {
        if let Document::Sequence(sequence) = self {
            *self = Document::Grown(sequence.grow());
        }
        match self {
            Document::Grown(grown) => grown,
            Document::Sequence(_) => unreachable!("it has just grown"),
        }
    }

    /// See execute::execute().
    pub fn execute(
        &mut self,
        actor: [u8; ACTOR_SIZE],
        time: i64,
        known: &[ChangeHash],
        operations: &[Operation],
    ) -> Outcome<Option<ChangeHash>> {
        if let Document::Sequence(sequence) = self {
            if sequence.is_known(known) {
                if let Some(done) = sequence.execute(ActorId::from(actor), time, operations) {
                    return Ok(done);
                }
            }
        }
        execute::execute(self.grown(), actor, time, known, operations)
    }

    /// See read::json().
    pub fn json(&self) -> Outcome<String> {
        match self {
            Document::Sequence(sequence) => Ok(read::whole(Map::new(), show(&sequence.root)?)),
            Document::Grown(grown) => read::json(grown),
        }
    }
}

type Members = BTreeMap<String, Node>;

/// What stands at a key, and the operation that put it there.
struct Node {
    id: OpId,
    held: Held,
}

enum Held {
    Map(Members),
    Text(String),
    Value(ScalarValue),
}

#[derive(Default)]
pub struct Sequence {
    changes: Vec<Change>,
    operations: u64, // of all changes
    root: Members,
}

impl Sequence {
    fn grow(&self) -> Automerge {
        let mut grown = Automerge::new_with_encoding(saved::ENCODING);
        // A panic here poisons the document, whose tree an operation may have left half changed.
        grown.apply_changes(self.changes.iter().cloned()).expect("changes of our own making");
        grown
    }

    /// Did the author know this state, and no other?
    fn is_known(&self, known: &[ChangeHash]) -> bool {
        // Nearly always they are all changes, in their order.
        if self.changes.iter().map(Change::hash).eq(known.iter().copied()) {
            return true;
        }
        let here: BTreeSet<ChangeHash> = self.changes.iter().map(Change::hash).collect();
        known.iter().all(|hash| here.contains(hash))
            && self.changes.last().is_none_or(|last| known.contains(&last.hash()))
    }

    /// None: it takes a document, and this is none any more but for its changes.
    fn execute(
        &mut self,
        actor: ActorId,
        time: i64,
        operations: &[Operation],
    ) -> Option<Option<ChangeHash>> {
        let mut pen = Pen { operations: Vec::new(), before: self.operations, actor };
        if self.changes.is_empty() {
            self.root = tree(operations, &pen)?;
            number(&mut self.root, &mut pen);
        } else {
            for operation in operations {
                follow(&mut self.root, operation, &mut pen)?;
            }
        }
        execute::check_size(pen.operations.len()).ok()?;
        if pen.operations.is_empty() {
            return Some(None);
        }
        let change = self.change(pen, time);
        let hash = change.hash();
        self.operations += change.len() as u64;
        self.changes.push(change);
        Some(Some(hash))
    }

    fn change(&self, pen: Pen, time: i64) -> Change {
        let own = || self.changes.iter().filter(|change| *change.actor_id() == pen.actor);
        // As Automerge has it: what came last, and the author's own last.
        let deps = BTreeSet::from_iter(self.changes.last().into_iter().chain(own().last()).map(Change::hash));
        Change::from(ExpandedChange {
            seq: own().count() as u64 + 1,
            operations: pen.operations,
            start_op: NonZeroU64::MIN.saturating_add(self.operations),
            actor_id: pen.actor,
            hash: None,
            time,
            message: None,
            deps: deps.into_iter().collect(),
            extra_bytes: Vec::new(),
            author: None,
        })
    }
}

/// Writes the operations of one change, and numbers them.
struct Pen {
    operations: Vec<Op>,
    before: u64, // numbers that are taken
    actor: ActorId,
}

impl Pen {
    fn unnumbered(&self) -> OpId {
        OpId::new(0, &self.actor)
    }

    fn write(&mut self, obj: &ObjectId, key: Key, over: Option<OpId>, action: OpType) -> OpId {
        let (obj, pred) = (obj.clone(), SortedVec::from_iter(over));
        let insert = matches!(key, Key::Seq(_));
        self.operations.push(Op { action, obj, key, pred, insert });
        OpId::new(self.before + self.operations.len() as u64, &self.actor)
    }

    fn write_text(&mut self, text: OpId, content: &str) {
        let (text, mut after) = (ObjectId::Id(text), ElementId::Head);
        for character in content.chars() {
            let put = OpType::Put(ScalarValue::from(character));
            after = ElementId::Id(self.write(&text, Key::Seq(after), None, put));
        }
    }
}

fn key_of(name: &str) -> Key {
    Key::Map(name.into())
}

fn making(held: &Held) -> OpType {
    match held {
        Held::Map(_) => OpType::Make(ObjType::Map),
        Held::Text(_) => OpType::Make(ObjType::Text),
        Held::Value(value) => OpType::Put(value.clone()),
    }
}

/// None where it is more than a value to put.
fn leaf(operation: &Operation) -> Option<Held> {
    match operation.what {
        What::Put => Some(Held::Value(operation.value.clone())),
        What::Text => Some(Held::Text(operation.text().ok()?.into())),
        What::Splice | What::Increment => None,
    }
}

/// The record that these operations make of nothing, not yet numbered. None where they make nothing,
/// or where one of them meets what another has put.
fn tree(operations: &[Operation], pen: &Pen) -> Option<Members> {
    let mut root = Members::new();
    for operation in operations {
        let (path, key) = operation.map_and_key();
        let mut members = &mut root;
        for part in path.split('.').filter(|part| !part.is_empty()) {
            let make = || Node { id: pen.unnumbered(), held: Held::Map(Members::new()) };
            match &mut members.entry(part.into()).or_insert_with(make).held {
                Held::Map(inner) => members = inner,
                _ => return None,
            }
        }
        let node = Node { id: pen.unnumbered(), held: leaf(operation)? };
        if members.insert(key.into(), node).is_some() {
            return None;
        }
    }
    (!root.is_empty()).then_some(root)
}

/// A first change stands as Automerge's own batches have it: breadth first, each map's keys sorted.
fn number(root: &mut Members, pen: &mut Pen) {
    let write = |object: &ObjectId, members: &mut Members, pen: &mut Pen| {
        for (key, node) in members {
            node.id = pen.write(object, key_of(key), None, making(&node.held));
        }
    };
    write(&ObjectId::Root, root, pen);
    let mut rest: VecDeque<&mut Node> = root.values_mut().collect();
    while let Some(Node { id, held }) = rest.pop_front() {
        match held {
            Held::Map(members) => {
                write(&ObjectId::Id(id.clone()), members, pen);
                rest.extend(members.values_mut());
            }
            Held::Text(text) => pen.write_text(id.clone(), text),
            Held::Value(_) => (),
        }
    }
}

/// A later change has its operations in their own order, maps made where the first of them needs
/// one. None: a map stands where a value should, the other way round, or it takes a document.
fn follow(root: &mut Members, operation: &Operation, pen: &mut Pen) -> Option<()> {
    let (path, key) = operation.map_and_key();
    let (mut object, mut members) = (ObjectId::Root, root);
    for part in path.split('.').filter(|part| !part.is_empty()) {
        if !members.contains_key(part) {
            let held = Held::Map(Members::new());
            let id = pen.write(&object, key_of(part), None, making(&held));
            members.insert(part.into(), Node { id, held });
        }
        let node = members.get_mut(part)?;
        let Held::Map(inner) = &mut node.held else { return None };
        (object, members) = (ObjectId::Id(node.id.clone()), inner);
    }
    let held = leaf(operation)?;
    let over = match (members.get(key), &held) {
        (Some(Node { held: Held::Map(_), .. }), _) => return None,
        (Some(Node { held: Held::Text(it), .. }), Held::Text(text)) if it == text => return Some(()),
        (Some(Node { held: Held::Value(it), .. }), Held::Value(value)) if it == value => {
            return Some(())
        }
        (before, _) => before.map(|node| node.id.clone()),
    };
    let id = pen.write(&object, key_of(key), over, making(&held));
    if let Held::Text(text) = &held {
        pen.write_text(id.clone(), text);
    }
    members.insert(key.into(), Node { id, held });
    Some(())
}

fn show(members: &Members) -> Outcome<Map<String, Value>> {
    let mut shown = Map::new();
    for (key, node) in members {
        let value = match &node.held {
            Held::Map(inner) => Value::Object(show(inner)?),
            Held::Text(text) => Value::String(text.clone()),
            Held::Value(value) => read::scalar(value)?,
        };
        shown.insert(key.clone(), value);
    }
    Ok(shown)
}
