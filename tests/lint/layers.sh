#!/bin/sh
# Include arrows run one way: base <- shared <- handler | guardian | supervisor | ctl, with ranking
# between shared and those that rank, and settings between those and whoever reads configuration. The
# compiler's own .d files are the witness, so an arrow through a second header counts too. Each library has
# one door. bpf/ stands beside all that, and shares four headers.
. "$(dirname "$0")/common.sh"

# $1 folder of the source -> folders, or single files, it may include
allowed() {
	case $1 in
	base) echo base ;;
	shared) echo base shared ;;
	ranking) echo base shared ranking ;;
	settings) echo base shared ranking settings ;;
	handler) echo base shared ranking handler ;;
	guardian) echo base shared guardian settings/command_line.h ;;
	supervisor) echo base shared ranking settings supervisor ;;
	ctl) echo base shared ranking settings ctl ;;
	esac
}

# $1 source, $2 included file, both below daemon/
arrow() {
	for right in $(allowed "${1%%/*}"); do
		case $2 in
		"$right" | "$right"/*) return ;;
		esac
	done
	found "daemon/$1 includes daemon/$2"
}

objects=$(find "$BUILD/daemon" -name '*.d' 2>/dev/null)
seen=0
for object in $objects; do
	# the first rule alone: -MP adds an empty one for each header
	files=$(sed -e '/^$/q' "$object" | tr '\134' ' ' | tr ' ' '\n' |
		sed -nE 's,^(.*/)?daemon/([a-z]+/[a-z0-9_]+\.[ch])$,\2,p')
	source=$(echo "$files" | head -n 1)
	[ -e "daemon/$source" ] || continue
	seen=$((seen + 1))
	for file in $files; do
		arrow "$source" "$file"
	done
done

# $1 header of a library, then the files or folders that may include it
door() {
	header=$1
	shift
	for file in $(grep -lE "#[[:space:]]*include[[:space:]]*<$header" -r daemon); do
		for right; do
			case $file in
			daemon/"$right" | daemon/"$right"/*) continue 2 ;;
			esac
		done
		found "$file includes <$header>, whose door is: $*"
	done
}
door libcgroup supervisor/discover.c
door ini.h settings/ini.c
door bpf/ supervisor/bpf.c supervisor/bpf_events.c
door json-c/ supervisor ctl
door systemd/ supervisor ctl
door check.h

# bpf/ is compiled for a machine without a C library: it has these tables in common with the programs, and
# nothing else comes in through them.
common='shared/process.h shared/roll.h shared/sleepers.h shared/kernel_event.h'
# $1 file, then what it may include
includes() {
	file=$1
	shift
	for header in $(sed -nE 's/^#[[:space:]]*include[[:space:]]*[<"]([^">]+)[">].*/\1/p' "$file"); do
		case " $* " in
		*" $header "*) ;;
		*) found "$file includes $header" ;;
		esac
	done
}
for file in bpf/*.[ch]; do
	seen=$((seen + 1))
	# word splitting is wanted here and below: one argument per name
	# shellcheck disable=SC2046,SC2086
	includes "$file" $common $(cd bpf && echo *.h) stdint.h stdbool.h bpf/bpf_helpers.h \
		bpf/bpf_core_read.h bpf/bpf_tracing.h
done
for file in $common; do
	# shellcheck disable=SC2086
	includes "daemon/$file" $common stdint.h
done
verdict "$seen"
