# SPDX-License-Identifier: MIT
# Everything that proves, measures or polishes; included by the top Makefile. See tests/README.md.

# Installs missing Debian packages; `make SETUP=true` where you keep them yourself.
SETUP ?= tests/setup.sh
# Tests need two builds: as shipped, and with hold points where a test stops a part.
OUT ?= build
PLAIN = $(OUT)/plain$(NO_BPF)
HOLD = $(OUT)/hold$(NO_BPF)
AGAIN = $(Q)+$(MAKE) --no-print-directory
AGAIN_PLAIN = $(AGAIN) VARIANT=plain BUILD=$(PLAIN)
AGAIN_HOLD = $(AGAIN) VARIANT=hold BUILD=$(HOLD)
RUN = $(Q)V=$(V) CC=$(CC) BUILD=$(PLAIN) HOLD_BUILD=$(HOLD) tests/run.sh --log $(OUT)/log

# Unit tests: one Check program per module, linked from the exact list of what it needs.
UNIT_units = daemon/base/units.c daemon/base/text.c
UNIT_text = daemon/base/text.c
UNIT_sequence =
UNIT_ring =
UNIT_saved = daemon/shared/saved.c daemon/base/text.c
UNIT_wire = daemon/shared/wire.c daemon/base/io.c
UNIT_knobs = daemon/shared/knobs.c daemon/base/io.c daemon/base/text.c
UNIT_pattern = daemon/ranking/pattern.c daemon/ranking/compile.c daemon/base/text.c
UNIT_verdict = $(addprefix daemon/ranking/,verdict.c bundle.c pattern.c compile.c) daemon/base/text.c
UNIT_ranking = $(addprefix daemon/ranking/,ranking.c tiers.c sharers.c)
SEATS = $(addprefix daemon/handler/,adopt.c adopt_use.c) daemon/shared/wire.c daemon/base/io.c
KNOBS = daemon/handler/knob_turn.c daemon/shared/knobs.c daemon/base/text.c
UNIT_loan_bounds = daemon/handler/loan_bounds.c $(KNOBS) $(SEATS)
UNIT_freezer = daemon/handler/freezer.c daemon/base/hold.c $(KNOBS) $(SEATS)
UNIT_strangers = $(addprefix daemon/handler/,strangers.c group_owner.c pidfd.c) $(SEATS)
UNIT_action_kill = daemon/handler/action_kill.c daemon/base/hold.c
UNIT_action_hook = daemon/handler/action_hook.c daemon/base/io.c
UNIT_action_terminate = daemon/handler/action_terminate.c daemon/handler/loan_bounds.c \
	daemon/base/hold.c $(KNOBS) $(SEATS)
SETTINGS_READ = $(addprefix daemon/settings/,ini.c problems.c memory.c) daemon/base/text.c daemon/base/io.c
SETTINGS_OPTIONS = $(SETTINGS_READ) $(addprefix daemon/settings/,options.c options_load.c value.c \
	signals.c escape.c quantity.c words.c policy_names.c) daemon/base/units.c
UNIT_settings_ini = $(SETTINGS_READ)
UNIT_settings_glob = $(addprefix daemon/settings/,glob.c escape.c) daemon/base/text.c
UNIT_settings_config = $(SETTINGS_OPTIONS) daemon/settings/config.c
UNIT_settings_value = $(addprefix daemon/settings/,value.c signals.c escape.c quantity.c words.c) \
	daemon/base/units.c daemon/base/text.c
UNIT_settings_rule = $(SETTINGS_READ) $(addprefix daemon/settings/,rule.c escape.c policy_names.c words.c) \
	$(addprefix daemon/ranking/,compile.c pattern.c)
UNIT_settings_policy = $(SETTINGS_OPTIONS) $(addprefix daemon/settings/,policy_file.c policy_draft.c \
	policy_text.c rule.c glob.c) $(addprefix daemon/ranking/,compile.c pattern.c)
UNIT_settings_policy_set = $(UNIT_settings_policy) daemon/settings/policy_set.c
$(foreach name,ini config rule policy policy_set,$(eval UNIT_LIBS_settings_$(name) = -linih))
UNIT_policies = $(addprefix daemon/supervisor/,policies.c slots.c) daemon/base/io.c
UNIT_ctl_check = $(UNIT_settings_policy_set) daemon/ctl/check_match.c daemon/shared/knobs.c
UNIT_LIBS_ctl_check = -linih
UNIT_human = daemon/settings/human.c
UNIT_ctl_page = $(addprefix daemon/ctl/,page.c record_shape.c document.c loan.c) daemon/settings/human.c
UNIT_LIBS_ctl_page = -ljson-c
UNIT_ctl_verdict = $(addprefix daemon/ctl/,verdict.c page.c record_shape.c document.c) daemon/settings/human.c
UNIT_LIBS_ctl_verdict = -ljson-c
UNIT_ctl_record = $(addprefix daemon/ctl/,record.c history.c records.c record_shape.c document.c episode.c \
	episode_words.c candidates.c memory_report.c measure.c table.c) $(addprefix daemon/settings/,human.c \
	history_file.c glob.c escape.c) daemon/base/text.c
UNIT_LIBS_ctl_record = -ljson-c
UNIT_proc_status = daemon/supervisor/proc_status.c daemon/base/text.c daemon/base/io.c
UNIT_memory_text = daemon/supervisor/memory_text.c daemon/base/text.c
UNIT_proc_text = daemon/supervisor/proc_text.c daemon/base/text.c
UNIT_processes = $(addprefix daemon/supervisor/,processes.c process_details.c process_post.c process_read.c \
	process_room.c proc_status.c sharing.c) daemon/shared/wire.c daemon/base/io.c daemon/base/text.c
UNIT_details = $(UNIT_processes) $(addprefix daemon/supervisor/,details.c layout.c proc_text.c reader.c \
	reader_line.c)
UNIT_lifecycle = $(UNIT_processes) $(addprefix daemon/supervisor/,lifecycle.c sampled.c)
UNIT_stranded = $(addprefix daemon/supervisor/,stranded_sleepers.c stranded_groups.c stray.c sampled.c) \
	daemon/base/io.c daemon/base/text.c
UNIT_stranded_claim = daemon/supervisor/stranded_claim.c
UNIT_budget = daemon/handler/budget.c
UNIT_rival = daemon/handler/rival.c
UNIT_record = daemon/handler/record.c
UNIT_orders = daemon/handler/orders.c
UNIT_victim = $(addprefix daemon/handler/,victim.c orders.c pidfd.c)
UNIT_group_round = $(UNIT_victim) $(addprefix daemon/handler/,group_round.c strangers.c doomed.c \
	group_owner.c) daemon/base/hold.c $(UNIT_ranking)
UNIT_HANDLER = $(filter-out daemon/handler/handler.c,$(wildcard daemon/handler/*.c)) $(RANKING) \
	$(addprefix daemon/base/,io.c text.c units.c hold.c) $(addprefix daemon/shared/,knobs.c wire.c bpf_call.c)
# The kernel cannot be had in a unit test: there bpf_run() is the test's, and fills the roll itself.
UNIT_snapshot = $(filter-out daemon/shared/bpf_call.c,$(UNIT_HANDLER))
UNIT_lookup = daemon/handler/lookup.c
UNIT_adopt = $(SEATS)
$(foreach name,episode last_resort alloc_failure action_kernel action_group,$(eval UNIT_$(name) = $(UNIT_HANDLER)))
UNIT_hand_back = $(addprefix daemon/guardian/,hand_back.c held.c limits.c mounts.c orphans.c say.c thaw.c \
	undo.c walk.c) daemon/shared/knobs.c daemon/shared/saved.c daemon/base/io.c daemon/base/text.c daemon/base/hold.c
UNIT_watch = $(addprefix daemon/guardian/,watch.c held.c thaw.c) $(addprefix daemon/shared/,knobs.c saved.c) \
	daemon/base/io.c daemon/base/text.c
UNIT_freezer_group = $(addprefix daemon/supervisor/,freezer_group.c layout.c) daemon/settings/memory.c \
	daemon/shared/knobs.c daemon/base/io.c daemon/base/text.c
UNIT_outcome_json = $(addprefix daemon/supervisor/,outcome_json.c outcome_message.c outcome_words.c \
	candidate_json.c json_add.c message.c groups.c) $(addprefix daemon/settings/,human.c memory.c) \
	daemon/base/text.c
UNIT_LIBS_outcome_json = -ljson-c -lsystemd
UNIT_source_standing = $(addprefix daemon/supervisor/,source_standing.c status_sources.c outcome_words.c \
	json_add.c) daemon/base/text.c
UNIT_LIBS_source_standing = -ljson-c
UNIT_history = $(addprefix daemon/supervisor/,history.c recent.c) $(addprefix daemon/settings/,history_file.c \
	memory.c) daemon/base/io.c daemon/base/hold.c
UNIT_LIBS_history = -ljson-c
UNIT_explain = $(addprefix daemon/supervisor/,sentence.c because.c candidate_json.c outcome_words.c json_add.c \
	groups.c) daemon/settings/human.c daemon/settings/memory.c daemon/base/text.c
UNIT_LIBS_explain = -ljson-c
UNIT_hook_talk = $(addprefix daemon/supervisor/,hook_talk.c json_add.c) daemon/base/text.c
UNIT_LIBS_hook_talk = -ljson-c
UNIT_tree_events = $(addprefix daemon/supervisor/,tree_events.c announced.c tree.c) daemon/settings/memory.c \
	daemon/base/io.c
UNIT_kernel_gate = $(addprefix daemon/supervisor/,kernel_gate.c gate_probe.c gate_group.c layout.c) \
	daemon/shared/knobs.c daemon/base/io.c daemon/base/text.c

# Golden files: a driver that reads configuration as the supervisor does and prints what it means.
GOLDEN_SOURCES = tests/golden/golden.c $(UNIT_settings_policy) daemon/settings/config.c
GOLDEN_PROGRAM = $(BUILD)/tests/golden/golden

UNIT_NAMES = $(patsubst tests/unit/test_%.c,%,$(wildcard tests/unit/test_*.c))
UNIT_PROGRAMS = $(UNIT_NAMES:%=$(BUILD)/tests/unit/test_%)
UNIT_LIBS = $(shell pkg-config --libs check) -pthread

# Tests on real groups: one program per numbered file, all with the same vocabulary.
CGROUP_LIBRARY = $(filter-out tests/cgroup/0% tests/cgroup/1%,$(wildcard tests/cgroup/*.c))
CGROUP_PROGRAMS = $(patsubst %.c,$(BUILD)/%,$(wildcard tests/cgroup/[0-9]*.c tests/stands/[0-9]*.c))
CGROUP_LIBS = -ljson-c -pthread

LINTS = $(filter-out %/common.sh,$(wildcard tests/lint/*.sh))
GOLDEN = $(wildcard tests/golden/run tests/golden/run.sh)
SYSTEMD = $(wildcard tests/systemd/run tests/systemd/run.sh)
UNIT_RUNS = --timeout 120 $(patsubst $(BUILD)/%,$(PLAIN)/%,$(UNIT_PROGRAMS))
LINT_RUNS = --timeout 300 $(LINTS)
GOLDEN_RUNS = --timeout 120 $(GOLDEN)
CGROUP_RUNS = --timeout 240 $(patsubst $(BUILD)/%,$(PLAIN)/%,$(CGROUP_PROGRAMS))
SYSTEMD_RUNS = --timeout 600 $(SYSTEMD)

TEST_C = $(shell find tests -name '*.c')
OURS = $(shell find daemon tests bpf -name '*.[ch]' 2>/dev/null)

$(BUILD)/tests/%.o: private ALL_CFLAGS += -Itests

define unit_program
$(BUILD)/tests/unit/test_$(1): $(call objects,tests/unit/test_$(1).c $(UNIT_$(1)))
	$$(if $$(filter undefined,$$(origin UNIT_$(1))),$$(error no UNIT_$(1) list in tests/tests.mk))
	$$(SAY) LD $$@
	$$(Q)$$(CC) $$(ALL_LDFLAGS) -o $$@ $$^ $$(UNIT_LIBS) $$(UNIT_LIBS_$(1))
endef
$(foreach name,$(UNIT_NAMES),$(eval $(call unit_program,$(name))))

$(GOLDEN_PROGRAM): $(call objects,$(GOLDEN_SOURCES))
	$(SAY) LD $@
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ -linih

$(CGROUP_PROGRAMS): $(BUILD)/%: $(BUILD)/%.o $(call objects,$(CGROUP_LIBRARY))
	$(SAY) LD $@
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(CGROUP_LIBS)

# The audit of cgroup/060: programs at the kernel's tracepoints that watch the handler, and two ways to fill
# in audit.h. What is made here is included as a header of the system: not written for our warnings.
AUDIT = $(BUILD)/tests/audit
AUDIT_SOURCES = tests/audit/print.c tests/audit/watch$(if $(NO_BPF),_none).c

$(AUDIT)/audit.bpf.o: tests/audit/audit.bpf.c Makefile
	$(SAY) CLANG $<
	@mkdir -p $(@D)
	$(Q)$(CLANG) $(BPF_CFLAGS) -Itests -MMD -MP -c -o $@ $<

$(AUDIT)/audit.skel.h: $(AUDIT)/audit.bpf.o
	$(SAY) SKEL $@
	$(Q)$(BPFTOOL) gen skeleton $< name audit_bpf > $@

# [SYS_read] = "read", for each system call of the machine this is built for
$(AUDIT)/call_names.h: Makefile
	@mkdir -p $(@D)
	$(Q)echo '#include <sys/syscall.h>' | $(CC) -E -dM - | \
		sed -n 's/^#define \(SYS_\([a-z_0-9]*\)\) .*/[\1] = "\2",/p' > $@

$(AUDIT)/watch.o: $(AUDIT)/audit.skel.h
$(AUDIT)/print.o: $(AUDIT)/call_names.h
$(AUDIT)/watch.o $(AUDIT)/print.o: private ALL_CFLAGS += -isystem $(AUDIT)
$(BUILD)/tests/cgroup/060-audit: $(call objects,$(AUDIT_SOURCES))
$(BUILD)/tests/cgroup/060-audit: private CGROUP_LIBS += $(if $(NO_BPF),,-lbpf)

# Cases that ask our programs in the kernel themselves, loaded as the supervisor loads them; built with
# BPF=0 they are skipped.
PROGRAMS_SOURCES = $(wildcard tests/programs/*.c) $(if $(NO_BPF),$(WITHOUT_BPF),$(WITH_BPF)) \
	$(addprefix daemon/supervisor/,bpf_names.c layout.c) daemon/shared/bpf_call.c
PROGRAMS_USERS = $(addprefix $(BUILD)/tests/cgroup/,061-roll 064-kill-in-kernel 068-roll-of-the-odd)

$(PROGRAMS_USERS): $(call objects,$(PROGRAMS_SOURCES))
$(PROGRAMS_USERS): private CGROUP_LIBS += $(if $(NO_BPF),,-lbpf)

# The bench asks our programs in the kernel itself, and reads as the sampler does.
BENCH_PROGRAM = $(BUILD)/tests/bench/bench
BENCH_SOURCES = $(wildcard tests/bench/*.c) $(CGROUP_LIBRARY) \
	$(if $(NO_BPF),$(WITHOUT_BPF),$(WITH_BPF)) $(UNIT_processes) daemon/settings/memory.c \
	$(addprefix daemon/supervisor/,bpf_names.c layout.c reading.c members.c view_file.c groups.c) \
	daemon/shared/bpf_call.c daemon/shared/knobs.c

$(BENCH_PROGRAM): $(call objects,$(BENCH_SOURCES))
	$(SAY) LD $@
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(CGROUP_LIBS) $(if $(NO_BPF),,-lbpf)

# The object of bpf/ against the types of kernels that are not running, and its parts on the one that is.
BPF_LIBRARY = $(filter-out %/relocate.c,$(wildcard tests/bpf/*.c)) daemon/supervisor/bpf.c \
	daemon/supervisor/bpf_names.c daemon/shared/bpf_call.c
BPF_PROGRAMS = $(if $(NO_BPF),,$(BUILD)/tests/bpf/relocate)
BPF_RUNS = --timeout 120 $(if $(NO_BPF),tests/bpf/skip.sh,$(BPF_PROGRAMS:$(BUILD)/%=$(PLAIN)/%))

$(BUILD)/tests/bpf/relocate: $(call objects,tests/bpf/relocate.c $(BPF_LIBRARY))
	$(SAY) LD $@
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ -lbpf

$(BUILD)/tests/bpf/relocate.o: $(SKELETON)
$(BUILD)/tests/bpf/relocate.o: private ALL_CFLAGS += -isystem $(BUILD)/bpf \
	-DOBJECT='"$(BUILD)/bpf/oomhandlerd.bpf.o"'

# Objects stay: a second `make check` rebuilds nothing.
.SECONDARY: $(call objects,$(TEST_C))

.PHONY: programs-units programs-bpf programs-cgroup builds check-bpf
programs-units: $(UNIT_PROGRAMS)
programs-bpf: $(BPF_PROGRAMS)
programs-cgroup: all $(CGROUP_PROGRAMS)

# A target that needs packages must have them before make even looks at a source: hence $(AGAIN).
setup:
	$(Q)BPF=$(BPF) $(SETUP)

demo: setup
	$(AGAIN_PLAIN) all
	$(Q)$(PLAIN)/oomhandlerctl drill

builds: setup
	$(AGAIN_PLAIN) all programs-units programs-bpf programs-cgroup \
		$(PLAIN)/tests/golden/golden
	$(AGAIN_HOLD) all

check: builds
	$(RUN) $(LINT_RUNS) $(UNIT_RUNS) $(GOLDEN_RUNS) $(BPF_RUNS) $(CGROUP_RUNS) $(SYSTEMD_RUNS)

check-unit: setup
	$(AGAIN_PLAIN) programs-units
	$(RUN) $(UNIT_RUNS)

check-bpf: setup
	$(AGAIN_PLAIN) programs-bpf
	$(RUN) $(BPF_RUNS)

check-golden: setup
	$(AGAIN_PLAIN) all $(PLAIN)/tests/golden/golden
	$(RUN) $(GOLDEN_RUNS)

check-cgroup: setup
	$(AGAIN_PLAIN) programs-cgroup
	$(AGAIN_HOLD) all
	$(RUN) $(CGROUP_RUNS)

check-systemd: setup
	$(AGAIN_PLAIN) all
	$(RUN) $(SYSTEMD_RUNS)

lint: setup
	$(AGAIN_PLAIN) all $(PLAIN)/tests/golden/golden
	$(RUN) $(LINT_RUNS)

format:
	$(Q)clang-format -i $(OURS)

# Memory errors and undefined behaviour everywhere; data races where two threads meet. Not where a test
# runs into a limit of memory, in which the sanitizer's own has no room.
sanitize: setup
	$(AGAIN) VARIANT=asan BUILD=$(OUT)/asan programs-units
	$(AGAIN) VARIANT=tsan BUILD=$(OUT)/tsan $(OUT)/tsan/tests/unit/test_ring \
		$(OUT)/tsan/tests/unit/test_sequence
	$(Q)V=$(V) CK_FORK=no tests/run.sh --log $(OUT)/log/sanitize --timeout 300 \
		$(patsubst $(BUILD)/%,$(OUT)/asan/%,$(filter-out %/test_kernel_gate,$(UNIT_PROGRAMS))) \
		$(OUT)/tsan/tests/unit/test_ring $(OUT)/tsan/tests/unit/test_sequence

bench: setup
	$(AGAIN_PLAIN) all $(PLAIN)/tests/bench/bench
	$(Q)BUILD=$(PLAIN) $(PLAIN)/tests/bench/bench

help:
	@printf '%s\n' \
		'make                build the four programs (VARIANT=$(VARIANT): plain, hold, asan, tsan)' \
		'make setup          install missing Debian packages' \
		'make demo           set up, build, and resolve a real OOM before your eyes' \
		'make check          set up, build, run every test' \
		'make check-unit     one module at a time; no root' \
		'make check-golden   bad and good configuration, against the expected words' \
		'make check-bpf      the programs for the kernel, against other kernels; root' \
		'make check-cgroup   the daemon on real groups; root, cgroup v1' \
		'make check-systemd  the unit under a real systemd' \
		'make lint           layers, symbols, names, formatting, pages' \
		'make format         clang-format over all sources' \
		'make sanitize       unit tests under ASan, UBSan and TSan' \
		'make bench          figures, all or BENCH="snapshot oom lifecycle"; root, cgroup v1' \
		'make install        DESTDIR=, PREFIX=, SYSCONFDIR=, UNITDIR= as usual' \
		'make uninstall clean' \
		'' \
		'V=1 shows commands and every single test; -j is safe.'
