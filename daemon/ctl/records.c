/* See records.h. */
#include "ctl/records.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <json-c/json.h>

#include "base/text.h"
#include "ctl/record_shape.h"

#define NAME_SIZE 4096 /* of an escaped path; a longer one is cut, for print only */

enum exit_code records_open(const struct ctl *ctl, struct records *ret_records)
{
	char directory[NAME_SIZE];
	int ret = history_file_open(ctl->state_dir, &ret_records->file);

	if (ret == 0)
		return EXIT_CODE_OK;
	return ctl_refuse(ctl, EXIT_CODE_FAILURE, "the history in %s: %s",
			  text_escape(ctl->state_dir, directory, sizeof(directory)),
			  strerror(-ret));
}

struct json_object *records_next(struct records *records)
{
	struct document_fault fault;
	struct json_object *record;
	const char *line;

	for (;;) {
		int length = history_file_next(&records->file, &line);

		if (length < 0)
			return NULL; /* a disk that refuses ends it like the last line does */
		if (document_parse(line, (size_t)length, record_shape, &fault, &record) == 0) {
			if (document_has(record, "id"))
				return record;
			json_object_put(record);
		}
		records->file.damaged++;
	}
}

void records_rewind(struct records *records)
{
	history_file_rewind(&records->file);
}

void records_done(struct records *records)
{
	if (records->file.damaged)
		fprintf(stderr, CTL_NAME ": %" PRIu64 " lines of the history are damaged\n",
			records->file.damaged);
	history_file_done(&records->file);
}
