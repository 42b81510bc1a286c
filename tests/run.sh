#!/bin/sh
# The one runner: runs each test program, shows what failed and what was skipped, and closes with one
# line `N passed, N failed, N skipped`.
#
#   tests/run.sh [--log DIR] [--timeout SECONDS] PROGRAM... [--timeout SECONDS PROGRAM...]
#
# A program says what it found in lines `PASS name`, `FAIL name`, `SKIP name (reason)`, or it is a
# Check program and says it in the TAP log that Check writes for CK_TAP_LOG_FILE_NAME. A program that
# crashes, hangs, says nothing, or ends with an error without naming a failure is itself one failure.
set -u

log=build/log
limit=120
passed=0
failed=0
skipped=0

say() {
	printf '%s\n' "$*"
}

# $1 log of the program, $2 its TAP log, $3 where the results go, $4 exit status of the program
collect() {
	grep -aE '^(PASS|FAIL|SKIP) ' "$1" >"$3"
	[ -e "$2" ] || return 0
	# `ok 1 - FILE:CASE:TEST: Passed`; the plan `1..N` comes last, so its absence tells of a crash.
	sed -nE 's/^ok [0-9]+ - (.*)/PASS \1/p; s/^not ok [0-9]+ - (.*)/FAIL \1/p' "$2" >>"$3"
	planned=$(sed -nE 's/^1\.\.([0-9]+)$/\1/p' "$2")
	seen=$(grep -cE '^(not )?ok ' "$2")
	[ "${planned:-none}" = "$seen" ] ||
		say "FAIL plan (${planned:-none} tests planned, $seen reported)" >>"$3"
}

# What the results alone do not tell. $1 results, $2 exit status, $3 time limit
judge() {
	case $2 in
	124 | 137) say "FAIL timeout (longer than $3 s, or killed)" >>"$1" ;;
	0) [ -s "$1" ] || say "FAIL silent (no result in its output)" >>"$1" ;;
	77) grep -q '^SKIP ' "$1" || say "FAIL silent (exit status 77 without a SKIP line)" >>"$1" ;;
	*) grep -q '^FAIL ' "$1" || say "FAIL status (exit status $2)" >>"$1" ;;
	esac
}

count() {
	grep -ac "^$1 " "$2"
}

run() {
	name=$(say "$1" | sed -E 's,^.*tests/,,; s,(/run)?(\.sh)?$,,')
	base=$log/$(say "$name" | tr / -)
	rm -f "$base".log "$base".tap "$base".results
	began=$(date +%s)
	CK_TAP_LOG_FILE_NAME=$base.tap CK_VERBOSITY=silent \
		timeout -k 10 "$limit" "$1" >"$base.log" 2>&1 </dev/null
	status=$?
	collect "$base.log" "$base.tap" "$base.results"
	judge "$base.results" "$status" "$limit"
	took=$(($(date +%s) - began))

	p=$(count PASS "$base.results") f=$(count FAIL "$base.results") s=$(count SKIP "$base.results")
	passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
	verdict=ok
	[ "$f" -eq 0 ] || verdict=FAILED
	printf '%-6s %-40s %3d passed %s%s%s\n' "$verdict" "$name" "$p" \
		"$([ "$f" -eq 0 ] || printf '%d failed ' "$f")" \
		"$([ "$s" -eq 0 ] || printf '%d skipped ' "$s")" "($took s)"
	if [ "${V:-0}" = 1 ]; then
		sed 's/^/       /' "$base.results"
	else
		grep -aE '^(FAIL|SKIP) ' "$base.results" | sed 's/^/       /'
	fi
	if [ "$f" -ne 0 ]; then
		say "       --- end of $base.log"
		tail -n 40 "$base.log" | sed 's/^/       | /'
	fi
}

while [ $# -gt 0 ]; do
	case $1 in
	--log | --timeout)
		[ $# -ge 2 ] || {
			say "run.sh: $1 needs a value" >&2
			exit 2
		}
		[ "$1" = --log ] && log=$2 || limit=$2
		shift 2
		;;
	*)
		mkdir -p "$log" || exit 1
		run "$1"
		shift
		;;
	esac
done
printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
