//! A new record's one change, made without a document: most records are never changed again, and a
//! document would cost four times as much. Its operations stand as Automerge's own batches have them:
//! breadth first, each map's keys sorted. Which intents take this way follows from the operations
//! alone, so it is the same on every device.

use std::collections::{BTreeMap, VecDeque};
use std::num::NonZeroU64;

use automerge::legacy::{ElementId, Key, ObjectId, Op, OpId, OpType, SortedVec};
use automerge::{ActorId, Automerge, Change, ChangeHash, ExpandedChange, ObjType, ScalarValue};

use crate::execute;
use crate::fault::{refused, Outcome};
use crate::guard::ACTOR_SIZE;
use crate::operations::{Operation, What};
use crate::saved;

/// A document that grows from its first change when somebody needs more than that.
pub enum Document {
    Empty,
    Planted(Change),
    Grown(Automerge),
}

impl Document {
    pub fn grown(&mut self) -> Outcome<&mut Automerge> {
        if !matches!(self, Document::Grown(_)) {
            let mut grown = Automerge::new_with_encoding(saved::ENCODING);
            if let Document::Planted(change) = self {
                grown.apply_changes([change.clone()]).map_err(refused)?;
            }
            *self = Document::Grown(grown);
        }
        match self {
            Document::Grown(grown) => Ok(grown),
            _ => unreachable!("it has just grown"),
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
        if matches!(self, Document::Empty) && known.is_empty() {
            if let Some(root) = tree(operations) {
                let change = change(root, ActorId::from(actor), time)?;
                let hash = change.hash();
                *self = Document::Planted(change);
                return Ok(Some(hash));
            }
        }
        execute::execute(self.grown()?, actor, time, known, operations)
    }
}

enum Node<'a> {
    Map(BTreeMap<&'a str, Node<'a>>),
    Text(&'a str),
    Value(ScalarValue),
}

/// The record that these operations make of nothing. None where they make nothing, or are more than
/// a set of values: when they change a text or counter, or one of them meets what another has put.
fn tree<'a>(operations: &'a [Operation]) -> Option<BTreeMap<&'a str, Node<'a>>> {
    let mut root = BTreeMap::new();
    for operation in operations {
        let leaf = match operation.what {
            What::Put => Node::Value(operation.value.clone()),
            What::Text => Node::Text(operation.text().ok()?),
            What::Splice | What::Increment => return None,
        };
        let (path, key) = operation.map_and_key();
        let mut map = &mut root;
        for part in path.split('.').filter(|part| !part.is_empty()) {
            match map.entry(part).or_insert_with(|| Node::Map(BTreeMap::new())) {
                Node::Map(inner) => map = inner,
                _ => return None,
            }
        }
        if map.insert(key, leaf).is_some() {
            return None;
        }
    }
    (!root.is_empty()).then_some(root)
}

fn change(root: BTreeMap<&str, Node>, actor: ActorId, time: i64) -> Outcome<Change> {
    let mut operations = Vec::new();
    let mut rest = VecDeque::from([(ObjectId::Root, Node::Map(root))]);
    while let Some((object, node)) = rest.pop_front() {
        let mut put = |key, insert, action| {
            let (obj, pred) = (object.clone(), SortedVec::new());
            operations.push(Op { action, obj, key, pred, insert });
            OpId::new(operations.len() as u64, &actor)
        };
        match node {
            Node::Map(members) => {
                for (key, member) in members {
                    let key = Key::Map(key.into());
                    match member {
                        Node::Value(value) => drop(put(key, false, OpType::Put(value))),
                        Node::Map(_) => {
                            let id = put(key, false, OpType::Make(ObjType::Map));
                            rest.push_back((ObjectId::Id(id), member));
                        }
                        Node::Text(_) => {
                            let id = put(key, false, OpType::Make(ObjType::Text));
                            rest.push_back((ObjectId::Id(id), member));
                        }
                    }
                }
            }
            Node::Text(text) => {
                let mut after = ElementId::Head;
                for character in text.chars() {
                    let value = ScalarValue::from(character);
                    after = ElementId::Id(put(Key::Seq(after), true, OpType::Put(value)));
                }
            }
            Node::Value(_) => unreachable!("values stand in maps"),
        }
    }
    execute::check_size(operations.len())?;
    Ok(Change::from(ExpandedChange {
        operations,
        actor_id: actor,
        hash: None,
        seq: 1,
        start_op: NonZeroU64::MIN,
        time,
        message: None,
        deps: Vec::new(),
        extra_bytes: Vec::new(),
        author: None,
    }))
}
