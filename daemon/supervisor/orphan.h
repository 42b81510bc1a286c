/*
 * Orphans: groups that carry our attribute with nobody's lock on it. A former instance died with all
 * its parts at once, and nobody ran `--hand-back`.
 */
#pragma once

#include "supervisor/scan.h"

/**
 * orphan_repair_all() - put every orphan of the hierarchy right, whether or not a policy matches it
 *
 * Groups that are in the roster are a living guardian's, however free their lock.
 *
 * Context: at start, after the first scan, before anything is published; tells the reporter.
 * Return:  number of orphans.
 */
unsigned int orphan_repair_all(struct scan *scan);
