/*
 * What a record of an episode looks like, wherever it comes from: the history, the status page, and the
 * ranking that `explain` prints.
 */
#pragma once

#include "ctl/document.h"

extern const struct document_member candidate_shape[];
extern const struct document_member record_shape[];
