//! A document as JSON: the record it shows, and where its authors differ.

use automerge::{Automerge, ObjId, ObjType, ReadDoc, ScalarValue, Value as Stored, ROOT};
use serde_json::{Map, Value};

use crate::fault::{corrupt, limit, refused, Outcome};
use crate::operations::DEPTH_MAX;

/// Values that differ at one key. Authors are few; only a forged change has more.
const VALUES_MAX: usize = 1000;

/// `{"conflicts":{…},"record":{…}}`, keys sorted, no spaces, as nlohmann::json::dump() writes it.
pub fn json(document: &Automerge) -> Outcome<String> {
    let mut reader = Reader { document, conflicts: Map::new(), path: Vec::new() };
    let record = reader.members(&[ROOT])?;
    Ok(whole(reader.conflicts, record))
}

pub fn whole(conflicts: Map<String, Value>, record: Map<String, Value>) -> String {
    let mut whole = Map::new();
    whole.insert("conflicts".into(), Value::Object(conflicts));
    whole.insert("record".into(), Value::Object(record));
    Value::Object(whole).to_string()
}

pub fn scalar(value: &ScalarValue) -> Outcome<Value> {
    Ok(match value {
        ScalarValue::Null => Value::Null,
        ScalarValue::Boolean(it) => Value::Bool(*it),
        ScalarValue::Int(it) => (*it).into(),
        ScalarValue::Counter(it) => i64::from(it).into(),
        ScalarValue::Str(it) => Value::String(it.to_string()),
        _ => return Err(corrupt("a record has a value of a type that we never write")),
    })
}

struct Reader<'a> {
    document: &'a Automerge,
    conflicts: Map<String, Value>,
    path: Vec<String>,
}

impl Reader<'_> {
    /// The members of a map; of all maps, where several stand at one path (see execute.rs).
    fn members(&mut self, maps: &[ObjId]) -> Outcome<Map<String, Value>> {
        if self.path.len() >= DEPTH_MAX {
            return Err(corrupt("a record has maps within maps beyond any use"));
        }
        let mut members = Map::new();
        for map in maps {
            for item in self.document.map_range(map, ..) {
                let key = item.key.to_string();
                if maps.len() > 1 || item.conflict {
                    if !members.contains_key(&key) {
                        let value = self.contested(maps, &key)?;
                        members.insert(key, value);
                    }
                } else {
                    let (value, id) = (Stored::from(item.value.clone()), item.id());
                    let value = self.value(&key, value, &[id])?;
                    members.insert(key, value);
                }
            }
        }
        Ok(members)
    }

    fn value(&mut self, key: &str, value: Stored, ids: &[ObjId]) -> Outcome<Value> {
        Ok(match value {
            Stored::Object(ObjType::Map) => {
                self.path.push(key.into());
                let members = self.members(ids)?;
                self.path.pop();
                Value::Object(members)
            }
            Stored::Object(ObjType::Text) => {
                Value::String(self.document.text(&ids[0]).map_err(refused)?)
            }
            Stored::Scalar(value) => scalar(&value)?,
            Stored::Object(_) => return Err(corrupt("a record has a list, which we never write")),
        })
    }

    /// What several maps, or several authors, hold at one key. Answers what shows; notes the
    /// distinct values as a conflict, the one that shows last.
    fn contested(&mut self, maps: &[ObjId], key: &str) -> Outcome<Value> {
        let mut found = Vec::new();
        for map in maps {
            found.extend(self.document.get_all(map, key).map_err(refused)?);
        }
        if found.len() > VALUES_MAX {
            return Err(limit("a record has more values in one place than authors could make"));
        }
        let is_map = |stored: &Stored| matches!(stored, Stored::Object(ObjType::Map));
        let inner: Vec<ObjId> =
            found.iter().filter(|(it, _)| is_map(it)).map(|(_, id)| id.clone()).collect();
        let mut values: Vec<Value> = Vec::new();
        let last_map = found.iter().rposition(|(it, _)| is_map(it));
        for (index, (stored, id)) in found.into_iter().enumerate() {
            let value = match last_map {
                Some(last) if is_map(&stored) && index == last => self.value(key, stored, &inner)?,
                _ if is_map(&stored) => continue,
                _ => self.value(key, stored, &[id])?,
            };
            values.retain(|other| *other != value);
            values.push(value);
        }
        let shown = values.last().cloned().ok_or(corrupt("a record lost a value"))?;
        if values.len() > 1 {
            self.path.push(key.into());
            self.conflicts.insert(self.path.join("."), Value::Array(values));
            self.path.pop();
        }
        Ok(shown)
    }
}
