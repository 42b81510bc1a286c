/*
 * `oomhandlerctl doctor`: can this host run the daemon? The supervisor's probe looks (it knows the gate
 * and the layout); this file runs it, adds what a running daemon says of itself, and prints both.
 */
#include "ctl/ctl.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <json-c/json.h>

#include "ctl/program.h"
#include "ctl/table.h"
#include "ctl/view.h"

#define PROBE_MSEC 60000 /* the behavioural probe has bounds of its own, far below */
/* --probe, --config FILE, --policy-dir DIR..., the program and the NULL */
#define PROBE_ARGUMENTS (5 + 2 * COMMAND_LINE_POLICY_DIRS)

enum probe_verdict {
	PROBE_OK,
	PROBE_WARNING,
	PROBE_FAILED,
	PROBE_VERDICT_COUNT,
};

static const char *const verdict_names[PROBE_VERDICT_COUNT] = {
	[PROBE_OK] = "ok",
	[PROBE_WARNING] = "warning",
	[PROBE_FAILED] = "failed",
};

static const struct document_member check_shape[] = {
	{ .key = "name", .type = DOCUMENT_TEXT },
	{ .key = "verdict", .type = DOCUMENT_TEXT },
	{ .key = "detail", .type = DOCUMENT_TEXT },
	{ .key = "advice", .type = DOCUMENT_TEXT },
	{ .key = NULL },
};

static const struct document_member probe_shape[] = {
	{ .key = "checks", .type = DOCUMENT_OBJECTS, .shape = check_shape },
	{ .key = NULL },
};

/* A verdict this version does not know is a reason to worry, not to be silent. */
static enum probe_verdict verdict_of(const struct json_object *check)
{
	for (int i = 0; i < PROBE_VERDICT_COUNT; i++)
		if (strcmp(document_text(check, "verdict"), verdict_names[i]) == 0)
			return (enum probe_verdict)i;
	return PROBE_WARNING;
}

/* The casts drop a const that execv(3) promises to keep but cannot declare. */
static void fill_arguments(const struct ctl *ctl, const char *path,
			   char *arguments[static PROBE_ARGUMENTS])
{
	size_t count = 0;

	arguments[count++] = (char *)path;
	arguments[count++] = (char *)"--probe";
	if (ctl->config_given) {
		arguments[count++] = (char *)"--config";
		arguments[count++] = (char *)ctl->config;
	}
	for (size_t i = 0; ctl->policy_dirs_given && i < ctl->policy_dir_count; i++) {
		arguments[count++] = (char *)"--policy-dir";
		arguments[count++] = (char *)ctl->policy_dir[i];
	}
	arguments[count] = NULL;
}

static int probe(const struct ctl *ctl, struct document_fault *fault, struct json_object **ret_root,
		 int *ret_status)
{
	char path[PATH_MAX];
	char *arguments[PROBE_ARGUMENTS];
	char *text;
	int ret = program_find("oomhandlerd-supervisor", path);

	if (ret == 0) {
		fill_arguments(ctl, path, arguments);
		ret = program_read(arguments, nsec_from_msec(PROBE_MSEC), &text, ret_status);
	}
	if (ret < 0) {
		snprintf(fault->text, sizeof(fault->text), "%s",
			 ret == -ENOENT ? "neither beside this program nor in " LIBEXECDIR
					: strerror(-ret));
		return ret;
	}
	ret = document_parse(text, strlen(text), probe_shape, fault, ret_root);
	free(text);
	if (ret == 0 && !document_length(*ret_root, "checks")) {
		json_object_put(*ret_root);
		snprintf(fault->text, sizeof(fault->text), "it checked nothing");
		return -EBADMSG;
	}
	return ret;
}

struct finding {
	const char *name, *detail;
	const char *advice; /* NULL: it is well */
};

/* As one more check. */
static void add_finding(struct json_object *checks, const struct finding *finding)
{
	enum probe_verdict verdict = finding->advice ? PROBE_WARNING : PROBE_OK;
	struct json_object *check = json_object_new_object();

	json_object_object_add(check, "name", json_object_new_string(finding->name));
	json_object_object_add(check, "verdict", json_object_new_string(verdict_names[verdict]));
	json_object_object_add(check, "detail", json_object_new_string(finding->detail));
	json_object_object_add(check, "advice",
			       finding->advice ? json_object_new_string(finding->advice) : NULL);
	json_object_array_add(checks, check);
}

/* One of a former version does not say it. */
static void add_sources(const struct view *view, struct json_object *checks)
{
	const char *sources = document_text(view->page.root, "sources_text");
	const char *advice = view_has_failed_source(view)
				     ? "the next best is used until a test, made every second, has "
				       "seen it work again; if it stays, report it with its error"
				     : NULL;

	if (*sources)
		add_finding(checks, &(struct finding){ .name = "in use",
						       .detail = sources,
						       .advice = advice });
}

/* What the running daemon says of itself. */
static void add_daemon(const struct view *view, struct json_object *checks)
{
	const struct json_object *handler = document_object(view->page.root, "handler");
	char detail[256];

	snprintf(detail, sizeof(detail),
		 "handler scheduling %s, locked %s, safe from the kernel's killer %s, page faults "
		 "%" PRIu64,
		 document_text(handler, "scheduling"),
		 document_flag(handler, "locked") ? "yes" : "no",
		 document_flag(handler, "oom_protected") ? "yes" : "no",
		 document_count(handler, "page_faults"));
	add_finding(checks, &(struct finding){
				    .name = "running daemon",
				    .detail = detail,
				    .advice = view->code == EXIT_CODE_OK ? NULL : view->verdict,
			    });
	add_sources(view, checks);
}

/* No daemon is no fault of the host; a broken page is said by view_open() on stderr. */
static void add_daemon_if_alive(const struct ctl *ctl, struct json_object *checks)
{
	const struct ctl aside = { .runtime_dir =
					   ctl->runtime_dir }; /* its JSON is no answer here */
	enum alive alive;
	struct view view;

	if (alive_look(ctl->runtime_dir, &alive) < 0 || alive == ALIVE_NO)
		return;
	if (view_open(&aside, &view) != EXIT_CODE_OK)
		return;
	add_daemon(&view, checks);
	view_done(&view);
}

/* Of what failed the probe itself knows whether it is the kernel: @status, as waitpid(2) gives it. */
static enum exit_code judge(const struct json_object *root, int status)
{
	enum probe_verdict worst = PROBE_OK;

	for (size_t i = 0; i < document_length(root, "checks"); i++) {
		enum probe_verdict verdict = verdict_of(document_item(root, "checks", i));

		if (verdict > worst)
			worst = verdict;
	}
	switch (worst) {
	case PROBE_OK:
	case PROBE_VERDICT_COUNT:
		return EXIT_CODE_OK;
	case PROBE_WARNING:
		return EXIT_CODE_DEGRADED;
	case PROBE_FAILED:
		return WIFEXITED(status) && WEXITSTATUS(status) == EXIT_CODE_KERNEL
			       ? EXIT_CODE_KERNEL
			       : EXIT_CODE_FAILURE;
	}
	return EXIT_CODE_FAILURE;
}

static void print_checks(const struct json_object *root, enum exit_code code)
{
	static const struct table_column columns[] = {
		{ "VERDICT", TABLE_LEFT },
		{ "CHECK", TABLE_LEFT },
		{ "FOUND", TABLE_LEFT },
		{ NULL, TABLE_LEFT },
	};
	struct table table;

	puts(code == EXIT_CODE_OK ? "This host is fit for oomhandlerd.\n"
	     : code != EXIT_CODE_DEGRADED
		     ? "This host cannot run oomhandlerd as it is.\n"
		     : "This host can run oomhandlerd, with less than it could.\n");
	table_init(&table, columns);
	for (size_t i = 0; i < document_length(root, "checks"); i++) {
		const struct json_object *check = document_item(root, "checks", i);

		table_add(&table, "%s", document_text(check, "verdict"));
		table_add(&table, "%s", document_text(check, "name"));
		table_add(&table, "%s", document_text(check, "detail"));
	}
	table_print(&table, 0, stdout);
	table_done(&table);
}

static void print_advice(const struct json_object *root)
{
	bool first = true;

	for (size_t i = 0; i < document_length(root, "checks"); i++) {
		const struct json_object *check = document_item(root, "checks", i);

		if (verdict_of(check) == PROBE_OK || !*document_text(check, "advice"))
			continue;
		if (first)
			puts("\nWhat to do:");
		first = false;
		printf("  %s: %s\n", document_text(check, "name"), document_text(check, "advice"));
	}
}

enum exit_code doctor_run(const struct ctl *ctl)
{
	struct document_fault fault;
	struct json_object *root;
	enum exit_code code;
	int status;

	if (probe(ctl, &fault, &root, &status) < 0)
		return ctl_refuse(ctl, EXIT_CODE_FAILURE, "oomhandlerd-supervisor --probe: %s",
				  fault.text);
	add_daemon_if_alive(ctl, document_object(root, "checks"));
	code = judge(root, status);
	if (ctl->json) {
		ctl_print_json(root);
		return code;
	}
	print_checks(root, code);
	print_advice(root);
	json_object_put(root);
	return code;
}
