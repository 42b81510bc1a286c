/* See memory.h. abort() rather than exit(): no handler of ours may run without memory. */
#include "settings/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void memory_exhausted(void)
{
	fputs("oomhandlerd: out of memory while reading the configuration\n", stderr);
	abort();
}

void *memory_new(size_t size)
{
	void *block = calloc(1, size);

	if (!block)
		memory_exhausted();
	return block;
}

void *memory_grow(void *block, size_t count, size_t size)
{
	void *grown = reallocarray(block, count, size);

	if (!grown)
		memory_exhausted();
	return grown;
}

char *memory_copy_text(const char *text)
{
	char *copy = strdup(text);

	if (!copy)
		memory_exhausted();
	return copy;
}
