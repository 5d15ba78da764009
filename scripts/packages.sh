# Sourced by scripts/run and scripts/test: which Debian packages the project needs, and installing them.

say() { printf '\033[1m==>\033[0m %s\n' "$*" >&2; }

# Whether this release has the package. `apt-cache show` also knows names that others merely mention.
# (grep reads to the end: with -q it may close the pipe too early, which pipefail takes for a no.)
installable() {
  LC_ALL=C apt-cache policy "$1" 2>/dev/null | grep 'Candidate: [0-9]' >/dev/null
}

# The boost packages carry their version in their name; the plain one is too old on Debian 12.
boost_package() {
  if installable libboost1.81-dev; then echo libboost1.81-dev; else echo libboost-dev; fi
}

build_packages() {
  echo build-essential cmake ninja-build pkg-config git ca-certificates "$(boost_package)" \
    libssl-dev libsodium-dev libngtcp2-dev libngtcp2-crypto-gnutls-dev libgnutls28-dev libenet-dev \
    libavcodec-dev libavutil-dev libx264-dev libaom-dev libyuv-dev libopus-dev zlib1g-dev \
    libpipewire-0.3-dev libevdev-dev libavahi-client-dev libdbus-1-dev libpugixml-dev nlohmann-json3-dev libsqlite3-dev \
    libfmt-dev libspdlog-dev libcli11-dev libexpected-dev libwayland-dev wayland-protocols \
    libxkbcommon-dev libxcb1-dev libxcb-shm0-dev libxcb-damage0-dev libxcb-xfixes0-dev libxcb-xtest0-dev \
    libxcb-keysyms1-dev libipsec-mb-dev $(console_packages)
}

# The web console is built by npm. Where one is at hand (some come with node itself) it is left as it is.
console_packages() {
  command -v npm >/dev/null || echo nodejs npm
}

# What the running host uses on a machine without a desktop of its own.
run_packages() {
  echo sway xwayland xvfb pipewire pipewire-bin wireplumber pipewire-pulse dbus
}

test_packages() {
  echo libgtest-dev libgmock-dev clang-format-16 xserver-xephyr pulseaudio-utils chromium mold
}

missing_packages() {
  local name installed
  installed=$(dpkg-query -W -f='${db:Status-Status} ${Package}\n' "$@" 2>/dev/null || true)
  for name in "$@"; do
    [[ $'\n'$installed$'\n' == *$'\n'"installed $name"$'\n'* ]] || echo "$name"
  done
}

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# apt's account of its progress (lines "dlstatus:what:percent:text") as one line of the terminal.
show_progress() {
  local kind what percent text
  while IFS=: read -r kind what percent text; do
    case $kind in
      dlstatus) what=Fetching ;;
      pmstatus) what=Installing ;;
      *) continue ;;
    esac
    [ ! -t 2 ] || printf '\r    %s %3d %% ' "$what" "${percent%%[.,]*}" >&2
  done
  [ ! -t 2 ] || printf '\r%*s\r' 30 '' >&2
}

# install_packages NAME...: one apt line for what is missing. A package that this release does not have is
# left out with a note, so that the same list serves Debian 12 and 13.
install_packages() {
  command -v apt-get >/dev/null || {
    say "This needs Debian's apt-get. On another system install the equivalents of: $*"
    return 1
  }
  local missing name size available=()
  missing=$(missing_packages "$@")
  [ -n "$missing" ] || return 0
  if [ "$(id -u)" != 0 ] && ! command -v sudo >/dev/null; then
    say "Packages are missing: $(echo $missing)"
    say "Only root may install them, and there is no sudo here. Run this once, then what you just ran again:"
    printf '    su -c "%q --packages"\n' "$PWD/scripts/run" >&2
    return 1
  fi
  say "Looking for packages"
  as_root apt-get update -qq || say "apt-get update failed; trying with the lists at hand"
  for name in $missing; do
    [ "$name" = libboost-dev ] && name=$(boost_package)
    if installable "$name"; then available+=("$name")
    else say "NOTE: $name is not in this release; what needs it is left out"; fi
  done
  [ ${#available[@]} -gt 0 ] || return 0
  local -a install=(apt-get install -y -qq --no-install-recommends "${available[@]}")
  size=$("${install[@]}" --print-uris | awk '{n += $3} END {printf "%d packages, %.0f MB", NR, n / 1e6}' || true)
  say "Installing missing packages ($size to fetch with all that they need): ${available[*]}"
  as_root env DEBIAN_FRONTEND=noninteractive "${install[@]}" -o APT::Status-Fd=1 | show_progress || {
    say "The packages could not be installed; apt-get's lines above say why."
    return 1
  }
}

# configure_and_build PRESET [TARGET...]; CMAKE_OPTIONS holds further options of the configure step.
configure_and_build() {
  local preset=$1
  shift
  cmake --preset "$preset" ${CMAKE_OPTIONS:-} >"build-$preset.log" 2>&1 ||
    { cat "build-$preset.log"; rm -f "build-$preset.log"; return 1; }
  grep -E '^-- (back end|web console)' "build-$preset.log" >&2 || true
  rm -f "build-$preset.log"
  cmake --build --preset "$preset" ${1:+--target "$@"}
}
