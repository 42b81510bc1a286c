/* See episode.h. The words for kinds and tiers are those of the record: shared/outcome.h. */
#include "ctl/episode.h"

#include <inttypes.h>
#include <string.h>

#include "ctl/document.h"
#include "ctl/table.h"
#include "settings/human.h"

struct word {
	const char *name; /* in the record */
	const char *meaning;
};

static const struct word kinds[] = {
	{ "resolved", "resolved by the daemon" },
	{ "passed", "ended by itself before a step did anything" },
	{ "handed-back", "handed to the kernel's killer" },
	{ "unresolved", "handed to the kernel's killer, which did not end it either" },
	{ "group-gone", "the group was removed meanwhile" },
	{ "foreign", "left alone: another group's limit, whose killer somebody else switched off" },
	{ "dry-run", "dry run, nothing was changed" },
};

static const struct word tiers[] = {
	{ "first", "first choice: the most memory" },
	{ "kernel-thread", "never chosen: a kernel thread" },
	{ "init", "never chosen: process 1 of the host" },
	{ "ours", "never chosen: part of this daemon" },
	{ "dying", "never chosen: dying already" },
	{ "adj", "never chosen: oom_score_adj is -1000" },
	{ "shim", "never chosen: a container's shim" },
	{ "tried", "signalled before in this episode" },
	{ "unknown", "never chosen: what it is is not known" },
	{ "memory", "less memory than the one above" },
	{ "pid", "same memory as the one above, lower pid" },
};

/* Those that are not words of their own. */
static const struct word ends[] = {
	{ "waiting", "not seen to exit" },
	{ "refused", "not signalled" },
	{ "spared", "would have been killed" },
};

static const struct word results[] = {
	{ "would", "would have been taken" },
};

static const char *meaning_of(const struct word *words, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(words[i].name, name) == 0)
			return words[i].meaning;
	return name;
}
#define MEANING(words, name) meaning_of(words, sizeof(words) / sizeof(words[0]), name)

static const char *bytes_of(const struct json_object *object, const char *key,
			    char text[static HUMAN_SIZE])
{
	return human_bytes((struct bytes){ .count = document_count(object, key) }, text);
}

static const char *usec_of(const struct json_object *object, const char *key,
			   char text[static HUMAN_SIZE])
{
	return human_span((struct nsec){ .count = document_count(object, key) * NSEC_PER_USEC },
			  text);
}

void episode_print_line(const struct json_object *episode, FILE *out)
{
	char freed[HUMAN_SIZE], span[HUMAN_SIZE];

	fprintf(out, "%s  %s: %s", document_text(episode, "time"), document_text(episode, "cgroup"),
		MEANING(kinds, document_text(episode, "kind")));
	for (size_t i = 0; i < document_length(episode, "victims"); i++) {
		const struct json_object *victim = document_item(episode, "victims", i);

		fprintf(out, "; %s[%" PRIu64 "] %s", document_text(victim, "comm"),
			document_count(victim, "pid"), MEANING(ends, document_text(victim, "end")));
	}
	if (document_flag(episode, "dry_run"))
		fprintf(out, "; the kernel killed %" PRIu64 "\n",
			document_count(episode, "kernel_kills"));
	else
		fprintf(out, "; freed %s in %s\n", bytes_of(episode, "freed", freed),
			usec_of(episode, "resolve_usec", span));
}

static void print_trigger(const struct json_object *episode, FILE *out)
{
	char limit[HUMAN_SIZE], usage[HUMAN_SIZE];
	const char *cgroup = document_text(episode, "cgroup");
	const char *limit_cgroup = document_text(episode, "limit_cgroup");

	fprintf(out, "  group       %s\n", cgroup);
	fprintf(out, "  limit hit   %s of %s%s%s, usage %s, refused %" PRIu64 " time%s\n",
		bytes_of(episode, "limit", limit), document_text(episode, "counter"),
		strcmp(cgroup, limit_cgroup) ? " in " : "",
		strcmp(cgroup, limit_cgroup) ? limit_cgroup : "", bytes_of(episode, "usage", usage),
		document_count(episode, "failcnt_rise"),
		document_count(episode, "failcnt_rise") == 1 ? "" : "s");
	fprintf(out, "  found by    %s, policy %s%s\n", document_text(episode, "found_by"),
		document_text(episode, "policy"),
		document_flag(episode, "dry_run") ? " (dry run)" : "");
}

static void print_candidates(const struct json_object *episode, FILE *out)
{
	static const struct table_column columns[] = {
		{ "PROCESS", TABLE_FLEXIBLE }, { "PID", TABLE_RIGHT }, { "UID", TABLE_RIGHT },
		{ "ADJ", TABLE_RIGHT },	       { "RSS", TABLE_RIGHT }, { "SWAP", TABLE_RIGHT },
		{ "TABLES", TABLE_RIGHT },     { "WHY", TABLE_LEFT },  { NULL, TABLE_LEFT },
	};
	struct table table;
	char size[HUMAN_SIZE];

	fprintf(out,
		"  candidates  %" PRIu64 ", of which %" PRIu64 " may be chosen; sizes %s old\n",
		document_count(episode, "candidates_total"), document_count(episode, "eligible"),
		usec_of(episode, "facts_age_usec", size));
	table_init(&table, columns);
	for (size_t i = 0; i < document_length(episode, "candidates"); i++) {
		const struct json_object *candidate = document_item(episode, "candidates", i);

		table_add(&table, "%s", document_text(candidate, "comm"));
		table_add(&table, "%" PRIu64, document_count(candidate, "pid"));
		table_add(&table, "%" PRIu64, document_count(candidate, "uid"));
		table_add(&table, "%" PRId64, document_signed(candidate, "oom_score_adj"));
		table_add(&table, "%s", bytes_of(candidate, "rss", size));
		table_add(&table, "%s", bytes_of(candidate, "swap", size));
		table_add(&table, "%s", bytes_of(candidate, "page_tables", size));
		table_add(&table, "%s", MEANING(tiers, document_text(candidate, "tier")));
	}
	table_print(&table, 4, out);
	table_done(&table);
}

static void print_error(const struct json_object *object, FILE *out)
{
	if (document_has(object, "error"))
		fprintf(out, " (%s)", document_text(object, "error"));
	fputc('\n', out);
}

static void print_steps(const struct json_object *episode, FILE *out)
{
	char begun[HUMAN_SIZE], ended[HUMAN_SIZE], amount[HUMAN_SIZE];

	for (size_t i = 0; i < document_length(episode, "steps"); i++) {
		const struct json_object *step = document_item(episode, "steps", i);

		fprintf(out, "  step        %s: %s", document_text(step, "step"),
			MEANING(results, document_text(step, "result")));
		if (!document_flag(episode, "dry_run"))
			fprintf(out, ", from %s to %s", usec_of(step, "begun_usec", begun),
				usec_of(step, "ended_usec", ended));
		if (document_has(step, "amount"))
			fprintf(out, ", limit %s", bytes_of(step, "amount", amount));
		print_error(step, out);
	}
}

static void print_victims(const struct json_object *episode, FILE *out)
{
	char rss[HUMAN_SIZE], signalled[HUMAN_SIZE], exited[HUMAN_SIZE];

	for (size_t i = 0; i < document_length(episode, "victims"); i++) {
		const struct json_object *victim = document_item(episode, "victims", i);

		fprintf(out, "  victim      %s[%" PRIu64 "] of uid %" PRIu64 ", %s: %s",
			document_text(victim, "comm"), document_count(victim, "pid"),
			document_count(victim, "uid"), bytes_of(victim, "rss", rss),
			MEANING(ends, document_text(victim, "end")));
		if (document_has(victim, "signalled_usec"))
			fprintf(out, ", signalled after %s",
				usec_of(victim, "signalled_usec", signalled));
		if (document_has(victim, "exited_usec"))
			fprintf(out, ", gone after %s", usec_of(victim, "exited_usec", exited));
		print_error(victim, out);
	}
}

static void print_end(const struct json_object *episode, FILE *out)
{
	char decide[HUMAN_SIZE], resolve[HUMAN_SIZE], freed[HUMAN_SIZE], usage[HUMAN_SIZE];

	fprintf(out, "  latency     decided after %s", usec_of(episode, "decide_usec", decide));
	if (document_flag(episode, "dry_run"))
		fputc('\n', out); /* what came after is the kernel's work */
	else
		fprintf(out, ", resolved after %s\n  freed       %s, usage now %s\n",
			usec_of(episode, "resolve_usec", resolve),
			bytes_of(episode, "freed", freed), bytes_of(episode, "usage_after", usage));
	fprintf(out, "  outcome     %s, proof %s, killed by the kernel meanwhile: %" PRIu64,
		MEANING(kinds, document_text(episode, "kind")), document_text(episode, "proof"),
		document_count(episode, "kernel_kills"));
	print_error(episode, out);
	if (document_count(episode, "page_faults"))
		fprintf(out,
			"  attention   the handler has taken %" PRIu64 " page faults, expected 0\n",
			document_count(episode, "page_faults"));
}

void episode_print_story(const struct json_object *episode, FILE *out)
{
	fprintf(out, "Episode %s at %s\n", document_text(episode, "id"),
		document_text(episode, "time"));
	print_trigger(episode, out);
	print_candidates(episode, out);
	print_steps(episode, out);
	print_victims(episode, out);
	print_end(episode, out);
}
