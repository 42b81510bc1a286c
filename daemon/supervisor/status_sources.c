/* See status_sources.h. */
#include "supervisor/status_sources.h"

#include <string.h>

#include "base/clock.h"
#include "supervisor/bpf.h"
#include "supervisor/json_add.h"
#include "supervisor/outcome_words.h"
#include "supervisor/source_standing.h"

static struct json_object *board_new(const struct source_board *board, const char *name)
{
	struct json_object *object = json_object_new_object();
	uint64_t tried = atomic_load(&board->tried_nsec);
	uint32_t error = atomic_load(&board->error);
	struct nsec ago = nsec_between((struct nsec){ tried }, clock_now());

	json_add_text(object, "name", name);
	json_add_text(object, "state", outcome_source_state_name(atomic_load(&board->state)));
	json_add_nullable(object, "error", error ? strerror((int)error) : NULL);
	json_add_number(object, "uses", atomic_load(&board->uses));
	json_add_number(object, "failures", atomic_load(&board->failures));
	json_add_known(object, "tried_ago_msec", tried ? ago.count / NSEC_PER_MSEC : UINT64_MAX);
	return object;
}

static struct json_object *sources_new(const struct tables *tables)
{
	struct json_object *array = json_object_new_array();
	uint32_t best = atomic_load(&tables->roster->host.source);

	for (uint32_t i = 0; i < SOURCE_COUNT; i++) {
		struct json_object *object =
			board_new(&tables->outcomes->sources[i], outcome_source_name(i));

		json_add_flag(object, "allowed", i >= best);
		/* Fails without memory only, here as below: then the page says the rest. */
		(void)json_object_array_add(array, object);
	}
	return array;
}

static struct json_object *parts_new(void)
{
	struct json_object *array = json_object_new_array();

	for (enum bpf_part part = 0; part < BPF_PART_COUNT; part++) {
		struct json_object *object = json_object_new_object();

		json_add_text(object, "name", bpf_part_name(part));
		json_add_nullable(object, "why", bpf_why_not(part));
		(void)json_object_array_add(array, object);
	}
	return array;
}

void status_sources_add(struct json_object *page, const struct tables *tables)
{
	struct source_standing standing = source_standing_of(tables);
	enum source source = source_standing_source(&standing);
	enum kill_method method = source_standing_method(&standing);
	char text[SOURCE_STANDING_SIZE];

	json_add_text(page, "source", outcome_source_name(source));
	json_add_text(page, "kill_method", outcome_kill_method_name(method));
	json_add_text(page, "sources_text", source_standing_say(&standing, text));
	(void)json_object_object_add(page, "sources", sources_new(tables));
	(void)json_object_object_add(page, "kill",
				     board_new(&tables->outcomes->kill,
					       outcome_kill_method_name(KILL_METHOD_BPF)));
	(void)json_object_object_add(page, "parts", parts_new());
}
