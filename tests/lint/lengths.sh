#!/bin/sh
# A file over 350 lines is two nouns; a function over 60 lines does not fit a screen; 100 columns.
. "$(dirname "$0")/common.sh"

files=$(find daemon tests bpf -name '*.[ch]' | sort)
for file in $files; do
	lines=$(wc -l <"$file")
	case $file in
	daemon/* | bpf/*) [ "$lines" -le 350 ] || found "$file: $lines lines" ;;
	esac
	# Kernel formatting: a function opens and closes in the first column.
	awk -v file="$file" '
		/^[a-zA-Z_].*\(/ { name = $0; sub(/\(.*/, "", name); sub(/.*[ *]/, "", name) }
		/^\{$/ { start = NR }
		/^\}$/ && start {
			if (NR - start + 1 > 60)
				printf "%s:%d: %s() has %d lines\n", file, start, name, NR - start + 1
			start = 0
		}' "$file" >>"$lint_out"
done
verdict "$(echo "$files" | wc -w)"
