/* See status_groups.h. */
#include "supervisor/status_groups.h"

#include <assert.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "settings/policy_text.h"
#include "supervisor/gauge.h"
#include "supervisor/report.h"

static void add(struct json_object *object, const char *key, struct json_object *value)
{
	/* Fails without memory only: then the page lacks a key, and says the rest. */
	(void)json_object_object_add(object, key, value);
}

static struct json_object *text_or_null(const char *text)
{
	return text && *text ? json_object_new_string(text) : NULL;
}

static const char *role_name(enum roster_role role)
{
	static const char *const names[] = {
		[ROSTER_ANCESTOR] = "ancestor",
		[ROSTER_DESCENDANT] = "descendant",
		[ROSTER_MANAGED] = "managed",
	};

	return names[role];
}

static const char *state_name(uint32_t state)
{
	static const char *const names[] = {
		[BOARD_ABSENT] = "absent",
		[BOARD_HELD] = "held",
		[BOARD_ARMED] = "armed",
		[BOARD_EPISODE] = "episode",
		[BOARD_HANDED_BACK] = "handed-back",
		[BOARD_FAILED] = "failed",
		[BOARD_STRANDED] = "stranded",
	};
	static_assert(sizeof(names) / sizeof(names[0]) == BOARD_STATE_COUNT, "a word each");

	return state < BOARD_STATE_COUNT ? names[state] : "failed";
}

static struct json_object *gauge_new(int directory, enum group_file file)
{
	uint64_t value;

	return gauge_at(directory, file, &value) < 0 ? NULL : json_object_new_uint64(value);
}

static void add_gauges(struct json_object *object, const struct group_view *view)
{
	int directory = open(view->directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct stat status;

	/* The path is a label: the group that has it now may be another one. */
	if (directory >= 0 && (fstat(directory, &status) < 0 || status.st_ino != view->inode))
		io_close(&directory);
	add(object, "limit", directory < 0 ? NULL : gauge_new(directory, GROUP_LIMIT));
	add(object, "usage", directory < 0 ? NULL : gauge_new(directory, GROUP_USAGE));
	io_close(&directory);
}

static struct json_object *msec_until(uint64_t nsec)
{
	return json_object_new_uint64(nsec_between(clock_now(), (struct nsec){ nsec }).count /
				      NSEC_PER_MSEC);
}

static struct json_object *lent_new(const struct tables *tables, const struct group_view *view)
{
	struct json_object *object;
	struct roster_slot slot;
	struct ledger_cell cell;

	if (ledger_read(tables->ledger, view->slot, KNOB_LIMIT, &cell) < 0 ||
	    roster_read(tables->roster, view->slot, &slot) < 0 || cell.state != LEDGER_CHANGED ||
	    cell.inode != view->inode || cell.loan == slot.loan_returned)
		return NULL;
	object = json_object_new_object();
	add(object, "found", json_object_new_uint64(cell.found));
	add(object, "set", json_object_new_uint64(cell.set));
	add(object, "due_in_msec", msec_until(cell.due_nsec));
	return object;
}

static bool is_frozen(const struct tables *tables, const struct group_view *view)
{
	struct ledger_cell cell;

	return ledger_read(tables->ledger, view->slot, KNOB_FREEZER, &cell) == 0 &&
	       cell.state == LEDGER_CHANGED && cell.inode == view->inode;
}

static void count_state(struct status_counts *counts, uint32_t state)
{
	if (state == BOARD_ARMED || state == BOARD_EPISODE || state == BOARD_STRANDED)
		counts->armed++;
	else if (state == BOARD_HELD)
		counts->held++;
}

/* What the handler says. Of a group it has no slot for, it says nothing. */
static void add_board(struct json_object *object, const struct status_input *input,
		      const struct group_view *view, struct status_counts *counts)
{
	const struct board_slot *board = &input->tables->outcomes->board[view->slot];
	uint32_t error = atomic_load(&board->error), state = atomic_load(&board->state);
	uint64_t rearm = atomic_load(&board->rearm_nsec);
	bool managed = view->role == ROSTER_MANAGED;
	/* In the roster for its relatives' sake alone. */
	bool refused = view->refusal[0] && !managed;

	/* The board of a slot's former tenant says nothing about this one. */
	if (atomic_load(&board->held) != view->generation)
		state = BOARD_ABSENT;
	add(object, "state", json_object_new_string(refused ? "refused" : state_name(state)));
	add(object, "error",
	    error && state == BOARD_FAILED ? json_object_new_string(strerror((int)error)) : NULL);
	if (state == BOARD_STRANDED)
		add(object, "reason",
		    json_object_new_string("nobody in it may be killed, not even by the kernel"));
	add(object, "episodes", json_object_new_uint64(atomic_load(&board->episodes)));
	add(object, "kills", json_object_new_uint64(atomic_load(&board->kills)));
	add(object, "hand_backs", json_object_new_uint64(atomic_load(&board->hand_backs)));
	add(object, "rearm_in_msec",
	    state == BOARD_HANDED_BACK && rearm ? msec_until(rearm) : NULL);
	add(object, "lent", managed ? lent_new(input->tables, view) : NULL);
	add(object, "alloc_failures", json_object_new_uint64(atomic_load(&board->alloc_failures)));
	add(object, "frozen", json_object_new_boolean(managed && is_frozen(input->tables, view)));
	counts->refused += refused;
	if (managed)
		count_state(counts, state);
}

static void add_no_board(struct json_object *object, const struct group_view *view,
			 struct status_counts *counts)
{
	add(object, "state", json_object_new_string(view->refusal[0] ? "refused" : "absent"));
	add(object, "error", NULL);
	add(object, "episodes", json_object_new_uint64(0));
	add(object, "kills", json_object_new_uint64(0));
	add(object, "hand_backs", json_object_new_uint64(0));
	add(object, "rearm_in_msec", NULL);
	add(object, "lent", NULL);
	add(object, "alloc_failures", json_object_new_uint64(0));
	add(object, "frozen", json_object_new_boolean(false));
	if (view->refusal[0])
		counts->refused++;
}

enum policy_mode status_mode(const struct status_input *input, const struct policy_file *file)
{
	return input->dry_run && file->policy.mode == POLICY_ENFORCE ? POLICY_DRY_RUN
								     : file->policy.mode;
}

static const struct policy_file *policy_find(const struct policy_set *policies, const char *name)
{
	for (size_t i = 0; i < policies->count && i < ROSTER_POLICIES; i++)
		if (strcmp(policies->files[i].policy.name, name) == 0)
			return &policies->files[i];
	return NULL;
}

/* What the policy says of the group and of those below it; null for a relative. */
static void add_policy(struct json_object *object, const struct status_input *input,
		       const struct group_view *view, struct status_counts *counts)
{
	const struct policy_file *file = policy_find(input->policies, view->policy);
	struct group_view from;

	add(object, "policy", text_or_null(view->policy));
	add(object, "inherited_from",
	    view->inherited_from &&
			    groups_view_inode(input->groups, view->inherited_from, &from) == 0
		    ? json_object_new_string(from.label)
		    : NULL);
	if (file)
		counts->of_policy[file - input->policies->files]++;
	add(object, "mode",
	    file ? json_object_new_string(policy_describe_mode(status_mode(input, file))) : NULL);
	add(object, "children",
	    file ? json_object_new_string(file->children == POLICY_CHILDREN_INHERIT ? "inherit"
										    : "kernel")
		 : NULL);
}

static struct json_object *group_new(const struct status_input *input,
				     const struct group_view *view, struct status_counts *counts)
{
	struct json_object *object = json_object_new_object();

	add(object, "cgroup", json_object_new_string(view->label));
	add(object, "inode", json_object_new_uint64(view->inode));
	add(object, "role", json_object_new_string(role_name(view->role)));
	add(object, "reason", text_or_null(view->refusal));
	add_policy(object, input, view, counts);
	add_gauges(object, view);
	if (view->slot < ROSTER_SLOTS)
		add_board(object, input, view, counts);
	else
		add_no_board(object, view, counts);
	return object;
}

struct json_object *status_groups_new(const struct status_input *input,
				      struct status_counts *counts)
{
	struct json_object *array = json_object_new_array();
	struct group_view view;

	for (size_t i = 0; groups_view(input->groups, i, &view) == 0; i++)
		(void)json_object_array_add(array, group_new(input, &view, counts));
	return array;
}

struct json_object *status_counts_new(const struct status_counts *counts,
				      const struct outcomes *outcomes)
{
	struct json_object *object = json_object_new_object();
	struct report_totals totals = report_totals();

	add(object, "armed", json_object_new_uint64(counts->armed));
	add(object, "held", json_object_new_uint64(counts->held));
	add(object, "refused", json_object_new_uint64(counts->refused));
	add(object, "episodes", json_object_new_uint64(totals.episodes));
	add(object, "kills", json_object_new_uint64(totals.kills));
	add(object, "handed_back", json_object_new_uint64(totals.handed_back));
	add(object, "outcomes_dropped", json_object_new_uint64(atomic_load(&outcomes->dropped)));
	return object;
}
