# install and uninstall. What install puts, uninstall takes away again: the files and the folders
# that are ours alone. Shared folders stay, and so does a configuration somebody has edited.

INSTALL ?= install
POLICYDIR = $(PREFIX)/lib/oomhandlerd/policy.d
CONFDIR = $(SYSCONFDIR)/oomhandlerd

HELPERS = oomhandlerd-handler oomhandlerd-supervisor
POLICIES = $(wildcard conf/policy.d/*.policy)
MAN_PAGES = $(sort $(wildcard man/*.[158]))
DOCUMENTS = README.md CONTRIBUTING.md LICENSE

man_target = $(MANDIR)/man$(subst .,,$(suffix $(1)))/$(notdir $(1))

INSTALLED = $(SBINDIR)/oomhandlerd $(PREFIX)/bin/oomhandlerctl $(addprefix $(LIBEXECDIR)/,$(HELPERS)) \
	$(addprefix $(POLICYDIR)/,$(notdir $(POLICIES))) $(UNITDIR)/oomhandlerd.service \
	$(foreach page,$(MAN_PAGES),$(call man_target,$(page))) $(addprefix $(DOCDIR)/,$(DOCUMENTS))

# The pages name the default paths, so that they read well in the source; installed ones name the real.
IN_PLACE = sed -e 's|/usr/local|$(PREFIX)|g' -e 's|/etc/oomhandlerd|$(SYSCONFDIR)/oomhandlerd|g' \
	-e 's|@SBINDIR@|$(SBINDIR)|g'

$(BUILD)/installed/%: systemd/%.in FORCE
	@mkdir -p $(@D)
	$(Q)$(IN_PLACE) $< > $@

$(BUILD)/installed/%: man/% FORCE
	@mkdir -p $(@D)
	$(Q)$(IN_PLACE) $< > $@

# Made anew each time: the paths come from the command line, which no file's date knows.
.PHONY: install uninstall FORCE
FORCE:

install: all $(addprefix $(BUILD)/installed/,oomhandlerd.service $(notdir $(MAN_PAGES)))
	$(Q)$(INSTALL) -D -m 755 -t $(DESTDIR)$(SBINDIR) $(BUILD)/oomhandlerd
	$(Q)$(INSTALL) -D -m 755 -t $(DESTDIR)$(PREFIX)/bin $(BUILD)/oomhandlerctl
	$(Q)$(INSTALL) -D -m 755 -t $(DESTDIR)$(LIBEXECDIR) $(addprefix $(BUILD)/,$(HELPERS))
	$(Q)$(INSTALL) -d $(DESTDIR)$(POLICYDIR) $(DESTDIR)$(CONFDIR)/policy.d
	$(Q)$(if $(POLICIES),$(INSTALL) -m 644 -t $(DESTDIR)$(POLICYDIR) $(POLICIES),:)
	$(Q)test -e $(DESTDIR)$(CONFDIR)/oomhandlerd.conf || \
		$(INSTALL) -m 644 -t $(DESTDIR)$(CONFDIR) oomhandlerd.conf
	$(Q)$(INSTALL) -D -m 644 -t $(DESTDIR)$(UNITDIR) $(BUILD)/installed/oomhandlerd.service
	$(Q)set -e; $(foreach page,$(MAN_PAGES),$(INSTALL) -D -m 644 $(BUILD)/installed/$(notdir $(page)) \
		$(DESTDIR)$(call man_target,$(page));)
	$(Q)$(INSTALL) -D -m 644 -t $(DESTDIR)$(DOCDIR) $(DOCUMENTS)

uninstall:
	$(Q)rm -f $(addprefix $(DESTDIR),$(INSTALLED))
	$(Q)if cmp -s oomhandlerd.conf $(DESTDIR)$(CONFDIR)/oomhandlerd.conf; then \
		rm $(DESTDIR)$(CONFDIR)/oomhandlerd.conf; fi
	$(Q)for folder in $(POLICYDIR) $(LIBEXECDIR) $(PREFIX)/lib/oomhandlerd $(DOCDIR) \
		$(CONFDIR)/policy.d $(CONFDIR); do \
		! test -d "$(DESTDIR)$$folder" || \
			rmdir --ignore-fail-on-non-empty "$(DESTDIR)$$folder"; done
