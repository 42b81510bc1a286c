/* See setup.h. */
#include "supervisor/setup.h"

#include <errno.h>

int setup_load(const struct command_line *line, struct setup *ret_setup, struct problems *problems)
{
	const struct policy_folders folders = { .list = line->policy_dir,
						.count = line->policy_dir_count,
						.required = line->policy_dirs_given };
	struct setup setup = { .set.count = 0 };
	int config, policies;

	/* A bad configuration file must not hide what is wrong with the policies. */
	config_defaults(&setup.config);
	config = config_load(line->config, line->config_given, &setup.config, problems);
	policies = policy_set_load(&folders, setup.config.default_deadline, &setup.set, problems);
	if (config < 0 || policies < 0) {
		if (policies == 0)
			policy_set_done(&setup.set);
		return config < 0 ? config : policies;
	}
	*ret_setup = setup;
	return 0;
}

void setup_done(struct setup *setup)
{
	policy_set_done(&setup->set);
}
