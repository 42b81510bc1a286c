#!/bin/sh
# The supervisor builds with neither clang nor bpftool, and then asks for no libbpf: BPF=0.
. "$(dirname "$0")/common.sh"

without=$(dirname "$BUILD")/plain-no-bpf
supervisor=$without/oomhandlerd-supervisor
# Not the flags of the make that runs this: BUILD among them, and a job server that is not ours.
unset MAKEFLAGS MFLAGS MAKELEVEL
make --no-print-directory -j2 BPF=0 CLANG=false BPFTOOL=false CC="$CC" BUILD="$without" "$supervisor" \
	>"$lint_out.make" 2>&1 || found "$(tail -n 20 "$lint_out.make")"
rm -f "$lint_out.make"
[ -x "$supervisor" ] || verdict 1

readelf -d "$supervisor" | grep -E 'NEEDED.*lib(bpf|elf)' >>"$lint_out"
"$supervisor" --version >/dev/null || found "oomhandlerd-supervisor --version: exit status $?"
verdict 1
