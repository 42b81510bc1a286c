/* See inherit.h. */
#include "shared/inherit.h"

#include <errno.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "shared/bpf_call.h"

static const struct table_row {
	const char *name;
	size_t size;
	size_t member; /* in struct tables */
} table_rows[TABLES] = {
	{ "roster", sizeof(struct roster), offsetof(struct tables, roster) },
	{ "facts", sizeof(struct facts), offsetof(struct tables, facts) },
	{ "outcomes", sizeof(struct outcomes), offsetof(struct tables, outcomes) },
	{ "ledger", sizeof(struct ledger), offsetof(struct tables, ledger) },
	{ "pulse", sizeof(struct pulse), offsetof(struct tables, pulse) },
	{ "roll", sizeof(struct roll), offsetof(struct tables, roll) },
};

static int memory_create(const struct table_row *row, int *ret_fd)
{
	int fd = memfd_create(row->name, MFD_CLOEXEC);

	if (fd < 0)
		return -errno;
	if (ftruncate(fd, (off_t)row->size) < 0) {
		int ret = -errno;

		io_close(&fd);
		return ret;
	}
	*ret_fd = fd;
	return 0;
}

/* Programs in the kernel can write to a map of theirs alone. */
static int table_create(const struct table_row *row, int *ret_fd)
{
	int fd = row->member == offsetof(struct tables, roll) ? bpf_map_make(row->name, row->size)
							      : -ENOTSUP;

	if (fd < 0)
		return memory_create(row, ret_fd);
	*ret_fd = fd;
	return 0;
}

int tables_create(int fds[static TABLES])
{
	for (int i = 0; i < TABLES; i++) {
		int ret = table_create(&table_rows[i], &fds[i]);

		if (ret < 0) {
			while (i-- > 0)
				io_close(&fds[i]);
			return ret;
		}
	}
	return 0;
}

/* Of a memfd, else of a map. */
static int table_size(int fd, size_t *ret_size)
{
	struct stat status;

	if (fstat(fd, &status) < 0)
		return -errno;
	if (status.st_size == 0)
		return bpf_map_size(fd, ret_size);
	*ret_size = (size_t)status.st_size;
	return 0;
}

static int table_map(const struct table_row *row, int fd, bool write, void **ret_table)
{
	size_t size = 0;
	void *out;
	int ret = table_size(fd, &size);

	if (ret < 0)
		return ret;
	if (size != row->size)
		return -EPROTO;
	out = mmap(NULL, row->size, write ? PROT_READ | PROT_WRITE : PROT_READ, MAP_SHARED, fd, 0);
	if (out == MAP_FAILED)
		return -errno;
	*ret_table = out;
	return 0;
}

int tables_map(const int fds[static TABLES], struct tables_access access, struct tables *ret_tables)
{
	const bool write[TABLES] = { access.roster, access.facts, access.outcomes,
				     access.ledger, true,	  access.roll };

	for (int i = 0; i < TABLES; i++) {
		void **member = (void **)((char *)ret_tables + table_rows[i].member);
		int ret = 0;

		if (member != (void **)&ret_tables->roll || access.roll)
			ret = table_map(&table_rows[i], fds[i], write[i], member);
		if (ret < 0)
			return ret;
	}
	return 0;
}
