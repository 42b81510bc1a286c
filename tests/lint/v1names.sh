#!/bin/sh
# Only shared/knobs.* names the files of a v1 memory group: everything else says what it means, so that
# v2 fits behind the same seam. Comments may name their sources; tests and pages are users.
. "$(dirname "$0")/common.sh"

seen=0
for file in $(sources | grep '^daemon/' | grep -v '^daemon/shared/knobs\.'); do
	seen=$((seen + 1))
	lines=$(uncommented "$file" | sed 's/^#[[:space:]]*include.*//' |
		grep -nE '"[^"]*(memory\.(memsw\.)?[a-z_]+|cgroup\.event_control)')
	[ -z "$lines" ] || found "$(echo "$lines" | sed "s,^,$file:,")"
done
verdict "$seen"
