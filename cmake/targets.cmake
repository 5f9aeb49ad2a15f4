# Link what is our own to `spot_warnings`; what shows its version also to `spot_version`.
option(SPOT_WARNINGS_AS_ERRORS "Refuse to build with warnings (the presets do)" OFF)
add_library(spot_warnings INTERFACE)
target_compile_options(spot_warnings INTERFACE
    $<$<COMPILE_LANGUAGE:CXX>:-Wall -Wextra -Wpedantic -Wshadow -Wconversion
        $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>  # g++ 12 is wrong about "text" + string
        # Sources in a batch look like headers to g++.
        $<$<AND:$<CXX_COMPILER_ID:GNU>,$<BOOL:${CMAKE_UNITY_BUILD}>>:-Wno-subobject-linkage>
        $<$<BOOL:${SPOT_WARNINGS_AS_ERRORS}>:-Werror>>)

add_library(spot_version INTERFACE)  # SPOT_VERSION, from project() alone
target_compile_definitions(spot_version INTERFACE SPOT_VERSION="${PROJECT_VERSION}")

# What no preset changes is built once for all of them: the Rust crate's target folder goes here.
set(SPOT_SHARED_DIR ${PROJECT_SOURCE_DIR}/build/shared CACHE PATH "Build output that presets share")

# spot_optimise_lightly(TARGET): for what waits for people, files and links, and not for the
# processor. As a release it compiles in two thirds of the time.
function(spot_optimise_lightly target)
    target_compile_options(${target} PRIVATE $<$<CONFIG:Release>:-O1>)
endfunction()
