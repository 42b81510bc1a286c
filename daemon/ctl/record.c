/*
 * `oomhandlerctl record ID`: one episode with all that was recorded of it, from the history. The ID may
 * be cut as long as it stands for one record alone.
 */
#include "ctl/ctl.h"

#include <stdio.h>
#include <string.h>

#include <json-c/json.h>

#include "base/text.h"
#include "ctl/document.h"
#include "ctl/episode.h"
#include "ctl/records.h"

#define LABEL_SIZE 256 /* of an escaped argument; a longer one is cut, for print only */

struct search {
	const char *id; /* as it was given */
	struct json_object *found; /* owner: this struct */
	struct json_object *other; /* owner: this struct; a second one that begins so */
};

static const char *id_of(const struct json_object *record)
{
	return document_text(record, "id");
}

/* The whole ID beats every longer one; of two equal ones the later counts. Takes over @record. */
static void search_offer(struct search *search, struct json_object *record)
{
	bool exact = strcmp(id_of(record), search->id) == 0;
	struct json_object **place = &search->found;

	if (strncmp(id_of(record), search->id, strlen(search->id)) != 0)
		place = NULL;
	else if (!exact && search->found && strcmp(id_of(search->found), id_of(record)) != 0)
		place = &search->other;
	if (place) {
		json_object_put(*place);
		*place = json_object_get(record);
	}
	json_object_put(record);
}

/* A whole ID that was found is not ambiguous. */
static bool search_is_unique(const struct search *search)
{
	return search->found && (!search->other || strcmp(id_of(search->found), search->id) == 0);
}

static enum exit_code answer(const struct ctl *ctl, const struct search *search)
{
	char label[LABEL_SIZE];

	text_escape(search->id, label, sizeof(label));
	if (!search->found)
		return ctl_refuse(ctl, EXIT_CODE_FAILURE,
				  "%s: no such record; see " CTL_NAME " history", label);
	if (!search_is_unique(search))
		return ctl_refuse(ctl, EXIT_CODE_FAILURE,
				  "%s: more than one record begins so, such as %s and %s", label,
				  id_of(search->found), id_of(search->other));
	if (ctl->json)
		ctl_print_json(json_object_get(search->found));
	else
		episode_print_record(search->found, stdout);
	return EXIT_CODE_OK;
}

enum exit_code record_run(const struct ctl *ctl)
{
	struct search search = { .id = ctl->arguments[0] };
	struct json_object *record;
	struct records records;
	enum exit_code code = records_open(ctl, &records);

	if (code != EXIT_CODE_OK)
		return code;
	while ((record = records_next(&records)))
		search_offer(&search, record);
	records_done(&records);
	code = answer(ctl, &search);
	json_object_put(search.found);
	json_object_put(search.other);
	return code;
}
