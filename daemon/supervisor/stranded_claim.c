/* See stranded_claim.h. In doubt nobody is killed: a sleeper that is left can still be, by its operator. */
#include "supervisor/stranded_claim.h"

static enum stranded_claim claim_of_managed(const struct publication *managed)
{
	if (managed->phase != PUBLICATION_SERVE)
		return STRANDED_FOREIGN;
	return managed->enforce && managed->reported ? STRANDED_KILLED : STRANDED_REPORTED;
}

enum stranded_claim stranded_claim_of(struct publisher *publisher, const struct node *node)
{
	bool own = false; /* a switch on the way that is its operator's */

	for (; node && !node->released; node = node->parent) {
		const struct publication *publication = publish_find(publisher, node);
		enum stranded_claim claim;

		if (!publication)
			continue;
		if (publication->role == ROSTER_MANAGED) {
			claim = claim_of_managed(publication);
			return own && claim == STRANDED_KILLED ? STRANDED_REPORTED : claim;
		}
		own = own || publication->own;
	}
	return STRANDED_FOREIGN;
}
