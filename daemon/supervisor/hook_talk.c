/* See hook_talk.h. */
#include "supervisor/hook_talk.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "supervisor/json_add.h"

int hook_talk_line(const struct hook_news *news, char line[static HOOK_LINE_SIZE])
{
	struct json_object *object = json_object_new_object();
	const char *text;
	int length;

	json_add_text(object, "cgroup", news->cgroup);
	json_add_text(object, "policy", news->policy);
	json_add_known(object, "victim_pid", news->victim ? (uint64_t)news->victim : UINT64_MAX);
	if (news->victim_comm[0])
		json_add_name(object, "victim_comm", news->victim_comm, sizeof(news->victim_comm));
	else
		json_add_nullable(object, "victim_comm", NULL);
	json_add_number(object, "limit", news->limit.count);
	json_add_number(object, "usage", news->usage.count);
	text = json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN |
							      JSON_C_TO_STRING_NOSLASHESCAPE);
	length = text ? snprintf(line, HOOK_LINE_SIZE, "%s\n", text) : -ENOMEM;
	json_object_put(object);
	return length < HOOK_LINE_SIZE ? length : -E2BIG;
}

enum hook_talk_answer hook_talk_hear(const char *text, size_t length, bool ended)
{
	static const char ok[] = "ok";
	const char *end = memchr(text, '\n', length);
	size_t line = end ? (size_t)(end - text) : length;

	if (line == 0 && !end)
		return ended ? HOOK_TALK_DONE : HOOK_TALK_MORE;
	if (line > 0 && end && text[line - 1] == '\r')
		line--;
	if ((end || ended) && line == sizeof(ok) - 1 && memcmp(text, ok, line) == 0)
		return HOOK_TALK_DONE;
	return end || ended || length >= HOOK_ANSWER_SIZE ? HOOK_TALK_STRANGE : HOOK_TALK_MORE;
}
