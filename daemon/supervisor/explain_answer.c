/*
 * See explain.h. Census, ranking, sentence, and the JSON of all three. A group that no episode of ours
 * could happen to has the sentence alone.
 */
#include "supervisor/explain.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/text.h"
#include "ranking/ranking.h"
#include "settings/policy_text.h"
#include "supervisor/candidate_json.h"
#include "supervisor/census.h"
#include "supervisor/gauge.h"
#include "supervisor/json_add.h"
#include "supervisor/outcome_words.h"
#include "supervisor/sentence.h"
#include "supervisor/source_standing.h"

#define WHY_SIZE (GROUP_LABEL_SIZE + 128)

/* One answer in the making. Large: the main loop has one at a time. */
struct answer {
	struct supervisor *supervisor;
	const struct node *node;
	uint64_t limit, memsw_limit, usage; /* UINT64_MAX: not known */
	struct policy policy;
	struct policy_rules rules;
	enum source source; /* an episode would begin with */
	struct census census;
	struct ranking ranking;
	struct sentence sentence;
	char why[WHY_SIZE];
	char unit[GROUP_LABEL_SIZE];
};

static void gauges_read(struct answer *answer)
{
	int directory = tree_open(answer->node, answer->supervisor->discover.directory, O_PATH);

	answer->limit = answer->memsw_limit = answer->usage = UINT64_MAX;
	/* What cannot be read stays unknown. */
	(void)gauge_at(directory, GROUP_LIMIT, &answer->limit);
	(void)gauge_at(directory, GROUP_MEMSW_LIMIT, &answer->memsw_limit);
	(void)gauge_at(directory, GROUP_USAGE, &answer->usage);
	io_close(&directory);
}

static const char *label_of(const struct node *node, char label[static GROUP_LABEL_SIZE])
{
	char path[PATH_MAX];

	return text_escape(tree_path(node, path, sizeof(path)), label, GROUP_LABEL_SIZE);
}

static const char *board_reason(uint32_t state)
{
	switch ((enum board_state)state) {
	case BOARD_HANDED_BACK:
		return "it was handed back and is armed again when that is safe";
	case BOARD_FAILED:
		return "the kernel refused a knob";
	case BOARD_ABSENT:
	case BOARD_HELD:
	case BOARD_ARMED:
	case BOARD_EPISODE:
	case BOARD_STRANDED:
	case BOARD_STATE_COUNT:
		break;
	}
	return "it is about to be armed";
}

/* Of a managed group: does the policy apply at this moment? */
static void standing_find(struct answer *answer)
{
	struct supervisor *supervisor = answer->supervisor;
	const struct publication *publication = publish_find(&supervisor->publisher, answer->node);
	const struct board_slot *board =
		publication ? &supervisor->tables.outcomes->board[publication->slot] : NULL;
	uint32_t state = board && atomic_load(&board->held) == publication->generation
				 ? atomic_load(&board->state)
				 : BOARD_ABSENT;

	answer->sentence.standing = SENTENCE_APPLIES;
	if (answer->policy.mode == POLICY_DRY_RUN) {
		answer->sentence.standing = SENTENCE_DRY_RUN;
	} else if (state != BOARD_ARMED && state != BOARD_EPISODE && state != BOARD_STRANDED) {
		answer->sentence.standing = SENTENCE_UNARMED;
		answer->sentence.why = board_reason(state);
	}
}

static void unmanaged_explain(struct answer *answer)
{
	const struct node *node = answer->node, *above = node->parent;
	struct sentence *sentence = &answer->sentence;
	char label[GROUP_LABEL_SIZE];

	if (node->plan.refusal[0] && answer->policy.mode != POLICY_IGNORE) {
		sentence->standing = SENTENCE_REFUSED;
		sentence->why = node->plan.refusal;
	} else if (node->plan.matched && answer->policy.mode == POLICY_IGNORE) {
		sentence->standing = SENTENCE_IGNORED;
	} else if (node->plan.matched) {
		sentence->standing = SENTENCE_REFUSED;
		sentence->why = node->plan.role == PLAN_MANAGED
					? "it is about to be taken over"
					: "it has no memory limit of its own";
	} else {
		sentence->standing = SENTENCE_UNMATCHED;
	}
	while (above && above->plan.role != PLAN_MANAGED)
		above = above->parent;
	if (sentence->standing != SENTENCE_UNMATCHED || !above)
		return;
	(void)snprintf(answer->why, sizeof(answer->why), "for the limit of %s above, explain that",
		       label_of(above, label));
	sentence->why = answer->why;
}

/* As the roster has them, which is what the handler decides by. */
static void policy_read(struct answer *answer)
{
	const struct roster *roster = answer->supervisor->tables.roster;
	uint32_t index = answer->node->plan.policy;

	answer->policy.mode = POLICY_IGNORE;
	if (!answer->node->plan.matched || roster_read_policy(roster, index, &answer->policy) < 0 ||
	    roster_read_rules(roster, index, answer->policy.version, &answer->rules) < 0)
		answer->rules.count = 0;
}

static struct bytes limit_hit(const struct answer *answer)
{
	return (struct bytes){ limit_is_unlimited(answer->limit) ? answer->memsw_limit
								 : answer->limit };
}

static void census_rank(struct answer *answer, bool spare_adj)
{
	const struct census_question census = {
		.tables = &answer->supervisor->tables,
		.groups = &answer->supervisor->groups,
		.top = answer->node,
		.rules = &answer->rules,
		.unit = answer->policy.unit,
		.mount = answer->supervisor->discover.directory,
	};
	const struct ranking_question question = {
		.order = answer->policy.order,
		.unit = answer->policy.unit,
		.spare_adj = spare_adj,
		.limit = limit_hit(answer),
		.page = { (uint64_t)sysconf(_SC_PAGESIZE) },
	};

	census_done(&answer->census);
	census_take(&census, &answer->census);
	ranking_make(answer->census.list, answer->census.count, &question, &answer->ranking);
}

/* Where not even the kernel could kill, LastResort=kill looks again without regard to -1000. */
static void somebody_find(struct answer *answer)
{
	census_rank(answer, answer->policy.spare_adj);
	if (answer->ranking.first || answer->ranking.kernel_could ||
	    answer->policy.last_resort != POLICY_LAST_RESORT_KILL)
		return;
	census_rank(answer, false);
	answer->sentence.last_resort = answer->ranking.first != NULL;
}

static void unit_find(struct answer *answer)
{
	const struct candidate *first = answer->ranking.first;
	const struct node *unit =
		first ? tree_find_inode(&answer->supervisor->tree, first->unit_inode) : NULL;

	if (answer->policy.unit != POLICY_UNIT_GROUP || !unit)
		return;
	answer->sentence.unit = label_of(unit, answer->unit);
	answer->sentence.unit_use.count = first->unit_use;
}

/* A dry run asks how it was a moment ago, which facts alone can tell. */
static enum source source_find(const struct answer *answer)
{
	struct source_standing standing = source_standing_of(&answer->supervisor->tables);

	return answer->policy.mode == POLICY_DRY_RUN ? SOURCE_FACTS
						     : source_standing_source(&standing);
}

/* Of what runs also while the machine sleeps: processes' start times are on it. */
static struct nsec moment_now(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_BOOTTIME, &now); /* fails for an unknown clock alone */
	return (struct nsec){ (uint64_t)now.tv_sec * NSEC_PER_SEC + (uint64_t)now.tv_nsec };
}

static void managed_explain(struct answer *answer)
{
	const struct publication *publication =
		publish_find(&answer->supervisor->publisher, answer->node);
	struct sentence *sentence = &answer->sentence;
	uint64_t found = publication ? publication->saved.found.value[KNOB_LIMIT] : answer->limit;

	standing_find(answer);
	somebody_find(answer);
	sentence->policy = &answer->policy;
	sentence->rules = &answer->rules;
	sentence->ranking = &answer->ranking;
	sentence->limit.count = answer->limit;
	sentence->limit_found.count = found;
	sentence->moment = moment_now();
	answer->source = source_find(answer);
	sentence->asks_kernel = answer->source != SOURCE_FACTS;
	sentence->unmeasured =
		answer->ranking.unknown > 0 && answer->ranking.known.count < answer->usage / 2;
	unit_find(answer);
}

static struct json_object *candidates_new(const struct answer *answer)
{
	const struct candidate_names names = {
		.groups = &answer->supervisor->groups,
		.rules = &answer->rules,
		.moment = answer->sentence.moment,
	};
	struct json_object *array = json_object_new_array();

	for (uint32_t i = 0; i < answer->ranking.listed; i++)
		(void)json_object_array_add(array,
					    candidate_json_new(&answer->ranking.list[i], &names));
	return array;
}

static void add_group(struct json_object *object, const struct answer *answer)
{
	const struct node *node = answer->node;
	bool matched = node->plan.matched;
	char label[GROUP_LABEL_SIZE];

	json_add_text(object, "cgroup", label_of(node, label));
	json_add_nullable(object, "policy", matched ? answer->policy.name : NULL);
	json_add_nullable(object, "mode",
			  matched ? policy_describe_mode(answer->policy.mode) : NULL);
	json_add_nullable(object, "reason", node->plan.refusal[0] ? node->plan.refusal : NULL);
	json_add_known(object, "limit", answer->limit);
	json_add_known(object, "usage", answer->usage);
}

static void add_ranking(struct json_object *object, const struct answer *answer)
{
	const struct facts *facts = answer->supervisor->tables.facts;
	struct nsec sampled = { atomic_load(&facts->group[answer->node->slot].sampled_nsec) };
	struct json_object *candidates = candidates_new(answer);
	bool victim = sentence_has_victim(&answer->sentence) && answer->ranking.listed;
	uint32_t step = sentence_first_step(&answer->sentence);

	json_add_text(object, "order", outcome_order_name(answer->policy.order));
	json_add_text(object, "unit", outcome_unit_name(answer->policy.unit));
	json_add_number(object, "candidates_total", answer->ranking.total);
	json_add_number(object, "eligible", answer->ranking.eligible);
	json_add_number(object, "asleep", answer->ranking.asleep);
	json_add_usec(object, "facts_age_usec", nsec_between(sampled, clock_now()).count);
	json_add_text(object, "source", outcome_source_name(answer->source));
	/* Without memory for a member the answer lacks it, as everywhere. */
	(void)json_object_object_add(object, "candidates", candidates);
	(void)json_object_object_add(
		object, "victim",
		victim ? json_object_get(json_object_array_get_idx(candidates, 0)) : NULL);
	json_add_text(object, "step", outcome_step_name(answer->policy.step[step].kind));
}

static void add_no_ranking(struct json_object *object)
{
	(void)json_object_object_add(object, "candidates", json_object_new_array());
	json_add_nullable(object, "victim", NULL);
	json_add_nullable(object, "step", NULL);
}

struct json_object *explain_now(struct supervisor *supervisor, const struct node *node)
{
	static struct answer answer;
	struct json_object *object = json_object_new_object();
	char text[SENTENCE_SIZE];
	bool managed = node->plan.role == PLAN_MANAGED && node->slot < ROSTER_SLOTS;

	answer = (struct answer){ .supervisor = supervisor, .node = node };
	gauges_read(&answer);
	policy_read(&answer);
	if (managed)
		managed_explain(&answer);
	else
		unmanaged_explain(&answer);
	add_group(object, &answer);
	if (managed)
		add_ranking(object, &answer);
	else
		add_no_ranking(object);
	json_add_text(object, "sentence", sentence_make(&answer.sentence, text));
	census_done(&answer.census);
	return object;
}
