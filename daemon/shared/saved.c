/*
 * See saved.h. The text is versioned: `1 oom_control=0 limit=67108864 memsw=- freezer=- lent_oom_control=-
 * lent_limit=83886080 …`. A version that knew no freezer left its two keys out.
 */
#include "shared/saved.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/xattr.h>

#include "base/text.h"

#define SAVED_TEXT_SIZE 384

static const char *const saved_keys[2 * KNOB_COUNT] = {
	" oom_control=",      " limit=",      " memsw=",      " freezer=",
	" lent_oom_control=", " lent_limit=", " lent_memsw=", " lent_freezer=",
};
static_assert(KNOB_OOM_CONTROL == 0 && KNOB_LIMIT == 1 && KNOB_MEMSW_LIMIT == 2 &&
		      KNOB_FREEZER == 3 && KNOB_COUNT == 4,
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

/* With one of its keys the freezer has both: a text that was cut is not taken for one of before. */
static bool text_knows(const char *text, enum knob knob)
{
	return knob != KNOB_FREEZER || strstr(text, saved_keys[KNOB_FREEZER]) ||
	       strstr(text, saved_keys[KNOB_COUNT + KNOB_FREEZER]);
}

static bool is_switch(uint64_t value)
{
	return value <= 1 || value == KNOB_ABSENT;
}

static bool saved_is_sound(const struct saved *saved)
{
	return saved->found.value[KNOB_OOM_CONTROL] <= 1 &&
	       is_switch(saved->found.value[KNOB_FREEZER]) &&
	       is_switch(saved->lent.value[KNOB_FREEZER]);
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
	for (int key = 0; key < 2 * KNOB_COUNT; key++) {
		*saved_value(&saved, key) = KNOB_ABSENT;
		if (text_knows(text, (enum knob)(key % KNOB_COUNT)) &&
		    value_parse(text, saved_keys[key], saved_value(&saved, key)) < 0)
			return -EBADMSG;
	}
	if (!saved_is_sound(&saved))
		return -EBADMSG;
	*ret_saved = saved;
	return 0;
}

int saved_store_freezer(int directory, const char *path)
{
	return fsetxattr(directory, SAVED_FREEZER_ATTRIBUTE, path, strlen(path), 0) < 0 ? -errno
											: 0;
}

/* It is opened below a mount point: it must not lead out of there, nor to the root, where all live. */
static bool path_is_below(const char *path)
{
	if (path[0] != '/' || path[1] == '\0')
		return false;
	for (const char *at = path; at; at = strchr(at, '/')) {
		size_t length = strcspn(++at, "/");

		if (length == 0 || (length == 1 && at[0] == '.') ||
		    (length == 2 && at[0] == '.' && at[1] == '.'))
			return false;
	}
	return true;
}

int saved_load_freezer(int directory, char ret_path[static PATH_MAX])
{
	char path[PATH_MAX];
	ssize_t out = fgetxattr(directory, SAVED_FREEZER_ATTRIBUTE, path, sizeof(path) - 1);

	if (out < 0)
		return errno == ERANGE ? -EBADMSG : -errno;
	path[out] = '\0';
	if (strlen(path) != (size_t)out || !path_is_below(path))
		return -EBADMSG;
	memcpy(ret_path, path, (size_t)out + 1);
	return 0;
}

static int attribute_drop(int directory, const char *name)
{
	return fremovexattr(directory, name) < 0 && errno != ENODATA ? -errno : 0;
}

int saved_drop_freezer(int directory)
{
	return attribute_drop(directory, SAVED_FREEZER_ATTRIBUTE);
}

/* The one that says whose group it is goes last: interrupted in between, it is found again. */
int saved_drop(int directory)
{
	int ret = saved_drop_freezer(directory);

	return ret < 0 ? ret : attribute_drop(directory, SAVED_ATTRIBUTE);
}
