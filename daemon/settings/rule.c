/*
 * See rule.h. A pattern that can match nothing is refused as well as a broken one: a comm: of 16 bytes,
 * an exe: with a folder, a cgroup: that does not begin at the root are what people write first.
 */
#include "settings/rule.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "ranking/compile.h"
#include "ranking/pattern.h"
#include "settings/escape.h"
#include "settings/memory.h"
#include "settings/policy_names.h"
#include "settings/words.h"
#include "shared/facts.h"

#define SHOWN_SIZE 100 /* of a bad word in a message */
#define KINDS_SIZE 100
#define UID_LAST (UINT32_MAX - 1) /* the last number is no user: chown(2) takes it for "none" */
#define ADJ_LAST 1000 /* OOM_SCORE_ADJ_MAX, include/uapi/linux/oom.h, 6.12 */

struct rule_reading {
	struct policy_rule rule;
	struct rule_source source;
	const struct problem_site *site;
	const char *word; /* as written, for messages */
};

static const char *const kind_expected[] = {
	[RULE_COMM] = "at most 15 bytes such as java*",
	[RULE_EXE] = "a file's name of at most 31 bytes such as java*, without its folder",
	[RULE_CMDLINE] = "arguments such as *\\ -jar\\ shop.jar*",
	[RULE_CGROUP] = "a path such as /docker/*",
	[RULE_UID] = "a number or a range such as 1000..1999",
	[RULE_ADJ] = "a number from -1000 to 1000 or a range such as -500..0",
};
_Static_assert(sizeof(kind_expected) / sizeof(*kind_expected) == RULE_KIND_COUNT, "one per kind");

static int refuse(const struct rule_reading *reading, const char *reason)
{
	char shown[SHOWN_SIZE];

	problem_site_error(reading->site, "'%s' in %s= cannot be used: %s; expected %s",
			   text_escape(reading->word, shown, sizeof(shown)),
			   policy_describe_list(reading->rule.list), reason,
			   kind_expected[reading->rule.kind]);
	return -EINVAL;
}

static bool has_wildcard(const char *text)
{
	for (; *text; text++)
		if (*text == '\\' && text[1])
			text++;
		else if (*text == '*' || *text == '?')
			return true;
	return false;
}

/* Why no process can ever fit, or NULL. The last state is the number of bytes that must be there. */
static const char *pattern_is_void(enum rule_kind kind, const char *text,
				   const struct pattern *pattern)
{
	int length = __builtin_ctzll(pattern->accept);

	if (kind == RULE_COMM && length >= FACTS_COMM_SIZE)
		return "it is longer than any process name";
	if (kind == RULE_EXE && length >= FACTS_EXE_SIZE)
		return "it is longer than what is known of a name";
	if (kind == RULE_EXE && strchr(text, '/'))
		return "no file's name holds a slash";
	return NULL;
}

static int read_pattern(struct rule_reading *reading, const char *text)
{
	enum rule_kind kind = reading->rule.kind;
	struct pattern *pattern = &reading->rule.pattern;
	enum compile_dialect dialect = kind == RULE_CGROUP ? COMPILE_PATH : COMPILE_NAME;
	const char *reason = NULL;

	if (compile_pattern(text, dialect, pattern, &reason) == 0)
		reason = pattern_is_void(kind, text, pattern);
	if (reason)
		return refuse(reading, reason);
	if (!has_wildcard(text)) {
		reading->source.name = memory_copy_text(text);
		/* It was compiled, so its escapes are sound. */
		(void)escape_remove(reading->source.name);
	}
	return 0;
}

static bool read_number(const char **at, int64_t *ret_number)
{
	bool minus = **at == '-';
	uint64_t number;

	if (text_to_u64(*at + minus, at, &number) < 0 || number > UINT32_MAX)
		return false;
	*ret_number = minus ? -(int64_t)number : (int64_t)number;
	return true;
}

static int read_range(struct rule_reading *reading, const char *text)
{
	bool uid = reading->rule.kind == RULE_UID;
	int64_t min = uid ? 0 : -ADJ_LAST, max = uid ? UID_LAST : ADJ_LAST;
	struct policy_rule *rule = &reading->rule;
	bool good = read_number(&text, &rule->first);

	rule->last = rule->first;
	if (good && strncmp(text, "..", 2) == 0) {
		text += 2;
		good = read_number(&text, &rule->last);
	}
	if (!good || *text)
		return refuse(reading, "it is neither a number nor a range");
	if (rule->first < min || rule->last > max)
		return refuse(reading, "it is out of range");
	return rule->first > rule->last ? refuse(reading, "the range is empty") : 0;
}

static char *kind_names(char text[static KINDS_SIZE])
{
	struct words words = { .text = text, .size = KINDS_SIZE };

	for (uint32_t i = 0; i < RULE_KIND_COUNT; i++)
		words_add(&words, "%s:", policy_kind_names[i]);
	return words_end(&words);
}

static int read_kind(struct rule_reading *reading)
{
	char names[KINDS_SIZE], shown[SHOWN_SIZE];

	for (uint32_t i = 0; i < RULE_KIND_COUNT; i++) {
		size_t length = strlen(policy_kind_names[i]);

		if (strncmp(reading->word, policy_kind_names[i], length) != 0 ||
		    reading->word[length] != ':')
			continue;
		reading->rule.kind = i;
		return i == RULE_UID || i == RULE_ADJ
			       ? read_range(reading, reading->word + length + 1)
			       : read_pattern(reading, reading->word + length + 1);
	}
	problem_site_error(reading->site,
			   "'%s' in %s= is no rule, expected one that begins with %s",
			   text_escape(reading->word, shown, sizeof(shown)),
			   policy_describe_list(reading->rule.list), kind_names(names));
	return -EINVAL;
}

/*
 * One byte of a name, or one escape, as it is written down; its escapes are sound. A byte that is not
 * printable becomes \xNN, also behind a backslash, which takes it literally as \xNN does.
 * Return: behind it.
 */
static const char *next_piece(const char *at, char piece[static ESCAPE_BYTE_SIZE])
{
	size_t length = 1;
	char byte = *at;

	if (byte == '\\' && at[1])
		length += (size_t)text_escape_read(at + 1, at + strlen(at), &byte);
	if (length <= 2 && (unsigned char)byte >= 0x7f)
		escape_byte(byte, piece);
	else
		*(char *)mempcpy(piece, at, length) = '\0';
	return at + length;
}

/* It can be parsed again; what does not fit is cut. */
static void set_text(struct policy_rule *rule, const char *word)
{
	char piece[ESCAPE_BYTE_SIZE];
	size_t used = 0;

	while (*word) {
		word = next_piece(word, piece);
		if (used + strlen(piece) >= sizeof(rule->text))
			return;
		used += (size_t)(stpcpy(rule->text + used, piece) - (rule->text + used));
	}
}

static void append(struct policy_rules *rules, struct rule_sources *sources,
		   struct rule_reading *reading)
{
	if (rules->count == POLICY_RULES) {
		if (!sources->full)
			problem_site_error(
				reading->site,
				"too many rules, expected at most %d in all, shims included",
				POLICY_RULES);
		sources->full = true;
		free(reading->source.name);
		return;
	}
	set_text(&reading->rule, reading->word);
	sources->list[rules->count] = reading->source;
	rules->rule[rules->count++] = reading->rule;
}

void rules_append(struct policy_rules *rules, struct rule_sources *sources, enum rule_list list,
		  const char *text, const struct problem_site *site)
{
	char *copy = memory_copy_text(text);
	char *rest = copy, *word;

	while ((word = escape_word(&rest))) {
		struct rule_reading reading = { .rule = { .list = list, .kind = RULE_COMM },
						.source = { .line = site->line },
						.site = site,
						.word = word };
		int ret = list == RULE_SHIM ? read_pattern(&reading, word) : read_kind(&reading);

		if (ret == 0)
			append(rules, sources, &reading);
	}
	free(copy);
}

static bool takes(const struct policy_rule *rule, const char *name)
{
	return name && pattern_match(&rule->pattern, name, strlen(name));
}

bool rules_overlap(const struct policy_rules *rules, const struct rule_sources *sources,
		   const uint32_t pair[static 2])
{
	const struct policy_rule *left = &rules->rule[pair[0]], *right = &rules->rule[pair[1]];

	if (left->kind != right->kind)
		return false;
	if (left->kind == RULE_UID || left->kind == RULE_ADJ)
		return left->first <= right->last && right->first <= left->last;
	return memcmp(&left->pattern, &right->pattern, sizeof(left->pattern)) == 0 ||
	       takes(left, sources->list[pair[1]].name) ||
	       takes(right, sources->list[pair[0]].name);
}

void rule_sources_done(struct rule_sources *sources)
{
	for (size_t i = 0; i < POLICY_RULES; i++)
		free(sources->list[i].name);
	*sources = (struct rule_sources){ 0 };
}
