/*
 * See page.h. The tables below are the format, member by member, as the supervisor's status_page.c
 * writes it; a member that is not here is never used.
 */
#include "ctl/page.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <json-c/json.h>

#include "ctl/record_shape.h"
#include "ctl/shape.h"

/* clang-format off */
static const struct document_member config_shape[] = {
	TEXT("file"), COUNT("policies"), TEXT("last_reload"), TEXTS("problems"), END
};

static const struct document_member handler_shape[] = {
	FLAG("up"), COUNT("generation"), TEXT("scheduling"), FLAG("locked"), FLAG("oom_protected"),
	FLAG("io_flusher"), COUNT("page_faults"), COUNT("wakeups"), END
};

static const struct document_member guardian_shape[] = {
	TEXT("scheduling"), FLAG("locked"), FLAG("oom_protected"), COUNT("wakeups"),
	COUNT("hand_backs"), COUNT("overdue"), END
};

static const struct document_member counts_shape[] = {
	COUNT("armed"), COUNT("held"), COUNT("refused"), COUNT("episodes"), COUNT("kills"),
	COUNT("handed_back"), COUNT("outcomes_dropped"), END
};

static const struct document_member lent_shape[] = {
	COUNT("found"), COUNT("set"), SIGNED("due_in_msec"), END
};

static const struct document_member group_shape[] = {
	TEXT("cgroup"), COUNT("inode"), TEXT("role"), TEXT("state"), TEXT("reason"), TEXT("policy"),
	TEXT("mode"), COUNT("limit"), COUNT("usage"), TEXT("error"), COUNT("episodes"), COUNT("kills"),
	COUNT("hand_backs"), COUNT("alloc_failures"), SIGNED("rearm_in_msec"),
	OBJECT("lent", lent_shape), FLAG("frozen"), TEXT("children"), TEXT("inherited_from"), END
};

static const struct document_member policy_shape[] = {
	TEXT("name"), TEXT("file"), COUNT("groups"), TEXT("mode"), COUNT("deadline_msec"),
	TEXTS("steps"), END
};

#define BOARD                                                                                      \
	TEXT("name"), TEXT("state"), TEXT("error"), COUNT("uses"), COUNT("failures"),              \
	COUNT("tried_ago_msec")

static const struct document_member source_shape[] = {
	BOARD, FLAG("allowed"), END
};

static const struct document_member kill_shape[] = {
	BOARD, END
};

static const struct document_member part_shape[] = {
	TEXT("name"), TEXT("why"), END
};

static const struct document_member page_shape[] = {
	TEXT("format"), COUNT("version"), COUNT("updated_nsec"), TEXT("boot_id"), COUNT("pid"),
	COUNT("supervisor_pid"), COUNT("handler_pid"), TEXT("version_text"), TEXT("mount"),
	FLAG("dry_run"), OBJECT("config", config_shape), OBJECT("handler", handler_shape),
	OBJECT("guardian", guardian_shape), TEXT("source"), TEXT("kill_method"), TEXT("sources_text"),
	OBJECTS("sources", source_shape), OBJECT("kill", kill_shape), OBJECTS("parts", part_shape),
	OBJECT("counts", counts_shape), OBJECTS("groups", group_shape), OBJECTS("policies", policy_shape),
	OBJECTS("recent", record_shape), END
};
/* clang-format on */

static int refuse(struct document_fault *fault, const char *text)
{
	snprintf(fault->text, sizeof(fault->text), "%s", text);
	return -EBADMSG;
}

/* Before all the rest, so that the message about a foreign page is not about some member of it. */
static int check_format(const char *text, size_t length, struct document_fault *fault)
{
	static const struct document_member header[] = { TEXT("format"), COUNT("version"), END };
	struct json_object *root;
	int ret = document_parse(text, length, header, fault, &root);

	if (ret < 0)
		return ret;
	if (strcmp(document_text(root, "format"), PAGE_FORMAT) != 0)
		ret = refuse(fault, "not a status page of oomhandlerd");
	else if (document_count(root, "version") != PAGE_VERSION)
		ret = refuse(fault, "a status page of another version of oomhandlerd");
	json_object_put(root);
	return ret;
}

int page_parse(const char *text, size_t length, struct document_fault *fault, struct page *ret_page)
{
	struct json_object *root;
	int ret = check_format(text, length, fault);

	if (ret == 0)
		ret = document_parse(text, length, page_shape, fault, &root);
	if (ret < 0)
		return ret;
	if (!document_has(root, "updated_nsec")) {
		json_object_put(root);
		return refuse(fault, "updated_nsec is missing");
	}
	ret_page->root = root;
	return 0;
}

static int read_whole(int fd, char *text, size_t size)
{
	size_t used = 0;

	while (used < size) {
		ssize_t out = read(fd, text + used, size - used);

		if (out < 0)
			return -errno;
		if (out == 0)
			break;
		used += (size_t)out;
	}
	text[used] = '\0';
	return (int)used;
}

static int load_open(int fd, struct document_fault *fault, struct page *ret_page)
{
	struct stat status;
	char *text;
	int ret;

	if (fstat(fd, &status) < 0)
		return -errno;
	if (!S_ISREG(status.st_mode))
		return refuse(fault, "not a regular file");
	if (status.st_size > (off_t)PAGE_SIZE_MAX)
		return refuse(fault, "too large for a status page");
	text = malloc((size_t)status.st_size + 1);
	if (!text)
		return -ENOMEM;
	/* The page is replaced by rename, never changed in place: its size is its size. */
	ret = read_whole(fd, text, (size_t)status.st_size);
	if (ret >= 0)
		ret = page_parse(text, (size_t)ret, fault, ret_page);
	free(text);
	return ret;
}

int page_load(const char *runtime_dir, struct document_fault *fault, struct page *ret_page)
{
	char *path;
	int fd, ret;

	fault->text[0] = '\0';
	if (asprintf(&path, "%s/" PAGE_NAME, runtime_dir) < 0)
		return -ENOMEM;
	/* Neither a link nor a pipe somebody put there may redirect or stop us. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	ret = fd < 0 ? -errno : load_open(fd, fault, ret_page);
	free(path);
	if (fd >= 0)
		(void)close(fd); /* read only: nothing can be lost */
	if (ret < 0 && !fault->text[0])
		snprintf(fault->text, sizeof(fault->text), "%s", strerror(-ret));
	return ret;
}

struct nsec page_age(const struct page *page, struct nsec now)
{
	const struct nsec updated = { .count = document_count(page->root, "updated_nsec") };

	return nsec_between(updated, now);
}

void page_done(struct page *page)
{
	json_object_put(page->root);
	page->root = NULL;
}
