/*
 * `oomhandlerctl reload`: as SIGHUP, but it says how it went. A configuration with an error in it changes
 * nothing.
 */
#include <stdio.h>
#include <stdlib.h>

#include <json-c/json.h>

#include "ctl/bus.h"
#include "shared/bus.h"

#define RELOAD_TIMEOUT_MSEC 10000 /* it asks for every group of the host again */

enum exit_code reload_run(const struct ctl *ctl)
{
	const struct bus_question question = { .method = BUS_RELOAD,
					       .timeout_msec = RELOAD_TIMEOUT_MSEC };
	char *text = NULL;
	enum exit_code code = bus_ask(ctl, &question, &text);
	struct json_object *answer;

	free(text);
	if (code != EXIT_CODE_OK)
		return code;
	if (!ctl->json) {
		puts("Reloaded.");
		return code;
	}
	answer = json_object_new_object();
	json_object_object_add(answer, "reloaded", json_object_new_boolean(true));
	ctl_print_json(answer);
	return code;
}
