/*
 * A running loan in words: the "lent" member of a group on the status page.
 */
#pragma once

#include <stddef.h>

#define LOAN_TEXT_SIZE 128

struct json_object;

/**
 * loan_describe() - e.g. `limit raised from 64.0M to 80.0M, goes back in 12.3s`
 * @group: a member of the page's "groups"
 *
 * Return:  @text; "" without a loan.
 */
char *loan_describe(const struct json_object *group, char text[static LOAN_TEXT_SIZE]);
