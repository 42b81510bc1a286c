/* See stranded.h. */
#include "supervisor/stranded.h"

void stranded_init(struct stranded *stranded, const struct sampled *sampled, struct groups *groups)
{
	stranded_groups_init(&stranded->removed);
	stranded_reader_init(&stranded->reader, sampled, groups);
	stranded_sleepers_init(&stranded->sleepers, sampled, groups);
}

static void take_removed(struct stranded *stranded)
{
	struct stranded_group group;

	while (stranded_groups_take(&stranded->removed, &group))
		stranded_reader_gone(&stranded->reader, &group);
}

void stranded_left(struct stranded *stranded, const struct process *process)
{
	if (stranded_sleepers_can(&stranded->sleepers))
		return;
	take_removed(stranded);
	stranded_reader_left(&stranded->reader, &stranded->removed, process);
}

void stranded_look(struct stranded *stranded)
{
	take_removed(stranded);
	stranded_sleepers_look(&stranded->sleepers, &stranded->removed);
}

struct nsec stranded_deadline(const struct stranded *stranded)
{
	return stranded_sleepers_deadline(&stranded->sleepers);
}

bool stranded_ask(struct stranded *stranded, struct reader_line *line)
{
	take_removed(stranded);
	return stranded_reader_ask(&stranded->reader, line);
}

void stranded_hear(struct stranded *stranded, enum reader_line_event event,
		   const struct reader_answer *answer)
{
	stranded_reader_hear(&stranded->reader, event, answer);
}
