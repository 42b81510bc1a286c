/* See escape.h. */
#include "settings/escape.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

#define BLANKS " \t"

/* `#` and `;` behind a blank would begin a comment, so they get a backslash everywhere. */
char *escape_byte(char byte, char text[static ESCAPE_BYTE_SIZE])
{
	unsigned char value = (unsigned char)byte;
	bool special = strchr(" \\*?#;", byte) && byte;

	if (value < 0x20 || value >= 0x7f)
		snprintf(text, ESCAPE_BYTE_SIZE, "\\x%02x", value);
	else
		snprintf(text, ESCAPE_BYTE_SIZE, "%s%c", special ? "\\" : "", byte);
	return text;
}

int escape_remove(char *text)
{
	const char *end = text + strlen(text);
	const char *at = text;
	char *to = text;

	while (at < end) {
		char byte = *at++;
		int length;

		if (byte == '\\') {
			length = at < end ? text_escape_read(at, end, &byte) : -EINVAL;
			if (length < 0 || !byte)
				return -EINVAL;
			at += length;
		}
		*to++ = byte;
	}
	*to = '\0';
	return 0;
}

char *escape_word(char **rest)
{
	char *word = *rest + strspn(*rest, BLANKS);
	char *at = word;

	for (; *at && !strchr(BLANKS, *at); at++)
		if (*at == '\\' && at[1])
			at++;
	*rest = at;
	if (*at)
		*(*rest)++ = '\0';
	return at > word ? word : NULL;
}
