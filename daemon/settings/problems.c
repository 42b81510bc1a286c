/* See problems.h. The list grows one by one: there are few problems, and none in the end. */
#include "settings/problems.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "settings/memory.h"

static char *escaped(const char *name)
{
	size_t size = 4 * strlen(name) + 1; /* \xNN for each byte at worst */

	return text_escape(name, memory_new(size), size);
}

__attribute__((format(printf, 5, 0))) static void problems_vadd(struct problems *problems,
								const char *file, unsigned int line,
								bool warning, const char *format,
								va_list arguments)
{
	struct problem problem = { .file = escaped(file), .line = line, .warning = warning };

	if (vasprintf(&problem.text, format, arguments) < 0)
		memory_exhausted();
	problems->list = memory_grow(problems->list, problems->count + 1, sizeof(problem));
	problems->list[problems->count++] = problem;
	if (!warning)
		problems->errors++;
}

void problems_add(struct problems *problems, const char *file, unsigned int line, bool warning,
		  const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	problems_vadd(problems, file, line, warning, format, arguments);
	va_end(arguments);
}

void problem_site_error(const struct problem_site *site, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	problems_vadd(site->problems, site->file, site->line, false, format, arguments);
	va_end(arguments);
}

char *problem_to_text(const struct problem *problem)
{
	char line[16] = "", *text;

	if (problem->line)
		snprintf(line, sizeof(line), ":%u", problem->line);
	if (asprintf(&text, "%s%s: %s%s", problem->file, line, problem->warning ? "warning: " : "",
		     problem->text) < 0)
		memory_exhausted();
	return text;
}

void problems_print(const struct problems *problems, FILE *out)
{
	for (size_t i = 0; i < problems->count; i++) {
		char *text = problem_to_text(&problems->list[i]);

		fprintf(out, "%s\n", text);
		free(text);
	}
}

void problems_done(struct problems *problems)
{
	for (size_t i = 0; i < problems->count; i++) {
		free(problems->list[i].file);
		free(problems->list[i].text);
	}
	free(problems->list);
	*problems = (struct problems){ 0 };
}
