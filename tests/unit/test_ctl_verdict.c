/*
 * The first line of `status`: what it says of each state of the daemon and its groups, and with which
 * exit code. Linked with ctl/verdict.c, page.c, record_shape.c, document.c, settings/human.c, and json-c; whether the
 * daemon lives is set by hand.
 */
#include <json-c/json.h>

#include "ctl/view.h"
#include "unit/unit.h"

bool view_is_stale(const struct view *view)
{
	return view->alive == ALIVE_NO || view->silent;
}

#define GROUP(state, mode)                                                                         \
	"{ \"role\": \"managed\", \"state\": \"" state "\", \"policy\": \"p\", \"mode\": \"" mode  \
	"\" }"
#define ANCESTOR "{ \"role\": \"ancestor\", \"state\": \"held\" }"
#define SOURCES_ALLOWED(allowed, bpf, kill)                                                        \
	"\"sources\": [ { \"name\": \"bpf\", \"allowed\": " allowed ", \"state\": \"" bpf "\" },"  \
	" { \"name\": \"facts\", \"allowed\": true, \"state\": \"ready\" } ],"                     \
	" \"kill\": { \"state\": \"" kill "\" }"
#define SOURCES(bpf, kill) SOURCES_ALLOWED("true", bpf, kill)
#define COUNTS(armed) "\"counts\": { \"armed\": " armed ", \"episodes\": 2 }"

static const struct row {
	const char *members; /* of the page, behind those that are always there */
	enum exit_code code;
	const char *verdict; /* what it begins with */
} rows[] = {
	{ COUNTS("1") ", \"groups\": [ " GROUP("armed", "enforce") ", " ANCESTOR " ]", EXIT_CODE_OK,
	  "All is well: 1 group armed, 2 episodes so far" },
	{ COUNTS("1") ", \"groups\": [ " GROUP("armed", "enforce") ", " GROUP("refused",
									      "enforce") " ]",
	  EXIT_CODE_OK, "All is well: 1 group armed, 2 episodes so far" },
	{ COUNTS("0") ", \"groups\": [ ]", EXIT_CODE_OK,
	  "Nothing is managed: no policy matches any control group" },
	{ COUNTS("0") ", \"groups\": [ " GROUP("refused", "ignore") " ]", EXIT_CODE_OK,
	  "Nothing is managed: the policies say ignore to all they match, 1 group" },
	{ COUNTS("0") ", \"groups\": [ " GROUP("held", "dry-run") " ]", EXIT_CODE_OK,
	  "All is well: 0 groups armed, 1 in dry run, 2 episodes so far" },
	{ COUNTS("0") ", \"groups\": [ " GROUP("held", "dry-run") ", " GROUP("refused",
									     "enforce") " ]",
	  EXIT_CODE_OK, "All is well: 0 groups armed, 1 in dry run, 2 episodes so far" },
	{ COUNTS("0") ", \"groups\": [ " GROUP("held", "enforce") " ]", EXIT_CODE_OK,
	  "All is well: 0 groups armed, 1 not yet armed, 2 episodes so far" },
	{ COUNTS("0") ", \"dry_run\": true, \"groups\": [ " GROUP("held", "enforce") ", " GROUP(
		  "refused", "enforce") " ]",
	  EXIT_CODE_OK,
	  "Dry run: the kernel's killer stays in charge and nothing is changed; 1 group watched, 2 "
	  "episodes so far" },
	{ COUNTS("0") ", \"groups\": [ " GROUP("refused", "enforce") ", " GROUP("refused",
										"ignore") " ]",
	  EXIT_CODE_DEGRADED, "The policies match groups, but every one of them is refused" },
	{ COUNTS("0") ", \"groups\": [ " GROUP("failed", "enforce") " ]", EXIT_CODE_DEGRADED,
	  "A group could not be armed" },
	{ COUNTS("1") ", \"groups\": [ " GROUP("failed", "enforce") ", " GROUP("stranded",
									       "enforce") " ]",
	  EXIT_CODE_DEGRADED, "A group is out of memory and nobody in it may be killed" },
	{ COUNTS("1") ", \"groups\": [ " GROUP("armed", "enforce") " ], " SOURCES_ALLOWED(
		  "false", "failed", "ready"),
	  EXIT_CODE_OK, "All is well: 1 group armed, 2 episodes so far" },
	{ COUNTS("1") ", \"groups\": [ " GROUP("armed", "enforce") " ], " SOURCES("ready",
										  "absent"),
	  EXIT_CODE_OK, "All is well: 1 group armed, 2 episodes so far" },
	{ COUNTS("1") ", \"groups\": [ " GROUP("armed", "enforce") " ], " SOURCES("failed",
										  "ready"),
	  EXIT_CODE_DEGRADED, "A program of the daemon in the kernel has failed" },
	{ COUNTS("1") ", \"groups\": [ " GROUP("armed", "enforce") " ], " SOURCES("ready",
										  "failed"),
	  EXIT_CODE_DEGRADED, "A program of the daemon in the kernel has failed" },
};

static struct view view_make(const char *members)
{
	struct view view = { .alive = ALIVE_YES };
	struct document_fault fault = { .text = "" };
	char *text;

	ck_assert_int_gt(asprintf(&text,
				  "{ \"format\": \"oomhandlerd-status\", \"version\": 1,"
				  " \"updated_nsec\": 1, \"handler\": { \"up\": true },"
				  " \"policies\": [ { \"name\": \"p\" } ], %s }",
				  members),
			 0);
	ck_assert_msg(page_parse(text, strlen(text), &fault, &view.page) == 0, "%s", fault.text);
	free(text);
	return view;
}

static void assert_says(const struct view *view, enum exit_code code, const char *verdict)
{
	ck_assert_msg(strncmp(view->verdict, verdict, strlen(verdict)) == 0, "%s", view->verdict);
	ck_assert_int_eq(view->code, code);
	ck_assert_uint_lt(strlen(view->verdict), sizeof(view->verdict) - 1); /* nothing is cut */
}

START_TEST(verdict_fits)
{
	struct view view = view_make(rows[_i].members);

	verdict_find(&view);
	assert_says(&view, rows[_i].code, rows[_i].verdict);
	if (rows[_i].code == EXIT_CODE_OK)
		ck_assert_str_eq(view.verdict, rows[_i].verdict);
	page_done(&view.page);
}
END_TEST

START_TEST(dead_daemon_comes_first)
{
	struct view view = view_make(rows[0].members);

	view.alive = ALIVE_NO;
	view.age = nsec_from_msec(3000);
	verdict_find(&view);
	assert_says(&view, EXIT_CODE_UNREACHABLE, "The daemon is not running");
	ck_assert_ptr_nonnull(strstr(view.verdict, "(what follows is 3.0s old)"));
	page_done(&view.page);
}
END_TEST

/* Neither may claim that the groups keep their handler: they are given back. */
START_TEST(supervisor_gone_is_not_silent)
{
	struct view view = view_make(rows[0].members);

	view.silent = true;
	verdict_find(&view);
	assert_says(&view, EXIT_CODE_DEGRADED, "The supervisor is silent");
	ck_assert_ptr_nonnull(strstr(view.verdict, "given back to the kernel's killer"));
	view.gone = true;
	verdict_find(&view);
	assert_says(&view, EXIT_CODE_DEGRADED, "The supervisor is not running");
	ck_assert_ptr_nonnull(strstr(view.verdict, "given back to the kernel's killer"));
	ck_assert_ptr_nonnull(strstr(view.verdict, "oomhandlerctl check"));
	page_done(&view.page);
}
END_TEST

int main(void)
{
	TCase *tests;
	Suite *suite = unit_suite("ctl_verdict", &tests);

	tcase_add_loop_test(tests, verdict_fits, 0, UNIT_COUNT(rows));
	tcase_add_test(tests, dead_daemon_comes_first);
	tcase_add_test(tests, supervisor_gone_is_not_silent);
	return unit_run(suite);
}
