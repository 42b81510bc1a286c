/*
 * The records of the history one by one, checked, whether a daemon lives or not. A line that is no record
 * is passed over and counted: a torn end, or what somebody else has put there.
 */
#pragma once

#include "ctl/ctl.h"
#include "settings/history_file.h"

struct json_object;

struct records {
	struct history_file file; /* .damaged counts what was passed over */
};

/**
 * records_open() - of ctl->state_dir, from the oldest on
 *
 * Context: says with ctl_refuse() why there is nothing to read. A folder without a history is empty.
 * Return:  EXIT_CODE_OK with @ret_records filled, or EXIT_CODE_FAILURE.
 */
enum exit_code records_open(const struct ctl *ctl, struct records *ret_records);

/* The next record, which the caller puts; NULL after the last one. */
struct json_object *records_next(struct records *records);

/* Back to the oldest. */
void records_rewind(struct records *records);

/* Says on standard error what was passed over, and closes. */
void records_done(struct records *records);
