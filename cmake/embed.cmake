# spot_embed(<target> <symbol> <file>): puts the file's bytes into the target, between
#     extern "C" const char spot_<symbol>_start[], spot_<symbol>_end[];
# A null follows the end, which does not count, so that text may be read as a C string.
# An edit of the file rebuilds the object. A relative path is relative to the calling folder.
function(spot_embed target symbol file)
    cmake_path(ABSOLUTE_PATH file BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR} NORMALIZE)
    set(source ${CMAKE_CURRENT_BINARY_DIR}/embed/${symbol}.S)
    file(CONFIGURE OUTPUT ${source} @ONLY CONTENT [[
    .section .rodata
    .balign 16
    .global spot_@symbol@_start
    .global spot_@symbol@_end
    .type spot_@symbol@_start, %object
    .type spot_@symbol@_end, %object
spot_@symbol@_start:
    .incbin "@file@"
spot_@symbol@_end:
    .byte 0
    .size spot_@symbol@_start, spot_@symbol@_end - spot_@symbol@_start
    .size spot_@symbol@_end, 1
    .section .note.GNU-stack, "", %progbits
]])
    set_source_files_properties(${source} TARGET_DIRECTORY ${target} PROPERTIES OBJECT_DEPENDS ${file})
    target_sources(${target} PRIVATE ${source})
endfunction()
