/*
 * What a hook's socket is told, whatever groups and processes are named, and what its answers mean.
 */
#include "supervisor/hook_talk.h"
#include "unit/unit.h"

START_TEST(line_is_one_line_of_json)
{
	const struct hook_news news = {
		.cgroup = "/a\\nb",
		.policy = "50-web",
		.victim = 4711,
		.victim_comm = "ja\nva\"\\",
		.limit = { 1024 },
		.usage = { 1000 },
	};
	char line[HOOK_LINE_SIZE];
	int length = hook_talk_line(&news, line);

	ck_assert_str_eq(line, "{\"cgroup\":\"/a\\\\nb\",\"policy\":\"50-web\",\"victim_pid\":4711,"
			       "\"victim_comm\":\"ja\\\\nva\\\"\\\\\\\\\",\"limit\":1024,"
			       "\"usage\":1000}\n");
	ck_assert_int_eq(length, (int)strlen(line));
}
END_TEST

START_TEST(nobody_is_null)
{
	const struct hook_news news = { .cgroup = "/a", .policy = "p" };
	char line[HOOK_LINE_SIZE];

	ck_assert_int_gt(hook_talk_line(&news, line), 0);
	ck_assert_ptr_nonnull(strstr(line, "\"victim_pid\":null,\"victim_comm\":null"));
}
END_TEST

/* The longest label, each byte of which JSON doubles, and a name that does not end. */
START_TEST(longest_names_fit)
{
	struct hook_news news = { .policy = "p", .victim = 1 };
	char label[GROUP_LABEL_SIZE], line[HOOK_LINE_SIZE];

	memset(label, '\\', sizeof(label) - 1);
	label[sizeof(label) - 1] = '\0';
	memset(news.victim_comm, '\\', sizeof(news.victim_comm));
	news.cgroup = label;
	ck_assert_int_gt(hook_talk_line(&news, line), 0);
}
END_TEST

static const struct row {
	const char *text;
	bool ended;
	enum hook_talk_answer answer;
} rows[] = {
	{ "", false, HOOK_TALK_MORE },
	{ "", true, HOOK_TALK_DONE },
	{ "o", false, HOOK_TALK_MORE },
	{ "ok", false, HOOK_TALK_MORE },
	{ "ok", true, HOOK_TALK_DONE },
	{ "ok\n", false, HOOK_TALK_DONE },
	{ "ok\r\n", false, HOOK_TALK_DONE },
	{ "ok\nmore", false, HOOK_TALK_DONE },
	{ "okay\n", false, HOOK_TALK_STRANGE },
	{ "no\n", false, HOOK_TALK_STRANGE },
	{ "\n", false, HOOK_TALK_STRANGE },
	{ "no", true, HOOK_TALK_STRANGE },
	{ "o", true, HOOK_TALK_STRANGE },
	{ "0123456789abcde", false, HOOK_TALK_MORE },
	{ "0123456789abcdef", false, HOOK_TALK_STRANGE },
};

START_TEST(answers)
{
	const struct row *row = &rows[_i];

	ck_assert_int_eq(hook_talk_hear(row->text, strlen(row->text), row->ended), row->answer);
}
END_TEST

int main(void)
{
	TCase *tests;
	Suite *suite = unit_suite("hook_talk", &tests);

	tcase_add_test(tests, line_is_one_line_of_json);
	tcase_add_test(tests, nobody_is_null);
	tcase_add_test(tests, longest_names_fit);
	tcase_add_loop_test(tests, answers, 0, UNIT_COUNT(rows));
	return unit_run(suite);
}
