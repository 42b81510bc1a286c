/* See proc_text.h. */
#include "supervisor/proc_text.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"

#define DELETED " (deleted)"
#define FIELD_STATE 3 /* the first one behind the name (proc(5)) */
#define FIELD_START 22

void proc_text_exe(const char *link, char exe[static FACTS_EXE_SIZE])
{
	const char *slash = strrchr(link, '/');
	const char *name = slash ? slash + 1 : link;
	size_t length = strlen(name), suffix = strlen(DELETED);

	if (length > suffix && strcmp(name + length - suffix, DELETED) == 0)
		length -= suffix;
	if (length > FACTS_EXE_SIZE - 1)
		length = FACTS_EXE_SIZE - 1;
	memcpy(exe, name, length);
	exe[length] = '\0';
}

void proc_text_cmdline(const char *text, size_t length, char cmdline[static FACTS_CMDLINE_SIZE])
{
	if (length > FACTS_CMDLINE_SIZE - 1)
		length = FACTS_CMDLINE_SIZE - 1;
	for (size_t i = 0; i < length; i++)
		cmdline[i] = text[i] ? text[i] : ' ';
	while (length > 0 && cmdline[length - 1] == ' ')
		length--;
	cmdline[length] = '\0';
}

int proc_text_start(const char *stat, long ticks_per_second, uint64_t *ret_nsec)
{
	const char *at =
		strrchr(stat, ')'); /* the name may hold one itself, what follows may not */
	uint64_t ticks, nsec;

	for (int field = FIELD_STATE; at && field <= FIELD_START; field++)
		at = strchr(at + 1, ' ');
	if (!at || ticks_per_second <= 0 || text_to_u64(at + 1, &at, &ticks) < 0 || *at != ' ' ||
	    __builtin_mul_overflow(ticks, NSEC_PER_SEC / (uint64_t)ticks_per_second, &nsec))
		return -EBADMSG;
	*ret_nsec = nsec;
	return 0;
}
