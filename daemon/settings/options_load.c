/*
 * A file against an option table: which section, which key, once or often, and the value within its
 * bounds. One mistake is one problem: under an unknown section or a broken header the keys are
 * skipped.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "base/units.h"
#include "settings/ini.h"
#include "settings/options.h"
#include "settings/quantity.h"
#include "settings/words.h"

#define SHOWN_SIZE 80 /* of a bad name or value in a message */
#define NAMES_SIZE 200 /* all keys of a section in a message */

struct load {
	const struct option_target *target;
	const struct option_row *section; /* any row of it, NULL outside */
	bool skip; /* after a header that was reported */
	unsigned int seen[OPTIONS_MAX]; /* line of the first value of each row */
};

static bool is_supported(const struct option_row *row)
{
	return row->type != OPTION_LATER;
}

/* Writes `[Match] or [OnOOM]`. */
static char *section_names(const struct option_table *table, char text[static NAMES_SIZE])
{
	struct words words = { .text = text, .size = NAMES_SIZE };
	const char *last = "";

	for (size_t i = 0; i < table->count; i++) {
		const struct option_row *row = &table->rows[i];

		if (is_supported(row) && strcmp(row->section, last) != 0)
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
		if (is_supported(&table->rows[i]) && strcmp(table->rows[i].section, section) == 0)
			words_add(&words, "%s=", table->rows[i].key);
	return words_end(&words);
}

/* Any row of @section, a supported one where there is one. */
static const struct option_row *section_find(const struct option_table *table, const char *section)
{
	const struct option_row *found = NULL;

	for (size_t i = 0; i < table->count; i++)
		if (strcmp(table->rows[i].section, section) == 0 &&
		    (!found || !is_supported(found)))
			found = &table->rows[i];
	return found;
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
	load->skip = !load->section || !is_supported(load->section);
	if (!load->section && name)
		problem_site_error(site, "unknown section [%s], expected %s",
				   text_escape(name, shown, sizeof(shown)),
				   section_names(table, names));
	else if (load->section && load->skip)
		problem_site_error(site,
				   "section [%s] is not supported by this version, expected %s",
				   name, section_names(table, names));
}

static void bad_value(const struct problem_site *site, const struct option_row *row,
		      const char *value, const char *expected)
{
	char shown[SHOWN_SIZE];

	if (*value)
		problem_site_error(site, "%s='%s' is not understood, expected %s", row->key,
				   text_escape(value, shown, sizeof(shown)), expected);
	else
		problem_site_error(site, "%s= has no value, expected %s", row->key, expected);
}

static void store_size(const struct option_row *row, const char *value, struct bytes *target,
		       const struct problem_site *site)
{
	char min[QUANTITY_SIZE];
	char max[QUANTITY_SIZE];
	struct bytes size;
	int ret = units_parse_bytes(value, &size);

	if (ret == -EINVAL)
		bad_value(site, row, value, "a size such as 4096, 64K, 64M, 2G");
	else if (ret < 0 || size.count < row->min || size.count > row->max)
		problem_site_error(
			site, "%s=%s is out of range, expected %s to %s", row->key, value,
			quantity_print_bytes((struct bytes){ row->min }, min, sizeof(min)),
			quantity_print_bytes((struct bytes){ row->max }, max, sizeof(max)));
	else
		*target = size;
}

static void store_span(const struct option_row *row, const char *value, struct nsec *target,
		       const struct problem_site *site)
{
	char min[QUANTITY_SIZE];
	char max[QUANTITY_SIZE];
	struct nsec span;
	int ret = units_parse_span(value, &span);

	if (ret == -EINVAL)
		bad_value(site, row, value, "a time such as 250ms, 5s, 2min, 1h");
	else if (ret < 0 || span.count < row->min || span.count > row->max)
		problem_site_error(
			site, "%s=%s is out of range, expected %s to %s", row->key, value,
			quantity_print_span((struct nsec){ row->min }, min, sizeof(min)),
			quantity_print_span((struct nsec){ row->max }, max, sizeof(max)));
	else
		*target = span;
}

static void store_word(const struct option_row *row, const char *value, uint32_t *target,
		       const struct problem_site *site)
{
	char names[NAMES_SIZE];
	struct words words = { .text = names, .size = sizeof(names) };

	for (uint32_t i = 0; row->words[i]; i++) {
		if (strcmp(value, row->words[i]) == 0) {
			*target = i;
			return;
		}
		words_add(&words, "%s", row->words[i]);
	}
	bad_value(site, row, value, words_end(&words));
}

static void store_yes_no(const struct option_row *row, const char *value, bool *target,
			 const struct problem_site *site)
{
	if (strcmp(value, "yes") != 0 && strcmp(value, "no") != 0)
		bad_value(site, row, value, "yes or no");
	else
		*target = value[0] == 'y';
}

static void option_store(const struct option_target *target, const struct option_row *row,
			 const char *value, const struct problem_site *site)
{
	void *place = (char *)target->values + row->offset;

	switch (row->type) {
	case OPTION_SIZE:
		store_size(row, value, place, site);
		break;
	case OPTION_SPAN:
		store_span(row, value, place, site);
		break;
	case OPTION_WORD:
		store_word(row, value, place, site);
		break;
	case OPTION_YES_NO:
		store_yes_no(row, value, place, site);
		break;
	case OPTION_LIST:
		target->append(target->values, row, value, site);
		break;
	case OPTION_LATER:
	case OPTION_TYPE_COUNT:
		break;
	}
}

static void load_known(struct load *load, const struct option_row *row, const char *value,
		       const struct problem_site *site)
{
	const struct option_table *table = load->target->table;
	unsigned int *seen = &load->seen[row - table->rows];
	char names[NAMES_SIZE];

	if (!is_supported(row)) {
		problem_site_error(site, "%s= is not supported by this version, expected %s",
				   row->key, key_names(table, row->section, names));
		return;
	}
	if (*seen && row->type != OPTION_LIST) {
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

int options_load(const char *path, const struct option_target *target, struct problems *problems)
{
	struct load load = { .target = target };
	const struct ini_listener listener = {
		.section = load_section,
		.pair = load_pair,
		.user = &load,
	};

	return ini_load(path, &listener, problems);
}

void options_default(const struct option_target *target)
{
	/* The texts are ours: a unit test reads every one, so none can end here with a problem. */
	struct problems problems = { 0 };
	const struct problem_site site = { .problems = &problems, .file = "defaults" };

	for (size_t i = 0; i < target->table->count; i++)
		if (target->table->rows[i].default_text)
			option_store(target, &target->table->rows[i],
				     target->table->rows[i].default_text, &site);
	problems_done(&problems);
}

char *option_print(const struct option_row *row, const void *values, char *text, size_t size)
{
	const void *place = (const char *)values + row->offset;

	switch (row->type) {
	case OPTION_SIZE:
		return quantity_print_bytes(*(const struct bytes *)place, text, size);
	case OPTION_SPAN:
		return quantity_print_span(*(const struct nsec *)place, text, size);
	case OPTION_WORD:
		snprintf(text, size, "%s", row->words[*(const uint32_t *)place]);
		break;
	case OPTION_YES_NO:
		snprintf(text, size, "%s", *(const bool *)place ? "yes" : "no");
		break;
	case OPTION_LIST:
	case OPTION_LATER:
	case OPTION_TYPE_COUNT:
		*text = '\0';
		break;
	}
	return text;
}
