#!/bin/sh
# Golden tests: run.sh [BUILD_DIR]; without one, $BUILD of the environment
# Every NAME.policy and NAME.conf here is read by BUILD_DIR/tests/golden/golden; what it prints, and its
# exit status as a last line, must be NAME.expected; what a good policy is printed as must be read again as
# the same policy. Then the two files that are shipped: the policy for
# containers must be good, and oomhandlerd.conf with its comments removed must say the defaults. At last the
# command line, asked for what is not there.
# `run.sh BUILD_DIR --accept` writes the .expected files instead: read the difference before you keep it.

build=${1:-${BUILD:-}}
[ -d "$build" ] || { echo "usage: run.sh BUILD_DIR [--accept]" >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)
golden=$(cd "$build" && pwd)/tests/golden/golden
accept=${2:-}
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
failed=0

verdict() { # NAME STATUS
	if [ "$2" -eq 0 ]; then
		echo "PASS golden/$1"
	else
		echo "FAIL golden/$1"
		failed=1
	fi
}

answer() { # FILE
	"$golden" "$1" 2>&1
	echo "exit $?"
}

cd "$here" || exit 1
for file in *.policy *.conf; do
	name=${file%.*}
	answer "$file" >"$scratch/answer"
	[ "$accept" = --accept ] && cp "$scratch/answer" "$name.expected"
	diff -u "$name.expected" "$scratch/answer"
	verdict "$name" $?
done

# What is printed means the same: read again, it is printed the same.
mkdir "$scratch/again"
for file in good-*.policy; do
	"$golden" "$file" >"$scratch/once" 2>/dev/null
	grep -v "^$file:" "$scratch/once" >"$scratch/again/$file"
	"$golden" "$scratch/again/$file" | grep -v "^$scratch" | diff -u "$scratch/again/$file" -
	verdict "${file%.policy} reads back" $?
done

# An answer without a question is a test that no longer runs.
for file in *.expected; do
	[ -e "${file%.expected}.policy" ] || [ -e "${file%.expected}.conf" ]
	status=$?
	[ $status -eq 0 ] || verdict "$file has no input" $status
done

"$golden" ../../conf/policy.d/90-containers.policy >"$scratch/answer" 2>&1
status=$?
[ $status -eq 0 ] || cat "$scratch/answer"
verdict shipped-policy $status

sed 's/^#\([A-Z][A-Za-z]*=\)/\1/' ../../oomhandlerd.conf >"$scratch/shipped.conf"
answer "$scratch/shipped.conf" >"$scratch/answer"
answer --defaults >"$scratch/defaults"
diff -u "$scratch/defaults" "$scratch/answer"
verdict shipped-config-says-defaults $?
# The same text would also come from a file that says nothing: count what is said.
[ "$(grep -c '^[A-Z].*=' "$scratch/shipped.conf")" -eq "$(grep -c '^[A-Z].*=' "$scratch/defaults")" ]
verdict shipped-config-is-complete $?

# What the command line answers where there is nothing to read: a status, a line, and JSON when asked for.
ctl=${golden%/tests/golden/golden}/oomhandlerctl
refuses() { # NAME STATUS WORDS ARGUMENT...
	name=$1 status=$2 words=$3
	shift 3
	"$ctl" --runtime-dir "$scratch/none" "$@" >"$scratch/answer" 2>"$scratch/words"
	[ $? -eq "$status" ] && cat "$scratch/answer" "$scratch/words" | grep -qF "$words"
	verdict "$name" $?
}
for verb in status list "show /a"; do
	# a verb and its argument
	# shellcheck disable=SC2086
	refuses "no page: $verb" 3 "no daemon runs in" $verb
	# shellcheck disable=SC2086
	refuses "no page, json: $verb" 3 '"error": "no daemon runs in' --json $verb
done
refuses "folder that was named is missing" 5 "$scratch/none: cannot be read: No such file" \
	check --policy-dir "$scratch/none"
refuses "folder that was named is missing, json" 5 '"line": null' \
	check --json --policy-dir "$scratch/none"
mkdir "$scratch/none"
refuses "folder that was named is empty" 0 "0 policies, no errors" check --policy-dir "$scratch/none"

exit $failed
