/* See source.h. */
#include "cgroup/source.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgroup/test.h"

#define ARRIVAL_MSEC 10000 /* of programs and descriptors at the handler, and on the page */

static struct json_object *named(struct json_object *list, const char *name)
{
	for (size_t i = 0; list && i < json_object_array_length(list); i++) {
		struct json_object *object = json_object_array_get_idx(list, i);

		if (strcmp(json_text(object, "name"), name) == 0)
			return object;
	}
	return NULL;
}

void source_need_part(const struct instance *instance, const char *part)
{
	struct json_object *object;

	expect_within(ARRIVAL_MSEC, json_at(instance_page(instance), "parts"));
	object = named(json_at(instance_page(instance), "parts"), part);
	expect(object);
	if (json_at(object, "why"))
		test_skip("%s: %s", part, json_text(object, "why"));
}

static bool page_says(const struct instance *instance, const char *key, const char *value)
{
	return strcmp(json_text(instance_page(instance), key), value) == 0;
}

void source_expect(const struct instance *instance, const char *source)
{
	if (strcmp(source, "facts") != 0)
		source_need_part(instance, strcmp(source, "bpf") == 0 ? "roll" : "iter");
	expect_within(ARRIVAL_MSEC, page_says(instance, "source", source));
}

void source_expect_orders(const struct instance *instance)
{
	source_need_part(instance, "signal");
	expect_within(ARRIVAL_MSEC, page_says(instance, "kill_method", "bpf"));
}

void source_expect_record(struct json_object *record, const char *source)
{
	if (strcmp(json_text(record, "source"), source) != 0 || json_at(record, "source_failed") ||
	    json_at(record, "source_error"))
		test_fail(TEST_HERE, "source %s, failed %s with %s", json_text(record, "source"),
			  json_text(record, "source_failed"), json_text(record, "source_error"));
}

bool source_is(const struct instance *instance, const char *source, const char *state)
{
	struct json_object *page = instance_page(instance), *board;

	board = strcmp(source, "kill") == 0 ? json_at(page, "kill")
					    : named(json_at(page, "sources"), source);
	return strcmp(json_text(board, "state"), state) == 0;
}

static void __attribute__((noreturn)) tracer_exec(pid_t target, const char *call, const char *path)
{
	char pid[16], injection[64], *log;

	if (asprintf(&log, "%s/saboteur.log", test_folder()) < 0)
		_exit(1);
	(void)snprintf(pid, sizeof(pid), "%d", (int)target);
	(void)snprintf(injection, sizeof(injection), "inject=%s", call);
	(void)execlp("strace", "strace", "-q", "-e", "signal=none", "-e", injection, "-o", log,
		     "-p", pid, path ? "-P" : NULL, path, (char *)NULL);
	_exit(errno == ENOENT ? 77 : 1);
}

struct saboteur saboteur_start(pid_t target, const char *call, const char *path)
{
	struct saboteur saboteur = { .tracer = fork(), .target = target };
	int status = 0;

	expect(saboteur.tracer >= 0);
	if (saboteur.tracer == 0)
		tracer_exec(target, call, path);
	expect_within(5000, process_is_traced(target) ||
				    waitpid(saboteur.tracer, &status, WNOHANG) == saboteur.tracer);
	if (!process_is_traced(target))
		test_skip("strace cannot trace here (status %d)", status);
	return saboteur;
}

void saboteur_stop(const struct saboteur *saboteur)
{
	expect(kill(saboteur->tracer, SIGINT) == 0);
	expect(waitpid(saboteur->tracer, NULL, 0) == saboteur->tracer);
	expect_within(5000, !process_is_traced(saboteur->target));
}
