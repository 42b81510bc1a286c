/* The table of the audit as text. See audit.h. */
#include "audit/audit.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>

/* "NAME" at its number: of the machine this is built for. */
static const char *const names[AUDIT_CALLS] = {
#include <call_names.h>
	[AUDIT_OUTSIDE] = "(between calls)",
};

static const char *const roles[AUDIT_ROLES] = { [AUDIT_LOOP] = "loop", [AUDIT_ADOPT] = "adopt" };
static const char *const events[AUDIT_EVENTS] = {
	[AUDIT_KMALLOC] = "kmalloc",	 [AUDIT_CACHE] = "cache",  [AUDIT_PAGE] = "pages",
	[AUDIT_MMAP_LOCK] = "mmap_lock", [AUDIT_FAULT] = "faults",
};

const char *audit_call_name(unsigned int call)
{
	return call < AUDIT_CALLS && names[call] ? names[call] : "?";
}

/* The function around an address of the kernel; "" where it is not told. */
static const char *function_at(uint64_t address)
{
	static char name[128];
	char line[256], here[128];
	FILE *symbols = fopen("/proc/kallsyms", "re");
	uint64_t nearest = 0, start;

	name[0] = '\0';
	while (symbols && fgets(line, sizeof(line), symbols)) {
		if (sscanf(line, "%" SCNx64 " %*c %127s", &start, here) != 2 || start > address ||
		    start < nearest || start == 0)
			continue;
		nearest = start;
		strcpy(name, here);
	}
	if (symbols)
		(void)fclose(symbols);
	return name;
}

static void event_print(const struct audit_cell *cell, enum audit_event event)
{
	if (cell->all[event] == 0)
		return;
	printf("  %s %" PRIu64 " (at most %" PRIu64 ")", events[event], cell->all[event],
	       cell->most[event]);
	if (event < AUDIT_PAGE)
		printf(" %s", function_at(cell->site[event]));
	if (event == AUDIT_FAULT)
		printf(" at %#" PRIx64, cell->site[event]);
}

static void cell_print(const struct audit_table *table, enum audit_role role, unsigned int call)
{
	const struct audit_cell *cell = &table->cell[role][call];
	uint64_t any = cell->calls;

	for (int event = 0; event < AUDIT_EVENTS; event++)
		any += cell->all[event];
	if (any == 0)
		return;
	printf("%-6s %-20s %8" PRIu64, roles[role], audit_call_name(call), cell->calls);
	for (int event = 0; event < AUDIT_EVENTS; event++)
		event_print(cell, event);
	printf("\n");
}

void audit_print(const struct audit_table *table)
{
	printf("%-6s %-20s %8s\n", "thread", "system call", "calls");
	for (int role = 0; role < AUDIT_ROLES; role++)
		for (unsigned int call = 0; call < AUDIT_CALLS; call++)
			cell_print(table, role, call);
	(void)fflush(stdout);
}
