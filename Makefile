# SPDX-License-Identifier: MIT
#
#   make demo    set up, build, and resolve a real OOM before your eyes
#   make check   set up, build, run every test
#   make         build only           make help   everything else
#
# The variables below are the interface: make PREFIX=/usr DESTDIR=/tmp/root install

PREFIX ?= /usr/local
DESTDIR ?=
SYSCONFDIR ?= /etc
SBINDIR ?= $(PREFIX)/sbin
LIBEXECDIR ?= $(PREFIX)/lib/oomhandlerd
MANDIR ?= $(PREFIX)/share/man
UNITDIR ?= $(PREFIX)/lib/systemd/system
DOCDIR ?= $(PREFIX)/share/doc/oomhandlerd

CC = gcc
CFLAGS ?= -O2 -g
CLANG = clang
BPFTOOL = bpftool
# BPF=0 builds without clang, bpftool and libbpf: the daemon then reads /proc, and nothing else changes
BPF ?= 1
# VARIANT=hold builds with hold points (tests), asan and tsan with the sanitizers
VARIANT ?= plain
WERROR ?= -Werror
V ?= 0

NO_BPF = $(if $(filter 0,$(BPF)),-no-bpf)
BUILD = build/$(VARIANT)$(NO_BPF)
Q = $(if $(filter 1,$(V)),,@)
SAY = $(if $(filter 1,$(V)),@:,@printf '  %-5s %s\n')

VARIANT_FLAGS_plain =
VARIANT_FLAGS_hold = -DHOLD_POINTS
VARIANT_FLAGS_asan = -DHOLD_POINTS -fsanitize=address,undefined -fno-omit-frame-pointer
VARIANT_FLAGS_tsan = -DHOLD_POINTS -fsanitize=thread -Wno-tsan
WARNINGS = -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wpointer-arith \
	-Wwrite-strings -Wundef -Wformat=2 $(WERROR)
# Names of a control group and its processes are bounded by constants, never by the stack. The
# sanitizers put zones of their own into each frame.
HOT_CFLAGS = $(if $(filter asan tsan,$(VARIANT)),,-Wstack-usage=2048)
ALL_CFLAGS = -std=gnu11 -D_GNU_SOURCE -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE $(WARNINGS) \
	-Idaemon -DLIBEXECDIR='"$(LIBEXECDIR)"' -DSYSCONFDIR='"$(SYSCONFDIR)"' -DPREFIX='"$(PREFIX)"' \
	-DVERSION='"$(VERSION)"' $(VARIANT_FLAGS_$(VARIANT)) $(CFLAGS)
ALL_LDFLAGS = -pie -Wl,-z,relro,-z,now $(VARIANT_FLAGS_$(VARIANT)) $(LDFLAGS)
VERSION = 0.1

PROGRAMS = oomhandlerd oomhandlerd-handler oomhandlerd-supervisor oomhandlerctl
BASE = $(wildcard daemon/base/*.c) $(wildcard daemon/shared/*.c)
SOURCES_oomhandlerd = $(BASE) daemon/settings/command_line.c $(wildcard daemon/guardian/*.c)
RANKING = $(wildcard daemon/ranking/*.c)
SOURCES_oomhandlerd-handler = $(BASE) $(RANKING) $(wildcard daemon/handler/*.c)
# Two ways to fill in supervisor/bpf.h.
WITHOUT_BPF = daemon/supervisor/bpf_none.c
WITH_BPF = daemon/supervisor/bpf.c daemon/supervisor/bpf_events.c
SOURCES_oomhandlerd-supervisor = $(BASE) $(RANKING) $(wildcard daemon/settings/*.c) \
	$(filter-out $(if $(NO_BPF),$(WITH_BPF),$(WITHOUT_BPF)),$(wildcard daemon/supervisor/*.c))
SOURCES_oomhandlerctl = $(BASE) $(RANKING) $(wildcard daemon/settings/*.c daemon/ctl/*.c)
LIBS_oomhandlerd =
LIBS_oomhandlerd-handler = -pthread
LIBS_oomhandlerd-supervisor = -lsystemd -lcgroup -linih -ljson-c $(if $(NO_BPF),,-lbpf) -pthread
LIBS_oomhandlerctl = -lsystemd -linih -ljson-c

objects = $(patsubst %.c,$(BUILD)/%.o,$(1))

.DELETE_ON_ERROR:
.PHONY: all setup demo check check-unit check-golden check-cgroup check-systemd lint format \
	bench sanitize install uninstall clean help

all: $(addprefix $(BUILD)/,$(PROGRAMS))

# Paths and flags are compiled in: objects are made anew when they change, and only then.
$(BUILD)/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(CC) $(subst ','"'"',$(ALL_CFLAGS))' | cmp -s - $@ || \
		echo '$(CC) $(subst ','"'"',$(ALL_CFLAGS))' > $@

$(BUILD)/%.o: %.c Makefile $(BUILD)/flags
	$(SAY) CC $<
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(call objects,$(wildcard daemon/handler/*.c) $(RANKING)): private ALL_CFLAGS += $(HOT_CFLAGS)

# The programs for the kernel: one object, and a header that carries it into the supervisor. Headers of
# libbpf use no parameter name of BPF_PROG(); nothing of the C library is there.
BPF_CFLAGS = -O2 -g -target bpf -ffreestanding -Wall -Wextra -Wno-unused-parameter $(WERROR) -Ibpf -Idaemon
SKELETON = $(BUILD)/bpf/oomhandlerd.skel.h

$(BUILD)/bpf/oomhandlerd.bpf.o: bpf/oomhandlerd.bpf.c Makefile
	$(SAY) CLANG $<
	@mkdir -p $(@D)
	$(Q)$(CLANG) $(BPF_CFLAGS) -MMD -MP -c -o $@ $<

$(SKELETON): $(BUILD)/bpf/oomhandlerd.bpf.o
	$(SAY) SKEL $@
	$(Q)$(BPFTOOL) gen skeleton $< name oomhandlerd_bpf > $@

$(call objects,$(WITH_BPF)): $(SKELETON)
$(call objects,$(WITH_BPF)): private ALL_CFLAGS += -isystem $(BUILD)/bpf

define program
$(BUILD)/$(1): $(call objects,$(SOURCES_$(1)))
	$$(SAY) LD $$@
	$$(Q)$$(CC) $$(ALL_LDFLAGS) -o $$@ $$^ $$(LIBS_$(1))
endef
$(foreach name,$(PROGRAMS),$(eval $(call program,$(name))))

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)

include tests/tests.mk
include systemd/install.mk

clean:
	rm -rf build
