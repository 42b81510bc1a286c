/* See words.h. */
#include "settings/words.h"

#include <stdarg.h>
#include <stdio.h>

static void flush(struct words *words, const char *joint)
{
	if (words->used < words->size)
		words->used +=
			(size_t)snprintf(words->text + words->used, words->size - words->used,
					 "%s%s", joint, words->held);
}

void words_add(struct words *words, const char *format, ...)
{
	va_list arguments;

	if (words->count > 0)
		flush(words, words->count > 1 ? ", " : "");
	va_start(arguments, format);
	vsnprintf(words->held, sizeof(words->held), format, arguments);
	va_end(arguments);
	words->count++;
}

char *words_end(struct words *words)
{
	*words->text = words->used ? *words->text : '\0';
	if (words->count > 0)
		flush(words, words->count > 1 ? " or " : "");
	return words->text;
}
