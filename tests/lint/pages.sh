#!/bin/sh
# Manual pages without a warning.
. "$(dirname "$0")/common.sh"

command -v mandoc >/dev/null || skip "mandoc is not installed"
pages=$(find man -name '*.[1-8]' 2>/dev/null)
for page in $pages; do
	mandoc -T lint -W warning "$page" >>"$lint_out"
done
verdict "$(echo "$pages" | wc -w)"
