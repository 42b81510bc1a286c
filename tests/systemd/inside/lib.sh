# shellcheck shell=bash disable=SC2034
# Vocabulary of the cases. They run as root inside the booted system, one after the other.
#
#     /                      root of the memory hierarchy as seen in here
#     ├── oomhandlerd.service
#     └── bed.slice          the groups of the cases: services with MemoryMax=, one small process each
#         ├── plain.service
#         └── lender.service

memory=/sys/fs/cgroup/memory
policies=/etc/oomhandlerd/policy.d
drop_in=/run/systemd/system/oomhandlerd.service.d/case.conf
attribute=trusted.oomhandlerd.saved
limit=$((32 << 20))

die() {
	echo "# $*"
	exit 1
}

# until_true SECONDS COMMAND...: wait for a condition, never for a time
until_true() {
	local end=$((SECONDS + $1))
	shift
	until "$@"; do
		[ $SECONDS -lt $end ] || die "never came true: $*"
		sleep 0.05
	done
}

show() {
	systemctl show --property="$1" --value oomhandlerd
}

shows() {
	[ "$(show "$1")" = "$2" ]
}

main_pid_is_not() {
	local pid
	pid=$(show MainPID)
	[ "$pid" != 0 ] && [ "$pid" != "$1" ]
}

# drop_in_set LINE...: settings of [Service] for one case
drop_in_set() {
	mkdir -p "${drop_in%/*}"
	{ echo '[Service]'; printf '%s\n' "$@"; } >"$drop_in"
	systemctl daemon-reload
}

# policy NAME PATTERN LINE...: a policy file; the lines go into [OnOOM]
policy() {
	local name=$1 pattern=$2
	shift 2
	{ echo '[Match]'; echo "Cgroup=$pattern"; echo '[OnOOM]'; printf '%s\n' "$@"; } >"$policies/$name.policy"
}

# group_start NAME: a group with a limit of 32M and one small process
group_start() {
	systemd-run --quiet --slice=bed.slice --unit="$1" -p MemoryMax=$limit hog 2 || die "no group $1"
	until_true 5 test -e "$(group "$1")/cgroup.procs"
}

group() {
	echo "$memory/bed.slice/$1.service"
}

# hog_start NAME MIB: one more process in that group; its pid is in $hog
hog_start() {
	( echo $BASHPID >"$(group "$1")/cgroup.procs" && exec hog "$2" ) &
	hog=$!
}

kill_switch() {
	sed -n 's/^oom_kill_disable //p' "$(group "$1")/memory.oom_control"
}

armed() {
	[ "$(kill_switch "$1")" = 1 ]
}

disarmed() {
	[ "$(kill_switch "$1")" = 0 ]
}

limit_is() {
	[ "$(cat "$(group "$1")/memory.limit_in_bytes")" = "$2" ]
}

marked() {
	getfattr -n $attribute "$(group "$1")" >/dev/null 2>&1
}

unmarked() {
	! marked "$1"
}

gone() {
	! kill -0 "$1" 2>/dev/null
}

# The small process of every group is its main process: it must never be the victim.
small_lives() {
	systemctl --quiet is-active "$1"
}

# journal_has FIELD=VALUE...: one entry of the daemon that has all of these fields
journal_has() {
	[ -n "$(journalctl --quiet --output=cat --unit=oomhandlerd "$@")" ]
}

last_reload() {
	oomhandlerctl status --json | grep -q "\"last_reload\": *\"$1\""
}

# As before the first case: no daemon, no policies, no groups.
reset() {
	systemctl stop oomhandlerd plain lender 2>/dev/null
	systemctl reset-failed 2>/dev/null
	rm -f "$policies"/*.policy "$drop_in"
	systemctl daemon-reload
	journalctl --quiet --rotate --vacuum-time=1us >/dev/null 2>&1
}
