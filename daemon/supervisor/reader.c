/*
 * See reader.h. No pidfd here: who the number stands for is settled by the sampler, which holds one and
 * throws the answer away when it reports an exit.
 */
#include "supervisor/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/kcmp.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/io.h"
#include "supervisor/layout.h"
#include "supervisor/proc_text.h"

#define READER_NAME                                                                                \
	"oomhandlerd-rdr" /* 15 characters are all there are; /proc/self/exe gives "exe" */
#define STAT_TEXT_SIZE 1024 /* 52 numbers and a name: 400 bytes on 6.18 */

/* Return: bytes read, or a negative errno. One read is enough: the kernel gives what fits. */
static int file_read(uint32_t pid, const char *name, char *text, size_t size)
{
	char path[64];
	int fd, ret;

	(void)snprintf(path, sizeof(path), "/proc/%u/%s", pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	ret = io_read_at_start(fd, text, size);
	io_close(&fd);
	return ret;
}

static int read_start(uint32_t pid, uint64_t *ret_nsec)
{
	char text[STAT_TEXT_SIZE];
	int ret = file_read(pid, "stat", text, sizeof(text));

	return ret < 0 ? ret : proc_text_start(text, sysconf(_SC_CLK_TCK), ret_nsec);
}

static int read_exe(uint32_t pid, char exe[static FACTS_EXE_SIZE])
{
	char path[64], link[PATH_MAX + 1];
	ssize_t length;

	(void)snprintf(path, sizeof(path), "/proc/%u/exe", pid);
	length = readlink(path, link, sizeof(link) - 1);
	if (length < 0)
		return -errno;
	link[length] = '\0';
	proc_text_exe(link, exe);
	return 0;
}

static int read_cmdline(uint32_t pid, char cmdline[static FACTS_CMDLINE_SIZE])
{
	char text[FACTS_CMDLINE_SIZE];
	int ret = file_read(pid, "cmdline", text, sizeof(text));

	if (ret < 0)
		return ret;
	proc_text_cmdline(text, (size_t)ret, cmdline);
	return 0;
}

/* A kernel without kcmp(2) says that nobody shares: then each of them is killed for itself. */
static bool shares_memory(const struct reader_request *request)
{
	return request->parent_pid && syscall(SYS_kcmp, (pid_t)request->pid,
					      (pid_t)request->parent_pid, KCMP_VM, 0, 0) == 0;
}

static int answer_details(const struct reader_request *request, struct reader_answer *answer)
{
	int ret = read_start(request->pid, &answer->details.start_nsec);

	if (ret == 0)
		ret = read_exe(request->pid, answer->details.exe);
	if (ret == 0)
		ret = read_cmdline(request->pid, answer->details.cmdline);
	if (ret == 0)
		answer->details.shares = shares_memory(request);
	return ret;
}

static int answer_sleep(const struct reader_request *request, struct reader_answer *answer)
{
	int ret =
		file_read(request->pid, "wchan", answer->sleep.wchan, sizeof(answer->sleep.wchan));
	char group[PATH_MAX];

	if (ret < 0)
		return ret;
	ret = layout_group_of(request->pid, "memory", group);
	if (ret == 0 && strlen(group) < sizeof(answer->sleep.group))
		strcpy(answer->sleep.group, group);
	return ret;
}

static struct reader_answer answer_of(const struct reader_request *request)
{
	struct reader_answer answer = { .number = request->number };
	int ret = -EINVAL;

	switch ((enum reader_question)request->question) {
	case READER_DETAILS:
		ret = answer_details(request, &answer);
		break;
	case READER_SLEEP:
		ret = answer_sleep(request, &answer);
		break;
	}
	answer.error = ret < 0 ? (uint32_t)-ret : 0;
	return answer;
}

static bool answer_send(const struct reader_answer *answer)
{
	return send(READER_SOCKET, answer, sizeof(*answer), MSG_NOSIGNAL) ==
	       (ssize_t)sizeof(*answer);
}

static bool socket_is_there(void)
{
	socklen_t length = sizeof(int);
	int type;

	return getsockopt(READER_SOCKET, SOL_SOCKET, SO_TYPE, &type, &length) == 0 &&
	       type == SOCK_SEQPACKET;
}

enum exit_code reader_run(void)
{
	struct reader_request request;
	struct reader_answer answer = { .number = 0 };

	if (!socket_is_there()) {
		(void)fprintf(stderr, "oomhandlerd-supervisor: --read-processes is for its own "
				      "use\n");
		return EXIT_CODE_FAILURE;
	}
	(void)prctl(PR_SET_NAME, READER_NAME); /* a name is only for people */
	while (answer_send(&answer)) {
		if (recv(READER_SOCKET, &request, sizeof(request), 0) != (ssize_t)sizeof(request))
			break; /* closed: nobody will ask any more */
		answer = answer_of(&request);
	}
	return EXIT_CODE_OK;
}
