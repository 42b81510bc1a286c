/*
 * A file against an option table: which section, which key, once or often, and the value within its
 * bounds. One mistake is one problem: under an unknown section or a broken header the keys are
 * skipped.
 */
#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "settings/ini.h"
#include "settings/options.h"
#include "settings/words.h"

#define SHOWN_SIZE 80 /* of a bad name or value in a message */
#define NAMES_SIZE 200 /* all keys of a section in a message */

struct load {
	const struct option_target *target;
	const struct option_row *section; /* any row of it, NULL outside */
	bool skip; /* after a header that was reported */
	unsigned int seen[OPTIONS_MAX]; /* line of the first value of each row */
};

/* Writes `[Match], [Victim] or [OnOOM]`. */
static char *section_names(const struct option_table *table, char text[static NAMES_SIZE])
{
	struct words words = { .text = text, .size = NAMES_SIZE };
	const char *last = "";

	for (size_t i = 0; i < table->count; i++) {
		const struct option_row *row = &table->rows[i];

		if (strcmp(row->section, last) != 0)
			words_add(&words, "[%s]", row->section);
		last = row->section;
	}
	return words_end(&words);
}

/* Writes `Cgroup= or Force=`. */
static char *key_names(const struct option_table *table, const char *section,
		       char text[static NAMES_SIZE])
{
	struct words words = { .text = text, .size = NAMES_SIZE };

	for (size_t i = 0; i < table->count; i++)
		if (strcmp(table->rows[i].section, section) == 0)
			words_add(&words, "%s=", table->rows[i].key);
	return words_end(&words);
}

/* Any row of @section. */
static const struct option_row *section_find(const struct option_table *table, const char *section)
{
	for (size_t i = 0; i < table->count; i++)
		if (strcmp(table->rows[i].section, section) == 0)
			return &table->rows[i];
	return NULL;
}

static const struct option_row *row_find(const struct option_table *table, const char *section,
					 const char *key)
{
	for (size_t i = 0; i < table->count; i++)
		if (strcmp(table->rows[i].section, section) == 0 &&
		    strcmp(table->rows[i].key, key) == 0)
			return &table->rows[i];
	return NULL;
}

static void load_section(void *user, const struct problem_site *site, const char *name)
{
	struct load *load = user;
	const struct option_table *table = load->target->table;
	char names[NAMES_SIZE];
	char shown[SHOWN_SIZE];

	load->section = name ? section_find(table, name) : NULL;
	load->skip = !load->section;
	if (!load->section && name)
		problem_site_error(site, "unknown section [%s], expected %s",
				   text_escape(name, shown, sizeof(shown)),
				   section_names(table, names));
}

static void option_store(const struct option_target *target, const struct option_row *row,
			 const char *text, const struct problem_site *site)
{
	char expected[VALUE_EXPECTED_SIZE];
	char shown[SHOWN_SIZE];
	int ret;

	if (row->value.type == VALUE_LIST) {
		target->append(target->values, row, text, site);
		return;
	}
	ret = value_parse(&row->value, text, target->values, expected);
	text_escape(text, shown, sizeof(shown));
	if (ret == -ERANGE)
		problem_site_error(site, "%s=%s is out of range, expected %s", row->key, shown,
				   expected);
	else if (ret < 0 && *text)
		problem_site_error(site, "%s='%s' is not understood, expected %s", row->key, shown,
				   expected);
	else if (ret < 0)
		problem_site_error(site, "%s= has no value, expected %s", row->key, expected);
}

static void load_known(struct load *load, const struct option_row *row, const char *value,
		       const struct problem_site *site)
{
	unsigned int *seen = &load->seen[row - load->target->table->rows];

	if (*seen && row->value.type != VALUE_LIST) {
		problem_site_error(site, "%s= is given again, first on line %u; expected once",
				   row->key, *seen);
		return;
	}
	*seen = *seen ? *seen : site->line;
	option_store(load->target, row, value, site);
}

static void load_pair(void *user, const struct problem_site *site, const char *key,
		      const char *value)
{
	struct load *load = user;
	const struct option_table *table = load->target->table;
	const struct option_row *row;
	char names[NAMES_SIZE];
	char shown[SHOWN_SIZE];

	if (load->skip)
		return;
	text_escape(key, shown, sizeof(shown));
	if (!load->section) {
		problem_site_error(site, "'%s' stands before any section, expected %s first", shown,
				   section_names(table, names));
		return;
	}
	row = row_find(table, load->section->section, key);
	if (row)
		load_known(load, row, value, site);
	else
		problem_site_error(site, "unknown key '%s' in [%s], expected %s", shown,
				   load->section->section,
				   key_names(table, load->section->section, names));
}

/* Only now: what the file says of a list replaces its default. */
static void load_default_lists(const struct load *load, const struct problem_site *site)
{
	const struct option_table *table = load->target->table;

	for (size_t i = 0; i < table->count; i++)
		if (table->rows[i].value.type == VALUE_LIST && table->rows[i].default_text &&
		    !load->seen[i])
			option_store(load->target, &table->rows[i], table->rows[i].default_text,
				     site);
}

int options_load(const char *path, const struct option_target *target, struct problems *problems)
{
	struct load load = { .target = target };
	const struct ini_listener listener = {
		.section = load_section,
		.pair = load_pair,
		.user = &load,
	};
	const struct problem_site site = { .problems = problems, .file = path };
	size_t errors = problems->errors;
	int ret = ini_load(path, &listener, problems);

	if (ret == 0)
		load_default_lists(&load, &site);
	if (target->lines)
		memcpy(target->lines, load.seen, sizeof(load.seen));
	return ret == 0 && problems->errors > errors ? -EINVAL : ret;
}

void options_default(const struct option_target *target)
{
	/* The texts are ours: a unit test reads every one, so none can end here with a problem. */
	struct problems problems = { 0 };
	const struct problem_site site = { .problems = &problems, .file = "defaults" };
	const struct option_table *table = target->table;

	for (size_t i = 0; i < table->count; i++)
		if (table->rows[i].default_text && table->rows[i].value.type != VALUE_LIST)
			option_store(target, &table->rows[i], table->rows[i].default_text, &site);
	problems_done(&problems);
}

const struct option_row *option_find(const struct option_table *table, const char *key)
{
	for (size_t i = 0; i < table->count; i++)
		if (strcmp(table->rows[i].key, key) == 0)
			return &table->rows[i];
	return NULL;
}

char *option_print(const struct option_row *row, const void *values, char *text, size_t size)
{
	return value_print(&row->value, values, text, size);
}
