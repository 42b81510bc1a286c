/*
 * Orphans: groups that carry our attribute with nobody's lock on it. A former instance died with all
 * its parts at once, and nobody ran `--hand-back`.
 */
#pragma once

#include "supervisor/tree.h"

/**
 * orphan_repair_all() - put every orphan of the hierarchy right, whether or not a policy matches it
 * @mount: descriptor of the hierarchy's mount point
 *
 * Groups that are in the roster are a living guardian's, however free their lock.
 *
 * Context: at start, after the first scan, before anything is published; tells the reporter.
 * Return:  number of orphans.
 */
unsigned int orphan_repair_all(int mount, struct tree *tree);
