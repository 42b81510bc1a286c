#!/bin/sh
# Every shell script of the tree passes shellcheck; its matters of style are left to the author.
. "$(dirname "$0")/common.sh"

command -v shellcheck >/dev/null || skip "shellcheck is not installed"
scripts=$(find . -path ./.git -prune -o -path ./build -prune -o -type f -size -256k -print |
	while read -r file; do
		head -c 64 "$file" | head -n 1 | grep -qaE '^#!.*[/ ](sh|bash|dash)( |$)' && echo "$file"
	done)
for script in $scripts; do
	shellcheck -S warning -x -P "$(dirname "$script")" "$script" >>"$lint_out"
done
verdict "$(echo "$scripts" | wc -w)"
