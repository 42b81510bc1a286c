/*
 * See pattern.h. One step per byte, whatever the pattern and the text: there is nothing to go back to,
 * because every way to read the text so far is a bit of @states. Bounded by the size of the text.
 */
#include "ranking/pattern.h"

uint64_t pattern_run(const struct pattern *pattern, uint64_t states, struct subject subject)
{
	const uint64_t stay_anywhere = pattern->stay;
	const uint64_t stay_inside = pattern->stay | pattern->stay_in_component;

	for (size_t i = 0; i < subject.size && subject.text[i] && states; i++) {
		unsigned char byte = (unsigned char)subject.text[i];
		uint64_t takes = pattern->low[byte & 15] & pattern->high[byte >> 4];
		uint64_t stay = stay_inside;

		if (byte == '/') {
			takes &= ~pattern->no_slash;
			stay = stay_anywhere;
		}
		states = (states & takes) << 1 | (states & stay);
	}
	return states;
}

bool pattern_match(const struct pattern *pattern, const char *text, size_t size)
{
	const struct subject subject = { .text = text, .size = size };

	return pattern_run(pattern, PATTERN_START, subject) & pattern->accept;
}
