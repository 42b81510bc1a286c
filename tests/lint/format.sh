#!/bin/sh
# Every source is as clang-format writes it.
. "$(dirname "$0")/common.sh"

command -v clang-format >/dev/null || skip "clang-format is not installed"
files=$(sources)
for file in $files; do
	clang-format "$file" | cmp -s - "$file" || found "$file: not formatted, see make format"
done
verdict "$(echo "$files" | wc -w)"
