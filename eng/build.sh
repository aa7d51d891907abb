# shellcheck shell=bash disable=SC2154 # $root and $configuration are of the script that sources this
# Builds what has changed since the last build, and nothing else: a build that has nothing to do still takes ten seconds.

cli() { echo "$root/artifacts/bin/Rowhouse.Cli/${configuration,,}/rowhouse.dll"; }

# A line for each file of the given folders: name, time, size.
fingerprint() {
  (cd "$root" && find "$@" -name node_modules -prune -o -path web/dist -prune -o -type f -printf '%p %T@ %s\n') | LC_ALL=C sort | sha256sum
}

# changed STAMP FINGERPRINT: whether the stamp says something else
changed() { [ "$(cat "$root/artifacts/stamps/$1" 2>/dev/null)" != "$2" ]; }

stamp() {
  mkdir -p "$root/artifacts/stamps"
  printf '%s\n' "$2" >"$root/artifacts/stamps/$1"
}

# Two builds of one clone at a time would write the same files. Closed again by its callers' subshell.
lock_build() {
  mkdir -p "$root/artifacts"
  exec 9>"$root/artifacts/build.lock"
  flock 9
}

build_console() (
  [ -f "$root/web/package.json" ] && has_node || return 0
  lock_build
  cd "$root/web" || return 1
  sources=$(fingerprint web)
  if [ ! -d dist ] || changed console "$sources"; then
    install_console_packages || return 1
    say 'building the console'
    quiet console npm run --silent build || return 1
    stamp console "$sources"
  fi
)

install_console_packages() {
  local packages
  packages=$(sha256sum <"$root/web/package-lock.json")
  if [ ! -d "$root/web/node_modules" ] || changed console-packages "$packages"; then
    say "installing the console's packages"
    quiet npm npm ci --prefix "$root/web" --no-audit --no-fund || return 1
    stamp console-packages "$packages"
  fi
}

# build_dotnet PROJECT|SOLUTION FOLDER…: the folders that it is built from
build_dotnet() (
  lock_build
  name=$(basename "$1")
  sources=$(fingerprint "${@:2}" eng Directory.Build.props Directory.Packages.props global.json .editorconfig Rowhouse.slnx)
  [ ! -d "$root/web/dist" ] || sources+=$(fingerprint web/dist/.)
  if [ ! -f "$(cli)" ] || changed "$name" "$sources"; then
    say "building ${name%.*} with .NET"
    cd "$root" || return 1
    quiet "$name" dotnet build "$1" -c "$configuration" -nologo -v quiet -nodeReuse:false || return 1
    stamp "$name" "$sources"
  fi
)
