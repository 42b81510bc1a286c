# Shared by the lints; sourced, not run. Each lint prints what is wrong, then one PASS or FAIL line.
# ROOT may name another tree, so that a violation can be planted in a copy.
# shellcheck shell=sh

set -u
ROOT=${ROOT:-$(cd "$(dirname "$0")/../.." && pwd)}
lint_name=lint/$(basename "$0" .sh)
# shellcheck disable=SC2034 # for those that keep a list beside them
lint_here=$(cd "$(dirname "$0")" && pwd)
BUILD=${BUILD:-build/plain}
CC=${CC:-gcc}
case $BUILD in
/*) ;;
*) BUILD=$ROOT/$BUILD ;;
esac
cd "$ROOT" || exit 1
lint_out=$(mktemp)
trap 'rm -f "$lint_out"' EXIT

# Every finding goes through here: $* is one line of text.
found() {
	printf '%s\n' "$*" >>"$lint_out"
}

# Ends a lint: $1 is how many things were looked at. A lint that saw nothing has proven nothing.
verdict() {
	cat "$lint_out"
	[ "$1" -gt 0 ] || echo "nothing to look at"
	if [ "$1" -gt 0 ] && [ ! -s "$lint_out" ]; then
		echo "PASS $lint_name"
		exit 0
	fi
	echo "FAIL $lint_name ($(wc -l <"$lint_out") findings)"
	exit 1
}

skip() {
	echo "SKIP $lint_name ($*)"
	exit 77
}

sources() {
	find daemon tests bpf -name '*.[ch]' 2>/dev/null | sort
}

# A source without its comments, line numbers kept: what the compiler would see before the macros.
uncommented() {
	awk '
	{
		line = $0; out = ""
		while (length(line)) {
			if (comment) {
				end = index(line, "*/")
				if (!end) { line = ""; break }
				line = substr(line, end + 2); comment = 0; continue
			}
			if (match(line, /^"([^"\\]|\\.)*"/)) {
				out = out substr(line, 1, RLENGTH); line = substr(line, RLENGTH + 1); continue
			}
			if (substr(line, 1, 2) == "/*") { comment = 1; line = substr(line, 3); continue }
			if (substr(line, 1, 2) == "//") break
			out = out substr(line, 1, 1); line = substr(line, 2)
		}
		print out
	}' "$1"
}
