//! Automerge behind the C ABI of document_abi.h. See README.md.

mod apply;
mod bytes;
mod execute;
mod fault;
mod guard;
mod operations;
mod read;
mod saved;
mod sequence;

use std::cell::Cell;
use std::ffi::c_void;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::Once;

use automerge::{ChangeHash, ReadDoc};

use fault::{corrupt, limit, not_found, Outcome, Status};
use sequence::Document;

/// What C++ holds a pointer to. None: a panic poisoned it.
pub struct Handle(Option<Document>);

type Sink = extern "C" fn(to: *mut c_void, bytes: *const u8, size: usize);

thread_local! {
    static PANICS: Cell<bool> = const { Cell::new(false) };
}

/// The standard hook prints the panic's message, which may quote a record.
fn silence() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| std::panic::set_hook(Box::new(|_| {})));
}

/// Runs foreign code. None: it panicked.
fn caught<T>(work: impl FnOnce() -> T) -> Option<T> {
    silence();
    let armed = || {
        if PANICS.take() {
            panic!("as the test asked");
        }
        work()
    };
    catch_unwind(AssertUnwindSafe(armed)).ok()
}

fn answer(outcome: Outcome<Option<Vec<u8>>>, sink: Sink, to: *mut c_void) -> i32 {
    match outcome {
        Ok(Some(bytes)) => {
            sink(to, bytes.as_ptr(), bytes.len());
            Status::Ok as i32
        }
        Ok(None) => Status::Unchanged as i32,
        Err(fault) => {
            sink(to, fault.message.as_ptr(), fault.message.len());
            fault.status as i32
        }
    }
}

/// The one way to a document: every call is caught here, and a panic poisons the document.
///
/// # Safety
/// `handle` comes from `spot_document_new` or `_load` and is used by no one else now.
unsafe fn enter(
    handle: *mut Handle,
    sink: Sink,
    to: *mut c_void,
    work: impl FnOnce(&mut Document) -> Outcome<Option<Vec<u8>>>,
) -> i32 {
    let handle = unsafe { &mut *handle };
    // Taken out while it is worked on: what a panic leaves behind is never seen again.
    let outcome = match handle.0.take() {
        None => Err(corrupt("the document was lost to a fault; rebuild it from the log")),
        Some(mut document) => match caught(move || (work(&mut document), document)) {
            Some((outcome, document)) => {
                handle.0 = Some(document);
                outcome
            }
            None => Err(corrupt("Automerge failed; rebuild the document from the log")),
        },
    };
    answer(outcome, sink, to)
}

/// # Safety
/// `bytes` points to `size` bytes; a null pointer only with size 0.
unsafe fn slice<'a>(bytes: *const u8, size: usize) -> &'a [u8] {
    if size == 0 {
        &[]
    } else {
        unsafe { std::slice::from_raw_parts(bytes, size) }
    }
}

fn boxed(document: Document) -> *mut Handle {
    Box::into_raw(Box::new(Handle(Some(document))))
}

#[no_mangle]
pub extern "C" fn spot_document_new() -> *mut Handle {
    caught(|| boxed(Document::new())).unwrap_or(std::ptr::null_mut())
}

/// # Safety
/// As document_abi.h says.
#[no_mangle]
pub unsafe extern "C" fn spot_document_load(
    bytes: *const u8,
    size: usize,
    status: *mut i32,
    sink: Sink,
    to: *mut c_void,
) -> *mut Handle {
    let bytes = unsafe { slice(bytes, size) };
    let failed = Err(corrupt("Automerge failed to load a document; rebuild it from the log"));
    let (handle, outcome) = match caught(|| saved::load(bytes)).unwrap_or(failed) {
        Ok(document) => (boxed(Document::Grown(document)), Ok(Some(Vec::new()))),
        Err(fault) => (std::ptr::null_mut(), Err(fault)),
    };
    unsafe { *status = answer(outcome, sink, to) };
    handle
}

/// # Safety
/// As document_abi.h says.
#[no_mangle]
pub unsafe extern "C" fn spot_document_from_changes(
    packed: *const u8,
    size: usize,
    status: *mut i32,
    sink: Sink,
    to: *mut c_void,
) -> *mut Handle {
    let packed = unsafe { slice(packed, size) };
    let failed = Err(corrupt("Automerge failed on changes"));
    let (handle, outcome) = match caught(|| apply::from_changes(packed)).unwrap_or(failed) {
        Ok(document) => (boxed(Document::Grown(document)), Ok(Some(Vec::new()))),
        Err(fault) => (std::ptr::null_mut(), Err(fault)),
    };
    unsafe { *status = answer(outcome, sink, to) };
    handle
}

/// # Safety
/// As document_abi.h says.
#[no_mangle]
pub unsafe extern "C" fn spot_document_operations_in(
    packed: *const u8,
    size: usize,
    sink: Sink,
    to: *mut c_void,
) -> i32 {
    let packed = unsafe { slice(packed, size) };
    let failed = Err(corrupt("changes can't be counted"));
    let counted = caught(|| apply::rows_in(packed)).unwrap_or(failed);
    answer(counted.map(|rows| Some(rows.to_be_bytes().to_vec())), sink, to)
}

/// # Safety
/// As document_abi.h says.
#[no_mangle]
pub unsafe extern "C" fn spot_document_free(handle: *mut Handle) {
    if !handle.is_null() {
        let handle = unsafe { Box::from_raw(handle) };
        let _ = caught(move || drop(handle));
    }
}

/// # Safety
/// As document_abi.h says.
#[no_mangle]
pub unsafe extern "C" fn spot_document_save(
    handle: *mut Handle,
    sink: Sink,
    to: *mut c_void,
) -> i32 {
    unsafe { enter(handle, sink, to, |document| saved::save(document.grown()).map(Some)) }
}

/// # Safety
/// As document_abi.h says.
#[no_mangle]
pub unsafe extern "C" fn spot_document_execute(
    handle: *mut Handle,
    actor: *const u8,
    time: i64,
    known: *const u8,
    known_count: usize,
    operations: *const u8,
    operations_size: usize,
    sink: Sink,
    to: *mut c_void,
) -> i32 {
    let (actor, known, operations) = unsafe {
        let hashes = slice(known, known_count * HASH_SIZE).chunks_exact(HASH_SIZE);
        let known: Vec<ChangeHash> = hashes.map(hash).collect();
        (slice(actor, guard::ACTOR_SIZE), known, slice(operations, operations_size))
    };
    let work = |document: &mut Document| {
        let actor = actor.try_into().expect("a slice of this size");
        let operations = operations::parse(operations)?;
        let made = document.execute(actor, time, &known, &operations)?;
        Ok(made.map(|hash| hash.0.to_vec()))
    };
    unsafe { enter(handle, sink, to, work) }
}

/// # Safety
/// As document_abi.h says.
#[no_mangle]
pub unsafe extern "C" fn spot_document_apply(
    handle: *mut Handle,
    change: *const u8,
    size: usize,
    sink: Sink,
    to: *mut c_void,
) -> i32 {
    let change = unsafe { slice(change, size) };
    let work = |document: &mut Document| {
        let document = document.grown();
        // Caught on its own: a stranger's bytes may bring down the copy, never the document.
        let failed = Err(corrupt("Automerge failed on a change"));
        let (hash, taken) = caught(|| apply::apply(document, change)).unwrap_or(failed)?;
        if let Some(taken) = taken {
            *document = taken;
        }
        Ok(Some(hash.0.to_vec()))
    };
    unsafe { enter(handle, sink, to, work) }
}

/// # Safety
/// As document_abi.h says.
#[no_mangle]
pub unsafe extern "C" fn spot_document_change(
    handle: *mut Handle,
    wanted: *const u8,
    sink: Sink,
    to: *mut c_void,
) -> i32 {
    let wanted = hash(unsafe { slice(wanted, HASH_SIZE) });
    let work = |document: &mut Document| {
        let document = document.grown();
        let found = document.get_change_by_hash(&wanted);
        let found = found.ok_or(not_found("the document has no change with this hash"))?;
        if found.raw_bytes().len() > guard::CHANGE_BYTES_MAX {
            return Err(limit("a change is larger than 256 KiB"));
        }
        Ok(Some(found.raw_bytes().to_vec()))
    };
    unsafe { enter(handle, sink, to, work) }
}

/// # Safety
/// As document_abi.h says.
#[no_mangle]
pub unsafe extern "C" fn spot_document_json(
    handle: *mut Handle,
    sink: Sink,
    to: *mut c_void,
) -> i32 {
    unsafe { enter(handle, sink, to, |document| Ok(Some(document.json()?.into_bytes()))) }
}

#[no_mangle]
pub extern "C" fn spot_document_panic_for_test() {
    PANICS.set(true);
}

const HASH_SIZE: usize = 32;

fn hash(bytes: &[u8]) -> ChangeHash {
    ChangeHash(bytes.try_into().expect("a hash of 32 bytes"))
}
