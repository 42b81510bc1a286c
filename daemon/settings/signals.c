/*
 * See signals.h. The list is our own: the C library's sigabbrev_np(3) is younger than the oldest system
 * this builds on, and knows signals that make no sense as a request to end.
 */
#include "settings/signals.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

/* 32 and 33 are the C library's own (signal(7)). */
#define REAL_TIME_FIRST 34
#define REAL_TIME_LAST 64

static const struct {
	const char *name;
	uint32_t number;
} signals[] = {
	{ "SIGTERM", SIGTERM }, { "SIGINT", SIGINT },	{ "SIGHUP", SIGHUP },
	{ "SIGQUIT", SIGQUIT }, { "SIGUSR1", SIGUSR1 }, { "SIGUSR2", SIGUSR2 },
	{ "SIGALRM", SIGALRM }, { "SIGABRT", SIGABRT }, { "SIGXCPU", SIGXCPU },
	{ "SIGPWR", SIGPWR },	{ "SIGCONT", SIGCONT }, { "SIGWINCH", SIGWINCH },
	{ "SIGKILL", SIGKILL }, { "SIGSTOP", SIGSTOP },
};

#define SIGNALS (sizeof(signals) / sizeof(*signals))

static bool can_be_handled(uint64_t number)
{
	if (number == SIGKILL || number == SIGSTOP)
		return false;
	return (number >= 1 && number <= SIGSYS) ||
	       (number >= REAL_TIME_FIRST && number <= REAL_TIME_LAST);
}

static int number_find(const char *text, uint64_t *ret_number)
{
	const char *rest;
	int ret;

	for (size_t i = 0; i < SIGNALS; i++)
		if (strcmp(signals[i].name, text) == 0) {
			*ret_number = signals[i].number;
			return 0;
		}
	ret = text_to_u64(text, &rest, ret_number);
	return ret == 0 && *rest ? -EINVAL : ret;
}

int signals_parse(const char *text, uint32_t *ret_number)
{
	uint64_t number;
	int ret = number_find(text, &number);

	if (ret == 0 && !can_be_handled(number))
		ret = -ERANGE;
	if (ret == 0)
		*ret_number = (uint32_t)number;
	return ret;
}

char *signals_name(uint32_t number, char text[static SIGNALS_NAME_SIZE])
{
	for (size_t i = 0; i < SIGNALS; i++)
		if (signals[i].number == number)
			return strcpy(text, signals[i].name);
	snprintf(text, SIGNALS_NAME_SIZE, "%u", number);
	return text;
}
