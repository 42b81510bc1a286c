/*
 * See history_file.h. Byte by byte through stdio: no line is ever held but the present one, and its
 * bound holds whatever somebody has put into the folder.
 */
#include "settings/history_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define OPEN_TRIES 8 /* a rotation in between is rare, two in a row do not happen */

static int file_open(const char *state_dir, const char *name, FILE **ret_file)
{
	char path[PATH_MAX];
	int fd, ret = 0;

	*ret_file = NULL;
	if (snprintf(path, sizeof(path), "%s/%s", state_dir, name) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	/* Neither a link nor a pipe somebody put there may redirect or stop us. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR ? 0 : -errno;
	*ret_file = fdopen(fd, "r");
	if (!*ret_file) {
		ret = -errno;
		(void)close(fd); /* read only: nothing can be lost */
	}
	return ret;
}

/* The size is taken once: what is appended while we read belongs to the next reader. */
static int file_measure(FILE *file, struct stat *ret_status)
{
	*ret_status = (struct stat){ .st_size = 0 };
	if (!file)
		return 0;
	if (fstat(fileno(file), ret_status) < 0)
		return -errno;
	return S_ISREG(ret_status->st_mode) ? 0 : -EBADMSG;
}

/*
 * The newer one first: were it renamed in between, the older name would lead to it as well, which the
 * inode tells; the other way round its records would be missing and nothing would tell.
 */
static int open_pair(const char *state_dir, struct history_file *history)
{
	struct stat status[HISTORY_FILES];
	int ret = file_open(state_dir, HISTORY_NAME, &history->file[1]);

	if (ret == 0)
		ret = file_open(state_dir, HISTORY_OLD_NAME, &history->file[0]);
	for (int i = 0; i < HISTORY_FILES && ret == 0; i++) {
		ret = file_measure(history->file[i], &status[i]);
		history->left[i] = (uint64_t)status[i].st_size;
	}
	if (ret == 0 && history->file[0] && history->file[1] &&
	    status[0].st_ino == status[1].st_ino && status[0].st_dev == status[1].st_dev)
		ret = -EAGAIN;
	return ret;
}

int history_file_open(const char *state_dir, struct history_file *ret_history)
{
	struct history_file history = { .current = 0 };
	int ret = -EAGAIN;

	for (int i = 0; i < OPEN_TRIES && ret == -EAGAIN; i++) {
		history_file_done(&history);
		ret = open_pair(state_dir, &history);
	}
	if (ret == 0) {
		history.line = malloc(HISTORY_LINE_MAX + 1);
		ret = history.line ? 0 : -ENOMEM;
	}
	if (ret < 0)
		history_file_done(&history);
	else
		*ret_history = history;
	return ret;
}

/* Return: the length of the line in history->line, 0 for one that is passed over, -ENODATA, -EIO. */
static int read_line(struct history_file *history)
{
	FILE *file = history->file[history->current];
	uint64_t *left = &history->left[history->current];
	size_t length = 0;
	bool ended = false;

	if (!file || *left == 0)
		return -ENODATA;
	while (*left > 0 && !ended) {
		int byte = getc_unlocked(file);

		if (byte == EOF)
			break;
		--*left;
		ended = byte == '\n';
		if (!ended && length++ < HISTORY_LINE_MAX)
			history->line[length - 1] = (char)byte;
	}
	if (ferror(file))
		return -EIO;
	if (!ended)
		*left = 0; /* cut short by somebody, or torn: there is no more of it */
	if (!ended || length > HISTORY_LINE_MAX || length == 0)
		return 0;
	history->line[length] = '\0';
	return (int)length;
}

int history_file_next(struct history_file *history, const char **ret_line)
{
	while (history->current < HISTORY_FILES) {
		int ret = read_line(history);

		if (ret == -ENODATA) {
			history->current++;
		} else if (ret == 0) {
			history->damaged++;
		} else {
			if (ret > 0)
				*ret_line = history->line;
			return ret;
		}
	}
	return -ENODATA;
}

void history_file_rewind(struct history_file *history)
{
	for (int i = 0; i < HISTORY_FILES; i++) {
		if (!history->file[i])
			continue;
		/* By what was read, not by the size now: see file_measure(). */
		history->left[i] += (uint64_t)ftello(history->file[i]);
		rewind(history->file[i]);
	}
	history->current = 0;
	history->damaged = 0;
}

void history_file_done(struct history_file *history)
{
	for (int i = 0; i < HISTORY_FILES; i++) {
		if (history->file[i])
			(void)fclose(history->file[i]); /* read only: nothing can be lost */
		history->file[i] = NULL;
	}
	free(history->line);
	history->line = NULL;
}
