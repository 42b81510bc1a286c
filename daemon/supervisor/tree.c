/* See tree.h. */
#include "supervisor/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "settings/memory.h"

static struct node **inode_bucket(struct tree *tree, uint64_t inode)
{
	return &tree->by_inode[inode % TREE_BUCKETS];
}

static struct node **watch_bucket(struct tree *tree, int watch)
{
	return &tree->by_watch[(unsigned int)watch % TREE_BUCKETS];
}

struct node *tree_add(struct tree *tree, struct node *parent, const char *name, uint64_t inode)
{
	struct node *node = memory_new(sizeof(*node));
	struct node **bucket = inode_bucket(tree, inode);

	*node = (struct node){
		.parent = parent,
		.next = parent ? parent->children : NULL,
		.inode_next = *bucket,
		.name = memory_copy_text(name),
		.inode = inode,
		.watch = -1,
		.fresh = true,
		.slot = ROSTER_NO_SLOT,
	};
	*bucket = node;
	if (parent)
		parent->children = node;
	else
		tree->root = node;
	return node;
}

void tree_set_watch(struct tree *tree, struct node *node, int watch)
{
	if (node->watch >= 0) {
		struct node **link = watch_bucket(tree, node->watch);

		while (*link != node)
			link = &(*link)->watch_next;
		*link = node->watch_next;
	}
	node->watch = watch;
	if (watch >= 0) {
		struct node **bucket = watch_bucket(tree, watch);

		node->watch_next = *bucket;
		*bucket = node;
	}
}

static void unlink_node(struct tree *tree, struct node *node)
{
	struct node **link = inode_bucket(tree, node->inode);

	while (*link != node)
		link = &(*link)->inode_next;
	*link = node->inode_next;
	link = node->parent ? &node->parent->children : &tree->root;
	while (*link != node)
		link = &(*link)->next;
	*link = node->next;
	tree_set_watch(tree, node, -1);
}

void tree_remove(struct tree *tree, struct node *node)
{
	struct node *at = node;
	bool last;

	/* Leaves first, without recursion: hostile trees are deep. */
	for (;;) {
		struct node *parent;

		while (at->children)
			at = at->children;
		parent = at->parent;
		if (tree->removed)
			tree->removed(tree->context, at);
		unlink_node(tree, at);
		last = at == node;
		free(at->name);
		free(at);
		if (last)
			return;
		at = parent;
	}
}

void tree_rename(struct node *node, const char *name)
{
	free(node->name);
	node->name = memory_copy_text(name);
	node->fresh = true;
}

struct node *tree_find_inode(const struct tree *tree, uint64_t inode)
{
	struct node *node = tree->by_inode[inode % TREE_BUCKETS];

	while (node && node->inode != inode)
		node = node->inode_next;
	return node;
}

struct node *tree_find_watch(const struct tree *tree, int watch)
{
	struct node *node = tree->by_watch[(unsigned int)watch % TREE_BUCKETS];

	while (node && node->watch != watch)
		node = node->watch_next;
	return node;
}

struct node *tree_find_path(const struct tree *tree, const char *path)
{
	struct node *node = tree->root;

	for (path += strspn(path, "/"); node && *path; path += strspn(path, "/")) {
		size_t length = strcspn(path, "/");

		node = node->children;
		while (node &&
		       (strncmp(node->name, path, length) != 0 || node->name[length] != '\0'))
			node = node->next;
		path += length;
	}
	return node;
}

struct node *tree_next(const struct node *top, struct node *node)
{
	if (node->children)
		return node->children;
	while (node != top && !node->next)
		node = node->parent;
	return node == top ? NULL : node->next;
}

char *tree_path(const struct node *node, char *path, size_t size)
{
	size_t at = size - 1;

	path[at] = '\0';
	if (!node->parent)
		path[--at] = '/';
	for (; node->parent; node = node->parent) {
		size_t length = strlen(node->name);

		if (length + 1 > at) {
			path[0] = '\0';
			return path;
		}
		at -= length;
		memcpy(path + at, node->name, length);
		path[--at] = '/';
	}
	memmove(path, path + at, size - at);
	return path;
}

int tree_open(const struct node *node, int mount, int flags)
{
	char path[PATH_MAX];
	struct stat status;
	int fd;

	tree_path(node, path, sizeof(path));
	if (path[0] == '\0')
		return -ENAMETOOLONG;
	fd = openat(mount, path[1] ? path + 1 : ".", flags | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (fstat(fd, &status) < 0 || status.st_ino != node->inode) {
		io_close(&fd);
		return -ENOENT;
	}
	return fd;
}
