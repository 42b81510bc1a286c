#!/bin/sh
# What can be set stands in four places that must say the same: the option tables, oomhandlerd.conf, the
# manual pages, and --help. The tables are asked through the programs that read them.
. "$(dirname "$0")/common.sh"

golden=$BUILD/tests/golden/golden
[ -x "$golden" ] || skip "no $golden"
seen=0

# `Section Key default` for every row of the tables
"$golden" --defaults >"$lint_out.rows" 2>&1 || found "golden --defaults failed"
trap 'rm -f "$lint_out" "$lint_out".*' EXIT
sections() {
	awk '/^\[/ { section = substr($1, 2, length($1) - 2); next }
		/^[A-Z][A-Za-z]*=/ { key = $0; sub(/=.*/, "", key); sub(/^[^=]*=/, ""); print section, key, $0 }' "$@"
}
sections "$lint_out.rows" >"$lint_out.table"
sed 's/^#\([A-Z][A-Za-z]*=\)/\1/' oomhandlerd.conf >"$lint_out.conf"
sections "$lint_out.conf" >"$lint_out.file"
diff "$lint_out.table" "$lint_out.file" >"$lint_out.diff" ||
	found "option table (<) and oomhandlerd.conf (>) differ: $(cat "$lint_out.diff")"

# The page: `.It Bq Section`, `.It Cm Key Ns = ...`, `... default VALUE.`
awk '/^\.It Bq / { section = $3 }
	/^\.It Cm / { key = $3 }
	key && match($0, /default [^ ]*\.$/) {
		print section, key, substr($0, RSTART + 8, RLENGTH - 9); key = "" }' \
	man/oomhandlerd.conf.5 >"$lint_out.page"
diff "$lint_out.table" "$lint_out.page" >"$lint_out.diff" ||
	found "option table (<) and oomhandlerd.conf(5) (>) differ: $(cat "$lint_out.diff")"
seen=$((seen + $(wc -l <"$lint_out.table")))

# Policy keys: each row against oomhandlerd.policy(5)
sed -nE '/policy_rows\[\]/,/^};/p' daemon/settings/options.c | tr '\n\t' '  ' |
	grep -oE '\{ "(Match|OnOOM|Victim)", +"[A-Za-z]+"' | sed -E 's/.*"([A-Za-z]+)"$/\1/' | sort \
	>"$lint_out.table"
sed -nE 's/^\.It Cm ([A-Z][A-Za-z]*) Ns =.*/\1/p' man/oomhandlerd.policy.5 | sort >"$lint_out.page"
diff "$lint_out.table" "$lint_out.page" >"$lint_out.diff" ||
	found "policy table (<) and oomhandlerd.policy(5) (>) differ: $(cat "$lint_out.diff")"
seen=$((seen + $(wc -l <"$lint_out.table")))

# Steps: those that the message about an unknown one lists, against the same page
printf '[Match]\nCgroup=/a\n[OnOOM]\nStep=x\n' >"$lint_out.policy"
"$golden" "$lint_out.policy" | sed -nE "s/.*unknown step 'x', expected //p" | sed 's/ or /, /' |
	tr -d ' ' | tr ',' '\n' | sort >"$lint_out.table"
sed -nE '/^\.Ss Steps/,/^\.Ss Warn/s/^\.It Cm ([a-z-]+).*/\1/p' man/oomhandlerd.policy.5 | sort \
	>"$lint_out.page"
diff "$lint_out.table" "$lint_out.page" >"$lint_out.diff" ||
	found "steps (<) and oomhandlerd.policy(5) (>) differ: $(cat "$lint_out.diff")"
seen=$((seen + $(wc -l <"$lint_out.table")))

# Command lines: --help against the page
for program in oomhandlerd:8 oomhandlerctl:1; do
	page=man/${program%:*}.${program#*:}
	program=$BUILD/${program%:*}
	[ -x "$program" ] || continue
	"$program" --help | grep -oE -- '--[a-z][a-z-]+' | sort -u >"$lint_out.table"
	sed -E 's/Fl -/Fl --/g' "$page" | grep -oE -- 'Fl --[a-z][a-z-]+' | sed 's/Fl //' | sort -u \
		>"$lint_out.page"
	diff "$lint_out.table" "$lint_out.page" >"$lint_out.diff" ||
		found "$program --help (<) and $page (>) differ: $(cat "$lint_out.diff")"
	seen=$((seen + $(wc -l <"$lint_out.table")))
done
verdict "$seen"
