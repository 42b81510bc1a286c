/*
 * Whose business the sleepers of a group are that is being removed. That is decided when the main loop
 * hears of the removal, for only then is known what the group was: soon after, its slot tells neither
 * whether it was still armed nor under which policy.
 *
 * Context: main loop.
 */
#pragma once

#include "supervisor/publish.h"

/* What is to become of who waits for a group that is removed. */
enum stranded_claim {
	STRANDED_FOREIGN, /* not ours, or not any more: nothing */
	STRANDED_REPORTED, /* watched only, or not armed yet, or its switch was its operator's */
	STRANDED_KILLED, /* it ran out of memory under our switch */
};

/**
 * stranded_claim_of() - what the nearest managed group says, @node itself or one above
 *
 * A group that the operator has released, or that is being let go, is foreign with all below it, whatever
 * is further up.
 */
enum stranded_claim stranded_claim_of(struct publisher *publisher, const struct node *node);
