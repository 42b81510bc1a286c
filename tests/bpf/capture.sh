#!/bin/sh
# Captures what the programs of bpf/ need to know of a kernel of Debian, for tests/bpf/relocate.c:
#
#   tests/bpf/capture.sh KERNEL-PACKAGE...
#
# Of each package it leaves tests/fixtures/btf/VERSION.btf, the kernel's types reduced to what the object's
# relocations found there, and VERSION.names, what is no relocation (names.sh). Packages come from bullseye,
# bookworm and bookworm-backports, through a configuration for apt in a scratch directory. OBJECT= names
# another object file.
set -eu

object=${OBJECT:-build/plain/bpf/oomhandlerd.bpf.o}
here=$(cd "$(dirname "$0")" && pwd)
names=$here/names.sh
out=$here/../fixtures/btf
# Where the machine's own packages come from; MIRROR= names another, without the /debian at its end.
# shellcheck disable=SC2016 # the format is apt's, not the shell's
mirror=${MIRROR:-$(apt-get indextargets --format '$(SITE)' | sed -n 's,/debian/*$,,p' | head -n 1)}
key=/usr/share/keyrings/debian-archive-keyring.gpg

die() {
	printf 'capture: %s\n' "$*" >&2
	exit 1
}

[ $# -gt 0 ] || die "usage: capture.sh KERNEL-PACKAGE..."
[ -n "$mirror" ] || die "apt knows no mirror of Debian: name one with MIRROR="
[ -f "$object" ] || die "no $object: make first"
object=$(realpath "$object")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"

apt_get() {
	apt-get -q -o Dir::Etc::SourceList="$scratch/sources.list" -o Dir::Etc::SourceParts=/dev/null \
		-o Dir::State::Lists="$scratch/lists" -o Dir::Cache="$scratch/cache" \
		-o APT::Sandbox::User=root "$@"
}

# The boot protocol (Documentation/arch/x86/boot.rst) says where in $1 the compressed kernel lies.
vmlinux() {
	sectors=$(od -An -tu1 -j497 -N1 "$1")
	offset=$(od -An -tu4 -j584 -N4 "$1")
	length=$(od -An -tu4 -j588 -N4 "$1")
	tail -c +$(((sectors + 1) * 512 + offset + 1)) "$1" | head -c "$length" >payload
	# its last four bytes are the size of what comes out, which no format knows
	case $(od -An -tx1 -N4 payload) in
	*"fd 37 7a 58"*) xz -dc <payload || : ;;
	*"28 b5 2f fd"*) zstd -dc <payload 2>/dev/null || : ;;
	*"02 21 4c 18"*) lz4 -dc <payload 2>/dev/null || : ;;
	*"1f 8b "*) gzip -dc <payload 2>/dev/null || : ;;
	*) die "$1: unknown compression" ;;
	esac
}

capture() {
	apt_get download "$1" || die "no package $1"
	version=$(dpkg-deb -f "$1"_*.deb Version)
	name=${version%%-*}
	case $1 in *cloud*) name=$name-cloud ;; esac
	rm -rf tree
	dpkg-deb --fsys-tarfile "$1"_*.deb | (mkdir tree && tar -xC tree --wildcards './boot/vmlinuz*')
	vmlinux tree/boot/vmlinuz-* >kernel
	objcopy --dump-section .BTF=whole.btf kernel stripped
	bpftool gen min_core_btf whole.btf "$out/$name.btf" "$object"
	"$names" "$object" whole.btf >"$out/$name.names"
	printf '%s: %s\n' "$1" "$name"
}

for suite in bullseye bookworm bookworm-backports; do
	printf 'deb [signed-by=%s] %s/debian %s main\n' "$key" "$mirror" "$suite"
done >sources.list
for suite in bullseye bookworm; do
	printf 'deb [signed-by=%s] %s/debian-security %s-security main\n' "$key" "$mirror" "$suite"
done >>sources.list
mkdir -p lists/partial cache/archives/partial
apt_get update
for package; do
	capture "$package"
done
