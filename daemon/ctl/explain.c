/*
 * `oomhandlerctl explain CGROUP`: what would be done if the group ran out of memory now. The daemon ranks,
 * by the facts and rules an episode would go by; here it is a table and a sentence.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "ctl/bus.h"
#include "ctl/candidates.h"
#include "ctl/record_shape.h"
#include "ctl/shape.h"
#include "settings/human.h"
#include "shared/bus.h"

/* clang-format off */
static const struct document_member explain_shape[] = {
	TEXT("cgroup"), TEXT("policy"), TEXT("mode"), TEXT("reason"), COUNT("limit"), COUNT("usage"),
	TEXT("order"), TEXT("unit"), COUNT("candidates_total"), COUNT("eligible"), COUNT("asleep"),
	COUNT("facts_age_usec"), TEXT("source"), OBJECTS("candidates", candidate_shape),
	OBJECT("victim", candidate_shape), TEXT("step"), TEXT("sentence"), END
};
/* clang-format on */

static void print_size(const struct json_object *answer, const char *key)
{
	const struct bytes size = { .count = document_count(answer, key) };
	char text[HUMAN_SIZE];

	if (document_has(answer, key))
		printf(", %s %s", key, human_limit(size, text));
}

static void print_group(const struct json_object *answer)
{
	printf("%s", document_text(answer, "cgroup"));
	if (document_has(answer, "policy"))
		printf(": policy %s (%s)", document_text(answer, "policy"),
		       document_text(answer, "mode"));
	else
		fputs(": no policy", stdout);
	print_size(answer, "limit");
	print_size(answer, "usage");
	putchar('\n');
}

static bool asks_kernel(const struct json_object *answer)
{
	return document_has(answer, "source") &&
	       strcmp(document_text(answer, "source"), "facts") != 0;
}

static void print_ranking(const struct json_object *answer)
{
	const struct nsec age = { document_count(answer, "facts_age_usec") * NSEC_PER_USEC };
	size_t listed = document_length(answer, "candidates");
	char text[HUMAN_SIZE];

	if (!listed)
		return;
	printf("unit %s, order %s; %" PRIu64 " of %" PRIu64 " may be chosen, as of %s ago",
	       document_text(answer, "unit"), document_text(answer, "order"),
	       document_count(answer, "eligible"), document_count(answer, "candidates_total"),
	       human_span(age, text));
	printf("%s\n\n", asks_kernel(answer) ? "; in an OOM the kernel would be asked again" : "");
	candidates_print(answer, CANDIDATES_SHORT, stdout);
	if (listed < document_count(answer, "candidates_total"))
		printf("  ... and %" PRIu64 " more behind these\n",
		       document_count(answer, "candidates_total") - listed);
}

/* As the beginning of a line. */
static void print_sentence(const char *sentence)
{
	if (*sentence)
		printf("\n%c%s.\n",
		       *sentence >= 'a' && *sentence <= 'z' ? *sentence - 'a' + 'A' : *sentence,
		       sentence + 1);
}

static void answer_in_words(const struct json_object *answer)
{
	print_group(answer);
	print_ranking(answer);
	print_sentence(document_text(answer, "sentence"));
}

enum exit_code explain_run(const struct ctl *ctl)
{
	const struct bus_question question = { .method = BUS_EXPLAIN,
					       .argument = ctl->arguments[0] };
	struct document_fault fault;
	struct json_object *answer;
	char *text = NULL;
	enum exit_code code = bus_ask(ctl, &question, &text);
	int ret;

	if (code != EXIT_CODE_OK)
		return code;
	ret = document_parse(text ? text : "", text ? strlen(text) : 0, explain_shape, &fault,
			     &answer);
	free(text);
	if (ret < 0)
		return ctl_refuse(ctl, EXIT_CODE_FAILURE, "the daemon's answer cannot be read: %s",
				  fault.text);
	if (ctl->json) {
		ctl_print_json(answer);
		return EXIT_CODE_OK;
	}
	answer_in_words(answer);
	json_object_put(answer);
	return EXIT_CODE_OK;
}
