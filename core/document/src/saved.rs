//! A document as our own store keeps it: one Automerge document chunk, not deflated.
//!
//! Measured against the raw changes one after the other: saving takes 5 µs (deflated 50), loading
//! 110 against 145, with five edits 140 against 235; and the store compresses and seals it anyway.

use automerge::{Automerge, LoadOptions, TextEncoding};

use crate::fault::{limit, refused, Outcome};
use crate::guard::{self, DOCUMENT_BYTES_MAX};

/// Positions in texts count code points.
pub const ENCODING: TextEncoding = TextEncoding::UnicodeCodePoint;

pub fn save(document: &Automerge) -> Outcome<Vec<u8>> {
    let bytes = document.save_nocompress();
    if bytes.len() > DOCUMENT_BYTES_MAX {
        return Err(limit("the document is larger than 4 MiB"));
    }
    Ok(bytes)
}

pub fn load(bytes: &[u8]) -> Outcome<Automerge> {
    guard::document(bytes)?;
    let options = LoadOptions::new().text_encoding(ENCODING);
    Automerge::load_with_options(bytes, options).map_err(refused)
}
