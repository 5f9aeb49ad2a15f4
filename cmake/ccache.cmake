# Uses ccache where it is installed. Not for assembler: what .incbin takes in is no part of its key.
find_program(SPOT_CCACHE ccache)
if(SPOT_CCACHE)
    foreach(language C CXX)
        if(NOT CMAKE_${language}_COMPILER_LAUNCHER)
            set(CMAKE_${language}_COMPILER_LAUNCHER ${SPOT_CCACHE})
        endif()
    endforeach()
endif()
