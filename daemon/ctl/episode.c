/* See episode.h. */
#include "ctl/episode.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "ctl/candidates.h"
#include "ctl/document.h"
#include "ctl/episode_words.h"
#include "ctl/measure.h"
#include "ctl/memory_report.h"

static bool is(const struct json_object *object, const char *key, const char *text)
{
	return strcmp(document_text(object, key), text) == 0;
}

static const char *kind_of(const struct json_object *episode)
{
	return episode_kind_meaning(document_text(episode, "kind"));
}

void episode_print_line(const struct json_object *episode, FILE *out)
{
	char freed[HUMAN_SIZE], span[HUMAN_SIZE];

	fprintf(out, "%s  %s: %s", document_text(episode, "time"), document_text(episode, "cgroup"),
		kind_of(episode));
	for (size_t i = 0; i < document_length(episode, "victims"); i++) {
		const struct json_object *victim = document_item(episode, "victims", i);

		fprintf(out, "; %s[%" PRIu64 "] %s", document_text(victim, "comm"),
			document_count(victim, "pid"),
			episode_end_meaning(document_text(victim, "end")));
	}
	if (is(episode, "kind", "alloc-failure"))
		fprintf(out, "; refused %" PRIu64 " times\n",
			document_count(episode, "failcnt_rise"));
	else if (document_flag(episode, "dry_run"))
		fprintf(out, "; the kernel killed %" PRIu64 "\n",
			document_count(episode, "kernel_kills"));
	else
		fprintf(out, "; freed %s in %s\n", measure_bytes(episode, "freed", freed),
			measure_usec(episode, "resolve_usec", span));
}

/* The counter that was full: that of memory and swap has numbers of its own. */
static const struct json_object *full_counter(const struct json_object *episode)
{
	if (is(episode, "counter", "memory+swap") && document_has(episode, "memsw"))
		return document_object(episode, "memsw");
	return episode;
}

static void print_trigger(const struct json_object *episode, FILE *out)
{
	const struct json_object *counter = full_counter(episode);
	const char *cgroup = document_text(episode, "cgroup");
	const char *limit_cgroup = document_text(episode, "limit_cgroup");
	uint64_t refused = document_count(episode, "failcnt_rise");
	bool elsewhere = strcmp(cgroup, limit_cgroup) != 0;
	char limit[HUMAN_SIZE], usage[HUMAN_SIZE];

	fprintf(out, "  group       %s\n", cgroup);
	fprintf(out, "  limit hit   %s of %s%s%s, usage %s, refused %" PRIu64 " time%s\n",
		measure_limit(counter, "limit", limit), document_text(episode, "counter"),
		elsewhere ? " in " : "", elsewhere ? limit_cgroup : "",
		measure_bytes(counter, "usage", usage), refused, refused == 1 ? "" : "s");
	fprintf(out, "  found by    %s, policy %s%s\n", document_text(episode, "found_by"),
		document_text(episode, "policy"),
		document_flag(episode, "dry_run") ? " (dry run)" : "");
	if (is(episode, "cause", "alloc-failure"))
		fputs("  cause       system calls failed with ENOMEM, nobody was put to sleep\n",
		      out);
}

/* From /proc: sampled some time before, and asleep for whatever reason. Else the kernel said it itself. */
static bool is_sampled(const struct json_object *episode)
{
	return is(episode, "source", "facts");
}

static bool has_estimates(const struct json_object *episode)
{
	for (size_t i = 0; i < document_length(episode, "candidates"); i++)
		if (document_flag(document_item(episode, "candidates", i), "estimated"))
			return true;
	return false;
}

/* Nothing for an episode that ended before anything was decided. */
static void print_source(const struct json_object *episode, FILE *out)
{
	char age[HUMAN_SIZE];

	if (!document_has(episode, "source"))
		return;
	fprintf(out, "  source      %s (%" PRIu64 " processes, sizes ",
		document_text(episode, "source"), document_count(episode, "candidates_total"));
	if (is_sampled(episode))
		fprintf(out, "%s old)", measure_usec(episode, "facts_age_usec", age));
	else
		fputs(has_estimates(episode) ? "of that instant, some estimated)"
					     : "exact at that instant)",
		      out);
	if (document_has(episode, "source_failed"))
		fprintf(out, "; %s failed: %s", document_text(episode, "source_failed"),
			document_text(episode, "source_error"));
	fputc('\n', out);
}

static void print_missed(const struct json_object *episode, FILE *out)
{
	uint64_t missed = document_count(episode, "facts_missed");

	if (missed)
		fprintf(out, "  attention   %s: %" PRIu64 "\n",
			is_sampled(episode) ? "processes that could not be measured"
					    : "small processes that found no room in the list",
			missed);
}

static void print_ranking(const struct json_object *episode, enum candidates_form form, FILE *out)
{
	uint64_t total = document_count(episode, "candidates_total");
	size_t listed = document_length(episode, "candidates");

	fprintf(out,
		"  candidates  %" PRIu64 ", of which %" PRIu64 " may be chosen and %" PRIu64
		" %s\n",
		total, document_count(episode, "eligible"), document_count(episode, "asleep"),
		is_sampled(episode) ? "are asleep" : "wait in the OOM");
	print_source(episode, out);
	if (document_has(episode, "order"))
		fprintf(out, "  order       %s%s\n",
			episode_order_meaning(document_text(episode, "order")),
			is(episode, "unit", "group")
				? ", within the child group with the largest use"
				: "");
	print_missed(episode, out);
	candidates_print(episode, form, out);
	if (listed && listed < total)
		fprintf(out, "    and %" PRIu64 " more\n", total - listed);
}

static void print_error(const struct json_object *object, FILE *out)
{
	if (document_has(object, "error"))
		fprintf(out, " (%s)", document_text(object, "error"));
	fputc('\n', out);
}

static void print_step(const struct json_object *step, bool dry_run, FILE *out)
{
	uint64_t count = document_count(step, "count");
	char begun[HUMAN_SIZE], ended[HUMAN_SIZE], amount[HUMAN_SIZE];

	fprintf(out, "  step        %s: %s", document_text(step, "step"),
		episode_result_meaning(document_text(step, "result")));
	if (!dry_run)
		fprintf(out, ", from %s to %s", measure_usec(step, "begun_usec", begun),
			measure_usec(step, "ended_usec", ended));
	if (document_has(step, "amount"))
		fprintf(out, ", limit %s", measure_bytes(step, "amount", amount));
	if (count && is(step, "step", "kill-group"))
		fprintf(out, ", %" PRIu64 " processes signalled", count);
	if (count && is(step, "step", "terminate"))
		fprintf(out, ", lent in %" PRIu64 " slices", count);
	print_error(step, out);
}

static void print_victim(const struct json_object *victim, FILE *out)
{
	uint64_t sharers = document_count(victim, "sharers");
	char rss[HUMAN_SIZE], signalled[HUMAN_SIZE], exited[HUMAN_SIZE];

	fprintf(out, "  victim      %s[%" PRIu64 "] of uid %" PRIu64 ", %s: %s",
		document_text(victim, "comm"), document_count(victim, "pid"),
		document_count(victim, "uid"), measure_bytes(victim, "rss", rss),
		episode_end_meaning(document_text(victim, "end")));
	if (sharers)
		fprintf(out, ", with %" PRIu64 " that share its memory", sharers);
	if (document_has(victim, "signalled_usec"))
		fprintf(out, ", %s%s%s after %s",
			is(victim, "signal", "kernel")	 ? "marked for the kernel's killer"
			: document_has(victim, "signal") ? document_text(victim, "signal")
							 : "signalled",
			document_has(victim, "method") ? " " : "",
			episode_method_meaning(document_text(victim, "method")),
			measure_usec(victim, "signalled_usec", signalled));
	if (document_has(victim, "exited_usec"))
		fprintf(out, ", gone after %s", measure_usec(victim, "exited_usec", exited));
	print_error(victim, out);
}

static void print_end(const struct json_object *episode, FILE *out)
{
	char decide[HUMAN_SIZE], resolve[HUMAN_SIZE], freed[HUMAN_SIZE], usage[HUMAN_SIZE];

	fprintf(out, "  latency     decided after %s",
		measure_usec(episode, "decide_usec", decide));
	if (document_flag(episode, "dry_run"))
		fputc('\n', out); /* what came after is the kernel's work */
	else
		fprintf(out, ", resolved after %s\n  freed       %s, usage now %s\n",
			measure_usec(episode, "resolve_usec", resolve),
			measure_bytes(episode, "freed", freed),
			measure_bytes(episode, "usage_after", usage));
	if (document_flag(episode, "last_resort"))
		fputs("  attention   the last resort of the policy was taken\n", out);
	fprintf(out, "  outcome     %s, proof: %s, killed by the kernel meanwhile: %" PRIu64,
		kind_of(episode), episode_proof_meaning(document_text(episode, "proof")),
		document_count(episode, "kernel_kills"));
	print_error(episode, out);
	if (document_count(episode, "page_faults"))
		fprintf(out,
			"  attention   the handler has taken %" PRIu64 " page faults, expected 0\n",
			document_count(episode, "page_faults"));
}

static void print_episode(const struct json_object *episode, enum candidates_form form, FILE *out)
{
	fprintf(out, "Episode %s at %s\n", document_text(episode, "id"),
		document_text(episode, "time"));
	print_trigger(episode, out);
	if (form == CANDIDATES_FULL)
		memory_report_print(episode, out);
	print_ranking(episode, form, out);
	for (size_t i = 0; i < document_length(episode, "steps"); i++)
		print_step(document_item(episode, "steps", i), document_flag(episode, "dry_run"),
			   out);
	for (size_t i = 0; i < document_length(episode, "victims"); i++)
		print_victim(document_item(episode, "victims", i), out);
	print_end(episode, out);
}

void episode_print_story(const struct json_object *episode, FILE *out)
{
	print_episode(episode, CANDIDATES_SHORT, out);
}

void episode_print_record(const struct json_object *episode, FILE *out)
{
	print_episode(episode, CANDIDATES_FULL, out);
}
