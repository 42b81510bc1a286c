/*
 * The processes of a ranking as a table in the ranking's order, each with what decided its place: of a
 * recorded episode, or of the present (`explain`).
 */
#pragma once

#include <stdio.h>

struct json_object;

enum candidates_form {
	CANDIDATES_SHORT, /* sizes that decide, for a terminal of 80 columns */
	CANDIDATES_FULL, /* all that is known, as the kernel's own report has it and more */
};

/**
 * candidates_print() - the "candidates" of @ranking, nothing without any
 * @ranking: a checked object with such a list, see record_shape.h
 */
void candidates_print(const struct json_object *ranking, enum candidates_form form, FILE *out);
