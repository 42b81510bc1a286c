/*
 * What the operator wrote: oomhandlerd.conf and the policy files, loaded and replaced as a whole.
 */
#pragma once

#include "settings/command_line.h"
#include "settings/config.h"
#include "settings/policy_file.h"
#include "settings/problems.h"

struct setup {
	struct config config;
	struct policy_set set; /* owner: this struct */
};

/**
 * setup_load() - read everything anew
 *
 * Errors:  -EINVAL or -E2BIG with every error listed in @problems; @ret_setup is then untouched.
 */
int setup_load(const struct command_line *line, struct setup *ret_setup, struct problems *problems);

void setup_done(struct setup *setup);
