/* See scan.h. */
#include "supervisor/scan.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"

static struct node *node_add(struct scan *scan, const char *path, uint64_t inode)
{
	const char *name = strrchr(path, '/') + 1;
	char parent_path[PATH_MAX];
	struct node *parent;

	if (strcmp(path, "/") == 0)
		return scan->tree->root ? NULL : tree_add(scan->tree, NULL, "", inode);
	memcpy(parent_path, path, (size_t)(name - path));
	parent_path[name - path] = '\0';
	parent = tree_find_path(scan->tree, parent_path);
	/* The parent was renamed under the walk: that is told, and sends us here again. */
	return parent ? tree_add(scan->tree, parent, name, inode) : NULL;
}

static void node_visit(void *context, const char *path)
{
	struct scan *scan = context;
	struct stat status;
	struct node *node;

	if (fstatat(scan->discover->directory, path[1] ? path + 1 : ".", &status,
		    AT_SYMLINK_NOFOLLOW) < 0)
		return;
	node = tree_find_inode(scan->tree, status.st_ino);
	if (node && node->parent && strcmp(node->name, strrchr(path, '/') + 1) != 0) {
		tree_rename(node, strrchr(path, '/') + 1);
		scan->changed = true;
	}
	if (!node) {
		node = node_add(scan, path, status.st_ino);
		scan->changed = true;
	}
	if (!node)
		return;
	node->seen = scan->number;
	/* Before the walk reads the children: none can be made unseen between the two. */
	tree_events_attend(scan->events, node, scan->discover->directory);
}

/* Not seen is not yet gone: the walk may have run out of descriptors. */
static bool node_is_gone(const struct scan *scan, const struct node *node)
{
	int fd = tree_open(node, scan->discover->directory, O_PATH);
	bool gone = fd == -ENOENT || fd == -ENODEV || fd == -ENOTDIR;

	io_close(&fd);
	return gone;
}

static void children_prune(struct scan *scan, struct node *parent)
{
	struct node *next;

	for (struct node *node = parent->children; node; node = next) {
		next = node->next;
		if (node->seen == scan->number || !node_is_gone(scan, node))
			continue;
		tree_remove(scan->tree, node);
		scan->changed = true;
	}
}

/*
 * libcgroup leaves out what it cannot open and says nothing (5 groups, no descriptors: it saw 1 and was
 * content): so whether any are left is asked when it is done.
 */
static int descriptors_left(const struct scan *scan, const struct node *node)
{
	int fd = tree_open(node, scan->discover->directory, O_PATH);
	bool none = fd == -EMFILE || fd == -ENFILE || fd == -ENOMEM;

	if (none)
		return fd;
	io_close(&fd);
	return 0;
}

int scan_below(struct scan *scan, struct node *top)
{
	char path[PATH_MAX];
	int ret;

	tree_path(top, path, sizeof(path));
	if (path[0] == '\0')
		return -ENAMETOOLONG;
	scan->number++;
	ret = discover_walk(scan->discover, path, node_visit, scan);
	for (struct node *node = top; node; node = tree_next(top, node))
		children_prune(scan, node);
	return ret < 0 ? ret : descriptors_left(scan, top);
}

int scan_all(struct scan *scan)
{
	if (!scan->tree->root)
		node_visit(scan, "/");
	return scan->tree->root ? scan_below(scan, scan->tree->root) : -ENOENT;
}

static void child_look(struct scan *scan, struct node *parent, const struct dirent *entry)
{
	struct node *child = tree_find_inode(scan->tree, entry->d_ino);
	char path[PATH_MAX];
	size_t length;

	if (child && strcmp(child->name, entry->d_name) == 0) {
		child->seen = scan->number;
		return;
	}
	tree_path(parent, path, sizeof(path));
	length = strlen(path);
	if (length == 0 || length + strlen(entry->d_name) + 2 > sizeof(path))
		return;
	if (path[length - 1] != '/')
		path[length++] = '/';
	(void)snprintf(path + length, sizeof(path) - length, "%s", entry->d_name);
	/* Its own errors mean that it is gone again, which the next event tells. */
	(void)discover_walk(scan->discover, path, node_visit, scan);
}

void scan_directory(struct scan *scan, struct node *node)
{
	int fd = tree_open(node, scan->discover->directory, O_RDONLY);
	struct dirent *entry;
	DIR *directory = fd >= 0 ? fdopendir(fd) : NULL;

	if (!directory) {
		io_close(&fd);
		return; /* gone: its own parent's look has seen that, or the rescan will */
	}
	scan->number++;
	while ((entry = readdir(directory)))
		if (entry->d_type == DT_DIR && strcmp(entry->d_name, ".") != 0 &&
		    strcmp(entry->d_name, "..") != 0)
			child_look(scan, node, entry);
	(void)closedir(directory); /* only read from */
	children_prune(scan, node);
}
