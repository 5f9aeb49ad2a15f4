//! What a call answers when it can't do what was asked. The texts are fixed: they name no value
//! of a document, so that none gets into a log.

/// The numbers are those of `spot_status` in document_abi.h.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    Ok = 0,
    Unchanged = 1,
    Invalid = 2,
    NotFound = 3,
    Conflict = 4,
    Corrupt = 5,
    Limit = 6,
}

#[derive(Clone, Copy, Debug)]
pub struct Fault {
    pub status: Status,
    pub message: &'static str,
}

pub type Outcome<T> = Result<T, Fault>;

pub const fn invalid(message: &'static str) -> Fault {
    Fault { status: Status::Invalid, message }
}
pub const fn not_found(message: &'static str) -> Fault {
    Fault { status: Status::NotFound, message }
}
pub const fn conflict(message: &'static str) -> Fault {
    Fault { status: Status::Conflict, message }
}
pub const fn corrupt(message: &'static str) -> Fault {
    Fault { status: Status::Corrupt, message }
}
pub const fn limit(message: &'static str) -> Fault {
    Fault { status: Status::Limit, message }
}

/// An error of Automerge's own. Its text may quote the document and is dropped.
pub fn refused<E>(_: E) -> Fault {
    corrupt("Automerge refused what it was given")
}
