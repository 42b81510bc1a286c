/* See source_standing.h. What was sent to the handler and has not arrived is said to be on its way. */
#include "supervisor/source_standing.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "supervisor/bpf.h"
#include "supervisor/outcome_words.h"

static struct source_seen seen_of(const struct source_board *board)
{
	return (struct source_seen){ .state = atomic_load(&board->state),
				     .error = atomic_load(&board->error) };
}

static struct source_seen seen_by_part(enum bpf_part part)
{
	return (struct source_seen){ .state = bpf_why_not(part) ? SOURCE_STATE_ABSENT
								: SOURCE_STATE_READY };
}

struct source_standing source_standing_of(const struct tables *tables)
{
	struct source_standing standing = {
		.best = atomic_load(&tables->roster->host.source),
		.kill = seen_of(&tables->outcomes->kill),
	};

	for (int i = 0; i < SOURCE_COUNT; i++)
		standing.source[i] = seen_of(&tables->outcomes->sources[i]);
	return standing;
}

struct source_standing source_standing_expected(uint32_t best)
{
	return (struct source_standing){
		.best = best,
		.source = { [SOURCE_BPF] = seen_by_part(BPF_PART_ROLL),
			    [SOURCE_ITER] = seen_by_part(BPF_PART_ITER) },
		.kill = seen_by_part(BPF_PART_SIGNAL),
	};
}

/* The facts are always there, if old. */
enum source source_standing_source(const struct source_standing *standing)
{
	uint32_t source = standing->best;

	while (source < SOURCE_FACTS && standing->source[source].state != SOURCE_STATE_READY)
		source++;
	return source < SOURCE_FACTS ? (enum source)source : SOURCE_FACTS;
}

/* An order to the kernel names a living thread and an exact start, neither of which facts tell. */
enum kill_method source_standing_method(const struct source_standing *standing)
{
	return standing->kill.state == SOURCE_STATE_READY &&
			       source_standing_source(standing) != SOURCE_FACTS
		       ? KILL_METHOD_BPF
		       : KILL_METHOD_PIDFD;
}

struct saying {
	char *text; /* borrowed */
	size_t used;
	char why[SOURCE_STANDING_SIZE]; /* said last: a reason is not said twice in a row */
};

static void say(struct saying *saying, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void say(struct saying *saying, const char *format, ...)
{
	size_t left = SOURCE_STANDING_SIZE - saying->used;
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(saying->text + saying->used, left, format, arguments);
	va_end(arguments);
	if (length > 0)
		saying->used += (size_t)length < left ? (size_t)length : left - 1;
}

static void say_why(struct saying *saying, const char *why)
{
	if (strcmp(saying->why, why) == 0)
		return;
	say(saying, ": %s", why);
	(void)snprintf(saying->why, sizeof(saying->why), "%s", why);
}

static void say_why_not(struct saying *saying, const struct source_seen *seen, enum bpf_part part)
{
	const char *why = bpf_why_not(part);
	char failure[128];

	if (seen->state == SOURCE_STATE_FAILED) {
		(void)snprintf(failure, sizeof(failure), "failed with %s",
			       strerror((int)seen->error));
		why = failure;
	}
	say_why(saying, why ? why : "on its way to the handler");
}

static void say_source(struct saying *saying, const struct source_standing *standing)
{
	static const enum bpf_part parts[] = {
		[SOURCE_BPF] = BPF_PART_ROLL, [SOURCE_ITER] = BPF_PART_ITER
	};
	enum source used = source_standing_source(standing);

	say(saying, "snapshot: %s", outcome_source_name(used));
	for (uint32_t i = SOURCE_BPF; i < used; i++) {
		say(saying, ", %s %s", i == SOURCE_BPF ? "not" : "nor", outcome_source_name(i));
		if (i < standing->best)
			say_why(saying, "Snapshot= does not allow it");
		else
			say_why_not(saying, &standing->source[i], parts[i]);
	}
}

static void say_method(struct saying *saying, const struct source_standing *standing)
{
	enum kill_method method = source_standing_method(standing);

	saying->why[0] = '\0';
	say(saying, "; kill: %s", outcome_kill_method_name(method));
	if (method == KILL_METHOD_BPF)
		return;
	say(saying, ", not %s", outcome_kill_method_name(KILL_METHOD_BPF));
	if (standing->kill.state == SOURCE_STATE_READY)
		say_why(saying, "facts do not tell the kernel enough of whom is meant");
	else
		say_why_not(saying, &standing->kill, BPF_PART_SIGNAL);
}

char *source_standing_say(const struct source_standing *standing,
			  char text[static SOURCE_STANDING_SIZE])
{
	struct saying saying = { .text = text };

	text[0] = '\0';
	say_source(&saying, standing);
	say_method(&saying, standing);
	return text;
}
