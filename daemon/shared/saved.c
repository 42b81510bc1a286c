/* See saved.h. The text is versioned: `1 oom_control=0 limit=67108864 memsw=- lent_limit=83886080 …`. */
#include "shared/saved.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/xattr.h>

#include "base/text.h"

#define SAVED_TEXT_SIZE 256

static const char *const saved_keys[2 * KNOB_COUNT] = {
	" oom_control=", " limit=", " memsw=", " lent_oom_control=", " lent_limit=", " lent_memsw=",
};
static_assert(KNOB_OOM_CONTROL == 0 && KNOB_LIMIT == 1 && KNOB_MEMSW_LIMIT == 2 && KNOB_COUNT == 3,
	      "the keys stand in the order of the knobs");

static uint64_t *saved_value(struct saved *saved, int key)
{
	return key < KNOB_COUNT ? &saved->found.value[key] : &saved->lent.value[key - KNOB_COUNT];
}

int saved_store(int directory, const struct saved *saved)
{
	struct saved copy = *saved;
	char text[SAVED_TEXT_SIZE] = "1";

	static_assert(SAVED_TEXT_SIZE > 2 * KNOB_COUNT * (TEXT_U64_SIZE + 18),
		      "room for every key");
	for (int key = 0; key < 2 * KNOB_COUNT; key++) {
		uint64_t value = *saved_value(&copy, key);
		char number[TEXT_U64_SIZE];

		strcat(text, saved_keys[key]);
		strcat(text, value == KNOB_ABSENT ? "-" : text_from_u64(value, number));
	}
	return fsetxattr(directory, SAVED_ATTRIBUTE, text, strlen(text), 0) < 0 ? -errno : 0;
}

static int value_parse(const char *text, const char *key, uint64_t *ret_value)
{
	const char *at = strstr(text, key);

	if (!at)
		return -EBADMSG;
	at += strlen(key);
	if (*at == '-') {
		*ret_value = KNOB_ABSENT;
		return 0;
	}
	return text_to_u64(at, NULL, ret_value) < 0 ? -EBADMSG : 0;
}

int saved_load(int directory, struct saved *ret_saved)
{
	char text[SAVED_TEXT_SIZE];
	struct saved saved;
	ssize_t out = fgetxattr(directory, SAVED_ATTRIBUTE, text, sizeof(text) - 1);

	if (out < 0)
		return errno == ERANGE ? -EBADMSG : -errno;
	text[out] = '\0';
	if (text[0] != '1')
		return -EBADMSG;
	for (int key = 0; key < 2 * KNOB_COUNT; key++)
		if (value_parse(text, saved_keys[key], saved_value(&saved, key)) < 0)
			return -EBADMSG;
	if (saved.found.value[KNOB_OOM_CONTROL] > 1)
		return -EBADMSG;
	*ret_saved = saved;
	return 0;
}

int saved_drop(int directory)
{
	return fremovexattr(directory, SAVED_ATTRIBUTE) < 0 && errno != ENODATA ? -errno : 0;
}
