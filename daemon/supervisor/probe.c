/* See probe.h. The looks are in probe_kernel.c, probe_privileges.c and probe_place.c. */
#include "supervisor/probe.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/exit_code.h"

#define DETAIL_SIZE 1024

void probe_note(struct probe *probe, const char *name, enum probe_verdict verdict,
		const char *advice, const char *format, ...)
{
	static const char *const verdicts[] = {
		[PROBE_OK] = "ok",
		[PROBE_WARNING] = "warning",
		[PROBE_FAILED] = "failed",
	};
	static_assert(sizeof(verdicts) / sizeof(verdicts[0]) == PROBE_VERDICT_COUNT, "a word each");
	struct json_object *check = json_object_new_object();
	char detail[DETAIL_SIZE];
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(detail, sizeof(detail), format, arguments);
	va_end(arguments);
	/* These fail without memory only: then the finding lacks a key. */
	(void)json_object_object_add(check, "name", json_object_new_string(name));
	(void)json_object_object_add(check, "verdict", json_object_new_string(verdicts[verdict]));
	(void)json_object_object_add(check, "detail", json_object_new_string(detail));
	(void)json_object_object_add(check, "advice",
				     advice ? json_object_new_string(advice) : NULL);
	(void)json_object_array_add(probe->checks, check);
	if (verdict > probe->worst)
		probe->worst = verdict;
}

static int print(struct probe *probe)
{
	struct json_object *page = json_object_new_object();
	const char *text;
	int ret;

	(void)json_object_object_add(page, "checks", json_object_get(probe->checks));
	text = json_object_to_json_string_ext(page, JSON_C_TO_STRING_PRETTY |
							    JSON_C_TO_STRING_NOSLASHESCAPE);
	ret = text && puts(text) >= 0 && fflush(stdout) == 0 ? 0 : -1;
	json_object_put(page);
	return ret < 0 ? EXIT_CODE_FAILURE : EXIT_CODE_OK;
}

int probe_run(const struct command_line *line)
{
	struct probe probe = { .checks = json_object_new_array(), .line = line };
	int gate, ret;

	gate = probe_kernel(&probe);
	probe_privileges(&probe);
	probe_place(&probe);
	ret = print(&probe);
	json_object_put(probe.checks);
	if (ret != EXIT_CODE_OK)
		return ret;
	if (gate < 0)
		return EXIT_CODE_KERNEL;
	return probe.worst == PROBE_OK ? EXIT_CODE_OK : EXIT_CODE_DEGRADED;
}
