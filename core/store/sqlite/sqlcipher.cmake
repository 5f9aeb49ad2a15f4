# Target spot_sqlcipher: SQLCipher's amalgamation, taken from the crate registry because Debian's
# is too old, and compiled here. Never link a second SQLite beside it.
set(sqlcipher_manifest ${CMAKE_CURRENT_LIST_DIR}/sqlcipher/Cargo.toml)
set(sqlcipher_sha256 8cd2347d18886fee4651153fabeeeffb7cec008700987dab1c00261febc4220f)

find_program(SPOT_CARGO cargo)
if(NOT SPOT_CARGO)
    message(FATAL_ERROR "cargo is needed: apt-get install cargo-web")
endif()
execute_process(
    COMMAND ${SPOT_CARGO} metadata --locked --format-version 1 --manifest-path ${sqlcipher_manifest}
    OUTPUT_VARIABLE sqlcipher_metadata
    ERROR_VARIABLE sqlcipher_error
    RESULT_VARIABLE sqlcipher_result)
if(NOT sqlcipher_result EQUAL 0)
    message(FATAL_ERROR "cargo could not fetch SQLCipher's source: ${sqlcipher_error}")
endif()

string(JSON sqlcipher_count LENGTH "${sqlcipher_metadata}" packages)
math(EXPR sqlcipher_last "${sqlcipher_count} - 1")
foreach(i RANGE ${sqlcipher_last})
    string(JSON sqlcipher_name GET "${sqlcipher_metadata}" packages ${i} name)
    if(sqlcipher_name STREQUAL "sqlcipher-src")
        string(JSON sqlcipher_crate GET "${sqlcipher_metadata}" packages ${i} manifest_path)
    endif()
endforeach()
cmake_path(GET sqlcipher_crate PARENT_PATH sqlcipher_folder)
set(sqlcipher_folder ${sqlcipher_folder}/sqlcipher)

file(SHA256 ${sqlcipher_folder}/sqlcipher.c sqlcipher_found)
if(NOT sqlcipher_found STREQUAL sqlcipher_sha256)
    message(FATAL_ERROR "sqlcipher.c has SHA-256 ${sqlcipher_found}, not ${sqlcipher_sha256}")
endif()

find_package(OpenSSL REQUIRED COMPONENTS Crypto)
find_package(Threads REQUIRED)
add_library(spot_sqlcipher STATIC ${sqlcipher_folder}/sqlcipher.c)
set_target_properties(spot_sqlcipher PROPERTIES UNITY_BUILD OFF)
target_include_directories(spot_sqlcipher SYSTEM PUBLIC ${sqlcipher_folder})
target_compile_definitions(spot_sqlcipher
    PUBLIC SQLITE_HAS_CODEC
    PRIVATE
        SQLITE_TEMP_STORE=2  # temporary tables and indexes in memory: they would be plain text
        SQLITE_EXTRA_INIT=sqlcipher_extra_init
        SQLITE_EXTRA_SHUTDOWN=sqlcipher_extra_shutdown
        SQLCIPHER_CRYPTO_OPENSSL
        SQLCIPHER_OMIT_DEFAULT_LOGGING  # a wrong key is told by our own error, not on stderr
        HAVE_FDATASYNC=1  # fsync() would also write the files' times
        HAVE_NANOSLEEP=1  # else waiting for another process goes by whole seconds
        HAVE_USLEEP=1
        SQLITE_THREADSAFE=1
        SQLITE_DEFAULT_MEMSTATUS=0
        SQLITE_DQS=0
        SQLITE_OMIT_LOAD_EXTENSION
        NDEBUG)
# Lightly in every preset: at -O2 it takes 54 s of processor time to compile instead of 21, and saves
# recording 0.6 % of its instructions and an export 0.5 %: what takes its time is the disk and OpenSSL.
# Not our warnings.
target_compile_options(spot_sqlcipher PRIVATE -O1 -w)
target_link_libraries(spot_sqlcipher PUBLIC OpenSSL::Crypto Threads::Threads ${CMAKE_DL_LIBS} m)
