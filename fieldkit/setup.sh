# Sourced by run and test: installs what is missing, by name, from Debian's archive.
# Where nothing is missing it neither asks the network nor takes noticeable time.

needs_rust=1.90.0
needs_cmake=3.25
needs_gxx=12

say() { printf '%s\n' "$*" >&2; }
stop() { say "$@"; exit 1; }

# at_least VERSION WANTED
at_least() { [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$2" ]; }

# One line, sorted as given: what packages.txt names and dpkg does not have.
missing_packages() {
    local wanted
    mapfile -t wanted < <(sed 's/#.*//; s/[[:space:]]*$//; /^$/d' "$top/fieldkit/packages.txt")
    { dpkg-query -W -f '${Package} ${db:Status-Status}\n' "${wanted[@]}" 2>/dev/null || true; } |
        awk -v wanted="${wanted[*]}" '
            $2 == "installed" { have[$1] = 1 }
            END { n = split(wanted, name, " ")
                  for (i = 1; i <= n; i++) if (!(name[i] in have)) printf "%s ", name[i] }'
}

rust_is_new_enough() {
    command -v cargo >/dev/null && command -v rustc >/dev/null || return 1
    local version
    version=$(rustc --version 2>/dev/null | awk '{print $2}')
    at_least "${version:-0}" "$needs_rust"
}

# install_packages NAME…: as root or by sudo; names the command where neither can be.
install_packages() {
    local root=()
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null ||
            stop "Missing: $*" "Install them as root:  apt-get update && apt-get install $*"
        root=(sudo)
    fi
    say "Installing from Debian's archive: $*"
    local log
    log=$(mktemp)
    if ! { "${root[@]}" apt-get update -qq &&
           "${root[@]}" env DEBIAN_FRONTEND=noninteractive \
               apt-get install -y -qq --no-install-recommends "$@"; } >"$log" 2>&1; then
        tail -n 20 "$log" >&2
        rm -f "$log"
        stop "That failed. By hand:  apt-get update && apt-get install $*"
    fi
    rm -f "$log"
}

check_tool() {  # check_tool NAME FOUND WANTED PACKAGE
    at_least "${2:-0}" "$3" ||
        stop "$1 is ${2:-missing}, and $3 or newer is needed:  apt-get update && apt-get install $4"
}

set_up() {
    command -v apt-get >/dev/null && command -v dpkg-query >/dev/null ||
        stop "This set-up is for Debian 12; elsewhere install what fieldkit/packages.txt names," \
             "and Rust $needs_rust, then:  cmake --preset release && cmake --build --preset release"
    local missing
    missing=$(missing_packages)
    # Main's rustc is 1.63; the security archive's rustc-web is built for browsers and kept new.
    rust_is_new_enough || missing+="cargo-web rustc-web "
    # Debian's npm, or one that came with another node: the two exclude each other.
    command -v npm >/dev/null || missing+="nodejs npm"
    # shellcheck disable=SC2086 - a list of names
    [ -z "${missing// /}" ] || install_packages $missing
    check_tool cmake "$(cmake --version | awk 'NR==1{print $3}')" "$needs_cmake" cmake
    check_tool g++ "$(g++ -dumpfullversion)" "$needs_gxx" g++
    rust_is_new_enough || stop \
        "Rust is $(rustc --version 2>/dev/null | awk '{print $2}'), and $needs_rust or newer is needed." \
        "Debian 12's security archive has it:  apt-get update && apt-get install cargo-web rustc-web" \
        "(a line for bookworm-security has to be in the apt sources), or put a newer one first in PATH."
}

# build PRESET TARGET…: quick when nothing changed.
build() {
    local preset=$1
    shift
    # Ninja itself configures again when a CMakeLists.txt changed, but not for the presets.
    [ "$top/build/$preset/build.ninja" -nt "$top/CMakePresets.json" ] ||
        (cd "$top" && cmake --preset "$preset") >&2
    # One job a core. By itself ninja takes one more, and the Rust library, which takes longest and is
    # one job, would be waited for at the end.
    cmake --build "$top/build/$preset" --parallel "$(nproc)" --target "$@" >&2
}
