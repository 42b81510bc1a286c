/* See probe.h. The looks are in the files probe_*.c, one per subject. */
#include "supervisor/probe.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

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

static enum exit_code print(struct probe *probe)
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

enum exit_code probe_run(const struct command_line *line)
{
	static const enum exit_code exit_codes[] = {
		[PROBE_OK] = EXIT_CODE_OK,
		[PROBE_WARNING] = EXIT_CODE_DEGRADED,
		[PROBE_FAILED] = EXIT_CODE_FAILURE,
	};
	static_assert(sizeof(exit_codes) / sizeof(exit_codes[0]) == PROBE_VERDICT_COUNT,
		      "a code each");
	struct probe probe = { .checks = json_object_new_array(), .line = line };
	enum kernel_gate_verdict gate;
	enum exit_code code;

	probe_config(&probe);
	gate = probe_kernel(&probe);
	probe_snapshot(&probe);
	probe_privileges(&probe);
	probe_place(&probe);
	code = print(&probe);
	json_object_put(probe.checks);
	if (code != EXIT_CODE_OK)
		return code;
	if (gate == KERNEL_GATE_UNFIT)
		return EXIT_CODE_KERNEL;
	return exit_codes[probe.worst];
}
