/*
 * Whose business the sleepers of a removed group are. The groups are a chain of nodes of this test, /s,
 * /s/web and /s/web/job, each published as a case needs it. Linked with supervisor/stranded_claim.c alone.
 */
#include "supervisor/stranded_claim.h"
#include "unit/unit.h"

static struct publisher *publisher;
static struct node s, web, job;

struct publication *publish_find(struct publisher *from, const struct node *node)
{
	return node->slot == ROSTER_NO_SLOT ? NULL : &from->list[node->slot];
}

static void setup(void)
{
	publisher = calloc(1, sizeof(*publisher));
	ck_assert_ptr_nonnull(publisher);
	s = (struct node){ .slot = ROSTER_NO_SLOT };
	web = (struct node){ .parent = &s, .slot = ROSTER_NO_SLOT };
	job = (struct node){ .parent = &web, .slot = ROSTER_NO_SLOT };
}

static struct publication *put(struct node *node, enum roster_role role)
{
	static uint32_t slot;
	struct publication *publication = &publisher->list[slot];

	node->slot = slot++;
	*publication = (struct publication){
		.slot = node->slot, .generation = 1, .node = node, .role = role, .lock = -1
	};
	return publication;
}

static struct publication *put_armed(struct node *node)
{
	struct publication *publication = put(node, ROSTER_MANAGED);

	publication->want = ROSTER_WANT_ARMED;
	publication->enforce = publication->attribute = publication->reported = true;
	return publication;
}

static void expect_claim(const struct node *node, enum stranded_claim claim)
{
	ck_assert_int_eq(stranded_claim_of(publisher, node), claim);
}

START_TEST(armed_group_and_all_below_are_ours)
{
	put(&s, ROSTER_ANCESTOR);
	put_armed(&web);
	expect_claim(&web, STRANDED_KILLED);
	expect_claim(&job, STRANDED_KILLED); /* the roster may have had no room */
	put(&job, ROSTER_DESCENDANT);
	expect_claim(&job, STRANDED_KILLED);
	expect_claim(&s, STRANDED_FOREIGN);
}
END_TEST

START_TEST(never_managed_is_foreign)
{
	expect_claim(&web, STRANDED_FOREIGN);
	put(&s, ROSTER_ANCESTOR);
	put(&web, ROSTER_ANCESTOR);
	expect_claim(&web, STRANDED_FOREIGN);
}
END_TEST

START_TEST(dry_run_is_only_reported)
{
	put_armed(&web)->enforce = false;
	expect_claim(&web, STRANDED_REPORTED);
	expect_claim(&job, STRANDED_REPORTED);
}
END_TEST

START_TEST(not_armed_yet_is_only_reported)
{
	put_armed(&web)->reported = false;
	expect_claim(&web, STRANDED_REPORTED);
}
END_TEST

/* Whatever the policy says, and whatever is left of the publication. */
START_TEST(released_by_the_operator_is_foreign)
{
	struct publication *publication = put_armed(&web);

	put_armed(&s);
	web.released = true;
	expect_claim(&web, STRANDED_FOREIGN);
	expect_claim(&job, STRANDED_FOREIGN);
	publication->phase = PUBLICATION_PARKED;
	expect_claim(&web, STRANDED_FOREIGN);
	web.slot = ROSTER_NO_SLOT;
	expect_claim(&web, STRANDED_FOREIGN);
	expect_claim(&s, STRANDED_KILLED);
}
END_TEST

static const enum publication_phase over[] = { PUBLICATION_RELEASE, PUBLICATION_PARKED };

START_TEST(let_go_is_foreign)
{
	put_armed(&web)->phase = over[_i];
	expect_claim(&web, STRANDED_FOREIGN);
	expect_claim(&job, STRANDED_FOREIGN);
}
END_TEST

START_TEST(nearest_managed_group_decides)
{
	struct publication *near = put_armed(&web);

	put_armed(&s);
	near->enforce = false;
	expect_claim(&job, STRANDED_REPORTED);
	near->phase = PUBLICATION_PARKED;
	expect_claim(&job, STRANDED_FOREIGN);
	web.slot = ROSTER_NO_SLOT;
	expect_claim(&job, STRANDED_KILLED);
	put_armed(&web);
	publisher->list[s.slot].enforce = false;
	expect_claim(&job, STRANDED_KILLED);
}
END_TEST

/* One that was at 1 before the group above was armed. */
START_TEST(switch_of_its_own_below_is_only_reported)
{
	struct publication *managed = put_armed(&web);

	put(&job, ROSTER_DESCENDANT)->own = true;
	expect_claim(&job, STRANDED_REPORTED);
	managed->own = true; /* that one the policy has given us */
	expect_claim(&web, STRANDED_KILLED);
}
END_TEST

int main(void)
{
	TCase *tests;
	Suite *suite = unit_suite("stranded_claim", &tests);

	tcase_add_checked_fixture(tests, setup, NULL);
	tcase_add_test(tests, armed_group_and_all_below_are_ours);
	tcase_add_test(tests, never_managed_is_foreign);
	tcase_add_test(tests, dry_run_is_only_reported);
	tcase_add_test(tests, not_armed_yet_is_only_reported);
	tcase_add_test(tests, released_by_the_operator_is_foreign);
	tcase_add_loop_test(tests, let_go_is_foreign, 0, UNIT_COUNT(over));
	tcase_add_test(tests, nearest_managed_group_decides);
	tcase_add_test(tests, switch_of_its_own_below_is_only_reported);
	return unit_run_forked(suite);
}
