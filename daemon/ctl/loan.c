/* See loan.h. */
#include "ctl/loan.h"

#include <stdio.h>

#include "ctl/document.h"
#include "settings/human.h"

char *loan_describe(const struct json_object *group, char text[static LOAN_TEXT_SIZE])
{
	const struct json_object *lent = document_object(group, "lent");
	int64_t due_msec = document_signed(lent, "due_in_msec");
	char found[HUMAN_SIZE], set[HUMAN_SIZE], due[HUMAN_SIZE] = "";

	text[0] = '\0';
	if (!lent)
		return text;
	if (due_msec > 0)
		human_span(nsec_from_msec((uint64_t)due_msec), due);
	snprintf(text, LOAN_TEXT_SIZE, "limit raised from %s to %s, %s%s",
		 human_limit((struct bytes){ .count = document_count(lent, "found") }, found),
		 human_limit((struct bytes){ .count = document_count(lent, "set") }, set),
		 due[0] ? "goes back in " : "is going back", due);
	return text;
}
