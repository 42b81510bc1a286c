#!/bin/sh
# Every header compiles alone and guards itself.
. "$(dirname "$0")/common.sh"

headers=$(find daemon tests -name '*.h' | sort)
for header in $headers; do
	grep -q '^#pragma once$' "$header" || found "$header: no #pragma once"
	echo "#include \"$header\"" | "$CC" -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Werror -I. -Idaemon \
		-Itests -DLIBEXECDIR='""' -DSYSCONFDIR='""' -DPREFIX='""' -DVERSION='""' \
		-fsyntax-only -x c - >>"$lint_out" 2>&1 || found "$header: does not compile alone"
done
verdict "$(echo "$headers" | wc -w)"
