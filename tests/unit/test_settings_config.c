/*
 * The option tables and oomhandlerd.conf: every row is sound, its bounds hold on both sides, a bad
 * file leaves the caller's values alone, and quantities are printed so that they read back.
 */
#include <errno.h>

#include "settings/config.h"
#include "settings/options.h"
#include "settings/policy_file.h"
#include "settings/quantity.h"
#include "settings/words.h"
#include "unit/test_settings_files.h"

START_TEST(test_defaults)
{
	struct config config;

	memset(&config, 0xff, sizeof(config));
	config_defaults(&config);
	ck_assert_uint_eq(config.sample_interval.count, 5 * NSEC_PER_SEC);
	ck_assert_uint_eq(config.rescan_interval.count, 10 * NSEC_PER_SEC);
	ck_assert_uint_eq(config.default_deadline.count, 2 * NSEC_PER_SEC);
	ck_assert_uint_eq(config.source, SOURCE_BPF);
	ck_assert(config.tracing);
	ck_assert_uint_eq(config.take_back_step.count, 4 * BYTES_PER_MIB);
	ck_assert_uint_eq(config.host_kill_budget.kills, 0);
	ck_assert(config.host_loan_cap.percent == 1 && config.host_loan_cap.value == 10);
	ck_assert(config.min_available.percent == 1 && config.min_available.value == 5);
	ck_assert_uint_eq(config.history_size.count, 8 * BYTES_PER_MIB);
}
END_TEST

static void check_rows(const struct option_table *table)
{
	ck_assert_uint_le(table->count, OPTIONS_MAX);
	for (size_t i = 0; i < table->count; i++) {
		const struct option_row *row = &table->rows[i];

		ck_assert(row->section && row->key && row->help && *row->help);
		ck_assert((row->value.type == VALUE_WORD) == (row->value.words != NULL));
		ck_assert_uint_le(row->value.min, row->value.max);
		for (size_t j = 0; j < i; j++)
			ck_assert(strcmp(row->section, table->rows[j].section) != 0 ||
				  strcmp(row->key, table->rows[j].key) != 0);
	}
}

START_TEST(test_rows_are_sound)
{
	check_rows(&config_options);
	check_rows(&policy_options);
}
END_TEST

static int load_one(const struct option_row *row, const char *value, struct config *config,
		    struct problems *problems)
{
	char text[200];

	snprintf(text, sizeof(text), "[%s]\n%s=%s\n", row->section, row->key, value);
	return config_load(files_write("a.conf", text), true, config, problems);
}

static void print_quantity(const struct option_row *row, uint64_t value, char *text, size_t size)
{
	switch (row->value.type) {
	case VALUE_SIZE:
		quantity_print_bytes((struct bytes){ value }, text, size);
		break;
	case VALUE_SPAN:
		quantity_print_span((struct nsec){ value }, text, size);
		break;
	case VALUE_AMOUNT:
		snprintf(text, size, "%ju%%", (uintmax_t)value);
		break;
	case VALUE_BUDGET:
		snprintf(text, size, "%ju/1min", (uintmax_t)value);
		break;
	default:
		ck_abort_msg("no bounds known for %s=", row->key);
	}
}

/* What a row without bounds accepts is its words, each printed back, and nothing else. */
static void check_words(const struct option_row *row)
{
	static const char *const yes_no[] = { "yes", "no", NULL };
	const char *const *words = row->value.words ? row->value.words : yes_no;
	struct problems problems = { 0 };
	struct config config;
	char back[64];

	for (; *words; words++) {
		ck_assert_int_eq(load_one(row, *words, &config, &problems), 0);
		ck_assert_str_eq(option_print(row, &config, back, sizeof(back)), *words);
	}
	ck_assert_int_eq(load_one(row, "none", &config, &problems), -EINVAL);
	ck_assert(problems_hold(&problems, 2, "is not understood, expected "));
	problems_done(&problems);
}

/* The bounds are in, one step beyond is out. */
static void check_bounds(const struct option_row *row)
{
	uint64_t unit = row->value.type == VALUE_SPAN ? NSEC_PER_USEC : 1;
	const uint64_t inside[] = { row->value.min, row->value.max };
	/* Below 0 there is nothing: then twice above. */
	const uint64_t outside[] = {
		row->value.min ? row->value.min - unit : row->value.max + 2,
		row->value.max + unit,
	};
	struct problems problems = { 0 };
	struct config config;
	char text[64];
	char back[64];

	for (int i = 0; i < 2; i++) {
		print_quantity(row, inside[i], text, sizeof(text));
		ck_assert_int_eq(load_one(row, text, &config, &problems), 0);
		ck_assert_str_eq(option_print(row, &config, back, sizeof(back)), text);
		print_quantity(row, outside[i], text, sizeof(text));
		ck_assert_int_eq(load_one(row, text, &config, &problems), -EINVAL);
		ck_assert_uint_eq(problems.errors, (size_t)i + 1);
		ck_assert_uint_eq(problems.list[i].line, 2);
		ck_assert(strstr(problems.list[i].text, "out of range"));
	}
	problems_done(&problems);
}

START_TEST(test_row)
{
	const struct option_row *row = &config_options.rows[_i];
	struct problems problems = { 0 };
	struct config config;
	char back[64];

	ck_assert_int_eq(load_one(row, row->default_text, &config, &problems), 0);
	ck_assert_str_eq(option_print(row, &config, back, sizeof(back)), row->default_text);
	problems_done(&problems);
	if (row->value.type == VALUE_WORD || row->value.type == VALUE_YES_NO)
		check_words(row);
	else
		check_bounds(row);
}
END_TEST

static const char *const bad_files[] = {
	"SampleInterval=5s\n",
	"[Supervisor]\nSampleInterval=5\n",
	"[Supervisor]\nSampleInterval=5 s\n",
	"[Supervisor]\nSampleInterval=\n",
	"[Supervisor]\nSampleInterval=5s\nSampleInterval=5s\n",
	"[Supervisor]\nSampleInterval=5s\n[Supervisor]\nSampleInterval=6s\n",
	"[Supervisor]\nDefaultDeadline=5s\n",
	"[Supervisor]\nsampleinterval=5s\n",
	"[supervisor]\n",
	"[Supervisor]\nSnapshot=proc\n",
	"[Supervisor]\nSnapshot=BPF\n",
	"[Supervisor]\nTracing=1\n",
	"[Lending]\nTakeBackStep=4m\n",
	"[Lending]\nTakeBackStep=-4M\n",
	"[Lending]\nTakeBackStep=0x10000\n",
	"[Lending]\nTakeBackStep=20000000T\n",
	"[Lending]\nTakeBackStep\n",
};

START_TEST(test_bad_file_changes_nothing)
{
	char text[300];
	struct problems problems = { 0 };
	struct config before;
	struct config config;

	memset(&before, 0x5a, sizeof(before));
	config = before;
	snprintf(text, sizeof(text), "%s[Policy]\nDefaultDeadline=3s\n", bad_files[_i]);
	ck_assert_int_eq(config_load(files_write("a.conf", text), true, &config, &problems),
			 -EINVAL);
	ck_assert_uint_eq(problems.errors, 1);
	ck_assert_mem_eq(&config, &before, sizeof(config));
	problems_done(&problems);
}
END_TEST

START_TEST(test_missing)
{
	struct problems problems = { 0 };
	struct config config;

	ck_assert_int_eq(config_load(files_path("none"), false, &config, &problems), 0);
	ck_assert_uint_eq(config.sample_interval.count, 5 * NSEC_PER_SEC);
	ck_assert_uint_eq(problems.count, 0);
	ck_assert_int_eq(config_load(files_path("none"), true, &config, &problems), -EINVAL);
	ck_assert(problems_hold(&problems, 0, "No such file"));
	/* Not required is not the same as not readable. */
	ck_assert_int_eq(config_load(files_root, false, &config, &problems), -EINVAL);
	ck_assert_uint_eq(problems.errors, 2);
	problems_done(&problems);
}
END_TEST

/* A caller's list may already hold something: earlier errors do not fail a good file. */
START_TEST(test_earlier_problems_do_not_count)
{
	struct problems problems = { 0 };
	struct config config;

	problems_add(&problems, "x", 1, false, "earlier");
	ck_assert_int_eq(config_load(files_write("a.conf", ""), true, &config, &problems), 0);
	problems_done(&problems);
}
END_TEST

struct quantity_case {
	uint64_t value;
	const char *bytes;
	const char *span;
};

static const struct quantity_case quantity_cases[] = {
	{ 0, "0", "0" },
	{ 1000, "1000", "1us" },
	{ 1024, "1K", NULL },
	{ 1536 * BYTES_PER_MIB, "1536M", NULL },
	{ 2048 * BYTES_PER_MIB, "2G", NULL },
	{ 1ULL << 40, "1T", NULL },
	{ 1ULL << 60, "1048576T", NULL },
	{ UINT64_MAX, "18446744073709551615", NULL },
	{ 250 * NSEC_PER_MSEC, NULL, "250ms" },
	{ 1500 * NSEC_PER_MSEC, NULL, "1500ms" },
	{ 90 * NSEC_PER_SEC, NULL, "90s" },
	{ 120 * NSEC_PER_SEC, NULL, "2min" },
	{ 7200 * NSEC_PER_SEC, NULL, "2h" },
	{ NSEC_PER_SEC + 1, NULL, "1000000us" },
};

START_TEST(test_quantity)
{
	const struct quantity_case *row = &quantity_cases[_i];
	char text[QUANTITY_SIZE];

	if (row->bytes)
		ck_assert_str_eq(quantity_print_bytes((struct bytes){ row->value }, text,
						      sizeof(text)),
				 row->bytes);
	if (row->span)
		ck_assert_str_eq(quantity_print_span((struct nsec){ row->value }, text,
						     sizeof(text)),
				 row->span);
}
END_TEST

START_TEST(test_words)
{
	static const char *const expected[] = { "", "a", "a or b", "a, b or c", "a, b, c or d" };
	char text[64] = "x";
	struct words words = { .text = text, .size = sizeof(text) };

	for (int i = 0; i < _i; i++)
		words_add(&words, "%c", 'a' + i);
	ck_assert_str_eq(words_end(&words), expected[_i]);
}
END_TEST

START_TEST(test_words_are_cut)
{
	char text[8];
	struct words words = { .text = text, .size = 6 };

	text[6] = '!';
	for (int i = 0; i < 9; i++)
		words_add(&words, "ab");
	ck_assert_str_eq(words_end(&words), "ab, a");
	ck_assert_int_eq(text[6], '!');
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("settings_config");
	TCase *tests = tcase_create("config");

	tcase_add_checked_fixture(tests, files_setup, files_teardown);
	tcase_add_test(tests, test_defaults);
	tcase_add_test(tests, test_rows_are_sound);
	tcase_add_loop_test(tests, test_row, 0, (int)config_options.count);
	tcase_add_loop_test(tests, test_bad_file_changes_nothing, 0,
			    sizeof(bad_files) / sizeof(*bad_files));
	tcase_add_test(tests, test_missing);
	tcase_add_test(tests, test_earlier_problems_do_not_count);
	tcase_add_loop_test(tests, test_quantity, 0,
			    sizeof(quantity_cases) / sizeof(*quantity_cases));
	tcase_add_loop_test(tests, test_words, 0, 5);
	tcase_add_test(tests, test_words_are_cut);
	suite_add_tcase(suite, tests);
	return unit_run(suite);
}
