#!/bin/sh
# What the handler asks of the C library is a closed list with a reason for each symbol: no allocation,
# no stdio, no open, no lock between an event and a signal. Looked at are the handler's objects and
# those of base/ and shared/ that it calls in an episode.
#
# hot_symbols.allow: SYMBOL  OBJECT[,OBJECT...]  REASON; OBJECT is below daemon/, without .o, or *.
. "$(dirname "$0")/common.sh"

allow=${ALLOW:-$lint_here/hot_symbols.allow}
hot=$(find "$BUILD/daemon/handler" "$BUILD/daemon/ranking" -name '*.o' 2>/dev/null | sort)
[ -n "$hot" ] || skip "no handler objects in $BUILD"
for name in base/io base/text shared/bpf_call shared/knobs shared/wire; do
	hot="$hot $BUILD/daemon/$name.o"
done
below=$(find "$BUILD/daemon/base" "$BUILD/daemon/shared" -name '*.o')

# _FORTIFY_SOURCE renames memcpy to __memcpy_chk: it is memcpy that is meant.
symbols() {
	nm "$1" --format=posix "$2" | awk '{
		sub(/@.*/, "", $1)
		if ($1 ~ /^__.*_chk$/) { sub(/^__/, "", $1); sub(/_chk$/, "", $1) }
		print $1
	}'
}

own=$(for object in $hot $below; do symbols --defined-only "$object"; done | sort -u)
for object in $hot; do
	name=${object#"$BUILD"/daemon/}
	symbols -u "$object" | while read -r symbol; do
		printf '%s\n' "$own" | grep -qxF "$symbol" || echo "$symbol ${name%.o}"
	done
done | awk -v allow="$allow" '
	BEGIN {
		while ((getline line < allow) > 0) {
			if (line ~ /^#/ || line ~ /^[ \t]*$/)
				continue
			if (split(line, part, /[ \t]+/) < 3) {
				print "hot_symbols.allow: no reason given: " line
				continue
			}
			count = split(part[2], object, ",")
			for (i = 1; i <= count; i++)
				allowed[part[1] " " object[i]] = 1
		}
		# made up by the compiler and the linker
		allowed["__stack_chk_fail *"] = allowed["_GLOBAL_OFFSET_TABLE_ *"] = 1
		hit["__stack_chk_fail *"] = hit["_GLOBAL_OFFSET_TABLE_ *"] = 1
	}
	$0 in allowed { hit[$0] = 1; next }
	($1 " *") in allowed { hit[$1 " *"] = 1; next }
	{ printf "daemon/%s.c uses %s, which is not in hot_symbols.allow\n", $2, $1 }
	END {
		for (entry in allowed)
			if (!(entry in hit) && entry !~ / \*$/)
				print "hot_symbols.allow: nobody needs: " entry
	}' >>"$lint_out"
verdict "$(echo "$hot" | wc -w)"
