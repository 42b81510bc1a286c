/*
 * What the words of a record mean, said to people. Words that say it themselves have no entry and come
 * out as they are, as do those of a newer daemon.
 */
#pragma once

const char *episode_kind_meaning(const char *kind);
const char *episode_tier_meaning(const char *tier);
const char *episode_end_meaning(const char *end); /* of a victim */
const char *episode_result_meaning(const char *result); /* of a step */
const char *episode_proof_meaning(const char *proof);
const char *episode_method_meaning(const char *method); /* of a signal */
const char *episode_order_meaning(const char *order);
