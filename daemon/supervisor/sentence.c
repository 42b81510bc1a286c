/* See sentence.h. The steps up to the one that meets somebody; why it is him stands in because.c. */
#include "supervisor/sentence.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "settings/human.h"
#include "supervisor/because.h"
#include "supervisor/outcome_words.h"

static bool somebody_is_eligible(const struct sentence *sentence)
{
	return sentence->ranking->first && (!sentence->unmeasured || sentence->asks_kernel);
}

/* Of whom there are no facts now, the kernel would tell them then. */
static bool somebody_may_turn_up(const struct sentence *sentence)
{
	return sentence->asks_kernel && sentence->ranking->unknown;
}

static struct bytes amount_of(const struct amount *amount, struct bytes found)
{
	return (struct bytes){ amount->percent ? found.count / 100 * amount->value
					       : amount->value };
}

/* Another loan would go past what the policy allows: twice the limit, where it says nothing. */
static bool is_lent_out(const struct sentence *sentence, const struct policy_step *step)
{
	struct bytes max = step->max.value ? amount_of(&step->max, sentence->limit_found)
					   : (struct bytes){ 2 * sentence->limit_found.count };

	return sentence->limit.count >= max.count;
}

static bool step_acts(const struct sentence *sentence, const struct policy_step *step)
{
	switch ((enum step_kind)step->kind) {
	case STEP_RAISE_LIMIT:
		return !is_lent_out(sentence, step);
	case STEP_KILL:
	case STEP_TERMINATE:
	case STEP_KILL_GROUP:
		return (somebody_is_eligible(sentence) || somebody_may_turn_up(sentence)) &&
		       !sentence->last_resort;
	case STEP_FREEZE:
	case STEP_HOOK:
	case STEP_KERNEL:
	case STEP_KIND_COUNT:
		break;
	}
	return true;
}

uint32_t sentence_first_step(const struct sentence *sentence)
{
	const struct policy *policy = sentence->policy;
	uint32_t step = 0;

	while (step + 1 < policy->step_count && !step_acts(sentence, &policy->step[step]))
		step++;
	return step;
}

/* The step that meets somebody, or leaves it to the kernel. Those before it only put it off. */
static const struct policy_step *final_step(const struct sentence *sentence)
{
	const struct policy *policy = sentence->policy;
	uint32_t step = sentence_first_step(sentence);

	while (step + 1 < policy->step_count &&
	       (!step_acts(sentence, &policy->step[step]) ||
		policy->step[step].kind == STEP_RAISE_LIMIT ||
		policy->step[step].kind == STEP_FREEZE || policy->step[step].kind == STEP_HOOK))
		step++;
	return &policy->step[step];
}

bool sentence_has_victim(const struct sentence *sentence)
{
	return somebody_is_eligible(sentence) &&
	       (final_step(sentence)->kind != STEP_KILL_GROUP || sentence->unit);
}

static void say_delay(struct because *because, const struct sentence *sentence,
		      const struct policy_step *step)
{
	char text[HUMAN_SIZE], path[4 * POLICY_SOCKET_SIZE];

	if (step->kind == STEP_RAISE_LIMIT)
		because_say(because, "%s would be lent first (raise-limit), then ",
			    human_bytes(amount_of(&step->by, sentence->limit_found), text));
	else if (step->kind == STEP_FREEZE)
		because_say(because, "it would be frozen for up to %s (freeze), then ",
			    human_span(step->hold_for, text));
	else
		because_say(because, "%s would be asked and given up to %s (hook), then ",
			    text_escape(step->socket, path, sizeof(path)),
			    human_span(step->timeout, text));
}

static void say_delays(struct because *because, const struct sentence *sentence)
{
	const struct policy_step *final = final_step(sentence);

	for (const struct policy_step *step = sentence->policy->step; step < final; step++)
		if (step_acts(sentence, step))
			say_delay(because, sentence, step);
}

static void say_terminate(struct because *because, const struct policy_step *step)
{
	char name[OUTCOME_SIGNAL_SIZE], grace[HUMAN_SIZE];

	because_say(because, " would be asked to end (%s) and given %s for it",
		    outcome_signal_name(step->signal_number, name), human_span(step->grace, grace));
}

static void say_group(struct because *because, const struct sentence *sentence)
{
	if (sentence->unit)
		because_say(because, "everybody in %s who may be chosen would be killed",
			    sentence->unit);
	else
		because_say(because, "all %u of its processes that may be chosen would be killed",
			    sentence->ranking->eligible);
}

/* Nobody of ours to choose, or too little is known to choose. */
static void say_no_choice(struct because *because, const struct sentence *sentence)
{
	const struct ranking *ranking = sentence->ranking;

	if (ranking->total == 0) {
		because_say(because, "the kernel's killer would be in charge, because nobody lives "
				     "in it");
		return;
	}
	if (somebody_may_turn_up(sentence)) {
		because_say(because, "who would go cannot be told, because none of the processes "
				     "measured so far may be chosen (");
		because_say_tally(because, ranking);
		because_say(because, ") and the others would be measured at that instant");
		return;
	}
	if (sentence->unmeasured) {
		because_say(because, "the kernel's killer would be given the choice, because most "
				     "of the memory belongs to processes nobody has measured");
		return;
	}
	if (ranking->kernel_could)
		because_say(because, "the kernel's killer would be given the choice, because none "
				     "of its processes may be chosen by the policy (");
	else
		because_say(because,
			    "nothing more would be done but an alarm raised (LastResort=alarm), "
			    "because not even the kernel may kill any of its processes (");
	because_say_tally(because, ranking);
	because_say(because, ")");
}

static void say_act(struct because *because, const struct sentence *sentence)
{
	const struct policy_step *step = final_step(sentence);

	if (!somebody_is_eligible(sentence)) {
		say_no_choice(because, sentence);
		return;
	}
	if (step->kind == STEP_KILL_GROUP) {
		say_group(because, sentence);
	} else {
		because_say_name(because, &sentence->ranking->list[0]);
		if (sentence->last_resort)
			because_say(because, " would be killed in spite of its oom_score_adj "
					     "(LastResort=kill)");
		else if (step->kind == STEP_TERMINATE)
			say_terminate(because, step);
		else if (step->kind == STEP_KERNEL || step->via == STEP_VIA_KERNEL)
			because_say(because, " would be marked for the kernel's killer");
		else
			because_say(because, " would be killed");
	}
	if (step->kind != STEP_KILL_GROUP)
		because_say_reasons(because, sentence);
	else if (sentence->unit)
		because_say_unit(because, sentence);
	if (somebody_may_turn_up(sentence))
		because_say(because, "; %u that nobody has measured yet would be at that instant",
			    sentence->ranking->unknown);
}

static void say_course(struct because *because, const struct sentence *sentence)
{
	say_delays(because, sentence);
	say_act(because, sentence);
}

char *sentence_make(const struct sentence *sentence, char text[static SENTENCE_SIZE])
{
	struct because because = { .text = text, .size = SENTENCE_SIZE };

	text[0] = '\0';
	switch (sentence->standing) {
	case SENTENCE_APPLIES:
		because_say(&because, "if it ran out of memory now: ");
		say_course(&because, sentence);
		break;
	case SENTENCE_DRY_RUN:
		because_say(&because, "it is a dry run: the kernel's killer would choose, and the "
				      "record would say that ");
		say_course(&because, sentence);
		break;
	case SENTENCE_UNARMED:
		because_say(&because,
			    "the kernel's killer would choose, because it is not armed at the "
			    "moment (%s); armed: ",
			    sentence->why);
		say_course(&because, sentence);
		break;
	case SENTENCE_IGNORED:
		because_say(&because, "the kernel's killer would choose, because its policy says "
				      "ignore");
		break;
	case SENTENCE_REFUSED:
		because_say(&because,
			    "the kernel's killer would choose, because the group is not managed: "
			    "%s",
			    sentence->why);
		break;
	case SENTENCE_UNMATCHED:
		because_say(&because, "the kernel's killer would choose, because no policy matches "
				      "the group");
		if (sentence->why)
			because_say(&because, "; %s", sentence->why);
		break;
	}
	return text;
}
