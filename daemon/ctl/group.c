/* See group.h. */
#include "ctl/group.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "base/text.h"
#include "settings/memory.h"

/* The name below the root: without the mount point, without slashes at the end. Owner: the caller. */
static char *name_below_root(const struct page *page, const char *argument)
{
	const char *mount = document_text(page->root, "mount");
	size_t length = strlen(mount);
	char *name;

	if (length && strncmp(argument, mount, length) == 0 &&
	    (argument[length] == '/' || argument[length] == '\0'))
		argument += length;
	if (asprintf(&name, "%s%s", *argument == '/' ? "" : "/", argument) < 0)
		memory_exhausted();
	for (size_t end = strlen(name); end > 1 && name[end - 1] == '/'; end--)
		name[end - 1] = '\0';
	return name;
}

/* Escaped names have at most four characters for one. */
char *group_label(const char *argument)
{
	size_t size = 4 * strlen(argument) + 1;

	return text_escape(argument, memory_new(size), size);
}

static struct json_object *find(const struct page *page, const char *label)
{
	for (size_t i = 0; i < document_length(page->root, "groups"); i++) {
		struct json_object *group = document_item(page->root, "groups", i);

		if (strcmp(document_text(group, "cgroup"), label) == 0)
			return group;
	}
	return NULL;
}

struct json_object *group_find(const struct page *page, const char *argument)
{
	char *name = name_below_root(page, argument);
	char *label = group_label(name);
	struct json_object *group = find(page, name);

	if (!group)
		group = find(page, label);
	free(label);
	free(name);
	return group;
}
