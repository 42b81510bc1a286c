/*
 * Source `facts`: what the supervisor's sampler published, completed by the membership the kernel reports
 * at this moment through descriptors nobody has read yet.
 */
#pragma once

#include "handler/handler.h"

/**
 * snapshot_take_facts() - fill handler->snapshot, which is empty, from the facts
 *
 * Context: loop; no system call for the facts; for the members one read of a fresh descriptor per group,
 *          unless the facts are fresher than the question.
 */
void snapshot_take_facts(struct handler *handler, const struct snapshot_question *question);
