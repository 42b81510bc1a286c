/* See config.h. Everything about a setting is in its row of options.c. */
#include "settings/config.h"

#include <errno.h>
#include <string.h>

#include "settings/options.h"

void config_defaults(struct config *ret_config)
{
	*ret_config = (struct config){ 0 };
	options_default(&(struct option_target){ .table = &config_options, .values = ret_config });
}

int config_load(const char *path, bool required, struct config *ret_config,
		struct problems *problems)
{
	struct config config;
	const struct option_target target = { .table = &config_options, .values = &config };
	int ret;

	config_defaults(&config);
	ret = options_load(path, &target, problems);
	if (ret == -ENOENT && !required)
		ret = 0;
	if (ret == -ENOENT)
		problems_add(problems, path, 0, false, "cannot be read: %s", strerror(ENOENT));
	if (ret < 0)
		return -EINVAL;
	*ret_config = config;
	return 0;
}
