//! A new record in one batch: about six times faster than a put for each member (25 members:
//! 720 µs against 120). Automerge makes such a batch breadth first, each map's keys sorted; which
//! intents take this way follows from the operations alone, so it is the same on every device.

use std::collections::{BTreeMap, HashMap};

use automerge::hydrate::{Map, Value};
use automerge::TextEncoding;

use crate::operations::{Operation, What};

enum Node<'a> {
    Map(BTreeMap<&'a str, Node<'a>>),
    Leaf(Value),
}

/// The record that these operations make of nothing. None where they are more than a set of
/// values: when they change a text or counter, or one of them meets what another has put.
pub fn tree(operations: &[Operation]) -> Option<Map> {
    let mut root = BTreeMap::new();
    for operation in operations {
        let value = match operation.what {
            What::Put => Value::Scalar(operation.value.clone()),
            What::Text => Value::text(TextEncoding::UnicodeCodePoint, operation.text().ok()?),
            What::Splice | What::Increment => return None,
        };
        let (path, key) = operation.map_and_key();
        let mut map = &mut root;
        for part in path.split('.').filter(|part| !part.is_empty()) {
            match map.entry(part).or_insert_with(|| Node::Map(BTreeMap::new())) {
                Node::Map(inner) => map = inner,
                Node::Leaf(_) => return None,
            }
        }
        if map.insert(key, Node::Leaf(value)).is_some() {
            return None;
        }
    }
    Some(Map::from(members(root)))
}

fn members<'a>(map: BTreeMap<&'a str, Node<'a>>) -> HashMap<&'a str, Value> {
    let value = |node| match node {
        Node::Map(inner) => Value::from(members(inner)),
        Node::Leaf(value) => value,
    };
    map.into_iter().map(|(key, node)| (key, value(node))).collect()
}
