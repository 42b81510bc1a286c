/*
 * The last resort: tasks sleep, and not even the kernel's killer could kill anybody. To hand the group
 * back would only make them spin in their faults (KERNEL.md K2), with nothing won and a processor lost
 * each. So it stays armed, the board says stranded, and the policy says what then: an alarm, or a kill in
 * spite of oom_score_adj -1000. Protect= holds in any case.
 *
 * It is left when they are calm, when a look shows somebody the kernel could kill, and by a release.
 */
#pragma once

#include "handler/action.h"

/* Is it proven at this moment that the kernel could kill nobody? @ranking: of the present snapshot. */
bool last_resort_is_due(const struct handler *handler, const struct ranking *ranking);

/* In place of handing over. */
enum action_verdict last_resort_begin(struct handler *handler, struct episode *episode);

/* One look in the phase LAST_RESORT. */
void last_resort_tick(struct handler *handler, struct episode *episode);
