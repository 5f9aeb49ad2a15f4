//! The operations of one intent, as core/document.cpp packs them:
//! count, then for each: what, path, position, remove, type of the value, value.
//! Numbers are LEB128, texts follow their size; an integer has eight bytes, big-endian.

use automerge::ScalarValue;

use crate::bytes::Reader;
use crate::fault::{invalid, Outcome};

/// Deeper records than this don't exist; a bound for whoever recurses into one.
pub const DEPTH_MAX: usize = 8;

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum What {
    Put,
    Text,
    Splice,
    Increment,
}

pub struct Operation<'a> {
    pub what: What,
    pub path: &'a str,
    pub position: u64,
    pub remove: u64,
    pub value: ScalarValue,
}

impl<'a> Operation<'a> {
    /// The path of the map, and the key in it.
    pub fn map_and_key(&self) -> (&'a str, &'a str) {
        self.path.rsplit_once('.').unwrap_or(("", self.path))
    }

    pub fn characters(&self) -> usize {
        self.text().map_or(0, |text| text.chars().count())
    }

    pub fn text(&self) -> Outcome<&str> {
        match &self.value {
            ScalarValue::Str(text) => Ok(text),
            _ => Err(invalid("a text operation without a text")),
        }
    }

    pub fn amount(&self) -> Outcome<i64> {
        match self.value {
            ScalarValue::Int(amount) => Ok(amount),
            _ => Err(invalid("an increment without a whole number")),
        }
    }
}

pub fn parse(packed: &[u8]) -> Outcome<Vec<Operation<'_>>> {
    let mut reader = Reader::new(packed);
    let mut operations = Vec::new();
    for _ in 0..reader.unsigned()? {
        let what = match reader.byte()? {
            0 => What::Put,
            1 => What::Text,
            2 => What::Splice,
            3 => What::Increment,
            _ => return Err(invalid("an operation of an unknown kind")),
        };
        let path = reader.text()?;
        let segments = path.split('.').count();
        if segments > DEPTH_MAX || path.split('.').any(str::is_empty) {
            return Err(invalid("a path is empty, has an empty part or more than eight parts"));
        }
        let (position, remove) = (reader.unsigned()?, reader.unsigned()?);
        let value = match reader.byte()? {
            0 => ScalarValue::Null,
            1 => ScalarValue::Boolean(false),
            2 => ScalarValue::Boolean(true),
            3 => ScalarValue::Int(i64::from_be_bytes(reader.array()?)),
            4 => ScalarValue::Str(reader.text()?.into()),
            _ => return Err(invalid("a value of an unknown type")),
        };
        operations.push(Operation { what, path, position, remove, value });
    }
    Ok(operations)
}
