/*
 * What the operator decided about single groups, above all policies: a group he released is left alone
 * until he arms it again, it is removed, or the supervisor ends. A reload changes nothing of that.
 */
#pragma once

#include "supervisor/supervisor.h"

/**
 * override_release() - undo everything on the group of @node, and leave it alone
 *
 * Also in the middle of an episode, which the handler then drops. Only begun when this returns: the
 * status page tells when it is through. Released already is a success.
 *
 * Errors:  -EPERM when the group is not managed; @ret_reason says why, a borrowed text.
 */
int override_release(struct supervisor *supervisor, struct node *node, const char **ret_reason);

/**
 * override_arm() - take back a release
 *
 * A group that is managed already is a success, one in a dry run is watched again.
 *
 * Errors:  -EPERM when no policy matches, or when the group is refused; -ENOENT when it was removed
 *          meanwhile, and @node with it; @ret_reason as above.
 */
int override_arm(struct supervisor *supervisor, struct node *node, const char **ret_reason);
