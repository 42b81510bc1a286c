/*
 * Rows of the tables that document.h checks JSON against, short enough to read such a table as the
 * format itself. For .c files with such tables alone: the names are plain words.
 */
#pragma once

#include "ctl/document.h"

#define TEXT(name)                                                                                 \
	{                                                                                          \
		.key = name, .type = DOCUMENT_TEXT                                                 \
	}
#define COUNT(name)                                                                                \
	{                                                                                          \
		.key = name, .type = DOCUMENT_COUNT                                                \
	}
#define SIGNED(name)                                                                               \
	{                                                                                          \
		.key = name, .type = DOCUMENT_SIGNED                                               \
	}
#define FLAG(name)                                                                                 \
	{                                                                                          \
		.key = name, .type = DOCUMENT_FLAG                                                 \
	}
#define TEXTS(name)                                                                                \
	{                                                                                          \
		.key = name, .type = DOCUMENT_TEXTS                                                \
	}
#define OBJECT(name, table)                                                                        \
	{                                                                                          \
		.key = name, .type = DOCUMENT_OBJECT, .shape = table                               \
	}
#define OBJECTS(name, table)                                                                       \
	{                                                                                          \
		.key = name, .type = DOCUMENT_OBJECTS, .shape = table                              \
	}
#define END                                                                                        \
	{                                                                                          \
		.key = NULL                                                                        \
	}
