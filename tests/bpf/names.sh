#!/bin/sh
# What the programs of bpf/ need of a kernel that is no relocation: names.sh OBJECT BTF
#
#   function NAME              of those that the object calls or attaches an iterator to
#   tracepoint NAME TYPE...    of those that it attaches to, with the names of its arguments' types
#   below KIND NUMBER          how far helpers (func_id) and kinds of program (prog_type) are numbered
set -eu

wanted=$(mktemp)
trap 'rm -f "$wanted"' EXIT
bpftool btf dump file "$1" | sed -n "s/.* FUNC '\([^']*\)'.*linkage=extern/function \1/p" >"$wanted"
readelf -SW "$1" | sed -n 's,.* ?tp_btf/\([a-z0-9_]*\) .*,tracepoint \1,p
	s,.* ?iter/\([a-z0-9_]*\) .*,function bpf_iter_\1,p' >>"$wanted"

bpftool btf dump file "$2" | awk '
	function type(id) {
		while (kind[id] ~ /^(PTR|CONST)$/)
			id = refers[id]
		return name[id]
	}
	FNR == NR { wanted[$1 " " $2] = 1; next }
	/^\[/ {
		id = substr($1, 2, length($1) - 2)
		kind[id] = $2
		name[id] = substr($0, index($0, "\047") + 1)
		sub(/\047.*/, "", name[id])
		reach = ""
	}
	/^\[.* (PTR|CONST|TYPEDEF) / { sub(/.*type_id=/, ""); refers[id] = $1 }
	kind[id] == "FUNC" && ("function " name[id]) in wanted { print "function", name[id] }
	kind[id] == "TYPEDEF" && name[id] ~ /^btf_trace_/ { traced[substr(name[id], 11)] = id }
	kind[id] == "FUNC_PROTO" && /^\t/ { sub(/.*type_id=/, ""); arguments[id] = arguments[id] " " $1 }
	kind[id] == "ENUM" && name[id] ~ /^bpf_(func_id|prog_type)$/ { reach = substr(name[id], 5) }
	reach && /^\t/ && !/MAX_ID|__MAX/ {
		sub(/.*val=/, "")
		if ($1 + 1 > most[reach])
			most[reach] = $1 + 1
	}
	END {
		for (tracepoint in traced) {
			if (!(("tracepoint " tracepoint) in wanted))
				continue
			id = refers[traced[tracepoint]] # a pointer to the prototype
			line = "tracepoint " tracepoint
			count = split(arguments[refers[id]], argument, " ")
			for (i = 2; i <= count; i++) # the first is the tracepoint itself
				line = line " " type(argument[i])
			print line
		}
		for (reach in most)
			print "below", reach, most[reach]
	}' "$wanted" - | sort
