#!/bin/sh
# Every header compiles alone and guards itself.
. "$(dirname "$0")/common.sh"

# The skeleton is made by the build, and not by every build.
headers=$(find daemon tests -name '*.h' | sort)
[ -e "$BUILD/bpf/oomhandlerd.skel.h" ] || headers=$(echo "$headers" | grep -v /bpf_object.h)
for header in $headers; do
	grep -q '^#pragma once$' "$header" || found "$header: no #pragma once"
	echo "#include \"$header\"" | "$CC" -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Werror -I. -Idaemon \
		-isystem "$BUILD/bpf" \
		-Itests -DLIBEXECDIR='""' -DSYSCONFDIR='""' -DPREFIX='""' -DVERSION='""' \
		-fsyntax-only -x c - >>"$lint_out" 2>&1 || found "$header: does not compile alone"
done

# Those of the programs for the kernel, with their own compiler, as the Makefile calls it.
[ -e "$BUILD/bpf/oomhandlerd.skel.h" ] && programs=$(find bpf -name '*.h' | sort) || programs=
for header in $programs; do
	grep -q '^#pragma once$' "$header" || found "$header: no #pragma once"
	echo "#include \"$header\"" | "${CLANG:-clang}" -target bpf -ffreestanding -O2 -Wall -Wextra -Werror \
		-Wno-unused-parameter -I. -Ibpf -Idaemon -fsyntax-only -x c - >>"$lint_out" 2>&1 ||
		found "$header: does not compile alone"
done
verdict "$(echo "$headers" "$programs" | wc -w)"
