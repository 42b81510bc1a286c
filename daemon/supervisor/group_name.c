/* See group_name.h. */
#include "supervisor/group_name.h"

#include <limits.h>
#include <string.h>

#include "base/text.h"
#include "supervisor/groups.h"

/* Slashes at the end of @name do not count. */
static bool is_label(const char *name, const char *label)
{
	size_t length = strlen(label);

	return strncmp(name, label, length) == 0 &&
	       name[length + strspn(name + length, "/")] == '\0';
}

static struct node *find_label(const struct tree *tree, const char *name)
{
	char path[PATH_MAX], label[GROUP_LABEL_SIZE];

	for (struct node *node = tree->root; node; node = tree_next(tree->root, node)) {
		(void)text_escape(tree_path(node, path, sizeof(path)), label, sizeof(label));
		/* A path that does not fit is no label; the name comes without its first slash. */
		if (label[0] && is_label(name, label + 1))
			return node;
	}
	return NULL;
}

struct node *group_name_find(const struct tree *tree, const char *mount, const char *name)
{
	size_t length = strlen(mount);
	struct node *node;

	if (strncmp(name, mount, length) == 0 && (name[length] == '/' || name[length] == '\0'))
		name += length;
	name += strspn(name, "/");
	node = find_label(tree, name);
	return node ? node : tree_find_path(tree, name);
}
