#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Brings a machine to where unsnag can be built, and builds it.
#
#   tools/setup.sh build             what ./unsnag needs: packages, then build/dev/unsnag
#   tools/setup.sh build-tests       what ./test needs: more packages, then all of build/dev
#   tools/setup.sh packages [KIND]   installs the packages only; KIND is build, tests or fuzz
#   tools/setup.sh missing [KIND]    prints the packages that are missing, and installs nothing
#   tools/setup.sh compiler          prints the C++ compiler to use
#
# Prints a line a step on standard error; the details are in build/setup.log. Installs Debian packages as root or
# through sudo, on Debian 12 and Ubuntu 22.04 and 24.04; on any other machine it says what is missing.
set -u
cd "$(dirname "$0")/.." || exit 2
want=${1:-build} kind=${2:-build}
[ "$want" = build-tests ] && kind=tests

# ---- the packages ----
packages=(g++ cmake ninja-build ccache libfmt-dev libexpected-dev libyaml-cpp-dev libtomlplusplus-dev libcli11-dev libarchive-dev zlib1g-dev
  libzstd-dev libisal-dev libssl-dev libsystemd-dev libcurl4-openssl-dev libprotobuf-dev protobuf-compiler)
if [ "$kind" = tests ]; then
  packages+=(googletest libgtest-dev libgmock-dev jq xz-utils zstd git)
  # One version everywhere: another clang-format formats differently.
  packages+=(clang-14 clang-tidy-14 clang-format-14)
  # tests/e2e wants a pseudo-terminal, tests/real the real programs.
  packages+=(bsdutils openssl curl containerd docker.io docker-registry skopeo runc iproute2 util-linux e2fsprogs busybox-static)
  # tests/e2e makes binary journals.
  packages+=(systemd-journal-remote)
  # tests/platforms has parsers of its own in build/platforms.
  packages+=(python3 python3-venv)
  # tests/node boots a whole Debian.
  packages+=(debootstrap systemd systemd-container dbus)
fi
[ "$kind" = fuzz ] && packages+=(clang-14 libclang-rt-14-dev)
distribution=$(. /etc/os-release 2> /dev/null && echo "${ID:-unknown} ${VERSION_ID:-}")
case $distribution in
  'debian 12' | 'ubuntu 24.04') packaged=yes ;;
  'ubuntu 22.04') packaged=yes packages[0]=g++-12 packages=("${packages[@]/libclang-rt-14-dev/libclang-common-14-dev}") ;;
  *) packaged=no ;;
esac

# ---- small things ----
step_started=0
step() { step_started=$(date +%s%N); printf '%s … ' "$1" >&2; }
done_step() { local tenths=$((($(date +%s%N) - step_started) / 100000000)); printf 'done (%s.%s s)\n' $((tenths / 10)) $((tenths % 10)) >&2; }
give_up() {
  printf 'failed\n\n' >&2
  tail -n 20 "$log" | sed 's/^/    /' >&2
  printf '\nunsnag: %s\n  details  %s\n' "$1" "$log" >&2
  [ -z "${2:-}" ] || printf '  next     %s\n' "$2" >&2
  exit 1
}
compiler() {
  local major
  if [ -z "${CXX:-}" ] && command -v g++-12 > /dev/null; then
    major=$(g++ -dumpversion 2> /dev/null || echo 0)
    [ "${major%%.*}" -ge 12 ] || { echo g++-12; return; }
  fi
  echo "${CXX:-g++}"
}
missing_packages() {
  dpkg-query -W -f='${Package} ${Status}\n' "${packages[@]}" 2> /dev/null |
    awk -v want="${packages[*]}" '/ install ok installed$/ { have[$1] = 1 } END { n = split(want, w, " "); for (i = 1; i <= n; i++) if (!(w[i] in have)) print w[i] }'
}

case $want in
  missing) missing_packages; exit 0 ;;
  compiler) compiler; exit 0 ;;
  build | build-tests | packages) ;;
  *) sed -n '5,9s/^# *//p' "$0" >&2; exit 2 ;;
esac

# ---- one set-up at a time: a second one waits for the first, and then finds all done ----
mkdir -p build || exit 2
log=$PWD/build/setup.log
if [ -z "${UNSNAG_SETUP_LOCKED:-}" ] && command -v flock > /dev/null; then
  flock --nonblock build/setup.lock true || echo 'waiting for another set-up of this clone …' >&2
  UNSNAG_SETUP_LOCKED=1 exec flock --close build/setup.lock "$0" "$@"
fi
unset UNSNAG_SETUP_LOCKED

# ---- what is missing is installed ----
install_packages() {
  # What needs root, in one script. No service that a package brings may start: the tests start their own.
  local script='
    policy=/usr/sbin/policy-rc.d
    if [ ! -e $policy ]; then
      trap "rm -f $policy" EXIT
      printf "#!/bin/sh\nexit 101\n" > $policy && chmod 755 $policy
    fi
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -q && apt-get install -q -y --no-install-recommends -o DPkg::Lock::Timeout=600 "$@"'
  local root=()
  if [ "$(id -u)" != 0 ]; then
    # sudo asks for the password on the terminal, if there is one.
    if command -v sudo > /dev/null && { sudo -n true 2> /dev/null || { [ -t 2 ] && sudo -v; }; }; then root=(sudo)
    else
      printf 'unsnag: packages are missing, and only root may install them\n  next     sudo apt-get update && sudo apt-get install -y --no-install-recommends %s\n' "$*" >&2
      exit 1
    fi
  fi
  step "installing $# packages"
  "${root[@]}" bash -c "$script" install "$@" >> "$log" 2>&1 < /dev/null || give_up "these packages could not be installed: $*" 'is the package mirror reachable? then run this again'
  done_step
}
if [ $packaged = yes ]; then
  missing=$(missing_packages)
  # shellcheck disable=SC2086 # a word a package
  [ -z "$missing" ] || install_packages $missing
else
  lacking=()
  for program in cmake ninja "$(compiler)"; do command -v "$program" > /dev/null || lacking+=("$program"); done
  for header in fmt/format.h tl/expected.hpp yaml-cpp/yaml.h toml++/toml.h CLI/CLI.hpp archive.h zstd.h isa-l/igzip_lib.h openssl/evp.h systemd/sd-journal.h curl/curl.h google/protobuf/message_lite.h; do
    echo "#include <$header>" | "$(compiler)" -std=c++20 -fsyntax-only -x c++ - 2> /dev/null || lacking+=("<$header>")
  done
  if ((${#lacking[@]})); then
    printf 'unsnag: the set-up knows Debian 12, Ubuntu 22.04 and Ubuntu 24.04, and this is %s\n' "$distribution" >&2
    printf '  missing  %s\n' "${lacking[@]}" >&2
    printf '  next     install g++ 12 (or clang 14), CMake 3.22, ninja, fmt, tl::expected, yaml-cpp, toml++, CLI11, libarchive, zlib, zstd, ISA-L, OpenSSL, libsystemd, curl and protobuf (with protoc), and run this again\n' >&2
    exit 1
  fi
fi
[ "$want" = packages ] && exit 0

# ---- the build ----
export CXX
CXX=$(compiler)
mkdir -p build/dev
touch build/dev/begun
# A warning of a compiler that nobody here has is no reason for ./unsnag not to start; where tests are built, it is an error.
tests=OFF target=unsnag werror=OFF
[ "$want" = build-tests ] && tests=ON target=all werror=ON
if [ ! -f build/dev/build.ninja ] || { [ $tests = ON ] && ! grep -q '^UNSNAG_TESTS:BOOL=ON' build/dev/CMakeCache.txt; }; then
  step 'configuring'
  cmake --preset dev -DUNSNAG_TESTS=$tests -DUNSNAG_WERROR=$werror >> "$log" 2>&1 || { rm -f build/dev/build.ninja; give_up 'the build could not be configured'; }
  done_step
fi
step 'building'
cmake --build build/dev --target $target >> "$log" 2>&1 || give_up 'the build failed'
mv build/dev/begun build/dev/built
done_step
