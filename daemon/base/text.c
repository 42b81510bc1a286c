/* See text.h. Every loop is bounded by the NUL of a buffer that io_read_at_start() terminated. */
#include "base/text.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

int text_to_u64(const char *text, const char **ret_rest, uint64_t *ret_value)
{
	uint64_t value = 0;
	const char *at = text;

	for (; *at >= '0' && *at <= '9'; at++)
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, (uint64_t)(*at - '0'), &value))
			return -ERANGE;
	if (at == text)
		return -EINVAL;
	if (ret_rest)
		*ret_rest = at;
	*ret_value = value;
	return 0;
}

int text_field_u64(const char *text, const char *key, uint64_t *ret_value)
{
	size_t length = strlen(key);

	for (const char *line = text; line; line = strchr(line, '\n')) {
		if (*line == '\n')
			line++;
		if (strncmp(line, key, length) == 0 && line[length] == ' ')
			return text_to_u64(line + length + 1, NULL, ret_value);
	}
	return -ENOENT;
}

char *text_from_u64(uint64_t value, char text[static TEXT_U64_SIZE])
{
	char digits[TEXT_U64_SIZE];
	size_t count = 0;

	do {
		digits[count++] = (char)('0' + value % 10);
		value /= 10;
	} while (value);
	for (size_t i = 0; i < count; i++)
		text[i] = digits[count - 1 - i];
	text[count] = '\0';
	return text;
}

static size_t escape_byte(unsigned char byte, char out[static 4])
{
	static const char hex[] = "0123456789abcdef";

	out[0] = '\\';
	switch (byte) {
	case '\\':
		out[1] = '\\';
		return 2;
	case '\n':
		out[1] = 'n';
		return 2;
	case '\t':
		out[1] = 't';
		return 2;
	}
	if (byte >= 0x20 && byte < 0x7f) {
		out[0] = (char)byte;
		return 1;
	}
	out[1] = 'x';
	out[2] = hex[byte >> 4];
	out[3] = hex[byte & 15];
	return 4;
}

char *text_escape(const char *source, char *target, size_t size)
{
	size_t used = 0;

	for (; *source; source++) {
		char out[4];
		size_t length = escape_byte((unsigned char)*source, out);

		if (used + length >= size)
			break;
		memcpy(target + used, out, length);
		used += length;
	}
	target[used] = '\0';
	return target;
}

static int hex_digit(char byte)
{
	if (byte >= '0' && byte <= '9')
		return byte - '0';
	if ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'f')
		return (byte | 0x20) - 'a' + 10;
	return -EINVAL;
}

static bool is_name_byte(char byte)
{
	return ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'z') || (byte >= '0' && byte <= '9');
}

int text_escape_read(const char *at, const char *end, char *ret_byte)
{
	char byte = *at;

	if (byte == 'x' && end - at >= 3) {
		int high = hex_digit(at[1]);
		int low = hex_digit(at[2]);

		if (high < 0 || low < 0)
			return -EINVAL;
		*ret_byte = (char)(high << 4 | low);
		return 3;
	}
	if (byte == 'n' || byte == 't') {
		*ret_byte = byte == 'n' ? '\n' : '\t';
		return 1;
	}
	if (is_name_byte(byte) || (unsigned char)byte < 0x20 || byte == 0x7f)
		return -EINVAL;
	*ret_byte = byte;
	return 1;
}
