#ifndef SPOT_DOCUMENT_ABI_H
#define SPOT_DOCUMENT_ABI_H

/* What core/document.cpp calls in the Rust library spot-automerge (src/lib.rs). Private to the
 * bridge: everyone else includes core/document.h. */

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct spot_document spot_document;

enum spot_status {
    SPOT_OK = 0,
    SPOT_UNCHANGED = 1, /* execute: nothing differed */
    SPOT_INVALID = 2,
    SPOT_NOT_FOUND = 3,
    SPOT_CONFLICT = 4,
    SPOT_CORRUPT = 5, /* also from a poisoned document */
    SPOT_LIMIT = 6
};

/* Gets the result of a call that is SPOT_OK, or else a sentence about what went wrong: once, before
 * the call returns. The bytes are gone afterwards. Must not throw. */
typedef void (*spot_sink)(void* to, const uint8_t* bytes, size_t size);

/* A null pointer from spot_document_new or _load: it failed. Free with spot_document_free. */
spot_document* spot_document_new(void);
spot_document* spot_document_load(const uint8_t* bytes, size_t size, int32_t* status,
                                  spot_sink sink, void* to);
/* `packed`: changes, each with its size as a varint in front of it. */
spot_document* spot_document_from_changes(const uint8_t* packed, size_t size, int32_t* status,
                                          spot_sink sink, void* to);
/* The result is their number, in 8 bytes, the highest first. */
int32_t spot_document_operations_in(const uint8_t* packed, size_t size, spot_sink, void* to);
void spot_document_free(spot_document*);

int32_t spot_document_save(spot_document*, spot_sink, void* to);
/* `actor` has 16 bytes, `known` 32 for each of `known_count`; `operations` as src/operations.rs
 * describes them. The result is the change's hash. */
int32_t spot_document_execute(spot_document*, const uint8_t* actor, int64_t time,
                              const uint8_t* known, size_t known_count, const uint8_t* operations,
                              size_t operations_size, spot_sink, void* to);
int32_t spot_document_apply(spot_document*, const uint8_t* change, size_t size, spot_sink,
                            void* to);
int32_t spot_document_change(spot_document*, const uint8_t* hash, spot_sink, void* to);
int32_t spot_document_json(spot_document*, spot_sink, void* to);

/* The next call on a document of this thread panics. */
void spot_document_panic_for_test(void);

#ifdef __cplusplus
}
#endif

#endif
