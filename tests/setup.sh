#!/bin/sh
# Installs what building and testing need, from Debian's own packages. Does nothing, quickly, when all
# of it is there. Works without a terminal, as root, on a fresh Debian 12 with git and make.
set -eu

# gcc only recommends libc6-dev, and recommendations are not installed here: hence both are named.
packages="
	gcc libc6-dev make pkg-config
	libcgroup-dev libinih-dev libjson-c-dev libsystemd-dev
	check clang-format shellcheck mandoc mmdebstrap procps strace util-linux
"
# make BPF=0 does without
[ "${BPF:-1}" = 0 ] || packages="$packages clang bpftool libbpf-dev"

die() {
	printf 'setup: %s\n' "$*" >&2
	exit 1
}

# Prints the packages of the list that are not installed.
missing() {
	for package in $packages; do
		# the format is dpkg-query's, not the shell's
		# shellcheck disable=SC2016
		status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) || status=
		[ "$status" = installed ] || printf ' %s' "$package"
	done
}

command -v dpkg-query >/dev/null 2>&1 ||
	die "this is not Debian; use make SETUP=true after installing the equivalents of: $packages"
wanted=$(missing)
[ -n "$wanted" ] || exit 0
[ "$(id -u)" -eq 0 ] || die "missing packages:$wanted; run as root, or install them first"

printf 'setup: installing%s\n' "$wanted"
export DEBIAN_FRONTEND=noninteractive
apt-get -q -o DPkg::Lock::Timeout=300 update || die "apt-get update failed"
# word splitting is wanted: one argument per package
# shellcheck disable=SC2086
apt-get -q -y -o DPkg::Lock::Timeout=300 install --no-install-recommends $wanted ||
	die "apt-get install failed for:$wanted"
wanted=$(missing)
[ -z "$wanted" ] || die "still missing after installation:$wanted"
