# shellcheck shell=bash disable=SC2154 # $root and $configuration are of the script that sources this
# Runs every test and says at the end how many of them passed.

run_tests() {
  local log=$root/artifacts/test.log passed=0 failed=0 skipped=0 broken=0
  mkdir -p "$root/artifacts"
  : >"$log"

  if build_console && build_dotnet Rowhouse.slnx src tests bench; then
    install_playwright_chromium
    test_dotnet "$@" || broken=1
    [ $# -gt 0 ] || test_console || broken=1
  else
    broken=1
  fi

  # A project that does not build or crashes has no count of its own, and a count says more than how the runner ended.
  [ "$broken" = 0 ] || [ "$failed" -gt 0 ] || failed=1
  [ "$failed" = 0 ] || broken=1
  tell_failures
  printf '%s passed, %s failed, %s skipped\n' "$passed" "$failed" "$skipped"
  return "$broken"
}

# Options that are given go to `dotnet test`: ./rowhouse test --filter-class "*Isolation*"
test_dotnet() {
  local code=0 chromium
  # A snapshot that is not there would be written and pass.
  [ "${CI:-}" != true ] || export SNAPSHOOTER_STRICT_MODE=true
  chromium=$(find_chromium) && export ROWHOUSE_CHROMIUM=$chromium
  if [ $# -gt 0 ]; then
    export TESTINGPLATFORM_EXITCODE_IGNORE=8 # a project in which a filter finds no test
  else
    # For each project: by then something waits for what does not come. What heeds its cancellation ends and fails.
    set -- --timeout 20m
  fi
  say 'running the .NET tests'
  (cd "$root" && dotnet test --solution Rowhouse.slnx --max-parallel-test-modules 1 --no-build -c "$configuration" --no-ansi --no-progress "$@") 2>&1 | tee "$log" || code=${PIPESTATUS[0]}
  # The last summary is the one over all projects.
  passed=$((passed + $(count succeeded)))
  failed=$((failed + $(count failed)))
  skipped=$((skipped + $(count skipped)))
  if [ "$code" = 0 ] && [ $((passed + failed + skipped)) = 0 ]; then
    say 'not one test was found'
    code=1
  fi
  return "$code"
}

# Once more at the end, with the first lines of each: the console's tests follow, and of a long log often only the end is kept.
tell_failures() {
  local failures
  failures=$(awk '/^failed .+ \([0-9a-z .]+\)$/ { lines = 12; print; next } /^[^ ]/ { lines = 0 } lines-- > 0' "$log")
  [ -z "$failures" ] || say "these .NET tests failed:
$failures"
}

count() {
  local number
  number=$(sed -nE "s/^ *$1: ([0-9]+).*$/\1/p" "$log" | tail -n 1)
  echo "${number:-0}"
}

test_console() {
  if ! has_node; then
    say "the console's tests cannot run here: they need Node 20.19 or newer with npm"
    # Elsewhere one skip stands for all of them; a build machine has no excuse.
    if [ "${CI:-}" = true ]; then failed=$((failed + 1)); else skipped=$((skipped + 1)); fi
    return
  fi
  local code=0 report=$root/artifacts/vitest.json counts
  rm -f "$report"
  say "running the console's tests"
  { install_console_packages &&
    (cd "$root/web" && npm run --silent lint && npx --no-install vitest run --silent=passed-only --reporter=default --reporter=json --outputFile="$report"); } || code=1
  counts=$([ -f "$report" ] && node -e '
    const report = JSON.parse(require("fs").readFileSync(process.argv[1], "utf8"));
    console.log(report.numPassedTests, report.numFailedTests, report.numPendingTests + report.numTodoTests);' "$report") || counts='0 1 0'
  read -r -a counts <<<"$counts"
  passed=$((passed + counts[0]))
  failed=$((failed + counts[1]))
  skipped=$((skipped + counts[2]))
  return "$code"
}
