/*
 * See fuse.h. The least of the protocol that mapping and reading one file takes; requests are answered
 * one at a time, except reads of the hanging file, whose numbers are kept until release.
 * Source: include/uapi/linux/fuse.h, protocol 7.31.
 */
#include "cgroup/fuse.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cgroup/test.h"

#define ROOT_NODE 1
#define HANG_NODE 2
#define FILE_SIZE (1u << 20)
#define WITHHELD_MAX 256
#define ANSWER_MAX (1u << 17)

struct server {
	int device;
	int notice; /* one byte per withheld read */
	int control; /* a byte: release; end of file: exit */
	bool released;
	unsigned int withheld_count;
	struct {
		uint64_t unique;
		uint32_t size;
	} withheld[WITHHELD_MAX];
};

struct request {
	struct fuse_in_header header;
	char body[1 << 17];
};

static char mount_point[128], hanging_file[160];
static int notice_end, control_end;

static void answer(const struct server *server, uint64_t unique, int error, const void *body,
		   size_t length)
{
	static char text[sizeof(struct fuse_out_header) + ANSWER_MAX];
	struct fuse_out_header header = { .len = (uint32_t)(sizeof(header) + length),
					  .error = error,
					  .unique = unique };

	memcpy(text, &header, sizeof(header));
	if (length)
		memcpy(text + sizeof(header), body, length);
	/* The asker may have been killed meanwhile; then there is nobody to answer. */
	if (write(server->device, text, sizeof(header) + length) < 0 && errno != ENOENT)
		_exit(1);
}

static struct fuse_attr attributes(uint64_t node)
{
	return (struct fuse_attr){
		.ino = node,
		.mode = node == ROOT_NODE ? S_IFDIR | 0755 : S_IFREG | 0644,
		.nlink = 1,
		.size = node == ROOT_NODE ? 0 : FILE_SIZE,
		.blksize = 4096,
	};
}

static void read_request(struct server *server, const struct request *request)
{
	static const char zeros[ANSWER_MAX];
	const struct fuse_read_in *in = (const void *)request->body;
	uint32_t size = in->size < ANSWER_MAX ? in->size : ANSWER_MAX;

	if (server->released || server->withheld_count == WITHHELD_MAX) {
		answer(server, request->header.unique, 0, zeros, size);
		return;
	}
	server->withheld[server->withheld_count].unique = request->header.unique;
	server->withheld[server->withheld_count++].size = size;
	if (write(server->notice, "r", 1) < 0)
		_exit(1);
}

static void release(struct server *server)
{
	static const char zeros[ANSWER_MAX];

	server->released = true;
	for (unsigned int i = 0; i < server->withheld_count; i++)
		answer(server, server->withheld[i].unique, 0, zeros, server->withheld[i].size);
	server->withheld_count = 0;
}

static void serve_name(const struct server *server, const struct request *request)
{
	struct fuse_entry_out entry = { .nodeid = HANG_NODE,
					.generation = 1,
					.entry_valid = 3600,
					.attr_valid = 3600,
					.attr = attributes(HANG_NODE) };

	if (strcmp(request->body, "hang") != 0)
		answer(server, request->header.unique, -ENOENT, NULL, 0);
	else
		answer(server, request->header.unique, 0, &entry, sizeof(entry));
}

static void serve_open(const struct server *server, const struct request *request)
{
	const struct fuse_open_in *in = (const void *)request->body;
	struct fuse_open_out opened = { .open_flags = FOPEN_KEEP_CACHE };

	if (request->header.opcode == FUSE_OPEN && in->flags & O_NOATIME)
		opened.open_flags = FOPEN_DIRECT_IO;
	answer(server, request->header.unique, 0, &opened, sizeof(opened));
}

static void serve(struct server *server, const struct request *request)
{
	const struct fuse_init_out init = { .major = 7,
					    .minor = 31,
					    .max_write = 4096,
					    .max_background = 16,
					    .congestion_threshold = 12,
					    .time_gran = 1 };
	const struct fuse_attr_out attr = { .attr_valid = 3600,
					    .attr = attributes(request->header.nodeid) };
	uint64_t unique = request->header.unique;

	switch (request->header.opcode) {
	case FUSE_INIT:
		answer(server, unique, 0, &init, sizeof(init));
		return;
	case FUSE_GETATTR:
		answer(server, unique, 0, &attr, sizeof(attr));
		return;
	case FUSE_LOOKUP:
		serve_name(server, request);
		return;
	case FUSE_OPEN:
	case FUSE_OPENDIR:
		serve_open(server, request);
		return;
	case FUSE_READ:
		read_request(server, request);
		return;
	case FUSE_FORGET:
	case FUSE_BATCH_FORGET:
	case FUSE_INTERRUPT: /* not obeyed: that is the point */
		return;
	case FUSE_FLUSH:
	case FUSE_RELEASE:
	case FUSE_RELEASEDIR:
		answer(server, unique, 0, NULL, 0);
		return;
	}
	answer(server, unique, -ENOSYS, NULL, 0);
}

static void __attribute__((noreturn)) serve_all(struct server *server)
{
	static struct request request;
	struct pollfd ends[2] = { { .fd = server->device, .events = POLLIN },
				  { .fd = server->control, .events = POLLIN } };
	char order;

	for (;;) {
		if (poll(ends, 2, -1) < 0)
			_exit(1);
		if (ends[1].revents) {
			if (read(server->control, &order, 1) <= 0)
				_exit(0);
			release(server);
		}
		if (!ends[0].revents)
			continue;
		if (read(server->device, &request, sizeof(request)) > 0)
			serve(server, &request);
		else if (errno != EINTR && errno != EAGAIN && errno != ENOENT)
			_exit(0);
	}
}

static void mount_files(int device)
{
	char options[128];

	(void)snprintf(mount_point, sizeof(mount_point), "%s/files", test_folder());
	(void)snprintf(hanging_file, sizeof(hanging_file), "%s/hang", mount_point);
	(void)snprintf(options, sizeof(options),
		       "fd=%d,rootmode=40755,user_id=0,group_id=0,allow_other", device);
	expect(mkdir(mount_point, 0755) == 0);
	if (mount("hang", mount_point, "fuse", MS_NOSUID | MS_NODEV, options) < 0)
		test_skip("cannot mount a FUSE file system: %s", strerror(errno));
}

void fuse_start(void)
{
	int device = open("/dev/fuse", O_RDWR | O_CLOEXEC), notice[2], control[2];
	static struct server server;
	pid_t pid;

	if (device < 0)
		test_skip("needs /dev/fuse: %s", strerror(errno));
	mount_files(device);
	expect(pipe2(notice, O_CLOEXEC) == 0 && pipe2(control, O_CLOEXEC) == 0);
	pid = fork();
	expect(pid >= 0);
	if (pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		(void)close(notice[0]);
		(void)close(control[1]);
		server.device = device;
		server.notice = notice[1];
		server.control = control[0];
		serve_all(&server);
	}
	/* Nobody else may hold the device: its last close is what aborts the connection. */
	(void)close(device);
	(void)close(notice[1]);
	(void)close(control[0]);
	notice_end = notice[0];
	control_end = control[1];
}

const char *fuse_hanging_file(void)
{
	return hanging_file;
}

void fuse_expect_withheld(void)
{
	struct pollfd end = { .fd = notice_end, .events = POLLIN };
	char byte;

	expect(poll(&end, 1, 5000) == 1);
	expect(read(notice_end, &byte, 1) == 1);
}

void fuse_release(void)
{
	expect(write(control_end, "x", 1) == 1);
}
